//! Pull: the log comes in page by page, is checked entry by entry, folded, and stored with the new size in one transaction.
//!
//! When rights change the log is read again from 0: its pages wait in the store until they are whole, and replace the old
//! state in one transaction, so that a person sees either (spine rule 17), and memory holds a few pages, however many there are.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use plumbline_protocol::{
    DeviceId, Fault, Hash, RecordId,
    action::Seen,
    entry::{Entry, Outcome},
    fold::Book,
    generation::{self as generations, Opening},
    log::{checkpoint::SignedCheckpoint, merkle::Subtree},
    page::{self, Item, Page, PullRequest, UnverifiedEntry, verify_all},
    reader::{self, Code, Lie, Trouble},
    record::organisation,
    time::Anchor,
};

use crate::{
    client::{Client, Inner, current},
    db::{Tx, book::StoreBook, entry, meta, outbox, record as rows, superseded},
    event::Event,
    outbox::without_effect,
    sync::{generation, history, push},
};

/// Most changes of rights in the middle of one pull that are followed; a server that names more holds nobody for ever.
const MAX_RESTARTS: u32 = 4;

/// Entries asked for at once: two pages are in memory while one is folded, and a page's cost beyond its entries is small.
const PAGE: u64 = 2_000;

/// Reads what is new. Returns how many entries. A server whose log does not go on from what this device was shown is told
/// so: it may have been put back from a backup.
pub(crate) async fn pull(client: &Client) -> Result<u64, Fault> {
    let pulled = read(client).await;
    if pulled == Err(Fault::corrupt("log")) {
        match generation::present(client).await {
            Ok(standing) if standing.behind => tracing::warn!("the server waits for a restore"),
            Ok(_) => {}
            Err(fault) => tracing::warn!(%fault, "the newest checkpoint could not be presented"),
        }
    }
    pulled
}

async fn read(client: &Client) -> Result<u64, Fault> {
    let mut pulled = 0;
    let (mut cursor, salvaged) =
        client.run(|inner| inner.db.read(|c| Ok((meta::cursor(c)?, meta::salvaged(c)?)))).await?;
    let mut stage = salvaged.then_some(Stage { tag: cursor.tag, generation: cursor.generation, pages: 0 });
    if salvaged {
        client.run(|inner| inner.db.write(entry::clear_stage)).await?;
    }
    let mut restarts = 0;
    let ask = |cursor: &meta::Cursor, size, tag| PullRequest { generation: cursor.generation, size, tag, limit: PAGE };
    let mut request = ask(&cursor, cursor.tip.size, cursor.tag);
    let mut answer = fetch(client, request).await?;
    loop {
        match answer {
            Answer::Restart { generation, message, .. } if generation < cursor.generation => {
                let lie = Lie::of(Code::Checkpoint, "the server went back to an older generation");
                return client.run(move |inner| inner.alarm(&lie, &message)).await;
            }
            Answer::Behind { checkpoint, message } => {
                let ends = SignedCheckpoint::parse(&checkpoint).map_or(0, |signed| signed.checkpoint.size);
                let text = format!(
                    "the server's log ends at {ends} of {} entries that it showed before; it takes nothing in until an \
                     administrator restores it",
                    cursor.tip.size
                );
                let lie = Lie::of(Code::Checkpoint, text);
                return client.run(move |inner| inner.alarm(&lie, &message)).await;
            }
            Answer::Restart { generation, tag, .. } => {
                restarts += 1;
                if (request.generation, request.tag) == (generation, tag) || restarts > MAX_RESTARTS {
                    return Err(Fault::corrupt("page"));
                }
                // Without a stage, what was asked for goes on where the store ends.
                cursor.generation = generation;
                if request.size == 0 && stage.is_none() {
                    cursor.tag = tag;
                    let cursor = cursor.clone();
                    client.run(move |inner| inner.db.write(|c| meta::put_cursor(c, &cursor))).await?;
                } else {
                    client.run(|inner| inner.db.write(entry::clear_stage)).await?;
                    stage = Some(Stage { generation, tag, pages: 0 });
                }
                request = ask(&cursor, 0, tag);
                answer = fetch(client, request).await?;
            }
            Answer::Part(part) => {
                let last = part.tail.is_empty();
                if part.width() == 0 && !last {
                    return Err(Fault::corrupt("page"));
                }
                pulled += part.entries();
                request.size = request.size.saturating_add(part.width());
                let staged = stage;
                if let Some(stage) = &mut stage {
                    stage.pages += 1;
                }
                let keep = client.run(move |inner| match staged {
                    Some(stage) if !last => inner.put_aside(stage.pages, &part.message),
                    _ => inner.take(staged, part),
                });
                if last {
                    keep.await?;
                    break;
                }
                // The next page comes and is verified while this one is folded.
                let (kept, next) = tokio::join!(keep, fetch(client, request));
                kept?;
                answer = next?;
            }
        }
    }
    history::check(client).await?;
    Ok(pulled)
}

