//! The bytes of photographs in a folder. Only this module names the file system for them.
//!
//! `blobs/<organisation>/<sha256>` is a whole object under the hash of its own bytes: put together elsewhere, hashed, made
//! durable, then renamed; never altered. `parts/<organisation>/<member>/<sha256>/<n>` are parts on their way. `temporary/`
//! is emptied at start. All names are ids or numbers of ours. Every call blocks: `spawn_blocking` is the caller's.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use plumbline_protocol::{Hash, OrganisationId, Uuid};
use sha2::{Digest, Sha256};

use crate::error::Result;

/// The folder.
pub struct Store {
    root: PathBuf,
    next: AtomicU64,
}

/// Whose parts of which blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Upload {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The member who sends them.
    pub member: Uuid,
    /// The hash that the whole must have.
    pub sha256: Hash,
}

impl Store {
    /// Opens the folder and throws away what a crash left half written.
    pub fn open(root: &Path) -> io::Result<Store> {
        let store = Store { root: root.to_owned(), next: AtomicU64::new(0) };
        match fs::remove_dir_all(root.join("temporary")) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => fs::create_dir_all(root.join("temporary"))?,
        }
        fs::create_dir_all(root.join("parts"))?;
        fs::create_dir_all(root.join("blobs"))?;
        Ok(store)
    }

    /// Makes a part durable. Sending it again replaces it with the same bytes.
    pub fn put_part(&self, upload: &Upload, part: u64, bytes: &[u8]) -> Result<()> {
        self.whole(|file| {
            file.write_all(bytes)?;
            Ok(Some(self.parts(upload).join(part.to_string())))
        })
        .map(|_| ())
    }

    /// Puts parts `0..count` together; true when the whole has its hash and is now stored, false when not.
    pub fn assemble(&self, upload: &Upload, count: u64) -> Result<bool> {
        self.whole(|file| {
            let mut hash = Sha256::new();
            for part in 0..count {
                let mut part = match File::open(self.parts(upload).join(part.to_string())) {
                    // A part that is gone is as useless as one that is wrong: all of them must come again.
                    Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
                    opened => opened?,
                };
                copy(&mut part, |chunk| {
                    hash.update(chunk);
                    file.write_all(chunk)
                })?;
            }
            let good = Hash(hash.finalize().into()) == upload.sha256;
            Ok(good.then(|| self.object(&upload.organisation, &upload.sha256)))
        })
    }

    /// Throws the parts away.
    pub fn remove_parts(&self, upload: &Upload) -> Result<()> {
        match fs::remove_dir_all(self.parts(upload)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e.into()),
            _ => Ok(()),
        }
    }

    /// Every upload that has parts here.
    pub fn uploads(&self) -> Result<Vec<Upload>> {
        let mut uploads = Vec::new();
        for (organisation, folder) in children(&self.root.join("parts"))? {
            for (member, folder) in children(&folder)? {
                for (sha256, _) in children(&folder)? {
                    if let (Ok(organisation), Ok(member), Ok(sha256)) =
                        (organisation.parse(), member.parse(), sha256.parse())
                    {
                        uploads.push(Upload { organisation, member, sha256 });
                    }
                }
            }
        }
        Ok(uploads)
    }

    /// Reads a stored object whole: does it have its hash and this many bytes?
    pub fn verify(&self, organisation: &OrganisationId, sha256: &Hash, bytes: u64) -> Result<bool> {
        let mut file = match self.open_object(organisation, sha256) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        let (mut hash, mut length) = (Sha256::new(), 0);
        copy(&mut file, |chunk| {
            hash.update(chunk);
            length += chunk.len() as u64;
            Ok(())
        })?;
        Ok(length == bytes && Hash(hash.finalize().into()) == *sha256)
    }

    /// Opens a stored object for reading.
    pub fn open_object(&self, organisation: &OrganisationId, sha256: &Hash) -> io::Result<File> {
        File::open(self.object(organisation, sha256))
    }

    fn object(&self, organisation: &OrganisationId, sha256: &Hash) -> PathBuf {
        self.root.join("blobs").join(organisation.to_string()).join(sha256.to_string())
    }

    fn parts(&self, upload: &Upload) -> PathBuf {
        let Upload { organisation, member, sha256 } = upload;
        let folder = self.root.join("parts").join(organisation.to_string());
        folder.join(member.to_string()).join(sha256.to_string())
    }

    /// Puts what `fill` writes where it says, or nowhere: true when it is there. What does not get so far takes no room.
    fn whole(&self, fill: impl FnOnce(&mut File) -> Result<Option<PathBuf>>) -> Result<bool> {
        let temporary = self.root.join("temporary").join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let mut file = File::create_new(&temporary)?;
        let published = fill(&mut file).and_then(|path| match path {
            Some(path) => self.publish(&file, &temporary, &path).map(|()| true),
            None => Ok(false),
        });
        if !matches!(published, Ok(true)) {
            // Best effort: the next start empties the folder.
            let _ = fs::remove_file(&temporary);
        }
        published
    }

    /// Durable under its name or not there at all: the bytes, then the name, then the folders that hold the name.
    fn publish(&self, file: &File, temporary: &Path, path: &Path) -> Result<()> {
        file.sync_all()?;
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        fs::rename(temporary, path)?;
        for folder in folder.ancestors().take_while(|f| f.starts_with(&self.root)) {
            sync_folder(folder)?;
        }
        Ok(())
    }
}

/// Makes the names in a folder durable.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be synced here; the file system's journal orders the rename.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn copy(file: &mut File, mut sink: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            n => sink(buffer.get(..n).unwrap_or_default())?,
        }
    }
}

fn children(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    Ok(entries.into_iter().map(|e| (e.file_name().to_string_lossy().into_owned(), e.path())).collect())
}
