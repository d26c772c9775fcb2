//! Small facts of the store: who we are, where the server is, how far the log was read.

use plumbline_protocol::{
    Fault, Hash, OrganisationId, Uuid, evidence,
    fold::{ChainHead, Tip},
    log::merkle::Frontier,
    time::{Anchor, TimeEvidence},
    value::{Value, Writer},
};
use rusqlite::{OptionalExtension, params};

use super::{Tx, sql};

/// Names of facts that survive a repair by name.
pub const IDENTITY: &str = "identity";
/// End of this device's own chain.
pub const OWN_CHAIN: &str = "own_chain";
/// The cursor.
pub const CURSOR: &str = "cursor";

/// The newest checkpoint whose signature was good.
pub const CHECKPOINT: &str = "checkpoint";
const CLONED: &str = "cloned";
const SALVAGED: &str = "salvaged";

/// The value of `key`.
pub fn get(c: &Tx, key: &str) -> Result<Option<Vec<u8>>, Fault> {
    let mut query = c.prepare_cached("SELECT value FROM meta WHERE key = ?1").map_err(sql)?;
    query.query_row([key], |row| row.get(0)).optional().map_err(sql)
}

/// Keeps `value` under `key`.
pub fn put(c: &Tx, key: &str, value: &[u8]) -> Result<(), Fault> {
    let mut upsert = c
        .prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")
        .map_err(sql)?;
    upsert.execute(params![key, value]).map_err(sql)?;
    Ok(())
}

/// Forgets `key`.
pub fn delete(c: &Tx, key: &str) -> Result<(), Fault> {
    c.execute("DELETE FROM meta WHERE key = ?1", [key]).map_err(sql)?;
    Ok(())
}

/// Who this device is. Written once, at enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The member for whom it signs.
    pub member: Uuid,
    /// Host and port of the server.
    pub at: String,
    /// SHA-256 of the server's authority.
    pub ca: Hash,
    /// True once the server has logged the enrolment.
    pub enrolled: bool,
}

impl Identity {
    /// As it is stored, here and beside the keys.
    pub fn encode(&self) -> Vec<u8> {
        let Identity { organisation, member, at, ca, enrolled } = self;
        let (at, enrolled) = (Value::from(at.as_str()), Value::Bool(*enrolled));
        Value::List(vec![Value::from(organisation.0), Value::from(*member), at, Value::from(ca.0), enrolled]).encode()
    }

    /// As it was stored.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] `store`.
    pub fn decode(bytes: &[u8]) -> Result<Identity, Fault> {
        let value = Value::decode(bytes).map_err(|_| Fault::corrupt("store"))?;
        let read = || {
            let [organisation, member, at, ca, enrolled] = value.list()? else { return None };
            Some(Identity {
                organisation: OrganisationId::from_slice(organisation.bytes()?).ok()?,
                member: Uuid::from_slice(member.bytes()?).ok()?,
                at: at.text()?.to_owned(),
                ca: Hash::from_slice(ca.bytes()?).ok()?,
                enrolled: *enrolled == Value::Bool(true),
            })
        };
        read().ok_or_else(|| Fault::corrupt("store"))
    }
}

/// The identity, once there is one.
pub fn identity(c: &Tx) -> Result<Option<Identity>, Fault> {
    get(c, IDENTITY)?.map(|bytes| Identity::decode(&bytes)).transpose()
}

/// Keeps the identity.
pub fn put_identity(c: &Tx, identity: &Identity) -> Result<(), Fault> {
    put(c, IDENTITY, &identity.encode())
}

/// How far the log was read: one row, changed with the entries in one transaction (DESIGN section 9, invariant 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The log's generation.
    pub generation: u64,
    /// Size, last time received and last Organisation entry.
    pub tip: Tip,
    /// The tree's right edge; its size is the tip's.
    pub frontier: Frontier,
    /// What the member may see, as the server last said (spine rule 17).
    pub tag: Hash,
    /// True while every entry so far was visible: then outcomes are judged again (rule 6).
    pub all: bool,
}

impl Cursor {
    /// Before anything was read.
    pub fn start(generation: u64, tag: Hash) -> Cursor {
        Cursor { generation, tip: Tip::default(), frontier: Frontier::new(), tag, all: true }
    }

    /// As it was stored.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] `store`.
    pub fn decode(bytes: &[u8]) -> Result<Cursor, Fault> {
        let value = Value::decode(bytes).map_err(|_| Fault::corrupt("store"))?;
        let read = || {
            let [generation, size, received, last, organisation, frontier, tag, all] = value.list()? else {
                return None;
            };
            Some(Cursor {
                generation: u64::try_from(generation.int()?).ok()?,
                tip: Tip {
                    size: u64::try_from(size.int()?).ok()?,
                    received: received.int()?,
                    organisation_last: last.int().and_then(|n| u64::try_from(n).ok()),
                    organisation: organisation.bytes().and_then(|b| OrganisationId::from_slice(b).ok()),
                },
                frontier: Frontier::from_bytes(frontier.bytes()?).ok()?,
                tag: Hash::from_slice(tag.bytes()?).ok()?,
                all: *all == Value::Bool(true),
            })
        };
        read().ok_or_else(|| Fault::corrupt("store"))
    }
}

