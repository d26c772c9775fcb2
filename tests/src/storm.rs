//! A storm: a day on a small site while everything that a network can do wrong goes wrong, all of it drawn from one seed.
//!
//! Invariants: what is drawn (people, what they do, which faults at which rate) follows from the seed alone, so a seed plays
//! again by itself; sockets and threads are real, so the order in which two things meet may differ. While the storm lasts
//! only safety is asked for; once it is over everybody has to agree within [`ROUNDS`].

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    env, fs,
    io::{self, Write},
    time::Duration,
};

use plumbline_core::{
    photo::Custody,
    sync::{Connection, SyncView},
};
use plumbline_protocol::{
    Fault, Hash, RecordId, Uuid,
    entry::Outcome,
    link::{InviteLink, SetupLink},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    clock::MINUTE,
    dice::Dice,
    link::{Counts, Faults},
    logdir, photo, sound,
    world::{Keys, Person, World, ask, temporary},
};

/// Rounds in which everybody syncs once and after which, the network being good again, nothing may be left to do: one in
/// which all sends out, one in which all comes in, and one more for what a change of rights or a new key makes come again.
/// Two more follow when the server has read the photographs.
pub const ROUNDS: usize = 3;
/// How often somebody tries to come in over a bad network before the test gives up.
const TRIES: usize = 2000;
/// Real milliseconds between two looks for the server's deposits, and how many looks there are.
const LOOK: (Duration, usize) = (Duration::from_millis(10), 500);

/// What a seed drew.
#[derive(Debug, Clone)]
pub struct Options {
    /// The seed.
    pub seed: u64,
    /// Devices, the founder's included.
    pub people: usize,
    /// Things that are done.
    pub actions: usize,
    /// What goes wrong on every link, in percent of requests.
    pub faults: Faults,
    /// Whether the organisation is founded and the first people enrol in the storm already, or before it.
    pub from_the_start: bool,
    /// Whether somebody's device is revoked.
    pub revokes: bool,
    /// Whether somebody's rights change.
    pub changes_rights: bool,
    /// Whether somebody new comes in, in the middle.
    pub newcomer: bool,
    /// Photographs.
    pub photos: usize,
    /// Whether a device that starts from nothing is compared too at the end.
    pub fresh: bool,
}

/// What a storm did, and what it was up against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Entries of the log at the end.
    pub entries: u64,
    /// Actions that somebody was told were kept.
    pub acknowledged: usize,
    /// Of them, those that were logged without effect.
    pub held: usize,
    /// What the links did.
    pub counts: Counts,
    /// Rounds that everybody needed when it was over.
    pub rounds: usize,
}

impl Options {
    /// What `seed` draws: two or three people for most, more work for one seed in thirty-two.
    pub fn of(seed: u64) -> Options {
        let mut dice = Dice::of(seed, "weather");
        let large = dice.below(32) == 0;
        let lost = dice.below(31);
        let lost_requests = dice.below(lost + 1);
        let faults = Faults {
            drop_request: lost_requests,
            drop_reply: lost - lost_requests,
            duplicate: dice.below(51),
            reorder: dice.below(8),
            cut: dice.below(9),
            delay: dice.below(3),
        };
        Options {
            seed,
            people: if large { 4 } else { 2 + dice.below(2) as usize },
            actions: if large { 40 } else { 8 + dice.below(6) as usize },
            faults,
            from_the_start: dice.below(6) == 0,
            revokes: dice.below(8) == 0,
            changes_rights: dice.below(4) == 0,
            newcomer: dice.below(8) == 0,
            photos: dice.below(3) as usize * usize::from(dice.below(2) == 0),
            fresh: dice.below(32) == 0,
        }
    }
}

/// Plays the storm of these options. It panics at the first thing that does not hold.
pub async fn play(options: &Options) -> Weather {
    let folder = temporary();
    let mut storm = Storm {
        world: World::at(folder.path(), options.seed, Keys::Memory).await,
        dice: Dice::of(options.seed, "work"),
        options,
        project: Uuid::v7(0, [0; 10]),
        shared: RecordId::Key([0; 32]),
        signed: BTreeMap::new(),
        own: BTreeMap::new(),
        taken: Vec::new(),
        cast: ["Felix", "Teo", "Rosa", "Marta", "Vera"].into(),
        revoked: None,
        past: Counts::default(),
    };
    storm.begin().await;
    storm.work().await;
    let rounds = storm.calm().await;
    storm.check(rounds).await
}

