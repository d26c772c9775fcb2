//! Sync: what waits goes out, what is new comes in, photographs follow; whenever there is a reason.
//!
//! Invariants: nothing that waits is dropped by a failure, only tried again later; one round runs at a time, and reasons that
//! come meanwhile make one more round together; a log that lies stops the pull and raises the alarm, never the book.

pub(crate) mod generation;
pub(crate) mod history;
pub(crate) mod live;
pub mod outgoing;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod reenrol;
pub(crate) mod upload;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use plumbline_protocol::{Fault, live::Hint, session::Scope, time::Anchor};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};

use self::live::Live;
use crate::{
    client::{Client, Inner},
    db::{meta, outbox},
    event::Event,
    net::CERTIFICATE,
};

/// How often the loop runs a round without a reason, and how soon after one that failed.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// First wait after a failed round; it doubles up to `longest`.
    pub shortest: Duration,
    /// Longest wait after failed rounds.
    pub longest: Duration,
    /// Wait after a good round while the server cannot wake us: polling.
    pub poll: Duration,
    /// The same while it can: only in case that a hint was lost.
    pub poll_while_woken: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            shortest: Duration::from_secs(2),
            longest: Duration::from_secs(300),
            poll: Duration::from_secs(60),
            poll_while_woken: Duration::from_secs(900),
        }
    }
}

/// What is known of the way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// Not tried yet.
    #[default]
    Unknown,
    /// The last round reached the server.
    Online,
    /// The last round did not.
    Offline,
    /// The server does not let this device in; the book stays open.
    SignedOut,
    /// Something answered in the server's place, under a certificate that is not the server's or has expired: the login page
    /// of a public network, or somebody who reads along. Nothing was sent to it.
    Impostor,
    /// The log disagreed with its proofs: see the alarms.
    Alarm,
}

/// Why a round should run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Something was written here.
    Local,
    /// The person looks at the app.
    Foreground,
    /// The network came back.
    Network,
    /// The server said that the log grew, or can no longer say so.
    Live,
}

/// What a round did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SyncView {
    /// Actions acknowledged.
    pub pushed: u64,
    /// Entries read.
    pub pulled: u64,
    /// Photographs whose bytes the server has now.
    pub uploaded: u64,
    /// Size of the log.
    pub size: u64,
    /// Actions that still wait.
    pub waiting: u64,
}

/// The state of the sync loop.
#[derive(Default)]
pub(crate) struct Worker {
    /// Held by a round, and by whoever else gives this device a new key.
    pub round: tokio::sync::Mutex<()>,
    reasons: Mutex<BTreeSet<Reason>>,
    woken: Arc<Notify>,
    connection: Mutex<Connection>,
    /// When a round last reached the server, by the wall clock, since the client was opened.
    contact: Mutex<Option<i64>>,
    started: AtomicBool,
    /// The socket.
    pub live: Live,
    /// Counts pushes.
    pub pushes: watch::Sender<u64>,
    /// What the system carries.
    pub outgoing: outgoing::Outgoing,
    /// How far photographs were asked after.
    pub asked: Mutex<upload::Asked>,
    /// Sizes and roots that this log was shown to have had.
    pub history: Mutex<history::Known>,
}

