//! `linje measures`: the figures of a list of calls in a file, by the formulas that the service itself uses.
//!
//! It reads a file and nothing else: no server, no log.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use linje_measures::{Call, CallOutcome, CallSums, Quantity, formula};
use serde_json::{Map, Value};

use crate::cli::{self, WrongUse};

const COLUMNS: [&str; 6] = ["id", "queue", "arrived", "wait_s", "outcome", "talk_s"];

/// Counts that are shown, by their names in the output.
const COUNTS: [(&str, Quantity); 6] = [
    ("offered", Quantity::Offered),
    ("answered", Quantity::Answered),
    ("abandoned", Quantity::Abandoned),
    ("callbacks", Quantity::Callbacks),
    ("answered_within", Quantity::AnsweredWithin),
    ("abandoned_within", Quantity::AbandonedWithin),
];

/// Formulas that are shown; their ids are their names in the output.
const FIGURES: [&str; 10] = [
    "sl_offered",
    "sl_answered",
    "sl_excl_short",
    "sl_incl_short",
    "abandoned_share",
    "asa_s",
    "wait_all_s",
    "wait_p50_s",
    "wait_p90_s",
    "talk_mean_s",
];

/// All calls, and each queue's.
#[derive(Debug, Default)]
struct Sums {
    total: CallSums,
    queues: BTreeMap<String, CallSums>,
}

/// What is wrong in a file, where, and how to mend it.
#[derive(Debug)]
struct Fault {
    line: usize,
    column: usize,
    what: String,
}

/// A field with the column at which it begins, from 1.
#[derive(Debug, Clone, PartialEq)]
struct Field {
    column: usize,
    text: String,
}

/// A row with the line at which it begins, from 1.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    line: usize,
    fields: Vec<Field>,
}

/// Prints the figures of a file.
pub(crate) fn run(flags: &cli::Measures) -> Result<ExitCode> {
    if !flags.threshold.is_finite() || flags.threshold < 0.0 {
        bail!(WrongUse(format!(
            "--threshold is {}; give the acceptable wait in seconds, e.g. 45",
            flags.threshold
        )));
    }
    let text = read(&flags.calls)?;
    let sums = sums(&text, flags.threshold).map_err(|faults| complain(&flags.calls, &faults))?;
    // A program that asks for JSON gets figures or a fault; a doubt is for people.
    if !flags.json
        && let Some(doubt) = twice(&text)
    {
        let path = flags.calls.display();
        writeln!(std::io::stderr(), "{path}:{doubt}").context("cannot write to standard error")?;
    }
    let text = if flags.json {
        serde_json::to_string(&json(&sums))?
    } else {
        table(&sums, flags.threshold)
    };
    writeln!(std::io::stdout(), "{text}").context("cannot write to standard output")?;
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<String> {
    let name = path.display();
    let bytes = std::fs::read(path)
        .with_context(|| format!("cannot read `{name}`; name a CSV file by --calls"))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            bail!("{name}:{line}:{column}: this is not UTF-8; save the file as UTF-8")
        }
    }
}

/// The first fault, and how many there are besides.
fn complain(path: &Path, faults: &[Fault]) -> anyhow::Error {
    let Some(first) = faults.first() else {
        return anyhow::anyhow!("`{}` cannot be read", path.display());
    };
    let more = match faults.len() - 1 {
        0 => String::new(),
        1 => " (and one fault more)".to_owned(),
        more => format!(" (and {more} faults more)"),
    };
    anyhow::anyhow!(
        "{}:{}:{}: {}{more}",
        path.display(),
        first.line,
        first.column,
        first.what
    )
}

/// Whole rows that are there twice: counted as they are, since the file says so, but hardly meant. Ids alone may come
/// again on another day.
fn twice(text: &str) -> Option<String> {
    let rows = rows(text).ok()?;
    let mut seen: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut first: Option<(usize, usize)> = None;
    let mut count = 0;
    for row in rows.iter().skip(1) {
        let whole: Vec<&str> = row.fields.iter().map(|field| field.text.trim()).collect();
        match seen.entry(whole) {
            Entry::Vacant(place) => {
                place.insert(row.line);
            }
            Entry::Occupied(place) => {
                count += 1;
                let before = *place.get();
                first.get_or_insert((row.line, before));
            }
        }
    }
    let (line, before) = first?;
    let more = match count - 1 {
        0 => String::new(),
        more => format!(" ({more} more such)"),
    };
    Some(format!(
        "{line}:1: warning: this row is the same as the one on line {before}, and both are counted; take one away if they are one call{more}"
    ))
}

