//! How a day went: what became of each contact and of the advisers' time, folded from events.
//!
//! A contact counts once, in the queue it came to first; the definitions are those of `linje-measures`,
//! and a test holds the two against each other. Kept by contact, because two runs are compared contact
//! by contact.

use linje_event::{CloseReason, Event};
use linje_routing::{AdviserState, ContactState, ContactView, State};
use linje_types::{AdviserId, Channel, ContactId, QueueId, Timestamp};

/// What became of a contact by the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// In the menu.
    InMenu,
    /// Has waited and waits still.
    Waiting,
    /// An adviser answered.
    Answered,
    /// Left, or was lost, before anybody answered.
    Abandoned,
    /// The queue was full.
    Refused,
    /// Never came to a queue: left in the menu, closed hours, no choice.
    NotOffered,
    /// Cancelled while it waited.
    Cancelled,
    /// A callback that never reached the citizen.
    NotReached,
}

/// One contact's day. The same place in two outcomes of one recording is the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// Its id in this run; another run may give another.
    pub contact: ContactId,
    /// Its channel.
    pub channel: Channel,
    /// The queue it came to first, or that refused it; `NONE` when it came to none.
    pub queue: QueueId,
    /// The moment it counts as having waited since; when it came, while in a menu.
    pub since: Timestamp,
    /// Microseconds from then to the first answer, to leaving, or to the end of the day.
    pub wait_us: i64,
    /// Who answered first, or `NONE`.
    pub adviser: AdviserId,
    /// What became of it.
    pub end: End,
    /// Microseconds of conversation, holds included.
    pub talk_us: i64,
    /// How often it went to another queue.
    pub transfers: u16,
    /// How many offers nobody took.
    pub offers_lost: u16,
    /// How often it moved on to another queue because it waited too long, or would have to.
    pub overflows: u16,
    /// How often an expert was asked about it.
    pub consults: u16,
    /// The citizen wanted to be rung instead of waiting on the line.
    pub callback: bool,
}

/// What the advisers' time went to, all together, microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AdviserTime {
    /// Could be offered a contact.
    pub ready_us: i64,
    /// Were being offered one.
    pub offered_us: i64,
    /// Talked or wrote.
    pub busy_us: i64,
    /// Wrapped up.
    pub wrap_up_us: i64,
    /// Would have taken contacts, but let one go.
    pub not_ready_us: i64,
    /// Did something else.
    pub away_us: i64,
}

impl AdviserTime {
    /// Handling over handling and waiting for it; `None` when nobody was there.
    ///
    /// `(busy + wrap_up) / (busy + wrap_up + ready + offered)`. An adviser with two chats counts once.
    #[must_use]
    pub fn occupancy(&self) -> Option<f64> {
        let handling = self.busy_us + self.wrap_up_us;
        ratio(handling, handling + self.ready_us + self.offered_us)
    }

    fn add(&mut self, state: AdviserState, us: i64) {
        match state {
            AdviserState::Ready => self.ready_us += us,
            AdviserState::Offered => self.offered_us += us,
            AdviserState::Busy => self.busy_us += us,
            AdviserState::WrapUp => self.wrap_up_us += us,
            AdviserState::NotReady => self.not_ready_us += us,
            AdviserState::Away => self.away_us += us,
            AdviserState::SignedOut => {}
        }
    }
}

/// The figures of a queue, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Contacts that came to this queue first, callbacks among them.
    pub offered: u64,
    /// Of these, answered by an adviser while somebody waited; callbacks are counted apart.
    pub answered: u64,
    /// Of these, within the goal.
    pub answered_within: u64,
    /// Left, or were lost, before anybody answered.
    pub abandoned: u64,
    /// Refused because the queue was full.
    pub refused: u64,
    /// Still waiting at the end of the day.
    pub waiting: u64,
    /// Cancelled while they waited.
    pub cancelled: u64,
    /// Wanted to be rung instead of waiting on the line.
    pub callbacks: u64,
    /// Of these, reached.
    pub called_back: u64,
    /// Sent to another queue by an adviser at least once.
    pub transferred: u64,
    /// Moved on to another queue at least once because the wait was too long.
    pub overflowed: u64,
    /// About whom an expert was asked at least once.
    pub consulted: u64,
    /// Microseconds that the answered waited, together.
    pub wait_us: i64,
    /// The wait that nine in ten of the answered did not exceed, microseconds (nearest rank); 0 of none.
    pub p90_us: i64,
    /// Microseconds of conversation, together.
    pub talk_us: i64,
}

impl Figures {
    /// Answered within the goal over offered; `None` of nothing.
    #[must_use]
    pub fn level(&self) -> Option<f64> {
        share(self.answered_within, self.offered)
    }

