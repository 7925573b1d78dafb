//! One unit on its way from stored bytes to batches: inflate, pass the gate, build, filter, project.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{DataFusionError, Result};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::projection::Projector;
use datafusion::physical_plan::metrics::Time;
use tokio::sync::mpsc;

use super::columns::Assembler;
use super::fetch::Fetched;
use super::filter;
use super::gate::{Gate, Passage};
use super::metrics::{TrailMetrics, add};
use super::opener::TrailOpener;
use super::proof::{Opened, Prover};
use super::report::{Failure, FileError, FileRead, Report};
use super::rules::{Found, RuleSet};
use crate::archive::LogFile;
use crate::record::{Inflater, Progress, text_of};

/// Where batches go.
type Batches = mpsc::Sender<Result<RecordBatch>>;

/// Why a unit is not read to its end: with a cause, or because nobody listens.
type Stop = Option<DataFusionError>;

/// See the file.
pub(super) struct UnitReader {
    report: Arc<Report>,
    strict: bool,
    metrics: TrailMetrics,
    inflater: Inflater,
    prover: Prover,
    gate: Gate,
    rows: Rows,
    batch_size: usize,
}

impl UnitReader {
    pub(super) fn new(opener: &TrailOpener, gate: Gate) -> Result<Self> {
        let found = Found::new(&opener.plan)?;
        Ok(Self {
            report: Arc::clone(&opener.report),
            strict: opener.options.strict,
            metrics: opener.metrics.clone(),
            inflater: Inflater::new(opener.options.limits),
            prover: Prover::new(&opener.options.proof, &opener.archive, &opener.plan),
            gate,
            rows: Rows {
                predicates: match &found {
                    None => opener.plan.predicates.clone(),
                    Some(_) => opener.plan.predicates.iter().filter(|known| !known.is::<RuleSet>()).cloned().collect(),
                },
                found,
                columns: Assembler::new(&opener.plan, opener.options.limits, Arc::clone(&opener.report)),
                projector: opener.plan.projection.make_projector(&opener.plan.schema)?,
                time: opener.metrics.time_filtering.clone(),
            },
            batch_size: opener.batch_size,
        })
    }

