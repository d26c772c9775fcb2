//! A photograph: the hash and circumstances of original bytes, which travel apart and later.

use std::collections::BTreeMap;

use super::{Access, Field, Kind, Merge, Type, no_rules};
use crate::{
    blob,
    value::{Key, Value},
};

/// SHA-256 of the original bytes.
pub const SHA256: &str = "sha256";
/// Length of the original in bytes.
pub const BYTES: &str = "bytes";
/// Format of the original.
pub const MEDIA: &str = "media";
/// Taken by our own camera, or imported: a weaker claim, marked as one.
pub const SOURCE: &str = "source";
/// When it was taken; for an import, when it was imported.
pub const AT: &str = "at";
/// Where.
pub const PLACE: &str = "place";
/// What it shows, in a person's words.
pub const CAPTION: &str = "caption";
/// Labels.
pub const TAGS: &str = "tags";

/// Formats that are taken.
pub const MEDIAS: &[&str] = &["image/jpeg", "image/png", "image/heic"];
/// Where a photograph may come from.
pub const SOURCES: &[&str] = &["camera", "import"];

/// The kind.
pub const KIND: Kind = Kind {
    name: "photo",
    access: Access::Site,
    fields: &[
        Field::new(SHA256, Type::Bytes(32)).first().fixed(),
        Field::new(BYTES, Type::Int(1, blob::MAX_BYTES as i64)).first().fixed(),
        Field::new(MEDIA, Type::Choice(MEDIAS)).first().fixed(),
        Field::new(SOURCE, Type::Choice(SOURCES)).first().fixed(),
        Field::new(AT, Type::Moment).first().owes_reason(),
        Field::new(PLACE, Type::Place).owes_reason(),
        Field::new(CAPTION, Type::Text(2000)).search(),
        Field::new(TAGS, Type::Text(100)).merge(Merge::Set).search(),
    ],
    concerns: None,
    title: CAPTION,
    rules: no_rules,
    sample,
};

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([
        (Key::from(SHA256), Value::from([7; 32])),
        (Key::from(BYTES), Value::Int(4_200_000)),
        (Key::from(MEDIA), Value::from("image/jpeg")),
        (Key::from(SOURCE), Value::from("camera")),
        (Key::from(AT), Value::Null),
        (Key::from(CAPTION), Value::from("Rebar, north abutment")),
    ])
}
