//! The verifier as scripts call it: exit codes and output are a contract.

#![allow(clippy::unwrap_used, reason = "a panic is the report here, in what the tests share too")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use plumbline_protocol::vectors;

fn verify(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumbline-verify")).args(arguments).output().unwrap()
}

/// An honest log in a directory of its own.
fn log(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    for (path, bytes) in vectors::directory().unwrap() {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    root
}

#[test]
fn an_honest_log_exits_0_and_says_so() {
    let root = log("honest");
    let out = verify(&[root.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(0));
    assert!(String::from_utf8(out.stdout).unwrap().starts_with("Verified: plumbline/"));
    let out = verify(&["--json", root.to_str().unwrap()]);
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&report["ok"], &report["problems"]), (&true.into(), &serde_json::json!([])));
}

#[test]
fn a_changed_byte_exits_1_and_names_its_place() {
    let root = log("changed");
    let file = root.join("entries/000.p/20");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).unwrap();
    let out = verify(&[root.to_str().unwrap(), "--json"]);
    assert_eq!(out.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(report["problems"][0]["position"].is_u64(), "{report}");
    let out = verify(&[root.to_str().unwrap()]);
    assert!(String::from_utf8(out.stdout).unwrap().starts_with("Not verified: "));
}

#[test]
fn an_empty_folder_that_does_not_belong_is_named() {
    let root = log("folder");
    fs::create_dir_all(root.join("extra")).unwrap();
    let out = verify(&[root.to_str().unwrap(), "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((out.status.code(), &report["problems"][0]["file"]), (Some(1), &"extra/".into()));
}

#[test]
fn what_cannot_be_read_exits_2() {
    let root = log("unreadable");
    let nowhere = root.join("nowhere");
    let empty = root.join("photos");
    fs::create_dir_all(&empty).unwrap();
    let calls: [&[&str]; 5] = [&[], &["--help"], &[nowhere.to_str().unwrap()], &[empty.to_str().unwrap()], &["a", "b"]];
    for arguments in calls {
        let out = verify(arguments);
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{arguments:?}");
        assert!(!out.stderr.is_empty());
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_directory_is_not_followed() {
    let root = log("link");
    let outside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
    fs::write(&outside, fs::read(root.join("checkpoint")).unwrap()).unwrap();
    fs::remove_file(root.join("checkpoint")).unwrap();
    std::os::unix::fs::symlink(outside, root.join("checkpoint")).unwrap();
    let out = verify(&[root.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8(out.stderr).unwrap().contains("links are not followed"));
}
