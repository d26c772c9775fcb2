//! The Merkle tree of RFC 6962 (SHA-256): leaves, runs of subtrees, frontiers and proofs.
//!
//! One mechanism serves pull, page ends, hidden entries and proofs: a **run**, the fewest aligned complete subtrees
//! that cover a range of leaves. Invariants: the levels of a frontier's peaks strictly decrease, so they alone state
//! its size; everything that comes from outside is checked, and no number from outside overflows or panics.

use sha2::{Digest, Sha256};

use crate::{Fault, Hash};

/// The most leaves a tree may be said to have: what a signed 64-bit column holds.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// Hash of a leaf, SHA-256(0x00 || bytes) (RFC 6962 s. 2.1).
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Hash(<[u8; 32]>::from(Sha256::new().chain_update([0]).chain_update(bytes).finalize()))
}

/// Hash of an inner node, SHA-256(0x01 || left || right) (RFC 6962 s. 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(<[u8; 32]>::from(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize()))
}

/// Root of the tree without leaves, SHA-256 of nothing (RFC 6962 s. 2.1).
pub fn empty_root() -> Hash {
    Hash(<[u8; 32]>::from(Sha256::digest([])))
}

/// A complete subtree of 2^`level` leaves that begins at a multiple of that number; where, follows from its place in a
/// run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subtree {
    /// Height above the leaves; a leaf is level 0.
    pub level: u8,
    /// Its root.
    pub hash: Hash,
}

/// The leaves from `a` up to but without `b` as the fewest aligned complete subtrees, from left to right: (level,
/// index), each covering the leaves `index << level` to `(index + 1) << level`. Nothing when `a >= b`.
pub fn run(a: u64, b: u64) -> impl Iterator<Item = (u8, u64)> {
    let mut a = a;
    std::iter::from_fn(move || {
        let fits = b.checked_sub(a)?.checked_ilog2()?;
        let level = a.trailing_zeros().min(fits);
        let index = a >> level;
        a += 1 << level;
        Some((level as u8, index))
    })
}

/// A subtree was offered where it does not fit, or peaks do not fit their size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("subtree does not fit here")]
pub struct Unaligned;

impl From<Unaligned> for Fault {
    fn from(_: Unaligned) -> Self {
        Fault::corrupt("root")
    }
}

/// The right edge of a tree: all that is needed to append to it and to know its root. At most 63 hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    peaks: Vec<Subtree>,
}

impl Frontier {
    /// That of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// That of a tree of `size` leaves with these peaks, from left to right. Refused when `size` is above [`MAX_SIZE`]
    /// or their number is not that of its one-bits.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, Unaligned> {
        if size > MAX_SIZE || peaks.len() != size.count_ones() as usize {
            return Err(Unaligned);
        }
        let peaks = run(0, size).zip(peaks).map(|((level, _), hash)| Subtree { level, hash }).collect();
        Ok(Frontier { peaks })
    }

    /// What [`Frontier::to_bytes`] wrote, and nothing else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unaligned> {
        let (size, hashes) = bytes.split_first_chunk().ok_or(Unaligned)?;
        let (hashes, []) = hashes.as_chunks() else { return Err(Unaligned) };
        Self::from_peaks(u64::from_be_bytes(*size), hashes.iter().copied().map(Hash).collect())
    }

    /// For storage: the size as 8 bytes, most significant first, then the peaks from left to right.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from(self.size().to_be_bytes());
        bytes.extend(self.peaks.iter().flat_map(|peak| peak.hash.0));
        bytes
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.peaks.iter().map(|peak| 1 << peak.level).sum()
    }

    /// The run that covers the whole tree.
    pub fn peaks(&self) -> &[Subtree] {
        &self.peaks
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold(&self.peaks)
    }

    /// Appends one leaf, given by its hash. Unlike [`Frontier::push`] it checks no limit: nobody counts to 2^63.
    pub fn push_leaf(&mut self, hash: Hash) {
        self.merge(Subtree { level: 0, hash });
    }

    /// Appends a complete subtree. Refused when the size is not a multiple of its leaves or would pass [`MAX_SIZE`].
    pub fn push(&mut self, subtree: Subtree) -> Result<(), Unaligned> {
        let leaves = 1u64.checked_shl(u32::from(subtree.level)).ok_or(Unaligned)?;
        let size = self.size();
        if !size.is_multiple_of(leaves) || size.checked_add(leaves).is_none_or(|sum| sum > MAX_SIZE) {
            return Err(Unaligned);
        }
        self.merge(subtree);
        Ok(())
    }

    fn merge(&mut self, mut right: Subtree) {
        while let Some(left) = self.peaks.pop_if(|peak| peak.level == right.level) {
            right = Subtree { level: left.level + 1, hash: node_hash(&left.hash, &right.hash) };
        }
        self.peaks.push(right);
    }
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no such leaf in a tree of that size, or no such older tree (the empty one is part of every tree: it
    /// proves nothing and has no proof).
    #[error("no proof for these numbers")]
    Range,
    /// Too few or too many hashes.
    #[error("wrong length of proof")]
    Length,
    /// The hashes lead to another root.
    #[error("proof leads to another root")]
    Root,
}

impl From<ProofError> for Fault {
    fn from(_: ProofError) -> Self {
        Fault::corrupt("root")
    }
}

