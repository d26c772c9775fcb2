//! Rows of entries that a restore did not continue: evidence, and work to be offered again (spine rule 23).

use plumbline_protocol::{Fault, entry::Entry};
use rusqlite::params;

use super::{Tx, sql};

/// Where such an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The new generation has it.
    Logged,
    /// Its device's chain went on without it.
    Passed,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Superseded {
    /// The generation in which it was.
    pub generation: u64,
    /// Its position there.
    pub position: u64,
    /// The entry as it was.
    pub entry: Entry,
}

/// Sets the whole log aside, before it is read anew. Where a store was rebuilt without knowing its generation, some of that
/// may stand here already.
pub fn set_aside(c: &Tx, generation: u64) -> Result<(), Fault> {
    let text = "INSERT OR IGNORE INTO superseded (generation, position, record, identity, bytes)
        SELECT ?1, position, record, identity, bytes FROM entry";
    c.execute(text, [generation]).map_err(sql)?;
    Ok(())
}

/// Keeps one as it was kept in another store; it is due until it is found in the log.
pub fn put(c: &Tx, row: &Superseded) -> Result<(), Fault> {
    let text = "INSERT OR IGNORE INTO superseded (generation, position, record, identity, bytes)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let Superseded { generation, position, entry } = row;
    let (record, identity) = (entry.action.header().record, entry.action.identity());
    let values = params![generation, position, record.as_bytes(), identity.0, entry.encode()];
    c.execute(text, values).map_err(sql)?;
    Ok(())
}

/// Compares what was set aside with the log that was read, as far as it was to be continued, and forgets what agrees. False
/// when an entry below `base` came back changed.
pub fn continued(c: &Tx, generation: u64, base: u64) -> Result<bool, Fault> {
    let text = "SELECT EXISTS (SELECT 1 FROM superseded JOIN entry ON entry.position = superseded.position
        WHERE superseded.generation = ?1 AND superseded.position < ?2 AND superseded.bytes <> entry.bytes)";
    let differs: bool = c.query_row(text, params![generation, base], |r| r.get(0)).map_err(sql)?;
    c.execute("DELETE FROM superseded WHERE generation = ?1 AND position < ?2", params![generation, base])
        .map_err(sql)?;
    Ok(!differs)
}

/// Notes which of them the log has by now, under whatever entry.
pub fn note_logged(c: &Tx) -> Result<(), Fault> {
    let text = "UPDATE superseded SET state = 'logged' WHERE state = 'due'
        AND EXISTS (SELECT 1 FROM entry
            WHERE entry.record = superseded.record AND entry.identity = superseded.identity)";
    c.execute(text, []).map_err(sql)?;
    Ok(())
}

/// At most `limit` that the log does not have, in order, after this one.
pub fn due(c: &Tx, after: Option<(u64, u64)>, limit: u32) -> Result<Vec<Superseded>, Fault> {
    let text = "SELECT generation, position, bytes FROM superseded
        WHERE state = 'due' AND (generation, position) > (?1, ?2) ORDER BY generation, position LIMIT ?3";
    let mut query = c.prepare_cached(text).map_err(sql)?;
    let (generation, position) = after.map_or((-1, -1), |(g, p)| (to_i64(g), to_i64(p)));
    let mut rows = query.query(params![generation, position, limit]).map_err(sql)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(sql)? {
        let bytes: Vec<u8> = row.get(2).map_err(sql)?;
        all.push(Superseded {
            generation: row.get(0).map_err(sql)?,
            position: row.get(1).map_err(sql)?,
            entry: Entry::decode(&bytes).map_err(|_| Fault::corrupt("store"))?,
        });
    }
    Ok(all)
}

/// Notes what became of one.
pub fn settle(c: &Tx, row: &Superseded, state: State) -> Result<(), Fault> {
    let word = match state {
        State::Logged => "logged",
        State::Passed => "passed",
    };
    let mut update =
        c.prepare_cached("UPDATE superseded SET state = ?3 WHERE generation = ?1 AND position = ?2").map_err(sql)?;
    update.execute(params![row.generation, row.position, word]).map_err(sql)?;
    Ok(())
}

fn to_i64(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
