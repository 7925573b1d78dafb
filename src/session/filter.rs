//! Records by a predicate: what a metric-filter pattern asks, and what programs ask of every record in one pass.

use datafusion::common::TableReference;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};

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

    /// The plan of such a pass.
    pub(super) async fn plan_select(
        &self,
        source: &Source,
        predicate: Expr,
        row: Vec<Expr>,
    ) -> Result<LogicalPlan, Error> {
        let name = TableReference::bare(CLOUDTRAIL);
        let Ok(table) = self.context.table_provider(name.clone()).await else {
            return Err(Error::Usage {
                message: "there is no archive to ask".to_owned(),
                help: "name one: `trailql query PATH_OR_URL -c '…'`".to_owned(),
            });
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
