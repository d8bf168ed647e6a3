//! The ledger: folds events, and nothing but events, and says which invariant they break.
//!
//! It knows the rules of the centre and the names of the invariants (S1-S14, S17, L1, L4), and never
//! looks into the engine or the reference: a fault that those two share is still seen here.

use std::collections::BTreeMap;

use linje_event::{CloseReason, Event, NotReady, OfferOutcome, Why, WhyRule};
use linje_routing::{CAPACITY, Rules};
use linje_types::{
    Activity, AdviserId, Channel, Channels, ContactId, Language, OfferId, Origin, Origins, QueueId,
    Timestamp,
};

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
    /// Over for the citizen.
    WrapUp,
}

/// An open contact as the events tell of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where it is.
    pub stage: Stage,
    /// Its queue.
    pub queue: QueueId,
    /// Who has it.
    pub adviser: AdviserId,
    /// Since when it counts as waiting.
    pub enqueued: Timestamp,
    /// When something happens to it by itself.
    pub deadline: Timestamp,
    channel: Channel,
    origin: Origin,
    language: Language,
    class: u8,
    sequence: u64,
    offer: Option<OfferId>,
    /// Every adviser who let it go, and until when they may not be asked.
    bars: Vec<(AdviserId, Timestamp)>,
}

impl Entry {
    /// Forgets bars that are over; the next to end is what a waiting contact's clock is set to.
    fn forget_bars(&mut self, at: Timestamp) {
        self.bars.retain(|(_, until)| *until > at);
        let next = self.bars.iter().map(|(_, until)| *until).min();
        self.deadline = next.unwrap_or(Timestamp::NEVER);
    }
}

#[derive(Debug, Clone)]
struct Person {
    signed_in: bool,
    absent_until: Option<Timestamp>,
    activity: Activity,
    not_ready: Option<NotReady>,
    origins: Origins,
    idle_number: u64,
}

/// What went into a queue and what became of it (S2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// Came in: first time, or refused because it was full.
    pub entered: u64,
    /// Came in from another queue.
    pub transferred_in: u64,
    /// Came back from an adviser who was gone.
    pub returned: u64,
    /// Taken by an adviser.
    pub answered: u64,
    /// Closed while waiting.
    pub closed_waiting: u64,
    /// Refused because it was full.
    pub refused: u64,
    /// Answered, and over.
    pub closed_after: u64,
    /// Answered, and sent on.
    pub transferred_out: u64,
}

