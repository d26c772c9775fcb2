//! What Plumbline's client, server and verifier agree on: record kinds, actions, the fold, policy, the log, faults.
//!
//! Pure: no I/O, no clock, no database, no network. The same bytes give the same result everywhere and for ever.

pub mod fault;
pub mod hours;
pub mod id;
pub mod log;
pub mod place;
pub mod time;

pub use fault::{Fault, Lock};
pub use id::{DeviceId, Hash, OrganisationId, RecordId, Uuid};
