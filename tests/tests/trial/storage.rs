//! A disk that is full, broken, read-only or gone: said so, nothing half kept, and work goes on when it is back.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use plumbline_protocol::Fault;
use plumbline_tests::{
    dice::Dice,
    needs, ran,
    stage::Stage,
    strace::{self, Place, failing_at, reaching, some_of},
    world::ask,
};
use serde_json::{Value, json};

use crate::{
    crash::{capture, enrolled, note, waiting},
    phone, server,
};

/// A small disk of its own. Dropping it takes it away.
struct Small(PathBuf);

impl Small {
    /// Of so many MiB; or why there is none.
    fn of(mib: usize, at: PathBuf) -> Result<Small, String> {
        fs::create_dir_all(&at).unwrap();
        let size = format!("size={mib}m");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).output();
        match mount {
            Ok(done) if done.status.success() => Ok(Small(at)),
            Ok(done) => Err(format!("no small disk: {}", String::from_utf8_lossy(&done.stderr).trim())),
            Err(error) => Err(format!("no small disk: {error}")),
        }
    }

    /// Moves a live folder here: it is found where it was.
    fn take(&self, stage: &Stage, part: &str) {
        let live = stage.live(part);
        plumbline_tests::logdir::copy(&live, &self.0);
        fs::remove_dir_all(&live).unwrap();
        symlink(&self.0, live).unwrap();
    }

    /// Leaves so many bytes free.
    fn fill(&self, leave: u64) {
        let free = fs4::available_space(&self.0).unwrap().saturating_sub(leave);
        let filler = fs::File::create(self.0.join("filler")).unwrap();
        // Room that is really taken, unlike a length.
        std::io::copy(&mut std::io::Read::take(std::io::repeat(7), free), &mut &filler).unwrap();
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }

    fn remount(&self, how: &str) -> Result<(), String> {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).status();
        if done.is_ok_and(|status| status.success()) { Ok(()) } else { Err(format!("no disk can be made {how} here")) }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// The places of `calls` that the phone's work reaches, from `enrolled` on.
fn places(stage: &mut Stage, work: &[(&str, Value)], calls: &[&str]) -> Vec<Place> {
    stage.put_back("enrolled");
    let list = stage.aside("noted");
    let whole = stage.drive(reaching(&list, phone()), work);
    assert_eq!(whole.answers.len(), work.len());
    let all = strace::places(&list);
    all.into_iter().filter(|place| calls.contains(&place.call)).collect()
}

/// Work without a network: a photograph, a punch and a note.
fn work(stage: &Stage, punch: &Value) -> Vec<(&'static str, Value)> {
    vec![("capture", capture(stage)), ("clock", punch.clone()), ("write", note(stage, "Rebar is short"))]
}

/// Shows c03.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_disk_is_full_at_any_write_says_so_and_keeps_nothing_by_halves() {
    needs!(strace::works());
    let seed = 320;
    let (mut stage, kept, punch) = enrolled(seed).await;
    let work = work(&stage, &punch);
    let all: Vec<(Place, bool)> = places(&mut stage, &work, &["pwrite64"])
        .into_iter()
        .flat_map(|place| [(place, false), (place, true)])
        .collect();
    let (mut cases, mut said) = (0, 0);
    for (place, on) in some_of(all, 24, &mut Dice::of(seed, "full")) {
        stage.put_back("enrolled");
        let ran = stage.drive(failing_at(place, "ENOSPC", on, phone()), &work);
        let mut kept = kept.clone();
        let faults = kept.hear_all(&ran, work.len());
        let full = faults.iter().filter(|fault| fault["fault"] == "storage_full").count();
        let case =
            format!("seed {seed}: full at {place:?}, {}: {faults:?}", if on { "and from there on" } else { "once" });
        assert!(on || faults.len() <= 1, "{case}: more than the one call failed");
        stage.check(&kept, &case).await;
        (cases, said) = (cases + 1, said + full);
    }
    assert!(said > 0, "nobody was told that the disk is full");
    ran!(cases);
}

/// Shows c04.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_disk_fails_once_acknowledges_nothing_that_may_be_lost_and_goes_on() {
    needs!(strace::works());
    let seed = 321;
    let (mut stage, kept, punch) = enrolled(seed).await;
    let work = work(&stage, &punch);
    let all = places(&mut stage, &work, &["pwrite64", "fsync", "fdatasync", "rename", "ftruncate"]);
    let (mut cases, mut met) = (0, 0);
    for place in some_of(all, 30, &mut Dice::of(seed, "broken")) {
        stage.put_back("enrolled");
        let ran = stage.drive(failing_at(place, "EIO", false, phone()), &work);
        let mut kept = kept.clone();
        let faults = kept.hear_all(&ran, work.len());
        let case = format!("seed {seed}: {place:?} failed: {faults:?}");
        assert!(faults.len() <= 1, "{case}: more than the one call failed");
        // What was not acknowledged may have reached the disk all the same.
        kept.unanswered += faults.len();
        stage.check(&kept, &case).await;
        (cases, met) = (cases + 1, met + faults.len());
    }
    assert!(met > 0, "nobody met a failure");
    ran!(cases);
}

