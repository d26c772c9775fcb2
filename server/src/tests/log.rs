//! The log from outside: founding, enrolment, pushes, pages, proofs, and what becomes of everything that is wrong.

use plumbline_protocol::{
    Hash, RecordId,
    action::{Action, Seen},
    entry::{Held, Outcome},
    fold::Book,
    link::SetupLink,
    log::{
        checkpoint::SignedCheckpoint,
        merkle::root_at,
        tile::{Tile, TileNodes, tiles_for},
    },
    page::{self, Page, PullRequest, PushResult},
    record::{device, note},
    session::Scope,
    value::Value,
};

use super::{
    crew::{Crew, Person, uuid},
    *,
};
use crate::db::log::cut;

fn position(result: &PushResult) -> u64 {
    match result {
        PushResult::Logged { position, .. } => *position,
        other => panic!("{other:?}"),
    }
}

fn outcome(result: &PushResult) -> Outcome {
    match result {
        PushResult::Logged { outcome, .. } => outcome.clone(),
        other => panic!("{other:?}"),
    }
}

fn refused(field: &str, reason: &str) -> PushResult {
    PushResult::Refused { field: field.to_owned(), reason: reason.to_owned() }
}

/// Shows c11, s01.
#[tokio::test]
async fn a_setup_link_founds_one_organisation_and_a_lost_reply_gets_the_same_receipt() {
    let site = Site::new().await;
    let link: SetupLink = site.running.setup.clone().unwrap().parse().unwrap();
    let other_key = [Person::new(ACME, 1).founding([9; 32])];
    let refused = site.setup(&link.secret, &other_key).await;
    assert_eq!(refused, Err(Fault::invalid("server_key", "other")));
    let first = [Person::new(ACME, 1).founding(link.server_key)];
    assert_eq!(site.setup(&[0; 32], &first).await, Err(Fault::invalid("secret", "unknown")));
    let receipt = site.setup(&link.secret, &first).await.unwrap();
    assert_eq!(receipt.results.iter().map(position).collect::<Vec<_>>(), [0]);
    assert_eq!(site.setup(&link.secret, &first).await, Ok(receipt));
    let second = [Person::new(ACME, 2).founding(link.server_key)];
    assert_eq!(site.setup(&link.secret, &second).await, Err(Fault::invalid("secret", "unknown")));
    let site = site.restart().await;
    assert!(site.running.setup.is_none());
}

#[tokio::test]
async fn a_setup_link_expires_and_its_message_is_one_founding() {
    let site = Site::new().await;
    let link: SetupLink = site.running.setup.clone().unwrap().parse().unwrap();
    let note = [Person::new(ACME, 1).note(9, uuid(1))];
    assert!(matches!(site.setup(&link.secret, &note).await, Err(Fault::Invalid { .. })));
    assert_eq!(site.setup(&link.secret, &[]).await, Err(Fault::invalid("actions", "count")));
    let first = [Person::new(ACME, 1).founding(link.server_key)];
    let missing = site.receipt("/v1/setup", None, &first).await;
    assert_eq!(missing, Err(Fault::invalid("secret", "missing")));
    site.wait(8 * 24 * 3600 * 1000);
    assert_eq!(site.setup(&link.secret, &first).await, Err(Fault::invalid("secret", "unknown")));
}

