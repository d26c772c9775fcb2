//! What client and server send each other about the log: pushes, receipts, pulls and pages, as CBOR under zstd.
//!
//! A message leaves out what its reader can derive: format version, organisation, commitment (from the body) and, where the
//! device's previous action stands earlier in the same message, the previous hash. Invariants: the decoded size is capped
//! before anything is decoded; what is derived is covered by the signature, so a wrong derivation cannot pass.

use std::{collections::BTreeMap, io::Read, num::NonZero, thread};

use crate::{
    action::{
        Action, BadAction, Body, Header, Keys, MAX_HEADER, Unverified, decode_cites, decode_kind, decode_origin,
        decode_project, decode_seen, encode_cites, encode_origin, encode_seen, first_has_no_previous, hash,
    },
    entry::{Entry, Kept, Outcome},
    fault::Fault,
    id::{DeviceId, Hash, OrganisationId, RecordId},
    log::merkle::Subtree,
    value::{Malformed, Reader, Writer},
};

/// Most bytes of a decoded message.
pub const MAX_MESSAGE: usize = 16 * 1024 * 1024;
/// Most actions in a push.
pub const MAX_PUSH: usize = 10_000;
/// Most entries in a page.
pub const MAX_PAGE: usize = 10_000;
/// Media type of a message.
pub const MEDIA: &str = "application/vnd.plumbline+cbor+zstd";

const LEVEL: i32 = 3;
/// Fewest signatures for which another core is worth its while.
const SHARE: usize = 64;

/// Compresses an encoded message.
pub fn pack(message: &[u8]) -> Result<Vec<u8>, Fault> {
    zstd::bulk::compress(message, LEVEL).map_err(|_| Fault::corrupt("zstd"))
}

/// Decompresses a message of at most [`MAX_MESSAGE`] bytes.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, Fault> {
    let bad = |_| Fault::invalid("body", "zstd");
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(bad)?;
    // Otherwise a frame of a few bytes may ask for a window of 128 MiB.
    decoder.window_log_max(MAX_MESSAGE.ilog2()).map_err(bad)?;
    let mut message = Vec::new();
    decoder.take(MAX_MESSAGE as u64 + 1).read_to_end(&mut message).map_err(bad)?;
    if message.len() > MAX_MESSAGE {
        return Err(Fault::TooLarge { limit: MAX_MESSAGE as u64 });
    }
    Ok(message)
}

/// Chains as far as a message has gone: what lets the next action of a device leave out its previous hash.
#[derive(Default)]
struct Chains(BTreeMap<DeviceId, (u64, Hash)>);

impl Chains {
    fn next(&self, device: &DeviceId, sequence: u64) -> Option<Hash> {
        self.0.get(device).filter(|(last, _)| last.checked_add(1) == Some(sequence)).map(|(_, hash)| *hash)
    }
    fn note(&mut self, header: &Header, hash: Hash) {
        self.0.insert(header.device, (header.sequence, hash));
    }

    /// [`ACTION_ITEMS`] items: project, device, sequence, previous (null when derivable or none), seen, cites, kind, record,
    /// body, signature, origin.
    fn write(&mut self, w: &mut Writer, h: &Header, hash: Hash, parts: &Parts<'_>) {
        match &h.project {
            Some(project) => w.bytes(project.as_bytes()),
            None => w.null(),
        };
        w.bytes(&h.device.0).uint(h.sequence);
        match h.previous {
            Some(previous) if self.next(&h.device, h.sequence) != Some(previous) => w.bytes(&previous.0),
            _ => w.null(),
        };
        encode_seen(w, &h.seen);
        encode_cites(w, h.cites.as_ref());
        w.text(&h.kind);
        w.bytes(if h.organisation.is_some() { h.record.as_bytes() } else { &[] });
        w.0.extend_from_slice(parts.body);
        w.bytes(parts.signature);
        w.0.extend_from_slice(parts.origin);
        self.note(h, hash);
    }

    fn read(&mut self, r: &mut Reader<'_>, organisation: Option<OrganisationId>) -> Result<Unverified, BadAction> {
        let project = decode_project(r)?;
        let device = DeviceId(r.array()?);
        let sequence = r.uint()?;
        let previous = if r.null()? { self.next(&device, sequence) } else { Some(Hash(r.array()?)) };
        let seen = decode_seen(r)?;
        let cites = decode_cites(r)?;
        let kind = decode_kind(r)?;
        let record = r.bytes()?;
        let (organisation, record) = match record {
            [] => (None, RecordId::Key([0; 32])),
            id => (organisation, RecordId::from_slice(id).map_err(|_| BadAction::Form("record"))?),
        };
        let body = Body::read(r)?;
        let signature = r.array()?;
        let origin = decode_origin(r)?;
        let commitment = body.commitment();
        first_has_no_previous(sequence, previous.as_ref())?;
        let mut header =
            Header { organisation, project, device, sequence, previous, seen, cites, kind, record, commitment };
        let bytes = header.encode();
        if bytes.len() > MAX_HEADER {
            return Err(BadAction::Form("header too long"));
        }
        let hash = hash(&bytes);
        if header.organisation.is_none() {
            header.record = RecordId::Key(hash.0);
        }
        self.note(&header, hash);
        Ok(Unverified { header, bytes, hash, signature, body, origin })
    }
}

