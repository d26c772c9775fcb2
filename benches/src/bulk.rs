//! P6: 100,000 rows of a record's size into SQLCipher in one transaction with one building of the search index at its end,
//! beside the same into plain SQLite.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::{
    Failure, floor,
    measure::{GROWTH, Plan, Row, interleaved},
};

/// Bytes of a folded punch.
const STATE: usize = 330;

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let (mut rows, mut each) = (Vec::new(), Vec::new());
    for n in plan.sizes {
        let insert = |connect: fn(&Path) -> Result<Connection, Failure>| {
            let folder = TempDir::new_in("target/bench")?;
            fill(connect(&folder.path().join("bulk.db"))?, n)
        };
        let sealed = |file: &Path| floor::sealed(file, &[7; 32]);
        let times = interleaved(plan.repeats, async || insert(sealed), || insert(floor::plain)).await?;
        rows.push(Row::beside("P6 bulk insert", n, times, 1.3));
        each.push(times.0);
    }
    rows.extend(Row::growth("P6 bulk insert", plan, &each, GROWTH));
    Ok(rows)
}

fn fill(mut connection: Connection, n: u64) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "CREATE TABLE record (row INTEGER PRIMARY KEY, kind TEXT NOT NULL, sort INTEGER NOT NULL, text TEXT NOT NULL,
            state BLOB NOT NULL) STRICT;
         CREATE INDEX record_kind ON record (kind, sort, row);
         CREATE VIRTUAL TABLE search USING fts5 (text, content = 'record', content_rowid = 'row');",
    )?;
    let mut insert =
        transaction.prepare("INSERT INTO record (row, kind, sort, text, state) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut state = [0; STATE];
    for row in 0..n {
        state.iter_mut().zip(row.to_le_bytes()).for_each(|(to, from)| *to = from);
        // One in ten is a note.
        let (kind, text) = if row % 10 == 0 { ("note", "north abutment formwork stripped") } else { ("punch", "") };
        insert.execute(params![row as i64, kind, row as i64, text, state])?;
    }
    drop(insert);
    transaction.execute("INSERT INTO search (search) VALUES ('rebuild')", [])?;
    transaction.commit()?;
    Ok(begun.elapsed())
}
