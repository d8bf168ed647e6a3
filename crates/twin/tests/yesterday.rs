//! A national day of 2015, lived again: the same under the same rules, plausibly other under others.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]
#![expect(
    clippy::print_stdout,
    reason = "the seconds taken are shown, not held to"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the clock measures the test itself"
)]

mod common;

use std::{sync::Arc, time::Instant};

use linje_centre::{Centre, Extra, routing_rules};
use linje_event::Event;
use linje_routing::{Rules, State, Tables};
use linje_twin::yesterday::{
    Change, Difference, End, Outcome, Pair, Recorded, compare, rerun, rerun_unchanged,
};
use linje_twin::{Population, Profile, Sink, profile_from, simulate};
use linje_types::{Channel, QueueId, SECOND_US, Timestamp};

use common::{empty_state, monday};

type Log = Vec<(Timestamp, Event)>;

/// Keeps what happens.
#[derive(Default)]
struct Keep(Log);

impl Sink for Keep {
    const WHY: bool = true;

    fn event(&mut self, at: Timestamp, event: &Event) {
        self.0.push((at, *event));
    }
}

fn national() -> (Profile, Rules, Vec<i64>) {
    let text = include_str!("../../../centres/national-2015.toml");
    let centre = Centre::parse(text).unwrap();
    let extra = Extra {
        phones: 10,
        automatic: true,
    };
    let goals = vec![45_000_000; centre.queues.len()];
    (profile_from(&centre), routing_rules(&centre, &extra), goals)
}

/// The log of a Monday from `from` on, and the state at its end.
fn lived(from: Timestamp, until: Timestamp, seed: u64) -> (Rules, Log, State) {
    let (profile, rules, _) = national();
    let mut state = empty_state(&rules);
    let mut population = Population::new(profile, &rules, seed, from).unwrap();
    let mut keep = Keep::default();
    simulate(&mut state, &mut population, until.plus_us(-1), &mut keep);
    (rules, keep.0, state)
}

fn no_tables(_: u64) -> Option<Arc<Tables>> {
    None
}

/// Where two logs part, for the message of a failed test.
fn first_difference(log: &Log, again: &Log) -> String {
    let place = log.iter().zip(again).position(|(one, other)| one != other);
    match place {
        Some(place) => format!(
            "event {place} of {}: {:?} became {:?} after {:?}",
            log.len(),
            log[place],
            again[place],
            log.get(place.wrapping_sub(1)),
        ),
        None => format!("{} events became {}", log.len(), again.len()),
    }
}

fn again(recorded: &Recorded) -> (Log, Outcome) {
    let mut keep = Keep::default();
    let outcome = rerun_unchanged(recorded, &mut keep).unwrap();
    (keep.0, outcome)
}

#[test]
fn unchanged_rules_give_the_national_day_again_to_the_bit() {
    let (from, until) = (monday(0, 0), monday(24, 0));
    let (rules, log, end) = lived(from, until, 11);
    let began = Instant::now();
    let recorded = Recorded::of(
        empty_state(&rules),
        log.iter().copied(),
        from..until,
        &mut no_tables,
    )
    .unwrap();
    let taken_apart = began.elapsed();
    let (events, outcome) = again(&recorded);
    println!(
        "{} contacts, {} events: taken apart in {:.3} s, all in {:.3} s",
        recorded.n_contacts(),
        log.len(),
        taken_apart.as_secs_f64(),
        began.elapsed().as_secs_f64(),
    );
    assert!(recorded.n_contacts() > 24_000);
    assert!(log == events, "{}", first_difference(&log, &events));
    assert_eq!(outcome.state_hash, end.hash());
    assert!(outcome.is_same_day(recorded.outcome()));
    assert_eq!(&outcome, recorded.outcome());
}

