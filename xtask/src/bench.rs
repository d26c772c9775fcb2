//! `cargo xtask bench`: the workloads against their floors, optimised, written to target/bench.md and target/bench.json.
//!
//! Invariant: the phone's library, other languages' programs and the window are built and measured where P19 or P20 is asked
//! for by name or everything at its real size is; where this machine cannot, that is said, and the rest is measured.

use std::fs;
use std::path::Path;

use crate::Failure;
use crate::bindings;
use crate::desktop;
use crate::kotlin;
use crate::machine;
use crate::swift;
use crate::workspace::{Workspace, succeed};

/// Runs the named workloads, or all of them.
pub fn bench(workspace: &Workspace, words: &[String]) -> Result<(), Failure> {
    machine::require(workspace, machine::BUILD)?;
    let mut bench = workspace.cargo(["run", "--quiet", "--release", "-p", "plumbline-benches", "--"]);
    bench.args(words).env("PLUMBLINE_PACKAGES", workspace.target.join("dist/bundle/deb"));
    if asks_for(words, "P19") {
        match bindings::optimised(workspace) {
            Ok(library) => {
                bench.env("PLUMBLINE_LANGUAGES", languages(workspace, &library)?).env("PLUMBLINE_LIBRARY", library);
            }
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

/// The programs that time calls from other languages, one in a line: a name and the words that start it, with tabs between.
/// Says which cannot be built.
fn languages(workspace: &Workspace, library: &Path) -> Result<String, String> {
    let library = library.parent().ok_or("the library lies nowhere")?;
    let folder = workspace.root.join("target/bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let kotlin = kotlin::measured(workspace, library);
    let swift = swift::measured(workspace, library, &folder).and_then(|built| built);
    let mut all = String::new();
    for (name, built) in [("Kotlin", kotlin), ("Swift", swift)] {
        match built {
            Ok(command) => {
                all += name;
                for word in [command.get_program()].into_iter().chain(command.get_args()) {
                    all = all + "\t" + &word.to_string_lossy();
                }
                all.push('\n');
            }
            Err(why) => eprintln!("calls from {name} are not measured: {why}"),
        }
    }
    Ok(all)
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
