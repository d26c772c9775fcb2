//! Rows of the log: entries that this person may see, anchors that later history must continue, and alarms.

use std::collections::BTreeMap;

use plumbline_protocol::{DeviceId, Fault, Hash, RecordId, Uuid, action::Seen, entry::Entry, reader::Lie};
use rusqlite::{OptionalExtension, Row, params};

use super::{Tx, sql};

/// Keeps the entry at `position`.
pub fn put(c: &Tx, position: u64, entry: &Entry) -> Result<(), Fault> {
    let mut insert = c
        .prepare_cached("INSERT INTO entry (position, identity, record, bytes) VALUES (?1, ?2, ?3, ?4)")
        .map_err(sql)?;
    let record = entry.action.header().record;
    insert.execute(params![position, entry.action.identity().0, record.as_bytes(), entry.encode()]).map_err(sql)?;
    Ok(())
}

/// The entry at `position`.
pub fn get(c: &Tx, position: u64) -> Result<Option<Entry>, Fault> {
    let mut query = c.prepare_cached("SELECT bytes FROM entry WHERE position = ?1").map_err(sql)?;
    let bytes: Option<Vec<u8>> = query.query_row([position], |r| r.get(0)).optional().map_err(sql)?;
    bytes.map(|b| Entry::decode(&b).map_err(|_| Fault::corrupt("store"))).transpose()
}

/// Entries about `record`, in order of position.
pub fn of_record(c: &Tx, record: &RecordId) -> Result<Vec<(u64, Entry)>, Fault> {
    let mut query =
        c.prepare_cached("SELECT position, bytes FROM entry WHERE record = ?1 ORDER BY position").map_err(sql)?;
    read_all(query.query([record.as_bytes()]).map_err(sql)?)
}

/// The first entry about `record`.
pub fn first_of(c: &Tx, record: &RecordId) -> Result<Option<(u64, Entry)>, Fault> {
    let mut query = c
        .prepare_cached("SELECT position, bytes FROM entry WHERE record = ?1 ORDER BY position LIMIT 1")
        .map_err(sql)?;
    Ok(read_all(query.query([record.as_bytes()]).map_err(sql)?)?.into_iter().next())
}

/// At most `limit` entries from `position` on.
pub fn from(c: &Tx, position: u64, limit: u32) -> Result<Vec<(u64, Entry)>, Fault> {
    let mut query = c
        .prepare_cached("SELECT position, bytes FROM entry WHERE position >= ?1 ORDER BY position LIMIT ?2")
        .map_err(sql)?;
    read_all(query.query(params![position, limit]).map_err(sql)?)
}

/// Held entries that were not admitted, newest first.
pub fn held(c: &Tx, limit: u32) -> Result<Vec<(u64, Entry)>, Fault> {
    let mut query = c
        .prepare_cached(
            "SELECT entry.position, entry.bytes FROM held JOIN entry ON entry.position = held.position
             ORDER BY entry.position DESC LIMIT ?1",
        )
        .map_err(sql)?;
    read_all(query.query([limit]).map_err(sql)?)
}

fn read_all(mut rows: rusqlite::Rows<'_>) -> Result<Vec<(u64, Entry)>, Fault> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(sql)? {
        let bytes: Vec<u8> = row.get(1).map_err(sql)?;
        all.push((row.get(0).map_err(sql)?, Entry::decode(&bytes).map_err(|_| Fault::corrupt("store"))?));
    }
    Ok(all)
}

/// Notes the newest `seen` of a device (rule 19), and when the server received the action that has it.
pub fn put_seen(c: &Tx, device: &DeviceId, seen: &Seen, received: i64) -> Result<(), Fault> {
    let mut update = c
        .prepare_cached(
            "UPDATE chain SET seen_generation = ?2, seen_size = ?3, seen_root = ?4, received = ?5 WHERE device = ?1",
        )
        .map_err(sql)?;
    update.execute(params![device.0, seen.generation, seen.size, seen.root.0, received]).map_err(sql)?;
    Ok(())
}

/// What the newest visible action of a device told.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// When the server received it, milliseconds since 1970; none where that was not noted.
    pub received: Option<i64>,
    /// Generation and size of the log that its author had verified.
    pub seen: (u64, u64),
}

/// What was heard of each device.
pub fn heard(c: &Tx) -> Result<BTreeMap<DeviceId, Heard>, Fault> {
    let text = "SELECT device, nullif(received, 0), seen_generation, seen_size FROM chain";
    let mut query = c.prepare_cached(text).map_err(sql)?;
    let heard = |r: &Row<'_>| Ok::<_, rusqlite::Error>(Heard { received: r.get(1)?, seen: (r.get(2)?, r.get(3)?) });
    query.query_map([], |r| Ok((DeviceId(r.get(0)?), heard(r)?))).and_then(Iterator::collect).map_err(sql)
}

