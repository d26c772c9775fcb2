//! The World: named people, each with a real client and a link of its own, around a real server.
//!
//! Invariants: everybody shares one simulated clock; what goes wrong on the links follows from the seed; whatever a helper
//! here expects and does not find is a panic that says what and where.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ed25519_dalek::SigningKey;
use plumbline_core::{
    client::{Client, Config},
    clock::Clock,
    datum::Datum,
    keystore::{Keystore, PassphraseKeystore},
    photo::{Custody, PhotoView},
    record::RecordView,
};
use plumbline_protocol::{
    DeviceId, Fault, OrganisationId, RecordId, Uuid,
    link::{InviteLink, SetupLink},
    policy::{self, Actor, Role},
    record,
    verify::Report,
};
use plumbline_server::{Bounds, Rate, Rates, Running, StartError};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::{
    clock::{DeviceClock, ServerClock, SimClock},
    dice::Dice,
    keys::MemoryKeystore,
    link::{Counts, Faults, Link},
    logdir,
};

/// Monday, 5 October 2026, 10:00 UTC: six in the morning in New York.
pub const MONDAY: i64 = 1_791_194_400_000;

/// Rounds of sync after which a world that is not quiet is taken for one that never will be.
const MOST_ROUNDS: usize = 120;

/// Longest that a request may take.
const LONGEST: Duration = Duration::from_secs(600);

/// How often a folder that is in use is tried: a process that another test starts holds every lock of this one for the moment
/// between its fork and its exec.
const PATIENCE: usize = 100;

/// Where people keep their keys.
pub enum Keys {
    /// In memory: fast, and can be told to fail.
    Memory,
    /// In a file of its own for each, under this passphrase.
    Passphrase(Zeroizing<String>),
}

/// A person with a device.
pub struct Person {
    /// What everybody calls them.
    pub name: String,
    /// Their member id.
    pub member: Uuid,
    /// Their client.
    pub client: Client,
    /// Its way to the server.
    pub link: Link,
    /// The device's clocks.
    pub clock: Arc<DeviceClock>,
    /// The folder of the store.
    pub home: PathBuf,
    /// The keystore.
    pub keystore: Arc<dyn Keystore>,
    /// The same, when it is the one in memory.
    pub memory: Arc<MemoryKeystore>,
}

/// A world.
pub struct World {
    /// Its true time.
    pub clock: SimClock,
    /// The server's clock, which may step.
    pub server_clock: ServerClock,
    /// Its seed.
    pub seed: u64,
    /// Holds `server/` and `clients/<name>/`.
    pub folder: PathBuf,
    /// Stopped only while it is restarted.
    server: Option<Running>,
    keys: Keys,
    people: BTreeMap<String, Person>,
    devices: AtomicU64,
    _temporary: Option<TempDir>,
}

/// A request from JSON, as a shell or a script makes it.
pub fn ask<T: DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request.clone()).unwrap_or_else(|e| panic!("{e} in {request}"))
}

/// A folder that goes with the test: in memory where the machine has such a file system, for nobody here cuts the power.
pub fn temporary() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

impl World {
    /// A world in a temporary folder with keys in memory: for tests.
    pub async fn new(seed: u64) -> World {
        let temporary = temporary();
        let mut world = World::at(temporary.path(), seed, Keys::Memory).await;
        world._temporary = Some(temporary);
        world
    }

    /// A world in `folder`, which has to be empty.
    pub async fn at(folder: &Path, seed: u64, keys: Keys) -> World {
        let clock = SimClock::new(MONDAY);
        let mut world = World {
            server_clock: ServerClock::new(&clock),
            clock,
            seed,
            folder: folder.to_owned(),
            server: None,
            keys,
            people: BTreeMap::new(),
            devices: AtomicU64::new(0),
            _temporary: None,
        };
        world.start_server().await;
        world
    }

