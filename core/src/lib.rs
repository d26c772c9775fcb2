//! The client engine of Plumbline: the encrypted store, the outbox, sync, the time clock, evidence and keys of one device.
//!
//! Shells talk to it alone; it knows no shell and no server. Only `db` names SQLite, only `net` HTTP, only `files` (and the
//! keystore's one file) the file system.

pub mod aead;
pub mod call;
pub mod cell;
pub mod client;
pub mod clock;
pub mod custody;
pub mod datum;
pub mod day;
pub mod db;
pub mod device;
pub mod enrol;
pub mod error;
pub mod event;
pub mod evidence;
pub mod export;
pub mod files;
pub mod gallery;
pub mod here;
pub mod keystore;
pub mod kinds;
pub mod log;
pub mod member;
pub mod net;
pub mod original;
pub mod outbox;
pub mod photo;
pub mod places;
pub mod punch;
pub mod record;
pub mod repair;
pub mod restore;
pub mod secret;
pub mod session;
pub mod storage;
pub mod sync;
#[cfg(test)]
mod testdata;
#[cfg(test)]
mod testing;
mod time;
#[cfg(feature = "uniffi")]
mod uniffi_types;
pub mod week;

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!();

pub use client::{Client, Config};
