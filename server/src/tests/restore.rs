//! The server's keys and generations from outside: rotations, restores, and who may ask for them.

use std::{collections::BTreeSet, time::Duration};

use plumbline_protocol::{
    Hash,
    action::{Action, Seen, countersign},
    entry::{Held, Outcome},
    fold::Book,
    generation::Opening,
    log::checkpoint::{Checkpoint, SignedCheckpoint},
    page::{self, PushResult, Receipt},
    record::{device, member, organisation::SERVER_KEY, restore},
    value::Value,
};
use tokio::time::timeout;

use super::{
    crew::{Crew, Person, proven, uuid},
    *,
};
use crate::db::{log::Log, organisation};

/// Until then what is waited for must have been seen.
const BOUND: Duration = Duration::from_secs(60);

impl Crew {
    /// The newest checkpoint and the key that follows the one which signed it.
    async fn checkpoint(&self) -> (SignedCheckpoint, [u8; 32]) {
        let url = self.site.url(&format!("/v1/log/{}/checkpoint", self.organisation));
        let response = self.site.client.get(url).send().await.unwrap();
        let next = response.headers()["plumbline-next-key"].to_str().unwrap().to_owned();
        let signed = SignedCheckpoint::parse(&response.text().await.unwrap()).unwrap();
        (signed, HEXLOWER.decode(next.as_bytes()).unwrap().try_into().unwrap())
    }

    /// What became of the one action that `by` pushed.
    async fn result(&self, by: &Person, action: Action) -> PushResult {
        self.push(by, &[action]).await.unwrap().results.remove(0)
    }

    /// The log of `generation` as who sees everything has seen it now.
    async fn seen(&self, generation: u64) -> Seen {
        let reader = self.read(&self.ana, 1000).await;
        Seen { generation, size: reader.tip.size, root: reader.frontier.root() }
    }

    /// The operator says that the folder was put back from a backup.
    async fn put_back(&self) {
        crate::app::restore::all_behind(&self.site.running.app.db).await.unwrap();
    }

    /// Presents a checkpoint: whether the log is behind, and the key that follows.
    async fn present(&self, checkpoint: &SignedCheckpoint) -> Result<(bool, String), Fault> {
        let url = self.site.url("/v1/checkpoint");
        let body = serde_json::json!({"checkpoint": checkpoint.to_string()});
        let sent = self.site.client.post(url).bearer_auth(self.wes.token()).json(&body).send().await.unwrap();
        let standing: serde_json::Value = answer(sent).await?;
        Ok((standing["behind"] == true, standing["next_key"].as_str().unwrap().to_owned()))
    }

    /// Sends a restore and, where it is logged, checks the receipt by the key that it names.
    async fn restore(&mut self, pair: &[Action; 2], key: [u8; 32]) -> Result<Receipt, Fault> {
        let receipt = self.site.receipt(&format!("/v1/log/{}/restore", self.organisation), None, pair).await?;
        proven(pair, &receipt, &key);
        self.server_key = key;
        Ok(receipt)
    }
}

impl Person {
    /// Names the key by which the server is to sign from here on.
    fn rotation(&mut self, key: [u8; 32]) -> Action {
        self.sign("organisation", self.phone.organisation, None, &[(SERVER_KEY, Value::from(key))])
    }

    /// A new device of the same member, for which this one vouches, and by it a restore that continues what it has `seen`.
    fn restorer(&self, n: u8, seen: Seen, generation: i64, key: [u8; 32]) -> (Person, [Action; 2]) {
        let mut new = Person::new(self.phone.organisation, n);
        (new.phone.member, new.seen) = (self.phone.member, seen);
        let signature = countersign(&self.phone.key, &self.phone.organisation, &new.phone.id(), &self.phone.member);
        let words = [
            (device::MEMBER, Value::from(self.phone.member)),
            (device::OLD, Value::from(self.phone.id().0)),
            (device::COUNTERSIGNATURE, Value::from(signature.as_slice())),
        ];
        let enrolment = new.sign("device", new.phone.id(), None, &words);
        let words = [
            (restore::BASE, Value::Int(seen.size as i64)),
            (restore::ROOT, Value::from(seen.root.0)),
            (restore::GENERATION, Value::Int(generation)),
            (restore::SERVER_KEY, Value::from(key)),
        ];
        let action = new.sign("restore", uuid(20_000 + u16::from(n)), None, &words);
        (new, [enrolment, action])
    }
}

