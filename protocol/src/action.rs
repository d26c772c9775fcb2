//! Actions: what a person did, signed by the device on which it was done.
//!
//! An action is a header, the device's Ed25519 signature over it, and a body that the header commits to field by field, so
//! that one value can later be redacted while signature and proofs stay valid. A resent action also carries its origin:
//! header and signature under which it was first signed.
//!
//! Invariants: a header has one encoding, and its SHA-256 is the action's name; an [`Action`] that exists has a good
//! signature and a body that agrees with its commitment; its sequence is 0 exactly when it names no previous header.

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{
    evidence,
    id::{DeviceId, Hash, OrganisationId, RecordId, Uuid},
    log::merkle,
    record::{device, organisation},
    time::TimeEvidence,
    value::{Key, Malformed, Reader, Value, Writer, find},
};

/// Format version of a header.
pub const VERSION: u64 = 1;
/// Most bytes of an encoded body.
pub const MAX_BODY: usize = 64 * 1024;
/// Most bytes of an encoded header.
pub const MAX_HEADER: usize = 512;
/// Body field of the time evidence, which every action by a person carries.
pub const TIME: &str = "time";
/// Body field of the reason, where one is owed.
pub const REASON: &str = "reason";

const ACTION_LABEL: &[u8] = b"plumbline/action/1\n";
const ENROL_LABEL: &[u8] = b"plumbline/enrol/1\n";

/// Why bytes are not an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAction {
    /// The bytes are not the encoding.
    #[error("encoding: {0}")]
    Encoding(#[from] Malformed),
    /// A part of the header or body has a form that the format does not allow.
    #[error("encoding: {0}")]
    Form(&'static str),
    /// The signature is not by the device named.
    #[error("not signed by the device it names")]
    Signature,
    /// The body is not the one that the header commits to.
    #[error("its body is not the one committed to")]
    Commitment,
}

/// What the screen acted upon had shown: a log's generation, size and root (spine rule 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Generation of the log.
    pub generation: u64,
    /// Number of entries.
    pub size: u64,
    /// Merkle root over them.
    pub root: Hash,
}

impl Seen {
    /// Of somebody who has seen nothing yet.
    pub fn nothing() -> Self {
        Seen { generation: 0, size: 0, root: merkle::empty_root() }
    }
}

/// What an action is about beside its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cites {
    /// An administrator lets the held action with this header hash take effect (rule 11).
    Admit(Hash),
    /// Work signed under another chain, by its header hash, sent again (rule 21).
    Resend(Hash),
}

/// The signed part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The organisation; none in its first entry alone, whose hash becomes it.
    pub organisation: Option<OrganisationId>,
    /// The project, for kinds that belong to one.
    pub project: Option<Uuid>,
    /// The device that signs.
    pub device: DeviceId,
    /// Place in the device's chain, from 0.
    pub sequence: u64,
    /// Hash of the device's previous header; none at sequence 0.
    pub previous: Option<Hash>,
    /// What the author had seen.
    pub seen: Seen,
    /// What it admits or resends.
    pub cites: Option<Cites>,
    /// Kind of the record.
    pub kind: String,
    /// The record; in an organisation's first entry its own hash (left empty in the bytes).
    pub record: RecordId,
    /// Commitment to the body.
    pub commitment: Hash,
}

