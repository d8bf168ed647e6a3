//! Reading: the log, read models, what is remembered. Readers never hinder the writer, and every
//! row is checked when read: a damaged one is an error, never an answer (G20).

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use linje_desk::{Recovered, Remembered, Replay, VaultRow, field};
use linje_measures::Cells;
use linje_routing::{State, Tables, is_of_another_form};
use linje_types::{ContactId, Timestamp};

use crate::contact::{Contact, Query};
use crate::error::Error;
use crate::memory::MemoryReader;
use crate::row::{Logged, NO_SUM, Row, Sum};
use crate::sqlite::SqliteReader;
use crate::verify::Verdict;

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last record; 0 = empty.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// The writer in force.
    pub epoch: u64,
    pub(crate) chain: Sum,
}

impl Head {
    /// The end of an empty log.
    pub(crate) const EMPTY: Head = Head {
        seq: 0,
        at: Timestamp::ZERO,
        epoch: 0,
        chain: NO_SUM,
    };
}

/// A centre description as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Centre {
    /// Its hash, as in the log.
    pub version: u64,
    /// How many demo phones were added to it.
    pub phones: u32,
    /// Its text.
    pub source: String,
}

/// Bytes of somebody else that belong to a record, e.g. the measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// The last record in it.
    pub seq: u64,
    /// The bytes.
    pub body: Vec<u8>,
}

/// A state that was kept for a short start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSnapshot {
    /// The last record in it.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// The centre description in force.
    pub version: u64,
    /// `State::snapshot`.
    pub state: Vec<u8>,
    pub(crate) chain: Sum,
}

/// Gives the rules of a centre description by its hash.
pub type TablesOf<'a> = &'a mut dyn FnMut(u64) -> Option<Arc<Tables>>;

/// What a walk over raw rows hands out: the row, or what is wrong with it.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(Result<Row, String>) -> Result<(), Error>;

/// A reader of a log. Cheap to clone; clones share one connection. Takes `&self` and may be called
/// from several threads; a long walk should have its own (`Store::reader`).
#[derive(Debug, Clone)]
pub enum Reader {
    /// Of a log in memory.
    Memory(MemoryReader),
    /// Of a log in a file.
    Sqlite(SqliteReader),
}

macro_rules! each {
    ($self:ident, $reader:ident => $call:expr) => {
        match $self {
            Reader::Memory($reader) => $call,
            Reader::Sqlite($reader) => $call,
        }
    };
}

impl Reader {
    /// Opens the log in the file `path` for reading only; a writer that runs is not disturbed.
    ///
    /// # Errors
    /// When the file is missing, damaged, foreign or newer.
    pub fn open(path: &Path) -> Result<Reader, Error> {
        SqliteReader::open(path).map(Reader::Sqlite)
    }

    /// The end of the log.
    ///
    /// # Errors
    /// As for all reads: damaged or unreadable.
    pub fn head(&self) -> Result<Head, Error> {
        each!(self, reader => reader.head())
    }

