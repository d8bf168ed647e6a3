//! A message read just far enough to judge it, and the answer to a bad one.
//!
//! Pure: bytes in, a judgement or bytes out. It must never take more than one pass over the header.

use std::fmt::Write as _;
use std::net::SocketAddr;

use rsipstack::sip::Transport;

use super::Decision;

/// Methods that we serve, for `Allow`.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REGISTER";
const SERVED: [&str; 9] = [
    "INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "UPDATE", "PRACK", "REGISTER",
];
/// Methods that exist but that we do not serve.
const KNOWN: [&str; 5] = ["MESSAGE", "NOTIFY", "PUBLISH", "REFER", "SUBSCRIBE"];
/// Extensions that a request may require.
const SUPPORTED: [&str; 1] = ["timer"];
const MAX_HEADERS: usize = 150;
const MAX_VIAS: usize = 20;
/// Longest header line, folded lines included.
const MAX_LINE: usize = 4_000;

/// A status that the guard answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    text: &'static str,
    header: Option<String>,
}

impl Refusal {
    const fn plain(status: u16, text: &'static str) -> Self {
        Self {
            status,
            text,
            header: None,
        }
    }

    pub(super) const fn bad_request() -> Self {
        Self::plain(400, "Bad Request")
    }

    pub(super) fn unavailable(retry_after_s: u32) -> Self {
        Self {
            status: 503,
            text: "Service Unavailable",
            header: Some(format!("Retry-After: {retry_after_s}")),
        }
    }
}

/// What a message is at first sight.
#[derive(Debug)]
pub(super) enum Scan<'a> {
    /// Only line ends: keep-alive.
    Ping,
    /// Nothing that can be answered.
    Junk,
    Message(Facts<'a>),
}

/// What the guard needs to know of a message.
#[derive(Debug, Default)]
pub(super) struct Facts<'a> {
    /// None for a response.
    method: Option<&'a str>,
    pub(super) via: Vec<&'a str>,
    from: Option<&'a str>,
    to: Option<&'a str>,
    pub(super) call_id: Option<&'a str>,
    pub(super) cseq: Option<&'a str>,
    pub(super) refusal: Option<Refusal>,
    insert: Option<(usize, String)>,
    length: usize,
}

/// Judges a message. `is_datagram`: a missing Content-Length means up to the end.
pub(super) fn scan(message: &[u8], is_datagram: bool) -> Scan<'_> {
    if message.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Scan::Ping;
    }
    let Some(end) = header_end(message) else {
        return Scan::Junk;
    };
    let Some(header) = message.get(..end) else {
        return Scan::Junk;
    };
    let text = match std::str::from_utf8(header) {
        Ok(text) => text,
        // The part before the bad byte is enough to answer from.
        Err(error) => return lame(header, error.valid_up_to()),
    };
    let mut lines = text.split("\r\n");
    let Some(mut facts) = start_line(lines.next().unwrap_or("")) else {
        return Scan::Junk;
    };
    let body = message.len() - end - 4;
    let mut fields = Fields::default();
    fields.read(lines, &mut facts);
    facts.length = message.len();
    facts.check(
        &fields,
        Body {
            start: end + 4,
            size: body,
            is_datagram,
        },
    );
    if facts.via.is_empty() || (facts.method.is_none() && facts.refusal.is_some()) {
        return Scan::Junk;
    }
    Scan::Message(facts)
}

/// Joins folded header lines (RFC 3261, 7.3.1) in place; gives the new length.
pub(super) fn unfold(message: &mut [u8]) -> usize {
    let header = header_end(message).unwrap_or(0);
    let mut written = 0;
    let mut read = 0;
    while read < message.len() {
        let next = message.get(read..read + 3);
        if read < header
            && next.is_some_and(|next| next.starts_with(b"\r\n") && matches!(next[2], b' ' | b'\t'))
        {
            read += 2;
            while read < header && matches!(message[read], b' ' | b'\t') {
                read += 1;
            }
            message[written] = b' ';
        } else {
            message[written] = message[read];
            read += 1;
        }
        written += 1;
    }
    written
}

