//! The client: one member's device in one organisation. The one object that a shell holds.
//!
//! Invariants: a method that changes something returns only when the change is durable, and never waits for the network;
//! expiry of a session closes the network, never the book. Methods are implemented next to what they do: `enrol`, `record`,
//! `punch`, `photo`, `gallery`, `original`, `custody`, `places`, `storage`, `export`, `member`, `outbox`, `log`, `sync`.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    DeviceId, Fault, Hash, Lock, OrganisationId, RecordId, Uuid,
    action::{Action, Body, Cites, Header, REASON, Seen, TIME},
    entry::Outcome,
    evidence,
    fold::{self, Book, ChainHead},
    judge,
    link::Server,
    policy::Actor,
    time::TimeEvidence,
    value::{Key, Value},
};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{
    clock::Clock,
    db::{
        DatabaseKey, Db, Tx,
        book::{ShownBook, StoreBook},
        meta, outbox, photo,
    },
    error,
    event::{Event, EventListener},
    files::{self, Files, STORE_ID},
    keystore::{Keystore, Patient},
    net::Net,
    repair, secret,
    session::Session,
    sync::{self, Reason, reenrol},
};

/// The note of a device that has signed out, with the store's id: what is left of the store goes, however often that is cut
/// short. While it is there, nothing else of the store counts.
const ENDED: &str = "ended";
/// Thumbnails for which originals are fetched at once.
const THUMBNAILS: usize = 2;
/// Under this the store names the public key by which it signs: the keystore may be a step behind or ahead (rule 21).
pub(crate) const DEVICE: &str = "device";

/// What a client is made of.
#[derive(Clone)]
pub struct Config {
    /// App-private folder of this organisation's store.
    pub home: PathBuf,
    /// Where the keys are.
    pub keystore: Arc<dyn Keystore>,
    /// The device's clocks.
    pub clock: Arc<dyn Clock>,
    /// Who hears of changes.
    pub listener: Option<Arc<dyn EventListener>>,
}

/// One member's device. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) db: Db,
    pub(crate) files: Files,
    pub(crate) key: RwLock<SigningKey>,
    pub(crate) store_id: String,
    pub(crate) identity: OnceLock<meta::Identity>,
    pub(crate) session: RwLock<Option<Arc<Session>>>,
    pub(crate) sync: sync::Worker,
    /// Turns of those who fetch an original for its thumbnail.
    pub(crate) thumbnails: Semaphore,
    /// The turn of who fetches an original to keep it.
    pub(crate) originals: tokio::sync::Mutex<()>,
    pub(crate) ended: AtomicBool,
    /// True once the shell heard that the store is damaged.
    told: AtomicBool,
    /// Held while the store is open; last, so that it goes after the store is closed.
    lock: Mutex<Option<files::FolderLock>>,
}

impl Client {
    /// Opens the store in `config.home`, or makes an empty one where there is none: then only
    /// [`Client::create_organisation`] and [`Client::enrol`] have something to do. Needs no network. A store that is damaged
    /// is moved aside and rebuilt first: see [`Client::repairs`].
    ///
    /// # Errors
    /// [`Fault::Locked`] where the keystore does not give the keys of a store that exists, or gives others;
    /// [`Fault::StorageFull`] where a damaged store cannot be rebuilt for want of room, [`Fault::Corrupt`] where nothing says
    /// any more whose it is; [`Fault::Outdated`] where a newer version made it; [`Fault::Busy`] while another process has it
    /// open. Nothing is changed by any of them.
    pub async fn open(config: Config) -> Result<Client, Fault> {
        let inner = blocking(move || Inner::open(config)).await?;
        let client = Client { inner: Arc::new(inner) };
        client.check();
        Ok(client)
    }

    /// Checks the whole store in the background where that is due.
    fn check(&self) {
        if self.inner.db.check_is_due() {
            let inner = Arc::clone(&self.inner);
            tokio::task::spawn_blocking(move || {
                if let Err(fault) = inner.db.check() {
                    inner.damaged(&fault);
                }
            });
        }
    }

