//! Repair: a store that is damaged is moved aside, what it alone held is salvaged, and the rest is pulled again (ADR 3).
//!
//! Invariants: the damaged store is only read; until the new one is whole the old one stands, and a crash at any point is
//! made up for at the next open. What was signed comes over byte for byte, and no file for which another hash was signed. What
//! is shown from then on is what the salvaged entries fold to; it proves nothing, so a pull from 0 replaces it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    Fault, Hash, Lock, OrganisationId, RecordId,
    action::{Action, Seen},
    fold::{self, Book, ChainHead, Tip},
    generation as generations,
    record::photo as photos,
    value::Value,
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Config, DEVICE, forget_keys, keys, load_key},
    db::{
        DatabaseKey, Db, Journal, OPEN, Pages, Tx,
        book::StoreBook,
        entry,
        gallery::deposited,
        meta, outbox,
        photo::{self, Photo},
        salvage::{self, Count, Row},
        superseded,
    },
    files::{Files, STORE_ID, SealedBlob},
    restore, secret,
    sync::{generation, push},
};

/// The code of the alarm by which a person hears of a repair.
pub(crate) const DAMAGED: &str = "damaged";
/// Facts that come over as they are.
const FACTS: [&str; 8] = [
    "enrolment",
    "time_anchor",
    push::PROMISED,
    meta::CHECKPOINT,
    generation::RECEIPT,
    restore::RESTORE,
    restore::RECOVERY,
    restore::UNPRINTED,
];
/// Entries that are folded at once.
const BATCH: u32 = 1000;

/// What became of a store that was damaged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RepairView {
    /// When, by this device's clock.
    pub at: i64,
    /// The folder with the damaged store, from the client's own folder on.
    pub aside: String,
    /// Pages of it that could not be read.
    pub damaged_pages: u64,
    /// Actions of this device that were salvaged.
    pub actions: u64,
    /// Originals of photographs that were salvaged.
    pub photos: u64,
    /// What was here alone and could not be salvaged, as far as it has a name.
    pub lost: Vec<UnsavedView>,
    /// Actions of this device that stand between or behind those that were salvaged and were not found: as many as did not
    /// reach the server are lost.
    pub missing: u64,
    /// False where the end of this device's chain was lost too: then more than `missing` may have been signed.
    pub end_known: bool,
    /// Sealed files that nothing opens any more; they were moved aside too.
    pub unnamed_files: u64,
}

/// Something that could not be salvaged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct UnsavedView {
    /// `action`: unsent work on the record; `original`: a photograph's bytes.
    pub what: String,
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub record: RecordId,
}

impl Client {
    /// What became of this device's store each time that it was found damaged, newest first.
    pub async fn repairs(&self) -> Result<Vec<RepairView>, Fault> {
        self.run(|inner| inner.db.read(reports)).await
    }
}

/// Actions and originals that repairs could not read: as far as anybody ever will, only their damaged stores hold them.
pub(crate) fn unsaved(c: &Tx) -> Result<u64, Fault> {
    Ok(reports(c)?.iter().map(|report| report.lost.len() as u64 + report.missing).sum())
}

fn reports(c: &Tx) -> Result<Vec<RepairView>, Fault> {
    let reports = entry::alarm_pages(c, DAMAGED)?;
    Ok(reports.iter().filter_map(|report| serde_json::from_slice(report).ok()).collect())
}

/// Puts a new store in the place of the damaged one that `id` names. Answers the new one's id.
///
/// # Errors
/// [`Fault::Locked`] `invalidated` where no page opens with `database`: then the key is wrong, not the store;
/// [`Fault::StorageFull`] where there is no room for a second store; [`Fault::Corrupt`] `store` where nothing says any more
/// whose store it is. Nothing was changed then.
pub(crate) fn repair(config: &Config, files: &mut Files, id: &str, database: &DatabaseKey) -> Result<String, Fault> {
    let pages = Pages::open(&files.store(), database)?;
    if pages.whole && (1..=pages.count).all(|n| pages.read(n).is_none()) {
        return Err(Fault::Locked { why: Lock::Invalidated });
    }
    files.reserve(files.store_bytes())?;
    for id in files.unfinished()? {
        forget_keys(&*config.keystore, &id)?;
        files.remove_unfinished(&id)?;
    }
    let next = data_encoding::HEXLOWER.encode(secret::random::<16>()?.as_slice());
    let key: DatabaseKey = secret::random()?;
    let db = Db::create(&files.next_store(&next), key.clone())?;
    let (device, known) = db.write(|c| Salvage::new(config, files, id, c).run(&pages, &Files::aside(&next)))?;
    db.pause()?;
    let names = {
        let db = Db::open(&files.next_store(&next), key.clone())?;
        db.read(photo::names)?
    };
    let [new_database, new_device, _, new_identity] = keys(&next);
    config.keystore.store(&new_database, key.as_slice())?;
    config.keystore.store(&new_device, device.as_bytes())?;
    if let Some(identity) = known {
        config.keystore.store(&new_identity, &identity.encode())?;
    }
    files.set_aside(&next, id, &|name| names.contains(name))?;
    files.write_note(STORE_ID, &next)?;
    files.switch(&next)?;
    tracing::error!("the store was damaged and has been rebuilt");
    Ok(next)
}

