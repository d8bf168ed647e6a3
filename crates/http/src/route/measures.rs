//! Figures: sums that are kept once, broken down as asked, and the named formulas applied on reading.

use std::collections::BTreeMap;

use axum::Json;
use linje_centre::hours;
use linje_measures::{
    By, FEWEST, FORMULAS, Formula, Kind, Quantity, RowGroup, Rule, Sums, Table, Units, formula,
    quarter_of, quarter_start, table,
};
use linje_types::{Channel, HOUR_US, Language, QueueId, Timestamp, TopicId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::{Query, Spoken};
use crate::clock::{next_midnight, parse, rfc3339};
use crate::problem::Problem;
use crate::shape::{Named, TopicName, named, queue_name, topic_name};

/// The longest time that one answer is about, days.
const MOST_DAYS: i64 = 400;
/// Most rows of one answer.
const MOST_ROWS: usize = 20_000;
const DAY_US: i64 = 24 * HOUR_US;

/// A figure and its definition.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MeasureDefinition {
    /// Its name in `definition=`; it keeps its meaning for ever.
    id: &'static str,
    /// 1 for the first; another meaning is another version.
    version: u16,
    /// `service_level`, `abandonment`, `wait`, `handling`, `occupancy`, `outcome`, `callback` or `now`.
    group: &'static str,
    /// `share` (0 to 1), `seconds` or `number`.
    unit: &'static str,
    name: &'static str,
    /// Written from the rule that computes it.
    formula: String,
    text: &'static str,
    source: &'static str,
    /// Read from this moment and shown live, not computed from sums: not for `definition=`.
    live: bool,
    /// False: the sums that it needs are not kept yet, and it has no figure.
    kept: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The first moment, or a date; taken down to the quarter of an hour. Left out: the beginning of today.
    from: Option<String>,
    /// The moment, or the date, before which it ends; taken up to the quarter of an hour. Left out: now.
    to: Option<String>,
    /// quarter, hour or day, and queue, topic, unit, channel; several with commas. Left out: one row.
    by: Option<String>,
    /// Ids of definitions, several with commas, `sl_offered` or `sl_offered@1`. Left out: all that are kept.
    definition: Option<String>,
}

/// Figures of a time.
#[derive(Debug, Serialize, ToSchema)]
struct Measures {
    from: String,
    to: String,
    /// What it is broken down by.
    by: Vec<&'static str>,
    /// The definitions of the values, in the order that was asked for.
    definitions: Vec<MeasureDefinition>,
    /// Everything together, adviser time too.
    total: MeasureValues,
    rows: Vec<MeasureRow>,
    /// Units that are too small to be shown alone.
    withheld: Withheld,
}

/// Counts, and figures by the id of their definition; null when there is nothing to divide by.
#[derive(Debug, Serialize, ToSchema)]
struct MeasureValues {
    counts: BTreeMap<&'static str, i64>,
    values: BTreeMap<&'static str, Option<f64>>,
}

/// One row. What it is not broken down by is null.
#[derive(Debug, Serialize, ToSchema)]
struct MeasureRow {
    period: Option<Period>,
    queue: Option<Named>,
    channel: Option<&'static str>,
    topic: Option<TopicName>,
    /// Null with `by=unit`: contacts that nobody answered, or several units together.
    unit: Option<Named>,
    /// How many units are together in this row because they are small; null when it is not about such.
    units_together: Option<usize>,
    /// What the queue is measured on, shown as one set.
    goal: Option<GoalSet>,
    #[serde(flatten)]
    figures: MeasureValues,
}

/// A stretch of time.
#[derive(Debug, Serialize, ToSchema)]
struct Period {
    from: String,
    to: String,
    /// Whether it is over. The running one lacks adviser time since the last change.
    complete: bool,
}

/// The goals of a queue; none is shown alone.
#[derive(Debug, Serialize, ToSchema)]
struct GoalSet {
    /// Share to be answered within the time, 0 to 1.
    share: f64,
    /// The time T, seconds.
    within_s: u32,
    /// Share to be ended by the first adviser, 0 to 1.
    first_contact_end: Option<f64>,
    /// Of the offered, those who wait now and whose time is not over: no verdict on the goal counts them.
    pending: u64,
}

