//! What time it is in the scenario, and what this service is.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::traffic::{ClockNow, clock_now};

/// A text in both languages.
#[derive(Debug, Serialize, ToSchema)]
struct Both {
    nb: String,
    en: String,
}

/// The centre description in force.
#[derive(Debug, Serialize, ToSchema)]
struct CentreName {
    id: String,
    name: Both,
    version: String,
    /// What is assumed and not a public fact.
    assumed: Vec<String>,
}

/// The clock and the centre.
#[derive(Debug, Serialize, ToSchema)]
struct ClockView {
    #[serde(flatten)]
    clock: ClockNow,
    centre: CentreName,
}

/// The program.
#[derive(Debug, Serialize, ToSchema)]
struct Version {
    name: &'static str,
    version: &'static str,
    /// Version of the binary form of events in the log.
    log_version: u16,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(clock))
        .routes(routes!(version))
}

/// The scenario clock and the centre.
#[utoipa::path(get, path = "/api/v1/clock", tag = "service", responses((status = 200, body = ClockView)))]
async fn clock(api: Api) -> Json<ClockView> {
    let centre = &api.directory.centre;
    Json(ClockView {
        clock: clock_now(&api, api.now()),
        centre: CentreName {
            id: centre.id.clone(),
            name: Both {
                nb: centre.name.nb.clone(),
                en: centre.name.en.clone(),
            },
            version: centre.version.clone(),
            assumed: centre.assumed.iter().map(|text| text.nb.clone()).collect(),
        },
    })
}

/// The program and its version.
#[utoipa::path(get, path = "/api/v1/version", tag = "service", responses((status = 200, body = Version)))]
async fn version() -> Json<Version> {
    Json(Version {
        name: "linje",
        version: env!("CARGO_PKG_VERSION"),
        log_version: linje_event::LOG_VERSION,
    })
}
