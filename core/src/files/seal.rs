//! The format of a sealed file: a header, then chunks of 64 KiB sealed in the STREAM construction (Hoang, Reyhanitabar,
//! Rogaway, Vizár 2015) with a 31-bit little-endian counter and one bit for the last chunk.
//!
//! Invariants: a fresh key per file; every chunk's nonce is the header's 20 random bytes, then index and last bit, and its
//! bound data is the whole header. So a chunk that was changed, moved, dropped or cut off, or a header of another file, does
//! not open. Only the last chunk is shorter than 64 KiB, and it is empty only in an empty file: one content length, one file
//! length. Keys are wiped; plain chunks are not: they lay unsealed in the camera's file a moment ago, and wiping them took
//! longer than hashing and sealing together.

use std::{
    io::{Read, Seek, SeekFrom, Write},
    sync::{Arc, mpsc::sync_channel},
    thread,
};

use plumbline_protocol::{Fault, Hash};
use sha2::{Digest, Sha256};

use crate::{aead, error, secret};

/// Plain bytes in every chunk but the last.
pub const CHUNK: usize = 64 * 1024;

const MAGIC: &[u8; 19] = b"plumbline/sealed/1\n";
const PREFIX: usize = 20;
const HEADER: usize = MAGIC.len() + PREFIX;
const SEALED_CHUNK: u64 = (CHUNK + aead::TAG) as u64;
const LAST: u32 = 1 << 31;
/// Bytes that go to be hashed at once: waking the other thread for each chunk takes as long as a quarter of hashing it.
const RUN: usize = 8 * CHUNK;
/// Runs that may wait to be hashed.
const AHEAD: usize = 2;

type Key = [u8; aead::KEY];

/// Seals all of `source` into `sink` in one pass, hashing on a thread beside. Returns SHA-256 and length of the plain bytes.
///
/// # Errors
/// [`Fault::TooLarge`] past `limit` bytes, [`Fault::StorageFull`] when `sink` has no room.
pub fn seal(source: &mut dyn Read, sink: &mut dyn Write, key: &Key, limit: u64) -> Result<(Hash, u64), Fault> {
    let prefix = secret::random::<PREFIX>()?;
    let header = [MAGIC.as_slice(), prefix.as_slice()].concat();
    sink.write_all(&header).map_err(|e| error::io("write sealed", &e))?;

    let (mut bytes, mut index) = (0, 0);
    let (mut run, mut sealed) = (next_run(source)?, Vec::with_capacity(CHUNK + aead::TAG));
    thread::scope(|scope| {
        let (plain, runs) = sync_channel::<Arc<Vec<u8>>>(AHEAD);
        let hash = move || runs.iter().fold(Sha256::new(), |hasher, run| hasher.chain_update(&*run)).finalize();
        let hash = scope.spawn(hash);
        let stopped = || error::internal("seal", &"hashing stopped");
        loop {
            bytes += run.len() as u64;
            if bytes > limit {
                return Err(Fault::TooLarge { limit });
            }
            plain.send(Arc::clone(&run)).map_err(|_| stopped())?;
            // Whether a chunk is the last one shows only by nothing coming after it.
            let next = next_run(source)?;
            // An empty file has one chunk too.
            let chunks = run.len().div_ceil(CHUNK).max(1);
            for n in 1..=chunks {
                sealed.clear();
                sealed.extend_from_slice(run.chunks(CHUNK).nth(n - 1).unwrap_or_default());
                let last = n == chunks && next.is_empty();
                aead::seal(key, &nonce(&prefix, index, last)?, &header, &mut sealed)?;
                sink.write_all(&sealed).map_err(|e| error::io("write sealed", &e))?;
                index += 1;
            }
            if next.is_empty() {
                drop(plain);
                return Ok((Hash(hash.join().map_err(|_| stopped())?.into()), bytes));
            }
            run = next;
        }
    })
}

