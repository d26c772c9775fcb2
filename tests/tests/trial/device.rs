//! Devices that are cloned, restored, revoked, hostile or broken.

use std::{collections::BTreeSet, path::Path};

use plumbline_core::datum::Datum;
use plumbline_protocol::{
    Fault, Uuid,
    action::{Action, MAX_BODY},
    entry::Outcome,
    page::{MAX_PUSH, PushResult, Receipt, encode_push, pack},
    value::Value,
};
use plumbline_tests::{
    dice::Dice,
    fuzz, fuzz_exif,
    liar::Liar,
    logdir, needs, ran,
    raw::Raw,
    testdata,
    world::{Person, World, ask, open},
};
use serde_json::json;

/// So many notes in the chain of a person's device, well signed, that their client does not know of.
fn chain(world: &World, person: &Person, project: Uuid, count: usize) -> Vec<Action> {
    let log = Liar::of(&world.server_folder());
    let key = person.key();
    let text = [("text", Value::from("One of very many"))];
    let id = |n: usize| Uuid::v7(world.clock.now(), (n as u128 + 1).to_be_bytes()[6..].try_into().unwrap());
    let first = log.forge(&key, "note", id(0), Some(project), text);
    let mut actions = vec![first];
    while actions.len() < count {
        let last = actions.last().unwrap();
        let mut header = last.header().clone();
        header.sequence += 1;
        header.previous = Some(last.hash());
        header.record = id(actions.len()).into();
        actions.push(Action::sign(&key, header, last.body().clone(), None));
    }
    actions
}

fn positions(receipt: &Receipt) -> Vec<u64> {
    let position = |result: &PushResult| match result {
        PushResult::Logged { position, outcome: Outcome::Applied, .. } => *position,
        other => panic!("not applied: {other:?}"),
    };
    receipt.results.iter().map(position).collect()
}

/// The largest push there is is judged in slices: whoever pushes a note meanwhile waits for a slice and not for all of it.
///
/// Shows s05, s10.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_actions_in_one_push_hold_nobody_up_and_get_one_receipt() {
    let (world, project) = World::with_a_crew(100).await;
    let teo = world.of("Teo");
    let raw = Raw::of(&world, teo).await;
    let packed = pack(&encode_push(&chain(&world, teo, project, MAX_PUSH))).unwrap();
    let rosa = world.of("Rosa");
    let mut pushing = std::pin::pin!(raw.push(packed.clone()));
    let receipt = loop {
        rosa.note(project, "A word in between").await;
        let one = async { rosa.client.sync().await.unwrap() };
        tokio::select! {
            receipt = &mut pushing => break receipt.unwrap(),
            _ = one => {}
        }
    };

    let logged = positions(&receipt);
    assert_eq!(logged.iter().collect::<BTreeSet<_>>().len(), MAX_PUSH, "each has a place of its own");
    let stretches: Vec<_> = logged.chunk_by(|one, next| one + 1 == *next).map(<[u64]>::len).collect();
    println!("stretches between which others' notes stand: {stretches:?}");
    assert!(stretches.len() > 1, "others waited for all of it");
    // Pushed again, as after a lost reply: the same places, and nothing is added.
    assert_eq!(positions(&raw.push(packed).await.unwrap()), logged);
    let database = rusqlite::Connection::open(world.server_folder().join("plumbline.db")).unwrap();
    let size: u64 = database.query_row("SELECT size FROM organisation", [], |row| row.get(0)).unwrap();
    let entries: u64 = database.query_row("SELECT COUNT(*) FROM entry", [], |row| row.get(0)).unwrap();
    assert_eq!(size, entries);
    rosa.client.sync().await.unwrap();
    assert_eq!((rosa.size().await >= size, rosa.alarms().await), (true, 0));
    ran!(MAX_PUSH);
}

