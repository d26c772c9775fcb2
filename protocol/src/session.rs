//! What device and server say to each other about sessions: requests, answers, and the exact bytes that are signed.
//!
//! A device proves its key instead of a password. Tokens are opaque text to it; a refresh token is of use only together
//! with the device's key, and rotates at each use. These types hold secrets, so none of them has a `Debug`.

use serde::{Deserialize, Serialize};

use crate::{DeviceId, OrganisationId};

/// Label of the signature that opens a session.
pub const CHALLENGE: &[u8] = b"plumbline/challenge/1\n";
/// Label of the signature that goes with a refresh token.
pub const REFRESH: &[u8] = b"plumbline/refresh/1\n";

/// What a device signs under [`CHALLENGE`] or [`REFRESH`]: 32 bytes of organisation, 32 bytes of device, then the ASCII
/// text of the challenge or of the refresh token exactly as the server sent it.
pub fn message(organisation: &OrganisationId, device: &DeviceId, text: &str) -> Vec<u8> {
    [&organisation.0, &device.0, text.as_bytes()].concat()
}

/// `POST /v1/session/challenge`: asks for something to sign.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// The organisation whose log the device writes.
    pub organisation: OrganisationId,
    /// The device's public key.
    pub device: DeviceId,
}

/// The answer: good once, for [`Challenge::expires_in`] seconds, for that device alone.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// Opaque ASCII text to be signed and sent back.
    pub challenge: String,
    /// Seconds until it is no longer taken.
    pub expires_in: u32,
}

/// `POST /v1/session`: opens a session.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// As in the [`ChallengeRequest`].
    pub organisation: OrganisationId,
    /// As in the [`ChallengeRequest`].
    pub device: DeviceId,
    /// The text of the [`Challenge`].
    pub challenge: String,
    /// Signature by the device's key over [`CHALLENGE`] and [`message`], 128 digits of lower-case hex.
    pub signature: String,
}

/// `POST /v1/session/refresh`: the next pair of tokens.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The newest refresh token that the device holds.
    pub refresh_token: String,
    /// Signature by the device's key over [`REFRESH`] and [`message`], 128 digits of lower-case hex.
    pub signature: String,
}

/// What a session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All that the member's role allows.
    Full,
    /// A revoked device: it may hand in its unsent work and nothing else.
    Push,
}

/// The header that shows a [`Grant`]. Not `authorization`, which a phone's system keeps to itself.
pub const GRANT: &str = "plumbline-grant";

/// The answer to `POST /v1/blobs/{sha256}/grant`: whoever shows it may send parts of that one blob in the name of the session
/// that asked, and do nothing else. For a system that sends while the app does not run. A secret, so it has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// For the header [`GRANT`]; opaque to the device.
    pub grant: String,
    /// Seconds until it is no longer taken; it ends with the session before that.
    pub expires_in: u32,
}

/// A session's tokens.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// For `authorization: Bearer`; opaque to the device.
    pub access_token: String,
    /// For the next [`RefreshRequest`]; replaces the one before it.
    pub refresh_token: String,
    /// Seconds that the access token lives.
    pub expires_in: u32,
    /// What the session may do.
    pub scope: Scope,
}