/// A Monday taken apart, and its rules.
fn monday_recorded() -> (Rules, Recorded) {
    let (from, until) = (monday(0, 0), monday(24, 0));
    let (rules, log, _) = lived(from, until, 12);
    let start = empty_state(&rules);
    let recorded = Recorded::of(start, log, from..until, &mut no_tables).unwrap();
    (rules, recorded)
}

fn both(goals: Vec<i64>) -> Pair<Vec<i64>> {
    Pair {
        before: goals.clone(),
        after: goals,
    }
}

fn tried(recorded: &Recorded, rules: &Rules, queues: Vec<QueueId>) -> (Outcome, Difference) {
    let (_, _, goals) = national();
    let tables = Arc::new(Tables::new(rules).unwrap());
    let began = Instant::now();
    let change = Change {
        queues,
        ..Change::rules(tables)
    };
    let outcome = rerun(recorded, &change).unwrap();
    let difference = compare(recorded.outcome(), &outcome, &both(goals), 20);
    let spent = began.elapsed().as_secs_f64();
    let figures = |it: &linje_twin::yesterday::Figures| {
        format!(
            "{} offered, {} answered, {} in time, {} left, mean {:.1} s, p90 {} s",
            it.offered,
            it.answered,
            it.answered_within,
            it.abandoned,
            it.mean_wait_s().unwrap_or(0.0),
            it.p90_us / SECOND_US,
        )
    };
    println!("was: {}", figures(&difference.total.before));
    println!("is:  {}", figures(&difference.total.after));
    println!(
        "occupancy {:.3} -> {:.3}, {} worse, {} better, {} alike, {spent:.3} s",
        difference.time.before.occupancy().unwrap(),
        difference.time.after.occupancy().unwrap(),
        difference.worse,
        difference.better,
        difference.alike,
    );
    (outcome, difference)
}

fn sum(difference: &Difference, field: fn(&linje_twin::yesterday::Figures) -> u64) -> (u64, u64) {
    let sum = |side: fn(&linje_twin::yesterday::Pair<_>) -> _| {
        difference
            .queues
            .iter()
            .map(|pair| field(&side(pair)))
            .sum::<u64>()
    };
    (sum(|pair| pair.before), sum(|pair| pair.after))
}

#[test]
fn whoever_calls_when_the_line_is_closed_under_the_change_is_turned_away() {
    let (rules, recorded) = monday_recorded();
    let change = |from: Timestamp| Change {
        closed: vec![vec![from..monday(24, 0)]; rules.queues.len()],
        ..Change::rules(Arc::new(Tables::new(&rules).unwrap()))
    };
    let goals = both(national().2);
    let of_day = |change: &Change| {
        let outcome = rerun(&recorded, change).unwrap();
        compare(recorded.outcome(), &outcome, &goals, 1).total
    };
    let never = of_day(&change(monday(24, 0)));
    assert_eq!(never.before, never.after, "a line that closes at midnight");
    let earlier = of_day(&change(monday(13, 0)));
    let all_day = of_day(&change(monday(0, 0)));
    println!(
        "{} offered, {} when it closes at 13, {} when it never opens",
        earlier.before.offered, earlier.after.offered, all_day.after.offered
    );
    // Some two hours of six are gone; what is written comes all the same.
    let part = earlier.before.offered / 6;
    assert!(earlier.after.offered + part < earlier.before.offered);
    assert!(earlier.after.offered > earlier.before.offered / 2);
    assert!(all_day.after.offered < earlier.after.offered);
    assert!(all_day.after.answered > 0, "messages and tasks");
}

#[test]
fn the_same_rules_given_as_a_change_change_nothing() {
    let (rules, recorded) = monday_recorded();
    let (outcome, difference) = tried(&recorded, &rules, Vec::new());
    assert!(outcome.is_same_day(recorded.outcome()));
    assert_eq!((difference.worse, difference.better), (0, 0));
    assert!(difference.most.is_empty());
    assert_eq!(difference.total.before, difference.total.after);
    let (offered, _) = sum(&difference, |figures| figures.offered);
    assert_eq!(
        offered, difference.total.before.offered,
        "the total is the sum"
    );
}

