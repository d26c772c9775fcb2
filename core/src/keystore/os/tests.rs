//! The real keystore where `PLUMBLINE_TEST_KEYRING=1` says that a throwaway one is running; its faults without one.

use std::{process::Command, sync::Arc, time::Duration};

use super::{super::Patient, *};

/// Set in a child process to the fault that it must see.
const EXPECT: &str = "PLUMBLINE_TEST_KEYRING_EXPECT";

fn throwaway_keyring() -> bool {
    let there = std::env::var("PLUMBLINE_TEST_KEYRING").is_ok_and(|v| v == "1");
    if !there {
        println!("skipped: PLUMBLINE_TEST_KEYRING is not 1");
    }
    there
}

/// Runs `this_process_sees_what_was_announced`: the bus is the process's, so each world needs its own.
fn in_a_child(expected: &str, mut test_binary: Command) -> Command {
    test_binary.args(["--exact", "keystore::os::tests::this_process_sees_what_was_announced", "--nocapture"]);
    test_binary.env(EXPECT, expected);
    test_binary
}

fn assert_announced(mut child: Command) {
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("seen as announced"), "{said}");
}

#[test]
fn a_secret_outlives_its_instance_until_it_is_removed() {
    if !throwaway_keyring() {
        return;
    }
    let (one, two) = (OsKeystore::new("plumbline-test"), OsKeystore::new("plumbline-test"));
    one.probe().unwrap();
    let name = format!("{}/device-key", HEXLOWER.encode(secret::random::<32>().unwrap().as_slice()));
    assert_eq!(one.load(&name), Ok(None));
    one.store(&name, b"\x00first\xff").unwrap();
    assert_eq!(two.load(&name).unwrap().unwrap().as_slice(), b"\x00first\xff");
    two.store(&name, b"second").unwrap();
    assert_eq!(one.load(&name).unwrap().unwrap().as_slice(), b"second");
    assert_eq!(OsKeystore::new("another").load(&name), Ok(None));
    one.remove(&name).unwrap();
    assert_eq!(two.load(&name), Ok(None));
    assert_eq!(two.remove(&name), Ok(()));
}

/// Shows b17.
#[test]
fn without_a_bus_the_keystore_is_missing_and_never_empty() {
    let mut child = in_a_child("missing", Command::new(std::env::current_exe().unwrap()));
    child.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus").env("XDG_RUNTIME_DIR", "/nonexistent");
    assert_announced(child);
}

/// Shows b17.
#[test]
fn a_keyring_that_is_locked_or_not_made_yet_is_locked_and_never_empty() {
    if !throwaway_keyring() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let session = |script: &str| {
        let mut command = Command::new("dbus-run-session");
        command.env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path()).env_remove("DISPLAY");
        command.args(["--", "sh", "-c", script, "sh"]);
        command
    };
    // In the foreground, under the script that started it: no daemon outlives its bus, and the keyring is waited for.
    const CLOSED: &str = "gnome-keyring-daemon --foreground --components=secrets >/dev/null 2>&1 & daemon=$!
        for i in $(seq 100); do
            dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner \\
                string:org.freedesktop.secrets >/dev/null 2>&1 && break
            sleep 0.1
        done
        \"$@\"; status=$?; kill $daemon; exit $status";
    const MAKES: &str =
        "printf throwaway | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
        daemon=$!; made=1
        for i in $(seq 100); do
            [ -e \"$HOME/.local/share/keyrings/login.keyring\" ] && made=0 && break
            sleep 0.1
        done
        kill $daemon; exit $made";
    let closed = || {
        let mut command = session(CLOSED);
        command.arg(std::env::current_exe().unwrap());
        in_a_child("locked", command)
    };
    assert_announced(closed());
    assert!(session(MAKES).status().unwrap().success());
    assert!(home.path().join(".local/share/keyrings/login.keyring").exists());
    assert_announced(closed());
}

#[test]
fn this_process_sees_what_was_announced() {
    let expected = match std::env::var(EXPECT).as_deref() {
        Ok("missing") => locked(Lock::Missing),
        Ok("locked") => locked(Lock::Locked),
        _ => return,
    };
    let keystore = Patient::within(Duration::from_secs(3), Arc::new(OsKeystore::new("plumbline-test")));
    assert_eq!(keystore.load("org/device-key"), Err(expected.clone()));
    assert_eq!(keystore.store("org/device-key", b"x"), Err(expected.clone()));
    assert_eq!(keystore.probe(), Err(expected));
    println!("seen as announced");
}

/// Shows b17.
#[test]
fn each_failure_keeps_its_own_name() {
    let cause = || Box::new(std::io::Error::other("x"));
    let cases = [
        (Error::PlatformFailure(cause()), Lock::Missing),
        (Error::NoDefaultStore, Lock::Missing),
        (Error::NoEntry, Lock::Missing),
        (Error::NoStorageAccess(cause()), Lock::Locked),
        (Error::BadDataFormat(vec![], cause()), Lock::Invalidated),
        (Error::BadStoreFormat(String::new()), Lock::Invalidated),
        (Error::Ambiguous(vec![]), Lock::Invalidated),
    ];
    for (error, why) in cases {
        assert_eq!(fault(&error), locked(why), "{error}");
    }
}

#[test]
fn a_name_or_secret_out_of_bounds_is_refused_before_the_keystore_is_asked() {
    let keystore = OsKeystore::new("plumbline-test");
    for name in ["", "../x", "Name", "a b", &"a".repeat(161)] {
        assert_eq!(keystore.load(name), Err(Fault::invalid("name", "form")));
    }
    assert_eq!(keystore.store("a", &[0; 2049]), Err(Fault::TooLarge { limit: 2048 }));
}
