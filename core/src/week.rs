//! A week: hours per worker, project and classification over its days, overtime, and who agreed to them.
//!
//! Invariant: hours are derived anew each time; whether they are still those that somebody agreed to is for the view to say.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use plumbline_protocol::{
    Fault, RecordId, Uuid,
    action::Action,
    fold::{FieldState, Write},
    hours::{self, span, week_of},
    judge,
    record::week,
    time::{self as moments, Moment},
    value::Value,
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Change, Client, Inner, as_of, current, seen_from},
    db::{Tx, book::ShownBook, entry, outbox, record as rows},
    punch::HoursFlag,
    record::RecordView,
    time::{Absences, MAX_OTHERS, Punches, after, by_hand, crews, date, sees},
};

/// Days of a week.
const DAYS: usize = 7;

/// Which week.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct WeekRequest {
    /// Any day of it, `2026-12-10`.
    pub date: String,
    /// On this project; on all that are seen when absent.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub project: Option<Uuid>,
}

/// A week, Monday to Sunday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct WeekView {
    /// Its first day.
    pub from: String,
    /// Its last day.
    pub to: String,
    /// Its seven days.
    pub days: Vec<String>,
    /// Hours by worker, project and classification; whoever is in a crew or was off has a row, with hours or without.
    pub rows: Vec<WeekRow>,
    /// How it stands with each worker on each project.
    pub people: Vec<WeekPerson>,
    /// Sums of the days.
    pub totals: Vec<DayTotal>,
    /// What this view had seen.
    pub as_of: String,
}

/// Hours of one worker on one project under one classification; lists have a place for each day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct WeekRow {
    /// The worker.
    pub worker: Uuid,
    /// The project.
    pub project: Uuid,
    /// The classification, where one was stated.
    pub classification: Option<String>,
    /// Seconds worked.
    pub seconds: Vec<i64>,
    /// Fewest seconds that the evidence supports.
    pub low: Vec<i64>,
    /// Most seconds that it supports; none where it sets no bound.
    pub high: Vec<Option<i64>>,
    /// True where a punch of the worker's day on this project was typed, corrected or withdrawn.
    pub corrected: Vec<bool>,
    /// True where the worker is off from this project.
    pub off: Vec<bool>,
}

/// A worker's week on a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct WeekPerson {
    /// The worker.
    pub worker: Uuid,
    /// The project.
    pub project: Uuid,
    /// The worker's crew on this project, the first by name.
    pub crew: Option<Uuid>,
    /// Seconds worked.
    pub seconds: i64,
    /// Those of them that are overtime, as far as this member sees the worker's other projects.
    pub overtime: i64,
    /// How it stands.
    pub state: WeekState,
    /// What the worker signed for.
    pub signed: Option<Agreed>,
    /// What was approved.
    pub approved: Option<Agreed>,
    /// What the worker says is wrong.
    pub disputed: Option<String>,
    /// The week's record, also before there is one.
    pub record: RecordId,
    /// Punches of the week that need a person's eye.
    pub flags: Vec<HoursFlag>,
}

/// How it stands with a worker's week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum WeekState {
    /// Not signed.
    Open,
    /// Signed by the worker.
    Signed,
    /// Signed and approved.
    Approved,
    /// The worker says that something is wrong.
    Disputed,
    /// The hours are no more those that were signed or approved.
    Changed,
}

/// Seconds that somebody agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Agreed {
    /// How many.
    pub seconds: i64,
    /// The member.
    pub by: Option<Uuid>,
    /// The stated time.
    pub at: Option<i64>,
    /// Position in the log; none while it waits.
    pub position: Option<u64>,
}

/// The hours of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct DayTotal {
    /// The day.
    pub date: String,
    /// Seconds of straight time.
    pub straight: i64,
    /// Seconds of overtime: each worker's time above 40 hours in the week, over all projects, on the day it was worked.
    pub overtime: i64,
}

/// The own signature under a week.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct SignWeekRequest {
    /// The project.
    pub project: Uuid,
    /// Any day of the week, `2026-12-10`.
    pub date: String,
    /// Seconds of work as they were shown; none takes the signature back.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub seconds: Option<i64>,
    /// What the screen had shown.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub as_of: Option<String>,
}

/// The approval of a worker's week.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct ApproveWeekRequest {
    /// The worker.
    pub worker: Uuid,
    /// The project.
    pub project: Uuid,
    /// Any day of the week, `2026-12-10`.
    pub date: String,
    /// Seconds of work as they were shown; none takes the approval back.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub seconds: Option<i64>,
    /// What the screen had shown.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub as_of: Option<String>,
}

