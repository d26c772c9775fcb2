//! Evidence of when: what a device can say about a moment, and the interval that this supports.
//!
//! A wall clock is a claim that anyone can set, so no moment rests on it alone. An action carries its wall clock, a
//! clock that counts through sleep, the boot that this clock belongs to, and the last time that somebody else vouched
//! for (the anchor). From these, and the time at which the server received the action, follow one stated time, which
//! hours use, and bounds, which are printed beside it.
//!
//! Invariants: bounds never change the stated time; no value, however hostile, overflows. Times are milliseconds since
//! 1970 UTC, durations milliseconds.

/// What a clock that counts through sleep may gain or lose, in millionths of the time that it counts.
///
/// While a phone sleeps it counts by a 32 kHz tuning-fork crystal: about 20 ppm off when new, and typically slower by
/// 0.034 ppm for each squared degree away from 25 °C, which makes 69 ppm at -20 °C. Their sum and some ageing stay
/// below 100 ppm, which is 8.64 s a day.
pub const DRIFT_PPM: u64 = 100;

/// What reading clocks in whole milliseconds adds to an anchor's doubt, either way: the server's, the device's around the
/// reply and the device's at the action are each up to one behind what they measure.
const READING: i64 = 3;

/// The first millisecond of 2000 and the first of 2200, UTC: a stated time outside of them is a mistake or an attack.
const YEARS: std::ops::Range<i64> = 946_684_800_000..7_258_118_400_000;

/// The largest uncertainty that an anchor may declare, one day. What is vaguer vouches for nothing.
const UNCERTAINTY_MAX: i64 = 86_400_000;

/// Names one run of a device between two boots, during which its sleep-counting clock is one clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootId(pub [u8; 16]);

/// Who vouched for an anchor's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorSource {
    /// The server, in an authenticated reply.
    Server,
    /// Satellites.
    Gnss,
}

/// A time from outside of the device, tied to the device's own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The time that was vouched for.
    pub time: i64,
    /// What the sleep-counting clock showed at that time.
    pub boot_ms: i64,
    /// The boot that `boot_ms` counts from.
    pub boot: BootId,
    /// How far `time` may be from the truth, either way: for a server see [`Anchor::of_reply`].
    pub uncertainty: i64,
    /// Who vouched for it.
    pub source: AnchorSource,
}

/// What the device's clocks showed when an action was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeEvidence {
    /// The wall clock, whatever it showed.
    pub wall: i64,
    /// Milliseconds since boot by the clock that counts through sleep.
    pub boot_ms: i64,
    /// The boot that `boot_ms` counts from.
    pub boot: BootId,
    /// The last anchor taken before the action, in this boot or an earlier one.
    pub anchor: Option<Anchor>,
}

/// How an action says when something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// At the moment of the action that carries it.
    Now,
    /// At a time that a person typed.
    Typed(i64),
}

/// What a stated time rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// An anchor of the same boot plus the time elapsed since.
    Anchored,
    /// The wall clock, for want of such an anchor.
    WallClock,
    /// A person's word.
    Typed,
}

/// A stated time and the bounds that the evidence supports. An absent bound means that nothing bounds it on that side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// The time that hours use and screens show.
    pub stated: i64,
    /// The true moment was not before this.
    pub earliest: Option<i64>,
    /// The true moment was not after this.
    pub latest: Option<i64>,
    /// What `stated` rests on.
    pub how: How,
}

/// The interval of `moment` as `evidence` supports it; `received` is when the server logged the action, if it has.
///
/// - **Anchored** (the anchor is of the evidence's boot): stated is the anchor's time plus the time elapsed since by
///   the sleep-counting clock. The truth is at most the anchor's uncertainty plus the drift of the elapsed time
///   ([`DRIFT_PPM`], rounded up) away, either way. Setting the wall clock changes nothing.
/// - **Wall clock** (no anchor, or one of another boot): stated is the wall clock. An anchor of another boot was taken
///   before this boot began, so the truth is not before the anchor's time less its uncertainty, plus the time that this
///   boot had lasted less its drift. Without an anchor nothing bounds it from below.
/// - **Typed**: stated is what was typed. A record tells what has happened, so the truth is not after the latest moment
///   at which it can have been typed; nothing bounds it from below.
/// - In every case the action existed when the server received it, so the truth is not after `received`, if the
///   server's clock was right.
pub fn interval(moment: &Moment, evidence: &TimeEvidence, received: Option<i64>) -> Interval {
    let action = made(evidence, received);
    match *moment {
        Moment::Now => action,
        Moment::Typed(stated) => Interval { stated, earliest: None, latest: action.latest, how: How::Typed },
    }
}

