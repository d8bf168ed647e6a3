//! Figures of a list of calls, as a file or another program gives them.

use std::collections::BTreeMap;

use crate::{Amounts, Kind, Quantity, Waits};

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// Somebody answered it.
    Answered,
    /// The caller gave up.
    Abandoned,
    /// The caller asked to be called back.
    Callback,
}

impl CallOutcome {
    /// Its meaning in a file; None for an unknown word.
    #[must_use]
    pub fn parse(text: &str) -> Option<CallOutcome> {
        match text {
            "answered" => Some(CallOutcome::Answered),
            "abandoned" => Some(CallOutcome::Abandoned),
            "callback" => Some(CallOutcome::Callback),
            _ => None,
        }
    }
}

/// One call of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    /// Seconds until it was answered, given up, or changed into a callback.
    pub wait_s: f64,
    /// How the wait ended.
    pub outcome: CallOutcome,
    /// Seconds of conversation; counts only when answered.
    pub talk_s: f64,
}

/// A sum of many numbers that does not lose the small ones (Neumaier 1974).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Exact {
    sum: f64,
    lost: f64,
}

impl Exact {
    fn add(&mut self, value: f64) {
        let next = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() {
            (self.sum - next) + value
        } else {
            (value - next) + self.sum
        };
        self.sum = next;
    }

    fn value(self) -> f64 {
        self.sum + self.lost
    }
}

/// The sums of a list of calls, and every wait.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallSums {
    sums: BTreeMap<Quantity, Exact>,
    answered: Vec<f64>,
    all: Vec<f64>,
}

impl CallSums {
    /// Counts a call; `within_s` is the acceptable wait, and a wait of exactly that is within it.
    pub fn count(&mut self, call: Call, within_s: f64) {
        let is_within = call.wait_s <= within_s;
        self.all.push(call.wait_s);
        self.add(Quantity::Offered, 1.0);
        let (count, within, wait) = match call.outcome {
            CallOutcome::Answered => {
                self.answered.push(call.wait_s);
                self.add(Quantity::Talk, call.talk_s);
                self.add(Quantity::Ended, 1.0);
                (
                    Quantity::Answered,
                    Quantity::AnsweredWithin,
                    Quantity::WaitAnswered,
                )
            }
            CallOutcome::Abandoned => (
                Quantity::Abandoned,
                Quantity::AbandonedWithin,
                Quantity::WaitAbandoned,
            ),
            CallOutcome::Callback => (
                Quantity::Callbacks,
                Quantity::CallbacksWithin,
                Quantity::WaitCallback,
            ),
        };
        self.add(count, 1.0);
        self.add(wait, call.wait_s);
        if is_within {
            self.add(within, 1.0);
        }
    }

    /// How many of a quantity; 0 for a time.
    #[must_use]
    pub fn count_of(&self, quantity: Quantity) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number of calls"
        )]
        match quantity.kind() {
            Kind::Count => self.amount(quantity) as u64,
            Kind::Time => 0,
        }
    }

    fn add(&mut self, quantity: Quantity, value: f64) {
        self.sums.entry(quantity).or_default().add(value);
    }
}

impl Amounts for CallSums {
    fn amount(&self, quantity: Quantity) -> f64 {
        self.sums.get(&quantity).map_or(0.0, |sum| sum.value())
    }

    fn waits(&self, of: Waits) -> Vec<f64> {
        let mut waits = match of {
            Waits::Answered => self.answered.clone(),
            Waits::All => self.all.clone(),
        };
        waits.sort_by(f64::total_cmp);
        waits
    }
}
