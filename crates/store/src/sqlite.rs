//! The store in one SQLite file: write-ahead log, `synchronous=FULL`, so that what is acknowledged
//! survives a power cut. One connection writes; readers have their own.

mod columns;
mod read;
mod sums;

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use linje_desk::{Batch, REMEMBER_US, Remembered, VaultRow, VaultWrite};
use linje_measures::Cells;
use linje_types::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params};

use crate::contact::{Contact, Open};
use crate::error::Error;
use crate::figures::{Figures, OPEN_ENDS, YardsOf};
use crate::reader::{Head, Reader};
use crate::row::{Row, Sum, check_sum};
use columns::sum_of;

pub use read::SqliteReader;

/// "LNJE": what marks a file as ours.
const APPLICATION_ID: i64 = 0x4c4e_4a45;
/// Version of the tables.
const FORMAT: i64 = 1;
/// How long to wait for another connection that writes.
const BUSY: Duration = Duration::from_secs(5);

/// The writer of a log in a file.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    connection: Connection,
    epoch: u64,
    head: Head,
    open: Open,
    figures: Option<Figures>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path) -> Result<Sqlite, Error> {
        make_file(path)?;
        let said = |error: rusqlite::Error| Error::sqlite(path, &error);
        let mut connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(said)?;
        let is_new = known_format(path, &connection)?.is_none();
        prepare(&connection).map_err(said)?;
        let head = {
            let tx = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(said)?;
            if is_new {
                create(&tx).map_err(said)?;
            }
            sums::create(&tx).map_err(said)?;
            tx.execute("UPDATE head SET epoch = epoch + 1 WHERE id = 1", [])
                .map_err(said)?;
            let head = read::head(&tx).map_err(said)?;
            tx.commit().map_err(said)?;
            head
        };
        let open = read::open_contacts(path, &connection)?;
        let store = Sqlite {
            path: path.to_owned(),
            connection,
            epoch: head.epoch,
            head,
            open,
            figures: None,
        };
        store.check_end()?;
        Ok(store)
    }

    pub(crate) fn head(&self) -> Head {
        Head {
            epoch: self.epoch,
            ..self.head
        }
    }

    pub(crate) fn reader(&self) -> Result<SqliteReader, Error> {
        SqliteReader::open(&self.path)
    }

    /// From now on every batch is measured too; what was not yet, is made up for.
    pub(crate) fn measure(&mut self, yards: YardsOf) -> Result<(), Error> {
        let reader = Reader::Sqlite(self.reader()?);
        let said = |error: rusqlite::Error| Error::sqlite(&self.path, &error);
        let stored = sums::head(&self.connection).map_err(said)?;
        let kept = reader.extra(OPEN_ENDS)?;
        let path = &self.path;
        let connection = &mut self.connection;
        let mut write = |cells: &Cells, seq: u64| {
            let said = |error: rusqlite::Error| Error::sqlite(path, &error);
            let tx = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(said)?;
            let is_whole = sums::add(&tx, cells, seq).map_err(said)?;
            tx.commit().map_err(said)?;
            if is_whole {
                Ok(())
            } else {
                Err(Error::corrupt(path, "the checksum of a sum is wrong"))
            }
        };
        let figures = Figures::start(&reader, kept, stored, yards, &mut write)?;
        self.figures = Some(figures);
        Ok(())
    }

    pub(crate) fn append(&mut self, batch: &Batch) -> Result<(), Error> {
        let is_next = self.head.seq == batch.expected_seq;
        let figures = self.figures.as_mut().filter(|_| is_next);
        let cells = figures.map(|figures| figures.fold(&batch.records));
        let landed = self.land(batch, cells.as_ref());
        if let Some(figures) = &mut self.figures {
            match landed {
                Ok(_) => figures.keep(),
                Err(_) => figures.undo(),
            }
        }
        if landed? {
            return Ok(());
        }
        // The sums were damaged and are gone; the next start makes them anew.
        self.figures = None;
        Ok(())
    }

    /// Makes a batch durable; false when the sums could not be added to.
    fn land(&mut self, batch: &Batch, cells: Option<&Cells>) -> Result<bool, Error> {
        let path = &self.path;
        let said = |error: rusqlite::Error| Error::sqlite(path, &error);
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(said)?;
        let head = read::head(&tx).map_err(said)?;
        if head.epoch != self.epoch {
            return Err(Error::Fenced {
                mine: self.epoch,
                now: head.epoch,
            });
        }
        if head.seq != batch.expected_seq && !landed(path, &tx, batch, &head)? {
            return Err(Error::Behind {
                expected: batch.expected_seq,
                head: head.seq,
            });
        }
        let touched = self.open.touched(&batch.records);
        let (mut end, mut is_whole) = (head, true);
        if head.seq == batch.expected_seq {
            let rows = encode_batch(batch, &head, self.epoch)?;
            if let Some(last) = rows.last() {
                end = Head {
                    seq: last.seq,
                    at: last.at,
                    epoch: self.epoch,
                    chain: last.sum,
                };
            }
            write_rows(&tx, &rows, &end).map_err(said)?;
            write_contacts(&tx, touched.values()).map_err(said)?;
            write_replies(&tx, &batch.replies).map_err(said)?;
            write_vault(&tx, &batch.vault).map_err(said)?;
            if let Some(cells) = cells {
                is_whole = sums::add(&tx, cells, end.seq).map_err(said)?;
            }
            tx.commit().map_err(said)?;
        }
        if self.head.seq == batch.expected_seq {
            self.open.take(touched);
        }
        self.head = end;
        Ok(is_whole)
    }

    pub(crate) fn put_snapshot(
        &mut self,
        (seq, at): (u64, Timestamp),
        version: u64,
        state: &[u8],
    ) -> Result<(), Error> {
        if seq > self.head.seq {
            return Err(Error::Invalid(
                "a snapshot of records that are not in the log",
            ));
        }
        let chain = read::sum_at(&self.path, &self.connection, seq)?;
        let sum = columns::snapshot_sum(seq, at, version, &chain, state);
        if let Some(figures) = &self.figures {
            let body = figures.open_ends();
            self.put_extra(OPEN_ENDS, self.head.seq, &body)?;
        }
        self.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO snapshot (seq, at, version, chain, state, sum)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    seq.cast_signed(),
                    at.0,
                    version.cast_signed(),
                    chain,
                    state,
                    sum
                ],
            )?;
            tx.execute(
                "DELETE FROM snapshot WHERE seq NOT IN
                 (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT 2)",
                [],
            )?;
            tx.execute("DELETE FROM command WHERE at <= ?1", [at.0 - REMEMBER_US])?;
            tx.execute("DELETE FROM vault WHERE expires <= ?1", [at.0])?;
            Ok(())
        })
    }

    pub(crate) fn put_extra(&mut self, name: &str, seq: u64, body: &[u8]) -> Result<(), Error> {
        let sum = check_sum(&[name.as_bytes(), &seq.to_le_bytes(), body]);
        self.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO extra (name, seq, body, sum) VALUES (?1, ?2, ?3, ?4)",
                params![name, seq.cast_signed(), body, sum],
            )?;
            Ok(())
        })
    }

    pub(crate) fn put_centre(
        &mut self,
        version: u64,
        phones: u32,
        source: &str,
    ) -> Result<(), Error> {
        let sum = columns::centre_sum(version, phones, source);
        self.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO centre (version, phones, source, sum)
                 VALUES (?1, ?2, ?3, ?4)",
                params![version.cast_signed(), phones, source, sum],
            )?;
            Ok(())
        })
    }

    fn write(
        &mut self,
        act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), Error> {
        let path = &self.path;
        let said = |error: rusqlite::Error| Error::sqlite(path, &error);
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(said)?;
        act(&tx).map_err(said)?;
        tx.commit().map_err(said)
    }

    /// The last record must be the one that the head names.
    fn check_end(&self) -> Result<(), Error> {
        let last = read::last(&self.path, &self.connection)?;
        if last == (self.head.seq, self.head.chain) {
            return Ok(());
        }
        Err(Error::corrupt(
            &self.path,
            "the log does not end where its head says",
        ))
    }
}

