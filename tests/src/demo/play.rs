//! Plays the demonstration: founding, crews, weeks of work, what people signed and approved, and what went wrong at the end.
//!
//! Invariant: time only moves forward, day by day and to the real now; who waits is told how far it is.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, IsTerminal, Write},
    mem,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use hyper::StatusCode;
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use plumbline_core::week::WeekState;
use plumbline_pictures::Subject;
use plumbline_protocol::{RecordId, Uuid};
use plumbline_server::StartError;
use serde_json::json;

use super::{
    calendar::{Calendar, monday},
    cast::{ADMINISTRATOR, Cast, Crew, FOUNDER, MANAGER, ORGANISATION},
    pictures::Pictures,
    plan::{self, Act, Plan},
    stage::{Device, Phone, Scene, Stage, home},
};
use crate::{clock::MINUTE, dice::Dice, link::Told as Answer, world::ask};

/// Who keeps a phone with the demonstration: the founder, and a foreman of each site's first crew.
const KEPT: &[&str] = &["Teo Ramírez", "Marcus Webb"];
/// Whose phone is behind a link that can be cut: what it takes at the end is logged and not uploaded.
const CUT_OFF: &str = "Ana Lucía Paredes";
/// Whose phone starts again this morning, so that nothing vouches for its time.
const RESTARTED: &str = "Minh Tran";
/// Whose week stays unsigned, who disputes it, and whose punch is corrected behind the signature.
const UNSIGNED: &[&str] = &["Pete Novak", "Darnell Brooks", "Mateo Rivas", "Tom Achterberg"];
const DISPUTES: &str = "Jesús Ochoa";
const CORRECTED: &str = "Ana Lucía Paredes";
/// A classification that is taken out of use while a phone is offline.
const RETIRED: &str = "Laborer: Diver tender";

/// What to play.
pub struct Asked {
    /// Who and where.
    pub cast: Cast,
    /// How many photographs.
    pub photographs: usize,
    /// Their size in pixels.
    pub size: (u16, u16),
}

/// What was played.
pub struct Played {
    /// The administrator whose computer the window is.
    pub administrator: Uuid,
    /// The projects, by number.
    pub projects: Vec<(String, Uuid)>,
    /// Entries of the log.
    pub entries: u64,
}

/// Plays all of it into `folder`: `server/`, and `clients/` for those who keep theirs.
pub async fn play(folder: &Path, port: u16, calendar: &Calendar, asked: Asked) -> Result<Played, StartError> {
    let Asked { cast, photographs, size } = asked;
    let mut plan = plan::plan(&cast, calendar, photographs - LOGGED_ONLY.len());
    let unsent = extras(&cast, calendar, &mut plan);
    let pictures = Pictures::start(&folder.join("pictures"), mem::take(&mut plan.shots), size);
    let begin = calendar.at(calendar.first, 5 * 60);
    let mut stage = Stage::new(folder, port, begin).await?;
    let mut told = Told { total: photographs, weeks: 0, last: String::new() };
    told.say("Founding the organisation, its projects and crews");
    let scene = open(&mut stage, &cast, calendar, pictures).await;
    let game = Game { cast, calendar, scene: Arc::new(scene), stage };
    told.weeks = calendar.days().len().div_ceil(7);
    for (n, date) in calendar.days().into_iter().enumerate() {
        told.week(n / 7 + 1, &game.scene);
        game.day(date, plan.days.remove(&date).unwrap_or_default()).await;
    }
    told.say("Leaving some photographs on phones");
    game.last_photographs(unsent).await;
    told.say("Waiting until the server has verified the photographs");
    let entries = game.settled().await;
    told.end();
    let scene = &game.scene;
    let projects = game.cast.sites.iter().zip(&scene.projects).map(|(site, id)| (site.number.to_owned(), *id));
    let played = Played { administrator: scene.members[ADMINISTRATOR], projects: projects.collect(), entries };
    game.close(folder).await;
    Ok(played)
}

