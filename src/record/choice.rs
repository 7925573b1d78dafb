//! Records told apart by the value of one member, before anything is parsed: the name of an event decides which rules
//! can fit it, and what else must stand in its text.

use std::sync::{Arc, RwLock};

use memchr::memmem::Finder;

use super::sieve::{Clause, Needle};
use super::skim::Extent;
use super::within::{Known, Within, finder, quoted, remembered};

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

    pub(super) fn fit(&self, record: &[u8]) -> bool {
        self.0.iter().all(|clause| clause.find(record).is_some())
    }
}

type Judge = dyn Fn(&str) -> Verdict + Send + Sync;

/// See the file.
pub struct Choice {
    /// The member's key in quotes.
    key: Finder<'static>,
    judge: Box<Judge>,
    known: Known<Verdict>,
    /// What saves a record whatever the member says: that one of these is fulfilled, or of the next two kinds.
    anywhere: Vec<Clauses>,
    /// Needles of each of those, as many of them in each as can be searched for at once.
    hints: Vec<Clause>,
    /// Such clauses whose needles stand in so many records that they are no hint.
    common: Vec<Clauses>,
    /// Such clauses of which one is about the value of one other member.
    within: Vec<Within>,
}

/// What saves a record whatever the member says.
#[derive(Debug)]
pub struct Saving {
    /// Needles of which each clause must find one, the most telling first.
    pub clauses: Vec<Vec<Needle>>,
    /// A member whose value must hold one of some needles. Where the key stands in a record as it is written here, in
    /// whatever object, no other spelling of it counts.
    pub within: Option<(String, Vec<Needle>)>,
}

impl std::fmt::Debug for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Choice").field("anywhere", &self.anywhere).field("common", &self.common).finish_non_exhaustive()
    }
}

impl Choice {
    /// Judges records by the member `key`, and keeps those that fulfil one of `anywhere`. A record without the member
    /// is always kept. None when some of those asks for nothing, or there are more needles than can be searched for.
    #[must_use]
    pub fn new(key: &str, anywhere: &[Saving], judge: Box<Judge>) -> Option<Self> {
        let mut choice = Self {
            key: finder(key),
            judge,
            known: RwLock::default(),
            anywhere: Vec::new(),
            hints: Vec::new(),
            common: Vec::new(),
            within: Vec::new(),
        };
        let mut hints: Vec<Needle> = Vec::new();
        for saving in anywhere {
            let first = saving.clauses.first()?;
            let clauses = Clauses::new(&saving.clauses)?;
            if let Some((key, needles)) = &saving.within {
                choice.add_within(key, Clause::new(needles)?, clauses);
            } else if first.iter().any(Needle::is_mostly_common) {
                choice.common.push(clauses);
            } else {
                choice.anywhere.push(clauses);
                hints.extend(first.iter().cloned());
            }
        }
        hints.sort();
        hints.dedup();
        choice.hints = hints.chunks(Clause::FEW).map(Clause::new).collect::<Option<_>>()?;
        Some(choice)
    }

    fn add_within(&mut self, key: &str, needles: Clause, clauses: Clauses) {
        if !self.within.iter().any(|within| within.is_of(key)) {
            self.within.push(Within::new(key));
        }
        if let Some(within) = self.within.iter_mut().find(|within| within.is_of(key)) {
            within.add(needles, clauses);
        }
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
                || self.common.iter().any(|clauses| clauses.fit(text))
                || self.within.iter().any(|within| within.fits(text))
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
        let Ok(text) = std::str::from_utf8(value) else { return Verdict::Keep };
        remembered(&self.known, value, || (self.judge)(text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::skim::skim;
    use super::*;

    fn left(document: &str, anywhere: &[&[&str]]) -> Vec<u64> {
        let needle = |text: &str| vec![Needle::within(text).expect("plain")];
        let clauses = |texts: &&[&str]| texts.iter().map(|text| needle(text)).collect();
        let needles: Vec<_> = anywhere.iter().map(|texts| Saving { clauses: clauses(texts), within: None }).collect();
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

    /// What is left by clauses of common needles, and by clauses of which the first must stand in the agent's value.
    fn left_by_agent(document: &str) -> Vec<u64> {
        let needles =
            |texts: &[&str]| texts.iter().map(|text| Needle::within(text).expect("plain")).collect::<Vec<_>>();
        let saving = |clauses: Vec<Vec<Needle>>, is_within: bool| {
            let within = is_within.then(|| ("agent".to_owned(), clauses[0].clone()));
            Saving { clauses, within }
        };
        let anywhere = [
            saving(vec![needles(&["kali", "pacu"]), needles(&["eu-west-9"])], true),
            saving(vec![needles(&["IAMUser"]), needles(&["ASIA"])], false),
        ];
        let choice = Choice::new("name", &anywhere, Box::new(|_| Verdict::Drop)).expect("few needles");
        let mut skimmed = skim(document.as_bytes()).expect("a plain delivery");
        choice.narrow(document.as_bytes(), &mut skimmed.records);
        skimmed.records.iter().map(|record| record.ordinal).collect()
    }

    #[test]
    fn a_needle_of_a_member_is_looked_for_in_its_value() {
        let document = r#"{"Records":[
            {"name":"A","agent":"kali/1","at":"eu-west-9"},
            {"name":"A","agent":"cli","at":"eu-west-9","note":"kali"},
            {"name":"A","agent":"kali/1","at":"eu-west-1"},
            {"name":"A","agent" : "kali/1","at":"eu-west-9"},
            {"name":"A","x":{"agent":"pacu"},"agent":"cli","at":"eu-west-9"}]}"#;
        assert_eq!(left_by_agent(document), [0, 3, 4]);
    }

    #[test]
    fn a_record_without_the_member_and_a_value_that_is_not_plain_are_searched_whole() {
        let document = r#"{"Records":[
            {"name":"A","Agent":"kali/1","at":"eu-west-9"},
            {"name":"A","Agent":"cli","at":"eu-west-9"},
            {"name":"A","agent":"\n kali","at":"eu-west-9"},
            {"name":"A","agent":["kali"],"at":"eu-west-9"},
            {"name":"A","agent":null,"at":"eu-west-9"}]}"#;
        assert_eq!(left_by_agent(document), [0, 2, 3]);
    }

    #[test]
    fn needles_of_many_records_are_asked_for_one_by_one() {
        let document = r#"{"Records":[
            {"name":"A","type":"IAMUser","key":"ASIA1"},
            {"name":"A","type":"IAMUser","key":"AKIA1"},
            {"name":"A","type":"Root","key":"ASIA1"}]}"#;
        assert_eq!(left_by_agent(document), [0]);
    }
}
