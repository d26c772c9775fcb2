//! `cargo xtask ci`: all that a change must pass, in one table.
//!
//! Invariant: every step runs even when one before it failed, so one run shows everything there is to mend.

use std::time::Instant;

use crate::Failure;
use crate::bless::bless;
use crate::cross::cross;
use crate::deny::deny;
use crate::desktop;
use crate::test::test;
use crate::tidy::tidy;
use crate::workspace::{Workspace, succeed};

/// A step ends well, perhaps with a remark, or not.
type Step = Result<Option<String>, Failure>;

/// Runs every step and prints the table.
pub fn ci(workspace: &Workspace) -> Result<(), Failure> {
    // The window's code holds the page, so that has to be there before the compiler looks at it.
    let clippy = || {
        desktop::prepare(workspace)?;
        let words = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
        done(succeed(&mut workspace.cargo(words)))
    };
    let cargo = |words: &[&str]| -> Step { done(succeed(&mut workspace.cargo(words.iter().copied()))) };
    let documentation = || {
        desktop::prepare(workspace)?;
        let mut doc = workspace.cargo(["doc", "--workspace", "--no-deps", "--locked"]);
        done(succeed(doc.env("RUSTDOCFLAGS", "-D warnings")))
    };
    let steps: [(&str, &dyn Fn() -> Step); 8] = [
        ("test", &|| done(test(workspace, &[]))),
        ("format", &|| cargo(&["fmt", "--all", "--check"])),
        ("clippy", &clippy),
        ("other systems", &|| Ok(cross(workspace)?)),
        ("tidy", &|| done(tidy(workspace))),
        ("deny", &|| Ok(deny(workspace)?)),
        ("documentation", &documentation),
        ("generated files", &|| done(bless(workspace, true))),
    ];
    let (mut table, mut failed) = (String::new(), 0);
    for (name, step) in &steps {
        eprintln!("\n== {name}");
        let begun = Instant::now();
        let (mark, remark) = match step() {
            Ok(remark) => ("passed", remark.unwrap_or_default()),
            Err(failure) => {
                failed += 1;
                let why = match failure {
                    Failure::Failed(why) | Failure::Usage(why) => why,
                    Failure::Exit(_) => String::new(),
                };
                eprintln!("{why}");
                ("FAILED", why.lines().next().unwrap_or_default().to_owned())
            }
        };
        let line = format!("{mark}  {:>5} s  {name:<15}  {remark}", begun.elapsed().as_secs());
        table += line.trim_end();
        table.push('\n');
    }
    println!("\n{table}ci: {} passed, {failed} failed", steps.len() - failed);
    if failed == 0 { Ok(()) } else { Err(Failure::Exit(1)) }
}

fn done<E>(outcome: Result<(), E>) -> Step
where
    Failure: From<E>,
{
    outcome.map(|()| None).map_err(Failure::from)
}
