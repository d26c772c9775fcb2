//! A server that lies: it has the real server's log and signing key, changes what it likes, and answers pulls by itself.
//!
//! Invariant: apart from the lie its answers are well formed and signed with the right key, so a client can catch it only by
//! checking.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use hyper::{Method, StatusCode, header};
use plumbline_protocol::{
    DeviceId, Hash, OrganisationId, RecordId, Uuid,
    action::{Action, Body, Header, Keys, Seen, TIME},
    entry::{Entry, Kept, Outcome, RULES},
    evidence,
    fold::{self, Book, MemoryBook, Tip},
    judge::{self, judge},
    log::{
        checkpoint::{Checkpoint, Origin},
        merkle::{MemoryTree, Subtree, root_at, run_hashes},
        tile::Tile,
    },
    page::{self, Item, MEDIA, Page, PullRequest, Receipt, UnverifiedEntry},
    policy,
    time::{BootId, TimeEvidence},
    value::{Key, Value},
};
use rusqlite::Connection;

use crate::link::{Asked, Told};

/// A log that its owner may change at will.
#[derive(Clone)]
pub struct Liar {
    organisation: OrganisationId,
    key: SigningKey,
    /// The log.
    pub entries: Vec<Arc<Entry>>,
    /// Positions that are shown to nobody.
    pub hidden: BTreeSet<u64>,
    /// The generation that it claims.
    pub generation: u64,
}

impl Liar {
    /// With the log and the key of the server whose data is in `folder`.
    pub fn of(folder: &Path) -> Liar {
        let db = Connection::open(folder.join("plumbline.db")).unwrap();
        let (organisation, key): ([u8; 32], [u8; 32]) = db
            .query_row("SELECT organisation, server_key FROM organisation", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        let sql = "SELECT header, signature, body, origin, received, outcome, rules, record_previous
            FROM entry ORDER BY position";
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            Ok(Kept {
                header: row.get(0)?,
                signature: row.get(1)?,
                body: row.get(2)?,
                origin: row.get(3)?,
                received: row.get(4)?,
                outcome: Outcome::decode(&row.get::<_, Vec<u8>>(5)?).unwrap(),
                rules: u64::try_from(row.get::<_, i64>(6)?).unwrap(),
                record_previous: u64::try_from(row.get::<_, i64>(7)?).ok(),
            })
        });
        let entries = rows.unwrap().map(|kept| Arc::new(kept.unwrap().entry().unwrap())).collect();
        Liar {
            organisation: OrganisationId(organisation),
            key: SigningKey::from_bytes(&key),
            entries,
            hidden: BTreeSet::new(),
            generation: 0,
        }
    }

    /// What the log comes to when its recorded outcomes are obeyed.
    pub fn fold(&self) -> (MemoryBook, Tip) {
        let (mut book, mut tip) = (MemoryBook::default(), Tip::default());
        for entry in &self.entries {
            fold::step(&mut book, &mut tip, entry).unwrap();
        }
        (book, tip)
    }

    /// Changes the entry at `position`.
    pub fn change(&mut self, position: usize, with: impl FnOnce(&mut Entry)) {
        with(Arc::make_mut(&mut self.entries[position]));
    }

    /// From now on checkpoints are signed with `key`.
    pub fn take_key(&mut self, key: SigningKey) {
        self.key = key;
    }

    /// The key with which the server signs checkpoints and deposits.
    pub fn server_key(&self) -> SigningKey {
        self.key.clone()
    }

    /// Position of the last entry of this kind.
    pub fn last(&self, kind: &str) -> usize {
        self.entries.iter().rposition(|entry| entry.action.header().kind == kind).unwrap()
    }

    /// Logs an action with this outcome, whatever the rules say; without one as they say.
    pub fn log(&mut self, action: Action, outcome: Option<Outcome>) {
        let (mut book, tip) = self.fold();
        let outcome = outcome.unwrap_or_else(|| judge(&mut book, &action, tip.received).unwrap());
        let record_previous = fold::record_previous(&mut book, &tip, &action).unwrap();
        self.entries.push(Arc::new(Entry { action, received: tip.received, outcome, rules: RULES, record_previous }));
    }

    /// An action that continues the chain of `key`'s device, well signed.
    pub fn forge<const N: usize>(
        &self,
        key: &SigningKey,
        kind: &str,
        record: impl Into<RecordId>,
        project: Option<Uuid>,
        fields: [(&str, Value); N],
    ) -> Action {
        let (mut book, tip) = self.fold();
        let device = DeviceId(key.verifying_key().to_bytes());
        let head = book.chain(&device).unwrap();
        let evidence = TimeEvidence { wall: tip.received, boot_ms: 1_000_000, boot: BootId([7; 16]), anchor: None };
        let mut fields: std::collections::BTreeMap<Key, Value> =
            fields.into_iter().map(|(name, value)| (Key::from(name), value)).collect();
        fields.insert(Key::from(TIME), evidence::time_to(&evidence));
        let header = Header {
            organisation: Some(self.organisation),
            project,
            device,
            sequence: head.map_or(0, |head| head.sequence + 1),
            previous: head.map(|head| head.hash),
            seen: Seen::nothing(),
            cites: None,
            kind: kind.to_owned(),
            record: record.into(),
            commitment: Hash([0; 32]),
        };
        Action::sign(key, header, Body { random: [9; 16], fields }, None)
    }

    /// Answers `victim`'s pulls, and questions for checkpoint and tiles, from this log: for [`crate::link::Link::tamper`].
    pub fn answers(self, victim: DeviceId) -> impl Fn(&Asked, Told) -> Told + Send + Sync {
        let (mut book, tip) = self.fold();
        let actor = judge::actor(&mut book, &victim).unwrap();
        let mut tree = MemoryTree::new();
        self.entries.iter().for_each(|entry| tree.push(entry.leaf()));
        let root = root_at(&mut tree.clone(), tip.size).unwrap();
        let origin = Origin { organisation: self.organisation, generation: self.generation };
        let checkpoint = Checkpoint { origin, size: tip.size, root }.sign(&self.key).to_string();
        let tag = actor.as_ref().map(policy::tag);
        let sees = move |book: &MemoryBook, position: usize, entry: &Entry| {
            let record = &book.records[&entry.action.header().record];
            let may = actor.as_ref().is_some_and(|a| policy::sees(a, &record.kind, record.project, record.concerns));
            may && !self.hidden.contains(&(position as u64))
        };
        let shown: Vec<bool> = self.entries.iter().enumerate().map(|(n, entry)| sees(&book, n, entry)).collect();
        let (entries, generation) = (self.entries, self.generation);
        move |asked, told| {
            let tile = asked.path.split_once("/tile/").and_then(|(_, tile)| tile.parse::<Tile>().ok());
            if asked.path == "/v1/pull" {
                let request = PullRequest::decode(&page::unpack(&asked.body).unwrap()).unwrap();
                let page = match tag {
                    Some(tag) if (request.generation, request.tag) != (generation, tag) => {
                        Page::Restart { generation, tag }
                    }
                    _ => {
                        let from = request.size.min(tip.size);
                        let hide = |n: usize| run_hashes(&mut tree.clone(), n as u64, n as u64 + 1).unwrap()[0];
                        let items = (from as usize..entries.len()).map(|n| match shown[n] {
                            true => Item::Entry(Kept::from(entries[n].as_ref())),
                            false => Item::Hidden(hide(n)),
                        });
                        Page::Part {
                            items: merge(items.collect(), from),
                            tail: Vec::new(),
                            checkpoint: checkpoint.clone(),
                            now: tip.received,
                        }
                    }
                };
                return say(told, MEDIA, page::pack(&page.encode().unwrap()).unwrap());
            }
            if asked.method == Method::GET && asked.path.ends_with("/checkpoint") {
                return say(told, "text/plain", checkpoint.clone().into_bytes());
            }
            match tile {
                Some(tile) => say(told, "application/octet-stream", hashes(&tree, tile)),
                None => told,
            }
        }
    }
}

