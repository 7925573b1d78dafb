//! How trailql speaks to whoever started it: rows to stdout or a file, everything else to stderr.
//!
//! The shell and the commands show answers in the same way, so the way is here, below both.

mod progress;
mod rows;
mod sink;
mod summary;
mod view;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

use anstream::ColorChoice;
use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

pub use progress::ShowProgress;
pub use sink::Sink;
pub use view::View;

use progress::Progress;

use crate::diag::{Diagnostics, Severity};
use crate::output::chart::Place;
use crate::output::diagnostic::{self, Title};
use crate::output::summary::human_count;
use crate::output::{self, Format, Writer, escape};
use crate::session::{Answer, Error, Gauge, Outcome};

/// How to speak to whoever started the process.
#[derive(Debug, Clone)]
pub struct Terminal {
    color: bool,
    color_rows: bool,
    quiet: bool,
    progress: ShowProgress,
}

/// Files that could not be read are named up to this number; the rest is counted.
const FILES_NAMED: usize = 20;

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
            quiet,
            progress,
        }
    }

    /// Waits for a query to be planned, which lists log files.
    pub async fn wait<T>(&self, planned: impl Future<Output = T>) -> T {
        let Some(mut progress) = Progress::new(self.progress, self.quiet) else { return planned.await };
        self.beside(&mut progress, None, planned).await
    }

    /// The next rows of an answer, after a line about how far it is where that takes long.
    async fn next(&self, answer: &mut Answer, progress: &mut Option<Progress>) -> Result<Option<RecordBatch>, Error> {
        let Some(progress) = progress else { return answer.next().await };
        let gauge = answer.gauge();
        self.beside(progress, Some(&gauge), answer.next()).await
    }

    /// Waits for some work, and says how far it is.
    async fn beside<T>(&self, progress: &mut Progress, gauge: Option<&Gauge>, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => {
                    progress.clear();
                    return done;
                }
                () = progress.tick() => {
                    if let Some(line) = progress.draw(gauge) {
                        self.say(&line);
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
            color: self.color_rows && sink.is_terminal(),
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
        let mut progress = Progress::new(self.progress, self.quiet);
        while left > 0
            && let Some(batch) = self.next(&mut answer, &mut progress).await?
        {
            let take = usize::try_from(left).map_or(batch.num_rows(), |left| left.min(batch.num_rows()));
            left -= take as u64;
            rows += take as u64;
            writer.write(&prefixed(&batch.slice(0, take), constants)?)?;
        }
        let written = writer.finish()?;
        let outcome = answer.outcome();
        drop(answer);
        // A chart that was only offered is not missed.
        let was_asked = view.chart.is_some_and(|chart| chart.kind.is_some() || chart.place == Place::Instead);
        if let Some(why) = written.undrawn.filter(|_| was_asked && !self.quiet) {
            self.say(&diagnostic::draw_message(Title::Notice, &why.to_string(), &[], self.color));
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
        let outcome = answer.outcome();
        let written = output::Written { rows, ..output::Written::default() };
        self.report(None, &outcome, &written, started);
        Ok(Shown { rows, outcome })
    }

    /// Says what there is to remark on a query.
    pub fn remark(&self, notices: &Diagnostics) {
        if !self.quiet && !notices.list.is_empty() {
            self.say(&diagnostic::draw(notices, self.color));
        }
    }

    /// Warnings about what could not be read, the reason for an empty answer, and the summary line.
    pub fn report(&self, made: Option<&str>, outcome: &Outcome, written: &output::Written, started: Instant) {
        let failed = outcome.failed.iter().map(ToString::to_string);
        let unlisted = outcome.unlisted.iter().map(|(location, reason)| format!("cannot list {location}: {reason}"));
        for message in failed.chain(unlisted).take(FILES_NAMED) {
            self.warn(&message, &[]);
        }
        let unread = outcome.failed.len() + outcome.unlisted.len();
        if unread > FILES_NAMED {
            self.warn(&format!("and {} more files or folders cannot be read", unread - FILES_NAMED), &[]);
        }
        if outcome.malformed > 0 {
            let count = human_count(outcome.malformed);
            self.warn(&format!("{count} elements of `Records` are no objects and were passed over"), &[]);
        }
        if self.quiet {
            return;
        }
        for notice in &outcome.unknown_fields {
            self.say(&diagnostic::draw_message(Title::Notice, &notice.message, &notice.help, self.color));
        }
        if let Some(why) = &outcome.why_empty {
            self.say(&diagnostic::draw_message(
                Title::Notice,
                &format!(
                    "{}: {}",
                    if outcome.rows == 0 { "no rows" } else { "nothing was read" },
                    escape::terminal(why)
                ),
                &[],
                self.color,
            ));
        }
        self.say(&summary::line(made, outcome, written, started.elapsed()));
    }

    /// Draws an error. A reader that went away is none.
    pub fn fail(&self, error: &Error) {
        let text = match error {
            Error::Query(diagnostics) => {
                debug_assert!(
                    diagnostics.list.iter().any(|one| one.severity == Severity::Error),
                    "an error without an error"
                );
                diagnostic::draw(diagnostics, self.color)
            }
            Error::Output(error) if error.is_closed_pipe() => return,
            error => {
                let mut message = match error {
                    // The cause names the place already.
                    Error::Archive { location, source } if source.to_string().contains(location) => source.to_string(),
                    error => error.to_string(),
                };
                let mut source = std::error::Error::source(error);
                while let Some(cause) = source {
                    // A transparent error says the same as its source.
                    if !message.ends_with(&cause.to_string()) {
                        message = format!("{message}: {cause}");
                    }
                    source = if matches!(error, Error::Archive { .. }) { None } else { cause.source() };
                }
                let help = match error {
                    Error::Usage { help, .. } | Error::Limit { help, .. } => Some(help.clone()),
                    Error::Archive { source, .. } => source.help(),
                    Error::Execution(message) if message.starts_with("cannot cast") => {
                        Some("`try_cast` gives null where `cast` fails".to_owned())
                    }
                    _ => None,
                };
                diagnostic::draw_message(Title::Error, &message, help.as_slice(), self.color)
            }
        };
        self.say(&text);
    }

    fn warn(&self, message: &str, help: &[String]) {
        self.say(&diagnostic::draw_message(Title::Warning, &escape::terminal(message), help, self.color));
    }

    /// Text for stderr, as it is. Nothing can be done when nobody reads it.
    pub fn say(&self, text: &str) {
        let newline = if text.ends_with('\n') { "" } else { "\n" };
        let _ = write!(io::stderr().lock(), "{text}{newline}");
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
