//! One entry per contact: where it is now, and how it came there.

use std::collections::{BTreeMap, VecDeque};

use linje_centre::Centre;
use linje_desk::Record;
use linje_event::{CloseReason, Event, FailCause, Needs};
use linje_types::{
    AdviserId, Channel, ContactId, Language, OfferId, Origin, PlanId, QueueId, Timestamp, TopicId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long calls that advisers began are remembered: longer than they last.
const RUNG_US: i64 = 6 * 3_600 * 1_000_000;
/// How many closed contacts are kept at hand; older ones are read from the log.
pub(crate) const MAX_CLOSED: usize = 100_000;

/// How many closed contacts are kept for a later start.
const KEPT_CLOSED: usize = 5_000;
/// How many offers are remembered after they ended.
const MAX_OFFERS: usize = 20_000;

/// Where a contact is, in the words of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It came, and nothing more.
    Created,
    /// In a menu.
    InIvr,
    /// Waiting.
    Queued,
    /// The citizen is not on the line and will be rung, later or again.
    Parked,
    /// Presented to an adviser.
    Offered,
    /// An adviser is ready and the citizen is being rung.
    Dialling,
    /// With an adviser.
    Active,
    /// With an adviser, on hold.
    Held,
    /// With an adviser who asks an expert.
    Consulting,
    /// Work that can wait, laid aside by its adviser.
    SetAside,
    /// The adviser finishes.
    WrapUp,
    /// Over.
    Closed,
}

impl Stage {
    /// All of them, with the words of the API.
    pub const ALL: [(&'static str, Stage); 12] = [
        ("created", Stage::Created),
        ("in_ivr", Stage::InIvr),
        ("queued", Stage::Queued),
        ("parked", Stage::Parked),
        ("offered", Stage::Offered),
        ("dialling", Stage::Dialling),
        ("active", Stage::Active),
        ("held", Stage::Held),
        ("consulting", Stage::Consulting),
        ("set_aside", Stage::SetAside),
        ("wrap_up", Stage::WrapUp),
        ("closed", Stage::Closed),
    ];

    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let mut all = Stage::ALL.iter();
        all.find(|(_, stage)| *stage == self)
            .map_or("", |(word, _)| word)
    }
}

/// What is agreed with a citizen who wants to be rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// When it was asked for.
    pub asked: Timestamp,
    /// Not rung before.
    pub from: Timestamp,
    /// Promised before.
    pub until: Timestamp,
    /// Attempts begun.
    pub attempts: u8,
    /// When it is tried again; `NEVER` = no attempt has failed, or it was the last.
    pub retry_at: Timestamp,
    /// Why the last attempt failed.
    pub missed: Option<FailCause>,
    /// When the citizen answered.
    pub reached: Option<Timestamp>,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub contact: ContactId,
    /// The record by which it came; the order of lists.
    pub first_seq: u64,
    /// Where it is.
    pub stage: Stage,
    /// Its channel.
    pub channel: Channel,
    /// Its topic, or `NONE`.
    pub topic: TopicId,
    /// Live or synthetic.
    pub origin: Origin,
    /// Its language.
    pub language: Language,
    /// The queue it is in or was in last, or `NONE`.
    pub queue: QueueId,
    /// Who has it, is offered it, or had it last, or `NONE`.
    pub adviser: AdviserId,
    /// The offer that stands.
    pub offer: Option<OfferId>,
    /// When that offer ends by itself.
    pub offer_expires: Timestamp,
    /// When it came.
    pub arrived: Timestamp,
    /// Since when it counts as waiting.
    pub enqueued: Option<Timestamp>,
    /// When an adviser first took it.
    pub answered: Option<Timestamp>,
    /// When the conversation ended.
    pub ended: Option<Timestamp>,
    /// When the wrap-up ends by itself; `NEVER` = its clock is stopped.
    pub wrap_up_until: Timestamp,
    /// Why it is closed.
    pub reason: Option<CloseReason>,
    /// How often it was transferred.
    pub transfers: u32,
    /// Its priority class.
    pub class: u8,
    /// The step of the queue's rule in force, 0 = the first.
    pub ring: u8,
    /// Its guaranteed longest wait is over.
    pub overdue: bool,
    /// What it needs beyond its queue.
    pub needs: Needs,
    /// The citizen wants to be rung.
    pub callback: Option<Callback>,
    /// An adviser rang them.
    pub called_out: bool,
    /// Citizen, adviser and expert talk all three.
    pub conference: bool,
    /// The crisis plans that were on when it came to its first queue from the menu, a bit each; 0 = none, or it did not
    /// come that way.
    pub plans: u64,
    /// An expert is asked about it: the consultation.
    pub consult: Option<ContactId>,
    /// It is a consultation about this contact.
    pub consult_of: Option<ContactId>,
    /// While it is open: what happened to it.
    pub events: Vec<Past>,
}

