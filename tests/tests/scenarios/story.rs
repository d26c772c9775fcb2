//! The story that `cargo xtask run --headless` plays holds, and leaves what the contract with scripts says (DESIGN section 10).

use std::fs;

use plumbline_tests::story;
use serde_json::Value;

#[test]
fn the_field_day_holds_and_leaves_what_scripts_rely_on() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("story");
    let path = story::play(&out, 5).unwrap();
    let summary: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(
        (&summary["schema"], &summary["ok"], &summary["seed"]),
        (&Value::from(1), &Value::from(true), &Value::from(5))
    );
    let number = |of: &str, name: &str| summary[of][name].as_u64().unwrap();
    assert_eq!(number("actions", "applied") + number("actions", "held"), number("log", "size"));
    assert_eq!(number("actions", "lost"), 0);
    assert!(summary["checks"].as_array().unwrap().iter().all(|check| check["ok"] == true));
    for photo in summary["photos"].as_array().unwrap() {
        let bytes = fs::metadata(out.join("photos").join(photo["sha256"].as_str().unwrap())).unwrap().len();
        assert_eq!(Some(bytes), photo["bytes"].as_u64());
    }
    for folder in ["log", "server", "clients/teo"] {
        assert!(out.join(folder).is_dir(), "{folder}");
    }
}

#[test]
fn a_folder_that_no_story_made_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letter.txt"), "mine").unwrap();
    assert!(matches!(story::play(folder.path(), 5), Err(story::Failed::Usage(_))));
    assert_eq!(fs::read(folder.path().join("letter.txt")).unwrap(), b"mine");
}
