//! The state, and `apply`: the only way it changes.

use std::sync::Arc;

use linje_event::{Event, NotReady, OfferOutcome};
use linje_types::{
    Activity, AdviserId, Channel, Channels, ContactId, Language, OfferId, Origin, Origins, QueueId,
    Timestamp, TopicId,
};

use crate::{
    cast::u32_of,
    deadlines::Deadlines,
    idle::Idle,
    lines::{Lines, NONE},
    tables::Tables,
};

/// Where an open contact is. Closed contacts are gone from the state.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ContactState {
    /// In a menu.
    InMenu,
    /// Waiting in a queue.
    Queued,
    /// Presented to an adviser.
    Offered,
    /// With an adviser.
    Active,
    /// With an adviser, on hold.
    Held,
    /// Over for the citizen; the adviser finishes.
    WrapUp,
}

/// One slot of the slab: one cache line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contact {
    pub(crate) arrived: Timestamp,
    pub(crate) enqueued: Timestamp,
    pub(crate) generation: u32,
    pub(crate) lane: u32,
    pub(crate) adviser: u32,
    pub(crate) offer: u32,
    /// Next and previous contact of the same adviser; in a free slot `next` is the next free slot.
    pub(crate) next: u32,
    pub(crate) prev: u32,
    pub(crate) queue: QueueId,
    pub(crate) topic: TopicId,
    pub(crate) open: bool,
    pub(crate) state: ContactState,
    pub(crate) channel: Channel,
    pub(crate) language: Language,
    pub(crate) origin: Origin,
    pub(crate) class: u8,
    /// How many advisers are barred from it.
    pub(crate) bars: u8,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Adviser {
    pub(crate) idle_since: Timestamp,
    /// When contacts that are not calls go back in line; `NEVER` while present.
    pub(crate) return_at: Timestamp,
    /// First contact, or `NONE`.
    pub(crate) first: u32,
    /// Share of the capacity in use.
    pub(crate) used: u16,
    /// How many calls in any state.
    pub(crate) calls: u8,
    pub(crate) signed_in: bool,
    pub(crate) activity: Activity,
    pub(crate) not_ready: Option<NotReady>,
    pub(crate) origins: Origins,
}

/// An adviser who let a contact go is not asked about it again until then (S9).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct Bar {
    pub(crate) slot: u32,
    pub(crate) adviser: u32,
    pub(crate) until: Timestamp,
}

/// Everything that is open now: contacts, lines, advisers. A clone is a few flat copies.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) tables: Arc<Tables>,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) lines: Lines,
    pub(crate) deadlines: Deadlines,
    pub(crate) advisers: Vec<Adviser>,
    pub(crate) idle: Idle,
    /// By queue.
    pub(crate) waiting: Vec<u32>,
    /// By profile: advisers signed in.
    pub(crate) signed_in: Vec<u32>,
    /// Sorted by slot; a handful at any time.
    pub(crate) bars: Vec<Bar>,
    /// First free slot, or `NONE`.
    pub(crate) free: u32,
    pub(crate) n_open: u32,
    pub(crate) next_seq: u64,
    pub(crate) next_idle: u64,
    pub(crate) next_offer: u32,
}

impl State {
    /// A centre with nobody in it: all advisers signed out, no contact.
    #[must_use]
    pub fn new(tables: Arc<Tables>) -> State {
        let advisers = tables.rules().advisers.iter().map(|rule| Adviser {
            idle_since: Timestamp::ZERO,
            return_at: Timestamp::NEVER,
            first: NONE,
            used: 0,
            calls: 0,
            signed_in: false,
            activity: Activity::Break,
            not_ready: None,
            origins: rule.origins,
        });
        State {
            contacts: Vec::new(),
            lines: Lines::new(tables.n_lanes()),
            deadlines: Deadlines::default(),
            advisers: advisers.collect(),
            idle: Idle::new(&tables),
            waiting: vec![0; tables.n_queues()],
            signed_in: vec![0; tables.n_profiles()],
            bars: Vec::new(),
            free: NONE,
            n_open: 0,
            next_seq: 0,
            next_idle: 0,
            next_offer: 0,
            tables,
        }
    }

