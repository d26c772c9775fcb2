//! Pages are read without SQLite exactly as SQLite wrote them, and what is damaged is known to be.

use std::{fs, path::Path};

use plumbline_protocol::Fault;

use super::{
    super::{DatabaseKey, Db, meta},
    *,
};

fn key() -> DatabaseKey {
    Zeroizing::new([7; 48])
}

fn facts(file: &Path) -> (Vec<(String, Vec<u8>)>, Count) {
    let mut facts = Vec::new();
    let count = rows(&Pages::open(file, &key()).unwrap(), &mut |row| {
        if let Row::Meta(name, value) = row {
            facts.push((name, value.to_vec()));
        }
        Ok(())
    });
    facts.sort();
    (facts, count.unwrap())
}

fn written(file: &Path, close: bool) -> Vec<(String, Vec<u8>)> {
    let db = Db::create(file, key()).unwrap();
    let mut all = Vec::new();
    for n in 0..40_u8 {
        let value = vec![n; usize::from(n) * 300];
        db.write(|c| meta::put(c, &format!("fact {n:02}"), &value)).unwrap();
        all.push((format!("fact {n:02}"), value));
    }
    if close {
        drop(db)
    } else {
        std::mem::forget(db)
    }
    all
}

#[test]
fn every_row_is_read_without_sqlite_from_file_and_journal() {
    let home = tempfile::tempdir().unwrap();
    for close in [true, false] {
        let file = home.path().join(format!("{close}.db"));
        let wrote = written(&file, close);
        let (mut facts, count) = facts(&file);
        facts.retain(|(name, _)| name != super::super::OPEN);
        assert_eq!(facts, wrote, "closed: {close}");
        assert_eq!(count.bad, 0);
    }
}

#[test]
fn a_damaged_page_takes_no_other_with_it_and_another_key_opens_none() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    let wrote = written(&file, true);
    let whole = fs::read(&file).unwrap();
    for page in 0..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096 + 100 + page] ^= 1 << (page % 8);
        fs::write(&file, &bytes).unwrap();
        let (facts, count) = facts(&file);
        assert_eq!(count.bad, 1);
        assert!(facts.iter().all(|fact| wrote.contains(fact)), "page {page}: what is read is what was written");
        assert!(facts.len() + 12 > wrote.len(), "page {page}: {} of {}", facts.len(), wrote.len());
    }
    fs::write(&file, &whole).unwrap();
    let other = Pages::open(&file, &Zeroizing::new([8; 48])).unwrap();
    assert!((1..=other.count).all(|n| other.read(n).is_none()));
}

#[test]
fn the_salt_in_the_file_is_not_needed() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    written(&file, true);
    let mut bytes = fs::read(&file).unwrap();
    bytes[3] ^= 4;
    fs::write(&file, bytes).unwrap();
    let db = Db::open(&file, key()).unwrap();
    assert_eq!(db.check(), Ok(()));
}

#[test]
fn a_journal_that_lost_what_was_acknowledged_is_missed() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    written(&file, false);
    let beside = |end| home.path().join(format!("store.db{end}"));
    let (whole, index) = (fs::read(beside("-wal")).unwrap(), fs::read(beside("-shm")).unwrap());
    let corrupt = Some(Fault::corrupt("store"));
    let opened = |wal: Option<&[u8]>| {
        let copy = tempfile::tempdir().unwrap();
        let to = copy.path().join("store.db");
        fs::copy(&file, &to).unwrap();
        fs::write(copy.path().join("store.db-shm"), &index).unwrap();
        if let Some(wal) = wal {
            fs::write(copy.path().join("store.db-wal"), wal).unwrap();
        }
        Db::open(&to, key()).err()
    };
    assert_eq!(opened(Some(&whole)), None);
    assert_eq!(opened(None), corrupt, "gone");
    assert_eq!(opened(Some(&whole[..whole.len() / 2])), corrupt, "cut");
    for frame in 0..(whole.len() - 32) / 4120 {
        let mut wal = whole.clone();
        wal[32 + frame * 4120 + (frame * 37) % 4120] ^= 1 << (frame % 8);
        assert_eq!(opened(Some(&wal)), corrupt, "frame {frame}");
    }
    let mut wal = whole.clone();
    wal[18] ^= 1;
    assert_eq!(opened(Some(&wal)), corrupt, "its header");
}
