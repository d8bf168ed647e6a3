//! The ledger: folds events, and nothing but events, and says which invariant they break.
//!
//! It knows the rules of the centre and the names of the invariants (S1-S14, S17, S20, S21, L1, L2, L4),
//! and never looks into the engine or the reference: a fault that those share is still seen here.
//! Taking an event looks at one contact and its adviser, an offer also at those who were not chosen;
//! what needs a look at everything is in [`Ledger::settled`].

use linje_event::{
    CloseReason, ConsultOutcome, Event, FailCause, Needs, NotReady, OfferOutcome, Why, WhyRule,
};
use linje_routing::{CAPACITY, Condition, Rules, T_AGE_US};
use linje_types::{
    Activity, AdviserId, Channel, Channels, ContactId, Language, OfferId, Origin, Origins, PlanId,
    QueueId, RequestId, Timestamp,
};

mod contacts;
mod line;
mod people;
mod promises;

/// An invariant that the events break.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{invariant} broken: {text}")]
pub struct Violation {
    /// Its name in the specification.
    pub invariant: &'static str,
    /// What was seen.
    pub text: String,
}

/// The states of the published table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Came, neither in a menu nor in line yet: only within one command.
    Created,
    /// In a menu.
    InMenu,
    /// In line.
    Queued,
    /// Presented.
    Offered,
    /// In conversation.
    Active,
    /// On hold.
    Held,
    /// On hold while an expert is asked.
    Consulting,
    /// Laid aside.
    SetAside,
    /// Over for the citizen.
    WrapUp,
    /// A callback that waits for its time.
    Parked,
    /// A callback that is being rung.
    Dialling,
}

impl Stage {
    fn before_an_answer(self) -> bool {
        matches!(
            self,
            Stage::Queued | Stage::Offered | Stage::Parked | Stage::Dialling
        )
    }

    fn in_hand(self) -> bool {
        matches!(
            self,
            Stage::Active | Stage::Held | Stage::Consulting | Stage::SetAside | Stage::WrapUp
        )
    }
}

/// An open contact as the events tell of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: ContactId,
    /// Where it is.
    pub stage: Stage,
    /// Its queue.
    pub queue: QueueId,
    /// Who has it.
    pub adviser: AdviserId,
    /// Since when it waits.
    pub enqueued: Timestamp,
    /// When its own clock runs out.
    pub deadline: Timestamp,
    /// Since when it counts as waiting, by its date if it has one.
    pub since: Timestamp,
    channel: Channel,
    origin: Origin,
    language: Language,
    class: u8,
    sequence: u64,
    offer: Option<OfferId>,
    /// Every adviser who may not be asked, and until when.
    bars: Vec<(AdviserId, Timestamp)>,
    needs: Needs,
    /// Only the named adviser is asked.
    alone: bool,
    ring: u8,
    overdue: bool,
    left: Vec<QueueId>,
    callback: bool,
    attempts: u8,
    attempts_before: u8,
    /// Rung before this moment.
    promised: Timestamp,
    /// How often our own line out has failed this promise.
    failed: u32,
    out: bool,
    joined: bool,
    is_consult: bool,
    peer: Option<ContactId>,
}

#[derive(Debug, Clone)]
struct Person {
    signed_in: bool,
    absent_until: Option<Timestamp>,
    activity: Activity,
    also: Channels,
    not_ready: Option<NotReady>,
    origins: Origins,
    idle_number: u64,
    /// Slots of the contacts they have.
    has: Vec<u32>,
    /// Share of the capacity that those take.
    used: u16,
}

/// What went into a queue and what became of it (S2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// Came in: first time, or refused because it was full.
    pub entered: u64,
    /// Came in from another queue by a transfer.
    pub transferred_in: u64,
    /// Came in from another queue because the wait there was too long.
    pub overflowed_in: u64,
    /// Came in hand over from another adviser.
    pub handed_in: u64,
    /// Came back: the adviser was gone, or gave it back.
    pub returned: u64,
    /// Taken by an adviser.
    pub answered: u64,
    /// Closed before an answer.
    pub closed_waiting: u64,
    /// Refused because it was full.
    pub refused: u64,
    /// Went on because the wait was too long.
    pub overflowed_out: u64,
    /// Answered, and over.
    pub closed_after: u64,
    /// Answered, and sent on.
    pub transferred_out: u64,
    /// Answered, and handed over to an expert.
    pub handed_out: u64,
}

