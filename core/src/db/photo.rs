//! Rows of photographs' files on this device: which sealed files there are, and what is still to be done with them.
//!
//! Invariant: a row is written in the transaction of the action that made its record, and nothing is done that its `due`
//! columns do not say: so both queues, thumbnails and uploads, survive whatever happens to the process.

use std::collections::BTreeSet;

use plumbline_protocol::{Fault, Hash, Uuid};
use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

use super::{Tx, sql};
use crate::files::{FileKey, SealedBlob};

/// What opens a sealed file.
#[derive(Clone)]
pub struct Sealed {
    /// Its name in the folder.
    pub name: String,
    /// Its own key.
    pub key: FileKey,
}

/// The files of one photograph. It has no `Debug`: it holds their keys.
pub struct Photo {
    /// The photograph.
    pub record: Uuid,
    /// SHA-256 of the original.
    pub sha256: Hash,
    /// Its length.
    pub bytes: u64,
    /// The original, while it is here.
    pub original: Option<Sealed>,
    /// The thumbnail, once it was made.
    pub thumbnail: Option<Sealed>,
    /// True when the server said that it has every byte.
    pub received: bool,
    /// What stands in the way of thumbnail or upload, as the JSON of a fault; else empty.
    pub fault: String,
    /// True while its thumbnail is to be made in its turn.
    pub thumb_due: bool,
}

/// What is on its way to the server, or does not get there.
pub struct Upload {
    /// The photograph.
    pub record: Uuid,
    /// Length of its original.
    pub bytes: u64,
    /// How often sending it failed.
    pub attempts: u32,
    /// What stood in the way the last time, as the JSON of a fault; else empty.
    pub fault: String,
}

const COLUMNS: &str = "record, sha256, bytes, name, key, thumb_name, thumb_key, state, fault, thumb_due";

/// Keeps a new original, its thumbnail and its upload due.
pub fn put(c: &Tx, record: &Uuid, original: &SealedBlob) -> Result<(), Fault> {
    let mut insert = c
        .prepare_cached(
            "INSERT INTO photo (record, sha256, bytes, name, key, thumb_due, upload_due) VALUES (?1, ?2, ?3, ?4, ?5, 1, 1)",
        )
        .map_err(sql)?;
    let SealedBlob { name, key, sha256, bytes } = original;
    insert.execute(params![record.as_bytes(), sha256.0, bytes, name, key.as_slice()]).map_err(sql)?;
    Ok(())
}

/// Keeps an original that came from the server in the place of `old`, the lost file that was here, empty where none was.
/// False when there is another one by now: then nothing changed.
pub fn put_copy(c: &Tx, record: &Uuid, original: &SealedBlob, old: &str) -> Result<bool, Fault> {
    let mut upsert = c
        .prepare_cached(
            "INSERT INTO photo (record, sha256, bytes, name, key, state) VALUES (?1, ?2, ?3, ?4, ?5, 'copy')
             ON CONFLICT (record) DO UPDATE SET name = ?4, key = ?5 WHERE name = ?6",
        )
        .map_err(sql)?;
    let SealedBlob { name, key, sha256, bytes } = original;
    let changed = upsert.execute(params![record.as_bytes(), sha256.0, bytes, name, key.as_slice(), old]);
    Ok(changed.map_err(sql)? > 0)
}

/// Keeps the thumbnail of a photograph of these bytes, or why there is none, in the place of `old` as [`put_copy`] does.
pub fn put_copy_thumb(
    c: &Tx,
    record: &Uuid,
    of: (&Hash, u64),
    thumbnail: Option<&SealedBlob>,
    old: &str,
    fault: &str,
) -> Result<bool, Fault> {
    let (name, key) = thumbnail.map_or(("", [].as_slice()), |t| (&t.name, t.key.as_slice()));
    let mut upsert = c
        .prepare_cached(
            "INSERT INTO photo (record, sha256, bytes, thumb_name, thumb_key, state, fault)
             VALUES (?1, ?2, ?3, ?4, ?5, 'copy', ?7)
             ON CONFLICT (record) DO UPDATE SET thumb_name = ?4, thumb_key = ?5, thumb_due = 0,
                 fault = CASE WHEN ?7 = '' THEN fault ELSE ?7 END
             WHERE thumb_name = ?6",
        )
        .map_err(sql)?;
    let (sha256, bytes) = of;
    let changed = upsert.execute(params![record.as_bytes(), sha256.0, bytes, name, key, old, fault]);
    Ok(changed.map_err(sql)? > 0)
}

