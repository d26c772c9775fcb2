//! C2SP tlog-tiles: the tree cut into blocks of 256 hashes, which anyone may mirror and prove anything from.
//!
//! Tile `index` at tile level `level` holds the roots of the complete subtrees of 256^level leaves, from the one
//! numbered 256 * index on; the levels between are computed by hashing. The size of a tree says which tiles it has and
//! how wide each is. A tile's path has one spelling.

use std::{collections::BTreeMap, fmt, str::FromStr};

use super::merkle::{Frontier, MAX_SIZE, Nodes};
use crate::{Fault, Hash};

/// Hashes in a full tile, and leaves below one hash of the next tile level.
const FULL: u16 = 256;
/// Tree levels from one tile level to the next.
const HEIGHT: u8 = FULL.ilog2() as u8;
/// Tile levels that a 64-bit size can have.
const LEVELS: u8 = 64 / HEIGHT;
/// The longest path there is: two for the level, 28 for the index, 6 for the width.
const MAX_PATH: usize = 36;

/// One tile of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// Tile level: 0 holds leaves, and each one above stands for 8 levels of the tree.
    pub level: u8,
    /// Place within its level.
    pub index: u64,
    /// Hashes in it, 1 to 256; fewer than 256 only at the right edge.
    pub width: u16,
}

impl Tile {
    /// This tile as a tree of `size` leaves has it, or none.
    pub fn of(level: u8, index: u64, size: u64) -> Option<Tile> {
        let hashes = size.checked_shr(u32::from(level) * u32::from(HEIGHT))?;
        let rest = hashes.checked_sub(index.checked_mul(u64::from(FULL))?)?;
        let width = u16::try_from(rest).unwrap_or(FULL).min(FULL);
        (width > 0).then_some(Tile { level, index, width })
    }

    /// `<L>/<N>`, with `.p/<W>` when partial, as it follows `tile/` in tlog-tiles: `1/x001/x234/067.p/8`.
    pub fn path(&self) -> String {
        let mut path = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            path = format!("x{:03}/{path}", rest % 1000);
            rest /= 1000;
        }
        let partial = if self.width < FULL { format!(".p/{}", self.width) } else { String::new() };
        format!("{}/{path}{partial}", self.level)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

impl FromStr for Tile {
    type Err = Fault;

