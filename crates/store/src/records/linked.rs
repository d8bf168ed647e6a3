//! Whom a contact is about, and how sure that is.

use linje_types::{ContactId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::access::PersonKey;
use super::{Records, RecordsError};

pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS linked (
  contact INTEGER PRIMARY KEY,
  whom BLOB NOT NULL,
  sealed BLOB NOT NULL,
  level INTEGER NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS linked_whom ON linked (whom, at);
";

/// A contact and its person.
#[derive(Clone, PartialEq, Eq)]
pub struct Linked {
    /// The contact.
    pub contact: ContactId,
    /// Whom.
    pub whom: PersonKey,
    /// The identity number, sealed.
    pub sealed: Vec<u8>,
    /// How sure: 1 a number, 2 control questions, 3 a log-in.
    pub level: u8,
    /// The ident of who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for Linked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Linked({:?} level {})", self.contact, self.level)
    }
}

impl Records {
    /// Links a contact with its person. The same person never becomes less sure; another person replaces.
    pub fn link(&self, row: Linked, then: impl FnOnce(Result<(), RecordsError>) + Send + 'static) {
        self.write(move |tx| put(tx, &row), then);
    }

    /// Whom a contact is about. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read; so for the next.
    pub fn linked(&self, contact: ContactId) -> Result<Option<Linked>, RecordsError> {
        self.read(move |connection| {
            let sql = "SELECT contact, whom, sealed, level, by, at FROM linked WHERE contact = ?1";
            let contact = contact.0.cast_signed();
            connection
                .prepare_cached(sql)?
                .query_row([contact], row)
                .optional()
        })
    }

    /// The contacts of a person, newest first. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn contacts_about(&self, whom: PersonKey, limit: u32) -> Result<Vec<Linked>, RecordsError> {
        self.read(move |connection| {
            let sql = "SELECT contact, whom, sealed, level, by, at FROM linked
                       WHERE whom = ?1 ORDER BY at DESC LIMIT ?2";
            let mut find = connection.prepare_cached(sql)?;
            find.query_map(params![whom.as_slice(), limit], row)?
                .collect()
        })
    }

    /// The contacts that were linked last, the newest first. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn linked_lately(&self, limit: u32) -> Result<Vec<ContactId>, RecordsError> {
        self.read(move |connection| {
            let sql = "SELECT contact FROM linked ORDER BY at DESC LIMIT ?1";
            let mut find = connection.prepare_cached(sql)?;
            find.query_map([limit], |row| {
                Ok(ContactId(row.get::<_, i64>(0)?.cast_unsigned()))
            })?
            .collect()
        })
    }

    /// Forgets whom a contact was about: for topics that leave no trace on the person.
    pub fn unlink(
        &self,
        contact: ContactId,
        then: impl FnOnce(Result<(), RecordsError>) + Send + 'static,
    ) {
        let work = move |tx: &Connection| {
            tx.execute(
                "DELETE FROM linked WHERE contact = ?1",
                [contact.0.cast_signed()],
            )?;
            Ok(())
        };
        self.write(work, then);
    }
}

fn put(tx: &Connection, row: &Linked) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO linked (contact, whom, sealed, level, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (contact) DO UPDATE SET
           level = CASE WHEN whom = excluded.whom THEN MAX(level, excluded.level) ELSE excluded.level END,
           whom = excluded.whom, sealed = excluded.sealed, by = excluded.by, at = excluded.at",
    )?
    .execute(params![
        row.contact.0.cast_signed(),
        row.whom.as_slice(),
        row.sealed,
        row.level,
        row.by,
        row.at.0,
    ])?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<Linked> {
    let whom: Vec<u8> = row.get(1)?;
    Ok(Linked {
        contact: ContactId(row.get::<_, i64>(0)?.cast_unsigned()),
        whom: whom.try_into().unwrap_or_default(),
        sealed: row.get(2)?,
        level: row.get(3)?,
        by: row.get(4)?,
        at: Timestamp(row.get(5)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_never_becomes_less_sure() {
        let folder = std::env::temp_dir().join(format!("linje-linked-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let records = Records::open(&folder.join("people.sqlite")).unwrap();
        let mut linked = Linked {
            contact: ContactId(9),
            whom: [1; 16],
            sealed: vec![1],
            level: 2,
            by: "K1".to_owned(),
            at: Timestamp(1),
        };
        for (whom, level, expected) in [([1; 16], 2, 2), ([1; 16], 1, 2), ([2; 16], 1, 1)] {
            linked.whom = whom;
            linked.level = level;
            let row = linked.clone();
            records.write_now(move |tx| put(tx, &row)).unwrap();
            assert_eq!(
                records.linked(ContactId(9)).unwrap().unwrap().level,
                expected
            );
        }
        assert_eq!(records.contacts_about([2; 16], 5).unwrap().len(), 1);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
