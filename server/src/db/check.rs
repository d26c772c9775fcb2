//! Whether the database still is what was written to it: read whole before the server answers, because a server must not
//! serve or judge by what a bad disk made of it.
//!
//! SQLite checks its own structure; the rest checks itself, for every entry stands in the tree and every body in its header.
//! What is not covered: rows that repeat what entries say (records, devices, sessions).

use std::ops::ControlFlow;

use plumbline_protocol::{
    Hash, OrganisationId,
    log::tile::{Tile, tiles_for},
};

use super::{
    Tx, log,
    tile::{self, FULL},
};
use crate::error::Result;

/// What is damaged, in words for whoever runs the server; none where all is well.
pub fn damage(tx: &Tx<'_>) -> Result<Option<&'static str>> {
    let structure: String = tx.0.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if structure != "ok" {
        return Ok(Some("its structure"));
    }
    let mut query = tx.0.prepare_cached("SELECT organisation, size FROM organisation ORDER BY organisation")?;
    let logs = query.query_map([], |row| Ok((OrganisationId(row.get(0)?), row.get(1)?)))?;
    for found in logs.collect::<rusqlite::Result<Vec<(OrganisationId, u64)>>>()? {
        let (organisation, size) = found;
        if !entries_stand_in_tree(tx, &organisation, size)? {
            return Ok(Some("an entry of a log"));
        }
        if !tree_stands_in_itself(tx, &organisation, size)? {
            return Ok(Some("the tree of a log"));
        }
    }
    Ok(None)
}

fn entries_stand_in_tree(tx: &Tx<'_>, organisation: &OrganisationId, size: u64) -> Result<bool> {
    let (mut next, mut hashes, mut good) = (0, Vec::new(), true);
    log::walk(tx, organisation, 0, size, None, |position, entry| {
        let at = position % FULL;
        if at == 0 {
            hashes = Tile::of(0, position / FULL, size)
                .map(|t| tile::find(tx, organisation, t))
                .transpose()?
                .unwrap_or_default();
        }
        let leaf = hashes.as_chunks().0.get(usize::try_from(at).unwrap_or_default()).map(|hash| Hash(*hash));
        good = position == next && leaf.is_some() && entry.and_then(|entry| entry.leaf()) == leaf;
        next += 1;
        Ok(if good { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(good && next == size)
}

/// Every full tile's root stands in the tile above it.
fn tree_stands_in_itself(tx: &Tx<'_>, organisation: &OrganisationId, size: u64) -> Result<bool> {
    for above in tiles_for(size).filter(|tile| tile.level > 0) {
        let hashes = tile::find(tx, organisation, above)?;
        for (n, hash) in (0..).zip(hashes.as_chunks::<32>().0) {
            let below = Tile { level: above.level - 1, index: above.index * FULL + n, width: 256 };
            if tile::root(&tile::find(tx, organisation, below)?) != Hash(*hash) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
