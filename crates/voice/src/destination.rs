//! Whom the public network may be asked for: the list that stands between a number and the trunk.
//!
//! Pure. What the list does not name is refused, and premium numbers are refused whatever it names.

use std::str::FromStr;

use thiserror::Error;

/// Shortest and longest number after the `+`, country code included (E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;
/// Norwegian numbers that cost the one who calls: no list can allow them.
const PREMIUM: &str = "+4782";

/// A telephone number as somebody wrote it. It never shows in debug output.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(String);

impl Number {
    /// The number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In E.164 form: `+` and figures. Eight figures are Norwegian; `00` stands for `+`.
    /// `None` when it is no number that a subscriber can have.
    pub fn e164(&self) -> Option<String> {
        let mut plain = String::with_capacity(self.0.len());
        for c in self.0.trim().chars() {
            match c {
                '0'..='9' => plain.push(c),
                '+' if plain.is_empty() => plain.push(c),
                ' ' | '-' | '.' | '(' | ')' | '\u{a0}' => {}
                _ => return None,
            }
        }
        let digits = match (plain.strip_prefix('+'), plain.strip_prefix("00")) {
            (Some(rest), _) | (None, Some(rest)) => rest.to_owned(),
            (None, None) if plain.len() == 8 => format!("47{plain}"),
            (None, None) => return None,
        };
        let possible = DIGITS.contains(&digits.len()) && !digits.starts_with('0');
        possible.then(|| format!("+{digits}"))
    }
}

impl<T: Into<String>> From<T> for Number {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Debug for Number {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Number(..)")
    }
}

/// Numbers that may be called: `+` and figures, `X` for any figure, `N` for 2 to 9, and `*` at the end for any more.
///
/// `+47NXXXXXXX` are all Norwegian subscribers, `+46*` all of Sweden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

/// Text that is no pattern.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("not a pattern of numbers, e.g. +47NXXXXXXX or +46*: `{0}`")]
pub struct PatternParseError(String);

impl Pattern {
    /// Norwegian subscribers.
    pub fn norwegian() -> Vec<Self> {
        vec![Self("+47NXXXXXXX".to_owned())]
    }

    /// Whether a number in E.164 form is one of them.
    fn matches(&self, number: &str) -> bool {
        let (body, open) = match self.0.strip_suffix('*') {
            Some(body) => (body, true),
            None => (self.0.as_str(), false),
        };
        let lengths = if open {
            number.len() >= body.len()
        } else {
            number.len() == body.len()
        };
        lengths
            && body
                .chars()
                .zip(number.chars())
                .all(|(wanted, c)| match wanted {
                    'X' => c.is_ascii_digit(),
                    'N' => matches!(c, '2'..='9'),
                    _ => wanted == c,
                })
    }
}

impl FromStr for Pattern {
    type Err = PatternParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || PatternParseError(text.to_owned());
        let rest = text.strip_prefix('+').ok_or_else(wrong)?;
        let body = rest.strip_suffix('*').unwrap_or(rest);
        // A country code at least: one that allows the whole world is a mistake.
        let begins = body.starts_with(|c: char| matches!(c, '1'..='9'));
        let known = body.chars().all(|c| matches!(c, '0'..='9' | 'X' | 'N'));
        if begins && known && body.len() <= *DIGITS.end() {
            Ok(Self(text.to_owned()))
        } else {
            Err(wrong())
        }
    }
}

/// Why a number may not be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotCalled {
    /// It is no number that a subscriber can have.
    #[error("not a telephone number")]
    NoNumber,
    /// It costs the one who calls.
    #[error("a premium number")]
    Premium,
    /// The list of destinations does not name it.
    #[error("not on the list of destinations")]
    NotListed,
}

