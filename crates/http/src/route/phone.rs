//! Telephones in the browser: a WebSocket for an adviser's softphone, and one for the caller of the demo.
//!
//! Only sound is steered here: offer and answer (SDP), keys, who has the sound. Answering, holding, asking and
//! ending are the same requests as everywhere else.

use std::time::Duration;

use axum::extract::Path;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use linje_types::AdviserId;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admit::{Credential, Me};
use crate::api::{Api, Gate};
use crate::body::Body;
use crate::problem::Problem;
use crate::sound::{CallNews, NoSound, PhoneNews, SoundAsk, SoundDoor};

/// Longest message of a page, bytes: an offer is some thousand.
pub(super) const MAX_MESSAGE: usize = 48 * 1_024;
/// A page that says nothing is asked whether it is there.
const ASK_EVERY: Duration = Duration::from_secs(10);
/// A page that has not answered for this long is gone.
const SILENT: Duration = Duration::from_secs(25);
/// How long a tab that went away keeps the phone.
const KEPT: Duration = Duration::from_secs(12);
/// News that may wait for a page.
pub(super) const NEWS: usize = 64;

/// What a softphone says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum PhoneSays {
    /// This tab takes the sound.
    Take,
    /// This tab gives the sound up.
    Leave,
    /// Sound for a call; `answer` comes back.
    Offer { call: String, sdp: String },
    /// A key.
    Key { call: String, key: char },
    /// There are no more candidates. The service needs none.
    IceEnd,
}

/// What a softphone is told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum PhoneHears {
    /// The tab has the sound.
    Yours,
    /// Another tab has it.
    Elsewhere,
    /// A call is for this phone: offer sound now.
    Ringing {
        call: String,
        contact: String,
        display: String,
    },
    /// It was answered.
    Answered { call: String },
    /// Put on hold, or taken back.
    Held { call: String, held: bool },
    /// It is over.
    Gone { call: String },
    /// The answer to an offer.
    Answer { call: String, sdp: String },
    /// An offer was not taken.
    Problem {
        call: String,
        code: &'static str,
        text: &'static str,
    },
}

impl From<PhoneNews> for PhoneHears {
    fn from(news: PhoneNews) -> PhoneHears {
        match news {
            PhoneNews::Ringing {
                leg,
                contact,
                display,
            } => PhoneHears::Ringing {
                call: leg.to_string(),
                contact,
                display,
            },
            PhoneNews::Answered { leg } => PhoneHears::Answered {
                call: leg.to_string(),
            },
            PhoneNews::Held { leg, held } => PhoneHears::Held {
                call: leg.to_string(),
                held,
            },
            PhoneNews::Gone { leg } => PhoneHears::Gone {
                call: leg.to_string(),
            },
            PhoneNews::Elsewhere => PhoneHears::Elsewhere,
        }
    }
}

/// What a caller's page says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum CallerSays {
    /// Rings a number, named by its id; `from` is the number that the caller shows.
    Ring {
        number: String,
        from: Option<String>,
        sdp: String,
    },
    /// Sound for a call that goes on.
    Again { call: String, sdp: String },
    /// A key.
    Key { key: char },
    /// The end.
    HangUp,
    /// There are no more candidates. The service needs none.
    IceEnd,
}

/// What a caller's page is told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum CallerHears {
    /// The answer to an offer, and the call.
    Answer { call: String, sdp: String },
    /// Somebody or something answered.
    Answered,
    /// The call is over.
    Ended,
    /// It was not taken.
    Problem {
        code: &'static str,
        text: &'static str,
    },
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(desk_phone))
        .routes(routes!(choose_phone))
        .routes(routes!(demo_phone))
}

/// An adviser's telephone in the browser: a WebSocket with one JSON object per message. The newest tab that says
/// `take` has the sound. For each `ringing` the page offers sound (`offer`, `answer`); a page that was loaded again
/// hears `ringing` again and offers anew, and its conversation goes on.
#[utoipa::path(
    get, path = "/api/v1/desk/sessions/{session}/phone", tag = "desk",
    params(("session" = String, Path, description = "The session")),
    responses(
        (status = 101, description = "WebSocket; the page sends PhoneSays, the service PhoneHears", body = PhoneHears),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn desk_phone(
    api: Api,
    me: Me,
    credential: Credential,
    Path(session): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    of_a_page(&headers)?;
    let adviser = whose(&api, &me, &session)?;
    let door = door(&api)?.clone();
    let user = api
        .directory
        .card(adviser)
        .map(|card| card.ident.clone())
        .ok_or_else(|| Problem::not_found("Veilederen finnes ikke."))?;
    let (to, news) = mpsc::channel(NEWS);
    let phone = Phone {
        api,
        door,
        me,
        session,
        adviser,
        user,
        to,
        tab: None,
        logged_out: false,
    };
    let upgrade = upgrade.max_message_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| phone.run(socket, news, credential)))
}

