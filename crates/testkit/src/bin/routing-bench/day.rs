//! A national Monday of 2015: people, plan and core, by simulated time.

use std::sync::Arc;

use linje_centre::{Centre, Extra, routing_rules};
use linje_event::Event;
use linje_routing::{State, Tables};
use linje_twin::{Population, Sink, profile_from, simulate};
use linje_types::{Channel, Timestamp};

use crate::{Part, Size, figure, machine::timed, median, number};

/// 2026-11-23 00:00 in Oslo, a Monday.
pub(crate) const MONDAY: Timestamp = Timestamp(1_795_388_400_000_000);

#[derive(Default)]
struct Count {
    events: u64,
    calls: u64,
}

impl Sink for Count {
    const WHY: bool = false;

    #[inline]
    fn event(&mut self, _at: Timestamp, event: &Event) {
        self.events += 1;
        if let Event::ContactArrived { channel, .. } = event {
            self.calls += u64::from(*channel == Channel::Voice);
        }
    }
}

/// Monday from midnight to midnight, some seeds.
pub(crate) fn measure(size: &Size) -> Part {
    let mut part = Part {
        name: "day",
        title: String::from(
            "a national Monday (centres/national-2015.toml), midnight to midnight, one thread",
        ),
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
    let profile = profile_from(&centre);
    let tables =
        Arc::new(Tables::new(&rules).expect("the rules of a centre that was read are whole"));
    let expected: f64 = profile
        .streams
        .iter()
        .filter(|s| s.channel == Channel::Voice)
        .map(|s| s.per_day[0])
        .sum();
    let (mut plan_ms, mut day_ms) = (Vec::new(), Vec::new());
    let (mut commands, mut events, mut calls) = (0, 0, 0);
    for seed in (1..).take(size.days as usize) {
        let (population, plan_s) = timed(|| Population::new(profile.clone(), &rules, seed, MONDAY));
        let mut population = population.expect("the profile of a centre that was read is whole");
        let mut state = State::new(Arc::clone(&tables));
        let mut count = Count::default();
        let end = MONDAY.plus_s(24 * 3_600 - 1);
        let (ran, day_s) = timed(|| simulate(&mut state, &mut population, end, &mut count));
        plan_ms.push(plan_s * 1e3);
        day_ms.push((plan_s + day_s) * 1e3);
        commands += ran.commands;
        events += count.events;
        calls += count.calls;
        if ran.refused > 0 {
            part.wrong
                .push(format!("{} commands were refused", ran.refused));
        }
    }
    let days = f64::from(size.days);
    let calls_a_day = number(calls) / days;
    if (calls_a_day - expected).abs() > 4.0 * (expected / days).sqrt() {
        part.wrong.push(format!(
            "{calls_a_day:.0} calls a day came, {expected:.0} were expected"
        ));
    }
    let day = median(&mut day_ms);
    part.figures = vec![
        figure("calls", "calls a day, mean", calls_a_day, ""),
        figure(
            "commands",
            "commands a day, mean",
            number(commands) / days,
            "",
        ),
        figure("events", "events a day, mean", number(events) / days, ""),
        figure(
            "day_min",
            "a day, plan of the advisers included, least",
            day_ms[0],
            "CPU-ms",
        ),
        figure(
            "day_median",
            "a day, plan of the advisers included, median",
            day,
            "CPU-ms",
        ),
        figure(
            "day_max",
            "a day, plan of the advisers included, most",
            *day_ms.last().unwrap_or(&0.0),
            "CPU-ms",
        ),
        figure(
            "plan_median",
            "the plan alone, median",
            median(&mut plan_ms),
            "CPU-ms",
        ),
        figure(
            "year",
            "a year of 250 such days",
            day * 250.0 / 1e3,
            "CPU-s",
        ),
    ];
    part
}
