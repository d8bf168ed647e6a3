//! No real person and no agency's mark may be in the repository.

use super::files::{File, made, paths, texts};

/// Agencies whose marks are theirs.
const AGENCIES: [&str; 8] = [
    "nav",
    "skatteetaten",
    "altinn",
    "digdir",
    "idporten",
    "id-porten",
    "helsenorge",
    "lånekassen",
];

/// Numbers that could be the national identity number of a real person.
fn identity_numbers(file: &File) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in file.text.lines().zip(1..) {
        for digits in candidates(number) {
            if is_identity_number(&digits) && !is_synthetic(&digits) {
                faults.push(format!(
                    "{}:{line}: a valid identity number that is not marked synthetic (month + 80)",
                    file.path
                ));
            }
        }
    }
    faults
}

/// Runs of eleven digits, also with a space or a dash after the sixth.
fn candidates(line: &str) -> Vec<[u8; 11]> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let is_start =
            bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric());
        if !is_start {
            at += 1;
            continue;
        }
        let run = digits_at(bytes, at);
        let mut digits = bytes[at..at + run].to_vec();
        let mut end = at + run;
        if run == 6 && matches!(bytes.get(end), Some(b' ' | b'-')) && digits_at(bytes, end + 1) == 5
        {
            digits.extend_from_slice(&bytes[end + 1..end + 6]);
            end += 6;
        }
        let is_closed = bytes
            .get(end)
            .is_none_or(|next| !next.is_ascii_alphanumeric());
        if is_closed && let Ok(digits) = <[u8; 11]>::try_from(digits.as_slice()) {
            found.push(digits.map(|digit| digit - b'0'));
        }
        at = end.max(at + 1);
    }
    found
}

fn digits_at(bytes: &[u8], start: usize) -> usize {
    bytes
        .iter()
        .skip(start)
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

/// Day and month possible, also for D-numbers (day + 40) and synthetic ones (month + 40, 65, 80),
/// and both control digits right.
fn is_identity_number(digits: &[u8; 11]) -> bool {
    let day = digits[0] * 10 + digits[1];
    let day = if day > 40 { day - 40 } else { day };
    let month = digits[2] * 10 + digits[3];
    let month_ok = [0, 40, 65, 80]
        .iter()
        .any(|more| month > *more && month - more <= 12);
    let sum = |weights: &[u32]| {
        digits
            .iter()
            .zip(weights)
            .map(|(digit, weight)| u32::from(*digit) * weight)
            .sum::<u32>()
            % 11
            == 0
    };
    (1..=31).contains(&day)
        && month_ok
        && sum(&[3, 7, 6, 1, 8, 9, 4, 5, 2, 1])
        && sum(&[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1])
}

/// Month + 80: numbers of the national test register, which no person has.
fn is_synthetic(digits: &[u8; 11]) -> bool {
    (81..=92).contains(&(digits[2] * 10 + digits[3]))
}

/// Where the text names an agency's mark.
fn marks(file: &File) -> Vec<String> {
    let lower = file.text.to_lowercase();
    let mut faults = Vec::new();
    for (text, line) in lower.lines().zip(1..) {
        if names_mark(text) {
            faults.push(format!("{}:{line}: names an agency's mark", file.path));
        }
    }
    faults
}

fn names_mark(text: &str) -> bool {
    AGENCIES.iter().any(|agency| {
        text.match_indices(agency).any(|(at, _)| {
            let (head, tail) = text.split_at(at);
            let is_word = !head.chars().next_back().is_some_and(char::is_alphanumeric);
            let rest = tail.strip_prefix(agency).unwrap_or_default();
            let rest = rest.trim_start_matches(['-', '_', ' ', '.', '\'', 's']);
            is_word && rest.starts_with(concat!("lo", "go"))
        })
    })
}

#[test]
fn the_repository_holds_no_identity_number_of_a_real_person() {
    let faults: Vec<String> = texts().iter().flat_map(identity_numbers).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_repository_names_no_mark_of_an_agency() {
    let mut faults: Vec<String> = texts().iter().flat_map(marks).collect();
    faults.extend(
        paths()
            .into_iter()
            .filter(|path| names_mark(&path.to_lowercase())),
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_number_that_could_be_somebodys_is_found_in_each_writing() {
    // Made here digit by digit, so that this file does not hold what it looks for.
    let (birth, rest) = with_control_digits([1, 1, 0, 2, 5, 9]);
    for text in [
        format!("fnr = \"{birth}{rest}\""),
        format!("{birth} {rest}"),
        format!("({birth}-{rest})"),
    ] {
        assert_eq!(identity_numbers(&made("a.toml", &text)).len(), 1, "{text}");
    }
    for text in [
        format!("1{birth}{rest}"),
        format!("a{birth}{rest}"),
        format!("{birth}{rest}7"),
        "55553333".to_owned(),
    ] {
        assert_eq!(identity_numbers(&made("a.toml", &text)).len(), 0, "{text}");
    }
}

#[test]
fn a_number_of_the_test_register_may_stay() {
    let (birth, rest) = with_control_digits([1, 1, 8, 2, 5, 9]);
    let text = format!("{birth}{rest}");
    assert!(is_identity_number(&candidates(&text)[0]));
    assert_eq!(identity_numbers(&made("a.toml", &text)).len(), 0);
}

#[test]
fn a_mark_is_found_and_other_words_are_not() {
    let word = ["Nav", "logo"];
    assert_eq!(marks(&made("a.tsx", &word.join("-"))).len(), 1);
    assert_eq!(marks(&made("a.tsx", &word.join(" "))).len(), 1);
    assert_eq!(
        marks(&made("a.tsx", "unavailable login of Nav staff")).len(),
        0
    );
}

/// A valid number born on `birth`, as six and five digits, its last five found by trying.
fn with_control_digits(birth: [u8; 6]) -> (String, String) {
    let valid = (0..100_000_u32).find_map(|rest| {
        let rest = format!("{rest:05}");
        let mut digits = [0; 11];
        digits[..6].copy_from_slice(&birth);
        for (digit, byte) in digits[6..].iter_mut().zip(rest.bytes()) {
            *digit = byte - b'0';
        }
        is_identity_number(&digits).then_some(rest)
    });
    let birth = birth.map(|digit| char::from(b'0' + digit));
    (
        birth.iter().collect(),
        valid.expect("every day has valid numbers"),
    )
}
