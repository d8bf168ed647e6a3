//! Events: what happened. Past tense, logged, and the only way state changes.

use linje_types::{
    Activity, AdviserId, Channel, Channels, ContactId, Language, OfferId, Origin, Origins, PlanId,
    QueueId, RequestId, Timestamp, TopicId, UnitId,
};
use serde::{Deserialize, Serialize};

use crate::{By, CloseReason, ConsultOutcome, FailCause, Needs, OfferOutcome};

/// Which rule made an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum WhyRule {
    /// A contact came (or came back) and the able adviser idle longest was chosen.
    IdleLongest,
    /// An adviser became free and the contact first in line among those they can take was chosen.
    FirstInLine,
    /// A contact came and, among the advisers whom the rule prefers, the one idle longest was chosen.
    Preferred,
    /// The adviser whom the contact names was free.
    Named,
    /// An adviser became free and a contact whose guaranteed longest wait was over was chosen.
    Overdue,
    /// An adviser who takes several channels became free; the contact that had used the largest share of its
    /// queue's goal was chosen.
    GoalShare,
    /// Deferred work for somebody free, because more advisers than the reserve were free.
    Quiet,
    /// Nobody was free, and the adviser idle longest before could set deferred work aside.
    SetAside,
}

/// The figures that decided an offer, fixed in size; the full list is rebuilt by replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The rule that fired.
    pub rule: WhyRule,
    /// The ring of the queue's requirement in force, 0 = the first.
    pub ring: u8,
    /// The contact's priority class.
    pub class: u8,
    /// A contact chose: whether a free adviser was passed over because of a bar (S9, own case).
    /// An adviser chose: whether the one whom the rule puts first was passed over because of one.
    pub barred: bool,
    /// A contact chose: advisers of the tier that the rule names who are able to take it, barred ones not counted.
    /// An adviser chose: lines that held somebody this adviser can take.
    pub able: u32,
    /// Milliseconds the chosen adviser had been idle.
    pub idle_ms: u32,
    /// `IdleLongest`: the able adviser idle second longest, or `NONE`.
    pub runner_up: AdviserId,
    /// Milliseconds the runner-up had been idle.
    pub runner_up_idle_ms: u32,
    /// Milliseconds the contact had waited.
    pub waited_ms: u32,
}

