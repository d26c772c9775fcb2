//! A note: text about a project, with remarks that nobody can overwrite.

use std::collections::BTreeMap;

use super::{Access, Field, Kind, Merge, Type, no_rules};
use crate::value::{Key, Value};

/// The text.
pub const TEXT: &str = "text";
/// Labels.
pub const TAGS: &str = "tags";
/// Remarks, all kept in order.
pub const REMARKS: &str = "remarks";

/// The kind.
pub const KIND: Kind = Kind {
    name: "note",
    access: Access::Site,
    fields: &[
        Field::new(TEXT, Type::Text(10_000)).first().search(),
        Field::new(TAGS, Type::Text(100)).merge(Merge::Set).search(),
        Field::new(REMARKS, Type::Text(2000)).merge(Merge::Append).search(),
    ],
    concerns: None,
    title: TEXT,
    rules: no_rules,
    sample,
};

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([(Key::from(TEXT), Value::from("Concrete arrives at two"))])
}
