//! Coming in and going out: founding an organisation, enrolling by an invite, signing out.
//!
//! The enrolment is signed and stored before it is sent, so a lost reply or a killed app goes on with the same bytes: an
//! invite is never used up by a key that nobody has any more.

use std::sync::atomic::Ordering;

use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    Fault, Hash, OrganisationId, RecordId, Uuid,
    action::{Action, Body, Header, Seen, TIME, countersign},
    evidence,
    fold::ChainHead,
    link::{InviteLink, Server, SetupLink},
    page::{self, PushResult, Receipt},
    record::{device, organisation},
    value::{Key, Value},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    client::{Client, Inner, keys},
    db::{Tx, meta, outbox},
    event::Event,
    net::Net,
    repair, restore, secret,
    sync::{Connection, reenrol},
};

/// The first action of an enrolment that is under way.
const PENDING: &str = "enrolment";

/// What a founder types.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct CreateOrganisationRequest {
    /// The setup link from the server's terminal.
    pub link: String,
    /// Name of the organisation.
    pub name: String,
    /// The founder's own name.
    pub founder_name: String,
}

/// A new organisation.
#[derive(Clone, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CreatedView {
    /// Its id.
    pub organisation: OrganisationId,
    /// The founder's member id.
    pub member: Uuid,
    /// Seed of the recovery key, lower-case hex: to be printed.
    pub recovery_key: String,
}

/// What an invited person gives.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The invite link.
    pub link: String,
    /// What to call this device.
    pub device_label: String,
}

/// Where this device stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct StatusView {
    /// `new` or `enrolled`.
    pub state: String,
    /// The organisation.
    pub organisation: Option<OrganisationId>,
    /// Its name.
    pub organisation_name: String,
    /// The member.
    pub member: Option<Uuid>,
    /// Its name.
    pub member_name: String,
    /// Its role.
    pub role: String,
    /// This device's public key.
    pub device: String,
    /// Host and port of the server.
    pub server: String,
    /// What is known of the connection.
    pub connection: Connection,
    /// When the server was last reached: by the last round, or at the latest when it last had something to say.
    pub contact: Option<i64>,
    /// Generation of the log.
    pub generation: u64,
    /// Its size as far as it was read.
    pub size: u64,
    /// Its root there.
    pub root: Hash,
    /// Actions that the server has not acknowledged.
    pub waiting: u64,
    /// Alarms raised.
    pub alarms: u64,
}

/// What to do with unsent work.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct SignOutRequest {
    /// True: it is given up. False: sign-out stops where there is some.
    pub discard_unsent: bool,
}

/// What sign-out did.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SignOutView {
    /// Actions and photographs that the server does not have, and at most so many that a repair could not save.
    pub unsent: u64,
    /// True when the device is signed out and its store is gone.
    pub done: bool,
}

impl Client {
    /// Founds an organisation with a setup link. Needs the network. When it returns, the organisation is founded; where the
    /// network failed after that, the next sync reads what this device needs to act.
    ///
    /// # Errors
    /// [`Fault::Invalid`] that names what is wrong with the link or a name; [`Fault::Offline`]: try again with the same link.
    pub async fn create_organisation(&self, request: CreateOrganisationRequest) -> Result<CreatedView, Fault> {
        let link: SetupLink = request.link.parse()?;
        let net = Net::new(&link.server)?;
        let (server, server_key) = (link.server.clone(), link.server_key);
        let (action, recovery) = self.run(move |inner| inner.found(&server, server_key, &request)).await?;
        let message = page::encode_push(std::slice::from_ref(&action));
        let receipt = net.setup(&link.secret, message).await?;
        let founder = action.body().field(organisation::FOUNDER).and_then(Value::id).and_then(|id| id.uuid());
        let member = founder.ok_or_else(|| Fault::corrupt("enrolment"))?;
        self.admitted(action.clone(), &receipt, server_key).await?;
        // Founded is founded: whatever stops the first reading, the next sync makes up for it.
        if let Err(fault) = self.sync().await {
            tracing::warn!(%fault, "the log could not be read yet");
        }
        let recovery_key = data_encoding::HEXLOWER.encode(recovery.as_slice());
        Ok(CreatedView { organisation: action.organisation(), member, recovery_key })
    }

