//! `readonly = false`: comparing the text `true` or `false` with a boolean.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable, cast, lit};
use datafusion::sql::sqlparser::ast::BinaryOperator;

/// Turns the boolean of such a comparison into its text. Without it the comparison has no type.
#[derive(Debug)]
pub struct TextAsBoolean;

impl ExprPlanner for TextAsBoolean {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        if !matches!(expr.op, BinaryOperator::Eq | BinaryOperator::NotEq) {
            return Ok(PlannerResult::Original(expr));
        }
        let is = |side: &Expr, wanted: fn(&DataType) -> bool| side.get_type(schema).is_ok_and(|found| wanted(&found));
        let is_boolean = |found: &DataType| *found == DataType::Boolean;
        let (left, right) = match (is(&expr.left, DataType::is_string), is(&expr.right, DataType::is_string)) {
            (true, false) if is(&expr.right, is_boolean) => (expr.left, text(expr.right)),
            (false, true) if is(&expr.left, is_boolean) => (text(expr.left), expr.right),
            _ => return Ok(PlannerResult::Original(expr)),
        };
        Ok(PlannerResult::Original(RawBinaryExpr { op: expr.op, left, right }))
    }
}

fn text(boolean: Expr) -> Expr {
    match boolean {
        Expr::Literal(ScalarValue::Boolean(Some(value)), _) => lit(value.to_string()),
        boolean => cast(boolean, DataType::Utf8),
    }
}
