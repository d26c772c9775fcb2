//! The stage of the demonstration: a real server on a clock of its own, and a phone or computer for each person.
//!
//! Invariant: a device's clock moves on by itself while it is offline and meets the server's whenever it syncs, so that all
//! of one day can be played at once and the log's times still ascend as they would have.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use plumbline_core::{
    client::Client,
    keystore::{Keystore, PassphraseKeystore},
    photo::PhotoView,
};
use plumbline_protocol::{
    Fault, RecordId, Uuid,
    link::{InviteLink, SetupLink},
};
use plumbline_server::{Bounds, Rate, Rates, Running, StartError};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::{
    PASSPHRASE,
    cast::Site,
    pictures::Pictures,
    plan::{Act, Deed, near},
};
use crate::{
    clock::{DeviceClock, SimClock},
    dice::Dice,
    keys::MemoryKeystore,
    link::Link,
    world::{ask, open},
};

/// Longest that a request may take: the machine may be slow, and nobody is cut off for it here.
const LONGEST: Duration = Duration::from_secs(600);

/// Everything that phones need to know.
pub struct Scene {
    /// The sites.
    pub sites: Vec<&'static Site>,
    /// Their projects, in the same order.
    pub projects: Vec<Uuid>,
    /// Members by name.
    pub members: BTreeMap<&'static str, Uuid>,
    /// The pictures that they take.
    pub pictures: Pictures,
    /// Punches signed so far.
    pub punches: AtomicU64,
    /// Photographs taken so far.
    pub photos: AtomicU64,
}

/// Somebody's phone or computer.
pub struct Phone {
    /// Its owner.
    pub name: &'static str,
    /// The client.
    pub client: Client,
    /// The device's clocks.
    pub clock: Arc<DeviceClock>,
    /// The way to the server, where it does not lead there directly.
    pub link: Option<Link>,
    /// The time of the device.
    truth: SimClock,
    punches: Mutex<BTreeMap<(&'static str, i64), RecordId>>,
}

/// The stage.
pub struct Stage {
    /// The server.
    pub server: Running,
    /// Its clock.
    pub clock: SimClock,
    /// The phones, by owner.
    pub phones: BTreeMap<&'static str, Arc<Phone>>,
    folder: PathBuf,
}

/// How somebody's device gets to the server and where it has its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// Its store stays with the demonstration, under its passphrase.
    Kept,
    /// Its store goes when the demonstration is prepared.
    Passing,
    /// The same, behind a link that can be cut.
    Linked,
}

/// A server on `data` that stays at `port`.
pub async fn serve(data: &Path, port: u16, clock: Option<SimClock>) -> Result<Running, StartError> {
    let free = Rate { per_second: 100_000, burst: 100_000 };
    let mut config = plumbline_server::Config {
        listen: ([127, 0, 0, 1], port).into(),
        rates: Rates { address: free, device: free },
        bounds: Bounds { request: LONGEST, stall: LONGEST, ..Bounds::default() },
        ..plumbline_server::Config::new(data)
    };
    if let Some(clock) = clock {
        config.clock = Arc::new(clock);
    }
    plumbline_server::start(config).await
}

/// The folder of somebody's store.
pub fn home(folder: &Path, name: &str) -> PathBuf {
    let plain = name.to_lowercase().replace(' ', "-");
    folder.join("clients").join(plain)
}

impl Stage {
    /// An empty stage at the moment `begin`.
    pub async fn new(folder: &Path, port: u16, begin: i64) -> Result<Stage, StartError> {
        let clock = SimClock::new(begin);
        let server = serve(&folder.join("server"), port, Some(clock.clone())).await?;
        Ok(Stage { server, clock, phones: BTreeMap::new(), folder: folder.to_owned() })
    }

    /// The phone of `name`.
    pub fn of(&self, name: &str) -> &Arc<Phone> {
        self.phones.get(name).unwrap_or_else(|| panic!("{name} has no phone"))
    }

