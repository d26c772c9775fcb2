//! Rows out of the pages of a store that is damaged, without the trees that led to them: every page that holds rows of a
//! table is read for itself, and what a row is its own shape says.
//!
//! A page that SQLite had given up may still hold rows that were deleted. So nothing here is taken at its word: actions and
//! entries prove themselves by their signatures, files by their hashes, and the caller drops what the log has already.

use std::ops::ControlFlow;

use plumbline_protocol::{
    Fault, Hash, RecordId, Uuid,
    action::{Action, Seen},
    entry::Entry,
};
use zeroize::Zeroizing;

use super::{
    entry::{Alarm, Anchor, Evidence},
    outbox::{self, State},
    page::{Pages, USABLE},
    photo,
    superseded::Superseded,
};

/// A row that was found.
pub enum Row {
    /// A small fact.
    Meta(String, Zeroizing<Vec<u8>>),
    /// What this device signed.
    Action(Box<outbox::Item>),
    /// An entry of the log, at its position.
    Entry(u64, Box<Entry>),
    /// The files of a photograph.
    Photo(Box<photo::Photo>),
    /// A size and root that later history must continue.
    Anchor(Anchor),
    /// An entry that a restore did not continue.
    Superseded(Box<Superseded>),
    /// A record with pending work on top, and its kind.
    Pending(RecordId, String),
    /// An alarm, with what was kept of both versions.
    Alarm(Alarm, Evidence),
}

/// How many pages could be read, and how many not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// What they were when they were written.
    pub good: u64,
    /// Damaged.
    pub bad: u64,
}

/// Hands every row that can be read to `each`, in no order, perhaps more than once.
///
/// # Errors
/// Those of `each`.
pub fn rows(pages: &Pages, each: &mut dyn FnMut(Row) -> Result<(), Fault>) -> Result<Count, Fault> {
    let mut count = Count::default();
    for n in 1..=pages.count {
        let Some(page) = pages.read(n) else {
            count.bad += 1;
            continue;
        };
        count.good += 1;
        let start = if n == 1 { 100 } else { 0 };
        // Leaves of tables alone hold rows (SQLite's file format, section 1.6).
        if page.get(start) != Some(&0x0d) {
            continue;
        }
        let cells = page.get(start + 3..start + 5).map_or(0, |b| b.iter().fold(0, |n, b| n << 8 | usize::from(*b)));
        for cell in 0..cells.min(USABLE / 2) {
            let at = start + 8 + 2 * cell;
            let Some(&[high, low]) = page.get(at..at + 2) else { break };
            let at = usize::from(u16::from_be_bytes([high, low]));
            if let Some(row) = cell_at(pages, &page, at).and_then(|(id, values)| recognise(id, &values)) {
                each(row)?;
            }
        }
    }
    Ok(count)
}

/// A column's value.
enum Column {
    Null,
    Int(i64),
    Blob(Vec<u8>),
    Text(String),
}

/// The row in the cell at `at`: its id and its columns.
fn cell_at(pages: &Pages, page: &[u8], at: usize) -> Option<(i64, Vec<Column>)> {
    let mut rest = page.get(at..USABLE)?;
    let length = usize::try_from(varint(&mut rest)?).ok()?;
    let id = varint(&mut rest)?;
    let payload = payload(pages, rest, length)?;
    let mut rest = payload.as_slice();
    let before = rest.len();
    let header = usize::try_from(varint(&mut rest)?).ok()?;
    let mut types = payload.get(before - rest.len()..header)?;
    let mut body = payload.get(header..)?;
    let mut columns = Vec::new();
    while !types.is_empty() {
        columns.push(column(varint(&mut types)?, &mut body)?);
    }
    Some((id, columns))
}

/// The bytes of a row, with those that did not fit on its page (SQLite's file format, section 1.5).
fn payload(pages: &Pages, rest: &[u8], length: usize) -> Option<Zeroizing<Vec<u8>>> {
    let (most, least) = (USABLE - 35, (USABLE - 12) * 32 / 255 - 23);
    let here = match length {
        _ if length <= most => length,
        _ => Some(least + (length - least) % (USABLE - 4)).filter(|n| *n <= most).unwrap_or(least),
    };
    let mut all = Zeroizing::new(rest.get(..here)?.to_vec());
    let mut next = rest.get(here..here + 4).filter(|_| length > here).map(number);
    while let Some(n) = next.filter(|_| all.len() < length) {
        let page = pages.read(n)?;
        let more = (length - all.len()).min(USABLE - 4);
        all.extend_from_slice(page.get(4..4 + more)?);
        next = page.get(..4).map(number);
    }
    (all.len() == length).then_some(all)
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |n, b| n << 8 | u32::from(*b))
}

