//! What happened last to the contacts of real people, and to calls that somebody steers in a page, so
//! that a page can follow a call as it goes.

use std::collections::{BTreeSet, VecDeque};

use linje_desk::Record;
use linje_types::{ContactId, Origin, QueueId, Timestamp};

use super::contacts::{Contacts, Entry, Stage};

/// How many are kept.
pub(crate) const MAX_RECENT: usize = 200;

/// A step of a real person's contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecentContact {
    /// The record.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The name of the event.
    pub kind: &'static str,
    /// The contact.
    pub contact: ContactId,
    /// The queue it is in, or `NONE`.
    pub queue: QueueId,
    /// Where it is after it.
    pub stage: Stage,
}

/// The last steps, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    steps: VecDeque<RecentContact>,
    /// Synthetic contacts that a real person steers.
    followed: BTreeSet<ContactId>,
}

impl Recent {
    /// Takes a record that `contacts` has taken already.
    pub fn fold(&mut self, record: &Record, contacts: &Contacts) {
        let Some(entry) = record.event.contact().and_then(|id| contacts.get(id)) else {
            return;
        };
        if entry.origin != Origin::Live && !self.followed.contains(&entry.contact) {
            return;
        }
        self.push((record.seq, record.at), record.event.kind(), entry);
        if entry.stage == Stage::Closed {
            self.followed.remove(&entry.contact);
        }
    }

    /// Follows a synthetic contact from now on: a real person steers it.
    pub fn follow(&mut self, contact: ContactId, at: (u64, Timestamp), contacts: &Contacts) {
        let Some(entry) = contacts.get(contact) else {
            return;
        };
        let new = entry.origin == Origin::Synthetic && entry.stage != Stage::Closed;
        if new && self.followed.insert(contact) {
            self.push(at, "contact_followed", entry);
        }
    }

    fn push(&mut self, (seq, at): (u64, Timestamp), kind: &'static str, entry: &Entry) {
        if self.steps.len() == MAX_RECENT {
            self.steps.pop_front();
        }
        self.steps.push_back(RecentContact {
            seq,
            at,
            kind,
            contact: entry.contact,
            queue: entry.queue,
            stage: entry.stage,
        });
    }

    /// The steps after record `seq`, oldest first.
    pub fn after(&self, seq: u64) -> impl Iterator<Item = &RecentContact> {
        self.steps.iter().filter(move |step| step.seq > seq)
    }
}
