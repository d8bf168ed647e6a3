//! The part of SDP (RFC 4566, 3264) that a telephone call with G.711 needs.
//!
//! Pure: text in, text out. It takes the first usable audio line and refuses every other.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use thiserror::Error;

use crate::g711::Codec;

/// Payload type that we offer for telephone events.
const EVENT_TYPE: u8 = 101;
/// Lines that are read of a body; the rest is ignored.
const MAX_LINES: usize = 200;

/// Why a description cannot be used.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum Error {
    #[error("session description is not text or has no version line")]
    NotSdp,
    #[error("session description has no audio line that can be used")]
    NoAudio,
    #[error("session description has neither pcma nor pcmu")]
    NoCodec,
}

/// Who sends, seen from the side that wrote the description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    #[default]
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// What an answer says to this offer.
    pub(crate) const fn answered(self) -> Self {
        match self {
            Self::SendRecv => Self::SendRecv,
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            Self::Inactive => Self::Inactive,
        }
    }

    /// Whether the side that wrote it does not listen.
    pub(crate) const fn is_hold(self) -> bool {
        matches!(self, Self::SendOnly | Self::Inactive)
    }
}

/// What the other side wants to receive, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    pub(crate) address: SocketAddr,
    pub(crate) codec: Codec,
    /// Payload type of the codec, as the other side numbers it.
    pub(crate) payload_type: u8,
    /// Payload type of telephone events, if it takes them.
    pub(crate) events: Option<u8>,
    pub(crate) direction: Direction,
    /// Where its RTCP goes.
    pub(crate) rtcp: SocketAddr,
    pub(crate) rtcp_mux: bool,
}

/// One media line of the other side, kept to answer in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MediaLine {
    /// `audio`, `video`, ...; protocol; formats.
    kind: String,
    protocol: String,
    formats: Vec<String>,
}

/// A description as it was read: what to send to, and how to answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) remote: Remote,
    lines: Vec<MediaLine>,
    audio: usize,
}

/// Our end: who writes the description and where we listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local {
    pub(crate) address: SocketAddr,
    pub(crate) session: u32,
    pub(crate) version: u32,
}

#[derive(Debug, Default)]
struct AudioBuilder {
    address: Option<IpAddr>,
    port: u16,
    /// (payload type, name in upper case, clock rate)
    maps: Vec<(u8, String, u32)>,
    direction: Option<Direction>,
    rtcp_port: Option<u16>,
    rtcp_mux: bool,
}

/// Reads an offer or answer.
pub(crate) fn parse(body: &[u8]) -> Result<Description, Error> {
    let text = std::str::from_utf8(body).map_err(|_| Error::NotSdp)?;
    if !text.trim_start().starts_with("v=") {
        return Err(Error::NotSdp);
    }
    let mut session = AudioBuilder::default();
    let mut lines: Vec<MediaLine> = Vec::new();
    let mut audio: Option<(usize, AudioBuilder)> = None;
    let mut in_audio = false;
    for line in text.lines().take(MAX_LINES) {
        if let Some(value) = line.strip_prefix("m=") {
            let (media, port) = media_line(value).ok_or(Error::NotSdp)?;
            in_audio = audio.is_none()
                && media.kind == "audio"
                && media.protocol == "RTP/AVP"
                && port != 0;
            if in_audio {
                audio = Some((
                    lines.len(),
                    AudioBuilder {
                        port,
                        ..AudioBuilder::default()
                    },
                ));
            }
            lines.push(media);
        } else if lines.is_empty() {
            attribute(line, &mut session);
        } else if in_audio && let Some((_, builder)) = &mut audio {
            attribute(line, builder);
        }
    }
    let (index, builder) = audio.ok_or(Error::NoAudio)?;
    let remote = remote_of(&session, &builder, &lines[index])?;
    Ok(Description {
        remote,
        lines,
        audio: index,
    })
}

fn media_line(value: &str) -> Option<(MediaLine, u16)> {
    let mut words = value.split_whitespace();
    let kind = words.next()?.to_owned();
    let port = words.next()?.split('/').next()?.parse().ok()?;
    let protocol = words.next()?.to_owned();
    Some((
        MediaLine {
            kind,
            protocol,
            formats: words.map(str::to_owned).collect(),
        },
        port,
    ))
}

