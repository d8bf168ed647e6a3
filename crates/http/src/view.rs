//! The read model: what the committed events add up to. Handlers read it, one task writes it.
//!
//! It holds a copy of the core's state that is moved by the same `apply`, the day's figures, and one
//! entry per contact. Nothing here decides anything, and nothing here is ahead of the log.

mod asked;
mod contacts;
mod counted;
mod recent;
mod waiting;

use std::sync::Arc;

use linje_desk::Record;
use linje_event::Event;
use linje_measures::{Corrections, Day, Layout, Promises, Usual};
use linje_routing::{AdviserState, Request, State, Tables};
use linje_types::{AdviserId, RequestId, Timestamp};
use serde::{Deserialize, Serialize};

use asked::Asked;
pub(crate) use contacts::bit_of;
pub use contacts::{Broken, Callback, Contacts, Entry, Past, Stage};
pub(crate) use counted::Counted;
pub use recent::{Recent, RecentContact};
pub(crate) use waiting::{count, takes};

/// Changes whenever [`Saved`] does.
const SAVED_FORM: u32 = 8;

/// A description that came into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The record.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Names the description.
    pub version: u64,
}

/// The read model at one record of the log.
#[derive(Debug)]
pub struct View {
    /// The last record in it.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// Who does what now.
    pub state: State,
    /// The day's figures.
    pub day: Day,
    /// Contacts: all open ones, and the closed ones of late.
    pub contacts: Contacts,
    /// What happened last to real people's contacts.
    pub recent: Recent,
    asked: Asked,
    /// The descriptions that came into force, oldest first.
    published: Vec<Published>,
    /// What those who came were told about their wait, since the service started.
    promises: Promises,
    /// By queue: how long it usually takes to help.
    usual: Vec<Usual>,
    /// By adviser: what they do, and since when.
    since: Vec<(AdviserState, Timestamp)>,
    /// The last record that may have changed what an adviser does.
    changed: u64,
    last_count: counted::LastCount,
    tables: Arc<Tables>,
    version: u64,
}

/// The part of the view that a start cannot take from the core's own snapshot.
#[derive(Debug, Serialize, Deserialize)]
pub struct Saved {
    form: u32,
    n_queues: usize,
    /// The last record in it.
    pub seq: u64,
    at: Timestamp,
    day: Day,
    contacts: Contacts,
    published: Vec<Published>,
    asked: Asked,
    corrections: Corrections,
}

/// A view that is being built from the log.
#[derive(Debug)]
pub struct Building {
    seq: u64,
    at: Timestamp,
    day: Day,
    contacts: Contacts,
    published: Vec<Published>,
    asked: Asked,
    corrections: Corrections,
}

impl Building {
    /// From the first record; `now` is the time of the oldest figure wanted.
    #[must_use]
    pub fn new(layout: Layout, now: Timestamp) -> Building {
        Building {
            seq: 0,
            at: now,
            day: Day::new(layout, now),
            contacts: Contacts::default(),
            published: Vec::new(),
            asked: Asked::default(),
            corrections: Corrections::default(),
        }
    }

    /// From what was saved; None when it has another form or is of another centre.
    #[must_use]
    pub fn from_saved(saved: Saved, layout: Layout) -> Option<Building> {
        let fits = saved.form == SAVED_FORM && saved.n_queues <= layout.queues.len();
        fits.then(|| Building {
            seq: saved.seq,
            at: saved.at,
            day: saved.day.with_layout(layout),
            contacts: saved.contacts,
            published: saved.published,
            asked: saved.asked,
            corrections: saved.corrections,
        })
    }

    /// The last record in it.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Takes the next record.
    pub fn take(&mut self, record: &Record) {
        if record.seq <= self.seq {
            return;
        }
        self.seq = record.seq;
        self.at = record.at;
        self.day.fold(record.at, &record.event);
        self.contacts.fold(record);
        self.published.extend(published(record));
        self.asked.fold(record);
    }

    /// The view, with the core's state at the same record under description `version`.
    #[must_use]
    pub fn finish(self, state: State, tables: Arc<Tables>, version: u64) -> View {
        let mut view = View {
            seq: self.seq,
            at: self.at,
            since: Vec::new(),
            changed: self.seq,
            last_count: counted::LastCount::default(),
            state,
            day: self.day,
            contacts: self.contacts,
            recent: Recent::default(),
            asked: self.asked,
            published: self.published,
            promises: Promises::with(self.corrections),
            usual: Vec::new(),
            tables,
            version,
        };
        view.note_all();
        view
    }
}

