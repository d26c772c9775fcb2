//! Opening the file and bringing it to this version. Migrations are numbered by their place in [`MIGRATIONS`], run once each
//! in a transaction of their own, and never change after a release.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::Error;

const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql")];

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Written by a newer version.
    #[error("newer database")]
    Newer,
    /// Written by an older version, and not ours to change now.
    #[error("older database")]
    Older,
    /// It is no database any more, or one of its first pages is damaged.
    #[error("damaged database")]
    Damaged,
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::Damaged,
            _ => OpenError::Other(Error::from(error)),
        }
    }
}

/// A connection with the settings that every connection has.
pub(super) fn connect(file: &Path) -> rusqlite::Result<Connection> {
    settle(Connection::open(file)?)
}

fn settle(connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_timeout(Duration::from_secs(5))?;
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
