//! What the screens about days share: the punches that decide about some days, their projects' zones, crews and absences.
//!
//! Invariants: what is read grows with the days asked for, never with the store; nothing is said of people whose punches this
//! member may not see.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    Span,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use plumbline_protocol::{
    Fault, RecordId, Uuid,
    fold::{FieldState, Record},
    hours::{self, IMPOSSIBLE_SHIFT, Punch, What},
    judge,
    policy::{self, Actor},
    record::{WITHDRAWN, absence, crew, project, punch, week},
    time::{self as moments, How, Moment},
    value::Value,
};

use crate::{
    client::Inner,
    db::{Tx, book::ShownBook, record as rows},
};

/// Most punches that one question reads: a crew of 200 over three months.
pub(crate) const MAX_PUNCHES: u32 = 100_000;
/// Most crews, projects, members or absences that one screen reads.
pub(crate) const MAX_OTHERS: u32 = 5_000;
/// A shift that counts is at most this long, and the days of a zone begin at most 14 hours from those of UTC.
const REACH: i64 = (IMPOSSIBLE_SHIFT + 14 * 3600) * 1000;

/// The time zones of some projects.
pub(crate) struct Zones(BTreeMap<Uuid, TimeZone>);

impl Zones {
    /// Those of the projects that have these punches.
    pub(crate) fn of_punches(c: &Tx, punches: &[Punch]) -> Result<Zones, Fault> {
        let projects: BTreeSet<Uuid> = punches.iter().map(|punch| punch.project).collect();
        let mut zones = BTreeMap::new();
        for id in projects {
            if let Some(record) = rows::get(c, &RecordId::from(id), rows::Layer::Shown)? {
                zones.insert(id, zone_of(&record)?);
            }
        }
        Ok(Zones(zones))
    }

    /// A project that this person may not see has its days counted in UTC.
    pub(crate) fn of(&self, project: &Uuid) -> TimeZone {
        self.0.get(project).cloned().unwrap_or(TimeZone::UTC)
    }
}

/// The zone by which a project's days are counted.
pub(crate) fn zone_of(project: &Record) -> Result<TimeZone, Fault> {
    hours::zone(project.text(project::ZONE).unwrap_or("UTC"))
}

/// Punches and their projects' zones.
pub(crate) struct Punches {
    /// The records, withdrawn ones too, by stated time.
    pub(crate) shown: Vec<rows::Shown>,
    /// The same as hours want them.
    pub(crate) punches: Vec<Punch>,
    /// Zones of their projects.
    pub(crate) zones: Zones,
}

impl Punches {
    /// All that can change what is said of the days from `first` to `last`, of one worker or of everybody.
    pub(crate) fn around(c: &Tx, first: Date, last: Date, worker: Option<&Uuid>) -> Result<Punches, Fault> {
        let interval = (week::first_millisecond(first) - REACH, week::first_millisecond(after(last, 1)) + REACH);
        let mut shown = rows::between(c, punch::KIND.name, worker, interval, MAX_PUNCHES + 1)?;
        if shown.len() > MAX_PUNCHES as usize {
            return Err(Fault::TooLarge { limit: u64::from(MAX_PUNCHES) });
        }
        shown.sort_by_key(|shown| shown.place);
        let punches: Vec<Punch> = shown.iter().filter_map(punch_of).collect();
        let zones = Zones::of_punches(c, &punches)?;
        Ok(Punches { shown, punches, zones })
    }

    /// The local day of a punch.
    pub(crate) fn date(&self, punch: &Punch) -> Date {
        let at = jiff::Timestamp::from_millisecond(punch.at.stated).unwrap_or_default();
        self.zones.of(&punch.project).to_datetime(at).date()
    }
}

/// A punch as hours want it.
pub(crate) fn punch_of(shown: &rows::Shown) -> Option<Punch> {
    let record = &shown.record;
    Some(Punch {
        id: shown.id,
        worker: record.concerns?,
        project: record.project?,
        classification: record.text(punch::CLASSIFICATION).map(str::to_owned),
        what: match record.text(punch::WHAT)? {
            "in" => What::In,
            "out" => What::Out,
            "break_start" => What::BreakStart,
            "break_end" => What::BreakEnd,
            "switch" => What::Switch,
            _ => return None,
        },
        at: record.interval(punch::AT)?,
        withdrawn: record.flag(WITHDRAWN.name),
    })
}

/// Whether a punch was typed by hand, corrected or withdrawn: anything written after its first action, which alone names the
/// worker.
pub(crate) fn by_hand(record: &Record) -> bool {
    let written = |name: &str| match record.field(name) {
        Some(FieldState::Last { shown, .. }) => Some(shown.position),
        _ => None,
    };
    let later = [punch::WHAT, punch::AT, punch::CLASSIFICATION, WITHDRAWN.name].into_iter().filter_map(written);
    let made = written(punch::WORKER);
    record.interval(punch::AT).is_some_and(|at| at.how == How::Typed) || later.into_iter().any(|at| Some(at) != made)
}

