//! `trailql filter`: trying out a metric-filter pattern, and having it explained.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, Subcommand};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;

use super::Exit;
use super::output::OutputArgs;
use super::proof::EvidenceArgs;
use crate::diag::{Diagnostics, Source, Span};
use crate::filter_pattern::{self, Parsed, Selector};
use crate::functions::selector::Part;
use crate::record;
use crate::schema::{Kind, Step};
use crate::session::{Error, Language, Options, Outcome, Session};
use crate::sql::Target;
use crate::terminal::{Sink, Terminal};
use crate::verify::evidence::Asked;

/// `trailql filter`.
#[derive(Debug, Args)]
pub(super) struct FilterArgs {
    /// What to do.
    #[command(subcommand)]
    pub(super) what: FilterCommand,
}

impl FilterArgs {
    /// Takes these archives where none was named, and no file of events.
    pub(super) fn default_archives(&mut self, archives: Vec<String>) {
        let pattern = match &mut self.what {
            FilterCommand::Test(args) if args.file.is_empty() => &mut args.pattern,
            FilterCommand::Test(_) => return,
            FilterCommand::Explain(args) => &mut args.pattern,
        };
        // The first word is the pattern, unless that was given by itself.
        if pattern.words.len() == usize::from(pattern.pattern.is_none()) {
            pattern.words.extend(archives);
        }
    }
}

/// What to do with a pattern.
#[derive(Debug, Subcommand)]
pub(super) enum FilterCommand {
    /// Count the records that match, and show the first with the values of the pattern's selectors.
    Test(FilterTestArgs),
    /// Say in words what a pattern asks; with an archive, in SQL as well.
    Explain(FilterExplainArgs),
}

/// A pattern, and the archives to ask.
#[derive(Debug, Args)]
pub(super) struct PatternArgs {
    /// The pattern, then archives: folders, files, or s3://bucket/prefix.
    #[arg(value_name = "PATTERN|ARCHIVE")]
    pub(super) words: Vec<String>,
    /// The pattern, where it is not the first argument.
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub(super) pattern: Option<String>,
}

/// `trailql filter test`.
#[derive(Debug, Args)]
pub(super) struct FilterTestArgs {
    /// The pattern and the archives.
    #[command(flatten)]
    pub(super) pattern: PatternArgs,
    /// A file of events rather than an archive: one, a list, `{"Records": […]}`, or one a line; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) file: Vec<PathBuf>,
    /// Where and how results are written.
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// What is kept of log files.
    #[command(flatten)]
    pub(super) evidence: EvidenceArgs,
}

/// `trailql filter explain`.
#[derive(Debug, Args)]
pub(super) struct FilterExplainArgs {
    /// The pattern and the archives.
    #[command(flatten)]
    pub(super) pattern: PatternArgs,
}

/// Runs the subcommand.
pub(super) async fn run(command: &FilterCommand, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    match command {
        FilterCommand::Test(args) => test(args, options, terminal).await,
        FilterCommand::Explain(args) => explain(args, options, terminal).await,
    }
}

/// Examples that are shown when nobody said how many.
const EXAMPLES: usize = 10;

/// A pattern as it was given, read; and the archives behind it.
fn read<'a>(args: &'a PatternArgs, terminal: &Terminal) -> Result<(Source, Parsed, &'a [String]), Error> {
    let (text, archives) = match (&args.pattern, args.words.split_first()) {
        (Some(pattern), _) => (pattern, args.words.as_slice()),
        (None, Some((pattern, archives))) => (pattern, archives),
        (None, None) => {
            return Err(Error::Usage {
                message: "no pattern was given".to_owned(),
                help: "give one in quotes: '{ $.eventName = \"ConsoleLogin\" }'".to_owned(),
            });
        }
    };
    let source = Source::new("pattern", text.as_str());
    let parsed = filter_pattern::parse(&source).map_err(Error::Query)?;
    terminal.remark(&Diagnostics { source: source.clone(), list: parsed.notices.clone() });
    Ok((source, parsed, archives))
}

