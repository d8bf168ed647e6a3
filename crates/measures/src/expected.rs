//! Expected wait: what the next one in line is told, with an interval, and why that figure.

use linje_types::{MINUTE_US, SECOND_US};
use serde::{Deserialize, Serialize};

use crate::Ring;
use crate::beta::beta_at;

/// Minutes that are looked at for the rate: those of them in which somebody waited.
pub const WINDOW_MIN: usize = 10;
/// What it takes to answer when somebody is ready, before a queue has shown it: an offer is not an answer yet.
const ANSWER: Interval = Interval {
    p50_us: 3 * SECOND_US,
    p90_us: 8 * SECOND_US,
};
/// How many contacts taken the knowledge of handle time and advisers at work counts for.
const PRIOR_TAKEN: f64 = 2.0;

/// A line and who serves it, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineNow {
    /// Contacts that will be helped before, and that nobody is being asked about.
    pub ahead: u32,
    /// Advisers able to serve it who are ready.
    pub ready: u32,
    /// Advisers able to serve it whose activity takes it: ready, in contact or wrapping up. Who is away or
    /// did not answer an offer is not at work for it.
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

impl Basis {
    /// Its word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Basis::Ready => "ready",
            Basis::Rate => "rate",
            Basis::Handling => "handling",
            Basis::Nobody => "nobody",
        }
    }
}

/// A wait in microseconds that is, with the probability of its name, not exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// As likely shorter as longer.
    pub p50_us: i64,
    /// Nine of ten wait no longer.
    pub p90_us: i64,
}

/// The expected wait of one who comes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// None when nobody serves the line: unknown is not zero.
    pub wait: Option<Interval>,
    /// What the figure stands on.
    pub basis: Basis,
}

impl Expected {
    const fn known(basis: Basis, p50_us: i64, p90_us: i64) -> Expected {
        Expected {
            wait: Some(Interval { p50_us, p90_us }),
            basis,
        }
    }

    /// Nobody serves the line.
    pub const NOBODY: Expected = Expected {
        wait: None,
        basis: Basis::Nobody,
    };
}

/// The expected wait of one who comes now and has `line.ahead` before them.
///
/// Nobody able at work: unknown. An able adviser ready and nobody before: the time that it takes to answer. Otherwise the line moves at
/// some rate, and the wait is the time until it has moved `n = ahead + 1` times. If moves come at random
/// with rate r, that time is gamma distributed with shape n; and r itself is known only from `k` moves in the
/// `T` seconds of the last [`WINDOW_MIN`] minutes that ended with a line (without one the rate says how many
/// come, not how many can be helped). What is known beforehand, `r = advisers at work / handle time`, counts as
/// two moves more in the time that they would take. Then `wait / T` has a beta-prime distribution
/// with parameters n and k: P50 and P90 are its percentiles. The interval is wide when little has been seen,
/// and it takes in by itself that advisers serve several queues. A move is a contact taken or given up.
/// Source: ours; the gamma-Poisson predictive distribution is in any text on Bayesian statistics.
#[must_use]
pub fn expected_wait(line: LineNow, hour: &Ring) -> Expected {
    if line.at_work == 0 {
        return Expected::NOBODY;
    }
    if line.ready > 0 && line.ahead == 0 {
        return Expected::known(Basis::Ready, ANSWER.p50_us, ANSWER.p90_us);
    }
    let (minutes, moved) = hour
        .iter()
        .rev()
        .skip(1)
        .take(WINDOW_MIN)
        .filter(|minute| minute.waiting > 0)
        .fold((0_u32, 0_u32), |(minutes, moved), minute| {
            (minutes + 1, moved + minute.taken + minute.abandoned)
        });
    let basis = if moved > 0 {
        Basis::Rate
    } else {
        Basis::Handling
    };
    let known_s = PRIOR_TAKEN * seconds(line.handle_us.max(SECOND_US)) / f64::from(line.at_work);
    let seen_s = f64::from(minutes) * seconds(MINUTE_US) + known_s;
    let (turns, moves) = (f64::from(line.ahead) + 1.0, f64::from(moved) + PRIOR_TAKEN);
    let at = |share: f64| {
        let x = beta_at(turns, moves, share);
        micros(seen_s * x / (1.0 - x))
    };
    Expected::known(basis, at(0.5), at(0.9))
}

#[expect(clippy::cast_precision_loss, reason = "spans are far below 2^53 us")]
fn seconds(us: i64) -> f64 {
    us as f64 / 1e6
}

/// Whole microseconds; a wait of more than ten years is ten years.
fn micros(seconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "at most ten years")]
    let us = (seconds.clamp(0.0, 3.2e8) * 1e6) as i64;
    us
}

#[cfg(test)]
mod tests {
    use linje_types::Timestamp;

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

    fn line(ahead: u32, ready: u32, at_work: u32) -> LineNow {
        LineNow {
            ahead,
            ready,
            at_work,
            handle_us: 300 * SECOND_US,
        }
    }

    fn wait_s(line: LineNow, hour: &Ring) -> (i64, i64) {
        let wait = expected_wait(line, hour).wait.unwrap();
        (wait.p50_us / SECOND_US, wait.p90_us / SECOND_US)
    }

    #[test]
    fn whoever_is_ready_must_still_answer() {
        let expected = expected_wait(line(0, 1, 3), &hour(0, 0));
        assert_eq!(expected.basis, Basis::Ready);
        let wait = expected.wait.unwrap();
        assert!(0 < wait.p50_us && wait.p50_us < wait.p90_us, "{wait:?}");
    }

    #[test]
    fn nobody_at_work_is_unknown_and_not_zero() {
        for ahead in [0, 4] {
            let expected = expected_wait(line(ahead, 0, 0), &hour(20, 1));
            assert_eq!(expected, Expected::NOBODY);
        }
    }

    #[test]
    fn forty_taken_a_minute_with_a_line_is_sure_of_its_figure() {
        // 39 before: 40 moves at 40 a minute take about a minute.
        let (p50, p90) = wait_s(line(39, 0, 200), &hour(40, 4));
        assert!((55..65).contains(&p50), "{p50}");
        assert!((65..85).contains(&p90), "{p90}");
        assert_eq!(
            expected_wait(line(39, 0, 200), &hour(40, 4)).basis,
            Basis::Rate
        );
    }

    #[test]
    fn how_many_came_while_nobody_waited_says_nothing() {
        let expected = expected_wait(line(1, 0, 5), &hour(2, 0));
        assert_eq!(expected.basis, Basis::Handling);
    }

    #[test]
    fn a_line_that_does_not_move_is_expected_to_take_longer_and_longer() {
        let (fresh, _) = wait_s(line(1, 0, 5), &hour(0, 0));
        let (stuck, wide) = wait_s(line(1, 0, 5), &hour(0, 3));
        assert!(fresh > 90 && fresh < 200, "{fresh}");
        assert!(stuck > 3 * fresh && wide > 2 * stuck, "{stuck} {wide}");
    }

    #[test]
    fn the_longer_the_line_the_longer_the_wait_and_the_interval_is_in_order() {
        let hour = hour(3, 2);
        let mut before = (0, 0);
        for ahead in [0, 1, 2, 5, 20, 100, 1000, 5000] {
            let now = wait_s(line(ahead, 0, 9), &hour);
            assert!(
                now.0 > before.0 && now.1 > before.1 && now.1 > now.0,
                "{ahead}: {now:?}"
            );
            before = now;
        }
    }
}
