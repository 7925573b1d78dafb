//! Leaves of records as columns, read in one place below everything else.
//!
//! The scan is asked for leaves. Left among other expressions, one that the optimizer splits or that stands above a
//! window or a join would have it pass the whole record along.

use std::any::Any;

use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};

use super::lower::{Lowers, column, unplanned};
use super::rows::Rows;
use super::world::Record;
use crate::functions::json::LeafFunction;

/// The leaves that are read by more than the filters that the scan takes, by the number of their record.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    /// Each leaf, and its column's name.
    of: Vec<Vec<(Expr, String)>>,
    /// Whether the lists are complete, so that leaves can become columns.
    are_known: bool,
}

impl Leaves {
    /// The same, now that the whole query was seen.
    pub(super) fn known(self) -> Self {
        Self { are_known: true, ..self }
    }

    pub(super) fn count(&self) -> usize {
        self.of.iter().map(Vec::len).sum()
    }

    /// The leaves of a record, where they are known.
    fn of(&self, record: usize) -> &[(Expr, String)] {
        let is_there = self.are_known && record < self.of.len();
        if is_there { &self.of[record] } else { &[] }
    }

    /// The column of a leaf, once leaves are columns; until then the leaf is kept in mind.
    fn column(&mut self, record: usize, leaf: &Expr) -> Option<Expr> {
        let count = self.count();
        if self.of.len() <= record {
            self.of.resize_with(record + 1, Vec::new);
        }
        let known = self.of[record].iter().find(|(other, _)| other == leaf);
        match known {
            Some((_, name)) => self.are_known.then(|| column(name)),
            None => {
                self.of[record].push((leaf.clone(), format!("{}#{}", leaf_name(leaf), count + 1)));
                None
            }
        }
    }
}

impl Rows {
    /// Expressions for the next node of the plan: leaves of records become columns, all made at once below everything
    /// else.
    pub(super) fn settle(&mut self, exprs: Vec<Expr>) -> Lowers<Vec<Expr>> {
        self.place_leaves()?;
        let records: Vec<&Record> = self.world.records();
        let mut leaves = self.context.leaves.borrow_mut();
        let mut settle = |expr: Expr| {
            let Some(record) = records.iter().find(|record| is_leaf(&expr, record)) else {
                return Ok(Transformed::no(expr));
            };
            Ok(match leaves.column(record.number, &expr) {
                Some(column) => Transformed::new(column, true, TreeNodeRecursion::Jump),
                None => Transformed::no(expr),
            })
        };
        let settled = exprs.into_iter().map(|expr| expr.transform_down(&mut settle).map(|settled| settled.data));
        settled.collect::<Result<_, DataFusionError>>().map_err(unplanned)
    }

    /// Makes the leaves of the record columns, unless they are.
    pub(super) fn place_leaves(&mut self) -> Lowers<()> {
        if let Some(record) = self.unplaced.take() {
            self.plan = with_leaves(self.plan.clone(), record, &self.context.leaves.borrow())?;
        }
        Ok(())
    }
}

/// A plan with the leaves of a record as columns.
pub(super) fn with_leaves(plan: LogicalPlan, record: usize, leaves: &Leaves) -> Lowers<LogicalPlan> {
    let added: Vec<Expr> = leaves.of(record).iter().map(|(leaf, name)| leaf.clone().alias(name)).collect();
    if added.is_empty() {
        return Ok(plan);
    }
    let kept = plan.schema().columns().into_iter().map(Expr::Column);
    let all: Vec<Expr> = kept.chain(added).collect();
    LogicalPlanBuilder::from(plan).project(all).and_then(LogicalPlanBuilder::build).map_err(unplanned)
}

/// Whether it reads a leaf of the record by a constant path.
fn is_leaf(expr: &Expr, record: &Record) -> bool {
    match expr {
        Expr::ScalarFunction(call) => {
            (call.func.inner().as_ref() as &dyn Any).is::<LeafFunction>()
                && call.args.first() == Some(&record.column("eventjson"))
        }
        _ => false,
    }
}

/// The path that such a call reads.
fn leaf_name(expr: &Expr) -> String {
    let Expr::ScalarFunction(call) = expr else { return String::new() };
    let steps = call.args.iter().skip(1).filter_map(|step| match step {
        Expr::Literal(step, _) => Some(step.to_string()),
        _ => None,
    });
    steps.collect::<Vec<_>>().join(".")
}
