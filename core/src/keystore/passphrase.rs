//! A keystore in one file under a passphrase that a person or a script gave: for machines without an OS keystore.
//!
//! Layout: magic, Argon2id parameters (memory in KiB, passes, lanes: big-endian u32 each), 16 bytes of salt, 24 of nonce,
//! then the map sealed with all of that bound to it. The map: for each secret in order of name, length of the name (u8),
//! name, length of the secret (u16 big-endian), secret.
//! Invariants: the passphrase is stretched once per open and then forgotten; the file is replaced whole, with a fresh nonce
//! each time; parameters below the floor or above the ceiling are refused, so a changed file neither weakens nor exhausts.
//! One process at a time: the holder of the database next to it.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use argon2::{Algorithm, Argon2, Params, Version};
use plumbline_protocol::{Fault, Lock};
use zeroize::Zeroizing;

use super::{Keystore, MAX_NAME, MAX_SECRET, check_name, check_secret, locked};
use crate::{aead, error, files, secret};

/// Fewest characters of a new passphrase (OWASP ASVS 5.0, 6.2.1).
pub const MIN_PASSPHRASE: usize = 8;

const MAX_PASSPHRASE: usize = 1024;
const MAX_SECRETS: usize = 256;
const MAGIC: &[u8; 21] = b"plumbline/keystore/1\n";
const SALT: usize = 16;
const KDF: usize = MAGIC.len() + 12 + SALT;
const HEADER: usize = KDF + aead::NONCE;
const MAX_FILE: u64 = (HEADER + MAX_SECRETS * (3 + MAX_NAME + MAX_SECRET) + aead::TAG) as u64;
/// RFC 9106's second recommendation: 64 MiB, 3 passes, 4 lanes. Also the floor.
const COST: Cost = Cost { memory: 64 * 1024, passes: 3, lanes: 4 };
const CEILING: Cost = Cost { memory: 1024 * 1024, passes: 16, lanes: 16 };

type Secrets = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// Secrets in one file, opened with a passphrase.
pub struct PassphraseKeystore {
    path: PathBuf,
    /// Magic, parameters and salt: what the key was stretched under.
    kdf: [u8; KDF],
    key: Zeroizing<[u8; aead::KEY]>,
    /// Taken by every call: one reads or changes the file at a time.
    turn: Mutex<()>,
}

impl PassphraseKeystore {
    /// Opens the keystore at `path`.
    ///
    /// # Errors
    /// [`Fault::Locked`]: Missing where there is no file, Invalidated where the passphrase is wrong or the file damaged
    /// (the two cannot be told apart).
    pub fn open(path: impl Into<PathBuf>, passphrase: Zeroizing<String>) -> Result<Self, Fault> {
        let path = path.into();
        let file = read_file(&path)?;
        let (kdf, _) = file.split_first_chunk().ok_or_else(damaged)?;
        let keystore = PassphraseKeystore { key: stretch(&passphrase, kdf)?, kdf: *kdf, path, turn: Mutex::new(()) };
        keystore.unseal(&file)?;
        Ok(keystore)
    }

    /// Makes an empty keystore at `path`.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `path` where something is there already, which is never written over, or `passphrase` of fewer
    /// than [`MIN_PASSPHRASE`] characters or more than 1024 bytes; [`Fault::StorageFull`].
    pub fn create(path: impl Into<PathBuf>, passphrase: Zeroizing<String>) -> Result<Self, Fault> {
        let path = path.into();
        if path.symlink_metadata().is_ok() {
            return Err(Fault::invalid("path", "exists"));
        }
        if passphrase.chars().count() < MIN_PASSPHRASE || passphrase.len() > MAX_PASSPHRASE {
            return Err(Fault::invalid("passphrase", "length"));
        }
        let kdf = new_kdf(COST)?;
        let keystore = PassphraseKeystore { key: stretch(&passphrase, &kdf)?, kdf, path, turn: Mutex::new(()) };
        keystore.write(&Secrets::new())?;
        Ok(keystore)
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Secrets are read anew each time: none stays in memory, and two instances agree.
    fn read(&self) -> Result<Secrets, Fault> {
        self.unseal(&read_file(&self.path)?)
    }

    fn unseal(&self, file: &[u8]) -> Result<Secrets, Fault> {
        let (header, sealed) = file.split_first_chunk::<HEADER>().ok_or_else(damaged)?;
        let nonce = header.last_chunk().ok_or_else(damaged)?;
        if !header.starts_with(&self.kdf) {
            return Err(damaged());
        }
        let mut map = Zeroizing::new(sealed.to_vec());
        aead::open(&self.key, nonce, header, &mut map).map_err(|_| damaged())?;
        decode(&map).ok_or_else(damaged)
    }

    fn write(&self, secrets: &Secrets) -> Result<(), Fault> {
        let nonce = secret::random::<{ aead::NONCE }>()?;
        let header = [self.kdf.as_slice(), nonce.as_slice()].concat();
        let mut map = encode(secrets)?;
        aead::seal(&self.key, &nonce, &header, &mut map)?;
        files::write_whole(&self.path, |file| {
            file.write_all(&header).and_then(|()| file.write_all(&map)).map_err(|e| error::io("write keystore", &e))
        })
    }
}

impl Keystore for PassphraseKeystore {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        check_name(name)?;
        let _turn = self.turn();
        Ok(self.read()?.remove(name))
    }

    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        check_name(name)?;
        check_secret(secret)?;
        let _turn = self.turn();
        let mut secrets = self.read()?;
        secrets.insert(name.to_owned(), Zeroizing::new(secret.to_vec()));
        if secrets.len() > MAX_SECRETS {
            return Err(Fault::TooLarge { limit: MAX_SECRETS as u64 });
        }
        self.write(&secrets)
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        check_name(name)?;
        let _turn = self.turn();
        let mut secrets = self.read()?;
        if secrets.remove(name).is_some() { self.write(&secrets) } else { Ok(()) }
    }

    fn probe(&self) -> Result<(), Fault> {
        let _turn = self.turn();
        self.write(&self.read()?)
    }
}

