//! An invite: the public half of a one-use key, whose secret half travels in a link to the member it is for.

use std::collections::BTreeMap;

use super::{Access, Change, Field, Kind, Type};
use crate::{
    entry::Held,
    fold::Book,
    judge::Stop,
    value::{Key, Value},
};

/// The member who is invited.
pub const MEMBER: &str = "member";
/// Public half of the one-use key.
pub const KEY: &str = "key";
/// Last moment at which the server may log the enrolment, milliseconds since 1970.
pub const EXPIRES: &str = "expires";
/// The device that used it: written by the enrolment's fold, never by an action on the invite.
pub const USED: &str = "used";

/// The kind.
pub const KIND: Kind = Kind {
    name: "invite",
    access: Access::Organisation,
    fields: &[
        Field::new(MEMBER, Type::Ref("member")).first().fixed(),
        Field::new(KEY, Type::Bytes(32)).first().fixed(),
        Field::new(EXPIRES, Type::Int(0, i64::MAX)).first(),
        Field::new(USED, Type::Device),
    ],
    concerns: Some(MEMBER),
    title: EXPIRES,
    rules,
    sample,
};

fn rules(_: &mut dyn Book, change: &Change<'_>) -> Result<(), Stop> {
    if change.field(USED).is_some() { Err(Stop::Held(Held::invalid(USED, "derived"))) } else { Ok(()) }
}

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([
        (Key::from(MEMBER), Value::from(crate::Uuid::v7(1_790_000_000_000, [3; 10]))),
        (Key::from(KEY), Value::from([6; 32])),
        (Key::from(EXPIRES), Value::Int(1_790_086_400_000)),
    ])
}
