//! How trailql speaks to whoever started it: rows to stdout or a file, everything else to stderr.
//!
//! The shell and the commands show answers in the same way, so the way is here, below both.

mod interrupt;
mod pager;
mod progress;
mod rows;
mod sink;
mod speak;
mod summary;
mod view;

use std::io;
use std::sync::Arc;
use std::time::Instant;

use anstream::ColorChoice;
use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

pub use interrupt::Interrupts;
pub use progress::ShowProgress;
pub use sink::Sink;
pub use speak::Form;
pub use view::View;

use progress::Progress;

use crate::output::chart::Place;
use crate::output::{self, Format, Palette, Writer, escape};
use crate::session::{Answer, Error, Outcome};

/// How to speak to whoever started the process.
#[derive(Debug, Clone)]
pub struct Terminal {
    color: bool,
    color_rows: bool,
    is_timed: bool,
    quiet: bool,
    progress: ShowProgress,
    form: Form,
    palette: Palette,
}

/// What became of a shown answer.
#[derive(Debug)]
pub struct Shown {
    /// Rows written.
    pub rows: u64,
    /// What was read for it.
    pub outcome: Outcome,
}

impl Terminal {
    /// Colours as wanted; where nobody said, as the terminal and the environment have it.
    #[must_use]
    pub fn new(color: Option<bool>, quiet: bool, progress: ShowProgress) -> Self {
        let wanted = |choice: ColorChoice| color.unwrap_or(choice != ColorChoice::Never);
        Self {
            color: wanted(anstream::AutoStream::choice(&io::stderr())),
            color_rows: wanted(anstream::AutoStream::choice(&io::stdout())),
            is_timed: true,
            quiet,
            progress,
            form: Form::default(),
            palette: Palette::default(),
        }
    }

    /// Messages in this form.
    #[must_use]
    pub fn with_form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// Whether the time that an answer took is said.
    #[must_use]
    pub fn timed(self, is_timed: bool) -> Self {
        Self { is_timed, ..self }
    }

    /// Messages and tables in these colours.
    #[must_use]
    pub fn with_palette(self, palette: Palette) -> Self {
        Self { palette, ..self }
    }

    fn progress(&self) -> Option<Progress> {
        Progress::new(self.progress, self.quiet, self.form)
    }

    /// Waits for a query to be planned, which lists log files.
    pub async fn wait<T>(&self, planned: impl Future<Output = T>) -> T {
        let Some(mut progress) = self.progress() else { return planned.await };
        self.beside(&mut progress, |progress| progress.draw(None), planned).await
    }

    /// Waits for work that is told of in a line of its own.
    pub async fn watch<T>(&self, line: impl Fn() -> String, work: impl Future<Output = T>) -> T {
        let Some(mut progress) = self.progress() else { return work.await };
        self.beside(&mut progress, |progress| progress.draw_line(line()), work).await
    }

    /// The next rows of an answer, after a line about how far it is where that takes long.
    async fn next(&self, answer: &mut Answer, progress: &mut Option<Progress>) -> Result<Option<RecordBatch>, Error> {
        let Some(progress) = progress else { return answer.next().await };
        let gauge = answer.gauge();
        self.beside(progress, |progress| progress.draw(Some(&gauge)), answer.next()).await
    }