/// What goes into a message as it stands, each in its one encoding.
struct Parts<'a> {
    body: &'a [u8],
    signature: &'a [u8; 64],
    origin: &'a [u8],
}

const ACTION_ITEMS: usize = 11;
/// Most bytes of what says how long a list is.
const LIST_HEAD: usize = 9;

/// Encodes a push: a list of actions in the order of their chain.
pub fn encode_push(actions: &[Action]) -> Vec<u8> {
    encode_first(actions, usize::MAX).0
}

/// Encodes a push of those actions that come first and fit a message together; says how many they are.
pub fn encode_fitting(actions: &[Action]) -> (Vec<u8>, usize) {
    encode_first(actions, MAX_MESSAGE - LIST_HEAD)
}

fn encode_first(actions: &[Action], most: usize) -> (Vec<u8>, usize) {
    let (mut items, mut chains, mut n) = (Writer::default(), Chains::default(), 0);
    for action in actions {
        let end = items.0.len();
        items.list(ACTION_ITEMS);
        let mut origin = Writer::default();
        encode_origin(&mut origin, action.origin());
        let parts = Parts { body: &action.body().encode(), signature: action.signature(), origin: &origin.0 };
        chains.write(&mut items, action.header(), action.hash(), &parts);
        if items.0.len() > most {
            items.0.truncate(end);
            break;
        }
        n += 1;
    }
    let mut w = Writer::default();
    w.list(n);
    w.0.extend(items.0);
    (w.0, n)
}

/// Decodes a push to `organisation` (none: the push that begins one). Signatures are not checked yet.
pub fn decode_push(message: &[u8], organisation: Option<OrganisationId>) -> Result<Vec<Unverified>, BadAction> {
    let mut r = Reader::new(message);
    let n = r.list()?;
    if n > MAX_PUSH {
        return Err(BadAction::Form("too many actions"));
    }
    let mut chains = Chains::default();
    let mut actions = Vec::with_capacity(n);
    for _ in 0..n {
        r.list_of(ACTION_ITEMS)?;
        actions.push(chains.read(&mut r, organisation)?);
    }
    r.end()?;
    Ok(actions)
}

/// What became of one pushed action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushResult {
    /// It is in the log.
    Logged {
        /// Where.
        position: u64,
        /// When it was received.
        received: i64,
        /// Whether it took effect.
        outcome: Outcome,
        /// By which rule set.
        rules: u64,
        /// Position of the record's previous entry.
        record_previous: Option<u64>,
    },
    /// A sequence is missing before it; the next one expected.
    Gap(u64),
    /// The device must enrol again.
    Reenrol,
    /// Refused without an entry: the field that is wrong, and how.
    Refused {
        /// Name of the field.
        field: String,
        /// Code of what is wrong.
        reason: String,
    },
}

/// The reply to a push: a result for each action, and the proof that those logged are in the checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// One for each action, in order.
    pub results: Vec<PushResult>,
    /// What covers the log between and around the distinct logged positions, in order.
    pub proof: Vec<Subtree>,
    /// The checkpoint that the proof leads to; empty when nothing was logged.
    pub checkpoint: String,
    /// The server's clock, milliseconds since 1970.
    pub now: i64,
}

impl Receipt {
    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.list(4).list(self.results.len());
        for result in &self.results {
            match result {
                PushResult::Logged { position, received, outcome, rules, record_previous } => {
                    w.list(6).uint(0).uint(*position).int(*received);
                    outcome.write(&mut w);
                    w.uint(*rules);
                    match record_previous {
                        Some(p) => w.uint(*p),
                        None => w.null(),
                    };
                }
                PushResult::Gap(next) => {
                    w.list(2).uint(1).uint(*next);
                }
                PushResult::Reenrol => {
                    w.list(1).uint(2);
                }
                PushResult::Refused { field, reason } => {
                    w.list(3).uint(3).text(field).text(reason);
                }
            }
        }
        write_run(&mut w, &self.proof);
        w.text(&self.checkpoint).int(self.now);
        w.0
    }

    /// Reads [`Receipt::encode`]'s bytes.
    pub fn decode(message: &[u8]) -> Result<Receipt, BadAction> {
        let mut r = Reader::new(message);
        r.list_of(4)?;
        let count = r.list()?;
        if count > MAX_PUSH {
            return Err(BadAction::Form("too many results"));
        }
        let mut results = Vec::with_capacity(count);
        for _ in 0..count {
            let n = r.list()?;
            results.push(match (r.uint()?, n) {
                (0, 6) => {
                    let (position, received) = (r.uint()?, r.int()?);
                    let outcome = Outcome::read(&mut r)?;
                    let rules = r.uint()?;
                    let record_previous = if r.null()? { None } else { Some(r.uint()?) };
                    PushResult::Logged { position, received, outcome, rules, record_previous }
                }
                (1, 2) => PushResult::Gap(r.uint()?),
                (2, 1) => PushResult::Reenrol,
                (3, 3) => PushResult::Refused { field: r.text()?.to_owned(), reason: r.text()?.to_owned() },
                _ => return Err(BadAction::Form("push result")),
            });
        }
        let proof = read_run(&mut r)?;
        let receipt = Receipt { results, proof, checkpoint: r.text()?.to_owned(), now: r.int()? };
        r.end()?;
        Ok(receipt)
    }
}

