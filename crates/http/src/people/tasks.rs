//! Tasks kept here, for a centre without a register of tasks of its own, and in the demo.
//!
//! In the demo caseworkers who do not exist finish each task after some working days of scenario time: when
//! is settled as the task is made, so that nobody has to do it. Most keep the deadline; some do not.

use std::sync::Arc;

use async_trait::async_trait;
use linje_centre::calendar::is_working_day;
use linje_centre::hours::{local, moment};
use linje_registry::{
    Answer, Fault, NewTask, Offices, Priority, Task, TaskKind, TaskStatus, Tasks,
};
use linje_store::Records;
use linje_store::records::access::PersonKey;
use linje_store::records::tasks::TaskRow;
use linje_types::{HOUR_US, PersonId, Timestamp};
use tokio::sync::oneshot;

use super::PeopleKeys;
use crate::clock::{Clock, rfc3339};

/// Tasks in the file of people.
pub struct StoredTasks {
    records: Records,
    keys: PeopleKeys,
    offices: Arc<dyn Offices>,
    clock: Clock,
    /// Whether caseworkers who do not exist work on them.
    worked_on: bool,
}

impl StoredTasks {
    /// Tasks in `records`; `worked_on` by caseworkers who do not exist.
    #[must_use]
    pub fn new(
        records: Records,
        keys: PeopleKeys,
        offices: Arc<dyn Offices>,
        clock: Clock,
        worked_on: bool,
    ) -> StoredTasks {
        StoredTasks {
            records,
            keys,
            offices,
            clock,
            worked_on,
        }
    }

    fn about(&self, key: &str) -> PersonKey {
        self.keys.name(&format!("task {key}"))
    }

    fn task(&self, row: &TaskRow) -> Task {
        let now = self.clock.now();
        let finished = row.finished <= now;
        let kind = TaskKind::parse(&row.kind).unwrap_or(TaskKind::HandleContact);
        Task {
            id: row.id.to_string(),
            topic: row.topic.clone(),
            kind,
            priority: Priority::parse(&row.priority),
            status: if finished {
                TaskStatus::Finished
            } else if row.begun <= now {
                TaskStatus::InProgress
            } else {
                TaskStatus::Open
            },
            unit: row.unit.clone(),
            text: self
                .keys
                .open(&self.about(&row.key), &row.text)
                .unwrap_or_default(),
            due: row.due.clone(),
            made: rfc3339(row.made),
            made_by: row.made_by.clone(),
            finished: finished.then(|| rfc3339(row.finished)),
            outcome: finished.then(|| outcome(kind).to_owned()),
        }
    }

    /// When somebody begins and when it is done: within the deadline for four of five.
    fn worked(&self, task: &NewTask, now: Timestamp) -> (Timestamp, Timestamp) {
        if !self.worked_on {
            return (Timestamp::NEVER, Timestamp::NEVER);
        }
        let drawn = self.about(&task.key)[0];
        let due = task.due.parse().unwrap_or_else(|_| local(now).date());
        let mut day = if drawn.is_multiple_of(5) {
            due.saturating_add(jiff::Span::new().days(1))
        } else {
            due
        };
        while !is_working_day(day) {
            day = day.tomorrow().unwrap_or(day);
        }
        let minute = 8 * 60 + 30 + u16::from(drawn) % 300;
        let finished = moment(day, minute).max(now.plus_us(HOUR_US));
        let half = finished.since_us(now) / 2;
        (now.plus_us(half), finished)
    }
}

const fn outcome(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::HandleContact => "Henvendelsen er besvart i innboksen.",
        TaskKind::AssessContact => "Vurdert. Saken går videre, og brukeren har fått brev.",
        TaskKind::AssessBenefit => "Vurdert. Ingen endring i ytelsen.",
        TaskKind::ContactCitizen => "Brukeren er ringt opp.",
    }
}

#[async_trait]
impl Tasks for StoredTasks {
    async fn create(&self, task: &NewTask) -> Answer<Task> {
        let now = self.clock.now();
        let unit = match &task.unit {
            Some(unit) => unit.clone(),
            None => {
                let best = self
                    .offices
                    .best(&task.topic, task.kind.code(), None)
                    .await?;
                best.map_or_else(|| "4100".to_owned(), |office| office.number)
            }
        };
        let (begun, finished) = self.worked(task, now);
        let text = self.keys.seal(&self.about(&task.key), &task.text);
        let row = TaskRow {
            id: 0,
            key: task.key.clone(),
            whom: task.person.map(|id| self.keys.key_of(id)),
            topic: task.topic.clone(),
            kind: task.kind.code().to_owned(),
            priority: task.priority.code().to_owned(),
            unit,
            made_by: task.made_by.clone(),
            made_by_unit: task.made_by_unit.clone(),
            text: text.map_err(|error| Fault::Wrong(error.to_string()))?,
            due: task.due.clone(),
            made: now,
            begun,
            finished,
        };
        let (tell, told) = oneshot::channel();
        self.records.keep_task(row, |end| {
            tell.send(end).ok();
        });
        let kept = told.await.map_err(|_| Fault::Unreachable)?;
        Ok(self.task(&kept.map_err(|_| Fault::Unreachable)?))
    }

    async fn of_person(&self, id: PersonId) -> Answer<Vec<Task>> {
        let (records, whom) = (self.records.clone(), self.keys.key_of(id));
        let rows = tokio::task::spawn_blocking(move || records.tasks_of(whom)).await;
        let rows = rows
            .map_err(|_| Fault::Unreachable)?
            .map_err(|_| Fault::Unreachable)?;
        Ok(rows.iter().map(|row| self.task(row)).collect())
    }

    async fn one(&self, id: &str) -> Answer<Option<Task>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        let records = self.records.clone();
        let row = tokio::task::spawn_blocking(move || records.task(id)).await;
        let row = row
            .map_err(|_| Fault::Unreachable)?
            .map_err(|_| Fault::Unreachable)?;
        Ok(row.map(|row| self.task(&row)))
    }
}