/// The cursor.
pub fn cursor(c: &Tx) -> Result<Cursor, Fault> {
    get(c, CURSOR)?.map_or_else(|| Ok(Cursor::start(0, Hash([0; 32]))), |bytes| Cursor::decode(&bytes))
}

/// Keeps the cursor.
pub fn put_cursor(c: &Tx, cursor: &Cursor) -> Result<(), Fault> {
    let mut w = Writer::default();
    w.list(8).uint(cursor.generation).uint(cursor.tip.size).int(cursor.tip.received);
    match cursor.tip.organisation_last {
        Some(position) => w.uint(position),
        None => w.null(),
    };
    match cursor.tip.organisation {
        Some(organisation) => w.bytes(&organisation.0),
        None => w.null(),
    };
    w.bytes(&cursor.frontier.to_bytes()).bytes(&cursor.tag.0).value(&Value::Bool(cursor.all));
    put(c, CURSOR, &w.0)
}

/// End of this device's own chain.
pub fn own_chain(c: &Tx) -> Result<Option<ChainHead>, Fault> {
    get(c, OWN_CHAIN)?.map(|bytes| chain_head(&bytes)).transpose()
}

/// The end of a chain as it was stored.
///
/// # Errors
/// [`Fault::Corrupt`] `store`.
pub fn chain_head(bytes: &[u8]) -> Result<ChainHead, Fault> {
    let value = Value::decode(bytes).map_err(|_| Fault::corrupt("store"))?;
    let read = || {
        let [sequence, hash] = value.list()? else { return None };
        Some(ChainHead { sequence: u64::try_from(sequence.int()?).ok()?, hash: Hash::from_slice(hash.bytes()?).ok()? })
    };
    read().ok_or_else(|| Fault::corrupt("store"))
}

/// Keeps the end of this device's own chain.
pub fn put_own_chain(c: &Tx, head: ChainHead) -> Result<(), Fault> {
    let mut w = Writer::default();
    w.list(2).uint(head.sequence).bytes(&head.hash.0);
    put(c, OWN_CHAIN, &w.0)
}

/// The checkpoint of the last whole pull, as it came; empty before it.
pub fn checkpoint(c: &Tx) -> Result<String, Fault> {
    String::from_utf8(get(c, CHECKPOINT)?.unwrap_or_default()).map_err(|_| Fault::corrupt("store"))
}

/// Keeps the checkpoint of a whole pull.
pub fn put_checkpoint(c: &Tx, text: &str) -> Result<(), Fault> {
    put(c, CHECKPOINT, text.as_bytes())
}

/// True when the end of this device's chain is not known, so that nothing more may be signed on it: the log has an action of
/// this device that this store did not sign, for it is a clone or was cloned (rule 21), or a repair lost it.
pub fn cloned(c: &Tx) -> Result<bool, Fault> {
    Ok(get(c, CLONED)?.is_some())
}

/// Says so, or no longer: this device has a new key, and a clone has the old one.
pub fn put_cloned(c: &Tx, cloned: bool) -> Result<(), Fault> {
    if cloned { put(c, CLONED, b"1") } else { delete(c, CLONED) }
}

/// True while the store shows what a repair salvaged: it proves nothing, and a whole pull from 0 replaces it.
pub fn salvaged(c: &Tx) -> Result<bool, Fault> {
    Ok(get(c, SALVAGED)?.is_some())
}

/// Says so, or no longer.
pub fn put_salvaged(c: &Tx, salvaged: bool) -> Result<(), Fault> {
    if salvaged { put(c, SALVAGED, b"1") } else { delete(c, SALVAGED) }
}

/// The last trusted time (DESIGN section 4).
pub fn time_anchor(c: &Tx) -> Result<Option<Anchor>, Fault> {
    Ok(get_time(c, "time_anchor")?.and_then(|time| time.anchor))
}

/// Keeps a trusted time, as the time evidence of the moment at which it was learned.
pub fn put_time_anchor(c: &Tx, anchor: Anchor) -> Result<(), Fault> {
    let time = TimeEvidence { wall: 0, boot_ms: anchor.boot_ms, boot: anchor.boot, anchor: Some(anchor) };
    put_time(c, "time_anchor", &time)
}

/// The evidence of the last action that was signed here.
pub fn last_time(c: &Tx) -> Result<Option<TimeEvidence>, Fault> {
    get_time(c, "last_time")
}

/// Keeps it.
pub fn put_last_time(c: &Tx, time: &TimeEvidence) -> Result<(), Fault> {
    put_time(c, "last_time", time)
}

fn get_time(c: &Tx, name: &str) -> Result<Option<TimeEvidence>, Fault> {
    let Some(bytes) = get(c, name)? else { return Ok(None) };
    let value = Value::decode(&bytes).map_err(|_| Fault::corrupt("store"))?;
    Ok(Some(evidence::time_from(&value).ok_or_else(|| Fault::corrupt("store"))?))
}

fn put_time(c: &Tx, name: &str, time: &TimeEvidence) -> Result<(), Fault> {
    put(c, name, &evidence::time_to(time).encode())
}
