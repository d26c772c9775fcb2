//! The store: one SQLCipher database for one device of one organisation. Only this module and those below it name SQLite.
//!
//! One connection writes, so a user action is one transaction and one fsync (WAL, `synchronous = FULL`); a few read. Opening
//! is one key, one page and the schema's version, whatever the size of the file, and writes nothing: SQLCipher authenticates
//! each page as it is read, and the full check runs only after an unclean close of a store that was written to, in the
//! background. Only what such a close left of the journal is read whole first.
//! What failed to be written is never tried again on what is open: every connection goes, and the next write begins with what
//! the disk has. What SQLite would not say by itself is asked before it opens: whether the journal still holds all that was
//! acknowledged. Functions in `db/<noun>.rs` take a connection and neither sign nor decide.

pub mod book;
pub mod entry;
pub mod gallery;
pub mod meta;
pub mod outbox;
mod page;
pub mod photo;
pub mod record;
pub mod salvage;
pub mod superseded;

use std::{
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use plumbline_protocol::Fault;
use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags, TransactionBehavior, config::DbConfig};
use zeroize::Zeroizing;

use self::page::journal;
pub use self::page::{Journal, Pages};
use crate::{error, files};

/// A connection within a transaction: what functions of `db/<noun>.rs` take.
pub type Tx = Connection;

/// Key of the database and its salt: random bytes, never a passphrase (deriving one would cost a tenth of a second at each
/// open). The salt is no secret, but without it no page opens: so it does not hang on 16 bytes at the start of the file.
pub type DatabaseKey = Zeroizing<[u8; 32 + SALT]>;

/// Bytes of the salt.
const SALT: usize = 16;

/// Migrations in order; the schema's version is their number.
const MIGRATIONS: &[&str] = &[
    include_str!("db/migrations/0001.sql"),
    include_str!("db/migrations/0002.sql"),
    include_str!("db/migrations/0003.sql"),
    include_str!("db/migrations/0004.sql"),
    include_str!("db/migrations/0005.sql"),
    PHOTOS,
];
/// The one that is followed by filling columns of photographs from what the store has.
const PHOTOS: &str = include_str!("db/migrations/0006.sql");
/// Stands in `meta` from the first write to the close.
pub const OPEN: &str = "open";
/// Stands in `meta` of a store that was closed before a check that was due had ended.
const UNCHECKED: &str = "unchecked";
/// What the writer keeps of pages, KiB: the index leaves that a page of the log touches, so that none is decrypted twice.
const CACHE: &str = "PRAGMA cache_size = -4096";
/// How soon a check that did not hear it is interrupted again.
const AGAIN: Duration = Duration::from_millis(20);
/// Connections that read at once.
const READERS: usize = 4;

/// The open store.
pub struct Db {
    file: PathBuf,
    key: DatabaseKey,
    writer: Mutex<Option<Writer>>,
    readers: Mutex<Readers>,
    returned: Condvar,
    checking: Mutex<Checking>,
    /// True when the last process did not close the store.
    pub unclean: bool,
}

/// The check of the whole store.
struct Checking {
    /// True until one has ended well, here or in a later process.
    due: bool,
    /// Stops the one that runs.
    running: Option<InterruptHandle>,
}

struct Writer {
    connection: Connection,
    /// The file that is open, which somebody may have taken away since.
    file: Option<files::Identity>,
    /// True once the store says of itself that it was written to and not closed since.
    marked: bool,
}

#[derive(Default)]
struct Readers {
    paused: bool,
    idle: Vec<Connection>,
    /// How often all connections were let go: one of an earlier time does not come back.
    age: u64,
    out: usize,
}

