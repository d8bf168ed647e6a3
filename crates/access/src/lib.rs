//! Who may do what: roles, and one policy per file. Denies by default.
//!
//! Pure: a policy is given who asks and what they ask for, and answers. It reads no session, no register
//! and no clock.
#![warn(missing_docs)]

mod endpoints;
mod own;
pub mod read_person;
pub mod represent;
mod role;
mod who;

pub use endpoints::{Access, Endpoint, Verdict, is_own_desk};
pub use own::own_person;
pub use role::{Role, Roles};
pub use who::Who;
