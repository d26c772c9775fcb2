//! The open store, or what stands in the way of opening it.
//!
//! Invariant: while the store is being opened every call waits; one that did not open is a fault that each call answers and
//! that the page can ask for, until it is opened again.

use std::{env, path::PathBuf, sync::Arc, time::Duration};

use plumbline_core::{
    Client, Config,
    call::call,
    clock::SystemClock,
    event::{Event, EventListener},
    keystore::ComputerKeystore,
    sync::Reason,
};
use plumbline_protocol::Fault;
use serde_json::{Value, json};
use tauri::{AppHandle, Emitter, Manager, async_runtime::spawn};
use tokio::{sync::RwLock, time::sleep};
use zeroize::Zeroizing;

use crate::window::MAIN;

/// Where the store is instead of the system's own place: for tests and for a demonstration.
pub const HOME: &str = "PLUMBLINE_HOME";

/// The name under which the operating system's keystore holds our keys.
const SERVICE: &str = "app.plumbline.desktop";

/// Calls after which a device that was not enrolled has something to send and read.
const COMES_IN: [&str; 2] = ["create_organisation", "enrol"];

/// How often a store that another process has is tried again: a window that was just closed is letting go of it.
const PATIENCE: usize = 10;

/// The store of this computer's user.
pub struct Desk {
    home: PathBuf,
    listener: Arc<dyn EventListener>,
    store: Arc<RwLock<Result<Client, Fault>>>,
}

impl Desk {
    /// The store in the folder that is this user's, not open yet.
    ///
    /// # Errors
    /// Those of finding the folder.
    pub fn new(app: &AppHandle) -> tauri::Result<Desk> {
        let home = match env::var_os(HOME) {
            Some(home) => PathBuf::from(home),
            None => app.path().app_local_data_dir()?.join("store"),
        };
        let store = Arc::new(RwLock::new(Err(Fault::Cancelled)));
        Ok(Desk { home, listener: Arc::new(Told(app.clone())), store })
    }

    /// Opens the store while the window is drawn.
    pub fn begin(&self) {
        // Nobody else has the lock yet, so whoever asks from now on waits for the outcome.
        if let Ok(mut store) = Arc::clone(&self.store).try_write_owned() {
            let config = self.config(None);
            spawn(async move { *store = opened(config).await });
        }
    }

    /// Opens the store anew, with the keys in a file under `passphrase` where there is one.
    pub async fn open(&self, passphrase: Option<Zeroizing<String>>) -> Value {
        let mut store = self.store.write().await;
        if let Ok(client) = &*store {
            let _ = client.pause().await;
        }
        *store = opened(self.config(passphrase)).await;
        self.shown(&store)
    }

    /// Whether the store is open: `{open: true}`, or `{open: false, fault, passphrase}`, `passphrase` being true where the
    /// keys are under one.
    pub async fn state(&self) -> Value {
        self.shown(&*self.store.read().await)
    }

    /// The client.
    ///
    /// # Errors
    /// That of opening the store.
    pub async fn client(&self) -> Result<Client, Fault> {
        self.store.read().await.clone()
    }

    /// Calls the client.
    pub async fn call(&self, name: &str, request: Value) -> Result<Value, Fault> {
        let client = self.client().await?;
        let answer = call(&client, name, request).await?;
        if COMES_IN.contains(&name) {
            client.start();
        }
        Ok(answer)
    }

    /// Says that the person looks at the window.
    pub async fn looked_at(&self) {
        if let Ok(client) = self.client().await {
            client.wake(Reason::Foreground);
        }
    }

    /// Closes the store.
    pub async fn close(&self) {
        if let Ok(client) = self.client().await
            && let Err(fault) = client.pause().await
        {
            tracing::warn!(%fault, "the store was not closed in good order");
        }
    }

    fn config(&self, passphrase: Option<Zeroizing<String>>) -> Config {
        Config {
            home: self.home.clone(),
            keystore: Arc::new(ComputerKeystore::new(&self.home, SERVICE, passphrase)),
            clock: Arc::new(SystemClock),
            listener: Some(Arc::clone(&self.listener)),
        }
    }

    fn shown(&self, store: &Result<Client, Fault>) -> Value {
        match store {
            Ok(_) => json!({"open": true}),
            Err(fault) => {
                json!({"open": false, "fault": fault, "passphrase": ComputerKeystore::in_a_file(&self.home)})
            }
        }
    }
}

/// Opens the store, and sets its sync going where the device is enrolled.
async fn opened(config: Config) -> Result<Client, Fault> {
    let mut tried = 0;
    let client = loop {
        match Client::open(config.clone()).await {
            Err(Fault::Busy { retry_after }) if tried < PATIENCE => {
                tried += 1;
                sleep(Duration::from_secs(u64::from(retry_after))).await;
            }
            outcome => break outcome?,
        }
    };
    if client.status().await?.state == "enrolled" {
        client.start();
    }
    Ok(client)
}

/// Tells the page what changed.
struct Told(AppHandle);

impl EventListener for Told {
    fn on_event(&self, event: Event) {
        if let Err(error) = self.0.emit_to(MAIN, "core", event) {
            tracing::warn!(%error, "the page was not told");
        }
    }
}
