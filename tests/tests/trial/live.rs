//! Who is connected is woken, and only who may be.
//!
//! Polling is an hour away in these tests, but for the one that is about polling: what arrives was pushed.

use std::{future::pending, sync::Arc, time::Duration};

use plumbline_core::{
    Client, Config,
    event::{Event, EventListener},
    sync::{self, Connection, Pace, Reason},
};
use plumbline_protocol::Uuid;
use plumbline_tests::{
    link::Faults,
    ran,
    world::{World, ask},
};
use reqwest::StatusCode;
use serde_json::json;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

/// Longest wait for what has to come; no test waits for it to pass. Less than the time between two pings (`PING_SECONDS`), at
/// which a socket whose session has ended would be closed in any case.
const SOON: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(3600);
/// No round without a reason.
const NO_POLLING: Pace =
    Pace { shortest: Duration::from_millis(50), longest: HOUR, poll: HOUR, poll_while_woken: HOUR };

/// Passes on what a client tells its shell.
struct Heard(UnboundedSender<Event>);

impl EventListener for Heard {
    fn on_event(&self, event: Event) {
        let _ = self.0.send(event);
    }
}

/// Opens a person's client again with its loop running; what it tells its shell.
async fn start(world: &mut World, name: &str, pace: Pace) -> UnboundedReceiver<Event> {
    let mut person = world.take(name);
    person.client.pause().await.unwrap();
    drop(person.client);
    let (heard, events) = unbounded_channel();
    person.client = Client::open(Config {
        home: person.home.clone(),
        keystore: person.keystore.clone(),
        clock: person.clock.clone(),
        listener: Some(Arc::new(Heard(heard))),
    })
    .await
    .unwrap();
    sync::start(&person.client, pace);
    world.put(person);
    events
}

/// Starts a person's loop and waits until their socket is open.
async fn connect(world: &mut World, name: &str) -> UnboundedReceiver<Event> {
    let mut events = start(world, name, NO_POLLING).await;
    has_sockets(world, name, 1).await;
    online(world, name, &mut events).await;
    events
}

async fn has_sockets(world: &World, name: &str, number: usize) {
    timeout(SOON, world.of(name).link.has_sockets(number)).await.unwrap_or_else(|_| panic!("{name}'s sockets"));
}

async fn online(world: &World, name: &str, events: &mut UnboundedReceiver<Event>) {
    let is_online = async {
        while world.of(name).client.status().await.unwrap().connection != Connection::Online {
            events.recv().await;
        }
    };
    timeout(SOON, is_online).await.unwrap_or_else(|_| panic!("{name} comes online"));
}

async fn tells(events: &mut UnboundedReceiver<Event>, awaited: impl Fn(&Event) -> bool) {
    let told = async {
        while let Some(event) = events.recv().await {
            if awaited(&event) {
                return;
            }
        }
        pending().await
    };
    timeout(SOON, told).await.expect("the event comes");
}

