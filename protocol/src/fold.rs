//! The fold: the one pure function from applied actions, in order of position, to state.
//!
//! Run by the server, by each client and by the verifier over a [`Book`], which is wherever records are kept. Invariants:
//! order is position, never a clock; the fold obeys the recorded outcome; a record's state follows from that record's
//! applied entries alone, so any page split and any visibility give the same bytes (spine rules 13 to 16). The exception is
//! Organisation kinds, which everyone sees whole: an enrolment also marks its invite, member and organisation.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    action::{Action, Header},
    entry::{Entry, Outcome},
    evidence,
    fault::Fault,
    generation::{self, Opening},
    id::{DeviceId, Hash, OrganisationId, RecordId, Uuid},
    record::{self, Access, Field, Merge, Type, device, invite, member, organisation},
    time,
    value::{Key, Malformed, Reader, Value, Writer, find},
};

/// A written value: where, by which device, what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Position of the entry by which it took effect.
    pub position: u64,
    /// The device that wrote it.
    pub device: DeviceId,
    /// The value; a moment is folded to its interval.
    pub value: Value,
}

/// The state of one field, by its merge rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldState {
    /// What shows, and values of other devices that its author had not seen (rule 15).
    Last {
        /// The last write.
        shown: Write,
        /// What it covered unseen.
        flagged: Vec<Write>,
    },
    /// The largest.
    Max(Write),
    /// Each member with its additions.
    Set(BTreeMap<Value, Vec<(u64, DeviceId)>>),
    /// Every value in order.
    Append(Vec<Write>),
}

/// A record: what its first entry fixed, and its folded fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Kind, fixed by the first entry whatever its outcome (rule 13).
    pub kind: String,
    /// Project, likewise.
    pub project: Option<Uuid>,
    /// Whom it concerns, likewise.
    pub concerns: Option<Uuid>,
    /// Position of its latest entry.
    pub last: u64,
    /// Its fields; none when nothing of it was applied.
    pub fields: BTreeMap<Key, FieldState>,
}

impl Record {
    /// True when something of it was applied.
    pub fn exists(&self) -> bool {
        !self.fields.is_empty()
    }

    /// State of `field`.
    pub fn field(&self, field: &str) -> Option<&FieldState> {
        find(&self.fields, field)
    }

    /// The value that shows in a single-valued field; a cleared one is none.
    pub fn value(&self, field: &str) -> Option<&Value> {
        match self.field(field)? {
            FieldState::Last { shown: Write { value, .. }, .. } | FieldState::Max(Write { value, .. }) => {
                (*value != Value::Null).then_some(value)
            }
            _ => None,
        }
    }

