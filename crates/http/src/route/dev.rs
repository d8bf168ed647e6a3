//! The door to the built-in development issuer, in the demo only. What is behind it is in `identity`.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use linje_identity::dev::NAMES;

use crate::api::Gate;
use crate::body::MAX_BODY;
use crate::problem::Problem;

pub(super) fn routes() -> Router<Gate> {
    NAMES.iter().fold(Router::new(), |router, name| {
        router.route(&format!("/{name}/{{*rest}}"), any(answer))
    })
}

async fn answer(State(gate): State<Gate>, request: Request) -> Response {
    let Some(api) = gate.api() else {
        return Problem::unavailable("starting", "Tjenesten starter. Prøv igjen om litt.")
            .into_response();
    };
    let Some(dev) = &api.identity.dev else {
        return Problem::not_found("Utviklingsutstederen finnes bare i demoen.").into_response();
    };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_BODY).await else {
        return Problem::invalid(".", "Innholdet kunne ikke leses.", Vec::new()).into_response();
    };
    let path = parts.uri.path_and_query();
    let path = path.map_or_else(String::new, ToString::to_string);
    let request = Request::from_parts(parts, bytes.to_vec());
    dev.answer(&request, &path).map(Body::from)
}
