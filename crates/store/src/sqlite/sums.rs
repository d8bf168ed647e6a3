//! The table of sums. A row is read, added to and written back in the transaction of its batch.

use std::path::Path;

use linje_measures::{Cells, Key, Sums};
use linje_types::{Channel, QueueId, TopicId, UnitId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::columns;
use crate::error::Error;
use crate::row::check_sum;

/// A channel that is none.
const NO_CHANNEL: i64 = -1;

pub(super) fn create(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(include_str!("sums.sql"))
}

/// The last record that is in the sums.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT seq FROM sums_head WHERE id = 1", [], |row| {
        Ok(row.get::<_, i64>(0)?.cast_unsigned())
    })
}

/// Adds cells to the table, up to record `seq`. False when a row that must be added to is damaged: then
/// the table is emptied, and nothing is in it.
pub(super) fn add(tx: &Transaction<'_>, cells: &Cells, seq: u64) -> rusqlite::Result<bool> {
    let mut rows = Vec::with_capacity(cells.len());
    for (key, sums) in cells {
        match one(tx, key)? {
            Found::Nothing => rows.push((key, sums.clone())),
            Found::Sums(mut known) => {
                known.plus(sums);
                rows.push((key, known));
            }
            Found::Damage => {
                tx.execute_batch("DELETE FROM sums; UPDATE sums_head SET seq = 0")?;
                return Ok(false);
            }
        }
    }
    let mut put = tx.prepare_cached(
        "INSERT OR REPLACE INTO sums (quarter, queue, channel, topic, unit, body, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (key, sums) in rows {
        let body = postcard::to_allocvec(&sums).unwrap_or_default();
        put.execute(params![
            key.quarter,
            key.queue.0,
            number(key.channel),
            key.topic.0,
            key.unit.0,
            body,
            row_sum(key, &body)
        ])?;
    }
    tx.prepare_cached("UPDATE sums_head SET seq = ?1 WHERE id = 1")?
        .execute([seq.cast_signed()])?;
    Ok(true)
}

enum Found {
    Nothing,
    Sums(Sums),
    Damage,
}

fn one(tx: &Transaction<'_>, key: &Key) -> rusqlite::Result<Found> {
    let found = tx
        .prepare_cached(
            "SELECT quarter, queue, channel, topic, unit, body, sum FROM sums WHERE quarter = ?1
             AND queue = ?2 AND channel = ?3 AND topic = ?4 AND unit = ?5",
        )?
        .query_row(
            params![
                key.quarter,
                key.queue.0,
                number(key.channel),
                key.topic.0,
                key.unit.0
            ],
            |row| Ok(read(row).map_or(Found::Damage, |(_, sums)| Found::Sums(sums))),
        )
        .optional()?;
    Ok(found.unwrap_or(Found::Nothing))
}

/// The cells of the quarters `from..to`; None when the file is of a release that kept no sums.
pub(super) fn between(
    path: &Path,
    connection: &Connection,
    (from, to): (i64, i64),
) -> Result<Option<Cells>, Error> {
    let said = |error: rusqlite::Error| Error::sqlite(path, &error);
    let is_there: bool = connection
        .query_row(
            "SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'sums'",
            [],
            |row| row.get(0),
        )
        .map_err(said)?;
    if !is_there {
        return Ok(None);
    }
    let mut statement = connection
        .prepare_cached(
            "SELECT quarter, queue, channel, topic, unit, body, sum FROM sums
             WHERE quarter >= ?1 AND quarter < ?2",
        )
        .map_err(said)?;
    let mut rows = statement.query([from, to]).map_err(said)?;
    let mut cells = Cells::new();
    while let Some(row) = rows.next().map_err(said)? {
        let (key, sums) =
            read(row).ok_or_else(|| Error::corrupt(path, "the checksum of a sum is wrong"))?;
        cells.insert(key, sums);
    }
    Ok(Some(cells))
}

fn read(row: &rusqlite::Row<'_>) -> Option<(Key, Sums)> {
    let channel: i64 = row.get(2).ok()?;
    let key = Key {
        quarter: row.get(0).ok()?,
        queue: QueueId(row.get(1).ok()?),
        channel: match channel {
            NO_CHANNEL => None,
            known => Some(*Channel::ALL.get(usize::try_from(known).ok()?)?),
        },
        topic: TopicId(row.get(3).ok()?),
        unit: UnitId(row.get(4).ok()?),
    };
    let body = columns::blob(row, 5)?;
    let sums = postcard::from_bytes(body).ok()?;
    (row.get::<_, i64>(6).ok()? == row_sum(&key, body)).then_some((key, sums))
}

fn number(channel: Option<Channel>) -> i64 {
    channel.map_or(NO_CHANNEL, |channel| i64::from(channel as u8))
}

fn row_sum(key: &Key, body: &[u8]) -> i64 {
    check_sum(&[&postcard::to_allocvec(key).unwrap_or_default(), body])
}