/// Shows b04.
#[tokio::test]
async fn an_invite_enrols_one_device_and_a_failed_enrolment_leaves_no_entry() {
    let mut crew = Crew::new().await;
    let of = crew.wes.phone.member;
    let (by, key) = crew.invite(of, 30).await;
    let (late_by, late_key) = crew.invite(of, 31).await;
    let [mut first, mut second, mut late, mut forger] = [31, 32, 33, 34].map(|n| Person::new(crew.organisation, n));
    let enrolment = [first.enrolment(of, by, &key)];
    let receipt = crew.enrol(&enrolment).await.unwrap();
    assert_eq!(crew.enrol(&enrolment).await, Ok(receipt.clone()));
    assert!(crew.site.sign_in(&first.phone).await.is_ok());

    let used = crew.enrol(&[second.enrolment(of, by, &key)]).await;
    assert_eq!(used, Err(Fault::invalid("invite", "used")));
    let forged = crew.enrol(&[forger.enrolment(of, late_by, &key)]).await;
    assert_eq!(forged, Err(Fault::invalid("countersignature", "signature")));
    crew.site.wait(3_600_001);
    let expired = crew.enrol(&[late.enrolment(of, late_by, &late_key)]).await;
    assert_eq!(expired, Err(Fault::invalid("invite", "expired")));
    assert_eq!(crew.site.sign_in(&late.phone).await.err(), Some(Fault::SignedOut));
    let note = crew.enrol(&[first.note(9, crew.here)]).await;
    assert_eq!(note, Err(Fault::invalid("kind", "enrolment")));
    let elsewhere = crew.site.receipt(&format!("/v1/log/{OTHER}/enrol"), None, &enrolment).await;
    assert_eq!(elsewhere, Err(Fault::invalid("signature", "wrong")));
    let nowhere = [Person::new(OTHER, 40).enrolment(of, by, &key)];
    let unknown = crew.site.receipt(&format!("/v1/log/{OTHER}/enrol"), None, &nowhere).await;
    assert_eq!(unknown, Err(Fault::NotFound));
    crew.ana.tokens = Some(crew.site.sign_in(&crew.ana.phone).await.unwrap());
    assert_eq!(crew.read(&crew.ana, 100).await.tip.size, position(&receipt.results[0]) + 1);
}

/// Shows c09, c11, s01, b07.
#[tokio::test]
async fn a_replay_gets_the_same_positions_and_what_is_new_beside_it_is_appended() {
    let mut crew = Crew::new().await;
    let actions: Vec<Action> = (10..15).map(|n| crew.wes.note(n, crew.here)).collect();
    let first = crew.push(&crew.wes, &actions[..3]).await.unwrap();
    let between = crew.ana.note(50, crew.here);
    crew.by_ana(&[between]).await;
    crew.site.wait(5000);
    let again = crew.push(&crew.wes, &actions).await.unwrap();
    assert_eq!(again.results[..3], first.results);
    let start = position(&first.results[0]);
    let positions: Vec<u64> = again.results.iter().map(position).collect();
    assert_eq!(positions, [start, start + 1, start + 2, start + 4, start + 5]);
    let twice = [actions[4].clone(), actions[0].clone(), actions[4].clone()];
    let positions: Vec<u64> = crew.push(&crew.wes, &twice).await.unwrap().results.iter().map(position).collect();
    assert_eq!(positions, [start + 5, start, start + 5]);
}

#[tokio::test]
async fn pages_of_any_size_rebuild_the_root_and_every_outcome() {
    let mut crew = Crew::new().await;
    let actions: Vec<Action> = (10..40).map(|n| crew.wes.note(n, crew.here)).collect();
    crew.push(&crew.wes, &actions).await.unwrap();
    let denied = crew.wes.note(60, crew.there);
    let receipt = crew.push(&crew.wes, &[denied]).await.unwrap();
    assert_eq!(outcome(&receipt.results[0]), Outcome::Held(Held::Denied));
    let whole = crew.read(&crew.ana, 10_000).await;
    assert!(whole.hidden.is_empty());
    for limit in [1, 7] {
        let paged = crew.read(&crew.ana, limit).await;
        assert_eq!((paged.frontier, paged.tip), (whole.frontier.clone(), whole.tip));
        assert_eq!(paged.book.records, whole.book.records);
    }
}

#[tokio::test]
async fn a_page_ends_at_its_bytes_whatever_limit_was_asked_for() {
    let mut crew = Crew::new().await;
    let text = "x".repeat(10_000);
    let actions =
        (10..510).map(|n| crew.wes.sign("note", uuid(n), Some(crew.here), &[(note::TEXT, Value::from(&*text))]));
    let actions: Vec<Action> = actions.collect();
    crew.push(&crew.wes, &actions).await.unwrap();
    let whole = crew.read(&crew.wes, 10_000).await;
    assert_eq!(whole.tip.size, 6 + 500);
    assert!(whole.pages > 1);
}

