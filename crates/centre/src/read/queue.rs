//! Queues and the load of channels.

use linje_types::{Channel, SkillId};

use crate::fault::Code;
use crate::model::{
    Channels, ClassId, Goal, HoursId, Load, Overflow, Queue, QueueGroup, QueueRef, Requirement,
    Ring,
};
use crate::names::{Names, channel, word};
use crate::read::{assumed, languages, name};
use crate::reader::{Placed, Table};
use crate::who::{Who, who};

/// Nobody who waits on the line is overtaken after so long (seconds).
const LONGEST_S: u32 = 20 * 60;

pub(super) fn queue(table: &Table<'_, '_>, names: &Names) -> Queue {
    let id = table.need_text("id");
    let reader = table.reader;
    let refer = |verb: &str| format!("queue \"{}\" {verb}", id.value);
    let channel_id = table.need_text("channel");
    let channel = channel(reader, &channel_id, &refer("has the")).unwrap_or(Channel::Voice);
    let group = table.need_text("group");
    let group = word(reader, &group, &refer("has the group"), &QueueGroup::NAMES);
    let demo_only = table.flag("demo_only").unwrap_or(false);
    let rings = rings(table, names, channel);
    let live = matches!(channel, Channel::Voice | Channel::Chat);
    let targets = |key: &'static str, verb: &str| {
        let ids = table.texts(key);
        let who = refer(verb);
        let refs = ids.iter().map(|id| QueueRef {
            queue: names.queue(reader, id, &who),
            at: id.at,
        });
        refs.collect()
    };
    let topics = table.texts("topics");
    once(table, "topic", &topics);
    let named_s = table.seconds("named").unwrap_or(0);
    let (most, text) = if live {
        (LONGEST_S, "20m")
    } else {
        (86_400, "1d")
    };
    table.hardly_meant("named", named_s, most, text);
    let wrap_up_s = table.seconds("wrap_up").unwrap_or(30);
    table.hardly_meant("wrap_up", wrap_up_s, 3_600, "1h");
    let units = table.texts("units");
    Queue {
        name: name(table),
        group: group.unwrap_or(QueueGroup::Own),
        key: phone_key(table),
        channel,
        requires: rings
            .first()
            .map_or_else(Vec::new, |ring| ring.who.required()),
        rings,
        named_s,
        overflow: table.table("overflow", |to| overflow(to, names)),
        transfers_to: targets("transfers_to", "transfers to"),
        consults: targets("consults", "consults"),
        experts: table.flag("experts").unwrap_or(false),
        no_log: table.flag("no_log").unwrap_or(false),
        languages: queue_languages(table),
        goal: goal(table),
        hours: hours(table, names),
        wrap_up_s,
        ring_s: ring(table),
        max_waiting: table
            .integer("max_waiting", 1..=1_000_000)
            .unwrap_or(10_000),
        class: class(table, names),
        deadline_working_days: table.integer("deadline_working_days", 0..=365).unwrap_or(0),
        topics: topics
            .iter()
            .map(|topic| names.topic(reader, topic, &refer("is about")))
            .collect(),
        units: units
            .iter()
            .map(|unit| names.unit(reader, unit, &refer("is served by")))
            .collect(),
        demo_only,
        assumed: assumed(table),
        at: table.at,
        id: id.value,
    }
}

fn phone_key(table: &Table<'_, '_>) -> Option<char> {
    let key = table.text("key")?;
    super::flow::phone_key(table, &key)
}

fn queue_languages(table: &Table<'_, '_>) -> Vec<linje_types::Language> {
    let found = languages(table, "languages");
    if found.is_empty() {
        let message = format!("{} is served in no language", table.what());
        let help = "add languages = [\"nb\", \"nn\"]";
        table
            .reader
            .fault(Code::MissingKey, table.place_of("languages"), message, help);
    }
    found
}

