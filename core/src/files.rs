//! The app-private folder: originals and derivatives of photographs, each sealed under a key of its own.
//!
//! Invariants: a file gets its name only when all its bytes are on disk; names are random, so the folder tells nobody which
//! picture it holds and two captures of the same bytes never share a file; keys and names stand in the encrypted store
//! alone. Order for the caller: [`Files::reserve`], [`Files::seal_from`], commit the row. A crash between the last two
//! leaves an orphan that [`Files::sweep`] removes at the next start. Every call blocks.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use data_encoding::HEXLOWER;
use plumbline_protocol::{Fault, Hash};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{aead, error, secret};

mod aside;
pub mod export;
mod outgoing;
mod seal;

/// Bytes that stay free for the store itself: hours must still fit when pictures no longer do.
pub const RESERVE: u64 = 64 * 1024 * 1024;

/// Bytes of the largest photograph that a phone's camera makes: 200 megapixels at its best.
pub const SHOT: u64 = 64 * 1024 * 1024;

/// Most plain bytes that one read returns.
pub const MAX_READ: u64 = 64 * 1024 * 1024;

/// The note of the store's id, under which its keys are in the keystore.
pub(crate) const STORE_ID: &str = "store-id";

const TEMPORARY: &str = ".tmp";
const LOCK: &str = "lock";
/// What belongs to a store in its folder: the database first, then its journals.
const STORE: [&str; 4] = ["store.db", "store.db-wal", "store.db-shm", "store.db-journal"];
/// The folder of the stores that were replaced.
const DAMAGED: &str = "damaged";
/// Beside a store that is to be repaired when it is next opened.
const MARK: &str = "corrupt";

/// The key of one sealed file.
pub type FileKey = Zeroizing<[u8; aead::KEY]>;

/// Which file lies at a path: another one there, or none, is another identity.
pub type Identity = (u64, u64);

/// Held for as long as a process works in a folder.
pub type FolderLock = File;

/// What the row of a sealed file holds.
pub struct SealedBlob {
    /// Name of the file in the folder: 32 lower-case hex digits. Relative, because phones move an app's folder.
    pub name: String,
    /// Key of this file alone.
    pub key: FileKey,
    /// SHA-256 of the plain bytes.
    pub sha256: Hash,
    /// Length of the plain bytes.
    pub bytes: u64,
}

/// The folder of one device and organisation.
pub struct Files {
    dir: PathBuf,
    blobs: PathBuf,
}

impl Files {
    /// Opens `dir`, made for this user alone where it is new.
    ///
    /// # Errors
    /// Those of [`error::io`] where the folder cannot be made.
    pub fn open(dir: &Path) -> Result<Self, Fault> {
        let blobs = dir.join("blobs");
        for folder in [dir, &blobs] {
            private_folder(folder).map_err(|e| error::io("open folder", &e))?;
        }
        Ok(Files { dir: dir.to_owned(), blobs })
    }

