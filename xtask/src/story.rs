//! `cargo xtask run --headless`: the story of a field day, which needs no display.
//!
//! Invariant: whatever happens after the command line was understood, the last line on stdout is
//! `story ok DIR/summary.json` or `story FAILED <check>`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::Failure;
use crate::machine;
use crate::workspace::{Workspace, start, succeed};

const STORY: [&str; 4] = ["-p", "plumbline-tests", "--bin", "plumbline-story"];
/// The programs with which somebody goes on after the story: verifier, server, test driver.
const PROGRAMS: [&str; 7] = ["-p", "plumbline-protocol", "-p", "plumbline-server", "-p", "plumbline-tests", "--bins"];

/// Plays it into `out`, or where it is left otherwise.
///
/// # Errors
/// The first check that does not hold, or why it was not played.
pub fn run(workspace: &Workspace, out: Option<PathBuf>, seed: Option<u64>) -> Result<(), Failure> {
    match play(workspace, out, seed) {
        Ok(0) => Ok(()),
        Ok(code @ 1..=2) => Err(Failure::Exit(code)),
        Ok(code) => {
            println!("story FAILED exit-{code}");
            Err(Failure::Exit(1))
        }
        Err(Unplayed { check, why }) => {
            eprintln!("{why}");
            println!("story FAILED {check}");
            Err(Failure::Exit(1))
        }
    }
}

/// The story did not begin: at which step, and why.
struct Unplayed {
    check: &'static str,
    why: String,
}

fn play(workspace: &Workspace, out: Option<PathBuf>, seed: Option<u64>) -> Result<u8, Unplayed> {
    let at = |check| move |why| Unplayed { check, why };
    machine::require(workspace, machine::BUILD).map_err(at("machine"))?;
    // Built by itself first, so that a compile error can never pass for the story's own exit code.
    succeed(workspace.cargo(["build"]).args(PROGRAMS)).map_err(at("build"))?;

    let here = env::current_dir().unwrap_or_else(|_| workspace.root.clone());
    let out = out.unwrap_or_else(|| from(&here, &workspace.root.join("target/story")));
    let mut story = workspace.cargo(["run", "--quiet"]);
    story.args(STORY).arg("--").arg("--out").arg(out).current_dir(here).stdout(Stdio::inherit());
    if let Some(seed) = seed {
        story.arg("--seed").arg(seed.to_string());
    }
    let status = start(&mut story).map_err(at("start"))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

/// `path` as seen from `here` where that is shorter.
fn from(here: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(here).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_directory_is_said_as_short_as_it_can_be() {
        assert_eq!(from(Path::new("/a/b"), Path::new("/a/b/target/story")), Path::new("target/story"));
        assert_eq!(from(Path::new("/a/b/docs"), Path::new("/a/b/target/story")), Path::new("/a/b/target/story"));
    }
}
