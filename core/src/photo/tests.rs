//! A photograph is there whole or not at all, outlives a kill, and never claims more than is known of its bytes.

use std::{fs, io::Cursor};

use image::{ImageFormat, RgbImage};
use plumbline_protocol::link::Server;
use sha2::{Digest, Sha256};

use super::*;
use crate::{
    gallery::PhotosRequest,
    net::loopback::{Answer, Asked, Loopback},
    testing::{self, Site},
};

pub(crate) fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        let noise = (x * 7919 + y * 104_729).wrapping_mul(2_654_435_761) >> 8;
        image::Rgb([noise as u8, (noise >> 8) as u8, (x + y) as u8])
    });
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// The beginning of a HEIC, which nothing here decodes, and noise.
pub(crate) fn heic(bytes: usize) -> Vec<u8> {
    let noise = (0..bytes).map(|i| (i.wrapping_mul(2_654_435_761) >> 16) as u8);
    b"\0\0\0\x18ftypheic\0\0\0\0".iter().copied().chain(noise).take(bytes).collect()
}

pub(crate) fn request(site: &Site, bytes: &[u8]) -> CaptureRequest {
    let path = site.dir.path().join("shot");
    fs::write(&path, bytes).unwrap();
    CaptureRequest { path, project: site.project, source: Source::Camera, caption: None, tags: vec![], place: None }
}

pub(crate) async fn captured(site: &Site, bytes: &[u8]) -> PhotoView {
    site.client.capture(request(site, bytes)).await.unwrap()
}

async fn shown(site: &Site, photo: &PhotoView) -> PhotoView {
    site.client.photo(RecordRequest { id: RecordId::from(photo.id) }).await.unwrap()
}

async fn export(site: &Site, photo: &PhotoView) -> Result<Vec<u8>, Fault> {
    let path = site.dir.path().join("exported");
    let _ = fs::remove_file(&path);
    let exported = site.client.export_photo(ExportPhotoRequest { photo: photo.id, path: path.clone() }).await;
    assert_eq!(exported.is_ok(), path.exists(), "whole or not there");
    assert!(!site.dir.path().join("exported.tmp").exists());
    exported.map(|()| fs::read(&path).unwrap())
}

#[tokio::test]
async fn a_captured_photograph_outlives_a_kill_with_the_bytes_it_had() {
    let site = Site::new().await;
    let bytes = picture(ImageFormat::Jpeg, 300, 200);
    let photo = captured(&site, &bytes).await;
    assert_eq!((photo.sha256, photo.bytes), (Hash(Sha256::digest(&bytes).into()), bytes.len() as u64));
    assert_eq!((photo.media.as_str(), photo.source, photo.state), ("image/jpeg", Source::Camera, Custody::Local));
    assert_eq!(photo.by, Some(site.client.inner.member().unwrap()));
    assert!(photo.here && photo.pending && !photo.thumbnail && photo.fault.is_none());
    let after = site.killed().await;
    assert_eq!(shown(&after, &photo).await, photo);
    assert_eq!(export(&after, &photo).await, Ok(bytes));
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let site = Site::new().await;
    let good = picture(ImageFormat::Jpeg, 40, 30);
    let mut bomb = good.clone();
    let frame = bomb.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    bomb[frame + 5..frame + 9].fill(0xff);
    for (bytes, reason) in [(&b""[..], "not-an-image"), (b"a letter", "not-an-image"), (&bomb, "pixels")] {
        let refused = site.client.capture(request(&site, bytes)).await;
        assert_eq!(refused.unwrap_err(), Fault::invalid("photo", reason));
    }
    let huge = request(&site, &good);
    fs::File::options().write(true).open(&huge.path).unwrap().set_len(blob::MAX_BYTES + 1).unwrap();
    assert_eq!(site.client.capture(huge).await.unwrap_err(), Fault::TooLarge { limit: blob::MAX_BYTES });

    let missing = CaptureRequest { path: site.dir.path().join("nowhere"), ..request(&site, &good) };
    assert_eq!(site.client.capture(missing).await.unwrap_err(), Fault::invalid("path", "missing"));
    let folder = CaptureRequest { path: site.dir.path().to_owned(), ..request(&site, &good) };
    assert_eq!(site.client.capture(folder).await.unwrap_err(), Fault::invalid("path", "type"));

    // Found out only when the bytes are sealed already.
    let elsewhere = CaptureRequest { project: Uuid::v7(1, [0; 10]), ..request(&site, &good) };
    assert_eq!(site.client.capture(elsewhere).await.unwrap_err(), Fault::NotFound);
    let long = CaptureRequest { caption: Some("x".repeat(2001)), ..request(&site, &good) };
    assert_eq!(site.client.capture(long).await.unwrap_err(), Fault::invalid("caption", "text"));

    assert_eq!(site.sealed(), Vec::<String>::new());
    assert!(site.client.photos(PhotosRequest::default()).await.unwrap().photos.is_empty());
    assert_eq!(site.client.inner.db.read(rows::unsent), Ok(0));
}

