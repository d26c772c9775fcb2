//! The merge rules, and that split, visibility and repetition change no byte.

use proptest::prelude::*;

use super::*;
use crate::{
    policy, reader,
    record::{note, punch},
    testing::{Person, Site, add, punched, reason, says, uuid},
    vectors::{About, Author},
};

fn text(record: &Record) -> (Option<&str>, Vec<&str>) {
    let Some(FieldState::Last { flagged, .. }) = record.field(note::TEXT) else { return (None, Vec::new()) };
    (record.text(note::TEXT), flagged.iter().filter_map(|w| w.value.text()).collect())
}

/// Writes the text of note 70 having seen `size` entries.
fn write(site: &mut Site, who: fn(&mut Site) -> &mut Person, size: u64, words: &str) {
    let about = site.note(70);
    let mut author = std::mem::replace(&mut who(site).author, Author::new(0));
    assert_eq!(site.act_seeing(&mut author, size, about, &says(words)), Ok(Outcome::Applied));
    who(site).author = author;
}

#[test]
fn the_last_writer_shows_and_unseen_values_of_others_stay_flagged() {
    let mut site = Site::new();
    let start = site.ledger.tip.size;
    write(&mut site, |s| &mut s.ana, start, "one");
    write(&mut site, |s| &mut s.mia, start, "two");
    assert_eq!(text(&site.record(uuid(70))), (Some("two"), vec!["one"]));
    write(&mut site, |s| &mut s.frank, start + 1, "three");
    assert_eq!(text(&site.record(uuid(70))), (Some("three"), vec!["two"]), "he had seen one");
    write(&mut site, |s| &mut s.mia, start, "four");
    assert_eq!(text(&site.record(uuid(70))), (Some("four"), vec!["three"]), "her own earlier word is no conflict");
    write(&mut site, |s| &mut s.ana, start, "four");
    assert_eq!(text(&site.record(uuid(70))), (Some("four"), vec!["three"]), "an equal value is no conflict");
    assert!(site.record(uuid(70)).conflicted());
    let all = site.ledger.tip.size;
    write(&mut site, |s| &mut s.wes, all, "settled");
    assert_eq!(text(&site.record(uuid(70))), (Some("settled"), vec![]), "writing after having seen both resolves");
}

#[test]
fn a_removal_takes_away_only_what_its_author_had_seen() {
    let mut site = Site::new();
    let about = site.note(70);
    let [dry, wet] = ["dry", "wet"].map(Value::from);
    let first = [says("Ground")[0].clone(), (note::TAGS, add(&[dry.clone(), wet.clone()]))];
    site.by(|s| &mut s.ana, about.clone(), &first);
    let seen = site.ledger.tip.size;
    site.by(|s| &mut s.mia, about.clone(), &[(note::TAGS, add(std::slice::from_ref(&wet)))]);
    let removal = Value::map([("-", Value::List(vec![dry.clone(), wet.clone()]))]);
    let mut wes = std::mem::replace(&mut site.wes.author, Author::new(0));
    site.act_seeing(&mut wes, seen, about.clone(), &[(note::TAGS, removal.clone())]).unwrap();
    assert_eq!(site.record(uuid(70)).items(note::TAGS).collect::<Vec<_>>(), [&wet], "Mia's addition was not seen");
    let now = site.ledger.tip.size;
    site.act_seeing(&mut wes, now, about, &[(note::TAGS, removal)]).unwrap();
    assert_eq!(site.record(uuid(70)).items(note::TAGS).count(), 0);
}

#[test]
fn remarks_are_all_kept_in_order_of_position() {
    let mut site = Site::new();
    let about = site.note(70);
    site.by(|s| &mut s.ana, about.clone(), &says("Ground"));
    let remark = |words: &str| [(note::REMARKS, Value::from(words))];
    site.by(|s| &mut s.mia, about.clone(), &remark("first"));
    site.by(|s| &mut s.wes, about.clone(), &remark("second"));
    site.by(|s| &mut s.mia, about, &remark("first"));
    let record = site.record(uuid(70));
    let Some(FieldState::Append(all)) = record.field(note::REMARKS) else { panic!("remarks") };
    assert_eq!(all.iter().filter_map(|w| w.value.text()).collect::<Vec<_>>(), ["first", "second", "first"]);
}