/// The fold.
#[derive(Debug, Clone)]
pub struct Ledger {
    rules: Rules,
    at: Timestamp,
    open: BTreeMap<ContactId, Entry>,
    people: Vec<Person>,
    flows: Vec<Flow>,
    arrived: u64,
    closed: u64,
    lives: BTreeMap<u32, u32>,
    last_offer: Option<u32>,
    sequences: u64,
    idle_numbers: u64,
    leaving: Option<ContactId>,
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

impl Ledger {
    /// An empty ledger of a centre with these rules.
    #[must_use]
    pub fn new(rules: &Rules) -> Ledger {
        let person = |origins| Person {
            signed_in: false,
            absent_until: None,
            activity: Activity::Break,
            not_ready: None,
            origins,
            idle_number: 0,
        };
        Ledger {
            people: rules.advisers.iter().map(|a| person(a.origins)).collect(),
            flows: vec![Flow::default(); rules.queues.len()],
            rules: rules.clone(),
            at: Timestamp::ZERO,
            open: BTreeMap::new(),
            arrived: 0,
            closed: 0,
            lives: BTreeMap::new(),
            last_offer: None,
            sequences: 0,
            idle_numbers: 0,
            leaving: None,
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

    /// Checks what must hold between commands.
    ///
    /// # Errors
    /// The invariant that does not hold.
    pub fn settled(&self) -> Checked {
        hold!(
            self.leaving.is_none(),
            "S10",
            "{:?} left and was not closed",
            self.leaving
        );
        let open = self.open.len() as u64;
        let sum = open + self.closed;
        hold!(
            self.arrived == sum,
            "S2",
            "{} arrived, {sum} accounted for",
            self.arrived
        );
        self.flows_add_up()?;
        for id in self.everybody() {
            self.load_holds(id)?;
        }
        self.nobody_waits_in_vain()
    }

    /// The open contacts.
    pub fn open(&self) -> impl Iterator<Item = (ContactId, &Entry)> {
        self.open.iter().map(|(id, entry)| (*id, entry))
    }

    /// What became of those who entered `queue`.
    #[must_use]
    pub fn flow(&self, queue: QueueId) -> Flow {
        self.flows[queue.idx()]
    }

    /// How many wait in `queue`.
    #[must_use]
    pub fn waiting(&self, queue: QueueId) -> usize {
        self.count(queue, |stage| stage == Stage::Queued)
    }

    /// The earliest moment at which something must happen by itself (L4).
    #[must_use]
    pub fn next_deadline(&self) -> Timestamp {
        let all = self.open.values().map(|entry| entry.deadline);
        all.min().unwrap_or(Timestamp::NEVER)
    }

    /// The offer with this id, while it is live: when it ends by itself.
    #[must_use]
    pub fn expires(&self, offer: OfferId) -> Option<Timestamp> {
        let mut live = self
            .open
            .values()
            .filter(|entry| entry.offer == Some(offer));
        live.next().map(|entry| entry.deadline)
    }
}

/// One event.
impl Ledger {
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
            } => self.arrived(contact, channel, origin, language, in_menu),
            Event::ContactQueued {
                contact,
                queue,
                language,
                class,
                enqueued,
                ..
            } => self.queued(contact, queue, language, class, enqueued),
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
            } => self.offer_ended(offer, contact, adviser, outcome, barred_until),
            Event::ContactHeld { contact, adviser } => {
                self.step(contact, adviser, &[Stage::Active], Stage::Held)
            }
            Event::ContactResumed { contact, adviser } => {
                self.step(contact, adviser, &[Stage::Held], Stage::Active)
            }
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
            } => self.transferred(contact, adviser, from, queue, class, barred_until),
            Event::ContactReturned { contact, adviser } => self.returned(contact, adviser),
            Event::ContactClosed {
                contact,
                queue,
                reason,
                ..
            } => self.closed(contact, queue, reason),
            Event::AdviserSignedIn { adviser, activity } => self.signed_in(adviser, activity),
            Event::AdviserSignedOut { adviser } => self.signed_out(adviser),
            Event::ActivityChosen { adviser, activity } => {
                let person = self.working(adviser)?;
                person.activity = activity;
                person.not_ready = None;
                self.becomes_free(adviser);
                Ok(())
            }
            Event::OriginsChosen { adviser, origins } => {
                self.person(adviser)?.origins = origins;
                Ok(())
            }
            Event::PresenceLost { adviser, return_at } => self.presence_lost(adviser, return_at),
            Event::PresenceRegained { adviser } => self.presence_regained(adviser),
            Event::BarEnded { contact } => {
                let at = self.at;
                let entry = self.entry(contact)?;
                let due = entry.stage == Stage::Queued && entry.deadline <= at;
                hold!(due, "S9", "the bar of {contact:?} ended before its time");
                entry.forget_bars(at);
                Ok(())
            }
            _ => broken("S1", format!("{} is not known here", event.kind())),
        }
    }

    fn arrived(
        &mut self,
        id: ContactId,
        channel: Channel,
        origin: Origin,
        language: Language,
        in_menu: bool,
    ) -> Checked {
        let earlier = self.lives.insert(id.slot(), id.generation());
        let new = earlier.is_none_or(|generation| generation < id.generation());
        hold!(new, "S1", "{id:?} was used before");
        let same_slot = self.open.keys().any(|other| other.slot() == id.slot());
        hold!(!same_slot, "S1", "the slot of {id:?} is taken");
        self.arrived += 1;
        let stage = if in_menu {
            Stage::InMenu
        } else {
            Stage::Created
        };
        let entry = Entry {
            stage,
            queue: QueueId::NONE,
            adviser: AdviserId::NONE,
            enqueued: self.at,
            deadline: Timestamp::NEVER,
            channel,
            origin,
            language,
            class: 0,
            sequence: 0,
            offer: None,
            bars: Vec::new(),
        };
        self.open.insert(id, entry);
        Ok(())
    }

    fn queued(
        &mut self,
        id: ContactId,
        queue: QueueId,
        language: Language,
        class: u8,
        enqueued: Timestamp,
    ) -> Checked {
        let rule = self.rules.queues.get(queue.idx());
        let limit = rule.map_or(0, |rule| rule.max_waiting as usize);
        let waiting = self.waiting(queue);
        hold!(
            waiting < limit,
            "S14",
            "{waiting} wait in {queue:?} and {id:?} was let in"
        );
        let known = usize::from(class) < self.rules.classes.len();
        hold!(known, "S8", "{id:?} has the unknown class {class}");
        self.flows[queue.idx()].entered += 1;
        self.sequences += 1;
        let sequence = self.sequences;
        let entry = self.entry(id)?;
        let from = entry.stage;
        let edge = matches!(from, Stage::Created | Stage::InMenu);
        hold!(edge, "S1", "{id:?} went from {from:?} into line");
        entry.stage = Stage::Queued;
        entry.queue = queue;
        entry.language = language;
        entry.class = class;
        entry.enqueued = enqueued;
        entry.sequence = sequence;
        Ok(())
    }

    fn offered(&mut self, offer: OfferId, id: ContactId, adviser: AdviserId, why: Why) -> Checked {
        let newer = self.last_offer.is_none_or(|last| last < offer.number());
        hold!(newer, "S12", "{offer:?} was used before");
        hold!(
            offer.slot() == id.slot(),
            "S12",
            "{offer:?} is not of {id:?}"
        );
        self.last_offer = Some(offer.number());
        let entry = self.entry(id)?.clone();
        let from = entry.stage;
        hold!(
            from == Stage::Queued,
            "S3",
            "{id:?} was offered while {from:?}"
        );
        self.may_be_offered(adviser, id, &entry)?;
        self.order_holds(adviser, id, &entry, why)?;
        let entry = self.entry(id)?;
        entry.stage = Stage::Offered;
        entry.adviser = adviser;
        entry.offer = Some(offer);
        entry.deadline = Timestamp::NEVER;
        self.load_holds(adviser)
    }

    fn answered(&mut self, offer: OfferId, id: ContactId, adviser: AdviserId) -> Checked {
        self.step(id, adviser, &[Stage::Offered], Stage::Active)?;
        let entry = self.entry(id)?;
        let live = entry.offer.take();
        let queue = entry.queue;
        hold!(
            live == Some(offer),
            "S12",
            "{offer:?} was answered, but {live:?} is live"
        );
        self.flows[queue.idx()].answered += 1;
        self.load_holds(adviser)
    }

    fn offer_ended(
        &mut self,
        offer: OfferId,
        id: ContactId,
        adviser: AdviserId,
        outcome: OfferOutcome,
        barred_until: Timestamp,
    ) -> Checked {
        self.step(id, adviser, &[Stage::Offered], Stage::Queued)?;
        let live = self.entry(id)?.offer.take();
        hold!(
            live == Some(offer),
            "S12",
            "{offer:?} ended, but {live:?} is live"
        );
        let reason = match outcome {
            OfferOutcome::Declined => Some(NotReady::Declined),
            OfferOutcome::Expired => Some(NotReady::NoAnswer),
            OfferOutcome::Busy => Some(NotReady::PhoneBusy),
            OfferOutcome::Unreachable | OfferOutcome::BridgeFailed => {
                Some(NotReady::PhoneUnreachable)
            }
            OfferOutcome::CitizenLeft
            | OfferOutcome::PresenceLost
            | OfferOutcome::AdviserLeft
            | OfferOutcome::Interrupted => None,
        };
        if reason.is_some() {
            self.person(adviser)?.not_ready = reason;
        }
        if outcome == OfferOutcome::CitizenLeft {
            self.leaving = Some(id);
        }
        self.back_in_line(id, adviser, barred_until, reason.is_some())
    }

    /// S9: keeps its place, and the one who let it go is not asked again for a while.
    fn back_in_line(
        &mut self,
        id: ContactId,
        adviser: AdviserId,
        barred_until: Timestamp,
        own_doing: bool,
    ) -> Checked {
        let at = self.at;
        let entry = self.entry(id)?.clone();
        let other = |other: &AdviserId| {
            *other != adviser
                && self.people[other.idx()].signed_in
                && self.qualifies(*other, &entry)
        };
        let others = self.everybody().any(|id| other(&id));
        let expected = if own_doing && others {
            self.at.plus_us(self.rules.bar_us)
        } else {
            Timestamp::ZERO
        };
        hold!(
            barred_until == expected,
            "S9",
            "{id:?} let go by {adviser:?} is barred until {barred_until:?}, not {expected:?}"
        );
        let entry = self.entry(id)?;
        entry.stage = Stage::Queued;
        entry.adviser = AdviserId::NONE;
        if barred_until > Timestamp::ZERO {
            entry.bars.push((adviser, barred_until));
        }
        entry.forget_bars(at);
        Ok(())
    }

    fn ended(&mut self, id: ContactId, adviser: AdviserId, until: Timestamp) -> Checked {
        self.step(id, adviser, &[Stage::Active, Stage::Held], Stage::WrapUp)?;
        let queue = self.entry(id)?.queue;
        let full = self.at.plus_us(self.rules.queues[queue.idx()].wrap_up_us);
        hold!(
            until == full,
            "S7",
            "the wrap-up of {id:?} ends at {until:?}, not {full:?}"
        );
        self.entry(id)?.deadline = until;
        Ok(())
    }

    fn transferred(
        &mut self,
        id: ContactId,
        adviser: AdviserId,
        from: QueueId,
        queue: QueueId,
        class: u8,
        barred_until: Timestamp,
    ) -> Checked {
        self.step(id, adviser, &[Stage::Active, Stage::Held], Stage::Queued)?;
        let entry = self.entry(id)?;
        let was = core::mem::replace(&mut entry.queue, queue);
        hold!(
            was == from,
            "S2",
            "{id:?} was sent on from {from:?} but was in {was:?}"
        );
        entry.class = class;
        self.flows[from.idx()].transferred_out += 1;
        self.flows[queue.idx()].transferred_in += 1;
        self.back_in_line(id, adviser, barred_until, true)?;
        self.becomes_free(adviser);
        Ok(())
    }

    fn returned(&mut self, id: ContactId, adviser: AdviserId) -> Checked {
        let gone = self.person(adviser)?.absent_until;
        let due = gone.is_some_and(|until| until <= self.at);
        hold!(
            due,
            "S9",
            "{id:?} went back although {adviser:?} is gone until {gone:?}"
        );
        let channel = self.entry(id)?.channel;
        hold!(
            channel != Channel::Voice,
            "S9",
            "the call {id:?} went back in line"
        );
        self.step(id, adviser, &[Stage::Active, Stage::Held], Stage::Queued)?;
        let queue = self.entry(id)?.queue;
        self.flows[queue.idx()].returned += 1;
        self.back_in_line(id, adviser, Timestamp::ZERO, false)?;
        self.becomes_free(adviser);
        Ok(())
    }

    fn closed(&mut self, id: ContactId, queue: QueueId, reason: CloseReason) -> Checked {
        let waiting = queue.some().map(|queue| self.waiting(queue));
        let Some(entry) = self.open.remove(&id) else {
            return broken("S1", format!("{id:?} was closed, but is not open"));
        };
        self.closed += 1;
        let from = entry.stage;
        let edge = match from {
            Stage::Created => reason == CloseReason::QueueFull,
            Stage::InMenu => !matches!(reason, CloseReason::Served | CloseReason::Abandoned),
            Stage::Queued => !matches!(
                reason,
                CloseReason::Served | CloseReason::LeftInMenu | CloseReason::QueueFull
            ),
            Stage::Active | Stage::Held => reason == CloseReason::Lost,
            Stage::WrapUp => reason == CloseReason::Served,
            Stage::Offered => false,
        };
        hold!(edge, "S1", "{id:?} was closed as {reason:?} while {from:?}");
        if reason == CloseReason::QueueFull {
            let limit = self
                .rules
                .queues
                .get(queue.idx())
                .map(|rule| rule.max_waiting as usize);
            let full = waiting.is_some() && waiting >= limit;
            hold!(
                full,
                "S14",
                "{id:?} was refused: {waiting:?} of {limit:?} waited"
            );
            self.flows[queue.idx()].entered += 1;
            self.flows[queue.idx()].refused += 1;
            return Ok(());
        }
        hold!(
            queue == entry.queue,
            "S2",
            "{id:?} closed in {queue:?}, was in {:?}",
            entry.queue
        );
        match from {
            Stage::Queued => self.flows[queue.idx()].closed_waiting += 1,
            Stage::Active | Stage::Held | Stage::WrapUp => {
                self.flows[queue.idx()].closed_after += 1;
                self.becomes_free(entry.adviser);
            }
            Stage::Created | Stage::InMenu | Stage::Offered => {}
        }
        Ok(())
    }

    fn signed_in(&mut self, id: AdviserId, activity: Activity) -> Checked {
        let person = self.person(id)?;
        hold!(!person.signed_in, "S6", "{id:?} signed in twice");
        person.signed_in = true;
        person.absent_until = None;
        person.not_ready = None;
        person.activity = activity;
        self.becomes_free(id);
        Ok(())
    }

    fn signed_out(&mut self, id: AdviserId) -> Checked {
        self.working(id)?.signed_in = false;
        let left = self.open.iter().find(|(_, entry)| entry.adviser == id);
        hold!(left.is_none(), "S3", "{id:?} went home with {left:?}");
        Ok(())
    }

    fn presence_lost(&mut self, id: AdviserId, return_at: Timestamp) -> Checked {
        let person = self.working(id)?;
        hold!(
            person.absent_until.is_none(),
            "S6",
            "{id:?} was gone already"
        );
        person.absent_until = Some(return_at);
        for entry in self.open.values_mut().filter(|entry| entry.adviser == id) {
            let stage = entry.stage;
            hold!(
                stage != Stage::Offered,
                "S6",
                "{id:?} is gone but keeps an offer"
            );
            if matches!(stage, Stage::Active | Stage::Held) && entry.channel != Channel::Voice {
                entry.deadline = return_at;
            }
        }
        Ok(())
    }

    fn presence_regained(&mut self, id: AdviserId) -> Checked {
        let person = self.working(id)?;
        hold!(person.absent_until.is_some(), "S6", "{id:?} was not gone");
        person.absent_until = None;
        for entry in self.open.values_mut().filter(|entry| entry.adviser == id) {
            if matches!(entry.stage, Stage::Active | Stage::Held) {
                entry.deadline = Timestamp::NEVER;
            }
        }
        self.becomes_free(id);
        Ok(())
    }

    /// One edge of the table, with the one adviser who has the contact.
    fn step(&mut self, id: ContactId, adviser: AdviserId, from: &[Stage], to: Stage) -> Checked {
        let absent = self.person(adviser)?.absent_until;
        let entry = self.entry(id)?;
        let stage = entry.stage;
        hold!(
            from.contains(&stage),
            "S1",
            "{id:?} went from {stage:?} to {to:?}"
        );
        let has = entry.adviser;
        hold!(
            has == adviser,
            "S3",
            "{adviser:?} acts for {id:?}, but {has:?} has it"
        );
        entry.stage = to;
        if matches!(to, Stage::Active | Stage::Held) {
            let goes_back = entry.channel != Channel::Voice;
            let until = absent.filter(|_| goes_back);
            entry.deadline = until.unwrap_or(Timestamp::NEVER);
        }
        Ok(())
    }
}