/// The number in E.164 form when the list allows it, or why it does not.
///
/// # Errors
/// When it may not be called.
pub fn may_call(number: &Number, patterns: &[Pattern]) -> Result<String, NotCalled> {
    let number = number.e164().ok_or(NotCalled::NoNumber)?;
    if number.starts_with(PREMIUM) {
        return Err(NotCalled::Premium);
    }
    let listed = patterns.iter().any(|one| one.matches(&number));
    listed.then_some(number).ok_or(NotCalled::NotListed)
}

/// The number in E.164 form when it may be called.
pub(crate) fn allowed(number: &Number, patterns: &[Pattern]) -> Option<String> {
    may_call(number, patterns).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(number: &str, patterns: &[&str]) -> Option<String> {
        let patterns: Vec<Pattern> = patterns.iter().map(|text| text.parse().unwrap()).collect();
        allowed(&number.into(), &patterns)
    }

    fn usual(number: &str) -> Option<String> {
        allowed(&number.into(), &Pattern::norwegian())
    }

    #[test]
    fn norwegian_subscribers_are_called_however_they_are_written() {
        for text in [
            "90000001",
            "+4790000001",
            "004790000001",
            " 90 00 00 01",
            "+47 900 00 001",
            "(+47) 900-00-001",
        ] {
            assert_eq!(usual(text).as_deref(), Some("+4790000001"), "{text}");
        }
        assert_eq!(usual("22 33 44 55").as_deref(), Some("+4722334455"));
        assert_eq!(usual("800 80 000").as_deref(), Some("+4780080000"));
    }

    #[test]
    fn what_costs_or_leads_abroad_is_not_called() {
        let refused = [
            // Premium, in every spelling.
            "82000000",
            "+4782912345",
            "004782912345",
            "829 12 345",
            "+47-820-00-000",
            // Emergency, short and special numbers.
            "110",
            "112",
            "113",
            "02600",
            "1881",
            "116117",
            "+47112",
            "+4702600000",
            "+4710000000",
            // Abroad, satellites and shared country codes.
            "+4670000000",
            "004670000000",
            "+12025550123",
            "0012025550123",
            "+881600000001",
            "+8821000000001",
            "+97930000001",
            "+2210000000",
            "011442079460000",
            // Too long, too short, twelve figures of machines.
            "+479000000",
            "+47900000011",
            "9000000",
            "900000011",
            "580000000001",
            // No numbers at all.
            "",
            "+",
            "00",
            "anonymous",
            "90000001;ext=1",
            "90000001@evil.example",
            "+47+90000001",
            "9000000x",
            "9000,0001",
            "*2190000001",
            "#31#90000001",
            "\u{0669}\u{0660}\u{0660}\u{0660}\u{0660}\u{0660}\u{0660}\u{0661}",
        ];
        for text in refused {
            assert_eq!(usual(text), None, "{text}");
        }
    }

    #[test]
    fn a_list_opens_what_it_names_and_nothing_more() {
        assert_eq!(
            may("+4670000000", &["+46*"]).as_deref(),
            Some("+4670000000")
        );
        assert_eq!(may("90000001", &["+46*"]), None);
        assert_eq!(
            may("+4522334455", &["+46*", "+45NXXXXXXX"]).as_deref(),
            Some("+4522334455")
        );
        assert_eq!(may("+45223344556", &["+45NXXXXXXX"]), None);
        assert_eq!(may("+4512334455", &["+45NXXXXXXX"]), None);
        assert_eq!(
            may("90000001", &["+4790000001"]).as_deref(),
            Some("+4790000001")
        );
        assert_eq!(may("90000002", &["+4790000001"]), None);
        assert_eq!(may("90000001", &[]), None);
        // Not even a list that names them.
        for list in ["+47*", "+4782NXXXXX", "+4782*"] {
            assert_eq!(may("82912345", &[list]), None, "{list}");
        }
    }

    #[test]
    fn a_pattern_names_a_country_at_least() {
        for text in [
            "",
            "+",
            "+*",
            "*",
            "47*",
            "+X*",
            "+0*",
            "+47?",
            "+47*1",
            "+4712345678901234",
        ] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Number::from("90000001")), "Number(..)");
    }
}
