//! P20: the real window over a store that a morning's work has just come into, beside a bare window with a static page.
//!
//! Invariants: tauri-app/e2e/measure.mjs opens both and reads what their pages marked themselves; what this system cannot
//! show or has not built is said and is no row; the store is made once and kept, the morning is of the day it is opened.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::Cursor,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use image::{ImageFormat, RgbImage};
use plumbline_core::{
    Client, Config,
    clock::SystemClock,
    enrol::EnrolRequest,
    keystore::ComputerKeystore,
    photo::{CaptureRequest, Source},
    punch::ClockRequest,
};
use serde::Deserialize;

use crate::{
    Failure, crew,
    measure::{Plan, Row, middle},
    site::{CACHE, Site},
};

/// First argument of the process that makes a home whose keys are in the keyring of its session.
pub const HOME: &str = "--home";
/// First argument of the process that clocks the crews in.
pub const MORNING: &str = "--morning";

/// Where xtask says that it has put the window's programs.
const PROGRAMS: &str = "PLUMBLINE_WINDOW";
/// Where it says that packages are.
const PACKAGES: &str = "PLUMBLINE_PACKAGES";
/// Drives both windows.
const SCRIPT: &str = "tauri-app/e2e/measure.mjs";
/// The name under which the window's keys are kept.
const SERVICE: &str = "app.plumbline.desktop";
/// Photographs that the home has thumbnails of: more than a screen shows.
const NEWEST: u32 = 60;
/// Of five workers so many come.
const COME: u8 = 3;
/// How much longer, and larger, than the bare window.
const TIMES: f64 = 1.3;
/// After this a screen says for what one waits, milliseconds.
const TILES: f64 = 300.0;
/// Most of a package, MB.
const PACKAGE: f64 = 15.0;

/// What the script prints: times in milliseconds, memory in KiB, one for each turn.
#[derive(Deserialize)]
struct Measured {
    start: Both,
    memory: Both,
    photographs: Vec<f64>,
}

#[derive(Deserialize)]
struct Both {
    ours: Vec<f64>,
    bare: Vec<f64>,
}

impl Both {
    fn middles(&self) -> (f64, f64) {
        (middle(&self.ours), middle(&self.bare))
    }
}

/// The window's lines, and the package's: those that can be measured here.
pub fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let mut rows = match env::var_os(PROGRAMS) {
        Some(programs) => window(plan, &programs)?,
        None => {
            eprintln!("  the window is not measured: `cargo xtask bench P20` builds it where it can be driven");
            Vec::new()
        }
    };
    match package() {
        Some(bytes) => rows.push(Row::bounded("P20 package", bytes, "MB", bytes as f64 / 1e6, PACKAGE)),
        None => eprintln!("  the package is not measured: `cargo xtask package` has not built it"),
    }
    Ok(rows)
}

fn window(plan: &Plan, programs: &OsStr) -> Result<Vec<Row>, Failure> {
    let [_, n] = plan.sizes;
    let mut script = Command::new("node");
    script.arg(SCRIPT).args([n.to_string(), plan.repeats.to_string()]).arg(Path::new(CACHE));
    script.env("PLUMBLINE_PROGRAMS", programs).env("PLUMBLINE_BENCHES", env::current_exe()?);
    let output = script.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{SCRIPT} failed ({})", output.status).into());
    }
    let Measured { start, memory, photographs } = serde_json::from_slice(&output.stdout)?;
    let ((ours, bare), mebi) = (memory.middles(), 1024.0);
    Ok(vec![
        Row::ratio("P20 exec to usable Today", n, "ms", start.middles(), TIMES),
        Row::bounded("P20 click to the tiles of Photographs", n, "ms", middle(&photographs), TILES),
        Row::ratio("P20 memory (PSS) after browsing", n, "MiB", (ours / mebi, bare / mebi), TIMES),
    ])
}

/// Bytes of the newest package, where one was built.
fn package() -> Option<u64> {
    let entries = fs::read_dir(env::var_os(PACKAGES)?).ok()?;
    let packages = entries.filter_map(|entry| {
        let entry = entry.ok().filter(|entry| entry.path().extension() == Some(OsStr::new("deb")))?;
        let file = entry.metadata().ok()?;
        Some((file.modified().ok()?, file.len()))
    });
    packages.max().map(|(_, bytes)| bytes)
}

/// In a session with a keyring: enrols a home at a server with `n` records and as many photographs, and takes the newest of
/// them there.
pub async fn home(home: &Path, n: u64) -> Result<(), Failure> {
    let site = Site::photographed(n).await?;
    let client = open(home).await?;
    let link = site.link()?.link(&site.server, &site.organisation);
    client.enrol(EnrolRequest { link, device_label: "Office".to_owned() }).await?;
    for number in 0..NEWEST {
        let path = site.folder.path().join(format!("{number}.jpg"));
        fs::write(&path, picture(number)?)?;
        let (project, caption) = (crew::project_id(number as usize % crew::SITES), Some(format!("Pour {number}")));
        let request = CaptureRequest { path, project, source: Source::Camera, caption, tags: Vec::new(), place: None };
        client.capture(request).await?;
    }
    let thumbnails = client.work_off_thumbnails().await?;
    client.sync().await?;
    client.pause().await?;
    if thumbnails == u64::from(NEWEST) { Ok(()) } else { Err("not every picture has a thumbnail".into()) }
}

/// In the same session: most of each crew clocks in now, without a server.
pub async fn morning(home: &Path) -> Result<(), Failure> {
    let client = open(home).await?;
    for (foreman, worker) in (0..crew::FOREMEN).flat_map(|foreman| (0..COME).map(move |worker| (foreman, worker))) {
        let [classification, ..] = crew::CLASSIFICATIONS;
        client
            .clock(ClockRequest {
                what: "in".to_owned(),
                project: crew::project_id(usize::from(foreman) % crew::SITES),
                classification: Some(classification.to_owned()),
                worker: Some(crew::worker(foreman, worker)),
                place: None,
                at: None,
                from_project: None,
            })
            .await?;
    }
    Ok(client.pause().await?)
}

async fn open(home: &Path) -> Result<Client, Failure> {
    let keystore = Arc::new(ComputerKeystore::new(home, SERVICE, None));
    let config = Config { home: home.to_owned(), keystore, clock: Arc::new(SystemClock), listener: None };
    Ok(Client::open(config).await?)
}

/// A photograph of half a megapixel that no other number gives.
fn picture(number: u32) -> Result<Vec<u8>, Failure> {
    let picture = RgbImage::from_fn(800, 600, |x, y| {
        let tone = number.wrapping_mul(2_654_435_761) >> 24;
        image::Rgb([(x / 8 + tone) as u8, (y / 6 + 3 * tone) as u8, ((x + y) / 12) as u8])
    });
    let mut jpeg = Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, ImageFormat::Jpeg)?;
    Ok(jpeg.into_inner())
}
