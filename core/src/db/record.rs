//! Rows of records: what lists, search and screens read.

use std::sync::Arc;

use plumbline_protocol::{
    Fault, RecordId, Uuid,
    fold::{FieldState, Record},
    hours,
    record::{self, Merge, WITHDRAWN, deposit, week},
};
use rusqlite::{OptionalExtension, Row, params};

use super::{Tx, book::StoreBook, gallery, sql};

/// Which of a record's states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// As the log has it.
    Confirmed,
    /// With this device's pending actions on top.
    Shown,
}

/// A record as it is shown, with what the row adds.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its id.
    pub id: RecordId,
    /// Its state.
    pub record: Record,
    /// True when something of it waits to be confirmed.
    pub pending: bool,
    /// Where the next page of a list goes on.
    pub place: Place,
}

/// A place in a list: the sort moment and the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Milliseconds since 1970.
    pub sort: i64,
    /// The row.
    pub row: i64,
}

const COLUMNS: &str = "id, last, state, shown, sort, row";
/// Of how many times as many records as a search wants the newest are found.
const LATEST: u32 = 4;

/// The record in one of its states; in [`Layer::Confirmed`] also with what only its first entry fixed.
pub fn get(c: &Tx, id: &RecordId, layer: Layer) -> Result<Option<Record>, Fault> {
    let mut query = c.prepare_cached("SELECT last, state, shown FROM record WHERE id = ?1").map_err(sql)?;
    let row: Option<(u64, Vec<u8>, Vec<u8>)> =
        query.query_row([id.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional().map_err(sql)?;
    let Some((last, state, shown)) = row else { return Ok(None) };
    let bytes = if layer == Layer::Shown && !shown.is_empty() { shown } else { state };
    if bytes.is_empty() {
        return Ok(None);
    }
    decode(&bytes, last).map(Some)
}

/// The record as it is shown, if it is there to be shown.
pub fn shown(c: &Tx, id: &RecordId) -> Result<Option<Shown>, Fault> {
    let mut query = c.prepare_cached(&format!("SELECT {COLUMNS} FROM record WHERE id = ?1")).map_err(sql)?;
    let row = query.query_row([id.as_bytes()], |r| Ok(read(r))).optional().map_err(sql)?;
    row.transpose().map(Option::flatten)
}

/// Keeps a state, and the columns and search text that follow from what is shown. `author` is a photograph's.
pub fn put(c: &Tx, id: &RecordId, record: &Record, layer: Layer, author: Option<Uuid>) -> Result<(), Fault> {
    let state = record.encode();
    let column = if layer == Layer::Shown { "shown" } else { "state" };
    // Pending work has no position in the log: only confirmed entries move the end of a record's chain.
    let last = if layer == Layer::Confirmed { record.last } else { 0 };
    let (sort, withdrawn, conflicted) = (sort_of(id, record), record.flag(WITHDRAWN.name), record.conflicted());
    let uuid = |id: &Option<Uuid>| id.map(|u| u.as_bytes().to_vec()).unwrap_or_default();
    let (author, deposited) = (uuid(&author), gallery::column(c, id, record)?);
    if layer == Layer::Confirmed && record.kind == deposit::KIND.name {
        gallery::put_deposit(c, record)?;
    }
    // Two plain statements: an upsert that returns its row opens a savepoint, at which FTS5 writes out what it has.
    // Pending work on top is shown until it is folded again: it alone decides the columns then.
    let update = format!(
        "UPDATE record SET last = max(last, ?2), sort = ?3, withdrawn = ?4, conflicted = ?5, {column} = ?6,
             author = ?7, deposited = ?8
         WHERE id = ?1"
    );
    let changed = c
        .prepare_cached(&update)
        .and_then(|mut update| {
            update.execute(params![id.as_bytes(), last, sort, withdrawn, conflicted, state, author, deposited])
        })
        .map_err(sql)?;
    if changed > 0 {
        return index(c, || row_of(c, id), record);
    }
    let insert = format!(
        "INSERT INTO record (id, last, sort, withdrawn, conflicted, {column}, author, deposited, kind,
             project, concerns)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
    );
    let (kind, project, concerns) = (&record.kind, uuid(&record.project), uuid(&record.concerns));
    c.prepare_cached(&insert)
        .and_then(|mut insert| {
            insert.execute(params![
                id.as_bytes(),
                last,
                sort,
                withdrawn,
                conflicted,
                state,
                author,
                deposited,
                kind,
                project,
                concerns
            ])
        })
        .map_err(sql)?;
    index(c, || Ok(c.last_insert_rowid()), record)
}

/// Takes away what pending work put on top of these records.
pub fn clear_shown(c: &Tx, id: &RecordId) -> Result<(), Fault> {
    let mut update = c.prepare_cached("UPDATE record SET shown = x'' WHERE id = ?1").map_err(sql)?;
    update.execute([id.as_bytes()]).map_err(sql)?;
    match get(c, id, Layer::Confirmed)? {
        Some(record) => {
            let author = gallery::author(c, &mut StoreBook::new(c), &record)?;
            put(c, id, &record, Layer::Confirmed, author)
        }
        None => {
            let row: Option<i64> = c
                .query_row("DELETE FROM record WHERE id = ?1 RETURNING row", [id.as_bytes()], |r| r.get(0))
                .optional()
                .map_err(sql)?;
            row.map_or(Ok(()), |row| unindex(c, row))
        }
    }
}

/// Ids of records with pending work on top.
pub fn with_shown(c: &Tx) -> Result<Vec<RecordId>, Fault> {
    let mut query = c.prepare_cached("SELECT id FROM record WHERE shown <> x''").map_err(sql)?;
    let ids: Vec<Vec<u8>> = query.query_map([], |r| r.get(0)).and_then(Iterator::collect).map_err(sql)?;
    ids.iter().map(|id| RecordId::from_slice(id).map_err(|_| Fault::corrupt("store"))).collect()
}

/// Which records a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this kind; any kind when empty.
    pub kind: String,
    /// Of this project.
    pub project: Option<Uuid>,
    /// That concern this member.
    pub concerns: Option<Uuid>,
    /// With a sort moment of at least this.
    pub from: Option<i64>,
    /// With a sort moment below this.
    pub to: Option<i64>,
    /// Withdrawn ones too.
    pub withdrawn: bool,
    /// After this place, in a list that goes from new to old.
    pub before: Option<Place>,
}

