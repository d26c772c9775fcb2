//! Sends the originals of photographs, after the actions that name them and apart from them.
//!
//! Invariants: an upload goes on from the parts that the server holds, wherever it broke off, and sends each part at most
//! once a round. The server's word counts for `received` and no more: verified is what a deposit in the log says, and until
//! then the server is asked again, for it may find its copy damaged when it reads it: after a few photographs in a minute,
//! each in its turn, so that a server that has many to read can read. What is wrong with one photograph is noted on its row,
//! and the others go on.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use plumbline_protocol::{
    Fault, Uuid,
    blob::{MAX_RANGES, PART, State, part_len, parts},
};

use crate::{
    client::{Client, Inner},
    db::{self, gallery::deposited, photo::Photo},
    event::Event,
    files,
    net::CERTIFICATE,
    photo::note,
};

/// Photographs that are asked after at once.
const ASKED: u32 = 50;
/// Time until others are, milliseconds.
const ASK_EVERY: i64 = 60_000;

/// When photographs were last asked after, by the clock that counts sleep, and the one behind which the next ones are.
pub(crate) type Asked = (Option<i64>, Option<Uuid>);

/// Why a photograph does not get on.
pub(super) enum Stop {
    /// The server, or the way to it.
    Server(Fault),
    /// The sealed file is gone or damaged: trying again does not help.
    File(Fault),
}

impl Stop {
    pub fn fault(self) -> Fault {
        let (Stop::Server(fault) | Stop::File(fault)) = self;
        fault
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Server(fault)
    }
}

/// Sends what is due, two photographs at a time. Returns how many the server has whole that it had not before.
///
/// # Errors
/// What ends the round for all: [`Fault::Offline`], [`Fault::Busy`], [`Fault::SignedOut`] and the like. What was sent stays
/// sent.
pub(crate) async fn upload(client: &Client) -> Result<u64, Fault> {
    ask_again(client).await?;
    let due = client.run(|inner| inner.db.read(db::photo::upload_due)).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let queue = Mutex::new(VecDeque::from(due));
    let (one, other) = tokio::join!(work_off(client, &queue), work_off(client, &queue));
    Ok(one? + other?)
}

/// Asks after some of what was received and has no deposit yet: what the server has no longer is due again.
async fn ask_again(client: &Client) -> Result<(), Fault> {
    let now = client.inner.config.clock.boot_ms();
    let (at, last) = *client.inner.sync.asked.lock().unwrap_or_else(PoisonError::into_inner);
    if at.is_some_and(|at| now - at < ASK_EVERY) {
        return Ok(());
    }
    let looked = client.run(move |inner| {
        let (mut open, mut done) = (Vec::new(), Vec::new());
        inner.db.read(|c| {
            for photo in db::photo::received_only(c, last.as_ref(), ASKED)? {
                match deposited(c, &photo.record, &photo.sha256, photo.bytes)? {
                    true => done.push(photo.record),
                    false => open.push(photo),
                }
            }
            Ok(())
        })?;
        if !done.is_empty() {
            inner.db.write(|c| done.iter().try_for_each(|record| db::photo::deposited(c, record)))?;
        }
        Ok((open, done))
    });
    let (open, done) = looked.await?;
    // Behind the last of them comes the first again.
    let more = open.len() + done.len() == ASKED as usize;
    let last = open.iter().map(|photo| photo.record).chain(done).max().filter(|_| more);
    let at = if open.is_empty() { at } else { Some(now) };
    for Photo { record, sha256, .. } in open {
        let session = client.session()?;
        let (net, sha256) = (session.net(), &sha256);
        match session.with_token(|token| async move { net.blob_state(&token, sha256).await }).await {
            Ok(progress) if progress.state == State::Expected => {
                client.run(move |inner| inner.db.write(|c| db::photo::send_again(c, &record))).await?;
                client.inner.emit(Event::Photo { record: record.into() });
            }
            Err(fault) if !of_one_photo(&fault) => return Err(fault),
            _ => {}
        }
    }
    *client.inner.sync.asked.lock().unwrap_or_else(PoisonError::into_inner) = (at, last);
    Ok(())
}