    /// The lock of the folder: one process at a time works in it. It goes with the process, however that ends.
    ///
    /// # Errors
    /// [`Fault::Busy`] while somebody else has it.
    pub fn lock(&self) -> Result<FolderLock, Fault> {
        let failed = |e: io::Error| error::io("lock folder", &e);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let file = options.open(self.dir.join(LOCK)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Fault::Busy { retry_after: 1 }),
            Err(TryLockError::Error(e)) => Err(failed(e)),
        }
    }

    /// Where the store is.
    pub(crate) fn store(&self) -> PathBuf {
        let [store, ..] = STORE;
        self.dir.join(store)
    }

    /// Asks for room for `bytes` more besides [`RESERVE`]: call it before the shutter, not after.
    ///
    /// # Errors
    /// [`Fault::StorageFull`] where there is not enough.
    pub fn reserve(&self, bytes: u64) -> Result<(), Fault> {
        if self.free()? < bytes.saturating_add(RESERVE) { Err(Fault::StorageFull) } else { Ok(()) }
    }

    /// Bytes that this user may still write.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `storage` where the folder is gone.
    pub fn free(&self) -> Result<u64, Fault> {
        fs4::available_space(&self.blobs).map_err(|e| error::io("free space", &e))
    }

    /// Hashes and seals all of `source` in one pass; returns when the sealed file is durable.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] past `limit` plain bytes, [`Fault::StorageFull`]; nothing is left behind by either.
    pub fn seal_from(&self, source: &mut dyn Read, limit: u64) -> Result<SealedBlob, Fault> {
        let key = secret::random()?;
        let name = HEXLOWER.encode(secret::random::<16>()?.as_slice());
        let (sha256, bytes) = write_whole(&self.blobs.join(&name), |sink| seal::seal(source, sink, &key, limit))?;
        Ok(SealedBlob { name, key, sha256, bytes })
    }

    /// [`Files::seal_from`] for parts that come one after another; the fault of one that does not come ends it.
    ///
    /// # Errors
    /// Those of [`Files::seal_from`] and of the parts.
    pub fn seal_parts(
        &self,
        parts: impl Iterator<Item = Result<Vec<u8>, Fault>>,
        limit: u64,
    ) -> Result<SealedBlob, Fault> {
        let mut source = PartsReader { parts, part: io::Cursor::default(), fault: None };
        let sealed = self.seal_from(&mut source, limit);
        match source.fault {
            Some(fault) => Err(fault),
            None => sealed,
        }
    }

    /// [`Files::seal_from`] for a derivative in memory.
    ///
    /// # Errors
    /// [`Fault::StorageFull`].
    pub fn seal_bytes(&self, mut bytes: &[u8]) -> Result<SealedBlob, Fault> {
        self.seal_from(&mut bytes, u64::MAX)
    }

    /// The `length` plain bytes at `offset`, opening only the chunks that hold them.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] above [`MAX_READ`], [`Fault::Invalid`] `offset` when the file ends before the range does,
    /// [`Fault::NotFound`] where there is no such file, [`Fault::Corrupt`] when it is not what was sealed.
    pub fn read_range(&self, name: &str, key: &FileKey, offset: u64, length: u64) -> Result<Vec<u8>, Fault> {
        let mut sealed = self.sealed(name, key)?;
        let end = offset.checked_add(length).filter(|end| *end <= sealed.bytes());
        let end = end.ok_or_else(|| Fault::invalid("offset", "range"))?;
        if length > MAX_READ {
            return Err(Fault::TooLarge { limit: MAX_READ });
        }
        let chunk_size = seal::CHUNK as u64;
        let mut out = Vec::new();
        let mut at = offset;
        while at < end {
            let index = u32::try_from(at / chunk_size).map_err(|_| Fault::invalid("offset", "range"))?;
            let chunk = sealed.chunk(index)?;
            let from = (at % chunk_size) as usize;
            let to = chunk.len().min(from.saturating_add((end - at) as usize));
            out.extend_from_slice(chunk.get(from..to).ok_or_else(|| Fault::corrupt("sealed file"))?);
            at = (u64::from(index) + 1) * chunk_size;
        }
        Ok(out)
    }

    /// All plain bytes of a file.
    ///
    /// # Errors
    /// Those of [`Files::read_range`].
    pub fn read(&self, name: &str, key: &FileKey) -> Result<Vec<u8>, Fault> {
        let bytes = self.sealed(name, key)?.bytes();
        self.read_range(name, key, 0, bytes)
    }

    /// SHA-256 and length of a file's plain bytes, each of them read anew.
    ///
    /// # Errors
    /// [`Fault::NotFound`] where there is no such file, [`Fault::Corrupt`] when it is not what was sealed.
    pub fn hash(&self, name: &str, key: &FileKey) -> Result<(Hash, u64), Fault> {
        let (mut hasher, mut bytes) = (Sha256::new(), 0);
        for chunk in self.sealed(name, key)?.chunks() {
            let chunk = chunk?;
            bytes += chunk.len() as u64;
            hasher.update(&chunk);
        }
        Ok((Hash(hasher.finalize().into()), bytes))
    }

    /// False where the file is gone or is none of `bytes` plain bytes: whether each is what was sealed, whoever reads it finds.
    /// A file that is withheld for a while is there.
    pub fn holds(&self, name: &str, key: &FileKey, bytes: u64) -> bool {
        match self.sealed(name, key) {
            Ok(sealed) => sealed.bytes() == bytes,
            Err(fault) => !is_lost(&fault),
        }
    }

    /// Bytes of the sealed files that `is_one` knows, and of all others.
    ///
    /// # Errors
    /// Those of [`error::io`] where the folder cannot be listed.
    pub fn sealed_bytes(&self, is_one: &dyn Fn(&str) -> bool) -> Result<(u64, u64), Fault> {
        let listed = fs::read_dir(&self.blobs).map_err(|e| error::io("list files", &e))?;
        let (mut known, mut others) = (0, 0);
        for entry in listed.flatten() {
            let bytes = entry.metadata().map_or(0, |m| m.len());
            let sum = if entry.file_name().to_str().is_some_and(is_one) { &mut known } else { &mut others };
            *sum += bytes;
        }
        Ok((known, others))
    }

    /// Number of sealed files that `keep` does not know.
    ///
    /// # Errors
    /// Those of [`error::io`] where the folder cannot be listed.
    pub fn sealed_but(&self, keep: &dyn Fn(&str) -> bool) -> Result<u64, Fault> {
        let listed = fs::read_dir(&self.blobs).map_err(|e| error::io("list files", &e))?;
        let names = listed.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        Ok(names.filter(|name| is_name(name) && !keep(name)).count() as u64)
    }

    /// Writes the plain original to `dest`, which appears whole or not at all.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `path` where something is there already or its folder is missing or denied,
    /// [`Fault::StorageFull`], and those of [`Files::read`].
    pub fn export(&self, name: &str, key: &FileKey, dest: &Path) -> Result<(), Fault> {
        let sealed = self.sealed(name, key)?;
        check_free(dest)?;
        write_export(dest, |sink| {
            for chunk in sealed.chunks() {
                sink.write_all(&chunk?).map_err(|e| error::io_at_path("export", &e))?;
            }
            Ok(())
        })
    }

    /// Removes a file; one that is gone already is no failure.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `name`, and those of [`error::io`].
    pub fn remove(&self, name: &str) -> Result<(), Fault> {
        gone(fs::remove_file(self.path(name)?))?;
        sync_folder(&self.blobs).map_err(|e| error::io("remove", &e))
    }

    /// Removes what a crash left: unfinished files, and those whose name `keep` does not know. Returns how many.
    ///
    /// It takes `&mut self` so that it runs at start, before the folder is shared: a file whose row is about to be
    /// committed would look like an orphan. Files that are not of this folder's making stay.
    ///
    /// # Errors
    /// Those of [`error::io`] where the folder cannot be listed or changed.
    pub fn sweep(&mut self, keep: &dyn Fn(&str) -> bool) -> Result<usize, Fault> {
        let failed = |e: io::Error| error::io("sweep", &e);
        let mut removed = 0;
        for entry in fs::read_dir(&self.blobs).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let orphan = match name.strip_suffix(TEMPORARY) {
                Some(unfinished) => is_name(unfinished),
                None => is_name(&name) && !keep(&name),
            };
            if orphan {
                fs::remove_file(entry.path()).map_err(failed)?;
                removed += 1;
            }
        }
        sync_folder(&self.blobs).map_err(failed)?;
        Ok(removed)
    }

    /// A short text beside the store, such as the store's id; none where it was never written.
    ///
    /// # Errors
    /// Those of [`error::io`] where it cannot be read.
    pub fn read_note(&self, name: &str) -> Result<Option<String>, Fault> {
        match fs::read_to_string(self.dir.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(error::io("read note", &e)),
        }
    }

    /// Writes such a text durably. It is not sealed: nothing secret or personal belongs there.
    ///
    /// # Errors
    /// Those of [`error::io`].
    pub fn write_note(&self, name: &str, text: &str) -> Result<(), Fault> {
        write_whole(&self.dir.join(name), |sink| {
            sink.write_all(text.as_bytes()).map_err(|e| error::io("write note", &e))
        })
    }

    /// Removes the sealed files, parts in clear, the store and its notes, and those that a repair replaced or was making;
    /// when they are gone for good the note `last`, by which a wipe that was cut short is known.
    ///
    /// # Errors
    /// Those of [`error::io`] where something stays.
    pub fn wipe(&self, last: &str) -> Result<(), Fault> {
        gone(fs::remove_dir_all(&self.blobs))?;
        gone(fs::remove_dir_all(self.dir.join(outgoing::OUTGOING)))?;
        gone(fs::remove_dir_all(self.dir.join(DAMAGED)))?;
        self.unfinished()?.iter().try_for_each(|id| self.remove_unfinished(id))?;
        for name in STORE.into_iter().chain([STORE_ID, MARK]) {
            gone(fs::remove_file(self.dir.join(name)))?;
        }
        gone(sync_folder(&self.dir))?;
        gone(fs::remove_file(self.dir.join(last)))?;
        gone(sync_folder(&self.dir))
    }

    /// Leaves the folder after a wipe: it goes, unless somebody else has something in it.
    pub fn leave(&self) {
        let _ = fs::remove_file(self.dir.join(LOCK));
        let _ = fs::remove_dir(&self.dir);
    }

    fn sealed<'k>(&self, name: &str, key: &'k FileKey) -> Result<seal::Sealed<'k, File>, Fault> {
        let file = File::open(self.path(name)?).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => Fault::NotFound,
            _ => error::io("open sealed", &e),
        })?;
        seal::Sealed::new(file, key)
    }

    fn path(&self, name: &str) -> Result<PathBuf, Fault> {
        if is_name(name) { Ok(self.blobs.join(name)) } else { Err(Fault::invalid("name", "form")) }
    }
}

