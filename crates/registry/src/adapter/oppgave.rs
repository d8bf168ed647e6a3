//! Oppgave v1: tasks. The register has no key of its own for a repeated request, so ours goes into the
//! metadata, and a repeat looks for it first.

use async_trait::async_trait;
use linje_types::PersonId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::Wire;
use crate::model::{NewTask, Priority, Task, TaskKind, TaskStatus};
use crate::port::{Answer, Fault, Tasks};

/// The register of tasks.
#[derive(Debug, Clone)]
pub struct Oppgave(Wire);

impl Oppgave {
    /// Reached by `wire`.
    #[must_use]
    pub const fn new(wire: Wire) -> Oppgave {
        Oppgave(wire)
    }

    /// The tasks that were made with a key of ours.
    async fn made_with(&self, key: &str) -> Answer<Vec<Row>> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if key.is_empty() || !key.bytes().all(plain) {
            return Err(Fault::Wrong(
                "a key that cannot be part of an address".to_owned(),
            ));
        }
        let request = self.0.get(&format!("/api/v1/oppgaver?saksreferanse={key}"));
        let found: Option<Found> = self.0.send(request).await?;
        Ok(found.map_or_else(Vec::new, |found| found.oppgaver))
    }
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    oppgaver: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: u64,
    tildelt_enhetsnr: Option<String>,
    tema: String,
    oppgavetype: String,
    prioritet: String,
    status: String,
    beskrivelse: Option<String>,
    frist_ferdigstillelse: Option<String>,
    opprettet_tidspunkt: Option<String>,
    opprettet_av: Option<String>,
    ferdigstilt_tidspunkt: Option<String>,
    saksreferanse: Option<String>,
}

impl Row {
    fn task(self) -> Answer<Task> {
        let kind = TaskKind::parse(&self.oppgavetype);
        Ok(Task {
            id: self.id.to_string(),
            topic: self.tema,
            kind: kind.unwrap_or(TaskKind::HandleContact),
            priority: Priority::parse(&self.prioritet),
            status: match self.status.as_str() {
                "OPPRETTET" | "AAPNET" => TaskStatus::Open,
                "UNDER_BEHANDLING" => TaskStatus::InProgress,
                "FERDIGSTILT" => TaskStatus::Finished,
                "FEILREGISTRERT" => TaskStatus::Mistaken,
                _ => return Err(Fault::Wrong("a status that is not agreed".to_owned())),
            },
            unit: self.tildelt_enhetsnr.unwrap_or_default(),
            text: self.beskrivelse.unwrap_or_default(),
            due: self.frist_ferdigstillelse.unwrap_or_default(),
            made: self.opprettet_tidspunkt.unwrap_or_default(),
            made_by: self.opprettet_av.unwrap_or_default(),
            finished: self.ferdigstilt_tidspunkt,
            outcome: None,
        })
    }
}

/// The register knows units by four figures; another name is left out, and the register finds the unit.
fn is_office(unit: &str) -> bool {
    unit.len() == 4 && unit.bytes().all(|byte| byte.is_ascii_digit())
}

#[async_trait]
impl Tasks for Oppgave {
    async fn create(&self, task: &NewTask) -> Answer<Task> {
        let known = self.made_with(&task.key).await?;
        let made = known
            .into_iter()
            .find(|row| row.saksreferanse.as_deref() == Some(&task.key));
        if let Some(made) = made {
            return made.task();
        }
        let mut body = json!({
            "aktivDato": task.from,
            "oppgavetype": task.kind.code(),
            "prioritet": task.priority.code(),
            "tema": task.topic,
            "beskrivelse": task.text,
            "fristFerdigstillelse": task.due,
            "opprettetAvEnhetsnr": task.made_by_unit,
            "saksreferanse": task.key,
        });
        let more: [(&str, Option<Value>); 3] = [
            ("personident", task.person.map(|id| json!(id.digits()))),
            ("orgnr", task.organisation.map(|org| json!(org.digits()))),
            (
                "tildeltEnhetsnr",
                task.unit
                    .as_ref()
                    .filter(|unit| is_office(unit))
                    .map(|unit| json!(unit)),
            ),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                body[name] = value;
            }
        }
        let made: Option<Row> = self.0.send(self.0.post("/api/v1/oppgaver", &body)).await?;
        made.ok_or(Fault::Refused(404))?.task()
    }

    async fn of_person(&self, id: PersonId) -> Answer<Vec<Task>> {
        // The identity number goes in a body: addresses end up in the logs of those between.
        let body = json!({"bruker": {"ident": id.digits(), "type": "FOLKEREGISTERIDENT"}});
        let found: Option<Found> = self
            .0
            .send(self.0.post("/api/v1/oppgaver/sok", &body))
            .await?;
        found
            .into_iter()
            .flat_map(|found| found.oppgaver)
            .map(Row::task)
            .collect()
    }

    async fn one(&self, id: &str) -> Answer<Option<Task>> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        let found: Option<Row> = self
            .0
            .send(self.0.get(&format!("/api/v1/oppgaver/{id}")))
            .await?;
        found.map(Row::task).transpose()
    }
}
