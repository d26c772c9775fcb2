//! What a repair makes of a store in a rare state. The trial goes through all places that can be damaged.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use plumbline_protocol::{
    link::SetupLink,
    reader::{Code, Lie},
    record::note,
};
use zeroize::Zeroizing;

use super::*;
use crate::{
    client::Change,
    enrol::CreateOrganisationRequest,
    net::loopback::{Answer, Loopback},
    photo::{
        ExportPhotoRequest, PhotoView,
        tests::{captured, heic},
    },
    record::RecordRequest,
    sync::reenrol::Voucher,
    testing::{self, Site},
};

async fn repaired(site: Site) -> Site {
    site.client.inner.files.mark().unwrap();
    let site = site.opened_again().await;
    assert!(!site.client.inner.files.marked());
    site
}

/// Shows c06.
#[tokio::test]
async fn an_enrolment_that_was_under_way_when_the_store_was_damaged_goes_on_with_the_same_bytes() {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let came = sent.clone();
    let server = Loopback::start(move |asked| {
        came.lock().unwrap().push(asked.body.clone());
        Answer::Cut
    })
    .await;
    let server_key = SigningKey::from_bytes(&[3; 32]).verifying_key().to_bytes();
    let link = SetupLink { server: server.server.clone(), server_key, secret: Zeroizing::new([4; 32]) }.to_string();
    let found = async |client: &Client| {
        let (name, founder_name) = ("Ridge Road Paving".to_owned(), "Ana".to_owned());
        client.create_organisation(CreateOrganisationRequest { link: link.clone(), name, founder_name }).await.err()
    };
    let dir = tempfile::tempdir().unwrap();
    let config = testing::config(dir.path());
    let client = Client::open(config.clone()).await.unwrap();
    assert_eq!(found(&client).await, Some(Fault::Offline));
    let device = client.inner.device();
    client.inner.files.mark().unwrap();
    client.pause().await.unwrap();
    drop(client);

    let client = Client::open(config).await.unwrap();
    assert!(!client.inner.files.marked(), "it was rebuilt");
    assert_eq!((client.status().await.unwrap().state.as_str(), client.inner.device()), ("new", device));
    assert_eq!(found(&client).await, Some(Fault::Offline));
    let sent = sent.lock().unwrap();
    assert!(sent.len() > 1 && sent.iter().all(|body| *body == sent[0]), "{} requests", sent.len());
}

/// Shows c06.
#[tokio::test]
async fn a_key_that_is_in_the_keystore_is_found_where_only_older_keys_signed_what_is_left() {
    let site = Site::new().await;
    let old = site.client.inner.device();
    let change = Change::write(
        site.client.inner.organisation().unwrap(),
        note::KIND.name,
        site.client.inner.new_id().unwrap(),
        Some(site.project),
        [(note::TEXT, Value::from("Held"))],
    );
    let held = site.act(change);
    site.client.inner.db.write(|c| outbox::settle(c, &held.hash(), outbox::State::Held, Some(9), "")).unwrap();
    site.client.inner.reenrol(&Voucher::Old).unwrap();
    let new = site.client.inner.device();
    assert_ne!(old, new);
    // The log has its enrolment, and the page that names the key is lost.
    site.log();
    site.client.inner.db.write(|c| meta::delete(c, DEVICE)).unwrap();

    let site = repaired(site).await;
    assert_eq!(site.client.inner.device(), new);
    let kept = site.client.inner.db.read(outbox::all).unwrap();
    assert_eq!(kept.iter().map(|item| item.action.hash()).collect::<Vec<_>>(), [held.hash()]);
}

/// Shows c06.
#[tokio::test]
async fn an_alarm_comes_through_every_repair_once_with_all_of_its_evidence() {
    let site = Site::new().await;
    let lie = Lie::of(Code::Checkpoint, "the server signed two logs");
    let evidence = entry::Evidence { believed: vec!["one".to_owned(), "two".to_owned()], message: b"three".to_vec() };
    site.client.inner.db.write(|c| entry::put_alarm(c, 5, &lie, &evidence)).unwrap();
    let raised = site.client.inner.db.read(entry::alarms).unwrap().remove(0);
    let site = repaired(repaired(site).await).await;

    let db = &site.client.inner.db;
    // A page that the store had given up may show the same row once more.
    db.write(|c| entry::keep_alarm(c, &raised, &evidence)).unwrap();
    let alarms = db.read(entry::alarms).unwrap();
    let (reports, lies): (Vec<_>, Vec<_>) = alarms.iter().partition(|alarm| alarm.code == DAMAGED);
    assert_eq!((reports.len(), lies.len()), (2, 1), "{alarms:?}");
    assert_eq!(site.client.repairs().await.unwrap().len(), 2);
    assert_eq!(entry::Alarm { id: raised.id, ..lies[0].clone() }, raised);
    assert_eq!(db.read(|c| entry::evidence(c, lies[0].id)), Ok(Some(evidence)));
}