/// What was not broken down, and why.
#[derive(Debug, Serialize, ToSchema)]
struct Withheld {
    /// Units that are shown together with others in some row.
    units: usize,
    /// Fewer advisers than this is small.
    fewest: i64,
    /// Said to people; null when nothing was withheld.
    text: Option<&'static str>,
}

/// How time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Whole,
    Quarter,
    Hour,
    Day,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(list_definitions))
        .routes(routes!(measures))
}

/// Every definition of a figure, with its formula and source.
#[utoipa::path(get, path = "/api/v1/measures/definitions", tag = "measures", responses((status = 200, body = [MeasureDefinition])))]
async fn list_definitions(Spoken(language): Spoken) -> Json<Vec<MeasureDefinition>> {
    Json(FORMULAS.iter().map(|it| definition(it, language)).collect())
}

/// Figures of a time, by any of the definitions.
///
/// What came and how its wait ended counts in the quarter of an hour in which it came to its first queue;
/// handling counts in the quarter in which the conversation ended; adviser time is split exactly and
/// belongs to no queue, channel or topic.
#[utoipa::path(
    get, path = "/api/v1/measures", tag = "measures", params(Asked),
    responses(
        (status = 200, body = Measures),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn measures(
    api: Api,
    Query(asked): Query<Asked>,
    Spoken(language): Spoken,
) -> Result<Json<Measures>, Problem> {
    let now = api.now();
    let (from, to) = span(&asked, now)?;
    let (cut, by, names) = breakdown(asked.by.as_deref())?;
    let formulas = wanted(asked.definition.as_deref())?;
    let cells = api.figures.between(from, to).await.map_err(|error| {
        tracing::error!(%error, "the sums cannot be read");
        Problem::unavailable(
            "sums_unreadable",
            "Tallene kan ikke leses nå. Prøv igjen om litt; ingenting er tapt.",
        )
    })?;
    let found = table(&cells, by, &|quarter| cut.start(quarter));
    if found.rows.len() > MOST_ROWS {
        return Err(Problem::bad_query(
            "by",
            format!(
                "Det blir {} rader, og flere enn {MOST_ROWS} går ikke. Velg kortere tid eller grovere inndeling.",
                found.rows.len()
            ),
            Vec::new(),
        ));
    }
    let Table {
        rows,
        total,
        withheld,
    } = found;
    let rows = rows
        .iter()
        .map(|(group, sums)| row(&api, group, sums, &formulas, (cut, now, language)))
        .collect();
    Ok(Json(Measures {
        from: rfc3339(quarter_start(from)),
        to: rfc3339(quarter_start(to)),
        by: names,
        definitions: formulas.iter().map(|it| definition(it, language)).collect(),
        total: values(&total, &formulas),
        rows,
        withheld: Withheld {
            units: withheld,
            fewest: FEWEST,
            text: (withheld > 0).then(|| why_withheld(language)),
        },
    }))
}

pub(super) fn definition(it: &Formula, language: Language) -> MeasureDefinition {
    let is_english = language == Language::En;
    let words = if is_english { it.en } else { it.nb };
    MeasureDefinition {
        id: it.id,
        version: it.version,
        group: it.group.as_str(),
        unit: it.unit.as_str(),
        name: words.name,
        formula: it.text(is_english),
        text: words.text,
        source: words.source,
        live: it.rule == Rule::Live,
        kept: it.is_kept,
    }
}

const fn why_withheld(language: Language) -> &'static str {
    match language {
        Language::En => {
            "Units with fewer than five advisers at work are shown together, with the next smallest when that is needed, so that nobody can be picked out."
        }
        Language::Nb | Language::Nn | Language::Se => {
            "Enheter med færre enn fem veiledere på jobb er vist samlet, om nødvendig sammen med den nest minste, slik at ingen kan pekes ut."
        }
    }
}

/// The time that is asked for; where one end is left out, that end of `usual`.
pub(super) fn span_of(
    (from, to): (Option<&str>, Option<&str>),
    usual: (Timestamp, Timestamp),
) -> Result<(Timestamp, Timestamp), Problem> {
    let from = from.map_or(Ok(usual.0), |text| moment("from", text))?;
    let to = to.map_or(Ok(usual.1), |text| moment("to", text))?;
    if to <= from {
        let text =
            "Slutten (`to`) må være etter begynnelsen (`from`). Bytt dem om, eller la `to` være.";
        return Err(Problem::bad_query("to", text, Vec::new()));
    }
    if to.since_us(from) > MOST_DAYS * DAY_US {
        let text = format!("Høyst {MOST_DAYS} døgn om gangen. Flytt `from` eller `to`.");
        return Err(Problem::bad_query("from", text, Vec::new()));
    }
    Ok((from, to))
}