#[tokio::test]
async fn what_a_worker_may_not_see_comes_as_the_fewest_hashes() {
    let mut crew = Crew::new().await;
    let before = crew.read(&crew.wes, 1000).await;
    let elsewhere: Vec<Action> = (10..110).map(|n| crew.ana.note(n, crew.there)).collect();
    crew.by_ana(&elsewhere).await;
    let here = [crew.ana.note(200, crew.here)];
    crew.by_ana(&here).await;
    let whole = crew.read(&crew.ana, 1000).await;
    for limit in [1, 2, 1000] {
        let worker = crew.read(&crew.wes, limit).await;
        assert_eq!(worker.frontier, whole.frontier);
        assert_eq!(worker.entries.len(), before.entries.len() + 1);
        let kinds = worker.entries.iter().map(|(_, e)| e.action.header());
        assert!(kinds.filter(|h| h.kind == "note").all(|h| h.project == Some(crew.here)));
    }
    let hidden = crew.read(&crew.wes, 1000).await.hidden.len() - before.hidden.len();
    assert!(hidden <= 14, "{hidden} hashes for 100 entries");
}

#[tokio::test]
async fn new_rights_mean_to_pull_again_from_the_start() {
    let mut crew = Crew::new().await;
    let mut request = PullRequest { generation: 0, size: 0, tag: Hash([0; 32]), limit: 10 };
    let restart = async |crew: &Crew, request: &PullRequest| match crew.pull(&crew.wes, request).await.unwrap() {
        Page::Restart { generation, tag } => Some((generation, tag)),
        Page::Behind { .. } | Page::Part { .. } => None,
    };
    let (_, tag) = restart(&crew, &request).await.unwrap();
    request.tag = tag;
    assert_eq!(restart(&crew, &request).await, None);
    let later = crew.pull(&crew.wes, &PullRequest { generation: 1, ..request }).await.unwrap();
    assert!(matches!(later, Page::Behind { .. }), "the server knows of no such generation");
    let more = Value::map([("+", Value::List(vec![Value::from(crew.there)]))]);
    let change = crew.ana.sign("member", crew.wes.phone.member, None, &[("projects", more)]);
    crew.by_ana(&[change]).await;
    assert!(restart(&crew, &request).await.is_some_and(|(_, now)| now != tag));
}

/// Shows c18.
#[tokio::test]
async fn a_revoked_device_is_signed_out_pushes_what_is_held_and_pulls_nothing() {
    let mut crew = Crew::new().await;
    let lost = crew.wes.phone.id();
    let words = [(device::REVOKED, Value::Bool(true)), ("reason", Value::from("lost"))];
    let revocation = crew.ana.sign("device", lost, None, &words);
    crew.by_ana(&[revocation]).await;
    let work = [crew.wes.note(10, crew.here)];
    assert_eq!(crew.push(&crew.wes, &work).await, Err(Fault::SignedOut));
    let tokens = crew.site.sign_in(&crew.wes.phone).await.unwrap();
    assert_eq!(tokens.scope, Scope::Push);
    crew.wes.tokens = Some(tokens);
    let receipt = crew.push(&crew.wes, &work).await.unwrap();
    assert_eq!(outcome(&receipt.results[0]), Outcome::Held(Held::Revoked));
    let request = PullRequest { generation: 0, size: 0, tag: Hash([0; 32]), limit: 10 };
    assert_eq!(crew.pull(&crew.wes, &request).await.err(), Some(Fault::Denied));
    // Its work reaches the administrator.
    let reader = crew.read(&crew.ana, 1000).await;
    let (_, last) = reader.entries.last().unwrap();
    assert_eq!((last.action.hash(), &last.outcome), (work[0].hash(), &Outcome::Held(Held::Revoked)));
}

#[tokio::test]
async fn an_administrator_lets_a_held_action_take_effect_after_a_restart() {
    let mut crew = Crew::new().await;
    let held = crew.wes.note(10, crew.there);
    crew.push(&crew.wes, std::slice::from_ref(&held)).await.unwrap();
    crew.site = crew.site.restart().await;
    let admit = crew.ana.admit(&held);
    crew.by_ana(std::slice::from_ref(&admit)).await;
    let mut reader = crew.read(&crew.ana, 1000).await;
    let note = reader.book.record(&RecordId::from(uuid(10))).unwrap().unwrap();
    assert_eq!(note.text(note::TEXT), Some("Rebar delivered"));
    let again = crew.ana.admit(&held);
    let receipt = crew.push(&crew.ana, &[again]).await.unwrap();
    assert_eq!(outcome(&receipt.results[0]), Outcome::Held(Held::NotFound));
}

