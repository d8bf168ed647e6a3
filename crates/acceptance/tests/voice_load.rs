//! A hundred calls a second to the number `load` for five seconds, each answered by a phone, counted
//! at the server. The long run is `cargo xtask bench voice`.

use std::time::Duration;

use linje_acceptance::command;
use linje_acceptance::dice::say;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::sipp::{self, Phones};

const RATE: u32 = 100;
const SECONDS: u32 = 5;

#[test]
fn five_hundred_calls_in_five_seconds_all_reach_a_phone() {
    let options = Options {
        phones: 400,
        ..Options::default()
    };
    let mut server = Server::start("load", options);
    let phones = Phones::register(&server);
    let number = server.number("load");
    let before = server.cpu();
    let count = RATE * SECONDS;
    let calls = sipp::ring(&server, &number, RATE, count, Duration::from_secs(1));
    let cpu = server.cpu() - before;
    say(&format!(
        "{calls:?}, {:.2} ms CPU per call",
        cpu.as_secs_f64() * 1000.0 / f64::from(count)
    ));
    drop(phones);
    assert_eq!((calls.successful, calls.failed), (u64::from(count), 0));
    assert!(server.stop().success(), "an orderly end");
    let answered = sipp::answered(&command::log_export(&server.data()));
    assert_eq!(answered, count as usize, "calls connected to an adviser");
}
