//! Test data from elsewhere: `PLUMBLINE_DATA`, or what stands beside the workspace. A test says so where there is none.
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::{
    env,
    path::{Path, PathBuf},
};

/// The file or folder of this name in the test data; without it the caller's test is skipped, and says so.
pub fn path(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let path = env::var_os("PLUMBLINE_DATA").map_or(beside, PathBuf::from).join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no test data {name}; PLUMBLINE_DATA says where it is");
    None
}
