//! What goes on beside the calls that come: ringing out.
//!
//! It must never let a number leave but to the vault and the lines.

use std::fmt;
use std::sync::Arc;

/// Why a number is not rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRung {
    /// It is no number.
    NoNumber,
    /// It costs the one who rings.
    Premium,
    /// The centre's list does not name it.
    NotListed,
}

/// Whether a number may be rung.
type MayRing = dyn Fn(&str) -> Result<(), NotRung> + Send + Sync;

/// Advisers may ring people, within these limits.
#[derive(Clone)]
pub struct Calling {
    /// Whether a number in E.164 form may be rung.
    pub may: Arc<MayRing>,
    /// Calls that one adviser may begin in an hour.
    pub per_hour: u32,
    /// Calls of advisers that may be open at one time, in the whole centre.
    pub at_once: u32,
}

impl fmt::Debug for Calling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calling")
            .field("per_hour", &self.per_hour)
            .field("at_once", &self.at_once)
            .finish_non_exhaustive()
    }
}

/// Beside the calls that come.
#[derive(Debug, Default)]
pub struct Beside {
    /// Ringing out; none when the centre has no line out.
    pub calling: Option<Calling>,
}
