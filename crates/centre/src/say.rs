//! Small words for people: spans of time, shares, numbers, lists, opening hours; bokmål or English.
//!
//! Nothing here knows what has changed or why.

use linje_types::{Activity, Channel, Language};

use crate::hours::{
    Change, DAY_MINUTES, Date, MONTHS_EN, MONTHS_NB, OpeningHours, Period, SpecialDay, WEEKDAYS_EN,
    WEEKDAYS_NB,
};

/// Picks the words of a language; bokmål for all but English.
pub(crate) fn pick(language: Language, nb: impl Into<String>, en: impl Into<String>) -> String {
    if language == Language::En {
        en.into()
    } else {
        nb.into()
    }
}

/// "40 sekunder", "1 minutt og 30 sekunder", "2 dager".
pub(crate) fn seconds(seconds: u32, language: Language) -> String {
    let units = [
        (86_400, ("dag", "dager"), ("day", "days")),
        (3_600, ("time", "timer"), ("hour", "hours")),
        (60, ("minutt", "minutter"), ("minute", "minutes")),
        (1, ("sekund", "sekunder"), ("second", "seconds")),
    ];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (length, nb, en) in units {
        let count = left / length;
        left %= length;
        if count > 0 {
            let (one, many) = if language == Language::En { en } else { nb };
            parts.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    }
    if parts.is_empty() {
        return pick(language, "0 sekunder", "0 seconds");
    }
    list(&parts, language)
}

/// "a, b og c"; "ingen" for none.
pub(crate) fn list(parts: &[String], language: Language) -> String {
    let and = pick(language, " og ", " and ");
    match parts {
        [] => pick(language, "ingen", "none"),
        [one] => one.clone(),
        [first @ .., last] => format!("{}{and}{last}", first.join(", ")),
    }
}

/// "70 %" or "71,5 %"; English with a point.
pub(crate) fn share(share: f64, language: Language) -> String {
    let text = format!("{:.1}", share * 100.0);
    let text = text.strip_suffix(".0").unwrap_or(&text).to_owned();
    if language == Language::En {
        format!("{text}%")
    } else {
        format!("{} %", text.replace('.', ","))
    }
}

/// "1 234"; English "1,234".
pub(crate) fn number(number: impl Into<u64>, language: Language) -> String {
    let digits = number.into().to_string();
    let mark = if language == Language::En {
        ","
    } else {
        "\u{a0}"
    };
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

/// "462 871" of what is counted in parts.
pub(crate) fn round(amount: f64, language: Language) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the reader refused what is below 0, and no count is that large"
    )]
    let whole = amount.round() as u64;
    number(whole, language)
}

/// Keys of the description as people call them: "målet og hvor mange som kan vente".
pub(crate) fn keys(keys: &[String], language: Language) -> String {
    let name = |key: &String| {
        let known = KEYS.iter().find(|(id, ..)| id == key);
        known.map_or_else(|| key.clone(), |(_, nb, en)| pick(language, *nb, *en))
    };
    let names: Vec<String> = keys.iter().map(name).collect();
    list(&names, language)
}

const KEYS: [(&str, &str, &str); 22] = [
    ("id", "id-en", "the id"),
    ("name", "navnet", "the name"),
    ("goal", "målet", "the goal"),
    (
        "first_contact_end",
        "avslutningsgraden",
        "the first-contact end",
    ),
    (
        "max_waiting",
        "hvor mange som kan vente",
        "how many can wait",
    ),
    ("topics", "temaene", "the topics"),
    (
        "named",
        "hvem som spørres alene først",
        "who is asked alone first",
    ),
    (
        "transfers_to",
        "hvor det kan settes over",
        "where it can be transferred",
    ),
    ("prefer", "hvem som spørres først", "who is asked first"),
    ("requires", "kompetansen som kreves", "the skills required"),
    ("who", "hvem som svarer", "who answers"),
    ("then", "ringene", "the rings"),
    ("hours", "åpningstiden", "the opening hours"),
    ("languages", "språkene", "the languages"),
    ("units", "enhetene", "the units"),
    ("people", "folkene", "the people"),
    (
        "sami_percent",
        "andelen som snakker samisk",
        "the share who speak Sámi",
    ),
    ("cleared", "hvem som er klarert", "who is cleared"),
    ("wrap_up", "etterarbeidet", "the wrap-up"),
    ("ring", "hvor lenge det ringer", "how long it rings"),
    ("overflow", "hvor den går over", "where it overflows"),
    (
        "consults",
        "hvilke fageksperter som spørres",
        "which experts are asked",
    ),
];

pub(crate) fn channel(channel: Channel, language: Language) -> &'static str {
    let (nb, en) = match channel {
        Channel::Voice => ("telefon", "phone"),
        Channel::Chat => ("chat", "chat"),
        Channel::Message => ("skriftlig", "messages"),
        Channel::Task => ("oppgaver", "tasks"),
    };
    if language == Language::En { en } else { nb }
}

