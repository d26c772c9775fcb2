//! A crew: who is expected on a project, under whom, on which days and from when on.

use std::collections::BTreeMap;

use super::{Access, Field, Kind, Merge, Type, no_rules};
use crate::value::{Key, Value};

/// Name.
pub const NAME: &str = "name";
/// Who leads it.
pub const FOREMAN: &str = "foreman";
/// Who belongs to it.
pub const MEMBERS: &str = "members";
/// When it is expected, in minutes after midnight by the clock on the project's wall.
pub const STARTS: &str = "starts";
/// The days of the week on which it is expected.
pub const DAYS: &str = "days";

/// Days of the week, Monday first.
pub const WEEKDAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The kind.
pub const KIND: Kind = Kind {
    name: "crew",
    access: Access::Site,
    fields: &[
        Field::new(NAME, Type::Text(200)).first().search(),
        Field::new(FOREMAN, Type::Ref("member")),
        Field::new(MEMBERS, Type::Id).merge(Merge::Set),
        Field::new(STARTS, Type::Int(0, 1439)),
        Field::new(DAYS, Type::Choice(WEEKDAYS)).merge(Merge::Set),
    ],
    concerns: None,
    title: NAME,
    rules: no_rules,
    sample,
};

fn sample() -> BTreeMap<Key, Value> {
    let add = |items: Vec<Value>| Value::map([("+", Value::List(items))]);
    BTreeMap::from([
        (Key::from(NAME), Value::from("Deck crew")),
        (Key::from(MEMBERS), add(vec![Value::from(crate::Uuid::v7(1_790_000_000_000, [7; 10]))])),
        (Key::from(STARTS), Value::Int(7 * 60)),
        (Key::from(DAYS), add(["mon", "tue", "wed", "thu", "fri"].map(Value::from).to_vec())),
    ])
}
