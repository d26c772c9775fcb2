//! Reading a log without trusting who hands it over: the checks of every entry, shared by client and verifier.
//!
//! Invariants: an entry is folded only after all of its checks; whoever sees everything judges every outcome again, everyone
//! else those of Organisation entries (spine rule 6); a lie names its code and position and nothing that a person wrote.

use std::{fmt, sync::Arc};

use crate::{
    action::BadAction,
    append::known_device,
    entry::{Entry, RULES},
    fault::Fault,
    fold::{self, Book, Tip, is_organisation_entry, record_previous},
    generation::{self, Opening},
    id::DeviceId,
    judge::judge,
};

/// What kind of disagreement was found. The codes are a contract with scripts (DESIGN section 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Bytes are not in their one encoding.
    Encoding,
    /// A signature is not by the key named.
    Signature,
    /// A device's chain is broken.
    Chain,
    /// An entry of a record is missing, or its position is wrong.
    Record,
    /// Time received goes backwards.
    Time,
    /// A key signs that may not.
    Key,
    /// A body is not the one committed to.
    Commitment,
    /// Entries do not hash to the root.
    Root,
    /// A checkpoint is not good.
    Checkpoint,
    /// An author had seen another history.
    Seen,
    /// An outcome is not the one that the rules give.
    Fold,
    /// Bytes of a photograph differ.
    Blob,
    /// A file that must be there is not.
    Missing,
}

/// A disagreement between a log and its own proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lie {
    /// What kind.
    pub code: Code,
    /// Where in the log, if it is about an entry.
    pub position: Option<u64>,
    /// In words, without anything that a person wrote.
    pub text: String,
}

impl Code {
    /// What it means when a log has this disagreement, in a sentence for a person.
    pub fn meaning(self) -> &'static str {
        match self {
            Code::Encoding => "What was sent is not in the one form that a log has.",
            Code::Signature => "It was changed after it was signed, or names another author.",
            Code::Chain => "An entry was dropped, repeated or moved.",
            Code::Record => "An earlier entry of the same record was kept back.",
            Code::Time => "Entries were moved, or their times were changed.",
            Code::Key => "It is by a key, or for an organisation, that has no place in this log.",
            Code::Commitment => "What it says was changed after it was signed.",
            Code::Root => "Entries were dropped, added or changed, or two people are shown two histories.",
            Code::Checkpoint => "The server goes back on what it had signed, or something else answers in its place.",
            Code::Seen => "Two people were shown two histories.",
            Code::Fold => "The server claims an effect that the rules do not give, or hides one that they do.",
            Code::Blob => "The bytes of a photograph are not those that were signed.",
            Code::Missing => "Something that belongs to the log was left out.",
        }
    }
}

/// The beginning of a device's id, enough to find it in a list.
pub fn brief(device: &DeviceId) -> String {
    device.to_string().chars().take(8).collect()
}

impl Lie {
    /// At `position`.
    pub fn at(position: u64, code: Code, text: impl Into<String>) -> Lie {
        Lie { code, position: Some(position), text: text.into() }
    }
    /// About the log as a whole.
    pub fn of(code: Code, text: impl Into<String>) -> Lie {
        Lie { code, position: None, text: text.into() }
    }
    /// With the device that the entry names.
    pub fn by(mut self, device: &DeviceId) -> Lie {
        self.text = format!("{} (by device {})", self.text, brief(device));
        self
    }
    /// What happened, where, and what it means, for a person.
    pub fn sentence(&self) -> String {
        let Lie { code, position, text } = self;
        match position {
            Some(position) => format!("Entry {position}: {text}. {}", code.meaning()),
            None => format!("The log: {text}. {}", code.meaning()),
        }
    }
    /// Of an action that could not be read.
    pub fn bad_action(position: u64, bad: &BadAction) -> Lie {
        let code = match bad {
            BadAction::Encoding(_) | BadAction::Form(_) => Code::Encoding,
            BadAction::Signature => Code::Signature,
            BadAction::Commitment => Code::Commitment,
        };
        Lie::at(position, code, bad.to_string())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", format!("{self:?}").to_lowercase())
    }
}

impl fmt::Display for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{} at position {position}: {}", self.code, self.text),
            None => write!(f, "{}: {}", self.code, self.text),
        }
    }
}

/// Why reading stops.
#[derive(Debug)]
pub enum Trouble {
    /// The log disagrees with itself: raise the alarm, keep both versions.
    Lie(Lie),
    /// The store failed, or the entry is for a newer version ([`Fault::Outdated`]).
    Fault(Fault),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Trouble::Fault(fault)
    }
}
impl From<Lie> for Trouble {
    fn from(lie: Lie) -> Self {
        Trouble::Lie(lie)
    }
}

/// Checks the entry at position `tip.size` and folds it. Signature and commitment were checked when it was decoded; root,
/// checkpoint and `seen` roots are checked by the caller, who has the tree. `all`: the reader has seen every entry so far.
pub fn read(book: &mut dyn Book, tip: &mut Tip, entry: &Arc<Entry>, all: bool) -> Result<(), Trouble> {
    let position = tip.size;
    let action = &entry.action;
    let header = action.header();
    let lie = |code, text: &str| Err(Trouble::Lie(Lie::at(position, code, text).by(&header.device)));
    let organisation_entry = is_organisation_entry(book, action)?;
    if entry.rules > RULES && organisation_entry {
        return Err(Trouble::Fault(Fault::Outdated));
    }
    if action.begins() != (position == 0) {
        return lie(Code::Key, "the first entry, and it alone, begins an organisation");
    }
    if tip.organisation.is_some_and(|o| o != action.organisation()) {
        return lie(Code::Key, "an action of another organisation");
    }
    let comes_in = action.begins() || action.enrols();
    if !comes_in && !known_device(book, tip, action)? {
        return lie(Code::Key, "signed by a key that is not enrolled");
    }
    let goes_on = match book.chain(&header.device)? {
        None => header.sequence == 0 || !all,
        Some(head) if head.leads_to(header) => true,
        Some(head) if header.sequence <= head.sequence => false,
        Some(head) if !all && header.sequence - head.sequence > 1 => true,
        Some(_) => generation::passes(book, &action.organisation(), header)?,
    };
    if !goes_on {
        return lie(Code::Chain, "does not follow the device's previous action");
    }
    if record_previous(book, tip, action)? != entry.record_previous {
        return lie(Code::Record, "does not follow the record's previous entry");
    }
    if entry.received < tip.received {
        return lie(Code::Time, "received before the entry before it");
    }
    let seen = header.seen;
    let opening = Opening::of(action);
    if seen.generation > 0 || seen.size > position || opening.is_some() {
        let now = generation::current(book, &action.organisation())?;
        if seen.generation > now || seen.generation == now && seen.size > position {
            return lie(Code::Seen, "its author claims to have seen what came later");
        }
        if opening.is_some_and(|o| !o.fits(position, now) || !entry.outcome.applied()) {
            return lie(Code::Chain, "a restore that does not stand right behind what it continues");
        }
    }
    if entry.rules <= RULES && (all || organisation_entry) {
        let outcome = judge(book, action, entry.received)?;
        if outcome != entry.outcome {
            return lie(Code::Fold, "its outcome is not the one that the rules give");
        }
        if comes_in && !outcome.applied() {
            return lie(Code::Key, "an enrolment that breaks a rule is in the log");
        }
    }
    fold::step(book, tip, entry)?;
    Ok(())
}