#[test]
fn without_wrap_up_everybody_waits_less_and_with_more_of_it_more() {
    let (rules, recorded) = monday_recorded();
    let with = |wrap_up_us| {
        let mut rules = rules.clone();
        for queue in &mut rules.queues {
            queue.wrap_up_us = wrap_up_us;
        }
        tried(&recorded, &rules, Vec::new()).1
    };
    let none = with(0);
    assert!(none.total.after.mean_wait_s() < none.total.before.mean_wait_s());
    assert!(none.total.after.abandoned < none.total.before.abandoned);
    assert!(
        none.better > 5 * none.worse,
        "{} {}",
        none.better,
        none.worse
    );
    assert!(none.time.after.occupancy() < none.time.before.occupancy());
    let long = with(240 * SECOND_US);
    assert!(long.total.after.mean_wait_s() > long.total.before.mean_wait_s());
    assert!(long.total.after.abandoned > 2 * long.total.before.abandoned);
    assert!(
        long.worse > 10 * long.better,
        "{} {}",
        long.worse,
        long.better
    );
    assert!(long.time.after.occupancy() > long.time.before.occupancy());
    // Everybody whom the day offered is offered again, and nobody is lost on the way.
    for difference in [none, long] {
        let (before, after) = (difference.total.before, difference.total.after);
        assert_eq!(before.offered, after.offered);
        for it in [before, after] {
            let ended = it.answered + it.abandoned + it.refused + it.waiting;
            assert_eq!(it.offered, ended, "{it:?}");
        }
    }
}

#[test]
fn two_queues_made_one_share_their_wait() {
    let (rules, recorded) = monday_recorded();
    let figures = recorded.outcome().figures(&[]).0;
    // The two phone queues with the most contacts.
    let mut voice: Vec<usize> = (0..figures.len()).collect();
    let calls = |queue: &usize| {
        let of = recorded.outcome().fates.iter();
        of.filter(|fate| fate.queue.idx() == *queue && fate.channel == Channel::Voice)
            .count()
    };
    voice.sort_by_key(|queue| core::cmp::Reverse(calls(queue)));
    let (into, from) = (voice[0], voice[1]);
    let id = |queue: usize| QueueId(u16::try_from(queue).unwrap());
    let queues = (0..figures.len())
        .map(|queue| id(if queue == from { into } else { queue }))
        .collect();
    let mut rules = rules;
    rules.queues[into].rings = linje_routing::QueueRule::default().rings;
    let (_, difference) = tried(&recorded, &rules, queues);
    let (before, after) = (&difference.queues[into], &difference.queues[from]);
    assert!(after.before.offered > 100);
    assert_eq!(after.after.offered, 0);
    assert_eq!(
        before.after.offered,
        before.before.offered + after.before.offered
    );
    assert!(before.after.answered > before.before.answered);
    println!("{before:?} {after:?}");
}

#[test]
fn a_goal_that_nobody_meets_names_the_contacts_most_affected() {
    let (rules, recorded) = monday_recorded();
    let mut rules = rules;
    for queue in &mut rules.queues {
        queue.wrap_up_us = 300 * SECOND_US;
    }
    let (outcome, difference) = tried(&recorded, &rules, Vec::new());
    assert_eq!(difference.most.len(), 20);
    for it in &difference.most {
        let (before, after) = (it.fate.before, it.fate.after);
        assert_eq!(before, recorded.outcome().fates[it.person as usize]);
        assert_eq!(after, outcome.fates[it.person as usize]);
        assert_ne!((before.end, before.wait_us), (after.end, after.wait_us));
        assert!(matches!(
            before.end,
            End::Answered | End::Abandoned | End::Waiting
        ));
    }
    let sorted = difference.most.is_sorted_by_key(|it| {
        (
            !it.ends_otherwise(),
            core::cmp::Reverse(it.wait_change_us().abs()),
        )
    });
    assert!(sorted);
}

