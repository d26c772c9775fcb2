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
use plumbline_protocol::Fault;
use zeroize::Zeroizing;

/// Keeps small secrets by name, in the system's keystore. Called on threads that may block, one call at a time or several.
#[uniffi::export(with_foreign)]
pub trait Keystore: Send + Sync {
    /// The secret by this name; none where a keystore that works holds none. `Fault.Locked` says why it cannot be read, and is
    /// never to be answered as none.
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, Fault>;

    /// Keeps a secret durably, replacing the one by this name.
    fn store(&self, name: String, secret: Vec<u8>) -> Result<(), Fault>;

    /// Forgets a secret; one that is not there is no failure.
    fn remove(&self, name: String) -> Result<(), Fault>;

    /// Proves with a real write that secrets can be kept.
    fn probe(&self) -> Result<(), Fault>;
}

/// Hears what changed. Called from worker threads; it must return at once. What it throws harms nobody.
#[uniffi::export(with_foreign)]
pub trait EventListener: Send + Sync {
    /// Something changed: what shows it reads it again.
    fn on_event(&self, event: Event) -> Result<(), Fault>;
}

/// A shell's keystore as the core knows keystores.
pub(crate) struct ShellKeystore(pub Arc<dyn Keystore>);

impl keystore::Keystore for ShellKeystore {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        self.0.load(name.to_owned()).map(|secret| secret.map(Zeroizing::new)).map_err(|fault| told("load", fault))
    }

    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        self.0.store(name.to_owned(), secret.to_vec()).map_err(|fault| told("store", fault))
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.0.remove(name.to_owned()).map_err(|fault| told("remove", fault))
    }

    fn probe(&self) -> Result<(), Fault> {
        self.0.probe().map_err(|fault| told("probe", fault))
    }
}

/// What a keystore threw past a fault gets a trace of its own, and a line in the log that says where and no more.
fn told(what: &'static str, fault: Fault) -> Fault {
    match fault {
        Fault::Internal { .. } => error::internal("shell's keystore", &what),
        fault => fault,
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
