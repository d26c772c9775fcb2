//! What a crew's phone must do, through the face that Kotlin and Swift have. The same list, named alike, is in
//! android/model and ios/Tests: `cargo xtask tidy` holds the three equal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic there is the report"
)]

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
};

use plumbline_core::{
    datum::Datum,
    event::Event,
    keystore::Keystore as _,
    photo::Custody,
    record::RecordView,
    week::{WeekPerson, WeekState, WeekView},
};
use plumbline_mobile::{Cancel, Client, EventListener, Fault, Keystore, ShellFault};
use plumbline_protocol::{Lock, RecordId, Uuid};
use plumbline_tests::{
    clock::{DAY, DeviceClock, HOUR, MINUTE},
    dice::Dice,
    keys::MemoryKeystore,
    link::{Faults, Link},
    photo,
    world::{World, ask},
};
use serde_json::{Value, json};

const MONDAY: &str = "2026-10-05";
/// Seconds of a working day.
const WORKED: i64 = 8 * 3600;

/// A keystore as a shell brings one.
#[derive(Default)]
struct Keys {
    memory: MemoryKeystore,
    throws: AtomicBool,
}

impl Keys {
    /// What the shell would throw for what the keystore says.
    fn ask<T>(&self, answer: Result<T, Fault>) -> Result<T, ShellFault> {
        if self.throws.load(Ordering::SeqCst) {
            return Err(ShellFault::Failed);
        }
        answer.map_err(|fault| match fault {
            Fault::Locked { why: Lock::Missing } => ShellFault::Missing,
            Fault::Locked { why: Lock::Locked } => ShellFault::Locked,
            Fault::Locked { why: Lock::Invalidated } => ShellFault::Invalidated,
            _ => ShellFault::Failed,
        })
    }
}

impl Keystore for Keys {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, ShellFault> {
        self.ask(self.memory.load(&name).map(|secret| secret.map(|secret| secret.to_vec())))
    }
    fn store(&self, name: String, secret: Vec<u8>) -> Result<(), ShellFault> {
        self.ask(self.memory.store(&name, &secret))
    }
    fn remove(&self, name: String) -> Result<(), ShellFault> {
        self.ask(self.memory.remove(&name))
    }
    fn probe(&self) -> Result<(), ShellFault> {
        self.ask(self.memory.probe())
    }
}

/// Ears that keep what they heard and may throw at it.
#[derive(Default)]
struct Ears {
    heard: Mutex<Vec<Event>>,
    throws: AtomicBool,
}

impl EventListener for Ears {
    fn on_event(&self, event: Event) -> Result<(), ShellFault> {
        self.heard.lock().unwrap().push(event);
        if self.throws.load(Ordering::SeqCst) { Err(ShellFault::Failed) } else { Ok(()) }
    }
}

/// A worker's phone.
struct Phone {
    client: Client,
    keys: Arc<Keys>,
    ears: Arc<Ears>,
    clock: Arc<DeviceClock>,
    home: PathBuf,
    link: Link,
}

impl Phone {
    /// One that is nobody's yet.
    async fn new(world: &World) -> Phone {
        let (keys, ears) = (Arc::new(Keys::default()), Arc::new(Ears::default()));
        let (clock, home) = (world.clock.device("Nico's phone"), world.folder.join("phone"));
        let client = open(&home, &keys, &ears, &clock).await.unwrap();
        let link = Link::open(&world.server().url, &world.server_folder(), Dice::of(world.seed, "Nico's phone")).await;
        Phone { client, keys, ears, clock, home, link }
    }

    /// Nico's, a worker on `projects`: it is enrolled and has read the log.
    async fn of_nico(world: &World, projects: &[Uuid]) -> Phone {
        let phone = Phone::new(world).await;
        let member = world.member("Ana", "Nico", "worker", projects).await;
        let invite = phone.by_its_link(&world.invite("Ana", member).await);
        phone.client.enrol(ask(json!({"link": invite, "device_label": "Nico's phone"}))).await.unwrap();
        phone
    }

    /// An invite that leads through the phone's own link.
    fn by_its_link(&self, invite: &str) -> String {
        let mut invite: plumbline_protocol::link::InviteLink = invite.parse().unwrap();
        invite.server.at = self.link.at.to_string();
        invite.to_string()
    }

