//! Who read whom, why, and what came of it. A row is on disk before the answer leaves; no row, no answer.
//!
//! The person is an opaque number beside a sealed one. Rows are chained by hash, so that a row that was
//! changed, taken out or put in is found. Nothing is ever changed here or taken out.

use linje_types::{ContactId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::{Records, RecordsError};

pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS access (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  unit TEXT NOT NULL,
  whom BLOB,
  sealed BLOB,
  what TEXT NOT NULL,
  ground TEXT NOT NULL,
  contact INTEGER,
  reason BLOB,
  permit INTEGER NOT NULL,
  code TEXT NOT NULL,
  signs INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS access_whom ON access (whom, id);
CREATE INDEX IF NOT EXISTS access_who ON access (who, id);
";

/// Names a person without telling who it is.
pub type PersonKey = [u8; 16];

/// What about a reading asks to be looked at. Bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signs(pub u32);

impl Signs {
    /// The reader bears the same family name.
    pub const SAME_NAME: Signs = Signs(1);
    /// The person works here.
    pub const EMPLOYEE: Signs = Signs(2);
    /// Outside the hours when people work.
    pub const AT_NIGHT: Signs = Signs(4);
    /// No contact, only a reason.
    pub const NO_CONTACT: Signs = Signs(8);
    /// A denial was overridden.
    pub const OVERRIDDEN: Signs = Signs(16);

    /// With another.
    #[must_use]
    pub const fn and(self, other: Signs) -> Signs {
        Signs(self.0 | other.0)
    }

    /// Whether it holds `other`.
    #[must_use]
    pub const fn has(self, other: Signs) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A reading.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// When, on the scenario clock.
    pub at: Timestamp,
    /// The ident of the reader.
    pub who: String,
    /// The reader's unit.
    pub unit: String,
    /// Whom; None for a search that found nobody.
    pub whom: Option<PersonKey>,
    /// The identity number, sealed.
    pub sealed: Option<Vec<u8>>,
    /// What was read: lookup, search, header, or a tab's name.
    pub what: String,
    /// contact, reason, power or guardian (somebody rang for whom it is about), self (one's own, on the logged-in page),
    /// or none.
    pub ground: String,
    /// The contact.
    pub contact: Option<ContactId>,
    /// The reason, sealed: people write names in it.
    pub reason: Option<Vec<u8>>,
    /// Whether it was allowed.
    pub permit: bool,
    /// The code of the denial, also of one that was overridden; empty when there was none.
    pub code: String,
    /// What asks to be looked at.
    pub signs: Signs,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reading({} {} {})", self.who, self.what, self.permit)
    }
}

/// A reading as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its place, from 1 and without holes.
    pub id: i64,
    /// What it says.
    pub reading: Reading,
    /// The hash of the row and all before it.
    pub hash: Vec<u8>,
}

/// Which readings are wanted, newest first.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this reader.
    pub who: Option<String>,
    /// Of this person.
    pub whom: Option<PersonKey>,
    /// At or after.
    pub since: Option<Timestamp>,
    /// Only such as hold one of these.
    pub signs: Option<Signs>,
    /// Only denied ones, or only permitted ones.
    pub permit: Option<bool>,
    /// Only by others than the person.
    pub by_others: bool,
    /// Before this place.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// What the chain says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// How many rows.
    pub rows: i64,
    /// The hash of the last.
    pub head: Vec<u8>,
    /// The first row that does not fit.
    pub first_bad: Option<i64>,
}

/// Readings of one reader, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderSums {
    /// The reader.
    pub who: String,
    /// The unit.
    pub unit: String,
    /// Rows.
    pub readings: i64,
    /// Different people.
    pub people: i64,
    /// Rows without a contact.
    pub without_contact: i64,
    /// Rows of the same family name.
    pub same_name: i64,
    /// Rows of people who work here.
    pub employees: i64,
    /// Rows outside the hours.
    pub at_night: i64,
    /// Denials overridden.
    pub overridden: i64,
    /// Denied.
    pub denied: i64,
}

