//! Queued calls through the whole server: SIPp rings the number `load`, SIPp phones answer, and the
//! server's own log says how many were connected. The machine's load stands beside the figures.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a table is its output"
)]

use std::process::ExitCode;
use std::time::Duration;

use linje_acceptance::command;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::sipp::{self, Phones};

const HELP: &str = "\
Rings the number `load` and prints a table.

  --rate N      calls a second (100)
  --seconds N   for so long (30)
  --phones N    phones that answer (400)
  --talk-ms N   length of a talk (1000)

Example: voice-bench --rate 200 --seconds 60 --phones 800";

struct Plan {
    rate: u32,
    seconds: u32,
    phones: u32,
    talk_ms: u32,
}

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
    let options = Options {
        phones: plan.phones,
        ..Options::default()
    };
    let mut server = Server::start("voice-bench", options);
    let phones = Phones::register(&server);
    let count = plan.rate * plan.seconds;
    let (cpu, number) = (server.cpu(), server.number("load"));
    let talk = Duration::from_millis(u64::from(plan.talk_ms));
    let calls = sipp::ring(&server, &number, plan.rate, count, talk);
    let cpu = server.cpu() - cpu;
    drop(phones);
    let ended = server.stop().success();
    let answered = sipp::answered(&command::log_export(&server.data()));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "{:>8} {:>8} {:>8} {:>10} {:>10} {:>8} {:>8} {:>14} {:>18}",
        "calls/s",
        "seconds",
        "calls",
        "completed",
        "connected",
        "failed",
        "resent",
        "CPU ms/call",
        "load after"
    );
    println!(
        "{:>8} {:>8} {:>8} {:>10} {:>10} {:>8} {:>8} {:>14.3} {:>18}",
        plan.rate,
        plan.seconds,
        count,
        calls.successful,
        answered,
        calls.failed,
        calls.retransmissions,
        cpu.as_secs_f64() * 1000.0 / f64::from(count),
        load.split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" ")
    );
    if ended && calls.failed == 0 && answered == count as usize {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