    /// Abandoned over offered; `None` of nothing.
    #[must_use]
    pub fn abandoned_share(&self) -> Option<f64> {
        share(self.abandoned, self.offered)
    }

    /// Mean wait of the answered, seconds; `None` of nobody.
    #[must_use]
    pub fn mean_wait_s(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a day is far below 2^53 us")]
        (self.answered > 0).then(|| self.wait_us as f64 / 1e6 / self.answered as f64)
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn ratio(part: i64, whole: i64) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a day of a centre is below 2^53 us"
    )]
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// A day's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// By person: those open at the start by slot, then those who came, in order.
    pub fates: Vec<Fate>,
    /// Where the advisers' time went.
    pub time: AdviserTime,
    /// How many events.
    pub n_events: u64,
    /// FNV-1a over the events with their moments, whys included.
    pub events_hash: u64,
    /// `State::hash` at the end.
    pub state_hash: u64,
}

impl Outcome {
    /// Whether the same happened, event by event, and left the same state.
    #[must_use]
    pub fn is_same_day(&self, other: &Outcome) -> bool {
        (self.n_events, self.events_hash, self.state_hash)
            == (other.n_events, other.events_hash, other.state_hash)
    }

    /// The figures by queue, and of all. `goals_us` is the acceptable wait by queue; a queue beyond it
    /// has none, and everybody answered counts as answered in time.
    #[must_use]
    pub fn figures(&self, goals_us: &[i64]) -> (Vec<Figures>, Figures) {
        let known = self.fates.iter().filter(|fate| fate.queue != QueueId::NONE);
        let n_queues = known.map(|fate| fate.queue.idx() + 1).max().unwrap_or(0);
        let n_queues = n_queues.max(goals_us.len());
        let mut queues = vec![Figures::default(); n_queues];
        let mut waits: Vec<Vec<i64>> = vec![Vec::new(); n_queues];
        let (mut total, mut all_waits) = (Figures::default(), Vec::new());
        for fate in &self.fates {
            if matches!(fate.end, End::NotOffered | End::InMenu) || fate.queue == QueueId::NONE {
                continue;
            }
            let queue = fate.queue.idx();
            let within = goals_us.get(queue).is_none_or(|goal| fate.wait_us <= *goal);
            queues[queue].count(fate, within);
            total.count(fate, within);
            if fate.end == End::Answered && !fate.callback {
                waits[queue].push(fate.wait_us);
                all_waits.push(fate.wait_us);
            }
        }
        for (figures, waits) in queues.iter_mut().zip(&mut waits) {
            figures.p90_us = p90(waits);
        }
        total.p90_us = p90(&mut all_waits);
        (queues, total)
    }
}

impl Figures {
    fn count(&mut self, fate: &Fate, within: bool) {
        self.offered += 1;
        self.transferred += u64::from(fate.transfers > 0);
        self.overflowed += u64::from(fate.overflows > 0);
        self.consulted += u64::from(fate.consults > 0);
        self.talk_us += fate.talk_us;
        if fate.callback {
            self.callbacks += 1;
            self.called_back += u64::from(fate.end == End::Answered);
            return;
        }
        match fate.end {
            End::Answered => {
                self.answered += 1;
                self.answered_within += u64::from(within);
                self.wait_us += fate.wait_us;
            }
            End::Abandoned => self.abandoned += 1,
            End::Refused => self.refused += 1,
            End::Waiting => self.waiting += 1,
            End::Cancelled => self.cancelled += 1,
            End::InMenu | End::NotOffered | End::NotReached => {}
        }
    }
}

/// Nearest rank: the least wait that nine in ten do not exceed.
fn p90(waits: &mut [i64]) -> i64 {
    let Some(rank) = (waits.len() * 9).div_ceil(10).checked_sub(1) else {
        return 0;
    };
    *waits.select_nth_unstable(rank).1
}

/// Whether it is an expert's side of somebody else's contact.
pub(super) fn is_consult(view: &ContactView) -> bool {
    view.consult_of.is_some()
}

const NOBODY: u32 = u32::MAX;

/// An adviser's clock.
#[derive(Debug, Clone, Copy)]
struct Clock {
    state: AdviserState,
    since: Timestamp,
}

/// The fold under way.
#[derive(Debug, Clone)]
pub(super) struct Fold {
    fates: Vec<Fate>,
    /// By slot: who is in it.
    by_slot: Vec<u32>,
    /// By person: when the conversation that goes on began; `NEVER` = none does.
    talking: Vec<Timestamp>,
    clocks: Vec<Clock>,
    /// Advisers whom the last events were about.
    touched: Vec<AdviserId>,
    time: AdviserTime,
    n_events: u64,
    hash: u64,
}

