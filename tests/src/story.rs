//! The field day: a story that is played with real clients and told while it is played, and the checks at its end.
//!
//! Invariants: the same seed plays the same story, apart from random keys; each check stands for a sentence about what must
//! work, and looks at what came of the day, never at what was meant. The layout of the folder and of `summary.json` is a
//! contract with scripts (DESIGN section 10).
#![allow(clippy::print_stderr, reason = "the story is told on stderr")]

mod checks;
mod day;
mod summary;

use std::{
    fs,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    sync::Mutex,
};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// Marks a folder as made by a story, which the next one may replace.
const MARK: &str = ".plumbline-story";
/// Where the site is.
const ZONE: &str = "America/New_York";

/// Why a story does not end well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// A check does not hold, or the story stopped at it.
    Check(String),
    /// It did not begin.
    Usage(String),
}

/// Plays the story into the folder `out`; the path of its summary.
///
/// # Errors
/// The first check that does not hold, or why the story cannot be played in that folder.
pub fn play(out: &Path, seed: u64) -> Result<PathBuf, Failed> {
    let out = clear(out).map_err(Failed::Usage)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failed::Usage(e.to_string()))?;
    let teller = Teller::default();
    let told = std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(tell(&out, seed, &teller))));
    let summary = told.map_err(|_| Failed::Check(teller.chapter()))?;
    match teller.checks().iter().find(|check| !check.ok) {
        Some(check) => Err(Failed::Check(check.name.clone())),
        None => Ok(summary),
    }
}

async fn tell(out: &Path, seed: u64, teller: &Teller) -> PathBuf {
    eprintln!("A day of field work, told while it is played (seed {seed}).");
    eprintln!(
        "The clock is simulated: server and devices share it, so a day takes seconds. All else is real: TLS on the"
    );
    eprintln!("loopback, an encrypted store for each person, files, signatures, and links that really fail.");
    let mut day = day::play(out, seed, teller).await;
    let found = checks::run(&mut day, out, teller).await;
    let path = summary::write(&day, &found, out, teller);
    let size = day.log.size;
    day.world.close().await;
    teller.chapter_begins("the end");
    let held = teller.checks().iter().filter(|check| check.ok).count();
    eprintln!("\n{held} of {} checks hold; the log has {size} entries.", teller.checks().len());
    eprintln!("What you can do now, for example:");
    let dir = out.display();
    // The programs stand beside this one.
    let programs = std::env::current_exe().ok().and_then(|p| p.parent().map(Path::to_path_buf)).unwrap_or_default();
    let program = |name: &str| programs.join(name).display().to_string();
    eprintln!("  check the log without trusting anyone:");
    eprintln!("    {} {dir}/log", program("plumbline-verify"));
    eprintln!("  serve it again:");
    eprintln!("    {} --data {dir}/server", program("plumbline-server"));
    eprintln!("  open Teo's store, and write {{\"id\":1,\"call\":\"status\"}}:");
    eprintln!(
        "    WORD='{}' {} --home {dir}/clients/teo --passphrase-env WORD",
        day::PASSPHRASE,
        program("plumbline-drive")
    );
    eprintln!("  read what came of the day:");
    eprintln!("    less {}", path.display());
    path
}

/// The folder, empty but for its mark.
fn clear(out: &Path) -> Result<PathBuf, String> {
    let failed = |e: std::io::Error| format!("{}: {e}", out.display());
    let occupied = fs::read_dir(out).is_ok_and(|mut files| files.next().is_some());
    if occupied && !out.join(MARK).is_file() {
        return Err(format!("{} is not empty and was not made by an earlier story; it is left alone", out.display()));
    }
    if occupied {
        fs::remove_dir_all(out).map_err(failed)?;
    }
    fs::create_dir_all(out).map_err(failed)?;
    fs::write(out.join(MARK), "made by plumbline-story, which replaces it\n").map_err(failed)?;
    out.canonicalize().map_err(failed)
}

/// One check: a sentence that holds or does not.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Check {
    /// The sentence, in short.
    pub name: String,
    /// Whether it holds.
    pub ok: bool,
}

/// Tells the story and remembers what was checked.
#[derive(Default)]
struct Teller {
    chapter: Mutex<String>,
    checks: Mutex<Vec<Check>>,
}

impl Teller {
    /// A new part of the story.
    fn chapter_begins(&self, name: &str) {
        name.clone_into(&mut self.chapter.lock().unwrap());
        if name != "the end" {
            eprintln!("\n{}{}", name[..1].to_uppercase(), &name[1..]);
        }
    }

    /// The part at which the story is.
    fn chapter(&self) -> String {
        self.chapter.lock().unwrap().clone()
    }

    /// Something that happens now.
    fn tell(&self, now: i64, text: &str) {
        eprintln!("  {}  {text}", local(now).strftime("%H:%M"));
    }

    /// Something that is so.
    fn note(&self, text: &str) {
        eprintln!("         {text}");
    }

    /// Checks a sentence.
    fn check(&self, name: &str, ok: bool) {
        eprintln!("  {} {name}", if ok { "holds " } else { "FAILS " });
        self.checks.lock().unwrap().push(Check { name: name.to_owned(), ok });
    }

    fn checks(&self) -> Vec<Check> {
        self.checks.lock().unwrap().clone()
    }
}

/// Local time at the site.
fn local(ms: i64) -> DateTime {
    Timestamp::from_millisecond(ms).unwrap().to_zoned(TimeZone::get(ZONE).unwrap()).datetime()
}

/// The moment at which the site's clocks show this time on the day of the story.
fn at(hour: i8, minute: i8) -> i64 {
    let day = local(crate::world::MONDAY).date();
    let time = day.at(hour, minute, 0, 0).to_zoned(TimeZone::get(ZONE).unwrap()).unwrap();
    time.timestamp().as_millisecond()
}

/// A moment as RFC 3339 in UTC.
fn rfc3339(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap().to_string()
}
