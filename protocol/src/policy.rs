//! Who may do what: the grid of spine rule 8a, as data.
//!
//! Invariants: who may write may read; nothing is allowed that no row of [`GRID`] allows; the numbered policy is part of the
//! rule set and, once released, never changes (rule 4).

use std::collections::BTreeSet;

use crate::{
    action,
    id::{Hash, Uuid},
    value::Writer,
};

use Role::{Administrator, Foreman, Manager, Worker};
use Scope::{All, NotAdministrators, Nothing, Own, OwnInProjects, Projects, ProjectsOrOwn, WorkersInProjects};

/// Number of this policy; part of the visibility tag (rule 17).
pub const POLICY: u64 = 1;

/// What a member is in the organisation. One role each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Everything.
    Administrator,
    /// Everything but the organisation itself and administrators.
    Manager,
    /// Own projects: everything but the project's record; takes on workers there.
    Foreman,
    /// Own projects: reads the site, writes photographs, notes and own punches.
    Worker,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Administrator, Manager, Foreman, Worker];
    /// Their names as they stand in a member's `role`.
    pub const NAMES: &'static [&'static str] = &["administrator", "manager", "foreman", "worker"];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Administrator => "administrator",
            Manager => "manager",
            Foreman => "foreman",
            Worker => "worker",
        }
    }

    /// The role called `name`.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// Reading or writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// To see it.
    Read,
    /// To change it.
    Write,
}

/// Which records of a kind a role reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// None.
    Nothing,
    /// Those that concern the actor.
    Own,
    /// Those that concern the actor, in own projects.
    OwnInProjects,
    /// Those in own projects.
    Projects,
    /// Those in own projects, and those that concern the actor.
    ProjectsOrOwn,
    /// New workers in own projects, or (invites) for workers all of whose projects are own ones.
    WorkersInProjects,
    /// Those that are not about an administrator, and own ones.
    NotAdministrators,
    /// All.
    All,
}

/// One row of the grid.
#[derive(Debug, Clone, Copy)]
pub struct Grant {
    /// Who.
    pub role: Role,
    /// Kind of record.
    pub kind: &'static str,
    /// What they may see.
    pub read: Scope,
    /// What they may change.
    pub write: Scope,
}

const fn grant(role: Role, kind: &'static str, read: Scope, write: Scope) -> Grant {
    Grant { role, kind, read, write }
}

/// The grid. Enrolments are judged by their countersignature and deposits by the server's key, not by this.
pub const GRID: &[Grant] = &[
    grant(Administrator, "organisation", All, All),
    grant(Administrator, "member", All, All),
    grant(Administrator, "device", All, All),
    grant(Administrator, "invite", All, All),
    grant(Administrator, "project", All, All),
    grant(Administrator, "punch", All, All),
    grant(Administrator, "photo", All, All),
    grant(Administrator, "note", All, All),
    grant(Administrator, "deposit", All, Nothing),
    grant(Administrator, "restore", All, All),
    grant(Administrator, "week", All, All),
    grant(Administrator, "crew", All, All),
    grant(Administrator, "absence", All, All),
    grant(Manager, "organisation", All, Nothing),
    grant(Manager, "member", All, NotAdministrators),
    grant(Manager, "device", All, NotAdministrators),
    grant(Manager, "invite", All, NotAdministrators),
    grant(Manager, "project", All, All),
    grant(Manager, "punch", All, All),
    grant(Manager, "photo", All, All),
    grant(Manager, "note", All, All),
    grant(Manager, "deposit", All, Nothing),
    grant(Manager, "restore", All, Nothing),
    grant(Manager, "week", All, All),
    grant(Manager, "crew", All, All),
    grant(Manager, "absence", All, All),
    grant(Foreman, "organisation", All, Nothing),
    grant(Foreman, "member", All, WorkersInProjects),
    grant(Foreman, "device", All, Own),
    grant(Foreman, "invite", All, WorkersInProjects),
    grant(Foreman, "project", Projects, Nothing),
    grant(Foreman, "punch", ProjectsOrOwn, Projects),
    grant(Foreman, "photo", Projects, Projects),
    grant(Foreman, "note", Projects, Projects),
    grant(Foreman, "deposit", Projects, Nothing),
    grant(Foreman, "restore", All, Nothing),
    grant(Foreman, "week", ProjectsOrOwn, Projects),
    grant(Foreman, "crew", Projects, Projects),
    grant(Foreman, "absence", ProjectsOrOwn, Projects),
    grant(Worker, "organisation", All, Nothing),
    grant(Worker, "member", All, Nothing),
    grant(Worker, "device", All, Own),
    grant(Worker, "invite", All, Nothing),
    grant(Worker, "project", Projects, Nothing),
    grant(Worker, "punch", Own, OwnInProjects),
    grant(Worker, "photo", Projects, Projects),
    grant(Worker, "note", Projects, Projects),
    grant(Worker, "deposit", Projects, Nothing),
    grant(Worker, "restore", All, Nothing),
    grant(Worker, "week", Own, OwnInProjects),
    grant(Worker, "crew", Projects, Nothing),
    grant(Worker, "absence", Own, OwnInProjects),
];

