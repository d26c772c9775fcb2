//! A punch: one moment of a worker's time. Shifts and hours are derived (`hours`).

use std::collections::BTreeMap;

use super::{Access, Change, Field, Kind, Type, project};
use crate::{
    entry::Held,
    fold::Book,
    id::RecordId,
    judge::Stop,
    value::{Key, Value},
};

/// The member whose time it is.
pub const WORKER: &str = "worker";
/// What happened: in, out, start or end of a break, switch of classification.
pub const WHAT: &str = "what";
/// When.
pub const AT: &str = "at";
/// Classification of the work that begins.
pub const CLASSIFICATION: &str = "classification";
/// Where.
pub const PLACE: &str = "place";

/// What may happen.
pub const WHATS: &[&str] = &["in", "out", "break_start", "break_end", "switch"];

/// The kind.
pub const KIND: Kind = Kind {
    name: "punch",
    access: Access::Time,
    fields: &[
        Field::new(WORKER, Type::Ref("member")).first().fixed(),
        Field::new(WHAT, Type::Choice(WHATS)).first().owes_reason(),
        Field::new(AT, Type::Moment).first().owes_reason(),
        // Not for search: punches are found by person and day, and the classification is the project's word.
        Field::new(CLASSIFICATION, Type::Text(100)).owes_reason(),
        Field::new(PLACE, Type::Place).owes_reason(),
    ],
    concerns: Some(WORKER),
    title: WHAT,
    rules,
    sample,
};

/// A classification is one of its project's, and a switch names one.
fn rules(book: &mut dyn Book, change: &Change<'_>) -> Result<(), Stop> {
    if let (Some(classification), Some(project)) = (change.field(CLASSIFICATION), change.project)
        && *classification != Value::Null
    {
        let project = book.record(&RecordId::from(project))?;
        if !project.is_some_and(|p| p.contains(project::CLASSIFICATIONS, classification)) {
            return Err(Stop::Held(Held::invalid(CLASSIFICATION, "unknown")));
        }
    }
    let switch = change.after(WHAT).and_then(Value::text) == Some("switch");
    if switch && change.after(CLASSIFICATION).is_none_or(|c| *c == Value::Null) {
        return Err(Stop::Held(Held::invalid(CLASSIFICATION, "missing")));
    }
    Ok(())
}

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([
        (Key::from(WORKER), Value::from(crate::Uuid::v7(1_790_000_000_000, [3; 10]))),
        (Key::from(WHAT), Value::from("in")),
        (Key::from(AT), Value::Null),
    ])
}