fn outcome(result: &PushResult) -> Outcome {
    match result {
        PushResult::Logged { outcome, .. } => outcome.clone(),
        other => panic!("{other:?}"),
    }
}

fn unknown_key() -> PushResult {
    PushResult::Refused { field: "server_key".into(), reason: "unknown".into() }
}

/// Shows s20.
#[tokio::test]
async fn an_admitted_rotation_turns_the_key_like_one_that_was_never_held() {
    let mut crew = Crew::new().await;
    let (_, next) = crew.checkpoint().await;
    let held = crew.wes.rotation(next);
    assert_eq!(outcome(&crew.result(&crew.wes, held.clone()).await), Outcome::Held(Held::Denied));
    crew.checkpoint().await.0.verify(&crew.server_key).unwrap();
    let admit = crew.ana.admit(&held);
    crew.server_key = next;
    crew.by_ana(&[admit]).await;
    let (signed, after) = crew.checkpoint().await;
    signed.verify(&next).unwrap();
    assert_ne!(after, next, "the key after it is another");
    crew.read(&crew.ana, 1000).await;
}

/// Shows s20.
#[tokio::test]
async fn nobody_is_talked_into_a_key_that_the_server_does_not_have() {
    let mut crew = Crew::new().await;
    let own = crew.wes.phone.id().0;
    let held = crew.wes.rotation(own);
    assert_eq!(outcome(&crew.result(&crew.wes, held.clone()).await), Outcome::Held(Held::Denied));
    let (next, previous) = (crew.ana.next, crew.ana.previous);
    let admit = crew.ana.admit(&held);
    (crew.ana.next, crew.ana.previous) = (next, previous);
    for action in [admit, crew.ana.rotation(own)] {
        assert_eq!(crew.result(&crew.ana, action).await, unknown_key());
    }
    crew.checkpoint().await.0.verify(&crew.server_key).unwrap();
    crew.read(&crew.ana, 1000).await;
}

/// Shows s20.
#[tokio::test]
async fn two_administrators_who_rotate_at_once_name_the_same_key_and_both_are_answered() {
    let mut crew = Crew::new().await;
    let mut mia = crew.hire(3, "administrator").await;
    let (_, next) = crew.checkpoint().await;
    let (first, second) = (crew.ana.rotation(next), mia.rotation(next));
    crew.server_key = next;
    crew.by_ana(&[first]).await;
    let (_, after) = crew.checkpoint().await;
    assert_eq!(outcome(&crew.result(&mia, second).await), Outcome::Applied);
    let (signed, still) = crew.checkpoint().await;
    signed.verify(&next).unwrap();
    assert_eq!(after, still, "it was turned once");
}

/// Shows s07, b04.
#[tokio::test]
async fn a_restore_cuts_off_no_entry_that_takes_its_authors_rights() {
    let mut crew = Crew::new().await;
    let mia = crew.hire(3, "administrator").await;
    let seen = crew.seen(0).await;
    let words = [(member::ROLE, Value::from("worker"))];
    let demotion = crew.ana.sign("member", mia.phone.member, None, &words);
    crew.by_ana(&[demotion]).await;
    crew.put_back().await;
    let (checkpoint, next) = crew.checkpoint().await;
    // Neither by somebody whom the log does not know, nor by a worker, nor by who was an administrator until then.
    let mut stranger = Person::new(crew.organisation, 90);
    stranger.phone.member = crew.ana.phone.member;
    for (by, fault) in
        [(&stranger, Fault::invalid("old", "not_found")), (&crew.wes, Fault::Denied), (&mia, Fault::Denied)]
    {
        let (_, pair) = by.restorer(91, seen, 1, next);
        let sent = crew.site.receipt(&format!("/v1/log/{}/restore", crew.organisation), None, &pair).await;
        assert_eq!(sent, Err(fault));
    }
    assert_eq!(crew.checkpoint().await.0.checkpoint, checkpoint.checkpoint, "nothing has changed");
    // Nor where there is nothing to cut.
    let (_, pair) = mia.restorer(92, crew.seen(0).await, 1, next);
    assert_eq!(crew.restore(&pair, next).await, Err(Fault::Denied));
    let (ana, pair) = crew.ana.restorer(93, seen, 1, next);
    crew.restore(&pair, next).await.unwrap();
    assert!(crew.site.sign_in(&ana.phone).await.is_ok());
}

