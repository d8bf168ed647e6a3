//! Requests of the traffic controller ("can six of you take phone?"), which advisers accept or not.
//! Counts only: nobody sees who said what.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_event::Command;
use linje_routing::Request;
use linje_types::{Activity, AdviserId, Language, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::advisers::refuse_synthetic;
use crate::admit::{Me, own_desk, signed};
use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Query};
use crate::clock::{parse, rfc3339};
use crate::notes::{Note, Noted};
use crate::problem::Problem;
use crate::shape::{List, Named, moment};
use crate::view::View;
use crate::words::moment_of;

/// How long a request may be answered unless it says otherwise, seconds.
const USUAL_S: i64 = 30 * 60;
/// The longest that a request may be open, seconds.
const LONGEST_S: i64 = 12 * 3600;
/// How long one that is over is listed, seconds.
const LISTED_S: i64 = 24 * 3600;
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
    /// Until when it may be answered.
    until: String,
    /// Who asked, as they signed; null = a crisis plan did.
    by: Option<String>,
    /// When enough had said yes, it was taken back, or its time was over; null = it is open.
    closed_at: Option<String>,
    /// How it ended: `enough`, `withdrawn`, `some` (its time was over, some had said yes), `nobody`; null = it is open.
    outcome: Option<&'static str>,
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
    /// Until when it may be answered, within twelve hours; left out = half an hour.
    until: Option<String>,
    /// Of a program: whom it says that it acts for. Who is logged in signs with their own ident.
    who: Option<String>,
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
    let note = note_of(api, request.id);
    let until = until_of(request, note.as_ref());
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
        until: rfc3339(until),
        by: note.map(|note| note.who),
        closed_at: moment(closed),
        outcome: (closed != Timestamp::NEVER).then(|| outcome(request, closed, until)),
        mine,
    }
}

/// How a request ended that is over.
fn outcome(request: &Request, closed: Timestamp, until: Timestamp) -> &'static str {
    match (request.accepted(), closed >= until) {
        (accepted, _) if accepted >= usize::from(request.wanted) => "enough",
        (_, false) => "withdrawn",
        (0, true) => "nobody",
        (_, true) => "some",
    }
}

/// Who asked, and until when.
fn note_of(api: &Api, request: RequestId) -> Option<Note> {
    let of =
        |note: &Note| matches!(note.what, Noted::Request { request: id, .. } if id == request.0);
    api.notes.last(of)
}

fn until_of(request: &Request, note: Option<&Note>) -> Timestamp {
    let usual = request.at.plus_s(USUAL_S);
    note.map_or(usual, |note| match note.what {
        Noted::Request { until, .. } => until,
        Noted::Published { .. } | Noted::Plan { .. } => usual,
    })
}

/// The open requests whose time is over, and when the next one's is.
pub(crate) fn late(api: &Api) -> (Vec<RequestId>, Timestamp) {
    let now = api.now();
    let open = api.shared.read(|view| view.state.requests().to_vec());
    let mut late = Vec::new();
    let mut next = Timestamp::NEVER;
    for request in &open {
        let until = until_of(request, note_of(api, request.id).as_ref());
        if until <= now {
            late.push(request.id);
        } else {
            next = next.min(until);
        }
    }
    (late, next)
}

/// Requests that are open, and those that were over within a day; newest first.
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
        let since = api.now().plus_s(-LISTED_S);
        let over = view.requests_over().map(|(request, at)| (request, *at));
        let over = over.filter(|(_, at)| *at >= since);
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
    me: Me,
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
    let until = until(&api, new.until.as_deref())?;
    let command = Command::AskAdvisers {
        activity,
        wanted: new.wanted,
        unit,
    };
    let accepted = api.command(command_id, command).await?;
    let request = api.shared.read(|view| view.request_made(accepted.seq));
    if let Some(request) = request
        && note_of(&api, request).is_none()
    {
        api.notes.add(Note {
            at: api.now(),
            seq: accepted.seq,
            who: signed(&me, new.who.as_deref()),
            why: String::new(),
            what: Noted::Request {
                request: request.0,
                until,
            },
        });
    }
    let made = request.and_then(|request| api.shared.read(|view| find(&api, view, request)));
    let made = made.ok_or_else(|| Problem::not_found("Spørsmålet er allerede lukket."))?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Until when a new request may be answered.
fn until(api: &Api, text: Option<&str>) -> Result<Timestamp, Problem> {
    let now = api.now();
    let Some(text) = text else {
        return Ok(now.plus_s(USUAL_S));
    };
    let until = parse(text).ok_or_else(|| {
        let example = vec![rfc3339(now.plus_s(USUAL_S))];
        Problem::invalid("until", "Ikke et tidspunkt etter RFC 3339.", example)
    })?;
    if until <= now || until > now.plus_s(LONGEST_S) {
        let text = "Velg et tidspunkt som kommer, innen tolv timer. Uten `until` varer spørsmålet i en halv time.";
        return Err(Problem::invalid("until", text, Vec::new()));
    }
    Ok(until)
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
    still_open(&api, request)?;
    let command = Command::AnswerRequest {
        request,
        adviser,
        yes: answer.yes,
    };
    api.command(command_id, command).await?;
    shown(&api, request, Some(answer.yes))
}

/// Who answers too late is told when it was over, and not that it never was.
fn still_open(api: &Api, request: RequestId) -> Result<(), Problem> {
    let over = api.shared.read(|view| {
        let mut over = view.requests_over();
        let found = over.find(|(known, _)| known.id == request);
        found.map(|(_, at)| *at)
    });
    let Some(at) = over else {
        return Ok(());
    };
    let when = moment_of(at, api.now(), Language::Nb);
    let text = format!(
        "Spørsmålet ble avsluttet {when}. Du trenger ikke svare; velg aktivitet selv om du vil hjelpe."
    );
    Err(Problem::conflict("request_over", &text))
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
