//! Sessions: a device proves its key, gets a short-lived access token and a refresh token that rotates at each use.
//!
//! The refresh rules. The newest token gives its successor. The one just before it gives that same successor again, for the
//! reply may have been lost, and the newest has not been used, or it would not be the newest. Any older one means that two
//! hold the chain: the session ends. A session also ends 90 days after it was opened and 30 days after its last use;
//! offline work goes on without one. A device that was revoked gets a session too, in which it may only push.

use data_encoding::HEXLOWER;
use plumbline_protocol::{
    Fault, Hash, action,
    session::{
        CHALLENGE, Challenge, ChallengeRequest, Grant, REFRESH, RefreshRequest, Scope, SessionRequest, Tokens, message,
    },
};

use super::{
    App,
    token::{ACCESS_SECONDS, CHALLENGE_SECONDS, Claims, GRANT_SECONDS, GrantClaims, Refresh},
};
use crate::{
    db::{
        device::{self, Device},
        session::{self, Family, Session},
    },
    error::{Error, Result},
    op::Op,
};

const DAY_MS: i64 = 24 * 3600 * 1000;
/// A session ends this long after it was opened.
pub const ABSOLUTE_MS: i64 = 90 * DAY_MS;
/// A session ends when its refresh token was not used for this long.
pub const INACTIVITY_MS: i64 = 30 * DAY_MS;
/// Sessions of one device; opening one more ends the one that was used longest ago.
const PER_DEVICE: u32 = 4;

/// Something to sign. Any device of any organisation gets one: whether they exist shows only to who holds the key.
pub fn challenge(app: &App, request: &ChallengeRequest) -> Result<Challenge> {
    let challenge = app.keys.challenge(&request.organisation, &request.device, app.now())?;
    Ok(Challenge { challenge, expires_in: CHALLENGE_SECONDS })
}

/// Opens a session for a device that signed its challenge.
pub async fn open(app: &App, request: SessionRequest) -> Result<Tokens> {
    let SessionRequest { organisation, device, challenge, signature } = request;
    let now = app.now();
    let expires_at = app.keys.open_challenge(&organisation, &device, &challenge, now)?;
    if !action::verify(&device.0, CHALLENGE, &message(&organisation, &device, &challenge), &parse(&signature)?) {
        return Err(Fault::invalid("signature", "wrong").into());
    }
    let first = Refresh::first(organisation)?;
    let session =
        Session { family: first.family, device, newest: first.hash(), previous: None, started_at: now, used_at: now };
    let known = app.db.write(move |tx| {
        if !session::spend(tx, &organisation, &challenge, expires_at, now)? {
            return Err(Fault::invalid("challenge", "used").into());
        }
        let known = device::find(tx, &organisation, &device)?.ok_or(Fault::SignedOut)?;
        session::insert(tx, &organisation, &session, PER_DEVICE)?;
        Ok(known)
    });
    tokens(app, &first, &known.await?)
}

/// The next tokens of a session.
pub async fn refresh(app: &App, request: RefreshRequest) -> Result<Tokens> {
    let token = Refresh::parse(&request.refresh_token)?;
    let (organisation, family, now) = (token.organisation, token.family, app.now());
    let found = app.db.read(move |tx| session::find(tx, &organisation, &family)).await?.ok_or(Fault::SignedOut)?;
    // The key comes first: who has only a token can neither use it nor end the session with it.
    let said = message(&organisation, &found.device, &request.refresh_token);
    if !action::verify(&found.device.0, REFRESH, &said, &parse(&request.signature)?) {
        return Err(Fault::invalid("signature", "wrong").into());
    }
    let next = app.keys.successor(&token)?;
    let (presented, newest) = (token.hash(), next.hash());
    let outcome = app.db.write(move |tx| {
        let Some(session) = session::find(tx, &organisation, &family)? else { return Ok(Outcome::Over) };
        let Some(device) = device::find(tx, &organisation, &session.device)? else { return Ok(Outcome::Over) };
        if over(&session, now) {
            session::delete(tx, &organisation, &family)?;
            return Ok(Outcome::Over);
        }
        if presented == session.newest {
            session::rotate(tx, &organisation, &family, &newest, &presented, now)?;
        } else if session.previous != Some(presented) {
            session::delete(tx, &organisation, &family)?;
            return Ok(Outcome::Reused);
        }
        Ok(Outcome::Next(device))
    });
    match outcome.await? {
        Outcome::Next(device) => tokens(app, &next, &device),
        Outcome::Over => Err(Fault::SignedOut.into()),
        Outcome::Reused => {
            tracing::warn!(target: "audit", event = "refresh_token_reused", "an old refresh token ended its session");
            Err(Fault::SignedOut.into())
        }
    }
}

