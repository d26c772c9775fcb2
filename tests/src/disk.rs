//! Power cuts: a disk in memory on which the recorded calls of a program are played again, and which forgets what was not
//! synced, in part or whole, as real ones do.
//!
//! Invariants: a file's bytes are safe once that file was synced, its name once its folder was; what was not may be there
//! or not, in any part. Shared memory of the database is left out: it never has to survive.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{dice::Dice, logdir, strace::unescape};

/// Calls that [`calls`] wants to be noted.
pub const CALLS: &str =
    "openat,pwrite64,write,ftruncate,fsync,fdatasync,rename,unlink,unlinkat,mkdir,rmdir,sendto,writev";

/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;

/// What a program did to the disk, or told somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Opened a file to write, made where there was none; true: emptied.
    Open(PathBuf, bool),
    /// Wrote bytes, at an offset or at the end.
    Write(PathBuf, Option<usize>, Vec<u8>),
    /// Set a length.
    Length(PathBuf, usize),
    /// Synced a file or a folder.
    Sync(PathBuf),
    /// Gave a file another name.
    Rename(PathBuf, PathBuf),
    /// Removed a file or an empty folder.
    Remove(PathBuf),
    /// Made a folder.
    Folder(PathBuf),
    /// Wrote to its standard output.
    Said(Vec<u8>),
    /// Sent something to somebody.
    Sent,
}

/// What is left of what was not synced.
#[derive(Debug, Clone)]
pub enum Survives {
    /// Nothing.
    Nothing,
    /// Every name and no bytes.
    Names,
    /// All bytes of files whose names are safe.
    Bytes,
    /// Some of it, by chance: names in the order in which they were given, writes in any, some of them torn.
    Some(Dice),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Folder,
    File(usize),
}

#[derive(Debug, Clone)]
enum Naming {
    Put(PathBuf, Entry),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf, Entry),
}

#[derive(Debug, Clone, Default)]
struct Inode {
    now: Vec<u8>,
    safe: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

type Names = BTreeMap<PathBuf, Entry>;

/// The disk.
#[derive(Debug, Clone)]
pub struct Disk {
    root: PathBuf,
    inodes: Vec<Inode>,
    now: Names,
    safe: Names,
    pending: Vec<Naming>,
}

impl Disk {
    /// The folder `root` as it is in `from`, all of it safe.
    pub fn of(root: &Path, from: &Path) -> Disk {
        let (mut inodes, mut names) = (Vec::new(), Names::from([(root.to_owned(), Entry::Folder)]));
        for file in logdir::files(from) {
            let path = root.join(file.strip_prefix(from).unwrap());
            let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
            names.extend(folders.map(|folder| (folder.to_owned(), Entry::Folder)));
            names.insert(path, Entry::File(inodes.len()));
            let bytes = fs::read(&file).unwrap();
            inodes.push(Inode { now: bytes.clone(), safe: bytes, unsynced: Vec::new() });
        }
        Disk { root: root.to_owned(), inodes, now: names.clone(), safe: names, pending: Vec::new() }
    }

    /// Does a call; true when the disk is another one after it.
    pub fn play(&mut self, call: &Call) -> bool {
        match call {
            Call::Open(path, empty) => match self.file(path) {
                Some(_) if !empty => return false,
                Some(inode) => inode.change(Change::Length(0)),
                None => {
                    self.inodes.push(Inode::default());
                    self.name(Naming::Put(path.clone(), Entry::File(self.inodes.len() - 1)));
                }
            },
            Call::Write(path, at, bytes) => {
                let Some(inode) = self.file(path) else { return false };
                inode.change(Change::Write(at.unwrap_or(inode.now.len()), bytes.clone()));
            }
            Call::Length(path, length) => {
                let Some(inode) = self.file(path) else { return false };
                inode.change(Change::Length(*length));
            }
            Call::Sync(path) => match self.file(path) {
                Some(inode) => {
                    inode.safe.clone_from(&inode.now);
                    inode.unsynced.clear();
                }
                None => self.sync_folder(path),
            },
            Call::Rename(from, to) => {
                let Some(entry) = self.now.get(from) else { return false };
                self.name(Naming::Rename(from.clone(), to.clone(), *entry));
            }
            Call::Remove(path) => self.name(Naming::Remove(path.clone())),
            Call::Folder(path) => self.name(Naming::Put(path.clone(), Entry::Folder)),
            Call::Said(_) | Call::Sent => return false,
        }
        true
    }

