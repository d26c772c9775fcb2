//! P16: from a sender's call to a receiver's event, through a real server over loopback TLS, beside a bare long poll with
//! one commit. P18: what an idle socket costs a server in a process of its own.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use plumbline_core::{
    datum::Datum,
    event::{Event, EventListener},
    net::tls,
    record::WriteRequest,
    session::Token,
    sync::{self, Pace},
};
use plumbline_protocol::Hash;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Failure, crew, floor,
    measure::{Plan, Row, at_percent},
    site::{self, Site},
};

/// First argument of the process that is a server, so that its memory is a server's.
pub const CHILD: &str = "--server";

/// Bytes of a note's entry.
const ROW: usize = 400;
/// Between two deliveries the sender reads its own entry back; a person does not write faster.
const PAUSE: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(30);
/// Descriptors of a process that are no sockets.
const OTHER_FILES: u64 = 200;

struct Heard(mpsc::UnboundedSender<Event>);

impl EventListener for Heard {
    fn on_event(&self, event: Event) {
        let _ = self.0.send(event);
    }
}

pub async fn deliveries(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let ([n, _], many) = (plan.sizes, plan.deliveries);
    let site = Site::with(n).await?;
    let (heard, mut events) = mpsc::unbounded_channel();
    let (sender, receiver) = (site.device("sender").await?, site.listening("receiver", Arc::new(Heard(heard))).await?);
    // So that nothing is delivered by a poll.
    let far = Duration::from_secs(24 * 3600);
    for device in [&sender, &receiver] {
        sync::start(&device.client, Pace { poll: far, poll_while_woken: far, ..Pace::default() });
    }
    let connected = async {
        while site.running.connected() < 2 {
            sleep(PAUSE).await;
        }
    };
    timeout(PATIENCE, connected).await?;
    let bare = Bare::start(site.folder.path()).await?;

    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for turn in 0..=many {
        sleep(PAUSE).await;
        while events.try_recv().is_ok() {}
        let begun = Instant::now();
        sender.client.write(note(turn)).await?;
        timeout(PATIENCE, told(&mut events)).await?;
        let took = begun.elapsed();
        let floor = bare.deliver().await?;
        // The first of each pays for what is kept.
        if turn > 0 {
            ours.push(took);
            floors.push(floor);
        }
    }
    let row = |name, percent| {
        let times = (at_percent(&ours, percent), at_percent(&floors, percent));
        Row::bounded_beside(name, many as u64, times, 5.0)
    };
    Ok(vec![row("P16 delivery, p50", 50), row("P16 delivery, p99", 99)])
}

fn note(turn: usize) -> WriteRequest {
    WriteRequest {
        kind: "note".to_owned(),
        record: None,
        project: Some(crew::project_id(0)),
        fields: [("text".to_owned(), Datum::Text(format!("Truck {turn} is here")))].into(),
        reason: None,
        as_of: None,
    }
}

async fn told(events: &mut mpsc::UnboundedReceiver<Event>) {
    while let Some(event) = events.recv().await {
        if matches!(event, Event::Records { kinds } if kinds.iter().any(|kind| kind == "note")) {
            return;
        }
    }
}

/// The floor: HTTP without TLS, one commit of as many bytes, and a request that waits for it.
struct Bare {
    http: reqwest::Client,
    url: String,
}

#[derive(Clone)]
struct Poll {
    plain: Arc<Mutex<Connection>>,
    size: watch::Sender<u64>,
}

