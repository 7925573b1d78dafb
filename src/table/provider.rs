//! `TrailTable`: the records of an archive as a table. Planning lists log files; it opens none.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::physical_plan::FileScanConfigBuilder;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::budget::{Budget, Cost};
use super::proof::Proof;
use super::prune::{self, Pruning};
use super::report::Report;
use super::source::TrailSource;
use super::unit;
use crate::archive::{Archive, Listing, Slack, Wanted};
use crate::record::Limits;
use crate::schema::{Shape, Virtual, columns};

/// How an archive is read.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// How long after an event its delivery is looked for.
    pub slack: Slack,
    /// Bounds on a single log file.
    pub limits: Limits,
    /// Whether the first file that cannot be read ends the query.
    pub strict: bool,
    /// Whether every record of every file is built before a predicate looks at it. Slow; the answer is the same.
    pub exhaustive: bool,
    /// What is known and kept of the log files that are read.
    pub proof: Proof,
}

/// The records of an archive.
#[derive(Debug)]
pub struct TrailTable {
    archive: Arc<Archive>,
    options: ScanOptions,
}

impl TrailTable {
    /// The records of this archive.
    #[must_use]
    pub fn new(archive: Arc<Archive>, options: ScanOptions) -> Self {
        Self { archive, options }
    }
}

#[async_trait]
impl TableProvider for TrailTable {
    fn schema(&self) -> SchemaRef {
        columns::arrow_schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(filters
            .iter()
            .map(|filter| {
                if prune::is_of_files(filter, fact_named) {
                    TableProviderFilterPushDown::Exact
                } else if filter
                    .column_refs()
                    .iter()
                    .any(|column| matches!(column.name.as_str(), "eventtime" | "eventjson"))
                {
                    TableProviderFilterPushDown::Inexact
                } else {
                    TableProviderFilterPushDown::Unsupported
                }
            })
            .collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = columns::arrow_schema();
        let predicates = prune::physical(state, filters, &schema)?;
        let pruning = Pruning::new(&predicates, schema, fact_at, self.options.slack);
        let budget = state.config().get_extension::<Budget>().unwrap_or_default();
        let (mut listing, list_requests, taken) = {
            let turn = budget.turn(&self.archive);
            let _turn = turn.lock().await;
            let (started, before) = (Instant::now(), self.archive.requests().list());
            let listing = list(&self.archive, &pruning).await?;
            (listing, self.archive.requests().list().saturating_sub(before), started.elapsed())
        };
        let files = std::mem::take(&mut listing.files);
        let bytes = files.iter().map(|file| file.size).sum();
        let cost = Cost { list: list_requests, get: files.len() as u64, bytes };
        budget.spend(cost).map_err(|over| DataFusionError::External(Box::new(over)))?;
        let report = Arc::new(Report::new(self.archive.location().display(), listing, &files, cost));
        let source = TrailSource::new(Arc::clone(&self.archive), report, self.options.clone(), taken);
        let groups = unit::groups(files, state.config().target_partitions());
        let config = FileScanConfigBuilder::new(store_url(&self.archive)?, Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// Lists what the predicates leave.
pub(super) async fn list(archive: &Archive, pruning: &Pruning) -> Result<Listing> {
    let wanted = Wanted {
        folder: &|partition, level| pruning.folder(partition, level),
        file: &|file| pruning.file(file),
        times: pruning.times(),
    };
    archive.list(&wanted).await.map_err(|error| DataFusionError::External(Box::new(error)))
}

fn store_url(archive: &Archive) -> Result<ObjectStoreUrl> {
    match archive.object_store() {
        Some((url, _)) => ObjectStoreUrl::parse(url),
        None => Ok(ObjectStoreUrl::local_filesystem()),
    }
}

fn fact_named(name: &str) -> Option<Virtual> {
    let column = columns::ALL.iter().find(|column| column.name == name)?;
    if let Shape::Virtual(fact) = column.shape { Some(fact) } else { None }
}

fn fact_at(index: usize) -> Option<Virtual> {
    match columns::ALL.get(index)?.shape {
        Shape::Virtual(fact) if fact.is_of_file() => Some(fact),
        _ => None,
    }
}
