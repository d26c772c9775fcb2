//! Hours of days that a payroll office knows to be hard.

use jiff::Zoned;
use proptest::prelude::*;

use super::*;

fn uuid(n: u8) -> Uuid {
    Uuid::v7(0, [n; 10])
}

const ANA: u8 = 1;
const BRIDGE: u8 = 10;
const TUNNEL: u8 = 11;

fn millis(text: &str) -> i64 {
    text.parse::<Zoned>().unwrap().timestamp().as_millisecond()
}

fn exact(stated: i64) -> Interval {
    Interval { stated, earliest: Some(stated), latest: Some(stated), how: How::Anchored }
}

/// Ana's punch number `n` on the bridge.
fn punch(n: u8, what: What, stated: i64) -> Punch {
    Punch {
        id: RecordId::from(uuid(n)),
        worker: uuid(ANA),
        project: uuid(BRIDGE),
        classification: None,
        what,
        at: exact(stated),
        withdrawn: false,
    }
}

/// Ana's punches on the bridge at local times of one zone; a time is `2026-03-07T20:00` or, where it is ambiguous,
/// `2026-11-01T01:30-05:00`.
fn day_of(name: &str, punches: &[(What, &str)]) -> Hours {
    let at = |(n, (what, time)): (usize, &(What, &str))| punch(n as u8, *what, millis(&format!("{time}[{name}]")));
    hours(punches.iter().enumerate().map(at), |_| zone(name).unwrap())
}

fn by_date(hours: &Hours) -> Vec<(String, i64)> {
    hours.rows.iter().map(|row| (row.date.to_string(), row.seconds)).collect()
}

fn dates(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(date, hours)| (String::from(*date), hours * 3600)).collect()
}

fn flags(hours: &Hours) -> Vec<(u8, FlagKind)> {
    let number = |flag: &Flag| flag.punch.uuid().unwrap().as_bytes()[15];
    hours.flags.iter().map(|flag| (number(flag), flag.kind)).collect()
}

fn utc(punches: Vec<Punch>) -> Hours {
    hours(punches, |_| TimeZone::UTC)
}

const T: i64 = 1_790_000_000_000;
const H: i64 = 3_600_000;

#[test]
fn a_shift_with_a_break_counts_what_was_worked() {
    let found = day_of(
        "America/New_York",
        &[
            (What::In, "2026-09-14T07:00"),
            (What::BreakStart, "2026-09-14T12:00"),
            (What::BreakEnd, "2026-09-14T12:30"),
            (What::Out, "2026-09-14T15:30"),
        ],
    );
    let row = &found.rows[0];
    assert_eq!((found.rows.len(), row.seconds, row.breaks_seconds), (1, 8 * 3600, 1800));
    assert_eq!((row.uncertain_low, row.uncertain_high), (8 * 3600, Some(8 * 3600)));
    assert!(found.flags.is_empty());
}

#[test]
fn new_york_has_a_day_of_23_and_one_of_25_hours() {
    let night = |first, last| day_of("America/New_York", &[(What::In, first), (What::Out, last)]);
    let spring = night("2026-03-07T20:00", "2026-03-08T06:00");
    assert_eq!(by_date(&spring), dates(&[("2026-03-07", 4), ("2026-03-08", 5)]));
    let autumn = night("2026-10-31T20:00", "2026-11-01T06:00");
    assert_eq!(by_date(&autumn), dates(&[("2026-10-31", 4), ("2026-11-01", 7)]));
    assert_eq!(by_date(&night("2026-03-08T00:00", "2026-03-09T00:00")), dates(&[("2026-03-08", 23)]));
    assert_eq!(by_date(&night("2026-11-01T00:00", "2026-11-02T00:00")), dates(&[("2026-11-01", 25)]));
    let twice = night("2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00");
    assert_eq!(by_date(&twice), dates(&[("2026-11-01", 1)]), "the same wall time, an hour later");
}