impl Fold {
    /// Begins with what is open in `start`.
    pub(super) fn new(start: &State, from: Timestamp) -> Fold {
        let clock = |number| Clock {
            state: start
                .adviser(AdviserId(number))
                .map_or(AdviserState::SignedOut, |view| view.state),
            since: from,
        };
        let mut fold = Fold {
            fates: Vec::new(),
            by_slot: Vec::new(),
            talking: Vec::new(),
            clocks: (0..u32::MAX).take(start.n_advisers()).map(clock).collect(),
            touched: Vec::new(),
            time: AdviserTime::default(),
            n_events: 0,
            hash: FNV_START,
        };
        // Consultations are nobody's day.
        for view in start.contacts().filter(|view| !is_consult(view)) {
            let (end, queue) = match view.state {
                ContactState::InMenu => (End::InMenu, QueueId::NONE),
                ContactState::Queued
                | ContactState::Offered
                | ContactState::Parked
                | ContactState::Dialling => (End::Waiting, view.queue),
                // Answered on another day.
                ContactState::Active
                | ContactState::Held
                | ContactState::SetAside
                | ContactState::Consulting
                | ContactState::WrapUp => (End::NotOffered, QueueId::NONE),
            };
            fold.enter(view.id, view.channel, view.enqueued);
            if let (Some(fate), Some(talking)) = (fold.fates.last_mut(), fold.talking.last_mut()) {
                fate.end = end;
                fate.queue = queue;
                fate.callback = view.callback;
                let talks = matches!(
                    view.state,
                    ContactState::Active
                        | ContactState::Held
                        | ContactState::SetAside
                        | ContactState::Consulting
                );
                *talking = if talks { from } else { Timestamp::NEVER };
            }
        }
        fold
    }

    fn enter(&mut self, contact: ContactId, channel: Channel, at: Timestamp) {
        let slot = contact.slot() as usize;
        if self.by_slot.len() <= slot {
            self.by_slot.resize(slot + 1, NOBODY);
        }
        self.by_slot[slot] = u32::try_from(self.fates.len()).unwrap_or(NOBODY);
        self.talking.push(Timestamp::NEVER);
        self.fates.push(Fate {
            contact,
            channel,
            queue: QueueId::NONE,
            since: at,
            wait_us: 0,
            adviser: AdviserId::NONE,
            end: End::InMenu,
            talk_us: 0,
            transfers: 0,
            offers_lost: 0,
            overflows: 0,
            consults: 0,
            callback: false,
        });
    }

    /// Takes an event that happened at `at`; [`Fold::after`] follows when the state has it.
    pub(super) fn event(&mut self, at: Timestamp, event: &Event) {
        self.n_events += 1;
        self.hash = hash_event(self.hash, at, event);
        if let Some(adviser) = event.adviser() {
            self.touched.push(adviser);
        }
        if let Event::ContactHandedOver { from, .. } = *event {
            self.touched.push(from);
        }
        if let Event::ContactArrived {
            contact, channel, ..
        } = *event
        {
            self.enter(contact, channel, at);
            return;
        }
        if let Event::ConsultStarted { consult, .. } = *event {
            // It came like any contact, but it is nobody's day.
            self.fates.pop();
            self.talking.pop();
            self.by_slot[consult.slot() as usize] = NOBODY;
        }
        let Some(person) = event
            .contact()
            .and_then(|contact| self.by_slot.get(contact.slot() as usize))
            .copied()
            .filter(|person| *person != NOBODY)
        else {
            return;
        };
        let person = person as usize;
        self.of_contact(at, event, person);
    }

