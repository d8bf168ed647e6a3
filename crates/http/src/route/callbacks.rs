//! *Bli ringt opp*: being rung instead of waiting. A number goes to the vault and is never told again.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_centre::hours::{self, Opening};
use linje_desk::{Refusal, Submit, field};
use linje_event::{CloseReason, Command, Needs, Rejection};
use linje_types::{Channel, ContactId, Language, Origin, QueueId, Timestamp, TopicId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::contacts::{named_queue, queue_of_topic, read_entry, topic, topics_on};
use crate::admit::Me;
use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Spoken};
use crate::clock::{parse, rfc3339};
use crate::ports::Keyed;
use crate::problem::Problem;
use crate::shape::{Named, moment, queue_name, whole_seconds};
use crate::traffic::expected;
use crate::view::{Callback, Entry, Stage, View};
use crate::words::{before, moment_of};

/// A number that is not needed any more is forgotten at the latest this long after the promise.
const KEPT_S: i64 = 24 * 3600;
/// Shortest time in which somebody may ask to be rung: an adviser must have the time to become free.
const SHORTEST_S: i64 = 15 * 60;
/// Most days ahead that somebody may ask to be rung.
const MAX_AHEAD_S: i64 = 14 * 24 * 3600;

/// A promise to ring somebody. Never the number.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct CallbackView {
    id: String,
    /// pending, dialling, done, failed or cancelled.
    state: &'static str,
    queue: Option<Named>,
    /// The place in line, 1 = next; null when its time has not come.
    place: Option<u32>,
    asked: String,
    /// Not rung before; null = when its turn comes.
    from: Option<String>,
    /// Promised before.
    until: String,
    /// The same in words: `innen onsdag 25. november`.
    until_text: String,
    /// Attempts begun, of `of`; those that failed on our side are not among them.
    attempts: u8,
    of: u8,
    /// When it is tried again.
    retry_at: Option<String>,
    /// What one who comes to the queue now may expect to wait; null while its time has not come.
    expected: Option<ExpectedSpan>,
    /// The promise in words, for the citizen.
    text: String,
}

/// An expected wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ExpectedSpan {
    p50_s: Option<u64>,
    p90_s: Option<u64>,
}

/// How many callbacks there are, by state; closed ones are those that came today.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
struct CallbackCounts {
    pending: usize,
    dialling: usize,
    done: usize,
    failed: usize,
    /// Of the failed, those that our own line out kept us from.
    fault: usize,
    cancelled: usize,
}

