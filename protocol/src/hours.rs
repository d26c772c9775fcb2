//! Hours worked, derived from punches: always computed anew, never stored, never signed.
//!
//! # Rules
//!
//! 1. A punch is one moment. Those of one worker on one project make a timeline, ordered by stated time. Of several at
//!    the same millisecond (people type whole minutes) one that fits goes first, so an out and an in at noon close one
//!    shift and open the next; what then still ties goes by kind and id. The order in which punches are given changes
//!    nothing.
//! 2. A shift is an in and the next out. Nothing is guessed: a shift without an out counts nothing and is flagged, and
//!    so does a punch that fits nowhere. A break is a gap that does not count; one that was not ended lasts until the
//!    out. A switch changes the classification from then on, in a break too.
//! 3. A moment counts as the whole second in which it falls. So every sum is exact: however time is split, the rows of
//!    a shift add up to its last second less its first less its breaks, and a clerk can check it by hand. Against
//!    the milliseconds each shift and each break errs by less than one second, and favours nobody.
//! 4. A shift is split at each midnight of its project's time zone by the seconds that elapsed, so a day on which the
//!    clock changes has 23 or 25 hours. A day begins at its first midnight, or behind the gap that swallows its
//!    midnight, and lasts until the next begins. Time falls into the day in which it was worked, not the day of the in.
//! 5. Time on two projects at once counts on both, as stated, and both shifts are flagged: which of them is wrong is
//!    for a person to say. Flags delete nothing.
//! 6. Beside the seconds stand the least and the most that the evidence supports, each moment at the worse end of its
//!    interval; at midnight there is no doubt. A time typed by hand is a statement and has no doubt of its own. Sums of
//!    these bounds hold, though tighter ones may exist.

pub mod span;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    Span, Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use crate::{
    Fault, RecordId, Uuid,
    time::{How, Interval},
};

/// A shift longer than this counts and is flagged [`FlagKind::TooLong`], in seconds: 16 hours.
pub const LONG_SHIFT: i64 = 16 * 3600;
/// A shift longer than this counts nothing and is flagged [`FlagKind::Impossible`], in seconds: 72 hours.
pub const IMPOSSIBLE_SHIFT: i64 = 72 * 3600;
/// A moment that may differ by more than this from the stated one is flagged [`FlagKind::TimeUncertain`], in seconds:
/// 0.10 h.
pub const UNCERTAIN: i64 = 360;

/// What a punch says. Declared in the order in which punches of the same moment are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Work on the project begins.
    In,
    /// Work goes on under the classification of this punch.
    Switch,
    /// A break begins.
    BreakStart,
    /// A break ends.
    BreakEnd,
    /// Work on the project ends.
    Out,
}

/// One moment of a worker's day, as the fold shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Punch {
    /// The punch's record.
    pub id: RecordId,
    /// The member whose time this is.
    pub worker: Uuid,
    /// The project worked on.
    pub project: Uuid,
    /// Labor classification, from this in or switch on. Of no meaning elsewhere.
    pub classification: Option<String>,
    /// What the punch says.
    pub what: What,
    /// When.
    pub at: Interval,
    /// Withdrawn punches count nothing and are not flagged.
    pub withdrawn: bool,
}

/// The hours of some punches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// By worker, project, date and classification, in this order, each at most once.
    pub rows: Vec<Row>,
    /// What a person must look at, by worker, project, punch and kind, each at most once.
    pub flags: Vec<Flag>,
}

/// The time of one worker on one project under one classification on one day. Times are as in [`Total`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The worker.
    pub worker: Uuid,
    /// The project.
    pub project: Uuid,
    /// Labor classification, where one was stated.
    pub classification: Option<String>,
    /// The day by the project's time zone.
    pub date: Date,
    /// Seconds worked, as stated, breaks not included.
    pub seconds: i64,
    /// Seconds spent in breaks, as stated.
    pub breaks_seconds: i64,
    /// The fewest seconds of work that the evidence supports.
    pub uncertain_low: i64,
    /// The most seconds of work that the evidence supports; none where it sets no bound.
    pub uncertain_high: Option<i64>,
}

