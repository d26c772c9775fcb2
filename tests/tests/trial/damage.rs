//! A store that is damaged is noticed, moved aside, salvaged and rebuilt.
//!
//! One crew is played once: Teo works offline, and his folder is copied as a kill leaves it and as a close leaves it. Then
//! each case damages a copy of its own in one place, opens it, works with it, and brings it home to a copy of the server.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use plumbline_core::{
    client::Client,
    datum::Datum,
    keystore::Keystore,
    outbox::WaitingView,
    photo::{Custody, PhotoView},
    record::RecordView,
};
use plumbline_protocol::{Fault, Hash, Lock, RecordId, Uuid};
use plumbline_server::{Running, StartError};
use plumbline_tests::{
    clock::MINUTE,
    dice::Dice,
    logdir, needs, photo, ran,
    strace::{self, killed_at, some_of},
    world::{World, ask, open, records},
};
use serde_json::json;
use tempfile::TempDir;

use crate::{crash, phone};

const PAGE: usize = 4096;
const FRAME: usize = 24 + PAGE;

/// What is done to a folder.
#[derive(Debug, Clone)]
enum Damage {
    /// A bit of a page of the database.
    Bit(usize),
    /// A page of the database reads as zeros.
    Zeroed(usize),
    /// A bit of a frame of the journal, or of its header.
    Frame(Option<usize>),
    /// The file ends here.
    Cut(&'static str, usize),
    /// The file is gone.
    Gone(&'static [&'static str]),
    /// A bit of the sealed original, and a page of the database.
    Original(usize),
}

/// A crew whose Teo has unsent work, and copies of what is on disk then.
struct Scene {
    world: World,
    project: Uuid,
    seed: u64,
    folder: TempDir,
    /// The server's data.
    server: PathBuf,
    /// What was in the log before.
    known: BTreeSet<Hash>,
    waiting: Vec<WaitingView>,
    records: BTreeMap<RecordId, RecordView>,
    photo: PhotoView,
    original: Vec<u8>,
}

impl Scene {
    async fn new(seed: u64) -> Scene {
        let (mut world, project) = World::with_a_crew(seed).await;
        let folder = tempfile::tempdir().unwrap();
        for n in 0..6 {
            world.of("Marta").note(project, &format!("Delivery {n}: {}", "gravel ".repeat(30))).await;
        }
        world.settle().await;
        world.cut();
        let teo = world.of("Teo");
        let shared = teo.list("note").await[0].id;
        for n in 0..8 {
            world.clock.advance(7 * MINUTE);
            match n % 4 {
                0 => drop(teo.punch(["in", "out"][n / 4], project, None).await),
                1 => teo.rewrite(shared, &format!("As Teo saw it: {n}")).await,
                _ => drop(teo.note(project, &format!("Trench {n}: {}", "wet ".repeat(60 * n))).await),
            }
        }
        let original = photo::jpeg(&mut Dice::of(seed, "photo"));
        let photo = teo.photograph(project, &original).await;
        let (waiting, records) = (teo.client.waiting().await.unwrap(), records(&teo.client).await);
        let home = teo.home.clone();
        logdir::copy(&home, &folder.path().join("killed"));
        teo.client.pause().await.unwrap();
        logdir::copy(&home, &folder.path().join("closed"));
        let known = identities(&world.of("Ana").client, &folder.path().join("log")).await.into_keys().collect();
        for person in world.people().filter(|person| person.name != "Teo") {
            person.client.pause().await.unwrap();
        }
        logdir::copy(&world.of("Ana").home, &folder.path().join("ana"));
        let (second, server) = world.fork().await;
        second.shutdown().await;
        Scene { world, project, seed, folder, server, known, waiting, records, photo, original }
    }

