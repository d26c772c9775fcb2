//! Custody: where a photograph's bytes have been, step by step, and whether they are still the ones that were signed.
//!
//! Invariant: a step is listed because something proves it, the log or the server's word to this device, and with no more
//! than that says of it; a check reads every byte anew.

use plumbline_protocol::{
    DeviceId, Fault, Hash, RecordId, Uuid,
    record::{deposit, device},
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Inner},
    db::{Tx, entry, gallery, meta, outbox, photo as rows, record as records},
    files,
    photo::noted,
    record::RecordRequest,
};

/// A step of a photograph's custody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CustodyView {
    /// What happened.
    pub state: CustodyStep,
    /// When: the stated time at which it was taken, the server's for what the log has; none where nobody wrote it down.
    pub at: Option<i64>,
    /// The member, of what a person did.
    pub by: Option<Uuid>,
    /// The label of the person's device, or host and port of the server.
    pub label: String,
    /// Position in the log, of what it has.
    pub position: Option<u64>,
}

/// A step of custody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum CustodyStep {
    /// Taken or imported: hashed, sealed and signed on a device.
    Taken,
    /// Its signed hash came into the log.
    Logged,
    /// The server told this device that it has every byte.
    Received,
    /// The server read them again, and its deposit of the same hash came into the log.
    Verified,
}

/// What a check of a photograph found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PhotoCheckView {
    /// The bytes on this device.
    pub bytes: CheckedBytes,
    /// SHA-256 of the original, as it was signed.
    pub sha256: Hash,
    /// Position of its action in the log; none while it waits.
    pub position: Option<u64>,
    /// Position of the server's deposit; none where it has none.
    pub deposit: Option<u64>,
    /// Size of the log up to which every entry that this device may see was verified.
    pub size: u64,
    /// When this was checked, by this device's clock.
    pub at: i64,
}

/// What bytes are, beside what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum CheckedBytes {
    /// Every byte was read, and their hash is the signed one.
    Same,
    /// The file on this device is damaged, or of another hash.
    Differ,
    /// The original is not on this device.
    NotHere,
}

/// A photograph whose bytes the server does not have, as far as this device knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct UploadView {
    /// The photograph.
    pub photo: Uuid,
    /// Length of its original.
    pub bytes: u64,
    /// How often sending it failed.
    pub attempts: u32,
    /// What stood in the way the last time.
    pub fault: Option<Fault>,
}

impl Client {
    /// The steps of a photograph's custody that are known here, in their order.
    pub async fn custody(&self, request: RecordRequest) -> Result<Vec<CustodyView>, Fault> {
        let id = request.id.uuid().ok_or(Fault::NotFound)?;
        self.run(move |inner| inner.db.read(|c| inner.custody(c, &id))).await
    }

    /// Reads every byte of the original on this device again and compares it with what was signed.
    pub async fn check_photo(&self, request: RecordRequest) -> Result<PhotoCheckView, Fault> {
        let id = request.id.uuid().ok_or(Fault::NotFound)?;
        self.run(move |inner| inner.check_photo(&id)).await
    }

    /// Photographs of this device on their way to the server, or that do not get there.
    pub async fn uploads(&self) -> Result<Vec<UploadView>, Fault> {
        self.run(|inner| {
            inner.identity()?;
            let uploads = inner.db.read(rows::uploads)?.into_iter();
            let view = |upload: rows::Upload| UploadView {
                photo: upload.record,
                bytes: upload.bytes,
                attempts: upload.attempts,
                // Before anything was sent, what stands there is said of the thumbnail.
                fault: noted(&upload.fault).filter(|_| upload.attempts > 0),
            };
            Ok(uploads.map(view).collect())
        })
        .await
    }
}

impl Inner {
    fn custody(&self, c: &Tx, id: &Uuid) -> Result<Vec<CustodyView>, Fault> {
        let photo = self.photo(c, id)?;
        let server = &self.identity()?.at;
        let step = |state, at, position| CustodyView { state, at, by: None, label: server.clone(), position };
        let entry = entry::first_of(c, &RecordId::from(*id))?;
        let made_on = match &entry {
            Some((_, entry)) => Some(entry.action.origin_device()),
            None => outbox::pending_of(c, &RecordId::from(*id))?.first().map(|item| item.action.header().device),
        };
        let mut steps = vec![CustodyView {
            state: CustodyStep::Taken,
            at: Some(photo.at.stated),
            by: photo.by,
            label: made_on.map_or_else(|| Ok(String::new()), |device| label(c, &device))?,
            position: None,
        }];
        if let Some((position, entry)) = &entry {
            steps.push(step(CustodyStep::Logged, Some(entry.received), Some(*position)));
        }
        if rows::get(c, id)?.is_some_and(|kept| kept.received) {
            steps.push(step(CustodyStep::Received, None, None));
        }
        if let Some((position, entry)) = self.deposit(c, id, &photo.sha256, photo.bytes)? {
            steps.push(step(CustodyStep::Verified, Some(entry.received), Some(position)));
        }
        Ok(steps)
    }

    /// The entry of the deposit of these bytes.
    fn deposit(
        &self,
        c: &Tx,
        id: &Uuid,
        sha256: &Hash,
        bytes: u64,
    ) -> Result<Option<(u64, plumbline_protocol::entry::Entry)>, Fault> {
        match gallery::deposited(c, id, sha256, bytes)? {
            true => entry::first_of(c, &RecordId::from(deposit::record_of(id))),
            false => Ok(None),
        }
    }

    fn check_photo(&self, id: &Uuid) -> Result<PhotoCheckView, Fault> {
        let (mut view, kept, length) = self.db.read(|c| {
            let photo = self.photo(c, id)?;
            let position = entry::first_of(c, &RecordId::from(*id))?.map(|(position, _)| position);
            let deposit = self.deposit(c, id, &photo.sha256, photo.bytes)?.map(|(position, _)| position);
            let size = meta::cursor(c)?.tip.size;
            let (bytes, sha256) = (CheckedBytes::NotHere, photo.sha256);
            let view = PhotoCheckView { bytes, sha256, position, deposit, size, at: self.config.clock.wall() };
            Ok((view, rows::get(c, id)?, photo.bytes))
        })?;
        if let Some(original) = kept.and_then(|k| k.original) {
            view.bytes = match self.files.hash(&original.name, &original.key) {
                Ok(read) if read == (view.sha256, length) => CheckedBytes::Same,
                Err(Fault::NotFound) => CheckedBytes::NotHere,
                Err(fault) if !files::is_lost(&fault) => return Err(fault),
                _ => CheckedBytes::Differ,
            };
        }
        Ok(view)
    }
}

/// What the person calls a device; empty where nobody gave it a name.
pub(crate) fn label(c: &Tx, of: &DeviceId) -> Result<String, Fault> {
    let record = records::get(c, &RecordId::from(*of), records::Layer::Shown)?;
    let record = record.filter(|r| r.kind == device::KIND.name);
    Ok(record.and_then(|r| r.text(device::LABEL).map(str::to_owned)).unwrap_or_default())
}
