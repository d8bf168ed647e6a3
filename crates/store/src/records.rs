//! What is kept about people, beside the log: who read whom, notes, promises, articles, sessions.
//!
//! One file, `people.sqlite`, with one writer and readers of their own. Each kind of row has a file in
//! `records/` with its tables, its writes and its reads; nothing else writes SQL. What is answered is on
//! disk: writes that wait share a transaction, and each hears of its own outcome after the commit.
//! It decides nothing about who may read.

pub mod access;
mod after;
mod beside;
mod erase;
mod knowledge;
pub mod linked;
mod seal;
pub mod sessions;
pub mod tasks;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

pub use after::{
    AfterCall, Chosen, Draft, DraftEnd, HandedTask, KeptNote, KeptPromise, KeptThreat, NewPromise,
    PromiseState, Reason, Whose,
};
pub use beside::{Act, KeptRecording};
pub use erase::{Erased, ErasedLeft, Erasure};
pub use knowledge::{Article, Changed, Content, EntryKind, Found, Hand, Sought, Version};
pub use seal::{PersonKeys, Subject};

/// Connections that read at the same time.
const READERS: usize = 2;
/// How many writes share a transaction at most.
const TOGETHER: usize = 256;
/// How long to wait for another process.
const BUSY: Duration = Duration::from_secs(5);

/// The tables of each kind of row, made when the file is opened; only ever added to.
const TABLES: &[&str] = &[
    access::TABLES,
    sessions::TABLES,
    linked::TABLES,
    tasks::TABLES,
    seal::TABLES,
    after::TABLES,
    erase::TABLES,
    knowledge::TABLES,
    beside::TABLES,
];

/// Why something could not be kept or read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RecordsError {
    /// The file cannot be opened, written or read.
    #[error("the file of people `{path}` cannot be used: {detail}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the database said.
        detail: String,
    },
    /// The writer has ended.
    #[error("the file of people is closed")]
    Closed,
}

/// A write that waits for its turn and then for the commit.
trait Job: Send {
    /// Does it; whether it may stay.
    fn run(&mut self, tx: &Connection) -> bool;
    /// Tells whoever waits: done, or why the commit failed.
    fn tell(self: Box<Self>, commit: Result<(), String>);
}

struct Write<T, W, F> {
    path: PathBuf,
    work: Option<W>,
    then: F,
    done: Result<T, String>,
}

impl<T, W, F> Job for Write<T, W, F>
where
    T: Send,
    W: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
    F: FnOnce(Result<T, RecordsError>) + Send,
{
    fn run(&mut self, tx: &Connection) -> bool {
        if let Some(work) = self.work.take() {
            self.done = work(tx).map_err(|error| error.to_string());
        }
        self.done.is_ok()
    }

    fn tell(self: Box<Self>, commit: Result<(), String>) {
        let path = self.path;
        let end = commit.and(self.done);
        (self.then)(end.map_err(|detail| RecordsError::File { path, detail }));
    }
}

/// The rows about people. Cheap to clone; the last clone closes the file.
#[derive(Clone)]
pub struct Records(Arc<Inner>);

struct Inner {
    path: PathBuf,
    jobs: Mutex<Option<Sender<Box<dyn Job>>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Records({})", self.0.path.display())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let jobs = self.jobs.lock().ok().and_then(|mut jobs| jobs.take());
        drop(jobs);
        let writer = self.writer.lock().ok().and_then(|mut held| held.take());
        if let Some(writer) = writer
            && writer.thread().id() != std::thread::current().id()
        {
            writer.join().ok();
        }
    }
}

impl Records {
    /// Opens the file `path`, making it and its tables if needed.
    ///
    /// # Errors
    /// When the folder cannot be written or the file is something else.
    pub fn open(path: &Path) -> Result<Records, RecordsError> {
        let said = |error: rusqlite::Error| RecordsError::File {
            path: path.to_owned(),
            detail: error.to_string(),
        };
        crate::sqlite::make_own_file(path).map_err(|error| RecordsError::File {
            path: path.to_owned(),
            detail: error.to_string(),
        })?;
        let connection = connect(path, true).map_err(said)?;
        for tables in TABLES {
            connection.execute_batch(tables).map_err(said)?;
        }
        let readers = (0..READERS)
            .map(|_| connect(path, false))
            .collect::<Result<Vec<_>, _>>()
            .map_err(said)?;
        let (jobs, waiting) = channel();
        let writer = std::thread::Builder::new()
            .name("records".to_owned())
            .spawn(move || write_all(connection, &waiting))
            .map_err(|error| RecordsError::File {
                path: path.to_owned(),
                detail: error.to_string(),
            })?;
        Ok(Records(Arc::new(Inner {
            path: path.to_owned(),
            jobs: Mutex::new(Some(jobs)),
            writer: Mutex::new(Some(writer)),
            readers: Mutex::new(readers),
            returned: Condvar::new(),
        })))
    }

