//! A photograph's bytes on their way: parts, restarts, lies.

use plumbline_protocol::{
    Hash, RecordId,
    blob::PART,
    entry::{Held, Outcome},
    fold::Book,
    page::PushResult,
    record::deposit,
    value::Value,
};
use sha2::{Digest, Sha256};

use super::{
    crew::{Crew, uuid},
    *,
};
use crate::{
    app::blob::verify_received,
    db::{Tx, blob as rows, log, organisation},
};

/// Wes sends the bytes of a photo of his that is in the log.
struct Upload {
    crew: Crew,
    bytes: Vec<u8>,
}

const PHOTO: u16 = 77;

fn sha256(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

impl Upload {
    /// Three parts and a bit.
    async fn new() -> Upload {
        let bytes = (0..3 * PART + 1000).map(|n| (n * n % 251) as u8).collect();
        let mut upload = Upload { crew: Crew::new().await, bytes };
        upload.photo(PHOTO).await;
        upload
    }

    async fn restart(self) -> Upload {
        Upload { crew: Crew { site: self.crew.site.restart().await, ..self.crew }, ..self }
    }

    /// Logs one more photo of the same bytes.
    async fn photo(&mut self, n: u16) {
        let photo = self.crew.wes.photo(n, self.crew.here, sha256(&self.bytes), self.bytes.len() as u64);
        self.crew.push(&self.crew.wes, &[photo]).await.unwrap();
    }

    async fn send_all(&self) {
        for n in 0..4 {
            self.put_good(n).await;
        }
        assert_eq!(self.complete().await, Ok(serde_json::json!({ "state": "received" })));
    }

    /// Waits for the deposits of these photos and gives their values, in order of the log.
    async fn deposits(&self, photos: &[u16]) -> Vec<(Value, Value)> {
        loop {
            let mut reader = self.crew.read(&self.crew.ana, 1000).await;
            let of = |n: &u16| RecordId::from(deposit::record_of(&uuid(*n)));
            let records: Vec<_> = photos.iter().filter_map(|n| reader.book.record(&of(n)).unwrap()).collect();
            let records: Vec<_> = records.into_iter().filter(|r| r.exists()).collect();
            if records.len() == photos.len() {
                let value = |r: &plumbline_protocol::fold::Record, field| r.value(field).unwrap().clone();
                let values = records.iter().map(|r| (value(r, deposit::SHA256), value(r, deposit::BYTES)));
                let applied = reader.entries.iter().filter(|(_, e)| e.outcome == Outcome::Applied);
                let logged = applied.filter(|(_, e)| e.action.header().kind == "deposit").count();
                assert_eq!(logged, photos.len());
                return values.collect();
            }
            tokio::task::yield_now().await;
        }
    }

    /// Where Wes's parts lie.
    fn parts(&self) -> std::path::PathBuf {
        let Crew { site, organisation, wes, .. } = &self.crew;
        site.dir.path().join(format!("parts/{organisation}/{}", wes.phone.member))
    }

    fn url(&self, rest: &str) -> String {
        self.crew.site.url(&format!("/v1/blobs/{}{rest}", sha256(&self.bytes)))
    }

    fn part(&self, n: usize) -> &[u8] {
        self.bytes.chunks(PART as usize).nth(n).unwrap()
    }

    async fn put(&self, n: usize, bytes: &[u8], said: Hash) -> Result<StatusCode, Fault> {
        let request = self.crew.site.client.put(self.url(&format!("/parts/{n}"))).bearer_auth(self.crew.wes.token());
        let request = request.header("plumbline-sha256", said.to_string()).body(bytes.to_vec());
        done(request.send().await.unwrap()).await
    }

    async fn put_good(&self, n: usize) {
        assert_eq!(self.put(n, self.part(n), sha256(self.part(n))).await, Ok(StatusCode::NO_CONTENT));
    }

    async fn complete(&self) -> Result<serde_json::Value, Fault> {
        let request = self.crew.site.client.post(self.url("/complete")).bearer_auth(self.crew.wes.token());
        answer(request.send().await.unwrap()).await
    }

    /// State and missing parts.
    async fn progress(&self) -> (String, String) {
        let request = self.crew.site.client.head(self.url("")).bearer_auth(self.crew.wes.token());
        let response = request.send().await.unwrap();
        let header = |name| response.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_owned();
        (header("plumbline-state"), header("plumbline-missing"))
    }

    async fn read(&self, tokens: &Tokens, range: Option<&str>) -> Response {
        let mut request = self.crew.site.client.get(self.url("")).bearer_auth(&tokens.access_token);
        if let Some(range) = range {
            request = request.header("range", range);
        }
        request.send().await.unwrap()
    }

    /// Waits until the job has read everything again.
    async fn verified(&self) {
        while self.progress().await.0 != "verified" {
            tokio::task::yield_now().await;
        }
    }
}

fn pair(state: &str, missing: &str) -> (String, String) {
    (state.to_owned(), missing.to_owned())
}

/// Shows c08, c13.
#[tokio::test]
async fn an_upload_goes_on_after_a_restart_and_is_verified() {
    let upload = Upload::new().await;
    assert_eq!(upload.progress().await, pair("expected", "0-3"));
    upload.put_good(1).await;
    upload.put_good(3).await;
    let upload = upload.restart().await;
    assert_eq!(upload.progress().await, pair("expected", "0,2"));
    assert_eq!(upload.complete().await, Err(Fault::invalid("parts", "missing")));
    upload.put_good(0).await;
    upload.put_good(0).await;
    upload.put_good(2).await;
    assert_eq!(upload.complete().await, Ok(serde_json::json!({ "state": "received" })));
    upload.verified().await;
    assert_eq!(upload.progress().await, pair("verified", ""));
    assert_eq!(upload.complete().await, Ok(serde_json::json!({ "state": "verified" })));
    upload.put_good(0).await;

    let whole = upload.read(upload.crew.wes.tokens.as_ref().unwrap(), None).await;
    assert_eq!(whole.headers()["content-disposition"], "attachment");
    assert_eq!(whole.headers()["x-content-type-options"], "nosniff");
    assert_eq!(whole.bytes().await.unwrap(), upload.bytes);
    let piece = upload.read(upload.crew.wes.tokens.as_ref().unwrap(), Some("bytes=100-199")).await;
    assert_eq!(piece.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(piece.headers()["content-range"], format!("bytes 100-199/{}", upload.bytes.len()).as_str());
    assert_eq!(piece.bytes().await.unwrap(), upload.bytes[100..200]);
    let beyond = upload.read(upload.crew.wes.tokens.as_ref().unwrap(), Some("bytes=99999999-")).await;
    assert_eq!(done(beyond).await, Err(Fault::invalid("range", "range")));
}

/// Shows s16.
#[tokio::test]
async fn a_grant_sends_parts_of_its_photograph_and_nothing_else_until_the_session_ends() {
    let upload = Upload::new().await;
    let client = &upload.crew.site.client;
    let ask = |url: String| client.post(url).bearer_auth(upload.crew.wes.token()).send();
    let none = ask(upload.crew.site.url(&format!("/v1/blobs/{}/grant", sha256(b"nobody's")))).await.unwrap();
    assert_eq!(done(none).await, Err(Fault::NotFound));
    let granted: serde_json::Value = answer(ask(upload.url("/grant")).await.unwrap()).await.unwrap();
    assert_eq!(granted["expires_in"], 7 * 24 * 3600);
    let grant = granted["grant"].as_str().unwrap();

    let put = async |sha256_of: Hash| {
        let url = upload.crew.site.url(&format!("/v1/blobs/{sha256_of}/parts/2"));
        let request = client.put(url).header("plumbline-grant", grant);
        let request = request.header("plumbline-sha256", sha256(upload.part(2)).to_string());
        done(request.body(upload.part(2).to_vec()).send().await.unwrap()).await
    };
    assert_eq!(put(sha256(b"another")).await, Err(Fault::SignedOut));
    assert_eq!(put(sha256(&upload.bytes)).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(upload.progress().await, pair("expected", "0-1,3"));
    for (method, path) in [
        ("HEAD", upload.url("")),
        ("GET", upload.url("")),
        ("POST", upload.url("/complete")),
        ("POST", upload.url("/grant")),
        ("POST", upload.crew.site.url("/v1/push")),
        ("DELETE", upload.crew.site.url("/v1/session")),
    ] {
        let request = client.request(method.parse().unwrap(), path).bearer_auth(grant).header("plumbline-grant", grant);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED, "{method}");
    }

    let ended = client.delete(upload.crew.site.url("/v1/session")).bearer_auth(upload.crew.wes.token());
    assert_eq!(done(ended.send().await.unwrap()).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(put(sha256(&upload.bytes)).await, Err(Fault::SignedOut));
}

/// Shows b15.
#[tokio::test]
async fn a_grant_ends_after_a_week() {
    let upload = Upload::new().await;
    let asked = upload.crew.site.client.post(upload.url("/grant")).bearer_auth(upload.crew.wes.token());
    let granted: serde_json::Value = answer(asked.send().await.unwrap()).await.unwrap();
    let put = async || {
        let request = upload.crew.site.client.put(upload.url("/parts/3"));
        let request = request.header("plumbline-grant", granted["grant"].as_str().unwrap());
        let request = request.header("plumbline-sha256", sha256(upload.part(3)).to_string());
        done(request.body(upload.part(3).to_vec()).send().await.unwrap()).await
    };
    let week = 7 * 24 * 3600 * 1000;
    upload.crew.site.wait(week - 1000);
    assert_eq!(put().await, Ok(StatusCode::NO_CONTENT));
    upload.crew.site.wait(1000);
    assert_eq!(put().await, Err(Fault::SignedOut));
}

/// Shows b15.
#[tokio::test]
async fn a_part_that_lies_is_refused_and_leaves_nothing() {
    let upload = Upload::new().await;
    let (good, other) = (upload.part(0), upload.part(3));
    assert_eq!(upload.put(0, good, sha256(other)).await, Err(Fault::corrupt("part")));
    assert_eq!(upload.put(0, other, sha256(other)).await, Err(Fault::invalid("content-length", "length")));
    assert_eq!(upload.put(4, other, sha256(other)).await, Err(Fault::invalid("part", "range")));
    let request = upload.crew.site.client.put(upload.url("/parts/0")).bearer_auth(upload.crew.wes.token());
    let unsigned = done(request.body(good.to_vec()).send().await.unwrap()).await;
    assert_eq!(unsigned, Err(Fault::invalid("plumbline-sha256", "missing")));
    assert_eq!(upload.progress().await, pair("expected", "0-3"));
}

/// Shows b15, c08.
#[tokio::test]
async fn a_whole_that_disagrees_with_its_hash_must_come_again() {
    let upload = Upload::new().await;
    for n in 0..3 {
        upload.put_good(n).await;
    }
    let mut flipped = upload.part(3).to_vec();
    flipped[17] ^= 1;
    assert_eq!(upload.put(3, &flipped, sha256(&flipped)).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(upload.complete().await, Err(Fault::corrupt("blob")));
    assert_eq!(upload.progress().await, pair("expected", "0-3"));
    assert_eq!(done(upload.read(upload.crew.wes.tokens.as_ref().unwrap(), None).await).await, Err(Fault::NotFound));
    for n in 0..4 {
        upload.put_good(n).await;
    }
    assert_eq!(upload.complete().await, Ok(serde_json::json!({ "state": "received" })));
}

/// Shows b15, c08.
#[tokio::test]
async fn a_stored_object_that_was_damaged_is_never_verified() {
    let upload = Upload::new().await;
    for n in 0..4 {
        upload.put_good(n).await;
    }
    upload.complete().await.unwrap();
    upload.verified().await;
    let object =
        upload.crew.site.dir.path().join(format!("blobs/{}/{}", upload.crew.organisation, sha256(&upload.bytes)));
    let mut bytes = std::fs::read(&object).unwrap();
    bytes[5] ^= 1;
    std::fs::write(&object, bytes).unwrap();
    let app = upload.crew.site.running.app.clone();
    let (hash, record, of) = (sha256(&upload.bytes), uuid(PHOTO), upload.crew.organisation);
    let received = plumbline_protocol::blob::State::Received;
    app.db.write(move |tx| rows::set_state(tx, &of, &hash, record, received)).await.unwrap();
    app.received.notify_one();
    while upload.progress().await.0 != "expected" {
        tokio::task::yield_now().await;
    }
    assert_eq!(upload.progress().await, pair("expected", "0-3"));
}

/// Shows s16.
#[tokio::test]
async fn knowing_a_hash_gives_nobody_the_bytes() {
    let upload = Upload::new().await;
    for n in 0..4 {
        upload.put_good(n).await;
    }
    upload.complete().await.unwrap();
    for (n, organisation) in [(12, upload.crew.organisation), (13, OTHER)] {
        let curious = Phone::new(organisation, n);
        upload.crew.site.know(&curious, false).await;
        let tokens = upload.crew.site.sign_in(&curious).await.unwrap();
        assert_eq!(done(upload.read(&tokens, None).await).await, Err(Fault::NotFound));
        // Not even by logging a photo of that hash: the bytes must be shown first.
        let (member, sha256) = (curious.member, sha256(&upload.bytes));
        let bytes = upload.bytes.len() as u64;
        let record = Uuid::v7(NOW, [n; 10]);
        let write = move |tx: &Tx<'_>| rows::expect(tx, &organisation, record, &sha256, bytes, member);
        upload.crew.site.running.app.db.write(write).await.unwrap();
        assert_eq!(done(upload.read(&tokens, None).await).await, Err(Fault::NotFound));
    }
}

#[tokio::test]
async fn every_photo_of_the_same_bytes_gets_one_deposit_however_often_they_are_verified() {
    let mut upload = Upload::new().await;
    upload.photo(78).await;
    upload.send_all().await;
    let said = (Value::from(sha256(&upload.bytes).0), Value::Int(upload.bytes.len() as i64));
    assert_eq!(upload.deposits(&[PHOTO, 78]).await, [said.clone(), said.clone()]);
    // Logged after the bytes had come: they need not come again.
    upload.photo(79).await;
    assert_eq!(upload.deposits(&[PHOTO, 78, 79]).await, [said.clone(), said.clone(), said.clone()]);
    // As after a crash between the deposit and the mark: verified once more, deposited no more.
    let (app, of, hash) = (upload.crew.site.running.app.clone(), upload.crew.organisation, sha256(&upload.bytes));
    let received = plumbline_protocol::blob::State::Received;
    app.db.write(move |tx| rows::set_state(tx, &of, &hash, uuid(78), received)).await.unwrap();
    let upload = upload.restart().await;
    upload.verified().await;
    assert_eq!(upload.deposits(&[PHOTO, 78, 79]).await.len(), 3);
}

#[tokio::test]
async fn the_bytes_of_a_held_photo_are_taken_and_a_device_deposits_nothing() {
    let mut upload = Upload::new().await;
    let (hash, bytes) = (sha256(&upload.bytes), upload.bytes.len() as u64);
    let there = upload.crew.there;
    let held = upload.crew.wes.photo(90, there, hash, bytes);
    let forged = upload.crew.wes.sign(
        "deposit",
        deposit::record_of(&uuid(PHOTO)),
        Some(upload.crew.here),
        &[
            (deposit::PHOTO, Value::from(uuid(PHOTO))),
            (deposit::SHA256, Value::from(hash.0)),
            (deposit::BYTES, Value::Int(bytes as i64)),
        ],
    );
    let odd = upload.crew.wes.photo(91, there, hash, 0);
    let receipt = upload.crew.push(&upload.crew.wes, &[held, forged, odd]).await.unwrap();
    let outcomes = receipt.results.iter().map(|result| match result {
        PushResult::Logged { outcome, .. } => outcome.clone(),
        other => panic!("{other:?}"),
    });
    let odd = Held::invalid("bytes", "range");
    let expected = [Held::Denied, Held::Denied, odd].map(Outcome::Held);
    assert_eq!(outcomes.collect::<Vec<_>>(), expected);
    upload.send_all().await;
    assert_eq!(upload.deposits(&[PHOTO, 90]).await.len(), 2);
}

#[tokio::test]
async fn verified_bytes_are_read_by_those_who_may_see_a_photo_of_them() {
    let mut upload = Upload::new().await;
    let ana = upload.crew.ana.tokens.clone().unwrap();
    let here = upload.crew.hire(14, "worker").await.tokens.unwrap();
    let away = upload.crew.hire(15, "worker").await;
    let there = Value::map([("-", Value::List(vec![Value::from(upload.crew.here)]))]);
    let moved = upload.crew.ana.sign("member", away.phone.member, None, &[("projects", there)]);
    upload.crew.by_ana(&[moved]).await;
    assert_eq!(done(upload.read(&ana, None).await).await, Err(Fault::NotFound));
    upload.send_all().await;
    upload.verified().await;
    for tokens in [&ana, &here] {
        assert_eq!(upload.read(tokens, None).await.bytes().await.unwrap(), upload.bytes);
    }
    let refused = upload.read(away.tokens.as_ref().unwrap(), None).await;
    assert_eq!(done(refused).await, Err(Fault::NotFound));
}

#[tokio::test]
async fn parts_that_come_while_others_are_put_together_leave_no_file_behind() {
    let mut upload = Upload::new().await;
    upload.photo(PHOTO + 1).await;
    let send = async || {
        for n in 0..4 {
            upload.put_good(n).await;
        }
        assert!(upload.complete().await.is_ok());
    };
    tokio::join!(send(), send(), send(), send());
    assert_ne!(upload.progress().await.0, "expected");
    assert_eq!(std::fs::read_dir(upload.parts()).map_or(0, Iterator::count), 0);
}

#[tokio::test]
async fn parts_of_which_no_row_knows_are_swept_at_start() {
    let upload = Upload::new().await;
    let parts = upload.parts();
    let (known, orphan) = (parts.join(sha256(&upload.bytes).to_string()), parts.join(Hash([9; 32]).to_string()));
    upload.put_good(0).await;
    std::fs::create_dir_all(&orphan).unwrap();
    std::fs::write(orphan.join("0"), b"x").unwrap();
    let upload = upload.restart().await;
    assert!(known.join("0").exists() && !orphan.exists());
    assert_eq!(upload.progress().await, pair("expected", "1-3"));
}

#[tokio::test]
async fn bytes_that_nobody_may_vouch_for_now_are_left_alone_until_somebody_may() {
    let mut upload = Upload::new().await;
    let (app, of) = (upload.crew.site.running.app.clone(), upload.crew.organisation);
    let behind = async |behind| app.db.write(move |tx| organisation::put_behind(tx, &of, behind)).await.unwrap();
    behind(true).await;
    upload.send_all().await;
    assert_eq!(verify_received(&app).await, Ok(true));
    assert_eq!(upload.progress().await, pair("received", ""));
    behind(false).await;
    assert_eq!(verify_received(&app).await, Ok(true));
    upload.verified().await;

    // A restore that cuts off one more photo of these bytes: nobody has offered it again yet.
    let size = upload.crew.read(&upload.crew.ana, 1000).await.tip.size;
    let photo = upload.crew.wes.photo(78, upload.crew.here, sha256(&upload.bytes), upload.bytes.len() as u64);
    upload.crew.push(&upload.crew.wes, std::slice::from_ref(&photo)).await.unwrap();
    upload.deposits(&[PHOTO, 78]).await;
    app.db.write(move |tx| log::cut(tx, &of, size)).await.unwrap();
    assert_eq!(verify_received(&app).await, Ok(true));
    // What was vouched for before is still there for everybody.
    let ana = upload.crew.ana.tokens.as_ref().unwrap();
    assert_eq!(upload.read(ana, None).await.bytes().await.unwrap(), upload.bytes);
    let hash = sha256(&upload.bytes);
    let states = app.db.read(move |tx: &Tx<'_>| rows::of_hash(tx, &of, &hash)).await.unwrap();
    let states: Vec<_> = states.iter().map(|blob| (blob.record, blob.state.as_str())).collect();
    assert_eq!(states, [(uuid(PHOTO), "verified"), (uuid(78), "received")]);
    upload.crew.push(&upload.crew.wes, &[photo]).await.unwrap();
    assert_eq!(upload.deposits(&[PHOTO, 78]).await.len(), 2);
}

/// Shows s10.
#[tokio::test]
async fn few_objects_are_hashed_at_once_for_those_who_ask_for_their_beginning() {
    let upload = Upload::new().await;
    upload.send_all().await;
    upload.verified().await;
    let (wes, app) = (upload.crew.wes.tokens.as_ref().unwrap(), upload.crew.site.running.app.clone());
    let most = app.checking.available_permits();
    assert!(most <= 2, "{most}");
    let busy = app.checking.acquire_many(most as u32).await.unwrap();
    {
        let beginning = upload.read(wes, Some("bytes=0-0"));
        let mut beginning = std::pin::pin!(beginning);
        // Whoever reads on hashes nothing, and holds up nobody.
        for n in 1..=10 {
            let on = upload.read(wes, Some("bytes=1-1"));
            let on = tokio::select! {
                _ = &mut beginning => panic!("hashed with {most} others, after {n}"),
                on = on => on,
            };
            assert_eq!(on.status(), StatusCode::PARTIAL_CONTENT);
        }
        drop(busy);
        assert_eq!(beginning.await.bytes().await.unwrap(), upload.bytes[..1]);
    }
    assert_eq!(app.checking.available_permits(), most);
}
