//! Work that nobody waits for: reading received photographs again.
//!
//! What there is to do stands in the database (blobs in state `received`), so a job is durable without a queue of its own.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use crate::app::{App, blob};

/// How long what failed waits, when nothing else comes.
const RETRY: Duration = Duration::from_secs(60);

/// Works until its task is aborted; whatever it was at is done again at the next start.
pub(crate) async fn run(app: Arc<App>) {
    loop {
        let all = blob::verify_received(&app).await.unwrap_or_else(|error| {
            tracing::error!(%error, "verify");
            false
        });
        let more = app.received.notified();
        match all {
            true => more.await,
            // Whether more came or not: what failed is tried again.
            false => timeout(RETRY, more).await.unwrap_or_default(),
        }
    }
}