/// Where an adviser takes calls while the desk is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PhonePlace {
    /// In the browser; the page says so on its WebSocket.
    Headset,
    /// At a registered telephone.
    Phone,
    /// On the page, without sound: no telephone rings.
    Page,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PhoneChoice {
    #[serde(rename = "where")]
    place: PhonePlace,
}

/// Chooses where calls are taken: in the browser, at a telephone, or on the page only.
#[utoipa::path(
    put, path = "/api/v1/desk/sessions/{session}/phone", tag = "desk", request_body = PhoneChoice,
    params(("session" = String, Path, description = "The session")),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn choose_phone(
    api: Api,
    me: Me,
    Path(session): Path<String>,
    Body(PhoneChoice { place }): Body<PhoneChoice>,
) -> Result<StatusCode, Problem> {
    let adviser = whose(&api, &me, &session)?;
    api.softphones.choose(adviser, place == PhonePlace::Page);
    Ok(StatusCode::NO_CONTENT)
}

/// A caller's telephone in the browser: a WebSocket with one JSON object per message. How the call goes (what is
/// said, keys, place in line) is read at `/api/v1/demo/calls/{id}/live`. In the demo only.
#[utoipa::path(
    get, path = "/api/v1/demo/phone", tag = "demo",
    responses(
        (status = 101, description = "WebSocket; the page sends CallerSays, the service CallerHears", body = CallerHears),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn demo_phone(
    api: Api,
    credential: Credential,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    of_a_page(&headers)?;
    if api.demo.is_none() {
        return Err(Problem::not_found("Dette finnes bare i demoen."));
    }
    let door = door(&api)?.clone();
    let (to, news) = mpsc::channel(NEWS);
    let caller = Caller {
        api,
        door,
        to,
        call: None,
    };
    let upgrade = upgrade.max_message_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| caller.run(socket, news, credential)))
}

/// Whose softphone this is: the one place where the right to it is checked, at the upgrade and while it lasts.
fn whose(api: &Api, me: &Me, session: &str) -> Result<AdviserId, Problem> {
    super::desk::resume(api, me, session).map(|(adviser, _)| adviser)
}

/// A socket is opened by a page of ours: the wall has compared the origin, here there must be one.
pub(super) fn of_a_page(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(header::ORIGIN) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "no_origin",
        "Telefonen åpnes fra en side",
    )
    .detail("Forespørselen mangler Origin. Bruk SIP for programmer som skal ringe."))
}

pub(super) fn door(api: &Api) -> Result<&SoundDoor, Problem> {
    api.sound.as_ref().ok_or_else(|| {
        Problem::unavailable(
            "no_sound",
            "Lyd i nettleseren går ikke nå: den simulerte klokka går fortere enn tale.",
        )
    })
}

/// An adviser's tab.
struct Phone {
    api: Api,
    door: SoundDoor,
    me: Me,
    session: String,
    adviser: AdviserId,
    user: String,
    to: mpsc::Sender<PhoneNews>,
    /// The tab's number, once it took the sound.
    tab: Option<u64>,
    logged_out: bool,
}

impl Phone {
    async fn run(
        mut self,
        mut socket: WebSocket,
        mut news: mpsc::Receiver<PhoneNews>,
        mut credential: Credential,
    ) {
        let mut alive = Alive::new();
        let mut shown = self.api.presence.shown();
        loop {
            let told = tokio::select! {
                message = socket.recv() => match read(message) {
                    Read::Said(says) => {
                        alive.heard();
                        self.said(says).await
                    }
                    Read::Noise => { alive.heard(); None }
                    Read::Over => break,
                },
                Some(news) = news.recv() => Some(self.heard(news)),
                () = credential.ended() => {
                    self.logged_out = true;
                    break;
                }
                // A desk that is closed has no phone.
                _ = shown.changed() => {
                    if whose(&self.api, &self.me, &self.session).is_err() { break }
                    None
                }
                () = alive.due() => {
                    if alive.is_gone() || whose(&self.api, &self.me, &self.session).is_err() { break }
                    if socket.send(Message::Ping(Default::default())).await.is_err() { break }
                    None
                }
            };
            if let Some(told) = told
                && !tell(&mut socket, &told).await
            {
                break;
            }
        }
        self.gone();
    }

