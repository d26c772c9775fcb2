//! Where we are, and how a child process is started.
//!
//! Invariant: children build into one directory under the user's cache, so that a checkout stays small and two checkouts
//! share what they compile. `CARGO_TARGET_DIR` overrules it. Nothing but a person at a terminal is ever waited for.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

/// The checkout and the caches that commands work with.
pub struct Workspace {
    /// The directory of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Our directory in the user's cache.
    pub cache: PathBuf,
    /// Where children build.
    pub target: PathBuf,
    /// Whether `--yes` was given.
    pub yes: bool,
}

impl Workspace {
    /// Finds the workspace that this `xtask` was built from.
    pub fn find(yes: bool) -> Result<Workspace, String> {
        let package = env::var_os("CARGO_MANIFEST_DIR").ok_or("start this as `cargo xtask`")?;
        let root = PathBuf::from(package).parent().ok_or("xtask/ has no parent directory")?.to_owned();
        let cache = user_cache().ok_or("neither HOME nor XDG_CACHE_HOME is set")?.join("plumbline");
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| cache.join("target"), PathBuf::from);
        Ok(Workspace { root, cache, target, yes })
    }

    /// A cargo command in the root of the workspace.
    pub fn cargo<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut cargo = self.program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(words);
        cargo
    }

    /// A command in the root of the workspace that cannot wait for input; its words go to stderr.
    pub fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        // What cargo told this xtask of itself is not for its children: build scripts that look at it would run again whenever
        // the next build is started by hand.
        let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(told)) {
            command.env_remove(name);
        }
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command.stdin(Stdio::null()).stdout(io::stderr());
        command
    }
}

/// Runs a command to its end; anything but success is an error that names it.
pub fn succeed(command: &mut Command) -> Result<(), String> {
    let line = said(command);
    let status = start(command)?;
    if status.success() { Ok(()) } else { Err(format!("failed ({status}): {line}")) }
}

/// Runs a command to its end, showing its line on stderr first.
pub fn start(command: &mut Command) -> Result<ExitStatus, String> {
    let line = said(command);
    eprintln!("$ {line}");
    command.status().map_err(|error| format!("cannot start: {line}: {error}"))
}

/// Runs a command to its end, showing what it prints and passing each line on; anything but success is an error that names it.
pub fn listen(command: &mut Command, mut hear: impl FnMut(&str)) -> Result<(), String> {
    command.stdout(Stdio::piped());
    let line = said(command);
    eprintln!("$ {line}");
    let mut child = command.spawn().map_err(|error| format!("cannot start: {line}: {error}"))?;
    for output in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
        println!("{output}");
        hear(&output);
    }
    let status = child.wait().map_err(|error| format!("lost sight of: {line}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("failed ({status}): {line}")) }
}

/// Whether a command runs and succeeds, in silence.
pub fn works(program: &str, words: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Longer words tell nobody anything: a list of a hundred archives.
const LONG: usize = 300;

/// The command as a person would type it, scripts and whatever is longer than a line or two left out.
pub fn said(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let words = command.get_args().map(|word| word.to_string_lossy());
    let unread = |word: &str| word.contains('\n') || word.len() > LONG;
    words.fold(name, |line, word| line + " " + if unread(&word) { "'...'" } else { &*word })
}

fn user_cache() -> Option<PathBuf> {
    let home = || env::var_os("HOME").map(PathBuf::from);
    if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Caches"))
    } else if cfg!(windows) {
        env::var_os("LOCALAPPDATA").map(PathBuf::from)
    } else {
        env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| home().map(|home| home.join(".cache")))
    }
}