#[test]
fn where_the_clock_changes_at_midnight_days_still_split_by_elapsed_time() {
    let night = |name, first, last| by_date(&day_of(name, &[(What::In, first), (What::Out, last)]));
    // Midnight does not exist: the day begins at 01:00.
    let spring = night("America/Santiago", "2026-09-05T20:00", "2026-09-06T05:00");
    assert_eq!(spring, dates(&[("2026-09-05", 4), ("2026-09-06", 4)]));
    let spring = night("Africa/Cairo", "2026-04-23T20:00", "2026-04-24T05:00");
    assert_eq!(spring, dates(&[("2026-04-23", 4), ("2026-04-24", 4)]));
    // The hour before midnight comes twice: both belong to the old day.
    let autumn = night("America/Santiago", "2026-04-04T20:00", "2026-04-05T04:00");
    assert_eq!(autumn, dates(&[("2026-04-04", 5), ("2026-04-05", 4)]));
    let autumn = night("Asia/Beirut", "2026-10-24T20:00", "2026-10-25T04:00");
    assert_eq!(autumn, dates(&[("2026-10-24", 5), ("2026-10-25", 4)]));
    // The hour after midnight comes twice: the day begins at the first.
    let autumn = night("America/Havana", "2026-10-31T20:00", "2026-11-01T04:00");
    assert_eq!(autumn, dates(&[("2026-10-31", 4), ("2026-11-01", 5)]));
}

#[test]
fn a_day_that_has_begun_does_not_end_because_the_clock_goes_back_over_midnight() {
    // St. John's went from 00:01 back to 23:01 of the day before.
    let name = "America/St_Johns";
    let through = day_of(name, &[(What::In, "2010-11-06T22:00"), (What::Out, "2010-11-07T01:00")]);
    assert_eq!(by_date(&through), dates(&[("2010-11-06", 2), ("2010-11-07", 2)]));
    let within = day_of(name, &[(What::In, "2010-11-06T23:30-03:30"), (What::Out, "2010-11-07T00:30-03:30")]);
    assert_eq!(by_date(&within), dates(&[("2010-11-07", 1)]));
}

#[test]
fn a_day_that_a_country_skipped_has_no_row() {
    let found = day_of("Pacific/Apia", &[(What::In, "2011-12-29T22:00"), (What::Out, "2011-12-31T02:00")]);
    assert_eq!(by_date(&found), dates(&[("2011-12-29", 2), ("2011-12-31", 2)]));
}

#[test]
fn each_project_splits_by_its_own_zone() {
    let there = |n, what, stated| Punch { project: uuid(TUNNEL), ..punch(n, what, stated) };
    let (start, change) = (millis("2026-06-01T20:00[America/New_York]"), millis("2026-06-02T00:30[America/New_York]"));
    let line = [
        punch(1, What::In, start),
        punch(2, What::Out, change),
        there(3, What::In, change),
        there(4, What::Out, change + H),
    ];
    let found = hours(line, |project| {
        zone(if *project == uuid(BRIDGE) { "America/New_York" } else { "America/Chicago" }).unwrap()
    });
    let rows: Vec<_> = found.rows.iter().map(|row| (row.project, row.date.to_string(), row.seconds)).collect();
    let expected = [(BRIDGE, "2026-06-01", 4 * 3600), (BRIDGE, "2026-06-02", 1800), (TUNNEL, "2026-06-01", 1800)];
    assert_eq!(rows[..3], expected.map(|(project, date, seconds)| (uuid(project), String::from(date), seconds)));
    assert_eq!(found.rows.len(), 4);
    assert!(found.flags.is_empty(), "an out and an in at the same moment do not overlap");
}

#[test]
fn a_switch_changes_the_classification_from_then_on() {
    let class = |punch: Punch, name: &str| Punch { classification: Some(String::from(name)), ..punch };
    let found = utc(vec![
        class(punch(1, What::In, T), "laborer"),
        punch(2, What::BreakStart, T + 2 * H),
        class(punch(3, What::Switch, T + 3 * H), "operator"),
        punch(4, What::BreakEnd, T + 4 * H),
        punch(5, What::Out, T + 7 * H),
    ]);
    let totals = found.totals(|row| row.classification.clone().unwrap());
    let hours = |name| (totals[name].seconds / 3600, totals[name].breaks_seconds / 3600);
    assert_eq!((hours("laborer"), hours("operator")), ((2, 1), (3, 1)));
    assert!(found.flags.is_empty());
}

