//! The citizen's own page: what was written and promised, what is on its way, and that it is really me who
//! is talking. Only one's own; the words of the staff among themselves stay out.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_registry::{
    Case, DocumentKind, Failed, Payment, Task, TaskKind as RegisteredKind, TaskStatus,
};
use linje_store::{KeptNote, KeptPromise, RecordsError, Whose};
use linje_types::{ContactId, Language, PersonId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::callbacks::{CallbackView, in_force, no_callback, withdraw};
use super::contacts::read_entry;
use super::persons::{kept, unreadable, window};
use crate::admit::Me;
use crate::api::{Api, Gate};
use crate::body::{CommandId, Spoken};
use crate::clock::rfc3339;
use crate::guide::{blocking, of_person};
use crate::people::{Level, own_id};
use crate::problem::Problem;
use crate::shape::{List, TopicName, topic_names};
use crate::view::Stage;

/// Contacts of a person that are looked at, the newest first.
const LOOKED_AT: u32 = 50;
/// Payments from so many days ago to as many ahead.
const PAYMENT_DAYS: i32 = 60;

/// What was written after a conversation.
#[derive(Debug, Serialize, ToSchema)]
struct MyNote {
    at: String,
    topic: Option<TopicName>,
    /// The unit of who wrote it.
    unit: String,
    /// phone, chat and so on, where it is known still.
    channel: Option<String>,
    text: String,
}

/// A promise that was made to me.
#[derive(Debug, Serialize, ToSchema)]
struct MyPromise {
    made: String,
    due: String,
    /// open, kept, late or broken.
    state: &'static str,
    /// When it ended.
    ended: Option<String>,
    /// The unit of who promised.
    unit: String,
    text: String,
}

/// A task that somebody has because of me.
#[derive(Debug, Serialize, ToSchema)]
struct MyTask {
    id: String,
    /// The code of the topic.
    topic: String,
    kind: RegisteredKind,
    status: TaskStatus,
    /// Who has it.
    unit: String,
    due: String,
    made: String,
    finished: Option<String>,
    /// What came of it.
    outcome: Option<String>,
}

/// What is on its way.
#[derive(Serialize, ToSchema)]
struct MyMatters {
    /// With the documents that came or went; the office's own are not among them.
    cases: Option<Vec<Case>>,
    tasks: Option<Vec<MyTask>>,
    payments: Option<Vec<Payment>>,
    /// Registers that did not answer: what they know is missing here.
    failed: Vec<Failed>,
    topics: Vec<TopicName>,
}

/// A conversation that is said to be mine.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct MyContact {
    id: String,
    since: String,
    state: Stage,
    channel: String,
    /// How sure the adviser can be that it is me.
    level: Level,
}

#[derive(Debug, Serialize, ToSchema)]
struct Confirmed {
    level: Level,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(my_notes))
        .routes(routes!(my_promises))
        .routes(routes!(my_callbacks))
        .routes(routes!(cancel_my_callback))
        .routes(routes!(my_matters))
        .routes(routes!(my_contacts))
        .routes(routes!(confirm_my_contact))
}

/// What was written about my conversations, newest first. What was erased, and topics that leave no trace,
/// are not among them.
#[utoipa::path(get, path = "/api/v1/me/notes", tag = "citizen", responses((status = 200, body = List<MyNote>), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn my_notes(
    api: Api,
    me: Me,
    Spoken(language): Spoken,
) -> Result<Json<List<MyNote>>, Problem> {
    let id = api.people.open_own(&api, &me, "notes").await?;
    let subject = of_person(&api.people.keys.key_of(id));
    let guide = api.guide.clone();
    let notes = blocking(move || guide.records.notes_of(&guide.keys, &subject)).await??;
    let shown = notes.into_iter();
    let shown = shown.filter_map(|note| my_note(&api, note, language));
    Ok(Json(List::all(shown.collect())))
}