impl Worker {
    pub fn connection(&self) -> Connection {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn contact(&self) -> Option<i64> {
        *self.contact.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a reason for a round.
    pub fn wake(&self, reason: Reason) {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner).insert(reason);
        self.woken.notify_one();
    }

    fn take_reasons(&self) -> BTreeSet<Reason> {
        std::mem::take(&mut *self.reasons.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Client {
    /// Runs one whole round: sends what waits, reads what is new, sends photographs.
    ///
    /// # Errors
    /// [`Fault::Offline`] and [`Fault::Busy`]: it will be tried again; [`Fault::SignedOut`]: the device must enrol again by an
    /// invite; [`Fault::Corrupt`] `log`: the log lies, see [`Client::alarms`]. Nothing that waits is lost by any of them.
    pub async fn sync(&self) -> Result<SyncView, Fault> {
        let _round = self.inner.sync.round.lock().await;
        self.synced().await
    }

    /// A whole round, for who holds the lock on rounds.
    pub(crate) async fn synced(&self) -> Result<SyncView, Fault> {
        let inner = &self.inner;
        let done = self.round().await;
        let connection = match &done {
            Ok(_) => Connection::Online,
            Err(Fault::SignedOut | Fault::Denied) => Connection::SignedOut,
            Err(Fault::Corrupt { what }) if what == CERTIFICATE => Connection::Impostor,
            Err(Fault::Corrupt { what }) if what == "log" => Connection::Alarm,
            Err(_) => Connection::Offline,
        };
        if done.is_ok() {
            *inner.sync.contact.lock().unwrap_or_else(PoisonError::into_inner) = Some(inner.config.clock.wall());
        }
        let before = {
            let mut known = inner.sync.connection.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *known, connection)
        };
        if before != connection {
            inner.emit(Event::Connection { connection });
        }
        done
    }

    async fn round(&self) -> Result<SyncView, Fault> {
        self.inner.identity()?;
        match self.exchange().await {
            Err(fault @ (Fault::SignedOut | Fault::Denied)) => match generation::come_back(self).await {
                Ok(true) => self.exchange().await,
                _ => Err(fault),
            },
            done => done,
        }
    }

    async fn exchange(&self) -> Result<SyncView, Fault> {
        let mut view = SyncView { pushed: push::push(self).await?, ..SyncView::default() };
        self.inner.sync.pushes.send_modify(|n| *n = n.wrapping_add(1));
        let mut revoked = false;
        if !self.push_only().await? {
            view.pulled = match pull::pull(self).await {
                // Revoked since the session was opened. A new one may still send, photographs too.
                Err(Fault::Denied) => {
                    self.forget_session();
                    revoked = true;
                    0
                }
                pulled => pulled?,
            };
        }
        if self.run(|inner| inner.db.read(meta::cloned)).await? {
            reenrol::reenrol(self, reenrol::Voucher::Old).await?;
            view.pushed += push::push(self).await?;
        }
        let waits = |inner: &Inner| inner.db.read(|c| Ok(outbox::count(c, outbox::State::Waiting)? > 0));
        if generation::offer(self).await? > 0 || self.run(waits).await? {
            view.pushed += push::push(self).await?;
            view.pulled += pull::pull(self).await?;
        }
        view.uploaded = upload::upload(self).await?;
        if revoked {
            return Err(Fault::Denied);
        }
        if view.uploaded > 0 && !self.push_only().await? {
            view.pulled += pull::pull(self).await?;
        }
        let (size, waiting) = self
            .run(|inner| inner.db.read(|c| Ok((meta::cursor(c)?.tip.size, outbox::count(c, outbox::State::Waiting)?))))
            .await?;
        (view.size, view.waiting) = (size, waiting);
        Ok(view)
    }

    /// Whether the server lets this device send and no more, because it was revoked.
    pub(crate) async fn push_only(&self) -> Result<bool, Fault> {
        let session = self.session()?;
        session.with_token(|_| async { Ok(()) }).await?;
        Ok(session.scope() == Some(Scope::Push))
    }

    /// Gives a reason for a round. Reasons coalesce: many in a moment make one round.
    pub fn wake(&self, reason: Reason) {
        let sync = &self.inner.sync;
        sync.wake(reason);
        match reason {
            Reason::Network => sync.live.reopen(true),
            Reason::Foreground => sync.live.reopen(false),
            Reason::Local | Reason::Live => {}
        }
    }

    /// Starts the loop that runs a round for every reason, and now and then without one, and holds a socket on which the
    /// server gives such reasons. Both end with the client.
    pub fn start(&self) {
        start(self, Pace::default());
    }
}

/// [`Client::start`] at another pace.
pub fn start(client: &Client, pace: Pace) {
    if client.inner.sync.started.swap(true, Ordering::AcqRel) {
        return;
    }
    tokio::spawn(live::keep(Arc::downgrade(&client.inner)));
    tokio::spawn(rounds(Arc::downgrade(&client.inner), Arc::clone(&client.inner.sync.woken), pace));
}

/// While it waits, it holds nothing that would keep a dropped client's store open.
async fn rounds(client: Weak<Inner>, woken: Arc<Notify>, pace: Pace) {
    let Some(mut paused) = client.upgrade().map(|inner| inner.sync.live.paused.subscribe()) else { return };
    let (mut backoff, mut known) = (pace.shortest, 0);
    while paused.wait_for(|paused| !paused).await.is_ok() {
        let Some(inner) = client.upgrade() else { return };
        inner.sync.take_reasons();
        let generation = inner.sync.live.hint().map(|hint| hint.generation);
        let client_now = Client { inner };
        let done = client_now.sync().await;
        let thumbnails = client_now.work_off_thumbnails().await;
        let failed = done.is_err() || thumbnails.is_err();
        let wait = match &done {
            Err(Fault::SignedOut) if client_now.inner.identity().is_err() => return,
            Err(Fault::Busy { retry_after }) => Duration::from_secs(u64::from(*retry_after)).max(pace.shortest),
            _ if failed => {
                let wait = backoff;
                backoff = (backoff * 2).min(pace.longest);
                wait
            }
            _ => {
                backoff = pace.shortest;
                if client_now.inner.sync.live.is_open() { pace.poll_while_woken } else { pace.poll }
            }
        };
        // What the server asks for is given whole, whoever looks.
        let asked = matches!(done, Err(Fault::Busy { .. }));
        known = done.map_or(known, |view| view.size);
        drop(client_now);
        let until = tokio::time::Instant::now() + drawn(wait, asked, chance());
        // After a good round any reason starts the next; a failed one waits its time out, unless the network came back or
        // a person looks. What the server says is news only where it is past what was read.
        while tokio::time::timeout_at(until, woken.notified()).await.is_ok() {
            let Some(inner) = client.upgrade() else { return };
            let reasons = inner.sync.take_reasons();
            let news = |hint: Hint| hint.size > known || generation.is_some_and(|before| before != hint.generation);
            let behind = reasons.contains(&Reason::Live) && inner.sync.live.hint().is_none_or(news);
            let someone = reasons.contains(&Reason::Network) || reasons.contains(&Reason::Foreground);
            if !asked && (someone || !failed && (behind || reasons.contains(&Reason::Local))) {
                break;
            }
        }
    }
}

/// What the device's sleep-counting clock showed before a request and behind its reply.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trip {
    asked: i64,
    answered: i64,
}

impl Inner {
    /// Waits for one reply and measures how long it took: the shorter that is, the less doubt is in the server's time.
    pub(crate) async fn timed<T>(&self, reply: impl Future<Output = Result<T, Fault>>) -> Result<(T, Trip), Fault> {
        let asked = self.config.clock.boot_ms();
        let reply = reply.await?;
        Ok((reply, Trip { asked, answered: self.config.clock.boot_ms() }))
    }

    /// The server's clock, which read `now` during the trip, as a trusted time.
    pub(crate) fn anchor(&self, now: i64, trip: Trip) -> Option<Anchor> {
        Some(Anchor::of_reply(now, self.config.clock.boot(), trip.asked, trip.answered)).filter(Anchor::valid)
    }
}

/// Up to a quarter less, or more where the server asked for it, so that a thousand phones do not come back in one second.
fn drawn(wait: Duration, asked: bool, chance: u8) -> Duration {
    let part = wait / 4 * u32::from(chance) / 256;
    if asked { wait + part } else { wait - part }
}

fn chance() -> u8 {
    crate::secret::random::<1>().map_or(0, |random| random.first().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows s10.
    #[test]
    fn a_server_that_asks_for_time_is_given_all_of_it() {
        let wait = Duration::from_secs(40);
        for chance in [0, 100, 255] {
            assert!((wait..wait * 5 / 4).contains(&drawn(wait, true, chance)));
            assert!((wait * 3 / 4..=wait).contains(&drawn(wait, false, chance)));
        }
    }
}
