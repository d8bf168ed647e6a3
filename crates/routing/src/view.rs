//! Looking at the state without changing it.

use linje_event::NotReady;
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, OfferId, Origin,
    Origins, PlanId, QueueId, Timestamp, TopicId, UnitId,
};

use crate::{
    cast::u32_of,
    lines::NONE,
    state::{ContactState, Request, State, flag},
    tables::Tables,
};

/// An open contact as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactView {
    /// Its id.
    pub id: ContactId,
    /// Where it is.
    pub state: ContactState,
    /// Its channel.
    pub channel: Channel,
    /// Live or synthetic.
    pub origin: Origin,
    /// The language wanted.
    pub language: Language,
    /// Its queue, or `NONE` in a menu.
    pub queue: QueueId,
    /// Its priority class.
    pub class: u8,
    /// Its topic, or `NONE`.
    pub topic: TopicId,
    /// Who has it, or `NONE`.
    pub adviser: AdviserId,
    /// When it came.
    pub arrived: Timestamp,
    /// The moment it counts as having waited since.
    pub enqueued: Timestamp,
    /// The live offer.
    pub offer: Option<OfferId>,
    /// Offered: when the offer ends. Wrap-up: when it ends. Queued: when a bar or the wait for the named
    /// adviser ends. Talking: when it goes back in line because the adviser is gone. Parked: when it is due.
    /// Dialling: when the attempt ends. `None` = no clock of its own runs.
    pub deadline: Option<Timestamp>,
    /// The ring of the queue's rule in force, 0 = the first.
    pub ring: u8,
    /// What an adviser must be cleared for.
    pub clearance: Clearance,
    /// Its guaranteed longest wait is over.
    pub overdue: bool,
    /// The citizen is not on the line and will be rung.
    pub callback: bool,
    /// Callback: attempts begun.
    pub attempts: u8,
    /// It waits for this adviser only, for a while.
    pub waits_for: Option<AdviserId>,
    /// It is a consultation about this contact.
    pub consult_of: Option<ContactId>,
    /// An expert is asked about it: the consultation.
    pub consult: Option<ContactId>,
}

/// What an adviser does now, in the words of the Trafikkbilde.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum AdviserState {
    /// Can be offered a contact.
    Ready,
    /// Is offered one.
    Offered,
    /// Talks or writes.
    Busy,
    /// Wraps up.
    WrapUp,
    /// Does something else: a break, learning, a meeting; or is not present.
    Away,
    /// Would take contacts, but let one go or could not be reached.
    NotReady,
    /// Not at work.
    SignedOut,
}

/// An adviser as they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdviserView {
    /// The id.
    pub id: AdviserId,
    /// The unit.
    pub unit: UnitId,
    /// Whether they are signed in.
    pub signed_in: bool,
    /// Whether a desk session or a phone registration is alive.
    pub present: bool,
    /// What they chose to do.
    pub activity: Activity,
    /// Why they get no offers although the activity would give them.
    pub not_ready: Option<NotReady>,
    /// Whom they meet.
    pub origins: Origins,
    /// Share of the capacity in use, 0..=100.
    pub used: u16,
    /// Free since then; the basis of "idle longest".
    pub idle_since: Timestamp,
    /// In the words of the Trafikkbilde.
    pub state: AdviserState,
    /// Whether an offer can come now.
    pub free: bool,
    /// Taken besides the activity.
    pub also: Channels,
}

/// Advisers signed in who could serve a queue, by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct AdviserCounts {
    /// Can be offered a contact.
    pub ready: u32,
    /// Offered, talking or writing.
    pub busy: u32,
    /// Wrapping up.
    pub wrap_up: u32,
    /// Doing something else, or not ready.
    pub away: u32,
}

impl AdviserCounts {
    /// Counts one more adviser.
    pub fn add(&mut self, state: AdviserState) {
        match state {
            AdviserState::Ready => self.ready += 1,
            AdviserState::Offered | AdviserState::Busy => self.busy += 1,
            AdviserState::WrapUp => self.wrap_up += 1,
            AdviserState::Away | AdviserState::NotReady => self.away += 1,
            AdviserState::SignedOut => {}
        }
    }
}

impl State {
    /// The tables in force.
    #[must_use]
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// An open contact; `None` when it is closed or never was.
    #[must_use]
    pub fn contact(&self, id: ContactId) -> Option<ContactView> {
        self.slot_of(id).map(|slot| self.view(slot))
    }

    /// The contact with a live offer; `None` when the offer is over.
    #[must_use]
    pub fn offered_contact(&self, offer: OfferId) -> Option<ContactView> {
        let it = self.contacts.get(offer.slot() as usize)?;
        let live = it.open && it.state == ContactState::Offered && it.offer == offer.number();
        live.then(|| self.view(offer.slot()))
    }

