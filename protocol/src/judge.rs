//! The judge: the outcome of an action, from the state before it. Rules come before rights; an admit waives rights only.
//!
//! Run by the server for every entry, by each client for Organisation entries, and for all others by whoever sees everything
//! and by the verifier (spine rule 6). Part of the numbered rule set: never changed once released.

use std::collections::BTreeSet;

use crate::{
    action::{Action, TIME},
    entry::{Held, Outcome},
    fault::Fault,
    fold::{Book, Record},
    id::{DeviceId, RecordId, Uuid},
    policy::{self, Actor, Resource, Role, Subject, Verb},
    record::{self, Access, Change, Kind, check_fields, device, member},
    value::Value,
};

/// Why judging stops before the end: the action is held, or the store failed.
#[derive(Debug)]
pub enum Stop {
    /// The action is held.
    Held(Held),
    /// The book could not be read.
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

fn held<T>(field: &str, reason: &str) -> Result<T, Stop> {
    Err(Stop::Held(Held::invalid(field, reason)))
}

/// The outcome of `action` when it is received at `received`, judged by rule set [`crate::entry::RULES`].
pub fn judge(book: &mut dyn Book, action: &Action, received: i64) -> Result<Outcome, Fault> {
    let verdict = match action.admits() {
        Some(cited) => admits(book, action, &cited),
        None => allowed(book, action, received),
    };
    match verdict {
        Ok(()) => Ok(Outcome::Applied),
        Err(Stop::Held(held)) => Ok(Outcome::Held(held)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

fn allowed(book: &mut dyn Book, action: &Action, received: i64) -> Result<(), Stop> {
    if book.logged(action)? {
        return Err(Stop::Held(Held::Duplicate));
    }
    let kind = valid(book, action, received)?;
    same_member(book, action)?;
    if action.begins() || action.enrols() || kind.name == "deposit" {
        return Ok(()); // Judged by hash, countersignature and server key: `valid` did.
    }
    right(book, action, kind)
}

/// An administrator's word that a held action takes effect: rights are waived, rules are not (rule 11).
fn admits(book: &mut dyn Book, action: &Action, cited: &crate::Hash) -> Result<(), Stop> {
    if book.logged(action)? {
        return Err(Stop::Held(Held::Duplicate));
    }
    let Some(entry) = book.held(cited)? else { return Err(Stop::Held(Held::NotFound)) };
    let (header, theirs) = (action.header(), entry.action.header());
    if (&header.kind, &header.record, &header.project) != (&theirs.kind, &theirs.record, &theirs.project) {
        return held("cites", "record");
    }
    if action.body().record_fields().next().is_some() {
        return held("fields", "admit");
    }
    timed(action)?;
    if entry.action.admits().is_some() {
        return held("cites", "admit");
    }
    valid(book, &entry.action, entry.received)?;
    same_member(book, &entry.action)?;
    same_member(book, action)?;
    match acting(book, &header.device)?.role {
        Role::Administrator => Ok(()),
        _ => Err(Stop::Held(Held::Denied)),
    }
}

/// The rules: what must hold whoever acts.
fn valid(book: &mut dyn Book, action: &Action, received: i64) -> Result<&'static Kind, Stop> {
    let header = action.header();
    let Some(kind) = record::kind(&header.kind) else { return held("kind", "unknown") };
    let keyed = matches!(kind.name, "organisation" | "device");
    if keyed != matches!(header.record, RecordId::Key(_)) {
        return held("record", "type");
    }
    let known = book.record(&header.record)?;
    if let Some(known) = &known {
        if known.kind != header.kind {
            return held("record", "kind");
        }
        if known.project != header.project {
            return held("project", "fixed");
        }
    }
    project(book, kind, action)?;
    if kind.name != "deposit" {
        timed(action)?;
    }
    let before = known.as_deref().filter(|r| r.exists());
    let change = Change {
        before,
        record: header.record,
        project: header.project,
        device: header.device,
        sequence: header.sequence,
        organisation: action.organisation(),
        body: action.body(),
        received,
        generation: header.seen.generation,
    };
    check_fields(book, kind, &change)?;
    if let (Some(concerns), Some(known)) = (kind.concerns, &known)
        && let Some(value) = change.field(concerns)
        && value.id().and_then(|id| id.uuid()) != known.concerns
    {
        return held(concerns, "fixed");
    }
    (kind.rules)(book, &change)?;
    Ok(kind)
}

/// Organisation kinds belong to no project, all others to one that exists.
fn project(book: &mut dyn Book, kind: &Kind, action: &Action) -> Result<(), Stop> {
    match (kind.access, action.header().project) {
        (Access::Organisation, None) => Ok(()),
        (Access::Organisation, Some(_)) => held("project", "unknown"),
        (_, None) => held("project", "missing"),
        (_, Some(_)) if kind.name == "project" => Ok(()),
        (_, Some(project)) => {
            let record = book.record(&RecordId::from(project))?;
            match record.is_some_and(|r| r.exists() && r.kind == "project") {
                true => Ok(()),
                false => Err(Stop::Held(Held::NotFound)),
            }
        }
    }
}

/// Never a bare timestamp: every action by a person has time evidence (DESIGN section 4).
fn timed(action: &Action) -> Result<(), Stop> {
    match (action.body().field(TIME), action.body().time()) {
        (None, _) => held(TIME, "missing"),
        (Some(_), None) => held(TIME, "type"),
        (Some(_), Some(time)) if !time.valid() => held(TIME, "range"),
        _ => Ok(()),
    }
}

/// Resent work must come from the member who did it (rule 21).
fn same_member(book: &mut dyn Book, action: &Action) -> Result<(), Stop> {
    if action.origin().is_some() {
        let (now, then) = (member_of(book, &action.header().device)?, member_of(book, &action.origin_device())?);
        if now.is_none() || now != then {
            return held("cites", "member");
        }
    }
    Ok(())
}

/// The rights: what this member may do.
fn right(book: &mut dyn Book, action: &Action, kind: &Kind) -> Result<(), Stop> {
    let header = action.header();
    let actor = acting(book, &header.device)?;
    let known = book.record(&header.record)?;
    let before = known.as_deref().filter(|r| r.exists());
    let concerns = match (&known, kind.concerns) {
        (Some(known), _) => known.concerns,
        (None, Some(field)) => action.body().field(field).and_then(|v| v.id()?.uuid()),
        (None, None) => None,
    };
    let subject = match kind.name {
        "member" => {
            let after = subject_after(before, action);
            before.and_then(subject).into_iter().chain(after).collect()
        }
        "device" | "invite" => match concerns {
            Some(member) => book.record(&RecordId::from(member))?.as_deref().and_then(subject).into_iter().collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    let resource = Resource { kind: kind.name, project: header.project, concerns, new: before.is_none(), subject };
    if policy::permits(&actor, Verb::Write, &resource) { Ok(()) } else { Err(Stop::Held(Held::Denied)) }
}

/// Who acts when `device` signs, or why nobody does.
fn acting(book: &mut dyn Book, device: &DeviceId) -> Result<Actor, Stop> {
    if let Some(actor) = actor(book, device)? {
        return Ok(actor);
    }
    let revoked = member_of(book, device)?.is_some();
    Err(Stop::Held(if revoked { Held::Revoked } else { Held::Denied }))
}

/// The member for whom `device` signs, revoked or not.
pub fn member_of(book: &mut dyn Book, device: &DeviceId) -> Result<Option<Uuid>, Fault> {
    let record = book.record(&RecordId::from(*device))?;
    Ok(record.filter(|r| r.kind == device::KIND.name).and_then(|r| r.uuid(device::MEMBER)))
}

/// Who acts when `device` signs; none when it is unknown or revoked.
pub fn actor(book: &mut dyn Book, device: &DeviceId) -> Result<Option<Actor>, Fault> {
    let revoked = book.record(&RecordId::from(*device))?.is_none_or(|r| r.flag(device::REVOKED));
    match member_of(book, device)? {
        Some(member) if !revoked => member_actor(book, member),
        _ => Ok(None),
    }
}

/// The member as an actor.
pub fn member_actor(book: &mut dyn Book, member: Uuid) -> Result<Option<Actor>, Fault> {
    let record = book.record(&RecordId::from(member))?;
    let subject = record.as_deref().and_then(subject);
    Ok(subject.map(|s| Actor { member, role: s.role, projects: s.projects }))
}

fn subject(record: &Record) -> Option<Subject> {
    let role = Role::from_name(record.text(member::ROLE)?)?;
    Some(Subject { role, projects: record.items(member::PROJECTS).filter_map(|v| v.id()?.uuid()).collect() })
}

/// The member as it will be: role written or kept, projects with what is added.
fn subject_after(before: Option<&Record>, action: &Action) -> Option<Subject> {
    let old = before.and_then(subject);
    let written = action.body().field(member::ROLE).and_then(Value::text).and_then(Role::from_name);
    let role = written.or(old.as_ref().map(|s| s.role))?;
    let mut projects: BTreeSet<Uuid> = old.map(|s| s.projects).unwrap_or_default();
    let added = action.body().field(member::PROJECTS).and_then(|v| v.get("+")).and_then(Value::list);
    projects.extend(added.unwrap_or_default().iter().filter_map(|v| v.id()?.uuid()));
    Some(Subject { role, projects })
}

#[cfg(test)]
mod tests;
