//! Invariant 6 and the promise behind it: a server that lies about the log is caught by whoever is lied to.
//!
//! The lies are those of the simulation behind the rules; each test tells one and expects the alarm.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use plumbline_core::photo::Custody;
use plumbline_protocol::{
    Fault, Hash, RecordId, Uuid,
    action::{Body, Header},
    entry::{Held, Kept, Outcome},
    log::{checkpoint::SignedCheckpoint, merkle::Subtree},
    page::{self, Item, Page, PushResult, Receipt},
    record::deposit,
    value::{Key, Value},
};
use plumbline_tests::{
    dice::Dice,
    liar::{Liar, on_pages, on_receipts},
    link::Faults,
    photo, ran,
    world::{World, ask, records},
};
use serde_json::json;

/// The victim syncs: an alarm is raised for the right reason, and nothing of what was told is taken.
async fn is_caught(world: &World, victim: &str, code: &str) {
    let person = world.of(victim);
    let (before, size) = (person.alarms().await, person.size().await);
    let synced = person.client.sync().await;
    assert!(person.alarms().await > before, "{victim} took the lie: {synced:?}");
    assert!(synced.is_err(), "{victim} went on: {synced:?}");
    assert_eq!(person.size().await, size, "{victim} took entries from a liar");
    assert_eq!(before, 0, "{victim} was alarmed before the lie");
    let alarm = &person.client.alarms().await.unwrap()[0];
    assert_eq!(alarm.code, code, "{}", alarm.text);
    is_said_and_kept(world, victim).await;
}

/// The newest alarm says in words what happened, and both versions can be handed to somebody else: what the server had
/// signed, and what it says now.
async fn is_said_and_kept(world: &World, victim: &str) {
    let person = world.of(victim);
    let alarm = person.client.alarms().await.unwrap().remove(0);
    let at = alarm.position.map_or("The log: ".to_owned(), |position| format!("Entry {position}: "));
    assert!(alarm.text.starts_with(&at) && alarm.text.ends_with('.') && alarm.text.len() > 40, "{}", alarm.text);
    assert!(!alarm.text.contains(['{', '[', '"', '_']), "not in words: {}", alarm.text);
    let folder = world.folder.join(format!("alarm of {victim}"));
    person.client.export_alarm(ask(json!({"alarm": alarm.alarm, "path": folder}))).await.unwrap();
    let believed = std::fs::read_to_string(folder.join("believed.0")).unwrap();
    let key = Liar::of(&world.server_folder()).server_key().verifying_key().to_bytes();
    let believed = SignedCheckpoint::parse(&believed).unwrap();
    believed.verify(&key).unwrap();
    assert!(believed.checkpoint.size <= person.size().await);
    assert!(folder.join("message").exists() && folder.join("alarm.json").exists());
    std::fs::remove_dir_all(folder).unwrap();
}

/// Teo writes two notes; on their way to the victim the page is changed.
async fn a_changed_page_is_caught(
    victim: &str,
    code: &str,
    change: impl Fn(&mut Vec<Item<Kept>>) + Send + Sync + 'static,
) {
    let (world, project) = World::with_a_crew(50).await;
    world.of("Teo").note(project, "Poured the footing").await;
    world.of("Teo").note(project, "Stripped the forms").await;
    world.of("Teo").client.sync().await.unwrap();
    let organisation = world.organisation("Ana").await;
    world.of(victim).link.tamper(on_pages(organisation, change));
    is_caught(&world, victim, code).await;

    // The log itself was honest: told honestly, it is taken.
    world.of(victim).link.honest();
    world.of(victim).client.sync().await.unwrap();
    assert_eq!(world.of(victim).size().await, world.of("Teo").size().await);
}

/// The first entry that is shown.
fn entry(items: &mut [Item<Kept>]) -> &mut Kept {
    let shown = items.iter_mut().find_map(|item| match item {
        Item::Entry(entry) => Some(entry),
        Item::Hidden(_) => None,
    });
    shown.unwrap()
}

/// Shows c23.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_field_is_caught() {
    for victim in ["Rosa", "Ana"] {
        a_changed_page_is_caught(victim, "signature", |items| {
            let entry = entry(items);
            let mut body = Body::decode(&entry.body).unwrap();
            body.fields.insert(Key::from("text"), Value::from("Poured nothing"));
            entry.body = body.encode();
        })
        .await;
    }
}

