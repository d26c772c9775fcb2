//! The tree agrees with the public vectors, valid and invalid, and with itself however it is split.

use std::{fs, path::Path};

use data_encoding::BASE64;
use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// One published vector, of inclusion or of consistency.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vector {
    leaf_idx: Option<u64>,
    tree_size: Option<u64>,
    root: Option<String>,
    leaf_hash: Option<String>,
    size1: Option<u64>,
    size2: Option<u64>,
    root1: Option<String>,
    root2: Option<String>,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

/// A [`Hash`] has 32 bytes: the vectors' words of other lengths are stood in for, so that different words stay
/// different.
fn hash(text: &str) -> Hash {
    let bytes = BASE64.decode(text.as_bytes()).unwrap();
    Hash::from_slice(&bytes).unwrap_or_else(|_| leaf_hash(&[b"stands in for ", bytes.as_slice()].concat()))
}

fn accepted(vector: &Vector) -> bool {
    let text = |field: &Option<String>| hash(field.as_deref().unwrap());
    let proof: Vec<Hash> = vector.proof.iter().flatten().map(|text| hash(text)).collect();
    let verdict = match (vector.leaf_idx, vector.tree_size, vector.size1, vector.size2) {
        (Some(index), Some(size), None, None) => {
            verify_inclusion(index, size, &text(&vector.leaf_hash), &proof, &text(&vector.root))
        }
        (None, None, Some(size1), Some(size2)) => {
            verify_consistency(size1, size2, &text(&vector.root1), &text(&vector.root2), &proof)
        }
        _ => panic!("neither inclusion nor consistency: {}", vector.desc),
    };
    verdict.is_ok()
}

fn vectors(folder: &Path, found: &mut Vec<Vector>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            vectors(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(serde_json::from_slice(&fs::read(path).unwrap()).unwrap());
        }
    }
}

#[test]
fn every_published_vector_gets_its_published_verdict() {
    let data = std::env::var("PLUMBLINE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data").into());
    let folder = Path::new(&data).join("merkle");
    if !folder.is_dir() {
        println!("skipped: no vectors at {}", folder.display());
        return;
    }
    let mut found = Vec::new();
    vectors(&folder, &mut found);
    for vector in &found {
        // In one vector leaf and root are both nothing at all, which no `Hash` can be: refused before any proof is
        // seen.
        let nothing = vector.leaf_hash.as_deref() == Some("") && vector.root.as_deref() == Some("");
        assert_eq!(accepted(vector) && !nothing, !vector.want_err, "{}", vector.desc);
    }
    let valid = found.iter().filter(|vector| !vector.want_err).count();
    println!("{} vectors run: {valid} valid, {} invalid", found.len(), found.len() - valid);
    assert_eq!((found.len(), valid), (196, 12));
}

fn tree(size: u64) -> MemoryTree {
    let mut tree = MemoryTree::new();
    (0..size).for_each(|i| tree.push(leaf_hash(&i.to_be_bytes())));
    tree
}

/// RFC 6962 s. 2.1 word for word, to compare with.
fn definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&definition(left), &definition(right))
        }
    }
}

#[test]
fn the_root_of_every_size_is_that_of_the_definition() {
    let leaves: Vec<Hash> = (0..130u64).map(|i| leaf_hash(&i.to_be_bytes())).collect();
    let (mut tree, mut frontier) = (tree(130), Frontier::new());
    for size in 0..=130 {
        let expected = definition(&leaves[..size]);
        assert_eq!(root_at(&mut tree, size as u64), Ok(expected));
        assert_eq!((frontier.size(), frontier.root()), (size as u64, expected));
        leaves.get(size).into_iter().for_each(|leaf| frontier.push_leaf(*leaf));
    }
}

