//! Invariant 1: what a call has acknowledged is there, whatever happens to the process, the network or the keystore.

use plumbline_protocol::{Fault, Lock};
use plumbline_tests::dice::Dice;
use plumbline_tests::{
    clock::{DAY, HOUR, MINUTE},
    photo,
    world::{World, ask, open},
};
use serde_json::json;

/// Shows c01.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_reopening_a_store_that_was_never_closed() {
    let (mut world, project) = World::with_a_crew(11).await;
    world.cut();
    let teo = world.of("Teo");
    let punch = teo.punch("in", project, Some("Laborer")).await;
    let note = teo.note(project, "Fence is down at the north gate").await;
    let original = photo::jpeg(&mut Dice::of(11, "photo"));
    let photo = teo.photograph(project, &original).await;
    let before = (teo.record(punch).await, teo.record(note).await, teo.client.waiting().await.unwrap().len());

    world.reopen("Teo").await;
    let teo = world.of("Teo");
    assert_eq!((teo.record(punch).await, teo.record(note).await, teo.client.waiting().await.unwrap().len()), before);
    let kept = world.folder.join("kept.jpg");
    teo.client.export_photo(ask(json!({"photo": photo.id, "path": kept}))).await.unwrap();
    assert_eq!(std::fs::read(kept).unwrap(), original);

    world.restore(Default::default());
    world.settle().await;
    assert!(!world.of("Ana").record(punch).await.pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_closes_the_network_and_never_the_book() {
    let (mut world, project) = World::with_a_crew(12).await;
    world.cut();
    world.clock.advance(100 * DAY);
    world.reopen("Rosa").await;
    let rosa = world.of("Rosa");
    let note = rosa.note(project, "Back after the winter").await;
    assert_eq!(rosa.client.sync().await, Err(Fault::Offline));
    assert!(rosa.record(note).await.pending);
    world.restore(Default::default());
    world.settle().await;
    assert!(!world.of("Felix").record(note).await.pending);
}

/// Shows b17, c07.
#[tokio::test(flavor = "multi_thread")]
async fn a_keystore_that_fails_is_told_apart_and_never_answered_with_a_new_key() {
    let (mut world, project) = World::with_a_crew(13).await;
    let note = world.of("Teo").note(project, "Written before the keystore failed").await;
    let teo = world.take("Teo");
    drop(teo.client);
    let files = |world: &World| {
        let home = world.folder.join("clients").join("teo");
        plumbline_tests::logdir::files(&home)
            .into_iter()
            .map(|f| (f.clone(), std::fs::read(f).unwrap()))
            .collect::<Vec<_>>()
    };
    for why in [Lock::Missing, Lock::Locked, Lock::Invalidated] {
        teo.memory.fail(Some(why));
        let before = files(&world);
        assert_eq!(open(&teo.home, &teo.keystore, &teo.clock).await.err(), Some(Fault::Locked { why }));
        assert!(files(&world) == before, "{why:?}: a file changed");
    }
    teo.memory.fail(None);
    let client = open(&teo.home, &teo.keystore, &teo.clock).await.unwrap();
    assert!(client.record(ask(json!({"id": note}))).await.is_ok());
    drop(client);
    teo.memory.clear();
    let missing = Some(Fault::Locked { why: Lock::Missing });
    assert_eq!(open(&teo.home, &teo.keystore, &teo.clock).await.err(), missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_rest_on_the_anchor_and_not_on_a_wall_clock_that_somebody_sets() {
    let (world, project) = World::with_a_crew(14).await;
    world.cut();
    let teo = world.of("Teo");
    teo.punch("in", project, Some("Laborer")).await;
    teo.clock.set_wrong_by(400 * DAY);
    world.clock.advance(2 * HOUR + 30 * MINUTE);
    teo.punch("out", project, None).await;
    world.restore(Default::default());
    world.settle().await;
    let hours = world.of("Marta").client.hours(ask(json!({"project": project}))).await.unwrap();
    assert_eq!(hours.rows.iter().map(|row| row.seconds).collect::<Vec<_>>(), [9000]);
    assert_eq!(hours.rows[0].date, "2026-10-05");
}
