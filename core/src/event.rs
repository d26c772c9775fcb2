//! What the core tells its shell, so that screens read again what changed.

use serde::Serialize;

use crate::sync::Connection;

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Records of these kinds changed.
    Records {
        /// Names of the kinds, sorted.
        kinds: Vec<String>,
    },
    /// The outbox changed: something was queued, acknowledged, held or refused.
    Outbox,
    /// The state of a photograph's file changed.
    Photo {
        /// The photograph's record.
        record: plumbline_protocol::RecordId,
    },
    /// The connection to the server changed.
    Connection {
        /// What it is now.
        connection: Connection,
    },
    /// The log disagrees with its own proofs.
    Alarm,
}

/// Receives events. Called from worker threads; it must return at once.
pub trait EventListener: Send + Sync {
    /// Something changed.
    fn on_event(&self, event: Event);
}
