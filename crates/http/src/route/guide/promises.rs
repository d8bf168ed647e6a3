//! What is left afterwards (*Etterpå*): an adviser's promises, tasks and drafts; and how a unit keeps its
//! promises, for the leader, without a word about any citizen.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_access::{Role, is_own_desk};
use linje_centre::TaskKind;
use linje_event::CloseReason;
use linje_registry::{Failed, Task, TaskStatus};
use linje_store::{Draft, HandedTask, KeptPromise, KeptThreat, PromiseState, RecordsError, Whose};
use linje_types::{AdviserId, ContactId, HOUR_US, Language};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admit::Me;
use crate::api::{Api, Gate};
use crate::body::{Body, Spoken};
use crate::clock::rfc3339;
use crate::guide::{Guide, blocking};
use crate::problem::Problem;
use crate::shape::{Named, TopicName, named};
use crate::view::Stage;

/// How long somebody is reminded of a conversation that broke off.
const BROKEN_US: i64 = 7 * 24 * HOUR_US;
/// So long an adviser is told why something of theirs is gone.
const ERASED_SHOWN_US: i64 = 14 * 24 * HOUR_US;

/// Most tasks that are asked for.
const MOST_TASKS: u32 = 30;

/// What an adviser has left.
#[derive(Debug, Serialize, ToSchema)]
struct Afterwards {
    /// Open ones and those that broke first, the soonest due first.
    promises: Vec<PromiseRow>,
    /// As the register of tasks has them, the newest first.
    tasks: Vec<TaskRow>,
    /// What went because a person was erased, the newest first; two weeks long.
    erased: Vec<ErasedRow>,
    /// Registers that did not answer: what they know is missing here.
    failed: Vec<Failed>,
    drafts: Vec<DraftRow>,
    /// The conversation that broke off last, while its wrap-up is neither done nor left.
    broken: Option<BrokenRow>,
    counts: PromiseCounts,
}

/// A conversation that broke off before it could be wrapped up.
#[derive(Debug, Serialize, ToSchema)]
struct BrokenRow {
    contact: String,
    /// When the line died; after a stop of the service, when the service was back.
    at: String,
    /// Whether the service itself stopped, and not the line to the person alone.
    by_stop: bool,
    queue: Option<Named>,
    /// Whether the person is rung; null when nobody was asked to.
    rung: Option<RungBack>,
}

/// Whether somebody whose call died is rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RungBack {
    /// A task to ring them is in line, or somebody has it.
    Asked,
    /// They rang again themselves, and nobody needs to ring them.
    RangAgain,
    /// The task is done.
    Done,
}

/// A promise.
#[derive(Debug, Serialize, ToSchema)]
struct PromiseRow {
    id: String,
    /// The contact; null where nothing is kept.
    contact: Option<String>,
    made: String,
    due: String,
    /// open, kept, late or broken.
    state: &'static str,
    /// Whether its owner can still say that it was done.
    can_end: bool,
    /// What was promised; null when it was deleted.
    text: Option<String>,
}

/// A task that was handed over.
#[derive(Debug, Serialize, ToSchema)]
struct TaskRow {
    id: String,
    contact: String,
    made: String,
    kind: Named,
    topic: Option<TopicName>,
    unit: Named,
    due: String,
    /// open, in_progress, finished or mistaken.
    status: TaskStatus,
    done: Option<String>,
    /// What came of it.
    outcome: Option<String>,
    text: String,
}

/// Something that went with a person who was erased. It says neither whom nor what.
#[derive(Debug, Serialize, ToSchema)]
struct ErasedRow {
    /// task or promise.
    what: String,
    /// The hour in which it was made.
    made: String,
}

/// A draft that was not finished.
#[derive(Debug, Serialize, ToSchema)]
struct DraftRow {
    contact: String,
    at: String,
    /// What was written, for nobody but its owner.
    text: String,
    /// Names the text; whoever writes over it says that they have seen it by it.
    version: String,
}