/// The fold.
#[derive(Debug, Clone)]
pub struct Ledger {
    rules: Rules,
    at: Timestamp,
    /// By slot.
    open: Vec<Option<Entry>>,
    /// By slot: the last generation used.
    lives: Vec<Option<u32>>,
    n_open: u64,
    people: Vec<Person>,
    flows: Vec<Flow>,
    /// By queue.
    waiting: Vec<usize>,
    arrived: u64,
    closed: u64,
    last_offer: Option<u32>,
    last_request: Option<RequestId>,
    requests: Vec<(RequestId, u16, Vec<AdviserId>, u16)>,
    plans: Vec<PlanId>,
    sequences: u64,
    idle_numbers: u64,
    leaving: Option<ContactId>,
    /// The most attempts that any description so far allowed: a promised retry outlives its description.
    most_attempts: u8,
    /// Whether room has just been made for what is offered next: before, less would have fitted.
    made_room: bool,
}

type Checked = Result<(), Violation>;

fn broken<T>(invariant: &'static str, text: String) -> Result<T, Violation> {
    Err(Violation { invariant, text })
}

macro_rules! hold {
    ($condition:expr, $invariant:literal, $($text:tt)+) => {
        if !$condition {
            return broken($invariant, format!($($text)+));
        }
    };
}
use hold;

impl Ledger {
    /// An empty ledger of a centre with these rules.
    #[must_use]
    pub fn new(rules: &Rules) -> Ledger {
        let mut ledger = Ledger {
            people: Vec::new(),
            flows: Vec::new(),
            waiting: Vec::new(),
            rules: rules.clone(),
            at: Timestamp::ZERO,
            open: Vec::new(),
            lives: Vec::new(),
            n_open: 0,
            arrived: 0,
            closed: 0,
            last_offer: None,
            last_request: None,
            requests: Vec::new(),
            plans: Vec::new(),
            sequences: 0,
            idle_numbers: 0,
            leaving: None,
            made_room: false,
            most_attempts: 0,
        };
        ledger.publish(rules);
        ledger
    }

