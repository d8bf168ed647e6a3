//! Three times what the processor can take. The server gets one processor of the machine, those who ring and
//! those who answer get the others; the highest rate at which fewer than one call in a hundred is not connected
//! is the capacity, and then three times that many ring.
#![expect(clippy::print_stdout, reason = "a table is its output")]

use std::process::{Command, ExitCode};

use linje_acceptance::load::{self, Plan};
use linje_acceptance::overload::{self, Flood};
use linje_acceptance::server::{Options, Server};
use linje_acceptance::{args, command};

const HELP: &str = "\
Finds how many calls a second one processor of this machine takes, lets three times as many ring, and says how
many were connected, how soon the others were told, and how soon everything was as before.

  --seconds N    length of the flood (60)
  --probe N      length of each try of the capacity, seconds (10)
  --step N       calls a second between two tries (50)
  --from N       the first try (100)
  --phones N     phones that answer (2500)
  --capacity N   do not look for the capacity, it is this (0: look)

Example: overload-bench --seconds 300";

/// Time from the answer to the caller's hanging up, ms.
const TALK_MS: u32 = 2_000;

struct Wanted {
    seconds: u32,
    probe: u32,
    step: u32,
    from: u32,
    phones: u32,
    capacity: u32,
}

fn main() -> ExitCode {
    let mut wanted = Wanted {
        seconds: 60,
        probe: 10,
        step: 50,
        from: 100,
        phones: 2_500,
        capacity: 0,
    };
    let numbers = vec![
        ("--seconds", &mut wanted.seconds, 5..=3_600),
        ("--probe", &mut wanted.probe, 2..=600),
        ("--step", &mut wanted.step, 1..=1_000),
        ("--from", &mut wanted.from, 1..=5_000),
        ("--phones", &mut wanted.phones, 1..=5_000),
        ("--capacity", &mut wanted.capacity, 0..=5_000),
    ];
    match args::read("overload-bench", HELP, numbers) {
        Ok(()) => measure(&wanted),
        Err(code) => code,
    }
}

fn measure(wanted: &Wanted) -> ExitCode {
    pin(std::process::id(), &others());
    let capacity = match wanted.capacity {
        0 => capacity(wanted),
        known => known,
    };
    if capacity == 0 {
        println!("not even {} calls a second were connected", wanted.from);
        return ExitCode::FAILURE;
    }
    let options = Options {
        phones: wanted.phones,
        ..Options::default()
    };
    let mut server = Server::start("overload-bench", options);
    pin(server.pid(), "0");
    let flood = Flood {
        rate: capacity * 3,
        seconds: wanted.seconds,
        talk_ms: TALK_MS,
    };
    let mut refusals = overload::flood(&server, flood);
    let again = overload::back_to_normal(&server);
    assert!(server.stop().success(), "an orderly end");
    let connected = load::answered_within(&command::log_export(&server.data()), wanted.seconds);
    let could = capacity * wanted.seconds;
    refusals.sort();
    let place = |share: usize| {
        refusals.get((refusals.len() * share / 100).min(refusals.len().saturating_sub(1)))
    };
    println!(
        "capacity/s rang/s seconds connected of could goodput refusals p50 p99 slowest  normal again  load after"
    );
    println!(
        "{capacity:>10} {:>6} {:>7} {connected:>9} {could:>8} {:>6.1}% {:>8} {:?} {:?} {:?}  {again:?}  {}",
        flood.rate,
        wanted.seconds,
        100.0 * f64::from(connected) / f64::from(could),
        refusals.len(),
        place(50),
        place(99),
        refusals.last(),
        load::of_machine()
    );
    ExitCode::SUCCESS
}

/// Calls a second: the highest rate tried at which fewer than 1 % were not connected; 0 when the first was too much.
fn capacity(wanted: &Wanted) -> u32 {
    let mut best = 0;
    for rate in (wanted.from..).step_by(usize::try_from(wanted.step).unwrap_or(1)) {
        let plan = Plan {
            rate,
            seconds: wanted.probe,
            phones: wanted.phones,
            talk_ms: TALK_MS,
        };
        let figures = load::place_at(&plan, |server| pin(server.pid(), "0"));
        let connected = f64::from(figures.connected) / f64::from(figures.calls);
        println!(
            "{rate:>5} calls/s: {:.2} % connected, {:.2} ms of processor per call, load {}",
            100.0 * connected,
            figures.cpu_per_call_ms(),
            load::of_machine()
        );
        if connected <= 0.99 {
            return best;
        }
        best = rate;
    }
    best
}

/// All processors but the first, or the first when it is the only one.
fn others() -> String {
    let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if count > 1 {
        format!("1-{}", count - 1)
    } else {
        "0".to_owned()
    }
}

/// Lets a process and all its threads run on these processors only, the server behind those who ring and answer:
/// it is the server that is to be short of time.
#[track_caller]
fn pin(pid: u32, processors: &str) {
    let is_server = pid != std::process::id();
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("its threads");
    for task in tasks.flatten() {
        let mut command = Command::new("renice");
        command.args(["-n", if is_server { "0" } else { "-10" }, "-p"]);
        // Without the right to do so everybody has the same weight, and the capacity comes out a little lower.
        drop(command.arg(task.file_name()).output());
    }
    let mut command = Command::new("taskset");
    command.args([
        "--all-tasks",
        "--cpu-list",
        "--pid",
        processors,
        &pid.to_string(),
    ]);
    let done = command.output().expect("taskset runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}
