//! For tests: named people on one site, and a server in memory that logs what they sign.

use crate::{
    RecordId, Uuid,
    action::{Action, Body, REASON, TIME, countersign},
    append::Refusal,
    entry::{Held, Outcome},
    fold::{Book, Record},
    record::{device, invite, member, note, organisation, project, punch, restore},
    value::{Key, Value},
    vectors::{About, Author, Fields, Ledger, START, time},
};

pub(crate) type Written<'a> = &'a [(&'a str, Value)];

/// A record id that `n` alone decides.
pub(crate) fn uuid(n: u8) -> Uuid {
    Uuid::v7(START, [n; 10])
}

/// Fields with time evidence.
pub(crate) fn fields(written: Written<'_>) -> Fields {
    let time = [(Key::from(TIME), time(0))];
    time.into_iter().chain(written.iter().map(|(k, v)| (Key::from(*k), v.clone()))).collect()
}

/// A set write that adds `items`.
pub(crate) fn add(items: &[Value]) -> Value {
    Value::map([("+", Value::List(items.to_vec()))])
}

/// An outcome that names a field.
pub(crate) fn invalid(field: &str, reason: &str) -> Outcome {
    Outcome::Held(Held::invalid(field, reason))
}

/// Somebody with a device.
pub(crate) struct Person {
    pub(crate) author: Author,
    pub(crate) member: Uuid,
}

/// An organisation with a project `here`, one `there`, and a person for each role, all in `here`.
pub(crate) struct Site {
    pub(crate) ledger: Ledger,
    pub(crate) now: i64,
    pub(crate) here: Uuid,
    pub(crate) there: Uuid,
    pub(crate) server: Author,
    pub(crate) recovery: Author,
    pub(crate) ana: Person,
    pub(crate) mia: Person,
    pub(crate) frank: Person,
    pub(crate) wes: Person,
    seeds: u8,
}

impl Site {
    pub(crate) fn new() -> Self {
        let person = |n: u8| Person { author: Author::new(n), member: uuid(n) };
        let mut site = Site {
            ledger: Ledger::default(),
            now: START,
            here: uuid(50),
            there: uuid(51),
            server: Author::new(60),
            recovery: Author::new(61),
            ana: person(1),
            mia: person(2),
            frank: person(3),
            wes: person(4),
            seeds: 100,
        };
        let first = fields(&[
            (organisation::NAME, Value::from("Ridge Road Paving")),
            (organisation::SERVER_KEY, Value::from(site.server.id().0)),
            (organisation::RECOVERY_KEY, Value::from(site.recovery.id().0)),
            (organisation::FOUNDER, Value::from(site.ana.member)),
            (organisation::FOUNDER_NAME, Value::from("Ana")),
        ]);
        let about = About::new("organisation", RecordId::Key([0; 32]), None);
        let action = site.ana.author.sign(crate::action::Seen::nothing(), about, first);
        assert_eq!(site.push(action), Ok(Outcome::Applied));
        for id in [site.here, site.there] {
            let words = [
                (project::NAME, Value::from("Ridge Road bridge")),
                (project::ZONE, Value::from("America/New_York")),
                (project::CLASSIFICATIONS, add(&[Value::from("Laborer")])),
            ];
            assert_eq!(site.ana("project", id, Some(id), &words), Outcome::Applied);
        }
        for (role, seed) in [("manager", 2), ("foreman", 3), ("worker", 4)] {
            site.hire(uuid(seed), role);
            let author = site.enrol(uuid(seed), Author::new(seed));
            let person = Person { author, member: uuid(seed) };
            match seed {
                2 => site.mia = person,
                3 => site.frank = person,
                _ => site.wes = person,
            }
        }
        site
    }

    /// Logs the action.
    pub(crate) fn push(&mut self, action: Action) -> Result<Outcome, Refusal> {
        self.now += 1000;
        self.ledger.append(action, self.now).unwrap()
    }

    /// Signs with everything seen, and logs.
    pub(crate) fn act(&mut self, by: &mut Author, about: About, written: Written<'_>) -> Result<Outcome, Refusal> {
        let size = self.ledger.tip.size;
        self.act_seeing(by, size, about, written)
    }

    /// Signs having seen the first `size` entries, and logs.
    pub(crate) fn act_seeing(
        &mut self,
        by: &mut Author,
        size: u64,
        about: About,
        written: Written<'_>,
    ) -> Result<Outcome, Refusal> {
        let action = by.sign(self.ledger.seen(size).unwrap(), about, fields(written));
        self.push(action)
    }

    /// Ana does it.
    pub(crate) fn ana(&mut self, kind: &'static str, id: Uuid, project: Option<Uuid>, written: Written<'_>) -> Outcome {
        self.by(|site| &mut site.ana, About::new(kind, id, project), written)
    }

    /// One of the site's people does it.
    pub(crate) fn by(&mut self, who: fn(&mut Site) -> &mut Person, about: About, written: Written<'_>) -> Outcome {
        let mut author = std::mem::replace(&mut who(self).author, Author::new(0));
        let outcome = self.act(&mut author, about, written);
        who(self).author = author;
        outcome.unwrap()
    }

    /// Ana makes a member of `role` in `here`.
    pub(crate) fn hire(&mut self, id: Uuid, role: &str) {
        let here = Value::from(self.here);
        let words =
            [(member::NAME, Value::from(role)), (member::ROLE, Value::from(role)), (member::PROJECTS, add(&[here]))];
        assert_eq!(self.ana("member", id, None, &words), Outcome::Applied);
    }

    /// Ana invites the member for an hour: the invite and its one-use key.
    pub(crate) fn invite(&mut self, of: Uuid) -> (Uuid, Author) {
        self.seeds += 1;
        let (id, key) = (uuid(self.seeds), Author::new(self.seeds));
        let words = [
            (invite::MEMBER, Value::from(of)),
            (invite::KEY, Value::from(key.id().0)),
            (invite::EXPIRES, Value::Int(self.now + 3_600_000)),
        ];
        assert_eq!(self.ana("invite", id, None, &words), Outcome::Applied);
        (id, key)
    }

    /// Invites the member and enrols the device.
    pub(crate) fn enrol(&mut self, of: Uuid, mut author: Author) -> Author {
        let (invite, key) = self.invite(of);
        let by = (device::INVITE, Value::from(invite));
        assert_eq!(self.enrolment(&mut author, of, &key, by), Ok(Outcome::Applied));
        author
    }

    /// The device's enrolment for `of`, countersigned with `key`, under what `by` names.
    pub(crate) fn enrolment(
        &mut self,
        author: &mut Author,
        of: Uuid,
        key: &Author,
        by: (&str, Value),
    ) -> Result<Outcome, Refusal> {
        author.organisation = self.ledger.tip.organisation;
        let signature = countersign(&key.key, &author.organisation.unwrap(), &author.id(), &of);
        let words =
            [(device::MEMBER, Value::from(of)), (device::COUNTERSIGNATURE, Value::from(signature.as_slice())), by];
        let about = About::new("device", author.id(), None);
        self.act(author, about, &words)
    }

    /// Ana's new device, which enrols and opens generation 1 with this key of the server's.
    pub(crate) fn restore(&mut self, key: [u8; 32]) -> Author {
        let (old, mut new) = (Author::new(1), Author::new(71));
        let seen = self.ledger.seen(self.ledger.tip.size).unwrap();
        let by = (device::OLD, Value::from(old.id().0));
        assert_eq!(self.enrolment(&mut new, self.ana.member, &old, by), Ok(Outcome::Applied));
        let opening = [
            (restore::BASE, Value::Int(i64::try_from(seen.size).unwrap())),
            (restore::ROOT, Value::from(seen.root.0)),
            (restore::GENERATION, Value::Int(1)),
            (restore::SERVER_KEY, Value::from(key)),
        ];
        assert_eq!(self.act(&mut new, About::new("restore", uuid(80), None), &opening), Ok(Outcome::Applied));
        new
    }

    /// The record as it stands.
    pub(crate) fn record(&mut self, id: impl Into<RecordId>) -> Record {
        let record = self.ledger.book.record(&id.into()).unwrap();
        record.expect("a record").as_ref().clone()
    }

    /// A note of `here`.
    pub(crate) fn note(&self, n: u8) -> About {
        About::new("note", uuid(n), Some(self.here))
    }

    /// A punch of `here`.
    pub(crate) fn punch(&self, n: u8) -> About {
        About::new("punch", uuid(n), Some(self.here))
    }
}

/// What a first punch says.
pub(crate) fn punched(worker: Uuid) -> [(&'static str, Value); 3] {
    [(punch::WORKER, Value::from(worker)), (punch::WHAT, Value::from("in")), (punch::AT, Value::Null)]
}

/// What a note says.
pub(crate) fn says(text: &str) -> [(&'static str, Value); 1] {
    [(note::TEXT, Value::from(text))]
}

/// A reason.
pub(crate) fn reason(text: &str) -> (&'static str, Value) {
    (REASON, Value::from(text))
}

/// A body of these fields.
pub(crate) fn body(written: Written<'_>) -> Body {
    Body { random: [7; 16], fields: fields(written) }
}
