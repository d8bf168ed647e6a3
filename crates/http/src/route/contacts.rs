//! Contacts: new ones, what happened to them, and what is done with them.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_centre::Queue;
use linje_event::{Command, Entry as Way, Needs};
use linje_types::{
    AdviserId, Channel, Clearance, ContactId, Language, Origin, QueueId, Timestamp, TopicId,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admit::{Me, own_contact};
use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Query, Spoken};
use crate::clock::{parse, rfc3339};
use crate::people::OwnNeeds;
use crate::problem::Problem;
use crate::shape::{Created, List, Named, moment, queue_name, seconds};
use crate::view::{Callback, Entry, Past, Stage, View};
use crate::words::{self, Reader};

/// A contact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactView {
    id: String,
    state: Stage,
    channel: String,
    queue: Option<String>,
    /// The ident of who has it, is offered it, or had it last.
    adviser: Option<String>,
    arrived: String,
    /// Since when it counts as waiting.
    enqueued: Option<String>,
    answered: Option<String>,
    ended: Option<String>,
    /// Why it is closed; `transferred` is not one: a transferred contact goes on.
    reason: Option<&'static str>,
    /// The topic's code.
    topic: Option<String>,
    language: String,
    synthetic: bool,
    /// What is agreed with somebody who wants to be rung.
    callback: Option<CallbackRow>,
    /// The expert who is asked about it.
    consult: Option<ConsultRow>,
    /// The contact that this consultation is about.
    consult_of: Option<String>,
    /// The step of the queue's rule in force, 0 = the first.
    ring: u8,
    /// Its guaranteed longest wait is over: it goes before the others.
    overdue: bool,
    /// In lists null: ask for the contact.
    events: Option<Vec<EventRow>>,
}

/// What is agreed with somebody who wants to be rung. Never the number.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct CallbackRow {
    /// Not rung before; null = when its turn comes.
    from: Option<String>,
    /// Promised before.
    until: String,
    /// Attempts begun.
    attempts: u8,
    /// When it is tried again.
    retry_at: Option<String>,
    /// Why the last attempt failed: busy, unreachable, no_answer.
    missed: Option<String>,
    /// When the person answered.
    reached: Option<String>,
}

/// A consultation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ConsultRow {
    /// The consultation, a contact of its own.
    id: String,
    /// The experts' queue.
    queue: Option<Named>,
    /// Where the consultation is: queued, offered, active, wrap_up.
    state: Stage,
    since: String,
    /// Whether the expert has answered, so that the person can be handed over.
    answered: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct EventRow {
    seq: u64,
    at: String,
    kind: &'static str,
    /// The same in plain words.
    text: String,
    why: Option<WhyRow>,
    /// What the event itself says, such as how an offer ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Why an offer was made.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct WhyRow {
    rule: &'static str,
    text: String,
    /// Advisers who could have taken it, or lines that held somebody.
    able: u32,
    /// The step of the queue's rule, 0 = the first.
    ring: u8,
    idle_s: f64,
    runner_up_idle_s: Option<f64>,
    waited_s: f64,
    queue: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewContact {
    /// voice, chat, message or task.
    channel: String,
    /// The three-letter code of the topic; may be left out when the queue is named.
    topic: Option<String>,
    /// The queue; when left out, the one that the topic has on the channel.
    queue: Option<String>,
    /// nb, nn, se or en.
    language: Option<String>,
    /// What it needs beyond the queue, as a look-up of the person found it.
    #[serde(default)]
    needs: NewNeeds,
}

/// What one contact needs beyond its queue.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNeeds {
    /// shielded (*skjermet*), confidential (*fortrolig*, code 7), strictly_confidential (*strengt fortrolig*, code 6).
    #[serde(default)]
    protection: Vec<String>,
    /// Who is asked first for a while: the adviser who helped last.
    named: Option<String>,
    /// The adviser whose own case it is: never offered to them.
    own_case_of: Option<String>,
    /// Messages and tasks: when it must be done.
    due: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct To {
    /// The queue.
    queue: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// created, in_ivr, queued, parked, offered, dialling, active, held, consulting, set_aside, wrap_up,
    /// closed; several with commas; `open` is all but closed.
    state: Option<String>,
    /// In this queue now or last.
    queue: Option<String>,
    /// With this adviser now or last.
    adviser: Option<String>,
    /// Came at or after this moment.
    since: Option<String>,
    /// Only real people's, or only synthetic people's.
    synthetic: Option<bool>,
    /// At most so many, 1 to 1000.
    limit: Option<usize>,
    /// Where the page before ended.
    cursor: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(list_contacts, create))
        .routes(routes!(one_of_contacts))
        .routes(routes!(hold))
        .routes(routes!(resume))
        .routes(routes!(end))
        .routes(routes!(transfer))
}

