//! Invariants 2 and 3: a size never advances without its entries, everything arrives once, and whoever sees the same records
//! shows the same state.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use plumbline_core::{
    Client, Config,
    datum::Datum,
    event::{Event, EventListener},
};
use plumbline_protocol::{RecordId, Uuid, link::InviteLink};
use plumbline_tests::{
    clock::MINUTE,
    dice::Dice,
    link::Faults,
    logdir, photo,
    world::{World, ask, records},
};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

fn text(said: &str) -> Datum {
    Datum::Text(said.to_owned())
}

/// A crew works offline; the link comes back rough.
async fn a_rough_way_home(seed: u64, faults: Faults) {
    let (mut world, project) = World::with_a_crew(seed).await;
    let shared = world.of("Marta").note(project, "Gate code").await;
    world.settle().await;
    let before = world.of("Ana").size().await;
    world.cut();
    let mut dice = Dice::of(seed, "work");
    let mut made = 0;
    for turn in 0..12 {
        world.clock.advance(7 * MINUTE);
        let who = *dice.pick(&["Felix", "Teo", "Rosa"]);
        let person = world.of(who);
        match dice.below(4) {
            0 => drop(person.note(project, &format!("{who} {turn}")).await),
            1 => person.rewrite(shared, &format!("{who} says {turn}")).await,
            _ => drop(person.punch(["in", "out"][turn % 2], project, None).await),
        }
        made += 1;
    }
    world.of("Teo").photograph(project, &photo::jpeg(&mut dice)).await;

    world.restore(faults);
    world.settle().await;
    world.restore(Faults::default());
    world.settle().await;
    // Twelve changes, the photograph, and the server's deposit for it.
    assert_eq!(world.of("Ana").size().await, before + made + 2, "seed {seed}: {:?}", world.counts());
    for person in world.people() {
        assert_eq!(person.alarms().await, 0, "{}", person.name);
        assert!(person.client.waiting().await.unwrap().is_empty(), "{}", person.name);
    }
    world.same_state("Ana").await;
    let report = world.export("Ana", &world.folder.join("log")).await;
    assert!(report.ok, "{:?}", report.problems);
    let entries = logdir::entries(&world.folder.join("log"), report.size);
    let mut hashes: Vec<_> = entries.iter().map(|placed| placed.entry.action.identity()).collect();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len() as u64, report.size, "an action is in the log twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_contact_is_told_without_a_link_and_after_a_restart() {
    let (mut world, project) = World::with_a_crew(40).await;
    let contact = world.clock.now();
    world.of("Teo").client.sync().await.unwrap();
    assert_eq!(world.of("Teo").client.status().await.unwrap().contact, Some(contact));
    world.cut();
    world.clock.advance(90 * MINUTE);
    world.of("Teo").note(project, "Nobody hears this").await;
    world.of("Teo").client.sync().await.unwrap_err();
    assert_eq!(world.of("Teo").client.status().await.unwrap().contact, Some(contact));

    world.reopen("Teo").await;
    let told = world.of("Teo").client.status().await.unwrap().contact.unwrap();
    assert!(
        (contact - 5 * MINUTE..=contact).contains(&told),
        "{told} is not what the server last said before {contact}"
    );
}

/// Shows c09, c10, c11.
#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_once_over_links_on_which_everything_goes_wrong() {
    for seed in 20..26 {
        a_rough_way_home(seed, Faults::rough()).await;
    }
}

/// Shows c11, s01.
#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_once_when_every_third_reply_is_lost() {
    a_rough_way_home(30, Faults { drop_reply: 33, ..Faults::default() }).await;
}

/// Shows c09.
#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_once_when_every_request_is_sent_twice() {
    a_rough_way_home(31, Faults { duplicate: 100, ..Faults::default() }).await;
}

