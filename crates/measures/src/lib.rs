//! The figures: folds over `(at, event)` into sums, and the named formulas that are applied to sums on
//! reading, the same for page, report, file and simulation.
//!
//! Nothing here reads a clock, and nothing here recomputes history silently: the same events give
//! the same figures, live and from scratch (S26). A figure about one adviser is for that adviser only.
#![warn(missing_docs)]

mod beta;
mod calls;
mod correction;
mod expected;
mod formula;
mod formulas;
mod level;
mod own;
mod percentile;
mod promises;
mod quantity;
mod queue;
mod repeats;
mod ring;
mod rollup;
mod sums;
mod table;
mod today;

pub use calls::{Call, CallOutcome, CallSums};
pub use correction::Corrections;
pub use expected::{Basis, Expected, Interval, LineNow, WINDOW_MIN, expected_wait};
pub use formula::{Amounts, Formula, Group, Rule, Term, Unit, Waits, Words};
pub use formulas::{FORMULAS, HEADLINE, formula};
pub use level::{DEFINITION, ServiceLevel};
pub use own::OwnDay;
pub use percentile::percentile;
pub use promises::{Accuracy, LAST, Promise, Promises};
pub use quantity::{Kind, QUANTITIES, Quantity};
pub use queue::QueueDay;
pub use repeats::{Noted, RepeatSums, WINDOW_US, repeats};
pub use ring::{MINUTES, Minute, Ring};
pub use rollup::{RollUp, Yards, Yardstick};
pub use sums::{Cells, Key, NO_UNIT, QUARTER_US, Sums, quarter_of, quarter_start};
pub use table::{By, FEWEST, RowGroup, Table, Units, table};
pub use today::{Day, Goal, Layout, Usual};
