//! What the world did in one day, as data.

use std::sync::Arc;

use linje_event::{CloseReason, ConsultAction, FailCause, Needs, WrapUpAction};
use linje_routing::{State, Tables};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Language, Origin, Origins, PlanId, QueueId, RequestId,
    Timestamp, TopicId, UnitId,
};

use super::{draw::Pools, outcome::Outcome, patience::Patience};

/// No step, no phase: the end of a chain.
pub(super) const NONE: u32 = u32::MAX;

/// What somebody did who was part of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Chose a queue in the menu.
    Enqueue(Wanted),
    /// Hung up.
    Leave,
    /// The connection died.
    Lose,
    /// The service stopped under it.
    Cut,
    /// Closed for another reason.
    Close(CloseReason),
    /// The adviser took the offer.
    Accept,
    /// The adviser declined it.
    Decline,
    /// The phone did not answer.
    Fail(FailCause),
    /// Put on hold.
    Hold,
    /// Taken back.
    Resume,
    /// The adviser ended the talk.
    End,
    /// Sent to another queue.
    Transfer(QueueId),
    /// The clock of the wrap-up.
    WrapUp(WrapUpAction),
    /// After an offer that was let go: the adviser is ready again.
    Ready,
    /// The adviser gave deferred work back.
    Return,
    /// The adviser asked the experts of this queue.
    Consult(QueueId),
    /// The adviser ended the consultation, so many microseconds after the expert had answered; `None` = before.
    EndConsult(ConsultAction, Option<i64>),
    /// The expert ended it: here the adviser goes on alone.
    ConsultOver,
    /// The caller wanted to be rung instead, in this window.
    AskCallback(Timestamp, Timestamp),
    /// The citizen was rung: not reached for this reason, or they answered.
    Dialled(Option<FailCause>),
}

/// What a contact asks for when it enters a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) queue: QueueId,
    pub(super) topic: TopicId,
    pub(super) language: Language,
    pub(super) class: Class,
    /// The moment it counted as having waited since; `NEVER` = from then on.
    pub(super) place: Timestamp,
    pub(super) needs: Needs,
}

/// Which priority class somebody entered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// That of the queue, whatever it is under the rules tried.
    OfQueue,
    /// This one.
    Fixed(u8),
}

/// One act, some time after its phase began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Time laid aside not counted.
    pub(super) after_us: i64,
    /// Done while the work was laid aside: for which time, and so many microseconds into it.
    pub(super) aside: Option<(u16, i64)>,
    /// Place in the log: decides between acts of one microsecond.
    pub(super) seq: u32,
    pub(super) act: Act,
    /// Next step of the phase, or `NONE`.
    pub(super) next: u32,
}

/// The parts of a contact's life in which somebody outside the core acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// Listens to the menu.
    Menu,
    /// Waits for an answer, offers included: the citizen's patience.
    Wait,
    /// Is offered: the adviser's reaction.
    Offer,
    /// Talks, holds included.
    Talk,
    /// Is wrapped up.
    WrapUp,
    /// Is rung, for a callback.
    Dial,
}

pub(super) const KINDS: usize = Kind::Dial as usize + 1;

/// How a phase was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// By its last step.
    Acted,
    /// By the clock, which the rules set: nobody did anything.
    Clock,
    /// By somebody else after this many microseconds; what would have come later was not seen.
    Cut(i64),
}

/// One phase of one contact.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phase {
    pub(super) began: Timestamp,
    pub(super) person: u32,
    pub(super) kind: Kind,
    /// Whether it began before the day did.
    pub(super) before: bool,
    /// Wait: nobody is on the line, so nobody loses patience.
    pub(super) patient: bool,
    /// Offer: whether the adviser was not ready afterwards.
    pub(super) let_go: bool,
    pub(super) queue: QueueId,
    pub(super) adviser: AdviserId,
    pub(super) over: Over,
    /// First and last step, or `NONE`.
    pub(super) first: u32,
    pub(super) last: u32,
    /// Offer that was let go: the step by which the adviser was ready again, or `NONE`.
    pub(super) ready: u32,
    /// Next phase of the same kind of the same contact, or `NONE`.
    pub(super) next: u32,
}

