//! Sentences for people: why a contact came to somebody, what a queue asks for, how long it took.

pub(crate) mod guidance;
mod happened;
mod rule;

use linje_centre::hours;
use linje_event::{Event, Why, WhyRule};
use linje_types::{AdviserId, Language, Timestamp};

pub(crate) use happened::happened;
pub(crate) use rule::{ring_words, rule_words};

/// `2:05`, and `1:02:05` from an hour on.
#[must_use]
pub(crate) fn clock_of(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A span that a rule names: `45 sekunder`, `1 minutt og 30 sekunder`, `4 timer`, `2 dager`. Read aloud it cannot be
/// taken for a time of the day.
#[must_use]
pub(crate) fn span_of(seconds: u64, language: Language) -> String {
    let english = language == Language::En;
    const UNITS: [(u64, [&str; 2], [&str; 2]); 4] = [
        (86_400, ["dag", "dager"], ["day", "days"]),
        (3_600, ["time", "timer"], ["hour", "hours"]),
        (60, ["minutt", "minutter"], ["minute", "minutes"]),
        (1, ["sekund", "sekunder"], ["second", "seconds"]),
    ];
    let mut left = seconds;
    let mut parts: Vec<String> = Vec::new();
    for (size, nb, en) in UNITS {
        let count = left / size;
        left %= size;
        if count > 0 {
            let word = if english { en } else { nb }[usize::from(count > 1)];
            parts.push(format!("{count} {word}"));
        }
    }
    match parts.len() {
        0 => format!("0 {}", if english { "seconds" } else { "sekunder" }),
        _ => parts.join(if english { " and " } else { " og " }),
    }
}

/// Until when something is promised, in the one form that it has everywhere: `innen onsdag 25. november`, of a midnight,
/// which is the end of the day before it; `innen onsdag 25. november kl. 14.00`; `innen kl. 14.00 i dag`;
/// `innen utgangen av dagen`.
#[must_use]
pub(crate) fn before(at: Timestamp, today: Timestamp, language: Language) -> String {
    hours::say_before(today, at, language)
}

/// `kl. 10.20`, in English `at 10:20`; with the date when it is another day than `today`.
#[must_use]
pub(crate) fn moment_of(at: Timestamp, today: Timestamp, language: Language) -> String {
    let day = hours::local(at).date();
    let time = hours::say_clock(at, language);
    if day == hours::local(today).date() {
        return time;
    }
    format!("{} {time}", hours::say_date(day, language))
}

/// `1 234` in Norwegian, `1,234` in English.
#[must_use]
pub(crate) fn count_of(n: u64, language: Language) -> String {
    let digits = n.to_string();
    let mark = if language == Language::En {
        ','
    } else {
        '\u{a0}'
    };
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// To whom a sentence is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The adviser whom it is about.
    Chosen,
    /// Somebody else.
    Other,
}

impl Reader {
    /// Who the adviser `me` is to an event.
    pub(crate) fn of(event: &Event, me: Option<AdviserId>) -> Reader {
        if me.is_some() && event.adviser() == me {
            Reader::Chosen
        } else {
            Reader::Other
        }
    }
}

/// "Arbeid og helse, ventet 2:05, du har vært ledig lengst av 4".
#[must_use]
pub(crate) fn why(why: &Why, queue: &str, reader: Reader, language: Language) -> String {
    let waited = clock_of(u64::from(why.waited_ms) / 1000);
    let english = language == Language::En;
    let head = if english {
        format!("{queue}, waited {waited}")
    } else {
        format!("{queue}, ventet {waited}")
    };
    let chosen = match (why.rule, english) {
        (WhyRule::IdleLongest, false) => idle_nb(why, reader),
        (WhyRule::IdleLongest, true) => idle_en(why, reader),
        (WhyRule::FirstInLine, false) => first_nb(why, reader),
        (WhyRule::FirstInLine, true) => first_en(why, reader),
        (WhyRule::Preferred, false) => {
            format!("{} blant dem køen helst vil ha", idle_nb(why, reader))
        }
        (WhyRule::Preferred, true) => {
            format!("{} among those the queue prefers", idle_en(why, reader))
        }
        (WhyRule::Named, false) => named(
            reader,
            ["du hjalp brukeren sist", "veilederen hjalp brukeren sist"],
        ),
        (WhyRule::Named, true) => named(
            reader,
            [
                "you helped this person last",
                "the adviser helped this person last",
            ],
        ),
        (WhyRule::Overdue, false) => format!(
            "går foran fordi den lovede lengste ventetiden er over, {}",
            first_nb(why, reader)
        ),
        (WhyRule::Overdue, true) => format!(
            "goes first because the guaranteed longest wait is over, {}",
            first_en(why, reader)
        ),
        (WhyRule::GoalShare, false) => format!(
            "har brukt mest av tiden køen har som mål, {}",
            first_nb(why, reader)
        ),
        (WhyRule::GoalShare, true) => format!(
            "has used the largest share of its queue's goal, {}",
            first_en(why, reader)
        ),
        (WhyRule::Quiet, false) => format!("det er rolig på linjene, {}", idle_nb(why, reader)),
        (WhyRule::Quiet, true) => format!("the lines are quiet, {}", idle_en(why, reader)),
        (WhyRule::SetAside, false) => format!(
            "ingen var ledig, en oppgave legges til side, {}",
            idle_nb(why, reader)
        ),
        (WhyRule::SetAside, true) => format!(
            "nobody was free, a task is set aside, {}",
            idle_en(why, reader)
        ),
    };
    let ring = match (why.ring, english) {
        (0, _) => String::new(),
        (ring, false) => format!(" (trinn {} i køens regel)", u16::from(ring) + 1),
        (ring, true) => format!(" (step {} of the queue's rule)", u16::from(ring) + 1),
    };
    format!("{head}, {chosen}{ring}")
}

fn named(reader: Reader, [chosen, other]: [&str; 2]) -> String {
    match reader {
        Reader::Chosen => chosen.to_owned(),
        Reader::Other => other.to_owned(),
    }
}

/// The name of a rule in the API.
#[must_use]
pub(crate) const fn rule(rule: WhyRule) -> &'static str {
    match rule {
        WhyRule::IdleLongest => "idle_longest",
        WhyRule::FirstInLine => "first_in_line",
        WhyRule::Preferred => "preferred",
        WhyRule::Named => "named",
        WhyRule::Overdue => "overdue",
        WhyRule::GoalShare => "goal_share",
        WhyRule::Quiet => "quiet",
        WhyRule::SetAside => "set_aside",
    }
}

