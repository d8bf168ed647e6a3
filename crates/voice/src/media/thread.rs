//! The loop of one media thread.
//!
//! It must never wait for the rest of the program: reports that find a full channel stay here until the next tick.

use std::collections::{HashMap, VecDeque};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::EventFd;

use super::browser::{Came, End};
use super::leg::{Leg, MAX_PACKET, Taken};
use super::mix::Frame;
use super::record::Recorder;
use super::{Limits, Order, Outlet, Report, Source};
use crate::audio::AudioBank;
use crate::{Error, Party, rtp};

const TICK: Duration = Duration::from_millis(20);
/// Time that packets may gather before the sockets are read again.
const GATHER: Duration = Duration::from_millis(2);
/// Packets read from one socket in a row.
const BURST: usize = 16;
/// Ticks between looks for dead legs: one second.
const LOOK_EVERY: u64 = 50;
/// Reports that wait here when the switchboard is behind. Beyond this the oldest are dropped.
const MAX_WAITING: usize = 65_536;
const WAKE: u64 = u64::MAX;
/// The port that all browsers of this thread speak to.
const BROWSERS: u64 = u64::MAX - 1;
/// Packets of browsers read in a row.
const BROWSER_BURST: usize = 512;
/// Addresses of browsers that are remembered beyond those that are open.
const STALE: usize = 1_024;
/// Seconds between 1900 (NTP) and 1970.
const NTP_OFFSET: u64 = 2_208_988_800;

pub(super) struct Parts {
    pub(super) orders: Receiver<Order>,
    pub(super) wake: Arc<EventFd>,
    pub(super) woken: Arc<AtomicBool>,
    pub(super) bank: Arc<AudioBank>,
    pub(super) limits: Limits,
    pub(super) reports: tokio::sync::mpsc::Sender<Report>,
    pub(super) outlet: Outlet,
}

pub(super) struct Worker {
    parts: Parts,
    epoll: Epoll,
    legs: Vec<Option<Leg>>,
    free: Vec<usize>,
    places: HashMap<Party, usize>,
    /// Which leg a browser's packets are for.
    peers: HashMap<SocketAddr, usize>,
    waiting: VecDeque<Report>,
    ticks: u64,
    /// How many legs are heard mixed.
    tapped: usize,
    /// The voices of this tick that are heard mixed.
    voices: Vec<(Party, Frame)>,
    recorders: Vec<Recorder>,
}

