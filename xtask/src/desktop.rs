//! The desktop's window: its page, its program, and the tests that drive both.
//!
//! Invariant: the page is built before the program that holds it, from exactly what its lock file names.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::machine;
use crate::results::Results;
use crate::workspace::{Workspace, listen, succeed};

/// The window's package. It is built by name alone: it links the system's web view, which the rest does not need.
pub const PACKAGE: &str = "plumbline-desktop";

/// Sees to all that compiling the window needs: headers, and the page.
///
/// # Errors
/// Says what is missing or went wrong.
pub fn prepare(workspace: &Workspace) -> Result<(), String> {
    require(workspace)?;
    build_page(workspace)
}

fn require(workspace: &Workspace) -> Result<(), String> {
    [machine::BUILD, machine::WEB_VIEW, machine::NODE].iter().try_for_each(|needs| machine::require(workspace, needs))
}

fn build_page(workspace: &Workspace) -> Result<(), String> {
    install(workspace, "frontend")?;
    succeed(&mut npm(workspace, "frontend", &["run", "--silent", "build"]))
}

/// Installs what the lock file in `folder` names, where that is not there yet.
///
/// # Errors
/// Says what went wrong.
pub fn install(workspace: &Workspace, folder: &str) -> Result<(), String> {
    let changed = |path: PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
    let folder_ = workspace.root.join(folder);
    // npm writes the first one when it is done.
    let installed = changed(folder_.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= changed(folder_.join("package-lock.json")) {
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

/// Builds what is measured, as it is packaged: the window and the bare one beside it. Says where they are.
///
/// # Errors
/// Says why this machine cannot, or what went wrong.
pub fn optimised(workspace: &Workspace) -> Result<PathBuf, String> {
    if cfg!(not(target_os = "linux")) {
        return Err("only Linux's web view lets a program drive the window".to_owned());
    }
    prepare(workspace)?;
    machine::require(workspace, machine::WINDOW)?;
    let words = ["build", "--profile", "dist", "--locked", "-p", PACKAGE, "--bin", PACKAGE, "--example", "bare"];
    succeed(&mut workspace.cargo(words))?;
    Ok(workspace.target.join("dist"))
}

/// Tests the shell's code, and drives the real window against the real server and keyring. Answers why where it cannot.
///
/// # Errors
/// Says what failed.
pub fn test(workspace: &Workspace, results: &mut Results) -> Result<Option<String>, String> {
    if let Err(missing) = require(workspace) {
        return Ok(Some(missing));
    }
    build_page(workspace)?;
    let words = ["test", "-p", PACKAGE, "--locked", "--no-fail-fast"];
    listen(&mut workspace.cargo(words), |line| results.hear(line))?;
    if cfg!(not(target_os = "linux")) {
        println!("desktop: the real window is not driven here: only Linux's web view lets a program do that");
        return Ok(None);
    }
    if let Err(missing) = machine::require(workspace, machine::WINDOW) {
        println!("desktop: the real window is not driven: {missing}");
        return Ok(None);
    }
    // One by one: what the server and the client want of SQLite differs.
    for words in [
        &["-p", PACKAGE, "--bin", PACKAGE][..],
        &["-p", "plumbline-server", "--bin", "plumbline-server"],
        &["-p", "plumbline-tests", "--bin", "plumbline-drive", "--bin", "plumbline-demo"],
    ] {
        succeed(workspace.cargo(["build", "--locked"]).args(words))?;
    }
    let mut node = workspace.program("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=tap", "tauri-app/e2e/"]);
    listen(node.env("PLUMBLINE_PROGRAMS", workspace.target.join("debug")), |line| results.hear_tap(line))?;
    Ok(None)
}