/// True for a fault of a sealed file itself: it is gone or damaged, however often it is read. What is wrong with the folder
/// passes.
pub(crate) fn is_lost(fault: &Fault) -> bool {
    matches!(fault, Fault::NotFound | Fault::Corrupt { .. } | Fault::Invalid { .. }) && !error::of_storage(fault)
}

/// Parts as one source of bytes. The fault that ended them stays beside what a reader can say of it.
struct PartsReader<I> {
    parts: I,
    part: io::Cursor<Vec<u8>>,
    fault: Option<Fault>,
}

impl<I: Iterator<Item = Result<Vec<u8>, Fault>>> Read for PartsReader<I> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.part.read(to)?;
            if read > 0 || to.is_empty() {
                return Ok(read);
            }
            match self.parts.next() {
                Some(Ok(part)) => self.part = io::Cursor::new(part),
                Some(Err(fault)) => {
                    self.fault = Some(fault);
                    // Of a kind that nobody logs: the fault says what it was.
                    return Err(io::ErrorKind::NotFound.into());
                }
                None => return Ok(0),
            }
        }
    }
}

/// A file that is only read, a piece at a time.
pub(crate) struct Raw {
    file: Mutex<File>,
    /// Its length.
    pub bytes: u64,
}

impl Raw {
    /// Opens it; none where there is no such file.
    pub fn open(path: &Path) -> Result<Option<Raw>, Fault> {
        let failed = |e: io::Error| error::io("open store", &e);
        match File::open(path) {
            Ok(file) => {
                let bytes = file.metadata().map_err(failed)?.len();
                Ok(Some(Raw { file: Mutex::new(file), bytes }))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }

    /// `length` bytes at `at`; none where they are not there or the disk does not give them.
    pub fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// Opens a person's file for reading, with its length. Only a regular file: a pipe would wait for ever.
///
/// # Errors
/// [`Fault::Invalid`] `path`: `missing`, `denied` or `type`; [`Fault::Internal`] where it cannot be read.
pub fn source(path: &Path) -> Result<(File, u64), Fault> {
    let failed = |e: io::Error| error::io_at_path("open source", &e);
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Fault::invalid("path", "type"));
    }
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    Ok((file, length))
}

/// Writes `parts`, as they come, to `dest`, which appears when they are all there and their SHA-256 is `sha256`, or never.
///
/// # Errors
/// [`Fault::Corrupt`] `photo` for other bytes, the fault of a part that did not come, and those of [`Files::export`].
pub fn export_parts(
    dest: &Path,
    sha256: &Hash,
    parts: impl Iterator<Item = Result<Vec<u8>, Fault>>,
) -> Result<(), Fault> {
    check_free(dest)?;
    write_export(dest, |sink| {
        let mut hasher = Sha256::new();
        for part in parts {
            let part = part?;
            hasher.update(&part);
            sink.write_all(&part).map_err(|e| error::io_at_path("export", &e))?;
        }
        if Hash(hasher.finalize().into()) == *sha256 { Ok(()) } else { Err(Fault::corrupt("photo")) }
    })
}

/// Puts what `fill` writes at `path`, replacing what was there: whole and durable, or not at all.
pub(crate) fn write_whole<T>(path: &Path, fill: impl FnOnce(&mut File) -> Result<T, Fault>) -> Result<T, Fault> {
    put_whole(path, error::io, fill)
}

/// [`write_whole`] where a person said.
fn write_export<T>(path: &Path, fill: impl FnOnce(&mut File) -> Result<T, Fault>) -> Result<T, Fault> {
    put_whole(path, error::io_at_path, fill)
}

fn put_whole<T>(
    path: &Path,
    failed: fn(&'static str, &io::Error) -> Fault,
    fill: impl FnOnce(&mut File) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(TEMPORARY);
    let temporary = PathBuf::from(temporary);
    let failed = |e: io::Error| failed("write file", &e);
    let written = (|| {
        let mut file = private_file(&temporary).map_err(failed)?;
        let result = fill(&mut file)?;
        file.sync_all().map_err(failed)?;
        fs::rename(&temporary, path).map_err(failed)?;
        sync_folder(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        Ok(result)
    })();
    if written.is_err() {
        // Best effort: the fault that counts is the one that is returned, and a sweep finds what stays.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// What was to be removed is gone, whether it was there or not.
fn gone(removed: io::Result<()>) -> Result<(), Fault> {
    match removed {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(error::io("remove", &e)),
        _ => Ok(()),
    }
}

/// An export replaces nothing.
fn check_free(dest: &Path) -> Result<(), Fault> {
    if dest.symlink_metadata().is_ok() {
        return Err(Fault::invalid("path", "exists"));
    }
    let folder = dest.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() { Ok(()) } else { Err(Fault::invalid("path", "missing")) }
}

/// Names are made by [`Files::seal_from`] alone; nothing else may reach the file system.
fn is_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Makes a new folder for an export.
///
/// # Errors
/// [`Fault::Invalid`] `path`: `exists`, `denied`, or `missing` where its parent is not there.
pub fn new_folder(path: &Path) -> Result<(), Fault> {
    check_free(path)?;
    fs::create_dir(path).map_err(|e| error::io_at_path("make folder", &e))
}

/// Writes one file of an export at `name` below `folder`, with the folders between.
///
/// # Errors
/// Those of [`error::io_at_path`].
pub fn write_into(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Fault> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|e| error::io_at_path("make folder", &e))?;
    }
    write_export(&path, |sink| sink.write_all(bytes).map_err(|e| error::io_at_path("export", &e)))
}

/// Writes a text where a person said, in place of what is there: that is what a dialog asks about.
///
/// # Errors
/// Those of [`error::io_at_path`].
pub fn save_text(path: &Path, text: &str) -> Result<(), Fault> {
    fs::write(path, text).map_err(|e| error::io_at_path("save text", &e))
}

/// Whether anything is at `path`.
pub(crate) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Which file is at `path`; none where there is no such thing. Where open files cannot be taken away, all are one.
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    #[cfg(unix)]
    return fs::metadata(path).ok().map(|file| {
        use std::os::unix::fs::MetadataExt;
        (file.dev(), file.ino())
    });
    #[cfg(not(unix))]
    return path.exists().then_some((0, 0));
}

/// The kernel's name of this boot, where there is one.
pub(crate) fn kernel_boot_id() -> Option<String> {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_owned())
}

/// Makes `dir` for this user alone and sees that its own entry is durable.
fn private_folder(dir: &Path) -> io::Result<()> {
    let new = !dir.is_dir();
    fs::create_dir_all(dir)?;
    #[cfg(unix)]
    fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    // Each start would otherwise wait for the disk, for an entry that has long been there.
    dir.parent().filter(|parent| new && !parent.as_os_str().is_empty()).map_or(Ok(()), sync_folder)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the entries of a folder durable. Windows has no such call and needs none: its renames are journalled.
fn sync_folder(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests;
