//! The rules of coming in, holding, admitting and resending, each as somebody would run into it.

use super::*;
use crate::{
    action::{Cites, Origin, Seen},
    append::Refusal,
    fold::FieldState,
    reader,
    record::{deposit, note, organisation, photo, project, punch},
    testing::{Site, add, fields, invalid, punched, reason, says, uuid},
    vectors::{About, Author},
};

fn enrolment(field: &str, reason: &str) -> Result<Outcome, Refusal> {
    Err(Refusal::Held(Held::invalid(field, reason)))
}

fn invited(invite: Uuid) -> (&'static str, Value) {
    (device::INVITE, Value::from(invite))
}

/// Shows b04.
#[test]
fn an_invite_enrols_one_device_of_its_member_in_time() {
    let mut site = Site::new();
    let (wes, frank, size) = (site.wes.member, site.frank.member, site.ledger.tip.size);
    let (invite, key) = site.invite(wes);
    assert_eq!(site.enrolment(&mut Author::new(71), frank, &key, invited(invite)), enrolment("invite", "member"));
    let (_, other) = site.invite(wes);
    let wrong = site.enrolment(&mut Author::new(71), wes, &other, invited(invite));
    assert_eq!(wrong, enrolment("countersignature", "signature"));
    assert_eq!(site.enrolment(&mut Author::new(71), wes, &key, invited(uuid(99))), enrolment("invite", "not_found"));
    assert_eq!(site.enrolment(&mut Author::new(71), wes, &key, invited(invite)), Ok(Outcome::Applied));
    assert_eq!(site.enrolment(&mut Author::new(72), wes, &key, invited(invite)), enrolment("invite", "used"));
    let (late, key) = site.invite(wes);
    site.now += 3_600_000;
    assert_eq!(site.enrolment(&mut Author::new(73), wes, &key, invited(late)), enrolment("invite", "expired"));
    assert_eq!(site.ledger.tip.size, size + 4, "three invites and one enrolment; no failed one");
}

#[test]
fn an_older_device_vouches_for_a_new_one_until_it_is_revoked() {
    let mut site = Site::new();
    let (wes, frank) = (site.wes.member, site.frank.member);
    let old = Author::new(4);
    let by = (device::OLD, Value::from(old.id().0));
    assert_eq!(site.enrolment(&mut Author::new(71), frank, &old, by.clone()), enrolment("old", "member"));
    assert_eq!(site.enrolment(&mut Author::new(71), wes, &old, by.clone()), Ok(Outcome::Applied));
    let about = About::new("device", old.id(), None);
    let revoked = [(device::REVOKED, Value::Bool(true)), reason("lost")];
    assert_eq!(site.by(|s| &mut s.ana, about, &revoked), Outcome::Applied);
    assert_eq!(site.enrolment(&mut Author::new(72), wes, &old, by), enrolment("old", "revoked"));
}

#[test]
fn the_recovery_key_makes_an_administrator_once_and_is_replaced() {
    let mut site = Site::new();
    let wes = site.wes.member;
    let (old, next) = (Author::new(61), Author::new(62));
    let same = (device::RECOVERY_KEY, Value::from(old.id().0));
    assert_eq!(site.enrolment(&mut Author::new(71), wes, &old, same), enrolment("recovery_key", "used"));
    let by = (device::RECOVERY_KEY, Value::from(next.id().0));
    assert_eq!(site.enrolment(&mut Author::new(71), wes, &old, by), Ok(Outcome::Applied));
    assert_eq!(site.record(wes).text(member::ROLE), Some("administrator"));
    let organisation = site.ledger.tip.organisation.unwrap();
    assert_eq!(site.record(organisation).key(organisation::RECOVERY_KEY), Some(next.id().0));
    let third = (device::RECOVERY_KEY, Value::from(Author::new(63).id().0));
    let again = site.enrolment(&mut Author::new(72), wes, &old, third);
    assert_eq!(again, enrolment("countersignature", "signature"));
}

