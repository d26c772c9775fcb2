//! Records: reading, listing, searching, writing, and the history of every field.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_protocol::{
    DeviceId, Fault, Hash, RecordId, Uuid,
    entry::Outcome,
    fold::{Book, FieldState, Record},
    judge,
    record::{self, WITHDRAWN, device, kind},
    value::{Key, Value},
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Change, Client, Inner, as_of, current, seen_from},
    datum::{Datum, from_value, to_value},
    db::{Tx, book::ShownBook, entry, outbox, record as rows},
    event::Event,
    outbox::fields_of,
    sync::Reason,
};

/// Most records in one list.
const MAX_LIMIT: u32 = 500;

/// A record as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RecordView {
    /// Its id.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its project.
    pub project: Option<Uuid>,
    /// Whom it concerns.
    pub concerns: Option<Uuid>,
    /// Its fields; a set is a list, a list of remarks is in order.
    pub fields: BTreeMap<String, Datum>,
    /// Values that the last writer of a field had not seen.
    pub conflicts: BTreeMap<String, Vec<Datum>>,
    /// True when something of it waits to be confirmed.
    pub pending: bool,
    /// True when it is withdrawn.
    pub withdrawn: bool,
    /// False when a newer version made it: it is kept and not shown in full.
    pub known: bool,
    /// What this view had seen, to be given back by requests that act upon it.
    pub as_of: String,
}

/// One change of a record.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ChangeView {
    /// Hash of the action's header.
    pub action: Hash,
    /// Position in the log; none while it waits.
    pub position: Option<u64>,
    /// The member who did it.
    pub by: Option<Uuid>,
    /// The device.
    pub device: String,
    /// What the member called the device; empty where nobody did.
    pub label: String,
    /// The stated time at which it was made.
    pub at: Option<i64>,
    /// When the server received it.
    pub received: Option<i64>,
    /// What it wrote.
    pub fields: BTreeMap<String, Datum>,
    /// The reason given.
    pub reason: Option<String>,
    /// `applied`, `waiting`, or why it is held.
    pub outcome: String,
}

/// Which records to list.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields, default)]
pub struct ListRequest {
    /// Of this kind.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub kind: String,
    /// Of this project.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub project: Option<Uuid>,
    /// That concern this member.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub concerns: Option<Uuid>,
    /// From this moment on, milliseconds since 1970.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub from: Option<i64>,
    /// Before this moment.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub to: Option<i64>,
    /// Withdrawn ones too.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub withdrawn: bool,
    /// The `next` of the page before.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub after: Option<String>,
    /// Most records wanted, 50 when 0.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub limit: u32,
}

/// A page of a list, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ListView {
    /// The records.
    pub records: Vec<RecordView>,
    /// Where the next page goes on; none at the end.
    pub next: Option<String>,
}

/// What to look for.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// Words; each may be the beginning of one.
    pub text: String,
    /// Most records wanted, 50 when 0.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub limit: u32,
}

/// Which record.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct RecordRequest {
    /// Its id.
    pub id: RecordId,
}

/// A write of any kind.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct WriteRequest {
    /// The kind.
    pub kind: String,
    /// The record; a new one when absent.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub record: Option<RecordId>,
    /// Its project, for a new one of a kind that belongs to one.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub project: Option<Uuid>,
    /// What to write.
    pub fields: BTreeMap<String, Datum>,
    /// Why, where a reason is owed.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub reason: Option<String>,
    /// What the screen had shown.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub as_of: Option<String>,
}

/// Hiding a record, or showing it again.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    /// The record.
    pub record: RecordId,
    /// True hides it.
    pub withdrawn: bool,
    /// Why.
    pub reason: String,
    /// What the screen had shown.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub as_of: Option<String>,
}

impl Client {
    /// Writes fields of a new or existing record.
    ///
    /// # Errors
    /// [`Fault::Invalid`] that names the field, [`Fault::Denied`], [`Fault::NotFound`].
    pub async fn write(&self, request: WriteRequest) -> Result<RecordView, Fault> {
        let kind = request.kind.clone();
        let view = self.run(move |inner| inner.db.write(|c| inner.write(c, request))).await?;
        self.changed(&kind);
        Ok(view)
    }

    /// Hides a record with a reason, or shows it again.
    pub async fn withdraw(&self, request: WithdrawRequest) -> Result<RecordView, Fault> {
        let view = self.run(move |inner| inner.db.write(|c| inner.withdraw(c, request))).await?;
        self.changed(&view.kind);
        Ok(view)
    }