/// Shows c23, b01.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_sender_is_caught() {
    a_changed_page_is_caught("Rosa", "signature", |items| {
        let entry = entry(items);
        let mut header = Header::decode(&entry.header).unwrap();
        header.device.0[7] ^= 1;
        entry.header = header.encode();
    })
    .await;
}

/// Shows c23.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_time_of_receipt_is_caught() {
    a_changed_page_is_caught("Rosa", "time", |items| entry(items).received += 1).await;
}

/// Shows c23.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_outcome_is_caught() {
    a_changed_page_is_caught("Rosa", "fold", |items| entry(items).outcome = Outcome::Held(Held::Denied)).await;
}

/// Shows c23, b07.
#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_entry_is_caught() {
    a_changed_page_is_caught("Rosa", "chain", |items| drop(items.remove(0))).await;
    a_changed_page_is_caught("Ana", "root", |items| drop(items.pop())).await;
}

/// Shows c23, b07.
#[tokio::test(flavor = "multi_thread")]
async fn two_entries_that_change_places_are_caught() {
    a_changed_page_is_caught("Rosa", "chain", |items| items.swap(0, 1)).await;
}

/// Shows c23, b07.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_comes_twice_is_caught() {
    a_changed_page_is_caught("Rosa", "chain", |items| items.push(items[0].clone())).await;
}

/// Shows c23.
#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_subtree_of_another_hash_or_height_is_caught() {
    a_changed_page_is_caught("Rosa", "root", |items| {
        items[0] = Item::Hidden(Subtree { level: 0, hash: Hash([7; 32]) });
    })
    .await;
    a_changed_page_is_caught("Rosa", "root", |items| {
        items[0] = Item::Hidden(Subtree { level: 40, hash: Hash([7; 32]) });
    })
    .await;
}

/// A lie that is told from a whole false log, made from the true one after Teo has written a note that `victim` lacks.
async fn a_false_log_is_caught(victim: &str, code: &str, lie: impl AsyncFnOnce(&World, Uuid, &mut Liar)) {
    let (world, project) = World::with_a_crew(51).await;
    world.of("Teo").note(project, "Poured the footing").await;
    world.of("Teo").client.sync().await.unwrap();
    let mut liar = Liar::of(&world.server_folder());
    lie(&world, project, &mut liar).await;
    let device = world.of(victim).device();
    world.of(victim).link.tamper(liar.answers(device));
    is_caught(&world, victim, code).await;
}

/// Without a lie the liar is an honest server, or its tests would prove nothing.
///
/// Shows c23.
#[tokio::test(flavor = "multi_thread")]
async fn the_liar_is_believed_when_it_tells_the_truth() {
    for victim in ["Rosa", "Ana"] {
        let (world, project) = World::with_a_crew(52).await;
        world.of("Teo").note(project, "Poured the footing").await;
        world.of("Teo").client.sync().await.unwrap();
        let device = world.of(victim).device();
        world.of(victim).link.tamper(Liar::of(&world.server_folder()).answers(device));
        let synced = world.of(victim).client.sync().await.unwrap();
        assert_eq!((synced.size, world.of(victim).alarms().await), (world.of("Teo").size().await, 0));
    }
}

/// Shows c23, c12.
#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_past_is_caught() {
    for victim in ["Rosa", "Ana"] {
        a_false_log_is_caught(victim, "root", async |_, _, liar| {
            let last = liar.entries.len() - 2;
            liar.change(last, |entry| entry.received -= 1);
        })
        .await;
    }
}

/// Shows c23, c12.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_shrank_is_caught() {
    a_false_log_is_caught("Rosa", "checkpoint", async |_, _, liar| liar.entries.truncate(liar.entries.len() - 3)).await;
}

/// Shows c23, c12.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_ends_before_ones_own_receipt_is_caught() {
    let (world, project) = World::with_a_crew(53).await;
    let stale = Liar::of(&world.server_folder());
    let rosa = world.of("Rosa");
    rosa.link.tamper(stale.answers(rosa.device()));
    rosa.note(project, "This was acknowledged").await;
    let _ = rosa.client.sync().await;
    let _ = rosa.client.sync().await;
    assert!(rosa.alarms().await > 0, "Rosa was shown a log without what it had acknowledged");
}

