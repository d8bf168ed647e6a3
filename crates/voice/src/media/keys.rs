//! Keys that somebody presses where no telephone makes the tones: telephone events (RFC 4733), made here.
//!
//! Pure: it must never touch a socket or a clock. One tick is 20 ms.

use std::collections::VecDeque;

use super::leg::STEP;

/// Ticks that a key is held: 160 ms.
const HELD: u16 = 8;
/// Ticks of rest between two keys: 80 ms.
const REST: u16 = 4;
/// The end of a key is said three times, because each packet may be lost.
const REPEATS: u8 = 3;
/// Keys that may wait; what comes faster than this is no person.
const MOST: usize = 32;
/// Loudness: -10 dBm0.
const VOLUME: u8 = 10;

/// The keys of one leg: what is pressed, and what waits.
#[derive(Debug, Default)]
pub(super) struct Keys {
    waiting: VecDeque<u8>,
    pressed: Option<Pressed>,
    /// Ticks of rest that are left.
    rest: u16,
}

#[derive(Clone, Copy, Debug)]
struct Pressed {
    code: u8,
    /// When it began, in the leg's own time.
    timestamp: u32,
    ticks: u16,
}

/// What is sent in one tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) payload: [u8; 4],
    pub(super) timestamp: u32,
    pub(super) is_first: bool,
    /// How many times, each with a number of its own.
    pub(super) repeats: u8,
}

impl Keys {
    /// Puts a key in line; what is no key is left out.
    pub(super) fn press(&mut self, key: char) {
        let code = match key {
            '0'..='9' => u8::try_from(u32::from(key) - u32::from('0')).ok(),
            '*' => Some(10),
            '#' => Some(11),
            'A'..='D' => u8::try_from(u32::from(key) - u32::from('A') + 12).ok(),
            _ => None,
        };
        if let Some(code) = code.filter(|_| self.waiting.len() < MOST) {
            self.waiting.push_back(code);
        }
    }

    /// Whether a key sounds now.
    pub(super) const fn is_pressed(&self) -> bool {
        self.pressed.is_some()
    }

    /// What this tick brings, if a key sounds. `timestamp` is the leg's own.
    pub(super) fn next(&mut self, timestamp: u32) -> Option<Event> {
        if self.pressed.is_none() {
            if self.rest > 0 {
                self.rest -= 1;
                return None;
            }
            let code = self.waiting.pop_front()?;
            self.pressed = Some(Pressed {
                code,
                timestamp,
                ticks: 0,
            });
        }
        let pressed = self.pressed.as_mut()?;
        pressed.ticks += 1;
        let lasts = u32::from(pressed.ticks) * STEP;
        let is_last = pressed.ticks == HELD;
        let [_, _, high, low] = lasts.to_be_bytes();
        let flags = if is_last { 0x80 } else { 0 };
        let event = Event {
            payload: [pressed.code, flags | VOLUME, high, low],
            timestamp: pressed.timestamp,
            is_first: pressed.ticks == 1,
            repeats: if is_last { REPEATS } else { 1 },
        };
        if is_last {
            self.pressed = None;
            self.rest = REST;
        }
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_event_with_one_beginning_and_a_longer_life() {
        let mut keys = Keys::default();
        keys.press('#');
        keys.press('x');
        keys.press('5');
        let mut heard: Vec<Event> = Vec::new();
        let mut quiet = 0;
        for tick in 0..40_u32 {
            match keys.next(tick * STEP) {
                Some(event) => heard.push(event),
                None => quiet += 1,
            }
        }
        assert_eq!(heard.len(), 16);
        assert_eq!(quiet, 24);
        let (first, second) = heard.split_at(8);
        assert!(
            first
                .iter()
                .all(|event| event.payload[0] == 11 && event.timestamp == 0)
        );
        assert!(second.iter().all(|event| event.payload[0] == 5));
        assert_eq!(first[0].payload, [11, 10, 0, 160]);
        assert_eq!(first[7].payload, [11, 0x8A, 5, 0]);
        assert_eq!(first.iter().filter(|event| event.is_first).count(), 1);
        assert_eq!(first[7].repeats, 3);
        // Eight ticks of the first key and four of rest lie before the second.
        assert_eq!(second[0].timestamp, 12 * STEP);
    }

    #[test]
    fn a_flood_of_keys_is_cut() {
        let mut keys = Keys::default();
        (0..1_000).for_each(|_| keys.press('1'));
        assert_eq!(keys.waiting.len(), MOST);
    }
}
