//! Commands: what somebody wants. Imperative, may be refused.

use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, OfferId, Origin,
    Origins, PlanId, QueueId, RequestId, Timestamp, TopicId, UnitId,
};
use serde::{Deserialize, Serialize};

use crate::{CloseReason, FailCause};

/// What one contact needs beyond its queue. All of it is an input: the core looks nobody up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// What the adviser must be cleared for.
    pub clearance: Clearance,
    /// Who is asked first, for as long as the queue's rule says; `NONE` = nobody in particular.
    pub named: AdviserId,
    /// Whose own case it is: never offered to them; `NONE` = nobody's.
    pub not_to: AdviserId,
    /// Messages and tasks: when it must be done; `NEVER` = the queue's goal after it came.
    pub due: Timestamp,
}

impl Needs {
    /// Nothing beyond the queue.
    pub const NONE: Needs = Needs {
        clearance: Clearance::NONE,
        named: AdviserId::NONE,
        not_to: AdviserId::NONE,
        due: Timestamp::NEVER,
    };
}

/// How an adviser ends a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultAction {
    /// Back to the citizen; the expert leaves, or is no longer waited for.
    TakeBack,
    /// The citizen goes to the expert who has answered (*sett over med samtale*).
    HandOver,
}

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
        /// What it needs beyond the queue.
        needs: Needs,
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
        /// What it needs beyond the queue.
        needs: Needs,
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
    /// A deferred contact (message, task) that the adviser has goes back in line.
    Return {
        /// The contact.
        contact: ContactId,
        /// Who gives it back.
        adviser: AdviserId,
    },
    /// The adviser asks an expert in another queue while the citizen stays with them.
    Consult {
        /// The contact of the citizen.
        contact: ContactId,
        /// The consultation: the id that the state says comes next.
        consult: ContactId,
        /// Who asks.
        adviser: AdviserId,
        /// The experts' queue.
        queue: QueueId,
    },
    /// The adviser ends the consultation.
    EndConsult {
        /// The contact of the citizen.
        contact: ContactId,
        /// Who asked; `NONE` = whoever has the contact.
        adviser: AdviserId,
        /// Back to the citizen, or over to the expert.
        action: ConsultAction,
    },
    /// A caller in line wants to be rung instead; the place is kept.
    AskCallback {
        /// The contact, waiting in a queue.
        contact: ContactId,
        /// Not rung before this moment; in the past = when its turn comes.
        from: Timestamp,
        /// The promise: rung before this moment.
        until: Timestamp,
    },
    /// Somebody who is not on the line wants to be rung (web, API, a menu that offers nothing else).
    BookCallback {
        /// The contact: the id that the state says comes next.
        contact: ContactId,
        /// The queue.
        queue: QueueId,
        /// Its topic, or `NONE`.
        topic: TopicId,
        /// Live or synthetic.
        origin: Origin,
        /// The language wanted.
        language: Language,
        /// Priority class.
        class: u8,
        /// What the adviser must be cleared for.
        clearance: Clearance,
        /// Whose own case it is, or `NONE`.
        not_to: AdviserId,
        /// Not rung before this moment; in the past = when its turn comes.
        from: Timestamp,
        /// The promise: rung before this moment.
        until: Timestamp,
    },
    /// What came of ringing the citizen of a callback.
    Dialled {
        /// The contact.
        contact: ContactId,
        /// Which attempt this is about, 1 = the first; a late word about another changes nothing.
        attempt: u8,
        /// Why they were not reached; `None` = they answered. `BridgeFailed` = we had no line: the attempt is not counted.
        failed: Option<FailCause>,
    },
    /// What the adviser takes besides the activity: other lines at once, messages and tasks when it is quiet.
    Also {
        /// The adviser.
        adviser: AdviserId,
        /// The channels.
        channels: Channels,
    },
    /// How long one who comes to this queue now is expected to wait, as measured; overflow looks at it.
    Expect {
        /// The queue.
        queue: QueueId,
        /// Microseconds.
        wait_us: i64,
    },
    /// A traffic controller switches a crisis plan.
    SwitchPlan {
        /// The plan.
        plan: PlanId,
        /// On or off.
        on: bool,
    },
    /// A traffic controller asks advisers to change activity; they decide.
    AskAdvisers {
        /// What they are asked to do.
        activity: Activity,
        /// How many are wanted, 1 or more.
        wanted: u16,
        /// Of this unit; `None` = of all units.
        unit: Option<UnitId>,
    },
    /// An adviser's answer; a yes also chooses the activity.
    AnswerRequest {
        /// The request.
        request: RequestId,
        /// The adviser.
        adviser: AdviserId,
        /// Yes or no.
        yes: bool,
    },
    /// The request is no longer needed.
    CloseRequest {
        /// The request.
        request: RequestId,
    },
    /// It was found in a conversation whom it is about: whoever gets it next must be cleared for that, too.
    Protect {
        /// The contact.
        contact: ContactId,
        /// What is needed besides what is needed already.
        clearance: Clearance,
        /// Whose own case it is; `NONE` = nobody's.
        not_to: AdviserId,
    },
    /// An adviser with room for a call rings somebody, once.
    CallOut {
        /// The contact: the id that the state says comes next.
        contact: ContactId,
        /// Who rings.
        adviser: AdviserId,
        /// The queue that the conversation belongs to.
        queue: QueueId,
        /// Its topic, or `NONE`.
        topic: TopicId,
        /// The language spoken.
        language: Language,
    },
    /// The citizen joins the adviser and the expert who has answered, or hears music again.
    Conference {
        /// The contact of the citizen.
        contact: ContactId,
        /// Who asked the expert; `NONE` = whoever has the contact.
        adviser: AdviserId,
        /// Whether all three talk.
        joined: bool,
    },
    /// The service stopped under the call: as [`Command::Lose`], but nobody's doing out there.
    Cut {
        /// The contact.
        contact: ContactId,
    },
}
