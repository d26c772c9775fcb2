//! Actions: one encoding, one strict signature rule, commitments, resent work.

use proptest::prelude::*;

use super::*;
use crate::{
    testing::{Site, body, says, uuid},
    vectors::{About, Author},
};

fn note() -> (Author, Action) {
    let mut wes = Author::new(4);
    wes.organisation = Some(OrganisationId([1; 32]));
    let action = wes.sign_body(Seen::nothing(), About::new("note", uuid(9), Some(uuid(50))), body(&says("Hello")));
    (wes, action)
}

/// The note as another key of the same organisation sends it again.
fn resent() -> (Author, Action) {
    let (wes, old) = note();
    let mut phone = Author::new(5);
    phone.organisation = wes.organisation;
    let about = About {
        cites: Some(Cites::Resend(old.hash())),
        origin: Some(Origin { header: old.bytes().to_vec(), signature: *old.signature() }),
        ..About::new("note", uuid(9), Some(uuid(50)))
    };
    let again = phone.sign_body(old.header().seen, about, old.body().clone());
    (phone, again)
}

#[test]
fn an_action_survives_its_encoding() {
    for action in [note().1, resent().1] {
        assert_eq!(Action::decode(&action.encode()), Ok(action));
    }
}

/// Shows b01.
#[test]
fn a_flipped_bit_is_refused() {
    for action in [note().1, resent().1] {
        let bytes = action.encode();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Action::decode(&flipped).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn a_shortened_or_lengthened_action_is_refused() {
    let bytes = note().1.encode();
    for length in 0..bytes.len() {
        assert!(Action::decode(&bytes[..length]).is_err());
    }
    assert!(Action::decode(&[bytes, vec![0]].concat()).is_err());
}

/// Shows b05.
#[test]
fn another_label_is_another_signature() {
    let author = Author::new(1);
    let signature = sign(&author.key, b"plumbline/challenge/1\n", b"text");
    assert!(verify(&author.id().0, b"plumbline/challenge/1\n", b"text", &signature));
    assert!(!verify(&author.id().0, ACTION_LABEL, b"text", &signature));
    assert!(!verify(&author.id().0, b"plumbline/challenge/1\nt", b"ext1", &signature));
}

/// Shows b05.
#[test]
fn a_countersignature_is_for_one_organisation_device_and_member() {
    let (invite, device, organisation) = (Author::new(1), Author::new(2).id(), OrganisationId([3; 32]));
    let signature = countersign(&invite.key, &organisation, &device, &uuid(4));
    let key = invite.id().0;
    assert!(countersigned(&key, &organisation, &device, &uuid(4), &signature));
    assert!(!countersigned(&key, &OrganisationId([4; 32]), &device, &uuid(4), &signature));
    assert!(!countersigned(&key, &organisation, &Author::new(3).id(), &uuid(4), &signature));
    assert!(!countersigned(&key, &organisation, &device, &uuid(5), &signature));
    assert!(!countersigned(&device.0, &organisation, &device, &uuid(4), &signature));
}

#[test]
fn a_body_without_fields_is_refused_for_nothing_would_cover_its_random_bytes() {
    let empty = Body { random: [1; 16], fields: BTreeMap::new() };
    assert_eq!(Body::decode(&empty.encode()), Err(BadAction::Form("body without fields")));
}

#[test]
fn a_body_above_the_limit_is_refused() {
    let long = "x".repeat(MAX_BODY);
    assert_eq!(Body::decode(&body(&says(&long)).encode()), Err(BadAction::Form("body too long")));
}

#[test]
fn the_commitment_hides_small_values_behind_the_random_bytes() {
    let one = body(&says("yes"));
    let other = Body { random: [8; 16], ..one.clone() };
    assert_ne!(one.commitment(), other.commitment());
    assert_ne!(one.commitment(), body(&says("no")).commitment());
}

/// What redaction relies on: the pairs (field, HMAC) alone, in order of field, lead to the commitment.
#[test]
fn the_commitment_follows_from_the_hash_of_each_field() {
    let body = body(&says("A longer text"));
    let pairs = body.fields.iter().map(|(field, value)| {
        let salt = mac(&body.random, field.0.as_bytes());
        Value::List(vec![Value::from(field.0.as_str()), Value::from(mac(&salt, &value.encode()))])
    });
    assert_eq!(hash(&Value::List(pairs.collect()).encode()), body.commitment());
    let order: Vec<&str> = body.fields.keys().map(|k| k.0.as_str()).collect();
    assert_eq!(order, ["text", "time"], "shorter first, then bytewise");
}

#[test]
fn resent_work_must_repeat_its_origin() {
    let (mut phone, good) = resent();
    let origin = good.origin().unwrap().clone();
    let about = |cites, origin| About { cites, origin, ..About::new("note", uuid(9), Some(uuid(50))) };
    let cites = good.header().cites;
    let form = |what| Err(BadAction::Form(what));
    let mut check = |seen, about: About, body: Body| Action::decode(&phone.sign_body(seen, about, body).encode());
    let (seen, body) = (good.header().seen, good.body().clone());
    let differs = "resent work differs from its origin";

    assert!(check(seen, about(cites, Some(origin.clone())), body.clone()).is_ok());
    let other = crate::testing::body(&says("Other"));
    assert_eq!(check(seen, about(cites, Some(origin.clone())), other), form(differs));
    let later = Seen { size: 1, ..seen };
    assert_eq!(check(later, about(cites, Some(origin.clone())), body.clone()), form(differs));
    let elsewhere = About { record: uuid(8).into(), ..about(cites, Some(origin.clone())) };
    assert_eq!(check(seen, elsewhere, body.clone()), form(differs));
    let wrong = Some(Cites::Resend(Hash([0; 32])));
    assert_eq!(check(seen, about(wrong, Some(origin.clone())), body.clone()), form(differs));
    assert_eq!(check(seen, about(cites, None), body.clone()), form("resent work without its origin"));
    let uncited = about(None, Some(origin.clone()));
    assert_eq!(check(seen, uncited, body.clone()), form("an origin that is not cited"));
    let twice = Origin { header: good.bytes().to_vec(), signature: *good.signature() };
    let again = about(Some(Cites::Resend(good.hash())), Some(twice));
    assert_eq!(check(seen, again, body.clone()), form(differs), "a resend is not sent again inside another");
    let forged = Origin { signature: [1; 64], ..origin };
    assert_eq!(check(seen, about(cites, Some(forged)), body), Err(BadAction::Signature));
}

#[test]
fn a_resend_keeps_the_identity_of_its_origin_and_a_resent_admit_stays_one() {
    let (_, old) = note();
    let (_, again) = resent();
    assert_eq!((again.identity(), again.origin_device()), (old.hash(), old.header().device));
    assert_ne!(again.hash(), old.hash());
    assert_eq!(again.admits(), None);
}

#[test]
fn a_header_has_one_encoding() {
    let (_, action) = note();
    let header = action.header();
    let bad = |change: fn(&mut Header)| {
        let mut changed = header.clone();
        change(&mut changed);
        Header::decode(&changed.encode()).is_err()
    };
    assert!(bad(|h| h.sequence = 1), "a later action names the one before");
    assert!(bad(|h| h.previous = Some(Hash([0; 32]))), "a first action names none");
    assert!(bad(|h| h.kind = String::new()));
    assert!(bad(|h| h.kind = "Note".to_owned()));
    assert!(bad(|h| h.kind = "x".repeat(33)));
    let mut newer = action.bytes().to_vec();
    newer[1] = 2;
    assert_eq!(Header::decode(&newer), Err(BadAction::Form("unknown format version")));
    let mut first = header.clone();
    first.organisation = None;
    let decoded = Header::decode(&first.encode()).unwrap();
    assert_eq!(decoded.record, RecordId::Key(hash(&first.encode()).0), "the first entry is about its own hash");
}

#[test]
fn the_founders_action_begins_and_an_enrolment_enrols() {
    let site = Site::new();
    let entries = &site.ledger.entries;
    assert!(entries[0].action.begins() && !entries[1].action.begins());
    assert_eq!(entries.iter().filter(|e| e.action.enrols()).count(), 3);
    assert_eq!(entries[0].action.organisation().0, entries[0].action.hash().0);
}

/// Wycheproof against the two ways in which signatures are checked: of devices by keys that are kept as points, and of
/// checkpoints by a key's bytes. Labels are only prefixed, so here they are empty.
///
/// Shows b08.
#[test]
fn wycheproof_signatures_are_judged_as_wycheproof_says() {
    let folder = std::env::var("PLUMBLINE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data").to_owned());
    let Ok(text) = std::fs::read_to_string(format!("{folder}/wycheproof/ed25519_test.json")) else {
        println!("skipped: no Wycheproof vectors in PLUMBLINE_DATA");
        return;
    };
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let hex = |v: &serde_json::Value| data_encoding::HEXLOWER.decode(v.as_str().unwrap().as_bytes()).unwrap();
    let mut tests = 0;
    for group in file["testGroups"].as_array().unwrap() {
        let key: [u8; 32] = hex(&group["publicKey"]["pk"]).try_into().unwrap();
        let mut keys = Keys::default();
        for test in group["tests"].as_array().unwrap() {
            let message = hex(&test["msg"]);
            let accepted = match <[u8; 64]>::try_from(hex(&test["sig"])) {
                Ok(signature) => [keys.verify(&key, b"", &message, &signature), strict(&key, &message, &signature)],
                Err(_) => [false; 2],
            };
            assert_eq!(accepted, [test["result"] == "valid"; 2], "{}: {}", test["tcId"], test["comment"]);
            tests += 1;
        }
    }
    assert_eq!(tests, file["numberOfTests"].as_u64().unwrap());
}

proptest! {
    #[test]
    fn hostile_bytes_are_no_action_and_stop_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Action::decode(&bytes).is_err());
        prop_assert!(Header::decode(&bytes).is_err());
    }
}
