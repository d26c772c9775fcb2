//! Messages: round trips, bounds, hostile bytes.

use proptest::prelude::*;

use super::*;
use crate::{
    action::{Keys, MAX_BODY, Seen},
    testing::{Site, body, says, uuid},
    vectors::{About, Author},
};

fn entries() -> (OrganisationId, Vec<Entry>) {
    let site = Site::new();
    let entries = site.ledger.entries.iter().map(|e| e.as_ref().clone()).collect();
    (site.ledger.tip.organisation.unwrap(), entries)
}

fn chain(n: u64) -> Vec<Action> {
    let mut wes = Author::new(4);
    wes.organisation = Some(OrganisationId([1; 32]));
    let about = About::new("note", uuid(9), Some(uuid(50)));
    (0..n).map(|_| wes.sign_body(Seen::nothing(), about.clone(), body(&says("Hello")))).collect()
}

fn page() -> (OrganisationId, Page<Kept>) {
    let (organisation, entries) = entries();
    let mut items: Vec<Item<Kept>> = entries.iter().map(|e| Item::Entry(Kept::from(e))).collect();
    let hidden = Subtree { level: 3, hash: Hash([7; 32]) };
    items.insert(2, Item::Hidden(hidden));
    let tail = vec![Subtree { level: 0, hash: Hash([8; 32]) }];
    (organisation, Page::Part { items, tail, checkpoint: "text".to_owned(), now: -5 })
}

#[test]
fn a_push_round_trips_and_leaves_out_what_follows() {
    let actions = chain(20);
    let message = encode_push(&actions);
    let read = decode_push(&message, Some(OrganisationId([1; 32]))).unwrap();
    let read: Vec<Action> = read.into_iter().map(|a| a.verify(&mut Keys::default()).unwrap()).collect();
    assert_eq!(read, actions);
    let whole: usize = actions.iter().map(|a| a.encode().len()).sum();
    assert!(whole - message.len() > 20 * 90, "organisation, commitment and previous hash are derived");
    let gap = [actions[0].clone(), actions[5].clone(), actions[6].clone()];
    let read = decode_push(&encode_push(&gap), Some(OrganisationId([1; 32]))).unwrap();
    assert_eq!(read.into_iter().map(|a| a.verify(&mut Keys::default()).unwrap()).collect::<Vec<_>>(), gap);
}

#[test]
fn of_more_than_a_message_holds_those_are_pushed_that_come_first() {
    let mut wes = Author::new(4);
    wes.organisation = Some(OrganisationId([1; 32]));
    let about = About::new("note", uuid(9), Some(uuid(50)));
    let long = "x".repeat(MAX_BODY - 200);
    let actions: Vec<Action> =
        (0..300).map(|_| wes.sign_body(Seen::nothing(), about.clone(), body(&says(&long)))).collect();
    let (message, fit) = encode_fitting(&actions);
    assert!((200..300).contains(&fit) && message.len() <= MAX_MESSAGE, "{fit}");
    assert_eq!(message, encode_push(&actions[..fit]));
    assert!(encode_push(&actions[..fit + 1]).len() > MAX_MESSAGE);
    let (message, fit) = encode_fitting(&actions[..3]);
    assert_eq!((message, fit), (encode_push(&actions[..3]), 3));
}

/// Shows b05.
#[test]
fn a_push_read_for_another_organisation_has_no_good_signature() {
    let read = decode_push(&encode_push(&chain(2)), Some(OrganisationId([2; 32]))).unwrap();
    assert!(read.into_iter().all(|a| a.verify(&mut Keys::default()) == Err(BadAction::Signature)));
}

