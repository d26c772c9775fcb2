//! A week of one worker on one project: that the worker agrees to its hours, that somebody in charge does, or a dispute.
//!
//! Hours are derived and may change after a signature, so it says which seconds it agrees to; what the signer had seen is
//! pinned by `seen` of the header. The record id follows from project, worker and Monday: two devices never make two.

use std::collections::BTreeMap;

use jiff::{
    civil::{Date, Weekday},
    tz::TimeZone,
};
use sha2::{Digest, Sha256};

use super::{Access, Change, Field, Kind, Type};
use crate::{
    entry::Held,
    fold::Book,
    hours::day,
    id::{RecordId, Uuid},
    judge::{Stop, member_actor, member_of},
    policy::Role,
    value::{Key, Value},
};

/// The member whose hours they are.
pub const WORKER: &str = "worker";
/// The Monday.
pub const FROM: &str = "from";
/// Seconds of work that the worker signed for.
pub const SIGNED: &str = "signed";
/// Seconds of work that were approved.
pub const APPROVED: &str = "approved";
/// What the worker says is wrong.
pub const DISPUTED: &str = "disputed";

/// Most seconds of a week: 26 hours a day, as a day may have 25 and a worker may be on two projects at once.
const MAX_SECONDS: i64 = 7 * 26 * 3600;

/// The kind.
pub const KIND: Kind = Kind {
    name: "week",
    access: Access::Time,
    fields: &[
        Field::new(WORKER, Type::Ref("member")).first().fixed(),
        Field::new(FROM, Type::Day).first().fixed(),
        Field::new(SIGNED, Type::Int(0, MAX_SECONDS)),
        Field::new(APPROVED, Type::Int(0, MAX_SECONDS)),
        Field::new(DISPUTED, Type::Text(2000)).search(),
    ],
    concerns: Some(WORKER),
    title: FROM,
    rules,
    sample,
};

/// Id of the week of `worker` on `project` that begins on `monday`: a UUIDv7 of that day's first millisecond UTC over
/// SHA-256("plumbline/week/1\n" || project || worker || day as text).
pub fn record_of(project: &Uuid, worker: &Uuid, monday: Date) -> Uuid {
    let digest = Sha256::new()
        .chain_update(b"plumbline/week/1\n")
        .chain_update(project.as_bytes())
        .chain_update(worker.as_bytes())
        .chain_update(monday.to_string())
        .finalize();
    let mut random = [0; 10];
    random.iter_mut().zip(digest).for_each(|(r, d)| *r = d);
    Uuid::v7(first_millisecond(monday), random)
}

/// The first millisecond of `day` in UTC.
pub fn first_millisecond(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).map_or(0, |midnight| midnight.timestamp().as_millisecond())
}

/// Nobody signs or disputes for another, and a foreman does not approve their own hours.
fn rules(book: &mut dyn Book, change: &Change<'_>) -> Result<(), Stop> {
    let held = |field: &str, reason: &str| Err(Stop::Held(Held::invalid(field, reason)));
    let worker = change.after(WORKER).and_then(Value::id).and_then(|id| id.uuid());
    let (Some(worker), Some(project)) = (worker, change.project) else { return held(WORKER, "type") };
    let from = change.after(FROM).and_then(Value::text).and_then(day);
    let Some(from) = from.filter(|from| from.weekday() == Weekday::Monday) else { return held(FROM, "monday") };
    if change.record != RecordId::from(record_of(&project, &worker, from)) {
        return held("record", "derived");
    }
    let actor = member_of(book, &change.device)?;
    if let Some(field) = [SIGNED, DISPUTED].into_iter().find(|field| change.field(field).is_some())
        && actor != Some(worker)
    {
        return held(field, "worker");
    }
    let Some(approved) = change.field(APPROVED) else { return Ok(()) };
    let role = match actor {
        Some(actor) => member_actor(book, actor)?.map(|actor| actor.role),
        None => None,
    };
    match role {
        Some(Role::Administrator | Role::Manager) => {}
        Some(Role::Foreman) if actor != Some(worker) => {}
        _ => return held(APPROVED, "role"),
    }
    if *approved != Value::Null && change.after(SIGNED).is_none_or(|signed| *signed == Value::Null) {
        return held(APPROVED, "signed");
    }
    Ok(())
}

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([
        (Key::from(WORKER), Value::from(Uuid::v7(1_790_000_000_000, [3; 10]))),
        (Key::from(FROM), Value::from("2026-09-21")),
        (Key::from(SIGNED), Value::Int(38 * 3600)),
    ])
}

#[cfg(test)]
mod tests;
