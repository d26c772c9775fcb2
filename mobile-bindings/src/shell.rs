//! What a shell brings along: the keystore of its system, and ears.
//!
//! Invariants: what comes from a keystore is wiped on this side when it is no longer needed; of an exception that is no
//! fault nothing but the fact is kept, because it can hold a stack, a path or a person's words.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use plumbline_core::{
    error,
    event::{self, Event},
    keystore,
};
use plumbline_protocol::{Fault, Lock};
use zeroize::Zeroizing;

/// What a shell's own code answers where it cannot do what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Error)]
pub enum ShellFault {
    /// There is no keystore, or it holds nothing for data that exists.
    Missing,
    /// It wants to be unlocked.
    Locked,
    /// It no longer opens what it holds: face or fingers changed, or the passcode was taken off.
    Invalidated,
    /// It has no room.
    StorageFull,
    /// Anything else, whatever was thrown.
    Failed,
}

impl std::fmt::Display for ShellFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for ShellFault {}

impl From<uniffi::UnexpectedUniFFICallbackError> for ShellFault {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        ShellFault::Failed
    }
}

impl ShellFault {
    /// As the core knows it; one that says nothing gets a trace, and a line in the log that says where and no more.
    fn fault(self, what: &'static str) -> Fault {
        match self {
            ShellFault::Missing => Fault::Locked { why: Lock::Missing },
            ShellFault::Locked => Fault::Locked { why: Lock::Locked },
            ShellFault::Invalidated => Fault::Locked { why: Lock::Invalidated },
            ShellFault::StorageFull => Fault::StorageFull,
            ShellFault::Failed => error::internal("shell's keystore", &what),
        }
    }
}

/// Keeps small secrets by name, in the system's keystore. Called on threads that may block, one call at a time or several.
#[uniffi::export(with_foreign)]
pub trait Keystore: Send + Sync {
    /// The secret by this name; none where a keystore that works holds none. Where it cannot be read, the
    /// reason is thrown, never none answered.
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, ShellFault>;

    /// Keeps a secret durably, replacing the one by this name.
    fn store(&self, name: String, secret: Vec<u8>) -> Result<(), ShellFault>;

    /// Forgets a secret; one that is not there is no failure.
    fn remove(&self, name: String) -> Result<(), ShellFault>;

    /// Proves with a real write that secrets can be kept.
    fn probe(&self) -> Result<(), ShellFault>;
}

/// Hears what changed. Called from worker threads; it must return at once. What it throws harms nobody.
#[uniffi::export(with_foreign)]
pub trait EventListener: Send + Sync {
    /// Something changed: what shows it reads it again.
    fn on_event(&self, event: Event) -> Result<(), ShellFault>;
}

/// A shell's keystore as the core knows keystores.
pub(crate) struct ShellKeystore(pub Arc<dyn Keystore>);

impl keystore::Keystore for ShellKeystore {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        self.0.load(name.to_owned()).map(|secret| secret.map(Zeroizing::new)).map_err(|fault| fault.fault("load"))
    }

    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        self.0.store(name.to_owned(), secret.to_vec()).map_err(|fault| fault.fault("store"))
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.0.remove(name.to_owned()).map_err(|fault| fault.fault("remove"))
    }

    fn probe(&self) -> Result<(), Fault> {
        self.0.probe().map_err(|fault| fault.fault("probe"))
    }
}

/// A shell's listener as the core knows listeners.
pub(crate) struct ShellListener {
    pub listener: Arc<dyn EventListener>,
    pub failed: AtomicU64,
}

impl event::EventListener for ShellListener {
    fn on_event(&self, event: Event) {
        if self.listener.on_event(event).is_err() {
            let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            tracing::warn!(failed, "the shell's listener threw");
        }
    }
}
