//! The roll-up: a fold over `(at, event)` into sums per quarter of an hour, queue, channel, topic and unit.
//!
//! A contact's coming, its wait and how the wait ended count in the quarter in which it came to its first
//! queue; handling counts in the quarter in which the conversation ended; adviser time is split exactly.
//! The time that is still running is added when it changes, and at the first event after each quarter, so
//! a quarter that is over is whole. The fold knows only what is open: history lies in the cells that it gives out.

use std::collections::BTreeMap;
use std::sync::Arc;

use linje_event::{CloseReason, Event, OfferOutcome};
use linje_types::{
    Activity, AdviserId, Channel, Channels, ContactId, QueueId, SECOND_US, Timestamp, TopicId,
    UnitId,
};
use serde::{Deserialize, Serialize};

use crate::sums::{Cells, Key, NO_UNIT, Sums, quarter_of, quarter_start};
use crate::{Quantity, Waits};

/// What the fold must be told about a centre. Sums are by the goals that were in force, for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yardstick {
    /// Acceptable wait in microseconds, by `QueueId`.
    pub within_us: Vec<i64>,
    /// Unit by `AdviserId`.
    pub units: Vec<UnitId>,
    /// What a contact takes of [`Yardstick::capacity`], by `Channel as usize`.
    pub weights: [u16; 4],
    /// What an adviser can hold at once.
    pub capacity: u16,
    /// Who leaves before this has left at once; microseconds.
    pub short_us: i64,
}

impl Yardstick {
    /// The limit for short abandons, unless the centre says otherwise.
    pub const SHORT_US: i64 = 10 * SECOND_US;

    const NOTHING: Yardstick = Yardstick {
        within_us: Vec::new(),
        units: Vec::new(),
        weights: [0; 4],
        capacity: 1,
        short_us: Yardstick::SHORT_US,
    };
}

/// Gives the yardstick of a centre description by its hash.
pub type Yards<'a> = &'a mut dyn FnMut(u64) -> Option<Yardstick>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    /// In a menu or in line.
    Waiting,
    /// Presented to an adviser.
    Offered,
    Talking,
    Held,
    WrapUp,
    /// Laid aside for a contact that cannot wait.
    Aside,
}

/// Whose conversation it is. Stored by number: new ones go to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum What {
    /// A citizen's who came.
    Citizens,
    /// An adviser asks an expert.
    Consult,
    /// An adviser rang somebody.
    Out,
}

/// An open contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    channel: Channel,
    topic: TopicId,
    /// The queue it came to first; `NONE` while in a menu.
    first: QueueId,
    /// The quarter in which it came there.
    came: i64,
    /// The queue it is in now.
    queue: QueueId,
    enqueued: Timestamp,
    answered: bool,
    flowed_out: bool,
    /// The citizen asked to be rung.
    is_callback: bool,
    /// Whose conversation it is.
    what: What,
    conversations: u16,
    /// Who has it, or is asked about it.
    adviser: AdviserId,
    /// What it takes of that adviser's capacity now.
    load: u32,
    phase: Phase,
    since: Timestamp,
    talk_us: i64,
    hold_us: i64,
    /// When its last conversation ended.
    ended: Timestamp,
}

impl Open {
    const fn is_consult(&self) -> bool {
        matches!(self.what, What::Consult)
    }

    const fn is_out(&self) -> bool {
        matches!(self.what, What::Out)
    }

    /// Where its coming and its wait count.
    fn key(&self, unit: UnitId) -> Key {
        Key {
            quarter: self.came,
            queue: self.first,
            channel: Some(self.channel),
            topic: self.topic,
            unit,
        }
    }

    /// Where work with it counts that ended at `at`.
    fn work_key(&self, at: Timestamp, unit: UnitId) -> Key {
        Key {
            quarter: quarter_of(at),
            queue: self.queue,
            channel: Some(self.channel),
            topic: self.topic,
            unit,
        }
    }
}

/// An adviser who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Person {
    /// The activity takes contacts.
    working: bool,
    not_ready: bool,
    is_away: bool,
    /// Share of the capacity in use.
    load: u32,
    /// Counted up to here.
    since: Timestamp,
    /// The last quarter in which they were counted as present.
    counted: i64,
}

