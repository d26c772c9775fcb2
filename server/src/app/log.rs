//! The log: actions come in by push, and what a member may see goes out by pull.
//!
//! Signatures are checked before the one writer is asked, so that it only judges and appends. An action that was logged
//! before is answered as it was then. Whatever is refused or held, what stands behind it is taken.

use std::{collections::BTreeSet, ops::ControlFlow, sync::Arc};

use plumbline_protocol::{
    DeviceId, Fault, Hash, OrganisationId,
    action::{Action, BadAction},
    append::{self, Refusal},
    blob::MAX_BYTES,
    entry::{Kept, Outcome},
    generation::Opening,
    judge,
    log::{
        checkpoint::{Checkpoint, Origin},
        merkle::{Subtree, run_hashes},
        tile::Tile,
    },
    page::{self, Item, Page, PullRequest, PushResult, Receipt},
    policy,
    record::photo,
    value::Value,
};

use super::{App, restore};
use crate::{
    db::{Tx, blob, log, log::Log, organisation, tile},
    error::{Error, Result},
    op::Op,
};

/// Actions of one push that are judged at once; between two slices others' writes have their turn.
const SLICE: usize = 250;
/// Results up to which packing a receipt takes less than the way to another thread.
const FEW: usize = 16;
/// A page ends when its items have so many bytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// A page ends when so many entries were looked at: what one member may not see is not read for ever.
const PAGE_WALK: u64 = 100_000;
/// What a hidden subtree takes in a page.
const SUBTREE_BYTES: usize = 36;

/// Appends what a session's device has signed, and answers with a receipt. A revoked device may push: all of it is held.
pub async fn push(app: &Arc<App>, op: &Op, packed: Vec<u8>) -> Result<Vec<u8>> {
    take(app, op.organisation, Some(op.device), packed).await
}

/// Appends actions of one device or, where a restore lost them, of anybody.
pub(super) async fn take(
    app: &Arc<App>,
    organisation: OrganisationId,
    only_of: Option<DeviceId>,
    packed: Vec<u8>,
) -> Result<Vec<u8>> {
    let actions = super::blocking(app, move |_| read(&packed, Some(organisation))).await?;
    let (mut results, mut began) = (Vec::with_capacity(actions.len()), None);
    let mut actions = actions.into_iter().peekable();
    // A slice is durable by itself: whoever is cut off between two sends all of it again and gets the same positions.
    loop {
        let slice: Vec<_> = actions.by_ref().take(SLICE).collect();
        let (now, so_far, last) = (app.now(), std::mem::take(&mut results), actions.peek().is_none());
        let judged = app.db.write(move |tx| {
            let mut log = Log::open(tx, organisation)?;
            restore::open(&log)?;
            let generation = log.generation;
            if only_of.is_none() && generation == 0 {
                return Err(Fault::Denied.into());
            }
            // A restore came between two slices: where the first of them stand is not known any more.
            if began.is_some_and(|began| began != generation) {
                return Err(Fault::Busy { retry_after: 1 }.into());
            }
            let mut results = so_far;
            for action in slice {
                results.push(match action {
                    Ok(action) if only_of.is_some_and(|device| device != action.header().device) => {
                        refused(&Refusal::Device)
                    }
                    action => taken(tx, &mut log, action, now)?,
                });
            }
            let judged = match last {
                true => ControlFlow::Break(receipt(&mut log, results, now)?),
                false => ControlFlow::Continue((generation, results)),
            };
            log.close()?;
            Ok(judged)
        });
        match judged.await? {
            ControlFlow::Continue((generation, so_far)) => (began, results) = (Some(generation), so_far),
            ControlFlow::Break(receipt) => return answer(app, receipt).await,
        }
    }
}