/// Whether there is a folded line at all; most messages have none.
pub(super) fn is_folded(message: &[u8]) -> bool {
    let end = header_end(message).unwrap_or(0);
    message.get(..end).is_some_and(|header| {
        header
            .windows(3)
            .any(|w| w.starts_with(b"\r\n") && matches!(w[2], b' ' | b'\t'))
    })
}

fn header_end(message: &[u8]) -> Option<usize> {
    message.windows(4).position(|window| window == b"\r\n\r\n")
}

/// A header that is not text: answered from the lines before the bad byte.
fn lame(header: &[u8], valid: usize) -> Scan<'_> {
    let text = header
        .get(..valid)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .unwrap_or("");
    let mut lines = text.split("\r\n");
    let Some(mut facts) = start_line(lines.next().unwrap_or("")) else {
        return Scan::Junk;
    };
    Fields::default().read(lines, &mut facts);
    facts.refuse(Refusal::bad_request());
    if facts.method.is_none() || facts.via.is_empty() {
        Scan::Junk
    } else {
        Scan::Message(facts)
    }
}

/// Method or status; None when it is neither.
fn start_line(line: &str) -> Option<Facts<'_>> {
    let mut facts = Facts::default();
    if line.starts_with("SIP/") {
        let mut words = line.split(' ');
        let version = words.next()?;
        let code: u16 = words.next()?.parse().ok()?;
        return (version == "SIP/2.0" && (100..700).contains(&code)).then_some(facts);
    }
    let words: Vec<&str> = line.split(' ').collect();
    let method = words.first().copied().filter(|word| is_token(word))?;
    let version = words.last().copied().unwrap_or("");
    if !version
        .get(..4)
        .is_some_and(|head| head.eq_ignore_ascii_case("SIP/"))
    {
        return None;
    }
    facts.method = Some(method);
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        facts.refuse(Refusal::plain(505, "Version Not Supported"));
    } else if words.len() != 3 || words.iter().any(|word| word.is_empty()) {
        facts.refuse(Refusal::bad_request());
    } else if KNOWN.contains(&method) {
        facts.refuse(Refusal {
            status: 405,
            text: "Method Not Allowed",
            header: Some(format!("Allow: {ALLOW}")),
        });
    } else if !SERVED.contains(&method) {
        facts.refuse(Refusal {
            status: 501,
            text: "Not Implemented",
            header: Some(format!("Allow: {ALLOW}")),
        });
    }
    Some(facts)
}

fn is_token(word: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte);
    !word.is_empty() && word.len() <= 64 && word.bytes().all(allowed)
}

/// Header fields that only the checks need.
#[derive(Debug, Default)]
struct Fields<'a> {
    content_length: Vec<&'a str>,
    max_forwards: Option<&'a str>,
    require: Vec<&'a str>,
    doubled: bool,
    broken: bool,
}

impl<'a> Fields<'a> {
    fn read(&mut self, lines: impl Iterator<Item = &'a str>, facts: &mut Facts<'a>) {
        for (count, line) in lines.enumerate() {
            if count >= MAX_HEADERS || line.len() > MAX_LINE {
                self.broken = true;
                return;
            }
            // Folded lines were joined before: one that begins with a space belongs to no field.
            let Some((name, value)) = line
                .split_once(':')
                .filter(|_| !line.starts_with([' ', '\t']))
            else {
                self.broken = true;
                continue;
            };
            self.field(name.trim_end(), value.trim(), facts);
        }
    }

    fn field(&mut self, name: &str, value: &'a str, facts: &mut Facts<'a>) {
        let mut once = |slot: &mut Option<&'a str>| {
            self.doubled |= slot.is_some();
            *slot = Some(value);
        };
        match name.to_ascii_lowercase().as_str() {
            "via" | "v" => {
                if facts.via.len() < MAX_VIAS {
                    facts.via.push(value);
                } else {
                    self.broken = true;
                }
            }
            "from" | "f" => once(&mut facts.from),
            "to" | "t" => once(&mut facts.to),
            "call-id" | "i" => once(&mut facts.call_id),
            "cseq" => once(&mut facts.cseq),
            "max-forwards" => once(&mut self.max_forwards),
            "content-length" | "l" => self.content_length.push(value),
            "require" => self.require.push(value),
            _ => {}
        }
    }
}