/// Shows c23, b04.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_cannot_be_made_an_administrator_by_the_server() {
    for victim in ["Rosa", "Felix", "Ana"] {
        a_false_log_is_caught(victim, "fold", async |world, _, liar| {
            let teo = world.of("Teo");
            let role = [("role", Value::from("administrator"))];
            let action = liar.forge(&teo.key(), "member", teo.member, None, role);
            liar.log(action, Some(Outcome::Applied));
        })
        .await;
    }
}

/// Shows c23, b04.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_cannot_be_made_void_by_the_server() {
    a_false_log_is_caught("Rosa", "fold", async |world, _, liar| {
        let ana = world.of("Ana");
        let device = world.of("Felix").device();
        let request = ask(json!({"device": device, "reason": "Lost on site"}));
        ana.client.revoke_device(request).await.unwrap();
        ana.client.sync().await.unwrap();
        *liar = Liar::of(&world.server_folder());
        let revocation = liar.last("device");
        liar.change(revocation, |entry| entry.outcome = Outcome::Held(Held::Denied));
    })
    .await;
}

/// Shows c23, b04.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_nobody_invited_is_caught() {
    a_false_log_is_caught("Rosa", "fold", async |world, _, liar| {
        let key = SigningKey::from_bytes(&[66; 32]);
        let fields = [
            ("member", Value::from(world.of("Ana").member)),
            ("invite", Value::from(Uuid::v7(1, [3; 10]))),
            ("countersignature", Value::Bytes(vec![5; 64])),
        ];
        let action = liar.forge(&key, "device", RecordId::Key(key.verifying_key().to_bytes()), None, fields);
        liar.log(action, Some(Outcome::Applied));
    })
    .await;
}

/// Shows c23, b07.
#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_is_logged_again_is_caught() {
    for victim in ["Rosa", "Ana"] {
        a_false_log_is_caught(victim, "chain", async |_, _, liar| {
            let action = liar.entries[liar.last("note")].action.clone();
            liar.log(action, Some(Outcome::Applied));
        })
        .await;
    }
}

/// Shows c23, b05.
#[tokio::test(flavor = "multi_thread")]
async fn an_action_of_another_organisation_is_caught() {
    let (other, project) = World::with_a_crew(54).await;
    other.of("Teo").note(project, "From elsewhere").await;
    other.of("Teo").client.sync().await.unwrap();
    let foreign = Liar::of(&other.server_folder()).entries.pop().unwrap();
    a_false_log_is_caught("Ana", "signature", async |_, _, liar| {
        let received = liar.entries.last().unwrap().received;
        let mut entry = foreign.as_ref().clone();
        entry.received = received;
        liar.entries.push(Arc::new(entry));
    })
    .await;
}

/// Shows c23.
#[tokio::test(flavor = "multi_thread")]
async fn good_work_that_is_held_for_no_reason_is_caught_by_who_sees_everything() {
    for victim in ["Ana", "Marta"] {
        a_false_log_is_caught(victim, "fold", async |_, _, liar| {
            let note = liar.last("note");
            liar.change(note, |entry| entry.outcome = Outcome::Held(Held::Denied));
        })
        .await;
    }
}

/// Shows c23, b07.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_hidden_as_not_yours_shows_when_a_later_one_of_its_record_is_seen() {
    let (world, project) = World::with_a_crew(55).await;
    let teo = world.of("Teo");
    let note = teo.note(project, "Poured the footing").await;
    teo.client.sync().await.unwrap();
    let rosa = world.of("Rosa");
    let mut liar = Liar::of(&world.server_folder());
    liar.hidden.insert(liar.last("note") as u64);
    let hidden = liar.hidden.clone();
    rosa.link.tamper(liar.answers(rosa.device()));
    rosa.client.sync().await.unwrap();
    assert_eq!(rosa.alarms().await, 0, "what is hidden and never mentioned again cannot be known");

    teo.rewrite(note, "Poured the north footing").await;
    teo.client.sync().await.unwrap();
    let mut liar = Liar::of(&world.server_folder());
    liar.hidden = hidden;
    rosa.link.tamper(liar.answers(rosa.device()));
    is_caught(&world, "Rosa", "record").await;
}

/// Shows c23, b10.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_by_another_key_is_caught() {
    a_false_log_is_caught("Rosa", "checkpoint", async |_, _, liar| liar.take_key(SigningKey::from_bytes(&[9; 32])))
        .await;
}

