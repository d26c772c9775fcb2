//! A new generation: what the log was read to be before it, what of that is offered again, and how a client and a server
//! that was put back from a backup meet (spine rules 22 and 23).
//!
//! Invariants: the part that the restore names must come unchanged, or nothing is taken; what lies above it is kept as it
//! was and offered until the log has it; this device's own work goes back to the outbox in the order of its chain.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_protocol::{
    DeviceId, Fault, Hash, RecordId,
    action::Action,
    fold::Book,
    generation::{self, Opening},
    judge,
    log::checkpoint::SignedCheckpoint,
    page::{self, PushResult},
    reader::{Code, Lie, Trouble},
    record::deposit,
    session::Scope,
};

use crate::{
    client::{Client, Inner},
    db::{
        Tx,
        book::StoreBook,
        entry,
        gallery::deposited,
        meta, outbox,
        photo::{self, Photo},
        superseded::{self, State, Superseded},
    },
    net::Standing,
    restore::LostView,
    sync::reenrol,
};

/// Most actions in one offer.
const BATCH: u32 = 1000;
/// Size of the log before everything was last offered: until it grows, the server's answers would be the same.
const OFFERED: &str = "offered";
/// The newest checkpoint that a receipt led to.
pub(crate) const RECEIPT: &str = "receipt";

/// Presents the newest checkpoint that this device was shown, so that a server that was put back learns of it.
pub(crate) async fn present(client: &Client) -> Result<Standing, Fault> {
    let text = client.run(|inner| inner.db.read(newest)).await?;
    let session = client.session()?;
    let (session, text) = (&session, &text);
    session.with_token(|token| async move { session.net().present(&token, text).await }).await
}

/// The newest checkpoint in the store, whether a pull or a receipt led to it.
fn newest(c: &Tx) -> Result<String, Fault> {
    let mut best: Option<(u64, u64, String)> = None;
    for key in [meta::CHECKPOINT, RECEIPT] {
        let text = meta::get(c, key)?.and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(text) = text else { continue };
        let Ok(signed) = SignedCheckpoint::parse(&text) else { continue };
        let at = (signed.checkpoint.origin.generation, signed.checkpoint.size);
        if best.as_ref().is_none_or(|(generation, size, _)| at > (*generation, *size)) {
            best = Some((at.0, at.1, text));
        }
    }
    best.map(|(_, _, text)| text).ok_or(Fault::NotFound)
}

/// The server does not know this device. When its log has begun a generation that this device has not read, its enrolment
/// was lost with the log's end: it is offered again. True when it was taken.
pub(crate) async fn come_back(client: &Client) -> Result<bool, Fault> {
    let organisation = client.inner.organisation()?;
    let session = client.session()?;
    let signed = SignedCheckpoint::parse(&session.net().checkpoint(&organisation).await?.0)?;
    let own = client
        .run(move |inner| {
            let device = RecordId::from(inner.device());
            inner.db.read(|c| {
                let read = entry::of_record(c, &device)?.into_iter().map(|(_, entry)| entry.action);
                let unread = outbox::pending_of(c, &device)?.into_iter().map(|item| item.action);
                Ok((meta::cursor(c)?.generation, read.chain(unread).find(Action::enrols)))
            })
        })
        .await?;
    let (generation, enrolment) = own;
    let (Some(enrolment), true) = (enrolment, signed.checkpoint.origin.generation > generation) else {
        return Ok(false);
    };
    let message = page::encode_push(std::slice::from_ref(&enrolment));
    let receipt = session.net().enrol(&organisation, message).await?;
    Ok(matches!(receipt.results.first(), Some(PushResult::Logged { .. })))
}