    /// A world with an organisation, one project, and Ana (administrator), Marta (manager), Felix (foreman), Teo and Rosa
    /// (workers). The project's id.
    pub async fn with_a_crew(seed: u64) -> (World, Uuid) {
        let mut world = World::new(seed).await;
        world.found("Ana").await;
        let project = world.project("Ana", "Ridge Road bridge").await;
        world.person("Ana", "Marta", "manager", &[]).await;
        world.person("Ana", "Felix", "foreman", &[project]).await;
        world.person("Ana", "Teo", "worker", &[project]).await;
        world.person("Ana", "Rosa", "worker", &[project]).await;
        world.settle().await;
        (world, project)
    }

    /// Where the server keeps its data.
    pub fn server_folder(&self) -> PathBuf {
        self.folder.join("server")
    }

    /// The server.
    pub fn server(&self) -> &Running {
        self.server.as_ref().unwrap()
    }

    /// Stops the server in good order and starts it again on the same data.
    pub async fn restart_server(&mut self) {
        self.server.take().unwrap().shutdown().await;
        self.start_server().await;
        self.lead_everybody();
    }

    async fn start_server(&mut self) {
        self.server = Some(self.serve(&self.server_folder()).await);
    }

    /// A server on the world's clock, with the data in `data`.
    pub async fn serve(&self, data: &Path) -> Running {
        self.try_serve(data).await.unwrap()
    }

    /// The same, or why it does not start.
    pub async fn try_serve(&self, data: &Path) -> Result<Running, StartError> {
        // Everybody shares one address here, and real seconds do not pass as simulated ones do.
        let free = Rate { per_second: 100_000, burst: 100_000 };
        // Nor is anybody cut off because the machine is slow.
        let bounds = Bounds { request: LONGEST, stall: LONGEST, ..Bounds::default() };
        let config = plumbline_server::Config {
            bounds,
            clock: Arc::new(self.server_clock.clone()),
            rates: Rates { address: free, device: free },
            ..plumbline_server::Config::new(data)
        };
        plumbline_server::start(config).await
    }

    /// Founds the organisation, with the link that the server gave when it started. Answers the recovery key.
    pub async fn found(&mut self, name: &str) -> String {
        let link = self.server().setup.clone().expect("a setup link");
        self.found_with(name, &link).await
    }

    /// Founds an organisation with a setup link. Answers the recovery key.
    pub async fn found_with(&mut self, name: &str, link: &str) -> String {
        let mut person = self.device(name).await;
        let mut link: SetupLink = link.parse().unwrap();
        link.server.at = person.link.at.to_string();
        let request = json!({"link": link.to_string(), "name": "Ridge Road Paving", "founder_name": name});
        let created = person.client.create_organisation(ask(request)).await.unwrap();
        person.member = created.member;
        self.people.insert(name.to_owned(), person);
        created.recovery_key
    }

    /// A project with a fence of 150 m around its gate, in New York, with three classifications.
    pub async fn project(&self, by: &str, name: &str) -> Uuid {
        let request = json!({
            "name": name,
            "zone": "America/New_York",
            "geofence": {"circle": {"lat_e7": 407_128_000, "lon_e7": -740_060_000, "radius_cm": 15_000}},
            "classifications": ["Laborer", "Equipment operator", "Foreman"],
        });
        self.of(by).client.create_project(ask(request)).await.unwrap().id.uuid().unwrap()
    }

    /// `by` adds a member, who has no device yet.
    pub async fn member(&self, by: &str, name: &str, role: &str, projects: &[Uuid]) -> Uuid {
        let request = json!({"name": name, "role": role, "projects": projects});
        self.of(by).client.add_member(ask(request)).await.unwrap().id.uuid().unwrap()
    }

    /// An invite link for `member`, by `by`, who has to have synced before it is of use.
    pub async fn invite(&self, by: &str, member: Uuid) -> String {
        let request = json!({"member": member, "hours_valid": 24});
        let link = self.of(by).client.invite(ask(request)).await.unwrap().link;
        self.of(by).client.sync().await.unwrap();
        link
    }

    /// `by` adds a member and invites them; they enrol.
    pub async fn person(&mut self, by: &str, name: &str, role: &str, projects: &[Uuid]) -> Uuid {
        let member = self.member(by, name, role, projects).await;
        let invite = self.invite(by, member).await;
        self.enrol(name, &invite).await.unwrap();
        member
    }

