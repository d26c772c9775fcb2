//! Opening the file and bringing it to this version. Migrations are numbered by their place in [`MIGRATIONS`], run once each
//! in a transaction of their own, and never change after a release.

use std::{cell::RefCell, cmp::Ordering, path::Path, time::Duration};

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
        OpenError::Other(Error::from(error))
    }
}

/// Reads a file whole that may be there already, on a connection that cannot write: what is damaged stays as it is. Only
/// what is found damaged twice is: SQLite says the same of a page that its disk did not give once.
pub(super) fn inspect(file: &Path) -> Result<(), OpenError> {
    let damage = match look(file)? {
        Some(_) => look(file)?,
        None => None,
    };
    damage.map_or(Ok(()), |what| Err(OpenError::Damaged(what)))
}

/// What is damaged. A file that is not there, was never written to, or is a newer version's, is not looked at.
fn look(file: &Path) -> crate::error::Result<Option<&'static str>> {
    let look = || {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(PATIENCE)?;
        if !(1..=MIGRATIONS.len()).contains(&version(&connection)?) {
            return Ok(None);
        }
        connection.execute_batch("BEGIN")?;
        check::damage(&Tx(&connection, RefCell::default()))
    };
    if !file.exists() {
        return Ok(None);
    }
    look().or_else(|error| match error {
        Error::Damaged(_) | Error::Fault(Fault::Corrupt { .. }) => {
            tracing::error!(%error, "reading the database");
            Ok(Some("a page or row"))
        }
        // No descriptor left, a disk that does not answer: that says nothing of the database.
        error => Err(error),
    })
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
    if done > MIGRATIONS.len() {
        return Err(OpenError::Newer);
    }
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
    match version(connection)?.cmp(&MIGRATIONS.len()) {
        Ordering::Less => Err(OpenError::Older),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(OpenError::Newer),
    }
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}