    /// A record.
    pub async fn record(&self, request: RecordRequest) -> Result<RecordView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.view(c, &request.id))).await
    }

    /// Every change of a record, oldest first.
    pub async fn history(&self, request: RecordRequest) -> Result<Vec<ChangeView>, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.history(c, &request.id))).await
    }

    /// Records of a kind, newest first.
    pub async fn list(&self, request: ListRequest) -> Result<ListView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.list(c, &request))).await
    }

    /// Records whose text has every word.
    pub async fn search(&self, request: SearchRequest) -> Result<Vec<RecordView>, Fault> {
        self.run(move |inner| {
            inner.identity()?;
            let words = words(&request.text)?;
            inner.db.read(|c| {
                let seen = as_of(&current(c)?);
                let found = rows::search(c, &words, limit(request.limit))?;
                Ok(found.into_iter().map(|s| view_of(s, &seen)).collect())
            })
        })
        .await
    }

    /// Records with a field that keeps values which its last writer had not seen.
    pub async fn conflicts(&self) -> Result<Vec<RecordView>, Fault> {
        self.run(|inner| {
            inner.identity()?;
            inner.db.read(|c| {
                let seen = as_of(&current(c)?);
                Ok(rows::conflicts(c, MAX_LIMIT)?.into_iter().map(|s| view_of(s, &seen)).collect())
            })
        })
        .await
    }

    /// Tells listeners of a local change and lets the outbox go out.
    pub(crate) fn changed(&self, kind: &str) {
        self.inner.emit(Event::Records { kinds: vec![kind.to_owned()] });
        self.inner.emit(Event::Outbox);
        self.wake(Reason::Local);
    }
}

impl Inner {
    fn write(&self, c: &Tx, request: WriteRequest) -> Result<RecordView, Fault> {
        let declared = kind(&request.kind).ok_or_else(|| Fault::invalid("kind", "unknown"))?;
        let known = match &request.record {
            Some(id) => Some(rows::shown(c, id)?.ok_or(Fault::NotFound)?.record),
            None => None,
        };
        let id = match request.record {
            Some(id) => id,
            None => RecordId::from(self.new_id()?),
        };
        let mut fields = BTreeMap::new();
        for (name, datum) in &request.fields {
            let field = declared.field(name).ok_or_else(|| Fault::invalid(name.clone(), "unknown"))?;
            fields.insert(Key(name.clone()), to_value(field, datum)?);
        }
        // A project is its own project.
        let own = (declared.name == record::project::KIND.name).then(|| id.uuid()).flatten();
        let project = known.as_ref().map_or(request.project.or(own), |r| r.project);
        let mut change = Change::write(self.organisation()?, declared.name, id, project, []);
        change.fields = fields;
        change.reason = request.reason;
        change.as_of = seen_from(request.as_of.as_deref())?;
        self.act(c, change)?;
        self.view(c, &id)
    }

    fn withdraw(&self, c: &Tx, request: WithdrawRequest) -> Result<RecordView, Fault> {
        let known = rows::shown(c, &request.record)?.ok_or(Fault::NotFound)?.record;
        let fields = [(WITHDRAWN.name, Value::Bool(request.withdrawn))];
        let mut change = Change::write(self.organisation()?, &known.kind, request.record, known.project, fields);
        change.reason = Some(request.reason);
        change.as_of = seen_from(request.as_of.as_deref())?;
        self.act(c, change)?;
        self.view(c, &request.record)
    }

    /// The record as it is shown.
    pub(crate) fn view(&self, c: &Tx, id: &RecordId) -> Result<RecordView, Fault> {
        self.identity()?;
        let shown = rows::shown(c, id)?.ok_or(Fault::NotFound)?;
        Ok(view_of(shown, &as_of(&current(c)?)))
    }

    fn list(&self, c: &Tx, request: &ListRequest) -> Result<ListView, Fault> {
        self.identity()?;
        let limit = limit(request.limit);
        let (shown, next) = rows::page(c, &filter(request)?, limit)?;
        let next = next.map(place);
        let seen = as_of(&current(c)?);
        Ok(ListView { records: shown.into_iter().map(|s| view_of(s, &seen)).collect(), next })
    }

    /// Every change of a record, oldest first.
    pub(crate) fn history(&self, c: &Tx, id: &RecordId) -> Result<Vec<ChangeView>, Fault> {
        self.identity()?;
        let mut book = ShownBook::new(c);
        let mut changes = Vec::new();
        let mut show = |action: &plumbline_protocol::action::Action, position, received, outcome: String| {
            let by = judge::member_of(&mut book, &action.origin_device())?;
            let at = action.body().time().map(|time| {
                let now = plumbline_protocol::time::Moment::Now;
                plumbline_protocol::time::interval(&now, &time, received).stated
            });
            changes.push(ChangeView {
                action: action.hash(),
                position,
                by,
                device: action.header().device.to_string(),
                label: label(&mut book, &action.header().device)?,
                at,
                received,
                fields: fields_of(action),
                reason: action.body().reason().map(str::to_owned),
                outcome,
            });
            Ok::<(), Fault>(())
        };
        for (position, entry) in entry::of_record(c, id)? {
            let outcome = match &entry.outcome {
                Outcome::Applied => "applied".to_owned(),
                Outcome::Held(held) => held.code().to_owned(),
            };
            show(&entry.action, Some(position), Some(entry.received), outcome)?;
        }
        for item in outbox::pending_of(c, id)? {
            show(&item.action, item.position, None, "waiting".to_owned())?;
        }
        Ok(changes)
    }

