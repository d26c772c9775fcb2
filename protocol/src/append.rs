//! Appending: what a server does with a pushed action before it is an entry.
//!
//! Invariants: every action that is correctly signed and chained by an enrolled device gets an entry, held or applied; what
//! gets none is refused with a code, and nothing waits behind it (spine rule 12). Time received never decreases (rule 2).

use crate::{
    action::Action,
    entry::{Entry, Held, Outcome, RULES},
    fault::Fault,
    fold::{Book, Tip, record_previous},
    generation::{self, Opening},
    id::{Hash, RecordId},
    judge::{judge, member_of},
    log::merkle,
    record::{deposit, organisation},
};

/// Why a pushed action gets no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A sequence is missing before it: the next one expected.
    Gap(u64),
    /// Its chain is known with other bytes: the device must enrol again (rule 21).
    Reenrol,
    /// The device is not enrolled.
    Device,
    /// It belongs to another organisation, or begins one where one exists.
    Organisation,
    /// What its author claims to have seen is not in this log.
    Seen,
    /// An enrolment or restore that would be held: neither leaves an entry (rules 7 and 22).
    Held(Held),
    /// It would put a server key in place that the server does not have.
    Key,
    /// A restore that does not stand right behind what it continues.
    Restore,
}

impl Refusal {
    /// The fault that a person is shown.
    pub fn fault(&self) -> Fault {
        match self {
            Refusal::Gap(_) => Fault::invalid("sequence", "gap"),
            Refusal::Reenrol => Fault::Reenrol,
            Refusal::Device => Fault::invalid("device", "unknown"),
            Refusal::Organisation => Fault::invalid("organisation", "other"),
            Refusal::Seen => Fault::invalid("seen", "unknown"),
            Refusal::Held(held) => held.fault(),
            Refusal::Key => Fault::invalid(organisation::SERVER_KEY, "unknown"),
            Refusal::Restore => Fault::invalid("restore", "base"),
        }
    }
}

/// The entry that `action` becomes at the end of the log, or why it becomes none. `now` is the server's clock in
/// milliseconds since 1970; `root_at` gives the root of the log's first so many entries. Nothing is changed: the caller
/// stores the entry and folds it with [`crate::fold::step`].
pub fn append(
    book: &mut dyn Book,
    tip: &Tip,
    action: Action,
    now: i64,
    root_at: &mut dyn FnMut(u64) -> Result<Hash, Fault>,
) -> Result<Result<Entry, Refusal>, Fault> {
    let header = action.header();
    if tip.organisation.is_some_and(|o| header.organisation != Some(o)) || tip.organisation.is_none() != action.begins()
    {
        return Ok(Err(Refusal::Organisation));
    }
    let comes_in = action.begins() || action.enrols();
    if !comes_in && !known_device(book, tip, &action)? {
        return Ok(Err(Refusal::Device));
    }
    let organisation = action.organisation();
    match book.chain(&header.device)? {
        None if header.sequence == 0 => {}
        None => return Ok(Err(Refusal::Gap(0))),
        // Holes are looked up for what does not go on as it should, and for nothing else.
        Some(head) if head.leads_to(header) => {}
        Some(head) if header.sequence > head.sequence && generation::passes(book, &organisation, header)? => {}
        Some(head) if header.sequence > head.sequence.saturating_add(1) => {
            return Ok(Err(Refusal::Gap(head.sequence + 1)));
        }
        Some(_) => return Ok(Err(Refusal::Reenrol)),
    }
    let now_at = generation::current(book, &organisation)?;
    if !seen(book, tip, &action, now_at, root_at)? {
        return Ok(Err(Refusal::Seen));
    }
    let opening = Opening::of(&action);
    if let Some(opening) = &opening
        && !(opening.fits(tip.size, now_at) && root_at(opening.base)? == opening.root)
    {
        return Ok(Err(Refusal::Restore));
    }
    let received = now.max(tip.received);
    let outcome = judge(book, &action, received)?;
    if let (true, Outcome::Held(held)) = (comes_in || opening.is_some(), &outcome) {
        return Ok(Err(Refusal::Held(held.clone())));
    }
    let record_previous = record_previous(book, tip, &action)?;
    Ok(Ok(Entry { action, received, outcome, rules: RULES, record_previous }))
}

/// True when what its author had seen is in this log, or in a part of an older generation that nobody can look up.
fn seen(
    book: &mut dyn Book,
    tip: &Tip,
    action: &Action,
    generation: u64,
    root_at: &mut dyn FnMut(u64) -> Result<Hash, Fault>,
) -> Result<bool, Fault> {
    let seen = action.header().seen;
    if seen.generation > generation {
        return Ok(false);
    }
    let kept = match seen.generation < generation {
        true => generation::kept(book, &action.organisation(), seen.generation)?,
        false => None,
    };
    let known = match kept {
        Some(base) if seen.size > base => return Ok(true),
        Some(_) => true,
        None => seen.size <= tip.size,
    };
    match seen.size {
        _ if !known => Ok(false),
        0 => Ok(seen.root == merkle::empty_root()),
        size => Ok(root_at(size)? == seen.root),
    }
}

/// True when the signer is an enrolled device, revoked or not, or the server's key over a deposit (rule 9).
pub fn known_device(book: &mut dyn Book, tip: &Tip, action: &Action) -> Result<bool, Fault> {
    let device = action.header().device;
    if member_of(book, &device)?.is_some() {
        return Ok(true);
    }
    let Some(organisation) = tip.organisation.filter(|_| action.header().kind == deposit::KIND.name) else {
        return Ok(false);
    };
    let record = book.record(&RecordId::from(organisation))?;
    Ok(record.and_then(|r| r.key(organisation::SERVER_KEY)) == Some(device.0))
}

#[cfg(test)]
mod tests;
