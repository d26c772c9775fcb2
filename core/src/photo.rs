//! Photographs: captured durably, shown with an honest state of custody, given back as the bytes they were.
//!
//! Invariants: an original is hashed and sealed in one pass over the bytes that were checked, and never altered; its record
//! and its row are one transaction, so a photograph is there whole or not at all; everything after that (thumbnail, upload)
//! waits in a durable queue. What is handed out agrees with the hash that was signed.

use std::{io::Read, path::PathBuf};

use plumbline_protocol::{
    Fault, Hash, RecordId, Uuid, blob, evidence as bodies,
    record::photo::{AT, BYTES, CAPTION, KIND, MEDIA, PLACE, SHA256, SOURCE, TAGS},
    value::Value,
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Change, Client, Inner, as_of, current},
    datum::{MomentView, PlaceView},
    db::{Tx, gallery, photo as rows},
    error,
    event::Event,
    evidence::{self, ImageKind, thumb},
    files::{self, SealedBlob},
    record::RecordRequest,
};

/// Bytes of a photograph within which its size in pixels must be said: above what any camera puts before it.
const HEAD: u64 = 16 * 1024 * 1024;

/// Where a photograph comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Our own camera.
    Camera,
    /// A file from elsewhere: a weaker claim, marked as one.
    Import,
}

/// What to keep as a photograph.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct CaptureRequest {
    /// The file with the original bytes. It is read and left alone.
    pub path: PathBuf,
    /// The project.
    pub project: Uuid,
    /// Where it comes from.
    pub source: Source,
    /// What it shows.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub caption: Option<String>,
    /// Labels.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub tags: Vec<String>,
    /// Where it was taken.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub place: Option<PlaceView>,
}

/// Where the bytes of a photograph are known to be (DESIGN section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    /// On the phone that took it, as far as this device knows.
    Local,
    /// The server told this device that it has every byte.
    Received,
    /// The server read them again and signed a deposit of the same hash, which is in the log.
    Verified,
}

/// A photograph as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PhotoView {
    /// Its record.
    pub id: Uuid,
    /// Its project.
    pub project: Option<Uuid>,
    /// The member who took or imported it.
    pub by: Option<Uuid>,
    /// SHA-256 of the original, as it was signed.
    pub sha256: Hash,
    /// Length of the original.
    pub bytes: u64,
    /// Its format, as `image/jpeg`.
    pub media: String,
    /// Where it comes from.
    pub source: Source,
    /// When it was taken; of an import, when it was imported.
    pub at: MomentView,
    /// What it shows.
    pub caption: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
    /// Where it was taken.
    pub place: Option<PlaceView>,
    /// Where its bytes are.
    pub state: Custody,
    /// True when the original is on this device.
    pub here: bool,
    /// True when there is a thumbnail.
    pub thumbnail: bool,
    /// What stood in the way of its thumbnail or upload the last time.
    pub fault: Option<Fault>,
    /// True when something of its record waits to be confirmed.
    pub pending: bool,
    /// True when it is withdrawn.
    pub withdrawn: bool,
    /// What this view had seen, to be given back by requests that act upon it.
    pub as_of: String,
}

/// Which original to write where.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct ExportPhotoRequest {
    /// The photograph.
    pub photo: Uuid,
    /// A file that does not exist yet, in a folder that does.
    pub path: PathBuf,
}

/// How much room there is on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RoomView {
    /// Bytes that may still be written.
    pub free: u64,
    /// Bytes that the next photograph may take, with those that stay free for hours and notes.
    pub needed: u64,
    /// True when a photograph may be taken.
    pub capture: bool,
}

impl Client {
    /// Whether there is room for one more photograph: to be asked before the camera opens. Hours and notes fit longer.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `storage`, `unavailable`, where the folder of the store is gone.
    pub async fn room(&self) -> Result<RoomView, Fault> {
        // The camera's own file and the sealed one are there at once.
        let needed = files::RESERVE + 2 * files::SHOT;
        let free = self.run(|inner| inner.files.free()).await?;
        Ok(RoomView { free, needed, capture: free >= needed })
    }

    /// Keeps a photograph: returns when its sealed bytes and its signed record are durable.
    ///
    /// # Errors
    /// [`Fault::StorageFull`] before anything is written, where there is no room; [`Fault::Invalid`] `path`, or `photo` with
    /// `not-an-image` or `pixels`; [`Fault::TooLarge`] above [`blob::MAX_BYTES`]; what the judge would hold it for. None of
    /// them leaves anything behind.
    pub async fn capture(&self, request: CaptureRequest) -> Result<PhotoView, Fault> {
        let view = self.run(move |inner| inner.capture(&request)).await?;
        self.inner.emit(Event::Photo { record: RecordId::from(view.id) });
        self.changed(KIND.name);
        Ok(view)
    }

