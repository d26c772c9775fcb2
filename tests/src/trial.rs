//! What a trial tells `cargo xtask reliability`, by what it prints: through how many cases it ran, or why it was skipped.
//!
//! A test that shows a row of `tests/matrix.txt` says so in its documentation (`/// Shows c01, c04.`). One that runs through
//! many cases (cut points, seeds, lies) ends with [`ran!`](crate::ran) and their number; any other counts as one. One that
//! this machine cannot run ends with [`needs!`](crate::needs).
#![allow(clippy::print_stdout, reason = "a test says what it did")]

/// Says that the test that calls this ran through so many cases and held in each.
#[macro_export]
macro_rules! ran {
    ($cases:expr) => {
        $crate::trial::ran(u64::try_from($cases).unwrap())
    };
}

/// What is there in an `Ok`; otherwise the test that calls this is skipped, and says why.
#[macro_export]
macro_rules! needs {
    ($what:expr) => {
        match $what {
            Ok(there) => there,
            Err(why) => return println!("skipped: {why}"),
        }
    };
}

/// As [`ran!`](crate::ran).
pub fn ran(cases: u64) {
    assert!(cases > 0, "a test that ran through nothing shows nothing");
    println!("ran through {cases} cases");
}
