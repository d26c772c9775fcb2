//! `plumbline-verify PATH [--json]`: checks a log directory against its own proofs, without any network.
//!
//! Exit 0: verified. 1: not, and the problems are listed. 2: it could not be read, or is none. Links are not followed, so
//! nothing outside of the directory is ever opened.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use plumbline_protocol::verify::{Files, Report, Unreadable, verify};

const USAGE: &str = "usage: plumbline-verify PATH [--json]";

fn main() -> ExitCode {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let all = paths.len();
    paths.retain(|argument| argument != "--json");
    let json = paths.len() < all;
    let (code, text) = match paths.as_slice() {
        [path] if !path.starts_with('-') => run(Path::new(path), json),
        _ => (2, USAGE.to_owned()),
    };
    // A reader that went away has taken what it wanted: the exit code still tells the outcome.
    let _ = if code == 2 { writeln!(io::stderr(), "{text}") } else { writeln!(io::stdout(), "{text}") };
    ExitCode::from(code)
}

fn run(path: &Path, json: bool) -> (u8, String) {
    let report = match verify(&mut Directory(path.to_path_buf())) {
        Ok(report) => report,
        Err(unreadable) => return (2, unreadable.to_string()),
    };
    let text = match json {
        true => serde_json::to_string(&report).unwrap_or_default(),
        false => words(&report),
    };
    (u8::from(!report.ok), text)
}

fn words(report: &Report) -> String {
    let Report { size, actions, photos, problems, .. } = report;
    let log = report.origin.as_deref().unwrap_or("a log without a checkpoint");
    if report.ok {
        let entries = if *size == 1 { "1 entry is".to_owned() } else { format!("all {size} entries are") };
        let photos = match photos {
            0 => String::new(),
            1 => " 1 photograph has the bytes that were signed.".to_owned(),
            n => format!(" {n} photographs have the bytes that were signed."),
        };
        return format!("Verified: {log}\n{entries} as they were signed, in their order, and none is missing.{photos}");
    }
    let mut text =
        format!("Not verified: {log}\n{actions} of {size} entries were found good before the first fault.\n");
    for problem in problems {
        text.push_str(&format!("  {} ({}): {}\n", problem.place, problem.code, problem.text));
    }
    text.push_str(
        "Keep this copy as it is and compare it with another one: what is named above differs from what was signed.",
    );
    text
}

struct Directory(PathBuf);

impl Files for Directory {
    fn names(&mut self) -> Result<Vec<String>, Unreadable> {
        let mut names = Vec::new();
        list(&self.0, "", &mut names)?;
        Ok(names)
    }

    fn read(&mut self, name: &str, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Unreadable> {
        let mut file = File::open(self.0.join(name)).map_err(|e| unreadable(name, &e))?;
        let mut piece = vec![0; 64 * 1024];
        loop {
            let n = file.read(&mut piece).map_err(|e| unreadable(name, &e))?;
            match piece.get(..n) {
                Some(bytes) if n > 0 && each(bytes) => {}
                _ => return Ok(()),
            }
        }
    }
}

/// Lists the plain files below `folder`; anything but files and folders ends it.
fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), Unreadable> {
    let shown = if prefix.is_empty() { "the directory" } else { prefix };
    for entry in fs::read_dir(folder).map_err(|e| unreadable(shown, &e))? {
        let entry = entry.map_err(|e| unreadable(shown, &e))?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(|e| unreadable(&name, &e))?;
        if kind.is_dir() {
            let before = names.len();
            list(&entry.path(), &format!("{name}/"), names)?;
            if names.len() == before {
                names.push(format!("{name}/"));
            }
        } else if kind.is_file() {
            names.push(name);
        } else {
            return Err(Unreadable(format!("{name} is neither a file nor a folder; links are not followed")));
        }
    }
    Ok(())
}

fn unreadable(what: &str, error: &io::Error) -> Unreadable {
    Unreadable(format!("{what} cannot be read: {error}"))
}