/// The callbacks of the centre.
#[derive(Debug, Serialize, ToSchema)]
struct CallbackList {
    counts: CallbackCounts,
    /// Whether the centre has a line out: without one nobody is promised to be rung.
    line_out: bool,
    /// The promise that comes first.
    oldest_until: Option<String>,
    /// The open ones, those promised first coming first.
    items: Vec<CallbackView>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCallback {
    /// The queue; may be left out when the topic is named.
    queue: Option<String>,
    /// The three-letter code of the topic.
    topic: Option<String>,
    /// Where to ring: eight digits, or with a country code.
    number: String,
    /// nb, nn, se or en.
    language: Option<String>,
    /// Not rung before this moment; left out = when the turn comes.
    from: Option<String>,
    /// The end of the time that suits; left out = two working days.
    until: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RingMe {
    /// Where to ring: eight digits, or with a country code.
    number: String,
    /// Not rung before this moment; left out = when the turn comes.
    from: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(list_callbacks, book))
        .routes(routes!(one_of_callbacks, cancel))
        .routes(routes!(ask_callback))
}

/// Promises to ring somebody who is not on the line. 201 comes when the promise is on disk; 409 when the
/// number is promised one already.
#[utoipa::path(
    post, path = "/api/v1/callbacks", tag = "callbacks", request_body = NewCallback,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key is the same callback")),
    responses(
        (status = 201, body = CallbackView),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "`existing` is the one that is promised"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn book(
    api: Api,
    me: Me,
    command_id: CommandId,
    Spoken(shown_in): Spoken,
    Body(new): Body<NewCallback>,
) -> Result<(StatusCode, Json<CallbackView>), Problem> {
    let keyed = number(&api, command_id, &new.number)?;
    let language = new.language.as_deref().map_or(Ok(Language::Nb), spoken)?;
    let topic_id = new
        .topic
        .as_deref()
        .map(|code| topic(&api, Channel::Voice, code))
        .transpose()?;
    let queue = match (&new.queue, topic_id) {
        (Some(queue), topic) => {
            let queue = named_queue(&api, Channel::Voice, queue)?;
            takes_topic(&api, queue, topic)?;
            queue
        }
        (None, Some(topic)) => queue_of_topic(&api, Channel::Voice, topic)?,
        (None, None) => {
            let valid = topics_on(&api, Channel::Voice);
            let text = "Si en kø (`queue`) eller et tema (`topic`).";
            return Err(Problem::invalid("queue", text, valid));
        }
    };
    let (from, until) = window(&api, queue, new.from.as_deref(), new.until.as_deref())?;
    let class = api.directory.centre.queue(queue).class.0;
    let own = api.people.own_needs(&me).await.unwrap_or_default();
    let needs = own.over(&api, Needs::NONE);
    let command = Command::BookCallback {
        contact: ContactId::NONE,
        queue,
        topic: topic_id.unwrap_or(TopicId::NONE),
        origin: Origin::Live,
        language,
        class: u8::try_from(class).unwrap_or(0),
        clearance: needs.clearance,
        not_to: needs.not_to,
        from,
        until,
    };
    let contact = promise(&api, command_id, command, &keyed, until, shown_in).await?;
    api.people
        .link_own(&api, &me, contact, queue, topic_id)
        .await?;
    let view = show(&api, contact, shown_in).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// A topic is asked about in a queue that has it: whoever rings would know nothing of another.
fn takes_topic(api: &Api, queue: QueueId, topic: Option<TopicId>) -> Result<(), Problem> {
    let centre = &api.directory.centre;
    let own = &centre.queue(queue).topics;
    let Some(topic) = topic.filter(|topic| !own.is_empty() && !own.contains(topic)) else {
        return Ok(());
    };
    let codes = own
        .iter()
        .filter_map(|topic| centre.topics.get(topic.idx()));
    let valid = codes.map(|topic| topic.code.clone()).collect();
    let code = centre.topics.get(topic.idx());
    let code = code.map_or("", |topic| topic.code.as_str());
    let name = centre.queue(queue).id.as_str();
    let text = format!(
        "Temaet {code} er ikke i køen «{name}». La `queue` være, så finner vi køen, eller velg et tema den har."
    );
    Err(Problem::invalid("topic", text, valid))
}

/// One who waits on the line is rung instead; the place is kept.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/callback", tag = "callbacks", request_body = RingMe,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CallbackView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn ask_callback(
    api: Api,
    Path(id): Path<String>,
    command_id: CommandId,
    Spoken(language): Spoken,
    Body(body): Body<RingMe>,
) -> Result<Json<CallbackView>, Problem> {
    let contact = api.contact(&id)?;
    let keyed = number(&api, command_id, &body.number)?;
    let queue = api
        .shared
        .read(|view| view.contacts.get(contact).map(|entry| entry.queue));
    let queue = queue.ok_or_else(|| Problem::not_found("Henvendelsen finnes ikke, eller er slettet. Sjekk merket i adressen; GET /api/v1/contacts viser dem som finnes."))?;
    if queue == QueueId::NONE {
        return Err(Rejection::WrongState.into());
    }
    let (from, until) = window(&api, queue, body.from.as_deref(), None)?;
    let command = Command::AskCallback {
        contact,
        from,
        until,
    };
    let contact = promise(&api, command_id, command, &keyed, until, language).await?;
    show(&api, contact, language).await.map(Json)
}

/// The promises that are open, and how the day's have gone. No numbers.
#[utoipa::path(get, path = "/api/v1/callbacks", tag = "callbacks", responses((status = 200, body = CallbackList)))]
async fn list_callbacks(api: Api, Spoken(language): Spoken) -> Json<CallbackList> {
    let today = hours::local(api.now()).date();
    let midnight = hours::moment(today, 0);
    Json(api.shared.read(|view| {
        let mut counts = CallbackCounts::default();
        for entry in view.contacts.newest(u64::MAX) {
            let Some(callback) = &entry.callback else {
                continue;
            };
            if entry.stage != Stage::Closed || entry.arrived >= midnight {
                counts.add(state_of(entry, callback));
                counts.fault += usize::from(is_our_fault(entry, callback));
            }
        }
        let mut open: Vec<(&Entry, &Callback)> = view
            .contacts
            .callbacks()
            .filter_map(|entry| Some((entry, entry.callback.as_ref()?)))
            .filter(|(_, callback)| callback.reached.is_none())
            .collect();
        open.sort_by_key(|(entry, callback)| (callback.until, entry.first_seq));
        CallbackList {
            counts,
            line_out: api.beside.calling.is_some(),
            oldest_until: open.first().map(|(_, callback)| rfc3339(callback.until)),
            items: open
                .into_iter()
                .map(|(entry, callback)| row(&api, view, entry, callback, language))
                .collect(),
        }
    }))
}

/// One promise.
#[utoipa::path(
    get, path = "/api/v1/callbacks/{id}", tag = "callbacks",
    params(("id" = String, Path, description = "The callback")),
    responses((status = 200, body = CallbackView), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn one_of_callbacks(
    api: Api,
    Path(id): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<CallbackView>, Problem> {
    let contact = api.contact(&id)?;
    show(&api, contact, language).await.map(Json)
}

/// Cancels a promise that nobody has begun with. The number is forgotten.
#[utoipa::path(
    delete, path = "/api/v1/callbacks/{id}", tag = "callbacks",
    params(("id" = String, Path, description = "The callback"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn cancel(
    api: Api,
    Path(id): Path<String>,
    command_id: CommandId,
) -> Result<StatusCode, Problem> {
    let contact = api.contact(&id)?;
    withdraw(&api, command_id, contact).await
}

/// The promise of a contact, while it is in force.
pub(super) fn in_force(api: &Api, contact: ContactId, language: Language) -> Option<CallbackView> {
    api.shared.read(|view| {
        let entry = view.contacts.get(contact)?;
        let callback = entry.callback.as_ref()?;
        let open = entry.stage != Stage::Closed && callback.reached.is_none();
        open.then(|| row(api, view, entry, callback, language))
    })
}

/// Cancels a promise that nobody has begun with.
pub(super) async fn withdraw(
    api: &Api,
    command_id: CommandId,
    contact: ContactId,
) -> Result<StatusCode, Problem> {
    let known = api.shared.read(|view| {
        let entry = view.contacts.get(contact)?;
        Some(entry.callback?.reached.is_none())
    });
    match known {
        None => return Err(no_callback()),
        Some(false) => {
            let text = "Brukeren er allerede ringt opp, så det er ikke noe å avbestille.";
            return Err(Problem::conflict("reached", text));
        }
        Some(true) => {}
    }
    let reason = CloseReason::Cancelled;
    api.command(command_id, Command::Close { contact, reason })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn no_callback() -> Problem {
    Problem::not_found(
        "Ingen blir ringt opp under dette merket. GET /api/v1/callbacks viser dem som er lovet.",
    )
}

/// Nobody is promised what the centre cannot do.
fn no_line_out() -> Problem {
    Problem::conflict(
        "no_line_out",
        "Sentret har ingen linje ut, så ingen kan bli ringt opp. Brukeren kan vente på linja, skrive til oss eller ringe igjen senere. En administrator setter opp linjen under [sip.outgoing] i innstillingene og starter tjenesten på nytt.",
    )
}

/// Reads a number; what cannot be rung is a fault of the request.
fn number(api: &Api, id: CommandId, text: &str) -> Result<Keyed, Problem> {
    let calling = api.beside.calling.as_ref();
    // A repeated request gets the first reply, whatever has become of the line since.
    if calling.is_none() && api.rung(id).is_none() {
        return Err(no_line_out());
    }
    // Numbers that cost whoever rings them are rung by nobody here.
    let read = (api.numbers.read)(text).filter(|keyed| !keyed.number.starts_with("+4782"));
    // What the line out would not ring is not promised either.
    let rung = read.filter(|keyed| calling.is_none_or(|it| (it.may)(&keyed.number).is_ok()));
    rung.ok_or_else(|| {
        let text = "Skriv et nummer som kan ringes: åtte sifre, eller + og landkode. Egne numre og betalnumre ringes ikke.";
        Problem::invalid("number", text, Vec::new())
    })
}

fn spoken(text: &str) -> Result<Language, Problem> {
    Language::parse(text).ok_or_else(|| {
        let valid = Language::ALL.iter().map(ToString::to_string).collect();
        Problem::invalid("language", "Ukjent språk.", valid)
    })
}

/// From when and until when somebody is rung.
fn window(
    api: &Api,
    queue: QueueId,
    from: Option<&str>,
    until: Option<&str>,
) -> Result<(Timestamp, Timestamp), Problem> {
    let now = api.now();
    let centre = &api.directory.centre;
    let read = |field: &'static str, text: &str| {
        parse(text).ok_or_else(|| {
            let example = vec![rfc3339(now)];
            Problem::invalid(field, "Ikke et tidspunkt etter RFC 3339.", example)
        })
    };
    let from = from.map(|text| read("from", text)).transpose()?;
    let until = until.map(|text| read("until", text)).transpose()?;
    let begin = from.map_or(now, |from| from.max(now));
    if begin > now.plus_s(MAX_AHEAD_S) {
        let text = "Velg en tid innen fjorten dager.";
        return Err(Problem::invalid("from", text, Vec::new()));
    }
    let open_hours = centre.hours_of(queue);
    if from.is_some() && begin > now && !open_hours.at(begin).is_open() {
        let text = match open_hours.at(begin) {
            Opening::Closed { opens, .. } if opens != Timestamp::NEVER => {
                // Seen from today: what is tomorrow then may not be tomorrow for who reads it.
                let when = hours::say_moment(now, opens, Language::Nb);
                format!("Da er det stengt. Neste åpning etter det er {when}.")
            }
            Opening::Closed { .. } | Opening::Open { .. } => "Da er det stengt.".to_owned(),
        };
        return Err(Problem::invalid("from", text, Vec::new()));
    }
    let promised = hours::working_days_after(begin, centre.callback.working_days);
    let until = until.unwrap_or(promised);
    if until <= begin {
        let text = if until <= now {
            "Tidspunktet er passert. Velg et som kommer."
        } else {
            "Slutten må komme etter begynnelsen."
        };
        return Err(Problem::invalid("until", text, Vec::new()));
    }
    if until < begin.plus_s(SHORTEST_S) {
        let text = "Velg et tidsrom på minst et kvarter.";
        return Err(Problem::invalid("until", text, Vec::new()));
    }
    // Who asks on the line asks for no time at all; who orders here asks for now at least. The log tells them apart.
    Ok((from.unwrap_or(now), until.min(promised)))
}

/// Makes the promise once; the number goes to the vault with it.
async fn promise(
    api: &Api,
    id: CommandId,
    command: Command,
    keyed: &Keyed,
    until: Timestamp,
    language: Language,
) -> Result<ContactId, Problem> {
    if let Some(known) = api.rung(id) {
        return Ok(ContactId(known));
    }
    let mut submit = Submit::new(0, command).with_id(id.0);
    if let Some(caller) = keyed.caller {
        submit = submit.with_caller(caller);
    }
    submit.vault.push((
        field::CALLBACK_NUMBER.to_owned(),
        keyed.number.as_bytes().to_vec(),
        until.plus_s(KEPT_S),
    ));
    let refusal = match api.desk.ask(submit).await {
        Ok(accepted) => {
            api.shared.reached(accepted.seq).await;
            if accepted.closed == Some(CloseReason::QueueFull) {
                return Err(Problem::conflict(
                    "queue_full",
                    "Køen er full, så ingen er lovet å bli ringt. Prøv igjen om noen minutter, eller velg en annen kø.",
                ));
            }
            let contact = accepted.contact.ok_or_else(no_callback)?;
            api.note_rung(id, contact.0);
            return Ok(contact);
        }
        Err(refusal) => refusal,
    };
    let existing = existing(api, keyed).await;
    match (refusal, existing) {
        // The same request on another day has another promise, and is the same request.
        (Refusal::IdReused, Some(contact)) => Ok(contact),
        (Refusal::Rejected(Rejection::Already), Some(contact)) => {
            let view = show(api, contact, language).await?;
            let text = format!("Nummeret er allerede lovet å bli ringt opp. {}", view.text);
            let existing = serde_json::to_value(view).unwrap_or_default();
            Err(Problem::conflict("already_promised", &text).with("existing", existing))
        }
        (refusal, _) => Err(api.refused(refusal)),
    }
}

/// The open callback of whoever has this number.
async fn existing(api: &Api, keyed: &Keyed) -> Option<ContactId> {
    let contacts = api.numbers.contacts_of(keyed.caller?).await;
    api.shared.read(|view| {
        let mut contacts = contacts.into_iter();
        contacts.find(|contact| {
            let entry = view.contacts.get(*contact);
            entry.is_some_and(|entry| entry.callback.is_some() && entry.stage != Stage::Closed)
        })
    })
}

async fn show(api: &Api, contact: ContactId, language: Language) -> Result<CallbackView, Problem> {
    let entry = read_entry(api, contact).await?;
    let callback = entry.callback.ok_or_else(no_callback)?;
    let row = |view: &View| row(api, view, &entry, &callback, language);
    Ok(api.shared.read(row))
}

fn row(
    api: &Api,
    view: &View,
    entry: &Entry,
    callback: &Callback,
    language: Language,
) -> CallbackView {
    let open = entry.stage != Stage::Closed;
    let state = state_of(entry, callback);
    let rule = view.state.tables().rules().callback;
    let until = before(callback.until, api.now(), language);
    let later = callback.from > callback.asked;
    let place = view.state.position(entry.contact).filter(|_| open);
    let again = Some(callback.retry_at)
        .filter(|at| open && callback.attempts > 0 && *at != Timestamp::NEVER && *at > api.now())
        .map(|at| moment_of(at, api.now(), language));
    let from = later.then(|| moment_of(callback.from, callback.asked, language));
    let text = match (from, language) {
        (None, Language::En) => format!("You will be rung when it is your turn, {until}."),
        (Some(from), Language::En) => format!("You will be rung after {from}, {until}."),
        (None, _) => format!("Du blir ringt opp når det er din tur, {until}."),
        (Some(from), _) => format!("Du blir ringt opp etter {from}, {until}."),
    };
    let text = match (again, language) {
        (None, _) => text,
        (Some(at), Language::En) => {
            format!("We did not get hold of you. We try again {at}, {until}.")
        }
        (Some(at), _) => format!("Vi fikk ikke tak i deg. Vi prøver igjen {at}, {until}."),
    };
    let fault = is_our_fault(entry, callback);
    let text = match (fault, language) {
        (false, _) => text,
        (true, Language::En) => String::from(
            "We could not ring you: our line out was away until the promise had run out. The fault is ours. Ring us, or order again.",
        ),
        (true, _) => String::from(
            "Vi fikk ikke ringt deg: linjen ut hos oss var borte til fristen var ute. Feilen er vår. Ring oss, eller bestill på nytt.",
        ),
    };
    CallbackView {
        id: api.ids.contact(entry.contact),
        state: state.as_str(),
        queue: queue_name(&api.directory, entry.queue, language),
        place,
        asked: rfc3339(callback.asked),
        from: later.then(|| rfc3339(callback.from)),
        until: rfc3339(callback.until),
        until_text: until,
        attempts: callback.attempts,
        of: rule.attempts,
        retry_at: moment(callback.retry_at).filter(|_| open),
        expected: place.map(|_| {
            let wait = expected(api, view, entry.queue).wait;
            ExpectedSpan {
                p50_s: wait.map(|wait| whole_seconds(wait.p50_us)),
                p90_s: wait.map(|wait| whole_seconds(wait.p90_us)),
            }
        }),
        text,
    }
}

/// Where a promise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Pending,
    Dialling,
    Done,
    Failed,
    Cancelled,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Dialling => "dialling",
            State::Done => "done",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }
}

impl CallbackCounts {
    fn add(&mut self, state: State) {
        let count = match state {
            State::Pending => &mut self.pending,
            State::Dialling => &mut self.dialling,
            State::Done => &mut self.done,
            State::Failed => &mut self.failed,
            State::Cancelled => &mut self.cancelled,
        };
        *count += 1;
    }
}

/// Whether the citizen was not rung because our own line out was away until the promise had run out.
fn is_our_fault(entry: &Entry, callback: &Callback) -> bool {
    callback.reached.is_none() && entry.reason == Some(CloseReason::Fault)
}

fn state_of(entry: &Entry, callback: &Callback) -> State {
    match (entry.stage, callback.reached, entry.reason) {
        (_, Some(_), _) => State::Done,
        (Stage::Dialling, None, _) => State::Dialling,
        (Stage::Closed, None, Some(CloseReason::Cancelled)) => State::Cancelled,
        (Stage::Closed, None, _) => State::Failed,
        (_, None, _) => State::Pending,
    }
}
