//! A computer's keystore: the operating system's, or a file under a passphrase where a person chose that for want of one.
//!
//! Invariants: it is chosen when the client asks first, who then has the folder to itself; a file that is there is always the
//! choice, and it is never made while keys are looked for, so data whose keys are elsewhere never gets new ones.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use plumbline_protocol::{Fault, Lock};
use zeroize::Zeroizing;

use super::{Keystore, OsKeystore, PassphraseKeystore, locked};

/// The keystore of the store in one folder.
pub struct ComputerKeystore {
    file: PathBuf,
    service: String,
    passphrase: Option<Zeroizing<String>>,
    opened: Mutex<Option<Arc<dyn Keystore>>>,
}

impl ComputerKeystore {
    /// The keystore of the store in `home`: under the application's name `service` in the operating system's, or under
    /// `passphrase` in a file beside the store.
    pub fn new(home: &Path, service: &str, passphrase: Option<Zeroizing<String>>) -> Self {
        ComputerKeystore {
            file: home.join("keystore"),
            service: service.to_owned(),
            passphrase,
            opened: Mutex::new(None),
        }
    }

    /// True where the keys are under a passphrase.
    pub fn in_a_file(home: &Path) -> bool {
        home.join("keystore").exists()
    }

    /// The keystore; none where a file is wanted, is not there and may not be made.
    fn keystore(&self, make: bool) -> Result<Option<Arc<dyn Keystore>>, Fault> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keystore) = &*opened {
            return Ok(Some(Arc::clone(keystore)));
        }
        let keystore: Arc<dyn Keystore> = match (&self.passphrase, self.file.exists()) {
            (Some(passphrase), true) => Arc::new(PassphraseKeystore::open(&self.file, passphrase.clone())?),
            (Some(passphrase), false) if make => Arc::new(PassphraseKeystore::create(&self.file, passphrase.clone())?),
            (Some(_), false) => return Ok(None),
            (None, true) => return Err(locked(Lock::Locked)),
            (None, false) => Arc::new(OsKeystore::new(&self.service)),
        };
        Ok(Some(Arc::clone(opened.insert(keystore))))
    }

    fn made(&self) -> Result<Arc<dyn Keystore>, Fault> {
        self.keystore(true)?.ok_or_else(|| locked(Lock::Missing))
    }
}

impl Keystore for ComputerKeystore {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        self.keystore(false)?.map_or(Ok(None), |keystore| keystore.load(name))
    }

    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        self.made()?.store(name, secret)
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.keystore(false)?.map_or(Ok(()), |keystore| keystore.remove(name))
    }

    fn probe(&self) -> Result<(), Fault> {
        self.made()?.probe()
    }
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;

    fn under(home: &Path, passphrase: &str) -> ComputerKeystore {
        ComputerKeystore::new(home, "plumbline-test", Some(Zeroizing::new(passphrase.to_owned())))
    }

    #[test]
    fn looking_for_keys_makes_no_keystore() {
        let home = tempdir().unwrap();
        let keystore = under(home.path(), "correct horse");
        assert_eq!(keystore.load("a/device-key"), Ok(None));
        assert_eq!(keystore.remove("a/device-key"), Ok(()));
        assert!(!ComputerKeystore::in_a_file(home.path()));
        keystore.probe().unwrap();
        assert!(ComputerKeystore::in_a_file(home.path()));
    }

    #[test]
    fn keys_under_a_passphrase_are_locked_without_it() {
        let home = tempdir().unwrap();
        under(home.path(), "correct horse").store("a/device-key", b"secret").unwrap();
        let without = ComputerKeystore::new(home.path(), "plumbline-test", None);
        assert_eq!(without.load("a/device-key"), Err(locked(Lock::Locked)));
        assert_eq!(under(home.path(), "wrong horse").load("a/device-key"), Err(locked(Lock::Invalidated)));
        assert_eq!(under(home.path(), "correct horse").load("a/device-key").unwrap().unwrap().as_slice(), b"secret");
    }
}
