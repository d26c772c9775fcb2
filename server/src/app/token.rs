//! The server's own keys, and the four kinds of text made with them: access tokens, grants, refresh tokens, challenges.
//!
//! One secret of 32 random bytes is made at first start; every key derives from it by a label of its own. None of them is
//! the key that signs a log. A device shows the same access token for minutes: one whose signature was good is remembered by
//! its hash, and only its time is looked at again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::SigningKey;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use plumbline_protocol::{DeviceId, Fault, Hash, OrganisationId, session::Scope};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::eddsa;
use crate::{
    db::{Db, session::Family, setting},
    error::{Error, Result},
    random,
};

/// Seconds that an access token lives.
pub const ACCESS_SECONDS: u32 = 300;
/// Seconds that a grant lives: a phone may lie in a locker over a long weekend before it has a link.
pub const GRANT_SECONDS: u32 = 7 * 24 * 3600;
/// Seconds that a challenge can be answered.
pub const CHALLENGE_SECONDS: u32 = 60;

/// Access tokens that are remembered; then all are forgotten at once and checked again.
const KNOWN: usize = 16_384;

const ROOT: &str = "root";
/// The media type of an access token (RFC 9068), so that no other token of ours passes for one.
const ACCESS: &str = "at+jwt";
/// The media type of a grant.
const GRANT: &str = "plumbline-parts+jwt";

/// What tokens are made and checked with.
pub struct Keys {
    sign: EncodingKey,
    verify: DecodingKey,
    refresh: Zeroizing<[u8; 32]>,
    challenge: Zeroizing<[u8; 32]>,
    known: Mutex<BTreeMap<Hash, Claims>>,
}

/// What an access token says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The organisation.
    pub aud: OrganisationId,
    /// The device.
    pub sub: DeviceId,
    /// The session, in hex.
    pub sid: String,
    /// What it may do.
    pub scope: Scope,
    /// When it ends, seconds since 1970.
    pub exp: i64,
}

/// What a grant says: parts of one blob may be sent.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantClaims {
    /// The organisation.
    pub aud: OrganisationId,
    /// The device.
    pub sub: DeviceId,
    /// The session, in hex.
    pub sid: String,
    /// The blob.
    pub blob: Hash,
    /// When it ends, seconds since 1970.
    pub exp: i64,
}

/// A refresh token, taken apart.
pub struct Refresh {
    /// The organisation of its session.
    pub organisation: OrganisationId,
    /// Its session.
    pub family: Family,
    secret: Zeroizing<[u8; 32]>,
}

impl Keys {
    /// Reads the server's secret, or makes it at first start.
    pub async fn load(db: &Db) -> Result<Keys> {
        let fresh = Zeroizing::new(random::bytes::<32>()?);
        let root = db.write(move |tx| match setting::get(tx, ROOT)? {
            Some(root) => Ok(Zeroizing::new(root)),
            None => {
                setting::put(tx, ROOT, &*fresh)?;
                Ok(Zeroizing::new(fresh.to_vec()))
            }
        });
        Keys::derive(&root.await?)
    }

    fn derive(root: &[u8]) -> Result<Keys> {
        // Installed once for the process; a second time finds it there.
        let _ = eddsa::PROVIDER.install_default();
        let seed = Zeroizing::new(mac(root, &[b"plumbline/token/1\n"])?);
        let public = SigningKey::from_bytes(&seed).verifying_key();
        Ok(Keys {
            sign: EncodingKey::from_ed_der(&*seed),
            verify: DecodingKey::from_ed_der(public.as_bytes()),
            refresh: Zeroizing::new(mac(root, &[b"plumbline/refresh-successor/1\n"])?),
            challenge: Zeroizing::new(mac(root, &[b"plumbline/challenge-mac/1\n"])?),
            known: Mutex::default(),
        })
    }

    /// An access token.
    pub fn access(&self, claims: &Claims) -> Result<String> {
        self.signed(ACCESS, claims)
    }

    /// A grant.
    pub fn grant(&self, claims: &GrantClaims) -> Result<String> {
        self.signed(GRANT, claims)
    }

    /// What a grant says, when it is ours and good at `now` (ms).
    pub fn open_grant(&self, token: &str, now: i64) -> Result<GrantClaims> {
        let claims: GrantClaims = self.opened(GRANT, token)?;
        if now < claims.exp.saturating_mul(1000) { Ok(claims) } else { Err(Fault::SignedOut.into()) }
    }

