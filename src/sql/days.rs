//! `"date" >= '2024/01/31'`: days of delivery are compared in the form of their column, however they are written.

use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, ExprSchema, Result};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::expr::{Between, BinaryExpr, InList};
use datafusion::logical_expr::{Expr, LogicalPlan, lit};
use datafusion::optimizer::AnalyzerRule;

use super::expressions;
use crate::schema::columns;

/// The rule, to stand before type coercion.
#[derive(Debug)]
pub struct CompareDays;

impl AnalyzerRule for CompareDays {
    fn name(&self) -> &'static str {
        "compare_days"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        expressions::rewrite(plan, |expr, schema| Ok(Transformed::yes(rewrite(expr, schema))))
    }
}

fn rewrite(expr: Expr, schema: &DFSchema) -> Expr {
    match expr {
        Expr::BinaryExpr(BinaryExpr { mut left, op, mut right }) if op.supports_propagation() => {
            if let Some(form) = form(&left, schema) {
                day(&mut right, form);
            } else if let Some(form) = form(&right, schema) {
                day(&mut left, form);
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right })
        }
        Expr::Between(Between { expr, negated, mut low, mut high }) => {
            if let Some(form) = form(&expr, schema) {
                day(&mut low, form);
                day(&mut high, form);
            }
            Expr::Between(Between { expr, negated, low, high })
        }
        Expr::InList(InList { expr, mut list, negated }) => {
            if let Some(form) = form(&expr, schema) {
                list.iter_mut().for_each(|item| day(item, form));
            }
            Expr::InList(InList { expr, list, negated })
        }
        expr => expr,
    }
}

/// What stands between the numbers of a column's days.
fn form(expr: &Expr, schema: &DFSchema) -> Option<char> {
    let Expr::Column(column) = expr else { return None };
    match schema.field_from_column(column).ok()?.metadata().get(columns::HOLDS)?.as_str() {
        columns::DAY_WITH_SLASHES => Some('/'),
        columns::DAY_WITH_HYPHENS => Some('-'),
        _ => None,
    }
}

/// Writes a constant day with `mark` between its numbers.
fn day(expr: &mut Expr, mark: char) {
    let Expr::Literal(value, _) = &*expr else { return };
    let Some(Some(text)) = value.try_as_str() else { return };
    let numbers: Vec<&str> = text.split(['/', '-']).collect();
    let lengths: Vec<usize> = numbers.iter().map(|number| number.len()).collect();
    let is_day = lengths == [4, 2, 2] && numbers.iter().all(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if is_day {
        *expr = lit(numbers.join(&mark.to_string()));
    }
}
