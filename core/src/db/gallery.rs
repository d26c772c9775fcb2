//! Photographs as they are listed: by moment, project, person, words and state of custody, over indexes of their own.
//!
//! Invariant: the columns `author` and `deposited` of a photograph say what its state, its maker's device and the deposit in
//! the log say; they are written with every state (`db/record`) and here for stores that had none.

use std::collections::HashMap;

use plumbline_protocol::{
    Fault, Hash, RecordId, Uuid,
    fold::{Book, FieldState, Record},
    judge,
    record::{deposit, photo},
    time::Interval,
};
use rusqlite::{OptionalExtension, Row, params, types::Value};

use super::{
    Tx,
    book::StoreBook,
    meta,
    record::{self, Layer, Place, Shown},
    sql,
};

/// Photographs that are filled at once.
const BATCH: u32 = 1000;
const COLUMNS: &str = "r.id, r.last, r.state, r.shown, r.sort, r.row, r.author, r.deposited, p.state, p.name <> '',
    p.thumb_name <> '', p.fault";

/// What a record must say to be shown as a photograph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// SHA-256 of the original.
    pub sha256: Hash,
    /// Its length.
    pub bytes: u64,
    /// When it was taken or imported.
    pub at: Interval,
    /// True for one of our own camera.
    pub camera: bool,
}

/// A photograph with what its rows add.
pub struct Found {
    /// The record as it is shown.
    pub shown: Shown,
    /// The member whose device made it.
    pub author: Option<Uuid>,
    /// True when the log has the deposit of its bytes.
    pub deposited: bool,
    /// True when the server said that it has every byte.
    pub received: bool,
    /// True when the original is here.
    pub original: bool,
    /// True when a thumbnail is.
    pub thumbnail: bool,
    /// What stood in the way of thumbnail or upload, as the JSON of a fault; else empty.
    pub fault: String,
}

/// Where the bytes must be known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Nowhere but on the device that made it.
    Device,
    /// At the server, which has not deposited it.
    Received,
    /// At the server, by its deposit.
    Deposited,
}

/// Which photographs.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this project.
    pub project: Option<Uuid>,
    /// Of this member.
    pub author: Option<Uuid>,
    /// With a moment of at least this.
    pub from: Option<i64>,
    /// With a moment below this.
    pub to: Option<i64>,
    /// With every one of these words, or words that begin so; no condition when empty.
    pub words: Vec<String>,
    /// Whose bytes are there.
    pub at: Option<At>,
    /// Withdrawn ones too.
    pub withdrawn: bool,
    /// After this place, in a list that goes from new to old.
    pub before: Option<Place>,
}

/// The facts of a photograph; none for a record that is none, or one by a newer version.
pub fn facts(record: &Record) -> Option<Facts> {
    if record.kind != photo::KIND.name {
        return None;
    }
    let camera = match record.text(photo::SOURCE)? {
        "camera" => true,
        "import" => false,
        _ => return None,
    };
    let (sha256, bytes) = (Hash(record.key(photo::SHA256)?), length(record)?);
    Some(Facts { sha256, bytes, at: record.interval(photo::AT)?, camera })
}

/// The member whose device made the photograph; none for other records. What no log has yet is this device's own.
pub(super) fn author(c: &Tx, book: &mut dyn Book, record: &Record) -> Result<Option<Uuid>, Fault> {
    let Some(FieldState::Last { shown, .. }) =
        Some(record).filter(|r| r.kind == photo::KIND.name).and_then(|r| r.field(photo::SHA256))
    else {
        return Ok(None);
    };
    match judge::member_of(book, &shown.device)? {
        Some(member) => Ok(Some(member)),
        None => Ok(meta::identity(c)?.map(|identity| identity.member)),
    }
}

/// The column `deposited` of a record's row.
pub(super) fn column(c: &Tx, id: &RecordId, record: &Record) -> Result<i64, Fault> {
    match (facts(record), id.uuid()) {
        (Some(facts), Some(id)) => Ok(deposited(c, &id, &facts.sha256, facts.bytes)?.into()),
        _ => Ok(-1),
    }
}

