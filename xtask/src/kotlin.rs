//! The Android app on a machine without Android: built and tested by Maven, linked as far as it goes, and shown in a window.
//!
//! Invariants: what is built is built against the very bindings of this checkout; nothing is written into the source tree; what
//! a machine cannot do is said, with what it wants.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings::{self, Bindings};
use crate::machine;
use crate::results::Results;
use crate::workspace::{Workspace, start, succeed};

/// Modules whose tests run on any JVM. Maven puts them in order.
const TESTED: &str = "bindings,model,ui,desktop,platform";
/// What looks at the sources. Its findings are lines of a log, so Maven must not be quiet.
const LINTS: &str = "lint/ktlint,lint/detekt";

/// Builds the app's modules and runs their tests: models against the real core and server, screens drawn and driven, platform
/// code under Robolectric, and where the tools are the whole against Android's own libraries. Answers why where it cannot.
///
/// # Errors
/// Says what failed.
pub fn test(workspace: &Workspace, results: &mut Results) -> Result<Option<String>, String> {
    if let Err(missing) = machine::require(workspace, machine::JVM) {
        return Ok(Some(missing));
    }
    let made = bindings::generate(workspace)?;
    programs(workspace)?;
    let reports = forget(workspace)?;
    let tested = succeed(&mut maven(workspace, &made, &["--quiet", "-pl", TESTED, "--fail-at-end", "test"]));
    for report in reports.iter().flat_map(|folder| files(folder)) {
        results.hear_surefire(&fs::read_to_string(&report).unwrap_or_default());
    }
    tested?;
    succeed(&mut maven(workspace, &made, &["-pl", LINTS, "--fail-at-end", "test"]))?;
    println!("kotlin: the screens are in {}", workspace.root.join("target/screens/android").display());
    match machine::require(workspace, machine::APK) {
        Ok(()) => {
            succeed(&mut maven(workspace, &made, &["-pl", "app", "package"]))?;
            println!("kotlin: linked {}", workspace.target.join("android/app/plumbline.apk").display());
        }
        Err(missing) => println!("kotlin: nothing is checked against Android's own libraries: {missing}"),
    }
    Ok(None)
}

/// A phone in a window, as a program that is ready to be started.
///
/// # Errors
/// Says what is missing or went wrong.
pub fn window(workspace: &Workspace) -> Result<Command, String> {
    machine::require(workspace, machine::JVM_WINDOW)?;
    let made = desktop(workspace)?;
    programs(workspace)?;
    let mut java = java(workspace, &made.library, "MainKt")?;
    java.env("PLUMBLINE_BIN", workspace.target.join("debug"));
    Ok(java)
}

/// The program that times calls from Kotlin, over the optimised library in the folder `library`.
///
/// # Errors
/// Says what is missing or went wrong.
pub fn measured(workspace: &Workspace, library: &Path) -> Result<Command, String> {
    desktop(workspace)?;
    java(workspace, library, "MeasureKt")
}

/// Builds the module of programs for a desktop.
fn desktop(workspace: &Workspace) -> Result<Bindings, String> {
    machine::require(workspace, machine::JVM)?;
    let made = bindings::generate(workspace)?;
    succeed(&mut maven(workspace, &made, &["--quiet", "-pl", "desktop", "-am", "-DskipTests", "package"]))?;
    Ok(made)
}

/// One of its programs, over the library in a folder.
fn java(workspace: &Workspace, library: &Path, class: &str) -> Result<Command, String> {
    let built = workspace.target.join("android");
    let named = built.join("desktop/classpath.txt");
    let others = fs::read_to_string(&named).map_err(|error| format!("{}: {error}", named.display()))?;
    let path = env::join_paths(env::split_paths(others.trim()).chain([built.join("desktop/classes")]));
    let mut java = workspace.program("java");
    java.arg(format!("-Djna.library.path={}", library.display())).arg("--enable-native-access=ALL-UNNAMED");
    java.arg("-cp").arg(path.map_err(|error| error.to_string())?).arg(format!("org.plumbline.desktop.{class}"));
    Ok(java)
}

/// The programs that tests and the window start. One by one: what the server and the client want of SQLite differs.
fn programs(workspace: &Workspace) -> Result<(), String> {
    for [package, binary] in [["plumbline-server"; 2], ["plumbline-tests", "plumbline-drive"]] {
        succeed(&mut workspace.cargo(["build", "--locked", "-p", package, "--bin", binary]))?;
    }
    Ok(())
}

fn maven(workspace: &Workspace, made: &Bindings, words: &[&str]) -> Command {
    let mut maven = workspace.program(if cfg!(windows) { "mvn.cmd" } else { "mvn" });
    maven.args(["--batch-mode", "--no-transfer-progress", "--file", "android/pom.xml"]).args(words);
    let at = |name: &str, path: &Path| format!("-Dplumbline.{name}={}", path.display());
    maven.args([at("target", &workspace.target), at("bindings", &made.kotlin), at("bin", &made.library)]);
    maven.arg(format!("-Dskiko.runtime={}", skiko()));
    maven
}

/// What the drawing library calls this machine.
fn skiko() -> String {
    let system = env::consts::OS;
    format!("{system}-{}", if env::consts::ARCH == "aarch64" { "arm64" } else { "x64" })
}

/// Folders of reports, with what an earlier run left in them removed.
fn forget(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let modules = ["model", "ui", "platform"].map(|module| workspace.target.join("android").join(module));
    let folders: Vec<PathBuf> = modules.iter().map(|module| module.join("surefire-reports")).collect();
    for folder in folders.iter().filter(|folder| folder.exists()) {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(folders)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "xml")).collect()
}

/// Starts the window, with the demonstration's phone, and stays until it is closed.
///
/// # Errors
/// Says what went wrong.
pub fn show(mut java: Command, home: &Path, office: &Path, passphrase: &str) -> Result<(), String> {
    java.env("PLUMBLINE_HOME", home).env("PLUMBLINE_OFFICE", office).env("PLUMBLINE_PASSPHRASE", passphrase);
    let status = start(&mut java)?;
    if status.success() { Ok(()) } else { Err(format!("the phone ended with {status}")) }
}
