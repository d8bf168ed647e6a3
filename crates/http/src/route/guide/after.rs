//! Wrap-up in one step: what it was about, whether it was solved, who has it now, what made the person come;
//! with note, task and promises. Everything is proposed, nothing typed is lost.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_centre::hours::{self, Date};
use linje_centre::{Centre, TaskKind, calendar};
use linje_event::{Command, WrapUpAction};
use linje_registry::{NewTask, Priority};
use linje_store::{AfterCall, Draft, DraftEnd, KeptThreat, NewPromise, Reason, RecordsError};
use linje_types::{ContactId, Language, Timestamp, TopicId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::persons::unreadable;
use crate::admit::Me;
use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Query, Spoken};
use crate::clock::rfc3339;
use crate::guide::{Held, blocking, held};
use crate::people::{Level, failed_problem};
use crate::problem::Problem;
use crate::shape::{Named, TopicName, named};
use crate::view::Stage;

/// Most letters of a note, a task and a threat.
const MOST_TEXT: usize = 15_000;
/// Most promises of one conversation.
const MOST_PROMISES: usize = 10;
/// Shortest word of a topic's name that tells it from the others.
const TELLING: usize = 5;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct About {
    /// The topic that was chosen instead of the proposed one.
    topic: Option<String>,
}