/// A new contact. 201 comes when it is on disk.
#[utoipa::path(
    post, path = "/api/v1/contacts", tag = "contacts", request_body = NewContact,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key is the same contact")),
    responses(
        (status = 201, body = Created),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn create(
    api: Api,
    me: Me,
    command_id: CommandId,
    Body(new): Body<NewContact>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    let own = api.people.own_needs(&me).await;
    let (queue, plan) = plan(&api, &new, own)?;
    let accepted = api.command(command_id, plan).await?;
    let contact = accepted
        .contact
        .ok_or_else(|| Problem::unavailable("no_contact", "Henvendelsen ble ikke registrert."))?;
    let topic = new
        .topic
        .as_deref()
        .and_then(|code| api.directory.centre.topic_id(code));
    api.people
        .link_own(&api, &me, contact, queue, topic)
        .await?;
    let id = api.ids.contact(contact);
    Ok((StatusCode::CREATED, Json(Created { id })))
}

/// The queue, and the command. `own` is what the registers say that a citizen who logged in needs.
fn plan(api: &Api, new: &NewContact, own: Option<OwnNeeds>) -> Result<(QueueId, Command), Problem> {
    let centre = &api.directory.centre;
    let channel = Channel::parse(&new.channel).ok_or_else(|| {
        let valid = Channel::ALL
            .iter()
            .map(|channel| channel.to_string())
            .collect();
        Problem::invalid("channel", "Ukjent kanal.", valid)
    })?;
    let language = match &new.language {
        None => Language::Nb,
        Some(language) => Language::parse(language).ok_or_else(|| {
            let valid = Language::ALL
                .iter()
                .map(|language| language.to_string())
                .collect();
            Problem::invalid("language", "Ukjent språk.", valid)
        })?,
    };
    let topic = new
        .topic
        .as_deref()
        .map(|code| topic(api, channel, code))
        .transpose()?;
    let queue = match (&new.queue, topic) {
        (Some(queue), _) => named_queue(api, channel, queue)?,
        (None, Some(topic)) => queue_of_topic(api, channel, topic)?,
        (None, None) => {
            let valid = topics_on(api, channel);
            return Err(Problem::invalid("topic", "Si et tema eller en kø.", valid));
        }
    };
    refuse_closed(api, queue, channel)?;
    let mut needs = needs(api, &new.needs)?;
    if let Some(own) = own {
        needs = own.over(api, needs);
    }
    let command = Command::Arrive {
        contact: ContactId::NONE,
        channel,
        topic: topic.unwrap_or(TopicId::NONE),
        origin: Origin::Live,
        language,
        entry: Way::Queue {
            queue,
            class: u8::try_from(centre.queue(queue).class.0).unwrap_or(0),
            place: Timestamp::NEVER,
            needs,
        },
    };
    Ok((queue, command))
}

fn needs(api: &Api, new: &NewNeeds) -> Result<Needs, Problem> {
    let known = [
        ("shielded", Clearance::SHIELDED),
        ("confidential", Clearance::CONFIDENTIAL),
        ("strictly_confidential", Clearance::STRICT),
    ];
    let mut clearance = Clearance::NONE;
    for word in &new.protection {
        let found = known.iter().find(|(name, _)| name == word);
        let (_, needed) = found.ok_or_else(|| {
            let valid = known.iter().map(|(name, _)| (*name).to_owned()).collect();
            Problem::invalid("needs.protection", "Ukjent skjerming.", valid)
        })?;
        clearance = clearance.and(*needed);
    }
    let adviser = |ident: &Option<String>| match ident {
        Some(ident) => api.adviser(ident),
        None => Ok(AdviserId::NONE),
    };
    let due = match &new.due {
        Some(text) => parse(text).ok_or_else(|| {
            let valid = vec!["2026-11-25T15:00:00+01:00".to_owned()];
            Problem::invalid("needs.due", "Fristen er ikke et tidspunkt.", valid)
        })?,
        None => Timestamp::NEVER,
    };
    Ok(Needs {
        clearance,
        named: adviser(&new.named)?,
        not_to: adviser(&new.own_case_of)?,
        due,
    })
}

pub(super) fn topic(api: &Api, channel: Channel, code: &str) -> Result<TopicId, Problem> {
    let known = api.directory.centre.topic_id(code);
    known.ok_or_else(|| {
        Problem::invalid(
            "topic",
            "Ukjent tema på denne kanalen.",
            topics_on(api, channel),
        )
    })
}

pub(super) fn named_queue(api: &Api, channel: Channel, id: &str) -> Result<QueueId, Problem> {
    let centre = &api.directory.centre;
    let found = centre
        .queue_id(id)
        .filter(|queue| centre.queue(*queue).channel == channel);
    found.ok_or_else(|| {
        let valid = queues_on(api, channel)
            .map(|(_, queue)| queue.id.clone())
            .collect();
        Problem::invalid(
            "queue",
            "Ingen kø med dette navnet tar imot på kanalen.",
            valid,
        )
    })
}

pub(super) fn queue_of_topic(
    api: &Api,
    channel: Channel,
    topic: TopicId,
) -> Result<QueueId, Problem> {
    queues_on(api, channel)
        .find(|(_, queue)| queue.topics.contains(&topic))
        .map(|(id, _)| id)
        .ok_or_else(|| {
            let text = "Temaet har ingen kø på denne kanalen.";
            Problem::invalid("topic", text, topics_on(api, channel))
        })
}

pub(super) fn queues_on(api: &Api, channel: Channel) -> impl Iterator<Item = (QueueId, &Queue)> {
    (0..)
        .map(QueueId)
        .zip(&api.directory.centre.queues)
        .filter(move |(_, queue)| queue.channel == channel && !queue.demo_only)
}

pub(super) fn topics_on(api: &Api, channel: Channel) -> Vec<String> {
    let topics = &api.directory.centre.topics;
    let mut codes: Vec<String> = queues_on(api, channel)
        .flat_map(|(_, queue)| &queue.topics)
        .filter_map(|topic| topics.get(topic.idx()))
        .map(|topic| topic.code.clone())
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

/// Who waits on the line is told when it opens; written work is taken at any hour.
fn refuse_closed(api: &Api, queue: QueueId, channel: Channel) -> Result<(), Problem> {
    let now = api.now();
    let hours = api.directory.centre.hours_of(queue);
    let waits = matches!(channel, Channel::Voice | Channel::Chat);
    if waits && !hours.at(now).is_open() {
        let sentence = hours.sentence(now, Language::Nb);
        return Err(Problem::conflict("closed_hours", &sentence));
    }
    Ok(())
}

/// Contacts at hand, newest first: all open ones, and the closed ones of late.
#[utoipa::path(
    get, path = "/api/v1/contacts", tag = "contacts", params(Filter),
    responses((status = 200, body = List<ContactView>), (status = 422, body = Problem, content_type = "application/problem+json"))
)]
async fn list_contacts(
    api: Api,
    Query(filter): Query<Filter>,
) -> Result<Json<List<ContactView>>, Problem> {
    let stages = filter.state.as_deref().map(stages).transpose()?;
    let queue = filter
        .queue
        .map(|id| {
            let known = api.directory.centre.queue_id(&id);
            known.ok_or_else(|| {
                Problem::not_found(
                    "Køen finnes ikke. Sjekk merket i adressen; GET /api/v1/queues viser køene.",
                )
            })
        })
        .transpose()?;
    let adviser = filter.adviser.map(|id| api.adviser(&id)).transpose()?;
    let since = filter
        .since
        .map(|text| {
            let example = vec![rfc3339(api.now())];
            parse(&text).ok_or_else(|| {
                Problem::bad_query("since", "Ikke et tidspunkt etter RFC 3339.", example)
            })
        })
        .transpose()?;
    let before = match filter.cursor {
        None => u64::MAX,
        Some(text) => text
            .parse()
            .map_err(|_| Problem::bad_query("cursor", "Ukjent merke.", Vec::new()))?,
    };
    let limit = filter.limit.unwrap_or(100).clamp(1, 1000);
    let wanted = |entry: &&Entry| {
        stages
            .as_ref()
            .is_none_or(|stages| stages.contains(&entry.stage))
            && queue.is_none_or(|queue| entry.queue == queue)
            && adviser.is_none_or(|adviser| entry.adviser == adviser)
            && since.is_none_or(|since| entry.arrived >= since)
            && filter
                .synthetic
                .is_none_or(|synthetic| synthetic == (entry.origin == Origin::Synthetic))
    };
    Ok(Json(api.shared.read(|view| {
        let mut found = view.contacts.newest(before).filter(wanted);
        let page: Vec<&Entry> = found.by_ref().take(limit).collect();
        let more = found.next().is_some();
        let last = page.last().filter(|_| more);
        let next = last.map(|last| last.first_seq.to_string());
        List {
            items: page
                .into_iter()
                .map(|entry| contact_view(&api, view, entry, None))
                .collect(),
            next,
        }
    })))
}

