//! Values and their one encoding: a subset of deterministic CBOR (RFC 8949 section 4.2.1).
//!
//! Invariants: what decodes encodes again to the same bytes. So: definite lengths and shortest heads only, map keys in
//! bytewise order of their encoding and without repeats, no floats, no tags, no `undefined`, integers within i64. Input is
//! bounded in size by the caller and in depth here; a length is believed only as far as bytes are there to carry it.

use std::collections::BTreeMap;

use crate::id::RecordId;

/// Deepest nesting of lists and maps that is read.
pub const MAX_DEPTH: usize = 16;

/// A value as it stands in a body, a header or a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing: a field that was cleared.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Text in UTF-8, kept as it was given: never normalised.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Text keys, in order of their encoding.
    Map(BTreeMap<Key, Value>),
}

/// A map key: text, ordered as its encoding is (shorter first, then bytewise), which RFC 8949 section 4.2.1 asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(pub String);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.as_bytes().cmp(other.0.as_bytes()))
    }
}
impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
/// The entry `key` of a map. Maps are small: comparing costs less than a key made to look for it.
pub(crate) fn find<'m, V>(map: &'m BTreeMap<Key, V>, key: &str) -> Option<&'m V> {
    map.iter().find_map(|(name, value)| (name.0 == key).then_some(value))
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Key(text.to_owned())
    }
}

/// Why bytes are not a value, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct Malformed {
    /// What is wrong.
    pub what: &'static str,
    /// Offset of the item that is wrong.
    pub at: usize,
}

impl Value {
    /// The value that `bytes` are the encoding of, all of them.
    pub fn decode(bytes: &[u8]) -> Result<Value, Malformed> {
        let mut r = Reader::new(bytes);
        let value = r.value()?;
        r.end()?;
        Ok(value)
    }

    /// The encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.value(self);
        w.0
    }

    /// The text, if this is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(t) = self { Some(t) } else { None }
    }
    /// The number, if this is one.
    pub fn int(&self) -> Option<i64> {
        if let Value::Int(i) = self { Some(*i) } else { None }
    }
    /// The bytes, if these are some.
    pub fn bytes(&self) -> Option<&[u8]> {
        if let Value::Bytes(b) = self { Some(b) } else { None }
    }
    /// The record that these bytes name.
    pub fn id(&self) -> Option<RecordId> {
        RecordId::from_slice(self.bytes()?).ok()
    }
    /// The list, if this is one.
    pub fn list(&self) -> Option<&[Value]> {
        if let Value::List(l) = self { Some(l) } else { None }
    }
    /// The map's entry `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if let Value::Map(m) = self { find(m, key) } else { None }
    }
    /// A map of these entries.
    pub fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
        Value::Map(entries.into_iter().map(|(k, v)| (Key::from(k), v)).collect())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}
impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Value::Int(int)
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}
impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Value::Bytes(bytes.to_vec())
    }
}
impl From<[u8; 32]> for Value {
    fn from(bytes: [u8; 32]) -> Self {
        Value::Bytes(bytes.to_vec())
    }
}
impl From<RecordId> for Value {
    fn from(id: RecordId) -> Self {
        Value::Bytes(id.as_bytes().to_vec())
    }
}
impl From<crate::Uuid> for Value {
    fn from(id: crate::Uuid) -> Self {
        Value::Bytes(id.as_bytes().to_vec())
    }
}

/// Writes items one after another.
#[derive(Debug, Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    fn head(&mut self, major: u8, n: u64) {
        let m = major << 5;
        match n {
            0..=23 => self.0.push(m | n as u8),
            24..=0xff => self.0.extend([m | 24, n as u8]),
            0x100..=0xffff => {
                self.0.push(m | 25);
                self.0.extend((n as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.0.push(m | 26);
                self.0.extend((n as u32).to_be_bytes());
            }
            _ => {
                self.0.push(m | 27);
                self.0.extend(n.to_be_bytes());
            }
        }
    }

    /// An unsigned number: positions, sizes, sequences.
    pub fn uint(&mut self, n: u64) -> &mut Self {
        self.head(0, n);
        self
    }
    /// A signed number.
    pub fn int(&mut self, i: i64) -> &mut Self {
        match u64::try_from(i) {
            Ok(n) => self.head(0, n),
            Err(_) => self.head(1, !(i as u64)),
        }
        self
    }
    /// Bytes.
    pub fn bytes(&mut self, b: &[u8]) -> &mut Self {
        self.head(2, b.len() as u64);
        self.0.extend(b);
        self
    }
    /// Text.
    pub fn text(&mut self, t: &str) -> &mut Self {
        self.head(3, t.len() as u64);
        self.0.extend(t.as_bytes());
        self
    }
    /// Head of a list of `n` items, which follow.
    pub fn list(&mut self, n: usize) -> &mut Self {
        self.head(4, n as u64);
        self
    }
    /// Nothing.
    pub fn null(&mut self) -> &mut Self {
        self.0.push(0xf6);
        self
    }
    /// Any value.
    pub fn value(&mut self, v: &Value) -> &mut Self {
        match v {
            Value::Null => self.0.push(0xf6),
            Value::Bool(b) => self.0.push(if *b { 0xf5 } else { 0xf4 }),
            Value::Int(i) => {
                self.int(*i);
            }
            Value::Bytes(b) => {
                self.bytes(b);
            }
            Value::Text(t) => {
                self.text(t);
            }
            Value::List(l) => {
                self.list(l.len());
                for item in l {
                    self.value(item);
                }
            }
            Value::Map(m) => {
                self.map(m);
            }
        }
        self
    }
    /// A map.
    pub fn map(&mut self, map: &BTreeMap<Key, Value>) -> &mut Self {
        self.head(5, map.len() as u64);
        for (key, item) in map {
            self.text(&key.0);
            self.value(item);
        }
        self
    }
}

