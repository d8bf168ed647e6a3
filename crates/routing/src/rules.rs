//! Rules: the part of a centre description that the core runs on, as plain data.

use linje_types::{Channels, Language, Origins, SECOND_US, SkillId, UnitId};

/// What one adviser can hold at once; a channel's weight is a share of it.
pub const CAPACITY: u16 = 100;

/// Everything the core is told about a centre. Ids are places in these lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Hash of the centre description.
    pub version: u64,
    /// By `Channel as usize`: share of [`CAPACITY`] that one contact takes, 1..=100.
    pub weights: [u16; 4],
    /// By priority class: microseconds that the class counts as having waited before it came. Class 0 is the usual.
    pub classes: Vec<i64>,
    /// By `Language as usize`: the skill an adviser needs to speak it; `None` = everybody does.
    pub languages: [Option<Requirement>; 4],
    /// By `QueueId`.
    pub queues: Vec<QueueRule>,
    /// By `AdviserId`.
    pub advisers: Vec<AdviserRule>,
    /// How long a contact that came back is not offered to the adviser who let it go (S9).
    pub bar_us: i64,
    /// How long an adviser may be gone before contacts that are not calls go back in line (L6).
    pub return_us: i64,
}

/// A skill at a level or better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// The skill.
    pub skill: SkillId,
    /// The least level, 1..=3.
    pub level: u8,
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueRule {
    /// All of these are needed.
    pub requires: Vec<Requirement>,
    /// The units that serve it; empty = all.
    pub units: Vec<UnitId>,
    /// Wrap-up after each contact, microseconds; 0 = none.
    pub wrap_up_us: i64,
    /// How long an offer lasts, microseconds; 0 = contacts go straight through (zip tone).
    pub ring_us: i64,
    /// How many may wait; more are refused with a reason (S14).
    pub max_waiting: u32,
    /// The priority class of contacts that are transferred here.
    pub class: u8,
}

/// One adviser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdviserRule {
    /// The unit.
    pub unit: UnitId,
    /// Skills and levels, 1..=3.
    pub skills: Vec<Requirement>,
    /// Whom they meet at the start of a day.
    pub origins: Origins,
    /// Channels they can take at all.
    pub channels: Channels,
}

impl Rules {
    /// Rules with no queue and nobody in it, and the usual times.
    #[must_use]
    pub fn empty() -> Rules {
        Rules {
            version: 0,
            weights: [CAPACITY, CAPACITY / 2, CAPACITY, CAPACITY],
            classes: vec![0],
            languages: [None; 4],
            queues: Vec::new(),
            advisers: Vec::new(),
            bar_us: 30 * SECOND_US,
            return_us: 60 * SECOND_US,
        }
    }

    /// The skill needed for `language`.
    #[must_use]
    pub fn language(&self, language: Language) -> Option<Requirement> {
        self.languages[language as usize]
    }
}