/// What happened. Each is one record of the log; the time is the record's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// This centre description is in force.
    CentrePublished {
        /// Its hash.
        version: u64,
    },
    /// A contact came.
    ContactArrived {
        /// The contact.
        contact: ContactId,
        /// Its channel.
        channel: Channel,
        /// Its topic, or `NONE`.
        topic: TopicId,
        /// Live or synthetic.
        origin: Origin,
        /// The language wanted.
        language: Language,
        /// Whether it is in a menu.
        in_menu: bool,
    },
    /// It waits in a queue.
    ContactQueued {
        /// The contact.
        contact: ContactId,
        /// The queue.
        queue: QueueId,
        /// Its topic, or `NONE`.
        topic: TopicId,
        /// The language wanted.
        language: Language,
        /// Priority class.
        class: u8,
        /// The moment it counts as having waited since.
        enqueued: Timestamp,
    },
    /// It is presented to an adviser.
    OfferMade {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
        /// When the offer ends by itself.
        expires: Timestamp,
        /// Why this adviser and this contact.
        why: Why,
    },
    /// It went straight through to an adviser (zip tone): offered and accepted in one.
    ContactAssigned {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
        /// Why this adviser and this contact.
        why: Why,
    },
    /// The adviser took it.
    OfferAccepted {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
    },
    /// The offer ended without an answer; the contact is back in line where it was.
    OfferEnded {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
        /// How it ended.
        outcome: OfferOutcome,
        /// Until when this adviser is not asked again about this contact; `ZERO` = may be asked.
        barred_until: Timestamp,
    },
    /// On hold.
    ContactHeld {
        /// The contact.
        contact: ContactId,
        /// Who holds it.
        adviser: AdviserId,
    },
    /// Taken back from hold.
    ContactResumed {
        /// The contact.
        contact: ContactId,
        /// Who has it.
        adviser: AdviserId,
    },
    /// The conversation ended, the wrap-up begins.
    ContactEnded {
        /// The contact.
        contact: ContactId,
        /// Who wraps up.
        adviser: AdviserId,
        /// Who ended it.
        by: By,
        /// When the wrap-up ends by itself.
        wrap_up_until: Timestamp,
    },
    /// The wrap-up's clock was changed.
    WrapUpSet {
        /// The contact.
        contact: ContactId,
        /// Who wraps up.
        adviser: AdviserId,
        /// When it ends by itself; `NEVER` = the clock is stopped.
        until: Timestamp,
    },
    /// To another queue, place kept.
    ContactTransferred {
        /// The contact.
        contact: ContactId,
        /// Who had it.
        adviser: AdviserId,
        /// The queue it left.
        from: QueueId,
        /// The queue it goes to.
        queue: QueueId,
        /// Priority class there.
        class: u8,
        /// Until when it is not offered back to the adviser who had it.
        barred_until: Timestamp,
    },
    /// The adviser's presence was lost too long: back in line where it was.
    ContactReturned {
        /// The contact.
        contact: ContactId,
        /// Who had it.
        adviser: AdviserId,
    },
    /// Over, for one reason. Nothing follows for this contact.
    ContactClosed {
        /// The contact.
        contact: ContactId,
        /// Who had it last, or `NONE`.
        adviser: AdviserId,
        /// The queue it was in last, or `NONE`; the queue that refused it when it was full.
        queue: QueueId,
        /// Why.
        reason: CloseReason,
    },
    /// An adviser began the day.
    AdviserSignedIn {
        /// The adviser.
        adviser: AdviserId,
        /// What they start with.
        activity: Activity,
    },
    /// An adviser went home.
    AdviserSignedOut {
        /// The adviser.
        adviser: AdviserId,
    },
    /// An adviser chose an activity; whoever was not ready is ready again.
    ActivityChosen {
        /// The adviser.
        adviser: AdviserId,
        /// The activity.
        activity: Activity,
    },
    /// Whom the adviser meets was changed.
    OriginsChosen {
        /// The adviser.
        adviser: AdviserId,
        /// Whom.
        origins: Origins,
    },
    /// Desk session and phone registration are gone.
    PresenceLost {
        /// The adviser.
        adviser: AdviserId,
        /// When contacts that are not calls go back in line.
        return_at: Timestamp,
    },
    /// One of them is back.
    PresenceRegained {
        /// The adviser.
        adviser: AdviserId,
    },
    /// The time for which an adviser was not asked about a waiting contact is over.
    BarEnded {
        /// The contact.
        contact: ContactId,
    },
    /// What the contact needs beyond its queue; comes before it is queued.
    ContactNeeds {
        /// The contact.
        contact: ContactId,
        /// What.
        needs: Needs,
    },
    /// The circle of those who are asked widens, or the named adviser is no longer waited for.
    RingStarted {
        /// The contact.
        contact: ContactId,
        /// The step of the queue's rule now in force, 0 = the first.
        ring: u8,
    },
    /// The guaranteed longest wait is over: it goes before all whose is not.
    ContactOverdue {
        /// The contact.
        contact: ContactId,
    },
    /// Waited too long, or would have to: in another queue now, place kept.
    ContactOverflowed {
        /// The contact.
        contact: ContactId,
        /// The queue it left.
        from: QueueId,
        /// The queue it waits in.
        queue: QueueId,
    },
    /// A contact that cannot wait is offered to the adviser, who lays this one aside.
    ContactSetAside {
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
    },
    /// The adviser gave deferred work back; it is in line where it was.
    ContactGivenBack {
        /// The contact.
        contact: ContactId,
        /// Who had it.
        adviser: AdviserId,
        /// Until when it is not offered to them again.
        barred_until: Timestamp,
    },
    /// The adviser has it in hand again.
    ContactTakenUp {
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
    },
    /// An adviser asks an expert: the consultation is a contact of its own, which has just come; the citizen's is on hold.
    ConsultStarted {
        /// The contact of the citizen.
        contact: ContactId,
        /// The consultation.
        consult: ContactId,
        /// Who asks.
        adviser: AdviserId,
        /// The experts' queue.
        queue: QueueId,
    },
    /// It is over, and the citizen is with whoever has the contact now.
    ConsultEnded {
        /// The contact of the citizen.
        contact: ContactId,
        /// The consultation.
        consult: ContactId,
        /// How.
        outcome: ConsultOutcome,
    },
    /// The citizen went over to the expert.
    ContactHandedOver {
        /// The contact of the citizen.
        contact: ContactId,
        /// Who had it.
        from: AdviserId,
        /// Who has it.
        to: AdviserId,
        /// The experts' queue, which is the contact's queue now.
        queue: QueueId,
    },
    /// The citizen wants to be rung; the place is kept.
    CallbackAsked {
        /// The contact.
        contact: ContactId,
        /// Not rung before.
        from: Timestamp,
        /// Promised before.
        until: Timestamp,
    },
    /// Its time has come: it waits in line at its place.
    CallbackDue {
        /// The contact.
        contact: ContactId,
    },
    /// An adviser is ready and the citizen is being rung.
    CallbackDialling {
        /// The offer that the adviser took.
        offer: OfferId,
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
        /// 1 = the first.
        attempt: u8,
        /// When the attempt ends by itself.
        expires: Timestamp,
    },
    /// The citizen answered.
    CallbackAnswered {
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
    },
    /// The citizen was not reached.
    CallbackMissed {
        /// The contact.
        contact: ContactId,
        /// The adviser, who is free again.
        adviser: AdviserId,
        /// Why.
        cause: FailCause,
        /// When it is tried again; `NEVER` = it was the last attempt.
        retry_at: Timestamp,
    },
    /// What the adviser takes besides the activity was changed.
    AlsoChosen {
        /// The adviser.
        adviser: AdviserId,
        /// The channels.
        channels: Channels,
    },
    /// The measured expected wait of a queue.
    QueueExpected {
        /// The queue.
        queue: QueueId,
        /// Microseconds.
        wait_us: i64,
    },
    /// A crisis plan was switched.
    PlanSwitched {
        /// The plan.
        plan: PlanId,
        /// On or off.
        on: bool,
    },
    /// A traffic controller asks advisers to change activity.
    RequestMade {
        /// The request.
        request: RequestId,
        /// What they are asked to do.
        activity: Activity,
        /// How many are wanted.
        wanted: u16,
        /// Of this unit; `None` = of all units.
        unit: Option<UnitId>,
    },
    /// An adviser answered.
    RequestAnswered {
        /// The request.
        request: RequestId,
        /// The adviser.
        adviser: AdviserId,
        /// Yes or no.
        yes: bool,
    },
    /// The request is over: enough said yes, or it is no longer needed.
    RequestClosed {
        /// The request.
        request: RequestId,
    },
    /// An adviser rings somebody: the contact, which has just come, is theirs, and the citizen is being rung.
    CalledOut {
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
        /// The queue that the conversation belongs to.
        queue: QueueId,
        /// Priority class, if it goes on to somebody else.
        class: u8,
        /// When the attempt ends by itself.
        expires: Timestamp,
    },
    /// Citizen, adviser and expert talk all three, or no longer do.
    ConferenceSet {
        /// The contact of the citizen.
        contact: ContactId,
        /// The consultation.
        consult: ContactId,
        /// Who has the contact.
        adviser: AdviserId,
        /// Whether all three talk.
        joined: bool,
    },
}

