//! P19: how large the phone's library is, and what the same calls cost from Rust, Kotlin and Swift in one run.
//!
//! Invariants: the library is the one that is shipped, without symbols, or it is said that there is none; each language has a
//! device of its own with the same log, and a program of its own that times the calls and prints what each took.

use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use plumbline_core::{Config, clock::SystemClock, keystore::Keystore as _, record::ListRequest};
use plumbline_mobile::{Client, Keystore, ShellFault};
use plumbline_protocol::Fault;
use serde::{Deserialize, Serialize};

use crate::{
    Failure, crew,
    measure::{Plan, Row, median, middle, millis},
    photo,
    site::{Device, Memory, Site},
};

/// Where `cargo xtask bench` says that the library is.
const LIBRARY: &str = "PLUMBLINE_LIBRARY";
/// Where it says which languages' programs it has built: in each line a name and the words that start it, with tabs between.
const LANGUAGES: &str = "PLUMBLINE_LANGUAGES";
/// First argument of Rust's own such program.
pub const PROGRAM: &str = "--phone";
/// Most megabytes of one processor's library, as it lies on the phone and as it is downloaded.
const SIZE: f64 = 12.0;
const PACKED: f64 = 5.0;
/// How many times the client's own call one through the bindings may take.
const TIMES: f64 = 1.5;
/// How many times a call of Rust's one from another language may take.
const ABROAD: f64 = 2.0;
/// Calls of each kind before those that count: a program that was just started is slower at first.
const WARM: usize = 100;
/// Openings and photographs of a turn.
const FEW: usize = 10;

/// What a program prints: how long each call of a kind took, milliseconds.
#[derive(Default, Serialize, Deserialize)]
struct Took {
    open: Vec<f64>,
    status: Vec<f64>,
    list: Vec<f64>,
    capture: Vec<f64>,
    /// A call of status while [`FEW`] are under way at any time: its share of the whole.
    busy: Vec<f64>,
}

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let mut rows = match env::var_os(LIBRARY) {
        Some(library) => sizes(Path::new(&library))?,
        None => {
            eprintln!("  the library is not measured: `cargo xtask bench P19` builds it");
            Vec::new()
        }
    };
    let [n, _] = plan.sizes;
    let site = Site::with(n).await?;
    rows.extend(bound(plan, &site, n).await?);
    rows.extend(languages(plan, &site, n).await?);
    Ok(rows)
}

/// The bindings' own part: the same calls in one process, in turn.
async fn bound(plan: &Plan, site: &Site, n: u64) -> Result<[Row; 2], Failure> {
    let own = site.device("own").await?.client;
    let Device { client, config, keys, .. } = site.device("bound").await?;
    client.pause().await?;
    drop(client);
    let bound = Client::open_by(Arc::clone(&config.clock), text(&config.home)?, Arc::new(Keys(keys)), None).await?;
    let status = turns(plan, async || bound.status().await, async || own.status().await).await?;
    let newest = || ListRequest { kind: "punch".to_owned(), ..ListRequest::default() };
    let list = turns(plan, async || bound.list(newest()).await, async || own.list(newest()).await).await?;
    bound.pause().await?;
    Ok([
        Row::beside("P19 status through the bindings, Rust's side", n, status, TIMES),
        Row::beside("P19 newest 50 through the bindings, Rust's side", n, list, TIMES),
    ])
}

/// Rust, Kotlin and Swift, each in a process and with a device of its own, in turn.
async fn languages(plan: &Plan, site: &Site, n: u64) -> Result<Vec<Row>, Failure> {
    let Ok(built) = env::var(LANGUAGES) else {
        eprintln!("  no other language is measured: `cargo xtask bench P19` builds what it can");
        return Ok(Vec::new());
    };
    let rust = format!("Rust\t{}\t{PROGRAM}", text(&env::current_exe()?)?);
    let picture = site.folder.path().join("photo.jpg");
    fs::write(&picture, photo::photo()?)?;
    let mut programs = Vec::new();
    for line in [rust.as_str()].into_iter().chain(built.lines()) {
        let mut words = line.split('\t');
        let (Some(name), Some(program)) = (words.next(), words.next()) else {
            return Err("a language has no program".into());
        };
        let Device { client, config, keys, .. } = site.device(name).await?;
        client.pause().await?;
        let secrets = site.folder.path().join(format!("{name} keys"));
        keys.write(&secrets)?;
        let mut command = Command::new(program);
        command.args(words).arg(fs::canonicalize(&config.home)?).arg(fs::canonicalize(&secrets)?);
        command.arg(fs::canonicalize(&picture)?).arg(crew::project_id(0).to_string()).arg(plan.many.to_string());
        programs.push((name, command, Took::default()));
    }
    for _ in 0..plan.repeats {
        for (name, command, took) in &mut programs {
            let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
            let said = String::from_utf8_lossy(&output.stdout);
            let line = said.lines().last().filter(|_| output.status.success());
            let more: Took = serde_json::from_str(line.ok_or(format!("{name}'s program failed ({})", output.status))?)?;
            took.open.extend(more.open);
            took.status.extend(more.status);
            took.list.extend(more.list);
            took.capture.extend(more.capture);
            took.busy.extend(more.busy);
        }
    }
    let Some(((_, _, own), others)) = programs.split_first() else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for (name, _, took) in others {
        let row = |what: &str, ours: &[f64], rust: &[f64]| {
            Row::ratio(&format!("P19 {what}, {name} beside Rust"), n, "ms", (middle(ours), middle(rust)), ABROAD)
        };
        rows.push(row("open and status", &took.open, &own.open));
        rows.push(row("status", &took.status, &own.status));
        rows.push(row("status, of ten at once", &took.busy, &own.busy));
        rows.push(row("newest 50", &took.list, &own.list));
        rows.push(row("photograph to durable", &took.capture, &own.capture));
    }
    Ok(rows)
}

