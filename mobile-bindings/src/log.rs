//! What the core logs, for the shell's own log: the line under which a `Fault.Internal` is found by its trace.
//!
//! Invariant: only warnings and errors of ours cross, which hold no path, name, secret or text that a person entered.

use std::{io, sync::Arc};

use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::ShellFault;

/// The shell's log: that of the system, where there is one.
#[uniffi::export(with_foreign)]
pub trait Log: Send + Sync {
    /// One line, without a break at its end. Called from worker threads; what it throws is dropped, with the line.
    fn line(&self, line: String) -> Result<(), ShellFault>;
}

/// From now on warnings and errors go to `log`. The first one counts for as long as the process lives.
#[uniffi::export]
pub fn log_to(log: Arc<dyn Log>) {
    let lines = fmt::layer().without_time().with_ansi(false).with_writer(move || Lines(Arc::clone(&log)));
    let ours = Targets::new().with_target("plumbline", tracing::Level::WARN);
    // A second one is refused: the process has one log.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours)).try_init();
}

/// Hands each line on as it is written: a line is one write.
struct Lines(Arc<dyn Log>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.line(String::from_utf8_lossy(bytes).trim_end().to_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);

    impl Log for Kept {
        fn line(&self, line: String) -> Result<(), ShellFault> {
            self.0.lock().unwrap().push(line);
            Err(ShellFault::Failed)
        }
    }

    #[test]
    fn the_line_of_a_fault_is_found_by_its_trace() {
        let kept = Arc::new(Kept::default());
        log_to(kept.clone());
        log_to(Arc::new(Kept::default()));
        let fault = plumbline_core::error::internal("test", &"a cause");
        let plumbline_protocol::Fault::Internal { trace } = fault else { panic!("{fault}") };
        tracing::error!(target: "hyper", "of others");
        tracing::info!(target: "plumbline_core", "of no weight");
        // Other tests of this process log as well.
        let lines = kept.0.lock().unwrap();
        assert_eq!(
            lines.iter().filter(|line| line.contains(&trace) && line.contains("a cause")).count(),
            1,
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| !line.contains("of others") && !line.contains("of no weight")), "{lines:?}");
    }
}
