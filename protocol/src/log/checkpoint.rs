//! The signed statement of a log's state: C2SP tlog-checkpoint, a C2SP signed-note with one Ed25519 signature.
//!
//! The signature is over the note's text itself: its form, with the origin first, is the format's own separation from
//! everything else that is signed. Reading is strict: every byte is determined by the values read, so nothing can be
//! added, left out or spelled otherwise; more signatures and extension lines, which the format allows, are refused.

use std::{fmt, str::FromStr};

use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

use super::merkle::MAX_SIZE;
use crate::{Fault, Hash, OrganisationId, action::strict};

/// The longest text that is read, in bytes; the longest that can be written is shorter.
const MAX_TEXT: usize = 512;
/// The signed-note signature type of Ed25519.
const ED25519: u8 = 0x01;

/// Which log: written `plumbline/<organisation>/<generation>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Whose log.
    pub organisation: OrganisationId,
    /// How many restores it has seen; sizes compare within one generation only.
    pub generation: u64,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plumbline/{}/{}", self.organisation, self.generation)
    }
}

impl FromStr for Origin {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let read = || {
            let (organisation, generation) = text.strip_prefix("plumbline/")?.split_once('/')?;
            Some(Origin { organisation: organisation.parse().ok()?, generation: generation.parse().ok()? })
        };
        read().filter(|origin| origin.to_string() == text).ok_or_else(|| Fault::invalid("origin", "type"))
    }
}

/// The state of a log: what its server puts its name to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// Number of its entries.
    pub size: u64,
    /// Root of the Merkle tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: origin, size and root (base64), a line each.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(&self.root.0))
    }

    /// Signs it. A server signs only what continues all that it has signed of this origin.
    pub fn sign(self, key: &SigningKey) -> SignedCheckpoint {
        SignedCheckpoint {
            checkpoint: self,
            key_hash: key_hash(&self.origin, key.verifying_key().as_bytes()),
            signature: key.sign(self.body().as_bytes()).to_bytes(),
        }
    }
}

/// A checkpoint with its signature, not yet checked: its text is [`fmt::Display`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What was signed, if [`SignedCheckpoint::verify`] says so.
    pub checkpoint: Checkpoint,
    key_hash: [u8; 4],
    signature: [u8; 64],
}

impl SignedCheckpoint {
    /// Reads the text, and nothing but the very text that would be written. `Invalid` names `checkpoint` and the part
    /// that is wrong; the signature is not checked.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > MAX_TEXT {
            return Err(Fault::TooLarge { limit: MAX_TEXT as u64 });
        }
        let bad = |part: &str| Fault::invalid("checkpoint", part);
        let lines: Vec<&str> = text.split('\n').collect();
        let [name, size, root, "", signature, ""] = lines.as_slice() else { return Err(bad("lines")) };
        let origin = name.parse().map_err(|_| bad("origin"))?;
        let size = size.parse().ok().filter(|size| *size <= MAX_SIZE).ok_or_else(|| bad("size"))?;
        let root = decode(root).map(Hash).ok_or_else(|| bad("root"))?;
        let signature = signature.rsplit_once(' ').and_then(|(_, signature)| decode::<68>(signature));
        let signature = signature.ok_or_else(|| bad("signature"))?;
        let (key_hash, signature) = signature.split_first_chunk().ok_or_else(|| bad("signature"))?;
        let signed = SignedCheckpoint {
            checkpoint: Checkpoint { origin, size, root },
            key_hash: *key_hash,
            signature: signature.try_into().map_err(|_| bad("signature"))?,
        };
        // Whatever the lines above let through (a sign, a leading zero, another name before the signature) ends here.
        if signed.to_string() == text { Ok(signed) } else { Err(bad("spelling")) }
    }

    /// Checks that the holder of this Ed25519 public key signed it under the origin's name.
    pub fn verify(&self, key: &[u8; 32]) -> Result<(), Fault> {
        let corrupt = || Fault::corrupt("checkpoint");
        if self.key_hash != key_hash(&self.checkpoint.origin, key) {
            return Err(corrupt());
        }
        if strict(key, self.checkpoint.body().as_bytes(), &self.signature) { Ok(()) } else { Err(corrupt()) }
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = BASE64.encode(&[self.key_hash.as_slice(), &self.signature].concat());
        write!(f, "{}\n\u{2014} {} {signature}\n", self.checkpoint.body(), self.checkpoint.origin)
    }
}

