//! See `fuzz_exif::exif`.
#![no_main]

#[path = "../../tests/src/fuzz_exif.rs"]
mod fuzz_exif;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_exif::exif(bytes));
