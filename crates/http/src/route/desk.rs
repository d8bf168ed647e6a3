//! The adviser's desk: a session, and a live picture of one's own offer, contacts and day.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use linje_access::Role;
use linje_event::{Command, Event as Happened};
use linje_types::{AdviserId, Language, Origin, Origins, QueueId, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::advisers::{Adviser, adviser_of, is_signed_in, refuse_synthetic};
use super::calls_out::CallingView;
use super::consult::{Target, Targets};
use super::contacts::{
    CallbackRow, ConsultRow, EventRow, WhyRow, callback_row, consult_row, event_rows, why_row,
};
use super::listening::ListeningRow;
use super::live::{KEEP_ALIVE, Open};
use super::plans::plans_on;
use super::recordings::RecordingRow;
use super::requests::{RequestRow, requests_to};
use crate::admit::{Me, own_desk};
use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Spoken};
use crate::clock::rfc3339;
use crate::people::Level;
use crate::presence::Heartbeat;
use crate::problem::Problem;
use crate::shape::{
    Named, TopicName, moment, named, queue_name, seconds, topic_name, whole_seconds,
};
use crate::view::{Entry, Stage, View};
use crate::words::Reader;

/// Changes within this time are shown together.
const TOGETHER: Duration = Duration::from_millis(50);
/// The low bits of a session are chance, the high ones the adviser.
const CHANCE_BITS: u32 = 32;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSession {
    /// The ident of the adviser to be.
    adviser: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Session {
    session: String,
    adviser: Adviser,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Serve {
    /// Whether synthetic people come to this adviser too.
    serve: bool,
}

/// What stands on an adviser's desk.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct DeskView {
    at: String,
    seq: u64,
    adviser: Adviser,
    /// *Henvendelse til deg*.
    offer: Option<OfferView>,
    contacts: Vec<DeskContact>,
    today: Today,
    queues: Vec<DeskQueue>,
    /// What the traffic controller asks of this adviser and their unit.
    requests: Vec<RequestRow>,
    /// Crisis plans that are on.
    plans: Vec<Named>,
    /// Ringing out; null when the centre has no line out.
    calling: Option<CallingView>,
}

/// A contact that is presented.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct OfferView {
    id: String,
    contact: String,
    channel: &'static str,
    queue: Option<Named>,
    topic: Option<TopicName>,
    caller: &'static str,
    synthetic: bool,
    waited_s: f64,
    arrived: String,
    expires_at: Option<String>,
    /// How long an offer of this queue lasts.
    ring_s: f64,
    /// *Bli ringt opp*: the person is rung when the adviser answers.
    callback: Option<CallbackRow>,
    /// An adviser asks for advice while the person hears music.
    consult: bool,
    /// The adviser who asks.
    asked_by: Option<AskedBy>,
    /// What is special about it, in words.
    note: Option<String>,
    why: WhyRow,
}

/// A contact in hand.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct DeskContact {
    id: String,
    state: Stage,
    channel: &'static str,
    queue: Option<Named>,
    topic: Option<TopicName>,
    caller: &'static str,
    synthetic: bool,
    arrived: String,
    answered: Option<String>,
    ended: Option<String>,
    wrap_up_until: Option<String>,
    clock_stopped: bool,
    /// From the moment it counted as waiting until it was answered.
    waited_s: f64,
    /// What is agreed with somebody who wanted to be rung.
    callback: Option<CallbackRow>,
    /// The adviser rang them.
    called_out: bool,
    /// The expert who is asked about it.
    consult: Option<ConsultRow>,
    /// Person, adviser and expert talk all three.
    conference: bool,
    /// How sure it is whom it is about, as far as it was said or read since the server began. It moves by itself
    /// when the citizen logs in and says that it is them.
    person: Option<Level>,
    /// Somebody attends, or asks to.
    listening: Option<ListeningRow>,
    /// It is recorded, or that was asked.
    recording: Option<RecordingRow>,
    /// Whether it may be recorded when both say yes; never what leaves no trace.
    recordable: bool,
    /// It is a consultation: an adviser asks about this contact.
    consult_of: Option<String>,
    /// The adviser who asks, when it is a consultation.
    asked_by: Option<AskedBy>,
    /// When work that can wait must be done.
    due: Option<String>,
    /// Where it may be transferred without a word, when it is in conversation.
    transfers: Vec<Target>,
    /// The experts who may be asked about it, when it is in conversation.
    consults: Vec<Target>,
    events: Vec<EventRow>,
}

/// A colleague who asks for advice, and about what. Never whom: that is the colleague's to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct AskedBy {
    adviser: Named,
    unit: Option<Named>,
    /// The queue of the contact that they ask about.
    queue: Option<Named>,
    /// Its topic.
    topic: Option<TopicName>,
    /// The person hears both.
    conference: bool,
}