    /// Every case that there is, over both copies.
    fn cases(&self) -> Vec<(&'static str, Damage)> {
        let pages = |base: &str| self.length(base, "store.db") / PAGE;
        let frames = (self.length("killed", "store.db-wal") - 32) / FRAME;
        let mut all = Vec::new();
        for base in ["killed", "closed"] {
            all.extend((0..pages(base)).flat_map(|n| [(base, Damage::Bit(n)), (base, Damage::Zeroed(n))]));
            for length in [0, 1000, PAGE, self.length(base, "store.db") / 2, self.length(base, "store.db") - 1] {
                all.push((base, Damage::Cut("store.db", length)));
            }
            all.push((base, Damage::Gone(&["store.db"])));
        }
        all.push(("killed", Damage::Frame(None)));
        all.extend((0..frames).map(|n| ("killed", Damage::Frame(Some(n)))));
        for length in [0, 20, 32 + FRAME, 32 + frames / 2 * FRAME, 32 + frames * FRAME - 5] {
            all.push(("killed", Damage::Cut("store.db-wal", length)));
        }
        all.push(("killed", Damage::Gone(&["store.db-wal"])));
        all.push(("killed", Damage::Gone(&["store.db-wal", "store.db-shm"])));
        all.push(("killed", Damage::Gone(&["store.db", "store.db-wal", "store.db-shm"])));
        all.push(("closed", Damage::Original(0)));
        all
    }

    fn length(&self, base: &str, name: &str) -> usize {
        fs::metadata(self.folder.path().join(base).join(name)).map_or(0, |file| file.len() as usize)
    }

    /// Damages a copy and goes through with it. What it came to.
    async fn play(&self, base: &str, damage: &Damage) -> Ending {
        let place = tempfile::tempdir().unwrap();
        let home = place.path().join("teo");
        logdir::copy(&self.folder.path().join(base), &home);
        let sealed =
            home.join("blobs").join(fs::read_dir(home.join("blobs")).unwrap().next().unwrap().unwrap().file_name());
        inflict(&home, &sealed, damage, &mut Dice::of(self.seed, &format!("{base} {damage:?}")));
        let case = format!("seed {}: {base}, {damage:?}", self.seed);
        let teo = self.world.of("Teo");
        let keystore: Arc<dyn Keystore> = Arc::new(teo.memory.copy());
        let before = contents(&home);

        // What is damaged is noticed now, or when it is first touched: then the next open repairs it.
        teo.link.cut();
        let mut client = open(&home, &keystore, &teo.clock).await.unwrap_or_else(|f| panic!("{case}: {f}"));
        let at_once = client.repairs().await.is_ok_and(|repairs| !repairs.is_empty());
        let mut shown = self.shown(&client).await;
        if shown.is_err() {
            assert_eq!(shown.as_ref().err(), Some(&Fault::corrupt("store")), "{case}");
            // It is still being checked in the background: a pause waits for that and lets go of the folder.
            let _ = client.pause().await;
            client = open(&home, &keystore, &teo.clock).await.unwrap_or_else(|f| panic!("{case}: {f}"));
            shown = self.shown(&client).await;
        }
        let repaired = client.repairs().await.unwrap_or_else(|f| panic!("{case}: {f}")).into_iter().next();
        let (waiting, records) = shown.unwrap_or_else(|f| panic!("{case}: {f}"));
        if repaired.is_none() {
            assert_eq!(texts(&waiting), texts(&self.waiting), "{case}");
            assert_eq!(records, self.records, "{case}");
        }
        let request = json!({"what": "out", "project": self.project});
        let clocked = client.clock(ask(request)).await;
        let export = place.path().join("export.jpg");
        let exported = client.export_photo(ask(json!({"photo": self.photo.id, "path": export}))).await.is_ok();
        if exported {
            assert_eq!(fs::read(&export).unwrap(), self.original, "{case}");
        }

        let server = self.bring_home(&case, place.path(), &home, &keystore, &mut client).await;
        let repaired = client.repairs().await.unwrap().into_iter().next().or(repaired);
        let log = self.log(&case, place.path(), &server).await;
        server.shutdown().await;
        let came = |item: &WaitingView| log.get(&item.action).copied().unwrap_or_default();
        let lost = self.waiting.iter().filter(|item| came(item) == 0).count() as u64;
        for item in &self.waiting {
            assert!(came(item) <= 1, "{case}: {} is in effect {} times", item.kind, came(item));
            if waiting.iter().any(|found| texts(std::slice::from_ref(found)) == texts(std::slice::from_ref(item))) {
                assert_eq!(came(item), 1, "{case}: an action that was readable did not arrive");
            }
        }
        if clocked.is_ok() {
            assert_eq!(log.len() as u64, self.waiting.len() as u64 - lost + 1, "{case}: the punch after it arrives");
        }
        match &repaired {
            None => assert_eq!((lost, exported, clocked.is_ok()), (0, true, true), "{case}"),
            Some(view) => {
                let named = view.lost.iter().filter(|lost| lost.what == "action").count() as u64;
                // Its index is SQLite's own to change while it is open.
                let whole = ["store.db", "store.db-wal"].iter().all(|file| {
                    let aside = fs::read(home.join(&view.aside).join(file)).ok();
                    before.get(*file).is_none_or(|bytes| aside.as_ref() == Some(bytes))
                });
                assert!(whole || !at_once, "{case}: moved aside as it was");
                assert!(lost == 0 || view.missing + named > 0 || !view.end_known, "{case}: {lost} lost, told {view:?}");
                let original = view.lost.iter().any(|lost| lost.what == "original");
                assert!(exported || original || view.unnamed_files + view.photos > 0, "{case}: told {view:?}");
                let kept = logdir::files(&home.join(&view.aside).join("blobs")).len()
                    + logdir::files(&home.join("blobs")).len();
                assert!(kept >= 1, "{case}: a sealed file was deleted");
            }
        }
        Ending { repaired: repaired.is_some(), lost, exported, clocked: clocked.is_ok() }
    }

