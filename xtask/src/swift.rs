//! The app for iPhones on a machine without Xcode: its models are built and tested in a Debian root that has Swift, over the
//! real core; its screens and platform code are type-checked against shims there.
//!
//! Invariants: the sources of this checkout are built against its own library; of what is generated, only `ios/gen` lies in
//! the source tree, because a Swift package cannot reach out of its folder; what this machine cannot do is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bindings;
use crate::results::Results;
use crate::workspace::{Workspace, listen, said, succeed};

/// How a script says that this machine does not permit what it would do.
const NOT_PERMITTED: i32 = 77;

/// Names of folders in the root.
const SOURCE: &str = "/plumbline/source";
const BUILD: &str = "/plumbline/build";
const LIBRARY: &str = "/plumbline/library";

/// Everything that `swift format` looks at.
const FORMATTED: [&str; 4] = ["Package.swift", "Sources", "Tests", "App"];

/// Puts what was generated where the Swift package finds it: sources and header apart, and the library of phones where it
/// was packed.
///
/// # Errors
/// Says what went wrong.
pub fn gather(workspace: &Workspace, swift: &Path, packed: Option<&Path>) -> Result<(), String> {
    let package = workspace.root.join("ios/gen");
    let entries = fs::read_dir(swift).map_err(|error| format!("{}: {error}", swift.display()))?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let Some(name) = path.file_name() else { continue };
        let target =
            if path.extension().is_some_and(|ending| ending == "swift") { "Plumbline" } else { "PlumblineFFI" };
        let kept = package.join(target).join(name);
        // What is the same keeps its time: Swift builds anew what has another.
        if fs::read(&path).ok() != fs::read(&kept).ok() {
            bindings::copy(&path, &kept)?;
        }
    }
    packed.map_or(Ok(()), |packed| bindings::replace(packed, &package.join("Plumbline.xcframework")))
}

/// Builds the package, type-checks what is Apple's to build, and tests the models against the real core and server. Answers
/// why where it cannot.
///
/// # Errors
/// Says what failed.
pub fn test(workspace: &Workspace, results: &mut Results) -> Result<Option<String>, String> {
    if cfg!(not(target_os = "linux")) {
        return Ok(Some("the Swift root is Debian's; on a Mac the app is built by Xcode: ios/README.md".to_owned()));
    }
    let root = match make_root(workspace)? {
        Ok(root) => root,
        Err(why) => return Ok(Some(why)),
    };
    let made = bindings::generate(workspace)?;
    gather(workspace, &made.swift, None)?;
    for [package, program] in [["plumbline-server"; 2], ["plumbline-tests", "plumbline-drive"]] {
        succeed(&mut workspace.cargo(["build", "--locked", "-p", package, "--bin", program]))?;
    }
    let inside = |words: &[&str]| enter(workspace, &root, &made.library, &[], words);
    succeed(inside(&["swift", "format", "lint", "--strict", "--recursive"])?.args(FORMATTED))?;
    succeed(&mut inside(&["swift", "build", "--build-tests", "--jobs", "2", "--scratch-path", BUILD])?)?;
    // One after another: a program that one test starts has, until it runs, every file lock of another's store.
    let tests = ["swift", "test", "--skip-build", "--no-parallel", "--disable-xctest", "--scratch-path", BUILD];
    listen(&mut inside(&tests)?, |line| results.hear_swift(line))?;
    println!("swift: screens, platform code and app are type-checked against shims, not compiled for iOS");
    Ok(None)
}

/// Sees to the root in the user's cache: where it is, or why this machine has none.
fn make_root(workspace: &Workspace) -> Result<Result<PathBuf, String>, String> {
    let root = workspace.cache.join("swift-root");
    let mut script = workspace.program("ios/linux/root.sh");
    script.arg(&root).stdout(Stdio::piped());
    let line = said(&script);
    eprintln!("$ {line}");
    let ended = script.output().map_err(|error| format!("cannot start: {line}: {error}"))?;
    let told = String::from_utf8_lossy(&ended.stdout);
    eprint!("{told}{}", String::from_utf8_lossy(&ended.stderr));
    match ended.status.code() {
        Some(0) => Ok(Ok(root)),
        Some(NOT_PERMITTED) => Ok(Err(told.lines().last().unwrap_or("the Swift root is not permitted").to_owned())),
        _ => Err(format!("failed ({}): {line}", ended.status)),
    }
}

/// Builds the program that times calls from Swift, over the optimised library in the folder `library`; the words that start it
/// and show it `folder`. Answers why where it cannot.
///
/// # Errors
/// Says what failed.
pub fn measured(workspace: &Workspace, library: &Path, folder: &Path) -> Result<Result<Command, String>, String> {
    let root = match make_root(workspace)? {
        Ok(root) => root,
        Err(why) => return Ok(Err(why)),
    };
    gather(workspace, &bindings::generate(workspace)?.swift, None)?;
    let build = ["swift", "build", "--configuration", "release", "--product", "Measure", "--scratch-path", BUILD];
    succeed(&mut enter(workspace, &root, library, &[], &build)?)?;
    let program = format!("{BUILD}/release/Measure");
    enter(workspace, &root, library, &[folder], &[&program]).map(Ok)
}

/// A command in the root that sees the package, the library with the programs, a folder to build in, and `others` under their
/// own names.
fn enter(
    workspace: &Workspace,
    root: &Path,
    library: &Path,
    others: &[&Path],
    words: &[&str],
) -> Result<Command, String> {
    let build = workspace.target.join("swift");
    fs::create_dir_all(&build).map_err(|error| format!("{}: {error}", build.display()))?;
    let mut command = workspace.program("ios/linux/enter.sh");
    command.arg(root);
    for (outside, inside) in [(workspace.root.as_path(), SOURCE), (&build, BUILD), (library, LIBRARY)] {
        command.arg("-b").arg(format!("{}={inside}", outside.display()));
    }
    for other in others {
        command.arg("-b").arg(format!("{0}={0}", other.display()));
    }
    command.args(["env", "-C"]).arg(format!("{SOURCE}/ios"));
    command.args([format!("PLUMBLINE_LIBRARY={LIBRARY}"), format!("PLUMBLINE_BIN={LIBRARY}")]).args(words);
    Ok(command)
}
