//! The people whose work fills a log: twenty foremen who clock their crews and write notes, day after day, and where it is
//! wanted take photographs after that.
//!
//! Invariants: every action is signed and pushed as a phone does it, twice a day with what was seen at the push before; the
//! same size gives the same work but for the server's keys. What cannot be compressed on a phone (ids, salts, places,
//! times) cannot be here.

use std::{collections::BTreeMap, sync::Arc};

use ed25519_dalek::SigningKey;
use plumbline_core::{
    net::Net,
    session::{Session, Token},
};
use plumbline_protocol::{
    DeviceId, Hash, OrganisationId, RecordId, Uuid,
    action::{Action, Body, Header, Seen, TIME, countersign},
    evidence,
    link::{InviteLink, Server, SetupLink},
    log::checkpoint::SignedCheckpoint,
    page::{self, Page, PullRequest, PushResult, Receipt},
    place::{Geofence, Place, PlaceSource},
    record::{crew, device, invite, member, note, organisation, photo, project, punch},
    time::{Anchor, AnchorSource, BootId, TimeEvidence},
    value::{Key, Value},
};
use zeroize::Zeroizing;

use crate::{Failure, pull::Signed, site::Memory};

/// Changes when these people do anything else: logs made before are not taken any more.
pub const VERSION: &str = "1";

/// 1 January 2025, 12:00 UTC: seven in the morning in New York.
const START: i64 = 1_735_732_800_000;
const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;
pub const FOREMEN: u8 = 20;
pub const WORKERS: u8 = 5;
/// Photographs that a foreman takes in half a day.
const ROLL: u64 = 20;
pub const SITES: usize = 4;
/// Invites that wait for the devices of benches.
const INVITES: u32 = 200;
/// Sessions that a server lets one device have.
const SESSIONS: usize = 4;
pub const CLASSIFICATIONS: [&str; 4] = ["Laborer", "Equipment operator", "Concrete finisher", "Flagger"];
const WORDS: [&str; 32] = [
    "rebar",
    "delivered",
    "north",
    "abutment",
    "formwork",
    "stripped",
    "pour",
    "delayed",
    "rain",
    "pump",
    "truck",
    "inspection",
    "passed",
    "traffic",
    "control",
    "lane",
    "closed",
    "excavator",
    "trench",
    "backfill",
    "compaction",
    "test",
    "curb",
    "asphalt",
    "survey",
    "stakes",
    "culvert",
    "drainage",
    "guardrail",
    "crane",
    "permit",
    "utility",
];

/// One of the manager's invites, which a bench takes for a device of its own.
pub struct Invited(u32);

/// Whoever signs: one device of one member, with its session.
pub struct Signer {
    key: SigningKey,
    organisation: OrganisationId,
    next: u64,
    previous: Option<Hash>,
    seen: Seen,
    dice: Dice,
    boot: BootId,
    anchor: Option<Anchor>,
    now: i64,
    net: Net,
    session: Option<Session>,
}

struct Foreman {
    signer: Signer,
    site: usize,
    crew: Vec<Uuid>,
}

/// The manager's invite number `n`.
pub fn invited(n: u32) -> Result<Invited, Failure> {
    if n >= INVITES {
        return Err("all invites are used".into());
    }
    Ok(Invited(n))
}

impl Invited {
    /// Its link.
    pub fn link(&self, server: &Server, organisation: &OrganisationId) -> String {
        let (server, organisation, member) = (server.clone(), *organisation, manager());
        let secret = Zeroizing::new(key(3, self.0).to_bytes());
        InviteLink { server, organisation, invite: id(3, self.0), member, secret }.to_string()
    }

    /// Enrols a bare device: no store, only a session.
    pub async fn signer(&self, server: &Server, organisation: OrganisationId) -> Result<Signer, Failure> {
        let mut signer = Signer::new(key(7, self.0), organisation, server, u64::from(self.0))?;
        signer.enrol(manager(), id(3, self.0), &key(3, self.0)).await?;
        Ok(signer)
    }
}

