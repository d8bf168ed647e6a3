//! repr-api v3: powers of attorney in force.

use async_trait::async_trait;
use linje_types::{Clearance, PersonId};
use serde::Deserialize;
use serde_json::json;

use super::wire::Wire;
use crate::model::{PowerOfAttorney, Powers};
use crate::port::{Answer, PowersOfAttorney};

/// The register of powers of attorney.
#[derive(Debug, Clone)]
pub struct Repr(Wire);

impl Repr {
    /// Reached by `wire`.
    #[must_use]
    pub const fn new(wire: Wire) -> Repr {
        Repr(wire)
    }

    async fn side(&self, path: &str, id: PersonId) -> Answer<Vec<PowerOfAttorney>> {
        let body = json!({"ident": id.digits()});
        let rows: Option<Vec<Row>> = self.0.send(self.0.post(path, &body)).await?;
        Ok(rows.into_iter().flatten().filter_map(Row::power).collect())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    fullmaktsgiver: String,
    fullmektig: String,
    gyldig_fra_og_med: String,
    gyldig_til_og_med: Option<String>,
    #[serde(default)]
    omraade: Vec<Omraade>,
}

#[derive(Deserialize)]
struct Omraade {
    tema: String,
    #[serde(default)]
    handling: Vec<String>,
}

impl Row {
    fn power(self) -> Option<PowerOfAttorney> {
        Some(PowerOfAttorney {
            giver: PersonId::parse(&self.fullmaktsgiver)?,
            holder: PersonId::parse(&self.fullmektig)?,
            // The register tells no name: only the other one's own row may, to whoever may read it.
            other_name: None,
            areas: self
                .omraade
                .into_iter()
                .map(|area| (area.tema, area.handling))
                .collect(),
            from: self.gyldig_fra_og_med,
            until: self.gyldig_til_og_med,
            needs: Clearance::ALL,
        })
    }
}

#[async_trait]
impl PowersOfAttorney for Repr {
    async fn powers(&self, id: PersonId) -> Answer<Powers> {
        let (given, held) = tokio::join!(
            self.side("/api/v2/eksternbruker/fullmakt/fullmaktsgiver", id),
            self.side("/api/v2/eksternbruker/fullmakt/fullmektig", id),
        );
        Ok(Powers {
            given: given?,
            held: held?,
        })
    }
}
