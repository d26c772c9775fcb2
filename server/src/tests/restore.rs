//! The server's keys and generations from outside: rotations, restores, and who may ask for them.

use plumbline_protocol::{
    action::Action,
    entry::{Held, Outcome},
    log::checkpoint::SignedCheckpoint,
    page::PushResult,
    record::organisation,
    value::Value,
};

use super::{
    crew::{Crew, Person},
    *,
};

impl Crew {
    /// The newest checkpoint and the key that follows the one which signed it.
    async fn checkpoint(&self) -> (SignedCheckpoint, [u8; 32]) {
        let url = self.site.url(&format!("/v1/log/{}/checkpoint", self.organisation));
        let response = self.site.client.get(url).send().await.unwrap();
        let next = response.headers()["plumbline-next-key"].to_str().unwrap().to_owned();
        let signed = SignedCheckpoint::parse(&response.text().await.unwrap()).unwrap();
        (signed, HEXLOWER.decode(next.as_bytes()).unwrap().try_into().unwrap())
    }

    /// What became of the one action that `by` pushed.
    async fn result(&self, by: &Person, action: Action) -> PushResult {
        self.push(by, &[action]).await.unwrap().results.remove(0)
    }
}

impl Person {
    /// Names the key by which the server is to sign from here on.
    fn rotation(&mut self, key: [u8; 32]) -> Action {
        self.sign("organisation", self.phone.organisation, None, &[(organisation::SERVER_KEY, Value::from(key))])
    }
}

fn outcome(result: &PushResult) -> Outcome {
    match result {
        PushResult::Logged { outcome, .. } => outcome.clone(),
        other => panic!("{other:?}"),
    }
}

fn unknown_key() -> PushResult {
    PushResult::Refused { field: "server_key".into(), reason: "unknown".into() }
}

/// Shows s20.
#[tokio::test]
async fn an_admitted_rotation_turns_the_key_like_one_that_was_never_held() {
    let mut crew = Crew::new().await;
    let (_, next) = crew.checkpoint().await;
    let held = crew.wes.rotation(next);
    assert_eq!(outcome(&crew.result(&crew.wes, held.clone()).await), Outcome::Held(Held::Denied));
    crew.checkpoint().await.0.verify(&crew.server_key).unwrap();
    let admit = crew.ana.admit(&held);
    crew.server_key = next;
    crew.by_ana(&[admit]).await;
    let (signed, after) = crew.checkpoint().await;
    signed.verify(&next).unwrap();
    assert_ne!(after, next, "the key after it is another");
    crew.read(&crew.ana, 1000).await;
}

/// Shows s20.
#[tokio::test]
async fn nobody_is_talked_into_a_key_that_the_server_does_not_have() {
    let mut crew = Crew::new().await;
    let own = crew.wes.phone.id().0;
    let held = crew.wes.rotation(own);
    assert_eq!(outcome(&crew.result(&crew.wes, held.clone()).await), Outcome::Held(Held::Denied));
    let (next, previous) = (crew.ana.next, crew.ana.previous);
    let admit = crew.ana.admit(&held);
    (crew.ana.next, crew.ana.previous) = (next, previous);
    for action in [admit, crew.ana.rotation(own)] {
        assert_eq!(crew.result(&crew.ana, action).await, unknown_key());
    }
    crew.checkpoint().await.0.verify(&crew.server_key).unwrap();
    crew.read(&crew.ana, 1000).await;
}
