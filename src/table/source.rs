//! `TrailSource`: what DataFusion's file scan is told about log files.

use std::fmt;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::config::ConfigOptions;
use datafusion::datasource::physical_plan::{FileOpener, FileScanConfig, FileSource};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::object_store::ObjectStore;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_plan::DisplayFormatType;
use datafusion::physical_plan::filter_pushdown::{FilterPushdownPropagation, PushedDown};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;

use super::leaves::SlotPlan;
use super::opener::{TrailMetrics, TrailOpener};
use super::report::Report;
use crate::archive::Archive;
use crate::record::Limits;
use crate::schema::columns;

/// A scan of log files: which archive, and which leaves of their records.
#[derive(Debug, Clone)]
pub struct TrailSource {
    archive: Arc<Archive>,
    report: Arc<Report>,
    limits: Limits,
    strict: bool,
    table_schema: TableSchema,
    projection: ProjectionExprs,
    batch_size: usize,
    metrics: ExecutionPlanMetricsSet,
}

impl TrailSource {
    pub(super) fn new(archive: Arc<Archive>, report: Arc<Report>, limits: Limits, strict: bool) -> Self {
        let schema = columns::arrow_schema();
        let all: Vec<usize> = (0..schema.fields().len()).collect();
        Self {
            archive,
            report,
            limits,
            strict,
            projection: ProjectionExprs::from_indices(&all, &schema),
            table_schema: TableSchema::from(schema),
            batch_size: 8192,
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }

    /// The account of this scan's log files.
    #[must_use]
    pub fn report(&self) -> &Arc<Report> {
        &self.report
    }
}

impl FileSource for TrailSource {
    fn create_file_opener(
        &self,
        _: Arc<dyn ObjectStore>,
        _: &FileScanConfig,
        partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        Ok(Arc::new(TrailOpener {
            archive: Arc::clone(&self.archive),
            report: Arc::clone(&self.report),
            limits: self.limits,
            strict: self.strict,
            batch_size: self.batch_size,
            plan: Arc::new(SlotPlan::new(&self.projection)?),
            metrics: TrailMetrics::new(&self.metrics, partition),
        }))
    }

    fn table_schema(&self) -> &TableSchema {
        &self.table_schema
    }

    fn with_batch_size(&self, batch_size: usize) -> Arc<dyn FileSource> {
        Arc::new(Self { batch_size, ..self.clone() })
    }

    fn projection(&self) -> Option<&ProjectionExprs> {
        Some(&self.projection)
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        &self.metrics
    }

    fn file_type(&self) -> &'static str {
        "cloudtrail"
    }

    /// A unit is read by one partition from its beginning to its end.
    fn supports_repartitioning(&self) -> bool {
        false
    }

    fn fmt_extra(&self, format: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        let listing = &self.report.listing;
        let facts = [
            ("log_files", self.report.planned),
            ("pruned_by_partition", listing.pruned_by_partition),
            ("pruned_by_time", listing.pruned_by_time),
            ("folders_pruned", listing.folders_pruned),
        ];
        for (name, value) in facts {
            match format {
                DisplayFormatType::Default | DisplayFormatType::Verbose => write!(f, ", {name}={value}")?,
                DisplayFormatType::TreeRender => writeln!(f, "{name}={value}")?,
            }
        }
        Ok(())
    }

    fn try_pushdown_filters(
        &self,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn FileSource>>> {
        Ok(FilterPushdownPropagation::with_parent_pushdown_result(vec![PushedDown::No; filters.len()]))
    }

    fn try_pushdown_projection(&self, projection: &ProjectionExprs) -> Result<Option<Arc<dyn FileSource>>> {
        let projection = self.projection.try_merge(projection)?;
        Ok(Some(Arc::new(Self { projection, ..self.clone() })))
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        datafusion::physical_plan::apply_expression_roots(self.projection.iter(), visit)
    }
}
