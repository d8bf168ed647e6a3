//! What a page shows of a call that is steered in it.

use linje_centre::{PromptId, Text};
use linje_types::{AdviserId, ContactId, Language, Timestamp};

use crate::line::LineState;

/// A call that is steered in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(pub u64);

/// A key that means something now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageKey {
    /// The key.
    pub key: char,
    /// What it leads to.
    pub label: Text,
}

/// A prompt being said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// The prompt.
    pub prompt: PromptId,
    /// Its language.
    pub language: Language,
}

/// The whole call as the page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct PageView {
    /// The call.
    pub page: PageId,
    /// When this was so.
    pub at: Timestamp,
    /// The contact, once it is in the log.
    pub contact: Option<ContactId>,
    /// Where the call is.
    pub state: LineState,
    /// Why it ended, in the words of the API.
    pub reason: Option<&'static str>,
    /// Number of what is being said, so that the same words twice are told apart, and the words.
    pub playing: Option<(u64, Vec<Spoken>)>,
    /// Whether music plays when nothing is said.
    pub music: bool,
    /// The keys that mean something now.
    pub keys: Vec<PageKey>,
    /// The caller's language.
    pub language: Language,
    /// Place in line, 1 = next.
    pub position: Option<u32>,
    /// Expected wait, seconds.
    pub expected_wait_s: Option<f64>,
    /// When the call was put in line.
    pub enqueued: Option<Timestamp>,
    /// Who answered.
    pub adviser: Option<AdviserId>,
    /// Whether a synthetic adviser answers.
    pub synthetic: bool,
}
