//! P10: the first pull of a fresh client from a real server over loopback TLS, beside the same bytes decompressed, decoded,
//! inserted into SQLCipher, indexed once for search, and each signature verified once.

use std::{
    env,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use ed25519_dalek::{Signature, VerifyingKey};
use plumbline_protocol::{
    OrganisationId,
    action::{Action, Keys},
    page::{self, Item, Page},
    value::{Key, Reader, Value},
};
use rusqlite::params;
use tempfile::TempDir;

use crate::{
    Failure, floor,
    measure::{GROWTH, Plan, Row, interleaved},
    site::{Device, Site, memory},
};

/// First argument of the process that pulls alone, so that its memory is the client's.
pub const CHILD: &str = "--first-pull";

/// The label that signatures of actions are made under (docs/PROTOCOL.md).
const LABEL: &[u8] = b"plumbline/action/1\n";
const MIB: f64 = 1024.0 * 1024.0;

/// What one signature is checked with.
pub struct Signed {
    key: [u8; 32],
    pub message: Vec<u8>,
    pub signature: [u8; 64],
}

impl From<&Action> for Signed {
    fn from(action: &Action) -> Signed {
        let message = [LABEL, action.bytes()].concat();
        Signed { key: action.header().device.0, message, signature: *action.signature() }
    }
}

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let (mut rows, mut each) = (Vec::new(), Vec::new());
    for n in plan.sizes {
        let (of_size, taken) = of_size(plan, n).await?;
        rows.extend(of_size);
        each.push(taken);
    }
    rows.extend(Row::growth("P10 first pull", plan, &each, GROWTH));
    Ok(rows)
}

async fn of_size(plan: &Plan, n: u64) -> Result<(Vec<Row>, Duration), Failure> {
    let site = Site::with(n).await?;
    let messages = site.link()?.signer(&site.server, site.organisation).await?.pull().await?;
    let packed: Vec<Vec<u8>> = messages.iter().map(|m| page::pack(m)).collect::<Result<_, _>>()?;
    let signed = signed(&messages, site.organisation)?;
    let bytes = packed.iter().map(Vec::len).sum::<usize>() as f64 / signed.len() as f64;

    let mut turn = 0;
    let ours = async || {
        turn += 1;
        let device = Device::new(site.folder.path().join(format!("phone-{turn}"))).await?;
        let link = site.link()?.link(&site.server, &site.organisation);
        let begun = Instant::now();
        device.enrol(link).await?;
        Ok(begun.elapsed())
    };
    let times = interleaved(plan.repeats, ours, || bare(&packed, &signed)).await?;
    let grown = grown(&site.link()?.link(&site.server, &site.organisation))?;
    let rows = vec![
        Row::beside("P10 first pull", n, times, 1.5),
        Row::bounded("P10 bytes on the wire of an action", n, "bytes", bytes, 180.0),
        Row::bounded("P10 client memory above idle", n, "MiB", grown, 32.0),
    ];
    Ok((rows, times.0))
}

/// In a process of its own: pulls, and prints by how many KiB its memory grew at most.
#[allow(clippy::print_stdout, reason = "its parent reads it")]
pub async fn child(link: &str) -> Result<(), Failure> {
    let folder = TempDir::new_in("target/bench")?;
    let device = Device::new(folder.path().join("phone")).await?;
    let idle = memory("self", "VmRSS")?;
    device.enrol(link.to_owned()).await?;
    println!("{}", memory("self", "VmHWM")?.saturating_sub(idle));
    Ok(())
}

/// By how much a process that pulls grows, MiB.
fn grown(link: &str) -> Result<f64, Failure> {
    let output = Command::new(env::current_exe()?).args([CHILD, link]).output()?;
    let kib: f64 = String::from_utf8(output.stdout)?.trim().parse().map_err(|_| "the pull in a process failed")?;
    Ok(kib * 1024.0 / MIB)
}

fn signed(messages: &[Vec<u8>], organisation: OrganisationId) -> Result<Vec<Signed>, Failure> {
    let (mut all, mut keys) = (Vec::new(), Keys::default());
    for message in messages {
        let Page::Part { items, .. } = Page::decode(message, organisation)? else { continue };
        for item in items {
            let Item::Entry(entry) = item else { return Err("a manager sees all".into()) };
            all.push(Signed::from(&entry.verify(&mut keys)?.action));
        }
    }
    Ok(all)
}

/// The floor.
fn bare(packed: &[Vec<u8>], signed: &[Signed]) -> Result<Duration, Failure> {
    let folder = TempDir::new_in("target/bench")?;
    let begun = Instant::now();
    store(&folder.path().join("floor.db"), packed)?;
    verify(signed)?;
    Ok(begun.elapsed())
}

/// Checks each signature once, on every core.
pub fn verify(signed: &[Signed]) -> Result<(), Failure> {
    let cores = thread::available_parallelism()?.get();
    let verified = thread::scope(|scope| {
        let parts = signed.chunks(signed.len().div_ceil(cores).max(1));
        let running: Vec<_> = parts.map(|part| scope.spawn(|| part.iter().all(good))).collect();
        running.into_iter().all(|part| part.join().unwrap_or(false))
    });
    if verified { Ok(()) } else { Err("a signature is not good".into()) }
}

fn good(signed: &Signed) -> bool {
    let key = VerifyingKey::from_bytes(&signed.key);
    key.is_ok_and(|key| key.verify_strict(&signed.message, &Signature::from_bytes(&signed.signature)).is_ok())
}

/// Decompresses, decodes and inserts in one transaction, and indexes the texts at its end.
fn store(file: &Path, packed: &[Vec<u8>]) -> Result<(), Failure> {
    let mut connection = floor::sealed(file, &[7; 32])?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "CREATE TABLE action (position INTEGER PRIMARY KEY, record BLOB NOT NULL, kind TEXT NOT NULL,
            received INTEGER NOT NULL, text TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
         CREATE INDEX action_record ON action (record);
         CREATE INDEX action_kind ON action (kind, received);
         CREATE VIRTUAL TABLE search USING fts5 (text, content = 'action', content_rowid = 'position');",
    )?;
    let mut insert = transaction.prepare(
        "INSERT INTO action (position, record, kind, received, text, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut position = 0;
    for packed in packed {
        let message = page::unpack(packed)?;
        let mut reader = Reader::new(&message);
        reader.list()?;
        for _ in 0..reader.list()? {
            let start = reader.offset();
            let item = reader.value()?;
            let bytes = message.get(start..reader.offset()).unwrap_or_default();
            // Kind, record, body and time received stand at these places of an entry (docs/PROTOCOL.md).
            let [_, _, _, _, _, _, kind, record, body, _, _, received, ..] = item.list().unwrap_or_default() else {
                return Err("not an entry".into());
            };
            let text = match body.list() {
                Some([_, Value::Map(fields)]) => fields.get(&Key::from("text")).and_then(Value::text),
                _ => None,
            };
            let (kind, record) = (kind.text().unwrap_or_default(), record.bytes().unwrap_or_default());
            insert.execute(params![position, record, kind, received.int(), text.unwrap_or_default(), bytes])?;
            position += 1;
        }
    }
    drop(insert);
    transaction.execute("INSERT INTO search (search) VALUES ('rebuild')", [])?;
    Ok(transaction.commit()?)
}
