//! A server restored from a backup says so, and what its log lost is offered again (spine rules 22 and 23).

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use plumbline_core::{photo::Custody, record::RecordView, restore::RestoredView};
use plumbline_protocol::{Fault, Hash, RecordId, Uuid, entry::Entry, link::SetupLink, value::Value};
use plumbline_tests::{
    dice::Dice,
    liar::Liar,
    link::{Asked, Cut, Half, Told},
    photo,
    world::{World, ask, open},
};
use serde_json::json;

/// Every action in the log by its identity, with how many entries are about it that are no duplicates.
async fn logged(world: &World, by: &str) -> BTreeMap<Hash, usize> {
    let folder = world.folder.join(format!("log-{}", world.of(by).size().await));
    let report = world.export(by, &folder).await;
    assert!(report.ok, "{:?}", report.problems);
    std::fs::remove_dir_all(&folder).unwrap();
    let mut counts = BTreeMap::new();
    for entry in Liar::of(&world.server_folder()).entries {
        if entry.outcome.applied() {
            *counts.entry(entry.action.identity()).or_default() += 1;
        }
    }
    counts
}

/// Identities of what people did so far: all of it must be there afterwards.
fn work(world: &World) -> Vec<Hash> {
    let by_people = |entry: &std::sync::Arc<Entry>| entry.action.header().kind != "deposit";
    Liar::of(&world.server_folder()).entries.iter().filter(|e| by_people(e)).map(|e| e.action.identity()).collect()
}

async fn restore(world: &World, by: &str) -> Result<RestoredView, Fault> {
    world.of(by).client.restore(ask(json!({"reason": "The disk failed; Sunday's backup was put back"}))).await
}

/// Somebody's sync tells that the log's end is gone, and Ana restores.
async fn noticed_and_restored(world: &World, noticed_by: &str) -> RestoredView {
    assert!(world.of(noticed_by).client.sync().await.is_err());
    restore(world, "Ana").await.unwrap()
}

/// A way on which no reply comes to what is asked by paths with this end.
fn without_reply(end: &'static str) -> impl Fn(&Asked, Told) -> Told + Send + Sync {
    move |asked, told| match asked.path.ends_with(end) {
        true => Told { status: hyper::StatusCode::BAD_GATEWAY, ..told },
        false => told,
    }
}

/// The recovery key that is to be printed, as this person's device has it.
async fn unprinted(world: &World, of: &str) -> Option<String> {
    world.of(of).client.recovery_key().await.unwrap().map(|view| view.recovery_key)
}

async fn capture(world: &World, by: &str, project: Uuid) -> RecordId {
    let bytes = photo::jpeg(&mut Dice::of(world.seed, by));
    RecordId::from(world.of(by).photograph(project, &bytes).await.id)
}

/// A crew at work, a backup, more work that everybody has synced, some that nobody has, and the backup put back.
async fn a_lost_afternoon(seed: u64) -> (World, Uuid, Vec<Hash>) {
    let (mut world, project) = World::with_a_crew(seed).await;
    world.of("Teo").punch("in", project, Some("Laborer")).await;
    world.of("Rosa").note(project, "North side is formed").await;
    world.settle().await;
    let backup = world.back_up().await;

    world.clock.advance(3_600_000);
    world.of("Teo").punch("out", project, None).await;
    world.of("Rosa").note(project, "Poured the footing").await;
    world.of("Felix").note(project, "Two trucks late").await;
    capture(&world, "Rosa", project).await;
    world.settle().await;
    let acknowledged = work(&world);
    world.cut();
    world.of("Teo").note(project, "Written while the server was down").await;
    world.put_back(&backup).await;
    world.restore(plumbline_tests::link::Faults::default());
    (world, project, acknowledged)
}

/// Nothing that anybody holds is lost: all of it is in effect once, everybody agrees, and the log verifies.
async fn all_is_back(world: &mut World, acknowledged: &[Hash]) {
    world.settle().await;
    let counts = logged(world, "Ana").await;
    for identity in acknowledged {
        assert_eq!(counts.get(identity), Some(&1), "{identity} is in effect once");
    }
    world.same_state("Ana").await;
    for person in world.people() {
        let photos = person.client.photos(ask(json!({"limit": 100}))).await.unwrap().photos;
        assert!(photos.iter().all(|photo| photo.state == Custody::Verified), "{}'s photographs", person.name);
    }
}

