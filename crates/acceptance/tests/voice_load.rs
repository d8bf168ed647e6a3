//! A hundred calls a second to the number `load` for five seconds, each answered by a phone, counted
//! at the server. The long run is `cargo xtask bench voice`.

use linje_acceptance::dice::say;
use linje_acceptance::load::{Plan, place};

#[test]
fn five_hundred_calls_in_five_seconds_all_reach_a_phone() {
    let figures = place(&Plan {
        rate: 100,
        seconds: 5,
        phones: 400,
        talk_ms: 1_000,
    });
    say(&format!(
        "{figures:?}, {:.2} ms CPU per call",
        figures.cpu_per_call_ms()
    ));
    assert!(figures.are_whole(), "{figures:?}");
}