fn idle_nb(why: &Why, reader: Reader) -> String {
    let barred = if why.barred {
        " (den som nettopp lot den gå, er ikke spurt)"
    } else {
        ""
    };
    match (reader, why.able) {
        (Reader::Chosen, 0 | 1) => format!("du er den eneste ledige som kan dette{barred}"),
        (Reader::Chosen, able) => format!("du har vært ledig lengst av {able}{barred}"),
        (Reader::Other, 0 | 1) => format!("den eneste ledige som kan dette{barred}"),
        (Reader::Other, able) => format!("den som hadde vært ledig lengst av {able}{barred}"),
    }
}

fn idle_en(why: &Why, reader: Reader) -> String {
    let barred = if why.barred {
        " (whoever just let it go was not asked)"
    } else {
        ""
    };
    match (reader, why.able) {
        (Reader::Chosen, 0 | 1) => format!("you are the only free adviser who can take it{barred}"),
        (Reader::Chosen, able) => format!("you have been free longest of {able}{barred}"),
        (Reader::Other, 0 | 1) => format!("the only free adviser who could take it{barred}"),
        (Reader::Other, able) => format!("the adviser who had been free longest of {able}{barred}"),
    }
}

fn first_nb(why: &Why, reader: Reader) -> String {
    let passed = if why.barred {
        ", en som du nettopp lot gå, er hoppet over"
    } else {
        ""
    };
    let whose = match reader {
        Reader::Chosen => "du kan hjelpe",
        Reader::Other => "veilederen kunne hjelpe",
    };
    match why.able {
        0 | 1 => format!("først av dem {whose}{passed}"),
        lines => format!("først av dem {whose} i {lines} køer{passed}"),
    }
}

fn first_en(why: &Why, reader: Reader) -> String {
    let passed = if why.barred {
        ", passing over one that you just let go"
    } else {
        ""
    };
    let whose = match reader {
        Reader::Chosen => "you can help",
        Reader::Other => "the adviser could help",
    };
    match why.able {
        0 | 1 => format!("first of those {whose}{passed}"),
        lines => format!("first of those {whose} in {lines} queues{passed}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(rule: WhyRule, able: u32, barred: bool) -> Why {
        Why {
            rule,
            ring: 0,
            class: 0,
            barred,
            able,
            idle_ms: 90_000,
            runner_up: AdviserId::NONE,
            runner_up_idle_ms: 0,
            waited_ms: 125_400,
        }
    }

    #[test]
    fn the_adviser_reads_why_it_came() {
        let longest = figures(WhyRule::IdleLongest, 4, false);
        assert_eq!(
            why(&longest, "Arbeid og helse", Reader::Chosen, Language::Nb),
            "Arbeid og helse, ventet 2:05, du har vært ledig lengst av 4"
        );
        assert_eq!(
            why(&longest, "Work and health", Reader::Chosen, Language::En),
            "Work and health, waited 2:05, you have been free longest of 4"
        );
        let first = figures(WhyRule::FirstInLine, 3, false);
        assert_eq!(
            why(&first, "Familie", Reader::Chosen, Language::Nb),
            "Familie, ventet 2:05, først av dem du kan hjelpe i 3 køer"
        );
    }

    #[test]
    fn others_read_it_about_somebody() {
        let only = figures(WhyRule::IdleLongest, 1, true);
        assert_eq!(
            why(&only, "Familie", Reader::Other, Language::Nb),
            "Familie, ventet 2:05, den eneste ledige som kan dette (den som nettopp lot den gå, er ikke spurt)"
        );
    }

    #[test]
    fn long_times_have_hours() {
        assert_eq!(clock_of(3725), "1:02:05");
        assert_eq!(clock_of(9), "0:09");
    }
}