impl Header {
    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.list(11).uint(VERSION);
        w.bytes(self.organisation.as_ref().map_or(&[], |o| &o.0));
        match &self.project {
            Some(project) => w.bytes(project.as_bytes()),
            None => w.null(),
        };
        w.bytes(&self.device.0).uint(self.sequence);
        w.bytes(self.previous.as_ref().map_or(&[], |h| &h.0));
        encode_seen(&mut w, &self.seen);
        encode_cites(&mut w, self.cites.as_ref());
        w.text(&self.kind);
        w.bytes(if self.organisation.is_some() { self.record.as_bytes() } else { &[] });
        w.bytes(&self.commitment.0);
        w.0
    }

    /// Reads a header; `bytes` must be its one encoding.
    pub fn decode(bytes: &[u8]) -> Result<Header, BadAction> {
        if bytes.len() > MAX_HEADER {
            return Err(BadAction::Form("header too long"));
        }
        let mut r = Reader::new(bytes);
        r.list_of(11)?;
        if r.uint()? != VERSION {
            return Err(BadAction::Form("unknown format version"));
        }
        let organisation = match r.bytes()? {
            [] => None,
            id => Some(OrganisationId::from_slice(id).map_err(|_| BadAction::Form("organisation"))?),
        };
        let project = decode_project(&mut r)?;
        let device = DeviceId(r.array()?);
        let sequence = r.uint()?;
        let previous = match r.bytes()? {
            [] => None,
            hash => Some(Hash::from_slice(hash).map_err(|_| BadAction::Form("previous"))?),
        };
        let seen = decode_seen(&mut r)?;
        let cites = decode_cites(&mut r)?;
        let kind = decode_kind(&mut r)?;
        let record = r.bytes()?;
        let record = match organisation {
            None if record.is_empty() => RecordId::Key(hash(bytes).0),
            None => return Err(BadAction::Form("record")),
            Some(_) => RecordId::from_slice(record).map_err(|_| BadAction::Form("record"))?,
        };
        let commitment = Hash(r.array()?);
        r.end()?;
        first_has_no_previous(sequence, previous.as_ref())?;
        let header =
            Header { organisation, project, device, sequence, previous, seen, cites, kind, record, commitment };
        if header.encode() != bytes {
            return Err(BadAction::Form("not the one encoding"));
        }
        Ok(header)
    }
}

pub(crate) fn first_has_no_previous(sequence: u64, previous: Option<&Hash>) -> Result<(), BadAction> {
    if previous.is_none() == (sequence == 0) { Ok(()) } else { Err(BadAction::Form("previous and sequence disagree")) }
}

pub(crate) fn encode_seen(w: &mut Writer, seen: &Seen) {
    w.list(3).uint(seen.generation).uint(seen.size).bytes(&seen.root.0);
}

pub(crate) fn decode_seen(r: &mut Reader<'_>) -> Result<Seen, Malformed> {
    r.list_of(3)?;
    Ok(Seen { generation: r.uint()?, size: r.uint()?, root: Hash(r.array()?) })
}

pub(crate) fn encode_cites(w: &mut Writer, cites: Option<&Cites>) {
    match cites {
        None => w.null(),
        Some(Cites::Admit(hash)) => w.list(2).uint(0).bytes(&hash.0),
        Some(Cites::Resend(hash)) => w.list(2).uint(1).bytes(&hash.0),
    };
}

pub(crate) fn decode_cites(r: &mut Reader<'_>) -> Result<Option<Cites>, BadAction> {
    if r.null()? {
        return Ok(None);
    }
    r.list_of(2)?;
    let tag = r.uint()?;
    let hash = Hash(r.array()?);
    match tag {
        0 => Ok(Some(Cites::Admit(hash))),
        1 => Ok(Some(Cites::Resend(hash))),
        _ => Err(BadAction::Form("cites")),
    }
}

pub(crate) fn decode_project(r: &mut Reader<'_>) -> Result<Option<Uuid>, BadAction> {
    if r.null()? {
        return Ok(None);
    }
    Uuid::from_slice(r.bytes()?).map(Some).map_err(|_| BadAction::Form("project"))
}

pub(crate) fn decode_kind(r: &mut Reader<'_>) -> Result<String, BadAction> {
    let kind = r.text()?;
    let plain = (1..=32).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain { Ok(kind.to_owned()) } else { Err(BadAction::Form("kind")) }
}

/// SHA-256.
pub fn hash(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// The committed part: field -> value under 16 random bytes, from which each field's salt derives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// From a secure generator, new for each body.
    pub random: [u8; 16],
    /// The values, with [`TIME`] and, where owed, [`REASON`] among them.
    pub fields: BTreeMap<Key, Value>,
}

impl Body {
    /// The value of `field`.
    pub fn field(&self, field: &str) -> Option<&Value> {
        find(&self.fields, field)
    }

    /// The reason given, if any.
    pub fn reason(&self) -> Option<&str> {
        self.field(REASON)?.text()
    }

