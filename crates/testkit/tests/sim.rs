//! The simulation on every run, short; `cargo xtask sim` runs it as long as wanted, and with planted bugs.

use linje_testkit::sim;

#[test]
fn a_day_with_faults_breaks_no_invariant_and_a_seed_repeats_it() {
    let run = || sim::run(11, 200_000, &mut |_| {}).expect("no invariant breaks");
    let ran = run();
    assert_eq!(ran, run(), "the same seed, the same hash");
    for kind in [
        "crash",
        "store down",
        "commit landed, reply lost",
        "message lost",
        "message doubled",
        "clock jumped",
        "browser closed",
        "centre_published",
        "contact_overflowed",
        "contact_handed_over",
        "contact_set_aside",
        "callback_answered",
        "contact_overdue",
        "contact_returned",
    ] {
        assert!(ran.counts.contains_key(kind), "{kind} did not happen");
    }
    let other = sim::run(12, 200_000, &mut |_| {}).expect("no invariant breaks");
    assert_ne!(ran.hash, other.hash);
}
