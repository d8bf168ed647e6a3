//! What two parties say to each other, as it is handed on to be kept.
//!
//! It must never keep anything itself, never wait, and never take a frame while the two do not hear each other.

use super::mix::{Frame, mixed};
use crate::Party;
use crate::g711::{Codec, FRAME};

/// Frames that are handed on together: one second.
const TOGETHER: usize = 50;

/// Sound of a recording: A-law, the person outside and the phone in turn, one byte each, 8,000 times a second.
pub type Sound = Vec<u8>;

/// A recording under way.
#[derive(Debug)]
pub(super) struct Recorder {
    pub(super) far: Party,
    pub(super) near: Party,
    to: tokio::sync::mpsc::Sender<Sound>,
    chunk: Sound,
}

impl Recorder {
    pub(super) fn new(far: Party, near: Party, to: tokio::sync::mpsc::Sender<Sound>) -> Self {
        Self {
            far,
            near,
            to,
            chunk: Vec::with_capacity(2 * FRAME * TOGETHER),
        }
    }

    /// Takes this tick's frame of both.
    pub(super) fn take(&mut self, voices: &[(Party, Frame)]) {
        let far = mixed(voices, &[Some(self.far)]);
        let near = mixed(voices, &[Some(self.near)]);
        for (far, near) in far.into_iter().zip(near) {
            self.chunk.push(Codec::Pcma.encode(far));
            self.chunk.push(Codec::Pcma.encode(near));
        }
        if self.chunk.len() >= 2 * FRAME * TOGETHER {
            self.hand_on();
        }
    }

    fn hand_on(&mut self) {
        if self.chunk.is_empty() {
            return;
        }
        let empty = Vec::with_capacity(2 * FRAME * TOGETHER);
        let chunk = std::mem::replace(&mut self.chunk, empty);
        if self.to.try_send(chunk).is_err() {
            tracing::warn!("a second of a recording was not taken");
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.hand_on();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CallId, LegId};

    #[test]
    fn both_sides_come_in_turn_a_second_at_a_time_and_the_rest_at_the_end() {
        let (far, near) = (Party::Call(CallId(1)), Party::Leg(LegId(1)));
        let (to, mut from) = tokio::sync::mpsc::channel(4);
        let mut recorder = Recorder::new(far, near, to);
        let voices = [(far, [1_000; FRAME]), (near, [-1_000; FRAME])];
        (0..51).for_each(|_| recorder.take(&voices));
        let second = from.try_recv().unwrap();
        assert_eq!(second.len(), 16_000);
        assert!(from.try_recv().is_err());
        drop(recorder);
        assert_eq!(from.try_recv().unwrap().len(), 320);
        let sample = |at: usize| Codec::Pcma.decode(second[at]);
        assert!(sample(0) > 900 && sample(1) < -900);
    }
}
