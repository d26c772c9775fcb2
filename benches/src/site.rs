//! A real server with a log of a given size, and real clients of it.
//!
//! Invariants: the log is made once for each size and version of the crew's habits and kept under target/bench; a run works
//! on a copy of it, so every run finds the same log and unused invites.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use plumbline_core::{
    Client, Config,
    clock::SystemClock,
    enrol::EnrolRequest,
    event::{Event, EventListener},
    keystore::Keystore,
};
use plumbline_protocol::{Fault, OrganisationId, link::Server};
use plumbline_server::{Rate, Rates, Running};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::{Failure, crew};

/// Where benches keep what they make.
pub const CACHE: &str = "target/bench";

/// A server that answers, on a copy of a log.
pub struct Site {
    /// Where runs put what they throw away: on the disk where the log is.
    pub folder: TempDir,
    pub server: Server,
    pub organisation: OrganisationId,
    invites: AtomicU32,
    pub running: Running,
}

/// A device that has enrolled and read the log.
pub struct Device {
    pub client: Client,
    pub config: Config,
    pub keys: Arc<Memory>,
    pub heard: Arc<Heard>,
}

/// Hears when the outbox last changed.
#[derive(Default)]
pub struct Heard(Mutex<Option<Instant>>);

/// Keys in memory: a keystore that costs nothing.
#[derive(Default)]
pub struct Memory(Mutex<BTreeMap<String, Zeroizing<Vec<u8>>>>);

impl Site {
    /// With a log of `n` entries.
    pub async fn with(n: u64) -> Result<Site, Failure> {
        Site::of(n, 0, &format!("log-{}-{n}", crew::VERSION)).await
    }

    /// With a log of `n` entries and after them as many photographs, whose bytes nobody has.
    pub async fn photographed(n: u64) -> Result<Site, Failure> {
        Site::of(n, n, &format!("photographs-{}-{n}", crew::VERSION)).await
    }

    async fn of(n: u64, photographs: u64, folder: &str) -> Result<Site, Failure> {
        let made = Path::new(CACHE).join(folder);
        let name = made.join("organisation");
        if !name.exists() {
            make(&made, n, photographs).await?;
        }
        let organisation = fs::read_to_string(name)?.parse().map_err(|_| "the kept log names no organisation")?;
        let folder = TempDir::new_in(CACHE)?;
        let data = folder.path().join("server");
        copy(&made.join("server"), &data)?;
        let running = start(&data).await?;
        let invites = AtomicU32::new(0);
        Ok(Site { folder, server: server(&running), organisation, invites, running })
    }

    /// An invite link that was not used yet, for a manager.
    pub fn link(&self) -> Result<crew::Invited, Failure> {
        crew::invited(self.invites.fetch_add(1, Ordering::SeqCst))
    }

    /// A new device that has read the whole log.
    pub async fn device(&self, name: &str) -> Result<Device, Failure> {
        self.enrolled(Device::new(self.folder.path().join(name)).await?).await
    }

    /// The same, with somebody who hears of changes.
    pub async fn listening(&self, name: &str, listener: Arc<dyn EventListener>) -> Result<Device, Failure> {
        self.enrolled(Device::with(self.folder.path().join(name), Some(listener)).await?).await
    }

    async fn enrolled(&self, device: Device) -> Result<Device, Failure> {
        device.enrol(self.link()?.link(&self.server, &self.organisation)).await?;
        Ok(device)
    }
}

impl Device {
    /// With an empty store.
    pub async fn new(home: PathBuf) -> Result<Device, Failure> {
        Device::with(home, None).await
    }

    async fn with(home: PathBuf, listener: Option<Arc<dyn EventListener>>) -> Result<Device, Failure> {
        let keys = Arc::new(Memory::default());
        let heard = Arc::new(Heard::default());
        let listener = Some(listener.unwrap_or_else(|| heard.clone()));
        let config = Config { home, keystore: keys.clone(), clock: Arc::new(SystemClock), listener };
        Ok(Device { client: Client::open(config.clone()).await?, config, keys, heard })
    }

    /// Enrols and reads the log.
    pub async fn enrol(&self, link: String) -> Result<(), Failure> {
        self.client.enrol(EnrolRequest { link, device_label: "bench".to_owned() }).await?;
        Ok(())
    }

    pub fn store(&self) -> PathBuf {
        self.config.home.join("store.db")
    }

    /// The raw key of the store.
    pub fn database_key(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let keys = self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = keys.iter().find(|(name, _)| name.ends_with("/database-key"));
        Ok(found.map(|(_, key)| key.clone()).ok_or("the store has no key")?)
    }
}

impl Heard {
    /// When the outbox last changed.
    pub fn outbox(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventListener for Heard {
    fn on_event(&self, event: Event) {
        if event == Event::Outbox {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }
}

impl Memory {
    /// Writes the secrets of something that is measured and thrown away into a folder, for another program: a file each.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter().try_for_each(|(name, secret)| fs::write(folder.join(name.replace('/', ".")), secret))
    }

    /// Reads them.
    pub fn read(folder: &Path) -> io::Result<Memory> {
        let mut keys = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().replacen('.', "/", 1);
            keys.insert(name, Zeroizing::new(fs::read(entry.path())?));
        }
        Ok(Memory(Mutex::new(keys)))
    }
}

impl Keystore for Memory {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }
    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        let secret = Zeroizing::new(secret.to_vec());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), secret);
        Ok(())
    }
    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }
    fn probe(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Makes a log through a server's own push. The organisation's name is written last: a log without it is not whole.
async fn make(folder: &Path, n: u64, photographs: u64) -> Result<(), Failure> {
    eprintln!("  making a log of {n} entries and {photographs} photographs, once");
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let running = start(&folder.join("server")).await?;
    let setup = running.setup.clone().ok_or("the server gave no setup link")?;
    let organisation = crew::work(&setup.parse()?, n, photographs).await?;
    running.shutdown().await;
    Ok(fs::write(folder.join("organisation"), organisation.to_string())?)
}

/// A server on this folder that lets everybody ask as fast as they can.
pub async fn start(data: &Path) -> Result<Running, Failure> {
    let free = Rate { per_second: 1_000_000, burst: 1_000_000 };
    let config = plumbline_server::Config::new(data);
    let config = plumbline_server::Config { rates: Rates { address: free, device: free }, ..config };
    Ok(plumbline_server::start(config).await?)
}

/// A figure of a process that Linux keeps, KiB: of the one with this id, or of `self`.
pub fn memory(process: &str, name: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let figure = line.and_then(|line| line.split_whitespace().next());
    Ok(figure.ok_or("the system does not say how much memory is used")?.parse()?)
}

fn server(running: &Running) -> Server {
    Server { at: running.url.trim_start_matches("https://").to_owned(), ca: running.ca_sha256 }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
