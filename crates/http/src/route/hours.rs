//! Opening hours: the national rule and each local difference, side by side.

use axum::Json;
use axum::extract::Path;
use linje_centre::hours::OpeningHours;
use linje_centre::{Centre, Difference, HoursId, differences};
use linje_types::{Language, QueueId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::queues::{HoursRow, days_text, hours_row};
use crate::api::{Api, Gate};
use crate::body::Spoken;
use crate::problem::Problem;
use crate::shape::{Named, moment, queue_name};

/// Where a queue's hours differ from a rule.
#[derive(Debug, Serialize, ToSchema)]
struct HoursDifference {
    queue: Named,
    /// What the rule says.
    rule: String,
    /// What holds here.
    here: String,
    /// Since when, a date.
    since: Option<String>,
    why: String,
}

/// The rule, and every difference from it.
#[derive(Debug, Serialize, ToSchema)]
struct HoursPicture {
    /// The rule that most queues have.
    rule: String,
    items: Vec<HoursDifference>,
}

/// A queue's opening hours.
#[derive(Debug, Serialize, ToSchema)]
struct QueueHours {
    queue: Named,
    /// The rule that its hours differ from, or its own.
    rule: String,
    hours: Vec<HoursRow>,
    differences: Vec<HoursDifference>,
    /// Open now, or when it opens.
    today: String,
    open: bool,
    /// When it opens or closes next.
    next: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(hours_of_queue))
        .routes(routes!(all))
}

/// A queue's opening hours and where they differ from the national rule.
#[utoipa::path(
    get, path = "/api/v1/queues/{id}/hours", tag = "traffic",
    params(("id" = String, Path, description = "The queue")),
    responses((status = 200, body = QueueHours), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn hours_of_queue(
    api: Api,
    Path(id): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<QueueHours>, Problem> {
    let centre = &api.directory.centre;
    let queue = centre
        .queue_id(&id)
        .ok_or_else(|| Problem::not_found("Køen finnes ikke."))?;
    let own = centre.hours_of(queue);
    let now: Timestamp = api.now();
    let rule = own
        .local
        .as_ref()
        .map_or(own, |local| hours(centre, local.base));
    let found = differences(centre);
    let found = found.iter().filter(|one| one.queues.contains(&queue));
    Ok(Json(QueueHours {
        queue: queue_name(&api.directory, queue, language)
            .ok_or_else(|| Problem::not_found("Køen finnes ikke."))?,
        rule: sentence(rule, language),
        hours: own
            .rules
            .iter()
            .map(|rule| hours_row(rule.days, rule.period, language))
            .collect(),
        differences: found
            .flat_map(|one| rows(&api, one, &[queue], language))
            .collect(),
        today: own.sentence(now, language),
        open: own.at(now).is_open(),
        next: moment(own.at(now).next_change()),
    }))
}

/// All local differences side by side with the rule.
#[utoipa::path(get, path = "/api/v1/hours/differences", tag = "traffic", responses((status = 200, body = HoursPicture)))]
async fn all(api: Api, Spoken(language): Spoken) -> Json<HoursPicture> {
    let centre = &api.directory.centre;
    let found = differences(centre);
    Json(HoursPicture {
        rule: usual(centre).map_or_else(String::new, |rule| sentence(rule, language)),
        items: found
            .iter()
            .flat_map(|one| rows(&api, one, &one.queues, language))
            .collect(),
    })
}

fn hours(centre: &Centre, id: HoursId) -> &OpeningHours {
    &centre.hours[id.idx()]
}

/// The rule that most queues have or differ from.
fn usual(centre: &Centre) -> Option<&OpeningHours> {
    let bases = centre.queues.iter().map(|queue| {
        let own = hours(centre, queue.hours);
        own.local.as_ref().map_or(queue.hours, |local| local.base)
    });
    let mut counts = std::collections::BTreeMap::new();
    for base in bases {
        *counts.entry(base.idx()).or_insert(0) += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count)?;
    centre.hours.get(most.0)
}

fn rows(
    api: &Api,
    one: &Difference,
    queues: &[QueueId],
    language: Language,
) -> Vec<HoursDifference> {
    let join = |pick: fn(&(linje_centre::Text, linje_centre::Text)) -> &linje_centre::Text| {
        let parts: Vec<&str> = one
            .parts
            .iter()
            .map(|part| pick(part).get(language))
            .collect();
        parts.join("; ")
    };
    let (rule, here) = (join(|part| &part.0), join(|part| &part.1));
    let found = queues.iter().filter_map(|queue| {
        Some(HoursDifference {
            queue: queue_name(&api.directory, *queue, language)?,
            rule: rule.clone(),
            here: here.clone(),
            since: one.since.map(|date| date.to_string()),
            why: one.why.get(language).to_owned(),
        })
    });
    found.collect()
}

/// "mandag–fredag 09:00–15:00".
fn sentence(hours: &OpeningHours, language: Language) -> String {
    let parts: Vec<String> = hours
        .rules
        .iter()
        .map(|rule| {
            let row = hours_row(rule.days, rule.period, language);
            let mark = if language == Language::En { ":" } else { "." };
            let clock = |text: &str| text.replace(':', mark);
            let days = days_text(rule.days, language);
            format!("{days} {}–{}", clock(&row.from), clock(&row.to))
        })
        .collect();
    parts.join(", ")
}
