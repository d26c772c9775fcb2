//! What this organisation's data takes of this device.

use plumbline_protocol::Fault;
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Inner},
    db::photo,
};

/// Bytes on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct StorageView {
    /// The store: records, log, what waits, and its journal.
    pub store: u64,
    /// Sealed originals, with those that are being sealed.
    pub originals: u64,
    /// Sealed thumbnails.
    pub thumbnails: u64,
    /// Damaged stores that were moved aside, with their files.
    pub aside: u64,
    /// What may still be written.
    pub free: u64,
    /// Number of originals on this device.
    pub photos: u64,
}

impl Client {
    /// What is taken and what is free.
    pub async fn storage(&self) -> Result<StorageView, Fault> {
        self.run(Inner::storage).await
    }
}

impl Inner {
    fn storage(&self) -> Result<StorageView, Fault> {
        self.identity()?;
        let (photos, names) = self.db.read(photo::kept)?;
        let (thumbnails, originals) = self.files.sealed_bytes(&|name| names.contains(name))?;
        let store = self.files.store_bytes();
        let (aside, free) = (self.files.aside_bytes()?, self.files.free()?);
        Ok(StorageView { store, originals, thumbnails, aside, free, photos })
    }
}
