//! Record kinds: each declared once, in `record/<kind>.rs`, and listed once, in `record_kinds!`.
//!
//! Storage, sync, permissions, search, generic screens and vectors follow from the declaration. Invariants: a released field
//! keeps its meaning and merge rule for ever; a kind's rules read the record and the records it names, nothing else.

use std::collections::BTreeMap;

use crate::{
    action::{Body, REASON},
    entry::Held,
    evidence,
    fold::{Book, Record},
    id::{DeviceId, RecordId, Uuid},
    judge::Stop,
    place::Geofence,
    value::{Key, Value},
};

macro_rules! record_kinds {
    ($($kind:ident),+ $(,)?) => {
        $(pub mod $kind;)+
        /// Every kind that this version knows, in the order of their declaration.
        pub const KINDS: &[&Kind] = &[$(&$kind::KIND),+];
    };
}
record_kinds! {
    organisation, member, device, invite, project, punch, photo, note, deposit, restore, week, crew, absence,
}

/// The kind called `name`, if this version knows it.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|k| k.name == name)
}

/// Who may see and write a kind; `policy` has the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Visible to every member, judged by every client (rules 5 and 6).
    Organisation,
    /// The site's own records: project, photo, note, deposit, crew.
    Site,
    /// Time worked: punch, week, absence.
    Time,
}

/// A kind of record.
#[derive(Debug)]
pub struct Kind {
    /// Its name in headers.
    pub name: &'static str,
    /// Who may see it.
    pub access: Access,
    /// Its fields.
    pub fields: &'static [Field],
    /// The field that names the member whom a record concerns.
    pub concerns: Option<&'static str>,
    /// The field that a list shows.
    pub title: &'static str,
    /// What holds beyond the fields' own declarations.
    pub rules: fn(&mut dyn Book, &Change<'_>) -> Result<(), Stop>,
    /// Fields of an example, for vectors and screens.
    pub sample: fn() -> BTreeMap<Key, Value>,
}

/// How writes to a field come together, in order of position (rules 15 and 16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// The last writer shows; values that it had not seen stay flagged.
    Last,
    /// The largest stays.
    Max,
    /// A set: writes are `{"+": [...], "-": [...]}`.
    Set,
    /// Every value, in order.
    Append,
}

/// What a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text of at most so many bytes, without control characters but tab and newline.
    Text(usize),
    /// A whole number within these bounds.
    Int(i64, i64),
    /// True or false.
    Bool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Exactly so many bytes: keys, hashes, signatures.
    Bytes(usize),
    /// A device's public key.
    Device,
    /// A UUID; whether there is a record of that name is not asked.
    Id,
    /// A record of this kind that exists.
    Ref(&'static str),
    /// When: the moment of the action or one typed by hand. Folds to an interval.
    Moment,
    /// Where.
    Place,
    /// A circle or an outline.
    Geofence,
    /// An IANA time zone.
    Zone,
    /// A day of the calendar, `2026-12-10`, of the years 2000 to 2199.
    Day,
}

/// A field of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in bodies.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// How writes come together.
    pub merge: Merge,
    /// The record's first action must have it.
    pub first: bool,
    /// Only the record's first action may have it.
    pub fixed: bool,
    /// Changing it later owes a reason.
    pub owes_reason: bool,
    /// Full-text search finds it.
    pub search: bool,
}

impl Field {
    /// A last-writer field.
    pub const fn new(name: &'static str, ty: Type) -> Field {
        Field { name, ty, merge: Merge::Last, first: false, fixed: false, owes_reason: false, search: false }
    }
    /// With another merge rule.
    pub const fn merge(mut self, merge: Merge) -> Field {
        self.merge = merge;
        self
    }
    /// Required in the first action.
    pub const fn first(mut self) -> Field {
        self.first = true;
        self
    }
    /// Never changed after the first action.
    pub const fn fixed(mut self) -> Field {
        self.fixed = true;
        self
    }
    /// Changing it owes a reason.
    pub const fn owes_reason(mut self) -> Field {
        self.owes_reason = true;
        self
    }
    /// Found by search.
    pub const fn search(mut self) -> Field {
        self.search = true;
        self
    }
}

/// Hides a record, with a reason; writing false shows it again. Every kind but Organisation kinds has it (DESIGN section 4).
pub const WITHDRAWN: Field = Field::new("withdrawn", Type::Bool).owes_reason();

/// Most members of a set or list in one write.
pub const MAX_ITEMS: usize = 500;

impl Kind {
    /// The fields, with [`WITHDRAWN`] where the kind has it.
    pub fn all_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain((self.access != Access::Organisation).then_some(&WITHDRAWN))
    }

    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.all_fields().find(|f| f.name == name)
    }
}

/// A change that is being judged, for a kind's rules.
#[derive(Debug)]
pub struct Change<'a> {
    /// The record's folded state; none when nothing of it was applied yet.
    pub before: Option<&'a Record>,
    /// The record.
    pub record: RecordId,
    /// Its project.
    pub project: Option<Uuid>,
    /// The device that signs.
    pub device: DeviceId,
    /// Sequence in the device's chain.
    pub sequence: u64,
    /// The organisation.
    pub organisation: crate::OrganisationId,
    /// The body.
    pub body: &'a Body,
    /// When the server received it.
    pub received: i64,
    /// Generation of the log that its author had seen.
    pub generation: u64,
}

