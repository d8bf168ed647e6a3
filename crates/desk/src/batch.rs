//! What goes to the log together: records, the replies to remember, and the vault's part.

use core::fmt;

use linje_event::{CloseReason, Event, Rejection};
use linje_types::{ContactId, OfferId, Timestamp};
use serde::{Deserialize, Serialize};

/// Names of the vault's fields that the desk itself writes and reads.
pub mod field {
    /// The keyed hash of the number that an open call comes from.
    pub const CALLER: &str = "caller";
    /// The place of a call that died, for [`crate::REDIAL_US`].
    pub const REDIAL: &str = "redial";
    /// On a callback task: the id of the call that died, eight bytes, little end first.
    pub const CALLBACK_FOR: &str = "callback_for";
    /// On a callback: the number to ring, as given; deleted when the contact closes.
    pub const CALLBACK_NUMBER: &str = "callback_number";
}

/// One event in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Its place, from 1, without gaps.
    pub seq: u64,
    /// When it happened; never earlier than the record before.
    pub at: Timestamp,
    /// The id of the outside command that caused it.
    pub command_id: Option<u128>,
    /// What happened.
    pub event: Event,
}

/// What one append makes durable: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// The last record before this batch.
    pub expected_seq: u64,
    /// The records, from `expected_seq + 1`; may be empty when only a refusal is to be remembered.
    pub records: Vec<Record>,
    /// Replies to remember by command id.
    pub replies: Vec<Remembered>,
    /// What the vault keeps and forgets.
    pub vault: Vec<VaultWrite>,
}

impl Batch {
    /// The last record once the batch is in the log.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.expected_seq + self.records.len() as u64
    }

    /// A batch of `events` after `expected_seq`, as a generator of history writes them.
    #[must_use]
    pub fn of_events(expected_seq: u64, events: &[(Timestamp, Event)]) -> Batch {
        let records = (expected_seq + 1..)
            .zip(events)
            .map(|(seq, &(at, event))| Record {
                seq,
                at,
                command_id: None,
                event,
            })
            .collect();
        Batch {
            expected_seq,
            records,
            ..Batch::default()
        }
    }
}

/// What a command did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The contact it was about, or made.
    pub contact: Option<ContactId>,
    /// The offer it made or answered.
    pub offer: Option<OfferId>,
    /// Set when the command closed the contact, e.g. because the queue was full.
    pub closed: Option<CloseReason>,
    /// The last record when it was done; read models at this seq show it.
    pub seq: u64,
}

/// The core's answer to a command.
pub type Outcome = Result<Accepted, Rejection>;

/// The first reply to a command id; a repeat gets it again (S11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// The command id.
    pub id: u128,
    /// Hash of the command's content: the same id with other content is a mistake.
    pub fingerprint: u64,
    /// When it was first seen.
    pub at: Timestamp,
    /// The reply.
    pub outcome: Outcome,
}

/// A change of the vault, where what is personal lies beside the log and can be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultWrite {
    /// Keep a value.
    Put(VaultRow),
    /// Forget it.
    Delete {
        /// Whose.
        contact: ContactId,
        /// Which.
        field: String,
    },
}

/// One value in the vault.
#[derive(Clone, PartialEq, Eq)]
pub struct VaultRow {
    /// Whose.
    pub contact: ContactId,
    /// Which.
    pub field: String,
    /// The value; opaque to desk and store.
    pub value: Vec<u8>,
    /// When it is deleted by itself; `NEVER` = not.
    pub expires: Timestamp,
}

impl fmt::Debug for VaultRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VaultRow({:?}, {}, redacted)", self.contact, self.field)
    }
}

/// Keyed hash of a caller's number, made at the edge; absent for withheld and shared numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallerKey(pub [u8; 32]);

impl fmt::Debug for CallerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallerKey(redacted)")
    }
}

/// FNV-1a, 64 bits: stable over builds, finds every change of a single byte. Not for secrets.
pub(crate) fn fnv(bytes: &[u8], from: u64) -> u64 {
    bytes.iter().fold(from, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Where [`fnv`] starts.
pub(crate) const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
