//! The client engine of Plumbline: the encrypted store, the outbox, sync, the time clock, evidence and keys of one device.
//!
//! Shells talk to it alone; it knows no shell and no server. Only `db` names SQLite, only `net` HTTP, only `files` (and the
//! keystore's one file) the file system.

pub mod aead;
pub mod error;
pub mod evidence;
pub mod files;
pub mod keystore;
pub mod secret;
#[cfg(test)]
mod testdata;
