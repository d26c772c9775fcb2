//! The store's pages as they lie on disk, read without SQLite: what it no longer opens can still be read page by page.
//!
//! SQLCipher 4 seals each page by itself (AES-256-CBC, HMAC-SHA-512 over ciphertext, IV and page number), and its journal holds
//! whole sealed pages. So a page is either exactly what was written or is known to be damaged, whatever became of the others.
//! Nothing here writes.

use std::{collections::BTreeMap, path::Path};

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding};
use hmac::{Hmac, KeyInit, Mac};
use plumbline_protocol::Fault;
use sha2::Sha512;
use zeroize::Zeroizing;

use super::{DatabaseKey, SALT};
use crate::files::Raw;

/// Bytes of a page.
const PAGE: usize = 4096;
/// Bytes of a page that hold rows: the rest are IV and HMAC.
pub const USABLE: usize = PAGE - IV - MAC;
const IV: usize = 16;
const MAC: usize = 64;
const HEADER: u64 = 32;
const FRAME_HEADER: usize = 24;
const FRAME: usize = FRAME_HEADER + PAGE;

/// The pages of one store.
pub struct Pages {
    file: Option<Raw>,
    journal: Option<Raw>,
    /// Where the journal has images of a page, newest last.
    frames: BTreeMap<u32, Vec<u64>>,
    key: Zeroizing<[u8; 32]>,
    mac: Zeroizing<[u8; 32]>,
    /// Pages that there are, the last one perhaps cut short.
    pub count: u32,
    /// True where at least one is there in its whole length: then a key that opens none is another's.
    pub whole: bool,
    /// What the journal says of itself: where it lost images of pages, older ones are found in their place.
    pub state: Journal,
}

impl Pages {
    /// The pages of `store` and its journal; none where there is no file.
    ///
    /// # Errors
    /// Those of [`crate::error::io`] where a file that exists cannot be opened.
    pub fn open(store: &Path, key: &DatabaseKey) -> Result<Pages, Fault> {
        let file = Raw::open(store)?;
        let (journal, scan) = scanned(store)?.unzip();
        let state = scan.as_ref().map_or(Journal::None, Scan::state);
        let scan = scan.unwrap_or_default();
        let stored = file.as_ref().map_or(0, |f| f.bytes.div_ceil(PAGE as u64));
        let whole = file.as_ref().is_some_and(|f| f.bytes >= PAGE as u64) || !scan.frames.is_empty();
        let highest = scan.frames.last_key_value().map_or(0, |(page, _)| *page);
        let count = u32::try_from(stored).unwrap_or(u32::MAX).max(highest);
        let (raw, salt) = key.split_at(key.len() - SALT);
        let raw: [u8; 32] = raw.try_into().map_err(|_| Fault::corrupt("store"))?;
        let mac = mac_key(&raw, salt)?;
        Ok(Pages { file, journal, frames: scan.frames, key: Zeroizing::new(raw), mac, count, whole, state })
    }

    /// The newest image of page `n` that is what was written; none where every one is damaged.
    pub fn read(&self, n: u32) -> Option<Zeroizing<Vec<u8>>> {
        let logged = self.frames.get(&n).into_iter().flatten().rev();
        let mut images = logged.filter_map(|at| self.journal.as_ref()?.read(*at, PAGE));
        images.find_map(|sealed| self.open_page(n, &sealed)).or_else(|| {
            let at = u64::from(n.checked_sub(1)?) * PAGE as u64;
            self.open_page(n, &self.file.as_ref()?.read(at, PAGE)?)
        })
    }

    fn open_page(&self, n: u32, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        // The first page begins with the salt, in clear.
        let clear = if n == 1 { SALT } else { 0 };
        let (body, rest) = sealed.get(clear..)?.split_at_checked(USABLE - clear)?;
        let (iv, tag) = rest.split_at_checked(IV)?;
        let mut mac = Hmac::<Sha512>::new_from_slice(self.mac.as_slice()).ok()?;
        mac.update(body);
        mac.update(iv);
        mac.update(&n.to_le_bytes());
        mac.verify_slice(tag).ok()?;
        let mut page = Zeroizing::new(vec![0; clear]);
        page.extend_from_slice(body);
        let iv: [u8; IV] = iv.try_into().ok()?;
        let cipher = cbc::Decryptor::<Aes256>::new((&*self.key).into(), (&iv).into());
        cipher.decrypt_padded::<NoPadding>(page.get_mut(clear..)?).ok()?;
        Some(page)
    }
}

/// What the journal beside a store says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    /// There is none, or it is empty.
    None,
    /// All that was acknowledged is in it, as far as can be told; what a crash left half written is not counted.
    Whole,
    /// Some of what was acknowledged cannot be read. SQLite would take its first damaged frame for its end, silently.
    Damaged,
}

/// Reads the journal beside `store` as SQLite will.
///
/// # Errors
/// Those of [`crate::error::io`] where a file that exists cannot be opened.
pub fn journal(store: &Path) -> Result<Journal, Fault> {
    if Raw::open(store)?.is_some_and(|file| file.bytes < PAGE as u64) {
        // SQLite would take the store for a new one, begin it, and delete the journal as a stranger's.
        return Ok(Journal::Damaged);
    }
    Ok(scanned(store)?.map_or(Journal::None, |(_, scan)| scan.state()))
}

