//! Guidance, knowledge, wrap-up and what is left after it.

mod advice;
mod after;
mod knowledge;
mod promises;
mod repeats;

use utoipa_axum::router::OpenApiRouter;

use crate::api::Gate;

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .merge(advice::routes())
        .merge(after::routes())
        .merge(promises::routes())
        .merge(knowledge::routes())
        .merge(repeats::routes())
}