#[tokio::test]
async fn an_import_is_marked_as_one_and_says_where_and_what() {
    let site = Site::new().await;
    let place =
        PlaceView { lat_e7: 525_000_000, lon_e7: 134_000_000, accuracy_cm: 500, mock: true, source: "gnss".into() };
    let asked = CaptureRequest {
        source: Source::Import,
        caption: Some("Rebar, north abutment".into()),
        tags: vec!["rebar".into(), "north".into()],
        place: Some(place.clone()),
        ..request(&site, &picture(ImageFormat::Png, 20, 10))
    };
    let photo = site.client.capture(asked).await.unwrap();
    assert_eq!((photo.source, photo.media.as_str()), (Source::Import, "image/png"));
    assert_eq!((photo.caption.as_deref(), photo.place.as_ref()), (Some("Rebar, north abutment"), Some(&place)));
    assert_eq!(photo.tags.len(), 2);
    assert_eq!(site.client.photos(PhotosRequest::default()).await.unwrap().photos, [photo]);
}

#[tokio::test]
async fn the_same_bytes_twice_are_two_photographs() {
    let site = Site::new().await;
    let bytes = picture(ImageFormat::Jpeg, 40, 30);
    let (one, two) = (captured(&site, &bytes).await, captured(&site, &bytes).await);
    assert!(one.id != two.id && one.sha256 == two.sha256);
    assert_eq!(site.sealed().len(), 2);
}

#[tokio::test]
async fn thumbnails_that_are_due_outlive_a_kill_and_are_made_once() {
    let site = Site::new().await;
    let photo = captured(&site, &picture(ImageFormat::Jpeg, 1200, 900)).await;
    let id = || RecordRequest { id: RecordId::from(photo.id) };
    assert_eq!(site.client.thumbnail(id()).await, Err(Fault::NotFound));
    let after = site.killed().await;
    assert_eq!(after.client.work_off_thumbnails().await, Ok(1));
    assert_eq!(after.client.work_off_thumbnails().await, Ok(0));
    let small = image::load_from_memory(&after.client.thumbnail(id()).await.unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (512, 384));
    assert!(shown(&after, &photo).await.thumbnail);
    assert_eq!(after.sealed().len(), 2);
}

#[tokio::test]
async fn a_picture_that_does_not_decode_is_kept_and_not_tried_for_ever() {
    let site = Site::new().await;
    let mut damaged = picture(ImageFormat::Png, 200, 200);
    damaged[60..2000].fill(0);
    let (damaged_photo, heic_photo) = (captured(&site, &damaged).await, captured(&site, &heic(500)).await);
    let good = captured(&site, &picture(ImageFormat::Jpeg, 40, 30)).await;
    assert_eq!(site.client.work_off_thumbnails().await, Ok(1));
    assert_eq!(site.client.inner.db.read(|c| Ok(rows::thumb_due(c, None)?.is_none())), Ok(true));
    let (view, fault) = (shown(&site, &damaged_photo).await, Fault::invalid("photo", "not-an-image"));
    assert_eq!((view.thumbnail, view.fault), (false, Some(fault)));
    let view = shown(&site, &heic_photo).await;
    assert_eq!((view.thumbnail, view.fault, view.media.as_str()), (false, None, "image/heic"));
    assert!(shown(&site, &good).await.thumbnail);
    assert_eq!(export(&site, &damaged_photo).await, Ok(damaged));
}