fn column(kind: i64, body: &mut &[u8]) -> Option<Column> {
    let mut take = |n: usize| {
        let (taken, rest) = body.split_at_checked(n)?;
        *body = rest;
        Some(taken)
    };
    let int = |bytes: &[u8]| {
        let sign = bytes.first().map_or(0, |b| i64::from(*b as i8) >> 7);
        bytes.iter().fold(sign, |n, b| n << 8 | i64::from(*b))
    };
    Some(match kind {
        0 => Column::Null,
        1..=4 => Column::Int(int(take(usize::try_from(kind).ok()?)?)),
        5 => Column::Int(int(take(6)?)),
        6 => Column::Int(int(take(8)?)),
        8 | 9 => Column::Int(kind - 8),
        12.. if kind % 2 == 0 => Column::Blob(take(usize::try_from((kind - 12) / 2).ok()?)?.to_vec()),
        13.. => Column::Text(String::from_utf8(take(usize::try_from((kind - 13) / 2).ok()?)?.to_vec()).ok()?),
        _ => return None,
    })
}

/// SQLite's variable-length integer: seven bits to a byte, and eight in the ninth.
fn varint(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0_i64;
    let read = bytes.iter().take(9).enumerate().try_for_each(|(n, byte)| {
        let last = n == 8 || byte & 0x80 == 0;
        value = if n == 8 { value << 8 | i64::from(*byte) } else { value << 7 | i64::from(byte & 0x7f) };
        if last { ControlFlow::Break(n + 1) } else { ControlFlow::Continue(()) }
    });
    let ControlFlow::Break(length) = read else { return None };
    *bytes = bytes.get(length..)?;
    Some(value)
}

/// What a row is, by its columns: no two tables of the store have the same, and none has these by chance.
fn recognise(id: i64, columns: &[Column]) -> Option<Row> {
    use Column::{Blob, Int, Null, Text};
    Some(match columns {
        [Text(key), Blob(value)] => Row::Meta(key.clone(), Zeroizing::new(value.clone())),
        [Null, Blob(_), Blob(_), Blob(bytes), Int(made), Text(state), Int(position), Int(attempts), Text(fault)] => {
            Row::Action(Box::new(outbox::Item {
                id,
                action: Action::decode(bytes).ok()?,
                made: *made,
                state: State::parse(state)?,
                position: u64::try_from(*position).ok(),
                attempts: u32::try_from(*attempts).ok()?,
                fault: fault.clone(),
            }))
        }
        [Null, Blob(_), Blob(_), Blob(bytes)] => {
            Row::Entry(u64::try_from(id).ok()?, Box::new(Entry::decode(bytes).ok()?))
        }
        [
            Blob(record),
            Blob(sha256),
            Int(bytes),
            Text(name),
            Blob(key),
            Text(_),
            Blob(_),
            Int(_),
            Int(_),
            Text(state),
            Int(_),
            Text(fault),
        ] if state != "copy" => {
            let original = photo::Sealed { name: name.clone(), key: Zeroizing::new(key.as_slice().try_into().ok()?) };
            Row::Photo(Box::new(photo::Photo {
                record: Uuid::from_slice(record).ok()?,
                sha256: Hash::from_slice(sha256).ok()?,
                bytes: u64::try_from(*bytes).ok()?,
                original: Some(original).filter(|o| !o.name.is_empty()),
                thumbnail: None,
                received: state != "local",
                fault: fault.clone(),
                thumb_due: false,
            }))
        }
        [Int(generation), Int(size), Blob(root), rest @ ..] if matches!(rest, [] | [Text(_)]) => {
            let seen = Seen {
                generation: u64::try_from(*generation).ok()?,
                size: u64::try_from(*size).ok()?,
                root: Hash::from_slice(root).ok()?,
            };
            let checkpoint = match rest {
                [Text(checkpoint)] => checkpoint.clone(),
                _ => String::new(),
            };
            Row::Anchor(Anchor { seen, checkpoint })
        }
        [Null, Int(at), Text(code), Int(position), Text(text), Blob(message), rest @ ..]
            if matches!(rest, [] | [Text(_)]) =>
        {
            let (code, text) = (code.clone(), text.clone());
            let believed = match rest {
                [Text(believed)] => serde_json::from_str(believed).ok()?,
                _ => Vec::new(),
            };
            let alarm = Alarm { id, at: *at, code, position: u64::try_from(*position).ok(), text };
            Row::Alarm(alarm, Evidence { believed, message: message.clone() })
        }
        [Int(generation), Int(position), Blob(_), Blob(_), Blob(bytes), Text(_)] => {
            Row::Superseded(Box::new(Superseded {
                generation: u64::try_from(*generation).ok()?,
                position: u64::try_from(*position).ok()?,
                entry: Entry::decode(bytes).ok()?,
            }))
        }
        [
            Null,
            Blob(id),
            Text(kind),
            Blob(_),
            Blob(_),
            Int(_),
            Int(_),
            Int(_),
            Int(_),
            Blob(_),
            Blob(shown),
            rest @ ..,
        ] if !shown.is_empty() && matches!(rest, [] | [Blob(_), Int(_)]) => {
            Row::Pending(RecordId::from_slice(id).ok()?, kind.clone())
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
