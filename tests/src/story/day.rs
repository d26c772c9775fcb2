//! The day itself: who does what, when, and what is remembered of it to check later.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use plumbline_protocol::{Fault, Hash, RecordId, Uuid};
use serde_json::{Value, json};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::{Teller, at};
use crate::{
    dice::Dice,
    link::{Counts, Faults},
    photo,
    world::{Keys, World, ask},
};

/// Of every keystore of the story: nothing in it is worth hiding.
pub const PASSPHRASE: &str = "a simulated day";

/// What was captured.
pub struct Taken {
    /// The record.
    pub id: Uuid,
    /// By whom.
    pub by: &'static str,
    /// `camera` or `import`.
    pub source: &'static str,
    /// The original file.
    pub original: PathBuf,
}

/// The log as the manager's client has it at the end.
pub struct LogState {
    /// Number of entries.
    pub size: u64,
    /// Origin, root in hex and checkpoint.
    pub view: Value,
}

/// All that is remembered of the day.
pub struct Day {
    /// The world, settled.
    pub world: World,
    /// Its seed.
    pub seed: u64,
    /// The bridge.
    pub bridge: Uuid,
    /// The new hire, who has no device.
    pub ines: Uuid,
    /// Seconds that were played, by person and classification.
    pub played: BTreeMap<(&'static str, &'static str), i64>,
    /// Public keys of the phones, by person.
    pub devices: BTreeMap<String, String>,
    /// The photographs.
    pub photos: Vec<Taken>,
    /// The note that two people edited, with what each wrote.
    pub note: (RecordId, [&'static str; 2]),
    /// The note by which Rosa did what she may not.
    pub held: RecordId,
    /// What the client answered when Teo tried what his own copy shows he may not.
    pub denied: Option<Fault>,
    /// The corrected punch, what it said and what it says, and why.
    pub correction: (RecordId, i64, i64, &'static str),
    /// Every action that anybody signed, by header hash, collected before the link came back.
    pub signed: BTreeSet<Hash>,
    /// What the links did.
    pub faults: Counts,
    /// What waited before the link came back.
    pub waited: u64,
    /// The log.
    pub log: LogState,
    /// Holds the photographs that were made on the spot.
    pub _originals: TempDir,
}

/// Plays the day in `out`.
pub async fn play(out: &Path, seed: u64, teller: &Teller) -> Day {
    teller.chapter_begins("before work: the office sets up");
    let mut world = World::at(out, seed, Keys::Passphrase(Zeroizing::new(PASSPHRASE.to_owned()))).await;
    teller
        .tell(world.clock.now(), &format!("The server starts at {} with an authority of its own.", world.server().url));
    world.found("Ana").await;
    teller.tell(world.clock.now(), "Ana opens the link from the server's terminal and founds Ridge Road Paving.");
    let bridge = world.project("Ana", "Ridge Road bridge").await;
    let culvert = world.project("Ana", "Mill Street culvert").await;
    teller.note("She makes two projects, each with fence, time zone and classifications.");
    world.clock.advance_to(at(6, 15));
    for (name, role, projects) in [
        ("Marta", "manager", &[][..]),
        ("Felix", "foreman", &[bridge]),
        ("Teo", "worker", &[bridge]),
        ("Rosa", "worker", &[bridge, culvert]),
    ] {
        world.person("Ana", name, role, projects).await;
        teller.tell(world.clock.now(), &format!("{name} ({role}) opens an invite link and enrols a phone."));
    }
    let note = world.of("Marta").note(bridge, "Concrete arrives at two").await;
    world.settle().await;

    teller.chapter_begins("the morning, still online");
    world.clock.advance_to(at(6, 45));
    let early = world.of("Teo").punch("in", bridge, Some("Laborer")).await;
    teller.tell(world.clock.now(), "Teo clocks in as a laborer.");
    world.settle().await;
    let seen = world.of("Felix").record(early).await;
    let enrolled = signed_so_far(&world, out).await;

    teller.chapter_begins("the day without a network");
    world.clock.advance_to(at(6, 50));
    for name in ["Felix", "Teo", "Rosa"] {
        world.of(name).link.cut();
    }
    teller.tell(world.clock.now(), "The crew drives into the valley; their link is cut.");
    let mut day = Offline { world: &world, teller, bridge };
    day.punch((7, 0), "Rosa", "in", Some("Laborer"), "clocks in as a laborer").await;
    day.punch((7, 5), "Felix", "in", Some("Foreman"), "clocks in as the foreman").await;

    let originals = tempfile::tempdir().unwrap();
    let (files, real) = photo::three(originals.path(), &mut Dice::of(seed, "photographs"));
    teller.note(if real { "The photographs are real ones." } else { "The photographs are made on the spot." });
    let mut photos = Vec::new();
    photos.push(day.capture((8, 30), "Teo", "camera", &files[0], "Rebar, north abutment").await);

    world.clock.advance_to(at(9, 0));
    let ines = world.member("Felix", "Ines", "worker", &[bridge]).await;
    teller.tell(world.clock.now(), "Felix takes on Ines, who has no phone, and clocks her in as a laborer.");
    day.crew((9, 0), ines, "in", Some("Laborer")).await;

    let reason = "He was at the gate at half past six";
    let corrected_to = at(6, 30);
    world.clock.advance_to(at(9, 30));
    let request = json!({"record": early, "at": corrected_to, "reason": reason, "as_of": seen.as_of});
    world.of("Felix").client.correct(ask(request)).await.unwrap();
    teller.tell(world.clock.now(), "Felix corrects when Teo came, from 06:45 to 06:30, and says why.");

    day.punch((10, 0), "Teo", "switch", Some("Equipment operator"), "switches to equipment operator").await;
    photos.push(day.capture((10, 30), "Rosa", "camera", &files[1], "Formwork").await);
    day.punch((12, 0), "Teo", "break_start", None, "takes his break").await;
    day.punch((12, 5), "Rosa", "break_start", None, "takes her break").await;
    day.punch((12, 30), "Teo", "break_end", None, "goes on").await;
    day.punch((12, 35), "Rosa", "break_end", None, "goes on").await;

    world.clock.advance_to(at(13, 0));
    let said = ["Concrete arrives at three", "Concrete is cancelled"];
    world.of("Felix").rewrite(note, said[0]).await;
    world.of("Teo").rewrite(note, said[1]).await;
    teller.tell(world.clock.now(), "Felix and Teo each rewrite the same note; neither knows of the other.");

    world.clock.advance_to(at(13, 15));
    let fields = json!({"name": "Teo's own project"});
    let write = json!({"kind": "project", "record": bridge, "fields": fields});
    let denied = world.of("Teo").client.write(ask(write)).await.err();
    teller.tell(
        world.clock.now(),
        "Teo tries to rename the project; his phone knows that he may not and says so at once.",
    );

    world.clock.advance_to(at(13, 30));
    let member = RecordId::from(world.of("Rosa").member);
    let as_of = world.of("Marta").record(member).await.as_of;
    let fields = json!({"projects": {"remove": [culvert]}});
    let narrow = json!({"kind": "member", "record": member, "fields": fields, "as_of": as_of});
    world.of("Marta").client.write(ask(narrow)).await.unwrap();
    world.of("Marta").client.sync().await.unwrap();
    teller.tell(world.clock.now(), "In the office Marta takes Rosa off the culvert. Rosa cannot know.");
    world.clock.advance_to(at(13, 45));
    let held = world.of("Rosa").note(culvert, "Culvert inlet is blocked").await;
    teller.tell(world.clock.now(), "Rosa writes a note about the culvert.");

    photos.push(day.capture((14, 30), "Felix", "import", &files[2], "Delivery ticket").await);
    day.punch((15, 30), "Teo", "out", None, "clocks out").await;
    day.punch((15, 30), "Rosa", "out", None, "clocks out").await;
    day.crew((15, 30), ines, "out", None).await;
    teller.note("Felix clocks Ines out.");
    day.punch((15, 45), "Felix", "out", None, "clocks out").await;
    let played = BTreeMap::from([
        (("Teo", "Laborer"), (at(10, 0) - corrected_to) / 1000),
        (("Teo", "Equipment operator"), (at(15, 30) - at(10, 0) - (at(12, 30) - at(12, 0))) / 1000),
        (("Rosa", "Laborer"), (at(15, 30) - at(7, 0) - (at(12, 35) - at(12, 5))) / 1000),
        (("Felix", "Foreman"), (at(15, 45) - at(7, 5)) / 1000),
        (("Ines", "Laborer"), (at(15, 30) - at(9, 0)) / 1000),
    ]);

    let mut signed = enrolled;
    let mut waited = 0;
    for person in world.people() {
        let waiting = person.client.waiting().await.unwrap();
        waited += waiting.len() as u64;
        signed.extend(waiting.into_iter().map(|action| action.action));
    }
    signed.extend(signed_so_far(&world, out).await);

    teller.chapter_begins("the way home: a link that drops, doubles, reorders and cuts");
    world.clock.advance_to(at(16, 0));
    teller.tell(world.clock.now(), &format!("{waited} actions and three photographs wait on three phones."));
    world.restore(Faults::rough());
    let rounds = world.settle().await;
    let faults = world.counts();
    teller.tell(
        world.clock.now(),
        &format!(
            "All is quiet after {rounds} rounds and {} requests: {} dropped, {} doubled, {} reordered, {} cut.",
            faults.requests, faults.drop, faults.duplicate, faults.reorder, faults.cut
        ),
    );
    world.restore(Faults::default());
    let mut devices = BTreeMap::new();
    for person in world.people() {
        devices.insert(person.name.clone(), person.client.status().await.unwrap().device);
    }
    let view = serde_json::to_value(world.of("Marta").client.log().await.unwrap()).unwrap();
    let size = view["size"].as_u64().unwrap();
    Day {
        world,
        seed,
        bridge,
        ines,
        played,
        devices,
        photos,
        note: (note, said),
        held,
        denied,
        correction: (early, at(6, 45), corrected_to, reason),
        signed,
        faults,
        waited,
        log: LogState { size, view },
        _originals: originals,
    }
}

impl Day {
    /// Names by member.
    pub fn names(&self) -> BTreeMap<Uuid, String> {
        let with_phone = self.world.people().map(|person| (person.member, person.name.clone()));
        with_phone.chain([(self.ines, "Ines".to_owned())]).collect()
    }
}

/// Header hashes of the log as it is now, but for what the server itself wrote.
async fn signed_so_far(world: &World, out: &Path) -> BTreeSet<Hash> {
    let folder = out.join("before");
    world.of("Marta").client.sync().await.unwrap();
    let report = world.export("Marta", &folder).await;
    let entries = crate::logdir::entries(&folder, report.size);
    fs::remove_dir_all(&folder).unwrap();
    let own = entries.into_iter().map(|placed| placed.entry.action);
    own.filter(|action| action.header().kind != "deposit").map(|action| action.hash()).collect()
}

/// The crew's day.
struct Offline<'w> {
    world: &'w World,
    teller: &'w Teller,
    bridge: Uuid,
}

impl Offline<'_> {
    async fn punch(&mut self, (h, m): (i8, i8), who: &str, what: &str, classification: Option<&str>, told: &str) {
        self.world.clock.advance_to(at(h, m));
        self.world.of(who).punch(what, self.bridge, classification).await;
        self.teller.tell(self.world.clock.now(), &format!("{who} {told}."));
    }

    async fn crew(&mut self, (h, m): (i8, i8), worker: Uuid, what: &str, classification: Option<&str>) {
        self.world.clock.advance_to(at(h, m));
        let request = json!({"what": what, "project": self.bridge, "classification": classification, "worker": worker});
        self.world.of("Felix").client.clock(ask(request)).await.unwrap();
    }

    async fn capture(
        &mut self,
        (h, m): (i8, i8),
        by: &'static str,
        source: &'static str,
        file: &Path,
        caption: &str,
    ) -> Taken {
        self.world.clock.advance_to(at(h, m));
        let place = json!({
            "lat_e7": 407_128_000, "lon_e7": -740_060_000, "accuracy_cm": 600, "mock": false, "source": "gnss",
        });
        let place = (source == "camera").then_some(place);
        let request = json!({
            "path": file, "project": self.bridge, "source": source, "caption": caption, "tags": ["daily"], "place": place,
        });
        let id = self.world.of(by).client.capture(ask(request)).await.unwrap().id;
        let how = if source == "camera" { "photographs" } else { "imports a picture, marked as one:" };
        self.teller.tell(self.world.clock.now(), &format!("{by} {how} \"{caption}\"."));
        Taken { id, by, source, original: file.to_owned() }
    }
}
