//! Promises: what people were told about their wait, held against the wait that they got.
//!
//! Kept in memory for the last contacts of each queue. Who left before an answer is not counted: nobody
//! knows how long they would have waited.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use linje_event::Event;
use linje_types::{ContactId, QueueId, Timestamp};

use crate::correction::{Corrections, Figure};
use crate::{Basis, Expected, Interval, percentile};

/// How many kept promises of a queue are looked at.
pub const LAST: usize = 200;

/// What somebody was told when they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// The queue.
    pub queue: QueueId,
    /// When.
    pub at: Timestamp,
    /// The wait.
    pub wait: Interval,
    /// What the figure stood on.
    pub basis: Basis,
}

impl Promise {
    /// Until when a figure holds.
    fn until(&self, figure: Figure) -> Timestamp {
        self.at.plus_us(match figure {
            Figure::P50 => self.wait.p50_us,
            Figure::P90 => self.wait.p90_us,
        })
    }
}

/// How good the figures of a queue were.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Accuracy {
    /// How many of the last [`LAST`] there are.
    pub count: usize,
    /// Half were wrong by no more than this, seconds; None of none.
    pub error_p50_s: Option<f64>,
    /// Nine of ten were wrong by no more than this, seconds.
    pub error_p90_s: Option<f64>,
    /// Share who waited no longer than the middle figure; 0.5 is right.
    pub within_p50: Option<f64>,
    /// Share who waited no longer than the upper figure; 0.9 is right.
    pub within_p90: Option<f64>,
}

/// A promise and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    wait: Interval,
    got_us: i64,
}

/// Promises by contact, and the last that were held, by queue.
#[derive(Debug, Clone, Default)]
pub struct Promises {
    open: BTreeMap<ContactId, Promise>,
    /// Figures that may still hold, by when they no longer do.
    due: BTreeSet<(Timestamp, ContactId, Figure)>,
    held: BTreeMap<QueueId, VecDeque<Held>>,
    corrections: Corrections,
}

impl Promises {
    /// Nobody told, and what was learned before.
    #[must_use]
    pub fn with(corrections: Corrections) -> Promises {
        Promises {
            corrections,
            ..Promises::default()
        }
    }

    /// What was learned.
    #[must_use]
    pub const fn corrections(&self) -> &Corrections {
        &self.corrections
    }

    /// What one who comes to `queue` is to be told: the figures of the model as they have turned out to hold.
    #[must_use]
    pub fn correct(&self, queue: QueueId, expected: Expected) -> Expected {
        self.corrections.correct(queue, expected)
    }

    /// Somebody comes to a queue and is told this.
    pub fn tell(&mut self, contact: ContactId, promise: Promise) {
        if self.open.contains_key(&contact) {
            return;
        }
        self.open.insert(contact, promise);
        for figure in [Figure::P50, Figure::P90] {
            self.due.insert((promise.until(figure), contact, figure));
        }
    }

    /// What a waiting contact was told.
    #[must_use]
    pub fn of(&self, contact: ContactId) -> Option<Promise> {
        self.open.get(&contact).copied()
    }