/// When the server last received something from each member, milliseconds since 1970.
pub fn heard_of_members(c: &Tx) -> Result<BTreeMap<Uuid, i64>, Fault> {
    // CROSS keeps the order: from the few devices to their records, never through all that concerns anybody.
    let text = "SELECT record.concerns, max(chain.received) FROM chain CROSS JOIN record ON record.id = chain.device
         WHERE chain.received > 0 AND record.concerns <> x'' GROUP BY record.concerns";
    let mut query = c.prepare_cached(text).map_err(sql)?;
    let rows: Vec<(Vec<u8>, i64)> =
        query.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).and_then(Iterator::collect).map_err(sql)?;
    let member = |id: &[u8]| Uuid::from_slice(id).map_err(|_| Fault::corrupt("store"));
    rows.iter().map(|(id, at)| Ok((member(id)?, *at))).collect()
}

/// The newest `seen` of each device that was not compared with the log yet.
pub fn unchecked_seens(c: &Tx) -> Result<Vec<(DeviceId, Seen)>, Fault> {
    let text = "SELECT device, seen_generation, seen_size, seen_root FROM chain WHERE seen_root <> x''";
    let mut query = c.prepare_cached(text).map_err(sql)?;
    let seen =
        |r: &Row<'_>| Ok::<_, rusqlite::Error>(Seen { generation: r.get(1)?, size: r.get(2)?, root: Hash(r.get(3)?) });
    query.query_map([], |r| Ok((DeviceId(r.get(0)?), seen(r)?))).and_then(Iterator::collect).map_err(sql)
}

/// Notes that a device's newest `seen` is on this log.
pub fn put_checked(c: &Tx, device: &DeviceId) -> Result<(), Fault> {
    let mut update = c.prepare_cached("UPDATE chain SET seen_root = x'' WHERE device = ?1").map_err(sql)?;
    update.execute([device.0]).map_err(sql)?;
    Ok(())
}

/// A size and root that later history must continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Generation, size and root.
    pub seen: Seen,
    /// The signed checkpoint that promised them; empty where none was kept.
    pub checkpoint: String,
}

/// Keeps an anchor.
pub fn put_anchor(c: &Tx, anchor: &Anchor) -> Result<(), Fault> {
    let mut insert = c
        .prepare_cached("INSERT OR IGNORE INTO anchor (generation, size, root, checkpoint) VALUES (?1, ?2, ?3, ?4)")
        .map_err(sql)?;
    let Anchor { seen, checkpoint } = anchor;
    insert.execute(params![seen.generation, seen.size, seen.root.0, checkpoint]).map_err(sql)?;
    Ok(())
}

/// The anchors, smallest first.
pub fn anchors(c: &Tx) -> Result<Vec<Anchor>, Fault> {
    let mut query =
        c.prepare_cached("SELECT generation, size, root, checkpoint FROM anchor ORDER BY size").map_err(sql)?;
    query
        .query_map([], |r| {
            let seen = Seen { generation: r.get(0)?, size: r.get(1)?, root: Hash(r.get(2)?) };
            Ok(Anchor { seen, checkpoint: r.get(3)? })
        })
        .and_then(Iterator::collect)
        .map_err(sql)
}

/// Forgets an anchor that history was shown to continue.
pub fn drop_anchor(c: &Tx, seen: &Seen) -> Result<(), Fault> {
    c.execute(
        "DELETE FROM anchor WHERE generation = ?1 AND size = ?2 AND root = ?3",
        params![seen.generation, seen.size, seen.root.0],
    )
    .map_err(sql)?;
    Ok(())
}

/// Puts a page of a pull from 0 aside.
pub fn put_staged(c: &Tx, number: u64, packed: &[u8]) -> Result<(), Fault> {
    let mut insert = c.prepare_cached("INSERT INTO stage (number, message) VALUES (?1, ?2)").map_err(sql)?;
    insert.execute(params![number, packed]).map_err(sql)?;
    Ok(())
}

/// A page that was put aside.
pub fn staged(c: &Tx, number: u64) -> Result<Vec<u8>, Fault> {
    let mut query = c.prepare_cached("SELECT message FROM stage WHERE number = ?1").map_err(sql)?;
    query.query_row([number], |r| r.get(0)).map_err(sql)
}

