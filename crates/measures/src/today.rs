//! The day so far: every queue and every adviser's own day, folded from events.

use std::collections::BTreeSet;

use linje_event::{CloseReason, Event};
use linje_types::{AdviserId, ContactId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Expected, LineNow, OwnDay, QueueDay, ServiceLevel, expected_wait};

/// What a queue is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// Acceptable wait, microseconds: answered no later than this counts.
    pub within_us: i64,
}

/// How long it usually takes to help somebody of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usual {
    /// The usual conversation, microseconds, until one has ended today.
    pub talk_us: i64,
    /// The usual wrap-up, microseconds.
    pub wrap_up_us: i64,
}

/// What the fold must be told about a centre.
#[derive(Debug, Clone)]
pub struct Layout {
    /// By `QueueId`.
    pub queues: Vec<Goal>,
    /// How many advisers the centre knows.
    pub n_advisers: usize,
    /// The first midnight, in the centre's own zone, after a moment.
    pub next_midnight: fn(Timestamp) -> Timestamp,
}

/// An open contact, as far as the figures need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    contact: ContactId,
    /// The queue it came to first; `NONE` while in a menu.
    first: QueueId,
    /// The queue it is in now.
    queue: QueueId,
    enqueued: Timestamp,
    waiting: bool,
    answered: bool,
    /// The citizen asked to be rung: not on the line, and neither answered nor lost.
    is_callback: bool,
    /// A question to an expert: no citizen's contact, so it counts nowhere.
    is_consult: bool,
    /// When the conversation that goes on began.
    talking: Option<Timestamp>,
    /// Conversations begun.
    conversations: u32,
}

/// Contacts that wait in one line, first come first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Line(BTreeSet<(Timestamp, ContactId)>);

/// The figures of one day, one centre. A contact counts once, in the queue it came to first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Day {
    #[serde(skip, default = "no_layout")]
    layout: Layout,
    ends: Timestamp,
    queues: Vec<QueueDay>,
    lines: Vec<Line>,
    own: Vec<OwnDay>,
    /// By slot.
    open: Vec<Option<Open>>,
    /// Contacts that came by the phone menu or straight to a queue, since midnight.
    arrived: u64,
}

impl Day {
    /// An empty day that begins at `now`.
    #[must_use]
    pub fn new(layout: Layout, now: Timestamp) -> Day {
        Day {
            ends: (layout.next_midnight)(now),
            queues: vec![QueueDay::new(now); layout.queues.len()],
            lines: vec![Line::default(); layout.queues.len()],
            own: vec![OwnDay::default(); layout.n_advisers],
            open: Vec::new(),
            arrived: 0,
            layout,
        }
    }

