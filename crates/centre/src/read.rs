//! Reads a centre description section by section.
//!
//! Every value that is malformed becomes a fault and a harmless value; the harmless values are
//! never seen, because `parse` gives the faults instead.

mod flow;
mod people;
mod prompt;
mod queue;

use linje_types::{Language, QueueId};

use crate::fault::{Code, Place};
use crate::hours::{
    Change, DAY_MINUTES, DatedException, OpeningHours, Period, SpecialDay, WeekdayRule,
};
use crate::model::{Centre, Class, Number, Skill, Text, Topic};
use crate::names::{Names, word};
use crate::reader::{Placed, Table};

pub(crate) use prompt::prompt_ids;

/// Reads the whole document.
pub(crate) fn centre(root: &Table<'_, '_>) -> Centre {
    let names = Names::collect(root);
    let prompts = prompt::prompts(root);
    let head = root
        .need_table("centre", |table| head(table, &names))
        .unwrap_or_default();
    Centre {
        id: head.id,
        name: head.name,
        version: head.version,
        source: head.source,
        assumed: head.assumed,
        callback_working_days: head.callback_working_days,
        callback_queue: head.callback_queue,
        classes: root.tables("class", class),
        units: root.tables("unit", |table| people::unit(table, &names)),
        topics: root.tables("topic", |table| topic(table, &names)),
        skills: root.tables("skill", skill),
        queues: root.tables("queue", |table| queue::queue(table, &names)),
        hours: root.tables("hours", |table| hours(table, &names)),
        numbers: numbers(root, &names),
        flows: flow::flows(root, &names),
        waiting: prompt::waiting(root, &names, &prompts),
        prompts,
        channels: queue::channels(root),
        people: people::people(root, &names),
        population: people::population(root, &names),
    }
}

#[derive(Default)]
struct Head {
    id: String,
    name: Text,
    version: String,
    source: String,
    assumed: Vec<Text>,
    callback_working_days: u16,
    callback_queue: Option<QueueId>,
}

fn head(table: &Table<'_, '_>, names: &Names) -> Head {
    let callback = table.table("callback", |callback| {
        let queue = callback.need_text("queue");
        let days = callback.integer("working_days", 0..=30).unwrap_or(2);
        let who = "callbacks go to";
        (names.queue(callback.reader, &queue, who), days)
    });
    Head {
        id: table.need_text("id").value,
        name: name(table),
        version: table.need_text("version").value,
        source: table.need_text("source").value,
        assumed: table.tables("assumed", text),
        callback_working_days: callback.map_or(2, |(_, days)| days),
        callback_queue: callback.map(|(queue, _)| queue),
    }
}

/// The two languages of a table such as `{ nb = "..", en = ".." }`.
fn text(table: &Table<'_, '_>) -> Text {
    Text {
        nb: table.need_text("nb").value,
        en: table.need_text("en").value,
    }
}

/// The name of a thing, in both languages.
fn name(table: &Table<'_, '_>) -> Text {
    table.need_table("name", text).unwrap_or_default()
}

/// What is assumed, as words or as the keys of the same table.
fn assumed(table: &Table<'_, '_>) -> Vec<String> {
    let words = table.texts("assumed").into_iter();
    words.map(|word| word.value).collect()
}

fn class(table: &Table<'_, '_>) -> Class {
    Class {
        id: table.need_text("id").value,
        name: name(table),
        head_start_s: table.seconds("head_start").unwrap_or(0),
        at: table.at,
    }
}

fn skill(table: &Table<'_, '_>) -> Skill {
    Skill {
        id: table.need_text("id").value,
        name: name(table),
        at: table.at,
    }
}

fn topic(table: &Table<'_, '_>, names: &Names) -> Topic {
    let code = table.need_text("code");
    if !code.value.chars().all(|letter| letter.is_ascii_uppercase()) || code.value.len() != 3 {
        let help = "write three capital letters";
        table.bad(
            code.at,
            format!("the code \"{}\" is malformed", code.value),
            help,
        );
    }
    let skill = table.text("skill");
    Topic {
        name: name(table),
        group: table
            .text("group")
            .map(|group| group.value)
            .unwrap_or_default(),
        skill: skill.map(|id| {
            let who = format!("topic \"{}\" wants", code.value);
            names.skill(table.reader, &id, &who)
        }),
        code: code.value,
        at: table.at,
    }
}

fn numbers(root: &Table<'_, '_>, names: &Names) -> Vec<Number> {
    let mut seen: Vec<Placed<String>> = Vec::new();
    root.tables("number", |table| {
        let number = table.need_text("number");
        let figures = number.value.len();
        if !(3..=15).contains(&figures) || !number.value.chars().all(|c| c.is_ascii_digit()) {
            let help = "write 3 to 15 figures without spaces";
            table.bad(
                number.at,
                format!("\"{}\" is no phone number", number.value),
                help,
            );
        }
        if let Some(first) = seen.iter().find(|first| first.value == number.value) {
            let message = format!(
                "number {} is there twice, first on line {}",
                number.value, first.at.line
            );
            let help = "give one of them another number";
            table
                .reader
                .fault(Code::DoubledNumber, number.at, message, help);
        }
        seen.push(number.clone());
        let flow = table.need_text("flow");
        let who = format!("number {} goes to", number.value);
        Number {
            id: table.need_text("id").value,
            name: name(table),
            flow: names.flow(table.reader, &flow, &who),
            number: number.value,
            assumed: table.flag("assumed").unwrap_or(false),
            demo_only: table.flag("demo_only").unwrap_or(false),
            at: table.at,
        }
    })
}

