//! What a document has to pass before it is read: a search for needles, then a look at the predicates' own leaves.
//!
//! Both only save work. What they let through is filtered by the predicates all the same, so they may keep too much;
//! and each is put aside for a while when it turns out to drop too little.

use std::sync::Arc;

use datafusion::arrow::array::BooleanArray;
use datafusion::common::Result;
use datafusion::physical_expr::PhysicalExpr;

use super::columns::Assembler;
use super::filter;
use super::leaves::{Slot, SlotPlan};
use super::needles;
use super::proof::Opened;
use super::report::{FileError, Report};
use super::rules::RuleSet;
use crate::record::{Extent, Limits, Progress, Sieve, skim};
use crate::schema::Kind;

/// What a scan's gates are made from.
#[derive(Debug, Default)]
pub(super) struct GatePlan {
    sieve: Option<Sieve>,
    /// The predicates, when building their leaves first spares much of a row.
    test: Option<SlotPlan>,
    /// Whether it only matters how many records there are.
    counts: bool,
}

impl GatePlan {
    /// For a scan of these predicates, over the table, and `whole`, everything it builds.
    pub(super) fn new(predicates: &[Arc<dyn PhysicalExpr>], whole: &SlotPlan) -> Result<Self> {
        let test = SlotPlan::of_predicates(predicates)?;
        let counts = whole.slots.iter().all(|slot| matches!(slot, Slot::File(_)));
        let others = &whole.slots[test.slots.len()..];
        let rules = predicates.iter().find_map(|predicate| predicate.downcast_ref::<RuleSet>());
        // Many rules are evaluated over many records at once, or it takes longer than building all of them.
        let looks_into_records = test.slots.iter().any(|slot| !matches!(slot, Slot::File(_)));
        let is_worth_it = rules.is_none() && looks_into_records && others.iter().map(weight).sum::<usize>() >= HEAVY;
        let sieve = Sieve::new(&needles::clauses(predicates), rules.and_then(RuleSet::choice));
        Ok(Self { sieve, test: is_worth_it.then_some(test), counts })
    }
}

/// What it costs to build a slot, in short texts.
fn weight(slot: &Slot) -> usize {
    match slot {
        Slot::Leaf(leaf) if leaf.path.is_empty() && leaf.kind == Kind::Json => HEAVY,
        Slot::Struct(..) | Slot::List(..) => HEAVY,
        Slot::Leaf(leaf) if leaf.kind == Kind::Json => 2,
        Slot::Leaf(_) => 1,
        Slot::File(_) => 0,
    }
}

/// From this weight on a second walk over the records that are left costs less than building all of them.
const HEAVY: usize = 4;

/// The gate of one unit's documents.
pub(super) struct Gate {
    plan: Arc<GatePlan>,
    test: Option<Assembler>,
    of_sieve: Habit,
    of_test: Habit,
}

/// What of a document is to be read.
pub(super) enum Passage {
    /// Everything.
    Whole,
    /// These records, of so many.
    Some(Vec<Extent>, u64),
    /// So many records, and nothing in them.
    Counted(usize),
}

impl Gate {
    pub(super) fn new(plan: &Arc<GatePlan>, limits: Limits, report: &Arc<Report>) -> Self {
        Self {
            test: plan.test.as_ref().map(|test| Assembler::new(test, limits, Arc::clone(report))),
            plan: Arc::clone(plan),
            of_sieve: Habit::default(),
            of_test: Habit::default(),
        }
    }

    /// What of a document is to be read. The outer error ends the scan, the inner one is the file's.
    pub(super) fn pass(&mut self, document: &[u8], file: &Opened) -> Result<std::result::Result<Passage, FileError>> {
        let searches = self.plan.sieve.is_some() && self.of_sieve.is_useful();
        let tests = self.test.is_some() && self.of_test.is_useful();
        if !searches && !tests && !self.plan.counts {
            return Ok(Ok(Passage::Whole));
        }
        // Records that nobody looks into are counted all the same.
        let Some(mut skimmed) = skim(document) else { return Ok(Ok(Passage::Whole)) };
        let total = skimmed.records.len();
        if self.plan.counts {
            return Ok(Ok(Passage::Counted(total)));
        }
        if let Some(sieve) = self.plan.sieve.as_ref().filter(|_| searches) {
            sieve.narrow(document, &mut skimmed);
            self.of_sieve.note(total, skimmed.records.len());
        }
        let mut records = skimmed.records;
        if let Some(columns) = self.test.as_mut().filter(|_| tests && !records.is_empty()) {
            let before = records.len();
            let predicates = self.plan.test.as_ref().map_or(&[][..], |test| &test.predicates);
            match test(columns, predicates, document, file, &records)? {
                Ok(keep) => {
                    let mut keep = keep.iter();
                    records.retain(|_| keep.next().flatten().unwrap_or(true));
                }
                Err(error) => return Ok(Err(error)),
            }
            self.of_test.note(before, records.len());
        }
        Ok(Ok(Passage::Some(records, total as u64)))
    }
}

/// Which of these records the predicates hold for, by their own leaves alone.
fn test(
    columns: &mut Assembler,
    predicates: &[Arc<dyn PhysicalExpr>],
    document: &[u8],
    file: &Opened,
    records: &[Extent],
) -> Result<std::result::Result<BooleanArray, FileError>> {
    let mut reading = columns.read_some(document, records);
    match columns.fill(&mut reading, file, usize::MAX) {
        // Much text: too much for a look in advance.
        Ok(Progress::Full) => {
            columns.finish()?;
            Ok(Ok(BooleanArray::from(vec![true; records.len()])))
        }
        Ok(Progress::Done(_)) => Ok(Ok(filter::holds(predicates, &columns.finish()?)?)),
        Err(error) => Ok(Err(error.into())),
    }
}

/// Whether a gate drops enough to be worth its while.
#[derive(Debug, Default)]
struct Habit {
    documents: u32,
    before: usize,
    after: usize,
    /// Documents for which it stays aside.
    rest: u32,
}

impl Habit {
    /// Documents to look at before judging, and to let pass before looking again.
    const TRIAL: u32 = 32;
    const REST: u32 = 1024;

    fn is_useful(&mut self) -> bool {
        self.rest = self.rest.saturating_sub(1);
        self.rest == 0
    }

    /// Of `before`, `after` were left.
    fn note(&mut self, before: usize, after: usize) {
        self.documents += 1;
        self.before += before;
        self.after += after;
        if self.documents == Self::TRIAL {
            // Less than a third dropped.
            let rest = if self.after > self.before / 3 * 2 { Self::REST } else { 0 };
            *self = Self { rest, ..Self::default() };
        }
    }
}