fn stages(text: &str) -> Result<Vec<Stage>, Problem> {
    let mut stages = Vec::new();
    for word in text.split(',') {
        if word == "open" {
            let all = Stage::ALL.iter().map(|(_, stage)| *stage);
            stages.extend(all.filter(|stage| *stage != Stage::Closed));
            continue;
        }
        let known = Stage::ALL.iter().find(|(name, _)| *name == word);
        let (_, stage) = known.ok_or_else(|| {
            let mut valid: Vec<String> = Stage::ALL
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect();
            valid.push(String::from("open"));
            Problem::bad_query("state", "Ukjent tilstand.", valid)
        })?;
        stages.push(*stage);
    }
    Ok(stages)
}

/// One contact with all that happened to it.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}", tag = "contacts",
    params(("id" = String, Path, description = "The contact")),
    responses((status = 200, body = ContactView), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn one_of_contacts(
    api: Api,
    Path(id): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<ContactView>, Problem> {
    let contact = api.contact(&id)?;
    let open = api.shared.read(|view| {
        let entry = view
            .contacts
            .get(contact)
            .filter(|entry| entry.stage != Stage::Closed)?;
        let events = event_rows(&api, entry.queue, &entry.events, None, language);
        Some(contact_view(&api, view, entry, Some(events)))
    });
    match open {
        Some(view) => Ok(Json(view)),
        None => from_log(&api, contact, language).await.map(Json),
    }
}

async fn from_log(
    api: &Api,
    contact: ContactId,
    language: Language,
) -> Result<ContactView, Problem> {
    let entry = read_entry(api, contact).await?;
    let events = event_rows(api, entry.queue, &entry.events, None, language);
    let view = |view: &View| contact_view(api, view, &entry, Some(events));
    Ok(api.shared.read(view))
}

/// A contact with all that happened to it: from the read model while it is open, else from the log.
pub(crate) async fn read_entry(api: &Api, contact: ContactId) -> Result<Entry, Problem> {
    let open = api.shared.read(|view| {
        let entry = view.contacts.get(contact);
        entry.filter(|entry| entry.stage != Stage::Closed).cloned()
    });
    if let Some(entry) = open {
        return Ok(entry);
    }
    let records = api.history.of_contact(contact).await.map_err(|error| {
        tracing::error!(%error, "cannot read a contact's history");
        Problem::unavailable("log_unreadable", "Loggen kan ikke leses nå.")
    })?;
    Entry::from_records(&records).ok_or_else(|| Problem::not_found("Henvendelsen finnes ikke, eller er slettet. Sjekk merket i adressen; GET /api/v1/contacts viser dem som finnes."))
}

/// Puts the caller on hold.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/hold", tag = "contacts",
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ContactView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"))
)]
async fn hold(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
) -> Result<Json<ContactView>, Problem> {
    let contact = api.contact(&id)?;
    own_contact(&api, &me, contact)?;
    act(&api, command_id, contact, Command::Hold { contact }).await
}

