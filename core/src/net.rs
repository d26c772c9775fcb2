//! The server, as one device sees it: one method for each thing that can be asked, and every way to fail as a
//! [`Fault`].
//!
//! Invariants: only this module and those below it know HTTP. Nothing is taken for data that the server did not say
//! under the media type of that answer, so the page of a captive portal, a redirect and a broken proxy are
//! [`Fault::Offline`]. Every reply is bounded while it streams and in time. Nothing is sent twice here: whoever asks
//! decides that.
//!
//! Every method fails with [`Fault::Offline`] (not reached, cut off, too slow, or something else answered),
//! [`Fault::Corrupt`] `server-certificate` (another server, or an expired certificate) or `reply` (larger than allowed,
//! or not of its form), or with what the server answered.

pub mod live;
pub mod tls;

#[cfg(test)]
pub(crate) mod loopback;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    error::Error,
    io,
    ops::{Range, RangeInclusive},
    sync::Arc,
    time::Duration,
};

use data_encoding::HEXLOWER;
use plumbline_protocol::{
    Fault, Hash, OrganisationId,
    blob::{PART, State, ranges_from},
    link::Server,
    log::tile::Tile,
    page::{self, MAX_MESSAGE, MEDIA, PullRequest, Receipt},
    session::{Challenge, ChallengeRequest, GRANT, Grant, RefreshRequest, SessionRequest, Tokens},
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header, redirect};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use tokio::{task::spawn_blocking, time::timeout};
use zeroize::Zeroizing;

use crate::error;

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the server may be silent: a little longer than it gives itself for a request.
const PATIENCE: Duration = Duration::from_secs(65);
/// Bytes in a second below which a connection counts as none: less than a bad cell at the edge of a site gives.
const SLOWEST: u64 = 8 * 1024;
/// How often a connection with a request under way is asked for a sign of life, and how long one may take. A phone that
/// changed networks would otherwise wait for a dead connection, and use it again.
const PING: Duration = Duration::from_secs(10);
/// Most bytes of a packed message: what zstd may make of [`MAX_MESSAGE`] bytes that do not compress.
const MAX_PACKED: usize = MAX_MESSAGE + MAX_MESSAGE / 128;
/// Bytes up to which packing is done where one stands.
const SHORT: usize = 16 * 1024;
/// Most bytes of a JSON reply.
const MAX_JSON: usize = 16 * 1024;
/// Most bytes of a checkpoint.
const MAX_CHECKPOINT: usize = 4 * 1024;
/// Longest time that a server may send us away for, and what is taken when it names none; seconds.
const BUSY: RangeInclusive<u32> = 1..=3600;
const BUSY_DEFAULT: u32 = 30;

/// What a server may call corrupt: what this device sent.
const SENT: [&str; 2] = ["blob", "part"];

/// What [`Fault::Corrupt`] says of another server's certificate, or an expired one.
pub const CERTIFICATE: &str = "server-certificate";

const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain";

/// A way to one server. Clones share its connections.
#[derive(Clone)]
pub struct Net {
    http: Client,
    /// For connections that become sockets, which HTTP/2 has no such way for.
    sockets: Client,
    at: Arc<str>,
}

/// How far an upload is at the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What the server holds.
    pub state: State,
    /// Numbers of the parts that have not come, ascending; a list that was cut says more when asked again.
    pub missing: Vec<RangeInclusive<u64>>,
}

/// How the server's log stands to a checkpoint that it once signed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Standing {
    /// True when it lacks what that checkpoint has, and waits for a restore.
    pub behind: bool,
    /// Public half of the key that follows the present one.
    pub next_key: Hash,
}

impl Net {
    /// To the server of a link; connects when first used. [`Fault::Invalid`] `link` when its address is none.
    pub fn new(server: &Server) -> Result<Net, Fault> {
        let tls = tls::config(server.ca)?;
        let client = |protocols: &[&[u8]]| {
            let mut tls = tls.clone();
            // reqwest leaves a TLS that it did not build as it is.
            tls.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
            Client::builder()
                .tls_backend_preconfigured(tls)
                .https_only(true)
                .no_proxy()
                .redirect(redirect::Policy::none())
                .referer(false)
                .connect_timeout(CONNECT)
        };
        let bad = |cause| error::internal("http client", &cause);
        let http = client(&[b"h2", b"http/1.1"])
            .http2_keep_alive_interval(PING)
            .http2_keep_alive_timeout(PING)
            .build()
            .map_err(bad)?;
        let sockets = client(&[b"http/1.1"]).http1_only().pool_max_idle_per_host(0).build().map_err(bad)?;
        let at = format!("https://{}", server.at);
        http.get(&at).build().map_err(|_| Fault::invalid("link", "at"))?;
        Ok(Net { http, sockets, at: Arc::from(at) })
    }

