//! Parts of photographs that the phone's own system carries while the app does not run.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use plumbline_core::{
    photo::{Custody, PhotoView},
    sync::outgoing::{UploadPartView, UploadPartsView},
};
use plumbline_protocol::{Fault, Uuid};
use plumbline_tests::{
    dice::Dice,
    link::trust,
    photo,
    world::{Person, World, ask},
};
use reqwest::{Client, StatusCode};
use serde_json::json;

/// A picture of three parts and a bit.
fn picture(n: u64) -> Vec<u8> {
    let mut bytes = photo::jpeg(&mut Dice::of(n, "photo"));
    bytes.extend((0..800_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8));
    bytes
}

async fn given(to: &Person, under_way: &[&UploadPartView], most: u64) -> Result<UploadPartsView, Fault> {
    let names: Vec<&str> = under_way.iter().map(|part| part.name.as_str()).collect();
    to.client.upload_parts(ask(json!({"under_way": names, "most": most}))).await
}

async fn state(of: &Person, photo: &PhotoView) -> Custody {
    of.client.photo(ask(json!({"id": photo.id}))).await.unwrap().state
}

/// Carries a part, knowing no more of it than a system does, which tries again when a connection breaks: a server that refuses
/// a part may close before it has read all of it.
async fn carry(world: &World, part: &UploadPartView) -> StatusCode {
    let tls = trust(&world.server_folder());
    let http = Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap();
    for _ in 0..20 {
        let request = http.put(&part.url).body(fs::read(&part.file).unwrap());
        let request = part.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        if let Ok(answer) = request.send().await {
            return answer.status();
        }
    }
    panic!("no answer to {}", part.url);
}

fn lying(of: &Person) -> usize {
    fs::read_dir(of.home.join("outgoing")).map_or(0, Iterator::count)
}

async fn photographs(world: &World, project: Uuid, seeds: &[u64]) -> Vec<PhotoView> {
    let mut photos = Vec::new();
    for seed in seeds {
        photos.push(world.of("Teo").photograph(project, &picture(*seed)).await);
    }
    photos
}

/// Shows c08.
#[tokio::test(flavor = "multi_thread")]
async fn photographs_that_the_system_carries_arrive_once_and_are_left_alone_meanwhile() {
    let (world, project) = World::with_a_crew(140).await;
    let photos = photographs(&world, project, &[1, 2]).await;
    let teo = world.of("Teo");
    // The first ends at its parts, so the second is not begun.
    let parts = given(teo, &[], 1).await.unwrap().parts;
    assert_eq!(parts.len(), 4);
    assert!(parts.iter().all(|part| part.bytes == fs::metadata(&part.file).unwrap().len()));
    let whole: Vec<u8> = parts.iter().flat_map(|part| fs::read(&part.file).unwrap()).collect();
    // Both were taken in one millisecond of the world's clock: either may be the first.
    let of_first = parts[0].name.starts_with(&photos[0].id.to_string());
    let (seed, carried, other) = if of_first { (1, &photos[0], &photos[1]) } else { (2, &photos[1], &photos[0]) };
    assert!(whole == picture(seed), "the parts are the whole of it");

    // A round of the device sends the other one, and of this one nothing.
    assert_eq!(teo.client.sync().await.unwrap().uploaded, 1);
    assert_eq!(state(teo, carried).await, Custody::Local);
    // The server reads it again in its own time.
    assert_ne!(state(teo, other).await, Custody::Local);

    for part in &parts {
        assert_eq!(carry(&world, part).await, StatusCode::NO_CONTENT);
    }
    // While the system has not said that the last one arrived, it is the system's.
    let last = &parts[3];
    assert_eq!(given(teo, &[last], u64::MAX).await.unwrap().parts, []);
    assert_eq!((teo.client.sync().await.unwrap().uploaded, lying(teo)), (0, 1));
    let sent = Arc::new(AtomicUsize::new(0));
    let parts_sent = sent.clone();
    teo.link.tamper(move |asked, told| {
        parts_sent.fetch_add(usize::from(asked.path.contains("/parts/")), Ordering::SeqCst);
        told
    });
    assert_eq!(given(teo, &[], u64::MAX).await.unwrap().parts, [], "the server lacks none");
    assert_eq!((teo.client.sync().await.unwrap().uploaded, lying(teo)), (1, 0));
    assert_eq!(sent.load(Ordering::SeqCst), 0, "no byte is sent twice");
    world.settle().await;
    for photo in &photos {
        assert_eq!(state(world.of("Marta"), photo).await, Custody::Verified);
    }
}

fn names(parts: &[UploadPartView]) -> Vec<&str> {
    parts.iter().map(|part| part.name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_sent_by_the_device_and_what_was_carried_by_then_is_not_sent_again() {
    let (world, project) = World::with_a_crew(141).await;
    let photos = photographs(&world, project, &[3]).await;
    let teo = world.of("Teo");
    let parts = given(teo, &[], u64::MAX).await.unwrap().parts;
    assert_eq!(carry(&world, &parts[0]).await, StatusCode::NO_CONTENT);
    let again = given(teo, &[], u64::MAX).await.unwrap().parts;
    assert_eq!(names(&again), names(&parts[1..]), "only what the server lacks");
    teo.link.cut();
    assert_eq!(given(teo, &[], 0).await.unwrap().parts, [], "taking back needs no network");
    assert_eq!(lying(teo), 0);
    teo.link.restore(Default::default());
    assert_eq!(teo.client.sync().await.unwrap().uploaded, 1);
    world.settle().await;
    assert_eq!(state(world.of("Marta"), &photos[0]).await, Custody::Verified);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_given_out_without_a_server_and_a_sign_out_leaves_nothing() {
    let (mut world, project) = World::with_a_crew(142).await;
    photographs(&world, project, &[4]).await;
    let teo = world.of("Teo");
    teo.link.cut();
    assert_eq!(given(teo, &[], u64::MAX).await, Err(Fault::Offline));
    assert_eq!(lying(teo), 0);
    teo.link.restore(Default::default());
    let parts = given(teo, &[], u64::MAX).await.unwrap().parts;
    assert_eq!(lying(teo), 4);

    // A new process knows of nothing that is carried until it is told.
    world.reopen("Teo").await;
    let teo = world.of("Teo");
    assert_eq!(given(teo, &parts.iter().collect::<Vec<_>>(), u64::MAX).await.unwrap().parts, []);
    assert_eq!((teo.client.sync().await.unwrap().uploaded, lying(teo)), (0, 4));

    for bad in ["", "x", "../x.0", "../../store.db"] {
        let refused = teo.client.upload_parts(ask(json!({"under_way": [bad], "most": 0}))).await;
        assert_eq!(refused, Err(Fault::invalid("under_way", "form")), "{bad}");
    }
    teo.client.sign_out(ask(json!({"discard_unsent": true}))).await.unwrap();
    assert_eq!(lying(teo), 0);
    assert_eq!(carry_bytes(&world, &parts[0], picture(4)).await, StatusCode::UNAUTHORIZED);
}

/// The same for a part whose file is gone.
async fn carry_bytes(world: &World, part: &UploadPartView, whole: Vec<u8>) -> StatusCode {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("part");
    fs::write(&file, &whole[..part.bytes as usize]).unwrap();
    carry(world, &UploadPartView { file, ..part.clone() }).await
}
