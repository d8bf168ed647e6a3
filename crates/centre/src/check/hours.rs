//! Do the opening hours make sense?

use crate::fault::{Code, Fault};
use crate::hours::{OpeningHours, WeekdayRule};
use crate::model::Centre;
use crate::read::clock;

pub(super) fn check(centre: &Centre, faults: &mut Vec<Fault>) {
    for hours in &centre.hours {
        if hours.rules.is_empty() {
            let message = format!("opening hours \"{}\" never open", hours.id);
            let help = "add open = [{ days = [\"mon\"], from = \"09:00\", to = \"15:00\" }]";
            faults.push(Fault::new(Code::BadHours, hours.at, message, help));
        }
        inverted(hours, faults);
        overlapping(hours, faults);
        doubled_dates(hours, faults);
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
