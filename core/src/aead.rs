//! XChaCha20-Poly1305, the one function through which everything is sealed at rest.
//!
//! Invariant: a key and a nonce are used together once. Callers take either a fresh key (files) or a fresh random nonce
//! (192 bits: the passphrase keystore).

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};
use plumbline_protocol::Fault;

use crate::error;

/// Bytes of a key.
pub const KEY: usize = 32;
/// Bytes of a nonce.
pub const NONCE: usize = 24;
/// Bytes by which sealing makes a message longer.
pub const TAG: usize = 16;

/// Replaces `message` by its ciphertext and tag. `bound` is authenticated with it and stored by the caller.
///
/// # Errors
/// [`Fault::Internal`] for a message beyond the cipher's 256 GiB.
pub fn seal(key: &[u8; KEY], nonce: &[u8; NONCE], bound: &[u8], message: &mut Vec<u8>) -> Result<(), Fault> {
    // Growing inside the cipher would leave a copy of the plain text in freed memory.
    message.reserve_exact(TAG);
    XChaCha20Poly1305::new(key.into())
        .encrypt_in_place(nonce.into(), bound, message)
        .map_err(|cause| error::internal("seal", &cause))
}

/// Replaces a sealed `message` by the plain one.
///
/// # Errors
/// [`Fault::Corrupt`] when key, nonce, `bound` or any byte of the message is not what was sealed.
pub fn open(key: &[u8; KEY], nonce: &[u8; NONCE], bound: &[u8], message: &mut Vec<u8>) -> Result<(), Fault> {
    XChaCha20Poly1305::new(key.into())
        .decrypt_in_place(nonce.into(), bound, message)
        .map_err(|_| Fault::corrupt("seal"))
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use serde_json::Value;

    use super::*;

    /// Shows b08.
    #[test]
    fn every_wycheproof_case_is_judged_as_published() {
        let Some(path) = crate::testdata::path("wycheproof/xchacha20_poly1305_test.json") else { return };
        let suite: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let cases: Vec<&Value> =
            suite["testGroups"].as_array().unwrap().iter().flat_map(|g| g["tests"].as_array().unwrap()).collect();
        assert_eq!(cases.len(), 315);
        for case in cases {
            let bytes = |name: &str| HEXLOWER.decode(case[name].as_str().unwrap().as_bytes()).unwrap();
            let key: [u8; KEY] = bytes("key").try_into().unwrap();
            let valid = case["result"] == "valid";
            let Ok(nonce) = <[u8; NONCE]>::try_from(bytes("iv")) else {
                assert!(!valid, "a nonce of another length is valid nowhere: {case}");
                continue;
            };
            let mut sealed = bytes("ct");
            sealed.extend(bytes("tag"));
            let mut message = sealed.clone();
            assert_eq!(open(&key, &nonce, &bytes("aad"), &mut message).is_ok(), valid, "{case}");
            if valid {
                assert_eq!(message, bytes("msg"));
                seal(&key, &nonce, &bytes("aad"), &mut message).unwrap();
                assert_eq!(message, sealed);
            }
        }
    }
}
