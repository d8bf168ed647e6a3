//! Whether the service lives and is right, and what it counts. Not part of the versioned API.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::api::Gate;
use crate::metrics::{Metric, Metrics};
use crate::problem::Problem;

pub(super) fn routes(metrics: &Arc<Metrics>) -> Router<Gate> {
    let counted = Arc::clone(metrics);
    let counted_too = Arc::clone(metrics);
    Router::new()
        .route("/isalive", get(alive))
        .route("/internal/isAlive", get(alive))
        .route("/isready", get(ready))
        .route("/internal/isReady", get(ready))
        .route(
            "/metrics",
            get(async move |gate: State<Gate>| text(gate, &counted)),
        )
        .route(
            "/internal/prometheus",
            get(async move |gate: State<Gate>| text(gate, &counted_too)),
        )
}

/// The port is open.
async fn alive() -> &'static str {
    "alive"
}

/// The state is right: the log is read and whoever hung on an earlier process is put right.
async fn ready(State(gate): State<Gate>) -> Response {
    if gate.api().is_some() {
        (StatusCode::OK, "ready").into_response()
    } else {
        Problem::unavailable("starting", "Tjenesten starter.").into_response()
    }
}

fn text(State(gate): State<Gate>, metrics: &Metrics) -> Response {
    if let Some(api) = gate.api() {
        let up = u64::from(api.store.borrow().0.is_none());
        metrics.set(Metric::StoreUp, up);
    }
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (kind, metrics.text()).into_response()
}