/// Shows s07, s20.
#[test]
fn the_servers_key_that_a_restore_named_outlives_rotations_that_had_not_seen_it() {
    let mut site = Site::new();
    let (key, other) = (Author::new(62).id().0, Author::new(63).id().0);
    let mut new = site.restore(key);
    let organisation = site.ledger.tip.organisation.unwrap();
    let about = About::new("organisation", organisation, None);
    let rotation = [(organisation::SERVER_KEY, Value::from(other))];
    // It was signed before the restore, and comes in after it: by itself, or admitted.
    let late = site.by(|s| &mut s.ana, about.clone(), &rotation);
    assert_eq!(late, invalid("server_key", "generation"));
    let admit = admit(&site, &about, site.ledger.entries.len() - 1);
    assert_eq!(site.by(|s| &mut s.ana, admit, &[]), invalid("server_key", "generation"));
    assert_eq!(site.record(organisation).key(organisation::SERVER_KEY), Some(key));
    let name = [(organisation::NAME, Value::from("Ridge Road Paving & Sons"))];
    assert_eq!(site.by(|s| &mut s.ana, about.clone(), &name), Outcome::Applied, "all else goes on");
    let seen = Seen { generation: 1, ..site.ledger.seen(site.ledger.tip.size).unwrap() };
    let rotation = new.sign(seen, about, fields(&rotation));
    assert_eq!(site.push(rotation), Ok(Outcome::Applied));
}

#[test]
fn a_revoked_devices_work_is_logged_and_held() {
    let mut site = Site::new();
    let about = About::new("device", Author::new(4).id(), None);
    let unexplained = [(device::REVOKED, Value::Bool(true))];
    assert_eq!(site.by(|s| &mut s.ana, about.clone(), &unexplained), invalid("reason", "missing"));
    site.by(|s| &mut s.ana, about.clone(), &[(device::REVOKED, Value::Bool(true)), reason("lost")]);
    let (size, note) = (site.ledger.tip.size, site.note(70));
    assert_eq!(site.by(|s| &mut s.wes, note, &says("A week of work")), Outcome::Held(Held::Revoked));
    assert_eq!(site.ledger.tip.size, size + 1);
    site.by(|s| &mut s.ana, about, &[(device::REVOKED, Value::Bool(false)), reason("found")]);
    assert!(site.record(Author::new(4).id()).flag(device::REVOKED), "revoked is for ever");
}

fn admit(site: &Site, about: &About, position: usize) -> About {
    About { cites: Some(Cites::Admit(site.ledger.entries[position].action.hash())), ..about.clone() }
}

#[test]
fn an_administrator_admits_what_lacked_a_right_and_it_takes_effect_there() {
    let mut site = Site::new();
    let there = About::new("note", uuid(70), Some(site.there));
    assert_eq!(site.by(|s| &mut s.frank, there.clone(), &says("Not his site")), Outcome::Held(Held::Denied));
    let position = site.ledger.tip.size - 1;
    assert!(!site.record(uuid(70)).exists());
    let admits = admit(&site, &there, position as usize);
    assert_eq!(site.by(|s| &mut s.mia, admits.clone(), &[]), Outcome::Held(Held::Denied));
    let elsewhere = About { record: uuid(71).into(), ..admits.clone() };
    assert_eq!(site.by(|s| &mut s.ana, elsewhere, &[]), invalid("cites", "record"));
    assert_eq!(site.by(|s| &mut s.ana, admits.clone(), &says("More")), invalid("fields", "admit"));
    assert_eq!(site.by(|s| &mut s.ana, admits.clone(), &[]), Outcome::Applied);
    let record = site.record(uuid(70));
    let Some(FieldState::Last { shown, .. }) = record.field(note::TEXT) else { panic!("text") };
    assert_eq!((shown.position, shown.device), (site.ledger.tip.size - 1, Author::new(3).id()));
    assert_eq!(site.by(|s| &mut s.ana, admits, &[]), Outcome::Held(Held::NotFound), "admitted once");
}

#[test]
fn an_admit_waives_neither_rules_nor_duplicates() {
    let mut site = Site::new();
    let (about, wes) = (site.punch(70), site.wes.member);
    let mut words = punched(wes).to_vec();
    words.push((punch::CLASSIFICATION, Value::from("Carpenter")));
    assert_eq!(site.by(|s| &mut s.wes, about.clone(), &words), invalid("classification", "unknown"));
    let admits = admit(&site, &about, site.ledger.entries.len() - 1);
    assert_eq!(site.by(|s| &mut s.ana, admits.clone(), &[]), invalid("classification", "unknown"));
    let carpenter = [(project::CLASSIFICATIONS, add(&[Value::from("Carpenter")]))];
    let here = site.here;
    assert_eq!(site.ana("project", here, Some(here), &carpenter), Outcome::Applied);
    assert_eq!(site.by(|s| &mut s.ana, admits, &[]), Outcome::Applied, "now the rule holds");

    let (again, note) = resend(&mut site, 71);
    assert_eq!(site.push(again), Ok(Outcome::Applied));
    assert_eq!(site.push(note), Ok(Outcome::Held(Held::Duplicate)));
    let duplicate = admit(&site, &site.note(71), site.ledger.entries.len() - 1);
    assert_eq!(site.by(|s| &mut s.ana, duplicate, &[]), Outcome::Held(Held::NotFound));
}

