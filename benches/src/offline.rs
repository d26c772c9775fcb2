//! P11: a day without network goes out: actions that wait in the outbox are pushed, each verified once, logged in one
//! transaction and marked sent, beside the same bytes with nothing else done.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use plumbline_core::record::WriteRequest;
use plumbline_protocol::page;
use rusqlite::params;

use crate::{
    Failure, crew, floor,
    measure::{GROWTH, Plan, Row, interleaved},
    pull::{self, Signed},
    site::{Device, Site},
};

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let [least, _] = plan.sizes;
    let (mut rows, mut each) = (Vec::new(), Vec::new());
    for n in [least / 10, least] {
        let site = Site::with(least).await?;
        let signed = site.link()?.signer(&site.server, site.organisation).await?.signed(n);
        let mut turn = 0;
        let ours = async || {
            turn += 1;
            let device = site.device(&format!("phone-{turn}")).await?;
            write(&device, n).await?;
            let begun = Instant::now();
            let view = device.client.sync().await?;
            // What follows the last receipt is the pull.
            let sent = device.heard.outbox().ok_or("nothing was heard of the outbox")?;
            if view.pushed == n { Ok(sent - begun) } else { Err("not all was pushed".into()) }
        };
        let times = interleaved(plan.repeats.min(3), ours, || bare(site.folder.path(), &signed)).await?;
        rows.push(Row::beside("P11 offline work goes out", n, times, 2.0));
        each.push(times.0);
    }
    let sizes = Plan { sizes: [least / 10, least], ..*plan };
    rows.extend(Row::growth("P11 offline work", &sizes, &each, GROWTH));
    Ok(rows)
}

async fn write(device: &Device, n: u64) -> Result<(), Failure> {
    for number in 0..n {
        let fields = serde_json::json!({ "text": format!("note {number} of a day without network") });
        let fields = serde_json::from_value(fields)?;
        let project = Some(crew::project_id(0));
        let request =
            WriteRequest { kind: "note".to_owned(), record: None, project, fields, reason: None, as_of: None };
        device.client.write(request).await?;
    }
    Ok(())
}

/// From an encrypted outbox through zstd into one transaction of a plain log, and marked sent.
fn bare(folder: &Path, signed: &[Signed]) -> Result<Duration, Failure> {
    let folder = tempfile::TempDir::new_in(folder)?;
    let mut outbox = floor::sealed(&folder.path().join("outbox.db"), &[7; 32])?;
    let mut log = floor::plain(&folder.path().join("log.db"))?;
    outbox.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, sent INTEGER NOT NULL, bytes BLOB NOT NULL)")?;
    log.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL)")?;
    let waiting = outbox.transaction()?;
    for one in signed {
        waiting.prepare_cached("INSERT INTO row (sent, bytes) VALUES (0, ?1)")?.execute([&one.message])?;
    }
    waiting.commit()?;

    let begun = Instant::now();
    let bytes: Vec<Vec<u8>> = {
        let mut query = outbox.prepare("SELECT bytes FROM row WHERE sent = 0 ORDER BY id")?;
        query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
    };
    page::unpack(&page::pack(&bytes.concat())?)?;
    pull::verify(signed)?;
    let transaction = log.transaction()?;
    for (one, bytes) in signed.iter().zip(&bytes) {
        let mut insert = transaction.prepare_cached("INSERT INTO row (hash, bytes) VALUES (?1, ?2)")?;
        insert.execute(params![one.signature.get(..32), bytes])?;
    }
    transaction.commit()?;
    outbox.execute("UPDATE row SET sent = 1", [])?;
    Ok(begun.elapsed())
}
