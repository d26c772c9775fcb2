//! Test data that does not ship: real photographs and published test vectors.

use std::path::{Path, PathBuf};

/// `name` below `PLUMBLINE_DATA` (default `../shared/data` beside the workspace). Absent: says that the test was skipped.
pub fn path(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let found = std::env::var_os("PLUMBLINE_DATA").map_or(beside, PathBuf::from).join(name);
    if !found.exists() {
        println!("skipped: no {name} in PLUMBLINE_DATA");
        return None;
    }
    Some(found)
}
