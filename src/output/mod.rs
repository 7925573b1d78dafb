//! Batches as text, one file per format, and diagnostics as drawn text.
//!
//! This room knows Arrow, terminals and spreadsheets, and nothing of CloudTrail: names and values arrive
//! in batches. Every value was written by a stranger, so whatever a terminal or a spreadsheet would act
//! on is defused on the way out ([`escape`]). Where the text goes, and what is said on stderr about rows
//! that were not shown, is for the caller.

pub mod chart;
pub mod diagnostic;
pub mod escape;
pub mod html;
pub mod summary;

mod arrow;
mod csv;
mod encode;
mod fit;
mod fitted;
mod format;
mod json;
mod line;
mod markdown;
mod names;
mod palette;
mod parquet;
#[cfg(test)]
mod sample;
mod table;
mod tsv;
mod value;

use std::fmt;
use std::io::{self, BufWriter, Write};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::errors::ParquetError;

pub use format::{FORMATS, Format, FormatInfo, UnknownFormat};
pub use names::distinct as distinct_names;
pub use palette::{Palette, THINGS, name as style_name, style};

/// What can go wrong while writing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file, pipe or terminal does not take more; see [`Error::is_closed_pipe`].
    #[error("cannot write the output")]
    Write(#[from] io::Error),
    /// A column has a type that the format has no form for.
    #[error("cannot write a value")]
    Value(#[source] ArrowError),
    /// The Parquet library refused.
    #[error("cannot write parquet")]
    Parquet(#[source] ParquetError),
}

impl Error {
    /// Whether the reader went away, as `head` does: no error, only a reason to end quietly.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, error) => Self::Write(error),
            error => Self::Value(error),
        }
    }
}

impl From<ParquetError> for Error {
    /// An I/O error comes out of its wrapping, so that a closed pipe is recognized.
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(source) => match source.downcast::<io::Error>() {
                Ok(error) => Self::Write(*error),
                Err(source) => Self::Parquet(ParquetError::External(source)),
            },
            error => Self::Parquet(error),
        }
    }
}

impl From<::csv::Error> for Error {
    fn from(error: ::csv::Error) -> Self {
        match error.into_kind() {
            ::csv::ErrorKind::Io(error) => Self::Write(error),
            kind => Self::Write(io::Error::other(format!("{kind:?}"))),
        }
    }
}

type Result<T> = std::result::Result<T, Error>;

/// How values become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ValueStyle {
    /// `2023-07-10T11:42:36Z`, `3.0`, `true`.
    #[default]
    Sql,
    /// `2023-07-10 11:42:36.000`, `3`, `1`; what is missing is left empty. JSON and Parquet keep their types.
    ///
    /// Source: CloudWatch Logs User Guide, and the rows its API returns.
    Insights,
}

/// How loud a value is where there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing is worse.
    Alarm,
    /// Bad.
    Bad,
    /// To be watched.
    Warning,
    /// To be known.
    Notice,
    /// In the background.
    Quiet,
}

/// The values of a column that have a tone. A table parts its rows where they change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tones {
    /// The column's name.
    pub column: &'static str,
    /// Its values.
    pub values: &'static [(&'static str, Tone)],
}

/// How a result is written. Formats that have no use for an option ignore it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Columns of the terminal; a table is made to fit when there are 10 or more. None: as wide as it takes.
    pub width: Option<usize>,
    /// Rows a table shows; the others are only counted. None: all, which are then held in memory.
    pub max_rows: Option<usize>,
    /// The text for null. None: `NULL` for people (empty in [`ValueStyle::Insights`]), empty in csv, `\N` in tsv.
    pub null: Option<String>,
    /// Whether headings, rules and nulls are set off with ANSI escapes.
    pub color: bool,
    /// The colours of these, where there are any.
    pub palette: Palette,
    /// Whether column names, and the record numbers of `line`, are written.
    pub headings: bool,
    /// How values become text.
    pub style: ValueStyle,
    /// Values that a table sets off.
    pub tones: Option<Tones>,
    /// Whether a table shows values that do not fit over several lines, rather than cut.
    pub wrap: bool,
    /// Whether tables and charts are drawn with ASCII alone.
    pub ascii: bool,
    /// The chart in a table's place or below it, or above the table of a page.
    pub chart: Option<chart::Wanted>,
    /// Columns of a chart where [`width`](Self::width) is none. None: 80.
    pub chart_width: Option<usize>,
    /// Whether the output has a result already, whose page goes on.
    pub continues: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: None,
            max_rows: None,
            null: None,
            color: false,
            palette: Palette::default(),
            headings: true,
            style: ValueStyle::Sql,
            tones: None,
            wrap: false,
            ascii: false,
            chart: None,
            chart_width: None,
            continues: false,
        }
    }
}

