//! A device's session: who wants to ask the server something gets an access token that is good, or learns why not.
//!
//! Invariants: however many ask at once, tokens are renewed once, and all who waited share the result. A refresh token
//! is replaced only by its successor, so a lost reply is answered by asking again with the same one. What is only in
//! memory still counts: a keystore that fails costs at worst one more signature by the device's key. A session that
//! ended by [`Session::sign_out`] opens no other.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use data_encoding::HEXLOWER;
use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    DeviceId, Fault, OrganisationId, action,
    session::{CHALLENGE, ChallengeRequest, REFRESH, RefreshRequest, Scope, SessionRequest, Tokens, message},
};
use tokio::{
    sync::{Mutex, watch},
    task::spawn_blocking,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

use crate::{
    error,
    keystore::{Keystore, MAX_SECRET},
    net::Net,
};

#[cfg(test)]
mod tests;

/// Longest life of an access token that is believed.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// How often a token that is refused is replaced. Once is for its end; once more, because an old request to refresh, held up
/// on its way, may end the session just after it was renewed, and the device's key then opens another.
const RENEWALS: u32 = 2;
/// Most challenges that are answered to open one session.
const CHALLENGES: u32 = 3;

/// One device's session with one organisation's server. It has no `Debug`: it holds the device's key.
pub struct Session {
    net: Net,
    organisation: OrganisationId,
    key: SigningKey,
    keystore: Arc<dyn Keystore>,
    access: watch::Sender<Option<Arc<Access>>>,
    renewing: Mutex<Renewing>,
    /// How many renewals have ended. Who sees another number after waiting waited for one.
    rounds: AtomicU64,
}

/// An access token: a cheap clone of a text that is wiped with its last one.
#[derive(Clone)]
pub struct Token(Arc<Zeroizing<String>>);

impl Deref for Token {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

/// What the last answer of the server allows.
struct Access {
    token: Token,
    until: Instant,
    scope: Scope,
}

struct Renewing {
    refresh: Refresh,
    /// How the last renewal failed, if it did.
    failed: Option<Fault>,
}

enum Refresh {
    /// The keystore was not asked yet.
    Unread,
    None,
    Token(Zeroizing<String>),
    SignedOut,
}

impl Session {
    /// A session that opens when it is first needed, with `key`, the device's. The refresh token is kept in `keystore`
    /// under `<organisation>/refresh-token`.
    pub fn new(net: Net, organisation: OrganisationId, key: SigningKey, keystore: Arc<dyn Keystore>) -> Session {
        let renewing = Mutex::new(Renewing { refresh: Refresh::Unread, failed: None });
        let (access, rounds) = (watch::Sender::new(None), AtomicU64::new(0));
        Session { net, organisation, key, keystore, access, renewing, rounds }
    }

    /// The way to the server, for what is asked [`with_token`](Session::with_token).
    pub fn net(&self) -> &Net {
        &self.net
    }

    /// The device whose session it is.
    pub fn device(&self) -> DeviceId {
        DeviceId(self.key.verifying_key().to_bytes())
    }

    /// What the session may do; `None` before it was opened and after signing out.
    pub fn scope(&self) -> Option<Scope> {
        self.access.borrow().as_ref().map(|access| access.scope)
    }

    /// Asks with an access token, and again with a new one when the server does not take it:
    /// `with_token(|token| async move { net.end_session(&token).await })`.
    ///
    /// # Errors
    /// What `ask` fails with. [`Fault::SignedOut`] when the server does not know the device, or after signing out.
    // An owned token: with `AsyncFn(&str)` the compiler cannot prove the futures of workers `Send`.
    pub async fn with_token<T, F>(&self, ask: impl Fn(Token) -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let mut access = self.access(None).await?;
        for _ in 0..RENEWALS {
            match ask(access.token.clone()).await {
                Err(Fault::SignedOut) => access = self.access(Some(&access)).await?,
                done => return done,
            }
        }
        ask(access.token.clone()).await
    }

    /// Ends the session: at the server if it can be reached, here in any case.
    ///
    /// # Errors
    /// The keystore's, when it does not forget the refresh token.
    pub async fn sign_out(&self) -> Result<(), Fault> {
        // Unreached, the server ends the session by itself when it was not used for a month.
        let _ = self.with_token(|token| async move { self.net.end_session(&token).await }).await;
        let mut renewing = self.renewing.lock().await;
        renewing.refresh = Refresh::SignedOut;
        self.access.send_replace(None);
        self.keep(|keystore, name| keystore.remove(name)).await
    }

    /// An access token that is not `refused` and has not expired.
    async fn access(&self, refused: Option<&Arc<Access>>) -> Result<Arc<Access>, Fault> {
        let good = || {
            let good = |a: &Arc<Access>| Instant::now() < a.until && refused.is_none_or(|r| !Arc::ptr_eq(r, a));
            self.access.borrow().clone().filter(good)
        };
        if let Some(access) = good() {
            return Ok(access);
        }
        let round = self.rounds.load(Ordering::SeqCst);
        let mut renewing = self.renewing.lock().await;
        if let Some(access) = good() {
            return Ok(access);
        }
        if let (true, Some(fault)) = (self.rounds.load(Ordering::SeqCst) != round, &renewing.failed) {
            return Err(fault.clone());
        }
        let renewed = self.renew(&mut renewing.refresh).await;
        renewing.failed = renewed.as_ref().err().cloned();
        self.rounds.fetch_add(1, Ordering::SeqCst);
        renewed
    }

    async fn renew(&self, refresh: &mut Refresh) -> Result<Arc<Access>, Fault> {
        if let Refresh::Unread = refresh {
            *refresh = self.load().await.map_or(Refresh::None, Refresh::Token);
        }
        let asked = Instant::now();
        let tokens = match refresh {
            Refresh::SignedOut => return Err(Fault::SignedOut),
            Refresh::Token(token) => match self.net.refresh(&self.refresh_request(token)).await {
                Err(Fault::SignedOut | Fault::Denied | Fault::NotFound | Fault::Invalid { .. }) => self.open().await?,
                answer => answer?,
            },
            Refresh::None | Refresh::Unread => self.open().await?,
        };
        let access = self.take(tokens, asked, refresh)?;
        if let Refresh::Token(token) = refresh {
            let token = token.clone();
            let kept = self.keep(move |keystore, name| keystore.store(name, token.as_bytes())).await;
            if let Err(fault) = kept {
                tracing::warn!(%fault, "the refresh token is in memory only");
            }
        }
        Ok(access)
    }

    /// Proves the device's key. A challenge is good once, so where the way to the server doubles requests the answer may be
    /// that of the second one: a new challenge is asked for, and after some of them such a way counts as none.
    async fn open(&self) -> Result<Tokens, Fault> {
        for _ in 0..CHALLENGES {
            match self.prove().await {
                Err(Fault::Invalid { field, .. }) if field == "challenge" => {}
                Err(Fault::Denied | Fault::NotFound) => return Err(Fault::SignedOut),
                opened => return opened,
            }
        }
        Err(Fault::Offline)
    }

    async fn prove(&self) -> Result<Tokens, Fault> {
        let (organisation, device) = (self.organisation, self.device());
        let challenge = self.net.challenge(&ChallengeRequest { organisation, device }).await?.challenge;
        let signature = self.sign(CHALLENGE, &challenge);
        self.net.session(&SessionRequest { organisation, device, challenge, signature }).await
    }

    /// Makes the tokens the current ones, in memory.
    fn take(&self, tokens: Tokens, asked: Instant, refresh: &mut Refresh) -> Result<Arc<Access>, Fault> {
        let Tokens { access_token, refresh_token, expires_in, scope } = tokens;
        let (token, next) = (Zeroizing::new(access_token), Zeroizing::new(refresh_token));
        let plain = |t: &str| (1..=MAX_SECRET).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_graphic());
        if !plain(&token) || !plain(&next) {
            return Err(Fault::corrupt("tokens"));
        }
        // The last tenth is left for what is under way.
        let life = Duration::from_secs(u64::from(expires_in)).min(LONGEST);
        let access = Arc::new(Access { token: Token(Arc::new(token)), until: asked + life - life / 10, scope });
        *refresh = Refresh::Token(next);
        self.access.send_replace(Some(access.clone()));
        Ok(access)
    }

    /// The refresh token that was kept. Without one, or without the keystore, the device's key opens a new session.
    async fn load(&self) -> Option<Zeroizing<String>> {
        let kept = self.keep(|keystore, name| keystore.load(name)).await.unwrap_or_else(|fault| {
            tracing::warn!(%fault, "the refresh token cannot be read");
            None
        })?;
        std::str::from_utf8(&kept).ok().map(|token| Zeroizing::new(token.to_owned()))
    }

    /// Does something with the keystore, which blocks, and the name of the refresh token.
    async fn keep<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Keystore, &str) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (keystore, name) = (self.keystore.clone(), format!("{}/refresh-token", self.organisation));
        let done = spawn_blocking(move || work(&*keystore, &name)).await;
        done.map_err(|cause| error::internal("keystore", &cause))?
    }

    fn refresh_request(&self, token: &str) -> RefreshRequest {
        RefreshRequest { refresh_token: token.to_owned(), signature: self.sign(REFRESH, token) }
    }

    fn sign(&self, label: &[u8], text: &str) -> String {
        let message = message(&self.organisation, &self.device(), text);
        HEXLOWER.encode(&action::sign(&self.key, label, &message))
    }
}
