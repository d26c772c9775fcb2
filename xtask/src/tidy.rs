//! `cargo xtask tidy`: the rules of the house that no compiler knows. docs/STYLE.md says why they exist.
//!
//! Invariant: every violation is printed as `file:line: what is wrong; what to do`, all of them in one run.

mod phones;
mod source;

use std::fmt;
use std::fs;
use std::path::Path;

use crate::Failure;
use crate::reliability;
use crate::workspace::Workspace;

/// Finds what breaks a rule in the working tree and prints it.
pub fn tidy(workspace: &Workspace) -> Result<(), Failure> {
    let mut paths = Vec::new();
    walk(&workspace.root, "", &mut paths)?;
    paths.sort();
    let mut problems = Vec::new();
    let mut read = 0;
    for path in &paths {
        // What is not text (pictures, databases) has no lines to judge.
        let Ok(text) = fs::read_to_string(workspace.root.join(path)) else { continue };
        read += 1;
        problems.extend(check(path, &text));
        if path == KINDS_LIST {
            problems.extend(kinds(&text, &paths));
        }
    }
    problems.extend(phones::check(&paths, |path| fs::read_to_string(workspace.root.join(path)).ok()));
    let rows = reliability::stale(workspace)?;
    problems.extend(rows.into_iter().map(|text| Problem { path: "tests/matrix.txt".to_owned(), line: 1, text }));
    for problem in &problems {
        println!("{problem}");
    }
    println!("tidy: {read} files read, {} problems", problems.len());
    if problems.is_empty() { Ok(()) } else { Err(Failure::Exit(1)) }
}

/// A place where a rule is broken.
#[derive(Debug, PartialEq)]
struct Problem {
    path: String,
    line: usize,
    text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.text)
    }
}

/// A name that only some files may use.
struct Border {
    names: &'static [&'static str],
    /// Where the rule holds, as beginnings of paths.
    within: &'static [&'static str],
    /// Where the name is at home all the same.
    home: &'static [&'static str],
    remedy: &'static str,
}

const SHIPPED: &[&str] = &["protocol/", "core/", "server/", "mobile-bindings/", "tauri-app/"];
const DATABASE: &[&str] = &["core/src/db", "server/src/db"];

const BORDERS: &[Border] = &[
    Border {
        names: &["rusqlite"],
        within: SHIPPED,
        home: DATABASE,
        remedy: "only core/src/db and server/src/db know the database: move the query there",
    },
    Border {
        names: &["reqwest"],
        within: SHIPPED,
        home: &["core/src/net"],
        remedy: "only core/src/net speaks HTTP: add a method there",
    },
    Border {
        names: &["std::fs", "tokio::fs"],
        within: &["core/", "mobile-bindings/", "tauri-app/"],
        home: &["core/src/files", "core/src/keystore"],
        remedy: "only core/src/files touches the file system: add a function there",
    },
    Border {
        names: &["put_record"],
        within: &["protocol/", "core/", "server/", "mobile-bindings/", "tauri-app/"],
        home: &["protocol/src/fold", "core/src/db/book", "server/src/db/log"],
        remedy: "nothing but the fold changes a record: sign an action",
    },
    Border {
        names: &[
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::time::SystemTime",
            "std::time::Instant",
            "rand",
            "getrandom",
            "tokio",
        ],
        within: &["protocol/src/"],
        home: &["protocol/src/bin/"],
        remedy: "protocol is pure: take the value as an argument",
    },
];

/// How a string literal that is SQL begins.
const SQL: &[&str] =
    &["SELECT ", "INSERT INTO ", "INSERT OR ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "CREATE INDEX ", "PRAGMA "];

/// Packages that a manifest must not name: arrows run one way.
const ARROWS: &[(&str, &[&str])] = &[
    ("protocol/Cargo.toml", &["plumbline-core", "plumbline-server"]),
    ("core/Cargo.toml", &["plumbline-server", "plumbline-mobile", "plumbline-desktop"]),
    ("server/Cargo.toml", &["plumbline-core", "plumbline-mobile", "plumbline-desktop"]),
];

/// Crates of which the lock file holds one version: two would be two databases, two TLS stacks, two truths about a key.
const SINGLE: &[&str] = &[
    "rusqlite",
    "libsqlite3-sys",
    "rustls",
    "ring",
    "tokio",
    "hyper",
    "image",
    "ed25519-dalek",
    "curve25519-dalek",
    "sha2",
    "chacha20poly1305",
    "reqwest",
    "axum",
];

/// Versions beside the one that we use, each with the reason why it is borne.
const BESIDE: &[(&str, &str, &str)] =
    &[("sha2", "0.10.9", "Tauri hashes the page's scripts with it; nothing of ours is hashed so")];

const PUBLIC_INDEX: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

// Written in two pieces, so that this file may name what no file may contain.
const UNFINISHED: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("todo", "!"), concat!("dbg", "!")];
const MACHINE_PATHS: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
    concat!("/t", "mp/"),
];
const REGISTRY_HOSTS: &[&str] = &[
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs.org"),
    concat!("pypi", ".org"),
    concat!("files.", "pythonhosted.org"),
    concat!("repo.", "maven.apache.org"),
    concat!("repo1.", "maven.org"),
];

const MOST_LINES: usize = 800;
const HAND_WRITTEN: &[&str] = &[".rs", ".ts", ".tsx", ".css", ".swift", ".kt", ".sh", ".py"];
const KINDS: &str = "protocol/src/record/";
const KINDS_LIST: &str = "protocol/src/record.rs";

