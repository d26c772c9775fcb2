//! Invariant 7: each bad input ends in a fault that names the field or the remedy; the process goes on and nothing is lost.

use plumbline_protocol::{
    Fault, Uuid,
    action::{Action, Body},
    page::{MEDIA, PushResult, encode_push, pack},
    value::{Key, Value},
};
use plumbline_tests::{
    clock::{DAY, HOUR},
    dice::Dice,
    liar::Liar,
    photo,
    raw::Raw,
    world::{World, ask},
};
use reqwest::Method;
use serde_json::json;
use sha2::{Digest, Sha256};

/// An action of Teo's, well signed, that his client does not know of.
fn forged(world: &World, project: Uuid, text: &str) -> Action {
    let teo = world.of("Teo");
    let log = Liar::of(&world.server_folder());
    log.forge(&teo.key(), "note", Uuid::v7(world.clock.now(), [5; 10]), Some(project), [("text", Value::from(text))])
}

/// Shows s12, s14.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_large_malformed_or_too_deep_are_refused_by_name() {
    let (world, _) = World::with_a_crew(70).await;
    let raw = Raw::of(&world, world.of("Teo")).await;
    let deep = [vec![0x81; 100_000], vec![0x80]].concat();
    for (what, packed) in [
        ("noise", b"this is not zstd".to_vec()),
        ("nothing", Vec::new()),
        ("not CBOR", pack(b"\xff\xff").unwrap()),
        ("deep", pack(&deep).unwrap()),
        ("cut short", pack(&[0x82, 0x8b]).unwrap()),
    ] {
        let fault = raw.push(packed).await.unwrap_err();
        assert!(matches!(&fault, Fault::Invalid { field, .. } if field == "body"), "{what}: {fault}");
    }
    let bomb = raw.push(pack(&vec![0; 64 * 1024 * 1024]).unwrap()).await.unwrap_err();
    assert!(matches!(bomb, Fault::TooLarge { .. }), "{bomb}");
    let large = raw.signed_in(Method::POST, "/v1/push").header("content-type", MEDIA).body(vec![7; 40 * 1024 * 1024]);
    // The server answers before it has read all of it, and hangs up: whoever still writes may miss the answer.
    if let Ok(answer) = large.send().await {
        assert!(matches!(answer.json().await.unwrap(), Fault::TooLarge { .. }));
    }
    let unknown = json!({"organisation": "ab".repeat(32), "device": "ab".repeat(32), "colour": "red"});
    let asked = raw.send(raw.ask(Method::POST, "/v1/session/challenge").json(&unknown)).await;
    assert_eq!(asked.unwrap_err(), Fault::invalid("colour", "unknown"));
    let deep = "[".repeat(16_000);
    let asked = raw.ask(Method::POST, "/v1/session/challenge").header("content-type", "application/json").body(deep);
    assert!(matches!(raw.send(asked).await.unwrap_err(), Fault::Invalid { .. }));
    assert!(raw.alive().await);
    world.settle().await;
}

/// Shows c19, b07.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_signature_and_a_wrong_chain_are_refused_and_what_stands_behind_them_is_taken() {
    let (world, project) = World::with_a_crew(71).await;
    let raw = Raw::of(&world, world.of("Teo")).await;
    let good = forged(&world, project, "Mine");
    let theirs = Liar::of(&world.server_folder()).forge(
        &world.of("Rosa").key(),
        "note",
        Uuid::v7(world.clock.now(), [6; 10]),
        Some(project),
        [("text", Value::from("Not mine"))],
    );
    // Signed by another device than the session's.
    let receipt = raw.push(pack(&encode_push(&[theirs])).unwrap()).await.unwrap();
    assert!(matches!(&receipt.results[..], [PushResult::Refused { field, .. }] if field == "device"));

    // One bit of the signature, which stands in the message as it is.
    let mut message = encode_push(std::slice::from_ref(&good));
    let at = message.windows(64).position(|part| part == good.signature()).unwrap();
    message[at + 5] ^= 1;
    let receipt = raw.push(pack(&message).unwrap()).await.unwrap();
    assert_eq!(receipt.results, [PushResult::Refused { field: "signature".to_owned(), reason: "wrong".to_owned() }]);

    // A hole in the chain.
    let mut header = good.header().clone();
    header.sequence += 2;
    let gap = Action::sign(&world.of("Teo").key(), header, good.body().clone(), None);
    let receipt = raw.push(pack(&encode_push(&[gap])).unwrap()).await.unwrap();
    assert_eq!(receipt.results, [PushResult::Gap(good.header().sequence)]);

    // The same place twice, with other bytes.
    let logged = raw.push(pack(&encode_push(std::slice::from_ref(&good))).unwrap()).await.unwrap();
    assert!(matches!(logged.results[..], [PushResult::Logged { .. }]));
    let mut body: Body = good.body().clone();
    body.fields.insert(Key::from("text"), Value::from("Other bytes"));
    let clone = Action::sign(&world.of("Teo").key(), good.header().clone(), body, None);
    let receipt = raw.push(pack(&encode_push(&[clone])).unwrap()).await.unwrap();
    assert_eq!(receipt.results, [PushResult::Reenrol]);
    assert!(raw.alive().await);
}

