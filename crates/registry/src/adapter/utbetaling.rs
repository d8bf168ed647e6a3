//! Utbetaldata (*sokos-utbetaldata* v2): what was paid.

use async_trait::async_trait;
use linje_types::PersonId;
use serde::Deserialize;
use serde_json::json;

use super::wire::Wire;
use crate::model::{Payment, PaymentState};
use crate::port::{Answer, Payments};

/// The register of payments.
#[derive(Debug, Clone)]
pub struct Utbetaling(Wire);

impl Utbetaling {
    /// Reached by `wire`.
    #[must_use]
    pub const fn new(wire: Wire) -> Utbetaling {
        Utbetaling(wire)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    utbetalingsdato: Option<String>,
    forfallsdato: Option<String>,
    utbetalingsstatus: Option<String>,
    #[serde(default)]
    ytelse_liste: Vec<Ytelse>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ytelse {
    ytelsestype: Option<String>,
    ytelsesperiode: Option<Periode>,
    ytelse_nettobeloep: f64,
    ytelseskomponentersum: Option<f64>,
    skattsum: Option<f64>,
}

#[derive(Deserialize)]
struct Periode {
    fom: String,
    tom: String,
}

#[async_trait]
impl Payments for Utbetaling {
    async fn payments(&self, id: PersonId, from: &str, to: &str) -> Answer<Vec<Payment>> {
        let body = json!({
            "ident": id.digits(),
            "rolle": "UTBETALT_TIL",
            "periode": {"fom": from, "tom": to},
            "periodetype": "UTBETALINGSPERIODE",
        });
        let request = self.0.post(
            "/utbetaldata/api/v2/hent-utbetalingsinformasjon/intern",
            &body,
        );
        let rows: Option<Vec<Row>> = self.0.send(request).await?;
        let mut payments: Vec<Payment> = rows.into_iter().flatten().flat_map(translated).collect();
        payments.sort_by(|a, b| b.date.cmp(&a.date));
        Ok(payments)
    }
}

fn translated(row: Row) -> Vec<Payment> {
    let paid = row.utbetalingsdato.is_some();
    let date = row.utbetalingsdato.or(row.forfallsdato).unwrap_or_default();
    let returned = row
        .utbetalingsstatus
        .as_deref()
        .is_some_and(|status| status.to_lowercase().contains("retur"));
    let state = match (returned, paid) {
        (true, _) => PaymentState::Returned,
        (false, true) => PaymentState::Paid,
        (false, false) => PaymentState::Planned,
    };
    let payments = row.ytelse_liste.into_iter().map(|it| {
        let net_ore = ore(it.ytelse_nettobeloep);
        let tax_ore = ore(it.skattsum.unwrap_or(0.0)).abs();
        let (from, to) = it.ytelsesperiode.map_or_else(
            || (date.clone(), date.clone()),
            |period| (period.fom, period.tom),
        );
        Payment {
            date: date.clone(),
            topic: String::new(),
            title: it.ytelsestype.unwrap_or_default(),
            from,
            to,
            gross_ore: it.ytelseskomponentersum.map_or(net_ore + tax_ore, ore),
            tax_ore,
            net_ore,
            state,
        }
    });
    payments.collect()
}

/// Kroner with decimals as øre, to the nearest.
fn ore(kroner: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "amounts are far below 2^53 øre"
    )]
    let ore = (kroner * 100.0).round() as i64;
    ore
}
