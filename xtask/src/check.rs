//! Checks of the repository itself: what no compiler and no linter sees.
//!
//! Those that need nothing built are tests of this package, so that `cargo test` runs them too.

pub(crate) mod drift;

#[cfg(test)]
mod error_pages;
#[cfg(test)]
mod files;
#[cfg(test)]
mod links;
#[cfg(test)]
mod people;
#[cfg(test)]
mod purity;