/// The command that plays one seed again.
pub fn replay(seed: u64) -> String {
    format!("PLUMBLINE_SEED={seed} cargo test -p plumbline-tests --test trial one_seed")
}

/// Says how it goes to whoever watches, past the test harness, which keeps what tests print.
pub fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The seed that is to be played alone, where one is named.
pub fn one() -> Option<u64> {
    env::var("PLUMBLINE_SEED").ok().map(|seed| seed.parse().expect("PLUMBLINE_SEED is a number"))
}

struct Storm<'o> {
    world: World,
    dice: Dice,
    options: &'o Options,
    project: Uuid,
    /// The note that several people write.
    shared: RecordId,
    /// Hashes of all that somebody was told was kept, with its author and kind.
    signed: BTreeMap<Hash, (String, String)>,
    /// Records that each person made, by kind.
    own: BTreeMap<(String, &'static str), Vec<RecordId>>,
    /// Photographs: author, record, bytes.
    taken: Vec<(String, Uuid, Vec<u8>)>,
    /// Who may still come.
    cast: VecDeque<&'static str>,
    revoked: Option<String>,
    /// What the links of people who are gone did.
    past: Counts,
}

impl Storm<'_> {
    /// The founder, the project, the shared note and the first people.
    async fn begin(&mut self) {
        let faults = if self.options.from_the_start { self.options.faults } else { Faults::default() };
        let link = self.world.server().setup.clone().unwrap();
        let mut link: SetupLink = link.parse().unwrap();
        let mut ana = self.world.device("Ana").await;
        ana.link.restore(faults);
        link.server.at = ana.link.at.to_string();
        let request = json!({"link": link.to_string(), "name": "Ridge Road Paving", "founder_name": "Ana"});
        for tries in 1.. {
            match ana.client.create_organisation(ask(request.clone())).await {
                Ok(_) => break,
                Err(fault) => assert!(tries < TRIES && passing(&fault), "founding: {fault}"),
            }
        }
        ana.member = ana.client.status().await.unwrap().member.unwrap();
        reads_once(&ana).await;
        self.world.put(ana);
        self.project = self.world.project("Ana", "Ridge Road bridge").await;
        self.shared = self.world.of("Ana").note(self.project, "Concrete arrives at two").await;
        self.remember("Ana").await;
        for _ in 1..self.options.people {
            self.comes_in(faults).await;
        }
        self.world.restore(self.options.faults);
    }

    /// The next of the cast is invited and enrols, over links with these faults.
    async fn comes_in(&mut self, faults: Faults) {
        let name = self.cast.pop_front().unwrap();
        let role = match name {
            "Felix" => "foreman",
            "Marta" => "manager",
            _ => "worker",
        };
        let projects: &[Uuid] = if role == "manager" { &[] } else { &[self.project] };
        let member = self.world.member("Ana", name, role, projects).await;
        let ana = self.world.of("Ana");
        let invite = ana.client.invite(ask(json!({"member": member, "hours_valid": 700}))).await.unwrap().link;
        self.remember("Ana").await;
        let ana = self.world.of("Ana");
        for tries in 1.. {
            match ana.client.sync().await {
                Ok(_) => break,
                Err(fault) => assert!(tries < TRIES && passing(&fault), "inviting {name}: {fault}"),
            }
        }
        let mut person = self.world.device(name).await;
        person.link.restore(faults);
        let mut link: InviteLink = invite.parse().unwrap();
        (link.server.at, person.member) = (person.link.at.to_string(), member);
        let request = json!({"link": link.to_string(), "device_label": format!("{name}'s phone")});
        for tries in 1.. {
            match person.client.enrol(ask(request.clone())).await {
                Ok(_) => break,
                Err(fault) => assert!(tries < TRIES && passing(&fault), "{name} enrols: {fault}"),
            }
        }
        reads_once(&person).await;
        self.world.put(person);
    }

    /// The day: one thing after the other, whatever becomes of it on the way to the server.
    async fn work(&mut self) {
        let Options { actions, photos, revokes, changes_rights, newcomer, .. } = *self.options;
        let mut special: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        let planned = [("photo", photos), ("rights", usize::from(changes_rights)), ("newcomer", usize::from(newcomer))];
        for (what, times) in planned.into_iter().chain([("revoke", usize::from(revokes))]) {
            for _ in 0..times {
                special.entry(self.dice.below(actions as u64) as usize).or_default().push(what);
            }
        }
        for turn in 0..actions {
            self.world.clock.advance(self.dice.below(40) as i64 * MINUTE / 2);
            for what in special.remove(&turn).unwrap_or_default() {
                match what {
                    "photo" => self.photograph(turn).await,
                    "rights" => self.rights().await,
                    "newcomer" => self.comes_in(self.options.faults).await,
                    _ => self.revoke().await,
                }
            }
            let who = self.anybody();
            self.does_something(&who, turn).await;
            self.remember(&who).await;
            match self.dice.below(40) {
                0..12 => self.syncs(&who).await,
                12..16 => self.all_sync_at_once(false).await,
                16..19 => {
                    self.world.reopen(&who).await;
                    // Who opens the app again finds what was kept: it was remembered above.
                    self.syncs(&who).await;
                }
                19 => self.all_sync_at_once(true).await,
                _ => {}
            }
        }
    }

    fn anybody(&mut self) -> String {
        let names: Vec<String> = self.world.people().map(|person| person.name.clone()).collect();
        self.dice.pick(&names).clone()
    }

    /// One action, or none where the person's own copy says that it is not theirs to do.
    async fn does_something(&mut self, who: &str, turn: usize) {
        let (client, project) = (&self.world.of(who).client, self.project);
        let mine = |kind| self.own.get(&(who.to_owned(), kind)).and_then(|all| all.last()).copied();
        let (done, kind) = match self.dice.below(12) {
            0..3 => {
                let what = *self.dice.pick(&["in", "out", "break_start", "break_end", "switch"]);
                let request = json!({"what": what, "project": project, "classification": "Laborer"});
                (client.clock(ask(request)).await.map(|views| views[0].id), "punch")
            }
            3 => {
                let Some(record) = mine("punch") else { return };
                let at = self.world.clock.now() - self.dice.below(60) as i64 * MINUTE;
                let request = json!({"record": record, "at": at, "reason": "Came earlier"});
                (client.correct(ask(request)).await.map(|view| view.id), "corrected")
            }
            4..7 => {
                let Ok(shown) = client.record(ask(json!({"id": self.shared}))).await else { return };
                let fields = json!({"text": format!("{who} says {turn}")});
                let request = json!({"kind": "note", "record": self.shared, "fields": fields, "as_of": shown.as_of});
                (client.write(ask(request)).await.map(|view| view.id), "shared")
            }
            7 => {
                let Some(record) = mine("note") else { return };
                let request =
                    json!({"record": record, "withdrawn": !turn.is_multiple_of(3), "reason": "Written by mistake"});
                (client.withdraw(ask(request)).await.map(|view| view.id), "withdrawn")
            }
            _ => {
                let fields = json!({"text": format!("{who} {turn}")});
                let request = json!({"kind": "note", "project": project, "fields": fields});
                (client.write(ask(request)).await.map(|view| view.id), "note")
            }
        };
        match done {
            Ok(record) => self.own.entry((who.to_owned(), kind)).or_default().push(record),
            // Rights were taken away, and this copy knows it.
            Err(Fault::Denied | Fault::NotFound) => {}
            Err(fault) => panic!("{who} {kind}: {fault}"),
        }
    }

    async fn photograph(&mut self, turn: usize) {
        let who = self.anybody();
        let bytes = photo::jpeg(&mut self.dice);
        let file = self.world.folder.join(format!("{turn}.jpg"));
        fs::write(&file, &bytes).unwrap();
        let request = json!({"path": file, "project": self.project, "source": "camera", "caption": format!("{turn}")});
        match self.world.of(&who).client.capture(ask(request)).await {
            Ok(photo) => self.taken.push((who.clone(), photo.id, bytes)),
            Err(Fault::Denied | Fault::NotFound) => {}
            Err(fault) => panic!("{who} photographs: {fault}"),
        }
        self.remember(&who).await;
    }

    /// Somebody but Ana loses the project, or a worker becomes a foreman.
    async fn rights(&mut self) {
        let loses = self.dice.below(2) == 0;
        let Some(member) = self.other().map(|person| RecordId::from(person.member)) else { return };
        let ana = self.world.of("Ana");
        let as_of = ana.record(member).await.as_of;
        let fields: Value =
            if loses { json!({"projects": {"remove": [self.project]}}) } else { json!({"role": "foreman"}) };
        let request = json!({"kind": "member", "record": member, "fields": fields, "as_of": as_of});
        ana.client.write(ask(request)).await.unwrap();
        self.remember("Ana").await;
    }

    async fn revoke(&mut self) {
        let Some((name, device)) = self.other().map(|person| (person.name.clone(), person.device())) else { return };
        let request = json!({"device": device, "reason": "The phone was lost"});
        match self.world.of("Ana").client.revoke_device(ask(request)).await {
            Ok(_) => self.revoked = Some(name),
            // Ana has not heard of the device yet.
            Err(fault) => assert_eq!(fault, Fault::NotFound),
        }
        self.remember("Ana").await;
    }

    /// Somebody but Ana who is not revoked. One number is drawn, whoever there is.
    fn other(&mut self) -> Option<&Person> {
        let drawn = self.dice.next() as usize;
        let others = self.world.people().filter(|p| p.name != "Ana" && Some(&p.name) != self.revoked.as_ref());
        let others: Vec<&Person> = others.collect();
        others.get(drawn % others.len().max(1)).copied()
    }

    /// Notes what `who` was told is kept.
    async fn remember(&mut self, who: &str) {
        let waiting = self.world.of(who).client.waiting().await.unwrap();
        self.signed.extend(waiting.into_iter().map(|action| (action.action, (who.to_owned(), action.kind))));
    }

    async fn syncs(&self, who: &str) {
        let done = self.world.of(who).client.sync().await;
        bearable(who, done, self.revoked.as_deref() == Some(who));
    }

    /// Everybody syncs at the same time, and perhaps the server restarts in the middle of that.
    async fn all_sync_at_once(&mut self, restart: bool) {
        let mut all = tokio::task::JoinSet::new();
        for person in self.world.people() {
            let (name, client) = (person.name.clone(), person.client.clone());
            let revoked = self.revoked.as_ref() == Some(&name);
            all.spawn(async move { bearable(&name, client.sync().await, revoked) });
        }
        if restart {
            self.world.restart_server().await;
        }
        all.join_all().await;
    }

    /// The network is good again. How many rounds it takes until nothing is left to do.
    async fn calm(&mut self) -> usize {
        self.past = self.past.plus(self.world.counts());
        self.world.restore(Faults::default());
        for person in self.world.people() {
            person.link.deliver_late().await;
        }
        let rounds = self.rounds(ROUNDS).await;
        self.deposits().await;
        rounds + self.rounds(2).await
    }

    /// Lets everybody sync, one after the other, until nothing moves: a round in which nothing did does not count.
    async fn rounds(&self, most: usize) -> usize {
        let mut last = String::new();
        for round in 0..=most {
            last.clear();
            let mut sizes = BTreeSet::new();
            for person in self.world.people() {
                let revoked = Some(&person.name) == self.revoked.as_ref();
                let SyncView { pushed, pulled, uploaded, waiting, size } = match person.client.sync().await {
                    Ok(synced) => synced,
                    Err(Fault::Denied | Fault::SignedOut) if revoked => {
                        last += "a device learns that it is revoked; ";
                        continue;
                    }
                    Err(fault) => panic!("{} in good weather: {fault}", person.name),
                };
                if pushed + pulled + uploaded + waiting > 0 {
                    last += &format!("{}: {pushed} {pulled} {uploaded} {waiting}; ", person.name);
                }
                if !revoked {
                    sizes.insert(size);
                }
            }
            if last.is_empty() && sizes.len() == 1 {
                return round;
            }
        }
        panic!("not quiet after {most} rounds of good weather: {last}");
    }

    /// Waits until the server has read every photograph that took effect, which it does in its own time.
    async fn deposits(&self) {
        let ana = self.world.of("Ana");
        let mut photos = Vec::new();
        for _ in 0..LOOK.1 {
            photos = ana.client.photos(ask(json!({"limit": 500}))).await.unwrap().photos;
            if photos.iter().all(|photo| photo.state == Custody::Verified) {
                return;
            }
            tokio::time::sleep(LOOK.0).await;
            ana.client.sync().await.unwrap();
        }
        panic!("not verified: {photos:?}");
    }

    /// All that must hold at the end.
    async fn check(mut self, rounds: usize) -> Weather {
        for person in self.world.people() {
            let status = person.client.status().await.unwrap();
            assert_eq!((status.waiting, status.alarms), (0, 0), "{}", person.name);
            assert_eq!(status.connection, Connection::Online, "{}", person.name);
            let unsent = person.client.waiting().await.unwrap();
            let unsent: Vec<_> = unsent.iter().filter(|a| a.state != "held" && a.state != "logged").collect();
            assert!(unsent.is_empty(), "{}: {unsent:?}", person.name);
        }
        // Nobody was made to enrol again by a network alone.
        let devices = self.world.of("Ana").list("device").await.len();
        assert_eq!(devices, self.world.people().count(), "devices");

        let folder = self.world.folder.join("log");
        let report = self.world.export("Ana", &folder).await;
        assert!(report.ok, "{:?}", report.problems);
        let entries = logdir::entries(&folder, report.size);
        self.arrived(&entries);
        let applied = entries.iter().map(|placed| &placed.entry).filter(|entry| entry.outcome == Outcome::Applied);
        let applied: Vec<_> = applied.map(|entry| entry.action.header().record).collect();
        self.photographs(&applied.iter().copied().collect()).await;
        let gone = self.revoked.clone().map(|name| self.world.take(&name));
        match self.options.fresh {
            true => drop(self.world.same_state("Ana").await),
            false => drop(self.world.seen_alike("Ana").await),
        }

        let counts = self.past;
        for person in self.world.people().chain(gone.as_ref()) {
            person.client.pause().await.unwrap();
            sound::store(&person.home, &*person.memory, &person.name);
        }
        let server = self.world.server_folder();
        drop(gone);
        self.world.close().await;
        sound::server(&server, "the server");
        Weather {
            entries: report.size,
            acknowledged: self.signed.len(),
            held: entries.len() - applied.len(),
            counts,
            rounds,
        }
    }

    /// Each photograph is verified and the same bytes come back from the server; one whose action is held is received. `applied`:
    /// the records of which something has taken effect.
    async fn photographs(&self, applied: &BTreeSet<RecordId>) {
        let ana = &self.world.of("Ana").client;
        let stored = self.world.server_folder().join("blobs").join(self.world.organisation("Ana").await.to_string());
        for (who, id, bytes) in &self.taken {
            if !applied.contains(&RecordId::from(*id)) {
                let object = stored.join(Hash(Sha256::digest(bytes).into()).to_string());
                assert!(fs::read(object).is_ok_and(|o| o == *bytes), "{who}'s held photograph {id} did not arrive");
                continue;
            }
            let photo = ana.photo(ask(json!({"id": RecordId::from(*id)}))).await.unwrap();
            assert_eq!(photo.state, Custody::Verified, "{who}'s photograph {id}");
            let file = self.world.folder.join("back.jpg");
            ana.export_photo(ask(json!({"photo": id, "path": file}))).await.unwrap();
            assert!(fs::read(&file).unwrap() == *bytes, "{who}'s photograph {id} came back changed");
            fs::remove_file(file).unwrap();
        }
    }

    /// Everything that was acknowledged is in the log, everything in it is there once, and nothing else.
    fn arrived(&self, entries: &[logdir::Placed]) {
        let mut found = BTreeSet::new();
        for logdir::Placed { entry, .. } in entries {
            let (identity, header) = (entry.action.identity(), entry.action.header());
            assert!(found.insert(identity), "{} {} is in the log twice", header.kind, header.record);
            let made = header.kind == "deposit" || header.sequence == 0;
            assert!(made || self.signed.contains_key(&identity), "nobody did {} {}", header.kind, header.record);
        }
        for (action, (who, kind)) in &self.signed {
            assert!(found.contains(action), "{who}'s {kind} is lost: {action}");
        }
    }
}

/// Who has come in has to read the log once before there is anything that they may do.
async fn reads_once(person: &Person) {
    for tries in 1.. {
        if person.size().await > 0 {
            return;
        }
        assert!(tries < TRIES, "{} never reads anything", person.name);
        bearable(&person.name, person.client.sync().await, false);
    }
}

/// In a storm a sync may fail, but only in ways that pass, or because the device is revoked.
fn bearable(name: &str, done: Result<SyncView, Fault>, revoked: bool) {
    if let Err(fault) = done {
        let over = revoked && matches!(fault, Fault::Denied | Fault::SignedOut);
        assert!(over || passing(&fault), "{name} in the storm: {fault}");
    }
}

fn passing(fault: &Fault) -> bool {
    matches!(fault, Fault::Offline | Fault::Busy { .. })
}