/// What is gathered from the damaged store while it is read, on its way into the new one.
struct Salvage<'a> {
    config: &'a Config,
    files: &'a Files,
    id: &'a str,
    c: &'a Tx,
    facts: BTreeMap<String, BTreeSet<Vec<u8>>>,
    actions: BTreeMap<Hash, outbox::Item>,
    photos: Vec<Photo>,
    pending: BTreeMap<RecordId, String>,
    /// Own photographs with the hash and length that were signed.
    signed: BTreeMap<RecordId, (Hash, u64)>,
    /// Records that the log has something of this device about.
    logged: BTreeSet<RecordId>,
}

impl<'a> Salvage<'a> {
    fn new(config: &'a Config, files: &'a Files, id: &'a str, c: &'a Tx) -> Self {
        let (facts, actions, photos) = Default::default();
        let (pending, signed, logged) = Default::default();
        Salvage { config, files, id, c, facts, actions, photos, pending, signed, logged }
    }

    fn run(mut self, pages: &Pages, aside: &str) -> Result<(SigningKey, Option<meta::Identity>), Fault> {
        let count = salvage::rows(pages, &mut |row| self.take(row))?;
        let identity = self.identity()?;
        let device = self.device()?;
        meta::put(self.c, DEVICE, device.verifying_key().as_bytes())?;
        for fact in FACTS {
            if let Some(value) = self.fact(fact) {
                meta::put(self.c, fact, value)?;
            }
        }
        if let Some(identity) = &identity {
            meta::put_identity(self.c, identity)?;
        }
        let Some(identity) = identity.filter(|identity| identity.enrolled) else {
            // Nobody had come in: there was nothing to lose, and an enrolment that was under way goes on.
            return match entry::from(self.c, 0, 1)?.is_empty() && self.actions.is_empty() {
                true => Ok((device, None)),
                false => Err(Fault::corrupt("store")),
            };
        };
        self.refold(&device)?;
        let missing = self.put_actions(&device, self.is_current(pages))?;
        self.put_anchors(&identity.organisation)?;
        let (photos, lost) = self.put_photos()?;
        self.tell(aside, count, photos, lost, missing)?;
        meta::put_salvaged(self.c, true)?;
        Ok((device, Some(identity)))
    }

    /// Whether what was found is the newest that there was. Where the journal lost something, or is gone though the store was
    /// not closed, all that is found of a page may be an older image of it.
    fn is_current(&self, pages: &Pages) -> bool {
        match pages.state {
            Journal::Whole => true,
            Journal::None => !self.facts.contains_key(OPEN),
            Journal::Damaged => false,
        }
    }

    fn take(&mut self, row: Row) -> Result<(), Fault> {
        match row {
            Row::Meta(key, value) => _ = self.facts.entry(key).or_default().insert(value.to_vec()),
            Row::Action(item) => {
                let known = self.actions.get(&item.action.hash());
                if known.is_none_or(|known| known.state < item.state) {
                    self.actions.insert(item.action.hash(), *item);
                }
            }
            Row::Entry(position, found) => {
                if entry::get(self.c, position)?.is_none() {
                    entry::put(self.c, position, &found)?;
                }
            }
            Row::Photo(photo) => self.photos.push(*photo),
            Row::Anchor(anchor) => entry::put_anchor(self.c, &anchor)?,
            Row::Superseded(row) => superseded::put(self.c, &row)?,
            Row::Pending(record, kind) => _ = self.pending.insert(record, kind),
            Row::Alarm(alarm, evidence) => entry::keep_alarm(self.c, &alarm, &evidence)?,
        }
        Ok(())
    }

    /// A fact that stands there once. One that is found twice is not known: one of the two is an old one.
    fn fact(&self, name: &str) -> Option<&[u8]> {
        let found = self.facts.get(name).filter(|found| found.len() == 1)?;
        found.first().map(Vec::as_slice)
    }

    /// Whose store it is: by the store itself, else by what the enrolment left beside the keys; else whose it was to be.
    fn identity(&self) -> Result<Option<meta::Identity>, Fault> {
        let stored = self.fact(meta::IDENTITY).and_then(|bytes| meta::Identity::decode(bytes).ok());
        if stored.as_ref().is_some_and(|identity| identity.enrolled) {
            return Ok(stored);
        }
        let [.., name] = keys(self.id);
        let kept = self.config.keystore.load(&name)?.map(|bytes| meta::Identity::decode(&bytes)).transpose()?;
        Ok(kept.or(stored))
    }