    /// Puts the app away and opens it again.
    async fn again(mut self) -> Phone {
        self.client.pause().await.unwrap();
        drop(self.client);
        self.client = open(&self.home, &self.keys, &self.ears, &self.clock).await.unwrap();
        self
    }

    async fn clock_in(&self, project: Uuid) -> RecordView {
        self.clock(json!({"what": "in", "project": project, "classification": "Laborer"})).await.remove(0)
    }

    async fn clock_out(&self, project: Uuid) -> RecordView {
        self.clock(json!({"what": "out", "project": project})).await.remove(0)
    }

    async fn clock(&self, request: Value) -> Vec<RecordView> {
        self.client.clock(ask(request)).await.unwrap()
    }

    /// Keeps a picture as the camera's screen does, and removes the camera's own file.
    async fn photograph(&self, project: Uuid, jpeg: &[u8]) -> Uuid {
        let file = self.home.with_extension("jpg");
        std::fs::write(&file, jpeg).unwrap();
        let kept = self.client.capture(ask(json!({"path": file, "project": project, "source": "camera"}))).await;
        std::fs::remove_file(&file).unwrap();
        kept.unwrap().id
    }

    /// Seconds worked, by days.
    async fn seconds(&self) -> Vec<i64> {
        self.client.hours(ask(json!({}))).await.unwrap().rows.iter().map(|row| row.seconds).collect()
    }

    async fn custody(&self, photo: Uuid) -> Custody {
        self.client.photo(ask(json!({"id": photo}))).await.unwrap().state
    }

