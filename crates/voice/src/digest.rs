//! Digest authentication (RFC 7616 and the MD5 form of RFC 2617) with our own verifier.
//!
//! No password is kept, only HA1. Nonces carry their time and a signature, so none is stored before it was used
//! with a right answer. Comparisons take the same time for right and wrong answers, known and unknown users.

use std::collections::HashMap;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Nonces that are remembered for the replay check; the oldest go first.
const MAX_NONCES: usize = 50_000;

/// The hash of user, realm and password for both algorithms.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Ha1 {
    md5: String,
    sha256: String,
}

impl Ha1 {
    pub(crate) fn of(user: &str, realm: &str, password: &str) -> Self {
        let text = format!("{user}:{realm}:{password}");
        Self {
            md5: Algorithm::Md5.hash(&text),
            sha256: Algorithm::Sha256.hash(&text),
        }
    }

    fn get(&self, algorithm: Algorithm) -> &str {
        match algorithm {
            Algorithm::Md5 => &self.md5,
            Algorithm::Sha256 => &self.sha256,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    fn hash(self, text: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text.as_bytes())),
            Self::Sha256 => hex(&Sha256::digest(text.as_bytes())),
        }
    }
}

fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    // The block size of SHA-256 is 64 bytes; a shorter key is filled up with zeros (RFC 2104).
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    Hmac::new(&block.into())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// What a client answered to a challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) username: String,
    realm: String,
    nonce: String,
    uri: String,
    response: String,
    algorithm: Option<String>,
    qop: Option<String>,
    nc: Option<String>,
    cnonce: Option<String>,
}

/// How the verifier judged an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    /// The answer was right but its nonce is too old, or it was used with this count before.
    Stale,
    Wrong,
}

/// Makes challenges and judges answers.
pub(crate) struct Verifier {
    key: [u8; 32],
    realm: String,
    offered: &'static [Algorithm],
    life_ms: u64,
    issued: u32,
    /// nonce -> (made at, ms; highest count that was used)
    used: HashMap<String, (u64, u32)>,
    nobody: Ha1,
}

impl Verifier {
    pub(crate) fn new(key: [u8; 32], realm: &str, life: Duration, offer_sha256: bool) -> Self {
        let offered: &[Algorithm] = if offer_sha256 {
            &[Algorithm::Sha256, Algorithm::Md5]
        } else {
            &[Algorithm::Md5]
        };
        let life_ms = u64::try_from(life.as_millis()).unwrap_or(u64::MAX);
        let nobody = Ha1::of("", realm, &hex(&key));
        Self {
            key,
            realm: realm.to_owned(),
            offered,
            life_ms,
            issued: 0,
            used: HashMap::new(),
            nobody,
        }
    }

    /// The values of the `WWW-Authenticate` headers, most wanted first. `now_ms` is any clock that only rises.
    pub(crate) fn challenge(&mut self, now_ms: u64, stale: bool) -> Vec<String> {
        self.issued = self.issued.wrapping_add(1);
        let nonce = self.sign(now_ms, self.issued);
        let stale = if stale { ", stale=true" } else { "" };
        self.offered
            .iter()
            .map(|&algorithm| {
                let (realm, name) = (&self.realm, algorithm.name());
                format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm={name}, qop=\"auth\"{stale}")
            })
            .collect()
    }

    fn sign(&self, made_ms: u64, number: u32) -> String {
        let plain = format!("{made_ms:016x}{number:08x}");
        let mut mac = hmac(&self.key);
        mac.update(plain.as_bytes());
        let tag = mac.finalize().into_bytes();
        format!("{plain}{}", hex(tag.get(..16).unwrap_or(&[])))
    }

    /// The time in a nonce of ours.
    fn made_ms(&self, nonce: &str) -> Option<u64> {
        let made = u64::from_str_radix(nonce.get(..16)?, 16).ok()?;
        let number = u32::from_str_radix(nonce.get(16..24)?, 16).ok()?;
        bool::from(self.sign(made, number).as_bytes().ct_eq(nonce.as_bytes())).then_some(made)
    }

    /// Judges an answer. `ha1` is None for an unknown user; that takes as long and is always wrong.
    pub(crate) fn judge(
        &mut self,
        answer: &Answer,
        method: &str,
        ha1: Option<&Ha1>,
        now_ms: u64,
    ) -> Verdict {
        let expected = expected(answer, method, ha1.unwrap_or(&self.nobody));
        let Some((expected, count)) = expected else {
            return Verdict::Wrong;
        };
        let given = answer.response.to_ascii_lowercase();
        let same = bool::from(expected.as_bytes().ct_eq(given.as_bytes()));
        let Some(made) = self
            .made_ms(&answer.nonce)
            .filter(|_| same && ha1.is_some())
        else {
            return Verdict::Wrong;
        };
        if answer.realm != self.realm {
            return Verdict::Wrong;
        }
        if now_ms.saturating_sub(made) > self.life_ms {
            return Verdict::Stale;
        }
        self.count(&answer.nonce, made, count, now_ms)
    }

    /// Each count is good once, and only upwards.
    fn count(&mut self, nonce: &str, made: u64, count: u32, now_ms: u64) -> Verdict {
        if self.used.len() >= MAX_NONCES {
            let life = self.life_ms;
            self.used
                .retain(|_, (made, _)| now_ms.saturating_sub(*made) <= life);
            if self.used.len() >= MAX_NONCES {
                self.used.clear();
            }
        }
        let highest = self.used.entry(nonce.to_owned()).or_insert((made, 0));
        if count <= highest.1 {
            return Verdict::Stale;
        }
        highest.1 = count;
        Verdict::Right
    }
}