    /// Founds an organisation with the secret of a setup link and the push that begins its log.
    pub async fn setup(&self, secret: &[u8; 32], message: Vec<u8>) -> Result<Receipt, Fault> {
        let secret = Zeroizing::new(HEXLOWER.encode(secret));
        self.receipt(self.ask(Method::POST, "/v1/setup").bearer_auth(&*secret), message).await
    }

    /// Pushes a new device's enrolment, which proves itself and needs no session.
    pub async fn enrol(&self, organisation: &OrganisationId, message: Vec<u8>) -> Result<Receipt, Fault> {
        self.receipt(self.ask(Method::POST, &format!("/v1/log/{organisation}/enrol")), message).await
    }

    /// Asks for something to sign.
    pub async fn challenge(&self, request: &ChallengeRequest) -> Result<Challenge, Fault> {
        self.json("/v1/session/challenge", request).await
    }

    /// Opens a session.
    pub async fn session(&self, request: &SessionRequest) -> Result<Tokens, Fault> {
        self.json("/v1/session", request).await
    }

    /// The next tokens of a session.
    pub async fn refresh(&self, request: &RefreshRequest) -> Result<Tokens, Fault> {
        self.json("/v1/session/refresh", request).await
    }

    /// Ends the session.
    pub async fn end_session(&self, token: &str) -> Result<(), Fault> {
        self.done(self.ask(Method::DELETE, "/v1/session").bearer_auth(token)).await
    }

    /// Hands in actions: the bytes of [`page::encode_push`].
    pub async fn push(&self, token: &str, message: Vec<u8>) -> Result<Receipt, Fault> {
        self.receipt(self.ask(Method::POST, "/v1/push").bearer_auth(token), message).await
    }

    /// Presents a checkpoint that this server has signed.
    pub async fn present(&self, token: &str, checkpoint: &str) -> Result<Standing, Fault> {
        let body = serde_json::json!({ "checkpoint": checkpoint });
        let request = self.ask(Method::POST, "/v1/checkpoint").bearer_auth(token).json(&body);
        read_json(&self.bytes(request, JSON, MAX_JSON).await?)
    }

    /// Offers actions that a restore did not continue, whoever signed them: the bytes of [`page::encode_push`].
    pub async fn offer(&self, token: &str, message: Vec<u8>) -> Result<Receipt, Fault> {
        self.receipt(self.ask(Method::POST, "/v1/offer").bearer_auth(token), message).await
    }

    /// Opens a new generation with an administrator's enrolment and restore, which prove themselves.
    pub async fn restore(&self, organisation: &OrganisationId, message: Vec<u8>) -> Result<Receipt, Fault> {
        self.receipt(self.ask(Method::POST, &format!("/v1/log/{organisation}/restore")), message).await
    }

    /// The next page: bytes for [`page::Page::decode`].
    pub async fn pull(&self, token: &str, request: &PullRequest) -> Result<Vec<u8>, Fault> {
        self.message(self.ask(Method::POST, "/v1/pull").bearer_auth(token), request.encode()).await
    }

    /// Hashes of the log; whoever uses them checks them.
    pub async fn tile(&self, organisation: &OrganisationId, tile: Tile) -> Result<Vec<u8>, Fault> {
        let request = self.ask(Method::GET, &format!("/v1/log/{organisation}/tile/{tile}"));
        self.bytes(request, BYTES, usize::from(tile.width) * 32).await
    }

    /// The newest signed checkpoint, unchecked, and the public half of the key that follows the one which signed it.
    pub async fn checkpoint(&self, organisation: &OrganisationId) -> Result<(String, Hash), Fault> {
        let request = self.ask(Method::GET, &format!("/v1/log/{organisation}/checkpoint"));
        let mut response = self.send(request, MAX_CHECKPOINT).await?;
        if response.status() != StatusCode::OK || media(&response) != TEXT {
            return Err(Fault::Offline);
        }
        let next = response.headers().get("plumbline-next-key").and_then(|value| value.to_str().ok()?.parse().ok());
        let text = String::from_utf8(read(&mut response, MAX_CHECKPOINT).await?).map_err(|_| malformed())?;
        Ok((text, next.ok_or_else(malformed)?))
    }

    /// What the server holds of a blob.
    pub async fn blob_state(&self, token: &str, sha256: &Hash) -> Result<Progress, Fault> {
        let request = self.ask(Method::HEAD, &format!("/v1/blobs/{sha256}")).bearer_auth(token);
        let response = self.send(request, 0).await?;
        let said = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let state = State::parse(said("plumbline-state").ok_or(Fault::Offline)?).ok_or_else(malformed)?;
        let missing = ranges_from(said("plumbline-missing").unwrap_or_default()).ok_or_else(malformed)?;
        Ok(Progress { state, missing })
    }

