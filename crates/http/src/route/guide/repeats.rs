//! Repeat contacts (*Nav produserer egne kunder*): how many exist because an earlier one did not help.

use std::collections::BTreeMap;

use axum::Json;
use linje_centre::CauseKind;
use linje_measures::{Formula, Noted, RepeatSums, WINDOW_US, formula, repeats};
use linje_store::Reason;
use linje_types::{HOUR_US, Language};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::{Query, Spoken};
use crate::clock::rfc3339;
use crate::guide::blocking;
use crate::problem::Problem;
use crate::route::measures::{MeasureDefinition, definition, span_of};
use crate::shape::Named;

/// The figures that are made of what was said at wrap-up.
const SHOWN: [&str; 4] = [
    "repeat_share_7d",
    "fcr_7d",
    "solved_share",
    "avoidable_share",
];
/// Rows with fewer contacts are not shown one by one: they could point at somebody.
const FEWEST: u64 = 5;
/// What is counted by when nothing is said.
const DEFAULT_BY: &str = "topic";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The first day or moment; left out: 30 days ago.
    from: Option<String>,
    /// The day or moment before which it ends; left out: now.
    to: Option<String>,
    /// topic, cause or channel.
    by: Option<String>,
}

/// Repeat contacts of a time.
#[derive(Debug, Serialize, ToSchema)]
struct Repeats {
    from: String,
    to: String,
    by: String,
    window_days: i64,
    definitions: Vec<MeasureDefinition>,
    total: RepeatRow,
    /// The most repeats first.
    rows: Vec<RepeatRow>,
    /// Contacts in rows that are too small to be shown one by one.
    withheld: u64,
}

/// The figures of a group.
#[derive(Debug, Serialize, ToSchema)]
struct RepeatRow {
    /// null = all.
    group: Option<Named>,
    /// Wrapped up.
    contacts: u64,
    /// Known by person and topic.
    keyed: u64,
    /// Came again within seven days.
    repeats: u64,
    solved: u64,
    /// By definition; null = nothing to divide by.
    #[schema(value_type = std::collections::BTreeMap<String, Option<f64>>)]
    figures: BTreeMap<&'static str, Option<f64>>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new().routes(routes!(repeat_contacts))
}

/// How many contacts exist because an earlier one did not help: same person, same topic, within seven days.
/// Queues and topics of which nothing is kept are left out.
#[utoipa::path(
    get, path = "/api/v1/measures/repeats", tag = "measures", params(Asked),
    responses((status = 200, body = Repeats), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
async fn repeat_contacts(
    api: Api,
    Spoken(language): Spoken,
    Query(asked): Query<Asked>,
) -> Result<Json<Repeats>, Problem> {
    let now = api.now();
    let usual = now.plus_us(-30 * 24 * HOUR_US);
    let (from, to) = span_of((asked.from.as_deref(), asked.to.as_deref()), (usual, now))?;
    let by = asked.by.unwrap_or_else(|| DEFAULT_BY.to_owned());
    let group = grouping(&by)?;
    let guide = api.guide.clone();
    let around = (from.plus_us(-WINDOW_US), to.plus_us(WINDOW_US));
    let rows = blocking(move || guide.records.reasons(around)).await??;
    let kinds = kinds();
    let noted: Vec<Noted<'_, &str>> = rows
        .iter()
        .map(|row| Noted {
            at: row.at,
            key: row.key.as_deref(),
            solved: Some(row.solved),
            avoidable: kinds.get(row.cause_kind.as_str()).copied(),
            group: group(row),
        })
        .collect();
    let sums = repeats(&noted, (from, to), now);
    let formulas: Vec<&'static Formula> = SHOWN.iter().filter_map(|id| formula(id)).collect();
    let mut total = RepeatSums::default();
    let (mut shown, mut withheld) = (Vec::new(), 0);
    for (id, sum) in &sums {
        total = plus(total, *sum);
        if sum.contacts < FEWEST {
            withheld += sum.contacts;
            continue;
        }
        let name = name(&api, &by, id, language);
        shown.push(row(Some(name), sum, &formulas));
    }
    shown.sort_by_key(|row| core::cmp::Reverse((row.repeats, row.contacts)));
    Ok(Json(Repeats {
        from: rfc3339(from),
        to: rfc3339(to),
        by,
        window_days: WINDOW_US / (24 * HOUR_US),
        definitions: formulas.iter().map(|it| definition(it, language)).collect(),
        total: row(None, &total, &formulas),
        rows: shown,
        withheld,
    }))
}

fn grouping(by: &str) -> Result<fn(&Reason) -> &str, Problem> {
    match by {
        "topic" => Ok(|row| &row.topic),
        "cause" => Ok(|row| &row.cause),
        "channel" => Ok(|row| &row.channel),
        _ => {
            let valid = ["topic", "cause", "channel"].map(str::to_owned).to_vec();
            Err(Problem::bad_query("by", "Det kan ikke deles slik.", valid))
        }
    }
}

/// Whether a kind of cause could have been spared.
fn kinds() -> BTreeMap<&'static str, bool> {
    let kinds = CauseKind::NAMES.iter();
    kinds
        .map(|(word, kind)| (*word, kind.is_avoidable()))
        .collect()
}

fn name(api: &Api, by: &str, id: &str, language: Language) -> Named {
    let centre = &api.directory.centre;
    let name = match by {
        "topic" => {
            let topic = centre.topics.iter().find(|topic| topic.code == id);
            topic.map(|topic| topic.name.get(language))
        }
        "cause" => {
            let cause = centre.causes.iter().find(|cause| cause.id == id);
            cause.map(|cause| cause.name.get(language))
        }
        _ => None,
    };
    let empty = match language {
        Language::En => "not noted",
        Language::Nb | Language::Nn | Language::Se => "ikke notert",
    };
    Named {
        id: id.to_owned(),
        name: name
            .unwrap_or(if id.is_empty() { empty } else { id })
            .to_owned(),
    }
}

fn row(group: Option<Named>, sums: &RepeatSums, formulas: &[&'static Formula]) -> RepeatRow {
    RepeatRow {
        group,
        contacts: sums.contacts,
        keyed: sums.keyed,
        repeats: sums.repeats,
        solved: sums.solved,
        figures: formulas.iter().map(|it| (it.id, it.apply(sums))).collect(),
    }
}

const fn plus(one: RepeatSums, other: RepeatSums) -> RepeatSums {
    RepeatSums {
        contacts: one.contacts + other.contacts,
        keyed: one.keyed + other.keyed,
        repeats: one.repeats + other.repeats,
        matters: one.matters + other.matters,
        matters_once: one.matters_once + other.matters_once,
        caused: one.caused + other.caused,
        avoidable: one.avoidable + other.avoidable,
        told: one.told + other.told,
        solved: one.solved + other.solved,
    }
}
