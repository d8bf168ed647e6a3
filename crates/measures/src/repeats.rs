//! Repeat contacts: how many exist because an earlier one did not help.
//!
//! A fold over what was said at wrap-up, with persons and topics as keyed hashes. A contact counts by when
//! it came; whether somebody came again is seen only when the whole look-back is over.

use std::collections::BTreeMap;

use linje_types::{HOUR_US, Timestamp};

use crate::formula::{Amounts, Waits};
use crate::quantity::Quantity;

/// How far apart two contacts in the same matter may be, microseconds: seven days.
pub const WINDOW_US: i64 = 7 * 24 * HOUR_US;

/// What was said of one contact at wrap-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noted<'a, G> {
    /// When it came.
    pub at: Timestamp,
    /// A keyed hash of person and topic; none = not known, or not to be known.
    pub key: Option<&'a [u8]>,
    /// Whether the matter was solved; none = not said.
    pub solved: Option<bool>,
    /// Whether better letters, forms or answers would have spared it; none = no cause was noted.
    pub avoidable: Option<bool>,
    /// What it is counted by.
    pub group: G,
}

/// The sums of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RepeatSums {
    /// All that were wrapped up.
    pub contacts: u64,
    /// Known by person and topic.
    pub keyed: u64,
    /// Of these, those that came within the window after another in the same matter.
    pub repeats: u64,
    /// The first in their matter, with the whole window after them over.
    pub matters: u64,
    /// Of these, those without another within the window.
    pub matters_once: u64,
    /// Of which a cause was noted.
    pub caused: u64,
    /// Of these, those that could have been spared.
    pub avoidable: u64,
    /// Of which it was said whether they were solved.
    pub told: u64,
    /// Of these, those that were.
    pub solved: u64,
}

impl Amounts for RepeatSums {
    fn amount(&self, quantity: Quantity) -> f64 {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the other quantities are summed elsewhere"
        )]
        let count = match quantity {
            Quantity::Keyed => self.keyed,
            Quantity::Repeats => self.repeats,
            Quantity::Matters => self.matters,
            Quantity::MattersOnce => self.matters_once,
            Quantity::Caused => self.caused,
            Quantity::Avoidable => self.avoidable,
            Quantity::Told => self.told,
            Quantity::Solved => self.solved,
            _ => 0,
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "no centre has that many contacts"
        )]
        let amount = count as f64;
        amount
    }

    fn waits(&self, _: Waits) -> Vec<f64> {
        Vec::new()
    }
}

/// The sums of the contacts that came in `from..to`, by group. `rows` must reach a window further on both
/// sides, as far as there is anything; what is known ends at `now`.
#[must_use]
pub fn repeats<G: Ord + Clone>(
    rows: &[Noted<'_, G>],
    (from, to): (Timestamp, Timestamp),
    now: Timestamp,
) -> BTreeMap<G, RepeatSums> {
    let mut matters: BTreeMap<&[u8], Vec<Timestamp>> = BTreeMap::new();
    for row in rows {
        if let Some(key) = row.key {
            matters.entry(key).or_default().push(row.at);
        }
    }
    for times in matters.values_mut() {
        times.sort_unstable();
    }
    let mut sums: BTreeMap<G, RepeatSums> = BTreeMap::new();
    for row in rows.iter().filter(|row| (from..to).contains(&row.at)) {
        let sum = sums.entry(row.group.clone()).or_default();
        sum.contacts += 1;
        sum.told += u64::from(row.solved.is_some());
        sum.solved += u64::from(row.solved == Some(true));
        sum.caused += u64::from(row.avoidable.is_some());
        sum.avoidable += u64::from(row.avoidable == Some(true));
        let Some(times) = row.key.and_then(|key| matters.get(key)) else {
            continue;
        };
        sum.keyed += 1;
        let (before, after) = around(times, row.at);
        if before {
            sum.repeats += 1;
        } else if row.at.plus_us(WINDOW_US) <= now {
            sum.matters += 1;
            sum.matters_once += u64::from(!after);
        }
    }
    sums
}

/// Whether another contact in the matter lies within the window before `at`, and after it.
fn around(times: &[Timestamp], at: Timestamp) -> (bool, bool) {
    let place = times.partition_point(|time| *time < at);
    let earlier = place.checked_sub(1).and_then(|place| times.get(place));
    // Of two in the same moment the first is not a repeat of the second.
    let later = times.get(place + 1);
    let near = |one: Timestamp, other: Timestamp| one.since_us(other) <= WINDOW_US;
    (
        earlier.is_some_and(|earlier| near(at, *earlier)),
        later.is_some_and(|later| near(*later, at)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::formula;

    const DAY_US: i64 = 24 * HOUR_US;

    fn row(day: i64, key: &'static [u8], topic: &'static str) -> Noted<'static, &'static str> {
        Noted {
            at: Timestamp(day * DAY_US),
            key: (!key.is_empty()).then_some(key),
            solved: Some(key != b"anna"),
            avoidable: (day > 1).then_some(key == b"anna"),
            group: topic,
        }
    }

    fn share(id: &str, sums: &RepeatSums) -> Option<f64> {
        formula(id).unwrap().apply(sums)
    }

    #[test]
    fn who_came_again_within_a_week_is_counted_once_for_each_time() {
        let rows = [
            row(0, b"anna", "DAG"),
            row(1, b"ole", "DAG"),
            row(6, b"anna", "DAG"),
            row(13, b"anna", "DAG"),
            row(21, b"anna", "DAG"),
            row(9, b"", "DAG"),
        ];
        let all = (Timestamp(0), Timestamp(30 * DAY_US));
        let sums = repeats(&rows, all, Timestamp(40 * DAY_US));
        let sums = sums["DAG"];
        assert_eq!((sums.contacts, sums.keyed, sums.repeats), (6, 5, 2));
        // Anna on day 0 came again; Ole and Anna on day 21 did not.
        assert_eq!((sums.matters, sums.matters_once), (3, 2));
        assert_eq!(share("repeat_share_7d", &sums), Some(0.4));
        assert_eq!((sums.told, sums.solved), (6, 2));
    }

    #[test]
    fn whether_somebody_comes_again_is_known_when_the_week_is_over() {
        let rows = [row(0, b"anna", "DAG"), row(8, b"ole", "DAG")];
        let all = (Timestamp(0), Timestamp(30 * DAY_US));
        let early = repeats(&rows, all, Timestamp(10 * DAY_US))["DAG"];
        assert_eq!((early.matters, early.matters_once), (1, 1));
        assert_eq!(share("fcr_7d", &early), Some(1.0));
    }

    #[test]
    fn a_look_back_reaches_over_the_edge_of_the_period() {
        let rows = [row(5, b"anna", "DAG"), row(10, b"anna", "DAG")];
        let week = (Timestamp(8 * DAY_US), Timestamp(15 * DAY_US));
        let sums = repeats(&rows, week, Timestamp(40 * DAY_US))["DAG"];
        assert_eq!((sums.keyed, sums.repeats, sums.matters), (1, 1, 0));
    }

    #[test]
    fn nothing_is_no_figure() {
        let none = RepeatSums::default();
        assert_eq!(share("repeat_share_7d", &none), None);
        assert_eq!(share("solved_share", &none), None);
    }
}