    /// Releases every file lock and closes the socket, for a phone that is about to suspend the app.
    pub async fn pause(&self) -> Result<(), Fault> {
        self.inner.sync.live.paused.send_replace(true);
        self.run(Inner::release).await
    }

    /// Takes up work again after [`Client::pause`].
    pub async fn resume(&self) -> Result<(), Fault> {
        self.run(|inner| {
            let mut lock = inner.lock.lock().unwrap_or_else(PoisonError::into_inner);
            if lock.is_none() {
                *lock = Some(inner.files.lock()?);
            }
            inner.db.resume()
        })
        .await?;
        self.inner.sync.live.paused.send_replace(false);
        self.wake(Reason::Foreground);
        self.check();
        Ok(())
    }

    /// Runs blocking work off the async threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let inner = Arc::clone(&self.inner);
        blocking(move || work(&inner).inspect_err(|fault| inner.damaged(fault))).await
    }

    /// The session with the server, made at first use, and anew where it was an older key's of this device.
    pub(crate) fn session(&self) -> Result<Arc<Session>, Fault> {
        let inner = &self.inner;
        let identity = inner.identity()?;
        let known = inner.session.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(session) = known.filter(|session| session.device() == inner.device()) {
            return Ok(session);
        }
        let net = Net::new(&Server { at: identity.at.clone(), ca: identity.ca })?;
        let keystore = Arc::clone(&inner.config.keystore);
        let session = Arc::new(Session::new(net, identity.organisation, inner.key(), keystore));
        *inner.session.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&session));
        Ok(session)
    }

    /// Lets the next use of the server open a session anew.
    pub(crate) fn forget_session(&self) {
        *self.inner.session.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(error::internal("worker", &stopped)),
    }
}

impl Inner {
    fn open(mut config: Config) -> Result<Inner, Fault> {
        config.keystore = Arc::new(Patient::new(config.keystore));
        let mut files = Files::open(&config.home)?;
        let lock = Mutex::new(Some(files.lock()?));
        if let Some(id) = files.read_note(ENDED)? {
            forget(&files, &*config.keystore, &id)?;
            files = Files::open(&config.home)?;
        }
        let file = files.store();
        let (db, key, store_id) = match files.read_note(STORE_ID)? {
            Some(id) => {
                files.switch(&id)?;
                match Inner::existing(&config, &mut files, &id) {
                    Err(Fault::Corrupt { .. }) => {
                        let [database, ..] = keys(&id);
                        let database = needed_key(&*config.keystore, &database)?;
                        let id = repair::repair(&config, &mut files, &id, &database)?;
                        let (db, key) = Inner::existing(&config, &mut files, &id)?;
                        (db, key, id)
                    }
                    opened => opened.map(|(db, key)| (db, key, id))?,
                }
            }
            None if files::exists(&file) => return Err(Fault::Locked { why: Lock::Missing }),
            None => {
                // Nothing here yet. Keys first, then the note of where they are, then the data that they open.
                config.keystore.probe()?;
                let id = data_encoding::HEXLOWER.encode(secret::random::<16>()?.as_slice());
                let [database_name, device_name, ..] = keys(&id);
                let (database, device): (DatabaseKey, _) = (secret::random()?, secret::random()?);
                config.keystore.store(&database_name, database.as_slice())?;
                config.keystore.store(&device_name, device.as_slice())?;
                files.write_note(STORE_ID, &id)?;
                let (db, key) = (Db::create(&file, database)?, SigningKey::from_bytes(&device));
                db.write(|c| meta::put(c, DEVICE, key.verifying_key().as_bytes()))?;
                (db, key, id)
            }
        };
        let identity = OnceLock::new();
        if let Some(known) = db.read(meta::identity)?.filter(|i| i.enrolled) {
            let _ = identity.set(known);
        }
        let inner = Inner {
            config,
            db,
            files,
            key: RwLock::new(key),
            store_id,
            identity,
            session: RwLock::new(None),
            sync: sync::Worker::default(),
            thumbnails: Semaphore::new(THUMBNAILS),
            originals: tokio::sync::Mutex::default(),
            ended: AtomicBool::new(false),
            told: AtomicBool::new(false),
            lock,
        };
        inner.take_up()?;
        Ok(inner)
    }