impl Options {
    /// The text for null in the formats made for people.
    fn null_for_people(&self) -> &str {
        match (&self.null, self.style) {
            (Some(null), _) => null,
            (None, ValueStyle::Sql) => "NULL",
            (None, ValueStyle::Insights) => "",
        }
    }
}

/// What became of a result. The counts add up: every row that was given is written or hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Rows that are in the output.
    pub rows: u64,
    /// Rows beyond [`Options::max_rows`], which a table does not show.
    pub hidden_rows: u64,
    /// Columns a table had no room for.
    pub hidden_columns: usize,
    /// Values of shown rows and columns that a table cut short.
    pub cut_values: u64,
    /// Why a chart that was wanted is not there.
    pub undrawn: Option<chart::Undrawn>,
}

/// Where a format writes to.
type Out = BufWriter<Box<dyn Write + Send>>;

/// What one format does with batches.
trait Sink: Send {
    /// Writes the rows of one batch, through to the output where the format streams.
    fn write(&mut self, batch: &RecordBatch) -> Result<()>;

    /// Ends the text and flushes. Counts only what was held back; the rows are counted by [`Writer`].
    fn finish(self: Box<Self>) -> Result<Written>;
}

/// Writes batches in one format.
///
/// All batches have the schema given at the start. Without [`finish`](Self::finish) the text has no end,
/// and a table has no text at all.
pub struct Writer {
    sink: Box<dyn Sink>,
    rows: u64,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// The values of a batch as text, row by row; none for null.
///
/// # Errors
/// When a type has no text.
pub fn texts(batch: &RecordBatch, style: ValueStyle) -> Result<Vec<Vec<Option<String>>>> {
    let mut rows = Vec::with_capacity(batch.num_rows());
    value::each_row(batch, style, |cells| {
        rows.push(cells.iter().map(|cell| cell.get().map(str::to_owned)).collect());
        Ok(())
    })?;
    Ok(rows)
}

impl Writer {
    /// Begins the text in `out`, which needs no buffer of its own.
    ///
    /// # Errors
    /// [`Error::Write`] when not even the headings can be written, [`Error::Parquet`] for a schema that
    /// Parquet cannot hold.
    pub fn new(format: Format, schema: SchemaRef, options: Options, out: Box<dyn Write + Send>) -> Result<Self> {
        let sink = (format.info().open)(schema, options, BufWriter::new(out))?;
        Ok(Self { sink, rows: 0 })
    }

    /// Writes the rows of one batch. Formats that stream have flushed them when this returns.
    ///
    /// # Errors
    /// [`Error::Write`] when the output takes no more; the others as the format has no form for a value.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.sink.write(batch)?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Ends the text and tells what was written and what a table did not show.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(self) -> Result<Written> {
        let held_back = self.sink.finish()?;
        Ok(Written { rows: self.rows - held_back.hidden_rows, ..held_back })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that went away.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_recognized_in_every_format() {
        let batch = sample::every_type();
        for info in FORMATS {
            let outcome = Writer::new(info.format, batch.schema(), Options::default(), Box::new(Closed)).and_then(
                |mut writer| {
                    writer.write(&batch)?;
                    writer.finish()
                },
            );
            let error = outcome.expect_err(info.name);
            assert!(error.is_closed_pipe(), "{}: {error:?}", info.name);
        }
    }

    #[test]
    fn every_type_has_a_form_in_every_format() {
        let batch = sample::every_type();
        for info in FORMATS {
            let (_, written) = sample::bytes(info.format, Options::default(), std::slice::from_ref(&batch));
            assert_eq!(written, Written { rows: batch.num_rows() as u64, ..Written::default() }, "{}", info.name);
        }
    }

    #[test]
    fn streaming_formats_have_written_a_batch_before_the_next_comes() {
        for format in
            [Format::Csv, Format::Tsv, Format::Json, Format::Ndjson, Format::Line, Format::Markdown, Format::Html]
        {
            let batch = sample::texts(&["seen"]);
            let out = sample::Shared::default();
            let mut writer = Writer::new(format, batch.schema(), Options::default(), Box::new(out.clone()))
                .expect("memory takes everything");
            writer.write(&batch).expect("memory takes everything");
            assert!(String::from_utf8(out.take()).expect("text").contains("seen"), "{format}");
        }
    }
}
