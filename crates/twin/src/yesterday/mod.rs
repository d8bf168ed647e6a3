//! *Prøv på gårsdagen*: a day that was, lived again under other rules.
//!
//! [`Recorded::of`] takes from a day's log what the world did and the rules did not decide: who came and
//! when, how long they were willing to wait, how long they talked, how long advisers let it ring, when
//! advisers came and went. [`rerun`] gives all of that to the production core again, by simulated time.
//! Under the rules that were in force the same events come out, to the bit; under others the same people
//! meet other advisers and other waits. [`compare`] counts the difference.
//!
//! What was never seen is drawn from the day itself, by the number of the contact and not by the order
//! of draws: how long somebody who was answered would have waited, how long somebody who left would have
//! talked. Menus are not walked again: who wanted a queue finds it, whatever its key, and goes where
//! [`Change::queues`] says. Who comes when [`Change::closed`] says so is turned away.
//!
//! No clock, file or socket here, and nothing that the core decides is decided here.

mod difference;
mod draw;
mod outcome;
mod patience;
mod record;
mod rerun;
mod script;
mod world;

pub use difference::{Affected, Difference, Pair, compare};
pub use outcome::{AdviserTime, End, Fate, Figures, Outcome};
pub use record::RecordError;
pub use rerun::{Change, RerunError, rerun, rerun_into, rerun_unchanged};
pub use script::Recorded;
