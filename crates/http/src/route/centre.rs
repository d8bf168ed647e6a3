//! The centre description: what is in force, what a change means, how yesterday would have gone, publish
//! and undo. Publishing keeps every contact; what cannot be kept is refused in words.

use std::sync::Arc;

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use linje_centre::{Centre, Fault, Severity, differences_in_words};
use linje_types::Language;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admit::{Me, signed};
use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Spoken};
use crate::clock::rfc3339;
use crate::description::{Outline, edit, misfit, outline};
use crate::notes::{Note, Noted};
use crate::ports::{TrialAsk, Tried};
use crate::problem::Problem;
use crate::shape::List;
use crate::view::Published;

/// Most bytes of a description in a request.
const MAX_SOURCE: usize = 1024 * 1024;

/// Held from the look at the version in force until the next one is: of two who publish from the same
/// version, one is told of the other.
static PUBLISHING: Mutex<()> = Mutex::const_new(());

/// A description that has been in force.
#[derive(Debug, Serialize, ToSchema)]
struct VersionRow {
    /// 16 hexadecimal figures.
    version: String,
    at: String,
    who: String,
    why: String,
    current: bool,
    /// Whether an undo without `to` brings this one back.
    undo: bool,
}

/// A fault of a description.
#[derive(Debug, Serialize, ToSchema)]
struct FaultRow {
    /// From 1.
    line: u32,
    /// In characters, from 1.
    column: u32,
    /// `LJ1007`; has a page in the manual.
    code: String,
    /// error or warning.
    severity: &'static str,
    what: String,
    /// How to mend it.
    mend: Option<String>,
}

/// A change from the description in force.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeRow {
    /// The section and the id: `queue.pensjon`.
    #[serde(rename = "where")]
    place: String,
    /// What is different, as a sentence.
    text: String,
    /// What it means for those who call and answer.
    meaning: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Source {
    /// The description as TOML.
    #[serde(alias = "source")]
    toml: String,
    /// The version that the changes are told from; left out = the one in force.
    from: Option<String>,
}

