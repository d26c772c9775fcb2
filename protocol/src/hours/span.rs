//! Who worked when: shifts as spans of work and break, also the one that still runs, and the overtime of a week.
//!
//! Invariants: the spans of work that count, split at midnights, add up to the rows of [`hours`](super::hours); time is
//! overtime where it was worked, whatever project the time before it went to.

use std::collections::BTreeMap;

use jiff::{
    civil::{Date, Weekday},
    tz::TimeZone,
};

use super::{LONG_SHIFT, Paired, Punch, Shift, Stretch, pair, timelines, week_of};
use crate::{RecordId, Uuid};

/// Seconds of work in a week, Monday to Sunday, above which it is overtime: 40 hours.
pub const STRAIGHT_WEEK: i64 = 40 * 3600;

/// Time between two punches of a shift, all work or all break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The worker.
    pub worker: Uuid,
    /// The project.
    pub project: Uuid,
    /// The shift, by its in.
    pub shift: RecordId,
    /// When the shift began, milliseconds since 1970 in whole seconds, as all times here.
    pub began: i64,
    /// When the span did.
    pub from: i64,
    /// When it ended; none for the end of a shift that has no out.
    pub to: Option<i64>,
    /// A break, not work.
    pub in_break: bool,
    /// Labor classification, where one was stated.
    pub classification: Option<String>,
}

impl Span {
    /// Where the span ends as far as anybody can say at `now`: a shift without an out runs on, but after [`LONG_SHIFT`] it is
    /// taken for one that somebody forgot to end.
    pub fn end(&self, now: i64) -> i64 {
        let limit = self.began.saturating_add(LONG_SHIFT * 1000);
        self.to.unwrap_or_else(|| now.min(limit).max(self.from))
    }

    /// Whether it runs at `now`.
    pub fn runs(&self, now: i64) -> bool {
        self.to.is_none() && self.from <= now && now < self.began.saturating_add(LONG_SHIFT * 1000)
    }
}

/// The spans of all shifts that count and of those that have no out yet, by worker, project and time.
pub fn spans(punches: impl IntoIterator<Item = Punch>) -> Vec<Span> {
    let mut spans = Vec::new();
    for timeline in timelines(punches.into_iter()).into_values() {
        let Paired { shifts, open, .. } = pair(&timeline);
        spans.extend(shifts.iter().flat_map(of_shift));
        if let Some(shift) = open {
            spans.extend(of_shift(&shift));
            let from = shift.from.second * 1000;
            spans.push(span(&shift, from, None, shift.pause.is_some(), shift.classification));
        }
    }
    spans
}

/// Seconds of overtime by worker, project and day. `punches` are all of each worker's around the week, on every project;
/// `zone` tells the time zone of a project.
pub fn overtime(
    punches: impl IntoIterator<Item = Punch>,
    zone: impl Fn(&Uuid) -> TimeZone,
) -> BTreeMap<(Uuid, Uuid, Date), i64> {
    let mut worked = Vec::new();
    for ((worker, project), timeline) in timelines(punches.into_iter()) {
        let zone = zone(&project);
        for shift in pair(&timeline).shifts {
            let work = shift.stretches.iter().filter(|stretch| !stretch.in_break);
            for (date, Stretch { from, to, .. }) in work.flat_map(|stretch| stretch.days(&zone)) {
                worked.push((worker, from.second, to.second, project, date));
            }
        }
    }
    worked.sort_unstable();
    let mut weeks: BTreeMap<(Uuid, Date), i64> = BTreeMap::new();
    let mut over = BTreeMap::new();
    for (worker, from, to, project, date) in worked {
        let week = weeks.entry((worker, week_of(date, Weekday::Monday))).or_default();
        let left = (STRAIGHT_WEEK - *week).max(0);
        *week += to - from;
        let above = (to - from - left).max(0);
        if above > 0 {
            *over.entry((worker, project, date)).or_default() += above;
        }
    }
    over
}

fn of_shift<'s>(shift: &'s Shift<'_>) -> impl Iterator<Item = Span> + 's {
    let lasting = shift.stretches.iter().filter(|part| part.from.second < part.to.second);
    lasting.map(|part| {
        let (from, to) = (part.from.second * 1000, part.to.second * 1000);
        span(shift, from, Some(to), part.in_break, part.classification)
    })
}