fn attribute(line: &str, into: &mut AudioBuilder) {
    if let Some(value) = line.strip_prefix("c=IN IP") {
        into.address = value
            .split_whitespace()
            .nth(1)
            .and_then(|word| word.split('/').next()?.parse().ok());
    } else if let Some(value) = line.strip_prefix("a=rtpmap:") {
        into.maps.extend(rtpmap(value));
    } else if let Some(value) = line.strip_prefix("a=rtcp:") {
        into.rtcp_port = value
            .split_whitespace()
            .next()
            .and_then(|word| word.parse().ok());
    } else {
        match line.trim_end() {
            "a=sendrecv" => into.direction = Some(Direction::SendRecv),
            "a=sendonly" => into.direction = Some(Direction::SendOnly),
            "a=recvonly" => into.direction = Some(Direction::RecvOnly),
            "a=inactive" => into.direction = Some(Direction::Inactive),
            "a=rtcp-mux" => into.rtcp_mux = true,
            _ => {}
        }
    }
}

fn rtpmap(value: &str) -> Option<(u8, String, u32)> {
    let (payload_type, rest) = value.split_once(' ')?;
    let mut parts = rest.trim().split('/');
    let name = parts.next()?.to_ascii_uppercase();
    Some((
        payload_type.trim().parse().ok()?,
        name,
        parts.next()?.trim().parse().ok()?,
    ))
}

fn remote_of(
    session: &AudioBuilder,
    audio: &AudioBuilder,
    line: &MediaLine,
) -> Result<Remote, Error> {
    let ip = audio.address.or(session.address).ok_or(Error::NoAudio)?;
    let types: Vec<u8> = line
        .formats
        .iter()
        .filter_map(|format| format.parse().ok())
        .collect();
    let named = |payload_type: u8, name: &str| {
        let mapped = audio.maps.iter().find(|map| map.0 == payload_type);
        mapped.is_some_and(|map| map.1 == name && map.2 == 8_000)
    };
    let is_codec = |payload_type: u8, codec: Codec| {
        let mapped = audio.maps.iter().any(|map| map.0 == payload_type);
        named(payload_type, codec.name()) || (!mapped && payload_type == codec.payload_type())
    };
    let first = |codec: Codec| {
        types
            .iter()
            .copied()
            .find(|&t| is_codec(t, codec))
            .map(|t| (codec, t))
    };
    let (codec, payload_type) = first(Codec::Pcma)
        .or_else(|| first(Codec::Pcmu))
        .ok_or(Error::NoCodec)?;
    let mut direction = audio.direction.or(session.direction).unwrap_or_default();
    if ip.is_unspecified() {
        // The old way to hold: nothing may be sent to 0.0.0.0.
        direction = Direction::Inactive;
    }
    let rtcp_port = if audio.rtcp_mux {
        audio.port
    } else {
        audio
            .rtcp_port
            .unwrap_or_else(|| audio.port.saturating_add(1))
    };
    Ok(Remote {
        address: SocketAddr::new(ip, audio.port),
        codec,
        payload_type,
        events: types.iter().copied().find(|&t| named(t, "TELEPHONE-EVENT")),
        direction,
        rtcp: SocketAddr::new(ip, rtcp_port),
        rtcp_mux: audio.rtcp_mux,
    })
}

/// An offer with both codecs, `first` preferred, and telephone events.
pub(crate) fn offer(local: Local, first: Codec, direction: Direction) -> String {
    let second = match first {
        Codec::Pcma => Codec::Pcmu,
        Codec::Pcmu => Codec::Pcma,
    };
    let mut out = head(local);
    let types = [first, second].map(Codec::payload_type);
    put(
        &mut out,
        format_args!(
            "m=audio {} RTP/AVP {} {} {EVENT_TYPE}",
            local.address.port(),
            types[0],
            types[1]
        ),
    );
    for codec in [first, second] {
        put(
            &mut out,
            format_args!("a=rtpmap:{} {}/8000", codec.payload_type(), codec.name()),
        );
    }
    tail(&mut out, local, Some(EVENT_TYPE), direction, true);
    out
}

/// The answer to a description: its audio line with one codec, every other line refused.
pub(crate) fn answer(local: Local, to: &Description, direction: Direction) -> String {
    let remote = &to.remote;
    let mut out = head(local);
    for (index, line) in to.lines.iter().enumerate() {
        if index != to.audio {
            let format = line.formats.first().map_or("0", String::as_str);
            put(
                &mut out,
                format_args!("m={} 0 {} {format}", line.kind, line.protocol),
            );
            continue;
        }
        let events = remote
            .events
            .map(|events| format!(" {events}"))
            .unwrap_or_default();
        put(
            &mut out,
            format_args!(
                "m=audio {} RTP/AVP {}{events}",
                local.address.port(),
                remote.payload_type
            ),
        );
        put(
            &mut out,
            format_args!(
                "a=rtpmap:{} {}/8000",
                remote.payload_type,
                remote.codec.name()
            ),
        );
        tail(&mut out, local, remote.events, direction, remote.rtcp_mux);
    }
    out
}

