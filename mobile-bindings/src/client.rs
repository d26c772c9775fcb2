//! One member's device for a shell in another language, and the way to end a call early.
//!
//! Invariants: each call is a task of its own, so that a panic in it is a fault; who no longer waits for a call is answered
//! at once, and the call then ends at its next step if it is one of [`LONG`], else when it is done, so that a change is
//! whole and told to everybody.

use std::{
    future::Future,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    pin::Pin,
    sync::{Arc, LazyLock, atomic::AtomicU64},
};

use plumbline_core::{
    Config,
    clock::{Clock, NamedBoot, SystemClock},
    error,
};
use plumbline_protocol::Fault;
use tokio::{
    runtime::{Builder, Runtime},
    sync::{oneshot, watch},
};

use crate::shell::{EventListener, Keystore, ShellKeystore, ShellListener};

/// Calls that end when nobody waits for them any more: they fetch, send or copy much, and leave nothing half done.
const LONG: &[&str] =
    &["original", "thumbnail", "export_all", "export_photo", "export_log", "sync", "work_off_thumbnails"];

/// Threads that calls and events run on; what blocks has threads of its own.
const THREADS: usize = 2;

/// One member's device. Close it when it is no longer needed: the store is held until then.
#[derive(uniffi::Object)]
pub struct Client {
    core: plumbline_core::Client,
    runtime: &'static Runtime,
    cancel: Option<Arc<Cancel>>,
}

/// Ends calls early: those of the client that [`Client::until`] gives.
#[derive(Default, uniffi::Object)]
pub struct Cancel(watch::Sender<bool>);

#[uniffi::export]
impl Cancel {
    /// One that has not been used.
    #[uniffi::constructor]
    pub fn new() -> Self {
        Cancel::default()
    }

    /// From now on these calls end as `Fault.Cancelled`.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}

impl Cancel {
    async fn cancelled(cancel: Option<Arc<Cancel>>) {
        match cancel {
            // The sender is held here, so this ends by a cancel and by nothing else.
            Some(cancel) => _ = cancel.0.subscribe().wait_for(|cancelled| *cancelled).await,
            None => std::future::pending().await,
        }
    }
}

#[uniffi::export]
impl Client {
    /// Opens the store in the folder `home`, or makes an empty one where there is none. Needs no network. `boot` is the
    /// system's name of the time since it started, where it has one that the core cannot read itself.
    #[uniffi::constructor(default(listener = None, boot = None))]
    pub async fn open(
        home: String,
        keystore: Arc<dyn Keystore>,
        listener: Option<Arc<dyn EventListener>>,
        boot: Option<String>,
    ) -> Result<Self, Fault> {
        let clock: Arc<dyn Clock> = match boot {
            Some(boot) => Arc::new(NamedBoot::new(&boot)),
            None => Arc::new(SystemClock),
        };
        Client::open_by(clock, home, keystore, listener).await
    }

    /// The same device; but its calls end as `Fault.Cancelled` once `cancel` says so, and those that fetch, send or copy much
    /// stop then. Others go on to their end unseen, so that no change is half made. To be closed as well.
    pub fn until(&self, cancel: Arc<Cancel>) -> Self {
        Client { core: self.core.clone(), runtime: self.runtime, cancel: Some(cancel) }
    }
}

impl Client {
    /// As [`Client::open`], by another clock: where days are played.
    ///
    /// # Errors
    /// As [`plumbline_core::Client::open`].
    pub async fn open_by(
        clock: Arc<dyn Clock>,
        home: String,
        keystore: Arc<dyn Keystore>,
        listener: Option<Arc<dyn EventListener>>,
    ) -> Result<Self, Fault> {
        let runtime = runtime()?;
        let listener = listener.map(|listener| -> Arc<dyn plumbline_core::event::EventListener> {
            Arc::new(ShellListener { listener, failed: AtomicU64::new(0) })
        });
        let keystore = Arc::new(ShellKeystore(keystore));
        let config = Config { home: PathBuf::from(home), keystore, clock, listener };
        match runtime.spawn(plumbline_core::Client::open(config)).await {
            Ok(core) => Ok(Client { core: core?, runtime, cancel: None }),
            Err(stopped) => Err(error::internal("open", &stopped)),
        }
    }