    /// Folds again what waits on top of these records, after what is under it or the outbox changed (spine rule 20).
    pub(crate) fn show_again(&self, c: &Tx, records: &BTreeSet<RecordId>) -> Result<(), Fault> {
        let now = self.config.clock.wall();
        let tip = crate::db::meta::cursor(c)?.tip;
        for id in records {
            rows::clear_shown(c, id)?;
        }
        let mut pending = Vec::new();
        for id in records {
            pending.extend(outbox::pending_of(c, id)?);
        }
        pending.sort_by_key(|item| (item.position.unwrap_or(u64::MAX), item.id));
        let mut book = ShownBook::new(c);
        for (position, item) in (tip.size..).zip(&pending) {
            let known =
                item.position.is_some() || judge::judge(&mut book, &item.action, now.max(tip.received))?.applied();
            if known {
                crate::client::show(c, &mut book, &item.action, position)?;
            }
        }
        book.save()
    }
}

/// What a device is called.
pub(crate) fn label(book: &mut ShownBook<'_>, device: &DeviceId) -> Result<String, Fault> {
    let record = book.record(&RecordId::from(*device))?;
    Ok(record.and_then(|r| r.text(device::LABEL).map(str::to_owned)).unwrap_or_default())
}

/// A list's filter in rows.
pub(crate) fn filter(request: &ListRequest) -> Result<rows::Filter, Fault> {
    if kind(&request.kind).is_none() {
        return Err(Fault::invalid("kind", "unknown"));
    }
    let before = request.after.as_deref().map(place_from).transpose()?;
    Ok(rows::Filter {
        kind: request.kind.clone(),
        project: request.project,
        concerns: request.concerns,
        from: request.from,
        to: request.to,
        withdrawn: request.withdrawn,
        before,
    })
}

/// The limit that applies: 50 when 0, never more than [`MAX_LIMIT`].
pub(crate) fn limit(asked: u32) -> u32 {
    if asked == 0 { 50 } else { asked.min(MAX_LIMIT) }
}

/// The text of a place in a list.
pub(crate) fn place(place: rows::Place) -> String {
    format!("{}:{}", place.sort, place.row)
}

/// The place of such a text.
pub(crate) fn place_from(text: &str) -> Result<rows::Place, Fault> {
    let read = || {
        let (sort, row) = text.split_once(':')?;
        Some(rows::Place { sort: sort.parse().ok()?, row: row.parse().ok()? })
    };
    read().ok_or_else(|| Fault::invalid("after", "form"))
}

/// The words that a person looks for.
pub(crate) fn words(text: &str) -> Result<Vec<&str>, Fault> {
    // NUL parts words too: the index reads a query only as far as the first.
    let words = text.split(|c: char| c.is_whitespace() || c == '\0').filter(|word| !word.is_empty());
    let words: Vec<&str> = words.take(16).collect();
    if words.is_empty() || text.len() > 500 { Err(Fault::invalid("text", "length")) } else { Ok(words) }
}

pub(crate) fn view_of(shown: rows::Shown, as_of: &str) -> RecordView {
    let rows::Shown { id, record, pending, .. } = shown;
    let (declared, withdrawn) = (kind(&record.kind), record.flag(WITHDRAWN.name));
    let Record { kind, project, concerns, .. } = record;
    let (mut fields, mut conflicts) = (BTreeMap::new(), BTreeMap::new());
    for (Key(name), state) in record.fields {
        let Some(field) = declared.and_then(|k| k.field(&name)) else { continue };
        let show = |value: Value| from_value(field.ty, value);
        let datum = match state {
            FieldState::Last { shown, flagged } => {
                if !flagged.is_empty() {
                    conflicts.insert(name.clone(), flagged.into_iter().map(|w| show(w.value)).collect());
                }
                show(shown.value)
            }
            FieldState::Max(write) => show(write.value),
            FieldState::Set(set) => Datum::List(set.into_keys().map(show).collect()),
            FieldState::Append(all) => Datum::List(all.into_iter().map(|w| show(w.value)).collect()),
        };
        fields.insert(name, datum);
    }
    let known = declared.is_some();
    RecordView { id, kind, project, concerns, fields, conflicts, pending, withdrawn, known, as_of: as_of.to_owned() }
}
