//! Setup links that wait for a founder.

use plumbline_protocol::Hash;
use rusqlite::OptionalExtension;

use super::Tx;
use crate::error::Result;

/// Keeps a link until `expires_at` (ms), and forgets those that expired by `now`.
pub fn insert(tx: &Tx<'_>, secret: &Hash, server_key: &[u8; 32], expires_at: i64, now: i64) -> Result<()> {
    tx.0.prepare_cached("DELETE FROM setup WHERE expires_at <= ?1")?.execute([now])?;
    let sql = "INSERT INTO setup (secret_sha256, server_key, expires_at) VALUES (?1, ?2, ?3)";
    tx.0.prepare_cached(sql)?.execute((&secret.0, server_key, expires_at))?;
    Ok(())
}

/// Uses a link up: the seed of the server key that it promised, or `None` when it is unknown, used or expired.
pub fn take(tx: &Tx<'_>, secret: &Hash, now: i64) -> Result<Option<[u8; 32]>> {
    let sql = "DELETE FROM setup WHERE secret_sha256 = ?1 AND expires_at > ?2 RETURNING server_key";
    Ok(tx.0.prepare_cached(sql)?.query_row((&secret.0, now), |row| row.get(0)).optional()?)
}