/// Takes the caller back from hold.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/resume", tag = "contacts",
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ContactView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"))
)]
async fn resume(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
) -> Result<Json<ContactView>, Problem> {
    let contact = api.contact(&id)?;
    own_contact(&api, &me, contact)?;
    act(&api, command_id, contact, Command::Resume { contact }).await
}

/// Ends the conversation; the wrap-up begins.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/end", tag = "contacts",
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ContactView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"))
)]
async fn end(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
) -> Result<Json<ContactView>, Problem> {
    let contact = api.contact(&id)?;
    own_contact(&api, &me, contact)?;
    let adviser = AdviserId::NONE;
    act(&api, command_id, contact, Command::End { contact, adviser }).await
}

/// To another queue; the place is kept.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/transfer", tag = "contacts", request_body = To,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ContactView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn transfer(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(to): Body<To>,
) -> Result<Json<ContactView>, Problem> {
    let contact = api.contact(&id)?;
    own_contact(&api, &me, contact)?;
    let channel = api
        .shared
        .read(|view| view.contacts.get(contact).map(|entry| entry.channel));
    let channel = channel.ok_or_else(|| Problem::not_found("Henvendelsen finnes ikke, eller er slettet. Sjekk merket i adressen; GET /api/v1/contacts viser dem som finnes."))?;
    let queue = named_queue(&api, channel, &to.queue)?;
    api.people.protect(&api, contact).await;
    act(
        &api,
        command_id,
        contact,
        Command::Transfer { contact, queue },
    )
    .await
}