/// Asks for the log from where the client's copy ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullRequest {
    /// Generation of the client's log.
    pub generation: u64,
    /// Its size.
    pub size: u64,
    /// Tag of what the client believes its member may see; zeros before it knows (rule 17).
    pub tag: Hash,
    /// Most entries wanted.
    pub limit: u64,
}

impl PullRequest {
    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.list(4).uint(self.generation).uint(self.size).bytes(&self.tag.0).uint(self.limit);
        w.0
    }
    /// Reads [`PullRequest::encode`]'s bytes.
    pub fn decode(message: &[u8]) -> Result<PullRequest, Malformed> {
        let mut r = Reader::new(message);
        r.list_of(4)?;
        let request = PullRequest { generation: r.uint()?, size: r.uint()?, tag: Hash(r.array()?), limit: r.uint()? };
        r.end()?;
        Ok(request)
    }
}

/// A piece of a page: an entry that the reader may see, or the hash of a subtree of those that it may not.
#[derive(Debug, Clone)]
pub enum Item<E> {
    /// An entry in full.
    Entry(E),
    /// A hidden aligned subtree.
    Hidden(Subtree),
}

/// An entry whose signature was not checked yet.
#[derive(Debug, Clone)]
pub struct UnverifiedEntry {
    action: Unverified,
    received: i64,
    outcome: Outcome,
    rules: u64,
    record_previous: Option<u64>,
}

impl UnverifiedEntry {
    /// The device that it says it is by.
    pub fn device(&self) -> DeviceId {
        self.action.header.device
    }

    /// The entry of a page that was verified before it was put aside in a store that authenticates what it gives back.
    pub fn stored(self) -> Entry {
        let UnverifiedEntry { action, received, outcome, rules, record_previous } = self;
        Entry { action: action.stored(), received, outcome, rules, record_previous }
    }

    /// Checks the signature.
    pub fn verify(self, keys: &mut Keys) -> Result<Entry, BadAction> {
        let UnverifiedEntry { action, received, outcome, rules, record_previous } = self;
        Ok(Entry { action: action.verify(keys)?, received, outcome, rules, record_previous })
    }
}

/// The answer to a pull. `E` is [`Kept`] where it is made and [`UnverifiedEntry`] where it is read.
#[derive(Debug, Clone)]
pub enum Page<E> {
    /// Another generation, or other rights: pull again from 0 with these.
    Restart {
        /// The log's generation.
        generation: u64,
        /// The tag of what this member may see.
        tag: Hash,
    },
    /// The server's log ends below what the client has: it was restored from a backup, and waits for an administrator's
    /// restore (rule 22).
    Behind {
        /// The checkpoint at which it ends.
        checkpoint: String,
        /// Public half of the key by which the server will sign once it is restored.
        next_key: [u8; 32],
    },
    /// The next piece of the log.
    Part {
        /// Entries and hidden subtrees from the size asked for.
        items: Vec<Item<E>>,
        /// What lies between the end of the items and the checkpoint (rule 18).
        tail: Vec<Subtree>,
        /// The checkpoint.
        checkpoint: String,
        /// The server's clock, milliseconds since 1970.
        now: i64,
    },
}

const ENTRY_ITEMS: usize = ACTION_ITEMS + 4;

