//! What people are told about their wait, held against the wait that they get, over a day of the national centre.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]
#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    reason = "a few kinds are looked at, and the figures are to be read"
)]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::monday;
use linje_centre::{Centre, Extra};
use linje_event::Event;
use linje_measures::{Basis, Day, Goal, Interval, Layout, LineNow, Promise, Promises, Usual};
use linje_routing::{AdviserState, State, Tables};
use linje_twin::{Population, Profile, Sink, profile_from, simulate};
use linje_types::{AdviserId, Channel, Channels, ContactId, QueueId, SECOND_US, Timestamp};

const CENTRE: &str = include_str!("../../../centres/national-2015.toml");

const USUAL: Usual = Usual {
    talk_us: 300 * SECOND_US,
    wrap_up_us: 60 * SECOND_US,
};

/// What somebody was told, what the model alone would have said, and the wait that they got.
#[derive(Debug, Clone, Copy)]
struct Held {
    told: Interval,
    model: Interval,
    basis: Basis,
    got_us: i64,
}

/// Follows a run as the read model does, and keeps every promise with what came of it.
struct Watch {
    state: State,
    day: Day,
    promises: Promises,
    came: BTreeMap<ContactId, (QueueId, Timestamp, Held)>,
    held: BTreeMap<QueueId, Vec<Held>>,
    channels: Vec<Channel>,
    begin: Timestamp,
}

impl Watch {
    /// Before the contact is in line: the line that it meets.
    fn line(&self, queue: QueueId) -> LineNow {
        let channel = self.channels[queue.idx()];
        let mut line = LineNow {
            ahead: self.state.waiting(queue),
            handle_us: self.day.handle_us(queue, USUAL),
            ..LineNow::default()
        };
        for who in (0..).map(AdviserId).map_while(|id| self.state.adviser(id)) {
            let takes = Channels::of(who.activity).has(channel);
            if !who.signed_in || !takes || !self.state.serves(who.id, queue, channel) {
                continue;
            }
            match who.state {
                AdviserState::Ready => {
                    line.ready += 1;
                    line.at_work += 1;
                }
                AdviserState::Offered | AdviserState::Busy | AdviserState::WrapUp => {
                    line.at_work += 1;
                }
                AdviserState::Away | AdviserState::NotReady | AdviserState::SignedOut => {}
            }
        }
        line
    }
}

impl Sink for Watch {
    const WHY: bool = false;

    fn event(&mut self, at: Timestamp, event: &Event) {
        if let Event::ContactQueued { contact, queue, .. } = *event
            && at >= self.begin
            && Channels::LIVE.has(self.channels[queue.idx()])
        {
            self.day.advance(at);
            let line = self.line(queue);
            let model = self.day.expected(queue, line);
            let told = self.promises.correct(queue, model);
            if let (Some(model), Some(wait)) = (model.wait, told.wait) {
                let basis = told.basis;
                let promise = Promise {
                    queue,
                    at,
                    wait,
                    basis,
                };
                self.promises.tell(contact, promise);
                let held = Held {
                    told: wait,
                    model,
                    basis,
                    got_us: 0,
                };
                self.came.insert(contact, (queue, at, held));
            }
        }
        match *event {
            Event::OfferAccepted { contact, .. } | Event::ContactAssigned { contact, .. } => {
                if let Some((queue, since, held)) = self.came.remove(&contact) {
                    let got_us = at.since_us(since);
                    let held = Held { got_us, ..held };
                    self.held.entry(queue).or_default().push(held);
                }
            }
            Event::ContactClosed { contact, .. } => drop(self.came.remove(&contact)),
            _ => {}
        }
        self.promises.fold(at, event);
        self.state.apply(event, at);
        self.day.fold(at, event);
    }
}

/// What is unusual about a day.
#[derive(Debug, Clone, Copy, Default)]
struct Unusual {
    /// Every so-many-th adviser is sent on other work.
    missing: Option<usize>,
    /// How many come at the beginning and at the end of the day, times what is usual.
    grows: Option<(f64, f64)>,
}

/// Lets those who come grow through the day.
fn grow(profile: &mut Profile, (first, last): (f64, f64)) {
    for stream in &mut profile.streams {
        if !Channels::LIVE.has(stream.channel) {
            continue;
        }
        let before: f64 = stream.curve.iter().sum();
        let n = stream.curve.len() as f64;
        for (place, weight) in stream.curve.iter_mut().enumerate() {
            *weight *= first + (last - first) * (place as f64 + 0.5) / n;
        }
        let after: f64 = stream.curve.iter().sum();
        for per_day in &mut stream.per_day {
            *per_day *= after / before;
        }
    }
}

