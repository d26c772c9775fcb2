//! P17 and P18: sixteen devices push single actions as fast as each is answered, beside axum and SQLite with group commit
//! alone; and how long the slowest in a hundred takes on a small log and a large one.

use std::{
    path::Path,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use axum::{Router, extract::State, routing::post};
use bytes::Bytes;
use rusqlite::Connection;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::{
    Failure, floor,
    measure::{FLAT, Plan, Row, at_percent},
    site::Site,
};

/// Devices that push at the same time.
const CLIENTS: u64 = 16;
/// What one action takes in a message and in the log.
const ACTION: usize = 600;
/// Most milliseconds of the slowest in a hundred pushes.
const SLOWEST: f64 = 10.0;

/// 0.3 of the floor's pushes in a second, as a time.
const PART: f64 = 3.33;

type Waiting = (Bytes, oneshot::Sender<()>);

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let (mut rows, mut slowest) = (Vec::new(), Vec::new());
    let pushes = if plan.repeats > 1 { 200 } else { 5 };
    for n in plan.sizes {
        let site = Site::with(n).await?;
        let bare = group_commit(site.folder.path(), pushes).await?;
        let (each, all) = pushed(&site, pushes).await?;
        rows.push(Row::beside("P17 durable push, 16 devices", n, (each, bare), PART));
        let p99 = at_percent(&all, 99);
        rows.push(Row::within("P17 slowest in a hundred pushes", n, p99, SLOWEST));
        slowest.push(p99);
    }
    rows.extend(Row::flat("P18 slowest in a hundred pushes", plan, &slowest, FLAT));
    Ok(rows)
}

/// Ours: time for each push over all, and of each. Signing is the phones' work and done before.
async fn pushed(site: &Site, pushes: u64) -> Result<(Duration, Vec<Duration>), Failure> {
    let mut devices = Vec::new();
    for _ in 0..CLIENTS {
        let mut signer = site.link()?.signer(&site.server, site.organisation).await?;
        let messages: Vec<Vec<u8>> = (0..pushes).map(|_| signer.message()).collect();
        devices.push((signer, messages));
    }
    let begun = Instant::now();
    let running: Vec<_> = devices
        .into_iter()
        .map(|(signer, messages)| {
            tokio::spawn(async move {
                let mut times = Vec::new();
                for message in messages {
                    let begun = Instant::now();
                    signer.send(message).await?;
                    times.push(begun.elapsed());
                }
                Ok::<_, Failure>(times)
            })
        })
        .collect();
    let mut all = Vec::new();
    for device in running {
        all.extend(device.await??);
    }
    Ok((begun.elapsed().div_f64((CLIENTS * pushes) as f64), all))
}

/// The floor: the same number of bodies over HTTP without TLS to a writer that commits all that wait at once.
async fn group_commit(folder: &Path, pushes: u64) -> Result<Duration, Failure> {
    let log = floor::plain(&folder.join("group.db"))?;
    log.execute_batch("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
    let (queue, waiting) = mpsc::channel::<Waiting>();
    thread::spawn(move || commit_all(&log, &waiting));
    let take = async |State(queue): State<mpsc::Sender<Waiting>>, body: Bytes| {
        let (done, answer) = oneshot::channel();
        // A writer that stopped answers nobody, and the bench fails.
        let _ = queue.send((body, done));
        answer.await.map_or("failed", |()| "durable")
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    let server =
        tokio::spawn(axum::serve(listener, Router::new().route("/", post(take)).with_state(queue)).into_future());
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(TcpStream::connect(at).await?);
    }
    let begun = Instant::now();
    let running: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            tokio::spawn(async move {
                for _ in 0..pushes {
                    ask(&mut client).await?;
                }
                Ok::<_, Failure>(())
            })
        })
        .collect();
    for client in running {
        client.await??;
    }
    let taken = begun.elapsed();
    server.abort();
    Ok(taken.div_f64((CLIENTS * pushes) as f64))
}

/// One request over a connection that stays open. The answer's body stands at its end, in one piece.
async fn ask(client: &mut TcpStream) -> Result<(), Failure> {
    let head = format!("POST / HTTP/1.1\r\nhost: floor\r\ncontent-length: {ACTION}\r\n\r\n");
    client.write_all(&[head.as_bytes(), &[7; ACTION]].concat()).await?;
    let (mut answer, mut room) = (Vec::new(), [0; 1024]);
    while !answer.ends_with(b"durable") {
        let n = client.read(&mut room).await?;
        let read = room.get(..n).filter(|read| !read.is_empty()).ok_or("the floor hung up")?;
        answer.extend_from_slice(read);
    }
    Ok(())
}

fn commit_all(log: &Connection, waiting: &mpsc::Receiver<Waiting>) -> Result<(), rusqlite::Error> {
    while let Ok(first) = waiting.recv() {
        let batch: Vec<Waiting> = [first].into_iter().chain(waiting.try_iter().take(511)).collect();
        log.execute_batch("BEGIN IMMEDIATE")?;
        for (body, _) in &batch {
            log.prepare_cached("INSERT INTO row (bytes) VALUES (?1)")?.execute([body.as_ref()])?;
        }
        log.execute_batch("COMMIT")?;
        for (_, done) in batch {
            // Whoever went away needs no answer.
            let _ = done.send(());
        }
    }
    Ok(())
}
