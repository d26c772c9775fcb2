//! Plumbline's server: keeps an organisation's log and its photographs, and answers over TLS 1.3.
//!
//! `http/<noun>.rs` (decode, call, encode) -> `app/<noun>.rs` (authorise, rules, one transaction) -> `db/<noun>.rs` (SQL).
//! The binary `plumbline-server` is [`start`] with a command line around it; tests start the same server in their process,
//! on a free port and a clock of their own.

mod app;
mod clock;
mod config;
mod db;
mod error;
mod http;
mod jobs;
mod op;
mod random;
mod store;
mod tls;

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    sync::Arc,
    time::Duration,
};

use plumbline_protocol::{Hash, link::Server};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{AbortHandle, JoinHandle},
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

use self::{
    app::{App, Live, restore, setup},
    db::{Db, OpenError, setting},
    error::Error,
    http::serve::{Front, serve},
    store::Store,
};
pub use self::{
    clock::{Clock, SystemClock},
    config::{Bounds, Config, Rate, Rates, Sockets, StartError, TlsFiles},
    http::{Access, ROUTES, Route},
};

/// Settings that hold the address and the authority of the last start, for links made while the server does not run.
const AT: &str = "at";
const CA: &str = "ca";

/// A server that answers. Dropping it stops it at once; [`Running::shutdown`] lets requests finish.
pub struct Running {
    /// `https://host:port`.
    pub url: String,
    /// SHA-256 of the authority's certificate, which devices pin.
    pub ca_sha256: Hash,
    /// A founder's link, while there is no organisation yet.
    pub setup: Option<String>,
    app: Arc<App>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    jobs: AbortHandle,
    lock: Option<File>,
}

/// Starts a server and returns when it answers.
pub async fn start(mut config: Config) -> Result<Running, StartError> {
    create_folder(&config.data)?;
    let lock = wait_for(&config.data).await?;
    let live = Arc::new(Live::new(config.sockets.most));
    let told = live.clone();
    let file = config.data.join("plumbline.db");
    let opened = tokio::task::spawn_blocking(move || Db::open(&file, move |news| told.tell(news))).await;
    let db = opened.map_err(|_| Error::internal("opening the database was lost"))??;
    let store = Store::open(&config.data).map_err(|e| StartError::Io("data folder", e))?;
    let listener = TcpListener::bind(config.listen).await.map_err(|e| StartError::Io("listen", e))?;
    config.listen = listener.local_addr().map_err(|e| StartError::Io("listen", e))?;
    let tls = tls::load(&config)?;
    let server = Server { at: format!("{}:{}", tls::host(&config), config.listen.port()), ca: tls.ca_sha256 };
    remember(&db, &server).await?;

    let app = Arc::new(App::new(db, live, store, config.clock.clone()).await?);
    app::blob::sweep(&app).await?;
    restore::provide_keys(&app.db).await?;
    let url = format!("https://{}", server.at);
    let setup = setup::first(&app.db, server, app.now()).await?;
    let jobs = tokio::spawn(jobs::run(app.clone())).abort_handle();
    let router = http::router(app.clone(), &config);
    let front = Front { tls: TlsAcceptor::from(tls.config), router, bounds: config.bounds };
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(serve(listener, front, stopped));
    let (stop, serving, lock) = (Some(stop), Some(serving), Some(lock));
    Ok(Running { url, ca_sha256: tls.ca_sha256, setup, app, stop, serving, jobs, lock })
}

