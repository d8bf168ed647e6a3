//! What has changed in the opening hours.

use crate::hours::{Date, OpeningHours, SpecialDay};
use crate::local::{exception, special};
use crate::model::Centre;
use crate::say;

use super::flows::title;
use super::{Both, PLAIN, Thing, matched};

pub(super) fn compare(both: &mut Both<'_>) {
    let found = matched(&both.old.hours, &both.new.hours, |hours| &hours.id);
    for hours in &found.removed {
        let thing = thing(both, hours);
        both.removed(&thing, PLAIN);
    }
    for hours in &found.added {
        let thing = thing(both, hours);
        let name = both.name(&hours.name);
        let what = format!("{name} ({})", say::weekdays(hours, both.language));
        both.added(
            &thing,
            ("Nye åpningstider", "New opening hours"),
            &what,
            PLAIN,
        );
    }
    for (was, is) in &found.pairs {
        pair(both, was, is);
    }
}

fn thing(both: &Both<'_>, hours: &OpeningHours) -> Thing {
    let name = both.name(&hours.name);
    Thing {
        section: "hours",
        id: hours.id.clone(),
        name: both.t(
            format!("Åpningstiden {name}"),
            format!("The opening hours {name}"),
        ),
    }
}

/// What callers meet when the hours are other than they were.
const MEETS: super::Words<'static> = (
    "Køene åpner og stenger etter dette straks, og sidene sier det; ord som leses opp, endres ikke av dette",
    "The queues open and close by this at once, and pages say it; words that are read aloud do not change by it",
);

fn pair(both: &mut Both<'_>, was: &OpeningHours, is: &OpeningHours) {
    let thing = thing(both, is);
    let (old, new, language) = (both.old, both.new, both.language);
    let names = (both.name(&was.name), both.name(&is.name));
    both.field(
        &thing,
        ("navnet er", "the name is"),
        &names.0,
        &names.1,
        PLAIN,
    );
    both.field(
        &thing,
        ("ukedagene er", "the weekdays are"),
        &say::weekdays(was, language),
        &say::weekdays(is, language),
        MEETS,
    );
    both.field(
        &thing,
        ("det er", "it is"),
        &say::holidays(was, language),
        &say::holidays(is, language),
        MEETS,
    );
    both.field(
        &thing,
        ("det er sagt om helligdager:", "holidays are spoken of:"),
        &say::yes(was.says_holidays, language),
        &say::yes(is.says_holidays, language),
        PLAIN,
    );
    for (_, day) in SpecialDay::NAMES {
        let name = say::special_day(day, language);
        both.field(
            &thing,
            (&format!("{name} er"), &format!("{name} is")),
            &say::change(special(was, day), language),
            &say::change(special(is, day), language),
            MEETS,
        );
    }
    let mut dates: Vec<Date> = was
        .exceptions
        .iter()
        .chain(&is.exceptions)
        .map(|day| day.date)
        .collect();
    dates.sort();
    dates.dedup();
    for date in dates {
        let name = say::date(date, language);
        let said = |centre: &Centre, hours: &OpeningHours| {
            let mut text = say::change(exception(hours, date), language);
            let mut days = hours.exceptions.iter();
            let day = days.find(|day| day.date == date);
            if let Some(note) = day.and_then(|day| day.note.as_ref()) {
                text = format!("{text}, {}", note.get(language));
            }
            if let Some(prompt) = day.and_then(|day| day.prompt) {
                text = format!("{text}, {}", title(centre.prompt(prompt), language));
            }
            text
        };
        both.field(
            &thing,
            (&format!("{name} er"), &format!("{name} is")),
            &said(old, was),
            &said(new, is),
            MEETS,
        );
    }
    let prompt = |centre: &Centre, hours: &OpeningHours| {
        hours.prompt.map_or_else(
            || say::pick(language, "de vanlige", "the usual ones"),
            |prompt| title(centre.prompt(prompt), language),
        )
    };
    both.field(
        &thing,
        ("ordene når det er stengt, er", "the words when closed are"),
        &prompt(old, was),
        &prompt(new, is),
        PLAIN,
    );
    let local = |centre: &Centre, hours: &OpeningHours| {
        let Some(local) = &hours.local else {
            return say::pick(language, "ingen regel", "no rule");
        };
        let base = centre.hours[local.base.idx()].name.get(language);
        let since = local.since.map_or_else(String::new, |since| {
            let since = say::date(since, language);
            say::pick(
                language,
                format!(" siden {since}"),
                format!(" since {since}"),
            )
        });
        format!("{base}{since}: {}", local.reason.get(language))
    };
    both.field(
        &thing,
        ("den avviker fra", "it differs from"),
        &local(old, was),
        &local(new, is),
        (
            "Avviket vises ved siden av den nasjonale regelen, med grunnen",
            "The difference is shown beside the national rule, with its reason",
        ),
    );
}
