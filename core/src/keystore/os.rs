//! The operating system's keystore: Keychain, Credential Manager, Secret Service.
//!
//! A call may wait for a prompt that nobody sees: [`Patient`](super::Patient) bounds that.

use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;
use keyring::{Entry, Error};
use keyring_core::api::CredentialStore;
use plumbline_protocol::{Fault, Lock};
use zeroize::Zeroizing;

use super::{Keystore, check_name, check_secret, locked};
use crate::secret;

/// The connection to the keystore; none before the first call and after a failed one, so that a keystore that comes, or comes
/// back, is found by the next call.
static STORE: Mutex<Option<Arc<CredentialStore>>> = Mutex::new(None);

/// Secrets of one application in the operating system's keystore.
pub struct OsKeystore {
    service: String,
}

impl OsKeystore {
    /// The keystore, under the application's name `service` (such as `org.example.plumbline`).
    pub fn new(service: impl Into<String>) -> Self {
        OsKeystore { service: service.into() }
    }

    /// Runs `work` on this name's entry.
    fn entry<T>(&self, name: &str, work: impl FnOnce(Entry) -> keyring::Result<T>) -> Result<T, Fault> {
        // Its own constructor connects once for the life of the process.
        let entry = connected().and_then(|store| Ok(Entry { inner: store.build(&self.service, name, None)? }));
        entry.and_then(work).map_err(|e| {
            *STORE.lock().unwrap_or_else(PoisonError::into_inner) = None;
            fault(&e)
        })
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
        self.entry(name, |entry| entry.set_secret(secret))
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

/// The connection, made where there is none.
fn connected() -> keyring::Result<Arc<CredentialStore>> {
    let mut store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(store) = &*store {
        return Ok(Arc::clone(store));
    }
    Ok(Arc::clone(store.insert(connect()?)))
}

#[cfg(target_os = "macos")]
fn connect() -> keyring::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn connect() -> keyring::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn connect() -> keyring::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
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