    /// Sends part `n` of a blob.
    pub async fn put_part(&self, token: &str, sha256: &Hash, n: u64, bytes: Vec<u8>) -> Result<(), Fault> {
        if bytes.len() as u64 > PART {
            return Err(Fault::TooLarge { limit: PART });
        }
        self.done(self.part(sha256, n, &bytes).bearer_auth(token).body(bytes)).await
    }

    /// Asks for what lets somebody else send the parts of a blob.
    pub async fn grant(&self, token: &str, sha256: &Hash) -> Result<Grant, Fault> {
        let request = self.ask(Method::POST, &format!("/v1/blobs/{sha256}/grant")).bearer_auth(token);
        read_json(&Zeroizing::new(self.bytes(request, JSON, MAX_JSON).await?))
    }

    /// Address and headers of the request that sends these bytes as part `n`, for who has no client of ours.
    pub fn part_request(
        &self,
        grant: &str,
        sha256: &Hash,
        n: u64,
        bytes: &[u8],
    ) -> Result<(String, BTreeMap<String, String>), Fault> {
        let request = self.part(sha256, n, bytes).header(GRANT, grant).build();
        let request = request.map_err(|cause| error::internal("request", &cause.without_url()))?;
        let text = |value: &header::HeaderValue| value.to_str().map(str::to_owned).map_err(|_| malformed());
        let headers = request.headers().iter().map(|(name, value)| Ok((name.to_string(), text(value)?)));
        Ok((request.url().to_string(), headers.collect::<Result<_, Fault>>()?))
    }

    fn part(&self, sha256: &Hash, n: u64, bytes: &[u8]) -> RequestBuilder {
        let request = self.ask(Method::PUT, &format!("/v1/blobs/{sha256}/parts/{n}"));
        let part = Hash(Sha256::digest(bytes).into());
        request.header(header::CONTENT_TYPE, BYTES).header("plumbline-sha256", part.to_string())
    }

    /// Says that all parts have been sent. [`Fault::Corrupt`] `blob` when they make other bytes: they must come again.
    pub async fn complete(&self, token: &str, sha256: &Hash) -> Result<State, Fault> {
        #[derive(Deserialize)]
        struct Complete {
            state: State,
        }
        let request = self.ask(Method::POST, &format!("/v1/blobs/{sha256}/complete")).bearer_auth(token);
        let Complete { state } = read_json(&self.bytes(request, JSON, MAX_JSON).await?)?;
        Ok(state)
    }

    /// A range of a blob's bytes, cut where the blob ends. At most [`PART`] bytes; [`Fault::Invalid`] `range` for an
    /// empty one or a longer one.
    pub async fn get_blob(&self, token: &str, sha256: &Hash, range: Range<u64>) -> Result<Vec<u8>, Fault> {
        if range.is_empty() || range.end - range.start > PART {
            return Err(Fault::invalid("range", "range"));
        }
        let (start, last) = (range.start, range.end - 1);
        let request = self.ask(Method::GET, &format!("/v1/blobs/{sha256}")).bearer_auth(token);
        let request = request.header(header::RANGE, format!("bytes={start}-{last}"));
        let limit = (range.end - range.start) as usize;
        let mut response = self.send(request, limit).await?;
        let said = response.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
        let asked = said.is_some_and(|said| said.starts_with(&format!("bytes {start}-")));
        if response.status() != StatusCode::PARTIAL_CONTENT || media(&response) != BYTES || !asked {
            return Err(Fault::Offline);
        }
        read(&mut response, limit).await
    }

