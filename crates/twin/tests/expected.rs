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
use linje_measures::{Day, Goal, Interval, Layout, LineNow, Promise, Promises, Usual};
use linje_routing::{AdviserState, State, Tables};
use linje_twin::{Population, Sink, profile_from, simulate};
use linje_types::{AdviserId, Channel, Channels, ContactId, QueueId, SECOND_US, Timestamp};

const CENTRE: &str = include_str!("../../../centres/national-2015.toml");

const USUAL: Usual = Usual {
    talk_us: 300 * SECOND_US,
    wrap_up_us: 60 * SECOND_US,
};

/// Follows a run as the read model does, and keeps every promise with what came of it.
struct Watch {
    state: State,
    day: Day,
    promises: Promises,
    came: BTreeMap<ContactId, (QueueId, Timestamp, Interval)>,
    held: BTreeMap<QueueId, Vec<(Interval, i64)>>,
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
            if let Some(wait) = self.day.expected(queue, line).wait {
                self.promises.tell(contact, Promise { queue, at, wait });
                self.came.insert(contact, (queue, at, wait));
            }
        }
        match *event {
            Event::OfferAccepted { contact, .. } | Event::ContactAssigned { contact, .. } => {
                if let Some((queue, since, wait)) = self.came.remove(&contact) {
                    let got_us = at.since_us(since);
                    self.held.entry(queue).or_default().push((wait, got_us));
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

/// A day in which every so-many-th adviser, if any, is sent on other work.
fn run(seed: u64, missing: Option<usize>) -> (Watch, Centre) {
    let centre = Centre::parse(CENTRE).unwrap();
    let extra = Extra {
        phones: 0,
        automatic: false,
    };
    let mut rules = linje_centre::routing_rules(&centre, &extra);
    for (place, adviser) in rules.advisers.iter_mut().enumerate() {
        if missing.is_some_and(|every| place % every == 0) {
            adviser.channels = Channels::NONE;
        }
    }
    let tables = Arc::new(Tables::new(&rules).unwrap());
    let (from, to) = (monday(7, 30), monday(15, 0));
    let mut state = State::new(Arc::clone(&tables));
    let mut population =
        Population::resume(profile_from(&centre), &rules, seed, &state, from).unwrap();
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

fn share(held: &[(Interval, i64)], within: impl Fn(&(Interval, i64)) -> bool) -> f64 {
    held.iter().filter(|held| within(held)).count() as f64 / held.len() as f64
}

fn covers(missing: Option<usize>, least: usize) {
    let (watch, centre) = run(2015, missing);
    let mut waited = Vec::new();
    for (queue, held) in &watch.held {
        let is_wait = |held: &&(Interval, i64)| held.0.p50_us > 0;
        let real: Vec<(Interval, i64)> = held.iter().filter(is_wait).copied().collect();
        let accuracy = watch.promises.accuracy(*queue);
        println!(
            "{}: {} told, {} of a wait: within P50 {:.2}, within P90 {:.2}; of the last {}: error {:.0?} s and {:.0?} s",
            centre.queues[queue.idx()].id,
            held.len(),
            real.len(),
            share(&real, |(wait, got)| *got <= wait.p50_us),
            share(&real, |(wait, got)| *got <= wait.p90_us),
            accuracy.count,
            accuracy.error_p50_s,
            accuracy.error_p90_s,
        );
        waited.extend(real);
    }
    let p50 = share(&waited, |(wait, got)| *got <= wait.p50_us);
    let p90 = share(&waited, |(wait, got)| *got <= wait.p90_us);
    println!(
        "all: {} of a wait: within P50 {p50:.3}, within P90 {p90:.3}",
        waited.len()
    );
    assert!(waited.len() > least, "{} were told of a wait", waited.len());
    assert!((0.35..=0.65).contains(&p50), "within P50: {p50}");
    assert!((0.82..=0.97).contains(&p90), "within P90: {p90}");
}

#[test]
fn the_interval_covers_about_what_it_promises_on_a_usual_day() {
    covers(None, 1000);
}

#[test]
fn the_interval_covers_about_what_it_promises_when_there_are_too_few() {
    covers(Some(6), 5000);
}
