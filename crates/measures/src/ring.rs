//! The last hour, minute by minute.

use linje_types::{MINUTE_US, Timestamp};
use serde::{Deserialize, Serialize};

/// Minutes that are kept: the running one and those before it.
pub const MINUTES: usize = 60;

/// What happened in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Minute {
    /// When it began.
    pub at: Timestamp,
    /// Contacts that came.
    pub offered: u32,
    /// Contacts answered.
    pub answered: u32,
    /// Of these, within the acceptable wait.
    pub answered_within: u32,
    /// Contacts that an adviser took from the line: the answered and those who came back or were transferred.
    pub taken: u32,
    /// Contacts that left before an answer.
    pub abandoned: u32,
    /// Contacts waiting at its end, or now in the running minute.
    pub waiting: u32,
}

/// A ring of the last [`MINUTES`] minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    minutes: Vec<Minute>,
    /// Minutes since 1970 of the running one.
    running: i64,
}

impl Ring {
    /// An empty hour that ends with the minute of `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Ring {
        let running = minute_of(now);
        let mut ring = Ring {
            minutes: vec![Minute::default(); MINUTES],
            running,
        };
        for back in 0..MINUTES {
            let minute = running - i64::try_from(back).unwrap_or(0);
            *ring.slot(minute) = blank(minute, 0);
        }
        ring
    }

    /// Makes the minute of `now` the running one; the number waiting is carried along.
    pub fn advance(&mut self, now: Timestamp) {
        let to = minute_of(now);
        if to <= self.running {
            return;
        }
        let waiting = self.running().waiting;
        let first = (self.running + 1).max(to - 59);
        for minute in first..=to {
            *self.slot(minute) = blank(minute, waiting);
        }
        self.running = to;
    }

    /// The running minute.
    #[must_use]
    pub fn running(&self) -> Minute {
        self.minutes[place(self.running)]
    }

    /// The running minute, to count in.
    pub fn running_mut(&mut self) -> &mut Minute {
        self.slot(self.running)
    }

    /// All minutes, oldest first, the running one last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Minute> + '_ {
        (self.running - 59..=self.running).map(|minute| self.minutes[place(minute)])
    }

    fn slot(&mut self, minute: i64) -> &mut Minute {
        &mut self.minutes[place(minute)]
    }
}

const fn minute_of(at: Timestamp) -> i64 {
    at.0.div_euclid(MINUTE_US)
}

fn place(minute: i64) -> usize {
    usize::try_from(minute.rem_euclid(60)).unwrap_or(0)
}

fn blank(minute: i64, waiting: u32) -> Minute {
    Minute {
        at: Timestamp(minute * MINUTE_US),
        waiting,
        ..Minute::default()
    }
}

const _: () = assert!(MINUTES == 60, "the arithmetic above counts in sixties");

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(n: i64) -> Timestamp {
        Timestamp(n * MINUTE_US)
    }

    #[test]
    fn the_hour_is_in_order_and_ends_now() {
        let ring = Ring::new(minute(1000));
        let at: Vec<i64> = ring.iter().map(|m| m.at.0 / MINUTE_US).collect();
        assert_eq!(at, (941..=1000).collect::<Vec<_>>());
    }

    #[test]
    fn a_quiet_spell_keeps_who_waits_and_drops_the_old_hour() {
        let mut ring = Ring::new(minute(1000));
        ring.running_mut().offered = 3;
        ring.running_mut().waiting = 2;
        ring.advance(minute(1002));
        let last: Vec<(u32, u32)> = ring
            .iter()
            .rev()
            .take(3)
            .map(|m| (m.offered, m.waiting))
            .collect();
        assert_eq!(last, vec![(0, 2), (0, 2), (3, 2)]);
        ring.advance(minute(5000));
        assert_eq!(ring.iter().map(|m| m.offered).sum::<u32>(), 0);
        assert_eq!(ring.running().waiting, 2);
    }

    #[test]
    fn time_never_goes_back() {
        let mut ring = Ring::new(minute(1000));
        ring.advance(minute(990));
        assert_eq!(ring.running().at, minute(1000));
    }
}
