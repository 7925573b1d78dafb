//! What a query reads: archives that `SOURCE` chooses by name, over the time asked for or an earlier one.

use std::rc::Rc;

use datafusion::common::{ScalarValue, TableReference};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit};

use super::context::Context;
use super::leaves::{Leaves, with_leaves};
use super::lower::{Archive, Lowers, Range, unplanned};
use super::rows::Rows;
use super::world::{Record, World};

/// What rows are read from.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// Places in the scope's list of archives.
    pub(super) archives: Vec<usize>,
    /// Accounts whose deliveries are read; all when there is none.
    pub(super) accounts: Vec<String>,
    /// The time, where it is not the one asked for.
    pub(super) range: Option<Range>,
}

impl Read {
    /// The archive that a query without `SOURCE` means.
    pub(super) fn first() -> Self {
        Self { archives: vec![0], accounts: Vec::new(), range: None }
    }
}

impl Rows {
    /// Every record of what is read.
    pub(super) fn read(context: Rc<Context>, read: Read) -> Lowers<Self> {
        let number = context.next_record();
        let chosen: Vec<&Archive> = read.archives.iter().filter_map(|at| context.scope.archives.get(*at)).collect();
        let is_union = chosen.len() > 1;
        let name = context.fresh("archive");
        let mut plans = Vec::new();
        for archive in &chosen {
            let plan = records(archive, &read, number)?;
            plans.push(if is_union { named(plan, archive, &name, number, &context.leaves.borrow())? } else { plan });
        }
        let mut plans = plans.into_iter();
        let first = plans.next().map_or_else(|| LogicalPlanBuilder::empty(false).build(), Ok).map_err(unplanned)?;
        let mut plan = LogicalPlanBuilder::from(first);
        for other in plans {
            plan = plan.union(other).map_err(unplanned)?;
        }
        if is_union {
            plan = plan.alias(relation(number)).map_err(unplanned)?;
        }
        let plan = plan.build().map_err(unplanned)?;
        let mut record = Record { number, relation: qualifier(&plan), archive: lit("") };
        record.archive = match chosen.as_slice() {
            [only] => lit(only.name.as_str()),
            _ => record.column(&name),
        };
        let world = World { record: Some(record), ..World::default() };
        let mut rows = Self::new(context, read, plan, world);
        rows.unplaced = (!is_union).then_some(number);
        Ok(rows)
    }

    /// Reads something else instead.
    pub(super) fn read_instead(&mut self, read: Read) -> Lowers<()> {
        *self = Self::read(Rc::clone(&self.context), read)?;
        Ok(())
    }
}

/// What the columns of a record's table are qualified with, where several are read.
fn relation(number: usize) -> String {
    format!("records_{}", number + 1)
}

/// What the columns of a plan of records are qualified with.
fn qualifier(plan: &LogicalPlan) -> Option<TableReference> {
    let found = plan.schema().iter().find(|(_, field)| field.name() == "eventjson");
    found.and_then(|(relation, _)| relation.cloned())
}

/// The records of one of several archives, with its name and the leaves that are read of them.
fn named(plan: LogicalPlan, archive: &Archive, name: &str, number: usize, leaves: &Leaves) -> Lowers<LogicalPlan> {
    let plan = with_leaves(plan, number, leaves)?;
    let kept = plan.schema().columns().into_iter().map(Expr::Column);
    let all: Vec<Expr> = kept.chain([lit(archive.name.as_str()).alias(name)]).collect();
    LogicalPlanBuilder::from(plan).project(all).and_then(LogicalPlanBuilder::build).map_err(unplanned)
}

/// The records of an archive that are read.
fn records(archive: &Archive, read: &Read, number: usize) -> Lowers<LogicalPlan> {
    let plan = if read.range.is_some() { archive.always.clone() } else { archive.records.clone() };
    let mut plan = LogicalPlanBuilder::from(plan);
    if number > 0 || read.archives.len() > 1 {
        plan = plan.alias(relation(number)).map_err(unplanned)?;
    }
    let plan = plan.build().map_err(unplanned)?;
    let record = Record { number, relation: qualifier(&plan), archive: lit(archive.name.as_str()) };
    let mut conditions = Vec::new();
    if !read.accounts.is_empty() {
        let accounts = read.accounts.iter().map(|account| lit(account.as_str())).collect();
        conditions.push(record.column("account").in_list(accounts, false));
    }
    if let Some(range) = read.range {
        let time = record.time();
        conditions.extend(range.since.map(|since| time.clone().gt_eq(moment(since))));
        conditions.extend(range.before.map(|before| time.lt(moment(before))));
    }
    let Some(condition) = conditions.into_iter().reduce(Expr::and) else { return Ok(plan) };
    LogicalPlanBuilder::from(plan).filter(condition).and_then(LogicalPlanBuilder::build).map_err(unplanned)
}

/// A point in time, by the milliseconds since 1970.
pub(super) fn moment(millis: i64) -> Expr {
    lit(ScalarValue::TimestampMillisecond(Some(millis), Some("UTC".into())))
}
