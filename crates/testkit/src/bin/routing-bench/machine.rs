//! The machine and what else it did meanwhile.

use std::hint::black_box;
use std::process::Command;

use nix::time::{ClockId, clock_gettime};

/// Processor time of this process, seconds.
pub(crate) fn cpu_s() -> f64 {
    let spec = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID);
    spec.map_or(0.0, |spec| core::time::Duration::from(spec).as_secs_f64())
}

/// Runs something and tells the processor seconds it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let before = cpu_s();
    let result = work();
    (result, cpu_s() - before)
}

/// Nanoseconds of processor time for one round of a fixed calculation, at best of some tries: what
/// this machine gives just now. About 1 on a quiet one of 2020; figures scale with it.
pub(crate) fn yardstick_ns() -> f64 {
    const ROUNDS: u32 = 4_000_000;
    let round = |number: u64| {
        let number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number ^ number >> 27
    };
    let run = |start: u64| {
        let work = || (0..ROUNDS).fold(start, |number, _| black_box(round(number)));
        timed(|| black_box(work())).1 * 1e9 / f64::from(ROUNDS)
    };
    (1..9).map(run).fold(f64::INFINITY, f64::min)
}

/// Clock ticks of all processors by kind, from `/proc/stat`.
pub(crate) fn ticks() -> Vec<u64> {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    line.split_whitespace()
        .skip(1)
        .filter_map(|figure| figure.parse().ok())
        .collect()
}

/// The load averages of 1, 5 and 15 minutes.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace()
        .take(3)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Date, commit, processor, and how busy it was with other things.
pub(crate) fn describe(
    before: &[u64],
    load_before: &str,
    yardstick_ns: f64,
) -> Vec<(&'static str, String)> {
    vec![
        (
            "date",
            jiff::Timestamp::now()
                .strftime("%Y-%m-%d %H:%M UTC")
                .to_string(),
        ),
        ("commit", commit()),
        ("processor", processor()),
        (
            "load",
            format!("{load_before} before, {} after (1, 5, 15 min)", load()),
        ),
        ("steal", steal(before, &ticks())),
        (
            "yardstick",
            format!("{yardstick_ns:.2} ns per round of a fixed calculation, at best"),
        ),
    ]
}

/// Share of the processors' time that the host gave to others, of the time between two readings.
fn steal(before: &[u64], after: &[u64]) -> String {
    const STEAL: usize = 7;
    let spent: Vec<u64> = after
        .iter()
        .zip(before)
        .map(|(a, b)| a.saturating_sub(*b))
        .collect();
    let all: u64 = spent.iter().take(STEAL + 1).sum();
    let stolen = spent.get(STEAL).copied().unwrap_or(0);
    let share = super::number(stolen) / super::number(all.max(1));
    format!("{:.1} % of processor time during the run", share * 100.0)
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| String::from(text.trim()))
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else {
        return String::from("unknown");
    };
    let changed =
        git(&["status", "--porcelain", "--", "crates"]).is_some_and(|text| !text.is_empty());
    if changed {
        format!("{commit} with changes")
    } else {
        commit
    }
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find(|line| line.starts_with("model name"));
    let model = model
        .and_then(|line| line.split(": ").nth(1))
        .unwrap_or("unknown");
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {count} threads")
}
