//! One browser at the other end of a leg: ICE-lite, DTLS and SRTP around the same RTP that phones speak.
//!
//! It must never block and never touch a socket: bytes come in, bytes and packets come out. What the browser
//! says is relayed as it is, so it is asked for G.711 only.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use str0m::change::SdpOffer;
use str0m::config::CryptoProvider;
use str0m::format::Codec as Format;
use str0m::media::{Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};

use crate::g711::Codec;
use crate::rtp;
use crate::web::WebError;

/// Makes the near ends of browsers.
#[derive(Debug, Clone)]
pub(crate) struct Ends {
    provider: Arc<CryptoProvider>,
}

/// The near end of one browser.
#[derive(Debug)]
pub(crate) struct End {
    rtc: Rtc,
    /// Our address, as the browser was told.
    told: SocketAddr,
    mid: Option<Mid>,
    payload_type: Option<(Pt, Codec)>,
    /// Number of the last packet that was sent, with its rollovers.
    sequence: Option<u64>,
    /// When it wants to be looked at again.
    due: Instant,
}

/// What came of a packet or of time.
#[derive(Debug, Default)]
pub(super) struct Came {
    /// Packets of the browser: as they are read elsewhere, and their payload.
    pub(super) packets: Vec<(rtp::Received, Arc<[u8]>)>,
    /// The connection was made just now; this is what is spoken on it.
    pub(super) connected: Option<(u8, Codec)>,
}

impl Ends {
    /// Takes the cryptography that is built in.
    pub(crate) fn new() -> Self {
        Self {
            provider: Arc::new(str0m::crypto::from_feature_flags()),
        }
    }

    /// Answers the offer of a browser that shall send to `told`.
    pub(crate) fn answer(&self, offer: &str, told: SocketAddr) -> Result<(End, String), WebError> {
        let offer = SdpOffer::from_sdp_string(offer).map_err(|_| WebError::Offer)?;
        let now = Instant::now();
        let mut rtc = Rtc::builder()
            .set_crypto_provider(Arc::clone(&self.provider))
            .clear_codecs()
            .enable_pcma(true, false)
            .enable_pcmu(true, false)
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .build(now);
        let candidate = Candidate::host(told, "udp").map_err(|_| WebError::Address)?;
        rtc.add_local_candidate(candidate);
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| {
            tracing::debug!(%error, "an offer of a browser was not taken");
            WebError::Offer
        })?;
        let answer = answer.to_sdp_string();
        if !answer.contains("PCMA") && !answer.contains("PCMU") {
            return Err(WebError::Offer);
        }
        let end = End {
            rtc,
            told,
            mid: None,
            payload_type: None,
            sequence: None,
            due: now,
        };
        Ok((end, answer))
    }
}

impl End {
    /// Whether these bytes, from this address, are for this browser.
    pub(super) fn accepts(&self, bytes: &[u8], from: SocketAddr) -> bool {
        Receive::new(Protocol::Udp, from, self.told, bytes)
            .is_ok_and(|received| self.rtc.accepts(&Input::Receive(Instant::now(), received)))
    }

