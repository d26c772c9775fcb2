//! A server in a process of its own, and what is needed to abuse it: connections by hand, frames by hand, its memory.

use std::{
    io::{BufRead, BufReader},
    net::{IpAddr, SocketAddr},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use plumbline_server::{Bounds, Rate, Rates};
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::link::trust;

/// How long anything here waits before it says that it waited in vain.
const PATIENCE: Duration = Duration::from_secs(30);
/// A slow peer's pause between two bytes.
const PACE: Duration = Duration::from_millis(10);

/// The server's own bounds, but for so few connections of one address that a test can have them all.
pub fn patient() -> Bounds {
    Bounds { connections_of_address: 32, ..Bounds::default() }
}

/// Bounds of time that a test can wait for.
pub fn impatient() -> Bounds {
    Bounds {
        handshake: Duration::from_millis(1000),
        head: Duration::from_millis(1000),
        request: Duration::from_millis(2000),
        stall: Duration::from_millis(3000),
        ..Bounds::default()
    }
}

/// Rates that any machine exceeds: so many requests of one address, and no more.
pub fn strict() -> Rates {
    let strict = Rate { per_second: 0, burst: MOST_REQUESTS };
    Rates { address: strict, device: strict }
}

/// Above what any one test asks that is no flood.
pub const MOST_REQUESTS: u32 = 500;

/// `plumbline-serve` on a folder of its own; it ends with this.
pub struct Process {
    child: Child,
    data: TempDir,
    /// Its address.
    pub url: String,
}

impl Process {
    /// Starts the program at `binary`, as patient as it is told.
    pub fn start(binary: &str, patience: &str) -> Process {
        let data = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary);
        let mut child = command
            .arg(data.path())
            .args(["--manner", patience])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&url).unwrap();
        let url = ready["url"].as_str().unwrap().to_owned();
        Process { child, data, url }
    }

    /// Bytes of memory that it has in use (Linux: `statm`, in pages of 4 KiB).
    pub fn memory(&self) -> u64 {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        statm.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
    }

    /// A client that calls from `address`.
    pub fn client(&self, address: &str) -> reqwest::Client {
        let tls = trust(self.data.path());
        let from: IpAddr = address.parse().unwrap();
        reqwest::Client::builder().tls_backend_preconfigured(tls).local_address(from).no_proxy().build().unwrap()
    }

    /// A bare connection from `address`.
    pub async fn connect(&self, address: &str) -> TcpStream {
        let to: SocketAddr = self.url.strip_prefix("https://").unwrap().parse().unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(address.parse().unwrap(), 0)).unwrap();
        socket.connect(to).await.unwrap()
    }

    /// A connection that speaks `protocol` under TLS.
    pub async fn tls(&self, address: &str, protocol: &str) -> TlsStream<TcpStream> {
        let mut tls = trust(self.data.path());
        tls.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let stream = self.connect(address).await;
        TlsConnector::from(Arc::new(tls)).connect("127.0.0.1".try_into().unwrap(), stream).await.unwrap()
    }

    /// A connection that has begun to speak HTTP/2.
    pub async fn http2(&self, address: &str) -> TlsStream<TcpStream> {
        let mut stream = self.tls(address, "h2").await;
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
        stream
    }

    /// Whether somebody at `address` is answered.
    pub async fn answers(&self, address: &str) -> bool {
        let asked = self.client(address).get(format!("{}/health", self.url)).timeout(PATIENCE).send().await;
        asked.is_ok_and(|answer| answer.status().is_success())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Kinds of frames (RFC 9113, section 6).
pub const DATA: u8 = 0;
/// The head of a request.
pub const HEADERS: u8 = 1;
/// The end of a stream by force.
pub const RST_STREAM: u8 = 3;
/// How the peer wants it.
pub const SETTINGS: u8 = 4;
/// Whether the peer is there.
pub const PING: u8 = 6;
/// More of a head.
pub const CONTINUATION: u8 = 9;
/// The request ends with this frame.
pub const END_STREAM: u8 = 1;
/// The head ends with this frame.
pub const END_HEADERS: u8 = 4;

/// A frame.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The head of a request in HPACK, from its static table (RFC 7541, appendix A): one that is answered at once, or one that
/// announces a body and is answered when it has come.
pub fn head(body: bool) -> Vec<u8> {
    let path: &[u8] = if body { b"/v1/session/challenge" } else { b"/health" };
    let mut head = vec![if body { 0x83 } else { 0x82 }, 0x87, 0x04, path.len() as u8];
    head.extend(path);
    for (index, value) in [([0x01].as_slice(), b"127.0.0.1".as_slice()), (&[0x0f, 0x10], b"application/json")] {
        head.extend(index);
        head.push(value.len() as u8);
        head.extend(value);
    }
    head
}

/// Writes what `next` gives, at most `most` times, until the server closes; after how many times that was. Reads what comes
/// where `reads`.
pub async fn until_closed(
    stream: TlsStream<TcpStream>,
    most: u32,
    reads: bool,
    mut next: impl FnMut(u32) -> Vec<u8>,
) -> Option<u32> {
    let (mut from, mut to) = tokio::io::split(stream);
    let mut closed = tokio::spawn(async move {
        if !reads {
            std::future::pending::<()>().await;
        }
        let mut sink = vec![0; 16 * 1024];
        while from.read(&mut sink).await.is_ok_and(|n| n > 0) {}
        from
    });
    let flood = async {
        for n in 0..most {
            let bytes = next(n);
            tokio::select! {
                _ = &mut closed => return Some(n),
                written = to.write_all(&bytes) => if written.is_err() { return Some(n) },
            }
        }
        // All is said: what is left is to be hung up on.
        tokio::select! {
            _ = &mut closed => Some(most),
            () = gone(&mut to) => Some(most),
        }
    };
    let ended = tokio::time::timeout(PATIENCE, flood).await.ok().flatten();
    closed.abort();
    ended
}

/// Returns when nothing can be written any more.
async fn gone(to: &mut (impl AsyncWrite + Unpin)) {
    let mut pause = tokio::time::interval(PACE);
    while to.write_all(&frame(PING, 0, 0, &[0; 8])).await.is_ok() {
        pause.tick().await;
    }
}

/// Says `first` at once and `rest` byte by byte with pauses, again and again, until the server hangs up. What it said.
pub async fn drip<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, first: &[u8], rest: &[u8]) -> Option<Vec<u8>> {
    let mut said = Vec::new();
    let drops = async {
        if stream.write_all(first).await.is_err() {
            return;
        }
        let mut rest = rest.iter().cycle();
        let mut buffer = [0; 4096];
        loop {
            match tokio::time::timeout(PACE, stream.read(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => return,
                Ok(Ok(n)) => said.extend_from_slice(&buffer[..n]),
                Err(_) => {
                    let Some(byte) = rest.next() else { continue };
                    if stream.write_all(&[*byte]).await.is_err() || stream.flush().await.is_err() {
                        return;
                    }
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, drops).await.ok()?;
    Some(said)
}

/// A zstd frame of `blocks` times 128 KiB of zeros, four bytes each (RFC 8878, section 3.1.1).
pub fn zstd_bomb(blocks: u32) -> Vec<u8> {
    let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    for n in 1..=blocks {
        let head = (128 * 1024) << 3 | 1 << 1 | u32::from(n == blocks);
        bomb.extend(&head.to_le_bytes()[..3]);
        bomb.push(0);
    }
    bomb
}
