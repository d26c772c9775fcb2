//! The server's own secrets and settings.

use rusqlite::OptionalExtension;

use super::Tx;
use crate::error::Result;

/// The value of `name`.
pub fn get(tx: &Tx<'_>, name: &str) -> Result<Option<Vec<u8>>> {
    let mut statement = tx.0.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// Sets the value of `name`.
pub fn put(tx: &Tx<'_>, name: &str, value: &[u8]) -> Result<()> {
    let sql =
        "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.0.prepare_cached(sql)?.execute((name, value))?;
    Ok(())
}
