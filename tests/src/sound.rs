//! Whether what lies on disk is sound: the databases of a client and of the server pass their checks from outside.

use std::{fs, path::Path};

use plumbline_core::keystore::Keystore;
use rusqlite::{Connection, OpenFlags};

/// Checks a client's store, which nobody may have open, with the key from its keystore. `case` says what was done to it.
pub fn store(home: &Path, keys: &dyn Keystore, case: &str) {
    let store = unlocked(home, keys);
    // Each page that is not what was sealed.
    assert_eq!(said(&store, "PRAGMA cipher_integrity_check"), [""; 0], "{case}: {}", home.display());
    passes(&store, home, case);
}

/// A client's store, open to whoever has its keystore.
pub fn unlocked(home: &Path, keys: &dyn Keystore) -> Connection {
    let id = fs::read_to_string(home.join("store-id")).unwrap();
    let key = keys.load(&format!("{id}/database-key")).unwrap().expect("a database key");
    let store = open(&home.join("store.db"));
    store.execute_batch(&format!("PRAGMA key = \"x'{}'\"", data_encoding::HEXLOWER.encode(&key))).unwrap();
    store
}

/// Checks a stopped server's database.
pub fn server(data: &Path, case: &str) {
    passes(&open(&data.join("plumbline.db")), data, case);
}

fn passes(database: &Connection, of: &Path, case: &str) {
    assert_eq!(said(database, "PRAGMA integrity_check"), ["ok"], "{case}: {}", of.display());
}

fn open(file: &Path) -> Connection {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

/// The first column of what a question is answered with.
pub fn said(database: &Connection, question: &str) -> Vec<String> {
    let mut question = database.prepare(question).unwrap();
    let rows = question.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