/// What is wrong with the own week.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct DisputeWeekRequest {
    /// The project.
    pub project: Uuid,
    /// Any day of the week, `2026-12-10`.
    pub date: String,
    /// What is wrong; none takes it back.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub text: Option<String>,
    /// What the screen had shown.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub as_of: Option<String>,
}

impl Client {
    /// A week: hours, overtime, and who agreed to them.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `date`.
    pub async fn week(&self, request: WeekRequest) -> Result<WeekView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.week(c, &request))).await
    }

    /// Signs one's own week, which settles one's dispute about it, or takes the signature back.
    ///
    /// # Errors
    /// [`Fault::Invalid`] that names the field, [`Fault::Denied`], [`Fault::NotFound`] where there is nothing to take back.
    pub async fn sign_week(&self, request: SignWeekRequest) -> Result<RecordView, Fault> {
        let SignWeekRequest { project, date, seconds, as_of } = request;
        self.agree(move |inner, c| {
            let week = Week::of(inner.member()?, project, &date)?;
            let disputed = week.record(c)?.is_some_and(|shown| shown.record.value(week::DISPUTED).is_some());
            let settled = (disputed && seconds.is_some()).then_some((week::DISPUTED, Value::Null));
            let signed = (week::SIGNED, seconds.map_or(Value::Null, Value::Int));
            inner.write_week(c, &week, settled.into_iter().chain([signed]).collect(), as_of.as_deref())
        })
        .await
    }

    /// Approves a week that its worker has signed, or takes the approval back.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `approved`: `signed` where the worker has not, `role` where this is not for the actor to do;
    /// [`Fault::Denied`], [`Fault::NotFound`] where there is nothing to take back.
    pub async fn approve_week(&self, request: ApproveWeekRequest) -> Result<RecordView, Fault> {
        let ApproveWeekRequest { worker, project, date, seconds, as_of } = request;
        self.agree(move |inner, c| {
            let week = Week::of(worker, project, &date)?;
            let approved = (week::APPROVED, seconds.map_or(Value::Null, Value::Int));
            inner.write_week(c, &week, vec![approved], as_of.as_deref())
        })
        .await
    }

    /// Says what is wrong with one's own week, or takes that back.
    ///
    /// # Errors
    /// [`Fault::Invalid`] that names the field, [`Fault::Denied`], [`Fault::NotFound`] where there is nothing to take back.
    pub async fn dispute_week(&self, request: DisputeWeekRequest) -> Result<RecordView, Fault> {
        let DisputeWeekRequest { project, date, text, as_of } = request;
        self.agree(move |inner, c| {
            let week = Week::of(inner.member()?, project, &date)?;
            let disputed = (week::DISPUTED, text.as_deref().map_or(Value::Null, Value::from));
            inner.write_week(c, &week, vec![disputed], as_of.as_deref())
        })
        .await
    }

    async fn agree(
        &self,
        write: impl FnOnce(&Inner, &Tx) -> Result<RecordView, Fault> + Send + 'static,
    ) -> Result<RecordView, Fault> {
        let view = self.run(move |inner| inner.db.write(|c| write(inner, c))).await?;
        self.changed(week::KIND.name);
        Ok(view)
    }
}

/// A worker's week on a project.
struct Week {
    worker: Uuid,
    project: Uuid,
    monday: Date,
    id: RecordId,
}

impl Week {
    fn of(worker: Uuid, project: Uuid, day: &str) -> Result<Week, Fault> {
        Ok(Week::on(worker, project, week_of(date(day)?, Weekday::Monday)))
    }

    fn on(worker: Uuid, project: Uuid, monday: Date) -> Week {
        let id = RecordId::from(week::record_of(&project, &worker, monday));
        Week { worker, project, monday, id }
    }

    fn record(&self, c: &Tx) -> Result<Option<rows::Shown>, Fault> {
        rows::shown(c, &self.id)
    }
}

