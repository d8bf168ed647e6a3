//! Queries on the file. Every row is checked; a damaged one is an error.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use linje_desk::{Remembered, VaultRow};
use linje_measures::Cells;
use linje_types::{ContactId, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, params};

use super::{columns, sums};
use super::{known_format, sum_from};
use crate::contact::{Contact, Open, Query};
use crate::error::Error;
use crate::reader::{Centre, Extra, Head, StoredSnapshot, Visit, checked};
use crate::row::{Logged, NO_SUM, Row, Sum, check_sum};

/// A reader of a log in a file; clones share its connection.
#[derive(Debug, Clone)]
pub struct SqliteReader {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl SqliteReader {
    pub(crate) fn open(path: &Path) -> Result<SqliteReader, Error> {
        let said = |error: rusqlite::Error| Error::sqlite(path, &error);
        std::fs::metadata(path).map_err(|error| Error::io(path, &error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(said)?;
        if known_format(path, &connection)?.is_none() {
            return Err(Error::Foreign {
                path: path.to_owned(),
            });
        }
        Ok(SqliteReader {
            path: path.to_owned(),
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// From the first read on, everything is read as it was then.
    pub(crate) fn begin(&self) -> Result<(), Error> {
        self.say("BEGIN DEFERRED")
    }

    /// Ends what [`SqliteReader::begin`] began.
    pub(crate) fn end(&self) -> Result<(), Error> {
        self.say("COMMIT")
    }

    fn say(&self, sql: &str) -> Result<(), Error> {
        let said = self.lock().execute_batch(sql);
        said.map_err(|error| Error::sqlite(&self.path, &error))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn head(&self) -> Result<Head, Error> {
        head(&self.lock()).map_err(|error| self.said(&error))
    }

    pub(crate) fn contacts(&self, query: &Query) -> Result<Vec<Contact>, Error> {
        let mut sql = format!("SELECT {} FROM contact WHERE TRUE", columns::CONTACT);
        let mut values: Vec<rusqlite::types::Value> = Vec::new();
        let mut clause = |text: &str, value: rusqlite::types::Value| {
            sql.push_str(text);
            values.push(value);
        };
        if let Some(state) = query.state {
            clause(" AND state = ?", state.as_str().to_owned().into());
        }
        if let Some(queue) = query.queue {
            clause(" AND queue = ?", i64::from(queue.0).into());
        }
        if let Some(adviser) = query.adviser {
            clause(" AND adviser = ?", i64::from(adviser.0).into());
        }
        if let Some(since) = query.since {
            clause(" AND arrived >= ?", since.0.into());
        }
        if let Some((arrived, id)) = query.before {
            clause(" AND (arrived, id) < (?,", arrived.0.into());
            clause(" ?)", id.0.cast_signed().into());
        }
        if query
            .state
            .is_some_and(|state| state != crate::contact::Stage::Closed)
        {
            sql.push_str(" AND state <> 'Closed'");
        }
        sql.push_str(" ORDER BY arrived DESC, id DESC LIMIT ");
        sql.push_str(&query.rows().to_string());
        let params = rusqlite::params_from_iter(values);
        self.list(&sql, params, "a contact", columns::contact)
    }

    pub(crate) fn all_contacts(&self) -> Result<Vec<Contact>, Error> {
        let sql = format!("SELECT {} FROM contact", columns::CONTACT);
        self.list(&sql, [], "a contact", columns::contact)
    }

    pub(crate) fn contact(&self, id: ContactId) -> Result<Option<Contact>, Error> {
        let sql = format!("SELECT {} FROM contact WHERE id = ?1", columns::CONTACT);
        let found = self.list(&sql, [id.0.cast_signed()], "a contact", columns::contact)?;
        Ok(found.into_iter().next())
    }

    pub(crate) fn events_of(&self, contact: ContactId) -> Result<Vec<Logged>, Error> {
        let clause = "l.contact = ?1 ORDER BY l.seq";
        self.logged(clause, params![contact.0.cast_signed()])
    }

    pub(crate) fn log(&self, after: u64, limit: usize) -> Result<Vec<Logged>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let clause = "l.seq > ?1 ORDER BY l.seq LIMIT ?2";
        self.logged(clause, params![after.cast_signed(), limit])
    }

    /// Records, each checked against the one before it.
    fn logged(&self, clause: &str, params: impl Params) -> Result<Vec<Logged>, Error> {
        let sql = format!(
            "SELECT l.seq, l.at, l.epoch, l.command_id, l.version, l.kind, l.contact, l.body, l.sum,
                 p.sum
             FROM log l LEFT JOIN log p ON p.seq = l.seq - 1 WHERE {clause}"
        );
        let rows = self.list(&sql, params, "a record", |columns| {
            let row = columns::row(columns)?;
            let previous = if row.seq == 1 {
                NO_SUM
            } else {
                sum_from(columns.get_ref(9).ok()?.as_blob().ok()?)?
            };
            checked(&row, &previous).then_some(row)
        })?;
        rows.iter().map(Row::decode).collect()
    }

    pub(crate) fn rows(&self, after: u64, visit: Visit<'_>) -> Result<(), Error> {
        let connection = self.lock();
        let sql = format!(
            "SELECT {} FROM log WHERE seq > ?1 ORDER BY seq",
            columns::LOG
        );
        let said = |error: rusqlite::Error| self.said(&error);
        let mut statement = connection.prepare_cached(&sql).map_err(said)?;
        let mut rows = statement.query([after.cast_signed()]).map_err(said)?;
        while let Some(columns) = rows.next().map_err(said)? {
            visit(columns::row(columns).ok_or_else(|| "a column is damaged".to_owned()))?;
        }
        Ok(())
    }

    pub(crate) fn sum_at(&self, seq: u64) -> Result<Sum, Error> {
        sum_at(&self.path, &self.lock(), seq)
    }

    pub(crate) fn vault(&self, contact: ContactId, field: &str) -> Result<Option<VaultRow>, Error> {
        let sql = "SELECT contact, field, value, expires, sum FROM vault
                   WHERE contact = ?1 AND field = ?2";
        let params = params![contact.0.cast_signed(), field];
        let found = self.list(sql, params, "a value of the vault", columns::vault)?;
        Ok(found.into_iter().next())
    }

    pub(crate) fn vault_field(&self, field: &str) -> Result<Vec<VaultRow>, Error> {
        let sql = "SELECT contact, field, value, expires, sum FROM vault
                   WHERE field = ?1 ORDER BY contact";
        self.list(sql, [field], "a value of the vault", columns::vault)
    }

    pub(crate) fn remembered(&self) -> Result<Vec<Remembered>, Error> {
        let sql = "SELECT id, fingerprint, at, reply, sum FROM command";
        self.list(sql, [], "a remembered reply", columns::reply)
    }

    /// The newest whole one: a damaged snapshot only makes the start longer.
    pub(crate) fn snapshot(&self) -> Result<Option<StoredSnapshot>, Error> {
        let kept = self.snapshots()?;
        Ok(kept.into_iter().flatten().next())
    }

    /// All snapshots, newest first; `None` for a damaged one.
    fn snapshots(&self) -> Result<Vec<Option<StoredSnapshot>>, Error> {
        let sql = "SELECT seq, at, version, chain, state, sum FROM snapshot ORDER BY seq DESC";
        self.list(sql, [], "a snapshot", |columns| {
            let read = || {
                let kept = StoredSnapshot {
                    seq: columns::unsigned(columns, 0)?,
                    at: Timestamp(columns.get(1).ok()?),
                    version: columns::unsigned(columns, 2)?,
                    chain: sum_from(columns.get_ref(3).ok()?.as_blob().ok()?)?,
                    state: columns.get(4).ok()?,
                };
                let sum = columns::snapshot_sum(
                    kept.seq,
                    kept.at,
                    kept.version,
                    &kept.chain,
                    &kept.state,
                );
                (columns.get::<_, i64>(5).ok()? == sum).then_some(kept)
            };
            Some(read())
        })
    }

    pub(crate) fn extra(&self, name: &str) -> Result<Option<Extra>, Error> {
        let sql = "SELECT name, seq, body, sum FROM extra WHERE name = ?1";
        let found = self.list(sql, [name], "kept bytes", extra)?;
        Ok(found.into_iter().next())
    }

    pub(crate) fn centre(&self, version: u64) -> Result<Option<Centre>, Error> {
        let sql = "SELECT version, phones, source, sum FROM centre WHERE version = ?1";
        let params = [version.cast_signed()];
        let found = self.list(sql, params, "a centre description", centre)?;
        Ok(found.into_iter().next())
    }

    pub(crate) fn sums(&self, quarters: (i64, i64)) -> Result<Cells, Error> {
        let found = sums::between(&self.path, &self.lock(), quarters)?;
        Ok(found.unwrap_or_default())
    }

    /// The pages of the file, and every table that no chain covers.
    pub(crate) fn inspect(&self) -> Result<Option<String>, Error> {
        let found: String = self
            .lock()
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(|error| self.said(&error))?;
        if found != "ok" {
            return Ok(Some(format!("the file's pages: {found}")));
        }
        if self.snapshots()?.iter().any(Option::is_none) {
            return Ok(Some("a snapshot is damaged".to_owned()));
        }
        self.remembered()?;
        let vault = "SELECT contact, field, value, expires, sum FROM vault";
        self.list(vault, [], "a value of the vault", columns::vault)?;
        let extras = "SELECT name, seq, body, sum FROM extra";
        self.list(extras, [], "kept bytes", extra)?;
        let centres = "SELECT version, phones, source, sum FROM centre";
        self.list(centres, [], "a centre description", centre)?;
        self.sums((i64::MIN, i64::MAX))?;
        Ok(None)
    }

    /// Runs a query; a row that `read` cannot make sense of is damage.
    fn list<T>(
        &self,
        sql: &str,
        params: impl Params,
        what: &str,
        read: impl Fn(&rusqlite::Row<'_>) -> Option<T>,
    ) -> Result<Vec<T>, Error> {
        let connection = self.lock();
        list(&self.path, &connection, sql, params, what, read)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn said(&self, error: &rusqlite::Error) -> Error {
        Error::sqlite(&self.path, error)
    }
}

fn extra(columns: &rusqlite::Row<'_>) -> Option<Extra> {
    let name: String = columns.get(0).ok()?;
    let seq = columns::unsigned(columns, 1)?;
    let body: Vec<u8> = columns.get(2).ok()?;
    let sum = check_sum(&[name.as_bytes(), &seq.to_le_bytes(), &body]);
    (columns.get::<_, i64>(3).ok()? == sum).then_some(Extra { seq, body })
}

fn centre(columns: &rusqlite::Row<'_>) -> Option<Centre> {
    let centre = Centre {
        version: columns::unsigned(columns, 0)?,
        phones: columns.get(1).ok()?,
        source: columns.get(2).ok()?,
    };
    let sum = columns::centre_sum(centre.version, centre.phones, &centre.source);
    (columns.get::<_, i64>(3).ok()? == sum).then_some(centre)
}

fn list<T>(
    path: &Path,
    connection: &Connection,
    sql: &str,
    params: impl Params,
    what: &str,
    read: impl Fn(&rusqlite::Row<'_>) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let said = |error: rusqlite::Error| Error::sqlite(path, &error);
    let mut statement = connection.prepare_cached(sql).map_err(said)?;
    let mut rows = statement.query(params).map_err(said)?;
    let mut found = Vec::new();
    while let Some(columns) = rows.next().map_err(said)? {
        let value = read(columns)
            .ok_or_else(|| Error::corrupt(path, format!("the checksum of {what} is wrong")))?;
        found.push(value);
    }
    Ok(found)
}

pub(super) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    connection
        .prepare_cached("SELECT seq, at, epoch, chain FROM head WHERE id = 1")?
        .query_row([], |columns| {
            Ok(Head {
                seq: columns.get::<_, i64>(0)?.cast_unsigned(),
                at: Timestamp(columns.get(1)?),
                epoch: columns.get::<_, i64>(2)?.cast_unsigned(),
                chain: columns.get(3)?,
            })
        })
}

pub(super) fn sum_at(path: &Path, connection: &Connection, seq: u64) -> Result<Sum, Error> {
    if seq == 0 {
        return Ok(NO_SUM);
    }
    connection
        .prepare_cached("SELECT sum FROM log WHERE seq = ?1")
        .and_then(|mut statement| {
            statement
                .query_row([seq.cast_signed()], |columns| columns.get::<_, Sum>(0))
                .optional()
        })
        .map_err(|error| Error::sqlite(path, &error))?
        .ok_or_else(|| Error::corrupt(path, format!("record {seq} is missing")))
}

/// Number and hash of the last record.
pub(super) fn last(path: &Path, connection: &Connection) -> Result<(u64, Sum), Error> {
    let found = connection
        .query_row(
            "SELECT seq, sum FROM log ORDER BY seq DESC LIMIT 1",
            [],
            |columns| Ok((columns.get::<_, i64>(0)?.cast_unsigned(), columns.get(1)?)),
        )
        .optional()
        .map_err(|error| Error::sqlite(path, &error))?;
    Ok(found.unwrap_or((0, NO_SUM)))
}

pub(super) fn open_contacts(path: &Path, connection: &Connection) -> Result<Open, Error> {
    let sql = format!(
        "SELECT {} FROM contact WHERE state <> 'Closed'",
        columns::CONTACT
    );
    let open = list(path, connection, &sql, [], "a contact", columns::contact)?;
    Ok(Open::of(open.into_iter()))
}