    /// Waits for some work, and says how far it is.
    async fn beside<T>(
        &self,
        progress: &mut Progress,
        draw: impl Fn(&Progress) -> Option<String>,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => {
                    progress.clear();
                    return done;
                }
                () = progress.tick() => {
                    if let Some(line) = draw(progress) {
                        self.write_line(&line);
                    }
                }
            }
        }
    }

    /// Says what an answer took that was not shown by itself, after what was made of it.
    pub fn account(&self, made: &str, outcome: &Outcome, written: &output::Written, started: Instant) {
        let outcome = Outcome { why_empty: None, unknown_fields: Vec::new(), ..outcome.clone() };
        self.report(Some(made), &outcome, written, started);
    }

    /// Writes an answer, and says on stderr what it took. `constants` become columns before the answer's own.
    ///
    /// # Errors
    /// When the query fails on its way, or its rows cannot be written.
    pub async fn show(
        &self,
        mut answer: Answer,
        view: &View,
        sink: &mut Sink,
        constants: &[(&str, &str)],
    ) -> Result<Shown, Error> {
        let started = Instant::now();
        self.remark(answer.notices());
        let mut left = view.limit.unwrap_or(u64::MAX);
        let schema = with_constants(&answer.schema(), constants);
        let options = output::Options {
            max_rows: view.max_rows.or(answer.screen_rows().filter(|_| sink.is_terminal())),
            color: self.colors(sink),
            palette: self.palette,
            style: answer.language().style(),
            ..view.options(sink, schema.fields().len())
        };
        if view.format == Format::Table && is_explanation(&answer.schema()) {
            return self.show_plans(answer, sink, started).await;
        }
        // A statement that defines something has nothing to show.
        if answer.schema().fields().is_empty() && constants.is_empty() {
            while answer.next().await?.is_some() {}
            return Ok(Shown { rows: 0, outcome: answer.outcome() });
        }
        let mut writer = Writer::new(view.format, schema, options, sink.writer())?;
        sink.begin();
        let mut rows = 0;
        let mut progress = self.progress();
        while left > 0
            && let Some(batch) = self.next(&mut answer, &mut progress).await?
        {
            let take = usize::try_from(left).map_or(batch.num_rows(), |left| left.min(batch.num_rows()));
            left -= take as u64;
            rows += take as u64;
            writer.write(&prefixed(&batch.slice(0, take), constants)?)?;
        }
        let written = writer.finish()?;
        sink.settle()?;
        let outcome = answer.outcome();
        drop(answer);
        // A chart that was only offered is not missed.
        let was_asked = view.chart.is_some_and(|chart| chart.kind.is_some() || chart.place == Place::Instead);
        if let Some(why) = written.undrawn.filter(|_| was_asked) {
            self.note_undrawn(why);
        }
        self.report(None, &outcome, &written, started);
        Ok(Shown { rows, outcome })
    }

    /// The plans of `EXPLAIN`, each as lines of its own below its name; a table would make one long line of each.
    async fn show_plans(&self, mut answer: Answer, sink: &mut Sink, started: Instant) -> Result<Shown, Error> {
        let mut rows = 0;
        while let Some(batch) = answer.next().await? {
            for row in 0..batch.num_rows() {
                let text =
                    |column: usize| batch.column(column).as_string_opt::<i32>().map_or("", |text| text.value(row));
                if rows > 0 {
                    sink.heading("")?;
                }
                sink.heading(&escape::terminal(&text(0).replace('_', " ")))?;
                for line in text(1).trim_end().lines() {
                    sink.heading(&format!("  {}", escape::terminal(line)))?;
                }
                rows += 1;
            }
        }
        sink.settle()?;
        let outcome = answer.outcome();
        let written = output::Written { rows, ..output::Written::default() };
        self.report(None, &outcome, &written, started);
        Ok(Shown { rows, outcome })
    }

    /// Whether only results and errors are wanted.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether messages are coloured.
    #[must_use]
    pub fn color(&self) -> bool {
        self.color
    }
}

/// Whether rows of this schema are what `EXPLAIN` answers.
fn is_explanation(schema: &SchemaRef) -> bool {
    schema.fields().iter().map(|field| field.name().as_str()).eq(["plan_type", "plan"])
}

fn with_constants(schema: &SchemaRef, constants: &[(&str, &str)]) -> SchemaRef {
    if constants.is_empty() {
        return Arc::clone(schema);
    }
    let constants = constants.iter().map(|(name, _)| Arc::new(Field::new(*name, DataType::Utf8, false)));
    Arc::new(Schema::new(constants.chain(schema.fields().iter().map(Arc::clone)).collect::<Vec<_>>()))
}

fn prefixed(batch: &RecordBatch, constants: &[(&str, &str)]) -> Result<RecordBatch, Error> {
    if constants.is_empty() {
        return Ok(batch.clone());
    }
    let rows = batch.num_rows();
    let columns = constants.iter().map(|(_, value)| Arc::new(StringArray::from(vec![*value; rows])) as ArrayRef);
    let columns = columns.chain(batch.columns().iter().map(Arc::clone)).collect();
    RecordBatch::try_new(with_constants(&batch.schema(), constants), columns)
        .map_err(|error| Error::Bug(error.to_string()))
}
