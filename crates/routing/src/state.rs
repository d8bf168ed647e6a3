//! The state, and `apply`: the only way it changes.

use std::sync::Arc;

use linje_event::{Event, FailCause, Needs, NotReady, OfferOutcome};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, OfferId, Origin,
    Origins, QueueId, RequestId, Timestamp, TopicId, UnitId,
};

use crate::{
    cast::u32_of,
    deadlines::Deadlines,
    idle::{Idle, Mask},
    lanes::{Kind, Lanes, NO_STEP},
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
    /// A callback that waits for its time or for the next attempt.
    Parked,
    /// A callback: the adviser is ready and the citizen is being rung.
    Dialling,
    /// Deferred work that its adviser has laid aside.
    SetAside,
    /// With an adviser who asks an expert; the citizen hears music.
    Consulting,
}

/// What a contact is besides.
pub(crate) mod flag {
    /// The citizen is not on the line and will be rung.
    pub(crate) const CALLBACK: u8 = 1;
    /// A consultation of an expert about another contact.
    pub(crate) const CONSULT: u8 = 2;
    /// Its guaranteed longest wait is over.
    pub(crate) const OVERDUE: u8 = 4;
    /// Only the named adviser is asked.
    pub(crate) const PERSONAL: u8 = 8;
    /// An adviser rang them: tried once.
    pub(crate) const OUT: u8 = 16;
    /// Citizen, adviser and expert talk all three.
    pub(crate) const JOINED: u8 = 32;
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
    pub(crate) ring: u8,
    pub(crate) clearance: Clearance,
    /// See [`flag`].
    pub(crate) flags: u8,
    /// Callback: attempts begun, in all promises together, so that each has a number of its own.
    pub(crate) attempts: u8,
    /// Callback: those of them that belong to earlier promises.
    pub(crate) attempts_before: u8,
    /// Who is asked first, or `NONE`.
    pub(crate) named: u32,
    /// Slot of the consultation, or of the contact it is about, or `NONE`.
    pub(crate) peer: u32,
}

impl Contact {
    #[inline]
    pub(crate) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
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
    /// Taken besides the activity.
    pub(crate) also: Channels,
}

/// A contact that waits for one adviser only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Personal {
    pub(crate) adviser: u32,
    pub(crate) order: (i64, u64),
    pub(crate) slot: u32,
}

/// A callback that is promised, and how often our side failed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Promised {
    pub(crate) slot: u32,
    /// Rung before this moment.
    pub(crate) until: Timestamp,
    /// Attempts that never left us.
    pub(crate) failed: u8,
}

/// An open request of the traffic controller.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// What advisers are asked to do.
    pub activity: Activity,
    /// How many are wanted.
    pub wanted: u16,
    /// Of this unit; `None` = of all.
    pub unit: Option<UnitId>,
    /// When it was made.
    pub at: Timestamp,
    /// Who has answered, and what.
    pub answers: Vec<(AdviserId, bool)>,
}

