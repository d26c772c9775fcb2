//! P19, Rust's side: how large the phone's library is, and what a call costs through the bindings beside the same call of the
//! client itself. What Kotlin and Swift add to it is measured in their own tests.
//!
//! Invariant: the library is the one that is shipped, without symbols, or it is said that there is none.

use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use plumbline_core::{keystore::Keystore as _, record::ListRequest};
use plumbline_mobile::{Client, Keystore, ShellFault};
use plumbline_protocol::Fault;

use crate::{
    Failure,
    measure::{Plan, Row, median},
    site::{Device, Memory, Site},
};

/// Where `cargo xtask bench` says that the library is.
const LIBRARY: &str = "PLUMBLINE_LIBRARY";
/// Most megabytes of one processor's library, as it lies on the phone and as it is downloaded.
const SIZE: f64 = 12.0;
const PACKED: f64 = 5.0;
/// How many times the client's own call one through the bindings may take.
const TIMES: f64 = 1.5;

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
    let own = site.device("own").await?.client;
    let Device { client, config, keys, .. } = site.device("bound").await?;
    client.pause().await?;
    drop(client);
    let home = config.home.to_str().ok_or("the folder has no name in text")?.to_owned();
    let bound = Client::open_by(Arc::clone(&config.clock), home, Arc::new(Keys(keys)), None).await?;
    let status = turns(plan, async || bound.status().await, async || own.status().await).await?;
    let newest = || ListRequest { kind: "punch".to_owned(), ..ListRequest::default() };
    let list = turns(plan, async || bound.list(newest()).await, async || own.list(newest()).await).await?;
    rows.push(Row::beside("P19 status through the bindings, Rust's side", n, status, TIMES));
    rows.push(Row::beside("P19 newest 50 through the bindings, Rust's side", n, list, TIMES));
    bound.pause().await?;
    Ok(rows)
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
