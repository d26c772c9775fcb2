//! What an administrator does when a server or a key is lost: restore, recover, list holes, rotate the server's key.
//!
//! A restore, and a recovery, is signed and kept before it is sent, so a lost reply is made up for by calling again with the
//! same bytes; only when the server has logged it does this device take its new key (spine rules 22 and 23). A recovery key
//! that was made here stays in the store until somebody says that it is printed.

use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    DeviceId, Fault, Hash, RecordId, Uuid,
    action::{Action, Body, Header, REASON, Seen, TIME},
    entry::Entry,
    evidence,
    generation::{self as generations, Opening},
    log::{
        checkpoint::SignedCheckpoint,
        merkle::{Frontier, Nodes, run_hashes},
        tile::TileNodes,
    },
    page,
    policy::Role,
    record::{device, organisation, restore},
    value::{Key, Value},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

use crate::{
    client::{Change, Client, Inner},
    db::{Tx, entry, meta, outbox},
    error,
    record::RecordView,
    secret,
    sync::{generation, push, reenrol::Voucher},
};

/// The restore that was signed and may have been sent.
pub(crate) const RESTORE: &str = "pending-restore";
/// The recovery that was signed and may have been sent.
pub(crate) const RECOVERY: &str = "pending-recovery";
/// The newest recovery key that was made here and is the organisation's, until it is printed.
pub(crate) const UNPRINTED: &str = "unprinted-recovery-key";
/// Entries read at once.
const BATCH: u32 = 1000;

/// Why an administrator restores.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct RestoreRequest {
    /// Why, for everybody to read.
    pub reason: String,
    /// The printed recovery key, where the server lost this device or its rights with the log's end.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub recovery_key: Option<String>,
}

/// A generation that began.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RestoredView {
    /// Its number.
    pub generation: u64,
    /// Number of entries that it continues.
    pub base: u64,
    /// Number of entries that this device had read before.
    pub known: u64,
    /// The recovery key that replaces the printed one, where that was used: to be printed.
    pub recovery_key: Option<String>,
}

/// The printed recovery key.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct RecoverRequest {
    /// As it was printed: 64 hex digits.
    pub recovery_key: String,
}

/// A recovery key that was made here.
#[derive(Clone, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RecoveredView {
    /// As it is to be printed: 64 hex digits.
    pub recovery_key: String,
}

/// Work that a restore did not continue and that waits behind what nobody has offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct LostView {
    /// The device that signed it.
    pub device: String,
    /// Whose device that is.
    pub member: Option<Uuid>,
    /// First sequence that nobody has offered.
    pub from: u64,
    /// First sequence after the hole, which is here.
    pub to: u64,
    /// Actions that wait behind the hole.
    pub waiting: u64,
    /// The records that those are about.
    pub records: Vec<Uuid>,
}

/// A hole to be passed.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct PassHoleRequest {
    /// The device whose chain it is in.
    pub device: DeviceId,
    /// First sequence after it.
    pub to: u64,
    /// Why what is missing is given up.
    pub reason: String,
}

impl Client {
    /// Lets a server that was put back from a backup go on: this device comes in with a new key and signs what of its log is
    /// continued, the next generation and the server's next key. Everybody then offers again what the log lost. Needs the
    /// network; administrators only.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `restore` `not_behind` where the server has all that it acknowledged; `recovery_key` `missing` where
    /// the part that is left does not know this device as an administrator's; [`Fault::Denied`] for who is none;
    /// [`Fault::Offline`]: call again.
    pub async fn restore(&self, request: RestoreRequest) -> Result<RestoredView, Fault> {
        if request.reason.trim().is_empty() {
            return Err(Fault::invalid(REASON, "missing"));
        }
        let _round = self.inner.sync.round.lock().await;
        let pending = match self.pending(RESTORE).await? {
            Some(pending) => pending,
            None => self.prepare_restore(request).await?,
        };
        let organisation = self.inner.organisation()?;
        let message = page::encode_push(&pending.actions);
        let sent = self.session()?.net().restore(&organisation, message).await;
        let receipt = self.unless_refused(RESTORE, sent).await?;
        let view = self.run(move |inner| inner.restored(pending, &receipt)).await?;
        self.read_again().await;
        Ok(view)
    }