/// Shows s07.
#[tokio::test]
async fn a_log_that_is_cut_is_folded_to_what_it_was() {
    let mut crew = Crew::new().await;
    // Enough for two turns of folding, with records that both write.
    let denied = crew.wes.note(1, crew.there);
    crew.push(&crew.wes, std::slice::from_ref(&denied)).await.unwrap();
    let notes: Vec<Action> = (0..1010).map(|n| crew.ana.note(100 + n % 900, crew.here)).collect();
    crew.by_ana(&notes).await;
    let (seen, before) = (crew.seen(0).await, crew.read(&crew.ana, 1000).await);
    let late = [crew.ana.note(3000, crew.here)];
    crew.by_ana(&late).await;
    crew.put_back().await;
    let (_, next) = crew.checkpoint().await;
    let (_, pair) = crew.ana.restorer(90, seen, 1, next);
    crew.restore(&pair, next).await.unwrap();

    let organisation = crew.organisation;
    let records = before.book.records.into_iter();
    let mut kept: Vec<_> = records.filter(|(id, _)| *id != organisation.into()).collect();
    let there = crew.site.running.app.db.read(move |tx| {
        let mut log = Log::open(tx, organisation)?;
        kept.retain(|(id, record)| log.book.record(id).unwrap().as_ref() != Some(record));
        let held = log.book.held(&denied.hash())?.map(|entry| entry.action.hash());
        Ok((kept, held == Some(denied.hash()), log.book.record(&uuid(3000).into())?))
    });
    assert_eq!(there.await.unwrap(), (Vec::new(), true, None));
}

/// Shows s07.
#[tokio::test]
async fn no_number_names_two_generations_though_the_first_is_cut_off() {
    let mut crew = Crew::new().await;
    let seen = crew.seen(0).await;
    let note = [crew.ana.note(10, crew.here)];
    crew.by_ana(&note).await;
    crew.put_back().await;
    let (_, next) = crew.checkpoint().await;
    let (new, pair) = crew.ana.restorer(90, crew.seen(0).await, 1, next);
    let first = crew.restore(&pair, next).await.unwrap();
    assert_eq!(crew.restore(&pair, next).await, Ok(first), "the reply was lost");

    crew.put_back().await;
    let (_, next) = crew.checkpoint().await;
    // Ana's first device was not shown that restore, or says so.
    let (_, pair) = crew.ana.restorer(91, seen, 1, next);
    assert_eq!(crew.restore(&pair, next).await, Err(Fault::invalid("restore", "generation")));
    let (_, pair) = crew.ana.restorer(92, seen, 2, next);
    crew.restore(&pair, next).await.unwrap();
    assert_eq!(crew.checkpoint().await.0.checkpoint.origin.generation, 2);
    assert_eq!(crew.site.sign_in(&new.phone).await.err(), Some(Fault::SignedOut), "what it began is cut off");
}