/// Whether `time` lies in the years 2000 to 2199, UTC.
pub fn valid(time: i64) -> bool {
    YEARS.contains(&time)
}

impl Interval {
    /// Whether the stated time contradicts the evidence. Bounds that contradict each other show here too, since no time
    /// satisfies both.
    pub fn outside(&self) -> bool {
        self.earliest.is_some_and(|bound| self.stated < bound) || self.latest.is_some_and(|bound| self.stated > bound)
    }

    /// Whether the stated time is one that validation lets pass: see [`valid`].
    pub fn valid(&self) -> bool {
        valid(self.stated)
    }
}

impl Moment {
    /// Whether validation lets the moment pass: a typed time must be [`valid`].
    pub fn valid(&self) -> bool {
        match self {
            Moment::Now => true,
            Moment::Typed(time) => valid(*time),
        }
    }
}

impl Anchor {
    /// What a server's reply vouches for. The server read `now` at some moment between `asked` and `answered`, which are
    /// what the device's sleep-counting clock showed before the request and behind the reply, so the middle is the best
    /// guess and half of the trip, with its drift, the doubt.
    pub fn of_reply(now: i64, boot: BootId, asked: i64, answered: i64) -> Anchor {
        let trip = answered.saturating_sub(asked).max(0);
        let trip = trip.saturating_add(drift(trip));
        Anchor {
            time: now.saturating_add(trip / 2),
            boot_ms: answered,
            boot,
            uncertainty: trip / 2 + trip % 2 + READING,
            source: AnchorSource::Server,
        }
    }

    /// Whether the anchor is one that a device can have: a time in the years 2000 to 2199, an uncertainty from nothing to a
    /// day, a clock that is not below zero.
    pub fn valid(&self) -> bool {
        valid(self.time) && (0..=UNCERTAINTY_MAX).contains(&self.uncertainty) && self.boot_ms >= 0
    }
}

impl TimeEvidence {
    /// Whether validation lets the evidence pass. It refuses what no device can honestly have seen: a clock below zero,
    /// an anchor that is not [`valid`](Anchor::valid), or one taken later in the same boot. The wall clock is free: it is
    /// only a claim, and a phone whose battery was empty honestly shows 1970.
    pub fn valid(&self) -> bool {
        self.boot_ms >= 0
            && self.anchor.as_ref().is_none_or(|anchor| {
                let newest = if anchor.boot == self.boot { self.boot_ms } else { i64::MAX };
                anchor.valid() && anchor.boot_ms <= newest
            })
    }
}

impl TimeEvidence {
    /// This evidence, of a moment after that of `last` on the same device, in that order. Two anchors of one boot state a
    /// moment each within its doubt, and the newer may state it before the older: there the anchor of `last` holds until the
    /// newer is past what `last` states. Anchors that contradict each other have no such excuse: then the newer counts.
    #[must_use]
    pub fn following(self, last: &TimeEvidence) -> TimeEvidence {
        let (now, before) = (made(&self, None), made(last, None));
        if last.boot != self.boot
            || now.how != How::Anchored
            || before.how != How::Anchored
            || now.stated >= before.stated
        {
            return self;
        }
        let kept = TimeEvidence { anchor: last.anchor.clone(), ..self.clone() };
        if made(&kept, None).earliest <= now.latest { kept } else { self }
    }
}

/// The interval of the action itself.
fn made(evidence: &TimeEvidence, received: Option<i64>) -> Interval {
    let sooner = |bound: i64| received.map_or(bound, |at| at.min(bound));
    match &evidence.anchor {
        Some(anchor) if anchor.boot == evidence.boot => {
            let elapsed = evidence.boot_ms.saturating_sub(anchor.boot_ms);
            let stated = anchor.time.saturating_add(elapsed);
            let doubt = anchor.uncertainty.saturating_add(drift(elapsed));
            let latest = sooner(stated.saturating_add(doubt));
            Interval { stated, earliest: Some(stated.saturating_sub(doubt)), latest: Some(latest), how: How::Anchored }
        }
        older => {
            let earliest = older.as_ref().map(|anchor| {
                let lasted = evidence.boot_ms.saturating_sub(drift(evidence.boot_ms));
                anchor.time.saturating_sub(anchor.uncertainty).saturating_add(lasted)
            });
            Interval { stated: evidence.wall, earliest, latest: received, how: How::WallClock }
        }
    }
}

