//! Restore: a server that was put back from a backup says so, waits for an administrator, and goes on in a new generation
//! (spine rules 22 and 23).
//!
//! Invariants: a log that is known to lack what was acknowledged takes nothing in until an administrator's restore; that is
//! believed on the server's own signature or its operator's word alone; what a restore does not continue is kept aside.

use std::{cmp::Ordering, sync::Arc};

use data_encoding::HEXLOWER;
use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    Fault, OrganisationId,
    action::Action,
    append::{self, Refusal},
    entry::Outcome,
    fold::{self, Book},
    generation::Opening,
    judge,
    log::checkpoint::SignedCheckpoint,
    page::Receipt,
    record::organisation as record,
    value::Value,
};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{App, log};
use crate::{
    db::{
        Db, Tx,
        log::{self as rows, Log},
        organisation,
    },
    error::{Error, Result},
    op::Op,
    random,
};

/// Seconds after which a client asks again whether a restore has come.
const WAIT: u32 = 60;

/// How the server's log stands to a checkpoint that it once signed.
#[derive(Debug, Serialize)]
pub struct Standing {
    /// True when it lacks what that checkpoint has: it takes nothing in until a restore.
    behind: bool,
    /// Public half of the key that follows the present one, in hex.
    next_key: String,
}

/// Refuses while the log waits for a restore.
pub fn open(log: &Log<'_>) -> Result<()> {
    if log.behind { Err(Fault::Busy { retry_after: WAIT }.into()) } else { Ok(()) }
}

/// A client presents its newest checkpoint. Where this server signed it and its log does not continue it, the log is behind.
pub async fn present(app: &Arc<App>, op: &Op, text: &str) -> Result<Standing> {
    op.full()?;
    let organisation = op.organisation;
    let signed = SignedCheckpoint::parse(text)?;
    let standing = app.db.write(move |tx| {
        let mut log = Log::open(tx, organisation)?;
        if signed.checkpoint.origin.organisation != organisation {
            return Err(Fault::invalid("checkpoint", "organisation").into());
        }
        let next = organisation::next_key(tx, &organisation)?.verifying_key();
        // The next key has never signed here: it has in what this log lost. A restore must name one that has not.
        let spent = signed.verify(next.as_bytes()).is_ok();
        if spent {
            organisation::put_next_key(tx, &organisation, &Zeroizing::new(random::bytes()?))?;
        }
        if spent || !log.behind && lacks(&mut log, &signed)? {
            let (size, acknowledged) = (log.tip.size, signed.checkpoint.size);
            tracing::error!(%organisation, size, acknowledged, "the log is behind");
            organisation::put_behind(tx, &organisation, true)?;
            log.behind = true;
        }
        let next = organisation::next_key(tx, &organisation)?.verifying_key();
        Ok(Standing { behind: log.behind, next_key: HEXLOWER.encode(next.as_bytes()) })
    });
    standing.await
}

/// Whether the log does not go on from a checkpoint that its present key signed.
fn lacks(log: &mut Log<'_>, signed: &SignedCheckpoint) -> Result<bool> {
    let checkpoint = &signed.checkpoint;
    let known = signed.verify(log.key.verifying_key().as_bytes());
    known.map_err(|_| Fault::invalid("checkpoint", "signature"))?;
    Ok(match checkpoint.origin.generation.cmp(&log.generation) {
        Ordering::Greater => true,
        Ordering::Equal if checkpoint.size > log.tip.size => true,
        Ordering::Equal => log.tree.root_at(checkpoint.size)? != checkpoint.root,
        Ordering::Less => false,
    })
}

/// The operator's word that the folder was put back from a backup: every log waits for its administrator's restore.
pub async fn all_behind(db: &Db) -> Result<usize> {
    db.write(organisation::put_all_behind).await
}

/// Opens a new generation: an administrator's new device comes in and names what is continued. The same two actions again,
/// because the reply was lost, get the same receipt.
pub async fn restore(app: &Arc<App>, organisation: OrganisationId, packed: Vec<u8>) -> Result<Vec<u8>> {
    let actions = super::blocking(app, move |_| log::read(&packed, Some(organisation))).await?;
    let Ok([Ok(enrolment), Ok(action)]) = <[_; 2]>::try_from(actions) else {
        return Err(Fault::invalid("actions", "count").into());
    };
    let opening = Opening::of(&action).filter(|_| enrolment.enrols());
    let opening = opening.ok_or_else(|| Fault::invalid("kind", "restore"))?;
    let now = app.now();
    let receipt = app.db.write(move |tx| {
        let mut log = Log::open(tx, organisation)?;
        if let (Some(first), Some(second)) = (log.find(&enrolment)?, log.find(&action)?) {
            return log::receipt(&mut log, vec![first, second], now);
        }
        if !log.behind {
            return Err(Fault::Denied.into());
        }
        begin(tx, log, &opening, [enrolment, action], now)
    });
    log::answer(app, receipt.await?).await
}

