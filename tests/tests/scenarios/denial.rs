//! Every route refuses whom it must. The routes are those that the server itself publishes: one that this file cannot
//! ask, or does not know how to think about, fails it.

use data_encoding::HEXLOWER;
use plumbline_protocol::{
    DeviceId, Fault, Hash, OrganisationId, live,
    page::{MEDIA, PullRequest, encode_push, pack},
    session::{ChallengeRequest, RefreshRequest, SessionRequest},
};
use plumbline_server::{Access, ROUTES, Route};
use plumbline_tests::{
    bless::{FULL_TEST, SESSION_TEST, tests_of},
    clock::HOUR,
    dice::Dice,
    photo,
    raw::Raw,
    world::{World, ask},
};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};

/// What stands in the places of a path.
#[derive(Clone, Copy)]
struct Ids {
    organisation: OrganisationId,
    device: DeviceId,
    sha256: Hash,
}

impl Ids {
    /// Ids that nobody has.
    fn unknown() -> Ids {
        Ids { organisation: OrganisationId([7; 32]), device: DeviceId([7; 32]), sha256: Hash([7; 32]) }
    }
}

/// A request of this route that is well formed, without a token.
fn request(raw: &Raw, route: &Route, ids: &Ids) -> RequestBuilder {
    let path = route
        .path
        .replace("{organisation}", &ids.organisation.to_string())
        .replace("{device}", &ids.device.to_string())
        .replace("{sha256}", &ids.sha256.to_string())
        .replace("{part}", "0")
        .replace("{*tile}", "0/000");
    assert!(!path.contains('{'), "say what stands in the places of {}", route.path);
    let request = raw.ask(route.method.parse().unwrap(), &path);
    match (route.method, route.path) {
        ("PUT", _) => request.header("plumbline-sha256", Hash(Sha256::digest(b"x").into()).to_string()).body("x"),
        (_, "/v1/push" | "/v1/offer") => request.header("content-type", MEDIA).body(pack(&encode_push(&[])).unwrap()),
        (_, "/v1/checkpoint") => request.json(&json!({"checkpoint": ""})),
        (_, "/v1/pull") => {
            let pull = PullRequest { generation: 0, size: 0, tag: Hash([0; 32]), limit: 1 };
            request.header("content-type", MEDIA).body(pack(&pull.encode()).unwrap())
        }
        ("GET", "/v1/live") => request
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
            .header("sec-websocket-protocol", format!("{}, {}", live::PROTOCOL, "0".repeat(96))),
        _ => request,
    }
}

/// How a request was answered; a refusal has a fault, but for `HEAD`, which has no body.
async fn answered(request: RequestBuilder, route: &Route) -> (StatusCode, Option<Fault>) {
    let response = request.send().await.unwrap();
    let status = response.status();
    if status.is_success() || route.method == "HEAD" {
        return (status, None);
    }
    let body = response.bytes().await.unwrap();
    let fault =
        serde_json::from_slice(&body).unwrap_or_else(|e| panic!("{} {} {status}: {e}", route.method, route.path));
    (status, Some(fault))
}

/// Asserts that `route` refuses `token` like this.
async fn refuses(raw: &Raw, route: &Route, token: Option<&str>, status: StatusCode, fault: Fault) {
    let request = request(raw, route, &Ids::unknown());
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let (got, said) = answered(request, route).await;
    assert_eq!(got, status, "{} {}", route.method, route.path);
    assert!(said.is_none_or(|said| said == fault), "{} {}", route.method, route.path);
}

fn tested_by(test: &str) -> Vec<&'static Route> {
    let routes: Vec<_> = ROUTES.iter().filter(|route| tests_of(route).contains(&test)).collect();
    assert!(!routes.is_empty());
    routes
}

