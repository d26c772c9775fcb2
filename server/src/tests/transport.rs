//! TLS, the frame around every request, and the end of a server.

use plumbline_protocol::link::SetupLink;
use reqwest::Version;
use rustls::version::TLS12;
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::*;
use crate::{Rate, StartError, SystemClock};

#[tokio::test]
async fn tls_1_2_and_a_client_of_another_authority_are_refused() {
    let (site, other) = (Site::new().await, Site::new().await);
    let get = async |client: Client| client.get(site.url("/health")).send().await;
    assert!(get(client(&site.dir, &[&TLS12])).await.is_err_and(|e| e.is_connect()));
    assert!(get(client(&other.dir, &[&TLS13])).await.is_err_and(|e| e.is_connect()));
    assert_eq!(get(site.client.clone()).await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_authority_stays_and_its_hash_is_the_one_announced() {
    let site = Site::new().await;
    let ca = CertificateDer::from_pem_file(site.dir.path().join("ca.pem")).unwrap();
    assert_eq!(site.running.ca_sha256.0, <[u8; 32]>::from(Sha256::digest(&ca)));
    let client = site.client.clone();
    let site = site.restart().await;
    assert_eq!(CertificateDer::from_pem_file(site.dir.path().join("ca.pem")).unwrap(), ca);
    assert_eq!(client.get(site.url("/health")).send().await.unwrap().status(), 200);
}

#[cfg(unix)]
#[tokio::test]
async fn keys_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::new().await;
    let mode = |path: &str| std::fs::metadata(site.dir.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("authority.pem"), 0o600);
    let data = tempfile::tempdir().unwrap();
    let running = start(Config::new(data.path().join("new"))).await.unwrap();
    assert_eq!(std::fs::metadata(data.path().join("new")).unwrap().permissions().mode() & 0o777, 0o700);
    running.shutdown().await;
}

#[tokio::test]
async fn http_1_and_2_are_spoken_and_every_answer_has_its_headers() {
    let site = Site::new().await;
    for (client, version) in [(site.client.clone(), Version::HTTP_2), (http1(&site.dir), Version::HTTP_11)] {
        for path in ["/health", "/nowhere"] {
            let response = client.get(site.url(path)).send().await.unwrap();
            assert_eq!(response.version(), version);
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert!(response.headers().contains_key("strict-transport-security"));
            assert_eq!(response.headers()["plumbline-request"].len(), 16);
        }
    }
    assert_eq!(done(site.client.get(site.url("/nowhere")).send().await.unwrap()).await, Err(Fault::NotFound));
    assert_eq!(done(site.client.put(site.url("/health")).send().await.unwrap()).await, Err(Fault::NotFound));
}

/// Shows s10.
#[tokio::test]
async fn too_many_requests_are_told_to_wait() {
    // Nothing comes back, however slow the machine is.
    let site = Site::with(|config| config.rates.address = Rate { per_second: 0, burst: 2 }).await;
    let get = async || site.client.get(site.url("/health")).send().await.unwrap();
    assert_eq!((get().await.status(), get().await.status()), (StatusCode::OK, StatusCode::OK));
    let refused = get().await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(done(refused).await, Err(Fault::Busy { retry_after: 1 }));
}

#[tokio::test]
async fn a_drain_finishes_what_is_under_way_and_refuses_what_is_new() {
    let site = Site::new().await;
    let body = serde_json::json!({ "organisation": ACME, "device": DeviceId([1; 32]) }).to_string();
    let head = format!(
        "POST /v1/session/challenge HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    let mut under_way = connect(&site).await;
    under_way.write_all(head.as_bytes()).await.unwrap();
    // The server says so when the handler waits for the body.
    assert_eq!(line(&mut under_way).await, "HTTP/1.1 100 Continue");

    let app = site.running.app.clone();
    let (health, newcomer) = (site.url("/health"), http1(&site.dir));
    let shutdown = tokio::spawn(site.running.shutdown());
    while !app.draining() {
        tokio::task::yield_now().await;
    }
    let refused = newcomer.get(&health).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(done(refused).await, Err(Fault::Busy { retry_after: 5 }));
    assert!(!shutdown.is_finished());

    under_way.write_all(body.as_bytes()).await.unwrap();
    assert_eq!(line(&mut under_way).await, "");
    assert_eq!(line(&mut under_way).await, "HTTP/1.1 200 OK");
    shutdown.await.unwrap();
    assert!(newcomer.get(&health).send().await.is_err_and(|e| e.is_connect()));
}

#[tokio::test]
async fn a_data_folder_has_one_server_and_a_newer_one_is_left_alone() {
    let site = Site::new().await;
    // A second one waits for the folder a moment, and holds up nobody meanwhile: the first answers.
    let second = start(Config::new(site.dir.path()));
    let mut second = std::pin::pin!(second);
    let mut turns = 0;
    let second = loop {
        tokio::select! {
            biased;
            second = &mut second => break second,
            health = site.client.get(site.url("/health")).send() => turns += usize::from(health.is_ok()),
        }
    };
    assert!(matches!(second.err().unwrap(), StartError::InUse));
    assert!(turns > 0);
    let Site { dir, running, .. } = site;
    running.shutdown().await;
    start(Config::new(dir.path())).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn a_setup_link_is_made_while_the_server_runs_and_while_it_does_not() {
    let site = Site::new().await;
    let first: SetupLink = site.running.setup.as_ref().unwrap().parse().ok().unwrap();
    assert_eq!(first.server.ca, site.running.ca_sha256);
    assert_eq!(format!("https://{}", first.server.at), site.running.url);
    let second: SetupLink = crate::setup(site.dir.path(), &site.clock).await.unwrap().parse().ok().unwrap();
    assert!(second.server == first.server && second.secret != first.secret && second.server_key != first.server_key);

    // The running server takes it, once.
    let take = async |link: &SetupLink| {
        let hash = crate::app::setup::hash(&link.secret);
        site.running.app.db.write(move |tx| crate::db::setup::take(tx, &hash, NOW)).await.unwrap()
    };
    let seed = take(&second).await.unwrap();
    assert_eq!(SigningKey::from_bytes(&seed).verifying_key().to_bytes(), second.server_key);
    assert_eq!(take(&second).await, None);

    let Site { dir, running, .. } = site;
    running.shutdown().await;
    assert!(crate::setup(dir.path(), &SystemClock).await.unwrap().parse::<SetupLink>().is_ok());
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(crate::setup(empty.path(), &SystemClock).await, Err(StartError::NeverStarted)));
}

#[tokio::test]
async fn given_certificate_files_take_the_place_of_the_own_authority() {
    let files = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (files.path().join("cert.pem"), files.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let tls = Some(crate::TlsFiles { certificate, key });
    let running = start(Config { tls, ..Config::new(dir.path()) }).await.unwrap();
    assert_eq!(running.ca_sha256.0, <[u8; 32]>::from(Sha256::digest(made.cert.der())));
    assert!(!dir.path().join("authority.pem").exists());
    let health = client(&dir, &[&TLS13]).get(format!("{}/health", running.url)).send().await.unwrap();
    assert_eq!(health.status(), 200);
}

/// A client that speaks HTTP/1.1 alone.
fn http1(dir: &TempDir) -> Client {
    Client::builder().tls_backend_preconfigured(trust(dir, &[&TLS13])).http1_only().no_proxy().build().unwrap()
}

/// A bare connection, to write a request by hand.
pub async fn connect(site: &Site) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect(site.running.url.strip_prefix("https://").unwrap()).await.unwrap();
    let tls = TlsConnector::from(Arc::new(trust(&site.dir, &[&TLS13])));
    tls.connect("localhost".try_into().unwrap(), stream).await.unwrap()
}

/// The next line, without its end.
async fn line(stream: &mut TlsStream<TcpStream>) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n") {
        bytes.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(bytes).unwrap().trim_end().to_owned()
}
