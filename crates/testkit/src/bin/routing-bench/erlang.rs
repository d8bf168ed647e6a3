//! M/M/100+M without ringing and wrap-up, output only counted: what one thread can do at most.

use std::sync::Arc;

use linje_event::{CloseReason, Command, Effect, Event, Output};
use linje_routing::{AdviserRule, QueueRule, Rules, State, Tables};
use linje_twin::{Population, Profile, Sink, simulate};
use linje_types::{Channel, Channels, Origins, Timestamp, UnitId};

use crate::{Figure, Part, Size, figure, machine::timed, median, number};

/// Arrivals in 100 s; talk and patience take 100 s in the mean.
const RATE_PERCENT: i64 = 102;
const RATE: f64 = 1.02;
/// P(Ab). Source: Whitt 2005, table 1, column "exact".
const ABANDON: f64 = 0.04992;
/// Commands kept for the replay: as many as stay near the processor.
const RECORDED: usize = 200_000;

/// Counts and forgets.
#[derive(Default)]
struct Count<const WHY: bool> {
    events: u64,
    left: u64,
}

impl<const WHY: bool> Count<WHY> {
    #[inline]
    fn count(&mut self, event: &Event) {
        self.events += 1;
        if let Event::ContactClosed { reason, .. } = event {
            self.left += u64::from(*reason == CloseReason::Abandoned);
        }
    }
}

impl<const WHY: bool> Output for Count<WHY> {
    const WHY: bool = WHY;

    #[inline]
    fn event(&mut self, event: &Event) {
        self.count(event);
    }

    fn effect(&mut self, _effect: Effect) {}
}

impl Sink for Count<false> {
    const WHY: bool = false;

    #[inline]
    fn event(&mut self, _at: Timestamp, event: &Event) {
        self.count(event);
    }
}

#[derive(Default)]
struct Record(Vec<(Timestamp, Command)>);

impl Sink for Record {
    const WHY: bool = false;

    fn event(&mut self, _at: Timestamp, _event: &Event) {}

    fn command(&mut self, at: Timestamp, command: &Command) {
        self.0.push((at, *command));
    }
}

fn rules() -> Rules {
    let adviser = AdviserRule {
        unit: UnitId(0),
        skills: Vec::new(),
        origins: Origins::SYNTHETIC,
        groups: Vec::new(),
        clearance: linje_types::Clearance::NONE,
        channels: Channels::NONE.with(Channel::Voice),
    };
    let queue = QueueRule {
        max_waiting: u32::MAX,
        ..QueueRule::default()
    };
    Rules {
        queues: vec![queue],
        advisers: vec![adviser; 100],
        ..Rules::empty()
    }
}

/// A centre in its usual state, and the people who go on with it.
fn warm(seed: u64) -> (State, Population) {
    let rules = rules();
    let tables = Tables::new(&rules).expect("the rules of the bench are whole");
    let mut state = State::new(Arc::new(tables));
    let profile = Profile::erlang(100, RATE, 100.0, 100.0);
    let mut population = Population::new(profile, &rules, seed, Timestamp(0))
        .expect("the profile of the bench is whole");
    simulate(
        &mut state,
        &mut population,
        Timestamp(0).plus_s(2_000),
        &mut Count::<false>::default(),
    );
    (state, population)
}

/// With the generator, then the engine alone on recorded commands, without and with why.
pub(crate) fn measure(size: &Size) -> Part {
    let mut part = Part {
        name: "erlang",
        title: format!(
            "M/M/100+M, ring and wrap-up 0, output counted: {} customers, {} runs, one thread",
            size.customers, size.runs
        ),
        figures: Vec::new(),
        wrong: Vec::new(),
    };
    with_generator(size, &mut part);
    engine_alone(size, &mut part);
    part
}

