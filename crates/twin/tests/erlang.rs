//! The production core and the generator together against the exact values of Erlang A.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use linje_event::Event;
use linje_twin::{Population, Profile, Sink, simulate};
use linje_types::Timestamp;

/// P(W=0) and P(Ab) of M/M/100+M, 102 arrivals per mean talk, patience of a mean talk.
///
/// Source: Whitt 2005, table 1, column "exact".
const AT_ONCE: f64 = 0.40828;
const ABANDON: f64 = 0.04992;

/// Student's t, two-sided 99.9 %, 19 degrees of freedom.
const T: f64 = 3.883;

#[derive(Default)]
struct Count {
    arrived: f64,
    at_once: f64,
    left: f64,
    arrived_now: bool,
}

impl Sink for Count {
    const WHY: bool = false;

    fn event(&mut self, _at: Timestamp, event: &Event) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "three kinds are counted")]
        match event {
            Event::ContactArrived { .. } => {
                self.arrived += 1.0;
                self.arrived_now = true;
            }
            Event::ContactAssigned { .. } if self.arrived_now => self.at_once += 1.0,
            Event::ContactClosed { reason, .. } => {
                self.left += f64::from(u8::from(*reason == linje_event::CloseReason::Abandoned));
            }
            _ => {}
        }
        if !matches!(
            event,
            Event::ContactArrived { .. } | Event::ContactQueued { .. }
        ) {
            self.arrived_now = false;
        }
    }
}

/// One run of about 400,000 customers after a warm-up: shares answered at once and abandoned.
fn run(seed: u64) -> (f64, f64) {
    let rules = common::erlang_rules(100);
    let mut state = common::empty_state(&rules);
    let start = Timestamp(0);
    let profile = Profile::erlang(100, 1.02, 100.0, 100.0);
    let mut population = Population::new(profile, &rules, seed, start).unwrap();
    let warm = start.plus_s(2_000);
    assert_eq!(
        simulate(&mut state, &mut population, warm, &mut Count::default()).refused,
        0
    );
    let mut count = Count::default();
    let ran = simulate(
        &mut state,
        &mut population,
        warm.plus_s(400_000),
        &mut count,
    );
    assert_eq!(ran.refused, 0);
    state.check().unwrap();
    (count.at_once / count.arrived, count.left / count.arrived)
}

fn interval(values: &[f64]) -> (f64, f64) {
    let n = 20.0;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    (mean, T * (variance / n).sqrt())
}

#[test]
fn m_m_100_m_has_the_waits_and_abandonments_of_erlang_a() {
    let runs: Vec<(f64, f64)> = (0..20).map(run).collect();
    let (at_once, at_once_half) = interval(&runs.iter().map(|run| run.0).collect::<Vec<_>>());
    let (left, left_half) = interval(&runs.iter().map(|run| run.1).collect::<Vec<_>>());
    println!(
        "P(W=0) {at_once:.5} +- {at_once_half:.5} (exact {AT_ONCE}), P(Ab) {left:.5} +- {left_half:.5} (exact {ABANDON})"
    );
    assert!(
        (at_once - AT_ONCE).abs() <= at_once_half,
        "P(W=0) {at_once} +- {at_once_half}"
    );
    assert!(
        (left - ABANDON).abs() <= left_half,
        "P(Ab) {left} +- {left_half}"
    );
    // The interval must be narrow enough to mean something.
    assert!(at_once_half < 0.01 && left_half < 0.002);
}
