//! What a query reads: archives that `SOURCE` chooses by name, over the time asked for or an earlier one.

use std::rc::Rc;

use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit};

use super::context::Context;
use super::leaves::with_leaves;
use super::lower::{Archive, Lowers, Range, unplanned};
use super::rows::Rows;
use super::value::{Literal, Value};
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
        let mut plans = Vec::new();
        for archive in &chosen {
            plans.push(records(archive, &read, number)?);
        }
        let is_union = plans.len() > 1;
        if is_union {
            let leaves = context.leaves.borrow();
            plans = plans.into_iter().map(|plan| with_leaves(plan, number, &leaves)).collect::<Lowers<_>>()?;
        }
        let mut plans = plans.into_iter();
        let first = plans.next().map_or_else(|| LogicalPlanBuilder::empty(false).build(), Ok).map_err(unplanned)?;
        let joined = plans.try_fold(LogicalPlanBuilder::from(first), LogicalPlanBuilder::union);
        let mut plan = joined.map_err(unplanned)?;
        if is_union {
            plan = plan.alias(relation(number)).map_err(unplanned)?;
        }
        let plan = plan.build().map_err(unplanned)?;
        let found = plan.schema().iter().find(|(_, field)| field.name() == "eventjson");
        let record = Record { number, relation: found.and_then(|(relation, _)| relation.cloned()) };
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

/// What the columns of a record's table are qualified with. The first keeps its own name.
fn relation(number: usize) -> String {
    format!("records_{}", number + 1)
}

fn records(archive: &Archive, read: &Read, number: usize) -> Lowers<LogicalPlan> {
    let plan = if read.range.is_some() { archive.always.clone() } else { archive.records.clone() };
    let mut plan = LogicalPlanBuilder::from(plan);
    if number > 0 || read.archives.len() > 1 {
        plan = plan.alias(relation(number)).map_err(unplanned)?;
    }
    let column = |name: &str| {
        let found = plan.schema().iter().find(|(_, field)| field.name() == name);
        Record { number, relation: found.and_then(|(relation, _)| relation.cloned()) }.column(name)
    };
    let mut conditions = Vec::new();
    if !read.accounts.is_empty() {
        let accounts = read.accounts.iter().map(|account| lit(account.as_str())).collect();
        conditions.push(column("account").in_list(accounts, false));
    }
    if let Some(range) = read.range {
        let record =
            Record { number, relation: plan.schema().iter().next().and_then(|(relation, _)| relation.cloned()) };
        let world = World { record: Some(record), ..World::default() };
        let time = world.timestamp().map_or_else(|| lit(true), |time| time.time());
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of any real time are exact")]
        let moment = |millis: i64| Value::literal(Literal::Number(millis as f64)).time();
        conditions.extend(range.since.map(|since| time.clone().gt_eq(moment(since))));
        conditions.extend(range.before.map(|before| time.lt(moment(before))));
    }
    match conditions.into_iter().reduce(Expr::and) {
        Some(condition) => plan.filter(condition).and_then(LogicalPlanBuilder::build),
        None => plan.build(),
    }
    .map_err(unplanned)
}
