//! A keystore that is missing, locked, invalidated, slow or gone.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use plumbline_core::keystore::{Keystore, OsKeystore};
use plumbline_protocol::{Fault, Lock};
use plumbline_tests::{
    clock::MINUTE,
    keys::MemoryKeystore,
    logdir, needs, ran,
    world::{World, ask, open},
};
use serde_json::json;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// Longest wait for what has to come; no test waits for it to pass.
const SOON: Duration = Duration::from_secs(60);

fn contents(home: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    logdir::files(home).into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

/// Shows c07, b17.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_exchanged_is_invalidated_and_not_taken_for_a_damaged_store() {
    let (mut world, project) = World::with_a_crew(71).await;
    world.cut();
    let note = world.of("Teo").note(project, "Unsent when the key was exchanged").await;
    let teo = world.take("Teo");
    drop(teo.client);
    let right = teo.memory.ending_in("/database-key").unwrap();
    let before = contents(&teo.home);
    for (secret, why) in [(vec![9; 48], Lock::Invalidated), (vec![9; 7], Lock::Invalidated)] {
        teo.memory.replace("/database-key", &secret);
        assert_eq!(open(&teo.home, &teo.keystore, &teo.clock).await.err(), Some(Fault::Locked { why }));
        assert!(contents(&teo.home) == before, "a file changed");
    }
    teo.memory.replace("/database-key", &right);
    let client = open(&teo.home, &teo.keystore, &teo.clock).await.unwrap();
    assert!(client.record(ask(json!({"id": note}))).await.unwrap().pending);
    assert_eq!(client.repairs().await.unwrap(), []);
}

/// A keystore whose prompt nobody answers, for as long as it is told so.
struct Prompting {
    inner: Arc<dyn Keystore>,
    prompts: Mutex<bool>,
    answered: Condvar,
}

impl Prompting {
    fn set(&self, prompts: bool) {
        *self.prompts.lock().unwrap() = prompts;
        self.answered.notify_all();
    }

    fn wait(&self) {
        let mut prompts = self.prompts.lock().unwrap();
        while *prompts {
            prompts = self.answered.wait(prompts).unwrap();
        }
    }
}

impl Keystore for Prompting {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        self.wait();
        self.inner.load(name)
    }
    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        self.wait();
        self.inner.store(name, secret)
    }
    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.wait();
        self.inner.remove(name)
    }
    fn probe(&self) -> Result<(), Fault> {
        self.wait();
        self.inner.probe()
    }
}

/// Shows c07, b17.
#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_never_ends_locks_the_store_within_a_bound_and_holds_nothing_else_up() {
    let (mut world, project) = World::with_a_crew(72).await;
    let teo = world.take("Teo");
    let prompting =
        Arc::new(Prompting { inner: teo.keystore.clone(), prompts: Mutex::new(false), answered: Condvar::new() });
    let keystore: Arc<dyn Keystore> = prompting.clone();
    drop(teo.client);
    let client = open(&teo.home, &keystore, &teo.clock).await.unwrap();
    prompting.set(true);
    // Working needs no keystore: the keys are in memory.
    let clock = json!({"what": "in", "project": project});
    let punch = client.clock(ask(clock)).await.unwrap()[0].id;
    client.sync().await.unwrap();
    assert!(!client.record(ask(json!({"id": punch}))).await.unwrap().pending);
    client.pause().await.unwrap();
    drop(client);

    let before = contents(&teo.home);
    let opened = timeout(SOON, open(&teo.home, &keystore, &teo.clock)).await.expect("opening ends");
    assert_eq!(opened.err(), Some(Fault::Locked { why: Lock::Locked }));
    assert!(contents(&teo.home) == before, "a file changed");
    prompting.set(false);
    let client = open(&teo.home, &keystore, &teo.clock).await.unwrap();
    assert!(client.record(ask(json!({"id": punch}))).await.is_ok());
}

