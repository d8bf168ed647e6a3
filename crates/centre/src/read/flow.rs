//! Flows: the menus that callers go through.

use crate::fault::Code;
use crate::model::{
    Flow, FlowAct, FlowId, FlowStep, Menu, MenuKey, PromptUse, Speech, Target, Text,
};
use crate::names::Names;
use crate::read::{languages, name, text};
use crate::reader::{Placed, Table};

/// The keys that phones have.
const PHONE_KEYS: &str = "0123456789*#";

/// Where a step leads that leads nowhere; never seen, because there is a fault.
const NOWHERE: Target = Target {
    flow: FlowId(0),
    step: 0,
};

pub(super) fn flows(root: &Table<'_, '_>, names: &Names) -> Vec<Flow> {
    let queue_names = queue_names(root);
    let mut number = 0_u16;
    root.tables("flow", |table| {
        let here = Here {
            names,
            queue_names: &queue_names,
            flow: number,
        };
        number = number.saturating_add(1);
        flow(table, &here)
    })
}

/// What is known around a flow.
struct Here<'a> {
    names: &'a Names,
    queue_names: &'a [Text],
    flow: u16,
}

/// The names of the queues, for the labels of keys that lead to one.
fn queue_names(root: &Table<'_, '_>) -> Vec<Text> {
    root.peek_names("queue")
}

fn flow(table: &Table<'_, '_>, here: &Here<'_>) -> Flow {
    let languages = languages(table, "languages");
    if languages.is_empty() {
        let message = format!("{} speaks no language", table.what());
        let help = "add languages = [\"nb\"]";
        table
            .reader
            .fault(Code::MissingKey, table.at, message, help);
    }
    let steps = table.tables("step", |table| step(table, here));
    if steps.is_empty() {
        let message = format!("{} has no step", table.what());
        table
            .reader
            .fault(Code::DeadEnd, table.at, message, "add a [[flow.step]]");
    }
    let mut flow = Flow {
        id: table.need_text("id").value,
        name: name(table),
        languages,
        steps: steps.iter().map(|(step, _)| step.clone()).collect(),
        at: table.at,
    };
    label_keys(&mut flow, &steps, here);
    flow
}

/// Gives each key without a label that of the step it leads to.
fn label_keys(flow: &mut Flow, steps: &[(FlowStep, Option<Text>)], here: &Here<'_>) {
    let labels: Vec<Option<Text>> = steps
        .iter()
        .map(|(step, label)| {
            label.clone().or_else(|| match &step.act {
                FlowAct::Queue { queue, .. } => here.queue_names.get(queue.idx()).cloned(),
                FlowAct::Play { .. }
                | FlowAct::Menu(_)
                | FlowAct::Language { .. }
                | FlowAct::Hours { .. }
                | FlowAct::HangUp { .. } => None,
            })
        })
        .collect();
    let fallback = |target: &Target| {
        let id = here.names.steps.get(target.flow.idx());
        let id = id.map_or("", |steps| steps.id(target.step));
        Text {
            nb: String::from(id),
            en: String::from(id),
        }
    };
    for step in &mut flow.steps {
        let FlowAct::Menu(menu) = &mut step.act else {
            continue;
        };
        for key in menu
            .keys
            .iter_mut()
            .filter(|key| key.label == Text::default())
        {
            let own = (key.to.flow.0 == here.flow)
                .then(|| labels.get(usize::from(key.to.step)).cloned().flatten());
            key.label = own.flatten().unwrap_or_else(|| fallback(&key.to));
        }
    }
}

fn step(table: &Table<'_, '_>, here: &Here<'_>) -> (FlowStep, Option<Text>) {
    let id = table.need_text("id").value;
    let label = table.table("label", text);
    let kinds: Vec<&'static str> = ["menu", "language", "hours", "queue", "hang_up"]
        .into_iter()
        .filter(|kind| table.has(kind))
        .collect();
    if let [first, second, ..] = kinds.as_slice() {
        let message = format!("{} has both \"{first}\" and \"{second}\"", table.what());
        let help = "make two steps of it";
        table
            .reader
            .fault(Code::BadValue, table.place_of(second), message, help);
    }
    let act = match kinds.first() {
        Some(&"menu") => FlowAct::Menu(menu(table, here)),
        Some(&"language") => change_language(table, here),
        Some(&"hours") => ask_hours(table, here),
        Some(&"queue") => to_queue(table, here),
        Some(_) => hang_up(table, here),
        None => FlowAct::Play {
            prompts: prompts(table, "play", here.names),
            then: follow(table, "then", here),
        },
    };
    let at = table.at;
    (FlowStep { id, act, at }, label)
}

/// The step that a key of the table names; a dead end when it is missing.
fn follow(table: &Table<'_, '_>, key: &'static str, here: &Here<'_>) -> Target {
    let Some(id) = table.text(key) else {
        if !table.has(key) {
            let message = format!(
                "{} has no \"{key}\", so that the caller is left there",
                table.what()
            );
            let help = format!("add {key} = \"..\" with the id of a step, or let the step hang up");
            table.reader.fault(Code::DeadEnd, table.at, message, help);
        }
        return NOWHERE;
    };
    let who = format!("\"{key}\" of {} goes to", table.what());
    here.names
        .target(table.reader, here.flow, &id, &who)
        .unwrap_or(NOWHERE)
}

pub(super) fn prompts(table: &Table<'_, '_>, key: &'static str, names: &Names) -> Vec<PromptUse> {
    let who = format!("\"{key}\" of {} plays", table.what());
    let uses = table.texts(key).into_iter();
    uses.map(|id| prompt_use(table, &id, &who, names)).collect()
}

