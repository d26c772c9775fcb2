//! `cargo xtask test`: every suite that this machine can run, in one command.
//!
//! Invariants: a suite or test that does not run says why; the last line on stdout carries the totals. The Rust tests run in
//! a home directory of their own, where Linux can offer it under a Secret Service of its own too, so they never meet a
//! person's keys.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{self, Command};

use crate::Failure;
use crate::desktop;
use crate::frontend;
use crate::kotlin;
use crate::machine;
use crate::results::Results;
use crate::swift;
use crate::workspace::{Workspace, listen, succeed};

/// Runs a suite; the reason where this machine cannot.
type Suite = fn(&Workspace, &mut Results) -> Result<Option<String>, String>;

/// Every suite; `rust` is everything in the Cargo workspace but the window.
const SUITES: [(&str, Suite); 5] = [
    ("rust", rust),
    ("frontend", frontend::test),
    ("desktop", desktop::test),
    ("kotlin", kotlin::test),
    ("swift", swift::test),
];

/// Runs the named suites, or all that this machine can run.
pub fn test(workspace: &Workspace, names: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = names.iter().find(|name| !SUITES.iter().any(|(suite, _)| suite == name)) {
        return Err(Failure::Usage(format!("there is no suite `{unknown}`")));
    }
    let (mut total, mut skipped, mut broken) = (Results::default(), 0, Vec::new());
    let wanted = |suite: &str| names.is_empty() || names.iter().any(|name| name == suite);
    for (suite, run) in SUITES.iter().filter(|(suite, _)| wanted(suite)) {
        match run(workspace, &mut total) {
            Ok(None) => {}
            Ok(Some(why)) => {
                skipped += 1;
                println!("{suite}: skipped: {why}");
            }
            Err(why) => broken.push(format!("{suite}: {why}")),
        }
    }
    for (name, ended) in total.tests.iter().filter(|(_, ended)| ended.result.starts_with("skipped")) {
        println!("rust: {name}: {}", ended.result);
    }
    broken.iter().for_each(|why| println!("{why}"));
    let Results { passed, failed, ignored, .. } = total;
    println!("test: {passed} passed, {failed} failed, {ignored} ignored; {skipped} suites skipped");
    if failed > 0 || !broken.is_empty() { Err(Failure::Exit(1)) } else { Ok(()) }
}

fn rust(workspace: &Workspace, results: &mut Results) -> Result<Option<String>, String> {
    machine::require(workspace, machine::BUILD)?;
    succeed(&mut workspace.cargo(["test", "--workspace", "--exclude", desktop::PACKAGE, "--locked", "--no-run"]))?;
    let tests =
        ["test", "--workspace", "--exclude", desktop::PACKAGE, "--locked", "--no-fail-fast", "--", "--show-output"];
    let ended = apart(workspace, &tests, &[], results);
    results.keep(workspace)?;
    ended.map(|()| None)
}

/// Runs tests by `cargo` with these words and variables, in a home and under a Secret Service of their own. Shows what they
/// print, and takes it into `results`.
pub fn apart(
    workspace: &Workspace,
    words: &[&str],
    variables: &[(&str, &str)],
    results: &mut Results,
) -> Result<(), String> {
    if let Err(why) = machine::require(workspace, machine::STRACE) {
        println!("rust: the trials of kills, power cuts and broken disks are skipped: {why}");
    }
    let home = PrivateHome::make()?;
    let mut command = match secret_service(workspace, &home) {
        Ok(session) => session,
        Err(why) => {
            println!("rust: the desktop keystore's test is skipped: {why}");
            workspace.cargo([])
        }
    };
    home.enter(&mut command)?;
    command.args(words).envs(variables.iter().copied());
    listen(&mut command, |output| results.hear(output))
}

/// A cargo command on a message bus of its own with an unlocked Secret Service that nobody else sees.
fn secret_service(workspace: &Workspace, home: &PrivateHome) -> Result<Command, String> {
    if cfg!(not(target_os = "linux")) {
        return Err("only Linux can offer a keystore for one test run".to_owned());
    }
    machine::require(workspace, machine::SECRET_SERVICE)?;
    let session = || {
        let mut session = workspace.program("dbus-run-session");
        session.args(["--", "sh", "-c", UNLOCKED, "sh"]);
        session
    };
    let mut probe = session();
    home.enter(&mut probe)?;
    succeed(probe.arg("true"))?;
    let mut tests = session();
    tests.arg(workspace.cargo([]).get_program()).env("PLUMBLINE_TEST_KEYRING", "1");
    Ok(tests)
}

/// Runs a command with an unlocked Secret Service on the bus of its session.
const UNLOCKED: &str = include_str!("../../tests/secret-service.sh");

/// A home and runtime directory for one run, gone when it ends.
struct PrivateHome(PathBuf);

impl PrivateHome {
    fn make() -> Result<PrivateHome, String> {
        let home = PrivateHome(env::temp_dir().join(format!("plumbline-test-{}", process::id())));
        let failed = |error| format!("cannot make {}: {error}", home.0.display());
        let mut private = fs::DirBuilder::new();
        // The message bus and the keyring refuse a runtime directory that others can read.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
        private.create(&home.0).map_err(failed)?;
        private.create(home.0.join("run")).map_err(failed)?;
        Ok(home)
    }

    /// Makes `command` live here. Cargo and rustup keep the directories that they had.
    fn enter(&self, command: &mut Command) -> Result<(), String> {
        let real = env::var_os("HOME").map(PathBuf::from).ok_or("HOME is not set")?;
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            command.env(name, env::var_os(name).map_or_else(|| real.join(folder), PathBuf::from));
        }
        command.env("HOME", &self.0).env("XDG_RUNTIME_DIR", self.0.join("run"));
        for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "DISPLAY", "WAYLAND_DISPLAY"] {
            command.env_remove(name);
        }
        Ok(())
    }
}

impl Drop for PrivateHome {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("left behind: {}: {error}", self.0.display());
        }
    }
}