/// The rows of a batch after `head`, in their final form.
pub(crate) fn encode_batch(batch: &Batch, head: &Head, epoch: u64) -> Result<Vec<Row>, Error> {
    let mut rows: Vec<Row> = Vec::with_capacity(batch.records.len());
    let (mut seq, mut at, mut chain) = (head.seq, head.at, head.chain);
    for record in &batch.records {
        if record.seq != seq + 1 {
            return Err(Error::Invalid("its records are not numbered without gaps"));
        }
        if record.at < at {
            return Err(Error::Invalid("its times go back"));
        }
        let row = Row::encode(record, epoch, &chain)?;
        (seq, at, chain) = (row.seq, row.at, row.sum);
        rows.push(row);
    }
    Ok(rows)
}

/// Whether the log ends with this batch already.
fn landed(path: &Path, tx: &Transaction<'_>, batch: &Batch, head: &Head) -> Result<bool, Error> {
    if head.seq != batch.last_seq() || batch.records.is_empty() {
        return Ok(false);
    }
    let before = Head {
        seq: batch.expected_seq,
        at: Timestamp(i64::MIN),
        epoch: head.epoch,
        chain: read::sum_at(path, tx, batch.expected_seq)?,
    };
    let rows = encode_batch(batch, &before, head.epoch)?;
    Ok(rows.last().is_some_and(|row| row.sum == head.chain))
}

