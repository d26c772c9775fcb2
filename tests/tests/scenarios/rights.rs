//! Rights that change while people work: nothing that was entered is dropped, and nothing that may not be is in effect.

use plumbline_core::datum::Datum;
use plumbline_protocol::{Fault, RecordId};
use plumbline_tests::{
    clock::{DAY, HOUR},
    link::Faults,
    logdir,
    world::{World, ask, open},
};
use serde_json::json;

/// Shows c18.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_devices_week_of_work_is_held_and_can_be_admitted() {
    let (world, project) = World::with_a_crew(60).await;
    let teo = world.of("Teo");
    teo.link.cut();
    let mut notes = Vec::new();
    for day in 0..5 {
        world.clock.advance(DAY);
        notes.push(teo.note(project, &format!("Day {day}")).await);
    }
    let ana = world.of("Ana");
    ana.client.revoke_device(ask(json!({"device": teo.device(), "reason": "Left behind on a bus"}))).await.unwrap();
    ana.client.sync().await.unwrap();
    let size = teo.size().await;

    teo.link.restore(Faults::default());
    for _ in 0..3 {
        let _ = teo.client.sync().await;
    }
    assert_eq!(teo.size().await, size, "a revoked device learns nothing new");
    assert_eq!(teo.alarms().await, 0);
    ana.client.sync().await.unwrap();
    let held = ana.client.held().await.unwrap();
    assert_eq!(held.len(), 5);
    assert!(held.iter().all(|held| held.why == "revoked" && held.by == Some(teo.member)));
    for held in held {
        ana.client.admit(ask(json!({"action": held.action}))).await.unwrap();
    }
    world.settle_only(&["Ana", "Marta", "Felix", "Rosa"]).await;
    assert!(ana.client.held().await.unwrap().is_empty());
    for (day, note) in notes.into_iter().enumerate() {
        let shown = world.of("Rosa").record(note).await;
        assert_eq!(shown.fields["text"], Datum::Text(format!("Day {day}")));
    }
    let report = world.export("Ana", &world.folder.join("log")).await;
    assert!(report.ok, "{:?}", report.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_behind_a_record_of_which_everything_is_held() {
    let (world, project) = World::with_a_crew(66).await;
    let (ana, teo) = (world.of("Ana"), world.of("Teo"));
    let seen = world.of("Felix").note(project, "Forms are stripped").await;
    world.settle().await;
    teo.link.cut();
    world.clock.advance(HOUR);
    teo.note(project, "Written while revoked").await;
    ana.client.revoke_device(ask(json!({"device": teo.device(), "reason": "Lost"}))).await.unwrap();
    ana.client.sync().await.unwrap();
    teo.link.restore(Faults::default());
    let _ = teo.client.sync().await;
    ana.client.sync().await.unwrap();
    assert_eq!(ana.client.held().await.unwrap().len(), 1);

    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let request = json!({"kind": "note", "limit": 1, "after": after});
        let page = ana.client.list(ask(request)).await.unwrap();
        found.extend(page.records.into_iter().map(|record| record.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, [seen]);
}

/// Shows c18.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_comes_back_by_a_new_invite_and_its_unsent_work_takes_effect() {
    let (world, project) = World::with_a_crew(65).await;
    let (ana, teo) = (world.of("Ana"), world.of("Teo"));
    teo.link.cut();
    let note = teo.note(project, "Written while revoked").await;
    let reason = json!({"device": teo.device(), "reason": "Lost, it seemed"});
    ana.client.revoke_device(ask(reason)).await.unwrap();
    ana.client.sync().await.unwrap();
    let (other, own) = (world.invite("Ana", ana.member).await, world.invite("Ana", teo.member).await);
    let old = teo.device();

    teo.link.restore(Faults::default());
    let refused = teo.client.enrol(ask(json!({"link": other, "device_label": ""}))).await;
    assert_eq!(
        refused.err(),
        Some(Fault::invalid("device", "enrolled")),
        "an invite for somebody else is none for Teo"
    );
    teo.client.enrol(ask(json!({"link": own, "device_label": ""}))).await.unwrap();
    world.settle().await;
    let again = teo.client.enrol(ask(json!({"link": own, "device_label": ""}))).await;
    assert_eq!(again.err(), Some(Fault::invalid("device", "enrolled")), "a key that is good is not given up");

    assert_ne!(teo.device(), old);
    assert_eq!(world.of("Rosa").record(note).await.fields["text"], Datum::Text("Written while revoked".to_owned()));
    assert!(ana.client.held().await.unwrap().is_empty());
    assert_eq!(teo.alarms().await, 0);
    let report = world.export("Ana", &world.folder.join("log")).await;
    assert!(report.ok, "{:?}", report.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_were_narrowed_hide_what_is_no_longer_ones_own_and_keep_what_is_unsent() {
    let (mut world, project) = World::with_a_crew(61).await;
    let other = world.project("Ana", "Mill Street culvert").await;
    let rosa = RecordId::from(world.of("Rosa").member);
    let projects = async |world: &World, change: serde_json::Value| {
        let request = json!({"kind": "member", "record": rosa, "fields": {"projects": change}});
        world.of("Marta").client.write(ask(request)).await.unwrap();
        world.of("Marta").client.sync().await.unwrap();
    };
    world.settle().await;
    projects(&world, json!({"add": [other]})).await;
    world.settle().await;
    let old = world.of("Rosa").note(other, "Inlet is clear").await;
    world.settle().await;

    world.of("Rosa").link.cut();
    projects(&world, json!({"remove": [other]})).await;
    let here = world.of("Rosa").note(project, "Here").await;
    let there = world.of("Rosa").note(other, "No longer mine to write").await;
    world.of("Rosa").link.restore(Faults::default());
    world.settle().await;

    let rosa = world.of("Rosa");
    assert_eq!(rosa.alarms().await, 0);
    assert_eq!(rosa.record(here).await.fields["text"], Datum::Text("Here".to_owned()));
    let hidden = rosa.client.record(ask(json!({"id": old}))).await;
    assert_eq!(hidden.err(), Some(Fault::NotFound), "the culvert is no longer hers to read");
    let own = rosa.client.waiting().await.unwrap();
    let held = own.iter().find(|action| action.record == there).expect("her own held note is still hers to know of");
    assert_eq!((held.state.as_str(), &held.fault), ("held", &Some(Fault::Denied)));
    let notes = world.of("Ana").list("note").await;
    assert!(notes.iter().all(|note| note.id != there || note.fields.is_empty()), "what is held has no effect");
    let held = world.of("Ana").client.held().await.unwrap();
    world.of("Ana").client.admit(ask(json!({"action": held[0].action}))).await.unwrap();
    world.settle().await;
    let admitted = world.of("Marta").record(there).await;
    assert_eq!(admitted.fields["text"], Datum::Text("No longer mine to write".to_owned()));
    world.same_state("Ana").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_were_widened_show_what_was_hidden() {
    let (world, _) = World::with_a_crew(62).await;
    let other = world.project("Ana", "Mill Street culvert").await;
    world.settle().await;
    let note = world.of("Marta").note(other, "Pipe is delivered").await;
    world.settle().await;
    let teo = world.of("Teo");
    assert_eq!(teo.client.record(ask(json!({"id": note}))).await.err(), Some(Fault::NotFound));
    let request = json!({"kind": "member", "record": teo.member, "fields": {"projects": {"add": [other]}}});
    world.of("Marta").client.write(ask(request)).await.unwrap();
    world.settle().await;
    assert_eq!(teo.record(note).await.fields["text"], Datum::Text("Pipe is delivered".to_owned()));
    assert_eq!(teo.alarms().await, 0);
}

/// Shows c19.
#[tokio::test(flavor = "multi_thread")]
async fn a_cloned_store_enrols_again_and_the_work_of_both_arrives_once() {
    let (mut world, project) = World::with_a_crew(63).await;
    let mut teo = world.take("Teo");
    teo.client.pause().await.unwrap();
    let home = world.folder.join("clients").join("teo-cloned");
    logdir::copy(&teo.home, &home);
    teo.client = open(&teo.home, &teo.keystore, &teo.clock).await.unwrap();
    // The clone has the same keys, as a restored backup of the whole phone has.
    let mut clone = world.device("Teo's clone").await;
    drop(clone.client);
    clone.keystore = teo.keystore.clone();
    clone.memory = teo.memory.clone();
    clone.home = home;
    clone.member = teo.member;
    clone.client = open(&clone.home, &clone.keystore, &clone.clock).await.unwrap();
    // The store remembers the way of the first phone; both use it.
    let at = teo.link.at;
    let notes = [teo.note(project, "On the first phone").await, clone.note(project, "On the second phone").await];
    world.put(teo);
    world.put(clone);
    assert_eq!(world.of("Teo").client.status().await.unwrap().server, at.to_string());
    world.settle().await;
    for (note, text) in notes.into_iter().zip(["On the first phone", "On the second phone"]) {
        for name in ["Ana", "Rosa", "Teo", "Teo's clone"] {
            assert_eq!(world.of(name).record(note).await.fields["text"], Datum::Text(text.to_owned()), "{name}");
        }
    }
    let devices = world.of("Ana").list("device").await;
    let member = Datum::Text(world.of("Teo").member.to_string());
    assert_eq!(devices.iter().filter(|device| device.fields["member"] == member).count(), 2, "one key each");
    for person in world.people() {
        assert_eq!(person.alarms().await, 0, "{}", person.name);
    }
    let report = world.export("Ana", &world.folder.join("log")).await;
    assert!(report.ok, "{:?}", report.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_out_offers_the_unsent_work_first_and_then_leaves_nothing() {
    let (mut world, project) = World::with_a_crew(64).await;
    let teo = world.of("Teo");
    teo.link.cut();
    teo.note(project, "Not sent yet").await;
    let offered = teo.client.sign_out(ask(json!({"discard_unsent": false}))).await.unwrap();
    assert_eq!((offered.unsent, offered.done), (1, false));
    assert_eq!(teo.list("note").await.len(), 1);
    teo.link.restore(Faults::default());
    world.settle().await;
    let gone = world.of("Teo").client.sign_out(ask(json!({"discard_unsent": false}))).await.unwrap();
    assert_eq!((gone.unsent, gone.done), (0, true));
    let teo = world.take("Teo");
    assert!(!teo.home.join("store.db").exists());
    assert_eq!(teo.memory.ending_in("-key").map(|_| ()), None, "its keys are gone");
    drop(teo.client);
    world.clock.advance(HOUR);
    world.settle().await;
}
