//! The socket that wakes a device: what its two ends say, and by when.
//!
//! Invariant: nothing of the log travels here. The server says how long the log is, which every page, receipt and open
//! checkpoint says too; the device then pulls as ever. So there is nothing to authorise or to verify a second time.

use serde::{Deserialize, Serialize};

/// What the server speaks over the socket: the first word of `sec-websocket-protocol`, and the only one that it answers.
pub const PROTOCOL: &str = "plumbline.live.1";
/// Most seconds between two signs of life of the server: proxies commonly close what was still for a minute. A device that
/// hears nothing for twice as long has lost the socket.
pub const PING_SECONDS: u32 = 50;
/// Most bytes of a [`Hint`] as JSON.
pub const MAX_HINT: usize = 256;

/// The answer to `POST /v1/live/ticket`: good once, for [`Ticket::expires_in`] seconds, for one socket of the session that
/// asked. A secret, so it has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// Opaque text of ASCII letters and digits: the second word of `sec-websocket-protocol`.
    pub ticket: String,
    /// Seconds until it is no longer taken.
    pub expires_in: u32,
}

/// All that the server says, as a text message of JSON: once when the socket opens, and again whenever the log has grown. A
/// hint that was not sent yet is replaced by a newer one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hint {
    /// Generation of the organisation's log.
    pub generation: u64,
    /// Its size now.
    pub size: u64,
}
