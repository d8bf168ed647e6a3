//! What the figures mean.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Gate;
use crate::body::Spoken;
use crate::definitions::{Definition, definitions};

/// A figure and its definition.
#[derive(Debug, Serialize, ToSchema)]
struct MeasureDefinition {
    id: &'static str,
    name: &'static str,
    formula: &'static str,
    text: &'static str,
    source: &'static str,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new().routes(routes!(list_definitions))
}

/// Every figure that a page shows, with its formula and source.
#[utoipa::path(get, path = "/api/v1/measures/definitions", tag = "traffic", responses((status = 200, body = [MeasureDefinition])))]
async fn list_definitions(Spoken(language): Spoken) -> Json<Vec<MeasureDefinition>> {
    let rows = definitions(language)
        .iter()
        .map(|row: &Definition| MeasureDefinition {
            id: row.id,
            name: row.name,
            formula: row.formula,
            text: row.text,
            source: row.source,
        });
    Json(rows.collect())
}