/// The log verifies, and everybody who has synced shows the same.
async fn all_agree(world: &mut World) {
    assert!(world.export("Ana", &world.folder.join("log")).await.ok);
    world.same_state("Ana").await;
}

/// Shows c12, s07, b14.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_server_lost_is_offered_again_by_everybody() {
    let (mut world, _, acknowledged) = a_lost_afternoon(70).await;

    // Whoever comes first says so, and from then on nothing is taken in; what waits stays.
    let teo = world.of("Teo");
    assert_eq!(teo.client.sync().await, Err(Fault::corrupt("log")));
    let alarm = teo.client.alarms().await.unwrap().remove(0);
    assert!(alarm.text.contains("until an administrator restores it"), "{}", alarm.text);
    assert!(matches!(teo.client.sync().await, Err(Fault::Busy { .. } | Fault::Corrupt { .. })));
    assert_eq!(teo.client.waiting().await.unwrap().len(), 1);
    // A worker's word opens no generation.
    assert_eq!(restore(&world, "Teo").await.err(), Some(Fault::Denied));

    let view = restore(&world, "Ana").await.unwrap();
    assert_eq!(view.generation, 1);
    assert!(view.base < view.known);
    all_is_back(&mut world, &acknowledged).await;
    assert!(world.of("Teo").client.waiting().await.unwrap().is_empty());
    assert_eq!(world.of("Teo").client.status().await.unwrap().generation, 1);
    for person in world.people() {
        assert_eq!(person.client.lost().await.unwrap(), [], "{}", person.name);
    }
    // There is nothing more to restore.
    assert_eq!(restore(&world, "Ana").await.err(), Some(Fault::invalid("restore", "not_behind")));
}

/// Shows c12, s07.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_in_after_the_backup_was_put_back_is_offered_again_too() {
    let (mut world, project) = World::with_a_crew(71).await;
    world.settle().await;
    let backup = world.back_up().await;
    world.of("Teo").note(project, "Only Teo and the office know of this").await;
    world.of("Teo").client.sync().await.unwrap();
    world.of("Ana").client.sync().await.unwrap();
    let mut acknowledged = work(&world);
    world.put_back(&backup).await;

    // Rosa knows of nothing that is missing, and works on.
    world.of("Rosa").note(project, "The gate is locked").await;
    world.of("Rosa").client.sync().await.unwrap();
    acknowledged.extend(work(&world));
    assert_eq!(world.of("Teo").client.sync().await, Err(Fault::corrupt("log")));
    let view = restore(&world, "Ana").await.unwrap();
    assert!(view.base < world.of("Rosa").size().await, "what Rosa added is not continued");
    acknowledged.sort();
    acknowledged.dedup();
    all_is_back(&mut world, &acknowledged).await;
}

/// Shows c12, s07.
#[tokio::test(flavor = "multi_thread")]
async fn the_work_of_a_device_that_is_gone_is_offered_by_who_had_read_it() {
    let (mut world, _, acknowledged) = a_lost_afternoon(72).await;
    drop(world.take("Felix"));
    noticed_and_restored(&world, "Ana").await;
    all_is_back(&mut world, &acknowledged).await;
}

/// Shows s07, c12.
#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_work_that_nobody_else_had_read_is_offered_again_by_its_author_alone() {
    let (mut world, project) = World::with_a_crew(83).await;
    let backup = world.back_up().await;
    // The log of the next generation ends far below what Teo has receipts for.
    for n in 0..6 {
        world.of("Teo").note(project, &format!("Truck {n} unloaded")).await;
    }
    world.of("Teo").client.sync().await.unwrap();
    let acknowledged = work(&world);
    world.put_back(&backup).await;
    assert_eq!(world.of("Teo").client.sync().await, Err(Fault::corrupt("log")));
    assert_eq!(world.of("Teo").alarms().await, 1);
    restore(&world, "Ana").await.unwrap();
    world.of("Teo").client.sync().await.unwrap();
    all_is_back(&mut world, &acknowledged).await;
    assert_eq!(world.of("Teo").alarms().await, 1, "the new generation is no lie");
}

