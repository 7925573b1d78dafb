//! What a Logs Insights query can read, and what it would.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::{DataFusionError, TableReference};
use datafusion::datasource::provider_as_source;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, lit};

use super::commands::wrong;
use super::{Error, Session, engine};
use crate::archive::Location;
use crate::diag::{Diagnostic, Source};
use crate::insights::{Archive, Query, Range, Scope};
use crate::schema::tables::CLOUDTRAIL;
use crate::sql::{FILES, FileName};
use crate::table::{self, Budget};

impl Session {
    /// What a query can read: every archive, the one that needs no schema first, and the tables it looks things up in.
    pub(super) async fn scope(&self, query: &Query, source: &Source) -> Result<Scope, Error> {
        let mut archives = Vec::new();
        let default_schema = engine::default_schema(&self.context);
        let bare = || TableReference::bare(CLOUDTRAIL);
        // Not in the loop's own head: there the lock would be held to its end.
        let opened = self.kept().archives.clone();
        for (name, archive) in opened {
            let options = self.options_of(&name);
            let scan = |only| table::catalog::records(&archive, options.scan.clone(), only);
            // By a name that SQL reads the same archive by.
            let is_default = name == default_schema;
            let reference = || match is_default {
                true => bare(),
                false => TableReference::partial(name.as_str(), CLOUDTRAIL),
            };
            let plan = |table: datafusion::common::Result<Arc<dyn TableProvider>>| {
                table
                    .and_then(|table| records(reference(), table))
                    .map_err(|error| Error::from_run(error, &self.ground()))
            };
            let records = plan(scan(options.predicate()))?;
            let always = plan(scan(options.always().predicate()))?;
            archives.push(Archive { name, records, always });
        }
        archives.sort_by_key(|archive| archive.name != default_schema);
        // A database of defined tables has a `cloudtrail` of its own, perhaps.
        if archives.first().is_none_or(|archive| archive.name != default_schema)
            && let Ok(table) = self.context.table_provider(bare()).await
        {
            let records = records(bare(), table).map_err(|error| Error::from_run(error, &self.ground()))?;
            archives.insert(0, Archive { name: default_schema, always: records.clone(), records });
        }
        if archives.is_empty() {
            return Err(Error::Usage {
                message: "there is no archive to ask".to_owned(),
                help: "name one: `trailql query PATH_OR_URL -c '…'`".to_owned(),
            });
        }
        let mut tables = Vec::new();
        for name in query.tables() {
            tables.push((name.to_owned(), self.looked_up(name, source).await?));
        }
        Ok(Scope { archives, tables, range: self.options.range(), now: self.options.now })
    }

    /// A table of the session with this name, or the file `name.csv`; a name with an ending or a slash is a file's.
    async fn looked_up(&self, name: &str, source: &Source) -> Result<LogicalPlan, Error> {
        let is_path = name.contains(['.', '/']);
        let failed = |error: DataFusionError| Error::from_run(error, &self.ground());
        let of_session = TableReference::bare(name.to_lowercase());
        // The plan keeps the name, which SQL reads the same rows by.
        if !is_path && let Ok(table) = self.context.table_provider(of_session.clone()).await {
            return records(of_session, table).map_err(failed);
        }
        let path = if is_path { name.to_owned() } else { format!("{name}.csv") };
        if let Ok(Location::Local(local)) = Location::parse(&path)
            && !local.exists()
        {
            let sentence = if is_path {
                format!("there is no file `{path}`")
            } else {
                format!("there is no table `{name}` and no file `{path}`")
            };
            let missing = Diagnostic::error("I038", sentence)
                .help("`lookup` takes a table of the session, or a file: `lookup 'lists/users.csv' …`");
            return Err(wrong(missing, name, source));
        }
        self.read_files(&[FileName { path: path.clone(), function: None }], source).await?;
        let reference = TableReference::partial(FILES, path);
        let table = self.context.table_provider(reference.clone()).await.map_err(failed)?;
        records(reference, table).map_err(failed)
    }
}

fn records(name: TableReference, table: Arc<dyn TableProvider>) -> datafusion::common::Result<LogicalPlan> {
    LogicalPlanBuilder::scan(name, provider_as_source(table), None)?.build()
}

/// The row that `estimate` gives, once the scans of a query are planned.
pub(super) fn estimate(state: &SessionState) -> datafusion::common::Result<LogicalPlan> {
    let cost = state.config().get_extension::<Budget>().map(|budget| budget.planned()).unwrap_or_default();
    let count = |count: u64| lit(i64::try_from(count).unwrap_or(i64::MAX));
    LogicalPlanBuilder::empty(true)
        .project([count(cost.bytes).alias("@estimatedBytes"), count(cost.get).alias("@estimatedFiles")])?
        .build()
}

impl super::Options {
    /// The same without a range of times.
    fn always(&self) -> Self {
        Self { since: None, until: None, ..self.clone() }
    }

    /// The time asked for.
    fn range(&self) -> Range {
        let until = |bound: super::Bound| bound.at.timestamp_millis() + i64::from(!bound.is_midnight());
        Range { since: self.since.map(|bound| bound.at.timestamp_millis()), before: self.until.map(until) }
    }
}