/// Shows c23, s18.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_led_to_another_history_is_alarmed() {
    let (mut world, project) = World::with_a_crew(56).await;
    let (second, _folder) = world.fork().await;
    let rosa = world.of("Rosa");
    world.of("Teo").link.lead_to(&second.url);
    for (who, text) in [("Rosa", "On the first server"), ("Teo", "On the second")] {
        world.of(who).note(project, text).await;
        world.of(who).client.sync().await.unwrap();
    }
    rosa.link.lead_to(&second.url);
    is_caught(&world, "Rosa", "root").await;
}

/// Two checkpoints of one size, both signed by the server, with different roots: nobody else can have made them.
///
/// Shows c23, s18.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_showed_two_histories_is_convicted_by_what_the_victim_kept() {
    let (mut world, project) = World::with_a_crew(65).await;
    let (second, _folder) = world.fork().await;
    world.of("Teo").link.lead_to(&second.url);
    for who in ["Rosa", "Teo"] {
        world.of(who).note(project, who).await;
        world.of(who).client.sync().await.unwrap();
    }
    let rosa = world.of("Rosa");
    rosa.link.lead_to(&second.url);
    rosa.client.sync().await.unwrap_err();
    let alarm = rosa.client.alarms().await.unwrap().remove(0);
    let folder = world.folder.join("evidence");
    rosa.client.export_alarm(ask(json!({"alarm": alarm.alarm, "path": folder}))).await.unwrap();
    let key = Liar::of(&world.server_folder()).server_key().verifying_key().to_bytes();
    let read = |file: &str| {
        let signed = SignedCheckpoint::parse(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        signed.verify(&key).unwrap();
        signed.checkpoint
    };
    let (believed, told) = (read("believed.0"), read("told"));
    assert_eq!((&believed.origin, believed.size), (&told.origin, told.size));
    assert_ne!(believed.root, told.root);
}

/// Shows c23, s18.
#[tokio::test(flavor = "multi_thread")]
async fn a_fork_shows_in_what_the_other_side_had_seen() {
    let (mut world, project) = World::with_a_crew(57).await;
    let (second, folder) = world.fork().await;
    let common = world.of("Ana").size().await as usize;
    world.of("Teo").link.lead_to(&second.url);
    // Each side goes on by itself; Teo's second note has seen his side's first.
    for text in ["On the second server", "And once more"] {
        world.of("Teo").note(project, text).await;
        world.of("Teo").client.sync().await.unwrap();
    }
    world.of("Rosa").note(project, "On the first server").await;
    world.of("Rosa").client.sync().await.unwrap();
    world.of("Ana").client.sync().await.unwrap();
    // To look alive the server moves Teo's notes over to Ana's side.
    let mut liar = Liar::of(&world.server_folder());
    for entry in Liar::of(&folder).entries.drain(common..) {
        liar.log(entry.action.clone(), None);
    }
    let ana = world.of("Ana");
    ana.link.tamper(liar.answers(ana.device()));
    // Entries and root agree with the checkpoint: only what Teo had seen does not.
    assert_eq!(ana.client.sync().await, Err(Fault::corrupt("log")));
    assert_eq!(ana.client.alarms().await.unwrap()[0].code, "seen");
}

/// Shows c23.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_always_asks_to_begin_again_holds_nobody_for_ever() {
    let (world, project) = World::with_a_crew(58).await;
    world.of("Teo").note(project, "Still here").await;
    let teo = world.of("Teo");
    let size = teo.size().await;
    let turn = std::sync::atomic::AtomicU64::new(0);
    teo.link.tamper(move |asked, mut told| {
        if asked.path == "/v1/pull" {
            let n = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let tag = plumbline_protocol::action::hash(&n.to_be_bytes());
            let page: Page<Kept> = Page::Restart { generation: 0, tag };
            told.body = page::pack(&page.encode().unwrap()).unwrap().into();
        }
        told
    });
    let synced = tokio::time::timeout(std::time::Duration::from_secs(30), teo.client.sync()).await;
    assert!(synced.expect("the round ends").is_err());
    assert_eq!(teo.size().await, size, "the old state stays in use");
    teo.link.honest();
    teo.client.sync().await.unwrap();
}

