//! Attending a conversation: a leader asks, the adviser says yes in that very call, it is shown while it lasts, and
//! either of them ends it.

use axum::Json;
use axum::extract::Path;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use linje_access::Role;
use linje_types::{AdviserId, Channel, ContactId, Origin};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::phone::{
    Alive, MAX_MESSAGE, NEWS, PhoneHears, PhoneSays, Read, door, of_a_page, read, tell, words,
};
use crate::admit::{Credential, Me, forbidden};
use crate::api::{Api, Gate};
use crate::beside::{Attending, How, Listening, user};
use crate::body::{Body, CommandId, Spoken};
use crate::clock::rfc3339;
use crate::problem::Problem;
use crate::shape::{List, Named, moment, queue_name};
use crate::sound::{NoSound, PhoneNews, SoundAsk, SoundDoor};
use crate::view::Stage;

/// Somebody attends a conversation, or asks to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ListeningRow {
    /// Who, by name.
    who: String,
    how: How,
    state: Attending,
    since: String,
}

impl ListeningRow {
    /// The row of a contact with this adviser.
    pub(super) fn of(api: &Api, contact: ContactId, adviser: AdviserId) -> Option<ListeningRow> {
        let known = api.beside.listening(contact)?;
        (known.adviser == adviser).then(|| ListeningRow::from(known))
    }
}

impl From<Listening> for ListeningRow {
    fn from(known: Listening) -> ListeningRow {
        ListeningRow {
            who: known.name,
            how: known.how,
            state: known.state,
            since: rfc3339(known.since),
        }
    }
}

/// A conversation that a leader may ask to attend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct Conversation {
    contact: String,
    adviser: Named,
    queue: Option<Named>,
    answered: Option<String>,
    listening: Option<ListeningRow>,
    /// Whether it is the reader who attends or asks.
    mine: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskToAttend {
    how: How,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerAttend {
    yes: bool,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(conversations))
        .routes(routes!(ask_attend, end_attend))
        .routes(routes!(answer_attend))
        .routes(routes!(attend_phone))
}

/// The telephone conversations of the leader's own unit that go on now.
#[utoipa::path(get, path = "/api/v1/listening", tag = "listening", responses((status = 200, body = List<Conversation>)))]
async fn conversations(api: Api, me: Me, Spoken(language): Spoken) -> Json<List<Conversation>> {
    api.forget_beside();
    let rows = api.shared.read(|view| {
        let talking = view.contacts.newest(u64::MAX).filter(|entry| {
            matches!(entry.stage, Stage::Active | Stage::Held)
                && entry.channel == Channel::Voice
                && entry.origin == Origin::Live
                && entry.consult_of.is_none()
                && leads(&api, &me, entry.adviser)
        });
        talking
            .map(|entry| {
                let known = api.beside.listening(entry.contact);
                Conversation {
                    contact: api.ids.contact(entry.contact),
                    adviser: named(&api, entry.adviser),
                    queue: queue_name(&api.directory, entry.queue, language),
                    answered: entry.answered.and_then(moment),
                    mine: known.as_ref().is_some_and(|known| known.who == me.ident),
                    listening: known.map(ListeningRow::from),
                }
            })
            .collect()
    });
    Json(List::all(rows))
}

