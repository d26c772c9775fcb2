//! A client without a server, for tests: founder of an organisation with one project, with a log of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    Fault, Hash, RecordId, Uuid,
    action::{Action, Body, Header, Seen},
    append,
    entry::Outcome,
    fold::{self, ChainHead},
    link::Server,
    record::{deposit, organisation, project},
    session::{Challenge, Scope, Tokens},
    time::BootId,
    value::{Key, Value},
};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::{
    client::{Change, Client, Config},
    clock::Clock,
    db::{Tx, book::StoreBook, entry, meta, outbox},
    keystore::Keystore,
    net::loopback::{Answer, Asked},
};

/// Secrets in memory.
#[derive(Default)]
pub(crate) struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Keystore for Memory {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        Ok(self.0.lock().unwrap().get(name).cloned().map(Zeroizing::new))
    }
    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        self.0.lock().unwrap().insert(name.to_owned(), secret.to_vec());
        Ok(())
    }
    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
    fn probe(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// A clock that moves on by a second each time it is read.
pub(crate) struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn wall(&self) -> i64 {
        1_790_000_000_000 + self.boot_ms()
    }
    fn boot_ms(&self) -> i64 {
        self.0.fetch_add(1000, Ordering::SeqCst)
    }
    fn boot(&self) -> BootId {
        BootId([1; 16])
    }
}

/// One enrolled device and what keeps it.
pub(crate) struct Site {
    pub client: Client,
    pub project: Uuid,
    pub dir: TempDir,
    config: Config,
}

impl Site {
    /// With a server that nobody answers for.
    pub async fn new() -> Site {
        Site::at(&Server { at: "127.0.0.1:1".to_owned(), ca: Hash([0; 32]) }).await
    }

    /// With this server in its settings.
    pub async fn at(server: &Server) -> Site {
        let dir = tempfile::tempdir().unwrap();
        let config = config(dir.path());
        let client = Client::open(config.clone()).await.unwrap();
        let identity = client.inner.db.write(|c| found(&client, c, server)).unwrap();
        client.inner.identity.set(identity).ok().unwrap();
        let id = client.inner.new_id().unwrap();
        let fields = [(project::NAME, Value::from("Bridge")), (project::ZONE, Value::from("Europe/Berlin"))];
        let site = Site { client, project: id, dir, config };
        site.act(Change::write(site.client.inner.organisation().unwrap(), project::KIND.name, id, Some(id), fields));
        site.log();
        site
    }

    /// What would be there had the process been killed now.
    pub async fn killed(&self) -> Site {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { home: dir.path().join("home"), ..self.config.clone() };
        copy(&self.config.home, &config.home);
        Site { client: Client::open(config.clone()).await.unwrap(), project: self.project, dir, config }
    }

    /// Lets this much time pass, milliseconds.
    pub fn pass(&self, time: i64) {
        let until = self.config.clock.boot_ms() + time;
        while self.config.clock.boot_ms() < until {}
    }

    /// Closed in good order and opened again.
    pub async fn opened_again(self) -> Site {
        let Site { client, project, dir, config } = self;
        client.pause().await.unwrap();
        drop(client);
        Site { client: Client::open(config.clone()).await.unwrap(), project, dir, config }
    }

    pub fn act(&self, change: Change) -> Action {
        self.client.inner.db.write(|c| self.client.inner.act(c, change)).unwrap()
    }

    /// Logs all that waits and reads it back, as push and pull do.
    pub fn log(&self) {
        let inner = &self.client.inner;
        let waiting = |c: &Tx| {
            for item in outbox::in_state(c, outbox::State::Waiting, 0, 1000)? {
                append(c, item.action.clone())?;
                outbox::remove(c, &item.action.hash())?;
                inner.show_again(c, &BTreeSet::from([item.action.header().record]))?;
            }
            Ok(())
        };
        inner.db.write(waiting).unwrap();
    }

    /// The server's word, as its first deposit, that it holds these bytes of a photograph.
    pub fn deposit(&self, photo: &Uuid, sha256: &Hash, bytes: i64) {
        let inner = &self.client.inner;
        let fields = [
            (deposit::PHOTO, Value::from(*photo)),
            (deposit::SHA256, Value::from(sha256.0)),
            (deposit::BYTES, Value::Int(bytes)),
        ];
        let header = Header {
            project: Some(self.project),
            kind: deposit::KIND.name.to_owned(),
            record: RecordId::from(deposit::record_of(photo)),
            ..first(&server_key(), Some(inner.organisation().unwrap()))
        };
        let action = Action::sign(&server_key(), header, body(fields), None);
        inner.db.write(|c| append(c, action)).unwrap();
    }

