//! An answer on its way: batches, and afterwards the account of what was read for it.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use futures::StreamExt;

use super::deadline::Deadline;
use super::error::Ground;
use super::gauge::Gauge;
use super::kept_rows::{self, KeptRows, Tap};
use super::{Error, Language, why};
use crate::archive::Archive;
use crate::diag::{Diagnostic, Diagnostics, closest};
use crate::schema::{Shape, columns, path_text};
use crate::sql::Headings;
use crate::table::{Failure, Report, TrailSource};

/// The answer to one statement.
pub struct Answer {
    pub(super) stream: SendableRecordBatchStream,
    pub(super) schema: SchemaRef,
    pub(super) physical: Arc<dyn ExecutionPlan>,
    pub(super) logical: LogicalPlan,
    pub(super) language: Language,
    pub(super) notices: Diagnostics,
    pub(super) screen_rows: Option<usize>,
    pub(super) ground: Ground,
    pub(super) rows: u64,
    pub(super) deadline: Deadline,
    pub(super) meter: Meter,
    pub(super) tap: Option<Tap>,
}

/// Columns with the headings of the answer.
pub(super) fn headed(schema: &SchemaRef, headings: &Headings) -> SchemaRef {
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let fields = schema.fields().iter().zip(headings.apply(&names));
    let fields: Vec<_> = fields.map(|(field, name)| field.as_ref().clone().with_name(name)).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// Counts the requests made of buckets from a moment on.
pub(super) struct Meter {
    buckets: Vec<Arc<Archive>>,
    before: (u64, u64),
}

impl Meter {
    /// Counts from now on.
    pub(super) fn new(archives: &[Arc<Archive>]) -> Self {
        let buckets: Vec<_> = archives.iter().filter(|archive| !archive.is_local()).cloned().collect();
        let before = total(&buckets);
        Self { buckets, before }
    }

    fn requests(&self) -> Option<(u64, u64)> {
        let (list, get) = total(&self.buckets);
        let since = (list.saturating_sub(self.before.0), get.saturating_sub(self.before.1));
        (!self.buckets.is_empty()).then_some(since)
    }
}

/// LIST and GET requests made of these archives.
fn total(archives: &[Arc<Archive>]) -> (u64, u64) {
    let requests = archives.iter().map(|archive| archive.requests());
    requests.fold((0, 0), |(list, get), requests| (list + requests.list(), get + requests.get()))
}

/// What was read for an answer. Every log file listed is pruned, read, failed or was not needed.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Rows of the answer.
    pub rows: u64,
    /// Whether log files had anything to do with the answer.
    pub scanned: bool,
    /// Log files whose names were seen.
    pub files_listed: u64,
    /// The earliest delivery of the files in question, where their names tell.
    pub earliest: Option<DateTime<Utc>>,
    /// Of those: not wanted, by their key or their time of delivery.
    pub files_pruned: u64,
    /// Of those: read to their end.
    pub files_read: u64,
    /// Of those: wanted, but not needed for the answer.
    pub files_unread: u64,
    /// Folders passed over without listing them.
    pub folders_pruned: u64,
    /// Files that are no log files by their name.
    pub files_ignored: u64,
    /// Log files that could not be read.
    pub failed: Vec<Failure>,
    /// Folders that could not be listed, and why.
    pub unlisted: Vec<(String, String)>,
    /// Records in the files read.
    pub records: u64,
    /// Elements of `Records` that are no objects.
    pub malformed: u64,
    /// Bytes read, as stored.
    pub stored_bytes: u64,
    /// Bytes of JSON.
    pub inflated_bytes: u64,
    /// LIST and GET requests made of buckets meanwhile, in the whole session; none where there is no bucket.
    pub requests: Option<(u64, u64)>,
    /// Fields that the query names and no record read has, each with a remedy.
    pub unknown_fields: Vec<Diagnostic>,
    /// Why there are no rows, or nothing was read for them, where that is so.
    pub why_empty: Option<String>,
}

impl Outcome {
    /// Whether something in the range could not be read.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        !self.failed.is_empty() || !self.unlisted.is_empty() || self.malformed > 0
    }

    fn add(&mut self, report: &Report) {
        let (listing, failed) = (&report.listing, report.failed());
        self.files_listed += listing.listed;
        self.earliest = self.earliest.into_iter().chain(report.earliest).min();
        self.files_pruned += listing.pruned_by_partition + listing.pruned_by_time;
        self.files_read += report.read();
        self.files_unread += report.planned().saturating_sub(report.read() + failed.len() as u64);
        self.folders_pruned += listing.folders_pruned;
        self.files_ignored += listing.ignored;
        self.failed.extend(failed);
        self.unlisted.extend(listing.unlisted.iter().map(|(key, error)| (report.locate(key), error.to_string())));
        self.records += report.records();
        self.malformed += report.malformed();
        self.stored_bytes += report.stored_bytes();
        self.inflated_bytes += report.inflated_bytes();
        if report.read() > 0 {
            self.unknown_fields.extend(report.never_seen().iter().map(|leaf| never_seen(&path_text(&leaf.path))));
        }
    }
}

