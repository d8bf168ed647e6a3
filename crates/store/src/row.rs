//! A record as it lies in the log: encoded, chained, and lifted to the present form when old.

use std::borrow::Cow;

use linje_desk::Record;
use linje_event::{Event, LOG_VERSION};
use linje_types::{ContactId, Timestamp};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// Hash of a record and of all before it.
pub(crate) type Sum = [u8; 16];
/// The hash before the first record.
pub(crate) const NO_SUM: Sum = [0; 16];

/// A record as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) epoch: u64,
    pub(crate) command_id: Option<u128>,
    pub(crate) version: u16,
    pub(crate) kind: Cow<'static, str>,
    pub(crate) contact: Option<ContactId>,
    pub(crate) body: Vec<u8>,
    pub(crate) sum: Sum,
}

/// A record as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Logged {
    /// Its place.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Which writer, counted over all starts.
    pub epoch: u64,
    /// The outside command that caused it.
    #[serde(serialize_with = "hex_id")]
    pub command_id: Option<u128>,
    /// Version of the form it was written in.
    pub version: u16,
    /// What happened.
    pub event: Event,
}

#[expect(clippy::ref_option, reason = "the signature that serde wants")]
fn hex_id<S: serde::Serializer>(id: &Option<u128>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(&format_args!("{id:032x}")),
        None => serializer.serialize_none(),
    }
}

/// Lifts the body of an old record one version up.
pub struct Upcaster {
    /// The kind it is for.
    pub kind: &'static str,
    /// The version it reads; it gives the next one.
    pub from: u16,
    /// The body in the next version, or `None` when the old body makes no sense.
    pub lift: fn(&[u8]) -> Option<Vec<u8>>,
}

/// All of them. Empty while there is only one version; never remove one.
const UPCASTERS: &[Upcaster] = &[];

impl Row {
    /// The row of `record`, chained to `previous`.
    pub(crate) fn encode(record: &Record, epoch: u64, previous: &Sum) -> Result<Row, Error> {
        let body = postcard::to_allocvec(&record.event)
            .map_err(|_| Error::Invalid("an event cannot be encoded"))?;
        let mut row = Row {
            seq: record.seq,
            at: record.at,
            epoch,
            command_id: record.command_id,
            version: LOG_VERSION,
            kind: Cow::Borrowed(record.event.kind()),
            contact: record.event.contact(),
            body,
            sum: NO_SUM,
        };
        row.sum = row.link(previous);
        Ok(row)
    }

    /// The hash that this row must carry after `previous`.
    pub(crate) fn link(&self, previous: &Sum) -> Sum {
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(self.seq.to_le_bytes());
        hash.update(self.at.0.to_le_bytes());
        hash.update(self.epoch.to_le_bytes());
        hash.update([u8::from(self.command_id.is_some())]);
        hash.update(self.command_id.unwrap_or(0).to_le_bytes());
        hash.update(self.version.to_le_bytes());
        hash.update(self.contact.unwrap_or(ContactId::NONE).0.to_le_bytes());
        hash.update((self.kind.len() as u64).to_le_bytes());
        hash.update(self.kind.as_bytes());
        hash.update(&self.body);
        let full = hash.finalize();
        let mut sum = NO_SUM;
        sum.copy_from_slice(&full[..16]);
        sum
    }

    /// The record in its present form.
    pub(crate) fn decode(&self) -> Result<Logged, Error> {
        Ok(Logged {
            seq: self.seq,
            at: self.at,
            epoch: self.epoch,
            command_id: self.command_id,
            version: self.version,
            event: self.event(UPCASTERS)?,
        })
    }

    fn event(&self, upcasters: &[Upcaster]) -> Result<Event, Error> {
        let unknown = || Error::Unknown {
            seq: self.seq,
            kind: self.kind.clone().into_owned(),
            version: self.version,
        };
        if self.version > LOG_VERSION {
            return Err(unknown());
        }
        let mut body = Cow::Borrowed(self.body.as_slice());
        for from in self.version..LOG_VERSION {
            let upcaster = upcasters
                .iter()
                .find(|upcaster| upcaster.from == from && upcaster.kind == self.kind);
            if let Some(upcaster) = upcaster {
                body = Cow::Owned((upcaster.lift)(&body).ok_or_else(unknown)?);
            }
        }
        let (event, rest) = postcard::take_from_bytes::<Event>(&body).map_err(|_| unknown())?;
        if rest.is_empty() && event.kind() == self.kind {
            Ok(event)
        } else {
            Err(unknown())
        }
    }
}

/// Hash over parts that finds every change of a single byte. Not for secrets.
pub(crate) fn check_sum(parts: &[&[u8]]) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.iter().chain(&(part.len() as u64).to_le_bytes()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash.cast_signed()
}

#[cfg(test)]
mod tests;