/// What there was before the first change of a batch.
#[derive(Debug, Clone, Default)]
struct Journal {
    contacts: BTreeMap<ContactId, Option<Open>>,
    advisers: BTreeMap<AdviserId, Option<Person>>,
    rest: Option<(i64, u64, Arc<Yardstick>)>,
}

/// The open ends of the fold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RollUp {
    /// The centre description in force.
    version: u64,
    /// Everybody's time is counted up to the beginning of this quarter at least.
    quarter: i64,
    contacts: BTreeMap<ContactId, Open>,
    advisers: BTreeMap<AdviserId, Person>,
    #[serde(skip, default = "nothing")]
    yard: Arc<Yardstick>,
    #[serde(skip)]
    journal: Journal,
}

impl Default for RollUp {
    fn default() -> RollUp {
        RollUp {
            version: 0,
            quarter: i64::MIN,
            contacts: BTreeMap::new(),
            advisers: BTreeMap::new(),
            yard: nothing(),
            journal: Journal::default(),
        }
    }
}

impl PartialEq for RollUp {
    fn eq(&self, other: &RollUp) -> bool {
        (self.version, self.quarter) == (other.version, other.quarter)
            && self.contacts == other.contacts
            && self.advisers == other.advisers
    }
}

impl RollUp {
    /// The yardstick of a fold that was read back.
    #[must_use]
    pub fn resume(mut self, yards: Yards<'_>) -> RollUp {
        if let Some(yard) = yards(self.version) {
            self.yard = Arc::new(yard);
        }
        self
    }

    /// Folds what happened, in order, and gives the sums that it adds. They are the fold's until
    /// [`RollUp::keep`] or [`RollUp::undo`] says whether they were stored.
    pub fn fold<'a>(
        &mut self,
        events: impl IntoIterator<Item = (Timestamp, &'a Event)>,
        yards: Yards<'_>,
    ) -> Cells {
        let mut cells = Cells::new();
        self.note_rest();
        for (at, event) in events {
            self.quarter_to(at, &mut cells);
            self.take(at, event, yards, &mut cells);
        }
        cells
    }

    /// What was folded is stored.
    pub fn keep(&mut self) {
        self.journal = Journal::default();
    }

    /// What was folded since the last [`RollUp::keep`] was not stored: as if it had not happened.
    pub fn undo(&mut self) {
        let journal = std::mem::take(&mut self.journal);
        for (id, before) in journal.contacts {
            put_back(&mut self.contacts, id, before);
        }
        for (id, before) in journal.advisers {
            put_back(&mut self.advisers, id, before);
        }
        if let Some((quarter, version, yard)) = journal.rest {
            (self.quarter, self.version, self.yard) = (quarter, version, yard);
        }
    }