fn sums(text: &str, within_s: f64) -> Result<Sums, Vec<Fault>> {
    let mut rows = rows(text).map_err(|fault| vec![fault])?.into_iter();
    let columns = header(rows.next())?;
    let (mut sums, mut faults) = (Sums::default(), Vec::new());
    for row in rows {
        match call(&row, &columns) {
            Ok((queue, call)) => {
                sums.total.count(call, within_s);
                sums.queues
                    .entry(queue.to_owned())
                    .or_default()
                    .count(call, within_s);
            }
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(sums)
    } else {
        Err(faults)
    }
}

/// The place of each of [`COLUMNS`] in a row, and how many fields a row has.
struct Header {
    places: [usize; COLUMNS.len()],
    width: usize,
}

fn header(row: Option<Row>) -> Result<Header, Vec<Fault>> {
    let wanted = COLUMNS.join(",");
    let Some(row) = row else {
        return Err(vec![Fault {
            line: 1,
            column: 1,
            what: format!("the file is empty; begin with the line {wanted}"),
        }]);
    };
    let mut places = [usize::MAX; COLUMNS.len()];
    let mut faults = Vec::new();
    for (place, field) in row.fields.iter().enumerate() {
        let Some(n) = COLUMNS.iter().position(|name| *name == field.text.trim()) else {
            continue;
        };
        if places[n] != usize::MAX {
            faults.push(Fault {
                line: row.line,
                column: field.column,
                what: format!("column {} comes twice; keep one of them", COLUMNS[n]),
            });
        }
        places[n] = place;
    }
    let missing: Vec<&str> = COLUMNS
        .iter()
        .zip(places)
        .filter(|(_, place)| *place == usize::MAX)
        .map(|(name, _)| *name)
        .collect();
    if !missing.is_empty() {
        let semicolons = row.fields.iter().any(|field| field.text.contains(';'));
        let hint = if semicolons {
            "; separate the fields by commas, not semicolons"
        } else {
            ""
        };
        faults.push(Fault {
            line: row.line,
            column: 1,
            what: format!(
                "the first line lacks {}; it must name {wanted} in any order{hint}",
                missing.join(" and ")
            ),
        });
    }
    if faults.is_empty() {
        Ok(Header {
            places,
            width: row.fields.len(),
        })
    } else {
        Err(faults)
    }
}

fn call<'a>(row: &'a Row, header: &Header) -> Result<(&'a str, Call), Fault> {
    if row.fields.len() != header.width {
        let last = row.fields.last().map_or(1, |field| field.column);
        return Err(Fault {
            line: row.line,
            column: last,
            what: format!(
                "this row has {} fields and the first line {}; add or remove commas, or put a text with commas in quotes",
                row.fields.len(),
                header.width
            ),
        });
    }
    let field = |n: usize| &row.fields[header.places[n]];
    let fault = |field: &Field, what: String| Fault {
        line: row.line,
        column: field.column,
        what,
    };
    let [id, queue, arrived, wait, outcome, talk] =
        [field(0), field(1), field(2), field(3), field(4), field(5)];
    for (field, name) in [(id, "id"), (queue, "queue")] {
        if field.text.trim().is_empty() {
            return Err(fault(field, format!("{name} is empty; write one")));
        }
    }
    if !is_moment(arrived.text.trim()) {
        return Err(fault(
            arrived,
            format!(
                "arrived is `{}`; write an ISO time, e.g. 2026-11-23T10:15:00",
                arrived.text
            ),
        ));
    }
    let Some(outcome_of) = CallOutcome::parse(outcome.text.trim()) else {
        return Err(fault(
            outcome,
            format!(
                "outcome is `{}`; write answered, abandoned or callback",
                outcome.text
            ),
        ));
    };
    let wait_s = seconds(wait).ok_or_else(|| fault(wait, not_seconds("wait_s", wait)))?;
    let is_unanswered = outcome_of != CallOutcome::Answered;
    let talk_s = if is_unanswered && talk.text.trim().is_empty() {
        0.0
    } else {
        seconds(talk).ok_or_else(|| fault(talk, not_seconds("talk_s", talk)))?
    };
    let call = Call {
        wait_s,
        outcome: outcome_of,
        talk_s,
    };
    Ok((queue.text.trim(), call))
}

fn not_seconds(name: &str, field: &Field) -> String {
    let hint = if field.text.contains(',') {
        ", with a point and not a comma"
    } else {
        ""
    };
    format!(
        "{name} is `{}`; write seconds from 0 up, e.g. 12.5{hint}",
        field.text
    )
}

fn seconds(field: &Field) -> Option<f64> {
    let value: f64 = field.text.trim().parse().ok()?;
    (value.is_finite() && value >= 0.0).then_some(value)
}

