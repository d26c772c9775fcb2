//! The outbox and what did not take effect: each item with its honest state and what can be done about it.

use std::collections::BTreeMap;

use plumbline_protocol::{
    Fault, Hash, RecordId,
    action::{Action, Cites},
    entry::{Entry, Held, Outcome},
    policy, record,
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Change, Client, Inner},
    datum::{Datum, written},
    db::{Tx, entry, outbox},
    event::Event,
    record::RecordView,
};

/// Most items that a list of waiting or held work shows.
const LIMIT: u32 = 1000;

/// An action of this device that the confirmed state does not have yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct WaitingView {
    /// Hash of its header.
    pub action: Hash,
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub record: RecordId,
    /// When it was made, by this device's clock.
    pub made: i64,
    /// `waiting`, `logged`, `held` or `refused`.
    pub state: String,
    /// How often it was sent.
    pub attempts: u32,
    /// Why it is held or refused.
    pub fault: Option<Fault>,
    /// What it writes.
    pub fields: BTreeMap<String, Datum>,
}

/// A held action: in the log, without effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct HeldView {
    /// Hash of its header.
    pub action: Hash,
    /// Its position.
    pub position: u64,
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub record: RecordId,
    /// The member who did it.
    pub by: Option<plumbline_protocol::Uuid>,
    /// The device.
    pub device: String,
    /// When the server received it.
    pub received: i64,
    /// What it writes.
    pub fields: BTreeMap<String, Datum>,
    /// Why it is held: `denied`, `revoked`, `not_found` or `invalid`.
    pub why: String,
    /// The fault in full.
    pub fault: Fault,
}

/// Which action.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct ActionRequest {
    /// Hash of its header.
    pub action: Hash,
}

impl Client {
    /// What this device signed and the confirmed state does not have yet, oldest first.
    pub async fn waiting(&self) -> Result<Vec<WaitingView>, Fault> {
        self.run(|inner| {
            inner.identity()?;
            let items = inner.db.read(outbox::all)?;
            Ok(items.iter().map(waiting_view).collect())
        })
        .await
    }

    /// Takes a refused or held action off the list. A held one stays in the log.
    ///
    /// # Errors
    /// [`Fault::NotFound`]; [`Fault::Invalid`] `action` where it still waits: what a person entered is never dropped.
    pub async fn dismiss(&self, request: ActionRequest) -> Result<(), Fault> {
        self.run(move |inner| {
            inner.db.write(|c| {
                let items = outbox::all(c)?;
                let item = items.iter().find(|i| i.action.hash() == request.action).ok_or(Fault::NotFound)?;
                if matches!(item.state, outbox::State::Waiting | outbox::State::Logged) {
                    return Err(Fault::invalid("action", "waiting"));
                }
                outbox::remove(c, &request.action)?;
                Ok(())
            })?;
            inner.emit(Event::Outbox);
            Ok(())
        })
        .await
    }

    /// Held actions in the log, newest first: all of them for the office, an administrator's to admit; an author's own to know
    /// of.
    pub async fn held(&self) -> Result<Vec<HeldView>, Fault> {
        self.run(|inner| inner.db.read(|c| inner.held(c))).await
    }

    /// Lets a held action take effect, at its own place in the log. Administrators only.
    ///
    /// # Errors
    /// [`Fault::NotFound`], [`Fault::Denied`], or the rule that it breaks: an admit waives rights, never rules.
    pub async fn admit(&self, request: ActionRequest) -> Result<RecordView, Fault> {
        let view = self.run(move |inner| inner.db.write(|c| inner.admit(c, &request.action))).await?;
        self.changed(&view.kind);
        Ok(view)
    }
}

impl Inner {
    fn held(&self, c: &Tx) -> Result<Vec<HeldView>, Fault> {
        let actor = self.actor(c)?;
        let held = entry::held(c, LIMIT)?;
        let mut views = Vec::new();
        for (position, entry) in held {
            let view = held_view(c, position, &entry)?;
            if policy::sees_all(&actor) || view.by == Some(actor.member) {
                views.push(view);
            }
        }
        Ok(views)
    }