/// What was sent since the backup is there once, what is written after it arrives, and administrators see a new key.
///
/// Shows c19.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_restored_from_yesterdays_backup_loses_nothing_and_doubles_nothing() {
    let (mut world, project) = World::with_a_crew(101).await;
    let backup = world.folder.join("backup-of-teo");
    let mut teo = world.take("Teo");
    let (old, size) = (teo.device(), teo.size().await);
    teo.link.cut();
    let unsent = teo.note(project, "Unsent in the backup, sent since").await;
    teo.client.pause().await.unwrap();
    logdir::copy(&teo.home, &backup);
    teo.client.resume().await.unwrap();
    teo.link.restore(Default::default());
    let since = teo.note(project, "Written after the backup").await;
    teo.client.sync().await.unwrap();

    // The phone falls into the river; its backup goes onto a new one, keys and all.
    drop(teo.client);
    std::fs::remove_dir_all(&teo.home).unwrap();
    logdir::copy(&backup, &teo.home);
    teo.client = open(&teo.home, &teo.keystore, &teo.clock).await.unwrap();
    assert_eq!(teo.size().await, size);
    let after = teo.note(project, "Written on the restored phone").await;
    world.put(teo);
    world.settle().await;

    let entries = Liar::of(&world.server_folder()).entries;
    for (note, text) in [
        (unsent, "Unsent in the backup, sent since"),
        (since, "Written after the backup"),
        (after, "Written on the restored phone"),
    ] {
        let applied = entries.iter().filter(|e| e.action.header().record == note && e.outcome.applied());
        assert_eq!(applied.count(), 1, "{text}");
        for name in ["Ana", "Teo"] {
            assert_eq!(world.of(name).record(note).await.fields["text"], Datum::Text(text.to_owned()), "{name}");
        }
    }
    assert_ne!(world.of("Teo").device(), old, "one sequence is signed once by a key");
    for person in world.people() {
        assert_eq!(person.alarms().await, 0, "{}", person.name);
    }
    world.same_state("Ana").await;
    let report = world.export("Ana", &world.folder.join("log")).await;
    assert!(report.ok, "{:?}", report.problems);
}

/// A device that signs two actions with one sequence gets one of them logged, whatever it sends to whom and in which order.
///
/// Shows c19, b07.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_its_device_forks_goes_on_as_one() {
    let (world, project) = World::with_a_crew(102).await;
    let teo = world.of("Teo");
    let raw = Raw::of(&world, teo).await;
    let left = chain(&world, teo, project, 4);
    let right: Vec<Action> = {
        // The same places, the first of them with another text, and what follows hangs on it.
        let mut body = left[0].body().clone();
        body.fields.insert("text".into(), Value::from("The other branch"));
        let mut branch = vec![Action::sign(&teo.key(), left[0].header().clone(), body, None)];
        for action in &left[1..] {
            let mut header = action.header().clone();
            header.previous = Some(branch.last().unwrap().hash());
            branch.push(Action::sign(&teo.key(), header, action.body().clone(), None));
        }
        branch
    };
    let push = async |actions: &[Action]| raw.push(pack(&encode_push(actions)).unwrap()).await.unwrap().results;
    let (one, other) = (pack(&encode_push(&left[..2])).unwrap(), pack(&encode_push(&right[..2])).unwrap());
    let (first, second) = tokio::join!(raw.push(one), raw.push(other));
    let logged = |receipt: &Receipt| matches!(receipt.results[0], PushResult::Logged { .. });
    let (first, second) = (first.unwrap(), second.unwrap());
    assert!(logged(&first) != logged(&second), "one branch is taken: {first:?} {second:?}");
    let (taken, lost) = if logged(&first) { (&left, &right) } else { (&right, &left) };
    assert_eq!(push(&lost[..2]).await, [PushResult::Reenrol, PushResult::Reenrol]);
    // Grafted onto the branch that was taken, and mixed with it: refused, and what is good beside it is taken.
    assert_eq!(push(&lost[2..3]).await, [PushResult::Reenrol]);
    let mixed = push(&[lost[2].clone(), taken[2].clone(), lost[3].clone(), taken[3].clone()]).await;
    assert!(matches!(
        mixed[..],
        [PushResult::Reenrol, PushResult::Logged { .. }, PushResult::Reenrol, PushResult::Logged { .. }]
    ));
    world.settle_only(&["Ana", "Rosa"]).await;
    let log = Liar::of(&world.server_folder());
    let hashes: BTreeSet<_> = log.entries.iter().map(|entry| entry.action.hash()).collect();
    assert!(taken.iter().all(|a| hashes.contains(&a.hash())) && !lost.iter().any(|a| hashes.contains(&a.hash())));
    assert_eq!(world.of("Ana").alarms().await, 0);
    let report = world.export("Ana", &world.folder.join("log")).await;
    assert!(report.ok, "{:?}", report.problems);
}

