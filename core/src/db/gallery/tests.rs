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

/// What a page and the days of a hundred thousand photographs take: `cargo test --release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn measure() {
    use plumbline_protocol::{DeviceId, evidence, fold::Write, value::Key};

    let home = tempfile::tempdir().unwrap();
    let db = super::super::Db::create(&home.path().join("store.db"), zeroize::Zeroizing::new([7; 48])).unwrap();
    let id = |n: u64, salt: u8| {
        let mut random = [salt; 10];
        random[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
        Uuid::v7(1_760_000_000_000 + n as i64 * 50_000, random)
    };
    let text = |fields: &[(&str, plumbline_protocol::value::Value)]| Record {
        kind: photo::KIND.name.to_owned(),
        project: None,
        concerns: None,
        last: 7,
        fields: fields
            .iter()
            .map(|(name, value)| {
                let shown = Write { position: 7, device: DeviceId([3; 32]), value: value.clone() };
                (Key::from(*name), FieldState::Last { shown, flagged: Vec::new() })
            })
            .collect(),
    };
    use plumbline_protocol::value::Value as V;
    const N: u64 = 100_000;
    for start in (0..N).step_by(5000) {
        db.write(|c| {
            for n in start..start + 5000 {
                let at = 1_760_000_000_000 + n as i64 * 50_000;
                let interval = Interval {
                    stated: at,
                    earliest: Some(at),
                    latest: Some(at),
                    how: plumbline_protocol::time::How::Anchored,
                };
                let mut photo = text(&[
                    (photo::SHA256, V::from([n as u8; 32])),
                    (photo::BYTES, V::Int(4_000_000)),
                    (photo::MEDIA, V::from("image/jpeg")),
                    (photo::SOURCE, V::from("camera")),
                    (photo::AT, evidence::interval_to(&interval)),
                    (photo::CAPTION, V::from(format!("Rebar at pier {} north", n % 977).as_str())),
                ]);
                photo.project = Some(id(n % 3, 9));
                record::put(c, &RecordId::from(id(n, 1)), &photo, Layer::Confirmed, Some(id(n % 40, 8)))?;
                if n % 100 != 0 {
                    let mut deposit = text(&[
                        (deposit::PHOTO, V::from(id(n, 1))),
                        (deposit::SHA256, V::from([n as u8; 32])),
                        (deposit::BYTES, V::Int(4_000_000)),
                    ]);
                    deposit.kind = deposit::KIND.name.to_owned();
                    let deposit_id = RecordId::from(deposit::record_of(&id(n, 1)));
                    record::put(c, &deposit_id, &deposit, Layer::Confirmed, None)?;
                }
            }
            Ok(())
        })
        .unwrap();
    }
    let half = 1_760_000_000_000 + N as i64 / 2 * 50_000;
    let some = |what: &str, filter: &Filter| {
        for cold in [true, false] {
            if cold {
                db.pause().unwrap();
                db.resume().unwrap();
            }
            let begun = std::time::Instant::now();
            let page = db.read(|c| list(c, filter, 50)).unwrap().len();
            let paged = begun.elapsed();
            let mut count = 0_u64;
            let begun = std::time::Instant::now();
            db.read(|c| moments(c, filter, &mut |_| count += 1)).unwrap();
            eprintln!(
                "{what:28} cold {cold:5}: {page:3} in {paged:10.2?}, {count:6} moments in {:10.2?}",
                begun.elapsed()
            );
        }
    };
    let words = |text: &str| Filter { words: text.split(' ').map(str::to_owned).collect(), ..Filter::default() };
    some("all", &Filter::default());
    some("from the middle", &Filter { to: Some(half), ..Filter::default() });
    some("a project", &Filter { project: Some(id(1, 9)), ..Filter::default() });
    some("another project", &Filter { project: Some(id(99, 9)), ..Filter::default() });
    some("a person", &Filter { author: Some(id(7, 8)), ..Filter::default() });
    some("nobody", &Filter { author: Some(id(99, 8)), ..Filter::default() });
    some("verified", &Filter { at: Some(At::Deposited), ..Filter::default() });
    some("here only", &Filter { at: Some(At::Device), ..Filter::default() });
    some("received", &Filter { at: Some(At::Received), ..Filter::default() });
    some("a word of all", &words("rebar"));
    some("a rare word", &words("rebar 976"));
    some("a word and a person", &Filter { author: Some(id(7, 8)), ..words("north") });
    some("withdrawn too", &Filter { withdrawn: true, ..Filter::default() });
    let begun = std::time::Instant::now();
    db.write(|c| {
        c.execute_batch("UPDATE record SET author = x'', deposited = -1").map_err(sql)?;
        eprintln!("emptied in {:?}", begun.elapsed());
        fill(c)
    })
    .unwrap();
    eprintln!("filled after {:?}", begun.elapsed());
    eprintln!("store of {} MB", std::fs::metadata(home.path().join("store.db")).unwrap().len() / 1_000_000);
}
