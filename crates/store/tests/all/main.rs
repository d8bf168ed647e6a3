//! The store: one suite on both backends, and what only a file can suffer.

mod damage;
mod disk;
mod shell;
mod start;
mod suite;
mod world;

#[path = "../../../server/src/desk_shell.rs"]
mod desk_shell;
