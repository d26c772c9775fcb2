//! A process that is killed at any write loses nothing that it acknowledged, on the client and on the server.

use plumbline_tests::{
    dice::Dice,
    needs, ran, sound,
    stage::{Kept, Stage},
    strace::{self, Place, killed_at, some_of},
    world::ask,
};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{phone, server};

/// Something that the phone's process does from its start to its end.
struct Flow {
    /// Where it begins.
    start: &'static str,
    calls: Vec<(&'static str, Value)>,
    online: bool,
    /// What is there before.
    kept: Kept,
    /// How many places are tried in the ordinary run.
    most: usize,
}

/// Runs the flow once whole, then kills it at place after place, and checks after each. The number of kills.
async fn killed_everywhere(stage: &mut Stage, flow: Flow, seed: u64) -> usize {
    let Flow { start, calls, online, kept, most } = flow;
    let list = stage.aside("noted");
    let mut kills = 0;
    let mut places: Vec<Option<Place>> = vec![None];
    while let Some(place) = places.pop() {
        stage.put_back(start);
        if online {
            stage.serve().await;
        }
        let ran = stage.drive(killed_at(place, &list, phone()), &calls);
        stage.stop().await;
        let case = format!("seed {seed}, {start}: {} {place:?}", calls[0].0);
        let mut kept = kept.clone();
        let faults = kept.hear_all(&ran, calls.len());
        // Short of time and the network a round of sync may fail by itself; work without a network may not.
        assert!(online || faults.is_empty(), "{case}: {faults:?}");
        if place.is_none() {
            assert!(!ran.killed && kept.unanswered == 0 && faults.is_empty(), "{case}: {faults:?}");
            let all = strace::places(&list);
            places.extend(some_of(all, most, &mut Dice::of(seed, start)).into_iter().map(Some));
        }
        kills += usize::from(ran.killed);
        stage.check(&kept, &case).await;
    }
    kills
}

/// A crew's phone with one punch in the log, as `enrolled`; what is kept of it, and the request of a punch.
pub async fn enrolled(seed: u64) -> (Stage, Kept, Value) {
    let mut stage = Stage::enrolled(seed).await;
    stage.serve().await;
    let phone = stage.phone().await.unwrap();
    let punch = json!({"what": "in", "project": stage.project, "classification": "Laborer"});
    let mut kept = Kept::default();
    kept.hear(&phone.clock(ask(punch.clone())).await.unwrap());
    phone.sync().await.unwrap();
    phone.pause().await.unwrap();
    stage.stop().await;
    stage.keep("enrolled");
    (stage, kept, punch)
}

/// The request to take the stage's photograph.
pub fn capture(stage: &Stage) -> Value {
    json!({"path": stage.picture, "project": stage.project, "source": "camera", "caption": "Footing"})
}

/// The request of a note.
pub fn note(stage: &Stage, text: &str) -> Value {
    json!({"kind": "note", "project": stage.project, "fields": {"text": text}})
}

/// Work that waits on the phone behind what was `kept`, kept as `waiting`: a note, a punch and a photograph.
pub async fn waiting(stage: &Stage, kept: &Kept, punch: &Value) -> Kept {
    stage.put_back("enrolled");
    let (phone, mut waiting) = (stage.phone().await.unwrap(), kept.clone());
    waiting.hear(&phone.write(ask(note(stage, "North gate is open"))).await.unwrap());
    waiting.hear(&phone.clock(ask(punch.clone())).await.unwrap());
    waiting.hear(&phone.capture(ask(capture(stage))).await.unwrap());
    phone.pause().await.unwrap();
    stage.keep("waiting");
    waiting
}

/// Shows c01, c21.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_killed_at_any_call_while_it_works_offline_loses_nothing_that_it_acknowledged() {
    needs!(strace::works());
    let seed = 301;
    let (mut stage, mut kept, punch) = enrolled(seed).await;
    let calls = vec![("capture", capture(&stage)), ("work_off_thumbnails", Value::Null), ("capture", capture(&stage))];
    let flow = Flow { start: "enrolled", calls, online: false, kept: kept.clone(), most: 24 };
    let mut kills = killed_everywhere(&mut stage, flow, seed).await;
    let calls = vec![("clock", punch.clone()), ("clock", punch)];
    let flow = Flow { start: "enrolled", calls, online: false, kept: kept.clone(), most: 16 };
    kills += killed_everywhere(&mut stage, flow, seed).await;
    let record = kept.only_record();
    kept.will_change(record);
    let calls = vec![("correct", json!({"record": record, "what": "break_end", "reason": "Wrong button"}))];
    let flow = Flow { start: "enrolled", calls, online: false, kept, most: 12 };
    kills += killed_everywhere(&mut stage, flow, seed).await;
    ran!(kills);
}