/// A prompt, as `id`, `id@en` for a fixed language or `id@next` for the language after the caller's.
fn prompt_use(table: &Table<'_, '_>, id: &Placed<String>, who: &str, names: &Names) -> PromptUse {
    let (name, speech) = match id.value.split_once('@') {
        None => (id.value.as_str(), Speech::Chosen),
        Some((name, suffix)) => {
            let suffix = Placed {
                value: String::from(suffix),
                at: id.at,
            };
            (name, speech(table, &suffix))
        }
    };
    let name = Placed {
        value: String::from(name),
        at: id.at,
    };
    PromptUse {
        prompt: names.prompt(table.reader, &name, who),
        speech,
        at: id.at,
    }
}

fn speech(table: &Table<'_, '_>, word: &Placed<String>) -> Speech {
    if word.value == "next" {
        return Speech::Next;
    }
    let who = format!("{} speaks the", table.what());
    crate::names::language(table.reader, word, &who).map_or(Speech::Chosen, Speech::Fixed)
}

fn menu(table: &Table<'_, '_>, here: &Here<'_>) -> Menu {
    let keys: Vec<MenuKey> = table
        .tables("keys", |key| menu_key(key, here))
        .into_iter()
        .flatten()
        .collect();
    if keys.is_empty() {
        let message = format!("{} has no keys", table.what());
        let help = "add keys = [{ key = \"1\", to = \"..\" }]";
        table.reader.fault(Code::DeadEnd, table.at, message, help);
    }
    let repeat_at = table.place_of("repeat");
    let repeat = table.text("repeat").and_then(|key| phone_key(table, &key));
    refuse_doubled_keys(table, &keys, repeat.map(|key| (key, repeat_at)));
    Menu {
        prompts: prompts(table, "menu", here.names),
        keys,
        repeat,
        timeout_s: table.seconds("timeout").unwrap_or(6).clamp(1, 60),
        tries: table.integer("tries", 1..=9).unwrap_or(3),
        on_no_key: prompts(table, "on_no_key", here.names),
        on_wrong_key: prompts(table, "on_wrong_key", here.names),
        give_up: follow(table, "give_up", here),
    }
}

fn menu_key(table: &Table<'_, '_>, here: &Here<'_>) -> Option<MenuKey> {
    let key_text = table.need_text("key");
    let to = table.need_text("to");
    let label = table.table("label", text);
    let key = phone_key(table, &key_text)?;
    let who = format!("key \"{key}\" goes to");
    Some(MenuKey {
        key,
        to: here.names.target(table.reader, here.flow, &to, &who)?,
        label: label.unwrap_or_default(),
        at: key_text.at,
    })
}

/// The one phone key that a text names.
pub(super) fn phone_key(table: &Table<'_, '_>, text: &Placed<String>) -> Option<char> {
    let mut letters = text.value.chars();
    let key = letters
        .next()
        .filter(|key| PHONE_KEYS.contains(*key) && letters.next().is_none());
    if key.is_none() {
        let message = format!("\"{}\" is no key of a phone", text.value);
        let help = "write one of 0-9, * and #";
        table
            .reader
            .fault(Code::WrongPhoneKey, text.at, message, help);
    }
    key
}

fn refuse_doubled_keys(
    table: &Table<'_, '_>,
    keys: &[MenuKey],
    repeat: Option<(char, crate::fault::Place)>,
) {
    let all: Vec<(char, crate::fault::Place)> = keys
        .iter()
        .map(|key| (key.key, key.at))
        .chain(repeat)
        .collect();
    for (number, (key, at)) in all.iter().enumerate() {
        if let Some((_, first)) = all.iter().take(number).find(|(other, _)| other == key) {
            let message = format!(
                "key \"{key}\" is there twice in {}, first on line {}",
                table.what(),
                first.line
            );
            let help = "give one of them another key";
            table
                .reader
                .fault(Code::DoubledPhoneKey, *at, message, help);
        }
    }
}

fn change_language(table: &Table<'_, '_>, here: &Here<'_>) -> FlowAct {
    let word = table.need_text("language");
    FlowAct::Language {
        speech: speech(table, &word),
        then: follow(table, "then", here),
    }
}

fn ask_hours(table: &Table<'_, '_>, here: &Here<'_>) -> FlowAct {
    let hours = table.need_text("hours");
    let who = format!("{} asks for", table.what());
    FlowAct::Hours {
        hours: here.names.hours(table.reader, &hours, &who),
        open: follow(table, "open", here),
        closed: follow(table, "closed", here),
    }
}

fn to_queue(table: &Table<'_, '_>, here: &Here<'_>) -> FlowAct {
    let (names, reader) = (here.names, table.reader);
    let queue = table.need_text("queue");
    let (topic, class) = (table.text("topic"), table.text("class"));
    let refer = |verb: &str| format!("{} {verb}", table.what());
    FlowAct::Queue {
        queue: names.queue(reader, &queue, &refer("goes to")),
        topic: topic.map(|id| names.topic(reader, &id, &refer("is about"))),
        class: class.map(|id| names.class(reader, &id, &refer("has the"))),
        prompts: prompts(table, "play", here.names),
        announce: table.flag("announce").unwrap_or(true),
    }
}

fn hang_up(table: &Table<'_, '_>, here: &Here<'_>) -> FlowAct {
    if table.flag("hang_up") == Some(false) {
        let at = table.place_of("hang_up");
        table.bad(
            at,
            "hang_up is false",
            "take the line away and add then = \"..\"",
        );
    }
    FlowAct::HangUp {
        prompts: prompts(table, "play", here.names),
        closed: table.flag("closed").unwrap_or(false),
    }
}
