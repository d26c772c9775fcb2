//! Who signs, disputes and approves a week, and that there is one; and the other kinds about days.

use super::*;
use crate::{
    entry::Outcome,
    fold::FieldState,
    record::{absence, crew},
    testing::{Person, Site, add, invalid, uuid},
    vectors::{About, Author},
};

/// Monday of the week that the tests are about.
const DAY: &str = "2026-09-21";

fn week(site: &Site, worker: Uuid) -> About {
    About::new("week", record_of(&site.here, &worker, day(DAY).unwrap()), Some(site.here))
}

fn begun(worker: Uuid, more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let first = [(WORKER, Value::from(worker)), (FROM, Value::from(DAY))];
    first.into_iter().chain(more.iter().cloned()).collect()
}

fn signed(seconds: i64) -> (&'static str, Value) {
    (SIGNED, Value::Int(seconds))
}

fn approved(seconds: i64) -> (&'static str, Value) {
    (APPROVED, Value::Int(seconds))
}

fn wes(site: &mut Site) -> &mut Person {
    &mut site.wes
}

fn frank(site: &mut Site) -> &mut Person {
    &mut site.frank
}

#[test]
fn a_worker_signs_and_a_foreman_manager_or_administrator_approves() {
    let each: [fn(&mut Site) -> &mut Person; 3] = [frank, |site| &mut site.mia, |site| &mut site.ana];
    for who in each {
        let mut site = Site::new();
        let (about, worker) = (week(&site, site.wes.member), site.wes.member);
        assert_eq!(site.by(wes, about.clone(), &begun(worker, &[signed(144_000)])), Outcome::Applied);
        assert_eq!(site.by(who, about.clone(), &[approved(144_000)]), Outcome::Applied);
        assert_eq!(site.by(who, about.clone(), &[(APPROVED, Value::Null)]), Outcome::Applied);
        let record = site.record(about.record);
        assert_eq!((record.value(SIGNED), record.value(APPROVED)), (Some(&Value::Int(144_000)), None));
    }
}

