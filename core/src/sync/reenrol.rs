//! Enrolling again: a new key, vouched for by the old one or by a new invite, under which unsent work travels whole (spine rule 21).
//!
//! Keys first, then one transaction that signs everything anew, then the keystore's own name for the new key: a crash
//! between any two of these, or a keystore that fails, is made up for at the next open. From the commit on the new key signs,
//! and nothing is signed meanwhile; a key that the store names is never overwritten where it is kept alone.

use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    DeviceId, Fault, Hash, RecordId,
    action::{Action, Body, Cites, Header, Origin, Seen, TIME, countersign},
    evidence,
    fold::ChainHead,
    link::InviteLink,
    record::device,
    value::{Key, Value},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
};
use zeroize::Zeroizing;

use crate::{
    client::{Client, DEVICE, Inner, keys},
    db::{Tx, meta, outbox, record as rows},
    event::Event,
    secret,
};

/// Who vouches for the new key.
pub(crate) enum Voucher {
    /// The old key.
    Old,
    /// A new invite's one-use key, where the old key was revoked.
    Invite(InviteLink),
    /// The organisation's recovery key, and the one that takes its place (rule 7a).
    Recovery {
        /// Seed of the printed key.
        printed: Zeroizing<[u8; 32]>,
        /// Seed of the next one.
        next: Zeroizing<[u8; 32]>,
    },
}

/// Gives this device a new key and signs what waits under it. Nothing is sent here.
pub(crate) async fn reenrol(client: &Client, voucher: Voucher) -> Result<(), Fault> {
    client.run(move |inner| inner.reenrol(&voucher)).await
}

impl Voucher {
    /// The seed of the recovery key that it brings.
    pub fn next(&self) -> Option<Zeroizing<[u8; 32]>> {
        match self {
            Voucher::Recovery { next, .. } => Some(next.clone()),
            Voucher::Old | Voucher::Invite(_) => None,
        }
    }
}

impl Inner {
    pub(crate) fn reenrol(&self, voucher: &Voucher) -> Result<(), Fault> {
        let new = SigningKey::from_bytes(&*secret::random()?);
        self.take_key(new.clone(), |c| {
            let enrolment = self.vouched(c, &new, voucher)?;
            outbox::put(c, &enrolment, self.config.clock.wall())?;
            // Shown at once, so that its holder can go on working before the server has heard of it.
            self.show_again(c, &BTreeSet::from([enrolment.header().record]))?;
            self.sign_again(c, &new, std::slice::from_ref(&enrolment), |item| item.state == outbox::State::Waiting)
        })
    }

    /// The new key's enrolment for this device's member.
    pub(crate) fn vouched(&self, c: &Tx, new: &SigningKey, voucher: &Voucher) -> Result<Action, Fault> {
        let (organisation, member, old) = (self.organisation()?, self.member()?, self.key());
        let device = DeviceId(new.verifying_key().to_bytes());
        let old_device = RecordId::from(self.device());
        let label =
            rows::get(c, &old_device, rows::Layer::Shown)?.and_then(|r| r.text(device::LABEL).map(str::to_owned));
        let (field, named, key) = match voucher {
            Voucher::Old => (device::OLD, Value::from(old.verifying_key().to_bytes()), old.clone()),
            Voucher::Invite(link) => (device::INVITE, Value::from(link.invite), SigningKey::from_bytes(&link.secret)),
            Voucher::Recovery { printed, next } => {
                let next = SigningKey::from_bytes(next).verifying_key().to_bytes();
                (device::RECOVERY_KEY, Value::from(next), SigningKey::from_bytes(printed))
            }
        };
        let signature = countersign(&key, &organisation, &device, &member);
        let mut fields = BTreeMap::from([
            (Key::from(device::MEMBER), Value::from(member)),
            (Key::from(field), named),
            (Key::from(device::COUNTERSIGNATURE), Value::Bytes(signature.to_vec())),
            (Key::from(TIME), evidence::time_to(&self.time(c)?)),
        ]);
        if let Some(label) = label {
            fields.insert(Key::from(device::LABEL), Value::from(label));
        }
        let header = Header {
            organisation: Some(organisation),
            project: None,
            device,
            sequence: 0,
            previous: None,
            seen: Seen::nothing(),
            cites: None,
            kind: device::KIND.name.to_owned(),
            record: RecordId::from(device),
            commitment: Hash([0; 32]),
        };
        let body = Body { random: *secret::random()?, fields };
        Ok(Action::sign(new, header, body, None))
    }

    /// Signs what `again` picks of the outbox whole under the new key, behind the actions with which its chain begins, and
    /// names that key as this device's.
    pub(crate) fn sign_again(
        &self,
        c: &Tx,
        new: &SigningKey,
        first: &[Action],
        again: impl Fn(&outbox::Item) -> bool,
    ) -> Result<(), Fault> {
        let last = first.last().ok_or_else(|| Fault::corrupt("enrolment"))?;
        let mut head = ChainHead { sequence: last.header().sequence, hash: last.hash() };
        let begins: Vec<Hash> = first.iter().map(Action::hash).collect();
        for item in outbox::all(c)?.into_iter().filter(|item| again(item) && !begins.contains(&item.action.hash())) {
            outbox::remove(c, &item.action.hash())?;
            if item.action.enrols() {
                continue; // The enrolment that failed: this one takes its place.
            }
            head = resend(c, new, head, &item.action, item.made)?;
        }
        meta::put_own_chain(c, head)?;
        meta::put(c, DEVICE, new.verifying_key().as_bytes())?;
        meta::put_cloned(c, false)
    }

    /// Runs `sign`, which names `new` as this device's key in the store, in one transaction; `new` signs from its commit on.
    pub(crate) fn take_key<T>(&self, new: SigningKey, sign: impl FnOnce(&Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        let keystore = &*self.config.keystore;
        let [_, name, next, _] = keys(&self.store_id);
        let token = format!("{}/refresh-token", self.organisation()?);
        // The present key may be under the next one's name alone: where the keystore failed behind the commit below.
        keystore.store(&name, self.key().as_bytes())?;
        keystore.store(&next, new.as_bytes())?;
        let (done, mut key) = self.db.write(|c| {
            let done = sign(c)?;
            // Whoever signs waits for the commit.
            Ok((done, self.key.write().unwrap_or_else(PoisonError::into_inner)))
        })?;
        *key = new.clone();
        drop(key);
        if let Err(fault) = keystore.store(&name, new.as_bytes()).and_then(|()| keystore.remove(&token)) {
            tracing::warn!(%fault, "the keystore has the new key as the next one until this is opened again");
        }
        self.emit(Event::Outbox);
        Ok(done)
    }
}

/// Queues the same work behind `head`, the end of another chain: kind, record, project, `seen` and body repeat the origin's.
/// Answers the chain's new end.
pub(crate) fn resend(
    c: &Tx,
    key: &SigningKey,
    head: ChainHead,
    action: &Action,
    made: i64,
) -> Result<ChainHead, Fault> {
    let old = action.header();
    let origin = action
        .origin()
        .cloned()
        .unwrap_or_else(|| Origin { header: action.bytes().to_vec(), signature: *action.signature() });
    let header = Header {
        device: DeviceId(key.verifying_key().to_bytes()),
        sequence: head.sequence + 1,
        previous: Some(head.hash),
        cites: Some(Cites::Resend(action.identity())),
        ..old.clone()
    };
    let action = Action::sign(key, header, action.body().clone(), Some(origin));
    outbox::put(c, &action, made)?;
    Ok(ChainHead { sequence: action.header().sequence, hash: action.hash() })
}
