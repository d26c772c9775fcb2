//! What gets no entry, and that it is answered with what to do.

use super::*;
use crate::{
    OrganisationId,
    action::Seen,
    record::restore,
    testing::{Site, fields, says, uuid},
    value::Value,
    vectors::Author,
};

#[test]
fn a_missing_sequence_is_answered_with_the_next_one_expected() {
    let mut site = Site::new();
    let (about, next) = (site.note(70), site.wes.author.sequence);
    site.wes.author.sequence += 3;
    let mut wes = std::mem::replace(&mut site.wes.author, Author::new(0));
    assert_eq!(site.act(&mut wes, about, &says("Later")), Err(Refusal::Gap(next)));
    let (mut stranger, about) = (Author::new(77), site.note(70));
    stranger.organisation = site.ledger.tip.organisation;
    assert_eq!(site.act(&mut stranger, about, &says("Hello")), Err(Refusal::Device));
}

#[test]
fn a_known_sequence_with_other_bytes_must_enrol_again() {
    let mut site = Site::new();
    let mut clone = Author::new(4);
    (clone.organisation, clone.sequence) = (site.wes.author.organisation, site.wes.author.sequence);
    clone.previous = site.wes.author.previous;
    let about = site.note(70);
    assert!(site.by(|s| &mut s.wes, about.clone(), &says("The phone")).applied());
    assert_eq!(site.act(&mut clone, about.clone(), &says("The clone")), Err(Refusal::Reenrol));
    assert_eq!(site.act(&mut clone, about, &says("Its next")), Err(Refusal::Reenrol), "other previous hash");
}

/// Shows s07.
#[test]
fn a_chain_passes_a_hole_that_an_administrator_listed_and_goes_on_from_there() {
    let mut site = Site::new();
    let (wes, next, organisation) = (site.wes.author.id(), site.wes.author.sequence, site.ledger.tip.organisation);
    site.restore(Author::new(62).id().0);
    let late = |sequence| {
        let previous = Some(Hash([7; 32]));
        Author { sequence, previous, organisation, ..Author::new(4) }
    };
    let [mut here, mut there] = [late(next + 3), late(next + 5)];
    let about = site.note(70);
    assert_eq!(site.act(&mut late(next + 3), about.clone(), &says("Later")), Err(Refusal::Gap(next)));
    let lost = [(restore::LOST, Value::from(generation::hole(&wes, next + 3).as_slice()))];
    assert!(site.ana("restore", uuid(80), None, &lost).applied());
    assert_eq!(site.act(&mut there, about.clone(), &says("Elsewhere")), Err(Refusal::Gap(next)));
    for text in ["Later", "And on"] {
        assert_eq!(site.act(&mut here, about.clone(), &says(text)), Ok(Outcome::Applied));
    }
    assert_eq!(site.act(&mut late(next + 3), about, &says("Again")), Err(Refusal::Reenrol), "it is passed once");
}

#[test]
fn another_organisations_action_and_a_second_beginning_are_refused() {
    let mut site = Site::new();
    let about = site.note(70);
    let mut foreign = Author::new(4);
    foreign.organisation = Some(OrganisationId([9; 32]));
    assert_eq!(site.act(&mut foreign, about.clone(), &says("Hello")), Err(Refusal::Organisation));
    let again = site.ledger.entries[0].action.clone();
    assert_eq!(site.push(again), Err(Refusal::Organisation));
    let mut nobody = Site::new();
    nobody.ledger = crate::vectors::Ledger::default();
    let note = nobody.wes.author.sign(Seen::nothing(), about, fields(&says("Hello")));
    assert_eq!(nobody.push(note), Err(Refusal::Organisation), "a log begins with its organisation");
}

#[test]
fn what_was_seen_must_be_in_this_log() {
    let mut site = Site::new();
    let size = site.ledger.tip.size;
    let good = site.ledger.seen(size).unwrap();
    let wrong = [
        Seen { size: size + 1, ..good },
        Seen { size: size - 1, ..good },
        Seen { size: 0, ..good },
        Seen { generation: 1, ..good },
        Seen { size: u64::MAX, ..good },
    ];
    for seen in wrong {
        let action = Author { sequence: site.wes.author.sequence, ..Author::new(4) };
        let mut wes =
            Author { organisation: site.wes.author.organisation, previous: site.wes.author.previous, ..action };
        let action = wes.sign(seen, site.note(70), fields(&says("Hello")));
        assert_eq!(site.push(action), Err(Refusal::Seen), "{seen:?}");
    }
    assert_eq!(site.ledger.tip.size, size, "what is refused leaves no entry");
}

#[test]
fn time_received_never_goes_back() {
    let mut site = Site::new();
    let about = site.note(70);
    site.by(|s| &mut s.wes, about.clone(), &says("One"));
    let before = site.ledger.tip.received;
    site.now -= 3_600_000;
    site.by(|s| &mut s.wes, about, &says("Two"));
    assert_eq!(site.ledger.tip.received, before);
}

#[test]
fn every_refusal_names_what_to_do() {
    for (refusal, field) in [
        (Refusal::Gap(3), "sequence"),
        (Refusal::Device, "device"),
        (Refusal::Organisation, "organisation"),
        (Refusal::Seen, "seen"),
        (Refusal::Held(Held::invalid("invite", "used")), "invite"),
        (Refusal::Key, "server_key"),
        (Refusal::Restore, "restore"),
    ] {
        assert!(matches!(refusal.fault(), Fault::Invalid { field: f, .. } if f == field));
    }
    assert_eq!(Refusal::Reenrol.fault(), Fault::Reenrol);
    assert_eq!(Refusal::Held(Held::Denied).fault(), Fault::Denied);
}
