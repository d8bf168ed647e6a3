//! *Innsynskontroll*: who read whom and why, odd patterns, lines for other tools. And for the citizen: who
//! looked at my data.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use linje_store::records::access::{
    Chain, Kept, PersonKey, ReaderSums, Reading, Signs, Wanted, cef, hex,
};
use linje_store::{Records, RecordsError};
use linje_types::{HOUR_US, Language};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::persons::since;
use crate::api::{Api, Gate};
use crate::body::{Body, Query, Spoken};
use crate::clock::rfc3339;
use crate::people::{Asker, grounded, name_told, own_id, person_id, traceable};
use crate::problem::Problem;
use crate::shape::List;

/// Readings without a contact on one day after which a reader is shown as odd.
const MANY_WITHOUT_CONTACT: i64 = 20;
/// How far back patterns look, hours.
const PATTERN_H: i64 = 24 * 30;
/// Most lines of one export.
const EXPORT: usize = 10_000;

/// A reading, as the auditor sees it. The person is an opaque number until it is asked for.
#[derive(Serialize, ToSchema)]
struct ReadingRow {
    id: i64,
    at: String,
    who: String,
    unit: Option<String>,
    /// An opaque number; the same person is the same number.
    whom: Option<String>,
    /// header, a tab, search, link, confirm, questions, hint, organisation, reveal.
    what: String,
    /// contact, reason, power, guardian, self or none.
    ground: String,
    contact: Option<String>,
    /// What the reader wrote.
    reason: Option<String>,
    permit: bool,
    /// The code of the denial, also of one that was overridden.
    code: Option<String>,
    /// same_name, employee, at_night, no_contact, overridden.
    signs: Vec<&'static str>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// The ident of a reader.
    who: Option<String>,
    /// An opaque number of a person.
    whom: Option<String>,
    /// At or after this moment.
    since: Option<String>,
    /// Only such as hold one of these, with commas.
    signs: Option<String>,
    /// Only denied (false) or only permitted (true).
    permit: Option<bool>,
    /// Where the page before ended.
    cursor: Option<i64>,
    /// At most so many, 1 to 500.
    limit: Option<usize>,
}

/// A reader whose readings ask to be looked at.
#[derive(Serialize, ToSchema)]
struct PatternRow {
    who: String,
    unit: Option<String>,
    readings: i64,
    people: i64,
    without_contact: i64,
    same_name: i64,
    employees: i64,
    at_night: i64,
    overridden: i64,
    denied: i64,
    /// What is odd: without_contact, same_name, at_night, employees, denied.
    odd: Vec<&'static str>,
}