/// Asks the adviser to let one attend this conversation. Nothing is heard before the adviser has said yes.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/listening", tag = "listening", request_body = AskToAttend,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn ask_attend(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    _: CommandId,
    Body(AskToAttend { how }): Body<AskToAttend>,
) -> Result<StatusCode, Problem> {
    let contact = api.contact(&id)?;
    api.forget_beside();
    let adviser = api.talks(contact)?;
    if !leads(&api, &me, adviser) {
        // Not told from one that is not there.
        return Err(Problem::not_found("Henvendelsen finnes ikke."));
    }
    api.ask_to_attend(contact, (&me.ident, &me.name), how)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The adviser's answer, in the call that it is about.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/listening/answer", tag = "listening", request_body = AnswerAttend,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn answer_attend(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    _: CommandId,
    Body(AnswerAttend { yes }): Body<AnswerAttend>,
) -> Result<StatusCode, Problem> {
    let contact = api.contact(&id)?;
    let adviser = api.talks(contact)?;
    own_voice(&api, &me, adviser)?;
    api.answer_attending(contact, yes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends it; the adviser and whoever attends may, at any time.
#[utoipa::path(
    delete, path = "/api/v1/contacts/{id}/listening", tag = "listening",
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn end_attend(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    _: CommandId,
) -> Result<StatusCode, Problem> {
    let contact = api.contact(&id)?;
    let known = api.beside.listening(contact);
    let attends = known.as_ref().is_some_and(|known| known.who == me.ident);
    if let Some(known) = known.filter(|_| !attends) {
        own_voice(&api, &me, known.adviser)?;
    }
    api.end_attending(contact, &me.ident).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The one yes that nobody says for another: it is the adviser's own. A program may speak for an adviser.
pub(super) fn own_voice(api: &Api, me: &Me, adviser: AdviserId) -> Result<(), Problem> {
    let card = api.directory.card(adviser);
    let own = card.is_some_and(|card| card.ident == me.ident);
    if own || me.roles.has(Role::Program) {
        return Ok(());
    }
    Err(forbidden(
        "Dette kan bare veilederen i samtalen selv si ja til.",
    ))
}

/// Whether this leader leads the adviser's unit: one's own, or any when the leader belongs to none.
pub(super) fn leads(api: &Api, me: &Me, adviser: AdviserId) -> bool {
    let Some(card) = api.directory.card(adviser) else {
        return false;
    };
    let unit = api.directory.centre.units.get(usize::from(card.unit.0));
    let own = me.unit.as_deref();
    own.is_none_or(|own| unit.is_some_and(|unit| unit.id == own)) || me.roles.has(Role::Program)
}

pub(super) fn named(api: &Api, adviser: AdviserId) -> Named {
    let card = api.directory.card(adviser);
    Named {
        id: card.map(|card| card.ident.clone()).unwrap_or_default(),
        name: card.map(|card| card.name.clone()).unwrap_or_default(),
    }
}

/// The sound of somebody who attends: a WebSocket like a softphone's. It has the sound at once; the newest counts.
#[utoipa::path(
    get, path = "/api/v1/listening/phone", tag = "listening",
    responses(
        (status = 101, description = "WebSocket; the page sends PhoneSays, the service PhoneHears", body = PhoneHears),
        (status = 403, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn attend_phone(
    api: Api,
    me: Me,
    credential: Credential,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    of_a_page(&headers)?;
    let door = door(&api)?.clone();
    let (to, news) = mpsc::channel(NEWS);
    let page = api.beside.page_opened(&me.ident);
    let ear = Ear {
        user: user(&me.ident),
        ident: me.ident.clone(),
        api,
        door,
        to,
        page,
    };
    let upgrade = upgrade.max_message_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| ear.run(socket, news, credential)))
}

struct Ear {
    api: Api,
    door: SoundDoor,
    ident: String,
    user: String,
    to: mpsc::Sender<PhoneNews>,
    page: u64,
}

impl Ear {
    async fn run(
        self,
        mut socket: WebSocket,
        mut news: mpsc::Receiver<PhoneNews>,
        mut credential: Credential,
    ) {
        let mut alive = Alive::new();
        let (user, to) = (self.user.clone(), self.to.clone());
        self.ask(SoundAsk::Phone { user, news: to }).await;
        loop {
            let told = tokio::select! {
                message = socket.recv() => match read::<PhoneSays>(message) {
                    Read::Said(says) => {
                        alive.heard();
                        self.said(says).await
                    }
                    Read::Noise => { alive.heard(); None }
                    Read::Over => break,
                },
                Some(news) = news.recv() => Some(PhoneHears::from(news)),
                () = credential.ended() => break,
                () = alive.due() => {
                    if alive.is_gone() || socket.send(Message::Ping(Default::default())).await.is_err() { break }
                    None
                }
            };
            if let Some(told) = told
                && !tell(&mut socket, &told).await
            {
                break;
            }
        }
        if self.api.beside.page_closed(&self.ident, self.page) {
            let user = self.user.clone();
            self.ask(SoundAsk::NoPhone { user }).await;
            // Whoever has no sound attends nothing.
            let attended = self.api.beside.attended_by(&self.ident);
            for contact in attended {
                self.api.end_attending(contact, &self.ident).await.ok();
            }
        }
    }

    async fn said(&self, says: PhoneSays) -> Option<PhoneHears> {
        match says {
            PhoneSays::Take => Some(PhoneHears::Yours),
            PhoneSays::Offer { call, sdp } => {
                let (reply, answer) = oneshot::channel();
                let joined = match call.parse().ok() {
                    None => Err(NoSound::Gone),
                    Some(leg) => {
                        let (user, offer) = (self.user.clone(), sdp);
                        let join = SoundAsk::Join {
                            user,
                            leg,
                            offer,
                            reply,
                        };
                        self.ask(join).await;
                        answer.await.unwrap_or(Err(NoSound::Down))
                    }
                };
                Some(match joined {
                    Ok(sdp) => PhoneHears::Answer { call, sdp },
                    Err(no) => {
                        let (code, text) = words(no);
                        PhoneHears::Problem { call, code, text }
                    }
                })
            }
            PhoneSays::Leave | PhoneSays::Key { .. } | PhoneSays::IceEnd => None,
        }
    }

    async fn ask(&self, ask: SoundAsk) {
        if self.door.send(ask).await.is_err() {
            tracing::warn!("the lines do not hear a page that attends");
        }
    }
}
