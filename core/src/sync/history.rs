//! History: what others had seen, what receipts promised and where this device once was must all be on one log (rule 19).

use std::{collections::BTreeMap, sync::PoisonError};

use plumbline_protocol::{
    Fault,
    action::Seen,
    generation,
    log::{
        merkle::{self, Frontier},
        tile::TileNodes,
    },
    reader::{Code, Lie, brief},
};

use crate::{
    client::Client,
    db::{Tx, book::StoreBook, entry, meta},
};

/// Most sizes that are remembered.
const KNOWN: usize = 4096;

/// Sizes of this log with the roots that it was shown to have had there.
#[derive(Default)]
pub(crate) struct Known(BTreeMap<u64, plumbline_protocol::Hash>);

impl Known {
    /// Remembers a proven size.
    pub fn note(&mut self, seen: &Seen) {
        if self.0.len() >= KNOWN {
            self.0.pop_first();
        }
        self.0.insert(seen.size, seen.root);
    }

    /// Another generation has other roots.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn root(&self, size: u64) -> Option<plumbline_protocol::Hash> {
        if size == 0 { Some(merkle::empty_root()) } else { self.0.get(&size).copied() }
    }
}

/// Strikes off what agrees with the sizes that are known, within the commit of the page that reached them: of what devices
/// had seen and receipts promised that is nearly all. The rest is for [`check`].
pub(crate) fn agree(c: &Tx, known: &Known) -> Result<(), Fault> {
    let generation = meta::cursor(c)?.generation;
    let agrees = |seen: &Seen| seen.generation <= generation && known.root(seen.size) == Some(seen.root);
    for anchor in entry::anchors(c)?.iter().filter(|anchor| agrees(&anchor.seen)) {
        entry::drop_anchor(c, &anchor.seen)?;
    }
    for (device, _) in entry::unchecked_seens(c)?.iter().filter(|(_, seen)| agrees(seen)) {
        entry::put_checked(c, device)?;
    }
    Ok(())
}

/// Checks the newest `seen` of each device and the anchors against the log, by subtree hashes from the tiles.
pub(crate) async fn check(client: &Client) -> Result<(), Fault> {
    let session = client.session()?;
    let runtime = tokio::runtime::Handle::current();
    client
        .run(move |inner| {
            let (cursor, anchors, seens) =
                inner.db.read(|c| Ok((meta::cursor(c)?, entry::anchors(c)?, entry::unchecked_seens(c)?)))?;
            if anchors.is_empty() && seens.is_empty() {
                return Ok(());
            }
            let organisation = inner.organisation()?;
            let later = |seen: &Seen| {
                inner.db.read(|c| generation::kept(&mut StoreBook::new(c), &organisation, seen.generation))
            };
            let net = session.net();
            let fetch = |tile| runtime.block_on(net.tile(&organisation, tile));
            let mut nodes = TileNodes::new(cursor.tip.size, fetch);
            let others = seens.iter().map(|(device, seen)| (seen, Some(device), ""));
            let own = anchors.iter().map(|anchor| (&anchor.seen, None, anchor.checkpoint.as_str()));
            for (seen, device, checkpoint) in others.chain(own) {
                if seen.size > cursor.tip.size || later(seen)?.is_some_and(|base| seen.size > base) {
                    // The next pull reaches it, or the log has shrunk and says so; what a restore did not continue is
                    // nowhere to be looked up.
                    continue;
                }
                let known = inner.sync.history.lock().unwrap_or_else(PoisonError::into_inner).root(seen.size);
                let root = match known {
                    Some(root) => root,
                    None => {
                        let root = proven(&mut nodes, seen.size, &cursor.frontier)?;
                        let Some(root) = root else {
                            return inner.alarm(&Lie::of(Code::Root, "the tiles do not lead to the checkpoint"), &[]);
                        };
                        let mut known = inner.sync.history.lock().unwrap_or_else(PoisonError::into_inner);
                        known.note(&Seen { root, ..*seen });
                        root
                    }
                };
                if root != seen.root {
                    let who =
                        device.map_or("this device was".to_owned(), |device| format!("device {} was", brief(device)));
                    let text = format!("{who} shown another history of {} entries", seen.size);
                    return inner.alarm(&Lie::of(Code::Seen, text), checkpoint.as_bytes());
                }
            }
            inner.db.write(|c| {
                for anchor in &anchors {
                    let lost = anchor.seen.generation < cursor.generation;
                    if anchor.seen.size <= cursor.tip.size && anchor.seen.generation <= cursor.generation || lost {
                        entry::drop_anchor(c, &anchor.seen)?;
                    }
                }
                for (device, seen) in &seens {
                    if seen.size <= cursor.tip.size {
                        entry::put_checked(c, device)?;
                    }
                }
                Ok(())
            })
        })
        .await
}

/// The root of the first `size` entries, where the tiles also lead on to what was proven already; else none.
fn proven<F>(
    nodes: &mut TileNodes<F>,
    size: u64,
    frontier: &Frontier,
) -> Result<Option<plumbline_protocol::Hash>, Fault>
where
    TileNodes<F>: merkle::Nodes<Error = Fault>,
{
    let mut tree = Frontier::new();
    for subtree in merkle::run_hashes(nodes, 0, size)? {
        if tree.push(subtree).is_err() {
            return Ok(None);
        }
    }
    let root = tree.root();
    for subtree in merkle::run_hashes(nodes, size, frontier.size())? {
        if tree.push(subtree).is_err() {
            return Ok(None);
        }
    }
    Ok((tree.root() == frontier.root()).then_some(root))
}