/// Who acts: a member with role and own projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The member.
    pub member: Uuid,
    /// Its role.
    pub role: Role,
    /// Its own projects.
    pub projects: BTreeSet<Uuid>,
}

/// What is acted upon.
#[derive(Debug, Clone, Default)]
pub struct Resource<'a> {
    /// Kind of record.
    pub kind: &'a str,
    /// Its project.
    pub project: Option<Uuid>,
    /// Whom it concerns.
    pub concerns: Option<Uuid>,
    /// True when the record is being made.
    pub new: bool,
    /// For member, device and invite: the member it is about, before and after the change.
    pub subject: Vec<Subject>,
}

/// A member that a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its role.
    pub role: Role,
    /// Its projects.
    pub projects: BTreeSet<Uuid>,
}

/// True when `actor` may do `verb` to `resource`.
pub fn permits(actor: &Actor, verb: Verb, resource: &Resource<'_>) -> bool {
    let row = GRID.iter().find(|g| g.role == actor.role && g.kind == resource.kind);
    let scope = match (row, verb) {
        (Some(row), Verb::Read) => row.read,
        (Some(row), Verb::Write) => row.write,
        // A kind of a newer version: only those see it who see everything.
        (None, Verb::Read) if matches!(actor.role, Administrator | Manager) => All,
        (None, _) => Nothing,
    };
    let own = resource.concerns == Some(actor.member);
    let here = resource.project.is_some_and(|p| actor.projects.contains(&p));
    match scope {
        Nothing => false,
        Own => own,
        OwnInProjects => own && here,
        Projects => here,
        ProjectsOrOwn => here || own,
        WorkersInProjects => {
            let theirs =
                |s: &Subject| s.role == Worker && !s.projects.is_empty() && s.projects.is_subset(&actor.projects);
            resource.new && !resource.subject.is_empty() && resource.subject.iter().all(theirs)
        }
        NotAdministrators => own || resource.subject.iter().all(|s| s.role != Administrator),
        All => true,
    }
}

/// True when `actor` may see records of this kind, project and concern.
pub fn sees(actor: &Actor, kind: &str, project: Option<Uuid>, concerns: Option<Uuid>) -> bool {
    permits(actor, Verb::Read, &Resource { kind, project, concerns, ..Resource::default() })
}

/// True when `actor` sees every record whatever its project.
pub fn sees_all(actor: &Actor) -> bool {
    GRID.iter().filter(|g| g.role == actor.role).all(|g| g.read == All)
}

/// The tag of what an actor may see: SHA-256 of `[role, [project, ...], policy]` (rule 17). Another tag: pull from 0.
pub fn tag(actor: &Actor) -> Hash {
    let mut w = Writer::default();
    w.list(3).text(actor.role.name()).list(actor.projects.len());
    for project in &actor.projects {
        w.bytes(project.as_bytes());
    }
    w.uint(POLICY);
    action::hash(&w.0)
}

/// The grid as text, one row a line: committed and reviewed as a file.
pub fn grid() -> String {
    let mut out = format!("# Policy {POLICY}: what each role may read and write\n");
    for row in GRID {
        let line = format!(
            "{:<14} {:<13} read {:<14} write {:?}",
            row.role.name(),
            row.kind,
            format!("{:?}", row.read),
            row.write
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_row_for_every_kind_and_may_read_what_it_may_write() {
        for role in Role::ALL {
            for kind in crate::record::KINDS {
                let rows: Vec<_> = GRID.iter().filter(|g| g.role == role && g.kind == kind.name).collect();
                let [row] = rows[..] else { panic!("{role:?} {}: {} rows", kind.name, rows.len()) };
                let covered = match row.write {
                    Nothing => true,
                    OwnInProjects => matches!(row.read, Own | OwnInProjects | ProjectsOrOwn | All),
                    Projects => matches!(row.read, Projects | ProjectsOrOwn | All),
                    _ => row.read == All,
                };
                assert!(covered, "{role:?} writes {} unseen", kind.name);
            }
        }
    }

    #[test]
    fn a_foreman_takes_on_workers_of_own_projects_only() {
        let [here, there] = [1, 2].map(|i| Uuid::v7(i, [0; 10]));
        let actor = Actor { member: Uuid::v7(9, [0; 10]), role: Foreman, projects: BTreeSet::from([here]) };
        let may = |role, projects: &[Uuid], new| {
            let subject = vec![Subject { role, projects: projects.iter().copied().collect() }];
            permits(&actor, Verb::Write, &Resource { kind: "member", new, subject, ..Resource::default() })
        };
        assert!(may(Worker, &[here], true));
        assert!(!may(Worker, &[here], false), "an existing member is not a foreman's to change");
        assert!(!may(Worker, &[], true));
        assert!(!may(Worker, &[here, there], true));
        assert!(!may(Foreman, &[here], true));
    }
}
