//! Small readings of SIP messages: who calls, what was dialled, which key, how long a session lasts.
//!
//! Pure. Nothing here is written to a log.

use std::time::Duration;

use rsipstack::sip::prelude::HeadersExt as _;
use rsipstack::sip::{Header, Param, Request, Uri};

use crate::Caller;
use crate::rtp::key_of_code;

/// Shortest session timer that we accept (RFC 4028 asks for at least 90 s).
pub(crate) const MIN_SESSION: Duration = Duration::from_secs(90);

/// The value of the first header of a name, whatever form the stack gave it.
pub(crate) fn header<'a>(headers: impl Iterator<Item = &'a Header>, name: &str) -> Option<&'a str> {
    headers
        .into_iter()
        .find(|header| header.name().eq_ignore_ascii_case(name))
        .map(Header::value)
}

/// What was dialled: the user part, without the visual separators of numbers.
pub(crate) fn dialled(uri: &Uri) -> String {
    let host = uri.host_with_port.host.to_string();
    let host = if has_user_parameters(uri) {
        host.as_str()
    } else {
        ""
    };
    let user = uri.user().unwrap_or(host);
    let user = user.split(';').next().unwrap_or("");
    plain_number(user)
        .unwrap_or_else(|| user.chars().filter(|c| !c.is_control()).take(64).collect())
}

/// The stack reads `sip:+47...;phone-context=x@host` as host `+47...` with a strange parameter.
fn has_user_parameters(uri: &Uri) -> bool {
    uri.params.iter().any(|parameter| matches!(parameter, Param::Other(_, Some(value)) if value.value().contains('@')))
}

/// A number without separators; None when it is no number.
fn plain_number(user: &str) -> Option<String> {
    let mut digits = String::with_capacity(user.len());
    for c in user.chars() {
        match c {
            '0'..='9' | '*' | '#' => digits.push(c),
            '+' if digits.is_empty() => digits.push(c),
            '-' | '.' | '(' | ')' | ' ' => {}
            _ => return None,
        }
    }
    (!digits.is_empty() && digits.len() <= 32).then_some(digits)
}

/// Who calls: the network's assertion before the caller's own, and nothing when it is to be withheld.
pub(crate) fn caller(request: &Request) -> Caller {
    let privacy = header(request.headers.iter(), "Privacy")
        .unwrap_or("")
        .to_ascii_lowercase();
    let withheld = privacy
        .split([';', ','])
        .map(str::trim)
        .any(|word| matches!(word, "id" | "user" | "header" | "full"));
    if withheld {
        return Caller { number: None };
    }
    let asserted = header(request.headers.iter(), "P-Asserted-Identity").and_then(number_in);
    let from = request.from_header().ok().map(|from| from.value());
    let is_anonymous = from.is_some_and(|from| from.to_ascii_lowercase().contains("anonymous"));
    let number = asserted.or_else(|| from.filter(|_| !is_anonymous).and_then(number_in));
    Caller { number }
}

/// The number in a name-addr or a bare URI.
fn number_in(value: &str) -> Option<String> {
    let start = value
        .find("sip:")
        .map(|at| at + 4)
        .or_else(|| value.find("sips:").map(|at| at + 5));
    let start = start.or_else(|| value.find("tel:").map(|at| at + 4))?;
    let rest = value.get(start..)?;
    let user = rest.split(['@', '>', ';', ',']).next()?;
    plain_number(user)
}

/// The key in an INFO body (`application/dtmf-relay`, `application/dtmf`).
pub(crate) fn info_key(request: &Request) -> Option<char> {
    let kind = header(request.headers.iter(), "Content-Type")?
        .split(';')
        .next()?
        .trim()
        .to_ascii_lowercase();
    let body = std::str::from_utf8(&request.body).ok()?;
    let text = match kind.as_str() {
        "application/dtmf" => body,
        "application/dtmf-relay" => body.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("signal").then_some(value)
        })?,
        _ => return None,
    };
    key_of_text(text.trim())
}

fn key_of_text(text: &str) -> Option<char> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => {
            Some(c.to_ascii_uppercase()).filter(|c| matches!(c, '0'..='9' | '*' | '#' | 'A'..='D'))
        }
        // Some phones send the event code.
        _ => text.parse().ok().and_then(key_of_code),
    }
}

/// What a request wants for the session timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionTimer {
    None,
    /// Shorter than we accept: 422.
    TooShort,
    /// The other side refreshes within this time.
    Theirs(Duration),
}

