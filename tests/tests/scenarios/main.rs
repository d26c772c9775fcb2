//! Scenarios across crates: one for each invariant of the design that a single crate cannot hold alone, the lies of a server
//! that the clients must catch, and bad input from outside.
//!
//! Invariant 8 (who may name what) is `cargo xtask tidy`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic there is the report"
)]

mod book;
mod carried;
mod demo;
mod denial;
mod drive;
mod input;
mod lies;
mod photos;
mod rights;
mod secrets;
mod story;
mod sync;
mod tenants;
mod time;
