//! Three parties on one media thread, with sockets of the test at their far ends.

use super::*;
use crate::g711::Codec;
use crate::rtp;
use crate::sdp::Direction;
use crate::{CallId, LegId};

const CALLER: Party = Party::Call(CallId(1));
const ADVISER: Party = Party::Leg(LegId(1));
const EXPERT: Party = Party::Leg(LegId(2));

/// The far end of a leg.
struct Far {
    socket: UdpSocket,
    ours: SocketAddr,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    /// Everything that came, in order.
    heard: Vec<rtp::Received>,
}

impl Far {
    /// Begins a leg; the far end counts from its own, odd numbers.
    fn new(media: &Media, party: Party, ssrc: u32) -> Self {
        let ip = IpAddr::from([127, 0, 0, 1]);
        let near = rtp_socket(ip).unwrap();
        let ours = near.local_addr().unwrap();
        let socket = UdpSocket::bind((ip, 0)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        let address = socket.local_addr().unwrap();
        media.add(
            0,
            NewLeg {
                party,
                socket: Some(near),
                ssrc: !ssrc,
                sequence: 65_530,
                timestamp: u32::MAX - 500,
                signalling: ip,
            },
        );
        let remote = Remote {
            address,
            codec: Codec::Pcma,
            payload_type: 8,
            events: None,
            direction: Direction::SendRecv,
            rtcp: address,
            rtcp_mux: true,
        };
        media.order(0, Order::Remote { party, remote });
        Self {
            socket,
            ours,
            sequence: 7_000,
            timestamp: ssrc.wrapping_mul(99_991),
            ssrc,
            heard: Vec::new(),
        }
    }

    /// Says a frame of one byte.
    fn say(&mut self, byte: u8) {
        let mut packet = [byte; rtp::HEADER + 160];
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(160);
        let head = packet.first_chunk_mut().unwrap();
        rtp::write_header(head, 8, false, self.sequence, self.timestamp, self.ssrc);
        self.socket.send_to(&packet, self.ours).unwrap();
    }

    /// Takes what came until a frame of this byte; false when none came within the socket's patience.
    fn hears(&mut self, byte: u8) -> bool {
        let mut packet = [0; 1_500];
        while let Ok((length, _)) = self.socket.recv_from(&mut packet) {
            if let Some(read) = rtp::parse(&packet[..length]) {
                self.heard.push(read);
                // A frame of one code all through is speech of the test: music has none.
                if packet[read.start..read.end]
                    .iter()
                    .all(|&code| code == byte)
                {
                    return true;
                }
            }
        }
        false
    }

    /// One source, no number left out or used twice, and time that only goes on.
    fn heard_one_stream(&self) {
        assert!(self.heard.len() > 10);
        for pair in self.heard.windows(2) {
            let (one, next) = (pair[0], pair[1]);
            assert_eq!(next.ssrc, !self.ssrc);
            assert_eq!(
                next.sequence,
                one.sequence.wrapping_add(1),
                "{one:?} {next:?}"
            );
            let step = next.timestamp.wrapping_sub(one.timestamp);
            assert!(
                step > 0 && step < 8_000 && step.is_multiple_of(160),
                "{one:?} {next:?}"
            );
        }
    }
}

fn browsers() -> Browsers {
    Browsers {
        listen: "127.0.0.1:0".parse().unwrap(),
        announced: None,
    }
}

/// One speaks until the other hears it: the first frames may come before the order was carried out.
fn speaks(from: &mut Far, to: &mut Far, byte: u8) {
    let heard = (0..100).any(|_| {
        from.say(byte);
        to.hears(byte)
    });
    assert!(heard, "frame {byte} was not heard");
}

/// Who talks with whom changes; for everybody it stays one stream with numbers that go on.
#[test]
fn numbers_go_on_when_partners_change() {
    let bank = Arc::new(AudioBank::builder().build());
    let (reports, _inbox) = tokio::sync::mpsc::channel(16);
    let limits = Limits {
        quiet: Duration::from_secs(60),
        never_heard: Duration::from_secs(60),
    };
    let mut media = Media::start(1, browsers(), &bank, limits, &reports).unwrap();
    let parties = [CALLER, ADVISER, EXPERT];
    let sources = [0x1111, 0x2222, 0x3333];
    let mut far: Vec<Far> = sources
        .into_iter()
        .zip(parties)
        .map(|(ssrc, party)| Far::new(&media, party, ssrc))
        .collect();
    for round in 0..12_u8 {
        let [alone, one, other] = [0, 1, 2].map(|n| (usize::from(round) + n) % 3);
        let silence = Source::Silence;
        for (party, source) in [
            (
                alone,
                if round % 2 == 0 {
                    Source::Music
                } else {
                    silence
                },
            ),
            (
                one,
                Source::Relay {
                    from: parties[other],
                },
            ),
            (other, Source::Relay { from: parties[one] }),
        ] {
            let party = parties[party];
            media.order(0, Order::Hear { party, source });
        }
        for turn in 0..4 {
            let byte = round * 4 + turn + 1;
            let (from, to) = if turn % 2 == 0 {
                (one, other)
            } else {
                (other, one)
            };
            let [from, to] = far.get_disjoint_mut([from, to]).unwrap();
            speaks(from, to, byte);
        }
    }
    media.stop();
    for far in &far {
        far.heard_one_stream();
    }
}

/// Whoever is put through at once hears no snatch of music; whoever waits hears it, without a gap in its numbers.
#[test]
fn music_begins_only_for_those_who_wait() {
    let bank = Arc::new(AudioBank::builder().build());
    let (reports, _inbox) = tokio::sync::mpsc::channel(16);
    let limits = Limits {
        quiet: Duration::from_secs(60),
        never_heard: Duration::from_secs(60),
    };
    let mut media = Media::start(1, browsers(), &bank, limits, &reports).unwrap();
    let mut caller = Far::new(&media, CALLER, 1);
    let mut adviser = Far::new(&media, ADVISER, 2);
    let hear = |party, source| media.order(0, Order::Hear { party, source });
    hear(CALLER, Source::Music);
    hear(CALLER, Source::Relay { from: ADVISER });
    hear(ADVISER, Source::Relay { from: CALLER });
    speaks(&mut adviser, &mut caller, 77);
    // Before the first order there was silence; between the two nothing was sent.
    let mut packet = [0; 1_500];
    while caller.socket.recv_from(&mut packet).is_ok() {}
    let since = std::time::Instant::now();
    hear(CALLER, Source::Music);
    caller
        .socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    caller.heard.clear();
    while caller.heard.len() < 12 {
        let (length, _) = caller.socket.recv_from(&mut packet).expect("music");
        caller.heard.extend(rtp::parse(&packet[..length]));
        if caller.heard.len() == 1 {
            assert!(since.elapsed() >= Duration::from_millis(350));
        }
    }
    media.stop();
    caller.heard_one_stream();
}
