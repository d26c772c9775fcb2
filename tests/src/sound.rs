//! Whether what lies on disk is sound: the databases of a client and of the server pass their checks from outside.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::keys::MemoryKeystore;

/// Checks a client's store, which nobody may have open, with the key from its keystore.
pub fn store(home: &Path, keys: &MemoryKeystore) {
    let key = keys.ending_in("/database-key").expect("a database key in memory");
    let store = open(&home.join("store.db"));
    store.execute_batch(&format!("PRAGMA key = \"x'{}'\"", data_encoding::HEXLOWER.encode(&key))).unwrap();
    let damage = said(&store, "PRAGMA cipher_integrity_check");
    assert!(damage.is_empty(), "{}: {damage:?}", home.display());
    passes(&store, home);
}

/// Checks a stopped server's database.
pub fn server(data: &Path) {
    passes(&open(&data.join("plumbline.db")), data);
}

fn passes(database: &Connection, of: &Path) {
    assert_eq!(said(database, "PRAGMA integrity_check"), ["ok"], "{}", of.display());
    assert!(said(database, "PRAGMA foreign_key_check").is_empty(), "{}", of.display());
}

fn open(file: &Path) -> Connection {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

/// The first column of what a question is answered with.
fn said(database: &Connection, question: &str) -> Vec<String> {
    let mut question = database.prepare(question).unwrap();
    let rows = question.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