/// Changes the entries of every page that is not empty: what a server can do without touching its log.
pub fn on_pages(
    organisation: OrganisationId,
    change: impl Fn(&mut Vec<Item<Kept>>) + Send + Sync,
) -> impl Fn(&Asked, Told) -> Told + Send + Sync {
    move |asked, told| {
        if asked.path != "/v1/pull" || told.status != StatusCode::OK {
            return told;
        }
        let page = Page::<UnverifiedEntry>::decode(&page::unpack(&told.body).unwrap(), organisation).unwrap();
        let Page::Part { items, tail, checkpoint, now } = page else { return told };
        let keep = |item: Item<UnverifiedEntry>| match item {
            Item::Entry(entry) => Item::Entry(Kept::from(&entry.verify(&mut Keys::default()).unwrap())),
            Item::Hidden(subtree) => Item::Hidden(subtree),
        };
        let mut items: Vec<Item<Kept>> = items.into_iter().map(keep).collect();
        if items.iter().any(|item| matches!(item, Item::Entry(_))) {
            change(&mut items);
        }
        let page = Page::Part { items, tail, checkpoint, now };
        let body = page::pack(&page.encode().unwrap()).unwrap();
        say(told, MEDIA, body)
    }
}

/// Changes the receipt of every push that is answered with one.
pub fn on_receipts(change: impl Fn(&mut Receipt) + Send + Sync) -> impl Fn(&Asked, Told) -> Told + Send + Sync {
    move |asked, told| {
        if asked.path != "/v1/push" || told.status != StatusCode::OK {
            return told;
        }
        let mut receipt = Receipt::decode(&page::unpack(&told.body).unwrap()).unwrap();
        change(&mut receipt);
        let body = page::pack(&receipt.encode()).unwrap();
        say(told, MEDIA, body)
    }
}

fn say(told: Told, media: &'static str, body: Vec<u8>) -> Told {
    let mut headers = told.headers;
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media));
    Told { status: StatusCode::OK, headers, body: Bytes::from(body) }
}

fn hashes(tree: &MemoryTree, tile: Tile) -> Vec<u8> {
    use plumbline_protocol::log::merkle::Nodes;
    let first = tile.index * 256;
    let mut tree = tree.clone();
    (first..first + u64::from(tile.width)).flat_map(|n| tree.node(tile.level * 8, n).unwrap().0).collect()
}

/// Neighbouring hidden leaves as the fewest aligned subtrees, as an honest server sends them.
fn merge(items: Vec<Item<Kept>>, from: u64) -> Vec<Item<Kept>> {
    let mut merged: Vec<(u64, Item<Kept>)> = Vec::new();
    for (item, position) in items.into_iter().zip(from..) {
        merged.push((position, item));
        while let [.., (left, Item::Hidden(a)), (_, Item::Hidden(b))] = merged.as_slice()
            && a.level == b.level
            && left % (2 << a.level) == 0
        {
            let joined =
                Subtree { level: a.level + 1, hash: plumbline_protocol::log::merkle::node_hash(&a.hash, &b.hash) };
            let at = *left;
            merged.truncate(merged.len() - 2);
            merged.push((at, Item::Hidden(joined)));
        }
    }
    merged.into_iter().map(|(_, item)| item).collect()
}
