//! P7: the newest 50 punches through the client, beside the bare query over the same store; and whether size matters.

use std::time::{Duration, Instant};

use plumbline_core::record::ListRequest;
use rusqlite::Connection;

use crate::{
    Failure, floor,
    measure::{FLAT, Plan, Row, interleaved},
    site::{Device, Site},
};

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let (mut rows, mut both) = (Vec::new(), Vec::new());
    for n in plan.sizes {
        let site = Site::with(n).await?;
        let device = site.device("phone").await?;
        let bare = floor::sealed(&device.store(), &device.database_key()?)?;
        // The first of each pays for what is kept: connections, prepared statements, pages.
        list(&device).await?;
        query(&bare)?;
        let times = interleaved(plan.many, async || list(&device).await, || query(&bare)).await?;
        rows.push(Row::beside("P7 newest 50", n, times, 2.0));
        both.push(times.0);
    }
    rows.extend(Row::flat("P7 newest 50", plan, &both, FLAT));
    Ok(rows)
}

/// Lists the newest 50 punches.
pub async fn list(device: &Device) -> Result<Duration, Failure> {
    let request = ListRequest { kind: "punch".to_owned(), ..ListRequest::default() };
    let begun = Instant::now();
    let view = device.client.list(request).await?;
    let taken = begun.elapsed();
    if view.records.len() == 50 { Ok(taken) } else { Err("the list is not whole".into()) }
}

fn query(bare: &Connection) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let rows = floor::read_newest(bare)?;
    let taken = begun.elapsed();
    if rows == 50 { Ok(taken) } else { Err("the query is not whole".into()) }
}
