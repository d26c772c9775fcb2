//! The demonstration: an organisation of believable size, played with a real server and real clients, kept in a folder and
//! served from it.
//!
//! Invariants: a folder holds a whole demonstration or none, for it is made beside and renamed; what is in it came about as
//! anybody's work does, by signed actions through a server, and its last moment is the real now of its making.
#![allow(clippy::print_stderr, reason = "who waits is told for what")]

mod calendar;
mod cast;
mod life;
mod pictures;
mod plan;
mod play;
mod serve;
mod stage;

use std::{
    fs, io,
    net::TcpListener,
    path::{Path, PathBuf},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use plumbline_protocol::{Fault, Uuid};
use plumbline_server::StartError;
use serde::{Deserialize, Serialize};

use self::{calendar::Calendar, play::Asked};
pub use self::{
    cast::{ADMINISTRATOR, FOUNDER, MANAGER, ORGANISATION},
    serve::{Enrol, Served, enrol, serve},
};

/// Of every keystore of the demonstration: nothing in it is worth hiding.
pub const PASSPHRASE: &str = "a demonstration organisation";
/// Names a demonstration's folder as one.
const NOTE: &str = "demo.json";

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// One project, eight people, two weeks, twelve photographs: for tests.
    Small,
    /// Three projects, forty people, eight weeks, 600 photographs.
    Full,
}

/// What is known of a demonstration beside its data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    /// How much there is.
    pub scale: Scale,
    /// The last day that was played, `2026-12-10`.
    pub day: String,
    /// Where its server listens: it stands in what devices know of it.
    pub port: u16,
    /// The administrator whose computer the window is.
    pub administrator: Uuid,
    /// The projects, by their numbers.
    pub projects: Vec<(String, Uuid)>,
}

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The folder is something else.
    #[error("{0} is not a demonstration; it is left alone. Name another folder")]
    Foreign(PathBuf),
    /// Something else listens where this demonstration's server has to.
    #[error(
        "port {0} of this machine is taken, and the devices of this demonstration look for their server there: end what \
         listens there (another demonstration?) or make a new one with --fresh"
    )]
    Taken(u16),
    /// The server does not start.
    #[error("the server does not start: {0}")]
    Server(StartError),
    /// The device for a test does not enrol.
    #[error("the device was not enrolled: {0}")]
    Enrol(Fault),
    /// The disk.
    #[error("{0}: {1}")]
    Disk(PathBuf, io::Error),
}

/// The demonstration in `folder`, as it was made or made now. True: made now.
///
/// # Errors
/// Says what is in the way.
pub async fn prepare(folder: &Path, scale: Scale, fresh: bool) -> Result<(Note, bool), Failed> {
    let disk = |error| Failed::Disk(folder.to_owned(), error);
    match note(folder) {
        Some(note) if !fresh && note.scale == scale => return Ok((note, false)),
        Some(_) => fs::remove_dir_all(folder).map_err(disk)?,
        None if fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()) => {
            return Err(Failed::Foreign(folder.to_owned()));
        }
        None => {}
    }
    let began = Instant::now();
    let making = making(folder);
    if making.exists() {
        eprintln!("An earlier preparation was interrupted; it starts anew.");
        fs::remove_dir_all(&making).map_err(disk)?;
    }
    fs::create_dir_all(&making).map_err(disk)?;
    let port = free_port().map_err(disk)?;
    let calendar = Calendar::until(now(), if scale == Scale::Full { 8 } else { 2 });
    let asked = match scale {
        Scale::Full => Asked { cast: cast::full(), photographs: 600, size: plumbline_pictures::SIZE },
        Scale::Small => Asked { cast: cast::small(), photographs: 12, size: (800, 600) },
    };
    let played = play::play(&making, port, &calendar, asked).await.map_err(Failed::Server)?;
    let note = Note {
        scale,
        day: calendar.today.to_string(),
        port,
        administrator: played.administrator,
        projects: played.projects,
    };
    fs::write(making.join(NOTE), serde_json::to_vec_pretty(&note).unwrap_or_default()).map_err(disk)?;
    let _ = fs::remove_dir(folder);
    fs::rename(&making, folder).map_err(disk)?;
    eprintln!(
        "The demonstration is ready: {} entries in the log, {} MB, made in {} s.",
        played.entries,
        size(folder) / 1_000_000,
        began.elapsed().as_secs()
    );
    Ok((note, true))
}

/// What stands in the note of the demonstration in `folder`; none where there is none.
pub fn note(folder: &Path) -> Option<Note> {
    serde_json::from_slice(&fs::read(folder.join(NOTE)).ok()?).ok()
}

/// Where a demonstration is made before it is one.
pub fn making(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".making");
    folder.with_file_name(name)
}

/// The day of this moment where the sites are.
pub fn today() -> String {
    Calendar::until(now(), 1).today.to_string()
}

/// Bytes of all files in `folder`.
pub fn size(folder: &Path) -> u64 {
    crate::logdir::files(folder).iter().filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn free_port() -> io::Result<u16> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr().map(|at| at.port())
}