/// A sum of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// Seconds worked, as stated, breaks not included.
    pub seconds: i64,
    /// Seconds spent in breaks, as stated.
    pub breaks_seconds: i64,
    /// The fewest seconds of work that the evidence supports.
    pub uncertain_low: i64,
    /// The most seconds of work that the evidence supports; none where it sets no bound.
    pub uncertain_high: Option<i64>,
}

/// Something that a person must look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flag {
    /// The worker.
    pub worker: Uuid,
    /// The project.
    pub project: Uuid,
    /// The punch concerned; for a shift its in.
    pub punch: RecordId,
    /// What is the matter.
    pub kind: FlagKind,
}

/// What can be the matter with a punch or a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlagKind {
    /// The last shift has no out yet and counts nothing until it has.
    Open,
    /// The worker came in again before this shift's out; it counts nothing.
    MissingOut,
    /// An out, a switch or a break outside of any shift; it has no effect.
    MissingIn,
    /// The end of a break that had not begun; it has no effect.
    MissingBreakStart,
    /// The start of a break that has no end of its own. In a break it has no effect, otherwise the break lasts until
    /// the out.
    BreakOpen,
    /// The shift counts time that another project counts too.
    Overlap,
    /// The shift is longer than [`LONG_SHIFT`]; it counts.
    TooLong,
    /// The stated time is not in the years 2000 to 2199, or the shift is longer than [`IMPOSSIBLE_SHIFT`]; it counts
    /// nothing.
    Impossible,
    /// The stated time contradicts its own evidence; it counts as stated.
    Outside,
    /// The evidence allows a moment more than [`UNCERTAIN`] away from the stated one, or sets no bound; it counts as
    /// stated.
    TimeUncertain,
}

/// The hours of `punches` by the rules of this module. `zone` tells the time zone of a project.
pub fn hours(punches: impl IntoIterator<Item = Punch>, zone: impl Fn(&Uuid) -> TimeZone) -> Hours {
    let mut flags = BTreeSet::new();
    let punches = punches.into_iter().filter(|punch| !punch.withdrawn);
    let timelines = timelines(punches.inspect(|punch| flags.extend(doubts(&punch.at).map(|kind| punch.flag(kind)))));
    let mut rows: BTreeMap<(Uuid, Uuid, Date, Option<String>), Total> = BTreeMap::new();
    let mut worked: BTreeMap<Uuid, Vec<Worked>> = BTreeMap::new();
    for ((worker, project), timeline) in timelines {
        let Paired { shifts, flags: faulty, .. } = pair(&timeline);
        flags.extend(faulty);
        let zone = zone(&project);
        for shift in &shifts {
            worked.entry(worker).or_default().extend(shift.worked());
            for (date, piece) in shift.stretches.iter().flat_map(|stretch| stretch.days(&zone)) {
                let key = (worker, project, date, piece.classification.map(String::from));
                rows.entry(key).or_default().add(piece.total());
            }
        }
    }
    flags.extend(worked.into_values().flat_map(overlaps));
    rows.retain(|_, total| *total != Total::default());
    Hours { rows: rows.into_iter().map(row).collect(), flags: flags.into_iter().collect() }
}

/// The time zone that a project names by an IANA identifier in its own spelling, such as `America/New_York`.
///
/// # Errors
/// [`Fault::Invalid`] that names `zone`.
pub fn zone(name: &str) -> Result<TimeZone, Fault> {
    let found = TimeZone::get(name).ok().filter(|zone| zone.iana_name() == Some(name));
    found.ok_or_else(|| Fault::invalid("zone", "unknown"))
}

/// The first day of the week of `date`, for weeks that begin on `first` (Monday by ISO 8601, Sunday on many payrolls).
pub fn week_of(date: Date, first: Weekday) -> Date {
    date.saturating_sub(Span::new().days(date.weekday().since(first)))
}

/// The day that `text` names, `2026-12-10`, if it is one of the years 2000 to 2199 in its one spelling.
pub fn day(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    (date.to_string() == text && (2000..=2199).contains(&date.year())).then_some(date)
}

