//! The simulation: desk, a store that fails, channels, phones and people in one thread, from one seed.
//!
//! Time is a number, chance is [`Dice`], and nothing else comes from outside, so that a seed repeats a run.
//! Messages are lost, doubled and late; commits are slow, fail, or fail after they landed; the process dies;
//! the wall clock jumps; browsers are closed without a word. What is durable is folded by the [`Ledger`], by
//! a second state (S16) and by the figures (S26). Each world ends with a fair phase without faults in which
//! everything must come to its end (L1-L8). It must never look at the engine to decide what is right.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use linje_desk::{Desk, Input, Output, Reconcile, Recovered, Submit};
use linje_event::{Command, Effect, Event};
use linje_routing::{Rules, State, Tables};
use linje_types::{AdviserId, ContactId, OfferId, SECOND_US, Timestamp};

use crate::dice::Dice;
use crate::ledger::Ledger;

pub mod centre;
mod checks;
mod people;
mod shell;
mod store;

use people::{Citizen, Person};
use shell::Shell;
use store::Store;

/// Steps of one world before its fair phase.
const WORLD_STEPS: u64 = 60_000;
/// Steps between two looks at everything.
const SWEEP_EVERY: u64 = 1_000;
/// The moment at which every world begins.
const BEGINNING: Timestamp = Timestamp(1_800_000_000 * SECOND_US);
/// The fair phase must end within this simulated time.
const FAIR_US: i64 = 8 * 3_600 * SECOND_US;
/// Events told when something breaks.
const TOLD: usize = 40;

/// What was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Steps taken, fair phases among them.
    pub steps: u64,
    /// Worlds begun.
    pub worlds: u64,
    /// Over all records of all worlds; the same for the same seed and number of steps.
    pub hash: u64,
    /// What happened how often.
    pub counts: BTreeMap<&'static str, u64>,
}

/// An invariant was broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {step}: {text}")]
pub struct Broken {
    /// The step, counted from the beginning of the run.
    pub step: u64,
    /// What was seen.
    pub text: String,
    /// The last events before it.
    pub last: Vec<String>,
    /// The seed of the world in which it was seen, for [`run_world`].
    pub world: u64,
}

/// Runs worlds of `seed` until `steps` have been taken. `progress` is told the steps so far, from time to time.
///
/// # Errors
/// The first broken invariant.
pub fn run(seed: u64, steps: u64, progress: &mut dyn FnMut(u64)) -> Result<Ran, Box<Broken>> {
    let mut ran = Ran {
        steps: 0,
        worlds: 0,
        hash: 0xcbf2_9ce4_8422_2325,
        counts: BTreeMap::new(),
    };
    let mut worlds = Dice::new(seed);
    while ran.steps < steps {
        let wanted = WORLD_STEPS.min(steps - ran.steps);
        let seed = worlds.next();
        let mut world = World::new(seed);
        let result = world.live(wanted);
        let done = world.steps;
        if let Err(text) = result {
            return Err(Box::new(Broken {
                step: ran.steps + done,
                text,
                last: world.store.last(TOLD),
                world: seed,
            }));
        }
        ran.steps += done;
        ran.worlds += 1;
        ran.hash = (ran.hash ^ world.store.hash).wrapping_mul(0x0000_0100_0000_01b3);
        for (name, count) in world.counts {
            *ran.counts.entry(name).or_default() += count;
        }
        progress(ran.steps);
    }
    Ok(ran)
}

/// Runs one world, looking at everything every so many steps: with 1 it is slow, but stops where it breaks.
///
/// # Errors
/// The first broken invariant.
pub fn run_world(seed: u64, sweep_every: u64) -> Result<u64, Box<Broken>> {
    let mut world = World::new(seed);
    world.sweep_every = sweep_every;
    match world.live(WORLD_STEPS) {
        Ok(()) => Ok(world.steps),
        Err(text) => Err(Box::new(Broken {
            step: world.steps,
            text,
            last: world.store.last(TOLD),
            world: seed,
        })),
    }
}

