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

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::*;

    /// RFC 8037, appendix A: its key, what it signs, and the signature that the seed gives.
    ///
    /// Shows s17.
    #[test]
    fn the_published_token_is_signed_and_verified_as_published() {
        let raw = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        let seed = EncodingKey::from_ed_der(&raw("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
        let key = DecodingKey::from_ed_der(&raw("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let published = raw("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
        let signer = (PROVIDER.signer_factory)(&Algorithm::EdDSA, &seed).unwrap();
        assert_eq!(signer.try_sign(message).unwrap(), published);
        let verifier = (PROVIDER.verifier_factory)(&Algorithm::EdDSA, &key).unwrap();
        assert!(verifier.verify(message, &published).is_ok());
        assert!(verifier.verify(&message[1..], &published).is_err());
        for length in [0, 63] {
            assert!(verifier.verify(message, &published[..length].to_vec()).is_err(), "{length} bytes");
        }
    }

    /// A key is for one algorithm, whatever a token's header asks for; and no key verifies everything.
    ///
    /// Shows s17, b08.
    #[test]
    fn another_algorithm_and_a_weak_key_verify_nothing() {
        let (seed, key) = (EncodingKey::from_ed_der(&[1; 32]), DecodingKey::from_ed_der(&[1; 32]));
        for algorithm in [Algorithm::HS256, Algorithm::RS256, Algorithm::PS256, Algorithm::ES256] {
            assert!((PROVIDER.signer_factory)(&algorithm, &seed).is_err(), "{algorithm:?}");
            assert!((PROVIDER.verifier_factory)(&algorithm, &key).is_err(), "{algorithm:?}");
        }
        // The neutral element as key and as R, with S = 0: good for every message where the rule is not strict.
        let mut neutral = [0; 64];
        neutral[0] = 1;
        let weak = DecodingKey::from_ed_der(&neutral[..32]);
        let verifier = (PROVIDER.verifier_factory)(&Algorithm::EdDSA, &weak).unwrap();
        assert!(verifier.verify(b"anything", &neutral.to_vec()).is_err());
    }
}
