//! `plumbline-drive`: one client over stdin and stdout, for outside scripts. docs/client.md lists its calls.
//!
//! A line `{"id":..,"call":"..","args":..}` is answered by one line, `{"id":..,"ok":..}` or `{"id":..,"fault":..}`, in
//! order. Invariants: an answer is written when what it says is durable, which is the client's own promise; a line that
//! is wrong is answered by a fault and the next one is read; nothing is lost when the process is killed.

use std::{
    io::{self, BufRead, Read, Write},
    path::Path,
    sync::Arc,
};

use plumbline_core::{Client, Config, call::call, clock::SystemClock, keystore::ComputerKeystore};
use plumbline_protocol::Fault;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;

/// Most bytes of a line.
pub const MAX_LINE: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    id: Value,
    call: String,
    #[serde(default)]
    args: Value,
}

/// The client and what it is opened with.
pub struct Driver {
    runtime: Runtime,
    config: Config,
    client: Option<Client>,
}

impl Driver {
    /// Drives the client whose store and keystore are in `home`. `in_order`: one thread does all that touches the disk, so
    /// that the same calls of a script reach the system in the same order each time.
    ///
    /// # Errors
    /// Those of starting worker threads.
    pub fn new(home: &Path, passphrase: Zeroizing<String>, in_order: bool) -> io::Result<Driver> {
        let keystore = Arc::new(ComputerKeystore::new(home, "plumbline-drive", Some(passphrase)));
        let config = Config { home: home.to_owned(), keystore, clock: Arc::new(SystemClock), listener: None };
        let runtime = match in_order {
            true => Builder::new_current_thread().max_blocking_threads(1).enable_all().build()?,
            false => Runtime::new()?,
        };
        Ok(Driver { runtime, config, client: None })
    }

    /// Answers every line of `input` on `output` until the input ends, and closes the store.
    ///
    /// # Errors
    /// Those of reading and writing.
    pub fn serve(&mut self, mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
        let served = loop {
            let answer = match next_line(&mut input) {
                Ok(Some(Ok(line))) => self.answer(&line),
                Ok(Some(Err(fault))) => json!({"id": null, "fault": fault}),
                Ok(None) => break Ok(()),
                Err(e) => break Err(e),
            };
            if let Err(e) = writeln!(output, "{answer}").and_then(|()| output.flush()) {
                break Err(e);
            }
        };
        if let Some(client) = self.client.take() {
            self.runtime.block_on(client.pause()).map_err(io::Error::other)?;
        }
        served
    }

    fn answer(&mut self, line: &[u8]) -> Value {
        let id = |line: &Value| line.get("id").cloned().unwrap_or_default();
        let (id, done) = match serde_json::from_slice::<Value>(line) {
            Ok(value) => match serde_json::from_value::<Asked>(value.clone()) {
                Ok(Asked { id, call, args }) => (id, self.ask(&call, args)),
                Err(_) => (id(&value), Err(Fault::invalid("line", "form"))),
            },
            Err(_) => (Value::Null, Err(Fault::invalid("line", "json"))),
        };
        match done {
            Ok(ok) => json!({"id": id, "ok": ok}),
            Err(fault) => json!({"id": id, "fault": fault}),
        }
    }

    /// A store that does not open says why, and is tried again with the next call.
    fn ask(&mut self, name: &str, args: Value) -> Result<Value, Fault> {
        let client = match &self.client {
            Some(client) => client,
            None => self.client.insert(self.runtime.block_on(Client::open(self.config.clone()))?),
        };
        self.runtime.block_on(call(client, name, args))
    }
}

/// The next line that is not empty, or [`Fault::TooLarge`] for one that is skipped; none at the end of the input.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Result<Vec<u8>, Fault>>> {
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        line.pop_if(|last| *last == b'\n');
        if line.len() > MAX_LINE {
            input.skip_until(b'\n')?;
            return Ok(Some(Err(Fault::TooLarge { limit: MAX_LINE as u64 })));
        }
        if !line.trim_ascii().is_empty() {
            return Ok(Some(Ok(line)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_the_next_one_read() {
        let long = vec![b'x'; 3 * MAX_LINE];
        let bytes = [b"{}\n\n".as_slice(), &long, b"\nlast"].concat();
        let mut input = bytes.as_slice();
        assert_eq!(next_line(&mut input).unwrap(), Some(Ok(b"{}".to_vec())));
        assert_eq!(next_line(&mut input).unwrap(), Some(Err(Fault::TooLarge { limit: MAX_LINE as u64 })));
        assert_eq!(next_line(&mut input).unwrap(), Some(Ok(b"last".to_vec())));
        assert_eq!(next_line(&mut input).unwrap(), None);
    }
}
