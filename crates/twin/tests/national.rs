//! A whole national day of 2015, made up.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use linje_centre::{Centre, Extra, routing_rules};
use linje_routing::{ContactState, Rules, State};
use linje_twin::{Nothing, Population, Profile, profile_from, simulate};
use linje_types::{Activity, AdviserId, Channel};

use common::{Tally, empty_state, monday};

fn national() -> (Profile, Rules) {
    let text = include_str!("../../../centres/national-2015.toml");
    let centre = Centre::parse(text).unwrap();
    let rules = routing_rules(
        &centre,
        &Extra {
            phones: 10,
            automatic: true,
        },
    );
    (profile_from(&centre), rules)
}

fn share(part: u64, of: u64) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(of).unwrap())
}

fn on_phones(state: &State) -> usize {
    let views = (0..state.n_advisers())
        .filter_map(|number| state.adviser(AdviserId(u32::try_from(number).unwrap())));
    views
        .filter(|view| view.signed_in && view.activity == Activity::Phone)
        .count()
}

#[test]
fn a_monday_leaves_no_call_and_no_chat_behind() {
    let (profile, rules) = national();
    let mut state = empty_state(&rules);
    let mut population = Population::new(profile, &rules, 1, monday(7, 0)).unwrap();
    let mut tally = Tally::default();
    let mut on_phone = 0;
    for minute in 0..15 {
        let ran = simulate(&mut state, &mut population, monday(10, minute), &mut tally);
        assert_eq!(ran.refused, 0);
        on_phone += on_phones(&state);
    }
    let planned = population.plan().on_phone[40];
    let on_phone = f64::from(u32::try_from(on_phone).unwrap()) / 15.0;
    println!("10:00 to 10:15: {on_phone:.1} on the phones, {planned:.1} planned");
    assert!((on_phone / planned - 1.0).abs() < 0.02);
    let ran = simulate(&mut state, &mut population, monday(23, 0), &mut tally);
    assert_eq!(ran.refused, 0);
    println!(
        "calls {} queued {} within 45 s {:.3} of offered, la pa {:.3}, at work {}, peak {:.3}",
        tally.voice_arrived,
        tally.queued,
        share(tally.within, tally.queued),
        share(tally.abandoned, tally.queued),
        population.plan().at_work,
        population.plan().peak(),
    );
    let left: Vec<_> = state
        .contacts()
        .filter(|view| matches!(view.channel, Channel::Voice | Channel::Chat))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let busy = state
        .contacts()
        .filter(|view| view.state != ContactState::Queued)
        .count();
    assert_eq!(busy, 0, "nobody works at night");
    let there = (0..state.n_advisers()).filter(|&number| {
        state
            .adviser(AdviserId(u32::try_from(number).unwrap()))
            .unwrap()
            .signed_in
    });
    assert_eq!(there.count(), 0, "everybody has gone home");
    println!("left for tomorrow: {}", state.contacts().count());
    assert_eq!(tally.lost_otherwise, 0);
    let served = share(tally.within, tally.queued);
    assert!((0.5..0.97).contains(&served), "service level {served}");
    let abandoned = share(tally.abandoned, tally.queued);
    assert!((0.005..0.15).contains(&abandoned), "abandoned {abandoned}");
}

#[test]
fn the_busiest_quarter_of_monday_is_planned_at_ninety_five_percent() {
    let (profile, rules) = national();
    for seed in 0..5 {
        let population = Population::new(profile.clone(), &rules, seed, monday(7, 0)).unwrap();
        let plan = population.plan();
        let peak = plan.peak();
        let (quarter, load) = plan
            .load
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .unwrap();
        let busiest = load / plan.on_phone[quarter];
        println!(
            "seed {seed}: peak {peak:.3}, at the highest load {busiest:.3} = {load:.0} / {:.0}, {} at work",
            plan.on_phone[quarter], plan.at_work
        );
        println!(
            "{:?}",
            (36..60)
                .map(|q| (plan.load[q] / plan.on_phone[q] * 1000.0).round() / 1000.0)
                .collect::<Vec<_>>()
        );
        assert!((0.94..=0.951).contains(&peak), "{peak}");
        assert!((0.85..=0.951).contains(&busiest), "{busiest}");
    }
}

#[test]
fn as_many_come_as_expected() {
    let (profile, rules) = national();
    let voice = profile
        .streams
        .iter()
        .find(|stream| stream.channel == Channel::Voice)
        .unwrap();
    let expected: f64 = voice.per_day[..5].iter().sum();
    let mut state = empty_state(&rules);
    let mut population = Population::new(profile.clone(), &rules, 3, monday(0, 0)).unwrap();
    let mut tally = Tally::default();
    simulate(&mut state, &mut population, monday(7 * 24, 0), &mut tally);
    let came = f64::from(u32::try_from(tally.voice_arrived).unwrap());
    println!("{came} calls in the week, {expected:.0} expected");
    assert!((came - expected).abs() < 4.0 * expected.sqrt());
    let mean_year = expected * 251.0 / 5.0;
    assert!((mean_year - 5_612_445.0).abs() < 1_000.0, "{mean_year}");
}

#[test]
fn the_same_seed_gives_the_same_events_and_another_seed_others() {
    let (profile, rules) = national();
    let hash = |seed| {
        let mut state = empty_state(&rules);
        let mut population = Population::new(profile.clone(), &rules, seed, monday(8, 0)).unwrap();
        let mut tally = Tally::default();
        simulate(&mut state, &mut population, monday(9, 30), &mut tally);
        (tally.hash, state.hash())
    };
    assert_eq!(hash(5), hash(5));
    assert_ne!(hash(5).0, hash(6).0);
}

#[test]
fn nothing_grows_from_week_to_week() {
    let (profile, rules) = national();
    let mut state = empty_state(&rules);
    let mut population = Population::new(profile, &rules, 4, monday(0, 0)).unwrap();
    let mut at_night = Vec::new();
    for day in 0..15 {
        simulate(
            &mut state,
            &mut population,
            monday(24 * day + 23, 0),
            &mut Nothing,
        );
        at_night.push(population.remembered());
    }
    println!("{at_night:?}, open {}", state.contacts().count());
    assert!(
        at_night[14] <= at_night[7] + at_night[7] / 5,
        "{at_night:?}"
    );
    assert!(state.contacts().count() < 20_000);
}