    /// A day read back from a snapshot, with the layout it was made with or one with more at the end.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Day {
        let now = self.ends;
        let n = layout.queues.len().max(self.queues.len());
        self.queues.resize_with(n, || QueueDay::new(now));
        self.lines.resize_with(n, Line::default);
        self.own
            .resize_with(layout.n_advisers.max(self.own.len()), OwnDay::default);
        self.layout = layout;
        self
    }

    /// Lets time pass to `now`: closes minutes, and the day at midnight.
    pub fn advance(&mut self, now: Timestamp) {
        while now >= self.ends {
            let midnight = self.ends;
            self.each_hour_to(midnight);
            self.start_day(midnight);
        }
        self.each_hour_to(now);
    }

    /// Takes an event that happened at `at`.
    pub fn fold(&mut self, at: Timestamp, event: &Event) {
        self.advance(at);
        match *event {
            Event::ContactArrived { contact, .. } => self.arrive(contact),
            Event::ContactQueued {
                contact,
                queue,
                enqueued,
                ..
            } => self.enqueue(contact, queue, enqueued),
            Event::OfferAccepted {
                contact, adviser, ..
            }
            | Event::ContactAssigned {
                contact, adviser, ..
            } => self.answer(contact, adviser, at),
            Event::ContactTransferred {
                contact,
                adviser,
                queue,
                ..
            } => self.transfer(contact, adviser, queue, at),
            Event::ContactEnded {
                contact, adviser, ..
            } => self.end_talk(contact, adviser, at),
            // What an adviser rang is nobody's wait.
            Event::ConsultStarted {
                consult: contact, ..
            }
            | Event::CalledOut { contact, .. } => self.consult(contact),
            Event::CallbackAsked { contact, .. } => self.ask_callback(contact),
            Event::CallbackAnswered { contact, adviser } => self.answer(contact, adviser, at),
            Event::ContactReturned { contact, adviser }
            | Event::ContactGivenBack {
                contact, adviser, ..
            } => {
                self.end_talk(contact, adviser, at);
                self.wait(contact);
            }
            Event::ContactClosed {
                contact,
                queue,
                reason,
                ..
            } => self.close(contact, queue, reason),
            Event::CentrePublished { .. }
            | Event::OfferMade { .. }
            | Event::OfferEnded { .. }
            | Event::ContactHeld { .. }
            | Event::ContactResumed { .. }
            | Event::WrapUpSet { .. }
            | Event::AdviserSignedIn { .. }
            | Event::AdviserSignedOut { .. }
            | Event::ActivityChosen { .. }
            | Event::OriginsChosen { .. }
            | Event::PresenceLost { .. }
            | Event::PresenceRegained { .. }
            | Event::BarEnded { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::ContactOverflowed { .. }
            | Event::ContactSetAside { .. }
            | Event::ContactTakenUp { .. }
            | Event::ConsultEnded { .. }
            | Event::ConferenceSet { .. }
            | Event::ContactHandedOver { .. }
            | Event::CallbackDue { .. }
            | Event::CallbackDialling { .. }
            | Event::CallbackMissed { .. }
            | Event::AlsoChosen { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. } => {}
        }
    }

    /// One queue's figures; None for a queue that the layout does not know.
    #[must_use]
    pub fn queue(&self, queue: QueueId) -> Option<&QueueDay> {
        self.queues.get(queue.idx())
    }

    /// Contacts that wait in `queue` and have not been answered there, those being offered too.
    #[must_use]
    pub fn waiting(&self, queue: QueueId) -> usize {
        self.lines.get(queue.idx()).map_or(0, |line| line.0.len())
    }

    /// Contacts of the day that wait in `queue` and whose acceptable wait is not over: nobody knows yet whether they
    /// will be answered in time.
    #[must_use]
    pub fn not_due(&self, queue: QueueId, now: Timestamp) -> u64 {
        let (Some(line), Some(goal)) = (
            self.lines.get(queue.idx()),
            self.layout.queues.get(queue.idx()),
        ) else {
            return 0;
        };
        let is_first = |contact: ContactId| {
            let open = self.open.get(contact.slot() as usize).copied().flatten();
            open.is_some_and(|open| open.first == queue && !open.answered)
        };
        let newest = line.0.iter().rev();
        let in_time = newest.take_while(|(since, _)| now.since_us(*since) <= goal.within_us);
        let counted = in_time.filter(|(_, contact)| is_first(*contact)).count();
        u64::try_from(counted).unwrap_or(u64::MAX)
    }

    /// Since when the first in line waits.
    #[must_use]
    pub fn oldest(&self, queue: QueueId) -> Option<Timestamp> {
        let line = self.lines.get(queue.idx())?;
        line.0.first().map(|(enqueued, _)| *enqueued)
    }

    /// Mean handle time of a queue: conversations as long as today's, once one has ended, and the usual wrap-up.
    #[must_use]
    pub fn handle_us(&self, queue: QueueId, usual: Usual) -> i64 {
        let talked = self.queue(queue).and_then(|day| {
            let ended = i64::try_from(day.ended).unwrap_or(i64::MAX);
            day.talk_us.checked_div(ended)
        });
        talked.unwrap_or(usual.talk_us) + usual.wrap_up_us
    }

    /// What one who comes to `queue` may expect, with that line before them.
    #[must_use]
    pub fn expected(&self, queue: QueueId, line: LineNow) -> Expected {
        self.queue(queue)
            .map_or(Expected::NOBODY, |day| expected_wait(line, &day.hour))
    }

    /// The service level of several queues taken together.
    pub fn level(&self, queues: impl IntoIterator<Item = QueueId>) -> ServiceLevel {
        queues
            .into_iter()
            .filter_map(|queue| self.queue(queue))
            .fold(ServiceLevel::default(), |sum, day| sum.plus(day.level()))
    }

    /// One adviser's own day.
    #[must_use]
    pub fn own(&self, adviser: AdviserId) -> OwnDay {
        self.own.get(adviser.idx()).copied().unwrap_or_default()
    }

    /// Contacts that came since midnight.
    #[must_use]
    pub const fn arrived(&self) -> u64 {
        self.arrived
    }

    /// The midnight at which this day ends.
    #[must_use]
    pub const fn ends(&self) -> Timestamp {
        self.ends
    }

    fn each_hour_to(&mut self, now: Timestamp) {
        for queue in &mut self.queues {
            queue.hour.advance(now);
        }
    }

    fn start_day(&mut self, midnight: Timestamp) {
        self.ends = (self.layout.next_midnight)(midnight);
        debug_assert!(self.ends > midnight, "a day has a length");
        for queue in &mut self.queues {
            queue.start();
        }
        self.own.fill(OwnDay::default());
        self.arrived = 0;
    }

    fn arrive(&mut self, contact: ContactId) {
        self.arrived += 1;
        let slot = contact.slot() as usize;
        if self.open.len() <= slot {
            self.open.resize(slot + 1, None);
        }
        self.open[slot] = Some(Open {
            contact,
            first: QueueId::NONE,
            queue: QueueId::NONE,
            enqueued: Timestamp::NEVER,
            waiting: false,
            answered: false,
            is_callback: false,
            is_consult: false,
            talking: None,
            conversations: 0,
        });
    }

    fn enqueue(&mut self, contact: ContactId, queue: QueueId, enqueued: Timestamp) {
        let Some(open) = self.open_mut(contact) else {
            return;
        };
        let first = open.first == QueueId::NONE;
        let is_consult = open.is_consult;
        open.queue = queue;
        open.enqueued = enqueued;
        if first {
            open.first = queue;
        }
        if first
            && !is_consult
            && let Some(day) = self.queues.get_mut(queue.idx())
        {
            day.offered += 1;
            day.hour.running_mut().offered += 1;
        }
        self.wait(contact);
    }

    fn answer(&mut self, contact: ContactId, adviser: AdviserId, at: Timestamp) {
        let Some(open) = self.leave_line(contact) else {
            return;
        };
        if let Some(day) = self.queues.get_mut(open.queue.idx()) {
            day.hour.running_mut().taken += 1;
        }
        if let Some(own) = self.own.get_mut(adviser.idx()) {
            own.answered += 1;
        }
        if let Some(open) = self.open_mut(contact) {
            open.talking = Some(at);
            open.answered = true;
            open.conversations += 1;
        }
        if !open.answered && !open.is_callback && !open.is_consult {
            self.count_answer(open, at.since_us(open.enqueued));
        }
    }

    fn consult(&mut self, consult: ContactId) {
        if let Some(open) = self.open_mut(consult) {
            open.is_consult = true;
            self.arrived = self.arrived.saturating_sub(1);
        }
    }

    /// The citizen hangs up and is rung later.
    fn ask_callback(&mut self, contact: ContactId) {
        self.leave_line(contact);
        if let Some(open) = self.open_mut(contact) {
            open.is_callback = true;
        }
    }

    fn count_answer(&mut self, open: Open, wait_us: i64) {
        let queue = open.first.idx();
        let Some(goal) = self.layout.queues.get(queue) else {
            return;
        };
        let day = &mut self.queues[queue];
        let within = wait_us <= goal.within_us;
        day.answered += 1;
        day.answered_within += u64::from(within);
        day.wait_us += wait_us;
        day.longest_wait_us = day.longest_wait_us.max(wait_us);
        let minute = day.hour.running_mut();
        minute.answered += 1;
        minute.answered_within += u32::from(within);
    }

    fn transfer(&mut self, contact: ContactId, adviser: AdviserId, queue: QueueId, at: Timestamp) {
        self.end_talk(contact, adviser, at);
        if let Some(open) = self.open_mut(contact) {
            open.queue = queue;
        }
        if let Some(day) = self.queues.get_mut(queue.idx()) {
            day.transferred_in += 1;
        }
        self.wait(contact);
    }

    fn end_talk(&mut self, contact: ContactId, adviser: AdviserId, at: Timestamp) {
        let Some(open) = self.open_mut(contact) else {
            return;
        };
        let queue = open.queue.idx();
        let Some(began) = open.talking.take() else {
            return;
        };
        let talk_us = at.since_us(began);
        if let Some(day) = self.queues.get_mut(queue) {
            day.talk_us += talk_us;
            day.ended += 1;
        }
        if let Some(own) = self.own.get_mut(adviser.idx()) {
            own.talk_us += talk_us;
            own.ended += 1;
        }
    }

    fn close(&mut self, contact: ContactId, queue: QueueId, reason: CloseReason) {
        let open = self.leave_line(contact);
        if let Some(place) = self.open.get_mut(contact.slot() as usize)
            && place.is_some_and(|open| open.contact == contact)
        {
            *place = None;
        }
        let first = open.map_or(QueueId::NONE, |open| open.first);
        if open.is_some_and(|open| open.is_consult) {
            return;
        }
        let answered = open.is_some_and(|open| open.answered || open.is_callback);
        match reason {
            CloseReason::Served => {
                if let Some(day) = self.queues.get_mut(queue.idx()) {
                    day.served += 1;
                    day.served_by_first +=
                        u64::from(open.is_some_and(|open| open.conversations == 1));
                }
            }
            CloseReason::Abandoned | CloseReason::Lost if !answered => {
                if let Some(day) = self.queues.get_mut(first.idx()) {
                    day.abandoned += 1;
                    day.hour.running_mut().abandoned += 1;
                }
            }
            CloseReason::QueueFull if first == QueueId::NONE => {
                if let Some(day) = self.queues.get_mut(queue.idx()) {
                    day.offered += 1;
                    day.refused += 1;
                    day.hour.running_mut().offered += 1;
                }
            }
            CloseReason::Abandoned
            | CloseReason::Lost
            | CloseReason::QueueFull
            | CloseReason::NotReached
            | CloseReason::Fault
            | CloseReason::HandedOver
            | CloseReason::LeftInMenu
            | CloseReason::ClosedHours
            | CloseReason::Cancelled
            | CloseReason::NoChoice => {}
        }
    }

    /// Puts the contact in the line of its queue.
    fn wait(&mut self, contact: ContactId) {
        let Some(open) = self.open_mut(contact) else {
            return;
        };
        open.waiting = true;
        let (queue, key) = (open.queue.idx(), (open.enqueued, contact));
        if let Some(line) = self.lines.get_mut(queue) {
            line.0.insert(key);
            self.note_waiting(queue);
        }
    }

    /// Takes the contact out of its line, if it waits; says what it was before.
    fn leave_line(&mut self, contact: ContactId) -> Option<Open> {
        let open = self.open_mut(contact)?;
        let before = *open;
        open.waiting = false;
        let queue = before.queue.idx();
        if before.waiting
            && let Some(line) = self.lines.get_mut(queue)
        {
            line.0.remove(&(before.enqueued, contact));
            self.note_waiting(queue);
        }
        Some(before)
    }

    fn note_waiting(&mut self, queue: usize) {
        let waiting = u32::try_from(self.lines[queue].0.len()).unwrap_or(u32::MAX);
        self.queues[queue].hour.running_mut().waiting = waiting;
    }

    fn open_mut(&mut self, contact: ContactId) -> Option<&mut Open> {
        let open = self.open.get_mut(contact.slot() as usize)?.as_mut()?;
        (open.contact == contact).then_some(open)
    }
}

fn no_layout() -> Layout {
    Layout {
        queues: Vec::new(),
        n_advisers: 0,
        next_midnight: |now| now.plus_s(24 * 3600),
    }
}

#[cfg(test)]
mod tests;
