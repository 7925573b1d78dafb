//! `TrailOpener`: reads a unit. Fetching is asynchronous and many at a time; inflating and parsing run on
//! the blocking pool, one task a unit, which ends when nobody listens any more.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{DataFusionError, Result, exec_datafusion_err};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileOpenFuture, FileOpener};
use datafusion::physical_expr::projection::Projector;
use datafusion::physical_plan::metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder, Time};
use futures::{FutureExt, StreamExt, stream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::columns::Assembler;
use super::leaves::SlotPlan;
use super::report::{FileError, Report};
use super::unit::Unit;
use crate::archive::{self, Archive, LogFile};
use crate::record::{Inflater, Limits, Progress};

/// Opens the units of one partition.
pub(super) struct TrailOpener {
    pub(super) archive: Arc<Archive>,
    pub(super) report: Arc<Report>,
    pub(super) limits: Limits,
    pub(super) strict: bool,
    pub(super) batch_size: usize,
    pub(super) plan: Arc<SlotPlan>,
    pub(super) metrics: TrailMetrics,
}

/// The scan's counters, as `EXPLAIN ANALYZE` shows them.
#[derive(Debug, Clone)]
pub(super) struct TrailMetrics {
    log_files: Count,
    log_files_failed: Count,
    records: Count,
    records_malformed: Count,
    bytes_stored: Count,
    bytes_inflated: Count,
    time_inflating: Time,
    time_parsing: Time,
}

impl TrailMetrics {
    pub(super) fn new(set: &ExecutionPlanMetricsSet, partition: usize) -> Self {
        let count = |name: &'static str| MetricBuilder::new(set).counter(name, partition);
        let time = |name: &'static str| MetricBuilder::new(set).subset_time(name, partition);
        Self {
            log_files: count("log_files_read"),
            log_files_failed: count("log_files_failed"),
            records: count("records"),
            records_malformed: count("records_malformed"),
            bytes_stored: count("bytes_stored"),
            bytes_inflated: count("bytes_inflated"),
            time_inflating: time("time_inflating"),
            time_parsing: time("time_parsing"),
        }
    }
}

/// Log files of one unit fetched at once.
const FETCHES_PER_UNIT: usize = 32;
/// Batches that wait for the operators above.
const BATCHES_AHEAD: usize = 2;

impl FileOpener for TrailOpener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        // Whoever owns byte 0 owns the unit: an engine that cuts files by bytes must not double rows.
        if file.range.as_ref().is_some_and(|range| range.start > 0) {
            return Ok(async { Ok(stream::empty().boxed()) }.boxed());
        }
        let unit = file.extension::<Arc<Unit>>().cloned();
        let unit = unit.ok_or_else(|| exec_datafusion_err!("a scan of log files was given a file that is no unit"))?;
        let projector = self.plan.projection.make_projector(&self.plan.schema)?;
        let scan = UnitScan {
            archive: Arc::clone(&self.archive),
            report: Arc::clone(&self.report),
            strict: self.strict,
            metrics: self.metrics.clone(),
            inflater: Inflater::new(self.limits),
            columns: Assembler::new(&self.plan, self.limits, Arc::clone(&self.report)),
            batch_size: self.batch_size,
            projector,
        };
        Ok(async move { Ok(scan.start(unit)) }.boxed())
    }
}

/// One unit on its way from the store to batches.
struct UnitScan {
    archive: Arc<Archive>,
    report: Arc<Report>,
    strict: bool,
    metrics: TrailMetrics,
    inflater: Inflater,
    columns: Assembler,
    batch_size: usize,
    projector: Projector,
}

type Fetched = std::result::Result<Vec<u8>, archive::Error>;