/// The first millisecond of `date` in `zone`, and that of the day after.
pub fn bounds(date: Date, zone: &TimeZone) -> (i64, i64) {
    let begins = |date| begins(date, zone).saturating_mul(1000);
    (begins(date), begins(date.saturating_add(Span::new().days(1))))
}

impl Hours {
    /// Sums over the rows that share a key: `|row| row.worker`, `|row| (row.worker, row.date)`,
    /// `|row| (row.worker, week_of(row.date, Weekday::Sunday))`, `|row| row.classification.clone()` and so on.
    pub fn totals<K: Ord>(&self, key: impl Fn(&Row) -> K) -> BTreeMap<K, Total> {
        let mut totals: BTreeMap<K, Total> = BTreeMap::new();
        for row in &self.rows {
            totals.entry(key(row)).or_default().add(row.total());
        }
        totals
    }
}

impl Row {
    /// The row's own times.
    pub fn total(&self) -> Total {
        let Row { seconds, breaks_seconds, uncertain_low, uncertain_high, .. } = *self;
        Total { seconds, breaks_seconds, uncertain_low, uncertain_high }
    }
}

impl Default for Total {
    /// No time, and no doubt about it.
    fn default() -> Self {
        Total { seconds: 0, breaks_seconds: 0, uncertain_low: 0, uncertain_high: Some(0) }
    }
}

impl Total {
    fn add(&mut self, other: Total) {
        self.seconds = self.seconds.saturating_add(other.seconds);
        self.breaks_seconds = self.breaks_seconds.saturating_add(other.breaks_seconds);
        self.uncertain_low = self.uncertain_low.saturating_add(other.uncertain_low);
        self.uncertain_high = self.uncertain_high.zip(other.uncertain_high).map(|(a, b)| a.saturating_add(b));
    }
}

impl Punch {
    fn flag(&self, kind: FlagKind) -> Flag {
        Flag { worker: self.worker, project: self.project, punch: self.id, kind }
    }
}

/// A moment in whole seconds, and by how many the truth may lie before and after it.
#[derive(Clone, Copy)]
struct Mark {
    second: i64,
    before: Option<i64>,
    after: Option<i64>,
}

/// Time between two marks under one classification, all work or all break.
#[derive(Clone, Copy)]
struct Stretch<'p> {
    from: Mark,
    to: Mark,
    classification: Option<&'p str>,
    in_break: bool,
}

/// A shift that has begun, with the stretches that are over and the state of the one that is not.
struct Shift<'p> {
    start: &'p Punch,
    stretches: Vec<Stretch<'p>>,
    from: Mark,
    classification: Option<&'p str>,
    pause: Option<&'p Punch>,
}

/// Seconds of work, with the flag that their shift gets if another project counts them too.
struct Worked {
    from: i64,
    to: i64,
    flag: Flag,
}

impl Mark {
    /// The doubt reaches over the stated time and both bounds, also where these contradict each other.
    fn of(at: &Interval) -> Self {
        let second = at.stated.div_euclid(1000);
        if at.how == How::Typed {
            return Mark::certain(second);
        }
        let low = at.earliest.map(|bound| bound.min(at.latest.unwrap_or(bound)).min(at.stated));
        let high = at.latest.map(|bound| bound.max(at.earliest.unwrap_or(bound)).max(at.stated));
        Mark {
            second,
            before: low.map(|low| second - low.div_euclid(1000)),
            after: high.map(|high| high.div_euclid(1000) + i64::from(high.rem_euclid(1000) > 0) - second),
        }
    }

    fn certain(second: i64) -> Self {
        Mark { second, before: Some(0), after: Some(0) }
    }
}

impl<'p> Stretch<'p> {
    /// The parts of this stretch that fall on each day; one part, if it has no length.
    fn days(self, zone: &TimeZone) -> Vec<(Date, Stretch<'p>)> {
        let mut parts = Vec::new();
        let mut rest = self;
        loop {
            let (date, end) = local_day(rest.from.second, zone);
            if end >= rest.to.second {
                parts.push((date, rest));
                return parts;
            }
            let midnight = Mark::certain(end);
            parts.push((date, Stretch { to: midnight, ..rest }));
            rest.from = midnight;
        }
    }