    /// Takes bytes of the browser.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        from: SocketAddr,
        now: Instant,
        send: impl FnMut(&[u8], SocketAddr),
    ) -> Came {
        let Ok(received) = Receive::new(Protocol::Udp, from, self.told, bytes) else {
            return Came::default();
        };
        self.step(Input::Receive(now, received), send)
    }

    /// Lets time pass, when it is due.
    pub(super) fn tick(&mut self, now: Instant, send: impl FnMut(&[u8], SocketAddr)) -> Came {
        if now < self.due {
            return Came::default();
        }
        self.step(Input::Timeout(now), send)
    }

    /// Sends an RTP packet of ours (fixed header, payload) as one of this connection. False when there is none yet.
    pub(super) fn write(
        &mut self,
        packet: &[u8],
        now: Instant,
        send: impl FnMut(&[u8], SocketAddr),
    ) -> bool {
        let (Some(mid), Some((payload_type, _)), Some(read)) =
            (self.mid, self.payload_type, rtp::parse(packet))
        else {
            return false;
        };
        let Some(payload) = packet.get(read.start..read.end) else {
            return false;
        };
        let sequence = extended(self.sequence, read.sequence);
        self.sequence = Some(self.sequence.map_or(sequence, |last| last.max(sequence)));
        let marked = packet.get(1).is_some_and(|byte| byte & 0x80 != 0);
        let written = RtpWrite::new(payload_type, sequence.into(), read.timestamp, now, payload)
            .marker(marked);
        let mut direct = self.rtc.direct_api();
        let Some(stream) = direct.stream_tx_by_mid(mid, None) else {
            return false;
        };
        stream.write_rtp(written);
        // What was written leaves when time moves.
        self.step(Input::Timeout(now), send);
        true
    }

    fn step(&mut self, input: Input<'_>, mut send: impl FnMut(&[u8], SocketAddr)) -> Came {
        let mut came = Came::default();
        if let Err(error) = self.rtc.handle_input(input) {
            tracing::debug!(%error, "a browser's packet was not taken");
        }
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(due)) => {
                    self.due = due;
                    return came;
                }
                Ok(Output::Transmit(transmit)) => send(&transmit.contents, transmit.destination),
                Ok(Output::Event(event)) => self.event(event, &mut came),
                Err(error) => {
                    tracing::debug!(%error, "a browser's connection broke");
                    self.rtc.disconnect();
                    return came;
                }
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the events of video, data and statistics are many, open-ended, and mean nothing here"
    )]
    fn event(&mut self, event: Event, came: &mut Came) {
        match event {
            // Told when the connection was made.
            Event::MediaAdded(added) => {
                self.learn(added.mid);
                came.connected = self.payload_type.map(|(pt, codec)| (*pt, codec));
            }
            Event::RtpPacket(packet) => {
                let header = &packet.header;
                let read = rtp::Received {
                    payload_type: *header.payload_type,
                    sequence: header.sequence_number,
                    timestamp: header.timestamp,
                    ssrc: *header.ssrc,
                    start: 0,
                    end: packet.payload.len(),
                };
                came.packets.push((read, packet.payload));
            }
            _ => {}
        }
    }

    /// Which of its codecs the browser will speak: the first that both know.
    fn learn(&mut self, mid: Mid) {
        let Some(media) = self.rtc.media(mid).filter(|_| self.mid.is_none()) else {
            return;
        };
        let params = self.rtc.codec_config().params();
        let known = media.remote_pts().iter().find_map(|pt| {
            let format = params.iter().find(|params| params.pt() == *pt)?;
            let codec = format.spec().codec;
            let known = [(Format::PCMA, Codec::Pcma), (Format::PCMU, Codec::Pcmu)];
            let (_, codec) = known.into_iter().find(|(format, _)| *format == codec)?;
            Some((*pt, codec))
        });
        self.mid = Some(mid);
        self.payload_type = known;
    }
}

/// The whole number of a packet whose low 16 bits are `low`, near the last one.
fn extended(last: Option<u64>, low: u16) -> u64 {
    let Some(last) = last else {
        return u64::from(low);
    };
    let [.., high, lower] = last.to_be_bytes();
    let ahead = low.wrapping_sub(u16::from_be_bytes([high, lower]));
    if ahead < 0x8000 {
        last + u64::from(ahead)
    } else {
        last.saturating_sub(u64::from(ahead.wrapping_neg()))
    }
}

/// Where browsers are told to send: the socket's port, at the address that they can reach.
pub(crate) fn told(bound: SocketAddr, announced: Option<IpAddr>) -> SocketAddr {
    SocketAddr::new(announced.unwrap_or_else(|| bound.ip()), bound.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_over_the_wrap_and_back() {
        assert_eq!(extended(None, 65_530), 65_530);
        assert_eq!(extended(Some(65_530), 3), 65_539);
        assert_eq!(extended(Some(65_539), 65_535), 65_535);
        assert_eq!(extended(Some(65_539), 3), 65_539);
    }

    #[test]
    fn what_is_no_offer_of_sound_is_refused() {
        let ends = Ends::new();
        let told = "127.0.0.1:4000".parse().unwrap();
        for offer in ["", "v=0\r\n", "m=audio 9 RTP/AVP 8\r\n", "\u{0}\u{1}"] {
            assert!(ends.answer(offer, told).is_err(), "{offer:?}");
        }
    }
}