fn hours(table: &Table<'_, '_>, names: &Names) -> OpeningHours {
    OpeningHours {
        id: table.need_text("id").value,
        name: name(table),
        rules: table.tables("open", weekday_rule),
        open_on_holidays: holidays(table),
        special: table
            .tables("special", special_day)
            .into_iter()
            .flatten()
            .collect(),
        exceptions: table
            .tables("exception", |table| exception(table, names))
            .into_iter()
            .flatten()
            .collect(),
        at: table.at,
    }
}

fn holidays(table: &Table<'_, '_>) -> bool {
    let Some(choice) = table.text("holidays") else {
        return false;
    };
    let words = [("closed", false), ("open", true)];
    word(table.reader, &choice, "holidays are", &words).unwrap_or(false)
}

const DAYS: [(&str, usize); 7] = [
    ("mon", 0),
    ("tue", 1),
    ("wed", 2),
    ("thu", 3),
    ("fri", 4),
    ("sat", 5),
    ("sun", 6),
];

fn weekday_rule(table: &Table<'_, '_>) -> WeekdayRule {
    let mut days = [false; 7];
    for day in table.texts("days") {
        if let Some(number) = word(table.reader, &day, "the day", &DAYS) {
            days[number] = true;
        }
    }
    if days == [false; 7] {
        table.bad(
            table.place_of("days"),
            "no day",
            "add days = [\"mon\", \"tue\"]",
        );
    }
    let (from, to) = (table.minute_of_day("from"), table.minute_of_day("to"));
    if !table.has("from") || !table.has("to") {
        let message = "hours need both \"from\" and \"to\"";
        table.reader.fault(Code::MissingKey, table.at, message, "");
    }
    WeekdayRule {
        days,
        period: period(from, to),
        at: table.at,
    }
}

/// A period; an open end is the end of the day. Its order is looked at by `check`.
fn period(from: Option<Placed<u16>>, to: Option<Placed<u16>>) -> Period {
    Period {
        from: from.map_or(0, |from| from.value),
        to: to.map_or(DAY_MINUTES, |to| to.value),
    }
}

/// `closed = true`, or hours that hold on the day.
fn change(table: &Table<'_, '_>) -> Change {
    let closed = table.flag("closed").unwrap_or(false);
    let (from, to) = (table.minute_of_day("from"), table.minute_of_day("to"));
    let has_hours = table.has("from") || table.has("to");
    if closed == has_hours {
        let help = "write closed = true, or from and to";
        table.bad(table.at, "neither closed nor hours, or both,", help);
    }
    let period = period(from, to);
    if !closed && has_hours && period.from >= period.to {
        inverted(table, table.at, period);
    }
    if closed {
        Change::Closed
    } else {
        Change::Within(period)
    }
}

fn inverted(table: &Table<'_, '_>, at: Place, period: Period) {
    let (from, to) = (clock(period.from), clock(period.to));
    let message = format!(
        "{} ends at {to}, not after its start at {from}",
        table.what()
    );
    table
        .reader
        .fault(Code::BadHours, at, message, "swap from and to");
}

/// Minutes after midnight as people write them.
pub(crate) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn special_day(table: &Table<'_, '_>) -> Option<(SpecialDay, Change)> {
    let day = table.need_text("day");
    let change = change(table);
    let day = word(table.reader, &day, "the special day", &SpecialDay::NAMES)?;
    Some((day, change))
}

fn exception(table: &Table<'_, '_>, names: &Names) -> Option<DatedException> {
    let date = table.date("date");
    let change = change(table);
    let prompt = table.text("prompt");
    let note = table.table("note", text);
    let prompt = prompt.map(|id| names.prompt(table.reader, &id, "the exception plays"));
    let (year, month, day) = date?;
    Some(DatedException {
        date: jiff::civil::Date::new(year, month, day).ok()?,
        change,
        prompt,
        note,
        at: table.at,
    })
}

/// The languages under `key`; each known and there once.
fn languages(table: &Table<'_, '_>, key: &'static str) -> Vec<Language> {
    let mut languages = Vec::new();
    for id in table.texts(key) {
        let who = format!("{} has the", table.what());
        let Some(language) = crate::names::language(table.reader, &id, &who) else {
            continue;
        };
        if languages.contains(&language) {
            let message = format!("language {language} is there twice");
            table.bad(id.at, message, "take one away");
        } else {
            languages.push(language);
        }
    }
    languages
}
