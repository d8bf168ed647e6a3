//! One leg: what it sends next, and what a received packet means.
//!
//! It must never block, and never forward the other side's SSRC, sequence or timestamp as they are.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::{After, Counters, NewLeg, Source};
use crate::Party;
use crate::audio::{AudioBank, ClipId};
use crate::g711::{Codec, FRAME, transcode};
use crate::rtp::{self, Reception, Sent};
use crate::sdp::Remote;

/// Largest packet that is relayed.
pub(super) const MAX_PACKET: usize = 1_500;
/// Time between RTCP reports.
const REPORT_EVERY: Duration = Duration::from_secs(5);
/// Samples in a frame, as a timestamp step.
const STEP: u32 = 160;

/// What the leg hears, with its position.
#[derive(Debug)]
enum Hearing {
    Silence,
    Music,
    Ringing {
        at: usize,
    },
    Clips {
        play: Option<u64>,
        items: Vec<ClipId>,
        item: usize,
        frame: usize,
        after: After,
    },
    Relay {
        from: Party,
        offset: Option<Offset>,
    },
    Echo,
}

/// How the relayed source's numbers become ours.
#[derive(Clone, Copy, Debug)]
struct Offset {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
}

/// A packet that a leg took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Not for us, or nothing to do.
    Nothing,
    Stranger,
    Audio(rtp::Received),
    /// A telephone event; the key is there the first time it is heard.
    Event(rtp::Received, Option<char>),
}

#[derive(Debug)]
pub(super) struct Leg {
    pub(super) party: Party,
    pub(super) socket: UdpSocket,
    remote: Option<Remote>,
    target: Option<SocketAddr>,
    latched: bool,
    signalling: IpAddr,
    hearing: Hearing,
    music_at: usize,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    mark: bool,
    packets: u32,
    octets: u32,
    reception: Reception,
    last_event: Option<(u32, u32)>,
    added: Instant,
    heard: Option<Instant>,
    report_due: Instant,
    pub(super) quiet_told: bool,
}

impl Leg {
    pub(super) fn new(new: NewLeg, now: Instant) -> Self {
        Self {
            party: new.party,
            socket: new.socket,
            remote: None,
            target: None,
            latched: false,
            signalling: new.signalling,
            hearing: Hearing::Silence,
            music_at: 0,
            ssrc: new.ssrc,
            sequence: new.sequence,
            timestamp: new.timestamp,
            mark: true,
            packets: 0,
            octets: 0,
            reception: Reception::default(),
            last_event: None,
            added: now,
            heard: None,
            report_due: now + REPORT_EVERY,
            quiet_told: false,
        }
    }

    /// Takes a new description of the other side. The latch is kept when the address did not change.
    pub(super) fn describe(&mut self, remote: Remote, now: Instant) {
        if self.remote.is_none_or(|old| old.address != remote.address) {
            self.target = Some(remote.address);
            self.latched = false;
        }
        if self.is_quiet_allowed() {
            self.added = now;
            self.heard = self.heard.map(|_| now);
        }
        self.remote = Some(remote);
    }

    pub(super) fn hear(&mut self, source: Source) {
        self.mark = true;
        self.hearing = match source {
            Source::Silence => Hearing::Silence,
            Source::Music => Hearing::Music,
            Source::Ringing => Hearing::Ringing { at: 0 },
            Source::Clips { play, items, after } => Hearing::Clips {
                play,
                items,
                item: 0,
                frame: 0,
                after,
            },
            Source::Relay { from } => Hearing::Relay { from, offset: None },
            Source::Echo => Hearing::Echo,
        };
    }

    /// Whom the leg hears, if it hears a party.
    pub(super) const fn relayed(&self) -> Option<Party> {
        match self.hearing {
            Hearing::Relay { from, .. } => Some(from),
            Hearing::Silence
            | Hearing::Music
            | Hearing::Ringing { .. }
            | Hearing::Clips { .. }
            | Hearing::Echo => None,
        }
    }

    pub(super) const fn is_echo(&self) -> bool {
        matches!(self.hearing, Hearing::Echo)
    }

