//! The Merkle tree of each log, in tiles.
//!
//! Within a generation a tile only grows at its end, so every older and narrower form of it is a beginning of what is stored;
//! a full one changes no more, and its root stands in the level above.

use std::collections::BTreeMap;

use plumbline_protocol::{
    Fault, Hash, OrganisationId,
    log::{
        merkle::{self, Frontier, Nodes},
        tile::{Tile, TileNodes},
    },
};
use rusqlite::OptionalExtension;

use super::Tx;
use crate::error::{Error, Result};

const HASH: usize = 32;
/// Hashes of a full tile.
pub(super) const FULL: u64 = 256;

/// A log's tree within a transaction: as large as it was found, and growing.
pub struct Tree<'t> {
    tx: &'t Tx<'t>,
    organisation: OrganisationId,
    size: u64,
    /// The tiles that grow, by level.
    edge: BTreeMap<u8, (u64, Vec<u8>)>,
    /// Complete subtrees that took some working out, by level and index.
    known: BTreeMap<(u8, u64), Hash>,
}

/// From this level on a subtree is kept: it took seven hashes or more.
const KEPT: u8 = 3;

impl<'t> Tree<'t> {
    /// The tree of the organisation's log, which has `size` entries.
    pub fn open(tx: &'t Tx<'t>, organisation: OrganisationId, size: u64) -> Tree<'t> {
        Tree { tx, organisation, size, edge: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) -> Result<()> {
        let (mut level, mut before, mut hash) = (0, self.size, leaf);
        loop {
            let (index, mut tile) = match self.edge.remove(&level) {
                Some(tile) => tile,
                None => (before / FULL, self.stored(level, before)?),
            };
            tile.extend(hash.0);
            if tile.len() < HASH * FULL as usize {
                self.edge.insert(level, (index, tile));
                break;
            }
            put(self.tx, &self.organisation, level, index, &tile)?;
            hash = root(&tile);
            (level, before) = (level + 1, index);
        }
        self.size += 1;
        Ok(())
    }

    /// Root of the first `size` entries.
    pub fn root_at(&mut self, size: u64) -> Result<Hash> {
        merkle::root_at(&mut self.nodes(), size)
    }

    /// Its complete subtrees. None of them ever changes, so what was worked out once serves root, receipt and checkpoint.
    pub fn nodes(&mut self) -> impl Nodes<Error = Error> {
        let Tree { tx, organisation, size, edge, known } = self;
        let tiles = TileNodes::new(*size, |tile: Tile| match edge.get(&tile.level) {
            Some((index, hashes)) if *index == tile.index => narrow(hashes.clone(), tile),
            _ => find(tx, organisation, tile),
        });
        Known { tiles, known }
    }

    /// Writes the tiles that grew.
    pub fn close(self) -> Result<()> {
        self.edge.iter().try_for_each(|(level, (index, tile))| put(self.tx, &self.organisation, *level, *index, tile))
    }

    /// The tile at the right edge of a level that has `before` hashes; a new one is empty.
    fn stored(&self, level: u8, before: u64) -> Result<Vec<u8>> {
        match u16::try_from(before % FULL) {
            Ok(width) if width > 0 => find(self.tx, &self.organisation, Tile { level, index: before / FULL, width }),
            _ => Ok(Vec::with_capacity(HASH)),
        }
    }
}

struct Known<'k, F> {
    tiles: TileNodes<F>,
    known: &'k mut BTreeMap<(u8, u64), Hash>,
}

impl<F> Nodes for Known<'_, F>
where
    TileNodes<F>: Nodes<Error = Error>,
{
    type Error = Error;

    fn node(&mut self, level: u8, index: u64) -> Result<Hash> {
        if let Some(hash) = self.known.get(&(level, index)) {
            return Ok(*hash);
        }
        let hash = self.tiles.node(level, index)?;
        if level >= KEPT {
            self.known.insert((level, index), hash);
        }
        Ok(hash)
    }
}

/// The hashes of a tile, as narrow as is asked for. The caller knows that the log is that large.
pub fn find(tx: &Tx<'_>, organisation: &OrganisationId, tile: Tile) -> Result<Vec<u8>> {
    let sql = "SELECT hashes FROM tile WHERE organisation = ?1 AND level = ?2 AND tile = ?3";
    let mut statement = tx.0.prepare_cached(sql)?;
    let hashes = statement.query_row((&organisation.0, tile.level, tile.index), |row| row.get(0)).optional()?;
    narrow(hashes.unwrap_or_default(), tile)
}

fn put(tx: &Tx<'_>, organisation: &OrganisationId, level: u8, index: u64, hashes: &[u8]) -> Result<()> {
    let sql = "INSERT INTO tile (organisation, level, tile, hashes) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (organisation, level, tile) DO UPDATE SET hashes = excluded.hashes";
    tx.0.prepare_cached(sql)?.execute((&organisation.0, level, index, hashes))?;
    Ok(())
}

fn narrow(mut hashes: Vec<u8>, tile: Tile) -> Result<Vec<u8>> {
    let length = HASH * usize::from(tile.width);
    if hashes.len() < length {
        return Err(Error::from(Fault::corrupt("tile")));
    }
    hashes.truncate(length);
    Ok(hashes)
}

/// Root over a full tile.
pub(super) fn root(hashes: &[u8]) -> Hash {
    let mut frontier = Frontier::new();
    let (hashes, _) = hashes.as_chunks();
    hashes.iter().for_each(|hash| frontier.push_leaf(Hash(*hash)));
    frontier.root()
}