    /// Makes this device's member an administrator by the printed recovery key, which is used up by it. Needs the network; a
    /// lost reply is made up for by calling again. The new key is taken when the server has logged it, not before.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `recovery_key` where it is not the organisation's; [`Fault::Offline`].
    pub async fn recover(&self, request: RecoverRequest) -> Result<RecoveredView, Fault> {
        let printed = seed(&request.recovery_key)?;
        let _round = self.inner.sync.round.lock().await;
        if let Some(pending) = self.pending(RECOVERY).await? {
            match self.send_recovery(pending).await {
                // What was typed then was wrong.
                Err(Fault::Invalid { .. } | Fault::Denied) => {}
                sent => return sent,
            }
        }
        let pending = self.run(move |inner| inner.sign_recovery(printed)).await?;
        self.send_recovery(pending).await
    }

    /// The recovery key that this device made for the organisation and of which nobody has said that it is printed: for who
    /// did not see it when it was made.
    pub async fn recovery_key(&self) -> Result<Option<RecoveredView>, Fault> {
        self.run(|inner| {
            inner.identity()?;
            let kept = inner.db.read(|c| meta::get(c, UNPRINTED))?.map(Zeroizing::new);
            Ok(kept.map(|seed| RecoveredView { recovery_key: data_encoding::HEXLOWER.encode(&seed) }))
        })
        .await
    }

    /// Forgets the recovery key that this device made: it is printed.
    pub async fn recovery_key_printed(&self) -> Result<(), Fault> {
        self.run(|inner| {
            inner.identity()?;
            inner.db.write(|c| meta::delete(c, UNPRINTED))
        })
        .await
    }

    /// Work that a restore did not continue, that is here, and that waits behind what nobody has offered.
    pub async fn lost(&self) -> Result<Vec<LostView>, Fault> {
        self.run(|inner| inner.db.read(generation::lost)).await
    }

    /// Lets a device's chain pass a hole: what is missing there is given up. Administrators only.
    ///
    /// # Errors
    /// [`Fault::NotFound`] where nothing was restored, [`Fault::Denied`].
    pub async fn pass_hole(&self, request: PassHoleRequest) -> Result<RecordView, Fault> {
        let view = self.run(move |inner| inner.db.write(|c| inner.pass_hole(c, &request))).await?;
        self.changed(restore::KIND.name);
        Ok(view)
    }

    /// Gives the server a new signing key, made there; old entries and checkpoints stay good. Needs the network to ask for the
    /// key; administrators only.
    pub async fn rotate_server_key(&self) -> Result<RecordView, Fault> {
        let next = generation::present(self).await?.next_key;
        let view = self
            .run(move |inner| {
                inner.db.write(|c| {
                    let organisation = inner.organisation()?;
                    let fields = [(organisation::SERVER_KEY, Value::from(next.0))];
                    let change = Change::write(organisation, organisation::KIND.name, organisation, None, fields);
                    let record = inner.act(c, change)?.header().record;
                    inner.view(c, &record)
                })
            })
            .await?;
        self.changed(organisation::KIND.name);
        Ok(view)
    }

    async fn pending(&self, name: &'static str) -> Result<Option<Pending>, Fault> {
        self.run(move |inner| inner.db.read(|c| Pending::read(c, name))).await
    }