/// What the chain of rows says.
#[derive(Serialize, ToSchema)]
struct ChainView {
    rows: i64,
    /// The hash of the last row; write it down elsewhere to be able to prove the rows before it.
    head: String,
    ok: bool,
    first_bad: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reveal {
    /// The opaque number.
    whom: String,
    /// Why the auditor must know who it is.
    reason: String,
}

#[derive(Serialize, ToSchema)]
struct Revealed {
    fnr: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Whose {
    /// Eleven figures.
    fnr: String,
}

#[derive(Serialize, ToSchema)]
struct WhoseView {
    /// The opaque number under which this person's readings are found.
    whom: String,
}

/// A reading, as the citizen sees it.
#[derive(Serialize, ToSchema)]
struct MyReading {
    at: String,
    /// In plain words: who, where, why.
    text: String,
    unit: Option<String>,
    /// Because the citizen made contact.
    by_contact: bool,
    /// Somebody rang for the citizen: by a power of attorney, or as guardian.
    by_other: Option<ByOther>,
    /// Their name, unless they are protected.
    other: Option<String>,
    /// adviser, auditor or privacy.
    reader: &'static str,
    /// header, a tab, search, link, confirm, questions, hint, reveal.
    what: String,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(access_readings))
        .routes(routes!(access_patterns))
        .routes(routes!(access_export))
        .routes(routes!(access_chain))
        .routes(routes!(access_whose))
        .routes(routes!(access_reveal))
        .routes(routes!(my_readings))
}

const SIGNS: [(&str, Signs); 5] = [
    ("same_name", Signs::SAME_NAME),
    ("employee", Signs::EMPLOYEE),
    ("at_night", Signs::AT_NIGHT),
    ("no_contact", Signs::NO_CONTACT),
    ("overridden", Signs::OVERRIDDEN),
];

/// Readings, newest first.
#[utoipa::path(
    get, path = "/api/v1/access/readings", tag = "access", params(Filter),
    responses((status = 200, body = List<ReadingRow>), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
async fn access_readings(
    api: Api,
    Spoken(language): Spoken,
    Query(filter): Query<Filter>,
) -> Result<Json<List<ReadingRow>>, Problem> {
    let limit = filter.limit.unwrap_or(100).clamp(1, 500);
    let wanted = Wanted {
        whom: filter.whom.as_deref().map(person_key).transpose()?,
        since: since(filter.since.as_deref())?,
        signs: filter.signs.as_deref().map(signs).transpose()?,
        who: filter.who,
        permit: filter.permit,
        before: filter.cursor,
        limit,
        by_others: false,
    };
    let rows = read(&api, move |records| records.readings(&wanted)).await?;
    let next = (rows.len() == limit)
        .then(|| rows.last().map(|row| row.id.to_string()))
        .flatten();
    let items = rows
        .iter()
        .map(|row| reading_row(&api, row, language))
        .collect();
    Ok(Json(List { items, next }))
}

fn signs(text: &str) -> Result<Signs, Problem> {
    text.split(',').try_fold(Signs::default(), |all, word| {
        let known = SIGNS.iter().find(|(name, _)| *name == word);
        let (_, sign) = known.ok_or_else(|| {
            let valid = SIGNS.iter().map(|(name, _)| (*name).to_owned()).collect();
            Problem::bad_query("signs", "Ukjent kjennetegn.", valid)
        })?;
        Ok(all.and(*sign))
    })
}

fn person_key(text: &str) -> Result<PersonKey, Problem> {
    let bad = || Problem::bad_query("whom", "Ikke et nummer fra innsynsloggen.", Vec::new());
    let mut key = PersonKey::default();
    if text.len() != 32 || !text.is_ascii() {
        return Err(bad());
    }
    for (place, byte) in key.iter_mut().enumerate() {
        let pair = text.get(place * 2..place * 2 + 2).ok_or_else(bad)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
    }
    Ok(key)
}

fn reading_row(api: &Api, row: &Kept, language: Language) -> ReadingRow {
    let reading = &row.reading;
    let reason = reading.reason.as_deref().zip(reading.whom.as_ref());
    ReadingRow {
        id: row.id,
        at: rfc3339(reading.at),
        who: reading.who.clone(),
        unit: unit_name(api, &reading.unit, language),
        whom: reading.whom.as_ref().map(hex),
        what: reading.what.clone(),
        ground: reading.ground.clone(),
        contact: traceable(api, reading.contact).map(|contact| api.ids.contact(contact)),
        reason: reason.and_then(|(sealed, whom)| api.people.keys.open(whom, sealed)),
        permit: reading.permit,
        code: Some(reading.code.clone()).filter(|code| !code.is_empty()),
        signs: SIGNS
            .iter()
            .filter(|(_, sign)| reading.signs.has(*sign))
            .map(|(name, _)| *name)
            .collect(),
    }
}

fn unit_name(api: &Api, id: &str, language: Language) -> Option<String> {
    let unit = api
        .directory
        .centre
        .units
        .iter()
        .find(|unit| unit.id == id)?;
    Some(unit.name.get(language).to_owned())
}

async fn read<T: Send + 'static>(
    api: &Api,
    work: impl FnOnce(&Records) -> Result<T, RecordsError> + Send + 'static,
) -> Result<T, Problem> {
    let records = api.people.records.clone();
    let done = tokio::task::spawn_blocking(move || work(&records)).await;
    let unreadable = || {
        Problem::unavailable(
            "people_unreadable",
            "Innsynsloggen kan ikke leses nå. Prøv igjen om litt.",
        )
    };
    done.map_err(|_| unreadable())?.map_err(|_| unreadable())
}

/// Readers whose last month asks to be looked at, found by counting; nobody is accused by it.
#[utoipa::path(get, path = "/api/v1/access/patterns", tag = "access", responses((status = 200, body = List<PatternRow>)))]
async fn access_patterns(
    api: Api,
    Spoken(language): Spoken,
) -> Result<Json<List<PatternRow>>, Problem> {
    let from = api.now().plus_us(-PATTERN_H * HOUR_US);
    let sums = read(&api, move |records| records.reader_sums(from, 1_000)).await?;
    let rows = sums.into_iter().map(|sums| pattern(&api, sums, language));
    let mut rows: Vec<PatternRow> = rows.collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.odd.len(), row.without_contact)));
    rows.truncate(200);
    Ok(Json(List::all(rows)))
}