/// Reads items one after another, strictly.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Over `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// Offset of the next item.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// True when nothing is left.
    pub fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Nothing is left, or an error.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.is_empty() { Ok(()) } else { Err(Malformed { what: "bytes after the end", at: self.at }) }
    }

    fn fail<T>(&self, what: &'static str) -> Result<T, Malformed> {
        Err(Malformed { what, at: self.at })
    }

    fn take(&mut self, n: u64) -> Result<&'a [u8], Malformed> {
        let end = usize::try_from(n).ok().and_then(|n| self.at.checked_add(n));
        match end.and_then(|end| Some((end, self.bytes.get(self.at..end)?))) {
            Some((end, part)) => {
                self.at = end;
                Ok(part)
            }
            None => self.fail("cut short"),
        }
    }

    /// The next byte, unless nothing is left.
    pub(crate) fn next_byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn peek(&self) -> Result<u8, Malformed> {
        self.next_byte().ok_or(Malformed { what: "cut short", at: self.at })
    }

    fn argument(&mut self) -> Result<(u8, u64), Malformed> {
        let start = self.at;
        let [first] = *self.take(1)? else { return self.fail("cut short") };
        let (major, info) = (first >> 5, first & 0x1f);
        let n = match info {
            0..=23 => return Ok((major, u64::from(info))),
            24..=27 => self.take(1 << (info - 24))?.iter().fold(0, |n, b| n << 8 | u64::from(*b)),
            _ => return Err(Malformed { what: "indefinite length or reserved head", at: start }),
        };
        let least = [24, 0x100, 0x1_0000, 0x1_0000_0000];
        match least.get(usize::from(info - 24)) {
            Some(least) if n >= *least => Ok((major, n)),
            _ => Err(Malformed { what: "head is not the shortest", at: start }),
        }
    }

    fn expect(&mut self, major: u8, what: &'static str) -> Result<u64, Malformed> {
        if self.peek()? >> 5 != major {
            return self.fail(what);
        }
        Ok(self.argument()?.1)
    }

    /// An unsigned number.
    pub fn uint(&mut self) -> Result<u64, Malformed> {
        self.expect(0, "not an unsigned number")
    }

    /// A signed number within i64.
    pub fn int(&mut self) -> Result<i64, Malformed> {
        let at = self.at;
        let (major, n) = self.argument()?;
        let n = i64::try_from(n).map_err(|_| Malformed { what: "number out of range", at })?;
        match major {
            0 => Ok(n),
            1 => Ok(!n),
            _ => Err(Malformed { what: "not a number", at }),
        }
    }

    /// Bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let n = self.expect(2, "not bytes")?;
        self.take(n)
    }

    /// Exactly `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let at = self.at;
        self.bytes()?.try_into().map_err(|_| Malformed { what: "wrong number of bytes", at })
    }

    /// Text.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let at = self.at;
        let n = self.expect(3, "not text")?;
        std::str::from_utf8(self.take(n)?).map_err(|_| Malformed { what: "text is not UTF-8", at })
    }

    /// Length of a list whose items follow. No item is shorter than a byte, so the length is bounded by what is left.
    pub fn list(&mut self) -> Result<usize, Malformed> {
        let n = self.expect(4, "not a list")?;
        self.fits(n)
    }

    /// A list of exactly `n` items.
    pub fn list_of(&mut self, n: usize) -> Result<(), Malformed> {
        let at = self.at;
        if self.list()? == n { Ok(()) } else { Err(Malformed { what: "wrong number of items", at }) }
    }

    /// Consumes a null if one is next.
    pub fn null(&mut self) -> Result<bool, Malformed> {
        let null = self.peek()? == 0xf6;
        if null {
            self.at += 1;
        }
        Ok(null)
    }

    /// True when a list is next.
    pub fn is_list(&self) -> Result<bool, Malformed> {
        Ok(self.peek()? >> 5 == 4)
    }

    fn fits(&self, n: u64) -> Result<usize, Malformed> {
        let left = self.bytes.len() - self.at;
        usize::try_from(n).ok().filter(|n| *n <= left).ok_or(Malformed { what: "cut short", at: self.at })
    }

    /// Any value.
    pub fn value(&mut self) -> Result<Value, Malformed> {
        self.nested(0)
    }

    /// Passes over one item, however deep, without looking at what it says.
    pub fn skip(&mut self) -> Result<(), Malformed> {
        let mut items = 1u64;
        while items > 0 {
            let (major, n) = self.argument()?;
            let inner = match major {
                2 | 3 => {
                    self.take(n)?;
                    0
                }
                4 => self.fits(n)? as u64,
                5 => 2 * self.fits(n)? as u64,
                _ => 0,
            };
            items = items - 1 + inner;
        }
        Ok(())
    }

    fn nested(&mut self, depth: usize) -> Result<Value, Malformed> {
        if depth > MAX_DEPTH {
            return self.fail("nested too deep");
        }
        Ok(match self.peek()? >> 5 {
            0 | 1 => Value::Int(self.int()?),
            2 => Value::Bytes(self.bytes()?.to_vec()),
            3 => Value::Text(self.text()?.to_owned()),
            4 => {
                let n = self.list()?;
                Value::List((0..n).map(|_| self.nested(depth + 1)).collect::<Result<_, _>>()?)
            }
            5 => {
                let n = self.expect(5, "not a map")?;
                let mut map = BTreeMap::new();
                for _ in 0..self.fits(n)? {
                    let at = self.at;
                    let key = Key(self.text()?.to_owned());
                    if map.last_key_value().is_some_and(|(last, _)| *last >= key) {
                        return Err(Malformed { what: "map keys out of order or repeated", at });
                    }
                    map.insert(key, self.nested(depth + 1)?);
                }
                Value::Map(map)
            }
            7 => match self.take(1)? {
                [0xf4] => Value::Bool(false),
                [0xf5] => Value::Bool(true),
                [0xf6] => Value::Null,
                _ => return Err(Malformed { what: "float or unknown simple value", at: self.at - 1 }),
            },
            _ => return self.fail("tag"),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn examples_of_rfc_8949_appendix_a_agree() {
        for (value, bytes) in [
            (Value::Int(0), "00"),
            (Value::Int(23), "17"),
            (Value::Int(24), "1818"),
            (Value::Int(1_000_000_000_000), "1b000000e8d4a51000"),
            (Value::Int(-1), "20"),
            (Value::Int(-1000), "3903e7"),
            (Value::Int(i64::MIN), "3b7fffffffffffffff"),
            (Value::Bytes(vec![1, 2, 3, 4]), "4401020304"),
            (Value::from("\u{6c34}"), "63e6b0b4"),
            (Value::List(vec![Value::Int(1), Value::List(vec![Value::Int(2), Value::Int(3)])]), "8201820203"),
            (Value::map([("a", Value::Int(1)), ("b", Value::List(vec![]))]), "a26161016162 80"),
            (Value::Null, "f6"),
            (Value::Bool(true), "f5"),
        ] {
            let bytes = hex(&bytes.replace(' ', ""));
            assert_eq!(value.encode(), bytes);
            assert_eq!(Value::decode(&bytes), Ok(value));
        }
    }

    #[test]
    fn whatever_is_not_the_one_encoding_is_refused() {
        for (bytes, what) in [
            ("1800", "head is not the shortest"),
            ("1900ff", "head is not the shortest"),
            ("5f4101ff", "indefinite length or reserved head"),
            ("f90000", "float or unknown simple value"),
            ("f7", "float or unknown simple value"),
            ("c000", "tag"),
            ("a2616200616100", "map keys out of order or repeated"),
            ("a2616100616100", "map keys out of order or repeated"),
            ("a10000", "not text"),
            ("0000", "bytes after the end"),
            ("61ff", "text is not UTF-8"),
            ("1bffffffffffffffff", "number out of range"),
            ("9bffffffffffffffff", "cut short"),
            ("5affffffff", "cut short"),
        ] {
            assert_eq!(Value::decode(&hex(bytes)).unwrap_err().what, what, "{bytes}");
        }
        assert_eq!(Value::decode(&[0x81; 64]).unwrap_err().what, "nested too deep");
        assert_eq!(Value::decode(&vec![0x81; 10_000_000]).unwrap_err().what, "nested too deep");
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
            ".{0,30}".prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
                proptest::collection::btree_map(".{0,6}".prop_map(Key), inner, 0..6).prop_map(Value::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_survives_its_encoding(v in any_value()) {
            prop_assert_eq!(Value::decode(&v.encode()), Ok(v));
        }

        #[test]
        fn an_item_is_passed_over_whole(v in any_value()) {
            let bytes = v.encode();
            let mut r = Reader::new(&bytes);
            prop_assert_eq!(r.skip().and_then(|()| r.end()), Ok(()));
        }

        #[test]
        fn what_decodes_encodes_to_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(v) = Value::decode(&bytes) {
                prop_assert_eq!(v.encode(), bytes);
            }
        }
    }
}