/// The newest records that pass `filter`, at most `limit`: one query over an index, whatever the size of the store.
pub fn list(c: &Tx, filter: &Filter, limit: u32) -> Result<Vec<Shown>, Fault> {
    Ok(page(c, filter, limit)?.0)
}

/// As [`list`], with the place after which there may be more. A record of which everything is held has a row and is not
/// shown, so a page may be short and not the last.
pub fn page(c: &Tx, filter: &Filter, limit: u32) -> Result<(Vec<Shown>, Option<Place>), Fault> {
    let mut text = format!("SELECT {COLUMNS} FROM record WHERE kind = :kind AND withdrawn <= :withdrawn");
    let mut values: Vec<(&str, rusqlite::types::Value)> = vec![
        (":kind", filter.kind.clone().into()),
        (":withdrawn", i64::from(filter.withdrawn).into()),
        (":limit", i64::from(limit).into()),
    ];
    if !filter.withdrawn {
        // An equality lets the index give the order; a range would sort.
        text = text.replace("withdrawn <= :withdrawn", "withdrawn = :withdrawn");
    }
    let mut also = |condition: &str, name: &'static str, value: rusqlite::types::Value| {
        text.push_str(condition);
        values.push((name, value));
    };
    if let Some(project) = filter.project {
        also(" AND project = :project", ":project", project.as_bytes().to_vec().into());
    }
    if let Some(concerns) = filter.concerns {
        also(" AND concerns = :concerns", ":concerns", concerns.as_bytes().to_vec().into());
    }
    if let Some(from) = filter.from {
        also(" AND sort >= :from", ":from", from.into());
    }
    if let Some(to) = filter.to {
        also(" AND sort < :to", ":to", to.into());
    }
    if let Some(before) = filter.before {
        also(" AND (sort, row) < (:sort, :row)", ":sort", before.sort.into());
        values.push((":row", before.row.into()));
    }
    text.push_str(" ORDER BY sort DESC, row DESC LIMIT :limit");
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    let values: Vec<(&str, &dyn rusqlite::ToSql)> =
        values.iter().map(|(n, v)| (*n, v as &dyn rusqlite::ToSql)).collect();
    let mut rows = query.query(values.as_slice()).map_err(sql)?;
    let (mut all, mut read_so_far, mut last) = (Vec::new(), 0, None);
    while let Some(row) = rows.next().map_err(sql)? {
        read_so_far += 1;
        last = Some(place(row)?);
        all.extend(read(row)?);
    }
    Ok((all, last.filter(|_| read_so_far == limit)))
}