/// Captions of the photographs whose bytes stay on the phone.
const LOGGED_ONLY: [&str; 2] = ["Planting bed, east edge", "Path before trenching"];

/// Photographs at the end: those that are logged alone, then those of which nothing is sent. The numbers of each.
fn extras(cast: &Cast, calendar: &Calendar, plan: &mut Plan) -> (Vec<usize>, Vec<usize>) {
    let first = plan.shots.len();
    let shots = [(Subject::Ground, LOGGED_ONLY[0]), (Subject::Road, LOGGED_ONLY[1])];
    plan.shots.extend(shots.map(|shot| plan::shot(calendar, cast.sites[0], shot, calendar.now - 40_000)));
    let second = plan.shots.len();
    if let Some(site) = cast.sites.get(1) {
        let captions = ["Culvert 4, second box set", "Streambed mix, placed", "Joint wrap, north side"];
        let shots = captions.map(|caption| (Subject::Culvert, caption));
        plan.shots.extend(shots.map(|shot| plan::shot(calendar, site, shot, calendar.now - 30_000)));
    }
    ((first..second).collect(), (second..plan.shots.len()).collect())
}

/// Founds the organisation and lets everybody enrol, before work on the first day.
async fn open(stage: &mut Stage, cast: &Cast, calendar: &Calendar, pictures: Pictures) -> Scene {
    let mut members = BTreeMap::new();
    members.insert(FOUNDER, stage.found(FOUNDER, ORGANISATION).await);
    let founder = stage.of(FOUNDER).clone();
    let mut projects = Vec::new();
    for (n, site) in cast.sites.iter().enumerate() {
        let mut classifications = site.classifications.to_vec();
        classifications.extend((n == 0).then_some(RETIRED));
        let request = json!({
            "name": site.name, "number": site.number, "zone": super::calendar::ZONE, "geofence": site.fence(),
            "classifications": classifications,
        });
        let project = founder.client.create_project(ask(request)).await.unwrap().id;
        founder.change("project", project, json!({"outline": site.outline()})).await;
        projects.push(project.uuid().unwrap());
    }
    let mut people = vec![(ADMINISTRATOR, "administrator", Vec::new())];
    people.extend(cast.manager.then_some((MANAGER, "manager", Vec::new())));
    for crew in &cast.crews {
        for (n, hand) in crew.hands.iter().enumerate() {
            let mut own = vec![projects[crew.site]];
            // Lent to another site for a while.
            own.extend(projects.last().filter(|_| hand.name == LENT));
            people.push((hand.name, if n == 0 { "foreman" } else { "worker" }, own));
        }
    }
    for (name, role, own) in &people {
        let request = json!({"name": name, "role": role, "projects": own});
        let member = founder.client.add_member(ask(request)).await.unwrap().id;
        members.insert(name, member.uuid().unwrap());
    }
    for (name, ..) in people {
        let device = match name {
            _ if KEPT.contains(&name) => Device::Kept,
            CUT_OFF => Device::Linked,
            _ => Device::Passing,
        };
        stage.clock.advance(20_000);
        stage.enrol(FOUNDER, name, members[name], device).await;
    }
    for crew in &cast.crews {
        let hands: Vec<Uuid> = crew.hands.iter().map(|hand| members[hand.name]).collect();
        let fields = json!({
            "name": crew.name, "foreman": hands[0], "members": {"add": hands}, "starts": crew.starts,
            "days": {"add": weekdays(crew)},
        });
        founder.create("crew", projects[crew.site], fields).await;
    }
    founder.sync(&stage.clock).await.unwrap();
    assert!(stage.clock.now() < calendar.at(calendar.first, 6 * 60), "everybody is enrolled before work begins");
    let (punches, photos) = (AtomicU64::new(0), AtomicU64::new(0));
    Scene { sites: cast.sites.clone(), projects, members, pictures, punches, photos }
}

/// Who was lent to another site, and is taken off it at the end.
const LENT: &str = "Jun Nakamura";

