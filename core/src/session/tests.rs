//! One session for many workers, whatever replies are lost.

use std::{collections::BTreeMap, future::poll_fn, pin::Pin, sync, task::Poll};

use plumbline_protocol::{Hash, Lock, session::Challenge};
use serde_json::json;
use tokio::task::JoinSet;

use super::*;
use crate::net::loopback::{Answer, Asked, Loopback};

const ORGANISATION: OrganisationId = OrganisationId([3; 32]);
const CHALLENGED: &str = "POST /v1/session/challenge";
const OPENED: &str = "POST /v1/session";
const REFRESHED: &str = "POST /v1/session/refresh";

fn key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

/// In memory; `broken` for one that answers nothing.
#[derive(Default)]
struct Memory {
    secrets: sync::Mutex<BTreeMap<String, Vec<u8>>>,
    broken: bool,
}

impl Memory {
    fn with(token: &str) -> Arc<Memory> {
        let memory = Memory::default();
        memory.store(&name(), token.as_bytes()).unwrap();
        Arc::new(memory)
    }

    fn token(&self) -> Option<String> {
        self.secrets.lock().unwrap().get(&name()).map(|token| String::from_utf8(token.clone()).unwrap())
    }
}

fn name() -> String {
    format!("{ORGANISATION}/refresh-token")
}

impl Keystore for Memory {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        self.probe()?;
        Ok(self.secrets.lock().unwrap().get(name).cloned().map(Zeroizing::new))
    }
    fn store(&self, name: &str, secret: &[u8]) -> Result<(), Fault> {
        self.probe()?;
        self.secrets.lock().unwrap().insert(name.to_owned(), secret.to_vec());
        Ok(())
    }
    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.probe()?;
        self.secrets.lock().unwrap().remove(name);
        Ok(())
    }
    fn probe(&self) -> Result<(), Fault> {
        if self.broken { Err(Fault::Locked { why: Lock::Locked }) } else { Ok(()) }
    }
}

/// The server's side of one session: `refresh-N` is answered with `access-N+1` and `refresh-N+1`. It checks signatures.
#[derive(Default)]
struct Family {
    newest: u32,
    /// Answers of `refresh` that get lost on their way.
    lost: u32,
    /// The family ended: refreshing is refused.
    ended: bool,
    /// The device is not known: opening is refused.
    stranger: bool,
    /// Access tokens below this number are refused.
    least: u32,
    /// Seconds that access tokens live.
    expires_in: u32,
}

impl Family {
    fn new(newest: u32) -> Arc<sync::Mutex<Family>> {
        Arc::new(sync::Mutex::new(Family { newest, expires_in: 300, ..Family::default() }))
    }

    fn tokens(&self) -> Answer {
        let (n, scope) = (self.newest, Scope::Full);
        let (access_token, refresh_token) = (format!("access-{n}"), format!("refresh-{n}"));
        Answer::json(200, &Tokens { access_token, refresh_token, expires_in: self.expires_in, scope })
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        let out = || Answer::json(401, &Fault::SignedOut);
        match asked.line.as_str() {
            CHALLENGED => Answer::json(200, &Challenge { challenge: "c0ffee".to_owned(), expires_in: 60 }),
            OPENED => {
                let body: SessionRequest = serde_json::from_slice(&asked.body).unwrap();
                check(CHALLENGE, &body.challenge, &body.signature);
                if self.stranger {
                    return Answer::json(403, &Fault::Denied);
                }
                (self.newest, self.ended) = (self.newest + 10, false);
                self.tokens()
            }
            REFRESHED => {
                let body: RefreshRequest = serde_json::from_slice(&asked.body).unwrap();
                check(REFRESH, &body.refresh_token, &body.signature);
                let Some(n) = body.refresh_token.strip_prefix("refresh-") else {
                    return Answer::json(400, &Fault::invalid("refresh_token", "type"));
                };
                let n: u32 = n.parse().unwrap();
                if self.ended || (n != self.newest && n + 1 != self.newest) {
                    return out();
                }
                self.newest = n + 1;
                if self.lost > 0 {
                    self.lost -= 1;
                    return Answer::Cut;
                }
                self.tokens()
            }
            "DELETE /v1/session" => {
                self.ended = true;
                Answer::Reply(204, String::new(), Vec::new())
            }
            _ => {
                let token = asked.head.lines().find_map(|l| l.strip_prefix("authorization: bearer access-"));
                if token.unwrap().parse::<u32>().unwrap() < self.least {
                    out()
                } else {
                    Answer::json(200, &json!({ "state": "received" }))
                }
            }
        }
    }
}

