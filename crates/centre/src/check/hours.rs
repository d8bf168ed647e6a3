//! Do the opening hours make sense?

use std::collections::BTreeSet;

use crate::fault::{Code, Fault, Place};
use crate::hours::{Change, DAY_MINUTES, Date, OpeningHours, Period, Reason, WeekdayRule, moment};
use crate::model::Centre;
use crate::read::clock;

/// The hour that the change to summer time skips, and that the change back doubles.
const CHANGED: core::ops::Range<u16> = 120..180;

/// Most years that a description is behind the differences in it.
const MOST_YEARS: i16 = 10;

/// Nothing may lie before `since`.
pub(super) fn check(centre: &Centre, since: Option<Date>, faults: &mut Vec<Fault>) {
    // What hours take over from their base is told once, at the base.
    let mut seen = BTreeSet::new();
    for hours in &centre.hours {
        let base = hours
            .local
            .as_ref()
            .map(|local| &centre.hours[local.base.idx()]);
        let never = hours.rules.is_empty();
        // That the base never opens is told there.
        let told = base.is_some_and(|base| base.rules.is_empty());
        let mut hours = hours.clone();
        let whole = hours.clone();
        if hours.local.is_some() {
            hours.rules.retain(|rule| !seen.contains(&rule.at));
            hours.exceptions.retain(|day| !seen.contains(&day.at));
        }
        seen.extend(hours.rules.iter().map(|rule| rule.at));
        seen.extend(hours.exceptions.iter().map(|day| day.at));
        let hours = &hours;
        past(hours, since, faults);
        changed_clock(hours, faults);
        silent_holidays(hours, faults);
        idle_exceptions(&whole, hours, faults);
        late_difference(hours, centre.valid_from, faults);
        if never && !told {
            let message = format!("opening hours \"{}\" never open", hours.id);
            let help = "add open = [{ days = [\"mon\"], from = \"09:00\", to = \"15:00\" }]";
            faults.push(Fault::new(Code::BadHours, hours.at, message, help));
        }
        inverted(hours, faults);
        overlapping(hours, faults);
        doubled_dates(hours, faults);
    }
}

fn past(hours: &OpeningHours, since: Option<Date>, faults: &mut Vec<Fault>) {
    let Some(since) = since else { return };
    for day in hours.exceptions.iter().filter(|day| day.date < since) {
        let message = format!(
            "opening hours \"{}\" have an exception on {}, which is before {since}",
            hours.id, day.date
        );
        let help = "take it away, or mend its year";
        faults.push(Fault::new(Code::PastException, day.at, message, help));
    }
}

/// An exception that closes what is closed anyway.
fn idle_exceptions(whole: &OpeningHours, own: &OpeningHours, faults: &mut Vec<Fault>) {
    let mut usual = whole.clone();
    usual.exceptions.clear();
    let hours = own;
    let closed = hours.exceptions.iter();
    for day in closed.filter(|day| day.change == Change::Closed) {
        let (open, reason) = usual.periods(day.date);
        if !open.is_empty() || usual.rules.is_empty() {
            continue;
        }
        let why = match reason {
            Reason::Holiday(_) => "a public holiday",
            Reason::Special(_) => "a special day",
            Reason::Hours | Reason::Exception(_) => "a weekday without hours",
        };
        let message = format!(
            "opening hours \"{}\" are closed on {} already, which is {why}",
            hours.id, day.date
        );
        let help = "take the exception away, or mend its date";
        faults.push(Fault::new(Code::IdleDay, day.at, message, help));
    }
}

/// A difference that begins long after the description does.
fn late_difference(hours: &OpeningHours, from: Option<Date>, faults: &mut Vec<Fault>) {
    let since = hours.local.as_ref().and_then(|local| local.since);
    let (Some(since), Some(from)) = (since, from) else {
        return;
    };
    if since.year() > from.year() + MOST_YEARS {
        let message = format!(
            "opening hours \"{}\" differ since {since}, but the description holds from {from}",
            hours.id
        );
        let help = "mend the year of \"since\"";
        faults.push(Fault::new(Code::Unlikely, hours.at, message, help));
    }
}

