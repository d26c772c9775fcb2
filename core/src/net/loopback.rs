//! A server on loopback for tests: TLS of its own, and each request answered as a closure says.
//!
//! One request to a connection, HTTP/1.1, bodies with a length. What was asked is kept in order.

use std::sync::{Arc, Mutex};

use plumbline_protocol::{Hash, link::Server};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    version::TLS13,
};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// What a test server presents, from leaf to authority.
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

/// How a test server came to be asked.
#[derive(Clone)]
pub(crate) struct Asked {
    /// `POST /v1/session`
    pub line: String,
    /// The header lines in lower case.
    pub head: String,
    pub body: Vec<u8>,
}

/// What a test server does with a request.
pub(crate) enum Answer {
    /// Status, header lines, body.
    Reply(u16, String, Vec<u8>),
    /// Closes the connection without a word.
    Cut,
    /// A body of this media type that does not end.
    Endless(&'static str),
    /// A body of this media type that breaks off.
    Short(&'static str),
}

impl Answer {
    pub fn json(status: u16, body: &impl serde::Serialize) -> Answer {
        Answer::typed(status, "application/json", serde_json::to_vec(body).unwrap())
    }

    pub fn typed(status: u16, media: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer::Reply(status, format!("content-type: {media}\r\n"), body.into())
    }
}

impl Identity {
    /// A certificate for 127.0.0.1 under an authority of its own; good from `days` days ago on for ten years.
    pub fn new(days: i64) -> Identity {
        let (ca_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let ca = authority.self_signed(&ca_key).unwrap();
        let leaf = leaf(days).signed_by(&key, &Issuer::from_params(&authority, &ca_key)).unwrap();
        Identity { chain: vec![leaf.der().clone(), ca.der().clone()], key: key.serialize_der() }
    }

    /// A certificate for 127.0.0.1 alone, signed by itself.
    pub fn alone() -> Identity {
        let key = KeyPair::generate().unwrap();
        let leaf = leaf(1).self_signed(&key).unwrap();
        Identity { chain: vec![leaf.der().clone()], key: key.serialize_der() }
    }

    /// What a link would say of the authority.
    pub fn authority(&self) -> Hash {
        Hash(Sha256::digest(self.chain.last().unwrap()).into())
    }

    /// These certificates, and one more that has nothing to do with them.
    pub fn and(mut self, other: &Identity) -> Identity {
        self.chain.extend(other.chain.last().cloned());
        self
    }
}

fn leaf(days: i64) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let day = std::time::Duration::from_secs(24 * 3600);
    let start = now - day * u32::try_from(days).unwrap();
    params.not_before = rcgen::date_time_ymd(1970, 1, 1) + start;
    params.not_after = rcgen::date_time_ymd(1970, 1, 1) + start + day * 3650;
    params
}

/// Serves on loopback for as long as the runtime lives; gives what was asked so far.
pub(crate) struct Loopback {
    pub server: Server,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Loopback {
    pub async fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Loopback {
        Loopback::with(Identity::new(1), &TLS13, answer).await
    }

    pub async fn with(
        identity: Identity,
        version: &'static SupportedProtocolVersion,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Loopback {
        let ca = identity.authority();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_protocol_versions(&[version]).unwrap().with_no_client_auth();
        let tls = TlsAcceptor::from(Arc::new(config.with_single_cert(identity.chain, key).unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server { at: listener.local_addr().unwrap().to_string(), ca };
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, all) = (Arc::new(answer), asked.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(tls.clone(), stream, answer.clone(), all.clone()));
            }
        });
        Loopback { server, asked }
    }

    /// What was asked, in order: method and path.
    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// `None` when the other side went away.
async fn serve(
    tls: TlsAcceptor,
    stream: TcpStream,
    answer: Arc<impl Fn(&Asked) -> Answer>,
    all: Arc<Mutex<Vec<Asked>>>,
) -> Option<()> {
    let mut stream = tls.accept(stream).await.ok()?;
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).unwrap();
    let (line, head) = head.split_once("\r\n").unwrap();
    let head = head.to_lowercase();
    let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    while body.len() < length {
        stream.read_buf(&mut body).await.ok()?;
    }
    let line = line.trim_end_matches(" HTTP/1.1").to_owned();
    let asked = Asked { line, head, body };
    all.lock().unwrap().push(asked.clone());
    match answer(&asked) {
        Answer::Reply(status, head, body) => {
            let rest = match status {
                101 => String::new(),
                204 => "connection: close\r\n".to_owned(),
                _ => format!("content-length: {}\r\nconnection: close\r\n", body.len()),
            };
            let head = format!("HTTP/1.1 {status} -\r\n{head}{rest}\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(&body).await.ok()?;
            stream.shutdown().await.ok()
        }
        Answer::Cut => None,
        Answer::Short(media) => {
            let head = format!("HTTP/1.1 200 -\r\ncontent-type: {media}\r\ncontent-length: 50\r\n\r\n{{");
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.shutdown().await.ok()
        }
        Answer::Endless(media) => {
            let head = format!("HTTP/1.1 200 -\r\ncontent-type: {media}\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            loop {
                stream.write_all(&[b' '; 16 * 1024]).await.ok()?;
            }
        }
    }
}