/// What is wrong with a description, and what it changes.
#[derive(Debug, Serialize, ToSchema)]
struct Checked {
    faults: Vec<FaultRow>,
    changes: Vec<ChangeRow>,
    /// Why it cannot be published while the service runs; null when it can.
    misfit: Option<String>,
    /// Null when it cannot be read.
    outline: Option<Outline>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Edits {
    /// What is edited; left out = the description in force.
    toml: Option<String>,
    edits: Vec<EditAsk>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditAsk {
    /// `queue.arbeid-og-helse.goal.within`, `flow.main.menu.keys.0.to`, `hours.hverdager.open.0.from`.
    path: String,
    /// A text, a number, true or false; null takes it away.
    #[schema(value_type = serde_json::Value)]
    value: serde_json::Value,
}

/// An edited description. Comments and order are kept.
#[derive(Debug, Serialize, ToSchema)]
struct Edited {
    toml: String,
    faults: Vec<FaultRow>,
    changes: Vec<ChangeRow>,
    misfit: Option<String>,
    outline: Option<Outline>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Try {
    /// The description as TOML.
    #[serde(alias = "source")]
    toml: String,
    /// A date; left out = the last whole working day in the log, or what there is of today.
    day: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Publish {
    /// The description as TOML.
    #[serde(alias = "source")]
    toml: String,
    /// Of a program: whom it says that it acts for. Who is logged in signs with their own ident.
    who: Option<String>,
    /// Why; kept with it.
    why: String,
    /// The version that the change was made from, as the `ETag` of the source or without its quotes. Needed;
    /// another one in force is refused.
    base: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Undo {
    /// Of a program: whom it says that it acts for. Who is logged in signs with their own ident.
    who: Option<String>,
    /// Why; kept with it.
    why: String,
    /// The version in force that was seen. Needed; another one in force is refused.
    base: Option<String>,
    /// The version to go back to; left out = the one before, further back each time.
    to: Option<String>,
}

/// What is in force now.
#[derive(Debug, Serialize, ToSchema)]
struct InForce {
    version: String,
    changes: Vec<ChangeRow>,
    warnings: Vec<FaultRow>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(versions))
        .routes(routes!(source))
        .routes(routes!(source_of))
        .routes(routes!(outline_in_force))
        .routes(routes!(check))
        .routes(routes!(edit_source))
        .routes(routes!(try_on))
        .routes(routes!(publish))
        .routes(routes!(undo))
        .layer(DefaultBodyLimit::max(MAX_SOURCE))
}

/// The descriptions that have been in force, newest first, with who and why.
#[utoipa::path(get, path = "/api/v1/centre/versions", tag = "centre", responses((status = 200, body = List<VersionRow>)))]
async fn versions(api: Api, Spoken(language): Spoken) -> Json<List<VersionRow>> {
    let (published, current) = api
        .shared
        .read(|view| (view.published().to_vec(), view.version()));
    let newest = published.len().saturating_sub(1);
    let mut before = one_back(&published);
    let rows = published.iter().enumerate().rev().map(|(place, one)| {
        let current = place == newest && one.version == current;
        let undo = before.take_if(|version| *version == one.version).is_some();
        VersionRow {
            undo,
            ..version_row(&api, one, current, language)
        }
    });
    Json(List::all(rows.collect()))
}

/// What was in force before, over all that was undone: going back to a version forgets the way from it.
fn one_back(published: &[Published]) -> Option<u64> {
    let mut way: Vec<u64> = Vec::new();
    for one in published {
        match way.iter().position(|version| *version == one.version) {
            Some(place) => way.truncate(place + 1),
            None => way.push(one.version),
        }
    }
    way.pop();
    way.pop()
}

fn version_row(api: &Api, one: &Published, current: bool, language: Language) -> VersionRow {
    let note = api.notes.last(|note| {
        let of = matches!(note.what, Noted::Published { version, .. } if version == one.version);
        of && note.seq < one.seq
    });
    let (who, why) = note.map_or_else(
        || {
            let (who, why) = match language {
                Language::En => ("start", "As the service was started"),
                Language::Nb | Language::Nn | Language::Se => {
                    ("oppstart", "Slik tjenesten ble startet")
                }
            };
            (who.to_owned(), why.to_owned())
        },
        |note| (note.who, note.why),
    );
    VersionRow {
        version: hex(one.version),
        at: rfc3339(one.at),
        who,
        why,
        current,
        undo: false,
    }
}

fn hex(version: u64) -> String {
    format!("{version:016x}")
}

/// The description in force as TOML; its version is the `ETag`.
#[utoipa::path(
    get, path = "/api/v1/centre/source", tag = "centre",
    responses((status = 200, body = String, content_type = "text/plain"), (status = 503, body = Problem, content_type = "application/problem+json"))
)]
async fn source(api: Api) -> Result<Response, Problem> {
    let version = api.shared.read(|view| view.version());
    let text = read(&api, version).await?;
    Ok(as_text(version, text))
}

/// A description that has been in force, as TOML.
#[utoipa::path(
    get, path = "/api/v1/centre/versions/{version}/source", tag = "centre",
    params(("version" = String, Path, description = "The version")),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn source_of(api: Api, Path(version): Path<String>) -> Result<Response, Problem> {
    let version = named(&version)?;
    let text = read(&api, version).await?;
    Ok(as_text(version, text))
}

/// The version that somebody names, also with the quotes of an `ETag`.
fn named(version: &str) -> Result<u64, Problem> {
    let version = version.trim();
    let version = version.strip_prefix("W/").unwrap_or(version);
    u64::from_str_radix(version.trim_matches('"'), 16).map_err(|_| no_version())
}

fn as_text(version: u64, text: String) -> Response {
    let tag = format!("\"{}\"", hex(version));
    let headers = [
        (
            header::CONTENT_TYPE,
            String::from("text/plain; charset=utf-8"),
        ),
        (header::ETAG, tag),
    ];
    (StatusCode::OK, headers, text).into_response()
}

fn no_version() -> Problem {
    Problem::not_found(
        "Denne utgaven finnes ikke. GET /api/v1/centre/versions viser dem som finnes.",
    )
}

async fn read(api: &Api, version: u64) -> Result<String, Problem> {
    let found = api.centres.source(version).await.map_err(|error| {
        tracing::error!(%error, "cannot read a centre description");
        Problem::unavailable(
            "log_unreadable",
            "Beskrivelsen kan ikke leses nå. Ingenting er endret; prøv igjen om litt.",
        )
    })?;
    found.ok_or_else(no_version)
}

/// What can be edited in the description in force, with its lines.
#[utoipa::path(
    get, path = "/api/v1/centre/outline", tag = "centre",
    responses((status = 200, body = Outline), (status = 503, body = Problem, content_type = "application/problem+json"))
)]
async fn outline_in_force(api: Api, Spoken(language): Spoken) -> Result<Json<Outline>, Problem> {
    let version = api.shared.read(|view| view.version());
    Ok(Json(outline(&api.directory.centre, hex(version), language)))
}

