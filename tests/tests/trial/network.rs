//! Everybody converges once a bad network stops being bad.

use std::{
    collections::BTreeMap,
    env,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use bytes::Bytes;
use plumbline_core::{photo::Custody, sync::Connection};
use plumbline_protocol::{Fault, RecordId};
use plumbline_tests::{
    clock::{DAY, HOUR},
    dice::Dice,
    link::{Certificate, Cut, Faults, Half, Told},
    photo,
    storm::{self, Options, Weather},
    world::{Person, World, ask},
};
use reqwest::{
    StatusCode,
    header::{self, HeaderValue},
};
use serde_json::json;

/// Seeds that every run plays; `PLUMBLINE_SEEDS=FROM..TO` names others, as `cargo xtask test soak` does.
const SEEDS: Range<u64> = 0..1000;

/// Plays one seed on a runtime of its own.
fn play(options: &Options) -> Weather {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(storm::play(options))
}

fn seeds() -> Range<u64> {
    let Ok(named) = env::var("PLUMBLINE_SEEDS") else { return SEEDS };
    let (from, to) = named.split_once("..").expect("PLUMBLINE_SEEDS is FROM..TO");
    from.parse().unwrap()..to.parse().unwrap()
}

/// Does nothing unless a seed is named: what another test prints when a seed fails replays it here, alone.
#[test]
fn one_seed() {
    let Some(seed) = storm::one() else { return };
    let (options, begun) = (Options::of(seed), Instant::now());
    storm::tell(&format!("{options:#?}"));
    let weather = play(&options);
    storm::tell(&format!("{weather:#?}\nin {:?}", begun.elapsed()));
}

/// Shows c09, c10, c11, c13, c17.
#[test]
fn whatever_a_network_does_everything_arrives_once_and_everybody_agrees_when_it_stops() {
    let seeds = seeds();
    let (next, failed, done) = (AtomicU64::new(seeds.start), Mutex::new(None), AtomicU64::new(0));
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= seeds.end || failed.lock().unwrap().is_some() {
                        return;
                    }
                    let options = Options::of(seed);
                    if catch_unwind(AssertUnwindSafe(|| play(&options))).is_err() {
                        failed.lock().unwrap().get_or_insert(options);
                    }
                    let done = done.fetch_add(1, Ordering::SeqCst) + 1;
                    if done.is_multiple_of(100) {
                        let rate = done as f64 / begun.elapsed().as_secs_f64();
                        let left = (seeds.end - seeds.start - done) as f64 / rate / 60.0;
                        storm::tell(&format!("{done} seeds, {rate:.1} in a second, {left:.0} min left"));
                    }
                }
            });
        }
    });
    if let Some(options) = failed.into_inner().unwrap() {
        panic!("a seed failed: {options:#?}\nreplay it alone: {}", storm::replay(options.seed));
    }
    plumbline_tests::ran!(seeds.end - seeds.start);
}

/// A seed found it: the action had gone up, the bytes had not, and then the author's copy of the record was taken away.
#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_is_sent_although_its_author_lost_the_project_before_its_bytes_went() {
    let (world, project) = World::with_a_crew(301).await;
    let (ana, teo) = (world.of("Ana"), world.of("Teo"));
    let (original, back) = (photo::jpeg(&mut Dice::of(301, "photo")), world.folder.join("back.jpg"));
    let taken = teo.photograph(project, &original).await;
    teo.link.tamper(|asked, told| if asked.path.starts_with("/v1/blobs") { portal(told) } else { told });
    teo.client.sync().await.unwrap_err();
    let member = RecordId::from(teo.member);
    let fields = json!({"projects": {"remove": [project]}});
    ana.client.write(ask(json!({"kind": "member", "record": member, "fields": fields}))).await.unwrap();
    ana.client.sync().await.unwrap();
    teo.client.sync().await.unwrap_err();
    teo.link.honest();
    teo.link.restore(Faults::default());
    world.settle().await;
    assert!(teo.client.photo(ask(json!({"id": RecordId::from(taken.id)}))).await.is_err(), "it is not his to see");
    let shown = ana.client.photo(ask(json!({"id": RecordId::from(taken.id)}))).await.unwrap();
    assert_eq!(shown.state, Custody::Verified);
    ana.client.export_photo(ask(json!({"photo": taken.id, "path": back}))).await.unwrap();
    assert_eq!(std::fs::read(back).unwrap(), original);
}

