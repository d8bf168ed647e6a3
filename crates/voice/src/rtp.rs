//! RTP, telephone events (RFC 4733) and RTCP as bytes.
//!
//! Pure: it must never touch a socket or a clock.

/// Bytes of the RTP header that we write.
pub(crate) const HEADER: usize = 12;

/// What we need of a received RTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    /// Where the payload starts and ends in the packet.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Whether the packet is RTCP rather than RTP (RFC 5761, 4).
pub(crate) fn is_rtcp(packet: &[u8]) -> bool {
    matches!(packet.get(1), Some(192..=223))
}

/// Reads an RTP header with its contributing sources, extension and padding.
pub(crate) fn parse(packet: &[u8]) -> Option<Received> {
    let first = *packet.first()?;
    let second = *packet.get(1)?;
    if first >> 6 != 2 || is_rtcp(packet) {
        return None;
    }
    let mut start = HEADER + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        let words = packet.get(start + 2..start + 4)?.first_chunk::<2>()?;
        start += 4 + 4 * usize::from(u16::from_be_bytes(*words));
    }
    let padding = if first & 0x20 == 0 {
        0
    } else {
        usize::from(*packet.last()?)
    };
    let end = packet.len().checked_sub(padding)?;
    if start > end {
        return None;
    }
    Some(Received {
        payload_type: second & 0x7F,
        sequence: u16::from_be_bytes(*packet.get(2..4)?.first_chunk()?),
        timestamp: word(packet, 4)?,
        ssrc: word(packet, 8)?,
        start,
        end,
    })
}

fn word(packet: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*packet.get(at..at + 4)?.first_chunk()?))
}

/// Writes the fixed header into the first 12 bytes.
pub(crate) fn write_header(
    out: &mut [u8; HEADER],
    payload_type: u8,
    marker: bool,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
) {
    out[0] = 0x80;
    out[1] = payload_type | if marker { 0x80 } else { 0 };
    out[2..4].copy_from_slice(&sequence.to_be_bytes());
    out[4..8].copy_from_slice(&timestamp.to_be_bytes());
    out[8..12].copy_from_slice(&ssrc.to_be_bytes());
}

/// The key of a telephone event: `0`-`9`, `*`, `#`, `A`-`D`.
pub(crate) fn event_key(payload: &[u8]) -> Option<char> {
    // The duration and volume are not needed; four bytes make it an event.
    let code = *payload.first_chunk::<4>()?.first()?;
    key_of_code(code)
}

/// The key of an event code (RFC 4733, table 3).
pub(crate) fn key_of_code(code: u8) -> Option<char> {
    match code {
        0..=9 => Some(char::from(b'0' + code)),
        10 => Some('*'),
        11 => Some('#'),
        12..=15 => Some(char::from(b'A' + code - 12)),
        _ => None,
    }
}

/// Reception statistics of one source (RFC 3550, appendix A).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reception {
    ssrc: u32,
    started: bool,
    base: u32,
    highest: u32,
    received: u32,
    expected_before: u32,
    received_before: u32,
    /// Middle 32 bits of the last sender report and the 20 ms ticks since.
    last_report: u32,
}

impl Reception {
    pub(crate) fn heard(&mut self, packet: &Received) {
        let sequence = u32::from(packet.sequence);
        if !self.started || self.ssrc != packet.ssrc {
            *self = Self {
                ssrc: packet.ssrc,
                started: true,
                base: sequence,
                highest: sequence,
                received: 1,
                ..Self::default()
            };
            return;
        }
        self.received = self.received.wrapping_add(1);
        let [_, _, high, low] = self.highest.to_be_bytes();
        let ahead = packet
            .sequence
            .wrapping_sub(u16::from_be_bytes([high, low]));
        if ahead < 0x8000 {
            self.highest = self.highest.wrapping_add(u32::from(ahead));
        }
    }

    pub(crate) fn sender_report(&mut self, packet: &[u8]) {
        if packet.get(1) == Some(&200)
            && let Some(middle) = packet.get(10..14).and_then(<[u8]>::first_chunk)
        {
            self.last_report = u32::from_be_bytes(*middle);
        }
    }

    /// One report block, and the counters of the interval start anew.
    fn block(&mut self) -> [u8; 24] {
        let expected = self.highest.wrapping_sub(self.base).wrapping_add(1);
        let lost = expected.saturating_sub(self.received).min(0x7F_FFFF);
        let in_interval = expected.wrapping_sub(self.expected_before);
        let lost_in_interval =
            in_interval.saturating_sub(self.received.wrapping_sub(self.received_before));
        self.expected_before = expected;
        self.received_before = self.received;
        let fraction = (lost_in_interval * 256)
            .checked_div(in_interval)
            .unwrap_or(0)
            .min(255);
        let mut block = [0; 24];
        block[0..4].copy_from_slice(&self.ssrc.to_be_bytes());
        block[4..8].copy_from_slice(&(fraction << 24 | lost).to_be_bytes());
        block[8..12].copy_from_slice(&self.highest.to_be_bytes());
        block[16..20].copy_from_slice(&self.last_report.to_be_bytes());
        block
    }
}

