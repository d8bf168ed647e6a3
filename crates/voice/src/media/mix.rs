//! Several voices in one ear: what is decoded, added and encoded again, for those legs only that need it.
//!
//! Pure: it must never touch a socket or a clock. One tick is 20 ms; sound is 8,000 samples a second.

use crate::Party;
use crate::g711::{Codec, FRAME};
use crate::rtp;

/// Samples that are kept: 256 ms. A power of two, so that a timestamp is a place.
const KEPT: usize = 2_048;
/// How far behind a voice is heard, so that its packets may be late: 60 ms.
const BEHIND: u32 = 480;
/// A voice further ahead than this (200 ms) has another clock now.
const AHEAD: i32 = 1_600;
/// Late packets in a row after which the voice has another clock.
const LATE: u8 = 3;

/// One frame of a voice.
pub(super) type Frame = [i16; FRAME];

/// One voice on its way to those who hear it mixed: evens out when its packets come.
#[derive(Debug)]
pub(super) struct Ear {
    samples: Box<[i16; KEPT]>,
    ssrc: u32,
    /// The timestamp that is heard next; none before the first packet.
    next: Option<u32>,
    late: u8,
}

impl Default for Ear {
    fn default() -> Self {
        Self {
            samples: Box::new([0; KEPT]),
            ssrc: 0,
            next: None,
            late: 0,
        }
    }
}

impl Ear {
    /// Takes a packet: its payload in `codec`.
    pub(super) fn take(&mut self, read: &rtp::Received, payload: &[u8], codec: Codec) {
        if payload.len() > KEPT / 4 {
            return;
        }
        let next = match self.next {
            Some(next) if self.ssrc == read.ssrc => next,
            Some(_) | None => self.begin(read),
        };
        let ahead = read.timestamp.wrapping_sub(next).cast_signed();
        if ahead < 0 {
            self.late += 1;
        } else {
            self.late = 0;
        }
        if !(-AHEAD..=AHEAD).contains(&ahead) || self.late >= LATE {
            self.begin(read);
        } else if ahead < 0 {
            return;
        }
        for (at, code) in (0_u32..).zip(payload) {
            self.samples[place(read.timestamp.wrapping_add(at))] = codec.decode(*code);
        }
    }

    /// What is heard in this tick; none before the first packet.
    pub(super) fn hear(&mut self) -> Option<Frame> {
        let next = self.next?;
        let mut frame = [0; FRAME];
        for (at, sample) in (0_u32..).zip(&mut frame) {
            *sample = std::mem::take(&mut self.samples[place(next.wrapping_add(at))]);
        }
        let step = u32::try_from(FRAME).unwrap_or(0);
        self.next = Some(next.wrapping_add(step));
        Some(frame)
    }

    fn begin(&mut self, read: &rtp::Received) -> u32 {
        let next = read.timestamp.wrapping_sub(BEHIND);
        self.samples.fill(0);
        self.ssrc = read.ssrc;
        self.next = Some(next);
        self.late = 0;
        next
    }
}

const fn place(timestamp: u32) -> usize {
    timestamp as usize & (KEPT - 1)
}

/// The voices of `of` added up, never louder than a sample can be.
pub(super) fn mixed(frames: &[(Party, Frame)], of: &[Option<Party>]) -> Frame {
    let mut sum = [0_i32; FRAME];
    let wanted = frames
        .iter()
        .filter(|(party, _)| of.contains(&Some(*party)));
    for (_, frame) in wanted {
        for (sum, sample) in sum.iter_mut().zip(frame) {
            *sum += i32::from(*sample);
        }
    }
    sum.map(|sum| {
        let low = i32::from(i16::MIN);
        let high = i32::from(i16::MAX);
        i16::try_from(sum.clamp(low, high)).unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LegId;

    fn packet(ssrc: u32, timestamp: u32) -> rtp::Received {
        rtp::Received {
            payload_type: 8,
            sequence: 0,
            timestamp,
            ssrc,
            start: 0,
            end: FRAME,
        }
    }

    fn loud(frame: &Frame) -> bool {
        frame.iter().all(|sample| *sample > 900)
    }

    /// A payload of about 1,000 in each sample.
    fn voice() -> [u8; FRAME] {
        [Codec::Pcma.encode(1_000); FRAME]
    }

    #[test]
    fn a_voice_is_heard_60_ms_later_whole_and_in_order_over_the_wrap() {
        let mut ear = Ear::default();
        assert!(ear.hear().is_none());
        let start = u32::MAX - 200;
        let heard: Vec<Frame> = (0..20_u32)
            .map(|tick| {
                // Two packets change places.
                let number = match tick {
                    7 => 8,
                    8 => 7,
                    tick => tick,
                };
                ear.take(
                    &packet(1, start.wrapping_add(number * 160)),
                    &voice(),
                    Codec::Pcma,
                );
                ear.hear().unwrap()
            })
            .collect();
        assert!(heard[..3].iter().all(|frame| frame.iter().all(|s| *s == 0)));
        assert!(heard[3..].iter().all(loud), "nothing is missing");
    }

    #[test]
    fn a_lost_packet_is_silence_and_a_new_clock_is_followed() {
        let mut ear = Ear::default();
        let mut silent = 0;
        for tick in 0..50_u32 {
            if tick != 20 {
                ear.take(&packet(1, tick * 160), &voice(), Codec::Pcma);
            }
            silent += u32::from(!loud(&ear.hear().unwrap()));
        }
        assert_eq!(silent, 4, "three at the beginning, and the lost one");
        // The source begins anew far back, then a little back.
        for start in [9_000_000_u32, 8_999_000] {
            let ticks = 0..20_u32;
            let quiet = ticks
                .map(|tick| {
                    ear.take(&packet(1, start + tick * 160), &voice(), Codec::Pcma);
                    u32::from(!loud(&ear.hear().unwrap()))
                })
                .sum::<u32>();
            assert!(quiet <= 6, "{quiet} silent frames after a new clock");
        }
        // Nothing comes any more: silence, for ever.
        assert!((0..10).all(|_| ear.hear().is_some()));
        assert_eq!(ear.hear().unwrap(), [0; FRAME]);
    }

    #[test]
    fn voices_are_added_without_oneself_and_never_overflow() {
        let [one, two, three] = [1, 2, 3].map(|id| Party::Leg(LegId(id)));
        let frames = [
            (one, [100; FRAME]),
            (two, [-30; FRAME]),
            (three, [i16::MAX; FRAME]),
        ];
        assert_eq!(mixed(&frames, &[Some(one), Some(two)]), [70; FRAME]);
        assert_eq!(mixed(&frames, &[Some(one), Some(three)]), [i16::MAX; FRAME]);
        assert_eq!(mixed(&frames, &[None, None]), [0; FRAME]);
    }
}