impl Inner {
    fn write_week(
        &self,
        c: &Tx,
        week: &Week,
        mut fields: Vec<(&'static str, Value)>,
        as_of: Option<&str>,
    ) -> Result<RecordView, Fault> {
        if week.record(c)?.is_none() {
            if fields.iter().all(|(_, value)| *value == Value::Null) {
                return Err(Fault::NotFound);
            }
            fields.push((week::WORKER, Value::from(week.worker)));
            fields.push((week::FROM, Value::from(week.monday.to_string().as_str())));
        }
        let mut change = Change::write(self.organisation()?, week::KIND.name, week.id, Some(week.project), fields);
        change.as_of = seen_from(as_of)?;
        self.act(c, change)?;
        self.view(c, &week.id)
    }

    fn week(&self, c: &Tx, request: &WeekRequest) -> Result<WeekView, Fault> {
        let reader = self.reader(c)?;
        let monday = week_of(date(&request.date)?, Weekday::Monday);
        let days: [Date; DAYS] = std::array::from_fn(|n| after(monday, n.try_into().unwrap_or_default()));
        let sunday = after(monday, 6);
        let here = |project: Uuid| request.project.is_none_or(|asked| asked == project);

        let read = Punches::around(c, monday, sunday, None)?;
        let zone = |project: &Uuid| read.zones.of(project);
        let hours = hours::hours(read.punches.clone(), zone);
        let overtime = span::overtime(read.punches.clone(), zone);
        let absences = Absences::between(c, monday, sunday)?;

        let mut grid = Grid { days, rows: BTreeMap::new() };
        for row in hours.rows.into_iter().filter(|row| here(row.project)) {
            grid.add(row);
        }
        let mut crew_of = BTreeMap::new();
        for crew in crews(c, request.project)? {
            for member in crew.members.into_iter().filter(|member| sees(reader.as_ref(), *member, crew.project)) {
                crew_of.entry((member, crew.project)).or_insert(crew.id);
            }
        }
        let off = absences.people().filter(|(_, project)| here(*project));
        off.chain(crew_of.keys().copied()).for_each(|(worker, project)| grid.ensure(worker, project));
        // Punches that fall on the week: their flags, and the days that are not as they were first punched.
        let (mut dated, mut corrected) = (BTreeMap::new(), BTreeSet::new());
        for punch in &read.punches {
            dated.insert(punch.id, read.date(punch));
        }
        for shown in read.shown.iter().filter(|shown| by_hand(&shown.record)) {
            if let (Some(worker), Some(project), Some(date)) =
                (shown.record.concerns, shown.record.project, dated.get(&shown.id))
            {
                corrected.insert((worker, project, *date));
            }
        }
        let flags = hours.flags.into_iter().filter(|flag| {
            let date = dated.get(&flag.punch);
            here(flag.project) && date.is_some_and(|date| days.contains(date))
        });
        let mut flagged: BTreeMap<(Uuid, Uuid), Vec<HoursFlag>> = BTreeMap::new();
        for flag in flags {
            grid.ensure(flag.worker, flag.project);
            flagged.entry((flag.worker, flag.project)).or_default().push(HoursFlag::from(flag));
        }

        let rows = grid.rows(|row, date| Marks {
            corrected: corrected.contains(&(row.worker, row.project, date)),
            off: absences.off(row.worker, row.project, date),
        });
        let over =
            |worker: Uuid, project: Uuid, date: Date| overtime.get(&(worker, project, date)).copied().unwrap_or(0);
        let mut people: BTreeMap<(Uuid, Uuid), i64> = BTreeMap::new();
        for row in &rows {
            *people.entry((row.worker, row.project)).or_default() += row.seconds.iter().sum::<i64>();
        }
        let totals = days.iter().enumerate().map(|(n, date)| {
            let worked: i64 = rows.iter().filter_map(|row| row.seconds.get(n)).sum();
            let overtime = people.keys().map(|(worker, project)| over(*worker, *project, *date)).sum();
            DayTotal { date: date.to_string(), straight: worked - overtime, overtime }
        });
        let totals = totals.collect();
        let mut agreements = agreements(c, monday)?;
        let people = people.into_iter().map(|((worker, project), seconds)| {
            let week = Week::on(worker, project, monday);
            let Agreement { signed, approved, disputed } = agreements.remove(&week.id).unwrap_or_default();
            Ok(WeekPerson {
                worker,
                project,
                crew: crew_of.get(&(worker, project)).copied(),
                seconds,
                overtime: days.iter().map(|date| over(worker, project, *date)).sum(),
                state: state(seconds, signed.as_ref(), approved.as_ref(), disputed.is_some()),
                signed,
                approved,
                disputed,
                record: week.id,
                flags: flagged.remove(&(worker, project)).unwrap_or_default(),
            })
        });
        Ok(WeekView {
            from: monday.to_string(),
            to: sunday.to_string(),
            days: days.iter().map(Date::to_string).collect(),
            people: people.collect::<Result<_, Fault>>()?,
            rows,
            totals,
            as_of: as_of(&current(c)?),
        })
    }
}

/// The rows of a week before they are marked.
struct Grid {
    days: [Date; DAYS],
    rows: BTreeMap<(Uuid, Uuid, Option<String>), [hours::Total; DAYS]>,
}

/// What is known of a cell beside its hours.
struct Marks {
    corrected: bool,
    off: bool,
}

impl Grid {
    fn add(&mut self, row: hours::Row) {
        let total = row.total();
        if let Some(n) = self.days.iter().position(|day| *day == row.date) {
            let cells = self.rows.entry((row.worker, row.project, row.classification)).or_default();
            if let Some(cell) = cells.get_mut(n) {
                *cell = total;
            }
        }
    }

