//! The database: one writer thread with group commit, and a few readers. Only this module and those below it name SQLite.
//!
//! Writes queue up; the writer takes all that wait into one transaction, each in a savepoint of its own, so that a failing
//! one harms no other, commits once, and answers them all only then: an answer means durable (WAL, `synchronous = FULL`).
//! A commit that failed is not tried again on what is open: all connections go, and the next write begins with what the disk
//! has; but for a full disk, where SQLite undoes the transaction by itself and reads have to go on. Nothing is read from or
//! written to another file than the one that was opened first: one that was put in its place waits for a restart, which
//! looks at it whole.
//! The queue is bounded and a full one is `Busy`. What a job has to [tell](Tx::tell) is told after the commit, by the writer
//! itself, so no way of writing can forget it. Functions in `db/<noun>.rs` take a [`Tx`], ask for rows of one
//! organisation, and neither authorise nor decide. The SQL is kept portable: no SQLite functions, no implicit conversions,
//! parameters by number (`?1`; to SQLite `$1` would be a name, numbered by where it first stands).

pub mod blob;
pub mod check;
pub mod device;
pub mod log;
mod migrate;
pub mod organisation;
pub mod session;
pub mod setting;
pub mod setup;
pub mod tile;

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

use plumbline_protocol::{Fault, OrganisationId, Uuid, live::Hint};
use rusqlite::{Connection, ErrorCode, Row};
use tokio::sync::{Semaphore, oneshot};

pub use self::migrate::OpenError;
use self::session::Family;
use crate::error::{Error, Result};

/// Writes that may wait; more are answered `Busy`.
const QUEUE: usize = 4096;
/// Most writes in one transaction.
const BATCH: usize = 512;
/// Connections that read.
const READERS: usize = 4;

/// The open database.
pub struct Db {
    writer: Mutex<Option<Writer>>,
    readers: Arc<Readers>,
}

/// A transaction: what a job may do to the database, and what is told once that is durable.
pub struct Tx<'c>(&'c Connection, RefCell<Vec<News>>);

/// What those who are connected want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// The log of this organisation is so long now.
    Grown(OrganisationId, Hint),
    /// This session has ended.
    Ended(Family),
}

impl Tx<'_> {
    /// Tells this when the transaction is durable, and never when it is undone.
    fn tell(&self, news: News) {
        self.1.borrow_mut().push(news);
    }
}

struct Writer {
    queue: mpsc::SyncSender<Box<dyn Job>>,
    thread: JoinHandle<()>,
}

struct Readers {
    file: PathBuf,
    /// Which file that was at first.
    identity: Identity,
    idle: Mutex<Idle>,
    permits: Arc<Semaphore>,
}

#[derive(Default)]
struct Idle {
    connections: Vec<Connection>,
    /// How often all connections were let go: one of an earlier time does not come back.
    age: u64,
}

impl Db {
    /// Opens the file when all of it is found to be well, brings it to this version, and starts the writer, which tells `tell`
    /// after each commit what is new. Blocks for as long as it takes to read the file.
    pub fn open(file: &Path, tell: impl Fn(News) + Send + 'static) -> std::result::Result<Db, OpenError> {
        migrate::inspect(file)?;
        let mut connection = migrate::connect(file)?;
        migrate::migrate(&mut connection)?;
        Self::start(file, connection, tell)
    }

    /// Opens a file that another process may be serving: never migrates it.
    pub fn join(file: &Path) -> std::result::Result<Db, OpenError> {
        let connection = migrate::connect(file)?;
        migrate::current(&connection)?;
        Self::start(file, connection, |_| {})
    }