fn never_seen(path: &str) -> Diagnostic {
    let notice = Diagnostic::notice("A101", format!("no record that was read has a field `{path}`"));
    let (parent, name) = path.rsplit_once('.').map_or((None, path), |(parent, name)| (Some(parent), name));
    let siblings = parent.map_or(columns::ALL, inside);
    let documented = siblings.iter().map(|column| column.json).filter(|json| !json.is_empty());
    match (closest(name, documented), parent) {
        (Some(close), None) => notice.help(format!("`{close}` has a similar name; names of fields have case")),
        (Some(close), Some(parent)) => {
            notice.help(format!("`{parent}.{close}` has a similar name; names of fields have case"))
        }
        (None, _) => notice.help("names of fields have case"),
    }
}

/// The documented members of a field. None for JSON such as `requestParameters`, which each service documents.
fn inside(path: &str) -> &'static [columns::Column] {
    path.split('.').fold(columns::ALL, |columns, name| {
        columns.iter().find(|column| column.json == name).map_or(&[], |column| match column.shape {
            Shape::Struct(inner) => inner,
            _ => &[],
        })
    })
}

impl Answer {
    /// The columns, headed as the answer shows them: two may have one name.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The language of the question, which decides how values are shown.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// How many rows are worth showing on a screen, where the query does not say; results elsewhere have all.
    #[must_use]
    pub fn screen_rows(&self) -> Option<usize> {
        self.screen_rows
    }

    /// Remarks on the query's text.
    #[must_use]
    pub fn notices(&self) -> &Diagnostics {
        &self.notices
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// When the query fails while it runs; [`Error::Limit`] when a limit ends it.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, Error> {
        let next = async { self.stream.next().await.transpose().map_err(|error| Error::from_run(error, &self.ground)) };
        let batch = self.deadline.bound(next).await?;
        self.rows += batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
        let headed = |batch: RecordBatch| {
            let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            RecordBatch::try_new_with_options(Arc::clone(&self.schema), batch.columns().to_vec(), &rows)
        };
        let batch = batch.map(headed).transpose().map_err(|error| Error::Bug(error.to_string()))?;
        if let (Some(tap), Some(batch)) = (&self.tap, &batch) {
            tap.lock().unwrap_or_else(PoisonError::into_inner).add(batch);
        }
        Ok(batch)
    }

    /// Keeps the rows from now on; whoever holds what is given back has them when the answer is gone.
    pub fn keep(&mut self) -> impl Fn() -> KeptRows + use<> {
        let tap = Arc::new(Mutex::new(KeptRows::new(self.schema())));
        self.tap = Some(Arc::clone(&tap));
        move || kept_rows::taken(&tap)
    }

    /// What tells how far it is while it is waited for.
    #[must_use]
    pub fn gauge(&self) -> Gauge {
        Gauge { reports: reports(&self.physical) }
    }

    /// What was read, so far or in the end.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let reports = reports(&self.physical);
        let mut outcome = Outcome {
            rows: self.rows,
            scanned: !reports.is_empty(),
            requests: self.meter.requests(),
            ..Outcome::default()
        };
        reports.iter().for_each(|report| outcome.add(report));
        // A `count(*)` of nothing has a row, and deserves the reason all the same.
        if outcome.scanned
            && (self.rows == 0 || outcome.files_read == 0 && outcome.failed.is_empty() && outcome.files_unread == 0)
        {
            outcome.why_empty = Some(why::explain(&self.logical, &self.physical, &outcome, &self.ground.location));
        }
        outcome
    }
}

/// The accounts of every scan of log files in a plan, each once.
fn reports(plan: &Arc<dyn ExecutionPlan>) -> Vec<Arc<Report>> {
    let mut found: Vec<Arc<Report>> = Vec::new();
    let mut open = vec![Arc::clone(plan)];
    while let Some(node) = open.pop() {
        let scan = node.downcast_ref::<DataSourceExec>();
        let config = scan.and_then(|scan| scan.data_source().downcast_ref::<FileScanConfig>());
        if let Some(source) = config.and_then(|config| config.file_source().downcast_ref::<TrailSource>())
            && !found.iter().any(|known| Arc::ptr_eq(known, source.report()))
        {
            found.push(Arc::clone(source.report()));
        }
        open.extend(node.children().into_iter().map(Arc::clone));
    }
    found
}