/// Makes one more setup link, whether or not the server runs: the database takes writes from two processes, and a running
/// server sees the link at once.
pub async fn setup(data: &Path, clock: &dyn Clock) -> Result<String, StartError> {
    let file = data.join("plumbline.db");
    if !file.exists() {
        return Err(StartError::NeverStarted);
    }
    // Only who holds the folder may migrate it.
    let held = lock(data)?;
    let db = if held.is_some() { Db::open(&file, |_| {})? } else { Db::join(&file)? };
    let found = db.read(|tx| Ok(setting::get(tx, AT)?.zip(setting::get(tx, CA)?))).await?;
    let (at, ca) = found.ok_or(StartError::NeverStarted)?;
    let damaged = |_| StartError::Other(Error::internal("settings"));
    let ca = Hash::from_slice(&ca).map_err(|_| StartError::Other(Error::internal("settings")))?;
    let server = Server { at: String::from_utf8(at).map_err(damaged)?, ca };
    let link = setup::create(&db, server, clock.now_ms()).await?;
    db.close().await;
    Ok(link)
}

/// Notes that `data` was put back from a backup: every log in it waits for an administrator's restore. The number of logs.
pub async fn restored(data: &Path) -> Result<usize, StartError> {
    let _lock = wait_for(data).await?;
    let file = data.join("plumbline.db");
    if !file.exists() {
        return Err(StartError::NeverStarted);
    }
    let db = Db::open(&file, |_| {})?;
    let logs = restore::all_behind(&db).await?;
    db.close().await;
    Ok(logs)
}

/// Lets this process have as many descriptors as it may: every socket is one, and the limit that a process begins with is
/// often far below the hard one. Gives that number.
pub fn raise_descriptors() -> u64 {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        match setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
            Ok(()) => limit.maximum.unwrap_or(u64::MAX),
            Err(error) => {
                tracing::warn!(%error, "descriptors");
                limit.current.unwrap_or(u64::MAX)
            }
        }
    }
    #[cfg(not(unix))]
    u64::MAX
}

impl Running {
    /// How many devices hold a socket.
    pub fn connected(&self) -> usize {
        self.app.live.seated()
    }

    /// Refuses new requests, closes the sockets, lets requests under way finish within a bounded time, and releases the data
    /// folder.
    pub async fn shutdown(mut self) {
        self.app.drain();
        drop(self.stop.take());
        if let Some(serving) = self.serving.take()
            && let Err(error) = serving.await
        {
            tracing::error!(%error, "serving");
        }
        self.app.live.tasks.wait().await;
        self.jobs.abort();
        self.app.db.close().await;
        drop(self.lock.take());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.app.live.close();
        self.jobs.abort();
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}

async fn remember(db: &Db, server: &Server) -> Result<(), Error> {
    let Server { at, ca } = server.clone();
    db.write(move |tx| {
        setting::put(tx, AT, at.as_bytes())?;
        setting::put(tx, CA, &ca.0)
    })
    .await
}

/// The lock of the data folder, or `None` when another process has it. It goes with the process, however that ends.
fn lock(data: &Path) -> Result<Option<File>, StartError> {
    let file = File::options().create(true).truncate(false).write(true).open(data.join("lock"));
    let file = file.map_err(|e| StartError::Io("lock", e))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(e)) => Err(StartError::Io("lock", e)),
    }
}

/// The lock of the data folder for who needs it: a server that ends just now, or a program that its process was just
/// starting, lets go in a moment.
async fn wait_for(data: &Path) -> Result<File, StartError> {
    for _ in 0..20 {
        if let Some(lock) = lock(data)? {
            return Ok(lock);
        }
        sleep(Duration::from_millis(50)).await;
    }
    Err(StartError::InUse)
}

/// The data folder, for its owner alone: it holds keys and photographs.
fn create_folder(data: &Path) -> Result<(), StartError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let new = !data.is_dir();
    let parent = data.parent().filter(|parent| new && !parent.as_os_str().is_empty());
    let made = builder.create(data).and_then(|()| parent.map_or(Ok(()), store::sync_folder));
    made.map_err(|e| StartError::Io("data folder", e))
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Newer => StartError::Newer,
            OpenError::Older => StartError::InUse,
            OpenError::Damaged(what) => StartError::Damaged(what),
            OpenError::Other(error) => StartError::Other(error),
        }
    }
}

#[cfg(test)]
mod tests;
