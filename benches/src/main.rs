//! The benches: each workload beside its floor (the same work without our logic), built and measured in the same run.
//!
//! `plumbline-benches [--quick] [NAME...]` measures the named workloads, or all, and writes target/bench.md and
//! target/bench.json. Invariants: a run fails only when a workload cannot be run, never because a goal is missed; `--quick`
//! takes tiny sizes and one repeat, to see that everything runs. docs/performance.md says what each floor is.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command does")]

mod crew;
mod floor;
mod list;
mod live;
mod measure;
mod open;
mod pull;
mod punch;
mod site;

use std::{env, process::ExitCode};

use measure::{Plan, Row};

/// Whatever stops a run.
type Failure = Box<dyn std::error::Error + Send + Sync>;

const NAMES: [&str; 6] = ["P5", "P7", "P9", "P10", "P16", "P18"];

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [pull::CHILD, link] => pull::child(link).await,
        [live::CHILD, data] => live::child(data).await,
        words => run(words).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(words: &[&str]) -> Result<(), Failure> {
    let (flags, names): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with('-'));
    if let Some(flag) = flags.iter().find(|flag| **flag != "--quick") {
        return Err(format!("`{flag}` means nothing here; usage: [--quick] [NAME...]").into());
    }
    if let Some(name) = names.iter().find(|name| !NAMES.contains(name)) {
        return Err(format!("there is no workload `{name}`; there are {}", NAMES.join(", ")).into());
    }
    let plan = if flags.is_empty() { Plan::FULL } else { Plan::QUICK };
    let mut rows = Vec::new();
    for name in NAMES.iter().filter(|name| names.is_empty() || names.contains(name)) {
        eprintln!("{name}");
        rows.extend(workload(name, &plan).await.map_err(|failure| format!("{name}: {failure}"))?);
    }
    print!("{}", measure::write(&rows)?);
    Ok(())
}

async fn workload(name: &str, plan: &Plan) -> Result<Vec<Row>, Failure> {
    match name {
        "P5" => punch::measure(plan).await,
        "P7" => list::measure(plan).await,
        "P9" => open::measure(plan).await,
        "P10" => pull::measure(plan).await,
        "P16" => live::deliveries(plan).await,
        _ => live::idle(plan).await,
    }
}
