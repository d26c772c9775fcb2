//! The organisations that this server keeps.

use ed25519_dalek::SigningKey;
use plumbline_protocol::{Fault, OrganisationId};
use rusqlite::OptionalExtension;
use zeroize::Zeroizing;

use super::Tx;
use crate::error::Result;

/// Whether there is any.
pub fn any(tx: &Tx<'_>) -> Result<bool> {
    Ok(tx.0.query_row("SELECT EXISTS (SELECT 1 FROM organisation)", [], |row| row.get(0))?)
}

/// A new one, with the seeds of the server key that its record names and of the next one.
pub fn insert(
    tx: &Tx<'_>,
    organisation: &OrganisationId,
    server_key: &[u8; 32],
    next_key: &[u8; 32],
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO organisation (organisation, server_key, next_key, created_at) VALUES (?1, ?2, ?3, ?4)";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, server_key, next_key, now))?;
    Ok(())
}

/// Those without a next key: made by an older version.
pub fn without_next_key(tx: &Tx<'_>) -> Result<Vec<OrganisationId>> {
    let mut statement = tx.0.prepare_cached("SELECT organisation FROM organisation WHERE next_key = ?1")?;
    let rows = statement.query_map([&[][..]], |row| Ok(OrganisationId(row.get(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The key that follows the present one.
pub fn next_key(tx: &Tx<'_>, organisation: &OrganisationId) -> Result<SigningKey> {
    let sql = "SELECT next_key FROM organisation WHERE organisation = ?1";
    let seed = tx.0.prepare_cached(sql)?.query_row([&organisation.0], |row| row.get(0).map(Zeroizing::new));
    let seed: Zeroizing<[u8; 32]> = seed.optional()?.ok_or(Fault::NotFound)?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Keeps the seed of the key that follows.
pub fn put_next_key(tx: &Tx<'_>, organisation: &OrganisationId, seed: &[u8; 32]) -> Result<()> {
    let sql = "UPDATE organisation SET next_key = ?2 WHERE organisation = ?1";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, seed))?;
    Ok(())
}

/// The next key becomes the one that signs, and `seed` the one after it.
pub fn turn_key(tx: &Tx<'_>, organisation: &OrganisationId, seed: &[u8; 32]) -> Result<()> {
    let sql = "UPDATE organisation SET server_key = next_key, next_key = ?2 WHERE organisation = ?1";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, seed))?;
    Ok(())
}

/// Notes that the log lacks what was acknowledged, or that a restore has settled it.
pub fn put_behind(tx: &Tx<'_>, organisation: &OrganisationId, behind: bool) -> Result<()> {
    let sql = "UPDATE organisation SET behind = ?2 WHERE organisation = ?1";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, behind))?;
    Ok(())
}

/// Notes that every log was put back from a backup.
pub fn put_all_behind(tx: &Tx<'_>) -> Result<usize> {
    Ok(tx.0.execute("UPDATE organisation SET behind = 1", [])?)
}
