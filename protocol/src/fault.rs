//! What can go wrong, as a person can act on it: one variant for each thing that somebody can do.
//!
//! The same value is the server's error body, the client's error and the shells'. It carries no prose for users and no
//! personal data: shells translate it. `field` names an input, `reason` is a short stable code (`missing`, `unknown`, `type`,
//! `range`, `length`, `expired`, `used`, ...), `trace` finds the log line.

use serde::{Deserialize, Serialize};

/// A failure that the caller can act upon. In JSON: `{"fault":"invalid","field":"at","reason":"range"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Error))]
pub enum Fault {
    /// No server could be reached; what was written waits in the outbox.
    #[error("offline")]
    Offline,
    /// The session is over: sign in or enrol again. Reading and writing offline go on.
    #[error("signed out")]
    SignedOut,
    /// The keystore does not give the keys.
    #[error("locked: {why:?}")]
    Locked {
        /// What the keystore answered.
        why: Lock,
    },
    /// The person's role does not allow this.
    #[error("denied")]
    Denied,
    /// Nothing by this name that this person may see.
    #[error("not found")]
    NotFound,
    /// An input is wrong: which, and how.
    #[error("invalid {field}: {reason}")]
    Invalid {
        /// Name of the input.
        field: String,
        /// Stable code of what is wrong with it.
        reason: String,
    },
    /// More than the named limit.
    #[error("too large: at most {limit}")]
    TooLarge {
        /// The limit, in the unit of the thing refused (bytes, items).
        limit: u64,
    },
    /// No room left where data must be written; nothing was written.
    #[error("storage full")]
    StorageFull,
    /// The server or the store is busy or draining; try again later.
    #[error("busy, retry after {retry_after} s")]
    Busy {
        /// Seconds to wait before the next try.
        retry_after: u32,
    },
    /// The server knows this device's chain with other bytes: a new key is needed. The client does it by itself.
    #[error("device must enrol again")]
    Reenrol,
    /// Stored or received data does not agree with its own proof.
    #[error("corrupt: {what}")]
    Corrupt {
        /// What does not agree, as a stable code.
        what: String,
    },
    /// Made by a newer version than this one.
    #[error("outdated")]
    Outdated,
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A defect of ours. The log has the details under this trace.
    #[error("internal error, trace {trace}")]
    Internal {
        /// Identifier of the log line.
        trace: String,
    },
}

/// Why a keystore does not give the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Lock {
    /// There is no keystore, or it holds nothing for data that exists.
    Missing,
    /// It is there and wants to be unlocked.
    Locked,
    /// It no longer opens these keys (biometrics changed, wrong passphrase, damaged).
    Invalidated,
}

impl Fault {
    /// [`Fault::Invalid`] for `field` with a `reason` code.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Fault::Invalid { field: field.into(), reason: reason.into() }
    }

    /// [`Fault::Corrupt`] of `what`.
    pub fn corrupt(what: impl Into<String>) -> Self {
        Fault::Corrupt { what: what.into() }
    }
}
