//! What came of a run of tests, read from what `cargo test -- --show-output` prints.
//!
//! A test that cannot run on this machine prints `skipped: WHY` and returns, one that runs through many cases prints
//! `ran through N cases`. Invariant: who says that it skipped has not passed, though its binary calls it ok.

use std::collections::BTreeMap;
use std::fs;

use crate::workspace::Workspace;

/// How each test of the last run ended: a line each.
const FILE: &str = "test-results";

/// How a test ended.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Ended {
    /// `ok`, `FAILED`, `ignored` or `skipped: WHY`.
    pub result: String,
    /// How many cases it ran through; one where it counts none.
    pub cases: u64,
}

/// How many tests passed, failed and did not run, and how each ended, by the last name in its path.
#[derive(Debug, Default)]
pub struct Results {
    pub passed: u64,
    pub failed: u64,
    pub ignored: u64,
    pub tests: BTreeMap<String, Ended>,
    /// The test whose output is being read.
    speaking: String,
    /// Tests of the binary whose output is being read that were skipped.
    skipped: u64,
}

impl Results {
    /// Takes in a line of a test binary's output.
    pub fn hear(&mut self, line: &str) {
        if let Some([passed, failed, ignored]) = counts(line) {
            let skipped = std::mem::take(&mut self.skipped);
            self.passed += passed.saturating_sub(skipped);
            self.failed += failed;
            self.ignored += ignored + skipped;
            self.speaking.clear();
        } else if let Some((path, result)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
            self.tests.insert(name(path), Ended { result: result.trim().to_owned(), cases: 1 });
        } else if let Some(path) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            self.speaking = name(path);
        } else if let Some(test) = self.tests.get_mut(&self.speaking) {
            if line.starts_with("skipped: ") && test.result == "ok" {
                test.result = line.to_owned();
                self.skipped += 1;
            } else if let Some(cases) = line.strip_prefix("ran through ").and_then(|rest| rest.strip_suffix(" cases")) {
                test.cases = cases.parse().unwrap_or(test.cases);
            }
        }
    }

    /// Takes in a line of what a test runner of Node says in TAP: `ok 1 - name`, `not ok 2 - name`, `ok 3 - name # SKIP why`.
    pub fn hear_tap(&mut self, line: &str) {
        let (passed, rest) = match (line.strip_prefix("ok "), line.strip_prefix("not ok ")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return,
        };
        match (rest.contains(" # SKIP"), passed) {
            (true, _) => self.ignored += 1,
            (_, true) => self.passed += 1,
            (_, false) => self.failed += 1,
        }
    }

    /// Takes in a line of what Swift Testing says: `✔ Test name() passed after 0.1 seconds.`, and `✘` with `failed`.
    pub fn hear_swift(&mut self, line: &str) {
        let Some((_, rest)) = line.split_once(" Test ").filter(|(mark, _)| mark.chars().count() == 1) else { return };
        let ended = |word| rest.split_once(')').is_some_and(|(_, how): (&str, &str)| how.starts_with(word));
        self.passed += u64::from(ended(" passed after "));
        self.failed += u64::from(ended(" failed after "));
        self.ignored += u64::from(ended(" skipped"));
    }

    /// Takes in a report of Surefire: a `testcase` that holds no `failure`, `error` or `skipped` has passed.
    pub fn hear_surefire(&mut self, report: &str) {
        for case in report.split("<testcase ").skip(1) {
            let holds = |name: &str| case.contains(&format!("<{name}>")) || case.contains(&format!("<{name} "));
            if holds("skipped") || case.contains("<skipped/>") {
                self.ignored += 1;
            } else if holds("failure") || holds("error") {
                self.failed += 1;
            } else {
                self.passed += 1;
            }
        }
    }

    /// Keeps how each test ended for [`Results::last`].
    pub fn keep(&self, workspace: &Workspace) -> Result<(), String> {
        let lines = self.tests.iter().map(|(name, ended)| format!("{name}\t{}\t{}\n", ended.cases, ended.result));
        let kept = fs::write(workspace.target.join(FILE), lines.collect::<String>());
        kept.map_err(|error| format!("cannot keep the results: {error}"))
    }

    /// How each test of the last run ended.
    pub fn last(workspace: &Workspace) -> BTreeMap<String, Ended> {
        let text = fs::read_to_string(workspace.target.join(FILE)).unwrap_or_default();
        let ended = |line: &str| {
            let (name, rest) = line.split_once('\t')?;
            let (cases, result) = rest.split_once('\t')?;
            Some((name.to_owned(), Ended { result: result.to_owned(), cases: cases.parse().ok()? }))
        };
        text.lines().filter_map(ended).collect()
    }
}