/// The quarters of an hour that are asked for.
fn span(asked: &Asked, now: Timestamp) -> Result<(i64, i64), Problem> {
    let from = match &asked.from {
        Some(text) => moment("from", text)?,
        None => hours::moment(hours::local(now).date(), 0),
    };
    let to = match &asked.to {
        Some(text) => moment("to", text)?,
        None => now,
    };
    if to <= from {
        return Err(Problem::bad_query(
            "to",
            "Slutten må være etter begynnelsen.",
            Vec::new(),
        ));
    }
    if to.since_us(from) > MOST_DAYS * DAY_US {
        return Err(Problem::bad_query(
            "from",
            format!("Høyst {MOST_DAYS} døgn om gangen. Flytt `from` eller `to`."),
            Vec::new(),
        ));
    }
    let last = quarter_of(to.plus_us(-1));
    Ok((quarter_of(from), last + 1))
}

fn moment(field: &str, text: &str) -> Result<Timestamp, Problem> {
    let date = || {
        let date = text.parse().ok()?;
        Some(hours::moment(date, 0))
    };
    let bad = || {
        Problem::bad_query(
            field,
            "Skriv en dato, 2026-11-23, eller et tidspunkt, 2026-11-23T10:00:00+01:00.",
            Vec::new(),
        )
    };
    // In a query a plus sign that is not written as %2B is a space.
    let zoned = text.replace(' ', "+");
    parse(&zoned).or_else(date).ok_or_else(bad)
}

fn breakdown(by: Option<&str>) -> Result<(Cut, By, Vec<&'static str>), Problem> {
    const WORDS: [&str; 7] = [
        "quarter", "hour", "day", "queue", "topic", "unit", "channel",
    ];
    let (mut cut, mut fields, mut names) = (Cut::Whole, By::default(), Vec::new());
    let wanted = by.unwrap_or_default().split(',').map(str::trim);
    for word in wanted.filter(|word| !word.is_empty()) {
        let bad = |why: &str| {
            let valid = WORDS.iter().map(|word| (*word).to_owned()).collect();
            Problem::bad_query("by", format!("«{word}»: {why}"), valid)
        };
        let known = WORDS.iter().find(|known| **known == word);
        let name = known.ok_or_else(|| bad("det kan tallene ikke deles etter."))?;
        if names.contains(name) {
            return Err(bad("står to ganger."));
        }
        names.push(*name);
        let time = match word {
            "quarter" => Cut::Quarter,
            "hour" => Cut::Hour,
            "day" => Cut::Day,
            "queue" => {
                fields.queue = true;
                continue;
            }
            "topic" => {
                fields.topic = true;
                continue;
            }
            "unit" => {
                fields.unit = true;
                continue;
            }
            _ => {
                fields.channel = true;
                continue;
            }
        };
        if cut != Cut::Whole {
            return Err(bad("tiden kan deles på én måte om gangen."));
        }
        cut = time;
    }
    Ok((cut, fields, names))
}

fn wanted(definition: Option<&str>) -> Result<Vec<&'static Formula>, Problem> {
    let usable = |it: &&Formula| it.rule != Rule::Live && it.is_kept;
    let Some(text) = definition.filter(|text| !text.trim().is_empty()) else {
        return Ok(FORMULAS.iter().filter(usable).collect());
    };
    let find = |word: &str| {
        let (id, version) = word.split_once('@').unwrap_or((word, ""));
        let known = formula(id).filter(|it| it.rule != Rule::Live);
        known.filter(|it| version.is_empty() || version == it.version.to_string())
    };
    let mut found: Vec<&'static Formula> = Vec::new();
    for word in text.split(',').map(str::trim) {
        let it = find(word).ok_or_else(|| {
            let valid = FORMULAS.iter().filter(usable).map(|it| it.id.to_owned());
            Problem::bad_query(
                "definition",
                format!("«{word}» er ingen definisjon som kan regnes ut for en tid."),
                valid.collect(),
            )
        })?;
        if !found.iter().any(|known| known.id == it.id) {
            found.push(it);
        }
    }
    Ok(found)
}

