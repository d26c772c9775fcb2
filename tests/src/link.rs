//! The way between one client and the server: a TLS-terminating proxy on the loopback that fails by seed.
//!
//! Its certificate is signed by the server's own authority, so the client's pin holds and it cannot tell the two apart;
//! what the link then does is what networks do (drop, delay, duplicate, reorder, cut), or, with [`Link::tamper`], what only
//! a lying server can do. Invariant: a request that the link has let go on is told to the server whole, and what the link
//! did to requests is counted.

mod socket;

use std::{
    collections::VecDeque,
    fmt, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::{Body, Frame, Incoming, SizeHint},
    header,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
    version::TLS13,
};
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

use crate::dice::Dice;

/// How often, in percent of requests, each thing goes wrong. At most one of them happens to a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// The request never arrives.
    pub drop_request: u64,
    /// The server does the work and its reply never arrives.
    pub drop_reply: u64,
    /// The request is sent twice, one after the other; the second reply is the one that arrives.
    pub duplicate: u64,
    /// The client hears nothing, and the request arrives after a later one.
    pub reorder: u64,
    /// The request's or the reply's body ends somewhere in it.
    pub cut: u64,
    /// The request waits for some milliseconds.
    pub delay: u64,
}

impl Faults {
    /// A link on which everything goes wrong often, and most requests still get through.
    pub fn rough() -> Faults {
        Faults { drop_request: 9, drop_reply: 9, duplicate: 9, reorder: 9, cut: 6, delay: 9 }
    }
}

/// What a link has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that came from the client.
    pub requests: u64,
    /// Requests or replies that were dropped.
    pub drop: u64,
    /// Requests that were sent twice.
    pub duplicate: u64,
    /// Requests that arrived after a later one.
    pub reorder: u64,
    /// Bodies that ended in the middle, and requests that met a link that was cut altogether.
    pub cut: u64,
    /// Requests that had to wait.
    pub delay: u64,
}

impl Counts {
    /// Both together.
    pub fn plus(self, other: Counts) -> Counts {
        Counts {
            requests: self.requests + other.requests,
            drop: self.drop + other.drop,
            duplicate: self.duplicate + other.duplicate,
            reorder: self.reorder + other.reorder,
            cut: self.cut + other.cut,
            delay: self.delay + other.delay,
        }
    }
}

/// What the client asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// Headers that are not about the connection.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

/// What the client is told.
#[derive(Debug, Clone)]
pub struct Told {
    /// Status.
    pub status: StatusCode,
    /// Headers that are not about the connection.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

/// Where the next body of a kind ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The path begins so.
    pub path: String,
    /// The request's body or the reply's.
    pub body: Half,
    /// Bytes of it that get through.
    pub after: usize,
}

/// One of the two bodies of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// What the client sends.
    Request,
    /// What it is told.
    Reply,
}

/// What a link shows of itself when a client connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// Of the server's own authority.
    Good,
    /// Of an authority that nobody here knows.
    Stranger,
    /// Of the server's own authority, and past its time.
    Expired,
    /// Of the server's own authority, for another name.
    OtherName,
}

type Tamper = Arc<dyn Fn(&Asked, Told) -> Told + Send + Sync>;

/// A link. Dropping it closes it.
pub struct Link {
    /// Host and port on which it listens.
    pub at: SocketAddr,
    way: Arc<Way>,
    data: PathBuf,
    listening: JoinHandle<()>,
}

struct Way {
    server: Mutex<Server>,
    state: Mutex<State>,
    tamper: Mutex<Option<Tamper>>,
    sockets: socket::Sockets,
    tls: Mutex<TlsAcceptor>,
    connections: Mutex<JoinSet<()>>,
}

#[derive(Clone)]
struct Server {
    http: reqwest::Client,
    url: String,
}

struct State {
    dice: Dice,
    faults: Faults,
    cut: bool,
    /// What was asked for by [`Link::cut_once`], until it has happened.
    once: Option<Cut>,
    counts: Counts,
    /// Requests that arrive after the next one.
    late: Vec<Asked>,
    /// Bodies of the pushes that arrived whole.
    pushed: Vec<Bytes>,
}

impl Link {
    /// A link to the server at `url` (`https://host:port`) whose data is in `data`, which lends the link its authority.
    pub async fn open(url: &str, data: &Path, dice: Dice) -> Link {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let at = listener.local_addr().unwrap();
        let state = State {
            dice,
            faults: Faults::default(),
            cut: false,
            once: None,
            counts: Counts::default(),
            late: Vec::new(),
            pushed: Vec::new(),
        };
        let server = Server { http: trusting(data), url: url.to_owned() };
        let way = Arc::new(Way {
            server: Mutex::new(server),
            state: Mutex::new(state),
            tamper: Mutex::new(None),
            tls: Mutex::new(acceptor(data, Certificate::Good)),
            connections: Mutex::default(),
            sockets: Default::default(),
        });
        let listening = tokio::spawn(listen(listener, way.clone()));
        Link { at, way, data: data.to_owned(), listening }
    }

