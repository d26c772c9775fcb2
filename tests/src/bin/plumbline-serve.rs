//! `plumbline-serve DIR (patient|impatient)`: the server in a process of its own. A test driver, never packaged.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "printing is what a command does, failing is its report")]

use std::{env, io};

use plumbline_server::{Config, start};
use plumbline_tests::abuse::{impatient, patient, strict};

#[tokio::main]
async fn main() {
    let [data, patience] = [1, 2].map(|n| env::args().nth(n).unwrap());
    let bounds = if patience == "patient" { patient() } else { impatient() };
    let running = start(Config { bounds, rates: strict(), ..Config::new(data) }).await.unwrap();
    println!("{}", running.url);
    // Until whoever started it goes away.
    tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink())).await.unwrap().unwrap();
}
