//! The tests of the page: by itself in Node, and its screens in a browser over a real client.
//!
//! Invariant: the screens are tested with what this source builds, or it is said why they are not.

use crate::desktop::{install, npm};
use crate::machine;
use crate::results::Results;
use crate::workspace::{Workspace, listen, succeed};

const FOLDER: &str = "frontend";

/// Checks the page and runs its tests. Answers why where it cannot.
///
/// # Errors
/// Says what failed.
pub fn test(workspace: &Workspace, results: &mut Results) -> Result<Option<String>, String> {
    if let Err(missing) = machine::require(workspace, machine::NODE) {
        return Ok(Some(missing));
    }
    install(workspace, FOLDER)?;
    succeed(&mut npm(workspace, FOLDER, &["run", "--silent", "check"]))?;
    let mut tests = npm(workspace, FOLDER, &["test", "--silent", "--", "--reporter=default", "--reporter=tap-flat"]);
    match [machine::BUILD, machine::CHROMIUM].iter().try_for_each(|needs| machine::require(workspace, needs)) {
        Ok(()) => {
            let programs = ["--bin", "plumbline-demo", "--bin", "plumbline-drive"];
            succeed(workspace.cargo(["build", "--locked", "-p", "plumbline-tests"]).args(programs))?;
            tests.env("PLUMBLINE_BIN", workspace.target.join("debug"));
        }
        Err(missing) => println!("frontend: the screens are not tested: {missing}"),
    }
    listen(&mut tests, |line| results.hear_tap(line))?;
    Ok(None)
}
