//! The twin: people who do not exist, and a clock that runs as fast as it can.
//!
//! [`Population`] makes the citizens who come and plays the advisers who answer. The demo drives it
//! by the real clock, [`simulate`] by simulated time; there is no second generator. It drives the
//! production core and decides nothing that the core decides. No clock, file or socket here.
#![warn(missing_docs)]

mod arrivals;
mod calendar;
mod centre;
mod heap;
mod plan;
mod population;
mod profile;
mod random;
mod simulate;
pub mod yesterday;

pub use arrivals::Citizen;
pub use centre::profile_from;
pub use plan::{Plan, QUARTERS};
pub use population::{Ask, Population};
pub use profile::{
    Duty, Error, Habits, Menu, Person, Profile, QUARTER_MIN, Share, SpecialDate, Spread, Stream,
};
pub use simulate::{Nothing, Ran, Sink, simulate};