/// Does a command on a contact and shows the contact after it.
pub(super) async fn act(
    api: &Api,
    command_id: CommandId,
    contact: ContactId,
    command: Command,
) -> Result<Json<ContactView>, Problem> {
    let adviser = api
        .shared
        .read(|view| view.contacts.get(contact).map(|entry| entry.adviser));
    if let Some(adviser) = adviser.and_then(AdviserId::some) {
        renew(api, adviser);
    }
    match api.command(command_id, command).await {
        Ok(_) => {}
        Err(problem) if problem.status == 404 && adviser.is_some() => {
            let text = "Henvendelsen er avsluttet.";
            return Err(Problem::conflict("closed", text));
        }
        Err(problem) => return Err(problem),
    }
    let open = api.shared.read(|view| {
        let entry = view.contacts.get(contact)?;
        Some(contact_view(api, view, entry, None))
    });
    match open {
        Some(view) => Ok(Json(view)),
        None => from_log(api, contact, Language::Nb).await.map(Json),
    }
}

/// An action for an adviser shows that somebody is there; nobody acts for synthetic people.
pub(crate) fn renew(api: &Api, adviser: AdviserId) {
    if api
        .directory
        .card(adviser)
        .is_some_and(|card| !card.synthetic)
    {
        api.presence.acted(adviser);
    }
}

pub(crate) fn contact_view(
    api: &Api,
    view: &View,
    entry: &Entry,
    events: Option<Vec<EventRow>>,
) -> ContactView {
    let centre = &api.directory.centre;
    ContactView {
        id: api.ids.contact(entry.contact),
        state: entry.stage,
        channel: entry.channel.to_string(),
        queue: centre
            .queues
            .get(entry.queue.idx())
            .map(|queue| queue.id.clone()),
        adviser: api
            .directory
            .card(entry.adviser)
            .map(|card| card.ident.clone()),
        arrived: rfc3339(entry.arrived),
        enqueued: entry.enqueued.and_then(moment),
        answered: entry.answered.and_then(moment),
        ended: entry.ended.and_then(moment),
        reason: entry.reason.map(|reason| reason.as_str()),
        topic: centre
            .topics
            .get(entry.topic.idx())
            .map(|topic| topic.code.clone()),
        language: entry.language.to_string(),
        synthetic: entry.origin == Origin::Synthetic,
        callback: entry.callback.as_ref().map(callback_row),
        consult: consult_row(api, view, entry, Language::Nb),
        consult_of: entry.consult_of.map(|contact| api.ids.contact(contact)),
        ring: entry.ring,
        overdue: entry.overdue,
        events,
    }
}

