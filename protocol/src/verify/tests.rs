//! Every change of a log directory is found and named, and every lie that its own server signs.

use std::collections::BTreeMap;

use super::*;
use crate::{
    directory::{Exporter, Piece},
    entry::Outcome,
    log::checkpoint::{Checkpoint, Origin},
    testing::{Site, says, uuid},
    vectors::{self, About, Author, Ledger},
};

type Log = BTreeMap<String, Vec<u8>>;

struct Memory<'a>(&'a Log);

impl Files for Memory<'_> {
    fn names(&mut self) -> Result<Vec<String>, Unreadable> {
        Ok(self.0.keys().cloned().collect())
    }
    fn read(&mut self, name: &str, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Unreadable> {
        self.0[name].chunks(1000).all(each);
        Ok(())
    }
}

fn check(log: &Log) -> Report {
    verify(&mut Memory(log)).unwrap()
}

/// True when some problem names this place.
fn names(report: &Report, file: &str) -> bool {
    report.problems.iter().any(|p| matches!(&p.place, Place::File(f) if f == file))
}

fn at(report: &Report, code: Code, position: u64) -> bool {
    report.problems.iter().any(|p| p.code == code && p.place == Place::Position(position))
}

/// Three entries and the photograph that the last is about.
fn small() -> Log {
    let picture = b"the bytes of a photograph";
    let sha256 = crate::action::hash(picture);
    let mut site = Site::new();
    let entries = site.ledger.entries[..2].to_vec();
    (site.ledger, site.now) = (Ledger::default(), vectors::START);
    for entry in entries {
        assert_eq!(site.push(entry.action.clone()), Ok(Outcome::Applied));
    }
    let mut ana = Author { organisation: site.ledger.tip.organisation, sequence: 2, ..Author::new(1) };
    ana.previous = Some(site.ledger.entries[1].action.hash());
    let about = About::new("photo", uuid(70), Some(site.here));
    let words = [
        (photo::SHA256, Value::from(sha256.0)),
        (photo::BYTES, Value::Int(25)),
        (photo::MEDIA, Value::from("image/jpeg")),
        (photo::SOURCE, Value::from("camera")),
        (photo::AT, Value::Null),
    ];
    assert_eq!(site.act(&mut ana, about, &words), Ok(Outcome::Applied));
    let mut log: Log = site.ledger.directory(&site.server.key).unwrap().into_iter().collect();
    log.insert(format!("photos/{sha256}"), picture.to_vec());
    log
}

/// The directory that a server with these entries and this key would write, honest or not.
fn export(entries: &[Arc<Entry>], key: &Author) -> Log {
    let (mut exporter, mut frontier) = (Exporter::new(), Frontier::new());
    let mut pieces: Vec<Piece> = Vec::new();
    for entry in entries {
        frontier.push_leaf(entry.leaf());
        pieces.extend(exporter.push(entry));
    }
    let origin = Origin { organisation: entries[0].action.organisation(), generation: 0 };
    let checkpoint = Checkpoint { origin, size: entries.len() as u64, root: frontier.root() };
    pieces.extend(exporter.finish(&checkpoint.sign(&key.key).to_string()));
    pieces.into_iter().collect()
}

#[test]
fn an_honest_log_is_verified_and_the_report_is_the_contract() {
    let report = check(&small());
    assert_eq!(report.problems, []);
    assert_eq!((report.ok, report.size, report.actions, report.photos), (true, 3, 3, 1));
    let json = serde_json::to_value(&report).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["actions", "ok", "origin", "photos", "problems", "root", "size"]);
    let mut story = vectors::story().unwrap();
    let log = story.ledger.directory(&story.server).unwrap().into_iter().collect();
    assert_eq!(check(&log).problems, []);
    let mut broken = small();
    broken.get_mut("entries/000.p/3").unwrap()[20] ^= 1;
    let problem = serde_json::to_value(&check(&broken).problems[0]).unwrap();
    assert_eq!((&problem["code"], &problem["position"]), (&"signature".into(), &0.into()));
    broken = small();
    broken.insert("readme".to_owned(), Vec::new());
    let problem = serde_json::to_value(&check(&broken).problems).unwrap();
    let text = "does not belong to a log of 3 entries";
    assert_eq!(problem, serde_json::json!([{ "code": "encoding", "file": "readme", "text": text }]));
}