    /// The time evidence, if it is there and well formed.
    pub fn time(&self) -> Option<TimeEvidence> {
        evidence::time_from(self.field(TIME)?)
    }

    /// Fields about the record: all but [`TIME`] and [`REASON`].
    pub fn record_fields(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields.iter().map(|(k, v)| (k.0.as_str(), v)).filter(|(k, _)| !matches!(*k, TIME | REASON))
    }

    /// SHA-256 over the list of pairs (field, HMAC-SHA-256(salt, value)) in order of field, where the salt of a field is
    /// HMAC-SHA-256(random, field). Values of low entropy cannot be guessed from it (DESIGN section 2).
    pub fn commitment(&self) -> Hash {
        let mut w = Writer::default();
        w.list(self.fields.len());
        for (field, value) in &self.fields {
            let salt = mac(&self.random, field.0.as_bytes());
            w.list(2).text(&field.0).bytes(&mac(&salt, &value.encode()));
        }
        hash(&w.0)
    }

    /// The one encoding: `[random, {field: value}]`.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        self.write(&mut w);
        w.0
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.list(2).bytes(&self.random).map(&self.fields);
    }

    /// Reads a body; `bytes` must be its one encoding.
    pub fn decode(bytes: &[u8]) -> Result<Body, BadAction> {
        let mut r = Reader::new(bytes);
        let body = Body::read(&mut r)?;
        r.end()?;
        Ok(body)
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Body, BadAction> {
        let start = r.offset();
        r.list_of(2)?;
        let random = r.array()?;
        let Value::Map(fields) = r.value()? else { return Err(BadAction::Form("body is not a map")) };
        if r.offset() - start > MAX_BODY {
            return Err(BadAction::Form("body too long"));
        }
        // The random bytes are committed to through the salts, so without a field nothing would cover them.
        if fields.is_empty() {
            return Err(BadAction::Form("body without fields"));
        }
        Ok(Body { random, fields })
    }
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Header and signature under which resent work was first signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The old header's bytes.
    pub header: Vec<u8>,
    /// The old device's signature over them.
    pub signature: [u8; 64],
}

/// An action whose signature was not checked yet: checking is the slow part, and can be spread over cores.
#[derive(Debug, Clone)]
pub struct Unverified {
    pub(crate) header: Header,
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) signature: [u8; 64],
    pub(crate) body: Body,
    pub(crate) origin: Option<Origin>,
}

impl Unverified {
    /// Checks the signature and, for resent work, that it repeats an origin with a good signature.
    pub fn verify(self, keys: &mut Keys) -> Result<Action, BadAction> {
        let Unverified { header, bytes, hash, signature, body, origin } = self;
        if !keys.verify(&header.device.0, ACTION_LABEL, &bytes, &signature) {
            return Err(BadAction::Signature);
        }
        match (&header.cites, &origin) {
            (Some(Cites::Resend(cited)), Some(origin)) => repeats(&header, cited, origin)?,
            (Some(Cites::Resend(_)), None) => return Err(BadAction::Form("resent work without its origin")),
            (_, Some(_)) => return Err(BadAction::Form("an origin that is not cited")),
            (_, None) => {}
        }
        Ok(Action { header, bytes, hash, signature, body, origin })
    }

    /// As [`Action::stored`].
    pub(crate) fn stored(self) -> Action {
        let Unverified { header, bytes, hash, signature, body, origin } = self;
        Action { header, bytes, hash, signature, body, origin }
    }
}

/// A signed action. The only ways to one are [`Action::sign`], [`Unverified::verify`] and, from a store that holds one,
/// [`Action::stored`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    header: Header,
    bytes: Vec<u8>,
    hash: Hash,
    signature: [u8; 64],
    body: Body,
    origin: Option<Origin>,
}

impl Action {
    /// Signs `header` (its commitment and, in a first entry, record are filled in) over `body`.
    pub fn sign(key: &SigningKey, mut header: Header, body: Body, origin: Option<Origin>) -> Action {
        header.commitment = body.commitment();
        let bytes = header.encode();
        let hash = hash(&bytes);
        if header.organisation.is_none() {
            header.record = RecordId::Key(hash.0);
        }
        let signature = sign(key, ACTION_LABEL, &bytes);
        Action { header, bytes, hash, signature, body, origin }
    }

