//! The trial: what a building site, a phone and a hostile network do to the spine, row by row of `tests/matrix.txt`.
//!
//! After every fault the same must hold: what was acknowledged is there once and byte-equal, nothing unsent was deleted, no
//! organisation saw another's, databases pass their checks, and when the faults stop everybody converges.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "test code: a panic there is the report"
)]

mod crash;
mod damage;
mod device;
mod flood;
mod keystore;
mod live;
mod network;
mod power;
mod restore;
mod storage;
mod time;

/// The phone as a process of its own.
fn phone() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_BIN_EXE_plumbline-drive"))
}

/// The server as a process of its own.
fn server() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_BIN_EXE_plumbline-serve"))
}
