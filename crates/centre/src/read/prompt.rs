//! Prompts, and what is said to those who wait.

use linje_types::Language;

use crate::fault::Code;
use crate::model::{Prompt, PromptId, Waiting};
use crate::names::Names;
use crate::reader::{Placed, Table};
use crate::words;

/// Highest number that gets a prompt of its own.
const HIGHEST: u8 = 99;

pub(super) fn prompts(root: &Table<'_, '_>) -> Vec<Prompt> {
    root.tables("prompt", prompt)
        .into_iter()
        .flatten()
        .collect()
}

/// One prompt, or one for each number when the entry is a row of `numbers`.
fn prompt(table: &Table<'_, '_>) -> Vec<Prompt> {
    let id = table.need_text("id").value;
    if table.has("numbers") {
        return numbers(table, &id);
    }
    let texts = spoken(table);
    let recordings = table.table("recording", spoken).unwrap_or_default();
    let at = table.at;
    vec![Prompt {
        id,
        texts,
        recordings,
        program: table.flag("program").unwrap_or(false),
        at,
    }]
}

/// Texts by language; empty ones count as missing.
fn spoken(table: &Table<'_, '_>) -> Vec<(Language, String)> {
    let keys = [
        ("nb", Language::Nb),
        ("nn", Language::Nn),
        ("se", Language::Se),
        ("en", Language::En),
    ];
    keys.into_iter()
        .filter_map(|(key, language)| Some((language, table.text(key)?.value)))
        .filter(|(_, text)| !text.trim().is_empty())
        .collect()
}

/// `id = "num", numbers = 60`: the prompts num-0 to num-60, their words made here.
fn numbers(table: &Table<'_, '_>, id: &str) -> Vec<Prompt> {
    let last = table.integer("numbers", 0..=HIGHEST).unwrap_or(0);
    let languages = [Language::Nb, Language::En];
    (0..=last)
        .map(|number| Prompt {
            id: format!("{id}-{number}"),
            texts: languages
                .iter()
                .map(|language| (*language, words::number(number, *language)))
                .collect(),
            recordings: Vec::new(),
            program: false,
            at: table.at,
        })
        .collect()
}

/// The ids that `prompts` will give, in the same order, for references.
pub(crate) fn prompt_ids(id: Placed<String>, numbers: Option<u8>) -> Vec<Placed<String>> {
    let Some(last) = numbers else {
        return vec![id];
    };
    (0..=last.min(HIGHEST))
        .map(|number| Placed {
            value: format!("{}-{number}", id.value),
            at: id.at,
        })
        .collect()
}

pub(super) fn waiting(root: &Table<'_, '_>, names: &Names, prompts: &[Prompt]) -> Waiting {
    let read = root.need_table("waiting", |table| {
        let say = |key| {
            let id = table.need_text(key);
            let who = format!("\"{key}\" of [waiting] plays");
            names.prompt(table.reader, &id, &who)
        };
        Waiting {
            first_s: table.seconds("first").unwrap_or(8),
            every_s: every(table),
            hold: say("hold"),
            position: say("position"),
            in_queue: say("in_queue"),
            many: say("many"),
            wait: say("wait"),
            minute: say("minute"),
            minutes: say("minutes"),
            soon: say("soon"),
            long: say("long"),
            full: say("full"),
            numbers: numbered(table, names, prompts),
        }
    });
    let none = PromptId(0);
    read.unwrap_or(Waiting {
        first_s: 8,
        every_s: 50,
        hold: none,
        position: none,
        in_queue: none,
        many: none,
        wait: none,
        minute: none,
        minutes: none,
        soon: none,
        long: none,
        full: none,
        numbers: Vec::new(),
    })
}

fn every(table: &Table<'_, '_>) -> u32 {
    let every = table.seconds("every").unwrap_or(50);
    if every < 5 {
        let at = table.place_of("every");
        table.bad(
            at,
            "\"every\" is less than 5 seconds",
            "write every = \"50s\"",
        );
    }
    every.max(5)
}

/// The prompts of the numbers from 0 up, as far as they go without a gap.
fn numbered(table: &Table<'_, '_>, names: &Names, prompts: &[Prompt]) -> Vec<PromptId> {
    let prefix = table.need_text("numbers");
    let found: Vec<PromptId> = (0..=HIGHEST)
        .map_while(|number| names.prompts.place(&format!("{}-{number}", prefix.value)))
        .filter(|place| usize::from(*place) < prompts.len())
        .map(PromptId)
        .collect();
    if found.len() < 2 && table.has("numbers") {
        let message = format!("there are no prompts \"{0}-0\", \"{0}-1\" ..", prefix.value);
        let help = format!("add [[prompt]] id = \"{}\", numbers = 60", prefix.value);
        table
            .reader
            .fault(Code::UnknownReference, prefix.at, message, help);
    }
    found
}