/// Reads the session timer of an INVITE or UPDATE. We never refresh ourselves, so a timer that asks us to is not taken.
pub(crate) fn session_timer(request: &Request) -> SessionTimer {
    let supported = request.header_contains_token("Supported", "timer")
        || request.header_contains_token("Require", "timer");
    let value = header(request.headers.iter(), "Session-Expires")
        .or_else(|| header(request.headers.iter(), "x"));
    let Some(value) = value.filter(|_| supported) else {
        return SessionTimer::None;
    };
    let mut parts = value.split(';').map(str::trim);
    let Some(seconds) = parts.next().and_then(|text| text.parse::<u32>().ok()) else {
        return SessionTimer::None;
    };
    let interval = Duration::from_secs(u64::from(seconds));
    if interval < MIN_SESSION {
        return SessionTimer::TooShort;
    }
    if parts.any(|part| part.eq_ignore_ascii_case("refresher=uas")) {
        return SessionTimer::None;
    }
    SessionTimer::Theirs(interval)
}

/// The headers that accept a session timer.
pub(crate) fn session_headers(timer: SessionTimer) -> Vec<Header> {
    match timer {
        SessionTimer::None | SessionTimer::TooShort => Vec::new(),
        SessionTimer::Theirs(interval) => vec![
            Header::Require("timer".into()),
            Header::Other(
                "Session-Expires".into(),
                format!("{};refresher=uac", interval.as_secs()),
            ),
        ],
    }
}

/// Whether a body is a session description, or absent.
pub(crate) fn is_sdp_or_empty(request: &Request) -> bool {
    request.body.is_empty()
        || header(request.headers.iter(), "Content-Type").is_some_and(|kind| {
            kind.split(';')
                .next()
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/sdp"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &str, body: &str) -> Request {
        let text = format!(
            "INVITE sip:55553333@linje SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKa\r\n{headers}To: <sip:x@y>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Request::try_from(text.as_bytes()).unwrap()
    }

    fn number(headers: &str) -> Option<String> {
        caller(&request(headers, "")).number
    }

    #[test]
    fn the_caller_is_the_asserted_one_unless_withheld() {
        assert_eq!(
            number("From: \"A\" <sip:+4790000001@n>;tag=1\r\n").as_deref(),
            Some("+4790000001")
        );
        let both = "From: <sip:anonymous@anonymous.invalid>;tag=1\r\nP-Asserted-Identity: <sip:90000002@n;user=phone>\r\n";
        assert_eq!(number(both).as_deref(), Some("90000002"));
        assert_eq!(number(&format!("{both}Privacy: id\r\n")), None);
        assert_eq!(
            number("From: \"Anonymous\" <sip:90000001@n>;tag=1\r\n"),
            None
        );
        assert_eq!(number("From: <sip:sipp@127.0.0.1:5061>;tag=1\r\n"), None);
        assert_eq!(
            number("From: <tel:+47-900-00-001>;tag=1\r\n").as_deref(),
            Some("+4790000001")
        );
    }

    #[test]
    fn a_caller_does_not_show_in_debug_output() {
        let caller = Caller {
            number: Some("90000001".into()),
        };
        assert_eq!(format!("{caller:?}"), "Caller(number)");
    }

    #[test]
    fn dialled_numbers_lose_their_separators() {
        let of = |text: &str| dialled(&Uri::try_from(text).unwrap());
        assert_eq!(of("sip:55553333@h"), "55553333");
        assert_eq!(of("sip:+47-55.55(33)33;ext=2@h"), "+4755553333");
        assert_eq!(of("sip:load@h"), "load");
        assert_eq!(of("sip:h"), "");
    }

    #[test]
    fn keys_in_info_bodies() {
        let key = |kind: &str, body: &str| {
            info_key(&request(
                &format!("From: <sip:a@b>;tag=1\r\nContent-Type: {kind}\r\n"),
                body,
            ))
        };
        assert_eq!(
            key("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"),
            Some('5')
        );
        assert_eq!(
            key("application/dtmf-relay", "Duration=160\nsignal = #\n"),
            Some('#')
        );
        assert_eq!(key("application/dtmf", "11"), Some('#'));
        assert_eq!(key("application/dtmf", "x"), None);
        assert_eq!(key("text/plain", "5"), None);
    }

    #[test]
    fn session_timers() {
        let timer = |headers: &str| {
            session_timer(&request(&format!("From: <sip:a@b>;tag=1\r\n{headers}"), ""))
        };
        assert_eq!(timer("Session-Expires: 1800\r\n"), SessionTimer::None);
        let supported = "Supported: timer\r\n";
        assert_eq!(
            timer(&format!("{supported}Session-Expires: 1800\r\n")),
            SessionTimer::Theirs(Duration::from_secs(1_800))
        );
        assert_eq!(
            timer(&format!(
                "{supported}Session-Expires: 1800;refresher=uas\r\n"
            )),
            SessionTimer::None
        );
        assert_eq!(
            timer(&format!("{supported}Session-Expires: 89;refresher=uac\r\n")),
            SessionTimer::TooShort
        );
    }
}
