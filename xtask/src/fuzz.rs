//! `cargo xtask fuzz`: each parser against inputs that libFuzzer makes up, guided by what they reach.
//!
//! Invariants: the corpus in the repository is read and not written; what is found grows in the cache; a crash is printed
//! with the line that replays it. It needs a nightly compiler, so `ci` leaves it out: there the corpus and mutations of it
//! run through the same functions on the stable one.

use std::{fs, path::Path};

use crate::Failure;
use crate::machine;
use crate::workspace::{Workspace, said, start, succeed, works};

/// The targets, each with the longest input worth trying.
const TARGETS: [(&str, u32); 6] = [
    ("action", 4096),
    ("page", 16384),
    ("checkpoint", 1024),
    ("invite", 1024),
    ("upload_header", 1024),
    ("exif", 8192),
];

/// As cargo-fuzz does it: counters and comparisons where the program branches, and every address checked.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Zsanitizer=address";

/// What to fuzz, and for how long.
pub struct Options {
    targets: Vec<(&'static str, u32)>,
    seconds: u64,
}

impl Options {
    /// From the command line: `[TARGET] [--seconds N]`.
    pub fn parse(words: &[String]) -> Result<Options, Failure> {
        let mut options = Options { targets: TARGETS.to_vec(), seconds: 60 };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--seconds" {
                let given = words.next().and_then(|n| n.parse().ok());
                options.seconds = given.ok_or_else(|| Failure::Usage("--seconds wants a number".to_owned()))?;
                continue;
            }
            options.targets.retain(|(target, _)| target == word);
            if options.targets.is_empty() {
                return Err(Failure::Usage(format!("there is no target `{word}`")));
            }
        }
        Ok(options)
    }
}

/// Fuzzes each target for its time; the first crash ends it.
pub fn fuzz(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    machine::require(workspace, machine::BUILD)?;
    if !works("rustc", &["+nightly", "--version"]) {
        let get = "rustup toolchain install nightly --profile minimal";
        return Err(Failure::Failed(format!("fuzzing needs a nightly compiler; to install it: {get}")));
    }
    let host = host()?;
    let target = workspace.target.join("fuzz");
    // The same versions as everything else is built with.
    let lock = |error| format!("cannot copy Cargo.lock: {error}");
    fs::copy(workspace.root.join("Cargo.lock"), workspace.root.join("fuzz/Cargo.lock")).map_err(lock)?;
    let mut build = workspace.program("cargo");
    build.args(["+nightly", "build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &host]);
    if options.targets.iter().any(|(name, _)| *name == "exif") {
        build.args(["--features", "exif"]);
    }
    succeed(build.env("CARGO_TARGET_DIR", &target).env("RUSTFLAGS", FLAGS))?;
    for (name, longest) in &options.targets {
        run(workspace, &target, &host, name, *longest, options.seconds)?;
    }
    Ok(())
}

fn run(
    workspace: &Workspace,
    target: &Path,
    host: &str,
    name: &str,
    longest: u32,
    seconds: u64,
) -> Result<(), Failure> {
    let (found, crashes) = (target.join("corpus").join(name), target.join("crashes").join(name));
    for folder in [&found, &crashes] {
        fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    }
    let binary = target.join(host).join("release").join(name);
    let mut fuzzer = workspace.program(&binary);
    fuzzer.args([&found, &workspace.root.join("fuzz/corpus").join(name)]);
    fuzzer.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={longest}"));
    fuzzer.arg(format!("-artifact_prefix={}/", crashes.display()));
    fuzzer.args(["-timeout=5", "-rss_limit_mb=2048", "-malloc_limit_mb=512", "-print_final_stats=1", "-verbosity=1"]);
    // SQLCipher has a name twice, each for its own file; the sanitizer would not begin.
    fuzzer.env("ASAN_OPTIONS", "detect_odr_violation=0");
    if start(&mut fuzzer)?.success() {
        return Ok(());
    }
    let newest = fs::read_dir(&crashes).into_iter().flatten().flatten().map(|file| file.path());
    let newest = newest.max_by_key(|path| path.metadata().and_then(|about| about.modified()).ok());
    let input = newest.ok_or_else(|| format!("failed without an input: {}", said(&fuzzer)))?;
    Err(Failure::Failed(format!("{name} breaks on an input; to replay it: {} {}", binary.display(), input.display())))
}

/// The machine's own target: with it named, build scripts are not instrumented.
fn host() -> Result<String, String> {
    let output = std::process::Command::new("rustc").args(["+nightly", "-vV"]).output();
    let text = output.map_err(|error| format!("cannot start rustc: {error}"))?.stdout;
    let text = String::from_utf8_lossy(&text);
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned);
    host.ok_or("rustc does not say what it builds for".to_owned())
}
