//! Opening the file and bringing it to this version. Migrations are numbered by their place in [`MIGRATIONS`], run once each
//! in a transaction of their own, and never change after a release.

use std::{cell::RefCell, path::Path, time::Duration};

use plumbline_protocol::Fault;
use rusqlite::{Connection, OpenFlags};

use super::{Tx, check};
use crate::error::Error;

const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql")];
/// How long a call waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Written by a newer version.
    #[error("newer database")]
    Newer,
    /// Written by an older version, and not ours to change now.
    #[error("older database")]
    Older,
    /// It is not what was written to it; what of it is not.
    #[error("damaged database: {0}")]
    Damaged(&'static str),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        OpenError::of(Error::from(error), "its first pages")
    }
}

impl OpenError {
    /// Damage of `what`, or an error that says nothing of the database: no descriptor left, a disk that does not answer.
    fn of(error: Error, what: &'static str) -> OpenError {
        match error {
            Error::Damaged(_) | Error::Fault(Fault::Corrupt { .. }) => {
                tracing::error!(%error, "reading the database");
                OpenError::Damaged(what)
            }
            error => OpenError::Other(error),
        }
    }
}

/// Reads a file whole that may be there already, on a connection that cannot write: what is damaged stays as it is.
pub(super) fn inspect(file: &Path) -> Result<(), OpenError> {
    if !file.exists() {
        return Ok(());
    }
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(PATIENCE)?;
    // Without a version nothing was written to it yet.
    if version(&connection)? == 0 {
        return Ok(());
    }
    connection.execute_batch("BEGIN")?;
    let found = check::damage(&Tx(&connection, RefCell::default())).map_err(|e| OpenError::of(e, "a page or row"))?;
    found.map_or(Ok(()), |what| Err(OpenError::Damaged(what)))
}

/// A connection with the settings that every connection has.
pub(super) fn connect(file: &Path) -> rusqlite::Result<Connection> {
    settle(Connection::open(file)?)
}

fn settle(connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// A connection to a file that was open before: one that is gone is not made anew.
pub(super) fn reopen(file: &Path) -> rusqlite::Result<Connection> {
    settle(Connection::open_with_flags(file, OpenFlags::default() - OpenFlags::SQLITE_OPEN_CREATE)?)
}

/// Runs the migrations that the file has not seen.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let done = version(connection)?;
    for (n, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let tx = connection.transaction()?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", n + 1)?;
        tx.commit()?;
    }
    Ok(())
}

/// Refuses a file that is not of this version.
pub(super) fn current(connection: &Connection) -> Result<(), OpenError> {
    if version(connection)? == MIGRATIONS.len() { Ok(()) } else { Err(OpenError::Older) }
}

fn version(connection: &Connection) -> Result<usize, OpenError> {
    let version: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > MIGRATIONS.len() { Err(OpenError::Newer) } else { Ok(version) }
}