/// Offers what the log lost and this device still has. Returns how many the server took.
pub(crate) async fn offer(client: &Client) -> Result<u64, Fault> {
    if client.session()?.scope() == Some(Scope::Push) {
        return Ok(0);
    }
    let Some(size) = client.run(|inner| inner.db.write(grown)).await? else { return Ok(0) };
    let mut taken = 0;
    let mut after = None;
    loop {
        let batch = client.run(move |inner| inner.db.read(|c| superseded::due(c, after, BATCH))).await?;
        let Some(last) = batch.last() else { break };
        after = Some((last.generation, last.position));
        let mut offered: Vec<Superseded> = batch.into_iter().filter(|row| may_be_offered(&row.entry.action)).collect();
        if offered.is_empty() {
            continue;
        }
        let actions: Vec<Action> = offered.iter().map(|row| row.entry.action.clone()).collect();
        let (message, fit) = page::encode_fitting(&actions);
        if fit < offered.len() {
            offered.truncate(fit);
            after = offered.last().map(|row| (row.generation, row.position));
        }
        let session = client.session()?;
        let (session, message) = (&session, &message);
        let receipt =
            session.with_token(|token| async move { session.net().offer(&token, message.clone()).await }).await?;
        if receipt.results.len() != offered.len() {
            return Err(Fault::corrupt("receipt"));
        }
        taken += client
            .run(move |inner| {
                inner.db.write(|c| {
                    let mut taken = 0;
                    for (row, result) in offered.iter().zip(&receipt.results) {
                        match result {
                            PushResult::Logged { .. } => {
                                taken += 1;
                                superseded::settle(c, row, State::Logged)?;
                            }
                            PushResult::Reenrol => superseded::settle(c, row, State::Passed)?,
                            PushResult::Gap(_) | PushResult::Refused { .. } => {}
                        }
                    }
                    Ok(taken)
                })
            })
            .await?;
    }
    if after.is_some() {
        client.run(move |inner| inner.db.write(|c| meta::put(c, OFFERED, &size.to_be_bytes()))).await?;
    }
    Ok(taken)
}

/// The log's size, unless everything that it lacks was offered to a log of this very size.
fn grown(c: &Tx) -> Result<Option<u64>, Fault> {
    superseded::note_logged(c)?;
    let size = meta::cursor(c)?.tip.size;
    let known = meta::get(c, OFFERED)?.is_some_and(|offered| offered == size.to_be_bytes());
    Ok(Some(size).filter(|_| !known))
}

/// Deposits are the server's to give again, and a restore is said once.
pub(crate) fn may_be_offered(action: &Action) -> bool {
    action.header().kind != deposit::KIND.name && Opening::of(action).is_none() && !action.begins()
}

impl Inner {
    /// The log of a later generation was read in the place of one of generation `old`: checks that it goes on from that, and
    /// puts this device's own work that it lacks back into the outbox.
    pub(crate) fn follow(&self, c: &Tx, old: u64) -> Result<(), Trouble> {
        let lie = |code, text: &str| Err(Trouble::Lie(Lie::of(code, text)));
        let organisation = self.organisation()?;
        let Some(base) = generation::kept(&mut StoreBook::new(c), &organisation, old)? else {
            return lie(Code::Checkpoint, "a generation that no administrator's restore began");
        };
        if !superseded::continued(c, old, base)? {
            return lie(Code::Root, "an entry below the size that the restore names came back changed");
        }
        meta::delete(c, RECEIPT)?;
        meta::delete(c, OFFERED)?;
        superseded::note_logged(c)?;
        self.requeue(c, base)?;
        self.send_photos_again(c)?;
        Ok(())
    }

    /// Own actions that the log lacks now wait again, before those that waited, in the order of the chain. Those of an older
    /// key of this device are offered as everybody's are; what nobody has read of them is signed whole behind the rest, but
    /// for that key's enrolment, which goes first.
    fn requeue(&self, c: &Tx, base: u64) -> Result<(), Fault> {
        const ENROLS: u8 = 0;
        const OWN: u8 = 1;
        const OLDER: u8 = 2;
        let device = self.device();
        let mut waiting: BTreeMap<(u8, u64), (Action, i64)> = BTreeMap::new();
        let mut after = None;
        loop {
            let batch = superseded::due(c, after, BATCH)?;
            let Some(last) = batch.last() else { break };
            after = Some((last.generation, last.position));
            for Superseded { entry, .. } in batch.into_iter().filter(|row| row.entry.action.header().device == device) {
                waiting.insert((OWN, entry.action.header().sequence), (entry.action, entry.received));
            }
        }
        for (item, number) in outbox::all(c)?.into_iter().zip(0..) {
            let lost = item.position.is_some_and(|position| position >= base);
            let header = item.action.header();
            let place = match header.device == device {
                true => (OWN, header.sequence),
                false if item.action.enrols() => (ENROLS, number),
                false => (OLDER, number),
            };
            if item.state == outbox::State::Waiting || lost && place.0 == OWN {
                outbox::remove(c, &item.action.hash())?;
                waiting.insert(place, (item.action, item.made));
            }
        }
        let mut book = StoreBook::new(c);
        for ((place, _), (action, made)) in waiting {
            match meta::own_chain(c)? {
                _ if book.logged(&action)? => {}
                Some(head) if place == OLDER => {
                    meta::put_own_chain(c, reenrol::resend(c, &self.key(), head, &action, made)?)?
                }
                _ => outbox::put(c, &action, made)?,
            }
        }
        Ok(())
    }

