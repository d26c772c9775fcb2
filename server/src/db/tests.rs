//! What the writer promises: durable when answered, and one failure harms no other.

use super::*;

fn open(dir: &tempfile::TempDir) -> Db {
    Db::open(&dir.path().join("db"), |_| {}).unwrap()
}

/// Shows s04.
#[tokio::test]
async fn a_failing_write_in_a_batch_harms_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir);
    let put = |name: &'static str, then: Result<()>| {
        db.write(move |tx| {
            setting::put(tx, name, name.as_bytes())?;
            then
        })
    };
    // The first blocks the writer until the others wait behind it, so that they share its next transaction.
    let (go, gate) = mpsc::channel::<()>();
    let blocked = db.write(move |_| gate.recv().map_err(|_| busy()));
    let rest = async {
        let writes = async { tokio::join!(put("a", Ok(())), put("b", Err(Fault::Denied.into())), put("c", Ok(()))) };
        let release = async { go.send(()).unwrap() };
        tokio::join!(writes, release).0
    };
    let (blocked, (a, b, c)) = tokio::join!(blocked, rest);
    assert_eq!((blocked, a, b, c), (Ok(()), Ok(()), Err(Fault::Denied.into()), Ok(())));
    let there = |name: &'static str| db.read(move |tx| Ok(setting::get(tx, name)?.is_some()));
    assert_eq!((there("a").await, there("b").await, there("c").await), (Ok(true), Ok(false), Ok(true)));
}

/// Shows s04.
#[tokio::test]
async fn a_write_that_finds_the_queue_full_is_told_to_come_back_and_those_in_it_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir);
    let (at_work, begun) = oneshot::channel();
    let (go, gate) = mpsc::channel::<()>();
    let count = |tx: &Tx<'_>| Ok(setting::get(tx, "count")?.map_or(0, |n| u64::from_be_bytes(n.try_into().unwrap())));
    let one_more = || {
        db.write(move |tx| {
            let n = count(tx)? + 1;
            setting::put(tx, "count", &n.to_be_bytes())
        })
    };
    let mut blocked = Box::pin(db.write(move |_| {
        at_work.send(()).map_err(|()| busy())?;
        gate.recv().map_err(|_| busy())
    }));
    // Asked once, a write stands in the queue or is refused.
    let mut asked = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(blocked.as_mut().poll(&mut asked).is_pending());
    begun.await.unwrap();
    let mut waiting: Vec<_> = (0..QUEUE).map(|_| Box::pin(one_more())).collect();
    assert!(waiting.iter_mut().all(|write| write.as_mut().poll(&mut asked).is_pending()));
    assert_eq!(one_more().await, Err(busy()));
    assert!(matches!(busy(), Error::Fault(Fault::Busy { retry_after }) if retry_after > 0));
    go.send(()).unwrap();
    assert_eq!(blocked.await, Ok(()));
    for write in waiting {
        assert_eq!(write.await, Ok(()));
    }
    assert_eq!(db.read(count).await, Ok(QUEUE as u64));
    assert_eq!(one_more().await, Ok(()));
}

/// Shows b13.
#[tokio::test]
async fn a_panicking_job_is_undone_and_the_writer_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir);
    let panicking: Result<()> = db
        .write(|tx| {
            setting::put(tx, "a", b"1")?;
            panic!("a defect")
        })
        .await;
    assert!(matches!(panicking, Err(Error::Internal(_))));
    assert_eq!(db.read(|tx| setting::get(tx, "a")).await, Ok(None));
    assert_eq!(db.write(|tx| setting::put(tx, "a", b"2")).await, Ok(()));
    assert_eq!(db.read(|tx| setting::get(tx, "a")).await, Ok(Some(b"2".to_vec())));
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir);
    assert!(db.read(|tx| setting::put(tx, "a", b"1")).await.is_err());
    assert_eq!(db.read(|tx| setting::get(tx, "a")).await, Ok(None));
}