/// What is wrong with a description, and what it changes, in words. Nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/centre/check", tag = "centre", request_body = Source,
    responses((status = 200, body = Checked), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn check(
    api: Api,
    Spoken(language): Spoken,
    Body(source): Body<Source>,
) -> Result<Json<Checked>, Problem> {
    let mut looked = look(&api, &source.toml, language);
    if let Some(from) = &source.from {
        let old = read(&api, named(from)?).await?;
        let sides = (Centre::parse(&old), Centre::parse(&source.toml));
        looked.changes = if let (Ok(old), Ok(new)) = sides {
            told(&old, &new, language)
        } else {
            Vec::new()
        };
    }
    Ok(Json(Checked {
        faults: looked.faults,
        changes: looked.changes,
        misfit: looked.misfit,
        outline: looked.outline,
    }))
}

/// A description that was looked at.
struct Looked {
    /// None when it has faults.
    centre: Option<Arc<Centre>>,
    faults: Vec<FaultRow>,
    changes: Vec<ChangeRow>,
    misfit: Option<String>,
    outline: Option<Outline>,
}

/// What is there and what it changes is told of every description that can be read, faults of the whole or not.
fn look(api: &Api, toml: &str, language: Language) -> Looked {
    let (centre, faults) = linje_centre::look(toml);
    let old = &api.directory.centre;
    let changes = centre.as_ref().map(|new| told(old, new, language));
    let outline = centre
        .as_ref()
        .map(|new| outline(new, String::new(), language));
    let usable = !faults.iter().any(Fault::is_error);
    let centre = centre.filter(|_| usable);
    Looked {
        misfit: centre.as_ref().and_then(|new| misfit(old, new, language)),
        outline,
        centre: centre.map(Arc::new),
        faults: faults
            .iter()
            .map(|fault| fault_row(fault, language))
            .collect(),
        changes: changes.unwrap_or_default(),
    }
}

fn told(old: &Centre, new: &Centre, language: Language) -> Vec<ChangeRow> {
    let changes = differences_in_words(old, new, language).into_iter();
    changes.map(change_row).collect()
}

fn fault_row(fault: &Fault, language: Language) -> FaultRow {
    let (what, mend) = fault.said(language);
    FaultRow {
        line: fault.line,
        column: fault.column,
        code: fault.code.as_str().to_owned(),
        severity: match fault.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        what,
        mend: (!mend.is_empty()).then_some(mend),
    }
}

fn change_row(change: linje_centre::Change) -> ChangeRow {
    let place = match change.id.as_str() {
        "" => change.section.to_owned(),
        id => format!("{}.{id}", change.section),
    };
    ChangeRow {
        place,
        text: change.what,
        meaning: (!change.meaning.is_empty()).then_some(change.meaning),
    }
}

/// Changes single values and keeps comments and order. Nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/centre/edit", tag = "centre", request_body = Edits,
    responses((status = 200, body = Edited), (status = 422, body = Problem, content_type = "application/problem+json"))
)]
async fn edit_source(
    api: Api,
    Spoken(language): Spoken,
    Body(body): Body<Edits>,
) -> Result<Json<Edited>, Problem> {
    let toml = match body.toml {
        Some(toml) => toml,
        None => {
            let version = api.shared.read(|view| view.version());
            read(&api, version).await?
        }
    };
    let edits = body.edits.iter().map(|one| (one.path.as_str(), &one.value));
    let toml =
        edit(&toml, edits).map_err(|(field, text)| Problem::invalid(&field, text, Vec::new()))?;
    let looked = look(&api, &toml, language);
    Ok(Json(Edited {
        toml,
        faults: looked.faults,
        changes: looked.changes,
        misfit: looked.misfit,
        outline: looked.outline,
    }))
}