/// What of this device's own the server does not have yet, or was not taken in.
pub fn uploads(c: &Tx) -> Result<Vec<Upload>, Fault> {
    let text = "SELECT record, bytes, attempts, fault FROM photo WHERE state = 'local' ORDER BY record";
    let mut query = c.prepare_cached(text).map_err(sql)?;
    let mut rows = query.query([]).map_err(sql)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(sql)? {
        all.push(Upload {
            record: uuid(&row.get::<_, Vec<u8>>(0).map_err(sql)?)?,
            bytes: row.get(1).map_err(sql)?,
            attempts: row.get(2).map_err(sql)?,
            fault: row.get(3).map_err(sql)?,
        });
    }
    Ok(all)
}

/// Number of originals on this device, and the names of the thumbnails' files.
pub fn kept(c: &Tx) -> Result<(u64, BTreeSet<String>), Fault> {
    let originals = c.query_row("SELECT count(*) FROM photo WHERE name <> ''", [], |r| r.get(0)).map_err(sql)?;
    let mut query = c.prepare_cached("SELECT thumb_name FROM photo WHERE thumb_name <> ''").map_err(sql)?;
    let thumbnails = query.query_map([], |r| r.get(0)).and_then(Iterator::collect).map_err(sql)?;
    Ok((originals, thumbnails))
}

/// The files of a photograph, where this device has any.
pub fn get(c: &Tx, record: &Uuid) -> Result<Option<Photo>, Fault> {
    let mut query = c.prepare_cached(&format!("SELECT {COLUMNS} FROM photo WHERE record = ?1")).map_err(sql)?;
    query.query_row([record.as_bytes()], |row| Ok(read(row))).optional().map_err(sql)?.transpose()
}

/// Names of all sealed files that a row knows: every other one in the folder is an orphan.
pub fn names(c: &Tx) -> Result<BTreeSet<String>, Fault> {
    let text = "SELECT name FROM photo WHERE name <> '' UNION SELECT thumb_name FROM photo WHERE thumb_name <> ''";
    let mut query = c.prepare_cached(text).map_err(sql)?;
    query.query_map([], |r| r.get(0)).and_then(Iterator::collect).map_err(sql)
}

/// The first photograph after `after` whose thumbnail is due.
pub fn thumb_due(c: &Tx, after: Option<&Uuid>) -> Result<Option<Photo>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM photo WHERE thumb_due = 1 AND record > ?1 ORDER BY record LIMIT 1");
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    let after = after.map(|id| id.as_bytes().as_slice()).unwrap_or_default();
    query.query_row([after], |row| Ok(read(row))).optional().map_err(sql)?.transpose()
}

/// The thumbnail was made, or there will be none. False when it was not due any more: then nothing changed.
pub fn put_thumb(c: &Tx, record: &Uuid, thumbnail: Option<&SealedBlob>, fault: &str) -> Result<bool, Fault> {
    let (name, key) = thumbnail.map_or(("", [].as_slice()), |t| (&t.name, t.key.as_slice()));
    let mut update = c
        .prepare_cached(
            "UPDATE photo SET thumb_name = ?2, thumb_key = ?3, thumb_due = 0,
                 fault = CASE WHEN ?4 = '' THEN fault ELSE ?4 END
             WHERE record = ?1 AND thumb_due = 1",
        )
        .map_err(sql)?;
    Ok(update.execute(params![record.as_bytes(), name, key, fault]).map_err(sql)? > 0)
}

/// Photographs whose bytes are due at the server and whose action it has logged, applied or held.
pub fn upload_due(c: &Tx) -> Result<Vec<Uuid>, Fault> {
    // A chain is logged in order, so the photograph is in the log as soon as anything of this device about it is. Who may
    // no longer see it has no entry of it either: there it was logged if nothing about it waits.
    let text = "SELECT record FROM photo WHERE upload_due = 1 AND (
            EXISTS (SELECT 1 FROM entry WHERE entry.record = photo.record)
            OR EXISTS (SELECT 1 FROM outbox WHERE outbox.record = photo.record AND outbox.state IN ('logged', 'held'))
            OR NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.record = photo.record))
        ORDER BY record";
    let mut query = c.prepare_cached(text).map_err(sql)?;
    let ids: Vec<[u8; 16]> = query.query_map([], |r| r.get(0)).and_then(Iterator::collect).map_err(sql)?;
    ids.iter().map(|id| uuid(id)).collect()
}

