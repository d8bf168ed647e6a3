//! norg2: offices, and who does which work.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::wire::Wire;
use crate::model::Office;
use crate::port::{Answer, Offices};

/// The register of offices.
#[derive(Debug, Clone)]
pub struct Norg2(Wire);

impl Norg2 {
    /// Reached by `wire`.
    #[must_use]
    pub const fn new(wire: Wire) -> Norg2 {
        Norg2(wire)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Enhet {
    navn: String,
    enhet_nr: String,
    status: Option<String>,
}

impl Enhet {
    fn office(self) -> Office {
        Office {
            number: self.enhet_nr,
            name: self.navn,
            open: Vec::new(),
            visit: None,
        }
    }

    fn is_active(&self) -> bool {
        self.status.as_deref() != Some("Nedlagt")
    }
}

#[async_trait]
impl Offices for Norg2 {
    async fn local(&self, municipality: &str) -> Answer<Option<Office>> {
        let known = municipality
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric());
        if !known || municipality.is_empty() {
            return Ok(None);
        }
        let request = self
            .0
            .get(&format!("/norg2/api/v1/enhet/navkontor/{municipality}"));
        let found: Option<Enhet> = self.0.send(request).await?;
        Ok(found.map(Enhet::office))
    }

    async fn best(
        &self,
        topic: &str,
        kind: &str,
        municipality: Option<&str>,
    ) -> Answer<Option<Office>> {
        let body = json!({
            "tema": topic,
            "oppgavetype": kind,
            "geografiskOmraade": municipality,
            "skjermet": false,
        });
        let request = self
            .0
            .post("/norg2/api/v1/arbeidsfordeling/enheter/bestmatch", &body);
        let found: Option<Vec<Enhet>> = self.0.send(request).await?;
        Ok(found
            .into_iter()
            .flatten()
            .find(Enhet::is_active)
            .map(Enhet::office))
    }
}
