//! A project: a job site with its time zone, fence and classifications. A project is its own project in headers.

use std::collections::BTreeMap;

use super::{Access, Change, Field, Kind, Merge, Type};
use crate::{
    entry::Held,
    evidence,
    fold::Book,
    judge::Stop,
    place::Geofence,
    value::{Key, Value},
};

/// Name.
pub const NAME: &str = "name";
/// The contract's number or code.
pub const NUMBER: &str = "number";
/// IANA time zone by which its days are counted.
pub const ZONE: &str = "zone";
/// Where punches are expected.
pub const GEOFENCE: &str = "geofence";
/// The site's outline, for the plan.
pub const OUTLINE: &str = "outline";
/// Classifications of work, as the wage determination names them.
pub const CLASSIFICATIONS: &str = "classifications";

/// The kind.
pub const KIND: Kind = Kind {
    name: "project",
    access: Access::Site,
    fields: &[
        Field::new(NAME, Type::Text(200)).first().search(),
        Field::new(NUMBER, Type::Text(100)).search(),
        Field::new(ZONE, Type::Zone).first(),
        Field::new(GEOFENCE, Type::Geofence),
        Field::new(OUTLINE, Type::Geofence),
        Field::new(CLASSIFICATIONS, Type::Text(100)).merge(Merge::Set),
    ],
    concerns: None,
    title: NAME,
    rules,
    sample,
};

fn rules(_: &mut dyn Book, change: &Change<'_>) -> Result<(), Stop> {
    if change.record.uuid() != change.project { Err(Stop::Held(Held::invalid("project", "own"))) } else { Ok(()) }
}

fn sample() -> BTreeMap<Key, Value> {
    let fence = Geofence::Circle { lat_e7: 407_128_000, lon_e7: -740_060_000, radius_cm: 15_000 };
    BTreeMap::from([
        (Key::from(NAME), Value::from("Ridge Road bridge")),
        (Key::from(ZONE), Value::from("America/New_York")),
        (Key::from(GEOFENCE), evidence::geofence_to(&fence)),
        (Key::from(CLASSIFICATIONS), Value::map([("+", Value::List(vec![Value::from("Laborer")]))])),
    ])
}