    /// Syncs until nothing waits and every photograph is verified, as the loop does in its own time.
    async fn settle(&self) {
        for _ in 0..100 {
            let synced = self.client.sync().await.unwrap();
            let photos = self.client.photos(ask(json!({}))).await.unwrap().photos;
            if synced.waiting == 0 && photos.iter().all(|photo| photo.state == Custody::Verified) {
                return;
            }
            // The server reads what it was given again in its own time, which is not simulated.
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("not quiet after 100 rounds");
    }

    async fn week(&self) -> WeekView {
        self.client.week(ask(json!({"date": MONDAY}))).await.unwrap()
    }

    async fn own_week(&self) -> WeekPerson {
        self.week().await.people.remove(0)
    }
}

async fn open(home: &Path, keys: &Arc<Keys>, ears: &Arc<Ears>, clock: &Arc<DeviceClock>) -> Result<Client, Fault> {
    Client::open_by(clock.clone(), home.to_string_lossy().into_owned(), keys.clone(), Some(ears.clone())).await
}

/// The punches of everybody but those of the crew, as the office sees them.
async fn at_the_office(world: &World, kind: &str) -> Vec<RecordView> {
    world.of("Ana").client.sync().await.unwrap();
    world.of("Ana").list(kind).await
}

fn text(text: &str) -> Datum {
    Datum::Text(text.to_owned())
}

fn stated(record: &RecordView) -> i64 {
    match &record.fields["at"] {
        Datum::Moment(moment) => moment.stated,
        other => panic!("{other:?} is no moment"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_enrols_by_its_invite_and_opens_again_without_a_signal() {
    let (world, project) = World::with_a_crew(610).await;
    let phone = Phone::new(&world).await;
    assert_eq!(phone.client.status().await.unwrap().state, "new");
    let wrong = phone.client.enrol(ask(json!({"link": "plumbline:nothing", "device_label": "x"}))).await;
    assert!(matches!(&wrong, Err(Fault::Invalid { field, .. }) if field == "link"), "{wrong:?}");

    let member = world.member("Ana", "Nico", "worker", &[project]).await;
    let invite = phone.by_its_link(&world.invite("Ana", member).await);
    let status = phone.client.enrol(ask(json!({"link": invite, "device_label": "Nico's phone"}))).await.unwrap();
    assert_eq!(
        (status.state.as_str(), status.member_name.as_str(), status.role.as_str()),
        ("enrolled", "Nico", "worker")
    );

    phone.link.cut();
    let phone = phone.again().await;
    let status = phone.client.status().await.unwrap();
    assert_eq!((status.state.as_str(), status.organisation_name.as_str()), ("enrolled", "Ridge Road Paving"));
    let projects = phone.client.list(ask(json!({"kind": "project"}))).await.unwrap().records;
    assert_eq!(projects.iter().map(|record| record.id).collect::<Vec<_>>(), [RecordId::from(project)]);
    assert_eq!(phone.client.sync().await, Err(Fault::Offline));
    let used = phone.client.enrol(ask(json!({"link": invite, "device_label": "again"}))).await;
    assert!(used.is_err(), "{used:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_clocked_offline_arrive_once_after_the_signal_returns() {
    let (world, project) = World::with_a_crew(611).await;
    let phone = Phone::of_nico(&world, &[project]).await;
    phone.link.cut();
    phone.clock_in(project).await;
    world.clock.advance(8 * HOUR);
    phone.clock_out(project).await;
    assert_eq!(phone.client.sync().await, Err(Fault::Offline));
    assert_eq!((phone.seconds().await, phone.client.waiting().await.unwrap().len()), (vec![WORKED], 2));
    assert!(at_the_office(&world, "punch").await.is_empty());

    phone.link.restore(Faults::default());
    phone.settle().await;
    phone.settle().await;
    assert!(phone.client.waiting().await.unwrap().is_empty());
    let arrived = at_the_office(&world, "punch").await;
    assert_eq!(arrived.len(), 2);
    assert_eq!(stated(&arrived[0]) - stated(&arrived[1]), 8 * HOUR);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_taps_clock_in_and_undo_takes_it_back() {
    let (world, project) = World::with_a_crew(612).await;
    let phone = Phone::of_nico(&world, &[project]).await;
    // The first tap chooses the project, which is there without a call; the second clocks.
    let punch = phone.clock_in(project).await;
    world.clock.advance(10 * MINUTE);
    assert_eq!((punch.fields["what"].clone(), punch.pending), (text("in"), true));

    let undo = json!({"record": punch.id, "withdrawn": true, "reason": "undo", "as_of": punch.as_of});
    assert!(phone.client.withdraw(ask(undo)).await.unwrap().withdrawn);
    let shown = phone.client.list(ask(json!({"kind": "punch"}))).await.unwrap().records;
    assert!(shown.is_empty(), "{shown:?}");
    assert!(phone.seconds().await.is_empty());
    phone.settle().await;
    // The office sees what happened: it was made, and taken back.
    let history = at_the_office(&world, "punch").await;
    assert_eq!(history.iter().map(|record| record.withdrawn).collect::<Vec<_>>(), [true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_work_is_an_out_and_an_in_at_one_moment() {
    let (world, project) = World::with_a_crew(613).await;
    let other = world.project("Ana", "Mill Street culvert").await;
    let phone = Phone::of_nico(&world, &[project, other]).await;
    phone.clock_in(project).await;
    world.clock.advance(3 * HOUR);
    let request = json!({"what": "in", "project": other, "classification": "Foreman", "from_project": project});
    let punches = phone.clock(request).await;
    let what: Vec<_> = punches.iter().map(|punch| (punch.fields["what"].clone(), punch.project)).collect();
    assert_eq!(what, [(text("out"), Some(project)), (text("in"), Some(other))]);
    assert_eq!(stated(&punches[0]), stated(&punches[1]));

    // Another classification on the same project is one punch.
    world.clock.advance(2 * HOUR);
    let request = json!({"what": "switch", "project": other, "classification": "Laborer"});
    assert_eq!(phone.clock(request).await.len(), 1);
    world.clock.advance(HOUR);
    phone.clock_out(other).await;
    let mut seconds = phone.seconds().await;
    seconds.sort_unstable();
    assert_eq!(seconds, [3600, 2 * 3600, 3 * 3600]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_taken_offline_arrives_once_and_is_verified() {
    let (world, project) = World::with_a_crew(614).await;
    let phone = Phone::of_nico(&world, &[project]).await;
    phone.link.cut();
    assert!(phone.client.room().await.unwrap().capture);
    let jpeg = photo::jpeg(&mut Dice::of(614, "picture"));
    let photo = phone.photograph(project, &jpeg).await;
    assert_eq!(phone.custody(photo).await, Custody::Local);
    assert_eq!(phone.client.work_off_thumbnails().await, Ok(1));
    let thumbnail = phone.client.thumbnail(ask(json!({"id": photo}))).await.unwrap();
    assert_eq!(thumbnail[..2], [0xff, 0xd8]);

    phone.link.restore(Faults::default());
    phone.settle().await;
    let steps = phone.client.custody(ask(json!({"id": photo}))).await.unwrap();
    assert_eq!(steps.len(), 4, "taken, logged, received, verified: {steps:?}");
    assert!(phone.client.uploads().await.unwrap().is_empty());
    assert_eq!(at_the_office(&world, "photo").await.len(), 1);
    let part = ask(json!({"photo": photo, "from": 0, "length": jpeg.len()}));
    assert_eq!(world.of("Ana").client.original(part).await.unwrap().bytes, jpeg);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_in_a_tunnel_outlives_restarts_and_arrives_whole() {
    let (world, project) = World::with_a_crew(615).await;
    let mut phone = Phone::of_nico(&world, &[project]).await;
    phone.link.cut();
    for day in 0..5 {
        phone.clock_in(project).await;
        phone.photograph(project, &photo::jpeg(&mut Dice::of(615, &day.to_string()))).await;
        world.clock.advance(8 * HOUR);
        phone.clock_out(project).await;
        let note = json!({"kind": "note", "project": project, "fields": {"text": format!("Day {day}")}});
        phone.client.write(ask(note)).await.unwrap();
        world.clock.advance(DAY - 8 * HOUR);
        if day % 2 == 0 {
            phone.clock.reboot();
        }
        phone = phone.again().await;
        assert_eq!(phone.seconds().await, vec![WORKED; day + 1]);
    }
    assert_eq!(phone.client.uploads().await.unwrap().len(), 5);

    phone.link.restore(Faults::rough());
    for _ in 0..50 {
        // A bad line: what fails is tried again.
        let _ = phone.client.sync().await;
    }
    phone.link.restore(Faults::default());
    phone.settle().await;
    for (kind, count) in [("punch", 10), ("note", 5), ("photo", 5)] {
        assert_eq!(at_the_office(&world, kind).await.len(), count, "{kind}");
    }
    let hours = world.of("Ana").client.hours(ask(json!({}))).await.unwrap();
    assert_eq!(hours.rows.iter().map(|row| row.seconds).collect::<Vec<_>>(), [WORKED; 5]);
    assert!(phone.client.alarms().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_keeps_both_values_until_somebody_chooses() {
    let (world, project) = World::with_a_crew(616).await;
    let phone = Phone::of_nico(&world, &[project]).await;
    let note = json!({"kind": "note", "project": project, "fields": {"text": "Concrete at two"}});
    let note = phone.client.write(ask(note)).await.unwrap();
    phone.settle().await;
    world.of("Teo").client.sync().await.unwrap();

    phone.link.cut();
    let write = |text: &str, as_of: &str| {
        ask(json!({"kind": "note", "record": note.id, "fields": {"text": text}, "as_of": as_of}))
    };
    let seen = phone.client.record(ask(json!({"id": note.id}))).await.unwrap().as_of;
    phone.client.write(write("At three", &seen)).await.unwrap();
    world.of("Teo").rewrite(note.id, "Cancelled").await;
    world.of("Teo").client.sync().await.unwrap();
    phone.link.restore(Faults::default());
    phone.settle().await;

    let conflicts = phone.client.conflicts().await.unwrap();
    assert_eq!(conflicts.len(), 1);
    let shown = &conflicts[0];
    let mut values = vec![shown.fields["text"].clone()];
    values.extend(shown.conflicts["text"].clone());
    assert!(
        values.len() == 2 && values.contains(&text("At three")) && values.contains(&text("Cancelled")),
        "{values:?}"
    );

    phone.client.write(write("At three", &shown.as_of)).await.unwrap();
    assert!(phone.client.conflicts().await.unwrap().is_empty());
    phone.settle().await;
    world.of("Teo").client.sync().await.unwrap();
    let teo = world.of("Teo").record(note.id).await;
    assert_eq!((&teo.fields["text"], teo.conflicts.is_empty()), (&text("At three"), true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_call_that_is_cancelled_ends_as_cancelled_and_the_next_one_works() {
    let (world, project) = World::with_a_crew(617).await;
    let phone = Phone::of_nico(&world, &[project]).await;
    phone.clock_in(project).await;
    // A server that takes the question and is silent until it is let go.
    let ((asked, waits), (let_go, silent)) = (mpsc::channel(), mpsc::channel::<()>());
    let silent = Mutex::new(silent);
    phone.link.tamper(move |_, told| {
        let _ = asked.send(());
        let _ = silent.lock().unwrap().recv();
        told
    });
    let cancel = Arc::new(Cancel::new());
    let bounded = phone.client.until(cancel.clone());
    let sync = tokio::spawn(async move { (bounded.sync().await, bounded) });
    tokio::task::spawn_blocking(move || waits.recv().unwrap()).await.unwrap();
    cancel.cancel();
    let (ended, bounded) = sync.await.unwrap();
    assert_eq!(ended, Err(Fault::Cancelled));
    // It stays cancelled, for every call.
    assert_eq!(bounded.status().await.map(|_| ()), Err(Fault::Cancelled));

    drop(let_go);
    phone.link.honest();
    assert_eq!(phone.client.status().await.unwrap().waiting, 1);
    phone.settle().await;
    assert_eq!(at_the_office(&world, "punch").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keystore_that_is_missing_locked_or_changed_is_three_different_faults() {
    let (world, project) = World::with_a_crew(618).await;
    let phone = Phone::of_nico(&world, &[project]).await;
    phone.clock_in(project).await;
    let Phone { client, keys, ears, clock, home, link: _link } = phone;
    client.pause().await.unwrap();
    drop(client);
    let opened = async || open(&home, &keys, &ears, &clock).await.map(|_| ());
    for why in [Lock::Missing, Lock::Locked, Lock::Invalidated] {
        keys.memory.fail(Some(why));
        assert_eq!(opened().await, Err(Fault::Locked { why }));
    }
    // What it throws past that is told from them, without a word of what it says.
    keys.throws.store(true, Ordering::SeqCst);
    assert!(matches!(opened().await, Err(Fault::Internal { trace }) if trace.len() == 16));
    keys.throws.store(false, Ordering::SeqCst);
    keys.memory.fail(None);
    // Another key in the place of the right one, and none at all.
    let kept = keys.memory.ending_in("/database-key").unwrap();
    keys.memory.replace("/database-key", &[7; 32]);
    assert_eq!(opened().await, Err(Fault::Locked { why: Lock::Invalidated }));
    keys.memory.replace("/database-key", &kept);
    // None of it harmed anything.
    let client = open(&home, &keys, &ears, &clock).await.unwrap();
    assert_eq!(client.waiting().await.unwrap().len(), 1);
    client.pause().await.unwrap();
    drop(client);
    keys.memory.clear();
    assert_eq!(opened().await, Err(Fault::Locked { why: Lock::Missing }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_hears_what_changed_and_one_that_throws_harms_nobody() {
    let (world, project) = World::with_a_crew(619).await;
    let phone = Phone::of_nico(&world, &[project]).await;
    phone.ears.heard.lock().unwrap().clear();
    phone.clock_in(project).await;
    let heard = std::mem::take(&mut *phone.ears.heard.lock().unwrap());
    assert!(heard.contains(&Event::Records { kinds: vec!["punch".to_owned()] }), "{heard:?}");
    assert!(heard.contains(&Event::Outbox), "{heard:?}");

    phone.ears.throws.store(true, Ordering::SeqCst);
    world.clock.advance(8 * HOUR);
    phone.clock_out(project).await;
    phone.settle().await;
    assert!(!phone.ears.heard.lock().unwrap().is_empty());
    assert_eq!((phone.seconds().await, at_the_office(&world, "punch").await.len()), (vec![WORKED], 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_signs_a_week_and_takes_a_copy_along() {
    let (world, project) = World::with_a_crew(620).await;
    let phone = Phone::of_nico(&world, &[project]).await;
    phone.clock_in(project).await;
    world.clock.advance(8 * HOUR);
    phone.clock_out(project).await;
    assert_eq!(phone.own_week().await.state, WeekState::Open);
    let as_of = phone.week().await.as_of;
    let sign = json!({"project": project, "date": MONDAY, "seconds": WORKED, "as_of": as_of});
    phone.client.sign_week(ask(sign)).await.unwrap();
    let signed = phone.own_week().await;
    assert_eq!((signed.state, signed.signed.unwrap().seconds), (WeekState::Signed, WORKED));
    phone.settle().await;

    let copy = world.folder.join("copy");
    let written = phone.client.export_all(ask(json!({"path": copy}))).await.unwrap();
    assert_eq!(written.missing, 0);
    let lines =
        |kind: &str| std::fs::read_to_string(copy.join(format!("records/{kind}.jsonl"))).unwrap().lines().count();
    assert_eq!((lines("punch"), lines("week")), (2, 1));
    // A second one never overwrites the first.
    let again = phone.client.export_all(ask(json!({"path": copy}))).await;
    assert_eq!(again, Err(Fault::invalid("path", "exists")));
}
