//! Parts of originals for a system that sends them while the app does not run: files in clear, each with the request that
//! sends it, under a grant that is good for the parts of one photograph and for nothing else.
//!
//! Invariants: what was given out is noted nowhere but in the server's answer to which parts are missing, so a part that the
//! system loses costs time and nothing else; a photograph of which the system carries a part is left alone by the rounds of
//! this process, and taken up by them once it carries none.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use plumbline_protocol::{
    Fault, Hash, Uuid,
    blob::{State, parts},
};
use serde::{Deserialize, Serialize};

use super::{push, upload};
use crate::{
    client::{Client, Inner},
    db::{self, outbox, photo::Photo},
};

/// Most parts that a system carries at once: four gigabytes.
const MAX_UNDER_WAY: usize = 16_384;

/// What the system carries of parts, and what it may be given.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields, default)]
pub struct UploadPartsRequest {
    /// Names of the parts that are on their way: they stay, and are not given out again. All others are removed.
    pub under_way: Vec<String>,
    /// No photograph is begun once parts of so many bytes were given out. With 0 the server is not asked anything.
    pub most: u64,
}

/// Parts to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct UploadPartsView {
    /// SHA-256 of the certificate (DER) of the one authority that may have issued the server's, as it is in the chain that the
    /// server presents. No other authority counts.
    pub authority: Hash,
    /// The parts, those of a photograph together.
    pub parts: Vec<UploadPartView>,
}

/// One part: `PUT` of the file, which 204 answers. Whatever else is answered needs no care, for the server says what it lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct UploadPartView {
    /// Its name among all parts.
    pub name: String,
    /// Where its bytes are.
    pub file: PathBuf,
    /// How many.
    pub bytes: u64,
    /// Where they go.
    pub url: String,
    /// With which headers; one of them is a secret.
    pub headers: BTreeMap<String, String>,
}

/// Photographs that the system carries.
#[derive(Default)]
pub(crate) struct Outgoing {
    /// Held while parts are given out.
    turn: tokio::sync::Mutex<()>,
    photos: Mutex<BTreeSet<Uuid>>,
}

impl Outgoing {
    pub fn has(&self, photo: &Uuid) -> bool {
        self.photos.lock().unwrap_or_else(PoisonError::into_inner).contains(photo)
    }

    fn put(&self, photo: Uuid) {
        self.photos.lock().unwrap_or_else(PoisonError::into_inner).insert(photo);
    }

    fn remove(&self, photo: &Uuid) {
        self.photos.lock().unwrap_or_else(PoisonError::into_inner).remove(photo);
    }

    fn set(&self, photos: BTreeSet<Uuid>) {
        *self.photos.lock().unwrap_or_else(PoisonError::into_inner) = photos;
    }
}

impl Client {
    /// Gives out parts of photographs for a system that sends them while the app does not run. First sends what waits, for
    /// bytes follow the action that names them. Photographs of which a part is given out here or under way are the system's:
    /// a round of this device leaves them alone until a later call in which none of their parts is under way. With nothing under
    /// way and `most` 0, all is taken back.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `under_way`; where nothing was given out, what stood in the way: those of [`Client::sync`] and
    /// [`Fault::StorageFull`].
    pub async fn upload_parts(&self, request: UploadPartsRequest) -> Result<UploadPartsView, Fault> {
        let carried = carried(&request.under_way)?;
        let authority = self.inner.identity()?.ca;
        let outgoing = &self.inner.sync.outgoing;
        let _turn = outgoing.turn.lock().await;
        outgoing.set(carried);
        self.run(move |inner| inner.files.keep_outgoing(&request.under_way.iter().map(String::as_str).collect()))
            .await?;
        let mut parts = Vec::new();
        if request.most > 0 {
            match self.give_out(request.most, &mut parts).await {
                Err(fault) if parts.is_empty() => return Err(fault),
                // What the others need they get when the system asks for more.
                Err(fault) => tracing::warn!(%fault, "not all parts were given out"),
                Ok(()) => {}
            }
        }
        Ok(UploadPartsView { authority, parts })
    }

    async fn give_out(&self, most: u64, parts: &mut Vec<UploadPartView>) -> Result<(), Fault> {
        self.pushed().await?;
        let mut given = 0;
        for record in self.run(|inner| inner.db.read(db::photo::upload_due)).await? {
            if given >= most {
                break;
            }
            if self.inner.sync.outgoing.has(&record) {
                continue;
            }
            let Some(photo) = self.run(move |inner| inner.db.read(|c| db::photo::get(c, &record))).await? else {
                continue;
            };
            // First, so that a round which sends it now leaves the rest to the system.
            self.inner.sync.outgoing.put(record);
            let of_it = self.parts_of(&photo).await;
            if of_it.as_ref().map_or(true, Vec::is_empty) {
                self.inner.sync.outgoing.remove(&record);
            }
            match of_it {
                Ok(of_it) => {
                    given += of_it.iter().map(|part| part.bytes).sum::<u64>();
                    parts.extend(of_it);
                }
                // A round finds the same, and notes it.
                Err(fault) if upload::of_one_photo(&fault) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Sends what waits, or lets a round send it that runs already: that one may go on with photographs for long.
    async fn pushed(&self) -> Result<(), Fault> {
        let sync = &self.inner.sync;
        let mut pushes = sync.pushes.subscribe();
        let waits = |inner: &Inner| inner.db.read(|c| Ok(outbox::count(c, outbox::State::Waiting)? > 0));
        while self.run(waits).await? {
            tokio::select! {
                _round = sync.round.lock() => return push::push(self).await.map(drop),
                _ = pushes.changed() => {}
            }
        }
        Ok(())
    }

    /// The parts of a photograph that the server lacks; none where it has all, or does not know it.
    async fn parts_of(&self, photo: &Photo) -> Result<Vec<UploadPartView>, Fault> {
        let session = self.session()?;
        let (net, sha256) = (session.net(), &photo.sha256);
        let progress = session.with_token(|token| async move { net.blob_state(&token, sha256).await }).await?;
        if progress.state != State::Expected {
            return Ok(Vec::new());
        }
        let grant = session.with_token(|token| async move { net.grant(&token, sha256).await }).await?;
        let missing: BTreeSet<u64> =
            progress.missing.into_iter().flatten().filter(|n| *n < parts(photo.bytes)).collect();
        let length = missing.iter().map(|n| upload::length(photo, *n)).sum();
        self.run(move |inner| inner.files.reserve(length)).await?;
        let mut all = Vec::new();
        for n in missing {
            let bytes = upload::read_part(self, photo, n).await.map_err(upload::Stop::fault)?;
            let (url, headers) = net.part_request(&grant.grant, sha256, n, &bytes)?;
            let (name, length) = (format!("{}.{n}", photo.record), bytes.len() as u64);
            let put = {
                let name = name.clone();
                move |inner: &Inner| inner.files.put_outgoing(&name, &bytes)
            };
            let file = self.run(put).await?;
            all.push(UploadPartView { name, file, bytes: length, url, headers });
        }
        Ok(all)
    }
}

/// The photographs that these names of parts are of.
fn carried(names: &[String]) -> Result<BTreeSet<Uuid>, Fault> {
    if names.len() > MAX_UNDER_WAY {
        return Err(Fault::invalid("under_way", "range"));
    }
    let photo = |name: &String| name.split_once('.')?.0.parse().ok();
    names.iter().map(|name| photo(name).ok_or_else(|| Fault::invalid("under_way", "form"))).collect()
}
