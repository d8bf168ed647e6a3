//! The answer to an offer.

use axum::Json;
use axum::extract::Path;
use linje_event::Command;
use linje_types::{AdviserId, OfferId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::contacts::renew;
use crate::admit::{Me, own_desk};
use crate::api::{Api, Gate};
use crate::body::{CommandId, OptionalBody};
use crate::problem::Problem;

/// Why an adviser does not take it. Nobody must say; it is not stored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decline {
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "taken so that pages may send it; reasons are not recorded about people"
    )]
    reason: Option<String>,
}

/// The contact that was offered.
#[derive(Debug, Serialize, ToSchema)]
struct Answered {
    contact: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(accept))
        .routes(routes!(decline))
}

/// Takes the offered contact.
#[utoipa::path(
    post, path = "/api/v1/offers/{id}/accept", tag = "contacts",
    params(("id" = String, Path, description = "The offer"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Answered), (status = 409, body = Problem, content_type = "application/problem+json"))
)]
async fn accept(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
) -> Result<Json<Answered>, Problem> {
    let offer = api.offer(&id)?;
    let adviser = whose(&api, &me, offer)?;
    if is_callback(&api, offer) && !api.presence.has_phone(adviser) {
        let text = "Brukeren skal ringes opp, og da trenger du telefon. Koble til hodesettet eller telefonen og svar igjen.";
        return Err(Problem::conflict("no_phone", text));
    }
    answer(
        &api,
        command_id,
        adviser,
        Command::Accept { offer, adviser },
    )
    .await
}

/// Does not take it. The adviser is not ready until they choose an activity again.
#[utoipa::path(
    post, path = "/api/v1/offers/{id}/decline", tag = "contacts", request_body = Option<Decline>,
    params(("id" = String, Path, description = "The offer"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Answered), (status = 409, body = Problem, content_type = "application/problem+json"))
)]
async fn decline(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
    _reason: OptionalBody<Decline>,
) -> Result<Json<Answered>, Problem> {
    let offer = api.offer(&id)?;
    let adviser = whose(&api, &me, offer)?;
    answer(
        &api,
        command_id,
        adviser,
        Command::Decline { offer, adviser },
    )
    .await
}

async fn answer(
    api: &Api,
    command_id: CommandId,
    adviser: AdviserId,
    command: Command,
) -> Result<Json<Answered>, Problem> {
    renew(api, adviser);
    let accepted = api.command(command_id, command).await?;
    Ok(Json(Answered {
        contact: accepted.contact.map(|contact| api.ids.contact(contact)),
    }))
}

/// Whether the person is to be rung when it is accepted.
fn is_callback(api: &Api, offer: OfferId) -> bool {
    api.shared.read(|view| {
        let offered = view.state.offered_contact(offer);
        let entry = offered.and_then(|offered| view.contacts.get(offered.id));
        entry.is_some_and(|entry| entry.callback.is_some())
    })
}

/// To whom the offer was made. That of somebody else is not told from one that is not there.
fn whose(api: &Api, me: &Me, offer: OfferId) -> Result<AdviserId, Problem> {
    let adviser = api.shared.read(|view| view.contacts.offered_to(offer));
    let card = adviser.and_then(|adviser| api.directory.card(adviser));
    let own = card.is_some_and(|card| own_desk(me, &card.ident).is_ok());
    adviser
        .filter(|_| own)
        .ok_or_else(|| Problem::not_found("Henvendelsen finnes ikke."))
}
