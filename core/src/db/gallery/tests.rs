//! The columns of photographs say what their states say, also in a store that had none.

use image::ImageFormat;

use super::*;
use crate::{
    photo::tests::{captured, picture},
    testing::Site,
};

fn columns(c: &Tx) -> Vec<(i64, Vec<u8>, i64)> {
    let mut query = c.prepare("SELECT row, author, deposited FROM record ORDER BY row").unwrap();
    query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_store_of_before_is_filled_from_what_it_has() {
    let site = Site::new().await;
    let bytes = picture(ImageFormat::Jpeg, 40, 30);
    let verified = captured(&site, &bytes).await;
    site.log();
    site.deposit(&verified.id, &verified.sha256, verified.bytes as i64);
    captured(&site, &bytes).await;
    let before = site.client.inner.db.write(|c| {
        let before = columns(c);
        c.execute_batch("UPDATE record SET author = x'', deposited = -1").map_err(sql)?;
        fill(c)?;
        assert_eq!(columns(c), before);
        Ok(before)
    });
    let before = before.unwrap();
    let member = site.client.inner.member().unwrap().as_bytes().to_vec();
    let photos: Vec<_> = before.iter().filter(|(_, _, deposited)| *deposited >= 0).collect();
    assert_eq!(
        photos.iter().map(|(_, author, deposited)| (author, *deposited)).collect::<Vec<_>>(),
        [(&member, 1), (&member, 0)]
    );
    assert!(before.iter().filter(|(_, _, deposited)| *deposited < 0).all(|(_, author, _)| author.is_empty()));
}

#[tokio::test]
async fn only_a_deposit_of_the_same_bytes_is_one() {
    let site = Site::new().await;
    let photo = captured(&site, &picture(ImageFormat::Jpeg, 40, 30)).await;
    let db = &site.client.inner.db;
    let deposited = |sha256: &Hash, bytes| db.read(|c| deposited(c, &photo.id, sha256, bytes)).unwrap();
    site.log();
    assert!(!deposited(&photo.sha256, photo.bytes));
    site.deposit(&photo.id, &photo.sha256, photo.bytes as i64);
    assert!(deposited(&photo.sha256, photo.bytes));
    assert!(!deposited(&photo.sha256, photo.bytes + 1) && !deposited(&Hash([7; 32]), photo.bytes));
}
