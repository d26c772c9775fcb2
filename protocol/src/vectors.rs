//! Vectors: a small log made from fixed keys and fixed random bytes, as JSON, for whoever writes a client or a verifier.
//!
//! Committed and compared, so that no byte of the format changes unseen; PROTOCOL.md quotes them. Invariants: the same
//! bytes in every run; every kind appears with its own sample; the log is one that a server would have written.

use std::{collections::BTreeMap, sync::Arc};

use data_encoding::HEXLOWER;
use ed25519_dalek::SigningKey;
use serde_json::{Value as Json, json};

use crate::{
    DeviceId, Fault, Hash, OrganisationId, RecordId, Uuid,
    action::{Action, Body, Cites, Header, Origin, REASON, Seen, TIME, countersign, hash},
    append::{Refusal, append},
    directory::{Exporter, Piece},
    entry::{Entry, Kept, Outcome},
    evidence,
    fold::{self, Book, MemoryBook, Tip},
    generation, hours,
    judge::member_actor,
    link::{InviteLink, Server, SetupLink},
    log::{
        checkpoint::{Checkpoint, Origin as LogOrigin, SignedCheckpoint},
        merkle::{self, MemoryTree, Nodes, Subtree},
    },
    page::{Item, Page, PullRequest, PushResult, Receipt, encode_push},
    policy::{self, sees},
    record::{self, deposit, device, invite, note, organisation, project, punch, restore, week},
    time::{Anchor, AnchorSource, BootId, TimeEvidence},
    value::{Key, Value},
};

/// The moment at which the log begins, milliseconds since 1970.
pub const START: i64 = 1_790_000_000_000;

/// The files to commit: name and JSON text.
///
/// # Errors
/// A defect of ours: the story did not come out as it is meant to.
pub fn files() -> Result<Vec<(&'static str, String)>, Fault> {
    let mut story = story()?;
    let files =
        [("actions.json", actions(&story)), ("log.json", log(&mut story)?), ("messages.json", messages(&mut story)?)];
    files.into_iter().map(|(name, json)| Ok((name, format!("{:#}\n", json)))).collect()
}

/// The log directory of the vectors.
///
/// # Errors
/// As [`files`].
pub fn directory() -> Result<Vec<Piece>, Fault> {
    let mut story = story()?;
    story.ledger.directory(&story.server)
}

/// One who signs: a key and its chain.
pub(crate) struct Author {
    pub(crate) key: SigningKey,
    pub(crate) organisation: Option<OrganisationId>,
    pub(crate) sequence: u64,
    pub(crate) previous: Option<Hash>,
}

/// What an action is about.
#[derive(Clone)]
pub(crate) struct About {
    pub(crate) kind: &'static str,
    pub(crate) record: RecordId,
    pub(crate) project: Option<Uuid>,
    pub(crate) cites: Option<Cites>,
    pub(crate) origin: Option<Origin>,
}

impl About {
    pub(crate) fn new(kind: &'static str, record: impl Into<RecordId>, project: Option<Uuid>) -> Self {
        About { kind, record: record.into(), project, cites: None, origin: None }
    }
}

pub(crate) type Fields = BTreeMap<Key, Value>;

impl Author {
    /// The author whose secret key is 32 bytes `seed`.
    pub(crate) fn new(seed: u8) -> Self {
        Author { key: SigningKey::from_bytes(&[seed; 32]), organisation: None, sequence: 0, previous: None }
    }

    pub(crate) fn id(&self) -> DeviceId {
        DeviceId(self.key.verifying_key().to_bytes())
    }

    /// Signs the next action of the chain. The body's random bytes follow from key and sequence.
    pub(crate) fn sign(&mut self, seen: Seen, about: About, fields: Fields) -> Action {
        let digest = hash(&[self.id().0.as_slice(), &self.sequence.to_be_bytes()].concat());
        let (random, _) = digest.0.split_first_chunk().unwrap_or((&[0; 16], &[]));
        self.sign_body(seen, about, Body { random: *random, fields })
    }

    pub(crate) fn sign_body(&mut self, seen: Seen, about: About, body: Body) -> Action {
        let header = Header {
            organisation: self.organisation,
            project: about.project,
            device: self.id(),
            sequence: self.sequence,
            previous: self.previous,
            seen,
            cites: about.cites,
            kind: about.kind.to_owned(),
            record: about.record,
            commitment: Hash([0; 32]),
        };
        let action = Action::sign(&self.key, header, body, about.origin);
        self.organisation = Some(action.organisation());
        (self.sequence, self.previous) = (self.sequence + 1, Some(action.hash()));
        action
    }
}