    /// Whether the server answers.
    pub async fn health(&self) -> Result<(), Fault> {
        self.bytes(self.ask(Method::GET, "/health"), JSON, MAX_JSON).await.map(|_| ())
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.at))
    }

    /// Sends; gives the response if it is a success that this server could have said. The reply may have `limit` bytes.
    async fn send(&self, request: RequestBuilder, limit: usize) -> Result<Response, Fault> {
        let mut request = request.build().map_err(|cause| error::internal("request", &cause.without_url()))?;
        let sent = request.body().and_then(reqwest::Body::as_bytes).map_or(0, <[u8]>::len) as u64;
        *request.timeout_mut() = Some(2 * PATIENCE + at_slowest(sent + limit as u64));
        let answered = timeout(PATIENCE + at_slowest(sent), self.http.execute(request)).await;
        let response = answered.map_err(|_| Fault::Offline)?.map_err(|cause| unreachable(&cause))?;
        match response.status() {
            StatusCode::OK | StatusCode::NO_CONTENT | StatusCode::PARTIAL_CONTENT => Ok(response),
            status if status.is_client_error() || status.is_server_error() => Err(refusal(response, sent).await),
            _ => Err(Fault::Offline),
        }
    }

    async fn bytes(&self, request: RequestBuilder, expected: &str, limit: usize) -> Result<Vec<u8>, Fault> {
        let mut response = self.send(request, limit).await?;
        if response.status() != StatusCode::OK || media(&response) != expected {
            return Err(Fault::Offline);
        }
        read(&mut response, limit).await
    }

    async fn done(&self, request: RequestBuilder) -> Result<(), Fault> {
        let response = self.send(request, 0).await?;
        if response.status() == StatusCode::NO_CONTENT { Ok(()) } else { Err(Fault::Offline) }
    }

    async fn json<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Fault> {
        let reply = Zeroizing::new(self.bytes(self.ask(Method::POST, path).json(body), JSON, MAX_JSON).await?);
        read_json(&reply)
    }

    async fn message(&self, request: RequestBuilder, message: Vec<u8>) -> Result<Vec<u8>, Fault> {
        if message.len() > MAX_MESSAGE {
            return Err(Fault::TooLarge { limit: MAX_MESSAGE as u64 });
        }
        let body = away(message.len(), move || page::pack(&message)).await?;
        let request = request.header(header::CONTENT_TYPE, MEDIA).header(header::ACCEPT, MEDIA).body(body);
        let reply = self.bytes(request, MEDIA, MAX_PACKED).await?;
        away(reply.len(), move || page::unpack(&reply)).await.map_err(|_| malformed())
    }

    async fn receipt(&self, request: RequestBuilder, message: Vec<u8>) -> Result<Receipt, Fault> {
        Receipt::decode(&self.message(request, message).await?).map_err(|_| malformed())
    }
}

/// Off the threads that carry everybody's requests: megabytes take tens of milliseconds. A few kilobytes take less than
/// the way to another thread.
async fn away<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    if bytes <= SHORT {
        return work();
    }
    spawn_blocking(work).await.map_err(|cause| error::internal("zstd", &cause))?
}

fn at_slowest(bytes: u64) -> Duration {
    Duration::from_secs(bytes / SLOWEST)
}

fn malformed() -> Fault {
    Fault::corrupt("reply")
}

/// The media type without its parameters.
fn media(response: &Response) -> &str {
    let value = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.split(';').next()).unwrap_or_default().trim()
}

async fn read(response: &mut Response, limit: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    loop {
        let chunk = timeout(PATIENCE, response.chunk()).await.map_err(|_| Fault::Offline)?;
        let Some(chunk) = chunk.map_err(|cause| unreachable(&cause))? else { return Ok(bytes) };
        if bytes.len() + chunk.len() > limit {
            return Err(malformed());
        }
        bytes.extend_from_slice(&chunk);
    }
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(bytes).map_err(|_| malformed())
}

/// Why nothing was answered. A certificate that does not hold is told apart from a network that does not.
fn unreachable(cause: &reqwest::Error) -> Fault {
    let mut next: Option<&(dyn Error + 'static)> = Some(cause);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return Fault::corrupt(CERTIFICATE);
        }
        // An io::Error leaves what it wraps out of its sources.
        next = match error.downcast_ref().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    Fault::Offline
}

/// What a refusal means: the fault in its body, or else what its status says. `sent` bytes were refused.
async fn refusal(mut response: Response, sent: u64) -> Fault {
    let status = response.status();
    let wait = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let said = match media(&response) {
        JSON => read(&mut response, MAX_JSON).await.and_then(|body| read_json(&body)).ok(),
        _ => None,
    };
    let busy = |seconds: u32| Fault::Busy { retry_after: seconds.clamp(*BUSY.start(), *BUSY.end()) };
    match said {
        Some(Fault::Busy { retry_after }) => busy(retry_after),
        // Of what was sent it may be told; of its own store and log it would speak as if they were this device's.
        Some(Fault::Corrupt { what }) if !SENT.contains(&what.as_str()) => error::internal("server refused", &what),
        // True of the server where it was said; here they would speak of this device's network, keystore and disk.
        None | Some(Fault::Offline | Fault::Locked { .. } | Fault::StorageFull | Fault::Cancelled) => match status {
            StatusCode::UNAUTHORIZED => Fault::SignedOut,
            StatusCode::FORBIDDEN => Fault::Denied,
            StatusCode::NOT_FOUND => Fault::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge { limit: sent.saturating_sub(1) },
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE => {
                busy(wait.unwrap_or(BUSY_DEFAULT))
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => Fault::Offline,
            status => error::internal("server refused", &status),
        },
        Some(fault) => fault,
    }
}