/// Shows c01, c13, c21.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_killed_at_any_call_while_it_syncs_loses_nothing_and_sends_nothing_twice() {
    needs!(strace::works());
    let seed = 302;
    let (mut stage, kept, punch) = enrolled(seed).await;
    let sync = || vec![("sync", Value::Null)];
    let flow = Flow { start: "enrolled", calls: sync(), online: true, kept: kept.clone(), most: 8 };
    let mut kills = killed_everywhere(&mut stage, flow, seed).await;

    let waiting = waiting(&stage, &kept, &punch).await;
    let flow = Flow { start: "waiting", calls: sync(), online: true, kept: waiting, most: 30 };
    kills += killed_everywhere(&mut stage, flow, seed).await;

    // News: what the desk wrote meanwhile.
    stage.put_back("enrolled");
    stage.serve().await;
    let (desk, mut news) = (stage.desk().await, kept.clone());
    for n in 0..12 {
        desk.write(ask(note(&stage, &format!("Pour {n}")))).await.unwrap();
    }
    desk.sync().await.unwrap();
    desk.pause().await.unwrap();
    stage.stop().await;
    stage.keep("behind");
    let flow = Flow { start: "behind", calls: sync(), online: true, kept: kept.clone(), most: 14 };
    kills += killed_everywhere(&mut stage, flow, seed).await;

    // A clone: the phone was put back to an older state after it had sent a note, and wrote another one.
    stage.put_back("enrolled");
    stage.serve().await;
    let phone = stage.phone().await.unwrap();
    news.hear(&phone.write(ask(note(&stage, "Sent before"))).await.unwrap());
    phone.sync().await.unwrap();
    phone.pause().await.unwrap();
    stage.stop().await;
    stage.put("phone", &stage.aside("kept/enrolled/phone"));
    let phone = stage.phone().await.unwrap();
    let mut cloned = kept;
    cloned.hear(&phone.write(ask(note(&stage, "Written after"))).await.unwrap());
    phone.pause().await.unwrap();
    stage.keep("cloned");
    let flow = Flow { start: "cloned", calls: sync(), online: true, kept: cloned, most: 14 };
    kills += killed_everywhere(&mut stage, flow, seed).await;
    ran!(kills);
}

/// Shows c01, c13, s01, s02.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_at_any_call_of_push_and_upload_answers_again_as_it_would_have() {
    needs!(strace::works());
    let seed = 304;
    let (mut stage, kept, punch) = enrolled(seed).await;
    let waiting = waiting(&stage, &kept, &punch).await;
    let list = stage.aside("noted");
    let (mut kills, mut places) = (0, vec![None]);
    while let Some(place) = places.pop() {
        stage.put_back("waiting");
        let served = stage.serve_apart(killed_at(place, &list, server()));
        let phone = stage.phone().await.unwrap();
        let synced = phone.sync().await;
        phone.pause().await.unwrap();
        let killed = served.end();
        let case = format!("seed {seed}: server {place:?}");
        assert!(killed || synced.is_ok(), "{case}: {synced:?}");
        if place.is_none() {
            let all = strace::places(&list);
            places.extend(some_of(all, 40, &mut Dice::of(seed, "server")).into_iter().map(Some));
        }
        kills += usize::from(killed);
        stage.check(&waiting, &case).await;
    }
    ran!(kills);
}