#[test]
fn a_moment_folds_to_its_interval_and_a_correction_owes_a_reason() {
    let mut site = Site::new();
    let (about, wes) = (site.punch(70), site.wes.member);
    site.by(|s| &mut s.wes, about.clone(), &punched(wes));
    let at = site.record(uuid(70)).interval(punch::AT).unwrap();
    assert_eq!((at.stated, at.how), (crate::vectors::START, time::How::Anchored));
    let typed = (punch::AT, Value::Int(crate::vectors::START - 60_000));
    let outcome = site.by(|s| &mut s.frank, about.clone(), std::slice::from_ref(&typed));
    assert_eq!(outcome, crate::testing::invalid("reason", "missing"));
    assert_eq!(site.by(|s| &mut s.frank, about, &[typed, reason("He forgot")]), Outcome::Applied);
    let at = site.record(uuid(70)).interval(punch::AT).unwrap();
    assert_eq!((at.stated, at.how), (crate::vectors::START - 60_000, time::How::Typed));
}

#[test]
fn what_was_withdrawn_can_be_shown_again() {
    let mut site = Site::new();
    let about = site.note(70);
    site.by(|s| &mut s.ana, about.clone(), &says("Ground"));
    let word = |hide: bool| [("withdrawn", Value::Bool(hide)), reason("wrong site")];
    site.by(|s| &mut s.ana, about.clone(), &word(true));
    assert!(site.record(uuid(70)).flag("withdrawn"));
    site.by(|s| &mut s.ana, about, &word(false));
    assert!(!site.record(uuid(70)).flag("withdrawn"));
}

/// Who writes (0 to 3), which note, what, and how many entries less than all the author had seen.
type Step = (u8, u8, u8, u8, u64);

fn written(what: u8, value: u8) -> Vec<(&'static str, Value)> {
    let word = Value::from(format!("value {value}"));
    match what {
        0 => vec![(note::TEXT, word)],
        1 => vec![(note::TEXT, word.clone()), (note::TAGS, add(&[word]))],
        2 => vec![(note::TAGS, Value::map([("-", Value::List(vec![word]))]))],
        3 => vec![(note::REMARKS, word)],
        _ => vec![("withdrawn", Value::Bool(value == 0)), reason("because")],
    }
}

fn play(steps: &[Step]) -> Site {
    let mut site = Site::new();
    for &(who, record, what, value, unseen) in steps {
        let project = if record == 2 { site.there } else { site.here };
        let about = About::new("note", uuid(70 + record), Some(project));
        let person: fn(&mut Site) -> &mut Person = match who {
            0 => |s| &mut s.ana,
            1 => |s| &mut s.mia,
            2 => |s| &mut s.frank,
            _ => |s| &mut s.wes,
        };
        let mut author = std::mem::replace(&mut person(&mut site).author, Author::new(0));
        let seen = site.ledger.tip.size.saturating_sub(unseen);
        site.act_seeing(&mut author, seen, about, &written(what, value)).unwrap();
        person(&mut site).author = author;
    }
    site
}

/// Everything of a book that crosses a restart.
fn stored(book: &MemoryBook) -> MemoryBook {
    let mut copy = book.clone();
    for record in copy.records.values_mut() {
        *record = Arc::new(Record::decode(&record.encode(), record.last).unwrap());
    }
    copy
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_page_split_visibility_and_repetition_gives_the_same_bytes(
        steps in proptest::collection::vec((0..4u8, 0..3u8, 0..5u8, 0..3u8, 0..8u64), 1..24),
        page in 1..9usize,
        reader in 0..4u8,
    ) {
        let site = play(&steps);
        let member = [site.ana.member, site.mia.member, site.frank.member, site.wes.member][usize::from(reader)];
        let actor = crate::judge::member_actor(&mut site.ledger.book.clone(), member).unwrap().unwrap();
        let numbered: Vec<(u64, &Arc<Entry>)> = (0..).zip(&site.ledger.entries).collect();
        let (mut book, mut tip, mut all) = (MemoryBook::default(), Tip::default(), true);
        for page in numbered.chunks(page) {
            // Read once in vain, as when the store fails at the end of the page; then again from what was stored.
            for kept in [false, true] {
                let (mut next, mut end, mut whole) = (stored(&book), tip, all);
                for (position, entry) in page {
                    let record = &site.ledger.book.records[&entry.action.header().record];
                    if policy::sees(&actor, &record.kind, record.project, record.concerns) {
                        end.size = *position;
                        prop_assert!(reader::read(&mut next, &mut end, entry, whole).is_ok(), "{position}");
                    } else {
                        whole = false;
                    }
                }
                if kept {
                    (book, tip, all) = (next, end, whole);
                }
            }
        }
        for (id, record) in &book.records {
            prop_assert_eq!(record.encode(), site.ledger.book.records[id].encode());
        }
        let hidden = site.ledger.book.records.len() - book.records.len();
        prop_assert!(hidden <= 2, "the other project and its note at most");
    }
}
