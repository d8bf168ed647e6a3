//! Whether the state is right, as it was looked at last.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::clock::rfc3339;

/// The invariants of the state.
#[derive(Debug, Serialize, ToSchema)]
struct Invariants {
    /// The time of the state that was looked at; null before the first look.
    checked_at: Option<String>,
    /// The record of the log that it stood at.
    seq: Option<u64>,
    /// False as soon as one does not hold, or before the first look.
    ok: bool,
    /// What does not hold.
    broken: Vec<String>,
    /// How often they have been looked at since the start.
    checks: u64,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new().routes(routes!(invariants))
}

/// Whether the state is right: looked at every ten seconds, on a copy.
#[utoipa::path(get, path = "/api/v1/invariants", tag = "service", responses((status = 200, body = Invariants)))]
async fn invariants(api: Api) -> Json<Invariants> {
    let checked = api.checked();
    Json(Invariants {
        checked_at: checked.as_ref().map(|checked| rfc3339(checked.at)),
        seq: checked.as_ref().map(|checked| checked.seq),
        ok: checked
            .as_ref()
            .is_some_and(|checked| checked.broken.is_none()),
        broken: checked
            .iter()
            .filter_map(|checked| checked.broken.clone())
            .collect(),
        checks: checked.map_or(0, |checked| checked.checks),
    })
}