/// The most that the clock drifts in `elapsed`, rounded up to a millisecond.
fn drift(elapsed: i64) -> i64 {
    let millionths = u128::from(elapsed.unsigned_abs()) * u128::from(DRIFT_PPM);
    i64::try_from(millionths.div_ceil(1_000_000)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const T: i64 = 1_790_000_000_000;
    const HOUR: i64 = 3_600_000;
    const MONDAY: BootId = BootId([1; 16]);
    const TUESDAY: BootId = BootId([2; 16]);

    fn evidence(wall: i64, boot_ms: i64, boot: BootId) -> TimeEvidence {
        let anchor = Anchor { time: T, boot_ms: HOUR, boot: MONDAY, uncertainty: 50, source: AnchorSource::Server };
        TimeEvidence { wall, boot_ms, boot, anchor: Some(anchor) }
    }

    /// Evidence by an anchor that was taken at `boot_ms` and is `off` by so much, or `uncertainty` more or less.
    fn by(boot_ms: i64, off: i64, uncertainty: i64) -> TimeEvidence {
        let anchor =
            Anchor { time: T + boot_ms + off, boot_ms, boot: MONDAY, uncertainty, source: AnchorSource::Server };
        TimeEvidence { anchor: Some(anchor), ..evidence(0, boot_ms, MONDAY) }
    }

    #[test]
    fn what_a_device_does_keeps_its_order_when_a_better_anchor_sets_its_clock_back() {
        let stated = |time: &TimeEvidence| interval(&Moment::Now, time, None).stated - T;
        let first = by(1000, 900, 1000);
        let at = |boot_ms| TimeEvidence { boot_ms, ..by(1500, 0, 10) };
        assert_eq!(stated(&first), 1900);
        let second = at(1600).following(&first);
        assert_eq!((stated(&second), &second.anchor), (2500, &first.anchor));
        // Once the better one is past it, it counts.
        let third = at(2600).following(&second);
        assert_eq!((stated(&third), &third.anchor), (2600, &at(0).anchor));
    }

    #[test]
    fn a_clock_that_was_wrong_beyond_its_doubt_is_put_right_at_once() {
        let first = by(1000, 24 * HOUR, 1000);
        assert_eq!(by(2000, 0, 10).following(&first), by(2000, 0, 10));
        let wall = TimeEvidence { anchor: None, ..evidence(T + 24 * HOUR, 1000, MONDAY) };
        assert_eq!(by(2000, 0, 10).following(&wall), by(2000, 0, 10));
        let other_boot = TimeEvidence { boot: TUESDAY, ..by(1000, 900, 1000) };
        assert_eq!(by(1100, 0, 10).following(&other_boot), by(1100, 0, 10));
    }

    #[test]
    fn a_wall_clock_set_back_does_not_move_an_anchored_punch() {
        let found = interval(&Moment::Now, &evidence(0, 9 * HOUR, MONDAY), None);
        let doubt = 50 + 2_880;
        let expected = Interval {
            stated: T + 8 * HOUR,
            earliest: Some(T + 8 * HOUR - doubt),
            latest: Some(T + 8 * HOUR + doubt),
            how: How::Anchored,
        };
        assert_eq!(found, expected);
        assert!(!found.outside() && found.valid());
    }

    #[test]
    fn drift_is_rounded_outward() {
        let found = interval(&Moment::Now, &evidence(0, HOUR + 1, MONDAY), None);
        assert_eq!((found.stated, found.latest), (T + 1, Some(T + 1 + 50 + 1)));
    }

    #[test]
    fn after_a_reboot_the_wall_clock_is_stated_and_the_old_anchor_still_bounds_it_from_below() {
        let found = interval(&Moment::Now, &evidence(T + 5 * HOUR, 2 * HOUR, TUESDAY), Some(T + 6 * HOUR));
        assert_eq!((found.stated, found.how), (T + 5 * HOUR, How::WallClock));
        assert_eq!(found.earliest, Some(T - 50 + 2 * HOUR - 720));
        assert_eq!(found.latest, Some(T + 6 * HOUR));
        let earlier = interval(&Moment::Now, &evidence(T + HOUR, 2 * HOUR, TUESDAY), None);
        assert!(earlier.outside(), "the boot alone lasted longer than the wall clock admits");
        assert_eq!(earlier.stated, T + HOUR, "and still what was stated stays stated");
    }

    #[test]
    fn without_an_anchor_only_the_receipt_bounds_a_punch() {
        let bare = TimeEvidence { wall: T, boot_ms: HOUR, boot: MONDAY, anchor: None };
        let found = interval(&Moment::Now, &bare, None);
        assert_eq!((found.earliest, found.latest), (None, None));
        let found = interval(&Moment::Now, &bare, Some(T - 1));
        assert_eq!((found.stated, found.latest), (T, Some(T - 1)));
        assert!(found.outside());
    }

    #[test]
    fn the_receipt_narrows_an_anchored_interval_and_never_widens_it() {
        let seen = evidence(0, 9 * HOUR, MONDAY);
        let alone = interval(&Moment::Now, &seen, None);
        assert_eq!(interval(&Moment::Now, &seen, Some(T + 9 * HOUR)), alone);
        assert_eq!(interval(&Moment::Now, &seen, Some(T + 8 * HOUR + 7)).latest, Some(T + 8 * HOUR + 7));
        assert!(interval(&Moment::Now, &seen, Some(T)).outside(), "received before it can have happened");
    }

    #[test]
    fn a_typed_time_is_bounded_by_its_typing_alone() {
        let seen = evidence(0, 9 * HOUR, MONDAY);
        let past = interval(&Moment::Typed(T - HOUR), &seen, None);
        assert_eq!((past.stated, past.earliest, past.how), (T - HOUR, None, How::Typed));
        assert_eq!(past.latest, interval(&Moment::Now, &seen, None).latest);
        assert!(!past.outside());
        assert!(interval(&Moment::Typed(T + 9 * HOUR), &seen, None).outside(), "typed ahead of time");
    }

    #[test]
    fn evidence_that_no_device_can_have_seen_is_not_valid() {
        let sound = evidence(0, 9 * HOUR, MONDAY);
        assert!(sound.valid());
        let after = |change: fn(&mut TimeEvidence, &mut Anchor)| {
            let mut changed = sound.clone();
            let mut anchor = changed.anchor.take().unwrap();
            change(&mut changed, &mut anchor);
            TimeEvidence { anchor: Some(anchor), ..changed }.valid()
        };
        assert!(!after(|seen, _| seen.boot_ms = -1));
        assert!(!after(|_, anchor| anchor.boot_ms = 9 * HOUR + 1), "taken after the action");
        assert!(!after(|_, anchor| anchor.uncertainty = -1));
        assert!(!after(|_, anchor| anchor.uncertainty = UNCERTAINTY_MAX + 1));
        assert!(!after(|_, anchor| anchor.time = 0));
        assert!(after(|seen, anchor| (seen.boot, anchor.boot_ms) = (TUESDAY, i64::MAX)), "another boot's clock");
    }

    #[test]
    fn the_years_2000_to_2199_are_valid() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        assert_eq!((YEARS.start, YEARS.end), (at("2000-01-01T00:00:00Z"), at("2200-01-01T00:00:00Z")));
        assert!(Moment::Now.valid() && Moment::Typed(YEARS.start).valid() && !Moment::Typed(YEARS.end).valid());
        assert!(valid(YEARS.start) && !valid(YEARS.start - 1) && valid(YEARS.end - 1) && !valid(YEARS.end));
    }

    proptest! {
        #[test]
        fn hostile_clocks_neither_panic_nor_cross_the_receipt(
            clocks: [i64; 5], same: bool, typed: Option<i64>, received: Option<i64>,
        ) {
            let [wall, boot_ms, time, anchor_ms, uncertainty] = clocks;
            let boot = if same { MONDAY } else { TUESDAY };
            let anchor = Anchor { time, boot_ms: anchor_ms, boot, uncertainty, source: AnchorSource::Gnss };
            let seen = TimeEvidence { wall, boot_ms, boot: MONDAY, anchor: Some(anchor) };
            let found = interval(&typed.map_or(Moment::Now, Moment::Typed), &seen, received);
            if let (Some(received), Some(latest)) = (received, found.latest) {
                prop_assert!(latest <= received);
            }
            prop_assert_eq!(typed.is_some_and(|typed| typed != found.stated), false);
            let _ = (seen.valid(), found.outside(), found.valid());
        }
    }
}
