//! What Plumbline's client, server and verifier agree on: record kinds, actions, the fold, policy, the log, faults.
//!
//! Pure: no I/O, no clock, no database, no network. The same bytes give the same result everywhere and for ever.

pub mod action;
pub mod append;
pub mod blob;
pub mod directory;
pub mod entry;
pub mod evidence;
pub mod fault;
pub mod fold;
pub mod generation;
pub mod hours;
pub mod id;
pub mod judge;
pub mod link;
pub mod live;
pub mod log;
pub mod page;
pub mod place;
pub mod policy;
pub mod reader;
pub mod record;
pub mod session;
#[cfg(test)]
mod testing;
pub mod time;
pub mod value;
pub mod vectors;
pub mod verify;

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!();

pub use fault::{Fault, Lock};
pub use id::{DeviceId, Hash, OrganisationId, RecordId, Uuid};