    async fn shown(&self, client: &Client) -> Result<(Vec<WaitingView>, BTreeMap<RecordId, RecordView>), Fault> {
        let waiting = client.waiting().await?;
        for kind in plumbline_protocol::record::KINDS {
            client.list(ask(json!({"kind": kind.name, "limit": 500, "withdrawn": true}))).await?;
        }
        Ok((waiting, records(client).await))
    }

    /// Syncs with a copy of the server until all is there. What is only noticed now is repaired by the next open.
    async fn bring_home(
        &self,
        case: &str,
        place: &Path,
        home: &Path,
        keystore: &Arc<dyn Keystore>,
        client: &mut Client,
    ) -> Running {
        logdir::copy(&self.server, &place.join("server"));
        let server = self.world.serve(&place.join("server")).await;
        let teo = self.world.of("Teo");
        teo.link.lead_to(&server.url);
        teo.link.restore(Default::default());
        for _ in 0..30 {
            match client.sync().await {
                Ok(synced) if synced.pushed + synced.pulled + synced.uploaded + synced.waiting == 0 => return server,
                Ok(_) => {}
                Err(fault) if fault == Fault::corrupt("store") => {
                    let _ = client.pause().await;
                    *client = open(home, keystore, &teo.clock).await.unwrap_or_else(|f| panic!("{case}: {f}"));
                }
                Err(fault) => panic!("{case}: {fault}: {:?}", client.alarms().await),
            }
        }
        panic!("{case}: not quiet: {:?}", client.waiting().await);
    }

    /// How often each new action is in effect, by identity, in the log as an administrator reads it.
    async fn log(&self, case: &str, place: &Path, server: &Running) -> BTreeMap<Hash, u64> {
        let (ana, home) = (self.world.of("Ana"), place.join("ana"));
        logdir::copy(&self.folder.path().join("ana"), &home);
        let keystore: Arc<dyn Keystore> = Arc::new(ana.memory.copy());
        ana.link.lead_to(&server.url);
        ana.link.restore(Default::default());
        let client = open(&home, &keystore, &ana.clock).await.unwrap();
        client.sync().await.unwrap_or_else(|f| panic!("{case}: {f}"));
        let mut log = identities(&client, &place.join("log")).await;
        log.retain(|identity, _| !self.known.contains(identity));
        log
    }
}