async fn explain(args: &FilterExplainArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let (source, parsed, archives) = read(&args.pattern, terminal)?;
    let mut sink = Sink::stdout();
    sink.heading(&parsed.pattern.to_string())?;
    for line in filter_pattern::explain(&parsed.pattern) {
        sink.heading(&crate::output::escape::terminal(&line))?;
    }
    if !archives.is_empty() {
        let session = Session::open(archives, options).await?;
        for statement in session.parse(&source, Language::Filter)? {
            let (sql, _) = session.translate(&statement, Target::Trailql).await?;
            sink.heading(&format!("in SQL:\n{sql};"))?;
        }
    }
    Ok(Exit::Complete)
}

async fn test(args: &FilterTestArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let (source, parsed, archives) = read(&args.pattern, terminal)?;
    if !args.file.is_empty() {
        if !archives.is_empty() {
            return Err(Error::Usage {
                message: "a file of events and an archive were given".to_owned(),
                help: "ask one of them; a pattern of several words stands in quotes".to_owned(),
            });
        }
        if args.evidence.evidence.is_some() {
            return Err(Error::Usage {
                message: "a file of events leaves no evidence".to_owned(),
                help: "--evidence is about log files: ask an archive".to_owned(),
            });
        }
        return test_files(args, &parsed, terminal);
    }
    let format = args.output.format()?;
    let (options, mut evidence) = args.evidence.begin(options, args.output.out.as_deref())?;
    evidence.asked(|| Asked::text(Language::Filter.name(), &source.text));
    let session = Session::open(archives, options).await?;
    let sink = args.output.sink()?;
    let selectors = parsed.pattern.selectors();
    let fields = ["eventTime", "eventName", "eventID"].map(field);
    let row = fields.iter().chain(selectors.iter().copied()).enumerate();
    let row = row.map(|(at, selector)| filter_pattern::text_of(selector).alias(format!("c{at}"))).collect();
    let started = Instant::now();
    let selected = session.select(&source, filter_pattern::predicate(&parsed.pattern), row);
    let mut answer = terminal.wait(selected).await?;
    let mut examples = Examples::new(args.output.limit);
    let mut count = 0_u64;
    let take = |batch: &RecordBatch| {
        count += batch.num_rows() as u64;
        for row in 0..batch.num_rows() {
            let text = |column: &ArrayRef| {
                let texts = column.as_string_opt::<i32>().filter(|texts| texts.is_valid(row));
                texts.map(|texts| texts.value(row).to_owned())
            };
            examples.add(batch.columns().iter().map(text).collect());
        }
        Ok(())
    };
    terminal.follow(&mut answer, take).await?;
    let outcome = answer.outcome();
    drop(answer);
    evidence.add(&outcome, count);
    let names = ["eventTime", "eventName", "eventID"].into_iter().map(str::to_owned);
    let rows = examples.into_rows(names.chain(selectors.iter().map(ToString::to_string)).collect())?;
    let written = terminal.write(&rows, format, None, &sink)?;
    terminal.report(None, &Outcome { rows: rows.num_rows() as u64, ..outcome.clone() }, &written, started);
    terminal.note(&counted(count, outcome.records));
    sink.keep()?;
    evidence.keep()?;
    Ok(Exit::of_outcome(&outcome))
}

fn counted(matching: u64, all: u64) -> String {
    format!("{matching} of {all} records match")
}

fn field(name: &str) -> Selector {
    Selector { parts: vec![Part::Key(name.into())], span: Span::default() }
}

/// The first rows by their texts, whatever order they come in.
struct Examples {
    most: usize,
    rows: Vec<Vec<Option<String>>>,
}