impl View {
    /// Takes the next record; one that it has already is passed over.
    pub fn take(&mut self, record: &Record) {
        if record.seq <= self.seq {
            return;
        }
        self.seq = record.seq;
        self.at = record.at;
        if let Event::CentrePublished { version } = record.event {
            self.publish(version);
        }
        self.published.extend(published(record));
        if counted::concerns_advisers(&record.event) {
            self.changed = record.seq;
        }
        self.asked.fold(record);
        self.promise_to(record.at, &record.event);
        self.state.apply(&record.event, record.at);
        if let Some(adviser) = record.event.adviser() {
            self.note(adviser, record.at);
        }
        self.day.fold(record.at, &record.event);
        self.contacts.fold(record);
        self.recent.fold(record, &self.contacts);
    }

    /// The request that record `seq` made, if it was of late.
    #[must_use]
    pub fn request_made(&self, seq: u64) -> Option<RequestId> {
        self.asked.made(seq)
    }

    /// The requests that were over of late, and when, newest first.
    pub fn requests_over(&self) -> impl Iterator<Item = &(Request, Timestamp)> {
        self.asked.over()
    }

    /// Lets time pass for the figures.
    pub fn advance(&mut self, now: Timestamp) {
        self.day.advance(now);
    }

    /// Who does what and serves what, counted by `count` when it has changed since the last time.
    pub(crate) fn counted(&self, count: impl FnOnce() -> Counted) -> Arc<Counted> {
        self.last_count.at(self.changed, count)
    }

    /// How often everybody was counted, since the service started.
    #[must_use]
    pub fn times_counted(&self) -> u64 {
        self.last_count.times()
    }

    /// Since when an adviser does what they do.
    #[must_use]
    pub fn since(&self, adviser: AdviserId) -> Timestamp {
        self.since
            .get(adviser.idx())
            .map_or(self.at, |(_, since)| *since)
    }

    /// What a later start needs, as bytes.
    ///
    /// # Errors
    /// Never in practice: the values can all be written.
    pub fn save(&self) -> Result<Vec<u8>, postcard::Error> {
        #[derive(Serialize)]
        struct Saving<'a> {
            form: u32,
            n_queues: usize,
            seq: u64,
            at: Timestamp,
            day: &'a Day,
            contacts: Contacts,
            published: &'a [Published],
            asked: &'a Asked,
            corrections: &'a Corrections,
        }
        postcard::to_stdvec(&Saving {
            form: SAVED_FORM,
            n_queues: self.tables.n_queues(),
            seq: self.seq,
            at: self.at,
            day: &self.day,
            contacts: self.contacts.to_keep(),
            published: &self.published,
            asked: &self.asked,
            corrections: self.promises.corrections(),
        })
    }

    /// The description in force.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The descriptions that came into force, oldest first.
    #[must_use]
    pub fn published(&self) -> &[Published] {
        &self.published
    }

    /// Lays ready what the next record brings into force.
    pub(crate) fn prepare(&mut self, tables: Arc<Tables>, layout: Layout) {
        self.tables = tables;
        self.last_count.forget();
        let day = std::mem::replace(&mut self.day, Day::new(layout.clone(), self.at));
        self.day = day.with_layout(layout);
    }

    fn publish(&mut self, version: u64) {
        if version == self.version {
            return;
        }
        let old = self.state.snapshot();
        match State::restore(Arc::clone(&self.tables), &old) {
            Ok(state) => {
                self.state = state;
                self.last_count.forget();
                self.note_all();
            }
            Err(error) => {
                tracing::error!(%error, "read model cannot follow the centre description")
            }
        }
        self.version = version;
    }

    fn note(&mut self, adviser: AdviserId, at: Timestamp) {
        let Some(state) = self.state.adviser(adviser).map(|view| view.state) else {
            return;
        };
        if let Some(known) = self.since.get_mut(adviser.idx())
            && known.0 != state
        {
            *known = (state, at);
        }
    }

    /// The best that is known of everybody: free since then.
    fn note_all(&mut self) {
        self.since = (0..)
            .map(AdviserId)
            .map_while(|adviser| self.state.adviser(adviser))
            .map(|view| (view.state, view.idle_since))
            .collect();
    }
}

/// The description that a record brings into force, if it does.
fn published(record: &Record) -> Option<Published> {
    let Event::CentrePublished { version } = record.event else {
        return None;
    };
    Some(Published {
        seq: record.seq,
        at: record.at,
        version,
    })
}

/// Reads what [`View::save`] wrote; None when it cannot be read.
#[must_use]
pub fn read_saved(bytes: &[u8]) -> Option<Saved> {
    postcard::from_bytes(bytes).ok()
}