/// A record, as far as a contact's history needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Its place in the log.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// A conversation that broke off: the line to the person died, or the service itself did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// The contact.
    pub contact: ContactId,
    /// When it was closed; after a stop of the service, when the service was back.
    pub at: Timestamp,
    /// Whether the service itself stopped.
    pub by_stop: bool,
}

/// All contacts at hand, in the order in which they came.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Contacts {
    by_seq: BTreeMap<u64, Entry>,
    seqs: BTreeMap<ContactId, u64>,
    n_closed: usize,
    /// The last offers and to whom, by number: a repeat of an answer finds its adviser.
    offers: VecDeque<(OfferId, AdviserId)>,
    /// The contact whose conversation each adviser ended last.
    last_ended: BTreeMap<AdviserId, ContactId>,
    /// Calls that advisers began of late: when, who, which.
    rung: VecDeque<(Timestamp, AdviserId, ContactId)>,
    /// The crisis plans that are on, a bit each.
    plans_on: u64,
    /// By plan and queue, since the plan was switched on last: callers who came to the queue from the menu, and wait.
    waited_in_plan: BTreeMap<(u8, u16), u32>,
    /// The conversation that broke off last under each adviser.
    broken: BTreeMap<AdviserId, Broken>,
}

impl Contacts {
    /// Takes the next record.
    pub fn fold(&mut self, record: &Record) {
        if let Event::PlanSwitched { plan, on } = record.event {
            self.switch(plan, on);
        }
        let Some(contact) = record.event.contact() else {
            return;
        };
        self.note(contact, &record.event);
        if let Event::ContactQueued { queue, .. } = record.event {
            self.note_plans(contact, queue);
        }
        if let Event::CalledOut { adviser, .. } = record.event {
            let old = record.at.plus_us(-RUNG_US);
            self.rung.retain(|(at, ..)| *at > old);
            self.rung.push_back((record.at, adviser, contact));
        }
        self.add(record);
        let Some(entry) = self.get_mut(contact) else {
            return;
        };
        entry.fold(record);
        let by_stop = entry.reason == Some(CloseReason::Fault);
        let broke = entry.broke_off().then_some(entry.adviser);
        if entry.stage == Stage::Closed {
            entry.events = Vec::new();
            self.n_closed += 1;
            self.forget_oldest();
        }
        if let Some(adviser) = broke {
            let broken = Broken {
                contact,
                at: record.at,
                by_stop,
            };
            self.broken.insert(adviser, broken);
        }
    }

    /// The conversation that broke off last under an adviser.
    #[must_use]
    pub fn broken(&self, adviser: AdviserId) -> Option<Broken> {
        self.broken.get(&adviser).copied()
    }

    /// A contact, if it is at hand.
    #[must_use]
    pub fn get(&self, contact: ContactId) -> Option<&Entry> {
        self.by_seq.get(self.seqs.get(&contact)?)
    }

    /// Contacts that came before record `before`, newest first.
    pub fn newest(&self, before: u64) -> impl Iterator<Item = &Entry> {
        self.by_seq.range(..before).rev().map(|(_, entry)| entry)
    }

    /// How many contacts are open.
    #[must_use]
    pub fn n_open(&self) -> usize {
        self.by_seq.len() - self.n_closed
    }