    /// All open contacts, by slot.
    pub fn contacts(&self) -> impl Iterator<Item = ContactView> + '_ {
        (0..u32_of(self.contacts.len()))
            .filter(|&slot| self.contacts[slot as usize].open)
            .map(|slot| self.view(slot))
    }

    /// How many contacts are open.
    #[must_use]
    pub fn n_open(&self) -> u32 {
        self.n_open
    }

    fn view(&self, slot: u32) -> ContactView {
        let it = &self.contacts[slot as usize];
        ContactView {
            id: self.id_of(slot),
            state: it.state,
            channel: it.channel,
            origin: it.origin,
            language: it.language,
            queue: it.queue,
            class: it.class,
            topic: it.topic,
            adviser: AdviserId(it.adviser),
            arrived: it.arrived,
            enqueued: it.enqueued,
            offer: (it.state == ContactState::Offered).then(|| OfferId::new(slot, it.offer)),
            deadline: self.deadlines.of(slot),
            ring: it.ring,
            clearance: it.clearance,
            overdue: it.is(flag::OVERDUE),
            callback: it.is(flag::CALLBACK),
            attempts: it.attempts,
            waits_for: it.is(flag::PERSONAL).then_some(AdviserId(it.named)),
            consult_of: (it.is(flag::CONSULT) && it.peer != NONE).then(|| self.id_of(it.peer)),
            consult: (!it.is(flag::CONSULT) && it.peer != NONE).then(|| self.id_of(it.peer)),
        }
    }

    /// When a contact in line comes to its next step: its guarantee, its overflow, its next ring. `None` when it
    /// waits in no line, or only for a named adviser, or no step is left.
    #[must_use]
    pub fn next_step(&self, contact: ContactId) -> Option<Timestamp> {
        let slot = self.slot_of(contact)?;
        let it = &self.contacts[slot as usize];
        let in_line = it.state == ContactState::Queued && !it.is(flag::PERSONAL);
        let at = in_line.then(|| self.step_at(slot, it.lane));
        at.filter(|at| *at != Timestamp::NEVER)
    }

    /// Whether a crisis plan is on.
    #[must_use]
    pub fn plan_is_on(&self, plan: PlanId) -> bool {
        self.plans >> plan.0.min(63) & 1 == 1
    }

    /// The open requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// The last measured expected wait of a queue, microseconds; 0 when there is none.
    #[must_use]
    pub fn expected(&self, queue: QueueId) -> i64 {
        self.expected.get(queue.idx()).copied().unwrap_or(0)
    }

    /// The queues that a contact has left, transferred or moved on, in the order of their numbers.
    #[must_use]
    pub fn visited(&self, contact: ContactId) -> Vec<QueueId> {
        let Some(slot) = self.slot_of(contact) else {
            return Vec::new();
        };
        let own = self.visits.iter().filter(|visit| visit.0 == slot);
        own.map(|visit| visit.1).collect()
    }

    /// Who is free and able to take a contact that waits, in the order in which they would be asked: those whom
    /// the rule prefers, all who are free, those who would lay work aside; each by idle time. For explanations.
    #[must_use]
    pub fn candidates(&self, contact: ContactId) -> Vec<AdviserId> {
        let Some(slot) = self.slot_of(contact) else {
            return Vec::new();
        };
        let it = &self.contacts[slot as usize];
        if it.state != ContactState::Queued {
            return Vec::new();
        }
        let (able, first) = (self.lanes.able(it.lane), self.lanes.preferred(it.lane));
        let mut found: Vec<(bool, bool, u64, u32)> = (0..u32_of(self.advisers.len()))
            .filter_map(|adviser| {
                let mask = self.mask(adviser);
                let profile = self
                    .tables
                    .profile(adviser, self.advisers[adviser as usize].origins);
                let can = mask.channels().has(it.channel)
                    && crate::bits::has(able, profile as usize)
                    && !self.bars_of(slot).iter().any(|bar| bar.adviser == adviser);
                let preferred = crate::bits::has(first, profile as usize);
                let aside = mask.is_aside();
                can.then(|| {
                    let seq = self.idle.seq(adviser);
                    (aside, !aside && !preferred, seq, adviser)
                })
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|entry| AdviserId(entry.3)).collect()
    }

    pub(crate) fn slots_of(&self, adviser: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.advisers[adviser as usize].first;
        std::iter::successors((first != NONE).then_some(first), |&slot| {
            let next = self.contacts[slot as usize].next;
            (next != NONE).then_some(next)
        })
    }

    /// The contacts that an adviser has, offers among them, by slot.
    #[must_use]
    pub fn contacts_of(&self, adviser: AdviserId) -> Vec<ContactId> {
        if adviser.idx() >= self.advisers.len() {
            return Vec::new();
        }
        let mut slots: Vec<u32> = self.slots_of(adviser.0).collect();
        slots.sort_unstable();
        slots.into_iter().map(|slot| self.id_of(slot)).collect()
    }

    /// How many advisers there are, signed in or not.
    #[must_use]
    pub fn n_advisers(&self) -> usize {
        self.advisers.len()
    }

    /// An adviser.
    #[must_use]
    pub fn adviser(&self, id: AdviserId) -> Option<AdviserView> {
        let who = self.advisers.get(id.idx())?;
        Some(AdviserView {
            id,
            unit: self.tables.rules().advisers[id.idx()].unit,
            signed_in: who.signed_in,
            present: who.return_at == Timestamp::NEVER,
            activity: who.activity,
            not_ready: who.not_ready,
            origins: who.origins,
            used: who.used,
            idle_since: who.idle_since,
            state: self.adviser_state(id.0),
            free: !self.mask(id.0).is_nothing(),
            also: who.also,
        })
    }

    fn adviser_state(&self, adviser: u32) -> AdviserState {
        let who = &self.advisers[adviser as usize];
        if !who.signed_in {
            return AdviserState::SignedOut;
        }
        let most = self
            .slots_of(adviser)
            .map(|slot| match self.contacts[slot as usize].state {
                ContactState::Active
                | ContactState::Held
                | ContactState::Dialling
                | ContactState::SetAside
                | ContactState::Consulting => 3,
                ContactState::Offered => 2,
                ContactState::WrapUp => 1,
                ContactState::InMenu | ContactState::Queued | ContactState::Parked => 0,
            })
            .max();
        match most {
            Some(3) => AdviserState::Busy,
            Some(2) => AdviserState::Offered,
            Some(1) => AdviserState::WrapUp,
            _ if who.return_at != Timestamp::NEVER => AdviserState::Away,
            _ if Channels::of(who.activity) == Channels::NONE => AdviserState::Away,
            _ if who.not_ready.is_some() => AdviserState::NotReady,
            _ => AdviserState::Ready,
        }
    }

    /// Whether the adviser has what some contact of `queue` on `channel` needs.
    #[must_use]
    pub fn serves(&self, adviser: AdviserId, queue: QueueId, channel: Channel) -> bool {
        self.advisers
            .get(adviser.idx())
            .is_some_and(|who| self.tables.serves(adviser.0, who.origins, queue, channel))
    }

    /// Advisers signed in who could serve `queue` on `channel`, by what they do. Looks at every adviser.
    #[must_use]
    pub fn advisers_of(&self, queue: QueueId, channel: Channel) -> AdviserCounts {
        let mut counts = AdviserCounts::default();
        for (adviser, who) in (0..).zip(&self.advisers) {
            if who.signed_in && self.tables.serves(adviser, who.origins, queue, channel) {
                counts.add(self.adviser_state(adviser));
            }
        }
        counts
    }

    /// How many wait in `queue`; offered ones are not counted.
    #[must_use]
    pub fn waiting(&self, queue: QueueId) -> u32 {
        self.waiting.get(queue.idx()).copied().unwrap_or(0)
    }

    /// The earliest moment that somebody in `queue` has waited since.
    #[must_use]
    pub fn oldest(&self, queue: QueueId) -> Option<Timestamp> {
        // A deferred contact counts by its date: the first in line need not have waited longest.
        let of_lane = |&lane: &u32| {
            let live = Channels::LIVE.has(self.lanes.get(lane).channel);
            let all = if live { 1 } else { usize::MAX };
            self.lines.iter(lane as usize).take(all)
        };
        let in_lanes = self.lanes.of_queue(queue).iter().flat_map(of_lane);
        let personal = self.personal.iter().map(|it| it.slot);
        in_lanes
            .chain(personal.filter(|&slot| self.contacts[slot as usize].queue == queue))
            .map(|slot| self.contacts[slot as usize].enqueued)
            .min()
    }

    /// The place in line among those of its queue: 1 = first. `None` when it does not wait.
    #[must_use]
    pub fn position(&self, contact: ContactId) -> Option<u32> {
        let slot = self.slot_of(contact)?;
        let it = &self.contacts[slot as usize];
        if it.state != ContactState::Queued {
            return None;
        }
        let order = self.lines.order(slot);
        let before = |other: &u32| self.lines.order(*other) < order;
        let in_lanes = self.lanes.of_queue(it.queue).iter().map(|&lane| {
            let line = self.lines.iter(lane as usize);
            line.take_while(before).count()
        });
        let personal = self.personal.iter().map(|entry| entry.slot);
        let personal = personal
            .filter(|&other| self.contacts[other as usize].queue == it.queue)
            .filter(before);
        let ahead = in_lanes.sum::<usize>() + personal.count();
        Some(u32_of(ahead) + 1)
    }
}
