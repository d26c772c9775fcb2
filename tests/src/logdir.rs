//! A log directory on disk, as `plumbline-verify` sees it.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use plumbline_protocol::{
    directory::{bundles_for, entries_path},
    entry::Entry,
    value::Reader,
    verify::{self, Files, Report, Unreadable},
};

/// Verifies the log directory at `path`.
pub fn verify(path: &Path) -> Report {
    verify::verify(&mut Folder(path.to_owned())).unwrap()
}

/// An entry of a log directory and where its bytes are.
pub struct Placed {
    /// The entry.
    pub entry: Entry,
    /// Its file, from the directory on.
    pub file: String,
    /// Offset of its first byte.
    pub from: usize,
    /// Offset behind its last byte.
    pub to: usize,
}

/// The entries of a log directory of `size` entries, in order of position.
pub fn entries(folder: &Path, size: u64) -> Vec<Placed> {
    let mut all = Vec::new();
    for bundle in bundles_for(size) {
        let file = entries_path(&bundle);
        let bytes = fs::read(folder.join(&file)).unwrap();
        let mut rest = Reader::new(&bytes);
        while !rest.is_empty() {
            let from = rest.offset();
            let entry = Entry::read(&mut rest).unwrap();
            all.push(Placed { entry, file: file.clone(), from, to: rest.offset() });
        }
    }
    all
}

/// Files below `folder`, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => found.push(entry.path()),
            }
        }
    }
    found.sort();
    found
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, target).unwrap();
    }
}

struct Folder(PathBuf);

impl Files for Folder {
    fn names(&mut self) -> Result<Vec<String>, Unreadable> {
        let name = |file: PathBuf| Some(file.strip_prefix(&self.0).ok()?.to_str()?.to_owned());
        Ok(files(&self.0).into_iter().filter_map(name).collect())
    }

    fn read(&mut self, name: &str, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Unreadable> {
        let failed = |e: std::io::Error| Unreadable(e.to_string());
        let mut file = File::open(self.0.join(name)).map_err(failed)?;
        let mut piece = [0; 64 * 1024];
        loop {
            let n = file.read(&mut piece).map_err(failed)?;
            if n == 0 || !each(&piece[..n]) {
                return Ok(());
            }
        }
    }
}
