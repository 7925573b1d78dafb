//! Commands that are done by functions of this program alone, and have no form in Athena's SQL.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::Refused;

/// Functions, and the command or function of a query that calls them; more telling ones first.
const OWN: &[(&str, &str)] = &[
    ("selector_test", "a metric filter with this comparison"),
    ("pattern_anomaly", "anomaly"),
    ("merged_patterns", "pattern"),
    ("pattern_of", "pattern"),
    ("relevance", "relevantfields"),
    ("histogram_json", "histogram"),
];

/// Refuses a plan with such a command.
pub(super) fn check(plan: &LogicalPlan) -> Result<(), Refused> {
    let mut found = None;
    let mut look = |expr: &Expr| {
        let name = match expr {
            Expr::ScalarFunction(call) => call.func.name(),
            Expr::AggregateFunction(call) => call.func.name(),
            _ => return Ok(TreeNodeRecursion::Continue),
        };
        let place = OWN.iter().position(|(own, _)| *own == name);
        found = [found, place].into_iter().flatten().min();
        Ok(TreeNodeRecursion::Continue)
    };
    plan.apply(|node| node.apply_expressions(|expr| expr.apply(&mut look)))?;
    match found.and_then(|place| OWN.get(place)) {
        Some((_, command)) => Err(Refused::Command(command)),
        None => Ok(()),
    }
}
