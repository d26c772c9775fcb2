//! `cargo xtask reliability [--last]`: runs the tests and writes docs/reliability.md, which says for each row of `tests/matrix.txt`
//! what test shows it, through how many cases it ran, and how it ended.
//!
//! A test names its rows in its documentation (`/// Shows c01, c04.`) and leaves the number of its cases in the folder that
//! [`FOLDER`] names. Invariants: a row without a test says what it waits for, or `tidy` fails; so does a page that lists
//! other tests than the source does. Numbers and results are of the run that wrote the page.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::test;
use crate::workspace::Workspace;

/// The variable that names the folder where tests leave the number of their cases.
pub const FOLDER: &str = "PLUMBLINE_TRIAL";
/// The page, and where its rows stand.
const PAGE: &str = "docs/reliability.md";
const MATRIX: &str = "tests/matrix.txt";

const HEAD: &str = "# Reliability

Written by `cargo xtask reliability` from a run of the tests; do not edit. Each row is something that happens to a client (c) or
a server (s), or a failure that others had and we must not (b); beside it the tests that show what is expected. Cases: cut
points, seeds, lies or inputs that the test ran through, each of which has to hold; `cargo xtask test soak` runs through
many more. A row that waits says for what.
";

/// A row of the matrix.
#[derive(Debug, PartialEq)]
struct Row {
    id: String,
    what: String,
    expected: String,
    waits: String,
}

/// A test that shows rows.
#[derive(Debug, PartialEq)]
struct Shown {
    name: String,
    rows: Vec<String>,
    /// True when it counts its cases: without a count it was skipped.
    counts: bool,
}

/// Runs the Rust tests and writes the page; with `last` from the results of the last run.
pub fn reliability(workspace: &Workspace, last: bool) -> Result<(), Failure> {
    let folder = folder(workspace);
    let ended = if last { Ok(()) } else { test::test(workspace, &["rust".to_owned()]) };
    let results = test::results(workspace);
    let page = page(workspace, |test| match (results.get(&test.name).map(String::as_str), cases(&folder, test)) {
        (None, _) => (String::new(), "not run".to_owned()),
        (Some("ok"), None) => (String::new(), "skipped on this machine".to_owned()),
        (Some(result), cases) => (cases.map(|n| n.to_string()).unwrap_or_default(), result.to_owned()),
    })?;
    fs::write(workspace.root.join(PAGE), page).map_err(|error| format!("cannot write {PAGE}: {error}"))?;
    println!("reliability: {PAGE} is written");
    ended
}

/// Where the tests of this workspace leave the number of their cases.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("trial")
}

/// What is wrong with rows and page; empty when nothing is.
pub fn stale(workspace: &Workspace) -> Result<Vec<String>, String> {
    let (rows, tests) = read(workspace)?;
    let mut wrong = Vec::new();
    for row in &rows {
        let shown = tests.iter().any(|test| test.rows.contains(&row.id));
        if !shown && row.waits.is_empty() {
            wrong.push(format!("row {} is shown by no test and waits for nothing", row.id));
        }
    }
    for test in &tests {
        let unknown = test.rows.iter().filter(|id| !rows.iter().any(|row| row.id == **id));
        wrong.extend(unknown.map(|id| format!("{} shows {id}, which is no row", test.name)));
    }
    let blank = page(workspace, |_| (String::new(), String::new()))?;
    let written = fs::read_to_string(workspace.root.join(PAGE)).unwrap_or_default();
    if bare(&blank) != bare(&written) {
        wrong.push(format!("{PAGE} lists other rows or tests than the source: run `cargo xtask reliability`"));
    }
    Ok(wrong)
}

/// The page without cases and results.
fn bare(page: &str) -> Vec<String> {
    let cells = |line: &str| line.split('|').take(5).map(str::trim).collect::<Vec<_>>().join("|");
    page.lines().filter(|line| line.starts_with('|')).map(cells).collect()
}

fn page(workspace: &Workspace, ended: impl Fn(&Shown) -> (String, String)) -> Result<String, String> {
    let (rows, tests) = read(workspace)?;
    let mut page = HEAD.to_owned();
    page += "\n| row | what happens | expected | shown by | cases | result |\n|---|---|---|---|---:|---|\n";
    for row in &rows {
        let Row { id, what, expected, waits } = row;
        let mut first = format!("| {id} | {what} | {expected} |");
        for test in tests.iter().filter(|test| test.rows.contains(id)) {
            let (cases, result) = ended(test);
            let _ = writeln!(page, "{first} {} | {cases} | {result} |", test.name);
            first = "| | | |".to_owned();
        }
        if !waits.is_empty() {
            let _ = writeln!(page, "{first} waits for {waits} | | |");
        }
    }
    Ok(page)
}