    /// Opens the store that `id` names, as far as it must be whole to be worked with.
    fn existing(config: &Config, files: &mut Files, id: &str) -> Result<(Db, SigningKey), Fault> {
        let [database, device, ..] = keys(id);
        let database = needed_key(&*config.keystore, &database)?;
        let device = needed_key(&*config.keystore, &device)?;
        let file = files.store();
        if files.marked() || !files::exists(&file) {
            return Err(Fault::corrupt("store"));
        }
        let db = Db::open(&file, database)?;
        let key = current_key(&db, &*config.keystore, id, SigningKey::from_bytes(&device))?;
        db.read(|c| Ok((meta::identity(c)?, meta::cursor(c)?, meta::own_chain(c)?)))?;
        if db.unclean {
            let known = db.read(photo::names)?;
            files.sweep(&|name| known.contains(name))?;
        }
        Ok((db, key))
    }

    /// Goes on after a repair: shows what waits on top of what was salvaged, under a new key where the chain has no end.
    fn take_up(&self) -> Result<(), Fault> {
        let (salvaged, endless) = self.db.read(|c| Ok((meta::salvaged(c)?, meta::cloned(c)?)))?;
        if !salvaged {
            return Ok(());
        }
        self.db.write(|c| {
            let items = outbox::all(c)?;
            self.show_again(c, &items.iter().map(|item| item.action.header().record).collect())
        })?;
        if endless {
            self.reenrol(&reenrol::Voucher::Old)?;
        }
        self.emit(Event::Alarm);
        Ok(())
    }

    /// Notes a store that turned out damaged while it was worked with: it is repaired when it is next opened.
    fn damaged(&self, fault: &Fault) {
        if *fault != Fault::corrupt("store") || self.told.swap(true, Ordering::AcqRel) {
            return;
        }
        tracing::error!("the store is damaged; it is repaired when it is next opened");
        if let Err(fault) = self.files.mark() {
            tracing::error!(%fault, "the damage could not be noted");
        }
        self.emit(Event::Alarm);
    }

    /// Signs out for good: from the note on, this store is no more.
    pub(crate) fn end(&self) -> Result<(), Fault> {
        self.files.write_note(ENDED, &self.store_id)?;
        self.ended.store(true, Ordering::Release);
        self.release()?;
        forget(&self.files, &*self.config.keystore, &self.store_id)?;
        self.files.leave();
        Ok(())
    }

    /// Closes the store and lets go of its folder.
    pub(crate) fn release(&self) -> Result<(), Fault> {
        let closed = self.db.pause();
        // Closed in good order or not, nobody works in the folder any more.
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
        closed
    }

    /// Who this device is.
    ///
    /// # Errors
    /// [`Fault::SignedOut`] before enrolment and after sign-out.
    pub(crate) fn identity(&self) -> Result<&meta::Identity, Fault> {
        if self.ended.load(Ordering::Acquire) {
            return Err(Fault::SignedOut);
        }
        self.identity.get().ok_or(Fault::SignedOut)
    }

