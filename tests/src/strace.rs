//! Faults at the border of the system: a program runs under `strace`, which kills it or lets a call fail at a chosen place,
//! or records what it asks of the disk.
//!
//! Invariant: places are counted for each thread and call by itself (so strace counts), which is why the programs of the
//! trial do what touches the disk on one thread. Where there is no strace, or it may not trace, [`works`] says so.

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
};

use data_encoding::HEXLOWER;

use crate::dice::Dice;

/// Calls that change what is on the disk or tell somebody else, and the one that hears an answer.
pub const CALLS: [&str; 12] = [
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "rename",
    "unlink",
    "unlinkat",
    "rmdir",
    "ftruncate",
    "sendto",
    "writev",
    "recvfrom",
];

/// Whether there is a strace here that may trace; or why not.
pub fn works() -> Result<(), &'static str> {
    static WORKS: OnceLock<Result<(), String>> = OnceLock::new();
    let probe = || {
        let run = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).stderr(Stdio::piped()).output();
        match run {
            Ok(run) if run.status.success() => Ok(()),
            Ok(run) => Err(format!("strace may not trace: {}", String::from_utf8_lossy(&run.stderr).trim())),
            Err(error) => Err(format!("no strace: {error}")),
        }
    };
    WORKS.get_or_init(probe).as_ref().copied().map_err(String::as_str)
}

/// A place in the run of a program: the `nth` of its thread's calls by this name, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The call.
    pub call: &'static str,
    /// Which one.
    pub nth: usize,
}

/// The program, killed when it reaches `place`: the call is not made. Where there is none, whole, as [`reaching`].
pub fn killed_at(place: Option<Place>, into: &Path, program: &Path) -> Command {
    match place {
        None => reaching(into, program),
        Some(Place { call, nth }) => inject(call, &format!("signal=SIGKILL:when={nth}"), program),
    }
}

/// The program, whose call at `place` fails with `error` (`EIO`, `ENOSPC`); `on`: and so do all of them after it.
pub fn failing_at(place: Place, error: &str, on: bool, program: &Path) -> Command {
    inject(place.call, &format!("error={error}:when={}{}", place.nth, if on { "+" } else { "" }), program)
}

/// The program, whose calls are noted in the file `into`: what they were about where they are of `calls`.
pub fn noted(calls: &str, into: &Path, program: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "--seccomp-bpf", "-e", "signal=none", "-e"]).arg(format!("trace={calls}"));
    command.args(["-y", "-xx", "-s", "4194304", "-o"]).arg(into).arg("--").arg(program);
    command
}

/// The program, of which every place that it reaches is noted in the file `into`, for [`places`].
pub fn reaching(into: &Path, program: &Path) -> Command {
    noted(&CALLS.join(","), into, program)
}

/// Every place that a program reached, by the file in which they were noted.
pub fn places(noted: &Path) -> Vec<Place> {
    counted(&fs::read_to_string(noted).unwrap())
}

/// At most `most` of `all`, by seed and in order; all of them where `PLUMBLINE_TRIAL_ALL` is 1.
pub fn some_of<T>(all: Vec<T>, most: usize, dice: &mut Dice) -> Vec<T> {
    let mut surplus = if every() { 0 } else { all.len().saturating_sub(most) };
    let mut left = all.len();
    let mut thrown_out = |_: &T| {
        let out = dice.below(left as u64) < surplus as u64;
        left -= 1;
        surplus -= usize::from(out);
        out
    };
    all.into_iter().filter(|place| !thrown_out(place)).collect()
}

/// Whether every case is wanted, however many there are.
pub fn every() -> bool {
    env::var_os("PLUMBLINE_TRIAL_ALL").is_some_and(|all| all == "1")
}

/// The bytes that `-xx` writes as `\x70\x6c`.
pub(crate) fn unescape(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.replace("\\x", "").as_bytes()).unwrap()
}

fn counted(noted: &str) -> Vec<Place> {
    let mut reached: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in noted.lines() {
        if let Some((thread, call)) = line.split_once('(').and_then(|(head, _)| head.trim().split_once(' ')) {
            *reached.entry((call.trim(), thread)).or_default() += 1;
        }
    }
    let most = |call: &str| reached.iter().filter(|((c, _), _)| *c == call).map(|(_, n)| *n).max().unwrap_or(0);
    CALLS.iter().flat_map(|call| (1..=most(call)).map(|nth| Place { call, nth })).collect()
}

fn inject(call: &str, what: &str, program: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e"]).arg(format!("trace={call}"));
    command.arg("-e").arg(format!("inject={call}:{what}")).arg("--").arg(program);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_for_each_thread_and_call() {
        let noted =
            "7 fsync(9<\\x68>) = 0\n7 fsync(9) = 0\n8 fsync(9 <unfinished ...>\n7 pwrite64(1, \"\\x28\", 1, 0) = 1\n";
        let place = |call, nth| Place { call, nth };
        assert_eq!(counted(noted), [place("pwrite64", 1), place("fsync", 1), place("fsync", 2)]);
    }

    #[test]
    fn what_is_thinned_keeps_its_order_and_number() {
        let some = some_of((0..100).collect(), 10, &mut Dice::of(1, "thin"));
        assert!((some.len() == 10 || every()) && some.is_sorted());
        assert_eq!(some_of(vec![1, 2], 10, &mut Dice::of(1, "thin")), [1, 2]);
    }
}
