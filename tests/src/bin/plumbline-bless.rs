//! `plumbline-bless [--check]`: writes the committed files that the code generates, or compares them.
//!
//! Exit 0: written, or all as committed; 1: one differs or cannot be written; 2: the command line is wrong.
#![allow(clippy::print_stderr, reason = "printing is what a command does")]

use std::{path::Path, process::ExitCode};

use clap::Parser;
use plumbline_tests::bless;

/// Writes the committed files that the code generates.
#[derive(Parser)]
#[command(name = "plumbline-bless")]
struct Arguments {
    /// Compare instead, and name what differs.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    let Arguments { check } = Arguments::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if !check {
        return match bless::write(&root) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let wrong = bless::differences(&root);
    for path in &wrong {
        eprintln!("{path} is not what the code generates");
    }
    if wrong.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("run: cargo xtask bless");
    ExitCode::FAILURE
}
