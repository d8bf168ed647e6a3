//! Runs the core and the population together by simulated time: each command at its own moment.

use linje_event::{Command, Effect, Event, Output};
use linje_routing::State;
use linje_types::Timestamp;

use crate::population::{Ask, Population};

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ran {
    /// Commands given to the core, those of the clock included.
    pub commands: u64,
    /// Citizens who came.
    pub citizens: u64,
    /// Commands that the core refused.
    pub refused: u64,
}

/// Told everything that a run does. `at` never decreases.
pub trait Sink {
    /// Whether the figures of a why are wanted.
    const WHY: bool;

    /// An event that has just been applied.
    fn event(&mut self, at: Timestamp, event: &Event);

    /// A command before it is handled.
    fn command(&mut self, at: Timestamp, command: &Command) {
        let _ = (at, command);
    }

    /// The state after a command; for tests that look for broken invariants.
    fn after(&mut self, at: Timestamp, state: &State) {
        let _ = (at, state);
    }
}

/// A sink that wants nothing and costs nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

impl Sink for Nothing {
    const WHY: bool = false;

    fn event(&mut self, _at: Timestamp, _event: &Event) {}
}

struct Both<'a, S> {
    at: Timestamp,
    population: &'a mut Population,
    sink: &'a mut S,
}

impl<S: Sink> Output for Both<'_, S> {
    const WHY: bool = S::WHY;

    #[inline]
    fn event(&mut self, event: &Event) {
        self.population.observe(self.at, event);
        self.sink.event(self.at, event);
    }

    fn effect(&mut self, _effect: Effect) {}
}

/// Runs from wherever `state` and `population` are until `to`, that moment included.
///
/// Deadlines of the core go before wishes of the same microsecond.
pub fn simulate<S: Sink>(
    state: &mut State,
    population: &mut Population,
    to: Timestamp,
    sink: &mut S,
) -> Ran {
    let mut ran = Ran::default();
    let mut ask = TICK;
    loop {
        let deadline = state.next_deadline();
        let before = to.min(deadline.plus_us(-1));
        let at = match population.next_into(before, &mut ask) {
            Some(at) => at,
            None if deadline <= to => {
                ask = TICK;
                deadline
            }
            None => return ran,
        };
        prepare(&mut ask, state, population, at);
        sink.command(at, &ask.command);
        ran.commands += 1;
        ran.citizens += u64::from(ask.citizen.is_some());
        let mut out = Both {
            at,
            population,
            sink,
        };
        ran.refused += u64::from(state.handle(&ask.command, at, &mut out).is_err());
        sink.after(at, state);
    }
}

const TICK: Ask = Ask {
    command: Command::Tick,
    citizen: None,
};

/// Puts the id of the contact into an `Arrive`.
#[inline]
fn prepare(ask: &mut Ask, state: &State, population: &mut Population, at: Timestamp) {
    if let (Some(citizen), Command::Arrive { contact, .. }) = (ask.citizen, &mut ask.command) {
        *contact = state.next_contact();
        population.arrived(citizen, *contact, at);
    }
}
