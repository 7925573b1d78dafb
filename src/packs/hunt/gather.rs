//! Hits as they come: what is shown of them, and which rules they are for.

use std::hash::BuildHasher;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Int64Type, TimestampMillisecondType, UInt32Type};

use super::super::correlate::Event;
use super::super::{Finding, Hit};
use super::Hunt;
use super::shown::Shown;
use crate::output::{self, ValueStyle};
use crate::session::{Error, RULES};

/// Hits whose records wait to be read again for what rules show of them.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// The records of each batch.
    records: Vec<ArrayRef>,
    /// For each predicate: batch, row and hit.
    of_predicate: Vec<Vec<(usize, usize, usize)>>,
    rows: usize,
}

impl Waiting {
    pub(super) fn new(predicates: usize) -> Self {
        Self { of_predicate: vec![Vec::new(); predicates], ..Self::default() }
    }
}

/// Where a record was found, and what a verification says of its log file.
struct Place {
    path: Arc<str>,
    ordinal: i64,
    verified: Option<bool>,
    verified_reason: Option<Arc<str>>,
}

/// Rows that wait at most: reading records again costs as much for one as for some dozens.
const MOST_WAITING: usize = 8192;

impl Hunt<'_> {
    /// Takes the next rows of the pass.
    ///
    /// # Errors
    /// When what a rule shows cannot be computed, or the records found cannot be kept.
    pub fn take(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let column = |shown: Shown| batch.column(shown as usize + 1);
        let text = |shown: Shown| column(shown).as_string::<i32>();
        let (rules, records) = (batch.column(0).as_list::<i32>(), text(Shown::Record));
        debug_assert_eq!(batch.schema().field(0).name(), RULES, "the rules come first");
        let times = column(Shown::Time).as_primitive::<TimestampMillisecondType>();
        let ordinals = column(Shown::RecordIndex).as_primitive::<Int64Type>();
        let number = self.waiting.records.len();
        for row in 0..batch.num_rows() {
            let value = |shown: Shown| optional(text(shown), row);
            let path = self.path(text(Shown::Path), row);
            let (record, ordinal) = (records.value(row), ordinals.value(row));
            let event_id = text(Shown::EventId);
            let event_id = event_id.is_valid(row).then(|| event_id.value(row));
            let verdicts = column(Shown::Verified).as_boolean();
            let verified = verdicts.is_valid(row).then(|| verdicts.value(row));
            let reasons = text(Shown::VerifiedReason);
            let verified_reason = reasons.is_valid(row).then(|| self.path(reasons, row));
            let place = Place { path, ordinal, verified, verified_reason };
            if self.is_copy(event_id, record, &place) {
                self.copies += 1;
                continue;
            }
            let time = times.is_valid(row).then(|| times.value(row));
            self.earliest = self.earliest.into_iter().chain(time).min();
            let kept = self.findings.records.push(record);
            let hit = Hit {
                time,
                account: value(Shown::Account),
                region: value(Shown::Region),
                actor: value(Shown::Actor),
                address: value(Shown::Address),
                event_source: value(Shown::EventSource),
                event_name: value(Shown::EventName),
                event_id: event_id.map(str::to_owned),
                error_code: value(Shown::ErrorCode),
                path: place.path,
                record_index: place.ordinal,
                verified: place.verified,
                verified_reason: place.verified_reason,
                text: kept
                    .map_err(|error| Error::Execution(format!("cannot keep a record that was found: {error}")))?,
            };
            let place = self.findings.hits.len();
            self.findings.hits.push(hit);
            for predicate in rules.value(row).as_primitive::<UInt32Type>().values() {
                self.waiting.of_predicate[*predicate as usize].push((number, row, place));
            }
        }
        self.waiting.records.push(Arc::clone(column(Shown::Record)));
        self.waiting.rows += batch.num_rows();
        if self.waiting.rows >= MOST_WAITING { self.sort_out() } else { Ok(()) }
    }

    /// A text of a row, such as its log file, kept once for all of its records.
    fn path(&mut self, paths: &StringArray, row: usize) -> Arc<str> {
        let path = if paths.is_valid(row) { paths.value(row) } else { "" };
        if let Some(known) = self.paths.get(path) {
            return Arc::clone(known);
        }
        let path: Arc<str> = Arc::from(path);
        self.paths.insert(Arc::clone(&path));
        path
    }

    /// Whether the same record was delivered before: by two trails, or in a copied file. Of copies the one whose log
    /// file comes first by its key stays, whatever came first.
    fn is_copy(&mut self, event_id: Option<&str>, record: &str, found: &Place) -> bool {
        let Some(event_id) = event_id else { return false };
        let key = (self.hasher.hash_one(event_id), self.hasher.hash_one(record));
        let next = self.findings.hits.len();
        let place = *self.seen.entry(key).or_insert(next);
        if place == next {
            return false;
        }
        let known = &mut self.findings.hits[place];
        if (found.path.as_ref(), found.ordinal) < (known.path.as_ref(), known.record_index) {
            known.path = Arc::clone(&found.path);
            known.record_index = found.ordinal;
            known.verified = found.verified;
            known.verified_reason = found.verified_reason.clone();
        }
        true
    }

    /// Sorts the hits that wait out by rule.
    pub(super) fn sort_out(&mut self) -> Result<(), Error> {
        let waiting = std::mem::replace(&mut self.waiting, Waiting::new(self.predicates.len()));
        let records: Vec<&StringArray> = waiting.records.iter().map(|records| records.as_string::<i32>()).collect();
        for (place, rows) in waiting.of_predicate.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let texts: Vec<&str> = rows.iter().map(|(batch, row, _)| records[*batch].value(*row)).collect();
            let hits: Vec<usize> = rows.iter().map(|(_, _, hit)| *hit).collect();
            for number in 0..self.uses[place].len() {
                self.note(place, number, &texts, &hits)?;
            }
        }
        Ok(())
    }

    /// Notes the hits of one use of a predicate.
    fn note(&mut self, place: usize, number: usize, texts: &[&str], hits: &[usize]) -> Result<(), Error> {
        let used = &mut self.uses[place][number];
        let rule = &self.rules[used.rule];
        let values = if used.columns.is_empty() {
            vec![Vec::new(); hits.len()]
        } else {
            let failed = |message: String| Error::Execution(format!("`{}`: {message}", rule.about.id));
            let columns = match &mut used.values {
                Some(columns) => columns,
                none @ None => none.insert(self.session.texts(&used.columns)?),
            };
            let batch = columns.of(texts).map_err(|error| failed(error.strip_backtrace()))?;
            output::texts(&batch, ValueStyle::Sql).map_err(|error| failed(error.to_string()))?
        };
        for (hit, values) in hits.iter().zip(values) {
            match (&rule.condition, self.findings.hits[*hit].time) {
                (None, _) if rule.reports => self.findings.list.push(Finding {
                    about: Arc::clone(&rule.about),
                    events: vec![*hit],
                    details: super::details(used.columns.iter().map(|(name, _)| name.as_str()), &values),
                }),
                (Some(_), Some(time)) => {
                    self.events[used.rule].push(Event { time, step: used.step, hit: *hit, values });
                }
                // An event without a time is before and after nothing.
                (Some(_) | None, _) => {}
            }
        }
        Ok(())
    }
}

fn optional(texts: &StringArray, row: usize) -> Option<String> {
    texts.is_valid(row).then(|| texts.value(row).to_owned())
}
