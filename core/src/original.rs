//! Original bytes and thumbnails of photographs that were taken elsewhere: fetched from the server when somebody looks.
//!
//! Invariants: what the server gives counts only when its hash is the signed one; nothing of it is kept or shown before; and
//! it is kept sealed as everything else. A part of an original is opened from the chunks that hold it, so a glance at a large
//! file costs a glance. At most two thumbnails and one original are fetched at once, whatever a screen asks for.

use std::sync::Arc;

use plumbline_protocol::{Fault, Hash, RecordId, Uuid, blob};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::{
    client::{Client, Inner, blocking},
    datum,
    db::photo as rows,
    event::Event,
    evidence::MAX_PHOTO,
    files::{self, SealedBlob},
    photo::{PhotoView, note},
    record::RecordRequest,
    session::Token,
};

/// Most bytes of one part.
const MAX_PART: u32 = 4 * 1024 * 1024;
/// Parts that may wait to be written.
const AHEAD: usize = 2;

/// Parts of an original as they come.
pub(crate) type Parts = Box<dyn Iterator<Item = Result<Vec<u8>, Fault>> + Send>;

/// Which bytes of an original.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct OriginalRequest {
    /// The photograph.
    pub photo: Uuid,
    /// The first byte wanted.
    pub from: u64,
    /// How many, at most 4 MiB; fewer come where the original ends.
    pub length: u32,
}

/// Bytes of an original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct OriginalPart {
    /// The bytes.
    #[serde(with = "datum::hex")]
    pub bytes: Vec<u8>,
    /// Length of the whole original.
    pub total: u64,
    /// Its format, as `image/jpeg`.
    pub media: String,
}

/// What this device has of a thumbnail.
enum Small {
    /// The JPEG.
    Here(Vec<u8>),
    /// None, and none is to be had: it waits for its turn, or the picture does not decode.
    None,
    /// Its original is elsewhere. The name is that of a thumbnail's file that is lost, or empty.
    Elsewhere(Box<PhotoView>, String),
}

impl Client {
    /// The thumbnail, a JPEG. Where this device has none it is made of the original, which comes from the server where it is
    /// not here and is not kept.
    ///
    /// # Errors
    /// [`Fault::NotFound`] where there is none (yet); [`Fault::Offline`]: it comes when the server is reached;
    /// [`Fault::Corrupt`] `photo` where the server's bytes are others.
    pub async fn thumbnail(&self, request: RecordRequest) -> Result<Vec<u8>, Fault> {
        let id = request.id.uuid().ok_or(Fault::NotFound)?;
        if let Some(settled) = settled(self.run(move |inner| inner.small(&id)).await?) {
            return settled;
        }
        let _turn = self.inner.thumbnails.acquire().await.map_err(|_| Fault::Cancelled)?;
        // Somebody else may have asked for the same one in the meantime.
        let (photo, old) = match self.run(move |inner| inner.small(&id)).await? {
            Small::Elsewhere(photo, old) => (photo, old),
            Small::Here(jpeg) => return Ok(jpeg),
            Small::None => return Err(Fault::NotFound),
        };
        let PhotoView { sha256, bytes, .. } = *photo;
        let whole = self.download(sha256, bytes, move |parts| whole(parts, &sha256)).await?;
        self.run(move |inner| inner.keep_small(&photo, &old, &whole)).await
    }

    /// Bytes of an original, for a viewer. Where the original is not on this device it is fetched whole, checked and kept
    /// first, so that what follows needs no network.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `from` or `length`, `range`; [`Fault::Offline`]; [`Fault::NotFound`] where neither this device nor
    /// the server has it; [`Fault::Corrupt`] `photo` where the server's bytes are others; [`Fault::StorageFull`].
    pub async fn original(&self, request: OriginalRequest) -> Result<OriginalPart, Fault> {
        if request.length == 0 || request.length > MAX_PART {
            return Err(Fault::invalid("length", "range"));
        }
        let part = {
            let request = request.clone();
            move |inner: &Inner| inner.part(&request)
        };
        let photo = match self.run(part.clone()).await? {
            Ok(part) => return Ok(part),
            Err(photo) => photo,
        };
        let turn = self.inner.originals.lock().await;
        if let Ok(part) = self.run(part.clone()).await? {
            return Ok(part);
        }
        self.bring(photo).await?;
        drop(turn);
        self.run(part).await?.map_err(|_| Fault::NotFound)
    }

    /// Fetches an original and keeps it.
    async fn bring(&self, photo: PhotoView) -> Result<(), Fault> {
        let PhotoView { id, sha256, bytes, .. } = photo;
        self.run(move |inner| inner.files.reserve(bytes).and_then(|()| inner.db.mark())).await?;
        let inner = Arc::clone(&self.inner);
        let keep = move |parts| {
            let sealed = inner.files.seal_parts(parts, bytes)?;
            inner.keep_copy(&id, &sha256, &sealed)
        };
        self.download(sha256, bytes, keep).await?;
        self.inner.emit(Event::Photo { record: RecordId::from(id) });
        Ok(())
    }

    /// Downloads an original and hands its parts to `keep`, on a thread that may block.
    pub(crate) async fn download<T: Send + 'static>(
        &self,
        sha256: Hash,
        bytes: u64,
        keep: impl FnOnce(Parts) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let session = &*self.session()?;
        let (net, sha256) = (session.net(), &sha256);
        let (sender, mut parts) = mpsc::channel(AHEAD);
        let receive = async move {
            for n in 0..blob::parts(bytes) {
                let start = n * blob::PART;
                let range = start..start + blob::part_len(bytes, n).unwrap_or_default();
                let ask = |token: Token| {
                    let range = range.clone();
                    async move { net.get_blob(&token, sha256, range).await }
                };
                let part = session.with_token(ask).await;
                let last = part.is_err();
                // No receiver: keeping failed, and says why.
                if sender.send(part).await.is_err() || last {
                    break;
                }
            }
        };
        let keep = blocking(move || keep(Box::new(std::iter::from_fn(move || parts.blocking_recv()))));
        tokio::join!(keep, receive).0
    }
}

