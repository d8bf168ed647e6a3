//! Requests of the traffic controller ("can six of you take phone?"), which advisers accept or not.
//! Counts only: nobody sees who said what.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_event::Command;
use linje_routing::Request;
use linje_types::{Activity, AdviserId, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::advisers::refuse_synthetic;
use crate::admit::{Me, own_desk};
use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Query};
use crate::clock::rfc3339;
use crate::problem::Problem;
use crate::shape::{List, Named, moment};
use crate::view::View;

/// Most advisers that one request may want.
const MAX_WANTED: u16 = 1_000;

/// A request and how it is going.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RequestRow {
    id: String,
    /// What advisers are asked to do.
    activity: &'static str,
    wanted: u16,
    /// Asked of this unit; null = of all.
    unit: Option<Named>,
    accepted: usize,
    declined: usize,
    at: String,
    /// When enough had said yes, or it was taken back; null = it is open.
    closed_at: Option<String>,
    /// What the adviser named in the query has answered; null = nothing, or nobody is named.
    mine: Option<bool>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Requests to this adviser and their unit, and what they have answered.
    adviser: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRequest {
    /// phone, chat, written, tasks, learning, fagprat, lunch, break or meeting.
    activity: String,
    /// How many are wanted, from 1.
    wanted: u16,
    /// Only of this unit.
    unit: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// Who answers.
    adviser: String,
    /// A yes also chooses the activity.
    yes: bool,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(list_requests, ask_advisers))
        .routes(routes!(answer))
        .routes(routes!(close_request))
}

/// Open requests to an adviser, for the desk.
pub(super) fn requests_to(api: &Api, view: &View, adviser: AdviserId) -> Vec<RequestRow> {
    let is = view.state.adviser(adviser);
    let (unit, activity) = (is.map(|is| is.unit), is.map(|is| is.activity));
    let answered = |request: &Request| request.answers.iter().any(|(who, _)| *who == adviser);
    let requests = view.state.requests().iter();
    requests
        .filter(|request| request.unit.is_none() || request.unit == unit)
        // Whoever does it already is not asked for it; what they have answered stays in sight.
        .filter(|request| answered(request) || activity != Some(request.activity))
        .map(|request| row(api, request, Timestamp::NEVER, Some(adviser)))
        .collect()
}

fn row(api: &Api, request: &Request, closed: Timestamp, me: Option<AdviserId>) -> RequestRow {
    let centre = &api.directory.centre;
    let unit = request.unit.and_then(|unit| centre.units.get(unit.idx()));
    let mine = me.and_then(|me| {
        let mut answers = request.answers.iter();
        answers.find(|(who, _)| *who == me).map(|(_, yes)| *yes)
    });
    RequestRow {
        id: api.ids.request(request.id),
        activity: request.activity.as_str(),
        wanted: request.wanted,
        unit: unit.map(|unit| Named {
            id: unit.id.clone(),
            name: unit.name.nb.clone(),
        }),
        accepted: request.accepted(),
        declined: request.answers.len() - request.accepted(),
        at: rfc3339(request.at),
        closed_at: moment(closed),
        mine,
    }
}