/// How often each action that is neither an enrolment nor the server's is in effect, by identity, in a log that verifies.
async fn identities(client: &Client, folder: &Path) -> BTreeMap<Hash, u64> {
    let size = client.export_log(ask(json!({"path": folder}))).await.unwrap().size;
    let report = logdir::verify(folder);
    assert!(report.ok, "{:?}", report.problems);
    let mut all = BTreeMap::new();
    for placed in logdir::entries(folder, size) {
        let action = &placed.entry.action;
        let made = !["device", "deposit"].contains(&action.header().kind.as_str());
        if made && placed.entry.outcome.applied() {
            *all.entry(action.identity()).or_default() += 1;
        }
    }
    all
}

/// How a case ended.
struct Ending {
    repaired: bool,
    lost: u64,
    exported: bool,
    clocked: bool,
}

fn inflict(home: &Path, sealed: &Path, damage: &Damage, dice: &mut Dice) {
    let mut flip = |path: PathBuf, from: usize, length: usize| {
        let mut bytes = fs::read(&path).unwrap();
        bytes[from + dice.below(length as u64) as usize] ^= 1 << dice.below(8);
        fs::write(path, bytes).unwrap();
    };
    let (store, journal) = (home.join("store.db"), home.join("store.db-wal"));
    match damage {
        Damage::Bit(page) => flip(store, page * PAGE, PAGE),
        Damage::Frame(None) => flip(journal, 0, 32),
        Damage::Frame(Some(frame)) => flip(journal, 32 + frame * FRAME, FRAME),
        Damage::Original(page) => {
            flip(sealed.to_owned(), 40, 4000);
            flip(store, page * PAGE + 16, PAGE - 16);
        }
        Damage::Zeroed(page) => {
            let mut bytes = fs::read(&store).unwrap();
            bytes[page * PAGE..(page + 1) * PAGE].fill(0);
            fs::write(store, bytes).unwrap();
        }
        Damage::Cut(name, length) => {
            let bytes = fs::read(home.join(name)).unwrap();
            fs::write(home.join(name), &bytes[..*length]).unwrap();
        }
        Damage::Gone(names) => names.iter().for_each(|name| fs::remove_file(home.join(name)).unwrap()),
    }
}

fn contents(home: &Path) -> BTreeMap<String, Vec<u8>> {
    let read =
        |file: PathBuf| (file.strip_prefix(home).unwrap().to_str().unwrap().to_owned(), fs::read(&file).unwrap());
    logdir::files(home).into_iter().map(read).collect()
}

/// What the items write, whatever chain they stand in.
fn texts(items: &[WaitingView]) -> Vec<(RecordId, BTreeMap<String, Datum>)> {
    let mut all: Vec<_> = items.iter().filter(|i| i.kind != "device").map(|i| (i.record, i.fields.clone())).collect();
    all.sort_by_key(|(id, fields)| (*id, serde_json::to_string(fields).unwrap()));
    all
}

/// Whether every case is asked for, however long that takes.
fn everything() -> bool {
    env::var("PLUMBLINE_TRIAL_ALL").is_ok_and(|all| all == "1")
}

