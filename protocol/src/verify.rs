//! The verifier: checks a log directory against its own proofs, trusting nobody, and says where it disagrees.
//!
//! Invariants: every byte of every file is covered, so no change of one bit passes; memory is flat but for the fold, one hash
//! an entry and one for each photograph; no content, however hostile, stops it but a failure to read. Where level 0 of the
//! tiles leads to the checkpoint's root it pins which entries differ; otherwise the entries are taken and the tiles judged.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    Fault, Hash,
    action::{MAX_BODY, MAX_HEADER},
    directory::{CHECKPOINT, ENTRIES, PHOTOS, TILES, Tiles, bundles_for, entries_path, files_for, tile_path},
    entry::{Entry, RULES},
    fold::{Book, MemoryBook, Tip},
    generation::{self, Opening},
    id::RecordId,
    log::{
        checkpoint::SignedCheckpoint,
        merkle::{Frontier, empty_root},
        tile::Tile,
    },
    reader::{self, Code, Lie, Trouble},
    record::{organisation, photo},
    value::{Reader, Value},
};

/// Most problems that are told; a log with more is not worth listing.
pub const MAX_PROBLEMS: usize = 100;

/// Most bytes of 256 entries: bodies, and for each two headers, two signatures and the server's word.
const MAX_BUNDLE: usize = 256 * (MAX_BODY + 2 * MAX_HEADER + 512);
/// More than the longest checkpoint and the longest tile.
const MAX_SMALL: usize = 16 * 1024;
/// First byte of an entry: a list of five.
const ENTRY_HEAD: u8 = 0x85;

/// The files of a directory, wherever they are.
pub trait Files {
    /// Paths of all files from the directory on, with `/` between names; an empty folder with `/` at its end.
    fn names(&mut self) -> Result<Vec<String>, Unreadable>;
    /// Hands the bytes of one of [`Files::names`] to `each`, piece by piece, until it returns false.
    fn read(&mut self, name: &str, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Unreadable>;
}

/// The directory cannot be read, or is none of a log: neither verified nor refuted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// What a verification found. In JSON a contract with scripts (DESIGN section 10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// True when there is no problem at all.
    pub ok: bool,
    /// Origin of the checkpoint, if one could be read.
    pub origin: Option<String>,
    /// Number of entries that the checkpoint states, otherwise that of the files.
    pub size: u64,
    /// Root that the checkpoint states.
    pub root: Option<Hash>,
    /// Entries that passed every check.
    pub actions: u64,
    /// Photographs whose bytes are those of a record.
    pub photos: u64,
    /// What is wrong, at most [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of disagreement it is.
    pub code: Code,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// In words, without anything that a person wrote.
    pub text: String,
}

/// Where a problem is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At an entry.
    Position(u64),
    /// In a file, by its path from the directory on.
    File(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Position(position) => write!(f, "position {position}"),
            Place::File(file) => write!(f, "{file}"),
        }
    }
}

/// Verifies the log directory that `files` shows.
///
/// # Errors
/// [`Unreadable`] when reading fails or nothing of a log is there.
pub fn verify(files: &mut dyn Files) -> Result<Report, Unreadable> {
    let names: BTreeMap<String, Option<Tile>> = files.names()?.into_iter().map(|n| (n.clone(), tile(&n))).collect();
    if !names.keys().any(|n| n == CHECKPOINT || n.starts_with(ENTRIES) || n.starts_with(TILES)) {
        return Err(Unreadable(
            "this is not a log directory: it has no checkpoint, no entries and no tiles".to_owned(),
        ));
    }
    let photos = names.keys().filter_map(|n| n.strip_prefix(PHOTOS)?.parse().ok()).map(|sha256| (sha256, false));
    let verifier = Verifier {
        photos: photos.collect(),
        files,
        names,
        signed: None,
        book: MemoryBook::default(),
        tip: Tip::default(),
        folding: true,
        tree: Some(Tree { roots: vec![empty_root()], ..Tree::default() }),
        problems: Vec::new(),
    };
    verifier.all()
}

/// The tile that a path names; of level 0 for a bundle of entries.
fn tile(name: &str) -> Option<Tile> {
    let bundle = name.strip_prefix(ENTRIES).map(|path| format!("0/{path}"));
    bundle.as_deref().or(name.strip_prefix(TILES))?.parse().ok()
}

