//! Push: the outbox goes out in the order of its chain, and each receipt is checked before it is believed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use plumbline_protocol::{
    Fault, OrganisationId, RecordId,
    action::{Action, Seen},
    entry::{Entry, Outcome},
    log::{checkpoint::SignedCheckpoint, merkle::Frontier},
    page::{self, PushResult, Receipt},
    reader::{Code, Lie},
    record::organisation,
    session::Scope,
};

use crate::{
    client::{Client, Inner},
    db::{entry, meta, outbox, record as rows},
    event::Event,
    outbox::without_effect,
    session::Token,
    sync::{Trip, generation, pull, reenrol},
};

/// Most actions in one push.
const BATCH: u32 = 1000;
/// How often a push may begin again before the round is left for later.
const TRIES: u32 = 8;

/// Sends what waits. Returns how many actions were acknowledged.
pub(crate) async fn push(client: &Client) -> Result<u64, Fault> {
    let mut pushed = 0;
    let mut tries = 0;
    // Before anything but a plain receipt is believed, the log is read: the server may have been put back from a backup, or
    // have another key by now, and neither is a reason to give anything up.
    let mut looked = false;
    loop {
        let batch =
            client.run(|inner| inner.db.read(|c| outbox::in_state(c, outbox::State::Waiting, 0, BATCH))).await?;
        let mut actions: Vec<Action> = batch.into_iter().map(|item| item.action).collect();
        let Some(first) = actions.first() else { return Ok(pushed) };
        let enrols = first.enrols();
        if enrols {
            actions.truncate(1);
        }
        let (message, fit) = page::encode_fitting(&actions);
        actions.truncate(fit);
        let (session, inner) = (client.session()?, &client.inner);
        let receipt = if enrols {
            inner.timed(session.net().enrol(&inner.organisation()?, message)).await
        } else {
            let (session, message) = (&session, &message);
            let ask = |token: Token| async move { inner.timed(session.net().push(&token, message.clone())).await };
            session.with_token(ask).await
        };
        let (receipt, trip) = match receipt {
            Ok(receipt) => receipt,
            Err(fault @ (Fault::Invalid { .. } | Fault::Denied)) if enrols => {
                // The old key no longer vouches: only a new invite helps (rule 21). The work stays.
                tracing::warn!(%fault, "the device could not enrol again");
                return Err(Fault::SignedOut);
            }
            Err(fault) => return Err(fault),
        };
        looked |= enrols || client.session()?.scope() == Some(Scope::Push);
        let (known, plain) = (looked, receipt.results.iter().all(|r| matches!(r, PushResult::Logged { .. })));
        if !plain && !looked {
            looked = true;
            pull::pull(client).await?;
            continue;
        }
        let sent = Arc::new((actions, receipt));
        let settle = |looked| {
            let sent = Arc::clone(&sent);
            client.run(move |inner| inner.settle(&sent.0, &sent.1, trip, looked))
        };
        let settled = match settle(known).await? {
            Some(settled) => settled,
            None => {
                looked = true;
                pull::pull(client).await?;
                // By the key that the log names now the receipt is good, or it is a lie.
                let Some(settled) = settle(true).await? else { continue };
                settled
            }
        };
        pushed += settled.acknowledged;
        if settled.reenrol {
            reenrol::reenrol(client, reenrol::Voucher::Old).await?;
        }
        if settled.acknowledged == 0 || settled.reenrol {
            tries += 1;
            if tries > TRIES {
                return Err(Fault::Busy { retry_after: 60 });
            }
        }
    }
}

struct Settled {
    acknowledged: u64,
    reenrol: bool,
}