/// Founds an organisation and works until its log has `n` entries; where `photographs` are wanted, finishes the half day that
/// was begun, puts its people into crews and takes so many. Their bytes stay where they were taken.
pub async fn work(link: &SetupLink, n: u64, photographs: u64) -> Result<OrganisationId, Failure> {
    let mut founder = Signer::new(key(0, 0), OrganisationId([0; 32]), &link.server, 0)?;
    founder.found(link).await?;
    let organisation = founder.organisation;
    let mut foremen = Vec::new();
    for number in 0..FOREMEN {
        let mut signer = Signer::new(key(2, u32::from(number)), organisation, &link.server, u64::from(number) + 1)?;
        let (member, invite) = (id(1, u32::from(number)), id(2, u32::from(number)));
        signer.enrol(member, invite, &key(1, u32::from(number))).await?;
        let site = usize::from(number) % SITES;
        let crew = (0..WORKERS).map(|w| worker(number, w)).collect();
        foremen.push(Foreman { signer, site, crew });
    }
    // The founder's own entries and the enrolments stand in the log now.
    let mut size = founder.seen.size + u64::from(FOREMEN);
    let mut half = 0;
    'work: loop {
        for foreman in &mut foremen {
            if size >= n {
                break 'work;
            }
            let mut actions = foreman.half_day(half);
            if photographs == 0 {
                // Whoever signed what is left out here does nothing after it.
                actions.truncate(usize::try_from(n - size)?);
            }
            size += actions.len() as u64;
            foreman.signer.push(&actions).await?;
        }
        half += 1;
    }
    if photographs == 0 {
        return Ok(organisation);
    }
    let crews: Vec<Action> = (0..FOREMEN).map(|number| founder.crew(number)).collect();
    founder.push(&crews).await?;
    let mut left = photographs;
    loop {
        half += 1;
        for foreman in &mut foremen {
            let actions = foreman.roll(half, left.min(ROLL));
            left -= actions.len() as u64;
            foreman.signer.push(&actions).await?;
            if left == 0 {
                return Ok(organisation);
            }
        }
    }
}

/// Founds an organisation with as many devices as it takes for `n` sessions; none of them is open yet.
pub async fn crowd(link: &SetupLink, n: usize) -> Result<Vec<Session>, Failure> {
    let mut founder = Signer::new(key(0, 0), OrganisationId([0; 32]), &link.server, 0)?;
    founder.found(link).await?;
    let devices = u32::try_from(n.div_ceil(SESSIONS))?;
    let invites: Vec<Action> = (0..devices).map(|n| founder.invite(id(8, n), manager(), &key(8, n))).collect();
    for some in invites.chunks(1000) {
        founder.push(some).await?;
    }
    let mut sessions = Vec::new();
    for n in 0..devices {
        let mut signer = Signer::new(key(10, n), founder.organisation, &link.server, u64::from(n) + 1)?;
        signer.net = founder.net.clone();
        signer.enrol(manager(), id(8, n), &key(8, n)).await?;
        for _ in 0..SESSIONS {
            signer.open();
            sessions.extend(signer.session.take());
        }
    }
    sessions.truncate(n);
    Ok(sessions)
}

impl Foreman {
    /// What a foreman signs before noon (even `half`) or after it.
    fn half_day(&mut self, half: i64) -> Vec<Action> {
        let begins = START + half / 2 * DAY + half % 2 * 240 * MINUTE;
        let mut actions = Vec::new();
        self.signer.wake(begins);
        let what: &[&str] = if half % 2 == 0 { &["in", "break_start"] } else { &["break_end", "switch", "out"] };
        for (what, minutes) in what.iter().zip([0, 120, 230]) {
            self.signer.now = begins + minutes * MINUTE;
            for worker in self.crew.clone() {
                if *what != "switch" || self.signer.dice.below(3) == 0 {
                    actions.push(self.punch(worker, what));
                }
            }
        }
        for _ in 0..self.signer.dice.below(4) {
            actions.push(self.signer.note(self.site));
        }
        actions
    }

    /// So many photographs of one half of a day.
    fn roll(&mut self, half: i64, photographs: u64) -> Vec<Action> {
        self.signer.wake(START + half / 2 * DAY + half % 2 * 240 * MINUTE);
        (0..photographs).map(|_| self.photo()).collect()
    }