    /// Enrols this device with an invite link. Needs the network; a lost reply is made up for by calling again. When it
    /// returns, the device is enrolled; where the network failed after that, the size is 0 until the next sync. A device
    /// whose key was revoked comes back by a new invite for the same member: its unsent work goes with it.
    ///
    /// # Errors
    /// [`Fault::Invalid`] with field `link` or `invite` and how it is wrong (`used`, `expired`, ...); [`Fault::Offline`].
    pub async fn enrol(&self, request: EnrolRequest) -> Result<StatusView, Fault> {
        let link: InviteLink = request.link.parse()?;
        if let Ok(identity) = self.inner.identity() {
            let same = (identity.organisation, identity.member) == (link.organisation, link.member);
            let _round = self.inner.sync.round.lock().await;
            if !same || !self.revoked().await? {
                return Err(Fault::invalid("device", "enrolled"));
            }
            reenrol::reenrol(self, reenrol::Voucher::Invite(link)).await?;
            self.synced().await?;
            return self.status().await;
        }
        let net = Net::new(&link.server)?;
        let organisation = link.organisation;
        let action = self.run(move |inner| inner.enrolment(&link, &request.device_label)).await?;
        let message = page::encode_push(std::slice::from_ref(&action));
        let receipt = net.enrol(&organisation, message).await?;
        self.logged(&action, &receipt)?;
        self.enrolled(action).await?;
        self.first_sync().await?;
        self.status().await
    }

    /// Where this device stands. Needs no network.
    ///
    /// # Errors
    /// [`Fault::SignedOut`] after sign-out: the store is gone.
    pub async fn status(&self) -> Result<StatusView, Fault> {
        self.run(Inner::status).await
    }

    /// Ends the session here and at the server, and removes keys and store, with every damaged store that a repair replaced:
    /// unsent work, and what those may hold alone, is offered first.
    pub async fn sign_out(&self, request: SignOutRequest) -> Result<SignOutView, Fault> {
        let unsent = self.run(|inner| inner.db.read(unsent)).await?;
        if unsent > 0 && !request.discard_unsent {
            return Ok(SignOutView { unsent, done: false });
        }
        if let Ok(session) = self.session() {
            session.sign_out().await?;
        }
        self.run(Inner::end).await?;
        Ok(SignOutView { unsent, done: true })
    }

    /// Whether the server no longer takes this device's key for its member's: only then may a new key replace it. A session
    /// is opened anew for that and nothing is pushed: what waits is to take effect under the new key, not to be held.
    async fn revoked(&self) -> Result<bool, Fault> {
        self.forget_session();
        match self.push_only().await {
            Err(Fault::SignedOut | Fault::Denied) => Ok(true),
            only => only,
        }
    }

    /// The founder's receipt: the key that signs it came with the link.
    async fn admitted(&self, action: Action, receipt: &Receipt, server_key: [u8; 32]) -> Result<(), Fault> {
        self.logged(&action, receipt)?;
        let entry = crate::sync::push::entry_of(&action, receipt.results.first())?;
        crate::sync::push::prove(&[entry], receipt, &action.organisation(), &server_key)?;
        self.enrolled(action).await
    }