    /// Reads file after file until the unit ends or nobody listens.
    pub(super) fn run<'a>(mut self, files: impl Iterator<Item = (&'a LogFile, Fetched)>, batches: &Batches) {
        let fetching = self.metrics.time_fetching.clone();
        let mut files = files;
        while !batches.is_closed() {
            let timer = fetching.timer();
            let next = files.next();
            timer.done();
            let read = match next {
                Some((file, fetched)) => self.read(file, fetched, batches),
                None => self.rows.send(batches).and(Err(None)),
            };
            if let Err(stop) = read {
                if let Some(error) = stop {
                    let _ = batches.blocking_send(Err(error));
                }
                return;
            }
        }
    }

    fn read(&mut self, file: &LogFile, fetched: Fetched, batches: &Batches) -> std::result::Result<(), Stop> {
        let outcome = match fetched.body {
            Some(Ok(stored)) => self.parse(file, &stored, batches)?,
            Some(Err(error)) => Err(FileError::Archive(error)),
            None => {
                self.metrics.log_files_passed.add(1);
                self.report.file_passed();
                return Ok(());
            }
        };
        let error = match outcome {
            Ok(read) => {
                self.note(&read);
                return Ok(());
            }
            Err(error) => Arc::new(error),
        };
        self.metrics.log_files_failed.add(1);
        self.report.file_failed(&file.key(), Arc::clone(&error));
        if self.strict {
            let failure = Failure { location: self.report.locate(&file.key()), reason: error };
            return Err(Some(DataFusionError::External(Box::new(failure))));
        }
        Ok(())
    }

    /// Inflates and parses one file; full batches leave at once. The inner error is the file's own.
    fn parse(
        &mut self,
        file: &LogFile,
        stored: &[u8],
        batches: &Batches,
    ) -> std::result::Result<std::result::Result<FileRead, FileError>, Stop> {
        let inflating = self.metrics.time_inflating.timer();
        let (opened, noted) = self.prover.open(&mut self.inflater, file, stored);
        let (document, file) = match opened {
            Ok((content, judgement)) => (text_of(content), Opened { file: file.clone(), judgement }),
            Err(error) => return Ok(Err(error.into())),
        };
        let file = &file;
        inflating.done();
        let read = FileRead { stored: stored.len() as u64, inflated: document.len() as u64, ..FileRead::default() };
        let mut reading = match self.rows.columns.read(document) {
            Ok(reading) => reading,
            Err(error) => return Ok(Err(error.into())),
        };
        let prefiltering = self.metrics.time_prefiltering.timer();
        let passage = match self.gate.pass(document, file).map_err(Some)? {
            Ok(passage) => passage,
            Err(error) => return Ok(Err(error)),
        };
        prefiltering.done();
        let records;
        let mut seen = None;
        match passage {
            Passage::Whole => {}
            Passage::Counted(records) => {
                self.rows.columns.count(file, records);
                if self.rows.columns.rows() >= self.batch_size {
                    self.rows.send(batches)?;
                }
                let records = records as u64;
                self.prover.read(noted, records);
                return Ok(Ok(FileRead { records, built: records, ..read }));
            }
            Passage::Some(some, total) => {
                if (some.len() as u64) < total {
                    self.rows.columns.look_for_fields(document);
                }
                seen = Some(total);
                records = some;
                reading = self.rows.columns.read_some(document, &records);
            }
        }
        loop {
            let timer = self.metrics.time_parsing.timer();
            let progress = self.rows.columns.fill(&mut reading, file, self.batch_size);
            timer.done();
            match progress {
                Ok(Progress::Full) => self.rows.send(batches)?,
                Ok(Progress::Done(tally)) => {
                    let records = seen.unwrap_or(tally.records);
                    self.prover.read(noted, records);
                    return Ok(Ok(FileRead { records, built: tally.records, malformed: tally.malformed, ..read }));
                }
                Err(error) => return Ok(Err(error.into())),
            }
        }
    }

    fn note(&self, read: &FileRead) {
        let metrics = &self.metrics;
        metrics.log_files.add(1);
        metrics.log_files_prefiltered.add(usize::from(read.built == 0 && read.records > 0));
        add(&metrics.bytes_fetched, read.stored);
        add(&metrics.bytes_inflated, read.inflated);
        add(&metrics.records, read.records);
        add(&metrics.records_prefiltered, read.records - read.built);
        add(&metrics.records_built, read.built);
        add(&metrics.records_malformed, read.malformed);
        self.report.file_read(read);
    }
}

/// Rows of a unit that are built and not yet sent.
struct Rows {
    columns: Assembler,
    predicates: Vec<Arc<dyn PhysicalExpr>>,
    /// The column that tells which rules hold: it answers for their predicate, which would tell the same twice.
    found: Option<Found>,
    projector: Projector,
    time: Time,
}

impl Rows {
    /// Sends those that the predicates leave.
    fn send(&mut self, batches: &Batches) -> std::result::Result<(), Stop> {
        if self.columns.rows() == 0 {
            return Ok(());
        }
        let time = self.time.clone();
        let timer = time.timer();
        let batch = self.wanted();
        timer.done();
        match batch.map_err(Some)? {
            Some(batch) => batches.blocking_send(Ok(batch)).map_err(|_| None),
            None => Ok(()),
        }
    }

    fn wanted(&mut self) -> Result<Option<RecordBatch>> {
        let batch = filter::filtered(&self.predicates, self.columns.finish()?)?;
        if batch.num_rows() == 0 {
            return Ok(None);
        }
        match &self.found {
            Some(found) => found.project(&batch),
            None => self.projector.project_batch(&batch).map(Some),
        }
    }
}
