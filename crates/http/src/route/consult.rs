//! Asking an expert, handing over, giving work back: what an adviser does with a contact in hand, and
//! where each may go.

use axum::Json;
use axum::extract::Path;
use linje_event::{Command, ConsultAction};
use linje_types::{AdviserId, Channel, ContactId, Language, QueueId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::contacts::{ContactView, act, named_queue};
use crate::admit::{Me, own_contact};
use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Spoken};
use crate::problem::Problem;
use crate::shape::List;
use crate::traffic::{expected_s, n_free};
use crate::view::{Entry, Stage, View};

/// A queue that a contact may go to, with counts that help to choose. Never names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Target {
    /// The queue.
    queue: String,
    name: String,
    /// People who could take it at once.
    free: u32,
    waiting: u32,
    /// What one who comes there now may expect; null when nobody serves it.
    expected_wait_s: Option<u64>,
    /// The contact has been there before: it may not go round in a loop.
    been_there: bool,
}

/// Where one contact may go.
#[derive(Default)]
pub(super) struct Targets {
    pub(super) transfers: Vec<Target>,
    pub(super) consults: Vec<Target>,
}

impl Targets {
    /// The targets of a contact in conversation; none for one that is not.
    pub(super) fn of(api: &Api, view: &View, entry: &Entry, language: Language) -> Targets {
        let talking = matches!(entry.stage, Stage::Active | Stage::Held);
        let rules = view.state.tables().rules();
        let Some(rule) = rules.queues.get(entry.queue.idx()).filter(|_| talking) else {
            return Targets::default();
        };
        let visited = view.state.visited(entry.contact);
        let rows = |queues: &[QueueId]| {
            let rows = queues
                .iter()
                .map(|queue| target(api, view, *queue, &visited, language));
            rows.collect()
        };
        let asks = entry.channel == Channel::Voice && entry.consult_of.is_none();
        Targets {
            transfers: rows(&rule.transfers),
            consults: if asks {
                rows(&rule.consults)
            } else {
                Vec::new()
            },
        }
    }
}

fn target(api: &Api, view: &View, id: QueueId, visited: &[QueueId], language: Language) -> Target {
    let queue = api.directory.centre.queue(id);
    Target {
        queue: queue.id.clone(),
        name: queue.name.get(language).to_owned(),
        free: n_free(api, view, id),
        waiting: view.state.waiting(id),
        expected_wait_s: expected_s(api, view, id),
        been_there: visited.contains(&id),
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// The experts' queue.
    queue: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndConsult {
    /// `take_back`: back to the person. `hand_over`: the person goes to the expert who has answered.
    action: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetConference {
    /// `true`: all three talk. `false`: the person hears music again, and the two talk.
    joined: bool,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(targets))
        .routes(routes!(conference))
        .routes(routes!(consult))
        .routes(routes!(end_consult))
        .routes(routes!(give_back))
}

/// The experts' queues that may be asked about a contact.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/consults", tag = "contacts",
    params(("id" = String, Path, description = "The contact")),
    responses((status = 200, body = List<Target>), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn targets(
    api: Api,
    Path(id): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<List<Target>>, Problem> {
    let contact = api.contact(&id)?;
    let found = api.shared.read(|view| {
        let entry = view.contacts.get(contact)?;
        Some(Targets::of(&api, view, entry, language).consults)
    });
    let found = found.ok_or_else(|| Problem::not_found("Henvendelsen finnes ikke, eller er slettet. Sjekk merket i adressen; GET /api/v1/contacts viser dem som finnes."))?;
    Ok(Json(List::all(found)))
}

/// Asks an expert while the person hears music. The consultation waits in the experts' queue.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/consult", tag = "contacts", request_body = Ask,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ContactView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn consult(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(ask): Body<Ask>,
) -> Result<Json<ContactView>, Problem> {
    let contact = api.contact(&id)?;
    own_contact(&api, &me, contact)?;
    let queue = named_queue(&api, Channel::Voice, &ask.queue)?;
    api.people.protect(&api, contact).await;
    let command = Command::Consult {
        contact,
        consult: ContactId::NONE,
        adviser: AdviserId::NONE,
        queue,
    };
    act(&api, command_id, contact, command).await
}

/// Ends the consultation: back to the person, or the person goes to the expert (*sett over med samtale*).
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/consult/end", tag = "contacts", request_body = EndConsult,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ContactView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn end_consult(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(end): Body<EndConsult>,
) -> Result<Json<ContactView>, Problem> {
    let contact = api.contact(&id)?;
    own_contact(&api, &me, contact)?;
    let action = match end.action.as_str() {
        "take_back" => ConsultAction::TakeBack,
        "hand_over" => ConsultAction::HandOver,
        _ => {
            let valid = ["take_back", "hand_over"].map(str::to_owned).to_vec();
            return Err(Problem::invalid("action", "Ukjent handling.", valid));
        }
    };
    let command = Command::EndConsult {
        contact,
        adviser: AdviserId::NONE,
        action,
    };
    act(&api, command_id, contact, command).await
}

/// Lets the person, the adviser and the expert who has answered talk all three, or parts the person from the two.
/// It ends when one of them leaves: take back, hand over, or hang up.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/conference", tag = "contacts", request_body = SetConference,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ContactView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn conference(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(SetConference { joined }): Body<SetConference>,
) -> Result<Json<ContactView>, Problem> {
    let contact = api.contact(&id)?;
    own_contact(&api, &me, contact)?;
    let command = Command::Conference {
        contact,
        adviser: AdviserId::NONE,
        joined,
    };
    act(&api, command_id, contact, command).await
}

/// Gives work that can wait (a message, a task) back to the line, at its old place.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/return", tag = "contacts",
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ContactView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn give_back(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
) -> Result<Json<ContactView>, Problem> {
    let contact = api.contact(&id)?;
    own_contact(&api, &me, contact)?;
    let adviser = AdviserId::NONE;
    act(
        &api,
        command_id,
        contact,
        Command::Return { contact, adviser },
    )
    .await
}
