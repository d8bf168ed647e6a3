//! Sums of a quarter of an hour, and what they are about. Kept once; figures are made from them on reading.

use std::collections::BTreeMap;

use linje_types::{Channel, MINUTE_US, QueueId, Timestamp, TopicId, UnitId};
use serde::{Deserialize, Serialize};

use crate::{Amounts, Kind, Quantity, Waits};

/// A quarter of an hour in microseconds.
pub const QUARTER_US: i64 = 15 * MINUTE_US;

/// Not about one unit: nobody answered.
pub const NO_UNIT: UnitId = UnitId(u16::MAX);

/// The number of the quarter of an hour that `at` lies in, counted since 1970.
#[must_use]
pub const fn quarter_of(at: Timestamp) -> i64 {
    at.0.div_euclid(QUARTER_US)
}

/// When a quarter of an hour begins.
#[must_use]
pub const fn quarter_start(quarter: i64) -> Timestamp {
    Timestamp(quarter.saturating_mul(QUARTER_US))
}

/// What sums are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Quarters of an hour since 1970.
    pub quarter: i64,
    /// The queue; `NONE` for adviser time.
    pub queue: QueueId,
    /// The channel; None for adviser time.
    pub channel: Option<Channel>,
    /// The topic that the contact had when it came to its first queue.
    pub topic: TopicId,
    /// The unit of the adviser; [`NO_UNIT`] while there is none.
    pub unit: UnitId,
}

/// Sums by what they are about.
pub type Cells = BTreeMap<Key, Sums>;

/// What was counted and timed. Adding two gives what counting all together would have given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Counts, and times in microseconds; what is not here is zero.
    values: BTreeMap<Quantity, i64>,
    /// Waits of the answered in milliseconds, in order.
    answered_ms: Vec<u32>,
    /// Waits of those who left or asked to be called back, in milliseconds, in order.
    others_ms: Vec<u32>,
}

impl Sums {
    /// Counts one more.
    pub fn count(&mut self, quantity: Quantity) {
        self.add(quantity, 1);
    }

    /// Adds so many, or so many microseconds.
    pub fn add(&mut self, quantity: Quantity, value: i64) {
        if value != 0 {
            *self.values.entry(quantity).or_default() += value;
        }
    }

    /// Keeps a wait for the percentiles.
    pub fn wait(&mut self, of: Waits, wait_us: i64) {
        let ms = u32::try_from(wait_us / 1000).unwrap_or(u32::MAX);
        let list = match of {
            Waits::Answered => &mut self.answered_ms,
            Waits::All => &mut self.others_ms,
        };
        let place = list.partition_point(|other| *other <= ms);
        list.insert(place, ms);
    }

    /// Adds other sums.
    pub fn plus(&mut self, other: &Sums) {
        for (quantity, value) in &other.values {
            self.add(*quantity, *value);
        }
        for (list, more) in [
            (&mut self.answered_ms, &other.answered_ms),
            (&mut self.others_ms, &other.others_ms),
        ] {
            if !more.is_empty() {
                list.extend_from_slice(more);
                list.sort_unstable();
            }
        }
    }

    /// How many, or how many microseconds.
    #[must_use]
    pub fn get(&self, quantity: Quantity) -> i64 {
        self.values.get(&quantity).copied().unwrap_or(0)
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Amounts for Sums {
    fn amount(&self, quantity: Quantity) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "sums are far below 2^53")]
        let value = self.get(quantity) as f64;
        match quantity.kind() {
            Kind::Count => value,
            Kind::Time => value / 1e6,
        }
    }

    fn waits(&self, of: Waits) -> Vec<f64> {
        let others: &[u32] = match of {
            Waits::Answered => &[],
            Waits::All => &self.others_ms,
        };
        let mut waits: Vec<u32> = self.answered_ms.iter().chain(others).copied().collect();
        waits.sort_unstable();
        waits.into_iter().map(|ms| f64::from(ms) / 1000.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_taken_together_are_what_one_count_gives() {
        let (mut one, mut other, mut all) = (Sums::default(), Sums::default(), Sums::default());
        for wait_s in [3_i64, 1, 8, 4, 2] {
            let part = if wait_s % 2 == 0 {
                &mut one
            } else {
                &mut other
            };
            for sums in [part, &mut all] {
                sums.count(Quantity::Answered);
                sums.add(Quantity::WaitAnswered, wait_s * 1_000_000);
                sums.wait(Waits::Answered, wait_s * 1_000_000);
            }
        }
        one.plus(&other);
        assert_eq!(one, all);
        assert_eq!(one.waits(Waits::All), [1.0, 2.0, 3.0, 4.0, 8.0]);
        assert!((one.amount(Quantity::WaitAnswered) - 18.0).abs() < 1e-9);
    }
}