/// Shows s07, c12.
#[tokio::test(flavor = "multi_thread")]
async fn work_that_was_acknowledged_and_never_read_back_is_offered_to_a_log_that_others_made_longer() {
    let (mut world, project) = World::with_a_crew(84).await;
    let backup = world.back_up().await;
    assert_eq!(plumbline_server::restored(&backup).await.unwrap(), 1);
    world.of("Teo").link.cut_once(Cut { path: "/v1/pull".to_owned(), body: Half::Reply, after: 0 });
    let note = world.of("Teo").note(project, "The trench is flooded").await;
    assert_eq!(world.of("Teo").client.sync().await, Err(Fault::Offline));
    assert!(world.of("Teo").link.uncut());
    assert_eq!(world.of("Teo").client.waiting().await.unwrap()[0].state, "logged");
    let acknowledged = work(&world);
    world.put_back(&backup).await;
    restore(&world, "Ana").await.unwrap();
    for n in 0..6 {
        world.of("Rosa").note(project, &format!("Truck {n} unloaded")).await;
    }
    world.of("Rosa").client.sync().await.unwrap();
    world.of("Teo").client.sync().await.unwrap();
    assert!(world.of("Teo").record(note).await.fields.contains_key("text"));
    all_is_back(&mut world, &acknowledged).await;
}

/// Shows s07, c11.
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_did_not_arrive_is_made_again_though_the_log_has_not_grown() {
    let (mut world, _, acknowledged) = a_lost_afternoon(89).await;
    assert!(world.of("Ana").client.sync().await.is_err());
    let notes = |all: Vec<RecordView>| all.into_iter().map(|note| note.id).collect::<BTreeSet<_>>();
    let before = notes(world.of("Ana").list("note").await);
    world.of("Ana").link.cut_once(Cut { path: "/v1/offer".to_owned(), body: Half::Request, after: 0 });
    restore(&world, "Ana").await.unwrap();
    assert!(world.of("Ana").link.uncut());
    assert_ne!(notes(world.of("Ana").list("note").await), before);
    world.of("Ana").client.sync().await.unwrap();
    assert_eq!(notes(world.of("Ana").list("note").await), before);
    all_is_back(&mut world, &acknowledged).await;
}

/// Shows s07.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_enrolled_after_the_backup_comes_back_with_its_work() {
    let (mut world, project) = World::with_a_crew(73).await;
    world.settle().await;
    let backup = world.back_up().await;
    world.person("Ana", "Nora", "worker", &[project]).await;
    world.of("Nora").note(project, "First day").await;
    world.settle().await;
    let acknowledged = work(&world);
    world.put_back(&backup).await;
    assert!(world.of("Nora").client.sync().await.is_err(), "the server does not know her");
    noticed_and_restored(&world, "Ana").await;
    all_is_back(&mut world, &acknowledged).await;
}

/// Shows s07.
#[tokio::test(flavor = "multi_thread")]
async fn a_hole_that_nobody_can_fill_is_listed_and_passed_by_an_administrator() {
    let (mut world, project) = World::with_a_crew(74).await;
    world.settle().await;
    let backup = world.back_up().await;
    // Teo sees Rosa's notes and not her punches: of this he holds the end and not the beginning.
    world.of("Rosa").punch("in", project, Some("Laborer")).await;
    let note = world.of("Rosa").note(project, "The pump is broken").await;
    world.of("Rosa").client.sync().await.unwrap();
    world.of("Teo").client.sync().await.unwrap();
    world.put_back(&backup).await;
    let rosa = world.take("Rosa");
    noticed_and_restored(&world, "Teo").await;
    world.settle().await;

    let lost = world.of("Teo").client.lost().await.unwrap();
    let [hole] = lost.as_slice() else { panic!("{lost:?}") };
    assert_eq!((hole.member, hole.waiting, &hole.records), (Some(rosa.member), 1, &vec![note.uuid().unwrap()]));
    let request = json!({"device": hole.device, "to": hole.to, "reason": "Her phone fell into the river"});
    assert_eq!(world.of("Teo").client.pass_hole(ask(request.clone())).await, Err(Fault::Denied));
    world.of("Ana").client.pass_hole(ask(request)).await.unwrap();
    world.settle().await;
    assert_eq!(world.of("Teo").client.lost().await.unwrap(), []);
    assert_eq!(world.of("Ana").record(note).await.id, note);
    all_agree(&mut world).await;
}

