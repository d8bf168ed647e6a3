//! The interpreter of menus: what a caller hears and which keys live, from the first word to the answer.
//!
//! Pure: it is told what happened and says what to do next. It never plays, waits, or reads a clock,
//! and it does not know whether the caller has a phone or a web page. One `Session` per caller.
#![warn(missing_docs)]

mod announce;
mod session;
mod step;
#[cfg(test)]
mod tests;

pub use session::{Circumstances, Error, Session};
pub use step::{Input, LiveKey, PromptRef, Step};
