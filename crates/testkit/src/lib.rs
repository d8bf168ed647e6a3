//! What the other crates are held against: a slow, obvious model of the routing rules, random worlds,
//! and a ledger of the invariants. Used by tests and by the binary `model`, never by the service.
#![warn(missing_docs)]

pub mod dice;
pub mod ledger;
pub mod reference;
pub mod sim;
pub mod trial;
pub mod world;
