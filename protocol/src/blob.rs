//! How a photograph's bytes travel: in parts of one size, each named by its number, complete only when the whole hash agrees.
//!
//! Invariant: client and server cut the same bytes into the same parts, so an upload that broke off goes on from what
//! the server holds.

use std::{fmt::Write, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

/// Bytes of every part but the last, which may be shorter.
pub const PART: u64 = 256 * 1024;
/// Most bytes of one blob.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Most ranges in one list of missing parts; a longer list is cut, and what it leaves out is asked for later.
pub const MAX_RANGES: usize = 64;

/// What the server holds of a blob, as far as this goes: a person's own device adds "on this phone only" before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The action that names the blob is logged; not all parts have come.
    Expected,
    /// All bytes are there and their hash agreed.
    Received,
    /// The stored object was read again, its hash agreed, and the deposit is logged.
    Verified,
}

impl State {
    /// The name in headers and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Expected => "expected",
            State::Received => "received",
            State::Verified => "verified",
        }
    }

    /// The state of this name.
    pub fn parse(name: &str) -> Option<State> {
        [State::Expected, State::Received, State::Verified].into_iter().find(|s| s.as_str() == name)
    }
}

/// How many parts `bytes` make.
pub fn parts(bytes: u64) -> u64 {
    bytes.div_ceil(PART)
}

/// Length of part `n` of a blob of `bytes`, or `None` when it has no such part.
pub fn part_len(bytes: u64, n: u64) -> Option<u64> {
    (n < parts(bytes)).then(|| PART.min(bytes - n * PART))
}

/// `0-3,7` for the ascending part numbers 0, 1, 2, 3, 7: at most [`MAX_RANGES`] ranges, empty for none.
pub fn ranges_to(numbers: impl IntoIterator<Item = u64>) -> String {
    let mut ranges: Vec<RangeInclusive<u64>> = Vec::new();
    for n in numbers {
        let full = ranges.len() == MAX_RANGES;
        match ranges.last_mut() {
            Some(last) if *last.end() + 1 == n => *last = *last.start()..=n,
            _ if full => break,
            _ => ranges.push(n..=n),
        }
    }
    let mut text = String::new();
    for range in ranges {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = match range.end() - range.start() {
            0 => write!(text, "{comma}{}", range.start()),
            _ => write!(text, "{comma}{}-{}", range.start(), range.end()),
        };
    }
    text
}

/// The ranges of [`ranges_to`], or `None` when `text` is not such a list.
pub fn ranges_from(text: &str) -> Option<Vec<RangeInclusive<u64>>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut ranges: Vec<RangeInclusive<u64>> = Vec::new();
    for item in text.split(',') {
        let (start, end) = item.split_once('-').unwrap_or((item, item));
        let range = start.parse().ok()?..=end.parse().ok()?;
        let ascends = ranges.last().is_none_or(|last| last.end() < range.start());
        if range.is_empty() || !ascends || *range.end() > MAX_BYTES / PART || ranges.len() == MAX_RANGES {
            return None;
        }
        ranges.push(range);
    }
    Some(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_blob_add_up_to_it() {
        for bytes in [0, 1, PART - 1, PART, PART + 1, 3 * PART, MAX_BYTES] {
            let sum: u64 = (0..parts(bytes)).filter_map(|n| part_len(bytes, n)).sum();
            assert_eq!(sum, bytes);
            assert_eq!(part_len(bytes, parts(bytes)), None);
        }
    }

    #[test]
    fn missing_parts_are_listed_as_bounded_ranges() {
        assert_eq!(ranges_to([0, 1, 2, 3, 7]), "0-3,7");
        assert_eq!(ranges_from("0-3,7"), Some(vec![0..=3, 7..=7]));
        assert_eq!(ranges_from(&ranges_to([])), Some(vec![]));
        let every_other = ranges_to((0..1000).step_by(2));
        assert_eq!(ranges_from(&every_other).map(|r| r.len()), Some(MAX_RANGES));
        for bad in ["3-1", "1,1", "x", "0-99999999", "-", ",", "5,2"] {
            assert_eq!(ranges_from(bad), None, "{bad}");
        }
    }
}