    /// The contacts that `query` asks for, newest first.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn contacts(&self, query: &Query) -> Result<Vec<Contact>, Error> {
        each!(self, reader => reader.contacts(query))
    }

    /// One contact, open or closed.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn contact(&self, id: ContactId) -> Result<Option<Contact>, Error> {
        each!(self, reader => reader.contact(id))
    }

    /// The records about one contact, in order.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn events_of(&self, contact: ContactId) -> Result<Vec<Logged>, Error> {
        each!(self, reader => reader.events_of(contact))
    }

    /// Hands out the records after `after`, checked against the chain, in order.
    ///
    /// # Errors
    /// Damaged or unreadable, or what `visit` returns.
    pub fn each_after(
        &self,
        after: u64,
        visit: &mut dyn FnMut(&Logged) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut chain = self.sum_at(after)?;
        let mut next = after + 1;
        self.rows(after, &mut |row| {
            let row = row.map_err(|detail| self.damaged(next, &detail))?;
            if row.seq != next || row.link(&chain) != row.sum {
                return Err(self.damaged(next, "its checksum or place is wrong"));
            }
            chain = row.sum;
            next += 1;
            visit(&row.decode()?)
        })
    }

    /// Up to `limit` records after `after`.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn log(&self, after: u64, limit: usize) -> Result<Vec<Logged>, Error> {
        each!(self, reader => reader.log(after, limit))
    }

    /// One value of the vault.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn vault(&self, contact: ContactId, field: &str) -> Result<Option<VaultRow>, Error> {
        each!(self, reader => reader.vault(contact, field))
    }

    /// All values of one field of the vault.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn vault_field(&self, field: &str) -> Result<Vec<VaultRow>, Error> {
        each!(self, reader => reader.vault_field(field))
    }

    /// All remembered replies.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn remembered(&self) -> Result<Vec<Remembered>, Error> {
        each!(self, reader => reader.remembered())
    }

    /// The newest snapshot that is whole.
    ///
    /// # Errors
    /// Unreadable.
    pub fn snapshot(&self) -> Result<Option<StoredSnapshot>, Error> {
        each!(self, reader => reader.snapshot())
    }

    /// The newest bytes kept under `name`.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn extra(&self, name: &str) -> Result<Option<Extra>, Error> {
        each!(self, reader => reader.extra(name))
    }

    /// The sums of the quarters of an hour from `quarters.0` up to, but not with, `quarters.1`.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn sums(&self, quarters: (i64, i64)) -> Result<Cells, Error> {
        each!(self, reader => reader.sums(quarters))
    }

    /// A centre description by its hash.
    ///
    /// # Errors
    /// Damaged or unreadable.
    pub fn centre(&self, version: u64) -> Result<Option<Centre>, Error> {
        each!(self, reader => reader.centre(version))
    }

    /// Checks everything that can be checked: the whole log, snapshots, read models.
    ///
    /// # Errors
    /// When the file cannot be read at all; damage is a verdict, not an error.
    pub fn verify(&self) -> Result<Verdict, Error> {
        self.at_one_moment(|| Verdict::of(self))
    }

    /// Looks at the log as it is at one moment, whatever a writer does meanwhile.
    fn at_one_moment<R>(&self, look: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
        match self {
            Reader::Memory(_) => look(),
            Reader::Sqlite(reader) => {
                reader.begin()?;
                let seen = look();
                reader.end()?;
                seen
            }
        }
    }

    /// Writes the log as JSON Lines; gives the number of records.
    ///
    /// # Errors
    /// Damaged or unreadable, or `out` cannot be written.
    pub fn export(&self, out: &mut dyn Write) -> Result<u64, Error> {
        let mut n_records = 0;
        self.each_after(0, &mut |logged| {
            n_records += 1;
            let line = logged.to_json();
            writeln!(out, "{line}").map_err(|error| Error::Unavailable {
                path: "export".into(),
                detail: error.to_string(),
            })
        })?;
        Ok(n_records)
    }

    /// The state after the whole log, from the first record; `None` for an empty log.
    ///
    /// # Errors
    /// Damaged or unreadable, or a centre description is not at hand.
    pub fn replay(&self, tables: TablesOf<'_>) -> Result<Option<State>, Error> {
        let mut replay = Replay::new(tables);
        self.each_after(0, &mut |logged| Ok(replay.apply(&logged.event, logged.at)?))?;
        Ok(replay.finish().map(|(state, _)| state))
    }

    /// What a desk starts from: snapshot, and the records since.
    ///
    /// # Errors
    /// Damaged or unreadable, or a centre description is not at hand.
    pub fn recover(&self, tables: TablesOf<'_>) -> Result<Recovered, Error> {
        let head = self.head()?;
        let snapshot = self.snapshot()?.filter(|kept| kept.seq <= head.seq);
        let mut from = snapshot.as_ref().map_or(0, |kept| kept.seq);
        let mut at = Timestamp::ZERO;
        let mut replay = match &snapshot {
            Some(kept) => {
                if self.sum_at(from)? != kept.chain {
                    return Err(self.damaged(from, "the snapshot belongs to another log"));
                }
                if is_of_another_form(&kept.state) {
                    // Another program wrote it; the log says the same.
                    from = 0;
                    Replay::new(tables)
                } else {
                    at = kept.at;
                    Replay::from_snapshot(tables, kept.version, &kept.state)?
                }
            }
            None => Replay::new(tables),
        };
        let mut seq = from;
        self.each_after(from, &mut |logged| {
            (seq, at) = (logged.seq, logged.at);
            Ok(replay.apply(&logged.event, logged.at)?)
        })?;
        if seq != head.seq || self.sum_at(seq)? != head.chain {
            return Err(self.damaged(seq, "the log does not end where its head says"));
        }
        let mut vault = self.vault_field(field::CALLER)?;
        vault.extend(self.vault_field(field::REDIAL)?);
        vault.extend(self.vault_field(field::CALLBACK_NUMBER)?);
        Ok(Recovered {
            seq,
            at: at.max(head.at),
            state: replay.finish(),
            replayed: seq - from,
            remembered: self.remembered()?,
            vault,
        })
    }

    /// Walks over the raw rows after `after`.
    pub(crate) fn rows(&self, after: u64, visit: Visit<'_>) -> Result<(), Error> {
        each!(self, reader => reader.rows(after, visit))
    }

    pub(crate) fn sum_at(&self, seq: u64) -> Result<Sum, Error> {
        if seq == 0 {
            return Ok(NO_SUM);
        }
        each!(self, reader => reader.sum_at(seq))
    }

    /// What is wrong with the parts that no chain covers.
    pub(crate) fn inspect(&self) -> Result<Option<String>, Error> {
        each!(self, reader => reader.inspect())
    }

    /// All contacts of the read model.
    pub(crate) fn all_contacts(&self) -> Result<Vec<Contact>, Error> {
        each!(self, reader => reader.all_contacts())
    }

    fn damaged(&self, seq: u64, detail: &str) -> Error {
        let path = match self {
            Reader::Memory(_) => Path::new("memory"),
            Reader::Sqlite(reader) => reader.path(),
        };
        Error::corrupt(path, format!("record {seq}: {detail}"))
    }
}

impl Logged {
    /// One line of an export.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let inner = match serde_json::to_value(self.event) {
            Ok(serde_json::Value::Object(map)) => map
                .into_iter()
                .next()
                .map_or(serde_json::Value::Null, |(_, inner)| inner),
            Ok(other) => other,
            Err(_) => serde_json::Value::Null,
        };
        serde_json::json!({
            "seq": self.seq,
            "at": self.at,
            "epoch": self.epoch,
            "command_id": self.command_id.map(|id| format!("{id:032x}")),
            "version": self.version,
            "kind": self.event.kind(),
            "event": inner,
        })
    }
}

/// Walks rows that one after the other follow from `chain`; used for a contact's rows too.
pub(crate) fn checked(row: &Row, previous: &Sum) -> bool {
    row.link(previous) == row.sum
}
