//! What goes into a session and what comes out.

use linje_centre::{Centre, PromptId, Text};
use linje_event::CloseReason;
use linje_types::{Language, QueueId, Timestamp, TopicId};

/// Something that happened to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The caller pressed a key.
    Key(char),
    /// The prompts of the last `Play` have been heard to the end.
    PlayEnded,
    /// `Session::next_deadline` has passed.
    Timeout,
    /// The caller hung up, or the call died.
    HungUp,
    /// News of the queue; kept for the next announcement, says nothing now.
    QueueStatus {
        /// The caller's place, from 1.
        position: u32,
        /// How long it will take; `None` when nobody can tell.
        expected_wait_s: Option<u32>,
    },
    /// An adviser answered.
    Answered,
    /// The queue takes no more.
    Refused,
    /// The contact came back to the queue: the adviser was lost, or passed it on.
    BackInQueue,
}

/// A prompt in a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PromptRef {
    /// The prompt.
    pub id: PromptId,
    /// The language in which it is to be heard.
    pub language: Language,
}

impl PromptRef {
    /// The id that the description gives it, such as `main-menu`.
    #[must_use]
    pub fn name(self, centre: &Centre) -> &str {
        &centre.prompt(self.id).id
    }

    /// The words; `None` when there is a recording only.
    #[must_use]
    pub fn text(self, centre: &Centre) -> Option<&str> {
        centre.prompt(self.id).text(self.language)
    }
}

/// A key that does something now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveKey {
    /// The key: 0-9, * or #.
    pub key: char,
    /// What it does, for callers who see it.
    pub label: Text,
}

/// What to do for the caller, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Play the prompts one after the other; what plays now stops. `Input::PlayEnded` follows.
    Play {
        /// The prompts.
        prompts: Vec<PromptRef>,
        /// Whether a key stops them.
        interruptible: bool,
    },
    /// Be silent and wait for a key until then.
    ListenUntil(Timestamp),
    /// Put the contact in a queue.
    Enqueue {
        /// The queue.
        queue: QueueId,
        /// The topic; `NONE` when the choices did not tell it.
        topic: TopicId,
        /// The caller's language.
        language: Language,
        /// The priority class, a place in the classes of the description.
        class: u8,
    },
    /// The caller wants to be rung instead of waiting; the place in line is kept.
    AskCallback,
    /// A crisis plan lets nobody wait for this queue: the caller is rung. `Input::Refused` follows when it cannot be promised.
    BookCallback {
        /// The queue.
        queue: QueueId,
        /// The topic; `NONE` when the choices did not tell it.
        topic: TopicId,
        /// The caller's language.
        language: Language,
        /// The priority class, a place in the classes of the description.
        class: u8,
    },
    /// Play music until something else comes.
    Music,
    /// Close the contact.
    Close(CloseReason),
    /// End the call.
    HangUp,
    /// These keys live from now on, and no others.
    Keys(Vec<LiveKey>),
}
