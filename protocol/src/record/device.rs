//! A device: a key that signs for one member. Its record id is its public key.
//!
//! A record of this kind begins with an enrolment: the device's own first action, countersigned by an invite's one-use key,
//! by an older device of the same member, or by the organisation's recovery key (rules 7 and 7a).

use std::collections::BTreeMap;

use super::{Access, Change, Field, Kind, Merge, Type, invite, organisation};
use crate::{
    action::countersigned,
    entry::Held,
    fold::Book,
    id::RecordId,
    judge::Stop,
    value::{Key, Value},
};

/// The member for whom it signs.
pub const MEMBER: &str = "member";
/// What a person calls it.
pub const LABEL: &str = "label";
/// The invite whose key countersigned.
pub const INVITE: &str = "invite";
/// The older device whose key countersigned.
pub const OLD: &str = "old";
/// The new recovery key, when the recovery key countersigned.
pub const RECOVERY_KEY: &str = "recovery_key";
/// The countersignature.
pub const COUNTERSIGNATURE: &str = "countersignature";
/// True once revoked, for ever.
pub const REVOKED: &str = "revoked";

/// The kind.
pub const KIND: Kind = Kind {
    name: "device",
    access: Access::Organisation,
    fields: &[
        Field::new(MEMBER, Type::Ref("member")).first().fixed(),
        Field::new(LABEL, Type::Text(100)),
        Field::new(INVITE, Type::Ref("invite")).fixed(),
        Field::new(OLD, Type::Device).fixed(),
        Field::new(RECOVERY_KEY, Type::Bytes(32)).fixed(),
        Field::new(COUNTERSIGNATURE, Type::Bytes(64)).first().fixed(),
        Field::new(REVOKED, Type::Bool).merge(Merge::Max).owes_reason(),
    ],
    concerns: Some(MEMBER),
    title: LABEL,
    rules,
    sample,
};

fn rules(book: &mut dyn Book, change: &Change<'_>) -> Result<(), Stop> {
    if change.before.is_some() {
        return Ok(());
    }
    let own = change.record == RecordId::from(change.device) && change.sequence == 0;
    if !own || change.field(REVOKED).is_some() {
        return Err(Stop::Held(Held::invalid("record", "enrolment")));
    }
    let member = change.field(MEMBER).and_then(Value::id).and_then(|id| id.uuid());
    let signature = change.field(COUNTERSIGNATURE).and_then(Value::bytes).and_then(|b| b.try_into().ok());
    let (Some(member), Some(signature)) = (member, signature) else {
        return Err(Stop::Held(Held::invalid(COUNTERSIGNATURE, "type")));
    };
    let key = countersigner(book, change, &RecordId::from(member))?;
    if countersigned(&key, &change.organisation, &change.device, &member, &signature) {
        Ok(())
    } else {
        Err(Stop::Held(Held::invalid(COUNTERSIGNATURE, "signature")))
    }
}

/// The key that must have countersigned, when it still may.
fn countersigner(book: &mut dyn Book, change: &Change<'_>, member: &RecordId) -> Result<[u8; 32], Stop> {
    let (invite, old, recovery) = (change.field(INVITE), change.field(OLD), change.field(RECOVERY_KEY));
    let held = |field, reason| Stop::Held(Held::invalid(field, reason));
    match (invite, old, recovery) {
        (Some(invite), None, None) => {
            let record = match invite.id() {
                Some(id) => book.record(&id)?,
                None => None,
            };
            let record = record.ok_or(held(INVITE, "not_found"))?;
            if record.value(invite::MEMBER).and_then(Value::id) != Some(*member) {
                return Err(held(INVITE, "member"));
            }
            if record.value(invite::USED).is_some() {
                return Err(held(INVITE, "used"));
            }
            if record.value(invite::EXPIRES).and_then(Value::int).is_none_or(|at| at < change.received) {
                return Err(held(INVITE, "expired"));
            }
            record.key(invite::KEY).ok_or(held(INVITE, "not_found"))
        }
        (None, Some(old), None) => {
            let key = old.bytes().and_then(|b| b.try_into().ok()).ok_or(held(OLD, "type"))?;
            let record = book.record(&RecordId::Key(key))?.ok_or(held(OLD, "not_found"))?;
            if record.value(MEMBER).and_then(Value::id) != Some(*member) {
                return Err(held(OLD, "member"));
            }
            if record.flag(REVOKED) { Err(held(OLD, "revoked")) } else { Ok(key) }
        }
        (None, None, Some(next)) => {
            let record = book.record(&RecordId::from(change.organisation))?;
            let key = record.and_then(|r| r.key(organisation::RECOVERY_KEY)).ok_or(held(RECOVERY_KEY, "not_found"))?;
            if next.bytes() == Some(&key) { Err(held(RECOVERY_KEY, "used")) } else { Ok(key) }
        }
        _ => Err(held(INVITE, "missing")),
    }
}

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([
        (Key::from(MEMBER), Value::from(crate::Uuid::v7(1_790_000_000_000, [3; 10]))),
        (Key::from(LABEL), Value::from("Teo's phone")),
        (Key::from(INVITE), Value::from(crate::Uuid::v7(1_790_000_000_000, [4; 10]))),
        (Key::from(COUNTERSIGNATURE), Value::Bytes(vec![5; 64])),
    ])
}
