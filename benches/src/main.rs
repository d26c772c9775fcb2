//! The benches: each workload beside its floor (the same work without our logic), built and measured in the same run.
//!
//! `plumbline-benches [--quick | --full] [NAME...]` measures the named workloads, or all, and writes target/bench.md and
//! target/bench.json. Invariants: a run fails only when a workload cannot be run, never because a goal is missed; `--quick`
//! takes tiny sizes and one repeat, to see that everything runs; `--full` takes logs of a million. P2 comes with P4, P17
//! with P18; P19 and P20 measure the phone's library, other languages' programs and the window where PLUMBLINE_LIBRARY,
//! PLUMBLINE_LANGUAGES and PLUMBLINE_WINDOW say where they are. docs/performance.md says what each floor is.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command does")]

mod bulk;
mod crew;
mod desk;
mod flood;
mod floor;
mod idle;
mod list;
mod live;
mod measure;
mod offline;
mod open;
mod phone;
mod photo;
mod pull;
mod punch;
mod screens;
mod seal;
mod search;
mod site;

use std::{env, process::ExitCode};

use measure::{Plan, Row};

/// Whatever stops a run.
type Failure = Box<dyn std::error::Error + Send + Sync>;

const NAMES: [&str; 16] =
    ["P1", "P2", "P3", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P16", "P17", "P18", "P19", "P20"];

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [pull::CHILD, link] => pull::child(link).await,
        [live::CHILD, data] => live::child(data).await,
        [desk::HOME, home, n] => desk::home(home.as_ref(), n.parse().unwrap_or_default()).await,
        [desk::MORNING, home] => desk::morning(home.as_ref()).await,
        [phone::PROGRAM, home, keys, picture, project, many] => {
            phone::program(home, keys, picture, project, many).await
        }
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
    if let Some(name) = names.iter().find(|name| !NAMES.contains(name)) {
        return Err(format!("there is no workload `{name}`; there are {}", NAMES.join(", ")).into());
    }
    let plan = match flags.as_slice() {
        [] => Plan::USUAL,
        ["--quick"] => Plan::QUICK,
        ["--full"] => Plan::FULL,
        _ => return Err("usage: [--quick | --full] [NAME...]".into()),
    };
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
        "P1" => seal::measure(plan).await,
        "P2" => photo::measure(plan).await,
        "P3" => photo::thumbnail(plan).await,
        "P5" => punch::measure(plan).await,
        "P6" => bulk::measure(plan).await,
        "P7" => list::measure(plan).await,
        "P8" => search::measure(plan).await,
        "P9" => open::measure(plan).await,
        "P10" => pull::measure(plan).await,
        "P11" => offline::measure(plan).await,
        "P12" => idle::measure(plan).await,
        "P16" => live::deliveries(plan).await,
        "P17" => flood::measure(plan).await,
        "P18" => live::idle(plan).await,
        "P19" => phone::measure(plan).await,
        _ => {
            let mut rows = screens::measure(plan).await?;
            rows.extend(desk::measure(plan)?);
            Ok(rows)
        }
    }
}
