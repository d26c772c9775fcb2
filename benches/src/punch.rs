//! P5: one punch through the client, beside a plain SQLite commit and one signature; and how many commits it takes.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use ed25519_dalek::{Signer, SigningKey};
use plumbline_core::{datum::PlaceView, punch::ClockRequest};
use rusqlite::Connection;

use crate::{
    Failure, crew, floor,
    measure::{Plan, Row, interleaved},
    site::{Device, Site},
};

/// Bytes of a punch's row: header, signature and body.
const ROW: usize = 480;

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let [n, _] = plan.sizes;
    let site = Site::with(n).await?;
    let device = site.device("phone").await?;
    let (plain, key) = (floor::plain(&site.folder.path().join("plain.db"))?, SigningKey::from_bytes(&[1; 32]));
    plain.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
    // The first of each pays for what is kept: prepared statements, threads.
    punch(&device).await?;
    commit(&plain, &key)?;
    let times = interleaved(plan.many, async || punch(&device).await, || commit(&plain, &key)).await?;

    let before = commits(&device.store())?;
    punch(&device).await?;
    let taken = commits(&device.store())?.checked_sub(before).ok_or("the log of the store began anew")?;
    Ok(vec![
        Row::beside("P5 one punch", n, times, 2.0),
        Row::bounded("P5 FULL commits of one punch", n, "commits", taken as f64, 1.0),
    ])
}

async fn punch(device: &Device) -> Result<Duration, Failure> {
    let place = PlaceView {
        lat_e7: 407_128_000,
        lon_e7: -740_060_000,
        accuracy_cm: 500,
        mock: false,
        source: "gnss".to_owned(),
    };
    let request = ClockRequest {
        what: "in".to_owned(),
        project: crew::project_id(0),
        classification: Some("Laborer".to_owned()),
        worker: None,
        place: Some(place),
        at: None,
        from_project: None,
    };
    let begun = Instant::now();
    device.client.clock(request).await?;
    Ok(begun.elapsed())
}

fn commit(plain: &Connection, key: &SigningKey) -> Result<Duration, Failure> {
    let row = [7; ROW];
    let begun = Instant::now();
    let signature = key.sign(&row).to_bytes();
    plain.prepare_cached("INSERT INTO row (bytes) VALUES (?1)")?.execute([[&signature[..], &row[..]].concat()])?;
    Ok(begun.elapsed())
}

/// Number of commits that stand in the write-ahead log of a database: frames that say how large it was after them
/// (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>). SQLCipher seals pages, not the heads of frames.
fn commits(database: &Path) -> Result<usize, Failure> {
    let wal = fs::read(database.with_extension("db-wal"))?;
    let number = |bytes: &[u8], at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (page, salt) = (number(&wal, 8).ok_or("no write-ahead log")?, wal.get(16..24));
    let frames = wal.get(32..).unwrap_or_default().chunks_exact(24 + page as usize);
    // Frames of an earlier round have another salt.
    let current = frames.take_while(|frame| frame.get(8..16) == salt);
    Ok(current.filter(|frame| number(frame, 4).is_some_and(|size| size > 0)).count())
}