#[derive(Clone, Copy)]
struct Body {
    start: usize,
    size: usize,
    is_datagram: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn is_ack(&self) -> bool {
        self.method == Some("ACK")
    }

    /// An INVITE outside a dialog.
    pub(super) fn is_new_call(&self) -> bool {
        self.method == Some("INVITE") && !has_tag(self.to.unwrap_or_default())
    }

    /// The number of the CSeq, which an ACK shares with its INVITE.
    pub(super) fn cseq_number(&self) -> Option<&str> {
        self.cseq?.split_ascii_whitespace().next()
    }

    /// Whether the To has this tag.
    pub(super) fn is_tagged(&self, tag: &str) -> bool {
        let to = self.to.unwrap_or_default();
        let after = to.rsplit_once('>').map_or(to, |(_, after)| after);
        after.split(';').skip(1).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            name.trim().eq_ignore_ascii_case("tag") && value.trim() == tag
        })
    }

    pub(super) fn is_registration(&self) -> bool {
        self.method == Some("REGISTER")
    }

    pub(super) fn pass(&self) -> Decision {
        Decision::Pass {
            insert: self.insert.clone(),
            length: self.length,
        }
    }

    /// The first reason to refuse is the one that is told.
    fn refuse(&mut self, refusal: Refusal) {
        self.refusal.get_or_insert(refusal);
    }

    fn check(&mut self, fields: &Fields<'a>, body: Body) {
        self.check_length(fields, body);
        let whole = self.from.is_some()
            && self.to.is_some()
            && self.call_id.is_some_and(|id| !id.is_empty());
        let tagged = self.from.is_some_and(has_tag);
        if fields.doubled || fields.broken || !whole || !tagged || !self.is_cseq_right() {
            self.refuse(Refusal::bad_request());
        }
        if self.method.is_some() {
            self.check_forwards(fields);
            self.check_require(fields);
        }
    }

    fn is_cseq_right(&self) -> bool {
        let Some((number, method)) = self
            .cseq
            .and_then(|cseq| cseq.split_once(char::is_whitespace))
        else {
            return false;
        };
        let is_number = number.parse::<u32>().is_ok_and(|number| number < 1 << 31);
        is_number && self.method.is_none_or(|own| own == method.trim())
    }

    fn check_length(&mut self, fields: &Fields<'a>, body: Body) {
        let Some((first, rest)) = fields.content_length.split_first() else {
            if body.size > 0 && body.is_datagram {
                // RFC 3261, 18.3: without a length the body goes to the end of the datagram.
                self.insert = Some((body.start - 2, format!("Content-Length: {}\r\n", body.size)));
            } else if !body.is_datagram {
                self.refuse(Refusal::bad_request());
            }
            return;
        };
        match first.parse::<usize>() {
            Ok(length) if length <= body.size && rest.iter().all(|other| other == first) => {
                self.length = body.start + length;
            }
            _ => self.refuse(Refusal::bad_request()),
        }
    }

    fn check_forwards(&mut self, fields: &Fields<'a>) {
        let Some(text) = fields.max_forwards else {
            return;
        };
        match text.parse::<u32>() {
            // We are the end of the way, but a request that came round in circles shall not go on.
            Ok(0) if self.method != Some("OPTIONS") => {
                self.refuse(Refusal::plain(483, "Too Many Hops"))
            }
            Ok(0..=255) => {}
            _ => self.refuse(Refusal::bad_request()),
        }
    }

    fn check_require(&mut self, fields: &Fields<'a>) {
        if matches!(self.method, Some("ACK" | "CANCEL")) {
            return;
        }
        let required = fields
            .require
            .iter()
            .flat_map(|value| value.split(','))
            .map(str::trim);
        let missing: Vec<&str> = required
            .filter(|token| !token.is_empty() && !SUPPORTED.contains(token))
            .collect();
        if !missing.is_empty() {
            let header = Some(format!("Unsupported: {}", missing.join(", ")));
            self.refuse(Refusal {
                status: 420,
                text: "Bad Extension",
                header,
            });
        }
    }

    /// The response, or None when there is nothing to answer to.
    pub(super) fn answer(
        &self,
        refusal: &Refusal,
        from: SocketAddr,
        transport: Transport,
        tag: &str,
    ) -> Option<Vec<u8>> {
        self.method.filter(|method| *method != "ACK")?;
        let mut out = String::with_capacity(512);
        let mut put = |line: std::fmt::Arguments<'_>| {
            // Writing to a String cannot fail.
            let _written = out.write_fmt(line);
            out.push_str("\r\n");
        };
        put(format_args!("SIP/2.0 {} {}", refusal.status, refusal.text));
        for (index, via) in self.via.iter().enumerate() {
            if index == 0 {
                put(format_args!("Via: {}", stamped(via, from, transport)));
            } else {
                put(format_args!("Via: {via}"));
            }
        }
        if let Some(value) = self.from {
            put(format_args!("From: {value}"));
        }
        if let Some(value) = self.to {
            let tag = if has_tag(value) {
                String::new()
            } else {
                format!(";tag={tag}")
            };
            put(format_args!("To: {value}{tag}"));
        }
        if let Some(value) = self.call_id {
            put(format_args!("Call-ID: {value}"));
        }
        if let Some(value) = self.cseq {
            put(format_args!("CSeq: {value}"));
        }
        if let Some(header) = &refusal.header {
            put(format_args!("{header}"));
        }
        put(format_args!("Content-Length: 0"));
        put(format_args!(""));
        Some(out.into_bytes())
    }

    /// The port that a UDP response goes to: the source's when `rport` was asked for, else that of the Via.
    pub(super) fn response_port(&self, from: SocketAddr) -> u16 {
        let Some(via) = self.via.first() else {
            return from.port();
        };
        if first_value(via)
            .split(';')
            .skip(1)
            .any(|parameter| is_named(parameter, "rport"))
        {
            return from.port();
        }
        let sent_by = first_value(via)
            .split(';')
            .next()
            .and_then(|head| head.split_whitespace().nth(1))
            .unwrap_or("");
        let port = sent_by
            .rsplit_once(':')
            .filter(|(_, port)| !port.contains(']'))
            .map(|(_, port)| port);
        port.map_or(5_060, |port| port.parse().unwrap_or_else(|_| from.port()))
    }
}

