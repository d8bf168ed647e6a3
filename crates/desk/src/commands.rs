//! The memory of command ids: a repeat gets the first reply again, also after a crash (S11).

use std::collections::{BTreeMap, VecDeque};

use linje_types::{HOUR_US, Timestamp};

use crate::batch::{Outcome, Remembered};

/// How long a command id is remembered.
pub const REMEMBER_US: i64 = 24 * HOUR_US;
/// How many are remembered; when full, new ids are refused as overload until old ones expire.
pub const MAX_REMEMBERED: usize = 1_000_000;

/// What is known about an id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) fingerprint: u64,
    pub(crate) outcome: Outcome,
    /// The number of the batch that makes it durable.
    pub(crate) batch: u64,
}

/// Ids and first replies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Commands {
    known: BTreeMap<u128, Known>,
    by_age: VecDeque<(Timestamp, u128)>,
}

impl Commands {
    /// The ids that the store remembered, all durable.
    pub(crate) fn restore(mut remembered: Vec<Remembered>) -> Commands {
        remembered.sort_by_key(|reply| (reply.at, reply.id));
        let mut commands = Commands::default();
        for reply in &remembered {
            commands.insert(reply, 0);
        }
        commands
    }

    pub(crate) fn get(&self, id: u128) -> Option<Known> {
        self.known.get(&id).copied()
    }

    pub(crate) fn insert(&mut self, reply: &Remembered, batch: u64) {
        let known = Known {
            fingerprint: reply.fingerprint,
            outcome: reply.outcome,
            batch,
        };
        self.known.insert(reply.id, known);
        self.by_age.push_back((reply.at, reply.id));
    }

    pub(crate) fn is_full(&self) -> bool {
        self.known.len() >= MAX_REMEMBERED
    }

    /// Forgets what is older than [`REMEMBER_US`].
    pub(crate) fn forget(&mut self, now: Timestamp) {
        while let Some(&(at, id)) = self.by_age.front() {
            if now.since_us(at) < REMEMBER_US {
                return;
            }
            self.by_age.pop_front();
            self.known.remove(&id);
        }
    }
}