    /// The text that shows.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.value(field)?.text()
    }
    /// The record that shows.
    pub fn uuid(&self, field: &str) -> Option<Uuid> {
        self.value(field)?.id()?.uuid()
    }
    /// The 32 bytes that show.
    pub fn key(&self, field: &str) -> Option<[u8; 32]> {
        self.value(field)?.bytes()?.try_into().ok()
    }
    /// True when the field shows true.
    pub fn flag(&self, field: &str) -> bool {
        self.value(field) == Some(&Value::Bool(true))
    }
    /// The interval that shows in a moment.
    pub fn interval(&self, field: &str) -> Option<time::Interval> {
        evidence::interval_from(self.value(field)?)
    }
    /// Members of a set, in their order; empty when there is none.
    pub fn items(&self, field: &str) -> impl Iterator<Item = &Value> {
        let set = match self.field(field) {
            Some(FieldState::Set(set)) => Some(set),
            _ => None,
        };
        set.into_iter().flat_map(|s| s.keys())
    }
    /// True when `value` is in the set.
    pub fn contains(&self, field: &str, value: &Value) -> bool {
        matches!(self.field(field), Some(FieldState::Set(set)) if set.contains_key(value))
    }

    /// True when a field keeps a value that its last writer had not seen.
    pub fn conflicted(&self) -> bool {
        self.fields.values().any(|f| matches!(f, FieldState::Last { flagged, .. } if !flagged.is_empty()))
    }

    fn write(&mut self, field: &Field, write: Write, seen: u64) {
        let key = Key::from(field.name);
        if field.fixed && self.fields.contains_key(&key) {
            return; // The judge lets pass only what says the same.
        }
        match field.merge {
            Merge::Last => {
                let old = match self.fields.remove(&key) {
                    Some(FieldState::Last { shown, mut flagged }) => {
                        flagged.insert(0, shown);
                        flagged
                    }
                    _ => Vec::new(),
                };
                let unseen = |o: &Write| o.position >= seen && o.device != write.device && o.value != write.value;
                let flagged = old.into_iter().filter(unseen).collect();
                self.fields.insert(key, FieldState::Last { shown: write, flagged });
            }
            Merge::Max => match self.fields.get(&key) {
                Some(FieldState::Max(old)) if old.value >= write.value => {}
                _ => {
                    self.fields.insert(key, FieldState::Max(write));
                }
            },
            Merge::Append => match self.fields.get_mut(&key) {
                Some(FieldState::Append(all)) => all.push(write),
                _ => {
                    self.fields.insert(key, FieldState::Append(vec![write]));
                }
            },
            Merge::Set => {
                let state = self.fields.entry(key).or_insert_with(|| FieldState::Set(BTreeMap::new()));
                let FieldState::Set(set) = state else { return };
                for item in write.value.get("-").and_then(Value::list).unwrap_or_default() {
                    if let Some(additions) = set.get_mut(item) {
                        additions.retain(|(position, device)| *position >= seen && *device != write.device);
                        if additions.is_empty() {
                            set.remove(item);
                        }
                    }
                }
                for item in write.value.get("+").and_then(Value::list).unwrap_or_default() {
                    set.entry(item.clone()).or_default().push((write.position, write.device));
                }
            }
        }
    }

    /// The one encoding of what everyone who sees the record agrees on: `[kind, project, concerns, {field: state}]` with a
    /// state `[0, shown, flagged]`, `[1, write]`, `[2, [[item, [[position, device]]]]]` or `[3, [write]]` and a write
    /// `[position, device, value]`. `last` is kept apart: Organisation kinds share one chain.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.list(4).text(&self.kind);
        for id in [&self.project, &self.concerns] {
            match id {
                Some(id) => w.bytes(id.as_bytes()),
                None => w.null(),
            };
        }
        w.list(self.fields.len());
        for (name, state) in &self.fields {
            w.list(2).text(&name.0);
            state.write(&mut w);
        }
        w.0
    }

    /// Reads [`Record::encode`]'s bytes; `last` is given.
    pub fn decode(bytes: &[u8], last: u64) -> Result<Record, Malformed> {
        let mut r = Reader::new(bytes);
        r.list_of(4)?;
        let kind = r.text()?.to_owned();
        let (project, concerns) = (read_uuid(&mut r)?, read_uuid(&mut r)?);
        let mut fields = BTreeMap::new();
        for _ in 0..r.list()? {
            r.list_of(2)?;
            fields.insert(Key(r.text()?.to_owned()), FieldState::read(&mut r)?);
        }
        r.end()?;
        Ok(Record { kind, project, concerns, last, fields })
    }
}

fn read_uuid(r: &mut Reader<'_>) -> Result<Option<Uuid>, Malformed> {
    let at = r.offset();
    if r.null()? {
        return Ok(None);
    }
    Uuid::from_slice(r.bytes()?).map(Some).map_err(|_| Malformed { what: "not a UUID", at })
}

