//! Prompts as they sound on the line.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use linje_types::Language;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::Query;
use crate::problem::Problem;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct In {
    /// nb or en; nb when left out.
    lang: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new().routes(routes!(audio))
}

/// A prompt, exactly the 8 kHz audio that is sent.
#[utoipa::path(
    get, path = "/api/v1/prompts/{file}", tag = "demo",
    params(("file" = String, Path, description = "The prompt's id and `.wav`"), In),
    responses((status = 200, content_type = "audio/wav"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn audio(
    api: Api,
    Path(file): Path<String>,
    Query(wanted): Query<In>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found("Meldingen finnes ikke på dette språket.");
    let id = file.strip_suffix(".wav").ok_or_else(missing)?.to_owned();
    let language = wanted
        .lang
        .as_deref()
        .map_or(Some(Language::Nb), Language::parse);
    let language = language.ok_or_else(missing)?;
    let prompts = std::sync::Arc::clone(&api.prompts);
    let wav = tokio::task::spawn_blocking(move || prompts(&id, language)).await;
    let wav = wav.ok().flatten().ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, "audio/wav"),
        (header::CACHE_CONTROL, "private, max-age=300"),
    ];
    Ok((headers, wav).into_response())
}
