//! `plumbline-drive --home DIR --passphrase-env VAR`: one client over stdin and stdout. docs/client.md lists its calls.
//!
//! Exit 0: the input ended and the store is closed, 1: stdin, stdout or the store failed, 2: the command line is wrong.
#![allow(clippy::print_stderr, reason = "printing is what a command does")]

use std::{env, io, path::PathBuf, process::ExitCode};

use clap::Parser;
use plumbline_tests::drive::Driver;
use zeroize::Zeroizing;

/// One client over stdin and stdout: lines of JSON, each answered by one line. A test driver, never packaged.
#[derive(Parser)]
#[command(name = "plumbline-drive")]
struct Arguments {
    /// Folder of the client's store and keystore; made at first use.
    #[arg(long)]
    home: PathBuf,
    /// Name of the environment variable that holds the keystore's passphrase.
    #[arg(long, value_name = "VAR")]
    passphrase_env: String,
    /// Let one thread do all that touches the disk: for who counts or records what it asks of the system.
    #[arg(long)]
    in_order: bool,
}

fn main() -> ExitCode {
    let Arguments { home, passphrase_env, in_order } = Arguments::parse();
    let Ok(passphrase) = env::var(&passphrase_env).map(Zeroizing::new) else {
        eprintln!("the environment variable {passphrase_env} has to hold the passphrase of the keystore");
        return ExitCode::from(2);
    };
    tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(tracing::Level::WARN).init();
    let driver = Driver::new(&home, passphrase, in_order);
    let served = driver.and_then(|mut driver| driver.serve(io::stdin().lock(), io::stdout()));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
