//! The committed files that the code itself writes, so that a change of what crosses a boundary shows in review.
//!
//! Invariant: the same code gives the same bytes; paths are from the root of the workspace.

use std::{fmt::Write, fs, io, path::Path};

use plumbline_protocol::{policy, vectors};
use plumbline_server::{Access, ROUTES, Route};

use crate::facade::{Source, document::document, mobile, permissions, surface::surface, typescript::typescript};

/// A file and what has to stand in it.
type Generated = (String, String);

/// Test of the routes that want a session.
pub const SESSION_TEST: &str = "a_session_is_asked_for";
/// Test of the routes that want the session of a device that is not revoked.
pub const FULL_TEST: &str = "a_revoked_device_is_refused";

const HEAD: &str =
    "# Every route, who may use it, and its denial tests (tests/tests/scenarios/denial.rs) or why it has none
";

/// Everything that is generated.
pub fn files() -> Vec<Generated> {
    let source = Source::read();
    let mut files = vec![
        ("tests/permissions.txt".to_owned(), policy::grid()),
        ("tests/routes.txt".to_owned(), routes()),
        ("docs/client.md".to_owned(), document(&source)),
        ("frontend/src/generated/client.ts".to_owned(), typescript(&source)),
        ("mobile-bindings/src/calls.rs".to_owned(), mobile::calls(&source)),
        ("mobile-bindings/surface.txt".to_owned(), surface(&source)),
        ("tauri-app/permissions/client.toml".to_owned(), permissions::client()),
        ("tauri-app/isolation/calls.js".to_owned(), permissions::isolation()),
    ];
    let vectors = vectors::files().expect("the vectors come out");
    files.extend(vectors.into_iter().map(|(name, json)| (format!("tests/vectors/{name}"), json)));
    files
}

/// Writes every file that differs.
///
/// # Errors
/// Those of writing.
pub fn write(root: &Path) -> io::Result<()> {
    for (path, text) in files() {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(path, text)?;
        }
    }
    Ok(())
}

/// Files that differ from what is committed, and committed vectors that nothing generates any more.
pub fn differences(root: &Path) -> Vec<String> {
    let files = files();
    let same = |(path, text): &Generated| fs::read_to_string(root.join(path)).is_ok_and(|there| there == *text);
    let mut wrong: Vec<String> = files.iter().filter(|f| !same(f)).map(|(path, _)| path.clone()).collect();
    let there = fs::read_dir(root.join("tests/vectors")).into_iter().flatten().flatten();
    let there = there.map(|entry| format!("tests/vectors/{}", entry.file_name().to_string_lossy()));
    wrong.extend(there.filter(|path| files.iter().all(|(known, _)| known != path)));
    wrong
}

/// Tests of a route's refusals; none where nobody has to sign in.
pub fn tests_of(route: &Route) -> &'static [&'static str] {
    match route.access {
        Access::Open(_) => &[],
        Access::Session => &[SESSION_TEST],
        Access::Full => &[SESSION_TEST, FULL_TEST],
    }
}

fn routes() -> String {
    let mut text = HEAD.to_owned();
    for route in ROUTES {
        let who = match route.access {
            Access::Open(why) => format!("anyone         exception: {why}"),
            Access::Session => format!("any session    {}", tests_of(route).join(", ")),
            Access::Full => format!("full session   {}", tests_of(route).join(", ")),
        };
        writeln!(text, "{:6} {:40} {who}", route.method, route.path).expect("a string takes all");
    }
    text
}