impl Inner {
    fn small(&self, id: &Uuid) -> Result<Small, Fault> {
        let (photo, kept) = self.db.read(|c| Ok((self.photo(c, id)?, rows::get(c, id)?)))?;
        let mut old = String::new();
        if let Some(sealed) = kept.as_ref().and_then(|k| k.thumbnail.as_ref()) {
            match self.files.read(&sealed.name, &sealed.key) {
                Err(fault) if files::is_lost(&fault) => old.clone_from(&sealed.name),
                read => return read.map(Small::Here),
            }
        }
        let undecoded = matches!(&photo.fault, Some(Fault::Invalid { field, .. }) if field == "photo");
        let due = kept.as_ref().is_some_and(|k| k.thumb_due);
        if due || undecoded || photo.media == "image/heic" || photo.bytes > MAX_PHOTO {
            return Ok(Small::None);
        }
        let Some(original) = kept.and_then(|k| k.original) else { return Ok(Small::Elsewhere(Box::new(photo), old)) };
        match self.files.read(&original.name, &original.key) {
            Err(fault) if files::is_lost(&fault) => Ok(Small::Elsewhere(Box::new(photo), old)),
            Err(fault) => Err(fault),
            Ok(whole) => match self.keep_small(&photo, &old, &whole) {
                Err(Fault::NotFound) => Ok(Small::None),
                kept => kept.map(Small::Here),
            },
        }
    }

    /// Makes and keeps the thumbnail of these bytes; of a picture that does not decode the reason, so that it is not fetched
    /// again and again.
    fn keep_small(&self, photo: &PhotoView, old: &str, whole: &[u8]) -> Result<Vec<u8>, Fault> {
        let (small, fault) = match crate::evidence::thumb::thumbnail(whole, crate::evidence::thumb::EDGE) {
            Ok(small) => (small, String::new()),
            Err(fault @ (Fault::Invalid { .. } | Fault::TooLarge { .. })) => (None, note(&fault)),
            Err(fault) => return Err(fault),
        };
        self.db.mark()?;
        let sealed = small.as_deref().map(|jpeg| self.files.seal_bytes(jpeg)).transpose()?;
        let of = (&photo.sha256, photo.bytes);
        let kept = self.db.write(|c| rows::put_copy_thumb(c, &photo.id, of, sealed.as_ref(), old, &fault));
        self.settle_files(sealed.as_ref(), old, kept)?;
        small.ok_or(Fault::NotFound)
    }

    /// Keeps an original that was fetched, if it is the one that was signed.
    fn keep_copy(&self, id: &Uuid, sha256: &Hash, sealed: &SealedBlob) -> Result<(), Fault> {
        if sealed.sha256 != *sha256 {
            self.settle_files(Some(sealed), "", Ok(false))?;
            return Err(Fault::corrupt("photo"));
        }
        let lost = self.db.read(|c| rows::get(c, id))?.and_then(|k| k.original).map_or_else(String::new, |o| o.name);
        let kept = self.db.write(|c| rows::put_copy(c, id, sealed, &lost));
        self.settle_files(Some(sealed), &lost, kept)
    }

    /// Removes the file that no row names now: the new one where its row was not written, else the lost one of before.
    fn settle_files(&self, new: Option<&SealedBlob>, old: &str, kept: Result<bool, Fault>) -> Result<(), Fault> {
        // Best effort: a sweep finds what stays.
        let _ = match (&kept, new) {
            (Ok(true), _) if old.is_empty() => Ok(()),
            (Ok(true), _) => self.files.remove(old),
            (_, Some(new)) => self.files.remove(&new.name),
            (_, None) => Ok(()),
        };
        kept.map(|_| ())
    }

    /// The part of the original on this device, or the photograph whose original is not here as it was.
    fn part(&self, request: &OriginalRequest) -> Result<Result<OriginalPart, PhotoView>, Fault> {
        let id = &request.photo;
        let (photo, kept) = self.db.read(|c| Ok((self.photo(c, id)?, rows::get(c, id)?)))?;
        let left = photo.bytes.checked_sub(request.from).filter(|left| *left > 0);
        let length = left.ok_or_else(|| Fault::invalid("from", "range"))?.min(request.length.into());
        let Some(original) = kept.and_then(|k| k.original) else { return Ok(Err(photo)) };
        match self.files.read_range(&original.name, &original.key, request.from, length) {
            Err(fault) if files::is_lost(&fault) => Ok(Err(photo)),
            Err(fault) => Err(fault),
            Ok(bytes) => Ok(Ok(OriginalPart { bytes, total: photo.bytes, media: photo.media })),
        }
    }
}

/// What is to be answered without the server.
fn settled(small: Small) -> Option<Result<Vec<u8>, Fault>> {
    match small {
        Small::Here(jpeg) => Some(Ok(jpeg)),
        Small::None => Some(Err(Fault::NotFound)),
        Small::Elsewhere(..) => None,
    }
}

/// All bytes of an original, if they are those that were signed.
fn whole(parts: Parts, sha256: &Hash) -> Result<Vec<u8>, Fault> {
    let mut whole = Vec::new();
    for part in parts {
        whole.extend(part?);
    }
    if Hash(Sha256::digest(&whole).into()) == *sha256 { Ok(whole) } else { Err(Fault::corrupt("photo")) }
}
