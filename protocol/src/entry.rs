//! Entries: an action with what the server adds when it logs it.
//!
//! Invariants: the leaf covers header, signature, time received, outcome, rule set and the position of the record's previous
//! entry (spine rule 1); the body is covered by the header's commitment. An outcome has no prose.

use crate::{
    action::{Action, BadAction, Body, Header, Origin, decode_origin, encode_origin},
    fault::Fault,
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

    /// What a person can do about it.
    pub fn fault(&self) -> Fault {
        match self {
            Held::Denied => Fault::Denied,
            Held::Revoked => Fault::SignedOut,
            Held::NotFound => Fault::NotFound,
            Held::Duplicate => Fault::invalid("action", "duplicate"),
            Held::Invalid { field, reason } => Fault::invalid(field.clone(), reason.clone()),
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

    /// The one encoding: 0 applied, 1 denied, 2 revoked, 3 not found, 4 duplicate, or `[field, reason]`.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        self.write(&mut w);
        w.0
    }

    /// Reads [`Outcome::encode`]'s bytes.
    pub fn decode(bytes: &[u8]) -> Result<Outcome, BadAction> {
        let mut r = Reader::new(bytes);
        let outcome = Outcome::read(&mut r)?;
        r.end()?;
        Ok(outcome)
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
        leaf(self.action.bytes(), self.action.signature(), |w| self.word(w))
    }

    /// The server's part: `received, outcome, rules, record_previous`, four items.
    fn word(&self, w: &mut Writer) {
        word(w, self.received, &self.outcome, self.rules, self.record_previous);
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

/// An entry as its server keeps it: the encoded parts of what was verified before it was logged. So it is served without
/// being decoded or verified again; by itself it proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The header's bytes.
    pub header: Vec<u8>,
    /// The device's signature over them.
    pub signature: [u8; 64],
    /// The body's bytes.
    pub body: Vec<u8>,
    /// The encoded origin of resent work; an encoded null for all other.
    pub origin: Vec<u8>,
    /// As in the [`Entry`].
    pub received: i64,
    /// As in the [`Entry`].
    pub outcome: Outcome,
    /// As in the [`Entry`].
    pub rules: u64,
    /// As in the [`Entry`].
    pub record_previous: Option<u64>,
}

impl From<&Entry> for Kept {
    fn from(entry: &Entry) -> Self {
        let mut origin = Writer::default();
        encode_origin(&mut origin, entry.action.origin());
        Kept {
            header: entry.action.bytes().to_vec(),
            signature: *entry.action.signature(),
            body: entry.action.body().encode(),
            origin: origin.0,
            received: entry.received,
            outcome: entry.outcome.clone(),
            rules: entry.rules,
            record_previous: entry.record_previous,
        }
    }
}

impl Kept {
    /// The Merkle leaf, as [`Entry::leaf`] gives it, where the body is the one that the header commits to; none where it is
    /// not, or where header or body do not decode. Signatures are not verified again: the leaf stands in the tree.
    pub fn leaf(&self) -> Option<Hash> {
        let header = Header::decode(&self.header).ok()?;
        if Body::decode(&self.body).ok()?.commitment() != header.commitment {
            return None;
        }
        Some(leaf(&self.header, &self.signature, |w| self.word(w)))
    }

    /// The entry, its action verified again.
    pub fn entry(self) -> Result<Entry, BadAction> {
        self.decode(Action::verify)
    }

    /// The entry, nothing of its action verified again: for one whose [`Kept::leaf`] stands in a tree with a good root.
    pub fn stored(self) -> Result<Entry, BadAction> {
        self.decode(Action::stored_as)
    }

    fn decode(
        self,
        action: impl FnOnce(Vec<u8>, [u8; 64], Body, Option<Origin>) -> Result<Action, BadAction>,
    ) -> Result<Entry, BadAction> {
        let Kept { header, signature, body, origin, received, outcome, rules, record_previous } = self;
        let mut r = Reader::new(&origin);
        let origin = decode_origin(&mut r)?;
        r.end()?;
        let action = action(header, signature, Body::decode(&body)?, origin)?;
        Ok(Entry { action, received, outcome, rules, record_previous })
    }

    pub(crate) fn word(&self, w: &mut Writer) {
        word(w, self.received, &self.outcome, self.rules, self.record_previous);
    }
}

/// The leaf of a header, its signature and the server's word.
fn leaf(header: &[u8], signature: &[u8; 64], word: impl FnOnce(&mut Writer)) -> Hash {
    let mut w = Writer::default();
    w.list(6).bytes(header).bytes(signature);
    word(&mut w);
    merkle::leaf_hash(&w.0)
}

fn word(w: &mut Writer, received: i64, outcome: &Outcome, rules: u64, record_previous: Option<u64>) {
    w.int(received);
    outcome.write(w);
    w.uint(rules);
    match record_previous {
        Some(position) => w.uint(position),
        None => w.null(),
    };
}