/// Bytes of a body after which it is cut: all of a small one, of a larger one the ends and a sample.
fn cuts(length: usize, dice: &mut Dice) -> Vec<usize> {
    if length <= 64 || env::var_os("PLUMBLINE_TRIAL_ALL").is_some() {
        return (0..length).collect();
    }
    let mut some: Vec<usize> = (0..60).map(|_| dice.below(length as u64) as usize).collect();
    some.extend([0, 1, length - 2, length - 1]);
    some.sort();
    some.dedup();
    some
}

/// Lengths of the last request's and the last reply's body on a path, as they pass.
fn lengths(person: &Person) -> Arc<Mutex<BTreeMap<String, (usize, usize)>>> {
    let seen: Arc<Mutex<BTreeMap<String, (usize, usize)>>> = Arc::default();
    let kept = seen.clone();
    person.link.tamper(move |asked, told| {
        kept.lock().unwrap().insert(asked.path.clone(), (asked.body.len(), told.body.len()));
        told
    });
    seen
}

/// Cuts one exchange of `person` on paths that begin with `path` at every byte of either body: after `prepare`, the round
/// that is cut fails, and the next makes up for it. How many cuts.
async fn cut_everywhere(person: &Person, path: &str, dice: &mut Dice, prepare: impl AsyncFn(usize)) -> usize {
    let seen = lengths(person);
    prepare(0).await;
    person.client.sync().await.unwrap();
    let passed = seen.lock().unwrap().clone();
    let (request, reply) =
        passed.iter().filter(|(p, _)| p.starts_with(path)).map(|(_, l)| *l).max().expect("nothing passed on this path");
    let mut done = 0;
    for (body, length) in [(Half::Request, request), (Half::Reply, reply)] {
        for after in cuts(length, dice) {
            done += 1;
            prepare(done).await;
            person.link.cut_once(Cut { path: path.to_owned(), body, after });
            let cut = person.client.sync().await;
            assert!(person.link.uncut(), "{body:?} of {path} did not pass");
            assert_eq!(cut.err(), Some(Fault::Offline), "{body:?} of {path} cut after {after}");
            let synced = person.client.sync().await.unwrap();
            assert_eq!(synced.waiting, 0, "{body:?} of {path} cut after {after}");
        }
    }
    person.link.honest();
    done
}

/// Shows c11, s01.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_is_cut_at_any_byte_of_request_or_reply_is_logged_once() {
    let (world, project) = World::with_a_crew(310).await;
    let (teo, before) = (world.of("Teo"), world.of("Ana").size().await);
    let note = async |n| {
        teo.note(project, &format!("Note {n}")).await;
    };
    let done = cut_everywhere(teo, "/v1/push", &mut Dice::of(310, "cuts"), note).await;
    world.settle().await;
    assert_eq!(world.of("Ana").size().await, before + 1 + done as u64);
    assert_eq!(world.of("Ana").list("note").await.len(), done + 1);
    world.seen_alike("Ana").await;
    plumbline_tests::ran!(done);
}

/// Shows c10, c13.
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_is_cut_at_any_byte_of_request_or_reply_takes_all_of_a_page_or_nothing() {
    let (world, project) = World::with_a_crew(311).await;
    let (marta, rosa) = (world.of("Marta"), world.of("Rosa"));
    let note = async |n| {
        marta.note(project, &format!("Note {n}")).await;
        marta.client.sync().await.unwrap();
    };
    let done = cut_everywhere(rosa, "/v1/pull", &mut Dice::of(311, "cuts"), note).await;
    assert_eq!(rosa.list("note").await.len(), done + 1);
    assert_eq!(rosa.alarms().await, 0);
    world.settle().await;
    world.seen_alike("Ana").await;
    plumbline_tests::ran!(done);
}

/// Shows c08.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_at_any_byte_of_a_part_or_its_end_arrives_once_and_whole() {
    let (world, project) = World::with_a_crew(312).await;
    let (ana, teo, mut dice) = (world.of("Ana"), world.of("Teo"), Dice::of(312, "cuts"));
    let taken = Mutex::new(Vec::new());
    let pictures = Mutex::new(Dice::of(312, "pictures"));
    let capture = async |_| {
        let bytes = photo::jpeg(&mut pictures.lock().unwrap());
        let photo = teo.photograph(project, &bytes).await;
        taken.lock().unwrap().push((photo.id, bytes));
    };
    let done = cut_everywhere(teo, "/v1/blobs", &mut dice, capture).await;
    world.settle().await;
    let back = world.folder.join("back.jpg");
    let taken = taken.into_inner().unwrap();
    assert_eq!(taken.len(), done + 1);
    for (id, bytes) in taken {
        let shown = ana.client.photo(ask(json!({"id": RecordId::from(id)}))).await.unwrap();
        assert_eq!(shown.state, Custody::Verified);
        ana.client.export_photo(ask(json!({"photo": id, "path": back}))).await.unwrap();
        assert!(std::fs::read(&back).unwrap() == bytes);
        std::fs::remove_file(&back).unwrap();
    }
    assert_eq!(ana.list("deposit").await.len(), done + 1, "a deposit for each");
    plumbline_tests::ran!(done);
}