/// What must hold.
impl Ledger {
    /// S5, S6, S7, S9: whom an offer may go to.
    fn may_be_offered(&self, id: AdviserId, contact: ContactId, entry: &Entry) -> Checked {
        let room = self.has_room(id, entry.channel);
        hold!(
            room,
            "S5",
            "{contact:?} was offered to {id:?}, who has no room"
        );
        match self.obstacle(id, entry) {
            None => Ok(()),
            Some((invariant, why)) => broken(
                invariant,
                format!("{contact:?} was offered to {id:?}, who {why}"),
            ),
        }
    }

    /// What else than room stands between the two, and which invariant says so.
    fn obstacle(&self, id: AdviserId, entry: &Entry) -> Option<(&'static str, &'static str)> {
        let Some(person) = self.people.get(id.idx()) else {
            return Some(("S6", "does not exist"));
        };
        if !person.signed_in {
            return Some(("S7", "has gone home"));
        }
        if person.absent_until.is_some() {
            return Some(("S6", "is gone"));
        }
        if person.not_ready.is_some() {
            return Some(("S6", "is not ready"));
        }
        if !Channels::of(person.activity).has(entry.channel) {
            return Some(("S7", "does something else"));
        }
        if !self.qualifies(id, entry) {
            return Some(("S6", "cannot help"));
        }
        self.barred(id, entry)
            .then_some(("S9", "let it go just now"))
    }

