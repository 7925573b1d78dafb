//! Why an answer is empty: where it looked, how much it read, and which filter removed the last row.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::sql::unparser::expr_to_sql;

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
        let (files, folders) = (human_count(*files_pruned), human_count(*folders_pruned));
        return format!(
            "no log file below {location} is of the account, region and time asked for: {files} files and {folders} folders passed over"
        );
    }
    let read =
        format!("read {} records in {} log files below {location}", human_count(*records), human_count(*files_read));
    if *records == 0 {
        return read;
    }
    let filters = filters(logical);
    match (emptied(physical), filters.as_slice()) {
        (Some(at), filters) if at < filters.len() => format!("{read}; none is left by the filter {}", filters[at]),
        (_, []) => read,
        (_, [only]) => format!("{read}; none is left by the filter {only}"),
        (_, filters) => format!("{read}; none is left by the filters {}", filters.join(" and ")),
    }
}

/// The predicates of a plan as SQL, the one next to the scan first.
fn filters(plan: &LogicalPlan) -> Vec<String> {
    let mut found = Vec::new();
    // Never fails: the closure does not.
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Filter(filter) = node {
            let predicate = as_written(&filter.predicate);
            let sql = expr_to_sql(&predicate).map(|sql| sql.to_string());
            found.push(sql.unwrap_or_else(|_| predicate.to_string()));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found.reverse();
    found
}

/// A predicate with the functions taken out that stand for fields of a record.
fn as_written(predicate: &Expr) -> Expr {
    let named = |name: String| Transformed::yes(Expr::Column(Column::new_unqualified(name)));
    let written = predicate.clone().transform_up(|expr| {
        Ok(match expr {
            Expr::Column(column) if column.relation.is_some() => named(column.name),
            Expr::ScalarFunction(ScalarFunction { func, args }) => match (func.name(), args.as_slice()) {
                ("event_timestamp", [Expr::Column(column)]) => named(column.name.clone()),
                ("json_member", [Expr::Column(column), steps @ ..]) => {
                    named(format!("{}.{}", column.name, path(steps)))
                }
                (name, [_, steps @ ..]) if name.starts_with("record_") => named(path(steps)),
                _ => Transformed::no(Expr::ScalarFunction(ScalarFunction { func, args })),
            },
            expr => Transformed::no(expr),
        })
    });
    written.data().unwrap_or_else(|_| predicate.clone())
}

/// Constant steps as a path.
fn path(steps: &[Expr]) -> String {
    let steps = steps.iter().filter_map(|step| if let Expr::Literal(value, _) = step { Some(value) } else { None });
    steps.map(ScalarValue::to_string).collect::<Vec<_>>().join(".")
}

/// The place, counted from the scan, of the first filter that rows went into and none came out of.
fn emptied(plan: &Arc<dyn ExecutionPlan>) -> Option<usize> {
    let mut filters = Vec::new();
    // Never fails: the closure does not.
    let _ = plan.apply(|node| {
        if let Some(filter) = node.downcast_ref::<FilterExec>() {
            filters.push(filter.metrics().and_then(|metrics| metrics.output_rows()));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    filters.reverse();
    filters.iter().position(|rows| *rows == Some(0))
}
