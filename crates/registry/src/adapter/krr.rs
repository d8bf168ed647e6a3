//! KRR (*digdir-krr-proxy*): how people want to be reached.

use std::collections::HashMap;

use async_trait::async_trait;
use linje_types::{Language, PersonId};
use serde::Deserialize;
use serde_json::json;

use super::wire::Wire;
use crate::model::{DigitalLevel, Preferences};
use crate::port::{Answer, Fault, PreferencesOf};

/// The register of contact preferences.
#[derive(Debug, Clone)]
pub struct Krr(Wire);

impl Krr {
    /// Reached by `wire`.
    #[must_use]
    pub const fn new(wire: Wire) -> Krr {
        Krr(wire)
    }
}

#[derive(Deserialize)]
struct Many {
    #[serde(default)]
    personer: HashMap<String, Kontakt>,
    #[serde(default)]
    feil: HashMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Kontakt {
    aktiv: bool,
    kan_varsles: bool,
    reservert: bool,
    spraak: Option<String>,
    epostadresse: Option<String>,
    epostadresse_verifisert: Option<String>,
    mobiltelefonnummer: Option<String>,
    mobiltelefonnummer_verifisert: Option<String>,
}

#[async_trait]
impl PreferencesOf for Krr {
    async fn preferences(&self, id: PersonId) -> Answer<Preferences> {
        let ident = id.digits();
        let body = json!({"personidenter": [ident]});
        let answer: Option<Many> = self.0.send(self.0.post("/rest/v1/personer", &body)).await?;
        let mut answer = answer.ok_or(Fault::Refused(404))?;
        match (answer.personer.remove(&ident), answer.feil.get(&ident)) {
            (Some(found), _) => Ok(translated(found)),
            (None, Some(fault)) if fault == "person_ikke_funnet" => {
                Ok(translated(Kontakt::default()))
            }
            (None, _) => Err(Fault::Wrong("neither a person nor a fault".to_owned())),
        }
    }
}

fn translated(from: Kontakt) -> Preferences {
    let level = match (from.aktiv, from.reservert, from.kan_varsles) {
        (true, false, true) => DigitalLevel::Digital,
        (true, false, false) => DigitalLevel::PossiblyDigital,
        _ => DigitalLevel::NotDigital,
    };
    Preferences {
        active: from.aktiv,
        can_be_notified: from.kan_varsles,
        reserved: from.reservert,
        language: from.spraak.as_deref().and_then(Language::parse),
        email: from.epostadresse,
        email_verified: from.epostadresse_verifisert,
        mobile: from.mobiltelefonnummer,
        mobile_verified: from.mobiltelefonnummer_verifisert,
        level,
    }
}