fn pattern(api: &Api, sums: ReaderSums, language: Language) -> PatternRow {
    let odd = [
        (
            "without_contact",
            sums.without_contact >= MANY_WITHOUT_CONTACT,
        ),
        ("same_name", sums.same_name > 0),
        ("at_night", sums.at_night > 0),
        ("employees", sums.employees >= 3),
        ("denied", sums.denied >= 5),
    ];
    PatternRow {
        unit: unit_name(api, &sums.unit, language),
        who: sums.who,
        readings: sums.readings,
        people: sums.people,
        without_contact: sums.without_contact,
        same_name: sums.same_name,
        employees: sums.employees,
        at_night: sums.at_night,
        overridden: sums.overridden,
        denied: sums.denied,
        odd: odd
            .into_iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| name)
            .collect(),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Export {
    /// At or after this moment.
    since: Option<String>,
    /// Where the export before ended: rows older than this number.
    cursor: Option<i64>,
}

/// Readings as lines of the Common Event Format, newest first, at most 10,000.
#[utoipa::path(
    get, path = "/api/v1/access/cef", tag = "access", params(Export),
    responses((status = 200, description = "One line per reading", body = String, content_type = "text/plain"))
)]
async fn access_export(api: Api, Query(export): Query<Export>) -> Result<Response, Problem> {
    let wanted = Wanted {
        since: since(export.since.as_deref())?,
        before: export.cursor,
        limit: EXPORT,
        ..Wanted::default()
    };
    let rows = read(&api, move |records| records.readings(&wanted)).await?;
    let mut text = String::with_capacity(rows.len() * 256);
    for mut row in rows {
        row.reading.contact = traceable(&api, row.reading.contact);
        text.push_str(&cef(&row));
        text.push('\n');
    }
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"innsynslogg.cef\"",
        ),
    ];
    Ok((StatusCode::OK, headers, text).into_response())
}

/// Walks all rows and says whether one was changed, taken out or put in.
#[utoipa::path(get, path = "/api/v1/access/chain", tag = "access", responses((status = 200, body = ChainView)))]
async fn access_chain(api: Api) -> Result<Json<ChainView>, Problem> {
    let Chain {
        rows,
        head,
        first_bad,
    } = read(&api, Records::verify_readings).await?;
    let head = head.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Json(ChainView {
        rows,
        head,
        ok: first_bad.is_none(),
        first_bad,
    }))
}

/// The opaque number of a person who asks who has read about them.
#[utoipa::path(
    post, path = "/api/v1/access/whose", tag = "access", request_body = Whose,
    responses((status = 200, body = WhoseView), (status = 422, body = Problem, content_type = "application/problem+json"))
)]
async fn access_whose(api: Api, Body(ask): Body<Whose>) -> Result<Json<WhoseView>, Problem> {
    let id = person_id(&ask.fnr)?;
    Ok(Json(WhoseView {
        whom: hex(&api.people.keys.key_of(id)),
    }))
}

/// Who an opaque number is. A reading like any other: it is noted first.
#[utoipa::path(
    post, path = "/api/v1/access/reveal", tag = "access", request_body = Reveal,
    responses(
        (status = 200, body = Revealed),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn access_reveal(
    api: Api,
    who: Asker,
    Body(ask): Body<Reveal>,
) -> Result<Json<Revealed>, Problem> {
    let key = person_key(&ask.whom)?;
    let ground = grounded(&api, &who, None, Some(&ask.reason))?;
    let wanted = Wanted {
        whom: Some(key),
        limit: 1,
        ..Wanted::default()
    };
    let rows = read(&api, move |records| records.readings(&wanted)).await?;
    let sealed = rows.into_iter().next().and_then(|row| row.reading.sealed);
    let people = &api.people;
    let reason = people.keys.seal(&key, &ask.reason).ok();
    let row = people.blank_row(&api, &who, &ground, "reveal");
    people
        .keep(vec![Reading {
            whom: Some(key),
            sealed: sealed.clone(),
            reason,
            permit: sealed.is_some(),
            ..row
        }])
        .await?;
    let fnr = sealed.and_then(|sealed| people.keys.open(&key, &sealed));
    let fnr =
        fnr.ok_or_else(|| Problem::not_found("Innsynsloggen har ingen med dette nummeret."))?;
    Ok(Json(Revealed { fnr }))
}

/// Who looked at my data, in plain words, newest first. Readers are named by unit, as the law has it.
#[utoipa::path(get, path = "/api/v1/me/readings", tag = "citizen", responses((status = 200, body = List<MyReading>)))]
async fn my_readings(
    api: Api,
    who: Asker,
    Spoken(language): Spoken,
) -> Result<Json<List<MyReading>>, Problem> {
    let id = own_id(&who)?;
    let wanted = Wanted {
        whom: Some(api.people.keys.key_of(id)),
        permit: Some(true),
        by_others: true,
        limit: 500,
        ..Wanted::default()
    };
    let rows = read(&api, move |records| records.readings(&wanted)).await?;
    let items = rows
        .iter()
        .map(|row| my_reading(&api, row, language))
        .collect();
    Ok(Json(List::all(items)))
}

/// By what somebody rang for a citizen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ByOther {
    Power,
    Guardian,
}

