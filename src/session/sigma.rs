//! Sigma rules as queries: the records that a rule matches.

use datafusion::common::TableReference;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ident};

use super::{Error, Session};
use crate::schema::columns::is_hidden;
use crate::schema::tables::CLOUDTRAIL;
use crate::sigma::{Rule, field};

impl Session {
    /// One row for each match: the fields that the rule names, or every column.
    pub(super) async fn plan_sigma(&self, rule: &Rule) -> Result<LogicalPlan, Error> {
        let reference = TableReference::bare(CLOUDTRAIL);
        let Ok(table) = self.context.table_provider(reference.clone()).await else {
            return Err(Error::Usage {
                message: "there is no archive to ask".to_owned(),
                help: "name one: `trailql query PATH_OR_URL -f rule.yml`".to_owned(),
            });
        };
        let schema = table.schema();
        let columns: Vec<Expr> = if rule.header.fields.is_empty() {
            schema.fields().iter().filter(|field| !is_hidden(field)).map(|field| ident(field.name())).collect()
        } else {
            let mut names: Vec<&str> = Vec::new();
            for name in &rule.header.fields {
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
            names.into_iter().map(|name| field(name).alias(name)).collect()
        };
        LogicalPlanBuilder::scan(reference, provider_as_source(table), None)
            .and_then(|plan| plan.filter(rule.predicate()))
            .and_then(|plan| plan.project(columns))
            .and_then(LogicalPlanBuilder::build)
            .map_err(|error| Error::from_run(error, &self.ground()))
    }
}
