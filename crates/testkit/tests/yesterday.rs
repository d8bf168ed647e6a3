//! Random worlds lived again: what the log says comes out once more, to the bit, whatever happened in it.
//!
//! The process that lives them wakes late, as a real one does: a deadline fires somewhere between its
//! moment and the next command.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use linje_event::{Command, Effect, Event, Output};
use linje_routing::{State, Tables};
use linje_testkit::dice::Dice;
use linje_testkit::reference::Reference;
use linje_testkit::world::{Scene, World};
use linje_twin::Sink;
use linje_twin::yesterday::{Change, Recorded, rerun, rerun_unchanged};
use linje_types::{SECOND_US, Timestamp};

const WORLDS: u64 = 600;
const STEPS: u64 = 1000;
const BEGINNING: Timestamp = Timestamp(1_800_000_000 * SECOND_US);

#[derive(Default)]
struct Log(Vec<(Timestamp, Event)>);

impl Sink for Log {
    const WHY: bool = true;

    fn event(&mut self, at: Timestamp, event: &Event) {
        self.0.push((at, *event));
    }
}

struct Keep<'a>(&'a mut Log, Timestamp);

impl Output for Keep<'_> {
    const WHY: bool = true;

    fn event(&mut self, event: &Event) {
        self.0.0.push((self.1, *event));
    }

    fn effect(&mut self, _effect: Effect) {}
}

struct Life {
    world: World,
    tables: Arc<Tables>,
    state: State,
    reference: Reference,
    now: Timestamp,
    log: Log,
}

impl Life {
    fn new(seed: u64) -> Life {
        let world = World::new(seed);
        let tables = Arc::new(Tables::new(&world.rules).unwrap());
        Life {
            state: State::new(Arc::clone(&tables)),
            reference: Reference::new(&world.rules),
            now: BEGINNING,
            log: Log::default(),
            tables,
            world,
        }
    }

    fn command(&mut self, command: &Command, now: Timestamp) {
        self.now = now;
        let next = self.state.next_contact();
        let expected = self.reference.handle(command, now, next).is_ok();
        let got = self
            .state
            .handle(command, now, &mut Keep(&mut self.log, now));
        assert_eq!(got.is_ok(), expected);
    }

    /// Lives some steps. Offers and contacts of the past are nobody's business here.
    fn live(&mut self, steps: impl Iterator<Item = u64>, dice: &mut Dice) {
        let mut last = Command::Tick;
        for step in steps {
            let scene = Scene {
                reference: &self.reference,
                next_contact: self.state.next_contact(),
                now: self.now,
                last,
                past_offers: &[],
                past_contacts: &[],
            };
            let (now, command) = self.world.step(step, &scene);
            while self.state.next_deadline() <= now {
                let due = self.state.next_deadline().max(self.now);
                let late_us = dice.pick(&[0, 1, 300, SECOND_US, i64::MAX]);
                self.command(&Command::Tick, due.plus_us(late_us).min(now));
            }
            self.command(&command, now);
            last = command;
        }
    }
}

/// The place where two logs part and what is around it.
fn part(log: &Log, again: &Log) -> String {
    let place = log.0.iter().zip(&again.0).position(|(a, b)| a != b);
    let place = place.unwrap_or_else(|| log.0.len().min(again.0.len()));
    let around = |log: &Log| {
        let lines = log.0.iter().skip(place.saturating_sub(3)).take(6);
        let lines: Vec<String> = lines
            .map(|(at, event)| format!("  {} {event:?}", at.since_us(BEGINNING)))
            .collect();
        lines.join("\n")
    };
    format!("event {place}: was\n{}\nis\n{}", around(log), around(again))
}

#[test]
fn a_random_day_is_the_same_again_under_the_same_rules() {
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    for seed in 1..=WORLDS {
        let mut life = Life::new(seed);
        let mut dice = Dice::new(seed ^ 0x79_6573_7465_7264);
        // The day begins in the middle of things.
        life.live(0..STEPS / 4, &mut dice);
        let before = life.state.clone();
        let from = life.now.plus_us(1);
        life.now = from;
        let earlier = life.log.0.len();
        life.live(STEPS / 4..STEPS, &mut dice);
        let until = life.now.plus_us(1);
        let tables = Arc::clone(&life.tables);
        let recorded = Recorded::of(
            before,
            life.log.0.iter().skip(earlier).copied(),
            from..until,
            &mut |_| Some(Arc::clone(&tables)),
        )
        .unwrap();
        let mut again = Log::default();
        let outcome = rerun_unchanged(&recorded, &mut again).unwrap();
        let log = Log(life.log.0.split_off(earlier));
        assert!(log.0 == again.0, "seed {seed}: {}", part(&log, &again));
        assert_eq!(outcome.state_hash, life.state.hash(), "seed {seed}");
        assert!(outcome.is_same_day(recorded.outcome()), "seed {seed}");
        assert_eq!(&outcome, recorded.outcome(), "seed {seed}");
        for (_, event) in &log.0 {
            *kinds.entry(event.kind()).or_default() += 1;
        }
    }
    println!("{kinds:?}");
    assert!(kinds.len() >= 21, "not every kind happened: {kinds:?}");
    assert!(kinds.values().all(|count| *count > 100), "{kinds:?}");
}

/// Every invariant after every command.
struct Checked;

impl Sink for Checked {
    const WHY: bool = false;

    fn event(&mut self, _at: Timestamp, _event: &Event) {}

    fn after(&mut self, _at: Timestamp, state: &State) {
        state.check().unwrap();
    }
}

#[test]
fn a_random_day_can_be_lived_under_any_rules_that_have_its_queues() {
    for seed in 1..=WORLDS / 4 {
        let mut life = Life::new(seed);
        let mut dice = Dice::new(seed);
        life.live(0..STEPS, &mut dice);
        let until = life.now.plus_us(1);
        let start = State::new(Arc::clone(&life.tables));
        let tables = Arc::clone(&life.tables);
        let log = life.log.0.iter().copied();
        let recorded = Recorded::of(start, log, BEGINNING..until, &mut |_| {
            Some(Arc::clone(&tables))
        })
        .unwrap();
        let mut rules = life.world.rules.clone();
        for queue in &mut rules.queues {
            queue.requires.clear();
            queue.units.clear();
            queue.wrap_up_us = dice.pick(&[0, SECOND_US, 60 * SECOND_US]);
            queue.ring_us = dice.pick(&[0, SECOND_US, 20 * SECOND_US]);
            queue.max_waiting = dice.pick(&[1, 5, u32::MAX]);
        }
        let change = Change::rules(Arc::new(Tables::new(&rules).unwrap()));
        let one = linje_twin::yesterday::rerun_into(&recorded, &change, &mut Checked).unwrap();
        let two = rerun(&recorded, &change).unwrap();
        assert_eq!(one, two, "the same change gives the same day");
        assert_eq!(one.fates.len(), recorded.n_contacts(), "everybody came");
        let channels = |fates: &[linje_twin::yesterday::Fate]| {
            fates.iter().map(|fate| fate.channel).collect::<Vec<_>>()
        };
        assert_eq!(channels(&one.fates), channels(&recorded.outcome().fates));
    }
}
