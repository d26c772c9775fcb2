//! See `fuzz::action`.
#![no_main]

#[allow(dead_code, reason = "one target of several")]
#[path = "../../tests/src/fuzz.rs"]
mod fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::action(bytes));
