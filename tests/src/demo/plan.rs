//! What everybody does on one day, thought out before it is played.
//!
//! Invariant: the plan follows from cast and calendar alone, so that a demonstration of the same day is the same but for its
//! keys and ids; nothing of it is later than the calendar's now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Zoned, civil::Date};
use plumbline_pictures::Subject;

use super::{
    calendar::{Absence, Calendar},
    cast::{ADMINISTRATOR, Cast, Crew, Fate, Hand, MANAGER, Site},
};
use crate::{
    clock::{HOUR, MINUTE, SECOND},
    dice::Dice,
};

/// Somebody does something at a moment, on the project of a site.
pub struct Act {
    /// When.
    pub at: i64,
    /// Where, by the site's place in the cast's list.
    pub site: usize,
    /// What.
    pub deed: Deed,
}

/// What somebody does.
pub enum Deed {
    /// Clocks a worker (oneself, where it is one's own name).
    Clock {
        /// Whom.
        worker: &'static str,
        /// `in`, `out`, ...
        what: &'static str,
        /// For work that begins.
        classification: Option<&'static str>,
    },
    /// Adds an out that was forgotten.
    AddOut {
        /// Whose.
        worker: &'static str,
        /// When it was.
        out: i64,
        /// Why.
        reason: &'static str,
    },
    /// Corrects when the worker came in.
    Correct {
        /// Whose.
        worker: &'static str,
        /// What the punch says.
        was: i64,
        /// What it was.
        right: i64,
        /// Why.
        reason: &'static str,
    },
    /// Takes a photograph.
    Photo {
        /// Which of all.
        number: usize,
    },
    /// Writes a note.
    Note(&'static str),
    /// Writes down that somebody is off.
    Off {
        /// Who.
        worker: &'static str,
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
        /// Why.
        why: &'static str,
    },
}

/// A picture to be painted.
pub struct Shot {
    /// What it shows.
    pub subject: Subject,
    /// In words.
    pub caption: &'static str,
    /// When it is taken, by the clocks on site.
    pub local: Zoned,
    /// Where, in degrees times 10^7.
    pub place: (i64, i64),
    /// How far that may be off.
    pub accuracy_cm: i64,
}

/// All days.
pub struct Plan {
    /// What is done on each day, by whose phone, in order of time.
    pub days: BTreeMap<Date, BTreeMap<&'static str, Vec<Act>>>,
    /// The photographs, in the order of the days.
    pub shots: Vec<Shot>,
    absences: Vec<Absence>,
}

const FORGOT: &[&str] = &[
    "Phone was dead. He went home with the crew.",
    "Forgot to clock out, left with the truck",
    "Was at the yard for fuel, out at the usual time",
];
const WRONG: &[&str] = &[
    "Was at the gate before the foreman had signal",
    "Clocked in twice, first one counts",
    "Toolbox talk began earlier",
];

/// Plans everything, with so many photographs.
pub fn plan(cast: &Cast, calendar: &Calendar, photographs: usize) -> Plan {
    let absences = calendar.absences(cast);
    let mut plan = Plan { days: BTreeMap::new(), shots: Vec::new(), absences };
    let days = calendar.days();
    for &date in &days {
        for (number, crew) in cast.crews.iter().enumerate() {
            let Some(start) = calendar.start(crew, date) else { continue };
            for hand in crew.hands {
                let off = plan.absences.iter().any(|a| a.who == hand.name && (a.from..=a.to).contains(&date));
                if !(off || date == calendar.today && hand.today == Fate::Missing) {
                    plan.shift(cast, calendar, (number, hand), date, start);
                }
            }
        }
    }
    plan.photographs(cast, calendar, photographs);
    plan.notes(cast, calendar);
    plan.absences(cast, calendar);
    for acts in plan.days.values_mut().flat_map(BTreeMap::values_mut) {
        acts.retain(|act| act.at < calendar.now);
        acts.sort_by_key(|act| act.at);
    }
    plan
}

impl Plan {
    fn add(&mut self, date: Date, phone: &'static str, act: Act) {
        self.days.entry(date).or_default().entry(phone).or_default().push(act);
    }