    /// What a token says, when it is ours and good at `now` (ms). Its audience is the organisation that it is for, and only
    /// tokens of this server carry this signature, so there is no other audience to compare.
    pub fn open_access(&self, token: &str, now: i64) -> Result<Claims> {
        let name = Hash(Sha256::digest(token).into());
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        let claims = match known {
            Some(claims) => claims,
            None => {
                let claims: Claims = self.opened(ACCESS, token)?;
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                if known.len() >= KNOWN {
                    known.clear();
                }
                known.insert(name, claims.clone());
                claims
            }
        };
        if now < claims.exp.saturating_mul(1000) { Ok(claims) } else { Err(Fault::SignedOut.into()) }
    }

    fn signed(&self, kind: &str, claims: &impl Serialize) -> Result<String> {
        let header = Header { typ: Some(kind.into()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.sign).map_err(|_| Error::internal("token"))
    }

    /// What a token of this kind says, when it is ours; its end is for the caller to look at.
    fn opened<T: DeserializeOwned>(&self, kind: &str, token: &str) -> Result<T> {
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.validate_exp = false; // by our clock, at each use
        rules.validate_aud = false;
        rules.set_required_spec_claims(&["exp", "aud", "sub"]);
        let token =
            jsonwebtoken::decode::<T>(token, &self.verify, &rules).map_err(|_| Error::from(Fault::SignedOut))?;
        if token.header.typ.as_deref() == Some(kind) { Ok(token.claims) } else { Err(Fault::SignedOut.into()) }
    }

    /// A challenge for one device: 16 random bytes, the end of its life, and a code over both and the device. Nothing is
    /// stored, so asking for many costs the server nothing.
    pub fn challenge(&self, organisation: &OrganisationId, device: &DeviceId, now: i64) -> Result<String> {
        let expires_at = now + i64::from(CHALLENGE_SECONDS) * 1000;
        let mut bytes = [&random::bytes::<16>()?[..], &expires_at.to_be_bytes()].concat();
        bytes.extend(mac(&*self.challenge, &[&organisation.0, &device.0, &bytes])?);
        Ok(HEXLOWER.encode(&bytes))
    }

    /// When a challenge that this server made for this device ends, ms; a fault when it did not make it or it has ended.
    pub fn open_challenge(
        &self,
        organisation: &OrganisationId,
        device: &DeviceId,
        challenge: &str,
        now: i64,
    ) -> Result<i64> {
        let unknown = || Error::from(Fault::invalid("challenge", "unknown"));
        let bytes = HEXLOWER.decode(challenge.as_bytes()).map_err(|_| unknown())?;
        let (said, code) = bytes.split_at_checked(24).ok_or_else(unknown)?;
        let mut check = keyed(&*self.challenge)?;
        [&organisation.0, &device.0, said].iter().for_each(|part| check.update(part));
        check.verify_slice(code).map_err(|_| unknown())?;
        let expires_at = said.last_chunk().map(|at| i64::from_be_bytes(*at)).ok_or_else(unknown)?;
        if now < expires_at { Ok(expires_at) } else { Err(Fault::invalid("challenge", "expired").into()) }
    }

    /// The one token that follows `token`: the same however often it is asked for.
    pub fn successor(&self, token: &Refresh) -> Result<Refresh> {
        let secret = Zeroizing::new(mac(&*self.refresh, &[&*token.secret, &token.family])?);
        Ok(Refresh { organisation: token.organisation, family: token.family, secret })
    }
}

impl Refresh {
    /// The first token of a new session.
    pub fn first(organisation: OrganisationId) -> Result<Refresh> {
        Ok(Refresh { organisation, family: random::bytes()?, secret: Zeroizing::new(random::bytes()?) })
    }

    /// Takes the text of a token apart.
    pub fn parse(text: &str) -> Result<Refresh> {
        let bad = || Error::from(Fault::invalid("refresh_token", "type"));
        let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| bad())?);
        let (organisation, rest) = bytes.split_first_chunk().ok_or_else(bad)?;
        let (family, secret) = rest.split_first_chunk().ok_or_else(bad)?;
        let secret = Zeroizing::new(secret.try_into().map_err(|_| bad())?);
        Ok(Refresh { organisation: OrganisationId(*organisation), family: *family, secret })
    }

    /// Its text: to the device no more than a text.
    pub fn text(&self) -> String {
        BASE64URL_NOPAD.encode(&Zeroizing::new([&self.organisation.0, &self.family[..], &*self.secret].concat()))
    }

    /// What is stored of it.
    pub fn hash(&self) -> Hash {
        Hash(Sha256::digest(*self.secret).into())
    }
}

