//! Browsers without a browser: peers that speak ICE, DTLS and SRTP as one does, many in one thread.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::Codec as Format;
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};

use crate::g711::{Codec, FRAME};

/// Time between two frames.
const FRAME_EVERY: Duration = Duration::from_millis(20);

/// One browser.
pub struct WebPeer {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    pending: Option<SdpPendingOffer>,
    mid: Mid,
    payload_type: Option<Pt>,
    connected: Option<Instant>,
    sequence: u64,
    due: Instant,
    first: Option<u64>,
    last: u64,
    /// What it says, A-law, over and over. Silence when empty.
    pub says: Vec<u8>,
    at: usize,
    /// Packets sent and received.
    pub sent: u64,
    /// Packets received.
    pub received: u64,
    /// What was heard, decoded, in order of arrival.
    pub heard: Vec<i16>,
    /// When the first packet came.
    pub first_heard: Option<Instant>,
}

impl WebPeer {
    /// A browser on a port of its own, and its offer.
    ///
    /// # Errors
    /// When there is no port, or the offer cannot be made.
    pub fn offer() -> io::Result<(Self, String)> {
        let socket = UdpSocket::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), 0))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let now = Instant::now();
        let mut rtc = Rtc::builder()
            .clear_codecs()
            .enable_pcma(true, false)
            .set_rtp_mode(true)
            .build(now);
        let candidate = Candidate::host(address, "udp").map_err(io::Error::other)?;
        rtc.add_local_candidate(candidate);
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = change
            .apply()
            .ok_or_else(|| io::Error::other("nothing to offer"))?;
        let peer = Self {
            rtc,
            socket,
            address,
            pending: Some(pending),
            mid,
            payload_type: None,
            connected: None,
            sequence: 0,
            due: now,
            first: None,
            last: 0,
            says: Vec::new(),
            at: 0,
            sent: 0,
            received: 0,
            heard: Vec::new(),
            first_heard: None,
        };
        Ok((peer, offer.to_sdp_string()))
    }

    /// Takes the answer.
    ///
    /// # Errors
    /// When it does not fit the offer.
    pub fn accept(&mut self, answer: &str) -> io::Result<()> {
        let answer = SdpAnswer::from_sdp_string(answer).map_err(io::Error::other)?;
        let pending = self
            .pending
            .take()
            .ok_or_else(|| io::Error::other("answered twice"))?;
        self.rtc
            .sdp_api()
            .accept_answer(pending, answer)
            .map_err(io::Error::other)?;
        let params = self.rtc.codec_config().params();
        self.payload_type = params
            .iter()
            .find(|params| params.spec().codec == Format::PCMA)
            .map(str0m::format::PayloadParams::pt);
        Ok(())
    }

    /// Says these samples over and over.
    pub fn say(&mut self, samples: &[i16]) {
        self.says = samples
            .iter()
            .map(|&sample| Codec::Pcma.encode(sample))
            .collect();
    }

    /// Whether ICE and DTLS are done.
    pub const fn is_connected(&self) -> bool {
        self.connected.is_some()
    }

    /// Packets that should have come and did not.
    pub fn lost(&self) -> u64 {
        let expected = self.first.map_or(0, |first| self.last - first + 1);
        expected.saturating_sub(self.received)
    }

    fn step(&mut self, now: Instant) {
        let mut buffer = [0_u8; 2_000];
        while let Ok((length, from)) = self.socket.recv_from(&mut buffer) {
            let bytes = buffer.get(..length).unwrap_or(&[]);
            if let Ok(received) = Receive::new(Protocol::Udp, from, self.address, bytes) {
                self.input(Input::Receive(now, received));
            }
        }
        if now >= self.due {
            self.input(Input::Timeout(now));
        }
    }

    fn input(&mut self, input: Input<'_>) {
        // A packet that is not understood is like one that is lost.
        let _taken = self.rtc.handle_input(input);
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(due)) => {
                    self.due = due;
                    return;
                }
                Ok(Output::Transmit(transmit)) => {
                    let _sent = self
                        .socket
                        .send_to(&transmit.contents, transmit.destination);
                }
                Ok(Output::Event(Event::Connected)) => self.connected = Some(Instant::now()),
                Ok(Output::Event(Event::RtpPacket(packet))) => {
                    let number = *packet.seq_no;
                    self.first.get_or_insert(number);
                    self.last = self.last.max(number);
                    self.received += 1;
                    self.first_heard.get_or_insert_with(Instant::now);
                    let samples = packet.payload.iter().map(|&code| Codec::Pcma.decode(code));
                    self.heard.extend(samples);
                }
                Ok(Output::Event(_)) => {}
                Err(_) => return,
            }
        }
    }

    /// Says the next frame, once it is connected.
    fn frame(&mut self, now: Instant) {
        let (Some(pt), true) = (self.payload_type, self.is_connected()) else {
            return;
        };
        let mut frame = [Codec::Pcma.silence(); FRAME];
        for byte in &mut frame {
            if let Some(&code) = self.says.get(self.at) {
                *byte = code;
                self.at = (self.at + 1) % self.says.len();
            }
        }
        let time = u32::try_from(self.sequence * 160 % (1 << 32)).unwrap_or(0);
        let write = RtpWrite::new(pt, self.sequence.into(), time, now, &frame[..]);
        let mut direct = self.rtc.direct_api();
        let Some(stream) = direct.stream_tx_by_mid(self.mid, None) else {
            return;
        };
        stream.write_rtp(write);
        self.sequence += 1;
        self.sent += 1;
        self.input(Input::Timeout(now));
    }
}

/// Lets browsers live until `done` says so or the time is up: each says a frame every 20 ms. Blocks. False when the
/// time was up first.
pub fn live(
    peers: &mut [WebPeer],
    longest: Duration,
    mut done: impl FnMut(&[WebPeer]) -> bool,
) -> bool {
    let end = Instant::now() + longest;
    let mut next = Instant::now();
    loop {
        let now = Instant::now();
        for peer in peers.iter_mut() {
            peer.step(now);
        }
        if now >= next {
            for peer in peers.iter_mut() {
                peer.frame(now);
            }
            next += FRAME_EVERY;
            if done(peers) {
                return true;
            }
        }
        if now >= end {
            return false;
        }
        let rest = next.saturating_duration_since(Instant::now());
        std::thread::sleep(rest.min(Duration::from_millis(2)));
    }
}