/// Shows c10.
#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_once_when_requests_overtake_each_other() {
    a_rough_way_home(32, Faults { reorder: 40, ..Faults::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_once_when_bodies_end_in_the_middle() {
    a_rough_way_home(33, Faults { cut: 35, ..Faults::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pulling_again_changes_nothing() {
    let (world, project) = World::with_a_crew(40).await;
    world.of("Teo").note(project, "Once").await;
    world.settle().await;
    let rosa = world.of("Rosa");
    let (before, size) = (records(&rosa.client).await, rosa.size().await);
    rosa.link.restore(Faults { duplicate: 100, ..Faults::default() });
    for _ in 0..3 {
        let synced = rosa.client.sync().await.unwrap();
        assert_eq!((synced.pulled, synced.size), (0, size));
    }
    assert_eq!(records(&rosa.client).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_in_the_middle_of_a_page_advances_nothing() {
    let (world, project) = World::with_a_crew(41).await;
    let rosa = world.of("Rosa");
    let (before, size) = (records(&rosa.client).await, rosa.size().await);
    for n in 0..5 {
        world.of("Teo").note(project, &format!("Note {n}")).await;
    }
    world.of("Teo").client.sync().await.unwrap();
    rosa.link.tamper(|asked, mut told| {
        if asked.path == "/v1/pull" {
            told.body.truncate(told.body.len() / 2);
        }
        told
    });
    assert!(rosa.client.sync().await.is_err());
    assert_eq!((records(&rosa.client).await, rosa.size().await), (before, size));
    rosa.link.honest();
    rosa.client.sync().await.unwrap();
    assert!(rosa.size().await >= size + 5);
}

/// Shows c17.
#[tokio::test(flavor = "multi_thread")]
async fn two_who_write_unseen_keep_both_values_until_somebody_who_saw_both_chooses() {
    let (mut world, project) = World::with_a_crew(42).await;
    let note = world.of("Marta").note(project, "Concrete arrives at two").await;
    world.settle().await;
    world.cut();
    world.of("Felix").rewrite(note, "At three").await;
    world.of("Teo").rewrite(note, "Cancelled").await;
    world.restore(Faults::default());
    world.settle().await;
    for name in ["Ana", "Marta", "Felix", "Teo", "Rosa"] {
        let shown = world.of(name).record(note).await;
        let mut values = vec![shown.fields["text"].clone()];
        values.extend(shown.conflicts["text"].clone());
        assert_eq!(values.len(), 2, "{name}");
        assert!(values.contains(&text("At three")) && values.contains(&text("Cancelled")), "{name}: {values:?}");
        assert_eq!(world.of(name).client.conflicts().await.unwrap().len(), 1);
    }
    // A write by somebody who had not seen both settles nothing.
    world.of("Marta").rewrite(note, "At four, says the plant").await;
    world.settle().await;
    for name in ["Ana", "Felix", "Rosa"] {
        let shown = world.of(name).record(note).await;
        assert_eq!(shown.fields["text"], text("At four, says the plant"));
        assert!(shown.conflicts.is_empty(), "{name}");
    }
    world.same_state("Ana").await;
}

/// Shows c17.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_screen_cannot_settle_what_it_did_not_show() {
    let (world, project) = World::with_a_crew(43).await;
    let note = world.of("Marta").note(project, "Two").await;
    world.settle().await;
    let screen = world.of("Felix").record(note).await.as_of;
    world.of("Teo").rewrite(note, "Three").await;
    world.settle().await;
    let request = json!({"kind": "note", "record": note, "fields": {"text": "Four"}, "as_of": screen});
    world.of("Felix").client.write(ask(request)).await.unwrap();
    world.settle().await;
    let shown = world.of("Rosa").record(note).await;
    assert_eq!((&shown.fields["text"], &shown.conflicts["text"]), (&text("Four"), &vec![text("Three")]));
}

/// Shows c13.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_in_the_middle_changes_nothing() {
    let (mut world, project) = World::with_a_crew(44).await;
    let notes: Vec<RecordId> = {
        let teo = world.of("Teo");
        vec![teo.note(project, "Before").await, teo.note(project, "And after").await]
    };
    world.of("Teo").client.sync().await.unwrap();
    world.restart_server().await;
    world.settle().await;
    for note in notes {
        assert!(!world.of("Rosa").record(note).await.pending);
    }
    world.same_state("Ana").await;
}

/// Shows c11.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_enrols_over_a_link_that_loses_replies_comes_in_once() {
    let (mut world, project) = World::with_a_crew(46).await;
    let member = world.member("Ana", "Vera", "worker", &[project]).await;
    let mut invite: InviteLink = world.invite("Ana", member).await.parse().unwrap();
    let mut vera = world.device("Vera").await;
    vera.link.restore(Faults { drop_reply: 70, ..Faults::default() });
    (invite.server.at, vera.member) = (vera.link.at.to_string(), member);
    let request = json!({"link": invite.to_string(), "device_label": "Vera's phone"});
    let mut tries = 0;
    while vera.client.enrol(ask(request.clone())).await.is_err() {
        tries += 1;
        if vera.client.status().await.unwrap().state == "enrolled" {
            break;
        }
        assert!(tries < 100, "she never comes in");
    }
    assert!(vera.link.counts().drop > 0, "no reply was lost");
    vera.link.restore(Faults::default());
    world.put(vera);
    world.settle().await;
    let devices = world.of("Ana").list("device").await;
    let hers = devices.iter().filter(|device| device.fields["member"] == text(&member.to_string())).count();
    assert_eq!(hers, 1);
    world.same_state("Ana").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_hire_without_a_device_is_clocked_by_the_foreman() {
    let (world, project) = World::with_a_crew(45).await;
    world.cut();
    let felix = world.of("Felix");
    let ines: Uuid = world.member("Felix", "Ines", "worker", &[project]).await;
    for (what, minutes) in [("in", 0), ("out", 90)] {
        world.clock.advance(minutes * MINUTE);
        let request = json!({"what": what, "project": project, "classification": "Laborer", "worker": ines});
        felix.client.clock(ask(request)).await.unwrap();
    }
    world.restore(Faults::default());
    world.settle().await;
    let hours = world.of("Marta").client.hours(ask(json!({"worker": ines}))).await.unwrap();
    assert_eq!(hours.rows.iter().map(|row| row.seconds).collect::<Vec<_>>(), [5400]);
}

/// Passes on what a client tells its shell.
struct Heard(UnboundedSender<Event>);

impl EventListener for Heard {
    fn on_event(&self, event: Event) {
        let _ = self.0.send(event);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_was_started_sends_by_itself_what_is_written_and_tells_its_shell() {
    let (mut world, project) = World::with_a_crew(46).await;
    let mut teo = world.take("Teo");
    drop(teo.client);
    let (heard, mut events) = unbounded_channel();
    teo.client = Client::open(Config {
        home: teo.home.clone(),
        keystore: teo.keystore.clone(),
        clock: teo.clock.clone(),
        listener: Some(Arc::new(Heard(heard))),
    })
    .await
    .unwrap();
    teo.client.start();
    let note = teo.note(project, "Nobody pressed send").await;
    let mut kinds = BTreeSet::new();
    let sent = async {
        while let Some(event) = events.recv().await {
            if let Event::Records { kinds: changed } = &event {
                kinds.extend(changed.clone());
            }
            if event == Event::Outbox && teo.client.waiting().await.unwrap().iter().all(|a| a.state != "waiting") {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), sent).await.expect("the loop sends what waits");
    assert!(kinds.contains("note"));
    world.of("Marta").client.sync().await.unwrap();
    assert_eq!(world.of("Marta").record(note).await.fields["text"], text("Nobody pressed send"));
    world.put(teo);
}