/// Who left after a wait of less than the others had leaves again when they would have waited so long.
#[test]
fn patience_and_talk_are_those_of_the_person() {
    let (rules, recorded) = monday_recorded();
    let mut rules = rules;
    for queue in &mut rules.queues {
        queue.wrap_up_us += 60 * SECOND_US;
    }
    let (outcome, _) = tried(&recorded, &rules, Vec::new());
    let (mut left_again, mut talked) = (0, 0);
    for (was, is) in recorded.outcome().fates.iter().zip(&outcome.fates) {
        if was.channel != Channel::Voice {
            continue;
        }
        if was.end == End::Abandoned && is.end == End::Abandoned {
            assert_eq!(was.wait_us, is.wait_us, "the same patience");
            left_again += 1;
        }
        if was.end == End::Answered && is.end == End::Abandoned {
            assert!(is.wait_us > was.wait_us, "they waited so long and longer");
        }
        if was.end == End::Answered && is.end == End::Answered && was.transfers == 0 {
            assert_eq!(was.talk_us, is.talk_us, "the same talk");
            talked += 1;
        }
    }
    assert!(left_again > 100, "{left_again}");
    assert!(talked > 10_000, "{talked}");
}

/// Advisers who let the clock of the wrap-up run: what they do then does not depend on its length.
fn patient(rules: &Rules, under: &Rules, seed: u64) -> Recorded {
    let (from, until) = (monday(0, 0), monday(24, 0));
    let (mut profile, _, _) = national();
    profile.habits.early_share = 0.0;
    profile.habits.extend_share = 0.0;
    let mut state = empty_state(under);
    // Planned for the rules that were, whatever the day is lived under.
    let mut population = Population::new(profile, rules, seed, from).unwrap();
    let mut keep = Keep::default();
    simulate(&mut state, &mut population, until.plus_us(-1), &mut keep);
    Recorded::of(empty_state(under), keep.0, from..until, &mut no_tables).unwrap()
}

/// The generator makes the same citizens whatever the rules are, so it knows what would have happened.
/// What the day that was says of other rules is held against the day that they give.
#[test]
fn what_is_said_of_other_rules_is_what_they_give() {
    let (_, rules, goals) = national();
    let recorded = patient(&rules, &rules, 12);
    for more_s in [-60, 45, 120] {
        let mut under = rules.clone();
        for queue in &mut under.queues {
            queue.wrap_up_us = (queue.wrap_up_us + more_s * SECOND_US).max(0);
        }
        let (outcome, _) = tried(&recorded, &under, Vec::new());
        let truth = patient(&rules, &under, 12);
        let calls = |outcome: &Outcome| {
            let mut calls = outcome.clone();
            calls.fates.retain(|fate| fate.channel == Channel::Voice);
            calls.figures(&goals).1
        };
        let (said, gives) = (calls(&outcome), calls(truth.outcome()));
        println!("{more_s:+} s: said {said:?}\n      gives {gives:?}");
        assert_eq!(said.offered, gives.offered, "the same people came");
        let near = |said: f64, gives: f64, share: f64, least: f64| {
            assert!(
                (said - gives).abs() <= (share * gives).max(least),
                "{said} {gives}"
            );
        };
        let number = |n: u64| f64::from(u32::try_from(n).unwrap());
        near(number(said.abandoned), number(gives.abandoned), 0.1, 40.0);
        // Two minutes more overload the whole day, where the level is most sensitive.
        near(said.level().unwrap(), gives.level().unwrap(), 0.0, 0.06);
        let waits = (said.mean_wait_s().unwrap(), gives.mean_wait_s().unwrap());
        near(waits.0, waits.1, 0.1, 1.0);
    }
}
