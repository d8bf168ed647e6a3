//! The redial memory: whoever rings again after the call died gets the old place back, once.
//!
//! It holds keyed hashes only, and only for [`REDIAL_US`]. Its rows lie in the vault and are written
//! in the same append as the events that made them, so that it survives a crash.

use std::collections::{BTreeMap, BTreeSet};

use linje_types::{ContactId, Language, MINUTE_US, QueueId, Timestamp, TopicId};
use serde::{Deserialize, Serialize};

use crate::batch::{CallerKey, VaultRow, VaultWrite, field};

/// How long a place is kept for somebody whose call died.
pub const REDIAL_US: i64 = 10 * MINUTE_US;

/// A place that is kept for a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The call that died.
    pub lost: ContactId,
    /// Its callback task, or `NONE`; cancelled when the place is used.
    pub callback: ContactId,
    /// The queue it was in, or `NONE` when it died in the menu: then there is no place, only a callback to cancel.
    pub queue: QueueId,
    /// Its priority class there.
    pub class: u8,
    /// The moment it had waited since.
    pub enqueued: Timestamp,
    /// Its topic.
    pub topic: TopicId,
    /// Its language.
    pub language: Language,
    /// Until when the place is kept.
    pub until: Timestamp,
}

/// Who calls, and who may come back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Redial {
    callers: BTreeMap<ContactId, CallerKey>,
    /// Callbacks whose number lies in the vault.
    numbers: BTreeSet<ContactId>,
    places: BTreeMap<CallerKey, Place>,
}

impl Redial {
    /// Rebuilds the memory from the vault's rows.
    pub(crate) fn restore(rows: &[VaultRow]) -> Redial {
        let mut redial = Redial::default();
        for row in rows {
            if row.field == field::CALLER {
                if let Ok(key) = <[u8; 32]>::try_from(row.value.as_slice()) {
                    redial.callers.insert(row.contact, CallerKey(key));
                }
            } else if row.field == field::CALLBACK_NUMBER {
                redial.numbers.insert(row.contact);
            } else if row.field == field::REDIAL
                && let Ok((key, place)) = postcard::from_bytes::<(CallerKey, Place)>(&row.value)
            {
                redial.places.insert(key, place);
            }
        }
        redial
    }

    pub(crate) fn caller_of(&self, contact: ContactId) -> Option<CallerKey> {
        self.callers.get(&contact).copied()
    }

    /// The open calls and callbacks of a caller.
    pub(crate) fn contacts_of(&self, caller: CallerKey) -> impl Iterator<Item = ContactId> + '_ {
        let theirs = self.callers.iter().filter(move |(_, own)| **own == caller);
        theirs.map(|(contact, _)| *contact)
    }

    /// Notes who an open call comes from.
    pub(crate) fn note(
        &mut self,
        contact: ContactId,
        caller: CallerKey,
        vault: &mut Vec<VaultWrite>,
    ) {
        self.callers.insert(contact, caller);
        vault.push(VaultWrite::Put(VaultRow {
            contact,
            field: field::CALLER.to_owned(),
            value: caller.0.to_vec(),
            expires: Timestamp::NEVER,
        }));
    }

    /// Forgets who a closed call came from.
    pub(crate) fn closed(&mut self, contact: ContactId, vault: &mut Vec<VaultWrite>) {
        if self.callers.remove(&contact).is_some() {
            vault.push(delete(contact, field::CALLER));
        }
        if self.numbers.remove(&contact) {
            vault.push(delete(contact, field::CALLBACK_NUMBER));
        }
    }

    /// Notes that the number to ring lies in the vault.
    pub(crate) fn has_number(&mut self, contact: ContactId) {
        self.numbers.insert(contact);
    }

    /// Keeps a place. A better place in the same queue that is kept already stays; the callback
    /// to cancel is the newest.
    pub(crate) fn keep(&mut self, caller: CallerKey, place: Place, vault: &mut Vec<VaultWrite>) {
        let mut place = place;
        if let Some(old) = self.places.get(&caller) {
            if old.queue == place.queue && old.until >= place.until.plus_us(-REDIAL_US) {
                place.enqueued = place.enqueued.min(old.enqueued);
            }
            if place.callback == ContactId::NONE {
                place.callback = old.callback;
            }
            vault.push(delete(old.lost, field::REDIAL));
        }
        self.places.insert(caller, place);
        if let Ok(value) = postcard::to_allocvec(&(caller, place)) {
            vault.push(VaultWrite::Put(VaultRow {
                contact: place.lost,
                field: field::REDIAL.to_owned(),
                value,
                expires: place.until,
            }));
        }
    }

    /// The entry of `caller`, with or without a place in a queue.
    pub(crate) fn entry(&self, caller: CallerKey, now: Timestamp) -> Option<Place> {
        self.places
            .get(&caller)
            .copied()
            .filter(|place| now < place.until)
    }

    /// A place is used once.
    pub(crate) fn used(&mut self, caller: CallerKey, vault: &mut Vec<VaultWrite>) {
        if let Some(place) = self.places.remove(&caller) {
            vault.push(delete(place.lost, field::REDIAL));
        }
    }

    /// Forgets the places whose time is over.
    pub(crate) fn forget(&mut self, now: Timestamp, vault: &mut Vec<VaultWrite>) {
        self.places.retain(|_, place| {
            let keep = now < place.until;
            if !keep {
                vault.push(delete(place.lost, field::REDIAL));
            }
            keep
        });
    }
}

fn delete(contact: ContactId, field: &str) -> VaultWrite {
    VaultWrite::Delete {
        contact,
        field: field.to_owned(),
    }
}
