//! A restore: an administrator's word that a server which lost the end of its log goes on in a new generation.
//!
//! Its first action stands right behind the enrolment of the device that signs it, at the size that it names (spine rule
//! 22); [`crate::generation`] says what follows from it. Later ones list sequences that nobody holds any more (rule 23).

use std::collections::BTreeMap;

use super::{Access, Field, Kind, Merge, Type, no_rules};
use crate::value::{Key, Value};

/// Number of entries that are continued.
pub const BASE: &str = "base";
/// Root over them.
pub const ROOT: &str = "root";
/// The generation that begins: above any before it.
pub const GENERATION: &str = "generation";
/// Public half of the key by which the server signs from here on: the old server may still be running somewhere.
pub const SERVER_KEY: &str = "server_key";
/// A device's public key and, big-endian, a sequence: its chain may go on there across a hole.
pub const LOST: &str = "lost";

/// The kind.
pub const KIND: Kind = Kind {
    name: "restore",
    access: Access::Organisation,
    fields: &[
        Field::new(BASE, Type::Int(1, i64::MAX)).first().fixed(),
        Field::new(ROOT, Type::Bytes(32)).first().fixed(),
        Field::new(GENERATION, Type::Int(1, i64::MAX)).first().fixed(),
        Field::new(SERVER_KEY, Type::Bytes(32)).first().fixed(),
        Field::new(LOST, Type::Bytes(40)).merge(Merge::Append),
    ],
    concerns: None,
    title: GENERATION,
    rules: no_rules,
    sample,
};

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([
        (Key::from(BASE), Value::Int(7)),
        (Key::from(ROOT), Value::from([1; 32])),
        (Key::from(GENERATION), Value::Int(1)),
        (Key::from(SERVER_KEY), Value::from([2; 32])),
    ])
}
