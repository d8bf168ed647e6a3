//! What stands around the routing core: one writer, one open batch, and the promise that nobody
//! hears of a change before it is on disk.
//!
//! [`Desk::step`] takes an input and the time and says what the shell must do. It gives ids,
//! remembers command ids (S11), collects events into a batch, holds replies, effects and feeds back
//! until the batch is durable (S15), keeps the batch when the store fails, puts things right after
//! a crash (L8) and lets a caller whose call died come back to the old place.
//!
//! It never reads a clock, a file or a socket, and never decides who helps whom: that is `routing`.
#![warn(missing_docs)]

mod anchor;
mod batch;
mod commands;
mod desk;
mod reconcile;
mod redial;
mod replay;

pub use batch::{
    Accepted, Batch, CallerKey, Outcome, Record, Remembered, VaultRow, VaultWrite, field,
};
pub use commands::{MAX_REMEMBERED, REMEMBER_US};
pub use desk::{
    Desk, HANGUP_ROOM, Input, OUTSIDE_ROOM, Output, Refusal, SHED_US, SNAPSHOT_EVERY, Snapshot,
    StoreFault, Submit, TIMER_ROOM,
};
pub use reconcile::Reconcile;
pub use redial::{Place, REDIAL_US};
pub use replay::{Recovered, Replay, ReplayError};