/// Shows c19, b07.
#[tokio::test]
async fn a_broken_chain_says_what_to_do() {
    let mut crew = Crew::new().await;
    let next = crew.wes.next;
    let actions: Vec<Action> = (10..13).map(|n| crew.wes.note(n, crew.here)).collect();
    let gap = crew.push(&crew.wes, &actions[1..]).await.unwrap();
    assert_eq!(gap.results, [PushResult::Gap(next), PushResult::Gap(next)]);
    crew.push(&crew.wes, &actions).await.unwrap();
    (crew.wes.next, crew.wes.previous) = (next, actions[0].header().previous);
    let clone = crew.wes.note(20, crew.here);
    assert_eq!(crew.push(&crew.wes, &[clone]).await.unwrap().results, [PushResult::Reenrol]);
}

/// Shows b07.
#[tokio::test]
async fn an_author_may_claim_to_have_seen_what_is_in_the_log_and_nothing_else() {
    let mut crew = Crew::new().await;
    let reader = crew.read(&crew.ana, 1000).await;
    let seen = Seen { generation: 0, size: reader.tip.size, root: reader.frontier.root() };
    crew.ana.seen = seen;
    let honest = crew.ana.note(10, crew.here);
    crew.by_ana(&[honest]).await;
    let wrong = [
        Seen { root: Hash([1; 32]), ..seen },
        Seen { size: 1000, ..seen },
        Seen { generation: 1, ..seen },
        Seen { size: 0, ..seen },
    ];
    for wrong in wrong {
        let (next, previous) = (crew.ana.next, crew.ana.previous);
        crew.ana.seen = wrong;
        let lie = crew.ana.note(11, crew.here);
        assert_eq!(crew.push(&crew.ana, &[lie]).await.unwrap().results, [refused("seen", "unknown")]);
        (crew.ana.next, crew.ana.previous) = (next, previous);
    }
}

/// Shows b13.
#[tokio::test]
async fn nothing_waits_behind_an_action_that_is_refused() {
    let mut crew = Crew::new().await;
    let good = crew.wes.note(10, crew.here);
    let mut mia = Person::new(crew.organisation, 9);
    let stranger = mia.note(11, crew.here);
    let mut foreign = Person::new(OTHER, 2);
    let foreign = foreign.note(12, crew.here);
    let receipt = crew.site.receipt("/v1/push", Some(crew.wes.token()), &[stranger, foreign, good]).await.unwrap();
    assert_eq!(receipt.results[..2], [refused("device", "unknown"), refused("signature", "wrong")]);
    assert_eq!(outcome(&receipt.results[2]), Outcome::Applied);
}

/// Shows s12, s14.
#[tokio::test]
async fn a_message_that_is_none_is_refused_by_the_name_of_what_is_wrong() {
    let crew = Crew::new().await;
    let token = Some(crew.wes.token());
    for path in ["/v1/push", "/v1/pull"] {
        let send = async |body: Vec<u8>| crew.site.send(path, token, body).await.err();
        assert_eq!(send(b"garbage".to_vec()).await, Some(Fault::invalid("body", "zstd")));
        let garbage = page::pack(&[0xff; 100]).unwrap();
        assert_eq!(send(garbage).await, Some(Fault::invalid("body", "encoding")));
        assert!(matches!(send(vec![0; page::MAX_MESSAGE + 100_000]).await, Some(Fault::TooLarge { .. })));
        let typed = crew.site.client.post(crew.site.url(path)).bearer_auth(crew.wes.token()).json(&1).send().await;
        assert_eq!(done(typed.unwrap()).await, Err(Fault::invalid("content-type", "type")));
        let unsigned = crew.site.send(path, None, Vec::new()).await;
        assert_eq!(unsigned.err(), Some(Fault::SignedOut));
    }
    let bomb = page::pack(&vec![0; page::MAX_MESSAGE + 1]).unwrap();
    assert!(bomb.len() < 10_000);
    let refused = crew.site.send("/v1/push", token, bomb).await.err();
    assert_eq!(refused, Some(Fault::TooLarge { limit: page::MAX_MESSAGE as u64 }));
    let long = crew.site.send("/v1/setup", Some(&"00".repeat(32)), vec![0; 200_000]).await.err();
    assert_eq!(long, Some(Fault::TooLarge { limit: 128 * 1024 }));
    let Page::Restart { tag, .. } =
        crew.pull(&crew.wes, &PullRequest { generation: 0, size: 0, tag: Hash([0; 32]), limit: 1 }).await.unwrap()
    else {
        panic!("a tag")
    };
    let pull = async |size, limit| {
        let request = PullRequest { generation: 0, size, tag, limit };
        crew.pull(&crew.wes, &request).await.err()
    };
    assert_eq!(pull(0, 0).await, Some(Fault::invalid("limit", "range")));
    assert_eq!(pull(0, u64::MAX).await, None);
}