/// A crew.
pub(crate) struct Crew {
    pub(crate) id: Uuid,
    pub(crate) project: Uuid,
    pub(crate) name: String,
    pub(crate) foreman: Option<Uuid>,
    pub(crate) members: Vec<Uuid>,
    starts: Option<i64>,
    days: Vec<String>,
}

impl Crew {
    fn of(shown: &rows::Shown) -> Option<Crew> {
        let record = &shown.record;
        Some(Crew {
            id: shown.id.uuid()?,
            project: record.project?,
            name: record.text(crew::NAME)?.to_owned(),
            foreman: record.uuid(crew::FOREMAN),
            members: record.items(crew::MEMBERS).filter_map(|member| member.id()?.uuid()).collect(),
            starts: record.value(crew::STARTS).and_then(Value::int),
            days: record.items(crew::DAYS).filter_map(|day| day.text().map(str::to_owned)).collect(),
        })
    }

    /// Whether it is expected on this day.
    pub(crate) fn expected(&self, date: Date) -> bool {
        let index = usize::try_from(date.weekday().since(Weekday::Monday)).unwrap_or_default();
        crew::WEEKDAYS.get(index).is_some_and(|word| self.days.iter().any(|day| day == word))
    }

    /// When it is expected on this day, by the clock on the project's wall.
    pub(crate) fn starts(&self, date: Date, zone: &TimeZone) -> Option<i64> {
        let minutes = self.starts.filter(|_| self.expected(date))?;
        let time =
            date.to_datetime(jiff::civil::Time::midnight()).checked_add(Span::new().try_minutes(minutes).ok()?).ok()?;
        Some(time.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
    }
}

/// Crews by name, of one project or of all that are seen.
pub(crate) fn crews(c: &Tx, project: Option<Uuid>) -> Result<Vec<Crew>, Fault> {
    let filter = rows::Filter { kind: crew::KIND.name.to_owned(), project, ..rows::Filter::default() };
    let mut crews: Vec<Crew> = rows::list(c, &filter, MAX_OTHERS)?.iter().filter_map(Crew::of).collect();
    crews.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    Ok(crews)
}

/// Who is off, where and when.
pub(crate) struct Absences(Vec<(Uuid, Uuid, Date, Date)>);

impl Absences {
    /// Those that touch the days from `first` to `last`.
    pub(crate) fn between(c: &Tx, first: Date, last: Date) -> Result<Absences, Fault> {
        // Lists go by the first day, and none lasts longer than this.
        let earliest = first.saturating_sub(Span::new().days(absence::MAX_DAYS));
        let interval = (week::first_millisecond(earliest), week::first_millisecond(after(last, 1)));
        let found = rows::between(c, absence::KIND.name, None, interval, MAX_OTHERS)?;
        let absences = found.iter().filter(|shown| !shown.record.flag(WITHDRAWN.name)).filter_map(|shown| {
            let record = &shown.record;
            let day = |field| record.text(field).and_then(hours::day);
            Some((record.concerns?, record.project?, day(absence::FROM)?, day(absence::TO)?))
        });
        Ok(Absences(absences.filter(|(_, _, _, to)| *to >= first).collect()))
    }

    /// Whether a worker is off from a project on this day.
    pub(crate) fn off(&self, worker: Uuid, project: Uuid, date: Date) -> bool {
        self.0.iter().any(|(who, site, from, to)| (*who, *site) == (worker, project) && (*from..=*to).contains(&date))
    }

    /// Who is off from which project.
    pub(crate) fn people(&self) -> impl Iterator<Item = (Uuid, Uuid)> + '_ {
        self.0.iter().map(|(worker, project, ..)| (*worker, *project))
    }
}

/// The day that a request names.
pub(crate) fn date(text: &str) -> Result<Date, Fault> {
    hours::day(text).ok_or_else(|| Fault::invalid("date", "range"))
}

/// The day so many days after `date`.
pub(crate) fn after(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

impl Inner {
    /// This member as an actor, whatever became of the device: what is here may be read.
    pub(crate) fn reader(&self, c: &Tx) -> Result<Option<Actor>, Fault> {
        judge::member_actor(&mut ShownBook::new(c), self.member()?)
    }

    /// Now, as a punch would state it: a wall clock that is set wrong makes nobody missing.
    pub(crate) fn now(&self, c: &Tx) -> Result<i64, Fault> {
        Ok(moments::interval(&Moment::Now, &self.time(c)?, None).stated)
    }
}

/// Whether this reader sees the punches of a worker on a project: of others nothing is said, for it would be a guess.
pub(crate) fn sees(reader: Option<&Actor>, worker: Uuid, project: Uuid) -> bool {
    reader.is_some_and(|actor| policy::sees(actor, punch::KIND.name, Some(project), Some(worker)))
}