/// Shows s07.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_operator_says_so_waits_for_a_restore_at_once() {
    let (mut world, project) = World::with_a_crew(75).await;
    world.settle().await;
    let backup = world.back_up().await;
    assert_eq!(plumbline_server::restored(&backup).await.unwrap(), 1);
    world.put_back(&backup).await;
    world.of("Rosa").note(project, "Nobody has noticed yet").await;
    assert!(matches!(world.of("Rosa").client.sync().await, Err(Fault::Busy { .. })));
    restore(&world, "Ana").await.unwrap();
    world.settle().await;
    world.same_state("Ana").await;
}

/// Shows s07, s20.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_older_than_two_keys_of_the_server_is_restored_on_its_operators_word() {
    let (mut world, project) = World::with_a_crew(90).await;
    let backup = world.back_up().await;
    assert_eq!(plumbline_server::restored(&backup).await.unwrap(), 1);
    for _ in 0..2 {
        world.of("Ana").client.rotate_server_key().await.unwrap();
        world.settle().await;
    }
    let before = work(&world);
    world.of("Teo").note(project, "Poured the footing").await;
    world.settle().await;
    let acknowledged: Vec<Hash> = work(&world).into_iter().filter(|identity| !before.contains(identity)).collect();
    world.put_back(&backup).await;
    // The newest checkpoint is signed by a key that this server never had.
    assert_eq!(restore(&world, "Ana").await.unwrap().generation, 1);
    all_is_back(&mut world, &acknowledged).await;
}

/// Shows s07, c06.
#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_store_still_tells_a_server_that_it_is_behind() {
    let (mut world, project) = World::with_a_crew(91).await;
    let backup = world.back_up().await;
    world.of("Teo").note(project, "Nobody else has read this").await;
    world.of("Teo").client.sync().await.unwrap();
    let acknowledged = work(&world);
    let mut teo = world.take("Teo");
    teo.client.pause().await.unwrap();
    std::fs::write(teo.home.join("corrupt"), "").unwrap();
    teo.client = open(&teo.home, &teo.keystore, &teo.clock).await.unwrap();
    assert_eq!(teo.client.repairs().await.unwrap().len(), 1);
    world.put(teo);
    world.put_back(&backup).await;
    assert_eq!(world.of("Teo").client.sync().await, Err(Fault::corrupt("log")));
    world.of("Rosa").note(project, "Nothing is missing here").await;
    assert!(matches!(world.of("Rosa").client.sync().await, Err(Fault::Busy { .. })));
    restore(&world, "Ana").await.unwrap();
    all_is_back(&mut world, &acknowledged).await;
}

/// A lost reply to the restore is made up for by asking again.
///
/// Shows c11, s01.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_whose_reply_was_lost_happens_once() {
    let (mut world, _, acknowledged) = a_lost_afternoon(76).await;
    assert!(world.of("Ana").client.sync().await.is_err());
    world.of("Ana").link.tamper(without_reply("/restore"));
    assert_eq!(restore(&world, "Ana").await.err(), Some(Fault::Offline));
    world.reopen("Ana").await;
    world.of("Ana").link.honest();
    assert_eq!(restore(&world, "Ana").await.unwrap().generation, 1);
    all_is_back(&mut world, &acknowledged).await;
    let restores =
        Liar::of(&world.server_folder()).entries.iter().filter(|e| e.action.header().kind == "restore").count();
    assert_eq!(restores, 1);
}

/// Shows c11, s01.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_asked_for_twice_at_once_happens_once_and_by_the_key_that_signs_from_then_on() {
    let (mut world, project, acknowledged) = a_lost_afternoon(85).await;
    assert!(world.of("Ana").client.sync().await.is_err());
    let (one, two) = tokio::join!(restore(&world, "Ana"), restore(&world, "Ana"));
    let mut faults = [one.err(), two.err()];
    faults.sort_by_key(Option::is_some);
    assert_eq!(faults, [None, Some(Fault::invalid("restore", "not_behind"))]);
    world.reopen("Ana").await;
    world.of("Ana").note(project, "Under the new key").await;
    all_is_back(&mut world, &acknowledged).await;
    let entries = Liar::of(&world.server_folder()).entries;
    assert_eq!(entries.iter().filter(|e| e.action.header().kind == "restore").count(), 1);
}

