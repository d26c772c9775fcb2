//! A phone, a desk and their server in folders that can be put back: what a trial does to them, and what must hold after.
//!
//! The phone is the one that suffers: as `plumbline-drive`, a process of its own, or in this process. The desk, of another
//! administrator, and the server see what reached them. [`Stage::check`] holds the invariants of the trial: each
//! acknowledged record and photograph is there once and byte-equal, nothing unsent was deleted, another organisation's rows
//! are untouched, databases pass their checks, everybody converges, the log verifies, and no output held a secret.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use plumbline_core::{
    client::{Client, Config},
    clock::SystemClock,
    keystore::{Keystore, PassphraseKeystore},
    photo::{Custody, PhotoView},
};
use plumbline_protocol::{
    Fault, Hash, OrganisationId, RecordId, Uuid,
    link::{InviteLink, SetupLink},
};
use plumbline_server::{Rate, Rates, Running};
use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::task::block_in_place;
use zeroize::Zeroizing;

use crate::{
    dice::Dice,
    keys::MemoryKeystore,
    link::{Faults, Link},
    logdir, photo, sound,
    world::{ask, records},
};

/// Of the phone's keystore.
const PASSPHRASE: &str = "rebar and gravel";
/// After so long everybody has converged, or never will.
const LONGEST: Duration = Duration::from_secs(150);

/// The stage.
pub struct Stage {
    /// The project that everybody works in.
    pub project: Uuid,
    /// An invite for the phone, until it has enrolled.
    pub invite: String,
    /// A photograph to be taken.
    pub picture: PathBuf,
    /// The way from phone and desk to the server.
    pub link: Link,
    folder: TempDir,
    server: Option<Running>,
    phone_member: Uuid,
    desk_keys: Arc<dyn Keystore>,
    /// The phone's keystore with the beginning of its file, by which it is known again: stretching a passphrase is slow.
    phone_keys: Mutex<Option<(Vec<u8>, Arc<PassphraseKeystore>)>>,
    /// Another organisation, and the hash of its rows.
    other: (OrganisationId, Vec<u8>),
}

/// What was acknowledged, and so must be kept.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Number of entries that the log must have of a record.
    entries: BTreeMap<RecordId, usize>,
    /// What a record must show.
    fields: BTreeMap<RecordId, Value>,
    /// The original that a photograph must have.
    photos: BTreeMap<Uuid, Hash>,
    /// Calls of which nobody knows whether they took effect.
    pub unanswered: usize,
    /// True where the phone may have signed out.
    pub may_have_left: bool,
}

/// How a process ended.
pub struct Ran {
    /// True when it was killed.
    pub killed: bool,
    /// Its answers, in order.
    pub answers: Vec<Value>,
}

/// A server that is a process of its own. Dropping it kills it.
pub struct Served {
    child: Child,
    output: BufReader<ChildStdout>,
    /// Where it answers; none where it did not come so far.
    pub url: Option<String>,
}

impl Ran {
    /// What a process has said so far, as far as its lines are whole.
    pub fn of(output: &[u8]) -> Ran {
        let lines = output.split_inclusive(|b| *b == b'\n').filter(|line| line.ends_with(b"\n"));
        Ran { killed: false, answers: lines.map(|line| serde_json::from_slice(line).unwrap()).collect() }
    }
}

impl Kept {
    /// Notes what an answer acknowledges: records, photographs, or lists of them.
    pub fn hear(&mut self, answer: &impl Serialize) {
        let answer = serde_json::to_value(answer).unwrap();
        if let Some(list) = answer.as_array() {
            return list.iter().for_each(|one| self.hear(one));
        }
        let id = |field: &str| answer[field].as_str().and_then(|id| id.parse().ok());
        let Some(record) = id("id") else { return };
        *self.entries.entry(record).or_default() += 1;
        match answer["sha256"].as_str() {
            Some(sha256) => drop(self.photos.insert(record.uuid().unwrap(), sha256.parse().unwrap())),
            None => drop(self.fields.insert(record, answer["fields"].clone())),
        }
    }

    /// Notes the answers to so many `calls`; the faults among them.
    pub fn hear_all(&mut self, ran: &Ran, calls: usize) -> Vec<Value> {
        ran.answers.iter().filter_map(|answer| answer.get("ok")).for_each(|ok| self.hear(ok));
        self.unanswered = calls - ran.answers.len();
        ran.answers.iter().filter_map(|answer| answer.get("fault").cloned()).collect()
    }