impl UnitScan {
    fn start(self, unit: Arc<Unit>) -> stream::BoxStream<'static, Result<RecordBatch>> {
        let (batches, ready) = mpsc::channel(BATCHES_AHEAD);
        let archive = Arc::clone(&self.archive);
        let mut tasks = JoinSet::new();
        if archive.is_local() {
            tasks.spawn_blocking(move || {
                let files = unit.files.iter().map(|file| (file, archive.read_local(file)));
                self.run(files, &batches);
            });
        } else {
            let (fetched, mut arrived) = mpsc::channel::<Fetched>(FETCHES_PER_UNIT);
            tasks.spawn(fetch(archive, Arc::clone(&unit), fetched));
            tasks.spawn_blocking(move || {
                let files = unit.files.iter().map_while(|file| Some((file, arrived.blocking_recv()?)));
                self.run(files, &batches);
            });
        }
        stream_of(ready, tasks)
    }

    /// Reads file after file until the unit ends or nobody listens.
    fn run<'a>(
        mut self,
        files: impl Iterator<Item = (&'a LogFile, Fetched)>,
        batches: &mpsc::Sender<Result<RecordBatch>>,
    ) {
        for (file, fetched) in files {
            if batches.is_closed() {
                return;
            }
            if let Err(stop) = self.read(file, fetched, batches) {
                if let Some(error) = stop {
                    let _ = batches.blocking_send(Err(error));
                }
                return;
            }
        }
        if !self.columns.is_empty() {
            let _ = batches.blocking_send(project(&mut self.columns, &self.projector));
        }
    }

    /// Reads one file. An error stops the unit: with a cause, or because nobody listens.
    fn read(
        &mut self,
        file: &LogFile,
        fetched: Fetched,
        batches: &mpsc::Sender<Result<RecordBatch>>,
    ) -> std::result::Result<(), Option<DataFusionError>> {
        let outcome = match fetched {
            Ok(stored) => self.parse(file, &stored, batches)?,
            Err(error) => Err(FileError::Archive(error)),
        };
        let Err(error) = outcome else { return Ok(()) };
        let error = Arc::new(error);
        self.metrics.log_files_failed.add(1);
        self.report.file_failed(&file.key, Arc::clone(&error));
        if self.strict {
            let failure = super::report::Failure { location: self.report.locate(&file.key), reason: error };
            return Err(Some(DataFusionError::External(Box::new(failure))));
        }
        Ok(())
    }

    /// Inflates and parses one file; full batches leave at once.
    fn parse(
        &mut self,
        file: &LogFile,
        stored: &[u8],
        batches: &mpsc::Sender<Result<RecordBatch>>,
    ) -> std::result::Result<std::result::Result<(), FileError>, Option<DataFusionError>> {
        let inflating = self.metrics.time_inflating.timer();
        let document = match self.inflater.inflate(stored) {
            Ok(document) => document,
            Err(error) => return Ok(Err(error.into())),
        };
        inflating.done();
        let inflated = document.len();
        let parsing = self.metrics.time_parsing.clone();
        let mut reading = match self.columns.read(document) {
            Ok(reading) => reading,
            Err(error) => return Ok(Err(error.into())),
        };
        loop {
            let timer = parsing.timer();
            let progress = self.columns.fill(&mut reading, file, self.batch_size);
            timer.done();
            match progress {
                Ok(Progress::Full) => {
                    let batch = project(&mut self.columns, &self.projector);
                    batches.blocking_send(batch).map_err(|_| None)?;
                }
                Ok(Progress::Done(tally)) => {
                    self.metrics.log_files.add(1);
                    self.metrics.bytes_stored.add(stored.len());
                    self.metrics.bytes_inflated.add(inflated);
                    self.metrics.records.add(usize::try_from(tally.records).unwrap_or(usize::MAX));
                    self.metrics.records_malformed.add(usize::try_from(tally.malformed).unwrap_or(usize::MAX));
                    self.report.file_read(stored.len(), inflated, tally.records, tally.malformed);
                    return Ok(Ok(()));
                }
                Err(error) => return Ok(Err(error.into())),
            }
        }
    }
}

fn project(columns: &mut Assembler, projector: &Projector) -> Result<RecordBatch> {
    projector.project_batch(&columns.finish()?)
}

/// Fetches a unit's files, many at a time, and hands them on in order.
async fn fetch(archive: Arc<Archive>, unit: Arc<Unit>, fetched: mpsc::Sender<Fetched>) {
    let fetch = |at: usize| {
        let (archive, unit) = (Arc::clone(&archive), Arc::clone(&unit));
        async move { archive.fetch(&unit.files[at]).await }
    };
    let mut files = stream::iter(0..unit.files.len()).map(fetch).buffered(FETCHES_PER_UNIT);
    while let Some(file) = files.next().await {
        if fetched.send(file).await.is_err() {
            return;
        }
    }
}

/// The batches of a unit. Dropping the stream ends its tasks; a panic in one is an error, not a short answer.
fn stream_of(
    ready: mpsc::Receiver<Result<RecordBatch>>,
    tasks: JoinSet<()>,
) -> stream::BoxStream<'static, Result<RecordBatch>> {
    stream::unfold((ready, tasks), |(mut ready, mut tasks)| async move {
        if let Some(batch) = ready.recv().await {
            return Some((batch, (ready, tasks)));
        }
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                return Some((Err(DataFusionError::ExecutionJoin(Box::new(error))), (ready, tasks)));
            }
        }
        None
    })
    .boxed()
}