/// Shows s07, c12.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_restore_of_an_older_backup_takes_the_printed_key_of_an_administrator_it_does_not_know() {
    let mut world = World::new(77).await;
    let printed = world.found("Ana").await;
    let project = world.project("Ana", "Ridge Road bridge").await;
    world.person("Ana", "Teo", "worker", &[project]).await;
    world.settle().await;
    let backup = world.back_up().await;
    world.of("Teo").note(project, "Poured the footing").await;
    world.settle().await;
    world.put_back(&backup).await;
    noticed_and_restored(&world, "Teo").await;
    world.of("Teo").note(project, "In the first restored generation").await;
    world.settle().await;
    let notes = world.of("Ana").list("note").await;

    // The same backup knows nothing of the generation that everybody has read, nor of Ana's new device.
    world.put_back(&backup).await;
    assert!(world.of("Teo").client.sync().await.is_err());
    assert_eq!(restore(&world, "Ana").await.err(), Some(Fault::invalid("recovery_key", "missing")));
    let request = json!({"reason": "The second disk failed too", "recovery_key": printed});
    // The network fails right behind it: what was done is told nevertheless, and the key is not lost with the answer.
    world.of("Ana").link.tamper(without_reply("/pull"));
    let view = world.of("Ana").client.restore(ask(request)).await.unwrap();
    world.of("Ana").link.honest();
    assert_eq!(view.generation, 2, "above any that somebody has read");
    assert!(view.recovery_key.as_ref().is_some_and(|next| *next != printed));
    world.reopen("Ana").await;
    assert_eq!(unprinted(&world, "Ana").await, view.recovery_key);
    world.settle().await;
    let again = world.of("Ana").list("note").await;
    let ids = |all: &[RecordView]| all.iter().map(|note| note.id).collect::<BTreeSet<_>>();
    assert_eq!(ids(&again), ids(&notes));
    all_agree(&mut world).await;
}

async fn a_false_generation_is_caught(seed: u64, victim: &str, lie: impl FnOnce(&World, &mut Liar)) {
    let (world, project) = World::with_a_crew(seed).await;
    world.of("Teo").note(project, "Poured the footing").await;
    world.settle().await;
    let mut liar = Liar::of(&world.server_folder());
    liar.generation = 1;
    lie(&world, &mut liar);
    let (person, before) = (world.of(victim), world.of(victim).size().await);
    let records = plumbline_tests::world::records(&person.client).await;
    person.link.tamper(liar.answers(person.device()));
    assert_eq!(person.client.sync().await, Err(Fault::corrupt("log")));
    assert!(person.alarms().await > 0);
    assert_eq!(person.size().await, before, "the old state stays in use");
    assert_eq!(plumbline_tests::world::records(&person.client).await, records);
}

/// Shows c23, b14.
#[tokio::test(flavor = "multi_thread")]
async fn a_generation_that_no_administrator_began_is_caught() {
    a_false_generation_is_caught(78, "Rosa", |_, _| {}).await;
    a_false_generation_is_caught(79, "Ana", |_, liar| liar.entries.truncate(liar.entries.len() - 2)).await;
}

/// Shows c23, b04.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_by_a_worker_is_caught_whoever_logged_it() {
    a_false_generation_is_caught(80, "Rosa", |world, liar| {
        let (_, tip) = liar.fold();
        let fields = [
            ("base", Value::Int(i64::try_from(tip.size - 1).unwrap())),
            ("root", Value::from([7; 32])),
            ("generation", Value::Int(1)),
            ("server_key", Value::from([8; 32])),
        ];
        let action = liar.forge(&world.of("Teo").key(), "restore", Uuid::v7(1, [3; 10]), None, fields);
        liar.log(action, Some(plumbline_protocol::entry::Outcome::Applied));
    })
    .await;
}