    /// The record that it is about, where that is one.
    pub fn only_record(&self) -> RecordId {
        assert_eq!(self.entries.len(), 1);
        *self.entries.keys().next().unwrap()
    }

    /// Lets a record show something else: the call to come is about it.
    pub fn will_change(&mut self, id: RecordId) {
        self.fields.remove(&id);
    }
}

impl Stage {
    /// A server with two organisations; in ours a desk, a project and a phone that is invited and not enrolled. All closed.
    pub async fn new(seed: u64) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("live/server");
        let running = start(&data).await.unwrap();
        let link = Link::open(&running.url, &data, Dice::of(seed, "link")).await;
        let desk_keys: Arc<dyn Keystore> = Arc::new(MemoryKeystore::default());
        let desk = open(&folder.path().join("live/desk"), desk_keys.clone()).await.unwrap();
        let mut setup: SetupLink = running.setup.clone().unwrap().parse().unwrap();
        setup.server.at = link.at.to_string();
        let founding =
            |link: &SetupLink| ask(json!({"link": link.to_string(), "name": "Ridge Road", "founder_name": "Ana"}));
        desk.create_organisation(founding(&setup)).await.unwrap();
        let project = json!({"name": "Bridge", "zone": "America/New_York", "classifications": ["Laborer"]});
        let project = desk.create_project(ask(project)).await.unwrap().id.uuid().unwrap();
        let member = json!({"name": "Teo", "role": "administrator", "projects": []});
        let phone_member = desk.add_member(ask(member)).await.unwrap().id.uuid().unwrap();
        let invite = invite(&desk, phone_member, &link).await;
        desk.pause().await.unwrap();