    /// Somebody enrols a new device with an invite link and is known as `name` from then on.
    pub async fn enrol(&mut self, name: &str, invite: &str) -> Result<(), Fault> {
        let mut person = self.device(name).await;
        let mut link: InviteLink = invite.parse().unwrap();
        link.server.at = person.link.at.to_string();
        person.member = link.member;
        let request = json!({"link": link.to_string(), "device_label": format!("{name}'s phone")});
        person.client.enrol(ask(request)).await?;
        self.people.insert(name.to_owned(), person);
        Ok(())
    }

    /// A device that is nobody's yet, with an empty store and a link.
    pub async fn device(&self, name: &str) -> Person {
        let number = self.devices.fetch_add(1, Ordering::SeqCst);
        let folder = name.to_lowercase();
        let mut home = self.folder.join("clients").join(&folder);
        if home.exists() {
            home = self.folder.join("clients").join(format!("{folder}-{number}"));
        }
        fs::create_dir_all(&home).unwrap();
        let memory = Arc::new(MemoryKeystore::default());
        let keystore: Arc<dyn Keystore> = match &self.keys {
            Keys::Memory => memory.clone(),
            Keys::Passphrase(passphrase) => {
                let file = home.join("keystore");
                let passphrase = passphrase.clone();
                let created = tokio::task::spawn_blocking(move || PassphraseKeystore::create(file, passphrase));
                Arc::new(created.await.unwrap().unwrap())
            }
        };
        let clock = self.clock.device(&format!("{name} {number}"));
        let client = open(&home, &keystore, &clock).await.unwrap();
        let dice = Dice::of(self.seed, &format!("{name} {number}"));
        let link = Link::open(&self.server().url, &self.server_folder(), dice).await;
        let member = Uuid::v7(0, [0; 10]);
        Person { name: name.to_owned(), member, client, link, clock, home, keystore, memory }
    }

    /// The organisation.
    pub async fn organisation(&self, of: &str) -> OrganisationId {
        self.of(of).client.status().await.unwrap().organisation.unwrap()
    }

    /// Stops the server, copies its data and starts both: the second one on the copy, in the folder that is returned.
    pub async fn fork(&mut self) -> (Running, PathBuf) {
        self.server.take().unwrap().shutdown().await;
        let copy = self.folder.join("second-server");
        logdir::copy(&self.server_folder(), &copy);
        self.start_server().await;
        self.lead_everybody();
        (self.serve(&copy).await, copy)
    }

    /// Copies the server's data aside, as a backup does.
    pub async fn back_up(&mut self) -> PathBuf {
        let number = self.devices.fetch_add(1, Ordering::SeqCst);
        let backup = self.folder.join(format!("backup-{number}"));
        self.server.take().unwrap().shutdown().await;
        logdir::copy(&self.server_folder(), &backup);
        self.start_server().await;
        self.lead_everybody();
        backup
    }

    /// Puts a backup in the place of the server's data.
    pub async fn put_back(&mut self, backup: &Path) {
        self.server.take().unwrap().shutdown().await;
        fs::remove_dir_all(self.server_folder()).unwrap();
        logdir::copy(backup, &self.server_folder());
        self.start_server().await;
        self.lead_everybody();
    }

    fn lead_everybody(&self) {
        self.people.values().for_each(|person| person.link.lead_to(&self.server().url));
    }

