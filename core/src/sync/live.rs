//! Being woken: while the sync loop runs, a socket to the server says when there is something to pull.
//!
//! Invariants: the socket only gives reasons for a round, so that with or without it the same arrives, later at worst. It
//! is opened again whenever it is lost, by waits that grow and are drawn from their whole length, so that a thousand devices
//! do not come back to a restarted server in one moment. While the client is paused there is none, and it never keeps a
//! dropped client alive.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use plumbline_protocol::{Fault, live::Hint, session::Scope};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep},
};

use crate::{
    client::{Client, Inner},
    secret,
    sync::{Connection, Reason},
};

/// Longest wait before the socket is opened again for the first time; it doubles up to [`LONGEST`].
const SHORTEST: Duration = Duration::from_secs(1);
/// Longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(60);
/// Longest wait where the server says that this device gets none.
const REFUSED: Duration = Duration::from_secs(600);
/// A socket that stayed open for so long was a good one: when it is lost, waits begin anew.
const GOOD: Duration = Duration::from_secs(30);

/// What the loop and the socket know of each other.
pub(crate) struct Live {
    /// While true there is neither socket nor round.
    pub paused: watch::Sender<bool>,
    open: AtomicBool,
    /// What the server said last; none when it may have said something that was not heard.
    hint: Mutex<Option<Hint>>,
    /// Asks for a new socket at once.
    again: Arc<Notify>,
}

impl Default for Live {
    fn default() -> Self {
        let (open, hint, again) = (AtomicBool::new(false), Mutex::default(), Arc::default());
        Live { paused: watch::Sender::new(false), open, hint, again }
    }
}

impl Live {
    /// Whether the server can say something now.
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// What the server said last, if nothing can have been missed.
    pub fn hint(&self) -> Option<Hint> {
        *self.hint.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the socket, if there is none; `anew`: also in place of one that there is, for the way has changed.
    pub fn reopen(&self, anew: bool) {
        if anew || !self.is_open() {
            self.again.notify_one();
        }
    }

    /// What was said before is given back.
    fn hear(&self, hint: Option<Hint>) -> Option<Hint> {
        std::mem::replace(&mut *self.hint.lock().unwrap_or_else(PoisonError::into_inner), hint)
    }
}

/// Holds a socket until the client is dropped or signed out.
pub(crate) async fn keep(client: Weak<Inner>) {
    let Some((mut paused, again)) = client.upgrade().map(|inner| {
        let live = &inner.sync.live;
        (live.paused.subscribe(), Arc::clone(&live.again))
    }) else {
        return;
    };
    let mut longest = SHORTEST;
    while paused.wait_for(|paused| !paused).await.is_ok() {
        let (began, mut opened) = (Instant::now(), false);
        let fault = tokio::select! {
            Err(fault) = hold(&client, &mut opened) => fault,
            // The wait above is next; or, with the client gone, the end.
            _ = paused.wait_for(|paused| *paused) => continue,
            () = again.notified() => continue,
        };
        let Some(inner) = client.upgrade() else { return };
        if inner.identity().is_err() {
            return;
        }
        // One that was lost before its first word was a socket, too.
        let lost = inner.sync.live.hear(None).is_some() || opened;
        drop(inner);
        longest = match fault {
            Fault::SignedOut | Fault::Denied | Fault::NotFound => REFUSED,
            Fault::Busy { retry_after } => Duration::from_secs(u64::from(retry_after)).clamp(longest, REFUSED),
            _ if began.elapsed() >= GOOD => SHORTEST,
            _ => longest.min(LONGEST),
        };
        tokio::select! {
            () = sleep(drawn_from(longest)) => longest = (longest * 2).min(LONGEST.max(longest)),
            _ = paused.wait_for(|paused| *paused) => longest = SHORTEST,
            () = again.notified() => longest = SHORTEST,
        }
        if let (true, Some(inner)) = (lost, client.upgrade()) {
            // Something may have been said that nobody heard: a round finds out, and what is true of the connection now.
            inner.sync.wake(Reason::Live);
        }
    }
}

/// Opens a socket and passes on what it says; how that ended, and whether one was `opened`.
async fn hold(client: &Weak<Inner>, opened: &mut bool) -> Result<Infallible, Fault> {
    let gone = || client.upgrade().map(|inner| Client { inner }).ok_or(Fault::Cancelled);
    let mut socket = {
        let client = gone()?;
        let session = client.session()?;
        if session.scope() == Some(Scope::Push) {
            return Err(Fault::Denied);
        }
        let session = &session;
        let ticket = session.with_token(|token| async move { session.net().ticket(&token).await }).await?;
        session.net().live(ticket).await?
    };
    *opened = true;
    let _open = Open::of(client);
    let mut first = true;
    loop {
        let hint = socket.next().await?;
        let sync = &gone()?.inner.sync;
        sync.live.hear(Some(hint));
        // A round that failed waits its time out, unless there is a way to the server again, as a new socket shows.
        let again = first && sync.connection() == Connection::Offline;
        sync.wake(if again { Reason::Network } else { Reason::Live });
        first = false;
    }
}

/// Says that the socket is open, until it is dropped.
struct Open(Weak<Inner>);

impl Open {
    fn of(client: &Weak<Inner>) -> Open {
        Open::set(client, true);
        Open(client.clone())
    }

    fn set(client: &Weak<Inner>, open: bool) {
        if let Some(inner) = client.upgrade() {
            inner.sync.live.open.store(open, Ordering::Release);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        Open::set(&self.0, false);
    }
}

/// Any part of `longest`: "full jitter".
fn drawn_from(longest: Duration) -> Duration {
    let part = secret::random::<2>().map_or(u16::MAX, |r| u16::from_be_bytes(*r));
    longest * u32::from(part) / u32::from(u16::MAX)
}
