//! Queues: their rows, and for one queue what it asks for and when it is open.

use axum::Json;
use axum::extract::Path;
use linje_centre::Centre;
use linje_types::{Language, QueueId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::Spoken;
use crate::problem::Problem;
use crate::shape::{List, moment};
use crate::traffic::{MinuteRow, QueueRow, all_queues, minute_row, one_queue};

/// A skill and the least level of it.
#[derive(Debug, Serialize, ToSchema)]
struct SkillNeed {
    id: String,
    name: String,
    /// 1 to 3.
    level: u8,
}

/// Hours of some weekdays.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HoursRow {
    /// `mandag–fredag`.
    days: String,
    /// `09:00`.
    pub(super) from: String,
    pub(super) to: String,
}

/// A queue with everything about it.
#[derive(Debug, Serialize, ToSchema)]
struct QueueDetail {
    #[serde(flatten)]
    row: QueueRow,
    /// What an adviser must be able to do, as a sentence.
    requirement: String,
    hours: Vec<HoursRow>,
    /// When it opens or closes next.
    next_change: Option<String>,
    /// Where the queue differs from the national rule, or what is assumed about it.
    differences: Vec<String>,
    skills: Vec<SkillNeed>,
}

/// A queue's last hour.
#[derive(Debug, Serialize, ToSchema)]
struct QueueHour {
    id: String,
    items: Vec<MinuteRow>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(list_queues))
        .routes(routes!(one_of_queues))
        .routes(routes!(hour))
}

/// All queues.
#[utoipa::path(get, path = "/api/v1/queues", tag = "traffic", responses((status = 200, body = List<QueueRow>)))]
async fn list_queues(api: Api, Spoken(language): Spoken) -> Json<List<QueueRow>> {
    let now = api.now();
    let rows = api
        .shared
        .read(|view| all_queues(&api, view, now, language));
    Json(List::all(rows))
}

/// One queue.
#[utoipa::path(
    get, path = "/api/v1/queues/{id}", tag = "traffic",
    params(("id" = String, Path, description = "The queue")),
    responses((status = 200, body = QueueDetail), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn one_of_queues(
    api: Api,
    Path(id): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<QueueDetail>, Problem> {
    let queue = find(&api.directory.centre, &id)?;
    let now = api.now();
    let row = api
        .shared
        .read(|view| one_queue(&api, view, queue, now, language));
    Ok(Json(describe(
        &api.directory.centre,
        queue,
        row,
        now,
        language,
    )))
}

/// One queue's last hour.
#[utoipa::path(
    get, path = "/api/v1/queues/{id}/hour", tag = "traffic",
    params(("id" = String, Path, description = "The queue")),
    responses((status = 200, body = QueueHour), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn hour(api: Api, Path(id): Path<String>) -> Result<Json<QueueHour>, Problem> {
    let queue = find(&api.directory.centre, &id)?;
    let items = api.shared.read(|view| {
        let day = view.day.queue(queue);
        day.map(|day| day.hour.iter().map(minute_row).collect())
            .unwrap_or_default()
    });
    Ok(Json(QueueHour { id, items }))
}

fn find(centre: &Centre, id: &str) -> Result<QueueId, Problem> {
    centre.queue_id(id).ok_or_else(|| {
        Problem::not_found(
            "Køen finnes ikke. Sjekk merket i adressen; GET /api/v1/queues viser køene.",
        )
    })
}

fn describe(
    centre: &Centre,
    id: QueueId,
    row: QueueRow,
    now: Timestamp,
    language: Language,
) -> QueueDetail {
    let queue = centre.queue(id);
    let hours = centre.hours_of(id);
    let skills: Vec<SkillNeed> = queue
        .requires
        .iter()
        .filter_map(|need| {
            let skill = centre.skills.get(need.skill.idx())?;
            Some(SkillNeed {
                id: skill.id.clone(),
                name: skill.name.get(language).to_owned(),
                level: need.level,
            })
        })
        .collect();
    let differences = queue.assumed.clone();
    QueueDetail {
        row,
        requirement: requirement(&skills, language),
        hours: hours
            .rules
            .iter()
            .map(|rule| hours_row(rule.days, rule.period, language))
            .collect(),
        next_change: moment(hours.at(now).next_change()),
        differences,
        skills,
    }
}

fn requirement(skills: &[SkillNeed], language: Language) -> String {
    let english = language == Language::En;
    if skills.is_empty() {
        return String::from(if english {
            "Any adviser"
        } else {
            "Alle veiledere"
        });
    }
    let parts: Vec<String> = skills
        .iter()
        .map(|skill| match (skill.level, english) {
            (0 | 1, _) => skill.name.clone(),
            (level, true) => format!("{} at level {level} or better", skill.name),
            (level, false) => format!("{} på nivå {level} eller bedre", skill.name),
        })
        .collect();
    parts.join(if english { " and " } else { " og " })
}

pub(super) fn hours_row(
    days: [bool; 7],
    period: linje_centre::hours::Period,
    language: Language,
) -> HoursRow {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    HoursRow {
        days: days_text(days, language),
        from: clock(period.from),
        to: clock(period.to),
    }
}

/// "mandag–fredag", "lørdag, søndag".
pub(super) fn days_text(days: [bool; 7], language: Language) -> String {
    const NB: [&str; 7] = [
        "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag",
    ];
    const EN: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    let names = if language == Language::En { EN } else { NB };
    let mut parts = Vec::new();
    let mut day = 0;
    while day < 7 {
        let run = days[day..].iter().take_while(|open| **open).count();
        match run {
            0 => {}
            1 => parts.push(names[day].to_owned()),
            2 => parts.extend([names[day].to_owned(), names[day + 1].to_owned()]),
            _ => parts.push(format!("{}–{}", names[day], names[day + run - 1])),
        }
        day += run.max(1);
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_as_people_say_them() {
        let text = |days: [u8; 7]| days_text(days.map(|day| day == 1), Language::Nb);
        assert_eq!(text([1, 1, 1, 1, 1, 0, 0]), "mandag–fredag");
        assert_eq!(
            text([1, 0, 1, 0, 0, 1, 1]),
            "mandag, onsdag, lørdag, søndag"
        );
        assert_eq!(text([0; 7]), "");
    }
}
