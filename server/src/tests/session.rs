//! Sessions: who gets one, how long it lives, and what ends it.

use super::*;
use crate::app::session::{ABSOLUTE_MS, INACTIVITY_MS};
use plumbline_protocol::session::Scope;

async fn site() -> (Site, Phone) {
    let site = Site::new().await;
    let phone = Phone::new(ACME, 1);
    site.know(&phone, false).await;
    (site, phone)
}

#[tokio::test]
async fn a_device_that_proves_its_key_gets_a_session() {
    let (site, phone) = site().await;
    let tokens = site.sign_in(&phone).await.unwrap();
    assert_eq!(tokens.scope, Scope::Full);
    let devices = site.get("/v1/devices", &tokens).await.unwrap();
    let sessions = serde_json::json!([{ "started_at": NOW, "used_at": NOW }]);
    assert_eq!(
        devices,
        serde_json::json!({ "devices": [
            { "device": phone.id(), "member": phone.member, "revoked": false, "sessions": sessions },
        ] })
    );
}

/// Shows s16.
#[tokio::test]
async fn an_unknown_device_and_one_of_another_organisation_are_answered_alike() {
    let (site, phone) = site().await;
    let stranger = Phone::new(ACME, 9);
    let elsewhere = Phone { organisation: OTHER, ..phone };
    assert_eq!(site.sign_in(&stranger).await.err(), Some(Fault::SignedOut));
    assert_eq!(site.sign_in(&elsewhere).await.err(), Some(Fault::SignedOut));
}

#[tokio::test]
async fn a_challenge_is_good_once_for_its_device_and_for_a_minute() {
    let (site, phone) = site().await;
    let ask = ChallengeRequest { organisation: ACME, device: phone.id() };
    let challenge = async || site.post::<Challenge>("/v1/session/challenge", &ask).await.unwrap().challenge;
    let open = async |request: &SessionRequest| site.post::<Tokens>("/v1/session", request).await.err();

    let first = phone.answer(&challenge().await);
    assert_eq!(open(&first).await, None);
    assert_eq!(open(&first).await, Some(Fault::invalid("challenge", "used")));

    let mut wrong = phone.answer(&challenge().await);
    wrong.signature = phone.sign(REFRESH, &wrong.challenge);
    assert_eq!(open(&wrong).await, Some(Fault::invalid("signature", "wrong")));

    let thief = Phone::new(ACME, 2);
    assert_eq!(open(&thief.answer(&challenge().await)).await, Some(Fault::invalid("challenge", "unknown")));

    let late = phone.answer(&challenge().await);
    site.wait(60_000);
    assert_eq!(open(&late).await, Some(Fault::invalid("challenge", "expired")));
}

/// Shows c15, b16.
#[tokio::test]
async fn the_token_just_used_gives_the_same_successor_again() {
    let (site, phone) = site().await;
    let first = site.sign_in(&phone).await.unwrap().refresh_token;
    let second = site.refresh(&phone, &first).await.unwrap().refresh_token;
    assert_ne!(first, second);
    let site = site.restart().await;
    assert_eq!(site.refresh(&phone, &first).await.unwrap().refresh_token, second);
    assert!(site.refresh(&phone, &second).await.is_ok());
}

/// Shows c15, b16.
#[tokio::test]
async fn an_older_token_ends_the_session() {
    let (site, phone) = site().await;
    let first = site.sign_in(&phone).await.unwrap().refresh_token;
    let second = site.refresh(&phone, &first).await.unwrap().refresh_token;
    let third = site.refresh(&phone, &second).await.unwrap();
    assert_eq!(site.refresh(&phone, &first).await.err(), Some(Fault::SignedOut));
    assert_eq!(site.refresh(&phone, &third.refresh_token).await.err(), Some(Fault::SignedOut));
    assert_eq!(site.get("/v1/devices", &third).await, Err(Fault::SignedOut));
    assert!(site.sign_in(&phone).await.is_ok());
}

#[tokio::test]
async fn a_stolen_token_without_the_key_neither_works_nor_ends_the_session() {
    let (site, phone) = site().await;
    let tokens = site.sign_in(&phone).await.unwrap();
    let thief = Phone::new(ACME, 2);
    site.know(&thief, false).await;
    for _ in 0..3 {
        let refused = site.refresh(&thief, &tokens.refresh_token).await.err();
        assert_eq!(refused, Some(Fault::invalid("signature", "wrong")));
    }
    assert!(site.refresh(&phone, &tokens.refresh_token).await.is_ok());
}

/// Shows s19.
#[tokio::test]
async fn a_session_just_opened_stays_although_the_clock_was_set_back() {
    let (site, phone) = site().await;
    for _ in 0..6 {
        site.sign_in(&phone).await.unwrap();
    }
    for back in [0, 1, 24 * 3600 * 1000, 365 * 24 * 3600 * 1000] {
        site.wait(-back);
        let tokens = site.sign_in(&phone).await.unwrap();
        assert!(site.get("/v1/devices", &tokens).await.is_ok(), "{back}");
        assert!(site.refresh(&phone, &tokens.refresh_token).await.is_ok(), "{back}");
    }
}

/// Shows c15, b16.
#[tokio::test]
async fn thirty_days_of_lost_replies_force_nobody_out() {
    let (site, phone) = site().await;
    let mut token = site.sign_in(&phone).await.unwrap().refresh_token;
    for day in 0..30 {
        site.wait(24 * 3600 * 1000);
        let next = site.refresh(&phone, &token).await.unwrap().refresh_token;
        // Every third reply is lost, and the device asks again with the token that it still has.
        token = if day % 3 == 0 { site.refresh(&phone, &token).await.unwrap().refresh_token } else { next };
    }
}

