//! End to end: the real `linje` binary, spoken to over loopback by real callers.
//!
//! The library holds what the tests in `tests/` share: a server that never outlives its test, an
//! HTTP client that reads every byte itself, callers and phones. Nothing here knows a rule of
//! routing, and nothing here talks to anything but a loopback address of a process that it started.
#![expect(
    clippy::missing_panics_doc,
    reason = "a harness panics when what it was to start does not start: that is its test failing"
)]

pub mod args;
pub mod command;
pub mod dice;
pub mod disk;
pub mod folder;
pub mod http;
pub mod load;
pub mod overload;
pub mod server;
pub mod share;
pub mod sip;
mod speed;
pub mod staff;
pub mod testdata;
pub mod wait;
