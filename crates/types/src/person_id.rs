//! Identity numbers of people and organisations. They are read here and shown nowhere by accident.
//!
//! A number says who, and nothing else: neither birth nor sex may be read out of it, because numbers given
//! from 2032 on do not tell (Skatteetaten's rule for the control digit changes then; both are read now).

use core::fmt;

/// Weights of the first control digit, over nine figures.
const FIRST: [u64; 9] = [3, 7, 6, 1, 8, 9, 4, 5, 2];
/// Weights of the second control digit, over ten figures.
const SECOND: [u64; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
/// Weights of the control digit of an organisation, over eight figures.
const ORGANISATION: [u64; 8] = [3, 2, 7, 6, 5, 4, 3, 2];
/// What is added to the month of people who do not exist (Tenor).
const SYNTHETIC_MONTH: u64 = 80;

/// An identity number (*fødselsnummer*, *D-nummer*). Neither `Display` nor `Serialize`: whoever writes one
/// out says so by [`PersonId::digits`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(u64);

impl PersonId {
    /// Reads eleven figures; spaces between them are passed over. `None` when it cannot be a number of a
    /// person under the rule of today or that of 2032.
    #[must_use]
    pub fn parse(text: &str) -> Option<PersonId> {
        let digits = figures::<11>(text)?;
        let day = digits[0] * 10 + digits[1];
        let month = digits[2] * 10 + digits[3];
        let is_day = matches!(day, 1..=31 | 41..=71);
        let is_month = matches!(month, 1..=12 | 41..=52 | 66..=77 | 81..=92);
        let first = 11 - sum(&FIRST, &digits) % 11;
        let old = first % 11 == digits[9];
        let new = (11..=14).any(|from| {
            let control = from - sum(&FIRST, &digits) % 11;
            let control = if control > 10 { control - 11 } else { control };
            control == digits[9] && control != 10
        });
        let second = (11 - sum(&SECOND, &digits) % 11) % 11 == digits[10];
        (is_day && is_month && (old || new) && second).then(|| PersonId(number(&digits)))
    }

    /// Makes the number of somebody who does not exist, born on this day of this month of a year's last two
    /// figures; `individual` up to 999. `None` when the control digits cannot be written.
    #[must_use]
    pub fn synthetic(day: u64, month: u64, year: u64, individual: u64) -> Option<PersonId> {
        let head = ((day * 100 + month + SYNTHETIC_MONTH) * 100 + year % 100) * 1000 + individual;
        let mut digits = [0; 11];
        let mut rest = head;
        for place in (0..9).rev() {
            digits[place] = rest % 10;
            rest /= 10;
        }
        digits[9] = (11 - sum(&FIRST, &digits) % 11) % 11;
        digits[10] = (11 - sum(&SECOND, &digits) % 11) % 11;
        (rest == 0 && digits[9] < 10 && digits[10] < 10).then(|| PersonId(number(&digits)))
    }

    /// The eleven figures, for a register or a page that asked for them.
    #[must_use]
    pub fn digits(self) -> String {
        format!("{:011}", self.0)
    }

    /// As people write it: six figures, a space, five.
    #[must_use]
    pub fn spaced(self) -> String {
        format!("{:06} {:05}", self.0 / 100_000, self.0 % 100_000)
    }

    /// Whether this is somebody of Tenor: month + 80, nobody real.
    #[must_use]
    pub const fn is_synthetic(self) -> bool {
        let month = self.0 / 10_000_000 % 100;
        month > SYNTHETIC_MONTH && month <= SYNTHETIC_MONTH + 12
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonId(redacted)")
    }
}

/// The number of an organisation (*organisasjonsnummer*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgNumber(u64);

impl OrgNumber {
    /// Reads nine figures; spaces between them are passed over. `None` when the control digit is wrong.
    #[must_use]
    pub fn parse(text: &str) -> Option<OrgNumber> {
        let digits = figures::<9>(text)?;
        let control = (11 - sum(&ORGANISATION, &digits) % 11) % 11;
        (control == digits[8] && digits[0] >= 2).then(|| OrgNumber(number(&digits)))
    }

    /// Makes one from its first eight figures; `None` when the control digit cannot be written.
    #[must_use]
    pub fn from_head(head: u64) -> Option<OrgNumber> {
        (0..10).find_map(|control| OrgNumber::parse(&format!("{head:08}{control}")))
    }

    /// The nine figures.
    #[must_use]
    pub fn digits(self) -> String {
        format!("{:09}", self.0)
    }
}

fn sum(weights: &[u64], digits: &[u64]) -> u64 {
    weights
        .iter()
        .zip(digits)
        .map(|(weight, digit)| weight * digit)
        .sum()
}

fn number(digits: &[u64]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + digit)
}

fn figures<const N: usize>(text: &str) -> Option<[u64; N]> {
    let mut digits = [0; N];
    let mut place = 0;
    for letter in text
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '\u{a0}' | '\u{2009}'))
    {
        *digits.get_mut(place)? = u64::from(letter.to_digit(10)?);
        place += 1;
    }
    (place == N).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_both_rules_are_read() {
        // Month + 40, put together here so that no file holds a number that a real person could have.
        let other = format!("{}{}", "154385", "10092");
        let old = [
            "15838510075",
            "55838510069",
            &other,
            "01820190080",
            "23914830001",
        ];
        let new = ["15838510083", "15838510091", "55838510077", "01820190099"];
        for text in old.into_iter().chain(new) {
            let read = PersonId::parse(text).map(PersonId::digits);
            assert_eq!(read.as_deref(), Some(text));
        }
        assert_eq!(
            PersonId::parse("158385 10075"),
            PersonId::parse("15838510075")
        );
    }

    #[test]
    fn what_is_no_number_is_not_read() {
        for text in [
            "",
            "1583851007",
            "15838510076",
            "15838510074",
            "00838510075",
            "158385100755",
            "1583851007x",
        ] {
            assert_eq!(PersonId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_made_number_is_synthetic_and_reads_back() {
        let mut made = 0;
        for individual in 0..1000 {
            let Some(id) = PersonId::synthetic(15, 3, 1985, individual) else {
                continue;
            };
            made += 1;
            assert!(id.is_synthetic());
            assert_eq!(PersonId::parse(&id.digits()), Some(id));
        }
        assert!(made > 700, "{made}");
        let other = format!("{}{}", "154385", "10092");
        assert!(!PersonId::parse(&other).unwrap().is_synthetic());
    }

    #[test]
    fn nothing_is_told_by_debug() {
        let id = PersonId::parse("15838510075").unwrap();
        assert_eq!(format!("{id:?}"), "PersonId(redacted)");
        assert_eq!(id.spaced(), "158385 10075");
    }

    #[test]
    fn organisations_are_read_by_their_control_digit() {
        let made = (30_000_000..30_000_100).filter_map(OrgNumber::from_head);
        let numbers: Vec<OrgNumber> = made.collect();
        assert!(numbers.len() > 85);
        for org in numbers {
            assert_eq!(OrgNumber::parse(&org.digits()), Some(org));
        }
        assert_eq!(OrgNumber::parse("123456789"), None);
    }
}
