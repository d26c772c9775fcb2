//! Generations: what a restore changes (spine rules 22 and 23).
//!
//! Sizes compare within one generation. Invariants: a generation begins by an administrator's restore alone, right behind
//! the entries that it continues and the enrolment of who signs it; what somebody had seen in an older one counts at most up
//! to what was continued; a chain passes a hole only where an administrator listed it.

use std::sync::Arc;

use crate::{
    Fault, Hash, OrganisationId,
    action::{Action, Header, Seen},
    fold::{Book, FieldState, Record},
    id::RecordId,
    record::{organisation, restore},
    value::Value,
};

/// What a restore's first action says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The generation that begins.
    pub generation: u64,
    /// Number of entries that are continued.
    pub base: u64,
    /// Root over them.
    pub root: Hash,
    /// The server's new key.
    pub server_key: [u8; 32],
}

impl Opening {
    /// Of an action that opens a generation, if all that it takes is there.
    pub fn of(action: &Action) -> Option<Opening> {
        if action.header().kind != restore::KIND.name {
            return None;
        }
        let field = |name| action.body().field(name);
        let number = |name| u64::try_from(field(name)?.int()?).ok();
        let bytes = |name| field(name)?.bytes()?.try_into().ok();
        Some(Opening {
            generation: number(restore::GENERATION)?,
            base: number(restore::BASE)?,
            root: Hash(bytes(restore::ROOT)?),
            server_key: bytes(restore::SERVER_KEY)?,
        })
    }

    /// True where it may stand: at `position`, one enrolment behind what it continues, above generation `now`.
    pub fn fits(&self, position: u64, now: u64) -> bool {
        self.base.checked_add(1) == Some(position) && self.generation > now
    }
}

/// Ids of the restores in effect, oldest first.
fn ids(book: &mut dyn Book, organisation: &OrganisationId) -> Result<Vec<RecordId>, Fault> {
    let record = book.record(&RecordId::from(*organisation))?;
    Ok(match record.as_deref().and_then(|r| r.field(organisation::RESTORES)) {
        Some(FieldState::Append(all)) => all.iter().filter_map(|write| write.value.id()).collect(),
        _ => Vec::new(),
    })
}

/// Their records.
fn restores(book: &mut dyn Book, organisation: &OrganisationId) -> Result<Vec<Arc<Record>>, Fault> {
    let mut found = Vec::new();
    for id in ids(book, organisation)? {
        found.extend(book.record(&id)?);
    }
    Ok(found)
}

fn number(record: &Record, field: &str) -> u64 {
    record.value(field).and_then(Value::int).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
}

/// The log's generation; 0 before any restore.
pub fn current(book: &mut dyn Book, organisation: &OrganisationId) -> Result<u64, Fault> {
    Ok(restores(book, organisation)?.iter().map(|r| number(r, restore::GENERATION)).max().unwrap_or(0))
}

/// The record of the newest restore; none before any.
pub fn newest(book: &mut dyn Book, organisation: &OrganisationId) -> Result<Option<RecordId>, Fault> {
    Ok(ids(book, organisation)?.pop())
}

/// How much of a log of `generation` every later one has continued; none while it goes on.
pub fn kept(book: &mut dyn Book, organisation: &OrganisationId, generation: u64) -> Result<Option<u64>, Fault> {
    let later = restores(book, organisation)?;
    let later = later.iter().filter(|r| number(r, restore::GENERATION) > generation);
    Ok(later.map(|r| number(r, restore::BASE)).min())
}

/// How much of this log somebody with this `seen` had seen.
pub fn counted(book: &mut dyn Book, organisation: &OrganisationId, seen: &Seen) -> Result<u64, Fault> {
    Ok(kept(book, organisation, seen.generation)?.map_or(seen.size, |base| seen.size.min(base)))
}

/// True when `header` may follow a hole in its device's chain.
pub fn passes(book: &mut dyn Book, organisation: &OrganisationId, header: &Header) -> Result<bool, Fault> {
    let place = hole(&header.device, header.sequence);
    let listed = |record: &Arc<Record>| match record.field(restore::LOST) {
        Some(FieldState::Append(all)) => all.iter().any(|write| write.value.bytes() == Some(&place)),
        _ => false,
    };
    Ok(restores(book, organisation)?.iter().any(listed))
}

/// The value of [`restore::LOST`] that lets the chain of `device` go on at `sequence`.
pub fn hole(device: &crate::DeviceId, sequence: u64) -> [u8; 40] {
    let mut place = [0; 40];
    let (key, number) = place.split_at_mut(32);
    key.copy_from_slice(&device.0);
    number.copy_from_slice(&sequence.to_be_bytes());
    place
}