    /// S8, seen from the side that the rule names.
    fn order_holds(&self, id: AdviserId, contact: ContactId, entry: &Entry, why: Why) -> Checked {
        match why.rule {
            WhyRule::FirstInLine => {
                let own = self.order(entry);
                for (other, waiting) in self.open.iter().filter(|(other, _)| **other != contact) {
                    let before = waiting.stage == Stage::Queued && self.order(waiting) < own;
                    let passed = before && self.can_take(id, waiting);
                    hold!(!passed, "S8", "{id:?} got {contact:?} before {other:?}");
                }
            }
            WhyRule::IdleLongest => {
                let own = self.people[id.idx()].idle_number;
                for other in self.everybody() {
                    let longer = self.people[other.idx()].idle_number < own;
                    let passed = longer && other != id && self.can_take(other, entry);
                    hold!(
                        !passed,
                        "S8",
                        "{id:?} got {contact:?}, but {other:?} is idle longer"
                    );
                }
            }
            rule => hold!(false, "S8", "{rule:?} is not known here"),
        }
        Ok(())
    }

    /// S4 and S5.
    fn load_holds(&self, id: AdviserId) -> Checked {
        let used = self.used(id);
        hold!(used <= CAPACITY, "S5", "{id:?} holds {used} of {CAPACITY}");
        let speaks = |entry: &&Entry| entry.adviser == id && entry.channel == Channel::Voice;
        let calls = self.open.values().filter(speaks).count();
        hold!(calls <= 1, "S4", "{id:?} has {calls} calls");
        Ok(())
    }

