//! Entries: an action with what the server adds when it logs it.
//!
//! Invariants: the leaf covers header, signature, time received, outcome, rule set and the position of the record's previous
//! entry (spine rule 1); the body is covered by the header's commitment. An outcome has no prose.

use crate::{
    action::{Action, BadAction},
    id::Hash,
    log::merkle,
    value::{Reader, Writer},
};

/// Number of the rule set (validation and policy) that this version judges by. A released one never changes (rule 4).
pub const RULES: u64 = 1;

/// Why a logged action has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The author's role does not allow it.
    Denied,
    /// The author's device was revoked.
    Revoked,
    /// It is about something that does not exist.
    NotFound,
    /// The same work was logged before.
    Duplicate,
    /// A field breaks a rule; `reason` is a short stable code.
    Invalid {
        /// Name of the field.
        field: String,
        /// Code of the rule.
        reason: String,
    },
}

impl Held {
    /// [`Held::Invalid`].
    pub fn invalid(field: &str, reason: &str) -> Self {
        Held::Invalid { field: field.to_owned(), reason: reason.to_owned() }
    }

    /// The stable code: `denied`, `revoked`, `not_found`, `duplicate` or `invalid`.
    pub fn code(&self) -> &'static str {
        match self {
            Held::Denied => "denied",
            Held::Revoked => "revoked",
            Held::NotFound => "not_found",
            Held::Duplicate => "duplicate",
            Held::Invalid { .. } => "invalid",
        }
    }
}

/// Whether an action took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It did.
    Applied,
    /// It is in the log and did not.
    Held(Held),
}

impl Outcome {
    /// True for [`Outcome::Applied`].
    pub fn applied(&self) -> bool {
        matches!(self, Outcome::Applied)
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        match self {
            Outcome::Applied => w.uint(0),
            Outcome::Held(Held::Denied) => w.uint(1),
            Outcome::Held(Held::Revoked) => w.uint(2),
            Outcome::Held(Held::NotFound) => w.uint(3),
            Outcome::Held(Held::Duplicate) => w.uint(4),
            Outcome::Held(Held::Invalid { field, reason }) => w.list(2).text(field).text(reason),
        };
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Outcome, BadAction> {
        if r.is_list()? {
            r.list_of(2)?;
            let (field, reason) = (r.text()?, r.text()?);
            if field.len() > 64 || reason.len() > 32 {
                return Err(BadAction::Form("outcome"));
            }
            return Ok(Outcome::Held(Held::invalid(field, reason)));
        }
        Ok(match r.uint()? {
            0 => Outcome::Applied,
            1 => Outcome::Held(Held::Denied),
            2 => Outcome::Held(Held::Revoked),
            3 => Outcome::Held(Held::NotFound),
            4 => Outcome::Held(Held::Duplicate),
            _ => return Err(BadAction::Form("outcome")),
        })
    }
}

/// A place in the log: an action and the server's word on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What was signed.
    pub action: Action,
    /// When the server logged it, milliseconds since 1970; never less than the entry before (rule 2).
    pub received: i64,
    /// Whether it took effect.
    pub outcome: Outcome,
    /// Rule set by which it was judged.
    pub rules: u64,
    /// Position of the record's previous entry; all Organisation kinds share one such chain (rule 1).
    pub record_previous: Option<u64>,
}

impl Entry {
    /// The Merkle leaf: RFC 6962 leaf hash of `[header, signature, received, outcome, rules, record_previous]`.
    pub fn leaf(&self) -> Hash {
        let mut w = Writer::default();
        w.list(6).bytes(self.action.bytes()).bytes(self.action.signature());
        self.word(&mut w);
        merkle::leaf_hash(&w.0)
    }

    /// The server's part: `received, outcome, rules, record_previous`, four items.
    pub(crate) fn word(&self, w: &mut Writer) {
        w.int(self.received);
        self.outcome.write(w);
        w.uint(self.rules);
        match self.record_previous {
            Some(position) => w.uint(position),
            None => w.null(),
        };
    }

    pub(crate) fn read_word(action: Action, r: &mut Reader<'_>) -> Result<Entry, BadAction> {
        let received = r.int()?;
        let outcome = Outcome::read(r)?;
        let rules = r.uint()?;
        let record_previous = if r.null()? { None } else { Some(r.uint()?) };
        Ok(Entry { action, received, outcome, rules, record_previous })
    }

    /// The one encoding: `[action, received, outcome, rules, record_previous]`.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.list(5);
        self.action.write(&mut w);
        self.word(&mut w);
        w.0
    }

    /// Reads one entry and verifies its action.
    pub fn decode(bytes: &[u8]) -> Result<Entry, BadAction> {
        let mut r = Reader::new(bytes);
        let entry = Entry::read(&mut r)?;
        r.end()?;
        Ok(entry)
    }

    /// Reads the next entry of a sequence and verifies its action.
    pub fn read(r: &mut Reader<'_>) -> Result<Entry, BadAction> {
        r.list_of(5)?;
        let action = Action::read(r)?;
        Entry::read_word(action, r)
    }
}
