//! Erasing what is kept here about one person, at once, and a receipt of it.
//!
//! What the law wants kept is not here to be erased: who read whom stays as it was written, and tasks belong
//! to those who handle them. Figures stay, without the person.

use linje_types::{ContactId, HOUR_US, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::access::PersonKey;
use super::after::{draft_subject, number};
use super::seal::{self, Subject};
use super::{Records, RecordsError};

pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS erasure (
    command BLOB PRIMARY KEY,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    whom BLOB NOT NULL,
    notes INTEGER NOT NULL,
    drafts INTEGER NOT NULL,
    promises INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    contacts INTEGER NOT NULL,
    reasons INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erased_left (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    what TEXT NOT NULL,
    made INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS erased_left_owner ON erased_left (owner, at);
";

/// Whom to erase, and who does it.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// The same command is the same erasure.
    pub command: [u8; 16],
    /// Now.
    pub at: Timestamp,
    /// The ident of who does it.
    pub by: String,
    /// The person, as contacts name them.
    pub whom: PersonKey,
    /// The person, as texts name them.
    pub subject: Subject,
}

/// Something of an adviser's that went with a person: told to its owner, without person, contact and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedLeft {
    /// `task` or `promise`.
    pub what: String,
    /// The hour in which it was made.
    pub made: Timestamp,
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// When.
    pub at: Timestamp,
    /// The ident of who did it.
    pub by: String,
    /// Whom.
    pub whom: PersonKey,
    /// Conversation notes that are gone.
    pub notes: u32,
    /// Drafts that are gone.
    pub drafts: u32,
    /// Promises that are gone.
    pub promises: u32,
    /// Promises that ended before: counted still, without words, contact and person.
    pub counted: u32,
    /// Contacts that are about nobody now.
    pub contacts: u32,
    /// Reasons of contacts: marks in figures now, without contact, person and minute.
    pub reasons: u32,
}

impl Records {
    /// Erases what is kept here about a person, all or nothing. Said twice, the first receipt is given.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn erase_person(&self, erasure: Erasure) -> Result<Erased, RecordsError> {
        self.write_now(move |tx| {
            let known = tx
                .query_row(
                    &format!("SELECT {COLUMNS} FROM erasure WHERE command = ?1"),
                    [erasure.command.as_slice()],
                    receipt,
                )
                .optional()?;
            match known {
                Some(known) => Ok(known),
                None => erase(tx, &erasure),
            }
        })
    }

    /// What went of an adviser's since `since`, because a person was erased: the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn erased_of(
        &self,
        owner: &str,
        since: Timestamp,
    ) -> Result<Vec<ErasedLeft>, RecordsError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT what, made FROM erased_left WHERE owner = ?1 AND at > ?2
                     ORDER BY at DESC, id DESC",
                )?
                .query_map(params![owner, since.0], |row| {
                    Ok(ErasedLeft {
                        what: row.get(0)?,
                        made: Timestamp(row.get(1)?),
                    })
                })?
                .collect()
        })
    }

    /// The receipts, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn erasures(&self, limit: u32) -> Result<Vec<Erased>, RecordsError> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM erasure ORDER BY at DESC LIMIT ?1");
            let mut find = connection.prepare_cached(&sql)?;
            find.query_map([limit], receipt)?.collect()
        })
    }
}

const COLUMNS: &str = "at, by, whom, notes, drafts, promises, counted, contacts, reasons";

fn receipt(row: &Row<'_>) -> rusqlite::Result<Erased> {
    let whom: Vec<u8> = row.get(2)?;
    Ok(Erased {
        at: Timestamp(row.get(0)?),
        by: row.get(1)?,
        whom: whom.try_into().unwrap_or_default(),
        notes: row.get(3)?,
        drafts: row.get(4)?,
        promises: row.get(5)?,
        counted: row.get(6)?,
        contacts: row.get(7)?,
        reasons: row.get(8)?,
    })
}

