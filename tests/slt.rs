//! Runs the golden files under `tests/slt`, each by every path to the same rows.
//!
//! A file asks one fixture archive, `busy` unless `# archive: name` stands in it. Files below `sql` are SQL, files
//! below `insights` Logs Insights, below `filter_pattern` metric-filter patterns, below `sigma` Sigma rules. Values are
//! as the output writes them, missing ones `NULL`, empty text `(empty)`,
//! two blanks or more between columns. Column types are `T` text, `I` integer, `R` floating point, `B` boolean,
//! `P` point in time, `D` date, `?` anything else.
//!
//! A metric-filter pattern gives whole records; shown are the last digits of their `eventid`, and their `eventname`.
//!
//! - `# expect: empty` above a query: its answer has no rows. Without it an empty block is refused.
//! - `headings` as a comment in the query: the first row is the columns' names.
//! - `notices` as a comment in the query: the rows are the codes of the remarks on the query.
//! - `athena: none` as a comment in a query of another language: its translation to Athena's SQL is refused.
//! - `athena: differs` likewise: the translation runs, with rows that Athena's types or order make different.
//! - `# needs: layout` in the file: not for flat copies, which have no folders to tell anything from.

mod fixture;
mod memory;

use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::{fmt, fs};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::arrow::array::{ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use libtest_mimic::{Arguments, Failed, Trial};
use sqllogictest::{AsyncDB, ColumnType, DBOutput, ExpectedError, QueryExpect, Record, Runner, StatementExpect};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use fixture::Fixture;
use memory::Memory;
use trailql::diag::{Diagnostic, Source};
use trailql::output::{Format, Options as Written, Writer};
use trailql::session::{Language, Options, Session};
use trailql::sql::Target;

/// One way to the rows.
#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    threads: Option<usize>,
    batch_rows: Option<usize>,
    is_flat: bool,
    /// Whether nothing is dropped before it is built.
    is_exhaustive: bool,
    /// The SQL that queries of other languages are translated into first.
    target: Option<Target>,
}

const PLAIN: Way =
    Way { name: "plain", threads: None, batch_rows: None, is_flat: false, is_exhaustive: false, target: None };

const WAYS: &[Way] = &[
    PLAIN,
    Way { name: "one-partition", threads: Some(1), ..PLAIN },
    Way { name: "many-partitions", threads: Some(7), ..PLAIN },
    Way { name: "one-record-per-batch", batch_rows: Some(1), ..PLAIN },
    Way { name: "flat-copies", is_flat: true, ..PLAIN },
    Way { name: "without-prefilter", is_exhaustive: true, ..PLAIN },
    Way { name: "as-sql", target: Some(Target::Trailql), ..PLAIN },
    Way { name: "as-athena", target: Some(Target::Athena), ..PLAIN },
];

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads can be started"));

