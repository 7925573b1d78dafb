//! Records by a predicate: what a metric-filter pattern asks, and what programs ask of every record in one pass.

use datafusion::common::TableReference;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, SortExpr};

use super::deadline::Deadline;
use super::{Answer, Error, Language, Planned, Session};
use crate::diag::{Diagnostics, Source};
use crate::schema::columns;
use crate::schema::tables::CLOUDTRAIL;

impl Session {
    /// Starts one pass over the records that a predicate is true of. A row of it has these expressions, or the columns
    /// of `SELECT *` when there are none; both are over the columns of the table `cloudtrail`.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn select(&self, source: &Source, predicate: Expr, row: Vec<Expr>) -> Result<Answer, Error> {
        let deadline = Deadline::after(self.options.timeout);
        let started = async {
            let plan = self.plan_select(source, predicate, row).await?;
            let notices = Diagnostics { source: source.clone(), list: Vec::new() };
            self.start(Planned::new(plan, Language::Filter, notices), source, deadline).await
        };
        deadline.bound(started).await
    }

    /// Starts a search of this table of every archive: rows of these expressions, which have names, of the records that
    /// a predicate is true of, in this order of their names. With a limit, no more is read than it takes to be sure.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn search(
        &self,
        source: &Source,
        table: &str,
        predicate: Option<Expr>,
        row: Vec<Expr>,
        order: Vec<SortExpr>,
        limit: Option<usize>,
    ) -> Result<Answer, Error> {
        let deadline = Deadline::after(self.options.timeout);
        let failed = |error| self.failed(source, error);
        let started = async {
            let schemas: Vec<String> = self.kept().archives.iter().map(|(schema, _)| schema.clone()).collect();
            let mut all: Option<LogicalPlanBuilder> = None;
            for schema in schemas {
                let name = TableReference::partial(schema, table);
                let provider = self.context.table_provider(name.clone()).await.map_err(failed)?;
                let mut plan = LogicalPlanBuilder::scan(name, provider_as_source(provider), None).map_err(failed)?;
                if let Some(predicate) = &predicate {
                    plan = plan.filter(predicate.clone()).map_err(failed)?;
                }
                let plan = plan.project(row.clone()).map_err(failed)?;
                all = Some(match all {
                    Some(others) => others.union(plan.build().map_err(failed)?).map_err(failed)?,
                    None => plan,
                });
            }
            let Some(all) = all else { return Err(no_archive("trailql lookup PATH_OR_URL …")) };
            let plan = all.sort_with_limit(order, limit).and_then(LogicalPlanBuilder::build).map_err(failed)?;
            let notices = Diagnostics { source: source.clone(), list: Vec::new() };
            self.start(Planned::new(plan, Language::Sql, notices), source, deadline).await
        };
        deadline.bound(started).await
    }

    /// The plan of a pass over the records that a predicate is true of.
    pub(super) async fn plan_select(
        &self,
        source: &Source,
        predicate: Expr,
        row: Vec<Expr>,
    ) -> Result<LogicalPlan, Error> {
        let name = TableReference::bare(CLOUDTRAIL);
        let Ok(table) = self.context.table_provider(name.clone()).await else {
            return Err(no_archive("trailql query PATH_OR_URL -c '…'"));
        };
        let shown = || {
            let schema = table.schema();
            let fields = schema.fields().iter().filter(|field| !columns::is_hidden(field));
            fields.map(|field| datafusion::prelude::ident(field.name())).collect::<Vec<_>>()
        };
        let row = if row.is_empty() { shown() } else { row };
        LogicalPlanBuilder::scan(name, provider_as_source(table), None)
            .and_then(|plan| plan.filter(predicate))
            .and_then(|plan| plan.project(row))
            .and_then(LogicalPlanBuilder::build)
            .map_err(|error| self.failed(source, error))
    }
}

fn no_archive(example: &str) -> Error {
    Error::Usage { message: "there is no archive to ask".to_owned(), help: format!("name one: `{example}`") }
}
