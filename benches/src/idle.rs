//! P12: a sync when nothing is new: its time, and its bytes and turns counted on the wire between client and server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use plumbline_protocol::link::Server;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    Failure,
    measure::{FLAT, Plan, Row, repeated},
    site::{Device, Site},
};

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let (mut rows, mut both) = (Vec::new(), Vec::new());
    for n in plan.sizes {
        let site = Site::with(n).await?;
        let wire = Arc::new(Wire::default());
        let at = relay(site.server.at.clone(), Arc::clone(&wire)).await?;
        let device = Device::new(site.folder.path().join("phone")).await?;
        let through = Server { at, ca: site.server.ca };
        device.enrol(site.link()?.link(&through, &site.organisation)).await?;
        sync(&device).await?;
        let (bytes, turns) = (wire.bytes.load(SeqCst), wire.turns.load(SeqCst));
        sync(&device).await?;
        let (bytes, turns) = (wire.bytes.load(SeqCst) - bytes, wire.turns.load(SeqCst) - turns);
        let taken = repeated(plan.many, async || sync(&device).await).await?;
        rows.push(Row::within("P12 empty sync", n, taken, 5.0));
        rows.push(Row::bounded("P12 bytes of an empty sync, with TLS", n, "bytes", bytes as f64, 1024.0));
        rows.push(Row::bounded("P12 round trips of an empty sync", n, "turns", turns as f64, 2.0));
        both.push(taken);
    }
    rows.extend(Row::flat("P12 empty sync", plan, &both, FLAT));
    Ok(rows)
}

async fn sync(device: &Device) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let view = device.client.sync().await?;
    let taken = begun.elapsed();
    if (view.pushed, view.pulled) == (0, 0) { Ok(taken) } else { Err("something was new".into()) }
}

/// What went over the wire: bytes both ways, and how often the client spoke after the server had.
#[derive(Default)]
struct Wire {
    bytes: AtomicU64,
    turns: AtomicU64,
    /// 1 while the client was the last to speak.
    client: AtomicU64,
}

impl Wire {
    fn note(&self, client: bool, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, SeqCst);
        if self.client.swap(u64::from(client), SeqCst) == 0 && client {
            self.turns.fetch_add(1, SeqCst);
        }
    }
}

/// Passes every connection on to `to`; gives the address to connect to.
async fn relay(to: String, wire: Arc<Wire>) -> Result<String, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(&to).await else { continue };
            // What it passes on in pieces would otherwise wait for the acknowledgement of the piece before.
            if client.set_nodelay(true).and_then(|()| server.set_nodelay(true)).is_err() {
                continue;
            }
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(pass(from_client, to_server, Arc::clone(&wire), true));
            tokio::spawn(pass(from_server, to_client, Arc::clone(&wire), false));
        }
    });
    Ok(at)
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, wire: Arc<Wire>, client: bool) {
    let mut room = vec![0; 64 * 1024];
    while let Ok(n) = from.read(&mut room).await {
        let Some(bytes) = room.get(..n).filter(|bytes| !bytes.is_empty()) else { return };
        wire.note(client, n);
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
