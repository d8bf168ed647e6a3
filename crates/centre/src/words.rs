//! Numbers in words, for prompts that a speech program reads.

use linje_types::Language;

const UNITS_NB: [&str; 20] = [
    "null", "en", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "elleve", "tolv",
    "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten",
];
const TENS_NB: [&str; 10] = [
    "", "", "tjue", "tretti", "førti", "femti", "seksti", "sytti", "åtti", "nitti",
];
const UNITS_EN: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS_EN: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// A number from 0 to 99 in words; bokmål for every language but English.
#[must_use]
pub fn number(number: u8, language: Language) -> String {
    let (units, tens, joint) = match language {
        Language::En => (UNITS_EN, TENS_EN, "-"),
        Language::Nb | Language::Nn | Language::Se => (UNITS_NB, TENS_NB, ""),
    };
    let number = usize::from(number.min(99));
    match (number / 10, number % 10) {
        (0 | 1, _) => String::from(units[number]),
        (ten, 0) => String::from(tens[ten]),
        (ten, unit) => format!("{}{joint}{}", tens[ten], units[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_words() {
        assert_eq!(number(0, Language::Nb), "null");
        assert_eq!(number(17, Language::Nb), "sytten");
        assert_eq!(number(20, Language::Nb), "tjue");
        assert_eq!(number(48, Language::Nb), "førtiåtte");
        assert_eq!(number(21, Language::En), "twenty-one");
        assert_eq!(number(60, Language::En), "sixty");
    }
}