        let other = plumbline_server::setup(&data, &plumbline_server::SystemClock).await.unwrap();
        let other_keys: Arc<dyn Keystore> = Arc::new(MemoryKeystore::default());
        let nora = open(&folder.path().join("other"), other_keys).await.unwrap();
        let other = nora.create_organisation(founding(&other.parse().unwrap())).await.unwrap().organisation;
        nora.pause().await.unwrap();
        running.shutdown().await;
        let other = (other, rows_of(&other, &data));
        let picture = folder.path().join("photo.jpg");
        let mut dice = Dice::of(seed, "photo");
        let mut bytes = photo::jpeg(&mut dice);
        // Behind the picture's end, so that it goes up in several parts.
        bytes.resize_with(600_000, || dice.next() as u8);
        fs::write(&picture, bytes).unwrap();
        let (server, phone_keys) = (None, Mutex::default());
        Stage { project, invite, picture, link, folder, server, phone_member, desk_keys, phone_keys, other }
    }

    /// As [`Stage::new`], with the phone enrolled.
    pub async fn enrolled(seed: u64) -> Stage {
        let mut stage = Stage::new(seed).await;
        stage.serve().await;
        let phone = stage.phone().await.unwrap();
        phone.enrol(stage.enrolment()).await.unwrap();
        phone.pause().await.unwrap();
        stage.stop().await;
        stage
    }

    /// The request by which the phone enrols.
    pub fn enrolment<T: serde::de::DeserializeOwned>(&self) -> T {
        ask(json!({"link": self.invite, "device_label": "Teo's phone"}))
    }

    /// A file or folder that a trial works on: `server`, `phone`, `desk`.
    pub fn live(&self, name: &str) -> PathBuf {
        self.folder.path().join("live").join(name)
    }

    /// A place for something else.
    pub fn aside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Keeps what is live, all of it closed, under `name`.
    pub fn keep(&self, name: &str) {
        logdir::copy(&self.aside("live"), &self.aside("kept").join(name));
    }

    /// Puts back what was kept under `name`.
    pub fn put_back(&self, name: &str) {
        for part in ["server", "phone", "desk"] {
            self.put(part, &self.aside("kept").join(name).join(part));
        }
    }

    /// Puts a copy of the folder `from` in the place of a live one.
    pub fn put(&self, part: &str, from: &Path) {
        if self.live(part).exists() {
            fs::remove_dir_all(self.live(part)).unwrap();
        }
        logdir::copy(from, &self.live(part));
    }

    /// Starts the server in this process.
    pub async fn serve(&mut self) {
        let running = start(&self.live("server")).await.unwrap();
        self.link.restore(Faults::default());
        self.link.lead_to(&running.url);
        self.server = Some(running);
    }

    /// Stops it.
    pub async fn stop(&mut self) {
        self.link.cut();
        if let Some(running) = self.server.take() {
            running.shutdown().await;
        }
    }

    /// Starts the server as the process that `command` begins.
    pub fn serve_apart(&self, mut command: Command) -> Served {
        command.arg(self.live("server")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut served = Served { output: BufReader::new(child.stdout.take().unwrap()), child, url: None };
        served.url = served.line().map(|line| {
            let ready: Value = serde_json::from_str(&line).unwrap();
            ready["url"].as_str().unwrap().to_owned()
        });
        if let Some(url) = &served.url {
            self.link.restore(Faults::default());
            self.link.lead_to(url);
        }
        served
    }

    /// Opens the phone in this process.
    ///
    /// # Errors
    /// The client's, or the keystore's.
    pub async fn phone(&self) -> Result<Client, Fault> {
        let keystore = self.phone_keystore()?;
        open(&self.live("phone"), keystore).await
    }

    /// Where the phone has its keys.
    ///
    /// # Errors
    /// The keystore's.
    pub fn phone_keystore(&self) -> Result<Arc<PassphraseKeystore>, Fault> {
        let path = self.live("phone").join("keystore");
        let passphrase = Zeroizing::new(PASSPHRASE.to_owned());
        let mut known = self.phone_keys.lock().unwrap();
        let Ok(mut file) = fs::File::open(&path) else {
            fs::create_dir_all(self.live("phone")).unwrap();
            return PassphraseKeystore::create(path, passphrase).map(Arc::new);
        };
        // Magic, parameters and salt: what the passphrase was stretched under.
        let mut head = vec![0; 49];
        file.read_exact(&mut head).unwrap();
        if let Some((_, keystore)) = known.as_ref().filter(|(of, _)| *of == head) {
            return Ok(keystore.clone());
        }
        let keystore = Arc::new(PassphraseKeystore::open(path, passphrase)?);
        *known = Some((head, keystore.clone()));
        Ok(keystore)
    }

    /// Opens the desk in this process.
    pub async fn desk(&self) -> Client {
        open(&self.live("desk"), self.desk_keys.clone()).await.unwrap()
    }

    /// Runs the phone as the process that `command` begins, through `calls`, to its end.
    pub fn drive(&self, mut command: Command, calls: &[(&str, Value)]) -> Ran {
        command.arg("--home").arg(self.live("phone")).args(["--passphrase-env", "PASSPHRASE", "--in-order"]);
        command.env("PASSPHRASE", PASSPHRASE).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        block_in_place(|| {
            let mut child = command.spawn().unwrap();
            let mut input = child.stdin.take().unwrap();
            for (call, args) in calls {
                // One that was killed reads no more.
                let _ = writeln!(input, "{}", json!({"id": call, "call": call, "args": args}));
            }
            drop(input);
            let output = child.wait_with_output().unwrap();
            self.tells_no_secret(&[output.stdout.as_slice(), &output.stderr].concat());
            let killed = output.status.signal() == Some(9);
            Ran { killed, ..Ran::of(&output.stdout) }
        })
    }

    /// Holds the invariants over what is live, none of it open, and leaves it so. `case` says what happened.
    pub async fn check(&mut self, kept: &Kept, case: &str) {
        self.serve().await;
        let desk = self.desk().await;
        let phone = self.phone().await.unwrap_or_else(|fault| panic!("{case}: the phone does not open: {fault}"));
        if phone.status().await.unwrap().state == "new" {
            let link = if kept.may_have_left {
                invite(&desk, self.phone_member, &self.link).await
            } else {
                self.invite.clone()
            };
            let request = json!({"link": link, "device_label": "Teo's phone"});
            phone
                .enrol(ask(request))
                .await
                .unwrap_or_else(|fault| panic!("{case}: the phone does not come in: {fault}"));
        } else {
            // Before anything else reaches it: what it has of itself.
            self.has(&phone, kept, case).await;
        }
        converge(&[&phone, &desk], case).await;
        let (theirs, ours) = (desk.log().await.unwrap(), phone.log().await.unwrap());
        assert_eq!((theirs.size, theirs.root), (ours.size, ours.root), "{case}");
        assert!(records(&phone).await == records(&desk).await, "{case}: phone and desk show different states");
        for client in [&phone, &desk] {
            assert!(client.alarms().await.unwrap().is_empty(), "{case}: {:?}", client.alarms().await);
            assert_eq!(client.waiting().await.unwrap().len(), 0, "{case}");
        }
        self.log_has(&desk, kept, case).await;
        self.server_has_photos(&desk, kept, case).await;
        phone.pause().await.unwrap();
        desk.pause().await.unwrap();
        drop((phone, desk));
        self.stop().await;
        assert!(
            rows_of(&self.other.0, &self.live("server")) == self.other.1,
            "{case}: another organisation's rows changed"
        );
        sound::server(&self.live("server"), case);
        sound::store(&self.live("phone"), &*self.phone_keystore().unwrap(), case);
        sound::store(&self.live("desk"), &*self.desk_keys, case);
    }

    /// What the phone has without the network: what it acknowledged, no torn photograph, no file that nobody knows.
    async fn has(&self, phone: &Client, kept: &Kept, case: &str) {
        for (id, fields) in &kept.fields {
            let record = phone.record(ask(json!({"id": id}))).await;
            let record = record.unwrap_or_else(|fault| panic!("{case}: {id} was acknowledged: {fault}"));
            assert_eq!(serde_json::to_value(record.fields).unwrap(), *fields, "{case}: {id}");
        }
        let photos = photos(phone).await;
        let mut files = BTreeSet::new();
        for photo in &photos {
            assert!(photo.here, "{case}: a photograph without its original");
            let dest = self.aside("exported.jpg");
            let _ = fs::remove_file(&dest);
            phone.export_photo(ask(json!({"photo": photo.id, "path": dest}))).await.unwrap();
            assert_eq!(
                Hash(Sha256::digest(fs::read(&dest).unwrap()).into()),
                photo.sha256,
                "{case}: a torn photograph"
            );
            files.insert((photo.id, false));
            files.extend(photo.thumbnail.then_some((photo.id, true)));
        }
        for (id, sha256) in &kept.photos {
            assert!(photos.iter().any(|p| p.id == *id && p.sha256 == *sha256), "{case}: photograph {id} is gone");
        }
        let there = logdir::files(&self.live("phone").join("blobs"));
        assert_eq!(there.len(), files.len(), "{case}: files that no photograph knows: {there:?}");
    }

    /// Each acknowledged action is in the log once, and the log verifies.
    async fn log_has(&self, desk: &Client, kept: &Kept, case: &str) {
        let log = self.aside("log");
        let _ = fs::remove_dir_all(&log);
        desk.export_log(ask(json!({"path": log}))).await.unwrap();
        let report = logdir::verify(&log);
        assert!(report.ok, "{case}: {:?}", report.problems);
        let entries = logdir::entries(&log, report.size);
        let identities: BTreeSet<_> = entries.iter().map(|placed| placed.entry.action.identity()).collect();
        assert_eq!(identities.len(), entries.len(), "{case}: an action is in the log twice");
        for (id, count) in &kept.entries {
            let of_it = entries.iter().filter(|placed| placed.entry.action.header().record == *id);
            let of_it = of_it.count();
            let possible = *count..=count + kept.unanswered;
            assert!(possible.contains(&of_it), "{case}: {of_it} entries of {id}, of {possible:?}");
        }
    }

    /// The server has every photograph whole.
    async fn server_has_photos(&self, desk: &Client, kept: &Kept, case: &str) {
        let organisation = desk.status().await.unwrap().organisation.unwrap();
        let stored = self.live("server").join("blobs").join(organisation.to_string());
        let photos = photos(desk).await;
        for photo in &photos {
            assert_eq!(photo.state, Custody::Verified, "{case}");
            let bytes = fs::read(stored.join(photo.sha256.to_string())).unwrap();
            assert_eq!(Hash(Sha256::digest(bytes).into()), photo.sha256, "{case}: a stored object is torn");
        }
        let missing = kept.photos.keys().find(|id| photos.iter().all(|p| p.id != **id));
        assert_eq!(missing, None, "{case}");
        for left in ["temporary", "parts"] {
            let left = logdir::files(&self.live("server").join(left));
            assert!(left.is_empty(), "{case}: left behind: {left:?}");
        }
    }

    /// The phone's secrets stand in none of `output`.
    fn tells_no_secret(&self, output: &[u8]) {
        let mut secrets = vec![PASSPHRASE.as_bytes().to_vec()];
        if let (Ok(keystore), Ok(id)) = (self.phone_keystore(), fs::read_to_string(self.live("phone").join("store-id")))
        {
            for name in ["database-key", "device-key"] {
                if let Ok(Some(secret)) = keystore.load(&format!("{id}/{name}")) {
                    secrets.push(secret.to_vec());
                    secrets.push(data_encoding::HEXLOWER.encode(&secret).into_bytes());
                }
            }
        }
        let told = secrets.iter().any(|secret| output.windows(secret.len()).any(|window| window == secret));
        assert!(!told, "a secret stands in what the process said");
    }
}