fn main() -> io::Result<()> {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slt");
    let mut trials = Vec::new();
    for file in slt_files(&root)? {
        let language = match file.strip_prefix(&root).ok().and_then(|path| path.iter().next()?.to_str()) {
            Some("sql") => Language::Sql,
            Some("insights") => Language::Insights,
            Some("sigma") => Language::Sigma,
            Some("filter_pattern") => Language::Filter,
            _ => return Err(io::Error::other(format!("{} is in no language's folder", file.display()))),
        };
        let script = fs::read_to_string(&file)?;
        let name = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
        let needs_layout = script.lines().any(|line| line == "# needs: layout");
        let fits = |way: &&Way| !(way.is_flat && needs_layout) && (way.target.is_none() || language != Language::Sql);
        for way in WAYS.iter().filter(fits) {
            let file = file.clone();
            let archive = archive(&script).to_owned();
            let run = move || RUNTIME.block_on(run(&file, &archive, language, *way));
            trials.push(Trial::test(format!("{name} {}", way.name), run));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// The archive that a file asks.
fn archive(script: &str) -> &str {
    script.lines().find_map(|line| line.strip_prefix("# archive: ")).unwrap_or("busy")
}

async fn run(file: &Path, archive: &str, language: Language, way: Way) -> Result<(), Failed> {
    let (folder, location) = if way.is_flat { flat(archive)? } else { layered(archive)? };
    let mut runner = Runner::new(|| async { Database::open(&location, language, way).await });
    if way.target.is_none() {
        runner.with_column_validator(sqllogictest::strict_column_validator);
    }
    runner.with_normalizer(columns);
    runner.with_validator(|columns, actual, expected| {
        let expected: Vec<String> = expected.iter().map(columns).collect();
        actual.iter().map(|row| row.join("  ")).eq(expected)
    });
    let mut failures = Vec::new();
    let mut comment = Vec::new();
    for record in sqllogictest::parse_file::<Type>(file)? {
        honest(&record, &comment)?;
        if let Record::Comment(lines) = &record {
            comment.clone_from(lines);
        } else {
            comment.clear();
        }
        failures.extend(runner.run_async(record).await.err().map(|error| error.display(false).to_string()));
    }
    drop(folder);
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n\n").into()) }
}

/// What keeps an archive's folder alive, and where it is.
type Opened = (Box<dyn std::any::Any>, String);

fn layered(archive: &str) -> io::Result<Opened> {
    let fixture = Fixture::new(archive)?;
    let location = fixture.location();
    Ok((Box::new(fixture), location))
}

/// The same files in one folder, and not compressed.
fn flat(archive: &str) -> io::Result<Opened> {
    let folder = TempDir::new()?;
    let target = folder.path().join(archive);
    fs::create_dir(&target)?;
    for file in fixture::json_files(&fixture::root(archive))? {
        fs::copy(&file, target.join(file.file_name().unwrap_or_default()))?;
    }
    Ok((Box::new(folder), target.display().to_string()))
}

fn slt_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(slt_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "slt") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Refuses goldens that would pass whatever happens.
fn honest(record: &Record<Type>, comment: &[String]) -> Result<(), Failed> {
    let says_empty = comment.iter().any(|line| line.trim() == "expect: empty");
    match record {
        Record::Query { loc, expected: QueryExpect::Results { results, .. }, .. }
            if results.is_empty() != says_empty =>
        {
            Err(format!("{loc}: rows and `# expect: empty` contradict each other").into())
        }
        Record::Query { loc, expected: QueryExpect::Error(ExpectedError::Empty), .. }
        | Record::Statement { loc, expected: StatementExpect::Error(ExpectedError::Empty), .. } => {
            Err(format!("{loc}: an error without a part of its message").into())
        }
        _ => Ok(()),
    }
}

/// An expected row with two blanks between columns, however many it was written with.
#[expect(clippy::ptr_arg, reason = "the runner's signature")]
fn columns(line: &String) -> String {
    line.split("  ").map(str::trim).filter(|value| !value.is_empty()).collect::<Vec<_>>().join("  ")
}

/// A session, as the runner sees a database.
struct Database {
    session: Session,
    language: Language,
    target: Option<Target>,
}

impl Database {
    async fn open(location: &str, language: Language, way: Way) -> Result<Self, Refusal> {
        let mut options = Options::new(now());
        options.threads = way.threads;
        options.batch_rows = way.batch_rows;
        options.scan.exhaustive = way.is_exhaustive;
        let session = Session::open(&[location], options).await.map_err(Refusal::from)?;
        Ok(Self { session, language, target: way.target })
    }

    async fn answer(&self, text: &str) -> Result<DBOutput<Type>, Refusal> {
        let asks = |what: &str| text.lines().any(|line| line.trim_start_matches(['-', '#', ' ']) == what);
        let Some(target) = self.target.filter(|_| !asks("notices")) else {
            return self.rows(&Source::new("query", text), self.language, asks).await;
        };
        let source = Source::new("query", text);
        let mut written = String::new();
        for statement in self.session.parse(&source, self.language)? {
            let is_refused = target == Target::Athena && asks("athena: none");
            match self.session.translate(&statement, target).await {
                Ok(_) if is_refused => {
                    return Err(Refusal("a translation to Athena that was to be refused".to_owned()));
                }
                Err(trailql::Error::Query(_)) if is_refused => {
                    return self.rows(&source, self.language, asks).await;
                }
                translated => written = translated?.0,
            }
        }
        let in_sql = |refusal: Refusal| Refusal(format!("{}\n{written}", refusal.0));
        let rows =
            self.rows(&Source::new("translation", written.as_str()), Language::Sql, asks).await.map_err(in_sql)?;
        if target == Target::Athena && asks("athena: differs") {
            return self.rows(&source, self.language, asks).await;
        }
        Ok(rows)
    }

    async fn rows(
        &self,
        source: &Source,
        language: Language,
        asks: impl Fn(&str) -> bool,
    ) -> Result<DBOutput<Type>, Refusal> {
        let mut last = DBOutput::StatementComplete(0);
        for statement in self.session.parse(source, language)? {
            let mut answer = self.session.run(statement).await?;
            if asks("notices") {
                let rows = answer.notices().list.iter().map(|notice| vec![notice.code.to_owned()]).collect();
                return Ok(DBOutput::Rows { types: vec![Type::Text], rows });
            }
            let schema = answer.schema();
            let mut batches = Vec::new();
            while let Some(batch) = answer.next().await? {
                batches.push(batch);
            }
            let outcome = answer.outcome();
            if outcome.is_incomplete() {
                return Err(Refusal(format!("incomplete: {outcome:?}")));
            }
            let mut schema = schema;
            if self.language == Language::Filter {
                (schema, batches) = told_apart(&schema, &batches)?;
            }
            let rows = rows(&schema, &batches, self.language, asks("headings"))?;
            let types = schema.fields().iter().map(|field| Type::of(field.data_type())).collect();
            last = DBOutput::Rows { types, rows };
        }
        Ok(last)
    }
}

/// Whole records by their numbers and names.
fn told_apart(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<(SchemaRef, Vec<RecordBatch>), Refusal> {
    let wrong = |error: ArrowError| Refusal(error.to_string());
    let columns = [schema.index_of("eventid").map_err(wrong)?, schema.index_of("eventname").map_err(wrong)?];
    let mut cut = Vec::new();
    for batch in batches {
        let batch = batch.project(&columns).map_err(wrong)?;
        let ids: StringArray =
            batch.column(0).as_string::<i32>().iter().map(|id| id.map(|id| id[id.len() - 3..].to_owned())).collect();
        let columns = vec![Arc::new(ids) as ArrayRef, Arc::clone(batch.column(1))];
        cut.push(RecordBatch::try_new(batch.schema(), columns).map_err(wrong)?);
    }
    Ok((Arc::new(schema.project(&columns).map_err(wrong)?), cut))
}

/// The rows as tab-separated values write them.
fn rows(
    schema: &SchemaRef,
    batches: &[RecordBatch],
    language: Language,
    headings: bool,
) -> Result<Vec<Vec<String>>, Refusal> {
    let memory = Memory::default();
    let null = Some("NULL".to_owned());
    let options = Written { null, headings, style: language.style(), ..Written::default() };
    let mut writer = Writer::new(Format::Tsv, Arc::clone(schema), options, Box::new(memory.clone()))?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()?;
    let value = |value: &str| if value.is_empty() { "(empty)".to_owned() } else { value.to_owned() };
    Ok(memory.text().lines().map(|line| line.split('\t').map(value).collect()).collect())
}

#[async_trait]
impl AsyncDB for Database {
    type Error = Refusal;
    type ColumnType = Type;

    async fn run(&mut self, text: &str) -> Result<DBOutput<Type>, Refusal> {
        self.answer(text).await
    }

    async fn shutdown(&mut self) {}
}

/// Any error, as one line that a pattern can match.
#[derive(Debug)]
struct Refusal(String);

impl From<trailql::Error> for Refusal {
    fn from(error: trailql::Error) -> Self {
        if let trailql::Error::Query(found) = &error {
            return Self(found.list.iter().map(|one| sentence(one, &found.source)).collect::<Vec<_>>().join(" / "));
        }
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(found) = cause {
            text = format!("{text}: {found}");
            cause = found.source();
        }
        Self(text)
    }
}

impl From<trailql::output::Error> for Refusal {
    fn from(error: trailql::output::Error) -> Self {
        Self(format!("{error:?}"))
    }
}

/// `no column is named `x` [S002] at "x" help: …`.
fn sentence(diagnostic: &Diagnostic, source: &Source) -> String {
    let mut text = format!("{} [{}]", diagnostic.message, diagnostic.code);
    if let Some((span, _)) = &diagnostic.label {
        text.push_str(&format!(" at \"{}\"", &source.text[span.range()]));
    }
    for help in &diagnostic.help {
        text.push_str(&format!(" help: {help}"));
    }
    text
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// A column's type, by the letter of the golden files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Integer,
    Float,
    Boolean,
    Time,
    Date,
    Other,
}

impl Type {
    fn of(data_type: &DataType) -> Self {
        match data_type {
            found if found.is_string() => Self::Text,
            found if found.is_integer() => Self::Integer,
            found if found.is_floating() => Self::Float,
            DataType::Boolean => Self::Boolean,
            DataType::Timestamp(_, _) => Self::Time,
            DataType::Date32 | DataType::Date64 => Self::Date,
            _ => Self::Other,
        }
    }
}

const LETTERS: &[(char, Type)] = &[
    ('T', Type::Text),
    ('I', Type::Integer),
    ('R', Type::Float),
    ('B', Type::Boolean),
    ('P', Type::Time),
    ('D', Type::Date),
    ('?', Type::Other),
];

impl ColumnType for Type {
    fn from_char(letter: char) -> Option<Self> {
        LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, found)| *found)
    }

    fn to_char(&self) -> char {
        LETTERS.iter().find(|(_, found)| found == self).map_or('?', |(letter, _)| *letter)
    }
}

/// Noon of the second of March 2026: no record of the fixtures is newer.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_secs(1_772_452_800).unwrap_or_default()
}