fn run(seed: u64, unusual: Unusual) -> (Watch, Centre) {
    let centre = Centre::parse(CENTRE).unwrap();
    let extra = Extra {
        phones: 0,
        automatic: false,
    };
    let mut rules = linje_centre::routing_rules(&centre, &extra);
    for (place, adviser) in rules.advisers.iter_mut().enumerate() {
        if unusual.missing.is_some_and(|every| place % every == 0) {
            adviser.channels = Channels::NONE;
        }
    }
    let tables = Arc::new(Tables::new(&rules).unwrap());
    let (from, to) = (monday(7, 30), monday(15, 0));
    let mut state = State::new(Arc::clone(&tables));
    let mut profile = profile_from(&centre);
    if let Some(by) = unusual.grows {
        grow(&mut profile, by);
    }
    let mut population = Population::resume(profile, &rules, seed, &state, from).unwrap();
    let layout = Layout {
        queues: centre
            .queues
            .iter()
            .map(|queue| Goal {
                within_us: i64::from(queue.goal.within_s) * SECOND_US,
            })
            .collect(),
        n_advisers: rules.advisers.len(),
        next_midnight: |now| now.plus_s(24 * 3600),
    };
    let mut watch = Watch {
        state: State::new(tables),
        day: Day::new(layout, from),
        promises: Promises::default(),
        came: BTreeMap::new(),
        held: BTreeMap::new(),
        channels: centre.queues.iter().map(|queue| queue.channel).collect(),
        begin: monday(8, 30),
    };
    simulate(&mut state, &mut population, to, &mut watch);
    (watch, centre)
}

fn share<'a>(held: impl Iterator<Item = &'a Held>, within: impl Fn(&Held) -> bool) -> f64 {
    let (count, all) = held.fold((0, 0), |(count, all), held| {
        (count + u32::from(within(held)), all + 1)
    });
    f64::from(count) / f64::from(all)
}

/// A row of the table: how many held, by the model alone and as told.
fn row(name: &str, held: &[&Held]) -> [f64; 4] {
    let of = |within: &dyn Fn(&Held) -> bool| share(held.iter().copied(), within);
    let model_p50 = of(&|held| held.got_us <= held.model.p50_us);
    let model_p90 = of(&|held| held.got_us <= held.model.p90_us);
    let told_p50 = of(&|held| held.got_us <= held.told.p50_us);
    let told_p90 = of(&|held| held.got_us <= held.told.p90_us);
    println!(
        "| {name} | {} | {model_p50:.2} | {told_p50:.2} | {model_p90:.2} | {told_p90:.2} |",
        held.len()
    );
    [model_p50, told_p50, model_p90, told_p90]
}

/// Fewer who were told say nothing about a share of nine in ten.
const ENOUGH: usize = 150;

fn covers(name: &str, seed: u64, unusual: Unusual, least: usize) {
    let (watch, centre) = run(seed, unusual);
    println!("\n{name}\n| queue | told | within P50: model | told | within P90: model | told |");
    println!("|---|---|---|---|---|---|");
    let mut wrong = Vec::new();
    for (queue, held) in &watch.held {
        let all: Vec<&Held> = held.iter().collect();
        let id = &centre.queues[queue.idx()].id;
        let [_, p50, _, p90] = row(id, &all);
        let right = (0.35..=0.70).contains(&p50) && (0.84..=0.98).contains(&p90);
        if all.len() >= ENOUGH && !right {
            wrong.push(format!("{id}: within P50 {p50:.2}, within P90 {p90:.2}"));
        }
        let last = watch.promises.accuracy(*queue);
        let shown = last.within_p90.unwrap_or_default();
        assert!(last.count < ENOUGH || shown > 0.8, "{id} shows {shown}");
    }
    let all: Vec<&Held> = watch.held.values().flatten().collect();
    let ready: Vec<&Held> = all
        .iter()
        .copied()
        .filter(|held| held.basis == Basis::Ready)
        .collect();
    let line: Vec<&Held> = all
        .iter()
        .copied()
        .filter(|held| held.basis != Basis::Ready)
        .collect();
    if !ready.is_empty() {
        row("(somebody ready)", &ready);
    }
    row("(in line)", &line);
    let [_, p50, _, p90] = row("all", &all);
    assert!(line.len() > least, "{} were told of a wait", line.len());
    assert!((0.42..=0.60).contains(&p50), "within P50: {p50}");
    assert!((0.87..=0.93).contains(&p90), "within P90: {p90}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_interval_covers_what_it_promises_on_a_usual_day_in_every_queue() {
    covers("a usual day", 2015, Unusual::default(), 1000);
}

#[test]
fn the_interval_covers_what_it_promises_when_there_are_too_few() {
    let unusual = Unusual {
        missing: Some(6),
        ..Unusual::default()
    };
    covers("too few", 2015, unusual, 5000);
}

#[test]
fn the_interval_covers_what_it_promises_while_the_load_grows() {
    for seed in [2015, 7] {
        let unusual = Unusual {
            grows: Some((0.8, 1.5)),
            ..Unusual::default()
        };
        covers(
            "a load that grows from 0.8 to 1.5 times the usual",
            seed,
            unusual,
            3000,
        );
    }
}