/// Shows c04, s02.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_disk_fails_once_refuses_what_it_may_lose_and_takes_it_later() {
    needs!(strace::works());
    let seed = 322;
    let (mut stage, kept, punch) = enrolled(seed).await;
    let waiting = waiting(&stage, &kept, &punch).await;
    let list = stage.aside("noted");
    let (mut cases, mut met, mut places) = (0, 0, vec![None]);
    while let Some(place) = places.pop() {
        stage.put_back("waiting");
        let command = match place {
            None => reaching(&list, server()),
            Some((place, error)) => failing_at(place, error, false, server()),
        };
        let served = stage.serve_apart(command);
        let starts = served.url.is_some();
        let phone = stage.phone().await.unwrap();
        // Each thread of the server meets the failure once; after that the same server takes what waits.
        let mut synced = Vec::new();
        while starts && synced.len() < 12 && !synced.last().is_some_and(Result::is_ok) {
            synced.push(phone.sync().await);
        }
        phone.pause().await.unwrap();
        served.end();
        let case = format!("seed {seed}: {place:?}: {synced:?}");
        assert!(!starts || matches!(synced.last(), Some(Ok(view)) if view.waiting == 0), "{case}");
        met += usize::from(synced.len() != 1);
        if place.is_none() {
            assert_eq!((starts, synced.len()), (true, 1), "{case}: nothing disturbs it");
            let all = strace::places(&list);
            let all = all.into_iter().filter(|p| ["pwrite64", "fsync", "rename", "ftruncate"].contains(&p.call));
            let all = all.flat_map(|p| [Some((p, "EIO")), Some((p, "ENOSPC"))]).collect();
            places.extend(some_of(all, 30, &mut Dice::of(seed, "server")));
        }
        cases += 1;
        stage.check(&waiting, &case).await;
    }
    assert!(met > 0, "no failure was met");
    ran!(cases);
}

/// A server that does not start says why, and only what it has read tells it to look for a backup.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_read_its_database_now_does_not_call_it_damaged() {
    needs!(strace::works());
    let (mut stage, kept, _) = enrolled(327).await;
    let (mut cases, mut refused) = (0, 0);
    for (call, error, most) in [("openat", "EMFILE", 16), ("pread64", "EIO", 24)] {
        // Each thread meets it at that place; one that starts all the same ends with its input.
        for nth in 1..=most {
            stage.put_back("enrolled");
            let mut server = failing_at(Place { call, nth }, error, false, server());
            let ran = server.arg(stage.live("server")).stdin(Stdio::null()).output().unwrap();
            let said = String::from_utf8_lossy(&ran.stderr);
            assert_ne!(ran.status.code(), Some(5), "{call} {nth}: {said}");
            (cases, refused) = (cases + 1, refused + usize::from(ran.status.code() == Some(1)));
        }
    }
    assert!(refused > 0, "no call of those that failed was needed");
    stage.put_back("enrolled");
    stage.check(&kept, "after a server that did not start").await;
    ran!(cases);
}

/// Shows c03.
#[tokio::test(flavor = "multi_thread")]
async fn photographs_are_refused_before_the_shutter_while_hours_still_fit() {
    let (mut stage, mut kept, punch) = enrolled(323).await;
    let small = needs!(Small::of(72, stage.aside("small")));
    small.take(&stage, "phone");
    let phone = stage.phone().await.unwrap();
    let room = phone.room().await.unwrap();
    assert!(!room.capture && room.free < room.needed, "{room:?}");
    kept.hear(&phone.capture(ask(capture(&stage))).await.unwrap());
    // Below the reserve: no photograph, not even a file of one, but hours and notes.
    small.fill(60 * 1024 * 1024);
    let blobs = || plumbline_tests::logdir::files(&stage.live("phone").join("blobs")).len();
    let before = blobs();
    assert_eq!(phone.capture(ask(capture(&stage))).await.unwrap_err(), Fault::StorageFull);
    assert_eq!(blobs(), before);
    kept.hear(&phone.clock(ask(punch.clone())).await.unwrap());
    small.empty();
    // Full to the last byte: said so.
    small.fill(0);
    let mut full = 0;
    for n in 0..8 {
        match phone.write(ask(note(&stage, &format!("Full {n}")))).await {
            Ok(kept_note) => kept.hear(&kept_note),
            Err(fault) => {
                assert_eq!(fault, Fault::StorageFull);
                full += 1;
            }
        }
    }
    assert!(full > 0);
    small.empty();
    kept.hear(&phone.capture(ask(capture(&stage))).await.unwrap());
    kept.hear(&phone.clock(ask(punch)).await.unwrap());
    phone.pause().await.unwrap();
    drop(phone);
    stage.check(&kept, "after a full disk").await;
}