/// Shows c23, b09, b14.
#[tokio::test(flavor = "multi_thread")]
async fn a_lie_told_while_the_log_is_read_again_from_its_start_leaves_the_old_state_in_use() {
    let (world, project) = World::with_a_crew(64).await;
    let other = world.project("Ana", "Mill Street culvert").await;
    let rosa = world.of("Rosa");
    let note = rosa.note(project, "Unsent and mine").await;
    let before = records(&rosa.client).await;
    let request = json!({"kind": "member", "record": rosa.member, "fields": {"projects": {"add": [other]}}});
    world.of("Ana").client.write(ask(request)).await.unwrap();
    world.of("Ana").client.sync().await.unwrap();
    let organisation = world.organisation("Ana").await;
    rosa.link.tamper(on_pages(organisation, |items| drop(items.pop())));
    rosa.link.restore(Faults::default());
    let _ = rosa.client.sync().await;
    assert!(rosa.alarms().await > 0);
    let mut after = records(&rosa.client).await;
    // Her own note went up before she was lied to.
    let shown = after.insert(note, before[&note].clone()).unwrap();
    assert_eq!(shown.fields, before[&note].fields);
    assert!(after == before, "the old state was given up for a lie");

    rosa.link.honest();
    world.settle().await;
    assert!(records(&rosa.client).await.contains_key(&RecordId::from(other)));
}

/// Shows c23.
#[tokio::test(flavor = "multi_thread")]
async fn no_change_of_one_bit_in_a_log_directory_passes() {
    let (world, project) = World::with_a_crew(59).await;
    world.of("Teo").note(project, "Poured the footing").await;
    world.settle().await;
    let folder = world.folder.join("log");
    assert!(world.export("Ana", &folder).await.ok);
    let mut dice = Dice::of(59, "bits");
    for file in plumbline_tests::logdir::files(&folder) {
        let whole = std::fs::read(&file).unwrap();
        for _ in 0..8 {
            let mut bytes = whole.clone();
            bytes[dice.below(whole.len() as u64) as usize] ^= 1 << dice.below(8);
            std::fs::write(&file, &bytes).unwrap();
            assert!(!plumbline_tests::logdir::verify(&folder).ok, "{}", file.display());
        }
        std::fs::write(&file, &whole[..whole.len() - 1]).unwrap();
        assert!(!plumbline_tests::logdir::verify(&folder).ok, "{} cut", file.display());
        std::fs::remove_file(&file).unwrap();
        assert!(!plumbline_tests::logdir::verify(&folder).ok, "{} removed", file.display());
        std::fs::write(&file, &whole).unwrap();
    }
    assert!(plumbline_tests::logdir::verify(&folder).ok);
}

/// Rosa sends two notes and is given a receipt that was changed: an alarm, and her work waits until she is told the truth.
async fn a_false_receipt_is_caught(code: &str, waits: usize, change: impl Fn(&mut Receipt) + Send + Sync + 'static) {
    let (world, project) = World::with_a_crew(66).await;
    let rosa = world.of("Rosa");
    // What else stands in the log, at its end.
    world.of("Teo").note(project, "Stripped the forms").await;
    world.of("Teo").client.sync().await.unwrap();
    let notes = [rosa.note(project, "Poured the footing").await, rosa.note(project, "Cured for a day").await];
    rosa.link.tamper(on_receipts(change));
    assert_eq!(rosa.client.sync().await, Err(Fault::corrupt("log")));
    assert_eq!(rosa.client.alarms().await.unwrap()[0].code, code);
    is_said_and_kept(&world, "Rosa").await;
    let waiting = rosa.client.waiting().await.unwrap();
    assert_eq!(waiting.len(), waits, "nothing leaves the outbox for a receipt that proves nothing");

    rosa.link.honest();
    world.settle().await;
    assert!(rosa.client.waiting().await.unwrap().is_empty());
    for note in notes {
        let entries = Liar::of(&world.server_folder()).entries;
        assert_eq!(entries.iter().filter(|entry| entry.action.header().record == note).count(), 1);
    }
}

fn position(result: &mut PushResult) -> &mut u64 {
    match result {
        PushResult::Logged { position, .. } => position,
        other => panic!("not logged: {other:?}"),
    }
}

