//! The store: one writer, two backends, one behaviour. PostgreSQL is to be a third variant.

use std::path::Path;

use linje_desk::Batch;
use linje_types::Timestamp;

use crate::error::Error;
use crate::fault::{Faults, Faulty};
use crate::figures::YardsOf;
use crate::memory::Memory;
use crate::reader::{Head, Reader};
use crate::sqlite::Sqlite;

/// The writer of a log.
#[derive(Debug)]
pub enum Store {
    /// In memory; for tests and simulations.
    Memory(Memory),
    /// In a file.
    Sqlite(Box<Sqlite>),
    /// One of the others with planned faults; for tests.
    Faulty(Box<Faulty>),
}

macro_rules! each {
    ($self:ident, $store:ident => $call:expr) => {
        match $self {
            Store::Memory($store) => $call,
            Store::Sqlite($store) => $call,
            Store::Faulty(faulty) => {
                let $store = &mut faulty.inner;
                $call
            }
        }
    };
}

impl Store {
    /// Opens `sqlite:PATH` (the folder is made if needed) or `memory:`, and takes over as the writer:
    /// whoever had it open before is fenced.
    ///
    /// # Errors
    /// When the folder is not writable, the disk full, the file damaged, foreign or newer.
    pub fn open(url: &str) -> Result<Store, Error> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Store::open_file(Path::new(path)),
            Some(("memory", _)) => Ok(Store::Memory(Memory::new())),
            _ => Err(Error::Url(url.to_owned())),
        }
    }

    /// Opens the file `path`, as [`Store::open`].
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_file(path: &Path) -> Result<Store, Error> {
        Ok(Store::Sqlite(Box::new(Sqlite::open(path)?)))
    }

    /// The same store with planned faults.
    #[must_use]
    pub fn with_faults(self, faults: &Faults) -> Store {
        Store::Faulty(Box::new(Faulty::new(self, faults.clone())))
    }

    /// From now on the sums of the figures are written in the transaction of each batch; those of records
    /// that were written without are made up for, from the log. `yards` must know every description that
    /// the log names. Call once, after opening.
    ///
    /// # Errors
    /// When the log or the sums cannot be read or written. Damaged sums are emptied: call again.
    pub fn measure(&mut self, yards: YardsOf) -> Result<(), Error> {
        each!(self, store => store.measure(yards))
    }

    /// Makes a batch durable, all of it or nothing. A batch that landed before and whose reply was
    /// lost is recognised and is no error; a batch without records may be repeated too.
    ///
    /// # Errors
    /// [`Error::Fenced`] when another writer took over, [`Error::Behind`] when the log does not end at
    /// `expected_seq`; after any other error it is not known whether it landed: repeat the same append.
    pub fn append(&mut self, batch: &Batch) -> Result<(), Error> {
        match self {
            Store::Memory(store) => store.append(batch),
            Store::Sqlite(store) => store.append(batch),
            Store::Faulty(store) => store.append(batch),
        }
    }

    /// The end of the log, and this writer's epoch.
    #[must_use]
    pub fn head(&self) -> Head {
        match self {
            Store::Memory(store) => store.head(),
            Store::Sqlite(store) => store.head(),
            Store::Faulty(store) => store.inner.head(),
        }
    }

    /// A reader with its own connection.
    ///
    /// # Errors
    /// When the file cannot be opened again.
    pub fn reader(&self) -> Result<Reader, Error> {
        match self {
            Store::Memory(store) => Ok(Reader::Memory(store.reader())),
            Store::Sqlite(store) => Ok(Reader::Sqlite(store.reader()?)),
            Store::Faulty(store) => store.inner.reader(),
        }
    }

    /// Keeps the state after record `seq` for a short start; the two newest are kept. Also forgets
    /// what is older than its time. Call between appends.
    ///
    /// # Errors
    /// When it cannot be written; the log is not touched.
    pub fn put_snapshot(
        &mut self,
        (seq, at): (u64, Timestamp),
        version: u64,
        state: &[u8],
    ) -> Result<(), Error> {
        each!(self, store => store.put_snapshot((seq, at), version, state))
    }

    /// Keeps bytes that belong to record `seq` under `name`, in place of older ones.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put_extra(&mut self, name: &str, seq: u64, body: &[u8]) -> Result<(), Error> {
        each!(self, store => store.put_extra(name, seq, body))
    }

    /// Keeps a centre description by its hash, so that the log can be replayed by itself. Do this
    /// before it is published.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_centre(&mut self, version: u64, phones: u32, source: &str) -> Result<(), Error> {
        each!(self, store => store.put_centre(version, phones, source))
    }
}
