//! Texts about people, sealed with a key per person. Deleting the key makes every copy unreadable, those in
//! backups too; the rows that remain tell that something was there, not what.
//!
//! The keys lie in the file of people, themselves sealed with a secret that lies outside of it.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rusqlite::{Connection, OptionalExtension as _, params};

pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS person_key (
    subject TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Length of a key, bytes.
const KEY_LEN: usize = 32;

/// Somebody of whom something is kept, under a name that tells nothing: an opaque id of the person, or a
/// keyed hash where only a number is known. Never an identity number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(String);

impl Subject {
    /// A subject by an opaque name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Subject {
        Subject(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(..)")
    }
}

/// What seals the keys of people.
#[derive(Clone)]
pub struct PersonKeys(Arc<LessSafeKey>);

impl fmt::Debug for PersonKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKeys")
    }
}

/// A text could not be sealed or opened: wrong secret, or damaged.
#[derive(Debug, thiserror::Error)]
#[error("a sealed text cannot be {0}: the secret is another, or the file is damaged")]
struct Unsealable(&'static str);

impl Unsealable {
    fn sql(what: &'static str) -> rusqlite::Error {
        rusqlite::Error::ToSqlConversionFailure(Box::new(Unsealable(what)))
    }
}

impl PersonKeys {
    /// Keys under a secret that lies outside the file.
    ///
    /// # Panics
    /// Never: the length of the secret is right.
    #[must_use]
    pub fn new(secret: [u8; KEY_LEN]) -> PersonKeys {
        PersonKeys(Arc::new(key_of(&secret)))
    }

    /// Seals a text about `subject`; `about` names the row, so that a text cannot be moved to another.
    pub(crate) fn seal(
        &self,
        tx: &Connection,
        subject: &Subject,
        about: &str,
        text: &str,
    ) -> rusqlite::Result<Vec<u8>> {
        self.seal_bytes(tx, subject, about, text.as_bytes())
    }

    /// The same for what is no text.
    pub(crate) fn seal_bytes(
        &self,
        tx: &Connection,
        subject: &Subject,
        about: &str,
        bytes: &[u8],
    ) -> rusqlite::Result<Vec<u8>> {
        let key = match self.key(tx, subject)? {
            Some(key) => key,
            None => self.make(tx, subject)?,
        };
        sealed(&key, about, bytes)
    }

    /// Opens a text; None when the key of `subject` was deleted.
    pub(crate) fn open(
        &self,
        connection: &Connection,
        subject: &Subject,
        about: &str,
        text: &[u8],
    ) -> rusqlite::Result<Option<String>> {
        let Some(bytes) = self.open_bytes(connection, subject, about, text)? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).map_err(|_| Unsealable::sql("read"))?;
        Ok(Some(text))
    }

    /// The same for what is no text.
    pub(crate) fn open_bytes(
        &self,
        connection: &Connection,
        subject: &Subject,
        about: &str,
        bytes: &[u8],
    ) -> rusqlite::Result<Option<Vec<u8>>> {
        let Some(key) = self.key(connection, subject)? else {
            return Ok(None);
        };
        opened(&key, about, bytes).map(Some)
    }

    fn key(
        &self,
        connection: &Connection,
        subject: &Subject,
    ) -> rusqlite::Result<Option<LessSafeKey>> {
        let mut find =
            connection.prepare_cached("SELECT sealed FROM person_key WHERE subject = ?1")?;
        let kept: Option<Vec<u8>> = find
            .query_row([subject.as_str()], |row| row.get(0))
            .optional()?;
        let Some(kept) = kept else { return Ok(None) };
        let bytes = opened(&self.0, subject.as_str(), &kept)?;
        let bytes: [u8; KEY_LEN] = bytes.try_into().map_err(|_| Unsealable::sql("opened"))?;
        Ok(Some(key_of(&bytes)))
    }

    fn make(&self, tx: &Connection, subject: &Subject) -> rusqlite::Result<LessSafeKey> {
        let mut bytes = [0; KEY_LEN];
        getrandom::fill(&mut bytes).map_err(|_| Unsealable::sql("sealed"))?;
        let kept = sealed(&self.0, subject.as_str(), &bytes)?;
        tx.execute(
            "INSERT INTO person_key (subject, sealed) VALUES (?1, ?2)",
            params![subject.as_str(), kept],
        )?;
        Ok(key_of(&bytes))
    }
}

/// Deletes the key; whether there was one.
pub(crate) fn forget(tx: &Connection, subject: &Subject) -> rusqlite::Result<bool> {
    let deleted = tx.execute(
        "DELETE FROM person_key WHERE subject = ?1",
        [subject.as_str()],
    )?;
    Ok(deleted > 0)
}

fn key_of(bytes: &[u8; KEY_LEN]) -> LessSafeKey {
    #[expect(clippy::expect_used, reason = "the length is the type's")]
    let key = UnboundKey::new(&AES_256_GCM, bytes).expect("a key of the right length");
    LessSafeKey::new(key)
}

fn sealed(key: &LessSafeKey, about: &str, text: &[u8]) -> rusqlite::Result<Vec<u8>> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| Unsealable::sql("sealed"))?;
    let mut bytes = text.to_vec();
    let unique = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(unique, Aad::from(about.as_bytes()), &mut bytes)
        .map_err(|_| Unsealable::sql("sealed"))?;
    let mut whole = nonce.to_vec();
    whole.append(&mut bytes);
    Ok(whole)
}

fn opened(key: &LessSafeKey, about: &str, whole: &[u8]) -> rusqlite::Result<Vec<u8>> {
    let fault = || Unsealable::sql("opened");
    let (nonce, text) = whole.split_first_chunk::<NONCE_LEN>().ok_or_else(fault)?;
    let mut bytes = text.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let text = key
        .open_in_place(nonce, Aad::from(about.as_bytes()), &mut bytes)
        .map_err(|_| fault())?;
    Ok(text.to_vec())
}