#[derive(Clone, Copy)]
struct Cost {
    /// KiB.
    memory: u32,
    passes: u32,
    lanes: u32,
}

fn new_kdf(cost: Cost) -> Result<[u8; KDF], Fault> {
    let numbers = [cost.memory, cost.passes, cost.lanes].map(u32::to_be_bytes).concat();
    let salt = secret::random::<SALT>()?;
    let kdf = [MAGIC.as_slice(), &numbers, salt.as_slice()].concat();
    kdf.try_into().map_err(|_| damaged())
}

/// Argon2id under the stored parameters, where they lie between floor and ceiling.
fn stretch(passphrase: &str, kdf: &[u8; KDF]) -> Result<Zeroizing<[u8; aead::KEY]>, Fault> {
    let rest = kdf.strip_prefix(MAGIC).ok_or_else(damaged)?;
    let (numbers, salt) = rest.split_first_chunk::<12>().ok_or_else(damaged)?;
    let mut numbers = numbers.as_chunks::<4>().0.iter().map(|n| u32::from_be_bytes(*n));
    let mut number =
        |floor: u32, ceiling: u32| numbers.next().filter(|n| (floor..=ceiling).contains(n)).ok_or_else(damaged);
    let memory = number(COST.memory, CEILING.memory)?;
    let passes = number(COST.passes, CEILING.passes)?;
    let lanes = number(COST.lanes, CEILING.lanes)?;
    let failed = |cause: argon2::Error| error::internal("argon2", &cause);
    let params = Params::new(memory, passes, lanes, Some(aead::KEY)).map_err(failed)?;
    let mut key = Zeroizing::new([0; aead::KEY]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(failed)?;
    Ok(key)
}

fn read_file(path: &Path) -> Result<Vec<u8>, Fault> {
    let failed = |e: io::Error| match e.kind() {
        io::ErrorKind::NotFound => locked(Lock::Missing),
        _ => error::io("read keystore", &e),
    };
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE { Err(damaged()) } else { Ok(bytes) }
}

fn encode(secrets: &Secrets) -> Result<Zeroizing<Vec<u8>>, Fault> {
    // The whole size at once: growing would leave copies of secrets in freed memory.
    let size = secrets.iter().map(|(name, secret)| 3 + name.len() + secret.len()).sum::<usize>() + aead::TAG;
    let mut map = Zeroizing::new(Vec::with_capacity(size));
    for (name, secret) in secrets {
        let name_length = u8::try_from(name.len()).map_err(|_| Fault::invalid("name", "form"))?;
        let length = u16::try_from(secret.len()).map_err(|_| Fault::TooLarge { limit: MAX_SECRET as u64 })?;
        map.push(name_length);
        map.extend_from_slice(name.as_bytes());
        map.extend_from_slice(&length.to_be_bytes());
        map.extend_from_slice(secret);
    }
    Ok(map)
}

fn decode(mut map: &[u8]) -> Option<Secrets> {
    let mut secrets = Secrets::new();
    while let Some((&length, rest)) = map.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(length))?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (secret, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        secrets.insert(str::from_utf8(name).ok()?.to_owned(), Zeroizing::new(secret.to_vec()));
        map = rest;
    }
    Some(secrets)
}