/// Shows c01, c16.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_killed_at_any_call_while_it_makes_its_store_enrols_or_signs_out_can_begin_again() {
    needs!(strace::works());
    let seed = 303;
    let mut stage = Stage::new(seed).await;
    std::fs::create_dir_all(stage.live("phone")).unwrap();
    stage.keep("new");
    // The first open runs every migration.
    let flow =
        Flow { start: "new", calls: vec![("status", Value::Null)], online: false, kept: Kept::default(), most: 30 };
    let mut kills = killed_everywhere(&mut stage, flow, seed).await;
    let calls = vec![("enrol", stage.enrolment())];
    let flow = Flow { start: "new", calls, online: true, kept: Kept::default(), most: 24 };
    kills += killed_everywhere(&mut stage, flow, seed).await;
    let (mut stage, mut kept, _) = enrolled(seed).await;
    kept.may_have_left = true;
    let calls = vec![("sign_out", json!({"discard_unsent": false}))];
    let flow = Flow { start: "enrolled", calls, online: true, kept, most: 30 };
    kills += killed_everywhere(&mut stage, flow, seed).await;
    ran!(kills);
}

/// The migrations of a client's store.
const MIGRATIONS: [&str; 6] = [
    include_str!("../../../core/src/db/migrations/0001.sql"),
    include_str!("../../../core/src/db/migrations/0002.sql"),
    include_str!("../../../core/src/db/migrations/0003.sql"),
    include_str!("../../../core/src/db/migrations/0004.sql"),
    include_str!("../../../core/src/db/migrations/0005.sql"),
    include_str!("../../../core/src/db/migrations/0006.sql"),
];
/// The way back, newest first: which version it leads to, and how.
const BACK: [(&str, &str); MIGRATIONS.len() - 1] = [
    (
        "version 5",
        "DROP INDEX photo_unsent; DROP INDEX record_undeposited; DROP INDEX record_author; DROP INDEX record_photo;
         ALTER TABLE record DROP COLUMN deposited; ALTER TABLE record DROP COLUMN author;",
    ),
    ("version 4", "ALTER TABLE chain DROP COLUMN received;"),
    (
        "version 3",
        "DROP TABLE stage; DROP INDEX outbox_record; DROP INDEX entry_record;
         CREATE INDEX entry_identity ON entry (identity); CREATE INDEX entry_record ON entry (record, position);",
    ),
    ("version 2", "ALTER TABLE anchor DROP COLUMN checkpoint; ALTER TABLE alarm DROP COLUMN believed;"),
    ("version 1", "DROP TABLE superseded; ALTER TABLE chain DROP COLUMN seen_generation;"),
];

/// A store of every older version, with the work that stands in it, is killed while it is brought to this one.
///
/// Shows c01, c16.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_killed_at_any_call_while_it_migrates_an_older_store_loses_nothing_that_is_in_it() {
    needs!(strace::works());
    let seed = 305;
    let (mut stage, mut kept, _) = enrolled(seed).await;
    let phone = stage.phone().await.unwrap();
    kept.hear(&phone.write(ask(note(&stage, "Written before the app was updated"))).await.unwrap());
    phone.pause().await.unwrap();
    drop(phone);
    let schema = |store: &Connection| {
        sound::said(store, "SELECT name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    };
    stage.keep("this version");
    let (mut newer, mut kills) = ("this version", 0);
    for (version, (name, back)) in (1..MIGRATIONS.len()).rev().zip(BACK) {
        stage.put_back(newer);
        let store = sound::unlocked(&stage.live("phone"), &*stage.phone_keystore().unwrap());
        let published = Connection::open_in_memory().unwrap();
        store.execute_batch(back).unwrap();
        store.pragma_update(None, "user_version", version).unwrap();
        MIGRATIONS[..version].iter().for_each(|migration| published.execute_batch(migration).unwrap());
        assert_eq!(schema(&store), schema(&published), "{name}");
        drop(store);
        stage.keep(name);
        let flow =
            Flow { start: name, calls: vec![("status", Value::Null)], online: false, kept: kept.clone(), most: 8 };
        kills += killed_everywhere(&mut stage, flow, seed).await;
        newer = name;
    }
    ran!(kills);
}
