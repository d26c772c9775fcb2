//! `cargo xtask reliability [--last]`: runs the tests and writes docs/reliability.md, which says for each row of `tests/matrix.txt`
//! what test shows it, through how many cases it ran, and how it ended.
//!
//! A test names its rows in its documentation (`/// Shows c01, c04.`). Invariants: a row without a test says what it waits
//! for, or `tidy` fails; so does a page that lists other tests than the source does, and a test that shows a row under a name
//! that another function has too: results are known by it. Numbers and results are of the run that wrote the page.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::results::Results;
use crate::test;
use crate::workspace::Workspace;

/// The page, and where its rows stand.
const PAGE: &str = "docs/reliability.md";
const MATRIX: &str = "tests/matrix.txt";

const HEAD: &str = "# Reliability

Written by `cargo xtask reliability` from a run of the tests; do not edit. Each row is something that happens to a client (c) or
a server (s), or a failure that others had and we must not (b); beside it the tests that show what is expected. Cases: cut
points, seeds, lies or inputs that the test ran through, each of which has to hold; `cargo xtask test soak` runs through
many more. A test that was skipped shows nothing, and says why. A row that waits says for what.
";

/// A row of the matrix.
#[derive(Debug, PartialEq)]
struct Row {
    id: String,
    what: String,
    expected: String,
    waits: String,
}

/// A function of the source, with the rows that it shows: a test, where there are any.
#[derive(Debug, PartialEq)]
struct Function {
    name: String,
    rows: Vec<String>,
}

/// Runs the Rust tests and writes the page; with `last` from the results of the last run.
pub fn reliability(workspace: &Workspace, last: bool) -> Result<(), Failure> {
    let ended = if last { Ok(()) } else { test::test(workspace, &["rust".to_owned()]) };
    let results = Results::last(workspace);
    let page = page(workspace, |test| match results.get(test) {
        None => (String::new(), "not run".to_owned()),
        Some(ended) if ended.result == "ok" => (ended.cases.to_string(), "ok".to_owned()),
        Some(ended) => (String::new(), ended.result.replace('|', "/")),
    })?;
    fs::write(workspace.root.join(PAGE), page).map_err(|error| format!("cannot write {PAGE}: {error}"))?;
    println!("reliability: {PAGE} is written");
    ended
}

/// What is wrong with rows and page; empty when nothing is.
pub fn stale(workspace: &Workspace) -> Result<Vec<String>, String> {
    let (rows, functions) = read(workspace)?;
    let mut wrong = Vec::new();
    for row in &rows {
        let shown = functions.iter().any(|test| test.rows.contains(&row.id));
        if !shown && row.waits.is_empty() {
            wrong.push(format!("row {} is shown by no test and waits for nothing", row.id));
        }
    }
    for test in functions.iter().filter(|function| !function.rows.is_empty()) {
        let unknown = test.rows.iter().filter(|id| !rows.iter().any(|row| row.id == **id));
        wrong.extend(unknown.map(|id| format!("{} shows {id}, which is no row", test.name)));
        if functions.iter().filter(|other| other.name == test.name).count() > 1 {
            wrong.push(format!("{} shows a row, and another function has its name", test.name));
        }
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

fn page(workspace: &Workspace, ended: impl Fn(&str) -> (String, String)) -> Result<String, String> {
    let (rows, functions) = read(workspace)?;
    let mut page = HEAD.to_owned();
    page += "\n| row | what happens | expected | shown by | cases | result |\n|---|---|---|---|---:|---|\n";
    for row in &rows {
        let Row { id, what, expected, waits } = row;
        let mut first = format!("| {id} | {what} | {expected} |");
        for test in functions.iter().filter(|test| test.rows.contains(id)) {
            let (cases, result) = ended(&test.name);
            let _ = writeln!(page, "{first} {} | {cases} | {result} |", test.name);
            first = "| | | |".to_owned();
        }
        if !waits.is_empty() {
            let _ = writeln!(page, "{first} waits for {waits} | | |");
        }
    }
    Ok(page)
}

/// The rows of the matrix, and the functions of the source by name.
fn read(workspace: &Workspace) -> Result<(Vec<Row>, Vec<Function>), String> {
    let matrix = fs::read_to_string(workspace.root.join(MATRIX)).map_err(|error| format!("{MATRIX}: {error}"))?;
    let mut functions = Vec::new();
    for package in ["protocol", "core", "server", "tests"] {
        sources(&workspace.root.join(package), &mut functions);
    }
    functions.sort_by(|a: &Function, b: &Function| a.name.cmp(&b.name));
    Ok((rows(&matrix), functions))
}

fn rows(matrix: &str) -> Vec<Row> {
    let row = |line: &str| {
        let mut cells = line.split('|').map(|cell| cell.trim().to_owned());
        let mut cell = || cells.next().unwrap_or_default();
        Row { id: cell(), what: cell(), expected: cell(), waits: cell() }
    };
    matrix.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(row).collect()
}

fn sources(folder: &Path, found: &mut Vec<Function>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.extend(functions(&fs::read_to_string(&path).unwrap_or_default()));
        }
    }
}

/// The functions of a source file that are neither public nor unsafe: tests are among them.
fn functions(text: &str) -> Vec<Function> {
    let (mut found, mut rows) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(ids) = line.strip_prefix("/// Shows ").and_then(|rest| rest.strip_suffix('.')) {
            rows.extend(ids.split(", ").map(str::to_owned));
        }
        if let Some(rest) = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ") {
            let name = rest.split(['(', '<']).next().unwrap_or_default().to_owned();
            found.push(Function { name, rows: std::mem::take(&mut rows) });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_names_its_rows() {
        let text = "/// Words.\n///\n/// Shows c01, s02.\n#[test]\nfn it_holds() {\n    ran!(3);\n}\n\n/// Shows b01.\n\
                    #[tokio::test]\nasync fn it_holds_too() {\n}\n\nfn not_a_test<T>() {}\n";
        let function = |name: &str, rows: &[&str]| Function {
            name: name.to_owned(),
            rows: rows.iter().map(|&r| r.to_owned()).collect(),
        };
        let expected =
            [function("it_holds", &["c01", "s02"]), function("it_holds_too", &["b01"]), function("not_a_test", &[])];
        assert_eq!(functions(text), expected);
    }

    #[test]
    fn numbers_and_results_do_not_make_a_page_stale() {
        let line = "| c01 | x | y | a_test | 12 | ok |";
        assert_eq!(bare(line), bare("| c01 | x | y | a_test | | |"));
        assert_ne!(bare(line), bare("| c01 | x | y | another | 12 | ok |"));
    }
}
