//! A deposit: the server's signed word that it holds a photograph's bytes and read them again with the same hash.
//!
//! The one kind that the server writes, with its own key on a chain of its own (rule 9). Its record id follows from the
//! photograph's, so there is one a photograph and it is found without an index.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{Access, Change, Field, Kind, Type, organisation, photo};
use crate::{
    entry::Held,
    fold::Book,
    id::{RecordId, Uuid},
    judge::Stop,
    value::{Key, Value},
};

/// The photograph.
pub const PHOTO: &str = "photo";
/// SHA-256 of the stored bytes.
pub const SHA256: &str = "sha256";
/// Their length.
pub const BYTES: &str = "bytes";

/// The kind.
pub const KIND: Kind = Kind {
    name: "deposit",
    access: Access::Site,
    fields: &[
        Field::new(PHOTO, Type::Id).first().fixed(),
        Field::new(SHA256, Type::Bytes(32)).first().fixed(),
        Field::new(BYTES, Type::Int(1, i64::MAX)).first().fixed(),
    ],
    concerns: None,
    title: BYTES,
    rules,
    sample,
};

/// Id of the deposit of `photo`: a UUIDv7 of the same millisecond over SHA-256("plumbline/deposit/1\n" || photo).
pub fn record_of(photo: &Uuid) -> Uuid {
    let digest = Sha256::new().chain_update(b"plumbline/deposit/1\n").chain_update(photo.as_bytes()).finalize();
    let mut random = [0; 10];
    random.iter_mut().zip(digest).for_each(|(r, d)| *r = d);
    Uuid::v7(photo.millis(), random)
}

fn rules(book: &mut dyn Book, change: &Change<'_>) -> Result<(), Stop> {
    let held = |field: &str, reason: &str| Err(Stop::Held(Held::invalid(field, reason)));
    let organisation = book.record(&RecordId::from(change.organisation))?;
    if organisation.and_then(|o| o.key(organisation::SERVER_KEY)) != Some(change.device.0) {
        return Err(Stop::Held(Held::Denied));
    }
    let Some(photo) = change.after(PHOTO).and_then(Value::id).and_then(|id| id.uuid()) else {
        return held(PHOTO, "type");
    };
    if change.record != RecordId::from(record_of(&photo)) {
        return held("record", "derived");
    }
    let Some(record) = book.record(&RecordId::from(photo))?.filter(|r| r.kind == "photo") else {
        return held(PHOTO, "not_found");
    };
    if record.project != change.project {
        return held("project", "photo");
    }
    // A held photograph has no state to compare with: its bytes are kept all the same.
    let differs = |ours: &str, theirs: &str| record.value(theirs).is_some_and(|v| Some(v) != change.field(ours));
    if differs(SHA256, photo::SHA256) || differs(BYTES, photo::BYTES) { held(SHA256, "photo") } else { Ok(()) }
}

fn sample() -> BTreeMap<Key, Value> {
    BTreeMap::from([
        (Key::from(PHOTO), Value::from(Uuid::v7(1_790_000_000_000, [8; 10]))),
        (Key::from(SHA256), Value::from([7; 32])),
        (Key::from(BYTES), Value::Int(4_200_000)),
    ])
}