impl Bare {
    async fn start(folder: &Path) -> Result<Bare, Failure> {
        let plain = floor::plain(&folder.join("delivery.db"))?;
        plain.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
        let poll = Poll { plain: Arc::new(Mutex::new(plain)), size: watch::Sender::new(0) };
        let router = Router::new().route("/say", post(say)).route("/wait", get(wait)).with_state(poll);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, router).await });
        // It wants one, though nothing here is asked over TLS.
        let tls = tls::config(Hash([0; 32]))?;
        Ok(Bare { http: reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build()?, url })
    }

    async fn deliver(&self) -> Result<Duration, Failure> {
        let (http, url) = (self.http.clone(), format!("{}/wait", self.url));
        let waiting = tokio::spawn(async move { http.get(url).send().await?.bytes().await });
        // The request that waits has to be there first.
        sleep(PAUSE).await;
        let begun = Instant::now();
        let said = self.http.post(format!("{}/say", self.url)).body(vec![7; ROW]).send();
        let (said, heard) = tokio::join!(said, async { (waiting.await, begun.elapsed()) });
        let (bytes, took) = heard;
        if said?.status().is_success() && bytes??.len() == ROW { Ok(took) } else { Err("the long poll failed".into()) }
    }
}

async fn say(State(poll): State<Poll>, body: axum::body::Bytes) -> Result<(), String> {
    let commit = tokio::task::spawn_blocking(move || {
        let plain = poll.plain.lock().unwrap_or_else(PoisonError::into_inner);
        plain.prepare_cached("INSERT INTO row (bytes) VALUES (?1)")?.execute([&body[..]])?;
        poll.size.send_modify(|size| *size += 1);
        Ok::<(), rusqlite::Error>(())
    });
    commit.await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
}

async fn wait(State(poll): State<Poll>) -> Result<Vec<u8>, String> {
    poll.size.subscribe().changed().await.map_err(|e| e.to_string())?;
    let read = tokio::task::spawn_blocking(move || {
        let plain = poll.plain.lock().unwrap_or_else(PoisonError::into_inner);
        plain.query_row("SELECT bytes FROM row ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
    });
    read.await.map_err(|e| e.to_string())?.map_err(|e: rusqlite::Error| e.to_string())
}

pub async fn idle(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let most = plumbline_server::raise_descriptors().saturating_sub(OTHER_FILES);
    let n = plan.sockets.min(usize::try_from(most)?);
    if n < plan.sockets {
        eprintln!("  {n} sockets: a process may have no more descriptors here");
    }
    fs::create_dir_all(site::CACHE)?;
    let folder = TempDir::new_in(site::CACHE)?;
    let (server, setup) = Server::start(folder.path())?;
    // All but the sockets is there before: devices, sessions, and one of each thing that is made at first use.
    let sessions = crew::crowd(&setup.parse()?, n + 1).await?;
    let (mut open, mut before) = (JoinSet::new(), 0);
    for (i, session) in sessions.into_iter().enumerate() {
        let ask = |token: Token| {
            let session = &session;
            async move { session.net().ticket(&token).await }
        };
        let ticket = session.with_token(ask).await?;
        if i == 1 {
            before = server.resident()?;
        }
        let mut socket = session.net().live(ticket).await?;
        socket.next().await?;
        open.spawn(async move { while socket.next().await.is_ok() {} });
    }
    let grown = server.resident()?.saturating_sub(before) as f64 / n as f64;
    if open.try_join_next().is_some() {
        return Err("a socket was closed".into());
    }
    Ok(vec![Row::bounded("P18 server memory of an idle socket", n as u64, "KB", grown * 1.024, 30.0)])
}

/// A server in a process of its own, which ends when it is dropped.
struct Server(Child);

impl Server {
    fn start(data: &Path) -> Result<(Server, String), Failure> {
        let mut command = Command::new(env::current_exe()?);
        let mut child = command.arg(CHILD).arg(data).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut setup = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut setup)?;
        Ok((Server(child), setup.trim().to_owned()))
    }

    /// Its memory, KiB.
    fn resident(&self) -> Result<u64, Failure> {
        site::memory(&self.0.id().to_string(), "VmRSS")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its input ends, and it with it.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// In a process of its own: a server that prints its setup link and runs until its input ends.
#[allow(clippy::print_stdout, reason = "its parent reads it")]
pub async fn child(data: &str) -> Result<(), Failure> {
    plumbline_server::raise_descriptors();
    let running = site::start(Path::new(data)).await?;
    println!("{}", running.setup.as_deref().ok_or("the server gave no setup link")?);
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await??;
    Ok(())
}
