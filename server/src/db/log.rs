//! The log of an organisation: its entries, and what their fold has come to.
//!
//! [`Log`] is one organisation's log within one transaction. It reads each row once and writes each changed record once,
//! when it is closed; a log that was changed and not closed has changed nothing but its entries, and its transaction must
//! be undone.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    DeviceId, Fault, Hash, OrganisationId, RecordId, Uuid,
    action::Action,
    entry::{Entry, Kept, Outcome},
    fold::{self, Book, ChainHead, Record, Tip},
    generation::{self, Opening},
    live::Hint,
    page::PushResult,
    record::device as device_record,
};
use rusqlite::{OptionalExtension, Row};
use zeroize::Zeroizing;

use super::{
    News, Tx, blob, damaged,
    device::{self, Device},
    session,
    tile::Tree,
};
use crate::error::{Error, Result};

/// Entries folded before what they changed is written, when a log is folded anew: it bounds memory.
const REFOLD: u64 = 1000;

/// Whether someone may see a record, by its kind, project and concerns.
pub type Sees<'a> = &'a dyn Fn(&str, Option<Uuid>, Option<Uuid>) -> bool;

/// A log within a transaction.
pub struct Log<'t> {
    /// Its end.
    pub tip: Tip,
    /// Its fold.
    pub book: Rows<'t>,
    /// Its tree.
    pub tree: Tree<'t>,
    /// Signs its checkpoints and deposits.
    pub key: SigningKey,
    /// Its generation.
    pub generation: u64,
    /// True while it is known to lack what was acknowledged.
    pub behind: bool,
}

impl<'t> Log<'t> {
    /// The log of an organisation that this server keeps; [`Fault::NotFound`] for any other.
    pub fn open(tx: &'t Tx<'t>, organisation: OrganisationId) -> Result<Log<'t>> {
        let sql = "SELECT server_key, size, received, organisation_last, generation, behind FROM organisation
            WHERE organisation = ?1";
        let found = tx.0.prepare_cached(sql)?.query_row([&organisation.0], |row| {
            let seed: Zeroizing<[u8; 32]> = Zeroizing::new(row.get(0)?);
            let (size, received, last) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let begun = size > 0;
            let organisation = begun.then_some(organisation);
            let tip = Tip { size, received, organisation_last: begun.then_some(last), organisation };
            Ok((SigningKey::from_bytes(&seed), tip, row.get(4)?, row.get(5)?))
        });
        let (key, tip, generation, behind) = found.optional()?.ok_or(Fault::NotFound)?;
        let book = Rows { tx, organisation, records: BTreeMap::new(), chains: BTreeMap::new() };
        Ok(Log { tip, book, tree: Tree::open(tx, organisation, tip.size), key, generation, behind })
    }

    /// What those who are connected are told of it.
    pub fn hint(&self) -> Hint {
        Hint { generation: self.generation, size: self.tip.size }
    }

    /// What became of this very action when it was logged before.
    pub fn find(&self, action: &Action) -> Result<Option<PushResult>> {
        let sql = "SELECT received, outcome, rules, record_previous, position FROM entry
            WHERE organisation = ?1 AND identity = ?2 AND hash = ?3";
        let mut statement = self.book.tx.0.prepare_cached(sql)?;
        let key = (&self.book.organisation.0, &action.identity().0, &action.hash().0);
        let found = statement.query_row(key, |row| {
            let (received, outcome, rules, record_previous) = word(row, 0)?;
            Ok(PushResult::Logged { position: row.get(4)?, received, outcome, rules, record_previous })
        });
        Ok(found.optional()?)
    }

    /// Keeps an entry at the log's end and folds it; answers its position.
    pub fn push(&mut self, entry: &Arc<Entry>) -> Result<u64> {
        let position = self.tip.size;
        let Kept { header, signature, body, origin, received, outcome, rules, record_previous } =
            Kept::from(entry.as_ref());
        let action = &entry.action;
        let record_previous = match record_previous {
            Some(position) => i64::try_from(position).map_err(|_| Error::internal("position"))?,
            None => -1,
        };
        let sql = "INSERT INTO entry (organisation, position, hash, identity, record, header, signature, body, origin,
            received, outcome, rules, record_previous)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        self.book.tx.0.prepare_cached(sql)?.execute((
            &self.book.organisation.0,
            position,
            &action.hash().0,
            &action.identity().0,
            action.header().record.as_bytes(),
            header,
            &signature,
            body,
            origin,
            received,
            outcome.encode(),
            rules,
            record_previous,
        ))?;
        self.tree.push(entry.leaf())?;
        fold::step(&mut self.book, &mut self.tip, entry)?;
        if Opening::of(&entry.action).is_some() {
            self.generation = generation::current(&mut self.book, &entry.action.organisation())?;
        }
        Ok(position)
    }

    /// Writes what changed.
    pub fn close(self) -> Result<()> {
        let Log { tip, book, tree, generation, .. } = self;
        let sql = "UPDATE organisation SET size = ?2, received = ?3, organisation_last = ?4, generation = ?5
            WHERE organisation = ?1";
        let last = tip.organisation_last.unwrap_or_default();
        book.tx.0.prepare_cached(sql)?.execute((&book.organisation.0, tip.size, tip.received, last, generation))?;
        tree.close()?;
        book.tx.tell(News::Grown(book.organisation, Hint { generation, size: tip.size }));
        book.close()
    }
}