impl Cut {
    /// When the time begins that a quarter belongs to.
    fn start(self, quarter: i64) -> Option<Timestamp> {
        let at = quarter_start(quarter);
        match self {
            Cut::Whole => None,
            Cut::Quarter => Some(at),
            // Norway's clock differs from UTC by whole hours.
            Cut::Hour => Some(Timestamp(at.0.div_euclid(HOUR_US) * HOUR_US)),
            Cut::Day => Some(hours::moment(hours::local(at).date(), 0)),
        }
    }

    fn end(self, start: Timestamp) -> Timestamp {
        match self {
            Cut::Whole => start,
            Cut::Quarter => quarter_start(quarter_of(start) + 1),
            Cut::Hour => start.plus_us(HOUR_US),
            Cut::Day => next_midnight(start),
        }
    }
}

fn row(
    api: &Api,
    group: &RowGroup,
    sums: &Sums,
    formulas: &[&'static Formula],
    (cut, now, language): (Cut, Timestamp, Language),
) -> MeasureRow {
    let centre = &api.directory.centre;
    let (unit, units_together) = match group.units {
        Units::One(unit) => {
            let unit = centre.units.get(unit.idx());
            (unit.map(|unit| named(&unit.id, &unit.name, language)), None)
        }
        Units::Together(units) => (None, Some(units)),
        Units::All | Units::Nobody => (None, None),
    };
    MeasureRow {
        period: group.period.map(|start| Period {
            from: rfc3339(start),
            to: rfc3339(cut.end(start)),
            complete: cut.end(start) <= now,
        }),
        queue: group
            .queue
            .and_then(|queue| queue_name(&api.directory, queue, language)),
        channel: group.channel.map(Channel::as_str),
        topic: group
            .topic
            .filter(|topic| *topic != TopicId::NONE)
            .and_then(|topic| topic_name(&api.directory, topic, language)),
        unit,
        units_together,
        goal: group.queue.and_then(|queue| goal(api, queue, now)),
        figures: values(sums, formulas),
    }
}

fn goal(api: &Api, queue: QueueId, now: Timestamp) -> Option<GoalSet> {
    let goal = api.directory.centre.queues.get(queue.idx())?.goal;
    Some(GoalSet {
        share: goal.share,
        within_s: goal.within_s,
        first_contact_end: goal.first_contact_end,
        pending: api.shared.read(|view| view.day.not_due(queue, now)),
    })
}

fn values(sums: &Sums, formulas: &[&'static Formula]) -> MeasureValues {
    // How many were at work in a quarter is no sum over quarters.
    let counts = Quantity::ALL
        .iter()
        .filter(|it| it.kind() == Kind::Count && **it != Quantity::Present);
    MeasureValues {
        counts: counts.map(|it| (it.id(), sums.get(*it))).collect(),
        values: formulas
            .iter()
            .map(|it| (it.id, it.apply(sums).filter(|_| it.is_kept)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day_in_norway_over_both_clock_changes() {
        for (noon, hours) in [
            ("2026-03-29T12:00:00+02:00", 23),
            ("2026-10-25T12:00:00+01:00", 25),
        ] {
            let at = parse(noon).unwrap();
            let start = Cut::Day.start(quarter_of(at)).unwrap();
            assert_eq!(Cut::Day.end(start).since_us(start), hours * HOUR_US);
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_can() {
        let problem = breakdown(Some("day,hour")).err().unwrap();
        assert_eq!(problem.status, 400);
        let problem = breakdown(Some("adviser")).err().unwrap();
        assert!(problem.errors[0].valid.contains(&"unit".to_owned()));
        assert!(breakdown(Some("queue,queue")).is_err());
        assert!(wanted(Some("waiting")).is_err(), "it is live");
        assert!(wanted(Some("sl_offered@2")).is_err());
        let found = wanted(Some("sl_amazon, sl_offered@1")).unwrap();
        assert_eq!(found[0].id, "sl_amazon");
    }

    #[test]
    fn a_date_is_midnight_in_norway_and_a_bare_plus_is_understood() {
        let midnight = parse("2026-11-23T00:00:00+01:00");
        assert_eq!(moment("from", "2026-11-23").ok(), midnight);
        assert_eq!(moment("from", "2026-11-23T00:00:00 01:00").ok(), midnight);
        assert!(moment("from", "i går").is_err());
    }
}