fn hours(table: &Table<'_, '_>, names: &Names) -> HoursId {
    let Some(hours) = table.text("hours") else {
        let message = format!("{} has no opening hours", table.what());
        let help = "add hours = \"..\" with the id of a [[hours]] section";
        table.reader.fault(Code::NoHours, table.at, message, help);
        return HoursId(0);
    };
    let who = format!("{} is open in", table.what());
    names.hours(table.reader, &hours, &who)
}

fn class(table: &Table<'_, '_>, names: &Names) -> ClassId {
    match table.text("class") {
        Some(class) => {
            let who = format!("{} has the", table.what());
            names.class(table.reader, &class, &who)
        }
        None => ClassId(0),
    }
}

fn ring(table: &Table<'_, '_>) -> u32 {
    let ring = table.seconds("ring").unwrap_or(20);
    if ring == 0 {
        let message = "\"ring\" is no time at all";
        table.bad(table.place_of("ring"), message, "write ring = \"20s\"");
    }
    table.hardly_meant("ring", ring, 600, "10m");
    ring.max(1)
}

/// Nothing is named twice in a list.
pub(super) fn once(table: &Table<'_, '_>, kind: &str, ids: &[Placed<String>]) {
    for (number, id) in ids.iter().enumerate() {
        let mut earlier = ids.iter().take(number);
        if earlier.any(|other| other.value == id.value) {
            let message = format!("{} names {kind} \"{}\" twice", table.what(), id.value);
            let help = "take one of them away";
            table.reader.fault(Code::Doubled, id.at, message, help);
        }
    }
}

fn goal(table: &Table<'_, '_>) -> Goal {
    let read = table.table("goal", |goal| {
        let share = goal.decimal("share", 1.0);
        let within = goal.seconds("within");
        if !goal.has("share") || !goal.has("within") {
            let message = format!("{} needs a share and a time", goal.what());
            let help = "write goal = { share = 0.70, within = \"45s\" }";
            goal.reader.fault(Code::MissingKey, goal.at, message, help);
        }
        if share.as_ref().is_some_and(|share| share.value <= 0.0) {
            let message = "\"share\" is nothing, so that every wait would do,";
            goal.bad(goal.place_of("share"), message, "write share = 0.70");
        }
        if within == Some(0) {
            let message = "\"within\" is no time at all";
            goal.bad(goal.place_of("within"), message, "write within = \"45s\"");
        }
        Goal {
            share: share.map_or(0.0, |share| share.value),
            within_s: within.unwrap_or(0),
            first_contact_end: goal.decimal("first_contact_end", 1.0).map(|end| end.value),
        }
    });
    read.unwrap_or_else(|| {
        if !table.has("goal") {
            let message = format!("{} has no goal", table.what());
            let help = "add goal = { share = 0.70, within = \"45s\" }";
            table.reader.fault(Code::NoGoal, table.at, message, help);
        }
        Goal {
            share: 0.0,
            within_s: 0,
            first_contact_end: None,
        }
    })
}

/// The first ring, by `requires` or `who`, and those after it.
fn rings(table: &Table<'_, '_>, names: &Names, channel: Channel) -> Vec<Ring> {
    let mut rings = vec![Ring {
        after_s: 0,
        who: first(table, names),
        prefer: who(table, "prefer", names),
        widen: false,
        at: table.at,
    }];
    rings.extend(table.tables("then", |table| later(table, names, channel)));
    if rings.len() > 250 {
        let message = format!("{} has more than 250 rings", table.what());
        let help = "leave out those that change little";
        table
            .reader
            .fault(Code::BadRings, table.place_of("then"), message, help);
    }
    rings
}

fn first(table: &Table<'_, '_>, names: &Names) -> Who {
    match (table.has("requires"), table.has("who")) {
        (true, false) => {
            let texts = table.texts("requires");
            let needs = texts.iter();
            let needs = needs.filter_map(|text| requirement(table, names, text));
            Who::All(
                needs
                    .map(|need| Who::Skill {
                        skill: need.skill,
                        level: need.level,
                        at: need.at,
                    })
                    .collect(),
            )
        }
        (false, true) => who(table, "who", names).unwrap_or(Who::EVERYBODY),
        (true, true) => {
            let message = format!("{} has both \"requires\" and \"who\"", table.what());
            let help = "keep one of them";
            table
                .reader
                .fault(Code::BadRings, table.place_of("who"), message, help);
            Who::EVERYBODY
        }
        (false, false) => {
            let message = format!(
                "{} requires no skill, so that nobody knows who serves it",
                table.what()
            );
            let help = "add requires = [\"skill>=1\"]";
            table
                .reader
                .fault(Code::MissingKey, table.at, message, help);
            Who::EVERYBODY
        }
    }
}

