//! A folder that somebody asked for, filled a piece at a time: whole under its name, or not there.
//!
//! Invariant: everything is written beside it first and gets the name when all of it is on disk; what is dropped before that
//! goes, with all that was written.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use plumbline_protocol::Fault;

use super::{TEMPORARY, check_free, private_file, sync_folder};
use crate::error;

/// The folder while it is filled.
pub struct Export {
    dest: PathBuf,
    /// Where it is filled.
    folder: PathBuf,
    /// Files that grow line by line.
    open: Mutex<BTreeMap<String, BufWriter<File>>>,
}

impl Export {
    /// Begins a new folder that will be at `dest`.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `path`: `exists`, `denied`, or `missing` where its parent is not there.
    pub fn begin(dest: &Path) -> Result<Export, Fault> {
        let mut folder = dest.as_os_str().to_owned();
        folder.push(TEMPORARY);
        let folder = PathBuf::from(folder);
        check_free(dest)?;
        check_free(&folder)?;
        // In one step, private and new: two that are asked for the same folder never share it.
        let mut making = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut making, 0o700);
        making.create(&folder).map_err(|e| match e.kind() {
            ErrorKind::AlreadyExists => Fault::invalid("path", "exists"),
            _ => error::io_at_path("make folder", &e),
        })?;
        Ok(Export { dest: dest.to_owned(), folder, open: Mutex::default() })
    }

    /// Where a file or folder called `name` goes meanwhile; the folders before it are made.
    ///
    /// # Errors
    /// Those of [`error::io_at_path`].
    pub fn path(&self, name: &str) -> Result<PathBuf, Fault> {
        let path = self.folder.join(name);
        // Never the export itself: who dropped it wants nothing more to come.
        let below = path.parent().filter(|parent| *parent != self.folder);
        if let Some(parent) = below.filter(|parent| !parent.is_dir()) {
            fs::create_dir(parent).map_err(|e| error::io_at_path("make folder", &e))?;
        }
        Ok(path)
    }

    /// Writes one more line to the file called `name`. Its length with the line break.
    ///
    /// # Errors
    /// Those of [`error::io_at_path`].
    pub fn line(&self, name: &str, line: &[u8]) -> Result<u64, Fault> {
        let failed = |e| error::io_at_path("export", &e);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !open.contains_key(name) {
            let file = private_file(&self.path(name)?).map_err(failed)?;
            open.insert(name.to_owned(), BufWriter::new(file));
        }
        if let Some(file) = open.get_mut(name) {
            file.write_all(line).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
        }
        Ok(line.len() as u64 + 1)
    }

    /// Everything is written: the folder gets its name.
    ///
    /// # Errors
    /// Those of [`error::io_at_path`]: nothing is there then.
    pub fn finish(&self) -> Result<(), Fault> {
        let failed = |e| error::io_at_path("export", &e);
        for file in std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner)).into_values() {
            let file = file.into_inner().map_err(|e| failed(e.into_error()))?;
            file.sync_all().map_err(failed)?;
        }
        check_free(&self.dest)?;
        fs::rename(&self.folder, &self.dest).map_err(failed)?;
        sync_folder(self.dest.parent().unwrap_or(Path::new("."))).map_err(failed)
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        // After the end there is none; else best effort.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