struct Verifier<'f> {
    files: &'f mut dyn Files,
    names: BTreeMap<String, Option<Tile>>,
    /// Photographs of the directory, and whether an action names them.
    photos: BTreeMap<Hash, bool>,
    signed: Option<SignedCheckpoint>,
    book: MemoryBook,
    tip: Tip,
    /// False after the first entry that is not good: what follows cannot be judged.
    folding: bool,
    /// None once a leaf is unknown.
    tree: Option<Tree>,
    problems: Vec<Problem>,
}

/// The tree over the leaves so far.
#[derive(Default)]
struct Tree {
    frontier: Frontier,
    tiles: Tiles,
    /// By size.
    roots: Vec<Hash>,
}

/// Whether the server's key signed the checkpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Bad,
    Unknown,
}

impl Verifier<'_> {
    fn all(mut self) -> Result<Report, Unreadable> {
        self.read_checkpoint()?;
        let stated = self.signed.map(|signed| signed.checkpoint);
        let held = self.held(stated.map(|checkpoint| checkpoint.size));
        let pinned = match stated {
            Some(checkpoint) if checkpoint.size == held => self.root_of_tiles(held)? == Some(checkpoint.root),
            _ => false,
        };
        for bundle in bundles_for(held) {
            if self.problems.len() == MAX_PROBLEMS {
                break;
            }
            self.bundle(bundle, pinned)?;
        }
        if let Some(tree) = &mut self.tree {
            for (tile, bytes) in std::mem::take(&mut tree.tiles).finish() {
                self.compare(tile, &bytes)?;
            }
        }
        let verdict = self.checkpoint(held);
        let size = stated.filter(|_| verdict != Verdict::Bad).map_or(held, |checkpoint| checkpoint.size);
        self.listing(size);
        let photos = self.photographs()?;
        if verdict == Verdict::Unknown && self.problems.is_empty() {
            self.file(Code::Checkpoint, CHECKPOINT, "no entry names the key that must have signed it");
        }
        Ok(Report {
            ok: self.problems.is_empty(),
            origin: stated.map(|checkpoint| checkpoint.origin.to_string()),
            size: stated.map_or(held, |checkpoint| checkpoint.size),
            root: stated.map(|checkpoint| checkpoint.root),
            actions: self.tip.size,
            photos,
            problems: self.problems,
        })
    }

    /// How many entries the files say to hold: as many as the checkpoint states, if they are there.
    fn held(&self, stated: Option<u64>) -> u64 {
        let there = |size: &u64| bundles_for(*size).all(|tile| self.names.contains_key(&entries_path(&tile)));
        let bundles = self.names.iter().filter(|(name, _)| name.starts_with(ENTRIES)).filter_map(|(_, tile)| *tile);
        let most = bundles.map(|tile| tile.index * 256 + u64::from(tile.width)).max();
        stated.filter(there).or(most).unwrap_or(0)
    }

    fn problem(&mut self, code: Code, place: Place, text: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { code, place, text: text.into() });
        }
    }

    fn file(&mut self, code: Code, file: &str, text: impl Into<String>) {
        self.problem(code, Place::File(file.to_owned()), text);
    }

    /// A bad entry: told, and the fold ends.
    fn bad(&mut self, code: Code, position: u64, text: impl Into<String>) {
        self.problem(code, Place::Position(position), text);
        self.folding = false;
    }

    /// The whole file; none when it is not there or has more than `limit` bytes.
    fn whole(&mut self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, Unreadable> {
        if !self.names.contains_key(name) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        self.files.read(name, &mut |piece| {
            bytes.extend(piece);
            bytes.len() <= limit
        })?;
        Ok(Some(bytes).filter(|bytes| bytes.len() <= limit))
    }

    fn read_checkpoint(&mut self) -> Result<(), Unreadable> {
        let bytes = self.whole(CHECKPOINT, MAX_SMALL)?;
        let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        match text.map(SignedCheckpoint::parse) {
            Some(Ok(signed)) => self.signed = Some(signed),
            Some(Err(Fault::Invalid { reason, .. })) => {
                self.file(Code::Checkpoint, CHECKPOINT, format!("is not written as a checkpoint is: {reason}"));
            }
            _ if self.names.contains_key(CHECKPOINT) => {
                self.file(Code::Checkpoint, CHECKPOINT, "is not written as a checkpoint is");
            }
            _ => {} // `listing` tells that it is missing.
        }
        Ok(())
    }

    /// The hashes of a tile, if it is there and as long as it must be.
    fn hashes(&mut self, tile: &Tile) -> Result<Option<Vec<Hash>>, Unreadable> {
        let bytes = self.whole(&tile_path(tile), MAX_SMALL)?.unwrap_or_default();
        let (hashes, rest) = bytes.as_chunks();
        let whole = hashes.len() == usize::from(tile.width) && rest.is_empty();
        Ok(whole.then(|| hashes.iter().copied().map(Hash).collect()))
    }

    /// The root to which level 0 of the tiles leads.
    fn root_of_tiles(&mut self, size: u64) -> Result<Option<Hash>, Unreadable> {
        let mut frontier = Frontier::new();
        for tile in bundles_for(size) {
            let Some(hashes) = self.hashes(&tile)? else { return Ok(None) };
            hashes.into_iter().for_each(|hash| frontier.push_leaf(hash));
        }
        Ok(Some(frontier.root()))
    }

    /// Reads the entries of `bundle` and checks each. `pinned`: level 0 of the tiles leads to the checkpoint's root.
    fn bundle(&mut self, bundle: Tile, pinned: bool) -> Result<(), Unreadable> {
        let path = entries_path(&bundle);
        let leaves = self.hashes(&bundle)?.filter(|_| pinned);
        let bytes = self.whole(&path, MAX_BUNDLE)?;
        match bytes {
            None if self.names.contains_key(&path) => {
                self.file(Code::Encoding, &path, "is longer than its entries can be");
            }
            None => self.file(Code::Missing, &path, "is missing"),
            Some(_) => {}
        }
        let mut rest = bytes.as_deref().map(Reader::new);
        let first = bundle.index * 256;
        for (n, position) in (first..first + u64::from(bundle.width)).enumerate() {
            let entry = match &mut rest {
                Some(r) => self.next(r, position).unwrap_or_else(|Lost| {
                    rest = None;
                    None
                }),
                None => {
                    self.folding = false;
                    None
                }
            };
            let leaf = leaves.as_ref().and_then(|leaves| leaves.get(n)).copied();
            self.entry(position, entry, leaf)?;
        }
        if rest.is_some_and(|r| !r.is_empty()) {
            self.file(Code::Encoding, &path, "goes on after its last entry");
        }
        Ok(())
    }

    /// The next entry; none when it is not good but what follows can be read.
    fn next(&mut self, r: &mut Reader<'_>, position: u64) -> Result<Option<Arc<Entry>>, Lost> {
        let mut ahead = r.clone();
        let skipped = ahead.skip().is_ok() && ahead.next_byte().is_none_or(|byte| byte == ENTRY_HEAD);
        let entry = Entry::read(r);
        match entry {
            Ok(entry) => Ok(Some(Arc::new(entry))),
            Err(bad) => {
                let Lie { code, text, .. } = Lie::bad_action(position, &bad);
                self.bad(code, position, text);
                *r = ahead;
                if skipped { Ok(None) } else { Err(Lost) }
            }
        }
    }

    /// Checks one entry, if it could be read. `pinned` is the leaf that the checkpoint vouches for.
    fn entry(&mut self, position: u64, entry: Option<Arc<Entry>>, pinned: Option<Hash>) -> Result<(), Unreadable> {
        let own = entry.as_ref().map(|entry| entry.leaf());
        let differs = own.zip(pinned).is_some_and(|(own, pinned)| own != pinned);
        if let Some(entry) = entry {
            if differs {
                self.bad(Code::Root, position, "is not the entry that the tiles and the checkpoint name");
            } else {
                self.read(position, &entry);
            }
        }
        let leaf = pinned.or(own);
        self.tree = self.tree.take().filter(|_| leaf.is_some());
        let (Some(tree), Some(leaf)) = (&mut self.tree, leaf) else { return Ok(()) };
        tree.frontier.push_leaf(leaf);
        tree.roots.push(tree.frontier.root());
        for (tile, bytes) in tree.tiles.push(leaf) {
            self.compare(tile, &bytes)?;
        }
        Ok(())
    }

    /// The root of the first `size` entries, if they are all known.
    fn root(&self, size: u64) -> Option<Hash> {
        self.tree.as_ref()?.roots.get(usize::try_from(size).ok()?).copied()
    }

    fn read(&mut self, position: u64, entry: &Arc<Entry>) {
        let header = entry.action.header();
        if header.kind == photo::KIND.name
            && let Some(sha256) = entry.action.body().field(photo::SHA256).and_then(Value::bytes)
            && let Some(named) = Hash::from_slice(sha256).ok().and_then(|sha256| self.photos.get_mut(&sha256))
        {
            *named = true;
        }
        let seen = header.seen;
        // What was seen of a part that a restore did not continue cannot be looked up.
        let kept = generation::kept(&mut self.book, &entry.action.organisation(), seen.generation);
        let here = !matches!(kept, Ok(Some(base)) if seen.size > base);
        if here && self.root(seen.size).is_some_and(|root| root != seen.root) {
            self.bad(Code::Seen, position, "its author had seen another history");
        }
        if let Some(opening) = Opening::of(&entry.action)
            && self.root(opening.base).is_some_and(|root| root != opening.root)
        {
            self.bad(Code::Seen, position, "a restore that continues another history");
        }
        if entry.rules != RULES {
            self.bad(Code::Fold, position, "judged by a rule set that this version does not know");
        }
        if !self.folding {
            return;
        }
        match reader::read(&mut self.book, &mut self.tip, entry, true) {
            Ok(()) => {}
            Err(Trouble::Lie(lie)) => self.bad(lie.code, position, lie.text),
            Err(Trouble::Fault(fault)) => self.bad(Code::Fold, position, fault.to_string()),
        }
    }

    /// Compares a tile that was computed with its file; `listing` tells which are missing.
    fn compare(&mut self, tile: Tile, computed: &[u8]) -> Result<(), Unreadable> {
        let path = tile_path(&tile);
        if self.names.contains_key(&path) && self.whole(&path, MAX_SMALL)?.as_deref() != Some(computed) {
            self.file(Code::Root, &path, "does not hold the hashes of the entries");
        }
        Ok(())
    }

    fn checkpoint(&mut self, held: u64) -> Verdict {
        let Some(signed) = self.signed else { return Verdict::Unknown };
        let Some(organisation) = self.tip.organisation else { return Verdict::Unknown };
        let record = self.book.record(&RecordId::from(organisation)).ok().flatten();
        let Some(key) = record.and_then(|record| record.key(organisation::SERVER_KEY)) else { return Verdict::Unknown };
        if signed.verify(&key).is_err() {
            // The key may have changed in what could not be read.
            if !self.folding {
                return Verdict::Unknown;
            }
            self.file(Code::Checkpoint, CHECKPOINT, "is not signed by the server's key that the log names");
            return Verdict::Bad;
        }
        let origin = signed.checkpoint.origin;
        let generation = generation::current(&mut self.book, &organisation).unwrap_or(0);
        if origin.organisation != organisation || self.folding && origin.generation != generation {
            self.file(Code::Checkpoint, CHECKPOINT, "is that of another log");
        }
        let root = self.tree.as_ref().map(|tree| tree.frontier.root());
        if signed.checkpoint.size == held && root.is_some_and(|root| root != signed.checkpoint.root) {
            self.file(Code::Root, CHECKPOINT, "the entries do not lead to its root");
        }
        Verdict::Good
    }

    /// The files of a log of `size` entries must be there, and no others but photographs.
    fn listing(&mut self, size: u64) {
        for name in files_for(size) {
            if self.problems.len() == MAX_PROBLEMS {
                return;
            }
            let told = |p: &Problem| matches!(&p.place, Place::File(file) if *file == name);
            if !self.names.contains_key(&name) && !self.problems.iter().any(told) {
                self.file(Code::Missing, &name, "is missing");
            }
        }
        let belongs = |name: &str, tile: &Option<Tile>| {
            let fits = tile.is_some_and(|tile| Tile::of(tile.level, tile.index, size) == Some(tile));
            name == CHECKPOINT || fits || name.starts_with(PHOTOS)
        };
        let strays: Vec<String> =
            self.names.iter().filter(|(name, tile)| !belongs(name, tile)).map(|(name, _)| name.clone()).collect();
        for name in strays {
            self.file(Code::Encoding, &name, format!("does not belong to a log of {size} entries"));
        }
    }

    /// Hashes the photographs. How many are those of a record.
    fn photographs(&mut self) -> Result<u64, Unreadable> {
        let names: Vec<String> = self.names.keys().filter(|n| n.starts_with(PHOTOS) && *n != PHOTOS).cloned().collect();
        let mut good = 0;
        for name in names {
            let sha256: Option<Hash> = name.strip_prefix(PHOTOS).and_then(|name| name.parse().ok());
            if sha256.is_none_or(|sha256| self.photos.get(&sha256) != Some(&true)) {
                self.file(Code::Blob, &name, "no action in this log is about these bytes");
                continue;
            }
            let mut hasher = Sha256::new();
            self.files.read(&name, &mut |piece| {
                hasher.update(piece);
                true
            })?;
            if sha256 == Some(Hash(hasher.finalize().into())) {
                good += 1;
            } else {
                self.file(Code::Blob, &name, "its bytes are not those that were signed");
            }
        }
        Ok(good)
    }
}

/// The rest of a file cannot be told apart into entries.
struct Lost;

#[cfg(test)]
mod tests;
