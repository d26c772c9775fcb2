//! `plumbline-story`: plays a field day and checks all that must hold at its end.
//!
//! Progress is told on stderr; the last line on stdout is `story ok DIR/summary.json` or `story FAILED <check>`. Exit 0: all
//! checks hold, 1: one failed, 2: the command line is wrong or DIR is not the story's.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command does")]

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use plumbline_tests::story::{self, Failed};

/// Plays a field day with a real server, real clients and real links that fail, on a simulated clock.
#[derive(Parser)]
#[command(name = "plumbline-story")]
struct Arguments {
    /// Where all of it is left; made anew by each story.
    #[arg(long, default_value = "target/story")]
    out: PathBuf,
    /// What goes wrong on the links follows from this number.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let Arguments { out, seed } = Arguments::parse();
    match story::play(&out, seed) {
        Ok(_) => {
            // As the caller named the folder: scripts compare.
            println!("story ok {}", out.join("summary.json").display());
            ExitCode::SUCCESS
        }
        Err(Failed::Check(check)) => {
            println!("story FAILED {check}");
            ExitCode::FAILURE
        }
        Err(Failed::Usage(why)) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}