/// Shows c18, b14.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_with_the_printed_key_replaces_a_lost_administrator() {
    let mut world = World::new(81).await;
    let printed = world.found("Ana").await;
    let project = world.project("Ana", "Ridge Road bridge").await;
    world.person("Ana", "Marta", "manager", &[project]).await;
    world.settle().await;
    drop(world.take("Ana"));
    let marta = world.of("Marta");
    let wrong = json!({"recovery_key": "00".repeat(32)});
    assert!(
        matches!(marta.client.recover(ask(wrong)).await, Err(Fault::Invalid { field, .. }) if field == "recovery_key")
    );
    let next = marta.client.recover(ask(json!({"recovery_key": printed}))).await.unwrap().recovery_key;
    assert_ne!(next, printed);
    assert_eq!(marta.client.status().await.unwrap().role, "administrator");
    let again = marta.client.recover(ask(json!({"recovery_key": printed}))).await.err();
    assert_eq!(again, Some(Fault::invalid("recovery_key", "other")), "the printed key is used up");
    assert!(world.export("Marta", Path::new(&world.folder.join("log"))).await.ok);
}

/// An organisation whose only administrator is lost, with two managers, and its printed key.
async fn without_an_administrator(seed: u64) -> (World, Uuid, String) {
    let mut world = World::new(seed).await;
    let printed = world.found("Ana").await;
    let project = world.project("Ana", "Ridge Road bridge").await;
    for name in ["Marta", "Mila"] {
        world.person("Ana", name, "manager", &[project]).await;
    }
    world.settle().await;
    drop(world.take("Ana"));
    (world, project, printed)
}

async fn recover(world: &World, who: &str, printed: &str) -> Result<String, Fault> {
    let recovered = world.of(who).client.recover(ask(json!({"recovery_key": printed}))).await;
    recovered.map(|view| view.recovery_key)
}

/// Shows c18, c11.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_whose_reply_was_lost_changes_no_key_and_is_finished_by_calling_again() {
    let (mut world, project, printed) = without_an_administrator(86).await;
    let old = world.of("Marta").device();
    world.of("Marta").link.tamper(without_reply("/enrol"));
    assert_eq!(recover(&world, "Marta", &printed).await, Err(Fault::Offline));
    assert_eq!(unprinted(&world, "Marta").await, None, "nobody knows yet whether it is the organisation's");
    world.of("Marta").link.honest();
    world.of("Marta").note(project, "Still by the old key").await;
    assert_eq!(world.of("Marta").client.sync().await.unwrap().waiting, 0);
    assert_eq!(world.of("Marta").device(), old);

    world.reopen("Marta").await;
    world.of("Marta").link.tamper(without_reply("/pull"));
    let next = recover(&world, "Marta", &printed).await.unwrap();
    world.of("Marta").link.honest();
    assert_ne!(world.of("Marta").device(), old);
    world.reopen("Marta").await;
    assert_eq!(unprinted(&world, "Marta").await, Some(next.clone()), "shown until it is printed");
    world.of("Marta").client.recovery_key_printed().await.unwrap();
    assert_eq!(unprinted(&world, "Marta").await, None);
    world.settle().await;
    assert_eq!(world.of("Marta").client.status().await.unwrap().role, "administrator");
    let entries = Liar::of(&world.server_folder()).entries;
    assert_eq!(entries.iter().filter(|e| e.action.body().field("recovery_key").is_some()).count(), 2);
    assert_ne!(recover(&world, "Mila", &next).await.unwrap(), next);
}

/// Shows c18.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_by_a_key_that_was_used_elsewhere_is_refused_and_signs_nobody_out() {
    let (world, project, printed) = without_an_administrator(87).await;
    let next = recover(&world, "Marta", &printed).await.unwrap();
    // Mila has read nothing of that.
    let old = world.of("Mila").device();
    assert_eq!(recover(&world, "Mila", &printed).await, Err(Fault::invalid("recovery_key", "other")));
    world.of("Mila").note(project, "As before").await;
    assert_eq!(world.of("Mila").client.sync().await.unwrap().waiting, 0);
    assert_eq!(world.of("Mila").device(), old);
    recover(&world, "Mila", &next).await.unwrap();
    world.settle().await;
    assert_eq!(world.of("Mila").client.status().await.unwrap().role, "administrator");
}

