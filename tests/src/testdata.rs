//! Test data from elsewhere: `PLUMBLINE_DATA`, or what stands beside the workspace.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The file or folder of this name in the test data; or why there is none.
pub fn path(name: &str) -> Result<PathBuf, String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let path = env::var_os("PLUMBLINE_DATA").map_or(beside, PathBuf::from).join(name);
    if path.exists() { Ok(path) } else { Err(format!("no test data {name}; PLUMBLINE_DATA says where it is")) }
}
