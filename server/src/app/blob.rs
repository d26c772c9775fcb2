//! A photograph's bytes: in parts, content-addressed, complete only when the whole hash agrees.
//!
//! Only the member whose logged photo names the hash may send it, and each member's parts stand apart: knowing a hash gives
//! nobody the bytes, and nobody learns what another has sent. A step is durable before it is answered, and every step may be
//! repeated. The bytes are verified by a job that reads the stored object again ([`verify_received`]).

use std::{fs::File, sync::Arc};

use plumbline_protocol::{
    Fault, Hash, OrganisationId, RecordId,
    blob::{State, part_len, parts, ranges_to},
    fold::Book,
    judge, policy,
    session::Grant,
};
use sha2::{Digest, Sha256};

use super::{App, blocking, deposit, session};
use crate::{
    db::{
        blob::{self, Blob},
        log::Log,
    },
    error::Result,
    op::Op,
    store::Upload,
};

/// How far an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What the server holds.
    pub state: State,
    /// Parts that have not come, as `0-3,7`; see [`ranges_to`].
    pub missing: String,
}

/// How far this member's upload is.
pub async fn progress(app: &App, op: &Op, sha256: Hash) -> Result<Progress> {
    let (blob, held) = find(app, op, sha256).await?;
    let missing = match blob.state {
        State::Expected => ranges_to((0..parts(blob.bytes)).filter(|n| held.binary_search(n).is_err())),
        State::Received | State::Verified => String::new(),
    };
    Ok(Progress { state: blob.state, missing })
}

/// How long part `n` must be.
pub async fn length(app: &App, op: &Op, sha256: Hash, n: u64) -> Result<u64> {
    let (blob, _) = find(app, op, sha256).await?;
    part_len(blob.bytes, n).ok_or_else(|| Fault::invalid("part", "range").into())
}

/// Lets somebody else send the parts of this member's upload.
pub async fn grant(app: &App, op: &Op, sha256: Hash) -> Result<Grant> {
    find(app, op, sha256).await?;
    session::grant(app, op, sha256)
}

/// Keeps a part whose own hash is `part_sha256`.
pub async fn put_part(
    app: &Arc<App>,
    op: &Op,
    sha256: Hash,
    n: u64,
    part_sha256: Hash,
    bytes: bytes::Bytes,
) -> Result<()> {
    if Hash(Sha256::digest(&bytes).into()) != part_sha256 {
        return Err(Fault::corrupt("part").into());
    }
    let _none_is_put_together = app.assembling.read().await;
    let (blob, _) = find(app, op, sha256).await?;
    if part_len(blob.bytes, n) != Some(bytes.len() as u64) {
        return Err(Fault::invalid("content-length", "length").into());
    }
    if blob.state != State::Expected {
        return Ok(());
    }
    let upload = upload(op, sha256);
    blocking(app, move |app| app.store.put_part(&upload, n, &bytes)).await?;
    let Upload { organisation, member, .. } = upload;
    app.db.write(move |tx| blob::put_part(tx, &organisation, &sha256, member, n)).await
}

/// All parts have been sent: puts them together. When the whole hash disagrees, the parts are dropped and must come again.
pub async fn complete(app: &Arc<App>, op: &Op, sha256: Hash) -> Result<State> {
    let _one_at_a_time = app.assembling.write().await;
    let (blob, held) = find(app, op, sha256).await?;
    if blob.state != State::Expected {
        return Ok(blob.state);
    }
    let count = parts(blob.bytes);
    if held.len() as u64 != count {
        return Err(Fault::invalid("parts", "missing").into());
    }
    let upload = upload(op, sha256);
    let whole = blocking(app, move |app| app.store.assemble(&upload, count)).await?;
    let Upload { organisation, member, .. } = upload;
    let rows = app.db.write(move |tx| {
        blob::delete_parts(tx, &organisation, &sha256, member)?;
        for row in blob::of_member(tx, &organisation, &sha256, member)? {
            if whole && row.state == State::Expected && row.bytes == blob.bytes {
                blob::set_state(tx, &organisation, &sha256, row.record, State::Received)?;
            }
        }
        Ok(())
    });
    rows.await?;
    blocking(app, move |app| app.store.remove_parts(&upload)).await?;
    if !whole {
        return Err(Fault::corrupt("blob").into());
    }
    app.received.notify_one();
    Ok(State::Received)
}

