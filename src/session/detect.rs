//! From a text to a detection: a predicate on one record, and what to show of the records it fits.
//!
//! A detection reads nothing but one record at a time, so that many of them can be answered in one pass.

use std::collections::HashMap;

use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{Column, DataFusionError};
use datafusion::logical_expr::{Expr, LogicalPlan, Projection, TableScan};
use datafusion::prelude::lit;

use super::{Error, Form, Language, Options, Planned, Session, Statement, engine};
use crate::diag::{Diagnostic, Diagnostics, Source, Span};
use crate::sql::{Prepared, Value};
use crate::table;

/// A predicate on one record, and what to show of the records it fits, both over the columns of `cloudtrail`.
#[derive(Debug, Clone)]
pub struct Detection {
    /// Which records it fits.
    pub predicate: Expr,
    /// The columns that the text selects, by name.
    pub columns: Vec<(String, Expr)>,
}

impl Session {
    /// A session whose `cloudtrail` has no records, for looking at texts.
    ///
    /// # Errors
    /// [`Error::Bug`] when the engine cannot be set up.
    pub fn blank(options: Options) -> Result<Self, Error> {
        let bug = |error: DataFusionError| Error::Bug(error.strip_backtrace());
        let (context, _) = engine::context(&[], &options, &options.scan.proof).map_err(bug)?;
        let tables = table::catalog::blank().map_err(bug)?;
        engine::add_schema(&context, engine::NO_ARCHIVE, tables).map_err(bug)?;
        Ok(Self { context, options, kept: std::sync::Arc::default() })
    }

    /// The detections that the statements of a text are. Placeholders have the values given.
    ///
    /// # Errors
    /// [`Error::Query`] when a statement is wrong, or asks for more than one record at a time.
    pub async fn detections(
        &self,
        source: &Source,
        language: Language,
        values: &[(String, Value)],
    ) -> Result<Vec<Detection>, Error> {
        let mut detections = Vec::new();
        for statement in self.parse(source, language)? {
            let plan = self.plan_with(&statement, values).await?;
            let state = self.context.state();
            let plan = state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {});
            let plan = plan.map_err(|error| self.failed(source, error))?;
            detections.push(detection(&plan).map_err(|diagnostic| {
                let diagnostic = diagnostic.at(first_line(&source.text, language.comment()), "");
                Error::Query(Diagnostics { source: source.clone(), list: vec![diagnostic] })
            })?);
        }
        Ok(detections)
    }

    async fn plan_with(&self, statement: &Statement, values: &[(String, Value)]) -> Result<LogicalPlan, Error> {
        let source = &statement.source;
        if let Form::Sql(parsed) = &statement.form
            && let Prepared::Query(rewritten) = parsed.prepare(source, &self.catalog().await)
        {
            let ast = rewritten.with_values(values).ast;
            return self.plan_tree(ast, source).await;
        }
        let Planned { plan, .. } = self.plan(statement).await?;
        Ok(plan)
    }
}

/// The first line of a text that is no comment.
fn first_line(text: &str, comment: &str) -> Span {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim_start().starts_with(comment) && !line.trim().is_empty() {
            return Span::new(start, start + line.trim_end().len());
        }
        start += line.len();
    }
    Span::new(0, 0)
}

/// Reads a plan as a detection.
fn detection(plan: &LogicalPlan) -> Result<Detection, Diagnostic> {
    let Rows { predicate, columns } = rows(plan)?;
    let predicate = predicate.unwrap_or_else(|| lit(true));
    let columns = columns
        .map_or_else(Vec::new, |columns| columns.into_iter().map(|(column, expr)| (column.name, expr)).collect());
    Ok(Detection { predicate, columns })
}

/// What a plan makes of each record.
struct Rows {
    predicate: Option<Expr>,
    /// Its columns over the table's; none when they are the table's own.
    columns: Option<Vec<(Column, Expr)>>,
}

impl Rows {
    /// An expression over these rows, over the table instead.
    fn over_table(&self, expr: &Expr) -> Result<Expr, Diagnostic> {
        let columns: Option<HashMap<&Column, &Expr>> =
            self.columns.as_ref().map(|columns| columns.iter().map(|(column, expr)| (column, expr)).collect());
        let replaced = expr.clone().transform_up(|expr| {
            let Expr::Column(column) = &expr else { return Ok(Transformed::no(expr)) };
            let known = columns.as_ref().and_then(|columns| columns.get(column));
            Ok(Transformed::yes(match known {
                Some(expr) => (*expr).clone(),
                None => Expr::Column(Column::new_unqualified(column.name.clone())),
            }))
        });
        replaced.data().map_err(|error| Diagnostic::error("K001", error.strip_backtrace()))
    }
}

fn rows(plan: &LogicalPlan) -> Result<Rows, Diagnostic> {
    match plan {
        LogicalPlan::TableScan(TableScan { filters, .. }) if filters.is_empty() => {
            Ok(Rows { predicate: None, columns: None })
        }
        // Order is the findings' own.
        LogicalPlan::Sort(sort) if sort.fetch.is_none() => rows(&sort.input),
        LogicalPlan::SubqueryAlias(alias) => {
            let Rows { predicate, columns } = rows(&alias.input)?;
            let columns = columns.map(|columns| {
                let named =
                    |(column, expr): (Column, Expr)| (Column::new(Some(alias.alias.clone()), column.name), expr);
                columns.into_iter().map(named).collect()
            });
            Ok(Rows { predicate, columns })
        }
        LogicalPlan::Filter(filter) => {
            let rows = rows(&filter.input)?;
            let condition = rows.over_table(&filter.predicate)?;
            let predicate = match rows.predicate {
                Some(predicate) => predicate.and(condition),
                None => condition,
            };
            Ok(Rows { predicate: Some(predicate), columns: rows.columns })
        }
        LogicalPlan::Projection(Projection { input, expr, schema, .. }) => {
            let rows = rows(input)?;
            let mut columns = Vec::with_capacity(expr.len());
            for (column, expr) in schema.columns().into_iter().zip(expr) {
                columns.push((column, rows.over_table(&expr.clone().unalias())?));
            }
            Ok(Rows { predicate: rows.predicate, columns: Some(columns) })
        }
        other => {
            let operator = other.display().to_string();
            let name = operator.split([':', ' ']).next().unwrap_or_default().to_owned();
            Err(Diagnostic::error(
                "K001",
                format!("a detection looks at one record at a time; this one asks for `{name}`"),
            )
            .help("count, compare and remember with the header: `count:`, `distinct:`, `sequence:`, `first_seen:`"))
        }
    }
}
