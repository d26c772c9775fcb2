//! Kinds as they are declared: what generic lists, details and forms are drawn from.

use plumbline_protocol::{
    Fault,
    policy::{GRID, Role, Scope},
    record::{self, Access, Field, Kind, Merge, Type},
};
use serde::{Deserialize, Serialize};

use crate::client::{Client, Inner};

/// A kind of record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct KindView {
    /// Its name.
    pub name: String,
    /// Who may see it: `organisation`, `site` or `time`.
    pub access: String,
    /// True when a record of it belongs to a project, which a request to make one names.
    pub project: bool,
    /// The field that a list shows.
    pub title: String,
    /// The field that names the member whom a record concerns.
    pub concerns: Option<String>,
    /// True when this member may write records of it somewhere.
    pub writes: bool,
    /// Its fields. `withdrawn`, which all kinds but those of the organisation have, is not among them.
    pub fields: Vec<FieldView>,
}

/// A field of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// What it holds: `text`, `int`, `bool`, `choice`, `bytes`, `device`, `id`, `ref`, `moment`, `place`, `geofence`, `zone` or
    /// `day`.
    pub form: String,
    /// The least number.
    pub min: Option<i64>,
    /// The greatest number; most bytes of a text; the length of bytes.
    pub max: Option<i64>,
    /// The words of a choice.
    pub choices: Vec<String>,
    /// The kind that a `ref` names.
    pub of: Option<String>,
    /// How writes come together: `last`, `max`, `set` or `append`.
    pub merge: String,
    /// True when a new record must have it.
    pub first: bool,
    /// True when it never changes.
    pub fixed: bool,
    /// True when changing it owes a reason.
    pub owes_reason: bool,
    /// True when search finds it.
    pub search: bool,
}

impl Client {
    /// Every kind that this version knows.
    pub async fn kinds(&self) -> Result<Vec<KindView>, Fault> {
        self.run(|inner| inner.db.read(|c| inner.kinds(c))).await
    }
}

impl Inner {
    fn kinds(&self, c: &crate::db::Tx) -> Result<Vec<KindView>, Fault> {
        let reader = self.reader(c)?;
        let writes =
            |kind: &Kind| reader.as_ref().is_some_and(|actor| writes(actor.role, kind, !actor.projects.is_empty()));
        Ok(record::KINDS.iter().map(|kind| view_of(kind, writes(kind))).collect())
    }
}

/// Whether a role may write records of a kind somewhere, with own projects or without.
fn writes(role: Role, kind: &Kind, projects: bool) -> bool {
    let row = GRID.iter().find(|row| row.role == role && row.kind == kind.name);
    match row.map_or(Scope::Nothing, |row| row.write) {
        Scope::Nothing => false,
        Scope::All | Scope::Own | Scope::NotAdministrators => true,
        Scope::OwnInProjects | Scope::Projects | Scope::ProjectsOrOwn | Scope::WorkersInProjects => projects,
    }
}

fn view_of(kind: &Kind, writes: bool) -> KindView {
    let access = match kind.access {
        Access::Organisation => "organisation",
        Access::Site => "site",
        Access::Time => "time",
    };
    KindView {
        name: kind.name.to_owned(),
        access: access.to_owned(),
        // A project is its own.
        project: kind.access != Access::Organisation && kind.name != record::project::KIND.name,
        title: kind.title.to_owned(),
        concerns: kind.concerns.map(str::to_owned),
        writes,
        fields: kind.fields.iter().map(field).collect(),
    }
}

fn field(field: &Field) -> FieldView {
    let length = |n: usize| Some(i64::try_from(n).unwrap_or(i64::MAX));
    let (form, min, max) = match field.ty {
        Type::Text(max) => ("text", None, length(max)),
        Type::Int(min, max) => ("int", Some(min), Some(max)),
        Type::Bool => ("bool", None, None),
        Type::Choice(_) => ("choice", None, None),
        Type::Bytes(n) => ("bytes", None, length(n)),
        Type::Device => ("device", None, None),
        Type::Id => ("id", None, None),
        Type::Ref(_) => ("ref", None, None),
        Type::Moment => ("moment", None, None),
        Type::Place => ("place", None, None),
        Type::Geofence => ("geofence", None, None),
        Type::Zone => ("zone", None, None),
        Type::Day => ("day", None, None),
    };
    let merge = match field.merge {
        Merge::Last => "last",
        Merge::Max => "max",
        Merge::Set => "set",
        Merge::Append => "append",
    };
    FieldView {
        name: field.name.to_owned(),
        form: form.to_owned(),
        min,
        max,
        choices: match field.ty {
            Type::Choice(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            _ => Vec::new(),
        },
        of: match field.ty {
            Type::Ref(kind) => Some(kind.to_owned()),
            _ => None,
        },
        merge: merge.to_owned(),
        first: field.first,
        fixed: field.fixed,
        owes_reason: field.owes_reason,
        search: field.search,
    }
}