fn read(workspace: &Workspace) -> Result<(Vec<Row>, Vec<Shown>), String> {
    let matrix = fs::read_to_string(workspace.root.join(MATRIX)).map_err(|error| format!("{MATRIX}: {error}"))?;
    let mut tests = Vec::new();
    for package in ["protocol", "core", "server", "tests"] {
        sources(&workspace.root.join(package), &mut tests);
    }
    tests.sort_by(|a: &Shown, b: &Shown| a.name.cmp(&b.name));
    Ok((rows(&matrix), tests))
}

fn rows(matrix: &str) -> Vec<Row> {
    let row = |line: &str| {
        let mut cells = line.split('|').map(|cell| cell.trim().to_owned());
        let mut cell = || cells.next().unwrap_or_default();
        Row { id: cell(), what: cell(), expected: cell(), waits: cell() }
    };
    matrix.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(row).collect()
}

fn sources(folder: &Path, tests: &mut Vec<Shown>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sources(&path, tests);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            tests.extend(shown(&fs::read_to_string(&path).unwrap_or_default()));
        }
    }
}

/// The tests of a source file that show rows.
fn shown(text: &str) -> Vec<Shown> {
    let mut tests = Vec::new();
    let mut rows: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if let Some(ids) = line.strip_prefix("/// Shows ").and_then(|rest| rest.strip_suffix('.')) {
            rows.extend(ids.split(", ").map(str::to_owned));
        }
        let function = line.split_once("fn ").filter(|(before, _)| before.is_empty() || *before == "async ");
        if let (Some((_, rest)), false) = (function, rows.is_empty()) {
            let name = rest.split('(').next().unwrap_or_default().to_owned();
            let body = lines.clone().take_while(|line| !line.trim_end().ends_with("#[test]") && !is_function(line));
            let counts = body.into_iter().any(|line| line.contains("ran!("));
            tests.push(Shown { name, rows: std::mem::take(&mut rows), counts });
        }
    }
    tests
}

fn is_function(line: &str) -> bool {
    line.starts_with("fn ") || line.starts_with("async fn ")
}

/// The number of cases that a test ran through: one where it counts none; nothing where it counts and did not.
fn cases(folder: &Path, test: &Shown) -> Option<u64> {
    match test.counts {
        true => fs::read_to_string(folder.join(&test.name)).ok()?.trim().parse().ok(),
        false => Some(1),
    }
}

/// The results in the lines of test binaries, by the last name in a test's path.
pub fn collect(line: &str, results: &mut BTreeMap<String, String>) {
    let Some((path, result)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) else { return };
    let name = path.split(" - ").next().unwrap_or(path).rsplit("::").next().unwrap_or(path);
    results.insert(name.to_owned(), result.trim().to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_names_its_rows_and_whether_it_counts() {
        let text = "/// Words.\n///\n/// Shows c01, s02.\n#[test]\nfn it_holds() {\n    ran!(3);\n}\n\n/// Shows b01.\n\
                    #[tokio::test]\nasync fn it_holds_too() {\n}\n\nfn not_a_test() {}\n";
        let test = |name: &str, rows: &[&str], counts| Shown {
            name: name.to_owned(),
            rows: rows.iter().map(|&r| r.to_owned()).collect(),
            counts,
        };
        assert_eq!(shown(text), [test("it_holds", &["c01", "s02"], true), test("it_holds_too", &["b01"], false)]);
    }

    #[test]
    fn results_are_found_by_the_last_name() {
        let mut results = BTreeMap::new();
        for line in ["test a::b::it_holds ... ok", "test c ... FAILED", "running 3 tests", "test result: ok. 1 passed"]
        {
            collect(line, &mut results);
        }
        assert_eq!(results.len(), 2);
        assert_eq!(results["it_holds"], "ok");
    }

    #[test]
    fn numbers_and_results_do_not_make_a_page_stale() {
        let line = "| c01 | x | y | a_test | 12 | ok |";
        assert_eq!(bare(line), bare("| c01 | x | y | a_test | | |"));
        assert_ne!(bare(line), bare("| c01 | x | y | another | 12 | ok |"));
    }
}
