//! What core and shell say to each other: commands in, events and effects out.
//!
//! All three are `Copy`, hold no heap and no personal data. Events are logged: a variant or a field
//! is never reordered, only added at the end with a new [`LOG_VERSION`] and an upcaster in `store`.
#![warn(missing_docs)]

mod command;
mod event;
mod reason;

pub use command::{Command, ConsultAction, Entry, Needs, WrapUpAction};
pub use event::{Effect, Event, Output, Why, WhyRule};
pub use reason::{By, CloseReason, ConsultOutcome, FailCause, NotReady, OfferOutcome, Rejection};

/// Version of the binary form of [`Event`] in the log.
pub const LOG_VERSION: u16 = 1;

const _: () = assert!(size_of::<Command>() <= 64, "a command fits one cache line");
const _: () = assert!(size_of::<Event>() <= 64, "an event fits one cache line");