/// All records of a kind with a sort moment from `from` on and before `to`, withdrawn ones too, in no order; of one member where
/// `concerns` says so. At most `limit`.
pub fn between(
    c: &Tx,
    kind: &str,
    concerns: Option<&Uuid>,
    (from, to): (i64, i64),
    limit: u32,
) -> Result<Vec<Shown>, Fault> {
    let (whose, concerns) = match concerns {
        Some(member) => ("concerns = ?5 AND concerns <> x''", member.as_bytes().as_slice()),
        // Both values by name let the index give the interval.
        None => ("withdrawn IN (0, 1) AND ?5 = x''", [].as_slice()),
    };
    let text =
        format!("SELECT {COLUMNS} FROM record WHERE kind = ?1 AND sort >= ?2 AND sort < ?3 AND {whose} LIMIT ?4");
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    collect(query.query(params![kind, from, to, limit, concerns]).map_err(sql)?)
}

/// Records with a conflict, newest first.
pub fn conflicts(c: &Tx, limit: u32) -> Result<Vec<Shown>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM record WHERE conflicted = 1 ORDER BY sort DESC LIMIT ?1");
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    collect(query.query([limit]).map_err(sql)?)
}

/// Records whose text has every word of `words` (as prefixes), newest first: of those that came last, four times as
/// many as are wanted, so that a word that half of all records have costs no more than a rare one.
pub fn search(c: &Tx, words: &[&str], limit: u32) -> Result<Vec<Shown>, Fault> {
    let text = format!(
        "SELECT {COLUMNS} FROM record
         WHERE row IN (SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT ?3) AND withdrawn = 0
         ORDER BY sort DESC, row DESC LIMIT ?2"
    );
    let mut statement = c.prepare_cached(&text).map_err(sql)?;
    collect(statement.query(params![matching(words), limit, limit.saturating_mul(LATEST)]).map_err(sql)?)
}

/// The query of the text index for records that have every word, or words that begin so.
pub(super) fn matching(words: &[impl AsRef<str>]) -> String {
    // Each word is quoted, so nothing in it is query syntax.
    let quoted: Vec<String> = words.iter().map(|w| format!("\"{}\"*", w.as_ref().replace('"', "\"\""))).collect();
    quoted.join(" ")
}

/// The records of at most `limit` rows after `row`, and where to go on; of all kinds, in the order in which they came.
pub fn after(c: &Tx, row: i64, limit: u32) -> Result<(Vec<Shown>, Option<i64>), Fault> {
    let text = format!("SELECT {COLUMNS} FROM record WHERE row > ?1 ORDER BY row LIMIT ?2");
    let mut query = c.prepare_cached(&text).map_err(sql)?;
    let mut rows = query.query([row, i64::from(limit)]).map_err(sql)?;
    let (mut all, mut seen, mut last) = (Vec::new(), 0, row);
    while let Some(found) = rows.next().map_err(sql)? {
        (seen, last) = (seen + 1, found.get(5).map_err(sql)?);
        all.extend(read(found)?);
    }
    Ok((all, Some(last).filter(|_| seen == limit)))
}

