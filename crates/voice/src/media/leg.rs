//! One leg: what it sends next, and what a received packet means.
//!
//! It must never block, and never forward the other side's SSRC, sequence or timestamp as they are.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::browser::{Came, End};
use super::keys::Keys;
use super::mix::{Ear, Frame, mixed};
use super::{After, NewLeg, Outlet, Source};
use crate::Party;
use crate::audio::{AudioBank, ClipId};
use crate::g711::{Codec, FRAME, transcode};
use crate::rtp::{self, Reception, Sent};
use crate::sdp::{Direction, Remote};

/// Largest packet that is relayed.
pub(super) const MAX_PACKET: usize = 1_500;
/// Time between RTCP reports.
const REPORT_EVERY: Duration = Duration::from_secs(5);
/// Ticks until music begins: whoever is put through sooner is not to hear a snatch of it.
const REST_BEFORE_MUSIC: u8 = 25;
/// Samples in a frame, as a timestamp step.
pub(super) const STEP: u32 = 160;

/// What a leg speaks through.
#[derive(Debug)]
enum Wire {
    /// A port of its own.
    Socket(UdpSocket),
    /// A browser, on the port of the thread; none until its offer came.
    Browser(Option<Box<End>>),
}

/// What the leg hears, with its position.
#[derive(Debug)]
enum Hearing {
    Silence,
    Music {
        /// Ticks until it begins.
        rest: u8,
    },
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
    Mix {
        of: [Option<Party>; 2],
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
    wire: Wire,
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
    keys: Keys,
    /// While others hear this leg mixed.
    ear: Option<Ear>,
}

impl Leg {
    pub(super) fn new(new: NewLeg, now: Instant) -> Self {
        Self {
            party: new.party,
            wire: new.socket.map_or(Wire::Browser(None), Wire::Socket),
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
            keys: Keys::default(),
            ear: None,
        }
    }

    /// The leg's own port, if it has one.
    pub(super) const fn socket(&self) -> Option<&UdpSocket> {
        match &self.wire {
            Wire::Socket(socket) => Some(socket),
            Wire::Browser(_) => None,
        }
    }

    /// The browser at the other end, if there is one.
    pub(super) fn browser(&mut self) -> Option<&mut End> {
        match &mut self.wire {
            Wire::Browser(end) => end.as_deref_mut(),
            Wire::Socket(_) => None,
        }
    }

    pub(super) const fn is_browser(&self) -> bool {
        matches!(self.wire, Wire::Browser(_))
    }

    /// A browser came, or came back: nothing is said to it until it is connected.
    pub(super) fn attach(&mut self, end: Box<End>, now: Instant) {
        if self.is_browser() {
            self.wire = Wire::Browser(Some(end));
            self.remote = None;
            self.added = now;
            self.heard = None;
            self.quiet_told = false;
            self.mark = true;
        }
    }

    /// What a browser's packet or the time meant for the leg; the packets are judged by [`Leg::heard`].
    pub(super) fn came(&mut self, came: &Came) {
        let Some((payload_type, codec)) = came.connected else {
            return;
        };
        // The browser's address is its connection's business; this one is never sent to.
        let nowhere = SocketAddr::new(self.signalling, 0);
        self.remote = Some(Remote {
            address: nowhere,
            codec,
            payload_type,
            events: None,
            direction: Direction::SendRecv,
            rtcp: nowhere,
            rtcp_mux: true,
        });
    }

    /// A packet of the browser: whether it is sound that we understand.
    pub(super) fn heard(&mut self, read: &rtp::Received, now: Instant) -> bool {
        let Some(remote) = self.remote else {
            return false;
        };
        self.heard = Some(now);
        self.quiet_told = false;
        read.payload_type == remote.payload_type && read.end > 0
    }

    /// The other side shall hear that a key was pressed here.
    pub(super) fn press(&mut self, key: char) {
        if self.remote.is_some_and(|remote| remote.events.is_some()) {
            self.keys.press(key);
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
            Source::Music => Hearing::Music {
                rest: REST_BEFORE_MUSIC,
            },
            Source::Ringing => Hearing::Ringing { at: 0 },
            Source::Clips { play, items, after } => Hearing::Clips {
                play,
                items,
                item: 0,
                frame: 0,
                after,
            },
            Source::Relay { from } => Hearing::Relay { from, offset: None },
            Source::Mix { of } => Hearing::Mix { of },
            Source::Echo => Hearing::Echo,
        };
    }

    /// Whom the leg hears, if it hears a party.
    pub(super) const fn relayed(&self) -> Option<Party> {
        match self.hearing {
            Hearing::Relay { from, .. } => Some(from),
            Hearing::Silence
            | Hearing::Music { .. }
            | Hearing::Ringing { .. }
            | Hearing::Clips { .. }
            | Hearing::Mix { .. }
            | Hearing::Echo => None,
        }
    }

    /// The voices that the leg hears mixed.
    pub(super) const fn mixes(&self) -> [Option<Party>; 2] {
        match self.hearing {
            Hearing::Mix { of } => of,
            Hearing::Relay { .. }
            | Hearing::Silence
            | Hearing::Music { .. }
            | Hearing::Ringing { .. }
            | Hearing::Clips { .. }
            | Hearing::Echo => [None, None],
        }
    }

    /// Whether the leg's voice is heard mixed from now on.
    pub(super) fn tap(&mut self, wanted: bool) {
        if !wanted {
            self.ear = None;
        } else if self.ear.is_none() {
            self.ear = Some(Ear::default());
        }
    }

