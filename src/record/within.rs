//! Sets of clauses of which one is about the value of one member: what is looked for stands in few values, which come
//! again and again.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;
use memchr::memmem::{Finder, find};

use super::choice::Clauses;
use super::sieve::Clause;

/// Values to keep a verdict of. Services have some thousands of event names; a hostile archive may have more.
const MOST_KNOWN: usize = 1 << 16;
/// Bytes of the longest value to remember; more than most clients say of themselves.
const LONGEST_KNOWN: usize = 512;

/// Values that were looked at.
pub(super) type Known<T> = RwLock<HashMap<Box<[u8]>, T, RandomState>>;

/// See the file.
pub(super) struct Within {
    /// The member's key in quotes.
    key: Finder<'static>,
    needles: Vec<Clause>,
    clauses: Vec<Clauses>,
    known: Known<bool>,
}

impl Within {
    pub(super) fn new(key: &str) -> Self {
        Self { key: finder(key), needles: Vec::new(), clauses: Vec::new(), known: RwLock::default() }
    }

    /// Whether it is about this member.
    pub(super) fn is_of(&self, key: &str) -> bool {
        self.key.needle() == finder(key).needle()
    }

    /// Adds clauses that are only fulfilled when the member's value holds a needle.
    pub(super) fn add(&mut self, needles: Clause, clauses: Clauses) {
        self.needles.push(needles);
        self.clauses.push(clauses);
    }

    /// Whether a record fulfils some of the clauses.
    pub(super) fn fits(&self, record: &[u8]) -> bool {
        self.may_fit(record) && self.clauses.iter().any(|clauses| clauses.fit(record))
    }

    /// Whether a value of the member, wherever it stands in the record, holds a needle.
    fn may_fit(&self, record: &[u8]) -> bool {
        let (mut rest, mut is_there) = (record, false);
        while let Some(at) = self.key.find(rest) {
            is_there = true;
            rest = &rest[at + self.key.needle().len()..];
            let Some(value) = quoted(rest) else { return true };
            if remembered(&self.known, value, || self.holds(value)) {
                return true;
            }
        }
        !is_there
    }

    fn holds(&self, value: &[u8]) -> bool {
        // Needles of whole values begin with the quote.
        let value = [b"\"", value].concat();
        self.needles.iter().any(|needles| needles.find(&value).is_some())
    }
}

/// What was found for a value, or else is found now.
pub(super) fn remembered<T: Clone>(known: &Known<T>, value: &[u8], find: impl FnOnce() -> T) -> T {
    if let Some(found) = known.read().unwrap_or_else(PoisonError::into_inner).get(value) {
        return found.clone();
    }
    let found = find();
    let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() < MOST_KNOWN && value.len() <= LONGEST_KNOWN {
        known.insert(value.into(), found.clone());
    }
    found
}

/// Finds a key in its quotes.
pub(super) fn finder(key: &str) -> Finder<'static> {
    Finder::new(&format!("\"{key}\"")).into_owned()
}

/// The string behind a key, where nothing in it is escaped.
pub(super) fn quoted(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    let value = &rest[..find(rest, b"\"")?];
    (!value.contains(&b'\\')).then_some(value)
}
