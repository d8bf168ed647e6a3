//! The engine against the reference: a bounded number of random worlds on every run.
//!
//! For long runs there is the binary `model`; it also tells the story of a failure.

use linje_testkit::trial::{self, Tally};

const WORLDS: u64 = 400;
const STEPS: u64 = 1000;

#[test]
fn engine_reference_and_invariants_agree_in_random_worlds() {
    let steps: Vec<u64> = (0..STEPS).collect();
    let mut tally = Tally::default();
    for seed in 1..=WORLDS {
        match trial::run(seed, &steps) {
            Ok(more) => tally.add(&more),
            Err(failure) => {
                let until: Vec<u64> = (0..=failure.step).collect();
                let fewest: Vec<String> = trial::shrink(seed, &until)
                    .iter()
                    .map(u64::to_string)
                    .collect();
                panic!("{failure}\nmodel --seed {seed} --only {}", fewest.join(","));
            }
        }
    }
    // Worlds in which little happens prove little.
    assert!(tally.commands > WORLDS * STEPS, "{tally:?}");
    assert!(tally.refused < tally.commands / 2, "{tally:?}");
    assert_eq!(
        tally.events.len(),
        44,
        "not every kind of event happened: {tally:?}"
    );
    assert!(tally.events.values().all(|count| *count > 50), "{tally:?}");
}