    fn photo(&mut self) -> Action {
        self.signer.now += self.signer.dice.below(10) as i64 * MINUTE;
        let place = self.place();
        let dice = &mut self.signer.dice;
        let words: Vec<&str> = (0..2 + dice.below(5)).map(|_| dice.one_of(&WORDS)).collect();
        let fields = vec![
            (photo::SHA256, Value::from(dice.bytes::<32>())),
            (photo::BYTES, Value::Int(3_000_000 + dice.below(2_000_000) as i64)),
            (photo::MEDIA, Value::from("image/jpeg")),
            (photo::SOURCE, Value::from("camera")),
            (photo::AT, Value::Null),
            (photo::PLACE, evidence::place_to(&place)),
            (photo::CAPTION, Value::from(words.join(" ").as_str())),
        ];
        self.signer.new_record(photo::KIND.name, project_id(self.site), fields)
    }

    fn place(&mut self) -> Place {
        let dice = &mut self.signer.dice;
        let near = |dice: &mut Dice| dice.below(20_000) as i64 - 10_000;
        Place {
            lat_e7: latitude(self.site) + near(dice),
            lon_e7: LONGITUDE + near(dice),
            accuracy_cm: 300 + dice.below(1500) as i64,
            mock: false,
            source: PlaceSource::Gnss,
        }
    }

    fn punch(&mut self, worker: Uuid, what: &str) -> Action {
        let place = self.place();
        let dice = &mut self.signer.dice;
        let mut fields = vec![
            (punch::WORKER, Value::from(worker)),
            (punch::WHAT, Value::from(what)),
            (punch::AT, Value::Null),
            (punch::PLACE, evidence::place_to(&place)),
        ];
        if matches!(what, "in" | "switch") {
            fields.push((punch::CLASSIFICATION, Value::from(dice.one_of(&CLASSIFICATIONS))));
        }
        self.signer.new_record(punch::KIND.name, project_id(self.site), fields)
    }
}

impl Signer {
    fn new(key: SigningKey, organisation: OrganisationId, server: &Server, seed: u64) -> Result<Signer, Failure> {
        let mut dice = Dice(seed);
        let boot = BootId(dice.bytes());
        let (seen, net) = (Seen::nothing(), Net::new(server)?);
        let (next, previous, anchor, session) = (0, None, None, None);
        Ok(Signer { key, organisation, next, previous, seen, dice, boot, anchor, now: START, net, session })
    }

    /// Time goes on to `now`, and the server has just said so.
    fn wake(&mut self, now: i64) {
        self.now = now;
        let uncertainty = 20 + self.dice.below(200) as i64;
        let (boot, boot_ms) = (self.boot, now - START + 60 * MINUTE);
        self.anchor = Some(Anchor { time: now, boot_ms, boot, uncertainty, source: AnchorSource::Server });
    }

    async fn found(&mut self, link: &SetupLink) -> Result<(), Failure> {
        let fields = vec![
            (organisation::NAME, Value::from("Ridge Road Paving")),
            (organisation::SERVER_KEY, Value::from(link.server_key)),
            (organisation::RECOVERY_KEY, Value::from(key(9, 0).verifying_key().to_bytes())),
            (organisation::FOUNDER, Value::from(id(0, 0))),
            (organisation::FOUNDER_NAME, Value::from("Ana")),
        ];
        let action = self.sign(organisation::KIND.name, RecordId::Key([0; 32]), None, fields);
        self.organisation = action.organisation();
        let receipt = self.net.setup(&link.secret, page::encode_push(&[action])).await?;
        self.read(&receipt)?;
        self.open();
        let mut actions = Vec::new();
        for site in 0..SITES {
            let fence = Geofence::Circle { lat_e7: latitude(site), lon_e7: LONGITUDE, radius_cm: 15_000 };
            let all = CLASSIFICATIONS.map(Value::from).to_vec();
            let fields = vec![
                (project::NAME, Value::from(format!("Site {site}").as_str())),
                (project::ZONE, Value::from("America/New_York")),
                (project::GEOFENCE, evidence::geofence_to(&fence)),
                (project::CLASSIFICATIONS, Value::map([("+", Value::List(all))])),
            ];
            let id = project_id(site);
            actions.push(self.sign(project::KIND.name, RecordId::from(id), Some(id), fields));
        }
        actions.push(self.member(manager(), "Marta", "manager", None));
        for n in 0..INVITES {
            actions.push(self.invite(id(3, n), manager(), &key(3, n)));
        }
        for number in 0..FOREMEN {
            let (n, site) = (u32::from(number), project_id(usize::from(number) % SITES));
            actions.push(self.member(id(1, n), "Foreman", "foreman", Some(site)));
            actions.push(self.invite(id(2, n), id(1, n), &key(1, n)));
            for w in 0..WORKERS {
                actions.push(self.member(worker(number, w), "Worker", "worker", Some(site)));
            }
        }
        self.push(&actions).await
    }

