//! What comes after a conversation: `[[cause]]`, `[[hand_over]]`, `[[note_template]]`.

use linje_types::TopicId;

use crate::after::{Cause, CauseKind, HandOver, NoteTemplate, TaskKind};
use crate::names::{Names, word};
use crate::read::{name, text};
use crate::reader::Table;

/// Most working days until a task is due.
const MOST_DAYS: u16 = 60;

pub(super) fn cause(table: &Table<'_, '_>) -> Option<Cause> {
    let id = table.need_text("id").value;
    let name = name(table);
    let kind = table.need_text("kind");
    let who = format!("{} is of kind", table.what());
    let at = table.at;
    word(table.reader, &kind, &who, &CauseKind::NAMES).map(|kind| Cause { id, name, kind, at })
}

pub(super) fn hand_overs(root: &Table<'_, '_>, names: &Names) -> Vec<HandOver> {
    let read = root.tables("hand_over", |table| hand_over(table, names));
    read.into_iter().flatten().collect()
}

fn hand_over(table: &Table<'_, '_>, names: &Names) -> Option<HandOver> {
    let who = format!("{} hands over to", table.what());
    let unit = table.need_text("unit");
    let unit = names.unit(table.reader, &unit, &who);
    let kind = table.need_text("type");
    let who = format!("{} is a task of type", table.what());
    let kind = word(table.reader, &kind, &who, &TaskKind::NAMES);
    let topics = topics(table, names, "hands over");
    let working_days = table.integer("working_days", 0..=MOST_DAYS).unwrap_or(2);
    Some(HandOver {
        id: table.need_text("id").value,
        topics,
        unit,
        kind: kind?,
        working_days,
        at: table.at,
    })
}

pub(super) fn template(table: &Table<'_, '_>, names: &Names) -> NoteTemplate {
    NoteTemplate {
        id: table.need_text("id").value,
        name: name(table),
        text: table.need_table("text", text).unwrap_or_default(),
        topics: topics(table, names, "is for"),
        at: table.at,
    }
}

/// The topics under `topics`.
fn topics(table: &Table<'_, '_>, names: &Names, does: &str) -> Vec<TopicId> {
    let who = format!("{} {does}", table.what());
    let codes = table.texts("topics");
    let codes = codes.iter();
    codes
        .map(|code| names.topic(table.reader, code, &who))
        .collect()
}