fn span(shift: &Shift<'_>, from: i64, to: Option<i64>, in_break: bool, classification: Option<&str>) -> Span {
    let start = shift.start;
    Span {
        worker: start.worker,
        project: start.project,
        shift: start.id,
        began: start.at.stated.div_euclid(1000) * 1000,
        from,
        to,
        in_break,
        classification: classification.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hours::{What, hours, zone},
        time::{How, Interval},
    };

    const H: i64 = 3_600_000;
    /// Monday, 5 October 2026, 00:00 UTC.
    const MONDAY: i64 = 1_791_158_400_000;

    fn uuid(n: u8) -> Uuid {
        Uuid::v7(0, [n; 10])
    }

    /// Ana's punches at hours after [`MONDAY`], each on a project.
    fn punches(all: &[(What, i64, u8)]) -> Vec<Punch> {
        let one = |(n, (what, hour, project)): (usize, &(What, i64, u8))| {
            let stated = MONDAY + hour * H;
            let at = Interval { stated, earliest: Some(stated), latest: Some(stated), how: How::Anchored };
            let (worker, project) = (uuid(1), uuid(*project));
            let id = RecordId::from(uuid(n as u8));
            Punch { id, worker, project, classification: None, what: *what, at, withdrawn: false }
        };
        all.iter().enumerate().map(one).collect()
    }

    fn shown(spans: &[Span]) -> Vec<(i64, Option<i64>, bool)> {
        let hour = |at: i64| (at - MONDAY) / H;
        spans.iter().map(|span| (hour(span.from), span.to.map(hour), span.in_break)).collect()
    }

    #[test]
    fn a_shift_is_shown_as_work_and_break_and_the_open_one_runs_on() {
        use What::{BreakEnd, BreakStart, In, Out};
        let all = [(In, 7, 9), (BreakStart, 12, 9), (BreakEnd, 13, 9), (Out, 16, 9), (In, 18, 9), (BreakStart, 20, 9)];
        let found = spans(punches(&all));
        let expected = [
            (7, Some(12), false),
            (12, Some(13), true),
            (13, Some(16), false),
            (18, Some(20), false),
            (20, None, true),
        ];
        assert_eq!(shown(&found), expected);
        let last = &found[4];
        assert!(last.runs(MONDAY + 20 * H) && !last.runs(MONDAY + 19 * H));
        assert!(!last.runs(MONDAY + 34 * H), "sixteen hours after the in");
        assert_eq!(last.end(MONDAY + 90 * H), MONDAY + 34 * H);
    }

    #[test]
    fn overtime_is_what_was_worked_after_forty_hours_on_whatever_project() {
        use What::{In, Out};
        // Ten hours each day, Monday to Thursday, on one project; on Friday three on another and two on the first.
        let mut all: Vec<_> = (0..4).flat_map(|day| [(In, 24 * day + 7, 9), (Out, 24 * day + 17, 9)]).collect();
        all.extend([(In, 103, 8), (Out, 106, 8), (In, 106, 9), (Out, 108, 9)]);
        // Late on Sunday into the next week.
        all.extend([(In, 166, 9), (Out, 170, 9)]);
        let utc = |_: &Uuid| TimeZone::UTC;
        let over: Vec<_> = overtime(punches(&all), utc).into_iter().map(|((_, p, d), s)| (p, d.day(), s)).collect();
        assert_eq!(over, [(uuid(8), 9, 3 * 3600), (uuid(9), 9, 2 * 3600), (uuid(9), 11, 2 * 3600)]);
    }

    #[test]
    fn overtime_is_no_more_than_the_hours_of_its_day() {
        use What::{In, Out};
        let all: Vec<_> = (0..7).flat_map(|day| [(In, 24 * day + 20, 9), (Out, 24 * day + 31, 9)]).collect();
        let new_york = |_: &Uuid| zone("America/New_York").unwrap();
        let rows = hours(punches(&all), new_york).rows;
        let over = overtime(punches(&all), new_york);
        assert!(!over.is_empty());
        for ((_, _, date), seconds) in &over {
            let row = rows.iter().find(|row| row.date == *date).unwrap();
            assert!(*seconds <= row.seconds, "{date}");
        }
        let week: i64 =
            rows.iter().filter(|row| week_of(row.date, Weekday::Monday).day() == 5).map(|r| r.seconds).sum();
        let first: i64 = over.iter().filter(|((_, _, d), _)| d.day() <= 11).map(|(_, s)| s).sum();
        assert_eq!(first, week - STRAIGHT_WEEK);
    }
}