/// All cases when `PLUMBLINE_TRIAL_ALL` is 1, otherwise some by seed, of each sort the first.
fn thinned(cases: Vec<(&'static str, Damage)>, dice: &mut Dice, some: usize) -> Vec<(&'static str, Damage)> {
    if everything() {
        return cases;
    }
    let chance = some as u64;
    let of = cases.len() as u64;
    let always = |damage: &Damage| {
        matches!(damage, Damage::Bit(0) | Damage::Frame(None) | Damage::Gone(_) | Damage::Original(_))
            || matches!(damage, Damage::Cut(_, length) if length % PAGE == 0)
    };
    cases.into_iter().filter(|(_, damage)| always(damage) || dice.below(of) < chance).collect()
}

/// Shows c06.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_damaged_anywhere_is_noticed_and_rebuilt_and_what_was_readable_arrives_once() {
    let seed = 61;
    let scene = Scene::new(seed).await;
    let cases = thinned(scene.cases(), &mut Dice::of(seed, "cases"), 24);
    let (mut repaired, mut lost, mut exported, mut clocked) = (0, 0, 0, 0);
    for (base, damage) in &cases {
        let ending = scene.play(base, damage).await;
        repaired += usize::from(ending.repaired);
        lost += ending.lost;
        exported += usize::from(ending.exported);
        clocked += usize::from(ending.clocked);
    }
    let all = cases.len();
    println!(
        "{all} cases: {repaired} rebuilt, {lost} of {} actions unreadable, {exported} originals kept, {clocked} clocked in at once",
        all * scene.waiting.len()
    );
    assert!(repaired > 0 && clocked * 2 > all, "{clocked} of {all} could clock in before they had a network");
    ran!(all);
}

/// Shows c06, b15.
#[tokio::test(flavor = "multi_thread")]
async fn a_stored_photograph_that_was_damaged_is_never_given_out_and_a_part_that_was_comes_again() {
    let (world, project) = World::with_a_crew(62).await;
    let teo = world.of("Teo");
    let original = photo::jpeg(&mut Dice::of(62, "photo"));
    let photo = teo.photograph(project, &original).await;
    world.settle().await;
    let organisation = world.organisation("Teo").await.to_string();
    let blob = world.server_folder().join("blobs").join(organisation).join(photo.sha256.to_string());
    assert_eq!(fs::read(&blob).unwrap(), original);
    let mut dice = Dice::of(62, "bits");
    for n in 0..16 {
        let mut bytes = original.clone();
        bytes[dice.below(original.len() as u64) as usize] ^= 1 << dice.below(8);
        fs::write(&blob, bytes).unwrap();
        let path = world.folder.join(format!("export-{n}.jpg"));
        let request = json!({"photo": photo.id, "path": path});
        let given = world.of("Ana").client.export_photo(ask(request)).await;
        assert!(matches!(given, Err(Fault::Corrupt { .. } | Fault::NotFound)), "bit {n}: {given:?}");
        assert!(!path.exists(), "bit {n}: nothing is left behind");
    }
    // Who took it still has it.
    let path = world.folder.join("own.jpg");
    teo.client.export_photo(ask(json!({"photo": photo.id, "path": path}))).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), original);
    fs::write(&blob, &original).unwrap();
    let path = world.folder.join("again.jpg");
    world.of("Ana").client.export_photo(ask(json!({"photo": photo.id, "path": path}))).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), original);
    ran!(16);
}

/// Shows c06, c08.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_damaged_on_the_server_is_found_at_the_end_and_the_photograph_comes_again_whole() {
    let (world, project) = World::with_a_crew(63).await;
    let teo = world.of("Teo");
    let original: Vec<u8> = {
        let mut jpeg = photo::jpeg(&mut Dice::of(63, "photo"));
        jpeg.resize(700_000, 7);
        jpeg
    };
    let photo = teo.photograph(project, &original).await;
    // As soon as the first part is stored, a bit of it turns.
    let (parts, turned) = (world.server_folder().join("parts"), Arc::new(AtomicBool::new(false)));
    let done = turned.clone();
    teo.link.tamper(move |asked, told| {
        if asked.path.ends_with("/parts/0") && !done.swap(true, Ordering::SeqCst) {
            let part = logdir::files(&parts).into_iter().find(|file| file.ends_with("0")).unwrap();
            let mut bytes = fs::read(&part).unwrap();
            bytes[1000] ^= 1;
            fs::write(part, bytes).unwrap();
        }
        told
    });
    teo.client.sync().await.unwrap();
    assert!(turned.load(Ordering::SeqCst));
    let view = teo.client.photo(ask(json!({"id": photo.id}))).await.unwrap();
    assert_eq!((view.state, view.fault), (Custody::Local, Some(Fault::corrupt("blob"))), "no word for wrong bytes");
    world.settle().await;
    let path = world.folder.join("export.jpg");
    world.of("Ana").client.export_photo(ask(json!({"photo": photo.id, "path": path}))).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), original);
    let deposits = world.of("Ana").list("deposit").await.len();
    assert_eq!(deposits, 1);
}

