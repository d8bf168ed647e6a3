//! What happened last to the contacts of real people, so that a page can follow a call as it goes.

use std::collections::VecDeque;

use linje_desk::Record;
use linje_types::{ContactId, Origin, QueueId, Timestamp};

use super::contacts::{Contacts, Stage};

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
pub struct Recent(VecDeque<RecentContact>);

impl Recent {
    /// Takes a record that `contacts` has taken already.
    pub fn fold(&mut self, record: &Record, contacts: &Contacts) {
        let Some(entry) = record.event.contact().and_then(|id| contacts.get(id)) else {
            return;
        };
        if entry.origin != Origin::Live {
            return;
        }
        if self.0.len() == MAX_RECENT {
            self.0.pop_front();
        }
        self.0.push_back(RecentContact {
            seq: record.seq,
            at: record.at,
            kind: record.event.kind(),
            contact: entry.contact,
            queue: entry.queue,
            stage: entry.stage,
        });
    }

    /// The steps after record `seq`, oldest first.
    pub fn after(&self, seq: u64) -> impl Iterator<Item = &RecentContact> {
        self.0.iter().filter(move |step| step.seq > seq)
    }
}
