//! The operating system's keystore: Keychain, Credential Manager, Secret Service.
//!
//! Invariants: no call waits longer than the patience it was given, because a locked keyring may wait for a prompt that
//! nobody sees; while such a call hangs, the next ones are answered Locked at once, so at most one thread hangs. A `store`
//! that timed out may still happen when the person answers the prompt: Locked means "not known to be kept".

use std::{
    sync::{Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use data_encoding::HEXLOWER;
use keyring::{Entry, Error};
use plumbline_protocol::{Fault, Lock};
use zeroize::Zeroizing;

use super::{Keystore, check_name, check_secret, locked};
use crate::{error, secret};

/// How long a call may take: a background service answers in milliseconds, a person at a prompt takes longer and retries.
const PATIENCE: Duration = Duration::from_secs(10);

/// Secrets of one application in the operating system's keystore.
///
/// The connection is made once per process: after Missing, a keystore that appears later is found at the next start.
pub struct OsKeystore {
    service: String,
    patience: Duration,
    hanging: Mutex<Option<JoinHandle<()>>>,
}

impl OsKeystore {
    /// The keystore, under the application's name `service` (such as `org.example.plumbline`).
    pub fn new(service: impl Into<String>) -> Self {
        OsKeystore { service: service.into(), patience: PATIENCE, hanging: Mutex::new(None) }
    }

    /// Runs `work` on this name's entry, in a thread that may be left behind.
    fn entry<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, Fault> {
        let (service, name) = (self.service.clone(), name.to_owned());
        self.timed(move || Entry::new(&service, &name).and_then(work))
    }

    fn timed<T: Send + 'static>(&self, work: impl FnOnce() -> keyring::Result<T> + Send + 'static) -> Result<T, Fault> {
        let mut hanging = self.hanging.lock().unwrap_or_else(PoisonError::into_inner);
        if hanging.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return Err(locked(Lock::Locked));
        }
        let (reply, answer) = mpsc::channel();
        // Nobody listens any more when the answer comes late: then it is dropped.
        let call = move || drop(reply.send(work()));
        let thread = thread::Builder::new().name("keystore".to_owned()).spawn(call);
        let thread = thread.map_err(|e| error::internal("keystore thread", &e))?;
        match answer.recv_timeout(self.patience) {
            Ok(result) => result.map_err(|e| fault(&e)),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                *hanging = Some(thread);
                Err(locked(Lock::Locked))
            }
            Err(cause @ mpsc::RecvTimeoutError::Disconnected) => Err(error::internal("keystore thread", &cause)),
        }
    }

    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        self.entry(name, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(other) => Err(other),
        })
    }
}

impl Keystore for OsKeystore {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        check_name(name)?;
        let found = self.read(name)?;
        if found.is_none() {
            // A service without a keyring says "no entry" as well: only one that can keep a secret may say so.
            self.probe()?;
        }
        Ok(found)
    }

    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        check_name(name)?;
        check_secret(secret)?;
        let secret = Zeroizing::new(secret.to_vec());
        self.entry(name, move |entry| entry.set_secret(&secret))
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        check_name(name)?;
        self.entry(name, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            other => other,
        })
    }

    fn probe(&self) -> Result<(), Fault> {
        let random = secret::random::<16>()?;
        // A name of its own, so that two probes at a time do not read each other's secret.
        let name = format!("probe/{}", HEXLOWER.encode(random.as_slice()));
        self.store(&name, random.as_slice())?;
        let found = self.read(&name);
        self.remove(&name)?;
        match found? {
            Some(found) if *found == *random => Ok(()),
            _ => Err(locked(Lock::Invalidated)),
        }
    }
}

/// The three ways in which keys are not given. Everything unforeseen counts as "no keystore": it never allows a new key.
fn fault(cause: &Error) -> Fault {
    match cause {
        Error::NoStorageAccess(_) => locked(Lock::Locked),
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) | Error::Ambiguous(_) => {
            locked(Lock::Invalidated)
        }
        Error::TooLong(..) | Error::Invalid(..) => Fault::invalid("name", "form"),
        _ => locked(Lock::Missing),
    }
}

#[cfg(test)]
mod tests;