/// A flipped bit or a lost page in the server's own database.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_database_was_damaged_does_not_start_or_tells_no_lie() {
    let seed = 64;
    let (mut world, project) = World::with_a_crew(seed).await;
    for n in 0..20 {
        world.of("Teo").note(project, &format!("Day {n}: {}", "curing ".repeat(40))).await;
    }
    world.settle().await;
    let rosa = world.of("Rosa");
    let seen = records(&rosa.client).await;
    rosa.client.pause().await.unwrap();
    let (second, good) = world.fork().await;
    second.shutdown().await;
    let bytes = fs::read(good.join("plumbline.db")).unwrap();
    let size = if bytes[16..18] == [0, 1] { 65536 } else { usize::from(u16::from_be_bytes([bytes[16], bytes[17]])) };
    let mut dice = Dice::of(seed, "server");
    let pages: Vec<usize> = (0..bytes.len() / size).collect();
    let some = if everything() { pages } else { pages.into_iter().filter(|n| *n == 0 || dice.below(3) == 0).collect() };
    let (mut refused, mut cases) = (0, 0);
    for page in some {
        for zeroed in [false, true] {
            cases += 1;
            let case = format!("seed {seed}: page {page}, {}", if zeroed { "zeroed" } else { "a bit" });
            let place = tempfile::tempdir().unwrap();
            logdir::copy(&good, &place.path().join("server"));
            let mut damaged = bytes.clone();
            match zeroed {
                true => damaged[page * size..(page + 1) * size].fill(0),
                false => damaged[page * size + dice.below(size as u64) as usize] ^= 1 << dice.below(8),
            }
            fs::write(place.path().join("server/plumbline.db"), damaged).unwrap();
            match world.try_serve(&place.path().join("server")).await {
                Err(error) => {
                    assert!(matches!(error, StartError::Damaged(_)), "{case}: {error}");
                    assert_eq!(error.exit_code(), 5);
                    refused += 1;
                }
                Ok(server) => {
                    let rosa = world.of("Rosa");
                    let home = place.path().join("rosa");
                    logdir::copy(&rosa.home, &home);
                    let keystore: Arc<dyn Keystore> = Arc::new(rosa.memory.copy());
                    rosa.link.lead_to(&server.url);
                    let client = open(&home, &keystore, &rosa.clock).await.unwrap();
                    // It may fail; what it says is proven or is not taken.
                    let synced = client.sync().await;
                    assert_eq!(records(&client).await, seen, "{case}: {synced:?}");
                    server.shutdown().await;
                }
            }
        }
    }
    println!("{cases} cases: {refused} refused to start");
    assert!(refused * 2 > cases, "{refused} of {cases}");
    ran!(cases);
}

