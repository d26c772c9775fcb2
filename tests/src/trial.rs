//! What the trial counts: how often a test ran through what it is about, for `docs/reliability.md`.
//!
//! A test that shows a row of `tests/matrix.txt` says so in its documentation (`/// Shows c01, c04.`). One that runs through
//! many cases (cut points, seeds, lies) ends with [`ran!`](crate::ran) and their number; any other counts as one.

use std::{env, fs, path::PathBuf};

/// Notes that the test that calls this ran through so many cases and held in each.
#[macro_export]
macro_rules! ran {
    ($cases:expr) => {{
        fn here() {}
        $crate::trial::note(std::any::type_name_of_val(&here), u64::try_from($cases).unwrap())
    }};
}

/// Notes the cases of the test whose body `place` is a path into. Without `PLUMBLINE_TRIAL`, the folder that `cargo xtask
/// test` gives, nobody asks.
pub fn note(place: &str, cases: u64) {
    assert!(cases > 0, "a test that ran through nothing shows nothing");
    let Some(folder) = env::var_os("PLUMBLINE_TRIAL").map(PathBuf::from) else { return };
    let test = place.split("::").filter(|part| *part != "here" && *part != "{{closure}}").last().unwrap();
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(test), cases.to_string()).unwrap();
}
