//! A prepared demonstration at work: its server on the machine's clock, an invite for the window, and devices for tests.
//!
//! Invariant: the server listens where it listened when the demonstration was made, for that address stands in every link.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use plumbline_core::{
    client::{Client, Config},
    clock::SystemClock,
    datum::Datum,
    keystore::PassphraseKeystore,
    record::RecordView,
};
use plumbline_pictures::{Painter, Subject};
use plumbline_protocol::Fault;
use plumbline_server::{Running, StartError};
use serde_json::json;
use zeroize::Zeroizing;

use super::{FOUNDER, Failed, Note, PASSPHRASE, life::Life, stage};
use crate::world::ask;

/// A demonstration that is served.
pub struct Served {
    /// Its server.
    pub server: Running,
    /// An invite link for the administrator's computer.
    pub invite: String,
    /// Whether a computer was enrolled with such a link before.
    pub known: bool,
    founder: Client,
    life: Option<Life>,
}

/// A device for a test.
pub struct Enrol {
    /// Its folder, for store and keystore.
    pub home: PathBuf,
    /// The keystore's passphrase.
    pub passphrase: Zeroizing<String>,
}

/// Serves the demonstration in `folder`, with some life in it where `lively`.
///
/// # Errors
/// [`Failed::Taken`] where something else listens in its place; why the server does not start.
pub async fn serve(folder: &Path, note: &Note, lively: bool) -> Result<Served, Failed> {
    let server = match stage::serve(&folder.join("server"), note.port, None).await {
        Err(StartError::Io("listen", _)) => return Err(Failed::Taken(note.port)),
        started => started.map_err(Failed::Server)?,
    };
    let founder = open(&stage::home(folder, FOUNDER), PASSPHRASE).await;
    let request = json!({"member": note.administrator, "hours_valid": 24});
    let invite = founder.invite(ask(request)).await.unwrap().link;
    founder.sync().await.unwrap();
    let request = json!({"kind": "device", "concerns": null, "limit": 500});
    let devices = founder.list(ask(request)).await.unwrap().records;
    let of = |device: &RecordView, field: &str| device.fields.get(field).cloned();
    let owner = Some(Datum::Text(note.administrator.to_string()));
    // The phone with which the days were played is not a computer.
    let known = devices.iter().filter(|device| of(device, "member") == owner).count() > 1;
    let life = if lively { Some(Life::begin(folder, note).await) } else { None };
    Ok(Served { server, invite, known, founder, life })
}

impl Served {
    /// Stops it in good order.
    pub async fn close(self) {
        if let Some(life) = self.life {
            life.end().await;
        }
        self.founder.pause().await.unwrap();
        self.server.shutdown().await;
    }
}

/// Enrols a device of the administrator in a folder of its own, with everything read, then a note and a photograph that wait to
/// be sent, and leaves it closed.
///
/// # Errors
/// Those of enrolling.
pub async fn enrol(served: &Served, note: &Note, device: Enrol) -> Result<(), Fault> {
    let Enrol { home, passphrase } = device;
    std::fs::create_dir_all(&home).unwrap();
    let file = home.join("keystore");
    let create = move || PassphraseKeystore::create(file, passphrase);
    let keystore = Arc::new(tokio::task::spawn_blocking(create).await.unwrap()?);
    let client = Client::open(Config { home, keystore, clock: Arc::new(SystemClock), listener: None }).await?;
    client.enrol(ask(json!({"link": served.invite, "device_label": "Rosa's computer"}))).await?;
    client.sync().await?;
    let project = note.projects[0].1;
    let fields = json!({"text": "Call the port about the crane permit before noon"});
    client.write(ask(json!({"kind": "note", "project": project, "fields": fields}))).await?;
    let painted = tokio::task::spawn_blocking(|| {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), Painter::default().jpeg(Subject::Wall, 11, 5, (800, 600)))?;
        std::io::Result::Ok(file)
    });
    let file = painted.await.unwrap().unwrap();
    let caption = "Headwall, as scanned from the office";
    let request = json!({"path": file.path(), "project": project, "source": "import", "caption": caption});
    client.capture(ask(request)).await?;
    client.pause().await
}

/// Opens a store of the demonstration on the machine's clock.
pub(super) async fn open(home: &Path, passphrase: &str) -> Client {
    let (file, passphrase) = (home.join("keystore"), Zeroizing::new(passphrase.to_owned()));
    let opened = tokio::task::spawn_blocking(move || PassphraseKeystore::open(file, passphrase));
    let keystore = Arc::new(opened.await.unwrap().unwrap());
    let config = Config { home: home.to_owned(), keystore, clock: Arc::new(SystemClock), listener: None };
    Client::open(config).await.unwrap()
}