/// What a captive portal says to everything.
fn portal(mut told: Told) -> Told {
    told.status = StatusCode::OK;
    told.headers.clear();
    told.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    told.body = Bytes::from_static(b"<html><body>Welcome. <a href='/login'>Log in</a></body></html>");
    told
}

fn redirect(status: u16) -> impl Fn(Told) -> Told + Send + Sync {
    move |mut told| {
        told.status = StatusCode::from_u16(status).unwrap();
        told.headers.clear();
        told.headers.insert(header::LOCATION, HeaderValue::from_static("https://wifi.example/login"));
        told.body = Bytes::new();
        told
    }
}

type Change = Box<dyn Fn(Told) -> Told + Send + Sync>;

/// What `person` has, shown and waiting, must be the same after a sync that meets `change` on every route.
async fn stays_as_it_was(person: &Person, change: Change, note: RecordId, name: &str) -> Fault {
    let (size, waiting) = (person.size().await, person.client.waiting().await.unwrap().len());
    person.link.tamper(move |_, told| change(told));
    let fault = person.client.sync().await.expect_err(name);
    assert_eq!((person.size().await, person.client.waiting().await.unwrap().len()), (size, waiting), "{name}");
    assert!(person.record(note).await.pending, "{name}");
    person.link.honest();
    fault
}

/// Shows c22.
#[tokio::test(flavor = "multi_thread")]
async fn a_captive_portal_is_never_taken_for_data_and_is_said_and_the_queue_is_kept() {
    let (mut world, project) = World::with_a_crew(313).await;
    world.of("Marta").note(project, "For everybody").await;
    world.of("Marta").client.sync().await.unwrap();
    // With a session that is open, and with a client that has to open one first.
    for round in ["open", "new"] {
        let note = world.of("Teo").note(project, round).await;
        let changes: [(&str, Change); 6] = [
            ("page", Box::new(portal)),
            ("301", Box::new(redirect(301))),
            ("302", Box::new(redirect(302))),
            ("303", Box::new(redirect(303))),
            ("307", Box::new(redirect(307))),
            ("308", Box::new(redirect(308))),
        ];
        for (name, change) in changes {
            if round == "new" {
                world.reopen("Teo").await;
            }
            let teo = world.of("Teo");
            assert_eq!(stays_as_it_was(teo, change, note, name).await, Fault::Offline, "{name}");
            assert_eq!(teo.client.status().await.unwrap().connection, Connection::Offline);
        }
        for shown in [Certificate::Stranger, Certificate::Expired, Certificate::OtherName] {
            let teo = world.of("Teo");
            teo.link.present(shown);
            let fault = stays_as_it_was(teo, Box::new(|told| told), note, "certificate").await;
            assert_eq!(fault, Fault::corrupt("server-certificate"), "{shown:?}");
            assert_eq!(teo.client.status().await.unwrap().connection, Connection::Impostor);
        }
        let teo = world.of("Teo");
        teo.link.present(Certificate::Good);
        world.settle().await;
        assert_eq!(teo.client.status().await.unwrap().connection, Connection::Online);
        assert!(!teo.record(note).await.pending);
        assert_eq!(teo.alarms().await, 0);
    }
    world.same_state("Ana").await;
}