    /// A row for whoever has none.
    fn ensure(&mut self, worker: Uuid, project: Uuid) {
        let from = (worker, project, None);
        let next = self.rows.range(from.clone()..).next();
        if next.is_none_or(|((who, site, _), _)| (*who, *site) != (worker, project)) {
            self.rows.insert(from, Default::default());
        }
    }

    fn rows(self, marks: impl Fn(&WeekRow, Date) -> Marks) -> Vec<WeekRow> {
        let Grid { days, rows } = self;
        let rows = rows.into_iter().map(|((worker, project, classification), cells)| {
            let mut row = WeekRow {
                worker,
                project,
                classification,
                seconds: cells.iter().map(|cell| cell.seconds).collect(),
                low: cells.iter().map(|cell| cell.uncertain_low).collect(),
                high: cells.iter().map(|cell| cell.uncertain_high).collect(),
                corrected: Vec::new(),
                off: Vec::new(),
            };
            (row.corrected, row.off) =
                days.iter().map(|date| marks(&row, *date)).map(|Marks { corrected, off }| (corrected, off)).unzip();
            row
        });
        rows.collect()
    }
}

/// Who agreed to a week.
#[derive(Default)]
struct Agreement {
    signed: Option<Agreed>,
    approved: Option<Agreed>,
    disputed: Option<String>,
}

/// Every agreement about the week that begins on `monday`.
fn agreements(c: &Tx, monday: Date) -> Result<BTreeMap<RecordId, Agreement>, Fault> {
    let from = week::first_millisecond(monday);
    let mut all = BTreeMap::new();
    for shown in rows::between(c, week::KIND.name, None, (from, from + 1), MAX_OTHERS)? {
        let agreement = Agreement {
            signed: agreed(c, &shown, week::SIGNED)?,
            approved: agreed(c, &shown, week::APPROVED)?,
            disputed: shown.record.text(week::DISPUTED).map(str::to_owned),
        };
        all.insert(shown.id, agreement);
    }
    Ok(all)
}

/// Who agreed to how many seconds, and when.
fn agreed(c: &Tx, shown: &rows::Shown, field: &str) -> Result<Option<Agreed>, Fault> {
    let Some(seconds) = shown.record.value(field).and_then(Value::int) else { return Ok(None) };
    let Some(FieldState::Last { shown: write, .. }) = shown.record.field(field) else { return Ok(None) };
    let by = judge::member_of(&mut ShownBook::new(c), &write.device)?;
    let (at, position) = match confirmed(c, shown, field, write)? {
        true => {
            let entry = entry::get(c, write.position)?;
            (entry.and_then(|entry| stated(&entry.action, Some(entry.received))), Some(write.position))
        }
        false => {
            let waiting = outbox::pending_of(c, &shown.id)?;
            let item = waiting.iter().rfind(|item| item.action.body().field(field).is_some());
            (item.and_then(|item| stated(&item.action, None)), item.and_then(|item| item.position))
        }
    };
    Ok(Some(Agreed { seconds, by, at, position }))
}

/// Whether the log has this write of what is shown.
fn confirmed(c: &Tx, shown: &rows::Shown, field: &str, write: &Write) -> Result<bool, Fault> {
    if !shown.pending {
        return Ok(true);
    }
    let record = rows::get(c, &shown.id, rows::Layer::Confirmed)?;
    let there = record.as_ref().and_then(|record| record.field(field));
    Ok(matches!(there, Some(FieldState::Last { shown, .. }) if shown == write))
}

/// The stated time of an action.
fn stated(action: &Action, received: Option<i64>) -> Option<i64> {
    action.body().time().map(|time| moments::interval(&Moment::Now, &time, received).stated)
}

fn state(seconds: i64, signed: Option<&Agreed>, approved: Option<&Agreed>, disputed: bool) -> WeekState {
    let other = |agreed: Option<&Agreed>| agreed.is_some_and(|agreed| agreed.seconds != seconds);
    match (signed, approved) {
        _ if disputed => WeekState::Disputed,
        (None, _) => WeekState::Open,
        (Some(_), _) if other(signed) || other(approved) => WeekState::Changed,
        (Some(_), Some(_)) => WeekState::Approved,
        (Some(_), None) => WeekState::Signed,
    }
}