/// What comes at some moment.
#[derive(Debug, Clone)]
enum Happening {
    /// A citizen does something.
    Citizen(usize),
    /// An adviser looks at the page.
    Person(usize),
    /// A message arrives at the desk.
    Arrives(Message),
    /// The store answers about the append with this last record.
    Store(u64),
    /// What came of ringing a citizen.
    Rung(ContactId, u8),
    /// Presence is looked at.
    Watch,
    /// Traffic controllers, measurements, the clock on the wall.
    House,
    /// The process dies.
    Crash,
}

/// Something sent to the desk.
#[derive(Debug, Clone)]
struct Message {
    submit: Submit,
    from: From,
}

/// Who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// A citizen, by number.
    Citizen(usize),
    /// Anybody else.
    Other,
}

/// What was asked and not yet answered.
#[derive(Debug, Clone, Copy)]
struct Asked {
    from: From,
    id: Option<u128>,
    /// It must be refused (S12).
    stale: bool,
    /// Whose good-bye it is.
    leaves: Option<ContactId>,
}

struct Entry {
    at: Timestamp,
    number: u64,
    what: Happening,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> core::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

struct World {
    dice: Dice,
    agenda: BinaryHeap<Reverse<Entry>>,
    numbers: u64,
    /// The clock of the shell; it never goes back and does not follow the one on the wall.
    now: Timestamp,
    /// How far the clock on the wall is off.
    wall_off_us: i64,
    rules: Rules,
    tables: BTreeMap<u64, (Arc<Tables>, Rules)>,
    desk: Desk,
    store: Store,
    ledger: Ledger,
    shell: Shell,
    citizens: Vec<Citizen>,
    people: Vec<Person>,
    asked: BTreeMap<u64, Asked>,
    /// First replies by command id, as clients saw them.
    answered: BTreeMap<u128, Option<ContactId>>,
    past_offers: Vec<(OfferId, AdviserId)>,
    past_talks: Vec<(ContactId, AdviserId)>,
    tokens: u64,
    ids: u128,
    steps: u64,
    sweep_every: u64,
    fair: bool,
    /// How long citizens stay away, at most, seconds.
    away_s: i64,
    /// Steps in a row after which something was due.
    overdue: u32,
    out: Vec<Output>,
    counts: BTreeMap<&'static str, u64>,
}

impl World {
    fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed);
        let rules = centre::rules(&mut dice);
        let tables = Arc::new(Tables::new(&rules).unwrap_or_else(|error| unreachable!("{error}")));
        let mut world = World {
            agenda: BinaryHeap::new(),
            numbers: 0,
            now: BEGINNING,
            wall_off_us: 0,
            desk: Desk::new(Recovered::nothing(), Arc::clone(&tables)),
            store: Store::new(),
            ledger: Ledger::new(&rules),
            shell: Shell::default(),
            citizens: (0..people::CITIZENS).map(|_| Citizen::default()).collect(),
            people: rules.advisers.iter().map(|_| Person::default()).collect(),
            asked: BTreeMap::new(),
            answered: BTreeMap::new(),
            past_offers: Vec::new(),
            past_talks: Vec::new(),
            tokens: 0,
            ids: 0,
            steps: 0,
            sweep_every: SWEEP_EVERY,
            fair: false,
            away_s: dice.pick(&[60, 200, 200, 600]),
            overdue: 0,
            out: Vec::new(),
            counts: BTreeMap::new(),
            tables: BTreeMap::from([(rules.version, (tables, rules.clone()))]),
            rules,
            dice,
        };
        for citizen in 0..people::CITIZENS {
            world.soon(60, Happening::Citizen(citizen));
        }
        for person in 0..world.people.len() {
            world.soon(30, Happening::Person(person));
        }
        world.later(5 * SECOND_US, Happening::Watch);
        world.soon(60, Happening::House);
        world.soon(3_000, Happening::Crash);
        world
    }

    /// The whole life of a world: faults, then the fair phase.
    fn live(&mut self, steps: u64) -> Result<(), String> {
        self.start()?;
        while self.steps < steps {
            self.step()?;
        }
        self.fair = true;
        let end = self.now.plus_us(FAIR_US);
        while !self.is_over() {
            if self.now > end {
                let left = self.desk.state().contacts().next();
                return Err(format!("L7: {left:?} never ends"));
            }
            self.step()?;
        }
        self.sweep()?;
        self.figures_agree()
    }

    fn is_over(&self) -> bool {
        self.desk.state().n_open() == 0 && self.desk.is_settled()
    }

    fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        let next = self
            .agenda
            .peek()
            .map_or(Timestamp::NEVER, |entry| entry.0.at);
        // After a jump of time much of the agenda lies in the past.
        let next = next.max(self.now);
        let due = self.desk.deadline().max(self.now);
        if due <= next {
            // The process wakes a little late.
            let late_us = if self.dice.chance(5) { 40_000 } else { 0 };
            self.now = due.plus_us(late_us).min(next);
            self.input(Input::Tick)?;
        } else if let Some(Reverse(entry)) = self.agenda.pop() {
            self.now = self.now.max(entry.at);
            self.happen(entry.what)?;
        }
        self.nothing_is_overdue()?;
        if self.steps.is_multiple_of(self.sweep_every) {
            self.sweep()?;
        }
        Ok(())
    }

    fn happen(&mut self, what: Happening) -> Result<(), String> {
        match what {
            Happening::Citizen(number) => self.citizen(number),
            Happening::Person(number) => self.person(number),
            Happening::Arrives(message) => return self.arrives(message),
            Happening::Store(seq) => return self.store_answers(seq),
            Happening::Rung(contact, attempt) => self.rung(contact, attempt),
            Happening::Watch => return self.watch(),
            Happening::House => return self.house(),
            Happening::Crash => return self.crash(),
        }
        Ok(())
    }

    fn count(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
    }

    fn later(&mut self, us: i64, what: Happening) {
        self.numbers += 1;
        self.agenda.push(Reverse(Entry {
            at: self.now.plus_us(us.max(0)),
            number: self.numbers,
            what,
        }));
    }

    /// At some moment within this many seconds.
    fn soon(&mut self, within_s: i64, what: Happening) {
        let us = self.dice.within(1, within_s.max(1) * SECOND_US);
        self.later(us, what);
    }

    /// What a start does before anybody is served.
    fn start(&mut self) -> Result<(), String> {
        let version = self.rules.version;
        self.publish(version)?;
        self.input(Input::Reconcile(Reconcile {
            callback_queue: Some(centre::CALLBACKS),
            ..Reconcile::default()
        }))
    }

    fn publish(&mut self, version: u64) -> Result<(), String> {
        self.tokens += 1;
        let tables = Arc::clone(&self.tables[&version].0);
        self.input(Input::Publish {
            token: self.tokens,
            tables,
            version,
        })
    }

    /// Power off and on: what was not durable is gone, and so is everything that hung on the process.
    fn crash(&mut self) -> Result<(), String> {
        self.soon(3_000, Happening::Crash);
        if self.fair {
            return Ok(());
        }
        self.count("crash");
        let lands = self.dice.chance(50);
        if let Some(batch) = self.store.flight.take().filter(|_| lands) {
            self.durable(&batch)?;
        }
        self.asked.clear();
        self.shell = Shell::default();
        // The new process takes the time from the wall, but never before the last record.
        let wall = self.now.plus_us(self.wall_off_us);
        self.now = self.now.max(wall.min(self.now.plus_s(600)));
        let by_bytes = self.dice.chance(50);
        let tables = |version: u64| self.tables.get(&version).map(|it| Arc::clone(&it.0));
        let recovered = self.store.recover(&tables, by_bytes)?;
        self.desk = Desk::new(recovered, Arc::clone(&self.tables[&1].0));
        self.start()?;
        self.dead_lines_are_closed()
    }

    /// A message arrives: it goes into the desk at once.
    fn arrives(&mut self, message: Message) -> Result<(), String> {
        self.tokens += 1;
        let mut submit = message.submit;
        submit.token = self.tokens;
        let asked = Asked {
            from: message.from,
            id: submit.id,
            stale: self.is_stale(&submit.command),
            leaves: if let Command::Leave { contact } = submit.command {
                Some(contact)
            } else {
                None
            },
        };
        self.asked.insert(self.tokens, asked);
        self.input(Input::Submit(submit))
    }

    /// Sends a message over a network that loses, doubles and delays.
    fn send(&mut self, submit: Submit, from: From) {
        let message = Message { submit, from };
        if self.fair {
            self.later(1_000, Happening::Arrives(message));
            return;
        }
        if self.dice.chance(2) {
            self.count("message lost");
            return;
        }
        let slow = self.dice.chance(5);
        let us = self.dice.within(200, if slow { 4_000_000 } else { 30_000 });
        if self.dice.chance(3) {
            self.count("message doubled");
            let again = self.dice.within(200, 3_000_000);
            self.later(again, Happening::Arrives(message.clone()));
        }
        self.later(us, Happening::Arrives(message));
    }

    fn say(&mut self, command: Command) {
        self.send(Submit::new(0, command), From::Other);
    }

    /// One input of the desk, and all that follows from it.
    fn input(&mut self, input: Input) -> Result<(), String> {
        let mut out = core::mem::take(&mut self.out);
        self.desk.step(input, self.now, &mut out);
        for output in out.drain(..) {
            match output {
                Output::Append(batch) => self.append(batch)?,
                Output::Publish(batch) => self.store.published(&batch)?,
                Output::Effect(effect) => self.effect(effect)?,
                Output::Reply { token, result } => self.reply(token, result)?,
                Output::Snapshot(snapshot) => {
                    if snapshot.seq > self.store.seq() {
                        return Err("S15: a snapshot of what is not durable".to_owned());
                    }
                }
                Output::Health(fault) => self.count(if fault.is_some() {
                    "store down"
                } else {
                    "store up"
                }),
                Output::Broken { command, .. } => {
                    return Err(format!("G22: the core breaks on {command:?}"));
                }
                Output::Reload => return Err("S18: nobody else writes".to_owned()),
            }
        }
        self.out = out;
        Ok(())
    }

    fn effect(&mut self, effect: Effect) -> Result<(), String> {
        if let Effect::Present { offer, adviser, .. } = effect {
            self.past_offers.push((offer, adviser));
            if self.past_offers.len() > 64 {
                self.past_offers.remove(0);
            }
        }
        if let Effect::Connect { contact, adviser } = effect {
            self.past_talks.push((contact, adviser));
            if self.past_talks.len() > 64 {
                self.past_talks.remove(0);
            }
        }
        if let Some((contact, attempt)) = self.shell.effect(effect, self.store.last_offer)? {
            self.soon(15, Happening::Rung(contact, attempt));
        }
        Ok(())
    }

    /// Folds what is durable now.
    fn durable(&mut self, batch: &linje_desk::Batch) -> Result<(), String> {
        let from = self.store.records.len();
        self.store.append(batch)?;
        for place in from..self.store.records.len() {
            let record = self.store.records[place];
            if let Event::CentrePublished { version } = record.event
                && let Some((_, rules)) = self.tables.get(&version)
            {
                self.ledger.publish(rules);
            }
            let taken = self.ledger.take(record.at, &record.event);
            taken.map_err(|violation| violation.to_string())?;
            self.count(record.event.kind());
        }
        let tables = |version: u64| self.tables.get(&version).map(|it| Arc::clone(&it.0));
        self.store.follow(from, &tables)?;
        let rules = |version: u64| self.tables.get(&version).map(|it| &it.1);
        self.store.fold_figures(from, &rules);
        Ok(())
    }

    fn state(&self) -> &State {
        self.desk.state()
    }
}
