//! All that a member sees, in a folder that needs none of our programs: records with their history, originals, the log.
//!
//! What is written lies there in clear, for whoever has the folder (docs/THREATS.md). Invariants: the folder is there whole or
//! not at all, also when whoever asked for it gives up; what could not be had is counted and listed, never left out silently.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use data_encoding::HEXLOWER;
use plumbline_protocol::{
    Fault, Hash, Uuid,
    record::{kind, photo},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    client::{Client, Inner, as_of, current},
    db::{entry, gallery, meta, photo as files_of, record as rows},
    files::{self, export::Export},
    log::ExportLogRequest,
    record::view_of,
};

/// Records, or entries, that are read at once.
const BATCH: u32 = 500;

/// Where to write everything.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct ExportAllRequest {
    /// A folder that does not exist yet, in one that does.
    pub path: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ExportAllView {
    /// Records, withdrawn ones too: each a line of `records/<kind>.jsonl`, with the history of its fields.
    pub records: u64,
    /// Originals: `photos/<record>.<ending>`.
    pub photos: u64,
    /// Originals that neither this device nor the server gave: each a line of `missing.jsonl` that says why.
    pub missing: u64,
    /// Bytes of all that, without the copy of the log.
    pub bytes: u64,
}

/// How an export goes.
struct Progress {
    folder: Arc<Export>,
    view: ExportAllView,
    /// Originals that are still to be written.
    originals: Vec<Original>,
}

struct Original {
    photo: Uuid,
    sha256: Hash,
    bytes: u64,
    /// Where it goes.
    name: String,
}

impl Client {
    /// Writes all that this member sees into a new folder, in clear: records with their history as lines of JSON, originals,
    /// and the log, of which `plumbline-verify` accepts the copy in `log/` where this member sees all of it; else the entries
    /// are lines of `entries.jsonl`, beside the newest `checkpoint`. Originals that are not here come from the server. Who
    /// stops waiting for it leaves nothing behind.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `path`: `exists`, `missing` or `denied`; [`Fault::StorageFull`].
    pub async fn export_all(&self, request: ExportAllRequest) -> Result<ExportAllView, Fault> {
        let begin = move |inner: &Inner| inner.identity().and_then(|_| Export::begin(&request.path));
        let folder = Arc::new(self.run(begin).await?);
        let mut progress = Progress { folder, view: ExportAllView::default(), originals: Vec::new() };
        let mut next = Some(0);
        while let Some(row) = next {
            (progress, next) = self.run(move |inner| inner.export_records(progress, row)).await?;
        }
        let mut next;
        (progress, next) = self.run(move |inner| inner.export_whole_log(progress)).await?;
        while let Some(position) = next {
            (progress, next) = self.run(move |inner| inner.export_entries(progress, position)).await?;
        }
        let mut away = None;
        for original in std::mem::take(&mut progress.originals) {
            self.export_original(&mut progress, original, &mut away).await?;
        }
        self.run(move |_| progress.folder.finish().map(|()| progress.view)).await
    }

    /// Writes an original, from here or from the server. What stands in the way of the server is found out once: each of
    /// thousands would wait for it.
    async fn export_original(
        &self,
        progress: &mut Progress,
        original: Original,
        away: &mut Option<Fault>,
    ) -> Result<(), Fault> {
        let Original { photo, sha256, bytes, name } = original;
        // Whoever still writes holds the folder, so that it goes whole after them.
        let folder = Arc::clone(&progress.folder);
        let here =
            move |inner: &Inner| inner.export_here(&photo, &folder.path(&name)?).map(|done| (folder, name, done));
        let (folder, name, mut done) = self.run(here).await?;
        if done.is_err() {
            done = match &*away {
                Some(fault) => Err(fault.clone()),
                None => {
                    let keep = move |parts| files::export_parts(&folder.path(&name)?, &sha256, parts);
                    self.download(sha256, bytes, keep).await
                }
            };
        }
        match done {
            Ok(()) => {
                progress.view.photos += 1;
                progress.view.bytes += bytes;
            }
            Err(fault @ (Fault::StorageFull | Fault::Cancelled)) => return Err(fault),
            Err(why) => {
                if matches!(why, Fault::Offline | Fault::SignedOut | Fault::Busy { .. }) {
                    *away = Some(why.clone());
                }
                let line = json!({"photo": photo, "sha256": sha256, "bytes": bytes, "why": why}).to_string();
                let folder = Arc::clone(&progress.folder);
                progress.view.bytes += self.run(move |_| folder.line("missing.jsonl", line.as_bytes())).await?;
                progress.view.missing += 1;
            }
        }
        Ok(())
    }
}