    /// Forgets what was sent where the answer is that it was not logged and never will be in this form.
    async fn unless_refused<T>(&self, name: &'static str, sent: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(Fault::Invalid { .. } | Fault::Denied) = &sent {
            self.run(move |inner| inner.db.write(|c| meta::delete(c, name))).await?;
        }
        sent
    }

    async fn send_recovery(&self, pending: Pending) -> Result<RecoveredView, Fault> {
        let organisation = self.inner.organisation()?;
        let message = page::encode_push(&pending.actions);
        let sent = self.session()?.net().enrol(&organisation, message).await.map_err(|fault| match fault {
            Fault::Invalid { field, .. } if field == device::COUNTERSIGNATURE => {
                Fault::invalid("recovery_key", "other")
            }
            fault => fault,
        });
        let receipt = self.unless_refused(RECOVERY, sent).await?;
        let view = self.run(move |inner| inner.recovered(pending, &receipt)).await?;
        self.read_again().await;
        Ok(view)
    }

    /// Reads the log under the new key. What was done is done where that fails: the next round makes up for it, and the view
    /// has a key that is to be printed.
    async fn read_again(&self) {
        if let Err(fault) = self.synced().await {
            tracing::warn!(%fault, "the log could not be read under the new key");
        }
    }

    /// Asks the server where its log ends and what key follows, and finds how much of it is this log.
    async fn prepare_restore(&self, request: RestoreRequest) -> Result<Pending, Fault> {
        match generation::present(self).await {
            Ok(standing) if !standing.behind => return Err(Fault::invalid("restore", "not_behind")),
            // What is left of the log may not know this device any more, or not the key that signed the newest checkpoint,
            // and a rebuilt store may have none: the server knows by others' word or its operator's, or refuses.
            Ok(_) | Err(Fault::SignedOut | Fault::NotFound) => {}
            Err(Fault::Invalid { field, .. }) if field == "checkpoint" => {}
            Err(fault) => return Err(fault),
        }
        let organisation = self.inner.organisation()?;
        let session = self.session()?;
        let (ends, next_key) = session.net().checkpoint(&organisation).await?;
        let ends = SignedCheckpoint::parse(&ends)?.checkpoint;
        let runtime = tokio::runtime::Handle::current();
        self.run(move |inner| {
            let net = session.net();
            let fetch = |tile| runtime.block_on(net.tile(&organisation, tile));
            let (base, root) = inner.common(ends.size, TileNodes::new(ends.size, fetch))?;
            inner.sign_restore(&request, base, root, ends.origin.generation, &next_key)
        })
        .await
    }
}

/// What was signed by a key that the server may not know yet.
struct Pending {
    /// That key's enrolment, and behind it the restore, where it is one.
    actions: Vec<Action>,
    /// The key: with what it signed, in the encrypted store, until the server has logged its enrolment. In the keystore a
    /// re-enrolment that comes between would need its place.
    key: SigningKey,
    /// Seed of the next recovery key, where the printed one vouches.
    recovery: Option<Zeroizing<[u8; 32]>>,
}

impl Pending {
    fn read(c: &Tx, name: &str) -> Result<Option<Pending>, Fault> {
        let Some(bytes) = meta::get(c, name)?.map(Zeroizing::new) else { return Ok(None) };
        let value = Value::decode(&bytes).map_err(|_| Fault::corrupt("store"))?;
        let read = || {
            let [actions, key, recovery] = value.list()? else { return None };
            let seed = |value: &Value| Some(Zeroizing::new(<[u8; 32]>::try_from(value.bytes()?).ok()?));
            let actions = actions.list()?.iter().map(|action| Action::decode(action.bytes()?).ok());
            Some(Pending {
                actions: actions.collect::<Option<_>>()?,
                key: SigningKey::from_bytes(&*seed(key)?),
                recovery: seed(recovery),
            })
        };
        read().map(Some).ok_or_else(|| Fault::corrupt("store"))
    }

    fn keep(&self, c: &Tx, name: &str) -> Result<(), Fault> {
        let recovery = self.recovery.as_ref().map_or(&[][..], |seed| seed.as_slice());
        let actions = self.actions.iter().map(|action| Value::Bytes(action.encode())).collect();
        let kept = Value::List(vec![Value::List(actions), Value::from(*self.key.as_bytes()), Value::from(recovery)]);
        meta::put(c, name, &Zeroizing::new(kept.encode()))
    }

    /// The server has logged it: what remains is a recovery key that is to be printed.
    fn logged(&self, c: &Tx, name: &str) -> Result<(), Fault> {
        meta::delete(c, name)?;
        self.recovery.as_ref().map_or(Ok(()), |seed| meta::put(c, UNPRINTED, seed.as_slice()))
    }

    fn recovery_key(&self) -> Option<String> {
        self.recovery.as_ref().map(|seed| data_encoding::HEXLOWER.encode(seed.as_slice()))
    }
}