    /// The tile of exactly this [`Tile::path`], when a tree of at most [`MAX_SIZE`] leaves can have it.
    fn from_str(path: &str) -> Result<Self, Fault> {
        read(path).ok_or_else(|| Fault::invalid("tile", "type"))
    }
}

/// All tiles of a tree of `size` leaves, full and partial: level by level from the leaves up, from left to right.
pub fn tiles_for(size: u64) -> impl Iterator<Item = Tile> {
    (0..LEVELS).flat_map(move |level| (0..).map_while(move |index| Tile::of(level, index, size)))
}

/// [`Nodes`] of a tree of a given size from its tiles. Asks for each tile once and keeps it, so it is made for one task
/// and dropped. Tiles are believed only once a root computed from them was compared with a signed one.
pub struct TileNodes<F> {
    size: u64,
    fetch: F,
    tiles: BTreeMap<Tile, Vec<Hash>>,
}

impl<F> TileNodes<F> {
    /// Of a tree of `size` leaves. `fetch` gives a tile's `width * 32` bytes.
    pub fn new<E>(size: u64, fetch: F) -> Self
    where
        F: FnMut(Tile) -> Result<Vec<u8>, E>,
    {
        TileNodes { size, fetch, tiles: BTreeMap::new() }
    }
}

impl<F, E> Nodes for TileNodes<F>
where
    F: FnMut(Tile) -> Result<Vec<u8>, E>,
    E: From<Fault>,
{
    /// The error of `fetch`; [`Fault::NotFound`] for a subtree that is not complete at this size, [`Fault::Corrupt`]
    /// for a tile of another length.
    type Error = E;

    fn node(&mut self, level: u8, index: u64) -> Result<Hash, E> {
        if self.size.checked_shr(u32::from(level)).is_none_or(|complete| index >= complete) {
            return Err(E::from(Fault::NotFound));
        }
        // The first hash below the node at the nearest tile level, and the number of them.
        let (first, count) = (index << (level % HEIGHT), 1 << (level % HEIGHT));
        let (place, offset) = (first / u64::from(FULL), (first % u64::from(FULL)) as usize);
        let tile = Tile::of(level / HEIGHT, place, self.size).ok_or(Fault::NotFound)?;
        let mut subtree = Frontier::new();
        self.hashes(tile)?.iter().skip(offset).take(count).for_each(|hash| subtree.push_leaf(*hash));
        Ok(subtree.root())
    }
}

impl<F, E> TileNodes<F>
where
    F: FnMut(Tile) -> Result<Vec<u8>, E>,
    E: From<Fault>,
{
    fn hashes(&mut self, tile: Tile) -> Result<&[Hash], E> {
        if !self.tiles.contains_key(&tile) {
            let bytes = (self.fetch)(tile)?;
            let (hashes, rest) = bytes.as_chunks();
            if hashes.len() != usize::from(tile.width) || !rest.is_empty() {
                return Err(E::from(Fault::corrupt("tile")));
            }
            self.tiles.insert(tile, hashes.iter().copied().map(Hash).collect());
        }
        Ok(self.tiles.get(&tile).map_or(&[], Vec::as_slice))
    }
}

fn read(path: &str) -> Option<Tile> {
    if path.len() > MAX_PATH {
        return None;
    }
    let (level, rest) = path.split_once('/')?;
    let (index, width) = rest.split_once(".p/").unwrap_or((rest, "256"));
    let (level, index, width) = (level.parse().ok()?, index.replace(['x', '/'], "").parse().ok()?, width.parse().ok()?);
    let tile = Tile { level, index, width };
    let possible = (1..=Tile::of(level, index, MAX_SIZE)?.width).contains(&width);
    // Only what would be written is read, so whatever the lines above let through has one spelling all the same.
    (possible && tile.path() == path).then_some(tile)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::log::merkle::{
        MemoryTree, leaf_hash, prove_consistency, prove_inclusion, root_at, verify_consistency, verify_inclusion,
    };

    /// 70,000 leaves: three tile levels. A smaller tree's complete subtrees are among its own.
    static TREE: LazyLock<MemoryTree> = LazyLock::new(|| {
        let mut tree = MemoryTree::new();
        (0..70_000u64).for_each(|i| tree.push(leaf_hash(&i.to_be_bytes())));
        tree
    });

    fn bytes(tree: &mut MemoryTree, tile: Tile) -> Result<Vec<u8>, Fault> {
        let first = tile.index * u64::from(FULL);
        let hashes = (first..first + u64::from(tile.width)).map(|index| tree.node(tile.level * HEIGHT, index));
        Ok(hashes.collect::<Result<Vec<_>, _>>()?.iter().flat_map(|hash| hash.0).collect())
    }

    #[test]
    fn a_tile_has_one_path() {
        let full = Tile { level: 0, index: 1_234_067, width: 256 };
        assert_eq!(full.path(), "0/x001/x234/067");
        for tile in [full, Tile { level: 1, index: 0, width: 255 }, Tile { level: 2, index: 1000, width: 1 }] {
            assert_eq!(tile.path().parse(), Ok(tile));
        }
        for wrong in [
            "",
            "/",
            "0",
            "0/",
            "0/0",
            "0/00",
            "0/0000",
            "0/067/",
            "0//067",
            "00/067",
            "+0/067",
            "-1/067",
            "0/+67",
            "0/x067",
            "0/x000/067",
            "0/001/067",
            "0/x1/067",
            "0/X001/067",
            "0/x001x234/067",
            "0/067.p",
            "0/067.p/",
            "0/067.p/0",
            "0/067.p/01",
            "0/067.p/256",
            "0/067.p/8.p/8",
            "0/067.p/8/",
            "0/067 ",
            "8/000",
            "64/000",
            "7/001",
            "7/000",
            "7/000.p/128",
            "0/x999/x999/x999/x999/x999/x999/999",
            "0/../067",
        ] {
            assert_eq!(wrong.parse::<Tile>(), Err(Fault::invalid("tile", "type")), "{wrong}");
        }
        let last = Tile::of(0, MAX_SIZE / 256, MAX_SIZE).unwrap();
        assert_eq!((last.width, last.path().parse()), (255, Ok(last)));
    }

    #[test]
    fn a_tree_has_the_tiles_of_the_specification() {
        let tiles: Vec<Tile> = tiles_for(70_000).collect();
        let count = |level, width| tiles.iter().filter(|tile| (tile.level, tile.width) == (level, width)).count();
        assert_eq!((count(0, 256), count(0, 112), count(1, 256), count(1, 17), count(2, 1)), (273, 1, 1, 1, 1));
        assert_eq!(tiles.len(), 277);
        let paths: Vec<String> = tiles_for(256).map(|tile| tile.path()).collect();
        assert_eq!(paths, ["0/000", "1/000.p/1"]);
        assert_eq!(tiles_for(0).count(), 0);
        assert_eq!(Tile::of(7, 0, MAX_SIZE).map(|tile| tile.width), Some(127));
    }

    #[test]
    fn each_tile_is_asked_for_once() {
        let (mut tree, mut asked) = (TREE.clone(), Vec::new());
        let mut nodes = TileNodes::new(70_000, |tile| {
            asked.push(tile);
            bytes(&mut tree, tile)
        });
        prove_inclusion(&mut nodes, 1000, 70_000).unwrap();
        prove_inclusion(&mut nodes, 1001, 70_000).unwrap();
        asked.sort_unstable();
        let paths: Vec<String> = asked.iter().map(Tile::path).collect();
        assert_eq!(paths, ["0/003", "0/273.p/112", "1/000", "1/001.p/17"]);
    }

    #[test]
    fn a_tile_of_another_length_is_refused() {
        for length in [0, 31, 32 * 3 - 1, 32 * 3 + 1, 32 * 4] {
            let mut nodes = TileNodes::new(3, |_| Ok::<_, Fault>(vec![0; length]));
            assert_eq!(nodes.node(0, 0), Err(Fault::corrupt("tile")), "{length}");
        }
    }

    #[test]
    fn an_incomplete_subtree_is_not_found_and_no_tile_is_asked_for() {
        let mut nodes = TileNodes::new(300, |_| panic!("asked"));
        for (level, index) in [(0, 300), (2, 75), (8, 1), (9, 0), (64, 0), (255, u64::MAX)] {
            assert_eq!(nodes.node(level, index), Err(Fault::NotFound));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn tiles_tell_what_the_whole_tree_tells(size in 1..=70_000u64, pick: u64, at: u64, node: u64) {
            let (mut tree, mut served) = (TREE.clone(), TREE.clone());
            let mut tiles = TileNodes::new(size, |tile| bytes(&mut served, tile));
            let (index, older, root) = (pick % size, 1 + at % size, root_at(&mut tree, size).unwrap());
            prop_assert_eq!(root_at(&mut tiles, size), Ok(root));
            for level in 0..=size.ilog2() as u8 {
                let index = node % (size >> level);
                prop_assert_eq!(tiles.node(level, index), tree.node(level, index));
            }
            let proof = prove_inclusion(&mut tiles, index, size).unwrap();
            let leaf = tree.node(0, index).unwrap();
            prop_assert_eq!(verify_inclusion(index, size, &leaf, &proof, &root), Ok(()));
            let was = root_at(&mut tiles, older).unwrap();
            prop_assert_eq!(Ok(was), root_at(&mut tree, older));
            let proof = prove_consistency(&mut tiles, older, size).unwrap();
            prop_assert_eq!(verify_consistency(older, size, &was, &root, &proof), Ok(()));
        }
    }
}