    /// A photograph.
    pub async fn photo(&self, request: RecordRequest) -> Result<PhotoView, Fault> {
        let id = request.id.uuid().ok_or(Fault::NotFound)?;
        self.run(move |inner| inner.db.read(|c| inner.photo(c, &id))).await
    }

    /// Writes an original to a file that others can open: from this device, else from the server, whose bytes count only
    /// when they agree with the signed hash.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `path`: `exists`, `missing` or `denied`; [`Fault::Offline`]; [`Fault::NotFound`] where neither this device
    /// nor the server has it; [`Fault::Corrupt`] `photo` where the server's bytes are others. The file is whole or not there.
    pub async fn export_photo(&self, request: ExportPhotoRequest) -> Result<(), Fault> {
        let ExportPhotoRequest { photo, path } = request;
        let dest = path.clone();
        let local = move |inner: &Inner| {
            let (view, kept) = inner.db.read(|c| Ok((inner.photo(c, &photo)?, rows::get(c, &photo)?)))?;
            let Some(original) = kept.and_then(|p| p.original) else { return Ok(Some(view)) };
            match inner.files.export(&original.name, &original.key, &dest) {
                Err(Fault::NotFound | Fault::Corrupt { .. }) => Ok(Some(view)),
                exported => exported.map(|()| None),
            }
        };
        match self.run(local).await? {
            Some(PhotoView { sha256, bytes, .. }) => {
                self.download(sha256, bytes, move |parts| files::export_parts(&path, &sha256, parts)).await
            }
            None => Ok(()),
        }
    }

    /// Makes the thumbnails that are due, one after another; returns how many. A picture that does not decode is left
    /// without one and not tried again.
    ///
    /// # Errors
    /// [`Fault::StorageFull`], [`Fault::Busy`], [`Fault::Invalid`] `storage`: what is due stays due.
    pub async fn work_off_thumbnails(&self) -> Result<u64, Fault> {
        let (mut made, mut last) = (0, None);
        loop {
            let after = last;
            let Some((record, done)) = self.run(move |inner| inner.next_thumbnail(after.as_ref())).await? else {
                return Ok(made);
            };
            made += u64::from(done);
            last = Some(record);
            self.inner.emit(Event::Photo { record: RecordId::from(record) });
        }
    }
}

impl Inner {
    fn capture(&self, request: &CaptureRequest) -> Result<PhotoView, Fault> {
        self.identity()?;
        let (mut source, length) = files::source(&request.path)?;
        if length > blob::MAX_BYTES {
            return Err(Fault::TooLarge { limit: blob::MAX_BYTES });
        }
        self.files.reserve(length)?;
        let mut head = Vec::with_capacity(usize::try_from(length.min(HEAD)).unwrap_or_default());
        source.by_ref().take(HEAD).read_to_end(&mut head).map_err(|e| error::io_at_path("read photo", &e))?;
        let kind = evidence::sniff(&head).ok_or_else(|| Fault::invalid("photo", "not-an-image"))?;
        evidence::dimensions(&head)?;
        self.db.mark()?;
        // What was checked is what is sealed: the head is not read again.
        let original = self.files.seal_from(&mut head.as_slice().chain(source), blob::MAX_BYTES)?;
        let kept = self.db.write(|c| self.keep(c, request, kind, &original));
        if kept.is_err() {
            // Best effort: a sweep finds what stays.
            let _ = self.files.remove(&original.name);
        }
        kept
    }

