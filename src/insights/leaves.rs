//! Leaves of the record as columns, read in one place below everything else.

use std::any::Any;

use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::Expr;

use super::lower::{Lowers, Rows, column, unplanned};
use crate::functions::json::LeafFunction;

/// The leaves of the record that are read by more than the filters that the scan takes.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    /// Each leaf, and its column's name.
    pub(super) list: Vec<(Expr, String)>,
    /// Whether the list is complete, so that leaves can become columns.
    pub(super) are_known: bool,
    /// Whether the columns are there.
    pub(super) are_there: bool,
}

impl Rows {
    /// Expressions for the next node of the plan: leaves of the record become columns, all made at once below
    /// everything else.
    ///
    /// The scan is asked for leaves. Left among other expressions, one that the optimizer splits or that stands
    /// above a window would have it pass the whole record along.
    pub(super) fn settle(&mut self, exprs: Vec<Expr>) -> Lowers<Vec<Expr>> {
        if !self.leaves.are_there {
            self.leaves.are_there = true;
            if self.leaves.are_known && !self.leaves.list.is_empty() {
                let leaves = self.leaves.list.iter().map(|(leaf, name)| (name.clone(), leaf.clone()));
                self.project(leaves.collect())?;
            }
        }
        let record = self.base("eventjson");
        let leaves = &mut self.leaves;
        let mut settle = |expr: Expr| {
            if !is_leaf(&expr, &record) {
                return Ok(Transformed::no(expr));
            }
            match leaves.list.iter().find(|(leaf, _)| *leaf == expr) {
                Some((_, name)) if leaves.are_known => {
                    return Ok(Transformed::new(column(name), true, TreeNodeRecursion::Jump));
                }
                Some(_) => {}
                None => {
                    let name = format!("{}#{}", leaf_name(&expr), leaves.list.len() + 1);
                    leaves.list.push((expr.clone(), name));
                }
            }
            Ok(Transformed::no(expr))
        };
        let settled = exprs.into_iter().map(|expr| expr.transform_down(&mut settle).map(|settled| settled.data));
        settled.collect::<Result<_, DataFusionError>>().map_err(unplanned)
    }
}

/// Whether it reads a leaf of the record by a constant path.
fn is_leaf(expr: &Expr, record: &Expr) -> bool {
    match expr {
        Expr::ScalarFunction(call) => {
            (call.func.inner().as_ref() as &dyn Any).is::<LeafFunction>() && call.args.first() == Some(record)
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
