//! The organisation: its name and the keys that everything else hangs on.
//!
//! Its first entry also makes the founder's member and device (spine rule 3).

use std::collections::BTreeMap;

use super::{Access, Change, Field, Kind, Merge, Type};
use crate::{
    entry::Held,
    fold::Book,
    generation,
    judge::Stop,
    value::{Key, Value},
};

/// Name.
pub const NAME: &str = "name";
/// Public half of the key with which the server signs checkpoints and deposits (rule 9).
pub const SERVER_KEY: &str = "server_key";
/// Public half of the printed recovery key (rule 7a).
pub const RECOVERY_KEY: &str = "recovery_key";
/// Member id of the founder.
pub const FOUNDER: &str = "founder";
/// Restores in effect: written by their fold, never by an action on the organisation.
pub const RESTORES: &str = "restores";
/// Name of the founder.
pub const FOUNDER_NAME: &str = "founder_name";

/// The kind.
pub const KIND: Kind = Kind {
    name: "organisation",
    access: Access::Organisation,
    fields: &[
        Field::new(NAME, Type::Text(200)).first().search(),
        Field::new(SERVER_KEY, Type::Bytes(32)).first(),
        Field::new(RECOVERY_KEY, Type::Bytes(32)).first(),
        Field::new(FOUNDER, Type::Id).first().fixed(),
        Field::new(FOUNDER_NAME, Type::Text(200)).first().fixed(),
        Field::new(RESTORES, Type::Id).merge(Merge::Append),
    ],
    concerns: None,
    title: NAME,
    rules,
    sample,
};

/// There is one organisation in a log: its own first entry. The server's key that a restore named stays, whoever named
/// another before that: the server may have that one no more.
fn rules(book: &mut dyn Book, change: &Change<'_>) -> Result<(), Stop> {
    let held = |field, reason| Err(Stop::Held(Held::invalid(field, reason)));
    if change.field(RESTORES).is_some() {
        return held(RESTORES, "derived");
    }
    if change.before.is_none() && change.record.as_bytes() != change.organisation.0 {
        return held("record", "second");
    }
    if change.field(SERVER_KEY).is_some() && change.generation < generation::current(book, &change.organisation)? {
        return held(SERVER_KEY, "generation");
    }
    Ok(())
}

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([
        (Key::from(NAME), Value::from("Ridge Road Paving")),
        (Key::from(SERVER_KEY), Value::from([1; 32])),
        (Key::from(RECOVERY_KEY), Value::from([2; 32])),
        (Key::from(FOUNDER), Value::from(crate::Uuid::v7(1_790_000_000_000, [3; 10]))),
        (Key::from(FOUNDER_NAME), Value::from("Ana")),
    ])
}