    /// S2: what entered a queue is somewhere.
    fn flows_add_up(&self) -> Checked {
        for (idx, flow) in self.flows.iter().enumerate() {
            let queue = QueueId(u16::try_from(idx).unwrap_or(u16::MAX));
            let in_line = |stage| matches!(stage, Stage::Queued | Stage::Offered);
            let in_hand = |stage| matches!(stage, Stage::Active | Stage::Held | Stage::WrapUp);
            let before = self.count(queue, in_line) as u64;
            let after = self.count(queue, in_hand) as u64;
            let entered = flow.entered + flow.transferred_in + flow.returned;
            let left = before + flow.answered + flow.closed_waiting + flow.refused;
            hold!(
                entered == left,
                "S2",
                "{queue:?}: {before} in line do not fit {flow:?}"
            );
            let done = after + flow.closed_after + flow.transferred_out + flow.returned;
            hold!(
                flow.answered == done,
                "S2",
                "{queue:?}: {after} in hand do not fit {flow:?}"
            );
        }
        Ok(())
    }

    /// L1, L3: nobody waits for whom somebody is free.
    fn nobody_waits_in_vain(&self) -> Checked {
        let mut free = Vec::new();
        for id in self
            .everybody()
            .filter(|id| self.people[id.idx()].signed_in)
        {
            for channel in Channel::ALL
                .iter()
                .filter(|channel| self.has_room(id, **channel))
            {
                free.push((id, *channel));
            }
        }
        for (contact, entry) in &self.open {
            hold!(
                entry.stage != Stage::Created,
                "S1",
                "{contact:?} is nowhere"
            );
            if entry.stage != Stage::Queued {
                continue;
            }
            for (id, _) in free.iter().filter(|(_, channel)| *channel == entry.channel) {
                let asked = entry.bars.iter().any(|(barred, _)| barred == id);
                let idle = !asked && self.obstacle(*id, entry).is_none();
                hold!(!idle, "L1", "{contact:?} waits although {id:?} is free");
            }
        }
        Ok(())
    }