fn my_note(api: &Api, note: KeptNote, language: Language) -> Option<MyNote> {
    let text = note.text?;
    let channel = api.shared.read(|view| {
        let entry = view.contacts.get(note.contact)?;
        Some(entry.channel.to_string())
    });
    Some(MyNote {
        at: rfc3339(note.at),
        topic: topic_names(&api.directory, vec![&note.topic], language).pop(),
        unit: unit_name(api, &note.unit, language),
        channel,
        text,
    })
}

fn unit_name(api: &Api, id: &str, language: Language) -> String {
    let mut units = api.directory.centre.units.iter();
    let unit = units.find(|unit| unit.id == id);
    unit.map_or(id, |unit| unit.name.get(language)).to_owned()
}

/// What was promised to me, the soonest due first.
#[utoipa::path(get, path = "/api/v1/me/promises", tag = "citizen", responses((status = 200, body = List<MyPromise>), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn my_promises(
    api: Api,
    me: Me,
    Spoken(language): Spoken,
) -> Result<Json<List<MyPromise>>, Problem> {
    let id = api.people.open_own(&api, &me, "promises").await?;
    let whose = Whose::Subject(of_person(&api.people.keys.key_of(id)));
    let (guide, now) = (api.guide.clone(), api.now());
    let promises = blocking(move || guide.records.promises(&guide.keys, &whose, now)).await??;
    let shown = promises.into_iter();
    let shown = shown.filter_map(|promise| my_promise(&api, promise, language));
    Ok(Json(List::all(shown.collect())))
}

fn my_promise(api: &Api, promise: KeptPromise, language: Language) -> Option<MyPromise> {
    Some(MyPromise {
        made: rfc3339(promise.made),
        due: promise.due,
        state: promise.state.as_str(),
        ended: promise.ended.map(rfc3339),
        unit: unit_name(api, &promise.unit, language),
        text: promise.text?,
    })
}

/// The contacts that are about me, and how sure that is. Newest first.
pub(super) async fn own_contacts(
    api: &Api,
    id: PersonId,
) -> Result<Vec<(ContactId, Level)>, Problem> {
    let (records, key) = (api.people.records.clone(), api.people.keys.key_of(id));
    let rows = blocking(move || records.contacts_about(key, LOOKED_AT)).await?;
    let rows = rows.map_err(|_: RecordsError| unreadable())?;
    let levelled = rows.into_iter();
    Ok(levelled
        .map(|row| (row.contact, Level::from_kept(row.level)))
        .collect())
}

/// Whether a contact is so surely about me that I may see and change what was agreed in it.
async fn surely_own(api: &Api, me: &Me, contact: ContactId) -> Result<bool, Problem> {
    let id = own_id(me)?;
    let linked = api.people.linked(contact).await.map_err(|_| unreadable())?;
    Ok(linked.is_some_and(|(whom, level)| whom == id && level >= Level::Questions))
}

/// When I will be rung, while the promise is in force. Numbers are never told.
#[utoipa::path(get, path = "/api/v1/me/callbacks", tag = "citizen", responses((status = 200, body = List<CallbackView>), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn my_callbacks(
    api: Api,
    me: Me,
    Spoken(language): Spoken,
) -> Result<Json<List<CallbackView>>, Problem> {
    let contacts = own_contacts(&api, own_id(&me)?).await?;
    let sure = contacts
        .into_iter()
        .filter(|(_, level)| *level >= Level::Questions);
    let shown = sure.filter_map(|(contact, _)| in_force(&api, contact, language));
    Ok(Json(List::all(shown.collect())))
}