impl Change<'_> {
    /// The value written to `field`.
    pub fn field(&self, field: &str) -> Option<&Value> {
        self.body.field(field)
    }
    /// The value that `field` will have: the one written, else the one it has.
    pub fn after(&self, field: &str) -> Option<&Value> {
        self.field(field).or_else(|| self.before?.value(field))
    }
}

/// A kind without rules of its own.
pub fn no_rules(_: &mut dyn Book, _: &Change<'_>) -> Result<(), Stop> {
    Ok(())
}

/// Checks the fields of `change` against the declarations of `kind`.
pub(crate) fn check_fields(book: &mut dyn Book, kind: &Kind, change: &Change<'_>) -> Result<(), Stop> {
    let invalid = |field: &str, reason: &str| Err(Stop::Held(Held::invalid(field, reason)));
    let mut empty = true;
    for (name, value) in change.body.record_fields() {
        empty = false;
        let Some(field) = kind.field(name) else { return invalid(name, "unknown") };
        if change.before.is_some() {
            // Two devices may make one record, each for itself: what says again what is there changes nothing. Of the
            // organisation's kinds first actions do more than they write, so there is one.
            let again = kind.access != Access::Organisation
                && change.before.and_then(|before| before.value(name)) == Some(value);
            if field.fixed && !again {
                return invalid(name, "fixed");
            }
            if field.owes_reason && change.body.reason().is_none_or(|r| r.trim().is_empty()) {
                return invalid(REASON, "missing");
            }
        }
        match field.merge {
            Merge::Set => check_set(book, field, value)?,
            Merge::Last if *value == Value::Null && field.ty != Type::Moment => {
                if field.first || field.fixed {
                    return invalid(name, "missing");
                }
            }
            _ => check_value(book, field, value)?,
        }
    }
    if empty {
        return invalid("fields", "missing");
    }
    if let Some(reason) = change.body.field(REASON)
        && !reason.text().is_some_and(|t| text_fits(t, 1000))
    {
        return invalid(REASON, "text");
    }
    if change.before.is_none()
        && let Some(missing) = kind.fields.iter().find(|f| f.first && change.field(f.name).is_none())
    {
        return invalid(missing.name, "missing");
    }
    Ok(())
}

fn check_set(book: &mut dyn Book, field: &Field, value: &Value) -> Result<(), Stop> {
    let Value::Map(change) = value else { return Err(Stop::Held(Held::invalid(field.name, "type"))) };
    for (sign, items) in change {
        let (Some(items), "+" | "-") = (items.list(), sign.0.as_str()) else {
            return Err(Stop::Held(Held::invalid(field.name, "type")));
        };
        if items.len() > MAX_ITEMS {
            return Err(Stop::Held(Held::invalid(field.name, "length")));
        }
        for item in items {
            check_value(book, field, item)?;
        }
    }
    Ok(())
}

fn check_value(book: &mut dyn Book, field: &Field, value: &Value) -> Result<(), Stop> {
    let check = |ok: Option<bool>, reason: &str| match ok {
        Some(true) => Ok(()),
        Some(false) => Err(Stop::Held(Held::invalid(field.name, reason))),
        None => Err(Stop::Held(Held::invalid(field.name, "type"))),
    };
    match field.ty {
        Type::Text(max) => check(value.text().map(|t| text_fits(t, max)), "text"),
        Type::Int(min, max) => check(value.int().map(|i| (min..=max).contains(&i)), "range"),
        Type::Bool => check(matches!(value, Value::Bool(_)).then_some(true), "type"),
        Type::Choice(words) => check(value.text().map(|t| words.contains(&t)), "unknown"),
        Type::Bytes(n) => check(value.bytes().map(|b| b.len() == n), "length"),
        Type::Device => check(value.bytes().map(|b| b.len() == 32), "length"),
        Type::Id => check(value.id().map(|id| id.uuid().is_some()), "type"),
        Type::Ref(kind) => {
            let Some(id) = value.id() else { return check(None, "type") };
            let there = book.record(&id)?.is_some_and(|r| r.exists() && r.kind == kind);
            check(Some(there), "not_found")
        }
        Type::Moment => check(evidence::moment_from(value).map(|m| m.valid()), "range"),
        Type::Place => check(evidence::place_from(value).map(|p| p.validate().is_ok()), "range"),
        Type::Geofence => check(evidence::geofence_from(value).map(|g: Geofence| g.validate().is_ok()), "range"),
        Type::Zone => check(value.text().map(|t| crate::hours::zone(t).is_ok()), "unknown"),
        Type::Day => check(value.text().map(|t| crate::hours::day(t).is_some()), "range"),
    }
}

/// At most `max` bytes and no control characters but tab and newline.
fn text_fits(text: &str, max: usize) -> bool {
    text.len() <= max && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_well_declared() {
        for kind in KINDS {
            assert_eq!(super::kind(kind.name).map(|k| k.name), Some(kind.name), "one kind a name");
            assert!(kind.field(kind.title).is_some(), "{}: title", kind.name);
            if let Some(concerns) = kind.concerns {
                let field = kind.field(concerns).unwrap();
                assert!(field.first && field.fixed, "{}: whom it concerns never changes", kind.name);
            }
            for (name, _) in (kind.sample)() {
                assert!(kind.field(&name.0).is_some(), "{}.{}", kind.name, name.0);
            }
        }
    }
}