    fn start(
        file: &Path,
        connection: Connection,
        tell: impl Fn(News) + Send + 'static,
    ) -> std::result::Result<Db, OpenError> {
        let (idle, permits) = (Mutex::default(), Arc::new(Semaphore::new(READERS)));
        let identity = identity(file).ok_or_else(away)?;
        let readers = Arc::new(Readers { file: file.to_owned(), identity, idle, permits });
        let (queue, jobs) = mpsc::sync_channel(QUEUE);
        let shared = readers.clone();
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write_all(connection, &shared, &jobs, &tell))
            .map_err(|e| OpenError::Other(Error::from(e)))?;
        Ok(Db { writer: Mutex::new(Some(Writer { queue, thread })), readers })
    }

    /// Runs `work` in the writer's transaction; its result arrives when it is durable, and an error of `work` undoes
    /// only what `work` did.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Write { work: Some(work), result: None, reply });
        match lock(&self.writer).as_ref() {
            Some(writer) => writer.queue.try_send(job).map_err(|_| busy())?,
            None => return Err(busy()),
        }
        answer.await.map_err(|_| busy())?
    }

    /// Runs `work` on one unchanging picture of the database.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        let readers = self.readers.clone();
        let permit = self.readers.permits.clone().acquire_owned().await.map_err(|_| busy())?;
        let read = move || {
            // Held until the connection is back or gone, though nobody may wait for the result any more.
            let _permit = permit;
            let (reader, age) = readers.take()?;
            let result = catch_unwind(AssertUnwindSafe(|| {
                reader.execute_batch("BEGIN")?;
                work(&Tx(&reader, RefCell::default()))
            }));
            // Whatever happened, the connection goes back with no transaction open.
            let ended = if reader.is_autocommit() { Ok(()) } else { reader.execute_batch("ROLLBACK") };
            if ended.is_ok() {
                readers.give_back(reader, age);
            }
            ended?;
            result.map_err(|_| Error::internal("a read panicked"))?
        };
        tokio::task::spawn_blocking(read).await.map_err(|_| Error::internal("a read was lost"))?
    }

    /// Finishes the writes that wait and the reads under way, and closes every connection: when this returns nobody here has
    /// the file open. Later calls are answered `Busy`.
    pub async fn close(&self) {
        let Some(Writer { queue, thread }) = lock(&self.writer).take() else { return };
        drop(queue);
        let ended = self.readers.permits.acquire_many(READERS as u32).await;
        self.readers.permits.close();
        drop(ended);
        let readers = self.readers.clone();
        let close = move || {
            readers.let_go();
            if thread.join().is_err() {
                tracing::error!("the writer thread panicked");
            }
        };
        if tokio::task::spawn_blocking(close).await.is_err() {
            tracing::error!("the database did not close");
        }
    }
}

/// A write that waits: first run, then answered.
trait Job: Send {
    /// Runs it in a savepoint; how it failed, if it did.
    fn run(&mut self, tx: &Tx<'_>) -> Option<Error>;
    /// Tells the caller, once it is known whether the transaction is durable.
    fn answer(self: Box<Self>, committed: Result<()>);
}

struct Write<T, F> {
    work: Option<F>,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnOnce(&Tx<'_>) -> Result<T> + Send> Job for Write<T, F> {
    fn run(&mut self, tx: &Tx<'_>) -> Option<Error> {
        self.result = self.work.take().map(|work| {
            tx.0.execute_batch("SAVEPOINT job")?;
            let result = catch_unwind(AssertUnwindSafe(|| work(tx)))
                .unwrap_or_else(|_| Err(Error::internal("a write panicked")));
            let end = if result.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
            if !tx.0.is_autocommit() {
                tx.0.execute_batch(end)?;
            }
            result
        });
        self.result.as_ref()?.as_ref().err().cloned()
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        // The caller may have gone away: what is durable stays so.
        let _ = self.reply.send(match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(busy()),
            (Err(error), _) => Err(error),
        });
    }
}

impl Readers {
    fn take(&self) -> Result<(Connection, u64)> {
        self.here()?;
        let mut idle = lock(&self.idle);
        let age = idle.age;
        if let Some(reader) = idle.connections.pop() {
            return Ok((reader, age));
        }
        drop(idle);
        let reader = migrate::reopen(&self.file)?;
        self.here()?;
        reader.pragma_update(None, "query_only", true)?;
        Ok((reader, age))
    }

