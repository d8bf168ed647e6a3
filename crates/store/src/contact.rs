//! The read model of contacts: a fold of the log, one line per contact, open or closed.

use linje_event::{CloseReason, Event};
use linje_types::{AdviserId, Channel, ContactId, Language, Origin, QueueId, Timestamp, TopicId};
use serde::{Deserialize, Serialize};

/// Where a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Stage {
    /// It has just come.
    Created,
    /// In a menu.
    InIvr,
    /// Waiting.
    Queued,
    /// Presented to an adviser.
    Offered,
    /// With an adviser.
    Active,
    /// On hold.
    Held,
    /// Over; the adviser writes it up.
    WrapUp,
    /// Over for good.
    Closed,
    /// A callback that waits for its time or the next attempt.
    CallbackPending,
    /// A callback: the citizen is being rung.
    CallbackDialling,
    /// With an adviser who asks an expert.
    Consult,
    /// Deferred work laid aside.
    SetAside,
}

impl Stage {
    /// All of them, in the order of their numbers.
    pub const ALL: &'static [Stage] = &[
        Stage::Created,
        Stage::InIvr,
        Stage::Queued,
        Stage::Offered,
        Stage::Active,
        Stage::Held,
        Stage::WrapUp,
        Stage::Closed,
        Stage::CallbackPending,
        Stage::CallbackDialling,
        Stage::Consult,
        Stage::SetAside,
    ];

    /// The name that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Created => "Created",
            Stage::InIvr => "InIvr",
            Stage::Queued => "Queued",
            Stage::Offered => "Offered",
            Stage::Active => "Active",
            Stage::Held => "Held",
            Stage::WrapUp => "WrapUp",
            Stage::Closed => "Closed",
            Stage::CallbackPending => "CallbackPending",
            Stage::CallbackDialling => "CallbackDialling",
            Stage::Consult => "Consult",
            Stage::SetAside => "SetAside",
        }
    }

    /// The stage of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Stage> {
        Stage::ALL
            .iter()
            .copied()
            .find(|stage| stage.as_str() == name)
    }
}

/// One contact, open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Where it is.
    pub state: Stage,
    /// Its channel.
    pub channel: Channel,
    /// The queue it is or was last in.
    pub queue: Option<QueueId>,
    /// Who has it, is asked about it, or had it last.
    pub adviser: Option<AdviserId>,
    /// Its topic.
    pub topic: Option<TopicId>,
    /// Live or synthetic.
    pub origin: Origin,
    /// The language wanted.
    pub language: Language,
    /// When it came.
    pub arrived: Timestamp,
    /// The moment it counts as having waited since.
    pub enqueued: Option<Timestamp>,
    /// When an adviser first took it.
    pub answered: Option<Timestamp>,
    /// When the conversation, or the waiting, was over.
    pub ended: Option<Timestamp>,
    /// Why it was closed.
    pub reason: Option<CloseReason>,
    /// The last record about it.
    pub seq: u64,
}

impl Contact {
    /// The contact that `event` brings, if it brings one.
    #[must_use]
    pub fn arrived(event: &Event, at: Timestamp, seq: u64) -> Option<Contact> {
        let Event::ContactArrived {
            contact,
            channel,
            topic,
            origin,
            language,
            in_menu,
        } = *event
        else {
            return None;
        };
        Some(Contact {
            id: contact,
            state: if in_menu {
                Stage::InIvr
            } else {
                Stage::Created
            },
            channel,
            queue: None,
            adviser: None,
            topic: known(topic),
            origin,
            language,
            arrived: at,
            enqueued: None,
            answered: None,
            ended: None,
            reason: None,
            seq,
        })
    }