/// I need not be rung. The number is forgotten.
#[utoipa::path(
    delete, path = "/api/v1/me/callbacks/{id}", tag = "citizen",
    params(("id" = String, Path, description = "The callback"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn cancel_my_callback(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
) -> Result<StatusCode, Problem> {
    let contact = api.contact(&id)?;
    // One that is somebody else's is not told from one that is not there.
    if !surely_own(&api, &me, contact).await? {
        return Err(no_callback());
    }
    withdraw(&api, command_id, contact).await
}

/// My cases, what others do because of me, and my payments.
#[utoipa::path(get, path = "/api/v1/me/matters", tag = "citizen", responses((status = 200, body = MyMatters), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn my_matters(
    api: Api,
    me: Me,
    Spoken(language): Spoken,
) -> Result<Json<MyMatters>, Problem> {
    let id = api.people.open_own(&api, &me, "matters").await?;
    let registers = &api.people.registers;
    let (from, to) = window(api.now(), PAYMENT_DAYS);
    let (cases, tasks, payments) = tokio::join!(
        registers.cases(id),
        registers.tasks(id),
        registers.payments(id, &from, &to),
    );
    let mut failed = Vec::new();
    let mut cases = kept(cases, &mut failed);
    for case in cases.iter_mut().flatten() {
        case.documents
            .retain(|document| document.kind != DocumentKind::Internal);
    }
    let tasks = kept(tasks, &mut failed);
    let tasks: Option<Vec<MyTask>> = tasks.map(|tasks| {
        let shown = tasks
            .into_iter()
            .filter(|task| task.status != TaskStatus::Mistaken);
        shown.map(|task| my_task(&api, task, language)).collect()
    });
    let payments = kept(payments, &mut failed);
    let mut codes: Vec<&str> = Vec::new();
    codes.extend(cases.iter().flatten().map(|it| it.topic.as_str()));
    codes.extend(tasks.iter().flatten().map(|it| it.topic.as_str()));
    codes.extend(payments.iter().flatten().map(|it| it.topic.as_str()));
    let topics = topic_names(&api.directory, codes, language);
    Ok(Json(MyMatters {
        cases,
        tasks,
        payments,
        failed,
        topics,
    }))
}

fn my_task(api: &Api, task: Task, language: Language) -> MyTask {
    MyTask {
        id: task.id,
        topic: task.topic,
        kind: task.kind,
        status: task.status,
        unit: unit_name(api, &task.unit, language),
        due: task.due,
        made: task.made,
        finished: task.finished,
        outcome: task.outcome,
    }
}

/// Conversations that go on now and that an adviser believes to be with me.
#[utoipa::path(get, path = "/api/v1/me/contacts", tag = "citizen", responses((status = 200, body = List<MyContact>), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn my_contacts(api: Api, me: Me) -> Result<Json<List<MyContact>>, Problem> {
    let contacts = own_contacts(&api, own_id(&me)?).await?;
    Ok(Json(List::all(going_on(&api, &contacts))))
}

/// Those of my contacts that go on now.
pub(super) fn going_on(api: &Api, contacts: &[(ContactId, Level)]) -> Vec<MyContact> {
    api.shared.read(|view| {
        let shown = contacts.iter().filter_map(|&(contact, level)| {
            let entry = view.contacts.get(contact)?;
            // Who waits to be rung is among the callbacks.
            let waits = entry.callback.is_some_and(|it| it.reached.is_none());
            let over = matches!(entry.stage, Stage::Closed | Stage::WrapUp);
            (!over && !waits).then(|| MyContact {
                id: api.ids.contact(contact),
                since: rfc3339(entry.arrived),
                state: entry.stage,
                channel: entry.channel.to_string(),
                level,
            })
        });
        shown.collect()
    })
}

/// It is really me who is talking: said by my log-in, which is surer than any question.
#[utoipa::path(
    post, path = "/api/v1/me/contacts/{id}/confirm", tag = "citizen",
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = Confirmed),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn confirm_my_contact(
    api: Api,
    me: Me,
    Path(id): Path<String>,
) -> Result<Json<Confirmed>, Problem> {
    let own = own_id(&me)?;
    let gone = || Problem::not_found("Du har ingen samtale som kan bekreftes.");
    let contact = api.contact(&id).map_err(|_| gone())?;
    let linked = api.people.linked(contact).await.map_err(|_| unreadable())?;
    if linked.is_none_or(|(whom, _)| whom != own) {
        return Err(gone());
    }
    let entry = read_entry(&api, contact).await?;
    if entry.stage == Stage::Closed {
        return Err(Problem::conflict("wrong_state", "Samtalen er over."));
    }
    api.people
        .link(&api, &me, contact, own, Level::LoggedIn)
        .await?;
    Ok(Json(Confirmed {
        level: Level::LoggedIn,
    }))
}