fn damaged() -> Fault {
    locked(Lock::Invalidated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    fn new(dir: &tempfile::TempDir) -> (PathBuf, PassphraseKeystore) {
        let path = dir.path().join("keystore");
        let keystore = PassphraseKeystore::create(&path, words("correct horse")).unwrap();
        (path, keystore)
    }

    /// A clone of the file has its key too, for passphrase and salt are the same: so a nonce is drawn anew for each write, of
    /// 192 random bits, and never counted.
    ///
    /// Shows b06.
    #[test]
    fn two_clones_of_a_file_write_under_nonces_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        let (path, one) = new(&dir);
        let copy = dir.path().join("clone");
        std::fs::copy(&path, &copy).unwrap();
        let two = PassphraseKeystore::open(&copy, words("correct horse")).unwrap();
        let mut nonces = std::collections::BTreeSet::new();
        for n in 0..20u8 {
            for (file, keystore, secret) in [(&path, &one, [n, 1]), (&copy, &two, [n, 2])] {
                keystore.store("org/tokens", &secret).unwrap();
                assert!(nonces.insert(std::fs::read(file).unwrap()[KDF..][..aead::NONCE].to_vec()));
            }
        }
    }

    #[test]
    fn secrets_survive_and_two_instances_agree() {
        let dir = tempfile::tempdir().unwrap();
        let (path, one) = new(&dir);
        assert_eq!(one.load("org/device-key"), Ok(None));
        one.store("org/device-key", b"\x00key\xff").unwrap();
        let two = PassphraseKeystore::open(&path, words("correct horse")).unwrap();
        assert_eq!(two.load("org/device-key").unwrap().unwrap().as_slice(), b"\x00key\xff");
        two.store("org/tokens", &[9; MAX_SECRET]).unwrap();
        two.remove("org/device-key").unwrap();
        two.remove("org/device-key").unwrap();
        assert_eq!(one.load("org/device-key"), Ok(None));
        assert_eq!(one.load("org/tokens").unwrap().unwrap().as_slice(), [9; MAX_SECRET]);
        one.probe().unwrap();
        assert_eq!(two.load("org/tokens").unwrap().unwrap().as_slice(), [9; MAX_SECRET]);
        assert_eq!(one.store("Org", b"x"), Err(Fault::invalid("name", "form")));
        assert_eq!(one.store("org", &[0; MAX_SECRET + 1]), Err(Fault::TooLarge { limit: 2048 }));
        let stored = std::fs::read(&path).unwrap();
        assert!(!stored.windows(6).any(|w| w == b"tokens") && !stored.windows(8).any(|w| w == [9; 8]));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file stays");
    }

    /// Shows b17.
    #[test]
    fn missing_is_not_wrong_and_neither_makes_a_new_keystore() {
        let dir = tempfile::tempdir().unwrap();
        let absent = dir.path().join("absent");
        assert_eq!(PassphraseKeystore::open(&absent, words("correct horse")).err(), Some(locked(Lock::Missing)));
        assert!(!absent.exists());
        let (path, keystore) = new(&dir);
        keystore.store("a", b"b").unwrap();
        assert_eq!(PassphraseKeystore::open(&path, words("wrong horse")).err(), Some(damaged()));
        let again = PassphraseKeystore::create(&path, words("correct horse")).err();
        assert_eq!(again, Some(Fault::invalid("path", "exists")));
        assert_eq!(keystore.load("a").unwrap().unwrap().as_slice(), b"b");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(keystore.load("a"), Err(locked(Lock::Missing)));
        assert_eq!(keystore.store("a", b"c"), Err(locked(Lock::Missing)));
        let short = PassphraseKeystore::create(&path, words("short")).err();
        assert_eq!(short, Some(Fault::invalid("passphrase", "length")));
    }

    #[test]
    fn a_damaged_file_is_invalidated_wherever_the_damage_is() {
        let dir = tempfile::tempdir().unwrap();
        let (path, keystore) = new(&dir);
        keystore.store("a", b"secret").unwrap();
        let file = std::fs::read(&path).unwrap();
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            assert_eq!(keystore.load("a"), Err(damaged()), "byte {place}");
            std::fs::write(&path, &file[..place]).unwrap();
            assert_eq!(keystore.load("a"), Err(damaged()), "cut at {place}");
        }
    }

    /// Shows b10.
    #[test]
    fn parameters_out_of_bounds_are_refused_before_any_work() {
        let refused = [
            Cost { memory: COST.memory - 1, ..COST },
            Cost { passes: COST.passes - 1, ..COST },
            Cost { lanes: COST.lanes - 1, ..COST },
            Cost { memory: u32::MAX, ..COST },
            Cost { passes: u32::MAX, ..COST },
            Cost { lanes: u32::MAX, ..COST },
        ];
        for cost in refused {
            assert_eq!(stretch("correct horse", &new_kdf(cost).unwrap()), Err(damaged()));
        }
    }

    #[test]
    fn the_key_is_argon2id_version_19_as_published() {
        // The reference implementation: echo -n "correct horse" | argon2 0123456789abcdef -id -t 3 -k 65536 -p 4 -l 32 -r
        let mut kdf = new_kdf(COST).unwrap();
        kdf[KDF - SALT..].copy_from_slice(b"0123456789abcdef");
        let key = stretch("correct horse", &kdf).unwrap();
        assert_eq!(
            data_encoding::HEXLOWER.encode(key.as_slice()),
            "2f56f5363a695288ff28810e46ad69a1fe3068bc6494cd26a8a673b7d9c2b0a2"
        );
    }
}