/// A note that Wes signed on the old phone, sent again by his new one; and itself.
fn resend(site: &mut Site, n: u8) -> (Action, Action) {
    let seen = site.ledger.seen(3).unwrap();
    let about = site.note(n);
    let old = site.wes.author.sign(seen, about.clone(), fields(&says("Unsent")));
    let mut phone = Author::new(80);
    let by = (device::OLD, Value::from(Author::new(4).id().0));
    let wes = site.wes.member;
    site.enrolment(&mut phone, wes, &Author::new(4), by).unwrap();
    let origin = Origin { header: old.bytes().to_vec(), signature: *old.signature() };
    let about = About { cites: Some(Cites::Resend(old.hash())), origin: Some(origin), ..about };
    (phone.sign_body(seen, about, old.body().clone()), old)
}

/// Shows c19.
#[test]
fn work_that_arrives_by_two_roads_counts_once() {
    for swapped in [false, true] {
        let mut site = Site::new();
        let (again, old) = resend(&mut site, 70);
        let (first, second) = if swapped { (old, again) } else { (again, old) };
        assert_eq!(site.push(first), Ok(Outcome::Applied));
        assert_eq!(site.push(second), Ok(Outcome::Held(Held::Duplicate)));
        assert_eq!(site.record(uuid(70)).text(note::TEXT), Some("Unsent"));
    }
}

/// Shows b01.
#[test]
fn nobody_resends_the_work_of_another_member() {
    let mut site = Site::new();
    let (seen, about) = (site.ledger.seen(3).unwrap(), site.note(70));
    let old = site.wes.author.sign(seen, about.clone(), fields(&says("His")));
    let origin = Origin { header: old.bytes().to_vec(), signature: *old.signature() };
    let about = About { cites: Some(Cites::Resend(old.hash())), origin: Some(origin), ..about };
    let stolen = site.frank.author.sign_body(seen, about, old.body().clone());
    assert_eq!(site.push(stolen), Ok(invalid("cites", "member")));
}

#[test]
fn a_resent_admit_still_admits() {
    let mut site = Site::new();
    let there = About::new("note", uuid(70), Some(site.there));
    site.by(|s| &mut s.frank, there.clone(), &says("Not his site"));
    let admits = admit(&site, &there, site.ledger.entries.len() - 1);
    let seen = site.ledger.seen(3).unwrap();
    let old = site.ana.author.sign(seen, admits, fields(&[]));
    let mut phone = Author::new(80);
    let (ana, by) = (site.ana.member, (device::OLD, Value::from(Author::new(1).id().0)));
    site.enrolment(&mut phone, ana, &Author::new(1), by).unwrap();
    let origin = Origin { header: old.bytes().to_vec(), signature: *old.signature() };
    let about = About { cites: Some(Cites::Resend(old.hash())), origin: Some(origin), ..there };
    let again = phone.sign_body(seen, about, old.body().clone());
    assert_eq!(site.push(again), Ok(Outcome::Applied));
    assert_eq!(site.record(uuid(70)).text(note::TEXT), Some("Not his site"));
}

#[test]
fn a_held_first_entry_fixes_kind_project_and_whom_it_concerns() {
    let mut site = Site::new();
    let (here, there, mia, wes) = (site.here, site.there, site.mia.member, site.wes.member);
    let about = About::new("note", uuid(70), Some(there));
    assert_eq!(site.by(|s| &mut s.wes, about, &says("Not his site")), Outcome::Held(Held::Denied));
    assert_eq!(site.ana("note", uuid(70), Some(here), &says("Here")), invalid("project", "fixed"));
    assert_eq!(site.ana("punch", uuid(70), Some(there), &punched(wes)), invalid("record", "kind"));
    let punch = site.punch(71);
    assert_eq!(site.by(|s| &mut s.wes, punch, &punched(mia)), Outcome::Held(Held::Denied));
    assert_eq!(site.ana("punch", uuid(71), Some(here), &punched(wes)), invalid("worker", "fixed"));
    assert_eq!(site.ana("punch", uuid(71), Some(here), &punched(mia)), Outcome::Applied);
}