/// Shows s17.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_asked_for() {
    let (world, _) = World::with_a_crew(90).await;
    let (ana, ended) = (Raw::of(&world, world.of("Ana")).await, Raw::of(&world, world.of("Teo")).await);
    let end = ended.signed_in(Method::DELETE, "/v1/session");
    assert_eq!(ended.send(end).await.unwrap().status(), StatusCode::NO_CONTENT);
    let mut forged = ana.token.clone().into_bytes();
    let middle = forged.len() / 2;
    forged[middle] = if forged[middle] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    let bad = [None, Some(""), Some("garbage"), Some(&forged), Some(&ended.token)];
    for route in tested_by(SESSION_TEST) {
        for token in bad {
            refuses(&ana, route, token, StatusCode::UNAUTHORIZED, Fault::SignedOut).await;
        }
    }
    world.clock.advance(HOUR);
    for route in tested_by(SESSION_TEST) {
        refuses(&ana, route, Some(&ana.token), StatusCode::UNAUTHORIZED, Fault::SignedOut).await;
    }
}

/// Shows c18.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_is_refused() {
    let (world, _) = World::with_a_crew(91).await;
    let before = Raw::of(&world, world.of("Rosa")).await;
    let revoke = json!({"device": world.of("Rosa").device(), "reason": "Lost"});
    world.of("Ana").client.revoke_device(ask(revoke)).await.unwrap();
    world.of("Ana").client.sync().await.unwrap();
    // Its sessions ended with that. It gets one more, in which it may hand in its unsent work and nothing else.
    let rosa = Raw::of(&world, world.of("Rosa")).await;
    for route in tested_by(FULL_TEST) {
        refuses(&rosa, route, Some(&before.token), StatusCode::UNAUTHORIZED, Fault::SignedOut).await;
        refuses(&rosa, route, Some(&rosa.token), StatusCode::FORBIDDEN, Fault::Denied).await;
    }
    for route in ROUTES.iter().filter(|r| r.access == Access::Session && r.method != "DELETE") {
        let (status, fault) = answered(request(&rosa, route, &Ids::unknown()).bearer_auth(&rosa.token), route).await;
        assert!(status.is_success() || status == StatusCode::NOT_FOUND, "{} {}: {fault:?}", route.method, route.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisations_ids_are_unknown_on_every_route() {
    let (mut world, project) = World::with_a_crew(92).await;
    let theirs = Ids { sha256: photograph(&world, project).await, device: world.of("Teo").device(), ..Ids::unknown() };
    let link = plumbline_server::setup(&world.server_folder(), &world.clock).await.unwrap();
    world.found_with("Olga", &link).await;
    let olga = Raw::of(&world, world.of("Olga")).await;
    let closed = ROUTES.iter().filter(|route| !matches!(route.access, Access::Open(_)) && route.path.contains('{'));
    for route in closed {
        let [foreign, unknown] = [theirs, Ids::unknown()].map(|ids| request(&olga, route, &ids));
        let foreign = answered(foreign.bearer_auth(&olga.token), route).await;
        let unknown = answered(unknown.bearer_auth(&olga.token), route).await;
        assert_eq!(foreign, unknown, "{} {}", route.method, route.path);
        assert_eq!(foreign.0, StatusCode::NOT_FOUND, "{} {}", route.method, route.path);
    }
    // Where no id is asked for, the session says whose it is.
    let devices = olga.send(olga.signed_in(Method::GET, "/v1/devices")).await.unwrap();
    let devices: serde_json::Value = devices.json().await.unwrap();
    let [only] = devices["devices"].as_array().unwrap().as_slice() else { panic!("one device") };
    assert_eq!(only["device"], world.of("Olga").device().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_refused_what_is_not_its_own() {
    let (mut world, project) = World::with_a_crew(93).await;
    let elsewhere = world.project("Ana", "Elsewhere").await;
    world.person("Ana", "Wes", "worker", &[elsewhere]).await;
    let sha256 = photograph(&world, project).await;

    let devices: Vec<_> = ROUTES.iter().filter(|route| route.path.contains("{device}")).collect();
    for (who, whose) in [("Teo", "Ana"), ("Teo", "Rosa"), ("Felix", "Teo"), ("Marta", "Ana")] {
        let raw = Raw::of(&world, world.of(who)).await;
        for route in &devices {
            let ids = Ids { device: world.of(whose).device(), ..Ids::unknown() };
            let answer = answered(request(&raw, route, &ids).bearer_auth(&raw.token), route).await;
            assert_eq!(answer, (StatusCode::FORBIDDEN, Some(Fault::Denied)), "{who} {} {whose}", route.path);
        }
    }
    // A photograph that one may not see is as one that is not there; its upload is its author's alone.
    let blobs: Vec<_> = ROUTES.iter().filter(|route| route.path.contains("{sha256}")).collect();
    for (who, reads) in [("Wes", true), ("Rosa", false)] {
        let raw = Raw::of(&world, world.of(who)).await;
        for route in blobs.iter().filter(|route| route.method != "GET" || reads) {
            let ids = Ids { sha256, ..Ids::unknown() };
            let (status, _) = answered(request(&raw, route, &ids).bearer_auth(&raw.token), route).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{who} {} {}", route.method, route.path);
        }
    }
}

/// What is open to anyone asks for something else, or gives nothing that is not for anyone.
///
/// Shows s16.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_route_gives_nothing_to_a_stranger() {
    let (world, _) = World::with_a_crew(94).await;
    let person = world.of("Teo");
    let raw = Raw::of(&world, person).await;
    let organisation = person.client.status().await.unwrap().organisation.unwrap();
    let ids = Ids { organisation, ..Ids::unknown() };
    let (device, signature) = (person.device(), "0".repeat(128));
    for route in ROUTES.iter().filter(|route| matches!(route.access, Access::Open(_))) {
        let asked = request(&raw, route, &ids);
        let message = |actions: &[_]| pack(&encode_push(actions)).unwrap();
        let (asked, status) = match (route.method, route.path) {
            // Any device of any organisation is given a challenge, so that none is told apart.
            ("POST", "/v1/session/challenge") => {
                let Ids { organisation, device, .. } = Ids::unknown();
                (asked.json(&ChallengeRequest { organisation, device }), StatusCode::OK)
            }
            ("POST", "/v1/session") => {
                let challenge = "0".repeat(112);
                let session = SessionRequest { organisation, device, challenge, signature: signature.clone() };
                (asked.json(&session), StatusCode::BAD_REQUEST)
            }
            ("POST", "/v1/session/refresh") => {
                let refresh = RefreshRequest { refresh_token: "AA".to_owned(), signature: signature.clone() };
                (asked.json(&refresh), StatusCode::BAD_REQUEST)
            }
            ("POST", "/v1/setup") => {
                let asked = asked.bearer_auth(HEXLOWER.encode(&[7; 32])).header("content-type", MEDIA);
                (asked.body(message(&[])), StatusCode::BAD_REQUEST)
            }
            ("POST", "/v1/log/{organisation}/enrol" | "/v1/log/{organisation}/restore") => {
                (asked.header("content-type", MEDIA).body(message(&[])), StatusCode::BAD_REQUEST)
            }
            ("GET", "/health" | "/v1/log/{organisation}/checkpoint") => (asked, StatusCode::OK),
            // Its ticket is nobody's.
            ("GET", "/v1/live") => (asked, StatusCode::UNAUTHORIZED),
            // There is no full tile yet.
            ("GET", "/v1/log/{organisation}/tile/{*tile}") => (asked, StatusCode::NOT_FOUND),
            (method, path) => panic!("why may a stranger use {method} {path}?"),
        };
        let (got, fault) = answered(asked, route).await;
        assert_eq!(got, status, "{} {}: {fault:?}", route.method, route.path);
    }
}

/// A photograph of Teo's that the server has.
async fn photograph(world: &World, project: plumbline_protocol::Uuid) -> Hash {
    let sha256 = world.of("Teo").photograph(project, &photo::jpeg(&mut Dice::of(world.seed, "photo"))).await.sha256;
    world.settle().await;
    sha256
}