/// Shows c01, c06.
#[tokio::test(flavor = "multi_thread")]
async fn a_repair_that_is_cut_short_is_finished_or_begun_again_at_the_next_open() {
    let scene = Scene::new(65).await;
    let teo = scene.world.of("Teo");
    let place = tempfile::tempdir().unwrap();
    let (first, keystore) = (place.path().join("first"), Arc::new(teo.memory.copy()));
    let keys: Arc<dyn Keystore> = keystore.clone();
    logdir::copy(&scene.folder.path().join("closed"), &first);
    inflict(&first, &first, &Damage::Zeroed(0), &mut Dice::of(65, "first page"));
    let damaged = fs::read(first.join("store.db")).unwrap();
    let old = fs::read(first.join("store-id")).unwrap();
    let client = open(&first, &keys, &teo.clock).await.unwrap();
    let (repairs, waiting) = (client.repairs().await.unwrap(), texts(&client.waiting().await.unwrap()));
    assert_eq!(waiting, texts(&scene.waiting));
    client.pause().await.unwrap();
    let id = fs::read_to_string(first.join("store-id")).unwrap();
    let aside = first.join(&repairs[0].aside);
    assert_eq!(fs::read(aside.join("store.db")).unwrap(), damaged);
    assert_eq!(fs::read(aside.join("store-id")).unwrap(), old, "its keys can be found");

    // The note was written, and nothing after it.
    let (made, place_of_old) = (first.join(format!("{id}.db")), first.join("store.db"));
    fs::rename(&place_of_old, &made).unwrap();
    fs::rename(aside.join("store.db"), &place_of_old).unwrap();
    let client = open(&first, &keys, &teo.clock).await.unwrap();
    assert_eq!(client.repairs().await.unwrap(), repairs, "it is finished, not done again");
    assert_eq!(texts(&client.waiting().await.unwrap()), waiting);
    client.pause().await.unwrap();
    assert_eq!(fs::read(aside.join("store.db")).unwrap(), damaged);

    // The new store was made, and the note not written.
    fs::rename(&place_of_old, &made).unwrap();
    fs::rename(aside.join("store.db"), &place_of_old).unwrap();
    fs::write(first.join("store-id"), old).unwrap();
    let client = open(&first, &keys, &teo.clock).await.unwrap();
    let again = client.repairs().await.unwrap();
    assert_ne!(again[0].aside, repairs[0].aside);
    assert_eq!((again[0].actions, again[0].photos, &again[0].lost), (repairs[0].actions, repairs[0].photos, &vec![]));
    assert_eq!(texts(&client.waiting().await.unwrap()), waiting);
    assert!(!made.exists(), "what was unfinished is gone");
    assert!(keystore.names().iter().all(|name| !name.starts_with(&id)), "and so are its keys");
    ran!(2);
}

/// Shows c06.
#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_leaves_no_store_that_was_damaged_and_no_key_of_one() {
    let seed = 66;
    let (mut world, project) = World::with_a_crew(seed).await;
    let mut teo = world.take("Teo");
    for turn in 1..=2 {
        teo.note(project, "Sent before the disk went bad").await;
        teo.client.sync().await.unwrap();
        teo.client.pause().await.unwrap();
        inflict(&teo.home, &teo.home, &Damage::Zeroed(0), &mut Dice::of(seed, "first page"));
        teo.client = open(&teo.home, &teo.keystore, &teo.clock).await.unwrap();
        teo.client.sync().await.unwrap();
        assert_eq!(teo.client.repairs().await.unwrap().len(), turn);
        assert_eq!(fs::read_dir(teo.home.join("damaged")).unwrap().count(), turn);
    }
    let stores = |names: Vec<String>| names.iter().filter(|name| name.ends_with("/database-key")).count();
    assert_eq!(stores(teo.memory.names()), 3, "each store's key is kept with it");
    // It was damaged once more, and a repair of that was cut short.
    fs::write(teo.home.join("corrupt"), "").unwrap();
    let unfinished = "0123456789abcdef0123456789abcdef";
    fs::write(teo.home.join(format!("{unfinished}.db")), "").unwrap();
    teo.keystore.store(&format!("{unfinished}/database-key"), &[1; 48]).unwrap();

    // A keystore that gives up nothing: nobody is signed out, and nothing is gone.
    let sign_out = || teo.client.sign_out(ask(json!({"discard_unsent": true})));
    teo.memory.fail(Some(Lock::Locked));
    assert_eq!(sign_out().await.err(), Some(Fault::Locked { why: Lock::Locked }));
    teo.memory.fail(None);
    assert_eq!(stores(teo.memory.names()), 4);
    assert_eq!(fs::read_dir(teo.home.join("damaged")).unwrap().count(), 2);

    assert!(sign_out().await.unwrap().done);
    assert_eq!(teo.memory.names(), Vec::<String>::new());
    assert_eq!(contents(&teo.home).into_keys().collect::<Vec<_>>(), Vec::<String>::new());
    assert!(!teo.home.exists());
}