    /// What is kept for a later start: all open contacts, and the newest of the closed ones.
    #[must_use]
    pub fn to_keep(&self) -> Contacts {
        let drop = self.n_closed.saturating_sub(KEPT_CLOSED);
        let mut dropped = 0;
        let kept = self.by_seq.values().filter(|entry| {
            let old = entry.stage == Stage::Closed && dropped < drop;
            dropped += usize::from(old);
            !old
        });
        let by_seq: BTreeMap<u64, Entry> =
            kept.map(|entry| (entry.first_seq, entry.clone())).collect();
        let seqs = by_seq
            .values()
            .map(|entry| (entry.contact, entry.first_seq));
        Contacts {
            seqs: seqs.collect(),
            n_closed: self.n_closed - drop,
            offers: self.offers.clone(),
            last_ended: self.last_ended.clone(),
            rung: self.rung.clone(),
            plans_on: self.plans_on,
            waited_in_plan: self.waited_in_plan.clone(),
            broken: self.broken.clone(),
            by_seq,
        }
    }

    /// Callers who came from the menu to one of these queues and wait there, since the plan was switched on last.
    #[must_use]
    pub fn waited_in_plan(&self, plan: PlanId, queues: &[QueueId]) -> u32 {
        let counts = queues.iter();
        counts
            .filter_map(|queue| self.waited_in_plan.get(&(plan.0, queue.0)))
            .sum()
    }

    fn switch(&mut self, plan: PlanId, on: bool) {
        let bit = bit_of(plan);
        if on {
            self.plans_on |= bit;
            self.waited_in_plan.retain(|(of, _), _| *of != plan.0);
        } else {
            self.plans_on &= !bit;
        }
    }

    /// Which plans were on when a caller came from the menu. Whoever is rung instead comes by no menu.
    fn note_plans(&mut self, contact: ContactId, queue: QueueId) {
        let plans = self.plans_on;
        let Some(entry) = self.get_mut(contact).filter(|_| plans != 0) else {
            return;
        };
        if entry.stage != Stage::InIvr || entry.channel != Channel::Voice {
            return;
        }
        entry.plans = plans;
        let on = (0..64)
            .map(PlanId)
            .filter(|plan| plans & bit_of(*plan) != 0);
        for plan in on {
            *self.waited_in_plan.entry((plan.0, queue.0)).or_default() += 1;
        }
    }

    /// Calls that advisers began of late: when, who, which.
    pub fn rung(&self) -> impl Iterator<Item = (Timestamp, AdviserId, ContactId)> {
        self.rung.iter().copied()
    }

    /// To whom an offer was made, if it was made of late.
    #[must_use]
    pub fn offered_to(&self, offer: OfferId) -> Option<AdviserId> {
        let number = |(offer, _): &(OfferId, AdviserId)| offer.number();
        let place = self
            .offers
            .binary_search_by_key(&offer.number(), number)
            .ok()?;
        let (known, adviser) = *self.offers.get(place)?;
        (known == offer).then_some(adviser)
    }

    /// The contact whose conversation an adviser ended last.
    #[must_use]
    pub fn last_ended(&self, adviser: AdviserId) -> Option<ContactId> {
        self.last_ended.get(&adviser).copied()
    }

    fn note(&mut self, contact: ContactId, event: &Event) {
        if let Event::OfferMade { offer, adviser, .. } = *event {
            if self.offers.len() == MAX_OFFERS {
                self.offers.pop_front();
            }
            self.offers.push_back((offer, adviser));
        }
        if let Event::ContactEnded { adviser, .. } = *event {
            self.last_ended.insert(adviser, contact);
        }
    }

    fn add(&mut self, record: &Record) {
        if let Some(entry) = Entry::arrived(record) {
            self.seqs.insert(entry.contact, record.seq);
            self.by_seq.insert(record.seq, entry);
        }
        if let Event::ConsultStarted {
            contact, consult, ..
        } = record.event
            && let Some(entry) = self.get_mut(consult)
        {
            entry.consult_of = Some(contact);
        }
    }

    /// Callbacks that are agreed and open, in the order in which they came.
    pub fn callbacks(&self) -> impl Iterator<Item = &Entry> {
        self.by_seq
            .values()
            .filter(|entry| entry.callback.is_some() && entry.stage != Stage::Closed)
    }

