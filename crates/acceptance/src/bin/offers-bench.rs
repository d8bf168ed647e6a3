//! From the decision until an offer is on disk and on its way: chats arrive at a steady rate, advisers take
//! them at their desks and end them at once, and the server counts. The machine's load stands beside the figures.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a table is its output"
)]

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use linje_acceptance::args;
use linje_acceptance::dice::Dice;
use linje_acceptance::http::Client;
use linje_acceptance::load;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::staff::{Desk, Manner};
use serde_json::json;

const HELP: &str = "\
Chats arrive, advisers take them, and the time of each offer is counted at the server.

  --rate N       chats a second (50)
  --seconds N    for so long (30)
  --advisers N   advisers at their desks (40)

Example: offers-bench --rate 50 --seconds 60";

struct Plan {
    rate: u32,
    seconds: u32,
    advisers: u32,
}

fn main() -> ExitCode {
    let mut plan = Plan {
        rate: 50,
        seconds: 30,
        advisers: 40,
    };
    let numbers = vec![
        ("--rate", &mut plan.rate, 1..=1_000),
        ("--seconds", &mut plan.seconds, 1..=3_600),
        ("--advisers", &mut plan.advisers, 1..=200),
    ];
    match args::read("offers-bench", HELP, numbers) {
        Ok(()) => measure(&plan),
        Err(code) => code,
    }
}

fn measure(plan: &Plan) -> ExitCode {
    let mut server = Server::start(
        "offers-bench",
        Options {
            phones: plan.advisers,
            ..Options::default()
        },
    );
    let stop = AtomicBool::new(false);
    let idents: Vec<String> = server.ready()["phones"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|phone| phone["adviser"].as_str().map(str::to_owned))
        .collect();
    thread::scope(|scope| {
        for ident in &idents {
            let (client, stop) = (server.http(), &stop);
            scope.spawn(move || sit(client, ident, stop));
        }
        arrive(&server, plan);
        stop.store(true, Ordering::Relaxed);
    });
    let text = server.http().get("/metrics").text();
    let offers = histogram(&text);
    let total = offers.last().map_or(0, |last| last.1);
    println!("chats/s seconds advisers offers   p50 ms   p90 ms   p99 ms p99.9 ms load after");
    println!(
        "{:>7} {:>7} {:>8} {:>6} {:>8} {:>8} {:>8} {:>8} {}",
        plan.rate,
        plan.seconds,
        plan.advisers,
        total,
        quantile(&offers, 0.5),
        quantile(&offers, 0.9),
        quantile(&offers, 0.99),
        quantile(&offers, 0.999),
        load::of_machine()
    );
    println!("each figure is the upper bound of its bucket, half again the one before");
    if server.stop().success() && total > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// An adviser at a desk, until the end.
fn sit(client: Client, ident: &str, stop: &AtomicBool) {
    let mut dice = Dice::new(ident);
    let worked = Desk::sit(client, ident, "chat", &mut dice)
        .and_then(|desk| desk.work("chat", Manner::Diligent, &mut dice, stop));
    if let Err(error) = worked {
        eprintln!("offers-bench: an adviser left: {error}");
    }
}

/// Chats at a steady rate.
fn arrive(server: &Server, plan: &Plan) {
    let client = server.http();
    let mut dice = Dice::new("arrivals");
    let begin = Instant::now();
    for place in 0..plan.rate * plan.seconds {
        let due = Duration::from_secs(1) * place / plan.rate;
        thread::sleep(due.saturating_sub(begin.elapsed()));
        let body = json!({"channel": "chat", "topic": "FOR"});
        let created = client
            .post("/api/v1/contacts", &dice.key(), &body)
            .expect(201);
        debug_assert!(created["id"].is_string(), "{created}");
    }
}

/// Bounds in ms and how many offers were within each.
fn histogram(metrics: &str) -> Vec<(f64, u64)> {
    let name = "linje_offer_out_seconds_bucket{le=\"";
    let rows = metrics.lines().filter_map(|line| line.strip_prefix(name));
    rows.filter_map(|row| {
        let (bound, count) = row.split_once("\"} ")?;
        let seconds = bound.parse().unwrap_or(f64::INFINITY);
        Some((1000.0 * seconds, count.parse().ok()?))
    })
    .collect()
}

/// The bound within which this share lies.
fn quantile(offers: &[(f64, u64)], share: f64) -> String {
    let total = offers.last().map_or(0, |last| last.1);
    let enough = |count: u64| u32::try_from(count).map_or(0.0, f64::from);
    let wanted = share * enough(total);
    let found = offers.iter().find(|(_, count)| enough(*count) >= wanted);
    found.map_or_else(String::new, |(bound, _)| format!("{bound:.2}"))
}