impl Inner {
    /// Writes the records of the rows after `row`; says where to go on.
    fn export_records(&self, mut progress: Progress, row: i64) -> Result<(Progress, Option<i64>), Fault> {
        let next = self.db.read(|c| {
            let (records, next) = rows::after(c, row, BATCH)?;
            let seen = as_of(&current(c)?);
            for shown in records {
                let id = shown.id;
                let kind = kind(&shown.record.kind).map_or("unknown", |kind| kind.name);
                if let (Some(facts), Some(photo)) = (gallery::facts(&shown.record), id.uuid()) {
                    let gallery::Facts { sha256, bytes, .. } = facts;
                    let ending = shown.record.text(photo::MEDIA).and_then(|media| media.strip_prefix("image/"));
                    let name = format!("photos/{photo}.{}", ending.unwrap_or("bin"));
                    progress.originals.push(Original { photo, sha256, bytes, name });
                }
                let history = self.history(c, &id)?;
                let line = json!({"record": view_of(shown, &seen), "history": history}).to_string();
                progress.view.bytes += progress.folder.line(&format!("records/{kind}.jsonl"), line.as_bytes())?;
                progress.view.records += 1;
            }
            Ok(next)
        })?;
        Ok((progress, next))
    }

    /// Writes the copy of the log for the verifier, where this member may have it; else says where its entries begin.
    fn export_whole_log(&self, progress: Progress) -> Result<(Progress, Option<u64>), Fault> {
        match self.export_log(&ExportLogRequest { path: progress.folder.path("log")? }) {
            Ok(_) => Ok((progress, None)),
            // Entries are hidden from this member, or there is no checkpoint at this size yet.
            Err(Fault::Denied | Fault::Busy { .. } | Fault::Invalid { .. }) => {
                let checkpoint = self.db.read(meta::checkpoint)?;
                progress.folder.line("checkpoint", checkpoint.trim_end_matches('\n').as_bytes())?;
                Ok((progress, Some(0)))
            }
            Err(fault) => Err(fault),
        }
    }

    /// Writes the entries from `position` on; says where to go on.
    fn export_entries(&self, progress: Progress, position: u64) -> Result<(Progress, Option<u64>), Fault> {
        let entries = self.db.read(|c| entry::from(c, position, BATCH))?;
        for (position, entry) in &entries {
            let line = json!({"position": position, "entry": HEXLOWER.encode(&entry.encode())}).to_string();
            progress.folder.line("entries.jsonl", line.as_bytes())?;
        }
        let next = entries.last().filter(|_| entries.len() == BATCH as usize).map(|(position, _)| position + 1);
        Ok((progress, next))
    }

    /// Writes the original on this device; the inner fault says why there is none as it was.
    fn export_here(&self, photo: &Uuid, path: &Path) -> Result<Result<(), Fault>, Fault> {
        let kept = self.db.read(|c| files_of::get(c, photo))?;
        let Some(original) = kept.and_then(|k| k.original) else { return Ok(Err(Fault::NotFound)) };
        match self.files.export(&original.name, &original.key, path) {
            Err(fault @ (Fault::NotFound | Fault::Corrupt { .. })) => Ok(Err(fault)),
            exported => exported.map(Ok),
        }
    }
}