#[test]
fn nobody_signs_or_disputes_for_another() {
    let mut site = Site::new();
    let (about, worker) = (week(&site, site.wes.member), site.wes.member);
    let ana = |site: &mut Site, written: &[(&'static str, Value)]| site.by(|s| &mut s.ana, about.clone(), written);
    assert_eq!(ana(&mut site, &begun(worker, &[signed(1)])), invalid("signed", "worker"));
    assert_eq!(ana(&mut site, &begun(worker, &[(DISPUTED, Value::from("no"))])), invalid("disputed", "worker"));
    assert_eq!(site.by(wes, about.clone(), &begun(worker, &[signed(1)])), Outcome::Applied);
    assert_eq!(ana(&mut site, &[(SIGNED, Value::Null)]), invalid("signed", "worker"));
    assert_eq!(site.by(wes, about.clone(), &[(DISPUTED, Value::from("Friday is missing"))]), Outcome::Applied);
}

#[test]
fn hours_are_approved_after_they_were_signed_and_a_foremans_own_by_somebody_else() {
    let mut site = Site::new();
    let (about, worker) = (week(&site, site.wes.member), site.wes.member);
    assert_eq!(site.by(frank, about.clone(), &begun(worker, &[approved(1)])), invalid("approved", "signed"));
    assert_eq!(site.by(wes, about.clone(), &begun(worker, &[signed(1)])), Outcome::Applied);
    assert_eq!(site.by(wes, about.clone(), &[approved(1)]), invalid("approved", "role"));
    assert_eq!(site.by(wes, about.clone(), &[(SIGNED, Value::Null)]), Outcome::Applied);
    assert_eq!(site.by(frank, about, &[approved(1)]), invalid("approved", "signed"), "he took it back");
    let (about, foreman) = (week(&site, site.frank.member), site.frank.member);
    assert_eq!(site.by(frank, about.clone(), &begun(foreman, &[signed(1)])), Outcome::Applied);
    assert_eq!(site.by(frank, about.clone(), &[approved(1)]), invalid("approved", "role"));
    assert_eq!(site.by(|s| &mut s.mia, about, &[approved(1)]), Outcome::Applied);
}

#[test]
fn two_devices_that_begin_a_week_unseen_meet_in_one_record() {
    let mut site = Site::new();
    let (about, worker) = (week(&site, site.wes.member), site.wes.member);
    let mut tablet = site.enrol(worker, Author::new(90));
    let unseen = site.ledger.tip.size;
    assert_eq!(site.by(wes, about.clone(), &begun(worker, &[signed(100)])), Outcome::Applied);
    let late = site.act_seeing(&mut tablet, unseen, about.clone(), &begun(worker, &[signed(200)]));
    assert_eq!(late, Ok(Outcome::Applied));
    let record = site.record(about.record);
    assert_eq!(record.value(SIGNED), Some(&Value::Int(200)));
    assert!(record.conflicted(), "both are kept until somebody who saw both chooses");
    let Some(FieldState::Last { shown, .. }) = record.field(WORKER) else { panic!("a worker") };
    assert_eq!(shown.device, site.wes.author.id(), "the first who said it");
    let other = [(WORKER, Value::from(worker)), (FROM, Value::from("2026-09-28")), signed(1)];
    assert_eq!(site.by(wes, about, &other), invalid("from", "fixed"));
}

#[test]
fn what_is_fixed_of_an_organisation_kind_is_not_even_said_again() {
    let mut site = Site::new();
    let (wes, restore) = (site.wes.member, uuid(80));
    let mut ana = site.restore([9; 32]);
    let base = site.record(restore).value("base").cloned().unwrap();
    let again = site.act(&mut ana, About::new("restore", restore, None), &[("base", base)]);
    assert_eq!(again, Ok(invalid("base", "fixed")));
    let device = About::new("device", Author::new(4).id(), None);
    let member = [("member", Value::from(wes))];
    assert_eq!(site.act(&mut ana, device, &member), Ok(invalid("member", "fixed")));
}

#[test]
fn a_week_begins_on_a_monday_and_its_id_follows_from_it() {
    let mut site = Site::new();
    let (about, worker) = (week(&site, site.wes.member), site.wes.member);
    let with = |from: &str| [(WORKER, Value::from(worker)), (FROM, Value::from(from)), signed(1)];
    assert_eq!(site.by(wes, about.clone(), &with("2026-09-28")), invalid("record", "derived"));
    assert_eq!(site.by(wes, about.clone(), &with("2026-09-22")), invalid("from", "monday"));
    for wrong in ["2026-9-21", "2026-09-21T00:00", "20260921", "1999-12-27", "2200-01-06", "2026-02-30", ""] {
        assert_eq!(site.by(wes, about.clone(), &with(wrong)), invalid("from", "range"), "{wrong}");
    }
    let number = [(WORKER, Value::from(worker)), (FROM, Value::Int(1)), signed(1)];
    assert_eq!(site.by(wes, about, &number), invalid("from", "type"));
}

#[test]
fn an_absence_ends_within_a_year_and_not_before_it_begins() {
    let mut site = Site::new();
    let (worker, mut n) = (site.wes.member, 70);
    let mut off = |from: &str, to: &str| {
        n += 1;
        let days = [(absence::FROM, Value::from(from)), (absence::TO, Value::from(to))];
        let worker = (absence::WORKER, Value::from(worker));
        site.by(wes, About::new("absence", uuid(n), Some(site.here)), &[worker, days[0].clone(), days[1].clone()])
    };
    assert_eq!(off("2026-09-21", "2026-09-21"), Outcome::Applied);
    assert_eq!(off("2026-09-21", "2027-09-21"), Outcome::Applied);
    assert_eq!(off("2026-09-21", "2027-09-22"), invalid("to", "range"));
    assert_eq!(off("2026-09-21", "2026-09-20"), invalid("to", "range"));
    let about = About::new("absence", uuid(71), Some(site.here));
    assert_eq!(site.by(frank, about, &[(absence::FROM, Value::from("2026-09-22"))]), invalid("to", "range"));
}

#[test]
fn a_foreman_leads_crews_of_the_own_project() {
    let mut site = Site::new();
    let (here, there, foreman) = (site.here, site.there, site.frank.member);
    let words = [
        (crew::NAME, Value::from("Deck")),
        (crew::FOREMAN, Value::from(foreman)),
        (crew::DAYS, add(&[Value::from("mon"), Value::from("fri")])),
    ];
    assert_eq!(site.by(frank, About::new("crew", uuid(80), Some(here)), &words), Outcome::Applied);
    assert_eq!(site.by(frank, About::new("crew", uuid(81), Some(there)), &words), Outcome::Held(Held::Denied));
    assert_eq!(site.by(wes, About::new("crew", uuid(82), Some(here)), &words), Outcome::Held(Held::Denied));
    let wrong = [(crew::DAYS, add(&[Value::from("Montag")]))];
    assert_eq!(site.by(frank, About::new("crew", uuid(80), Some(here)), &wrong), invalid("days", "unknown"));
}
