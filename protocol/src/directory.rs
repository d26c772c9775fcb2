//! A log as a directory of plain files, which anyone can copy, mirror and verify without asking us.
//!
//! `checkpoint` is the signed note; `entries/<N>` holds up to 256 entries one after another ([`Entry::encode`]), numbered and
//! named like the tiles of level 0 (`entries/x001/234`, partial `entries/x001/234.p/7`); `tile/<L>/<N>` are the hash tiles of
//! C2SP tlog-tiles; `photos/<sha256>` may hold originals. Invariants: the size says which files there are, and each has one
//! spelling; pieces come out as they fill, so a log of any length is written in the memory of 256 entries.

use std::mem;

use crate::{
    entry::Entry,
    id::Hash,
    log::{
        merkle::Frontier,
        tile::{Tile, tiles_for},
    },
};

/// Path of the signed note.
pub const CHECKPOINT: &str = "checkpoint";
/// Folder of the entries.
pub const ENTRIES: &str = "entries/";
/// Folder of the hash tiles.
pub const TILES: &str = "tile/";
/// Folder of the originals, each named by its SHA-256.
pub const PHOTOS: &str = "photos/";

/// Entries in a full bundle, and hashes in a full tile.
const FULL: usize = 256;

/// A file of the directory.
pub type Piece = (String, Vec<u8>);

/// Writes a log as files, entry by entry.
#[derive(Debug, Default)]
pub struct Exporter {
    bundle: Vec<u8>,
    tiles: Tiles,
}

impl Exporter {
    /// Of an empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the next entry in order of position. The files that it completes.
    pub fn push(&mut self, entry: &Entry) -> Vec<Piece> {
        self.bundle.extend(entry.encode());
        let pieces = self.tiles.push(entry.leaf());
        let bundle = pieces.first().map(|(tile, _)| (entries_path(tile), mem::take(&mut self.bundle)));
        pieces.into_iter().map(tile_piece).chain(bundle).collect()
    }

    /// The files that are not full, and the checkpoint whose text is given.
    pub fn finish(self, checkpoint: &str) -> Vec<Piece> {
        let size = self.tiles.size;
        let bundle = Tile::of(0, size / FULL as u64, size).map(|tile| (entries_path(&tile), self.bundle));
        let checkpoint = (CHECKPOINT.to_owned(), checkpoint.as_bytes().to_vec());
        self.tiles.finish().into_iter().map(tile_piece).chain(bundle).chain([checkpoint]).collect()
    }
}

/// Path of the entries whose leaves stand in `tile`, one of level 0.
pub fn entries_path(tile: &Tile) -> String {
    let path = tile.path();
    format!("{ENTRIES}{}", path.strip_prefix("0/").unwrap_or(&path))
}

/// Path of a hash tile.
pub fn tile_path(tile: &Tile) -> String {
    format!("{TILES}{tile}")
}

/// The tiles of level 0 of a log of `size` entries, each of which has its bundle of entries.
pub fn bundles_for(size: u64) -> impl Iterator<Item = Tile> {
    (0..).map_while(move |index| Tile::of(0, index, size))
}

/// Every file of a log of `size` entries but the photographs.
pub fn files_for(size: u64) -> impl Iterator<Item = String> {
    let bundles = bundles_for(size).map(|tile| entries_path(&tile));
    [CHECKPOINT.to_owned()].into_iter().chain(bundles).chain(tiles_for(size).map(|tile| tile_path(&tile)))
}

fn tile_piece((tile, bytes): (Tile, Vec<u8>)) -> Piece {
    (tile_path(&tile), bytes)
}

/// The tiles of a tree whose leaves come one after another: at most 255 hashes for each tile level are kept.
#[derive(Debug, Default)]
pub(crate) struct Tiles {
    size: u64,
    levels: Vec<Vec<u8>>,
}

impl Tiles {
    /// Appends a leaf. The tiles that it completes, from level 0 up.
    pub(crate) fn push(&mut self, leaf: Hash) -> Vec<(Tile, Vec<u8>)> {
        self.size += 1;
        let (mut full, mut hash) = (Vec::new(), leaf);
        let mut hashes_of_level = self.size;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(hashes) = self.levels.get_mut(level) else { break };
            hashes.extend(hash.0);
            if hashes.len() < FULL * hash.0.len() {
                break;
            }
            let bytes = mem::take(hashes);
            hash = root_of(&bytes);
            hashes_of_level /= FULL as u64;
            full.push((Tile { level: level as u8, index: hashes_of_level - 1, width: FULL as u16 }, bytes));
        }
        full
    }

    /// The tiles that are not full.
    pub(crate) fn finish(self) -> Vec<(Tile, Vec<u8>)> {
        let partial = (0..).zip(self.levels).filter(|(_, hashes)| !hashes.is_empty());
        let place = |level: u8| Tile::of(level, self.size >> (8 * u32::from(level)) >> 8, self.size);
        partial.filter_map(|(level, bytes)| Some((place(level)?, bytes))).collect()
    }
}

/// Root over the hashes of a tile.
fn root_of(hashes: &[u8]) -> Hash {
    let mut frontier = Frontier::new();
    hashes.as_chunks().0.iter().for_each(|hash| frontier.push_leaf(Hash(*hash)));
    frontier.root()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::merkle::{MemoryTree, Nodes, leaf_hash};

    #[test]
    fn the_tiles_are_those_of_the_whole_tree() {
        for size in [0, 1, 255, 256, 257, 70_000] {
            let (mut tree, mut tiles, mut found) = (MemoryTree::new(), Tiles::default(), Vec::new());
            for leaf in (0..size).map(|i: u64| leaf_hash(&i.to_be_bytes())) {
                tree.push(leaf);
                found.extend(tiles.push(leaf));
            }
            found.extend(tiles.finish());
            found.sort();
            let expected: Vec<(Tile, Vec<u8>)> = tiles_for(size)
                .map(|tile| {
                    let first = tile.index * 256;
                    let hashes =
                        (first..first + u64::from(tile.width)).map(|i| tree.node(tile.level * 8, i).unwrap().0);
                    (tile, hashes.collect::<Vec<_>>().concat())
                })
                .collect();
            assert!(found == expected, "{size}");
        }
    }

    #[test]
    fn a_directory_has_the_files_of_its_size() {
        let files: Vec<String> = files_for(600).collect();
        let expected = [
            "checkpoint",
            "entries/000",
            "entries/001",
            "entries/002.p/88",
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/88",
            "tile/1/000.p/2",
        ];
        assert_eq!(files, expected);
        assert_eq!(entries_path(&Tile { level: 0, index: 1_234_067, width: 7 }), "entries/x001/x234/067.p/7");
    }
}
