//! One adviser's own day, for that adviser's eyes only.

use serde::{Deserialize, Serialize};

use crate::queue::mean_s;

/// What one adviser did since midnight. No goal, no rank, nobody else sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OwnDay {
    /// Contacts answered.
    pub answered: u64,
    /// Conversations that ended.
    pub ended: u64,
    /// Microseconds of talk and hold in those.
    pub talk_us: i64,
}

impl OwnDay {
    /// Mean conversation in seconds; None if none has ended.
    #[must_use]
    pub fn mean_talk_s(&self) -> Option<f64> {
        mean_s(self.talk_us, self.ended)
    }
}