/// Shows c07.
#[tokio::test(flavor = "multi_thread")]
async fn a_keystore_that_vanishes_while_the_app_runs_closes_nothing_and_is_found_again() {
    let (mut world, project) = World::with_a_crew(73).await;
    for why in [Lock::Missing, Lock::Locked, Lock::Invalidated] {
        world.of("Teo").memory.fail(Some(why));
        let teo = world.of("Teo");
        let note = teo.note(project, "Written without a keystore").await;
        teo.punch("in", project, None).await;
        world.clock.advance(20 * MINUTE);
        teo.client.sync().await.unwrap();
        assert!(!teo.record(note).await.pending, "{why:?}");
        teo.client.pause().await.unwrap();
        teo.client.resume().await.unwrap();
        assert!(teo.record(note).await.fields.contains_key("text"));
        world.of("Teo").memory.fail(None);
        world.reopen("Teo").await;
        assert_eq!(world.of("Teo").client.sync().await.unwrap().waiting, 0);
    }
    world.same_state("Ana").await;
    ran!(3);
}

/// A keystore that is locked as soon as it was given a next device key.
struct Closing(Arc<MemoryKeystore>);

impl Keystore for Closing {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        self.0.load(name)
    }
    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        let stored = self.0.store(name, secret);
        if name.ends_with("/device-key-next") {
            self.0.fail(Some(Lock::Locked));
        }
        stored
    }
    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.0.remove(name)
    }
    fn probe(&self) -> Result<(), Fault> {
        self.0.probe()
    }
}

/// Shows c07, c19.
#[tokio::test(flavor = "multi_thread")]
async fn a_keystore_that_locks_itself_while_a_key_is_exchanged_costs_no_work_and_the_new_key_is_found_again() {
    let (mut world, project) = World::with_a_crew(75).await;
    let mut teo = world.take("Teo");
    let backup = world.folder.join("backup-of-teo");
    let old = teo.device();
    teo.client.pause().await.unwrap();
    logdir::copy(&teo.home, &backup);
    teo.client.resume().await.unwrap();
    teo.note(project, "Written after the backup").await;
    teo.client.sync().await.unwrap();
    drop(teo.client);
    fs::remove_dir_all(&teo.home).unwrap();
    logdir::copy(&backup, &teo.home);

    let closing: Arc<dyn Keystore> = Arc::new(Closing(teo.memory.clone()));
    teo.client = open(&teo.home, &closing, &teo.clock).await.unwrap();
    let note = teo.note(project, "Written on the restored phone").await;
    world.put(teo);
    world.settle().await;
    let teo = world.of("Teo");
    let device = teo.client.status().await.unwrap().device;
    assert_ne!(device, old.to_string());
    assert_eq!(teo.device(), old, "the keystore has the new key as the next one");
    assert!(teo.client.waiting().await.unwrap().is_empty(), "nothing was refused");
    assert!(!teo.record(note).await.pending);

    world.of("Teo").memory.fail(None);
    world.reopen("Teo").await;
    assert_eq!(world.of("Teo").client.status().await.unwrap().device, device);
    world.of("Teo").note(project, "And on").await;
    world.settle().await;
    world.same_state("Ana").await;
}

/// Runs a command with an unlocked Secret Service on the bus of its session.
const UNLOCKED: &str = include_str!("../../secret-service.sh");
/// Set where the test that has a session of its own runs in it.
const IN_SESSION: &str = "PLUMBLINE_TRIAL_SESSION";

/// Shows c07, b17.
#[test]
fn a_real_secret_service_that_is_locked_emptied_or_killed_is_told_apart_and_nothing_is_overwritten() {
    let keyring = env::var("PLUMBLINE_TEST_KEYRING").as_deref() == Ok("1");
    needs!(keyring.then_some(()).ok_or("PLUMBLINE_TEST_KEYRING is not 1"));
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new("dbus-run-session");
    command.env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path()).env_remove("DISPLAY");
    command.env(IN_SESSION, "1");
    command.args(["--", "sh", "-c", UNLOCKED, "sh"]).arg(env::current_exe().unwrap());
    command.args(["--exact", "keystore::in_a_session_of_its_own", "--nocapture"]);
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("seen in a session of its own"), "{said}");
    ran!(4);
}