    fn member(&mut self, id: Uuid, name: &str, role: &str, site: Option<Uuid>) -> Action {
        let mut fields = vec![(member::NAME, Value::from(name)), (member::ROLE, Value::from(role))];
        if let Some(site) = site {
            fields.push((member::PROJECTS, Value::map([("+", Value::List(vec![Value::from(site)]))])));
        }
        self.sign(member::KIND.name, RecordId::from(id), None, fields)
    }

    fn invite(&mut self, id: Uuid, of: Uuid, key: &SigningKey) -> Action {
        let fields = vec![
            (invite::MEMBER, Value::from(of)),
            (invite::KEY, Value::from(key.verifying_key().to_bytes())),
            (invite::EXPIRES, Value::Int(START + 36_500 * DAY)),
        ];
        self.sign(invite::KIND.name, RecordId::from(id), None, fields)
    }

    /// The crew of one foreman, which is expected every day.
    fn crew(&mut self, number: u8) -> Action {
        let add = |items: Vec<Value>| Value::map([("+", Value::List(items))]);
        let fields = vec![
            (crew::NAME, Value::from(format!("Crew {number}").as_str())),
            (crew::FOREMAN, Value::from(id(1, u32::from(number)))),
            (crew::MEMBERS, add((0..WORKERS).map(|w| Value::from(worker(number, w))).collect())),
            (crew::STARTS, Value::Int(7 * 60)),
            (crew::DAYS, add(crew::WEEKDAYS.iter().copied().map(Value::from).collect())),
        ];
        let site = project_id(usize::from(number) % SITES);
        self.sign(crew::KIND.name, RecordId::from(id(11, u32::from(number))), Some(site), fields)
    }

    async fn enrol(&mut self, of: Uuid, by: Uuid, invite: &SigningKey) -> Result<(), Failure> {
        let signature = countersign(invite, &self.organisation, &self.id(), &of);
        let fields = vec![
            (device::MEMBER, Value::from(of)),
            (device::INVITE, Value::from(by)),
            (device::COUNTERSIGNATURE, Value::Bytes(signature.to_vec())),
        ];
        let action = self.sign(device::KIND.name, RecordId::from(self.id()), None, fields);
        let receipt = self.net.enrol(&self.organisation, page::encode_push(&[action])).await?;
        self.read(&receipt)?;
        self.open();
        Ok(())
    }

    /// Pulls the whole log; gives its messages as they came, decompressed.
    pub async fn pull(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let mut request = PullRequest { generation: 0, size: 0, tag: Hash([0; 32]), limit: page::MAX_PAGE as u64 };
        let mut pages = Vec::new();
        loop {
            let session = self.session.as_ref().ok_or("not enrolled")?;
            let ask = |token: Token| async move { session.net().pull(&token, &request).await };
            let message = session.with_token(ask).await?;
            match Page::decode(&message, self.organisation)? {
                Page::Behind { .. } => return Err("the server is behind its own log".into()),
                Page::Restart { tag, .. } => request.tag = tag,
                Page::Part { items, tail, .. } => {
                    request.size += items.len() as u64;
                    pages.push(message);
                    if tail.is_empty() {
                        return Ok(pages);
                    }
                }
            }
        }
    }

    /// A push of one more note.
    pub fn message(&mut self) -> Vec<u8> {
        let note = self.note(0);
        page::encode_push(&[note])
    }

    /// `n` more notes with what their signatures are over.
    pub fn signed(&mut self, n: u64) -> Vec<Signed> {
        (0..n).map(|_| Signed::from(&self.note(0))).collect()
    }

    /// Pushes a message of [`Signer::message`].
    pub async fn send(&self, message: Vec<u8>) -> Result<(), Failure> {
        let session = self.session.as_ref().ok_or("not enrolled")?;
        let message = &message;
        let receipt =
            session.with_token(|token| async move { session.net().push(&token, message.clone()).await }).await?;
        let applied = |r: &PushResult| matches!(r, PushResult::Logged { outcome, .. } if outcome.applied());
        if receipt.results.iter().all(applied) { Ok(()) } else { Err("a push was not applied".into()) }
    }

