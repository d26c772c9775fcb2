//! Every rule on a text that keeps it and on one that breaks it.

use super::source::names;
use super::*;

/// The violations in one file, as `line: text` up to the remedy.
fn found(path: &str, text: &str) -> Vec<String> {
    let short = |problem: Problem| format!("{}: {}", problem.line, problem.text.split(';').next().unwrap_or_default());
    check(path, text).into_iter().map(short).collect()
}

fn paths(text: &str) -> Vec<String> {
    names(text).paths.into_iter().map(|(line, path)| format!("{line} {path}")).collect()
}

#[test]
fn a_grouped_use_is_written_out() {
    assert_eq!(
        paths("use std::{fs, net::{self, TcpStream}};"),
        ["1 use", "1 std::fs", "1 std::net::self", "1 std::net::TcpStream"]
    );
    assert_eq!(
        paths("use a::{\n    b,\n    c::d,\n};\nlet x = e::f;"),
        ["1 use", "2 a::b", "3 a::c::d", "5 let", "5 x", "5 e::f"]
    );
}

#[test]
fn blocks_after_a_group_do_not_disturb_it() {
    assert_eq!(
        paths("use a::{b};\nfn f() { c::d(); }\nuse e::f;"),
        ["1 use", "1 a::b", "2 fn", "2 f", "2 c::d", "3 use", "3 e::f"]
    );
}

#[test]
fn comments_strings_and_characters_are_no_code() {
    assert_eq!(paths("// std::fs\n/* std::net\n */ a::b"), ["3 a::b"]);
    let read = names("x(\"std::fs \\\" y\", '\"', b'\\'', r#\"SELECT \" 1\"#, 'a', &'a z)");
    assert_eq!(read.paths.iter().map(|(_, path)| path.as_str()).collect::<Vec<_>>(), ["x", "b", "a", "z"]);
    assert_eq!(read.strings, [(1, "\"std::fs \\\" y\"".to_owned()), (1, "r#\"SELECT \" 1\"#".to_owned())]);
}

#[test]
fn lines_are_counted_through_long_strings() {
    assert_eq!(paths("f(\"a\n\nb\");\ng"), ["1 f", "4 g"]);
}

#[test]
fn unit_tests_are_not_shipped() {
    assert_eq!(paths("a\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n"), ["1 a"]);
    assert_eq!(paths("#[cfg(test)]\nuse b;\n"), ["1 cfg", "1 test", "2 use", "2 b"]);
}

#[test]
fn only_db_names_the_database() {
    let text = "//! x\nuse rusqlite::Connection;\nconst Q: &str = \"SELECT 1\";\n";
    assert_eq!(found("core/src/sync.rs", text), ["2: `rusqlite::Connection`", "3: SQL"]);
    for home in ["core/src/db/punch.rs", "server/src/db.rs", "tests/src/world.rs", "core/src/sync/tests.rs"] {
        assert_eq!(found(home, text), Vec::<String>::new(), "{home}");
    }
}

#[test]
fn only_net_speaks_http_and_only_files_touches_files() {
    assert_eq!(found("core/src/sync.rs", "//! x\nuse reqwest::Client;\n"), ["2: `reqwest::Client`"]);
    assert_eq!(found("core/src/client.rs", "//! x\nuse tokio::{fs, sync};\n"), ["2: `tokio::fs`"]);
    assert!(found("core/src/files.rs", "//! x\nuse std::fs;\n").is_empty());
    assert!(found("core/src/net/tls.rs", "//! x\nuse reqwest::Client;\n").is_empty());
}

#[test]
fn protocol_is_pure_but_for_its_binary() {
    let text = "//! x\nuse std::time::{Duration, SystemTime};\nlet r = rand::random();\n";
    assert_eq!(found("protocol/src/fold.rs", text), ["2: `std::time::SystemTime`", "3: `rand::random`"]);
    assert!(found("protocol/src/bin/plumbline-verify.rs", text).is_empty());
}

#[test]
fn a_rust_file_says_what_it_is_for() {
    assert_eq!(found("core/src/a.rs", "fn a() {}\n").len(), 1);
    assert!(found("core/src/a.rs", "//! A.\n").is_empty());
}

#[test]
fn layout_is_checked_to_the_last_byte() {
    assert_eq!(found("a.md", "x \ny"), ["1: white space at the end of the line", "2: the last line has no line break"]);
    assert_eq!(found("a.rs", "//!\n\tx\n"), ["2: a tab"]);
    let long = format!("//!\n{}", "x\n".repeat(MOST_LINES));
    assert_eq!(found("a.rs", &long), ["801: 801 lines, at most 800"]);
    assert!(found("a.md", &long).is_empty());
    assert!(found("frontend/src/generated/api.ts", &long).is_empty());
}

#[test]
fn unfinished_work_and_foreign_places_are_named() {
    let line = format!("a {}: b\nc{}d\n{}());\n", UNFINISHED[0], UNFINISHED[2], UNFINISHED[3]);
    assert_eq!(found("a.sh", &line), [format!("1: `{}`", UNFINISHED[0]), format!("3: `{}`", UNFINISHED[3])]);
    assert_eq!(found("a.sh", &format!("cd {}me\n", MACHINE_PATHS[1])).len(), 1);
    assert_eq!(found("a.sh", &format!("curl https://{}/x\n", REGISTRY_HOSTS[0])).len(), 1);
}

#[test]
fn arrows_run_one_way() {
    let text = "[dependencies]\nplumbline-core.workspace = true\n";
    assert_eq!(
        found("server/Cargo.toml", text),
        ["2: server/Cargo.toml must not name `plumbline-core.workspace = true`"]
    );
    assert!(found("tests/Cargo.toml", text).is_empty());
}

#[test]
fn a_heavy_crate_comes_once_and_from_the_public_index() {
    let package = |name: &str, version: &str| format!("name = \"{name}\"\nversion = \"{version}\"\n{PUBLIC_INDEX}\n");
    assert!(found("Cargo.lock", &(package("syn", "1.0.0") + &package("syn", "2.0.0"))).is_empty());
    let twice = package("ring", "0.16.0") + &package("ring", "0.17.0");
    assert_eq!(found("Cargo.lock", &twice), ["5: ring 0.17.0 beside 0.16.0"]);
    let elsewhere = "name = \"a\"\nsource = \"git+https://example.org/a\"\n";
    assert_eq!(found("Cargo.lock", elsewhere), ["2: a does not come from the public index"]);
}

#[test]
fn a_kind_without_its_line_is_named() {
    let paths = ["protocol/src/record/punch.rs", "protocol/src/record/note.rs"].map(String::from);
    assert!(kinds("record_kinds! { punch, note }", &paths).is_empty());
    let problems = kinds("record_kinds! { punch }", &paths);
    assert_eq!(
        problems.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(),
        ["protocol/src/record/note.rs"]
    );
}
