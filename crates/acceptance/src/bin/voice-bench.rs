//! Queued calls through the whole server: SIPp rings the number `load`, SIPp phones answer, and the
//! server's own log says how many were connected. The machine's load stands beside the figures.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a table is its output"
)]

use std::process::ExitCode;

use linje_acceptance::load::{Plan, place};

const HELP: &str = "\
Rings the number `load` and prints a table.

  --rate N      calls a second (100)
  --seconds N   for so long (30)
  --phones N    phones that answer (400)
  --talk-ms N   length of a talk (1000)

Example: voice-bench --rate 200 --seconds 60 --phones 800";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match plan(&args) {
        Ok(plan) => measure(&plan),
        Err(wrong) => {
            eprintln!("voice-bench: {wrong}");
            ExitCode::from(2)
        }
    }
}

fn plan(args: &[String]) -> Result<Plan, String> {
    let mut plan = Plan {
        rate: 100,
        seconds: 30,
        phones: 400,
        talk_ms: 1000,
    };
    for pair in args.chunks(2) {
        let [name, value] = pair else {
            return Err(format!("`{}` needs a number after it", pair.concat()));
        };
        let number: u32 = value
            .parse()
            .map_err(|_| format!("`{name}` needs a number, not `{value}`"))?;
        match name.as_str() {
            "--rate" => plan.rate = number.clamp(1, 5_000),
            "--seconds" => plan.seconds = number.clamp(1, 3_600),
            "--phones" => plan.phones = number.clamp(1, 5_000),
            "--talk-ms" => plan.talk_ms = number.min(60_000),
            other => return Err(format!("there is no option `{other}`")),
        }
    }
    Ok(plan)
}

fn measure(plan: &Plan) -> ExitCode {
    let figures = place(plan);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
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
        load.join(" ")
    );
    if figures.are_whole() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
