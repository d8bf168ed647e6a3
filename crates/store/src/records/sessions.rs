//! Log-ins that outlive a restart. Of the secret of a session only its digest is here.

use rusqlite::{Connection, Row, params};

/// A session and its person.
pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS session (
    key BLOB PRIMARY KEY,
    ident TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT,
    roles INTEGER NOT NULL,
    clearance INTEGER NOT NULL,
    person TEXT,
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

/// All of them.
///
/// # Errors
/// When the file cannot be read.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<SessionRow>> {
    let mut select = connection.prepare_cached(
        "SELECT key, ident, name, unit, roles, clearance, person, issuer, began, seen FROM session",
    )?;
    let rows = select.query_map([], read)?;
    rows.collect()
}

/// Keeps a new one.
///
/// # Errors
/// When the file cannot be written.
pub fn put(tx: &Connection, row: &SessionRow) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT OR REPLACE INTO session
         (key, ident, name, unit, roles, clearance, person, issuer, began, seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    insert.execute(params![
        row.key,
        row.ident,
        row.name,
        row.unit,
        row.roles,
        row.clearance,
        row.person,
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
    let mut update = tx.prepare_cached("UPDATE session SET seen = ?2 WHERE key = ?1")?;
    update.execute(params![key, at])?;
    Ok(())
}

/// Forgets those that are over.
///
/// # Errors
/// When the file cannot be written.
pub fn forget(tx: &Connection, keys: &[[u8; 32]]) -> rusqlite::Result<()> {
    let mut delete = tx.prepare_cached("DELETE FROM session WHERE key = ?1")?;
    for key in keys {
        delete.execute(params![key])?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        key: row.get(0)?,
        ident: row.get(1)?,
        name: row.get(2)?,
        unit: row.get(3)?,
        roles: row.get(4)?,
        clearance: row.get(5)?,
        person: row.get(6)?,
        issuer: row.get(7)?,
        began: row.get(8)?,
        seen: row.get(9)?,
    })
}
