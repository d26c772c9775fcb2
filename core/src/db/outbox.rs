//! Rows of the outbox: what this device signed and the confirmed state does not have yet, in the order of its chain. The
//! store authenticates every page, so what it signed is not verified at each reading; the server does that.

use plumbline_protocol::{Fault, Hash, RecordId, action::Action};
use rusqlite::{Row, params};

use super::{Tx, sql};

/// Where a signed action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Not acknowledged by the server yet.
    Waiting,
    /// In the log and applied; the pull has not passed it yet.
    Logged,
    /// In the log without effect; an administrator can admit it.
    Held,
    /// Refused without an entry.
    Refused,
}

impl State {
    /// The column's word.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Logged => "logged",
            State::Held => "held",
            State::Refused => "refused",
        }
    }

    pub(super) fn parse(word: &str) -> Option<State> {
        [State::Waiting, State::Logged, State::Held, State::Refused].into_iter().find(|s| s.as_str() == word)
    }
}

/// A row.
#[derive(Debug, Clone)]
pub struct Item {
    /// Order of signing.
    pub id: i64,
    /// The action.
    pub action: Action,
    /// When it was signed, by this device's clock, milliseconds since 1970.
    pub made: i64,
    /// Where it stands.
    pub state: State,
    /// Its position, once it is in the log.
    pub position: Option<u64>,
    /// How often it was sent.
    pub attempts: u32,
    /// Why it is held or refused, as the JSON of a fault or held code; else empty.
    pub fault: String,
}

const COLUMNS: &str = "id, bytes, made, state, position, attempts, fault";

/// Queues a signed action.
pub fn put(c: &Tx, action: &Action, made: i64) -> Result<(), Fault> {
    let mut insert =
        c.prepare_cached("INSERT INTO outbox (hash, record, bytes, made) VALUES (?1, ?2, ?3, ?4)").map_err(sql)?;
    let record = action.header().record;
    insert.execute(params![action.hash().0, record.as_bytes(), action.encode(), made]).map_err(sql)?;
    Ok(())
}

/// Rows in one state, in order, at most `limit` after row `after`.
pub fn in_state(c: &Tx, state: State, after: i64, limit: u32) -> Result<Vec<Item>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM outbox WHERE state = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    collect(query.query(params![state.as_str(), after, limit]).map_err(sql)?)
}

/// Every row, in order.
pub fn all(c: &Tx) -> Result<Vec<Item>, Fault> {
    let mut query = c.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox ORDER BY id")).map_err(sql)?;
    collect(query.query([]).map_err(sql)?)
}

/// Rows about `record` that are shown on top of its confirmed state, in order of position, then of signing (rule 20).
pub fn pending_of(c: &Tx, record: &RecordId) -> Result<Vec<Item>, Fault> {
    let text = format!(
        "SELECT {COLUMNS} FROM outbox WHERE record = ?1 AND state IN ('waiting', 'logged')
         ORDER BY CASE WHEN position < 0 THEN 1 ELSE 0 END, position, id"
    );
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    collect(query.query([record.as_bytes()]).map_err(sql)?)
}

/// Number of rows in one state.
pub fn count(c: &Tx, state: State) -> Result<u64, Fault> {
    let mut query = c.prepare_cached("SELECT count(*) FROM outbox WHERE state = ?1").map_err(sql)?;
    query.query_row([state.as_str()], |r| r.get(0)).map_err(sql)
}

/// A number above that of every row so far, in constant time: what is signed next is shown at so many places past the end
/// of the log, and so on top of all that waits.
pub fn next(c: &Tx) -> Result<u64, Fault> {
    let mut query = c.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM outbox").map_err(sql)?;
    query.query_row([], |r| r.get(0)).map_err(sql)
}

/// Notes what became of an action.
pub fn settle(c: &Tx, hash: &Hash, state: State, position: Option<u64>, fault: &str) -> Result<(), Fault> {
    let position = position.map_or(-1, |p| i64::try_from(p).unwrap_or(i64::MAX));
    let mut update =
        c.prepare_cached("UPDATE outbox SET state = ?2, position = ?3, fault = ?4 WHERE hash = ?1").map_err(sql)?;
    update.execute(params![hash.0, state.as_str(), position, fault]).map_err(sql)?;
    Ok(())
}

/// All that was in the log waits again: the positions were those of a log that is read anew.
pub fn unlog(c: &Tx) -> Result<(), Fault> {
    c.execute("UPDATE outbox SET state = 'waiting', position = -1 WHERE state = 'logged'", []).map_err(sql)?;
    Ok(())
}

/// True when this action is in the outbox.
pub fn contains(c: &Tx, hash: &Hash) -> Result<bool, Fault> {
    c.prepare_cached("SELECT 1 FROM outbox WHERE hash = ?1").and_then(|mut q| q.exists([hash.0])).map_err(sql)
}

/// Counts one more try to send.
pub fn tried(c: &Tx, hash: &Hash) -> Result<(), Fault> {
    let mut update = c.prepare_cached("UPDATE outbox SET attempts = attempts + 1 WHERE hash = ?1").map_err(sql)?;
    update.execute([hash.0]).map_err(sql)?;
    Ok(())
}

/// Takes out an action; returns whether it was there.
pub fn remove(c: &Tx, hash: &Hash) -> Result<bool, Fault> {
    let mut delete = c.prepare_cached("DELETE FROM outbox WHERE hash = ?1").map_err(sql)?;
    Ok(delete.execute([hash.0]).map_err(sql)? > 0)
}

/// Takes out what is in the log and below `size`: the confirmed state has it now. Says which records it was about.
pub fn passed(c: &Tx, size: u64) -> Result<Vec<RecordId>, Fault> {
    let mut delete = c
        .prepare_cached("DELETE FROM outbox WHERE state = 'logged' AND position < ?1 RETURNING record")
        .map_err(sql)?;
    let records: Vec<Vec<u8>> = delete.query_map([size], |r| r.get(0)).and_then(Iterator::collect).map_err(sql)?;
    records.iter().map(|id| RecordId::from_slice(id).map_err(|_| Fault::corrupt("store"))).collect()
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Item>, Fault> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(sql)? {
        all.push(read(row)?);
    }
    Ok(all)
}

fn read(row: &Row<'_>) -> Result<Item, Fault> {
    let bytes: Vec<u8> = row.get(1).map_err(sql)?;
    let state: String = row.get(3).map_err(sql)?;
    let position: i64 = row.get(4).map_err(sql)?;
    Ok(Item {
        id: row.get(0).map_err(sql)?,
        action: Action::stored(&bytes).map_err(|_| Fault::corrupt("store"))?,
        made: row.get(2).map_err(sql)?,
        state: State::parse(&state).ok_or_else(|| Fault::corrupt("store"))?,
        position: u64::try_from(position).ok(),
        attempts: row.get(5).map_err(sql)?,
        fault: row.get(6).map_err(sql)?,
    })
}