impl Inner {
    /// Checks the receipt and notes what became of each action, in one transaction. None where the key that signed it is not
    /// known yet and the log was not `looked` at: nothing has changed then.
    fn settle(
        &self,
        actions: &[Action],
        receipt: &Receipt,
        trip: Trip,
        looked: bool,
    ) -> Result<Option<Settled>, Fault> {
        if receipt.results.len() != actions.len() {
            return Err(Fault::corrupt("receipt"));
        }
        let anchor = self.anchor(receipt.now, trip);
        let entries: Vec<(u64, Entry)> =
            actions.iter().zip(&receipt.results).filter_map(|(a, r)| entry_of(a, Some(r)).ok()).collect();
        let seen = match self.prove_receipt(&entries, receipt) {
            Ok(seen) => seen,
            Err(Proof::Key) if !looked => return Ok(None),
            Err(Proof::Key) => {
                let lie = Lie::of(Code::Checkpoint, "receipt: its signature is not the server's");
                return self.alarm(&lie, &receipt.encode());
            }
            Err(Proof::Lie(lie)) => return self.alarm(&lie, &receipt.encode()),
            Err(Proof::Fault(fault)) => return Err(fault),
        };
        let mut settled = Settled { acknowledged: 0, reenrol: false };
        self.db.write(|c| {
            if let Some(anchor) = anchor {
                meta::put_time_anchor(c, anchor)?;
            }
            let size = meta::cursor(c)?.tip.size;
            let mut touched: BTreeSet<RecordId> = BTreeSet::new();
            for (action, result) in actions.iter().zip(&receipt.results) {
                let hash = action.hash();
                outbox::tried(c, &hash)?;
                match result {
                    PushResult::Logged { position, outcome, .. } => {
                        settled.acknowledged += 1;
                        match outcome {
                            Outcome::Applied if *position < size => {
                                outbox::remove(c, &hash)?;
                                touched.insert(action.header().record);
                            }
                            Outcome::Applied => {
                                outbox::settle(c, &hash, outbox::State::Logged, Some(*position), "")?;
                            }
                            Outcome::Held(held) => {
                                without_effect(c, &hash, *position, held)?;
                                touched.insert(action.header().record);
                            }
                        }
                    }
                    PushResult::Gap(_) => {}
                    PushResult::Reenrol => settled.reenrol = true,
                    PushResult::Refused { field, reason } => {
                        let fault = serde_json::to_string(&Fault::invalid(field.clone(), reason.clone()));
                        outbox::settle(c, &hash, outbox::State::Refused, None, &fault.unwrap_or_default())?;
                        touched.insert(action.header().record);
                        settled.reenrol = true;
                    }
                }
            }
            // A gap that nothing of ours fills: the server does not have what it acknowledged, or lost its end.
            let gap_first = matches!(receipt.results.first(), Some(PushResult::Gap(_)));
            settled.reenrol |= gap_first;
            if let Some(seen) = seen {
                entry::put_anchor(c, &entry::Anchor { seen, checkpoint: receipt.checkpoint.clone() })?;
                if seen.size > promised(c)? {
                    meta::put(c, PROMISED, &seen.size.to_be_bytes())?;
                    meta::put(c, generation::RECEIPT, receipt.checkpoint.as_bytes())?;
                }
            }
            self.show_again(c, &touched)
        })?;
        self.emit(Event::Outbox);
        Ok(Some(settled))
    }

    fn prove_receipt(&self, entries: &[(u64, Entry)], receipt: &Receipt) -> Result<Option<Seen>, Proof> {
        if entries.is_empty() {
            return Ok(None);
        }
        let organisation = self.organisation().map_err(Proof::Fault)?;
        let known = self.db.read(|c| {
            let record = rows::get(c, &RecordId::from(organisation), rows::Layer::Confirmed)?;
            Ok((record.and_then(|r| r.key(organisation::SERVER_KEY)), meta::cursor(c)?.generation))
        });
        let (key, generation) = known.map_err(Proof::Fault)?;
        let (seen, signed) = proven(entries, receipt, &organisation).map_err(Proof::Lie)?;
        // Before the first pull there is no key to check with: the pull that follows checks the anchor.
        let Some(key) = key else { return Ok(Some(seen)) };
        if seen.generation != generation || signed.verify(&key).is_err() {
            return Err(Proof::Key);
        }
        Ok(Some(seen))
    }
}

