//! `cargo xtask run`: from a fresh checkout to the product at work, in one command.
//!
//! Where there is a display: the window, on a demonstration organisation with a server of its own; otherwise, and with
//! `--headless`, the story of a field day. Invariants: the demonstration and the window's store are kept for the next start;
//! the server ends with the window, and with this command however that ends.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::Failure;
use crate::desktop;
use crate::kotlin;
use crate::story;
use crate::workspace::{Workspace, said, succeed};

/// Eight weeks of sealing, signing and folding: unoptimised, the demonstration would take minutes, and the window would be
/// slow. What others wrote is shared with every other build.
const QUICK: [&str; 3] = ["plumbline-protocol", "plumbline-core", "plumbline-server"];
/// Makes the demonstration and serves it.
const DEMO: [&str; 2] = ["plumbline-tests", "plumbline-demo"];
/// Where the window has its store.
const HOME: &str = "PLUMBLINE_HOME";

/// Names the passphrase of the device that invites the demonstration's phone, and that passphrase: it guards nothing.
const PASSPHRASE: &str = "PLUMBLINE_PASSPHRASE";
const OPEN: &str = "demonstration";

/// What `run` was asked for.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    phone: bool,
    headless: bool,
    fresh: bool,
    out: Option<PathBuf>,
    seed: Option<u64>,
}

impl Options {
    /// Reads the words after `run`.
    pub fn parse(words: &[String]) -> Result<Options, Failure> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| Failure::Usage(format!("{word} needs a value")));
            match word.as_str() {
                "phone" => options.phone = true,
                "--headless" => options.headless = true,
                "--fresh" => options.fresh = true,
                "--out" => options.out = Some(PathBuf::from(value()?)),
                "--seed" => {
                    let seed = value()?;
                    let number = seed.parse().map_err(|_| Failure::Usage(format!("--seed {seed} is not a number")))?;
                    options.seed = Some(number);
                }
                other => return Err(Failure::Usage(format!("`{other}` means nothing to run"))),
            }
        }
        if !options.headless && (options.out.is_some() || options.seed.is_some()) {
            return Err(Failure::Usage("--out and --seed go with --headless".to_owned()));
        }
        if options.headless && options.fresh {
            return Err(Failure::Usage("--fresh goes with the window; a story is always new".to_owned()));
        }
        Ok(options)
    }
}

/// Runs the product.
pub fn run(workspace: &Workspace, options: Options) -> Result<(), Failure> {
    if options.phone {
        phone(workspace, options.fresh)?;
        return Ok(());
    }
    let display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    if options.headless || (cfg!(target_os = "linux") && !display) {
        return story::run(workspace, options.out, options.seed);
    }
    window(workspace, options.fresh)?;
    Ok(())
}

/// Opens the phone's window on the demonstration, the office's beside it where that can be built, and stays until the phone's
/// is closed.
fn phone(workspace: &Workspace, fresh: bool) -> Result<(), String> {
    if cfg!(target_os = "linux") && env::var_os("DISPLAY").is_none() {
        return Err(
            "there is no display for the phone's window; `cargo xtask test kotlin` draws its screens".to_owned()
        );
    }
    let java = kotlin::window(workspace)?;
    build(workspace, DEMO)?;
    let beside = desktop::prepare(workspace).and_then(|()| build(workspace, [desktop::PACKAGE; 2]));
    if let Err(why) = &beside {
        eprintln!("\nThe office's window is not shown beside the phone: {why}");
    }
    let programs = workspace.target.join("debug");
    let folder = workspace.root.join("target/demo");
    let (organisation, home, inviter) = (folder.join("organisation"), folder.join("phone"), folder.join("inviter"));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let program = || Command::new(programs.join(format!("plumbline-demo{}", env::consts::EXE_SUFFIX)));

    eprintln!("\nA demonstration organisation: made at the first start, in about a minute, and kept for the next.");
    if fresh {
        forget(&[&home, &inviter])?;
    }
    if fresh || !inviter.exists() {
        let mut enrol = program();
        enrol.arg(&organisation).args(fresh.then_some("--fresh")).arg("--enrol").arg(&inviter);
        enrol.args(["--passphrase-env", PASSPHRASE]).env(PASSPHRASE, OPEN).stdin(Stdio::null()).stdout(Stdio::null());
        succeed(&mut enrol)?;
    }
    let mut serve = program();
    serve.arg(&organisation);
    let mut demo = Demo::start(serve)?;
    let ready = demo.ready()?;
    if ready.made {
        demo.end()?;
        forget(&[&home, &inviter])?;
        return Err(
            "the demonstration was made anew, and its phone is gone with the old one: start this again".to_owned()
        );
    }
    let mut desktop = beside.ok().and_then(|()| office(&programs, &folder.join("desktop"), &ready));
    eprintln!("\nThe phone is a foreman's. What it does shows in the office's window, Today and Photographs.");
    eprintln!("Close the phone's window to end; all of it is kept in\n  {}", folder.display());
    let shown = kotlin::show(java, &home, &inviter, OPEN);
    if let Some(desktop) = &mut desktop {
        // Its store is safe whenever it ends.
        let _ = desktop.kill();
        let _ = desktop.wait();
    }
    demo.end()?;
    shown
}

/// The office's window.
fn office(programs: &Path, home: &Path, ready: &Ready) -> Option<Child> {
    let invite = (!(home.exists() && ready.known)).then_some(&ready.invite);
    let program = programs.join(format!("{}{}", desktop::PACKAGE, env::consts::EXE_SUFFIX));
    let started = Command::new(program).env(HOME, home).args(invite).spawn();
    started.inspect_err(|why| eprintln!("\nThe office's window does not start: {why}")).ok()
}