/// Shows s17.
#[tokio::test(flavor = "multi_thread")]
async fn a_stale_or_forged_token_opens_nothing() {
    let (world, _) = World::with_a_crew(72).await;
    let mut raw = Raw::of(&world, world.of("Teo")).await;
    assert!(raw.send(raw.signed_in(Method::GET, "/v1/devices")).await.is_ok());
    let good = raw.token.clone();
    let mut parts: Vec<&str> = good.split('.').collect();
    for forged in [String::new(), "x".repeat(4000), good.replace('.', ""), {
        parts[2] = "";
        parts.join(".")
    }] {
        raw.token = forged;
        assert_eq!(raw.send(raw.signed_in(Method::GET, "/v1/devices")).await.unwrap_err(), Fault::SignedOut);
    }
    raw.token = good;
    world.clock.advance(DAY);
    assert_eq!(raw.send(raw.signed_in(Method::GET, "/v1/devices")).await.unwrap_err(), Fault::SignedOut);
    world.settle().await;
}

/// Shows b15.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_are_cut_short_or_lie_leave_nothing_behind() {
    let (world, project) = World::with_a_crew(73).await;
    let teo = world.of("Teo");
    let bytes = photo::jpeg(&mut Dice::of(73, "photo"));
    let sha256 = teo.photograph(project, &bytes).await.sha256;
    // The action goes up, the bytes do not.
    teo.link.tamper(|_, told| told);
    let raw = Raw::of(&world, teo).await;
    let waiting = teo.client.waiting().await.unwrap();
    assert_eq!(waiting.len(), 1);
    let part = |bytes: &[u8], hash: &[u8]| {
        let said = data_encoding::HEXLOWER.encode(&Sha256::digest(hash));
        raw.signed_in(Method::PUT, &format!("/v1/blobs/{sha256}/parts/0"))
            .header("plumbline-sha256", said)
            .body(bytes.to_vec())
    };
    assert_eq!(raw.send(part(&bytes, &bytes)).await.unwrap_err(), Fault::NotFound, "nobody has named it yet");
    let log = Liar::of(&world.server_folder());
    let fields = [
        ("sha256", Value::from(sha256.0)),
        ("bytes", Value::Int(bytes.len() as i64)),
        ("media", Value::from("image/jpeg")),
        ("source", Value::from("camera")),
        ("at", Value::Null),
    ];
    let rosa = world.of("Rosa");
    let named = log.forge(&rosa.key(), "photo", Uuid::v7(world.clock.now(), [8; 10]), Some(project), fields);
    let theirs = Raw::of(&world, rosa).await;
    theirs.push(pack(&encode_push(&[named])).unwrap()).await.unwrap();
    let part = |bytes: &[u8], hash: &[u8]| {
        let said = data_encoding::HEXLOWER.encode(&Sha256::digest(hash));
        theirs
            .signed_in(Method::PUT, &format!("/v1/blobs/{sha256}/parts/0"))
            .header("plumbline-sha256", said)
            .body(bytes.to_vec())
    };
    let short = theirs.send(part(&bytes[..100], &bytes[..100])).await.unwrap_err();
    assert!(matches!(&short, Fault::Invalid { field, .. } if field == "content-length"), "{short}");
    let mut other = bytes.clone();
    other[50] ^= 1;
    assert!(theirs.send(part(&other, &bytes)).await.is_err(), "a part that is not what its hash says");
    // A part that is what its own hash says and not what the photograph's says.
    theirs.send(part(&other, &other)).await.unwrap();
    let complete = theirs.signed_in(Method::POST, &format!("/v1/blobs/{sha256}/complete"));
    let fault = theirs.send(complete).await.unwrap_err();
    assert!(matches!(fault, Fault::Corrupt { .. }), "{fault}");
    let read = theirs.send(theirs.signed_in(Method::GET, &format!("/v1/blobs/{sha256}"))).await;
    assert!(read.is_err(), "nothing of it is given out");
    world.of("Teo").link.honest();
    assert!(raw.alive().await);
}