/// With or without a zone; with a T or a space.
fn is_moment(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok()
}

/// Rows of a CSV text (RFC 4180): quotes may hold commas, line ends and doubled quotes. Empty lines are passed over.
fn rows(text: &str) -> Result<Vec<Row>, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Vec::new();
    let (mut line, mut column) = (1, 1);
    let mut row = Row {
        line,
        fields: Vec::new(),
    };
    let mut field = Field {
        column,
        text: String::new(),
    };
    let mut opened: Option<(usize, usize)> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let (at_line, at_column) = (line, column);
        column += 1;
        if c == '\n' {
            (line, column) = (line + 1, 1);
        }
        match (c, opened.is_some()) {
            ('"', true) if chars.peek() == Some(&'"') => {
                chars.next();
                column += 1;
                field.text.push('"');
            }
            ('"', true) => opened = None,
            ('"', false) if field.text.is_empty() => opened = Some((at_line, at_column)),
            (_, true) => field.text.push(c),
            (',', false) => {
                let next = Field {
                    column,
                    text: String::new(),
                };
                row.fields.push(std::mem::replace(&mut field, next));
            }
            ('\r', false) if chars.peek() == Some(&'\n') => {}
            ('\n', false) => {
                finish(&mut rows, &mut row, field, line);
                field = Field {
                    column,
                    text: String::new(),
                };
            }
            (_, false) => field.text.push(c),
        }
    }
    if let Some((line, column)) = opened {
        return Err(Fault {
            line,
            column,
            what: "this quote is never closed; add a quote at the end of the field".to_owned(),
        });
    }
    finish(&mut rows, &mut row, field, line);
    Ok(rows)
}

/// Ends a row; the next begins at `line`.
fn finish(rows: &mut Vec<Row>, row: &mut Row, field: Field, line: usize) {
    let next = Row {
        line,
        fields: Vec::new(),
    };
    let mut row = std::mem::replace(row, next);
    if row.fields.is_empty() && field.text.trim().is_empty() {
        return;
    }
    row.fields.push(field);
    rows.push(row);
}

fn json(sums: &Sums) -> Value {
    let mut queues = Map::new();
    for (queue, sums) in &sums.queues {
        queues.insert(queue.clone(), figures(sums));
    }
    let mut all = Map::new();
    all.insert("total".to_owned(), figures(&sums.total));
    all.insert("queues".to_owned(), Value::Object(queues));
    Value::Object(all)
}

fn figures(sums: &CallSums) -> Value {
    let counts = COUNTS
        .iter()
        .map(|(name, quantity)| ((*name).to_owned(), Value::from(sums.count_of(*quantity))));
    let figures = FIGURES
        .iter()
        .map(|id| ((*id).to_owned(), Value::from(figure(id, sums))));
    Value::Object(counts.chain(figures).collect())
}

fn figure(id: &str, sums: &CallSums) -> Option<f64> {
    formula(id)?.apply(sums)
}

/// A table for people, and below it the formula of every figure.
fn table(sums: &Sums, within_s: f64) -> String {
    let head = [
        "queue",
        "offered",
        "answered",
        "abandoned",
        "callbacks",
        "sl_offered",
        "sl_answered",
        "sl_excl_short",
        "sl_incl_short",
        "abandoned_share",
        "asa_s",
        "wait_p50_s",
        "wait_p90_s",
        "talk_mean_s",
    ];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    for (queue, sums) in &sums.queues {
        lines.push(line(queue, sums, &head));
    }
    lines.push(line("total", &sums.total, &head));
    let widths: Vec<usize> = (0..head.len())
        .map(|n| lines.iter().map(|row| row[n].chars().count()).max())
        .map(Option::unwrap_or_default)
        .collect();
    let mut text = String::new();
    for row in &lines {
        for (n, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = if n == 0 { "" } else { "  " };
            if n == 0 {
                text.push_str(&format!("{cell:<width$}"));
            } else {
                text.push_str(&format!("{gap}{cell:>width$}"));
            }
        }
        text.push('\n');
    }
    text.push_str(&format!("\nT = {} s\n", decimal(within_s)));
    for id in FIGURES {
        if let Some(formula) = formula(id) {
            text.push_str(&format!("{id} = {}\n", formula.text(true)));
        }
    }
    text.trim_end().to_owned()
}

fn line(name: &str, sums: &CallSums, head: &[&str]) -> Vec<String> {
    let cells = head.iter().skip(1).map(|id| {
        let count = COUNTS.iter().find(|(name, _)| name == id);
        match (count, figure(id, sums)) {
            (Some((_, quantity)), _) => grouped(sums.count_of(*quantity)),
            (None, None) => "–".to_owned(),
            (None, Some(value)) if id.ends_with("_s") => clock(value),
            (None, Some(value)) => format!("{} %", decimal((value * 1000.0).round() / 10.0)),
        }
    });
    std::iter::once(name.to_owned()).chain(cells).collect()
}