impl Records {
    /// Writes readings, and calls `then` when they are on disk: the answer may leave then, and not before.
    pub fn note_readings(
        &self,
        readings: Vec<Reading>,
        then: impl FnOnce(Result<(), RecordsError>) + Send + 'static,
    ) {
        self.write(move |tx| insert(tx, &readings), then);
    }

    /// The readings that are wanted, newest first. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read; so for all below.
    pub fn readings(&self, wanted: &Wanted) -> Result<Vec<Kept>, RecordsError> {
        self.read(|connection| select(connection, wanted))
    }

    /// How many readings there are.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn count_readings(&self) -> Result<i64, RecordsError> {
        self.read(|connection| {
            connection.query_row("SELECT COUNT(*) FROM access", [], |row| row.get(0))
        })
    }

    /// Each reader's sums since a moment, those with most readings without a contact first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn reader_sums(
        &self,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<ReaderSums>, RecordsError> {
        self.read(|connection| sums(connection, since, limit))
    }

    /// Walks the whole chain. Blocks for long.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn verify_readings(&self) -> Result<Chain, RecordsError> {
        self.read(verify)
    }
}

fn insert(tx: &Connection, readings: &[Reading]) -> rusqlite::Result<()> {
    let mut head = head(tx)?;
    let mut write = tx.prepare_cached(
        "INSERT INTO access (id, at, who, unit, whom, sealed, what, ground, contact, reason, permit, code, signs, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?;
    for reading in readings {
        let id = head.0 + 1;
        let hash = chained(&head.1, id, reading);
        write.execute(params![
            id,
            reading.at.0,
            reading.who,
            reading.unit,
            reading.whom.as_ref().map(<[u8; 16]>::as_slice),
            reading.sealed,
            reading.what,
            reading.ground,
            reading.contact.map(|contact| contact.0.cast_signed()),
            reading.reason,
            reading.permit,
            reading.code,
            reading.signs.0,
            hash.as_slice(),
        ])?;
        head = (id, hash);
    }
    Ok(())
}

fn head(connection: &Connection) -> rusqlite::Result<(i64, Vec<u8>)> {
    let sql = "SELECT id, hash FROM access ORDER BY id DESC LIMIT 1";
    let mut last = connection.prepare_cached(sql)?;
    let found = last
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// The hash of a row over the one before it: every field with its length, so that none can lend to another.
fn chained(before: &[u8], id: i64, reading: &Reading) -> Vec<u8> {
    let mut digest = Sha256::new();
    let mut field = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    field(before);
    field(&id.to_be_bytes());
    field(&reading.at.0.to_be_bytes());
    field(reading.who.as_bytes());
    field(reading.unit.as_bytes());
    field(reading.whom.as_ref().map_or(&[], <[u8; 16]>::as_slice));
    field(reading.sealed.as_deref().unwrap_or(&[]));
    field(reading.what.as_bytes());
    field(reading.ground.as_bytes());
    field(
        &reading
            .contact
            .map_or(u64::MAX, |contact| contact.0)
            .to_be_bytes(),
    );
    field(reading.reason.as_deref().unwrap_or(&[]));
    field(&[u8::from(reading.permit)]);
    field(reading.code.as_bytes());
    field(&reading.signs.0.to_be_bytes());
    digest.finalize().to_vec()
}

const COLUMNS: &str =
    "id, at, who, unit, whom, sealed, what, ground, contact, reason, permit, code, signs, hash";

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let whom: Option<Vec<u8>> = row.get(4)?;
    let contact: Option<i64> = row.get(8)?;
    Ok(Kept {
        id: row.get(0)?,
        reading: Reading {
            at: Timestamp(row.get(1)?),
            who: row.get(2)?,
            unit: row.get(3)?,
            whom: whom.and_then(|bytes| bytes.try_into().ok()),
            sealed: row.get(5)?,
            what: row.get(6)?,
            ground: row.get(7)?,
            contact: contact.map(|contact| ContactId(contact.cast_unsigned())),
            reason: row.get(9)?,
            permit: row.get(10)?,
            code: row.get(11)?,
            signs: Signs(row.get(12)?),
        },
        hash: row.get(13)?,
    })
}

fn select(connection: &Connection, wanted: &Wanted) -> rusqlite::Result<Vec<Kept>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM access
         WHERE (?1 IS NULL OR who = ?1) AND (?2 IS NULL OR whom = ?2) AND at >= ?3
           AND (?4 = 0 OR signs & ?4 <> 0) AND (?5 IS NULL OR permit = ?5) AND id < ?6
           AND (NOT ?8 OR ground <> 'self')
         ORDER BY id DESC LIMIT ?7"
    );
    let mut find = connection.prepare_cached(&sql)?;
    let rows = find.query_map(
        params![
            wanted.who,
            wanted.whom.as_ref().map(<[u8; 16]>::as_slice),
            wanted.since.map_or(i64::MIN, |since| since.0),
            wanted.signs.unwrap_or_default().0,
            wanted.permit,
            wanted.before.unwrap_or(i64::MAX),
            i64::try_from(wanted.limit).unwrap_or(i64::MAX),
            wanted.by_others,
        ],
        kept,
    )?;
    rows.collect()
}