/// The last name in a test's path.
fn name(path: &str) -> String {
    let path = path.split(" - ").next().unwrap_or(path);
    path.rsplit("::").next().unwrap_or(path).to_owned()
}

/// Passed, failed and ignored, of a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; ...`.
fn counts(line: &str) -> Option<[u64; 3]> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |what| counts.split("; ").find_map(|part| part.strip_suffix(what)?.parse().ok());
    Some([count(" passed")?, count(" failed")?, count(" ignored")?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_skipped_has_not_passed_and_who_counts_says_how_many() {
        let output = "running 5 tests\ntest a::holds ... ok\ntest a::breaks ... FAILED\ntest b::counts ... ok\n\
            test b::has_no_disk ... ok\ntest b::tells ... ok\n\nsuccesses:\n\n---- b::counts stdout ----\n\
            seed 7\nran through 52 cases\n\n---- b::has_no_disk stdout ----\nskipped: no small disk\n\n\
            ---- b::tells stdout ----\nnot skipped: as it says\n\nsuccesses:\n    a::holds\n\nfailures:\n\n\
            ---- a::breaks stdout ----\nskipped: or so it says\n\n\
            test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.01s\n";
        let mut results = Results::default();
        output.lines().for_each(|line| results.hear(line));
        assert_eq!((results.passed, results.failed, results.ignored), (3, 1, 1));
        let ended = |name: &str| (results.tests[name].result.as_str(), results.tests[name].cases);
        assert_eq!(ended("holds"), ("ok", 1));
        assert_eq!(ended("breaks"), ("FAILED", 1));
        assert_eq!(ended("counts"), ("ok", 52));
        assert_eq!(ended("has_no_disk"), ("skipped: no small disk", 1));
        assert_eq!(ended("tells"), ("ok", 1));
    }

    #[test]
    fn a_test_of_the_page_counts_once_and_its_parts_do_not() {
        let output = "TAP version 13\nok 1 - opens\n  ---\n  duration_ms: 3\n  ...\nnot ok 2 - closes\n\
            \u{20}   ok 1 - a part\nok 3 - prints # SKIP no printer\n# pass 1\n1..3\n";
        let mut results = Results::default();
        output.lines().for_each(|line| results.hear_tap(line));
        assert_eq!((results.passed, results.failed, results.ignored), (1, 1, 1));
    }

    #[test]
    fn a_test_in_swift_counts_when_it_ends() {
        let output = "◇ Test run started.\n◇ Test opens() started.\n✔ Test opens() passed after 0.5 seconds.\n\
            ◇ Passing 1 argument look → .dark to reads(look:)\n✔ Test reads(look:) passed after 0.1 seconds.\n\
            ✘ Test closes() recorded an issue at X.swift:1:7: Expectation failed: a → 1\n\
            ✘ Test closes() failed after 0.2 seconds with 1 issue.\n✘ Suite Tests failed after 1 seconds.\n\
            ✘ Test measures() skipped: \"not asked\"\n✘ Test knows() passed after 1 seconds with 1 known issue.\n\
            ✘ Test run with 5 tests failed after 1 seconds with 1 issue.\n";
        let mut results = Results::default();
        output.lines().for_each(|line| results.hear_swift(line));
        assert_eq!((results.passed, results.failed, results.ignored), (3, 1, 1));
    }

    #[test]
    fn a_test_of_the_jvm_is_what_its_case_holds() {
        let report = "<testsuite tests=\"4\"><testcase name=\"a\" time=\"1\"/>\n<testcase name=\"b\">\n\
            <failure message=\"x\">no</failure></testcase><testcase name=\"c\"><skipped/></testcase>\n\
            <testcase name=\"d\"><system-out>error failure skipped</system-out></testcase></testsuite>";
        let mut results = Results::default();
        results.hear_surefire(report);
        assert_eq!((results.passed, results.failed, results.ignored), (2, 1, 1));
    }

    #[test]
    fn other_lines_are_no_counts() {
        for line in ["running 3 tests", "test result: ", "test a::b ... ok", "12 passed; 3 failed"] {
            assert_eq!(counts(line), None, "{line}");
        }
    }
}