    /// Checks encoding, commitment, origin and signature.
    pub fn verify(
        bytes: Vec<u8>,
        signature: [u8; 64],
        body: Body,
        origin: Option<Origin>,
    ) -> Result<Action, BadAction> {
        let header = Header::decode(&bytes)?;
        if body.commitment() != header.commitment {
            return Err(BadAction::Commitment);
        }
        Unverified { hash: hash(&bytes), header, bytes, signature, body, origin }.verify(&mut Keys::default())
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }
    /// The header's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// SHA-256 of the header's bytes: names this action.
    pub fn hash(&self) -> Hash {
        self.hash
    }
    /// What the work is known by, however often it is sent: the origin's hash for resent work, else its own (rule 21).
    pub fn identity(&self) -> Hash {
        match self.header.cites {
            Some(Cites::Resend(origin)) => origin,
            _ => self.hash,
        }
    }
    /// The organisation; an organisation's first entry names it by its own hash.
    pub fn organisation(&self) -> OrganisationId {
        self.header.organisation.unwrap_or(OrganisationId(self.hash.0))
    }
    /// The signature.
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }
    /// The body.
    pub fn body(&self) -> &Body {
        &self.body
    }
    /// The origin of resent work.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }
    /// The device that first signed the work: the origin's for resent work.
    pub fn origin_device(&self) -> DeviceId {
        self.origin_header().map_or(self.header.device, |h| h.device)
    }
    /// The held action that this one admits, also when it is an admit sent again (rules 11 and 21).
    pub fn admits(&self) -> Option<Hash> {
        let origin = self.origin_header();
        match origin.as_ref().unwrap_or(&self.header).cites {
            Some(Cites::Admit(cited)) => Some(cited),
            _ => None,
        }
    }
    /// True for the action that begins an organisation, the first entry of its log (rule 3).
    pub fn begins(&self) -> bool {
        let h = &self.header;
        h.organisation.is_none() && h.kind == organisation::KIND.name && h.sequence == 0
    }
    /// True for a device's own first action, by which it enrols (rule 7).
    pub fn enrols(&self) -> bool {
        let h = &self.header;
        h.kind == device::KIND.name && h.record == RecordId::from(h.device) && h.sequence == 0
    }

    fn origin_header(&self) -> Option<Header> {
        Header::decode(&self.origin.as_ref()?.header).ok()
    }

    /// The one encoding: `[header, signature, body, origin or null]`.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        self.write(&mut w);
        w.0
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.list(4).bytes(&self.bytes).bytes(&self.signature);
        self.body.write(w);
        encode_origin(w, self.origin.as_ref());
    }

    /// Reads and verifies.
    pub fn decode(bytes: &[u8]) -> Result<Action, BadAction> {
        let mut r = Reader::new(bytes);
        let action = Action::read(&mut r)?;
        r.end()?;
        Ok(action)
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Action, BadAction> {
        r.list_of(4)?;
        let header = r.bytes()?.to_vec();
        let signature = r.array()?;
        let body = Body::read(r)?;
        Action::verify(header, signature, body, decode_origin(r)?)
    }

    /// Reads what this device signed or verified itself, from a store that authenticates what it gives back: nothing is
    /// verified again. Never for bytes that somebody else could have written.
    pub fn stored(bytes: &[u8]) -> Result<Action, BadAction> {
        let mut r = Reader::new(bytes);
        r.list_of(4)?;
        let bytes = r.bytes()?.to_vec();
        let (signature, body, origin) = (r.array()?, Body::read(&mut r)?, decode_origin(&mut r)?);
        r.end()?;
        Action::stored_as(bytes, signature, body, origin)
    }

    /// As [`Action::stored`], of its parts.
    pub(crate) fn stored_as(
        bytes: Vec<u8>,
        signature: [u8; 64],
        body: Body,
        origin: Option<Origin>,
    ) -> Result<Action, BadAction> {
        let header = Header::decode(&bytes)?;
        Ok(Unverified { header, hash: hash(&bytes), bytes, signature, body, origin }.stored())
    }
}

