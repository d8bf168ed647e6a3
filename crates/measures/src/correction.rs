//! Corrections: how far the figures of a queue are off of late, learned from those who were told.
//!
//! The model of [`crate::expected_wait`] knows the line, the advisers and how fast the line moved. It does not know
//! what else the advisers serve, that the load is growing, or how long they take to answer. What people got says it:
//! whenever a figure turns out to have been too low it is raised a little, whenever it held it is lowered less, so that
//! in the long run the middle one holds for half of them and the upper one for nine of ten.

use std::collections::BTreeMap;

use linje_types::QueueId;
use serde::{Deserialize, Serialize};

use crate::{Basis, Expected, Interval};

/// How much one who was told moves a figure: by this share when the figure did not hold, times its name.
const STEP: f64 = 0.12;
/// The furthest that a figure is moved, as a logarithm: to a twentieth, or twenty times.
const FURTHEST: f64 = 3.0;

/// Which figure of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Figure {
    /// The middle one.
    P50,
    /// The upper one.
    P90,
}

impl Figure {
    const fn share(self) -> f64 {
        match self {
            Figure::P50 => 0.5,
            Figure::P90 => 0.9,
        }
    }
}

/// By what the figures of one queue on one ground are multiplied, as logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Correction {
    p50: f64,
    p90: f64,
}

/// What was learned, by queue, and apart for those who came while somebody was ready.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Corrections(BTreeMap<(QueueId, bool), Correction>);

impl Corrections {
    /// The figures as they have turned out to hold.
    #[must_use]
    pub fn correct(&self, queue: QueueId, expected: Expected) -> Expected {
        let Some(wait) = expected.wait else {
            return expected;
        };
        let by = self.of(queue, expected.basis);
        let p50_us = times(wait.p50_us, by.p50);
        let p90_us = times(wait.p90_us, by.p90).max(p50_us);
        Expected {
            wait: Some(Interval { p50_us, p90_us }),
            basis: expected.basis,
        }
    }

    /// Somebody who was told this figure waited no longer, or longer.
    pub(crate) fn learn(&mut self, queue: QueueId, basis: Basis, figure: Figure, held: bool) {
        let key = (queue, basis == Basis::Ready);
        let correction = self.0.entry(key).or_default();
        let value = match figure {
            Figure::P50 => &mut correction.p50,
            Figure::P90 => &mut correction.p90,
        };
        let share = figure.share();
        let by = if held { share - 1.0 } else { share };
        *value = (*value + STEP * by).clamp(-FURTHEST, FURTHEST);
    }

    fn of(&self, queue: QueueId, basis: Basis) -> Correction {
        let known = self.0.get(&(queue, basis == Basis::Ready));
        known.copied().unwrap_or_default()
    }
}

/// `us` times e to the power of `by`, in whole microseconds.
fn times(us: i64, by: f64) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "waits are far below 2^53 us")]
    let moved = us as f64 * by.exp();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most twenty times ten years"
    )]
    let us = moved.round() as i64;
    us
}

#[cfg(test)]
mod tests {
    use linje_types::SECOND_US;

    use super::*;

    const QUEUE: QueueId = QueueId(3);

    fn told() -> Expected {
        Expected {
            wait: Some(Interval {
                p50_us: 60 * SECOND_US,
                p90_us: 120 * SECOND_US,
            }),
            basis: Basis::Rate,
        }
    }

    #[test]
    fn nothing_learned_changes_nothing() {
        let corrections = Corrections::default();
        assert_eq!(corrections.correct(QUEUE, told()), told());
        assert_eq!(
            corrections.correct(QUEUE, Expected::NOBODY),
            Expected::NOBODY
        );
    }

    #[test]
    fn nine_that_hold_and_one_that_does_not_leave_the_upper_figure_where_it_is() {
        let mut corrections = Corrections::default();
        for n in 0..100 {
            corrections.learn(QUEUE, Basis::Rate, Figure::P90, n % 10 > 0);
        }
        let wait = corrections.correct(QUEUE, told()).wait.unwrap();
        assert!(
            (wait.p90_us - 120 * SECOND_US).abs() < SECOND_US,
            "{wait:?}"
        );
    }

    #[test]
    fn figures_that_never_hold_are_raised_and_the_interval_stays_in_order() {
        let mut corrections = Corrections::default();
        for _ in 0..1_000 {
            corrections.learn(QUEUE, Basis::Rate, Figure::P50, false);
        }
        let wait = corrections.correct(QUEUE, told()).wait.unwrap();
        assert!(wait.p50_us > 1_000 * SECOND_US && wait.p50_us < 1_300 * SECOND_US);
        assert!(wait.p90_us >= wait.p50_us);
        let ready = Expected {
            basis: Basis::Ready,
            ..told()
        };
        assert_eq!(corrections.correct(QUEUE, ready), ready, "learned apart");
    }
}
