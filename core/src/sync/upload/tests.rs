//! An upload goes on where it broke off, believes no more than it must, and one photograph never stops another.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{Arc, Mutex},
};

use plumbline_protocol::{Hash, RecordId, blob::ranges_to};
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::*;
use crate::{
    files::SealedBlob,
    net::loopback::{Answer, Asked, Loopback},
    photo::{
        Custody, PhotoView,
        tests::{captured, heic},
    },
    record::RecordRequest,
    testing::{self, Site},
};

/// The server's side of uploads.
#[derive(Default)]
struct Blobs {
    /// What the log names, with the parts that came.
    known: BTreeMap<String, (u64, BTreeMap<u64, Vec<u8>>)>,
    /// Requests that are answered before the line is cut; none means all.
    left: Option<usize>,
    /// What `complete` is answered whatever came.
    says: Option<&'static str>,
    /// What is whole here.
    whole: BTreeSet<String>,
}

impl Blobs {
    fn answer(&mut self, asked: &Asked) -> Answer {
        if let Some(answer) = testing::session(asked) {
            return answer;
        }
        match &mut self.left {
            Some(0) => return Answer::Cut,
            Some(left) => *left -= 1,
            None => {}
        }
        let (method, path) = asked.line.split_once(" /v1/blobs/").unwrap();
        let (sha256, rest) = path.split_once('/').unwrap_or((path, ""));
        let Some((bytes, came)) = self.known.get_mut(sha256) else { return Answer::json(404, &Fault::NotFound) };
        match method {
            "HEAD" => {
                let missing = ranges_to((0..parts(*bytes)).filter(|n| !came.contains_key(n)));
                let state = if self.whole.contains(sha256) { "received" } else { "expected" };
                Answer::Reply(200, format!("plumbline-state: {state}\r\nplumbline-missing: {missing}\r\n"), vec![])
            }
            "PUT" => {
                let n = rest.strip_prefix("parts/").unwrap().parse().unwrap();
                assert_eq!(part_len(*bytes, n), Some(asked.body.len() as u64));
                assert!(asked.head.contains(&Hash(Sha256::digest(&asked.body).into()).to_string()));
                assert!(came.insert(n, asked.body.clone()).is_none(), "no part comes twice");
                Answer::Reply(204, String::new(), vec![])
            }
            _ => {
                let whole: Vec<u8> = came.values().flatten().copied().collect();
                match self.says {
                    Some(state) => Answer::json(200, &json!({ "state": state })),
                    None if Hash(Sha256::digest(&whole).into()).to_string() == sha256 => {
                        self.whole.insert(sha256.to_owned());
                        Answer::json(200, &json!({ "state": "received" }))
                    }
                    None => Answer::json(409, &Fault::corrupt("blob")),
                }
            }
        }
    }

    fn expect(&mut self, photo: &PhotoView) {
        self.known.insert(photo.sha256.to_string(), (photo.bytes, BTreeMap::new()));
    }
}

async fn start() -> (Arc<Mutex<Blobs>>, Loopback, Site) {
    let blobs = Arc::new(Mutex::new(Blobs::default()));
    let answering = blobs.clone();
    let server = Loopback::start(move |asked| answering.lock().unwrap().answer(asked)).await;
    let site = Site::at(&server.server).await;
    (blobs, server, site)
}

/// A photograph of several parts, in the log.
async fn logged(site: &Site, blobs: &Mutex<Blobs>) -> PhotoView {
    let photo = captured(site, &heic(900_000)).await;
    assert_eq!(parts(photo.bytes), 4);
    site.log();
    blobs.lock().unwrap().expect(&photo);
    photo
}

async fn shown(site: &Site, photo: &PhotoView) -> PhotoView {
    site.client.photo(RecordRequest { id: RecordId::from(photo.id) }).await.unwrap()
}

/// Shows c08.
#[tokio::test]
async fn an_upload_that_was_cut_goes_on_with_the_parts_that_are_missing() {
    let (blobs, _server, site) = start().await;
    let photo = logged(&site, &blobs).await;
    blobs.lock().unwrap().left = Some(3);
    assert_eq!(upload(&site.client).await, Err(Fault::Offline));
    assert_eq!(shown(&site, &photo).await.state, Custody::Local);
    assert_eq!(blobs.lock().unwrap().known[&photo.sha256.to_string()].1.len(), 2, "one question, two parts");

    // The double refuses any part that it has already.
    blobs.lock().unwrap().left = None;
    let after = site.killed().await;
    assert_eq!(upload(&after.client).await, Ok(1));
    assert_eq!(shown(&after, &photo).await.state, Custody::Received);
    assert_eq!(upload(&after.client).await, Ok(0));
}

/// Shows b15.
#[tokio::test]
async fn an_upload_that_the_server_found_damaged_is_sent_again_until_there_is_a_deposit() {
    let (blobs, server, site) = start().await;
    let photo = logged(&site, &blobs).await;
    assert_eq!(upload(&site.client).await, Ok(1));
    assert_eq!(upload(&site.client).await, Ok(0), "it is asked after, and whole");
    // It read its copy again and threw it away.
    *blobs.lock().unwrap() = Blobs::default();
    blobs.lock().unwrap().expect(&photo);
    site.pass(ASK_EVERY);
    assert_eq!(upload(&site.client).await, Ok(1));
    site.deposit(&photo.id, &photo.sha256, photo.bytes as i64);
    let asked = server.lines().len();
    for _ in 0..2 {
        site.pass(ASK_EVERY);
        assert_eq!(upload(&site.client).await, Ok(0));
    }
    assert_eq!(server.lines().len(), asked, "a deposit ends the questions");
    assert_eq!(shown(&site, &photo).await.state, Custody::Verified);
}