    /// Names in the folder of sealed files.
    pub fn sealed(&self) -> Vec<String> {
        let all = fs::read_dir(self.config.home.join("blobs")).unwrap();
        all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    pub fn sealed_file(&self, name: &str) -> std::path::PathBuf {
        self.config.home.join("blobs").join(name)
    }
}

/// What a client in `folder` is made of, that has not been there before.
pub(crate) fn config(folder: &Path) -> Config {
    Config {
        home: folder.join("home"),
        keystore: Arc::new(Memory::default()),
        clock: Arc::new(Ticking(AtomicI64::new(0))),
        listener: None,
    }
}

/// A server's answer to what opens a session; none to anything else.
pub(crate) fn session(asked: &Asked) -> Option<Answer> {
    match asked.line.as_str() {
        "POST /v1/session/challenge" => {
            Some(Answer::json(200, &Challenge { challenge: "c0ffee".to_owned(), expires_in: 60 }))
        }
        "POST /v1/session" | "POST /v1/session/refresh" => {
            let (access_token, refresh_token) = ("access".to_owned(), "refresh".to_owned());
            Some(Answer::json(200, &Tokens { access_token, refresh_token, expires_in: 300, scope: Scope::Full }))
        }
        _ => None,
    }
}

fn server_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn found(client: &Client, c: &Tx, server: &Server) -> Result<meta::Identity, Fault> {
    let inner = &client.inner;
    let member = inner.new_id()?;
    let time = plumbline_protocol::evidence::time_to(&inner.time(c)?);
    let fields = [
        (organisation::NAME, Value::from("Ridge Road Paving")),
        (organisation::SERVER_KEY, Value::from(server_key().verifying_key().to_bytes())),
        (organisation::RECOVERY_KEY, Value::from([2; 32])),
        (organisation::FOUNDER, Value::from(member)),
        (organisation::FOUNDER_NAME, Value::from("Ana")),
        (plumbline_protocol::action::TIME, time),
    ];
    let action = Action::sign(&inner.key(), first(&inner.key(), None), body(fields), None);
    let (organisation, hash) = (action.organisation(), action.hash());
    append(c, action)?;
    meta::put_own_chain(c, ChainHead { sequence: 0, hash })?;
    let Server { at, ca } = server.clone();
    let identity = meta::Identity { organisation, member, at, ca, enrolled: true };
    meta::put_identity(c, &identity)?;
    Ok(identity)
}

/// The first header of a chain.
fn first(key: &SigningKey, organisation: Option<plumbline_protocol::OrganisationId>) -> Header {
    Header {
        organisation,
        project: None,
        device: plumbline_protocol::DeviceId(key.verifying_key().to_bytes()),
        sequence: 0,
        previous: None,
        seen: Seen::nothing(),
        cites: None,
        kind: organisation::KIND.name.to_owned(),
        record: RecordId::Key([0; 32]),
        commitment: Hash([0; 32]),
    }
}

fn body<const N: usize>(fields: [(&str, Value); N]) -> Body {
    Body { random: [5; 16], fields: fields.into_iter().map(|(name, value)| (Key::from(name), value)).collect() }
}

/// Puts `action` at the end of the log that this client has read. It must be one that a server applies.
fn append(c: &Tx, action: Action) -> Result<(), Fault> {
    let mut cursor = meta::cursor(c)?;
    let mut book = StoreBook::new(c);
    let (now, root) = (1_790_000_000_000, action.header().seen.root);
    let entry = append::append(&mut book, &cursor.tip, action, now, &mut |_| Ok(root))?.unwrap();
    assert_eq!(entry.outcome, Outcome::Applied);
    let entry = Arc::new(entry);
    entry::put(c, cursor.tip.size, &entry)?;
    cursor.frontier.push_leaf(entry.leaf());
    fold::step(&mut book, &mut cursor.tip, &entry)?;
    book.save()?;
    meta::put_cursor(c, &cursor)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let dest = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &dest);
        } else {
            fs::copy(entry.path(), dest).unwrap();
        }
    }
}
