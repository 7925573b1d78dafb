//! Where answers and messages go: rows to stdout or a file, everything else to stderr.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anstream::ColorChoice;
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use tempfile::NamedTempFile;

use super::Exit;
use super::args::{Color, Common, OutputArgs};
use crate::diag::Severity;
use crate::output::diagnostic::{self, Title};
use crate::output::summary::{human_bytes, human_count, human_duration};
use crate::output::{self, Format, Writer, escape};
use crate::session::{Answer, Error, Outcome};

/// How to speak to whoever started the process.
#[derive(Debug, Clone)]
pub struct Terminal {
    color: bool,
    color_rows: bool,
    quiet: bool,
}

/// Files that could not be read are named up to this number; the rest is counted.
const FILES_NAMED: usize = 20;

/// What became of a shown answer.
#[derive(Debug)]
pub struct Shown {
    /// How the run ends because of it.
    pub exit: Exit,
    /// Its rows.
    pub rows: u64,
}

impl Terminal {
    pub(super) fn new(common: &Common) -> Self {
        let wanted = |choice: ColorChoice| match common.color {
            Color::Auto => choice != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        };
        Self {
            color: wanted(anstream::AutoStream::choice(&io::stderr())),
            color_rows: wanted(anstream::AutoStream::choice(&io::stdout())),
            quiet: common.quiet,
        }
    }

    /// The same, for the shell.
    pub(super) fn shell(&self) -> Self {
        self.clone()
    }

    /// The format that was asked for, or that the output file's name tells.
    pub(super) fn format(&self, args: &OutputArgs) -> Result<Format, Error> {
        let of_file = args.out.as_ref().and_then(|path| Format::of_file(&path.to_string_lossy()));
        let format = args.output.or(of_file).unwrap_or_default();
        if !format.info().text && args.out.is_none() && io::stdout().is_terminal() {
            return Err(Error::Usage {
                message: format!("`{format}` is no text for a terminal"),
                help: "name a file with --out, or redirect the output".to_owned(),
            });
        }
        Ok(format)
    }

    /// Where the rows go.
    pub(super) fn sink(&self, args: &OutputArgs) -> Result<Sink, Error> {
        Sink::new(args.out.clone()).map_err(|error| Error::Output(output::Error::Write(error)))
    }

    /// Writes an answer, and says on stderr what it took. `constants` become columns before the answer's own.
    ///
    /// # Errors
    /// When the query fails on its way, or its rows cannot be written.
    pub async fn show(
        &self,
        mut answer: Answer,
        format: Format,
        limit: Option<u64>,
        sink: &mut Sink,
        constants: &[(&str, &str)],
    ) -> Result<Shown, Error> {
        let started = Instant::now();
        self.notices(&answer);
        let mut left = limit.unwrap_or(u64::MAX);
        let style = answer.language().style();
        let width = sink.is_terminal().then(|| columns(answer.schema().fields().len())).flatten();
        let options = output::Options { width, color: self.color_rows && sink.is_terminal(), style, ..output::Options::default() };
        let mut writer = Writer::new(format, with_constants(&answer.schema(), constants), options, sink.writer())?;
        let mut rows = 0;
        while left > 0
            && let Some(batch) = answer.next().await?
        {
            let take = usize::try_from(left).map_or(batch.num_rows(), |left| left.min(batch.num_rows()));
            left -= take as u64;
            rows += take as u64;
            writer.write(&prefixed(&batch.slice(0, take), constants)?)?;
        }
        let written = writer.finish()?;
        let outcome = answer.outcome();
        drop(answer);
        self.report(&outcome, &written, rows, started);
        Ok(Shown { exit: Exit::of_outcome(&outcome), rows })
    }

    fn notices(&self, answer: &Answer) {
        if !self.quiet && !answer.notices().list.is_empty() {
            self.say(&diagnostic::draw(answer.notices(), self.color));
        }
    }

    /// Warnings about what could not be read, the reason for an empty answer, and the summary line.
    fn report(&self, outcome: &Outcome, written: &output::Written, rows: u64, started: Instant) {
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
        if let Some(why) = outcome.why_empty.as_ref().filter(|_| rows == 0) {
            self.say(&diagnostic::draw_message(Title::Notice, &format!("no rows: {}", escape::terminal(why)), &[], self.color));
        }
        self.say(&summary(outcome, written, rows, started));
    }

