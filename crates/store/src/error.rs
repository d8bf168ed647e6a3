//! What can go wrong with the log, and how to mend it.

use std::path::{Path, PathBuf};

use linje_desk::{ReplayError, StoreFault};
use rusqlite::ErrorCode;
use rusqlite::ffi;

/// A failure of the store. The text says what to do where somebody can do something.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk is full.
    #[error(
        "no space left to write the log `{path}`: free space on its disk, writing then goes on by itself"
    )]
    Full {
        /// The log.
        path: PathBuf,
    },
    /// The folder or the file cannot be written.
    #[error(
        "cannot write the log `{path}`: give the user that runs linje write access to its folder, or choose another with --data ({detail})"
    )]
    NotWritable {
        /// The log.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// The file is damaged.
    #[error(
        "the log `{path}` is damaged: {detail}; run `linje log verify`, then restore the last good backup"
    )]
    Corrupt {
        /// The log.
        path: PathBuf,
        /// Where.
        detail: String,
    },
    /// The file is something else.
    #[error("`{path}` is not a log of linje: choose another data folder with --data")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer release.
    #[error(
        "the log `{path}` has format {found}, this release knows up to {known}: start the newer release again"
    )]
    Newer {
        /// The log.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// Another process opened the log after this one.
    #[error(
        "another process took over the log (epoch {now}, this one has {mine}): stop one of the two"
    )]
    Fenced {
        /// The epoch of this writer.
        mine: u64,
        /// The epoch in force.
        now: u64,
    },
    /// The writer does not know the last record.
    #[error(
        "append after record {expected}, but the log ends at {head} and what is there is not this batch"
    )]
    Behind {
        /// What the writer took for the last record.
        expected: u64,
        /// The last record.
        head: u64,
    },
    /// The batch breaks a rule of the log; nothing was written.
    #[error("batch refused: {0}")]
    Invalid(&'static str),
    /// An event kind or version that this release does not know.
    #[error("record {seq} is a `{kind}` of version {version}, which this release cannot read")]
    Unknown {
        /// The record.
        seq: u64,
        /// Its kind.
        kind: String,
        /// Its version.
        version: u16,
    },
    /// The log cannot be replayed.
    #[error("cannot replay the log: {0}")]
    Replay(#[from] ReplayError),
    /// No such kind of store.
    #[error("store url `{0}` is not understood: use sqlite:PATH or memory:")]
    Url(String),
    /// Anything else that the disk or the database said.
    #[error("cannot read or write the log `{path}`: {detail}")]
    Unavailable {
        /// The log.
        path: PathBuf,
        /// What was said.
        detail: String,
    },
}

impl Error {
    /// What callers of the desk are told.
    #[must_use]
    pub fn fault(&self) -> StoreFault {
        match self {
            Error::Full { .. } => StoreFault::Full,
            Error::NotWritable { .. } => StoreFault::NotWritable,
            Error::Fenced { .. } | Error::Behind { .. } => StoreFault::Fenced,
            Error::Corrupt { .. }
            | Error::Foreign { .. }
            | Error::Newer { .. }
            | Error::Invalid(_)
            | Error::Unknown { .. }
            | Error::Replay(_)
            | Error::Url(_)
            | Error::Unavailable { .. } => StoreFault::Unavailable,
        }
    }

    pub(crate) fn corrupt(path: &Path, detail: impl Into<String>) -> Error {
        Error::Corrupt {
            path: path.to_owned(),
            detail: detail.into(),
        }
    }

    /// Sorts what SQLite said.
    pub(crate) fn sqlite(path: &Path, error: &rusqlite::Error) -> Error {
        let path = path.to_owned();
        let detail = error.to_string();
        let Some(code) = error.sqlite_error() else {
            return Error::Corrupt { path, detail };
        };
        let is = |codes: &[ErrorCode]| codes.contains(&code.code);
        // The second is the shared-memory file beside the log that could not grow.
        if is(&[ErrorCode::DiskFull]) || code.extended_code == ffi::SQLITE_IOERR_SHMSIZE {
            Error::Full { path }
        } else if is(&[
            ErrorCode::ReadOnly,
            ErrorCode::CannotOpen,
            ErrorCode::PermissionDenied,
        ]) {
            Error::NotWritable { path, detail }
        } else if is(&[ErrorCode::NotADatabase]) {
            Error::Foreign { path }
        } else if is(&[ErrorCode::DatabaseCorrupt, ErrorCode::TypeMismatch]) {
            Error::Corrupt { path, detail }
        } else {
            Error::Unavailable { path, detail }
        }
    }

    /// Sorts what the system said.
    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Error {
        use std::io::ErrorKind::{
            NotADirectory, PermissionDenied, ReadOnlyFilesystem, StorageFull,
        };
        let (path, detail) = (path.to_owned(), error.to_string());
        let kind = error.kind();
        if kind == StorageFull {
            Error::Full { path }
        } else if [PermissionDenied, ReadOnlyFilesystem, NotADirectory].contains(&kind) {
            Error::NotWritable { path, detail }
        } else {
            Error::Unavailable { path, detail }
        }
    }
}