/// A sealed file open for reading at any chunk.
pub struct Sealed<'k, R> {
    source: R,
    key: &'k Key,
    header: [u8; HEADER],
    bytes: u64,
    chunks: u32,
}

impl<'k, R: Read + Seek> Sealed<'k, R> {
    /// Reads the header and works out the plain length; what it says is proved by the chunks.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] for anything that [`seal`] does not write.
    pub fn new(mut source: R, key: &'k Key) -> Result<Self, Fault> {
        let length = source.seek(SeekFrom::End(0)).map_err(|e| error::io("read sealed", &e))?;
        let sealed = length.checked_sub(HEADER as u64).ok_or_else(corrupt)?;
        let mut header = [0; HEADER];
        source.rewind().map_err(|e| error::io("read sealed", &e))?;
        source.read_exact(&mut header).map_err(|e| error::io("read sealed", &e))?;
        let chunks = sealed.div_ceil(SEALED_CHUNK);
        let bytes = sealed.checked_sub(chunks * aead::TAG as u64).ok_or_else(corrupt)?;
        let whole = chunks > 0 && bytes.div_ceil(CHUNK as u64).max(1) == chunks;
        if !header.starts_with(MAGIC) || !whole {
            return Err(corrupt());
        }
        let chunks = u32::try_from(chunks).map_err(|_| corrupt())?;
        Ok(Sealed { source, key, header, bytes, chunks })
    }

    /// Plain bytes in the file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The plain bytes of chunk `index`.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] when it is not the chunk that was sealed at this place.
    pub fn chunk(&mut self, index: u32) -> Result<Vec<u8>, Fault> {
        let start = HEADER as u64 + u64::from(index) * SEALED_CHUNK;
        let mut chunk = Vec::with_capacity(CHUNK + aead::TAG);
        self.source.seek(SeekFrom::Start(start)).map_err(|e| error::io("read sealed", &e))?;
        self.source.by_ref().take(SEALED_CHUNK).read_to_end(&mut chunk).map_err(|e| error::io("read sealed", &e))?;
        let prefix = self.header.last_chunk().ok_or_else(corrupt)?;
        let last = index.checked_add(1) == Some(self.chunks);
        aead::open(self.key, &nonce(prefix, index, last)?, &self.header, &mut chunk).map_err(|_| corrupt())?;
        Ok(chunk)
    }

    /// Every chunk in order, the last one proved to be the last.
    pub fn chunks(mut self) -> impl Iterator<Item = Result<Vec<u8>, Fault>> {
        (0..self.chunks).map(move |index| self.chunk(index))
    }
}

/// The next chunks, full but for the last; empty at the end.
fn next_run(source: &mut dyn Read) -> Result<Arc<Vec<u8>>, Fault> {
    let mut run = Vec::with_capacity(RUN);
    source.take(RUN as u64).read_to_end(&mut run).map_err(|e| error::io_at_path("read source", &e))?;
    Ok(Arc::new(run))
}

fn nonce(prefix: &[u8; PREFIX], index: u32, last: bool) -> Result<[u8; aead::NONCE], Fault> {
    if index >= LAST {
        return Err(Fault::TooLarge { limit: u64::from(LAST) * CHUNK as u64 });
    }
    let counter = if last { index | LAST } else { index };
    let mut nonce = [0; aead::NONCE];
    let (head, tail) = nonce.split_at_mut(PREFIX);
    head.copy_from_slice(prefix);
    tail.copy_from_slice(&counter.to_le_bytes());
    Ok(nonce)
}

