//! Crisis plans.

use crate::fault::Code;
use crate::model::{Plan, PlanAct, PlanStep};
use crate::names::Names;
use crate::read::{flow, name, text};
use crate::reader::{Placed, Table};

pub(super) fn plans(root: &Table<'_, '_>, names: &Names) -> Vec<Plan> {
    root.tables("plan", |table| {
        let steps: Vec<PlanStep> = table
            .tables("step", |step| self::step(step, names))
            .into_iter()
            .flatten()
            .collect();
        if steps.is_empty() && !table.has("step") {
            let message = format!("{} does nothing", table.what());
            let help = "add [[plan.step]] with say, menu, callback_only or ask";
            table.reader.fault(Code::BadPlan, table.at, message, help);
        }
        Plan {
            id: table.need_text("id").value,
            name: name(table),
            steps,
            at: table.at,
        }
    })
}

fn step(table: &Table<'_, '_>, names: &Names) -> Option<PlanStep> {
    let text = table.need_table("text", text).unwrap_or_default();
    let kinds: Vec<&'static str> = ["say", "menu", "callback_only", "ask"]
        .into_iter()
        .filter(|kind| table.has(kind))
        .collect();
    let act = match kinds.as_slice() {
        ["say"] => {
            let id = table.need_text("say");
            let who = format!("{} says", table.what());
            PlanAct::Say(names.prompt(table.reader, &id, &who))
        }
        ["menu"] => table.table("menu", |menu| shorter(menu, names)).flatten()?,
        ["callback_only"] => callback_only(table, names),
        ["ask"] => table.table("ask", |ask| self::ask(ask, names)).flatten()?,
        other => {
            let found = match other.len() {
                0 => "nothing",
                _ => "more than one thing",
            };
            let message = format!("{} does {found}", table.what());
            let help = "write one of say, menu, callback_only and ask in each step";
            table.reader.fault(Code::BadPlan, table.at, message, help);
            return None;
        }
    };
    let at = table.at;
    Some(PlanStep { text, act, at })
}

fn callback_only(table: &Table<'_, '_>, names: &Names) -> PlanAct {
    let queues = table.texts("callback_only");
    if queues.is_empty() {
        let message = format!("{} names no queue", table.what());
        let help = "add the ids of queues, or take the step away";
        let at = table.place_of("callback_only");
        table.reader.fault(Code::BadPlan, at, message, help);
    }
    let who = format!("{} rings back those of", table.what());
    let queues = queues.iter();
    PlanAct::CallbackOnly(
        queues
            .map(|id| names.queue(table.reader, id, &who))
            .collect(),
    )
}

/// `{ flow, step, keys, play }`: what is left of a menu, and what is said instead.
fn shorter(table: &Table<'_, '_>, names: &Names) -> Option<PlanAct> {
    let flow_id = table.need_text("flow");
    let who = format!("{} shortens", table.what());
    let flow = names.flow(table.reader, &flow_id, &who);
    let step = table.text("step").unwrap_or_else(|| Placed {
        value: String::from("menu"),
        at: flow_id.at,
    });
    let keys: Vec<char> = table
        .texts("keys")
        .iter()
        .filter_map(|key| flow::phone_key(table, key))
        .collect();
    if keys.is_empty() {
        let message = format!("{} keeps no key, so that the menu is empty", table.what());
        let help = "add keys = [\"1\"] with the keys that stay";
        let at = table.place_of("keys");
        table.reader.fault(Code::BadPlan, at, message, help);
    }
    let prompts = flow::prompts(table, "play", names);
    let who = format!("{} shortens", table.what());
    Some(PlanAct::Menu {
        target: names.target(table.reader, flow.0, &step, &who)?,
        keys,
        prompts,
    })
}

fn ask(table: &Table<'_, '_>, names: &Names) -> Option<PlanAct> {
    let activity = table.need_text("activity");
    let unit = table.text("unit");
    let who = format!("{} asks for the", table.what());
    let wanted = table.integer("wanted", 1..=10_000);
    if wanted.is_none() && !table.has("wanted") {
        let message = format!("{} does not say how many are wanted", table.what());
        table
            .reader
            .fault(Code::MissingKey, table.at, message, "add wanted = 6");
    }
    let activity = crate::names::activity(table.reader, &activity, &who);
    let unit = unit.map(|id| {
        let who = format!("{} asks people of", table.what());
        names.unit(table.reader, &id, &who)
    });
    Some(PlanAct::Ask {
        activity: activity?,
        wanted: wanted?,
        unit,
    })
}
