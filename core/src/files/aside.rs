//! Moving a damaged store aside: it is renamed and never written again, and the store that replaces it gets its place. It
//! goes when its person signs out, and never before.
//!
//! Invariant: the note of the store's id is the one moment of change. Before it is written the old store stands; after it
//! [`Files::switch`] finishes what a crash left, however often it is called.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use plumbline_protocol::Fault;

use super::{DAMAGED, Files, MARK, STORE, STORE_ID, gone, is_name, private_folder, sync_folder, write_whole};
use crate::error;

impl Files {
    /// Where the store that replaces the present one is made: nothing else looks there.
    pub(crate) fn next_store(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.db"))
    }

    /// The folder, from the home on, into which the store goes that `id` replaces.
    pub(crate) fn aside(id: &str) -> String {
        format!("{DAMAGED}/{id}")
    }

    /// Length of the store and its journal.
    pub(crate) fn store_bytes(&self) -> u64 {
        STORE.iter().filter_map(|name| fs::metadata(self.dir.join(name)).ok()).map(|m| m.len()).sum()
    }

    /// Bytes of the stores that were moved aside, with their files.
    ///
    /// # Errors
    /// Those of [`error::io`].
    pub(crate) fn aside_bytes(&self) -> Result<u64, Fault> {
        let mut bytes = 0;
        let mut folders = vec![self.dir.join(DAMAGED)];
        while let Some(folder) = folders.pop() {
            for path in names_in(&folder)?.into_iter().map(|name| folder.join(name)) {
                match fs::symlink_metadata(&path) {
                    Ok(found) if found.is_dir() => folders.push(path),
                    found => bytes += found.map_or(0, |file| file.len()),
                }
            }
        }
        Ok(bytes)
    }

    /// Notes that the store is damaged: it is repaired when it is next opened.
    ///
    /// # Errors
    /// Those of [`error::io`].
    pub(crate) fn mark(&self) -> Result<(), Fault> {
        self.write_note(MARK, "")
    }

    /// Whether that was noted.
    pub(crate) fn marked(&self) -> bool {
        self.dir.join(MARK).exists()
    }

    /// Ids of the stores that were being made when the process ended.
    ///
    /// # Errors
    /// Those of [`error::io`].
    pub(crate) fn unfinished(&self) -> Result<BTreeSet<String>, Fault> {
        let names = names_in(&self.dir)?;
        let ids = names.iter().filter_map(|name| name.split_once(".db")).map(|(id, _)| id);
        Ok(ids.filter(|id| is_name(id)).map(str::to_owned).collect())
    }

    /// Removes one of them.
    ///
    /// # Errors
    /// Those of [`error::io`].
    pub(crate) fn remove_unfinished(&self, id: &str) -> Result<(), Fault> {
        let names = STORE.map(|name| name.replacen("store", id, 1));
        names.iter().try_for_each(|name| gone(fs::remove_file(self.dir.join(name))))
    }

    /// Ids of the stores that a repair replaced or was making here: a wipe takes them too.
    ///
    /// # Errors
    /// Those of [`error::io`].
    pub(crate) fn replaced(&self) -> Result<BTreeSet<String>, Fault> {
        let mut ids = self.unfinished()?;
        let damaged = self.dir.join(DAMAGED);
        for next in names_in(&damaged)?.into_iter().filter(|name| is_name(name)) {
            // This disk was bad before: a note that is no id any more names nothing.
            match fs::read(damaged.join(&next).join(STORE_ID)).map(String::from_utf8) {
                Ok(old) => ids.extend(old.ok().filter(|old| is_name(old))),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(error::io("read note", &e)),
            }
            ids.insert(next);
        }
        Ok(ids)
    }

    /// Moves the sealed files that `keep` does not know into the folder of the store that `id` replaces, with the note by
    /// which the keys of that store are found. Returns their number.
    ///
    /// # Errors
    /// Those of [`error::io`].
    pub(crate) fn set_aside(&mut self, id: &str, old: &str, keep: &dyn Fn(&str) -> bool) -> Result<u64, Fault> {
        let failed = |e: io::Error| error::io("move aside", &e);
        let (damaged, aside) = (self.dir.join(DAMAGED), self.dir.join(Self::aside(id)));
        let blobs = aside.join("blobs");
        for folder in [&damaged, &aside, &blobs] {
            private_folder(folder).map_err(failed)?;
        }
        write_whole(&aside.join(STORE_ID), |sink| {
            io::Write::write_all(sink, old.as_bytes()).map_err(|e| error::io("write note", &e))
        })?;
        let mut moved = 0;
        for entry in fs::read_dir(&self.blobs).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if is_name(&name) && !keep(&name) {
                fs::rename(entry.path(), blobs.join(&name)).map_err(failed)?;
                moved += 1;
            }
        }
        sync_folder(&blobs).and_then(|()| sync_folder(&self.blobs)).map_err(failed)?;
        Ok(moved)
    }

    /// Gives the store `id`, where it waits for that, the place of the one that it replaces.
    ///
    /// # Errors
    /// Those of [`error::io`]: it is done at the next open.
    pub(crate) fn switch(&mut self, id: &str) -> Result<(), Fault> {
        let failed = |e: io::Error| error::io("move aside", &e);
        let next = self.next_store(id);
        if !is_name(id) || !next.exists() {
            return Ok(());
        }
        let aside = self.dir.join(Self::aside(id));
        for name in STORE.into_iter().chain([MARK]) {
            match fs::rename(self.dir.join(name), aside.join(name)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(e)),
                _ => {}
            }
        }
        sync_folder(&aside).and_then(|()| sync_folder(&self.dir)).map_err(failed)?;
        fs::rename(next, self.store()).map_err(failed)?;
        sync_folder(&self.dir).map_err(failed)
    }
}

/// What lies in `folder`; nothing where there is no such folder.
fn names_in(folder: &Path) -> Result<Vec<String>, Fault> {
    let failed = |e: io::Error| error::io("list folder", &e);
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    Ok(names)
}