/// Asks for a page and checks every signature in it.
async fn fetch(client: &Client, request: PullRequest) -> Result<Answer, Fault> {
    let session = client.session()?;
    let (message, trip) = {
        let (session, inner) = (&session, &client.inner);
        session.with_token(|token| async move { inner.timed(session.net().pull(&token, &request)).await }).await?
    };
    let organisation = client.inner.organisation()?;
    client
        .run(move |inner| {
            let page = match Page::decode(&message, organisation) {
                Ok(page) => page,
                Err(bad) => return inner.alarm(&Lie::of(Code::Encoding, format!("a page: {bad}")), &message),
            };
            match page {
                Page::Restart { generation, tag } => Ok(Answer::Restart { generation, tag, message }),
                Page::Behind { checkpoint, .. } => Ok(Answer::Behind { checkpoint, message }),
                Page::Part { items, tail, checkpoint, now } => {
                    let anchor = inner.anchor(now, trip);
                    match verified(items, request.size) {
                        Ok(items) => Ok(Answer::Part(Part { items, tail, checkpoint, anchor, message })),
                        Err(lie) => inner.alarm(&lie, &message),
                    }
                }
            }
        })
        .await
}

/// What came back.
enum Answer {
    Restart { generation: u64, tag: Hash, message: Vec<u8> },
    Behind { checkpoint: String, message: Vec<u8> },
    Part(Part),
}

/// A pull from 0 beside what is shown: the tag that it is for, and how many of its pages were put aside.
#[derive(Clone, Copy)]
struct Stage {
    generation: u64,
    tag: Hash,
    pages: u64,
}

/// A page whose signatures are good.
struct Part {
    items: Vec<Item<Arc<Entry>>>,
    tail: Vec<Subtree>,
    checkpoint: String,
    /// The server's time, which is kept with the page: one commit, not two.
    anchor: Option<Anchor>,
    message: Vec<u8>,
}

impl Part {
    /// Number of positions that the items cover.
    fn width(&self) -> u64 {
        let width = |item: &Item<Arc<Entry>>| match item {
            Item::Entry(_) => 1,
            Item::Hidden(subtree) => 1_u64.checked_shl(u32::from(subtree.level)).unwrap_or(u64::MAX),
        };
        self.items.iter().fold(0, |sum: u64, item| sum.saturating_add(width(item)))
    }

    fn entries(&self) -> u64 {
        self.items.iter().filter(|i| matches!(i, Item::Entry(_))).count() as u64
    }
}

impl Inner {
    /// Keeps a verified page until those after it are there.
    fn put_aside(&self, number: u64, message: &[u8]) -> Result<(), Fault> {
        let packed = page::pack(message)?;
        self.db.write(|c| entry::put_staged(c, number, &packed))
    }