/// Logs one action among others. A restore comes in by a way of its own.
fn taken(
    tx: &Tx<'_>,
    log: &mut Log<'_>,
    action: std::result::Result<Action, BadAction>,
    now: i64,
) -> Result<PushResult> {
    let action = match action {
        Ok(action) if Opening::of(&action).is_some() && log.find(&action)?.is_none() => {
            return Ok(refused(&Refusal::Restore));
        }
        Ok(action) => action,
        Err(bad) => return Ok(bad_action(&bad)),
    };
    Ok(match append(tx, log, action, now)? {
        Ok(logged) => logged,
        Err(refusal) => refused(&refusal),
    })
}

/// Lets a new device in: its enrolment proves itself, so there is no session yet. One that breaks a rule leaves no trace.
pub async fn enrol(app: &Arc<App>, organisation: OrganisationId, packed: Vec<u8>) -> Result<Vec<u8>> {
    let action = super::blocking(app, move |_| single(&packed, Some(organisation))).await?;
    if !action.enrols() {
        return Err(Fault::invalid("kind", "enrolment").into());
    }
    let now = app.now();
    let receipt = app.db.write(move |tx| come_in(tx, Log::open(tx, organisation)?, action, now));
    answer(app, receipt.await?).await
}

/// Appends the one action by which somebody comes in.
pub(super) fn come_in(tx: &Tx<'_>, mut log: Log<'_>, action: Action, now: i64) -> Result<Receipt> {
    restore::open(&log)?;
    let logged = append(tx, &mut log, action, now)?.map_err(|refusal| refusal.fault())?;
    let receipt = receipt(&mut log, vec![logged], now)?;
    log.close()?;
    Ok(receipt)
}

/// Logs an action, unless it is logged already, with all that follows from it.
pub(super) fn append(
    tx: &Tx<'_>,
    log: &mut Log<'_>,
    action: Action,
    now: i64,
) -> Result<std::result::Result<PushResult, Refusal>> {
    if let Some(logged) = log.find(&action)? {
        return Ok(Ok(logged));
    }
    let rotation = restore::rotation(log, &action)?;
    let Log { tip, book, tree, .. } = log;
    let mut root_at = |size| tree.root_at(size).map_err(Error::into_fault);
    let entry = match append::append(book, tip, action, now, &mut root_at)? {
        Ok(entry) => Arc::new(entry),
        Err(refusal) => return Ok(Err(refusal)),
    };
    // Who names the key that signs already, as two do who ask for the next one at once, names nothing new.
    let rotation = rotation.filter(|key| key != log.key.verifying_key().as_bytes());
    if let (Some(key), Outcome::Applied) = (rotation, &entry.outcome) {
        let organisation = entry.action.organisation();
        match restore::turn(tx, &organisation, &key)? {
            Some(key) => log.key = key,
            None => return Ok(Err(Refusal::Key)),
        }
    }
    let position = log.push(&entry)?;
    expect(tx, log, &entry.action)?;
    let (received, outcome, rules) = (entry.received, entry.outcome.clone(), entry.rules);
    Ok(Ok(PushResult::Logged { position, received, outcome, rules, record_previous: entry.record_previous }))
}

/// The bytes of a logged photo may come, whatever its outcome: they wait for no administrator.
fn expect(tx: &Tx<'_>, log: &mut Log<'_>, action: &Action) -> Result<()> {
    let header = action.header();
    let field = |name| action.body().field(name);
    let sha256 = field(photo::SHA256).and_then(Value::bytes).and_then(|b| b.try_into().ok().map(Hash));
    let bytes = field(photo::BYTES).and_then(Value::int).and_then(|n| u64::try_from(n).ok());
    let bytes = bytes.filter(|n| (1..=MAX_BYTES).contains(n));
    let (true, Some(record), Some(sha256), Some(bytes)) =
        (header.kind == photo::KIND.name, header.record.uuid(), sha256, bytes)
    else {
        return Ok(());
    };
    match judge::member_of(&mut log.book, &header.device)? {
        Some(member) => blob::expect(tx, &header.organisation.ok_or(Fault::NotFound)?, record, &sha256, bytes, member),
        None => Ok(()),
    }
}

