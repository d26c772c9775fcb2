//! What every byte string must survive: the bodies of the fuzz targets in `fuzz/`, and of the test that replays their corpus.
//!
//! Invariants: no input makes a parser panic, and whatever one accepts is the one form of what it read, so it is written the
//! same again. This file knows the protocol alone: `fuzz/` includes it as it stands.

use plumbline_protocol::{
    DeviceId, Hash, OrganisationId, RecordId, Uuid,
    action::{Action, Body, Header, Keys},
    blob::{State, ranges_from, ranges_to},
    entry::{Entry, Outcome},
    link::{InviteLink, SetupLink},
    log::{
        checkpoint::{Origin, SignedCheckpoint},
        tile::Tile,
    },
    page::{self, Page, PullRequest, Receipt, UnverifiedEntry, decode_push},
    value::Value,
};

/// A fuzz target: its name and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target but the one that needs the client engine, `fuzz_exif`.
pub const TARGETS: [Target; 5] = [
    ("action", action),
    ("page", page),
    ("checkpoint", checkpoint),
    ("invite", invite),
    ("upload_header", upload_header),
];

/// Actions, whole and in their parts, and entries.
pub fn action(bytes: &[u8]) {
    if let Ok(action) = Action::decode(bytes) {
        assert_eq!(action.encode(), bytes);
    }
    if let Ok(header) = Header::decode(bytes) {
        assert_eq!(header.encode(), bytes);
    }
    if let Ok(body) = Body::decode(bytes) {
        assert_eq!(body.encode(), bytes);
        // Evidence is read from bodies whose author nobody vouches for.
        let _ = (body.commitment(), body.time());
    }
    if let Ok(entry) = Entry::decode(bytes) {
        assert_eq!(entry.encode(), bytes);
    }
    if let Ok(outcome) = Outcome::decode(bytes) {
        assert_eq!(outcome.encode(), bytes);
    }
    if let Ok(value) = Value::decode(bytes) {
        assert_eq!(value.encode(), bytes);
    }
}

/// Messages between client and server, packed or plain.
pub fn page(bytes: &[u8]) {
    let unpacked = page::unpack(bytes);
    let message = unpacked.as_deref().unwrap_or(bytes);
    let (organisation, mut keys) = (OrganisationId([7; 32]), Keys::default());
    if let Ok(Page::Part { items, .. }) = Page::<UnverifiedEntry>::decode(message, organisation) {
        for item in items {
            if let page::Item::Entry(entry) = item {
                let _ = entry.verify(&mut keys);
            }
        }
    }
    for organisation in [None, Some(organisation)] {
        for action in decode_push(message, organisation).into_iter().flatten() {
            let _ = action.verify(&mut keys);
        }
    }
    if let Ok(receipt) = Receipt::decode(message) {
        assert_eq!(receipt.encode(), message);
    }
    if let Ok(request) = PullRequest::decode(message) {
        assert_eq!(request.encode(), message);
    }
}

/// Signed checkpoints, their origins, and the paths of tiles.
pub fn checkpoint(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(signed) = SignedCheckpoint::parse(text) {
        assert_eq!(signed.to_string(), text);
        let _ = signed.verify(&[1; 32]);
    }
    same(text.parse::<Origin>().ok(), text);
    same(text.parse::<Tile>().ok(), text);
}

/// The links by which people come in, and the ids in them.
pub fn invite(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // A link is pasted: the white space that came along with it is none of it.
    same(text.parse::<InviteLink>().ok(), text.trim());
    same(text.parse::<SetupLink>().ok(), text.trim());
    same(text.parse::<Uuid>().ok(), text);
    same(text.parse::<RecordId>().ok(), text);
}

/// What stands in the headers and the path of an upload.
pub fn upload_header(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(ranges) = ranges_from(text) {
        // Neighbours are one range, so what comes back may be shorter; what it says is the same.
        let numbers = ranges.iter().cloned().flatten();
        let again =
            ranges_from(&ranges_to(numbers.clone())).map(|again| again.into_iter().flatten().collect::<Vec<_>>());
        assert_eq!(again, Some(numbers.collect()));
    }
    same(State::parse(text).map(State::as_str), text);
    same(text.parse::<Hash>().ok(), text);
    same(text.parse::<DeviceId>().ok(), text);
}

fn same(read: Option<impl std::fmt::Display>, text: &str) {
    if let Some(read) = read {
        assert_eq!(read.to_string(), text);
    }
}