    /// Checks and stores a page in one transaction; the last one of a stage with all before it, in place of what was there.
    fn take(&self, stage: Option<Stage>, part: Part) -> Result<(), Fault> {
        let mut kinds = BTreeSet::new();
        let mut message = Vec::new();
        let mut told = None;
        let done = self.db.write(|c| {
            // A lie undoes the transaction: what was kept is what was proven.
            let old = meta::cursor(c)?.generation;
            let mut put_aside = 0;
            if let Some(Stage { generation, tag, pages }) = stage {
                put_aside = pages;
                let seen = current(c)?;
                let at_this_size = |text: &String| {
                    SignedCheckpoint::parse(text).is_ok_and(|signed| signed.checkpoint.size == seen.size)
                };
                let checkpoint = Some(meta::checkpoint(c)?).filter(at_this_size).unwrap_or_default();
                entry::put_anchor(c, &entry::Anchor { seen, checkpoint })?;
                if generation > old {
                    superseded::set_aside(c, old)?;
                    push::forget_promise(c)?;
                    outbox::unlog(c)?;
                }
                rows::clear(c)?;
                meta::put_salvaged(c, false)?;
                meta::put_cursor(c, &meta::Cursor::start(generation, tag))?;
            }
            let mut stop = |trouble| match trouble {
                Trouble::Lie(lie) => {
                    told = Some(lie);
                    Fault::corrupt("log")
                }
                Trouble::Fault(fault) => fault,
            };
            let aside = (0..put_aside).map(|number| self.staged(c, number));
            for part in aside.chain([Ok(part)]) {
                let part = part?;
                if let Some(anchor) = part.anchor {
                    meta::put_time_anchor(c, anchor)?;
                }
                message = part.message;
                kinds.extend(self.read_page(c, part.items, &part.tail, &part.checkpoint).map_err(&mut stop)?);
            }
            if let Some(Stage { generation, .. }) = stage {
                entry::clear_stage(c)?;
                if generation > old {
                    self.follow(c, old).map_err(&mut stop)?;
                }
                // What is still pending stands on the new state now.
                let items = outbox::all(c)?;
                self.show_again(c, &items.iter().map(|i| i.action.header().record).collect())?;
            }
            let mut known = self.sync.history.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if stage.is_some() {
                known.clear();
            }
            known.note(&current(c)?);
            history::agree(c, &known)
        });
        match (done, told) {
            (Ok(()), _) => {
                if !kinds.is_empty() {
                    self.emit(Event::Records { kinds: kinds.into_iter().collect() });
                }
                Ok(())
            }
            (Err(_), Some(lie)) => self.alarm(&lie, &message),
            (Err(fault), None) => Err(fault),
        }
    }

    /// A page that was put aside: its signatures were good then.
    fn staged(&self, c: &Tx, number: u64) -> Result<Part, Fault> {
        let damaged = |_| Fault::corrupt("store");
        let message = page::unpack(&entry::staged(c, number)?)?;
        let Page::Part { items, tail, checkpoint, .. } =
            Page::decode(&message, self.organisation()?).map_err(damaged)?
        else {
            return Err(Fault::corrupt("store"));
        };
        let known = |item| match item {
            Item::Entry(entry) => Item::Entry(Arc::new(UnverifiedEntry::stored(entry))),
            Item::Hidden(subtree) => Item::Hidden(subtree),
        };
        Ok(Part { items: items.into_iter().map(known).collect(), tail, checkpoint, message, anchor: None })
    }

    fn read_page(
        &self,
        c: &Tx,
        items: Vec<Item<Arc<Entry>>>,
        tail: &[Subtree],
        checkpoint: &str,
    ) -> Result<BTreeSet<String>, Trouble> {
        let mut cursor = meta::cursor(c)?;
        let own = (self.device(), meta::own_chain(c)?);
        let mut book = StoreBook::new(c);
        let mut newest: BTreeMap<DeviceId, (Seen, i64)> = BTreeMap::new();
        let mut kinds = BTreeSet::new();
        for item in items {
            match item {
                Item::Hidden(subtree) => {
                    cursor.all = false;
                    let unaligned = |_| Lie::at(cursor.tip.size, Code::Root, "a hidden part does not fit");
                    cursor.frontier.push(subtree).map_err(unaligned)?;
                    cursor.tip.size = cursor.frontier.size();
                }
                Item::Entry(entry) => {
                    let position = cursor.tip.size;
                    reader::read(&mut book, &mut cursor.tip, &entry, cursor.all)?;
                    cursor.frontier.push_leaf(entry.leaf());
                    entry::put(c, position, &entry)?;
                    let header = entry.action.header();
                    newest.insert(header.device, (header.seen, entry.received));
                    kinds.insert(header.kind.clone());
                    if header.device == own.0 {
                        self.own_entry(c, &entry, position, own.1.map(|h| h.sequence))?;
                    }
                    if let Some(opening) = Opening::of(&entry.action) {
                        let Opening { generation, base: size, root, .. } = opening;
                        let seen = Seen { generation, size, root };
                        entry::put_anchor(c, &entry::Anchor { seen, checkpoint: String::new() })?;
                    }
                    if let (Some(cited), true) = (entry.action.admits(), entry.outcome.applied()) {
                        outbox::remove(c, &cited)?;
                    }
                }
            }
        }
        self.checkpointed(c, &mut book, &cursor, tail, checkpoint)?;
        let changed = book.save()?;
        for (device, (seen, received)) in &newest {
            entry::put_seen(c, device, seen, *received)?;
        }
        meta::put_cursor(c, &cursor)?;
        let mut again: BTreeSet<RecordId> = outbox::passed(c, cursor.tip.size)?.into_iter().collect();
        again.extend(rows::with_shown(c)?.into_iter().filter(|id| changed.contains(id)));
        self.show_again(c, &again)?;
        Ok(kinds)
    }