#[tokio::test]
async fn a_tile_that_a_mirror_keeps_is_the_same_until_a_restore_goes_on_with_other_entries() {
    let mut crew = Crew::new().await;
    let size = crew.read(&crew.ana, 1000).await.tip.size;
    let actions: Vec<Action> = (100..100 + 256).map(|n| crew.ana.note(n, crew.here)).collect();
    let (wess, by_wes) = (crew.wes.token().to_owned(), crew.wes.note(900, crew.here));
    let first = async |kept: Option<&str>| {
        let mut request = crew.site.client.get(crew.site.url(&format!("/v1/log/{}/tile/0/000", crew.organisation)));
        if let Some(kept) = kept {
            request = request.header("if-none-match", kept);
        }
        let response = request.send().await.unwrap();
        let tag = response.headers()["etag"].to_str().unwrap().to_owned();
        (response.status(), tag, response.bytes().await.unwrap())
    };
    crew.by_ana(&actions).await;
    let (status, tag, hashes) = first(None).await;
    assert_eq!((status, hashes.len()), (StatusCode::OK, 256 * 32));
    for kept in [tag.clone(), format!("\"x\", W/{tag}")] {
        let (status, again, nothing) = first(Some(&kept)).await;
        assert_eq!((status, again, nothing.len()), (StatusCode::NOT_MODIFIED, tag.clone(), 0));
    }
    // A restore continues what was there before; Wes is the first to go on.
    let of = crew.organisation;
    crew.site.running.app.db.write(move |tx| cut(tx, &of, size)).await.unwrap();
    crew.site.receipt("/v1/push", Some(&wess), &[by_wes]).await.unwrap();
    crew.by_ana(&actions).await;
    let (status, other, others) = first(Some(&tag)).await;
    assert_eq!((status, others.len()), (StatusCode::OK, 256 * 32));
    assert!(other != tag && others != hashes);
}

#[tokio::test]
async fn tiles_of_every_width_lead_to_the_checkpoint_of_their_size() {
    let mut crew = Crew::new().await;
    let actions: Vec<Action> = (100..700).map(|n| crew.ana.note(n, crew.here)).collect();
    for some in actions.chunks(170) {
        crew.by_ana(some).await;
    }
    let text = crew.site.client.get(crew.site.url(&format!("/v1/log/{}/checkpoint", crew.organisation)));
    let signed = SignedCheckpoint::parse(&text.send().await.unwrap().text().await.unwrap()).unwrap();
    signed.verify(&crew.server_key).unwrap();
    let size = signed.checkpoint.size;
    let reader = crew.read(&crew.ana, 1000).await;
    assert_eq!((size, signed.checkpoint.root), (reader.tip.size, reader.frontier.root()));
    let get = async |path: &str| {
        let url = crew.site.url(&format!("/v1/log/{}/tile/{path}", crew.organisation));
        crew.site.client.get(url).send().await.unwrap()
    };
    for size in [1, 255, 256, 257, 512, size] {
        let mut tiles = std::collections::BTreeMap::new();
        for tile in tiles_for(size) {
            let response = get(&tile.path()).await;
            assert_eq!(response.headers()["cache-control"], "no-cache", "{tile}");
            tiles.insert(tile, response.bytes().await.unwrap().to_vec());
        }
        let root = root_at(&mut TileNodes::new(size, |tile| tiles.get(&tile).cloned().ok_or(Fault::NotFound)), size);
        let mut frontier = plumbline_protocol::log::merkle::Frontier::new();
        reader.entries.iter().take(size as usize).for_each(|(_, e)| frontier.push_leaf(e.leaf()));
        assert_eq!(root, Ok(frontier.root()), "{size}");
    }
    let beyond = Tile { level: 0, index: size / 256, width: 1 + (size % 256) as u16 };
    assert_eq!(done(get(&beyond.path()).await).await, Err(Fault::NotFound));
    assert_eq!(done(get("0/00").await).await, Err(Fault::invalid("tile", "type")));
    for path in ["checkpoint", "tile/0/000"] {
        let response = crew.site.client.get(crew.site.url(&format!("/v1/log/{OTHER}/{path}"))).send().await.unwrap();
        assert_eq!(done(response).await, Err(Fault::NotFound), "{path}");
    }
}

