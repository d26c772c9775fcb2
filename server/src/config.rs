//! What the server is told at start, and why it may refuse to.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use plumbline_protocol::live::PING_SECONDS;

use crate::{
    clock::{Clock, SystemClock},
    error::Error,
};

/// How to start a server. `Config::new(data)` is all it needs.
#[derive(Clone)]
pub struct Config {
    /// The folder that holds everything; made if it is not there.
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The host name or address by which devices reach the server; it stands in links and in the certificate.
    /// None: the address listened on.
    pub name: Option<String>,
    /// A certificate chain and key in PEM files, instead of the server's own authority.
    pub tls: Option<TlsFiles>,
    /// Where the time of day comes from.
    pub clock: Arc<dyn Clock>,
    /// How fast one caller may ask.
    pub rates: Rates,
    /// The sockets that wake devices.
    pub sockets: Sockets,
    /// How long, and how often at once, one caller may hold on to the server.
    pub bounds: Bounds,
}

/// A certificate given by the administrator.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// PEM: the server's certificate first, the authority that devices are to pin last.
    pub certificate: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
}

/// What ends a connection or a request that does not end by itself. The defaults are for phones on bad networks.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For the head of a request.
    pub head: Duration,
    /// For a request with its body, until it is answered; how long the answer may take is `stall`'s to say.
    pub request: Duration,
    /// A connection is closed on which a request does not move for so long, or on which there was none. A request moves when
    /// it begins, when it is answered, and with every 64 KiB of its answer that are taken. Longer than `request`.
    pub stall: Duration,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once of one network address, so that no one address takes them all. A site may share one.
    pub connections_of_address: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            request: Duration::from_secs(60),
            stall: Duration::from_secs(75),
            connections: 2048,
            connections_of_address: 512,
        }
    }
}

/// Token buckets: how many requests a second go on for ever, and how many may come at once.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// For one network address, whoever asks. A crew often shares one.
    pub address: Rate,
    /// For one device that has a session.
    pub device: Rate,
}

/// One token bucket's measure.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Tokens that come back each second.
    pub per_second: u32,
    /// Tokens in a full bucket.
    pub burst: u32,
}

impl Config {
    /// A server on `data` that listens on a free port of the loopback and reads the machine's clock.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Config {
            data: data.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            name: None,
            tls: None,
            clock: Arc::new(SystemClock),
            rates: Rates {
                address: Rate { per_second: 200, burst: 1000 },
                device: Rate { per_second: 100, burst: 400 },
            },
            sockets: Sockets::default(),
            bounds: Bounds::default(),
        }
    }
}

/// How many sockets, and how often each is asked for a sign of life.
#[derive(Debug, Clone, Copy)]
pub struct Sockets {
    /// Most that are open at once; each takes a descriptor and some 20 KB.
    pub most: usize,
    /// Time between two pings, at most [`PING_SECONDS`]. Who has not answered one by the next is dropped.
    pub ping: Duration,
}

impl Default for Sockets {
    fn default() -> Self {
        Sockets { most: 12_000, ping: Duration::from_secs(u64::from(PING_SECONDS)) }
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process serves this folder.
    #[error("the data folder is in use by another server")]
    InUse,
    /// A newer version has written this folder.
    #[error("the data folder was written by a newer version")]
    Newer,
    /// The database is not what was written to it: only a backup helps. Nothing was changed.
    #[error("the database is damaged ({0}): keep this folder, and put a backup in its place")]
    Damaged(&'static str),
    /// The certificate files or the authority's files do not make a usable certificate.
    #[error("certificate: {0}")]
    Tls(String),
    /// No link can be made before the server has run once, for a link holds its address.
    #[error("start the server once before asking for a setup link")]
    NeverStarted,
    /// The folder or the address cannot be used.
    #[error("{0}: {1}")]
    Io(&'static str, #[source] std::io::Error),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl StartError {
    /// The exit code that scripts may rely on: 3 in use, 4 newer, 5 damaged, otherwise 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            StartError::InUse => 3,
            StartError::Newer => 4,
            StartError::Damaged(_) => 5,
            _ => 1,
        }
    }
}
