//! `routing-bench`: how fast the core decides, with the machine's load beside each figure.
//!
//! `cargo run --profile ci -p linje-testkit --bin routing-bench -- [--small] [--json]`
//! Throughput is per second of processor time of this process (`CLOCK_PROCESS_CPUTIME_ID`), so that
//! other load on the machine counts little. Single decisions are timed by the monotonic clock, whose
//! own cost is measured on empty pairs of readings and taken off; the highest of them hold interruptions.
//! It judges nothing by time: it fails only when a figure cannot be right.

mod day;
mod decision;
mod erlang;
mod machine;
mod yesterday;

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

const HELP: &str = "How fast the routing core decides.

usage: routing-bench [--small] [--json] [erlang] [decision] [day] [yesterday]
  erlang    M/M/100+M; decision: a full house; day: a national Monday;
            yesterday: a recorded Monday lived again; none named: all four
  --small   a tenth of the work or less, for CI: the figures are coarse
  --json    one JSON document instead of tables

example: cargo run --profile ci -p linje-testkit --bin routing-bench -- --small";

/// How much to do.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Customers of M/M/100+M per run.
    customers: u32,
    runs: usize,
    /// Decisions timed.
    steps: usize,
    clones: usize,
    days: u32,
}

const FULL: Size = Size {
    customers: 3_000_000,
    runs: 5,
    steps: 400_000,
    clones: 400,
    days: 20,
};

const SMALL: Size = Size {
    customers: 200_000,
    runs: 2,
    steps: 20_000,
    clones: 40,
    days: 2,
};

/// One line of a table and of the document.
struct Figure {
    key: &'static str,
    text: String,
    value: f64,
    unit: &'static str,
}

fn figure(key: &'static str, text: &str, value: f64, unit: &'static str) -> Figure {
    Figure {
        key,
        text: String::from(text),
        value,
        unit,
    }
}

/// A group of figures and what in them cannot be right.
struct Part {
    name: &'static str,
    title: String,
    figures: Vec<Figure>,
    wrong: Vec<String>,
}

/// Measures one part.
type Measure = fn(&Size) -> Part;

fn main() -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let (mut size, mut as_json) = (FULL, false);
    let mut wanted: Vec<&str> = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--small" => size = SMALL,
            "--json" => as_json = true,
            "erlang" => wanted.push("erlang"),
            "decision" => wanted.push("decision"),
            "day" => wanted.push("day"),
            "yesterday" => wanted.push("yesterday"),
            "--help" | "-h" => {
                writeln!(out, "{HELP}")?;
                return Ok(ExitCode::SUCCESS);
            }
            other => {
                writeln!(
                    io::stderr(),
                    "routing-bench does not know `{other}`; see --help"
                )?;
                return Ok(ExitCode::from(2));
            }
        }
    }
    let before = machine::ticks();
    let load_before = machine::load();
    let yardstick_ns = machine::yardstick_ns();
    let all: [(&str, Measure); 4] = [
        ("erlang", erlang::measure),
        ("decision", decision::measure),
        ("day", day::measure),
        ("yesterday", yesterday::measure),
    ];
    let named = all
        .iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.contains(name));
    let parts: Vec<Part> = named.map(|(_, measure)| measure(&size)).collect();
    let machine = machine::describe(&before, &load_before, yardstick_ns);
    if as_json {
        writeln!(out, "{:#}", document(&machine, &parts))?;
    } else {
        tables(&mut out, &machine, &parts)?;
    }
    let wrong: Vec<&String> = parts.iter().flat_map(|part| &part.wrong).collect();
    for line in &wrong {
        writeln!(io::stderr(), "cannot be right: {line}")?;
    }
    Ok(ExitCode::from(u8::from(!wrong.is_empty())))
}

fn document(machine: &[(&'static str, String)], parts: &[Part]) -> Value {
    let machine: serde_json::Map<String, Value> = machine
        .iter()
        .map(|(key, value)| (String::from(*key), json!(value)))
        .collect();
    let figures = |part: &Part| -> Vec<Value> {
        let figures = part.figures.iter();
        figures
            .map(|f| json!({"key": f.key, "what": f.text, "value": f.value, "unit": f.unit}))
            .collect()
    };
    let parts: Vec<Value> = parts
        .iter()
        .map(|part| {
            json!({
                "name": part.name,
                "title": part.title,
                "figures": figures(part),
                "wrong": part.wrong,
            })
        })
        .collect();
    json!({"machine": machine, "parts": parts})
}

fn tables(
    out: &mut impl Write,
    machine: &[(&'static str, String)],
    parts: &[Part],
) -> io::Result<()> {
    for (key, value) in machine {
        writeln!(out, "{key:<12} {value}")?;
    }
    for part in parts {
        writeln!(out, "\n{}", part.title)?;
        for figure in &part.figures {
            let value = rounded(figure.value);
            writeln!(out, "  {:<58} {value:>10} {}", figure.text, figure.unit)?;
        }
    }
    Ok(())
}

/// Three figures that count, and no fewer than the whole number.
fn rounded(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// The middle of some values; 0 for none.
fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value that a share of the values stays at or below; 0 for none.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let place = (values.len() as f64 * share).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// A count as a number to calculate with.
fn number(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
    let number = count as f64;
    number
}