fn head(local: Local) -> String {
    let family = if local.address.is_ipv4() {
        "IP4"
    } else {
        "IP6"
    };
    let ip = local.address.ip();
    let mut out = String::with_capacity(320);
    put(&mut out, format_args!("v=0"));
    put(
        &mut out,
        format_args!(
            "o=linje {} {} IN {family} {ip}",
            local.session, local.version
        ),
    );
    put(&mut out, format_args!("s=-"));
    put(&mut out, format_args!("c=IN {family} {ip}"));
    put(&mut out, format_args!("t=0 0"));
    out
}

fn tail(out: &mut String, local: Local, events: Option<u8>, direction: Direction, mux: bool) {
    if let Some(events) = events {
        put(out, format_args!("a=rtpmap:{events} telephone-event/8000"));
        put(out, format_args!("a=fmtp:{events} 0-15"));
    }
    put(out, format_args!("a=ptime:20"));
    // One socket per leg: RTCP comes to the RTP port in either case (RFC 3605, RFC 5761).
    put(out, format_args!("a=rtcp:{}", local.address.port()));
    if mux {
        put(out, format_args!("a=rtcp-mux"));
    }
    put(out, format_args!("a={}", direction.name()));
}

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _written = out.write_fmt(line);
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=video 5000 RTP/AVP 31\r\nm=audio 49170 RTP/AVP 0 8 96\r\na=rtpmap:96 telephone-event/8000\r\na=sendonly\r\n";

    fn local() -> Local {
        Local {
            address: "127.0.0.1:4000".parse().unwrap(),
            session: 7,
            version: 2,
        }
    }

    #[test]
    fn pcma_is_preferred_and_other_lines_are_refused() {
        let description = parse(OFFER.as_bytes()).unwrap();
        let remote = description.remote;
        assert_eq!(
            (remote.codec, remote.payload_type, remote.events),
            (Codec::Pcma, 8, Some(96))
        );
        assert_eq!(remote.address, "192.0.2.1:49170".parse().unwrap());
        assert_eq!(remote.rtcp.port(), 49171);
        assert!(remote.direction.is_hold());
        let text = answer(local(), &description, remote.direction.answered());
        assert!(
            text.contains("m=video 0 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 8 96\r\n"),
            "{text}"
        );
        assert!(text.ends_with("a=recvonly\r\n"), "{text}");
        assert!(!text.contains("rtcp-mux"));
    }

    #[test]
    fn our_offer_is_readable_by_ourselves() {
        let text = offer(local(), Codec::Pcmu, Direction::SendRecv);
        let description = parse(text.as_bytes()).unwrap();
        assert_eq!(description.remote.codec, Codec::Pcma);
        assert_eq!(description.remote.events, Some(101));
        assert!(description.remote.rtcp_mux);
        assert!(text.contains("RTP/AVP 0 8 101"));
    }

    #[test]
    fn dynamic_numbers_and_the_old_hold_are_understood() {
        let text = "v=0\nc=IN IP4 0.0.0.0\nm=audio 6000 RTP/AVP 97\na=rtpmap:97 pcmu/8000/1\n";
        let remote = parse(text.as_bytes()).unwrap().remote;
        assert_eq!(
            (remote.codec, remote.payload_type, remote.direction),
            (Codec::Pcmu, 97, Direction::Inactive)
        );
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        assert_eq!(parse(b""), Err(Error::NotSdp));
        assert_eq!(parse(&[0xFF, 0xFE]), Err(Error::NotSdp));
        assert_eq!(
            parse(b"v=0\r\nc=IN IP4 1.2.3.4\r\nm=audio 0 RTP/AVP 8\r\n"),
            Err(Error::NoAudio)
        );
        assert_eq!(
            parse(b"v=0\r\nc=IN IP4 host.example\r\nm=audio 9 RTP/AVP 8\r\n"),
            Err(Error::NoAudio)
        );
        assert_eq!(
            parse(b"v=0\r\nc=IN IP4 1.2.3.4\r\nm=audio 9 RTP/AVP 18\r\n"),
            Err(Error::NoCodec)
        );
        assert_eq!(parse(b"v=0\r\nm=audio x RTP/AVP 8\r\n"), Err(Error::NotSdp));
    }
}