/// Shows c10, c22.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_rewrites_puts_nothing_into_the_book_and_takes_nothing_from_the_queue() {
    let mut cases = 0;
    let typed = |kind: &'static str| -> Change {
        Box::new(move |mut told| {
            told.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            told
        })
    };
    let status = |code: u16| -> Change {
        Box::new(move |mut told| {
            told.status = StatusCode::from_u16(code).unwrap();
            told
        })
    };
    let bytes = |change: fn(Vec<u8>) -> Vec<u8>| -> Change {
        Box::new(move |mut told| {
            told.body = Bytes::from(change(told.body.to_vec()));
            told
        })
    };
    let untyped: Change = Box::new(|mut told| {
        told.headers.remove(header::CONTENT_TYPE);
        told
    });
    let first: Mutex<Option<Told>> = Mutex::default();
    let cached: Change = Box::new(move |told| first.lock().unwrap().get_or_insert(told).clone());
    let changes: Vec<(&str, Change)> = vec![
        ("untyped", untyped),
        ("as text", typed("text/plain")),
        ("as a page", typed("text/html")),
        ("no content", status(204)),
        ("forbidden", status(403)),
        ("broken gateway", status(502)),
        ("too late", status(504)),
        ("authentication", status(511)),
        (
            "a byte off",
            bytes(|mut body| {
                if let Some(byte) = body.last_mut() {
                    *byte ^= 1;
                }
                body
            }),
        ),
        (
            "shortened",
            bytes(|mut body| {
                body.pop();
                body
            }),
        ),
        (
            "lengthened",
            bytes(|mut body| {
                body.push(b' ');
                body
            }),
        ),
        ("emptied", bytes(|_| Vec::new())),
        ("one reply for all", cached),
    ];
    let (mut world, project) = World::with_a_crew(314).await;
    for (name, change) in changes {
        cases += 1;
        let note = world.of("Teo").note(project, name).await;
        stays_as_it_was(world.of("Teo"), change, note, name).await;
        world.of("Teo").client.sync().await.unwrap();
        assert!(!world.of("Teo").record(note).await.pending, "{name}");
    }
    // Headers that proxies add harm nobody.
    world.of("Teo").link.tamper(|_, mut told| {
        told.headers.insert(header::VIA, HeaderValue::from_static("1.1 proxy"));
        told.headers.insert("x-cache", HeaderValue::from_static("MISS"));
        told
    });
    world.of("Teo").note(project, "By a proxy").await;
    world.of("Teo").client.sync().await.unwrap();
    world.of("Teo").link.honest();
    world.same_state("Ana").await;
    plumbline_tests::ran!(cases);
}

/// Shows c08, c14.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_end_in_the_middle_of_uploads_are_renewed_once_for_all_and_no_part_is_sent_again() {
    let (world, project) = World::with_a_crew(315).await;
    let teo = world.of("Teo");
    let mut dice = Dice::of(315, "pictures");
    for _ in 0..4 {
        teo.photograph(project, &photo::jpeg(&mut dice)).await;
    }
    // Ten minutes pass with each picture's first part: every access token is too old for what comes next.
    let (clock, lines) = (world.clock.clone(), Arc::new(Mutex::new(Vec::new())));
    let kept = lines.clone();
    teo.link.tamper(move |asked, told| {
        if asked.path.contains("/parts/") && told.status.is_success() {
            clock.advance(2 * HOUR / 12);
        }
        kept.lock().unwrap().push((asked.path.clone(), told.status));
        told
    });
    teo.client.sync().await.unwrap();
    world.settle().await;
    let lines = lines.lock().unwrap();
    let stored: Vec<_> =
        lines.iter().filter(|(path, status)| path.contains("/parts/") && status.is_success()).collect();
    assert_eq!(stored.len(), 4, "each part once: {lines:?}");
    let renewed = lines.iter().filter(|(path, _)| path == "/v1/session/refresh").count();
    let refused = lines.iter().filter(|(_, status)| *status == StatusCode::UNAUTHORIZED).count();
    assert!(renewed > 0 && renewed <= 4 && refused <= 2 * renewed, "{renewed} renewals for {refused}: {lines:?}");
}

/// Shows c15, b16.
#[tokio::test(flavor = "multi_thread")]
async fn thirty_days_on_which_every_tenth_reply_is_lost_sign_nobody_out() {
    let (world, project) = World::with_a_crew(316).await;
    let teo = world.of("Teo");
    let (mut days, mut dice) = (0, Dice::of(316, "days"));
    let opened = Arc::new(AtomicU64::new(0));
    let count = opened.clone();
    teo.link.tamper(move |asked, told| {
        count.fetch_add(u64::from(asked.path == "/v1/session"), Ordering::SeqCst);
        told
    });
    teo.link.restore(Faults { drop_reply: 10, ..Faults::default() });
    for day in 0..30 {
        for _ in 0..4 {
            world.clock.advance(DAY / 4 - dice.below(HOUR as u64) as i64);
            teo.note(project, &format!("Day {day}")).await;
            match teo.client.sync().await {
                Ok(_) | Err(Fault::Offline) => days += 1,
                Err(fault) => panic!("day {day}: {fault}"),
            }
        }
    }
    assert_eq!(opened.load(Ordering::SeqCst), 0, "the session never had to be opened again");
    assert!(teo.link.counts().drop > 20, "{:?}", teo.link.counts());
    plumbline_tests::ran!(days);
}
