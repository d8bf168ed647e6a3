//! The Trafikkbilde as one answer.

use axum::Json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::Spoken;
use crate::traffic::{TrafficView, picture};

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new().routes(routes!(traffic))
}

/// Everything that the Trafikkbilde shows. Totals and hour are calls and chats; synthetic people count too.
#[utoipa::path(get, path = "/api/v1/traffic", tag = "traffic", responses((status = 200, body = TrafficView)))]
async fn traffic(api: Api, Spoken(language): Spoken) -> Json<TrafficView> {
    let now = api.now();
    Json(api.shared.read(|view| picture(&api, view, now, language)))
}