fn walk(root: &Path, folder: &str, paths: &mut Vec<String>) -> Result<(), String> {
    let failed = |error| format!("cannot read {folder}: {error}");
    for entry in fs::read_dir(root.join(folder)).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() && ![".git", "target", "node_modules", "dist", "gen"].contains(&name.as_str()) {
            walk(root, &path, paths)?;
        } else if kind.is_file() {
            paths.push(path);
        }
    }
    Ok(())
}

fn check(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |line, text: String| problems.push(Problem { path: path.to_owned(), line, text });
    if path.ends_with("Cargo.lock") {
        lock(text, &mut report);
        return problems;
    }
    lines(path, text, &mut report);
    for (manifest, forbidden) in ARROWS.iter().filter(|(manifest, _)| *manifest == path) {
        for (line, found) in numbered(text).filter(|(_, found)| forbidden.iter().any(|name| found.starts_with(name))) {
            report(
                line,
                format!("{manifest} must not name `{}`; arrows run one way: docs/ARCHITECTURE.md", found.trim()),
            );
        }
    }
    if path.ends_with(".rs") {
        rust(path, text, &mut report);
    }
    problems
}

/// What holds for every text: line by line, and for its length.
fn lines(path: &str, text: &str, report: &mut impl FnMut(usize, String)) {
    let generated = path.contains("/generated/") || path.starts_with("tests/vectors/");
    // Input for parsers: its bytes are what they are.
    if path.starts_with("fuzz/corpus/") {
        return;
    }
    for (number, line) in numbered(text) {
        if line.ends_with([' ', '\t', '\r']) {
            report(number, "white space at the end of the line; remove it".to_owned());
        }
        if let Some(mark) = UNFINISHED.iter().find(|mark| has_word(line, mark)) {
            report(number, format!("`{mark}`; do it now, or write an issue"));
        }
        if let Some(found) = MACHINE_PATHS.iter().find(|found| line.contains(*found)) {
            report(number, format!("`{found}` is a path of somebody's machine; say it relative to the project"));
        }
        if let Some(found) = REGISTRY_HOSTS.iter().find(|found| line.contains(*found)) {
            report(number, format!("`{found}` is a registry's address; leave that to the client's own configuration"));
        }
    }
    let count = text.lines().count();
    if count > MOST_LINES && !generated && HAND_WRITTEN.iter().any(|ending| path.ends_with(ending)) {
        report(count, format!("{count} lines, at most {MOST_LINES}; split the file along a noun"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        report(count, "the last line has no line break; add one".to_owned());
    }
}

fn rust(path: &str, text: &str, report: &mut impl FnMut(usize, String)) {
    if !text.starts_with("//!") {
        report(1, "does not begin with `//!`; say what the file is for and what always holds in it".to_owned());
    }
    for (number, _) in numbered(text).filter(|(_, line)| line.contains('\t')) {
        report(number, "a tab; use spaces".to_owned());
    }
    // Tests may look at a store or a socket from outside.
    if path.ends_with("/tests.rs") || path.ends_with("/testing.rs") || path.contains("/tests/") {
        return;
    }
    let begins = |all: &[&str]| all.iter().any(|one| path.starts_with(one));
    let names = source::names(text);
    for border in BORDERS.iter().filter(|border| begins(border.within) && !begins(border.home)) {
        for (line, found) in &names.paths {
            if border.names.iter().any(|name| leads(name, found)) {
                report(*line, format!("`{found}`; {}", border.remedy));
            }
        }
    }
    if begins(SHIPPED) && !begins(DATABASE) {
        for (line, found) in &names.strings {
            let sql = found.trim_start_matches(['r', '#', '"', ' ', '\n', '\\']);
            if SQL.iter().any(|start| sql.starts_with(start)) {
                report(*line, "SQL; only core/src/db and server/src/db know the database: move it there".to_owned());
            }
        }
    }
}

fn lock(text: &str, report: &mut impl FnMut(usize, String)) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut name = "";
    for (number, line) in numbered(text) {
        if let Some(found) = value(line, "name") {
            name = found;
        } else if line.starts_with("source = ") && line != PUBLIC_INDEX {
            report(number, format!("{name} does not come from the public index; use a released version"));
        } else if let Some(version) = value(line, "version").filter(|_| SINGLE.contains(&name)) {
            if BESIDE.iter().any(|(borne, at, _)| *borne == name && *at == version) {
                continue;
            }
            if let Some((_, other)) = seen.iter().find(|(other, _)| *other == name) {
                report(
                    number,
                    format!("{name} {version} beside {other}; find who wants it: cargo tree -i {name}@{other}"),
                );
            }
            seen.push((name, version));
        }
    }
}

/// One file a kind: what `record_kinds!` lists and what `protocol/src/record/` holds must be the same.
fn kinds(list: &str, paths: &[String]) -> Vec<Problem> {
    let listed = list.split_once("record_kinds! {").and_then(|(_, after)| after.split_once('}'));
    let Some((body, _)) = listed else { return Vec::new() };
    let files = paths.iter().filter_map(|path| path.strip_prefix(KINDS)?.strip_suffix(".rs"));
    let unlisted = files.filter(|kind| !kind.contains('/') && *kind != "tests" && !has_word(body, kind));
    let problem = |kind: &str| Problem {
        path: format!("{KINDS}{kind}.rs"),
        line: 1,
        text: format!("`{kind}` is not in record_kinds!; add its line to {KINDS_LIST}"),
    };
    unlisted.map(problem).collect()
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n').enumerate().map(|(at, line)| (at + 1, line))
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')
}

/// Whether `path` is `name` or something inside it.
fn leads(name: &str, path: &str) -> bool {
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether `text` has `word` with no letter, digit or underscore around it.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().last());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !part(before) && (!part(after) || word.ends_with('!'))
    })
}

#[cfg(test)]
mod tests;
