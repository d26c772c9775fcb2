//! What the phones' apps share with the core by name: the calls, and the scenarios that each of the three languages plays.
//!
//! Invariant: a list that is missing is a problem as soon as the app that owes it is in the project.

use std::collections::BTreeSet;

use super::Problem;

/// The one list of calls.
const CALLS: &str = "core/src/call.rs";
/// What Kotlin and Swift see.
const SURFACE: &str = "mobile-bindings/surface.txt";
/// The scenarios in Rust, whose list the others follow.
const SCENARIOS: &str = "mobile-bindings/tests/scenarios.rs";

/// An app, where its scenarios are, and how its language says "function".
struct App {
    folder: &'static str,
    /// How the path of its scenarios begins and ends.
    file: (&'static str, &'static str),
    function: &'static str,
}

const APPS: [App; 2] = [
    App { folder: "android/", file: ("android/model/src/test/kotlin/", "/ScenariosTest.kt"), function: "fun " },
    App { folder: "ios/", file: ("ios/Tests/PlumblineModelTests/", "ScenariosTests.swift"), function: "func " },
];

/// Compares the lists. `read` answers the text of a path, if it is text.
pub fn check(paths: &[String], read: impl Fn(&str) -> Option<String>) -> Vec<Problem> {
    if !paths.iter().any(|path| path == SCENARIOS) {
        return Vec::new();
    }
    let text = |path: &str| read(path).unwrap_or_default();
    let mut problems = differences(SURFACE, CALLS, &calls(&text(CALLS)), &exported(&text(SURFACE)));
    let scenarios = scenarios(&text(SCENARIOS));
    for app in APPS.iter().filter(|app| paths.iter().any(|path| path.starts_with(app.folder))) {
        let (begin, end) = app.file;
        match paths.iter().find(|path| path.starts_with(begin) && path.ends_with(end)) {
            Some(path) => {
                problems.extend(differences(path, SCENARIOS, &scenarios, &tests(&text(path), app.function)));
            }
            None => problems.push(problem(
                &format!("{begin}...{end}").replace("//", "/"),
                "is missing; play the scenarios in it".to_owned(),
            )),
        }
    }
    problems
}

/// What `path` lacks of the list in `owner`, and what it has beyond it.
fn differences(path: &str, owner: &str, list: &BTreeSet<String>, found: &BTreeSet<String>) -> Vec<Problem> {
    let lacks = list.difference(found).map(|name| problem(path, format!("`{name}` of {owner} is missing; add it")));
    let beyond =
        found.difference(list).map(|name| problem(path, format!("`{name}` is not in {owner}; the lists are equal")));
    lacks.chain(beyond).collect()
}

fn problem(path: &str, text: String) -> Problem {
    Problem { path: path.to_owned(), line: 1, text }
}

/// The names in `calls! { .. }`.
fn calls(source: &str) -> BTreeSet<String> {
    let lines = source.split("\ncalls! {").nth(1).unwrap_or_default().lines();
    let listed = lines.take_while(|line| *line != "}").filter_map(|line| line.trim().strip_suffix(");"));
    listed.filter_map(|call| Some(call.split_once('(')?.0.to_owned())).collect()
}

/// The calls in the snapshot of the surface.
fn exported(surface: &str) -> BTreeSet<String> {
    let calls = surface.lines().filter_map(|line| line.trim().strip_prefix("call "));
    calls.filter_map(|call| Some(call.split_once('(')?.0.to_owned())).collect()
}

/// The scenarios of the Rust file, as the other languages write their names.
fn scenarios(source: &str) -> BTreeSet<String> {
    let tests = source.split("#[tokio::test").skip(1);
    tests.filter_map(|test| Some(camel(test.split_once("fn ")?.1.split_once('(')?.0))).collect()
}

/// The functions marked `@Test`.
fn tests(source: &str, function: &str) -> BTreeSet<String> {
    let tests = source.split("@Test").skip(1);
    let names = tests.filter_map(|test| Some(test.split_once(function)?.1.split_once('(')?.0));
    names.map(|name| name.trim().trim_matches('`').to_owned()).collect()
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let head = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &head.into_iter().chain(letters).collect::<String>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL_RS: &str = "macro_rules! calls {}\n\ncalls! {\n    awaited {\n        clock(request);\n    }\n    at once {\n        start();\n    }\n}\n";
    const SURFACE_TXT: &str =
        "object Client\n  call clock(request: ClockRequest)\n  call start()\n  until(cancel: Cancel)\n";
    const RUST: &str = "#[tokio::test(flavor = \"multi_thread\")]\nasync fn a_phone_opens() {}\n";
    const KOTLIN: &str = "class ScenariosTest {\n    @Test\n    fun aPhoneOpens() = runBlocking {}\n}\n";
    const SWIFT: &str = "@Test func aPhoneOpens() async throws {}\n";

    const KOTLIN_FILE: &str = "android/model/src/test/kotlin/org/plumbline/model/ScenariosTest.kt";
    const SWIFT_FILE: &str = "ios/Tests/PlumblineModelTests/ScenariosTests.swift";

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = [(CALLS, CALL_RS), (SCENARIOS, RUST)].iter().chain(files).copied().collect();
        let paths: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let read = |path: &str| Some(files.iter().find(|(known, _)| *known == path)?.1.to_owned());
        check(&paths, read).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_call_is_on_the_surface_and_no_other() {
        assert!(found(&[(SURFACE, SURFACE_TXT)]).is_empty());
        let problems = found(&[(SURFACE, "object Client\n  call clock(request: ClockRequest)\n  call dance()\n")]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("`start` of core/src/call.rs is missing"), "{problems:?}");
        assert!(problems[1].contains("`dance` is not in core/src/call.rs"), "{problems:?}");
    }

    #[test]
    fn each_app_plays_the_scenarios_once_it_is_there() {
        let whole = [(SURFACE, SURFACE_TXT), (KOTLIN_FILE, KOTLIN), (SWIFT_FILE, SWIFT)];
        assert!(found(&whole).is_empty());
        let without = [(SURFACE, SURFACE_TXT), ("android/README.md", ""), (SWIFT_FILE, "@Test func other() {}\n")];
        let problems = found(&without);
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(
            problems[0].contains("android/model/src/test/kotlin/.../ScenariosTest.kt:1: is missing"),
            "{problems:?}"
        );
        assert!(problems[1].contains("`aPhoneOpens` of mobile-bindings/tests/scenarios.rs"), "{problems:?}");
        assert!(problems[2].contains("`other` is not in"), "{problems:?}");
    }
}