/// The adviser's own figures, for own eyes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct Today {
    answered: u64,
    mean_talk_s: Option<f64>,
}

/// A queue that this adviser serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct DeskQueue {
    id: String,
    name: String,
    waiting: usize,
    longest_wait_s: u64,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(leave_desk))
        .routes(routes!(synthetic))
        .routes(routes!(live_desk))
}

/// Opens one's own desk; in a second window, the same desk. A program may open that of any adviser whose desk is
/// not open.
#[utoipa::path(
    post, path = "/api/v1/desk/sessions", tag = "desk", request_body = NewSession,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, body = Session),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn open(
    api: Api,
    me: Me,
    CommandId(command_id): CommandId,
    Body(new): Body<NewSession>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let adviser = api.adviser(&new.adviser)?;
    own_desk(&me, &new.adviser)?;
    refuse_synthetic(&api, adviser)?;
    // Two windows of one person are one desk. A program speaks for others, and takes nobody's place.
    let own = (me.ident == new.adviser && !me.roles.has(Role::Program))
        .then(|| api.presence.open_session(adviser))
        .flatten();
    if let Some(session) = own {
        let adviser = show(&api, adviser)?;
        let session = api.ids.session(session);
        return Ok((StatusCode::CREATED, Json(Session { session, adviser })));
    }
    let mask = (1 << CHANCE_BITS) - 1;
    let chance = u64::try_from(command_id & mask).unwrap_or(0);
    let session = u64::from(adviser.0) << CHANCE_BITS | chance;
    if !api.presence.open_desk(adviser, session) {
        return Err(taken());
    }
    let adviser = show(&api, adviser)?;
    let session = api.ids.session(session);
    Ok((StatusCode::CREATED, Json(Session { session, adviser })))
}

/// Leaves the desk and signs out.
#[utoipa::path(
    delete, path = "/api/v1/desk/sessions/{session}", tag = "desk",
    params(("session" = String, Path, description = "The session")),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn leave_desk(
    api: Api,
    me: Me,
    Path(session): Path<String>,
    command_id: CommandId,
) -> Result<StatusCode, Problem> {
    let (adviser, _) = resume(&api, &me, &session)?;
    if is_signed_in(&api, adviser) {
        api.command(command_id, Command::SignOut { adviser })
            .await?;
    }
    api.presence.close_desk(adviser);
    Ok(StatusCode::NO_CONTENT)
}

