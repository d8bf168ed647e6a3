//! The desk against a log in memory that fails, loses replies and crashes.

#[cfg(test)]
mod faults;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod world;