    /// Breaks every connection off and shows this certificate to whoever connects from now on.
    pub fn present(&self, certificate: Certificate) {
        *self.way.tls.lock().unwrap() = acceptor(&self.data, certificate);
        self.way.connections.lock().unwrap().abort_all();
    }

    /// Cuts one body, the next that is like this; [`Link::uncut`] tells whether it came.
    pub fn cut_once(&self, cut: Cut) {
        self.way.state.lock().unwrap().once = Some(cut);
    }

    /// Ends [`Link::cut_once`]. True when a body was cut.
    pub fn uncut(&self) -> bool {
        self.way.state.lock().unwrap().once.take().is_none()
    }

    /// From now on nothing gets through, and sockets that are open break off.
    pub fn cut(&self) {
        self.way.state.lock().unwrap().cut = true;
        self.break_sockets();
    }

    /// From now on requests get through, but for these faults.
    pub fn restore(&self, faults: Faults) {
        let mut state = self.way.state.lock().unwrap();
        state.cut = false;
        state.faults = faults;
    }

    /// Changes every reply from now on: what a server that lies can do and a network cannot.
    pub fn tamper(&self, with: impl Fn(&Asked, Told) -> Told + Send + Sync + 'static) {
        *self.way.tamper.lock().unwrap() = Some(Arc::new(with));
    }

    /// Ends [`Link::tamper`].
    pub fn honest(&self) {
        *self.way.tamper.lock().unwrap() = None;
    }

    /// From now on requests go to the server at `url`, which has the same authority.
    pub fn lead_to(&self, url: &str) {
        url.clone_into(&mut self.way.server.lock().unwrap().url);
    }

    /// What the link has done so far.
    pub fn counts(&self) -> Counts {
        self.way.state.lock().unwrap().counts
    }

    /// Bodies of the pushes that the server got whole, each as often as it got it.
    pub fn pushed(&self) -> Vec<Bytes> {
        self.way.state.lock().unwrap().pushed.clone()
    }

    /// Lets requests arrive that were held back, when no later one has brought them along.
    pub async fn deliver_late(&self) {
        self.way.deliver_late().await;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.listening.abort();
        self.way.connections.lock().unwrap().abort_all();
    }
}

async fn listen(listener: TcpListener, link: Arc<Way>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        if link.state.lock().unwrap().cut {
            continue;
        }
        let (tls, way) = (link.tls.lock().unwrap().clone(), link.clone());
        let mut connections = link.connections.lock().unwrap();
        while connections.try_join_next().is_some() {}
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(stream) = tls.accept(stream).await else { return };
            let service = service_fn(move |request| way.clone().carry(request));
            let _ =
                Builder::new(TokioExecutor::new()).serve_connection_with_upgrades(TokioIo::new(stream), service).await;
        });
    }
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Passes,
    RequestLost,
    ReplyLost,
    Twice,
    Late,
    /// After so many bytes, counted around in a shorter body.
    RequestCut(usize),
    /// See `RequestCut`.
    ReplyCut(usize),
    Waits(u64),
}

impl State {
    fn fate(&mut self, path: &str) -> Fate {
        self.counts.requests += 1;
        if self.cut {
            self.counts.cut += 1;
            return Fate::RequestLost;
        }
        if let Some(Cut { body, after, .. }) = self.once.take_if(|cut| path.starts_with(&cut.path)) {
            self.counts.cut += 1;
            return if body == Half::Request { Fate::RequestCut(after) } else { Fate::ReplyCut(after) };
        }
        let Faults { drop_request, drop_reply, duplicate, reorder, cut, delay } = self.faults;
        let (throw, detail) = (self.dice.below(100), self.dice.next());
        let after = (detail / 2) as usize;
        let fates = [
            (drop_request, Fate::RequestLost),
            (drop_reply, Fate::ReplyLost),
            (duplicate, Fate::Twice),
            (reorder, Fate::Late),
            (cut, if detail.is_multiple_of(2) { Fate::RequestCut(after) } else { Fate::ReplyCut(after) }),
            (delay, Fate::Waits(1 + detail % 15)),
        ];
        let mut limit = 0;
        let fate = fates.into_iter().find(|(percent, _)| {
            limit += percent;
            throw < limit
        });
        let fate = fate.map_or(Fate::Passes, |(_, fate)| fate);
        match fate {
            Fate::Passes => {}
            Fate::RequestLost | Fate::ReplyLost => self.counts.drop += 1,
            Fate::Twice => self.counts.duplicate += 1,
            Fate::Late => self.counts.reorder += 1,
            Fate::RequestCut(_) | Fate::ReplyCut(_) => self.counts.cut += 1,
            Fate::Waits(_) => self.counts.delay += 1,
        }
        fate
    }
}