#[tokio::test]
async fn sessions_are_ended_by_those_who_may_change_the_device() {
    let mut crew = Crew::new().await;
    let mia = crew.hire(3, "manager").await;
    let end = async |by: &Person, whose: DeviceId| {
        let url = crew.site.url(&format!("/v1/devices/{whose}/sessions"));
        done(crew.site.client.delete(url).bearer_auth(by.token()).send().await.unwrap()).await
    };
    let [ana, mia_device, wes] = [&crew.ana, &mia, &crew.wes].map(|p| p.phone.id());
    assert_eq!(end(&crew.wes, mia_device).await, Err(Fault::Denied));
    assert_eq!(end(&mia, ana).await, Err(Fault::Denied));
    assert_eq!(end(&mia, Phone::new(OTHER, 4).id()).await, Err(Fault::NotFound));
    let url = crew.site.url("/v1/devices/x/sessions");
    let odd = crew.site.client.delete(url).bearer_auth(mia.token()).send().await.unwrap();
    assert_eq!(done(odd).await, Err(Fault::invalid("device", "type")));
    assert_eq!(end(&mia, wes).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(end(&crew.wes, wes).await, Err(Fault::SignedOut));
    assert_eq!(end(&mia, mia_device).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(end(&mia, mia_device).await, Err(Fault::SignedOut));
}

/// Shows s04, s05.
#[tokio::test]
async fn pushes_of_many_devices_at_once_all_land_and_outlive_a_crash() {
    let mut crew = Crew::new().await;
    let mut people = Vec::new();
    for n in 10..18 {
        people.push(crew.hire(n, "worker").await);
    }
    let mut batches: Vec<Vec<Action>> = Vec::new();
    for (n, person) in (0..).zip(&mut people) {
        batches.push((0..25).map(|i| person.note(1000 + n * 100 + i, crew.here)).collect());
    }
    let crew = Arc::new(crew);
    let mut pushes = tokio::task::JoinSet::new();
    for (person, batch) in people.into_iter().zip(batches.clone()) {
        let crew = crew.clone();
        pushes.spawn(async move {
            for some in batch.chunks(5) {
                let receipt = crew.push(&person, some).await.unwrap();
                assert!(receipt.results.iter().all(|r| outcome(r) == Outcome::Applied));
            }
        });
    }
    pushes.join_all().await;
    let Ok(crew) = Arc::try_unwrap(crew) else { panic!("all pushes are over") };
    let before = crew.read(&crew.ana, 1000).await;
    // Dropped as it is: nothing is drained, flushed or closed.
    let crew = Crew { site: crew.site.crash().await, ..crew };
    let after = crew.read(&crew.ana, 1000).await;
    assert_eq!((after.tip, after.frontier), (before.tip, before.frontier));
    let hashes: std::collections::BTreeSet<Hash> = after.entries.iter().map(|(_, e)| e.action.hash()).collect();
    assert!(batches.iter().flatten().all(|action| hashes.contains(&action.hash())));
    assert_eq!(hashes.len(), after.entries.len());
}

/// Shows s01.
#[tokio::test]
async fn a_crash_in_the_middle_of_pushes_loses_nothing_answered_and_doubles_nothing_sent_again() {
    let mut crew = Crew::new().await;
    let actions: Vec<Action> = (0..200).map(|n| crew.wes.note(1000 + n, crew.here)).collect();
    let mut answered = Vec::new();
    {
        let pushing = async {
            for some in actions.chunks(4) {
                let receipt = crew.push(&crew.wes, some).await.unwrap();
                answered.extend(receipt.results);
            }
        };
        // Stops wherever it is after a while: some request is under way.
        let mut turns = 0;
        let stop = std::future::poll_fn(|cx| {
            turns += 1;
            cx.waker().wake_by_ref();
            if turns > 400 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        });
        tokio::select! {
            () = pushing => {}
            () = stop => {}
        }
    }
    let crew = Crew { site: crew.site.crash().await, ..crew };
    let receipt = crew.push(&crew.wes, &actions).await.unwrap();
    assert_eq!(receipt.results[..answered.len()], answered);
    let reader = crew.read(&crew.ana, 10_000).await;
    let notes = reader.entries.iter().filter(|(_, e)| e.action.header().kind == "note").count();
    assert_eq!(notes, actions.len());
}
