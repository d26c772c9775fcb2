//! `plumbline-drive` as a script uses it: lines in, lines out, killed at any time.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use plumbline_tests::{dice::Dice, drive::MAX_LINE, photo};
use serde_json::{Value, json};

const PASSPHRASE: &str = "rebar and gravel";

/// The real program with its pipes.
struct Script {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
}

impl Script {
    fn start(home: &Path) -> Script {
        let mut child = command(home).env("PASSPHRASE", PASSPHRASE).spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Script { child, input, output, next: 1 }
    }

    /// Sends a line as it is; the answer.
    fn say(&mut self, line: &[u8]) -> Value {
        let input = self.input.as_mut().unwrap();
        input.write_all(line).and_then(|()| input.write_all(b"\n")).unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e} in {answer:?}"))
    }

    fn call(&mut self, call: &str, args: Value) -> Value {
        let id = self.next;
        self.next += 1;
        let answer = self.say(json!({"id": id, "call": call, "args": args}).to_string().as_bytes());
        assert_eq!(answer["id"], id, "{call}");
        answer
    }

    /// A call that has to succeed.
    fn ok(&mut self, call: &str, args: Value) -> Value {
        let mut answer = self.call(call, args);
        assert!(answer.get("fault").is_none(), "{call}: {answer}");
        answer["ok"].take()
    }

    /// Kills it, as `kill -9` does.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the input; the exit code.
    fn end(mut self) -> Option<i32> {
        drop(self.input.take());
        self.child.wait().unwrap().code()
    }
}

fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumbline-drive"));
    command.arg("--home").arg(home).args(["--passphrase-env", "PASSPHRASE"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Shows c01, c21.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let server = plumbline_server::start(plumbline_server::Config::new(folder.path().join("server"))).await.unwrap();
    let (home, picture) = (folder.path().join("ana"), folder.path().join("photo.jpg"));
    std::fs::write(&picture, photo::jpeg(&mut Dice::of(95, "photo"))).unwrap();

    let mut ana = Script::start(&home);
    assert_eq!(ana.ok("status", Value::Null)["state"], "new");
    let founding = json!({"link": server.setup, "name": "Ridge Road Paving", "founder_name": "Ana"});
    let member = ana.ok("create_organisation", founding)["member"].clone();
    ana.kill();

    let mut ana = Script::start(&home);
    let project = json!({"name": "Ridge Road bridge", "zone": "America/New_York", "classifications": ["Laborer"]});
    let project = ana.ok("create_project", project)["id"].clone();
    ana.kill();

    let mut ana = Script::start(&home);
    let clocked = json!({"what": "in", "project": project, "classification": "Laborer"});
    let punch = ana.ok("clock", clocked)[0]["id"].clone();
    ana.kill();

    let mut ana = Script::start(&home);
    let captured = json!({"path": picture, "project": project, "source": "camera"});
    let photo = ana.ok("capture", captured)["id"].clone();
    ana.kill();

    let mut ana = Script::start(&home);
    assert_eq!(ana.ok("status", json!({}))["member"], member);
    assert_eq!(ana.ok("record", json!({"id": punch}))["fields"]["what"], "in");
    let kept = folder.path().join("kept.jpg");
    ana.ok("export_photo", json!({"photo": photo, "path": kept}));
    assert_eq!(std::fs::read(&kept).unwrap(), std::fs::read(&picture).unwrap());
    assert_eq!(ana.ok("waiting", Value::Null).as_array().unwrap().len(), 3);
    let synced = ana.ok("sync", Value::Null);
    assert_eq!((&synced["pushed"], &synced["waiting"], &synced["uploaded"]), (&json!(3), &json!(0), &json!(1)));
    assert_eq!(ana.end(), Some(0));
    server.shutdown().await;
}

#[test]
fn a_line_that_is_wrong_is_answered_and_the_next_one_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut script = Script::start(&folder.path().join("home"));
    let invalid = |field: &str, reason: &str| json!({"fault": "invalid", "field": field, "reason": reason});
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (line, id, fault) in [
        ("not json", Value::Null, invalid("line", "json")),
        ("[]", Value::Null, invalid("line", "form")),
        (&deep, Value::Null, invalid("line", "json")),
        (r#"{"id":1}"#, json!(1), invalid("line", "form")),
        (r#"{"id":2,"call":"status","more":1}"#, json!(2), invalid("line", "form")),
        (r#"{"id":"x","call":"dance"}"#, json!("x"), invalid("call", "unknown")),
        (r#"{"id":3,"call":"status","args":{"verbose":true}}"#, json!(3), invalid("args", "unknown")),
        (r#"{"id":4,"call":"enrol"}"#, json!(4), invalid("link", "missing")),
        (r#"{"id":5,"call":"waiting"}"#, json!(5), json!({"fault": "signed_out"})),
    ] {
        let short = &line[..line.len().min(60)];
        assert_eq!(script.say(line.as_bytes()), json!({"id": id, "fault": fault}), "{short}");
    }
    let long = vec![b' '; MAX_LINE + 1];
    assert_eq!(script.say(&long), json!({"id": null, "fault": {"fault": "too_large", "limit": MAX_LINE}}));
    assert_eq!(script.say(&[0xff, 0xfe]), json!({"id": null, "fault": invalid("line", "json")}));
    assert_eq!(script.ok("status", Value::Null)["state"], "new");
    assert_eq!(script.end(), Some(0));
}

#[test]
fn one_process_at_a_time_works_in_a_home() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let (mut first, mut second) = (Script::start(&home), Script::start(&home));
    let device = first.ok("status", Value::Null)["device"].clone();
    let busy = json!({"fault": "busy", "retry_after": 1});
    assert_eq!(second.call("status", Value::Null)["fault"], busy);
    assert_eq!(first.ok("status", Value::Null)["device"], device);
    // While the first has let go, the second works, and the other way round.
    first.ok("pause", Value::Null);
    assert_eq!(second.ok("status", Value::Null)["device"], device);
    assert_eq!(first.call("resume", Value::Null)["fault"], busy);
    assert_eq!(second.end(), Some(0));
    first.ok("resume", Value::Null);
    assert_eq!(first.ok("status", Value::Null)["device"], device);
    first.kill();
    assert_eq!(Script::start(&home).ok("status", Value::Null)["device"], device);
}

#[test]
fn without_its_passphrase_it_says_so_and_with_another_one_nothing_opens() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let mut without = command(&home).env_remove("PASSPHRASE").stderr(Stdio::piped()).spawn().unwrap();
    drop(without.stdin.take());
    let without = without.wait_with_output().unwrap();
    assert_eq!(without.status.code(), Some(2));
    assert!(String::from_utf8(without.stderr).unwrap().contains("PASSPHRASE"));
    assert!(!home.exists());

    let mut first = Script::start(&home);
    first.ok("status", Value::Null);
    assert_eq!(first.end(), Some(0));
    let mut other = command(&home).env("PASSPHRASE", "gravel and rebar").spawn().unwrap();
    let (input, output) = (other.stdin.take(), BufReader::new(other.stdout.take().unwrap()));
    let mut other = Script { child: other, input, output, next: 1 };
    let locked = json!({"fault": "locked", "why": "invalidated"});
    assert_eq!(other.call("status", Value::Null)["fault"], locked);
    assert_eq!(other.end(), Some(0));
}