    fn total(&self) -> Total {
        let seconds = self.to.second - self.from.second;
        if self.in_break {
            return Total { breaks_seconds: seconds, ..Total::default() };
        }
        let less = self.from.after.zip(self.to.before).map(|(late, early)| late.saturating_add(early));
        let more = self.from.before.zip(self.to.after).map(|(early, late)| early.saturating_add(late));
        Total {
            seconds,
            breaks_seconds: 0,
            uncertain_low: less.map_or(0, |less| seconds.saturating_sub(less).max(0)),
            uncertain_high: more.map(|more| seconds.saturating_add(more)),
        }
    }
}

impl<'p> Shift<'p> {
    fn begin(punch: &'p Punch) -> Self {
        let classification = punch.classification.as_deref();
        Shift { start: punch, stretches: Vec::new(), from: Mark::of(&punch.at), classification, pause: None }
    }

    /// Ends the running stretch at this punch; the next one runs from there.
    fn cut(&mut self, punch: &Punch) {
        let (from, to) = (self.from, Mark::of(&punch.at));
        self.stretches.push(Stretch { from, to, classification: self.classification, in_break: self.pause.is_some() });
        self.from = to;
    }

    /// Seconds from the in to the last cut.
    fn length(&self) -> i64 {
        self.stretches.first().map_or(0, |first| self.from.second - first.from.second)
    }

    fn worked(&self) -> impl Iterator<Item = Worked> {
        let work = self.stretches.iter().filter(|part| !part.in_break && part.from.second < part.to.second);
        let flag = self.start.flag(FlagKind::Overlap);
        work.map(move |part| Worked { from: part.from.second, to: part.to.second, flag })
    }
}

/// What one worker's timeline on one project comes to.
struct Paired<'p> {
    /// The shifts that count.
    shifts: Vec<Shift<'p>>,
    /// The last one, where it has no out yet.
    open: Option<Shift<'p>>,
    /// What is wrong with the rest.
    flags: Vec<Flag>,
}

/// The punches that count of each worker on each project, in their order.
fn timelines(punches: impl Iterator<Item = Punch>) -> BTreeMap<(Uuid, Uuid), Vec<Punch>> {
    let mut timelines: BTreeMap<(Uuid, Uuid), Vec<Punch>> = BTreeMap::new();
    for punch in punches.filter(|punch| !punch.withdrawn && punch.at.valid()) {
        timelines.entry((punch.worker, punch.project)).or_default().push(punch);
    }
    for timeline in timelines.values_mut() {
        timeline.sort_by_key(|punch| (punch.at.stated, punch.what, punch.id));
    }
    timelines
}

fn pair(timeline: &[Punch]) -> Paired<'_> {
    let (mut shifts, mut flags) = (Vec::new(), Vec::new());
    let mut open: Option<Shift> = None;
    for moment in timeline.chunk_by(|a, b| a.at.stated == b.at.stated) {
        let mut waiting: Vec<&[Punch]> = moment.chunk_by(|a, b| a.what == b.what).collect();
        while let Some(punch) = next(&mut waiting, open.as_ref()) {
            match (punch.what, open.as_mut()) {
                (What::In, _) => {
                    let left = open.replace(Shift::begin(punch));
                    flags.extend(left.map(|shift| shift.start.flag(FlagKind::MissingOut)));
                }
                (_, None) => flags.push(punch.flag(FlagKind::MissingIn)),
                (What::Switch, Some(shift)) => {
                    shift.cut(punch);
                    shift.classification = punch.classification.as_deref();
                }
                (What::BreakStart, Some(Shift { pause: Some(_), .. })) => flags.push(punch.flag(FlagKind::BreakOpen)),
                (What::BreakEnd, Some(Shift { pause: None, .. })) => {
                    flags.push(punch.flag(FlagKind::MissingBreakStart))
                }
                (What::BreakStart | What::BreakEnd, Some(shift)) => {
                    shift.cut(punch);
                    shift.pause = shift.pause.is_none().then_some(punch);
                }
                (What::Out, Some(shift)) => {
                    shift.cut(punch);
                    flags.extend(shift.pause.map(|pause| pause.flag(FlagKind::BreakOpen)));
                    flags.extend(too_long(shift.length()).map(|kind| shift.start.flag(kind)));
                    shifts.extend(open.take().filter(|shift| shift.length() <= IMPOSSIBLE_SHIFT));
                }
            }
        }
    }
    flags.extend(open.iter().map(|shift| shift.start.flag(FlagKind::Open)));
    Paired { shifts, open, flags }
}