/// A later ring: `[[queue.then]]`.
fn later(table: &Table<'_, '_>, names: &Names, channel: Channel) -> Ring {
    if !table.has("after") || !table.has("who") {
        let message = format!("{} needs both \"after\" and \"who\"", table.what());
        let help = "write after = \"30s\" and who = \"..\"";
        table
            .reader
            .fault(Code::MissingKey, table.at, message, help);
    }
    let after_s = table.seconds("after").unwrap_or(0);
    if matches!(channel, Channel::Voice | Channel::Chat) {
        table.hardly_meant("after", after_s, LONGEST_S, "20m");
    }
    Ring {
        after_s,
        who: who(table, "who", names).unwrap_or(Who::EVERYBODY),
        prefer: who(table, "prefer", names),
        widen: table.flag("widen").unwrap_or(false),
        at: table.at,
    }
}

fn overflow(table: &Table<'_, '_>, names: &Names) -> Overflow {
    let to = table.need_text("to");
    let (after_s, expected_s) = (table.seconds("after"), table.seconds("expected"));
    if !table.has("after") && !table.has("expected") {
        let message = format!("{} does not say when", table.what());
        let help = "add after = \"5m\", or expected = \"10m\"";
        table
            .reader
            .fault(Code::MissingKey, table.at, message, help);
    }
    let who = format!("{} goes to", table.what());
    Overflow {
        to: names.queue(table.reader, &to, &who),
        after_s,
        expected_s,
        at: to.at,
    }
}

/// A skill and its least level, as `arbeid>=2`; the level is 1 when it is left out.
fn requirement(table: &Table<'_, '_>, names: &Names, text: &Placed<String>) -> Option<Requirement> {
    let (skill, level) = match text.value.split_once(">=") {
        Some((skill, level)) => (skill.trim(), level.trim()),
        None => (text.value.trim(), "1"),
    };
    let Some(level) = level
        .parse::<u8>()
        .ok()
        .filter(|level| (1..=names.levels).contains(level))
    else {
        let message = format!("the requirement \"{}\" is malformed", text.value);
        table.bad(
            text.at,
            message,
            format!(
                "write a skill and a level from 1 to {}, as \"arbeid>=2\"",
                names.levels
            ),
        );
        return None;
    };
    let skill = Placed {
        value: String::from(skill),
        at: text.at,
    };
    let who = format!("{} requires", table.what());
    let skill: SkillId = names.skill(table.reader, &skill, &who);
    let at = text.at;
    Some(Requirement { skill, level, at })
}

pub(super) fn channels(root: &Table<'_, '_>) -> Channels {
    let usual = Load {
        weight: 100,
        at_once: 1,
    };
    let read = root.need_table("channels", |table| {
        let load = |key| {
            let read = table.need_table(key, |load| {
                let weight = load.integer("weight", 1..=100).unwrap_or(100);
                let at_once = load.integer("at_once", 1..=10).unwrap_or(1);
                let sum = u32::from(weight) * u32::from(at_once);
                if sum > 100 {
                    let message = format!(
                        "{at_once} at once of weight {weight} in {} take {sum} of an adviser's 100",
                        load.what()
                    );
                    let help = "let weight times at_once be at most 100";
                    let at = load.place_of("at_once");
                    load.reader.fault(Code::DoesNotAddUp, at, message, help);
                }
                Load { weight, at_once }
            });
            read.unwrap_or(usual)
        };
        Channels([load("voice"), load("chat"), load("message"), load("task")])
    });
    read.unwrap_or(Channels([usual; 4]))
}