    /// Keeps a packet of this leg for those who hear it mixed.
    pub(super) fn overhear(&mut self, packet: &[u8], read: &rtp::Received) {
        if let Some(ear) = &mut self.ear
            && let Some(remote) = self.remote
            && let Some(payload) = packet.get(read.start..read.end)
        {
            ear.take(read, payload, remote.codec);
        }
    }

    /// What those who hear this leg mixed hear in this tick.
    pub(super) fn voice(&mut self) -> Option<Frame> {
        self.ear.as_mut().and_then(Ear::hear)
    }

    pub(super) const fn is_echo(&self) -> bool {
        matches!(self.hearing, Hearing::Echo)
    }

    /// Sends the frame of this tick, if this leg's source makes frames. Gives the play that ended.
    pub(super) fn tick(
        &mut self,
        bank: &AudioBank,
        voices: &[(Party, Frame)],
        out: &Outlet,
    ) -> Option<u64> {
        let ended = self.skip_ended_clips(bank);
        let Some(remote) = self.sendable() else {
            self.advance();
            return ended;
        };
        if self.press_on(remote, out) {
            return ended;
        }
        let mut packet = [0_u8; rtp::HEADER + FRAME];
        let (head, body) = packet.split_at_mut(rtp::HEADER);
        match &self.hearing {
            Hearing::Silence => body.fill(remote.codec.silence()),
            Hearing::Music { rest: 1.. } => {
                self.advance();
                return ended;
            }
            Hearing::Music { rest: 0 } => {
                body.copy_from_slice(bank.music_frame(self.music_at, remote.codec));
            }
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
            Hearing::Mix { of } => {
                for (code, sample) in body.iter_mut().zip(mixed(voices, of)) {
                    *code = remote.codec.encode(sample);
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
        self.send(&packet, out);
        ended
    }

    /// Sends what a pressed key sounds like in this tick, in place of the sound. False when none is pressed.
    fn press_on(&mut self, remote: Remote, out: &Outlet) -> bool {
        let Some(payload_type) = remote.events else {
            return false;
        };
        let Some(event) = self.keys.next(self.timestamp) else {
            return false;
        };
        let mut packet = [0_u8; rtp::HEADER + 4];
        for repeat in 0..event.repeats {
            let (head, body) = packet.split_at_mut(rtp::HEADER);
            if let Some(head) = head.first_chunk_mut() {
                let first = event.is_first && repeat == 0;
                let (at, ssrc) = (event.timestamp, self.ssrc);
                rtp::write_header(head, payload_type, first, self.sequence, at, ssrc);
            }
            body.copy_from_slice(&event.payload);
            self.sequence = self.sequence.wrapping_add(1);
            self.send(&packet, out);
        }
        self.timestamp = self.timestamp.wrapping_add(STEP);
        if let Hearing::Relay { offset, .. } = &mut self.hearing {
            // The numbers of the source are joined to ours anew when the key is done.
            *offset = None;
        }
        self.mark = true;
        true
    }

    fn advance(&mut self) {
        match &mut self.hearing {
            Hearing::Relay { .. } | Hearing::Echo => return,
            Hearing::Silence | Hearing::Mix { .. } => {}
            Hearing::Music { rest: 0 } => self.music_at = self.music_at.wrapping_add(1),
            Hearing::Music { rest } => {
                // Nothing is sent, so no number is used up: a gap would read as loss.
                *rest -= 1;
                self.timestamp = self.timestamp.wrapping_add(STEP);
                return;
            }
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

    fn send(&mut self, packet: &[u8], out: &Outlet) {
        let sent = match (&mut self.wire, self.target) {
            (Wire::Socket(socket), Some(target)) => socket.send_to(packet, target).is_ok(),
            (Wire::Browser(Some(end)), _) => {
                end.write(packet, Instant::now(), |bytes, to| out.carry(bytes, to))
            }
            (Wire::Socket(_), None) | (Wire::Browser(None), _) => return,
        };
        if sent {
            self.packets = self.packets.wrapping_add(1);
            let octets = u32::try_from(packet.len() - rtp::HEADER).unwrap_or(0);
            self.octets = self.octets.wrapping_add(octets);
            out.counters.sent.fetch_add(1, Ordering::Relaxed);
        } else {
            out.counters.unsent.fetch_add(1, Ordering::Relaxed);
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
        out: &Outlet,
    ) {
        let Some(remote) = self.sendable().filter(|_| !self.keys.is_pressed()) else {
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
        let mut bytes = [0_u8; MAX_PACKET];
        let (head, body) = bytes.split_at_mut(rtp::HEADER);
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
        if let Some(whole) = bytes.get(..length) {
            self.send(whole, out);
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
            | Hearing::Music { .. }
            | Hearing::Ringing { .. }
            | Hearing::Clips { .. }
            | Hearing::Mix { .. }
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
        if self.quiet_told {
            return false;
        }
        if self.is_browser() {
            // A browser says something even when nobody speaks. One that is gone may come back for a while.
            return now.duration_since(self.heard.unwrap_or(self.added)) >= limits.quiet;
        }
        if self.is_quiet_allowed() {
            return false;
        }
        self.heard.map_or_else(
            || now.duration_since(self.added) >= limits.never_heard,
            |heard| now.duration_since(heard) >= limits.quiet,
        )
    }

    /// Sends the RTCP report when it is due.
    pub(super) fn report(&mut self, now: Instant, ntp: u64) {
        let Wire::Socket(socket) = &self.wire else {
            return;
        };
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
        let _sent = socket.send_to(&bytes, to);
    }
}
