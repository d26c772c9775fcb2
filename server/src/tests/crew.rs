//! An organisation on a server: its people sign, push and pull as their phones would, and check what they are told.

use std::{collections::BTreeMap, sync::Arc};

use plumbline_protocol::{
    Hash, RecordId,
    action::{Action, Body, Cites, Header, Keys, Seen, TIME, countersign, hash},
    entry::{Entry, Outcome},
    evidence,
    fold::{MemoryBook, Tip},
    link::SetupLink,
    log::{
        checkpoint::SignedCheckpoint,
        merkle::{Frontier, empty_root},
    },
    page::{self, Item, Page, PullRequest, PushResult, Receipt},
    reader,
    record::{device, invite, member, note, organisation, photo, project},
    time::{BootId, TimeEvidence},
    value::{Key, Value},
};

use super::*;

/// Somebody whose phone signs one action after another.
pub struct Person {
    pub phone: Phone,
    pub tokens: Option<Tokens>,
    pub next: u64,
    pub previous: Option<Hash>,
    pub seen: Seen,
}

/// Ana, who founded it, Wes, a worker in `here`, and a site `there` where he has no business.
pub struct Crew {
    pub site: Site,
    pub organisation: OrganisationId,
    pub server_key: [u8; 32],
    pub ana: Person,
    pub wes: Person,
    pub here: Uuid,
    pub there: Uuid,
}

pub fn uuid(n: u16) -> Uuid {
    let [a, b] = n.to_be_bytes();
    Uuid::v7(NOW, [0, 0, 0, 0, 0, 0, 0, 0, a, b])
}

impl Person {
    pub fn new(organisation: OrganisationId, n: u8) -> Person {
        Person { phone: Phone::new(organisation, n), tokens: None, next: 0, previous: None, seen: Seen::nothing() }
    }

    /// The next action of this phone.
    pub fn sign(
        &mut self,
        kind: &str,
        record: impl Into<RecordId>,
        project: Option<Uuid>,
        fields: &[(&str, Value)],
    ) -> Action {
        self.sign_citing(None, kind, record.into(), project, fields)
    }

    fn sign_citing(
        &mut self,
        cites: Option<Cites>,
        kind: &str,
        record: RecordId,
        project: Option<Uuid>,
        fields: &[(&str, Value)],
    ) -> Action {
        let time = TimeEvidence { wall: NOW, boot_ms: 1000, boot: BootId([9; 16]), anchor: None };
        let mut fields: BTreeMap<Key, Value> = fields.iter().map(|(k, v)| (Key::from(*k), v.clone())).collect();
        fields.insert(Key::from(TIME), evidence::time_to(&time));
        let founds = kind == "organisation" && self.next == 0;
        let header = Header {
            organisation: (!founds).then_some(self.phone.organisation),
            project,
            device: self.phone.id(),
            sequence: self.next,
            previous: self.previous,
            seen: self.seen,
            cites,
            kind: kind.to_owned(),
            record,
            commitment: hash(&[]),
        };
        let action = Action::sign(&self.phone.key, header, Body { random: [3; 16], fields }, None);
        (self.next, self.previous) = (self.next + 1, Some(action.hash()));
        action
    }

    pub fn note(&mut self, n: u16, at: Uuid) -> Action {
        self.sign("note", uuid(n), Some(at), &[(note::TEXT, Value::from("Rebar delivered"))])
    }

    pub fn photo(&mut self, n: u16, at: Uuid, sha256: Hash, bytes: u64) -> Action {
        let words = [
            (photo::SHA256, Value::from(sha256.0)),
            (photo::BYTES, Value::Int(bytes as i64)),
            (photo::MEDIA, Value::from("image/jpeg")),
            (photo::SOURCE, Value::from("camera")),
            (photo::AT, Value::Null),
        ];
        self.sign("photo", uuid(n), Some(at), &words)
    }

    /// Lets a held action take effect.
    pub fn admit(&mut self, held: &Action) -> Action {
        let theirs = held.header();
        self.sign_citing(Some(Cites::Admit(held.hash())), &theirs.kind, theirs.record, theirs.project, &[])
    }

    pub fn founding(&mut self, server_key: [u8; 32]) -> Action {
        let words = [
            (organisation::NAME, Value::from("Ridge Road Paving")),
            (organisation::SERVER_KEY, Value::from(server_key)),
            (organisation::RECOVERY_KEY, Value::from([5; 32])),
            (organisation::FOUNDER, Value::from(self.phone.member)),
            (organisation::FOUNDER_NAME, Value::from("Ana")),
        ];
        let action = self.sign("organisation", RecordId::Key([0; 32]), None, &words);
        self.phone.organisation = action.organisation();
        action
    }