    /// `name` founds the organisation. Their member id.
    pub async fn found(&mut self, name: &'static str, organisation: &str) -> Uuid {
        let phone = self.device(name, Device::Kept).await;
        let link: SetupLink = self.server.setup.as_deref().expect("a setup link").parse().unwrap();
        let request = json!({"link": link.to_string(), "name": organisation, "founder_name": name});
        let created = phone.client.create_organisation(ask(request)).await.unwrap();
        self.phones.insert(name, Arc::new(phone));
        created.member
    }

    /// `name`, who is `member`, enrols a device by an invite of `by`.
    pub async fn enrol(&mut self, by: &str, name: &'static str, member: Uuid, device: Device) {
        let request = json!({"member": member, "hours_valid": 72});
        let invite = self.of(by).client.invite(ask(request)).await.unwrap().link;
        self.of(by).sync(&self.clock).await.unwrap();
        let phone = self.device(name, device).await;
        let mut link: InviteLink = invite.parse().unwrap();
        if let Some(way) = &phone.link {
            link.server.at = way.at.to_string();
        }
        let first = name.split(' ').next().unwrap_or(name);
        let request = json!({"link": link.to_string(), "device_label": format!("{first}'s phone")});
        phone.client.enrol(ask(request)).await.unwrap();
        self.phones.insert(name, Arc::new(phone));
    }

    async fn device(&self, name: &'static str, device: Device) -> Phone {
        let home = home(&self.folder, name);
        fs::create_dir_all(&home).unwrap();
        let keystore: Arc<dyn Keystore> = match device {
            Device::Passing | Device::Linked => Arc::new(MemoryKeystore::default()),
            Device::Kept => {
                let file = home.join("keystore");
                let create = move || PassphraseKeystore::create(file, Zeroizing::new(PASSPHRASE.to_owned()));
                Arc::new(tokio::task::spawn_blocking(create).await.unwrap().unwrap())
            }
        };
        let truth = SimClock::new(self.clock.now());
        let clock = truth.device(name);
        let client = open(&home, &keystore, &clock).await.unwrap();
        let link = match device {
            Device::Linked => Some(Link::open(&self.server.url, &self.folder.join("server"), Dice::of(1, name)).await),
            _ => None,
        };
        Phone { name, client, clock, link, truth, punches: Mutex::default() }
    }

    /// At `at` these phones reach the server, after each has played what it has to play until then.
    pub async fn round(&self, scene: &Arc<Scene>, at: i64, acts: BTreeMap<&'static str, Vec<Act>>) {
        let mut playing = JoinSet::new();
        let names: Vec<&str> = acts.keys().copied().collect();
        for (name, acts) in acts {
            let (phone, scene) = (self.of(name).clone(), scene.clone());
            playing.spawn(async move { phone.play(&scene, acts).await });
        }
        while let Some(played) = playing.join_next().await {
            played.unwrap();
        }
        self.clock.advance_to(at);
        for name in names {
            let (phone, clock) = (self.of(name).clone(), self.clock.clone());
            playing.spawn(async move { phone.sync(&clock).await.unwrap() });
        }
        while let Some(synced) = playing.join_next().await {
            synced.unwrap();
        }
    }
}

impl Phone {
    /// Syncs, at the server's time.
    pub async fn sync(&self, clock: &SimClock) -> Result<(), Fault> {
        clock.advance_to(self.truth.now());
        self.truth.advance_to(clock.now());
        self.client.sync().await.map(|_| ())
    }

    /// Lets this device's time pass until `at`.
    pub fn until(&self, at: i64) {
        self.truth.advance_to(at);
    }

    /// Does all of this, each at its time.
    pub async fn play(&self, scene: &Scene, acts: Vec<Act>) {
        for act in acts {
            self.until(act.at);
            self.act(scene, act).await;
        }
    }