fn check(label: &[u8], text: &str, signature: &str) {
    let device = DeviceId(key().verifying_key().to_bytes());
    let signature = HEXLOWER.decode(signature.as_bytes()).unwrap().try_into().unwrap();
    assert!(action::verify(&device.0, label, &message(&ORGANISATION, &device, text), &signature));
}

async fn start(family: &Arc<sync::Mutex<Family>>, keystore: Arc<Memory>) -> (Loopback, Arc<Session>) {
    let family = family.clone();
    let server = Loopback::start(move |asked| family.lock().unwrap().answer(asked)).await;
    let session = Session::new(Net::new(&server.server).unwrap(), ORGANISATION, key(), keystore);
    (server, Arc::new(session))
}

/// Asks the server something; gives the token that it took.
async fn ask(session: &Session) -> Result<String, Fault> {
    let ask = |token: Token| async move {
        let taken = session.net().complete(&token, &Hash([0; 32])).await;
        taken.map(|_| token.to_string())
    };
    session.with_token(ask).await
}

/// How the session was kept open: the lines that are not the questions themselves.
fn renewals(server: &Loopback) -> Vec<String> {
    server.lines().into_iter().filter(|line| line.starts_with("POST /v1/session")).collect()
}

#[tokio::test]
async fn a_first_session_opens_by_the_devices_key_and_its_token_is_kept() {
    let (family, keystore) = (Family::new(0), Arc::new(Memory::default()));
    let (server, session) = start(&family, keystore.clone()).await;
    assert_eq!(session.scope(), None);
    assert_eq!(ask(&session).await.as_deref(), Ok("access-10"));
    assert_eq!(ask(&session).await.as_deref(), Ok("access-10"));
    assert_eq!(renewals(&server), [CHALLENGED, OPENED]);
    assert_eq!(session.scope(), Some(Scope::Full));
    assert_eq!(keystore.token().as_deref(), Some("refresh-10"));
}

#[tokio::test]
async fn a_kept_token_goes_on_with_the_session() {
    let (family, keystore) = (Family::new(4), Memory::with("refresh-4"));
    let (server, session) = start(&family, keystore.clone()).await;
    assert_eq!(ask(&session).await.as_deref(), Ok("access-5"));
    assert_eq!(renewals(&server), [REFRESHED]);
    assert_eq!(keystore.token().as_deref(), Some("refresh-5"));
}