fn is_named(parameter: &str, name: &str) -> bool {
    let head = parameter.split('=').next().unwrap_or("");
    head.trim().eq_ignore_ascii_case(name)
}

fn first_value(via: &str) -> &str {
    via.split(',').next().unwrap_or(via)
}

/// The topmost Via with `received` and, if asked for, `rport` (RFC 3581).
fn stamped(via: &str, from: SocketAddr, transport: Transport) -> String {
    let first = first_value(via);
    let rest = via.get(first.len()..).unwrap_or("");
    let mut out = String::with_capacity(via.len() + 40);
    for (index, part) in first.split(';').enumerate() {
        if index > 0 && (is_named(part, "received") || is_named(part, "rport")) {
            continue;
        }
        if index > 0 {
            out.push(';');
        }
        out.push_str(part.trim());
    }
    if transport == Transport::Udp || first.contains("rport") {
        // Writing to a String cannot fail.
        let _written = write!(out, ";received={}", from.ip());
    }
    if first.split(';').skip(1).any(|part| is_named(part, "rport")) {
        let _written = write!(out, ";rport={}", from.port());
    }
    out.push_str(rest);
    out
}

/// Whether a From or To value has a tag parameter after its address.
fn has_tag(value: &str) -> bool {
    let after = value.rsplit_once('>').map_or(value, |(_, after)| after);
    after
        .split(';')
        .skip(1)
        .any(|parameter| is_named(parameter, "tag"))
}