    fn admit(&self, c: &Tx, hash: &Hash) -> Result<RecordView, Fault> {
        let held = plumbline_protocol::fold::Book::held(&mut crate::db::book::StoreBook::new(c), hash)?;
        let header = held.ok_or(Fault::NotFound)?.action.header().clone();
        let mut change = Change::write(self.organisation()?, &header.kind, header.record, header.project, []);
        change.cites = Some(Cites::Admit(*hash));
        self.act(c, change)?;
        self.view(c, &header.record)
    }
}

fn held_view(c: &Tx, position: u64, entry: &Entry) -> Result<HeldView, Fault> {
    let header = entry.action.header();
    let by =
        plumbline_protocol::judge::member_of(&mut crate::db::book::ShownBook::new(c), &entry.action.origin_device())?;
    let Outcome::Held(held) = &entry.outcome else { return Err(Fault::corrupt("store")) };
    Ok(HeldView {
        action: entry.action.hash(),
        position,
        kind: header.kind.clone(),
        record: header.record,
        by,
        device: header.device.to_string(),
        received: entry.received,
        fields: fields_of(&entry.action),
        why: held.code().to_owned(),
        fault: held.fault(),
    })
}

fn waiting_view(item: &outbox::Item) -> WaitingView {
    let header = item.action.header();
    WaitingView {
        action: item.action.hash(),
        kind: header.kind.clone(),
        record: header.record,
        made: item.made,
        state: item.state.as_str().to_owned(),
        attempts: item.attempts,
        fault: serde_json::from_str(&item.fault).ok(),
        fields: fields_of(&item.action),
    }
}

/// What an action writes, field by field.
pub(crate) fn fields_of(action: &Action) -> BTreeMap<String, Datum> {
    let kind = record::kind(&action.header().kind);
    let show = |(name, value): (&str, _)| {
        let field = kind.and_then(|k| k.field(name))?;
        Some((name.to_owned(), written(field, value)))
    };
    action.body().record_fields().filter_map(show).collect()
}

/// Notes that the log has an action of this device without effect. Work that the log had before is in effect there, by
/// whichever road it came first (spine rule 21): nothing of it waits, and nobody need be told.
pub(crate) fn without_effect(c: &Tx, action: &Hash, position: u64, held: &Held) -> Result<(), Fault> {
    if *held == Held::Duplicate {
        return outbox::remove(c, action).map(|_| ());
    }
    let fault = serde_json::to_string(&held.fault()).unwrap_or_default();
    outbox::settle(c, action, outbox::State::Held, Some(position), &fault)
}

#[cfg(test)]
mod tests {
    use plumbline_protocol::{record::note, value::Value};

    use super::*;
    use crate::testing::Site;

    #[tokio::test]
    async fn work_that_the_log_had_before_no_longer_waits_and_work_that_is_held_says_why() {
        let site = Site::new().await;
        let inner = &site.client.inner;
        let write = || {
            let (organisation, id) = (inner.organisation().unwrap(), inner.new_id().unwrap());
            let fields = [(note::TEXT, Value::from("Gate code"))];
            site.act(Change::write(organisation, note::KIND.name, id, Some(site.project), fields)).hash()
        };
        let (twice, denied) = (write(), write());
        inner.db.write(|c| without_effect(c, &twice, 7, &Held::Duplicate)).unwrap();
        inner.db.write(|c| without_effect(c, &denied, 8, &Held::Denied)).unwrap();
        let left = site.client.waiting().await.unwrap();
        assert!(left.iter().all(|item| item.action != twice));
        let held = left.iter().find(|item| item.action == denied).unwrap();
        assert_eq!((held.state.as_str(), &held.fault), ("held", &Some(Fault::Denied)));
    }
}