    pub fn enrolment(&mut self, of: Uuid, by: Uuid, key: &SigningKey) -> Action {
        let signature = countersign(key, &self.phone.organisation, &self.phone.id(), &of);
        let words = [
            (device::MEMBER, Value::from(of)),
            (device::INVITE, Value::from(by)),
            (device::COUNTERSIGNATURE, Value::from(signature.as_slice())),
        ];
        self.sign("device", self.phone.id(), None, &words)
    }

    pub fn token(&self) -> &str {
        &self.tokens.as_ref().unwrap().access_token
    }
}

impl Crew {
    pub async fn new() -> Crew {
        let site = Site::new().await;
        let link: SetupLink = site.running.setup.clone().unwrap().parse().unwrap();
        let mut ana = Person::new(ACME, 1);
        let first = ana.founding(link.server_key);
        let organisation = first.organisation();
        let receipt = site.setup(&link.secret, std::slice::from_ref(&first)).await.unwrap();
        proven(&[first], &receipt, &link.server_key);
        ana.tokens = Some(site.sign_in(&ana.phone).await.unwrap());
        let wes = Person::new(organisation, 2);
        let (here, there) = (uuid(1), uuid(2));
        let mut crew = Crew { site, organisation, server_key: link.server_key, ana, wes, here, there };
        let words = [(project::NAME, Value::from("Bridge")), (project::ZONE, Value::from("America/New_York"))];
        let sites = [here, there].map(|id| crew.ana.sign("project", id, Some(id), &words));
        crew.by_ana(&sites).await;
        let wes = crew.hire(2, "worker").await;
        Crew { wes, ..crew }
    }

    /// Pushed by Ana, proven and applied.
    pub async fn by_ana(&self, actions: &[Action]) {
        let receipt = self.push(&self.ana, actions).await.unwrap();
        let applied = |r: &PushResult| matches!(r, PushResult::Logged { outcome: Outcome::Applied, .. });
        assert!(receipt.results.iter().all(applied), "not all applied");
    }

    /// Invites a member for an hour: the invite and its one-use key.
    pub async fn invite(&mut self, of: Uuid, n: u8) -> (Uuid, SigningKey) {
        let (id, key) = (uuid(10_000 + u16::from(n)), SigningKey::from_bytes(&[n ^ 0x80; 32]));
        let words = [
            (invite::MEMBER, Value::from(of)),
            (invite::KEY, Value::from(key.verifying_key().to_bytes())),
            (invite::EXPIRES, Value::Int(self.site.now() + 3_600_000)),
        ];
        let action = self.ana.sign("invite", id, None, &words);
        self.by_ana(&[action]).await;
        (id, key)
    }

    /// Makes a member of `here`, who enrols and signs in.
    pub async fn hire(&mut self, n: u8, role: &str) -> Person {
        let mut person = Person::new(self.organisation, n);
        let of = person.phone.member;
        let projects = Value::map([("+", Value::List(vec![Value::from(self.here)]))]);
        let words =
            [(member::NAME, Value::from(role)), (member::ROLE, Value::from(role)), (member::PROJECTS, projects)];
        let action = self.ana.sign("member", of, None, &words);
        self.by_ana(&[action]).await;
        let (by, key) = self.invite(of, n).await;
        let action = person.enrolment(of, by, &key);
        let receipt = self.enrol(std::slice::from_ref(&action)).await.unwrap();
        proven(&[action], &receipt, &self.server_key);
        person.tokens = Some(self.site.sign_in(&person.phone).await.unwrap());
        person
    }

    pub async fn enrol(&self, actions: &[Action]) -> Result<Receipt, Fault> {
        self.site.receipt(&format!("/v1/log/{}/enrol", self.organisation), None, actions).await
    }

    /// Pushes and checks the receipt's proof.
    pub async fn push(&self, by: &Person, actions: &[Action]) -> Result<Receipt, Fault> {
        let receipt = self.site.receipt("/v1/push", Some(by.token()), actions).await?;
        proven(actions, &receipt, &self.server_key);
        Ok(receipt)
    }

    pub async fn pull(&self, by: &Person, request: &PullRequest) -> Result<Page<page::UnverifiedEntry>, Fault> {
        let body = page::pack(&request.encode()).unwrap();
        let page = self.site.send("/v1/pull", Some(by.token()), body).await?;
        Ok(Page::decode(&page, self.organisation).unwrap())
    }