/// Checks that `leaf` (its hash) stands at `index` of the tree with `size` leaves and this `root` (RFC 9162 s.
/// 2.1.3.2).
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Range);
    }
    let mut climb = Climb { node: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in proof {
        hash = match climb.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    climb.ends_at(&[(hash, root)])
}

/// Checks that the tree of `size1` leaves and `root1` is the beginning of the one of `size2` leaves and `root2`
/// (RFC 9162 s. 2.1.4.2). `size1` must not be 0; equal sizes want equal roots and an empty proof.
pub fn verify_consistency(
    size1: u64,
    size2: u64,
    root1: &Hash,
    root2: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if size1 == 0 || size1 > size2 {
        return Err(ProofError::Range);
    }
    if size1 == size2 {
        return match proof {
            [] if root1 == root2 => Ok(()),
            [] => Err(ProofError::Root),
            _ => Err(ProofError::Length),
        };
    }
    let mut climb = Climb { node: size1 - 1, last: size2 - 1 };
    while climb.node & 1 == 1 {
        climb.up();
    }
    // The proof begins with the old tree's last complete subtree, unless that is the whole of it.
    let (first, rest) = if climb.node == 0 { (root1, proof) } else { proof.split_first().ok_or(ProofError::Length)? };
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        match climb.step()? {
            Side::Left => (old, new) = (node_hash(sibling, &old), node_hash(sibling, &new)),
            Side::Right => new = node_hash(&new, sibling),
        }
    }
    climb.ends_at(&[(old, root1), (new, root2)])
}

/// Where complete subtrees are looked up. What it answers is believed only after a root was compared.
pub trait Nodes {
    /// Why a node could not be had.
    type Error;

    /// Root of the complete subtree of the leaves `index << level` to `(index + 1) << level`.
    fn node(&mut self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// The [`run`] from leaf `a` up to but without `b`, with its hashes.
pub fn run_hashes<N: Nodes>(nodes: &mut N, a: u64, b: u64) -> Result<Vec<Subtree>, N::Error> {
    run(a, b).map(|(level, index)| Ok(Subtree { level, hash: nodes.node(level, index)? })).collect()
}

/// Root of the tree of the first `size` leaves.
pub fn root_at<N: Nodes>(nodes: &mut N, size: u64) -> Result<Hash, N::Error> {
    Ok(fold(&run_hashes(nodes, 0, size)?))
}

/// The proof that [`verify_inclusion`] wants. Empty, and so proving nothing, when `index` is not below `size`.
pub fn prove_inclusion<N: Nodes>(nodes: &mut N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    if index >= size {
        return Ok(Vec::new());
    }
    let (_, proof) = descend(nodes, index, size, |a, b| b - a == 1)?;
    Ok(proof)
}

/// The proof that [`verify_consistency`] wants between the trees of `a` and `b` leaves. Empty when `a` is 0 or not
/// below `b`.
pub fn prove_consistency<N: Nodes>(nodes: &mut N, a: u64, b: u64) -> Result<Vec<Hash>, N::Error> {
    if a == 0 || a >= b {
        return Ok(Vec::new());
    }
    let (start, mut proof) = descend(nodes, a - 1, b, |_, end| end == a)?;
    if start > 0 {
        proof.insert(0, fold(&run_hashes(nodes, start, a)?));
    }
    Ok(proof)
}

/// A whole tree in memory, every complete subtree with it: two hashes per leaf.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    levels: Vec<Vec<Hash>>,
}

impl MemoryTree {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Appends one leaf, given by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in &mut self.levels {
            level.push(hash);
            match level.as_slice() {
                [.., left, right] if level.len().is_multiple_of(2) => hash = node_hash(left, right),
                _ => return,
            }
        }
        self.levels.push(vec![hash]);
    }
}

impl Nodes for MemoryTree {
    /// [`Fault::NotFound`] for a subtree that is not complete.
    type Error = Fault;

    fn node(&mut self, level: u8, index: u64) -> Result<Hash, Fault> {
        let index = usize::try_from(index).map_err(|_| Fault::NotFound)?;
        self.levels.get(usize::from(level)).and_then(|hashes| hashes.get(index)).copied().ok_or(Fault::NotFound)
    }
}

/// Root over a run whose levels strictly decrease: the smaller subtrees hang together first.
fn fold(run: &[Subtree]) -> Hash {
    let hashes = run.iter().rev().map(|subtree| subtree.hash);
    hashes.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
}

/// Walks from the root over `size` leaves towards `leaf` until `found` (of the range walked into), and returns where
/// that range begins and the roots of what was passed by, the nearest first.
fn descend<N: Nodes>(
    nodes: &mut N,
    leaf: u64,
    size: u64,
    found: impl Fn(u64, u64) -> bool,
) -> Result<(u64, Vec<Hash>), N::Error> {
    let (mut a, mut b, mut passed) = (0, size, Vec::new());
    while !found(a, b) {
        let middle = a + (1 << (b - a - 1).ilog2());
        if leaf < middle {
            passed.push(fold(&run_hashes(nodes, middle, b)?));
            b = middle;
        } else {
            passed.push(fold(&run_hashes(nodes, a, middle)?));
            a = middle;
        }
    }
    passed.reverse();
    Ok((a, passed))
}

/// On which side the next hash of a proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: its index and that of the last node, both at the level reached.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    /// Goes up to the next level at which the node has a sibling, and past it.
    fn step(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Length);
        }
        // The last node of a level may have no sibling there: it is the same node one level up.
        while self.node == self.last && self.node & 1 == 0 {
            self.up();
        }
        let side = if self.node & 1 == 1 { Side::Left } else { Side::Right };
        self.up();
        Ok(side)
    }

    fn ends_at(&self, roots: &[(Hash, &Hash)]) -> Result<(), ProofError> {
        if self.last != 0 {
            return Err(ProofError::Length);
        }
        if roots.iter().all(|(hash, root)| hash == *root) { Ok(()) } else { Err(ProofError::Root) }
    }
}

#[cfg(test)]
mod tests;
