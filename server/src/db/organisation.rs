//! The organisations that this server keeps.

use plumbline_protocol::OrganisationId;

use super::Tx;
use crate::error::Result;

/// Whether there is any.
pub fn any(tx: &Tx<'_>) -> Result<bool> {
    Ok(tx.0.query_row("SELECT EXISTS (SELECT 1 FROM organisation)", [], |row| row.get(0))?)
}

/// A new one, with the seed of the server key that its record names.
pub fn insert(tx: &Tx<'_>, organisation: &OrganisationId, server_key: &[u8; 32], now: i64) -> Result<()> {
    let sql = "INSERT INTO organisation (organisation, server_key, created_at) VALUES (?1, ?2, ?3)";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, server_key, now))?;
    Ok(())
}
