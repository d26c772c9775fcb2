//! What Kotlin and Swift have another form for than JSON: paths, maps and pairs of numbers.
//!
//! Invariant: nothing but the form changes; a type of our own derives its form where it is declared.

use std::{collections::BTreeMap, path::PathBuf};

use crate::datum::Datum;

/// The fields of a record by name.
type Fields = BTreeMap<String, Datum>;
/// The values of each field that two members set without knowing of each other.
type Conflicts = BTreeMap<String, Vec<Datum>>;
/// Headers of a request by name.
type Headers = BTreeMap<String, String>;
/// A corner of an outline.
type Corner = (i64, i64);

/// A place on the map, in degrees times 10^7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Point {
    /// Degrees north.
    pub lat_e7: i64,
    /// Degrees east.
    pub lon_e7: i64,
}

uniffi::custom_type!(PathBuf, String, {
    remote,
    lower: |path| path.to_string_lossy().into_owned(),
    try_lift: |text| Ok(PathBuf::from(text)),
});

uniffi::custom_type!(Fields, std::collections::HashMap<String, Datum>, {
    remote,
    lower: |fields| fields.into_iter().collect(),
    try_lift: |fields| Ok(fields.into_iter().collect()),
});

uniffi::custom_type!(Conflicts, std::collections::HashMap<String, Vec<Datum>>, {
    remote,
    lower: |fields| fields.into_iter().collect(),
    try_lift: |fields| Ok(fields.into_iter().collect()),
});

uniffi::custom_type!(Headers, std::collections::HashMap<String, String>, {
    remote,
    lower: |headers| headers.into_iter().collect(),
    try_lift: |headers| Ok(headers.into_iter().collect()),
});

uniffi::custom_type!(Corner, Point, {
    remote,
    lower: |corner| Point { lat_e7: corner.0, lon_e7: corner.1 },
    try_lift: |point| Ok((point.lat_e7, point.lon_e7)),
});
