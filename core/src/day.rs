//! A day: who is at work by project and crew, who is missing, and how recent that knowledge is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use plumbline_protocol::{
    Fault, RecordId, Uuid,
    hours::{self, span},
    policy::Actor,
    record::{member, project},
    value::Value,
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Inner, as_of, current},
    db::{Tx, entry, record as rows},
    time::{Absences, Crew, MAX_OTHERS, Punches, crews, date, sees, zone_of},
};

/// Which day.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct DayRequest {
    /// The day, `2026-12-10`.
    pub date: String,
    /// On this project; on all that are seen when absent.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub project: Option<Uuid>,
}

/// A day as far as this device knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct DayView {
    /// The day.
    pub date: String,
    /// Now, as a punch made now would state it.
    pub now: i64,
    /// The projects, by name.
    pub projects: Vec<DayProject>,
    /// What this view had seen.
    pub as_of: String,
}

/// A project on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct DayProject {
    /// The project.
    pub project: Uuid,
    /// Its name.
    pub name: String,
    /// The contract's number.
    pub number: Option<String>,
    /// The first moment of its local day.
    pub from: i64,
    /// The first moment of the next.
    pub to: i64,
    /// When the server last received an action that was signed by a device of anybody in its lanes.
    pub heard: Option<i64>,
    /// Its crews by name, then those without one.
    pub crews: Vec<DayCrew>,
}

/// A crew on a day. Of people whose punches this member may not see it says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct DayCrew {
    /// The crew; none for people of the project without one.
    pub crew: Option<Uuid>,
    /// Its name; empty without a crew.
    pub name: String,
    /// Who leads it.
    pub foreman: Option<Uuid>,
    /// When it is expected on this day; none when it is not, or when nobody said from when on.
    pub starts: Option<i64>,
    /// Its people.
    pub members: Vec<DayMember>,
}

/// Somebody on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct DayMember {
    /// The member.
    pub member: Uuid,
    /// How it stands with them.
    pub state: DayState,
    /// When the server last received an action that was signed by a device of theirs.
    pub heard: Option<i64>,
    /// Their work and breaks that touch the day, whole.
    pub spans: Vec<DaySpan>,
}

/// How it stands with somebody on a day and a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// On the clock now.
    Working,
    /// On the clock and in a break now.
    OnBreak,
    /// Was at work.
    Done,
    /// Expected by now, and nothing came.
    Missing,
    /// Expected later on this day.
    Expected,
    /// Absent, as somebody said before.
    Off,
    /// Nobody expects them here on this day, or they are at work on another project.
    NotExpected,
}

/// Time at work or in a break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct DaySpan {
    /// When it began.
    pub from: i64,
    /// When it ended; none where no clock-out is known: it still runs where the state says so, else somebody forgot.
    pub to: Option<i64>,
    /// Which of both.
    pub what: SpanWhat,
    /// The classification, where one was stated.
    pub classification: Option<String>,
}

/// What a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum SpanWhat {
    /// Work.
    Work,
    /// A break.
    Break,
}

impl Client {
    /// A day by project and crew: who works, who is missing, who is off.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `date`; [`Fault::NotFound`] for an unknown project.
    pub async fn day(&self, request: DayRequest) -> Result<DayView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.day(c, &request))).await
    }
}

/// What is known about a day, whatever the project.
struct Day {
    date: Date,
    now: i64,
    reader: Option<Actor>,
    spans: BTreeMap<(Uuid, Uuid), Vec<span::Span>>,
    absences: Absences,
    members: Vec<rows::Shown>,
    heard: BTreeMap<Uuid, i64>,
}

impl Inner {
    fn day(&self, c: &Tx, request: &DayRequest) -> Result<DayView, Fault> {
        let (reader, date) = (self.reader(c)?, date(&request.date)?);
        let projects = match request.project {
            Some(id) => {
                let found = rows::shown(c, &RecordId::from(id))?.filter(|s| s.record.kind == project::KIND.name);
                vec![found.ok_or(Fault::NotFound)?]
            }
            None => rows::list(c, &of_kind(project::KIND.name), MAX_OTHERS)?,
        };
        let mut spans: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for span in span::spans(Punches::around(c, date, date, None)?.punches) {
            spans.entry((span.worker, span.project)).or_default().push(span);
        }
        let day = Day {
            date,
            now: self.now(c)?,
            reader,
            spans,
            absences: Absences::between(c, date, date)?,
            members: rows::list(c, &of_kind(member::KIND.name), MAX_OTHERS)?,
            heard: entry::heard_of_members(c)?,
        };
        let crews = crews(c, request.project)?;
        let mut projects: Vec<DayProject> =
            projects.iter().map(|project| day.project(project, &crews)).collect::<Result<_, _>>()?;
        projects.sort_by(|a, b| (&a.name, a.project).cmp(&(&b.name, b.project)));
        Ok(DayView { date: date.to_string(), now: day.now, projects, as_of: as_of(&current(c)?) })
    }
}