/// Takes one of the punches of a moment, which stand in queues by kind: the first that fits, otherwise the first.
fn next<'p>(waiting: &mut [&'p [Punch]], open: Option<&Shift>) -> Option<&'p Punch> {
    let fitting = waiting.iter().position(|queue| queue.first().is_some_and(|punch| fits(punch.what, open)));
    let index = fitting.or_else(|| waiting.iter().position(|queue| !queue.is_empty()))?;
    waiting.get_mut(index)?.split_off_first()
}

/// Whether a punch raises no flag here.
fn fits(what: What, open: Option<&Shift>) -> bool {
    match (what, open) {
        (What::In, open) => open.is_none(),
        (_, None) => false,
        (What::Switch, Some(_)) => true,
        (What::BreakEnd, Some(shift)) => shift.pause.is_some(),
        (What::BreakStart | What::Out, Some(shift)) => shift.pause.is_none(),
    }
}

/// What is to be said of a moment by itself.
fn doubts(at: &Interval) -> impl Iterator<Item = FlagKind> + use<> {
    let mark = Mark::of(at);
    let uncertain = [mark.before, mark.after].iter().any(|doubt| doubt.is_none_or(|doubt| doubt > UNCERTAIN));
    [
        (!at.valid()).then_some(FlagKind::Impossible),
        at.outside().then_some(FlagKind::Outside),
        uncertain.then_some(FlagKind::TimeUncertain),
    ]
    .into_iter()
    .flatten()
}

fn too_long(length: i64) -> Option<FlagKind> {
    let kind = if length > IMPOSSIBLE_SHIFT { FlagKind::Impossible } else { FlagKind::TooLong };
    (length > LONG_SHIFT).then_some(kind)
}

/// The flags of the shifts of one worker that count the same time. One timeline never overlaps itself, so their
/// projects differ. It is enough to compare each span with the one that lasts longest of those that began before it:
/// whatever a span overlaps, it either meets this one or is this one.
fn overlaps(mut worked: Vec<Worked>) -> Vec<Flag> {
    worked.sort_by_key(|span| (span.from, span.to, span.flag));
    let mut flags = Vec::new();
    let mut longest: Option<&Worked> = None;
    for span in &worked {
        if let Some(longest) = longest.filter(|longest| span.from < longest.to) {
            flags.extend([longest.flag, span.flag]);
        }
        longest = longest.filter(|longest| longest.to >= span.to).or(Some(span));
    }
    flags
}

/// The local day that `second` falls on, and the second at which the next one begins.
///
/// Where clocks go back over midnight the old date shows again for a while; that while belongs to the day that has
/// begun. Within the years that punches may have, no calendar arithmetic can fail; the fallbacks keep the function
/// total.
fn local_day(second: i64, zone: &TimeZone) -> (Date, i64) {
    let mut date = zone.to_datetime(Timestamp::from_second(second).unwrap_or_default()).date();
    loop {
        let tomorrow = date.saturating_add(Span::new().days(1));
        let end = begins(tomorrow, zone);
        if end > second || tomorrow == date {
            return (date, end);
        }
        date = tomorrow;
    }
}

/// The second at which `date` begins.
fn begins(date: Date, zone: &TimeZone) -> i64 {
    date.to_zoned(zone.clone()).map_or(i64::MAX, |midnight| midnight.timestamp().as_second())
}

fn row(((worker, project, date, classification), total): ((Uuid, Uuid, Date, Option<String>), Total)) -> Row {
    let Total { seconds, breaks_seconds, uncertain_low, uncertain_high } = total;
    Row { worker, project, classification, date, seconds, breaks_seconds, uncertain_low, uncertain_high }
}

#[cfg(test)]
mod tests;