fn weekdays(crew: &Crew) -> Vec<&'static str> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat"];
    days[..if crew.saturdays { 6 } else { 5 }].to_vec()
}

struct Game<'a> {
    cast: Cast,
    calendar: &'a Calendar,
    scene: Arc<Scene>,
    stage: Stage,
}

type Acts = BTreeMap<&'static str, Vec<Act>>;

impl Game<'_> {
    fn of(&self, name: &str) -> &Arc<Phone> {
        self.stage.of(name)
    }

    /// Who keeps the books beside the founder.
    fn office(&self) -> &'static str {
        if self.cast.manager { MANAGER } else { ADMINISTRATOR }
    }

    async fn sync(&self, names: &[&str]) {
        for name in names {
            self.of(name).sync(&self.stage.clock).await.unwrap();
        }
    }

    async fn day(&self, date: Date, acts: Acts) {
        if date == self.calendar.today {
            return self.last_day(acts).await;
        }
        self.evening(acts).await;
        if date.weekday() == Weekday::Saturday && monday(date) < monday(self.calendar.today) {
            self.sign(date).await;
        }
        if date.weekday() == Weekday::Sunday && monday(date) < monday(self.calendar.today) {
            self.approve(date).await;
        }
        if date == self.calendar.yesterday() {
            self.misunderstandings(date).await;
        }
        if date.tomorrow().ok() == Some(self.calendar.today) {
            self.expect_today().await;
        }
    }

    /// Plays a day to its end; each site's phones reach the server a while after its last hour.
    async fn evening(&self, acts: Acts) {
        let mut rounds: BTreeMap<i64, Acts> = BTreeMap::new();
        for (name, acts) in acts {
            let Some(last) = acts.last() else { continue };
            // Phones of a quarter of an hour go together.
            let at = (last.at / (15 * MINUTE) + 1) * 15 * MINUTE + last.site as i64 * 130_000;
            rounds.entry(at).or_default().insert(name, acts);
        }
        for (at, acts) in rounds {
            self.stage.round(&self.scene, at, acts).await;
        }
    }

    /// Everybody who was at work signs the week, but for a few in the last one.
    async fn sign(&self, date: Date) {
        let last = monday(date) == monday(self.calendar.today).checked_sub(7.days()).unwrap();
        for (n, site) in (0..).zip(0..self.cast.sites.len()) {
            let crews = self.cast.crews.iter().filter(|crew| crew.site == site);
            let hands: Vec<&'static str> = crews.flat_map(|crew| crew.hands).map(|hand| hand.name).collect();
            let at = self.calendar.at(date, 17 * 60 + n * 25);
            let quiet = |names: &[&'static str]| names.iter().map(|name| (*name, Vec::new())).collect::<Acts>();
            self.stage.round(&self.scene, at, quiet(&hands)).await;
            let mut signed = Vec::new();
            for name in hands {
                let forgets = last && UNSIGNED.contains(&name);
                if !forgets && self.sign_own(name, site, date, last).await {
                    signed.push(name);
                }
            }
            self.stage.round(&self.scene, at + 6 * MINUTE, quiet(&signed)).await;
        }
    }

    async fn sign_own(&self, name: &'static str, site: usize, date: Date, last: bool) -> bool {
        let (phone, project) = (self.of(name), self.scene.projects[site]);
        let week = phone.client.week(ask(json!({"date": date.to_string(), "project": project}))).await.unwrap();
        let member = self.scene.members[name];
        let own = week.people.iter().find(|person| person.worker == member && person.project == project);
        let Some(own) = own.filter(|person| person.seconds > 0) else { return false };
        let mut dice = Dice::of(3, name);
        phone.until(self.stage.clock.now() + dice.below(300) as i64 * 1000);
        if last && name == DISPUTES {
            let text = "Wednesday: I stayed until 17:10 for the pump. The grid says 15:30.";
            let request = json!({"project": project, "date": date.to_string(), "text": text, "as_of": week.as_of});
            phone.client.dispute_week(ask(request)).await.unwrap();
        } else {
            let request =
                json!({"project": project, "date": date.to_string(), "seconds": own.seconds, "as_of": week.as_of});
            phone.client.sign_week(ask(request)).await.unwrap();
        }
        true
    }

    /// The office approves what was signed; of the last week not all yet, and one punch of it is corrected after that.
    async fn approve(&self, date: Date) {
        let last = monday(date) == monday(self.calendar.today).checked_sub(7.days()).unwrap();
        self.stage.clock.advance_to(self.calendar.at(date, 18 * 60 + 5));
        let office = self.office();
        self.sync(&[office]).await;
        let phone = self.of(office);
        let week = phone.client.week(ask(json!({"date": date.to_string()}))).await.unwrap();
        let mut left = if last { 3 } else { 0 };
        for person in week.people.iter().filter(|person| person.state == WeekState::Signed) {
            if left > 0 {
                left -= 1;
                continue;
            }
            phone.until(self.stage.clock.now() + 9000);
            let request = json!({
                "worker": person.worker, "project": person.project, "date": date.to_string(), "seconds": person.seconds,
                "as_of": week.as_of,
            });
            phone.client.approve_week(ask(request)).await.unwrap();
            self.stage.clock.advance(9000);
        }
        if last {
            let worker = self.scene.members[CORRECTED];
            let wednesday = monday(date).checked_add(2.days()).unwrap();
            let request = json!({"worker": worker, "project": self.scene.projects[0], "date": wednesday.to_string()});
            let cell = phone.client.cell(ask(request)).await.unwrap();
            if let Some(punch) = cell.punches.last() {
                let out = self.calendar.at(wednesday, 15 * 60 + 32);
                let reason = "Phone was dead. She worked on until 15:32.";
                let request = json!({"record": punch.record.id, "at": out, "reason": reason, "as_of": cell.as_of});
                phone.client.correct(ask(request)).await.unwrap();
            }
        }
        self.sync(&[office]).await;
    }

    /// On the evening before the last day: two people write at once, and some do what was just taken from them.
    async fn misunderstandings(&self, date: Date) {
        let (teo, office) = (self.cast.crews[0].hands[0].name, self.office());
        let harbor = self.scene.projects[0];
        let at = |minutes| self.calendar.at(date, minutes);
        let day = |n: i64| date.checked_add(n.days()).unwrap().strftime("%a, %b %-d").to_string();
        let base = format!("RFI 031, pipe bedding at 15+00: answer due {}", day(3));
        let edits = [
            (office, format!("RFI 031, pipe bedding at 15+00: answer due {}", day(4))),
            (
                if self.cast.manager { ADMINISTRATOR } else { teo },
                format!("RFI 031, pipe bedding at 15+00: answer due {}", day(7)),
            ),
        ];
        self.conflict(at(17 * 60 + 30), harbor, teo, &base, &edits).await;
        if self.cast.sites.len() > 1 {
            let text = |feet: &str| format!("Culvert 4 invert level at the inlet: {feet} ft");
            let edits = [("Marcus Webb", text("11.42")), ("Yolanda Cruz", text("11.24"))];
            let culverts = self.scene.projects[1];
            self.conflict(at(17 * 60 + 50), culverts, "Emmett Clarke", &text("11.4"), &edits).await;
        } else {
            let text = |end: &str| format!("Diver inspection of the outfall: {end}");
            let edits = [(teo, text("low tide, 13:40")), (RESTARTED, text("moved to 15:10"))];
            self.conflict(at(17 * 60 + 50), harbor, office, &text("time open"), &edits).await;
        }

        // A classification goes out of use while the foreman is offline and puts somebody on it.
        self.stage.clock.advance_to(at(18 * 60 + 10));
        self.sync(&[teo, office]).await;
        let project = RecordId::from(harbor);
        self.of(office).change("project", project, json!({"classifications": {"remove": [RETIRED]}})).await;
        self.sync(&[office]).await;
        let phone = self.of(teo);
        phone.until(at(18 * 60 + 20));
        let (worker, typed) = (self.scene.members[RESTARTED], at(13 * 60 + 30));
        let fields = json!({"worker": worker, "what": "switch", "classification": RETIRED, "at": {"typed": typed}});
        phone.create("punch", harbor, fields).await;
        self.stage.clock.advance_to(at(18 * 60 + 25));
        self.sync(&[teo]).await;

        // Somebody is taken off a site and writes about it, for their phone cannot know.
        let Some(&project) = self.scene.projects.get(2) else { return };
        let (by, name) = (office, LENT);
        self.sync(&[name, by]).await;
        let member = RecordId::from(self.scene.members[name]);
        self.of(by).change("member", member, json!({"projects": {"remove": [project]}})).await;
        self.sync(&[by]).await;
        self.of(name).until(at(18 * 60 + 40));
        self.of(name).note(project, "Gate code of the school changes on Monday, ask at the office").await;
        self.stage.clock.advance_to(at(18 * 60 + 50));
        self.sync(&[name]).await;
    }

    /// `author` writes a note; two people change it, neither knowing of the other.
    async fn conflict(&self, at: i64, project: Uuid, author: &str, base: &str, edits: &[(&str, String); 2]) {
        self.stage.clock.advance_to(at);
        self.sync(&[author]).await;
        let note = self.of(author).note(project, base).await;
        let both = edits.each_ref().map(|(name, _)| *name);
        self.sync(&[author, both[0], both[1]]).await;
        for (name, text) in edits {
            self.stage.clock.advance(4 * MINUTE);
            self.of(name).until(self.stage.clock.now());
            self.of(name).change("note", note, json!({"text": text})).await;
        }
        self.sync(&both).await;
    }

    /// Crews are told of a last day at hours that are not their usual ones.
    async fn expect_today(&self) {
        let Some(moved) = self.calendar.moved else { return };
        self.stage.clock.advance_to(self.calendar.at(self.calendar.today.yesterday().unwrap(), 19 * 60 + 30));
        let office = self.office();
        self.sync(&[office]).await;
        let today = self.calendar.today.strftime("%a").to_string().to_lowercase();
        let phone = self.of(office);
        let crews = phone.client.list(ask(json!({"kind": "crew", "limit": 100}))).await.unwrap().records;
        for (crew, record) in self.cast.crews.iter().filter_map(|crew| {
            let name = plumbline_core::datum::Datum::Text(crew.name.to_owned());
            Some((crew, crews.iter().find(|record| record.fields.get("name") == Some(&name))?))
        }) {
            let starts = moved + (crew.starts - 390).max(0);
            phone.change("crew", record.id, json!({"starts": starts, "days": {"add": [today]}})).await;
        }
        self.sync(&[office]).await;
    }

    /// The last day: everybody clocks themselves, one phone has started again, and one site has had no signal for hours.
    async fn last_day(&self, acts: Acts) {
        let cast = &self.cast;
        let starts = cast.crews.iter().filter_map(|crew| self.calendar.start(crew, self.calendar.today));
        let Some(first) = starts.clone().min() else { return };
        let quarter = |minutes: i64| (first + minutes * MINUTE).min(self.calendar.now - 2 * MINUTE);
        self.stage.clock.advance_to(first - 14 * MINUTE);
        self.sync(&[RESTARTED]).await;
        self.of(RESTARTED).until(first - 12 * MINUTE);
        self.of(RESTARTED).clock.reboot();

        // Three times today the phones of a site reach the server: after they came, in between, and just now.
        let mut rounds: BTreeMap<(i64, usize), Acts> = BTreeMap::new();
        let mut rest = Acts::new();
        let heard: Vec<i64> = (0..cast.sites.len()).map(|site| self.calendar.heard(cast, site)).collect();
        for (name, acts) in acts {
            for act in acts {
                let rounds_of_site = [quarter(25), quarter(180), heard[act.site]];
                let next = rounds_of_site.into_iter().filter(|at| *at <= heard[act.site]).find(|at| act.at <= *at);
                match next {
                    Some(at) => rounds.entry((at, act.site)).or_default().entry(name).or_default().push(act),
                    None => rest.entry(name).or_default().push(act),
                }
            }
        }
        for ((at, _), acts) in rounds {
            self.stage.round(&self.scene, at, acts).await;
        }
        // What comes after that stays on the phones.
        for (name, acts) in rest {
            self.of(name).play(&self.scene, acts).await;
        }
    }

    /// Some photographs are logged and their bytes stay on the phone; of some the server knows nothing yet.
    async fn last_photographs(&self, (logged, unsent): (Vec<usize>, Vec<usize>)) {
        let phone = self.of(CUT_OFF);
        phone.until(self.calendar.now - 40_000);
        for number in logged {
            phone.photograph(&self.scene, 0, number).await;
        }
        if let Some(link) = &phone.link {
            // As if nobody there knew the photographs yet: their records get through and no byte of them.
            link.tamper(|asked, told| match asked.path.starts_with("/v1/blobs") {
                true => Answer { status: StatusCode::NOT_FOUND, ..told },
                false => told,
            });
            phone.sync(&self.stage.clock).await.unwrap();
        }
        if let Some(foreman) = self.cast.crews.iter().find(|crew| crew.site == 1).map(|crew| crew.hands[0].name) {
            self.of(foreman).until(self.calendar.now - 30_000);
            for number in unsent {
                self.of(foreman).photograph(&self.scene, 1, number).await;
            }
        }
    }

    /// Waits until the server has read every photograph again. Entries of the log.
    async fn settled(&self) -> u64 {
        self.stage.clock.advance_to(self.calendar.now);
        let founder = self.of(FOUNDER);
        loop {
            founder.sync(&self.stage.clock).await.unwrap();
            let request = json!({"state": "local", "limit": 500});
            let photos = founder.client.photos(ask(request)).await.unwrap().photos;
            let open = photos.iter().filter(|photo| photo.state != plumbline_core::photo::Custody::Verified);
            if open.count() <= LOGGED_ONLY.len() {
                return founder.client.log().await.unwrap().size;
            }
            // The server reads them in its own time, which is not simulated.
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// Stops everything in good order and removes what does not stay.
    async fn close(self, folder: &Path) {
        let Game { stage: Stage { server, phones, .. }, scene, .. } = self;
        drop(scene);
        for (name, phone) in phones {
            phone.client.pause().await.unwrap();
            if name != FOUNDER && !KEPT.contains(&name) {
                drop(phone);
                fs::remove_dir_all(home(folder, name)).unwrap();
            }
        }
        server.shutdown().await;
        fs::remove_dir_all(folder.join("pictures")).unwrap();
    }
}

/// Tells how far it is: on one line of a terminal, otherwise a line for each step.
struct Told {
    total: usize,
    weeks: usize,
    last: String,
}

impl Told {
    fn week(&mut self, week: usize, scene: &Scene) {
        let (punches, photos) = (scene.punches.load(Ordering::SeqCst), scene.photos.load(Ordering::SeqCst));
        let step = format!("Playing week {week} of {}", self.weeks);
        if io::stderr().is_terminal() {
            eprint!("\r\x1b[K{step}: {punches} punches, {photos} of {} photographs", self.total);
            let _ = io::stderr().flush();
        } else if self.last != step {
            eprintln!("{step}: {punches} punches, {photos} of {} photographs so far", self.total);
        }
        self.last = step;
    }

    fn say(&mut self, step: &str) {
        if io::stderr().is_terminal() {
            eprint!("\r\x1b[K{step}");
            let _ = io::stderr().flush();
        } else {
            eprintln!("{step}");
        }
    }

    fn end(&mut self) {
        if io::stderr().is_terminal() {
            eprintln!();
        }
    }
}