/// Opens a blob for reading: the file and its length. Its sender may read it once all of it has come; once it is verified,
/// so may everyone who may see a photo that names it and whose sender has shown its bytes.
pub async fn read(app: &Arc<App>, op: &Op, sha256: Hash) -> Result<(File, u64)> {
    op.full()?;
    let Op { organisation, device, member, .. } = *op;
    let bytes = app.db.read(move |tx| {
        let mut log = Log::open(tx, organisation)?;
        let actor = judge::actor(&mut log.book, &device)?.ok_or(Fault::NotFound)?;
        for blob in blob::of_hash(tx, &organisation, &sha256)? {
            let photo = log.book.record(&RecordId::from(blob.record))?;
            let seen = photo.is_some_and(|p| policy::sees(&actor, &p.kind, p.project, p.concerns));
            let may = match blob.state {
                State::Expected => false,
                State::Received => blob.member == member,
                State::Verified => blob.member == member || seen,
            };
            if may {
                return Ok(blob.bytes);
            }
        }
        Err(Fault::NotFound.into())
    });
    let bytes = bytes.await?;
    let file = blocking(app, move |app| Ok(app.store.open_object(&organisation, &sha256)?)).await?;
    Ok((file, bytes))
}

/// Reads an object whole before its beginning is given out: what is damaged is not served as good. Later ranges follow a
/// beginning, so a download costs one reading more, however many ranges it has. Few are read at once: others wait.
pub async fn check(app: &Arc<App>, op: &Op, sha256: Hash, bytes: u64) -> Result<()> {
    let organisation = op.organisation;
    let permit = app.checking.clone().acquire_owned().await.map_err(|_| Fault::Cancelled)?;
    let good = blocking(app, move |app| {
        // Held until the object is read, though nobody may wait for that any more.
        let _permit = permit;
        app.store.verify(&organisation, &sha256, bytes)
    });
    if good.await? {
        return Ok(());
    }
    damaged(&organisation, &sha256);
    Err(Fault::corrupt("blob").into())
}

/// Reads every received object again and deposits it; true when that went well with all of them. One that fails waits for
/// the next time and holds up no other.
pub async fn verify_received(app: &Arc<App>) -> Result<bool> {
    let (mut after, mut all) = (None, true);
    while let Some((organisation, blob)) = app.db.read(move |tx| blob::received_after(tx, after)).await? {
        after = Some((organisation, blob.sha256, blob.record));
        if let Err(error) = verify(app, organisation, blob).await {
            tracing::error!(%error, "verify");
            all = false;
        }
    }
    Ok(all)
}

/// Reads one received object again. One that is damaged is expected again.
async fn verify(app: &Arc<App>, organisation: OrganisationId, blob: Blob) -> Result<()> {
    let (sha256, bytes) = (blob.sha256, blob.bytes);
    let good = blocking(app, move |app| app.store.verify(&organisation, &sha256, bytes)).await?;
    if !good {
        damaged(&organisation, &sha256);
    }
    let now = app.now();
    let row = app.db.write(move |tx| match good {
        true => deposit::append(tx, &organisation, &blob, now),
        false => blob::set_state(tx, &organisation, &blob.sha256, blob.record, State::Expected),
    });
    row.await
}

/// Throws away the files of parts that no row knows: a crash between the two leaves them.
pub async fn sweep(app: &Arc<App>) -> Result<()> {
    for upload in blocking(app, |app| app.store.uploads()).await? {
        let Upload { organisation, member, sha256 } = upload;
        if app.db.read(move |tx| blob::parts(tx, &organisation, &sha256, member)).await?.is_empty() {
            blocking(app, move |app| app.store.remove_parts(&upload)).await?;
        }
    }
    Ok(())
}

/// The blob of this hash that the actor sends, the least far one when several photos name it, and the parts that came.
async fn find(app: &App, op: &Op, sha256: Hash) -> Result<(Blob, Vec<u64>)> {
    let Op { organisation, member, .. } = *op;
    let found = app.db.read(move |tx| {
        let blob = blob::of_member(tx, &organisation, &sha256, member)?.into_iter().next();
        let blob = blob.ok_or(Fault::NotFound)?;
        Ok((blob, blob::parts(tx, &organisation, &sha256, member)?))
    });
    found.await
}

/// Says which object an operator has to look for; neither name tells of a person.
fn damaged(organisation: &OrganisationId, sha256: &Hash) {
    tracing::error!(target: "audit", event = "blob_damaged", %organisation, %sha256, "an object disagrees with its hash");
}

fn upload(op: &Op, sha256: Hash) -> Upload {
    Upload { organisation: op.organisation, member: op.member, sha256 }
}