    /// Runs a call.
    pub(crate) async fn call<T, F>(
        &self,
        name: &'static str,
        work: impl FnOnce(plumbline_core::Client) -> F,
    ) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        if self.cancel.as_ref().is_some_and(|cancel| *cancel.0.borrow()) {
            return Err(Fault::Cancelled);
        }
        let (tell, told) = oneshot::channel();
        let work = work(self.core.clone());
        // One form of task for all calls: a runtime's part of each of seventy would be a megabyte of a phone's library.
        let task: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            // Nobody listens any more: what was done is done.
            let _ = tell.send(work.await);
        });
        let task = self.runtime.spawn(task);
        let _end = LONG.contains(&name).then(|| AbortOnDrop(task.abort_handle()));
        let done = async {
            match told.await {
                Ok(done) => done,
                Err(_) => Err(task.await.err().map_or(Fault::Cancelled, |stopped| error::internal(name, &stopped))),
            }
        };
        tokio::select! {
            biased;
            () = Cancel::cancelled(self.cancel.clone()) => Err(Fault::Cancelled),
            done = done => done,
        }
    }

    /// Sets something going.
    pub(crate) fn at_once(&self, name: &'static str, work: impl FnOnce(&plumbline_core::Client)) {
        let _entered = self.runtime.enter();
        if catch_unwind(AssertUnwindSafe(|| work(&self.core))).is_err() {
            error::internal(name, &"panicked");
        }
    }
}

/// Ends a task when whoever waits for it is gone.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The one runtime, made at first use and kept: a process has one client open, or a few.
fn runtime() -> Result<&'static Runtime, Fault> {
    static RUNTIME: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
        Builder::new_multi_thread().worker_threads(THREADS).thread_name("plumbline").enable_all().build()
    });
    RUNTIME.as_ref().map_err(|cause| error::internal("runtime", cause))
}

#[cfg(test)]
mod tests {
    use plumbline_core::call::CALLS;
    use tokio::sync::oneshot;

    use super::*;
    use crate::ShellFault;

    struct Nothing;

    impl Keystore for Nothing {
        fn load(&self, _: String) -> Result<Option<Vec<u8>>, ShellFault> {
            Ok(None)
        }
        fn store(&self, _: String, _: Vec<u8>) -> Result<(), ShellFault> {
            Ok(())
        }
        fn remove(&self, _: String) -> Result<(), ShellFault> {
            Ok(())
        }
        fn probe(&self) -> Result<(), ShellFault> {
            Ok(())
        }
    }

    async fn client(folder: &tempfile::TempDir) -> Client {
        let home = folder.path().join("home").to_string_lossy().into_owned();
        Client::open(home, Arc::new(Nothing), None, Some("boot".to_owned())).await.unwrap()
    }

    #[test]
    fn what_is_cut_short_is_a_call() {
        assert!(LONG.iter().all(|name| CALLS.contains(name)));
    }

    #[tokio::test]
    async fn a_panic_in_a_call_is_a_fault_with_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        let client = client(&folder).await;
        let ended: Result<(), Fault> = client.call("status", |_| async { panic!("a defect") }).await;
        assert!(matches!(ended, Err(Fault::Internal { trace }) if trace.len() == 16));
        client.at_once("start", |_| panic!("a defect"));
        assert_eq!(client.status().await.unwrap().state, "new");
    }

    /// Whether a call by this name goes on to its end when it is cancelled in its middle.
    async fn goes_on(name: &'static str) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let (client, cancel) = (client(&folder).await, Arc::new(Cancel::new()));
        let ((begun, begins), (go, goes), (done, ends)) = (oneshot::channel(), oneshot::channel(), oneshot::channel());
        let work = |_| async move {
            begun.send(()).unwrap();
            let _: Result<(), _> = goes.await;
            let _ = done.send(());
            Ok(())
        };
        let bounded = client.until(Arc::clone(&cancel));
        let call = tokio::spawn(async move { bounded.call(name, work).await });
        begins.await.unwrap();
        cancel.cancel();
        assert_eq!(call.await.unwrap(), Err(Fault::Cancelled));
        if LONG.contains(&name) {
            // It was dropped: nobody sends.
            return ends.await.is_ok();
        }
        go.send(()).unwrap();
        ends.await.is_ok()
    }

    #[tokio::test]
    async fn a_cancelled_call_that_changes_something_goes_on_and_a_long_one_stops() {
        assert!(goes_on("capture").await);
        assert!(!goes_on("sync").await);
    }
}