    /// An action of this device came back: its receipt was lost, or a clone signed it.
    fn own_entry(&self, c: &Tx, entry: &Entry, position: u64, last: Option<u64>) -> Result<(), Fault> {
        let hash = entry.action.hash();
        if outbox::contains(c, &hash)? {
            match &entry.outcome {
                Outcome::Applied => outbox::settle(c, &hash, outbox::State::Logged, Some(position), "")?,
                Outcome::Held(held) => without_effect(c, &hash, position, held)?,
            }
        }
        if last.is_none_or(|last| entry.action.header().sequence > last) {
            meta::put_cloned(c, true)?;
        }
        Ok(())
    }

    /// Items and tail must lead to the checkpoint's root; at its size, its signature must be the server's (rule 18).
    fn checkpointed(
        &self,
        c: &Tx,
        book: &mut StoreBook<'_>,
        cursor: &meta::Cursor,
        tail: &[Subtree],
        text: &str,
    ) -> Result<(), Trouble> {
        let lie = |code, text: &str| Trouble::Lie(Lie::of(code, text));
        let signed = SignedCheckpoint::parse(text).map_err(|f| lie(Code::Checkpoint, &format!("a checkpoint: {f}")))?;
        let checkpoint = &signed.checkpoint;
        let organisation = self.organisation()?;
        if checkpoint.origin.organisation != organisation {
            return Err(lie(Code::Checkpoint, "a checkpoint of another organisation"));
        }
        if checkpoint.origin.generation != cursor.generation {
            return Err(lie(Code::Checkpoint, "a checkpoint of another generation"));
        }
        if checkpoint.size < cursor.tip.size {
            return Err(lie(Code::Checkpoint, "the log has shrunk"));
        }
        if cursor.tip.organisation.is_some_and(|o| o != organisation) {
            return Err(lie(Code::Key, "the first entry is not this organisation's"));
        }
        let mut whole = cursor.frontier.clone();
        for subtree in tail {
            whole.push(*subtree).map_err(|_| lie(Code::Root, "the tail of a page does not fit"))?;
        }
        if whole.size() != checkpoint.size || whole.root() != checkpoint.root {
            return Err(lie(Code::Root, "the entries do not lead to the checkpoint's root"));
        }
        if checkpoint.size == cursor.tip.size {
            let record = book.record(&RecordId::from(organisation))?;
            let key = record.and_then(|r| r.key(organisation::SERVER_KEY));
            if key.is_none_or(|key| signed.verify(&key).is_err()) {
                return Err(lie(Code::Checkpoint, "the checkpoint's signature is not the server's"));
            }
            if generations::current(book, &organisation)? != cursor.generation {
                return Err(lie(Code::Checkpoint, "a generation that no administrator's restore began"));
            }
            if push::promised(c)? > checkpoint.size {
                return Err(lie(Code::Checkpoint, "the log ends below a receipt that the server gave"));
            }
            meta::put_checkpoint(c, text)?;
        }
        Ok(())
    }
}

/// Checks every signature, on every core.
fn verified(items: Vec<Item<UnverifiedEntry>>, start: u64) -> Result<Vec<Item<Arc<Entry>>>, Lie> {
    let mut places = Vec::new();
    let mut unverified = Vec::new();
    let mut position = start;
    let mut shape = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Entry(entry) => {
                places.push((position, entry.device()));
                unverified.push(entry);
                shape.push(None);
                position += 1;
            }
            Item::Hidden(subtree) => {
                position = position.saturating_add(1_u64.checked_shl(u32::from(subtree.level)).unwrap_or(u64::MAX));
                shape.push(Some(subtree));
            }
        }
    }
    let entries = verify_all(unverified, UnverifiedEntry::verify).map_err(|(i, bad)| match places.get(i) {
        Some((position, device)) => Lie::bad_action(*position, &bad).by(device),
        None => Lie::bad_action(start, &bad),
    })?;
    let mut entries = entries.into_iter();
    let fill = |hidden: Option<Subtree>| match hidden {
        Some(subtree) => Some(Item::Hidden(subtree)),
        None => entries.next().map(|e| Item::Entry(Arc::new(e))),
    };
    Ok(shape.into_iter().filter_map(fill).collect())
}
