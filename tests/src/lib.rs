//! The World: named people with real clients, a real server and real links between them that fail by seed, on one
//! simulated clock. Scenario tests and the story are played in it.
//!
//! Everything but the clock is real: TLS on the loopback, encrypted stores in files, signatures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic there is the report"
)]

pub mod abuse;
pub mod bless;
pub mod clock;
pub mod demo;
pub mod disk;
pub mod drive;
pub mod facade;
pub mod fuzz;
pub mod fuzz_exif;
pub mod keys;
pub mod liar;
pub mod link;
pub mod logdir;
pub mod logs;
pub mod photo;
pub mod raw;
pub mod sound;
pub mod stage;
pub mod storm;
pub mod story;
pub mod strace;
pub mod testdata;
pub mod trial;
pub mod world;

pub use plumbline_pictures::dice;