#[test]
fn an_open_shift_counts_nothing_until_it_is_closed() {
    let mut line = vec![punch(1, What::In, T), punch(2, What::BreakStart, T + H)];
    let found = utc(line.clone());
    assert_eq!((found.rows.len(), flags(&found)), (0, vec![(1, FlagKind::Open)]));
    line.push(punch(3, What::BreakEnd, T + 2 * H));
    line.push(punch(4, What::Out, T + 3 * H));
    let found = utc(line);
    assert_eq!((found.rows[0].seconds, flags(&found)), (2 * 3600, vec![]));
}

#[test]
fn coming_in_twice_never_invents_hours() {
    let found = utc(vec![punch(1, What::In, T), punch(2, What::In, T + 24 * H), punch(3, What::Out, T + 32 * H)]);
    assert_eq!(found.rows.iter().map(|row| row.seconds).sum::<i64>(), 8 * 3600);
    assert_eq!(flags(&found), [(1, FlagKind::MissingOut)]);
}

#[test]
fn punches_that_fit_nowhere_are_flagged_and_change_nothing() {
    let found = utc(vec![
        punch(1, What::Out, T - H),
        punch(2, What::BreakStart, T - H + 1),
        punch(3, What::Switch, T - H + 2),
        punch(4, What::In, T),
        punch(5, What::BreakEnd, T + H),
        punch(6, What::Out, T + 2 * H),
    ]);
    assert_eq!(found.rows[0].seconds, 2 * 3600);
    let missing = FlagKind::MissingIn;
    assert_eq!(flags(&found), [(1, missing), (2, missing), (3, missing), (5, FlagKind::MissingBreakStart)]);
}

#[test]
fn a_break_without_an_end_lasts_until_the_out() {
    let found = utc(vec![
        punch(1, What::In, T),
        punch(2, What::BreakStart, T + H),
        punch(3, What::BreakStart, T + 2 * H),
        punch(4, What::Out, T + 4 * H),
    ]);
    let total = found.totals(|row| row.worker)[&uuid(ANA)];
    assert_eq!((total.seconds, total.breaks_seconds), (3600, 3 * 3600));
    assert_eq!(flags(&found), [(2, FlagKind::BreakOpen), (3, FlagKind::BreakOpen)]);
}

#[test]
fn time_on_two_projects_at_once_counts_on_both_and_is_flagged() {
    let there = |n, what, stated| Punch { project: uuid(TUNNEL), ..punch(n, what, stated) };
    let mut line = vec![
        punch(1, What::In, T),
        punch(2, What::Out, T + 4 * H),
        there(3, What::In, T + 3 * H),
        there(4, What::Out, T + 6 * H),
    ];
    let found = utc(line.clone());
    assert_eq!(found.totals(|row| row.worker)[&uuid(ANA)].seconds, 7 * 3600);
    assert_eq!(flags(&found), [(1, FlagKind::Overlap), (3, FlagKind::Overlap)]);
    line.push(punch(5, What::BreakStart, T + 3 * H));
    assert_eq!(flags(&utc(line)), [(5, FlagKind::BreakOpen)], "a break on one leaves no time that counts twice");
}

#[test]
fn an_out_and_an_in_typed_for_the_same_minute_close_one_shift_and_open_the_next() {
    let line = |out, next| vec![punch(1, What::In, T), punch(out, What::Out, T + H), punch(next, What::In, T + H)];
    for (out, next) in [(2, 3), (3, 2)] {
        let mut line = line(out, next);
        line.push(punch(4, What::Out, T + 3 * H));
        let found = utc(line);
        assert_eq!(found.rows.iter().map(|row| row.seconds).sum::<i64>(), 3 * 3600);
        assert!(found.flags.is_empty(), "{:?}", found.flags);
    }
    let empty = utc(vec![punch(2, What::In, T), punch(1, What::Out, T)]);
    assert_eq!(empty, Hours::default(), "in and out at once is a shift of no length");
}