    /// Takes an event about this contact.
    pub fn apply(&mut self, event: &Event, at: Timestamp, seq: u64) {
        self.seq = seq;
        match *event {
            Event::ContactQueued {
                queue,
                topic,
                language,
                enqueued,
                ..
            } => {
                self.back_in(queue);
                self.topic = known(topic);
                self.language = language;
                self.enqueued = Some(enqueued);
            }
            Event::OfferMade { adviser, .. } => {
                self.state = Stage::Offered;
                self.adviser = Some(adviser);
            }
            Event::ContactAssigned { adviser, .. } | Event::OfferAccepted { adviser, .. } => {
                self.state = Stage::Active;
                self.adviser = Some(adviser);
                self.answered = self.answered.or(Some(at));
            }
            Event::CallbackAnswered { adviser, .. } => {
                self.state = Stage::Active;
                self.adviser = Some(adviser);
                self.answered = self.answered.or(Some(at));
            }
            Event::OfferEnded { .. }
            | Event::ContactReturned { .. }
            | Event::ContactGivenBack { .. }
            | Event::CallbackDue { .. } => self.back(),
            Event::ContactHeld { .. } => self.state = Stage::Held,
            Event::ContactResumed { .. } => self.state = Stage::Active,
            Event::ContactOverflowed { queue, .. } => self.queue = Some(queue),
            Event::ContactSetAside { .. } => self.state = Stage::SetAside,
            Event::ContactTakenUp { .. } => self.state = Stage::Active,
            Event::ConsultStarted { .. } => self.state = Stage::Consult,
            Event::ConsultEnded { .. } => self.state = Stage::Active,
            Event::ContactHandedOver { to, queue, .. } => {
                self.state = Stage::Active;
                self.adviser = Some(to);
                self.queue = Some(queue);
            }
            Event::CallbackAsked { from, .. } if from > at => self.park(),
            Event::CallbackMissed { .. } => self.park(),
            Event::CallbackDialling { adviser, .. } => {
                self.state = Stage::CallbackDialling;
                self.adviser = Some(adviser);
            }
            Event::CalledOut { adviser, queue, .. } => {
                self.state = Stage::CallbackDialling;
                self.adviser = Some(adviser);
                self.queue = Some(queue);
            }
            Event::ContactEnded { .. } => {
                self.state = Stage::WrapUp;
                self.ended = Some(at);
            }
            Event::ContactTransferred { queue, .. } => self.back_in(queue),
            Event::ContactClosed {
                adviser,
                queue,
                reason,
                ..
            } => {
                self.state = Stage::Closed;
                self.adviser = adviser.some();
                self.queue = queue.some().or(self.queue);
                self.ended = self.ended.or(Some(at));
                self.reason = Some(reason);
            }
            Event::ContactArrived { .. }
            | Event::ConferenceSet { .. }
            | Event::WrapUpSet { .. }
            | Event::BarEnded { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::CallbackAsked { .. }
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

    fn back_in(&mut self, queue: QueueId) {
        self.queue = Some(queue);
        self.back();
    }

    fn park(&mut self) {
        self.state = Stage::CallbackPending;
        self.adviser = None;
    }

    fn back(&mut self) {
        self.state = Stage::Queued;
        self.adviser = None;
    }

    /// Whether the query asks for it.
    #[must_use]
    pub fn matches(&self, query: &Query) -> bool {
        query.state.is_none_or(|state| self.state == state)
            && query.queue.is_none_or(|queue| self.queue == Some(queue))
            && query
                .adviser
                .is_none_or(|adviser| self.adviser == Some(adviser))
            && query.since.is_none_or(|since| self.arrived >= since)
            && query
                .before
                .is_none_or(|before| (self.arrived, self.id) < before)
    }
}

fn known(topic: TopicId) -> Option<TopicId> {
    (topic != TopicId::NONE).then_some(topic)
}

/// Which contacts are wanted, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Query {
    /// In this state.
    pub state: Option<Stage>,
    /// Now or last in this queue.
    pub queue: Option<QueueId>,
    /// Now or last with this adviser.
    pub adviser: Option<AdviserId>,
    /// That came at this time or later.
    pub since: Option<Timestamp>,
    /// The next page: `arrived` and `id` of the last contact of the page before.
    pub before: Option<(Timestamp, ContactId)>,
    /// How many at most; 0 = 100, never more than 1,000.
    pub limit: usize,
}

impl Query {
    pub(crate) fn rows(&self) -> usize {
        if self.limit == 0 {
            100
        } else {
            self.limit.min(1_000)
        }
    }
}

/// All reasons, to read their words back.
pub(crate) const REASONS: &[CloseReason] = &[
    CloseReason::Served,
    CloseReason::Abandoned,
    CloseReason::LeftInMenu,
    CloseReason::Lost,
    CloseReason::QueueFull,
    CloseReason::ClosedHours,
    CloseReason::Cancelled,
    CloseReason::NoChoice,
    CloseReason::NotReached,
    CloseReason::HandedOver,
    CloseReason::Fault,
];

/// The open contacts in memory, so that a batch touches each row once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Open(std::collections::BTreeMap<ContactId, Contact>);

impl Open {
    pub(crate) fn of(contacts: impl Iterator<Item = Contact>) -> Open {
        Open(contacts.map(|contact| (contact.id, contact)).collect())
    }

    /// The contacts that a batch touches, as they are after it. Changes nothing itself: the batch
    /// may not land.
    pub(crate) fn touched(
        &self,
        records: &[linje_desk::Record],
    ) -> std::collections::BTreeMap<ContactId, Contact> {
        let mut touched = std::collections::BTreeMap::new();
        for record in records {
            let Some(id) = record.event.contact() else {
                continue;
            };
            if let Some(contact) = Contact::arrived(&record.event, record.at, record.seq) {
                touched.insert(id, contact);
            } else if let Some(contact) = touched.get_mut(&id) {
                contact.apply(&record.event, record.at, record.seq);
            } else if let Some(mut contact) = self.0.get(&id).copied() {
                contact.apply(&record.event, record.at, record.seq);
                touched.insert(id, contact);
            }
        }
        touched
    }

    /// Takes what landed.
    pub(crate) fn take(&mut self, touched: std::collections::BTreeMap<ContactId, Contact>) {
        for (id, contact) in touched {
            if contact.state == Stage::Closed {
                self.0.remove(&id);
            } else {
                self.0.insert(id, contact);
            }
        }
    }
}
