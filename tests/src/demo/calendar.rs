//! The days of the demonstration: which there are, when crews start, and who is off.
//!
//! Invariant: the last moment is the real now. Where that is no hour at which crews work, today's shift is one around it (a
//! closure at night, a weekend), so that there is something to see at any hour.

use jiff::{
    Timestamp, ToSpan, Zoned,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use super::cast::{Cast, Crew, Fate};
use crate::{clock::MINUTE, dice::Dice};

/// Where the sites are.
pub const ZONE: &str = "America/Los_Angeles";

/// Local minutes within which a weekday's usual shift is under way for everybody: later the first crew goes home.
const USUAL: std::ops::Range<i64> = 465..855;
/// How long ago today's shift began, at an hour that is not usual.
const UNDER_WAY: i64 = 450;

/// The days.
pub struct Calendar {
    zone: TimeZone,
    /// The moment at which the demonstration ends, milliseconds since 1970 UTC.
    pub now: i64,
    /// The day of that moment.
    pub today: Date,
    /// The first day, a Monday.
    pub first: Date,
    /// Minutes after midnight at which today's work starts, where that is not the usual time.
    pub moved: Option<i64>,
}

/// Somebody is off.
pub struct Absence {
    /// Who.
    pub who: &'static str,
    /// Whose crew.
    pub crew: usize,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Why.
    pub why: &'static str,
}

impl Calendar {
    /// At least so many weeks until `now`.
    pub fn until(now: i64, weeks: i64) -> Calendar {
        let zone = TimeZone::get(ZONE).unwrap();
        let local = Timestamp::from_millisecond(now).unwrap().to_zoned(zone.clone()).datetime();
        let (today, minute) = (local.date(), i64::from(local.hour()) * 60 + i64::from(local.minute()));
        let weekend = matches!(today.weekday(), Weekday::Saturday | Weekday::Sunday);
        let moved = (weekend || !USUAL.contains(&minute)).then(|| (minute - UNDER_WAY).max(0) / 30 * 30);
        let first = monday(today.checked_sub((weeks * 7 - 1).days()).unwrap());
        Calendar { zone, now, today, first, moved }
    }

    /// The moment at which clocks on site show so many minutes after midnight.
    pub fn at(&self, date: Date, minutes: i64) -> i64 {
        let midnight = date.to_zoned(self.zone.clone()).unwrap().timestamp().as_millisecond();
        midnight + minutes * MINUTE
    }

    /// Every day, in order.
    pub fn days(&self) -> Vec<Date> {
        self.first.series(1.day()).take_while(|date| *date <= self.today).collect()
    }

    /// When `crew` starts on `date`; none where it does not work.
    pub fn start(&self, crew: &Crew, date: Date) -> Option<i64> {
        if date == self.today
            && let Some(moved) = self.moved
        {
            // A quarter of an hour ago at the latest: who starts now is not there to be seen.
            let planned = self.at(date, moved + (crew.starts - 390).max(0));
            return Some(planned.min(self.now - 15 * MINUTE));
        }
        // Every second Saturday.
        let even = date.since(self.first).map_or(0, |span| span.get_days()) / 7 % 2 == 0;
        let works = match date.weekday() {
            Weekday::Sunday => false,
            Weekday::Saturday => crew.saturdays && even,
            _ => true,
        };
        works.then(|| self.at(date, crew.starts))
    }

    /// What clocks on site show at a moment.
    pub fn local(&self, at: i64) -> Zoned {
        Timestamp::from_millisecond(at).unwrap().to_zoned(self.zone.clone())
    }

    /// When the phones of a site last reached the server today: on the second site there has been no signal for hours.
    pub fn heard(&self, cast: &Cast, site: usize) -> i64 {
        let starts = cast.crews.iter().filter(|crew| crew.site == site).filter_map(|crew| self.start(crew, self.today));
        match site {
            1 => (self.now - 294 * MINUTE).max(starts.max().unwrap_or(self.now) + 12 * MINUTE),
            _ => self.now - MINUTE,
        }
    }

    /// The last day before today on which crews worked.
    pub fn yesterday(&self) -> Date {
        let mut date = self.today.yesterday().unwrap();
        while matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            date = date.yesterday().unwrap();
        }
        date
    }

    /// Who is off when: some for a day, a few for a week, and those who are off today.
    pub fn absences(&self, cast: &Cast) -> Vec<Absence> {
        let mut all = Vec::new();
        let weeks = i64::from(self.today.since(self.first).map_or(7, |span| span.get_days())) / 7;
        for (number, crew) in cast.crews.iter().enumerate() {
            for (place, hand) in crew.hands.iter().enumerate() {
                let mut dice = Dice::of(20, hand.name);
                let mut off = |from: Date, days: i64, why| {
                    let to = from.checked_add(days.days()).unwrap();
                    all.push(Absence { who: hand.name, crew: number, from, to, why });
                };
                let monday = self.first.checked_add((dice.below(weeks.max(1) as u64) as i64 * 7).days()).unwrap();
                // Foremen are there: somebody has to clock the crew.
                match dice.below(100) {
                    _ if place == 0 => {}
                    0..8 => off(monday, 4, "Vacation"),
                    8..30 => off(monday.checked_add((dice.below(5) as i64).days()).unwrap(), 0, "Sick"),
                    30..38 => off(monday.checked_add(3.days()).unwrap(), 0, "Safety training"),
                    38..44 => off(monday.checked_add(1.day()).unwrap(), 1, "Family leave"),
                    _ => {}
                }
                if hand.today == Fate::Off {
                    off(self.today, 2, if place % 2 == 0 { "Vacation" } else { "Sick" });
                }
            }
        }
        // Nobody else is off today, and all were there in the last whole week.
        let last = monday(self.today).checked_sub(7.days()).unwrap();
        all.retain(|absence| absence.from == self.today || absence.to < last);
        all
    }
}

/// The Monday of the week of `date`.
pub fn monday(date: Date) -> Date {
    let days = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(days.days()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cast;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_weekday_at_two_has_the_usual_shift() {
        let calendar = Calendar::until(at("2026-12-10T14:06:00-08:00"), 8);
        assert_eq!((calendar.first.to_string(), calendar.moved), ("2026-10-12".to_owned(), None));
        let crew = &cast::full().crews[0];
        assert_eq!(calendar.start(crew, calendar.today), Some(at("2026-12-10T06:30:00-08:00")));
        assert_eq!(calendar.days().len(), 60);
    }

    #[test]
    fn at_any_other_hour_the_shift_is_under_way_too() {
        for (now, start) in [
            ("2026-11-21T23:11:00-08:00", "2026-11-21T15:30:00-08:00"),
            ("2026-11-24T02:40:00-08:00", "2026-11-24T00:00:00-08:00"),
            ("2026-11-24T00:05:00-08:00", "2026-11-23T23:50:00-08:00"),
        ] {
            let calendar = Calendar::until(at(now), 2);
            for crew in &cast::small().crews {
                assert_eq!(calendar.start(crew, calendar.today), Some(at(start)), "{now}");
            }
        }
    }
}