fn write_rows(tx: &Transaction<'_>, rows: &[Row], end: &Head) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO log (seq, at, epoch, command_id, version, kind, contact, body, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for row in rows {
        insert.execute(params![
            row.seq.cast_signed(),
            row.at.0,
            row.epoch.cast_signed(),
            row.command_id.map(u128::to_be_bytes),
            row.version,
            row.kind,
            row.contact.map(|contact| contact.0.cast_signed()),
            row.body,
            row.sum,
        ])?;
    }
    if rows.is_empty() {
        return Ok(());
    }
    tx.prepare_cached("UPDATE head SET seq = ?1, at = ?2, chain = ?3 WHERE id = 1")?
        .execute(params![end.seq.cast_signed(), end.at.0, end.chain])?;
    Ok(())
}

fn write_contacts<'a>(
    tx: &Transaction<'_>,
    contacts: impl Iterator<Item = &'a Contact>,
) -> rusqlite::Result<()> {
    let mut put = tx.prepare_cached(
        "INSERT INTO contact (id, state, channel, queue, adviser, topic, origin, language, arrived,
             enqueued, answered, ended, reason, seq, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, queue = excluded.queue,
             adviser = excluded.adviser, topic = excluded.topic, language = excluded.language,
             enqueued = excluded.enqueued, answered = excluded.answered, ended = excluded.ended,
             reason = excluded.reason, seq = excluded.seq, sum = excluded.sum",
    )?;
    for it in contacts {
        put.execute(params![
            it.id.0.cast_signed(),
            it.state.as_str(),
            it.channel.as_str(),
            it.queue.map(|queue| queue.0),
            it.adviser.map(|adviser| adviser.0),
            it.topic.map(|topic| topic.0),
            it.origin.as_str(),
            it.language.as_str(),
            it.arrived.0,
            it.enqueued.map(|at| at.0),
            it.answered.map(|at| at.0),
            it.ended.map(|at| at.0),
            it.reason.map(linje_event::CloseReason::as_str),
            it.seq.cast_signed(),
            sum_of(it),
        ])?;
    }
    Ok(())
}

fn write_replies(tx: &Transaction<'_>, replies: &[Remembered]) -> rusqlite::Result<()> {
    for reply in replies {
        let body = postcard::to_allocvec(&reply.outcome).unwrap_or_default();
        let sum = columns::reply_sum(reply.id, reply.fingerprint, reply.at, &body);
        tx.prepare_cached(
            "INSERT OR REPLACE INTO command (id, fingerprint, at, reply, sum)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            reply.id.to_be_bytes(),
            reply.fingerprint.cast_signed(),
            reply.at.0,
            body,
            sum
        ])?;
    }
    Ok(())
}

fn write_vault(tx: &Transaction<'_>, writes: &[VaultWrite]) -> rusqlite::Result<()> {
    for write in writes {
        match write {
            VaultWrite::Put(row) => put_vault(tx, row)?,
            VaultWrite::Delete { contact, field } => {
                tx.prepare_cached("DELETE FROM vault WHERE contact = ?1 AND field = ?2")?
                    .execute(params![contact.0.cast_signed(), field])?;
            }
        }
    }
    Ok(())
}

fn put_vault(tx: &Transaction<'_>, row: &VaultRow) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT OR REPLACE INTO vault (contact, field, value, expires, sum)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        row.contact.0.cast_signed(),
        row.field,
        row.value,
        row.expires.0,
        columns::vault_sum(row)
    ])?;
    Ok(())
}

/// Makes folder and file, so that a folder that cannot be written is told from a damaged file.
fn make_file(path: &Path) -> Result<(), Error> {
    let said = |error: std::io::Error| Error::io(path, &error);
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(said)?;
    }
    make_own_file(path).map_err(said)
}

/// Makes the file unless it is there. Nobody else on the machine reads what is in it.
pub(crate) fn make_own_file(path: &Path) -> std::io::Result<()> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(mode & 0o700))?;
    }
    Ok(())
}

/// The format of the file; `None` for an empty one.
fn known_format(path: &Path, connection: &Connection) -> Result<Option<i64>, Error> {
    let said = |error: rusqlite::Error| Error::sqlite(path, &error);
    connection.busy_timeout(BUSY).map_err(said)?;
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let n_tables = number("SELECT count(*) FROM sqlite_schema").map_err(said)?;
    let application = number("PRAGMA application_id").map_err(said)?;
    let found = number("PRAGMA user_version").map_err(said)?;
    if n_tables == 0 && application == 0 {
        return Ok(None);
    }
    if application != APPLICATION_ID {
        return Err(Error::Foreign {
            path: path.to_owned(),
        });
    }
    if found > FORMAT {
        return Err(Error::Newer {
            path: path.to_owned(),
            found,
            known: FORMAT,
        });
    }
    Ok(Some(found))
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(32);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

fn create(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(include_str!("sqlite/schema.sql"))?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", FORMAT)
}

/// The hash in a column, if it is one.
fn sum_from(bytes: &[u8]) -> Option<Sum> {
    bytes.try_into().ok()
}
