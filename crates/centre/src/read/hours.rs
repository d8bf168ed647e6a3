//! Opening hours, and hours that differ from a rule.

use crate::fault::{Code, Place};
use crate::hours::{
    Change, DAY_MINUTES, DatedException, Local, OpeningHours, Period, SpecialDay, WeekdayRule,
};
use crate::names::{Names, word};
use crate::read::{date, name, text};
use crate::reader::{Placed, Table};

/// Hours as they are written: what is missing comes from their base.
struct Written {
    hours: OpeningHours,
    has_open: bool,
    has_special: bool,
    /// Where each special day stands.
    special_at: Vec<Place>,
    base_at: Place,
}

pub(super) fn hours(root: &Table<'_, '_>, names: &Names) -> Vec<OpeningHours> {
    let written = root.tables("hours", |table| written(table, names));
    written
        .iter()
        .map(|own| whole(root, &written, own))
        .collect()
}

fn written(table: &Table<'_, '_>, names: &Names) -> Written {
    let local = local(table, names);
    let holidays = holidays(table);
    let prompt = table.text("prompt");
    let mut special_at = Vec::new();
    let special = table.tables("special", |table| {
        let day = special_day(table);
        special_at.extend(day.map(|_| table.at));
        day
    });
    let hours = OpeningHours {
        id: table.need_text("id").value,
        name: name(table),
        rules: table.tables("open", weekday_rule),
        open_on_holidays: holidays.unwrap_or(false),
        special: special.into_iter().flatten().collect(),
        exceptions: table
            .tables("exception", |table| exception(table, names))
            .into_iter()
            .flatten()
            .collect(),
        says_holidays: holidays.is_some(),
        prompt: prompt.map(|id| {
            let who = format!("{} plays", table.what());
            names.prompt(table.reader, &id, &who)
        }),
        local,
        at: table.at,
    };
    Written {
        hours,
        has_open: table.has("open"),
        has_special: table.has("special"),
        special_at,
        base_at: table.place_of("differs_from"),
    }
}

/// From which rule the hours differ, since when and why.
fn local(table: &Table<'_, '_>, names: &Names) -> Option<Local> {
    let base = table.text("differs_from");
    let since = date(table, "since");
    let reason = table.table("reason", text);
    let Some(base) = base else {
        if since.is_some() || reason.is_some() {
            let message = format!("{} has a reason, but differs from nothing", table.what());
            let help = "add differs_from = \"..\" with the id of the rule";
            table
                .reader
                .fault(Code::MissingKey, table.at, message, help);
        }
        return None;
    };
    if reason.is_none() && !table.has("reason") {
        let message = format!("{} does not say why it differs", table.what());
        let help = "add reason = { nb = \"..\", en = \"..\" }";
        table.reader.fault(Code::MissingKey, base.at, message, help);
    }
    let who = format!("{} differs from", table.what());
    Some(Local {
        base: names.hours(table.reader, &base, &who),
        since,
        reason: reason.unwrap_or_default(),
    })
}

/// The hours with all that they take over from their base.
fn whole(root: &Table<'_, '_>, all: &[Written], own: &Written) -> OpeningHours {
    let mut hours = own.hours.clone();
    let base = hours.local.as_ref().map(|local| local.base.idx());
    let Some(base) = base.and_then(|base| all.get(base)) else {
        idle_special(root, &hours, own);
        return hours;
    };
    if base.hours.local.is_some() {
        let message = format!(
            "hours \"{}\" differ from \"{}\", which differ from others themselves",
            hours.id, base.hours.id
        );
        let help = "name the rule itself";
        root.reader
            .fault(Code::BadHours, own.base_at, message, help);
        return hours;
    }
    if !own.has_open {
        hours.rules.clone_from(&base.hours.rules);
    }
    if !own.has_special {
        hours.special.clone_from(&base.hours.special);
    }
    if !hours.says_holidays {
        hours.open_on_holidays = base.hours.open_on_holidays;
        hours.says_holidays = base.hours.says_holidays;
    }
    for exception in &base.hours.exceptions {
        let own = own.hours.exceptions.iter();
        if !own.clone().any(|own| own.date == exception.date) {
            hours.exceptions.push(exception.clone());
        }
    }
    idle_special(root, &hours, own);
    hours
}

/// A special day only shortens the weekday's own hours: one that does not, or leaves nothing, is hardly meant.
fn idle_special(root: &Table<'_, '_>, hours: &OpeningHours, own: &Written) {
    for ((day, change), at) in hours.special.iter().zip(&own.special_at) {
        let Change::Within(limit) = change else {
            continue;
        };
        let weekdays = day.weekdays();
        let rules = hours.rules.iter();
        let rules = rules.filter(|rule| rule.days.iter().zip(weekdays).any(|(one, of)| *one && of));
        let (mut from, mut to) = (DAY_MINUTES, 0);
        for rule in rules {
            from = from.min(rule.period.from);
            to = to.max(rule.period.to);
        }
        if from >= to {
            continue;
        }
        let text = (clock(limit.to), clock(from), clock(to));
        let (message, help) = if limit.to <= from || limit.from >= to {
            (
                format!(
                    "a special day of hours \"{}\" is open until {}, but that day is open from {} to {} only, so that it is closed all day",
                    hours.id, text.0, text.1, text.2
                ),
                "write closed = true, or hours within those of the day",
            )
        } else if limit.to > to && limit.to != DAY_MINUTES {
            (
                format!(
                    "a special day of hours \"{}\" is open until {}, but that day closes at {} and is not made longer",
                    hours.id, text.0, text.2
                ),
                "write an earlier time, or make a dated exception",
            )
        } else {
            continue;
        };
        root.reader.fault(Code::IdleDay, *at, message, help);
    }
}

/// Whether holidays are as other days, if the table says.
fn holidays(table: &Table<'_, '_>) -> Option<bool> {
    let choice = table.text("holidays")?;
    let words = [("closed", false), ("open", true)];
    word(table.reader, &choice, "holidays are", &words)
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
        table.reader.fault(
            Code::MissingKey,
            table.at,
            message,
            "add the missing one, as from = \"09:00\"",
        );
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