impl Event {
    /// The contact it is about.
    #[must_use]
    pub const fn contact(&self) -> Option<ContactId> {
        match *self {
            Event::ContactArrived { contact, .. }
            | Event::ContactQueued { contact, .. }
            | Event::OfferMade { contact, .. }
            | Event::ContactAssigned { contact, .. }
            | Event::OfferAccepted { contact, .. }
            | Event::OfferEnded { contact, .. }
            | Event::ContactHeld { contact, .. }
            | Event::ContactResumed { contact, .. }
            | Event::ContactEnded { contact, .. }
            | Event::WrapUpSet { contact, .. }
            | Event::ContactTransferred { contact, .. }
            | Event::ContactReturned { contact, .. }
            | Event::BarEnded { contact }
            | Event::ContactNeeds { contact, .. }
            | Event::RingStarted { contact, .. }
            | Event::ContactOverdue { contact }
            | Event::ContactOverflowed { contact, .. }
            | Event::ContactSetAside { contact, .. }
            | Event::ContactTakenUp { contact, .. }
            | Event::ContactGivenBack { contact, .. }
            | Event::ConsultStarted { contact, .. }
            | Event::ConsultEnded { contact, .. }
            | Event::ContactHandedOver { contact, .. }
            | Event::CallbackAsked { contact, .. }
            | Event::CallbackDue { contact }
            | Event::CallbackDialling { contact, .. }
            | Event::CallbackAnswered { contact, .. }
            | Event::CallbackMissed { contact, .. }
            | Event::CalledOut { contact, .. }
            | Event::ConferenceSet { contact, .. }
            | Event::ContactClosed { contact, .. } => Some(contact),
            Event::AlsoChosen { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. }
            | Event::CentrePublished { .. }
            | Event::AdviserSignedIn { .. }
            | Event::AdviserSignedOut { .. }
            | Event::ActivityChosen { .. }
            | Event::OriginsChosen { .. }
            | Event::PresenceLost { .. }
            | Event::PresenceRegained { .. } => None,
        }
    }

