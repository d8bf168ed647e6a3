//! The switchboard's own deadlines, in order.

use std::collections::BTreeMap;
use std::time::Instant;

/// Deadlines with what they are for. A deadline that no longer matters is ignored when it comes.
#[derive(Debug)]
pub(super) struct Timers<T> {
    waiting: BTreeMap<(Instant, u64), T>,
    number: u64,
}

impl<T> Timers<T> {
    pub(super) const fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
            number: 0,
        }
    }

    pub(super) fn set(&mut self, at: Instant, what: T) {
        self.number += 1;
        self.waiting.insert((at, self.number), what);
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the first one that is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<T> {
        let first = self.waiting.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }
}
