//! Local differences from a rule of opening hours, side by side with the rule (*sprikende staur*).

use linje_types::{Language, QueueId};

use crate::hours::{Change, Date, OpeningHours, SpecialDay};
use crate::model::{Centre, HoursId, Text};
use crate::say;

/// Opening hours that differ from a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The hours that differ.
    pub hours: HoursId,
    /// The rule.
    pub base: HoursId,
    /// The queues that have them.
    pub queues: Vec<QueueId>,
    /// What the rule says and what holds here, one pair for each thing that differs.
    pub parts: Vec<(Text, Text)>,
    /// Since when.
    pub since: Option<Date>,
    /// Why.
    pub why: Text,
}

/// Every local difference of a centre, in the order of the description.
#[must_use]
pub fn differences(centre: &Centre) -> Vec<Difference> {
    let hours = (0..).map(HoursId).zip(&centre.hours);
    hours
        .filter_map(|(id, own)| {
            let local = own.local.as_ref()?;
            let queues = (0..).map(QueueId).zip(&centre.queues);
            Some(Difference {
                hours: id,
                base: local.base,
                queues: queues
                    .filter(|(_, queue)| queue.hours == id)
                    .map(|(queue, _)| queue)
                    .collect(),
                parts: parts(centre, &centre.hours[local.base.idx()], own),
                since: local.since,
                why: local.reason.clone(),
            })
        })
        .collect()
}

/// Something that hours say, in a language.
type Said<'a> = Box<dyn Fn(&OpeningHours, Language) -> String + 'a>;

fn parts(centre: &Centre, rule: &OpeningHours, own: &OpeningHours) -> Vec<(Text, Text)> {
    let mut asked: Vec<Said<'_>> = vec![
        Box::new(say::weekdays),
        Box::new(say::holidays),
        Box::new(|hours, language| words(centre, hours, language)),
    ];
    for (_, day) in SpecialDay::NAMES {
        asked.push(Box::new(move |hours, language| {
            let what = say::change(special(hours, day), language);
            format!("{}: {what}", say::special_day(day, language))
        }));
    }
    let mut dates: Vec<Date> = rule
        .exceptions
        .iter()
        .chain(&own.exceptions)
        .map(|exception| exception.date)
        .collect();
    dates.sort();
    dates.dedup();
    for date in dates {
        asked.push(Box::new(move |hours, language| {
            let what = say::change(exception(hours, date), language);
            format!("{}: {what}", say::date(date, language))
        }));
    }
    let both = |said: &Said<'_>, hours: &OpeningHours| Text {
        nb: said(hours, Language::Nb),
        en: said(hours, Language::En),
    };
    asked
        .iter()
        .map(|said| (both(said, rule), both(said, own)))
        .filter(|(rule, own)| rule != own)
        .collect()
}

/// What callers hear when it is closed.
fn words(centre: &Centre, hours: &OpeningHours, language: Language) -> String {
    match hours.prompt {
        None => say::pick(
            language,
            "de vanlige ordene når det er stengt",
            "the usual words when closed",
        ),
        Some(prompt) => {
            let prompt = centre.prompt(prompt);
            let text = prompt.text(language).or_else(|| prompt.text(Language::Nb));
            let text = text.unwrap_or(&prompt.id);
            say::pick(
                language,
                format!("egne ord når det er stengt: «{text}»"),
                format!("words of their own when closed: “{text}”"),
            )
        }
    }
}

pub(crate) fn special(hours: &OpeningHours, day: SpecialDay) -> Option<Change> {
    let found = hours.special.iter().find(|(of, _)| *of == day);
    found.map(|(_, change)| *change)
}

pub(crate) fn exception(hours: &OpeningHours, date: Date) -> Option<Change> {
    let found = hours.exceptions.iter().find(|day| day.date == date);
    found.map(|day| day.change)
}
