//! An absence: days on which a worker is off from a project. Who is off is not missing.

use std::collections::BTreeMap;

use jiff::Unit;

use super::{Access, Change, Field, Kind, Type};
use crate::{
    entry::Held,
    fold::Book,
    hours::day,
    judge::Stop,
    value::{Key, Value},
};

/// The member who is off.
pub const WORKER: &str = "worker";
/// The first day.
pub const FROM: &str = "from";
/// The last day.
pub const TO: &str = "to";
/// Why, as far as the office should know.
pub const WHY: &str = "why";

/// Most days of one absence: whoever asks about a day need not look further back.
pub const MAX_DAYS: i64 = 366;

/// The kind.
pub const KIND: Kind = Kind {
    name: "absence",
    access: Access::Time,
    fields: &[
        Field::new(WORKER, Type::Ref("member")).first().fixed(),
        Field::new(FROM, Type::Day).first(),
        Field::new(TO, Type::Day).first(),
        Field::new(WHY, Type::Text(200)).search(),
    ],
    concerns: Some(WORKER),
    title: FROM,
    rules,
    sample,
};

/// It ends when it begins or later, and within [`MAX_DAYS`].
fn rules(_: &mut dyn Book, change: &Change<'_>) -> Result<(), Stop> {
    let at = |field| change.after(field).and_then(Value::text).and_then(day);
    let days = at(FROM).zip(at(TO)).and_then(|(from, to)| from.until((Unit::Day, to)).ok()).map(|span| span.get_days());
    match days {
        Some(days) if (0..MAX_DAYS).contains(&i64::from(days)) => Ok(()),
        _ => Err(Stop::Held(Held::invalid(TO, "range"))),
    }
}

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([
        (Key::from(WORKER), Value::from(crate::Uuid::v7(1_790_000_000_000, [3; 10]))),
        (Key::from(FROM), Value::from("2026-09-24")),
        (Key::from(TO), Value::from("2026-09-25")),
        (Key::from(WHY), Value::from("Dentist")),
    ])
}
