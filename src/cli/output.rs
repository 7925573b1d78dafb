//! `-o`, `--out` and `--limit`: where results go, and in which form.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::output::chart::Wanted;
use crate::output::{self, Format};
use crate::session::Error;
use crate::terminal::{Sink, View};

/// Where and how results are written.
#[derive(Debug, Clone, Args)]
pub(super) struct OutputArgs {
    /// Format: table, csv, tsv, json, ndjson, line, markdown, html, arrow, parquet. Told from --out's ending when not given.
    #[arg(short, long, value_name = "FORMAT", env = "TRAILQL_OUTPUT")]
    pub(super) output: Option<Format>,
    /// File to write results to, whole or not at all; a pipe gets them as they come.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// At most this many rows of each result.
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
}

impl OutputArgs {
    /// The format that was asked for, or that the output file's name tells.
    pub(super) fn format(&self) -> Result<Format, Error> {
        let of_file = self.out.as_ref().and_then(|path| Format::of_file(&path.to_string_lossy()));
        check(self.output.or(of_file).unwrap_or_default(), self.out.as_deref())
    }

    /// Where the rows go.
    pub(super) fn sink(&self) -> Result<Sink, Error> {
        sink(self.out.as_deref(), "--out")
    }
}

/// How a table looks.
#[derive(Debug, Clone, Args)]
pub(super) struct ViewArgs {
    /// Draw a chart in the table's place: bar, time, or auto as the answer suggests; of a page, above the table.
    #[arg(long, value_name = "KIND", num_args = 0..=1, default_missing_value = "auto")]
    pub(super) chart: Option<Wanted>,
    /// Show values that do not fit over several lines, rather than cut.
    #[arg(long, env = "TRAILQL_WRAP")]
    pub(super) wrap: bool,
    /// Text for null.
    #[arg(long, value_name = "TEXT", env = "TRAILQL_NULL_VALUE")]
    pub(super) null_value: Option<String>,
    /// Rows that a table shows; the others are counted.
    #[arg(long, value_name = "N", env = "TRAILQL_MAX_ROWS")]
    pub(super) max_rows: Option<usize>,
}

impl ViewArgs {
    /// How answers are shown.
    ///
    /// # Errors
    /// [`Error::Usage`] for a chart in a format that has none.
    pub(super) fn view(&self, output: &OutputArgs) -> Result<View, Error> {
        let format = output.format()?;
        if self.chart.is_some() && !matches!(format, Format::Table | Format::Html) {
            return Err(Error::Usage {
                message: format!("`{format}` has no charts"),
                help: "--chart draws in the formats table and html".to_owned(),
            });
        }
        Ok(View {
            format,
            limit: output.limit,
            chart: self.chart,
            wrap: self.wrap,
            null: self.null_value.clone(),
            max_rows: self.max_rows,
        })
    }
}

/// The format, unless it would go to a terminal that cannot show it.
pub(super) fn check(format: Format, out: Option<&Path>) -> Result<Format, Error> {
    if !format.info().text && out.is_none() && std::io::stdout().is_terminal() {
        return Err(Error::Usage {
            message: format!("`{format}` is no text for a terminal"),
            help: "name a file with --out, or redirect the output".to_owned(),
        });
    }
    Ok(format)
}

/// Where the rows go.
pub(super) fn sink(out: Option<&Path>, option: &str) -> Result<Sink, Error> {
    match out {
        Some(path) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let message = match folder {
                _ if path.is_dir() => format!("`{}` is a folder", path.display()),
                Some(folder) if !folder.is_dir() => format!("there is no folder `{}`", folder.display()),
                _ => return Sink::file(path.to_owned()).map_err(|error| Error::Output(output::Error::Write(error))),
            };
            Err(Error::Usage { message, help: format!("{option} names a file, in a folder that is there") })
        }
        None => Ok(Sink::stdout()),
    }
}
