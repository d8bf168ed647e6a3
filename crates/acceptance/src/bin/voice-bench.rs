//! Queued calls through the whole server: SIPp rings the number `load`, SIPp phones answer, and the
//! server's own log says how many were connected. The machine's load stands beside the figures.
#![expect(clippy::print_stdout, reason = "a table is its output")]

use std::process::ExitCode;

use linje_acceptance::args;
use linje_acceptance::load::{self, Plan, place};

const HELP: &str = "\
Rings the number `load` and prints a table.

  --rate N      calls a second (100)
  --seconds N   for so long (30)
  --phones N    phones that answer (400)
  --talk-ms N   length of a talk (1000)

Example: voice-bench --rate 200 --seconds 60 --phones 800";

fn main() -> ExitCode {
    let mut plan = Plan {
        rate: 100,
        seconds: 30,
        phones: 400,
        talk_ms: 1000,
    };
    let numbers = vec![
        ("--rate", &mut plan.rate, 1..=5_000),
        ("--seconds", &mut plan.seconds, 1..=3_600),
        ("--phones", &mut plan.phones, 1..=5_000),
        ("--talk-ms", &mut plan.talk_ms, 0..=60_000),
    ];
    match args::read("voice-bench", HELP, numbers) {
        Ok(()) => measure(&plan),
        Err(code) => code,
    }
}

fn measure(plan: &Plan) -> ExitCode {
    let figures = place(plan);
    println!(
        "calls/s seconds phones    calls completed connected   failed   resent CPU ms/call load after"
    );
    println!(
        "{:>7} {:>7} {:>6} {:>8} {:>9} {:>9} {:>8} {:>8} {:>11.3} {}",
        plan.rate,
        plan.seconds,
        plan.phones,
        figures.calls,
        figures.callers.successful,
        figures.connected,
        figures.callers.failed,
        figures.callers.retransmissions,
        figures.cpu_per_call_ms(),
        load::of_machine()
    );
    if figures.are_whole() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
