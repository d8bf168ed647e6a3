//! Log-ins that outlive a restart. Of the secret of a session only its digest is here, and who it is lies sealed
//! with a key of the session's own, which goes with it.

use rusqlite::{Connection, Row, params};

use super::seal::{PersonKeys, Subject, forget as forget_key};

/// A session and its person. The table of before had identity numbers in the clear: it goes, and whoever was logged
/// in logs in anew.
pub(crate) const TABLES: &str = "
DROP TABLE IF EXISTS session;
CREATE TABLE IF NOT EXISTS login (
    key BLOB PRIMARY KEY,
    ident TEXT NOT NULL,
    whom BLOB NOT NULL,
    unit TEXT,
    roles INTEGER NOT NULL,
    clearance INTEGER NOT NULL,
    issuer TEXT NOT NULL,
    began INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Digest of the secret.
    pub key: [u8; 32],
    /// Ident of the person.
    pub ident: String,
    /// Name of the person.
    pub name: String,
    /// Code of the unit.
    pub unit: Option<String>,
    /// Roles as bits.
    pub roles: u16,
    /// Clearance as bits.
    pub clearance: u8,
    /// Identity number.
    pub person: Option<String>,
    /// Who vouched for them.
    pub issuer: String,
    /// When it began, seconds since 1970.
    pub began: i64,
    /// When the person last did something, seconds since 1970.
    pub seen: i64,
}

/// All of them that `keys` open.
///
/// # Errors
/// When the file cannot be read.
pub fn all(connection: &Connection, keys: &PersonKeys) -> rusqlite::Result<Vec<SessionRow>> {
    let mut select = connection.prepare_cached(
        "SELECT key, ident, whom, unit, roles, clearance, issuer, began, seen FROM login",
    )?;
    let rows: Vec<(SessionRow, Vec<u8>)> = select
        .query_map([], read)?
        .collect::<rusqlite::Result<_>>()?;
    let opened = rows.into_iter().filter_map(|(mut row, whom)| {
        // What another secret sealed is nobody's session here.
        let whom = keys.open(connection, &subject(&row.key), WHOM, &whom);
        let whom = whom.ok()??;
        let (name, person) = whom.split_once('\n')?;
        name.clone_into(&mut row.name);
        row.person = (!person.is_empty()).then(|| person.to_owned());
        Some(row)
    });
    Ok(opened.collect())
}

/// Keeps a new one.
///
/// # Errors
/// When the file cannot be written.
pub fn put(tx: &Connection, keys: &PersonKeys, row: &SessionRow) -> rusqlite::Result<()> {
    let whom = format!(
        "{}\n{}",
        row.name,
        row.person.as_deref().unwrap_or_default()
    );
    let whom = keys.seal(tx, &subject(&row.key), WHOM, &whom)?;
    let mut insert = tx.prepare_cached(
        "INSERT OR REPLACE INTO login
         (key, ident, whom, unit, roles, clearance, issuer, began, seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    insert.execute(params![
        row.key,
        row.ident,
        whom,
        row.unit,
        row.roles,
        row.clearance,
        row.issuer,
        row.began,
        row.seen,
    ])?;
    Ok(())
}

/// The person did something at `at`, seconds since 1970.
///
/// # Errors
/// When the file cannot be written.
pub fn seen(tx: &Connection, key: &[u8; 32], at: i64) -> rusqlite::Result<()> {
    let mut update = tx.prepare_cached("UPDATE login SET seen = ?2 WHERE key = ?1")?;
    update.execute(params![key, at])?;
    Ok(())
}

/// Forgets those that are over, and with their keys whose they were.
///
/// # Errors
/// When the file cannot be written.
pub fn forget(tx: &Connection, keys: &[[u8; 32]]) -> rusqlite::Result<()> {
    let mut delete = tx.prepare_cached("DELETE FROM login WHERE key = ?1")?;
    for key in keys {
        forget_key(tx, &subject(key))?;
        delete.execute(params![key])?;
    }
    Ok(())
}

/// What is sealed in a row.
const WHOM: &str = "login";

fn subject(key: &[u8; 32]) -> Subject {
    let name: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    Subject::new(format!("login:{name}"))
}

fn read(row: &Row<'_>) -> rusqlite::Result<(SessionRow, Vec<u8>)> {
    let session = SessionRow {
        key: row.get(0)?,
        ident: row.get(1)?,
        name: String::new(),
        unit: row.get(3)?,
        roles: row.get(4)?,
        clearance: row.get(5)?,
        person: None,
        issuer: row.get(6)?,
        began: row.get(7)?,
        seen: row.get(8)?,
    };
    Ok((session, row.get(2)?))
}