    fn take(&mut self, at: Timestamp, event: &Event, yards: Yards<'_>, cells: &mut Cells) {
        match *event {
            Event::CentrePublished { version } => self.publish(at, version, yards, cells),
            Event::ContactArrived {
                contact,
                channel,
                topic,
                ..
            } => self.arrive(contact, channel, topic),
            Event::ContactQueued {
                contact,
                queue,
                topic,
                enqueued,
                ..
            } => self.enqueue(contact, (queue, topic), enqueued, at, cells),
            Event::ContactOverflowed { contact, queue, .. } => self.overflow(contact, queue, cells),
            Event::OfferMade {
                contact, adviser, ..
            } => self.offer(contact, adviser, at, cells),
            Event::ContactAssigned {
                contact, adviser, ..
            } => {
                self.offer(contact, adviser, at, cells);
                self.answer(contact, at, cells);
            }
            Event::OfferAccepted { contact, .. } => self.answer(contact, at, cells),
            Event::OfferEnded {
                contact,
                adviser,
                outcome,
                ..
            } => {
                self.change(adviser, at, cells, |person| {
                    person.not_ready |= makes_not_ready(outcome);
                });
                self.back(contact, at, cells);
            }
            Event::ContactHeld { contact, .. } => self.phase(contact, Phase::Held, at),
            Event::ContactResumed { contact, .. } => self.phase(contact, Phase::Talking, at),
            Event::ContactEnded { contact, .. } => {
                self.end(contact, at, cells);
                self.phase(contact, Phase::WrapUp, at);
            }
            Event::ContactTransferred { contact, queue, .. } => {
                self.transfer(contact, queue, at, cells);
            }
            Event::ContactReturned { contact, .. } | Event::ContactGivenBack { contact, .. } => {
                self.end(contact, at, cells);
                self.back(contact, at, cells);
            }
            Event::ContactSetAside { contact, .. } => {
                self.phase(contact, Phase::Aside, at);
                self.unload(contact, at, cells);
            }
            Event::ContactTakenUp { contact, adviser } => {
                self.phase(contact, Phase::Talking, at);
                self.load(contact, adviser, at, cells);
            }
            Event::ConsultStarted {
                contact, consult, ..
            } => self.consult(contact, consult, at),
            Event::ConsultEnded { contact, .. } => self.resume_talk(contact, at),
            Event::ContactHandedOver {
                contact, to, queue, ..
            } => self.hand_over(contact, to, queue, at, cells),
            Event::CallbackAsked { contact, .. } => self.ask_callback(contact, at, cells),
            Event::CallbackAnswered { contact, .. } => self.reach(contact, at, cells),
            Event::CallbackMissed { contact, .. } => self.back(contact, at, cells),
            Event::CalledOut {
                contact,
                adviser,
                queue,
                ..
            } => self.call_out(contact, adviser, queue, at, cells),
            // The citizen is in the conversation, or hears music again.
            Event::ConferenceSet {
                contact, joined, ..
            } => {
                let phase = if joined { Phase::Talking } else { Phase::Held };
                self.phase(contact, phase, at);
            }
            Event::ContactClosed {
                contact,
                queue,
                reason,
                ..
            } => self.close(contact, queue, reason, at, cells),
            Event::AdviserSignedIn { adviser, activity } => {
                self.sign_in(adviser, activity, at, cells);
            }
            Event::AdviserSignedOut { adviser } => self.sign_out(adviser, at, cells),
            Event::ActivityChosen { adviser, activity } => {
                self.change(adviser, at, cells, |person| {
                    person.working = takes_contacts(activity);
                    person.not_ready = false;
                });
            }
            Event::PresenceLost { adviser, .. } => {
                self.change(adviser, at, cells, |person| person.is_away = true);
            }
            Event::PresenceRegained { adviser } => {
                self.change(adviser, at, cells, |person| person.is_away = false);
            }
            Event::AlsoChosen { .. }
            | Event::WrapUpSet { .. }
            | Event::OriginsChosen { .. }
            | Event::BarEnded { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::CallbackDue { .. }
            | Event::CallbackDialling { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. } => {}
        }
    }

    fn publish(&mut self, at: Timestamp, version: u64, yards: Yards<'_>, cells: &mut Cells) {
        self.settle_all(at, cells);
        self.version = version;
        if let Some(yard) = yards(version) {
            self.yard = Arc::new(yard);
        }
    }

    fn arrive(&mut self, contact: ContactId, channel: Channel, topic: TopicId) {
        let open = Open {
            channel,
            topic,
            first: QueueId::NONE,
            came: 0,
            queue: QueueId::NONE,
            enqueued: Timestamp::NEVER,
            answered: false,
            flowed_out: false,
            is_callback: false,
            what: What::Citizens,
            conversations: 0,
            adviser: AdviserId::NONE,
            load: 0,
            phase: Phase::Waiting,
            since: Timestamp::ZERO,
            talk_us: 0,
            hold_us: 0,
            ended: Timestamp::ZERO,
        };
        self.note_contact(contact);
        self.contacts.insert(contact, open);
    }

    fn enqueue(
        &mut self,
        contact: ContactId,
        (queue, topic): (QueueId, TopicId),
        enqueued: Timestamp,
        at: Timestamp,
        cells: &mut Cells,
    ) {
        let Some(open) = self.contact(contact) else {
            return;
        };
        open.enqueued = enqueued;
        open.phase = Phase::Waiting;
        if open.first == QueueId::NONE {
            (open.first, open.queue) = (queue, queue);
            open.topic = topic;
            open.came = quarter_of(at);
            if !open.is_consult() {
                cell(cells, open.key(NO_UNIT)).count(Quantity::Offered);
            }
        } else {
            self.overflow(contact, queue, cells);
        }
    }

    /// In another queue; before an answer it flowed out of its first.
    fn overflow(&mut self, contact: ContactId, queue: QueueId, cells: &mut Cells) {
        let Some(open) = self.contact(contact) else {
            return;
        };
        let is_other = std::mem::replace(&mut open.queue, queue) != queue;
        if is_other && !open.answered && !open.flowed_out && !open.is_consult() {
            open.flowed_out = true;
            cell(cells, open.key(NO_UNIT)).count(Quantity::FlowedOut);
        }
    }

    fn offer(&mut self, contact: ContactId, adviser: AdviserId, at: Timestamp, cells: &mut Cells) {
        if let Some(open) = self.contact(contact) {
            (open.phase, open.since) = (Phase::Offered, at);
            self.load(contact, adviser, at, cells);
        }
    }

    /// An adviser accepted it. Whoever asked to be rung is answered when they answer themselves.
    fn answer(&mut self, contact: ContactId, at: Timestamp, cells: &mut Cells) {
        let Some(before) = self.contacts.get(&contact).copied() else {
            return;
        };
        if before.is_callback {
            return;
        }
        let unit = self.unit(before.adviser);
        let is_within = self.is_within(before, at);
        self.talk(contact, at);
        if before.answered || before.is_consult() {
            return;
        }
        let wait_us = at.since_us(before.enqueued);
        let sums = cell(cells, before.key(unit));
        sums.count(Quantity::Answered);
        sums.add(Quantity::AnsweredWithin, i64::from(is_within));
        sums.add(Quantity::WaitAnswered, wait_us);
        sums.wait(Waits::Answered, wait_us);
    }

    fn talk(&mut self, contact: ContactId, at: Timestamp) {
        if let Some(open) = self.contact(contact) {
            (open.phase, open.since, open.answered) = (Phase::Talking, at, true);
        }
    }

    /// The citizen asked to be rung: the wait on the line is over.
    fn ask_callback(&mut self, contact: ContactId, at: Timestamp, cells: &mut Cells) {
        let Some(before) = self.contacts.get(&contact).copied() else {
            return;
        };
        let is_within = self.is_within(before, at);
        if let Some(open) = self.contact(contact) {
            open.is_callback = true;
        }
        if before.answered || before.first == QueueId::NONE {
            return;
        }
        let wait_us = at.since_us(before.enqueued);
        let sums = cell(cells, before.key(NO_UNIT));
        sums.count(Quantity::Callbacks);
        sums.add(Quantity::CallbacksWithin, i64::from(is_within));
        sums.add(Quantity::WaitCallback, wait_us);
        sums.wait(Waits::All, wait_us);
    }

    fn reach(&mut self, contact: ContactId, at: Timestamp, cells: &mut Cells) {
        let Some(before) = self.contacts.get(&contact).copied() else {
            return;
        };
        self.talk(contact, at);
        if let Some(open) = self.contact(contact) {
            open.is_callback = false;
        }
        if !before.answered {
            let sums = cell(cells, before.key(self.unit(before.adviser)));
            sums.count(Quantity::CallbacksReached);
            sums.add(Quantity::WaitReached, at.since_us(before.enqueued));
        }
    }

    /// An adviser rings somebody. It takes the adviser's time; nobody waited, so that it counts as nobody's wait,
    /// answer or handling.
    fn call_out(
        &mut self,
        contact: ContactId,
        adviser: AdviserId,
        queue: QueueId,
        at: Timestamp,
        cells: &mut Cells,
    ) {
        if let Some(open) = self.contact(contact) {
            (open.first, open.queue, open.came) = (queue, queue, quarter_of(at));
            open.what = What::Out;
            // Not an answer that anybody waited for.
            open.answered = true;
        }
        self.load(contact, adviser, at, cells);
    }

    /// The citizen is on hold while the adviser asks an expert.
    fn consult(&mut self, contact: ContactId, consult: ContactId, at: Timestamp) {
        self.phase(contact, Phase::Held, at);
        let Some(about) = self.contacts.get(&contact).copied() else {
            return;
        };
        self.arrive(consult, about.channel, about.topic);
        if let Some(open) = self.contact(consult) {
            open.what = What::Consult;
        }
    }

    fn resume_talk(&mut self, contact: ContactId, at: Timestamp) {
        let phase = self.contacts.get(&contact).map(|open| open.phase);
        if phase == Some(Phase::Held) {
            self.phase(contact, Phase::Talking, at);
        }
    }

    /// The citizen goes over to the expert: one conversation ends with a transfer, the next begins.
    fn hand_over(
        &mut self,
        contact: ContactId,
        to: AdviserId,
        queue: QueueId,
        at: Timestamp,
        cells: &mut Cells,
    ) {
        self.transfer(contact, queue, at, cells);
        self.talk(contact, at);
        self.load(contact, to, at, cells);
    }

    /// Talk becomes hold, or hold talk, or either ends.
    fn phase(&mut self, contact: ContactId, phase: Phase, at: Timestamp) {
        if let Some(open) = self.contact(contact) {
            let spent_us = at.since_us(open.since);
            match open.phase {
                Phase::Talking => open.talk_us += spent_us,
                Phase::Held => open.hold_us += spent_us,
                Phase::Waiting | Phase::Offered | Phase::WrapUp | Phase::Aside => {}
            }
            (open.phase, open.since) = (phase, at);
        }
    }

    /// Ends a conversation, if there is one.
    fn end(&mut self, contact: ContactId, at: Timestamp, cells: &mut Cells) {
        let Some(open) = self.contacts.get(&contact).copied() else {
            return;
        };
        if !matches!(open.phase, Phase::Talking | Phase::Held | Phase::Aside) {
            return;
        }
        let unit = self.unit(open.adviser);
        self.phase(contact, Phase::Waiting, at);
        let Some(open) = self.contact(contact) else {
            return;
        };
        if open.is_out() {
            (open.talk_us, open.hold_us, open.ended) = (0, 0, at);
            return;
        }
        let sums = cell(cells, open.work_key(at, unit));
        if open.is_consult() {
            sums.count(Quantity::Consults);
            sums.add(Quantity::ConsultTalk, open.talk_us + open.hold_us);
        } else {
            sums.count(Quantity::Ended);
            sums.add(Quantity::Handled, i64::from(open.conversations == 0));
            sums.add(Quantity::Talk, open.talk_us);
            sums.add(Quantity::Hold, open.hold_us);
        }
        open.conversations = open.conversations.saturating_add(1);
        (open.talk_us, open.hold_us, open.ended) = (0, 0, at);
    }

    fn transfer(&mut self, contact: ContactId, queue: QueueId, at: Timestamp, cells: &mut Cells) {
        self.end(contact, at, cells);
        if let Some(open) = self.contacts.get(&contact) {
            let key = open.work_key(at, self.unit(open.adviser));
            cell(cells, key).count(Quantity::Transfers);
        }
        self.back(contact, at, cells);
        if let Some(open) = self.contact(contact) {
            open.queue = queue;
        }
    }

    /// Back in line: whoever had it has it no more.
    fn back(&mut self, contact: ContactId, at: Timestamp, cells: &mut Cells) {
        self.unload(contact, at, cells);
        if let Some(open) = self.contact(contact) {
            (open.adviser, open.phase) = (AdviserId::NONE, Phase::Waiting);
        }
    }

    /// The contact takes its share of the adviser's capacity.
    fn load(&mut self, contact: ContactId, adviser: AdviserId, at: Timestamp, cells: &mut Cells) {
        self.unload(contact, at, cells);
        let yard = Arc::clone(&self.yard);
        if let Some(open) = self.contact(contact) {
            let weight = u32::from(yard.weights[open.channel as usize]);
            (open.adviser, open.load) = (adviser, weight);
            self.change(adviser, at, cells, |person| person.load += weight);
        }
    }

    /// The contact takes nothing of its adviser's capacity any more.
    fn unload(&mut self, contact: ContactId, at: Timestamp, cells: &mut Cells) {
        if let Some(open) = self.contact(contact) {
            let (adviser, load) = (open.adviser, std::mem::take(&mut open.load));
            if load > 0 {
                self.change(adviser, at, cells, |person| {
                    person.load = person.load.saturating_sub(load);
                });
            }
        }
    }

    fn close(
        &mut self,
        contact: ContactId,
        queue: QueueId,
        reason: CloseReason,
        at: Timestamp,
        cells: &mut Cells,
    ) {
        self.end(contact, at, cells);
        let Some(open) = self.contacts.get(&contact).copied() else {
            return;
        };
        let unit = self.unit(open.adviser);
        if open.phase == Phase::WrapUp && !open.is_out() {
            let wrap_up_us = at.since_us(open.since);
            let of = if open.is_consult() {
                Quantity::ConsultTalk
            } else {
                Quantity::WrapUp
            };
            cell(cells, open.work_key(open.ended, unit)).add(of, wrap_up_us);
        }
        self.back(contact, at, cells);
        self.note_contact(contact);
        self.contacts.remove(&contact);
        if open.is_consult() || open.is_out() {
            return;
        }
        match reason {
            CloseReason::Served if open.first != QueueId::NONE => {
                let sums = cell(cells, open.key(unit));
                sums.count(Quantity::Served);
                sums.add(Quantity::ServedByFirst, i64::from(open.conversations == 1));
            }
            CloseReason::Abandoned | CloseReason::Lost
                if !open.answered && !open.is_callback && open.first != QueueId::NONE =>
            {
                let wait_us = at.since_us(open.enqueued);
                let sums = cell(cells, open.key(NO_UNIT));
                sums.count(Quantity::Abandoned);
                sums.add(
                    Quantity::AbandonedWithin,
                    i64::from(self.is_within(open, at)),
                );
                let is_short = wait_us < self.yard.short_us;
                sums.add(Quantity::AbandonedShort, i64::from(is_short));
                sums.add(Quantity::WaitAbandoned, wait_us);
                sums.wait(Waits::All, wait_us);
            }
            // How long it had waited is not known: the service was away.
            CloseReason::Fault
                if !open.answered && !open.is_callback && open.first != QueueId::NONE =>
            {
                cell(cells, open.key(NO_UNIT)).count(Quantity::Cut);
            }
            CloseReason::QueueFull if open.first == QueueId::NONE && queue != QueueId::NONE => {
                let key = Key {
                    quarter: quarter_of(at),
                    queue,
                    ..open.key(NO_UNIT)
                };
                let sums = cell(cells, key);
                sums.count(Quantity::Offered);
                sums.count(Quantity::Refused);
            }
            CloseReason::Served
            | CloseReason::Abandoned
            | CloseReason::Lost
            | CloseReason::QueueFull
            | CloseReason::LeftInMenu
            | CloseReason::ClosedHours
            | CloseReason::Cancelled
            | CloseReason::NoChoice
            | CloseReason::NotReached
            | CloseReason::HandedOver
            | CloseReason::Fault => {}
        }
    }

    fn sign_in(
        &mut self,
        adviser: AdviserId,
        activity: Activity,
        at: Timestamp,
        cells: &mut Cells,
    ) {
        self.settle(adviser, at, cells);
        self.note_adviser(adviser);
        let known = self.advisers.get(&adviser);
        let person = Person {
            working: takes_contacts(activity),
            not_ready: false,
            is_away: false,
            load: known.map_or(0, |person| person.load),
            since: at,
            counted: known.map_or(i64::MIN, |person| person.counted),
        };
        self.advisers.insert(adviser, person);
    }

    fn sign_out(&mut self, adviser: AdviserId, at: Timestamp, cells: &mut Cells) {
        self.settle(adviser, at, cells);
        self.note_adviser(adviser);
        self.advisers.remove(&adviser);
    }

    /// Counts an adviser's time up to now, then changes what they do.
    fn change(
        &mut self,
        adviser: AdviserId,
        at: Timestamp,
        cells: &mut Cells,
        act: impl FnOnce(&mut Person),
    ) {
        self.settle(adviser, at, cells);
        self.note_adviser(adviser);
        if let Some(person) = self.advisers.get_mut(&adviser) {
            act(person);
        }
    }

    /// Counts everybody's time up to the beginning of the quarter of `at`.
    fn quarter_to(&mut self, at: Timestamp, cells: &mut Cells) {
        let quarter = quarter_of(at);
        if quarter > self.quarter {
            self.settle_all(quarter_start(quarter), cells);
            self.quarter = quarter;
        }
    }

    fn settle_all(&mut self, at: Timestamp, cells: &mut Cells) {
        let everybody: Vec<AdviserId> = self.advisers.keys().copied().collect();
        for adviser in everybody {
            self.settle(adviser, at, cells);
        }
    }

    /// Counts an adviser's time up to `at`, split at the quarters.
    fn settle(&mut self, adviser: AdviserId, at: Timestamp, cells: &mut Cells) {
        self.note_adviser(adviser);
        let unit = self.unit(adviser);
        let capacity = u32::from(self.yard.capacity.max(1));
        let Some(person) = self.advisers.get_mut(&adviser) else {
            return;
        };
        while person.since < at {
            let quarter = quarter_of(person.since);
            let until = at.min(quarter_start(quarter + 1));
            let key = Key {
                quarter,
                queue: QueueId::NONE,
                channel: None,
                topic: TopicId::NONE,
                unit,
            };
            let sums = cell(cells, key);
            if person.counted < quarter {
                person.counted = quarter;
                sums.count(Quantity::Present);
            }
            spend(sums, *person, until.since_us(person.since), capacity);
            person.since = until;
        }
    }

    fn is_within(&self, open: Open, at: Timestamp) -> bool {
        let goal = self.yard.within_us.get(open.first.idx());
        goal.is_some_and(|within_us| at.since_us(open.enqueued) <= *within_us)
    }

    fn unit(&self, adviser: AdviserId) -> UnitId {
        let unit = self.yard.units.get(adviser.idx());
        unit.copied().unwrap_or(NO_UNIT)
    }

    fn contact(&mut self, contact: ContactId) -> Option<&mut Open> {
        self.note_contact(contact);
        self.contacts.get_mut(&contact)
    }

    fn note_contact(&mut self, contact: ContactId) {
        let before = self.contacts.get(&contact).copied();
        self.journal.contacts.entry(contact).or_insert(before);
    }

    fn note_adviser(&mut self, adviser: AdviserId) {
        let before = self.advisers.get(&adviser).copied();
        self.journal.advisers.entry(adviser).or_insert(before);
    }

    fn note_rest(&mut self) {
        let now = (self.quarter, self.version, &self.yard);
        self.journal
            .rest
            .get_or_insert_with(|| (now.0, now.1, Arc::clone(now.2)));
    }
}

/// Adds what an adviser did for so long.
fn spend(sums: &mut Sums, person: Person, us: i64, capacity: u32) {
    let (load, capacity) = (i64::from(person.load), i64::from(capacity));
    let is_open = person.working && !person.not_ready && !person.is_away;
    sums.add(Quantity::SignedIn, us);
    sums.add(Quantity::Load, us * load / capacity);
    if load > 0 {
        sums.add(Quantity::Busy, us);
    } else if is_open {
        sums.add(Quantity::Idle, us);
    }
    // Who takes no more has no other room than what is in use.
    let room = if is_open { capacity.max(load) } else { load };
    sums.add(Quantity::Room, us * room / capacity);
}

fn cell(cells: &mut Cells, key: Key) -> &mut Sums {
    cells.entry(key).or_default()
}

fn takes_contacts(activity: Activity) -> bool {
    Channels::of(activity) != Channels::NONE
}

const fn makes_not_ready(outcome: OfferOutcome) -> bool {
    match outcome {
        OfferOutcome::Declined
        | OfferOutcome::Expired
        | OfferOutcome::Busy
        | OfferOutcome::Unreachable
        | OfferOutcome::BridgeFailed => true,
        OfferOutcome::CitizenLeft
        | OfferOutcome::Fault
        | OfferOutcome::PresenceLost
        | OfferOutcome::AdviserLeft
        | OfferOutcome::Interrupted => false,
    }
}

fn put_back<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, before: Option<V>) {
    match before {
        Some(before) => drop(map.insert(key, before)),
        None => drop(map.remove(&key)),
    }
}

fn nothing() -> Arc<Yardstick> {
    Arc::new(Yardstick::NOTHING)
}

#[cfg(test)]
mod tests;