pub fn begin<'t>(
    tx: &'t Tx<'t>,
    mut log: Log<'t>,
    opening: &Opening,
    [enrolment, action]: [Action; 2],
    now: i64,
) -> Result<Receipt> {
    let organisation = action.organisation();
    if opening.base > log.tip.size || log.tree.root_at(opening.base)? != opening.root {
        return Err(Fault::invalid("restore", "root").into());
    }
    // Also above one that is about to be cut off: no number names two generations.
    if opening.generation <= log.generation {
        return Err(Fault::invalid("restore", "generation").into());
    }
    let key = turn(tx, &organisation, &opening.server_key)?.ok_or_else(|| Refusal::Key.fault())?;
    // Nothing but what it names is continued: not what came in after the backup was put back, either.
    if opening.base < log.tip.size {
        allowed(log, enrolment.clone(), &action, now)?;
        rows::cut(tx, &organisation, opening.base)?;
        log = Log::open(tx, organisation)?;
    }
    log.key = key;
    let mut results = Vec::new();
    for action in [enrolment, action] {
        let logged = log::append(tx, &mut log, action, now)?.map_err(|refusal| refusal.fault())?;
        results.push(logged);
    }
    organisation::put_behind(tx, &organisation, false)?;
    let receipt = log::receipt(&mut log, results, now)?;
    log.close()?;
    tracing::info!(%organisation, generation = opening.generation, base = opening.base, "restored");
    Ok(receipt)
}

/// Refuses whom the log as it stands does not allow to restore: nobody else is worth the time of a cut, and by a cut nobody
/// comes behind the entry that took their rights. What is folded here is never written.
fn allowed(mut log: Log<'_>, enrolment: Action, action: &Action, now: i64) -> Result<()> {
    let Log { tip, book, tree, .. } = &mut log;
    let mut root_at = |size| tree.root_at(size).map_err(Error::into_fault);
    let entry = append::append(book, tip, enrolment, now, &mut root_at)?.map_err(|refusal| refusal.fault())?;
    let received = entry.received;
    fold::step(book, tip, &Arc::new(entry))?;
    match judge::judge(book, action, received)? {
        Outcome::Applied => Ok(()),
        Outcome::Held(held) => Err(held.fault().into()),
    }
}

/// The next key signs from here on, if `named` is its public half; none where it is not.
pub fn turn(tx: &Tx<'_>, organisation: &OrganisationId, named: &[u8; 32]) -> Result<Option<SigningKey>> {
    let next = organisation::next_key(tx, organisation)?;
    if next.verifying_key().as_bytes() != named {
        return Ok(None);
    }
    organisation::turn_key(tx, organisation, &Zeroizing::new(random::bytes()?))?;
    Ok(Some(next))
}

/// The server key that an action, or the held one that it admits, would put in place of the present one: an
/// administrator's rotation (rule 9).
pub fn rotation(log: &mut Log<'_>, action: &Action) -> Result<Option<[u8; 32]>> {
    if action.header().kind != record::KIND.name || action.begins() {
        return Ok(None);
    }
    let admitted = match action.admits() {
        Some(cited) => log.book.held(&cited)?,
        None => None,
    };
    let body = admitted.as_ref().map_or(action, |entry| &entry.action).body();
    Ok(body.field(record::SERVER_KEY).and_then(Value::bytes).and_then(|key| key.try_into().ok()))
}

/// Actions above the size that a restore named, offered again byte for byte by whoever holds them (rule 23): each is judged
/// and timed anew, whoever's it is.
pub async fn offer(app: &Arc<App>, op: &Op, packed: Vec<u8>) -> Result<Vec<u8>> {
    op.full()?;
    log::take(app, op.organisation, None, packed).await
}

/// Gives a next key to what an older version made.
pub async fn provide_keys(db: &Db) -> std::result::Result<(), Error> {
    db.write(|tx| {
        for organisation in organisation::without_next_key(tx)? {
            organisation::put_next_key(tx, &organisation, &Zeroizing::new(random::bytes()?))?;
        }
        Ok(())
    })
    .await
}