    /// The punches of one worker's day, and what went wrong with them.
    fn shift(
        &mut self,
        cast: &Cast,
        calendar: &Calendar,
        (crew, hand): (usize, &'static Hand),
        date: Date,
        start: i64,
    ) {
        let crew = &cast.crews[crew];
        let site = cast.sites[crew.site];
        let mut dice = Dice::of(7, &format!("{} {date}", hand.name));
        let today = date == calendar.today;
        let saturday = date.weekday() == jiff::civil::Weekday::Saturday && !today;
        // Who has a phone of their own clocks themselves in the last days; the foreman clocks everybody else.
        let own = date >= calendar.yesterday();
        let phone = if own { hand.name } else { crew.hands[0].name };
        let jitter =
            |dice: &mut Dice, from: i64, to: i64| (from * 60 + dice.below(((to - from) * 60) as u64) as i64) * SECOND;
        let came = start + jitter(&mut dice, -9, 4);
        let works = (if saturday { 4 * HOUR } else { 8 * HOUR }) + if dice.below(9) == 0 { HOUR } else { 0 };
        let rest = came + jitter(&mut dice, 285, 300);
        let back = rest + jitter(&mut dice, 29, 33);
        let left = came + works + (if saturday { 0 } else { back - rest }) + jitter(&mut dice, -2, 6);
        let own_work = site.classifications[hand.classification];
        let clock = |at, what, classification| Act {
            at,
            site: crew.site,
            deed: Deed::Clock { worker: hand.name, what, classification },
        };
        self.add(date, phone, clock(came, "in", Some(own_work)));
        if hand.today == Fate::Rests && today {
            let at = (calendar.now - jitter(&mut dice, 6, 14)).max(came + MINUTE);
            self.add(date, phone, clock(at, "break_start", None));
            return;
        }
        // Nobody else rests just now.
        if !(saturday || today && calendar.now < back + MINUTE) {
            self.add(date, phone, clock(rest, "break_start", None));
            self.add(date, phone, clock(back, "break_end", None));
        }
        if dice.below(12) == 0 && !saturday {
            let other = site.classifications[dice.below(site.classifications.len() as u64) as usize];
            if other != own_work {
                self.add(date, phone, clock(back + jitter(&mut dice, 40, 90), "switch", Some(other)));
            }
        }
        let forgot = dice.below(70) == 0 && !own && !saturday;
        if !forgot {
            self.add(date, phone, clock(left, "out", None));
        }
        // Put right on the next day on which the crew is there.
        let Some(morning) = self.next_morning(calendar, crew, date).filter(|_| !saturday) else { return };
        let at = morning.1 + jitter(&mut dice, 70, 110);
        let by = if cast.manager && dice.below(2) == 0 { MANAGER } else { crew.hands[0].name };
        if forgot {
            let out = left / MINUTE * MINUTE;
            let deed = Deed::AddOut { worker: hand.name, out, reason: dice.pick::<&str>(FORGOT) };
            self.add(morning.0, by, Act { at, site: crew.site, deed });
        } else if dice.below(60) == 0 && !own {
            let right = (came - jitter(&mut dice, 8, 25)) / MINUTE * MINUTE;
            let deed = Deed::Correct { worker: hand.name, was: came, right, reason: dice.pick::<&str>(WRONG) };
            self.add(morning.0, phone, Act { at, site: crew.site, deed });
        }
    }

    /// When what went wrong on `date` is put right: on the next morning, so that a week is whole before it is signed.
    fn next_morning(&self, calendar: &Calendar, crew: &Crew, date: Date) -> Option<(Date, i64)> {
        let next = date.tomorrow().ok()?;
        (next < calendar.today).then(|| (next, calendar.at(next, crew.starts)))
    }

    /// The office writes down who is off, on the evening before.
    fn absences(&mut self, cast: &Cast, calendar: &Calendar) {
        let mut dice = Dice::of(7, "absences");
        for absence in std::mem::take(&mut self.absences) {
            let Absence { who: worker, crew, from, to, why } = absence;
            let date = from.yesterday().unwrap_or(from).max(calendar.first);
            let by = if cast.manager { MANAGER } else { ADMINISTRATOR };
            let at = calendar.at(date, 18 * 60) + dice.below(60) as i64 * MINUTE;
            let deed = Deed::Off { worker, from, to, why };
            self.add(date, by, Act { at, site: cast.crews[crew].site, deed });
        }
    }

    /// Spreads the photographs over the crews' days, three times as many on the last.
    fn photographs(&mut self, cast: &Cast, calendar: &Calendar, count: usize) {
        let mut slots = Vec::new();
        for date in calendar.days() {
            for crew in &cast.crews {
                if let Some(start) = calendar.start(crew, date) {
                    let last = if date == calendar.today { calendar.heard(cast, crew.site) } else { start + 8 * HOUR };
                    let times = if date == calendar.today { 3 } else { 1 };
                    slots.extend((0..times).map(|_| (date, crew, start, last)));
                }
            }
        }
        let mut dice = Dice::of(7, "photographs");
        let mut taken = BTreeSet::new();
        for (n, (date, crew, start, last)) in slots.iter().enumerate() {
            let site = cast.sites[crew.site];
            for _ in count * n / slots.len()..count * (n + 1) / slots.len() {
                let (subject, captions) = dice.pick(site.shots);
                let caption = *dice.pick(captions);
                let mut at = start + dice.below((last - start).max(1) as u64) as i64;
                while !taken.insert(at) {
                    at += SECOND;
                }
                let number = self.shots.len();
                self.shots.push(shot(calendar, site, (*subject, caption), at));
                // Mostly the foreman; sometimes somebody of the crew, where they have phones.
                let there = |name: &str| {
                    let acts = self.days.get(date).and_then(|day| day.get(name));
                    acts.is_some_and(|acts| {
                        acts.iter().any(|act| matches!(act.deed, Deed::Clock { what: "in", .. }) && act.at < at)
                    })
                };
                let hand = dice.pick(crew.hands).name;
                let by = if *date >= calendar.yesterday() && there(hand) { hand } else { crew.hands[0].name };
                self.add(*date, by, Act { at, site: crew.site, deed: Deed::Photo { number } });
            }
        }
    }

    /// Foremen write something down on some days.
    fn notes(&mut self, cast: &Cast, calendar: &Calendar) {
        let mut dice = Dice::of(7, "notes");
        let mut next = vec![0; cast.sites.len()];
        for date in calendar.days() {
            for crew in &cast.crews {
                let Some(start) = calendar.start(crew, date) else { continue };
                if dice.below(8) != 0 {
                    continue;
                }
                let notes = cast.sites[crew.site].notes;
                let text = notes[next[crew.site] % notes.len()];
                next[crew.site] += 1;
                let at = start + dice.below(6 * 60) as i64 * MINUTE;
                self.add(date, crew.hands[0].name, Act { at, site: crew.site, deed: Deed::Note(text) });
            }
        }
    }
}

/// A photograph of something on `site`, now and then from outside of its fence.
pub fn shot(calendar: &Calendar, site: &Site, (subject, caption): (Subject, &'static str), at: i64) -> Shot {
    let mut dice = Dice::of(at as u64, caption);
    let (north, east) = site.middle();
    let far = if dice.below(25) == 0 { 700 } else { 0 };
    let place = site.point(north + near(&mut dice) + far, east + near(&mut dice));
    Shot { subject, caption, local: calendar.local(at), place, accuracy_cm: 300 + dice.below(600) as i64 }
}

/// Metres from the middle of the work, more often few than many.
pub fn near(dice: &mut Dice) -> i64 {
    (0..3).map(|_| dice.below(41) as i64 - 20).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cast;

    #[test]
    fn eight_weeks_of_forty_people_are_planned_until_now_and_no_further() {
        let now = "2026-12-10T14:06:00-08:00".parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let (cast, calendar) = (cast::full(), Calendar::until(now, 8));
        let plan = plan(&cast, &calendar, 600);
        let acts: Vec<&Act> = plan.days.values().flat_map(BTreeMap::values).flatten().collect();
        let count = |of: fn(&Deed) -> bool| acts.iter().filter(|act| of(&act.deed)).count();
        assert!(count(|deed| matches!(deed, Deed::Clock { .. })) > 6000);
        assert!(count(|deed| matches!(deed, Deed::AddOut { .. })) > 5);
        assert!(count(|deed| matches!(deed, Deed::Correct { .. })) > 5);
        assert_eq!(count(|deed| matches!(deed, Deed::Photo { .. })), 600);
        assert!(acts.iter().all(|act| act.at < now));
        let today: Vec<&Act> = plan.days[&calendar.today].values().flatten().collect();
        let rest = |act: &&&Act| matches!(act.deed, Deed::Clock { what: "break_start", .. });
        let back = |act: &&&Act| matches!(act.deed, Deed::Clock { what: "break_end", .. });
        assert_eq!(today.iter().filter(rest).count() - today.iter().filter(back).count(), 2);
    }

    #[test]
    fn at_every_hour_of_a_week_all_who_came_are_still_there() {
        let monday = "2026-12-07T00:00:00-08:00".parse::<jiff::Timestamp>().unwrap().as_millisecond();
        for cast in [cast::small(), cast::full()] {
            for quarter in 0..7 * 24 * 4 {
                let calendar = Calendar::until(monday + quarter * 15 * MINUTE, 1);
                let plan = plan(&cast, &calendar, 0);
                let today = plan.days[&calendar.today].values().flatten();
                let count = |wanted| {
                    let is = |act: &&Act| matches!(act.deed, Deed::Clock { what, .. } if what == wanted);
                    today.clone().filter(is).count()
                };
                let hands = cast.crews.iter().flat_map(|crew| crew.hands);
                let come = hands.filter(|hand| matches!(hand.today, Fate::Works | Fate::Rests)).count();
                assert_eq!((count("in"), count("out")), (come, 0), "{}", calendar.local(calendar.now));
            }
        }
    }
}
