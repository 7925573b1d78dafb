//! Query → plan.
//!
//! Commands run from top to bottom. Until a `stats`, every field of a record can be named; a name that a command
//! made wins over the record's.

use std::rc::Rc;

use chrono::{DateTime, Utc};
use datafusion::common::{Column, DataFusionError};
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::ast::{Explain, Query};
use super::context::Context;
use super::leaves::Leaves;
use super::rows::Rows;
use super::sources::Read;
use crate::diag::{Diagnostic, Diagnostics, Source, Span};

/// What a query can read, and when it is asked.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The archives; a query reads the first unless it says otherwise.
    pub archives: Vec<Archive>,
    /// The tables that [`Query::tables`] names, by name.
    pub tables: Vec<(String, LogicalPlan)>,
    /// The time asked for.
    pub range: Range,
    /// When the query began: what `now()` means.
    pub now: DateTime<Utc>,
}

/// An archive as `SOURCE` knows it.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Its name.
    pub name: String,
    /// A scan, or view, of `cloudtrail` with every column of [`columns`](crate::schema::columns), virtual ones
    /// included.
    pub records: LogicalPlan,
    /// The same, of every time.
    pub always: LogicalPlan,
}

/// A range of times, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Range {
    /// The earliest.
    pub since: Option<i64>,
    /// The first that is later than all.
    pub before: Option<i64>,
}

/// A query as a plan.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// Columns in the order shown, by the names the query gives them.
    pub plan: LogicalPlan,
    /// Remarks on a query that runs.
    pub notices: Vec<Diagnostic>,
    /// The record fields that the text names, as written, each once.
    pub fields: Vec<(String, Span)>,
    /// Whether the text says how many rows it wants.
    pub is_limited: bool,
    /// Whether not the rows are asked for, but how much would be read for them.
    pub is_estimate: bool,
}

/// Lowers a query.
///
/// Result columns are text, `Int64` for counts and flags, `Float64` for other numbers, and timestamps in UTC
/// milliseconds.
///
/// # Errors
/// What is wrong with names where they stand: the errors of the first command that has any.
pub fn lower(query: &Query, source: &Source, scope: &Scope) -> Result<Lowered, Diagnostics> {
    let failed = |error: Diagnostic| Diagnostics { source: source.clone(), list: vec![error] };
    // Twice: the first time tells which leaves of the records are read at all.
    let (_, seen) = lowered(query, scope, Leaves::default()).map_err(failed)?;
    let (plan, seen) = lowered(query, scope, seen.leaves.into_inner().known()).map_err(failed)?;
    let (mut notices, fields) = seen.into_found();
    notices.splice(0..0, query.notices.iter().cloned());
    Ok(Lowered {
        plan,
        notices,
        fields,
        is_limited: query.is_limited(),
        is_estimate: query.is_estimate() && query.explain.is_none(),
    })
}

fn lowered(query: &Query, scope: &Scope, leaves: Leaves) -> Lowers<(LogicalPlan, Context)> {
    let context = Rc::new(Context::new(scope, leaves));
    let mut rows = Rows::read(Rc::clone(&context), Read::first())?;
    for command in &query.commands {
        rows.run(command)?;
    }
    rows.finish(str::to_owned)?;
    if let Some(explain) = query.explain {
        rows.build(|plan| plan.explain(false, explain == Explain::Analyze))?;
    }
    let plan = rows.plan.clone();
    drop(rows);
    let context = Rc::into_inner(context).ok_or_else(|| unplanned(DataFusionError::Internal("shared".to_owned())))?;
    Ok((plan, context))
}

/// What lowering a part gives.
pub(super) type Lowers<T> = Result<T, Diagnostic>;

pub(super) fn unplanned(error: DataFusionError) -> Diagnostic {
    Diagnostic::error("I033", format!("the query cannot be planned: {error}"))
}

/// A column of the plan that a command made.
pub(super) fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}