#[test]
fn a_proof_of_every_leaf_and_every_older_size_verifies() {
    let mut tree = tree(40);
    for size in 1..=40 {
        let root = root_at(&mut tree, size).unwrap();
        for older in 1..=size {
            let leaf = tree.node(0, older - 1).unwrap();
            let proof = prove_inclusion(&mut tree, older - 1, size).unwrap();
            assert_eq!(verify_inclusion(older - 1, size, &leaf, &proof, &root), Ok(()));
            let was = root_at(&mut tree, older).unwrap();
            let proof = prove_consistency(&mut tree, older, size).unwrap();
            assert_eq!(verify_consistency(older, size, &was, &root, &proof), Ok(()));
        }
    }
}

#[test]
fn numbers_that_name_nothing_give_an_empty_proof_that_proves_nothing() {
    let mut tree = tree(3);
    let (root, leaf) = (root_at(&mut tree, 3).unwrap(), tree.node(0, 0).unwrap());
    assert_eq!(prove_inclusion(&mut tree, 3, 3), Ok(vec![]));
    assert_eq!(verify_inclusion(3, 3, &leaf, &[], &root), Err(ProofError::Range));
    assert_eq!(prove_consistency(&mut tree, 0, 3), Ok(vec![]));
    assert_eq!(verify_consistency(0, 3, &empty_root(), &root, &[]), Err(ProofError::Range));
    assert_eq!(verify_consistency(0, 0, &empty_root(), &empty_root(), &[]), Err(ProofError::Range));
    assert_eq!(prove_consistency(&mut tree, 4, 3), Ok(vec![]));
    assert_eq!(verify_consistency(4, 3, &root, &root, &[]), Err(ProofError::Range));
    assert_eq!(prove_inclusion(&mut tree, 0, 4), Err(Fault::NotFound));
}

#[test]
fn the_largest_numbers_neither_overflow_nor_panic() {
    let (hash, max) = (empty_root(), u64::MAX);
    assert_eq!(run(0, max).count(), 64);
    assert_eq!(run(max, 0).count(), 0);
    assert_eq!(verify_inclusion(max - 1, max, &hash, &[hash; 63], &hash), Err(ProofError::Root));
    assert_eq!(verify_consistency(max - 1, max, &hash, &hash, &[hash; 64]), Err(ProofError::Root));
    assert_eq!(verify_consistency(max - 1, max, &hash, &hash, &[hash; 65]), Err(ProofError::Length));
    let mut frontier = Frontier::from_peaks(MAX_SIZE, vec![hash; 63]).unwrap();
    assert_eq!(frontier.push(Subtree { level: 0, hash }), Err(Unaligned));
    for level in 63..=u8::MAX {
        assert_eq!(Frontier::new().push(Subtree { level, hash }), Err(Unaligned));
    }
}

#[test]
fn a_subtree_that_does_not_fit_changes_nothing() {
    let hash = empty_root();
    let mut frontier = Frontier::from_peaks(6, vec![hash; 2]).unwrap();
    let before = frontier.clone();
    assert_eq!(frontier.push(Subtree { level: 2, hash }), Err(Unaligned));
    assert_eq!(frontier, before);
    assert_eq!(frontier.push(Subtree { level: 1, hash }), Ok(()));
    assert_eq!(frontier.size(), 8);
}

#[test]
fn a_stored_frontier_has_one_spelling() {
    let mut frontier = Frontier::new();
    assert_eq!(Frontier::from_bytes(&frontier.to_bytes()), Ok(Frontier::new()));
    (0..11u64).for_each(|i| frontier.push_leaf(leaf_hash(&i.to_be_bytes())));
    let bytes = frontier.to_bytes();
    assert_eq!(bytes.len(), 8 + 3 * 32);
    assert_eq!(Frontier::from_bytes(&bytes).as_ref(), Ok(&frontier));
    for end in 0..bytes.len() {
        assert_eq!(Frontier::from_bytes(&bytes[..end]), Err(Unaligned));
    }
    assert_eq!(Frontier::from_bytes(&[bytes.as_slice(), &[0]].concat()), Err(Unaligned));
    assert_eq!(Frontier::from_bytes(&[&(1u64 << 63).to_be_bytes()[..], &[0; 32]].concat()), Err(Unaligned));
}

