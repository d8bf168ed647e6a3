//! `linje measures`: against another program on real calls, and what it says to a bad file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use linje_acceptance::command::linje;
use linje_acceptance::dice::{Dice, say};
use linje_acceptance::folder::Folder;
use linje_acceptance::server::checkout;
use serde_json::Value;

const HEAD: &str = "id,queue,arrived,wait_s,outcome,talk_s\n";

/// Runs the other program.
fn other(calls: &Path, threshold: &str) -> Option<Value> {
    let program = checkout().join("crates/acceptance/tests/measures.py");
    let outcome = Command::new("python3")
        .arg(program)
        .arg(calls)
        .arg(threshold)
        .output();
    let Ok(outcome) = outcome else {
        say("left out: there is no python3 here to compare with");
        return None;
    };
    let err = String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "the other program fails: {err}");
    Some(serde_json::from_slice(&outcome.stdout).expect("its JSON"))
}

fn ours(calls: &Path, threshold: &str) -> Value {
    let calls = calls.to_string_lossy();
    let outcome = linje(&[
        "measures",
        "--calls",
        &calls,
        "--threshold",
        threshold,
        "--json",
    ]);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""), "{outcome:?}");
    serde_json::from_str(&outcome.out).expect("JSON")
}

/// Every key of both, to 1e-9 of the value or of one; returns how many figures were compared.
fn compare(at: &str, ours: &Value, other: &Value) -> usize {
    match (ours, other) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = |map: &serde_json::Map<String, Value>| {
                let mut keys: Vec<String> = map.keys().cloned().collect();
                keys.sort();
                keys
            };
            assert_eq!(keys(a), keys(b), "keys at {at}");
            a.iter()
                .map(|(key, value)| compare(&format!("{at}/{key}"), value, &b[key]))
                .sum()
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().expect("a figure"), b.as_f64().expect("a figure"));
            let limit = 1e-9 * b.abs().max(1.0);
            assert!((a - b).abs() <= limit, "{at}: {a} is not {b}");
            1
        }
        (a, b) => {
            assert_eq!(a, b, "{at}");
            1
        }
    }
}

fn data() -> Option<PathBuf> {
    let base = std::env::var_os("LINJE_TESTDATA")
        .map_or_else(|| checkout().join("../shared/data"), PathBuf::from);
    let file = base.join("technion_bank_1999_jan_feb.csv");
    if file.is_file() {
        return Some(file);
    }
    say("left out: the calls of the Technion bank are not here");
    None
}

/// The bank's own columns as the contract's.
fn bank(text: &str) -> String {
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("a first line").split(',').collect();
    let place = |name: &str| head.iter().position(|column| *column == name);
    let [date, id, queue, began, wait, outcome, talk] = [
        "date", "call_id", "type", "q_start", "q_time", "outcome", "ser_time",
    ]
    .map(|name| place(name).expect(name));
    let mut csv = HEAD.to_owned();
    for line in lines {
        let row: Vec<&str> = line.split(',').collect();
        let ended = match row[outcome] {
            "AGENT" => "answered",
            "HANG" => "abandoned",
            "PHANTOM" => continue,
            strange => panic!("outcome {strange}"),
        };
        // q_start is the second of the day, 0 when nobody waited.
        let s: u32 = row[began].parse().expect("a second of the day");
        let (hours, minutes, seconds) = (s / 3600 % 24, s / 60 % 60, s % 60);
        writeln!(
            csv,
            "{},{},{}T{hours:02}:{minutes:02}:{seconds:02},{},{ended},{}",
            row[id], row[queue], row[date], row[wait], row[talk]
        )
        .expect("a text");
    }
    csv
}

#[test]
fn the_figures_of_two_months_of_a_bank_are_what_another_program_counts() {
    let Some(file) = data() else { return };
    let folder = Folder::new("measures-bank");
    let calls = folder.join("calls.csv");
    let text = std::fs::read_to_string(file).expect("the calls");
    std::fs::write(&calls, bank(&text)).expect("writes");
    for threshold in ["45", "20.5"] {
        let ours = ours(&calls, threshold);
        let Some(other) = other(&calls, threshold) else {
            return;
        };
        let compared = compare("", &ours, &other);
        let queues = ours["queues"].as_object().expect("queues").len();
        assert!(queues > 3, "{queues} queues");
        assert_eq!(compared, 16 * (queues + 1));
        assert!(ours["total"]["offered"].as_u64() > Some(50_000), "{ours}");
    }
}