async fn work_off(client: &Client, queue: &Mutex<VecDeque<Uuid>>) -> Result<u64, Fault> {
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let mut completed = 0;
    while let Some(record) = next() {
        // The system's own.
        if client.inner.sync.outgoing.has(&record) {
            continue;
        }
        let Some(photo) = client.run(move |inner| inner.db.read(|c| db::photo::get(c, &record))).await? else {
            continue;
        };
        let failed = match send(client, &photo).await {
            Ok(false) => continue,
            Ok(true) => {
                completed += 1;
                None
            }
            Err(Stop::File(fault)) => Some((fault, false)),
            Err(Stop::Server(fault)) if of_one_photo(&fault) => Some((fault, true)),
            Err(Stop::Server(fault)) => {
                // Nobody else needs to find out the same.
                queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
                return Err(fault);
            }
        };
        client
            .run(move |inner| {
                inner.db.write(|c| match &failed {
                    None => db::photo::received(c, &record),
                    Some((fault, again)) => db::photo::upload_failed(c, &record, &note(fault), *again),
                })?;
                inner.emit(Event::Photo { record: record.into() });
                Ok(())
            })
            .await?;
    }
    Ok(completed)
}

/// Sends what the server lacks of one photograph. True once it has every byte, false when it does not know the photograph
/// yet or the system was given the rest.
async fn send(client: &Client, photo: &Photo) -> Result<bool, Stop> {
    let session = client.session()?;
    let (net, sha256) = (session.net(), &photo.sha256);
    let ask = || session.with_token(|token| async move { net.blob_state(&token, sha256).await });
    let mut progress = match ask().await {
        Err(Fault::NotFound) => return Ok(false),
        progress => progress?,
    };
    let mut next = 0;
    while progress.state == State::Expected {
        let cut = progress.missing.len() == MAX_RANGES;
        let missing = progress.missing.into_iter().flatten();
        let missing: Vec<u64> = missing.filter(|n| (next..parts(photo.bytes)).contains(n)).collect();
        for n in &missing {
            if client.inner.sync.outgoing.has(&photo.record) {
                return Ok(false);
            }
            let bytes = &read_part(client, photo, *n).await?;
            session.with_token(|token| async move { net.put_part(&token, sha256, *n, bytes.clone()).await }).await?;
        }
        match missing.last() {
            // The rest of a list that was cut is asked for; the numbers ascend, so this ends.
            Some(last) if cut => next = last + 1,
            _ => break,
        }
        progress = ask().await?;
    }
    if progress.state == State::Expected {
        progress.state = session.with_token(|token| async move { net.complete(&token, sha256).await }).await?;
    }
    if progress.state == State::Expected { Err(Stop::Server(Fault::corrupt("blob"))) } else { Ok(true) }
}

/// Length of part `n`.
pub(super) fn length(photo: &Photo, n: u64) -> u64 {
    part_len(photo.bytes, n).unwrap_or_default()
}

/// Part `n` of the original, opened from its sealed file.
pub(super) async fn read_part(client: &Client, photo: &Photo, n: u64) -> Result<Vec<u8>, Stop> {
    let original = photo.original.clone().ok_or(Stop::File(Fault::NotFound))?;
    let length = length(photo, n);
    let read = move |inner: &Inner| Ok(inner.files.read_range(&original.name, &original.key, n * PART, length));
    match client.run(read).await? {
        Err(fault) if files::is_lost(&fault) => Err(Stop::File(fault)),
        read => Ok(read?),
    }
}

/// True for a fault that says nothing about the next photograph.
pub(super) fn of_one_photo(fault: &Fault) -> bool {
    use Fault::{Corrupt, Denied, Internal, Invalid, NotFound, TooLarge};
    match fault {
        Corrupt { what } => what != CERTIFICATE,
        fault => matches!(fault, Denied | Internal { .. } | Invalid { .. } | NotFound | TooLarge { .. }),
    }
}

#[cfg(test)]
mod tests;