#[test]
fn nobody_changes_the_own_role_and_each_role_writes_what_the_grid_says() {
    let mut site = Site::new();
    let (ana, mia, wes, here) = (site.ana.member, site.mia.member, site.wes.member, site.here);
    let role = |name: &str| [(member::ROLE, Value::from(name))];
    assert_eq!(site.ana("member", ana, None, &role("worker")), invalid("role", "own"));
    let of = |id: Uuid| About::new("member", id, None);
    assert_eq!(site.by(|s| &mut s.mia, of(ana), &role("worker")), Outcome::Held(Held::Denied));
    assert_eq!(site.by(|s| &mut s.mia, of(wes), &role("administrator")), Outcome::Held(Held::Denied));
    assert_eq!(site.by(|s| &mut s.mia, of(wes), &role("foreman")), Outcome::Applied);
    assert_eq!(site.by(|s| &mut s.frank, of(mia), &role("worker")), Outcome::Held(Held::Denied));
    let hire = |role: &str, project: Uuid| {
        let projects = add(&[Value::from(project)]);
        [(member::NAME, Value::from("Teo")), (member::ROLE, Value::from(role)), (member::PROJECTS, projects)]
    };
    let there = site.there;
    assert_eq!(site.by(|s| &mut s.frank, of(uuid(70)), &hire("worker", here)), Outcome::Applied);
    assert_eq!(site.by(|s| &mut s.frank, of(uuid(71)), &hire("worker", there)), Outcome::Held(Held::Denied));
    assert_eq!(site.by(|s| &mut s.frank, of(uuid(72)), &hire("foreman", here)), Outcome::Held(Held::Denied));
    let punch = site.punch(73);
    assert_eq!(site.by(|s| &mut s.frank, punch, &punched(uuid(70))), Outcome::Applied, "a worker without a device");
}