fn keyed(key: &[u8]) -> Result<Hmac<Sha256>> {
    Hmac::new_from_slice(key).map_err(|_| Error::internal("hmac key"))
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Result<[u8; 32]> {
    let mut mac = keyed(key)?;
    parts.iter().for_each(|part| mac.update(part));
    Ok(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000_000;

    fn claims() -> Claims {
        Claims {
            aud: OrganisationId([1; 32]),
            sub: DeviceId([2; 32]),
            sid: "00".repeat(16),
            scope: Scope::Full,
            exp: NOW / 1000 + 300,
        }
    }

    /// Shows s17.
    #[test]
    fn a_forged_altered_or_old_access_token_is_signed_out() {
        let (keys, other) = (Keys::derive(&[1; 32]).unwrap(), Keys::derive(&[2; 32]).unwrap());
        let token = keys.access(&claims()).unwrap();
        assert!(keys.open_access(&token, NOW).is_ok());
        let out = |token: &str, now| matches!(keys.open_access(token, now), Err(Error::Fault(Fault::SignedOut)));
        assert!(out(&token, NOW + 300_000));
        assert!(out(&other.access(&claims()).unwrap(), NOW));
        let [header, body, signature]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        for header in [r#"{"alg":"none","typ":"at+jwt"}"#, r#"{"alg":"HS256","typ":"at+jwt"}"#, r#"{"alg":"EdDSA"}"#] {
            let header = BASE64URL_NOPAD.encode(header.as_bytes());
            assert!(out(&format!("{header}.{body}.{signature}"), NOW));
            assert!(out(&format!("{header}.{body}."), NOW));
        }
        let body = BASE64URL_NOPAD.encode(&serde_json::to_vec(&Claims { scope: Scope::Push, ..claims() }).unwrap());
        assert!(out(&format!("{header}.{body}.{signature}"), NOW));
        let untyped = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims(), &keys.sign).unwrap();
        assert!(out(&untyped, NOW));
    }

    #[test]
    fn a_challenge_is_good_for_one_device_of_one_organisation_and_a_minute() {
        let keys = Keys::derive(&[1; 32]).unwrap();
        let (organisation, device) = (OrganisationId([1; 32]), DeviceId([2; 32]));
        let challenge = keys.challenge(&organisation, &device, NOW).unwrap();
        assert_eq!(keys.open_challenge(&organisation, &device, &challenge, NOW), Ok(NOW + 60_000));
        let reason = |organisation, device, challenge: &str, now| {
            let error = keys.open_challenge(organisation, device, challenge, now).unwrap_err();
            let Error::Fault(Fault::Invalid { field, reason }) = error else { panic!("{error}") };
            assert_eq!(field, "challenge");
            reason
        };
        assert_eq!(reason(&organisation, &device, &challenge, NOW + 60_000), "expired");
        assert_eq!(reason(&OrganisationId([9; 32]), &device, &challenge, NOW), "unknown");
        assert_eq!(reason(&organisation, &DeviceId([9; 32]), &challenge, NOW), "unknown");
        assert_eq!(reason(&organisation, &device, &challenge.replace('0', "1"), NOW), "unknown");
        assert_eq!(reason(&organisation, &device, "", NOW), "unknown");
    }

    #[test]
    fn a_refresh_token_has_one_successor() {
        let keys = Keys::derive(&[1; 32]).unwrap();
        let first = Refresh::first(OrganisationId([1; 32])).unwrap();
        let again = Refresh::parse(&first.text()).unwrap();
        assert_eq!(again.hash(), first.hash());
        let (a, b) = (keys.successor(&first).unwrap(), keys.successor(&again).unwrap());
        assert_eq!(a.text(), b.text());
        assert_ne!(a.hash(), first.hash());
        for bad in ["", "x", &first.text()[1..], &(first.text() + "AAAA")] {
            assert!(Refresh::parse(bad).is_err());
        }
    }
}
