//! The server as a client sees it: in this process, on a free port of the loopback, with a clock that the test moves.

mod blob;
mod crew;
mod live;
mod log;
mod restore;
mod session;
mod transport;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use data_encoding::HEXLOWER;
use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    DeviceId, Fault, OrganisationId, Uuid, action,
    session::{CHALLENGE, Challenge, ChallengeRequest, REFRESH, RefreshRequest, SessionRequest, Tokens, message},
};
use reqwest::{Client, Response, StatusCode};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
    version::TLS13,
};
use serde::{Serialize, de::DeserializeOwned};
use tempfile::TempDir;

use crate::{Clock, Config, Running, db::device, start};

pub const NOW: i64 = 1_790_000_000_000;
pub const ACME: OrganisationId = OrganisationId([0xac; 32]);
pub const OTHER: OrganisationId = OrganisationId([0x07; 32]);

#[derive(Clone)]
pub struct Hands(Arc<AtomicI64>);

impl Clock for Hands {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A server on a folder of its own.
pub struct Site {
    pub dir: TempDir,
    pub clock: Hands,
    pub running: Running,
    pub client: Client,
}

/// A person's device.
#[derive(Clone)]
pub struct Phone {
    pub organisation: OrganisationId,
    pub key: SigningKey,
    pub member: Uuid,
}

impl Site {
    pub async fn new() -> Site {
        Site::with(|_| {}).await
    }

    /// With another configuration than the usual one.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Site {
        let clock = Hands(Arc::new(AtomicI64::new(NOW)));
        Site::on(tempfile::tempdir().unwrap(), clock, change).await
    }

    /// Stops the server and starts it again on the same folder.
    pub async fn restart(self) -> Site {
        self.restart_with(|_| {}).await
    }

    /// The same, with another configuration than the usual one.
    pub async fn restart_with(self, change: impl FnOnce(&mut Config)) -> Site {
        let Site { dir, clock, running, .. } = self;
        running.shutdown().await;
        Site::on(dir, clock, change).await
    }

    /// Drops the server as it is and starts it again on the same folder.
    pub async fn crash(self) -> Site {
        let Site { dir, clock, running, .. } = self;
        drop(running);
        Site::on(dir, clock, |_| {}).await
    }

    async fn on(dir: TempDir, clock: Hands, change: impl FnOnce(&mut Config)) -> Site {
        let mut config = Config { clock: Arc::new(clock.clone()), ..Config::new(dir.path()) };
        change(&mut config);
        let running = start(config).await.unwrap();
        let client = client(&dir, &[&TLS13]);
        Site { dir, clock, running, client }
    }

    pub fn wait(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url)
    }

    /// Makes the log know a phone, or no longer trust it.
    pub async fn know(&self, phone: &Phone, revoked: bool) {
        let (organisation, member) = (phone.organisation, phone.member);
        let row = device::Device { device: phone.id(), member, revoked };
        self.running.app.db.write(move |tx| device::put(tx, &organisation, &row)).await.unwrap();
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Fault> {
        answer(self.client.post(self.url(path)).json(body).send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str, tokens: &Tokens) -> Result<serde_json::Value, Fault> {
        answer(self.client.get(self.url(path)).bearer_auth(&tokens.access_token).send().await.unwrap()).await
    }

    pub async fn sign_in(&self, phone: &Phone) -> Result<Tokens, Fault> {
        let ask = ChallengeRequest { organisation: phone.organisation, device: phone.id() };
        let Challenge { challenge, .. } = self.post("/v1/session/challenge", &ask).await?;
        self.post("/v1/session", &phone.answer(&challenge)).await
    }

    pub async fn refresh(&self, phone: &Phone, token: &str) -> Result<Tokens, Fault> {
        let signature = phone.sign(REFRESH, token);
        self.post("/v1/session/refresh", &RefreshRequest { refresh_token: token.to_owned(), signature }).await
    }
}

impl Phone {
    pub fn new(organisation: OrganisationId, n: u8) -> Phone {
        Phone { organisation, key: SigningKey::from_bytes(&[n; 32]), member: Uuid::v7(NOW, [n; 10]) }
    }

    pub fn id(&self) -> DeviceId {
        DeviceId(self.key.verifying_key().to_bytes())
    }

    pub fn sign(&self, label: &[u8], text: &str) -> String {
        HEXLOWER.encode(&action::sign(&self.key, label, &message(&self.organisation, &self.id(), text)))
    }

    pub fn answer(&self, challenge: &str) -> SessionRequest {
        SessionRequest {
            organisation: self.organisation,
            device: self.id(),
            challenge: challenge.to_owned(),
            signature: self.sign(CHALLENGE, challenge),
        }
    }
}

pub async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, Fault> {
    match response.status().is_success() {
        true => Ok(response.json().await.unwrap()),
        false => Err(response.json().await.unwrap()),
    }
}

/// A status without a body to read.
pub async fn done(response: Response) -> Result<StatusCode, Fault> {
    match response.status() {
        status if status.is_success() => Ok(status),
        _ => Err(response.json().await.unwrap()),
    }
}

/// A client that trusts the folder's authority and no other.
pub fn client(dir: &TempDir, versions: &[&'static SupportedProtocolVersion]) -> Client {
    let mut tls = trust(dir, versions);
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
}

fn trust(dir: &TempDir, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(dir.path().join("ca.pem")).unwrap()).unwrap();
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}
