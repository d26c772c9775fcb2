//! `cargo xtask bench`: the workloads against their floors, optimised, written to target/bench.md and target/bench.json.
//!
//! Invariant: the window is built and measured where P20 is asked for by name or everything at its real size is; where this
//! machine cannot, that is said, and the rest is measured.

use crate::Failure;
use crate::desktop;
use crate::machine;
use crate::workspace::{Workspace, succeed};

/// Runs the named workloads, or all of them.
pub fn bench(workspace: &Workspace, words: &[String]) -> Result<(), Failure> {
    machine::require(workspace, machine::BUILD)?;
    let mut bench = workspace.cargo(["run", "--quiet", "--release", "-p", "plumbline-benches", "--"]);
    bench.args(words).env("PLUMBLINE_PACKAGES", workspace.target.join("dist/bundle/deb"));
    if shows_the_window(words) {
        match desktop::optimised(workspace) {
            Ok(programs) => drop(bench.env("PLUMBLINE_WINDOW", programs)),
            Err(why) => eprintln!("the window is not measured: {why}"),
        }
    }
    Ok(succeed(&mut bench)?)
}

fn shows_the_window(words: &[String]) -> bool {
    words.iter().any(|word| word == "P20") || words.iter().all(|word| word == "--full")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_measured_where_it_is_named_or_all_is() {
        let shows = |line: &str| shows_the_window(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert!(shows("") && shows("--full") && shows("P20") && shows("--quick P20"));
        assert!(!shows("--quick") && !shows("P7") && !shows("--full P7"));
    }
}