    /// The adviser it is about.
    #[must_use]
    pub const fn adviser(&self) -> Option<AdviserId> {
        match *self {
            Event::OfferMade { adviser, .. }
            | Event::ContactAssigned { adviser, .. }
            | Event::OfferAccepted { adviser, .. }
            | Event::OfferEnded { adviser, .. }
            | Event::ContactHeld { adviser, .. }
            | Event::ContactResumed { adviser, .. }
            | Event::ContactEnded { adviser, .. }
            | Event::WrapUpSet { adviser, .. }
            | Event::ContactTransferred { adviser, .. }
            | Event::ContactReturned { adviser, .. }
            | Event::AdviserSignedIn { adviser, .. }
            | Event::AdviserSignedOut { adviser }
            | Event::ActivityChosen { adviser, .. }
            | Event::OriginsChosen { adviser, .. }
            | Event::PresenceLost { adviser, .. }
            | Event::ContactSetAside { adviser, .. }
            | Event::ContactTakenUp { adviser, .. }
            | Event::ContactGivenBack { adviser, .. }
            | Event::ConsultStarted { adviser, .. }
            | Event::CallbackDialling { adviser, .. }
            | Event::CallbackAnswered { adviser, .. }
            | Event::CallbackMissed { adviser, .. }
            | Event::CalledOut { adviser, .. }
            | Event::ConferenceSet { adviser, .. }
            | Event::AlsoChosen { adviser, .. }
            | Event::RequestAnswered { adviser, .. }
            | Event::ContactHandedOver { to: adviser, .. }
            | Event::PresenceRegained { adviser } => Some(adviser),
            Event::ContactClosed { adviser, .. } => {
                if adviser.0 == AdviserId::NONE.0 {
                    None
                } else {
                    Some(adviser)
                }
            }
            Event::CentrePublished { .. }
            | Event::ContactArrived { .. }
            | Event::ContactQueued { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::ContactOverflowed { .. }
            | Event::ConsultEnded { .. }
            | Event::CallbackAsked { .. }
            | Event::CallbackDue { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestClosed { .. }
            | Event::BarEnded { .. } => None,
        }
    }

    /// The name of the kind in the log, in exports and in the API.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Event::CentrePublished { .. } => "centre_published",
            Event::ContactArrived { .. } => "contact_arrived",
            Event::ContactQueued { .. } => "contact_queued",
            Event::OfferMade { .. } => "offer_made",
            Event::ContactAssigned { .. } => "contact_assigned",
            Event::OfferAccepted { .. } => "offer_accepted",
            Event::OfferEnded { .. } => "offer_ended",
            Event::ContactHeld { .. } => "contact_held",
            Event::ContactResumed { .. } => "contact_resumed",
            Event::ContactEnded { .. } => "contact_ended",
            Event::WrapUpSet { .. } => "wrap_up_set",
            Event::ContactTransferred { .. } => "contact_transferred",
            Event::ContactReturned { .. } => "contact_returned",
            Event::ContactClosed { .. } => "contact_closed",
            Event::AdviserSignedIn { .. } => "adviser_signed_in",
            Event::AdviserSignedOut { .. } => "adviser_signed_out",
            Event::ActivityChosen { .. } => "activity_chosen",
            Event::OriginsChosen { .. } => "origins_chosen",
            Event::PresenceLost { .. } => "presence_lost",
            Event::PresenceRegained { .. } => "presence_regained",
            Event::BarEnded { .. } => "bar_ended",
            Event::ContactNeeds { .. } => "contact_needs",
            Event::RingStarted { .. } => "ring_started",
            Event::ContactOverdue { .. } => "contact_overdue",
            Event::ContactOverflowed { .. } => "contact_overflowed",
            Event::ContactSetAside { .. } => "contact_set_aside",
            Event::ContactTakenUp { .. } => "contact_taken_up",
            Event::ContactGivenBack { .. } => "contact_given_back",
            Event::ConsultStarted { .. } => "consult_started",
            Event::ConsultEnded { .. } => "consult_ended",
            Event::ContactHandedOver { .. } => "contact_handed_over",
            Event::CallbackAsked { .. } => "callback_asked",
            Event::CallbackDue { .. } => "callback_due",
            Event::CallbackDialling { .. } => "callback_dialling",
            Event::CallbackAnswered { .. } => "callback_answered",
            Event::CallbackMissed { .. } => "callback_missed",
            Event::CalledOut { .. } => "called_out",
            Event::ConferenceSet { .. } => "conference_set",
            Event::AlsoChosen { .. } => "also_chosen",
            Event::QueueExpected { .. } => "queue_expected",
            Event::PlanSwitched { .. } => "plan_switched",
            Event::RequestMade { .. } => "request_made",
            Event::RequestAnswered { .. } => "request_answered",
            Event::RequestClosed { .. } => "request_closed",
        }
    }