impl FieldState {
    fn write(&self, w: &mut Writer) {
        match self {
            FieldState::Last { shown, flagged } => {
                w.list(3).uint(0);
                shown.write(w);
                write_all(w, flagged);
            }
            FieldState::Max(write) => {
                w.list(2).uint(1);
                write.write(w);
            }
            FieldState::Set(set) => {
                w.list(2).uint(2).list(set.len());
                for (item, additions) in set {
                    w.list(2).value(item).list(additions.len());
                    for (position, device) in additions {
                        w.list(2).uint(*position).bytes(&device.0);
                    }
                }
            }
            FieldState::Append(all) => {
                w.list(2).uint(3);
                write_all(w, all);
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<FieldState, Malformed> {
        let at = r.offset();
        let (n, tag) = (r.list()?, r.uint()?);
        Ok(match (n, tag) {
            (3, 0) => FieldState::Last { shown: Write::read(r)?, flagged: read_all(r)? },
            (2, 1) => FieldState::Max(Write::read(r)?),
            (2, 2) => {
                let mut set = BTreeMap::new();
                for _ in 0..r.list()? {
                    r.list_of(2)?;
                    let item = r.value()?;
                    let mut additions = Vec::new();
                    for _ in 0..r.list()? {
                        r.list_of(2)?;
                        additions.push((r.uint()?, DeviceId(r.array()?)));
                    }
                    set.insert(item, additions);
                }
                FieldState::Set(set)
            }
            (2, 3) => FieldState::Append(read_all(r)?),
            _ => return Err(Malformed { what: "unknown field state", at }),
        })
    }
}

impl Write {
    fn write(&self, w: &mut Writer) {
        w.list(3).uint(self.position).bytes(&self.device.0).value(&self.value);
    }
    fn read(r: &mut Reader<'_>) -> Result<Write, Malformed> {
        r.list_of(3)?;
        Ok(Write { position: r.uint()?, device: DeviceId(r.array()?), value: r.value()? })
    }
}

fn write_all(w: &mut Writer, all: &[Write]) {
    w.list(all.len());
    for write in all {
        write.write(w);
    }
}

fn read_all(r: &mut Reader<'_>) -> Result<Vec<Write>, Malformed> {
    (0..r.list()?).map(|_| Write::read(r)).collect()
}

/// A device's chain as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// Sequence of its latest known action.
    pub sequence: u64,
    /// Hash of that action's header.
    pub hash: Hash,
}

impl ChainHead {
    /// True when `header` is the device's next one.
    pub fn leads_to(&self, header: &Header) -> bool {
        self.sequence.checked_add(1) == Some(header.sequence) && header.previous == Some(self.hash)
    }
}

/// Where a log's records are kept. Every method concerns one organisation; a failure of the store is a [`Fault`].
pub trait Book {
    /// The record, with what its first entry fixed; none when no entry is about it.
    fn record(&mut self, id: &RecordId) -> Result<Option<Arc<Record>>, Fault>;
    /// Keeps the record.
    fn put_record(&mut self, id: &RecordId, record: Arc<Record>) -> Result<(), Fault>;
    /// The device's chain.
    fn chain(&mut self, device: &DeviceId) -> Result<Option<ChainHead>, Fault>;
    /// Keeps the device's chain.
    fn put_chain(&mut self, device: &DeviceId, head: ChainHead) -> Result<(), Fault>;
    /// True when the work of `action` is in the log: an entry of its identity, which is about the same record.
    fn logged(&mut self, action: &Action) -> Result<bool, Fault>;
    /// Notes that work with this identity is in the log.
    fn put_logged(&mut self, identity: &Hash, position: u64) -> Result<(), Fault>;
    /// The entry of a held action that was not admitted yet, by its header's hash.
    fn held(&mut self, hash: &Hash) -> Result<Option<Arc<Entry>>, Fault>;
    /// Keeps a held entry.
    fn put_held(&mut self, position: u64, entry: Arc<Entry>) -> Result<(), Fault>;
    /// Forgets a held entry: it was admitted.
    fn admit(&mut self, hash: &Hash) -> Result<(), Fault>;
}

/// The end of a log as far as it was folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tip {
    /// Number of entries.
    pub size: u64,
    /// Time received of the last one, milliseconds since 1970.
    pub received: i64,
    /// Position of the last entry about an Organisation kind.
    pub organisation_last: Option<u64>,
    /// The organisation, once the first entry is there.
    pub organisation: Option<OrganisationId>,
}

/// Position of the previous entry about `action`'s record; Organisation kinds share one chain (rule 1).
pub fn record_previous(book: &mut dyn Book, tip: &Tip, action: &Action) -> Result<Option<u64>, Fault> {
    if is_organisation_entry(book, action)? {
        return Ok(tip.organisation_last);
    }
    Ok(book.record(&action.header().record)?.map(|r| r.last))
}

/// True for kinds that everyone sees and judges (rule 5).
pub fn is_organisation_kind(kind: &str) -> bool {
    record::kind(kind).is_some_and(|k| k.access == Access::Organisation)
}

/// True when `action` is about a record of such a kind. What the record is counts, not what the action says: a wrong kind
/// is held, and is seen by those who see the record.
pub fn is_organisation_entry(book: &mut dyn Book, action: &Action) -> Result<bool, Fault> {
    let header = action.header();
    let known = book.record(&header.record)?;
    Ok(is_organisation_kind(known.as_deref().map_or(&header.kind, |r| &r.kind)))
}

/// Folds the entry at position `tip.size`, obeying its outcome.
pub fn step(book: &mut dyn Book, tip: &mut Tip, entry: &Arc<Entry>) -> Result<(), Fault> {
    let (position, action) = (tip.size, &entry.action);
    let header = action.header();
    let organisation_entry = is_organisation_entry(book, action)?;
    let mut record = match book.record(&header.record)? {
        Some(record) => record,
        None => Arc::new(first_seen(action)),
    };
    Arc::make_mut(&mut record).last = position;
    book.put_record(&header.record, record)?;
    book.put_chain(&header.device, ChainHead { sequence: header.sequence, hash: action.hash() })?;
    book.put_logged(&action.identity(), position)?;
    match (&entry.outcome, action.admits()) {
        (Outcome::Applied, Some(cited)) => {
            if let Some(held) = book.held(&cited)? {
                book.admit(&cited)?;
                apply(book, &held.action, position, Some(held.received))?;
            }
        }
        (Outcome::Applied, None) => apply(book, action, position, Some(entry.received))?,
        (Outcome::Held(crate::entry::Held::Duplicate), _) => {}
        (Outcome::Held(_), _) => book.put_held(position, Arc::clone(entry))?,
    }
    if organisation_entry {
        tip.organisation_last = Some(position);
    }
    tip.organisation.get_or_insert(action.organisation());
    tip.size += 1;
    tip.received = entry.received;
    Ok(())
}

/// What a record's first entry fixes (rule 13).
fn first_seen(action: &Action) -> Record {
    let header = action.header();
    let concerns = record::kind(&header.kind).and_then(|k| k.concerns);
    Record {
        kind: header.kind.clone(),
        project: header.project,
        concerns: concerns.and_then(|f| action.body().field(f)?.id()?.uuid()),
        last: 0,
        fields: BTreeMap::new(),
    }
}

/// Lets `action` take effect at `position`: its own record, and what an organisation's first entry or an enrolment makes.
/// `received` is none for work that is not in the log yet.
pub fn apply(book: &mut dyn Book, action: &Action, position: u64, received: Option<i64>) -> Result<(), Fault> {
    let header = action.header();
    let body = action.body();
    let seen = generation::counted(book, &action.organisation(), &header.seen)?;
    let effect = Effect { position, device: header.device, seen };
    let time = body.time();
    let fields = body.record_fields().map(|(name, value)| {
        let moment = matches!(record::kind(&header.kind).and_then(|k| k.field(name)), Some(f) if f.ty == Type::Moment);
        let folded = match (&time, evidence::moment_from(value)) {
            (Some(time), Some(at)) if moment => evidence::interval_to(&time::interval(&at, time, received)),
            _ => value.clone(),
        };
        (name.to_owned(), folded)
    });
    let fields: Vec<_> = fields.collect();
    let first = first_seen(action);
    effect.write(book, &header.record, first, fields)?;
    if action.begins() {
        founding(book, action, &effect)?;
    }
    if action.enrols() {
        enrolment(book, action, &effect)?;
    }
    if let Some(opening) = Opening::of(action) {
        restored(book, action, &effect, &opening)?;
    }
    Ok(())
}

struct Effect {
    position: u64,
    device: DeviceId,
    seen: u64,
}

impl Effect {
    fn write(
        &self,
        book: &mut dyn Book,
        id: &RecordId,
        first: Record,
        fields: Vec<(String, Value)>,
    ) -> Result<(), Fault> {
        let mut record = match book.record(id)? {
            Some(record) => record,
            None => Arc::new(Record { last: self.position, ..first }),
        };
        let Some(kind) = record::kind(&record.kind) else { return Ok(()) };
        let state = Arc::make_mut(&mut record);
        for (name, value) in fields {
            if let Some(field) = kind.field(&name) {
                let write = Write { position: self.position, device: self.device, value };
                state.write(field, write, self.seen);
            }
        }
        book.put_record(id, record)
    }
}

fn derived(kind: &record::Kind, concerns: Option<Uuid>) -> Record {
    Record { kind: kind.name.to_owned(), project: None, concerns, last: 0, fields: BTreeMap::new() }
}

/// The first entry also makes the founder's member and device (rule 3).
fn founding(book: &mut dyn Book, action: &Action, effect: &Effect) -> Result<(), Fault> {
    let body = action.body();
    let Some(founder) = body.field(organisation::FOUNDER).and_then(Value::id) else { return Ok(()) };
    let name = body.field(organisation::FOUNDER_NAME).cloned().unwrap_or(Value::Null);
    let fields = vec![
        (member::NAME.to_owned(), name),
        (member::ROLE.to_owned(), Value::from(crate::policy::Role::Administrator.name())),
    ];
    effect.write(book, &founder, derived(&member::KIND, None), fields)?;
    let device = derived(&device::KIND, founder.uuid());
    let fields = vec![(device::MEMBER.to_owned(), Value::from(founder))];
    effect.write(book, &RecordId::from(action.header().device), device, fields)
}

/// An enrolment uses up its invite; by the recovery key it makes its member an administrator and replaces that key (7, 7a).
fn enrolment(book: &mut dyn Book, action: &Action, effect: &Effect) -> Result<(), Fault> {
    let body = action.body();
    if let Some(invite) = body.field(device::INVITE).and_then(Value::id) {
        let used = vec![(invite::USED.to_owned(), Value::from(effect.device.0))];
        effect.write(book, &invite, derived(&invite::KIND, None), used)?;
    }
    let member = body.field(device::MEMBER).and_then(Value::id);
    if let (Some(key), Some(member)) = (body.field(device::RECOVERY_KEY), member) {
        let role = Value::from(crate::policy::Role::Administrator.name());
        effect.write(book, &member, derived(&member::KIND, None), vec![(member::ROLE.to_owned(), role)])?;
        let organisation = RecordId::from(action.organisation());
        let fields = vec![(organisation::RECOVERY_KEY.to_owned(), key.clone())];
        effect.write(book, &organisation, derived(&organisation::KIND, None), fields)?;
    }
    Ok(())
}

/// A restore gives the organisation its next generation, and the server its next key (rule 22).
fn restored(book: &mut dyn Book, action: &Action, effect: &Effect, opening: &Opening) -> Result<(), Fault> {
    let fields = vec![
        (organisation::RESTORES.to_owned(), Value::from(action.header().record)),
        (organisation::SERVER_KEY.to_owned(), Value::from(opening.server_key)),
    ];
    effect.write(book, &RecordId::from(action.organisation()), derived(&organisation::KIND, None), fields)
}

/// A [`Book`] in memory: for the verifier and for tests.
#[derive(Debug, Default, Clone)]
pub struct MemoryBook {
    /// Records by id.
    pub records: BTreeMap<RecordId, Arc<Record>>,
    /// Chains by device.
    pub chains: BTreeMap<DeviceId, ChainHead>,
    identities: BTreeMap<Hash, u64>,
    held: BTreeMap<Hash, Arc<Entry>>,
}

impl Book for MemoryBook {
    fn record(&mut self, id: &RecordId) -> Result<Option<Arc<Record>>, Fault> {
        Ok(self.records.get(id).cloned())
    }
    fn put_record(&mut self, id: &RecordId, record: Arc<Record>) -> Result<(), Fault> {
        self.records.insert(*id, record);
        Ok(())
    }
    fn chain(&mut self, device: &DeviceId) -> Result<Option<ChainHead>, Fault> {
        Ok(self.chains.get(device).copied())
    }
    fn put_chain(&mut self, device: &DeviceId, head: ChainHead) -> Result<(), Fault> {
        self.chains.insert(*device, head);
        Ok(())
    }
    fn logged(&mut self, action: &Action) -> Result<bool, Fault> {
        Ok(self.identities.contains_key(&action.identity()))
    }
    fn put_logged(&mut self, identity: &Hash, position: u64) -> Result<(), Fault> {
        self.identities.entry(*identity).or_insert(position);
        Ok(())
    }
    fn held(&mut self, hash: &Hash) -> Result<Option<Arc<Entry>>, Fault> {
        Ok(self.held.get(hash).cloned())
    }
    fn put_held(&mut self, _: u64, entry: Arc<Entry>) -> Result<(), Fault> {
        self.held.insert(entry.action.hash(), entry);
        Ok(())
    }
    fn admit(&mut self, hash: &Hash) -> Result<(), Fault> {
        self.held.remove(hash);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
