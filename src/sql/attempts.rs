//! `TRY(…)`, once the types within are known: its expression moves into a function that catches its errors.

use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::AnalyzerRule;

use super::expressions;
use crate::functions::attempt;

/// The rule, to stand behind type coercion.
#[derive(Debug)]
pub struct CatchAttempts;

impl AnalyzerRule for CatchAttempts {
    fn name(&self) -> &'static str {
        "catch_attempts"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        expressions::rewrite(plan, |expr, schema| match &expr {
            Expr::ScalarFunction(call) if call.func.name() == attempt::TRY && call.args.len() == 1 => {
                Ok(Transformed::yes(attempt::caught(&call.args[0], schema)?))
            }
            _ => Ok(Transformed::no(expr)),
        })
    }
}