/// The first `limit` photographs after `after` that the server has received, as far as it was asked, and whose deposit was not
/// seen yet.
pub fn received_only(c: &Tx, after: Option<&Uuid>, limit: u32) -> Result<Vec<Photo>, Fault> {
    let text = format!(
        "SELECT {COLUMNS} FROM photo WHERE state = 'received' AND name <> '' AND record > ?1 ORDER BY record LIMIT ?2"
    );
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    let after = after.map(|id| id.as_bytes().as_slice()).unwrap_or_default();
    let photos = query.query_map(params![after, limit], |row| Ok(read(row))).map_err(sql)?;
    photos.map(|photo| photo.map_err(sql)?).collect()
}

/// The log has the server's deposit: there is nothing more to ask.
pub fn deposited(c: &Tx, record: &Uuid) -> Result<(), Fault> {
    set_state(c, record, "deposited", false)
}

/// The server does not have the bytes, or not any more: they are due again.
pub fn send_again(c: &Tx, record: &Uuid) -> Result<(), Fault> {
    set_state(c, record, "local", true)
}

fn set_state(c: &Tx, record: &Uuid, state: &str, due: bool) -> Result<(), Fault> {
    let mut update = c.prepare_cached("UPDATE photo SET state = ?2, upload_due = ?3 WHERE record = ?1").map_err(sql)?;
    update.execute(params![record.as_bytes(), state, due]).map_err(sql)?;
    Ok(())
}

/// Number of photographs whose bytes the server does not have.
pub fn unsent(c: &Tx) -> Result<u64, Fault> {
    c.query_row("SELECT count(*) FROM photo WHERE upload_due = 1", [], |r| r.get(0)).map_err(sql)
}

/// The server has every byte.
pub fn received(c: &Tx, record: &Uuid) -> Result<(), Fault> {
    let mut update = c
        .prepare_cached("UPDATE photo SET state = 'received', upload_due = 0, fault = '' WHERE record = ?1")
        .map_err(sql)?;
    update.execute([record.as_bytes()]).map_err(sql)?;
    Ok(())
}

/// Photographs whose originals are here and did not come from the server.
pub fn originals(c: &Tx) -> Result<Vec<Photo>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM photo WHERE name <> '' AND state <> 'copy' ORDER BY record");
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    let photos = query.query_map([], |row| Ok(read(row))).map_err(sql)?;
    photos.map(|photo| photo.map_err(sql)?).collect()
}

/// An upload failed; `again` says whether trying again may help.
pub fn upload_failed(c: &Tx, record: &Uuid, fault: &str, again: bool) -> Result<(), Fault> {
    let mut update = c
        .prepare_cached("UPDATE photo SET attempts = attempts + 1, fault = ?2, upload_due = ?3 WHERE record = ?1")
        .map_err(sql)?;
    update.execute(params![record.as_bytes(), fault, again]).map_err(sql)?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Photo, Fault> {
    let sealed = |name: usize, key: usize| {
        let name: String = row.get(name).map_err(sql)?;
        if name.is_empty() {
            return Ok(None);
        }
        Ok::<_, Fault>(Some(Sealed { name, key: Zeroizing::new(row.get(key).map_err(sql)?) }))
    };
    let state: String = row.get(7).map_err(sql)?;
    Ok(Photo {
        record: uuid(&row.get::<_, Vec<u8>>(0).map_err(sql)?)?,
        sha256: Hash(row.get(1).map_err(sql)?),
        bytes: row.get(2).map_err(sql)?,
        original: sealed(3, 4)?,
        thumbnail: sealed(5, 6)?,
        received: matches!(state.as_str(), "received" | "deposited"),
        fault: row.get(8).map_err(sql)?,
        thumb_due: row.get(9).map_err(sql)?,
    })
}

fn uuid(bytes: &[u8]) -> Result<Uuid, Fault> {
    Uuid::from_slice(bytes).map_err(|_| Fault::corrupt("store"))
}
