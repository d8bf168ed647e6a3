//! One entry per contact: where it is now, and how it came there.

use std::collections::{BTreeMap, VecDeque};

use linje_desk::Record;
use linje_event::{CloseReason, Event};
use linje_types::{
    AdviserId, Channel, ContactId, Language, OfferId, Origin, QueueId, Timestamp, TopicId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// Presented to an adviser.
    Offered,
    /// With an adviser.
    Active,
    /// With an adviser, on hold.
    Held,
    /// The adviser finishes.
    WrapUp,
    /// Over.
    Closed,
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
}

impl Contacts {
    /// Takes the next record.
    pub fn fold(&mut self, record: &Record) {
        let Some(contact) = record.event.contact() else {
            return;
        };
        self.note(contact, &record.event);
        self.add(record);
        let Some(entry) = self.get_mut(contact) else {
            return;
        };
        entry.fold(record);
        if entry.stage == Stage::Closed {
            entry.events = Vec::new();
            self.n_closed += 1;
            self.forget_oldest();
        }
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
            by_seq,
        }
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

impl Entry {
    /// A contact from all its records; None when they do not begin with its arrival.
    #[must_use]
    pub fn from_records(records: &[Record]) -> Option<Entry> {
        let (first, rest) = records.split_first()?;
        let mut entry = Entry::arrived(first)?;
        entry.fold(first);
        for record in rest {
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
                enqueued,
                ..
            } => {
                self.stage = Stage::Queued;
                self.queue = queue;
                self.topic = topic;
                self.language = language;
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
            Event::OfferEnded { .. } | Event::ContactReturned { .. } => self.back_in_line(),
            Event::ContactTransferred { queue, .. } => {
                self.back_in_line();
                self.queue = queue;
                self.transfers += 1;
            }
            Event::ContactHeld { .. } => self.stage = Stage::Held,
            Event::ContactResumed { .. } => self.stage = Stage::Active,
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
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::ContactOverflowed { .. }
            | Event::ContactSetAside { .. }
            | Event::ContactGivenBack { .. }
            | Event::ContactTakenUp { .. }
            | Event::ConsultStarted { .. }
            | Event::ConsultEnded { .. }
            | Event::ContactHandedOver { .. }
            | Event::CallbackAsked { .. }
            | Event::CallbackDue { .. }
            | Event::CallbackDialling { .. }
            | Event::CallbackAnswered { .. }
            | Event::CallbackMissed { .. }
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

    fn back_in_line(&mut self) {
        self.stage = Stage::Queued;
        self.adviser = AdviserId::NONE;
        self.offer = None;
    }
}