/// Says at the photograph that the log has this deposit of it.
pub(super) fn put_deposit(c: &Tx, deposit: &Record) -> Result<(), Fault> {
    let Some(id) = deposit.uuid(deposit::PHOTO).map(RecordId::from) else { return Ok(()) };
    let photo = record::get(c, &id, Layer::Shown)?.and_then(|r| facts(&r));
    if photo.is_some_and(|facts| names(deposit, &facts.sha256, facts.bytes)) {
        let mut update = c.prepare_cached("UPDATE record SET deposited = 1 WHERE id = ?1").map_err(sql)?;
        update.execute([id.as_bytes()]).map_err(sql)?;
    }
    Ok(())
}

/// Whether the log has the server's word that it read these bytes of the photograph again.
pub fn deposited(c: &Tx, photo: &Uuid, sha256: &Hash, bytes: u64) -> Result<bool, Fault> {
    let deposit = record::get(c, &RecordId::from(deposit::record_of(photo)), Layer::Confirmed)?;
    Ok(deposit.is_some_and(|d| d.kind == deposit::KIND.name && names(&d, sha256, bytes)))
}

fn names(deposit: &Record, sha256: &Hash, bytes: u64) -> bool {
    deposit.key(deposit::SHA256) == Some(sha256.0) && length(deposit) == Some(bytes)
}

/// The length that a photograph or a deposit names: both call it `bytes`.
fn length(record: &Record) -> Option<u64> {
    u64::try_from(record.value(photo::BYTES)?.int()?).ok()
}

/// One photograph.
pub fn get(c: &Tx, id: &Uuid) -> Result<Option<Found>, Fault> {
    let text = format!(
        "SELECT {COLUMNS} FROM record r LEFT JOIN photo p ON p.record = r.id WHERE r.id = ?1 AND r.deposited >= 0"
    );
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    let found = query.query_row([id.as_bytes()], |row| Ok(read(row))).optional().map_err(sql)?;
    found.transpose().map(Option::flatten)
}

/// The newest photographs that pass `filter`, at most `limit`.
pub fn list(c: &Tx, filter: &Filter, limit: u32) -> Result<Vec<Found>, Fault> {
    let (conditions, mut values) = conditions(filter);
    let text = format!(
        "SELECT {COLUMNS} FROM record r LEFT JOIN photo p ON p.record = r.id WHERE {conditions}
         ORDER BY r.sort DESC, r.row DESC LIMIT :limit"
    );
    values.push((":limit", i64::from(limit).into()));
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    let mut rows = query.query(named(&values).as_slice()).map_err(sql)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(sql)? {
        all.extend(read(row)?);
    }
    Ok(all)
}

/// Hands the moments of all photographs that pass `filter` to `each`, newest first: read from an index alone.
pub fn moments(c: &Tx, filter: &Filter, each: &mut dyn FnMut(i64)) -> Result<(), Fault> {
    let (conditions, values) = conditions(filter);
    let files = match filter.at {
        Some(At::Device | At::Received) => "LEFT JOIN photo p ON p.record = r.id",
        _ => "",
    };
    let text = format!("SELECT r.sort FROM record r {files} WHERE {conditions} ORDER BY r.sort DESC");
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    let mut rows = query.query(named(&values).as_slice()).map_err(sql)?;
    while let Some(row) = rows.next().map_err(sql)? {
        each(row.get(0).map_err(sql)?);
    }
    Ok(())
}