/// `1 234`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// `71,4`.
fn decimal(value: f64) -> String {
    value.to_string().replace('.', ",")
}

/// `2:05`.
fn clock(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a wait is from 0 up"
    )]
    let seconds = seconds.round() as u64;
    if seconds < 3600 {
        return format!("{}:{:02}", seconds / 60, seconds % 60);
    }
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "id,queue,arrived,wait_s,outcome,talk_s\n";

    fn faults(text: &str) -> Vec<(usize, usize, String)> {
        let faults = sums(text, 45.0).err().unwrap_or_default();
        faults
            .into_iter()
            .map(|fault| (fault.line, fault.column, fault.what))
            .collect()
    }

    #[test]
    fn a_row_that_is_there_twice_is_counted_and_said() {
        let row = "1,A,2026-11-23T10:15:00,45,answered,60\n";
        let other = "1,A,2026-11-24T10:15:00,45,answered,60\n";
        assert_eq!(twice(&format!("{HEAD}{row}{other}")), None);
        let text = format!("{HEAD}{row}{other}{row}");
        let doubt = twice(&text).unwrap();
        assert!(
            doubt.starts_with("4:1: warning") && doubt.contains("line 2"),
            "{doubt}"
        );
        assert_eq!(
            sums(&text, 45.0).unwrap().total.count_of(Quantity::Offered),
            3
        );
    }

    #[test]
    fn columns_come_in_any_order_and_others_are_passed_over() {
        let text = "\u{feff}talk_s,note,outcome,wait_s,arrived,queue,id\r\n60,\"a, \"\"b\"\"\nc\",answered,45,2026-11-23T10:15:00+01:00,A,1\r\n\r\n,,abandoned,45.5,2026-11-23 10:15:00,B,2";
        let sums = sums(text, 45.0).unwrap();
        assert_eq!(sums.queues.keys().collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(sums.total.count_of(Quantity::AnsweredWithin), 1);
        assert_eq!(sums.total.count_of(Quantity::AbandonedWithin), 0);
        assert_eq!(figure("sl_offered", &sums.total), Some(0.5));
        assert_eq!(figure("talk_mean_s", &sums.queues["B"]), None);
    }

    #[test]
    fn a_bad_row_is_told_with_its_place_and_the_mend() {
        let text = format!(
            "{HEAD}1,A,2026-11-23T10:15:00,12,svart,60\n2,A,i går,1,answered,1\n3,A,2026-11-23T10:15:00,-1,answered,1\n4,A,2026-11-23T10:15:00,1,answered,\n5,A\n"
        );
        let faults = faults(&text);
        let places: Vec<(usize, usize)> = faults.iter().map(|(l, c, _)| (*l, *c)).collect();
        assert_eq!(places, [(2, 28), (3, 5), (4, 25), (5, 36), (6, 3)]);
        for (fault, words) in faults.iter().zip([
            "svart`; write answered, abandoned or callback",
            "write an ISO time",
            "wait_s is `-1`; write seconds",
            "talk_s is ``; write seconds",
            "2 fields and the first line 6",
        ]) {
            assert!(fault.2.contains(words), "`{words}` is not in {}", fault.2);
        }
    }

    #[test]
    fn a_first_line_that_lacks_a_column_says_which() {
        let said = &faults("id,queue,arrived,wait_s,outcome\n")[0];
        assert_eq!((said.0, said.1), (1, 1));
        assert!(said.2.contains("lacks talk_s"), "{}", said.2);
        assert!(faults("id;queue;arrived\n")[0].2.contains("not semicolons"));
        assert!(faults("")[0].2.contains("empty"));
        assert!(
            faults(&format!("id,{HEAD}"))[0]
                .2
                .contains("id comes twice")
        );
        assert!(
            faults(&format!("{HEAD}\"1,A"))[0]
                .2
                .contains("never closed")
        );
    }

    #[test]
    fn a_file_without_calls_has_no_figures() {
        let sums = sums(HEAD, 45.0).unwrap();
        let json = json(&sums);
        assert_eq!(json["total"]["offered"], 0);
        for id in FIGURES {
            assert!(json["total"][id].is_null(), "{id}");
        }
    }

    #[test]
    fn people_read_numbers_the_norwegian_way() {
        assert_eq!(grouped(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(
            (clock(125.4), clock(3725.0)),
            ("2:05".into(), "1:02:05".into())
        );
        assert_eq!(decimal(71.4), "71,4");
    }
}
