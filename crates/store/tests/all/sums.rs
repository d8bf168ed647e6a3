//! S26: the stored sums are what a fold of the whole log gives, whatever happened to the writer meanwhile.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a slow count looks at a few kinds only"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use linje_desk::Batch;
use linje_event::{
    CloseReason, Command, ConsultAction, Effect, Entry, Event, FailCause, Needs, Output,
    WrapUpAction,
};
use linje_measures::{Amounts as _, Cells, Quantity, RollUp, Sums, Waits, Yardstick};
use linje_routing::{AdviserRule, Overflow, QueueRule, Rules, State, Tables};
use linje_store::{Error, Fault, Faults, Reader, Store};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, OfferId, Origin,
    Origins, QueueId, SECOND_US, Timestamp, TopicId, UnitId,
};

use crate::world::{CALLBACKS, SLOW, VERSION, ZIP, on_each};

const EXPERTS: QueueId = QueueId(3);
const QUEUES: [QueueId; 3] = [ZIP, SLOW, CALLBACKS];

fn yard(version: u64) -> Option<Yardstick> {
    (version == VERSION).then(|| Yardstick {
        within_us: vec![10 * SECOND_US, 45 * SECOND_US, 60 * SECOND_US],
        units: (0..20).map(|adviser| UnitId(adviser % 3)).collect(),
        weights: [100, 50, 100, 100],
        capacity: 100,
        short_us: Yardstick::SHORT_US,
    })
}

/// Three queues for citizens, one of experts; calls lay work aside, and who waits long moves on.
fn house() -> Arc<Tables> {
    let zip = QueueRule {
        max_waiting: 30,
        transfers: vec![SLOW, CALLBACKS],
        consults: vec![EXPERTS],
        ..QueueRule::default()
    };
    let slow = QueueRule {
        wrap_up_us: 10 * SECOND_US,
        ring_us: 20 * SECOND_US,
        transfers: vec![ZIP],
        overflow: Some(Overflow {
            after_us: Some(120 * SECOND_US),
            expected_us: None,
            to: CALLBACKS,
        }),
        ..zip.clone()
    };
    let experts = QueueRule {
        experts: true,
        transfers: Vec::new(),
        consults: Vec::new(),
        overflow: None,
        ..slow.clone()
    };
    let last = QueueRule {
        overflow: None,
        ..slow.clone()
    };
    let adviser = AdviserRule {
        unit: UnitId(0),
        groups: Vec::new(),
        skills: Vec::new(),
        origins: Origins::LIVE,
        channels: Channel::ALL
            .iter()
            .fold(Channels::NONE, |set, channel| set.with(*channel)),
        clearance: Clearance::NONE,
    };
    let mut interrupts = [Channels::NONE; 4];
    interrupts[Channel::Voice as usize] = Channels::DEFERRED;
    let rules = Rules {
        version: VERSION,
        queues: vec![zip, slow, last, experts],
        advisers: vec![adviser; 20],
        interrupts,
        ..Rules::empty()
    };
    Arc::new(Tables::new(&rules).unwrap())
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// A random run of the real core; what it refuses is passed over.
struct Run {
    state: State,
    dice: Dice,
    now: Timestamp,
    seq: u64,
    events: Vec<(Timestamp, Event)>,
    contacts: Vec<ContactId>,
    offers: Vec<(OfferId, AdviserId)>,
    dialling: Option<(ContactId, u8)>,
}

struct Collect<'a>(&'a mut Vec<(Timestamp, Event)>, Timestamp);

impl Output for Collect<'_> {
    const WHY: bool = true;
    fn event(&mut self, event: &Event) {
        self.0.push((self.1, *event));
    }
    fn effect(&mut self, _: Effect) {}
}

impl Run {
    fn new(seed: u64) -> Run {
        let mut run = Run {
            state: State::new(house()),
            dice: Dice(seed),
            now: Timestamp(1_790_000_000 * SECOND_US),
            seq: 0,
            events: Vec::new(),
            contacts: Vec::new(),
            offers: Vec::new(),
            dialling: None,
        };
        run.run(&Command::Publish { version: VERSION });
        run
    }

    fn run(&mut self, command: &Command) {
        let before = self.events.len();
        let mut out = Collect(&mut self.events, self.now);
        // What the core refuses changes nothing.
        self.state.handle(command, self.now, &mut out).ok();
        for (_, event) in &self.events[before..] {
            if let Event::OfferMade { offer, adviser, .. } = *event {
                self.offers.push((offer, adviser));
            }
            if let Event::CallbackDialling {
                contact, attempt, ..
            } = *event
            {
                self.dialling = Some((contact, attempt));
            }
        }
    }

