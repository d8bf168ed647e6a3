//! Expected wait: what the next one in line is told, and why that figure.

use linje_types::MINUTE_US;
use serde::{Deserialize, Serialize};

use crate::Ring;

/// Minutes that are looked at for the rate: those of them in which somebody waited.
pub const WINDOW_MIN: usize = 10;

/// A line and who serves it, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineNow {
    /// Contacts waiting that nobody is being asked about.
    pub waiting: u32,
    /// Advisers able to serve it who are ready.
    pub ready: u32,
    /// Advisers able to serve it who are at work: ready, in contact or wrapping up.
    pub at_work: u32,
    /// Mean handle time in microseconds (talk, hold and wrap-up).
    pub handle_us: i64,
}

/// What the figure stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Somebody able is ready and nobody waits.
    Ready,
    /// How fast the line moved in those of the last [`WINDOW_MIN`] minutes in which there was one.
    Rate,
    /// Handle time and the advisers at work: nothing moved lately.
    Handling,
    /// Nobody serves it now.
    Nobody,
}

/// The expected wait of one who comes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Microseconds; None when nobody serves the line.
    pub wait_us: Option<i64>,
    /// What the figure stands on.
    pub basis: Basis,
}

/// The expected wait of one who comes now and has `line.waiting` before them.
///
/// 0 when an able adviser is ready and nobody waits; `(waiting + 1) / rate` where rate is contacts
/// taken from the line per minute, over those of the last [`WINDOW_MIN`] whole minutes that ended with
/// somebody waiting (without a line the rate says how many come, not how many can be helped); else
/// `handle time * (waiting + 1) / advisers at work`; None when nobody is at work. The rate takes in by
/// itself that advisers serve several queues. Source: ours; Genesys' EWT = AHT x calls in queue /
/// advisers is the second form.
#[must_use]
pub fn expected_wait(line: LineNow, hour: &Ring) -> Expected {
    let ahead = i64::from(line.waiting) + 1;
    if line.at_work == 0 {
        return Expected {
            wait_us: None,
            basis: Basis::Nobody,
        };
    }
    if line.ready > 0 && line.waiting == 0 {
        return Expected {
            wait_us: Some(0),
            basis: Basis::Ready,
        };
    }
    let (minutes, taken) = hour
        .iter()
        .rev()
        .skip(1)
        .take(WINDOW_MIN)
        .filter(|minute| minute.waiting > 0)
        .fold((0, 0), |(minutes, taken), minute| {
            (minutes + 1, taken + i64::from(minute.taken))
        });
    if taken > 0 {
        return Expected {
            wait_us: Some(ahead * minutes * MINUTE_US / taken),
            basis: Basis::Rate,
        };
    }
    Expected {
        wait_us: Some(line.handle_us * ahead / i64::from(line.at_work)),
        basis: Basis::Handling,
    }
}

#[cfg(test)]
mod tests {
    use linje_types::{SECOND_US, Timestamp};

    use super::*;

    /// Ten minutes with so many taken in each, and whether somebody waited in every second.
    fn hour(taken: u32, waiting: u32) -> Ring {
        let mut ring = Ring::new(Timestamp(1000 * MINUTE_US));
        for minute in 1001..=1010 {
            let now = ring.running_mut();
            now.taken = taken;
            now.waiting = if minute % 2 == 0 { waiting } else { 0 };
            ring.advance(Timestamp(minute * MINUTE_US));
        }
        ring
    }

    fn line(waiting: u32, ready: u32, at_work: u32) -> LineNow {
        LineNow {
            waiting,
            ready,
            at_work,
            handle_us: 300 * SECOND_US,
        }
    }

    #[test]
    fn no_wait_when_somebody_is_ready() {
        assert_eq!(expected_wait(line(0, 1, 3), &hour(0, 0)).wait_us, Some(0));
    }

    #[test]
    fn nobody_at_work_is_no_figure() {
        let expected = expected_wait(line(4, 0, 0), &hour(20, 1));
        assert_eq!((expected.wait_us, expected.basis), (None, Basis::Nobody));
    }

    #[test]
    fn two_taken_in_each_minute_with_a_line_is_one_each_half_minute() {
        let expected = expected_wait(line(3, 0, 5), &hour(2, 4));
        assert_eq!(expected.wait_us, Some(120 * SECOND_US));
        assert_eq!(expected.basis, Basis::Rate);
    }

    #[test]
    fn how_many_came_while_nobody_waited_says_nothing() {
        let expected = expected_wait(line(1, 0, 5), &hour(2, 0));
        assert_eq!(expected.basis, Basis::Handling);
    }

    #[test]
    fn a_line_that_has_not_moved_stands_on_the_handle_time() {
        let expected = expected_wait(line(1, 0, 5), &hour(0, 1));
        assert_eq!(expected.wait_us, Some(120 * SECOND_US));
        assert_eq!(expected.basis, Basis::Handling);
    }
}