    /// Other rules are in force from the next event on.
    pub fn publish(&mut self, rules: &Rules) {
        self.rules = rules.clone();
        self.most_attempts = self.most_attempts.max(rules.callback.attempts);
        for adviser in &rules.advisers[self.people.len()..] {
            self.people.push(Person::before_the_day(adviser.origins));
        }
        self.flows.resize(rules.queues.len(), Flow::default());
        self.waiting.resize(rules.queues.len(), 0);
        for slot in 0..self.open.len() {
            let Some(mut entry) = self.open[slot].take() else {
                continue;
            };
            if let Some(rule) = rules.queues.get(entry.queue.idx()) {
                let last = u8::try_from(rule.rings.len() - 1).unwrap_or(u8::MAX);
                entry.ring = entry.ring.min(last);
                if entry.alone && entry.stage == Stage::Queued && !self.named_is_able(&entry) {
                    entry.alone = false;
                    entry.forget_bars(Timestamp::ZERO);
                }
            }
            self.open[slot] = Some(entry);
        }
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// The invariant that it breaks.
    pub fn take(&mut self, at: Timestamp, event: &Event) -> Checked {
        hold!(
            at >= self.at,
            "S17",
            "{event:?} at {at:?} is before {:?}",
            self.at
        );
        self.at = at;
        if let Some(leaving) = self.leaving.take() {
            let closes =
                matches!(*event, Event::ContactClosed { contact, .. } if contact == leaving);
            hold!(closes, "S10", "{leaving:?} left, but then came {event:?}");
        }
        self.fold(event)
    }

    /// The open contacts, by slot.
    pub fn open(&self) -> impl Iterator<Item = &Entry> {
        self.open.iter().flatten()
    }

    /// An open contact.
    #[must_use]
    pub fn contact(&self, id: ContactId) -> Option<&Entry> {
        let entry = self.open.get(id.slot() as usize)?.as_ref();
        entry.filter(|entry| entry.id == id)
    }

    /// What became of those who entered `queue`.
    #[must_use]
    pub fn flow(&self, queue: QueueId) -> Flow {
        self.flows[queue.idx()]
    }

    /// Whether an adviser is signed in, present, and why not ready.
    #[must_use]
    pub fn at_work(&self, id: AdviserId) -> Option<(bool, bool, Option<NotReady>)> {
        let person = self.people.get(id.idx())?;
        Some((
            person.signed_in,
            person.absent_until.is_none(),
            person.not_ready,
        ))
    }

    /// How many wait in `queue`.
    #[must_use]
    pub fn waiting(&self, queue: QueueId) -> usize {
        self.waiting[queue.idx()]
    }

    /// The earliest moment at which something must happen by itself (L4).
    #[must_use]
    pub fn next_deadline(&self) -> Timestamp {
        let all = self
            .open()
            .map(|entry| entry.deadline.min(self.next_step(entry)));
        all.min().unwrap_or(Timestamp::NEVER)
    }

    /// The offer with this id, while it is live: when it ends by itself.
    #[must_use]
    pub fn expires(&self, offer: OfferId) -> Option<Timestamp> {
        let entry = self.open.get(offer.slot() as usize)?.as_ref()?;
        (entry.offer == Some(offer)).then_some(entry.deadline)
    }

    fn fold(&mut self, event: &Event) -> Checked {
        match *event {
            Event::CentrePublished { .. } => Ok(()),
            Event::ContactArrived {
                contact,
                channel,
                origin,
                language,
                in_menu,
                ..
            } => {
                let stage = if in_menu {
                    Stage::InMenu
                } else {
                    Stage::Created
                };
                self.arrived(contact, channel, (origin, language), stage)
            }
            Event::ContactNeeds { contact, needs } => self.needs(contact, needs),
            Event::ContactQueued {
                contact,
                queue,
                language,
                class,
                enqueued,
                ..
            } => self.queued(contact, queue, (language, class), enqueued),
            Event::OfferMade {
                offer,
                contact,
                adviser,
                expires,
                why,
            } => {
                self.offered(offer, contact, adviser, why)?;
                self.entry(contact)?.deadline = expires;
                Ok(())
            }
            Event::ContactAssigned {
                offer,
                contact,
                adviser,
                why,
            } => {
                self.offered(offer, contact, adviser, why)?;
                self.answered(offer, contact, adviser)
            }
            Event::OfferAccepted {
                offer,
                contact,
                adviser,
            } => self.answered(offer, contact, adviser),
            Event::OfferEnded {
                offer,
                contact,
                adviser,
                outcome,
                barred_until,
            } => self.offer_ended((offer, contact), adviser, outcome, barred_until),
            Event::ContactHeld { contact, adviser } => {
                self.step(contact, adviser, &[Stage::Active], Stage::Held)
            }
            Event::ContactResumed { contact, adviser } => {
                self.step(contact, adviser, &[Stage::Held], Stage::Active)
            }
            Event::ContactSetAside { contact, adviser } => self.set_aside(contact, adviser, true),
            Event::ContactTakenUp { contact, adviser } => self.set_aside(contact, adviser, false),
            Event::ContactEnded {
                contact,
                adviser,
                wrap_up_until,
                ..
            } => self.ended(contact, adviser, wrap_up_until),
            Event::WrapUpSet {
                contact,
                adviser,
                until,
            } => {
                self.step(contact, adviser, &[Stage::WrapUp], Stage::WrapUp)?;
                self.entry(contact)?.deadline = until;
                Ok(())
            }
            Event::ContactTransferred {
                contact,
                adviser,
                from,
                queue,
                class,
                barred_until,
            } => self.transferred(contact, adviser, (from, queue, class), barred_until),
            Event::ContactReturned { contact, adviser } => self.returned(contact, adviser),
            Event::ContactGivenBack {
                contact,
                adviser,
                barred_until,
            } => self.given_back(contact, adviser, barred_until),
            Event::ContactClosed {
                contact,
                queue,
                reason,
                ..
            } => self.closed(contact, queue, reason),
            Event::BarEnded { contact } => self.bar_ended(contact),
            Event::RingStarted { contact, ring } => self.ring_started(contact, ring),
            Event::ContactOverdue { contact } => self.overdue(contact),
            Event::ContactOverflowed {
                contact,
                from,
                queue,
            } => self.overflowed(contact, from, queue),
            Event::ConsultStarted {
                contact,
                consult,
                adviser,
                queue,
            } => self.consult_started(contact, consult, adviser, queue),
            Event::ConsultEnded {
                contact,
                consult,
                outcome,
            } => self.consult_ended(contact, consult, outcome),
            Event::ContactHandedOver {
                contact,
                from,
                to,
                queue,
            } => self.handed_over(contact, (from, to), queue),
            Event::CallbackAsked {
                contact,
                from,
                until,
            } => self.callback_asked(contact, from, until),
            Event::CallbackDue { contact } => self.callback_due(contact),
            Event::CallbackDialling {
                offer,
                contact,
                adviser,
                attempt,
                expires,
            } => self.dialling((offer, contact), adviser, attempt, expires),
            Event::CallbackAnswered { contact, adviser } => {
                self.callback_answered(contact, adviser)
            }
            Event::CallbackMissed {
                contact,
                adviser,
                cause,
                retry_at,
            } => self.callback_missed(contact, (adviser, cause), retry_at),
            Event::CalledOut {
                contact,
                adviser,
                queue,
                class,
                expires,
            } => self.called_out(contact, adviser, (queue, class), expires),
            Event::ConferenceSet {
                contact,
                consult,
                adviser,
                joined,
            } => self.conference_set((contact, consult), adviser, joined),
            Event::AdviserSignedIn { .. }
            | Event::AdviserSignedOut { .. }
            | Event::ActivityChosen { .. }
            | Event::AlsoChosen { .. }
            | Event::OriginsChosen { .. }
            | Event::PresenceLost { .. }
            | Event::PresenceRegained { .. } => self.fold_person(event),
            Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. } => self.fold_house(event),
        }
    }