    pub(crate) fn organisation(&self) -> Result<OrganisationId, Fault> {
        Ok(self.identity()?.organisation)
    }
    pub(crate) fn member(&self) -> Result<Uuid, Fault> {
        Ok(self.identity()?.member)
    }
    /// The key by which this device signs now.
    pub(crate) fn key(&self) -> SigningKey {
        self.key.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    pub(crate) fn device(&self) -> DeviceId {
        DeviceId(self.key.read().unwrap_or_else(PoisonError::into_inner).verifying_key().to_bytes())
    }

    pub(crate) fn emit(&self, event: Event) {
        if let Some(listener) = &self.config.listener {
            listener.on_event(event);
        }
    }

    /// A new record id by this device's clock.
    pub(crate) fn new_id(&self) -> Result<Uuid, Fault> {
        Ok(Uuid::v7(self.config.clock.wall(), *secret::random()?))
    }

    /// Evidence of now, in the order of what was done here before.
    pub(crate) fn time(&self, c: &Tx) -> Result<TimeEvidence, Fault> {
        let clock = &self.config.clock;
        let (wall, boot_ms, boot) = (clock.wall(), clock.boot_ms(), clock.boot());
        let now = TimeEvidence { wall, boot_ms, boot, anchor: meta::time_anchor(c)? };
        Ok(match meta::last_time(c)? {
            Some(last) => now.following(&last),
            None => now,
        })
    }

    /// Who acts, by the state that is shown.
    pub(crate) fn actor(&self, c: &Tx) -> Result<Actor, Fault> {
        judge::actor(&mut ShownBook::new(c), &self.device())?.ok_or(Fault::Denied)
    }

    /// Signs one action and queues it, with its effect on what is shown, in the caller's transaction. The chain goes on by
    /// one; nothing is sent here.
    ///
    /// # Errors
    /// [`Fault::Invalid`] or [`Fault::Denied`] where the judge would hold it: nothing is written then. [`Fault::Offline`]
    /// before the log was read for the first time, when nobody here knows what this member may do.
    pub(crate) fn act(&self, c: &Tx, change: Change) -> Result<Action, Fault> {
        let tip = meta::cursor(c)?.tip;
        if tip.size == 0 && !meta::salvaged(c)? {
            return Err(Fault::Offline);
        }
        let action = self.sign(c, change)?;
        let position = tip.size + outbox::next(c)?;
        let mut book = ShownBook::new(c);
        match judge::judge(&mut book, &action, self.config.clock.wall().max(tip.received))? {
            Outcome::Applied => {}
            Outcome::Held(held) => return Err(held.fault()),
        }
        show(c, &mut book, &action, position)?;
        book.save()?;
        self.queue(c, &action)?;
        Ok(action)
    }

    /// Signs `change` as the next action of this device's chain.
    pub(crate) fn sign(&self, c: &Tx, change: Change) -> Result<Action, Fault> {
        let head = meta::own_chain(c)?;
        let seen = match change.as_of {
            Some(seen) => seen,
            None => current(c)?,
        };
        let time = match change.time {
            Some(time) => time,
            None => self.time(c)?,
        };
        meta::put_last_time(c, &time)?;
        let mut fields = change.fields;
        fields.insert(Key::from(TIME), evidence::time_to(&time));
        if let Some(reason) = change.reason {
            fields.insert(Key::from(REASON), Value::from(reason));
        }
        let header = Header {
            organisation: change.organisation,
            project: change.project,
            device: self.device(),
            sequence: head.map_or(0, |h| h.sequence + 1),
            previous: head.map(|h| h.hash),
            seen,
            cites: change.cites,
            kind: change.kind,
            record: change.record,
            commitment: Hash([0; 32]),
        };
        Ok(Action::sign(&self.key(), header, Body { random: *secret::random()?, fields }, None))
    }

    /// Queues a signed action as the new end of this device's chain.
    pub(crate) fn queue(&self, c: &Tx, action: &Action) -> Result<(), Fault> {
        outbox::put(c, action, self.config.clock.wall())?;
        meta::put_own_chain(c, ChainHead { sequence: action.header().sequence, hash: action.hash() })
    }
}

/// Folds a pending action, or the held one that it admits, on top of what is shown.
pub(crate) fn show(c: &Tx, book: &mut ShownBook<'_>, action: &Action, position: u64) -> Result<(), Fault> {
    match action.admits() {
        None => fold::apply(book, action, position, None),
        Some(cited) => match StoreBook::new(c).held(&cited)? {
            Some(held) => fold::apply(book, &held.action, position, Some(held.received)),
            None => Ok(()),
        },
    }
}

/// An action to be signed.
pub(crate) struct Change {
    pub organisation: Option<OrganisationId>,
    pub kind: String,
    pub record: RecordId,
    pub project: Option<Uuid>,
    pub fields: std::collections::BTreeMap<Key, Value>,
    pub reason: Option<String>,
    pub cites: Option<Cites>,
    pub as_of: Option<Seen>,
    /// When, where several changes are of one moment; else when it is signed.
    pub time: Option<TimeEvidence>,
}

impl Change {
    /// A write of `fields` to `record`.
    pub fn write(
        organisation: OrganisationId,
        kind: &str,
        record: impl Into<RecordId>,
        project: Option<Uuid>,
        fields: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Change {
        Change {
            organisation: Some(organisation),
            kind: kind.to_owned(),
            record: record.into(),
            project,
            fields: fields.into_iter().map(|(k, v)| (Key::from(k), v)).collect(),
            reason: None,
            cites: None,
            as_of: None,
            time: None,
        }
    }
}

/// What the store has seen: for a screen that shows it now.
pub(crate) fn current(c: &Tx) -> Result<Seen, Fault> {
    let cursor = meta::cursor(c)?;
    Ok(Seen { generation: cursor.generation, size: cursor.tip.size, root: cursor.frontier.root() })
}

/// The opaque text of what a view had seen.
pub(crate) fn as_of(seen: &Seen) -> String {
    format!("{}:{}:{}", seen.generation, seen.size, seen.root)
}

/// What a request gave back.
pub(crate) fn seen_from(as_of: Option<&str>) -> Result<Option<Seen>, Fault> {
    let Some(text) = as_of else { return Ok(None) };
    let mut parts = text.split(':');
    let mut read = || {
        let seen = Seen {
            generation: parts.next()?.parse().ok()?,
            size: parts.next()?.parse().ok()?,
            root: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(seen)
    };
    read().map(Some).ok_or_else(|| Fault::invalid("as_of", "form"))
}

/// Removes the keys of the store `id` and of those that it replaced, then the stores.
fn forget(files: &Files, keystore: &dyn Keystore, id: &str) -> Result<(), Fault> {
    forget_keys(keystore, id)?;
    files.replaced()?.iter().try_for_each(|id| forget_keys(keystore, id))?;
    files.wipe(ENDED)
}

/// Removes the keys of the store `id`.
pub(crate) fn forget_keys(keystore: &dyn Keystore, id: &str) -> Result<(), Fault> {
    keys(id).iter().try_for_each(|name| keystore.remove(name))
}

/// The device key that the store names: the keystore's own, or the next one where a re-enrolment was cut short before the
/// keystore had it in its place.
fn current_key(db: &Db, keystore: &dyn Keystore, id: &str, key: SigningKey) -> Result<SigningKey, Fault> {
    let device = db.read(|c| meta::get(c, DEVICE))?;
    // A store that was cut short at its making names none, and has signed nothing yet.
    let is_current =
        |key: &SigningKey| device.is_none() || device.as_deref() == Some(key.verifying_key().as_bytes().as_slice());
    if is_current(&key) {
        return Ok(key);
    }
    let [_, name, next, _] = keys(id);
    let next = needed_key(keystore, &next)?;
    let next = SigningKey::from_bytes(&next);
    if !is_current(&next) {
        return Err(Fault::Locked { why: Lock::Invalidated });
    }
    keystore.store(&name, next.as_bytes())?;
    Ok(next)
}

/// Where the keystore has the keys of the store `id`: the database's, the device's, the one that is to take its place, and
/// beside them whose store it is.
pub(crate) fn keys(id: &str) -> [String; 4] {
    ["database-key", "device-key", "device-key-next", "identity"].map(|name| format!("{id}/{name}"))
}

/// The key by this name; none where the keystore holds none.
pub(crate) fn load_key<const N: usize>(
    keystore: &dyn Keystore,
    name: &str,
) -> Result<Option<Zeroizing<[u8; N]>>, Fault> {
    let Some(bytes) = keystore.load(name)? else { return Ok(None) };
    let key = bytes.as_slice().try_into().map_err(|_| Fault::Locked { why: Lock::Invalidated })?;
    Ok(Some(Zeroizing::new(key)))
}

/// The same, of data that is here: without its key the key is missing, never a reason for a new one.
pub(crate) fn needed_key<const N: usize>(keystore: &dyn Keystore, name: &str) -> Result<Zeroizing<[u8; N]>, Fault> {
    load_key(keystore, name)?.ok_or(Fault::Locked { why: Lock::Missing })
}