#[tokio::test]
async fn a_closed_database_finishes_its_writes_and_takes_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir);
    let (wrote, ()) = tokio::join!(db.write(|tx| setting::put(tx, "a", b"1")), db.close());
    assert_eq!(wrote, Ok(()));
    assert_eq!(db.write(|tx| setting::put(tx, "a", b"2")).await, Err(busy()));
    assert_eq!(open(&dir).read(|tx| setting::get(tx, "a")).await, Ok(Some(b"1".to_vec())));
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("db");
    migrate::connect(&file).unwrap().pragma_update(None, "user_version", 9999).unwrap();
    assert!(matches!(Db::open(&file, |_| {}), Err(OpenError::Newer)));
}

#[test]
fn a_damaged_database_is_neither_migrated_nor_touched() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("db");
    let older = migrate::connect(&file).unwrap();
    older.execute_batch(include_str!("migrations/0001.sql")).unwrap();
    older.pragma_update(None, "user_version", 1).unwrap();
    // Five entries, it says, and there is none.
    let sql = "INSERT INTO organisation (organisation, server_key, created_at, size) VALUES (?1, ?1, 0, 5)";
    older.execute(sql, [[7; 32]]).unwrap();
    drop(older);
    let before = std::fs::read(&file).unwrap();
    assert!(matches!(Db::open(&file, |_| {}), Err(OpenError::Damaged("an entry of a log"))));
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_put_in_the_place_of_the_open_one_is_neither_read_nor_written() {
    let dir = tempfile::tempdir().unwrap();
    let (file, aside, backup) = (dir.path().join("db"), dir.path().join("aside"), dir.path().join("backup"));
    let old = Db::open(&backup, |_| {}).unwrap();
    old.write(|tx| setting::put(tx, "a", b"old")).await.unwrap();
    old.close().await;
    let before = std::fs::read(&backup).unwrap();

    let db = open(&dir);
    let put = |value: &'static [u8]| db.write(move |tx| setting::put(tx, "a", value));
    let get = || db.read(|tx| setting::get(tx, "a"));
    assert_eq!((put(b"1").await, get().await), (Ok(()), Ok(Some(b"1".to_vec()))));
    std::fs::rename(&file, &aside).unwrap();
    std::fs::rename(&backup, &file).unwrap();
    for _ in 0..3 {
        assert_eq!((get().await, put(b"2").await), (Err(away()), Err(away())));
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // The very file that was open may come back.
    std::fs::rename(&file, &backup).unwrap();
    assert_eq!((get().await, put(b"2").await), (Err(away()), Err(away())));
    std::fs::rename(&aside, &file).unwrap();
    assert_eq!((get().await, put(b"2").await), (Ok(Some(b"1".to_vec())), Ok(())));
}

/// Shows c04.
#[tokio::test]
async fn a_transaction_that_went_under_a_job_takes_the_connection_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir);
    let marked = || db.write(|tx| Ok(tx.0.prepare("SELECT x FROM temp.mark").is_ok()));
    db.write(|tx| Ok(tx.0.execute_batch("CREATE TEMP TABLE mark (x)")?)).await.unwrap();
    // What a job is refused for is no matter of the connection's.
    assert_eq!(db.write(|_| -> Result<()> { Err(Fault::Denied.into()) }).await, Err(Fault::Denied.into()));
    assert_eq!(marked().await, Ok(true));
    // As a failed sync within a book's method: SQLite has undone everything, and the fault is the book's.
    let broken = Fault::Internal { trace: "7".into() };
    let said = Err(broken.clone().into());
    let lost = db.write(|tx| -> Result<()> {
        tx.0.execute_batch("ROLLBACK")?;
        Err(broken.into())
    });
    assert_eq!((lost.await, marked().await), (said, Ok(false)));
}

#[tokio::test]
async fn an_organisation_of_an_older_version_is_found_by_the_key_that_it_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir);
    let [older, newer] = [1, 2].map(|n| OrganisationId([n; 32]));
    let lacking = db.write(move |tx| {
        organisation::insert(tx, &newer, &[3; 32], &[4; 32], 0)?;
        let sql = "INSERT INTO organisation (organisation, server_key, created_at) VALUES (?1, ?1, 0)";
        tx.0.execute(sql, [older.0])?;
        organisation::without_next_key(tx)
    });
    assert_eq!(lacking.await, Ok(vec![older]));
}