/// Cuts the log to its first `size` entries and folds those anew; what is cut off is kept aside. No signature is verified
/// again, for the writer waits: whoever cuts holds the root of what is left against one that was signed.
pub fn cut(tx: &Tx<'_>, organisation: &OrganisationId, size: u64) -> Result<()> {
    let log = Log::open(tx, *organisation)?;
    let (end, generation) = (log.tip.size, log.generation);
    drop(log);
    let aside = "INSERT INTO superseded (organisation, generation, position, bytes) VALUES (?1, ?2, ?3, ?4)";
    let mut aside = tx.0.prepare_cached(aside)?;
    walk(tx, organisation, size, end, None, |position, entry| {
        let (_, entry) = stored(entry)?;
        aside.execute((&organisation.0, generation, position, entry.encode()))?;
        Ok(ControlFlow::Continue(()))
    })?;
    let sql = "DELETE FROM entry WHERE organisation = ?1 AND position >= ?2";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, size))?;
    blob::cut(tx, organisation, size)?;
    for sql in [
        "DELETE FROM record WHERE organisation = ?1",
        "DELETE FROM chain WHERE organisation = ?1",
        "DELETE FROM held WHERE organisation = ?1",
        "DELETE FROM tile WHERE organisation = ?1",
        "DELETE FROM device WHERE organisation = ?1",
        "UPDATE organisation SET size = 0, received = 0, organisation_last = 0, generation = 0 WHERE organisation = ?1",
    ] {
        tx.0.prepare_cached(sql)?.execute([&organisation.0])?;
    }
    let mut from = 0;
    while from < size {
        let to = size.min(from + REFOLD);
        let mut log = Log::open(tx, *organisation)?;
        walk(tx, organisation, from, to, None, |_, entry| {
            let (leaf, entry) = stored(entry)?;
            log.tree.push(leaf)?;
            fold::step(&mut log.book, &mut log.tip, &Arc::new(entry))?;
            Ok(ControlFlow::Continue(()))
        })?;
        log.generation = generation::current(&mut log.book, organisation)?;
        log.close()?;
        from = to;
    }
    Ok(())
}

fn stored(entry: Option<Kept>) -> Result<(Hash, Entry)> {
    let leaf = entry.as_ref().and_then(Kept::leaf);
    let (Some(leaf), Some(Ok(entry))) = (leaf, entry.map(Kept::stored)) else {
        return Err(Fault::corrupt("entry").into());
    };
    Ok((leaf, entry))
}