    /// The server may have lost bytes with the log's end: every original that is here and has no deposit is due again.
    fn send_photos_again(&self, c: &Tx) -> Result<(), Fault> {
        for Photo { record, sha256, bytes, .. } in photo::originals(c)? {
            if !deposited(c, &record, &sha256, bytes)? {
                photo::send_again(c, &record)?;
            }
        }
        Ok(())
    }
}

/// Where chains stop short of entries that are here and wait behind what nobody offered.
pub(crate) fn lost(c: &Tx) -> Result<Vec<LostView>, Fault> {
    let mut book = StoreBook::new(c);
    let mut lost: BTreeMap<DeviceId, LostView> = BTreeMap::new();
    let mut seen: BTreeSet<Hash> = BTreeSet::new();
    let mut after = None;
    loop {
        let batch = superseded::due(c, after, BATCH)?;
        let Some(last) = batch.last() else { break };
        after = Some((last.generation, last.position));
        for Superseded { entry, .. } in batch.into_iter().filter(|row| may_be_offered(&row.entry.action)) {
            let header = entry.action.header();
            let next = book.chain(&header.device)?.map_or(0, |head| head.sequence + 1);
            if header.sequence <= next && !lost.contains_key(&header.device) || !seen.insert(entry.action.hash()) {
                continue; // The next offer brings it.
            }
            let member = judge::member_of(&mut book, &header.device)?;
            let hole = lost.entry(header.device).or_insert_with(|| LostView {
                device: header.device.to_string(),
                member,
                from: next,
                to: header.sequence,
                waiting: 0,
                records: Vec::new(),
            });
            hole.waiting += 1;
            if let Some(record) = header.record.uuid()
                && let Err(place) = hole.records.binary_search(&record)
            {
                hole.records.insert(place, record);
            }
        }
    }
    Ok(lost.into_values().collect())
}

#[cfg(test)]
mod tests {
    use plumbline_protocol::{action::Cites, record::note, value::Value};

    use super::*;
    use crate::{client::Change, sync::reenrol::Voucher, testing::Site};

    #[tokio::test]
    async fn work_of_an_older_key_that_only_the_lost_log_had_travels_whole_under_the_new_one() {
        let site = Site::new().await;
        let inner = &site.client.inner;
        let (organisation, id) = (inner.organisation().unwrap(), inner.new_id().unwrap());
        let fields = [(note::TEXT, Value::from("Poured the footing"))];
        let lost = site.act(Change::write(organisation, note::KIND.name, id, Some(site.project), fields)).hash();
        inner.db.write(|c| outbox::settle(c, &lost, outbox::State::Logged, Some(7), "")).unwrap();
        inner.reenrol(&Voucher::Old).unwrap();

        inner.db.write(|c| outbox::unlog(c).and_then(|()| inner.requeue(c, 5))).unwrap();
        let waiting = inner.db.read(|c| outbox::in_state(c, outbox::State::Waiting, 0, 10)).unwrap();
        let [enrolment, again] = waiting.as_slice() else { panic!("{waiting:?}") };
        assert!(enrolment.action.enrols());
        assert_eq!(again.action.header().device, inner.device());
        assert_eq!(again.action.header().cites, Some(Cites::Resend(lost)));
        let end = inner.db.read(meta::own_chain).unwrap().unwrap();
        assert_eq!(end.hash, again.action.hash());
    }
}
