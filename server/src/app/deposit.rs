//! Deposits: the server's word that it holds a photograph's bytes, given only after the stored object was read again.

use std::collections::BTreeMap;

use plumbline_protocol::{
    DeviceId, OrganisationId, RecordId,
    action::{Action, Body, Header, Seen, hash},
    blob::State,
    fold::Book,
    record::deposit,
    value::{Key, Value},
};

use super::{log, restore};
use crate::{
    db::{
        Tx,
        blob::{self, Blob},
        log::Log,
    },
    error::{Error, Result},
    random,
};

/// The stored object of `blob` was read and its hash agreed: logs that once for its photo, signed with the organisation's
/// server key on that key's own chain, in the transaction that marks the blob as verified.
pub fn append(tx: &Tx<'_>, organisation: &OrganisationId, blob: &Blob, now: i64) -> Result<()> {
    let mut log = Log::open(tx, *organisation)?;
    restore::open(&log)?;
    let record = RecordId::from(deposit::record_of(&blob.record));
    // An entry that had no effect, whoever made it, is no deposit.
    if !log.book.record(&record)?.is_some_and(|deposit| deposit.exists()) {
        let action = sign(&mut log, organisation, record, blob)?;
        let logged = log::append(tx, &mut log, action, now)?;
        logged.map_err(|refusal| Error::internal(format!("deposit refused: {refusal:?}")))?;
        log.close()?;
    }
    blob::set_state(tx, organisation, &blob.sha256, blob.record, State::Verified)
}

fn sign(log: &mut Log<'_>, organisation: &OrganisationId, record: RecordId, blob: &Blob) -> Result<Action> {
    let photo =
        log.book.record(&RecordId::from(blob.record))?.ok_or_else(|| Error::internal("a photo without a record"))?;
    let device = DeviceId(log.key.verifying_key().to_bytes());
    let before = log.book.chain(&device)?;
    let bytes = i64::try_from(blob.bytes).map_err(|_| Error::internal("bytes of a blob"))?;
    let fields = BTreeMap::from([
        (Key::from(deposit::PHOTO), Value::from(blob.record)),
        (Key::from(deposit::SHA256), Value::from(blob.sha256.0)),
        (Key::from(deposit::BYTES), Value::Int(bytes)),
    ]);
    let header = Header {
        organisation: Some(*organisation),
        project: photo.project,
        device,
        sequence: before.map_or(0, |head| head.sequence + 1),
        previous: before.map(|head| head.hash),
        seen: Seen::nothing(),
        cites: None,
        kind: deposit::KIND.name.to_owned(),
        record,
        commitment: hash(&[]), // Filled in by signing.
    };
    Ok(Action::sign(&log.key, header, Body { random: random::bytes()?, fields }, None))
}