    async fn said(&mut self, says: PhoneSays) -> Option<PhoneHears> {
        match says {
            PhoneSays::Take => {
                let tab = self.api.softphones.take(self.adviser, self.to.clone());
                self.tab = Some(tab);
                self.ask(SoundAsk::Phone {
                    user: self.user.clone(),
                    news: self.to.clone(),
                })
                .await;
                Some(PhoneHears::Yours)
            }
            PhoneSays::Leave => {
                if let Some(tab) = self.tab.take()
                    && self.api.softphones.leave(self.adviser, tab)
                {
                    let user = self.user.clone();
                    self.ask(SoundAsk::NoPhone { user }).await;
                }
                None
            }
            PhoneSays::Offer { call, sdp } => Some(self.join(call, sdp).await),
            PhoneSays::Key { call, key } => {
                if let (Some(leg), true) = (call.parse().ok(), is_key(key) && self.has()) {
                    let user = self.user.clone();
                    self.ask(SoundAsk::LegKey { user, leg, key }).await;
                }
                None
            }
            PhoneSays::IceEnd => None,
        }
    }

    fn has(&self) -> bool {
        self.tab
            .is_some_and(|tab| self.api.softphones.has(self.adviser, tab))
    }

    async fn join(&self, call: String, offer: String) -> PhoneHears {
        let joined = match call.parse().ok().filter(|_| self.has()) {
            None => Err(NoSound::Gone),
            Some(leg) => {
                let (reply, answer) = oneshot::channel();
                let user = self.user.clone();
                self.ask(SoundAsk::Join {
                    user,
                    leg,
                    offer,
                    reply,
                })
                .await;
                answer.await.unwrap_or(Err(NoSound::Down))
            }
        };
        match joined {
            Ok(sdp) => PhoneHears::Answer { call, sdp },
            Err(no) => {
                let (code, text) = words(no);
                PhoneHears::Problem { call, code, text }
            }
        }
    }

    fn heard(&mut self, news: PhoneNews) -> PhoneHears {
        if news == PhoneNews::Elsewhere {
            self.tab = None;
        }
        PhoneHears::from(news)
    }

    /// The tab is gone: it keeps the phone for a while, unless the desk is closed or another tab has it.
    fn gone(self) {
        let Some(tab) = self.tab else { return };
        let kept = match whose(&self.api, &self.me, &self.session) {
            Ok(_) if !self.logged_out => KEPT,
            Ok(_) | Err(_) => Duration::ZERO,
        };
        tokio::spawn(async move {
            tokio::time::sleep(kept).await;
            if self.api.softphones.leave(self.adviser, tab) {
                let user = self.user.clone();
                self.ask(SoundAsk::NoPhone { user }).await;
            }
        });
    }

    async fn ask(&self, ask: SoundAsk) {
        if self.door.send(ask).await.is_err() {
            tracing::warn!("the lines do not hear a softphone");
        }
    }
}

/// A caller's page.
struct Caller {
    api: Api,
    door: SoundDoor,
    to: mpsc::Sender<CallNews>,
    call: Option<u64>,
}

impl Caller {
    async fn run(
        mut self,
        mut socket: WebSocket,
        mut news: mpsc::Receiver<CallNews>,
        mut credential: Credential,
    ) {
        let mut alive = Alive::new();
        loop {
            let told = tokio::select! {
                message = socket.recv() => match read(message) {
                    Read::Said(says) => {
                        alive.heard();
                        self.said(says).await
                    }
                    Read::Noise => { alive.heard(); None }
                    Read::Over => return,
                },
                Some(news) = news.recv() => Some(match news {
                    CallNews::Answered => CallerHears::Answered,
                    CallNews::Ended => CallerHears::Ended,
                }),
                () = credential.ended() => {
                    if let Some(call) = self.call {
                        self.ask(SoundAsk::HangUp { call }).await;
                    }
                    return;
                }
                () = alive.due() => {
                    if alive.is_gone() || socket.send(Message::Ping(Default::default())).await.is_err() {
                        return;
                    }
                    None
                }
            };
            // A page that closes does not hang up: it may be loaded again. Silence ends its call.
            if let Some(told) = told
                && !tell(&mut socket, &told).await
            {
                return;
            }
        }
    }

