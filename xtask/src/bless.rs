//! `cargo xtask bless`: the committed files that the code itself writes (test vectors, permission grid, docs/client.md).

use crate::Failure;
use crate::machine;
use crate::workspace::{Workspace, succeed};

/// Writes the generated files anew; with `check` compares instead and fails where they differ.
pub fn bless(workspace: &Workspace, check: bool) -> Result<(), Failure> {
    machine::require(workspace, machine::BUILD)?;
    let mut bless = workspace.cargo(["run", "--quiet", "-p", "plumbline-tests", "--bin", "plumbline-bless", "--"]);
    if check {
        bless.arg("--check");
    }
    Ok(succeed(&mut bless)?)
}
