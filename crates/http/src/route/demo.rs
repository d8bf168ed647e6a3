//! The demo beside the service: numbers, phones, and *Ring inn*, a call that is steered in a page.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use linje_types::{AdviserId, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::advisers::{Adviser, adviser_of};
use super::live::{KEEP_ALIVE, Open};
use crate::api::{Api, Gate};
use crate::beside::RecordingState;
use crate::body::{Body, CommandId};
use crate::clock::rfc3339;
use crate::ports::{AnsweredBy, CallAsk, CallDoor, CallView, Demo, Phone};
use crate::problem::Problem;
use crate::shape::{Created, seconds};
use crate::traffic::expected_s;
use crate::view::{Entry, Stage, View};

/// Changes within this time are shown together.
const TOGETHER: Duration = Duration::from_millis(50);

/// What the demo has.
#[derive(Debug, Serialize, ToSchema)]
struct DemoView {
    /// By id, written as people write numbers.
    numbers: BTreeMap<String, String>,
    /// Where SIP listens.
    sip: String,
    phones: Vec<Phone>,
    advisers_free: Vec<Adviser>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCall {
    /// The id of a number, such as `main`.
    number: String,
    answered_by: AnsweredBy,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Press {
    /// 0-9, * or #.
    key: String,
}

/// A call as its page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct CallPage {
    at: String,
    id: String,
    contact: Option<String>,
    state: CallState,
    reason: Option<&'static str>,
    playing: Option<Playing>,
    keys: Vec<KeyLabel>,
    language: &'static str,
    position: Option<u32>,
    expected_wait_s: Option<u64>,
    waited_s: Option<f64>,
    /// The name of the adviser who has it.
    answered_by: Option<String>,
    /// The adviser wants to record it: asked (key 1 is the yes), on or paused.
    recording: Option<RecordingState>,
    synthetic: bool,
}

/// Where a call is, as the caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CallState {
    /// It rings, and nobody has said anything yet.
    Ringing,
    Menu,
    Queued,
    /// It rings with an adviser.
    Offered,
    /// The adviser is there; in a conference the expert too.
    Active,
    Held,
    /// The adviser asks an expert, and the caller hears music.
    Consulting,
    WrapUp,
    Closed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct Playing {
    /// A new number means that it begins now.
    seq: u64,
    items: Vec<PlayItem>,
    music: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct PlayItem {
    prompt: String,
    url: String,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct KeyLabel {
    key: String,
    label: String,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(demo))
        .routes(routes!(ring))
        .routes(routes!(press))
        .routes(routes!(hang_up))
        .routes(routes!(live_call))
}

/// Numbers, phones, free advisers. In the demo only.
#[utoipa::path(get, path = "/api/v1/demo", tag = "demo", responses((status = 200, body = DemoView), (status = 404, body = Problem, content_type = "application/problem+json")))]
async fn demo(api: Api) -> Result<Json<DemoView>, Problem> {
    let demo = of(&api)?;
    let advisers_free = api.shared.read(|view| {
        let shown = |(id, _)| adviser_of(&api, view, id).filter(|adviser| adviser.is_free());
        api.directory.cards().filter_map(shown).collect()
    });
    let numbers = demo.numbers.iter();
    Ok(Json(DemoView {
        numbers: numbers
            .map(|(id, number)| (id.clone(), spaced(number)))
            .collect(),
        sip: demo.sip.clone(),
        phones: demo.phones.clone(),
        advisers_free,
    }))
}

/// Rings a number from the page.
#[utoipa::path(
    post, path = "/api/v1/demo/calls", tag = "demo", request_body = NewCall,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Created), (status = 422, body = Problem, content_type = "application/problem+json"))
)]
async fn ring(
    api: Api,
    command_id: CommandId,
    Body(new): Body<NewCall>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    let demo = of(&api)?;
    if let Some(call) = api.rung(command_id) {
        let id = api.ids.call(call);
        return Ok((StatusCode::CREATED, Json(Created { id })));
    }
    if !demo.numbers.iter().any(|(id, _)| *id == new.number) {
        let valid = demo.numbers.iter().map(|(id, _)| id.clone()).collect();
        return Err(Problem::invalid("number", "Ukjent nummer.", valid));
    }
    let (reply, answer) = oneshot::channel();
    let ask = CallAsk::Ring {
        number: new.number,
        answered_by: new.answered_by,
        reply,
    };
    send(&api, ask).await?;
    let (call, _) =
        answer.await.ok().flatten().ok_or_else(|| {
            Problem::unavailable("too_many_calls", "Det går for mange samtaler nå.")
        })?;
    api.note_rung(command_id, call);
    let id = api.ids.call(call);
    Ok((StatusCode::CREATED, Json(Created { id })))
}

