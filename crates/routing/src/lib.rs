//! The routing core (being written): `Rules` is stable.
#![warn(missing_docs)]
mod rules;
pub use rules::{AdviserRule, CAPACITY, QueueRule, Requirement, Rules};
