//! Three times what the phones can take: what is connected stays near the capacity, whoever is not let in is
//! told so at once, and afterwards everything is as before. Times are printed, not asserted.

use std::time::Duration;

use linje_acceptance::command;
use linje_acceptance::dice::say;
use linje_acceptance::load;
use linje_acceptance::overload::{self, Flood, Told};
use linje_acceptance::server::{Options, Server};

/// Each takes one call a second: this many a second are the capacity.
const PHONES: u32 = 30;
const SECONDS: u32 = 12;
/// Calls at one time that are let in: those who talk, and some who wait.
const MAX_CALLS: usize = 90;
const TALK_MS: u32 = 1_000;

#[test]
fn three_times_the_capacity_leaves_the_capacity_and_refuses_the_rest_at_once() {
    let folder = linje_acceptance::folder::Folder::new("overload-settings");
    let settings = folder.join("linje.toml");
    let text = format!("[sip]\nmax_calls = {MAX_CALLS}\n");
    std::fs::write(&settings, text).expect("the settings");
    let options = Options {
        phones: PHONES,
        args: vec![
            "--config".to_owned(),
            settings.to_string_lossy().into_owned(),
        ],
        ..Options::default()
    };
    let mut server = Server::start("overload", options);
    let flood = Flood {
        rate: PHONES * 3,
        seconds: SECONDS,
        talk_ms: TALK_MS,
    };
    let seen = overload::flood(&server, flood);
    let again = overload::back_to_normal(&server);
    let refusals = seen.told(Told::Refused, Duration::ZERO..Duration::MAX);
    assert!(server.stop().success(), "an orderly end");

    let connected = load::answered(&command::log_export(&server.data()));
    let capacity = PHONES * SECONDS;
    let goodput = f64::from(connected) / f64::from(capacity);
    let slowest = refusals.last().copied().unwrap_or_default();
    say(&format!(
        "{connected} connected of a capacity of {capacity}: {:.0} %; {} refusals tried, the slowest after {slowest:?}; normal again after {again:?}",
        100.0 * goodput,
        refusals.len()
    ));
    assert_eq!(seen.silent(), 0, "somebody was told nothing");
    assert!(seen.all_ended, "some who rang came to no end");
    assert!(again.is_some(), "somebody is left over");
    // The last calls that were let in are answered after the flood, so a little more than the capacity can be.
    assert!(goodput >= 0.9, "{connected} connected of {capacity}");
    assert!(
        !refusals.is_empty(),
        "nobody was refused: it was no overload"
    );
}