#[test]
fn a_page_round_trips() {
    let (organisation, page) = page();
    let Page::Part { items, tail, checkpoint, now } = Page::decode(&page.encode().unwrap(), organisation).unwrap()
    else {
        panic!("a part")
    };
    let Page::Part { items: sent, tail: tail_sent, .. } = page else { panic!("a part") };
    assert_eq!((tail, checkpoint.as_str(), now), (tail_sent, "text", -5));
    for (read, sent) in items.into_iter().zip(sent) {
        match (read, sent) {
            (Item::Entry(read), Item::Entry(sent)) => {
                assert_eq!(Kept::from(&read.verify(&mut Keys::default()).unwrap()), sent)
            }
            (Item::Hidden(read), Item::Hidden(sent)) => assert_eq!(read, sent),
            _ => panic!("another order"),
        }
    }
    let restart: Page<Kept> = Page::Restart { generation: 3, tag: Hash([4; 32]) };
    let read = Page::decode(&restart.encode().unwrap(), organisation);
    assert!(matches!(read, Ok(Page::Restart { generation: 3, tag: Hash([4, ..]) })));
}

#[test]
fn receipts_and_requests_round_trip() {
    let held = Outcome::Held(crate::entry::Held::invalid("at", "range"));
    let logged = PushResult::Logged { position: 9, received: 5, outcome: held, rules: 1, record_previous: Some(3) };
    let refused = PushResult::Refused { field: "seen".to_owned(), reason: "unknown".to_owned() };
    let receipt = Receipt {
        results: vec![logged, PushResult::Gap(4), PushResult::Reenrol, refused],
        proof: vec![Subtree { level: 2, hash: Hash([1; 32]) }],
        checkpoint: String::new(),
        now: 7,
    };
    assert_eq!(Receipt::decode(&receipt.encode()), Ok(receipt));
    let pull = PullRequest { generation: 1, size: 2, tag: Hash([3; 32]), limit: 4 };
    assert_eq!(PullRequest::decode(&pull.encode()), Ok(pull));
}

/// Shows s12.
#[test]
fn a_message_is_capped_before_it_is_decoded() {
    let bomb = zstd::bulk::compress(&vec![0; MAX_MESSAGE + 1], 3).unwrap();
    assert!(bomb.len() < 2000);
    assert_eq!(unpack(&bomb), Err(Fault::TooLarge { limit: MAX_MESSAGE as u64 }));
    let largest = pack(&vec![0; MAX_MESSAGE]).unwrap();
    assert_eq!(unpack(&largest).map(|m| m.len()), Ok(MAX_MESSAGE));
    assert_eq!(unpack(b"no zstd"), Err(Fault::invalid("body", "zstd")));
    let whole = pack(b"message").unwrap();
    assert_eq!(unpack(&whole[..whole.len() - 1]), Err(Fault::invalid("body", "zstd")));
}

/// Shows s14.
#[test]
fn too_many_actions_are_refused_before_they_are_read() {
    let mut w = Writer::default();
    w.list(MAX_PUSH + 1);
    w.0.extend(vec![0; MAX_PUSH + 1]);
    assert_eq!(decode_push(&w.0, None).err(), Some(BadAction::Form("too many actions")));
}

#[test]
fn many_cores_keep_the_order_and_name_the_first_failure() {
    let all: Vec<usize> = (0..1000).collect();
    assert_eq!(verify_all(all.clone(), |i, _| Ok(i)), Ok(all.clone()));
    let bad = |i: usize, _: &mut Keys| if i == 700 || i == 900 { Err(BadAction::Signature) } else { Ok(i) };
    assert_eq!(verify_all(all, bad), Err((700, BadAction::Signature)));
}

#[test]
fn a_message_cut_short_is_refused() {
    let (organisation, page) = page();
    let message = page.encode().unwrap();
    for length in (0..message.len()).step_by(7) {
        assert!(Page::decode(&message[..length], organisation).is_err());
    }
}

proptest! {
    #[test]
    fn hostile_messages_stop_nothing(at: usize, to: u8, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let (organisation, page) = page();
        let mut message = page.encode().unwrap();
        let at = at % message.len();
        message[at] = to;
        let _ = Page::decode(&message, organisation);
        for hostile in [&message, &bytes] {
            let _ = (decode_push(hostile, Some(organisation)), Receipt::decode(hostile), PullRequest::decode(hostile));
            let _ = (unpack(hostile), Page::decode(hostile, organisation));
        }
    }
}
