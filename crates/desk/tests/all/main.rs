//! The desk against a log in memory that fails, loses replies and crashes.

mod faults;
mod promises;
mod world;
