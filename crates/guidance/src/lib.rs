//! The yes/no rules of the first line: facts in, advice with its reason out. They advise and never lock.
//!
//! Pure: rules are data of the centre description, facts are given, nothing is looked up here. A fact that
//! is not known makes no rule apply; it is named as a question instead, so that silence is never a "no".
#![warn(missing_docs)]

mod advice;
mod fact;
mod rule;

pub use advice::{Advice, Counsel, Ground, advise};
pub use fact::{Digital, Fact, Facts, Needs, NeedsGroup, Question, Tongue, Way};
pub use rule::{Agency, Fit, Guidance, Rule, When, Words};
