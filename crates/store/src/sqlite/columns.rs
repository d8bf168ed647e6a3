//! Columns to values and back, each row with a checksum: what is read is what was written.

use linje_desk::{Remembered, VaultRow};
use linje_event::CloseReason;
use linje_types::{AdviserId, Channel, ContactId, Language, Origin, QueueId, Timestamp, TopicId};
use rusqlite::types::ValueRef;

use crate::contact::{Contact, REASONS, Stage};
use crate::row::{Row, Sum, check_sum};

use super::sum_from;

/// The columns of a log row, in the order that [`row`] reads them.
pub(super) const LOG: &str = "seq, at, epoch, command_id, version, kind, contact, body, sum";
/// The columns of a contact, in the order that [`contact`] reads them.
pub(super) const CONTACT: &str = "id, state, channel, queue, adviser, topic, origin, language, \
    arrived, enqueued, answered, ended, reason, seq, sum";

pub(super) fn sum_of(contact: &Contact) -> i64 {
    check_sum(&[&postcard::to_allocvec(contact).unwrap_or_default()])
}

pub(super) fn snapshot_sum(
    seq: u64,
    at: Timestamp,
    version: u64,
    chain: &Sum,
    state: &[u8],
) -> i64 {
    check_sum(&[
        &seq.to_le_bytes(),
        &at.0.to_le_bytes(),
        &version.to_le_bytes(),
        chain,
        state,
    ])
}

pub(super) fn centre_sum(version: u64, phones: u32, source: &str) -> i64 {
    check_sum(&[
        &version.to_le_bytes(),
        &phones.to_le_bytes(),
        source.as_bytes(),
    ])
}

pub(super) fn reply_sum(id: u128, fingerprint: u64, at: Timestamp, body: &[u8]) -> i64 {
    check_sum(&[
        &id.to_le_bytes(),
        &fingerprint.to_le_bytes(),
        &at.0.to_le_bytes(),
        body,
    ])
}

pub(super) fn vault_sum(row: &VaultRow) -> i64 {
    check_sum(&[
        &row.contact.0.to_le_bytes(),
        row.field.as_bytes(),
        &row.value,
        &row.expires.0.to_le_bytes(),
    ])
}

type Columns<'a, 'b> = &'a rusqlite::Row<'b>;

/// A log row; whether its checksum fits is for the caller, who knows the one before.
pub(super) fn row(columns: Columns<'_, '_>) -> Option<Row> {
    let command_id = match columns.get_ref(3).ok()? {
        ValueRef::Null => None,
        ValueRef::Blob(bytes) => Some(u128::from_be_bytes(bytes.try_into().ok()?)),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) => return None,
    };
    Some(Row {
        seq: unsigned(columns, 0)?,
        at: Timestamp(columns.get(1).ok()?),
        epoch: unsigned(columns, 2)?,
        command_id,
        version: columns.get(4).ok()?,
        kind: columns.get::<_, String>(5).ok()?.into(),
        contact: columns
            .get::<_, Option<i64>>(6)
            .ok()?
            .map(|id| ContactId(id.cast_unsigned())),
        body: columns.get_ref(7).ok()?.as_blob().ok()?.to_vec(),
        sum: sum_from(columns.get_ref(8).ok()?.as_blob().ok()?)?,
    })
}

/// A contact, if its checksum fits.
pub(super) fn contact(columns: Columns<'_, '_>) -> Option<Contact> {
    let at = |idx| -> Option<Option<Timestamp>> {
        Some(columns.get::<_, Option<i64>>(idx).ok()?.map(Timestamp))
    };
    let text = |idx| columns.get_ref(idx).ok()?.as_str().ok();
    let reason = if columns.get_ref(12).ok()? == ValueRef::Null {
        None
    } else {
        Some(reason(text(12)?)?)
    };
    let contact = Contact {
        id: ContactId(unsigned(columns, 0)?),
        state: Stage::parse(text(1)?)?,
        channel: Channel::parse(text(2)?)?,
        queue: columns.get::<_, Option<u16>>(3).ok()?.map(QueueId),
        adviser: columns.get::<_, Option<u32>>(4).ok()?.map(AdviserId),
        topic: columns.get::<_, Option<u16>>(5).ok()?.map(TopicId),
        origin: Origin::parse(text(6)?)?,
        language: Language::parse(text(7)?)?,
        arrived: Timestamp(columns.get(8).ok()?),
        enqueued: at(9)?,
        answered: at(10)?,
        ended: at(11)?,
        reason,
        seq: unsigned(columns, 13)?,
    };
    (columns.get::<_, i64>(14).ok()? == sum_of(&contact)).then_some(contact)
}

/// A reply: columns id, fingerprint, at, reply, sum.
pub(super) fn reply(columns: Columns<'_, '_>) -> Option<Remembered> {
    let id = u128::from_be_bytes(columns.get_ref(0).ok()?.as_blob().ok()?.try_into().ok()?);
    let fingerprint = unsigned(columns, 1)?;
    let at = Timestamp(columns.get(2).ok()?);
    let body = columns.get_ref(3).ok()?.as_blob().ok()?;
    if columns.get::<_, i64>(4).ok()? != reply_sum(id, fingerprint, at, body) {
        return None;
    }
    Some(Remembered {
        id,
        fingerprint,
        at,
        outcome: postcard::from_bytes(body).ok()?,
    })
}

/// A value of the vault: columns contact, field, value, expires, sum.
pub(super) fn vault(columns: Columns<'_, '_>) -> Option<VaultRow> {
    let row = VaultRow {
        contact: ContactId(unsigned(columns, 0)?),
        field: columns.get(1).ok()?,
        value: columns.get(2).ok()?,
        expires: Timestamp(columns.get(3).ok()?),
    };
    (columns.get::<_, i64>(4).ok()? == vault_sum(&row)).then_some(row)
}

pub(super) fn unsigned(columns: Columns<'_, '_>, idx: usize) -> Option<u64> {
    Some(columns.get::<_, i64>(idx).ok()?.cast_unsigned())
}

fn reason(word: &str) -> Option<CloseReason> {
    REASONS
        .iter()
        .copied()
        .find(|reason| reason.as_str() == word)
}

/// The bytes of a column.
pub(super) fn blob<'a>(columns: &'a rusqlite::Row<'_>, place: usize) -> Option<&'a [u8]> {
    columns.get_ref(place).ok()?.as_blob().ok()
}