    /// The figures behind an offer.
    #[must_use]
    pub const fn why(&self) -> Option<Why> {
        if let Event::OfferMade { why, .. } | Event::ContactAssigned { why, .. } = *self {
            Some(why)
        } else {
            None
        }
    }
}

/// What the shell must do. Made only for live contacts, sent after the commit, at least once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Present the contact to the adviser; ring the phone when it is a call.
    Present {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
        /// Its channel.
        channel: Channel,
        /// A callback: the citizen is not on the line; they are rung when the adviser has accepted.
        callback: bool,
    },
    /// Take the presentation back; stop ringing.
    Withdraw {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
    },
    /// The two may talk.
    Connect {
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
    },
    /// The citizen hears music.
    Hold {
        /// The contact.
        contact: ContactId,
    },
    /// The two talk again.
    Resume {
        /// The contact.
        contact: ContactId,
    },
    /// The conversation is over; the adviser's side ends, and the citizen's when `requeued` is false.
    Disconnect {
        /// The contact.
        contact: ContactId,
        /// The adviser whose side ends.
        adviser: AdviserId,
        /// Whether the citizen waits on.
        requeued: bool,
    },
    /// The citizen hears music, the adviser waits for an expert; [`Effect::Connect`] of the consultation joins the two.
    Consult {
        /// The contact of the citizen.
        contact: ContactId,
        /// The consultation.
        consult: ContactId,
        /// Who asks.
        adviser: AdviserId,
    },
    /// The expert talks with the citizen from now on; the side of `from` ends, the consultation is over.
    HandOver {
        /// The contact of the citizen.
        contact: ContactId,
        /// The consultation.
        consult: ContactId,
        /// Whose side ends.
        from: AdviserId,
        /// Who has the citizen now.
        to: AdviserId,
    },
    /// Ring the citizen and say what came of it by [`crate::Command::Dialled`].
    Dial {
        /// The contact.
        contact: ContactId,
        /// The adviser, who waits on the line.
        adviser: AdviserId,
        /// 1 = the first.
        attempt: u8,
        /// Whether the citizen asked to be rung, and is told so when they answer.
        promised: bool,
    },
    /// Stop ringing the citizen, and end the adviser's side.
    StopDial {
        /// The contact.
        contact: ContactId,
        /// The adviser.
        adviser: AdviserId,
    },
    /// Citizen, adviser and expert talk all three; or the citizen hears music again and the two talk.
    Conference {
        /// The contact of the citizen.
        contact: ContactId,
        /// Whether all three talk.
        joined: bool,
    },
    /// The contact is over; the citizen's side ends.
    Release {
        /// The contact.
        contact: ContactId,
        /// Why.
        reason: CloseReason,
    },
}

/// Where the core writes. The twin's implementation counts and compiles to nothing.
pub trait Output {
    /// Whether the figures of a [`Why`] are wanted; without, they are zero.
    const WHY: bool;

    /// Takes an event that has just been applied.
    fn event(&mut self, event: &Event);

    /// Takes an effect.
    fn effect(&mut self, effect: Effect);
}
