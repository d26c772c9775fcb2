//! Ed25519 for access tokens by the one implementation and the one strict rule that all signatures here obey.
//!
//! `jsonwebtoken` would otherwise bring an older Ed25519 and RSA, which nothing else needs.

use ed25519_dalek::{Signer as _, SigningKey};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
};
use plumbline_protocol::action;
use signature::{Error, Signer, Verifier};

/// Signs with a seed and verifies with a public key of 32 bytes each.
pub static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        let seed = raw(algorithm, key)?;
        Ok(Box::new(Signs(SigningKey::from_bytes(&seed))))
    },
    verifier_factory: |algorithm, key| Ok(Box::new(Verifies(public(algorithm, key)?))),
    key_utils: KeyUtils::new_unimplemented(),
};

struct Signs(SigningKey);
struct Verifies([u8; 32]);

impl Signer<Vec<u8>> for Signs {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Ok(self.0.sign(message).to_bytes().to_vec())
    }
}

impl JwtSigner for Signs {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl Verifier<Vec<u8>> for Verifies {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let signature = signature.as_slice().try_into().map_err(|_| Error::new())?;
        // A token is signed without a label of ours: its own form keeps it apart.
        if action::verify(&self.0, b"", message, signature) { Ok(()) } else { Err(Error::new()) }
    }
}

impl JwtVerifier for Verifies {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

fn raw(algorithm: &Algorithm, key: &EncodingKey) -> Result<[u8; 32]> {
    ed25519(algorithm)?;
    key.as_bytes().try_into().map_err(|_| ErrorKind::InvalidEddsaKey.into())
}

fn public(algorithm: &Algorithm, key: &DecodingKey) -> Result<[u8; 32]> {
    ed25519(algorithm)?;
    key.try_get_as_bytes()?.try_into().map_err(|_| ErrorKind::InvalidEddsaKey.into())
}

fn ed25519(algorithm: &Algorithm) -> Result<()> {
    if *algorithm == Algorithm::EdDSA { Ok(()) } else { Err(ErrorKind::InvalidAlgorithm.into()) }
}
