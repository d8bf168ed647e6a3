//! The routes: one file per noun.

mod access_log;
mod advisers;
mod callbacks;
mod calls_out;
mod centre;
mod clock;
mod consult;
mod contacts;
mod demo;
mod desk;
mod dev;
mod erase;
mod expected;
mod guide;
mod health;
mod hours;
mod invariants;
mod listening;
mod live;
mod me;
mod me_live;
mod measures;
mod offers;
mod persons;
mod phone;
mod plans;
mod prompts;
mod queues;
mod recordings;
mod registers;
pub(crate) mod requests;
mod session;
mod traffic;
mod why;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::admit::admit;
use crate::api::Gate;
use crate::body::MAX_BODY;
use crate::metrics::{Metric, Metrics};
use crate::problem::Problem;
use crate::{guard, ui};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Linje",
        description = "Contact centre of a public service. Times are scenario time; ids are opaque; \
                       errors are problem documents (RFC 9457). Every POST takes `Idempotency-Key`."
    ),
    components(schemas(crate::traffic::TrafficChange, Problem))
)]
struct Document;

fn documented() -> OpenApiRouter<Gate> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(clock::routes())
        .merge(session::routes())
        .merge(traffic::routes())
        .merge(live::routes())
        .merge(queues::routes())
        .merge(measures::routes())
        .merge(expected::routes())
        .merge(guide::routes())
        .merge(advisers::routes())
        .merge(contacts::routes())
        .merge(consult::routes())
        .merge(why::routes())
        .merge(callbacks::routes())
        .merge(calls_out::routes())
        .merge(invariants::routes())
        .merge(plans::routes())
        .merge(hours::routes())
        .merge(centre::routes())
        .merge(requests::routes())
        .merge(offers::routes())
        .merge(desk::routes())
        .merge(demo::routes())
        .merge(phone::routes())
        .merge(prompts::routes())
        .merge(listening::routes())
        .merge(recordings::routes())
        .merge(persons::routes())
        .merge(access_log::routes())
        .merge(erase::routes())
        .merge(registers::routes())
        .merge(me::routes())
        .merge(me_live::routes())
}

/// The OpenAPI document, as the program prints it and serves it.
#[must_use]
pub fn openapi() -> String {
    let (_, document) = documented().split_for_parts();
    document.to_pretty_json().unwrap_or_default()
}

/// All that the service answers. Before the gate opens only `/isalive`, `/metrics` and the pages do.
pub fn router(gate: Gate, metrics: &Arc<Metrics>) -> Router {
    let (api, document) = documented().split_for_parts();
    let api = api
        .route_layer(from_fn(keyed))
        .route_layer(from_fn_with_state(gate.clone(), admit));
    let document: Arc<str> = Arc::from(document.to_pretty_json().unwrap_or_default());
    let counting = Arc::clone(metrics);
    Router::new()
        .merge(api)
        .route("/api/openapi.json", get(async move || json(&document)))
        .route("/api", get(no_such_api))
        .route("/api/{*rest}", axum::routing::any(no_such_api))
        .merge(health::routes(metrics))
        .merge(dev::routes())
        .fallback(ui::page)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(gate.clone(), guard::wall))
        .layer(from_fn(guard::armour))
        .layer(from_fn_with_state(counting, count))
        .with_state(gate)
}

fn json(document: &str) -> Response {
    let kind = [(axum::http::header::CONTENT_TYPE, "application/json")];
    (kind, document.to_owned()).into_response()
}

async fn no_such_api() -> Problem {
    Problem::not_found("Ingenting er på denne adressen. Se /api/openapi.json.")
}

async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "Dette kan ikke gjøres her",
    )
}

/// A key that is sent has the form of a key; without one each request is a new command.
async fn keyed(request: Request, next: Next) -> Response {
    match crate::body::key(request.headers()) {
        Ok(_) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn count(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    metrics.count(Metric::HttpRequests);
    if response.status().is_server_error() {
        metrics.count(Metric::HttpServerErrors);
    }
    response
}
