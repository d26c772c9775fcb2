//! Enrolling again: a new key, vouched for by the old one or by a new invite, under which unsent work travels whole (spine rule 21).
//!
//! Keys first, then one transaction that signs everything anew, then the keystore's own name for the new key: a crash
//! between any two of these is made up for at the next open.

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
use std::{collections::BTreeMap, sync::PoisonError};

use crate::{
    client::{Client, DEVICE, Inner},
    db::{meta, outbox, record as rows},
    event::Event,
    secret,
    sync::pull,
};

/// Who vouches for the new key.
pub(crate) enum Voucher {
    /// The old key.
    Old,
    /// A new invite's one-use key, where the old key was revoked.
    Invite(InviteLink),
}

/// Gives this device a new key and signs what waits under it. Nothing is sent here.
pub(crate) async fn reenrol(client: &Client, voucher: Voucher) -> Result<(), Fault> {
    client.run(move |inner| inner.reenrol(&voucher)).await?;
    // The session was the old key's.
    client.forget_session();
    Ok(())
}

impl Inner {
    fn reenrol(&self, voucher: &Voucher) -> Result<(), Fault> {
        let organisation = self.organisation()?;
        let member = self.member()?;
        let old = self.key();
        let seed = secret::random::<32>()?;
        let new = SigningKey::from_bytes(&seed);
        let keystore = &*self.config.keystore;
        keystore.store(&format!("{}/device-key-next", self.store_id), seed.as_slice())?;
        self.db.write(|c| {
            let device = DeviceId(new.verifying_key().to_bytes());
            let old_device = RecordId::from(self.device());
            let label =
                rows::get(c, &old_device, rows::Layer::Shown)?.and_then(|r| r.text(device::LABEL).map(str::to_owned));
            let (field, named, key) = match voucher {
                Voucher::Old => (device::OLD, Value::from(old.verifying_key().to_bytes()), old.clone()),
                Voucher::Invite(link) => {
                    (device::INVITE, Value::from(link.invite), SigningKey::from_bytes(&link.secret))
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
            let enrolment = Action::sign(&new, header, body, None);
            let mut head = ChainHead { sequence: 0, hash: enrolment.hash() };
            let waiting = outbox::in_state(c, outbox::State::Waiting, 0, u32::MAX)?;
            outbox::put(c, &enrolment, self.config.clock.wall())?;
            for item in waiting {
                outbox::remove(c, &item.action.hash())?;
                if item.action.enrols() {
                    continue; // The enrolment that failed: this one takes its place.
                }
                let again = resend(&new, &item.action, head);
                head = ChainHead { sequence: again.header().sequence, hash: again.hash() };
                outbox::put(c, &again, item.made)?;
            }
            meta::put_own_chain(c, head)?;
            meta::put(c, DEVICE, &device.0)?;
            pull::clear_cloned(c)
        })?;
        keystore.store(&format!("{}/device-key", self.store_id), seed.as_slice())?;
        keystore.remove(&format!("{}/refresh-token", organisation))?;
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = new;
        self.emit(Event::Outbox);
        Ok(())
    }
}

/// The same work under a new chain: kind, record, project, `seen` and body repeat the origin's.
fn resend(key: &SigningKey, action: &Action, head: ChainHead) -> Action {
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
    Action::sign(key, header, action.body().clone(), Some(origin))
}
