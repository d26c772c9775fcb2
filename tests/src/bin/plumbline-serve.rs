//! `plumbline-serve DIR [--manner free|patient|impatient]`: the server on `DIR` as a process of its own, for trials that kill it
//! or abuse it. Never packaged.
//!
//! One line of JSON on stdout when it answers: `{"url":"https://127.0.0.1:PORT"}`. A line on stdin is said again on stdout: in
//! a record of its system calls that marks what was acknowledged before. Exit 0: the input ended; otherwise as `plumbline-server`.
#![allow(clippy::print_stderr, reason = "printing is what a command does")]

use std::{
    io::{self, BufRead, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, ValueEnum};
use plumbline_server::{Config, Rate, Rates};
use plumbline_tests::abuse::{impatient, patient, strict};
use serde_json::json;

/// Serves a folder until its input ends.
#[derive(Parser)]
#[command(name = "plumbline-serve")]
struct Arguments {
    /// The server's data.
    data: PathBuf,
    /// What it puts up with.
    #[arg(long, value_enum, default_value = "free")]
    manner: Manner,
}

#[derive(Clone, Copy, ValueEnum)]
enum Manner {
    /// As many requests as anybody likes: everybody shares one address here.
    Free,
    /// Few requests, the time that a real server gives.
    Patient,
    /// Few requests and little time.
    Impatient,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(tracing::Level::WARN).init();
    let Arguments { data, manner } = Arguments::parse();
    let free = Rate { per_second: 100_000, burst: 100_000 };
    let config = match manner {
        Manner::Free => Config { rates: Rates { address: free, device: free }, ..Config::new(data) },
        Manner::Patient => Config { bounds: patient(), rates: strict(), ..Config::new(data) },
        Manner::Impatient => Config { bounds: impatient(), rates: strict(), ..Config::new(data) },
    };
    let running = match plumbline_server::start(config).await {
        Ok(running) => running,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(error.exit_code());
        }
    };
    let ready = json!({"url": running.url}).to_string();
    let echo = move || {
        let mut out = io::stdout().lock();
        let said = [Ok(ready)].into_iter().chain(io::stdin().lock().lines());
        said.map_while(Result::ok).try_for_each(|line| writeln!(out, "{line}").and_then(|()| out.flush()))
    };
    let _ = tokio::task::spawn_blocking(echo).await;
    running.shutdown().await;
    ExitCode::SUCCESS
}
