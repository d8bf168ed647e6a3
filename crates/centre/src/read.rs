//! Reads a centre description section by section.
//!
//! Every value that is malformed becomes a fault and a harmless value; the harmless values are
//! never seen, because `parse` gives the faults instead.

mod after;
mod flow;
mod guidance;
mod hours;
mod people;
mod plan;
mod prompt;
mod queue;
mod routing;

use linje_types::Language;

use crate::fault::Code;
use crate::hours::Date;
use crate::model::{Centre, Class, Number, Skill, Text, Topic};
use crate::names::Names;
use crate::reader::{Placed, Table};

pub(crate) use hours::clock;
pub(crate) use prompt::prompt_ids;
pub(crate) use routing::CLEARANCES;

/// Reads the whole document.
pub(crate) fn centre(root: &Table<'_, '_>) -> Centre {
    let names = Names::collect(root);
    let prompts = prompt::prompts(root);
    let head = root.need_table("centre", head).unwrap_or_default();
    let people = root.count_in("people", "count");
    Centre {
        id: head.id,
        name: head.name,
        version: head.version,
        source: head.source,
        assumed: head.assumed,
        valid_from: head.valid_from,
        routing: routing::routing(root, people),
        languages: routing::languages(root),
        callback: routing::callback(root, &names),
        classes: root.tables("class", class),
        units: root.tables("unit", |table| people::unit(table, &names)),
        groups: root.tables("group", |table| people::group(table, &names)),
        topics: root.tables("topic", |table| topic(table, &names)),
        skills: root.tables("skill", skill),
        queues: root.tables("queue", |table| queue::queue(table, &names)),
        hours: hours::hours(root, &names),
        numbers: numbers(root, &names),
        plans: plan::plans(root, &names),
        flows: flow::flows(root, &names),
        waiting: prompt::waiting(root, &names, &prompts),
        prompts,
        channels: queue::channels(root),
        people: people::people(root, &names),
        population: people::population(root, &names),
        guidance: guidance::guidance(root, &names),
        causes: root
            .tables("cause", after::cause)
            .into_iter()
            .flatten()
            .collect(),
        hand_overs: after::hand_overs(root, &names),
        note_templates: root.tables("note_template", |table| after::template(table, &names)),
        warned: Vec::new(),
    }
}

#[derive(Default)]
struct Head {
    id: String,
    name: Text,
    version: String,
    source: String,
    assumed: Vec<Text>,
    valid_from: Option<Date>,
}

fn head(table: &Table<'_, '_>) -> Head {
    let version = table.need_text("version");
    if table.has("version") && version.value.trim().is_empty() {
        let help = "write a label that people know it by, as version = \"2015-2\"";
        table.bad(version.at, "\"version\" is empty", help);
    }
    Head {
        id: table.need_text("id").value,
        name: name(table),
        version: version.value,
        source: table.need_text("source").value,
        assumed: table.tables("assumed", text),
        valid_from: date(table, "valid_from"),
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
        guarantee_s: table.seconds("guarantee"),
        by_lookup: by_lookup(table),
        at: table.at,
    }
}

/// Whether a look-up of the person gives the class: `given_by = "lookup"`.
fn by_lookup(table: &Table<'_, '_>) -> bool {
    let Some(by) = table.text("given_by") else {
        return false;
    };
    crate::names::word(
        table.reader,
        &by,
        "the class is given by",
        &[("lookup", true)],
    )
    .unwrap_or(false)
}

/// The date under `key`, if it is there.
fn date(table: &Table<'_, '_>, key: &'static str) -> Option<Date> {
    if !table.has(key) {
        return None;
    }
    let (year, month, day) = table.date(key)?;
    Date::new(year, month, day).ok()
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
        no_log: table.flag("no_log").unwrap_or(false),
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
