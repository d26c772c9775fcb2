//! A power cut keeps what was committed, on the client and on the server, and calls nothing torn complete.

use std::{collections::BTreeSet, fs, path::Path};

use plumbline_tests::{
    dice::Dice,
    disk::{self, Call, Disk, Survives},
    logdir, needs, ran,
    stage::{Kept, Ran, Stage},
    strace::{self, noted, some_of},
    world::ask,
};
use serde_json::{Value, json};

use crate::{
    crash::{capture, enrolled, note, waiting},
    phone, server,
};

/// Ways in which the power goes at one moment.
fn ways(seed: u64, moment: usize) -> [Survives; 2] {
    let mut dice = Dice::of(seed, &format!("cut {moment}"));
    let other = match dice.below(4) {
        0 => Survives::Names,
        1 => Survives::Bytes,
        _ => Survives::Some(dice),
    };
    [Survives::Nothing, other]
}

/// What is left by a power cut, and how many calls were made and lines said before it.
struct Cut {
    files: std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>,
    case: String,
    said: Vec<u8>,
    sent: bool,
}

/// Cuts the power after each call, in two ways, without those that leave the same as one before; at most so many.
fn cuts(mut disk: Disk, calls: &[Call], most: usize, seed: u64) -> Vec<Cut> {
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    let (mut said, mut sent) = (Vec::new(), false);
    for (moment, call) in calls.iter().enumerate() {
        if let Call::Said(more) = call {
            said.extend_from_slice(more);
        }
        sent |= *call == Call::Sent;
        disk.play(call);
        for mut survives in ways(seed, moment) {
            let case = format!("seed {seed}, power cut after call {moment} of {}, {survives:?}", calls.len());
            let files = disk.after_a_cut(&mut survives);
            if seen.insert((files.clone(), said.len(), sent)) {
                all.push(Cut { files, case, said: said.clone(), sent });
            }
        }
    }
    some_of(all, most, &mut Dice::of(seed, "cuts"))
}

/// Lets the phone's process run through `calls` from `start`, and cuts its power everywhere. The number of cuts.
async fn cut_everywhere(
    stage: &mut Stage,
    start: &str,
    calls: &[(&str, Value)],
    online: bool,
    kept: &Kept,
    most: usize,
) -> usize {
    let seed = 310;
    stage.put_back(start);
    if online {
        stage.serve().await;
    }
    let list = stage.aside("noted");
    let ran = stage.drive(noted(disk::CALLS, &list, phone()), calls);
    stage.stop().await;
    assert_eq!(ran.answers.len(), calls.len(), "{start}");
    let home = stage.live("phone");
    let before = stage.aside("kept").join(start);
    // Once something was sent, the server may have all that was sent later: then it is its replies that were lost.
    let after = stage.aside("kept").join("after");
    let _ = fs::remove_dir_all(&after);
    logdir::copy(&stage.live("server"), &after);
    let trace = disk::calls(&fs::read_to_string(&list).unwrap(), &home);
    let cuts = cuts(Disk::of(&home, &before.join("phone")), &trace, most, seed);
    for Cut { files, case, said, sent } in &cuts {
        fs::remove_dir_all(&home).unwrap();
        disk::write(files, &home, &home);
        stage.put("server", if *sent { &after } else { &before }.join(if *sent { "" } else { "server" }).as_path());
        stage.put("desk", &before.join("desk"));
        let mut kept = kept.clone();
        kept.hear_all(&Ran::of(said), calls.len());
        stage.check(&kept, &format!("{start}, {case}")).await;
    }
    cuts.len()
}

/// Shows c02.
#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_takes_nothing_that_the_phone_acknowledged_and_leaves_no_torn_photograph() {
    needs!(strace::works());
    let (mut stage, kept, punch) = enrolled(310).await;
    let calls = [("capture", capture(&stage)), ("clock", punch.clone()), ("work_off_thumbnails", Value::Null)];
    let mut cuts = cut_everywhere(&mut stage, "enrolled", &calls, false, &kept, 36).await;
    let waiting = waiting(&stage, &kept, &punch).await;
    cuts += cut_everywhere(&mut stage, "waiting", &[("sync", Value::Null)], true, &waiting, 30).await;
    let mut left = kept;
    left.may_have_left = true;
    let calls = [("sign_out", json!({"discard_unsent": false}))];
    cuts += cut_everywhere(&mut stage, "enrolled", &calls, true, &left, 20).await;
    ran!(cuts);
}