    /// Fails where the file is no longer the one that was opened first, or is not there.
    fn here(&self) -> Result<()> {
        if identity(&self.file) == Some(self.identity) { Ok(()) } else { Err(away()) }
    }

    fn give_back(&self, reader: Connection, age: u64) {
        let mut idle = lock(&self.idle);
        if idle.age == age {
            idle.connections.push(reader);
        }
    }

    fn let_go(&self) {
        let mut idle = lock(&self.idle);
        idle.age += 1;
        idle.connections.clear();
    }
}

fn write_all(connection: Connection, readers: &Readers, queue: &mpsc::Receiver<Box<dyn Job>>, tell: &impl Fn(News)) {
    let mut open = Some(connection);
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        jobs.extend(queue.try_iter().take(BATCH - 1));
        let committed = write(&mut open, readers, &mut jobs);
        if !matches!(committed, Ok(_) | Err(Error::Fault(Fault::Busy { .. } | Fault::StorageFull))) {
            open = None;
            readers.let_go();
        }
        let (news, committed) = match committed {
            Ok(news) => (news, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        // First, for those who are told have a longer way to go for it.
        news.into_iter().for_each(tell);
        for job in jobs {
            job.answer(committed.clone());
        }
    }
}

/// Commits the jobs on the connection that is open, or on one that is opened for it.
fn write(open: &mut Option<Connection>, readers: &Readers, jobs: &mut [Box<dyn Job>]) -> Result<Vec<News>> {
    readers.here()?;
    let connection = match open {
        Some(connection) => connection,
        None => open.insert(migrate::reopen(&readers.file)?),
    };
    readers.here()?;
    let committed = commit(connection, jobs);
    if committed.is_err() && !connection.is_autocommit() {
        // Nothing of a failed batch may stay.
        connection.execute_batch("ROLLBACK")?;
    }
    committed
}

/// Which file is at a path: where it can be taken away while it is open, its device and number.
type Identity = (u64, u64);

fn identity(file: &Path) -> Option<Identity> {
    #[cfg(unix)]
    return std::fs::metadata(file).ok().map(|file| {
        use std::os::unix::fs::MetadataExt;
        (file.dev(), file.ino())
    });
    #[cfg(not(unix))]
    return file.exists().then_some((0, 0));
}

fn away() -> Error {
    Error::internal("database: its file is not where it was")
}

/// Runs the jobs in one transaction; gives what there is to tell. A full disk and a broken one make SQLite roll the whole
/// transaction back under our feet; then nothing more may run, for outside a transaction a savepoint would commit by itself.
fn commit(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<Vec<News>> {
    let mut news = Vec::new();
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for job in jobs {
        let tx = Tx(connection, RefCell::default());
        let failed = job.run(&tx);
        if failed.is_none() {
            news.append(&mut tx.1.borrow_mut());
        }
        if connection.is_autocommit() {
            return Err(failed.unwrap_or_else(|| Error::internal("database: the transaction is gone")));
        }
    }
    connection.execute_batch("COMMIT")?;
    Ok(news)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn busy() -> Error {
    Fault::Busy { retry_after: 1 }.into()
}

/// A UUID in column `n`.
fn uuid(row: &Row<'_>, n: usize) -> rusqlite::Result<Uuid> {
    Uuid::from_slice(row.get_ref(n)?.as_blob()?).map_err(|_| damaged(n))
}

/// Column `n` holds what we never wrote.
fn damaged(n: usize) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(n, "not of its form".into(), rusqlite::types::Type::Blob)
}

impl From<rusqlite::Error> for Error {
    /// SQLite's text names tables and columns, never values.
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Fault::StorageFull.into(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => busy(),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Error::Damaged(error.to_string()),
            Some(_) => Error::Internal(format!("database: {error}")),
            None => match error {
                // A column that is not of its form; a statement of ours that the schema does not understand.
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..)
                | rusqlite::Error::SqlInputError { .. } => Error::Damaged(error.to_string()),
                _ => Error::Internal(format!("database: {error}")),
            },
        }
    }
}

#[cfg(test)]
mod tests;
