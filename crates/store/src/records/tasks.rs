//! Tasks that were handed over, kept here when no other system keeps them.
//!
//! What is to be done is personal and comes sealed; so does the person.

use linje_types::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::access::PersonKey;
use super::{Records, RecordsError};

pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS task (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  whom BLOB,
  topic TEXT NOT NULL,
  kind TEXT NOT NULL,
  priority TEXT NOT NULL,
  unit TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_by_unit TEXT NOT NULL,
  text BLOB NOT NULL,
  due TEXT NOT NULL,
  made INTEGER NOT NULL,
  begun INTEGER NOT NULL,
  finished INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS task_whom ON task (whom, id);
";

/// A task.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// Its number, from 1; 0 before it is kept.
    pub id: i64,
    /// The same key is the same task.
    pub key: String,
    /// About whom.
    pub whom: Option<PersonKey>,
    /// The topic's code.
    pub topic: String,
    /// The kind's code.
    pub kind: String,
    /// The priority's code.
    pub priority: String,
    /// Who has it.
    pub unit: String,
    /// The ident of who made it.
    pub made_by: String,
    /// The unit of who made it.
    pub made_by_unit: String,
    /// What is to be done, sealed.
    pub text: Vec<u8>,
    /// To be done by, a date.
    pub due: String,
    /// When it was made.
    pub made: Timestamp,
    /// When somebody begins.
    pub begun: Timestamp,
    /// When it is done.
    pub finished: Timestamp,
}

impl std::fmt::Debug for TaskRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TaskRow({} {} {})", self.id, self.topic, self.kind)
    }
}

impl Records {
    /// Keeps a task once, and tells it as it is kept: a known key gives the task that it made.
    pub fn keep_task(
        &self,
        task: TaskRow,
        then: impl FnOnce(Result<TaskRow, RecordsError>) + Send + 'static,
    ) {
        self.write(move |tx| keep(tx, &task), then);
    }

    /// A person's tasks, newest first. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read; so for the next.
    pub fn tasks_of(&self, whom: PersonKey) -> Result<Vec<TaskRow>, RecordsError> {
        self.read(move |connection| {
            let sql =
                format!("SELECT {COLUMNS} FROM task WHERE whom = ?1 ORDER BY id DESC LIMIT 200");
            let mut find = connection.prepare_cached(&sql)?;
            find.query_map([whom.as_slice()], row)?.collect()
        })
    }

    /// A task. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn task(&self, id: i64) -> Result<Option<TaskRow>, RecordsError> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM task WHERE id = ?1");
            connection
                .prepare_cached(&sql)?
                .query_row([id], row)
                .optional()
        })
    }
}

const COLUMNS: &str = "id, key, whom, topic, kind, priority, unit, made_by, made_by_unit, text, due, made, begun, finished";

fn keep(tx: &Connection, task: &TaskRow) -> rusqlite::Result<TaskRow> {
    tx.prepare_cached(
        "INSERT INTO task (key, whom, topic, kind, priority, unit, made_by, made_by_unit, text, due, made, begun, finished)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (key) DO NOTHING",
    )?
    .execute(params![
        task.key,
        task.whom.as_ref().map(<[u8; 16]>::as_slice),
        task.topic,
        task.kind,
        task.priority,
        task.unit,
        task.made_by,
        task.made_by_unit,
        task.text,
        task.due,
        task.made.0,
        task.begun.0,
        task.finished.0,
    ])?;
    let sql = format!("SELECT {COLUMNS} FROM task WHERE key = ?1");
    tx.prepare_cached(&sql)?.query_row([&task.key], row)
}

fn row(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    let whom: Option<Vec<u8>> = row.get(2)?;
    Ok(TaskRow {
        id: row.get(0)?,
        key: row.get(1)?,
        whom: whom.and_then(|bytes| bytes.try_into().ok()),
        topic: row.get(3)?,
        kind: row.get(4)?,
        priority: row.get(5)?,
        unit: row.get(6)?,
        made_by: row.get(7)?,
        made_by_unit: row.get(8)?,
        text: row.get(9)?,
        due: row.get(10)?,
        made: Timestamp(row.get(11)?),
        begun: Timestamp(row.get(12)?),
        finished: Timestamp(row.get(13)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_is_the_same_task() {
        let folder = std::env::temp_dir().join(format!("linje-tasks-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let records = Records::open(&folder.join("people.sqlite")).unwrap();
        let task = TaskRow {
            id: 0,
            key: "a".to_owned(),
            whom: Some([1; 16]),
            topic: "PEN".to_owned(),
            kind: "KONT_BRUK".to_owned(),
            priority: "NORM".to_owned(),
            unit: "4803".to_owned(),
            made_by: "K100001".to_owned(),
            made_by_unit: "ks-troms".to_owned(),
            text: vec![1, 2, 3],
            due: "2026-11-25".to_owned(),
            made: Timestamp(1),
            begun: Timestamp(2),
            finished: Timestamp(3),
        };
        let first = records
            .write_now({
                let task = task.clone();
                move |tx| keep(tx, &task)
            })
            .unwrap();
        let other = TaskRow {
            topic: "BAR".to_owned(),
            ..task.clone()
        };
        let again = records.write_now(move |tx| keep(tx, &other)).unwrap();
        assert_eq!(first, again);
        assert_eq!(
            records.tasks_of([1; 16]).unwrap(),
            [TaskRow { id: 1, ..task }]
        );
        assert_eq!(records.task(2).unwrap(), None);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