#[test]
fn a_classification_is_one_of_its_projects() {
    let mut site = Site::new();
    let (wes, about) = (site.wes.member, site.punch(70));
    let with = |more: &[(&'static str, Value)]| [punched(wes).as_slice(), more].concat();
    let laborer = with(&[(punch::CLASSIFICATION, Value::from("Laborer"))]);
    assert_eq!(site.by(|s| &mut s.wes, about.clone(), &laborer), Outcome::Applied);
    let other = [(punch::CLASSIFICATION, Value::from("Pilot")), reason("he flew")];
    assert_eq!(site.by(|s| &mut s.wes, about, &other), invalid("classification", "unknown"));
    let mut switch = punched(wes);
    switch[1].1 = Value::from("switch");
    let about = site.punch(71);
    assert_eq!(site.by(|s| &mut s.wes, about, &switch), invalid("classification", "missing"));
}

#[test]
fn fields_are_checked_against_their_declaration() {
    let mut site = Site::new();
    let (here, there) = (site.here, site.there);
    let mut check = |written: &[(&str, Value)]| site.ana("note", uuid(70), Some(here), written);
    assert_eq!(check(&[]), invalid("fields", "missing"));
    assert_eq!(check(&[(note::TAGS, add(&[]))]), invalid("text", "missing"));
    assert_eq!(check(&[(note::TEXT, Value::Null)]), invalid("text", "missing"));
    assert_eq!(check(&[(note::TEXT, Value::Int(1))]), invalid("text", "type"));
    assert_eq!(check(&says("\u{7}")), invalid("text", "text"));
    assert_eq!(check(&says(&"x".repeat(10_001))), invalid("text", "text"));
    assert_eq!(check(&[("colour", Value::from("red"))]), invalid("colour", "unknown"));
    assert_eq!(check(&[(note::TAGS, Value::from("x"))]), invalid("tags", "type"));
    assert_eq!(check(&[("time", Value::Null), says("x")[0].clone()]), invalid("time", "type"));
    let stranger = [punched(uuid(99)).as_slice()].concat();
    assert_eq!(site.ana("punch", uuid(71), Some(here), &stranger), invalid("worker", "not_found"));
    assert_eq!(site.ana("note", uuid(72), None, &says("x")), invalid("project", "missing"));
    assert_eq!(site.ana("note", uuid(72), Some(uuid(98)), &says("x")), invalid("project", "fixed"));
    assert_eq!(site.ana("note", uuid(73), Some(uuid(98)), &says("x")), Outcome::Held(Held::NotFound));
    assert_eq!(site.ana("sketch", uuid(74), Some(there), &says("x")), invalid("kind", "unknown"));
    assert_eq!(site.ana("member", uuid(75), Some(there), &says("x")), invalid("project", "unknown"));
}

fn photographed(sha256: [u8; 32]) -> [(&'static str, Value); 5] {
    [
        (photo::SHA256, Value::from(sha256)),
        (photo::BYTES, Value::Int(10)),
        (photo::MEDIA, Value::from("image/jpeg")),
        (photo::SOURCE, Value::from("camera")),
        (photo::AT, Value::Null),
    ]
}

/// Shows b15.
#[test]
fn only_the_servers_key_deposits_under_the_derived_name() {
    let mut site = Site::new();
    let here = site.here;
    let about = About::new("photo", uuid(70), Some(here));
    site.by(|s| &mut s.wes, about, &photographed([1; 32]));
    let word = |sha256: [u8; 32]| {
        let bytes = Value::Int(10);
        [(deposit::PHOTO, Value::from(uuid(70))), (deposit::SHA256, Value::from(sha256)), (deposit::BYTES, bytes)]
    };
    let right = About::new("deposit", deposit::record_of(&uuid(70)), Some(here));
    let mut server = Author { organisation: site.ledger.tip.organisation, ..Author::new(60) };
    assert_eq!(site.by(|s| &mut s.ana, right.clone(), &word([1; 32])), Outcome::Held(Held::Denied));
    let wrong = About::new("deposit", uuid(71), Some(here));
    assert_eq!(site.act(&mut server, wrong, &word([1; 32])), Ok(invalid("record", "derived")));
    assert_eq!(site.act(&mut server, right.clone(), &word([2; 32])), Ok(invalid("sha256", "photo")));
    let missing = [(deposit::PHOTO, Value::from(uuid(72))), word([1; 32])[1].clone(), word([1; 32])[2].clone()];
    let about = About::new("deposit", deposit::record_of(&uuid(72)), Some(here));
    assert_eq!(site.act(&mut server, about, &missing), Ok(invalid("photo", "not_found")));
    assert_eq!(site.act(&mut server, right, &word([1; 32])), Ok(Outcome::Applied));
    let note = site.note(73);
    assert_eq!(site.act(&mut server, note, &says("Hello")), Err(Refusal::Device), "and it writes nothing else");
}

/// What one who does not see everything reads: a wrong kind on a hidden record, and a member of a hidden project, are no lies.
#[test]
fn an_honest_log_raises_no_alarm_whatever_people_write() {
    let mut site = Site::new();
    let (there, frank) = (site.there, site.frank.member);
    site.ana("note", uuid(70), Some(there), &says("Hidden from Wes"));
    let wrong = [(member::NAME, Value::from("x")), (member::ROLE, Value::from("worker"))];
    assert_eq!(site.by(|s| &mut s.mia, About::new("member", uuid(70), None), &wrong), invalid("record", "kind"));
    let more = [(member::PROJECTS, add(&[Value::from(there)]))];
    assert_eq!(site.ana("member", frank, None, &more), Outcome::Applied);
    let odd = About::new("note", frank, Some(there));
    assert_eq!(site.by(|s| &mut s.mia, odd, &says("A note about a member")), invalid("record", "kind"));
    site.hire(uuid(71), "worker");
    for member in [site.ana.member, site.mia.member, frank, site.wes.member] {
        let mut book = site.ledger.book.clone();
        let actor = member_actor(&mut book, member).unwrap().unwrap();
        let (mut book, mut tip, mut hidden) = (crate::fold::MemoryBook::default(), crate::fold::Tip::default(), false);
        for (position, entry) in (0..).zip(&site.ledger.entries) {
            let record = site.ledger.book.records[&entry.action.header().record].clone();
            if policy::sees(&actor, &record.kind, record.project, record.concerns) {
                tip.size = position;
                reader::read(&mut book, &mut tip, entry, !hidden).unwrap();
            } else {
                hidden = true;
            }
        }
        for (id, record) in &book.records {
            assert_eq!(record.encode(), site.ledger.book.records[id].encode());
        }
    }
}
