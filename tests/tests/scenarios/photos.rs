//! Photographs as the office looks at them: taken elsewhere, shown here, checked, and taken away as a whole.

use std::fs;

use plumbline_core::{
    custody::{CheckedBytes, CustodyStep, CustodyView},
    gallery::PhotoDay,
    photo::PhotoView,
};
use plumbline_protocol::{Fault, Uuid};
use plumbline_tests::{
    clock::{DAY, HOUR, MINUTE},
    dice::Dice,
    logdir, photo,
    world::{MONDAY, Person, World, ask},
};
use serde_json::{Value, json};

async fn photos(of: &Person, conditions: Value) -> Vec<PhotoView> {
    of.client.photos(ask(conditions)).await.unwrap().photos
}

async fn ids(of: &Person, conditions: Value) -> Vec<Uuid> {
    photos(of, conditions).await.into_iter().map(|photo| photo.id).collect()
}

async fn shown(of: &Person, photo: &PhotoView) -> PhotoView {
    of.client.photo(ask(json!({"id": photo.id}))).await.unwrap()
}

async fn thumbnail(of: &Person, photo: &PhotoView) -> Result<Vec<u8>, Fault> {
    of.client.thumbnail(ask(json!({"id": photo.id}))).await
}

async fn part(of: &Person, photo: &PhotoView, from: u64, length: u64) -> Result<Vec<u8>, Fault> {
    let request = json!({"photo": photo.id, "from": from, "length": length});
    of.client.original(ask(request)).await.map(|part| part.bytes)
}

async fn checked(of: &Person, photo: &PhotoView) -> CheckedBytes {
    of.client.check_photo(ask(json!({"id": photo.id}))).await.unwrap().bytes
}

