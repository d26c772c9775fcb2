//! The client engine for Kotlin and Swift: one [`Client`], whose methods are the calls of `plumbline_core::call`.
//!
//! Invariants: a panic in a call is [`Fault::Internal`] and nothing else; what a shell's keystore or listener throws past a
//! fault is neither shown nor logged; no method needs a runtime of the caller's.

#[rustfmt::skip]
mod calls;
mod client;
mod log;
mod shell;

pub use client::{Cancel, Client};
pub use log::{Log, log_to};
pub use plumbline_protocol::Fault;
pub use shell::{EventListener, Keystore, ShellFault};

uniffi::setup_scaffolding!();
plumbline_core::uniffi_reexport_scaffolding!();
plumbline_protocol::uniffi_reexport_scaffolding!();