    fn entry(&mut self, id: ContactId) -> Result<&mut Entry, Violation> {
        let found = self.open.get_mut(id.slot() as usize);
        match found
            .and_then(Option::as_mut)
            .filter(|entry| entry.id == id)
        {
            Some(entry) => Ok(entry),
            None => broken("S1", format!("{id:?} is not open")),
        }
    }

    fn seen(&self, id: ContactId) -> Result<&Entry, Violation> {
        match self.contact(id) {
            Some(entry) => Ok(entry),
            None => broken("S1", format!("{id:?} is not open")),
        }
    }

    fn person(&mut self, id: AdviserId) -> Result<&mut Person, Violation> {
        match self.people.get_mut(id.idx()) {
            Some(person) => Ok(person),
            None => broken("S6", format!("{id:?} does not exist")),
        }
    }

    fn working(&mut self, id: AdviserId) -> Result<&mut Person, Violation> {
        let person = self.person(id)?;
        hold!(person.signed_in, "S6", "{id:?} is not signed in");
        Ok(person)
    }

    fn everybody(&self) -> impl Iterator<Item = AdviserId> + use<> {
        (0..u32::try_from(self.people.len()).unwrap_or(u32::MAX)).map(AdviserId)
    }
}

impl Entry {
    /// Forgets bars that are over; the next to end is what a waiting contact's clock is set to.
    fn forget_bars(&mut self, at: Timestamp) {
        self.bars.retain(|(_, until)| *until > at);
        let next = self.bars.iter().map(|(_, until)| *until).min();
        self.deadline = next.unwrap_or(Timestamp::NEVER);
    }

    fn is_live(&self) -> bool {
        Channels::LIVE.has(self.channel)
    }
}

impl Person {
    fn before_the_day(origins: Origins) -> Person {
        Person {
            signed_in: false,
            absent_until: None,
            activity: Activity::Break,
            also: Channels::NONE,
            not_ready: None,
            origins,
            idle_number: 0,
            has: Vec::new(),
            used: 0,
        }
    }
}

#[cfg(test)]
mod tests;