impl Page<Kept> {
    /// The encoding. Fails when a kept header is not one: the store is damaged.
    pub fn encode(&self) -> Result<Vec<u8>, BadAction> {
        let mut w = Writer::default();
        match self {
            Page::Restart { generation, tag } => {
                w.list(2).uint(*generation).bytes(&tag.0);
            }
            Page::Behind { checkpoint, next_key } => {
                w.list(3).null().text(checkpoint).bytes(next_key);
            }
            Page::Part { items, tail, checkpoint, now } => {
                w.list(4).list(items.len());
                let mut chains = Chains::default();
                for item in items {
                    match item {
                        Item::Entry(entry) => {
                            w.list(ENTRY_ITEMS);
                            let Kept { header, signature, body, origin, .. } = entry;
                            let parts = Parts { body, signature, origin };
                            chains.write(&mut w, &Header::decode(header)?, hash(header), &parts);
                            entry.word(&mut w);
                        }
                        Item::Hidden(subtree) => write_subtree(&mut w, subtree),
                    }
                }
                write_run(&mut w, tail);
                w.text(checkpoint).int(*now);
            }
        }
        Ok(w.0)
    }
}

impl Page<UnverifiedEntry> {
    /// Reads a page of `organisation`. Signatures are not checked yet: [`verify_all`] does that on every core.
    pub fn decode(message: &[u8], organisation: OrganisationId) -> Result<Self, BadAction> {
        let mut r = Reader::new(message);
        let page = match r.list()? {
            2 => Page::Restart { generation: r.uint()?, tag: Hash(r.array()?) },
            3 if r.null()? => Page::Behind { checkpoint: r.text()?.to_owned(), next_key: r.array()? },
            4 => {
                let n = r.list()?;
                let mut items = Vec::with_capacity(n.min(MAX_PAGE));
                let mut chains = Chains::default();
                for _ in 0..n {
                    items.push(match r.list()? {
                        ENTRY_ITEMS => {
                            let action = chains.read(&mut r, Some(organisation))?;
                            let received = r.int()?;
                            let outcome = Outcome::read(&mut r)?;
                            let rules = r.uint()?;
                            let record_previous = if r.null()? { None } else { Some(r.uint()?) };
                            Item::Entry(UnverifiedEntry { action, received, outcome, rules, record_previous })
                        }
                        2 => Item::Hidden(read_subtree(&mut r)?),
                        _ => return Err(BadAction::Form("page item")),
                    });
                }
                let tail = read_run(&mut r)?;
                Page::Part { items, tail, checkpoint: r.text()?.to_owned(), now: r.int()? }
            }
            _ => return Err(BadAction::Form("page")),
        };
        r.end()?;
        Ok(page)
    }
}

/// Verifies with `verify` on every core, keeping the order. The first failure, by index.
pub fn verify_all<T: Send, V: Send>(
    all: Vec<T>,
    verify: impl Fn(T, &mut Keys) -> Result<V, BadAction> + Sync,
) -> Result<Vec<V>, (usize, BadAction)> {
    // Asking how many cores there are takes longer than verifying one action.
    let cores = if all.len() <= SHARE { 1 } else { thread::available_parallelism().map_or(1, NonZero::get).min(8) };
    let share = all.len().div_ceil(cores).max(SHARE);
    let mut shares: Vec<Vec<T>> = Vec::new();
    let mut rest = all.into_iter().peekable();
    while rest.peek().is_some() {
        shares.push(rest.by_ref().take(share).collect());
    }
    let one = |(n, part): (usize, Vec<T>)| -> Result<Vec<V>, (usize, BadAction)> {
        let mut keys = Keys::default();
        let numbered = part.into_iter().enumerate();
        numbered.map(|(i, item)| verify(item, &mut keys).map_err(|bad| (n * share + i, bad))).collect()
    };
    if shares.len() <= 1 {
        return shares.into_iter().next().map_or(Ok(Vec::new()), |part| one((0, part)));
    }
    let done = thread::scope(|scope| {
        let running: Vec<_> = shares.into_iter().enumerate().map(|part| scope.spawn(|| one(part))).collect();
        running.into_iter().map(|t| t.join().unwrap_or(Err((0, BadAction::Form("verification stopped"))))).collect()
    });
    let parts: Vec<Vec<V>> = Result::from_iter::<Vec<_>>(done)?;
    Ok(parts.into_iter().flatten().collect())
}

fn write_subtree(w: &mut Writer, subtree: &Subtree) {
    w.list(2).uint(u64::from(subtree.level)).bytes(&subtree.hash.0);
}

fn read_subtree(r: &mut Reader<'_>) -> Result<Subtree, BadAction> {
    let level = u8::try_from(r.uint()?).map_err(|_| BadAction::Form("level"))?;
    Ok(Subtree { level, hash: Hash(r.array()?) })
}

fn write_run(w: &mut Writer, run: &[Subtree]) {
    w.list(run.len());
    for subtree in run {
        write_subtree(w, subtree);
    }
}

fn read_run(r: &mut Reader<'_>) -> Result<Vec<Subtree>, BadAction> {
    let mut run = Vec::new();
    for _ in 0..r.list()? {
        r.list_of(2)?;
        run.push(read_subtree(r)?);
    }
    Ok(run)
}

#[cfg(test)]
mod tests;
