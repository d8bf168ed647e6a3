//! One queue's day.

use linje_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Ring, ServiceLevel};

/// One queue since midnight, and its last hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueDay {
    /// Contacts that came to this queue first; those waiting at midnight count on the new day.
    pub offered: u64,
    /// Contacts that an adviser answered.
    pub answered: u64,
    /// Of these, within the acceptable wait.
    pub answered_within: u64,
    /// Contacts that left, or were lost, before anybody answered.
    pub abandoned: u64,
    /// Contacts refused because the queue was full; they are among the offered.
    pub refused: u64,
    /// Contacts that an adviser helped to the end.
    pub served: u64,
    /// Of these, with one conversation only: neither passed on nor back in a line.
    pub served_by_first: u64,
    /// Contacts that came from another queue; not among the offered.
    pub transferred_in: u64,
    /// Microseconds that the answered waited, together.
    pub wait_us: i64,
    /// Microseconds that the longest wait of an answered contact took.
    pub longest_wait_us: i64,
    /// Microseconds that advisers spent on the ended, talk and hold.
    pub talk_us: i64,
    /// Conversations that ended.
    pub ended: u64,
    /// The last hour.
    pub hour: Ring,
}

impl QueueDay {
    pub(crate) fn new(now: Timestamp) -> QueueDay {
        QueueDay {
            offered: 0,
            answered: 0,
            answered_within: 0,
            abandoned: 0,
            refused: 0,
            served: 0,
            served_by_first: 0,
            transferred_in: 0,
            wait_us: 0,
            longest_wait_us: 0,
            talk_us: 0,
            ended: 0,
            hour: Ring::new(now),
        }
    }

    /// A new day with `waiting` contacts carried over; the last hour stays.
    pub(crate) fn start(&mut self) {
        let mut next = QueueDay::new(self.hour.running().at);
        next.offered = u64::from(self.hour.running().waiting);
        next.hour = self.hour.clone();
        *self = next;
    }

    /// The service level since midnight.
    #[must_use]
    pub const fn level(&self) -> ServiceLevel {
        ServiceLevel {
            answered_within: self.answered_within,
            offered: self.offered,
        }
    }

    /// Mean wait of the answered, seconds; None if nobody was answered.
    ///
    /// `wait / answered`. Source: ASA, average speed of answer.
    #[must_use]
    pub fn mean_wait_s(&self) -> Option<f64> {
        mean_s(self.wait_us, self.answered)
    }

    /// Mean time of a conversation, talk and hold, seconds; None if none has ended.
    #[must_use]
    pub fn mean_talk_s(&self) -> Option<f64> {
        mean_s(self.talk_us, self.ended)
    }

    /// Share that left before an answer, 0..=1; None if nothing came.
    ///
    /// `abandoned / offered`. Source: Genesys "abandon rate", short abandons not taken out.
    #[must_use]
    pub fn abandoned_share(&self) -> Option<f64> {
        share(self.abandoned, self.offered)
    }
}

/// `part / whole`; None of nothing.
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// `us / n` in seconds; None of nothing.
pub(crate) fn mean_s(us: i64, n: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a day is far below 2^53 us")]
    (n > 0).then(|| us as f64 / 1e6 / n as f64)
}