enum Proof {
    Lie(Lie),
    /// Not signed by the server's key as this device knows it.
    Key,
    Fault(Fault),
}

/// Under this the store keeps the largest size that a receipt promised.
pub(crate) const PROMISED: &str = "promised";

/// The largest size that a receipt promised: a pull that ends below it is a lie (rule 19).
pub(crate) fn promised(c: &crate::db::Tx) -> Result<u64, Fault> {
    let bytes = meta::get(c, PROMISED)?;
    Ok(bytes.and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes))
}

/// The entry that the server says an action became.
pub(crate) fn entry_of(action: &Action, result: Option<&PushResult>) -> Result<(u64, Entry), Fault> {
    let Some(PushResult::Logged { position, received, outcome, rules, record_previous }) = result else {
        return Err(Fault::corrupt("receipt"));
    };
    let entry = Entry {
        action: action.clone(),
        received: *received,
        outcome: outcome.clone(),
        rules: *rules,
        record_previous: *record_previous,
    };
    Ok((*position, entry))
}

/// A new generation promises anew.
pub(crate) fn forget_promise(c: &crate::db::Tx) -> Result<(), Fault> {
    meta::delete(c, PROMISED)
}

/// Checks that a receipt proves its entries.
pub(crate) fn prove(
    entries: &[(u64, Entry)],
    receipt: &Receipt,
    organisation: &OrganisationId,
    key: &[u8; 32],
) -> Result<(), Fault> {
    let proven = proven(entries, receipt, organisation).map_err(|_| Fault::corrupt("receipt"))?;
    proven.1.verify(key).map_err(|_| Fault::corrupt("receipt"))
}

/// What the receipt proves, once its signature is checked: entries and the hashes between them lead to the checkpoint's root.
fn proven(
    entries: &[(u64, Entry)],
    receipt: &Receipt,
    organisation: &OrganisationId,
) -> Result<(Seen, SignedCheckpoint), Lie> {
    let lie = |code, text: &str| Lie::of(code, format!("receipt: {text}"));
    let signed = SignedCheckpoint::parse(&receipt.checkpoint).map_err(|f| lie(Code::Checkpoint, &f.to_string()))?;
    let checkpoint = &signed.checkpoint;
    if checkpoint.origin.organisation != *organisation {
        return Err(lie(Code::Checkpoint, "of another log"));
    }
    let mut leaves = BTreeMap::new();
    for (position, entry) in entries {
        let leaf = entry.leaf();
        // One of them would go unproven.
        if leaves.insert(*position, leaf).is_some_and(|other| other != leaf) {
            return Err(Lie::at(*position, Code::Root, "receipt: two actions are said to be this one entry"));
        }
    }
    let mut frontier = Frontier::new();
    let mut run = receipt.proof.iter();
    let mut leaves = leaves.into_iter().peekable();
    while frontier.size() < checkpoint.size {
        if leaves.peek().is_some_and(|(position, _)| *position == frontier.size()) {
            if let Some((_, leaf)) = leaves.next() {
                frontier.push_leaf(leaf);
            }
            continue;
        }
        let next = run.next().ok_or_else(|| lie(Code::Root, "the proof is cut short"))?;
        frontier.push(*next).map_err(|_| lie(Code::Root, "the proof does not fit"))?;
    }
    let whole = frontier.size() == checkpoint.size && leaves.next().is_none() && run.next().is_none();
    if !whole || frontier.root() != checkpoint.root {
        return Err(lie(Code::Root, "the proof does not lead to the checkpoint"));
    }
    let seen = Seen { generation: checkpoint.origin.generation, size: checkpoint.size, root: checkpoint.root };
    Ok((seen, signed))
}