#[tokio::test]
async fn a_session_ends_unused_after_its_inactivity_and_used_after_its_whole_life() {
    let (site, phone) = site().await;
    let idle = site.sign_in(&phone).await.unwrap().refresh_token;
    site.wait(INACTIVITY_MS);
    assert_eq!(site.refresh(&phone, &idle).await.err(), Some(Fault::SignedOut));

    let mut token = site.sign_in(&phone).await.unwrap().refresh_token;
    for _ in 0..3 {
        site.wait(ABSOLUTE_MS / 4);
        token = site.refresh(&phone, &token).await.unwrap().refresh_token;
    }
    site.wait(ABSOLUTE_MS / 4);
    assert_eq!(site.refresh(&phone, &token).await.err(), Some(Fault::SignedOut));
}

#[tokio::test]
async fn an_access_token_ends_after_five_minutes() {
    let (site, phone) = site().await;
    let tokens = site.sign_in(&phone).await.unwrap();
    site.wait(299_000);
    assert!(site.get("/v1/devices", &tokens).await.is_ok());
    site.wait(1_000);
    assert_eq!(site.get("/v1/devices", &tokens).await, Err(Fault::SignedOut));
}

#[tokio::test]
async fn a_revoked_device_is_down_to_pushing_at_once() {
    let (site, phone) = site().await;
    let tokens = site.sign_in(&phone).await.unwrap();
    site.know(&phone, true).await;
    assert_eq!(site.get("/v1/devices", &tokens).await, Err(Fault::Denied));
    assert_eq!(site.refresh(&phone, &tokens.refresh_token).await.unwrap().scope, Scope::Push);
    assert_eq!(site.sign_in(&phone).await.unwrap().scope, Scope::Push);
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once_and_no_other() {
    let (site, phone) = site().await;
    let (here, there) = (site.sign_in(&phone).await.unwrap(), site.sign_in(&phone).await.unwrap());
    let sent = site.client.delete(site.url("/v1/session")).bearer_auth(&here.access_token).send().await.unwrap();
    assert_eq!(done(sent).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(site.get("/v1/devices", &here).await, Err(Fault::SignedOut));
    assert_eq!(site.refresh(&phone, &here.refresh_token).await.err(), Some(Fault::SignedOut));
    assert!(site.get("/v1/devices", &there).await.is_ok());
}

/// Shows s16.
#[tokio::test]
async fn a_token_reads_its_own_organisation_alone() {
    let (site, phone) = site().await;
    let elsewhere = Phone::new(OTHER, 2);
    site.know(&elsewhere, false).await;
    let tokens = site.sign_in(&elsewhere).await.unwrap();
    let devices = site.get("/v1/devices", &tokens).await.unwrap().to_string();
    assert!(devices.contains(&elsewhere.id().to_string()) && !devices.contains(&phone.id().to_string()));
}

/// Shows s14.
#[tokio::test]
async fn a_bad_body_is_refused_by_the_name_of_its_field() {
    let (site, phone) = site().await;
    let send = async |kind: &str, body: String| {
        let request = site.client.post(site.url("/v1/session/challenge")).header("content-type", kind).body(body);
        let response = request.send().await.unwrap();
        assert!(response.status().is_client_error());
        response.json::<Fault>().await.unwrap()
    };
    let good = serde_json::json!({ "organisation": ACME, "device": phone.id() }).to_string();
    assert_eq!(send("text/plain", good.clone()).await, Fault::invalid("content-type", "type"));
    assert_eq!(send("application/json", good.replace("}", ",\"x\":1}")).await, Fault::invalid("x", "unknown"));
    assert_eq!(send("application/json", good.clone() + "x").await, Fault::invalid("body", "json"));
    assert_eq!(send("application/json", "[".repeat(10_000)).await, Fault::invalid("body", "type"));
    assert_eq!(send("application/json", " ".repeat(1_000_000)).await, Fault::TooLarge { limit: 16 * 1024 });
    assert_eq!(
        send("application/json", good.replace("\"device\"", "\"Device\"")).await,
        Fault::invalid("Device", "unknown")
    );
}

/// Shows s17.
#[tokio::test]
async fn a_request_without_a_good_token_is_signed_out() {
    let (site, _) = site().await;
    for (method, path) in [("GET", "/v1/devices"), ("DELETE", "/v1/session"), ("GET", "/v1/blobs/x")] {
        for token in [None, Some(""), Some("Bearer"), Some("Bearer x.y.z"), Some("Basic eDp5")] {
            let mut request = site.client.request(method.parse().unwrap(), site.url(path));
            if let Some(token) = token {
                request = request.header("authorization", token);
            }
            assert_eq!(done(request.send().await.unwrap()).await, Err(Fault::SignedOut), "{method} {path} {token:?}");
        }
    }
}

/// Shows s10.
#[tokio::test]
async fn a_device_that_asks_too_often_waits_and_another_does_not() {
    // Nothing comes back, however slow the machine is.
    let site = Site::with(|config| config.rates.device = crate::Rate { per_second: 0, burst: 2 }).await;
    let (phone, other) = (Phone::new(ACME, 1), Phone::new(ACME, 2));
    site.know(&phone, false).await;
    site.know(&other, false).await;
    let (tokens, others) = (site.sign_in(&phone).await.unwrap(), site.sign_in(&other).await.unwrap());
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(site.get("/v1/devices", &tokens).await.err());
    }
    let busy = Some(Fault::Busy { retry_after: 1 });
    assert_eq!(answers, [None, None, busy.clone(), busy.clone(), busy]);
    assert!(site.get("/v1/devices", &others).await.is_ok());
}