fn with_generator(size: &Size, part: &mut Part) {
    let (mut commands, mut customers) = (Vec::new(), Vec::new());
    let (mut left, mut came) = (0, 0);
    for seed in (1..).take(size.runs) {
        let (mut state, mut population) = warm(seed);
        let until = Timestamp(0).plus_s(2_000 + i64::from(size.customers) * 100 / RATE_PERCENT);
        let mut count = Count::<false>::default();
        let (ran, cpu_s) = timed(|| simulate(&mut state, &mut population, until, &mut count));
        commands.push(number(ran.commands) / cpu_s / 1e6);
        customers.push(number(ran.citizens) / cpu_s / 1e6);
        left += count.left;
        came += ran.citizens;
        if ran.refused > 0 {
            part.wrong
                .push(format!("{} commands were refused", ran.refused));
        }
    }
    let abandon = number(left) / number(came);
    if (abandon - ABANDON).abs() > 0.01 {
        part.wrong
            .push(format!("P(Ab) is {abandon:.4}, exact is {ABANDON}"));
    }
    part.figures.push(figure(
        "abandon",
        "share that left (exact 0.0499)",
        abandon,
        "",
    ));
    spread(
        part,
        ["commands_min", "commands_median", "commands_max"],
        "commands, generator included",
        &mut commands,
    );
    spread(
        part,
        ["customers_min", "customers_median", "customers_max"],
        "customers, generator included",
        &mut customers,
    );
}

/// Least, middle and most of some rates in millions a second.
fn spread(part: &mut Part, keys: [&'static str; 3], what: &str, rates: &mut [f64]) {
    let middle = median(rates);
    let ends = [
        rates.first().copied().unwrap_or(0.0),
        middle,
        rates.last().copied().unwrap_or(0.0),
    ];
    for ((key, value), name) in keys.into_iter().zip(ends).zip(["least", "median", "most"]) {
        part.figures
            .push(figure(key, &format!("{what}, {name}"), value, "M/CPU-s"));
    }
}

fn engine_alone(size: &Size, part: &mut Part) {
    let (state, population) = warm(1);
    let mut record = Record::default();
    let (mut recorded, mut people) = (state.clone(), population);
    let mut until = Timestamp(0).plus_s(2_000);
    while record.0.len() < RECORDED.min(size.customers as usize) {
        until = until.plus_s(10_000);
        simulate(&mut recorded, &mut people, until, &mut record);
    }
    let hash = recorded.hash();
    let rounds = (size.customers as usize * 2 / record.0.len()).max(3);
    let plain = replays::<false>(&state, &record.0, hash, rounds, part);
    let why = replays::<true>(&state, &record.0, hash, rounds, part);
    part.figures.extend(plain.figures(
        "engine_best",
        "engine_median",
        "engine alone, commands replayed",
    ));
    part.figures.extend(why.figures(
        "engine_why_best",
        "engine_why_median",
        "the same with the figures of each why",
    ));
}

struct Replays {
    rates: Vec<f64>,
}

impl Replays {
    fn figures(mut self, best: &'static str, middle: &'static str, what: &str) -> Vec<Figure> {
        let median = median(&mut self.rates);
        let most = self.rates.last().copied().unwrap_or(0.0);
        vec![
            figure(middle, &format!("{what}, median"), median, "M/CPU-s"),
            figure(best, &format!("{what}, best"), most, "M/CPU-s"),
        ]
    }
}

fn replays<const WHY: bool>(
    state: &State,
    commands: &[(Timestamp, Command)],
    hash: u64,
    rounds: usize,
    part: &mut Part,
) -> Replays {
    let mut rates = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let mut state = state.clone();
        let mut count = Count::<WHY>::default();
        let (refused, cpu_s) = timed(|| {
            let handled = commands
                .iter()
                .map(|(at, command)| state.handle(command, *at, &mut count));
            handled.filter(Result::is_err).count()
        });
        rates.push(number(commands.len() as u64) / cpu_s / 1e6);
        if refused > 0 || state.hash() != hash {
            part.wrong
                .push(String::from("a replay ended in another state"));
        }
    }
    Replays { rates }
}
