//! What must hold at the end of the day: one check for each thing that was promised.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use plumbline_core::{
    datum::Datum,
    photo::{Custody, PhotoView},
    punch::HoursRow,
    record::RecordView,
};
use plumbline_protocol::{
    Fault, Hash, RecordId,
    action::Keys,
    entry::Outcome,
    page::{self, decode_push},
    verify::{Place, Report},
};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
    version::{TLS12, TLS13},
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Teller, day::Day};
use crate::{
    dice::Dice,
    logdir::{self, Placed},
    world::{World, ask},
};

/// What the checks found, for the summary.
pub struct Found {
    /// Of the exported log.
    pub report: Report,
    /// Its entries that took effect, and those that did not.
    pub applied: usize,
    /// See `applied`.
    pub held: usize,
    /// Actions that people signed.
    pub signed: usize,
    /// Signed and not in the log.
    pub lost: usize,
    /// Times that the server was given an action which it had already.
    pub duplicates: usize,
    /// Who agrees on the log.
    pub verified_by: Vec<String>,
    /// The manager's hours.
    pub hours: Vec<HoursRow>,
    /// The manager's photographs.
    pub photos: Vec<PhotoView>,
    /// The note with two values.
    pub conflict: Option<RecordView>,
}

/// Checks everything, exports log and photographs into `out`.
pub async fn run(day: &mut Day, out: &Path, teller: &Teller) -> Found {
    teller.chapter_begins("the evening: the office looks at what arrived");
    stores(day, teller);
    people(day, teller).await;
    let hours = hours(day, teller).await;
    let photos = photographs(day, out, teller).await;
    correction(day, teller).await;
    let conflict = conflict(day, teller).await;
    held(day, teller).await;

    teller.chapter_begins("the proof: everybody has the same log");
    let waiting = count_waiting(&day.world).await;
    teller.check("nothing waits on any phone", waiting == 0 && day.waited > 0);
    day.world.same_state("Ana").await;
    teller.check("whoever sees a record sees the same, and so does a phone that starts from nothing", true);
    let report = day.world.export("Marta", &out.join("log")).await;
    let entries = logdir::entries(&out.join("log"), report.size);
    let (signed, lost, duplicates) = arrived(day, &entries, teller);
    let verified_by = agreement(day, &report, teller).await;
    changed_byte(day, out, &entries, teller);
    transport(&day.world, teller).await;
    let applied = entries.iter().filter(|placed| placed.entry.outcome == Outcome::Applied).count();
    let held = entries.len() - applied;
    Found { report, applied, held, signed, lost, duplicates, verified_by, hours, photos, conflict }
}