/// Forgets every record and entry, keeping what this device signed: a pull from 0 follows (rule 17).
pub fn clear(c: &Tx) -> Result<(), Fault> {
    c.execute_batch(
        "DELETE FROM entry; DELETE FROM record; DELETE FROM chain; DELETE FROM held;
         INSERT INTO search (search) VALUES ('delete-all');",
    )
    .map_err(sql)
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Shown>, Fault> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(sql)? {
        all.extend(read(row)?);
    }
    Ok(all)
}

/// The record in a row that begins with id, last, state, shown, sort and row.
pub(super) fn read(row: &Row<'_>) -> Result<Option<Shown>, Fault> {
    let blob = |n: usize| row.get_ref(n).and_then(|v| v.as_blob().map_err(rusqlite::Error::from)).map_err(sql);
    let (id, state, shown) = (blob(0)?, blob(2)?, blob(3)?);
    let bytes = if shown.is_empty() { state } else { shown };
    if bytes.is_empty() {
        return Ok(None);
    }
    let last: u64 = row.get(1).map_err(sql)?;
    let record = decode(bytes, last)?;
    if !record.exists() {
        return Ok(None);
    }
    let id = RecordId::from_slice(id).map_err(|_| Fault::corrupt("store"))?;
    let place = place(row)?;
    Ok(Some(Shown { id, record, pending: !shown.is_empty(), place }))
}

/// Where the record in such a row stands in a list.
fn place(row: &Row<'_>) -> Result<Place, Fault> {
    Ok(Place { sort: row.get(4).map_err(sql)?, row: row.get(5).map_err(sql)? })
}

fn decode(bytes: &[u8], last: u64) -> Result<Record, Fault> {
    Record::decode(bytes, last).map_err(|_| Fault::corrupt("store"))
}

/// The record's own moment, or the first one of its own day in UTC, else when its id was made.
fn sort_of(id: &RecordId, record: &Record) -> i64 {
    let day = || Some(week::first_millisecond(hours::day(record.text("from")?)?));
    let made = id.uuid().map_or(0, |u| u.millis());
    record.interval("at").map(|i| i.stated).or_else(day).unwrap_or(made)
}

/// The words by which search finds it: the texts of its declared fields.
fn index(c: &Tx, row: impl FnOnce() -> Result<i64, Fault>, record: &Record) -> Result<(), Fault> {
    let Some(kind) = record::kind(&record.kind) else { return Ok(()) };
    if !kind.all_fields().any(|field| field.search) {
        return Ok(());
    }
    let mut text = String::new();
    for field in kind.all_fields().filter(|f| f.search) {
        let mut add = |t: Option<&str>| {
            text.push_str(t.unwrap_or_default());
            text.push('\n');
        };
        match (field.merge, record.field(field.name)) {
            (Merge::Set, _) => record.items(field.name).for_each(|v| add(v.text())),
            (_, Some(FieldState::Append(all))) => all.iter().for_each(|w| add(w.value.text())),
            _ => add(record.text(field.name)),
        }
    }
    let mut replace = c.prepare_cached("INSERT OR REPLACE INTO search (rowid, text) VALUES (?1, ?2)").map_err(sql)?;
    replace.execute(params![row()?, text]).map_err(sql)?;
    Ok(())
}

fn row_of(c: &Tx, id: &RecordId) -> Result<i64, Fault> {
    let mut query = c.prepare_cached("SELECT row FROM record WHERE id = ?1").map_err(sql)?;
    query.query_row([id.as_bytes()], |r| r.get(0)).map_err(sql)
}

fn unindex(c: &Tx, row: i64) -> Result<(), Fault> {
    c.execute("DELETE FROM search WHERE rowid = ?1", [row]).map_err(sql)?;
    Ok(())
}

/// A record as the fold wants it.
pub(crate) fn shared(record: Option<Record>) -> Option<Arc<Record>> {
    record.map(Arc::new)
}