#[test]
fn long_shifts_are_flagged_and_impossible_ones_do_not_count() {
    let shift = |length| utc(vec![punch(1, What::In, T), punch(2, What::Out, T + length)]);
    let seconds = |found: &Hours| found.rows.iter().map(|row| row.seconds).sum::<i64>();
    for (length, counted, expected) in [
        (16 * H, 16 * 3600, vec![]),
        (16 * H + 1000, 16 * 3600 + 1, vec![(1, FlagKind::TooLong)]),
        (72 * H, 72 * 3600, vec![(1, FlagKind::TooLong)]),
        (72 * H + 1000, 0, vec![(1, FlagKind::Impossible)]),
    ] {
        let found = shift(length);
        assert_eq!((seconds(&found), flags(&found)), (counted, expected));
    }
    let found = utc(vec![punch(1, What::In, i64::MIN), punch(2, What::Out, i64::MAX)]);
    assert_eq!((seconds(&found), flags(&found)), (0, vec![(1, FlagKind::Impossible), (2, FlagKind::Impossible)]));
}

#[test]
fn withdrawn_punches_count_nothing_and_are_not_flagged() {
    let withdrawn = Punch { withdrawn: true, ..punch(9, What::Out, T + H) };
    let found = utc(vec![punch(1, What::In, T), withdrawn, punch(2, What::Out, T + 2 * H)]);
    assert_eq!((found.rows[0].seconds, flags(&found)), (2 * 3600, vec![]));
}

#[test]
fn doubt_widens_the_bounds_and_never_the_hours() {
    let about = |punch: Punch, before, after| Punch {
        at: Interval { earliest: Some(punch.at.stated - before), latest: Some(punch.at.stated + after), ..punch.at },
        ..punch
    };
    let found = utc(vec![
        about(punch(1, What::In, T + 500), 60_000, 120_000),
        about(punch(2, What::Out, T + 8 * H), 1_000, 400_000),
    ]);
    let row = &found.rows[0];
    assert_eq!(row.seconds, 8 * 3600);
    assert_eq!((row.uncertain_low, row.uncertain_high), (8 * 3600 - 121 - 1, Some(8 * 3600 + 60 + 400)));
    assert_eq!(flags(&found), [(2, FlagKind::TimeUncertain)]);
}

#[test]
fn a_moment_without_bounds_has_no_upper_bound_of_hours_and_a_typed_one_no_doubt() {
    let bare = |punch: Punch, how| Punch { at: Interval { earliest: None, how, ..punch.at }, ..punch };
    let found = utc(vec![bare(punch(1, What::In, T), How::WallClock), punch(2, What::Out, T + H)]);
    assert_eq!((found.rows[0].uncertain_low, found.rows[0].uncertain_high), (3600, None));
    assert_eq!(flags(&found), [(1, FlagKind::TimeUncertain)]);
    let found = utc(vec![bare(punch(1, What::In, T), How::Typed), punch(2, What::Out, T + H)]);
    assert_eq!((found.rows[0].uncertain_high, flags(&found)), (Some(3600), vec![]));
}

#[test]
fn a_time_that_contradicts_its_evidence_counts_as_stated_and_is_flagged() {
    let mut late = punch(2, What::Out, T + 2 * H);
    late.at.latest = Some(T + H);
    late.at.earliest = Some(T + H);
    let found = utc(vec![punch(1, What::In, T), late]);
    assert_eq!((found.rows[0].seconds, found.rows[0].uncertain_low), (2 * 3600, 3600));
    assert_eq!(flags(&found), [(2, FlagKind::Outside), (2, FlagKind::TimeUncertain)]);
}

#[test]
fn weeks_begin_on_the_day_that_a_payroll_says() {
    let date = |text: &str| text.parse::<Date>().unwrap();
    for (day, iso, sunday) in [
        ("2026-09-12", "2026-09-07", "2026-09-06"),
        ("2026-09-13", "2026-09-07", "2026-09-13"),
        ("2026-09-14", "2026-09-14", "2026-09-13"),
    ] {
        assert_eq!(week_of(date(day), Weekday::Monday), date(iso));
        assert_eq!(week_of(date(day), Weekday::Sunday), date(sunday));
    }
    let found = day_of("America/New_York", &[(What::In, "2026-09-12T22:00"), (What::Out, "2026-09-13T03:00")]);
    let weeks = found.totals(|row| week_of(row.date, Weekday::Sunday));
    assert_eq!((weeks[&date("2026-09-06")].seconds, weeks[&date("2026-09-13")].seconds), (2 * 3600, 3 * 3600));
}