/// Shows b15.
#[tokio::test]
async fn only_a_deposit_of_the_same_bytes_says_verified() {
    let site = Site::new().await;
    let photo = captured(&site, &picture(ImageFormat::Jpeg, 40, 30)).await;
    site.client.inner.db.write(|c| rows::received(c, &photo.id)).unwrap();
    assert_eq!(shown(&site, &photo).await.state, Custody::Received);
    site.log();
    let view = shown(&site, &photo).await;
    assert_eq!((view.state, view.pending), (Custody::Received, false));
    site.deposit(&photo.id, &photo.sha256, photo.bytes as i64);
    assert_eq!(shown(&site, &photo).await.state, Custody::Verified);
    assert_eq!(shown(&site.killed().await, &photo).await.state, Custody::Verified);
}

#[tokio::test]
async fn an_export_replaces_nothing() {
    let site = Site::new().await;
    let photo = captured(&site, &picture(ImageFormat::Jpeg, 40, 30)).await;
    let taken = site.dir.path().join("taken");
    fs::write(&taken, b"mine").unwrap();
    for (path, reason) in [(taken.clone(), "exists"), (site.dir.path().join("no/folder"), "missing")] {
        let refused = site.client.export_photo(ExportPhotoRequest { photo: photo.id, path }).await;
        assert_eq!(refused, Err(Fault::invalid("path", reason)));
    }
    assert_eq!(fs::read(taken).unwrap(), b"mine");
}

/// Shows b10.
#[tokio::test]
async fn an_original_that_is_gone_comes_back_from_the_server_only_as_it_was() {
    let bytes = heic(600_000);
    assert_eq!(blob::parts(bytes.len() as u64), 3);
    let held = std::sync::Arc::new(std::sync::Mutex::new(bytes.clone()));
    let stored = held.clone();
    let server = Loopback::start(move |asked| serve(asked, &stored.lock().unwrap())).await;
    let site = Site::at(&server.server).await;
    let photo = captured(&site, &bytes).await;
    assert_eq!(export(&site, &photo).await.as_ref(), Ok(&bytes));
    assert!(server.lines().is_empty(), "what is here is not asked for");

    fs::remove_file(site.sealed_file(&site.sealed()[0])).unwrap();
    assert_eq!(export(&site, &photo).await.as_ref(), Ok(&bytes));
    held.lock().unwrap()[400_000] ^= 1;
    assert_eq!(export(&site, &photo).await, Err(Fault::corrupt("photo")));
    held.lock().unwrap().truncate(400_000);
    assert!(export(&site, &photo).await.is_err());
}

#[tokio::test]
async fn without_a_server_an_original_that_is_gone_is_said_to_be_offline() {
    let site = Site::at(&Server { at: "127.0.0.1:1".to_owned(), ca: Hash([0; 32]) }).await;
    let photo = captured(&site, &picture(ImageFormat::Jpeg, 40, 30)).await;
    fs::remove_file(site.sealed_file(&site.sealed()[0])).unwrap();
    assert_eq!(export(&site, &photo).await, Err(Fault::Offline));
}

/// A session, and ranges of `blob`.
fn serve(asked: &Asked, blob: &[u8]) -> Answer {
    if let Some(answer) = testing::session(asked) {
        return answer;
    }
    let range = asked.head.lines().find_map(|l| l.strip_prefix("range: bytes=")).unwrap();
    let (from, to) = range.split_once('-').unwrap();
    let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
    let Some(part) = blob.get(from..(to + 1).min(blob.len())) else {
        return Answer::json(400, &Fault::invalid("range", "range"));
    };
    let head = format!("content-type: application/octet-stream\r\ncontent-range: bytes {from}-{to}/{}\r\n", blob.len());
    Answer::Reply(206, head, part.to_vec())
}