    /// Sends the frame of this tick, if this leg's source makes frames. Gives the play that ended.
    pub(super) fn tick(&mut self, bank: &AudioBank, counters: &Counters) -> Option<u64> {
        let ended = self.skip_ended_clips(bank);
        let Some(remote) = self.sendable() else {
            self.advance();
            return ended;
        };
        let mut packet = [0_u8; rtp::HEADER + FRAME];
        let (head, body) = packet.split_at_mut(rtp::HEADER);
        match &self.hearing {
            Hearing::Silence => body.fill(remote.codec.silence()),
            Hearing::Music => body.copy_from_slice(bank.music_frame(self.music_at, remote.codec)),
            Hearing::Ringing { at } => body.copy_from_slice(bank.ringing_frame(*at, remote.codec)),
            Hearing::Clips {
                items, item, frame, ..
            } => {
                let clip = items
                    .get(*item)
                    .and_then(|&clip| bank.frame(clip, *frame, remote.codec));
                match clip {
                    Some(bytes) => body.copy_from_slice(bytes),
                    None => body.fill(remote.codec.silence()),
                }
            }
            Hearing::Relay { .. } | Hearing::Echo => return ended,
        }
        if let Some(head) = head.first_chunk_mut() {
            rtp::write_header(
                head,
                remote.payload_type,
                self.mark,
                self.sequence,
                self.timestamp,
                self.ssrc,
            );
        }
        self.mark = false;
        self.advance();
        self.send(&packet, counters);
        ended
    }