/// Bytes of pictures that differ: of several parts on the way.
fn picture(n: u64) -> Vec<u8> {
    let mut bytes = photo::jpeg(&mut Dice::of(n, "photo"));
    // What stands behind the end of a picture belongs to the file all the same.
    bytes.extend((0..700_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8));
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_taken_elsewhere_is_shown_here_and_read_by_parts() {
    let (world, project) = World::with_a_crew(120).await;
    let bytes = picture(120);
    let photo = world.of("Teo").photograph(project, &bytes).await;
    world.settle().await;
    let marta = world.of("Marta");

    // Many look at once, and each sees it.
    let (one, two, three) = tokio::join!(thumbnail(marta, &photo), thumbnail(marta, &photo), thumbnail(marta, &photo));
    let small = image::load_from_memory(&one.clone().unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (320, 240));
    assert!(one == two && two == three);
    let view = shown(marta, &photo).await;
    assert_eq!((view.thumbnail, view.here), (true, false), "a glance keeps no original");
    assert_eq!(checked(marta, &photo).await, CheckedBytes::NotHere);

    let (from, length) = (300_000, 100_000);
    let (one, two) = tokio::join!(part(marta, &photo, from, length), part(marta, &photo, 5, 10));
    assert_eq!(one.unwrap(), &bytes[300_000..400_000]);
    assert_eq!(two.unwrap(), &bytes[5..15]);
    assert!(shown(marta, &photo).await.here);
    assert_eq!(marta.client.storage().await.unwrap().photos, 1);

    // From then on no network is needed.
    marta.link.cut();
    let end = bytes.len() as u64 - 7;
    assert_eq!(part(marta, &photo, end, 4 * 1024 * 1024).await.unwrap(), &bytes[bytes.len() - 7..]);
    assert_eq!(checked(marta, &photo).await, CheckedBytes::Same);
    for (from, length, field) in [(end + 7, 1, "from"), (0, 0, "length"), (0, 4 * 1024 * 1024 + 1, "length")] {
        assert_eq!(part(marta, &photo, from, length).await, Err(Fault::invalid(field, "range")));
    }

    // Nobody waits for a copy of somebody else's photograph to be sent.
    assert_eq!(marta.client.uploads().await.unwrap(), []);
    let left = marta.client.sign_out(ask(json!({"discard_unsent": false}))).await.unwrap();
    assert_eq!((left.unsent, left.done), (0, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_here_says_why_and_comes_when_the_server_is_reached() {
    let (mut world, project) = World::with_a_crew(121).await;
    let bytes = picture(121);
    let photo = world.of("Teo").photograph(project, &bytes).await;
    world.settle().await;
    let marta = world.of("Marta");
    marta.link.cut();
    assert_eq!(thumbnail(marta, &photo).await, Err(Fault::Offline));
    assert_eq!(part(marta, &photo, 0, 10).await, Err(Fault::Offline));
    assert!(!shown(marta, &photo).await.here);
    marta.link.restore(Default::default());
    assert!(thumbnail(marta, &photo).await.is_ok());
    assert_eq!(part(marta, &photo, 0, 10).await.unwrap(), &bytes[..10]);

    // Both are there for good.
    marta.link.cut();
    world.reopen("Marta").await;
    let marta = world.of("Marta");
    assert!(thumbnail(marta, &photo).await.is_ok());
    assert_eq!(part(marta, &photo, 0, 10).await.unwrap(), &bytes[..10]);

    // A picture that nothing here decodes has no thumbnail, and what nobody sees is not found.
    let heic = [b"\0\0\0\x18ftypheic\0\0\0\0".as_slice(), &[7; 900]].concat();
    let teo = world.of("Teo");
    let heic = teo.photograph(project, &heic).await;
    assert_eq!(thumbnail(teo, &heic).await, Err(Fault::NotFound));
    let unknown = PhotoView { id: Uuid::v7(1, [9; 10]), ..heic };
    assert_eq!(thumbnail(teo, &unknown).await, Err(Fault::NotFound));
    assert_eq!(part(teo, &unknown, 0, 1).await, Err(Fault::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_original_of_which_one_byte_was_changed_is_neither_shown_nor_kept() {
    let (world, project) = World::with_a_crew(122).await;
    let bytes = picture(122);
    let photo = world.of("Teo").photograph(project, &bytes).await;
    world.settle().await;
    let marta = world.of("Marta");
    marta.link.tamper(|asked, mut told| {
        if asked.path.starts_with("/v1/blobs/") {
            let mut changed = told.body.to_vec();
            if let Some(last) = changed.last_mut() {
                *last ^= 1;
            }
            told.body = changed.into();
        }
        told
    });
    let before = logdir::files(&marta.home.join("blobs")).len();
    assert_eq!(part(marta, &photo, 0, 10).await, Err(Fault::corrupt("photo")));
    assert_eq!(thumbnail(marta, &photo).await, Err(Fault::corrupt("photo")));
    let view = shown(marta, &photo).await;
    assert_eq!((view.here, view.thumbnail), (false, false));
    assert_eq!(logdir::files(&marta.home.join("blobs")).len(), before);
    marta.link.honest();
    assert_eq!(part(marta, &photo, 0, 10).await.unwrap(), &bytes[..10]);
}

#[tokio::test(flavor = "multi_thread")]
async fn photographs_are_found_by_person_day_words_and_state() {
    let (world, bridge) = World::with_a_crew(123).await;
    let tunnel = world.project("Ana", "Tunnel").await;
    world.settle().await;
    let (teo, felix, ana) = (world.of("Teo"), world.of("Felix"), world.of("Ana"));
    let taken = async |by: &Person, project: Uuid, caption: &str, tag: &str, n: u64| {
        let path = world.folder.join(format!("{n}.jpg"));
        fs::write(&path, photo::jpeg(&mut Dice::of(n, "photo"))).unwrap();
        let request = json!({"path": path, "project": project, "source": "camera", "caption": caption, "tags": [tag]});
        by.client.capture(ask(request)).await.unwrap().id
    };
    // Monday, six in the morning in New York.
    let rebar = taken(teo, bridge, "Rebar, north abutment", "rebar", 1).await;
    world.clock.advance(MINUTE);
    let pour = taken(felix, bridge, "Pour of the north abutment", "concrete", 2).await;
    world.clock.advance(17 * HOUR);
    // Eleven at night; in UTC it is Tuesday.
    let night = taken(teo, bridge, "Lights", "night", 3).await;
    world.settle().await;
    world.clock.advance(2 * HOUR);
    let portal = taken(ana, tunnel, "Portal, north side", "rebar", 4).await;
    world.settle().await;
    let marta = world.of("Marta");

    assert_eq!(ids(marta, json!({})).await, [portal, night, pour, rebar]);
    assert_eq!(ids(marta, json!({"by": teo.member})).await, [night, rebar]);
    assert_eq!(ids(marta, json!({"by": teo.member, "project": tunnel})).await, []);
    assert_eq!(ids(marta, json!({"project": bridge})).await, [night, pour, rebar]);
    assert_eq!(ids(marta, json!({"text": "north"})).await, [portal, pour, rebar]);
    assert_eq!(ids(marta, json!({"text": "abut nor", "by": felix.member})).await, [pour]);
    assert_eq!(ids(marta, json!({"text": "\"north OR NEAR(\0"})).await, []);
    assert_eq!(ids(marta, json!({"from": MONDAY + 10 * HOUR, "to": MONDAY + 18 * HOUR})).await, [night]);
    let too_long = marta.client.photos(ask(json!({"text": "x".repeat(501)}))).await;
    assert_eq!(too_long.unwrap_err(), Fault::invalid("text", "length"));

    // Pages go on where the one before ended, and none is twice.
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = marta.client.photos(ask(json!({"limit": 1, "after": after}))).await.unwrap();
        paged.extend(page.photos.iter().map(|photo| photo.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, [portal, night, pour, rebar]);

    let days = async |zone: &str, more: Value| {
        let mut request = json!({"zone": zone});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let days = marta.client.photo_days(ask(request)).await.unwrap();
        days.into_iter().map(|day: PhotoDay| (day.date, day.count)).collect::<Vec<_>>()
    };
    let day = |date: &str, count: u64| (date.to_owned(), count);
    assert_eq!(days("America/New_York", json!({})).await, [day("2026-10-06", 1), day("2026-10-05", 3)]);
    assert_eq!(days("UTC", json!({})).await, [day("2026-10-06", 2), day("2026-10-05", 2)]);
    assert_eq!(days("UTC", json!({"by": teo.member})).await, [day("2026-10-06", 1), day("2026-10-05", 1)]);
    assert_eq!(days("UTC", json!({"text": "north", "project": bridge})).await, [day("2026-10-05", 2)]);
    let newest = marta.client.photo_days(ask(json!({"zone": "America/New_York"}))).await.unwrap().remove(0);
    assert_eq!(newest.to - newest.from, DAY);
    assert_eq!(ids(marta, json!({"from": newest.from, "to": newest.to})).await, [portal]);
    let nowhere = marta.client.photo_days(ask(json!({"zone": "Middle/Earth"}))).await;
    assert_eq!(nowhere.unwrap_err(), Fault::invalid("zone", "unknown"));

    // One that only Teo's phone has, and one that is withdrawn.
    assert_eq!(ids(teo, json!({"state": "verified"})).await, [night, pour, rebar]);
    teo.link.cut();
    let fresh = taken(teo, bridge, "Not sent yet", "rebar", 5).await;
    assert_eq!(ids(teo, json!({"state": "local"})).await, [fresh]);
    assert_eq!(ids(teo, json!({"state": "received"})).await, []);
    assert_eq!(ids(teo, json!({"state": "verified", "by": teo.member})).await, [night, rebar]);
    let waiting = teo.client.uploads().await.unwrap();
    assert_eq!(waiting.iter().map(|upload| (upload.photo, upload.attempts)).collect::<Vec<_>>(), [(fresh, 0)]);
    let withdraw = json!({"record": fresh, "withdrawn": true, "reason": "Out of focus"});
    teo.client.withdraw(ask(withdraw)).await.unwrap();
    assert_eq!(ids(teo, json!({"by": teo.member})).await, [night, rebar]);
    assert_eq!(ids(teo, json!({"by": teo.member, "withdrawn": true})).await, [fresh, night, rebar]);
}

#[tokio::test(flavor = "multi_thread")]
async fn custody_is_told_step_by_step_and_a_check_reads_every_byte() {
    use CustodyStep::{Logged, Received, Taken, Verified};

    let (world, project) = World::with_a_crew(124).await;
    let (teo, marta) = (world.of("Teo"), world.of("Marta"));
    world.cut();
    let photo = teo.photograph(project, &picture(124)).await;
    let custody =
        async |of: &Person| -> Vec<CustodyView> { of.client.custody(ask(json!({"id": photo.id}))).await.unwrap() };
    let steps = |chain: &[CustodyView]| chain.iter().map(|step| step.state).collect::<Vec<_>>();
    assert_eq!(steps(&custody(teo).await), [Taken]);
    world.restore(Default::default());
    world.clock.advance(HOUR);
    world.settle().await;

    let chain = custody(teo).await;
    assert_eq!(steps(&chain), [Taken, Logged, Received, Verified]);
    assert_eq!((chain[0].at, chain[0].by, chain[0].label.as_str()), (Some(MONDAY), Some(teo.member), "Teo's phone"));
    assert!(chain[1].at.unwrap() >= MONDAY + HOUR && chain[1].position < chain[3].position);
    assert!(chain[2].at.is_none(), "nobody wrote down when");
    assert!(chain[1..].iter().all(|step| step.by.is_none() && step.label.contains(':')));
    assert_eq!(
        steps(&custody(marta).await),
        [Taken, Logged, Verified],
        "what only the sender was told is not hers to say"
    );

    let check = teo.client.check_photo(ask(json!({"id": photo.id}))).await.unwrap();
    assert_eq!((check.bytes, check.sha256), (CheckedBytes::Same, photo.sha256));
    assert_eq!((check.position, check.deposit, check.size), (chain[1].position, chain[3].position, teo.size().await));
    let sealed = logdir::files(&teo.home.join("blobs"));
    let original = sealed.iter().max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap();
    let mut bytes = fs::read(original).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(original, bytes).unwrap();
    assert_eq!(checked(teo, &photo).await, CheckedBytes::Differ);
    // What is damaged here comes back from the server.
    let end = photo.bytes - 3;
    assert_eq!(part(teo, &photo, end, 3).await.unwrap(), picture(124)[end as usize..]);
    assert_eq!(checked(teo, &photo).await, CheckedBytes::Same);
    assert!(!original.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_a_member_sees_is_taken_away_and_what_is_missing_is_named() {
    let (world, project) = World::with_a_crew(125).await;
    let (teo, rosa, marta) = (world.of("Teo"), world.of("Rosa"), world.of("Marta"));
    let bytes = picture(125);
    let photo = teo.photograph(project, &bytes).await;
    let note = rosa.note(project, "Fence is down at the north gate").await;
    rosa.rewrite(note, "Fence is up again").await;
    let punch = teo.punch("in", project, Some("Laborer")).await;
    world.settle().await;
    let lines = |path: &std::path::Path, name: &str| -> Vec<Value> {
        let text = fs::read_to_string(path.join(name)).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };

    let path = world.folder.join("of marta");
    let view = marta.client.export_all(ask(json!({"path": path}))).await.unwrap();
    assert_eq!((view.photos, view.missing), (1, 0));
    assert!(view.bytes > bytes.len() as u64);
    let notes = lines(&path, "records/note.jsonl");
    assert_eq!(notes[0]["record"]["fields"]["text"], "Fence is up again");
    assert_eq!(notes[0]["history"][0]["fields"]["text"], "Fence is down at the north gate");
    assert_eq!(lines(&path, "records/punch.jsonl")[0]["record"]["id"], punch.to_string());
    assert_eq!(fs::read(path.join(format!("photos/{}.jpeg", photo.id))).unwrap(), bytes);
    let exported = fs::read_dir(path.join("records")).unwrap().count();
    assert!(exported >= 7, "a file for each kind that there is: {exported}");
    assert_eq!(lines(&path, "missing.jsonl"), [] as [Value; 0]);
    assert!(!shown(marta, &photo).await.here, "taking it away keeps no copy");
    let report = logdir::verify(&path.join("log"));
    assert!(report.ok, "{report:?}");

    // A worker sees less, and without the server some originals are not to be had.
    rosa.link.cut();
    let path = world.folder.join("of rosa");
    let view = rosa.client.export_all(ask(json!({"path": path}))).await.unwrap();
    assert_eq!((view.photos, view.missing), (0, 1));
    let missing = lines(&path, "missing.jsonl");
    assert_eq!((&missing[0]["photo"], &missing[0]["why"]["fault"]), (&json!(photo.id), &json!("offline")));
    assert!(lines(&path, "records/punch.jsonl").is_empty(), "Teo's time is his own");
    assert!(!path.join("log").exists());
    let entries = lines(&path, "entries.jsonl");
    assert!(!entries.is_empty() && (entries.len() as u64) < rosa.size().await);
    assert!(path.join("checkpoint").exists());

    let again = rosa.client.export_all(ask(json!({"path": path}))).await;
    assert_eq!(again.unwrap_err(), Fault::invalid("path", "exists"));
    let nowhere = rosa.client.export_all(ask(json!({"path": world.folder.join("no/where")}))).await;
    assert_eq!(nowhere.unwrap_err(), Fault::invalid("path", "missing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_nobody_waits_for_leaves_nothing_behind() {
    let (world, project) = World::with_a_crew(126).await;
    let teo = world.of("Teo");
    for n in 0..3 {
        teo.photograph(project, &picture(n)).await;
    }
    world.settle().await;
    let marta = world.of("Marta");
    let meanwhile = world.folder.join("taken.tmp");
    let mut whole = None;
    // Given up at every point at which it waits for something.
    for polls in 1..40 {
        let path = world.folder.join("taken");
        let mut export = Box::pin(marta.client.export_all(ask(json!({"path": path}))));
        let mut left_to_poll = polls;
        let done = std::future::poll_fn(|context| {
            left_to_poll -= 1;
            match export.as_mut().poll(context) {
                std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
                std::task::Poll::Pending if left_to_poll == 0 => std::task::Poll::Ready(None),
                std::task::Poll::Pending => std::task::Poll::Pending,
            }
        });
        let done = done.await;
        drop(export);
        match done {
            Some(Ok(view)) => {
                whole = Some(view.photos);
                fs::remove_dir_all(&path).unwrap();
                break;
            }
            // The one before was given up so early that it had yet to begin, and only now has the folder that it lets go of.
            Some(Err(fault)) => {
                assert_eq!(fault, Fault::invalid("path", "exists"));
                assert!(!path.exists(), "nothing was left behind");
            }
            None => {}
        }
        // Whoever was writing just then lets go of it after that; who was only giving it its name may have done so.
        while meanwhile.exists() {
            tokio::task::yield_now().await;
        }
        if path.exists() {
            assert_eq!(fs::read_dir(path.join("photos")).unwrap().count(), 3, "whole or not there");
            fs::remove_dir_all(&path).unwrap();
        }
    }
    assert_eq!(whole, Some(3), "who waits long enough has it");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_of_punches_and_photographs_are_shown_newest_first() {
    let (world, project) = World::with_a_crew(127).await;
    let teo = world.of("Teo");
    let place = json!({"lat_e7": 407_128_100, "lon_e7": -740_060_100, "accuracy_cm": 500, "mock": false,
        "source": "gnss"});
    let request = json!({"what": "in", "project": project, "classification": "Laborer", "place": place});
    let punch = teo.client.clock(ask(request)).await.unwrap()[0].id;
    world.clock.advance(HOUR);
    let path = world.folder.join("placed.jpg");
    fs::write(&path, photo::jpeg(&mut Dice::of(127, "photo"))).unwrap();
    let request = json!({"path": path, "project": project, "source": "camera", "caption": "Gate", "place": place});
    let placed = teo.client.capture(ask(request)).await.unwrap();
    teo.photograph(project, &photo::jpeg(&mut Dice::of(128, "photo"))).await;
    teo.punch("out", project, None).await;
    world.settle().await;

    let places = async |request: Value| world.of("Marta").client.places(ask(request)).await.unwrap();
    let view = places(json!({"project": project})).await;
    let said: Vec<_> =
        view.places.iter().map(|p| (p.id.to_string(), p.kind.as_str(), p.by, p.what.as_deref())).collect();
    let (photo, punch) = (placed.id.to_string(), punch.to_string());
    let by = Some(teo.member);
    assert_eq!(said, [(photo, "photo", by, Some("Gate")), (punch, "punch", by, Some("in"))]);
    assert_eq!((view.more, view.places[0].place.lat_e7), (false, 407_128_100));
    assert_eq!(places(json!({"from": MONDAY + HOUR / 2})).await.places.len(), 1);
    assert_eq!(places(json!({"project": Uuid::v7(1, [3; 10])})).await.places, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_adds_up_to_what_lies_in_the_folder() {
    let (world, project) = World::with_a_crew(128).await;
    let teo = world.of("Teo");
    for n in 0..2 {
        teo.photograph(project, &picture(n)).await;
    }
    teo.client.work_off_thumbnails().await.unwrap();
    world.settle().await;
    let view = teo.client.storage().await.unwrap();
    let bytes = |folder: &std::path::Path| -> u64 {
        logdir::files(folder).iter().map(|file| fs::metadata(file).unwrap().len()).sum()
    };
    assert_eq!(view.originals + view.thumbnails, bytes(&teo.home.join("blobs")));
    assert!(view.originals > 2 * picture(0).len() as u64 && view.thumbnails > 0);
    assert_eq!((view.photos, view.aside), (2, 0));
    // Beside the store there are the notes of its id and of its lock.
    let notes = bytes(&teo.home) - view.store - view.originals - view.thumbnails;
    assert!(view.store > 0 && notes < 200, "{notes}");
    assert!(view.free > 0);
}