    async fn act(&self, scene: &Scene, act: Act) {
        let project = scene.projects[act.site];
        match act.deed {
            Deed::Clock { worker, what, classification } => {
                let place = place(scene.sites[act.site], worker, act.at);
                let whose = (worker != self.name).then(|| scene.members[worker]);
                let request = json!({
                    "what": what, "project": project, "classification": classification, "worker": whose, "place": place,
                });
                let views = self.client.clock(ask(request)).await.unwrap();
                self.punches.lock().unwrap().insert((worker, act.at), views[0].id);
                scene.punches.fetch_add(1, Ordering::SeqCst);
            }
            Deed::AddOut { worker, out, reason } => {
                let fields = json!({"worker": scene.members[worker], "what": "out", "at": {"typed": out}});
                let request = json!({"kind": "punch", "project": project, "fields": fields, "reason": reason});
                self.client.write(ask(request)).await.unwrap();
                scene.punches.fetch_add(1, Ordering::SeqCst);
            }
            Deed::Correct { worker, was, right, reason } => {
                let record = self.punches.lock().unwrap()[&(worker, was)];
                let request = json!({"record": record, "at": right, "reason": reason});
                self.client.correct(ask(request)).await.unwrap();
            }
            Deed::Photo { number } => {
                self.photograph(scene, act.site, number).await;
            }
            Deed::Note(text) => {
                self.note(project, text).await;
            }
            Deed::Off { worker, from, to, why } => {
                let fields = json!({"worker": scene.members[worker], "from": from.to_string(), "to": to.to_string(), "why": why});
                self.create("absence", project, fields).await;
            }
        }
    }

    /// Takes picture `number`.
    pub async fn photograph(&self, scene: &Scene, site: usize, number: usize) -> PhotoView {
        let path = scene.pictures.take(number).await;
        let shot = scene.pictures.shot(number);
        let place = json!({
            "lat_e7": shot.place.0, "lon_e7": shot.place.1, "accuracy_cm": shot.accuracy_cm, "mock": false, "source": "gnss",
        });
        let request = json!({
            "path": path, "project": scene.projects[site], "source": "camera", "caption": shot.caption, "place": place,
        });
        let taken = self.client.capture(ask(request)).await.unwrap();
        fs::remove_file(path).unwrap();
        scene.photos.fetch_add(1, Ordering::SeqCst);
        taken
    }

    /// Writes a note.
    pub async fn note(&self, project: Uuid, text: &str) -> RecordId {
        self.create("note", project, json!({"text": text})).await
    }

    /// Makes a record of a kind.
    pub async fn create(&self, kind: &str, project: Uuid, fields: Value) -> RecordId {
        let request = json!({"kind": kind, "project": project, "fields": fields});
        self.client.write(ask(request)).await.unwrap().id
    }

    /// Writes fields of a record, having seen what this device shows now.
    pub async fn change(&self, kind: &str, record: RecordId, fields: Value) {
        let as_of = self.client.record(ask(json!({"id": record}))).await.unwrap().as_of;
        let request = json!({"kind": kind, "record": record, "fields": fields, "as_of": as_of});
        self.client.write(ask(request)).await.unwrap();
    }
}

/// Where a phone says that it is when it clocks: mostly on the site, now and then beside it, near its fence, or nowhere.
fn place(site: &Site, worker: &str, at: i64) -> Option<Value> {
    let mut dice = Dice::of(at as u64, worker);
    let ((north, east), edge) = (site.middle(), site.edge());
    let (north, east, accuracy) = match dice.below(100) {
        0..3 => return None,
        3..5 => (north + 900, east - 400, 1_200),
        5..9 => (edge.0 + near(&mut dice) / 8, edge.1 + near(&mut dice) / 8, 3_500),
        _ => (north + near(&mut dice), east + near(&mut dice), 400 + dice.below(900) as i64),
    };
    let (lat_e7, lon_e7) = site.point(north, east);
    Some(json!({"lat_e7": lat_e7, "lon_e7": lon_e7, "accuracy_cm": accuracy, "mock": false, "source": "gnss"}))
}
