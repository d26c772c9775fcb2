//! The operating system's keystore: Keychain, Credential Manager, Secret Service.
//!
//! A call may wait for a prompt that nobody sees: [`Patient`](super::Patient) bounds that.

use data_encoding::HEXLOWER;
use keyring::{Entry, Error};
use plumbline_protocol::{Fault, Lock};
use zeroize::Zeroizing;

use super::{Keystore, check_name, check_secret, locked};
use crate::secret;

/// Secrets of one application in the operating system's keystore.
///
/// The connection is made once per process: after Missing, a keystore that appears later is found at the next start.
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
        Entry::new(&self.service, name).and_then(work).map_err(|e| fault(&e))
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
