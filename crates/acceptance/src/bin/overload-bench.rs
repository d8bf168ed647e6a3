//! Three times what the processor can take. The server gets one processor of the machine, or a share of it, those
//! who ring and those who answer get the others; the highest rate at which fewer than one call in a hundred is not
//! connected is the capacity. Then three times that many ring, and after them, without a pause, as many as usual.
#![expect(clippy::print_stdout, reason = "a table is its output")]

use std::process::{Command, ExitCode};
use std::time::Duration;

use linje_acceptance::load::{self, Plan};
use linje_acceptance::overload::{self, Flood, Told};
use linje_acceptance::server::{Options, Server};
use linje_acceptance::share::Share;
use linje_acceptance::{args, command};

const HELP: &str = "\
Finds how many calls a second one processor of this machine takes, or a share of it, lets three times as many ring,
and says how many were connected, how soon the others were told, and how soon everything was as before.

  --share N      percent of one processor that the server gets (25); 100: all of it
  --seconds N    length of the flood (60)
  --after N      how long as many as usual ring afterwards, seconds (60)
  --usual N      how many that is, percent of the capacity (80)
  --rounds N     how often flood and afterwards are measured, each with a new server (1)
  --probe N      length of each try of the capacity, seconds (60): as long as the flood, or a line that grows is not seen
  --step N       calls a second between two tries (50)
  --near N       between the last that went well and the first that did not: calls a second (10)
  --from N       the first try (100)
  --phones N     phones that answer; 0: forty for each percent of the share, but no more than 2500 (0)
  --capacity N   do not look for the capacity, it is this (0: look)

The share is a control group with a quota of 10 ms periods that follows the speed of the processor, which is measured
all the time: what the server gets is always as much work as at the start, whatever the neighbours of a rented machine do; where this process may not make one, it is 100 and that
is said. How busy those were who ring and answer, and what found no room in their sockets, stands beside the rest:
a server is only short of time when they are not.

Example: overload-bench --share 25 --rounds 3";

/// Time from the answer to the caller's hanging up, ms.
const TALK_MS: u32 = 2_000;
/// How long everything may take to be as before.
const NORMAL_AFTER: u32 = 30;

struct Wanted {
    share: u32,
    seconds: u32,
    after: u32,
    usual: u32,
    rounds: u32,
    probe: u32,
    step: u32,
    near: u32,
    from: u32,
    phones: u32,
    capacity: u32,
}

fn main() -> ExitCode {
    let mut wanted = Wanted {
        share: 25,
        seconds: 60,
        after: 60,
        usual: 80,
        rounds: 1,
        probe: 60,
        step: 50,
        near: 10,
        from: 100,
        phones: 0,
        capacity: 0,
    };
    let numbers = vec![
        ("--share", &mut wanted.share, 1..=100),
        ("--seconds", &mut wanted.seconds, 5..=3_600),
        ("--after", &mut wanted.after, 0..=3_600),
        ("--usual", &mut wanted.usual, 1..=100),
        ("--rounds", &mut wanted.rounds, 1..=100),
        ("--probe", &mut wanted.probe, 2..=600),
        ("--step", &mut wanted.step, 1..=1_000),
        ("--near", &mut wanted.near, 1..=1_000),
        ("--from", &mut wanted.from, 1..=5_000),
        ("--phones", &mut wanted.phones, 0..=5_000),
        ("--capacity", &mut wanted.capacity, 0..=5_000),
    ];
    match args::read("overload-bench", HELP, numbers) {
        Ok(()) => measure(wanted),
        Err(code) => code,
    }
}

fn measure(mut wanted: Wanted) -> ExitCode {
    pin(std::process::id(), &others());
    let share = Share::of_one_processor(wanted.share);
    match &share {
        Ok(_) => println!("the server gets {} % of one processor", wanted.share),
        Err(error) => {
            println!("the server gets one whole processor: no control group can be made ({error})");
            wanted.share = 100;
        }
    }
    let share = share.ok();
    if wanted.phones == 0 {
        wanted.phones = (wanted.share * 40).clamp(400, 2_500);
    }
    let capacity = match wanted.capacity {
        0 => capacity(&wanted, share.as_ref()),
        known => known,
    };
    if capacity == 0 {
        println!("not even {} calls a second were connected", wanted.from);
        return ExitCode::FAILURE;
    }
    for _round in 0..wanted.rounds {
        round(&wanted, share.as_ref(), capacity);
    }
    ExitCode::SUCCESS
}