    fn of_contact(&mut self, at: Timestamp, event: &Event, person: usize) {
        let fate = &mut self.fates[person];
        match *event {
            Event::ContactQueued {
                queue, enqueued, ..
            } => {
                if fate.queue == QueueId::NONE {
                    fate.queue = queue;
                    fate.end = End::Waiting;
                }
                fate.since = enqueued;
            }
            Event::ContactAssigned { adviser, .. }
            | Event::OfferAccepted { adviser, .. }
            | Event::CallbackAnswered { adviser, .. } => {
                if fate.end == End::Waiting {
                    fate.end = End::Answered;
                    fate.wait_us = at.since_us(fate.since);
                    fate.adviser = adviser;
                }
                self.talking[person] = at;
            }
            Event::OfferEnded { .. } => fate.offers_lost = fate.offers_lost.saturating_add(1),
            Event::ContactTransferred { .. } => {
                fate.transfers = fate.transfers.saturating_add(1);
                self.end_talk(at, person);
            }
            Event::ContactEnded { .. }
            | Event::ContactReturned { .. }
            | Event::ContactGivenBack { .. } => self.end_talk(at, person),
            Event::ContactOverflowed { .. } => fate.overflows = fate.overflows.saturating_add(1),
            Event::ConsultStarted { .. } => fate.consults = fate.consults.saturating_add(1),
            Event::CallbackAsked { .. } => fate.callback = true,
            Event::ContactClosed { reason, queue, .. } => {
                self.end_talk(at, person);
                self.close(at, person, reason, queue);
            }
            Event::ContactArrived { .. }
            | Event::OfferMade { .. }
            | Event::ContactHeld { .. }
            | Event::ContactResumed { .. }
            | Event::WrapUpSet { .. }
            | Event::BarEnded { .. }
            | Event::CentrePublished { .. }
            | Event::AdviserSignedIn { .. }
            | Event::AdviserSignedOut { .. }
            | Event::ActivityChosen { .. }
            | Event::OriginsChosen { .. }
            | Event::PresenceLost { .. }
            | Event::PresenceRegained { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::ContactSetAside { .. }
            | Event::ContactTakenUp { .. }
            | Event::ConsultEnded { .. }
            | Event::ContactHandedOver { .. }
            | Event::CallbackDue { .. }
            | Event::CallbackDialling { .. }
            | Event::CallbackMissed { .. }
            | Event::CalledOut { .. }
            | Event::ConferenceSet { .. }
            | Event::AlsoChosen { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. } => {}
        }
    }

    fn end_talk(&mut self, at: Timestamp, person: usize) {
        let began = core::mem::replace(&mut self.talking[person], Timestamp::NEVER);
        self.fates[person].talk_us += at.since_us(began);
    }

    fn close(&mut self, at: Timestamp, person: usize, reason: CloseReason, queue: QueueId) {
        let fate = &mut self.fates[person];
        self.by_slot[fate.contact.slot() as usize] = NOBODY;
        match (fate.end, reason) {
            (End::InMenu, CloseReason::QueueFull) => {
                fate.queue = queue;
                fate.end = End::Refused;
            }
            (End::InMenu, _) => fate.end = End::NotOffered,
            (End::Waiting, CloseReason::Abandoned | CloseReason::Lost) => {
                fate.end = End::Abandoned;
                fate.wait_us = at.since_us(fate.since);
            }
            (End::Waiting, _) => {
                let unrung = reason == CloseReason::Fault && fate.callback;
                fate.end = if unrung || reason == CloseReason::NotReached {
                    End::NotReached
                } else {
                    End::Cancelled
                };
                fate.wait_us = at.since_us(fate.since);
            }
            (
                End::Answered
                | End::Abandoned
                | End::Refused
                | End::NotOffered
                | End::Cancelled
                | End::NotReached,
                _,
            ) => {}
        }
    }

    /// Reads the clocks of the advisers whom the last events were about.
    pub(super) fn after(&mut self, at: Timestamp, state: &State) {
        for adviser in self.touched.drain(..) {
            let Some(view) = state.adviser(adviser) else {
                continue;
            };
            let Some(clock) = self.clocks.get_mut(adviser.idx()) else {
                continue;
            };
            if clock.state != view.state {
                self.time.add(clock.state, at.since_us(clock.since));
                *clock = Clock {
                    state: view.state,
                    since: at,
                };
            }
        }
    }

    /// Advisers whom a new centre description added.
    pub(super) fn widen(&mut self, at: Timestamp, n_advisers: usize) {
        let clock = Clock {
            state: AdviserState::SignedOut,
            since: at,
        };
        self.clocks.resize(n_advisers.max(self.clocks.len()), clock);
    }

    pub(super) fn finish(mut self, end: Timestamp, state: &State) -> Outcome {
        for clock in &self.clocks {
            self.time.add(clock.state, end.since_us(clock.since));
        }
        for (fate, began) in self.fates.iter_mut().zip(&self.talking) {
            fate.talk_us += end.since_us(*began);
            if fate.end == End::Waiting {
                fate.wait_us = end.since_us(fate.since);
            }
        }
        Outcome {
            fates: self.fates,
            time: self.time,
            n_events: self.n_events,
            events_hash: self.hash,
            state_hash: state.hash(),
        }
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

fn hash_event(hash: u64, at: Timestamp, event: &Event) -> u64 {
    let mut room = [0_u8; 128];
    // An event is at most 64 bytes in memory and less than twice that in the form of the log.
    let bytes: &[u8] = postcard::to_slice(&(at, event), &mut room).map_or(&[], |bytes| bytes);
    debug_assert!(!bytes.is_empty(), "the room is large enough");
    bytes.iter().fold(hash, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_in_ten_by_nearest_rank() {
        assert_eq!(p90(&mut []), 0);
        assert_eq!(p90(&mut [7]), 7);
        assert_eq!(p90(&mut [10, 1, 9, 2, 8, 3, 7, 4, 6, 5]), 9);
        assert_eq!(p90(&mut [11, 10, 1, 9, 2, 8, 3, 7, 4, 6, 5]), 10);
    }
}
