//! The store opens with its key alone, keeps what was committed, and lets go of its files when paused.

use plumbline_protocol::Fault;
use zeroize::Zeroizing;

use super::*;

fn key(byte: u8) -> DatabaseKey {
    Zeroizing::new([byte; 48])
}

/// A store with a word in it, opened after a process that did not close it.
fn killed(file: &Path) -> Db {
    let db = Db::create(file, key(1)).unwrap();
    db.write(|c| meta::put(c, "word", b"kept")).unwrap();
    std::mem::forget(db);
    Db::open(file, key(1)).unwrap()
}

#[test]
fn another_key_opens_nothing_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    let db = Db::create(&file, key(1)).unwrap();
    db.write(|c| meta::put(c, "word", b"kept")).unwrap();
    drop(db);
    assert_eq!(Db::open(&file, key(2)).err(), Some(Fault::corrupt("store")));
    let db = Db::open(&file, key(1)).unwrap();
    assert_eq!(db.read(|c| meta::get(c, "word")).unwrap().as_deref(), Some(b"kept".as_slice()));
}

#[test]
fn the_file_is_sealed_from_its_first_byte() {
    let home = tempfile::tempdir().unwrap();
    let db = Db::create(&home.path().join("store.db"), key(1)).unwrap();
    db.write(|c| meta::put(c, "word", b"canary-in-the-store")).unwrap();
    drop(db);
    let bytes = std::fs::read(home.path().join("store.db")).unwrap();
    assert!(!bytes.starts_with(b"SQLite format 3"));
    assert!(!bytes.windows(6).any(|w| w == b"canary"));
}

/// Shows b09.
#[test]
fn a_failed_write_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let db = Db::create(&home.path().join("store.db"), key(1)).unwrap();
    let failed: Result<(), Fault> = db.write(|c| {
        meta::put(c, "word", b"half")?;
        Err(Fault::Cancelled)
    });
    assert_eq!(failed, Err(Fault::Cancelled));
    assert_eq!(db.read(|c| meta::get(c, "word")).unwrap(), None);
}

/// Shows c16.
#[test]
fn a_newer_store_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    let db = Db::create(&file, key(1)).unwrap();
    db.write(|c| c.pragma_update(None, "user_version", 999).map_err(sql)).unwrap();
    drop(db);
    let before = std::fs::read(&file).unwrap();
    assert_eq!(Db::open(&file, key(1)).err(), Some(Fault::Outdated));
    assert!(std::fs::read(&file).unwrap() == before, "its bytes");
}

#[test]
fn a_paused_store_is_busy_and_a_resumed_one_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let db = Db::create(&home.path().join("store.db"), key(1)).unwrap();
    db.pause().unwrap();
    assert_eq!(db.read(|c| meta::get(c, "word")).err(), Some(Fault::Busy { retry_after: 1 }));
    assert_eq!(db.write(|c| meta::put(c, "word", b"x")).err(), Some(Fault::Busy { retry_after: 1 }));
    db.resume().unwrap();
    db.write(|c| meta::put(c, "word", b"x")).unwrap();
    assert!(!db.unclean);
}

#[test]
fn a_store_that_was_not_closed_is_known_by_it_and_checks_whole() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    let db = killed(&file);
    assert!(db.unclean);
    assert_eq!(db.check(), Ok(()));
    assert_eq!(db.read(|c| meta::get(c, "word")).unwrap().as_deref(), Some(b"kept".as_slice()));
}

#[test]
fn a_check_that_a_pause_cut_short_is_due_until_one_has_ended() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    let db = killed(&file);
    // Deep in the check, and nothing else would let it go: a pause that waited for it would not come back.
    let stopped = std::thread::scope(|scope| {
        db.read(|c| {
            db.lock_checking().running = Some(c.get_interrupt_handle());
            scope.spawn(|| db.pause().unwrap());
            let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
            c.query_row(endless, [], |_| Ok(())).map_err(sql)
        })
    });
    assert!(stopped.is_err());
    drop(db);
    let db = Db::open(&file, key(1)).unwrap();
    assert!(!db.unclean && db.check_is_due());
    assert_eq!(db.check(), Ok(()));
    db.write(|c| meta::put(c, "word", b"kept on")).unwrap();
    drop(db);
    assert!(!Db::open(&file, key(1)).unwrap().check_is_due());
}

#[test]
fn a_store_that_was_only_read_needs_no_check() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    Db::create(&file, key(1)).unwrap().write(|c| meta::put(c, "word", b"kept")).unwrap();
    let db = Db::open(&file, key(1)).unwrap();
    assert_eq!(db.read(|c| meta::get(c, "word")).unwrap().as_deref(), Some(b"kept".as_slice()));
    std::mem::forget(db);
    assert!(!Db::open(&file, key(1)).unwrap().unclean);
}

#[test]
fn what_is_pending_never_moves_the_end_of_a_records_chain() {
    use plumbline_protocol::{RecordId, Uuid, fold::Record};

    let home = tempfile::tempdir().unwrap();
    let db = Db::create(&home.path().join("store.db"), key(1)).unwrap();
    let id = RecordId::from(Uuid::v7(1, [2; 10]));
    let record = |last| Record {
        kind: "note".to_owned(),
        project: None,
        concerns: None,
        last,
        fields: std::collections::BTreeMap::new(),
    };
    let last = |c: &Tx| record::get(c, &id, record::Layer::Confirmed).map(|r| r.map(|r| r.last));
    db.write(|c| {
        record::put(c, &id, &record(900), record::Layer::Shown, None)?;
        assert_eq!(last(c), Ok(None));
        record::put(c, &id, &record(7), record::Layer::Confirmed, None)?;
        assert_eq!(last(c), Ok(Some(7)));
        record::put(c, &id, &record(901), record::Layer::Shown, None)?;
        assert_eq!(last(c), Ok(Some(7)));
        Ok(())
    })
    .unwrap();
}

/// Shows c23.
#[test]
fn a_liar_with_ever_new_lies_fills_no_disk_and_the_first_stay() {
    use plumbline_protocol::reader::{Code, Lie};
    let home = tempfile::tempdir().unwrap();
    let db = Db::create(&home.path().join("store.db"), key(1)).unwrap();
    let believed = vec!["signed".to_owned()];
    for n in 0..120 {
        let evidence = entry::Evidence { believed: believed.clone(), message: vec![7; 1024 * 1024] };
        let lie = Lie::at(n, Code::Chain, "does not follow the device's previous action");
        db.write(|c| entry::put_alarm(c, 1, &lie, &evidence)).unwrap();
        db.write(|c| entry::put_alarm(c, 2, &lie, &evidence)).unwrap();
    }
    let alarms = db.read(entry::alarms).unwrap();
    assert_eq!(alarms.len(), 100, "each once, and no more than can be looked at");
    let kept: Vec<_> =
        alarms.iter().rev().map(|alarm| db.read(|c| entry::evidence(c, alarm.id)).unwrap().unwrap()).collect();
    assert!(kept.iter().all(|evidence| evidence.believed == believed));
    assert!(kept[..32].iter().all(|evidence| evidence.message.len() == 1024 * 1024));
    assert!(kept[32..].iter().all(|evidence| evidence.message.is_empty()));
    assert_eq!(alarms[99].position, Some(0));
}
