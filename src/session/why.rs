//! Why an answer is empty: where it looked, how much it read, and which filter removed the last row.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::{Expr, LogicalPlan, lit};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::sql::unparser::Unparser;
use datafusion::sql::unparser::dialect::CustomDialectBuilder;

use super::answer::Outcome;
use crate::output::summary::human_count;

/// One sentence about an empty answer.
pub(super) fn explain(
    logical: &LogicalPlan,
    physical: &Arc<dyn ExecutionPlan>,
    outcome: &Outcome,
    location: &str,
) -> String {
    let Outcome { files_listed, files_pruned, files_read, folders_pruned, records, .. } = outcome;
    if *files_listed == 0 && *folders_pruned == 0 {
        return format!("no log files below {location}");
    }
    if *files_listed == *files_pruned {
        let passed: Vec<_> = [(files_pruned, "log file"), (folders_pruned, "folder")]
            .into_iter()
            .filter(|(count, _)| **count > 0)
            .map(|(count, what)| plural(*count, what))
            .collect();
        return format!(
            "no log file below {location} is of the account, region and time asked for; passed over {}",
            passed.join(" and ")
        );
    }
    let read = format!("read {} in {} below {location}", plural(*records, "record"), plural(*files_read, "log file"));
    if *records == 0 {
        return read;
    }
    let filters = filters(logical);
    match (emptied(physical, filters.len()), filters.as_slice()) {
        (Some(at), filters) => format!("{read}; none is left by the filter `{}`", filters[at]),
        (_, []) => read,
        (_, [only]) => format!("{read}; none is left by the filter `{only}`"),
        (_, filters) => format!("{read}; none is left by the filters `{}`", filters.join("` and `")),
    }
}

fn plural(count: u64, one: &str) -> String {
    format!("{} {one}{}", human_count(count), if count == 1 { "" } else { "s" })
}

/// The predicates of a plan as SQL, the one next to the scan first.
fn filters(plan: &LogicalPlan) -> Vec<String> {
    let mut found = Vec::new();
    // Never fails: the closure does not.
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Filter(filter) = node {
            found.push(sentence(&filter.predicate));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found.reverse();
    found
}

/// A predicate as its author would write it: fields by their path, times as text, no brackets that do nothing.
fn sentence(predicate: &Expr) -> String {
    // Never fails: the closure does not.
    let plain =
        predicate.clone().transform_up(|expr| Ok(plain(expr))).map_or_else(|_| predicate.clone(), |done| done.data);
    let dialect = CustomDialectBuilder::new().build();
    let sql = Unparser::new(&dialect).with_pretty(true).expr_to_sql(&plain).map(|sql| sql.to_string());
    sql.unwrap_or_else(|_| plain.to_string()).replace("count(Int64(1))", "count(*)")
}

fn plain(expr: Expr) -> Transformed<Expr> {
    let name = |name: String| Transformed::yes(Expr::Column(Column::new_unqualified(name)));
    match &expr {
        Expr::Column(column) if column.relation.is_some() => name(column.name.clone()),
        Expr::ScalarFunction(call) => match (call.name(), call.args.as_slice()) {
            ("event_timestamp", [time]) => Transformed::yes(time.clone()),
            (
                "json_member" | "record_numeral" | "record_text" | "record_flag" | "record_json" | "record_time"
                | "record_value",
                [root, steps @ ..],
            ) => path(root, steps).map_or_else(|| Transformed::no(expr.clone()), name),
            _ => Transformed::no(expr),
        },
        Expr::Literal(ScalarValue::TimestampMillisecond(Some(at), _), _) => {
            match chrono::DateTime::from_timestamp_millis(*at) {
                Some(at) => Transformed::yes(lit(at.format("%Y-%m-%dT%H:%M:%SZ").to_string())),
                None => Transformed::no(expr),
            }
        }
        _ => Transformed::no(expr),
    }
}

/// The path of a leaf from its steps; none where a step is computed. A field of the whole record has no root.
fn path(root: &Expr, steps: &[Expr]) -> Option<String> {
    let Expr::Column(root) = root else { return None };
    let mut path = if root.name == "eventjson" { String::new() } else { root.name.clone() };
    for step in steps {
        match step {
            Expr::Literal(value, _) if value.data_type().is_integer() => path.push_str(&format!("[{value}]")),
            Expr::Literal(value, _) => {
                let dot = if path.is_empty() { "" } else { "." };
                path.push_str(&format!("{dot}{}", value.try_as_str().flatten()?));
            }
            _ => return None,
        }
    }
    Some(path)
}

/// The place, counted from the scan, of the first filter that rows went into and none came out of. None where the
/// optimizer has not left the `count` filters of the query one by one.
fn emptied(plan: &Arc<dyn ExecutionPlan>, count: usize) -> Option<usize> {
    let mut filters = Vec::new();
    // Never fails: the closure does not.
    let _ = plan.apply(|node| {
        if let Some(filter) = node.downcast_ref::<FilterExec>() {
            filters.push(filter.metrics().and_then(|metrics| metrics.output_rows()));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    filters.reverse();
    if filters.len() != count {
        return None;
    }
    filters.iter().position(|rows| *rows == Some(0))
}
