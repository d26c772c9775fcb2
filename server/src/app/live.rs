//! Who is connected and wants to be woken: tickets, seats, and when a seat is lost.
//!
//! Invariants: a seat is had for a ticket, which one full session gets and which is good once; a session has one seat, and
//! a newer one takes it. When a session has ended its seat is taken away before anything more is said on it, and no other
//! is asked; so what ends a request's rights ends the seat. A seat learns how long the log of its own organisation is, and
//! nothing else.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use data_encoding::HEXLOWER;
use plumbline_protocol::{
    Fault, Hash, OrganisationId,
    live::{Hint, Ticket},
};
use sha2::{Digest, Sha256};
use tokio::sync::{
    oneshot::{self, error::TryRecvError},
    watch,
};
use tokio_util::task::TaskTracker;
use zeroize::Zeroizing;

use super::{App, session};
use crate::{
    db::{News, log::Log, session::Family},
    error::Result,
    op::Op,
    random,
};

/// Seconds that a ticket can be used.
pub const TICKET_SECONDS: u32 = 30;
/// Tickets that may be out for each seat there is: those that were never used are forgotten when they have expired.
const TICKETS_PER_SEAT: usize = 2;

/// Tickets and seats. In memory: a server that starts again has none, and whoever was connected asks again.
pub struct Live {
    /// The sockets' tasks, so that a server that ends can wait until they have said goodbye.
    pub tasks: TaskTracker,
    most: usize,
    tickets: Mutex<HashMap<Family, Issued>>,
    seats: Mutex<Seats>,
}

/// A ticket that was not used yet.
struct Issued {
    op: Op,
    sha256: Hash,
    expires_at: i64,
}

#[derive(Default)]
struct Seats {
    /// Who is connected. Dropping a session's sender takes its seat away.
    taken: HashMap<Family, (u64, oneshot::Sender<()>)>,
    /// What those of one organisation are told; none where nobody is connected. A reader that is slow sees the newest of it.
    organisations: HashMap<OrganisationId, watch::Sender<Hint>>,
    next: u64,
    closed: bool,
}

/// The right to be told, for as long as it is held.
pub struct Seat {
    app: Arc<App>,
    op: Op,
    number: u64,
    hint: watch::Receiver<Hint>,
    taken_away: oneshot::Receiver<()>,
    told: Option<Hint>,
}

impl Live {
    /// With room for `most` seats.
    pub fn new(most: usize) -> Live {
        Live { tasks: TaskTracker::new(), most, tickets: Mutex::default(), seats: Mutex::default() }
    }

    /// Passes on what is durable now.
    pub fn tell(&self, news: News) {
        let mut seats = self.seats();
        match news {
            News::Grown(organisation, hint) => {
                if let Some(known) = seats.organisations.get(&organisation) {
                    known.send_if_modified(|known| {
                        let grown = hint > *known;
                        *known = hint.max(*known);
                        grown
                    });
                }
            }
            News::Ended(family) => drop(seats.taken.remove(&family)),
        }
    }

    /// Takes every seat away and gives no more.
    pub fn close(&self) {
        let mut seats = self.seats();
        seats.closed = true;
        seats.taken.clear();
        seats.organisations.clear();
        self.tasks.close();
    }

    /// How many are connected.
    pub fn seated(&self) -> usize {
        self.seats().taken.len()
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tickets(&self) -> MutexGuard<'_, HashMap<Family, Issued>> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seat(&self, app: &Arc<App>, op: Op) -> Result<Seat> {
        let mut seats = self.seats();
        let full = seats.taken.len() >= self.most && !seats.taken.contains_key(&op.family);
        if full || seats.closed {
            return Err(Fault::Busy { retry_after: 30 }.into());
        }
        let number = seats.next;
        seats.next += 1;
        let (hold, taken_away) = oneshot::channel();
        seats.taken.insert(op.family, (number, hold));
        let hint = seats.organisations.entry(op.organisation).or_default().subscribe();
        Ok(Seat { app: app.clone(), op, number, hint, taken_away, told: None })
    }
}

/// A ticket for the session; the one before it is no longer good.
pub fn ticket(app: &App, op: &Op) -> Result<Ticket> {
    op.full()?;
    let (live, now) = (&app.live, app.now());
    let secret = Zeroizing::new(random::bytes::<32>()?);
    let sha256 = Hash(Sha256::digest(*secret).into());
    let issued = Issued { op: op.clone(), sha256, expires_at: now + i64::from(TICKET_SECONDS) * 1000 };
    let mut tickets = live.tickets();
    if tickets.len() >= live.most.saturating_mul(TICKETS_PER_SEAT) {
        tickets.retain(|_, issued| now < issued.expires_at);
        if tickets.len() >= live.most.saturating_mul(TICKETS_PER_SEAT) {
            return Err(Fault::Busy { retry_after: TICKET_SECONDS }.into());
        }
    }
    tickets.insert(op.family, issued);
    drop(tickets);
    let ticket = HEXLOWER.encode(&Zeroizing::new([&op.family[..], &*secret].concat()));
    Ok(Ticket { ticket, expires_in: TICKET_SECONDS })
}

/// A seat for a ticket, which is used up by that. One that was forged, used, replaced or is too old is answered alike.
pub async fn join(app: &Arc<App>, ticket: &str) -> Result<Seat> {
    let bytes = HEXLOWER.decode(ticket.as_bytes()).map(Zeroizing::new).map_err(|_| Fault::SignedOut)?;
    let (family, secret) = bytes.split_first_chunk().ok_or(Fault::SignedOut)?;
    let sha256 = Hash(Sha256::digest(secret).into());
    let now = app.now();
    let issued = {
        let mut tickets = app.live.tickets();
        // Who knows a session's name alone cannot use its ticket up.
        if tickets.get(family).is_none_or(|issued| issued.sha256 != sha256) {
            return Err(Fault::SignedOut.into());
        }
        tickets.remove(family)
    };
    let op = issued.filter(|issued| now < issued.expires_at).ok_or(Fault::SignedOut)?.op;
    let organisation = op.organisation;
    let seat = app.live.seat(app, op)?;
    // Only now: what happens from here on is told to the seat.
    if !seat.holds().await {
        return Err(Fault::SignedOut.into());
    }
    let hint = app.db.read(move |tx| Ok(Log::open(tx, organisation)?.hint())).await?;
    app.live.tell(News::Grown(organisation, hint));
    Ok(seat)
}

impl Seat {
    /// The size of the log, once at first and then whenever it has grown; `None` when the seat is lost. May be dropped while
    /// it waits and called again.
    pub async fn next(&mut self) -> Option<Hint> {
        loop {
            if self.taken_away.try_recv() != Err(TryRecvError::Empty) {
                return None;
            }
            let hint = *self.hint.borrow_and_update();
            if self.told.is_none_or(|told| hint > told) {
                self.told = Some(hint);
                return Some(hint);
            }
            tokio::select! {
                changed = self.hint.changed() => changed.ok()?,
                _ = &mut self.taken_away => return None,
            }
        }
    }

    /// Whether the session still lets its device in. What cannot be found out counts as no: a device asks again.
    pub async fn holds(&self) -> bool {
        session::stands(&self.app, &self.op).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a socket's session could not be looked up");
            false
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.app.live.seats();
        if seats.taken.get(&self.op.family).is_some_and(|(number, _)| *number == self.number) {
            seats.taken.remove(&self.op.family);
        }
        // This receiver is still counted.
        if seats.organisations.get(&self.op.organisation).is_some_and(|hint| hint.receiver_count() <= 1) {
            seats.organisations.remove(&self.op.organisation);
        }
    }
}
