//! What is taken for a server, and what is not.

use plumbline_protocol::{
    Lock,
    live::{PROTOCOL, Ticket},
};
use rustls::version::{TLS12, TLS13};

use super::{
    loopback::{Answer, Identity, Loopback},
    *,
};

const ORGANISATION: OrganisationId = OrganisationId([7; 32]);
const BLOB: Hash = Hash([9; 32]);

fn healthy() -> Answer {
    Answer::json(200, &serde_json::json!({ "ok": true }))
}

/// What `health` says of a server that gives this answer.
async fn health(answer: impl Fn() -> Answer + Send + Sync + 'static) -> Result<(), Fault> {
    let server = Loopback::start(move |_| answer()).await;
    Net::new(&server.server)?.health().await
}

fn receipt() -> Receipt {
    Receipt { results: Vec::new(), proof: Vec::new(), checkpoint: "size 1".to_owned(), now: 5 }
}

fn packed(message: &[u8]) -> Answer {
    Answer::typed(200, MEDIA, page::pack(message).unwrap())
}

/// Shows c22.
#[tokio::test]
async fn the_authority_of_the_link_is_accepted_and_no_other() {
    assert_eq!(health(healthy).await, Ok(()));
    let server = Loopback::start(|_| healthy()).await;
    let other = Server { ca: Identity::new(1).authority(), ..server.server.clone() };
    assert_eq!(Net::new(&other).unwrap().health().await, Err(Fault::corrupt("server-certificate")));
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn presenting_the_authority_without_its_signature_does_not_help() {
    let honest = Identity::new(1);
    let server = Loopback::with(Identity::new(1).and(&honest), &TLS13, |_| healthy()).await;
    assert_eq!(server.server.ca, honest.authority());
    assert_eq!(Net::new(&server.server).unwrap().health().await, Err(Fault::corrupt("server-certificate")));
}

#[tokio::test]
async fn a_certificate_that_is_its_own_authority_can_be_named_by_the_link() {
    let server = Loopback::with(Identity::alone(), &TLS13, |_| healthy()).await;
    assert_eq!(Net::new(&server.server).unwrap().health().await, Ok(()));
}

/// Shows c22.
#[tokio::test]
async fn an_expired_certificate_and_another_name_are_refused() {
    let expired = Loopback::with(Identity::new(3651), &TLS13, |_| healthy()).await;
    assert_eq!(Net::new(&expired.server).unwrap().health().await, Err(Fault::corrupt("server-certificate")));
    let server = Loopback::start(|_| healthy()).await;
    let named = Server { at: server.server.at.replace("127.0.0.1", "localhost"), ..server.server };
    assert_eq!(Net::new(&named).unwrap().health().await, Err(Fault::corrupt("server-certificate")));
}

#[tokio::test]
async fn tls_1_2_is_refused() {
    let server = Loopback::with(Identity::new(1), &TLS12, |_| healthy()).await;
    assert_eq!(Net::new(&server.server).unwrap().health().await, Err(Fault::Offline));
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn nobody_there_is_offline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server { at: listener.local_addr().unwrap().to_string(), ca: Hash([0; 32]) };
    drop(listener);
    assert_eq!(Net::new(&server).unwrap().health().await, Err(Fault::Offline));
    assert_eq!(health(|| Answer::Cut).await, Err(Fault::Offline));
}

/// Shows c22.
#[tokio::test]
async fn what_is_no_answer_of_ours_is_offline() {
    let page = || Answer::typed(200, "text/html; charset=utf-8", "<html>Please accept our terms</html>");
    let server = Loopback::start(move |_| page()).await;
    let net = Net::new(&server.server).unwrap();
    assert_eq!(net.health().await, Err(Fault::Offline));
    assert_eq!(net.checkpoint(&ORGANISATION).await, Err(Fault::Offline));
    assert_eq!(net.push("t", vec![0x80]).await, Err(Fault::Offline));
    assert_eq!(net.blob_state("t", &BLOB).await, Err(Fault::Offline));
    assert_eq!(net.put_part("t", &BLOB, 0, vec![1]).await, Err(Fault::Offline));
    assert_eq!(net.get_blob("t", &BLOB, 0..4).await, Err(Fault::Offline));
    assert_eq!(net.end_session("t").await, Err(Fault::Offline));
    assert!(matches!(net.complete("t", &BLOB).await, Err(Fault::Offline)));
}

/// Shows c22.
#[tokio::test]
async fn a_redirect_is_offline_and_not_followed() {
    let server = Loopback::start(|asked| match asked.line.as_str() {
        "GET /health" => Answer::Reply(302, "location: /elsewhere\r\n".to_owned(), Vec::new()),
        _ => healthy(),
    })
    .await;
    assert_eq!(Net::new(&server.server).unwrap().health().await, Err(Fault::Offline));
    assert_eq!(server.lines(), ["GET /health"]);
}

#[tokio::test]
async fn a_reply_without_end_is_given_up() {
    assert_eq!(health(|| Answer::Endless(JSON)).await, Err(Fault::corrupt("reply")));
    // Of an endless refusal the status is enough.
    assert_eq!(health(|| Answer::json(404, &" ".repeat(MAX_JSON))).await, Err(Fault::NotFound));
}

/// Shows s12.
#[tokio::test]
async fn a_small_message_that_unpacks_to_a_large_one_is_refused() {
    let server = Loopback::start(|_| packed(&vec![0; MAX_MESSAGE + 1])).await;
    let net = Net::new(&server.server).unwrap();
    let request = PullRequest { generation: 1, size: 0, tag: Hash([0; 32]), limit: 10 };
    assert_eq!(net.pull("t", &request).await, Err(Fault::corrupt("reply")));
    assert_eq!(net.push("t", vec![0; MAX_MESSAGE + 1]).await, Err(Fault::TooLarge { limit: MAX_MESSAGE as u64 }));
}

#[tokio::test]
async fn messages_travel_packed_and_receipts_come_back() {
    let server = Loopback::start(|_| packed(&receipt().encode())).await;
    let net = Net::new(&server.server).unwrap();
    assert_eq!(net.push("token", vec![1, 2, 3]).await, Ok(receipt()));
    assert_eq!(net.setup(&[5; 32], vec![4]).await, Ok(receipt()));
    assert_eq!(net.enrol(&ORGANISATION, vec![6]).await, Ok(receipt()));
    let asked = server.asked();
    let bodies: Vec<_> = asked.iter().map(|a| page::unpack(&a.body).unwrap()).collect();
    assert_eq!(bodies, [vec![1, 2, 3], vec![4], vec![6]]);
    assert!(asked.iter().all(|a| a.head.contains(&format!("content-type: {MEDIA}\r\n"))));
    let signed: Vec<_> = asked.iter().map(|a| a.head.lines().find(|l| l.starts_with("authorization"))).collect();
    let secret = format!("authorization: bearer {}", "05".repeat(32));
    assert_eq!(signed, [Some("authorization: bearer token"), Some(secret.as_str()), None]);
}

#[tokio::test]
async fn a_refusal_is_the_fault_in_its_body_or_what_its_status_says() {
    let said = |status, fault: Fault| health(move || Answer::json(status, &fault));
    let plain = |status| health(move || Answer::typed(status, "text/html", "<html>no</html>"));
    for fault in [Fault::Reenrol, Fault::Outdated, Fault::invalid("at", "range"), Fault::TooLarge { limit: 5 }] {
        assert_eq!(said(400, fault.clone()).await, Err(fault));
    }
    assert_eq!(said(503, Fault::Busy { retry_after: u32::MAX }).await, Err(Fault::Busy { retry_after: 3600 }));
    assert_eq!(said(500, Fault::Internal { trace: "ab".into() }).await, Err(Fault::Internal { trace: "ab".into() }));
    // The server's own network, disk and keys are not this device's.
    assert_eq!(said(507, Fault::StorageFull).await, Err(Fault::Busy { retry_after: 30 }));
    assert_eq!(said(408, Fault::Cancelled).await, Err(Fault::Offline));
    assert!(matches!(said(500, Fault::Locked { why: Lock::Missing }).await, Err(Fault::Internal { .. })));
    for what in ["store", "log", "certificate"] {
        assert!(matches!(said(422, Fault::corrupt(what)).await, Err(Fault::Internal { .. })), "{what}");
    }
    assert_eq!(said(422, Fault::corrupt("blob")).await, Err(Fault::corrupt("blob")));
    assert_eq!(plain(401).await, Err(Fault::SignedOut));
    assert_eq!(plain(403).await, Err(Fault::Denied));
    assert_eq!(plain(404).await, Err(Fault::NotFound));
    assert_eq!(plain(413).await, Err(Fault::TooLarge { limit: 0 }));
    assert_eq!(plain(502).await, Err(Fault::Offline));
    assert!(matches!(plain(500).await, Err(Fault::Internal { .. })));
    let busy = || Answer::Reply(429, "retry-after: 7\r\n".to_owned(), Vec::new());
    assert_eq!(health(busy).await, Err(Fault::Busy { retry_after: 7 }));
}

#[tokio::test]
async fn a_blob_goes_up_in_parts_and_comes_back_in_ranges() {
    let server = Loopback::start(|asked| match asked.line.split_once(' ').unwrap().0 {
        "HEAD" => {
            let head = "plumbline-state: expected\r\nplumbline-missing: 0-3,7\r\n";
            Answer::Reply(200, head.to_owned(), Vec::new())
        }
        "PUT" => Answer::Reply(204, String::new(), Vec::new()),
        "POST" => Answer::json(200, &serde_json::json!({ "state": "received" })),
        _ => {
            let head = format!("content-type: {BYTES}\r\ncontent-range: bytes 2-4/5\r\n");
            Answer::Reply(206, head, vec![3, 4, 5])
        }
    })
    .await;
    let net = Net::new(&server.server).unwrap();
    let progress = Progress { state: State::Expected, missing: vec![0..=3, 7..=7] };
    assert_eq!(net.blob_state("t", &BLOB).await, Ok(progress));
    assert_eq!(net.put_part("t", &BLOB, 7, vec![1, 2]).await, Ok(()));
    assert_eq!(net.complete("t", &BLOB).await, Ok(State::Received));
    assert_eq!(net.get_blob("t", &BLOB, 2..6).await, Ok(vec![3, 4, 5]));
    // Bytes from elsewhere, more than asked for, and what cannot be asked for.
    assert_eq!(net.get_blob("t", &BLOB, 1..5).await, Err(Fault::Offline));
    assert_eq!(net.get_blob("t", &BLOB, 2..4).await, Err(Fault::corrupt("reply")));
    assert_eq!(net.get_blob("t", &BLOB, 2..2).await, Err(Fault::invalid("range", "range")));
    let too_large = net.put_part("t", &BLOB, 7, vec![0; PART as usize + 1]).await;
    assert_eq!(too_large, Err(Fault::TooLarge { limit: PART }));
    let part = server.asked().into_iter().find(|a| a.line == format!("PUT /v1/blobs/{BLOB}/parts/7")).unwrap();
    assert_eq!(part.body, [1, 2]);
    assert!(part.head.contains(&format!("plumbline-sha256: {}\r\n", Hash(Sha256::digest([1, 2]).into()))));
    assert!(part.head.contains("content-length: 2\r\n"));
}

#[tokio::test]
async fn tiles_and_checkpoints_are_read_without_a_session() {
    let server = Loopback::start(|asked| match asked.line.ends_with("checkpoint") {
        true => {
            let head = format!("content-type: text/plain; charset=utf-8\r\nplumbline-next-key: {}\r\n", Hash([5; 32]));
            Answer::Reply(200, head, b"origin\n1\nroot\n".to_vec())
        }
        false => Answer::typed(200, BYTES, vec![1; 64]),
    })
    .await;
    let net = Net::new(&server.server).unwrap();
    assert_eq!(net.checkpoint(&ORGANISATION).await, Ok(("origin\n1\nroot\n".to_owned(), Hash([5; 32]))));
    let tile = Tile { level: 0, index: 1, width: 2 };
    assert_eq!(net.tile(&ORGANISATION, tile).await, Ok(vec![1; 64]));
    assert_eq!(net.tile(&ORGANISATION, Tile { width: 1, ..tile }).await, Err(Fault::corrupt("reply")));
    let (log, lines) = (format!("GET /v1/log/{ORGANISATION}"), server.lines());
    assert_eq!(lines.first(), Some(&format!("{log}/checkpoint")));
    assert_eq!(lines.get(1), Some(&format!("{log}/tile/0/001.p/2")));
    assert!(server.asked().iter().all(|a| !a.head.contains("authorization")));
}

#[tokio::test]
async fn a_reply_that_breaks_off_is_offline_and_not_asked_for_again() {
    let server = Loopback::start(|_| Answer::Short(JSON)).await;
    assert_eq!(Net::new(&server.server).unwrap().health().await, Err(Fault::Offline));
    assert_eq!(server.lines(), ["GET /health"]);
}

/// What a socket is refused with, for a server that answers its request like this.
async fn socket(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Option<Fault> {
    let server = Loopback::start(move |asked| {
        let key = asked.head.lines().find_map(|line| line.strip_prefix("sec-websocket-key: ")).unwrap();
        answer(key)
    })
    .await;
    let ticket = Ticket { ticket: "a1".to_owned(), expires_in: 30 };
    let refused = Net::new(&server.server).unwrap().live(ticket).await.err();
    let [asked] = <[_; 1]>::try_from(server.asked()).ok().unwrap();
    assert_eq!(asked.line, "GET /v1/live");
    assert!(asked.head.contains("sec-websocket-protocol: plumbline.live.1, a1\r\n"));
    assert!(!asked.head.contains("authorization") && !asked.head.contains("origin"));
    refused
}

#[tokio::test]
async fn a_socket_opens_only_where_this_server_agrees_to_it() {
    let page = |status| move |_: &str| Answer::typed(status, "text/html", "<html>Welcome</html>");
    for status in [200, 302, 400, 403, 426, 502] {
        assert_eq!(socket(page(status)).await, Some(Fault::Offline), "{status}");
    }
    assert_eq!(socket(|_| Answer::Cut).await, Some(Fault::Offline));
    assert_eq!(socket(|_| Answer::json(401, &Fault::SignedOut)).await, Some(Fault::SignedOut));
    assert_eq!(
        socket(|_| Answer::json(503, &Fault::Busy { retry_after: 7 })).await,
        Some(Fault::Busy { retry_after: 7 })
    );
    // An upgrade that answers another question than ours, or speaks something else.
    let agrees = |accept: &str, protocol: &str| {
        let head = format!(
            "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {accept}\r\n\
             sec-websocket-protocol: {protocol}\r\n"
        );
        Answer::Reply(101, head, Vec::new())
    };
    assert_eq!(socket(move |_| agrees("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", PROTOCOL)).await, Some(Fault::Offline));
}