impl Db {
    /// Creates the store in a new file.
    ///
    /// # Errors
    /// [`Fault::Internal`] where the file exists already: a new key is never put over existing data.
    pub fn create(file: &Path, key: DatabaseKey) -> Result<Db, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Db::start(file, key, flags)
    }

    /// Opens an existing store and brings it to this version.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] `store` where key or first page do not agree, or where the journal lost what was acknowledged;
    /// [`Fault::Outdated`] where a newer version made it.
    pub fn open(file: &Path, key: DatabaseKey) -> Result<Db, Fault> {
        Db::start(file, key, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn start(file: &Path, key: DatabaseKey, flags: OpenFlags) -> Result<Db, Fault> {
        let journal = journal(file)?;
        if journal == Journal::Damaged {
            return Err(Fault::corrupt("store"));
        }
        let mut writer = connect(file, &key, flags)?;
        migrate(&mut writer, flags.contains(OpenFlags::SQLITE_OPEN_CREATE))?;
        let unclean = meta::get(&writer, OPEN)?.is_some();
        if unclean && journal == Journal::None {
            // The mark stands in the file since the first write; a journal is taken away only by a close, after the mark.
            return Err(Fault::corrupt("store"));
        }
        let due = unclean || meta::get(&writer, UNCHECKED)?.is_some();
        Ok(Db {
            file: file.to_owned(),
            key,
            writer: Mutex::new(Some(Writer { connection: writer, file: files::identity(file), marked: unclean })),
            readers: Mutex::new(Readers::default()),
            returned: Condvar::new(),
            checking: Mutex::new(Checking { due, running: None }),
            unclean,
        })
    }

    /// Runs `work` in the one write transaction: durable when this returns `Ok`, undone on any error.
    pub fn write<T>(&self, work: impl FnOnce(&Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut guard = self.lock_writer();
        let writer = match &mut *guard {
            Some(writer) => writer,
            None => guard.insert(self.reopen()?),
        };
        let done = match writer.file == files::identity(&self.file) {
            true => writer.write(work),
            // What is written to a file that was taken away is gone with it.
            false => Err(error::away()),
        };
        if done.as_ref().is_err_and(distrusts) {
            let mut readers = self.lock_readers();
            readers.age += 1;
            readers.idle.clear();
            drop(readers);
            *guard = None;
        }
        done
    }

    /// Says durably that the store is worked on, so that the next start clears away what is cut short before its row is
    /// written.
    pub fn mark(&self) -> Result<(), Fault> {
        self.write(|_| Ok(()))
    }

    /// Runs `work` over one snapshot.
    pub fn read<T>(&self, work: impl FnOnce(&Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        let (mut connection, age) = self.reader()?;
        let done = match connection.transaction().map_err(sql) {
            Ok(snapshot) => work(&snapshot),
            Err(fault) => Err(fault),
        };
        let mut readers = self.lock_readers();
        readers.out -= 1;
        if !readers.paused && readers.age == age && !done.as_ref().is_err_and(distrusts) {
            readers.idle.push(connection);
        }
        self.returned.notify_all();
        done
    }

    fn reader(&self) -> Result<(Connection, u64), Fault> {
        let mut readers = self.lock_readers();
        while readers.out >= READERS && !readers.paused {
            readers = self.returned.wait(readers).unwrap_or_else(PoisonError::into_inner);
        }
        if readers.paused {
            return Err(Fault::Busy { retry_after: 1 });
        }
        readers.out += 1;
        let age = readers.age;
        if let Some(idle) = readers.idle.pop() {
            return Ok((idle, age));
        }
        drop(readers);
        let opened = connect(&self.file, &self.key, OpenFlags::SQLITE_OPEN_READ_ONLY).inspect_err(|_| {
            self.lock_readers().out -= 1;
            self.returned.notify_all();
        });
        Ok((opened?, age))
    }

    /// The connection that writes, after all of them were let go.
    fn reopen(&self) -> Result<Writer, Fault> {
        if self.lock_readers().paused {
            return Err(Fault::Busy { retry_after: 1 });
        }
        let connection = connect(&self.file, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let marked = meta::get(&connection, OPEN)?.is_some();
        Ok(Writer { connection, file: files::identity(&self.file), marked })
    }

    /// Waits for running work, but not for a check, writes the log back and closes every connection, so that no file lock is
    /// left.
    pub fn pause(&self) -> Result<(), Fault> {
        let mut readers = self.lock_readers();
        readers.paused = true;
        while readers.out > 0 {
            if let Some(check) = &self.lock_checking().running {
                check.interrupt();
            }
            // SQLite forgets an interrupt that comes between two statements.
            let waited = self.returned.wait_timeout(readers, AGAIN);
            readers = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        readers.idle.clear();
        drop(readers);
        if let Some(writer) = self.lock_writer().take() {
            if writer.marked {
                match self.check_is_due() {
                    true => meta::put(&writer.connection, UNCHECKED, b"1")?,
                    false => meta::delete(&writer.connection, UNCHECKED)?,
                }
                meta::delete(&writer.connection, OPEN)?;
            }
            writer.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(sql)?;
            writer.connection.close().map_err(|(_, cause)| sql(cause))?;
        }
        Ok(())
    }

    /// Opens again after [`Db::pause`].
    pub fn resume(&self) -> Result<(), Fault> {
        let mut writer = self.lock_writer();
        if writer.is_none() {
            let connection = connect(&self.file, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            *writer = Some(Writer { connection, file: files::identity(&self.file), marked: false });
        }
        self.lock_readers().paused = false;
        Ok(())
    }

    /// Whether the store was not closed at some time and not checked whole since.
    pub fn check_is_due(&self) -> bool {
        self.lock_checking().due
    }

    /// Reads and authenticates every page: for the background, while it is due. A pause cuts it short.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] `store`.
    pub fn check(&self) -> Result<(), Fault> {
        let checked = self.read(|c| {
            self.lock_checking().running = Some(c.get_interrupt_handle());
            if self.lock_readers().paused {
                // It may have come before there was anything to interrupt.
                return Err(Fault::Busy { retry_after: 1 });
            }
            let damage: Option<String> = c
                .query_row("PRAGMA cipher_integrity_check", [], |row| row.get(0))
                .map(Some)
                .or_else(|cause| if cause == rusqlite::Error::QueryReturnedNoRows { Ok(None) } else { Err(cause) })
                .map_err(sql)?;
            let quick: String = c.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(sql)?;
            if damage.is_none() && quick == "ok" { Ok(()) } else { Err(Fault::corrupt("store")) }
        });
        *self.lock_checking() = Checking { due: checked.is_err(), running: None };
        checked
    }

    fn lock_writer(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn lock_checking(&self) -> MutexGuard<'_, Checking> {
        self.checking.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn lock_readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    fn write<T>(&mut self, work: impl FnOnce(&Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
        if !self.marked {
            meta::put(&transaction, OPEN, b"1")?;
        }
        let done = work(&transaction)?;
        transaction.commit().map_err(sql)?;
        if !self.marked {
            self.marked = true;
            // Once a session the mark goes from the journal to the file, so that a journal that is gone is missed. Readers
            // may be in the way: then the next checkpoint does it.
            let _ = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        }
        Ok(done)
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        // A store that is not closed cleanly is checked at the next open: nothing is lost by failing here.
        let _ = self.pause();
    }
}

fn connect(file: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Connection, Fault> {
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sql)?;
    // Only a close in good order writes the journal back: one that follows a failure leaves everything as it is.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(sql)?;
    let hex = Zeroizing::new(data_encoding::HEXLOWER.encode(key.as_slice()));
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\";", *hex));
    // What fails is said by faults: SQLCipher's own lines on stderr would reach nobody who can act on them.
    connection.execute_batch("PRAGMA cipher_log_level = NONE;").map_err(sql)?;
    connection.execute_batch(&pragma).map_err(sql)?;
    connection
        .execute_batch("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000;")
        .map_err(sql)?;
    // Reading the schema authenticates the first page: a wrong key or a damaged file shows here.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(sql)?;
    if !flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).map_err(sql)?;
        connection.execute_batch(CACHE).map_err(sql)?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Brings the schema to this version. Only a store that is being made may have none: a file that lost its pages would look
/// like an empty one.
fn migrate(connection: &mut Connection, new: bool) -> Result<(), Fault> {
    let version: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sql)?;
    if version > MIGRATIONS.len() {
        return Err(Fault::Outdated);
    }
    if version == 0 && !new {
        return Err(Fault::corrupt("store"));
    }
    for (done, migration) in MIGRATIONS.iter().enumerate().skip(version) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(sql)?;
        transaction.execute_batch(migration).map_err(sql)?;
        if *migration == PHOTOS {
            gallery::fill(&transaction)?;
        }
        transaction.pragma_update(None, "user_version", done + 1).map_err(sql)?;
        transaction.commit().map_err(sql)?;
    }
    Ok(())
}

/// A database failure as a fault.
pub(crate) fn sql(cause: rusqlite::Error) -> Fault {
    match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Fault::StorageFull,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => error::read_only(),
        Some(ErrorCode::CannotOpen) => error::away(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::Busy { retry_after: 1 },
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Fault::corrupt("store"),
        // Only the code: messages may quote what is stored.
        code => error::internal("database", &format!("{code:?}")),
    }
}

/// True for a failure after which nobody knows what the disk has.
fn distrusts(fault: &Fault) -> bool {
    matches!(fault, Fault::Internal { .. }) || *fault == error::away()
}

#[cfg(test)]
mod tests;
