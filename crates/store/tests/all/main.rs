//! The store: one suite on both backends, and what only a file can suffer.

#[cfg(test)]
mod damage;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod shell;
#[cfg(test)]
mod start;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod sums;
#[cfg(test)]
mod world;

#[cfg(test)]
#[allow(dead_code, reason = "the server uses more of it than these tests")]
#[path = "../../../server/src/desk_shell.rs"]
mod desk_shell;