    /// What a power cut now leaves: each file with its bytes.
    pub fn after_a_cut(&self, survives: &mut Survives) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut names = self.safe.clone();
        let kept = match survives {
            Survives::Nothing | Survives::Bytes => 0,
            Survives::Names => self.pending.len(),
            Survives::Some(dice) => dice.below(self.pending.len() as u64 + 1) as usize,
        };
        self.pending.iter().take(kept).for_each(|naming| apply(&mut names, naming));
        let reachable = |path: &Path| {
            let mut above = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root));
            above.all(|folder| names.get(folder) == Some(&Entry::Folder))
        };
        let files = names.iter().filter(|(path, _)| reachable(path)).filter_map(|(path, entry)| match entry {
            Entry::File(n) => Some((path.clone(), self.inodes[*n].after_a_cut(survives))),
            Entry::Folder => None,
        });
        files.collect()
    }

    fn file(&mut self, path: &Path) -> Option<&mut Inode> {
        match self.now.get(path) {
            Some(Entry::File(n)) => self.inodes.get_mut(*n),
            _ => None,
        }
    }

    fn name(&mut self, naming: Naming) {
        apply(&mut self.now, &naming);
        self.pending.push(naming);
    }

    /// Names in this folder are safe now, and with a file's new name it is gone by its old one.
    fn sync_folder(&mut self, folder: &Path) {
        let within = |naming: &Naming| match naming {
            Naming::Put(path, _) | Naming::Remove(path) | Naming::Rename(_, path, _) => path.parent() == Some(folder),
        };
        let (synced, mut rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending).into_iter().partition(within);
        for naming in &synced {
            apply(&mut self.safe, naming);
            if let Naming::Rename(from, _, entry) = naming {
                rest.retain(|other| !matches!(other, Naming::Put(path, e) if path == from && e == entry));
            }
        }
        self.pending = rest;
    }
}

impl Inode {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.now);
        self.unsynced.push(change);
    }

    fn after_a_cut(&self, survives: &mut Survives) -> Vec<u8> {
        match survives {
            Survives::Nothing | Survives::Names => self.safe.clone(),
            Survives::Bytes => self.now.clone(),
            Survives::Some(dice) => {
                let mut bytes = self.safe.clone();
                for change in &self.unsynced {
                    match (dice.below(4), change) {
                        (0 | 1, _) => {}
                        (2, Change::Write(at, written)) => {
                            let sectors = dice.below((written.len() / SECTOR) as u64 + 1) as usize;
                            Change::Write(*at, written[..sectors * SECTOR].to_vec()).apply(&mut bytes);
                        }
                        _ => change.apply(&mut bytes),
                    }
                }
                bytes
            }
        }
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Length(length) => bytes.resize(*length, 0),
            Change::Write(at, written) => {
                let end = at + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(written);
            }
        }
    }
}

fn apply(names: &mut Names, naming: &Naming) {
    match naming {
        Naming::Put(path, entry) => drop(names.insert(path.clone(), *entry)),
        Naming::Remove(path) => drop(names.remove(path)),
        Naming::Rename(from, to, entry) => {
            names.remove(from);
            names.insert(to.clone(), *entry);
        }
    }
}

