//! Parts of originals in clear, for a system that sends them while the app does not run: it takes files, and knows no keys.
//!
//! Invariant: no part is here but those that were last said to be kept, and those that were put here since. What a crash loses
//! or leaves half written costs nothing: the server takes a part by its hash alone.

use std::{collections::BTreeSet, fs, io, io::Write, path::PathBuf};

use plumbline_protocol::Fault;

use super::{Files, gone, private_file, private_folder};
use crate::error;

/// The folder of parts.
pub(super) const OUTGOING: &str = "outgoing";

impl Files {
    /// Removes every part but those of these names.
    ///
    /// # Errors
    /// Those of [`error::io`] where one stays.
    pub fn keep_outgoing(&self, names: &BTreeSet<&str>) -> Result<(), Fault> {
        let entries = match fs::read_dir(self.dir.join(OUTGOING)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|e| error::io("list parts", &e))?,
        };
        for entry in entries {
            let entry = entry.map_err(|e| error::io("list parts", &e))?;
            if entry.file_name().to_str().is_none_or(|name| !names.contains(name)) {
                gone(fs::remove_file(entry.path()))?;
            }
        }
        Ok(())
    }

    /// Writes a part. `name` is the caller's own making.
    ///
    /// # Errors
    /// [`Fault::StorageFull`], and those of [`error::io`].
    pub fn put_outgoing(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Fault> {
        let failed = |e: io::Error| error::io("write part", &e);
        let folder = self.dir.join(OUTGOING);
        private_folder(&folder).map_err(failed)?;
        let path = folder.join(name);
        private_file(&path).and_then(|mut file| file.write_all(bytes)).map_err(failed)?;
        Ok(path)
    }
}
