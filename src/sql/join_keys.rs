//! `ON lower(c.useridentity.arn) = v.arn`: keys of a join that are no plain columns are computed below it.
//!
//! DataFusion 55 moves members out of such keys and then looks for the keys by their old names.

use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, DFSchema, JoinType, Result};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::expr::BinaryExpr;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{Expr, Join, LogicalPlan, LogicalPlanBuilder, Operator};
use datafusion::optimizer::AnalyzerRule;

/// The rule, to stand behind type coercion.
#[derive(Debug)]
pub struct ComputeJoinKeys;

impl AnalyzerRule for ComputeJoinKeys {
    fn name(&self) -> &'static str {
        "compute_join_keys"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(|plan| match plan {
            LogicalPlan::Join(join) if keeps_both_sides(join.join_type) => compute(join),
            plan => Ok(Transformed::no(plan)),
        })
        .map(|transformed| transformed.data)
    }
}

fn keeps_both_sides(kind: JoinType) -> bool {
    matches!(kind, JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full)
}

fn compute(join: Join) -> Result<Transformed<LogicalPlan>> {
    let Some(filter) = join.filter.clone() else { return Ok(Transformed::no(LogicalPlan::Join(join))) };
    let (mut left_keys, mut right_keys) = (Vec::new(), Vec::new());
    let key = |expr: &Expr, keys: &mut Vec<Expr>, side: &str| {
        if matches!(expr, Expr::Column(_)) {
            return expr.clone();
        }
        let name = format!("__{side}_key_{}", keys.len());
        keys.push(expr.clone().alias(&name));
        Expr::Column(Column::from_name(name))
    };
    let (left, right) = (join.left.schema(), join.right.schema());
    let conditions: Vec<Expr> = split_conjunction_owned(filter)
        .into_iter()
        .map(|condition| {
            let Expr::BinaryExpr(BinaryExpr { left: first, op: Operator::Eq, right: second }) = &condition else {
                return condition;
            };
            let (first, second) = match (side(first, left, right), side(second, left, right)) {
                (Some(Side::Left), Some(Side::Right)) => (first, second),
                (Some(Side::Right), Some(Side::Left)) => (second, first),
                _ => return condition,
            };
            key(first, &mut left_keys, "left").eq(key(second, &mut right_keys, "right"))
        })
        .collect();
    if left_keys.is_empty() && right_keys.is_empty() {
        return Ok(Transformed::no(LogicalPlan::Join(join)));
    }
    let output: Vec<Expr> = join.schema.columns().into_iter().map(Expr::Column).collect();
    let with_keys = |plan: &LogicalPlan, keys: Vec<Expr>| {
        let columns = plan.schema().columns().into_iter().map(Expr::Column);
        LogicalPlanBuilder::from(plan.clone()).project(columns.chain(keys).collect::<Vec<_>>())
    };
    let right = with_keys(&join.right, right_keys)?.build()?;
    let joined = with_keys(&join.left, left_keys)?.join_detailed(
        right,
        join.join_type,
        join.on.iter().cloned().filter_map(columns).unzip::<Column, Column, Vec<_>, Vec<_>>(),
        conjunction(conditions),
        join.null_equality,
    )?;
    Ok(Transformed::yes(joined.project(output)?.build()?))
}

/// The columns that a join was already made on.
fn columns((left, right): (Expr, Expr)) -> Option<(Column, Column)> {
    match (left, right) {
        (Expr::Column(left), Expr::Column(right)) => Some((left, right)),
        _ => None,
    }
}

enum Side {
    Left,
    Right,
}

/// The side of a join that all columns of an expression are from.
fn side(expr: &Expr, left: &DFSchema, right: &DFSchema) -> Option<Side> {
    let columns = expr.column_refs();
    if columns.is_empty() {
        return None;
    }
    let are_of = |schema: &DFSchema| columns.iter().all(|column| schema.has_column(column));
    match (are_of(left), are_of(right)) {
        (true, false) => Some(Side::Left),
        (false, true) => Some(Side::Right),
        _ => None,
    }
}