impl Inner {
    /// How much of a log of `size` entries, whose hashes `theirs` gives, is this one: with its root.
    fn common<N: Nodes<Error = Fault>>(&self, size: u64, mut theirs: N) -> Result<(u64, Hash), Fault> {
        let cursor = self.db.read(meta::cursor)?;
        if !cursor.all {
            return Err(Fault::Denied);
        }
        let most = size.min(cursor.tip.size);
        let mut at = |size: u64| -> Result<Hash, Fault> {
            let mut tree = Frontier::new();
            for subtree in run_hashes(&mut theirs, 0, size)? {
                tree.push(subtree).map_err(|_| Fault::corrupt("tile"))?;
            }
            Ok(tree.root())
        };
        let own = self.roots(most)?;
        let own = |size: u64| usize::try_from(size).ok().and_then(|n| own.get(n)).copied();
        // Two logs that agree at a size agree at every smaller one.
        let (mut agree, mut differ) = (0, most + 1);
        while agree + 1 < differ {
            // The whole first: a backup is nearly always a beginning of what was there.
            let middle = if differ > most { most } else { agree + (differ - agree) / 2 };
            match Some(at(middle)?) == own(middle) {
                true => agree = middle,
                false => differ = middle,
            }
        }
        match own(agree).filter(|_| agree > 0) {
            Some(root) => Ok((agree, root)),
            None => Err(Fault::corrupt("log")),
        }
    }

    /// Roots of this log at every size up to `most`: one pass, whichever of them a search then asks for.
    fn roots(&self, most: u64) -> Result<Vec<Hash>, Fault> {
        let mut tree = Frontier::new();
        let mut roots = vec![tree.root()];
        while tree.size() < most {
            let next = tree.size();
            let entries = self.db.read(|c| entry::from(c, next, BATCH))?;
            if entries.is_empty() {
                return Err(Fault::corrupt("store"));
            }
            for (_, entry) in entries {
                tree.push_leaf(entry.leaf());
                roots.push(tree.root());
            }
        }
        Ok(roots)
    }

    fn sign_restore(
        &self,
        request: &RestoreRequest,
        base: u64,
        root: Hash,
        generation: u64,
        next_key: &Hash,
    ) -> Result<Pending, Fault> {
        let key = SigningKey::from_bytes(&*secret::random()?);
        self.db.write(|c| {
            let voucher = match &request.recovery_key {
                Some(printed) => Voucher::Recovery { printed: seed(printed)?, next: secret::random()? },
                None if !self.known_below(c, base)? => return Err(Fault::invalid("recovery_key", "missing")),
                None if self.actor(c)?.role != Role::Administrator => return Err(Fault::Denied),
                None => Voucher::Old,
            };
            let organisation = self.organisation()?;
            let enrolment = self.vouched(c, &key, &voucher)?;
            let known = meta::cursor(c)?.generation;
            let number = |n: u64| i64::try_from(n).map_err(|cause| error::internal("restore", &cause));
            let fields = [
                (restore::BASE, Value::Int(number(base)?)),
                (restore::ROOT, Value::from(root.0)),
                (restore::GENERATION, Value::Int(number(generation.max(known) + 1)?)),
                (restore::SERVER_KEY, Value::from(next_key.0)),
                (REASON, Value::from(request.reason.as_str())),
                (TIME, evidence::time_to(&self.time(c)?)),
            ];
            let header = Header {
                organisation: Some(organisation),
                project: None,
                device: enrolment.header().device,
                sequence: 1,
                previous: Some(enrolment.hash()),
                seen: Seen { generation, size: base, root },
                cites: None,
                kind: restore::KIND.name.to_owned(),
                record: RecordId::from(self.new_id()?),
                commitment: Hash([0; 32]),
            };
            let fields = fields.into_iter().map(|(name, value)| (Key::from(name), value)).collect();
            let action = Action::sign(&key, header, Body { random: *secret::random()?, fields }, None);
            let pending = Pending { actions: vec![enrolment, action], key, recovery: voucher.next() };
            pending.keep(c, RESTORE)?;
            Ok(pending)
        })
    }

    fn sign_recovery(&self, printed: Zeroizing<[u8; 32]>) -> Result<Pending, Fault> {
        let key = SigningKey::from_bytes(&*secret::random()?);
        let voucher = Voucher::Recovery { printed, next: secret::random()? };
        self.db.write(|c| {
            let pending = Pending { actions: vec![self.vouched(c, &key, &voucher)?], key, recovery: voucher.next() };
            pending.keep(c, RECOVERY)?;
            Ok(pending)
        })
    }