/// Waits until a note with this text is on somebody's screen, looking only when the client says that something changed.
async fn shows(world: &World, name: &str, events: &mut UnboundedReceiver<Event>, note: &str) {
    let shown = async {
        loop {
            let notes = world.of(name).list("note").await;
            if notes.iter().any(|record| record.fields["text"] == plumbline_core::datum::Datum::Text(note.to_owned())) {
                return;
            }
            loop {
                match events.recv().await {
                    Some(Event::Records { kinds }) if kinds.iter().any(|kind| kind == "note") => break,
                    Some(_) => {}
                    None => pending().await,
                }
            }
        }
    };
    timeout(SOON, shown).await.unwrap_or_else(|_| panic!("{name} never saw {note:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_made_on_one_client_is_on_anothers_screen_without_polling() {
    let (mut world, project) = World::with_a_crew(300).await;
    let mut martas = connect(&mut world, "Marta").await;
    let _teos = connect(&mut world, "Teo").await;
    const NOTES: u64 = 20;
    for n in 0..NOTES {
        let text = format!("Note {n}");
        world.of("Teo").note(project, &text).await;
        shows(&world, "Marta", &mut martas, &text).await;
    }
    assert_eq!(world.of("Marta").alarms().await, 0);
    ran!(NOTES);
}

/// What was made while the socket was gone arrives when it is back, though nobody says it again.
///
/// Shows s05.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_socket_is_opened_again_and_what_happened_meanwhile_arrives() {
    let (mut world, project) = World::with_a_crew(301).await;
    let mut martas = connect(&mut world, "Marta").await;
    // Only the socket: the server says at the new one's opening what was missed.
    world.of("Marta").link.refuse_sockets(Some((StatusCode::BAD_GATEWAY, "")));
    world.of("Marta").link.break_sockets();
    has_sockets(&world, "Marta", 0).await;
    world.of("Teo").note(project, "While only the socket was gone").await;
    world.of("Teo").client.sync().await.unwrap();
    world.of("Marta").link.refuse_sockets(None);
    shows(&world, "Marta", &mut martas, "While only the socket was gone").await;
    has_sockets(&world, "Marta", 1).await;
    online(&world, "Marta", &mut martas).await;

    // Everything: the client says so, and that it is back.
    world.of("Marta").link.cut();
    tells(&mut martas, |event| *event == Event::Connection { connection: Connection::Offline }).await;
    has_sockets(&world, "Marta", 0).await;
    world.of("Teo").note(project, "While she was away").await;
    world.of("Teo").client.sync().await.unwrap();
    world.of("Marta").link.restore(Faults::default());
    shows(&world, "Marta", &mut martas, "While she was away").await;
    online(&world, "Marta", &mut martas).await;
}

/// Shows c13.
#[tokio::test(flavor = "multi_thread")]
async fn clients_come_back_to_a_server_that_was_restarted() {
    let (mut world, project) = World::with_a_crew(302).await;
    let mut martas = connect(&mut world, "Marta").await;
    let _teos = connect(&mut world, "Teo").await;
    world.restart_server().await;
    world.of("Teo").note(project, "Across a restart").await;
    // A person who looks does not wait for the next try.
    world.of("Teo").client.wake(Reason::Foreground);
    shows(&world, "Marta", &mut martas, "Across a restart").await;
    has_sockets(&world, "Marta", 1).await;
    has_sockets(&world, "Teo", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_that_knows_no_sockets_polling_brings_what_is_new() {
    let (mut world, project) = World::with_a_crew(303).await;
    for (n, page) in [(StatusCode::OK, "<html>Welcome</html>"), (StatusCode::BAD_GATEWAY, "")].into_iter().enumerate() {
        world.of("Marta").link.refuse_sockets(Some(page));
        let mut martas = start(&mut world, "Marta", Pace { poll: Duration::from_millis(100), ..NO_POLLING }).await;
        let text = format!("Note {n}");
        world.of("Teo").note(project, &text).await;
        world.of("Teo").client.sync().await.unwrap();
        shows(&world, "Marta", &mut martas, &text).await;
        online(&world, "Marta", &mut martas).await;
        has_sockets(&world, "Marta", 0).await;
    }
}

/// Shows c18.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_loses_its_socket_at_once_and_hears_nothing_more() {
    let (mut world, project) = World::with_a_crew(304).await;
    let mut rosas = connect(&mut world, "Rosa").await;
    let revoke = json!({"device": world.of("Rosa").device(), "reason": "Lost"});
    world.of("Ana").client.revoke_device(ask(revoke)).await.unwrap();
    world.of("Ana").client.sync().await.unwrap();
    has_sockets(&world, "Rosa", 0).await;
    assert_eq!(world.server().connected(), 0);

    let size = world.of("Rosa").size().await;
    let note = world.of("Teo").note(project, "Not for Rosa").await;
    world.of("Teo").client.sync().await.unwrap();
    world.of("Rosa").client.wake(Reason::Network);
    // What she still writes goes to the administrators, held.
    world.of("Rosa").note(project, "From the lost phone").await;
    tells(&mut rosas, |event| *event == Event::Outbox).await;
    world.of("Rosa").client.sync().await.unwrap();
    world.of("Ana").client.sync().await.unwrap();
    assert_eq!(world.of("Ana").client.held().await.unwrap().len(), 1);
    assert_eq!(world.of("Rosa").size().await, size);
    assert!(world.of("Rosa").client.record(ask(json!({"id": note}))).await.is_err());
    has_sockets(&world, "Rosa", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_closes_the_socket_at_once() {
    let (mut world, _) = World::with_a_crew(305).await;
    let _teos = connect(&mut world, "Teo").await;
    let signed_out = world.of("Teo").client.sign_out(ask(json!({"discard_unsent": false}))).await.unwrap();
    assert!(signed_out.done);
    has_sockets(&world, "Teo", 0).await;
    assert_eq!(world.server().connected(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_client_has_no_socket_and_hears_what_it_missed_when_it_resumes() {
    let (mut world, project) = World::with_a_crew(306).await;
    let mut martas = connect(&mut world, "Marta").await;
    world.of("Marta").client.pause().await.unwrap();
    has_sockets(&world, "Marta", 0).await;
    world.of("Teo").note(project, "While her phone slept").await;
    world.of("Teo").client.sync().await.unwrap();
    world.of("Marta").client.resume().await.unwrap();
    shows(&world, "Marta", &mut martas, "While her phone slept").await;
    has_sockets(&world, "Marta", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_dropped_closes_its_socket() {
    let (mut world, _) = World::with_a_crew(307).await;
    let _martas = connect(&mut world, "Marta").await;
    let marta = world.take("Marta");
    drop(marta.client);
    timeout(SOON, marta.link.has_sockets(0)).await.expect("the socket closes");
}

/// Another organisation's work wakes nobody here: not one request is made.
///
/// Shows s16.
#[tokio::test(flavor = "multi_thread")]
async fn another_organisations_work_wakes_nobody() {
    let (mut world, project) = World::with_a_crew(308).await;
    let link = plumbline_server::setup(&world.server_folder(), &world.clock).await.unwrap();
    world.found_with("Olga", &link).await;
    let mut olgas = connect(&mut world, "Olga").await;
    let own: Uuid = world.project("Olga", "Elsewhere").await;
    shows_project(&world, own).await;
    let asked = world.of("Olga").link.counts().requests;
    for n in 0..10 {
        world.of("Teo").note(project, &format!("Note {n}")).await;
        world.of("Teo").client.sync().await.unwrap();
    }
    // Whatever had been said to her before this would have been acted upon before it.
    world.of("Olga").note(own, "Hers").await;
    tells(&mut olgas, |event| *event == Event::Outbox).await;
    let rounds = world.of("Olga").link.counts().requests - asked;
    assert!(rounds < 10, "{rounds} requests for one note");
}

async fn shows_project(world: &World, own: Uuid) {
    let waits = async {
        while !world.of("Olga").client.waiting().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, waits).await.unwrap_or_else(|_| panic!("{own} goes out"));
}
