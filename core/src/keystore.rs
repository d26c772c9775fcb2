//! Where a device's secrets live: database key, device key, tokens. The OS keystore, or a file under an explicit passphrase.
//!
//! Invariants: Missing (no keystore), Locked (it wants to be opened) and Invalidated (damaged, wrong passphrase) are told
//! apart, and none of them is ever read as "no key yet". `load` answers `None` only where a keystore that works holds
//! nothing by that name. The caller owes the other half: it makes a new key only where no data exists that an old one
//! opens; data without its key is [`Lock::Missing`]. Every call blocks; a client bounds how long ([`Patient`]). On a phone
//! the shell brings the keystore.

use plumbline_protocol::{Fault, Lock};
use zeroize::Zeroizing;

#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod computer;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod os;
mod passphrase;
mod patient;

#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub use computer::ComputerKeystore;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub use os::OsKeystore;
pub use passphrase::{MIN_PASSPHRASE, PassphraseKeystore};
pub use patient::Patient;

/// Longest name in bytes.
pub const MAX_NAME: usize = 160;

/// Longest secret in bytes: the smallest limit among the platforms (Windows holds 2560).
pub const MAX_SECRET: usize = 2048;

/// Keeps small secrets by name. Names look like `<organisation>/device-key`.
///
/// # Errors
/// Every method answers [`Fault::Locked`] with the reason, [`Fault::Invalid`] `name` (lower-case letters, digits, `-` and
/// `/`, 1 to [`MAX_NAME`] bytes), or [`Fault::StorageFull`].
pub trait Keystore: Send + Sync {
    /// The secret by this name; `None` where a keystore that works holds none.
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault>;

    /// Keeps a secret durably, replacing the one by this name. [`Fault::TooLarge`] past [`MAX_SECRET`] bytes.
    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault>;

    /// Forgets a secret; one that is not there is no failure.
    fn remove(&self, name: &str) -> Result<(), Fault>;

    /// Proves with a real write that secrets can be kept: a keystore that only answers reads is none.
    fn probe(&self) -> Result<(), Fault>;
}

fn locked(why: Lock) -> Fault {
    Fault::Locked { why }
}

fn check_name(name: &str) -> Result<(), Fault> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'/');
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(allowed) {
        return Err(Fault::invalid("name", "form"));
    }
    Ok(())
}

fn check_secret(secret: &[u8]) -> Result<(), Fault> {
    if secret.len() > MAX_SECRET { Err(Fault::TooLarge { limit: MAX_SECRET as u64 }) } else { Ok(()) }
}