impl Request {
    /// How many said yes.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.answers.iter().filter(|(_, yes)| *yes).count()
    }
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
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) lines: Lines,
    pub(crate) deadlines: Deadlines,
    /// By lane: not later than the next step of its first contact; equal ones go by that contact's number.
    pub(crate) alarms: Deadlines<u64>,
    /// Sorted; those who wait for one adviser only.
    pub(crate) personal: Vec<Personal>,
    /// Sorted: (slot, queue) that the contact has left.
    pub(crate) visits: Vec<(u32, QueueId)>,
    /// By queue: measured expected wait, microseconds.
    pub(crate) expected: Vec<i64>,
    pub(crate) requests: Vec<Request>,
    /// Sorted by slot: the callbacks that are promised.
    pub(crate) promised: Vec<Promised>,
    /// A bit for each crisis plan that is on.
    pub(crate) plans: u64,
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
    pub(crate) next_request: u32,
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
            also: Channels::NONE,
        });
        State {
            contacts: Vec::new(),
            lanes: Arc::new(Lanes::new(&tables)),
            lines: Lines::new(),
            deadlines: Deadlines::default(),
            alarms: Deadlines::default(),
            personal: Vec::new(),
            visits: Vec::new(),
            expected: vec![0; tables.n_queues()],
            requests: Vec::new(),
            promised: Vec::new(),
            plans: 0,
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
            next_request: 0,
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
            } => self.queued(contact, (queue, topic, language, class), enqueued, at),
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
                self.becomes(contact.slot(), ContactState::Held);
            }
            Event::ContactResumed { contact, .. } => {
                self.becomes(contact.slot(), ContactState::Active);
            }
            Event::ContactEnded {
                contact,
                adviser,
                wrap_up_until,
                ..
            } => {
                let it = self.contacts[contact.slot() as usize];
                if it.state == ContactState::SetAside {
                    // It weighs again, until it is closed by the same command.
                    let weight = self.tables.rules().weights[it.channel as usize];
                    self.advisers[adviser.idx()].used += weight;
                }
                self.becomes(contact.slot(), ContactState::WrapUp);
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
                let slot = contact.slot();
                self.release(slot, adviser.0, Some(at));
                self.back_in_line(slot, at);
            }
            Event::ContactClosed { contact, .. } => {
                self.forget_promise(contact.slot());
                self.closed(contact.slot(), at);
            }
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
            Event::ContactNeeds { contact, needs } => self.needs(contact.slot(), needs, at),
            Event::RingStarted { contact, ring } => self.moved(contact.slot(), at, |it| {
                it.ring = ring;
                it.flags &= !flag::PERSONAL;
            }),
            Event::ContactOverdue { contact } => {
                self.moved(contact.slot(), at, |it| it.flags |= flag::OVERDUE);
            }
            Event::ContactOverflowed {
                contact,
                from,
                queue,
            } => {
                self.visit(contact.slot(), from);
                self.moved(contact.slot(), at, |it| it.queue = queue);
            }
            Event::ContactSetAside { contact, adviser } => {
                self.set_aside(contact.slot(), adviser.0, true);
            }
            Event::ContactGivenBack {
                contact,
                adviser,
                barred_until,
            } => {
                let slot = contact.slot();
                self.release(slot, adviser.0, Some(at));
                self.bar(slot, adviser.0, barred_until);
                self.back_in_line(slot, at);
            }
            Event::ContactTakenUp { contact, adviser } => {
                self.set_aside(contact.slot(), adviser.0, false);
            }
            Event::ConsultStarted {
                contact, consult, ..
            } => self.consult_started(contact.slot(), consult),
            Event::ConsultEnded {
                contact, consult, ..
            } => self.consult_ended(contact, consult),
            Event::ContactHandedOver {
                contact,
                from,
                to,
                queue,
            } => {
                let slot = contact.slot();
                let since = self.since(slot);
                self.release(slot, from.0, Some(at));
                let was_in = self.contacts[slot as usize].queue;
                self.visit(slot, was_in);
                let it = &mut self.contacts[slot as usize];
                it.queue = queue;
                it.state = ContactState::Active;
                self.reorder(slot, since, was_in, at);
                self.hold_by(slot, to.0);
                self.relist(to.0);
            }
            Event::CallbackAsked {
                contact,
                from,
                until,
            } => {
                self.callback_asked(contact.slot(), from, at);
                self.promise(contact.slot(), until);
            }
            Event::CallbackDue { contact } => {
                self.line_up(contact.slot());
                self.next_bar(contact.slot(), at);
            }
            Event::CallbackDialling {
                contact,
                attempt,
                expires,
                ..
            } => {
                let it = &mut self.contacts[contact.slot() as usize];
                it.state = ContactState::Dialling;
                it.attempts = attempt;
                self.deadlines.set(contact.slot(), expires);
            }
            Event::CallbackAnswered { contact, .. } => {
                let it = &mut self.contacts[contact.slot() as usize];
                it.state = ContactState::Active;
                it.flags &= !flag::CALLBACK;
                self.deadlines.clear(contact.slot());
                self.forget_promise(contact.slot());
            }
            Event::CallbackMissed {
                contact,
                adviser,
                cause,
                retry_at,
            } => {
                self.release(contact.slot(), adviser.0, Some(at));
                let it = &mut self.contacts[contact.slot() as usize];
                it.state = ContactState::Parked;
                // It does not count, but its number is not used again: a late word about it changes nothing.
                if cause == FailCause::BridgeFailed {
                    it.attempts_before = it.attempts_before.saturating_add(1);
                    self.note_failed(contact.slot());
                }
                self.deadlines.set(contact.slot(), retry_at);
            }
            Event::AlsoChosen { adviser, channels } => {
                self.advisers[adviser.idx()].also = channels;
                self.relist(adviser.0);
            }
            Event::QueueExpected { queue, wait_us } => self.expected[queue.idx()] = wait_us,
            Event::PlanSwitched { plan, on } => {
                let bit = 1 << plan.0;
                self.plans = if on {
                    self.plans | bit
                } else {
                    self.plans & !bit
                };
            }
            Event::RequestMade {
                request,
                activity,
                wanted,
                unit,
            } => {
                self.next_request = request.0 + 1;
                self.requests.push(Request {
                    id: request,
                    activity,
                    wanted,
                    unit,
                    at,
                    answers: Vec::new(),
                });
            }
            Event::RequestAnswered {
                request,
                adviser,
                yes,
            } => {
                let asked = self.requests.iter_mut().find(|it| it.id == request);
                if let Some(asked) = asked {
                    asked.answers.push((adviser, yes));
                }
            }
            Event::RequestClosed { request } => self.requests.retain(|it| it.id != request),
            Event::CalledOut {
                contact,
                adviser,
                queue,
                class,
                expires,
            } => {
                self.called_out(contact.slot(), adviser.0, (queue, class), at);
                self.deadlines.set(contact.slot(), expires);
            }
            Event::ConferenceSet {
                contact, joined, ..
            } => {
                let it = &mut self.contacts[contact.slot() as usize];
                it.flags = it.flags & !flag::JOINED | if joined { flag::JOINED } else { 0 };
            }
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
        // The order of the slot's last contact must not show. Until it is queued the key is its date.
        self.lines.set_order(slot, Timestamp::NEVER.0, 0);
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

    fn needs(&mut self, slot: u32, needs: Needs, at: Timestamp) {
        let state = self.contacts[slot as usize].state;
        if matches!(state, ContactState::Active | ContactState::Held) {
            self.needs_more(slot, needs);
            return;
        }
        self.lines.set_order(slot, needs.due.0, 0);
        let it = &mut self.contacts[slot as usize];
        it.clearance = needs.clearance;
        it.named = needs.named.0;
        if needs.not_to.idx() < self.advisers.len() {
            self.bar(slot, needs.not_to.0, Timestamp::NEVER);
            self.next_bar(slot, at);
        }
    }

    /// What somebody found in the conversation: the place in line is kept for when it goes back there.
    fn needs_more(&mut self, slot: u32, needs: Needs) {
        let since = self.since(slot);
        self.contacts[slot as usize].clearance = needs.clearance;
        self.restore_order(slot, since);
        if needs.not_to.idx() < self.advisers.len() {
            self.bar(slot, needs.not_to.0, Timestamp::NEVER);
        }
    }

    #[inline]
    fn queued(
        &mut self,
        contact: ContactId,
        (queue, topic, language, class): (QueueId, TopicId, Language, u8),
        enqueued: Timestamp,
        at: Timestamp,
    ) {
        let slot = contact.slot();
        let seq = self.next_seq;
        self.next_seq += 1;
        let due = self.lines.link(slot).key;
        let it = &mut self.contacts[slot as usize];
        it.enqueued = enqueued;
        it.topic = topic;
        it.language = language;
        it.queue = queue;
        it.class = class;
        let dated = Channels::DEFERRED.has(it.channel) && due != Timestamp::NEVER.0;
        let since = if dated {
            let goal_us = self.tables.rules().queues[queue.idx()].goal_us;
            Timestamp(due.saturating_sub(goal_us))
        } else {
            enqueued
        };
        it.ring = self.tables.ring_after(queue, at.since_us(since));
        self.lines
            .set_order(slot, self.tables.key(since, class), seq);
        if self.waits_for_named(slot) {
            self.contacts[slot as usize].flags |= flag::PERSONAL;
            let named_us = self.tables.rules().queues[queue.idx()].named_us;
            self.deadlines.set(slot, at.plus_us(named_us));
        }
        self.relane(slot);
        self.line_up(slot);
    }

    /// Whether the contact names somebody who is signed in, able and not barred, and the rule waits for them.
    fn waits_for_named(&self, slot: u32) -> bool {
        let it = &self.contacts[slot as usize];
        let named_us = self.tables.rules().queues[it.queue.idx()].named_us;
        named_us > 0
            && !self.bars_of(slot).iter().any(|bar| bar.adviser == it.named)
            && self.named_is_able(slot)
    }

    /// Whether the adviser whom the contact names is signed in and able in some ring.
    pub(crate) fn named_is_able(&self, slot: u32) -> bool {
        let named = self.contacts[slot as usize].named;
        self.advisers.get(named as usize).is_some_and(|who| {
            let kind = self.kind(slot);
            who.signed_in && self.tables.able_ever(named, who.origins, &kind)
        })
    }

    fn kind(&self, slot: u32) -> Kind {
        let it = &self.contacts[slot as usize];
        let overflow = &self.tables.rules().queues[it.queue.idx()].overflow;
        Kind {
            queue: it.queue,
            ring: it.ring,
            class: it.class,
            channel: it.channel,
            language: it.language,
            origin: it.origin,
            clearance: it.clearance,
            overdue: it.is(flag::OVERDUE),
            fixed: match overflow {
                Some(overflow) => self.has_visited(slot, overflow.to),
                None => false,
            },
        }
    }

    /// Finds the lane for what the contact is now.
    #[inline]
    fn relane(&mut self, slot: u32) {
        let kind = self.kind(slot);
        let lane = if let Some(lane) = self.lanes.find(&self.tables, &kind) {
            lane
        } else {
            self.lines.add_lane();
            self.alarms.add_slot();
            Arc::make_mut(&mut self.lanes).add(&self.tables, &kind)
        };
        self.contacts[slot as usize].lane = lane;
    }

    /// Key and lane, under the tables in force, of a contact read from a snapshot.
    pub(crate) fn restore_order(&mut self, slot: u32, since: Timestamp) {
        self.set_key(slot, since);
        self.relane(slot);
    }

    /// After new tables: whoever waits for one adviser who is no longer able waits for everybody.
    pub(crate) fn restore_personal(&mut self) {
        let slots: Vec<u32> = self.personal.iter().map(|it| it.slot).collect();
        for slot in slots {
            if !self.named_is_able(slot) {
                self.moved(slot, Timestamp::ZERO, |it| it.flags &= !flag::PERSONAL);
            }
        }
    }

    /// The moment it counts as having waited since, for order, rings and overflow.
    #[inline]
    pub(crate) fn since(&self, slot: u32) -> Timestamp {
        let lane = self.lanes.get(self.contacts[slot as usize].lane);
        Timestamp(self.lines.link(slot).key.saturating_add(lane.to_since))
    }

    /// Changes something about a contact in line that decides where it stands.
    fn moved(&mut self, slot: u32, at: Timestamp, change: impl FnOnce(&mut Contact)) {
        let since = self.since(slot);
        self.out_of_line(slot);
        let queue = self.contacts[slot as usize].queue;
        change(&mut self.contacts[slot as usize]);
        self.reorder(slot, since, queue, at);
        self.line_up(slot);
        self.next_bar(slot, at);
    }

    /// Key and lane after a change of queue, class, ring or guarantee.
    fn reorder(&mut self, slot: u32, since: Timestamp, was_in: QueueId, at: Timestamp) {
        let it = &mut self.contacts[slot as usize];
        if it.queue != was_in {
            it.flags &= !(flag::OVERDUE | flag::PERSONAL);
            it.ring = self.tables.ring_after(it.queue, at.since_us(since));
        }
        self.set_key(slot, since);
        self.relane(slot);
    }

    fn set_key(&mut self, slot: u32, since: Timestamp) {
        let it = &self.contacts[slot as usize];
        let key = if it.is(flag::OVERDUE) {
            self.tables.overdue_key(since, it.class, it.language)
        } else {
            self.tables.key(since, it.class)
        };
        let seq = self.lines.link(slot).seq;
        self.lines.set_order(slot, key, seq);
    }

    fn visit(&mut self, slot: u32, queue: QueueId) {
        if let Err(place) = self.visits.binary_search(&(slot, queue)) {
            self.visits.insert(place, (slot, queue));
        }
    }

    pub(crate) fn has_visited(&self, slot: u32, queue: QueueId) -> bool {
        self.visits.binary_search(&(slot, queue)).is_ok()
    }

    #[inline]
    pub(crate) fn line_up(&mut self, slot: u32) {
        let it = &mut self.contacts[slot as usize];
        it.state = ContactState::Queued;
        let (lane, queue, personal, named) =
            (it.lane, it.queue.idx(), it.is(flag::PERSONAL), it.named);
        self.waiting[queue] += 1;
        if personal {
            let entry = Personal {
                adviser: named,
                order: self.lines.order(slot),
                slot,
            };
            let place = self.personal.partition_point(|other| *other < entry);
            self.personal.insert(place, entry);
            return;
        }
        self.lines.insert(lane as usize, slot);
        let at = self.step_at(slot, lane);
        let seq = self.lines.link(slot).seq;
        let known = self.alarms.entry(lane);
        if known.is_none_or(|known| (at, seq) < known) {
            self.alarms.set_with(lane, at, seq);
        }
    }

    /// When the next step of a contact in this lane comes.
    #[inline]
    pub(crate) fn step_at(&self, slot: u32, lane: u32) -> Timestamp {
        let of = self.lanes.get(lane);
        if of.step_us == NO_STEP {
            return Timestamp::NEVER;
        }
        let since = self.lines.link(slot).key.saturating_add(of.to_since);
        Timestamp(since.saturating_add(of.step_us))
    }

    #[inline]
    fn out_of_line(&mut self, slot: u32) {
        let it = &self.contacts[slot as usize];
        let (lane, queue) = (it.lane as usize, it.queue.idx());
        self.waiting[queue] -= 1;
        if it.is(flag::PERSONAL) {
            self.personal.retain(|entry| entry.slot != slot);
        } else {
            self.lines.remove(lane, slot);
        }
    }

    /// Another state with the same adviser, who may now be able to lay less aside for a call.
    #[inline]
    fn becomes(&mut self, slot: u32, state: ContactState) {
        let it = &mut self.contacts[slot as usize];
        it.state = state;
        let (channel, adviser) = (it.channel, it.adviser);
        if self.tables.interrupts() && Channels::DEFERRED.has(channel) {
            self.relist(adviser);
        }
    }

    fn set_aside(&mut self, slot: u32, adviser: u32, aside: bool) {
        let it = &mut self.contacts[slot as usize];
        let weight = self.tables.rules().weights[it.channel as usize];
        let who = &mut self.advisers[adviser as usize];
        if aside {
            it.state = ContactState::SetAside;
            who.used -= weight;
        } else {
            it.state = ContactState::Active;
            who.used += weight;
        }
        self.relist(adviser);
    }

    fn consult_started(&mut self, slot: u32, consult: ContactId) {
        let it = self.contacts[slot as usize];
        let own = &mut self.contacts[consult.slot() as usize];
        own.flags = flag::CONSULT;
        own.clearance = it.clearance;
        own.peer = slot;
        let it = &mut self.contacts[slot as usize];
        it.state = ContactState::Consulting;
        it.peer = consult.slot();
        // Nobody is asked about their own case, and nobody is asked by themselves.
        let forbidden: Vec<u32> = self
            .bars_of(slot)
            .iter()
            .filter(|bar| bar.until == Timestamp::NEVER)
            .map(|bar| bar.adviser)
            .collect();
        for adviser in forbidden {
            self.bar(consult.slot(), adviser, Timestamp::NEVER);
        }
    }

    fn consult_ended(&mut self, contact: ContactId, consult: ContactId) {
        if let Some(slot) = self.slot_of(consult) {
            self.contacts[slot as usize].peer = NONE;
        }
        let it = &mut self.contacts[contact.slot() as usize];
        it.peer = NONE;
        it.flags &= !flag::JOINED;
        if it.state == ContactState::Consulting {
            it.state = ContactState::Active;
        }
    }

    /// With its adviser at once, who waits while it rings; it has its order in case it goes on to somebody else.
    fn called_out(
        &mut self,
        slot: u32,
        adviser: u32,
        (queue, class): (QueueId, u8),
        at: Timestamp,
    ) {
        let seq = self.next_seq;
        self.next_seq += 1;
        let it = &mut self.contacts[slot as usize];
        it.queue = queue;
        it.class = class;
        it.state = ContactState::Dialling;
        it.attempts = 1;
        it.flags = flag::CALLBACK | flag::OUT;
        it.ring = self.tables.ring_after(queue, 0);
        self.lines.set_order(slot, self.tables.key(at, class), seq);
        self.relane(slot);
        self.hold_by(slot, adviser);
        self.relist(adviser);
    }

    fn callback_asked(&mut self, slot: u32, from: Timestamp, at: Timestamp) {
        if from > at {
            self.out_of_line(slot);
            self.deadlines.set(slot, from);
            self.contacts[slot as usize].state = ContactState::Parked;
        }
        let it = &mut self.contacts[slot as usize];
        it.flags |= flag::CALLBACK;
        it.attempts_before = it.attempts;
        if from > at {
            it.flags &= !flag::PERSONAL;
        }
    }

    fn promise(&mut self, slot: u32, until: Timestamp) {
        let promised = Promised {
            slot,
            until,
            failed: 0,
        };
        match self.promised.binary_search_by_key(&slot, |it| it.slot) {
            Ok(place) => self.promised[place] = promised,
            Err(place) => self.promised.insert(place, promised),
        }
    }

    /// The promise of a callback.
    pub(crate) fn promise_of(&self, slot: u32) -> Option<Promised> {
        let place = self.promised.binary_search_by_key(&slot, |it| it.slot);
        place.ok().map(|place| self.promised[place])
    }

    fn note_failed(&mut self, slot: u32) {
        if let Ok(place) = self.promised.binary_search_by_key(&slot, |it| it.slot) {
            let promised = &mut self.promised[place];
            promised.failed = promised.failed.saturating_add(1);
        }
    }

    fn forget_promise(&mut self, slot: u32) {
        if self.promised.is_empty() {
            return;
        }
        if let Ok(place) = self.promised.binary_search_by_key(&slot, |it| it.slot) {
            self.promised.remove(place);
        }
    }

    /// From the line to the adviser, whose capacity is reserved from now on (S5).
    #[inline]
    fn taken(&mut self, offer: OfferId, adviser: AdviserId, state: ContactState) {
        let slot = offer.slot();
        self.out_of_line(slot);
        self.next_offer = offer.number() + 1;
        let it = &mut self.contacts[slot as usize];
        it.state = state;
        // Whoever was to be asked alone is asked now, once.
        it.flags &= !flag::PERSONAL;
        it.offer = offer.number();
        self.hold_by(slot, adviser.0);
        // B12: a burst of calls all goes to the same first adviser.
        if !mutant!(12) {
            self.relist(adviser.0);
        }
    }

    /// Puts the contact into the adviser's list and reserves its share of the capacity.
    #[inline]
    pub(crate) fn hold_by(&mut self, slot: u32, adviser: u32) {
        let who = &mut self.advisers[adviser as usize];
        let it = &mut self.contacts[slot as usize];
        let first = who.first;
        who.first = slot;
        if it.state != ContactState::SetAside {
            who.used += self.tables.rules().weights[it.channel as usize];
        }
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
            state,
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
        // B2: reserved for ever when another was quicker. B8: "in a call" for ever after the call was lost.
        let reserved = mutant!(2) && state == ContactState::Offered;
        let in_call = mutant!(8) && state == ContactState::Active;
        if state != ContactState::SetAside && !reserved {
            who.used -= self.tables.rules().weights[channel as usize];
        }
        if !in_call {
            who.calls -= u8::from(channel == Channel::Voice);
        }
        match freed_at {
            Some(at) => self.freed(adviser, at),
            None => self.relist(adviser),
        }
    }

    /// Gives the adviser a new idle number.
    #[inline]
    fn freed(&mut self, adviser: u32, at: Timestamp) {
        self.idle.relist(adviser, None, false);
        self.idle.set_seq(adviser, self.next_idle);
        self.next_idle += 1;
        self.advisers[adviser as usize].idle_since = at;
        self.relist(adviser);
    }

    /// Moves the adviser to the idle list that fits what they can take now.
    #[inline]
    pub(crate) fn relist(&mut self, adviser: u32) {
        let mask = self.mask(adviser);
        let to = (!mask.is_nothing()).then(|| {
            let origins = self.advisers[adviser as usize].origins;
            (mask, self.tables.profile(adviser, origins))
        });
        let who = &self.advisers[adviser as usize];
        let deferred = who.also.0 & Channels::DEFERRED.0 & !takes_now(who).0;
        let willing = deferred & self.tables.fits(who.used).0 != 0;
        self.idle.relist(adviser, to, willing);
    }

    /// What presence, activity and remaining capacity allow.
    #[inline]
    pub(crate) fn mask(&self, adviser: u32) -> Mask {
        let who = &self.advisers[adviser as usize];
        let offerable =
            who.signed_in && who.not_ready.is_none() && who.return_at == Timestamp::NEVER;
        if !offerable {
            return Mask::NOTHING;
        }
        let wanted = takes_now(who);
        // B11: a new call before the wrap-up is over.
        if mutant!(11) && self.only_wraps_up(adviser) {
            return Mask::new(wanted, false);
        }
        // One call at a time, whatever it weighs (S4).
        let second_call = if who.calls == 0 {
            0
        } else {
            Channels::NONE.with(Channel::Voice).0
        };
        let plain = wanted.0 & self.tables.fits(who.used).0 & !second_call;
        let more = wanted.0 & !plain & !second_call;
        if more == 0 || who.first == NONE || !self.tables.interrupts() {
            return Mask::new(Channels(plain), false);
        }
        let freed = Channel::ALL.iter().filter(|&&channel| {
            Channels(more).has(channel) && {
                let left = who.used - self.soft(adviser, channel);
                self.tables.fits(left).has(channel)
            }
        });
        let freed = freed.fold(Channels::NONE, |all, channel| all.with(*channel));
        Mask::new(Channels(plain | freed.0), freed != Channels::NONE)
    }

    /// Whether the adviser has nothing but wrap-up.
    fn only_wraps_up(&self, adviser: u32) -> bool {
        self.slots_of(adviser)
            .all(|slot| self.contacts[slot as usize].state == ContactState::WrapUp)
    }

    /// The share of the capacity that a contact of `channel` may have freed for it.
    fn soft(&self, adviser: u32, channel: Channel) -> u16 {
        let rules = self.tables.rules();
        self.slots_of(adviser)
            .filter(|&slot| self.is_soft(slot, channel))
            .map(|slot| rules.weights[self.contacts[slot as usize].channel as usize])
            .sum()
    }

    /// Whether a contact of `channel` may come before this one, which an adviser has.
    pub(crate) fn is_soft(&self, slot: u32, channel: Channel) -> bool {
        let it = &self.contacts[slot as usize];
        matches!(
            it.state,
            ContactState::Active | ContactState::Held | ContactState::Offered
        ) && self.tables.rules().interrupts[channel as usize].has(it.channel)
            && Channels::LIVE.has(channel)
            && Channels::DEFERRED.has(it.channel)
    }

    /// The deferred channels that somebody free takes when it is quiet.
    pub(crate) fn quiet(&self, adviser: u32) -> Channels {
        let who = &self.advisers[adviser as usize];
        let deferred = Channels(who.also.0 & Channels::DEFERRED.0 & !takes_now(who).0);
        if self.mask(adviser).is_quiet() {
            Channels(deferred.0 & self.tables.fits(who.used).0)
        } else {
            Channels::NONE
        }
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
            OfferOutcome::CitizenLeft
            | OfferOutcome::Fault
            | OfferOutcome::PresenceLost
            | OfferOutcome::AdviserLeft
            | OfferOutcome::Interrupted => self.advisers[adviser as usize].not_ready,
        };
        let slot = offer.slot();
        self.release(slot, adviser, None);
        self.bar(slot, adviser, barred_until);
        // B10: who answers and hangs up before the two are joined costs the caller the place.
        if mutant!(10) && outcome == OfferOutcome::BridgeFailed {
            self.contacts[slot as usize].enqueued = at;
            self.set_key(slot, at);
        }
        // B13: who misses a call is logged out without a word.
        if mutant!(13) && outcome == OfferOutcome::Expired {
            self.presence(adviser, None, at);
        }
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
        // Whose own case it is stays barred, whatever they do with it.
        let own = |bar: &Bar| bar.adviser == adviser && bar.until == Timestamp::NEVER;
        let until = if self.bars_of(slot).iter().any(own) {
            Timestamp::NEVER
        } else {
            until
        };
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
        let since = self.since(slot);
        self.release(slot, adviser, Some(at));
        let it = &mut self.contacts[slot as usize];
        let from = it.queue;
        it.queue = queue;
        it.class = class;
        self.visit(slot, from);
        self.reorder(slot, since, from, at);
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
        // B6: a row of somebody who has gone is looked at again and again.
        if !(mutant!(6) && state == ContactState::Queued) {
            self.deadlines.clear(slot);
        }
        if bars > 0 {
            self.bars.retain(|bar| bar.slot != slot);
        }
        if !self.visits.is_empty() {
            self.visits.retain(|visit| visit.0 != slot);
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
            let talks = matches!(
                it.state,
                ContactState::Active | ContactState::Held | ContactState::SetAside
            );
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

/// The channels that an adviser takes whenever there is room.
#[inline]
fn takes_now(who: &Adviser) -> Channels {
    let own = Channels::of(who.activity);
    if own == Channels::NONE {
        own
    } else if own.0 & Channels::LIVE.0 == 0 {
        Channels(own.0 | who.also.0)
    } else {
        Channels(own.0 | who.also.0 & Channels::LIVE.0)
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
    ring: 0,
    clearance: Clearance::NONE,
    flags: 0,
    attempts: 0,
    attempts_before: 0,
    named: NONE,
    peer: NONE,
};

const _: () = assert!(size_of::<Contact>() <= 64, "a contact is one cache line");