fn erase(tx: &Connection, erasure: &Erasure) -> rusqlite::Result<Erased> {
    let subject = erasure.subject.as_str();
    let mut gone = Erased {
        at: erasure.at,
        by: erasure.by.clone(),
        whom: erasure.whom,
        notes: 0,
        drafts: 0,
        promises: 0,
        counted: 0,
        contacts: 0,
        reasons: 0,
    };
    for contact in contacts(tx, erasure)? {
        gone.contacts += 1;
        contact_gone(tx, contact, &mut gone)?;
    }
    gone.notes += count(tx.execute("DELETE FROM note WHERE subject = ?1", [subject])?);
    promises_gone(tx, "subject = ?1", &subject, &mut gone)?;
    tx.execute(
        "DELETE FROM linked WHERE whom = ?1",
        [erasure.whom.as_slice()],
    )?;
    // Copies of the file that lie elsewhere become unreadable too.
    seal::forget(tx, &erasure.subject)?;
    tx.execute(
        &format!("INSERT INTO erasure (command, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
        params![
            erasure.command.as_slice(),
            gone.at.0,
            gone.by,
            gone.whom.as_slice(),
            gone.notes,
            gone.drafts,
            gone.promises,
            gone.counted,
            gone.contacts,
            gone.reasons,
        ],
    )?;
    Ok(gone)
}

/// The contacts that were about the person.
fn contacts(tx: &Connection, erasure: &Erasure) -> rusqlite::Result<Vec<ContactId>> {
    tx.prepare_cached(
        "SELECT contact FROM linked WHERE whom = ?1
         UNION SELECT contact FROM note WHERE subject = ?2
         UNION SELECT contact FROM promise WHERE subject = ?2 AND contact IS NOT NULL",
    )?
    .query_map(
        params![erasure.whom.as_slice(), erasure.subject.as_str()],
        |row| Ok(ContactId(row.get::<_, i64>(0)?.cast_unsigned())),
    )?
    .collect()
}

/// What was kept by the number, or by the contact alone, while it was not sure whom it was about.
fn contact_gone(tx: &Connection, contact: ContactId, gone: &mut Erased) -> rusqlite::Result<()> {
    let id = number(contact);
    let own: Vec<String> = tx
        .prepare_cached(
            "SELECT subject FROM note WHERE contact = ?1 AND subject LIKE 'contact:%'
             UNION SELECT subject FROM promise WHERE contact = ?1 AND subject LIKE 'contact:%'",
        )?
        .query_map([id], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    // A number may be shared, so only what was promised in this conversation goes, and its key stays.
    let unsure = "contact = ?1 AND subject NOT LIKE 'person:%'";
    promises_gone(tx, unsure, &id, gone)?;
    for subject in own {
        seal::forget(tx, &Subject::new(subject))?;
    }
    let notes = "DELETE FROM note WHERE contact = ?1 AND subject NOT LIKE 'person:%'";
    gone.notes += count(tx.execute(notes, [id])?);
    gone.drafts += count(tx.execute("DELETE FROM note_draft WHERE contact = ?1", [id])?);
    seal::forget(tx, &draft_subject(contact))?;
    // The task itself stays with those who handle it; whoever sent it loses the way to its words.
    tx.execute(
        "INSERT INTO erased_left (owner, what, made, at)
         SELECT owner, 'task', made - made % ?2, ?3 FROM handed_task WHERE contact = ?1",
        params![id, HOUR_US, gone.at.0],
    )?;
    tx.execute("DELETE FROM handed_task WHERE contact = ?1", [id])?;
    let reasons = "UPDATE contact_reason SET contact = NULL, owner = NULL, key = NULL,
                   at = at - at % ?2 WHERE contact = ?1";
    gone.reasons += count(tx.execute(reasons, params![id, HOUR_US])?);
    Ok(())
}

/// What is open still cannot be kept to anybody; what ended is counted, and says nothing.
fn promises_gone(
    tx: &Connection,
    whose: &str,
    of: &dyn rusqlite::ToSql,
    gone: &mut Erased,
) -> rusqlite::Result<()> {
    let now = gone.at.0;
    let told = format!(
        "INSERT INTO erased_left (owner, what, made, at)
         SELECT owner, 'promise', made - made % ?3, ?2 FROM promise
         WHERE {whose} AND state = 'open' AND until > ?2"
    );
    tx.execute(&told, params![of, now, HOUR_US])?;
    let open = format!("DELETE FROM promise WHERE {whose} AND state = 'open' AND until > ?2");
    gone.promises += count(tx.execute(&open, params![of, now])?);
    let ended = format!(
        "UPDATE promise SET subject = 'erased', contact = NULL, sealed = x'',
         ended = COALESCE(ended, ?2),
         state = CASE state WHEN 'open' THEN 'broken' ELSE state END WHERE {whose}"
    );
    gone.counted += count(tx.execute(&ended, params![of, now])?);
    Ok(())
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