/// What is proposed for a wrap-up.
#[derive(Debug, Serialize, ToSchema)]
struct Proposal {
    contact: String,
    /// Who wraps up.
    adviser: Named,
    unit: Named,
    /// The proposed topic.
    topic: Option<TopicName>,
    /// What it was proposed by: chosen, note, menu or queue.
    topic_by: &'static str,
    /// The topics of the queue first, then all others.
    topics: Vec<TopicName>,
    /// The cause that is likely, if one is.
    cause: Option<String>,
    causes: Vec<Named>,
    /// What note, task and promises would be kept on: person when it is sure who it is; number or contact when
    /// it is not, and then nobody can read them as theirs; nobody where nothing may be kept.
    kept_on: &'static str,
    /// How often the same person came about the same topic within the seven days before.
    came_before: usize,
    /// The task, if it must be handed over.
    task: Option<TaskProposal>,
    kinds: Vec<Named>,
    units: Vec<Named>,
    /// The day on which a promise is due when nothing else is said.
    promise_due: String,
    templates: Vec<Template>,
    draft: Option<DraftView>,
    /// Nothing may be kept on the person.
    no_log: bool,
    /// What still works where nothing is kept.
    no_log_works: Vec<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
struct TaskProposal {
    unit: Named,
    kind: Named,
    due: String,
    working_days: u16,
    /// Why this unit, kind and day, in a sentence.
    because: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Template {
    id: String,
    name: String,
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct DraftView {
    text: String,
    at: String,
    /// Names the text; whoever writes over it says that they have seen it by it.
    version: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftBody {
    /// What is written so far; empty = thrown away.
    text: String,
    /// The version that this was written over, empty for no draft. Left out = over whatever is there.
    over: Option<String>,
}

/// A draft that is kept.
#[derive(Debug, Serialize, ToSchema)]
struct SavedDraft {
    at: String,
    /// What the next one is written over.
    version: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Saved {
    at: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AfterBody {
    /// The three-letter code.
    topic: String,
    solved: bool,
    /// The id of a cause.
    cause: Option<String>,
    /// The conversation note, which the citizen can read.
    note: Option<String>,
    /// The version of the draft that its writer has seen, empty for none. Left out = whatever is there.
    draft: Option<String>,
    /// What is handed over, when somebody else has it now.
    task: Option<TaskBody>,
    /// What was promised.
    #[serde(default)]
    promises: Vec<PromiseBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskBody {
    /// The id of the unit that takes over.
    unit: String,
    /// BEH_HENV, VURD_HENV, VUR_KONS_YTE or KONT_BRUK.
    kind: String,
    /// The day on which it is due, such as 2026-11-25.
    due: String,
    /// What is to be done.
    text: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PromiseBody {
    /// The day on which it is due.
    due: String,
    text: String,
}

/// What was kept.
#[derive(Debug, Serialize, ToSchema)]
struct Wrapped {
    /// False when it had been said before: then nothing was made twice.
    first: bool,
    no_log: bool,
    note: bool,
    task: bool,
    promises: usize,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ThreatBody {
    /// What happened, in own words; can be added later.
    text: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(after_proposal))
        .routes(routes!(put_draft))
        .routes(routes!(wrap_up_contact))
        .routes(routes!(leave_wrap_up))
        .routes(routes!(report_threat))
}

/// What is proposed for the wrap-up of a contact, and the draft of its note.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/after", tag = "guidance",
    params(("id" = String, Path, description = "The contact"), About),
    responses((status = 200, body = Proposal), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn after_proposal(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    Spoken(language): Spoken,
    Query(about): Query<About>,
) -> Result<Json<Proposal>, Problem> {
    let held = held(&api, &me, &id).await?;
    let centre = &api.directory.centre;
    let chosen = about
        .topic
        .as_deref()
        .map(|code| topic(centre, code))
        .transpose()?;
    let now = api.now();
    let guide = api.guide.clone();
    let contact = held.contact;
    let owner = held.ident.clone();
    let read = blocking(move || {
        let draft = guide.records.draft(&guide.keys, contact)?;
        // Handed over, it belongs to whoever has the conversation, and to nobody else's list.
        if draft.as_ref().is_some_and(|draft| draft.owner != owner) {
            guide.records.follow_draft(contact, &owner)?;
        }
        Ok::<_, RecordsError>(draft)
    });
    let draft = read.await??;
    let (topic, topic_by) = propose_topic(centre, &held, chosen, draft.as_ref(), language);
    let no_log = centre.leaves_no_trace(held.queue(), topic);
    let came_before = if no_log {
        0
    } else {
        came_before(&api, &held, topic).await?
    };
    let kept_on = kept_on(&api, contact, no_log).await?;
    let again = centre
        .causes
        .iter()
        .find(|cause| cause.kind == linje_centre::CauseKind::EarlierAnswer);
    let today = hours::local(now).date();
    Ok(Json(Proposal {
        contact: id,
        adviser: Named {
            id: held.ident.clone(),
            name: held.name.clone(),
        },
        unit: named(&held.unit, &held.unit_name, language),
        topic: topic.and_then(|topic| crate::shape::topic_name(&api.directory, topic, language)),
        topic_by,
        topics: topics(&api, &held, language),
        cause: again
            .filter(|_| came_before > 0)
            .map(|cause| cause.id.clone()),
        causes: centre
            .causes
            .iter()
            .map(|cause| named(&cause.id, &cause.name, language))
            .collect(),
        kept_on,
        came_before,
        task: (!no_log)
            .then(|| task_proposal(centre, topic, today, language))
            .flatten(),
        kinds: TaskKind::NAMES
            .iter()
            .map(|(_, kind)| kind_name(*kind, language))
            .collect(),
        units: centre
            .units
            .iter()
            .map(|unit| named(&unit.id, &unit.name, language))
            .collect(),
        promise_due: working_day(today, centre.callback.working_days).to_string(),
        templates: centre
            .note_templates
            .iter()
            .filter(|it| {
                it.topics.is_empty() || topic.is_some_and(|topic| it.topics.contains(&topic))
            })
            .map(|it| Template {
                id: it.id.clone(),
                name: it.name.get(language).to_owned(),
                text: it.text.get(language).to_owned(),
            })
            .collect(),
        draft: draft.map(|draft| DraftView {
            version: draft.version(),
            text: draft.text,
            at: rfc3339(draft.at),
        }),
        no_log,
        no_log_works: if no_log {
            no_log_works(language)
        } else {
            Vec::new()
        },
    }))
}

/// Saves the draft of a note as it is being written, so that it survives whatever happens. What its writer has not
/// seen is never written over: the answer is 409 with the other text.
#[utoipa::path(
    put, path = "/api/v1/contacts/{id}/draft", tag = "guidance", request_body = DraftBody,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = SavedDraft),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "nothing may be kept, or another text is there: `text`, `version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn put_draft(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    Body(body): Body<DraftBody>,
) -> Result<Json<SavedDraft>, Problem> {
    let held = held(&api, &me, &id).await?;
    fits("text", &body.text)?;
    let centre = &api.directory.centre;
    if centre.leaves_no_trace(held.queue(), held.topic()) && !body.text.is_empty() {
        return Err(nothing_kept());
    }
    let at = api.now();
    let draft = Draft {
        contact: held.contact,
        owner: held.ident,
        at,
        text: body.text,
    };
    let (guide, over) = (api.guide.clone(), body.over);
    let put = move || {
        guide
            .records
            .put_draft(&guide.keys, &draft, over.as_deref())
    };
    match blocking(put).await?? {
        DraftEnd::Kept(version) => Ok(Json(SavedDraft {
            at: rfc3339(at),
            version,
        })),
        DraftEnd::Unseen(other) => Err(unseen(other)),
    }
}

/// Another text is there: both are wanted, and a person chooses.
fn unseen(other: Option<Draft>) -> Problem {
    let version = other.as_ref().map_or_else(String::new, Draft::version);
    Problem::conflict(
        "draft_changed",
        "Notatet er endret et annet sted. Ingenting er lagret over det: velg hvilken tekst som gjelder.",
    )
    .with("version", serde_json::json!(version))
    .with("text", serde_json::json!(other.map(|draft| draft.text).unwrap_or_default()))
}

/// Wraps up: everything is kept at once, then the adviser is done with the contact.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/after", tag = "guidance", request_body = AfterBody,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = Wrapped),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn wrap_up_contact(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(body): Body<AfterBody>,
) -> Result<Json<Wrapped>, Problem> {
    let held = held(&api, &me, &id).await?;
    if !held.is_over() {
        let text = "Samtalen er ikke avsluttet. Avslutt den først.";
        return Err(Problem::conflict("wrong_state", text));
    }
    let centre = &api.directory.centre;
    let topic = topic(centre, &body.topic)?;
    let no_log = centre.leaves_no_trace(held.queue(), Some(topic));
    let (note, task) = (text_of(body.note.as_deref()), body.task.as_ref());
    if no_log && (note.is_some() || task.is_some()) {
        return Err(nothing_kept());
    }
    let (code, cause) = (body.topic.clone(), cause(centre, body.cause.as_deref())?);
    let today = hours::local(api.now()).date();
    let task = task
        .map(|task| new_task(&held, centre, task, &body.topic, today))
        .transpose()?;
    let promises = promises(&body.promises, today)?;
    if let Some(note) = &note {
        fits("note", note)?;
    }
    has_seen(&api, held.contact, body.draft, note.as_deref()).await?;
    let unsolved = if task.is_some() || body.solved {
        ""
    } else {
        held.ident.as_str()
    };
    let holder = task.as_ref().and_then(|task| task.unit.clone());
    let reason = Reason {
        at: held.entry.arrived,
        key: None,
        topic: code,
        cause: cause.map_or_else(String::new, |cause| cause.id.clone()),
        cause_kind: cause.map_or_else(String::new, |cause| cause.kind.as_str().to_owned()),
        channel: held.entry.channel.as_str().to_owned(),
        queue: held
            .queue()
            .map_or_else(String::new, |queue| centre.queue(queue).id.clone()),
        unit: held.unit.clone(),
        solved: body.solved,
        holder: holder.unwrap_or_else(|| unsolved.to_owned()),
    };
    let after = AfterCall {
        contact: held.contact,
        at: api.now(),
        owner: held.ident.clone(),
        unit: held.unit.clone(),
        subject: None,
        reason,
        note,
        task: match task {
            Some(task) => Some(hand_over(&api, held.contact, task).await?),
            None => None,
        },
        promises,
    };
    let told = Wrapped {
        first: true,
        no_log,
        note: after.note.is_some(),
        task: after.task.is_some(),
        promises: after.promises.len(),
    };
    let first = if no_log {
        api.people.unlink(&api, held.contact).await?;
        // A mark in a figure cannot tell whether it was made before: it is made when the wrap-up is done.
        done(&api, &held, command_id).await?;
        leave(&api, &held).await?;
        keep(&api, after, false).await?
    } else {
        let first = keep(&api, after, true).await?;
        done(&api, &held, command_id).await?;
        first
    };
    Ok(Json(Wrapped { first, ..told }))
}

/// Whether the one who wraps up has seen the draft that goes with it.
async fn has_seen(
    api: &Api,
    contact: ContactId,
    seen: Option<String>,
    note: Option<&str>,
) -> Result<(), Problem> {
    let Some(seen) = seen else { return Ok(()) };
    let guide = api.guide.clone();
    let draft = blocking(move || guide.records.draft(&guide.keys, contact)).await??;
    match draft {
        Some(draft) if draft.version() != seen && Some(draft.text.as_str()) != note => {
            Err(unseen(Some(draft)))
        }
        Some(_) | None => Ok(()),
    }
}

/// Leaves the wrap-up of a conversation that broke off: nothing is kept of it. A draft stays where drafts are.
#[utoipa::path(
    delete, path = "/api/v1/contacts/{id}/after", tag = "guidance",
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn leave_wrap_up(api: Api, me: Me, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let held = held(&api, &me, &id).await?;
    if held.entry.stage != Stage::Closed {
        let text = "Samtalen er ikke over ennå.";
        return Err(Problem::conflict("wrong_state", text));
    }
    leave(&api, &held).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that nothing is left to do, where the conversation broke off.
async fn leave(api: &Api, held: &Held) -> Result<(), Problem> {
    if !held.entry.broke_off() {
        return Ok(());
    }
    let (guide, contact) = (api.guide.clone(), held.contact);
    let (owner, now) = (held.ident.clone(), api.now());
    blocking(move || guide.records.leave_wrap_up(contact, &owner, now)).await??;
    Ok(())
}

/// Says that the adviser was threatened. The call goes on; the leader sees it at once.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/threat", tag = "guidance", request_body = ThreatBody,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Saved), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn report_threat(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    Body(body): Body<ThreatBody>,
) -> Result<Json<Saved>, Problem> {
    let held = held(&api, &me, &id).await?;
    let text = body.text.unwrap_or_default();
    fits("text", &text)?;
    if names_somebody(&text) {
        return Err(Problem::invalid(
            "text",
            "Meldingen sier ikke hvem brukeren er. Ta bort fødselsnummeret, og send på nytt.",
            Vec::new(),
        ));
    }
    let at = api.now();
    let queue = held
        .queue()
        .map(|queue| api.directory.centre.queue(queue).id.clone());
    let threat = KeptThreat {
        id: 0,
        contact: held.contact,
        at,
        owner: held.ident,
        unit: held.unit,
        queue: queue.unwrap_or_default(),
        text: Some(text),
        seen: None,
        seen_by: None,
    };
    let guide = api.guide.clone();
    blocking(move || guide.records.put_threat(&guide.keys, &threat)).await??;
    Ok(Json(Saved { at: rfc3339(at) }))
}

/// Whether there are eleven digits together, as in an identity number, with or without a space after the sixth.
fn names_somebody(text: &str) -> bool {
    let mut run = 0;
    let mut last = ' ';
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            run += 1;
        } else if !(letter == ' ' && run == 6 && last.is_ascii_digit()) {
            if run == 11 {
                return true;
            }
            run = 0;
        }
        last = letter;
    }
    run == 11
}

/// Makes the task in the register of tasks, once for this adviser's wrap-up, and tells its number. It comes
/// before what is kept here: a register that fails costs another try, never a note or a promise.
async fn hand_over(api: &Api, contact: ContactId, task: NewTask) -> Result<String, Problem> {
    let people = &api.people;
    let linked = people.linked(contact).await;
    let sure = linked
        .map_err(|_| unreadable())?
        .filter(|(_, level)| *level >= Level::Questions);
    let task = NewTask {
        person: sure.map(|(id, _)| id),
        ..task
    };
    let made = people.registers.create_task(&task).await;
    Ok(made.map_err(failed_problem)?.id)
}

/// Keeps it on the person, or on nobody.
async fn keep(api: &Api, mut after: AfterCall, on_person: bool) -> Result<bool, Problem> {
    let guide = api.guide.clone();
    let kept = blocking(move || {
        if on_person {
            let subject = guide.subject(after.contact)?;
            after.reason.key = guide.matter(&subject, &after.reason.topic);
            after.subject = Some(subject);
        }
        guide.records.wrap_up(&guide.keys, after)
    });
    Ok(kept.await??)
}

/// The wrap-up is done, unless its clock was faster.
async fn done(api: &Api, held: &Held, command_id: CommandId) -> Result<(), Problem> {
    if held.entry.stage == Stage::WrapUp {
        api.presence.acted(held.adviser);
        let command = Command::WrapUp {
            contact: held.contact,
            action: WrapUpAction::Done,
        };
        api.command(command_id, command).await?;
    }
    Ok(())
}

/// What a wrap-up would be kept on now, by the same rule that keeps it.
async fn kept_on(api: &Api, contact: ContactId, no_log: bool) -> Result<&'static str, Problem> {
    if no_log {
        return Ok("nobody");
    }
    let guide = api.guide.clone();
    let subject = blocking(move || guide.subject(contact)).await??;
    Ok(match subject.as_str().split(':').next() {
        Some("person") => "person",
        Some("number") => "number",
        _ => "contact",
    })
}

/// How often the same person came about the same topic in the seven days before.
async fn came_before(api: &Api, held: &Held, topic: Option<TopicId>) -> Result<usize, Problem> {
    let Some(code) = topic.and_then(|topic| api.directory.centre.topics.get(topic.idx())) else {
        return Ok(0);
    };
    let (guide, contact, code) = (api.guide.clone(), held.contact, code.code.clone());
    let until = held.entry.arrived;
    let from = until.plus_us(-linje_measures::WINDOW_US);
    let count = blocking(move || {
        let subject = guide.subject(contact)?;
        let Some(key) = guide.matter(&subject, &code) else {
            return Ok(0);
        };
        guide.records.came(&key, (from, until))
    });
    Ok(count.await??)
}

fn propose_topic(
    centre: &Centre,
    held: &Held,
    chosen: Option<TopicId>,
    draft: Option<&Draft>,
    language: Language,
) -> (Option<TopicId>, &'static str) {
    if chosen.is_some() {
        return (chosen, "chosen");
    }
    if let Some(topic) = held.topic() {
        return (Some(topic), "menu");
    }
    let of_queue = held
        .queue()
        .map(|queue| centre.queue(queue).topics.as_slice());
    let of_queue = of_queue.unwrap_or_default();
    if let Some(topic) = draft.and_then(|draft| told_by(centre, &draft.text, of_queue, language)) {
        return (Some(topic), "note");
    }
    (of_queue.first().copied(), "queue")
}

/// The topic whose name the note says; those of the queue before others.
fn told_by(
    centre: &Centre,
    note: &str,
    of_queue: &[TopicId],
    language: Language,
) -> Option<TopicId> {
    let note = note.to_lowercase();
    let said = |topic: &TopicId| {
        let topic = centre.topics.get(topic.idx());
        topic.is_some_and(|topic| {
            let name = topic.name.get(language).to_lowercase();
            let mut words = name.split(|letter: char| !letter.is_alphanumeric());
            words.any(|word| word.chars().count() >= TELLING && note.contains(word))
        })
    };
    let all = (0..).map(TopicId).take(centre.topics.len());
    of_queue
        .iter()
        .copied()
        .find(said)
        .or_else(|| all.into_iter().find(said))
}

fn topics(api: &Api, held: &Held, language: Language) -> Vec<TopicName> {
    let centre = &api.directory.centre;
    let own = held.queue().map(|queue| centre.queue(queue).topics.clone());
    let own = own.unwrap_or_default();
    let all = (0..).map(TopicId).take(centre.topics.len());
    let others = all.filter(|topic| !own.contains(topic));
    own.iter()
        .copied()
        .chain(others)
        .filter_map(|topic| crate::shape::topic_name(&api.directory, topic, language))
        .collect()
}

fn task_proposal(
    centre: &Centre,
    topic: Option<TopicId>,
    today: Date,
    language: Language,
) -> Option<TaskProposal> {
    let to = centre.hand_over(topic)?;
    let unit = centre.units.get(to.unit.idx())?;
    Some(TaskProposal {
        unit: named(&unit.id, &unit.name, language),
        kind: kind_name(to.kind, language),
        due: working_day(today, to.working_days).to_string(),
        working_days: to.working_days,
        because: because(centre, to, topic, language),
    })
}

/// Why a task is proposed so: the rule of the centre description that it comes from.
fn because(
    centre: &Centre,
    to: &linje_centre::HandOver,
    topic: Option<TopicId>,
    language: Language,
) -> String {
    let named = topic.filter(|topic| to.topics.contains(topic));
    let topic = named.and_then(|topic| centre.topics.get(topic.idx()));
    let kind = kind_name(to.kind, language).name;
    let days = to.working_days;
    match (language, topic) {
        (Language::En, Some(topic)) => {
            let due = match days {
                0 => "the same working day".to_owned(),
                1 => "1 working day".to_owned(),
                _ => format!("{days} working days"),
            };
            let topic = topic.name.get(language);
            format!("The rule for “{topic}” and “{kind}” is {due}.")
        }
        (Language::En, None) => {
            format!(
                "No rule names this topic: what holds for all the others is {days} working days."
            )
        }
        (_, Some(topic)) => {
            let due = match days {
                0 => "samme virkedag".to_owned(),
                1 => "1 virkedag".to_owned(),
                _ => format!("{days} virkedager"),
            };
            let topic = topic.name.get(language);
            format!("Rutinen for «{topic}» og «{kind}» er {due}.")
        }
        (_, None) => {
            format!("Ingen rutine nevner temaet: for alle andre er fristen {days} virkedager.")
        }
    }
}

fn kind_name(kind: TaskKind, language: Language) -> Named {
    Named {
        id: kind.as_str().to_owned(),
        name: kind.name(language == Language::En).to_owned(),
    }
}

/// The working day `count` after today; 0 is today, or the next working day when today is none.
fn working_day(today: Date, count: u16) -> Date {
    if count == 0 && !calendar::is_working_day(today) {
        return calendar::add_working_days(today, 1);
    }
    calendar::add_working_days(today, count)
}

fn topic(centre: &Centre, code: &str) -> Result<TopicId, Problem> {
    centre.topic_id(code).ok_or_else(|| {
        let valid = centre.topics.iter().map(|topic| topic.code.clone());
        Problem::invalid("topic", "Ukjent tema.", valid.collect())
    })
}

fn cause<'c>(
    centre: &'c Centre,
    id: Option<&str>,
) -> Result<Option<&'c linje_centre::Cause>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let found = centre.causes.iter().find(|cause| cause.id == id);
    found.map(Some).ok_or_else(|| {
        let valid = centre.causes.iter().map(|cause| cause.id.clone());
        Problem::invalid("cause", "Ukjent årsak.", valid.collect())
    })
}

fn new_task(
    held: &Held,
    centre: &Centre,
    task: &TaskBody,
    topic: &str,
    today: Date,
) -> Result<NewTask, Problem> {
    let unit = centre.unit_id(&task.unit).is_some();
    if !unit {
        let valid = centre.units.iter().map(|unit| unit.id.clone());
        return Err(Problem::invalid(
            "task.unit",
            "Ukjent enhet.",
            valid.collect(),
        ));
    }
    let kind = linje_registry::TaskKind::parse(&task.kind).ok_or_else(|| {
        let valid = TaskKind::NAMES.iter().map(|(code, _)| (*code).to_owned());
        Problem::invalid("task.kind", "Ukjent oppgavetype.", valid.collect())
    })?;
    let due = day("task.due", &task.due, today)?;
    fits("task.text", &task.text)?;
    if task.text.trim().is_empty() {
        let text = "Skriv hva enheten skal gjøre, så slipper bruker å begynne på nytt.";
        return Err(Problem::invalid("task.text", text, Vec::new()));
    }
    Ok(NewTask {
        key: format!("linje-{}-{}", held.contact.0, held.ident),
        person: None,
        organisation: None,
        topic: topic.to_owned(),
        kind,
        priority: Priority::Normal,
        unit: Some(task.unit.clone()),
        made_by: held.ident.clone(),
        made_by_unit: held.unit.clone(),
        due: due.to_string(),
        from: today.to_string(),
        text: task.text.clone(),
    })
}

fn promises(promises: &[PromiseBody], today: Date) -> Result<Vec<NewPromise>, Problem> {
    if promises.len() > MOST_PROMISES {
        let text = format!("Høyst {MOST_PROMISES} løfter i én samtale.");
        return Err(Problem::invalid("promises", text, Vec::new()));
    }
    let read = promises.iter().enumerate().map(|(number, promise)| {
        let field = |name: &str| format!("promises[{number}].{name}");
        let due = day(&field("due"), &promise.due, today)?;
        fits(&field("text"), &promise.text)?;
        if promise.text.trim().is_empty() {
            return Err(Problem::invalid(
                &field("text"),
                "Skriv hva du har lovet.",
                Vec::new(),
            ));
        }
        Ok(NewPromise {
            until: end_of(due),
            due: due.to_string(),
            text: promise.text.clone(),
        })
    });
    read.collect()
}

/// A day from today on.
fn day(field: &str, text: &str, today: Date) -> Result<Date, Problem> {
    let date: Option<Date> = text.parse().ok();
    let date = date.ok_or_else(|| {
        Problem::invalid(field, "Skriv en dato, for eksempel 2026-11-25.", Vec::new())
    })?;
    if date < today {
        return Err(Problem::invalid(field, "Datoen har vært.", Vec::new()));
    }
    Ok(date)
}

/// The end of a day.
fn end_of(day: Date) -> Timestamp {
    hours::moment(day.tomorrow().unwrap_or(day), 0)
}

fn text_of(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
}

fn fits(field: &str, text: &str) -> Result<(), Problem> {
    if text.chars().count() > MOST_TEXT {
        let says = format!("Det er plass til {MOST_TEXT} tegn.");
        return Err(Problem::invalid(field, says, Vec::new()));
    }
    Ok(())
}

fn nothing_kept() -> Problem {
    Problem::conflict(
        "nothing_kept",
        "Om dette temaet lagres ikke noe på bruker: verken notat eller oppgave. Du kan love noe, som bare du ser, eller avtale at bruker blir ringt opp.",
    )
}

fn no_log_works(language: Language) -> Vec<&'static str> {
    match language {
        Language::En => vec![
            "A callback: the number is deleted when the call is over.",
            "A promise: only you see it, and its words are deleted when it ends.",
            "Whether it was solved counts in the figures, without person and time.",
        ],
        Language::Nb | Language::Nn | Language::Se => vec![
            "Bli ringt opp: nummeret slettes når samtalen er over.",
            "Et løfte: bare du ser det, og teksten slettes når det er avsluttet.",
            "Om det ble løst, telles uten person og tidspunkt.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::names_somebody;

    #[test]
    fn eleven_digits_name_somebody_and_a_telephone_number_does_not() {
        for text in ["12845678901", "han er 128456 78901.", "født 12845678901,"] {
            assert!(names_somebody(text), "{text}");
        }
        for text in [
            "",
            "ring 99 88 77 66",
            "998877665544",
            "128456 789",
            "1284567890",
        ] {
            assert!(!names_somebody(text), "{text}");
        }
    }
}