#[test]
fn calls_with_fractions_and_callbacks_are_what_another_program_counts() {
    let folder = Folder::new("measures-random");
    let mut dice = Dice::new("measures");
    let mut csv = "outcome,talk_s,queue,id,wait_s,arrived,note\n".to_owned();
    for id in 0..3000 {
        let outcome = *dice.pick(&["answered", "abandoned", "callback"]);
        // A queue where nobody was answered, and one with a single call.
        let (queue, outcome) = match id {
            0 => ("Én, \"alene\"", "answered"),
            _ if id % 7 == 0 => ("Ingen", "abandoned"),
            _ => (*dice.pick(&["Arbeid", "Helse"]), outcome),
        };
        let queue = format!("\"{}\"", queue.replace('"', "\"\""));
        let (wait, talk) = (dice.below(1_000_000_007), dice.below(1_000_000_007));
        writeln!(
            csv,
            "{outcome},{}.{},{queue},c{id},{}.{:07},2026-11-23T10:15:00Z,",
            talk / 1_000_000,
            talk % 10,
            wait / 10_000_000,
            wait % 10_000_000
        )
        .expect("a text");
    }
    let calls = folder.join("calls.csv");
    std::fs::write(&calls, csv).expect("writes");
    let ours = ours(&calls, "45");
    let Some(other) = other(&calls, "45") else {
        return;
    };
    assert_eq!(compare("", &ours, &other), 16 * 5);
    assert!(ours["queues"]["Ingen"]["asa_s"].is_null());
    assert!(ours["total"]["callbacks"].as_u64() > Some(500));
}

#[test]
fn a_bad_file_is_refused_with_line_column_and_mend() {
    let folder = Folder::new("measures-bad");
    let calls = folder.join("calls.csv");
    let path = calls.to_string_lossy().into_owned();
    let args = ["measures", "--calls", &path, "--threshold", "45", "--json"];
    let refused = |text: &[u8], words: &[&str]| {
        std::fs::write(&calls, text).expect("writes");
        linje(&args).refused(1, words);
    };
    let row = |row: &str| format!("{HEAD}1,A,2026-11-23T10:15:00,3,answered,60\n{row}\n");
    refused(
        row("2,A,2026-11-23T10:15:00,12,svart,60").as_bytes(),
        &[
            "calls.csv:3:28:",
            "svart",
            "answered, abandoned or callback",
        ],
    );
    refused(
        row("2,A,2026-11-23T10:15:00,tolv,answered,60").as_bytes(),
        &["calls.csv:3:25:", "wait_s", "seconds"],
    );
    refused(
        row("2,A,23.11.2026,12,answered,60\n3").as_bytes(),
        &["calls.csv:3:5:", "ISO", "one fault more"],
    );
    refused(b"id,queue\n1,A\n", &["calls.csv:1:1:", "lacks", "talk_s"]);
    refused(b"", &["calls.csv:1:1:", "empty"]);
    refused(b"id,queue\n1,\xe5\n", &["calls.csv:2:3:", "UTF-8"]);
    drop(std::fs::remove_file(&calls));
    linje(&args).refused(1, &["calls.csv", "cannot read"]);
}

#[test]
fn wrong_use_ends_with_2_and_help_shows_an_example() {
    linje(&["measures", "--threshold", "45"]).refused(2, &["--calls"]);
    linje(&["measures", "--calls", "calls.csv"]).refused(2, &["--threshold"]);
    for bad in ["-1", "NaN", "soon"] {
        linje(&["measures", "--calls", "calls.csv", "--threshold", bad]).refused(2, &["threshold"]);
    }
    let help = linje(&["measures", "--help"]);
    assert_eq!(help.code, 0, "{help:?}");
    assert!(help.out.contains("linje measures --calls calls.csv"));
}

#[test]
fn people_get_a_table_with_the_formula_of_each_figure() {
    let folder = Folder::new("measures-table");
    let calls = folder.join("calls.csv");
    let rows =
        "1,Helse,2026-11-23T10:15:00,3,answered,125\n2,Helse,2026-11-23T10:16:00,60,abandoned,\n";
    std::fs::write(&calls, format!("{HEAD}{rows}")).expect("writes");
    let path = calls.to_string_lossy();
    let outcome = linje(&["measures", "--calls", &path, "--threshold", "45"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for words in [
        "Helse",
        "total",
        "50 %",
        "2:05",
        "T = 45 s",
        "answered within T / offered",
    ] {
        assert!(
            outcome.out.contains(words),
            "`{words}` is not in:\n{}",
            outcome.out
        );
    }
}