impl Served {
    /// Says a line and waits until it is said again; false where the server is gone.
    pub fn mark(&mut self, line: &str) -> bool {
        let said = self.child.stdin.as_mut().is_some_and(|input| writeln!(input, "{line}").is_ok());
        said && block_in_place(|| self.line()).is_some_and(|again| again == line)
    }

    /// Ends its input and waits for its end; true when it was killed.
    pub fn end(mut self) -> bool {
        drop(self.child.stdin.take());
        block_in_place(|| self.child.wait()).unwrap().signal() == Some(9)
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).ok().filter(|n| *n > 0)?;
        Some(line.trim_end().to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets everybody sync until nothing moves, nothing waits and every photograph is verified.
async fn converge(clients: &[&Client], case: &str) {
    let mut last = String::new();
    let begun = Instant::now();
    while begun.elapsed() < LONGEST {
        last.clear();
        let mut sizes = BTreeSet::new();
        for client in clients {
            match client.sync().await {
                Ok(synced) if synced.pushed + synced.pulled + synced.uploaded + synced.waiting == 0 => {
                    sizes.insert(synced.size);
                }
                moved => last += &format!("{moved:?}; "),
            }
        }
        let unverified = photos(clients[0]).await.iter().filter(|p| p.state != Custody::Verified).count();
        if last.is_empty() && sizes.len() == 1 && unverified == 0 {
            return;
        }
        last += &format!("{unverified} photographs not verified; ");
        // The server reads photographs again in its own time.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{case}: not quiet after {LONGEST:?}: {last}");
}

async fn photos(client: &Client) -> Vec<PhotoView> {
    client.photos(ask(json!({"limit": 500}))).await.unwrap().photos
}

async fn invite(desk: &Client, member: Uuid, link: &Link) -> String {
    let made = desk.invite(ask(json!({"member": member, "hours_valid": 24}))).await.unwrap().link;
    desk.sync().await.unwrap();
    let mut invite: InviteLink = made.parse().unwrap();
    invite.server.at = link.at.to_string();
    invite.to_string()
}

async fn open(home: &Path, keystore: Arc<dyn Keystore>) -> Result<Client, Fault> {
    Client::open(Config { home: home.to_owned(), keystore, clock: Arc::new(SystemClock), listener: None }).await
}

async fn start(data: &Path) -> Result<Running, plumbline_server::StartError> {
    let free = Rate { per_second: 100_000, burst: 100_000 };
    let rates = Rates { address: free, device: free };
    plumbline_server::start(plumbline_server::Config { rates, ..plumbline_server::Config::new(data) }).await
}

/// A hash over what the server has of `organisation`.
fn rows_of(organisation: &OrganisationId, data: &Path) -> Vec<u8> {
    let database = Connection::open(data.join("plumbline.db")).unwrap();
    let mut all = Sha256::new();
    for table in ["organisation", "entry", "record", "chain"] {
        let mut rows = database.prepare(&format!("SELECT * FROM {table} WHERE organisation = ?1")).unwrap();
        let width = rows.column_count();
        let mut rows = rows.query([&organisation.0]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            (0..width).for_each(|n| all.update(format!("{:?}", row.get_ref(n).unwrap())));
        }
    }
    all.finalize().to_vec()
}