/// Presses a key.
#[utoipa::path(
    post, path = "/api/v1/demo/calls/{id}/keys", tag = "demo", request_body = Press,
    params(("id" = String, Path, description = "The call"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 422, body = Problem, content_type = "application/problem+json"))
)]
async fn press(
    api: Api,
    Path(id): Path<String>,
    Body(press): Body<Press>,
) -> Result<StatusCode, Problem> {
    let call = call_of(&api, &id)?;
    let mut letters = press.key.chars();
    let key = letters
        .next()
        .filter(|key| key.is_ascii_digit() || matches!(key, '*' | '#'))
        .filter(|_| letters.next().is_none());
    let key = key.ok_or_else(|| {
        let valid = "0123456789*#".chars().map(String::from).collect();
        Problem::invalid("key", "Ukjent tast.", valid)
    })?;
    send(&api, CallAsk::Key { call, key }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hangs up.
#[utoipa::path(
    delete, path = "/api/v1/demo/calls/{id}", tag = "demo",
    params(("id" = String, Path, description = "The call")), responses((status = 204))
)]
async fn hang_up(api: Api, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let call = call_of(&api, &id)?;
    send(&api, CallAsk::HangUp { call }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `call` at once and on each change, until the call is over.
#[utoipa::path(
    get, path = "/api/v1/demo/calls/{id}/live", tag = "demo",
    params(("id" = String, Path, description = "The call")),
    responses(
        (status = 200, content_type = "text/event-stream", body = CallPage, description = "`call`: CallPage"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn live_call(
    api: Api,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let call = call_of(&api, &id)?;
    let (reply, answer) = oneshot::channel();
    send(&api, CallAsk::Watch { call, reply }).await?;
    let calls = answer.await.ok().flatten().ok_or_else(no_call)?;
    let reader = CallReader {
        open: Open::new(&api),
        moving: api.shared.seq(),
        beside: api.presence.shown(),
        calls,
        api,
        id,
        last: None,
    };
    let stream = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn of(api: &Api) -> Result<&Demo, Problem> {
    api.demo
        .as_ref()
        .ok_or_else(|| Problem::not_found("Dette finnes bare i demoen."))
}

fn no_call() -> Problem {
    Problem::not_found("Samtalen finnes ikke lenger.")
}

fn call_of(api: &Api, id: &str) -> Result<u64, Problem> {
    api.ids.read_call(id).ok_or_else(no_call)
}

async fn send(api: &Api, ask: CallAsk) -> Result<(), Problem> {
    let door: &CallDoor = api
        .calls
        .as_ref()
        .ok_or_else(|| Problem::not_found("Dette finnes bare i demoen."))?;
    door.send(ask)
        .await
        .map_err(|_| Problem::unavailable("no_calls", "Telefonien går ikke nå."))
}

/// `55 55 33 33`.
fn spaced(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    if digits.len() != 8 {
        return number.to_owned();
    }
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    pairs.join(" ")
}

struct CallReader {
    #[expect(dead_code, reason = "its end is what counts")]
    open: Open,
    moving: watch::Receiver<u64>,
    /// Moves when a recording is asked for, begins, rests or ends.
    beside: watch::Receiver<u64>,
    calls: watch::Receiver<CallView>,
    api: Api,
    id: String,
    last: Option<CallPage>,
}

impl CallReader {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(last) = &self.last {
                if last.state == CallState::Closed {
                    return None;
                }
                tokio::select! {
                    moved = self.moving.changed() => moved.ok()?,
                    moved = self.beside.changed() => moved.ok()?,
                    // The last word of a call is seen before its end.
                    changed = self.calls.changed() => changed.ok()?,
                }
                tokio::time::sleep(TOGETHER).await;
            }
            self.moving.mark_unchanged();
            self.beside.mark_unchanged();
            let call = self.calls.borrow_and_update().clone();
            let now = self.api.now();
            let api = &self.api;
            let page = api
                .shared
                .read(|view| call_page(api, view, &self.id, &call, now));
            if self
                .last
                .as_ref()
                .is_some_and(|last| last.still() == page.still())
            {
                continue;
            }
            let json = serde_json::to_string(&page).ok()?;
            self.last = Some(page);
            return Some(Event::default().event("call").data(json));
        }
    }
}

impl CallPage {
    fn still(&self) -> CallPage {
        let mut still = self.clone();
        still.at.clear();
        still.waited_s = None;
        still
    }
}

fn call_page(api: &Api, view: &View, id: &str, call: &CallView, now: Timestamp) -> CallPage {
    let entry = call.contact.and_then(|contact| view.contacts.get(contact));
    let state = state_of(call, entry);
    let waits = matches!(state, CallState::Queued | CallState::Offered);
    let waited = entry.and_then(|entry| {
        let until = entry.answered.or(entry.ended).unwrap_or(now);
        Some(seconds(until.since_us(entry.enqueued?)))
    });
    let talks = matches!(
        state,
        CallState::Active | CallState::Held | CallState::Consulting | CallState::WrapUp
    );
    let with = entry
        .and_then(|entry| entry.adviser.some())
        .filter(|_| talks);
    let english = call.english;
    CallPage {
        at: rfc3339(now),
        id: id.to_owned(),
        contact: call.contact.map(|contact| api.ids.contact(contact)),
        state,
        reason: entry
            .and_then(|entry| entry.reason)
            .map(|reason| reason.as_str()),
        playing: playing(call),
        keys: call
            .keys
            .iter()
            .map(|(key, label)| KeyLabel {
                key: key.to_string(),
                label: label.clone(),
            })
            .collect(),
        language: if english { "en" } else { "nb" },
        position: entry
            .filter(|_| waits)
            .and_then(|entry| view.state.position(entry.contact)),
        expected_wait_s: entry
            .filter(|_| waits)
            .and_then(|entry| expected_s(api, view, entry.queue)),
        waited_s: waited,
        answered_by: with.and_then(|adviser: AdviserId| {
            api.directory.card(adviser).map(|card| card.name.clone())
        }),
        recording: call
            .contact
            .filter(|_| matches!(state, CallState::Active | CallState::Held))
            .and_then(|contact| api.beside.recording(contact))
            .map(|known| known.state),
        synthetic: call.synthetic,
    }
}

fn state_of(call: &CallView, entry: Option<&Entry>) -> CallState {
    if call.closed {
        return CallState::Closed;
    }
    let Some(entry) = entry else {
        return before_the_queue(call);
    };
    match entry.stage {
        Stage::Created | Stage::InIvr => before_the_queue(call),
        Stage::Queued | Stage::Parked | Stage::SetAside => CallState::Queued,
        Stage::Offered => CallState::Offered,
        Stage::Consulting if !entry.conference => CallState::Consulting,
        Stage::Active | Stage::Consulting => CallState::Active,
        Stage::Held => CallState::Held,
        Stage::Dialling => CallState::Ringing,
        Stage::WrapUp => CallState::WrapUp,
        Stage::Closed => CallState::Closed,
    }
}

const fn before_the_queue(call: &CallView) -> CallState {
    if call.in_menu {
        CallState::Menu
    } else {
        CallState::Ringing
    }
}

fn playing(call: &CallView) -> Option<Playing> {
    if call.playing.is_empty() && !call.music {
        return None;
    }
    Some(Playing {
        seq: call.playing_seq,
        items: call
            .playing
            .iter()
            .map(|(prompt, language, text)| PlayItem {
                url: format!("/api/v1/prompts/{prompt}.wav?lang={language}"),
                prompt: prompt.clone(),
                text: text.clone(),
            })
            .collect(),
        music: call.music,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_pairs() {
        assert_eq!(spaced("55553333"), "55 55 33 33");
        assert_eq!(spaced("815"), "815");
    }
}
