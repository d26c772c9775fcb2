//! `plumbline-server`: the command line around [`plumbline_server::start`].
//!
//! `--data DIR` is all it needs. One line of JSON on stdout when it is ready, logs as JSON on stderr, SIGTERM drains and
//! exits 0. Exit codes: 1 cannot start, 2 usage, 3 the folder is in use, 4 the folder is from a newer version, 5 the
//! database is damaged.

mod sink;

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};
use plumbline_server::{Config, Sockets, StartError, SystemClock, TlsFiles};
use tracing_subscriber::EnvFilter;

use self::sink::Sink;

/// Keeps an organisation's log and photographs.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The folder that holds everything.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The host name or address by which devices reach this server, when it is not the one listened on.
    #[arg(long, value_name = "HOST")]
    name: Option<String>,
    /// A certificate chain (PEM) to use instead of the server's own authority, the authority last.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key (PEM) of --tls-cert.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Most devices that may be connected at once, to be woken.
    #[arg(long, value_name = "NUMBER", default_value_t = Sockets::default().most)]
    sockets: usize,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Prints a setup link for one more organisation; the server may be running.
    Setup,
    /// Says that the folder was put back from a backup: nothing is taken in until an administrator restores.
    Restored,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let arguments = Arguments::parse();
    let Ok(sink) = Sink::start(io::stderr()) else { return ExitCode::FAILURE };
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(sink.clone()).init();
    let Some(data) = arguments.data else {
        Arguments::command().error(ErrorKind::MissingRequiredArgument, "--data DIR is required").exit()
    };
    let done = match arguments.command {
        Some(Command::Setup) => plumbline_server::setup(&data, &SystemClock).await.map(|link| say(&link)),
        Some(Command::Restored) => plumbline_server::restored(&data)
            .await
            .map(|logs| say(&format!("{logs} organisations wait for an administrator's restore"))),
        None => {
            let tls = arguments.tls_cert.zip(arguments.tls_key);
            let tls = tls.map(|(certificate, key)| TlsFiles { certificate, key });
            let sockets = Sockets { most: arguments.sockets, ..Sockets::default() };
            plumbline_server::raise_descriptors();
            serve(Config { listen: arguments.listen, name: arguments.name, tls, sockets, ..Config::new(data) }).await
        }
    };
    let code = match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "cannot start");
            ExitCode::from(error.exit_code())
        }
    };
    sink.flush();
    code
}

async fn serve(config: Config) -> Result<(), StartError> {
    let stop = stop_signal().map_err(|e| StartError::Io("signals", e))?;
    let running = plumbline_server::start(config).await?;
    let ready = serde_json::json!({
        "ready": true, "url": running.url, "ca_sha256": running.ca_sha256, "setup": running.setup,
    });
    say(&ready.to_string());
    stop.await;
    tracing::info!("draining");
    running.shutdown().await;
    Ok(())
}

/// One line on stdout. Whoever closed it does not want to know.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Completes at SIGTERM or an interrupt from the keyboard. The handlers are there from the call on.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
