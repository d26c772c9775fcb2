//! The protocol's [`Book`] over a transaction: confirmed state, and pending work on top of it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use plumbline_protocol::{
    DeviceId, Fault, Hash, RecordId,
    action::Action,
    entry::Entry,
    fold::{Book, ChainHead, Record},
};
use rusqlite::{OptionalExtension, params};

use super::{Tx, entry, gallery, record, record::Layer, sql};

/// Confirmed state. Changes are kept in memory until [`StoreBook::save`], so a record that a page touches many times is
/// written once.
pub struct StoreBook<'c> {
    c: &'c Tx,
    records: HashMap<RecordId, Option<Arc<Record>>>,
    changed: BTreeSet<RecordId>,
    chains: BTreeMap<DeviceId, Option<ChainHead>>,
    extended: BTreeSet<DeviceId>,
}

impl<'c> StoreBook<'c> {
    /// Over a transaction.
    pub fn new(c: &'c Tx) -> Self {
        StoreBook {
            c,
            records: HashMap::new(),
            changed: BTreeSet::new(),
            chains: BTreeMap::new(),
            extended: BTreeSet::new(),
        }
    }

    /// Writes what changed and says which records did.
    pub fn save(mut self) -> Result<BTreeSet<RecordId>, Fault> {
        let changed = std::mem::take(&mut self.changed);
        for id in &changed {
            if let Some(Some(state)) = self.records.get(id).cloned() {
                let author = gallery::author(self.c, &mut self, &state)?;
                record::put(self.c, id, &state, Layer::Confirmed, author)?;
            }
        }
        let mut upsert = self
            .c
            .prepare_cached(
                "INSERT INTO chain (device, sequence, hash) VALUES (?1, ?2, ?3)
                 ON CONFLICT (device) DO UPDATE SET sequence = ?2, hash = ?3",
            )
            .map_err(sql)?;
        for device in &self.extended {
            if let Some(Some(head)) = self.chains.get(device) {
                upsert.execute(params![device.0, head.sequence, head.hash.0]).map_err(sql)?;
            }
        }
        Ok(changed)
    }
}

impl Book for StoreBook<'_> {
    fn record(&mut self, id: &RecordId) -> Result<Option<Arc<Record>>, Fault> {
        if let Some(known) = self.records.get(id) {
            return Ok(known.clone());
        }
        let found = record::shared(record::get(self.c, id, Layer::Confirmed)?);
        self.records.insert(*id, found.clone());
        Ok(found)
    }
    fn put_record(&mut self, id: &RecordId, record: Arc<Record>) -> Result<(), Fault> {
        self.records.insert(*id, Some(record));
        self.changed.insert(*id);
        Ok(())
    }
    fn chain(&mut self, device: &DeviceId) -> Result<Option<ChainHead>, Fault> {
        if let Some(known) = self.chains.get(device) {
            return Ok(*known);
        }
        let mut query = self.c.prepare_cached("SELECT sequence, hash FROM chain WHERE device = ?1").map_err(sql)?;
        let head = query
            .query_row([device.0], |r| Ok(ChainHead { sequence: r.get(0)?, hash: Hash(r.get(1)?) }))
            .optional()
            .map_err(sql)?;
        self.chains.insert(*device, head);
        Ok(head)
    }
    fn put_chain(&mut self, device: &DeviceId, head: ChainHead) -> Result<(), Fault> {
        self.chains.insert(*device, Some(head));
        self.extended.insert(*device);
        Ok(())
    }
    fn logged(&mut self, action: &Action) -> Result<bool, Fault> {
        let text = "SELECT 1 FROM entry WHERE record = ?1 AND identity = ?2";
        let mut query = self.c.prepare_cached(text).map_err(sql)?;
        query.exists(params![action.header().record.as_bytes(), action.identity().0]).map_err(sql)
    }
    /// The entry's own row says it: the caller stores it with the same transaction.
    fn put_logged(&mut self, _: &Hash, _: u64) -> Result<(), Fault> {
        Ok(())
    }
    fn held(&mut self, hash: &Hash) -> Result<Option<Arc<Entry>>, Fault> {
        let mut query = self.c.prepare_cached("SELECT position FROM held WHERE hash = ?1").map_err(sql)?;
        let position: Option<u64> = query.query_row([hash.0], |r| r.get(0)).optional().map_err(sql)?;
        match position {
            Some(position) => Ok(entry::get(self.c, position)?.map(Arc::new)),
            None => Ok(None),
        }
    }
    fn put_held(&mut self, position: u64, entry: Arc<Entry>) -> Result<(), Fault> {
        let mut insert =
            self.c.prepare_cached("INSERT OR REPLACE INTO held (hash, position) VALUES (?1, ?2)").map_err(sql)?;
        insert.execute(params![entry.action.hash().0, position]).map_err(sql)?;
        Ok(())
    }
    fn admit(&mut self, hash: &Hash) -> Result<(), Fault> {
        self.c.execute("DELETE FROM held WHERE hash = ?1", [hash.0]).map_err(sql)?;
        Ok(())
    }
}

/// What is shown: confirmed state with pending work on top. It keeps records alone: pending work is in no log yet.
pub struct ShownBook<'c> {
    c: &'c Tx,
    changed: BTreeMap<RecordId, Arc<Record>>,
}

impl<'c> ShownBook<'c> {
    /// Over a transaction.
    pub fn new(c: &'c Tx) -> Self {
        ShownBook { c, changed: BTreeMap::new() }
    }

    /// Writes what changed.
    pub fn save(mut self) -> Result<(), Fault> {
        for (id, state) in self.changed.clone() {
            let author = gallery::author(self.c, &mut self, &state)?;
            record::put(self.c, &id, &state, Layer::Shown, author)?;
        }
        Ok(())
    }
}

impl Book for ShownBook<'_> {
    fn record(&mut self, id: &RecordId) -> Result<Option<Arc<Record>>, Fault> {
        match self.changed.get(id) {
            Some(changed) => Ok(Some(Arc::clone(changed))),
            None => Ok(record::shared(record::get(self.c, id, Layer::Shown)?)),
        }
    }
    fn put_record(&mut self, id: &RecordId, record: Arc<Record>) -> Result<(), Fault> {
        self.changed.insert(*id, record);
        Ok(())
    }
    fn chain(&mut self, _: &DeviceId) -> Result<Option<ChainHead>, Fault> {
        Ok(None)
    }
    fn put_chain(&mut self, _: &DeviceId, _: ChainHead) -> Result<(), Fault> {
        Ok(())
    }
    fn logged(&mut self, action: &Action) -> Result<bool, Fault> {
        StoreBook::new(self.c).logged(action)
    }
    fn put_logged(&mut self, _: &Hash, _: u64) -> Result<(), Fault> {
        Ok(())
    }
    fn held(&mut self, hash: &Hash) -> Result<Option<Arc<Entry>>, Fault> {
        StoreBook::new(self.c).held(hash)
    }
    fn put_held(&mut self, _: u64, _: Arc<Entry>) -> Result<(), Fault> {
        Ok(())
    }
    fn admit(&mut self, _: &Hash) -> Result<(), Fault> {
        Ok(())
    }
}
