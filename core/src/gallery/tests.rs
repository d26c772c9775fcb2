//! Days are those of a zone, and as long as they are there.

use super::*;

const HOUR: i64 = 3_600_000;

#[test]
fn a_day_is_as_long_as_its_zone_says() {
    let berlin = hours::zone("Europe/Berlin").unwrap();
    // 29 March 2026, 12:00 UTC: the clocks went forward that night.
    let day = day_of(1_774_785_600_000, &berlin).unwrap();
    assert_eq!((day.date.as_str(), day.to - day.from, day.count), ("2026-03-29", 23 * HOUR, 1));
    assert_eq!(day_of(day.from, &berlin).unwrap(), day);
    assert_eq!(day_of(day.from - 1, &berlin).unwrap().date, "2026-03-28");
    let next = day_of(day.to, &berlin).unwrap();
    assert_eq!((next.date.as_str(), next.from), ("2026-03-30", day.to));
    // A zone where midnight is skipped: the day begins when it does.
    let cairo = hours::zone("Africa/Cairo").unwrap();
    let day = day_of(1_777_032_000_000, &cairo).unwrap();
    assert_eq!((day.date.as_str(), day.to - day.from), ("2026-04-24", 23 * HOUR));
}

#[test]
fn a_moment_outside_all_calendars_is_of_no_day() {
    let utc = hours::zone("UTC").unwrap();
    assert_eq!(day_of(i64::MAX, &utc), None);
    assert_eq!(day_of(i64::MIN, &utc), None);
}