/// Writes files into the folder `into`, which was `root` to them.
pub fn write(files: &BTreeMap<PathBuf, Vec<u8>>, root: &Path, into: &Path) {
    fs::create_dir_all(into).unwrap();
    for (path, bytes) in files {
        let path = into.join(path.strip_prefix(root).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The calls below `root` that were noted (with [`CALLS`]), in order, and what the program said and sent.
pub fn calls(noted: &str, root: &Path) -> Vec<Call> {
    let (mut all, mut begun) = (Vec::new(), BTreeMap::new());
    for line in noted.lines() {
        let (thread, rest) = line.split_once(' ').unwrap();
        let rest = rest.trim_start();
        if let Some(head) = rest.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, head.to_owned());
        } else if let Some((_, tail)) = rest.strip_prefix("<... ").and_then(|r| r.split_once(" resumed>")) {
            all.extend(begun.remove(thread).and_then(|head| call(&(head + tail), root)));
        } else {
            all.extend(call(rest, root));
        }
    }
    all
}

/// One call; none for one that failed or is about something else.
fn call(line: &str, root: &Path) -> Option<Call> {
    let (head, result) = line.rsplit_once(" = ")?;
    if result.starts_with(['-', '?']) {
        return None;
    }
    let (name, arguments) = head.trim_end().strip_suffix(')')?.split_once('(')?;
    let arguments: Vec<&str> = arguments.split(", ").collect();
    let text = |n: usize| Some(unescape(arguments.get(n)?.trim_matches('"')));
    let named = |n: usize| String::from_utf8(text(n)?).ok().map(PathBuf::from);
    let number = |n: usize| arguments.get(n)?.parse::<usize>().ok();
    let opened = |text: &str| {
        let (_, path) = text.split_once('<')?;
        String::from_utf8(unescape(path.trim_end_matches('>'))).ok().map(PathBuf::from)
    };
    let made: usize = result.split(['<', ' ']).next()?.parse().ok()?;
    let found = match name {
        "openat" => {
            let flags = arguments.get(2)?;
            flags.contains("O_CREAT").then(|| Some(Call::Open(opened(result)?, flags.contains("O_TRUNC"))))??
        }
        "write" if arguments.first()?.starts_with("1<") => Call::Said(text(1)?),
        "write" | "pwrite64" => {
            let mut bytes = text(1)?;
            bytes.truncate(made);
            Call::Write(opened(arguments.first()?)?, number(3), bytes)
        }
        "ftruncate" => Call::Length(opened(arguments.first()?)?, number(1)?),
        "fsync" | "fdatasync" => Call::Sync(opened(arguments.first()?)?),
        "rename" => Call::Rename(named(0)?, named(1)?),
        "unlink" | "rmdir" => Call::Remove(named(0)?),
        "unlinkat" => Call::Remove(opened(arguments.first()?)?.join(named(1)?)),
        "mkdir" => Call::Folder(named(0)?),
        "sendto" | "writev" => Call::Sent,
        _ => return None,
    };
    let about = match &found {
        Call::Open(path, _) | Call::Write(path, ..) | Call::Length(path, _) | Call::Sync(path) => path,
        Call::Rename(_, path) | Call::Remove(path) | Call::Folder(path) => path,
        Call::Said(_) | Call::Sent => return Some(found),
    };
    let shared = about.to_string_lossy().ends_with("-shm");
    (about.starts_with(root) && !shared).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(calls: &[Call]) -> Disk {
        let mut disk = Disk::of(Path::new("/d"), Path::new("/none"));
        for call in calls {
            disk.play(call);
        }
        disk
    }

    fn left(disk: &Disk, mut survives: Survives) -> Vec<(String, usize)> {
        let files = disk.after_a_cut(&mut survives);
        files.into_iter().map(|(path, bytes)| (path.display().to_string(), bytes.len())).collect()
    }

    #[test]
    fn what_was_not_synced_is_gone_and_a_name_is_safe_with_its_folder() {
        let path = |name: &str| Path::new("/d").join(name);
        let whole = [
            Call::Open(path("a.tmp"), true),
            Call::Write(path("a.tmp"), None, vec![1; 1000]),
            Call::Sync(path("a.tmp")),
            Call::Rename(path("a.tmp"), path("a")),
            Call::Sync(PathBuf::from("/d")),
        ];
        for cut in 0..5 {
            assert_eq!(left(&disk(&whole[..cut]), Survives::Nothing), [], "{cut}");
        }
        let safe = [("/d/a".to_owned(), 1000)];
        assert_eq!(left(&disk(&whole), Survives::Nothing), safe);
        assert_eq!(left(&disk(&whole[..2]), Survives::Names), [("/d/a.tmp".to_owned(), 0)]);
        assert_eq!(left(&disk(&whole[..4]), Survives::Names), safe);
        let torn = left(&disk(&whole[..2]), Survives::Some(Dice::of(3, "torn")));
        assert!(torn.iter().all(|(_, length)| [0, 512, 1000].contains(length)));
        let below = [Call::Folder(path("f")), Call::Open(path("f/x"), false), Call::Sync(path("f"))];
        assert_eq!(left(&disk(&below), Survives::Nothing), [], "its folder has no name yet");
    }

    #[test]
    fn noted_calls_are_read_with_their_bytes_and_in_the_order_of_their_ends() {
        let hex = |text: &str| text.bytes().map(|b| format!("\\x{b:02x}")).collect::<String>();
        let (file, data) = (hex("/d/a"), hex("xyz"));
        let noted = format!(
            "7 openat(AT_FDCWD<{0}>, \"{file}\", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 9<{file}>\n\
             7 pwrite64(9<{file}>, \"{data}\", 3, 16 <unfinished ...>\n8 write(1<{0}>, \"{data}\", 3) = 3\n\
             7 <... pwrite64 resumed>) = 2\n7 fsync(9<{file}>)   = -1 EIO (Input/output error)\n",
            hex("/")
        );
        let file = PathBuf::from("/d/a");
        let said = Call::Said(b"xyz".to_vec());
        let expected = [Call::Open(file.clone(), false), said, Call::Write(file, Some(16), b"xy".to_vec())];
        assert_eq!(calls(&noted, Path::new("/d")), expected);
    }
}