impl Worker {
    pub(super) fn new(parts: Parts) -> Result<Self, Error> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(Error::media)?;
        epoll
            .add(&*parts.wake, EpollEvent::new(EpollFlags::EPOLLIN, WAKE))
            .map_err(Error::media)?;
        if let Some(socket) = &parts.outlet.browsers {
            epoll
                .add(socket, EpollEvent::new(EpollFlags::EPOLLIN, BROWSERS))
                .map_err(Error::media)?;
        }
        Ok(Self {
            parts,
            epoll,
            legs: Vec::new(),
            free: Vec::new(),
            places: HashMap::new(),
            peers: HashMap::new(),
            waiting: VecDeque::new(),
            ticks: 0,
            tapped: 0,
            voices: Vec::new(),
            recorders: Vec::new(),
        })
    }

    pub(super) fn run(mut self) {
        let mut events = vec![EpollEvent::empty(); 1_024];
        let mut next_tick = Instant::now();
        loop {
            let idle = self.places.is_empty() && self.waiting.is_empty();
            let now = Instant::now();
            if idle {
                next_tick = now + TICK;
            }
            let Some(count) =
                self.wait(&mut events, idle, next_tick.saturating_duration_since(now))
            else {
                return;
            };
            for event in events.iter().take(count) {
                self.read(event.data());
            }
            if !self.obey() {
                return;
            }
            let now = Instant::now();
            if now >= next_tick {
                self.tick(now, now.duration_since(next_tick));
                next_tick += TICK;
                if now > next_tick + 5 * TICK {
                    next_tick = now + TICK;
                }
            } else if count < events.len() && !self.places.is_empty() {
                std::thread::sleep(GATHER.min(next_tick - now));
            }
        }
    }

    /// Waits for packets, orders or the tick. None when waiting itself fails.
    fn wait(&self, events: &mut [EpollEvent], idle: bool, left: Duration) -> Option<usize> {
        let timeout = if idle {
            EpollTimeout::NONE
        } else {
            // Whole milliseconds, rounded up, so that the loop does not spin before the tick.
            EpollTimeout::try_from(left + Duration::from_micros(999)).unwrap_or(EpollTimeout::ZERO)
        };
        match self.epoll.wait(events, timeout) {
            Ok(count) => Some(count),
            Err(nix::errno::Errno::EINTR) => Some(0),
            Err(error) => {
                tracing::error!(%error, "media thread cannot wait");
                None
            }
        }
    }

    fn tick(&mut self, now: Instant, late: Duration) {
        self.ticks += 1;
        if late > Duration::from_millis(10) {
            self.parts
                .outlet
                .counters
                .late_ticks
                .fetch_add(1, Ordering::Relaxed);
        }
        let ntp = ntp_now();
        let look = self.ticks.is_multiple_of(LOOK_EVERY);
        self.drive(now);
        self.voices.clear();
        if self.tapped > 0 {
            let voices = self.legs.iter_mut().flatten();
            self.voices
                .extend(voices.filter_map(|leg| Some((leg.party, leg.voice()?))));
            self.record();
        }
        for leg in self.legs.iter_mut().flatten() {
            if let Some(play) = leg.tick(&self.parts.bank, &self.voices, &self.parts.outlet) {
                self.waiting.push_back(Report::PlayEnded {
                    party: leg.party,
                    play,
                });
            }
            leg.report(now, ntp);
            if look && leg.is_dead(self.parts.limits, now) {
                leg.quiet_told = true;
                self.waiting.push_back(Report::Quiet { party: leg.party });
            }
        }
        self.tell();
    }

    /// Lets time pass for the browsers: handshakes that wait, reports that are due.
    fn drive(&mut self, now: Instant) {
        for place in 0..self.legs.len() {
            let outlet = &self.parts.outlet;
            let came = self.legs[place]
                .as_mut()
                .and_then(Leg::browser)
                .map(|end| end.tick(now, |bytes, to| outlet.carry(bytes, to)));
            if let Some(came) = came {
                self.came(place, &came, now);
            }
        }
    }

    /// Hands over what waits, as far as there is room.
    fn tell(&mut self) {
        while let Some(&report) = self.waiting.front() {
            if self.parts.reports.try_send(report).is_err() {
                break;
            }
            self.waiting.pop_front();
        }
        while self.waiting.len() > MAX_WAITING {
            self.waiting.pop_front();
        }
    }

    /// Carries out what was ordered; false when the thread is to end.
    fn obey(&mut self) -> bool {
        if !self.parts.woken.swap(false, Ordering::AcqRel) {
            return true;
        }
        // The counter was set by the writer; its value does not matter.
        let _value = self.parts.wake.read();
        while let Ok(order) = self.parts.orders.try_recv() {
            match order {
                Order::Add(new) => self.add(*new),
                Order::Remote { party, remote } => {
                    if let Some(leg) = self.leg(party) {
                        leg.describe(remote, Instant::now());
                    }
                }
                Order::Hear { party, source } => {
                    let mixes = matches!(source, Source::Mix { .. });
                    if let Some(leg) = self.leg(party) {
                        leg.hear(source);
                    }
                    if mixes || self.tapped > 0 {
                        self.tap();
                    }
                }
                Order::Browser { party, end } => self.attach(party, end),
                Order::Key { party, key } => {
                    if let Some(leg) = self.leg(party) {
                        leg.press(key);
                    }
                }
                Order::Remove { party } => self.remove(party),
                Order::Record { far, near, to } => {
                    self.recorders.retain(|own| own.far != far);
                    let recorder = to.map(|to| Recorder::new(far, near, to));
                    self.recorders.extend(recorder);
                    self.tap();
                }
                Order::Stop => return false,
            }
        }
        true
    }

    /// Records this tick of those who hear each other.
    fn record(&mut self) {
        for recorder in &mut self.recorders {
            let hears = |hearer: Party, other: Party| {
                let place = self.places.get(&hearer);
                let leg = place.and_then(|place| self.legs.get(*place)?.as_ref());
                leg.is_some_and(|leg| {
                    leg.relayed() == Some(other) || leg.mixes().contains(&Some(other))
                })
            };
            if hears(recorder.near, recorder.far) && hears(recorder.far, recorder.near) {
                recorder.take(&self.voices);
            }
        }
    }

    /// Brings in line whose voice is decoded with who hears whom.
    fn tap(&mut self) {
        let hearers = self.legs.iter().flatten();
        let recorded = self.recorders.iter();
        let wanted: Vec<Party> = hearers
            .flat_map(|leg| leg.mixes().into_iter().flatten())
            .chain(recorded.flat_map(|own| [own.far, own.near]))
            .collect();
        self.tapped = 0;
        for leg in self.legs.iter_mut().flatten() {
            let is_wanted = wanted.contains(&leg.party);
            leg.tap(is_wanted);
            self.tapped += usize::from(is_wanted);
        }
    }

    fn leg(&mut self, party: Party) -> Option<&mut Leg> {
        let place = *self.places.get(&party)?;
        self.legs.get_mut(place)?.as_mut()
    }

    fn add(&mut self, new: super::NewLeg) {
        let party = new.party;
        let place = self.free.pop().unwrap_or_else(|| {
            self.legs.push(None);
            self.legs.len() - 1
        });
        let event = EpollEvent::new(
            EpollFlags::EPOLLIN,
            u64::try_from(place).unwrap_or(BROWSERS - 1),
        );
        if let Some(socket) = &new.socket
            && let Err(error) = self.epoll.add(socket, event)
        {
            tracing::error!(%error, "media leg cannot listen");
        }
        self.legs[place] = Some(Leg::new(new, Instant::now()));
        if let Some(old) = self.places.insert(party, place) {
            self.clear(old);
        }
    }

    fn remove(&mut self, party: Party) {
        if let Some(place) = self.places.remove(&party) {
            self.clear(place);
            self.recorders
                .retain(|own| own.far != party && own.near != party);
            if self.tapped > 0 {
                self.tap();
            }
        }
    }

    /// A browser came to its leg, or came back to it.
    fn attach(&mut self, party: Party, end: Box<End>) {
        let Some(&place) = self.places.get(&party) else {
            return;
        };
        self.peers.retain(|_, known| *known != place);
        if let Some(leg) = self.legs[place].as_mut() {
            leg.attach(end, Instant::now());
        }
    }

    fn clear(&mut self, place: usize) {
        if self.legs[place].as_ref().is_some_and(Leg::is_browser) {
            self.peers.retain(|_, known| *known != place);
        }
        // Closing the socket takes it out of epoll.
        self.legs[place] = None;
        self.free.push(place);
    }

    fn read(&mut self, data: u64) {
        if data == WAKE {
            return;
        }
        if data == BROWSERS {
            return self.read_browsers();
        }
        let Some(place) = usize::try_from(data)
            .ok()
            .filter(|&place| place < self.legs.len())
        else {
            return;
        };
        let mut packet = [0_u8; MAX_PACKET + 1];
        for _ in 0..BURST {
            let Some(leg) = self.legs[place].as_mut() else {
                return;
            };
            let Some((length, from)) = leg.socket().and_then(|socket| receive(socket, &mut packet))
            else {
                return;
            };
            self.parts
                .outlet
                .counters
                .received
                .fetch_add(1, Ordering::Relaxed);
            let Some(bytes) = packet.get(..length).filter(|_| length <= MAX_PACKET) else {
                continue;
            };
            match leg.take(bytes, from, Instant::now()) {
                Taken::Nothing => {}
                Taken::Stranger => {
                    self.parts
                        .outlet
                        .counters
                        .strangers
                        .fetch_add(1, Ordering::Relaxed);
                }
                Taken::Audio(read) => self.forward(place, bytes, &read, false),
                Taken::Event(read, key) => {
                    if let Some(digit) = key {
                        self.waiting.push_back(Report::Digit {
                            party: leg.party,
                            digit,
                        });
                        self.tell();
                    }
                    self.forward(place, bytes, &read, true);
                }
            }
        }
    }

    /// Reads what browsers sent to the port that they share.
    fn read_browsers(&mut self) {
        let mut packet = [0_u8; MAX_PACKET + 1];
        for _ in 0..BROWSER_BURST {
            let outlet = &self.parts.outlet;
            let Some(socket) = &outlet.browsers else {
                return;
            };
            let Some((length, from)) = receive(socket, &mut packet) else {
                return;
            };
            outlet.counters.received.fetch_add(1, Ordering::Relaxed);
            let Some(bytes) = packet.get(..length).filter(|_| length <= MAX_PACKET) else {
                continue;
            };
            let now = Instant::now();
            let Some(place) = self.browser_of(bytes, from) else {
                self.parts
                    .outlet
                    .counters
                    .strangers
                    .fetch_add(1, Ordering::Relaxed);
                continue;
            };
            let outlet = &self.parts.outlet;
            let came = self.legs[place]
                .as_mut()
                .and_then(Leg::browser)
                .map(|end| end.take(bytes, from, now, |bytes, to| outlet.carry(bytes, to)));
            if let Some(came) = came {
                self.came(place, &came, now);
            }
        }
    }

    /// The leg that these bytes are for: by their address, or by the secret that a browser's first packets carry.
    fn browser_of(&mut self, bytes: &[u8], from: SocketAddr) -> Option<usize> {
        let legs = &mut self.legs;
        let mut is_its = |place: usize| {
            let end = legs.get_mut(place)?.as_mut()?.browser()?;
            end.accepts(bytes, from).then_some(place)
        };
        if let Some(place) = self.peers.get(&from).and_then(|&place| is_its(place)) {
            return Some(place);
        }
        // Only what begins a connection is looked for everywhere; anything else of a stranger is noise.
        let begins = bytes.first().is_some_and(|byte| *byte < 4);
        let place = (0..self.legs.len())
            .take(if begins { usize::MAX } else { 0 })
            .find(|&place| {
                let end = self.legs[place].as_mut().and_then(Leg::browser);
                end.is_some_and(|end| end.accepts(bytes, from))
            })?;
        if self.peers.len() > self.legs.len() + STALE {
            self.peers.clear();
        }
        self.peers.insert(from, place);
        Some(place)
    }

    /// What a browser's packet or the time brought.
    fn came(&mut self, place: usize, came: &Came, now: Instant) {
        if let Some(leg) = self.legs[place].as_mut() {
            leg.came(came);
        }
        for (read, payload) in &came.packets {
            let heard = self.legs[place]
                .as_mut()
                .is_some_and(|leg| leg.heard(read, now));
            if heard {
                self.forward(place, payload, read, false);
            }
        }
    }

    /// Sends a packet on to whoever hears this leg: itself (echo) or the other side.
    fn forward(&mut self, place: usize, packet: &[u8], read: &rtp::Received, is_event: bool) {
        let outlet = &self.parts.outlet;
        let Some(leg) = self.legs[place].as_mut() else {
            return;
        };
        if !is_event {
            leg.overhear(packet, read);
        }
        let (party, codec) = (leg.party, leg.codec());
        if leg.is_echo() {
            leg.relay(packet, read, is_event, codec, outlet);
            return;
        }
        let Some(other) = leg
            .relayed()
            .and_then(|other| self.places.get(&other))
            .copied()
        else {
            return;
        };
        if let Some(listener) = self.legs.get_mut(other).and_then(Option::as_mut)
            && listener.relayed() == Some(party)
        {
            listener.relay(packet, read, is_event, codec, outlet);
        }
    }
}

fn receive(socket: &UdpSocket, packet: &mut [u8]) -> Option<(usize, std::net::SocketAddr)> {
    loop {
        match socket.recv_from(packet) {
            Ok(got) => return Some(got),
            // An ICMP error of an earlier packet; the socket is fine.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
            Err(_) => return None,
        }
    }
}

fn ntp_now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    ((since.as_secs() + NTP_OFFSET) << 32) | fraction
}
