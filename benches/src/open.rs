//! P9: from nothing in the process to the first list, the key from a keystore, beside a bare SQLCipher open and one query.
//!
//! The files are in the system's cache: what a cold disk adds is the same for both.

use std::time::{Duration, Instant};

use plumbline_core::Client;

use crate::{
    Failure, floor, list,
    measure::{Plan, Row, interleaved},
    site::{Device, Site},
};

/// What a person does not notice, milliseconds.
const GOAL: f64 = 5.0;

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for n in plan.sizes {
        let site = Site::with(n).await?;
        let device = site.device("phone").await?;
        let (file, key) = (device.store(), device.database_key()?);
        let Device { client, config, keys, heard } = device;
        client.pause().await?;
        drop(client);
        let ours = async || {
            let begun = Instant::now();
            let client = Client::open(config.clone()).await?;
            let device = Device { client, config: config.clone(), keys: keys.clone(), heard: heard.clone() };
            list::list(&device).await?;
            let taken = begun.elapsed();
            device.client.pause().await?;
            Ok(taken)
        };
        let bare = || {
            let begun = Instant::now();
            let connection = floor::sealed(&file, &key)?;
            floor::read_newest(&connection)?;
            Ok::<Duration, Failure>(begun.elapsed())
        };
        rows.push(Row::bounded_beside("P9 open and first list", n, interleaved(plan.many, ours, bare).await?, GOAL));
    }
    Ok(rows)
}