/// Shows s13.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_photograph_or_a_bomb_is_refused_before_anything_is_kept() {
    let (world, project) = World::with_a_crew(74).await;
    let teo = world.of("Teo");
    // A PNG whose header says 65535 x 65535, with the right checksum.
    let header = [b"IHDR".as_slice(), &65535u32.to_be_bytes(), &65535u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut crc = u32::MAX;
    for byte in &header {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1));
        }
    }
    let bomb = [b"\x89PNG\r\n\x1a\n\0\0\0\x0d".as_slice(), &header, &(!crc).to_be_bytes(), b"\0\0\0\0IDAT"].concat();
    for (bytes, reason) in
        [(b"%PDF-1.7 not a photograph".to_vec(), "not-an-image"), (Vec::new(), "not-an-image"), (bomb, "pixels")]
    {
        let file = world.folder.join("bad");
        std::fs::write(&file, bytes).unwrap();
        let request = json!({"path": file, "project": project, "source": "import"});
        assert_eq!(teo.client.capture(ask(request)).await.unwrap_err(), Fault::invalid("photo", reason));
    }
    let request = json!({"path": world.folder.join("nowhere"), "project": project, "source": "import"});
    assert!(matches!(teo.client.capture(ask(request)).await, Err(Fault::Invalid { field, .. }) if field == "path"));
    assert!(teo.list("photo").await.is_empty() && teo.client.waiting().await.unwrap().is_empty());
}

/// Shows b04.
#[tokio::test(flavor = "multi_thread")]
async fn an_invite_that_was_used_or_has_expired_enrols_nobody() {
    let (mut world, project) = World::with_a_crew(75).await;
    let member = world.member("Ana", "Vera", "worker", &[project]).await;
    let invite = world.invite("Ana", member).await;
    world.enrol("Vera", &invite).await.unwrap();
    let size = world.of("Vera").size().await;
    assert_eq!(world.enrol("Mallory", &invite).await, Err(Fault::invalid("invite", "used")));

    let late = world.invite("Ana", member).await;
    world.clock.advance(25 * HOUR);
    assert_eq!(world.enrol("Mallory", &late).await, Err(Fault::invalid("invite", "expired")));

    let mut forged: plumbline_protocol::link::InviteLink = world.invite("Ana", member).await.parse().unwrap();
    forged.secret = zeroize::Zeroizing::new([1; 32]);
    assert_eq!(world.enrol("Mallory", &forged.to_string()).await, Err(Fault::invalid("countersignature", "signature")),);
    world.settle().await;
    assert_eq!(world.of("Vera").size().await, size + 2, "two invites, and no trace of what failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_far_off_is_named_and_nothing_is_written() {
    let (world, project) = World::with_a_crew(76).await;
    let teo = world.of("Teo");
    let waiting = teo.client.waiting().await.unwrap().len();
    let request = json!({"what": "in", "project": project, "at": 253_402_300_800_000_i64});
    let fault = teo.client.clock(ask(request)).await.unwrap_err();
    assert!(matches!(&fault, Fault::Invalid { field, .. } if field == "at"), "{fault}");
    // A wall clock at the dawn of time, on a phone that has been online since it booted, is stated and harmless.
    teo.clock.set_wrong_by(-world.clock.now());
    teo.punch("in", project, Some("Laborer")).await;
    teo.clock.set_wrong_by(0);
    assert_eq!(teo.client.waiting().await.unwrap().len(), waiting + 1);
    world.settle().await;
    let punch = &world.of("Marta").list("punch").await[0];
    let at = serde_json::to_value(&punch.fields["at"]).unwrap();
    assert_eq!((at["stated"].as_i64(), at["how"].as_str()), (Some(world.clock.now()), Some("anchored")));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_a_shell_are_refused_by_the_field_that_is_wrong() {
    let (world, project) = World::with_a_crew(77).await;
    let teo = world.of("Teo");
    let note = |fields: serde_json::Value| json!({"kind": "note", "project": project, "fields": fields});
    for (request, field) in [
        (note(json!({"text": 7})), "text"),
        (note(json!({"text": "x".repeat(20_000)})), "text"),
        (note(json!({"colour": "red"})), "colour"),
        (note(json!({})), "fields"),
        (note(json!({"tags": {"add": ["x"]}})), "text"),
        (json!({"kind": "spaceship", "fields": {"text": "x"}}), "kind"),
    ] {
        let fault = teo.client.write(ask(request)).await.unwrap_err();
        assert!(matches!(&fault, Fault::Invalid { field: named, .. } if named == field), "{field}: {fault}");
    }
    let elsewhere = json!({"kind": "note", "project": Uuid::v7(1, [1; 10]), "fields": {"text": "x"}});
    assert!(matches!(teo.client.write(ask(elsewhere)).await, Err(Fault::NotFound | Fault::Denied)));
    for (what, classification, field) in
        [("dance", None, "what"), ("switch", None, "classification"), ("in", Some("Pilot"), "classification")]
    {
        let request = json!({"what": what, "project": project, "classification": classification});
        let fault = teo.client.clock(ask(request)).await.unwrap_err();
        assert!(matches!(&fault, Fault::Invalid { field: named, .. } if named == field), "{field}: {fault}");
    }
    assert!(teo.client.waiting().await.unwrap().is_empty());
}