/// Shows c06.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_repair_could_not_save_is_offered_before_its_damaged_store_goes() {
    let scene = Scene::new(67).await;
    let teo = scene.world.of("Teo");
    teo.link.cut();
    let place = tempfile::tempdir().unwrap();
    let mut told = 0;
    for page in (1..scene.length("closed", "store.db") / PAGE).rev() {
        let (home, keystore) = (place.path().join(page.to_string()), Arc::new(teo.memory.copy()));
        logdir::copy(&scene.folder.path().join("closed"), &home);
        for page in [0, page] {
            inflict(&home, &home, &Damage::Zeroed(page), &mut Dice::of(67, "pages"));
        }
        let client = open(&home, &(keystore as Arc<dyn Keystore>), &teo.clock).await.unwrap();
        let repair = client.repairs().await.unwrap().remove(0);
        let unsaved = repair.lost.len() as u64 + repair.missing;
        let waiting = client.waiting().await.unwrap().len() as u64;
        let offered = client.sign_out(ask(json!({"discard_unsent": false}))).await.unwrap();
        assert!(!offered.done && offered.unsent >= waiting + unsaved, "{offered:?} of {repair:?}");
        assert!(home.join(&repair.aside).join("store.db").exists());
        if unsaved > 0 {
            let discarded = client.sign_out(ask(json!({"discard_unsent": true}))).await.unwrap();
            assert!(discarded.done && !home.exists());
            told += 1;
        }
        client.pause().await.unwrap();
    }
    println!("{told} repairs saved less than all");
    assert!(told > 0);
}

/// Shows c01, c06.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_that_is_killed_takes_all_of_a_damaged_store_or_nothing() {
    needs!(strace::works());
    let seed = 68;
    let (stage, ..) = crash::enrolled(seed).await;
    let (home, list) = (stage.live("phone"), stage.aside("noted"));
    let old = fs::read_to_string(home.join("store-id")).unwrap();
    inflict(&home, &home, &Damage::Zeroed(0), &mut Dice::of(seed, "first page"));
    stage.phone().await.unwrap().pause().await.unwrap();
    stage.keep("repaired");
    let calls = [("sign_out", json!({"discard_unsent": true}))];
    let (mut kills, mut left, mut places) = (0, 0, vec![None]);
    while let Some(place) = places.pop() {
        stage.put_back("repaired");
        let ran = stage.drive(killed_at(place, &list, phone()), &calls);
        if place.is_none() {
            let all = strace::places(&list);
            places.extend(some_of(all, 24, &mut Dice::of(seed, "places")).into_iter().map(Some));
        }
        let client = stage.phone().await.unwrap();
        let gone = client.status().await.unwrap().state == "new";
        client.pause().await.unwrap();
        let keystore = stage.phone_keystore().unwrap();
        for name in ["database-key", "device-key", "identity"] {
            let key = keystore.load(&format!("{old}/{name}")).unwrap();
            assert_eq!(key.is_none(), gone, "seed {seed}, {place:?}: {name} of the damaged store");
        }
        assert_eq!(home.join("damaged").exists(), !gone, "seed {seed}, {place:?}");
        (kills, left) = (kills + usize::from(ran.killed), left + usize::from(gone));
    }
    println!("{kills} kills, {left} signed out");
    assert!(left > 1 && left < kills, "before and after the note");
    ran!(kills);
}