fn forget(folders: &[&Path]) -> Result<(), String> {
    for folder in folders.iter().filter(|folder| folder.exists()) {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(())
}

/// Builds a program of a package so that what takes long in it is quick.
fn build(workspace: &Workspace, [package, binary]: [&str; 2]) -> Result<(), String> {
    let mut build = workspace.cargo(["build", "-p", package, "--bin", binary, "--locked"]);
    for name in QUICK {
        for setting in ["opt-level=2", "debug-assertions=false"] {
            build.arg("--config").arg(format!("profile.dev.package.{name}.{setting}"));
        }
    }
    succeed(&mut build)
}

/// Opens the window on the demonstration and stays until it is closed.
fn window(workspace: &Workspace, fresh: bool) -> Result<(), String> {
    desktop::prepare(workspace)?;
    // One by one: what the server and the client want of SQLite differs.
    build(workspace, DEMO)?;
    build(workspace, [desktop::PACKAGE; 2])?;
    let programs = workspace.target.join("debug");
    let folder = workspace.root.join("target/demo");
    let home = folder.join("desktop");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;

    eprintln!("\nA demonstration organisation: made at the first start, in about a minute, and kept for the next.");
    let mut demo = Command::new(programs.join(format!("plumbline-demo{}", env::consts::EXE_SUFFIX)));
    demo.arg(folder.join("organisation")).args(fresh.then_some("--fresh"));
    let mut demo = Demo::start(demo)?;
    let ready = demo.ready()?;
    if ready.made && home.exists() {
        // A computer of a demonstration that is gone.
        fs::remove_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    }
    let mut desktop = Command::new(programs.join(format!("{}{}", desktop::PACKAGE, env::consts::EXE_SUFFIX)));
    desktop.env(HOME, &home);
    match home.exists() && ready.known {
        true => eprintln!("\nThe window opens as you left it: Rosa Delgado's computer at Ortega Lindqvist."),
        false => {
            eprintln!("\nThe window opens at an invite for Rosa Delgado, an administrator of Ortega Lindqvist.");
            eprintln!("Add this computer; then Today shows who is on site. Ctrl+K finds everything, ? lists the keys.");
            desktop.arg(&ready.invite);
        }
    }
    eprintln!("A foreman's phone goes on working meanwhile. Close the window to end; all of it is kept in");
    eprintln!("  {}", folder.display());
    let line = said(&desktop);
    let status = desktop.status().map_err(|error| format!("cannot start: {line}: {error}"))?;
    demo.end()?;
    if status.success() { Ok(()) } else { Err(format!("the window ended with {status}")) }
}

/// The demonstration's server, as a process of its own that ends with its input.
struct Demo {
    child: Child,
    output: BufReader<ChildStdout>,
}

/// What it says when it is ready.
#[derive(Debug, PartialEq)]
struct Ready {
    /// An invite link for the administrator's computer.
    invite: String,
    /// Whether the demonstration was made just now.
    made: bool,
    /// Whether a computer of the administrator is enrolled.
    known: bool,
}

impl Demo {
    fn start(mut command: Command) -> Result<Demo, String> {
        let line = said(&command);
        eprintln!("$ {line}");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("cannot start: {line}: {error}"))?;
        let output = child.stdout.take().map(BufReader::new).ok_or("the demonstration has no output")?;
        Ok(Demo { child, output })
    }

    fn ready(&mut self) -> Result<Ready, String> {
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|error| format!("the demonstration: {error}"))?;
        Ready::read(&line).ok_or_else(|| "the demonstration did not get ready; it said why above".to_owned())
    }

    /// Lets it end in good order.
    fn end(mut self) -> Result<(), String> {
        drop(self.child.stdin.take());
        let status = self.child.wait().map_err(|error| format!("lost sight of the demonstration: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("the demonstration ended with {status}")) }
    }
}

impl Ready {
    /// From its line of JSON, of which no value has anything to unescape.
    fn read(line: &str) -> Option<Ready> {
        let after = |name: &str| line.split_once(&format!("\"{name}\":")).map(|(_, rest)| rest);
        let invite = after("invite")?.strip_prefix('"')?.split_once('"')?.0.to_owned();
        let flag = |name| after(name).is_some_and(|rest| rest.starts_with("true"));
        Some(Ready { invite, made: flag("made"), known: flag("known") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, Failure> {
        Options::parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_words_of_the_contract_are_understood() {
        let options = parse("--headless --out there --seed 7").unwrap_or_default();
        let expected =
            Options { headless: true, out: Some(PathBuf::from("there")), seed: Some(7), ..Options::default() };
        assert_eq!(options, expected);
        assert_eq!(parse("--fresh").unwrap_or_default(), Options { fresh: true, ..Options::default() });
    }

    #[test]
    fn anything_else_is_a_usage_error() {
        let wrong =
            ["--headles", "--headless --seed", "--headless --seed x", "--seed 7", "story", "--headless --fresh"];
        for line in wrong {
            assert!(matches!(parse(line), Err(Failure::Usage(_))), "{line}");
        }
    }

    #[test]
    fn what_the_demonstration_says_is_read() {
        let line =
            r#"{"ca_sha256":"ab","invite":"plumbline://enrol?at=127.0.0.1:1&ca=ab#cd","known":true,"made":false}"#;
        let invite = "plumbline://enrol?at=127.0.0.1:1&ca=ab#cd".to_owned();
        assert_eq!(Ready::read(line), Some(Ready { invite, made: false, known: true }));
        assert_eq!(Ready::read(""), None);
    }
}
