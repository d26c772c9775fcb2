//! A server under floods, bombs, slow and abusive clients.
//!
//! The server runs in a process of its own, so that its memory is its own; the abuser calls from one address of the loopback
//! and a neighbour from another.
#![cfg(target_os = "linux")]

use std::{
    io::{self, Read},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use plumbline_protocol::{Fault, page::MEDIA};
use plumbline_tests::{
    abuse::{
        CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, MOST_REQUESTS, PING, Process, RST_STREAM, SETTINGS, drip,
        frame, head, patient, until_closed, zstd_bomb,
    },
    needs, ran, testdata,
};
use reqwest::StatusCode;
use tokio::{io::AsyncReadExt, task::JoinSet};

const ABUSER: &str = "127.0.0.1";
const NEIGHBOUR: &str = "127.0.0.2";
/// What memory may vary by while nothing is kept: buffers of connections, the allocator's habits.
const FLAT: u64 = 48 * 1024 * 1024;

/// So many flood together, each with so many requests.
const FLOODERS: u32 = 16;
const EACH: u32 = 120;

fn process(patience: &str) -> Process {
    Process::start(env!("CARGO_BIN_EXE_plumbline-serve"), patience)
}

/// The neighbour is answered, and memory is what it was.
async fn unmoved(server: &Process, before: u64, what: &str) {
    assert!(server.answers(NEIGHBOUR).await, "{what}: others are not answered");
    let after = server.memory();
    println!("{what}: memory {} KiB, then {} KiB", before / 1024, after / 1024);
    assert!(after < before + FLAT, "{what}: memory grew from {before} to {after}");
}

/// Shows s10.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_from_one_address_is_told_to_wait_and_others_go_on() {
    let server = Arc::new(process("patient"));
    assert!(server.answers(NEIGHBOUR).await);
    let before = server.memory();
    let neighbour = server.client(NEIGHBOUR);
    let mut flood = JoinSet::new();
    for _ in 0..FLOODERS {
        // One connection each: more than an address may have would be closed unheard, and this is about requests.
        let (client, url) = (server.client(ABUSER), format!("{}/health", server.url));
        flood.spawn(async move {
            let mut refused = 0;
            for _ in 0..EACH {
                let answer = client.get(&url).send().await.unwrap();
                let (status, wait) = (answer.status(), answer.headers().get("retry-after").cloned());
                // Read to its end, or the connection cannot be used again.
                let body = answer.bytes().await.unwrap();
                match status {
                    StatusCode::OK => {}
                    StatusCode::TOO_MANY_REQUESTS => {
                        let retry_after: u32 = wait.unwrap().to_str().unwrap().parse().unwrap();
                        assert_eq!(serde_json::from_slice::<Fault>(&body).unwrap(), Fault::Busy { retry_after });
                        assert!(retry_after >= 1);
                        refused += 1;
                    }
                    other => panic!("{other}"),
                }
            }
            refused
        });
    }
    for _ in 0..50 {
        let answer = neighbour.get(format!("{}/health", server.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "the neighbour pays for the flood");
    }
    let refused: u32 = flood.join_all().await.into_iter().sum();
    assert_eq!(FLOODERS * EACH - refused, MOST_REQUESTS, "so many were answered");
    unmoved(&server, before, "a flood of requests").await;
    ran!(FLOODERS * EACH);
}

/// Every way to take one's time ends: with a hang-up or with an answer and a hang-up, and others are served meanwhile.
///
/// Shows s09.
#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_hung_up_on() {
    let server = Arc::new(process("impatient"));
    assert!(server.answers(NEIGHBOUR).await);
    let before = server.memory();
    let begun = |stream: u32| frame(HEADERS, END_HEADERS, stream, &head(true));
    let many = |kind: u8| frame(kind, 0, 1, b"x");
    let mut slow: JoinSet<(&str, Option<Vec<u8>>)> = JoinSet::new();
    macro_rules! slow {
        ($what:literal, $connect:ident($($protocol:literal)?), $first:expr, $rest:expr) => {{
            let server = server.clone();
            let (first, rest): (Vec<u8>, Vec<u8>) = ($first, $rest);
            slow.spawn(async move {
                let stream = server.$connect(ABUSER $(, $protocol)?).await;
                ($what, drip(stream, &first, &rest).await)
            });
        }};
    }
    let post = b"POST /v1/session/challenge HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    slow!("says nothing", connect(), vec![], vec![]);
    slow!("begins a handshake", connect(), vec![0x16, 3, 1, 2, 0], vec![]);
    slow!("shakes hands slowly", connect(), vec![0x16, 3, 1, 2, 0], vec![1]);
    slow!("has no request", tls("http/1.1"), vec![], vec![]);
    slow!("has no request in HTTP/2", http2(), vec![], vec![]);
    slow!("a head byte by byte", tls("http/1.1"), post.to_vec(), b"x-a: b\r\n".to_vec());
    slow!("a head that stops", tls("http/1.1"), post.to_vec(), vec![]);
    let body = [post.as_slice(), b"content-length: 9999\r\n\r\n{"].concat();
    slow!("a body byte by byte", tls("http/1.1"), body.clone(), b" ".to_vec());
    slow!("a body that stops", tls("http/1.1"), body, vec![]);
    slow!("a body in HTTP/2 that stops", http2(), [begun(1), many(DATA)].concat(), vec![]);
    slow!("a head in HTTP/2 byte by byte", http2(), frame(HEADERS, 0, 1, &head(true)), many(CONTINUATION));
    slow!("settings byte by byte", http2(), vec![], frame(SETTINGS, 0, 0, &[]));
    slow!("pings byte by byte", http2(), vec![], frame(PING, 0, 0, &[0; 8]));
    // Room for nothing of an answer (RFC 9113, section 6.5.2), but a ping now and then.
    let no_room = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let asked = frame(HEADERS, END_HEADERS | END_STREAM, 1, &head(false));
    slow!("an answer that is never taken", http2(), [no_room, asked].concat(), frame(PING, 0, 0, &[0; 8]));
    let count = slow.len();
    assert!(server.answers(NEIGHBOUR).await);
    for (what, said) in slow.join_all().await {
        let said = said.unwrap_or_else(|| panic!("{what}: held on to for ever"));
        println!("{what}: hung up on after {} bytes", said.len());
    }
    unmoved(&server, before, "slow clients").await;
    ran!(count);
}