fn corrupt() -> Fault {
    Fault::corrupt("sealed file")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use aead_stream::DecryptorLE31;
    use chacha20poly1305::XChaCha20Poly1305;

    use super::*;

    const KEY: Key = [7; 32];

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let (hash, bytes) = seal(&mut &*plain, &mut file, &KEY, u64::MAX).unwrap();
        assert_eq!((hash.0, bytes), (Sha256::digest(plain).into(), plain.len() as u64));
        file
    }

    fn opened(file: &[u8]) -> Result<Vec<u8>, Fault> {
        let chunks: Result<Vec<_>, _> = Sealed::new(Cursor::new(file), &KEY)?.chunks().collect();
        Ok(chunks?.iter().flat_map(|c| c.iter().copied()).collect())
    }

    fn sample(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|i| (i / 251 + i) as u8).collect()
    }

    #[test]
    fn every_length_round_a_chunk_comes_back_whole() {
        for bytes in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1] {
            let plain = sample(bytes);
            let file = sealed(&plain);
            assert_eq!(Sealed::new(Cursor::new(&file), &KEY).unwrap().bytes(), bytes as u64);
            assert_eq!(opened(&file), Ok(plain), "{bytes}");
        }
    }

    #[test]
    fn another_implementation_of_stream_opens_it() {
        let plain = sample(2 * CHUNK + 5);
        let file = sealed(&plain);
        let (header, body) = file.split_at(HEADER);
        let mut other =
            DecryptorLE31::<XChaCha20Poly1305>::new((&KEY).into(), header[MAGIC.len()..].try_into().unwrap());
        let mut pieces: Vec<Vec<u8>> = body.chunks(CHUNK + aead::TAG).map(<[u8]>::to_vec).collect();
        let (last, before) = pieces.split_last_mut().unwrap();
        for piece in before {
            other.decrypt_next_in_place(header, piece).unwrap();
        }
        other.decrypt_last_in_place(header, last).unwrap();
        assert_eq!(pieces.concat(), plain);
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused() {
        let file = sealed(&sample(CHUNK + 100));
        for place in (0..HEADER + 40).chain((HEADER + 40..file.len()).step_by(97)).chain([file.len() - 1]) {
            let mut changed = file.clone();
            changed[place] ^= 1 << (place % 8);
            assert_eq!(opened(&changed), Err(corrupt()), "byte {place}");
        }
    }

    #[test]
    fn a_file_cut_at_any_place_or_grown_is_refused() {
        let file = sealed(&sample(2 * CHUNK));
        let ends = (0..HEADER + 40).chain((HEADER..file.len()).step_by(1009));
        for end in ends.chain([HEADER + CHUNK + aead::TAG, file.len() - 1]) {
            assert_eq!(opened(&file[..end]), Err(corrupt()), "cut at {end}");
        }
        assert_eq!(opened(&[&*file, &[0]].concat()), Err(corrupt()));
        assert_eq!(opened(&[&*file, &file[HEADER..HEADER + aead::TAG]].concat()), Err(corrupt()));
    }

    /// Shows b05.
    #[test]
    fn chunks_that_changed_places_or_files_are_refused() {
        let file = sealed(&sample(3 * CHUNK));
        let whole = CHUNK + aead::TAG;
        let (header, body) = file.split_at(HEADER);
        let swapped = [header, &body[whole..2 * whole], &body[..whole], &body[2 * whole..]].concat();
        assert_eq!(opened(&swapped), Err(corrupt()));
        let dropped = [header, &body[whole..]].concat();
        assert_eq!(opened(&dropped), Err(corrupt()));
        let other = sealed(&sample(3 * CHUNK));
        assert_eq!(opened(&[&other[..HEADER], body].concat()), Err(corrupt()));
        assert!(Sealed::new(Cursor::new(&file), &[8; 32]).unwrap().chunk(0).is_err());
    }

    /// Shows b06.
    #[test]
    fn more_than_the_limit_is_refused_and_the_limit_itself_is_not() {
        let plain = sample(CHUNK + 1);
        let limit = plain.len() as u64;
        assert!(seal(&mut &*plain, &mut Vec::new(), &KEY, limit).is_ok());
        let refused = seal(&mut &*plain, &mut Vec::new(), &KEY, limit - 1);
        assert_eq!(refused, Err(Fault::TooLarge { limit: limit - 1 }));
    }
}
