//! P8: search through the client, newest first: a word that one record in thirty has, and two words together.

use std::time::{Duration, Instant};

use plumbline_core::record::SearchRequest;

use crate::{
    Failure,
    measure::{FLAT, Plan, Row, repeated},
    site::{Device, Site},
};

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let (mut rows, mut both) = (Vec::new(), Vec::new());
    for n in plan.sizes {
        let device = Site::with(n).await?.device("phone").await?;
        let mut first = Duration::ZERO;
        for text in ["culvert", "north abut"] {
            search(&device, text).await?;
            let taken = repeated(plan.many, async || search(&device, text).await).await?;
            rows.push(Row::within(&format!("P8 search, newest first: `{text}`"), n, taken, 1.0));
            first = first.max(taken);
        }
        both.push(first);
    }
    rows.extend(Row::flat("P8 search", plan, &both, FLAT));
    Ok(rows)
}

async fn search(device: &Device, text: &str) -> Result<Duration, Failure> {
    let request = SearchRequest { text: text.to_owned(), limit: 50 };
    let begun = Instant::now();
    let found = device.client.search(request).await?;
    let taken = begun.elapsed();
    if found.is_empty() { Err("nothing was found".into()) } else { Ok(taken) }
}