/// The actor behind an access token. The session and the device are looked up each time, so that a sign-out or a
/// revocation holds at once and not only when the token ends.
pub async fn authenticate(app: &App, token: &str) -> Result<Op> {
    let Claims { aud: organisation, sub: device, sid, scope, .. } = app.keys.open_access(token, app.now())?;
    let family = family(&sid)?;
    let found = app.db.read(move |tx| {
        let session = session::find(tx, &organisation, &family)?.filter(|s| s.device == device);
        Ok(session.and(device::find(tx, &organisation, &device)?))
    });
    let Device { member, revoked, .. } = found.await?.ok_or(Fault::SignedOut)?;
    let scope = if revoked { Scope::Push } else { scope };
    Ok(Op { organisation, device, member, scope, family })
}

/// A grant for the parts of a blob, in the name of the session of `op`.
pub fn grant(app: &App, op: &Op, sha256: Hash) -> Result<Grant> {
    let claims = GrantClaims {
        aud: op.organisation,
        sub: op.device,
        sid: HEXLOWER.encode(&op.family),
        blob: sha256,
        exp: app.now() / 1000 + i64::from(GRANT_SECONDS),
    };
    Ok(Grant { grant: app.keys.grant(&claims)?, expires_in: GRANT_SECONDS })
}

/// The actor behind a grant for the blob of this name, who may send and no more. The session must stand as for its next access token, so
/// a sign-out takes back at once what was granted; a revoked device may still send its own, as ever.
pub async fn granted(app: &App, token: &str, sha256: &str) -> Result<Op> {
    let now = app.now();
    let GrantClaims { aud: organisation, sub: device, sid, blob, .. } = app.keys.open_grant(token, now)?;
    if blob.to_string() != sha256 {
        return Err(Fault::SignedOut.into());
    }
    let family = family(&sid)?;
    let found = app.db.read(move |tx| {
        let session = session::find(tx, &organisation, &family)?.filter(|s| s.device == device && !over(s, now));
        Ok(session.and(device::find(tx, &organisation, &device)?))
    });
    let Device { member, .. } = found.await?.ok_or(Fault::SignedOut)?;
    Ok(Op { organisation, device, member, scope: Scope::Push, family })
}

/// Whether the session of `op` is still there, within its bounds, and its device not revoked.
pub async fn stands(app: &App, op: &Op) -> Result<bool> {
    let (&Op { organisation, device, family, .. }, now) = (op, app.now());
    let found = app.db.read(move |tx| {
        let session = session::find(tx, &organisation, &family)?.filter(|s| s.device == device && !over(s, now));
        Ok(session.and(device::find(tx, &organisation, &device)?))
    });
    Ok(found.await?.is_some_and(|device| !device.revoked))
}

/// Signs out: this session is over.
pub async fn end(app: &App, op: &Op) -> Result<()> {
    let Op { organisation, family, .. } = *op;
    app.db.write(move |tx| session::delete(tx, &organisation, &family)).await
}

fn family(sid: &str) -> Result<Family> {
    let family = HEXLOWER.decode(sid.as_bytes()).ok().and_then(|f| f.try_into().ok());
    family.ok_or_else(|| Fault::SignedOut.into())
}

fn over(session: &Session, now: i64) -> bool {
    now >= session.started_at + ABSOLUTE_MS || now >= session.used_at + INACTIVITY_MS
}

enum Outcome {
    Next(Device),
    Over,
    Reused,
}

fn tokens(app: &App, refresh: &Refresh, device: &Device) -> Result<Tokens> {
    let scope = if device.revoked { Scope::Push } else { Scope::Full };
    let claims = Claims {
        aud: refresh.organisation,
        sub: device.device,
        sid: HEXLOWER.encode(&refresh.family),
        scope,
        exp: app.now() / 1000 + i64::from(ACCESS_SECONDS),
    };
    let access_token = app.keys.access(&claims)?;
    Ok(Tokens { access_token, refresh_token: refresh.text(), expires_in: ACCESS_SECONDS, scope })
}

fn parse(signature: &str) -> Result<[u8; 64]> {
    let bytes = HEXLOWER.decode(signature.as_bytes()).ok().and_then(|s| s.try_into().ok());
    bytes.ok_or_else(|| Error::from(Fault::invalid("signature", "type")))
}
