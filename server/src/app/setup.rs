//! Setup links: a founder comes in once, by a link on the terminal.
//!
//! A link names the key with which the server will sign that organisation's checkpoints and deposits, made here for it
//! alone. The link's secret is kept as a hash; whoever has the link before the founder can found an organisation of their
//! own and nothing more.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    Fault, Hash,
    link::{Server, SetupLink},
    record::organisation::SERVER_KEY,
    value::Value,
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{App, blocking, log};
use crate::{
    db::{Db, log::Log, organisation, setup},
    error::{Error, Result},
    random,
};

/// A link that nobody used is forgotten after a week.
const LIFETIME_MS: i64 = 7 * 24 * 3600 * 1000;

/// A new link to `server`, good at once and once.
pub async fn create(db: &Db, server: Server, now: i64) -> Result<String> {
    let secret = Zeroizing::new(random::bytes()?);
    let seed = Zeroizing::new(random::bytes()?);
    let server_key = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let hash = hash(&secret);
    db.write(move |tx| setup::insert(tx, &hash, &seed, now + LIFETIME_MS, now)).await?;
    Ok(SetupLink { server, server_key, secret }.to_string())
}

/// A link for the first organisation; none when there is one already.
pub async fn first(db: &Db, server: Server, now: i64) -> Result<Option<String>> {
    match db.read(organisation::any).await? {
        true => Ok(None),
        false => create(db, server, now).await.map(Some),
    }
}

/// Founds an organisation: uses a link up for the action that begins its log. The same action again, because the reply
/// was lost, gets the same receipt.
pub async fn found(app: &Arc<App>, secret: [u8; 32], packed: Vec<u8>) -> Result<Vec<u8>> {
    let action = blocking(app, move |_| log::single(&packed, None)).await?;
    if !action.begins() {
        return Err(Fault::invalid("kind", "organisation").into());
    }
    let (secret, organisation, now) = (hash(&secret), action.organisation(), app.now());
    let receipt = app.db.write(move |tx| {
        let found = match Log::open(tx, organisation) {
            Err(Error::Fault(Fault::NotFound)) => {
                let seed = setup::take(tx, &secret, now)?.ok_or_else(|| Fault::invalid("secret", "unknown"))?;
                let seed = Zeroizing::new(seed);
                let key = SigningKey::from_bytes(&seed).verifying_key();
                if action.body().field(SERVER_KEY).and_then(Value::bytes) != Some(key.as_bytes()) {
                    return Err(Fault::invalid(SERVER_KEY, "other").into());
                }
                organisation::insert(tx, &organisation, &seed, &Zeroizing::new(random::bytes()?), now)?;
                Log::open(tx, organisation)?
            }
            found => found?,
        };
        log::come_in(tx, found, action, now)
    });
    log::answer(app, receipt.await?).await
}

/// What is kept of a secret.
pub fn hash(secret: &[u8; 32]) -> Hash {
    Hash(Sha256::digest(secret).into())
}