/// Which key signed, as signed-note shortens it: a hint, no proof.
fn key_hash(origin: &Origin, key: &[u8; 32]) -> [u8; 4] {
    let name = origin.to_string();
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key).finalize();
    let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
    [a, b, c, d]
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::merkle::empty_root;

    /// Made by another implementation from the specification, with the key of 32 bytes 7.
    const TEXT: &str = "\
        plumbline/abababababababababababababababababababababababababababababababab/3\n\
        20852163\n\
        47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\
        \n\
        \u{2014} plumbline/abababababababababababababababababababababababababababababababab/3 \
        SHgvF0ydEWMTPZ9Zze8o0Xp34Jq+HX4Vu19EyMlgJptV/7ZeCMeyMZP1VWdJtfg7OOUyg2zTi0MlgAxOfgIJiuI2Cw4=\n";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn checkpoint() -> Checkpoint {
        let origin = Origin { organisation: OrganisationId([0xab; 32]), generation: 3 };
        Checkpoint { origin, size: 20_852_163, root: empty_root() }
    }

    #[test]
    fn the_text_is_that_of_another_implementation() {
        let signed = checkpoint().sign(&key());
        assert_eq!(signed.to_string(), TEXT);
        assert_eq!(SignedCheckpoint::parse(TEXT), Ok(signed));
        assert_eq!(signed.verify(key().verifying_key().as_bytes()), Ok(()));
    }

    #[test]
    fn the_longest_text_can_be_read() {
        let origin = Origin { generation: u64::MAX, ..checkpoint().origin };
        let signed = Checkpoint { origin, size: MAX_SIZE, root: empty_root() }.sign(&key());
        assert_eq!(SignedCheckpoint::parse(&signed.to_string()), Ok(signed));
    }

    #[test]
    fn another_spelling_is_refused_and_the_part_named() {
        let edits = [
            ("plumbline/ab", "plumbline/AB", "origin"),
            ("plumbline/ab", "Plumbline/ab", "origin"),
            ("/3\n", "/03\n", "origin"),
            ("/3\n", "/+3\n", "origin"),
            ("/3\n", "/18446744073709551616\n", "origin"),
            ("/3\n", "/3/\n", "origin"),
            ("\n2085", "\n02085", "spelling"),
            ("\n2085", "\n+2085", "spelling"),
            ("\n2085", "\n-2085", "size"),
            ("\n20852163", "\n9223372036854775808", "size"),
            ("\n20852163", "\n", "size"),
            ("FU=\n", "FV=\n", "root"),
            ("FU=\n", "FU\n", "root"),
            ("FU=\n", "FU==\n", "root"),
            ("FU=\n", "FU= \n", "root"),
            ("FU=\n", "FU=\nextension\n", "lines"),
            ("FU=\n\n", "FU=\n", "lines"),
            ("FU=\n\n", "FU=\n\n\n", "lines"),
            ("\u{2014} ", "- ", "spelling"),
            ("\u{2014} ", "\u{2014}  ", "spelling"),
            ("\u{2014} plumbline", "\u{2014} other", "spelling"),
            ("/3 ", "/4 ", "spelling"),
            ("/3 ", "/3 AAAA", "signature"),
            ("/3 ", "/3", "signature"),
        ];
        for (from, to, part) in edits {
            let edited = TEXT.replacen(from, to, 1);
            assert_ne!(edited, TEXT, "{from}");
            assert_eq!(SignedCheckpoint::parse(&edited), Err(Fault::invalid("checkpoint", part)), "{from} {to}");
        }
        let last = TEXT.lines().last().unwrap();
        for edited in
            ["", "\n", TEXT.trim_end(), &format!("{TEXT}\n"), &format!("\n{TEXT}"), &TEXT.replace('\n', "\r\n")]
        {
            assert!(SignedCheckpoint::parse(edited).is_err(), "{edited:?}");
        }
        let twice = format!("{TEXT}{last}\n");
        assert!(SignedCheckpoint::parse(&twice).is_err());
        assert_eq!(SignedCheckpoint::parse(&"\n".repeat(513)), Err(Fault::TooLarge { limit: 512 }));
    }

    #[test]
    fn another_key_is_refused_even_under_the_right_hash() {
        let other = SigningKey::from_bytes(&[8; 32]);
        let (ours, theirs) = (checkpoint().sign(&key()), checkpoint().sign(&other));
        let refused = Err(Fault::corrupt("checkpoint"));
        assert_eq!(ours.verify(other.verifying_key().as_bytes()), refused);
        let disguised = SignedCheckpoint { signature: theirs.signature, ..ours };
        assert_eq!(disguised.verify(key().verifying_key().as_bytes()), refused);
    }

    /// Shows b08.
    #[test]
    fn a_key_for_which_anyone_can_sign_is_refused() {
        // The neutral point: with R the same point and s = 0 the plain equation holds for every text.
        let mut weak = [0; 32];
        weak[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        let origin = checkpoint().origin;
        let forged = SignedCheckpoint { checkpoint: checkpoint(), key_hash: key_hash(&origin, &weak), signature };
        assert_eq!(forged.verify(&weak), Err(Fault::corrupt("checkpoint")));
    }

    proptest! {
        #[test]
        fn a_flipped_bit_is_noticed(at in 0..TEXT.len(), bit in 0..8u8) {
            let mut bytes = TEXT.as_bytes().to_vec();
            bytes[at] ^= 1u8 << bit;
            let read = std::str::from_utf8(&bytes).ok().and_then(|text| SignedCheckpoint::parse(text).ok());
            prop_assert!(read.is_none_or(|signed| signed.verify(key().verifying_key().as_bytes()).is_err()));
        }

        #[test]
        fn what_was_signed_reads_back(id: [u8; 32], generation: u64, size in 0..=MAX_SIZE, root: [u8; 32]) {
            let origin = Origin { organisation: OrganisationId(id), generation };
            let signed = Checkpoint { origin, size, root: Hash(root) }.sign(&key());
            prop_assert_eq!(origin.to_string().parse(), Ok(origin));
            prop_assert_eq!(SignedCheckpoint::parse(&signed.to_string()), Ok(signed));
            prop_assert_eq!(signed.verify(key().verifying_key().as_bytes()), Ok(()));
        }
    }
}
