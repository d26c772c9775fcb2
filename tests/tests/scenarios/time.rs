//! Days and weeks as the office sees them: who is at work, who is missing, and a week that is signed, approved and changed.

use plumbline_core::{
    day::{DayMember, DayState, DayView, SpanWhat},
    week::{WeekPerson, WeekState, WeekView},
};
use plumbline_protocol::{Fault, Uuid};
use plumbline_tests::{
    clock::MINUTE,
    link::Faults,
    world::{MONDAY, Person, World, ask},
};
use serde_json::{Value, json};

const HOUR: i64 = 60 * MINUTE;
/// The day of [`MONDAY`], six in the morning in New York.
const DAY: &str = "2026-10-05";

/// A punch typed by hand, hours after [`MONDAY`].
async fn typed(by: &Person, project: Uuid, worker: Uuid, what: &str, hour: i64) {
    let at = MONDAY + hour * HOUR;
    let request = json!({"what": what, "project": project, "worker": worker, "at": at, "classification": "Laborer"});
    by.client.clock(ask(request)).await.unwrap();
}

async fn week(by: &Person) -> WeekView {
    by.client.week(ask(json!({"date": "2026-10-07"}))).await.unwrap()
}

async fn person(by: &Person, worker: Uuid) -> WeekPerson {
    week(by).await.people.into_iter().find(|person| person.worker == worker).unwrap()
}

async fn day(by: &Person, date: &str) -> DayView {
    by.client.day(ask(json!({"date": date}))).await.unwrap()
}

async fn lane(by: &Person, member: Uuid, date: &str) -> DayMember {
    let crews = day(by, date).await.projects.into_iter().flat_map(|project| project.crews);
    let mut found = crews.flat_map(|crew| crew.members).filter(|there| there.member == member);
    found.next().unwrap()
}

/// Felix's crew, expected at seven on weekdays.
async fn crew(world: &World, project: Uuid, members: &[Uuid]) {
    let days = ["mon", "tue", "wed", "thu", "fri"];
    let felix = world.of("Felix");
    let fields = json!({"name": "Deck", "foreman": felix.member, "members": members, "starts": 7 * 60, "days": days});
    felix.client.write(ask(json!({"kind": "crew", "project": project, "fields": fields}))).await.unwrap();
}

fn sign(project: Uuid, view: &WeekView, seconds: Option<i64>) -> Value {
    json!({"project": project, "date": DAY, "seconds": seconds, "as_of": view.as_of})
}

