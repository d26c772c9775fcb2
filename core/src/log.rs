//! The log as this device knows it: size, root, alarms, and a copy that a stranger can verify.

use std::path::PathBuf;

use plumbline_protocol::{
    Fault, Hash, OrganisationId,
    directory::Exporter,
    log::checkpoint::{Origin, SignedCheckpoint},
    page::{Page, Receipt},
    reader::Lie,
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Inner, current},
    db::{entry, meta},
    event::Event,
    files,
};

/// Entries that are read at once for an export.
const BATCH: u32 = 1000;
/// Most checkpoints that are kept with an alarm.
const MOST_BELIEVED: usize = 16;

/// How far the log was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct LogView {
    /// Organisation and generation, as checkpoints name them.
    pub origin: String,
    /// Generation.
    pub generation: u64,
    /// Number of entries.
    pub size: u64,
    /// Merkle root over them.
    pub root: Hash,
    /// The signed checkpoint at that size; empty before the first whole pull.
    pub checkpoint: String,
    /// True when every entry was visible to this member and so every outcome was judged again.
    pub all: bool,
}

/// A log that disagreed with its own proofs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct AlarmView {
    /// Its number on this device.
    pub alarm: i64,
    /// When it was seen, by this device's clock.
    pub at: i64,
    /// What kind: the verifier's codes.
    pub code: String,
    /// Where in the log.
    pub position: Option<u64>,
    /// In words: what, where, by which device, and what it means.
    pub text: String,
}

/// Where the evidence of an alarm goes.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct ExportAlarmRequest {
    /// The alarm's number.
    pub alarm: i64,
    /// A folder that does not exist yet.
    pub path: PathBuf,
}

/// Where a copy of the log goes.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct ExportLogRequest {
    /// A folder that does not exist yet.
    pub path: PathBuf,
}

impl Client {
    /// How far the log was read.
    pub async fn log(&self) -> Result<LogView, Fault> {
        self.run(Inner::log).await
    }

    /// Alarms raised, newest first.
    pub async fn alarms(&self) -> Result<Vec<AlarmView>, Fault> {
        self.run(|inner| Ok(inner.db.read(entry::alarms)?.into_iter().map(AlarmView::from).collect())).await
    }

    /// Writes what convicts whoever lied: `alarm.json`, each checkpoint that this device had believed as
    /// `believed.<n>`, the message that raised the alarm as `message`, and the checkpoint in it as `told`.
    ///
    /// # Errors
    /// [`Fault::NotFound`] where there is no such alarm; [`Fault::Invalid`] `path` where something is there.
    pub async fn export_alarm(&self, request: ExportAlarmRequest) -> Result<AlarmView, Fault> {
        self.run(move |inner| inner.export_alarm(&request)).await
    }

    /// Writes a copy of the whole log, which `plumbline-verify` accepts. Only for who sees everything.
    ///
    /// # Errors
    /// [`Fault::Denied`] where entries are hidden from this member; [`Fault::Invalid`] `path` where something is there.
    pub async fn export_log(&self, request: ExportLogRequest) -> Result<LogView, Fault> {
        self.run(move |inner| inner.export_log(&request)).await
    }
}

impl Inner {
    /// Keeps an alarm with both versions, what this device had been given signed and the message that raised it, and stops.
    pub(crate) fn alarm<T>(&self, lie: &Lie, message: &[u8]) -> Result<T, Fault> {
        tracing::error!(code = %lie.code, position = lie.position, "the log lies");
        self.db.write(|c| {
            let newest = Some(meta::checkpoint(c)?);
            let promised = entry::anchors(c)?.into_iter().rev().map(|anchor| anchor.checkpoint);
            let believed = newest.into_iter().chain(promised).filter(|text| !text.is_empty()).take(MOST_BELIEVED);
            let evidence = entry::Evidence { believed: believed.collect(), message: message.to_owned() };
            entry::put_alarm(c, self.config.clock.wall(), lie, &evidence)
        })?;
        self.emit(Event::Alarm);
        Err(Fault::corrupt("log"))
    }

    fn log(&self) -> Result<LogView, Fault> {
        let organisation = self.organisation()?;
        self.db.read(|c| {
            let seen = current(c)?;
            Ok(LogView {
                origin: Origin { organisation, generation: seen.generation }.to_string(),
                generation: seen.generation,
                size: seen.size,
                root: seen.root,
                checkpoint: meta::checkpoint(c)?,
                all: meta::cursor(c)?.all,
            })
        })
    }

    fn export_alarm(&self, request: &ExportAlarmRequest) -> Result<AlarmView, Fault> {
        let organisation = self.organisation()?;
        let (alarms, evidence) = self.db.read(|c| Ok((entry::alarms(c)?, entry::evidence(c, request.alarm)?)))?;
        let alarm = alarms.into_iter().find(|alarm| alarm.id == request.alarm).ok_or(Fault::NotFound)?;
        let entry::Evidence { believed, message } = evidence.ok_or(Fault::NotFound)?;
        let view = AlarmView::from(alarm);
        files::new_folder(&request.path)?;
        let write = |name: &str, bytes: &[u8]| files::write_into(&request.path, name, bytes);
        write("alarm.json", &serde_json::to_vec_pretty(&view).map_err(|_| Fault::corrupt("store"))?)?;
        for (n, checkpoint) in believed.iter().enumerate() {
            write(&format!("believed.{n}"), checkpoint.as_bytes())?;
        }
        write("message", &message)?;
        if let Some(checkpoint) = told(&message, organisation) {
            write("told", checkpoint.as_bytes())?;
        }
        Ok(view)
    }

    pub(crate) fn export_log(&self, request: &ExportLogRequest) -> Result<LogView, Fault> {
        let view = self.log()?;
        if !view.all {
            return Err(Fault::Denied);
        }
        let checkpoint = SignedCheckpoint::parse(&view.checkpoint)?;
        if checkpoint.checkpoint.size != view.size {
            return Err(Fault::Busy { retry_after: 1 });
        }
        files::new_folder(&request.path)?;
        let write = |(name, bytes): (String, Vec<u8>)| files::write_into(&request.path, &name, &bytes);
        let mut exporter = Exporter::new();
        let mut next = 0;
        while next < view.size {
            let left = u32::try_from(view.size - next).unwrap_or(BATCH).min(BATCH);
            let entries = self.db.read(|c| entry::from(c, next, left))?;
            if entries.is_empty() {
                return Err(Fault::corrupt("store"));
            }
            for (_, entry) in entries {
                exporter.push(&entry).into_iter().try_for_each(write)?;
                next += 1;
            }
        }
        exporter.finish(&view.checkpoint).into_iter().try_for_each(write)?;
        Ok(view)
    }
}

impl From<entry::Alarm> for AlarmView {
    fn from(alarm: entry::Alarm) -> Self {
        let entry::Alarm { id, at, code, position, text } = alarm;
        AlarmView { alarm: id, at, code, position, text }
    }
}

/// The checkpoint in a page, in a receipt, or the message itself.
fn told(message: &[u8], organisation: OrganisationId) -> Option<String> {
    if let Ok(Page::Part { checkpoint, .. }) = Page::decode(message, organisation) {
        return Some(checkpoint);
    }
    if let Ok(Receipt { checkpoint, .. }) = Receipt::decode(message) {
        return Some(checkpoint);
    }
    let text = str::from_utf8(message).ok()?;
    SignedCheckpoint::parse(text).is_ok().then(|| text.to_owned())
}