/// What the sender report says about what we sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) ssrc: u32,
    /// NTP time: seconds since 1900 and the fraction.
    pub(crate) ntp: u64,
    pub(crate) timestamp: u32,
    pub(crate) packets: u32,
    pub(crate) octets: u32,
}

/// A compound of sender (or receiver) report and a source description.
pub(crate) fn report(sent: Sent, reception: &mut Reception) -> Vec<u8> {
    let blocks = u8::from(reception.started);
    let is_sender = sent.packets > 0;
    let mut out = Vec::with_capacity(80);
    let words = u16::from(blocks) * 6 + if is_sender { 6 } else { 1 };
    out.extend_from_slice(&[0x80 | blocks, if is_sender { 200 } else { 201 }]);
    out.extend_from_slice(&words.to_be_bytes());
    out.extend_from_slice(&sent.ssrc.to_be_bytes());
    if is_sender {
        out.extend_from_slice(&sent.ntp.to_be_bytes());
        for word in [sent.timestamp, sent.packets, sent.octets] {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }
    if reception.started {
        out.extend_from_slice(&reception.block());
    }
    // SDES with the CNAME "linje": 4 + 4 + 2 + 5 + one or more zeros up to a word.
    out.extend_from_slice(&[0x81, 202, 0, 3]);
    out.extend_from_slice(&sent.ssrc.to_be_bytes());
    out.extend_from_slice(b"\x01\x05linje\x00");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(sequence: u16, ssrc: u32) -> Received {
        Received {
            payload_type: 8,
            sequence,
            timestamp: 0,
            ssrc,
            start: 12,
            end: 172,
        }
    }

    #[test]
    fn a_written_header_is_read_again() {
        let mut bytes = [0; HEADER];
        write_header(&mut bytes, 8, true, 0xFFFE, 77, 0xDEAD_BEEF);
        let read = parse(&bytes).unwrap();
        assert_eq!(
            (
                read.payload_type,
                read.sequence,
                read.timestamp,
                read.ssrc,
                read.start,
                read.end
            ),
            (8, 0xFFFE, 77, 0xDEAD_BEEF, 12, 12)
        );
    }

    #[test]
    fn extension_sources_and_padding_are_passed_over() {
        let mut bytes = vec![
            0xB1, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9, 0xBE, 0xDE, 0, 1, 7, 7, 7, 7, 42,
            43, 0, 2,
        ];
        let read = parse(&bytes).unwrap();
        assert_eq!(&bytes[read.start..read.end], [42, 43]);
        *bytes.last_mut().unwrap() = 200;
        assert_eq!(parse(&bytes), None);
        assert_eq!(parse(&[0x80]), None);
        assert_eq!(parse(&[0xBF; 13]), None);
    }

    #[test]
    fn every_truncation_and_byte_is_survived() {
        for length in 0..40 {
            for fill in 0..=u8::MAX {
                let bytes = vec![fill; length];
                if let Some(read) = parse(&bytes) {
                    assert!(read.start <= read.end && read.end <= bytes.len());
                }
                Reception::default().sender_report(&bytes);
            }
        }
    }

    #[test]
    fn keys_of_events() {
        assert_eq!(
            (0..17).filter_map(key_of_code).collect::<String>(),
            "0123456789*#ABCD"
        );
        assert_eq!(event_key(&[11, 0x80, 0, 160]), Some('#'));
        assert_eq!(event_key(&[11, 0x80, 0]), None);
    }

    #[test]
    fn a_report_counts_loss_over_the_wrap() {
        let mut reception = Reception::default();
        for sequence in [65_534, 65_535, 0, 3] {
            reception.heard(&packet(sequence, 5));
        }
        let sent = Sent {
            ssrc: 1,
            ntp: 0,
            timestamp: 0,
            packets: 1,
            octets: 160,
        };
        let bytes = report(sent, &mut reception);
        assert_eq!(bytes.len() % 4, 0);
        assert_eq!(bytes[..4], [0x81, 200, 0, 12]);
        assert_eq!(bytes[32..36], [85, 0, 0, 2]);
        assert_eq!(bytes[36..40], 65_539_u32.to_be_bytes());
        assert_eq!(report(sent, &mut reception)[32..36], [0, 0, 0, 2]);
    }
}