pub(crate) fn encode_origin(w: &mut Writer, origin: Option<&Origin>) {
    match origin {
        None => w.null(),
        Some(o) => w.list(2).bytes(&o.header).bytes(&o.signature),
    };
}

pub(crate) fn decode_origin(r: &mut Reader<'_>) -> Result<Option<Origin>, BadAction> {
    if r.null()? {
        return Ok(None);
    }
    r.list_of(2)?;
    Ok(Some(Origin { header: r.bytes()?.to_vec(), signature: r.array()? }))
}

/// Rule 21: resent work repeats kind, record, project, `seen` and body of its origin, which is itself no resend.
fn repeats(header: &Header, cited: &Hash, origin: &Origin) -> Result<(), BadAction> {
    let old = Header::decode(&origin.header)?;
    let same = hash(&origin.header) == *cited
        && !matches!(old.cites, Some(Cites::Resend(_)))
        && old.organisation == header.organisation
        && (&old.kind, &old.record, &old.project) == (&header.kind, &header.record, &header.project)
        && (old.seen, old.commitment) == (header.seen, header.commitment);
    if !same {
        return Err(BadAction::Form("resent work differs from its origin"));
    }
    if !verify(&old.device.0, ACTION_LABEL, &origin.header, &origin.signature) {
        return Err(BadAction::Signature);
    }
    Ok(())
}

/// What a countersignature of an enrolment is over: organisation, new device and member (rule 7).
fn enrolment(organisation: &OrganisationId, device: &DeviceId, member: &Uuid) -> Vec<u8> {
    let mut w = Writer::default();
    w.list(3).bytes(&organisation.0).bytes(&device.0).bytes(member.as_bytes());
    w.0
}

/// Countersigns the enrolment of `device` for `member` with an invite's, an older device's or the recovery key.
pub fn countersign(key: &SigningKey, organisation: &OrganisationId, device: &DeviceId, member: &Uuid) -> [u8; 64] {
    sign(key, ENROL_LABEL, &enrolment(organisation, device, member))
}

/// True when `signature` is `key`'s countersignature of that enrolment.
pub fn countersigned(
    key: &[u8; 32],
    organisation: &OrganisationId,
    device: &DeviceId,
    member: &Uuid,
    signature: &[u8; 64],
) -> bool {
    verify(key, ENROL_LABEL, &enrolment(organisation, device, member), signature)
}

/// Signs `label || message`: each purpose has a label of its own, so no signature serves another purpose.
pub fn sign(key: &SigningKey, label: &[u8], message: &[u8]) -> [u8; 64] {
    key.sign(&[label, message].concat()).to_bytes()
}

/// True when `signature` is `key`'s over `label || message`, by the one strict rule.
pub fn verify(key: &[u8; 32], label: &[u8], message: &[u8], signature: &[u8; 64]) -> bool {
    strict(key, &[label, message].concat(), signature)
}

/// Public keys as points: who checks many signatures of few devices decompresses each key once.
#[derive(Debug, Default)]
pub struct Keys(BTreeMap<[u8; 32], Option<VerifyingKey>>);

impl Keys {
    /// As [`verify`].
    fn verify(&mut self, key: &[u8; 32], label: &[u8], message: &[u8], signature: &[u8; 64]) -> bool {
        let key = self.0.entry(*key).or_insert_with(|| VerifyingKey::from_bytes(key).ok());
        key.is_some_and(|key| good(&key, &[label, message].concat(), signature))
    }
}

/// As [`verify`], without a label: checkpoints alone are signed so, as their format wants it.
pub(crate) fn strict(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| good(&key, message, signature))
}

/// The one rule everywhere, strict Ed25519: canonical S, no key or R of small order, no cofactor (RFC 8032 as narrowed by
/// `verify_strict`).
fn good(key: &VerifyingKey, message: &[u8], signature: &[u8; 64]) -> bool {
    key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
}

#[cfg(test)]
mod tests;
