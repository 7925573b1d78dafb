//! The scan's counters, as `EXPLAIN ANALYZE` shows them.

use datafusion::physical_plan::metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder, Time};

/// The counters of one partition.
///
/// Log files: read, of which some were dropped by their text alone; failed; passed over. Records of the files that
/// were looked into: prefiltered, or built.
#[derive(Debug, Clone)]
pub(super) struct TrailMetrics {
    pub(super) log_files: Count,
    pub(super) log_files_prefiltered: Count,
    pub(super) log_files_failed: Count,
    pub(super) log_files_passed: Count,
    pub(super) records: Count,
    pub(super) records_prefiltered: Count,
    pub(super) records_built: Count,
    pub(super) records_malformed: Count,
    pub(super) bytes_fetched: Count,
    pub(super) bytes_inflated: Count,
    pub(super) time_fetching: Time,
    pub(super) time_inflating: Time,
    pub(super) time_prefiltering: Time,
    pub(super) time_parsing: Time,
    pub(super) time_filtering: Time,
}

impl TrailMetrics {
    pub(super) fn new(set: &ExecutionPlanMetricsSet, partition: usize) -> Self {
        let count = |name: &'static str| MetricBuilder::new(set).counter(name, partition);
        let time = |name: &'static str| MetricBuilder::new(set).subset_time(name, partition);
        Self {
            log_files: count("log_files_read"),
            log_files_prefiltered: count("log_files_prefiltered"),
            log_files_failed: count("log_files_failed"),
            log_files_passed: count("log_files_passed"),
            records: count("records"),
            records_prefiltered: count("records_prefiltered"),
            records_built: count("records_built"),
            records_malformed: count("records_malformed"),
            bytes_fetched: count("bytes_fetched"),
            bytes_inflated: count("bytes_inflated"),
            time_fetching: time("time_fetching"),
            time_inflating: time("time_inflating"),
            time_prefiltering: time("time_prefiltering"),
            time_parsing: time("time_parsing"),
            time_filtering: time("time_filtering"),
        }
    }
}

/// A count as a metric takes it.
pub(super) fn add(count: &Count, number: u64) {
    count.add(usize::try_from(number).unwrap_or(usize::MAX));
}