/// Shows s09, s10.
#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_take_every_connection() {
    let server = process("patient");
    let most = patient().connections_of_address;
    let mut held = Vec::new();
    for _ in 0..most {
        held.push(server.connect(ABUSER).await);
    }
    // One too many is closed unheard: while those that came before it, and are as silent, are still listened to.
    let mut more = server.connect(ABUSER).await;
    let read = more.read(&mut [0; 1]).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    let mut held: Vec<_> = held.into_iter().map(|stream| stream.into_std().unwrap()).collect();
    let waits = |stream: &mut std::net::TcpStream| {
        stream.read(&mut [0; 1]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    };
    assert!(held.iter_mut().all(waits));
    assert!(server.answers(NEIGHBOUR).await);
    // And there is room again when they are gone.
    drop(held);
    let mut tries = 0;
    while !server.answers(ABUSER).await {
        tries += 1;
        assert!(tries < 1000, "its places are never given back");
    }
    ran!(most);
}

/// Shows s11.
#[tokio::test(flavor = "multi_thread")]
async fn abuse_of_http_2_ends_the_connection_and_costs_no_memory() {
    let server = process("impatient");
    assert!(server.answers(NEIGHBOUR).await);
    let before = server.memory();
    let odd = |n: u32| 2 * n + 1;
    let connect = async || server.http2(ABUSER).await;
    // Requests that are taken back as soon as they are made (CVE-2023-44487).
    let reset = until_closed(connect().await, 100_000, true, |n| {
        let asked = frame(HEADERS, END_HEADERS | END_STREAM, odd(n), &head(false));
        [asked, frame(RST_STREAM, 0, odd(n), &[0, 0, 0, 8])].concat()
    });
    let reset = reset.await;
    unmoved(&server, before, "rapid reset").await;
    // A head that never ends (RUSTSEC-2024-0332).
    let endless = until_closed(connect().await, 100_000, true, |n| match n {
        0 => frame(HEADERS, 0, 1, &head(false)),
        _ => frame(CONTINUATION, 0, 1, &[&[0x00, 0x7f, 0xe1, 0x7e], [b'a'; 8000].as_slice()].concat()),
    });
    let endless = endless.await;
    unmoved(&server, before, "a head without end").await;
    // Data that is none (RUSTSEC-2026-0258), on a request that waits for a body.
    let empty = until_closed(connect().await, 2_000_000, true, |n| match n {
        0 => frame(HEADERS, END_HEADERS, 1, &head(true)),
        _ => frame(DATA, 0, 1, &[]).repeat(64),
    });
    let empty = empty.await;
    unmoved(&server, before, "empty data").await;
    // What has to be answered, by somebody who does not read.
    let settings = until_closed(connect().await, 2_000_000, false, |_| frame(SETTINGS, 0, 0, &[]).repeat(64)).await;
    unmoved(&server, before, "settings").await;
    let pings = until_closed(connect().await, 2_000_000, false, |_| frame(PING, 0, 0, &[0; 8]).repeat(64)).await;
    unmoved(&server, before, "pings").await;
    // And by somebody who does.
    let read = until_closed(connect().await, 2_000_000, true, |_| frame(PING, 0, 0, &[0; 8]).repeat(64)).await;
    unmoved(&server, before, "pings that are read").await;
    let all = [
        ("rapid reset", reset),
        ("a head without end", endless),
        ("empty data", empty),
        ("settings", settings),
        ("pings", pings),
        ("pings that are read", read),
    ];
    println!("closed after so many writes: {all:?}");
    assert!(all.iter().all(|(_, closed)| closed.is_some()), "{all:?}");
    ran!(all.len());
}