#[tokio::test]
async fn of_many_photographs_a_few_are_asked_after_in_a_minute_and_each_in_its_turn() {
    let (_blobs, server, site) = start().await;
    let all = ASKED as usize + 10;
    let received = |c: &db::Tx| {
        for n in 0..all {
            let (record, sha256) = (site.client.inner.new_id()?, Hash(Sha256::digest(n.to_be_bytes()).into()));
            let name = format!("{n:032x}");
            db::photo::put(c, &record, &SealedBlob { name, key: Zeroizing::new([7; 32]), sha256, bytes: 1 })?;
            db::photo::received(c, &record)?;
        }
        Ok(())
    };
    site.client.inner.db.write(received).unwrap();
    let asked = || server.lines().into_iter().filter(|line| line.starts_with("HEAD ")).collect::<Vec<_>>();
    for _ in 0..5 {
        assert_eq!(upload(&site.client).await, Ok(0));
    }
    assert_eq!(asked().len(), ASKED as usize, "however many rounds there are");
    site.pass(ASK_EVERY);
    assert_eq!(upload(&site.client).await, Ok(0));
    assert_eq!((asked().len(), asked().into_iter().collect::<BTreeSet<_>>().len()), (all, all));
    site.pass(ASK_EVERY);
    assert_eq!(upload(&site.client).await, Ok(0));
    assert_eq!(asked().len(), all + ASKED as usize, "and again from the first");
}

#[tokio::test]
async fn nothing_is_sent_of_a_photograph_whose_action_still_waits() {
    let (_blobs, server, site) = start().await;
    let photo = captured(&site, &heic(540)).await;
    assert_eq!(upload(&site.client).await, Ok(0));
    assert!(server.lines().is_empty());
    assert_eq!(shown(&site, &photo).await.state, Custody::Local);
}

#[tokio::test]
async fn a_photograph_that_the_server_does_not_know_yet_stays_due() {
    let (blobs, _server, site) = start().await;
    let photo = captured(&site, &heic(540)).await;
    site.log();
    assert_eq!(upload(&site.client).await, Ok(0));
    assert_eq!(shown(&site, &photo).await.fault, None);
    blobs.lock().unwrap().expect(&photo);
    assert_eq!(upload(&site.client).await, Ok(1));
}

/// Shows b15.
#[tokio::test]
async fn what_the_server_says_of_itself_counts_for_received_at_most() {
    let (blobs, _server, site) = start().await;
    let photo = logged(&site, &blobs).await;
    blobs.lock().unwrap().says = Some("expected");
    assert_eq!(upload(&site.client).await, Ok(0));
    let view = shown(&site, &photo).await;
    assert_eq!((view.state, view.fault), (Custody::Local, Some(Fault::corrupt("blob"))));

    blobs.lock().unwrap().says = Some("verified");
    assert_eq!(upload(&site.client).await, Ok(1));
    let view = shown(&site, &photo).await;
    assert_eq!((view.state, view.fault), (Custody::Received, None));
}

/// Shows c20.
#[cfg(unix)]
#[tokio::test]
async fn an_original_that_is_withheld_for_a_while_stays_due_and_is_sent_afterwards() {
    use std::os::unix::fs::PermissionsExt;

    let (blobs, _server, site) = start().await;
    let photo = logged(&site, &blobs).await;
    let sealed = site.sealed_file(&site.sealed()[0]);
    let allow = |mode| fs::set_permissions(&sealed, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o000);
    if fs::File::open(&sealed).is_ok() {
        return println!("skipped: this user may read every file");
    }
    let withheld = Fault::invalid("storage", "read-only");
    assert_eq!(upload(&site.client).await, Ok(0));
    assert_eq!(shown(&site, &photo).await.fault, Some(withheld.clone()));
    assert_eq!(site.client.inner.db.read(db::photo::unsent), Ok(1), "it counts as unsent");
    assert_eq!(site.client.work_off_thumbnails().await, Err(withheld));

    allow(0o600);
    assert_eq!(upload(&site.client).await, Ok(1));
    let view = shown(&site, &photo).await;
    assert_eq!((view.state, view.fault), (Custody::Received, None));
    assert_eq!(site.client.inner.db.read(|c| db::photo::thumb_due(c, None)).unwrap().map(|p| p.record), Some(photo.id));
}

#[tokio::test]
async fn a_sealed_file_that_vanished_or_was_damaged_is_shown_and_stops_no_other() {
    let (blobs, _server, site) = start().await;
    let vanished = logged(&site, &blobs).await;
    fs::remove_file(site.sealed_file(&site.sealed()[0])).unwrap();
    let damaged = captured(&site, &heic(541)).await;
    let file = site.sealed_file(&site.sealed()[0]);
    let mut bytes = fs::read(&file).unwrap();
    bytes[100] ^= 1;
    fs::write(&file, bytes).unwrap();
    let good = captured(&site, &heic(542)).await;
    site.log();
    blobs.lock().unwrap().expect(&damaged);
    blobs.lock().unwrap().expect(&good);

    assert_eq!(upload(&site.client).await, Ok(1));
    assert_eq!(shown(&site, &good).await.state, Custody::Received);
    for (photo, fault) in [(vanished, Fault::NotFound), (damaged, Fault::corrupt("sealed file"))] {
        let view = shown(&site, &photo).await;
        assert_eq!((view.state, view.fault), (Custody::Local, Some(fault)));
    }
    assert_eq!(site.client.inner.db.read(db::photo::upload_due), Ok(vec![]), "no use in trying again");
}

#[test]
fn a_login_page_is_no_photographs_fault() {
    assert!(!of_one_photo(&Fault::corrupt(CERTIFICATE)));
    assert!(of_one_photo(&Fault::corrupt("blob")));
}