    fn step(&mut self) {
        self.now = self
            .now
            .plus_us(i64::try_from(self.dice.below(3_000_000)).unwrap());
        if self.dice.below(200) == 0 {
            self.now = self
                .now
                .plus_s(i64::try_from(self.dice.below(3000)).unwrap());
        }
        self.run(&Command::Tick);
        let command = self.command();
        self.run(&command);
    }

    fn command(&mut self) -> Command {
        let adviser = AdviserId(u32::try_from(self.dice.below(20)).unwrap());
        let activities = [
            Activity::Phone,
            Activity::Phone,
            Activity::Chat,
            Activity::Written,
            Activity::Lunch,
        ];
        let activity = self.dice.pick(&activities);
        // Mostly what is open, now and then something that has long been over.
        if self.dice.below(20) > 0 {
            let state = &self.state;
            self.contacts
                .retain(|contact| state.contact(*contact).is_some());
        }
        let recent = self.contacts.len().saturating_sub(15);
        let known = self.contacts.get(recent..).unwrap_or_default().to_vec();
        if known.is_empty() || self.dice.below(12) == 0 {
            return self.arrive();
        }
        let held = self.state.contacts_of(adviser);
        let contact = self.dice.pick(if held.is_empty() { &known } else { &held });
        let recent = self.offers.len().saturating_sub(10);
        let offers = self.offers[recent..].to_vec();
        let queue = self.dice.pick(&QUEUES);
        if let Some((contact, attempt)) = self.dialling.take() {
            return Command::Dialled {
                contact,
                attempt,
                failed: (self.dice.below(3) == 0).then_some(FailCause::NoAnswer),
            };
        }
        if !offers.is_empty() && self.dice.below(3) == 0 {
            return self.answer(&offers);
        }
        match self.dice.below(34) {
            0 | 1 => Command::SignIn { adviser, activity },
            2 => Command::SignOut { adviser },
            3 | 4 => Command::Choose { adviser, activity },
            5 if self.dice.below(3) == 0 => Command::LosePresence { adviser },
            6 => Command::RegainPresence { adviser },
            7 => Command::Leave { contact },
            8 => Command::Lose { contact },
            9 => Command::Hold { contact },
            10 => Command::Resume { contact },
            11 => Command::Transfer { contact, queue },
            12 => Command::WrapUp {
                contact,
                action: WrapUpAction::Done,
            },
            21 => Command::AskCallback {
                contact,
                from: self
                    .now
                    .plus_s(i64::try_from(self.dice.below(300)).unwrap()),
                until: self.now.plus_s(3600),
            },
            22..=27 => Command::Consult {
                contact,
                consult: self.state.next_contact(),
                adviser: AdviserId::NONE,
                queue: EXPERTS,
            },
            28 | 29 => Command::EndConsult {
                contact,
                adviser: AdviserId::NONE,
                action: self
                    .dice
                    .pick(&[ConsultAction::TakeBack, ConsultAction::HandOver]),
            },
            30 => Command::Return {
                contact,
                adviser: AdviserId::NONE,
            },
            31 => Command::Also {
                adviser,
                channels: Channels::DEFERRED,
            },
            13..=20 => Command::Choose { adviser, activity },
            _ => Command::End {
                contact,
                adviser: AdviserId::NONE,
            },
        }
    }

    fn answer(&mut self, offers: &[(OfferId, AdviserId)]) -> Command {
        let (offer, adviser) = self.dice.pick(offers);
        match self.dice.below(6) {
            0 => Command::Decline { offer, adviser },
            1 => Command::Fail {
                offer,
                cause: FailCause::NoAnswer,
            },
            _ => Command::Accept { offer, adviser },
        }
    }

    fn arrive(&mut self) -> Command {
        let contact = self.state.next_contact();
        self.contacts.push(contact);
        Command::Arrive {
            contact,
            channel: self.dice.pick(Channel::ALL),
            topic: TopicId(u16::try_from(self.dice.below(3)).unwrap()),
            origin: Origin::Live,
            language: Language::Nb,
            entry: Entry::Queue {
                queue: self.dice.pick(&QUEUES),
                class: 0,
                place: Timestamp::NEVER,
                needs: Needs::NONE,
            },
        }
    }