/// The right response and the nonce count, when the answer has the form that we asked for (`qop=auth`).
fn expected(answer: &Answer, method: &str, ha1: &Ha1) -> Option<(String, u32)> {
    let algorithm = match answer.algorithm.as_deref() {
        None => Algorithm::Md5,
        Some(name) if name.eq_ignore_ascii_case("MD5") => Algorithm::Md5,
        Some(name) if name.eq_ignore_ascii_case("SHA-256") => Algorithm::Sha256,
        Some(_) => return None,
    };
    let qop = answer
        .qop
        .as_deref()
        .filter(|qop| qop.eq_ignore_ascii_case("auth"))?;
    let nc = answer.nc.as_deref().filter(|nc| nc.len() == 8)?;
    let count = u32::from_str_radix(nc, 16).ok()?;
    let cnonce = answer.cnonce.as_deref()?;
    let ha2 = algorithm.hash(&format!("{method}:{}", answer.uri));
    let text = format!(
        "{}:{}:{nc}:{cnonce}:{qop}:{ha2}",
        ha1.get(algorithm),
        answer.nonce
    );
    Some((algorithm.hash(&text), count))
}

/// Reads the value of an `Authorization` header.
pub(crate) fn parse(value: &str) -> Option<Answer> {
    let (scheme, rest) = value.trim_start().split_once(char::is_whitespace)?;
    if !scheme.eq_ignore_ascii_case("Digest") {
        return None;
    }
    let mut answer = Answer::default();
    let mut chars = rest.chars().peekable();
    loop {
        let name: String = take_while(&mut chars, |c| c != '=')
            .trim()
            .trim_start_matches(',')
            .trim()
            .to_ascii_lowercase();
        if chars.next().is_none() {
            break;
        }
        let value = parameter(&mut chars);
        match name.as_str() {
            "username" => answer.username = value,
            "realm" => answer.realm = value,
            "nonce" => answer.nonce = value,
            "uri" => answer.uri = value,
            "response" => answer.response = value,
            "algorithm" => answer.algorithm = Some(value),
            "qop" => answer.qop = Some(value),
            "nc" => answer.nc = Some(value),
            "cnonce" => answer.cnonce = Some(value),
            _ => {}
        }
    }
    let complete =
        !answer.username.is_empty() && !answer.nonce.is_empty() && !answer.response.is_empty();
    complete.then_some(answer)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn take_while(chars: &mut Chars<'_>, wanted: impl Fn(char) -> bool) -> String {
    std::iter::from_fn(|| chars.next_if(|&c| wanted(c))).collect()
}

fn parameter(chars: &mut Chars<'_>) -> String {
    take_while(chars, char::is_whitespace);
    if chars.next_if_eq(&'"').is_none() {
        return take_while(chars, |c| c != ',').trim().to_owned();
    }
    let mut value = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => value.extend(chars.next()),
            _ => value.push(c),
        }
    }
    take_while(chars, |c| c != ',');
    value
}

#[cfg(test)]
impl Answer {
    /// An answer whose response is still to be computed, MD5.
    pub(crate) fn for_test(user: &str, realm: &str, nonce: &str, count: u32) -> Self {
        Self {
            username: user.to_owned(),
            realm: realm.to_owned(),
            nonce: nonce.to_owned(),
            uri: "sip:linje".to_owned(),
            qop: Some("auth".to_owned()),
            nc: Some(format!("{count:08x}")),
            cnonce: Some("abc".to_owned()),
            ..Self::default()
        }
    }
}

