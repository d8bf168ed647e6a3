//! Who did what and why, beside the log: publishing a description, switching a plan, asking advisers.
//!
//! The log says that it happened; a note says who and why in people's own words, which do not belong in
//! events. A note is kept before what it is about is done where a crash between must not lose it.

use std::sync::{Arc, Mutex, PoisonError};

use linje_types::Timestamp;
use serde::{Deserialize, Serialize};

/// How many notes are kept.
const MAX_NOTES: usize = 2_000;
/// How many of them are about requests, so that these never push out what was published.
const MAX_REQUESTS: usize = 200;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// The last record of the log when it was written.
    pub seq: u64,
    /// Who: the ident of a person, or the client id of a program with whom it says that it acts for.
    pub who: String,
    /// Why.
    pub why: String,
    /// What was done.
    pub what: Noted,
}

/// What a note is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noted {
    /// A centre description was published.
    Published {
        /// Its hash.
        version: u64,
        /// Hash of the description that the settings named then.
        over: u64,
    },
    /// A crisis plan was switched.
    Plan {
        /// The plan.
        id: String,
        /// On or off.
        on: bool,
    },
    /// Advisers were asked for something.
    Request {
        /// The request's number.
        request: u32,
        /// Until when it may be answered.
        until: Timestamp,
    },
}

/// Keeps the notes as bytes.
type Keep = dyn Fn(Vec<u8>) + Send + Sync;

/// The notes, and where they are kept.
#[derive(Clone)]
pub struct Notes {
    notes: Arc<Mutex<Vec<Note>>>,
    keep: Arc<Keep>,
}

impl std::fmt::Debug for Notes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notes")
    }
}

impl Notes {
    /// Notes read from `bytes`, kept by `keep`.
    pub fn new(bytes: Option<&[u8]>, keep: impl Fn(Vec<u8>) + Send + Sync + 'static) -> Notes {
        Notes {
            notes: Arc::new(Mutex::new(read(bytes))),
            keep: Arc::new(keep),
        }
    }

    /// Adds a note and keeps it.
    pub(crate) fn add(&self, note: Note) {
        self.change(|notes| {
            if !notes.contains(&note) {
                notes.push(note);
            }
        });
    }

    /// Takes back a note about something that was refused.
    pub(crate) fn take_back(&self, note: &Note) {
        self.change(|notes| notes.retain(|known| known != note));
    }

    /// The last note that is wanted.
    pub(crate) fn last(&self, wanted: impl Fn(&Note) -> bool) -> Option<Note> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.iter().rev().find(|note| wanted(note)).cloned()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Note>)) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut notes);
        let is_request = |note: &Note| matches!(note.what, Noted::Request { .. });
        let requests = notes.iter().filter(|note| is_request(note)).count();
        let mut old = requests.saturating_sub(MAX_REQUESTS);
        notes.retain(|note| {
            let goes = old > 0 && is_request(note);
            old -= usize::from(goes);
            !goes
        });
        let too_many = notes.len().saturating_sub(MAX_NOTES);
        notes.drain(..too_many);
        (self.keep)(serde_json::to_vec(&*notes).unwrap_or_default());
    }
}

/// The notes in `bytes`; none when there are none, or they cannot be read.
#[must_use]
pub fn read(bytes: Option<&[u8]>) -> Vec<Note> {
    let read = bytes.and_then(|bytes| {
        let notes = serde_json::from_slice(bytes);
        notes
            .inspect_err(|error| tracing::warn!(%error, "the notes of who did what cannot be read"))
            .ok()
    });
    read.unwrap_or_default()
}