/// One contact of the day, or one consultation of an expert.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) channel: Channel,
    pub(super) topic: TopicId,
    pub(super) origin: Origin,
    pub(super) language: Language,
    /// Straight to a queue; `None` = to a menu.
    pub(super) wanted: Option<Wanted>,
    /// Booked a callback in this window instead of coming.
    pub(super) booked: Option<(Timestamp, Timestamp)>,
    /// The first and the last consultation about it, as persons, or `NONE`.
    pub(super) consults: (u32, u32),
    /// A consultation: the next one about the same contact, or `NONE`.
    pub(super) next_consult: u32,
    /// First and last phase of each kind, or `NONE`.
    pub(super) first: [u32; KINDS],
    pub(super) last: [u32; KINDS],
}

impl Person {
    pub(super) fn new(
        (channel, topic): (Channel, TopicId),
        origin: Origin,
        language: Language,
    ) -> Person {
        Person {
            channel,
            topic,
            origin,
            language,
            wanted: None,
            booked: None,
            consults: (NONE, NONE),
            next_consult: NONE,
            first: [NONE; KINDS],
            last: [NONE; KINDS],
        }
    }
}

/// What somebody did whatever the core did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outside {
    /// A centre description came into force; a place in `Recorded::published`.
    Publish(u32),
    /// This person came.
    Arrive(u32),
    /// Began the day.
    SignIn(AdviserId, Activity),
    /// Went home; whether somebody was being offered to them.
    SignOut(AdviserId, bool),
    /// Chose; whether somebody was being offered to them.
    Choose(AdviserId, Activity, bool),
    /// Chose whom to meet.
    Meet(AdviserId, Origins),
    /// Was gone.
    LosePresence(AdviserId),
    /// Was back.
    RegainPresence(AdviserId),
    /// Chose what to take besides the activity.
    Also(AdviserId, Channels),
    /// The expected wait of a queue was measured, microseconds.
    Expect(QueueId, i64),
    /// A crisis plan was switched.
    Plan(PlanId, bool),
    /// Advisers were asked to change activity: which, how many, of which unit.
    Ask(Activity, u16, Option<UnitId>),
    /// An adviser answered such a request.
    Answer(RequestId, AdviserId, bool),
    /// A request was taken back.
    CloseRequest(RequestId),
}

/// An [`Outside`] at its moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scripted {
    pub(super) at: Timestamp,
    pub(super) seq: u32,
    pub(super) act: Outside,
}

/// A time in which a clock was due and did not fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asleep {
    pub(super) from: Timestamp,
    /// The clock was set when it was already due: what was due before then still fired.
    pub(super) set_late: bool,
    /// When it fired; `NEVER` = not within the day.
    pub(super) until: Timestamp,
}

/// A day that was: what the world did, and how it went. Made by [`Recorded::of`].
#[derive(Debug, Clone)]
pub struct Recorded {
    pub(super) start: State,
    pub(super) from: Timestamp,
    /// The last moment of the day.
    pub(super) end: Timestamp,
    pub(super) people: Vec<Person>,
    pub(super) phases: Vec<Phase>,
    pub(super) steps: Vec<Step>,
    pub(super) script: Vec<Scripted>,
    pub(super) published: Vec<(u64, Arc<Tables>)>,
    /// When clocks did not fire although they were due: the process woke late, or was not there. By beginning.
    pub(super) asleep: Vec<Asleep>,
    pub(super) patience: Patience,
    pub(super) pools: Pools,
    pub(super) outcome: Outcome,
}

impl Recorded {
    /// How the day went.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Contacts of the day, those open at its start among them.
    #[must_use]
    pub fn n_contacts(&self) -> usize {
        self.outcome.fates.len()
    }

    /// The moments between which the day lies; the end is left out.
    #[must_use]
    pub fn day(&self) -> core::ops::Range<Timestamp> {
        self.from..self.end.plus_us(1)
    }
}