    fn advance(&mut self) {
        match &mut self.hearing {
            Hearing::Relay { .. } | Hearing::Echo => return,
            Hearing::Silence => {}
            Hearing::Music => self.music_at = self.music_at.wrapping_add(1),
            Hearing::Ringing { at } => *at = at.wrapping_add(1),
            Hearing::Clips { frame, .. } => *frame += 1,
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(STEP);
    }

    /// Moves on to the next clip that has a frame, or to what follows the clips.
    fn skip_ended_clips(&mut self, bank: &AudioBank) -> Option<u64> {
        let Hearing::Clips {
            play,
            items,
            item,
            frame,
            after,
        } = &mut self.hearing
        else {
            return None;
        };
        while let Some(&clip) = items.get(*item) {
            if bank.frame(clip, *frame, Codec::Pcma).is_some() {
                return None;
            }
            *item += 1;
            *frame = 0;
        }
        let ended = *play;
        let next = match after {
            After::Silence => Source::Silence,
            After::Music => Source::Music,
            After::Echo => Source::Echo,
        };
        self.hear(next);
        ended
    }

    /// The other side, when it is known and listens.
    fn sendable(&self) -> Option<Remote> {
        self.remote.filter(|remote| !remote.direction.is_hold())
    }

    fn send(&mut self, packet: &[u8], counters: &Counters) {
        let Some(target) = self.target else { return };
        if self.socket.send_to(packet, target).is_ok() {
            self.packets = self.packets.wrapping_add(1);
            let octets = u32::try_from(packet.len() - rtp::HEADER).unwrap_or(0);
            self.octets = self.octets.wrapping_add(octets);
            counters
                .sent
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        } else {
            counters
                .unsent
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    /// Judges a received packet: from whom it is, and what it is.
    pub(super) fn take(&mut self, packet: &[u8], from: SocketAddr, now: Instant) -> Taken {
        let Some(remote) = self.remote else {
            return Taken::Nothing;
        };
        if rtp::is_rtcp(packet) {
            if from.ip() == remote.address.ip() || from.ip() == self.signalling {
                self.reception.sender_report(packet);
            }
            return Taken::Nothing;
        }
        let Some(read) = rtp::parse(packet) else {
            return Taken::Nothing;
        };
        if !self.is_from_peer(remote, from) {
            return Taken::Stranger;
        }
        self.heard = Some(now);
        self.quiet_told = false;
        self.reception.heard(&read);
        if read.payload_type == remote.payload_type
            || read.payload_type == remote.codec.payload_type()
        {
            Taken::Audio(read)
        } else if self.is_event(remote, &read) {
            Taken::Event(read, self.new_key(packet, &read))
        } else {
            Taken::Nothing
        }
    }

    /// Symmetric RTP: the described address, or once another port of the same host or of where signalling comes from.
    fn is_from_peer(&mut self, remote: Remote, from: SocketAddr) -> bool {
        if Some(from) == self.target {
            return true;
        }
        if self.latched || !(from.ip() == remote.address.ip() || from.ip() == self.signalling) {
            return false;
        }
        self.latched = true;
        self.target = Some(from);
        true
    }

    /// Events come with the number that we agreed on; some senders always use 96 or 101, and G.711 never does.
    fn is_event(&self, remote: Remote, read: &rtp::Received) -> bool {
        remote.events == Some(read.payload_type)
            || (matches!(read.payload_type, 96 | 101) && read.end - read.start == 4)
    }

    fn new_key(&mut self, packet: &[u8], read: &rtp::Received) -> Option<char> {
        let key = rtp::event_key(packet.get(read.start..read.end)?)?;
        let event = (read.ssrc, read.timestamp);
        if self.last_event == Some(event) {
            return None;
        }
        self.last_event = Some(event);
        Some(key)
    }

    /// Sends a packet of another leg onwards with our own numbers. `codec` is what its audio is in.
    pub(super) fn relay(
        &mut self,
        packet: &[u8],
        read: &rtp::Received,
        is_event: bool,
        codec: Option<Codec>,
        counters: &Counters,
    ) {
        let Some(remote) = self.sendable() else {
            return;
        };
        let payload_type = if is_event {
            remote.events
        } else {
            Some(remote.payload_type)
        };
        let (Some(payload_type), Some(payload)) = (payload_type, packet.get(read.start..read.end))
        else {
            return;
        };
        let length = rtp::HEADER + payload.len();
        if length > MAX_PACKET {
            return;
        }
        let (sequence, timestamp) = self.renumbered(read);
        let mut out = [0_u8; MAX_PACKET];
        let (head, body) = out.split_at_mut(rtp::HEADER);
        if let Some(head) = head.first_chunk_mut() {
            rtp::write_header(
                head,
                payload_type,
                self.mark,
                sequence,
                timestamp,
                self.ssrc,
            );
        }
        self.mark = false;
        if let Some(body) = body.get_mut(..payload.len()) {
            body.copy_from_slice(payload);
            if let (false, Some(codec)) = (is_event, codec) {
                transcode(body, codec, remote.codec);
            }
        }
        if let Some(whole) = out.get(..length) {
            self.send(whole, counters);
        }
    }

    /// Keeps our numbers continuous over a change of source, and keeps the gaps of a source as they are.
    fn renumbered(&mut self, read: &rtp::Received) -> (u16, u32) {
        let fresh = Offset {
            ssrc: read.ssrc,
            sequence: self.sequence.wrapping_sub(read.sequence),
            timestamp: self.timestamp.wrapping_sub(read.timestamp),
        };
        let offset = match &mut self.hearing {
            Hearing::Relay { offset, .. } => {
                if offset.is_none_or(|old| old.ssrc != read.ssrc) {
                    *offset = Some(fresh);
                }
                offset.unwrap_or(fresh)
            }
            Hearing::Silence
            | Hearing::Music
            | Hearing::Ringing { .. }
            | Hearing::Clips { .. }
            | Hearing::Echo => fresh,
        };
        let sequence = read.sequence.wrapping_add(offset.sequence);
        let timestamp = read.timestamp.wrapping_add(offset.timestamp);
        if sequence.wrapping_sub(self.sequence) < 0x8000 {
            self.sequence = sequence.wrapping_add(1);
            self.timestamp = timestamp.wrapping_add(STEP);
        }
        (sequence, timestamp)
    }

    pub(super) fn codec(&self) -> Option<Codec> {
        self.remote.map(|remote| remote.codec)
    }

    fn is_quiet_allowed(&self) -> bool {
        self.remote
            .is_none_or(|remote| remote.direction != crate::sdp::Direction::SendRecv)
    }

    /// Whether nothing came for longer than allowed. A side on hold may be quiet.
    pub(super) fn is_dead(&self, limits: super::Limits, now: Instant) -> bool {
        if self.is_quiet_allowed() || self.quiet_told {
            return false;
        }
        self.heard.map_or_else(
            || now.duration_since(self.added) >= limits.never_heard,
            |heard| now.duration_since(heard) >= limits.quiet,
        )
    }

    /// Sends the RTCP report when it is due.
    pub(super) fn report(&mut self, now: Instant, ntp: u64) {
        if now < self.report_due {
            return;
        }
        self.report_due = now + REPORT_EVERY;
        let (Some(remote), Some(target)) = (self.remote, self.target) else {
            return;
        };
        let sent = Sent {
            ssrc: self.ssrc,
            ntp,
            timestamp: self.timestamp,
            packets: self.packets,
            octets: self.octets,
        };
        let bytes = rtp::report(sent, &mut self.reception);
        // Behind a translator the described port means nothing: follow the latch.
        let to = match (remote.rtcp_mux, self.latched) {
            (true, _) => target,
            (false, true) => SocketAddr::new(target.ip(), target.port().saturating_add(1)),
            (false, false) => remote.rtcp,
        };
        // A report that is lost is followed by another.
        let _sent = self.socket.send_to(&bytes, to);
    }
}