fn approve(project: Uuid, worker: Uuid, view: &WeekView, seconds: i64) -> Value {
    json!({"worker": worker, "project": project, "date": DAY, "seconds": seconds, "as_of": view.as_of})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_is_signed_and_approved_and_shows_when_its_hours_change_after_that() {
    let (world, project) = World::with_a_crew(60).await;
    let (teo, marta) = (world.of("Teo"), world.of("Marta"));
    world.clock.advance(HOUR);
    teo.punch("in", project, Some("Laborer")).await;
    world.clock.advance(8 * HOUR);
    let out = teo.punch("out", project, None).await;
    let shown = week(teo).await;
    assert_eq!((shown.from.as_str(), shown.to.as_str(), shown.days.len()), (DAY, "2026-10-11", 7));
    assert_eq!(shown.rows[0].seconds, [8 * 3600, 0, 0, 0, 0, 0, 0]);
    assert!(!shown.rows[0].corrected[0]);
    assert_eq!(person(teo, teo.member).await.state, WeekState::Open);

    teo.client.sign_week(ask(sign(project, &shown, Some(8 * 3600)))).await.unwrap();
    let signed = person(teo, teo.member).await;
    let agreed = signed.signed.unwrap();
    assert_eq!((signed.state, agreed.seconds, agreed.by), (WeekState::Signed, 8 * 3600, Some(teo.member)));
    assert_eq!(agreed.position, None, "it waits");
    assert!(agreed.at.is_some());
    world.settle().await;
    assert!(person(teo, teo.member).await.signed.unwrap().position.is_some());

    let shown = week(marta).await;
    marta.client.approve_week(ask(approve(project, teo.member, &shown, 8 * 3600))).await.unwrap();
    world.settle().await;
    let approved = person(teo, teo.member).await;
    assert_eq!((approved.state, approved.approved.unwrap().by), (WeekState::Approved, Some(marta.member)));

    let at = MONDAY + 10 * HOUR;
    let request = json!({"record": out, "at": at, "reason": "He stayed for the pour"});
    world.of("Felix").client.correct(ask(request)).await.unwrap();
    world.settle().await;
    for name in ["Teo", "Marta", "Felix"] {
        let changed = person(world.of(name), teo.member).await;
        assert_eq!((changed.state, changed.seconds), (WeekState::Changed, 9 * 3600), "{name}");
        assert_eq!(changed.approved.unwrap().seconds, 8 * 3600);
        assert!(week(world.of(name)).await.rows[0].corrected[0]);
    }
    teo.client.dispute_week(ask(json!({"project": project, "date": DAY, "text": "I left at three"}))).await.unwrap();
    assert_eq!(person(teo, teo.member).await.state, WeekState::Disputed);
    let found = teo.client.search(ask(json!({"text": "left at"}))).await.unwrap();
    assert_eq!(found.iter().map(|record| record.kind.as_str()).collect::<Vec<_>>(), ["week"]);
    let shown = week(teo).await;
    teo.client.sign_week(ask(sign(project, &shown, Some(9 * 3600)))).await.unwrap();
    world.settle().await;
    let again = person(marta, teo.member).await;
    assert_eq!((again.state, again.disputed), (WeekState::Changed, None), "it was approved for less");
    assert!(week(marta).await.people.iter().all(|person| person.worker == teo.member));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreman_approves_the_crew_and_not_the_own_week() {
    let (world, project) = World::with_a_crew(61).await;
    let (felix, teo) = (world.of("Felix"), world.of("Teo"));
    for person in [felix, teo] {
        let shown = week(person).await;
        person.client.sign_week(ask(sign(project, &shown, Some(0)))).await.unwrap();
    }
    world.settle().await;
    let shown = week(felix).await;
    let own = felix.client.approve_week(ask(approve(project, felix.member, &shown, 0))).await;
    assert_eq!(own.unwrap_err(), Fault::invalid("approved", "role"));
    felix.client.approve_week(ask(approve(project, teo.member, &shown, 0))).await.unwrap();
    let rosa = world.of("Rosa").member;
    let early = felix.client.approve_week(ask(approve(project, rosa, &shown, 0))).await;
    assert_eq!(early.unwrap_err(), Fault::invalid("approved", "signed"));
    let other = teo.client.approve_week(ask(approve(project, teo.member, &shown, 0))).await;
    assert_eq!(other.unwrap_err(), Fault::invalid("approved", "role"));
    let nothing = world.of("Rosa").client.sign_week(ask(sign(project, &shown, None))).await;
    assert_eq!(nothing.unwrap_err(), Fault::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_sign_offline_meet_in_one_record() {
    let (mut world, project) = World::with_a_crew(62).await;
    let teo = world.of("Teo").member;
    let invite = world.invite("Ana", teo).await;
    world.enrol("Teo's tablet", &invite).await.unwrap();
    world.settle().await;
    world.cut();
    for (name, seconds) in [("Teo", 100), ("Teo's tablet", 200)] {
        let own = world.of(name);
        let shown = week(own).await;
        own.client.sign_week(ask(sign(project, &shown, Some(seconds)))).await.unwrap();
    }
    world.restore(Faults::default());
    world.settle().await;
    let weeks = world.of("Marta").list("week").await;
    assert_eq!(weeks.len(), 1);
    assert_eq!(weeks[0].conflicts["signed"].len(), 1, "both values are kept");
    assert!(world.of("Teo").client.waiting().await.unwrap().is_empty(), "nothing was held");
    world.same_state("Ana").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_expected_and_does_not_come_is_missing_and_who_is_off_is_not() {
    let (world, project) = World::with_a_crew(63).await;
    let (felix, teo, rosa) = (world.of("Felix"), world.of("Teo"), world.of("Rosa"));
    crew(&world, project, &[teo.member, rosa.member]).await;
    let off = json!({"worker": rosa.member, "from": DAY, "to": "2026-10-06", "why": "Dentist"});
    let request = json!({"kind": "absence", "project": project, "fields": off});
    rosa.client.write(ask(request)).await.unwrap();
    world.settle().await;
    let seen = day(felix, DAY).await;
    let crew = &seen.projects[0].crews[0];
    assert_eq!((crew.name.as_str(), crew.foreman, crew.starts), ("Deck", Some(felix.member), Some(MONDAY + HOUR)));
    assert_eq!(seen.projects[0].crews[1].crew, None, "Felix leads it and is not of it");
    assert_eq!(lane(felix, teo.member, DAY).await.state, DayState::Expected);
    world.clock.advance(90 * MINUTE);
    assert_eq!(lane(felix, teo.member, DAY).await.state, DayState::Missing);
    assert_eq!(lane(felix, rosa.member, DAY).await.state, DayState::Off);
    assert_eq!(lane(felix, rosa.member, "2026-10-07").await.state, DayState::Expected);
    assert_eq!(lane(felix, teo.member, "2026-10-10").await.state, DayState::NotExpected, "a Saturday");
    let view = week(felix).await;
    let row = view.rows.iter().find(|row| row.worker == rosa.member).unwrap();
    assert_eq!(row.off, [true, true, false, false, false, false, false]);
    // A worker sees no punches of others, so of them nothing is said.
    let own = day(teo, DAY).await;
    let people: Vec<Uuid> =
        own.projects.iter().flat_map(|p| &p.crews).flat_map(|c| &c.members).map(|m| m.member).collect();
    assert_eq!(people, [teo.member]);
    assert!(week(teo).await.people.iter().all(|person| person.worker == teo.member));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_shows_work_and_break_as_they_run_and_when_they_were_heard() {
    let (world, project) = World::with_a_crew(64).await;
    let (felix, teo) = (world.of("Felix"), world.of("Teo"));
    crew(&world, project, &[teo.member]).await;
    teo.punch("in", project, Some("Laborer")).await;
    world.clock.advance(2 * HOUR);
    teo.punch("break_start", project, None).await;
    world.settle().await;
    let shown = lane(felix, teo.member, DAY).await;
    let spans: Vec<_> = shown.spans.iter().map(|span| (span.what, span.to.is_some())).collect();
    assert_eq!((shown.state, spans), (DayState::OnBreak, vec![(SpanWhat::Work, true), (SpanWhat::Break, false)]));
    assert_eq!(shown.spans[0].classification.as_deref(), Some("Laborer"));
    let heard = shown.heard.unwrap();
    assert!((MONDAY + 2 * HOUR..MONDAY + 3 * HOUR).contains(&heard), "{heard}");
    world.clock.advance(30 * MINUTE);
    teo.punch("break_end", project, None).await;
    assert_eq!(lane(teo, teo.member, DAY).await.state, DayState::Working);
    assert_eq!(lane(felix, teo.member, DAY).await.state, DayState::OnBreak, "as far as he knows");
    world.clock.advance(HOUR);
    teo.punch("out", project, None).await;
    world.settle().await;
    let shown = lane(felix, teo.member, DAY).await;
    assert_eq!((shown.state, shown.spans.len()), (DayState::Done, 3));
    let devices = felix.client.devices().await.unwrap();
    let teos = devices.iter().find(|device| device.member == Some(teo.member)).unwrap();
    assert_eq!((teos.label.as_str(), teos.this, teos.revoked), ("Teo's phone", false, false));
    assert_eq!(teos.heard, shown.heard);
    assert!(teos.heard > Some(heard) && teos.enrolled < teos.heard);
    assert!(teos.seen_size.unwrap() > 0);
    assert_eq!(devices.iter().filter(|device| device.this).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_shift_is_on_both_of_its_days() {
    let (world, project) = World::with_a_crew(65).await;
    let (felix, teo) = (world.of("Felix"), world.of("Teo").member);
    // New York: from 22:00 on Monday to 06:00 on Tuesday.
    typed(felix, project, teo, "in", 16).await;
    world.clock.advance(20 * HOUR);
    assert_eq!(lane(felix, teo, "2026-10-06").await.state, DayState::Working, "at two in the morning");
    typed(felix, project, teo, "out", 24).await;
    for date in [DAY, "2026-10-06"] {
        assert_eq!(lane(felix, teo, date).await.spans.len(), 1, "{date}");
        let cell = felix.client.cell(ask(json!({"worker": teo, "project": project, "date": date}))).await.unwrap();
        assert_eq!(cell.punches.len(), 2, "{date}");
        assert_eq!(cell.punches[0].history[0].label, "Felix's phone");
        assert_eq!(cell.punches[0].verdict.verdict, "no_place");
    }
    let view = week(felix).await;
    let row = view.rows.iter().find(|row| row.worker == teo).unwrap();
    assert_eq!(row.seconds[..3], [2 * 3600, 6 * 3600, 0]);
    assert_eq!(row.corrected[..3], [true, true, false], "typed by hand");
    let tuesday = felix.client.cell(ask(json!({"worker": teo, "project": project, "date": "2026-10-06"}))).await;
    assert_eq!(tuesday.unwrap().rows[0].seconds, 6 * 3600);
}

#[tokio::test(flavor = "multi_thread")]
async fn overtime_falls_on_the_day_it_was_worked_over_all_projects() {
    let (world, project) = World::with_a_crew(66).await;
    let other = world.project("Ana", "Mill Creek culvert").await;
    world.settle().await;
    let (marta, teo) = (world.of("Marta"), world.of("Teo").member);
    for day in 0..5 {
        let site = if day == 4 { other } else { project };
        typed(marta, site, teo, "in", 24 * day).await;
        typed(marta, site, teo, "out", 24 * day + 9).await;
    }
    let view = week(marta).await;
    let totals: Vec<_> = view.totals.iter().map(|day| (day.straight, day.overtime)).collect();
    let (nine, none) = ((9 * 3600, 0), (0, 0));
    assert_eq!(totals, [nine, nine, nine, nine, (4 * 3600, 5 * 3600), none, none]);
    let overtime: Vec<_> = view.people.iter().map(|person| (person.project == other, person.overtime)).collect();
    assert!(overtime.contains(&(true, 5 * 3600)) && overtime.contains(&(false, 0)), "{overtime:?}");
    let one = marta.client.week(ask(json!({"date": DAY, "project": other}))).await.unwrap();
    assert_eq!((one.people.len(), one.totals[4].overtime), (1, 5 * 3600));
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_say_what_a_form_needs_and_who_may_write() {
    let (world, _) = World::with_a_crew(67).await;
    let kinds = |of: &Person| of.client.clone();
    let (ana, teo) = (kinds(world.of("Ana")).kinds().await.unwrap(), kinds(world.of("Teo")).kinds().await.unwrap());
    let of = |kinds: &[plumbline_core::kinds::KindView], name: &str| {
        kinds.iter().find(|kind| kind.name == name).unwrap().clone()
    };
    let crew = of(&ana, "crew");
    assert_eq!((crew.access.as_str(), crew.project, crew.writes), ("site", true, true));
    let field = |name: &str| crew.fields.iter().find(|field| field.name == name).unwrap();
    assert_eq!((field("foreman").form.as_str(), field("foreman").of.as_deref()), ("ref", Some("member")));
    assert_eq!((field("starts").min, field("starts").max), (Some(0), Some(1439)));
    assert_eq!((field("days").choices.len(), field("days").merge.as_str()), (7, "set"));
    assert!(!of(&teo, "crew").writes && of(&teo, "week").writes && !of(&ana, "deposit").writes);
    let week = of(&teo, "week");
    assert_eq!((week.concerns.as_deref(), week.fields[1].form.as_str()), (Some("worker"), "day"));
    let wrong = world.of("Teo").client.day(ask(json!({"date": "5.10.2026"}))).await;
    assert_eq!(wrong.unwrap_err(), Fault::invalid("date", "range"));
}