    fn can_take(&self, id: AdviserId, entry: &Entry) -> bool {
        self.obstacle(id, entry).is_none() && self.has_room(id, entry.channel)
    }

    fn qualifies(&self, id: AdviserId, entry: &Entry) -> bool {
        let rule = &self.rules.advisers[id.idx()];
        let queue = &self.rules.queues[entry.queue.idx()];
        for need in self.rules.language(entry.language) {
            let levels = rule.skills.iter().filter(|has| has.skill == need.skill);
            if levels.map(|has| has.level).max() < Some(need.level) {
                return false;
            }
        }
        let unit = queue.rings[0].condition.holds(rule, &self.rules);
        let origin = self.people[id.idx()].origins.has(entry.origin);
        unit && origin && rule.channels.has(entry.channel)
    }

    fn barred(&self, id: AdviserId, entry: &Entry) -> bool {
        let mut bars = entry.bars.iter();
        bars.any(|(barred, until)| *barred == id && self.at < *until)
    }

    fn has_room(&self, id: AdviserId, channel: Channel) -> bool {
        let calls = |entry: &Entry| entry.adviser == id && entry.channel == Channel::Voice;
        let alone = channel != Channel::Voice || !self.open.values().any(calls);
        alone && self.used(id) + self.rules.weights[channel as usize] <= CAPACITY
    }

    fn used(&self, id: AdviserId) -> u16 {
        let mut used = 0;
        for entry in self.open.values() {
            if entry.adviser == id {
                used += self.rules.weights[entry.channel as usize];
            }
        }
        used
    }

    fn order(&self, entry: &Entry) -> (i64, u64) {
        let head_start = self.rules.classes[usize::from(entry.class)].head_start_us;
        (entry.enqueued.0.saturating_sub(head_start), entry.sequence)
    }

    fn count(&self, queue: QueueId, stage: impl Fn(Stage) -> bool) -> usize {
        let there = |entry: &&Entry| entry.queue == queue && stage(entry.stage);
        self.open.values().filter(there).count()
    }

    fn becomes_free(&mut self, id: AdviserId) {
        self.idle_numbers += 1;
        self.people[id.idx()].idle_number = self.idle_numbers;
    }

    fn entry(&mut self, id: ContactId) -> Result<&mut Entry, Violation> {
        match self.open.get_mut(&id) {
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

#[cfg(test)]
mod tests;