fn sums(
    connection: &Connection,
    since: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<ReaderSums>> {
    let sql = "SELECT who, MAX(unit), COUNT(*), COUNT(DISTINCT whom), SUM(signs & 8 <> 0), SUM(signs & 1 <> 0),
                      SUM(signs & 2 <> 0), SUM(signs & 4 <> 0), SUM(signs & 16 <> 0), SUM(permit = 0)
               FROM access WHERE at >= ?1 AND ground <> 'self' GROUP BY who ORDER BY 5 DESC, 3 DESC LIMIT ?2";
    let mut find = connection.prepare_cached(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = find.query_map(params![since.0, limit], |row| {
        Ok(ReaderSums {
            who: row.get(0)?,
            unit: row.get(1)?,
            readings: row.get(2)?,
            people: row.get(3)?,
            without_contact: row.get(4)?,
            same_name: row.get(5)?,
            employees: row.get(6)?,
            at_night: row.get(7)?,
            overridden: row.get(8)?,
            denied: row.get(9)?,
        })
    })?;
    rows.collect()
}

fn verify(connection: &Connection) -> rusqlite::Result<Chain> {
    let sql = format!("SELECT {COLUMNS} FROM access ORDER BY id");
    let mut all = connection.prepare(&sql)?;
    let mut rows = all.query([])?;
    let mut chain = Chain {
        rows: 0,
        head: Vec::new(),
        first_bad: None,
    };
    while let Some(row) = rows.next()? {
        let row = kept(row)?;
        let fits =
            row.id == chain.rows + 1 && row.hash == chained(&chain.head, row.id, &row.reading);
        if !fits && chain.first_bad.is_none() {
            chain.first_bad = Some(row.id);
        }
        chain.rows += 1;
        chain.head = row.hash;
    }
    Ok(chain)
}

/// A reading as a line of the Common Event Format, for other people's tools. The person is the opaque number.
#[must_use]
pub fn cef(row: &Kept) -> String {
    let reading = &row.reading;
    let whom = reading.whom.as_ref().map(hex).unwrap_or_default();
    let severity = if reading.permit { "INFO" } else { "WARN" };
    let decision = if reading.permit { "Permit" } else { "Deny" };
    let contact = reading
        .contact
        .map_or_else(String::new, |contact| contact.0.to_string());
    let mut line = format!(
        "CEF:0|linje|auditLog|1.0|audit:access|{}|{severity}|end={} suid={} duid={whom}",
        header(&reading.what),
        reading.at.0 / 1000,
        extension(&reading.who),
    );
    for (name, value) in [
        ("sproc", contact.as_str()),
        ("flexString1Label", "Decision"),
        ("flexString1", decision),
        ("flexString2Label", "Ground"),
        ("flexString2", reading.ground.as_str()),
        ("cs1Label", "Code"),
        ("cs1", reading.code.as_str()),
        ("cs2Label", "Unit"),
        ("cs2", reading.unit.as_str()),
    ] {
        line.push_str(&format!(" {name}={}", extension(value)));
    }
    line.push_str(&format!(" externalId={}", row.id));
    line
}

/// The opaque number as text.
#[must_use]
pub fn hex(bytes: &PersonKey) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn header(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace(['\n', '\r'], " ")
}

fn extension(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('=', "\\=")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(name: &str) -> (Records, std::path::PathBuf) {
        let folder =
            std::env::temp_dir().join(format!("linje-access-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        (
            Records::open(&folder.join("people.sqlite")).unwrap(),
            folder,
        )
    }

    fn reading(n: u8) -> Reading {
        Reading {
            at: Timestamp(i64::from(n) * 1_000_000),
            who: format!("K10000{}", n % 3),
            unit: "ks-troms".to_owned(),
            whom: Some([n; 16]),
            sealed: Some(vec![n; 4]),
            what: "header".to_owned(),
            ground: "reason".to_owned(),
            permit: !n.is_multiple_of(4),
            code: String::new(),
            signs: if n.is_multiple_of(2) {
                Signs::NO_CONTACT
            } else {
                Signs::default()
            },
            ..Reading::default()
        }
    }

    fn note(records: &Records, readings: Vec<Reading>) {
        records.write_now(move |tx| insert(tx, &readings)).unwrap();
    }

    #[test]
    fn what_is_noted_is_found_and_added_up() {
        let (records, folder) = records("found");
        note(&records, (1..=12).map(reading).collect());
        assert_eq!(records.count_readings().unwrap(), 12);
        let of = Wanted {
            who: Some("K100001".to_owned()),
            limit: 10,
            ..Wanted::default()
        };
        let found = records.readings(&of).unwrap();
        let places: Vec<i64> = found.iter().map(|kept| kept.id).collect();
        assert_eq!(places, [10, 7, 4, 1]);
        let of = Wanted {
            whom: Some([7; 16]),
            limit: 10,
            ..Wanted::default()
        };
        assert_eq!(records.readings(&of).unwrap()[0].reading, reading(7));
        let of = Wanted {
            signs: Some(Signs::NO_CONTACT),
            permit: Some(false),
            limit: 10,
            ..Wanted::default()
        };
        assert_eq!(records.readings(&of).unwrap().len(), 3);
        let sums = records.reader_sums(Timestamp(0), 10).unwrap();
        assert_eq!(sums.iter().map(|sums| sums.readings).sum::<i64>(), 12);
        assert_eq!(sums[0].without_contact, 2);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn every_row_that_was_touched_is_found() {
        let touches = [
            "UPDATE access SET who = 'K9' WHERE id = 5",
            "UPDATE access SET permit = 1 - permit WHERE id = 5",
            "UPDATE access SET whom = NULL WHERE id = 5",
            "UPDATE access SET at = at + 1 WHERE id = 5",
            "UPDATE access SET what = ground, ground = what WHERE id = 5",
            "DELETE FROM access WHERE id = 5",
            "UPDATE access SET hash = zeroblob(32) WHERE id = 5",
        ];
        for touch in touches {
            let (records, folder) = records("touched");
            note(&records, (1..=4).map(reading).collect());
            note(&records, (5..=9).map(reading).collect());
            assert_eq!(records.verify_readings().unwrap().first_bad, None);
            records.write_now(move |tx| tx.execute(touch, [])).unwrap();
            let bad = records.verify_readings().unwrap().first_bad;
            assert!(matches!(bad, Some(5 | 6)), "{touch}: {bad:?}");
            std::fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn a_line_of_the_common_event_format_cannot_be_broken_by_what_it_holds() {
        let row = Kept {
            id: 3,
            reading: Reading {
                who: "K1=\nCEF:0|x".to_owned(),
                what: "tab|utbetaling".to_owned(),
                ..reading(1)
            },
            hash: Vec::new(),
        };
        let line = cef(&row);
        assert!(line.starts_with(
            "CEF:0|linje|auditLog|1.0|audit:access|tab\\|utbetaling|INFO|end=1000 suid=K1\\=\\nCEF"
        ));
        assert_eq!(line.lines().count(), 1);
        assert!(line.contains("flexString1=Permit") && line.contains("duid=0101"));
    }
}