impl Examples {
    fn new(limit: Option<u64>) -> Self {
        let most = limit.map_or(EXAMPLES, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        Self { most, rows: Vec::new() }
    }

    fn add(&mut self, row: Vec<Option<String>>) {
        self.rows.push(row);
        // Now and then what stands too far behind goes.
        if self.rows.len() >= self.most.saturating_mul(2).saturating_add(1024) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.rows.sort();
        self.rows.truncate(self.most);
    }

    fn into_rows(mut self, names: Vec<String>) -> Result<RecordBatch, Error> {
        self.cut();
        rows(names, &self.rows)
    }
}

/// Rows of text.
pub(super) fn rows(names: Vec<String>, rows: &[Vec<Option<String>>]) -> Result<RecordBatch, Error> {
    let column = |at: usize| -> ArrayRef {
        Arc::new(rows.iter().map(|row| row.get(at).and_then(Option::as_deref)).collect::<StringArray>())
    };
    let columns = (0..names.len()).map(column).collect();
    let fields: Vec<Field> = names.into_iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|error| Error::Bug(error.to_string()))
}

/// Tests events of files, as `aws logs test-metric-filter` does.
fn test_files(args: &FilterTestArgs, parsed: &Parsed, terminal: &Terminal) -> Result<Exit, Error> {
    let format = args.output.format()?;
    let bug = |error: datafusion::common::DataFusionError| Error::Bug(error.to_string());
    let selectors = parsed.pattern.selectors();
    let most = args.output.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let mut found = Vec::new();
    let (mut number, mut count) = (0_u64, 0_u64);
    for path in &args.file {
        let text = text_of(path)?;
        let events: Vec<Cow<'_, str>> = events(path, &text)?.into_iter().map(message).collect();
        let events: Vec<&str> = events.iter().map(AsRef::as_ref).collect();
        let matches = filter_pattern::matches(&parsed.pattern, &events).map_err(bug)?;
        let values = selectors.iter().map(|selector| filter_pattern::texts(selector, &events).map_err(bug));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        for (at, matches) in matches.into_iter().enumerate() {
            number += 1;
            if matches {
                count += 1;
                if found.len() < most {
                    let extracted = values.iter().map(|texts| texts.get(at).cloned().flatten());
                    found.push(std::iter::once(Some(number.to_string())).chain(extracted).collect());
                }
            }
        }
    }
    let names = std::iter::once("eventNumber".to_owned()).chain(selectors.iter().map(ToString::to_string));
    let sink = args.output.sink()?;
    terminal.write(&rows(names.collect(), &found)?, format, None, &sink)?;
    terminal.note(&counted(count, number));
    sink.keep()?;
    Ok(Exit::Complete)
}

/// An event that is a string of JSON, as `--log-event-messages` takes them, is what the string says.
fn message(event: &str) -> Cow<'_, str> {
    let inside = event.starts_with('"').then(|| record::extract(event, &[], Kind::Text)).flatten();
    inside.unwrap_or(Cow::Borrowed(event))
}

/// The text of a file that an argument names.
pub(super) fn text_of(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::Usage {
        message: format!("cannot read the file `{}`: {error}", path.display()),
        help: "give the path of a file of JSON".to_owned(),
    })
}

/// The events of a file: its `Records`, its elements, itself, or its lines.
fn events<'t>(path: &Path, text: &'t str) -> Result<Vec<&'t str>, Error> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let whole = serde_json::from_str::<serde::de::IgnoredAny>(text);
    if whole.is_ok() {
        let records = record::elements(text, &[Step::ExactKey("Records".into())]);
        return Ok(records.or_else(|| record::elements(text, &[])).unwrap_or_else(|| vec![text]));
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| match (serde_json::from_str::<serde::de::IgnoredAny>(line), &whole) {
            (Ok(_), _) => Ok(line.trim()),
            (Err(error), whole) => {
                // A document of several lines is wrong where its reader stopped.
                let reason = match whole {
                    Err(error) if at == 0 => format!("`{}` is no JSON: {error}", path.display()),
                    _ => format!("line {} of `{}` is no JSON: {error}", at + 1, path.display()),
                };
                Err(Error::Usage {
                    message: reason,
                    help: "a file of events holds one, a list, `{\"Records\": […]}`, or one a line".to_owned(),
                })
            }
        })
        .collect()
}