    /// Whether this device came in below `base`.
    fn known_below(&self, c: &Tx, base: u64) -> Result<bool, Fault> {
        let own = entry::of_record(c, &RecordId::from(self.device()))?;
        let founded = entry::of_record(c, &RecordId::from(self.organisation()?))?;
        let first = own.first().or(founded.first().filter(|(_, e)| e.action.header().device == self.device()));
        Ok(first.is_some_and(|(position, _)| *position < base))
    }

    /// The server logged the restore: its receipt is checked, and this device signs by its new key from here on.
    fn restored(&self, pending: Pending, receipt: &page::Receipt) -> Result<RestoredView, Fault> {
        let opening = pending.actions.iter().find_map(Opening::of).ok_or_else(|| Fault::corrupt("store"))?;
        let entries = logged(&pending, receipt)?;
        push::prove(&entries, receipt, &self.organisation()?, &opening.server_key)?;
        let known = self.take_key(pending.key.clone(), |c| {
            // What was logged above the size that is continued, and not read again yet, is lost there as well.
            let lost = |item: &outbox::Item| item.position.is_some_and(|position| position >= opening.base);
            let again = |item: &outbox::Item| item.state == outbox::State::Waiting || lost(item);
            self.sign_again(c, &pending.key, &pending.actions, again)?;
            pending.logged(c, RESTORE)?;
            Ok(meta::cursor(c)?.tip.size)
        })?;
        let Opening { generation, base, .. } = opening;
        Ok(RestoredView { generation, base, known, recovery_key: pending.recovery_key() })
    }

    /// The server logged the enrolment: this device signs by its new key from here on. Until the enrolment is read back, it
    /// is kept with what this device has in the log.
    fn recovered(&self, pending: Pending, receipt: &page::Receipt) -> Result<RecoveredView, Fault> {
        let entries = logged(&pending, receipt)?;
        self.take_key(pending.key.clone(), |c| {
            for (position, Entry { action, .. }) in &entries {
                outbox::put(c, action, self.config.clock.wall())?;
                outbox::settle(c, &action.hash(), outbox::State::Logged, Some(*position), "")?;
                self.show_again(c, &BTreeSet::from([action.header().record]))?;
            }
            self.sign_again(c, &pending.key, &pending.actions, |item| item.state == outbox::State::Waiting)?;
            pending.logged(c, RECOVERY)
        })?;
        let recovery_key = pending.recovery_key().ok_or_else(|| Fault::corrupt("store"))?;
        Ok(RecoveredView { recovery_key })
    }

    fn pass_hole(&self, c: &Tx, request: &PassHoleRequest) -> Result<RecordView, Fault> {
        let organisation = self.organisation()?;
        let newest = generations::newest(&mut crate::db::book::ShownBook::new(c), &organisation)?;
        let record = newest.ok_or(Fault::NotFound)?;
        let place = Value::Bytes(generations::hole(&request.device, request.to).to_vec());
        let mut change = Change::write(organisation, restore::KIND.name, record, None, [(restore::LOST, place)]);
        change.reason = Some(request.reason.clone());
        self.act(c, change)?;
        self.view(c, &record)
    }
}

/// The entries that what was sent became, all of them in effect.
fn logged(pending: &Pending, receipt: &page::Receipt) -> Result<Vec<(u64, Entry)>, Fault> {
    let entries: Result<Vec<_>, Fault> = pending
        .actions
        .iter()
        .zip(&receipt.results)
        .map(|(action, result)| push::entry_of(action, Some(result)))
        .collect();
    let in_effect = |entries: &Vec<(u64, Entry)>| {
        entries.len() == pending.actions.len() && entries.iter().all(|(_, entry)| entry.outcome.applied())
    };
    entries.ok().filter(in_effect).ok_or_else(|| Fault::corrupt("receipt"))
}

/// The seed that was printed.
fn seed(text: &str) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let bytes = Zeroizing::new(data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).unwrap_or_default());
    let seed = bytes.as_slice().try_into().map_err(|_| Fault::invalid("recovery_key", "form"))?;
    Ok(Zeroizing::new(seed))
}
