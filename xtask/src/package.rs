//! `cargo xtask package`: the desktop as people install it.
//!
//! Invariant: what is packaged is built by itself, with the profile `dist`, from exactly what the lock files name.

use std::fs;
use std::path::{Path, PathBuf};

use crate::desktop::{install, npm, prepare};
use crate::workspace::{Workspace, succeed};

/// Builds what this system installs, and says where it is and how large.
///
/// # Errors
/// Says what is missing or went wrong.
pub fn package(workspace: &Workspace) -> Result<(), String> {
    prepare(workspace)?;
    install(workspace, "tauri-app")?;
    let kinds = if cfg!(target_os = "macos") {
        "dmg"
    } else if cfg!(windows) {
        "msi,nsis"
    } else {
        "deb"
    };
    let words = ["exec", "--", "tauri", "build", "--ci", "--bundles", kinds, "--", "--profile", "dist", "--locked"];
    succeed(&mut npm(workspace, "tauri-app", &words))?;
    let built = workspace.target.join("dist");
    let mut packages = Vec::new();
    for kind in kinds.split(',') {
        packages.extend(files(&built.join("bundle").join(kind), kind)?);
    }
    if packages.is_empty() {
        return Err(format!("nothing was packaged in {}", built.display()));
    }
    for path in packages {
        let bytes = fs::metadata(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?.len();
        println!("{} {:.1} MB", path.display(), bytes as f64 / 1e6);
    }
    Ok(())
}

/// The packages in a folder.
fn files(folder: &Path, kind: &str) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let ending = if kind == "nsis" { "exe" } else { kind };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect())
}
