//! The log's proofs: the Merkle tree over its entries, the signed statement of its state, and the tiles anyone may mirror.
//!
//! Standard formats only, so that a stranger can check them with other people's tools: RFC 6962 hashing and proofs, C2SP
//! tlog-checkpoint over signed-note, C2SP tlog-tiles.

pub mod checkpoint;
pub mod merkle;
pub mod tile;