    /// Reads the log for the first time. Whoever is enrolled stays so where this fails on its way: the next sync reads it.
    async fn first_sync(&self) -> Result<(), Fault> {
        match self.sync().await {
            Ok(_) | Err(Fault::Offline | Fault::Busy { .. }) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    fn logged(&self, action: &Action, receipt: &Receipt) -> Result<(), Fault> {
        match receipt.results.first() {
            Some(PushResult::Logged { outcome, .. }) if outcome.applied() => Ok(()),
            Some(PushResult::Refused { field, reason }) => Err(Fault::invalid(field.clone(), reason.clone())),
            _ => Err(Fault::invalid(action.header().kind.clone(), "refused")),
        }
    }

    async fn enrolled(&self, action: Action) -> Result<(), Fault> {
        self.run(move |inner| {
            let mut identity = inner.db.read(meta::identity)?.ok_or(Fault::SignedOut)?;
            identity.enrolled = true;
            // Beside the keys too: a store that lost its page with this can then still be rebuilt.
            let [.., name] = keys(&inner.store_id);
            inner.config.keystore.store(&name, &identity.encode())?;
            let identity = inner.db.write(|c| {
                meta::put_identity(c, &identity)?;
                let head = ChainHead { sequence: action.header().sequence, hash: action.hash() };
                meta::put_own_chain(c, head)?;
                if let Some(Pending { recovery, .. }) = pending(c)?.filter(|pending| !pending.recovery.is_empty()) {
                    meta::put(c, restore::UNPRINTED, &recovery)?;
                }
                meta::delete(c, PENDING)?;
                Ok(identity)
            })?;
            let _ = inner.identity.set(identity);
            inner.emit(Event::Connection { connection: Connection::Online });
            Ok(())
        })
        .await
    }
}

impl Inner {
    fn found(
        &self,
        server: &Server,
        server_key: [u8; 32],
        request: &CreateOrganisationRequest,
    ) -> Result<(Action, Zeroizing<[u8; 32]>), Fault> {
        self.only_new()?;
        for (field, text) in [("name", &request.name), ("founder_name", &request.founder_name)] {
            if text.trim().is_empty() || text.len() > 200 {
                return Err(Fault::invalid(field, "length"));
            }
        }
        self.db.write(|c| {
            // A first try whose reply was lost goes on with the same bytes.
            if let Some(Pending { action, recovery }) = pending(c)?.filter(|p| p.action.begins()) {
                let seed = recovery.as_slice().try_into().map_err(|_| Fault::corrupt("store"))?;
                return Ok((action, Zeroizing::new(seed)));
            }
            let recovery = secret::random::<32>()?;
            let member = self.new_id()?;
            let fields = [
                (organisation::NAME, Value::from(request.name.as_str())),
                (organisation::SERVER_KEY, Value::from(server_key)),
                (organisation::RECOVERY_KEY, Value::from(SigningKey::from_bytes(&recovery).verifying_key().to_bytes())),
                (organisation::FOUNDER, Value::from(member)),
                (organisation::FOUNDER_NAME, Value::from(request.founder_name.as_str())),
            ];
            let action = self.first(c, None, organisation::KIND.name, RecordId::Key([0; 32]), fields)?;
            let identity = meta::Identity {
                organisation: action.organisation(),
                member,
                at: server.at.clone(),
                ca: server.ca,
                enrolled: false,
            };
            meta::put_identity(c, &identity)?;
            keep(c, &action, recovery.as_slice())?;
            Ok((action, recovery))
        })
    }

    fn enrolment(&self, link: &InviteLink, label: &str) -> Result<Action, Fault> {
        self.only_new()?;
        if label.len() > 100 {
            return Err(Fault::invalid("device_label", "length"));
        }
        self.db.write(|c| {
            if let Some(Pending { action, .. }) = pending(c)?
                && action.body().field(device::INVITE).and_then(Value::id) == Some(RecordId::from(link.invite))
                && action.organisation() == link.organisation
            {
                return Ok(action);
            }
            let key = SigningKey::from_bytes(&link.secret);
            let signature = countersign(&key, &link.organisation, &self.device(), &link.member);
            let fields = [
                (device::MEMBER, Value::from(link.member)),
                (device::LABEL, Value::from(label)),
                (device::INVITE, Value::from(link.invite)),
                (device::COUNTERSIGNATURE, Value::Bytes(signature.to_vec())),
            ];
            let record = RecordId::from(self.device());
            let action = self.first(c, Some(link.organisation), device::KIND.name, record, fields)?;
            let identity = meta::Identity {
                organisation: link.organisation,
                member: link.member,
                at: link.server.at.clone(),
                ca: link.server.ca,
                enrolled: false,
            };
            meta::put_identity(c, &identity)?;
            keep(c, &action, &[])?;
            Ok(action)
        })
    }

    /// The first action of this device's chain: nothing was seen before it.
    fn first<const N: usize>(
        &self,
        c: &Tx,
        organisation: Option<OrganisationId>,
        kind: &str,
        record: RecordId,
        fields: [(&str, Value); N],
    ) -> Result<Action, Fault> {
        let mut fields: std::collections::BTreeMap<Key, Value> =
            fields.into_iter().map(|(k, v)| (Key::from(k), v)).collect();
        fields.insert(Key::from(TIME), evidence::time_to(&self.time(c)?));
        let header = Header {
            organisation,
            project: None,
            device: self.device(),
            sequence: 0,
            previous: None,
            seen: Seen::nothing(),
            cites: None,
            kind: kind.to_owned(),
            record,
            commitment: Hash([0; 32]),
        };
        Ok(Action::sign(&self.key(), header, Body { random: *secret::random()?, fields }, None))
    }

    fn only_new(&self) -> Result<(), Fault> {
        match self.identity.get() {
            Some(_) => Err(Fault::invalid("device", "enrolled")),
            None => Ok(()),
        }
    }

    fn status(&self) -> Result<StatusView, Fault> {
        use crate::db::{entry, record};
        use plumbline_protocol::record::member;

        if self.ended.load(Ordering::Acquire) {
            return Err(Fault::SignedOut);
        }
        let identity = self.identity.get();
        let state = if identity.is_some() { "enrolled" } else { "new" };
        self.db.read(|c| {
            let text = |id: Option<RecordId>, field: &str| -> Result<String, Fault> {
                let record = match id {
                    Some(id) => record::get(c, &id, record::Layer::Shown)?,
                    None => None,
                };
                Ok(record.and_then(|r| r.text(field).map(str::to_owned)).unwrap_or_default())
            };
            let member_id = identity.map(|i| RecordId::from(i.member));
            let organisation_id = identity.map(|i| RecordId::from(i.organisation));
            let seen = crate::client::current(c)?;
            Ok(StatusView {
                state: state.to_owned(),
                organisation: identity.map(|i| i.organisation),
                organisation_name: text(organisation_id, organisation::NAME)?,
                member: identity.map(|i| i.member),
                member_name: text(member_id, member::NAME)?,
                role: text(member_id, member::ROLE)?,
                device: self.device().to_string(),
                server: identity.map(|i| i.at.clone()).unwrap_or_default(),
                connection: self.sync.connection(),
                contact: match self.sync.contact() {
                    None => meta::time_anchor(c)?.map(|anchor| anchor.time),
                    contact => contact,
                },
                generation: seen.generation,
                size: seen.size,
                root: seen.root,
                waiting: outbox::count(c, outbox::State::Waiting)?,
                alarms: entry::alarms(c)?.len() as u64,
            })
        })
    }
}

/// Actions and photographs that only this device has, or may have: in a damaged store that a repair could not read.
fn unsent(c: &Tx) -> Result<u64, Fault> {
    Ok(outbox::count(c, outbox::State::Waiting)?
        + outbox::count(c, outbox::State::Refused)?
        + crate::db::photo::unsent(c)?
        + repair::unsaved(c)?)
}

fn keep(c: &Tx, action: &Action, rest: &[u8]) -> Result<(), Fault> {
    let value = Value::List(vec![Value::Bytes(action.encode()), Value::from(rest)]);
    meta::put(c, PENDING, &Zeroizing::new(value.encode()))
}

/// An enrolment that was signed and not acknowledged yet.
struct Pending {
    action: Action,
    /// Of a founding: the seed of the recovery key, which nobody was shown yet.
    recovery: Zeroizing<Vec<u8>>,
}

fn pending(c: &Tx) -> Result<Option<Pending>, Fault> {
    let Some(bytes) = meta::get(c, PENDING)?.map(Zeroizing::new) else { return Ok(None) };
    let value = Value::decode(&bytes).map_err(|_| Fault::corrupt("store"))?;
    let [action, recovery] = value.list().unwrap_or_default() else { return Err(Fault::corrupt("store")) };
    let action = Action::decode(action.bytes().unwrap_or_default()).map_err(|_| Fault::corrupt("store"))?;
    Ok(Some(Pending { action, recovery: Zeroizing::new(recovery.bytes().unwrap_or_default().to_vec()) }))
}