    fn batch(&mut self) -> Batch {
        for _ in 0..=self.dice.below(400) {
            self.step();
        }
        let batch = Batch::of_events(self.seq, &self.events);
        self.seq = batch.last_seq();
        self.events.clear();
        batch
    }
}

/// One pass over the whole log, with no memory of how it was written.
fn from_scratch(reader: &Reader) -> Cells {
    let log = reader.log(0, usize::MAX).unwrap();
    let events = log.iter().map(|logged| (logged.at, &logged.event));
    RollUp::default().fold(events, &mut yard)
}

fn stored(store: &Store) -> Cells {
    store.reader().unwrap().sums((i64::MIN, i64::MAX)).unwrap()
}

fn total(cells: &Cells) -> Sums {
    let mut all = Sums::default();
    cells.values().for_each(|sums| all.plus(sums));
    all
}

/// Every stored cell is the cell of a fold from scratch, and there are no others.
#[track_caller]
fn same(store: &Store) {
    let (stored, fresh) = (stored(store), from_scratch(&store.reader().unwrap()));
    for (key, sums) in &fresh {
        assert_eq!(stored.get(key), Some(sums), "{key:?}");
    }
    assert_eq!(stored.len(), fresh.len());
}

/// The same counts, slowly: every contact's own events on their own, knowing nothing of the roll-up.
fn against_each_contact(store: &Store, all: &Sums) {
    let log = store.reader().unwrap().log(0, usize::MAX).unwrap();
    let mut lives: BTreeMap<ContactId, Vec<(Timestamp, Event)>> = BTreeMap::new();
    for logged in &log {
        if let Some(contact) = logged.event.contact() {
            lives
                .entry(contact)
                .or_default()
                .push((logged.at, logged.event));
        }
    }
    let mut counted: BTreeMap<Quantity, i64> = BTreeMap::new();
    for logged in &log {
        if let Event::ConsultStarted { consult, .. } = logged.event {
            lives.remove(&consult);
        }
    }
    for life in lives.values() {
        for (quantity, value) in slow_count(life) {
            *counted.entry(quantity).or_default() += value;
        }
    }
    for (quantity, value) in counted {
        assert_eq!(all.get(quantity), value, "{}", quantity.id());
    }
    let waits = [Quantity::Answered, Quantity::Abandoned, Quantity::Callbacks];
    let waits: i64 = waits.iter().map(|quantity| all.get(*quantity)).sum();
    assert_eq!(i64::try_from(all.waits(Waits::All).len()).unwrap(), waits);
}

fn slow_count(life: &[(Timestamp, Event)]) -> Vec<(Quantity, i64)> {
    let mut counts = Vec::new();
    let queued = life.iter().find_map(|(_, event)| match event {
        Event::ContactQueued { enqueued, .. } => Some(*enqueued),
        _ => None,
    });
    let reason = life.iter().find_map(|(at, event)| match event {
        Event::ContactClosed { reason, .. } => Some((*at, *reason)),
        _ => None,
    });
    let Some(queued) = queued else {
        if let Some((_, CloseReason::QueueFull)) = reason {
            counts.extend([(Quantity::Offered, 1), (Quantity::Refused, 1)]);
        }
        return counts;
    };
    counts.push((Quantity::Offered, 1));
    let ended_wait = life.iter().find(|(_, event)| {
        matches!(
            event,
            Event::OfferAccepted { .. }
                | Event::ContactAssigned { .. }
                | Event::CallbackAsked { .. }
        )
    });
    match (ended_wait, reason) {
        (Some((at, Event::CallbackAsked { .. })), _) => {
            counts.push((Quantity::Callbacks, 1));
            counts.push((Quantity::WaitCallback, at.since_us(queued)));
        }
        (Some((at, _)), _) => {
            counts.push((Quantity::Answered, 1));
            counts.push((Quantity::WaitAnswered, at.since_us(queued)));
        }
        (None, Some((at, CloseReason::Abandoned | CloseReason::Lost))) => {
            counts.push((Quantity::Abandoned, 1));
            counts.push((Quantity::WaitAbandoned, at.since_us(queued)));
        }
        (None, Some((_, CloseReason::Fault))) => counts.push((Quantity::Cut, 1)),
        _ => {}
    }
    // Who had been answered before they asked to be rung is no callback of the queue.
    let is_callback = matches!(ended_wait, Some((_, Event::CallbackAsked { .. })));
    let mut reached = false;
    for (_, event) in life {
        match event {
            Event::CallbackAnswered { .. } if is_callback && !reached => {
                reached = true;
                counts.push((Quantity::CallbacksReached, 1));
            }
            Event::ContactTransferred { .. } | Event::ContactHandedOver { .. } => {
                counts.push((Quantity::Transfers, 1));
            }
            Event::ContactClosed {
                reason: CloseReason::Served,
                ..
            } => counts.push((Quantity::Served, 1)),
            _ => {}
        }
    }
    counts
}