impl Day {
    fn project(&self, shown: &rows::Shown, crews: &[Crew]) -> Result<DayProject, Fault> {
        let record = &shown.record;
        let id = shown.id.uuid().ok_or_else(|| Fault::corrupt("store"))?;
        let zone = zone_of(record)?;
        let (from, to) = hours::bounds(self.date, &zone);
        let mut placed = BTreeSet::new();
        let mut lanes = Vec::new();
        for crew in crews.iter().filter(|crew| crew.project == id) {
            placed.extend(crew.members.iter().copied());
            let starts = crew.starts(self.date, &zone);
            // Without a time of the day nobody is missing before it is over.
            let due = crew.expected(self.date).then(|| starts.unwrap_or(to));
            let members = self.members(id, crew.members.iter().copied(), (from, to), due);
            lanes.push(DayCrew {
                crew: Some(crew.id),
                name: crew.name.clone(),
                foreman: crew.foreman,
                starts,
                members,
            });
        }
        let others = self.without_crew(id, (from, to), &placed);
        let members = self.members(id, others.into_iter(), (from, to), None);
        if !members.is_empty() {
            lanes.push(DayCrew { crew: None, name: String::new(), foreman: None, starts: None, members });
        }
        let heard = lanes.iter().flat_map(|lane| &lane.members).filter_map(|member| member.heard).max();
        let text = |field| record.text(field).map(str::to_owned);
        let name = text(project::NAME).unwrap_or_default();
        Ok(DayProject { project: id, name, number: text(project::NUMBER), from, to, heard, crews: lanes })
    }

    /// Foremen and workers of the project, and whoever has time there on this day, who are in no crew of it.
    fn without_crew(&self, project: Uuid, day: (i64, i64), placed: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
        let site = Value::from(project);
        let belongs = self.members.iter().filter(|shown| {
            let record = &shown.record;
            matches!(record.text(member::ROLE), Some("worker" | "foreman")) && record.contains(member::PROJECTS, &site)
        });
        let punched = self.spans.keys().filter(|(worker, site)| *site == project && self.works(*worker, project, day));
        let all = belongs.filter_map(|shown| shown.id.uuid()).chain(punched.map(|(worker, _)| *worker));
        all.filter(|member| !placed.contains(member)).collect()
    }

    fn members(
        &self,
        project: Uuid,
        members: impl Iterator<Item = Uuid>,
        day: (i64, i64),
        due: Option<i64>,
    ) -> Vec<DayMember> {
        let seen = members.filter(|member| sees(self.reader.as_ref(), *member, project));
        seen.map(|member| DayMember {
            member,
            state: self.state(member, project, day, due),
            heard: self.heard.get(&member).copied(),
            spans: self.touching(member, project, day).map(DaySpan::from).collect(),
        })
        .collect()
    }

    /// `due`: when somebody expects them here on this day.
    fn state(&self, member: Uuid, project: Uuid, day: (i64, i64), due: Option<i64>) -> DayState {
        let today = (day.0..day.1).contains(&self.now);
        if let Some(running) = self.touching(member, project, day).find(|span| today && span.runs(self.now)) {
            return if running.in_break { DayState::OnBreak } else { DayState::Working };
        }
        // A shift of the night before says nothing about this day's own, unless it lasted into it.
        let came = |span: &span::Span| span.began >= day.0 || due.is_some_and(|due| span.end(self.now) > due);
        if self.touching(member, project, day).any(came) {
            return DayState::Done;
        }
        if self.absences.off(member, project, self.date) {
            return DayState::Off;
        }
        let elsewhere = |site: &Uuid| *site != project && self.works(member, *site, day);
        let elsewhere = self.spans.keys().any(|(who, site)| *who == member && elsewhere(site));
        match due {
            Some(due) if !elsewhere && due <= self.now => DayState::Missing,
            Some(_) if !elsewhere => DayState::Expected,
            _ if self.works(member, project, day) => DayState::Done,
            _ => DayState::NotExpected,
        }
    }

    fn works(&self, member: Uuid, project: Uuid, day: (i64, i64)) -> bool {
        self.touching(member, project, day).next().is_some()
    }

    /// Spans that touch the day. One that has just begun has no length yet.
    fn touching(
        &self,
        member: Uuid,
        project: Uuid,
        (from, to): (i64, i64),
    ) -> impl Iterator<Item = &span::Span> + use<'_> {
        let all = self.spans.get(&(member, project)).into_iter().flatten();
        all.filter(move |span| span.from < to && (span.from >= from || span.end(self.now) > from))
    }
}

impl From<&span::Span> for DaySpan {
    fn from(span: &span::Span) -> Self {
        let what = if span.in_break { SpanWhat::Break } else { SpanWhat::Work };
        DaySpan { from: span.from, to: span.to, what, classification: span.classification.clone() }
    }
}

fn of_kind(kind: &str) -> rows::Filter {
    rows::Filter { kind: kind.to_owned(), ..rows::Filter::default() }
}