#[cfg(test)]
pub(crate) fn expected_for_test(answer: &Answer, method: &str, password: &str) -> String {
    let ha1 = Ha1::of(&answer.username, &answer.realm, password);
    expected(answer, method, &ha1)
        .map(|(response, _)| response)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7616, 3.9.1.
    fn rfc_answer(algorithm: &str, response: &str) -> Answer {
        parse(&format!(
            "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, response=\"{response}\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        ))
        .unwrap()
    }

    #[test]
    fn the_example_of_rfc_7616() {
        let ha1 = Ha1::of("Mufasa", "http-auth@example.org", "Circle of Life");
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            (
                "SHA-256",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let answer = rfc_answer(algorithm, response);
            assert_eq!(
                expected(&answer, "GET", &ha1),
                Some((response.to_owned(), 1))
            );
        }
    }

    const HOUR: Duration = Duration::from_secs(3_600);

    fn verifier() -> Verifier {
        Verifier::new([7; 32], "linje", HOUR, true)
    }

    fn nonce_of(challenge: &str) -> String {
        challenge.split('"').nth(3).unwrap().to_owned()
    }

    fn answered(nonce: &str, nc: u32, password: &str) -> Answer {
        let mut answer = Answer {
            username: "K990001".into(),
            realm: "linje".into(),
            nonce: nonce.into(),
            uri: "sip:linje".into(),
            response: String::new(),
            algorithm: Some("SHA-256".into()),
            qop: Some("auth".into()),
            nc: Some(format!("{nc:08x}")),
            cnonce: Some("abc".into()),
        };
        answer.response = expected(&answer, "REGISTER", &Ha1::of("K990001", "linje", password))
            .unwrap()
            .0;
        answer
    }

    #[test]
    fn counts_go_beyond_nine_and_beyond_ff_and_each_is_good_once() {
        let mut verifier = verifier();
        let ha1 = Ha1::of("K990001", "linje", "pass");
        let nonce = nonce_of(&verifier.challenge(1_000, false)[0]);
        for count in 1..=300 {
            let answer = answered(&nonce, count, "pass");
            assert_eq!(
                verifier.judge(&answer, "REGISTER", Some(&ha1), 2_000),
                Verdict::Right,
                "{count}"
            );
            assert_eq!(
                verifier.judge(&answer, "REGISTER", Some(&ha1), 2_000),
                Verdict::Stale,
                "{count}"
            );
        }
        let answer = answered(&nonce, u32::MAX, "pass");
        assert_eq!(
            verifier.judge(&answer, "REGISTER", Some(&ha1), 2_000),
            Verdict::Right
        );
    }

    #[test]
    fn old_foreign_and_wrong_are_told_apart() {
        let mut verifier = verifier();
        let ha1 = Ha1::of("K990001", "linje", "pass");
        let nonce = nonce_of(&verifier.challenge(0, false)[0]);
        let right = answered(&nonce, 1, "pass");
        assert_eq!(
            verifier.judge(&right, "REGISTER", None, 1),
            Verdict::Wrong,
            "unknown user"
        );
        assert_eq!(
            verifier.judge(&right, "INVITE", Some(&ha1), 1),
            Verdict::Wrong,
            "other method"
        );
        assert_eq!(
            verifier.judge(&answered(&nonce, 1, "guess"), "REGISTER", Some(&ha1), 1),
            Verdict::Wrong
        );
        let mut forged = nonce.into_bytes();
        forged[15] ^= 1;
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(
            verifier.judge(&answered(&forged, 1, "pass"), "REGISTER", Some(&ha1), 1),
            Verdict::Wrong
        );
        assert_eq!(
            verifier.judge(&right, "REGISTER", Some(&ha1), 3_600_001),
            Verdict::Stale
        );
        assert_eq!(
            verifier.judge(&right, "REGISTER", Some(&ha1), 3_600_000),
            Verdict::Right
        );
    }

    #[test]
    fn what_is_no_answer_is_no_answer() {
        for text in [
            "",
            "Digest",
            "Basic abc",
            "Digest username=\"a\"",
            "Digest username=\"a, nonce=",
            "Digest =,=,=",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        let read =
            parse("digest username=\"a\\\"b\" , nonce=x,response=\"y\",nc=0000000a").unwrap();
        assert_eq!(
            (
                read.username.as_str(),
                read.nonce.as_str(),
                read.nc.as_deref()
            ),
            ("a\"b", "x", Some("0000000a"))
        );
    }

    #[test]
    fn an_answer_without_quality_of_protection_is_wrong() {
        let mut verifier = verifier();
        let ha1 = Ha1::of("K990001", "linje", "pass");
        let nonce = nonce_of(&verifier.challenge(0, false)[0]);
        let answer = Answer {
            qop: None,
            ..answered(&nonce, 1, "pass")
        };
        assert_eq!(
            verifier.judge(&answer, "REGISTER", Some(&ha1), 1),
            Verdict::Wrong
        );
    }
}