#[test]
fn stored_sums_equal_a_fold_of_the_log_after_restarts_and_failed_commits() {
    for seed in [1, 7, 2026] {
        on_each(|mut store, reopen| {
            let mut run = Run::new(seed);
            let mut chance = Dice(seed ^ 0xABCD);
            let faults = Faults::default();
            store.measure(Box::new(yard)).unwrap();
            let mut is_measuring = true;
            for round in 0..120 {
                let batch = run.batch();
                match chance.below(8) {
                    0 => faults.once(Fault::Fail),
                    1 => faults.once(Fault::LoseReply),
                    _ => {}
                }
                let mut faulty = store.with_faults(&faults);
                if faulty.append(&batch).is_err() {
                    faulty.append(&batch).unwrap();
                }
                store = without_faults(faulty);
                if chance.below(5) == 0 {
                    // A restart; for a while, now and then, nobody measures.
                    store = reopen(&store);
                    is_measuring = chance.below(4) > 0;
                    if is_measuring {
                        store.measure(Box::new(yard)).unwrap();
                    }
                }
                if chance.below(10) == 0 {
                    let kept = (run.seq, store.head().at);
                    store
                        .put_snapshot(kept, VERSION, &run.state.snapshot())
                        .unwrap();
                }
                if round % 40 == 39 {
                    if !is_measuring {
                        store = reopen(&store);
                        store.measure(Box::new(yard)).unwrap();
                        is_measuring = true;
                    }
                    same(&store);
                }
            }
            let all = total(&stored(&store));
            for quantity in [
                Quantity::Transfers,
                Quantity::Served,
                Quantity::Abandoned,
                Quantity::Hold,
                Quantity::WrapUp,
                Quantity::Idle,
                Quantity::Load,
                Quantity::FlowedOut,
                Quantity::Callbacks,
                Quantity::CallbacksReached,
                Quantity::Consults,
            ] {
                assert!(all.get(quantity) > 0, "{} is zero: {all:?}", quantity.id());
            }
            against_each_contact(&store, &all);
            assert!(store.reader().unwrap().verify().unwrap().ok);
        });
    }
}

fn without_faults(store: Store) -> Store {
    match store {
        Store::Faulty(faulty) => (*faulty).into_inner(),
        other @ (Store::Memory(_) | Store::Sqlite(_)) => other,
    }
}

#[test]
fn a_log_that_was_never_measured_is_made_up_for() {
    on_each(|mut store, reopen| {
        let mut run = Run::new(3);
        for _ in 0..30 {
            store.append(&run.batch()).unwrap();
        }
        assert!(stored(&store).is_empty());
        let mut store = reopen(&store);
        store.measure(Box::new(yard)).unwrap();
        same(&store);
    });
}

#[test]
fn damaged_sums_never_stop_the_log_and_are_made_anew() {
    let folder = crate::world::Folder::new();
    let mut run = Run::new(5);
    let mut store = Store::open_file(&folder.log()).unwrap();
    store.measure(Box::new(yard)).unwrap();
    for _ in 0..20 {
        store.append(&run.batch()).unwrap();
    }
    let raw = rusqlite::Connection::open(folder.log()).unwrap();
    raw.execute("UPDATE sums SET body = x'00'", []).unwrap();
    let damaged = store.reader().unwrap().sums((i64::MIN, i64::MAX));
    assert!(matches!(damaged, Err(Error::Corrupt { .. })), "{damaged:?}");
    let verdict = store.reader().unwrap().verify().unwrap();
    assert!(!verdict.ok, "{verdict:?}");
    for _ in 0..20 {
        store.append(&run.batch()).unwrap();
    }
    assert_eq!(store.head().seq, run.seq);
    drop(store);
    let mut store = Store::open_file(&folder.log()).unwrap();
    store.measure(Box::new(yard)).unwrap();
    same(&store);
    assert!(store.reader().unwrap().verify().unwrap().ok);
}