/// Requests that are open, and the last ones that are over; newest first.
#[utoipa::path(
    get, path = "/api/v1/requests", tag = "traffic", params(Filter),
    responses((status = 200, body = List<RequestRow>), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn list_requests(
    api: Api,
    Query(filter): Query<Filter>,
) -> Result<Json<List<RequestRow>>, Problem> {
    let me = filter
        .adviser
        .map(|ident| api.adviser(&ident))
        .transpose()?;
    let rows = api.shared.read(|view| {
        let unit = me.and_then(|me| view.state.adviser(me)).map(|is| is.unit);
        let asked =
            |request: &Request| me.is_none() || request.unit.is_none() || request.unit == unit;
        let open = view.state.requests().iter().rev();
        let open = open.map(|request| (request, Timestamp::NEVER));
        let over = view.requests_over().map(|(request, at)| (request, *at));
        open.chain(over)
            .filter(|(request, _)| asked(request))
            .map(|(request, closed)| row(&api, request, closed, me))
            .collect()
    });
    Ok(Json(List::all(rows)))
}

/// Asks advisers to change activity. They decide; when enough have said yes the request closes by itself.
#[utoipa::path(
    post, path = "/api/v1/requests", tag = "traffic", request_body = NewRequest,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = RequestRow), (status = 422, body = Problem, content_type = "application/problem+json"))
)]
async fn ask_advisers(
    api: Api,
    command_id: CommandId,
    Body(new): Body<NewRequest>,
) -> Result<(StatusCode, Json<RequestRow>), Problem> {
    let activity = Activity::parse(&new.activity).ok_or_else(|| {
        let valid = Activity::ALL.iter().map(ToString::to_string).collect();
        Problem::invalid("activity", "Ukjent aktivitet.", valid)
    })?;
    if !(1..=MAX_WANTED).contains(&new.wanted) {
        let text = format!("Fra 1 til {MAX_WANTED} veiledere.");
        return Err(Problem::invalid("wanted", text, Vec::new()));
    }
    let unit = new
        .unit
        .as_deref()
        .map(|id| unit_of(&api, id))
        .transpose()?;
    let command = Command::AskAdvisers {
        activity,
        wanted: new.wanted,
        unit,
    };
    let accepted = api.command(command_id, command).await?;
    let made = api.shared.read(|view| {
        let at = view.request_made(accepted.seq)?;
        find(&api, view, at)
    });
    let made = made.ok_or_else(|| Problem::not_found("Spørsmålet er allerede lukket."))?;
    Ok((StatusCode::CREATED, Json(made)))
}

fn find(api: &Api, view: &View, id: RequestId) -> Option<RequestRow> {
    let mut open = view.state.requests().iter();
    let open = open.find(|request| request.id == id);
    let open = open.map(|request| row(api, request, Timestamp::NEVER, None));
    open.or_else(|| {
        let mut over = view.requests_over();
        over.find(|(request, _)| request.id == id)
            .map(|(request, at)| row(api, request, *at, None))
    })
}

/// An adviser's answer. A yes also chooses the activity.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/answer", tag = "traffic", request_body = Answer,
    params(("id" = String, Path, description = "The request"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = RequestRow),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn answer(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(answer): Body<Answer>,
) -> Result<Json<RequestRow>, Problem> {
    let request = api.request(&id)?;
    let adviser = api.adviser(&answer.adviser)?;
    own_desk(&me, &answer.adviser)?;
    refuse_synthetic(&api, adviser)?;
    api.presence.acted(adviser);
    let command = Command::AnswerRequest {
        request,
        adviser,
        yes: answer.yes,
    };
    api.command(command_id, command).await?;
    shown(&api, request, Some(answer.yes))
}

/// Takes a request back: it is no longer needed.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/close", tag = "traffic",
    params(("id" = String, Path, description = "The request"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = RequestRow), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn close_request(
    api: Api,
    Path(id): Path<String>,
    command_id: CommandId,
) -> Result<Json<RequestRow>, Problem> {
    let request = api.request(&id)?;
    api.command(command_id, Command::CloseRequest { request })
        .await?;
    shown(&api, request, None)
}

fn shown(api: &Api, request: RequestId, mine: Option<bool>) -> Result<Json<RequestRow>, Problem> {
    let row = api.shared.read(|view| find(api, view, request));
    let row = row.ok_or_else(|| Problem::not_found("Spørsmålet finnes ikke."))?;
    Ok(Json(RequestRow { mine, ..row }))
}

fn unit_of(api: &Api, id: &str) -> Result<linje_types::UnitId, Problem> {
    let units = &api.directory.centre.units;
    let known = (0..)
        .map(linje_types::UnitId)
        .zip(units)
        .find(|(_, unit)| unit.id == id);
    known.map(|(unit, _)| unit).ok_or_else(|| {
        let valid = units.iter().map(|unit| unit.id.clone()).collect();
        Problem::invalid("unit", "Ukjent enhet.", valid)
    })
}