/// Walks over the entries from `from` up to but without `to`, in order: `each` gets the position and, when `sees` allows
/// its record's kind, project and concerns, the entry. `sees` is `None` for who sees everything.
pub fn walk(
    tx: &Tx<'_>,
    organisation: &OrganisationId,
    from: u64,
    to: u64,
    sees: Option<Sees<'_>>,
    mut each: impl FnMut(u64, Option<Kept>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    const ALL: &str = "SELECT received, outcome, rules, record_previous, position, header, signature, body, origin
        FROM entry WHERE organisation = ?1 AND position >= ?2 AND position < ?3 ORDER BY position";
    const SOME: &str = "SELECT e.received, e.outcome, e.rules, e.record_previous, e.position, e.header, e.signature,
            e.body, e.origin, r.kind, r.project, r.concerns
        FROM entry e JOIN record r ON r.organisation = e.organisation AND r.record = e.record
        WHERE e.organisation = ?1 AND e.position >= ?2 AND e.position < ?3 ORDER BY e.position";
    let mut statement = tx.0.prepare_cached(if sees.is_some() { SOME } else { ALL })?;
    let mut rows = statement.query((&organisation.0, from, to))?;
    while let Some(row) = rows.next()? {
        let visible = match sees {
            Some(sees) => sees(row.get_ref(9)?.as_str().map_err(|_| damaged(9))?, id(row, 10)?, id(row, 11)?),
            None => true,
        };
        let entry = if visible { Some(kept(row)?) } else { None };
        if each(row.get(4)?, entry)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// The fold of a log, as a [`Book`] over the tables.
pub struct Rows<'t> {
    tx: &'t Tx<'t>,
    organisation: OrganisationId,
    records: BTreeMap<RecordId, Cached<Arc<Record>>>,
    chains: BTreeMap<DeviceId, Cached<ChainHead>>,
}

struct Cached<T> {
    value: Option<T>,
    changed: bool,
}

impl Book for Rows<'_> {
    fn record(&mut self, id: &RecordId) -> std::result::Result<Option<Arc<Record>>, Fault> {
        if !self.records.contains_key(id) {
            let value = self.read_record(id).map_err(Error::into_fault)?.map(Arc::new);
            self.records.insert(*id, Cached { value, changed: false });
        }
        Ok(self.records.get(id).and_then(|cached| cached.value.clone()))
    }

    fn put_record(&mut self, id: &RecordId, record: Arc<Record>) -> std::result::Result<(), Fault> {
        self.records.insert(*id, Cached { value: Some(record), changed: true });
        Ok(())
    }

    fn chain(&mut self, device: &DeviceId) -> std::result::Result<Option<ChainHead>, Fault> {
        if !self.chains.contains_key(device) {
            let value = self.read_chain(device).map_err(Error::into_fault)?;
            self.chains.insert(*device, Cached { value, changed: false });
        }
        Ok(self.chains.get(device).and_then(|cached| cached.value))
    }

    fn put_chain(&mut self, device: &DeviceId, head: ChainHead) -> std::result::Result<(), Fault> {
        self.chains.insert(*device, Cached { value: Some(head), changed: true });
        Ok(())
    }

    fn logged(&mut self, action: &Action) -> std::result::Result<bool, Fault> {
        let sql = "SELECT EXISTS (SELECT 1 FROM entry WHERE organisation = ?1 AND identity = ?2)";
        let there = || -> Result<bool> {
            Ok(self
                .tx
                .0
                .prepare_cached(sql)?
                .query_row((&self.organisation.0, &action.identity().0), |row| row.get(0))?)
        };
        there().map_err(Error::into_fault)
    }

    /// The entry's own row says so.
    fn put_logged(&mut self, _: &Hash, _: u64) -> std::result::Result<(), Fault> {
        Ok(())
    }

    fn held(&mut self, hash: &Hash) -> std::result::Result<Option<Arc<Entry>>, Fault> {
        let found = self.read_held(hash).map_err(Error::into_fault)?;
        let entry = found.map(Kept::entry).transpose().map_err(|_| Fault::corrupt("entry"))?;
        Ok(entry.map(Arc::new))
    }

    fn put_held(&mut self, position: u64, entry: Arc<Entry>) -> std::result::Result<(), Fault> {
        let sql = "INSERT INTO held (organisation, hash, position) VALUES (?1, ?2, ?3)";
        let put = || -> Result<()> {
            self.tx.0.prepare_cached(sql)?.execute((&self.organisation.0, &entry.action.hash().0, position))?;
            Ok(())
        };
        put().map_err(Error::into_fault)
    }

    fn admit(&mut self, hash: &Hash) -> std::result::Result<(), Fault> {
        let delete = || -> Result<()> {
            let sql = "DELETE FROM held WHERE organisation = ?1 AND hash = ?2";
            self.tx.0.prepare_cached(sql)?.execute((&self.organisation.0, &hash.0))?;
            Ok(())
        };
        delete().map_err(Error::into_fault)
    }
}

impl Rows<'_> {
    fn read_record(&self, id: &RecordId) -> Result<Option<Record>> {
        let sql = "SELECT state, last FROM record WHERE organisation = ?1 AND record = ?2";
        let mut statement = self.tx.0.prepare_cached(sql)?;
        let found = statement.query_row((&self.organisation.0, id.as_bytes()), |row| {
            Record::decode(row.get_ref(0)?.as_blob()?, row.get(1)?).map_err(|_| damaged(0))
        });
        Ok(found.optional()?)
    }

    fn read_chain(&self, device: &DeviceId) -> Result<Option<ChainHead>> {
        let sql = "SELECT sequence, hash FROM chain WHERE organisation = ?1 AND device = ?2";
        let mut statement = self.tx.0.prepare_cached(sql)?;
        let found = statement.query_row((&self.organisation.0, &device.0), |row| {
            Ok(ChainHead { sequence: row.get(0)?, hash: Hash(row.get(1)?) })
        });
        Ok(found.optional()?)
    }

    fn read_held(&self, hash: &Hash) -> Result<Option<Kept>> {
        let sql = "SELECT e.received, e.outcome, e.rules, e.record_previous, e.position, e.header, e.signature, e.body,
                e.origin
            FROM held h JOIN entry e ON e.organisation = h.organisation AND e.position = h.position
            WHERE h.organisation = ?1 AND h.hash = ?2";
        Ok(self.tx.0.prepare_cached(sql)?.query_row((&self.organisation.0, &hash.0), kept).optional()?)
    }

    fn close(self) -> Result<()> {
        for (id, Cached { value, changed }) in &self.records {
            if let (Some(record), true) = (value, changed) {
                self.write_record(id, record)?;
            }
        }
        let sql = "INSERT INTO chain (organisation, device, sequence, hash) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (organisation, device) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash";
        let mut statement = self.tx.0.prepare_cached(sql)?;
        for (device, Cached { value, changed }) in &self.chains {
            if let (Some(head), true) = (value, changed) {
                statement.execute((&self.organisation.0, &device.0, head.sequence, &head.hash.0))?;
            }
        }
        Ok(())
    }

    fn write_record(&self, id: &RecordId, record: &Record) -> Result<()> {
        let sql = "INSERT INTO record (organisation, record, kind, project, concerns, last, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (organisation, record) DO UPDATE SET last = excluded.last, state = excluded.state";
        let bytes = |id: &Option<Uuid>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
        let Record { kind, project, concerns, last, .. } = record;
        let (project, concerns) = (bytes(project), bytes(concerns));
        let values = (&self.organisation.0, id.as_bytes(), kind, project, concerns, last, record.encode());
        self.tx.0.prepare_cached(sql)?.execute(values)?;
        match (id, record.uuid(device_record::MEMBER)) {
            (RecordId::Key(key), Some(member)) if record.kind == device_record::KIND.name => self
                .write_device(Device { device: DeviceId(*key), member, revoked: record.flag(device_record::REVOKED) }),
            _ => Ok(()),
        }
    }

    /// Keeps what sessions read in step. A revocation ends every session of the device; it may open one that only pushes.
    fn write_device(&self, now: Device) -> Result<()> {
        let was = device::find(self.tx, &self.organisation, &now.device)?;
        if now.revoked && !was.is_some_and(|was| was.revoked) {
            session::delete_of_device(self.tx, &self.organisation, &now.device)?;
        }
        device::put(self.tx, &self.organisation, &now)
    }
}

/// An entry whose word stands in columns 0 to 3 and whose action in 5 to 8.
fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let (received, outcome, rules, record_previous) = word(row, 0)?;
    let (header, signature, body, origin) = (row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?);
    Ok(Kept { header, signature, body, origin, received, outcome, rules, record_previous })
}

/// Time received, outcome, rules and the record's previous position, from column `n` on.
fn word(row: &Row<'_>, n: usize) -> rusqlite::Result<(i64, Outcome, u64, Option<u64>)> {
    let outcome = Outcome::decode(row.get_ref(n + 1)?.as_blob()?).map_err(|_| damaged(n + 1))?;
    let previous: i64 = row.get(n + 3)?;
    Ok((row.get(n)?, outcome, row.get(n + 2)?, u64::try_from(previous).ok()))
}

/// A UUID in column `n`; empty is none.
fn id(row: &Row<'_>, n: usize) -> rusqlite::Result<Option<Uuid>> {
    match row.get_ref(n)?.as_blob()? {
        [] => Ok(None),
        bytes => Uuid::from_slice(bytes).map(Some).map_err(|_| damaged(n)),
    }
}