#[test]
fn only_the_own_spelling_of_a_zone_is_known() {
    assert!(zone("America/New_York").is_ok());
    for name in ["america/new_york", "Etc/Unknown", "New York", "", "+02:00"] {
        assert_eq!(zone(name).unwrap_err(), Fault::invalid("zone", "unknown"), "{name}");
    }
}

fn anything() -> impl Strategy<Value = Vec<Punch>> {
    let what = prop::sample::select(vec![What::In, What::Switch, What::BreakStart, What::BreakEnd, What::Out]);
    let stated = prop_oneof![8 => (0..200i64).prop_map(|n| T + n * H / 4), 1 => any::<i64>()];
    let bounds = (any::<Option<i64>>(), any::<Option<i64>>());
    let one = (what, stated, 0..2u8, 0..2u8, prop::option::of("[ab]"), bounds, any::<bool>());
    prop::collection::vec(one, 0..40).prop_map(|all| {
        let one = |(n, (what, stated, worker, project, classification, (earliest, latest), vague))| Punch {
            worker: uuid(worker),
            project: uuid(project),
            classification,
            at: if vague { Interval { earliest, latest, how: How::WallClock, stated } } else { exact(stated) },
            ..punch(n as u8, what, stated)
        };
        all.into_iter().enumerate().map(one).collect()
    })
}

proptest! {
    #[test]
    fn the_order_in_which_punches_are_given_changes_nothing(
        (given, shuffled) in anything().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(utc(given), utc(shuffled));
    }

    #[test]
    fn hours_lie_between_their_bounds(given in anything()) {
        for row in utc(given).rows {
            prop_assert!(0 <= row.uncertain_low && row.uncertain_low <= row.seconds);
            prop_assert!(row.uncertain_high.is_none_or(|high| row.seconds <= high));
        }
    }

    #[test]
    fn splitting_by_day_loses_no_second(given in anything(), name in 0..5usize) {
        let names = ["America/New_York", "America/Santiago", "Africa/Cairo", "Pacific/Apia", "Asia/Kathmandu"];
        let there = hours(given.clone(), |_| zone(names[name]).unwrap());
        let here = utc(given);
        let sums = |hours: &Hours| {
            let totals = hours.totals(|row| (row.worker, row.project, row.classification.clone()));
            totals.into_iter().map(|(key, total)| (key, total.seconds, total.breaks_seconds)).collect::<Vec<_>>()
        };
        prop_assert_eq!(sums(&there), sums(&here));
        prop_assert_eq!(there.flags, here.flags);
    }

    #[test]
    fn rows_add_up_to_the_shifts_less_their_breaks(
        shifts in prop::collection::vec((0..7_200_000i64, [0..14_400_000i64, 0..3_600_000, 0..14_400_000]), 1..20),
    ) {
        let (mut line, mut now, mut worked, mut breaks) = (Vec::new(), T, 0, 0);
        for (gap, [before, pause, after]) in shifts {
            let start = now + gap + 1;
            let moments = [start, start + before, start + before + pause, start + before + pause + after];
            let [first, from, to, last] = moments.map(|at| at.div_euclid(1000));
            worked += (last - first) - (to - from);
            breaks += to - from;
            for (what, at) in [What::In, What::BreakStart, What::BreakEnd, What::Out].into_iter().zip(moments) {
                line.push(punch(line.len() as u8, what, at));
            }
            now = moments[3];
        }
        let found = hours(line, |_| zone("America/New_York").unwrap());
        prop_assert_eq!(&found.flags, &vec![]);
        let sum = |of: fn(&Row) -> i64| found.rows.iter().map(of).sum::<i64>();
        prop_assert_eq!((sum(|row| row.seconds), sum(|row| row.breaks_seconds)), (worked, breaks));
    }
}
