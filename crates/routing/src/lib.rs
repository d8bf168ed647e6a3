//! The routing core: who takes which contact, and why.
//!
//! One pure, deterministic state machine. [`State::handle`] decides, [`State::apply`] is the only way
//! state changes; the live service, the replay of a past day and the simulation of a future one run
//! this same code. It reads no clock, makes no id, draws no random number and knows no channel's wire.
//! The layout is a slab of contacts, sorted lines per lane and idle lists per profile (ADR 0001).
#![warn(missing_docs)]

/// Whether a bug of the bank is planted; `false`, and no code, without the feature `mutants`.
#[cfg(feature = "mutants")]
macro_rules! mutant {
    ($bug:literal) => {
        $crate::mutants::planted($bug)
    };
}
#[cfg(not(feature = "mutants"))]
macro_rules! mutant {
    ($bug:literal) => {
        false
    };
}

mod bits;
mod cast;
mod check;
mod deadlines;
mod handle;
mod idle;
mod lanes;
mod lines;
#[cfg(feature = "mutants")]
pub mod mutants;
mod rules;
mod snapshot;
mod state;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use handle::TICK_MAX;
pub use rules::{
    AdviserRule, CAPACITY, CallbackRule, Class, Condition, MAX_HOPS, Overflow, QueueRule,
    Requirement, Ring, Rules, T_AGE_US,
};
pub use snapshot::{RestoreError, is_of_another_form};
pub use state::{ContactState, Request, State};
pub use tables::{TableError, Tables};
pub use view::{AdviserCounts, AdviserState, AdviserView, ContactView};