/// Shows c14.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_workers_renew_once() {
    let (family, keystore) = (Family::new(4), Memory::with("refresh-4"));
    let (server, session) = start(&family, keystore).await;
    for expected in ["access-5", "access-6"] {
        let mut workers = JoinSet::new();
        for _ in 0..32 {
            let session = session.clone();
            workers.spawn(async move { ask(&session).await });
        }
        assert!(workers.join_all().await.iter().all(|took| took.as_deref() == Ok(expected)));
        // The next round: the server takes the token no longer.
        family.lock().unwrap().least = 6;
    }
    assert_eq!(renewals(&server), [REFRESHED, REFRESHED]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_who_waited_for_a_failure_share_it() {
    let family = Family::new(4);
    family.lock().unwrap().lost = u32::MAX;
    let (server, session) = start(&family, Memory::with("refresh-4")).await;
    // All wait for one renewal before it begins, so what they share is its failure.
    let renewing = session.renewing.lock().await;
    let asks = (0..8).map(|_| ask(&session));
    let mut waiting: Vec<_> = asks.map(Box::pin).collect();
    for ask in &mut waiting {
        assert!(poll_once(ask).await.is_none());
    }
    drop(renewing);
    for ask in waiting {
        assert_eq!(ask.await, Err(Fault::Offline));
    }
    assert_eq!(renewals(&server), [REFRESHED]);
}

#[tokio::test]
async fn an_expired_token_is_renewed_before_it_is_sent() {
    let family = Family::new(4);
    family.lock().unwrap().expires_in = 0;
    let (server, session) = start(&family, Memory::with("refresh-4")).await;
    assert_eq!(ask(&session).await.as_deref(), Ok("access-5"));
    assert_eq!(ask(&session).await.as_deref(), Ok("access-6"));
    assert_eq!(renewals(&server), [REFRESHED, REFRESHED]);
}

/// Shows c15, b16.
#[tokio::test]
async fn a_lost_reply_is_answered_by_the_same_token_again() {
    let (family, keystore) = (Family::new(4), Memory::with("refresh-4"));
    family.lock().unwrap().lost = 1;
    let (server, session) = start(&family, keystore.clone()).await;
    assert_eq!(ask(&session).await, Err(Fault::Offline));
    assert_eq!(keystore.token().as_deref(), Some("refresh-4"));
    assert_eq!(ask(&session).await.as_deref(), Ok("access-5"));
    assert_eq!(renewals(&server), [REFRESHED, REFRESHED]);
}

#[tokio::test]
async fn an_ended_or_unreadable_session_is_opened_anew() {
    for kept in ["refresh-1", "rubbish"] {
        let (family, keystore) = (Family::new(4), Memory::with(kept));
        let (server, session) = start(&family, keystore.clone()).await;
        assert_eq!(ask(&session).await.as_deref(), Ok("access-14"));
        assert_eq!(renewals(&server), [REFRESHED, CHALLENGED, OPENED]);
        assert_eq!(keystore.token().as_deref(), Some("refresh-14"));
    }
}

#[tokio::test]
async fn a_device_that_the_server_does_not_know_is_signed_out() {
    let family = Family::new(0);
    family.lock().unwrap().stranger = true;
    let (server, session) = start(&family, Arc::new(Memory::default())).await;
    assert_eq!(ask(&session).await, Err(Fault::SignedOut));
    assert_eq!(session.scope(), None);
    assert_eq!(server.lines(), [CHALLENGED, OPENED]);
}

#[tokio::test]
async fn new_tokens_that_are_refused_too_are_the_end() {
    let family = Family::new(4);
    family.lock().unwrap().least = u32::MAX;
    let (server, session) = start(&family, Memory::with("refresh-4")).await;
    assert_eq!(ask(&session).await, Err(Fault::SignedOut));
    assert_eq!((renewals(&server).len(), server.lines().len()), (3, 6));
}

#[tokio::test]
async fn a_keystore_that_fails_does_not_lose_the_session() {
    let keystore = Arc::new(Memory { broken: true, ..Memory::default() });
    let family = Family::new(0);
    let (server, session) = start(&family, keystore).await;
    assert_eq!(ask(&session).await.as_deref(), Ok("access-10"));
    family.lock().unwrap().least = 11;
    assert_eq!(ask(&session).await.as_deref(), Ok("access-11"));
    assert_eq!(renewals(&server), [CHALLENGED, OPENED, REFRESHED]);
    assert_eq!(session.sign_out().await, Err(Fault::Locked { why: Lock::Locked }));
    assert_eq!(ask(&session).await, Err(Fault::SignedOut));
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_there() {
    let (family, keystore) = (Family::new(4), Memory::with("refresh-4"));
    let (server, session) = start(&family, keystore.clone()).await;
    assert_eq!(session.sign_out().await, Ok(()));
    assert!(family.lock().unwrap().ended);
    assert_eq!((keystore.token(), session.scope()), (None, None));
    assert_eq!(ask(&session).await, Err(Fault::SignedOut));
    assert_eq!(server.lines(), [REFRESHED, "DELETE /v1/session"]);
}

#[tokio::test]
async fn tokens_that_cannot_be_sent_are_refused() {
    let server = Loopback::start(|asked| match asked.line.as_str() {
        CHALLENGED => Answer::json(200, &Challenge { challenge: "c".to_owned(), expires_in: 60 }),
        _ => {
            let (access_token, refresh_token) = ("a\r\nb: c".to_owned(), "r".to_owned());
            Answer::json(200, &Tokens { access_token, refresh_token, expires_in: 1, scope: Scope::Push })
        }
    })
    .await;
    let net = Net::new(&server.server).unwrap();
    let session = Session::new(net, ORGANISATION, key(), Arc::new(Memory::default()));
    assert_eq!(ask(&session).await, Err(Fault::corrupt("tokens")));
}

async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    poll_fn(|context| match Pin::new(&mut *future).poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[tokio::test]
async fn a_challenge_that_the_network_used_up_is_asked_for_again() {
    for (used, taken) in [(2, Ok("access-1".to_owned())), (u32::MAX, Err(Fault::Offline))] {
        let left = sync::Mutex::new(used);
        let server = Loopback::start(move |asked| match asked.line.as_str() {
            CHALLENGED => Answer::json(200, &Challenge { challenge: "c0ffee".to_owned(), expires_in: 60 }),
            OPENED if *left.lock().unwrap() > 0 => {
                *left.lock().unwrap() -= 1;
                Answer::json(400, &Fault::invalid("challenge", "used"))
            }
            OPENED => Family { newest: 1, expires_in: 300, ..Family::default() }.tokens(),
            _ => Answer::json(200, &json!({ "state": "received" })),
        })
        .await;
        let net = Net::new(&server.server).unwrap();
        let session = Session::new(net, ORGANISATION, key(), Arc::new(Memory::default()));
        assert_eq!(ask(&session).await, taken);
    }
}