/// Shows c02.
#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_while_a_phone_makes_its_store_and_enrols_uses_up_no_invite() {
    needs!(strace::works());
    let mut stage = Stage::new(311).await;
    fs::create_dir_all(stage.live("phone")).unwrap();
    stage.keep("new");
    let calls = [("status", Value::Null), ("enrol", stage.enrolment())];
    let cuts = cut_everywhere(&mut stage, "new", &calls, true, &Kept::default(), 40).await;
    ran!(cuts);
}

/// Shows c02, s01, s02.
#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_takes_nothing_that_the_server_acknowledged() {
    needs!(strace::works());
    let seed = 312;
    let (mut stage, mut kept, punch) = enrolled(seed).await;
    let (list, data) = (stage.aside("noted"), stage.live("server"));
    stage.put_back("enrolled");
    let mut served = stage.serve_apart(noted(disk::CALLS, &list, server()));
    // The phone at each mark: it has heard all that it asked before, and has made what it sends next.
    let mut moments: Vec<Kept> = Vec::new();
    for turn in 0..4 {
        let phone = stage.phone().await.unwrap();
        match turn {
            0 => {
                kept.hear(&phone.write(ask(note(&stage, "Sent"))).await.unwrap());
                kept.hear(&phone.clock(ask(punch.clone())).await.unwrap());
            }
            1 => kept.hear(&phone.capture(ask(capture(&stage))).await.unwrap()),
            _ => {}
        }
        phone.pause().await.unwrap();
        logdir::copy(&stage.live("phone"), &stage.aside(&format!("moment-{turn}")));
        moments.push(kept.clone());
        assert!(served.mark(&turn.to_string()));
        let phone = stage.phone().await.unwrap();
        phone.sync().await.unwrap();
        phone.pause().await.unwrap();
    }
    served.end();
    let trace = disk::calls(&fs::read_to_string(&list).unwrap(), &data);
    let cuts = cuts(Disk::of(&data, &stage.aside("kept/enrolled/server")), &trace, 40, seed);
    for Cut { files, case, said, .. } in &cuts {
        // The first line says where the server answers; before the first mark nothing was asked.
        let moment = said.iter().filter(|b| **b == b'\n').count().saturating_sub(2);
        fs::remove_dir_all(&data).unwrap();
        disk::write(files, &data, &data);
        stage.put("phone", &stage.aside(&format!("moment-{moment}")));
        stage.put("desk", &stage.aside("kept/enrolled/desk"));
        stage.check(&moments[moment], case).await;
    }
    ran!(cuts.len());
}

/// Shows c02.
#[tokio::test(flavor = "multi_thread")]
async fn the_authority_that_devices_pin_survives_a_power_cut_once_the_server_answers() {
    needs!(strace::works());
    let stage = Stage::new(313).await;
    let (list, data) = (stage.aside("noted"), stage.live("server"));
    fs::remove_dir_all(&data).unwrap();
    fs::create_dir(&data).unwrap();
    let served = stage.serve_apart(noted(disk::CALLS, &list, server()));
    assert!(served.url.is_some());
    served.end();
    let pinned = fs::read(data.join("authority.pem")).unwrap();
    let trace = disk::calls(&fs::read_to_string(&list).unwrap(), &data);
    let cuts = cuts(Disk::of(&data, Path::new("")), &trace, usize::MAX, 313);
    let ready = cuts.iter().filter(|cut| !cut.said.is_empty());
    let mut ran = 0;
    for Cut { files, case, .. } in ready {
        fs::remove_dir_all(&data).unwrap();
        disk::write(files, &data, &data);
        let again = plumbline_server::start(plumbline_server::Config::new(&data)).await;
        let again = again.unwrap_or_else(|error| panic!("{case}: the server does not start: {error}"));
        assert!(fs::read(data.join("authority.pem")).is_ok_and(|now| now == pinned), "{case}: another authority");
        again.shutdown().await;
        ran += 1;
    }
    ran!(ran);
}
