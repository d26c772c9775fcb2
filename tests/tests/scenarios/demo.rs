//! The demonstration: what its small form promises to the tests that use it, and how its folder comes about.

use std::{fs, path::Path, sync::Arc};

use plumbline_core::{
    Client, Config, clock::SystemClock, day::DayState, keystore::PassphraseKeystore, photo::Custody, week::WeekState,
};
use plumbline_tests::{
    demo::{self, Enrol, Failed, Scale},
    logdir,
    world::{ask, temporary},
};
use serde_json::json;
use zeroize::Zeroizing;

const WORD: &str = "a passphrase of the test";

async fn open(home: &Path) -> Client {
    let keystore = Arc::new(PassphraseKeystore::open(home.join("keystore"), Zeroizing::new(WORD.to_owned())).unwrap());
    let config = Config { home: home.to_owned(), keystore, clock: Arc::new(SystemClock), listener: None };
    Client::open(config).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_demonstration_has_something_for_every_screen_and_outlives_an_interruption() {
    let temporary = temporary();
    let folder = temporary.path().join("demo");
    // What an interrupted preparation leaves.
    let half = demo::making(&folder).join("server");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("plumbline.db"), "half").unwrap();
    let (note, made) = demo::prepare(&folder, Scale::Small, false).await.unwrap();
    assert!(made && !demo::making(&folder).exists());
    assert!(!demo::prepare(&folder, Scale::Small, false).await.unwrap().1, "it is kept");
    assert!(demo::size(&folder) < 20_000_000, "{} bytes", demo::size(&folder));

    let served = demo::serve(&folder, &note, false).await.unwrap();
    assert!(served.server.url.ends_with(&format!(":{}", note.port)) && !served.known);
    let home = temporary.path().join("computer");
    let device = Enrol { home: home.clone(), passphrase: Zeroizing::new(WORD.to_owned()) };
    demo::enrol(&served, &note, device).await.unwrap();
    let client = open(&home).await;
    promises(&client, &note).await;

    let log = temporary.path().join("log");
    client.export_log(ask(json!({"path": log}))).await.unwrap();
    let report = logdir::verify(&log);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    client.pause().await.unwrap();
    served.close().await;

    let again = demo::serve(&folder, &note, false).await.unwrap();
    assert!(again.known, "the computer is known at the next start");
    again.close().await;
}

async fn promises(client: &Client, note: &demo::Note) {
    let status = client.status().await.unwrap();
    assert_eq!((status.organisation_name.as_str(), status.member_name.as_str()), ("Ortega Lindqvist", "Rosa Delgado"));
    assert_eq!((status.role.as_str(), status.alarms), ("administrator", 0));
    let count = async |kind: &str| client.list(ask(json!({"kind": kind, "limit": 500}))).await.unwrap().records.len();
    assert_eq!((count("project").await, count("member").await, count("crew").await), (1, 8, 1));
    assert!(count("punch").await > 150 && count("absence").await >= 1 && count("note").await >= 3);

    let photos = client.photos(ask(json!({"limit": 500}))).await.unwrap().photos;
    let states = |state| photos.iter().filter(|photo| photo.state == state && !photo.pending).count();
    assert_eq!((states(Custody::Verified), states(Custody::Local)), (10, 2));
    assert_eq!(photos.iter().filter(|photo| photo.pending && photo.here).count(), 1);
    assert!(photos.iter().all(|photo| photo.caption.is_some()));
    assert!(!client.waiting().await.unwrap().is_empty());
    assert_eq!(client.conflicts().await.unwrap().len(), 2);
    assert_eq!(client.held().await.unwrap().len(), 1);

    let day = client.day(ask(json!({"date": note.day}))).await.unwrap();
    let members = day.projects.iter().flat_map(|project| &project.crews).flat_map(|crew| &crew.members);
    let members: Vec<DayState> = members.map(|member| member.state).collect();
    let states = |state| members.iter().filter(|found| **found == state).count();
    let all = [DayState::Working, DayState::OnBreak, DayState::Missing, DayState::Off].map(states);
    assert_eq!(all, [3, 1, 1, 1], "{members:?}");
    assert!(day.projects[0].heard.is_some());

    let today: jiff::civil::Date = note.day.parse().unwrap();
    let week = today.checked_sub(jiff::Span::new().days(7)).unwrap().to_string();
    let week = client.week(ask(json!({"date": week}))).await.unwrap();
    let people = |state| week.people.iter().filter(|person| person.state == state).count();
    assert!(people(WeekState::Signed) >= 1 && people(WeekState::Disputed) == 1, "{:?}", week.people);
    assert!(people(WeekState::Changed) == 1 && people(WeekState::Open) == 1, "{:?}", week.people);
    assert!(week.rows.iter().any(|row| row.corrected.contains(&true)));
    let hours = client.hours(ask(json!({}))).await.unwrap();
    assert!(hours.flags.iter().any(|flag| flag.kind == "time_uncertain"));
}

#[tokio::test]
async fn a_folder_that_is_something_else_is_left_alone() {
    let temporary = temporary();
    fs::write(temporary.path().join("letters.txt"), "mine").unwrap();
    let refused = demo::prepare(temporary.path(), Scale::Small, true).await;
    assert!(matches!(refused, Err(Failed::Foreign(_))));
    assert_eq!(fs::read_to_string(temporary.path().join("letters.txt")).unwrap(), "mine");
}