    fn note(&mut self, site: usize) -> Action {
        let words: Vec<&str> = (0..6 + self.dice.below(14)).map(|_| self.dice.one_of(&WORDS)).collect();
        let fields = vec![(note::TEXT, Value::from(words.join(" ").as_str()))];
        self.new_record(note::KIND.name, project_id(site), fields)
    }

    async fn push(&mut self, actions: &[Action]) -> Result<(), Failure> {
        let message = page::encode_push(actions);
        let session = self.session.as_ref().ok_or("not enrolled")?;
        let message = &message;
        let ask = |token: Token| async move { session.net().push(&token, message.clone()).await };
        let receipt = session.with_token(ask).await?;
        self.read(&receipt)
    }

    /// All must have taken effect; what the receipt shows is what was seen from now on.
    fn read(&mut self, receipt: &Receipt) -> Result<(), Failure> {
        for result in &receipt.results {
            if !matches!(result, PushResult::Logged { outcome, .. } if outcome.applied()) {
                return Err(format!("not applied: {result:?}").into());
            }
        }
        let checkpoint = SignedCheckpoint::parse(&receipt.checkpoint)?.checkpoint;
        self.seen = Seen { generation: 0, size: checkpoint.size, root: checkpoint.root };
        Ok(())
    }

    fn open(&mut self) {
        let keys = Arc::new(Memory::default());
        self.session = Some(Session::new(self.net.clone(), self.organisation, self.key.clone(), keys));
    }

    fn new_record(&mut self, kind: &str, project: Uuid, fields: Vec<(&str, Value)>) -> Action {
        // People tap one after another.
        self.now += 2_000 + self.dice.below(9_000) as i64;
        let id = Uuid::v7(self.now, self.dice.bytes());
        self.sign(kind, RecordId::from(id), Some(project), fields)
    }

    fn sign(&mut self, kind: &str, record: RecordId, project: Option<Uuid>, fields: Vec<(&str, Value)>) -> Action {
        let boot_ms = self.now - START + 60 * MINUTE;
        let time = TimeEvidence { wall: self.now, boot_ms, boot: self.boot, anchor: self.anchor.clone() };
        let mut fields: BTreeMap<Key, Value> = fields.into_iter().map(|(k, v)| (Key::from(k), v)).collect();
        fields.insert(Key::from(TIME), evidence::time_to(&time));
        let founds = kind == organisation::KIND.name;
        let header = Header {
            organisation: (!founds).then_some(self.organisation),
            project,
            device: self.id(),
            sequence: self.next,
            previous: self.previous,
            seen: self.seen,
            cites: None,
            kind: kind.to_owned(),
            record,
            commitment: Hash([0; 32]),
        };
        let action = Action::sign(&self.key, header, Body { random: self.dice.bytes(), fields }, None);
        (self.next, self.previous) = (self.next + 1, Some(action.hash()));
        action
    }

    fn id(&self) -> DeviceId {
        DeviceId(self.key.verifying_key().to_bytes())
    }
}

const LONGITUDE: i64 = -740_060_000;

fn latitude(site: usize) -> i64 {
    407_128_000 + site as i64 * 100_000
}

/// The id of a site; a foreman's is the one of his number modulo [`SITES`].
pub fn project_id(site: usize) -> Uuid {
    id(5, site as u32)
}

fn manager() -> Uuid {
    id(6, 0)
}

/// The id of a worker of a foreman's crew.
pub fn worker(foreman: u8, n: u8) -> Uuid {
    id(4, u32::from(foreman) * 100 + u32::from(n))
}

fn id(what: u64, n: u32) -> Uuid {
    Uuid::v7(START, Dice(what << 40 | u64::from(n)).bytes())
}

fn key(what: u64, n: u32) -> SigningKey {
    SigningKey::from_bytes(&Dice(what << 40 | 1 << 39 | u64::from(n)).bytes())
}

/// Chance that is the same each time (splitmix64); it only has to look random to a compressor.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    fn one_of(&mut self, all: &[&'static str]) -> &'static str {
        let n = self.below(all.len() as u64) as usize;
        all.get(n).copied().unwrap_or_default()
    }
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for part in bytes.chunks_mut(8) {
            part.iter_mut().zip(self.next().to_le_bytes()).for_each(|(b, r)| *b = r);
        }
        bytes
    }
}