    /// The key by which this device signs: of those in the keystore the one that the store named, else the one of its newest
    /// action, which may have been signed by a key before them.
    fn device(&self) -> Result<SigningKey, Fault> {
        let [_, device, next, _] = keys(self.id);
        let mut held = Vec::new();
        for name in [device, next] {
            held.extend(load_key(&*self.config.keystore, &name)?.map(|seed| SigningKey::from_bytes(&seed)));
        }
        let by = |device: &[u8]| held.iter().find(|key| key.verifying_key().as_bytes() == device);
        let key = match self.fact(DEVICE) {
            Some(named) => by(named),
            None => {
                let signed =
                    self.actions.values().filter_map(|item| Some((item.id, by(&item.action.header().device.0)?)));
                signed.max_by_key(|(id, _)| *id).map(|(_, key)| key).or(held.first())
            }
        };
        key.cloned().ok_or(Fault::Locked { why: Lock::Missing })
    }

    /// Folds what was salvaged of the log, so that people can work on until it was pulled again.
    fn refold(&mut self, device: &SigningKey) -> Result<(), Fault> {
        let (mut tip, mut next) = (Tip::default(), 0);
        loop {
            let batch = entry::from(self.c, next, BATCH)?;
            if batch.is_empty() {
                return Ok(());
            }
            let mut book = StoreBook::new(self.c);
            for (position, entry) in batch {
                if entry.action.header().device.0 == device.verifying_key().to_bytes() {
                    self.note(&entry.action);
                    self.logged.insert(entry.action.header().record);
                }
                tip.size = position;
                fold::step(&mut book, &mut tip, &Arc::new(entry))?;
                next = position + 1;
            }
            book.save()?;
        }
    }

    /// Remembers which bytes a photograph of this device was signed for.
    fn note(&mut self, action: &Action) {
        let header = action.header();
        let hash = action.body().field(photos::SHA256).and_then(Value::bytes).and_then(|b| Hash::from_slice(b).ok());
        let length = action.body().field(photos::BYTES).and_then(Value::int).and_then(|n| u64::try_from(n).ok());
        if let (true, Some(hash), Some(length)) = (header.kind == photos::KIND.name, hash, length) {
            self.signed.insert(header.record, (hash, length));
        }
    }

    /// Puts what this device signed back into its outbox, in the order of its chain, of whose end the store has a word only
    /// where it is `current`. Answers how much of it is missing.
    fn put_actions(&mut self, device: &SigningKey, current: bool) -> Result<u64, Fault> {
        let own = device.verifying_key().to_bytes();
        let mut items: Vec<outbox::Item> = std::mem::take(&mut self.actions).into_values().collect();
        items.sort_by_key(|item| (item.action.header().device.0 == own, item.action.header().sequence));
        let (mut strange, mut sequences, mut end) = (false, BTreeSet::new(), None);
        for item in items {
            let action = &item.action;
            let header = action.header();
            self.note(action);
            let ours = header.device.0 == own;
            if ours {
                sequences.insert(header.sequence);
                end = Some(ChainHead { sequence: header.sequence, hash: action.hash() });
            }
            let waits = matches!(item.state, outbox::State::Waiting | outbox::State::Logged);
            if waits && StoreBook::new(self.c).logged(action)? {
                continue; // The log has it: this row is one that SQLite had given up.
            }
            strange |= waits && !ours;
            outbox::put(self.c, action, item.made)?;
            if !waits {
                outbox::settle(self.c, &action.hash(), item.state, item.position, &item.fault)?;
            }
            self.actions.insert(action.hash(), item);
        }
        let logged = StoreBook::new(self.c).chain(&plumbline_protocol::DeviceId(own))?;
        let known = [end, logged].into_iter().flatten().max_by_key(|head| head.sequence);
        let named = self.fact(meta::OWN_CHAIN).map(meta::chain_head).transpose()?;
        let last = [known, named].into_iter().flatten().max_by_key(|head| head.sequence);
        if let Some(head) = last {
            meta::put_own_chain(self.c, head)?;
        }
        if !current || named.is_none() || named != last || strange {
            // Where the chain ends is not known: nothing more may be signed on it.
            meta::put_cloned(self.c, true)?;
        }
        let (Some(first), Some(last)) = (sequences.first(), last.map(|head| head.sequence)) else {
            return Ok(0);
        };
        let first = logged.map_or(*first, |head| head.sequence + 1);
        Ok((first..=last).filter(|sequence| !sequences.contains(sequence)).count() as u64)
    }

