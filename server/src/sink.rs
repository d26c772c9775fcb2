//! The log's way out: lines wait in a bounded queue for a thread that writes them to stderr.
//!
//! Invariants: nobody who logs ever waits for whoever reads the log, or a pipe that nobody empties would stop the server;
//! what finds the queue full is dropped, counted, and the count is logged when there is room again.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait.
const QUEUE: usize = 4096;
/// How long the end of the process waits for the lines that wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where lines go in.
#[derive(Clone)]
pub(crate) struct Sink {
    queue: SyncSender<Item>,
    dropped: Arc<AtomicU64>,
}

enum Item {
    Line(Vec<u8>),
    /// Everything before it is out.
    Flush(SyncSender<()>),
}

impl Sink {
    /// A sink with its thread, which ends with the process.
    pub fn start(out: impl Write + Send + 'static) -> io::Result<Sink> {
        let (queue, items) = sync_channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let lost = dropped.clone();
        thread::Builder::new().name("log".into()).spawn(move || write_all(out, &items, &lost))?;
        Ok(Sink { queue, dropped })
    }

    /// Waits a bounded time until what was logged is out; for the end of the process.
    pub fn flush(&self) {
        let (done, out) = sync_channel(1);
        let (mut item, until) = (Item::Flush(done), Instant::now() + PATIENCE);
        while let Err(TrySendError::Full(back)) = self.queue.try_send(item) {
            if Instant::now() >= until {
                return; // Nobody reads.
            }
            item = back;
            thread::sleep(Duration::from_millis(1));
        }
        let _ = out.recv_timeout(until.saturating_duration_since(Instant::now()));
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = &'a Sink;

    fn make_writer(&'a self) -> &'a Sink {
        self
    }
}

/// One write is one line: the formatter makes it whole before it writes it.
impl Write for &Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Item::Line(line.to_vec())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(mut out: impl Write, items: &Receiver<Item>, dropped: &AtomicU64) {
    // A closed stderr takes nothing any more; the queue is emptied all the same.
    for item in items {
        let _ = match item {
            Item::Line(line) => out.write_all(&line),
            Item::Flush(done) => done.try_send(()).map_err(io::Error::other),
        };
        match dropped.swap(0, Ordering::Relaxed) {
            0 => {}
            lines => {
                let line =
                    serde_json::json!({"level": "WARN", "fields": {"message": "log lines dropped", "lines": lines}});
                let _ = writeln!(out, "{line}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use super::*;

    /// A reader that takes a line only when it is let.
    struct Slow {
        let_go: Receiver<()>,
        out: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.let_go.recv();
            self.out.lock().unwrap().write(line)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_stops_holds_nobody_up_and_is_told_what_it_missed() {
        let (go, let_go) = mpsc::channel();
        let out = Arc::new(Mutex::new(Vec::new()));
        let sink = Sink::start(Slow { let_go, out: out.clone() }).unwrap();
        for n in 0..3 * QUEUE {
            (&sink).write_all(format!("line {n}\n").as_bytes()).unwrap();
        }
        drop(go);
        sink.flush();
        let said = String::from_utf8(out.lock().unwrap().clone()).unwrap();
        let kept = said.lines().filter(|line| line.starts_with("line ")).count();
        let warning: serde_json::Value =
            serde_json::from_str(said.lines().find(|line| line.contains("dropped")).unwrap()).unwrap();
        assert!((QUEUE..3 * QUEUE).contains(&kept), "{kept}");
        assert_eq!(warning["fields"]["lines"].as_u64().unwrap(), (3 * QUEUE - kept) as u64);
    }
}