/// A hostile device puts odd actions among good ones. Each is held or kept as unknown; whoever may see the rest gets it.
///
/// Shows b13.
#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_action_in_the_middle_stops_nobody() {
    let (world, project) = World::with_a_crew(103).await;
    let teo = world.of("Teo");
    let raw = Raw::of(&world, teo).await;
    let deep = (0..12).fold(Value::from("deep"), |inner, _| Value::List(vec![inner]));
    let long = Value::from("x".repeat(MAX_BODY - 1000));
    let wide = Value::List(vec![Value::Null; 30_000]);
    let mut poisons: Vec<(&str, &str, Value)> =
        vec![("spaceship", "warp", Value::from(9)), ("\u{202e}eton", "text", Value::from("x")), ("", "", Value::Null)];
    for value in [deep, long, wide, Value::Int(i64::MIN), Value::Bytes(vec![0xff; 9]), Value::Null] {
        poisons.push(("note", "text", value.clone()));
        poisons.push(("photo", "sha256", value.clone()));
        poisons.push(("member", "role", value.clone()));
        poisons.push(("spaceship", "text", value));
    }
    let mut good = Vec::new();
    let count = poisons.len();
    for (n, (kind, field, value)) in poisons.into_iter().enumerate() {
        let log = Liar::of(&world.server_folder());
        let id = |n: usize| Uuid::v7(world.clock.now(), (n as u128).to_be_bytes()[6..].try_into().unwrap());
        let poison = log.forge(&teo.key(), kind, id(2 * n + 1), Some(project), [(field, value)]);
        let mut header = poison.header().clone();
        header.sequence += 1;
        header.previous = Some(poison.hash());
        (header.kind, header.record) = ("note".to_owned(), id(2 * n + 2).into());
        let mut body = poison.body().clone();
        body.fields.retain(|key, _| key.0 == "time");
        body.fields.insert("text".into(), Value::from("After the poison"));
        let after = Action::sign(&teo.key(), header, body, None);
        let pushed = raw.push(pack(&encode_push(&[poison, after.clone()])).unwrap()).await;
        match pushed {
            // Where the poison got an entry, what follows it did too.
            Ok(receipt) => match &receipt.results[..] {
                [PushResult::Logged { .. }, PushResult::Logged { outcome, .. }] => {
                    assert!(outcome.applied(), "{kind} {field}");
                    good.push(after.header().record);
                }
                other => panic!("{kind} {field}: {other:?}"),
            },
            // What is in no form at all is refused by name.
            Err(Fault::Invalid { field, .. }) => assert_eq!(field, "body"),
            Err(fault) => panic!("{kind} {field}: {fault}"),
        }
    }
    assert!(good.len() > count / 2, "{} of {count}", good.len());
    world.settle_only(&["Ana", "Marta", "Felix", "Rosa"]).await;
    for name in ["Ana", "Marta", "Felix", "Rosa"] {
        let person = world.of(name);
        assert_eq!(person.alarms().await, 0, "{name}");
        for note in &good {
            assert_eq!(person.record(*note).await.fields["text"], Datum::Text("After the poison".to_owned()), "{name}");
        }
    }
    let report = world.export("Ana", &world.folder.join("log")).await;
    assert!(report.ok, "{:?}", report.problems);
    ran!(count);
}