#[test]
fn no_flipped_bit_in_any_file_passes_and_its_place_is_named() {
    const SHARES: usize = 4;
    let log = &small();
    let share = |first: usize| {
        let mut flipped = log.clone();
        for (file, bytes) in log {
            for bit in (first..bytes.len() * 8).step_by(SHARES) {
                flipped.get_mut(file).unwrap()[bit / 8] ^= 1 << (bit % 8);
                let report = check(&flipped);
                flipped.get_mut(file).unwrap()[bit / 8] ^= 1 << (bit % 8);
                let entry = |p: &Problem| file.starts_with(ENTRIES) && matches!(p.place, Place::Position(_));
                let named = names(&report, file) || report.problems.iter().any(entry);
                assert!(!report.ok && named, "{file} bit {bit}: {:?}", report.problems);
            }
        }
    };
    std::thread::scope(|scope| (0..SHARES).for_each(|first| drop(scope.spawn(move || share(first)))));
}

#[test]
fn a_removed_renamed_added_or_shortened_file_is_named() {
    let log = small();
    for file in log.keys() {
        let without = || log.iter().filter(|(name, _)| *name != file).map(|(n, b)| (n.clone(), b.clone()));
        let photo = file.starts_with(PHOTOS);
        let report = check(&without().collect());
        assert_eq!((report.ok, names(&report, file)), (photo, !photo), "{file} removed: photographs are optional");
        let other = format!("{file}x");
        let report = check(&without().chain([(other.clone(), log[file].clone())]).collect());
        assert!(names(&report, &other) && (photo || names(&report, file)), "{file} renamed");
        for length in [0, log[file].len() / 2, log[file].len() - 1] {
            let short = log[file][..length].to_vec();
            let report = check(&without().chain([(file.clone(), short)]).collect());
            let entry = file.starts_with(ENTRIES) && !report.problems.is_empty();
            assert!(!report.ok && (names(&report, file) || entry), "{file} cut to {length}");
        }
        let long = [log[file].clone(), vec![0]].concat();
        assert!(names(&check(&without().chain([(file.clone(), long)]).collect()), file), "{file} lengthened");
    }
    for stray in ["readme", "entries/001", "entries/x", "tile/0/001", "tile/9/000", "photos/x", "empty/"] {
        let report = check(&log.clone().into_iter().chain([(stray.to_owned(), vec![1])]).collect());
        assert!(!report.ok && names(&report, stray), "{stray}");
    }
    let unknown = format!("photos/{}", Hash([1; 32]));
    let report = check(&log.clone().into_iter().chain([(unknown.clone(), vec![1])]).collect());
    assert!(report.problems.iter().all(|p| p.code == Code::Blob) && names(&report, &unknown));
}

#[test]
fn what_is_no_log_is_unreadable_and_not_refuted() {
    let photos = BTreeMap::from([("photos/x".to_owned(), vec![1])]);
    for log in [BTreeMap::new(), photos] {
        assert!(verify(&mut Memory(&log)).is_err());
    }
}

/// A log of 600 entries: two full bundles and the rest.
fn long() -> (Site, Log) {
    let mut site = Site::new();
    let about = site.note(70);
    while site.ledger.tip.size < 600 {
        site.by(|s| &mut s.wes, about.clone(), &says("Hello"));
    }
    let log = export(&site.ledger.entries, &site.server);
    (site, log)
}

#[test]
fn one_bad_entry_among_many_is_pinned_and_the_rest_read_on() {
    let (site, log) = long();
    assert_eq!(check(&log).problems, []);
    let mut broken = log.clone();
    let (position, path) = (300, "entries/001");
    let before: usize = site.ledger.entries[256..300].iter().map(|e| e.encode().len()).sum();
    let last = before + site.ledger.entries[300].encode().len() - 1;
    broken.get_mut(path).unwrap()[before + 60] ^= 1;
    broken.get_mut("tile/1/000.p/2").unwrap()[5] ^= 1;
    let report = check(&broken);
    assert!(at(&report, Code::Signature, position) && names(&report, "tile/1/000.p/2"), "{:?}", report.problems);
    assert_eq!((report.problems.len(), report.actions), (2, 300));
    let mut word = log.clone();
    word.get_mut(path).unwrap()[last] ^= 1;
    assert!(at(&check(&word), Code::Root, position), "the server's word differs from the leaf");
    let mut missing = log.clone();
    missing.remove(path);
    let report = check(&missing);
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert!(report.problems[0].code == Code::Missing && names(&report, path));
    let mut tile = log;
    tile.get_mut("tile/0/001").unwrap()[0] ^= 1;
    let report = check(&tile);
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert!(report.problems[0].code == Code::Root && names(&report, "tile/0/001"));
}