pub(crate) fn activity(activity: Activity, language: Language) -> &'static str {
    let (nb, en) = match activity {
        Activity::Phone => ("telefon", "phone"),
        Activity::Chat => ("chat", "chat"),
        Activity::Written => ("skriftlig", "written work"),
        Activity::Tasks => ("oppgaver", "tasks"),
        Activity::Learning => ("opplæring", "learning"),
        Activity::Fagprat => ("fagprat", "professional talk"),
        Activity::Lunch => ("lunsj", "lunch"),
        Activity::Break => ("pause", "a break"),
        Activity::Meeting => ("møte", "a meeting"),
    };
    if language == Language::En { en } else { nb }
}

pub(crate) fn yes(yes: bool, language: Language) -> String {
    match yes {
        true => pick(language, "ja", "yes"),
        false => pick(language, "nei", "no"),
    }
}

/// "09.00–15.00"; English "09:00–15:00".
pub(crate) fn period(period: Period, language: Language) -> String {
    let mark = if language == Language::En { ':' } else { '.' };
    let clock = |minute: u16| format!("{:02}{mark}{:02}", minute / 60, minute % 60);
    format!("{}–{}", clock(period.from), clock(period.to))
}

/// "24. desember 2015".
pub(crate) fn date(date: Date, language: Language) -> String {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    let (day, year) = (date.day(), date.year());
    if language == Language::En {
        format!("{day} {} {year}", MONTHS_EN[month])
    } else {
        format!("{day}. {} {year}", MONTHS_NB[month])
    }
}

/// "mandag–fredag 09.00–15.00, lørdag 10.00–12.00".
pub(crate) fn weekdays(hours: &OpeningHours, language: Language) -> String {
    let names = if language == Language::En {
        WEEKDAYS_EN
    } else {
        WEEKDAYS_NB
    };
    let mut parts = Vec::new();
    for rule in &hours.rules {
        let mut from = 0;
        while from < 7 {
            if !rule.days[from] {
                from += 1;
                continue;
            }
            let mut to = from;
            while to < 6 && rule.days[to + 1] {
                to += 1;
            }
            let days = if from == to {
                names[from].to_owned()
            } else {
                format!("{}–{}", names[from], names[to])
            };
            parts.push(((from, rule.period), days));
            from = to + 1;
        }
    }
    parts.sort();
    let parts: Vec<String> = parts
        .into_iter()
        .map(|((_, of), days)| format!("{days} {}", period(of, language)))
        .collect();
    if parts.is_empty() {
        return pick(language, "aldri åpent", "never open");
    }
    parts.join(", ")
}

pub(crate) fn holidays(hours: &OpeningHours, language: Language) -> String {
    if hours.open_on_holidays {
        pick(language, "åpent på helligdager", "open on public holidays")
    } else {
        pick(
            language,
            "stengt på helligdager",
            "closed on public holidays",
        )
    }
}

pub(crate) fn special_day(day: SpecialDay, language: Language) -> &'static str {
    let (nb, en) = match day {
        SpecialDay::WednesdayBeforeEaster => {
            ("onsdag før skjærtorsdag", "the Wednesday before Easter")
        }
        SpecialDay::EasterEve => ("påskeaften", "Easter Eve"),
        SpecialDay::WhitsunEve => ("pinseaften", "Whitsun Eve"),
        SpecialDay::ChristmasEve => ("julaften", "Christmas Eve"),
        SpecialDay::BetweenChristmasAndNewYear => ("romjulen", "between Christmas and New Year"),
        SpecialDay::NewYearsEve => ("nyttårsaften", "New Year's Eve"),
    };
    if language == Language::En { en } else { nb }
}

/// What a special day or an exception does: "stengt", "åpent bare 09.00–12.00".
pub(crate) fn change(change: Option<Change>, language: Language) -> String {
    match change {
        None => pick(language, "som andre dager", "as other days"),
        Some(Change::Closed) => pick(language, "stengt", "closed"),
        Some(Change::Within(within)) => {
            let whole = period(within, language);
            let (from, to) = whole.split_once('–').unwrap_or((&whole, ""));
            let within = match (within.from, within.to) {
                (0, _) => pick(language, format!("til kl. {to}"), format!("until {to}")),
                (_, DAY_MINUTES) => {
                    pick(language, format!("fra kl. {from}"), format!("from {from}"))
                }
                _ => whole,
            };
            pick(
                language,
                format!("åpent bare {within}"),
                format!("open only {within}"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_shares_and_numbers_are_said_as_people_say_them() {
        assert_eq!(seconds(0, Language::Nb), "0 sekunder");
        assert_eq!(seconds(40, Language::Nb), "40 sekunder");
        assert_eq!(seconds(90, Language::Nb), "1 minutt og 30 sekunder");
        assert_eq!(seconds(172_800, Language::En), "2 days");
        assert_eq!(
            seconds(3_661, Language::En),
            "1 hour, 1 minute and 1 second"
        );
        assert_eq!(share(0.7, Language::Nb), "70 %");
        assert_eq!(share(0.715, Language::Nb), "71,5 %");
        assert_eq!(share(0.715, Language::En), "71.5%");
        assert_eq!(number(5_612_445_u32, Language::Nb), "5\u{a0}612\u{a0}445");
        assert_eq!(number(12_u32, Language::En), "12");
    }
}
