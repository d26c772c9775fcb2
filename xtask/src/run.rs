//! `cargo xtask run`: from a fresh checkout to the product at work, in one command.
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

/// What `run` was asked for.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    phone: bool,
    headless: bool,
    out: Option<PathBuf>,
    seed: Option<u64>,
}

impl Options {
    /// Reads the words after `run`.
    pub fn parse(words: &[String]) -> Result<Options, Failure> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| Failure::Usage(format!("{word} needs a value")));
            match word.as_str() {
                "phone" => options.phone = true,
                "--headless" => options.headless = true,
                "--out" => options.out = Some(PathBuf::from(value()?)),
                "--seed" => {
                    let seed = value()?;
                    let number = seed.parse().map_err(|_| Failure::Usage(format!("--seed {seed} is not a number")))?;
                    options.seed = Some(number);
                }
                other => return Err(Failure::Usage(format!("`{other}` means nothing to run"))),
            }
        }
        if !options.headless && (options.out.is_some() || options.seed.is_some()) {
            return Err(Failure::Usage("--out and --seed go with --headless".to_owned()));
        }
        Ok(options)
    }
}

/// Runs the product: for now the story of a field day, which needs no display.
pub fn run(workspace: &Workspace, options: Options) -> Result<(), Failure> {
    if options.phone {
        eprintln!("The phone apps are not in the project yet: there is nothing to run on a phone.");
        return Err(Failure::Exit(2));
    }
    let display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    if !options.headless && (display || cfg!(not(target_os = "linux"))) {
        eprintln!(
            "The desktop window comes with tauri-app/, which is not in the project yet; here is the day without it."
        );
    }
    match story(workspace, &options) {
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

fn story(workspace: &Workspace, options: &Options) -> Result<u8, Unplayed> {
    let at = |check| move |why| Unplayed { check, why };
    machine::require(workspace, machine::BUILD).map_err(at("machine"))?;
    // Built by itself first, so that a compile error can never pass for the story's own exit code.
    succeed(workspace.cargo(["build"]).args(PROGRAMS)).map_err(at("build"))?;

    let here = env::current_dir().unwrap_or_else(|_| workspace.root.clone());
    let out = options.out.clone().unwrap_or_else(|| from(&here, &workspace.root.join("target/story")));
    let mut story = workspace.cargo(["run", "--quiet"]);
    story.args(STORY).arg("--").arg("--out").arg(out).current_dir(here).stdout(Stdio::inherit());
    if let Some(seed) = options.seed {
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

    fn parse(line: &str) -> Result<Options, Failure> {
        Options::parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_words_of_the_contract_are_understood() {
        let options = parse("--headless --out there --seed 7").unwrap_or_default();
        let expected = Options { phone: false, headless: true, out: Some(PathBuf::from("there")), seed: Some(7) };
        assert_eq!(options, expected);
    }

    #[test]
    fn anything_else_is_a_usage_error() {
        for line in ["--headles", "--headless --seed", "--headless --seed x", "--seed 7", "story"] {
            assert!(matches!(parse(line), Err(Failure::Usage(_))), "{line}");
        }
    }

    #[test]
    fn the_default_directory_is_said_as_short_as_it_can_be() {
        assert_eq!(from(Path::new("/a/b"), Path::new("/a/b/target/story")), Path::new("target/story"));
        assert_eq!(from(Path::new("/a/b/docs"), Path::new("/a/b/target/story")), Path::new("/a/b/target/story"));
    }
}
