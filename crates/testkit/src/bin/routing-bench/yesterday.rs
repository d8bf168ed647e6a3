//! *Prøv på gårsdagen*: a recorded national Monday taken apart, lived again, and tried under other rules.

use std::sync::Arc;

use linje_centre::{Centre, Extra, routing_rules};
use linje_event::Event;
use linje_routing::{State, Tables};
use linje_twin::yesterday::{Change, Pair, Recorded, compare, rerun, rerun_unchanged};
use linje_twin::{Nothing, Population, Sink, profile_from, simulate};
use linje_types::{SECOND_US, Timestamp};

use crate::{Part, Size, day::MONDAY, figure, machine::timed, median, number};

#[derive(Default)]
struct Log(Vec<(Timestamp, Event)>);

impl Sink for Log {
    const WHY: bool = true;

    fn event(&mut self, at: Timestamp, event: &Event) {
        self.0.push((at, *event));
    }
}

/// Some Mondays: each is lived once, taken apart, lived again, and lived with ten seconds more wrap-up.
pub(crate) fn measure(size: &Size) -> Part {
    let mut part = Part {
        name: "yesterday",
        title: String::from("a recorded national Monday lived again, one thread"),
        figures: Vec::new(),
        wrong: Vec::new(),
    };
    let text = include_str!("../../../../../centres/national-2015.toml");
    let Ok(centre) = Centre::parse(text) else {
        part.wrong
            .push(String::from("the national centre cannot be read"));
        return part;
    };
    let rules = routing_rules(&centre, &Extra::default());
    let mut other = rules.clone();
    for queue in &mut other.queues {
        queue.wrap_up_us += 10 * SECOND_US;
    }
    let whole = "the rules of a centre that was read are whole";
    let tables = Arc::new(Tables::new(&rules).expect(whole));
    let change = Change::rules(Arc::new(Tables::new(&other).expect(whole)));
    let profile = profile_from(&centre);
    let until = MONDAY.plus_s(24 * 3_600);
    let (mut apart_ms, mut again_ms, mut all_ms) = (Vec::new(), Vec::new(), Vec::new());
    let (mut contacts, mut events) = (0, 0);
    for seed in (1..).take(size.days as usize) {
        let mut population = Population::new(profile.clone(), &rules, seed, MONDAY)
            .expect("the profile of a centre that was read is whole");
        let mut state = State::new(Arc::clone(&tables));
        let mut log = Log::default();
        simulate(&mut state, &mut population, until.plus_us(-1), &mut log);
        let start = State::new(Arc::clone(&tables));
        let (recorded, apart_s) =
            timed(|| Recorded::of(start, log.0.iter().copied(), MONDAY..until, &mut |_| None));
        let recorded = recorded.expect("a log that the core made follows from its start");
        let (again, again_s) = timed(|| rerun_unchanged(&recorded, &mut Nothing));
        let (tried, tried_s) = timed(|| rerun(&recorded, &change));
        let (Ok(again), Ok(tried)) = (again, tried) else {
            part.wrong.push(String::from("the day cannot be lived"));
            return part;
        };
        let (_, compare_s) = timed(|| compare(recorded.outcome(), &tried, &Pair::default(), 20));
        if !again.is_same_day(recorded.outcome()) {
            part.wrong
                .push(format!("seed {seed}: the same rules gave another day"));
        }
        apart_ms.push(apart_s * 1e3);
        again_ms.push(again_s * 1e3);
        all_ms.push((apart_s + again_s + tried_s + compare_s) * 1e3);
        contacts += recorded.n_contacts() as u64;
        events += again.n_events;
    }
    let days = f64::from(size.days);
    part.figures = vec![
        figure(
            "contacts",
            "contacts a day, mean",
            number(contacts) / days,
            "",
        ),
        figure("events", "events a day, mean", number(events) / days, ""),
        figure(
            "apart",
            "taking the log apart, median",
            median(&mut apart_ms),
            "CPU-ms",
        ),
        figure(
            "again",
            "living the day again, median",
            median(&mut again_ms),
            "CPU-ms",
        ),
        figure(
            "all",
            "apart, again, tried and compared, median",
            median(&mut all_ms),
            "CPU-ms",
        ),
    ];
    part
}
