//! Invariant 5: no secret, token, text or personal data in a log, an error or an unencrypted file.

use std::path::Path;

use plumbline_tests::{
    dice::Dice,
    logdir, logs, photo,
    world::{World, ask},
};
use serde_json::json;

const NAME: &str = "Ottoline Featherstonehaugh";
const NOTE: &str = "quagmire behind the seventh culvert";
const CAPTION: &str = "marmalade-coloured formwork";
const PROJECT: &str = "Wibblesworth viaduct";

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn nowhere_in(folder: &Path, parts: &[(&str, Vec<u8>)]) {
    for file in logdir::files(folder) {
        let bytes = std::fs::read(&file).unwrap();
        for (what, part) in parts {
            assert!(!contains(&bytes, part), "{what} stands in {}", file.display());
        }
    }
}

/// Shows b11.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_anybodys_business_stands_in_a_log_or_an_unencrypted_file() {
    logs::keep();
    let mut world = World::new(90).await;
    world.found("Ana").await;
    let project = world.project("Ana", PROJECT).await;
    let member = world.member("Ana", NAME, "worker", &[project]).await;
    let invite = world.invite("Ana", member).await;
    let fragment = invite.split('#').nth(1).unwrap().to_owned();
    world.enrol(NAME, &invite).await.unwrap();
    let worker = world.of(NAME);
    worker.note(project, NOTE).await;
    let file = world.folder.join("photo.jpg");
    let picture = photo::jpeg(&mut Dice::of(90, "photo"));
    std::fs::write(&file, &picture).unwrap();
    let request = json!({"path": file, "project": project, "source": "camera", "caption": CAPTION});
    worker.client.capture(ask(request)).await.unwrap();
    world.settle().await;
    // Faults of every kind pass through the logs too.
    let wrong =
        json!({"kind": "note", "project": project, "fields": {"text": format!("{NOTE} {}", "x".repeat(20_000))}});
    let fault = worker.client.write(ask(wrong)).await.unwrap_err();
    assert!(!fault.to_string().contains(NOTE));
    world.clock.advance(3 * plumbline_tests::clock::DAY);
    world.settle().await;
    worker.client.work_off_thumbnails().await.unwrap();

    let mut secrets: Vec<(&str, Vec<u8>)> = vec![("an invite's secret", fragment.into_bytes())];
    for person in world.people() {
        for secret in person.memory.secrets() {
            secrets.push(("a key or token", secret.to_vec()));
            secrets.push(("a key or token in hex", data_encoding::HEXLOWER.encode(&secret).into_bytes()));
        }
    }
    let words = [("a name", NAME), ("a note", NOTE), ("a caption", CAPTION), ("a project", PROJECT)];
    let words = words.map(|(what, text)| (what, text.as_bytes().to_vec()));
    let picture = [("a photograph", picture[1000..1064].to_vec())];

    let logged = logs::kept();
    assert!(contains(&logged, b"answered"), "the server's log was kept");
    for (what, part) in secrets.iter().chain(&words).chain(&picture) {
        assert!(!contains(&logged, part), "{what} stands in a log");
    }
    let clients = world.folder.join("clients");
    nowhere_in(&clients, &secrets);
    nowhere_in(&clients, &words);
    nowhere_in(&clients, &picture);
    nowhere_in(&world.server_folder(), &secrets);
    assert!(logdir::files(&clients).len() >= 4);
}