pub(crate) fn callback_row(callback: &Callback) -> CallbackRow {
    CallbackRow {
        from: (callback.from > callback.asked).then(|| rfc3339(callback.from)),
        until: rfc3339(callback.until),
        attempts: callback.attempts,
        retry_at: moment(callback.retry_at),
        missed: callback
            .missed
            .and_then(|cause| word(serde_json::to_value(cause))),
        reached: callback.reached.and_then(moment),
    }
}

pub(crate) fn consult_row(
    api: &Api,
    view: &View,
    entry: &Entry,
    language: Language,
) -> Option<ConsultRow> {
    let consult = view.contacts.get(entry.consult?)?;
    Some(ConsultRow {
        id: api.ids.contact(consult.contact),
        queue: queue_name(&api.directory, consult.queue, language),
        state: consult.stage,
        since: rfc3339(consult.arrived),
        answered: consult.stage == Stage::Active,
    })
}

/// What happened, in the words of the API, for somebody who may be the adviser `me`. `last_queue` names
/// the queue of those that come before any.
pub(crate) fn event_rows(
    api: &Api,
    last_queue: QueueId,
    events: &[Past],
    me: Option<AdviserId>,
    language: Language,
) -> Vec<EventRow> {
    let mut queue = last_queue;
    let centre = &api.directory.centre;
    events
        .iter()
        .map(|past| {
            queue = queue_after(&past.event).unwrap_or(queue);
            let reader = Reader::of(&past.event, me);
            EventRow {
                seq: past.seq,
                at: rfc3339(past.at),
                kind: past.event.kind(),
                text: words::happened(past, events, centre, reader, language),
                why: past
                    .event
                    .why()
                    .map(|why| why_row(api, &why, queue, reader, language)),
                detail: detail_of(&past.event),
            }
        })
        .collect()
}

/// The queue that a contact is in after an event that moves it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "few events move a contact to a queue"
)]
pub(crate) fn queue_after(event: &linje_event::Event) -> Option<QueueId> {
    match *event {
        linje_event::Event::ContactQueued { queue, .. }
        | linje_event::Event::ContactTransferred { queue, .. }
        | linje_event::Event::ContactOverflowed { queue, .. }
        | linje_event::Event::CalledOut { queue, .. }
        | linje_event::Event::ContactHandedOver { queue, .. } => Some(queue),
        _ => None,
    }
}

pub(crate) fn why_row(
    api: &Api,
    why: &linje_event::Why,
    queue: QueueId,
    reader: Reader,
    language: Language,
) -> WhyRow {
    let queue = api.directory.centre.queues.get(queue.idx());
    let name = queue.map_or("", |queue| queue.name.get(language));
    let ms = |ms: u32| seconds(i64::from(ms) * 1000);
    WhyRow {
        rule: words::rule(why.rule),
        text: words::why(why, name, reader, language),
        able: why.able,
        ring: why.ring,
        idle_s: ms(why.idle_ms),
        runner_up_idle_s: why.runner_up.some().map(|_| ms(why.runner_up_idle_ms)),
        waited_s: ms(why.waited_ms),
        queue: queue.map(|queue| queue.id.clone()),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "few events say more than their kind"
)]
fn detail_of(event: &linje_event::Event) -> Option<String> {
    match event {
        linje_event::Event::OfferEnded { outcome, .. } => word(serde_json::to_value(outcome)),
        linje_event::Event::ContactEnded { by, .. } => word(serde_json::to_value(by)),
        linje_event::Event::ContactClosed { reason, .. } => Some(reason.as_str().to_owned()),
        linje_event::Event::ConsultEnded { outcome, .. } => word(serde_json::to_value(outcome)),
        linje_event::Event::CallbackMissed { cause, .. } => word(serde_json::to_value(cause)),
        _ => None,
    }
}

fn word(value: serde_json::Result<serde_json::Value>) -> Option<String> {
    value
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
}
