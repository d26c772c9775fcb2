//! A member: a person of the organisation. One role each; a member need not have a device (rule 8a).

use std::collections::BTreeMap;

use super::{Access, Change, Field, Kind, Merge, Type};
use crate::{
    entry::Held,
    fold::Book,
    judge::{Stop, member_of},
    policy::Role,
    value::{Key, Value},
};

/// Name.
pub const NAME: &str = "name";
/// Role.
pub const ROLE: &str = "role";
/// The member's own projects. Whether they exist is not asked: every client judges this kind, and not all see all projects.
pub const PROJECTS: &str = "projects";

/// The kind.
pub const KIND: Kind = Kind {
    name: "member",
    access: Access::Organisation,
    fields: &[
        Field::new(NAME, Type::Text(200)).first().search(),
        Field::new(ROLE, Type::Choice(Role::NAMES)).first(),
        Field::new(PROJECTS, Type::Id).merge(Merge::Set),
    ],
    concerns: None,
    title: NAME,
    rules,
    sample,
};

/// Nobody changes their own role: so an administrator is always left (the last one has nobody to be replaced by).
fn rules(book: &mut dyn Book, change: &Change<'_>) -> Result<(), Stop> {
    if change.before.is_some() && change.field(ROLE).is_some() {
        let own = member_of(book, &change.device)?.is_some_and(|m| Some(m) == change.record.uuid());
        if own {
            return Err(Stop::Held(Held::invalid(ROLE, "own")));
        }
    }
    Ok(())
}

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([(Key::from(NAME), Value::from("Teo")), (Key::from(ROLE), Value::from("worker"))])
}