    fn keep(
        &self,
        c: &Tx,
        request: &CaptureRequest,
        kind: ImageKind,
        original: &SealedBlob,
    ) -> Result<PhotoView, Fault> {
        let id = self.new_id()?;
        let media = match kind {
            ImageKind::Jpeg => "image/jpeg",
            ImageKind::Png => "image/png",
            ImageKind::Heic => "image/heic",
        };
        let source = match request.source {
            Source::Camera => "camera",
            Source::Import => "import",
        };
        let bytes = i64::try_from(original.bytes).map_err(|_| Fault::TooLarge { limit: blob::MAX_BYTES })?;
        let mut fields = vec![
            (SHA256, Value::from(original.sha256.0)),
            (BYTES, Value::Int(bytes)),
            (MEDIA, Value::from(media)),
            (SOURCE, Value::from(source)),
            (AT, Value::Null),
        ];
        if let Some(place) = &request.place {
            fields.push((PLACE, bodies::place_to(&place.place()?)));
        }
        if let Some(caption) = request.caption.as_deref().filter(|c| !c.is_empty()) {
            fields.push((CAPTION, Value::from(caption)));
        }
        if !request.tags.is_empty() {
            let tags = request.tags.iter().map(|tag| Value::from(tag.as_str())).collect();
            fields.push((TAGS, Value::map([("+", Value::List(tags))])));
        }
        self.act(c, Change::write(self.organisation()?, KIND.name, id, Some(request.project), fields))?;
        rows::put(c, &id, original)?;
        self.photo(c, &id)
    }

    /// The photograph as it is shown.
    pub(crate) fn photo(&self, c: &Tx, id: &Uuid) -> Result<PhotoView, Fault> {
        self.identity()?;
        let found = gallery::get(c, id)?.ok_or(Fault::NotFound)?;
        view_of(&found, &as_of(&current(c)?)).ok_or(Fault::NotFound)
    }

    /// Makes the first thumbnail due after `after`: of which photograph, and whether there is one now.
    fn next_thumbnail(&self, after: Option<&Uuid>) -> Result<Option<(Uuid, bool)>, Fault> {
        let Some(photo) = self.db.read(|c| rows::thumb_due(c, after))? else { return Ok(None) };
        let (thumbnail, fault) = match self.make_thumbnail(&photo) {
            Ok(thumbnail) => (thumbnail, String::new()),
            // It says something about this picture, and would say it again.
            Err(fault) if files::is_lost(&fault) || matches!(fault, Fault::TooLarge { .. }) => (None, note(&fault)),
            Err(fault) => return Err(fault),
        };
        self.db.mark()?;
        let sealed = thumbnail.map(|jpeg| self.files.seal_bytes(&jpeg)).transpose()?;
        let kept = self.db.write(|c| rows::put_thumb(c, &photo.record, sealed.as_ref(), &fault));
        if let (false, Some(sealed)) = (matches!(kept, Ok(true)), &sealed) {
            // Best effort: a sweep finds what stays.
            let _ = self.files.remove(&sealed.name);
        }
        Ok(Some((photo.record, kept? && sealed.is_some())))
    }

    /// A thumbnail from the original on this device.
    pub(crate) fn make_thumbnail(&self, photo: &rows::Photo) -> Result<Option<Vec<u8>>, Fault> {
        let original = photo.original.as_ref().ok_or(Fault::NotFound)?;
        thumb::thumbnail(&self.files.read(&original.name, &original.key)?, thumb::EDGE)
    }
}

/// A fault as a row keeps it.
pub(crate) fn note(fault: &Fault) -> String {
    serde_json::to_string(fault).unwrap_or_default()
}

/// What a row says stood in the way.
pub(crate) fn noted(fault: &str) -> Option<Fault> {
    serde_json::from_str(fault).ok()
}

/// The photograph as it is shown; none for a record that is not one, or one by a newer version.
pub(crate) fn view_of(found: &gallery::Found, as_of: &str) -> Option<PhotoView> {
    let record = &found.shown.record;
    let facts = gallery::facts(record)?;
    let state = match found {
        gallery::Found { deposited: true, .. } => Custody::Verified,
        gallery::Found { received: true, .. } => Custody::Received,
        _ => Custody::Local,
    };
    Some(PhotoView {
        id: found.shown.id.uuid()?,
        project: record.project,
        by: found.author,
        sha256: facts.sha256,
        bytes: facts.bytes,
        media: record.text(MEDIA).unwrap_or_default().to_owned(),
        source: if facts.camera { Source::Camera } else { Source::Import },
        at: MomentView::from(&facts.at),
        caption: record.text(CAPTION).map(str::to_owned),
        tags: record.items(TAGS).filter_map(|tag| tag.text().map(str::to_owned)).collect(),
        place: record.value(PLACE).and_then(bodies::place_from).as_ref().map(PlaceView::from),
        state,
        here: found.original,
        thumbnail: found.thumbnail,
        fault: noted(&found.fault),
        pending: found.shown.pending,
        withdrawn: record.flag(plumbline_protocol::record::WITHDRAWN.name),
        as_of: as_of.to_owned(),
    })
}

#[cfg(test)]
pub(crate) mod tests;
