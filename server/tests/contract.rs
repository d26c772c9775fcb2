//! What scripts may rely on: the ready line, the exit codes, the signals. The real binary in a process of its own.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "the helpers of a test are part of it")]

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
    version::TLS13,
};

const BINARY: &str = env!("CARGO_BIN_EXE_plumbline-server");

fn serve(data: &Path) -> Child {
    let mut command = Command::new(BINARY);
    command.arg("--data").arg(data).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ready(child: &mut Child) -> serde_json::Value {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

fn terminate(child: &mut Child) -> ExitStatus {
    assert!(Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap().success());
    child.wait().unwrap()
}

fn code(arguments: &[&str]) -> Option<i32> {
    Command::new(BINARY).args(arguments).output().unwrap().status.code()
}

/// Shows c24.
#[cfg(unix)]
#[test]
fn it_says_when_it_is_ready_keeps_its_folder_and_ends_at_sigterm() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let mut child = serve(dir.path());
    let said = ready(&mut child);
    assert_eq!(said["ready"], true);
    assert!(said["url"].as_str().unwrap().starts_with("https://127.0.0.1:"));
    assert_eq!(said["ca_sha256"].as_str().unwrap().len(), 64);
    assert!(said["setup"].as_str().unwrap().starts_with("plumbline://setup?"));
    assert!(dir.path().join("ca.pem").exists());

    assert_eq!(code(&["--data", data]), Some(3));
    let setup = Command::new(BINARY).args(["setup", "--data", data]).output().unwrap();
    assert!(setup.status.success() && setup.stdout.starts_with(b"plumbline://setup?"));

    assert_eq!(terminate(&mut child).code(), Some(0));
    let mut log = String::new();
    child.stderr.as_mut().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("draining"));
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

/// A pipe holds 64 KiB, some 250 lines: the requests behind it would wait for whoever reads the log.
///
/// Shows s22.
#[cfg(unix)]
#[tokio::test]
async fn a_log_that_nobody_reads_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = serve(dir.path());
    let url = format!("{}/health", ready(&mut child)["url"].as_str().unwrap());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(dir.path().join("ca.pem")).unwrap()).unwrap();
    let tls = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap();
    for n in 0..2000 {
        // Refused or not, each is answered, and each leaves a line.
        let asked = tokio::time::timeout(Duration::from_secs(30), client.get(&url).send()).await;
        assert!(asked.is_ok_and(|answer| answer.is_ok()), "request {n} waits for the log");
    }
    assert_eq!(terminate(&mut child).code(), Some(0));
}

/// Shows c16.
#[test]
fn a_folder_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let database = rusqlite::Connection::open(dir.path().join("plumbline.db")).unwrap();
    database.pragma_update(None, "user_version", 9999).unwrap();
    drop(database);
    assert_eq!(code(&["--data", dir.path().to_str().unwrap()]), Some(4));
    assert_eq!(code(&["setup", "--data", dir.path().to_str().unwrap()]), Some(4));
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    assert_eq!(code(&[]), Some(2));
    assert_eq!(code(&["--data", "x", "--listen", "nowhere"]), Some(2));
}