/// The conditions as SQL over `r` (record) and `p` (photo), with their values.
fn conditions(filter: &Filter) -> (String, Vec<(&'static str, Value)>) {
    // Both stand here as the indexes have them, or SQLite takes none of them.
    let undeposited = matches!(filter.at, Some(At::Device | At::Received));
    let mut text = if undeposited { "r.deposited = 0" } else { "r.deposited >= 0" }.to_owned();
    let mut values = Vec::new();
    let mut also = |condition: &str| {
        text.push_str(" AND ");
        text.push_str(condition);
    };
    match filter.at {
        Some(At::Device) => also("(p.state IS NULL OR p.state NOT IN ('received', 'deposited'))"),
        Some(At::Received) => also("p.state IN ('received', 'deposited')"),
        Some(At::Deposited) => also("r.deposited = 1"),
        None => {}
    }
    if !filter.withdrawn {
        also("r.withdrawn = 0");
    }
    let ids = [("r.project = :project", ":project", filter.project), ("r.author = :author", ":author", filter.author)];
    for (condition, name, id) in ids {
        if let Some(id) = id {
            also(condition);
            values.push((name, id.as_bytes().to_vec().into()));
        }
    }
    for (condition, name, moment) in [("r.sort >= :from", ":from", filter.from), ("r.sort < :to", ":to", filter.to)] {
        if let Some(moment) = moment {
            also(condition);
            values.push((name, moment.into()));
        }
    }
    if let Some(before) = filter.before {
        also("(r.sort, r.row) < (:sort, :row)");
        values.extend([(":sort", before.sort.into()), (":row", before.row.into())]);
    }
    if !filter.words.is_empty() {
        // A walk along the index that asks of each: a look at each record of a word that all have would cost far more.
        also("+r.row IN (SELECT rowid FROM search WHERE search MATCH :words)");
        values.push((":words", record::matching(&filter.words).into()));
    }
    (text, values)
}

fn named<'a>(values: &'a [(&'static str, Value)]) -> Vec<(&'static str, &'a dyn rusqlite::ToSql)> {
    values.iter().map(|(name, value)| (*name, value as &dyn rusqlite::ToSql)).collect()
}

fn read(row: &Row<'_>) -> Result<Option<Found>, Fault> {
    let Some(shown) = record::read(row)? else { return Ok(None) };
    let author: Vec<u8> = row.get(6).map_err(sql)?;
    let state: Option<String> = row.get(8).map_err(sql)?;
    Ok(Some(Found {
        shown,
        author: Uuid::from_slice(&author).ok(),
        deposited: row.get::<_, i64>(7).map_err(sql)? == 1,
        received: matches!(state.as_deref(), Some("received" | "deposited")),
        original: row.get::<_, Option<bool>>(9).map_err(sql)?.unwrap_or_default(),
        thumbnail: row.get::<_, Option<bool>>(10).map_err(sql)?.unwrap_or_default(),
        fault: row.get::<_, Option<String>>(11).map_err(sql)?.unwrap_or_default(),
    }))
}

/// Fills the columns of the photographs in a store of before they were there.
pub(super) fn fill(c: &Tx) -> Result<(), Fault> {
    let mut book = StoreBook::new(c);
    let mut authors = HashMap::new();
    let mut after = 0_i64;
    loop {
        let photos = of_kind(c, after)?;
        for (row, id, photo) in &photos {
            after = *row;
            let Some(FieldState::Last { shown, .. }) = photo.field(photo::SHA256) else { continue };
            let member = match authors.get(&shown.device) {
                Some(member) => *member,
                None => {
                    let member = author(c, &mut book, photo)?;
                    authors.insert(shown.device, member);
                    member
                }
            };
            let member = member.map(|m| m.as_bytes().to_vec()).unwrap_or_default();
            let deposited = column(c, id, photo)?;
            c.prepare_cached("UPDATE record SET author = ?2, deposited = ?3 WHERE row = ?1")
                .and_then(|mut update| update.execute(params![row, member, deposited]))
                .map_err(sql)?;
        }
        if photos.len() < BATCH as usize {
            return Ok(());
        }
    }
}

/// Photographs of rows above `after` as they are shown.
fn of_kind(c: &Tx, after: i64) -> Result<Vec<(i64, RecordId, Record)>, Fault> {
    let text = "SELECT row, id FROM record WHERE row > ?1 AND kind = ?2 ORDER BY row LIMIT ?3";
    let mut query = c.prepare_cached(text).map_err(sql)?;
    let rows: Vec<(i64, Vec<u8>)> = query
        .query_map(params![after, photo::KIND.name, BATCH], |r| Ok((r.get(0)?, r.get(1)?)))
        .and_then(Iterator::collect)
        .map_err(sql)?;
    let mut all = Vec::new();
    for (row, id) in rows {
        let id = RecordId::from_slice(&id).map_err(|_| Fault::corrupt("store"))?;
        all.extend(record::get(c, &id, Layer::Shown)?.map(|photo| (row, id, photo)));
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
