//! `plumbline-serve DIR`: the server in a process of its own, as impatient as the trial wants it. A test driver, never packaged.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "printing is what a command does, failing is its report")]

use std::{env, io};

use plumbline_server::{Config, start};
use plumbline_tests::abuse::impatient;

#[tokio::main]
async fn main() {
    let data = env::args().nth(1).unwrap();
    let running = start(Config { bounds: impatient(), ..Config::new(data) }).await.unwrap();
    println!("{}", running.url);
    // Until whoever started it goes away.
    tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink())).await.unwrap().unwrap();
}
