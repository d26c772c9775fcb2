//! `cargo xtask test soak`: the trial at length, for a night and before a release.
//!
//! Invariants: a seed that fails ends it, and what is printed then replays that seed alone; a trial that did not run is never
//! called held; nothing here runs in CI, where the same tests play fewer seeds and a sample of the cuts.

use crate::Failure;
use crate::results::Results;
use crate::test;
use crate::workspace::Workspace;

/// Seeds that are played where no number is named.
const SEEDS: u64 = 100_000;
/// The test that plays seeds.
const STORM: &str = "network::whatever_a_network_does_everything_arrives_once_and_everybody_agrees_when_it_stops";

/// Which seeds.
#[derive(Debug, PartialEq)]
struct Options {
    seeds: u64,
    from: u64,
}

/// Runs every trial over all of its cases, and then the storm of seeds.
pub fn soak(workspace: &Workspace, words: &[String]) -> Result<(), Failure> {
    let Options { seeds, from } = Options::parse(words)?;
    let trial = |words: &[&str], variable: (&str, &str), results: &mut Results| {
        let words = [&["test", "--package", "plumbline-tests", "--test", "trial", "--locked", "--"], words].concat();
        test::apart(workspace, &words, &[variable], results)
    };
    let (mut every, mut storm) = (Results::default(), Results::default());
    trial(&["--skip", STORM, "--show-output"], ("PLUMBLINE_TRIAL_ALL", "1"), &mut every)?;
    let range = format!("{from}..{}", from.saturating_add(seeds));
    trial(&[STORM, "--exact", "--nocapture"], ("PLUMBLINE_SEEDS", &range), &mut storm)?;
    if storm.passed != 1 {
        return Err(Failure::Failed(format!("there is no test {STORM}")));
    }
    println!("soak: {} trials held over all of their cases, {} did not run", every.passed, every.ignored);
    println!("soak: {seeds} seeds from {from} held");
    Ok(())
}

impl Options {
    fn parse(words: &[String]) -> Result<Options, Failure> {
        let mut options = Options { seeds: SEEDS, from: 0 };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let place = match word.as_str() {
                "--seeds" => &mut options.seeds,
                "--from" => &mut options.from,
                other => return Err(Failure::Usage(format!("`{other}` means nothing to the soak"))),
            };
            let number = words.next().and_then(|number| number.parse().ok());
            *place = number.ok_or_else(|| Failure::Usage(format!("{word} takes a number")))?;
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<(u64, u64)> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words).ok().map(|options| (options.seeds, options.from))
    }

    #[test]
    fn seeds_are_named_by_number_and_start() {
        assert_eq!(parsed(""), Some((SEEDS, 0)));
        assert_eq!(parsed("--seeds 5 --from 7"), Some((5, 7)));
        for wrong in ["--seeds", "--seeds many", "5", "--from -1"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