    /// Takes an event: an answer holds the promise against the wait, an end without one ends it.
    pub fn fold(&mut self, at: Timestamp, event: &Event) {
        self.pass(at);
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "few events end a wait; a new one that does must be named here"
        )]
        match *event {
            Event::OfferAccepted { contact, .. } | Event::ContactAssigned { contact, .. } => {
                if let Some(promise) = self.over(contact, true) {
                    self.hold(promise, at);
                }
            }
            Event::CallbackAsked { contact, .. } | Event::ContactClosed { contact, .. } => {
                self.over(contact, false);
            }
            _ => {}
        }
    }

    /// Figures that somebody has waited longer than did not hold: that is known before the wait is over.
    fn pass(&mut self, now: Timestamp) {
        while let Some(&(until, contact, figure)) = self.due.first()
            && until < now
        {
            self.due.pop_first();
            if let Some(promise) = self.open.get(&contact) {
                let (queue, basis) = (promise.queue, promise.basis);
                self.corrections.learn(queue, basis, figure, false);
            }
        }
    }

    /// The wait is over; what still holds held when it ended with an answer.
    fn over(&mut self, contact: ContactId, answered: bool) -> Option<Promise> {
        let promise = self.open.remove(&contact)?;
        for figure in [Figure::P50, Figure::P90] {
            let held = self.due.remove(&(promise.until(figure), contact, figure));
            if held && answered {
                let (queue, basis) = (promise.queue, promise.basis);
                self.corrections.learn(queue, basis, figure, true);
            }
        }
        Some(promise)
    }

    /// How good the figures of a queue were, of late.
    #[must_use]
    pub fn accuracy(&self, queue: QueueId) -> Accuracy {
        let Some(held) = self.held.get(&queue).filter(|held| !held.is_empty()) else {
            return Accuracy::default();
        };
        let mut errors: Vec<f64> = held
            .iter()
            .map(|held| seconds((held.got_us - held.wait.p50_us).abs()))
            .collect();
        errors.sort_by(f64::total_cmp);
        let share = |within: &dyn Fn(&Held) -> bool| {
            let count = held.iter().filter(|held| within(held)).count();
            #[expect(clippy::cast_precision_loss, reason = "at most the last of them")]
            let share = count as f64 / held.len() as f64;
            Some(share)
        };
        Accuracy {
            count: held.len(),
            error_p50_s: percentile(&errors, 0.5),
            error_p90_s: percentile(&errors, 0.9),
            within_p50: share(&|held| held.got_us <= held.wait.p50_us),
            within_p90: share(&|held| held.got_us <= held.wait.p90_us),
        }
    }

    fn hold(&mut self, promise: Promise, at: Timestamp) {
        let held = self.held.entry(promise.queue).or_default();
        if held.len() == LAST {
            held.pop_front();
        }
        held.push_back(Held {
            wait: promise.wait,
            got_us: at.since_us(promise.at),
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans are far below 2^53 us")]
fn seconds(us: i64) -> f64 {
    us as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use linje_event::CloseReason;
    use linje_types::{AdviserId, OfferId, SECOND_US};

    use super::*;

    const QUEUE: QueueId = QueueId(3);

    fn at(s: i64) -> Timestamp {
        Timestamp(s * SECOND_US)
    }

    fn tell(promises: &mut Promises, n: u32) -> ContactId {
        let contact = ContactId::new(n, 0);
        let wait = Interval {
            p50_us: 60 * SECOND_US,
            p90_us: 120 * SECOND_US,
        };
        let promise = Promise {
            queue: QUEUE,
            at: at(0),
            wait,
            basis: Basis::Rate,
        };
        promises.tell(contact, promise);
        contact
    }

    fn answer(promises: &mut Promises, contact: ContactId, s: i64) {
        let accepted = Event::OfferAccepted {
            offer: OfferId::new(contact.slot(), 1),
            contact,
            adviser: AdviserId(0),
        };
        promises.fold(at(s), &accepted);
    }

    #[test]
    fn the_error_is_what_was_told_against_what_came() {
        let mut promises = Promises::default();
        for (n, s) in [(0, 50), (1, 80), (2, 110), (3, 200)] {
            let contact = tell(&mut promises, n);
            answer(&mut promises, contact, s);
        }
        let left = tell(&mut promises, 9);
        assert!(promises.of(left).is_some());
        let closed = Event::ContactClosed {
            contact: left,
            adviser: AdviserId::NONE,
            queue: QUEUE,
            reason: CloseReason::Abandoned,
        };
        promises.fold(at(5), &closed);
        assert!(promises.of(left).is_none());
        let accuracy = promises.accuracy(QUEUE);
        assert_eq!(accuracy.count, 4);
        assert_eq!(accuracy.error_p50_s, Some(35.0));
        assert_eq!(accuracy.within_p50, Some(0.25));
        assert_eq!(accuracy.within_p90, Some(0.75));
        assert_eq!(promises.accuracy(QueueId(0)), Accuracy::default());
    }

    #[test]
    fn only_the_last_are_looked_at() {
        let mut promises = Promises::default();
        for n in 0..500 {
            let contact = tell(&mut promises, n);
            answer(&mut promises, contact, if n < 300 { 9000 } else { 60 });
        }
        let accuracy = promises.accuracy(QUEUE);
        assert_eq!((accuracy.count, accuracy.error_p90_s), (LAST, Some(0.0)));
    }
}