    fn get_mut(&mut self, contact: ContactId) -> Option<&mut Entry> {
        self.by_seq.get_mut(self.seqs.get(&contact)?)
    }

    /// Drops the closed contacts that came first when there are too many.
    fn forget_oldest(&mut self) {
        if self.n_closed <= MAX_CLOSED {
            return;
        }
        let drop = MAX_CLOSED / 10;
        let oldest: Vec<(u64, ContactId)> = self
            .by_seq
            .values()
            .filter(|entry| entry.stage == Stage::Closed)
            .take(drop)
            .map(|entry| (entry.first_seq, entry.contact))
            .collect();
        self.n_closed -= oldest.len();
        for (seq, contact) in oldest {
            self.by_seq.remove(&seq);
            self.seqs.remove(&contact);
        }
    }
}

/// A plan's bit; none for one beyond the sixty-four that a centre may have.
pub(crate) fn bit_of(plan: PlanId) -> u64 {
    1_u64.checked_shl(u32::from(plan.0)).unwrap_or(0)
}

impl Entry {
    /// Whether nothing may be kept on anybody about it.
    #[must_use]
    pub fn leaves_no_trace(&self, centre: &Centre) -> bool {
        let queue = Some(self.queue).filter(|queue| *queue != QueueId::NONE);
        let topic = Some(self.topic).filter(|topic| *topic != TopicId::NONE);
        centre.leaves_no_trace(queue, topic)
    }

    /// Whether a conversation with a citizen broke off before its adviser could end it.
    #[must_use]
    pub fn broke_off(&self) -> bool {
        matches!(self.reason, Some(CloseReason::Lost | CloseReason::Fault))
            && self.answered.is_some()
            && self.adviser != AdviserId::NONE
            && self.consult_of.is_none()
    }

    /// A contact from all its records; None when they do not begin with its arrival.
    #[must_use]
    pub fn from_records(records: &[Record]) -> Option<Entry> {
        let first = records.first()?;
        let mut entry = Entry::arrived(first)?;
        for record in records {
            entry.fold(record);
        }
        Some(entry)
    }

    fn arrived(record: &Record) -> Option<Entry> {
        let Event::ContactArrived {
            contact,
            channel,
            topic,
            origin,
            language,
            ..
        } = record.event
        else {
            return None;
        };
        Some(Entry {
            contact,
            first_seq: record.seq,
            stage: Stage::Created,
            channel,
            topic,
            origin,
            language,
            queue: QueueId::NONE,
            adviser: AdviserId::NONE,
            offer: None,
            offer_expires: Timestamp::NEVER,
            arrived: record.at,
            enqueued: None,
            answered: None,
            ended: None,
            wrap_up_until: Timestamp::NEVER,
            reason: None,
            transfers: 0,
            class: 0,
            ring: 0,
            overdue: false,
            needs: Needs::NONE,
            callback: None,
            called_out: false,
            conference: false,
            plans: 0,
            consult: None,
            consult_of: None,
            events: Vec::new(),
        })
    }

    /// The last offer and the figures behind it, while the contact is open.
    #[must_use]
    pub fn last_why(&self) -> Option<Past> {
        let offers = self.events.iter().rev();
        offers.copied().find(|past| past.event.why().is_some())
    }