/// An entry as a lying server would change it.
fn lie(site: &Site, position: usize, change: impl Fn(&mut Entry)) -> Report {
    let mut entries = site.ledger.entries.clone();
    change(Arc::make_mut(&mut entries[position]));
    check(&export(&entries, &site.server))
}

#[test]
fn a_server_that_signs_its_lies_is_caught_where_it_lies() {
    let mut site = Site::new();
    let about = site.note(70);
    site.by(|s| &mut s.frank, about, &says("Hello"));
    let hidden = About::new("note", uuid(71), Some(site.there));
    assert!(!site.by(|s| &mut s.frank, hidden, &says("Held")).applied());
    let last = site.ledger.entries.len() - 1;
    let end = last as u64;
    assert!(check(&export(&site.ledger.entries, &site.server)).ok);
    let report = lie(&site, last, |e| e.outcome = Outcome::Applied);
    assert!(at(&report, Code::Fold, end), "{:?}", report.problems);
    assert!(at(&lie(&site, last, |e| e.rules = 9), Code::Fold, end));
    assert!(at(&lie(&site, last, |e| e.received = 0), Code::Time, end));
    assert!(at(&lie(&site, last, |e| e.record_previous = Some(1)), Code::Record, end));
    let without = |position: usize| {
        let mut entries = site.ledger.entries.clone();
        entries.remove(position);
        check(&export(&entries, &site.server))
    };
    let report = without(last - 1);
    assert!(at(&report, Code::Chain, end - 1) || at(&report, Code::Seen, end - 1), "{:?}", report.problems);
    let mut swapped = site.ledger.entries.clone();
    swapped.swap(1, 2);
    assert!(!check(&export(&swapped, &site.server)).ok);
    let report = check(&export(&site.ledger.entries, &Author::new(99)));
    assert!(report.problems[0].code == Code::Checkpoint && names(&report, CHECKPOINT), "another server's key");

    let mut other = site.ledger.entries.clone();
    let seen = crate::action::Seen { generation: 0, size: 5, root: Hash([1; 32]) };
    let forked = site.wes.author.sign(seen, site.note(70), crate::testing::fields(&says("Fork")));
    let entry =
        Entry { action: forked, received: site.now, outcome: Outcome::Applied, ..other[last - 1].as_ref().clone() };
    other.push(Arc::new(Entry { record_previous: Some(end - 1), ..entry }));
    assert!(at(&check(&export(&other, &site.server)), Code::Seen, end + 1), "its author had seen another history");
}

#[test]
fn a_rewritten_entry_leads_to_another_root() {
    let site = Site::new();
    let log = export(&site.ledger.entries, &site.server);
    let mut entries = site.ledger.entries.clone();
    Arc::make_mut(&mut entries[1]).received += 1;
    let mut other = export(&entries, &site.server);
    other.insert(CHECKPOINT.to_owned(), log[CHECKPOINT].clone());
    let report = check(&other);
    assert!(report.problems.iter().any(|p| p.code == Code::Root) && names(&report, CHECKPOINT));
}

#[test]
fn a_checkpoint_of_another_size_is_told_apart_from_missing_files() {
    let (site, log) = long();
    let shorter = export(&site.ledger.entries[..590], &site.server);
    let mut older = log.clone();
    older.insert(CHECKPOINT.to_owned(), shorter[CHECKPOINT].clone());
    let report = check(&older);
    assert!(names(&report, "entries/002.p/88") && names(&report, "entries/002.p/78"), "{:?}", report.problems);
    let mut newer = shorter;
    newer.insert(CHECKPOINT.to_owned(), log[CHECKPOINT].clone());
    assert!(names(&check(&newer), "entries/002.p/88"));
}

#[test]
fn a_hostile_size_ends() {
    let mut log = small();
    log.insert("entries/x999/x999/x999/x999/999".to_owned(), Vec::new());
    let report = check(&log);
    assert_eq!((report.ok, report.problems.len() <= MAX_PROBLEMS), (false, true));
}
