//! May somebody who rings hear about somebody else? By what the registers say today, and about nothing more.
//!
//! A power of attorney (*fullmakt*) names topics and what may be done in each. Only *LES* opens anything here: whoever
//! may write but not read is told nothing. A guardian (*verge*) speaks within a scope that is in words, which the
//! adviser reads. It never makes a protected person readable: that is asked of `read_person` as well.

/// The word of the register for being told.
const READ: &str = "LES";

/// A power of attorney as its register has it. Dates are `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Power<'a> {
    /// The first day.
    pub from: &'a str,
    /// The last day; None = until it is withdrawn.
    pub until: Option<&'a str>,
    /// Topics, and what may be done in each.
    pub areas: &'a [(String, Vec<String>)],
}

impl<'a> Power<'a> {
    /// Whether it holds on a day; its first and last day are within.
    #[must_use]
    pub fn holds(&self, today: &str) -> bool {
        self.from <= today && self.until.is_none_or(|until| until >= today)
    }

    /// The topics that its holder may hear about on a day; none when it does not hold.
    #[must_use]
    pub fn may_hear(&self, today: &str) -> Vec<&'a str> {
        if !self.holds(today) {
            return Vec::new();
        }
        let areas = self.areas.iter();
        areas
            .filter(|(_, actions)| actions.iter().any(|action| action == READ))
            .map(|(topic, _)| topic.as_str())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_holds_today_and_lets_somebody_read_is_heard() {
        let area = |topic: &str, actions: &[&str]| {
            let actions = actions.iter().map(|action| (*action).to_owned());
            (topic.to_owned(), actions.collect())
        };
        let areas = [
            area("PEN", &["LES", "KOMMUNISER"]),
            area("HJE", &["SKRIV"]),
            area("UFO", &["KOMMUNISER", "LES"]),
        ];
        let power = |from, until| Power {
            from,
            until,
            areas: &areas,
        };
        let today = "2026-11-23";
        let table = [
            ("open", power("2026-01-01", None), true),
            ("its first day", power("2026-11-23", None), true),
            (
                "its last day",
                power("2026-01-01", Some("2026-11-23")),
                true,
            ),
            ("not yet", power("2026-11-24", None), false),
            ("over", power("2026-01-01", Some("2026-11-22")), false),
        ];
        for (name, power, holds) in table {
            let heard = if holds { vec!["PEN", "UFO"] } else { vec![] };
            assert_eq!(
                (power.holds(today), power.may_hear(today)),
                (holds, heard),
                "{name}"
            );
        }
        let none = Power {
            from: "2026-01-01",
            until: None,
            areas: &areas[1..2],
        };
        assert!(
            none.holds(today) && none.may_hear(today).is_empty(),
            "writing is not reading"
        );
    }
}
