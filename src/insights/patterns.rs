//! Texts → the patterns they are of, counted by label: a time, or which of two ranges they are from.
//!
//! Three steps: texts of one shape together, then shapes of one pattern together, then a row for each pattern and
//! label. Only the first sees every row.

use datafusion::common::{Column, UnnestOptions};
use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};

use super::commands::Command;
use super::lower::{Lowers, column, unplanned};
use super::rows::Rows;
use super::value::{Class, Value};
use crate::diag::{Diagnostic, Span};
use crate::functions::patterns;

/// The columns of patterns, each with its name in the plan.
pub(super) struct Patterns {
    pub(super) plan: LogicalPlan,
    pub(super) pattern: Expr,
    pub(super) label: Expr,
    pub(super) count: Expr,
}

/// Texts with their labels, `Int64`.
pub(super) struct Labelled {
    pub(super) rows: Rows,
    pub(super) text: Value,
    pub(super) label: Expr,
}

/// The patterns that all these texts make together: one row for each pattern and label.
pub(super) fn of(parts: Vec<Labelled>) -> Lowers<Patterns> {
    let mut plans = Vec::new();
    let mut names = None;
    for Labelled { mut rows, text, label } in parts {
        let (text_name, label_name) = names.get_or_insert_with(|| (rows.fresh("text"), rows.fresh("label"))).clone();
        let settled = rows.settle(vec![text.text().alias(text_name), label.alias(label_name)])?;
        rows.build(|plan| plan.project(settled))?;
        let fresh = |name: &str| rows.fresh(name);
        let fresh = ["pattern", "tally", "merged", "pattern", "label", "count"].map(fresh);
        plans.push((rows.plan, fresh));
    }
    let (Some((text, label)), Some((first, fresh))) = (names, plans.pop()) else {
        return Err(unplanned(datafusion::common::DataFusionError::Internal("no texts".to_owned())));
    };
    let [part, tally, merged, pattern, label_name, count] = fresh;
    let mut plan = LogicalPlanBuilder::from(first);
    for (other, _) in plans {
        plan = plan.union(other).map_err(unplanned)?;
    }
    let text = column(&text);
    let member = |name: &str| get_field(column(&merged), name);
    let plan = plan
        .filter(text.clone().is_not_null())
        .and_then(|plan| {
            let made = [
                patterns::pattern_of().call(vec![text.clone()]).alias(&part),
                patterns::tally().call(vec![column(&label)]).alias(&tally),
            ];
            plan.aggregate([patterns::shape_of(text)], made)
        })
        .and_then(|plan| {
            let made = patterns::merged_patterns().call(vec![column(&part), column(&tally)]).alias(&merged);
            plan.aggregate(Vec::<Expr>::new(), [made])
        })
        .and_then(|plan| {
            plan.unnest_column_with_options(
                Column::new_unqualified(&merged),
                UnnestOptions::new().with_preserve_nulls(false),
            )
        })
        .and_then(|plan| {
            plan.project([
                member("pattern").alias(&pattern),
                member("label").alias(&label_name),
                member("count").alias(&count),
            ])
        })
        .and_then(LogicalPlanBuilder::build)
        .map_err(unplanned)?;
    Ok(Patterns { plan, pattern: column(&pattern), label: column(&label_name), count: column(&count) })
}

/// The severity of a pattern, as a value.
pub(super) fn severity(pattern: &Expr) -> Value {
    Value::new(patterns::severity_of(pattern.clone()), Class::Text)
}

impl Rows {
    /// The place among the commands done of the `pattern` that made these rows, where only their choice and order
    /// changed since.
    pub(super) fn pattern_before(&self) -> Option<usize> {
        let place = self.done.iter().rposition(|command| matches!(command, Command::Pattern(_)))?;
        let only_chooses = |command: &Command| {
            matches!(
                command,
                Command::Filter(_) | Command::Sort(_) | Command::Limit(_) | Command::Display(_) | Command::Fields(_)
            )
        };
        self.done[place + 1..].iter().all(only_chooses).then_some(place)
    }
}

/// The error of a command that works on patterns and finds none.
pub(super) fn none_before(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("I039", format!("`{name}` needs patterns"))
        .at(span, "no `pattern` before this")
        .help(format!("write `pattern @message | {name}`"))
}