/// What the test above sees in a process of its own.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_session_of_its_own() {
    if env::var(IN_SESSION).is_err() {
        return;
    }
    let daemon = env::var("SECRET_SERVICE").unwrap();
    let (mut world, project) = World::with_a_crew(74).await;
    let mut teo = world.take("Teo");
    teo.client.pause().await.unwrap();
    let service: Arc<dyn Keystore> = Arc::new(OsKeystore::new("plumbline-trial"));
    teo.memory.move_into(&*service);
    teo.keystore = service.clone();
    teo.client = open(&teo.home, &service, &teo.clock).await.unwrap();
    world.put(teo);
    let name = world.of("Teo").memory.name("/database-key");
    let right = service.load(&name).unwrap().unwrap();

    // Emptied, and filled with something else.
    let missing = |world: &World| (world.of("Teo").home.clone(), world.of("Teo").clock.clone());
    service.remove(&name).unwrap();
    refused(&mut world, &service, project, Lock::Missing).await;
    service.store(&name, b"not a key").unwrap();
    refused(&mut world, &service, project, Lock::Invalidated).await;
    service.store(&name, &right).unwrap();
    let (home, clock) = missing(&world);
    world.of("Teo").client.pause().await.unwrap();
    drop(open(&home, &service, &clock).await.unwrap());
    world.of("Teo").client.resume().await.unwrap();

    // Locked, with nobody at the prompt; and unlocked again.
    let bus = "org.freedesktop.Secret.Service.Lock";
    let collection = "array:objpath:/org/freedesktop/secrets/collection/login";
    let mut lock = Command::new("dbus-send");
    lock.args([
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        bus,
        collection,
    ]);
    assert!(lock.stdout(Stdio::null()).status().unwrap().success());
    refused(&mut world, &service, project, Lock::Locked).await;
    // Killed while the app runs.
    assert!(Command::new("kill").args(["-KILL", &daemon]).status().unwrap().success());
    let teo = world.of("Teo");
    let note = teo.note(project, "The keyring's daemon is dead").await;
    teo.client.sync().await.unwrap();
    assert!(!teo.record(note).await.pending);
    teo.client.pause().await.unwrap();
    let before = contents(&teo.home);
    let opened = open(&teo.home, &service, &teo.clock).await;
    assert!(matches!(opened.err(), Some(Fault::Locked { why: Lock::Locked | Lock::Missing })));
    assert!(contents(&teo.home) == before, "a file changed");

    // Back, with the keyring open: for a process that starts then, and so for the app's next start.
    let mut back = Command::new("sh");
    back.args(["-c", BACK, "sh"]).arg(env::current_exe().unwrap()).args([
        "--exact",
        "keystore::in_a_process_that_starts_later",
        "--nocapture",
    ]);
    let said = back.env("PLUMBLINE_TRIAL_NAME", &name).output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout);
    assert!(text.contains(&format!("found {} bytes", right.len())), "{text} {}", String::from_utf8_lossy(&said.stderr));
    println!("seen in a session of its own");
}

/// The daemon again, in the place of whatever has its name, and the command when it has the name.
const BACK: &str = "
    printf throwaway | gnome-keyring-daemon --replace --unlock --components=secrets --foreground >/dev/null 2>&1 &
    daemon=$!
    owner() {
        dbus-send --session --print-reply --dest=org.freedesktop.DBus / \\
            org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets 2>/dev/null
    }
    for try in $(seq 100); do owner | grep -q \"uint32 $daemon\\$\" && break; sleep 0.1; done
    \"$@\"
    code=$?
    kill $daemon
    exit $code";

/// What a process finds that starts when the service is back.
#[test]
fn in_a_process_that_starts_later() {
    let Ok(name) = env::var("PLUMBLINE_TRIAL_NAME") else { return };
    let service = OsKeystore::new("plumbline-trial");
    println!("found {} bytes", service.load(&name).unwrap().unwrap().len());
}

/// The running client goes on, and the store does not open for this reason and stays what it is.
async fn refused(world: &mut World, service: &Arc<dyn Keystore>, project: plumbline_protocol::Uuid, why: Lock) {
    let teo = world.of("Teo");
    let note = teo.note(project, &format!("While the keyring is {why:?}")).await;
    teo.client.sync().await.unwrap();
    assert!(!teo.record(note).await.pending, "{why:?}");
    teo.client.pause().await.unwrap();
    let before = contents(&teo.home);
    assert_eq!(open(&teo.home, service, &teo.clock).await.err(), Some(Fault::Locked { why }));
    assert!(contents(&teo.home) == before, "{why:?}: a file changed");
    teo.client.resume().await.unwrap();
}