/// *Prøv på gårsdagen*: lives a day of the log again under a description, and tells the difference.
#[utoipa::path(
    post, path = "/api/v1/centre/try", tag = "centre", request_body = Try,
    responses(
        (status = 200, body = Tried),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn try_on(
    api: Api,
    Spoken(language): Spoken,
    Body(body): Body<Try>,
) -> Result<Json<Tried>, Problem> {
    let looked = look(&api, &body.toml, language);
    let centre = usable(looked)?.0;
    let ask = TrialAsk {
        before: Arc::clone(&api.directory.centre),
        centre,
        day: body.day,
        now: api.now(),
        language,
        ids: api.ids.clone(),
    };
    let tried = api.centres.attempt(ask).await;
    tried
        .map(Json)
        .map_err(|text| Problem::conflict("cannot_try", &text))
}

/// A centre, its warnings and changes.
type Usable = (Arc<Centre>, Vec<FaultRow>, Vec<ChangeRow>);

/// The centre, its warnings and changes; a problem with all faults when it cannot be used.
fn usable(looked: Looked) -> Result<Usable, Problem> {
    let Some(centre) = looked.centre else {
        let faults = serde_json::to_value(&looked.faults).unwrap_or_default();
        return Err(Problem::invalid(
            "toml",
            "Beskrivelsen har feil og kan ikke brukes. Hver feil står i `faults` med linje, kolonne og hvordan den rettes.",
            Vec::new(),
        )
        .with("faults", faults));
    };
    Ok((centre, looked.faults, looked.changes))
}

/// Brings a description into force, from the next contact on. Every contact keeps its place.
#[utoipa::path(
    post, path = "/api/v1/centre/publish", tag = "centre", request_body = Publish,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = InForce),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 428, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn publish(
    api: Api,
    me: Me,
    command_id: CommandId,
    Spoken(language): Spoken,
    Body(body): Body<Publish>,
) -> Result<Json<InForce>, Problem> {
    if let Some(version) = api.rung(command_id) {
        return Ok(repeated(version));
    }
    let _alone = PUBLISHING.lock().await;
    say_base(&api, body.base.as_deref())?;
    say_why(&body.why)?;
    let looked = look(&api, &body.toml, language);
    let (centre, warnings, changes) = usable(looked)?;
    let version = put_in_force(
        &api,
        &body.toml,
        None,
        centre,
        (signed(&me, body.who.as_deref()), body.why),
        language,
    );
    let version = version.await?;
    api.note_rung(command_id, version);
    Ok(Json(InForce {
        version: hex(version),
        changes,
        warnings,
    }))
}

/// The answer to a request that comes again: it is done already.
fn repeated(version: u64) -> Json<InForce> {
    Json(InForce {
        version: hex(version),
        changes: Vec::new(),
        warnings: Vec::new(),
    })
}

/// Whoever changes what is in force says which version they saw.
fn say_base(api: &Api, base: Option<&str>) -> Result<(), Problem> {
    let Some(base) = base.filter(|base| !base.trim().is_empty()) else {
        let text = "Send `base`: versjonen endringen er laget fra (ETag fra /api/v1/centre/source). Uten den kunne du tatt bort det en annen nettopp publiserte.";
        return Err(Problem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "base_needed",
            "Si hvilken versjon du så",
        )
        .detail(text)
        .field("base", text, Vec::new()));
    };
    let current = api.shared.read(|view| view.version());
    if named(base).ok() == Some(current) {
        return Ok(());
    }
    let text = "En annen har publisert siden du begynte. Se på det som gjelder nå, og prøv igjen.";
    Err(Problem::conflict("other_version", text).with("version", hex(current).into()))
}