proptest! {
    #[test]
    fn any_split_into_runs_gives_the_same_root(mut cuts in prop::collection::vec(0..700u64, 0..9), size in 0..700u64) {
        let mut tree = tree(size);
        cuts.retain(|cut| *cut < size);
        cuts.push(size);
        cuts.sort_unstable();
        let (mut frontier, mut start) = (Frontier::new(), 0);
        for end in cuts {
            for subtree in run_hashes(&mut tree, start, end).unwrap() {
                prop_assert_eq!(frontier.push(subtree), Ok(()));
            }
            start = end;
            prop_assert_eq!((frontier.size(), Ok(frontier.root())), (end, root_at(&mut tree, end)));
        }
        prop_assert_eq!(Frontier::from_bytes(&frontier.to_bytes()), Ok(frontier));
    }

    #[test]
    fn a_run_is_aligned_gapless_and_as_short_as_can_be(a in 0..=MAX_SIZE, b in 0..=MAX_SIZE) {
        let (a, b) = (a.min(b), a.max(b));
        let mut at = a;
        for (level, index) in run(a, b) {
            prop_assert_eq!(index << level, at);
            let wider = 1u64 << (level + 1);
            prop_assert!(!at.is_multiple_of(wider) || b - at < wider, "a wider subtree fits");
            at += 1 << level;
        }
        prop_assert_eq!(at, b);
    }

    #[test]
    fn a_changed_inclusion_proof_is_refused(size in 1..300u64, pick: u64, at: prop::sample::Index, bit in 0..256usize) {
        let mut tree = tree(size);
        let (index, root) = (pick % size, root_at(&mut tree, size).unwrap());
        let leaf = tree.node(0, index).unwrap();
        let proof = prove_inclusion(&mut tree, index, size).unwrap();
        prop_assert_eq!(verify_inclusion(index, size, &leaf, &proof, &root), Ok(()));
        for changed in changes(&proof, at, bit) {
            prop_assert!(verify_inclusion(index, size, &leaf, &changed, &root).is_err());
        }
        prop_assert!(verify_inclusion(index, size, &flipped(leaf, bit), &proof, &root).is_err());
        prop_assert!(verify_inclusion(index, size, &leaf, &proof, &flipped(root, bit)).is_err());
        for other in (0..size).filter(|other| *other != index) {
            prop_assert!(verify_inclusion(other, size, &leaf, &proof, &root).is_err());
        }
    }

    #[test]
    fn a_changed_consistency_proof_is_refused(
        new in 1..300u64, pick: u64, at: prop::sample::Index, bit in 0..256usize,
    ) {
        let mut tree = tree(new);
        let old = 1 + pick % new;
        let (was, is) = (root_at(&mut tree, old).unwrap(), root_at(&mut tree, new).unwrap());
        let proof = prove_consistency(&mut tree, old, new).unwrap();
        prop_assert_eq!(verify_consistency(old, new, &was, &is, &proof), Ok(()));
        for changed in changes(&proof, at, bit) {
            prop_assert!(verify_consistency(old, new, &was, &is, &changed).is_err());
        }
        prop_assert!(verify_consistency(old, new, &flipped(was, bit), &is, &proof).is_err());
        prop_assert!(verify_consistency(old, new, &was, &flipped(is, bit), &proof).is_err());
        for other in (1..=new).filter(|other| *other != old) {
            prop_assert!(verify_consistency(other, new, &was, &is, &proof).is_err());
        }
    }
}

fn flipped(hash: Hash, bit: usize) -> Hash {
    let mut bytes = hash.0;
    bytes[bit / 8] ^= 1 << (bit % 8);
    Hash(bytes)
}

/// The proof with one bit flipped, one hash dropped, one more at either end.
fn changes(proof: &[Hash], at: prop::sample::Index, bit: usize) -> Vec<Vec<Hash>> {
    let mut changed = vec![[proof, &[empty_root()]].concat(), [&[empty_root()], proof].concat()];
    if !proof.is_empty() {
        let at = at.index(proof.len());
        let (mut flip, mut drop) = (proof.to_vec(), proof.to_vec());
        flip[at] = flipped(flip[at], bit);
        drop.remove(at);
        changed.extend([flip, drop]);
    }
    changed
}
