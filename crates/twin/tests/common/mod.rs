//! What the tests of the twin share: small centres and sinks that count.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;

use linje_event::{CloseReason, Event};
use linje_routing::{AdviserRule, QueueRule, Rules, State, Tables};
use linje_twin::Sink;
use linje_types::{Channel, Channels, Origins, Timestamp, UnitId};

/// 2026-11-23, a Monday, at `hour`:`minute` in Oslo.
pub(crate) fn monday(hour: i64, minute: i64) -> Timestamp {
    Timestamp(1_795_388_400_000_000).plus_s(hour * 3_600 + minute * 60)
}

/// One queue without ringing and wrap-up, `n` advisers who serve it.
pub(crate) fn erlang_rules(n: usize) -> Rules {
    let adviser = AdviserRule {
        unit: UnitId(0),
        skills: Vec::new(),
        origins: Origins::SYNTHETIC,
        groups: Vec::new(),
        clearance: linje_types::Clearance::NONE,
        channels: Channels::NONE.with(Channel::Voice),
    };
    let queue = QueueRule {
        max_waiting: u32::MAX,
        ..QueueRule::default()
    };
    Rules {
        queues: vec![queue],
        advisers: vec![adviser; n],
        ..Rules::empty()
    }
}

pub(crate) fn empty_state(rules: &Rules) -> State {
    State::new(Arc::new(Tables::new(rules).unwrap()))
}

/// What happened to the calls, and the hash of everything that happened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) hash: u64,
    pub(crate) events: u64,
    pub(crate) arrived: u64,
    pub(crate) voice_arrived: u64,
    pub(crate) queued: u64,
    pub(crate) answered_at_once: u64,
    pub(crate) answered: u64,
    pub(crate) within: u64,
    pub(crate) served: u64,
    pub(crate) abandoned: u64,
    pub(crate) chats_abandoned: u64,
    pub(crate) lost_otherwise: u64,
    pub(crate) declined: u64,
    pub(crate) checked: u64,
    /// By slot: when it was queued.
    enqueued: Vec<Timestamp>,
    /// By slot: whether it is a call in a queue.
    voice: Vec<bool>,
}

impl Tally {
    fn mix(&mut self, at: Timestamp, event: &Event) {
        let text = format!("{} {event:?}", at.0);
        for byte in text.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Sink for Tally {
    const WHY: bool = true;

    fn event(&mut self, at: Timestamp, event: &Event) {
        self.events += 1;
        self.mix(at, event);
        let slot = event.contact().map_or(0, |contact| contact.slot() as usize);
        if self.voice.len() <= slot {
            self.voice.resize(slot + 1, false);
            self.enqueued.resize(slot + 1, Timestamp::ZERO);
        }
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the tally is of a few kinds"
        )]
        match *event {
            Event::ContactArrived { channel, .. } => {
                self.arrived += 1;
                self.voice_arrived += u64::from(channel == Channel::Voice);
                self.voice[slot] = channel == Channel::Voice;
            }
            Event::ContactQueued { .. } => {
                self.queued += u64::from(self.voice[slot]);
                self.enqueued[slot] = at;
            }
            Event::OfferAccepted { .. } | Event::ContactAssigned { .. } if self.voice[slot] => {
                let waited = at.since_us(self.enqueued[slot]);
                self.answered += 1;
                self.answered_at_once += u64::from(waited == 0);
                self.within += u64::from(waited <= 45_000_000);
            }
            Event::OfferEnded { .. } => self.declined += 1,
            Event::ContactClosed { reason, .. } => match reason {
                CloseReason::Served => self.served += 1,
                CloseReason::Abandoned if self.voice[slot] => self.abandoned += 1,
                CloseReason::Abandoned => self.chats_abandoned += 1,
                CloseReason::LeftInMenu => {}
                _ => self.lost_otherwise += 1,
            },
            _ => {}
        }
    }

    fn after(&mut self, at: Timestamp, state: &State) {
        if self.events / 1_000 > self.checked {
            self.checked = self.events / 1_000;
            if let Err(broken) = state.check() {
                panic!("invariant broken at {}: {broken}", at.0);
            }
        }
    }
}
