//! `TrailSource`: what DataFusion's file scan is told about log files.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::config::ConfigOptions;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileOpener, FileScanConfig, FileSource};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::object_store::ObjectStore;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_expr::utils::conjunction_opt;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr, PhysicalSortExpr, split_conjunction};
use datafusion::physical_plan::filter_pushdown::{FilterPushdownPropagation, PushedDown};
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricBuilder};
use datafusion::physical_plan::{DisplayFormatType, SortOrderPushdownResult};

use super::gate::GatePlan;
use super::horizon::Horizon;
use super::leaves::SlotPlan;
use super::metrics::TrailMetrics;
use super::needles;
use super::opener::TrailOpener;
use super::order::TimeOrder;
use super::provider::ScanOptions;
use super::report::Report;
use crate::archive::{Archive, Slack};
use crate::schema::columns;

/// A scan of log files: which archive, and which leaves of their records.
#[derive(Debug, Clone)]
pub struct TrailSource {
    archive: Arc<Archive>,
    report: Arc<Report>,
    options: ScanOptions,
    table_schema: TableSchema,
    projection: ProjectionExprs,
    /// Over the table's schema; all of them hold for every row of the scan.
    predicates: Vec<Arc<dyn PhysicalExpr>>,
    order: Option<TimeOrder>,
    batch_size: usize,
    metrics: ExecutionPlanMetricsSet,
}

impl TrailSource {
    pub(super) fn new(archive: Arc<Archive>, report: Arc<Report>, options: ScanOptions, listed: Duration) -> Self {
        let schema = columns::arrow_schema();
        let metrics = ExecutionPlanMetricsSet::new();
        MetricBuilder::new(&metrics).subset_time("time_listing", 0).add_duration(listed);
        let all: Vec<usize> = (0..schema.fields().len()).collect();
        Self {
            archive,
            report,
            options,
            projection: ProjectionExprs::from_indices(&all, &schema),
            predicates: Vec::new(),
            order: None,
            table_schema: TableSchema::from(schema),
            batch_size: 8192,
            metrics,
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
        config: &FileScanConfig,
        partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let plan = SlotPlan::new(&self.projection, &self.predicates)?;
        let (gate, horizon) = match self.options.exhaustive {
            true => (GatePlan::default(), None),
            false => (GatePlan::new(&self.predicates, &plan)?, Horizon::of(&self.predicates)),
        };
        Ok(Arc::new(TrailOpener {
            archive: Arc::clone(&self.archive),
            report: Arc::clone(&self.report),
            options: self.options.clone(),
            // Nobody waits for rows that nobody asked for.
            batch_size: config.limit.map_or(self.batch_size, |limit| limit.clamp(1, self.batch_size)),
            plan: Arc::new(plan),
            gate: Arc::new(gate),
            horizon: horizon.map(Arc::new),
            metrics: TrailMetrics::new(&self.metrics, partition),
            partitions: config.file_groups.len(),
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
        let (listing, cost) = (&self.report.listing, &self.report.cost);
        let facts = [
            ("log_files", self.report.planned()),
            ("pruned_by_partition", listing.pruned_by_partition),
            ("pruned_by_time", listing.pruned_by_time),
            ("folders_pruned", listing.folders_pruned),
            ("list_requests", cost.list),
            ("get_requests", cost.get),
            ("bytes", cost.bytes),
        ];
        let slack = ("slack", slack_of(self.options.slack));
        let dollars = (!self.archive.is_local()).then(|| ("cost", format!("${:.4}", cost.dollars())));
        let facts = facts.into_iter().map(|(name, value)| (name, value.to_string()));
        for (name, value) in facts.chain([slack]).chain(dollars) {
            match format {
                DisplayFormatType::Default | DisplayFormatType::Verbose => write!(f, ", {name}={value}")?,
                DisplayFormatType::TreeRender => writeln!(f, "{name}={value}")?,
            }
        }
        if matches!(format, DisplayFormatType::TreeRender) {
            return Ok(());
        }
        if let Some(order) = self.order {
            write!(f, ", order={order}")?;
        }
        if let Some(predicate) = self.filter() {
            write!(f, ", predicate={predicate}")?;
        }
        let needles: Vec<String> = needles::clauses(&self.predicates).iter().map(needles::text_of).collect();
        if !needles.is_empty() {
            write!(f, ", needles=[{}]", needles.join(" and "))?;
        }
        Ok(())
    }

    fn filter(&self) -> Option<Arc<dyn PhysicalExpr>> {
        conjunction_opt(self.predicates.iter().cloned())
    }

    fn try_pushdown_filters(
        &self,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn FileSource>>> {
        let pushed = vec![PushedDown::Yes; filters.len()];
        let mut predicates = self.predicates.clone();
        for filter in &filters {
            predicates.extend(split_conjunction(filter).into_iter().cloned());
        }
        let source = Arc::new(Self { predicates, ..self.clone() }) as Arc<dyn FileSource>;
        Ok(FilterPushdownPropagation::with_parent_pushdown_result(pushed).with_updated_node(source))
    }

    fn try_pushdown_sort(
        &self,
        order: &[PhysicalSortExpr],
        _: &EquivalenceProperties,
    ) -> Result<SortOrderPushdownResult<Arc<dyn FileSource>>> {
        Ok(match TimeOrder::of_sort(order, &self.projection) {
            Some(order) => {
                let inner = Arc::new(Self { order: Some(order), ..self.clone() }) as Arc<dyn FileSource>;
                SortOrderPushdownResult::Inexact { inner }
            }
            None => SortOrderPushdownResult::Unsupported,
        })
    }

    fn reorder_files(&self, units: Vec<PartitionedFile>) -> Vec<PartitionedFile> {
        let horizon = || Horizon::of(&self.predicates).filter(Horizon::is_of_time);
        match self.order.or_else(|| horizon().map(|_| TimeOrder::NewestFirst)) {
            Some(order) => order.units(&units),
            None => units,
        }
    }

    fn try_pushdown_projection(&self, projection: &ProjectionExprs) -> Result<Option<Arc<dyn FileSource>>> {
        let projection = self.projection.try_merge(projection)?;
        Ok(Some(Arc::new(Self { projection, ..self.clone() })))
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let projection = self.projection.iter().map(|item| &item.expr);
        datafusion::physical_plan::apply_expression_roots(projection.chain(&self.predicates), visit)
    }
}

/// As `--delivery-slack` takes it.
fn slack_of(slack: Slack) -> String {
    match slack {
        Slack::Days(days) => format!("{days}d"),
        Slack::All => "all".to_owned(),
    }
}