/// A log in memory, as a server keeps it.
#[derive(Default, Clone)]
pub(crate) struct Ledger {
    pub(crate) book: MemoryBook,
    pub(crate) tip: Tip,
    pub(crate) tree: MemoryTree,
    pub(crate) entries: Vec<Arc<Entry>>,
}

impl Ledger {
    /// Appends and folds.
    pub(crate) fn append(&mut self, action: Action, now: i64) -> Result<Result<Outcome, Refusal>, Fault> {
        let tree = &mut self.tree;
        let entry = append(&mut self.book, &self.tip, action, now, &mut |size| merkle::root_at(tree, size))?;
        let entry = match entry {
            Ok(entry) => Arc::new(entry),
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.tree.push(entry.leaf());
        fold::step(&mut self.book, &mut self.tip, &entry)?;
        self.entries.push(Arc::clone(&entry));
        Ok(Ok(entry.outcome.clone()))
    }

    /// What somebody has seen who has seen the first `size` entries.
    pub(crate) fn seen(&mut self, size: u64) -> Result<Seen, Fault> {
        Ok(Seen { generation: 0, size, root: merkle::root_at(&mut self.tree, size)? })
    }

    /// The signed state.
    pub(crate) fn checkpoint(&mut self, key: &SigningKey) -> Result<SignedCheckpoint, Fault> {
        let organisation = self.tip.organisation.ok_or(Fault::NotFound)?;
        let root = merkle::root_at(&mut self.tree, self.tip.size)?;
        let origin = LogOrigin { organisation, generation: generation::current(&mut self.book, &organisation)? };
        Ok(Checkpoint { origin, size: self.tip.size, root }.sign(key))
    }

    /// The log directory.
    pub(crate) fn directory(&mut self, key: &SigningKey) -> Result<Vec<Piece>, Fault> {
        let checkpoint = self.checkpoint(key)?.to_string();
        let mut exporter = Exporter::new();
        let mut pieces: Vec<Piece> = self.entries.iter().flat_map(|entry| exporter.push(entry)).collect();
        pieces.extend(exporter.finish(&checkpoint));
        Ok(pieces)
    }
}

/// Time evidence of an action made `minutes` after [`START`], anchored ten minutes before.
pub(crate) fn time(minutes: i64) -> Value {
    let boot = BootId([9; 16]);
    let (now, ten) = (START + minutes * 60_000, 600_000);
    let anchor = Anchor { time: now - ten, boot_ms: 3_600_000, boot, uncertainty: 40, source: AnchorSource::Server };
    evidence::time_to(&TimeEvidence { wall: now + 250, boot_ms: 3_600_000 + ten, boot, anchor: Some(anchor) })
}

/// The log: one action for each kind, then a conflict, a correction with its reason, a held action and its admission.
pub(crate) struct Story {
    pub(crate) ledger: Ledger,
    pub(crate) server: SigningKey,
    founder: Uuid,
    last: Vec<Action>,
}

fn id(n: u8) -> Uuid {
    Uuid::v7(START, [n; 10])
}

pub(crate) fn story() -> Result<Story, Fault> {
    let sample = |kind: &str| record::kind(kind).map(|k| (k.sample)()).unwrap_or_default();
    let fields = |kind: &str, minutes: i64, more: &[(&str, Value)]| {
        let mut fields = sample(kind);
        fields.insert(Key::from(TIME), time(minutes));
        fields.extend(more.iter().map(|(k, v)| (Key::from(*k), v.clone())));
        fields
    };
    let bare = |minutes: i64, more: &[(&str, Value)]| {
        let time = [(Key::from(TIME), time(minutes))];
        time.into_iter().chain(more.iter().map(|(k, v)| (Key::from(*k), v.clone()))).collect::<Fields>()
    };
    let (mut ana, mut tablet, mut server) = (Author::new(1), Author::new(2), Author::new(3));
    let (recovery, one_use) = (Author::new(4), Author::new(6));
    let (founder, teo, site) = (id(3), id(7), id(5));
    let (invitation, shift) = (id(4), id(9));
    let (picture, remark, loose) = (id(8), id(10), id(11));
    let mut ledger = Ledger::default();
    let mut minutes = 0;
    let mut last = Vec::new();
    let mut log = |ledger: &mut Ledger, by: &mut Author, seen: u64, about: About, fields: Fields, applied: bool| {
        let action = by.sign(ledger.seen(seen)?, about, fields);
        minutes += 1;
        match ledger.append(action.clone(), START + minutes * 60_000)? {
            Ok(outcome) if outcome.applied() == applied => {
                last.push(action);
                Ok(())
            }
            _ => Err(Fault::corrupt("vectors")),
        }
    };

    let keys = [
        (organisation::SERVER_KEY, Value::from(server.id().0)),
        (organisation::RECOVERY_KEY, Value::from(recovery.id().0)),
    ];
    let empty = About::new("organisation", RecordId::Key([0; 32]), None);
    log(&mut ledger, &mut ana, 0, empty, fields("organisation", 0, &keys), true)?;
    let organisation = ledger.tip.organisation.ok_or(Fault::NotFound)?;
    (tablet.organisation, server.organisation) = (Some(organisation), Some(organisation));
    log(&mut ledger, &mut ana, 1, About::new("project", site, Some(site)), fields("project", 1, &[]), true)?;
    log(&mut ledger, &mut ana, 2, About::new("member", teo, None), fields("member", 2, &[]), true)?;
    let key = [(invite::KEY, Value::from(one_use.id().0))];
    log(&mut ledger, &mut ana, 3, About::new("invite", invitation, None), fields("invite", 3, &key), true)?;
    let signature = countersign(&one_use.key, &organisation, &tablet.id(), &founder);
    let signature = [(device::COUNTERSIGNATURE, Value::from(signature.as_slice()))];
    let about = About::new("device", tablet.id(), None);
    log(&mut ledger, &mut tablet, 0, about, fields("device", 4, &signature), true)?;
    log(&mut ledger, &mut tablet, 5, About::new("punch", shift, Some(site)), fields("punch", 5, &[]), true)?;
    log(&mut ledger, &mut tablet, 5, About::new("photo", picture, Some(site)), fields("photo", 6, &[]), true)?;
    log(&mut ledger, &mut ana, 7, About::new("note", remark, Some(site)), fields("note", 7, &[]), true)?;
    let about = About::new("deposit", deposit::record_of(&picture), Some(site));
    log(&mut ledger, &mut server, 8, about, sample("deposit"), true)?;
    // The tablet had not seen the note of position 7 as it stands: both texts are kept.
    let text = [(note::TEXT, Value::from("Concrete arrives at three"))];
    log(&mut ledger, &mut tablet, 7, About::new("note", remark, Some(site)), bare(9, &text), true)?;
    let words = [(punch::AT, Value::Int(START - 300_000)), (REASON, Value::from("The phone was in the truck"))];
    log(&mut ledger, &mut ana, 10, About::new("punch", shift, Some(site)), bare(10, &words), true)?;
    let wrong = [(note::TAGS, Value::map([("+", Value::List(vec![Value::from("delivery")]))]))];
    log(&mut ledger, &mut ana, 11, About::new("note", loose, Some(site)), bare(11, &wrong), false)?;
    let outside = [(punch::CLASSIFICATION, Value::from("Carpenter")), (REASON, Value::from("Formwork"))];
    log(&mut ledger, &mut tablet, 11, About::new("punch", shift, Some(site)), bare(12, &outside), false)?;
    let added = [(project::CLASSIFICATIONS, Value::map([("+", Value::List(vec![Value::from("Carpenter")]))]))];
    log(&mut ledger, &mut ana, 13, About::new("project", site, Some(site)), bare(13, &added), true)?;
    let held = ledger.entries.get(12).map(|entry| entry.action.hash()).ok_or(Fault::NotFound)?;
    let admit = About { cites: Some(Cites::Admit(held)), ..About::new("punch", shift, Some(site)) };
    log(&mut ledger, &mut ana, 14, admit, bare(14, &[]), true)?;
    // The server was put back from a backup of 15 entries: the founder comes in with a new key and goes on from there.
    let (mut again, next) = (Author::new(13), Author::new(14));
    again.organisation = Some(organisation);
    let signature = countersign(&ana.key, &organisation, &again.id(), &founder);
    let enrolment = [
        (device::MEMBER, Value::from(founder)),
        (device::OLD, Value::from(ana.id().0)),
        (device::COUNTERSIGNATURE, Value::from(signature.as_slice())),
    ];
    let about = About::new("device", again.id(), None);
    log(&mut ledger, &mut again, 0, about, bare(15, &enrolment), true)?;
    let opening = [
        (restore::BASE, Value::Int(15)),
        (restore::ROOT, Value::from(ledger.seen(15)?.root.0)),
        (restore::SERVER_KEY, Value::from(next.id().0)),
    ];
    log(&mut ledger, &mut again, 15, About::new("restore", id(15), None), fields("restore", 16, &opening), true)?;
    let monday = hours::day("2026-09-21").ok_or(Fault::NotFound)?;
    let about = About::new("week", week::record_of(&site, &founder, monday), Some(site));
    log(&mut ledger, &mut tablet, 17, about, fields("week", 17, &[]), true)?;
    log(&mut ledger, &mut again, 18, About::new("crew", id(16), Some(site)), fields("crew", 18, &[]), true)?;
    log(&mut ledger, &mut tablet, 19, About::new("absence", id(17), Some(site)), fields("absence", 19, &[]), true)?;
    Ok(Story { ledger, server: next.key, founder, last })
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// Values as JSON shows them: bytes as `{"bytes": hex}`.
fn show(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Int(i) => json!(i),
        Value::Bytes(b) => json!({ "bytes": hex(b) }),
        Value::Text(t) => json!(t),
        Value::List(l) => l.iter().map(show).collect(),
        Value::Map(m) => m.iter().map(|(k, v)| (k.0.clone(), show(v))).collect(),
    }
}

fn actions(story: &Story) -> Json {
    let one = |action: &Action| {
        let fields = Value::Map(action.body().fields.clone());
        json!({
            "kind": action.header().kind,
            "fields": show(&fields),
            "random": hex(&action.body().random),
            "commitment": action.header().commitment,
            "header": hex(action.bytes()),
            "hash": action.hash(),
            "signature": hex(action.signature()),
            "body": hex(&action.body().encode()),
            "action": hex(&action.encode()),
        })
    };
    let resent = resent(story).map(|action| one(&action));
    json!({ "actions": story.last.iter().map(one).collect::<Vec<_>>(), "resent": resent })
}

/// The last note of the log signed again under a new key: the form alone, not logged.
fn resent(story: &Story) -> Option<Action> {
    let old = story.last.get(9)?;
    let header = old.header();
    let mut phone = Author::new(12);
    phone.organisation = header.organisation;
    let origin = Origin { header: old.bytes().to_vec(), signature: *old.signature() };
    let about = About {
        cites: Some(Cites::Resend(old.hash())),
        origin: Some(origin),
        ..About::new("note", header.record, header.project)
    };
    Some(phone.sign_body(header.seen, about, old.body().clone()))
}

fn log(story: &mut Story) -> Result<Json, Fault> {
    let ledger = &mut story.ledger;
    let checkpoint = ledger.checkpoint(&story.server)?.to_string();
    let roots: Vec<Hash> =
        (0..=ledger.tip.size).map(|n| merkle::root_at(&mut ledger.tree, n)).collect::<Result<_, _>>()?;
    let entries: Vec<Json> = (ledger.entries.iter().enumerate())
        .map(|(position, entry)| {
            json!({
                "position": position,
                "received": entry.received,
                "outcome": match &entry.outcome {
                    Outcome::Applied => "applied".to_owned(),
                    Outcome::Held(held) => format!("held {}", held.code()),
                },
                "record_previous": entry.record_previous,
                "entry": hex(&entry.encode()),
                "leaf": entry.leaf(),
            })
        })
        .collect();
    let records: Vec<Json> = (ledger.book.records.iter())
        .map(|(id, record)| json!({ "record": id, "kind": record.kind, "state": hex(&record.encode()) }))
        .collect();
    let files: BTreeMap<String, String> =
        ledger.directory(&story.server)?.into_iter().map(|(path, bytes)| (path, hash(&bytes).to_string())).collect();
    let actor = member_actor(&mut ledger.book, story.founder)?.ok_or(Fault::NotFound)?;
    Ok(json!({
        "organisation": ledger.tip.organisation,
        "entries": entries,
        "roots": roots,
        "checkpoint": checkpoint,
        "records": records,
        "directory_sha256": files,
        "founder_tag": policy::tag(&actor),
    }))
}

fn messages(story: &mut Story) -> Result<Json, Fault> {
    let size = story.ledger.tip.size;
    let checkpoint = story.ledger.checkpoint(&story.server)?.to_string();
    let worker = policy::Actor { member: id(7), role: policy::Role::Worker, projects: [id(5)].into() };
    let Ledger { book, tree, entries, .. } = &mut story.ledger;
    let mut hidden = |from, to| -> Result<Vec<Subtree>, Fault> {
        let run = merkle::run(from, to).map(|(level, index)| Ok(Subtree { level, hash: tree.node(level, index)? }));
        run.collect()
    };
    // A worker's page up to the fourteenth entry: the founder's punches are hidden.
    let (mut items, mut from, end) = (Vec::new(), 0, 14);
    for (position, entry) in (0..end).zip(entries.iter()) {
        let record = book.record(&entry.action.header().record)?.ok_or(Fault::NotFound)?;
        if sees(&worker, &record.kind, record.project, record.concerns) {
            items.extend(hidden(from, position)?.into_iter().map(Item::Hidden));
            items.push(Item::Entry(Kept::from(entry.as_ref())));
            from = position + 1;
        }
    }
    items.extend(hidden(from, end)?.into_iter().map(Item::Hidden));
    let page = Page::Part { items, tail: hidden(end, size)?, checkpoint: checkpoint.clone(), now: START + 1_000_000 };
    let first = entries.first().ok_or(Fault::NotFound)?;
    let logged = PushResult::Logged {
        position: 0,
        received: first.received,
        outcome: first.outcome.clone(),
        rules: first.rules,
        record_previous: first.record_previous,
    };
    let refused = PushResult::Refused { field: "seen".to_owned(), reason: "unknown".to_owned() };
    let results = vec![logged, PushResult::Gap(7), PushResult::Reenrol, refused];
    let receipt = Receipt { results, proof: hidden(1, size)?, checkpoint, now: START + 1_000_000 };
    let pull = PullRequest { generation: 0, size: 5, tag: policy::tag(&worker), limit: 2000 };
    let restart: Page<Kept> = Page::Restart { generation: 0, tag: policy::tag(&worker) };
    let server = Server { at: "plumbline.example:4433".to_owned(), ca: Hash([0xca; 32]) };
    let setup = SetupLink { server: server.clone(), server_key: Author::new(3).id().0, secret: [0x5e; 32].into() };
    let invite = InviteLink {
        server,
        organisation: first.action.organisation(),
        invite: id(4),
        member: id(3),
        secret: [6; 32].into(),
    };
    Ok(json!({
        "push": hex(&encode_push(story.last.get(1..4).unwrap_or_default())),
        "receipt": hex(&receipt.encode()),
        "pull": hex(&pull.encode()),
        "page": hex(&page.encode().map_err(|_| Fault::corrupt("vectors"))?),
        "restart": hex(&restart.encode().map_err(|_| Fault::corrupt("vectors"))?),
        "setup_link": setup.to_string(),
        "invite_link": invite.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_are_the_same_in_every_run_and_show_every_kind() {
        let files = files().unwrap();
        assert_eq!(super::files().unwrap(), files);
        let actions = &files[0].1;
        for kind in record::KINDS {
            assert!(actions.contains(&format!("\"kind\": \"{}\"", kind.name)), "{}", kind.name);
        }
        assert!(story().unwrap().ledger.book.records.values().any(|r| r.conflicted()));
        assert!(Action::decode(&resent(&story().unwrap()).unwrap().encode()).is_ok());
    }

    /// An example that no longer holds is worse than none, and that page is written by hand.
    #[test]
    fn the_protocol_page_quotes_the_vectors_and_the_grid() {
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let page = bare(include_str!("../../docs/PROTOCOL.md"));
        let mut story = story().unwrap();
        let actions = actions(&story);
        let (log, messages) = (log(&mut story).unwrap(), messages(&mut story).unwrap());
        let note = log["records"].as_array().unwrap().iter().find(|r| r["kind"] == "note").unwrap();
        let first = &actions["actions"][0];
        let quoted = [
            &first["commitment"],
            &first["header"],
            &first["signature"],
            &first["hash"],
            &log["entries"][0]["leaf"],
            &log["checkpoint"],
            &log["founder_tag"],
            &log["directory_sha256"]["entries/000.p/20"],
            &note["state"],
            &messages["pull"],
            &messages["setup_link"],
            &messages["invite_link"],
        ];
        for value in quoted {
            assert!(page.contains(&bare(value.as_str().unwrap())), "{value}");
        }
        for line in policy::grid().lines().skip(1) {
            assert!(page.contains(&bare(line)), "{line}");
        }
        for kind in record::KINDS {
            for field in kind.fields {
                assert!(page.contains(&format!("`{}`", field.name)), "{}.{}", kind.name, field.name);
            }
        }
    }
}
