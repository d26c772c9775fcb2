//! SQLite and SQLCipher without our logic: what the floors are built of.

use std::path::Path;

use rusqlite::Connection;

use crate::Failure;

/// What a list reads of the newest 50 punches, as the store's own query does.
pub const NEWEST: &str = "SELECT id, last, state, shown, sort, row FROM record WHERE kind = 'punch' AND withdrawn = 0
    ORDER BY sort DESC, row DESC LIMIT 50";

/// A plain database, durable at each commit.
pub fn plain(file: &Path) -> Result<Connection, Failure> {
    durable(Connection::open(file)?)
}

/// A SQLCipher database under a raw key, durable at each commit.
pub fn sealed(file: &Path, key: &[u8]) -> Result<Connection, Failure> {
    let connection = Connection::open(file)?;
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", data_encoding::HEXLOWER.encode(key)))?;
    durable(connection)
}

/// Reads every column of [`NEWEST`]; gives the number of rows.
pub fn read_newest(connection: &Connection) -> Result<usize, Failure> {
    let mut query = connection.prepare_cached(NEWEST)?;
    let mut rows = query.query([])?;
    let mut n = 0;
    while let Some(row) = rows.next()? {
        let _: (Vec<u8>, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let _: (Vec<u8>, i64, i64) = (row.get(3)?, row.get(4)?, row.get(5)?);
        n += 1;
    }
    Ok(n)
}

fn durable(connection: Connection) -> Result<Connection, Failure> {
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    Ok(connection)
}
