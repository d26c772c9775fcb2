//! Sessions: families of refresh tokens, and challenges that were used.

use plumbline_protocol::{DeviceId, Hash, OrganisationId};
use rusqlite::{OptionalExtension, Params, Row};

use super::{News, Tx};
use crate::error::Result;

/// Names a family of refresh tokens: a session from sign-in to sign-out.
pub type Family = [u8; 16];

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub family: Family,
    /// Whose key it is bound to.
    pub device: DeviceId,
    /// SHA-256 of the newest refresh token issued.
    pub newest: Hash,
    /// SHA-256 of the one before it.
    pub previous: Option<Hash>,
    /// When it was opened, ms.
    pub started_at: i64,
    /// When its tokens last rotated, ms.
    pub used_at: i64,
}

/// Remembers a challenge until it expires by itself; false when it was used before.
pub fn spend(tx: &Tx<'_>, organisation: &OrganisationId, challenge: &str, expires_at: i64, now: i64) -> Result<bool> {
    let sql = "DELETE FROM spent WHERE organisation = ?1 AND expires_at <= ?2";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, now))?;
    let sql = "INSERT INTO spent (organisation, expires_at, challenge) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    Ok(tx.0.prepare_cached(sql)?.execute((&organisation.0, expires_at, challenge))? == 1)
}

/// Opens a session, and ends the device's oldest other ones so that at most `most` are left. The new one stays even where
/// the clock was set back and it looks like the oldest.
pub fn insert(tx: &Tx<'_>, organisation: &OrganisationId, session: &Session, most: u32) -> Result<()> {
    let sql = "INSERT INTO session (organisation, family, device, newest_sha256, previous_sha256, started_at, used_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let Session { family, device, newest, previous, started_at, used_at } = session;
    let previous = previous.as_ref().map_or(&[][..], |hash| &hash.0);
    let values = (&organisation.0, family, &device.0, &newest.0, previous, started_at, used_at);
    tx.0.prepare_cached(sql)?.execute(values)?;
    let sql = "DELETE FROM session WHERE organisation = ?1 AND device = ?2 AND family <> ?3 AND family NOT IN
        (SELECT family FROM session WHERE organisation = ?1 AND device = ?2 AND family <> ?3
            ORDER BY used_at DESC, family LIMIT ?4) RETURNING family";
    end(tx, sql, (&organisation.0, &device.0, family, most.saturating_sub(1)))
}

/// One session.
pub fn find(tx: &Tx<'_>, organisation: &OrganisationId, family: &Family) -> Result<Option<Session>> {
    let sql = "SELECT family, device, newest_sha256, previous_sha256, started_at, used_at FROM session
        WHERE organisation = ?1 AND family = ?2";
    Ok(tx.0.prepare_cached(sql)?.query_row((&organisation.0, family), row).optional()?)
}

/// The sessions of a device, oldest first.
pub fn of_device(tx: &Tx<'_>, organisation: &OrganisationId, device: &DeviceId) -> Result<Vec<Session>> {
    let sql = "SELECT family, device, newest_sha256, previous_sha256, started_at, used_at FROM session
        WHERE organisation = ?1 AND device = ?2 ORDER BY started_at, family";
    let mut statement = tx.0.prepare_cached(sql)?;
    Ok(statement.query_map((&organisation.0, &device.0), row)?.collect::<rusqlite::Result<_>>()?)
}

/// The next token of a family was issued: `newest` after `previous`.
pub fn rotate(
    tx: &Tx<'_>,
    organisation: &OrganisationId,
    family: &Family,
    newest: &Hash,
    previous: &Hash,
    now: i64,
) -> Result<()> {
    let sql = "UPDATE session SET newest_sha256 = ?3, previous_sha256 = ?4, used_at = ?5
        WHERE organisation = ?1 AND family = ?2";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, family, &newest.0, &previous.0, now))?;
    Ok(())
}

/// Ends one session.
pub fn delete(tx: &Tx<'_>, organisation: &OrganisationId, family: &Family) -> Result<()> {
    end(tx, "DELETE FROM session WHERE organisation = ?1 AND family = ?2 RETURNING family", (&organisation.0, family))
}

/// Ends every session of a device.
pub fn delete_of_device(tx: &Tx<'_>, organisation: &OrganisationId, device: &DeviceId) -> Result<()> {
    let sql = "DELETE FROM session WHERE organisation = ?1 AND device = ?2 RETURNING family";
    end(tx, sql, (&organisation.0, &device.0))
}

/// Deletes sessions; whoever holds the socket of one has to know that it ended.
fn end(tx: &Tx<'_>, sql: &str, values: impl Params) -> Result<()> {
    let mut statement = tx.0.prepare_cached(sql)?;
    let ended = statement.query_map(values, |row| row.get(0))?.collect::<rusqlite::Result<Vec<Family>>>()?;
    ended.into_iter().for_each(|family| tx.tell(News::Ended(family)));
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<Session> {
    let previous: Vec<u8> = row.get(3)?;
    Ok(Session {
        family: row.get(0)?,
        device: DeviceId(row.get(1)?),
        newest: Hash(row.get(2)?),
        previous: previous.try_into().ok().map(Hash),
        started_at: row.get(4)?,
        used_at: row.get(5)?,
    })
}