/// The next page of the log for the session's member.
pub async fn pull(app: &Arc<App>, op: &Op, packed: Vec<u8>) -> Result<Vec<u8>> {
    op.full()?;
    let Op { organisation, device, .. } = *op;
    let message = page::unpack(&packed)?;
    let request = PullRequest::decode(&message).map_err(|_| Fault::invalid("body", "encoding"))?;
    if request.limit == 0 {
        return Err(Fault::invalid("limit", "range").into());
    }
    let now = app.now();
    let packed = app.db.read(move |tx| {
        let page = part(tx, organisation, &device, &request, now)?;
        let message = page.encode().map_err(|_| Fault::corrupt("entry"))?;
        Ok(page::pack(&message)?)
    });
    packed.await
}

fn part(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    device: &DeviceId,
    request: &PullRequest,
    now: i64,
) -> Result<Page<Kept>> {
    let mut log = Log::open(tx, organisation)?;
    let actor = judge::actor(&mut log.book, device)?.ok_or(Fault::Denied)?;
    let tag = policy::tag(&actor);
    let behind = request.generation > log.generation;
    if behind || request.generation == log.generation && request.size > log.tip.size {
        let next = organisation::next_key(tx, &organisation)?;
        return Ok(Page::Behind { checkpoint: sign(&mut log)?, next_key: next.verifying_key().to_bytes() });
    }
    if (request.generation, request.tag) != (log.generation, tag) {
        return Ok(Page::Restart { generation: log.generation, tag });
    }
    let size = log.tip.size;
    let sees: log::Sees<'_> = &|kind, project, concerns| policy::sees(&actor, kind, project, concerns);
    let all = policy::sees_all(&actor);
    let to = if all { size } else { size.min(request.size.saturating_add(PAGE_WALK)) };
    let limit = usize::try_from(request.limit).unwrap_or(page::MAX_PAGE).min(page::MAX_PAGE);

    let (mut items, mut entries, mut bytes) = (Vec::new(), 0, 0);
    // What lies between the last entry shown and the next position is hidden.
    let (mut shown, mut next) = (request.size, request.size);
    let mut nodes = log.tree.nodes();
    let mut hide = |items: &mut Vec<Item<Kept>>, from, to| -> Result<usize> {
        let run = run_hashes(&mut nodes, from, to)?;
        let bytes = run.len() * SUBTREE_BYTES;
        items.extend(run.into_iter().map(Item::Hidden));
        Ok(bytes)
    };
    log::walk(tx, &organisation, request.size, to, (!all).then_some(sees), |position, entry| {
        if position != next {
            return Err(Fault::corrupt("log").into());
        }
        next += 1;
        let Some(entry) = entry else { return Ok(ControlFlow::Continue(())) };
        bytes += hide(&mut items, shown, position)? + entry.header.len() + entry.body.len() + entry.origin.len();
        items.push(Item::Entry(entry));
        (shown, entries) = (next, entries + 1);
        Ok(if entries < limit && bytes < PAGE_BYTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    if next < to && entries < limit && bytes < PAGE_BYTES {
        return Err(Fault::corrupt("log").into());
    }
    hide(&mut items, shown, next)?;
    let tail = run_hashes(&mut nodes, next, size)?;
    drop(nodes);
    Ok(Page::Part { items, tail, checkpoint: sign(&mut log)?, now })
}

/// The newest signed checkpoint, and the public half of the key that follows the one which signed it, for anyone.
pub async fn checkpoint(app: &App, organisation: OrganisationId) -> Result<(String, Hash)> {
    app.db
        .read(move |tx| {
            let next = organisation::next_key(tx, &organisation)?.verifying_key().to_bytes();
            Ok((sign(&mut Log::open(tx, organisation)?)?, Hash(next)))
        })
        .await
}

/// A tile's hashes, of this or any smaller log, for anyone.
pub async fn tile(app: &App, organisation: OrganisationId, tile: Tile) -> Result<Vec<u8>> {
    let hashes = app.db.read(move |tx| {
        let size = Log::open(tx, organisation)?.tip.size;
        let there = Tile::of(tile.level, tile.index, size).filter(|t| t.width >= tile.width);
        there.ok_or(Fault::NotFound)?;
        tile::find(tx, &organisation, tile)
    });
    hashes.await
}

fn sign(log: &mut Log<'_>) -> Result<String> {
    let size = log.tip.size;
    let organisation = log.tip.organisation.ok_or(Fault::NotFound)?;
    let origin = Origin { organisation, generation: log.generation };
    Ok(Checkpoint { origin, size, root: log.tree.root_at(size)? }.sign(&log.key).to_string())
}

/// What proves the results: all that lies between and around the positions logged, and the checkpoint that it leads to.
pub(super) fn receipt(log: &mut Log<'_>, results: Vec<PushResult>, now: i64) -> Result<Receipt> {
    let positions: BTreeSet<u64> = results.iter().filter_map(position).collect();
    if positions.is_empty() {
        return Ok(Receipt { results, proof: Vec::new(), checkpoint: String::new(), now });
    }
    let (mut proof, mut from): (Vec<Subtree>, u64) = (Vec::new(), 0);
    let mut nodes = log.tree.nodes();
    for position in positions {
        proof.extend(run_hashes(&mut nodes, from, position)?);
        from = position + 1;
    }
    proof.extend(run_hashes(&mut nodes, from, log.tip.size)?);
    drop(nodes);
    Ok(Receipt { results, proof, checkpoint: sign(log)?, now })
}

fn position(result: &PushResult) -> Option<u64> {
    match result {
        PushResult::Logged { position, .. } => Some(*position),
        _ => None,
    }
}

/// The receipt as an answer; the verifying job looks whether bytes that are here already were named once more.
pub(super) async fn answer(app: &Arc<App>, receipt: Receipt) -> Result<Vec<u8>> {
    app.received.notify_one();
    let few = receipt.results.len() <= FEW;
    let pack = move || Ok(page::pack(&receipt.encode())?);
    if few { pack() } else { super::blocking(app, move |_| pack()).await }
}

/// The actions of a push, each checked by itself.
pub(super) fn read(
    packed: &[u8],
    organisation: Option<OrganisationId>,
) -> Result<Vec<std::result::Result<Action, BadAction>>> {
    let message = page::unpack(packed)?;
    let actions = page::decode_push(&message, organisation).map_err(|_| Fault::invalid("body", "encoding"))?;
    page::verify_all(actions, |action, keys| Ok(action.verify(keys))).map_err(|_| Error::internal("verification"))
}

/// The only action of a push.
pub(super) fn single(packed: &[u8], organisation: Option<OrganisationId>) -> Result<Action> {
    let mut actions = read(packed, organisation)?.into_iter();
    match (actions.next(), actions.next()) {
        (Some(Ok(action)), None) => Ok(action),
        (Some(Err(bad)), None) => {
            let (field, reason) = wrong(&bad);
            Err(Fault::invalid(field, reason).into())
        }
        _ => Err(Fault::invalid("actions", "count").into()),
    }
}

fn refused(refusal: &Refusal) -> PushResult {
    match refusal {
        Refusal::Gap(next) => PushResult::Gap(*next),
        Refusal::Reenrol => PushResult::Reenrol,
        _ => match refusal.fault() {
            Fault::Invalid { field, reason } => PushResult::Refused { field, reason },
            _ => PushResult::Refused { field: "action".to_owned(), reason: "refused".to_owned() },
        },
    }
}

fn bad_action(bad: &BadAction) -> PushResult {
    let (field, reason) = wrong(bad);
    PushResult::Refused { field: field.to_owned(), reason: reason.to_owned() }
}

/// Which field of an action is wrong, and how.
fn wrong(bad: &BadAction) -> (&'static str, &'static str) {
    match bad {
        BadAction::Signature => ("signature", "wrong"),
        BadAction::Commitment => ("commitment", "wrong"),
        BadAction::Encoding(_) | BadAction::Form(_) => ("action", "encoding"),
    }
}