/// Shows c06.
#[tokio::test]
async fn originals_are_taken_over_unread_and_what_is_damaged_in_one_is_found_behind_it() {
    let site = Site::new().await;
    let (whole, damaged) = (captured(&site, &heic(200_000)).await, captured(&site, &heic(300_000)).await);
    let (cut, gone) = (captured(&site, &heic(400_000)).await, captured(&site, &heic(500_000)).await);
    let file = |photo: &PhotoView| {
        let kept = site.client.inner.db.read(|c| photo::get(c, &photo.id)).unwrap().unwrap();
        site.sealed_file(&kept.original.unwrap().name)
    };
    let bytes = fs::read(file(&cut)).unwrap();
    fs::write(file(&cut), &bytes[..bytes.len() / 2]).unwrap();
    fs::remove_file(file(&gone)).unwrap();
    let mut bytes = fs::read(file(&damaged)).unwrap();
    bytes[150_000] ^= 1;
    fs::write(file(&damaged), bytes).unwrap();

    let site = repaired(site).await;
    let repair = site.client.repairs().await.unwrap().remove(0);
    assert_eq!(repair.photos, 2);
    let lost: BTreeSet<UnsavedView> = [&cut, &gone].map(|photo| original_of(RecordId::from(photo.id))).into();
    assert_eq!(repair.lost.into_iter().collect::<BTreeSet<_>>(), lost);
    site.client.work_off_thumbnails().await.unwrap();
    for (photo, fault) in [(&whole, None), (&damaged, Some(Fault::corrupt("sealed file")))] {
        let view = site.client.photo(RecordRequest { id: RecordId::from(photo.id) }).await.unwrap();
        assert_eq!((view.here, view.fault), (true, fault));
    }
}

/// Shows c06, c20.
#[cfg(unix)]
#[tokio::test]
async fn an_original_that_is_withheld_during_a_repair_is_neither_lost_nor_moved_aside() {
    use std::os::unix::fs::PermissionsExt;

    let site = Site::new().await;
    let photo = captured(&site, &heic(100_000)).await;
    let sealed = site.sealed_file(&site.sealed()[0]);
    let allow = |mode| fs::set_permissions(&sealed, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o000);
    if fs::File::open(&sealed).is_ok() {
        return println!("skipped: this user may read every file");
    }
    let site = repaired(site).await;
    let repair = site.client.repairs().await.unwrap().remove(0);
    assert_eq!((repair.photos, repair.lost), (1, vec![]));
    allow(0o600);
    let path = site.dir.path().join("exported");
    site.client.export_photo(ExportPhotoRequest { photo: photo.id, path: path.clone() }).await.unwrap();
    assert_eq!(fs::read(path).unwrap(), heic(100_000));
}

#[tokio::test]
async fn a_rebuilt_store_asks_no_generation_for_the_size_of_an_older_one() {
    let site = Site::new().await;
    let inner = &site.client.inner;
    let organisation = inner.organisation().unwrap();
    let fields = [(note::TEXT, Value::from("Seen before the restore"))];
    let mut change = Change::write(organisation, note::KIND.name, inner.new_id().unwrap(), Some(site.project), fields);
    change.as_of = Some(Seen { generation: 0, size: 1000, root: Hash([7; 32]) });
    let held = site.act(change).hash();
    let size = inner
        .db
        .write(|c| {
            outbox::settle(c, &held, outbox::State::Held, Some(1), "")?;
            let cursor = meta::Cursor { generation: 1, ..meta::cursor(c)? };
            meta::put_cursor(c, &cursor)?;
            Ok(cursor.tip.size)
        })
        .unwrap();
    inner.files.mark().unwrap();
    let rebuilt = site.killed().await;
    assert_eq!(rebuilt.client.repairs().await.unwrap().len(), 1);
    let (promised, cursor) = rebuilt.client.inner.db.read(|c| Ok((push::promised(c)?, meta::cursor(c)?))).unwrap();
    assert_eq!((promised, cursor.generation), (size, 1));
}

#[tokio::test]
async fn a_rebuilt_store_that_lost_its_cursor_can_set_its_log_aside_beside_what_an_older_restore_left() {
    let site = Site::new().await;
    let lose = |c: &Tx| superseded::set_aside(c, 0).and_then(|()| meta::delete(c, meta::CURSOR));
    site.client.inner.db.write(lose).unwrap();
    site.client.inner.files.mark().unwrap();
    let rebuilt = site.killed().await;
    let due = |c: &Tx| Ok(superseded::due(c, None, 100)?.len());
    let salvaged = rebuilt.client.inner.db.read(due).unwrap();
    assert!(salvaged > 0);
    let aside = |c: &Tx| superseded::set_aside(c, meta::cursor(c)?.generation).and_then(|()| due(c));
    assert_eq!(rebuilt.client.inner.db.write(aside).unwrap(), salvaged);
}
