//! What the server does, apart from how it is asked: authorise, apply the rules, one transaction.
//!
//! Each `app/<noun>.rs` is called by `http/<noun>.rs` and calls `db/<noun>.rs`. Everything here is bound to one organisation:
//! that of the [`Op`](crate::op::Op), or the one that a signature was made for.

pub mod blob;
pub mod deposit;
pub mod device;
mod eddsa;
pub mod live;
pub mod log;
pub mod restore;
pub mod session;
pub mod setup;
mod token;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::{Notify, RwLock, Semaphore};

pub use self::{live::Live, token::Keys};
use crate::{
    clock::Clock,
    db::Db,
    error::{Error, Result},
    store::Store,
};

/// The running server's parts.
pub struct App {
    /// Rows.
    pub db: Db,
    /// The bytes of photographs.
    pub store: Store,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What it signs and derives tokens with.
    pub keys: Keys,
    /// Who is connected.
    pub live: Arc<Live>,
    /// Wakes the verifying job.
    pub received: Notify,
    /// Held whole while a blob is put together, which so is one at a time and bounds memory and disk; shared while a part is
    /// kept, so that no part's file comes when its row is gone, nor goes when its row comes.
    assembling: RwLock<()>,
    /// One for each object that is hashed for somebody who reads it: hashing takes no more of the machine than that.
    pub(crate) checking: Arc<Semaphore>,
    draining: AtomicBool,
}

/// Objects that are hashed at once for those who read.
const CHECKS: usize = 2;

impl App {
    /// Over an open database, whose news go to `live`, and a store.
    pub async fn new(db: Db, live: Arc<Live>, store: Store, clock: Arc<dyn Clock>) -> Result<App> {
        let keys = Keys::load(&db).await?;
        let (received, assembling, draining) = (Notify::new(), RwLock::new(()), AtomicBool::new(false));
        let checking = Arc::new(Semaphore::new(CHECKS));
        Ok(App { db, store, clock, keys, live, received, assembling, checking, draining })
    }

    /// Milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// From now on new requests are answered `Busy`, and nobody is connected any more.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
        self.live.close();
    }

    /// Whether the server is on its way out.
    pub fn draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }
}

/// Runs what blocks where it holds nobody up.
async fn blocking<T, F>(app: &Arc<App>, work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&App) -> Result<T> + Send + 'static,
{
    let app = app.clone();
    let done = tokio::task::spawn_blocking(move || work(&app)).await;
    done.map_err(|_| Error::internal("a file operation was lost"))?
}
