//! One cell of the week: why a worker's day on a project comes to these hours.

use std::collections::BTreeMap;

use plumbline_protocol::{
    Fault, RecordId, Uuid,
    hours::{self, span},
    record::WITHDRAWN,
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Inner, as_of, current},
    db::Tx,
    here::{VerdictView, fence, verdict_of},
    punch::{HoursFlag, HoursRow},
    record::{ChangeView, RecordView, view_of},
    time::{Punches, date},
};

/// Whose day, and where.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct CellRequest {
    /// The worker.
    pub worker: Uuid,
    /// The project.
    pub project: Uuid,
    /// The day by the project's time zone, `2026-12-10`.
    pub date: String,
}

/// A worker's day on a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CellView {
    /// Its hours, by classification.
    pub rows: Vec<HoursRow>,
    /// Punches of the shifts that touch the day, and those of the day itself that are in no shift or withdrawn, by stated time.
    pub punches: Vec<CellPunch>,
    /// What this view had seen.
    pub as_of: String,
}

/// A punch and all that is known about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CellPunch {
    /// The punch.
    pub record: RecordView,
    /// Where it was, against the project's fence.
    pub verdict: VerdictView,
    /// What needs a person's eye: `open`, `overlap`, `missing_in`, ...
    pub flags: Vec<String>,
    /// Every change of it, oldest first.
    pub history: Vec<ChangeView>,
}

impl Client {
    /// A worker's day on a project: hours, punches, places, flags and histories.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `date`.
    pub async fn cell(&self, request: CellRequest) -> Result<CellView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.cell(c, &request))).await
    }
}

impl Inner {
    fn cell(&self, c: &Tx, request: &CellRequest) -> Result<CellView, Fault> {
        self.identity()?;
        let date = date(&request.date)?;
        // On all projects, for overlaps are across them.
        let read = Punches::around(c, date, date, Some(&request.worker))?;
        let hours = hours::hours(read.punches.clone(), |project| read.zones.of(project));
        let rows = hours.rows.into_iter().filter(|row| row.project == request.project && row.date == date);
        let (from, to) = hours::bounds(date, &read.zones.of(&request.project));
        let now = self.now(c)?;
        let mut shifts: BTreeMap<RecordId, (i64, i64)> = BTreeMap::new();
        for span in span::spans(read.punches.clone()).into_iter().filter(|span| span.project == request.project) {
            let reach = shifts.entry(span.shift).or_insert((span.began, span.began));
            reach.1 = reach.1.max(span.end(now));
        }
        shifts.retain(|_, (began, end)| *began < to && (*began >= from || *end > from));
        let seen = as_of(&current(c)?);
        let fence = fence(c, Some(request.project))?;
        let mut punches = Vec::new();
        let mine = read.shown.iter().filter(|shown| shown.record.project == Some(request.project));
        for shown in mine {
            // To the second, as shifts are.
            let at = shown.place.sort.div_euclid(1000) * 1000;
            let in_shift = !shown.record.flag(WITHDRAWN.name) && shifts.values().any(|(a, b)| (*a..=*b).contains(&at));
            if !in_shift && !(from..to).contains(&at) {
                continue;
            }
            let flags = hours.flags.iter().filter(|flag| flag.punch == shown.id);
            punches.push(CellPunch {
                verdict: verdict_of(&shown.record, fence.as_ref()),
                flags: flags.map(|flag| HoursFlag::from(*flag).kind).collect(),
                history: self.history(c, &shown.id)?,
                record: view_of(shown.clone(), &seen),
            });
        }
        Ok(CellView { rows: rows.map(HoursRow::from).collect(), punches, as_of: seen })
    }
}