    /// Draws an error, and tells how a run with it ends.
    pub fn fail(&self, error: &Error) -> Exit {
        let text = match error {
            Error::Query(diagnostics) => {
                debug_assert!(diagnostics.list.iter().any(|one| one.severity == Severity::Error), "an error without an error");
                diagnostic::draw(diagnostics, self.color)
            }
            Error::Output(error) if error.is_closed_pipe() => return Exit::Complete,
            error => {
                let mut message = error.to_string();
                let mut source = std::error::Error::source(error);
                while let Some(cause) = source {
                    // A transparent error says the same as its source.
                    if !message.ends_with(&cause.to_string()) {
                        message = format!("{message}: {cause}");
                    }
                    source = if matches!(error, Error::Archive { .. }) { None } else { cause.source() };
                }
                let help = match error {
                    Error::Usage { help, .. } => Some(help.clone()),
                    Error::Archive { source, .. } => source.help(),
                    _ => None,
                };
                diagnostic::draw_message(Title::Error, &message, help.as_slice(), self.color)
            }
        };
        self.say(&text);
        Exit::of_error(error)
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

/// The line after an answer: rows, files, records, bytes, time.
fn summary(outcome: &Outcome, written: &output::Written, rows: u64, started: Instant) -> String {
    let plural = |count: u64, one: &str| format!("{} {one}{}", human_count(count), if count == 1 { "" } else { "s" });
    let mut parts = vec![plural(rows, "row")];
    if written.hidden_rows > 0 {
        parts.push(format!("{} not shown", human_count(written.hidden_rows)));
    }
    if written.hidden_columns > 0 {
        parts.push(format!("{} not shown", plural(written.hidden_columns as u64, "column")));
    }
    if outcome.scanned {
        let failed = outcome.failed.len() as u64;
        let mut files = format!(
            "{}: {} pruned, {} read, {} failed",
            plural(outcome.files_listed, "log file"),
            human_count(outcome.files_pruned),
            human_count(outcome.files_read),
            human_count(failed),
        );
        if outcome.files_unread > 0 {
            files = format!("{files}, {} not needed", human_count(outcome.files_unread));
        }
        parts.push(files);
        if outcome.files_ignored > 0 {
            parts.push(format!("{} ignored", plural(outcome.files_ignored, "other file")));
        }
        parts.push(plural(outcome.records, "record"));
        parts.push(format!("{} ({} of JSON)", human_bytes(outcome.stored_bytes), human_bytes(outcome.inflated_bytes)));
    }
    parts.push(human_duration(started.elapsed()));
    parts.join(" · ")
}

/// The terminal's width. Every answer fits it, unless it has no columns at all.
fn columns(fields: usize) -> Option<usize> {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    (fields > 0).then(|| told.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))).flatten()
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
    RecordBatch::try_new(with_constants(&batch.schema(), constants), columns).map_err(|error| Error::Bug(error.to_string()))
}

/// Where rows go: stdout, or a file that appears whole or not at all.
pub struct Sink {
    file: Option<(PathBuf, NamedTempFile)>,
    shared: Shared,
}

/// A writer that several results share, one after the other.
#[derive(Clone)]
struct Shared(Arc<Mutex<Box<dyn Write + Send>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

impl Sink {
    fn new(path: Option<PathBuf>) -> io::Result<Self> {
        let Some(path) = path else {
            return Ok(Self { file: None, shared: Shared(Arc::new(Mutex::new(Box::new(io::stdout())))) });
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
        let file = NamedTempFile::new_in(folder)?;
        let shared = Shared(Arc::new(Mutex::new(Box::new(file.reopen()?))));
        Ok(Self { file: Some((path, file)), shared })
    }

    /// Rows to the terminal's own stdout.
    pub fn stdout() -> Self {
        Self { file: None, shared: Shared(Arc::new(Mutex::new(Box::new(io::stdout())))) }
    }

    fn is_terminal(&self) -> bool {
        self.file.is_none() && io::stdout().is_terminal()
    }

    fn writer(&self) -> Box<dyn Write + Send> {
        Box::new(self.shared.clone())
    }

    /// Writes text of our own between results.
    pub(super) fn heading(&mut self, text: &str) -> Result<(), Error> {
        writeln!(self.shared, "{text}").map_err(|error| Error::Output(output::Error::Write(error)))
    }

    /// Puts the file in its place; without this it vanishes.
    pub(super) fn keep(mut self) -> Result<(), Error> {
        let kept = self.shared.flush().and_then(|()| match self.file {
            Some((path, file)) => file.persist(path).map(drop).map_err(|error| error.error),
            None => Ok(()),
        });
        kept.map_err(|error| Error::Output(output::Error::Write(error)))
    }
}
