//! `TRY(…)`, once the types within are known: its expression moves into a function that catches its errors.

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::AnalyzerRule;

use crate::functions::attempt::caught;

/// The rule, to stand behind type coercion.
#[derive(Debug)]
pub struct CatchAttempts;

impl AnalyzerRule for CatchAttempts {
    fn name(&self) -> &'static str {
        "catch_attempts"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(|plan| {
            let schema = merge_schema(&plan.inputs());
            plan.map_expressions(|expr| {
                let name = datafusion::logical_expr::expr_rewriter::NamePreserver::new_for_projection().save(&expr);
                let rewritten = expr.transform_up(|expr| match &expr {
                    Expr::ScalarFunction(call) if call.func.name() == "try" && call.args.len() == 1 => {
                        Ok(Transformed::yes(caught(&call.args[0], &schema)?))
                    }
                    _ => Ok(Transformed::no(expr)),
                })?;
                Ok(if rewritten.transformed { rewritten.update_data(|expr| name.restore(expr)) } else { rewritten })
            })
        })
        .map(|transformed| transformed.data)
    }
}
