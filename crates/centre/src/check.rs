//! Looks for what is wrong in a description whose form is right.

use crate::fault::Fault;
use crate::model::Centre;

/// All faults of a centre, in the order of the text.
#[must_use]
pub fn check(_centre: &Centre) -> Vec<Fault> {
    Vec::new()
}