    /// What this device was shown of the log, the log must continue (spine rule 19). How long it must be was promised in the
    /// generation that was read: where the cursor is lost, the one that the salvaged log is in, and a pull of a later one
    /// forgets the promise.
    fn put_anchors(&self, organisation: &OrganisationId) -> Result<(), Fault> {
        let cursor = self.fact(meta::CURSOR).and_then(|bytes| meta::Cursor::decode(bytes).ok());
        let shown = cursor.map(|c| Seen { generation: c.generation, size: c.tip.size, root: c.frontier.root() });
        let generation = match shown {
            Some(seen) => seen.generation,
            None => generations::current(&mut StoreBook::new(self.c), organisation)?,
        };
        meta::put_cursor(self.c, &meta::Cursor::start(generation, Hash([0; 32])))?;
        let acted = self.actions.values().map(|item| item.action.header().seen).max_by_key(|seen| seen.size);
        for seen in shown.into_iter().chain(acted).filter(|seen| seen.size > 0) {
            entry::put_anchor(self.c, &entry::Anchor { seen, checkpoint: String::new() })?;
        }
        let anchors = entry::anchors(self.c)?.into_iter().map(|anchor| anchor.seen);
        let newest = anchors.filter(|seen| seen.generation == generation).map(|seen| seen.size).max();
        let promised = push::promised(self.c)?.max(newest.unwrap_or_default());
        meta::put(self.c, push::PROMISED, &promised.to_be_bytes())
    }

    /// Takes over the originals that are the ones that were signed. Answers how many, and what is lost. None is read here, for
    /// people wait to clock in: all were sealed under keys of their own, and what is damaged in one is noted when its
    /// thumbnail is made again, in the background, or it is sent.
    fn put_photos(&self) -> Result<(u64, BTreeSet<UnsavedView>), Fault> {
        let (mut kept, mut lost, mut unsaved) = (BTreeSet::new(), self.signed.clone(), BTreeSet::new());
        for photo in &self.photos {
            let (record, bytes) = (RecordId::from(photo.record), (photo.sha256, photo.bytes));
            let Some(original) = photo.original.as_ref().filter(|_| !kept.contains(&record)) else { continue };
            let signed = self.signed.get(&record);
            if signed.is_some_and(|signed| *signed != bytes)
                || !self.files.holds(&original.name, &original.key, photo.bytes)
            {
                lost.entry(record).or_insert(bytes);
                continue;
            }
            let (name, key) = (original.name.clone(), original.key.clone());
            let blob = SealedBlob { name, key, sha256: photo.sha256, bytes: photo.bytes };
            photo::put(self.c, &photo.record, &blob)?;
            kept.insert(record);
            if signed.is_none() {
                unsaved.insert(UnsavedView { what: "action".to_owned(), ..original_of(record) });
            }
        }
        // What the server has deposited is not lost, wherever else it was.
        for (record, (sha256, bytes)) in lost.into_iter().filter(|(record, _)| !kept.contains(record)) {
            let safe = record.uuid().map(|id| deposited(self.c, &id, &sha256, bytes)).transpose()?;
            if safe != Some(true) {
                unsaved.insert(original_of(record));
            }
        }
        Ok((kept.len() as u64, unsaved))
    }

    fn tell(
        &self,
        aside: &str,
        count: Count,
        photos: u64,
        mut lost: BTreeSet<UnsavedView>,
        missing: u64,
    ) -> Result<(), Fault> {
        let found: BTreeSet<RecordId> = self.actions.values().map(|item| item.action.header().record).collect();
        let unsent = self.pending.iter().filter(|(id, _)| !found.contains(id) && !self.logged.contains(id));
        lost.extend(unsent.map(|(record, kind)| UnsavedView {
            what: "action".to_owned(),
            kind: kind.clone(),
            record: *record,
        }));
        let names = photo::names(self.c)?;
        let view = RepairView {
            at: self.config.clock.wall(),
            aside: aside.to_owned(),
            damaged_pages: count.bad,
            actions: self.actions.len() as u64,
            photos,
            lost: lost.into_iter().collect(),
            missing,
            end_known: !meta::cloned(self.c)?,
            unnamed_files: self.files.sealed_but(&|name| names.contains(name))?,
        };
        let message = serde_json::to_vec(&view).map_err(|_| Fault::corrupt("report"))?;
        let text = "this device's store was damaged; it was moved aside and rebuilt".to_owned();
        let alarm = entry::Alarm { id: 0, at: view.at, code: DAMAGED.to_owned(), position: None, text };
        entry::keep_alarm(self.c, &alarm, &entry::Evidence { believed: Vec::new(), message })
    }
}

fn original_of(record: RecordId) -> UnsavedView {
    UnsavedView { what: "original".to_owned(), kind: photos::KIND.name.to_owned(), record }
}

#[cfg(test)]
mod tests;
