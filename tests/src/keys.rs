//! A keystore in memory that can be told to fail as those of phones and desktops do.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use plumbline_core::keystore::Keystore;
use plumbline_protocol::{Fault, Lock};
use zeroize::Zeroizing;

/// Secrets that are gone with the process.
#[derive(Default)]
pub struct MemoryKeystore {
    secrets: Mutex<BTreeMap<String, Zeroizing<Vec<u8>>>>,
    fails: Mutex<Option<Lock>>,
}

impl MemoryKeystore {
    /// From now on every call fails for this reason; `None`: it works again.
    pub fn fail(&self, why: Option<Lock>) {
        *self.fails.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    /// Puts every secret into another keystore, by its name.
    pub fn move_into(&self, other: &dyn Keystore) {
        self.secrets.lock().unwrap().iter().for_each(|(name, secret)| other.store(name, secret).unwrap());
    }

    /// The name that ends in `end`.
    pub fn name(&self, end: &str) -> String {
        self.secrets.lock().unwrap().keys().find(|name| name.ends_with(end)).unwrap().clone()
    }

    /// The names of all that is kept.
    pub fn names(&self) -> Vec<String> {
        self.secrets.lock().unwrap().keys().cloned().collect()
    }

    /// Every secret that is kept, for a search that must not find them elsewhere.
    pub fn secrets(&self) -> Vec<Zeroizing<Vec<u8>>> {
        self.secrets.lock().unwrap().values().cloned().collect()
    }

    /// The secret whose name ends in `end`.
    pub fn ending_in(&self, end: &str) -> Option<Zeroizing<Vec<u8>>> {
        let secrets = self.secrets.lock().unwrap();
        secrets.iter().find_map(|(name, secret)| name.ends_with(end).then(|| secret.clone()))
    }

    /// A keystore with the same secrets, for a copy of a store.
    pub fn copy(&self) -> MemoryKeystore {
        MemoryKeystore { secrets: Mutex::new(self.secrets.lock().unwrap().clone()), fails: Mutex::default() }
    }

    /// Puts another secret under the name that ends in `end`.
    pub fn replace(&self, end: &str, secret: &[u8]) {
        let mut secrets = self.secrets.lock().unwrap();
        let kept = secrets.iter_mut().find(|(name, _)| name.ends_with(end)).unwrap();
        *kept.1 = Zeroizing::new(secret.to_vec());
    }

    /// Forgets everything: the keystore of a phone that was wiped.
    pub fn clear(&self) {
        self.secrets.lock().unwrap().clear();
    }

    fn works(&self) -> Result<(), Fault> {
        match *self.fails.lock().unwrap() {
            Some(why) => Err(Fault::Locked { why }),
            None => Ok(()),
        }
    }
}

impl Keystore for MemoryKeystore {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        self.works()?;
        Ok(self.secrets.lock().unwrap().get(name).cloned())
    }

    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        self.works()?;
        self.secrets.lock().unwrap().insert(name.to_owned(), Zeroizing::new(secret.to_vec()));
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.works()?;
        self.secrets.lock().unwrap().remove(name);
        Ok(())
    }

    fn probe(&self) -> Result<(), Fault> {
        self.works()
    }
}
