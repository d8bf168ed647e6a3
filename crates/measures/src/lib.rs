//! The figures: folds over `(at, event)`, one definition each for page, report and simulation.
//!
//! Nothing here reads a clock, and nothing here recomputes history silently: the same events give
//! the same figures, live and from scratch (S26). A figure about one adviser is for that adviser only.
#![warn(missing_docs)]

mod expected;
mod level;
mod own;
mod queue;
mod ring;
mod today;

pub use expected::{Basis, Expected, LineNow, WINDOW_MIN, expected_wait};
pub use level::{DEFINITION, ServiceLevel};
pub use own::OwnDay;
pub use queue::QueueDay;
pub use ring::{MINUTES, Minute, Ring};
pub use today::{Day, Goal, Layout};