    async fn said(&mut self, says: CallerSays) -> Option<CallerHears> {
        match says {
            CallerSays::Ring { number, from, sdp } => Some(self.ring(number, from, sdp).await),
            CallerSays::Again { call, sdp } => Some(self.again(call, sdp).await),
            CallerSays::Key { key } => {
                if let Some(call) = self.call.filter(|_| is_key(key)) {
                    self.ask(SoundAsk::Key { call, key }).await;
                }
                None
            }
            CallerSays::HangUp => {
                if let Some(call) = self.call.take() {
                    self.ask(SoundAsk::HangUp { call }).await;
                }
                None
            }
            CallerSays::IceEnd => None,
        }
    }

    async fn ring(&mut self, number: String, from: Option<String>, offer: String) -> CallerHears {
        let known = self.api.demo.as_ref();
        if !known.is_some_and(|demo| demo.numbers.iter().any(|(id, _)| *id == number)) {
            return CallerHears::Problem {
                code: "number",
                text: "Ukjent nummer.",
            };
        }
        // A number that cannot be one is withheld: what a caller shows is a hint, never more.
        let from = from.and_then(|from| (self.api.numbers.read)(&from).map(|keyed| keyed.number));
        let (reply, answer) = oneshot::channel();
        let news = self.to.clone();
        self.ask(SoundAsk::Ring {
            number,
            from,
            offer,
            news,
            reply,
        })
        .await;
        match answer.await.unwrap_or(Err(NoSound::Down)) {
            Ok((call, sdp)) => {
                self.call = Some(call);
                let call = self.api.ids.call(call);
                CallerHears::Answer { call, sdp }
            }
            Err(no) => problem(no),
        }
    }

    async fn again(&mut self, id: String, offer: String) -> CallerHears {
        let Some(call) = self.api.ids.read_call(&id) else {
            return problem(NoSound::Gone);
        };
        let (reply, answer) = oneshot::channel();
        let news = self.to.clone();
        self.ask(SoundAsk::Again {
            call,
            offer,
            news,
            reply,
        })
        .await;
        match answer.await.unwrap_or(Err(NoSound::Down)) {
            Ok((answered, sdp)) => {
                self.call = Some(call);
                if answered {
                    self.to.try_send(CallNews::Answered).ok();
                }
                CallerHears::Answer { call: id, sdp }
            }
            Err(no) => problem(no),
        }
    }

    async fn ask(&self, ask: SoundAsk) {
        if self.door.send(ask).await.is_err() {
            tracing::warn!("the lines do not hear a page that calls");
        }
    }
}

fn problem(no: NoSound) -> CallerHears {
    let (code, text) = words(no);
    CallerHears::Problem { code, text }
}

pub(super) const fn words(no: NoSound) -> (&'static str, &'static str) {
    match no {
        NoSound::Offer => (
            "offer",
            "Nettleseren tilbyr ikke lyd som kan brukes her (G.711). Bruk en nyere nettleser eller en telefon.",
        ),
        NoSound::Gone => ("gone", "Samtalen er over."),
        NoSound::Full => ("full", "Det går for mange samtaler nå. Prøv igjen om litt."),
        NoSound::Down => ("no_calls", "Telefonien går ikke nå."),
    }
}

const fn is_key(key: char) -> bool {
    matches!(key, '0'..='9' | '*' | '#')
}

/// What came of waiting for a page.
pub(super) enum Read<T> {
    Said(T),
    /// A pong, or something that is not understood.
    Noise,
    Over,
}

pub(super) fn read<T: for<'de> Deserialize<'de>>(
    message: Option<Result<Message, axum::Error>>,
) -> Read<T> {
    match message {
        Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
            Ok(says) => Read::Said(says),
            Err(_) => Read::Noise,
        },
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => Read::Noise,
        Some(Ok(Message::Close(_)) | Err(_)) | None => Read::Over,
    }
}

/// Sends one message; false when the page is gone.
pub(super) async fn tell<T: Serialize>(socket: &mut WebSocket, told: &T) -> bool {
    let Ok(text) = serde_json::to_string(told) else {
        return false;
    };
    socket.send(Message::Text(text.into())).await.is_ok()
}

/// Whether a page is still there.
pub(super) struct Alive {
    last: tokio::time::Instant,
    next: tokio::time::Instant,
}

impl Alive {
    pub(super) fn new() -> Self {
        let now = tokio::time::Instant::now();
        Self {
            last: now,
            next: now + ASK_EVERY,
        }
    }

    pub(super) fn heard(&mut self) {
        self.last = tokio::time::Instant::now();
    }

    pub(super) async fn due(&mut self) {
        tokio::time::sleep_until(self.next).await;
        self.next = tokio::time::Instant::now() + ASK_EVERY;
    }

    pub(super) fn is_gone(&self) -> bool {
        self.last.elapsed() > SILENT
    }
}