/// Shows s07, s20.
#[tokio::test]
async fn a_key_that_signed_in_what_was_lost_is_named_by_no_restore() {
    let mut crew = Crew::new().await;
    let (shown, in_backup) = crew.checkpoint().await;
    let asked = crew.present(&shown).await.unwrap();
    assert_eq!(asked, (false, HEXLOWER.encode(&in_backup)));
    let ahead = |size, key: &SigningKey| Checkpoint { size, root: Hash([1; 32]), ..shown.checkpoint }.sign(key);
    let stranger = ahead(1000, &SigningKey::from_bytes(&[9; 32]));
    assert_eq!(crew.present(&stranger).await, Err(Fault::invalid("checkpoint", "signature")));

    // By what the log has, it is behind; then comes who was shown more: the lost part had turned to the backup's next key.
    let organisation = crew.organisation;
    let keys = crew
        .site
        .running
        .app
        .db
        .read(move |tx| Ok((Log::open(tx, organisation)?.key, organisation::next_key(tx, &organisation)?)));
    let (key, next) = keys.await.unwrap();
    assert_eq!(crew.present(&ahead(1000, &key)).await, Ok((true, HEXLOWER.encode(&in_backup))));
    let (behind, fresh) = crew.present(&ahead(1001, &next)).await.unwrap();
    assert!(behind && fresh != HEXLOWER.encode(&in_backup));
    // Whoever comes after that, with whatever checkpoint, is told the same: a restore that is under way stays good.
    for checkpoint in [&ahead(1000, &key), &ahead(1001, &next), &shown] {
        assert_eq!(crew.present(checkpoint).await, Ok((true, fresh.clone())));
    }
    let (_, pair) = crew.ana.restorer(90, crew.seen(0).await, 1, in_backup);
    assert_eq!(crew.restore(&pair, in_backup).await, Err(Fault::invalid("server_key", "unknown")));
    let (_, named) = crew.checkpoint().await;
    let (_, pair) = crew.ana.restorer(91, crew.seen(0).await, 1, named);
    crew.restore(&pair, named).await.unwrap();
}

/// Shows s07, s10.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_a_restore_cuts_in_two_is_sent_again() {
    let mut crew = Crew::new().await;
    let seen = crew.seen(0).await;
    let (_, next) = crew.checkpoint().await;
    let (_, [enrolment, action]) = crew.ana.restorer(90, seen, 1, next);
    let opening = Opening::of(&action).unwrap();
    let notes: Vec<Action> = (0..3000).map(|n| crew.wes.note(100 + n, crew.here)).collect();
    let (organisation, db) = (crew.organisation, &crew.site.running.app.db);
    let restored = async {
        // As soon as a part of the push is durable; in one job, so that no slice of it finds a log that waits.
        while db.read(move |tx| Ok(Log::open(tx, organisation)?.tip.size)).await.unwrap() == seen.size {}
        db.write(move |tx| {
            organisation::put_behind(tx, &organisation, true)?;
            let log = Log::open(tx, organisation)?;
            crate::app::restore::begin(tx, log, &opening, [enrolment, action], NOW)
        })
        .await
        .unwrap();
    };
    let body = page::pack(&page::encode_push(&notes)).unwrap();
    let pushing = crew.site.send("/v1/push", Some(crew.wes.token()), body);
    let (pushed, restored) = tokio::join!(pushing, timeout(BOUND, restored));
    restored.unwrap();
    assert!(matches!(pushed, Err(Fault::Busy { .. })), "it was told where entries stood that are no more: {pushed:?}");
    crew.server_key = next;
    let receipt = crew.push(&crew.wes, &notes).await.unwrap();
    assert!(receipt.results.iter().all(|result| outcome(result) == Outcome::Applied));
}

/// Shows s07, s10.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_again_is_taken_in_parts_that_others_may_come_between() {
    let mut crew = Crew::new().await;
    let seen = crew.seen(0).await;
    let notes: Vec<Action> = (0..1000).map(|n| crew.wes.note(100 + n, crew.here)).collect();
    let offer = async |crew: &Crew| crew.site.receipt("/v1/offer", Some(crew.ana.token()), &notes).await;
    assert_eq!(offer(&crew).await, Err(Fault::Denied), "nothing was lost");
    crew.push(&crew.wes, &notes).await.unwrap();
    crew.put_back().await;
    let (_, next) = crew.checkpoint().await;
    let (_, pair) = crew.ana.restorer(90, seen, 1, next);
    crew.restore(&pair, next).await.unwrap();

    let (organisation, db) = (crew.organisation, &crew.site.running.app.db);
    let (start, end) = (seen.size + 2, seen.size + 2 + 1000);
    let between = async {
        let mut sizes = BTreeSet::new();
        while sizes.last() != Some(&end) {
            sizes.insert(db.read(move |tx| Ok(Log::open(tx, organisation)?.tip.size)).await.unwrap());
        }
        sizes.range(start + 1..end).count()
    };
    let (receipt, parts) = tokio::join!(offer(&crew), timeout(BOUND, between));
    proven(&notes, &receipt.unwrap(), &next);
    assert!(parts.unwrap() > 0, "one write took it all");
}
