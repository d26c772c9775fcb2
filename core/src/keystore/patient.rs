//! A keystore that answers within a bound, whatever the one behind it does.
//!
//! Invariants: no call waits longer than the limit, because a locked keystore may wait for a prompt that nobody sees; while
//! such a call hangs, the next ones are answered Locked at once, so at most one thread hangs. A `store` that timed out may
//! still happen when the person answers the prompt: Locked means "not known to be kept".

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use plumbline_protocol::{Fault, Lock};
use zeroize::Zeroizing;

use super::{Keystore, locked};
use crate::error;

/// How long a call may take: a service answers in milliseconds, a passphrase in seconds; a person at a prompt takes longer
/// and tries again.
const LIMIT: Duration = Duration::from_secs(10);

/// Another keystore with a bound on each call.
pub struct Patient {
    inner: Arc<dyn Keystore>,
    limit: Duration,
    hanging: Mutex<Option<JoinHandle<()>>>,
}

impl Patient {
    /// Asks `inner`, and waits for ten seconds at most.
    pub fn new(inner: Arc<dyn Keystore>) -> Self {
        Patient::within(LIMIT, inner)
    }

    /// Asks `inner`, and waits for `limit` at most.
    pub(super) fn within(limit: Duration, inner: Arc<dyn Keystore>) -> Self {
        Patient { inner, limit, hanging: Mutex::new(None) }
    }

    /// Runs `work` in a thread that may be left behind.
    fn timed<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Keystore) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let mut hanging = self.hanging.lock().unwrap_or_else(PoisonError::into_inner);
        if hanging.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return Err(locked(Lock::Locked));
        }
        let (reply, answer) = mpsc::channel();
        let inner = Arc::clone(&self.inner);
        // Nobody listens any more when the answer comes late: then it is dropped.
        let call = move || drop(reply.send(work(&*inner)));
        let thread = thread::Builder::new().name("keystore".to_owned()).spawn(call);
        let thread = thread.map_err(|e| error::internal("keystore thread", &e))?;
        match answer.recv_timeout(self.limit) {
            Ok(result) => result,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                *hanging = Some(thread);
                Err(locked(Lock::Locked))
            }
            Err(cause @ mpsc::RecvTimeoutError::Disconnected) => Err(error::internal("keystore thread", &cause)),
        }
    }
}

impl Keystore for Patient {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        let name = name.to_owned();
        self.timed(move |inner| inner.load(&name))
    }

    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        let (name, secret) = (name.to_owned(), Zeroizing::new(secret.to_vec()));
        self.timed(move |inner| inner.store(&name, &secret))
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        let name = name.to_owned();
        self.timed(move |inner| inner.remove(&name))
    }

    fn probe(&self) -> Result<(), Fault> {
        self.timed(|inner| inner.probe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Memory;

    /// Shows c07.
    #[test]
    fn a_prompt_that_never_ends_is_locked_and_holds_one_thread_only() {
        let keystore = Patient::within(Duration::from_millis(20), Arc::new(Memory::default()));
        let (answer, prompt) = mpsc::channel::<()>();
        let asked = keystore.timed(move |_| {
            let _ = prompt.recv();
            Ok(())
        });
        assert_eq!(asked, Err(locked(Lock::Locked)));
        let next: Result<(), Fault> = keystore.timed(|_| panic!("must not run while another hangs"));
        assert_eq!(next, Err(locked(Lock::Locked)));
        drop(answer);
        let hung = keystore.hanging.lock().unwrap().take();
        hung.unwrap().join().unwrap();
        let patient = Patient { limit: LIMIT, ..keystore };
        patient.store("a", b"kept").unwrap();
        assert_eq!(patient.load("a").unwrap().unwrap().as_slice(), b"kept");
    }
}
