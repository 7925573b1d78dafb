//! `TrailOpener`: opens units. Fetching is asynchronous and many at a time; inflating and parsing run on the
//! blocking pool, one task a unit, which ends when nobody listens any more.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{DataFusionError, Result, exec_datafusion_err};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileOpenFuture, FileOpener};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, stream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::fetch::{self, Fetched, fetch};
use super::gate::{Gate, GatePlan};
use super::horizon::Horizon;
use super::leaves::SlotPlan;
use super::metrics::TrailMetrics;
use super::provider::ScanOptions;
use super::reader::UnitReader;
use super::report::Report;
use super::unit::Unit;
use crate::archive::Archive;

/// Opens the units of one partition.
pub(super) struct TrailOpener {
    pub(super) archive: Arc<Archive>,
    pub(super) report: Arc<Report>,
    pub(super) options: ScanOptions,
    pub(super) batch_size: usize,
    pub(super) plan: Arc<SlotPlan>,
    pub(super) gate: Arc<GatePlan>,
    pub(super) horizon: Option<Arc<Horizon>>,
    pub(super) metrics: TrailMetrics,
    /// Partitions of the scan.
    pub(super) partitions: usize,
}

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
        let gate = Gate::new(&self.gate, self.options.limits, &self.report);
        let reader = UnitReader::new(self, gate)?;
        let archive = Arc::clone(&self.archive);
        let (horizon, room) = (self.horizon.clone(), fetch::room(self.partitions));
        Ok(async move { Ok(start(archive, unit, horizon, room, reader)) }.boxed())
    }
}

/// Reads a unit in the background.
fn start(
    archive: Arc<Archive>,
    unit: Arc<Unit>,
    horizon: Option<Arc<Horizon>>,
    room: usize,
    reader: UnitReader,
) -> BoxStream<'static, Result<RecordBatch>> {
    let (batches, ready) = mpsc::channel(BATCHES_AHEAD);
    let mut tasks = JoinSet::new();
    if archive.is_local() {
        tasks.spawn_blocking(move || {
            let wanted = |file: &_| horizon.as_ref().is_none_or(|horizon| horizon.may_hold(file));
            let read = |file| Fetched::local(if wanted(file) { Some(archive.read_local(file)) } else { None });
            reader.run(unit.files.iter().map(|file| (file, read(file))), &batches);
        });
    } else {
        // Room for all: a fetch that waited to be handed on would keep its request's turn from other units.
        let (fetched, mut arrived) = mpsc::channel::<Fetched>(unit.files.len().max(1));
        tasks.spawn(fetch(archive, Arc::clone(&unit), horizon, room, fetched));
        tasks.spawn_blocking(move || {
            reader.run(unit.files.iter().map_while(|file| Some((file, arrived.blocking_recv()?))), &batches);
        });
    }
    stream_of(ready, tasks)
}

/// The batches of a unit. Dropping the stream ends its tasks; a panic in one is an error, not a short answer.
fn stream_of(
    ready: mpsc::Receiver<Result<RecordBatch>>,
    tasks: JoinSet<()>,
) -> BoxStream<'static, Result<RecordBatch>> {
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
