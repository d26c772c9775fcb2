//! The page: what its packages are, and its tests.
//!
//! Invariant: its packages are exactly what its lock file names.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::machine;
use crate::results::Results;
use crate::workspace::{Workspace, listen, succeed};

const FOLDER: &str = "frontend";

/// Installs what the lock file in `folder` names, where that is not there yet.
///
/// # Errors
/// Says what went wrong.
pub fn install(workspace: &Workspace, folder: &str) -> Result<(), String> {
    let changed = |path: PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
    let root = workspace.root.join(folder);
    // npm writes the first one when it is done.
    let installed = changed(root.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= changed(root.join("package-lock.json")) {
        return Ok(());
    }
    succeed(&mut npm(workspace, folder, &["ci", "--no-audit", "--no-fund"]))
}

/// An npm command in a folder of the project.
pub fn npm(workspace: &Workspace, folder: &str, words: &[&str]) -> Command {
    let mut npm = workspace.program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(words).current_dir(workspace.root.join(folder));
    npm
}

/// Checks and tests the page: by itself in Node, and its screens in a browser over a real client. Answers why where it cannot.
///
/// # Errors
/// Says what failed.
pub fn test(workspace: &Workspace, results: &mut Results) -> Result<Option<String>, String> {
    if let Err(missing) = machine::require(workspace, machine::NODE) {
        return Ok(Some(missing));
    }
    install(workspace, FOLDER)?;
    succeed(&mut npm(workspace, FOLDER, &["run", "--silent", "check"]))?;
    let mut tests = npm(workspace, FOLDER, &["test", "--silent", "--", "--reporter=default", "--reporter=tap-flat"]);
    match [machine::BUILD, machine::CHROMIUM].iter().try_for_each(|needs| machine::require(workspace, needs)) {
        Ok(()) => {
            let programs = ["--bin", "plumbline-demo", "--bin", "plumbline-drive"];
            succeed(workspace.cargo(["build", "--locked", "-p", "plumbline-tests"]).args(programs))?;
            tests.env("PLUMBLINE_BIN", workspace.target.join("debug"));
        }
        Err(missing) => println!("frontend: the screens are not tested: {missing}"),
    }
    listen(&mut tests, |line| results.hear_tap(line))?;
    Ok(None)
}