/// Forgets the pages that were put aside.
pub fn clear_stage(c: &Tx) -> Result<(), Fault> {
    c.execute("DELETE FROM stage", []).map_err(sql)?;
    Ok(())
}

/// An alarm that was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its number on this device.
    pub id: i64,
    /// When, by this device's clock, milliseconds since 1970.
    pub at: i64,
    /// What kind of lie.
    pub code: String,
    /// Where in the log.
    pub position: Option<u64>,
    /// In words.
    pub text: String,
}

/// Both versions of what an alarm is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Signed checkpoints that this device had believed.
    pub believed: Vec<String>,
    /// The message that raised the alarm, as it came; empty where there was none or no room for it.
    pub message: Vec<u8>,
}

/// Alarms that are kept; the first ones say what happened, and a liar must not fill the disk with others.
const MOST_ALARMS: u32 = 100;
/// Bytes of messages that are kept with alarms.
const MOST_EVIDENCE: usize = 32 * 1024 * 1024;

/// Keeps an alarm with its evidence, once for each text.
pub fn put_alarm(c: &Tx, at: i64, lie: &Lie, evidence: &Evidence) -> Result<(), Fault> {
    let position = lie.position.map_or(-1, |p| i64::try_from(p).unwrap_or(i64::MAX));
    let kept: usize = c.query_row("SELECT COALESCE(SUM(LENGTH(page)), 0) FROM alarm", [], |r| r.get(0)).map_err(sql)?;
    let room = evidence.message.len() <= MOST_EVIDENCE.saturating_sub(kept);
    let message = if room { evidence.message.as_slice() } else { &[] };
    let believed = serde_json::to_string(&evidence.believed).unwrap_or_default();
    c.execute(
        "INSERT INTO alarm (at, code, position, text, page, believed) SELECT ?1, ?2, ?3, ?4, ?5, ?6
         WHERE NOT EXISTS (SELECT 1 FROM alarm WHERE code = ?2 AND position = ?3 AND text = ?4)
             AND (SELECT COUNT(*) FROM alarm) < ?7",
        params![at, lie.code.to_string(), position, lie.sentence(), message, believed, MOST_ALARMS],
    )
    .map_err(sql)?;
    Ok(())
}

/// Keeps an alarm as it was kept in another store, once. No others come than were kept there, so there are never too many.
pub fn keep_alarm(c: &Tx, alarm: &Alarm, evidence: &Evidence) -> Result<(), Fault> {
    let position = alarm.position.map_or(-1, |p| i64::try_from(p).unwrap_or(i64::MAX));
    let believed = serde_json::to_string(&evidence.believed).unwrap_or_default();
    c.execute(
        "INSERT INTO alarm (at, code, position, text, page, believed) SELECT ?1, ?2, ?3, ?4, ?5, ?6
         WHERE NOT EXISTS (
             SELECT 1 FROM alarm WHERE at = ?1 AND code = ?2 AND position = ?3 AND text = ?4 AND page = ?5)",
        params![alarm.at, alarm.code, position, alarm.text, evidence.message, believed],
    )
    .map_err(sql)?;
    Ok(())
}

/// What was kept with the alarms of this code, newest first.
pub fn alarm_pages(c: &Tx, code: &str) -> Result<Vec<Vec<u8>>, Fault> {
    let mut query =
        c.prepare_cached("SELECT page FROM alarm WHERE code = ?1 ORDER BY id DESC LIMIT 100").map_err(sql)?;
    query.query_map([code], |r| r.get(0)).and_then(Iterator::collect).map_err(sql)
}

/// The alarms, newest first.
pub fn alarms(c: &Tx) -> Result<Vec<Alarm>, Fault> {
    let mut query = c.prepare_cached("SELECT id, at, code, position, text FROM alarm ORDER BY id DESC").map_err(sql)?;
    query
        .query_map([], |r| {
            let position: i64 = r.get(3)?;
            let position = u64::try_from(position).ok();
            Ok(Alarm { id: r.get(0)?, at: r.get(1)?, code: r.get(2)?, position, text: r.get(4)? })
        })
        .and_then(Iterator::collect)
        .map_err(sql)
}

/// What was kept with an alarm.
pub fn evidence(c: &Tx, alarm: i64) -> Result<Option<Evidence>, Fault> {
    let found: Option<(String, Vec<u8>)> = c
        .query_row("SELECT believed, page FROM alarm WHERE id = ?1", [alarm], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()
        .map_err(sql)?;
    let read = |(believed, message): (String, _)| {
        let believed = serde_json::from_str(&believed).map_err(|_| Fault::corrupt("store"))?;
        Ok(Evidence { believed, message })
    };
    found.map(read).transpose()
}