fn round(wanted: &Wanted, share: Option<&Share>, capacity: u32) {
    let options = Options {
        phones: wanted.phones,
        ..Options::default()
    };
    let mut server = Server::start("overload-bench", options);
    let before = share.map(Share::periods).unwrap_or_default();
    let _earlier = share.map(Share::speeds);
    confine(&server, share);
    let flood = Flood {
        rate: capacity * 3,
        seconds: wanted.seconds,
        talk_ms: TALK_MS,
    };
    let usual = Flood {
        rate: (capacity * wanted.usual / 100).max(1),
        seconds: wanted.after,
        talk_ms: TALK_MS,
    };
    let floods = if wanted.after == 0 {
        vec![flood]
    } else {
        vec![flood, usual]
    };
    let seen = overload::course(&server, &floods);
    let again = overload::back_to_normal(&server);
    let after = share.map(Share::periods).unwrap_or_default();
    let (slowest, fastest) = share.map_or((1.0, 1.0), Share::speeds);
    release(share);
    assert!(server.stop().success(), "an orderly end");
    let events = command::log_export(&server.data());
    let end = wanted.seconds + wanted.after;
    // The first half minute afterwards is for coming back.
    let calm = (wanted.seconds + NORMAL_AFTER).min(end)..end;
    let whole = Duration::from_secs(wanted.seconds.into());
    let could = capacity * wanted.seconds;
    let connected = load::answered_within(&events, 0..wanted.seconds);
    println!(
        "three times {capacity}/s for {} s: {connected} connected of {could} that could be, {:.1} %; they waited {}",
        wanted.seconds,
        percent(connected, could),
        spread(&load::waits_within(&events, 0..wanted.seconds))
    );
    println!(
        "  by hand: refused {}; let in {}; told nothing {}",
        spread(&seen.told(Told::Refused, Duration::ZERO..whole)),
        spread(&seen.told(Told::LetIn, Duration::ZERO..whole)),
        seen.silent()
    );
    let could = usual.rate * (calm.end - calm.start);
    let connected = load::answered_within(&events, calm.clone());
    println!(
        "  then {}/s: the last not let in {:.1?} after the flood; from second {} to {} {connected} connected of {could}, {:.1} %; they waited {}",
        usual.rate,
        seen.trouble_after(whole),
        calm.start - wanted.seconds,
        calm.end - wanted.seconds,
        percent(connected, could),
        spread(&load::waits_within(&events, calm))
    );
    println!(
        "  offers that nobody took: {:?}",
        load::offers_not_taken(&events)
    );
    println!("  nobody left over and a caller let in {again:.1?} after the end of it all");
    println!(
        "  the processor was {slowest:.2} to {fastest:.2} times as fast as at the start, and the share followed"
    );
    println!(
        "  the server was at work {:.1} % of the time and short of it in {} of {} periods; those who ring and answer {:.1} %; lost before the server {}, before them {}; all came to an end: {}; load {}",
        100.0 * seen.server,
        after.1 - before.1,
        after.0 - before.0,
        100.0 * seen.generators,
        seen.lost.0,
        seen.lost.1,
        seen.all_ended,
        load::of_machine()
    );
}

/// How many, and how they are spread.
fn spread(sorted: &[Duration]) -> String {
    let place = |share: usize| {
        let at = (sorted.len() * share / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().unwrap_or_default()
    };
    format!(
        "{} (p50 {:.1?}, p95 {:.1?}, p99 {:.1?}, longest {:.1?})",
        sorted.len(),
        place(50),
        place(95),
        place(99),
        place(100)
    )
}

fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole.max(1))
}

/// Calls a second: the highest rate tried at which fewer than 1 % were not connected; 0 when the first was too much.
fn capacity(wanted: &Wanted, share: Option<&Share>) -> u32 {
    let mut best = 0;
    let mut rate = wanted.from;
    while is_taken(wanted, share, rate) {
        best = rate;
        rate += wanted.step;
    }
    let mut too_much = rate;
    while best > 0 && too_much - best > wanted.near {
        let between = best + (too_much - best) / 2;
        if is_taken(wanted, share, between) {
            best = between;
        } else {
            too_much = between;
        }
    }
    best
}

fn is_taken(wanted: &Wanted, share: Option<&Share>, rate: u32) -> bool {
    let plan = Plan {
        rate,
        seconds: wanted.probe,
        phones: wanted.phones,
        talk_ms: TALK_MS,
    };
    let figures = load::place_at(&plan, |server| confine(server, share), || release(share));
    let connected = f64::from(figures.connected) / f64::from(figures.calls);
    let (slowest, fastest) = share.map_or((1.0, 1.0), Share::speeds);
    println!(
        "{rate:>5} calls/s: {:.2} % connected, {:.2} ms of processor per call, processor {slowest:.2} to {fastest:.2}, load {}",
        100.0 * connected,
        figures.cpu_per_call_ms(),
        load::of_machine()
    );
    connected > 0.99
}

/// From now on the server has one processor, and its share of it.
#[track_caller]
fn confine(server: &Server, share: Option<&Share>) {
    pin(server.pid(), "0");
    if let Some(share) = share {
        share.limit().expect("a quota");
        share
            .take_in(server.pid())
            .expect("the server in its group");
    }
}

/// What is left to do is no part of the measurement.
#[track_caller]
fn release(share: Option<&Share>) {
    if let Some(share) = share {
        share.lift().expect("no quota");
    }
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