    /// The person called `name`.
    pub fn of(&self, name: &str) -> &Person {
        self.people.get(name).unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    /// Everybody with a device, by name.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// Takes a person out of the world, without a word to their client.
    pub fn take(&mut self, name: &str) -> Person {
        self.people.remove(name).unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    /// Puts a person into the world, in place of one of the same name.
    pub fn put(&mut self, person: Person) {
        self.people.insert(person.name.clone(), person);
    }

    /// Drops the client without closing it and opens its store again: all that a killed app leaves is files.
    pub async fn reopen(&mut self, name: &str) {
        let mut person = self.take(name);
        drop(person.client);
        person.client = open(&person.home, &person.keystore, &person.clock).await.unwrap();
        self.people.insert(name.to_owned(), person);
    }

    /// Cuts everybody's link.
    pub fn cut(&self) {
        self.people().for_each(|person| person.link.cut());
    }

    /// Restores everybody's link, with these faults.
    pub fn restore(&self, faults: Faults) {
        self.people().for_each(|person| person.link.restore(faults));
    }

    /// What all links have done so far.
    pub fn counts(&self) -> Counts {
        self.people().map(|person| person.link.counts()).fold(Counts::default(), Counts::plus)
    }

    /// Lets everybody sync until nothing moves any more: nothing waits, all are at one size, and every photograph that has
    /// been uploaded is verified. Returns the number of rounds.
    pub async fn settle(&self) -> usize {
        let everybody: Vec<&str> = self.people.keys().map(String::as_str).collect();
        self.settle_only(&everybody).await
    }

    /// As [`World::settle`], among these people, who are of one organisation.
    pub async fn settle_only(&self, names: &[&str]) -> usize {
        let people: Vec<&Person> = names.iter().map(|name| self.of(name)).collect();
        let mut last = String::new();
        for round in 1..=MOST_ROUNDS {
            last.clear();
            let mut sizes = Vec::new();
            for person in &people {
                match person.client.sync().await {
                    Ok(synced) => {
                        let moved = synced.pushed + synced.pulled + synced.uploaded + synced.waiting;
                        if moved > 0 {
                            last += &format!("{}: {moved} moved or waiting; ", person.name);
                        }
                        sizes.push(synced.size);
                    }
                    Err(fault) => last += &format!("{}: {fault}; ", person.name),
                }
                person.link.deliver_late().await;
            }
            sizes.dedup();
            if sizes.len() > 1 {
                last += &format!("sizes {sizes:?}; ");
            }
            let unverified = photos_not_verified(&people).await;
            if unverified > 0 {
                last += &format!("{unverified} photographs are not verified; ");
                // The server reads them again in its own time, which is not simulated.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            if last.is_empty() {
                return round;
            }
        }
        panic!("not quiet after {MOST_ROUNDS} rounds: {last}");
    }

    /// Checks that everybody sees exactly the records that they may, the same byte for byte, and that a fresh device of an
    /// administrator sees all of them too. The records that the administrator sees.
    pub async fn same_state(&mut self, administrator: &str) -> BTreeMap<RecordId, RecordView> {
        let member = self.of(administrator).member;
        let invite = self.invite(administrator, member).await;
        let name = format!("{administrator} again");
        self.enrol(&name, &invite).await.unwrap();
        self.settle().await;
        let fresh = self.seen_alike(&name).await;
        let again = self.take(&name);
        drop(again.client);
        fs::remove_dir_all(again.home).unwrap();
        fresh
    }

    /// Checks everybody against the records of one administrator: what they may see they see, byte for byte, and nothing
    /// else. Those records.
    pub async fn seen_alike(&self, administrator: &str) -> BTreeMap<RecordId, RecordView> {
        let all = records(&self.of(administrator).client).await;
        for person in self.people() {
            let theirs = records(&person.client).await;
            let actor = actor(&all, person.member);
            for (id, record) in &all {
                let theirs = theirs.get(id);
                let sees = policy::sees(&actor, &record.kind, record.project, record.concerns);
                assert_eq!(theirs, sees.then_some(record), "{} sees {id} ({})", person.name, record.kind);
            }
            assert!(theirs.keys().all(|id| all.contains_key(id)), "{} sees what nobody else does", person.name);
        }
        all
    }

    /// Writes the log as `by` has it into `folder` and verifies it.
    pub async fn export(&self, by: &str, folder: &Path) -> Report {
        self.of(by).client.export_log(ask(json!({"path": folder}))).await.unwrap();
        logdir::verify(folder)
    }

    /// Stops the server in good order and lets go of everything; the folder stays.
    pub async fn close(mut self) {
        for person in std::mem::take(&mut self.people).into_values() {
            person.client.pause().await.unwrap();
        }
        self.server.take().unwrap().shutdown().await;
    }
}

impl Person {
    /// The device's own key, which only a thief or a test takes out of the keystore.
    pub fn key(&self) -> SigningKey {
        let seed = self.memory.ending_in("/device-key").expect("a device key in memory");
        SigningKey::from_bytes(seed.as_slice().try_into().unwrap())
    }

    /// The device.
    pub fn device(&self) -> DeviceId {
        DeviceId(self.key().verifying_key().to_bytes())
    }

    /// Size of the log as far as this device has read it.
    pub async fn size(&self) -> u64 {
        self.client.log().await.unwrap().size
    }

    /// Alarms raised on this device.
    pub async fn alarms(&self) -> usize {
        self.client.alarms().await.unwrap().len()
    }

    /// All records of a kind, newest first.
    pub async fn list(&self, kind: &str) -> Vec<RecordView> {
        self.client.list(ask(json!({"kind": kind, "limit": 500, "withdrawn": true}))).await.unwrap().records
    }

    /// A punch of one's own, now.
    pub async fn punch(&self, what: &str, project: Uuid, classification: Option<&str>) -> RecordId {
        let request = json!({"what": what, "project": project, "classification": classification});
        self.client.clock(ask(request)).await.unwrap()[0].id
    }

    /// A new note.
    pub async fn note(&self, project: Uuid, text: &str) -> RecordId {
        let request = json!({"kind": "note", "project": project, "fields": {"text": text}});
        self.client.write(ask(request)).await.unwrap().id
    }

    /// A photograph of these bytes, taken with the camera.
    pub async fn photograph(&self, project: Uuid, bytes: &[u8]) -> PhotoView {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let request = json!({"path": file.path(), "project": project, "source": "camera"});
        self.client.capture(ask(request)).await.unwrap()
    }

    /// A record as this device shows it.
    pub async fn record(&self, id: RecordId) -> RecordView {
        self.client.record(ask(json!({"id": id}))).await.unwrap()
    }

    /// Writes the text of a note, having seen what this device shows now.
    pub async fn rewrite(&self, id: RecordId, text: &str) {
        let as_of = self.record(id).await.as_of;
        let request = json!({"kind": "note", "record": id, "fields": {"text": text}, "as_of": as_of});
        self.client.write(ask(request)).await.unwrap();
    }
}

async fn photos_not_verified(people: &[&Person]) -> usize {
    let mut count = 0;
    for person in people {
        let photos = person.client.photos(ask(json!({"limit": 500}))).await.unwrap().photos;
        let own = photos.iter().filter(|photo| photo.by == Some(person.member));
        count += own.filter(|photo| photo.state != Custody::Verified).count();
    }
    count
}

/// Opens a client.
pub async fn open(home: &Path, keystore: &Arc<dyn Keystore>, clock: &Arc<DeviceClock>) -> Result<Client, Fault> {
    let clock: Arc<dyn Clock> = clock.clone();
    let config = Config { home: home.to_owned(), keystore: keystore.clone(), clock, listener: None };
    for _ in 0..PATIENCE {
        match Client::open(config.clone()).await {
            Err(Fault::Busy { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened,
        }
    }
    Client::open(config).await
}

/// Every record that a client shows, without what is about this moment.
pub async fn records(client: &Client) -> BTreeMap<RecordId, RecordView> {
    let mut all = BTreeMap::new();
    for kind in record::KINDS {
        let mut after = None;
        loop {
            let request = json!({"kind": kind.name, "limit": 500, "withdrawn": true, "after": after});
            let page = client.list(ask(request)).await.unwrap();
            let views = page.records.into_iter().map(|view| (view.id, RecordView { as_of: String::new(), ..view }));
            all.extend(views);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    all
}

/// A member as the policy knows them, from the record that everybody has.
fn actor(records: &BTreeMap<RecordId, RecordView>, member: Uuid) -> Actor {
    let fields = &records[&RecordId::from(member)].fields;
    let Datum::Text(role) = &fields["role"] else { panic!("a role is text") };
    let projects = match fields.get("projects") {
        Some(Datum::List(projects)) => projects.as_slice(),
        _ => &[],
    };
    let id = |project: &Datum| match project {
        Datum::Text(id) => id.parse().unwrap(),
        _ => panic!("a project is an id"),
    };
    Actor { member, role: Role::from_name(role).unwrap(), projects: projects.iter().map(id).collect() }
}
