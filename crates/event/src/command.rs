//! Commands: what somebody wants. Imperative, may be refused.

use linje_types::{
    Activity, AdviserId, Channel, ContactId, Language, OfferId, Origin, Origins, QueueId,
    Timestamp, TopicId,
};
use serde::{Deserialize, Serialize};

use crate::{CloseReason, FailCause};

/// Where a contact starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// In a menu; a queue comes later by [`Command::Enqueue`].
    Menu,
    /// In this queue at once.
    Queue {
        /// The queue.
        queue: QueueId,
        /// Priority class, a place in `Rules::classes`.
        class: u8,
        /// The moment it counts as having waited since; `NEVER` = from now.
        place: Timestamp,
    },
}

/// What the adviser wants of the clock of the wrap-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WrapUpAction {
    /// It is done.
    Done,
    /// This many microseconds more.
    Extend(i64),
    /// No clock: it ends when the adviser says so.
    StopClock,
}

/// What somebody wants of the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// A new contact. `contact` is the id that the state says comes next.
    Arrive {
        /// Its id.
        contact: ContactId,
        /// Its channel.
        channel: Channel,
        /// Its topic, or `NONE`.
        topic: TopicId,
        /// Live or synthetic.
        origin: Origin,
        /// The language wanted.
        language: Language,
        /// Menu or queue.
        entry: Entry,
    },
    /// A contact in a menu is to wait in a queue.
    Enqueue {
        /// The contact.
        contact: ContactId,
        /// The queue.
        queue: QueueId,
        /// The topic now known, or `NONE`.
        topic: TopicId,
        /// The language wanted.
        language: Language,
        /// Priority class.
        class: u8,
        /// The moment it counts as having waited since; `NEVER` = from now.
        place: Timestamp,
    },
    /// The citizen hung up or closed the window.
    Leave {
        /// The contact.
        contact: ContactId,
    },
    /// The call or connection died.
    Lose {
        /// The contact.
        contact: ContactId,
    },
    /// A contact that needs nobody any more: the menu said that it is closed, a callback was cancelled.
    Close {
        /// The contact.
        contact: ContactId,
        /// Why.
        reason: CloseReason,
    },
    /// The adviser takes the offered contact.
    Accept {
        /// The offer, as presented.
        offer: OfferId,
        /// Who answers.
        adviser: AdviserId,
    },
    /// The adviser does not take it.
    Decline {
        /// The offer, as presented.
        offer: OfferId,
        /// Who declines.
        adviser: AdviserId,
    },
    /// The adviser's phone could not ring or did not answer.
    Fail {
        /// The offer, as presented.
        offer: OfferId,
        /// What happened.
        cause: FailCause,
    },
    /// Put on hold.
    Hold {
        /// The contact.
        contact: ContactId,
    },
    /// Taken back from hold.
    Resume {
        /// The contact.
        contact: ContactId,
    },
    /// The adviser ends the conversation.
    End {
        /// The contact.
        contact: ContactId,
        /// Who ends it; a late message from somebody who no longer has it changes nothing. `NONE` = whoever has it.
        adviser: AdviserId,
    },
    /// To another queue, place kept.
    Transfer {
        /// The contact.
        contact: ContactId,
        /// The queue.
        queue: QueueId,
    },
    /// The clock of the wrap-up.
    WrapUp {
        /// The contact in wrap-up.
        contact: ContactId,
        /// What to do.
        action: WrapUpAction,
    },
    /// An adviser begins the day.
    SignIn {
        /// The adviser.
        adviser: AdviserId,
        /// What they start with.
        activity: Activity,
    },
    /// An adviser goes home.
    SignOut {
        /// The adviser.
        adviser: AdviserId,
    },
    /// An adviser chooses what to do; also the way back from not ready.
    Choose {
        /// The adviser.
        adviser: AdviserId,
        /// The activity.
        activity: Activity,
    },
    /// Whom the adviser meets: real people, synthetic people, both.
    Meet {
        /// The adviser.
        adviser: AdviserId,
        /// Whom.
        origins: Origins,
    },
    /// The desk session and the phone registration are gone.
    LosePresence {
        /// The adviser.
        adviser: AdviserId,
    },
    /// One of them is back.
    RegainPresence {
        /// The adviser.
        adviser: AdviserId,
    },
    /// The centre description in force, by its hash; the first record of a log.
    Publish {
        /// Hash of the description.
        version: u64,
    },
    /// Time passed: fire what is due.
    Tick,
}