/// Shows s08.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_disk_is_full_is_read_and_refuses_writes_until_there_is_room() {
    let (mut stage, mut kept, _) = enrolled(324).await;
    let small = needs!(Small::of(8, stage.aside("small")));
    small.take(&stage, "server");
    stage.serve().await;
    let (phone, desk) = (stage.phone().await.unwrap(), stage.desk().await);
    kept.hear(&phone.write(ask(note(&stage, "While there was room"))).await.unwrap());
    phone.sync().await.unwrap();
    // Its session is open; reading needs nothing more.
    desk.sync().await.unwrap();
    kept.hear(&phone.write(ask(note(&stage, "Also in the log"))).await.unwrap());
    phone.sync().await.unwrap();
    small.fill(0);
    kept.hear(&phone.capture(ask(capture(&stage))).await.unwrap());
    for n in 0..40 {
        kept.hear(&phone.write(ask(note(&stage, &format!("{n} {}", "x".repeat(4000))))).await.unwrap());
    }
    // A full disk of the server's is no matter of the phone's: it is told to come back later.
    assert_eq!(phone.sync().await.unwrap_err(), Fault::Busy { retry_after: 30 });
    assert!(phone.waiting().await.unwrap().len() >= 41, "what was refused waits");
    assert_eq!(desk.sync().await.unwrap().pulled, 1, "reads go on");
    small.empty();
    phone.sync().await.unwrap();
    phone.pause().await.unwrap();
    desk.pause().await.unwrap();
    drop((phone, desk));
    stage.stop().await;
    stage.check(&kept, "after a full disk of the server").await;
}

/// Shows c20.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_may_not_be_written_says_so_and_works_again_when_it_may() {
    let (mut stage, mut kept, punch) = enrolled(325).await;
    let small = needs!(Small::of(8, stage.aside("small")));
    small.take(&stage, "phone");
    needs!(small.remount("ro"));
    let refused = stage.phone().await.err();
    assert_eq!(refused, Some(Fault::invalid("storage", "read-only")));
    small.remount("rw").unwrap();
    let phone = stage.phone().await.unwrap();
    kept.hear(&phone.clock(ask(punch)).await.unwrap());
    phone.pause().await.unwrap();
    drop(phone);
    stage.check(&kept, "after a read-only disk").await;
}

/// Shows c20.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_into_a_folder_that_was_taken_away() {
    let (mut stage, mut kept, punch) = enrolled(326).await;
    let phone = stage.phone().await.unwrap();
    kept.hear(&phone.clock(ask(punch.clone())).await.unwrap());
    let away = Fault::invalid("storage", "unavailable");
    let moved = |from: &Path, to: &Path| fs::rename(from, to).unwrap();
    let (home, elsewhere) = (stage.live("phone"), stage.aside("elsewhere"));
    moved(&home, &elsewhere);
    assert_eq!(phone.clock(ask(punch.clone())).await.unwrap_err(), away);
    assert_eq!(phone.capture(ask(capture(&stage))).await.unwrap_err(), away);
    assert_eq!(phone.room().await.unwrap_err(), away);
    moved(&elsewhere, &home);
    kept.hear(&phone.clock(ask(punch)).await.unwrap());
    kept.hear(&phone.capture(ask(capture(&stage))).await.unwrap());

    // The same of the server: what it does not have is not acknowledged, and waits.
    stage.serve().await;
    let (data, elsewhere) = (stage.live("server"), stage.aside("elsewhere"));
    phone.sync().await.unwrap();
    kept.hear(
        &phone.write(ask(json!({"kind": "note", "project": stage.project, "fields": {"text": "x"}}))).await.unwrap(),
    );
    moved(&data, &elsewhere);
    assert!(phone.sync().await.is_err());
    moved(&elsewhere, &data);
    assert_eq!(phone.sync().await.unwrap().waiting, 0);
    phone.pause().await.unwrap();
    drop(phone);
    stage.stop().await;
    stage.check(&kept, "after both folders were away").await;
}