/// Whether synthetic people come to this adviser too.
#[utoipa::path(
    put, path = "/api/v1/desk/sessions/{session}/synthetic", tag = "desk", request_body = Serve,
    params(("session" = String, Path, description = "The session")),
    responses((status = 200, body = Adviser), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn synthetic(
    api: Api,
    me: Me,
    Path(session): Path<String>,
    command_id: CommandId,
    Body(Serve { serve }): Body<Serve>,
) -> Result<Json<Adviser>, Problem> {
    let (adviser, _) = resume(&api, &me, &session)?;
    let origins = if serve { Origins::BOTH } else { Origins::LIVE };
    api.command(command_id, Command::Meet { adviser, origins })
        .await?;
    show(&api, adviser).map(Json)
}

/// `desk` at once and on each change. The open stream is the heartbeat: 15 s after it ends the adviser
/// counts as gone.
#[utoipa::path(
    get, path = "/api/v1/desk/sessions/{session}/live", tag = "desk",
    params(("session" = String, Path, description = "The session")),
    responses(
        (status = 200, content_type = "text/event-stream", body = DeskView, description = "`desk`: DeskView"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn live_desk(
    api: Api,
    me: Me,
    Path(session): Path<String>,
    Spoken(language): Spoken,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let (adviser, session) = resume(&api, &me, &session)?;
    let reader = DeskReader {
        heartbeat: api.presence.stream(adviser),
        open: Open::new(&api),
        moving: api.shared.seq(),
        presence: api.presence.shown(),
        api,
        adviser,
        session,
        language,
        last: None,
    };
    let stream = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn taken() -> Problem {
    Problem::conflict(
        "adviser_taken",
        "Noen andre er denne veilederen nå. Velg en annen.",
    )
}

/// The adviser of a session. A session of a process before this one goes on while its adviser is signed in.
pub(super) fn resume(api: &Api, me: &Me, session: &str) -> Result<(AdviserId, u64), Problem> {
    let gone = || Problem::not_found("Økten finnes ikke. Velg veileder på nytt.");
    let value = api.ids.read_session(session).ok_or_else(gone)?;
    let adviser = AdviserId(u32::try_from(value >> CHANCE_BITS).map_err(|_| gone())?);
    let card = api.directory.card(adviser).ok_or_else(gone)?;
    // The desk of somebody else is not told from one that is not there.
    own_desk(me, &card.ident).map_err(|_| gone())?;
    let known = api.presence.session(adviser) == Some(value);
    let goes_on =
        !card.synthetic && is_signed_in(api, adviser) && api.presence.resume_desk(adviser, value);
    if known || goes_on {
        Ok((adviser, value))
    } else {
        Err(gone())
    }
}

fn show(api: &Api, adviser: AdviserId) -> Result<Adviser, Problem> {
    let shown = api.shared.read(|view| adviser_of(api, view, adviser));
    shown.ok_or_else(|| Problem::not_found("Veilederen finnes ikke."))
}

struct DeskReader {
    #[expect(dead_code, reason = "its end is what counts")]
    heartbeat: Heartbeat,
    #[expect(dead_code, reason = "its end is what counts")]
    open: Open,
    moving: watch::Receiver<u64>,
    presence: watch::Receiver<u64>,
    api: Api,
    adviser: AdviserId,
    session: u64,
    language: Language,
    last: Option<DeskView>,
}

impl DeskReader {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.last.is_some() {
                tokio::select! {
                    moved = self.moving.changed() => moved.ok()?,
                    moved = self.presence.changed() => moved.ok()?,
                }
                tokio::time::sleep(TOGETHER).await;
            }
            self.moving.mark_unchanged();
            self.presence.mark_unchanged();
            // The desk was left in another window.
            if self.api.presence.session(self.adviser) != Some(self.session) {
                return None;
            }
            let now = self.api.now();
            let api = &self.api;
            let desk = api
                .shared
                .read(|view| desk(api, view, self.adviser, now, self.language))?;
            if self
                .last
                .as_ref()
                .is_some_and(|last| last.still() == desk.still())
            {
                continue;
            }
            let event = Event::default().event("desk").id(desk.seq.to_string());
            let json = serde_json::to_string(&desk);
            self.last = Some(desk);
            match json {
                Ok(json) => return Some(event.data(json)),
                Err(error) => {
                    tracing::error!(%error, "cannot write a desk");
                    return None;
                }
            }
        }
    }
}

impl DeskView {
    /// The desk without what grows by itself.
    fn still(&self) -> DeskView {
        let mut still = self.clone();
        still.seq = 0;
        still.at.clear();
        for queue in &mut still.queues {
            queue.longest_wait_s = 0;
        }
        if let Some(offer) = &mut still.offer {
            offer.waited_s = 0.0;
        }
        still
    }
}

fn desk(
    api: &Api,
    view: &View,
    id: AdviserId,
    now: Timestamp,
    language: Language,
) -> Option<DeskView> {
    let entries: Vec<&Entry> = view
        .state
        .contacts_of(id)
        .into_iter()
        .filter_map(|contact| view.contacts.get(contact))
        .collect();
    let offered = entries.iter().find(|entry| entry.stage == Stage::Offered);
    let own = view.day.own(id);
    Some(DeskView {
        at: rfc3339(now),
        seq: view.seq,
        adviser: adviser_of(api, view, id)?,
        offer: offered.and_then(|entry| offer(api, view, entry, now, language)),
        contacts: entries
            .iter()
            .filter(|entry| entry.stage != Stage::Offered)
            .map(|entry| contact(api, view, id, entry, now, language))
            .collect(),
        today: Today {
            answered: own.answered,
            mean_talk_s: own.mean_talk_s(),
        },
        queues: queues(api, view, id, now, language),
        requests: requests_to(api, view, id),
        plans: plans_on(api, view, language),
        calling: CallingView::of(api, view, id),
    })
}

fn offer(
    api: &Api,
    view: &View,
    entry: &Entry,
    now: Timestamp,
    language: Language,
) -> Option<OfferView> {
    let id = entry.offer?;
    let why = entry.last_why()?.event.why()?;
    let rules = view.state.tables().rules();
    let ring_us = rules
        .queues
        .get(entry.queue.idx())
        .map_or(0, |queue| queue.ring_us);
    Some(OfferView {
        id: api.ids.offer(id),
        contact: api.ids.contact(entry.contact),
        channel: entry.channel.as_str(),
        queue: queue_name(&api.directory, entry.queue, language),
        topic: topic_name(&api.directory, entry.topic, language),
        caller: caller(entry.origin, language),
        synthetic: entry.origin == Origin::Synthetic,
        waited_s: seconds(now.since_us(entry.enqueued.unwrap_or(now))),
        arrived: rfc3339(entry.arrived),
        expires_at: moment(entry.offer_expires),
        ring_s: seconds(ring_us),
        callback: entry.callback.as_ref().map(callback_row),
        consult: entry.consult_of.is_some(),
        asked_by: asked_by(api, view, entry, language),
        note: note(entry, language).map(str::to_owned),
        why: why_row(api, &why, entry.queue, Reader::Chosen, language),
    })
}

/// What is special about an offer.
fn note(entry: &Entry, language: Language) -> Option<&'static str> {
    let english = language == Language::En;
    let rung = entry.callback.is_some_and(|call| call.reached.is_none());
    if entry.consult_of.is_some() {
        return Some(if english {
            "A colleague asks you; the person hears music meanwhile"
        } else {
            "En veileder spør deg; brukeren hører musikk imens"
        });
    }
    rung.then_some(if english {
        "Callback: the person is rung when you answer"
    } else {
        "Bli ringt opp: brukeren ringes når du svarer"
    })
}

fn contact(
    api: &Api,
    view: &View,
    me: AdviserId,
    entry: &Entry,
    now: Timestamp,
    language: Language,
) -> DeskContact {
    let targets = Targets::of(api, view, entry, language);
    let wrapping_up = entry.stage == Stage::WrapUp;
    let until = entry.answered.unwrap_or(now);
    DeskContact {
        id: api.ids.contact(entry.contact),
        state: entry.stage,
        channel: entry.channel.as_str(),
        queue: queue_name(&api.directory, entry.queue, language),
        topic: topic_name(&api.directory, entry.topic, language),
        caller: caller(entry.origin, language),
        synthetic: entry.origin == Origin::Synthetic,
        arrived: rfc3339(entry.arrived),
        answered: entry.answered.and_then(moment),
        ended: entry.ended.and_then(moment),
        wrap_up_until: moment(entry.wrap_up_until).filter(|_| wrapping_up),
        clock_stopped: wrapping_up && entry.wrap_up_until == Timestamp::NEVER,
        waited_s: seconds(until.since_us(entry.enqueued.unwrap_or(until))),
        callback: entry.callback.as_ref().map(callback_row),
        called_out: entry.called_out,
        consult: consult_row(api, view, entry, language),
        conference: entry.conference,
        person: api.people.level_now(entry.contact),
        listening: ListeningRow::of(api, entry.contact, me).filter(|_| !wrapping_up),
        recording: RecordingRow::of(api, entry.contact, me).filter(|_| !wrapping_up),
        recordable: api.beside.records
            && !entry.leaves_no_trace(&api.directory.centre)
            && entry.origin == Origin::Live
            && entry.consult_of.is_none(),
        consult_of: entry.consult_of.map(|about| api.ids.contact(about)),
        asked_by: asked_by(api, view, entry, language),
        due: moment(entry.needs.due),
        transfers: targets.transfers,
        consults: targets.consults,
        events: event_rows(api, entry.queue, &entry.events, Some(me), language),
    }
}

/// Who asks, when it is a consultation and what it is about is still at hand.
fn asked_by(api: &Api, view: &View, entry: &Entry, language: Language) -> Option<AskedBy> {
    let about = view.contacts.get(entry.consult_of?)?;
    // Whoever asked, also when somebody else has the contact by now.
    let asked = about.events.iter().find_map(|past| {
        let Happened::ConsultStarted {
            consult, adviser, ..
        } = past.event
        else {
            return None;
        };
        (consult == entry.contact).then_some(adviser)
    });
    let card = api.directory.card(asked.unwrap_or(about.adviser))?;
    let unit = api.directory.centre.units.get(card.unit.idx());
    Some(AskedBy {
        adviser: Named {
            id: card.ident.clone(),
            name: card.name.clone(),
        },
        unit: unit.map(|unit| named(&unit.id, &unit.name, language)),
        queue: queue_name(&api.directory, about.queue, language),
        topic: topic_name(&api.directory, about.topic, language),
        conference: about.conference,
    })
}

/// Nobody's number is known here: numbers lie in the vault.
const fn caller(origin: Origin, language: Language) -> &'static str {
    match (origin, matches!(language, Language::En)) {
        (Origin::Live, false) => "Ukjent nummer",
        (Origin::Live, true) => "Unknown number",
        (Origin::Synthetic, false) => "Syntetisk bruker",
        (Origin::Synthetic, true) => "Synthetic person",
    }
}

fn queues(
    api: &Api,
    view: &View,
    adviser: AdviserId,
    now: Timestamp,
    language: Language,
) -> Vec<DeskQueue> {
    (0..)
        .map(QueueId)
        .zip(&api.directory.centre.queues)
        .filter(|(id, queue)| !queue.demo_only && view.state.serves(adviser, *id, queue.channel))
        .map(|(id, queue)| DeskQueue {
            id: queue.id.clone(),
            name: queue.name.get(language).to_owned(),
            waiting: view.day.waiting(id),
            longest_wait_s: view
                .day
                .oldest(id)
                .map_or(0, |oldest| whole_seconds(now.since_us(oldest))),
        })
        .collect()
}
