//! `7 * INTERVAL '1' DAY`: DataFusion has no product of a number and an interval.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable, lit};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use crate::functions::interval;

/// Plans products and quotients of an interval and a number.
#[derive(Debug)]
pub struct MultiplyIntervals;

impl ExprPlanner for MultiplyIntervals {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let is = |side: &Expr, wanted: fn(&DataType) -> bool| side.get_type(schema).is_ok_and(|found| wanted(&found));
        let is_interval = |side: &Expr| is(side, |found| matches!(found, DataType::Interval(_)));
        let is_number = |side: &Expr| is(side, DataType::is_numeric);
        let RawBinaryExpr { op, left, right } = expr;
        let planned = match op {
            BinaryOperator::Multiply if is_interval(&left) && is_number(&right) => interval::times(left, right),
            BinaryOperator::Multiply if is_number(&left) && is_interval(&right) => interval::times(right, left),
            BinaryOperator::Divide if is_interval(&left) && is_number(&right) => {
                interval::times(left, lit(1.0) / right)
            }
            op => return Ok(PlannerResult::Original(RawBinaryExpr { op, left, right })),
        };
        Ok(PlannerResult::Planned(planned))
    }
}