/// On one Sunday a year the clock goes from two to three, and on another it is between them twice.
fn changed_clock(hours: &OpeningHours, faults: &mut Vec<Fault>) {
    let mut touch = |period: Period, at: Place, when: &str| {
        let end = period.to != DAY_MINUTES && CHANGED.contains(&period.to);
        if !CHANGED.contains(&period.from) && !end {
            return;
        }
        let (from, to) = (clock(period.from), clock(period.to));
        let message = format!(
            "opening hours \"{}\" are from {from} to {to} {when}, but between 02:00 and 03:00 the clock is changed",
            hours.id
        );
        let help = "begin and end before 02:00, or at 03:00 or later";
        faults.push(Fault::new(Code::ClockChange, at, message, help));
    };
    for rule in hours.rules.iter().filter(|rule| rule.days[6]) {
        touch(rule.period, rule.at, "on Sundays");
    }
    for day in &hours.exceptions {
        let length = moment(day.date, DAY_MINUTES).since_us(moment(day.date, 0));
        let usual = i64::from(DAY_MINUTES) * 60_000_000;
        if let (Change::Within(period), true) = (day.change, length != usual) {
            touch(period, day.at, "on a day when the clock is changed");
        }
    }
}

/// Hours on weekdays must say whether they hold on public holidays.
fn silent_holidays(hours: &OpeningHours, faults: &mut Vec<Fault>) {
    if !hours.says_holidays && !hours.rules.is_empty() {
        let message = format!(
            "opening hours \"{}\" do not say what they are on public holidays",
            hours.id
        );
        let help = "add holidays = \"closed\" or holidays = \"open\"";
        faults.push(Fault::new(Code::NoHolidays, hours.at, message, help));
    }
}

fn inverted(hours: &OpeningHours, faults: &mut Vec<Fault>) {
    for rule in &hours.rules {
        if rule.period.from >= rule.period.to {
            let (from, to) = (clock(rule.period.from), clock(rule.period.to));
            let message = format!(
                "opening hours \"{}\" end at {to}, not after their start at {from}",
                hours.id
            );
            let help = "swap from and to; hours over midnight are two entries";
            faults.push(Fault::new(Code::BadHours, rule.at, message, help));
        }
    }
}

fn overlapping(hours: &OpeningHours, faults: &mut Vec<Fault>) {
    for (number, rule) in hours.rules.iter().enumerate() {
        let earlier = hours.rules.iter().take(number);
        let Some(other) = earlier.into_iter().find(|other| overlap(other, rule)) else {
            continue;
        };
        let message = format!(
            "opening hours \"{}\" overlap those on line {} on the same day",
            hours.id, other.at.line
        );
        let help = "make one entry of the two";
        faults.push(Fault::new(Code::BadHours, rule.at, message, help));
    }
}

fn overlap(one: &WeekdayRule, other: &WeekdayRule) -> bool {
    let mut days = one.days.iter().zip(other.days);
    let share_day = days.any(|(one, other)| *one && other);
    share_day && one.period.from < other.period.to && other.period.from < one.period.to
}

fn doubled_dates(hours: &OpeningHours, faults: &mut Vec<Fault>) {
    for (number, exception) in hours.exceptions.iter().enumerate() {
        let mut earlier = hours.exceptions.iter().take(number);
        if let Some(other) = earlier.find(|other| other.date == exception.date) {
            let message = format!(
                "opening hours \"{}\" have two exceptions on {}, first on line {}",
                hours.id, exception.date, other.at.line
            );
            let help = "take one away";
            faults.push(Fault::new(Code::Doubled, exception.at, message, help));
        }
    }
}
