//! Clocks that step, stop and lie; the printed interval holds the true time.

use std::{
    env,
    sync::{Arc, Mutex},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use plumbline_core::{clock::Clock, datum::Datum};
use plumbline_protocol::{
    RecordId,
    time::{Anchor, BootId, DRIFT_PPM, Interval, Moment, TimeEvidence, interval},
};
use plumbline_tests::{
    clock::{DAY, HOUR, MINUTE, SECOND},
    dice::Dice,
    logdir,
    world::{MONDAY, Person, World, ask},
};
use serde_json::json;

/// What whole milliseconds, rounded outward at each step, may add to a bound.
const ROUNDING: f64 = 5.0;

/// A reply with the server's time, as a bystander saw it.
#[derive(Debug, Clone, Copy)]
struct Heard {
    said: i64,
    boot: BootId,
    asked: i64,
    answered: i64,
}

/// The tightest interval that the evidence forces, written from the meaning of the evidence and not from the product:
/// clocks show the millisecond that began last, and the device's own counts between 1 - 100 ppm and 1 + 100 ppm of what
/// passes.
fn forced(heard: Option<Heard>, boot: BootId, at: i64, received: Option<i64>) -> (Option<f64>, Option<f64>) {
    let rate = DRIFT_PPM as f64 / 1e6;
    let (earliest, latest) = match heard {
        Some(heard) if heard.boot == boot => {
            let (least, most) = ((at - heard.answered - 1).max(0) as f64, (at - heard.asked + 1) as f64);
            (Some(heard.said as f64 + least * (1.0 - rate)), Some((heard.said + 1) as f64 + most * (1.0 + rate)))
        }
        // The reply came before this boot began, and the boot has lasted so long.
        Some(heard) => (Some(heard.said as f64 + at as f64 * (1.0 - rate)), None),
        None => (None, None),
    };
    let received = received.map(|at| (at + 1) as f64);
    (earliest, latest.into_iter().chain(received).reduce(f64::min))
}

/// The true time lies within the bounds, and the bounds are no wider than they have to be.
fn sound_and_tight(bounds: (Option<i64>, Option<i64>), truth: i64, forced: (Option<f64>, Option<f64>), told: &str) {
    let (earliest, latest) = bounds;
    assert!(earliest.is_none_or(|bound| bound <= truth), "{told}: {truth} is before {earliest:?}");
    assert!(latest.is_none_or(|bound| truth <= bound), "{told}: {truth} is after {latest:?}");
    assert_eq!(
        (earliest.is_some(), latest.is_some()),
        (forced.0.is_some(), forced.1.is_some()),
        "{told}: which bounds"
    );
    let wide = |ours: Option<i64>, forced: Option<f64>| ours.zip(forced).map_or(0.0, |(a, b)| (a as f64 - b).abs());
    let (low, high) = (wide(earliest, forced.0), wide(latest, forced.1));
    assert!(low <= ROUNDING && high <= ROUNDING, "{told}: {bounds:?} is not {forced:?}");
}

/// A device's clock that counts from `phase` microseconds on, too fast by `ppm` of what it counts, whole milliseconds.
fn counts(phase: i64, ppm: i64, elapsed_us: i64) -> i64 {
    (phase + elapsed_us + elapsed_us * ppm / (1_000_000 - ppm)).div_euclid(1000)
}

/// Shows c05.
#[test]
fn the_interval_of_any_history_holds_the_truth_and_is_no_wider_than_the_evidence_forces() {
    const HISTORIES: u64 = 50_000;
    let mut dice = Dice::of(5, "histories");
    let (monday, tuesday) = (BootId([1; 16]), BootId([2; 16]));
    for n in 0..HISTORIES {
        let start = MONDAY * 1000 + dice.below(1_000_000_000) as i64;
        let (phase, ppm) =
            (dice.below(1_000_000_000_000) as i64, dice.below(2 * DRIFT_PPM + 1) as i64 - DRIFT_PPM as i64);
        let (there, back) = (dice.below(30_000_000) as i64, dice.below(30_000_000) as i64);
        let most = *dice.pick(&[1_000_000, 3_600_000_000, 864_000_000_000]);
        let until = there + back + dice.below(most) as i64;
        let said = (start + there).div_euclid(1000);
        let (asked, answered) = (counts(phase, ppm, 0), counts(phase, ppm, there + back));
        let heard = Heard { said, boot: monday, asked, answered };
        let truth = start + until;
        // The same boot, or another which began some time after the reply.
        let began = there + back + dice.below((until - there - back).max(1) as u64) as i64;
        let (boot, at) = match n % 2 {
            0 => (monday, counts(phase, ppm, until)),
            _ => (tuesday, counts(0, ppm, until - began)),
        };
        let wall = [0, 2_147_483_647_000, truth / 1000 - DAY, truth / 1000 + HOUR][dice.below(4) as usize];
        let anchor = Some(Anchor::of_reply(said, monday, asked, answered)).filter(|_| !n.is_multiple_of(5));
        let heard = anchor.as_ref().map(|_| heard);
        let evidence = TimeEvidence { wall, boot_ms: at, boot, anchor };
        assert!(evidence.valid());
        let later = dice.below(20_000_000) as i64;
        let received = (!n.is_multiple_of(3)).then(|| (truth + later).div_euclid(1000));
        let Interval { earliest, latest, .. } = interval(&Moment::Now, &evidence, received);
        let told = format!("history {n}: {evidence:?} {received:?}");
        sound_and_tight((earliest, latest), truth.div_euclid(1000), forced(heard, boot, at, received), &told);
    }
    plumbline_tests::ran!(HISTORIES);
}

/// A punch, with all that could be known of it.
struct Played {
    record: RecordId,
    truth: i64,
    boot: BootId,
    at: i64,
    heard: Option<Heard>,
}

/// Weeks of one phone: its wall clock is set to anything, it sleeps, reboots, freezes, syncs over slow links or not at all.
async fn weeks(seed: u64) -> u64 {
    let mut world = World::new(seed).await;
    world.found("Ana").await;
    let project = world.project("Ana", "Ridge Road bridge").await;
    world.person("Ana", "Teo", "worker", &[project]).await;
    let heard: Arc<Mutex<Option<Heard>>> = Arc::default();
    listen(&world, &heard, seed);
    world.of("Teo").client.sync().await.unwrap();
    let (mut dice, mut played) = (Dice::of(seed, "weeks"), Vec::new());
    for _ in 0..30 {
        let passes = [MINUTE, HOUR, 10 * HOUR, DAY, 8 * DAY][dice.below(5) as usize];
        world.clock.advance_us(dice.below(passes as u64 * 1000) as i64);
        let (now, clock) = (world.clock.now(), world.of("Teo").clock.clone());
        match dice.below(12) {
            0 => clock.set_wrong_by(DAY),
            1 => clock.set_wrong_by(-DAY),
            2 => clock.set_wrong_by(-now),
            3 => clock.set_wrong_by(2_147_483_647_000 - now),
            4 => clock.set_wrong_by([HOUR, -HOUR, 0][dice.below(3) as usize]),
            5 | 6 => {
                clock.reboot();
                world.reopen("Teo").await;
            }
            7 => clock.drift_by(dice.below(2 * DRIFT_PPM + 1) as i64 - DRIFT_PPM as i64),
            8 | 9 => drop(world.of("Teo").client.sync().await.unwrap()),
            _ => {}
        }
        let teo = world.of("Teo");
        let what = *dice.pick(&["in", "out", "break_start", "break_end"]);
        let (boot, at, truth) = (teo.clock.boot(), teo.clock.boot_ms(), world.clock.now());
        let heard = *heard.lock().unwrap();
        let record = teo.punch(what, project, None).await;
        let punch = Played { record, truth, boot, at, heard };
        check(teo, seed, &punch, None).await;
        played.push(punch);
    }
    world.of("Teo").client.sync().await.unwrap();
    let ana = world.of("Ana");
    ana.client.sync().await.unwrap();
    for punch in &played {
        let history = ana.client.history(ask(json!({"id": punch.record}))).await.unwrap();
        check(ana, seed, punch, history[0].received).await;
    }
    played.len() as u64
}

/// Every reply takes up to twenty seconds, and what it says of the time is written down.
fn listen(world: &World, heard: &Arc<Mutex<Option<Heard>>>, seed: u64) {
    let teo = world.of("Teo");
    let (truth, clock, heard) = (world.clock.clone(), teo.clock.clone(), heard.clone());
    let dice = Mutex::new(Dice::of(seed, "replies"));
    teo.link.tamper(move |asked, told| {
        let (said, before) = (truth.now(), clock.boot_ms());
        truth.advance_us(dice.lock().unwrap().below(20_000_000) as i64);
        if told.status.is_success() && ["/v1/push", "/v1/pull"].contains(&asked.path.as_str()) {
            let reply = Heard { said, boot: clock.boot(), asked: before, answered: clock.boot_ms() };
            *heard.lock().unwrap() = Some(reply);
        }
        told
    });
}

async fn check(person: &Person, seed: u64, punch: &Played, received: Option<i64>) {
    let shown = person.record(punch.record).await;
    let Some(Datum::Moment(at)) = shown.fields.get("at") else { panic!("a punch has a moment") };
    let told = format!("seed {seed}, {} {received:?} {:?}", person.name, punch.heard);
    let forced = forced(punch.heard, punch.boot, punch.at, received);
    sound_and_tight((at.earliest, at.latest), punch.truth, forced, &told);
}

/// Shows c05.
#[tokio::test(flavor = "multi_thread")]
async fn the_printed_interval_holds_the_truth_through_steps_reboots_and_weeks_without_a_server() {
    let seeds = if env::var_os("PLUMBLINE_TRIAL_ALL").is_some() { 200 } else { 20 };
    let mut punches = 0;
    for seed in 0..seeds {
        punches += weeks(seed).await;
    }
    plumbline_tests::ran!(punches);
}

/// Shows c05.
#[tokio::test(flavor = "multi_thread")]
async fn a_night_over_the_change_of_clocks_is_paid_by_the_seconds_that_passed_on_each_date() {
    let (world, project) = World::with_a_crew(71).await;
    let zone = TimeZone::get("America/New_York").unwrap();
    let (teo, mut dice) = (world.of("Teo"), Dice::of(71, "nights"));
    let mut expected = std::collections::BTreeMap::<Date, i64>::new();
    let nights = ["2026-10-31T22:00:00-04:00", "2026-11-03T21:10:00-05:00", "2027-03-13T22:00:00-05:00"];
    for night in nights {
        world.clock.advance_to(night.parse::<Timestamp>().unwrap().as_millisecond() - HOUR);
        world.settle().await;
        world.clock.advance(dice.below(3600) as i64 * SECOND);
        let begins = world.clock.now();
        teo.punch("in", project, None).await;
        // In the night somebody sets the phone's clock by hand, as the radio said, and the wrong way.
        world.clock.advance(3 * HOUR + dice.below(3600) as i64 * SECOND);
        teo.clock.set_wrong_by([HOUR, -HOUR, DAY][dice.below(3) as usize]);
        teo.punch("break_start", project, None).await;
        let pauses = world.clock.now();
        world.clock.advance(40 * MINUTE);
        teo.punch("break_end", project, None).await;
        let goes_on = world.clock.now();
        world.clock.advance(4 * HOUR + dice.below(3600) as i64 * SECOND);
        teo.punch("out", project, None).await;
        for ms in (begins..pauses).chain(goes_on..world.clock.now()).step_by(1000) {
            *expected.entry(Timestamp::from_millisecond(ms).unwrap().to_zoned(zone.clone()).date()).or_default() += 1;
        }
    }
    world.settle().await;
    let hours = world.of("Marta").client.hours(ask(json!({"worker": teo.member}))).await.unwrap();
    let paid = hours.rows.iter().map(|row| (row.date.parse().unwrap(), row.seconds)).collect();
    assert_eq!(expected, paid);
    assert!(expected.len() > nights.len(), "no night passed a midnight");
    let doubt = |row: &plumbline_core::punch::HoursRow| row.uncertain_high.unwrap() - row.uncertain_low;
    assert!(hours.rows.iter().all(|row| doubt(row) < 30), "{:?}", hours.rows);
}

/// Shows s19.
#[tokio::test(flavor = "multi_thread")]
async fn a_servers_clock_that_steps_breaks_neither_order_nor_sessions() {
    let (world, project) = World::with_a_crew(72).await;
    let mut notes = Vec::new();
    for (n, step) in [0, 40 * DAY, -DAY, -400 * DAY, 0, HOUR, -10 * MINUTE, 0].into_iter().enumerate() {
        world.server_clock.set_wrong_by(step);
        world.clock.advance(MINUTE);
        for name in ["Felix", "Teo"] {
            notes.push(world.of(name).note(project, &format!("{name} {n}")).await);
            let synced = world.of(name).client.sync().await;
            assert_eq!(synced.map(|synced| synced.waiting), Ok(0), "{name} after a step of {step} ms");
        }
    }
    world.settle().await;
    for note in notes {
        assert!(!world.of("Rosa").record(note).await.pending);
    }
    let folder = world.folder.join("log");
    let report = world.export("Ana", &folder).await;
    assert!(report.ok, "{:?}", report.problems);
    let received: Vec<i64> = logdir::entries(&folder, report.size).iter().map(|placed| placed.entry.received).collect();
    assert!(received.is_sorted(), "time received goes back");
    assert_eq!(
        received.last().copied().unwrap() / DAY,
        (world.clock.now() + 40 * DAY) / DAY,
        "and stands while it must"
    );
}
