//! `cargo xtask`: everything that is done to this repository is one of these commands, for people and for CI alike.
//!
//! Invariants: the standard library alone (everyone waits for this to compile); progress goes to stderr and only what a
//! script may read to stdout; exit 0 means that all of it holds, 1 that something does not, 2 that the command line is wrong.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command does")]

mod bench;
mod bindings;
mod bless;
mod ci;
mod cross;
mod deny;
mod desktop;
mod frontend;
mod fuzz;
mod kotlin;
mod machine;
mod package;
mod reliability;
mod results;
mod run;
mod soak;
mod story;
mod swift;
mod test;
mod tidy;
mod workspace;

use std::env;
use std::process::ExitCode;

use workspace::Workspace;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  run [phone] [--yes] [--fresh]
                     build everything and open the window on a demonstration organisation; it is kept in target/demo,
                     --fresh makes a new one; `phone`: the Android app's screens in a window of phone size,
                     on the same demonstration
  run --headless [--out DIR] [--seed N]
                     play a field day instead, as without a display; DIR defaults to target/story
  test [SUITE...]    run the tests: rust, frontend, desktop, kotlin, swift; none named: all that this machine can run
  test soak [--seeds N] [--from SEED]
                     the trial at length: all cases of every fault, then a bad network by 100,000 seeds
  ci                 tests, format, lints, other systems, tidy, dependencies, documentation, generated files
  bless [--check]    write the generated files anew, or compare them with what is committed
  bindings           build the client for Kotlin and Swift, with their sources in target/bindings; packed for phones where
                     Android's NDK or Xcode is
  cross              check the Rust code for the other systems that it runs on
  bench [NAME...]    measure; writes target/bench.md and target/bench.json
  reliability [--last]
                     run the tests and write docs/reliability.md: what happens to the system, and what shows that it
                     holds; --last: from the results of the last run
  fuzz [TARGET] [--seconds N]
                     feed each parser with made-up input for N seconds (60); needs a nightly compiler
  package            build what is installed: a .deb here, a .dmg or .msi where such are made
  tidy               check the rules of the house that no compiler knows

  --yes              install what is missing on this machine without asking (so do CI=true and root)";

/// How a command ended, short of success.
pub enum Failure {
    /// The command line is wrong; exit 2.
    Usage(String),
    /// Something does not hold, and why; exit 1.
    Failed(String),
    /// The command has said itself what there was to say; exit with this code.
    Exit(u8),
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Failure::Failed(why)
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match command(words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(why)) => {
            eprintln!("{why}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Failed(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
        Err(Failure::Exit(code)) => ExitCode::from(code),
    }
}

fn command(mut words: Vec<String>) -> Result<(), Failure> {
    if words.iter().any(|word| word == "--help" || word == "-h") || words.is_empty() {
        println!("{USAGE}");
        return Ok(());
    }
    let name = words.remove(0);
    let yes = words.iter().any(|word| word == "--yes");
    words.retain(|word| word != "--yes");
    let workspace = Workspace::find(yes)?;
    match name.as_str() {
        "run" => run::run(&workspace, run::Options::parse(&words)?),
        "test" => match words.split_first() {
            Some((suite, rest)) if suite == "soak" => soak::soak(&workspace, rest),
            _ => test::test(&workspace, &words),
        },
        "bindings" => none_left(&words).and_then(|()| bindings::bindings(&workspace)),
        "cross" => none_left(&words).and_then(|()| Ok(cross::command(&workspace)?)),
        "ci" => none_left(&words).and_then(|()| ci::ci(&workspace)),
        "bless" => bless::bless(&workspace, flag_alone(&words, "--check")?),
        "fuzz" => fuzz::fuzz(&workspace, &fuzz::Options::parse(&words)?),
        "bench" => bench::bench(&workspace, &words),
        "reliability" => reliability::reliability(&workspace, flag_alone(&words, "--last")?),
        "package" => none_left(&words).and_then(|()| Ok(package::package(&workspace)?)),
        "tidy" => none_left(&words).and_then(|()| tidy::tidy(&workspace)),
        other => Err(Failure::Usage(format!("there is no command `{other}`"))),
    }
}

fn none_left(words: &[String]) -> Result<(), Failure> {
    match words.first() {
        None => Ok(()),
        Some(word) => Err(Failure::Usage(format!("`{word}` means nothing here"))),
    }
}

fn flag_alone(words: &[String], flag: &str) -> Result<bool, Failure> {
    match words {
        [] => Ok(false),
        [word] if word == flag => Ok(true),
        [word, ..] => Err(Failure::Usage(format!("`{word}` means nothing here"))),
    }
}