    /// Pulls everything in pages of `limit` and checks all of it as a client does.
    pub async fn read(&self, by: &Person, limit: u64) -> Reader {
        let mut request = PullRequest { generation: 0, size: 0, tag: Hash([0; 32]), limit };
        let Page::Restart { generation: 0, tag } = self.pull(by, &request).await.unwrap() else { panic!("a tag") };
        request.tag = tag;
        let mut reader = Reader::default();
        loop {
            let Page::Part { items, tail, checkpoint, .. } = self.pull(by, &request).await.unwrap() else {
                panic!("a part")
            };
            assert!(items.iter().filter(|i| matches!(i, Item::Entry(_))).count() as u64 <= limit);
            reader.pages += 1;
            items.into_iter().for_each(|item| reader.take(item));
            let mut whole = reader.frontier.clone();
            tail.iter().for_each(|subtree| whole.push(*subtree).unwrap());
            let signed = SignedCheckpoint::parse(&checkpoint).unwrap();
            signed.verify(&self.server_key).unwrap();
            assert_eq!((whole.size(), whole.root()), (signed.checkpoint.size, signed.checkpoint.root));
            assert_eq!(signed.checkpoint.origin.organisation, self.organisation);
            request.size = reader.frontier.size();
            assert_eq!(request.size, reader.tip.size);
            if tail.is_empty() {
                return reader;
            }
        }
    }
}

/// A client's copy of the log.
#[derive(Default)]
pub struct Reader {
    pub book: MemoryBook,
    pub tip: Tip,
    pub frontier: Frontier,
    pub entries: Vec<(u64, Arc<Entry>)>,
    pub hidden: Vec<(u64, u8)>,
    pub pages: usize,
}

impl Reader {
    fn take(&mut self, item: Item<page::UnverifiedEntry>) {
        match item {
            Item::Entry(entry) => {
                let entry = Arc::new(entry.verify(&mut Keys::default()).unwrap());
                self.entries.push((self.tip.size, entry.clone()));
                reader::read(&mut self.book, &mut self.tip, &entry, self.hidden.is_empty()).unwrap();
                self.frontier.push_leaf(entry.leaf());
            }
            Item::Hidden(subtree) => {
                self.hidden.push((self.tip.size, subtree.level));
                self.tip.size += 1 << subtree.level;
                self.frontier.push(subtree).unwrap();
            }
        }
    }
}

impl Site {
    pub fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    pub async fn setup(&self, secret: &[u8; 32], actions: &[Action]) -> Result<Receipt, Fault> {
        self.receipt("/v1/setup", Some(&HEXLOWER.encode(secret)), actions).await
    }

    pub async fn receipt(&self, path: &str, bearer: Option<&str>, actions: &[Action]) -> Result<Receipt, Fault> {
        let body = page::pack(&page::encode_push(actions)).unwrap();
        Ok(Receipt::decode(&self.send(path, bearer, body).await?).unwrap())
    }

    /// Sends packed bytes; what comes back is unpacked.
    pub async fn send(&self, path: &str, bearer: Option<&str>, body: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let mut request = self.client.post(self.url(path)).header("content-type", page::MEDIA).body(body);
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        let response = request.send().await.unwrap();
        if !response.status().is_success() {
            return Err(response.json().await.unwrap());
        }
        assert_eq!(response.headers()["content-type"], page::MEDIA);
        Ok(page::unpack(&response.bytes().await.unwrap()).unwrap())
    }
}

/// Checks that the entries stand in the log of the receipt's checkpoint.
pub fn proven(actions: &[Action], receipt: &Receipt, server_key: &[u8; 32]) {
    assert_eq!(actions.len(), receipt.results.len());
    let leaf = |(action, result): (&Action, &PushResult)| match result.clone() {
        PushResult::Logged { position, received, outcome, rules, record_previous } => {
            let entry = Entry { action: action.clone(), received, outcome, rules, record_previous };
            Some((position, entry.leaf()))
        }
        _ => None,
    };
    let leaves: BTreeMap<u64, Hash> = actions.iter().zip(&receipt.results).filter_map(leaf).collect();
    if leaves.is_empty() {
        assert!(receipt.proof.is_empty() && receipt.checkpoint.is_empty());
        return;
    }
    let (mut frontier, mut proof) = (Frontier::new(), receipt.proof.iter());
    assert_eq!(frontier.root(), empty_root());
    for (position, leaf) in leaves {
        while frontier.size() < position {
            frontier.push(*proof.next().unwrap()).unwrap();
        }
        assert_eq!(frontier.size(), position);
        frontier.push_leaf(leaf);
    }
    proof.for_each(|subtree| frontier.push(*subtree).unwrap());
    let signed = SignedCheckpoint::parse(&receipt.checkpoint).unwrap();
    signed.verify(server_key).unwrap();
    assert_eq!((frontier.size(), frontier.root()), (signed.checkpoint.size, signed.checkpoint.root));
}
