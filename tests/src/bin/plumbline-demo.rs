//! `plumbline-demo DIR`: prepares a demonstration organisation in DIR where there is none, and serves it.
//!
//! Progress is told on stderr. One line of JSON on stdout when it is ready: `{"url":..,"invite":..,"ca_sha256":..,"day":..,
//! "made":..,"known":..}`: the invite is for an administrator's computer, day is the demonstration's last, made says whether it was
//! made just now, and known whether such a computer was enrolled before. It ends with its input, or at SIGTERM or an interrupt.
//! With `--enrol HOME` it enrols such a computer in HOME for `plumbline-drive` and ends. Exit 0: ended in good order, 1: it says why not, 2: the command line is wrong.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command does")]

use std::{
    env,
    io::{self, Read},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use plumbline_tests::demo::{self, Enrol, Failed, Scale};
use serde_json::json;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// A demonstration organisation with a server of its own. Never packaged.
#[derive(Parser)]
#[command(name = "plumbline-demo")]
struct Arguments {
    /// The folder of the demonstration; it is kept for the next start.
    folder: PathBuf,
    /// How much there is in it.
    #[arg(long, value_enum, default_value = "full")]
    scale: Scale,
    /// Make it anew.
    #[arg(long)]
    fresh: bool,
    /// Let nothing happen by itself while it is served.
    #[arg(long)]
    still: bool,
    /// Enrol an administrator's device in this new folder and end.
    #[arg(long, value_name = "HOME", requires = "passphrase_env")]
    enrol: Option<PathBuf>,
    /// Name of the environment variable that holds the passphrase of that device's keystore.
    #[arg(long, value_name = "VAR")]
    passphrase_env: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(tracing::Level::WARN).init();
    let passphrase = arguments.passphrase_env.as_ref().map(|name| env::var(name).map(Zeroizing::new));
    if let Some(Err(_)) = passphrase {
        eprintln!("the environment variable of --passphrase-env has to hold the passphrase of the keystore");
        return ExitCode::from(2);
    }
    match run(arguments, passphrase.and_then(Result::ok)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("{failed}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments, passphrase: Option<Zeroizing<String>>) -> Result<(), Failed> {
    // Before anything takes long: whoever starts this may end it at any time.
    let ended = ended();
    let Arguments { folder, scale, fresh, still, enrol, .. } = arguments;
    let (note, made) = tokio::select! {
        prepared = demo::prepare(&folder, scale, fresh) => prepared?,
        () = interrupted() => {
            eprintln!("\nInterrupted. The next start prepares it anew.");
            return Ok(());
        }
    };
    if note.day != demo::today() {
        eprintln!("The demonstration's last day is {}; --fresh makes a new one that ends today.", note.day);
    }
    let lively = !still && enrol.is_none();
    let served = demo::serve(&folder, &note, lively).await?;
    if let Some((home, passphrase)) = enrol.zip(passphrase) {
        let enrolled = demo::enrol(&served, &note, Enrol { home, passphrase }).await;
        served.close().await;
        return enrolled.map_err(Failed::Enrol);
    }
    let ready = json!({
        "url": served.server.url, "invite": served.invite, "ca_sha256": served.server.ca_sha256, "day": note.day,
        "made": made, "known": served.known,
    });
    println!("{ready}");
    tokio::select! {
        _ = ended => {}
        () = interrupted() => {}
    }
    served.close().await;
    Ok(())
}

/// Completes when the input ends.
fn ended() -> oneshot::Receiver<()> {
    let (end, ended) = oneshot::channel();
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        let mut bytes = [0; 4096];
        while matches!(input.read(&mut bytes), Ok(n) if n > 0) {}
        let _ = end.send(());
    });
    ended
}

/// Completes at SIGTERM or an interrupt from the keyboard.
async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