    /// Changes the state by what happened at `at`. Live service, replay and simulation all come here.
    #[inline(always)]
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        match *event {
            Event::CentrePublished { .. } => {}
            Event::ContactArrived {
                contact,
                channel,
                topic,
                origin,
                language,
                ..
            } => self.arrived(contact, at, (channel, topic, origin, language)),
            Event::ContactQueued {
                contact,
                queue,
                topic,
                language,
                class,
                enqueued,
            } => self.queued(contact, (queue, topic, language, class), enqueued),
            Event::OfferMade {
                offer,
                adviser,
                expires,
                ..
            } => {
                self.taken(offer, adviser, ContactState::Offered);
                self.deadlines.set(offer.slot(), expires);
            }
            Event::ContactAssigned { offer, adviser, .. } => {
                self.taken(offer, adviser, ContactState::Active);
                self.deadlines.clear(offer.slot());
            }
            Event::OfferAccepted { offer, .. } => {
                self.contacts[offer.slot() as usize].state = ContactState::Active;
                self.deadlines.clear(offer.slot());
            }
            Event::OfferEnded {
                offer,
                adviser,
                outcome,
                barred_until,
                ..
            } => self.offer_ended(offer, adviser.0, outcome, barred_until, at),
            Event::ContactHeld { contact, .. } => {
                self.contacts[contact.slot() as usize].state = ContactState::Held;
            }
            Event::ContactResumed { contact, .. } => {
                self.contacts[contact.slot() as usize].state = ContactState::Active;
            }
            Event::ContactEnded {
                contact,
                wrap_up_until,
                ..
            } => {
                self.contacts[contact.slot() as usize].state = ContactState::WrapUp;
                // Without wrap-up it is closed by the same command.
                if wrap_up_until > at {
                    self.deadlines.set(contact.slot(), wrap_up_until);
                }
            }
            Event::WrapUpSet { contact, until, .. } => self.deadlines.set(contact.slot(), until),
            Event::ContactTransferred {
                contact,
                adviser,
                queue,
                class,
                barred_until,
                ..
            } => self.transferred(contact, adviser.0, (queue, class), barred_until, at),
            Event::ContactReturned { contact, adviser } => {
                self.release(contact.slot(), adviser.0, Some(at));
                self.back_in_line(contact.slot(), at);
            }
            Event::ContactClosed { contact, .. } => self.closed(contact.slot(), at),
            Event::AdviserSignedIn { adviser, activity } => {
                self.presence(adviser.0, Some(activity), at);
            }
            Event::AdviserSignedOut { adviser } => self.presence(adviser.0, None, at),
            Event::ActivityChosen { adviser, activity } => {
                let who = &mut self.advisers[adviser.idx()];
                who.activity = activity;
                who.not_ready = None;
                self.freed(adviser.0, at);
            }
            Event::OriginsChosen { adviser, origins } => self.meets(adviser.0, origins),
            Event::PresenceLost { adviser, return_at } => {
                self.advisers[adviser.idx()].return_at = return_at;
                self.returns(adviser.0, return_at);
                self.relist(adviser.0);
            }
            Event::PresenceRegained { adviser } => {
                self.advisers[adviser.idx()].return_at = Timestamp::NEVER;
                self.returns(adviser.0, Timestamp::NEVER);
                self.freed(adviser.0, at);
            }
            Event::BarEnded { contact } => self.next_bar(contact.slot(), at),
        }
    }

    #[inline]
    fn arrived(
        &mut self,
        contact: ContactId,
        at: Timestamp,
        (channel, topic, origin, language): (Channel, TopicId, Origin, Language),
    ) {
        let slot = contact.slot();
        if self.free == slot {
            self.free = self.contacts[slot as usize].next;
        } else {
            self.lines.add_slot();
            self.deadlines.add_slot();
            self.contacts.push(EMPTY);
        }
        self.n_open += 1;
        // The order of the slot's last contact must not show: a restored state does not know it.
        self.lines.set_order(slot, 0, 0);
        self.contacts[slot as usize] = Contact {
            arrived: at,
            enqueued: at,
            generation: contact.generation(),
            topic,
            open: true,
            channel,
            language,
            origin,
            ..EMPTY
        };
    }

    #[inline]
    fn queued(
        &mut self,
        contact: ContactId,
        (queue, topic, language, class): (QueueId, TopicId, Language, u8),
        enqueued: Timestamp,
    ) {
        let slot = contact.slot();
        let seq = self.next_seq;
        self.next_seq += 1;
        let key = self.tables.key(enqueued, class);
        self.lines.set_order(slot, key, seq);
        let it = &mut self.contacts[slot as usize];
        it.enqueued = enqueued;
        it.topic = topic;
        it.language = language;
        it.queue = queue;
        it.class = class;
        it.lane = self
            .tables
            .lane(queue, it.channel, language, it.origin, class);
        self.line_up(slot);
    }

    #[inline]
    pub(crate) fn line_up(&mut self, slot: u32) {
        let it = &mut self.contacts[slot as usize];
        it.state = ContactState::Queued;
        let (lane, queue) = (it.lane as usize, it.queue.idx());
        self.lines.insert(lane, slot);
        self.waiting[queue] += 1;
    }

    #[inline]
    fn out_of_line(&mut self, slot: u32) {
        let it = &self.contacts[slot as usize];
        let (lane, queue) = (it.lane as usize, it.queue.idx());
        self.lines.remove(lane, slot);
        self.waiting[queue] -= 1;
    }

    /// From the line to the adviser, whose capacity is reserved from now on (S5).
    #[inline]
    fn taken(&mut self, offer: OfferId, adviser: AdviserId, state: ContactState) {
        let slot = offer.slot();
        self.out_of_line(slot);
        self.next_offer = offer.number() + 1;
        let it = &mut self.contacts[slot as usize];
        it.state = state;
        it.offer = offer.number();
        self.hold_by(slot, adviser.0);
        self.relist(adviser.0);
    }

    /// Puts the contact into the adviser's list and reserves its share of the capacity.
    #[inline]
    pub(crate) fn hold_by(&mut self, slot: u32, adviser: u32) {
        let who = &mut self.advisers[adviser as usize];
        let it = &mut self.contacts[slot as usize];
        let first = who.first;
        who.first = slot;
        who.used += self.tables.rules().weights[it.channel as usize];
        who.calls += u8::from(it.channel == Channel::Voice);
        it.adviser = adviser;
        it.prev = NONE;
        it.next = first;
        if first != NONE {
            self.contacts[first as usize].prev = slot;
        }
    }

    /// From the adviser, whose capacity is given back; `freed_at` gives a new place among the idle.
    #[inline]
    fn release(&mut self, slot: u32, adviser: u32, freed_at: Option<Timestamp>) {
        let Contact {
            next,
            prev,
            channel,
            ..
        } = self.contacts[slot as usize];
        if prev == NONE {
            self.advisers[adviser as usize].first = next;
        } else {
            self.contacts[prev as usize].next = next;
        }
        if next != NONE {
            self.contacts[next as usize].prev = prev;
        }
        self.contacts[slot as usize].adviser = NONE;
        let who = &mut self.advisers[adviser as usize];
        who.used -= self.tables.rules().weights[channel as usize];
        who.calls -= u8::from(channel == Channel::Voice);
        match freed_at {
            Some(at) => self.freed(adviser, at),
            None => self.relist(adviser),
        }
    }

    /// Gives the adviser a new idle number.
    #[inline]
    fn freed(&mut self, adviser: u32, at: Timestamp) {
        self.idle.relist(adviser, None);
        self.idle.set_seq(adviser, self.next_idle);
        self.next_idle += 1;
        self.advisers[adviser as usize].idle_since = at;
        self.relist(adviser);
    }

    /// Moves the adviser to the idle list that fits what they can take now.
    #[inline]
    pub(crate) fn relist(&mut self, adviser: u32) {
        let mask = self.mask(adviser);
        let to = (mask != Channels::NONE).then(|| {
            let origins = self.advisers[adviser as usize].origins;
            (
                self.tables.mask_idx(mask),
                self.tables.profile(adviser, origins),
            )
        });
        self.idle.relist(adviser, to);
    }

    /// The channels that presence, activity and remaining capacity allow.
    #[inline]
    pub(crate) fn mask(&self, adviser: u32) -> Channels {
        let who = &self.advisers[adviser as usize];
        let offerable =
            who.signed_in && who.not_ready.is_none() && who.return_at == Timestamp::NEVER;
        if !offerable {
            return Channels::NONE;
        }
        // One call at a time, whatever it weighs (S4).
        let second_call = if who.calls == 0 {
            0
        } else {
            Channels::NONE.with(Channel::Voice).0
        };
        Channels(Channels::of(who.activity).0 & self.tables.fits(who.used).0 & !second_call)
    }

    fn offer_ended(
        &mut self,
        offer: OfferId,
        adviser: u32,
        outcome: OfferOutcome,
        barred_until: Timestamp,
        at: Timestamp,
    ) {
        self.advisers[adviser as usize].not_ready = match outcome {
            OfferOutcome::Declined => Some(NotReady::Declined),
            OfferOutcome::Expired => Some(NotReady::NoAnswer),
            OfferOutcome::Busy => Some(NotReady::PhoneBusy),
            OfferOutcome::Unreachable | OfferOutcome::BridgeFailed => {
                Some(NotReady::PhoneUnreachable)
            }
            OfferOutcome::CitizenLeft | OfferOutcome::PresenceLost | OfferOutcome::AdviserLeft => {
                self.advisers[adviser as usize].not_ready
            }
        };
        let slot = offer.slot();
        self.release(slot, adviser, None);
        self.bar(slot, adviser, barred_until);
        self.back_in_line(slot, at);
    }

    /// Back where it was: key and number are still in its link (S9).
    fn back_in_line(&mut self, slot: u32, at: Timestamp) {
        self.line_up(slot);
        self.next_bar(slot, at);
    }

    fn bar(&mut self, slot: u32, adviser: u32, until: Timestamp) {
        if until == Timestamp::ZERO {
            return;
        }
        self.bars
            .retain(|bar| (bar.slot, bar.adviser) != (slot, adviser));
        let bar = Bar {
            slot,
            adviser,
            until,
        };
        let place = self.bars.partition_point(|other| *other < bar);
        self.bars.insert(place, bar);
        self.contacts[slot as usize].bars = self.count_bars(slot);
    }

    /// Forgets bars that are over; the deadline of a waiting contact is the end of the next one.
    #[inline]
    fn next_bar(&mut self, slot: u32, at: Timestamp) {
        let mut next = Timestamp::NEVER;
        if self.contacts[slot as usize].bars > 0 {
            self.bars.retain(|bar| bar.slot != slot || bar.until > at);
            next = self
                .bars_of(slot)
                .iter()
                .map(|bar| bar.until)
                .min()
                .unwrap_or(Timestamp::NEVER);
            self.contacts[slot as usize].bars = self.count_bars(slot);
        }
        self.deadlines.set(slot, next);
    }

    fn count_bars(&self, slot: u32) -> u8 {
        u8::try_from(self.bars_of(slot).len()).unwrap_or(u8::MAX)
    }

    #[inline]
    pub(crate) fn bars_of(&self, slot: u32) -> &[Bar] {
        let from = self.bars.partition_point(|bar| bar.slot < slot);
        let to = self.bars.partition_point(|bar| bar.slot <= slot);
        &self.bars[from..to]
    }

    fn transferred(
        &mut self,
        contact: ContactId,
        adviser: u32,
        (queue, class): (QueueId, u8),
        barred_until: Timestamp,
        at: Timestamp,
    ) {
        let slot = contact.slot();
        self.release(slot, adviser, Some(at));
        let it = &mut self.contacts[slot as usize];
        it.queue = queue;
        it.class = class;
        it.lane = self
            .tables
            .lane(queue, it.channel, it.language, it.origin, class);
        let key = self.tables.key(it.enqueued, class);
        let seq = self.lines.link(slot).seq;
        self.lines.set_order(slot, key, seq);
        self.bar(slot, adviser, barred_until);
        self.back_in_line(slot, at);
    }

    #[inline]
    fn closed(&mut self, slot: u32, at: Timestamp) {
        let Contact {
            state,
            adviser,
            bars,
            ..
        } = self.contacts[slot as usize];
        if state == ContactState::Queued {
            self.out_of_line(slot);
        }
        self.deadlines.clear(slot);
        if bars > 0 {
            self.bars.retain(|bar| bar.slot != slot);
        }
        if adviser != NONE {
            self.release(slot, adviser, Some(at));
        }
        let it = &mut self.contacts[slot as usize];
        it.open = false;
        it.generation = it.generation.wrapping_add(1);
        it.next = self.free;
        self.free = slot;
        self.n_open -= 1;
    }

    fn presence(&mut self, adviser: u32, activity: Option<Activity>, at: Timestamp) {
        let who = &mut self.advisers[adviser as usize];
        let was = who.signed_in;
        who.signed_in = activity.is_some();
        who.activity = activity.unwrap_or(who.activity);
        who.not_ready = None;
        who.return_at = Timestamp::NEVER;
        let profile = self.tables.profile(adviser, who.origins) as usize;
        match (was, activity.is_some()) {
            (false, true) => self.signed_in[profile] += 1,
            (true, false) => self.signed_in[profile] -= 1,
            _ => {}
        }
        self.freed(adviser, at);
    }

    fn meets(&mut self, adviser: u32, origins: Origins) {
        let who = &mut self.advisers[adviser as usize];
        let before = self.tables.profile(adviser, who.origins) as usize;
        who.origins = origins;
        if who.signed_in {
            self.signed_in[before] -= 1;
            self.signed_in[self.tables.profile(adviser, origins) as usize] += 1;
        }
        self.relist(adviser);
    }

    /// Sets when the adviser's contacts that are not calls go back in line.
    fn returns(&mut self, adviser: u32, at: Timestamp) {
        let mut slot = self.advisers[adviser as usize].first;
        while slot != NONE {
            let it = &self.contacts[slot as usize];
            let talks = matches!(it.state, ContactState::Active | ContactState::Held);
            if talks && it.channel != Channel::Voice {
                self.deadlines.set(slot, at);
            }
            slot = self.contacts[slot as usize].next;
        }
    }

    /// The slot of an open contact.
    #[inline]
    pub(crate) fn slot_of(&self, contact: ContactId) -> Option<u32> {
        let slot = contact.slot();
        let it = self.contacts.get(slot as usize)?;
        (it.open && it.generation == contact.generation()).then_some(slot)
    }

    #[inline]
    pub(crate) fn id_of(&self, slot: u32) -> ContactId {
        ContactId::new(slot, self.contacts[slot as usize].generation)
    }

    /// The id that the next `Command::Arrive` must carry.
    #[must_use]
    #[inline]
    pub fn next_contact(&self) -> ContactId {
        if self.free == NONE {
            ContactId::new(u32_of(self.contacts.len()), 0)
        } else {
            self.id_of(self.free)
        }
    }
}

pub(crate) const EMPTY: Contact = Contact {
    arrived: Timestamp::ZERO,
    enqueued: Timestamp::ZERO,
    generation: 0,
    lane: NONE,
    adviser: NONE,
    offer: NONE,
    next: NONE,
    prev: NONE,
    queue: QueueId::NONE,
    topic: TopicId::NONE,
    open: false,
    state: ContactState::InMenu,
    channel: Channel::Voice,
    language: Language::Nb,
    origin: Origin::Live,
    class: 0,
    bars: 0,
};

const _: () = assert!(size_of::<Contact>() <= 64, "a contact is one cache line");