/// Every naughty string as the text of a note, the name of a project and of a member: the same bytes come back on another
/// device, or it is refused by the field's name. Neither database has another table for it.
///
/// Shows b12, s15.
#[tokio::test(flavor = "multi_thread")]
async fn naughty_strings_come_back_as_the_same_bytes_or_are_refused_by_name() {
    let file = needs!(testdata::path("text/blns.json"));
    let strings: Vec<String> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let (world, project) = World::with_a_crew(104).await;
    let schema = || {
        let db = rusqlite::Connection::open(world.server_folder().join("plumbline.db")).unwrap();
        let mut all = db.prepare("SELECT COALESCE(sql, name) FROM sqlite_master ORDER BY name").unwrap();
        all.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    let (before, ana) = (schema(), world.of("Ana"));
    let extra =
        ["../../../etc/passwd", "..\\..\\x", "a\0b", "%2e%2e%2f", "CON", "\u{202e}gpj.exe", "'; DROP TABLE entry;--"];
    let strings: Vec<&str> = strings.iter().map(String::as_str).chain(extra).collect();
    let mut written = Vec::new();
    for text in &strings {
        let note = json!({"kind": "note", "project": project, "fields": {"text": text}});
        let member = json!({"kind": "member", "fields": {"name": text, "role": "worker"}});
        let site = json!({"kind": "project", "fields": {"name": text, "zone": "America/New_York"}});
        for (field, request) in [("text", note), ("name", member), ("name", site)] {
            match ana.client.write(ask(request)).await {
                Ok(view) => written.push((view.id, field, text)),
                Err(Fault::Invalid { field: named, .. }) => assert_eq!(named, field, "{text:?}"),
                Err(fault) => panic!("{text:?}: {fault}"),
            }
        }
    }
    world.settle().await;
    let marta = world.of("Marta");
    for (id, field, text) in &written {
        assert_eq!(marta.record(*id).await.fields[*field], Datum::Text((**text).to_owned()));
    }
    // Looked for as well: a search is for words, and no string is a command to it.
    for text in &strings {
        match marta.client.search(ask(json!({"text": text, "limit": 5}))).await {
            Ok(_) | Err(Fault::Invalid { .. }) => {}
            Err(fault) => panic!("{text:?}: {fault}"),
        }
    }
    assert!(written.len() > strings.len(), "{} of {} were taken", written.len(), 3 * strings.len());
    assert_eq!(schema(), before);
    assert_eq!(marta.alarms().await, 0);
    ran!(3 * strings.len());
}

/// The corpus of the fuzz targets, and thousands of inputs near it, through the very functions that are fuzzed. With the test
/// data small real photographs are part of it.
///
/// Shows s13, s14, b13.
#[test]
fn no_parser_breaks_on_its_corpus_or_on_anything_near_it() {
    const EACH: u64 = 4000;
    let mut count = 0;
    let exif: fuzz::Target = ("exif", fuzz_exif::exif);
    for (name, target) in fuzz::TARGETS.into_iter().chain([exif]) {
        let mut inputs = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name));
        if name == "exif" {
            for folder in ["exif/gps", "exif/orientation"] {
                inputs.extend(testdata::path(folder).iter().flat_map(|folder| files(folder)));
            }
        }
        assert!(inputs.len() > 3, "{name} has no corpus");
        let mut dice = Dice::of(105, name);
        let near = (0..EACH).map(|_| mutated(&inputs, &mut dice));
        for input in inputs.iter().cloned().chain(near) {
            let ended = std::panic::catch_unwind(|| target(&input));
            let hex = || data_encoding::HEXLOWER.encode(&input[..input.len().min(4096)]);
            assert!(ended.is_ok(), "{name} breaks on {}", hex());
            count += 1;
        }
    }
    ran!(count);
}

/// The files in a folder, in order of their names, without what is too large to be changed thousands of times.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| std::fs::read(path).unwrap()).filter(|bytes| bytes.len() < 32 * 1024).collect()
}

/// One of `inputs`, changed in a few places.
fn mutated(inputs: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(inputs).clone();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len() as u64 + 1) as usize;
        let to = (at + dice.below(16) as usize).min(bytes.len());
        match dice.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = *dice.pick(&[0, 0x1b, 0x7f, 0x80, 0x9b, 0xbb, 0xff]),
            2 => drop(bytes.drain(at..to)),
            3 => drop(bytes.splice(at..at, bytes[at..to].to_vec())),
            4 => {
                let other = dice.pick(inputs);
                let from = dice.below(other.len() as u64 + 1) as usize;
                bytes.splice(at.., other[from..].iter().copied());
            }
            _ => drop(bytes.splice(at..to, dice.next().to_be_bytes())),
        }
    }
    bytes
}
