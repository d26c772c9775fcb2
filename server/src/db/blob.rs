//! What the log expects of blobs, and which parts have come.

use plumbline_protocol::{Hash, OrganisationId, Uuid, blob::State, record::deposit};
use rusqlite::{OptionalExtension, Row};

use super::{Tx, damaged, uuid};
use crate::error::Result;

/// The bytes that a logged photo names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The photo's record.
    pub record: Uuid,
    /// SHA-256 of the bytes.
    pub sha256: Hash,
    /// How many there are.
    pub bytes: u64,
    /// Who sends them.
    pub member: Uuid,
    /// How far it is.
    pub state: State,
}

/// A photo was logged: its bytes may come. When the same member's same bytes are here already, they need not come again.
pub fn expect(
    tx: &Tx<'_>,
    organisation: &OrganisationId,
    record: Uuid,
    sha256: &Hash,
    bytes: u64,
    member: Uuid,
) -> Result<()> {
    let here =
        of_member(tx, organisation, sha256, member)?.iter().any(|b| b.bytes == bytes && b.state > State::Expected);
    let state = if here { State::Received } else { State::Expected };
    let sql = "INSERT INTO blob (organisation, sha256, record, bytes, member, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO NOTHING";
    let values = (&organisation.0, &sha256.0, record.as_bytes(), bytes, member.as_bytes(), state.as_str());
    tx.0.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// The blobs of this hash that `member` sends, those that are least far first.
pub fn of_member(tx: &Tx<'_>, organisation: &OrganisationId, sha256: &Hash, member: Uuid) -> Result<Vec<Blob>> {
    let sql = "SELECT record, sha256, bytes, member, state FROM blob
        WHERE organisation = ?1 AND sha256 = ?2 AND member = ?3 ORDER BY state, record";
    let mut statement = tx.0.prepare_cached(sql)?;
    let rows = statement.query_map((&organisation.0, &sha256.0, member.as_bytes()), row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The blobs of this hash, whoever sends them.
pub fn of_hash(tx: &Tx<'_>, organisation: &OrganisationId, sha256: &Hash) -> Result<Vec<Blob>> {
    let sql = "SELECT record, sha256, bytes, member, state FROM blob
        WHERE organisation = ?1 AND sha256 = ?2 ORDER BY record";
    let mut statement = tx.0.prepare_cached(sql)?;
    Ok(statement.query_map((&organisation.0, &sha256.0), row)?.collect::<rusqlite::Result<_>>()?)
}

/// Where a blob stands among those of every organisation.
pub type Place = (OrganisationId, Hash, Uuid);

/// The first blob behind `after` that was received and not read again yet, of any organisation: the verifying job's work.
/// One that cannot be vouched for now, because its log is behind or has lost its photo, waits until that is offered again.
pub fn received_after(tx: &Tx<'_>, after: Option<Place>) -> Result<Option<(OrganisationId, Blob)>> {
    let sql = "SELECT record, sha256, bytes, member, state, organisation FROM blob
        WHERE state = 'received' AND (organisation, sha256, record) > (?1, ?2, ?3)
            AND EXISTS (SELECT 1 FROM organisation AS o WHERE o.organisation = blob.organisation AND o.behind = 0)
            AND EXISTS (SELECT 1 FROM record AS r
                WHERE r.organisation = blob.organisation AND r.record = blob.record)
        ORDER BY organisation, sha256, record LIMIT 1";
    let after = match &after {
        Some((organisation, sha256, record)) => (&organisation.0[..], &sha256.0[..], &record.as_bytes()[..]),
        None => Default::default(),
    };
    let found = tx.0.prepare_cached(sql)?.query_row(after, |r| Ok((OrganisationId(r.get(5)?), row(r)?))).optional()?;
    Ok(found)
}

/// Sets the state of one photo's blob.
pub fn set_state(tx: &Tx<'_>, organisation: &OrganisationId, sha256: &Hash, record: Uuid, state: State) -> Result<()> {
    let sql = "UPDATE blob SET state = ?4 WHERE organisation = ?1 AND sha256 = ?2 AND record = ?3";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, &sha256.0, record.as_bytes(), state.as_str()))?;
    Ok(())
}

/// The log is about to be cut to its first `size` entries: bytes whose deposit goes are read and vouched for again.
pub fn cut(tx: &Tx<'_>, organisation: &OrganisationId, size: u64) -> Result<()> {
    let sql = "SELECT record, sha256, bytes, member, state FROM blob WHERE organisation = ?1 AND state = 'verified'";
    let mut statement = tx.0.prepare_cached(sql)?;
    let verified: Vec<Blob> = statement.query_map([&organisation.0], row)?.collect::<rusqlite::Result<_>>()?;
    let sql = "SELECT EXISTS (SELECT 1 FROM record WHERE organisation = ?1 AND record = ?2 AND last < ?3)";
    let mut kept = tx.0.prepare_cached(sql)?;
    for Blob { record, sha256, .. } in verified {
        let deposit = deposit::record_of(&record);
        if !kept.query_row((&organisation.0, deposit.as_bytes(), size), |row| row.get(0))? {
            set_state(tx, organisation, &sha256, record, State::Received)?;
        }
    }
    Ok(())
}

/// The parts that are on disk, in order.
pub fn parts(tx: &Tx<'_>, organisation: &OrganisationId, sha256: &Hash, member: Uuid) -> Result<Vec<u64>> {
    let sql = "SELECT part FROM part WHERE organisation = ?1 AND member = ?2 AND sha256 = ?3 ORDER BY part";
    let mut statement = tx.0.prepare_cached(sql)?;
    let rows = statement.query_map((&organisation.0, member.as_bytes(), &sha256.0), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A part is on disk.
pub fn put_part(tx: &Tx<'_>, organisation: &OrganisationId, sha256: &Hash, member: Uuid, part: u64) -> Result<()> {
    let sql = "INSERT INTO part (organisation, member, sha256, part) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, member.as_bytes(), &sha256.0, part))?;
    Ok(())
}

/// Forgets the parts.
pub fn delete_parts(tx: &Tx<'_>, organisation: &OrganisationId, sha256: &Hash, member: Uuid) -> Result<()> {
    let sql = "DELETE FROM part WHERE organisation = ?1 AND member = ?2 AND sha256 = ?3";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, member.as_bytes(), &sha256.0))?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<Blob> {
    let state: String = row.get(4)?;
    Ok(Blob {
        record: uuid(row, 0)?,
        sha256: Hash(row.get(1)?),
        bytes: row.get(2)?,
        member: uuid(row, 3)?,
        state: State::parse(&state).ok_or_else(|| damaged(4))?,
    })
}