/// Who rang for the citizen, by what.
fn other_of(api: &Api, reading: &Reading) -> Option<(ByOther, Option<String>)> {
    let by = match reading.ground.as_str() {
        "power" => ByOther::Power,
        "guardian" => ByOther::Guardian,
        _ => return None,
    };
    let told = reading.reason.as_deref().zip(reading.whom.as_ref());
    let told = told.and_then(|(sealed, whom)| api.people.keys.open(whom, sealed));
    let name = told.as_deref().and_then(name_told).map(str::to_owned);
    Some((by, name))
}

/// Why, when somebody rang for the citizen.
fn for_another(by: ByOther, name: Option<&str>, english: bool) -> String {
    match (by, name, english) {
        (ByOther::Power, Some(name), true) => {
            format!("because {name} rang with your power of attorney")
        }
        (ByOther::Power, None, true) => {
            "because somebody rang with your power of attorney".to_owned()
        }
        (ByOther::Power, Some(name), false) => format!("fordi {name} ringte med fullmakt fra deg"),
        (ByOther::Power, None, false) => "fordi noen ringte med fullmakt fra deg".to_owned(),
        (ByOther::Guardian, Some(name), true) => format!("because your guardian {name} rang"),
        (ByOther::Guardian, None, true) => "because your guardian rang".to_owned(),
        (ByOther::Guardian, Some(name), false) => format!("fordi vergen din, {name}, ringte"),
        (ByOther::Guardian, None, false) => "fordi vergen din ringte".to_owned(),
    }
}

fn my_reading(api: &Api, row: &Kept, language: Language) -> MyReading {
    let reading = &row.reading;
    let other = other_of(api, reading);
    let unit = unit_name(api, &reading.unit, language);
    let by_contact = reading.ground == "contact";
    let reader = match reading.what.as_str() {
        "reveal" => "auditor",
        "erase" => "privacy",
        _ => "adviser",
    };
    let place = unit.clone().map_or_else(String::new, |unit| {
        if language == Language::En {
            format!(" at {unit}")
        } else {
            format!(" i {unit}")
        }
    });
    let english = language == Language::En;
    let because = other
        .as_ref()
        .map(|(by, name)| for_another(*by, name.as_deref(), english));
    let text = match (reader, english, by_contact) {
        ("adviser", true, _) if because.is_some() => {
            format!("An adviser{place}, {}", because.unwrap_or_default())
        }
        ("adviser", false, _) if because.is_some() => {
            format!("En veileder{place}, {}", because.unwrap_or_default())
        }
        ("auditor", true, _) => "An access auditor, to check that readings were lawful".to_owned(),
        ("auditor", false, _) => {
            "En innsynskontrollør, for å kontrollere at innsyn var lovlig".to_owned()
        }
        ("privacy", true, _) => "Somebody erased what was kept, as was asked for".to_owned(),
        ("privacy", false, _) => "Noen slettet det som var lagret, slik det ble bedt om".to_owned(),
        (_, true, true) => format!("An adviser{place}, because you made contact"),
        (_, false, true) => format!("En veileder{place}, fordi du tok kontakt"),
        (_, true, false) => format!("An adviser{place}, for a reason that was written down"),
        (_, false, false) => format!("En veileder{place}, av en grunn som er skrevet ned"),
    };
    MyReading {
        at: rfc3339(reading.at),
        text,
        unit,
        by_contact,
        by_other: other.as_ref().map(|(by, _)| *by),
        other: other.and_then(|(_, name)| name),
        reader,
        what: reading.what.clone(),
    }
}