/// Rust's own program: opens the store, asks, takes photographs, and prints what each took.
pub async fn program(home: &str, keys: &str, picture: &str, project: &str, many: &str) -> Result<(), Failure> {
    let (many, project) = (many.parse::<usize>()?, project.parse().map_err(|_| "the project has no id")?);
    let keystore = Arc::new(Memory::read(Path::new(keys))?);
    let config = Config { home: home.into(), keystore, clock: Arc::new(SystemClock), listener: None };
    let mut took = Took::default();
    let open = async || {
        let client = plumbline_core::Client::open(config.clone()).await?;
        client.status().await?;
        client.pause().await
    };
    took.open = timed(1, FEW, open).await?;
    let client = plumbline_core::Client::open(config.clone()).await?;
    took.status = timed(WARM, many, async || client.status().await).await?;
    let newest = || ListRequest { kind: "punch".to_owned(), ..ListRequest::default() };
    took.list = timed(WARM, many, async || client.list(newest()).await).await?;
    let begun = Instant::now();
    let all = (0..FEW).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            for _ in 0..many {
                client.status().await?;
            }
            Ok::<_, Fault>(())
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await??;
    }
    took.busy.push(millis(begun.elapsed()) / (FEW * many) as f64);
    let request = || photo::request(Path::new(picture), project);
    took.capture = timed(1, FEW, async || client.capture(request()).await).await?;
    client.pause().await?;
    println!("{}", serde_json::to_string(&took)?);
    Ok(())
}

/// How long each call took; the first `warm` ones are left out, because they pay for what is kept.
async fn timed<T>(
    warm: usize,
    many: usize,
    mut call: impl AsyncFnMut() -> Result<T, Fault>,
) -> Result<Vec<f64>, Failure> {
    let mut all = Vec::new();
    for _ in 0..warm + many {
        let begun = Instant::now();
        call().await?;
        all.push(millis(begun.elapsed()));
    }
    Ok(all.split_off(warm))
}

fn text(path: &Path) -> Result<String, Failure> {
    Ok(path.to_str().ok_or("the folder has no name in text")?.to_owned())
}

fn sizes(library: &Path) -> Result<Vec<Row>, Failure> {
    let bytes = fs::read(library)?;
    let mut packed = GzEncoder::new(Count(0), Compression::best());
    packed.write_all(&bytes)?;
    let (whole, packed) = (bytes.len() as u64, packed.finish()?.0);
    Ok(vec![
        Row::bounded("P19 the phone's library, stripped", whole, "MB", whole as f64 / 1e6, SIZE),
        Row::bounded("P19 the same, packed", packed, "MB", packed as f64 / 1e6, PACKED),
    ])
}

/// Medians of many turns, in each of which both are timed once.
async fn turns<T>(
    plan: &Plan,
    mut bound: impl AsyncFnMut() -> Result<T, Fault>,
    mut own: impl AsyncFnMut() -> Result<T, Fault>,
) -> Result<(Duration, Duration), Failure> {
    let (mut all_bound, mut all_own) = (Vec::new(), Vec::new());
    // The first of each pays for what is kept.
    bound().await?;
    own().await?;
    for _ in 0..plan.many {
        let begun = Instant::now();
        bound().await?;
        all_bound.push(begun.elapsed());
        let begun = Instant::now();
        own().await?;
        all_own.push(begun.elapsed());
    }
    Ok((median(&all_bound), median(&all_own)))
}

/// Counts what is written.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keys in memory as a shell would bring them.
struct Keys(Arc<Memory>);

impl Keystore for Keys {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, ShellFault> {
        let secret = self.0.load(&name).map_err(|_| ShellFault::Failed)?;
        Ok(secret.map(|secret| secret.to_vec()))
    }
    fn store(&self, name: String, secret: Vec<u8>) -> Result<(), ShellFault> {
        self.0.store(&name, &secret).map_err(|_| ShellFault::Failed)
    }
    fn remove(&self, name: String) -> Result<(), ShellFault> {
        self.0.remove(&name).map_err(|_| ShellFault::Failed)
    }
    fn probe(&self) -> Result<(), ShellFault> {
        Ok(())
    }
}