/// Shows c18.
#[tokio::test(flavor = "multi_thread")]
async fn a_founders_recovery_key_is_shown_though_the_first_reading_fails_and_until_it_is_printed() {
    let mut world = World::new(88).await;
    let ana = world.device("Ana").await;
    let garbled = |asked: &Asked, told: Told| match asked.path.ends_with("/pull") {
        true => Told { body: "a login page".into(), ..told },
        false => told,
    };
    ana.link.tamper(garbled);
    let mut link: SetupLink = world.server().setup.clone().unwrap().parse().unwrap();
    link.server.at = ana.link.at.to_string();
    let request = json!({"link": link.to_string(), "name": "Ridge Road Paving", "founder_name": "Ana"});
    let created = ana.client.create_organisation(ask(request)).await.unwrap();
    ana.link.honest();
    world.put(ana);
    world.reopen("Ana").await;
    assert_eq!(unprinted(&world, "Ana").await, Some(created.recovery_key));
    world.of("Ana").client.recovery_key_printed().await.unwrap();
    assert_eq!(unprinted(&world, "Ana").await, None);
    world.of("Ana").client.sync().await.unwrap();
    world.project("Ana", "Ridge Road bridge").await;
}

/// Shows s20.
#[tokio::test(flavor = "multi_thread")]
async fn the_servers_key_is_rotated_while_everybody_works() {
    let (mut world, project) = World::with_a_crew(82).await;
    world.of("Ana").client.rotate_server_key().await.unwrap();
    capture(&world, "Teo", project).await;
    world.of("Rosa").note(project, "Before and after").await;
    // Ana's write is logged; Rosa, who has not read of it, is answered under the new key.
    world.of("Ana").client.sync().await.unwrap();
    world.of("Rosa").client.sync().await.unwrap();
    world.settle().await;
    world.of("Ana").client.rotate_server_key().await.unwrap();
    world.settle().await;
    for person in world.people() {
        assert_eq!(person.alarms().await, 0, "{}", person.name);
    }
    all_agree(&mut world).await;
    // A key that the server does not have is refused.
    let organisation = world.organisation("Ana").await;
    let fields = json!({"server_key": "11".repeat(32)});
    let request = json!({"kind": "organisation", "record": organisation, "fields": fields});
    world.of("Ana").client.write(ask(request)).await.unwrap();
    world.of("Ana").client.sync().await.unwrap();
    let waiting = world.of("Ana").client.waiting().await.unwrap();
    assert_eq!(waiting[0].fault, Some(Fault::invalid("server_key", "unknown")), "{waiting:?}");
}

/// The keys by which the server was to sign, and those by which it has signed deposits.
fn server_keys(world: &World) -> BTreeSet<[u8; 32]> {
    let keys = |entry: &std::sync::Arc<Entry>| {
        let (header, body) = (entry.action.header(), entry.action.body());
        let named = body.field("server_key").filter(|_| entry.outcome.applied()).and_then(Value::bytes);
        let signs = (header.kind == "deposit").then_some(header.device.0);
        signs.or_else(|| named?.try_into().ok())
    };
    Liar::of(&world.server_folder()).entries.iter().filter_map(keys).collect()
}

/// Shows s07, s20.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_was_lost_holds_up_nothing_that_was_written_after_it() {
    let (mut world, project) = World::with_a_crew(83).await;
    world.person("Ana", "Berta", "administrator", &[project]).await;
    world.settle().await;
    let backup = world.back_up().await;
    world.of("Berta").client.rotate_server_key().await.unwrap();
    world.of("Berta").client.sync().await.unwrap();
    let note = world.of("Berta").note(project, "Poured under the new key").await;
    capture(&world, "Teo", project).await;
    world.settle().await;
    let before = server_keys(&world);
    world.put_back(&backup).await;
    // Nobody but the others can offer what she wrote.
    drop(world.take("Berta"));
    assert!(world.of("Teo").client.sync().await.is_err());
    restore(&world, "Ana").await.unwrap();
    world.settle().await;
    assert_eq!(world.of("Ana").client.lost().await.unwrap(), []);
    assert_eq!(world.of("Rosa").record(note).await.id, note);
    all_is_back(&mut world, &[]).await;
    let after = server_keys(&world);
    assert!(after.len() == 2 && after.intersection(&before).count() == 1, "a deposit by the lost key: {after:?}");
    for person in world.people() {
        let (client, alarms) = (&person.client, person.alarms().await);
        assert!(client.waiting().await.unwrap().is_empty(), "{}", person.name);
        client.sync().await.unwrap();
        assert_eq!(person.alarms().await, alarms, "{}", person.name);
    }
}
