//! Invariant 4: what belongs to one organisation is to another as if it did not exist, on every route.

use plumbline_protocol::{
    Fault, Uuid,
    page::{encode_push, pack},
    value::Value,
};
use plumbline_tests::{
    dice::Dice,
    liar::Liar,
    photo,
    raw::Raw,
    world::{World, ask},
};
use reqwest::Method;
use serde_json::json;

/// Shows s16.
#[tokio::test(flavor = "multi_thread")]
async fn another_organisations_ids_are_answered_as_unknown_ones() {
    let (mut world, project) = World::with_a_crew(80).await;
    let sha256 = world.of("Teo").photograph(project, &photo::jpeg(&mut Dice::of(80, "photo"))).await.sha256;
    world.settle().await;
    let device = world.of("Teo").device();

    let link = plumbline_server::setup(&world.server_folder(), &world.clock).await.unwrap();
    world.found_with("Olga", &link).await;
    let olga = Raw::of(&world, world.of("Olga")).await;
    let (real, unknown) = (sha256.to_string(), "7".repeat(64));
    let routes = [
        (Method::GET, "/v1/blobs/{}"),
        (Method::HEAD, "/v1/blobs/{}"),
        (Method::POST, "/v1/blobs/{}/complete"),
        (Method::DELETE, "/v1/devices/{}/sessions"),
    ];
    for (method, route) in routes {
        let theirs = if route.contains("devices") { device.to_string() } else { real.clone() };
        let ask = async |id: &str| {
            let asked = olga.signed_in(method.clone(), &route.replace("{}", id)).send().await.unwrap();
            (asked.status(), asked.bytes().await.unwrap())
        };
        let (one, other) = (ask(&theirs).await, ask(&unknown).await);
        assert_eq!(one, other, "{method} {route}");
        assert!(!one.0.is_success(), "{method} {route}");
    }

    // Work signed for the other organisation, and a device of the other organisation as its author.
    let log = Liar::of(&world.server_folder());
    let fields = [("text", Value::from("From elsewhere"))];
    let foreign = log.forge(&world.of("Teo").key(), "note", Uuid::v7(1, [2; 10]), Some(project), fields);
    let before = world.of("Ana").size().await;
    let pushed = olga.push(pack(&encode_push(&[foreign])).unwrap()).await.unwrap();
    assert!(matches!(&pushed.results[..], [plumbline_protocol::page::PushResult::Refused { .. }]));
    world.settle_only(&["Ana", "Teo"]).await;
    assert_eq!(world.of("Ana").size().await, before);

    // Olga's own client sees nothing of it.
    let olga = world.of("Olga");
    for kind in ["project", "note", "photo", "punch"] {
        assert!(olga.list(kind).await.is_empty(), "{kind}");
    }
    let missing = olga.client.record(ask(json!({"id": project}))).await;
    assert_eq!(missing.err(), Some(Fault::NotFound));
}