/// Bombs that anybody can throw: nobody has to sign in before the message of a setup is read.
///
/// Shows s12, s14.
#[tokio::test(flavor = "multi_thread")]
async fn bombs_are_refused_at_the_limit_and_cost_no_memory() {
    let server = process("patient");
    assert!(server.answers(NEIGHBOUR).await);
    let before = server.memory();
    let client = server.client(ABUSER);
    let setup = async |packed: Vec<u8>| {
        let asked = client.post(format!("{}/v1/setup", server.url)).header("content-type", MEDIA);
        asked.bearer_auth("00".repeat(32)).body(packed).send().await.unwrap().json::<Fault>().await.unwrap()
    };
    // Four gigabytes in 124 kilobytes.
    let bomb = zstd_bomb(31_000);
    assert!(bomb.len() < 128 * 1024);
    for _ in 0..20 {
        assert_eq!(setup(bomb.clone()).await, Fault::TooLarge { limit: 16 * 1024 * 1024 });
    }
    // A frame that asks for a window of 128 MiB, and for the largest that can be written.
    for window in [0x88, 0xff] {
        let frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, window, 0x01, 0x00, 0x00];
        assert_eq!(setup(frame).await, Fault::invalid("body", "zstd"));
    }
    unmoved(&server, before, "zstd").await;
    let deep = [vec![0x81; 1_000_000], vec![0x80]].concat();
    let twice = b"\x81\x8b\xa2\x61a\x00\x61a\x00".to_vec();
    for message in [deep, b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(), b"\x5b\x7f".to_vec(), vec![0x9f; 64], twice]
    {
        let packed = plumbline_protocol::page::pack(&message).unwrap();
        assert_eq!(setup(packed).await, Fault::invalid("body", "encoding"));
    }
    unmoved(&server, before, "CBOR").await;

    // Nothing is unpacked because a header says so.
    let challenge = format!("{}/v1/session/challenge", server.url);
    let json = || client.post(&challenge).header("content-type", "application/json");
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00".to_vec();
    let answer = json().header("content-encoding", "gzip").body(gzip).send().await.unwrap();
    assert_eq!(answer.json::<Fault>().await.unwrap(), Fault::invalid("body", "json"));
    // A body without end is cut at the limit: a little more is on its way by then.
    let sent = Arc::new(AtomicU64::new(0));
    let endless = json().body(reqwest::Body::wrap(Endless(sent.clone()))).send().await;
    if let Ok(answer) = endless {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    let sent = sent.load(Ordering::Relaxed);
    println!("{sent} bytes of an endless body were taken");
    assert!(sent < 16 * 1024 * 1024, "{sent} bytes were read");
    unmoved(&server, before, "a body without end").await;
    ran!(29);
}

/// A gigabyte, in pieces; notes how much of it was taken.
struct Endless(Arc<AtomicU64>);

impl Body for Endless {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let sent = self.0.fetch_add(65_536, Ordering::Relaxed);
        Poll::Ready((sent < 1 << 30).then(|| Ok(Frame::data(Bytes::from_static(&[b' '; 65_536])))))
    }
}

/// Shows s14.
#[tokio::test(flavor = "multi_thread")]
async fn no_json_in_the_world_is_more_than_a_bad_request() {
    let folder = needs!(testdata::path("json/test_parsing"));
    let server = process("patient");
    let client = server.client(ABUSER);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut count = 0;
    for file in files.filter(|path| path.extension().is_some_and(|end| end == "json")) {
        // A connection each: the server closes one whose body it did not read to its end, perhaps under the next request.
        let asked = client.post(format!("{}/v1/session/challenge", server.url)).header("connection", "close");
        let body = std::fs::read(&file).unwrap();
        let length = body.len();
        let answer = match asked.header("content-type", "application/json").body(body).send().await {
            Ok(answer) => answer,
            // A body above the limit is not read to its end: the connection may be gone before the answer is read.
            Err(_) if length > 16 * 1024 => {
                count += 1;
                continue;
            }
            Err(error) => panic!("{}: {error}", file.display()),
        };
        let status = answer.status();
        let fault: Fault = answer.json().await.unwrap_or_else(|e| panic!("{}: {status} {e}", file.display()));
        match (status, fault) {
            (StatusCode::BAD_REQUEST, Fault::Invalid { .. })
            | (StatusCode::PAYLOAD_TOO_LARGE, Fault::TooLarge { .. }) => {}
            other => panic!("{}: {other:?}", file.display()),
        }
        count += 1;
    }
    assert!(count > 300 && server.answers(NEIGHBOUR).await);
    ran!(count);
}
