//! `cargo xtask bench`: the workloads against their floors, optimised, written to target/bench.md and target/bench.json.
//!
//! Invariant: the phone's library and the window are built and measured where P19 or P20 is asked for by name or everything at
//! its real size is; where this machine cannot, that is said, and the rest is measured.

use crate::Failure;
use crate::bindings;
use crate::desktop;
use crate::machine;
use crate::workspace::{Workspace, succeed};

/// Runs the named workloads, or all of them.
pub fn bench(workspace: &Workspace, words: &[String]) -> Result<(), Failure> {
    machine::require(workspace, machine::BUILD)?;
    let mut bench = workspace.cargo(["run", "--quiet", "--release", "-p", "plumbline-benches", "--"]);
    bench.args(words).env("PLUMBLINE_PACKAGES", workspace.target.join("dist/bundle/deb"));
    if asks_for(words, "P19") {
        match bindings::optimised(workspace) {
            Ok(library) => drop(bench.env("PLUMBLINE_LIBRARY", library)),
            Err(why) => eprintln!("the phone's library is not measured: {why}"),
        }
    }
    if asks_for(words, "P20") {
        match desktop::optimised(workspace) {
            Ok(programs) => drop(bench.env("PLUMBLINE_WINDOW", programs)),
            Err(why) => eprintln!("the window is not measured: {why}"),
        }
    }
    Ok(succeed(&mut bench)?)
}

fn asks_for(words: &[String], name: &str) -> bool {
    words.iter().any(|word| word == name) || words.iter().all(|word| word == "--full")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_to_build_is_measured_where_it_is_named_or_all_is() {
        let asks = |line: &str| asks_for(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), "P20");
        assert!(asks("") && asks("--full") && asks("P20") && asks("--quick P20"));
        assert!(!asks("--quick") && !asks("P7") && !asks("--full P7"));
    }
}