    /// Does `work` in a transaction and calls `then` with its value once it is durable. What fails is
    /// rolled back alone, and `then` hears of it. `then` runs on the writer's thread: it must be short.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        then: impl FnOnce(Result<T, RecordsError>) + Send + 'static,
    ) {
        let job: Box<dyn Job> = Box::new(Write {
            path: self.0.path.clone(),
            work: Some(work),
            then,
            done: Err("not tried".to_owned()),
        });
        let sent = match self.0.jobs.lock() {
            Ok(jobs) => jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok()),
            Err(_) => false,
        };
        debug_assert!(sent, "the writer lives as long as the handle");
    }

    /// As [`Records::write`], waiting for it.
    ///
    /// # Errors
    /// When the work or the commit failed.
    pub fn write_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, RecordsError> {
        let (tell, told) = channel();
        self.write(work, move |end| {
            tell.send(end).ok();
        });
        told.recv().map_err(|_| RecordsError::Closed)?
    }

    /// Reads with a connection of one's own. Blocks: give it a thread.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, RecordsError> {
        let connection = {
            let mut readers = self.0.readers.lock().map_err(|_| RecordsError::Closed)?;
            loop {
                if let Some(connection) = readers.pop() {
                    break connection;
                }
                readers = self
                    .0
                    .returned
                    .wait(readers)
                    .map_err(|_| RecordsError::Closed)?;
            }
        };
        let found = work(&connection);
        if let Ok(mut readers) = self.0.readers.lock() {
            readers.push(connection);
        }
        self.0.returned.notify_one();
        found.map_err(|error| RecordsError::File {
            path: self.0.path.clone(),
            detail: error.to_string(),
        })
    }
}

fn connect(path: &Path, writes: bool) -> rusqlite::Result<Connection> {
    let flags = if writes {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    if writes {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
    }
    Ok(connection)
}

/// Takes what waits, does it in one transaction with a savepoint each, commits, tells.
fn write_all(mut connection: Connection, waiting: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = waiting.recv() {
        let mut jobs: Vec<Box<dyn Job>> = Vec::with_capacity(TOGETHER);
        jobs.push(first);
        jobs.extend(waiting.try_iter().take(TOGETHER - 1));
        let end = commit(&mut connection, &mut jobs).map_err(|error| error.to_string());
        for job in jobs {
            job.tell(end.clone());
        }
    }
}

fn commit(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let mut tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs {
        let mut point = tx.savepoint()?;
        if !job.run(&point) {
            point.rollback()?;
        }
        point.commit()?;
    }
    tx.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path =
            std::env::temp_dir().join(format!("linje-records-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn what_is_told_is_on_disk_and_what_fails_fails_alone() {
        let folder = folder("alone");
        let path = folder.join("people.sqlite");
        let records = Records::open(&path).unwrap();
        let make = |tx: &Connection| tx.execute_batch("CREATE TABLE t (n INTEGER UNIQUE) STRICT");
        records.write_now(make).unwrap();
        let (tell, told) = channel();
        for n in [1, 2, 2, 3] {
            let tell = tell.clone();
            let insert = move |tx: &Connection| tx.execute("INSERT INTO t VALUES (?1)", [n]);
            records.write(insert, move |end| tell.send((n, end.is_ok())).unwrap());
        }
        let ends: Vec<_> = told.iter().take(4).collect();
        assert_eq!(ends, [(1, true), (2, true), (2, false), (3, true)]);
        let count = |connection: &Connection| {
            connection.query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0))
        };
        let found: i64 = records.read(count).unwrap();
        assert_eq!(found, 3);
        drop(records);
        let again: i64 = Records::open(&path).unwrap().read(count).unwrap();
        assert_eq!(again, 3);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let path = std::env::temp_dir()
            .join("linje-records-nowhere")
            .join("people.sqlite");
        let error = Records::open(&path).unwrap_err().to_string();
        assert!(error.contains("linje-records-nowhere"), "{error}");
    }
}