impl Way {
    async fn carry(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Carried>, Broken> {
        if request.headers().contains_key(header::UPGRADE) {
            return self.carry_socket(request).await;
        }
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
        let path = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let asked = Asked { method: parts.method, path, headers: about_the_message(&parts.headers), body };
        let fate = self.state.lock().unwrap().fate(&asked.path);
        let whole = asked.body.len();
        let told = match fate {
            Fate::RequestLost => return Err(Broken),
            Fate::Late => {
                self.state.lock().unwrap().late.push(asked);
                return Err(Broken);
            }
            Fate::RequestCut(after) if whole > 0 => {
                let _ = self.send(&asked, after % whole).await;
                return Err(Broken);
            }
            Fate::ReplyLost | Fate::RequestCut(_) => {
                self.send(&asked, whole).await?;
                return Err(Broken);
            }
            Fate::Twice => {
                self.send(&asked, whole).await?;
                self.send(&asked, whole).await?
            }
            Fate::Waits(ms) => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                self.send(&asked, whole).await?
            }
            Fate::Passes | Fate::ReplyCut(_) => self.send(&asked, whole).await?,
        };
        self.deliver_late().await;
        let tamper = self.tamper.lock().unwrap().clone();
        let told = match tamper {
            Some(tamper) => tamper(&asked, told),
            None => told,
        };
        let sent = match fate {
            Fate::ReplyCut(_) if told.body.is_empty() => return Err(Broken),
            Fate::ReplyCut(after) => after % told.body.len(),
            _ => told.body.len(),
        };
        let mut response = Response::new(Carried::new(&told.body, sent));
        *response.status_mut() = told.status;
        *response.headers_mut() = told.headers;
        Ok(response)
    }

    async fn deliver_late(&self) {
        let late = std::mem::take(&mut self.state.lock().unwrap().late);
        for asked in late {
            let _ = self.send(&asked, asked.body.len()).await;
        }
    }

    /// Asks the server, with the first `sent` bytes of the body and then nothing more.
    async fn send(&self, asked: &Asked, sent: usize) -> Result<Told, Broken> {
        let Server { http, url } = self.server.lock().unwrap().clone();
        let request = http.request(asked.method.clone(), format!("{url}{}", asked.path)).headers(asked.headers.clone());
        let request = match asked.body.len() {
            0 => request,
            whole if whole == sent => request.body(asked.body.clone()),
            whole => {
                let request = request.header(header::CONTENT_LENGTH, whole);
                request.body(reqwest::Body::wrap(Carried::new(&asked.body, sent)))
            }
        };
        let response = request.send().await.map_err(|_| Broken)?;
        if asked.path == "/v1/push" && asked.body.len() == sent {
            self.state.lock().unwrap().pushed.push(asked.body.clone());
        }
        let (status, headers) = (response.status(), about_the_message(response.headers()));
        let body = response.bytes().await.map_err(|_| Broken)?;
        Ok(Told { status, headers, body })
    }
}

/// The link broke off. What comes of it is the business of whoever waited.
#[derive(Debug, Clone, Copy)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the link broke off")
    }
}
impl std::error::Error for Broken {}

/// A body of a declared length that may end before it.
struct Carried {
    left: VecDeque<Result<Bytes, io::Error>>,
    length: u64,
}

impl Carried {
    fn new(body: &Bytes, sent: usize) -> Carried {
        let mut left = VecDeque::new();
        if sent > 0 {
            left.push_back(Ok(body.slice(..sent)));
        }
        if sent < body.len() {
            left.push_back(Err(io::Error::from(io::ErrorKind::ConnectionReset)));
        }
        Carried { left, length: body.len() as u64 }
    }
}

impl Body for Carried {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(self.left.pop_front().map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

/// Headers but for those that are about one connection.
fn about_the_message(headers: &HeaderMap) -> HeaderMap {
    let hop = [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::TE,
        header::UPGRADE,
        header::DATE,
    ];
    headers.iter().filter(|(name, _)| !hop.contains(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// A server's side of TLS on the loopback, with the authority of the data folder or, where it is to fail, not quite.
fn acceptor(data: &Path, shown: Certificate) -> TlsAcceptor {
    let authority = std::fs::read_to_string(data.join("authority.pem")).unwrap();
    let key = match shown {
        Certificate::Stranger => KeyPair::generate().unwrap(),
        _ => KeyPair::from_pem(&authority).unwrap(),
    };
    let mut issuer = CertificateParams::default();
    issuer.distinguished_name = rcgen::DistinguishedName::new();
    issuer.distinguished_name.push(DnType::CommonName, "Plumbline authority");
    issuer.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let certificate = match shown {
        Certificate::Stranger => issuer.self_signed(&key).unwrap().der().clone(),
        _ => CertificateDer::from_pem_slice(authority.as_bytes()).unwrap(),
    };
    let own = KeyPair::generate().unwrap();
    let names: &[&str] = if shown == Certificate::OtherName { &["wifi.example"] } else { &["127.0.0.1", "localhost"] };
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    if shown == Certificate::Expired {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    let leaf = params.signed_by(&own, &Issuer::from_params(&issuer, &key)).unwrap();
    let own = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.serialize_der()));
    let mut tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone(), certificate], own)
        .unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(tls))
}

/// A client that trusts the authority of the server's data folder and no other.
fn trusting(data: &Path) -> reqwest::Client {
    reqwest::Client::builder().tls_backend_preconfigured(trust(data)).no_proxy().build().unwrap()
}

/// TLS that trusts the authority of the server's data folder and no other.
pub fn trust(data: &Path) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(data.join("ca.pem")).unwrap()).unwrap();
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}
