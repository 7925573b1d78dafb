//! `TRY(…)` and functions that take lambdas, once the types within are known: each becomes a function of its own.

use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::AnalyzerRule;

use super::expressions;
use crate::functions::closed;

/// The rule, to stand behind type coercion.
#[derive(Debug)]
pub struct CloseExpressions;

impl AnalyzerRule for CloseExpressions {
    fn name(&self) -> &'static str {
        "close_expressions"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        expressions::rewrite(plan, |expr, schema| {
            let closed = match &expr {
                Expr::ScalarFunction(call) if call.func.name() == closed::TRY && call.args.len() == 1 => {
                    closed::closed(&call.args[0], "caught", true, schema)?
                }
                Expr::HigherOrderFunction(call) => closed::closed(&expr, call.func.name(), false, schema)?,
                _ => return Ok(Transformed::no(expr)),
            };
            Ok(Transformed::yes(closed))
        })
    }
}