    fn fold(&mut self, record: &Record) {
        let at = record.at;
        self.events.push(Past {
            seq: record.seq,
            at,
            event: record.event,
        });
        match record.event {
            Event::ContactArrived { in_menu, .. } => {
                self.stage = if in_menu {
                    Stage::InIvr
                } else {
                    Stage::Created
                };
            }
            Event::ContactQueued {
                queue,
                topic,
                language,
                class,
                enqueued,
                ..
            } => {
                self.stage = Stage::Queued;
                self.queue = queue;
                self.topic = topic;
                self.language = language;
                self.class = class;
                self.enqueued = Some(enqueued);
            }
            Event::OfferMade {
                offer,
                adviser,
                expires,
                ..
            } => {
                self.stage = Stage::Offered;
                self.adviser = adviser;
                self.offer = Some(offer);
                self.offer_expires = expires;
            }
            Event::ContactAssigned { adviser, .. } | Event::OfferAccepted { adviser, .. } => {
                self.stage = Stage::Active;
                self.adviser = adviser;
                self.offer = None;
                self.answered.get_or_insert(at);
            }
            Event::OfferEnded { .. }
            | Event::ContactReturned { .. }
            | Event::ContactGivenBack { .. } => self.back_in_line(),
            Event::ContactTransferred { queue, class, .. } => {
                self.back_in_line();
                self.moves_to(queue);
                self.class = class;
                self.transfers += 1;
            }
            Event::ContactHeld { .. } => self.stage = Stage::Held,
            Event::ContactResumed { .. } | Event::ContactTakenUp { .. } => {
                self.stage = Stage::Active;
            }
            Event::ContactNeeds { needs, .. } => self.needs = needs,
            Event::RingStarted { ring, .. } => self.ring = ring,
            Event::ContactOverdue { .. } => self.overdue = true,
            Event::ContactOverflowed { queue, .. } => self.moves_to(queue),
            Event::ContactSetAside { .. } => self.stage = Stage::SetAside,
            Event::ConsultStarted { consult, .. } => {
                self.stage = Stage::Consulting;
                self.consult = Some(consult);
            }
            Event::CalledOut {
                adviser,
                queue,
                class,
                ..
            } => {
                self.stage = Stage::Dialling;
                self.adviser = adviser;
                self.queue = queue;
                self.class = class;
                self.called_out = true;
            }
            Event::ConferenceSet { joined, .. } => self.conference = joined,
            Event::ConsultEnded { .. } => {
                self.consult = None;
                self.conference = false;
                if self.stage == Stage::Consulting {
                    self.stage = Stage::Active;
                }
            }
            Event::ContactHandedOver { to, queue, .. } => {
                self.stage = Stage::Active;
                self.adviser = to;
                self.moves_to(queue);
                self.transfers += 1;
            }
            Event::CallbackAsked { from, until, .. } => {
                if from > at {
                    self.stage = Stage::Parked;
                }
                self.callback = Some(Callback {
                    asked: at,
                    from,
                    until,
                    attempts: 0,
                    retry_at: Timestamp::NEVER,
                    missed: None,
                    reached: None,
                });
            }
            Event::CallbackDue { .. } => self.back_in_line(),
            Event::CallbackDialling { adviser, .. } => {
                self.stage = Stage::Dialling;
                self.adviser = adviser;
                self.offer = None;
                self.called(|callback| callback.attempts = callback.attempts.saturating_add(1));
            }
            Event::CallbackAnswered { adviser, .. } => {
                self.stage = Stage::Active;
                self.adviser = adviser;
                self.answered.get_or_insert(at);
                self.called(|callback| callback.reached = Some(at));
            }
            Event::CallbackMissed {
                cause, retry_at, ..
            } => {
                self.back_in_line();
                self.stage = Stage::Parked;
                self.called(|callback| {
                    callback.missed = Some(cause);
                    if cause == FailCause::BridgeFailed {
                        callback.attempts = callback.attempts.saturating_sub(1);
                    }
                    callback.retry_at = retry_at;
                });
            }
            Event::ContactEnded { wrap_up_until, .. } => {
                self.stage = Stage::WrapUp;
                self.ended = Some(at);
                self.wrap_up_until = wrap_up_until;
            }
            Event::WrapUpSet { until, .. } => self.wrap_up_until = until,
            Event::ContactClosed { queue, reason, .. } => {
                self.stage = Stage::Closed;
                self.offer = None;
                self.ended.get_or_insert(at);
                self.reason = Some(reason);
                if queue != QueueId::NONE {
                    self.queue = queue;
                }
            }
            Event::BarEnded { .. }
            | Event::AlsoChosen { .. }
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
            | Event::PresenceRegained { .. } => {}
        }
    }

    fn moves_to(&mut self, queue: QueueId) {
        self.queue = queue;
        self.ring = 0;
        self.overdue = false;
    }

    fn called(&mut self, change: impl FnOnce(&mut Callback)) {
        if let Some(callback) = &mut self.callback {
            change(callback);
        }
    }

    fn back_in_line(&mut self) {
        self.stage = Stage::Queued;
        self.adviser = AdviserId::NONE;
        self.offer = None;
    }
}
