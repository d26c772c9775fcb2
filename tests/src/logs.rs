//! Everything that clients and server log in this process, kept to be searched for what must never stand there.

use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

static KEPT: OnceLock<Mutex<Vec<u8>>> = OnceLock::new();

/// Keeps what is logged from now on, our own packages' down to the last detail.
pub fn keep() {
    KEPT.get_or_init(|| {
        let filter = EnvFilter::new("info,plumbline_core=trace,plumbline_server=trace,plumbline_protocol=trace");
        tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(Kept).init();
        Mutex::default()
    });
}

/// What was logged so far.
pub fn kept() -> Vec<u8> {
    lock().clone()
}

fn lock() -> MutexGuard<'static, Vec<u8>> {
    KEPT.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

struct Kept;

impl Write for Kept {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        lock().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Kept;

    fn make_writer(&self) -> Kept {
        Kept
    }
}