/// Each has a store of their own that says nothing without its key.
fn stores(day: &Day, teller: &Teller) {
    let sealed = day.world.people().all(|person| {
        let store = fs::read(person.home.join("store.db")).unwrap();
        !store.starts_with(b"SQLite format 3")
    });
    let words = ["Ridge Road", "Concrete", "Rebar", "Marta"];
    let told = logdir::files(&day.world.folder.join("clients")).into_iter().any(|file| {
        let bytes = fs::read(file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        words.iter().any(|word| text.contains(word))
    });
    teller.check(
        "every person's store is encrypted, and no file of theirs holds a name or a note in the clear",
        sealed && !told,
    );
}

async fn people(day: &Day, teller: &Teller) {
    let ana = day.world.of("Ana");
    let text = |record: &RecordView, field: &str| match record.fields.get(field) {
        Some(Datum::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let members = ana.list("member").await;
    let roles: BTreeMap<String, String> = members.iter().map(|m| (text(m, "name"), text(m, "role"))).collect();
    let expected = [
        ("Ana", "administrator"),
        ("Felix", "foreman"),
        ("Ines", "worker"),
        ("Marta", "manager"),
        ("Rosa", "worker"),
        ("Teo", "worker"),
    ];
    let expected: BTreeMap<String, String> = expected.iter().map(|(n, r)| ((*n).to_owned(), (*r).to_owned())).collect();
    teller.check("the founder, a manager, a foreman, two workers and the new hire are members", roles == expected);
    let devices: BTreeSet<String> = ana.list("device").await.iter().map(|d| text(d, "member")).collect();
    let with_device: BTreeSet<String> = day.world.people().map(|person| person.member.to_string()).collect();
    teller.check("five came in by links, and the new hire has no device", devices == with_device && devices.len() == 5);
    let mut same = true;
    for name in ["Marta", "Felix", "Teo", "Rosa"] {
        let project = day.world.of(name).record(RecordId::from(day.bridge)).await;
        same &= text(&project, "zone") == super::ZONE
            && matches!(project.fields.get("geofence"), Some(Datum::Geofence(_)))
            && matches!(project.fields.get("classifications"), Some(Datum::List(all)) if all.len() == 3);
    }
    teller.check("everyone has the project with fence, time zone and classifications", same);
}

async fn hours(day: &Day, teller: &Teller) -> Vec<HoursRow> {
    let view = day.world.of("Marta").client.hours(ask(json!({"project": day.bridge}))).await.unwrap();
    let names = day.names();
    let date = super::local(crate::world::MONDAY).date().to_string();
    let mut derived = BTreeMap::new();
    for row in &view.rows {
        let name = names.get(&row.worker).map_or("somebody else", String::as_str);
        let classification = row.classification.as_deref().unwrap_or("none");
        let (hours, minutes) = (row.seconds / 3600, row.seconds % 3600 / 60);
        teller.note(&format!("{name:6} {}  {classification:19} {hours:2} h {minutes:02} min", row.date));
        *derived.entry((name, classification, row.date.clone())).or_insert(0) += row.seconds;
    }
    let played = |((name, classification), seconds): (&(&'static str, &'static str), &i64)| {
        ((*name, *classification, date.clone()), *seconds)
    };
    let played: BTreeMap<_, _> = day.played.iter().map(played).collect();
    teller
        .check("the manager's hours per worker, day and classification are those that were worked", derived == played);
    teller.check("nothing about the hours needs a person's eye", view.flags.is_empty());
    let mut own = true;
    for name in ["Teo", "Rosa"] {
        let person = day.world.of(name);
        let theirs = person.client.hours(ask(json!({"project": day.bridge}))).await.unwrap().rows;
        let same: Vec<_> = view.rows.iter().filter(|row| row.worker == person.member).cloned().collect();
        own &= theirs == same;
    }
    teller.check("each worker sees the same hours of their own, and nobody else's", own);
    view.rows
}

async fn photographs(day: &Day, out: &Path, teller: &Teller) -> Vec<PhotoView> {
    let marta = day.world.of("Marta");
    let photos = marta.client.photos(ask(json!({"limit": 500}))).await.unwrap().photos;
    let folder = out.join("photos");
    fs::create_dir_all(&folder).unwrap();
    let (mut verified, mut same, mut marked) = (photos.len() == day.photos.len(), true, true);
    for taken in &day.photos {
        let original = fs::read(&taken.original).unwrap();
        let sha256 = Hash(Sha256::digest(&original).into());
        let Some(photo) = photos.iter().find(|photo| photo.id == taken.id) else {
            verified = false;
            continue;
        };
        verified &= photo.state == Custody::Verified && photo.sha256 == sha256;
        verified &= photo.by == Some(day.world.of(taken.by).member) && photo.bytes == original.len() as u64;
        marked &= serde_json::to_value(photo.source).unwrap() == taken.source;
        let file = folder.join(sha256.to_string());
        let exported = marta.client.export_photo(ask(json!({"photo": photo.id, "path": file}))).await;
        same &= exported.is_ok() && fs::read(&file).is_ok_and(|bytes| bytes == original);
        teller.note(&format!("{:6} {:6} {:7} bytes  {sha256:.16}…  verified", taken.by, taken.source, photo.bytes));
    }
    teller.check("the manager sees three photographs with their hash, all in verified custody", verified);
    teller.check("the originals come back from the server byte for byte", same);
    teller.check("the imported picture is marked as an import", marked);
    photos
}

async fn correction(day: &Day, teller: &Teller) {
    let (record, from, to, reason) = day.correction;
    let history = day.world.of("Marta").client.history(ask(json!({"id": record}))).await.unwrap();
    let felix = day.world.of("Felix").member;
    let corrected = history.iter().any(|change| {
        change.by == Some(felix) && change.reason.as_deref() == Some(reason) && change.outcome == "applied"
    });
    let first = history.iter().any(|change| change.by == Some(day.world.of("Teo").member) && change.at == Some(from));
    let now = day.world.of("Teo").record(record).await;
    let shows = matches!(now.fields.get("at"), Some(Datum::Moment(at)) if at.stated == to && at.how == "typed");
    teller.check(
        "the corrected punch keeps what it was, what it is, who changed it and why",
        corrected && first && shows,
    );
}

async fn conflict(day: &Day, teller: &Teller) -> Option<RecordView> {
    let (note, said) = day.note;
    let conflicts = day.world.of("Marta").client.conflicts().await.unwrap();
    let found = conflicts.into_iter().find(|record| record.id == note);
    let values = found.iter().flat_map(|record| {
        record.fields.get("text").into_iter().chain(record.conflicts.get("text").into_iter().flatten()).cloned()
    });
    let values: Vec<Datum> = values.collect();
    let both = said.iter().all(|text| values.contains(&Datum::Text((*text).to_owned()))) && values.len() == 2;
    teller.check("the manager sees the conflict with both values", both);
    found
}

async fn held(day: &Day, teller: &Teller) {
    teller.check("what a phone knows is not allowed it refuses at once", day.denied == Some(Fault::Denied));
    let ana = day.world.of("Ana").client.held().await.unwrap();
    let office = ana.iter().any(|held| held.record == day.held && held.why == "denied");
    let manager = day.world.of("Marta").client.held().await.unwrap();
    let manager = manager.iter().any(|held| held.record == day.held && held.why == "denied");
    // Rosa's phone, which may no longer read the culvert, keeps what its own receipt said.
    let rosa = day.world.of("Rosa").client.waiting().await.unwrap();
    let author = rosa.iter().any(|action| action.record == day.held && action.state == "held");
    teller.note(&format!("Held note shown: administrator {office}, manager {manager}, author {author}."));
    let shown = office && manager && author;
    teller.check("Rosa's note, by then not hers to write, is held and shown to her and to the office", shown);
    let notes = day.world.of("Marta").list("note").await;
    let without_effect = notes.iter().all(|note| note.id != day.held || note.fields.is_empty());
    teller.check("the held note has no effect", without_effect);
}

async fn count_waiting(world: &World) -> usize {
    let mut waiting = 0;
    for person in world.people() {
        let listed = person.client.waiting().await.unwrap();
        waiting += listed.iter().filter(|action| action.state == "waiting" || action.state == "refused").count();
    }
    waiting
}

/// Everything that was signed is in the log, and once. How much was signed, lost, and given to the server again.
fn arrived(day: &Day, entries: &[Placed], teller: &Teller) -> (usize, usize, usize) {
    let mut times: BTreeMap<Hash, usize> = BTreeMap::new();
    let own = entries.iter().filter(|placed| placed.entry.action.header().kind != "deposit");
    own.for_each(|placed| *times.entry(placed.entry.action.identity()).or_default() += 1);
    let lost = day.signed.iter().filter(|action| !times.contains_key(action)).count();
    let once = times.values().all(|times| *times == 1);
    teller.check("everything that anybody did arrived, and arrived once", lost == 0 && once);

    let organisation = entries[0].entry.action.organisation();
    let mut given: BTreeMap<Hash, usize> = BTreeMap::new();
    for body in day.world.people().flat_map(|person| person.link.pushed()) {
        for action in decode_push(&page::unpack(&body).unwrap(), Some(organisation)).unwrap() {
            *given.entry(action.verify(&mut Keys::default()).unwrap().hash()).or_default() += 1;
        }
    }
    let duplicates = given.values().map(|times| times - 1).sum();
    teller.note(&format!("The server was given {duplicates} actions a second time and knew them."));
    let faults = day.faults;
    teller.check("the links really failed meanwhile", faults.drop + faults.duplicate + faults.reorder + faults.cut > 0);
    let signed = times.keys().copied().collect::<BTreeSet<_>>().union(&day.signed).count();
    (signed, lost, duplicates)
}

async fn agreement(day: &mut Day, report: &Report, teller: &Teller) -> Vec<String> {
    let (mut agree, mut alarms) = (Vec::new(), 0);
    for person in day.world.people() {
        let view = person.client.log().await.unwrap();
        if view.size == report.size && Some(view.root) == report.root && Some(&view.origin) == report.origin.as_ref() {
            agree.push(person.name.clone());
        }
        alarms += person.alarms().await;
    }
    teller.check("every client agrees on the log", agree.len() == day.world.people().count());
    teller.check("no alarm was raised", alarms == 0);
    let sound = report.ok && report.actions == report.size;
    teller.check("plumbline-verify agrees with them, judging every entry again", sound);
    if let Some(problem) = report.problems.first() {
        teller.note(&format!("{} at {}: {}", problem.code, problem.place, problem.text));
    }
    if sound {
        agree.push("plumbline-verify".to_owned());
    }
    day.log.view = serde_json::to_value(day.world.of("Marta").client.log().await.unwrap()).unwrap();
    day.log.size = report.size;
    agree
}

/// One bit of a copy is flipped, and the verifier says where.
fn changed_byte(day: &Day, out: &Path, entries: &[Placed], teller: &Teller) {
    let copy = out.join("copy");
    logdir::copy(&out.join("log"), &copy);
    let mut dice = Dice::of(day.seed, "one byte");
    let position = dice.below(entries.len() as u64);
    let Placed { file, from, to, .. } = &entries[position as usize];
    let mut bytes = fs::read(copy.join(file)).unwrap();
    let at = from + dice.below((to - from) as u64) as usize;
    bytes[at] ^= 1 << dice.below(8);
    fs::write(copy.join(file), bytes).unwrap();
    let report = logdir::verify(&copy);
    fs::remove_dir_all(&copy).unwrap();
    teller.note(&format!("In a copy of the log byte {at} of {file} is changed, which belongs to entry {position}."));
    if let Some(problem) = report.problems.first() {
        teller.note(&format!("plumbline-verify says: {} at {}: {}", problem.code, problem.place, problem.text));
    }
    let placed = report.problems.iter().any(|problem| match &problem.place {
        Place::Position(found) => *found == position,
        Place::File(found) => found == file,
    });
    teller.check("one changed byte of the log is found, and its place named", !report.ok && placed);
}

/// What a stranger can try at the server's door.
async fn transport(world: &World, teller: &Teller) {
    let health = format!("{}/health", world.server().url);
    let answers = async |url: &str, version, trusted| {
        let answer = client(world, version, trusted).get(url).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    };
    let good = answers(&health, &TLS13, true).await;
    let old = answers(&health, &TLS12, true).await;
    let stranger = answers(&health, &TLS13, false).await;
    let plain = answers(&health.replace("https", "http"), &TLS13, true).await;
    let real = good && !old && !stranger && !plain;
    teller.check("the server speaks TLS 1.3 alone, under its own authority, and nothing in the clear", real);
}

/// A client that speaks this version alone and trusts the server's authority or nobody.
fn client(world: &World, version: &'static SupportedProtocolVersion, trusting: bool) -> reqwest::Client {
    let mut roots = RootCertStore::empty();
    if trusting {
        roots.add(CertificateDer::from_pem_file(world.server_folder().join("ca.pem")).unwrap()).unwrap();
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls).build().unwrap()
}
