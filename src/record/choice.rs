//! Records told apart by the value of one member, before anything is parsed: the name of an event decides which rules
//! can fit it, and what else must stand in its text.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use memchr::memmem::{Finder, find};

use super::sieve::{Clause, Needle};
use super::skim::Extent;

/// What a value of the member says about a record.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Nobody wants such a record.
    Drop,
    /// Somebody may.
    Keep,
    /// Somebody may, if one of these sets of clauses is fulfilled.
    Search(Arc<[Clauses]>),
}

/// Clauses that a record must all fulfil.
#[derive(Debug)]
pub struct Clauses(Vec<Clause>);

impl Clauses {
    /// Needles of which each clause must find one. None when there is nothing to search for.
    #[must_use]
    pub fn new(clauses: &[Vec<Needle>]) -> Option<Self> {
        let clauses: Vec<_> = clauses.iter().filter_map(|needles| Clause::new(needles)).collect();
        (!clauses.is_empty()).then_some(Self(clauses))
    }

    fn fit(&self, record: &[u8]) -> bool {
        self.0.iter().all(|clause| clause.find(record).is_some())
    }
}

type Judge = dyn Fn(&str) -> Verdict + Send + Sync;

/// See the file.
pub struct Choice {
    /// The member's key in quotes.
    key: Finder<'static>,
    judge: Box<Judge>,
    known: RwLock<HashMap<Box<[u8]>, Verdict>>,
    /// What saves a record whatever the member says: one of these must be fulfilled.
    anywhere: Vec<Clauses>,
    /// Needles of each of those, as many of them in each as can be searched for at once.
    hints: Vec<Clause>,
}

impl std::fmt::Debug for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Choice").field("anywhere", &self.anywhere).field("hints", &self.hints).finish_non_exhaustive()
    }
}

/// Values to keep a verdict of. Services have some thousands of event names; a hostile archive may have more.
const MOST_KNOWN: usize = 1 << 16;

impl Choice {
    /// Judges records by the member `key`, and keeps those that fulfil all clauses of one of `anywhere`. A record
    /// without the member is always kept. None when some of those asks for nothing, or there are more needles than can
    /// be searched for.
    #[must_use]
    pub fn new(key: &str, anywhere: &[Vec<Vec<Needle>>], judge: Box<Judge>) -> Option<Self> {
        let mut firsts: Vec<Needle> = Vec::new();
        for clauses in anywhere {
            firsts.extend(clauses.first()?.iter().cloned());
        }
        firsts.sort();
        firsts.dedup();
        let hints = firsts.chunks(Clause::FEW).map(Clause::new).collect::<Option<_>>()?;
        let anywhere = anywhere.iter().map(|clauses| Clauses::new(clauses)).collect::<Option<_>>()?;
        let key = Finder::new(&format!("\"{key}\"")).into_owned();
        Some(Self { key, judge, known: RwLock::default(), anywhere, hints })
    }

    /// Drops the records that nobody can want.
    pub(super) fn narrow(&self, document: &[u8], records: &mut Vec<Extent>) {
        // For each the first hit at or behind the record at hand.
        let mut hits = vec![Some(0); self.hints.len()];
        records.retain(|record| {
            let text = &document[record.start..record.end];
            if self.wants(text) {
                return true;
            }
            let is_hinted = self.hints.iter().zip(&mut hits).any(|(hints, hit)| {
                if hit.is_some_and(|hit| hit < record.start) {
                    *hit = hints.find(&document[record.start..]).map(|at| record.start + at);
                }
                hit.is_some_and(|hit| hit < record.end)
            });
            is_hinted && self.anywhere.iter().any(|clauses| clauses.fit(text))
        });
    }

    /// Whether a value of the member, wherever it stands in the record, speaks for it.
    fn wants(&self, record: &[u8]) -> bool {
        let (mut rest, mut is_there) = (record, false);
        while let Some(at) = self.key.find(rest) {
            is_there = true;
            rest = &rest[at + self.key.needle().len()..];
            // A value in no plain quotes is left to whoever walks the record.
            let Some(value) = quoted(rest) else { return true };
            let wanted = match self.verdict(value) {
                Verdict::Drop => false,
                Verdict::Keep => true,
                Verdict::Search(any) => any.iter().any(|clauses| clauses.fit(record)),
            };
            if wanted {
                return true;
            }
        }
        !is_there
    }

    fn verdict(&self, value: &[u8]) -> Verdict {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(verdict) = known.get(value) {
            return verdict.clone();
        }
        drop(known);
        let Ok(text) = std::str::from_utf8(value) else { return Verdict::Keep };
        let verdict = (self.judge)(text);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST_KNOWN {
            known.insert(value.into(), verdict.clone());
        }
        verdict
    }
}

/// The string behind a key, where nothing in it is escaped.
fn quoted(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    let value = &rest[..find(rest, b"\"")?];
    (!value.contains(&b'\\')).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::skim::skim;
    use super::*;

    fn left(document: &str, anywhere: &[&[&str]]) -> Vec<u64> {
        let needle = |text: &str| vec![Needle::within(text).expect("plain")];
        let needles: Vec<_> = anywhere.iter().map(|texts| texts.iter().map(|text| needle(text)).collect()).collect();
        let judge = |name: &str| match name {
            "Stop" => Verdict::Keep,
            "Get" => {
                let clauses = Clauses::new(&[vec![Needle::within("secret").expect("plain")]]).expect("a clause");
                Verdict::Search(Arc::new([clauses]))
            }
            _ => Verdict::Drop,
        };
        let choice = Choice::new("name", &needles, Box::new(judge)).expect("few needles");
        let mut skimmed = skim(document.as_bytes()).expect("a plain delivery");
        choice.narrow(document.as_bytes(), &mut skimmed.records);
        skimmed.records.iter().map(|record| record.ordinal).collect()
    }

    #[test]
    fn the_value_of_the_member_decides() {
        let document = r#"{"Records":[{"name":"Stop"},{"name" : "List"},{"name":"Get","x":"secret"},{"name":"Get"},{"a":{"name": "Stop"}}]}"#;
        assert_eq!(left(document, &[]), [0, 2, 4]);
    }

    #[test]
    fn what_is_not_plain_and_what_has_no_such_member_is_kept() {
        let document =
            r#"{"Records":[{"name":"\u0053top"},{"name":7},{"other":"List"},{"name":"List"},{"name":null}]}"#;
        assert_eq!(left(document, &[]), [0, 1, 2, 4]);
    }

    #[test]
    fn needles_save_records_whatever_they_are_named() {
        let document = r#"{"Records":[{"name":"List"},{"name":"List","by":"Root"},{"name":"List"}]}"#;
        assert_eq!(left(document, &[&["Root"]]), [1]);
        assert_eq!(left(document, &[&["Root", "List"], &["Stop"]]), [1]);
        assert_eq!(left(document, &[&["Root", "Stop"]]), [0_u64; 0]);
    }
}