/// The journal beside `store`, where there is one that holds anything.
fn scanned(store: &Path) -> Result<Option<(Raw, Scan)>, Fault> {
    let Some(journal) = Raw::open(&beside(store, "-wal"))?.filter(|raw| raw.bytes > HEADER) else { return Ok(None) };
    let scan = Scan::of(&journal, index(store)?);
    Ok(Some((journal, scan)))
}

/// The journal's frames (SQLite's file format, section 4).
#[derive(Default)]
struct Scan {
    /// Where each page's images are, of all transactions that ended.
    frames: BTreeMap<u32, Vec<u64>>,
    /// Frames before the first damaged one.
    whole: u64,
    /// Frames that the index counts.
    acknowledged: u64,
    /// Ends of transactions behind the first damaged frame.
    ends_beyond: u64,
}

impl Scan {
    fn of(journal: &Raw, index: Option<Index>) -> Scan {
        let header = journal.read(0, HEADER as usize).unwrap_or_default();
        let big = word(&header, 0) == Some(0x377f_0683);
        let sum = header.get(..24).map(|head| checksum((0, 0), head, big));
        let good = sum.is_some() && sum == word(&header, 24).zip(word(&header, 28));
        let salts = match (good, &index) {
            (true, _) => header.get(16..24).map(<[u8]>::to_vec),
            // A damaged header: its frames say themselves to which journal they belong.
            (false, Some(index)) => Some(index.salts.clone()),
            (false, None) => journal.read(HEADER + 8, 8),
        };
        let Some(salts) = salts else { return Scan::default() };
        let acknowledged = index.filter(|i| i.salts == salts).map_or(0, |i| i.frames);
        let mut scan = Scan { acknowledged, ..Scan::default() };
        let mut sum = sum.filter(|_| good);
        let mut open = Vec::new();
        for n in 0..journal.bytes.saturating_sub(HEADER) / FRAME as u64 {
            let at = HEADER + n * FRAME as u64;
            let Some(frame) = journal.read(at, FRAME).filter(|f| f.get(8..16) == Some(&salts)) else {
                sum = None;
                continue;
            };
            let (head, page) = frame.split_at(FRAME_HEADER);
            sum = sum.map(|sum| checksum(checksum(sum, head.get(..8).unwrap_or_default(), big), page, big));
            sum = sum.filter(|sum| Some(*sum) == word(head, 16).zip(word(head, 20)));
            let ends = word(head, 4).is_some_and(|pages| pages > 0);
            scan.whole += u64::from(sum.is_some());
            scan.ends_beyond += u64::from(sum.is_none() && ends);
            open.push((word(head, 0).unwrap_or_default(), at + FRAME_HEADER as u64));
            if ends {
                for (page, at) in open.drain(..) {
                    scan.frames.entry(page).or_default().push(at);
                }
            }
        }
        scan
    }

    /// Each transaction is synced before the next begins, so only the last one can be torn and not acknowledged. The index is
    /// changed after that sync: what it counts was acknowledged.
    fn state(&self) -> Journal {
        let damaged = self.acknowledged > self.whole || self.ends_beyond > 1;
        if damaged { Journal::Damaged } else { Journal::Whole }
    }
}

/// What the index beside the journal knows of it. It is not synced: an old one counts too little, never too much.
struct Index {
    salts: Vec<u8>,
    frames: u64,
}

/// The index, where its two copies agree (SQLite's `walformat`, section 2.1).
fn index(store: &Path) -> Result<Option<Index>, Fault> {
    let bytes = Raw::open(&beside(store, "-shm"))?.and_then(|raw| raw.read(0, 96));
    let read = |bytes: Vec<u8>| {
        let (one, other) = bytes.split_at_checked(48)?;
        let frames = u32::from_ne_bytes(one.get(16..20)?.try_into().ok()?);
        (one == other).then_some(Index { salts: one.get(32..40)?.to_vec(), frames: u64::from(frames) })
    };
    Ok(bytes.and_then(read))
}

/// SQLite's running checksum of `bytes`, whose length is a multiple of 8.
fn checksum((mut a, mut b): (u32, u32), bytes: &[u8], big: bool) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        let (one, other) = pair.split_at(4);
        let read = |w: &[u8]| match <[u8; 4]>::try_from(w) {
            Ok(w) if big => u32::from_be_bytes(w),
            Ok(w) => u32::from_le_bytes(w),
            Err(_) => 0,
        };
        a = a.wrapping_add(read(one)).wrapping_add(b);
        b = b.wrapping_add(read(other)).wrapping_add(a);
    }
    (a, b)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The file of SQLite's beside `store` that ends so.
pub fn beside(store: &Path, end: &str) -> std::path::PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(end);
    std::path::PathBuf::from(name)
}

/// SQLCipher's key for HMACs: PBKDF2-HMAC-SHA-512 of the key in two rounds, with the salt's bits turned by a mask.
fn mac_key(key: &[u8; 32], salt: &[u8]) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let hmac = |message: &[&[u8]]| {
        let mut mac = Hmac::<Sha512>::new_from_slice(key).map_err(|_| Fault::corrupt("store"))?;
        message.iter().for_each(|part| mac.update(part));
        Ok::<_, Fault>(mac.finalize().into_bytes())
    };
    let masked: Vec<u8> = salt.iter().map(|byte| byte ^ 0x3a).collect();
    let first = hmac(&[&masked, &1_u32.to_be_bytes()])?;
    let second = hmac(&[&first])?;
    let mut out = Zeroizing::new([0; 32]);
    for (out, (one, other)) in out.iter_mut().zip(first.iter().zip(second.iter())) {
        *out = one ^ other;
    }
    Ok(out)
}
