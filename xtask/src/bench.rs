//! `cargo xtask bench`: the workloads against their floors, optimised, written to target/bench.md and target/bench.json.

use crate::Failure;
use crate::machine;
use crate::workspace::{Workspace, succeed};

/// Runs the named workloads, or all of them.
pub fn bench(workspace: &Workspace, names: &[String]) -> Result<(), Failure> {
    machine::require(workspace, machine::BUILD)?;
    let mut bench = workspace.cargo(["run", "--quiet", "--release", "-p", "plumbline-benches", "--"]);
    Ok(succeed(bench.args(names))?)
}
