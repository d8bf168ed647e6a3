//! SAF: cases and documents of the archive, by GraphQL.

use async_trait::async_trait;
use linje_types::PersonId;
use serde::Deserialize;
use serde_json::json;

use super::wire::Wire;
use crate::model::{Case, Document, DocumentKind};
use crate::port::{Answer, Cases};

/// Most documents asked for.
const DOCUMENTS: u32 = 200;

const QUERY: &str = "query($bruker: BrukerIdInput!, $foerste: Int!) { \
dokumentoversiktBruker(brukerId: $bruker, foerste: $foerste) { journalposter { \
journalpostId tittel journalposttype tema datoOpprettet sak { fagsakId fagsaksystem } } } \
saker(brukerId: $bruker) { tema fagsakId datoOpprettet } }";

/// The archive.
#[derive(Debug, Clone)]
pub struct Saf(Wire);

impl Saf {
    /// Reached by `wire`.
    #[must_use]
    pub const fn new(wire: Wire) -> Saf {
        Saf(wire)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    dokumentoversikt_bruker: Overview,
    #[serde(default)]
    saker: Vec<Sak>,
}

#[derive(Deserialize)]
struct Overview {
    journalposter: Vec<Journalpost>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Journalpost {
    journalpost_id: String,
    tittel: Option<String>,
    journalposttype: String,
    tema: Option<String>,
    dato_opprettet: String,
    sak: Option<SakRef>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SakRef {
    fagsak_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sak {
    tema: String,
    fagsak_id: Option<String>,
    dato_opprettet: Option<String>,
}

#[async_trait]
impl Cases for Saf {
    async fn cases(&self, id: PersonId) -> Answer<Vec<Case>> {
        let variables = json!({"bruker": {"id": id.digits(), "type": "FNR"}, "foerste": DOCUMENTS});
        let found: Option<Found> = self.0.ask(&[], QUERY, variables).await?;
        Ok(found.map_or_else(Vec::new, translated))
    }
}

fn translated(found: Found) -> Vec<Case> {
    let mut cases: Vec<Case> = found
        .saker
        .into_iter()
        .map(|sak| {
            let opened = date(&sak.dato_opprettet.unwrap_or_default());
            blank(sak.fagsak_id.unwrap_or_default(), sak.tema, opened)
        })
        .collect();
    for post in found.dokumentoversikt_bruker.journalposter {
        let topic = post.tema.unwrap_or_default();
        let number = post.sak.and_then(|sak| sak.fagsak_id).unwrap_or_default();
        let document = Document {
            id: post.journalpost_id,
            title: post.tittel.unwrap_or_default(),
            kind: match post.journalposttype.as_str() {
                "I" => DocumentKind::In,
                "U" => DocumentKind::Out,
                _ => DocumentKind::Internal,
            },
            date: date(&post.dato_opprettet),
        };
        let known = cases
            .iter()
            .position(|case| case.id == number && case.topic == topic);
        let place = known.unwrap_or_else(|| {
            cases.push(blank(number, topic, document.date.clone()));
            cases.len() - 1
        });
        cases[place].documents.push(document);
    }
    for case in &mut cases {
        case.documents.sort_by(|a, b| b.date.cmp(&a.date));
        if let Some(newest) = case.documents.first() {
            case.changed.clone_from(&newest.date);
        }
    }
    cases.sort_by(|a, b| b.changed.cmp(&a.changed));
    cases
}

fn blank(id: String, topic: String, opened: String) -> Case {
    Case {
        id,
        topic,
        // The archive does not know how far the work has come.
        state: None,
        changed: opened.clone(),
        opened,
        expected: None,
        documents: Vec::new(),
    }
}

/// The date of a date and time.
fn date(text: &str) -> String {
    text.split('T').next().unwrap_or_default().to_owned()
}