/// How many promises stand where.
#[derive(Debug, Default, Serialize, ToSchema)]
struct PromiseCounts {
    open: u64,
    kept: u64,
    late: u64,
    broken: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndBody {
    /// True: it is done. False: it will not be.
    kept: bool,
    /// Whose promise it is, said by a program that speaks for others.
    adviser: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    state: &'static str,
}

/// How a unit keeps its promises.
#[derive(Debug, Serialize, ToSchema)]
struct TeamAfter {
    unit: Named,
    counts: PromiseCounts,
    /// Open and broken promises, by owner and date. Neither citizens nor words.
    promises: Vec<TeamPromise>,
    threats: Vec<ThreatRow>,
}

#[derive(Debug, Serialize, ToSchema)]
struct TeamPromise {
    owner: Named,
    due: String,
    state: &'static str,
}

/// An adviser was threatened.
#[derive(Debug, Serialize, ToSchema)]
struct ThreatRow {
    id: String,
    contact: String,
    at: String,
    adviser: Named,
    queue: Option<Named>,
    text: Option<String>,
    /// When a leader took it up.
    seen: Option<String>,
    seen_by: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(afterwards))
        .routes(routes!(end_promise))
        .routes(routes!(team_after))
        .routes(routes!(threat_seen))
}

/// An adviser's promises, tasks and drafts.
#[utoipa::path(
    get, path = "/api/v1/advisers/{id}/after", tag = "guidance",
    params(("id" = String, Path, description = "The ident")),
    responses((status = 200, body = Afterwards), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn afterwards(
    api: Api,
    Path(ident): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<Afterwards>, Problem> {
    let adviser = api.adviser(&ident)?;
    let broken = broken(&api, adviser, &ident, language).await?;
    let (guide, now) = (api.guide.clone(), api.now());
    let read = blocking(move || {
        let whose = Whose::Adviser(ident.clone());
        let promises = guide.records.promises(&guide.keys, &whose, now)?;
        let tasks = guide.records.handed_tasks(&ident, MOST_TASKS)?;
        let drafts = left(&guide, &ident)?;
        let erased = guide
            .records
            .erased_of(&ident, now.plus_us(-ERASED_SHOWN_US))?;
        Ok::<_, RecordsError>((promises, tasks, drafts, erased))
    });
    let (mut promises, tasks, mut drafts, erased) = read.await??;
    // One that followed its conversation to somebody else is theirs.
    api.shared.read(|view| {
        drafts.retain(|draft| {
            let entry = view.contacts.get(draft.contact);
            entry.is_none_or(|entry| entry.adviser == adviser)
        });
    });
    let (tasks, failed) = told(&api, &tasks, language).await;
    promises.sort_by_key(|promise| (!is_open(promise), promise.due.clone(), promise.id));
    Ok(Json(Afterwards {
        counts: counts(promises.iter().map(|promise| (promise.state, 1))),
        promises: promises
            .into_iter()
            .map(|promise| promise_row(&api, promise))
            .collect(),
        tasks,
        erased: erased
            .into_iter()
            .map(|erased| ErasedRow {
                what: erased.what,
                made: rfc3339(erased.made),
            })
            .collect(),
        failed,
        drafts: drafts
            .into_iter()
            .map(|draft| DraftRow {
                contact: api.ids.contact(draft.contact),
                at: rfc3339(draft.at),
                version: draft.version(),
                text: draft.text,
            })
            .collect(),
        broken,
    }))
}

/// The conversation that broke off last under an adviser, while its wrap-up is neither done nor left.
async fn broken(
    api: &Api,
    adviser: AdviserId,
    ident: &str,
    language: Language,
) -> Result<Option<BrokenRow>, Problem> {
    let since = api.now().plus_us(-BROKEN_US);
    let found = api.shared.read(|view| {
        let broken = view.contacts.broken(adviser)?;
        let entry = view.contacts.get(broken.contact);
        Some((broken, entry.map(|entry| entry.queue)))
    });
    let Some((broken, queue)) = found.filter(|(broken, _)| broken.at >= since) else {
        return Ok(None);
    };
    let (guide, owner) = (api.guide.clone(), ident.to_owned());
    let due = blocking(move || guide.records.is_wrap_up_due(broken.contact, &owner)).await??;
    if !due {
        return Ok(None);
    }
    Ok(Some(BrokenRow {
        contact: api.ids.contact(broken.contact),
        at: rfc3339(broken.at),
        by_stop: broken.by_stop,
        queue: queue.and_then(|queue| crate::shape::queue_name(&api.directory, queue, language)),
        rung: rung_back(api, broken.contact).await,
    }))
}

/// Whether somebody is asked to ring the person of a call that died.
async fn rung_back(api: &Api, lost: ContactId) -> Option<RungBack> {
    let task = api.people.rings_back(lost).await?;
    api.shared.read(|view| {
        let entry = view.contacts.get(task)?;
        Some(match (entry.stage, entry.reason) {
            (Stage::Closed, Some(CloseReason::Cancelled)) => RungBack::RangAgain,
            (Stage::Closed, _) => RungBack::Done,
            (_, _) => RungBack::Asked,
        })
    })
}

/// The drafts that an adviser has lying, with their words, which nobody else gets.
fn left(guide: &Guide, ident: &str) -> Result<Vec<Draft>, RecordsError> {
    let mut drafts = Vec::new();
    for (contact, _) in guide.records.drafts_of(ident)? {
        drafts.extend(guide.records.draft(&guide.keys, contact)?);
    }
    Ok(drafts)
}

/// Nobody has said yet how it ended.
const fn is_open(promise: &KeptPromise) -> bool {
    promise.ended.is_none()
}

fn promise_row(api: &Api, promise: KeptPromise) -> PromiseRow {
    PromiseRow {
        id: promise.id.to_string(),
        can_end: is_open(&promise),
        contact: promise.contact.map(|contact| api.ids.contact(contact)),
        made: rfc3339(promise.made),
        due: promise.due,
        state: promise.state.as_str(),
        text: promise.text,
    }
}

/// The tasks as their register tells them now; one register that fails is named once.
async fn told(api: &Api, tasks: &[HandedTask], language: Language) -> (Vec<TaskRow>, Vec<Failed>) {
    let registers = &api.people.registers;
    let asked = tasks
        .iter()
        .map(|handed| async move { (handed, registers.task(&handed.task).await) });
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for (handed, answer) in futures_util::future::join_all(asked).await {
        match answer {
            Ok(Some(task)) => rows.push(task_row(api, handed, task, language)),
            Ok(None) => {}
            Err(fault) if failed.is_empty() => failed.push(fault),
            Err(_) => {}
        }
    }
    (rows, failed)
}

fn task_row(api: &Api, handed: &HandedTask, task: Task, language: Language) -> TaskRow {
    let code = task.kind.code();
    let kind = TaskKind::parse(code);
    let kind_name = kind.map(|kind| kind.name(language == Language::En));
    TaskRow {
        id: task.id,
        contact: api.ids.contact(handed.contact),
        made: rfc3339(handed.made),
        kind: Named {
            name: kind_name.unwrap_or(code).to_owned(),
            id: code.to_owned(),
        },
        topic: topic_of(api, &task.topic, language),
        unit: unit_of(api, &task.unit, language),
        due: task.due,
        status: task.status,
        done: task.finished,
        outcome: task.outcome,
        text: task.text,
    }
}

fn topic_of(api: &Api, code: &str, language: Language) -> Option<TopicName> {
    let topic = api.directory.centre.topic_id(code)?;
    crate::shape::topic_name(&api.directory, topic, language)
}

/// A unit by id; one that the description no longer knows keeps its id as name.
fn unit_of(api: &Api, id: &str, language: Language) -> Named {
    let unit = api.directory.centre.units.iter().find(|unit| unit.id == id);
    match unit {
        Some(unit) => named(&unit.id, &unit.name, language),
        None => Named {
            id: id.to_owned(),
            name: id.to_owned(),
        },
    }
}

fn counts(states: impl Iterator<Item = (PromiseState, u64)>) -> PromiseCounts {
    let mut counts = PromiseCounts::default();
    for (state, count) in states {
        match state {
            PromiseState::Open => counts.open += count,
            PromiseState::Kept => counts.kept += count,
            PromiseState::Late => counts.late += count,
            PromiseState::Broken => counts.broken += count,
        }
    }
    counts
}

/// Says that one's own promise was kept, or that it will not be. After its date it is late, not kept.
#[utoipa::path(
    post, path = "/api/v1/promises/{id}/end", tag = "guidance", request_body = EndBody,
    params(("id" = String, Path, description = "The promise"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Ended), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn end_promise(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    Body(body): Body<EndBody>,
) -> Result<Json<Ended>, Problem> {
    let gone = || Problem::not_found("Løftet finnes ikke, er avsluttet, eller er ikke ditt.");
    let id: i64 = id.parse().map_err(|_| gone())?;
    let owner = body.adviser.unwrap_or_else(|| me.ident.clone());
    if !is_own_desk(&me, &owner) {
        return Err(gone());
    }
    let (guide, now) = (api.guide.clone(), api.now());
    let ended = blocking(move || guide.records.end_promise(id, &owner, body.kept, now));
    let state = ended.await??.ok_or_else(gone)?;
    Ok(Json(Ended {
        state: state.as_str(),
    }))
}

/// How a unit keeps its promises, and whether somebody was threatened. For its leader.
#[utoipa::path(
    get, path = "/api/v1/units/{id}/after", tag = "guidance",
    params(("id" = String, Path, description = "The unit")),
    responses((status = 200, body = TeamAfter), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn team_after(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<TeamAfter>, Problem> {
    let unit = leads(&api, &me, &id)?;
    let (guide, now) = (api.guide.clone(), api.now());
    let read = blocking(move || {
        let promises = guide
            .records
            .promises(&guide.keys, &Whose::Unit(unit.clone()), now)?;
        let states = guide.records.promises_of_unit(&unit, now)?;
        let threats = guide.records.threats(&guide.keys, Some(&unit))?;
        Ok::<_, RecordsError>((promises, states, threats))
    });
    let (promises, states, threats) = read.await??;
    let left = promises.into_iter().filter(is_open);
    Ok(Json(TeamAfter {
        unit: unit_of(&api, &id, language),
        counts: counts(states.into_iter()),
        promises: left
            .map(|promise| TeamPromise {
                owner: person(&api, &promise.owner),
                due: promise.due,
                state: promise.state.as_str(),
            })
            .collect(),
        threats: threats
            .into_iter()
            .map(|threat| threat_row(&api, threat, language))
            .collect(),
    }))
}

/// The unit, when this leader leads it: one's own, or any when the leader belongs to none.
fn leads(api: &Api, me: &Me, id: &str) -> Result<String, Problem> {
    let known = api.directory.centre.unit_id(id).is_some();
    let own = me.unit.as_deref().is_none_or(|unit| unit == id) || me.roles.has(Role::Program);
    if known && own {
        return Ok(id.to_owned());
    }
    Err(Problem::not_found(
        "Enheten finnes ikke, eller du leder den ikke.",
    ))
}

fn person(api: &Api, ident: &str) -> Named {
    let card = api.directory.adviser(ident);
    let card = card.and_then(|adviser| api.directory.card(adviser));
    Named {
        id: ident.to_owned(),
        name: card.map_or_else(|| ident.to_owned(), |card| card.name.clone()),
    }
}

fn threat_row(api: &Api, threat: KeptThreat, language: Language) -> ThreatRow {
    let queue = api.directory.centre.queue_id(&threat.queue);
    ThreatRow {
        id: threat.id.to_string(),
        contact: api.ids.contact(threat.contact),
        at: rfc3339(threat.at),
        adviser: person(api, &threat.owner),
        queue: queue.and_then(|queue| crate::shape::queue_name(&api.directory, queue, language)),
        text: threat.text.filter(|text| !text.is_empty()),
        seen: threat.seen.map(rfc3339),
        seen_by: threat.seen_by,
    }
}

/// Says that a leader has taken up a threat with who met it.
#[utoipa::path(
    post, path = "/api/v1/threats/{id}/seen", tag = "guidance",
    params(("id" = String, Path, description = "The threat"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn threat_seen(api: Api, me: Me, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let gone = || Problem::not_found("Meldingen finnes ikke, eller gjelder en annen enhet.");
    let id: i64 = id.parse().map_err(|_| gone())?;
    let (guide, now, unit) = (api.guide.clone(), api.now(), me.unit.clone());
    let by = me.name.clone();
    let seen = blocking(move || {
        let threats = guide.records.threats(&guide.keys, unit.as_deref())?;
        if !threats.iter().any(|threat| threat.id == id) {
            return Ok(false);
        }
        guide.records.see_threat(id, &by, now)
    });
    if seen.await?? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(gone())
    }
}