fn say_why(why: &str) -> Result<(), Problem> {
    if why.trim().is_empty() {
        let text = "Skriv hvorfor, så andre forstår det siden.";
        return Err(Problem::invalid("why", text, Vec::new()));
    }
    Ok(())
}

/// Brings an earlier description into force again: the one before, further back each time, or the one named.
#[utoipa::path(
    post, path = "/api/v1/centre/undo", tag = "centre", request_body = Undo,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = InForce),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 428, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn undo(
    api: Api,
    me: Me,
    command_id: CommandId,
    Spoken(language): Spoken,
    Body(body): Body<Undo>,
) -> Result<Json<InForce>, Problem> {
    if let Some(version) = api.rung(command_id) {
        return Ok(repeated(version));
    }
    let _alone = PUBLISHING.lock().await;
    say_base(&api, body.base.as_deref())?;
    say_why(&body.why)?;
    let before = goal_of(&api, body.to.as_deref())?;
    let toml = read(&api, before).await?;
    let looked = look(&api, &toml, language);
    let (centre, warnings, changes) = usable(looked)?;
    let told = (signed(&me, body.who.as_deref()), body.why);
    let version = put_in_force(&api, &toml, Some(before), centre, told, language).await?;
    api.note_rung(command_id, version);
    Ok(Json(InForce {
        version: hex(version),
        changes,
        warnings,
    }))
}

/// The version that an undo brings back.
fn goal_of(api: &Api, to: Option<&str>) -> Result<u64, Problem> {
    let published = api.shared.read(|view| view.published().to_vec());
    let Some(to) = to else {
        return one_back(&published).ok_or_else(|| {
            Problem::conflict(
                "nothing_to_undo",
                "Det finnes ingen tidligere utgave å gå tilbake til. Publiser heller en endring.",
            )
        });
    };
    let to = named(to)?;
    let known = published.iter().any(|one| one.version == to);
    known.then_some(to).ok_or_else(no_version)
}

/// Keeps description and note, then says it to the log; a refusal takes the note back.
async fn put_in_force(
    api: &Api,
    toml: &str,
    version: Option<u64>,
    centre: Arc<Centre>,
    (who, why): (String, String),
    language: Language,
) -> Result<u64, Problem> {
    if let Some(reason) = misfit(&api.directory.centre, &centre, language) {
        return Err(Problem::conflict("unpublishable", &reason));
    }
    let prepared = (api.centres.make)(centre, toml, version).map_err(|error| {
        Problem::conflict(
            "unpublishable",
            &format!("Reglene kan ikke brukes: {error}. Rett beskrivelsen, og prøv igjen. Det som gjelder, er ikke endret."),
        )
    })?;
    let (version, tables) = (prepared.version, Arc::clone(&prepared.tables));
    let current = api.shared.read(|view| view.version());
    if version == current {
        let text = "Denne beskrivelsen er allerede i kraft. Du trenger ikke gjøre noe.";
        return Err(Problem::conflict("unchanged", text));
    }
    let note = Note {
        at: api.now(),
        seq: api.shared.read(|view| view.seq),
        who,
        why,
        what: Noted::Published {
            version,
            over: api.centres.over,
        },
    };
    api.directory.prepare(prepared);
    (api.centres.keep)(version, toml);
    api.notes.add(note.clone());
    match (api.centres.publish)(tables, version).await {
        Ok(accepted) => {
            api.shared.reached(accepted.seq).await;
            tracing::info!(version = hex(version), "a centre description is in force");
            Ok(version)
        }
        Err(refusal) => {
            api.notes.take_back(&note);
            Err(api.refused(refusal))
        }
    }
}