/// Shows c23, b15.
#[tokio::test(flavor = "multi_thread")]
async fn a_false_receipt_is_caught_and_the_work_stays() {
    type Change = Box<dyn Fn(&mut Receipt) + Send + Sync>;
    let of_key = |receipt: &mut Receipt, key: &SigningKey| {
        let signed = SignedCheckpoint::parse(&receipt.checkpoint).unwrap();
        receipt.checkpoint = signed.checkpoint.sign(key).to_string();
    };
    let lies: [(&str, Change); 9] = [
        // Not in the log: beyond its end, or where another's stands.
        ("root", Box::new(|receipt| *position(&mut receipt.results[1]) += 100)),
        ("root", Box::new(|receipt| *position(&mut receipt.results[0]) -= 1)),
        // One entry for two actions: one of them would go unproven.
        ("root", Box::new(|receipt| *position(&mut receipt.results[0]) += 1)),
        // The receipt of the other action.
        ("root", Box::new(|receipt| receipt.results.swap(0, 1))),
        ("root", Box::new(|receipt| receipt.proof.truncate(receipt.proof.len() - 1))),
        ("root", Box::new(|receipt| receipt.proof[0].hash.0[3] ^= 1)),
        (
            "root",
            Box::new(|receipt| match &mut receipt.results[0] {
                PushResult::Logged { outcome, .. } => *outcome = Outcome::Held(Held::Denied),
                other => panic!("not logged: {other:?}"),
            }),
        ),
        ("checkpoint", Box::new(move |receipt| of_key(receipt, &SigningKey::from_bytes(&[9; 32])))),
        ("checkpoint", Box::new(|receipt| receipt.checkpoint.clear())),
    ];
    let count = lies.len();
    for (n, (code, change)) in lies.into_iter().enumerate() {
        // A receipt by a key that is not known makes the client read the log, which has the work: so it waits no longer.
        let waits = if n == 7 { 0 } else { 2 };
        a_false_receipt_is_caught(code, waits, change).await;
    }
    ran!(count);
}

/// Shows c23, b15.
#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_over_bytes_that_the_server_never_had_takes_no_original_away() {
    let (world, project) = World::with_a_crew(67).await;
    let (teo, ana) = (world.of("Teo"), world.of("Ana"));
    let bytes = photo::jpeg(&mut Dice::of(67, "photo"));
    let photo = teo.photograph(project, &bytes).await;
    // The server takes the action, says that it holds every byte, and takes none.
    teo.link.tamper(|asked, mut told| {
        if asked.path.starts_with("/v1/blobs/") {
            told.status = hyper::StatusCode::OK;
            told.headers.insert("plumbline-state", "verified".parse().unwrap());
            told.headers.remove("plumbline-missing");
        }
        told
    });
    teo.client.sync().await.unwrap();
    let shown = async |of: &plumbline_tests::world::Person| {
        of.client.photos(ask(json!({"limit": 10}))).await.unwrap().photos.remove(0)
    };
    let said = shown(teo).await;
    assert_eq!((said.state, said.here), (Custody::Received, true), "verified is what a deposit says, not a header");

    // Then it signs a deposit all the same.
    let honest = Liar::of(&world.server_folder());
    let (id, key) = (photo.id, honest.server_key());
    let deposit = |sha256: Hash| {
        let mut log = honest.clone();
        let fields =
            [("photo", Value::from(id)), ("sha256", Value::from(sha256.0)), ("bytes", Value::Int(bytes.len() as i64))];
        let action = log.forge(&key, "deposit", deposit::record_of(&id), Some(project), fields);
        log.log(action, None);
        log
    };
    let other = deposit(Hash([7; 32]));
    assert!(!other.entries.last().unwrap().outcome.applied(), "over other bytes it is held, as every reader judges");
    let liar = deposit(photo.sha256);
    for person in [teo, ana] {
        person.link.tamper(liar.clone().answers(person.device()));
        person.client.sync().await.unwrap();
    }
    let said = shown(teo).await;
    assert_eq!((said.state, said.here), (Custody::Verified, true), "the server's signed word, and the original stays");
    let kept = world.folder.join("kept.jpg");
    teo.client.export_photo(ask(json!({"photo": photo.id, "path": kept}))).await.unwrap();
    assert_eq!(std::fs::read(kept).unwrap(), bytes);
    // Whoever asks the server for the bytes finds out, and the log with the signed deposit is the evidence.
    let gone = world.folder.join("gone.jpg");
    assert!(ana.client.export_photo(ask(json!({"photo": photo.id, "path": gone}))).await.is_err());
    assert!(!gone.exists());
    let entry = liar.entries.last().unwrap();
    assert_eq!(entry.action.header().device.0, key.verifying_key().to_bytes());
}
