//! The formats: names, aliases, file endings and what each is for, one row each.

use std::fmt;
use std::str::FromStr;

use datafusion::arrow::datatypes::SchemaRef;

use super::{Options, Out, Result, Sink, arrow, csv, html, json, line, markdown, parquet, table, tsv};
use crate::diag::closest;

/// A form in which rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// A box that fits the terminal.
    #[default]
    Table,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// One JSON array.
    Json,
    /// One JSON object per line.
    Ndjson,
    /// One value per line.
    Line,
    /// A table for issues and reports.
    Markdown,
    /// A page with a table to sort and to search.
    Html,
    /// An Arrow IPC file.
    Arrow,
    /// A Parquet file.
    Parquet,
}

/// One format, for parsing, help and completion.
#[derive(Debug)]
pub struct FormatInfo {
    /// The format.
    pub format: Format,
    /// What it is called.
    pub name: &'static str,
    /// What else it is called.
    pub aliases: &'static [&'static str],
    /// One sentence for help.
    pub summary: &'static str,
    /// Whether it can be shown on a terminal.
    pub text: bool,
    /// Endings of files that hold it, without the dot.
    pub endings: &'static [&'static str],
    /// Begins the text.
    pub(super) open: fn(SchemaRef, Options, Out) -> Result<Box<dyn Sink>>,
}

/// Every format, in the order of [`Format`].
pub const FORMATS: &[FormatInfo] = &[
    FormatInfo {
        format: Format::Table,
        name: "table",
        aliases: &["box", "text"],
        summary: "A box that fits the terminal; what does not fit is cut or wrapped, and counted.",
        text: true,
        endings: &["txt"],
        open: table::open,
    },
    FormatInfo {
        format: Format::Csv,
        name: "csv",
        aliases: &[],
        summary: "Comma-separated values with a heading; formulas are defused for spreadsheets.",
        text: true,
        endings: &["csv"],
        open: csv::open,
    },
    FormatInfo {
        format: Format::Tsv,
        name: "tsv",
        aliases: &[],
        summary: "Tab-separated values with a heading, escaped as Postgres' COPY does.",
        text: true,
        endings: &["tsv", "tab"],
        open: tsv::open,
    },
    FormatInfo {
        format: Format::Json,
        name: "json",
        aliases: &[],
        summary: "One array of objects, one object per line.",
        text: true,
        endings: &["json"],
        open: json::open_array,
    },
    FormatInfo {
        format: Format::Ndjson,
        name: "ndjson",
        aliases: &["jsonl", "jsonlines"],
        summary: "One object per line.",
        text: true,
        endings: &["ndjson", "jsonl"],
        open: json::open_lines,
    },
    FormatInfo {
        format: Format::Line,
        name: "line",
        aliases: &["vertical", "expanded"],
        summary: "One value per line, whole, as after \\G or \\x.",
        text: true,
        endings: &[],
        open: line::open,
    },
    FormatInfo {
        format: Format::Markdown,
        name: "markdown",
        aliases: &["md"],
        summary: "A table for issues and reports.",
        text: true,
        endings: &["md"],
        open: markdown::open,
    },
    FormatInfo {
        format: Format::Html,
        name: "html",
        aliases: &[],
        summary: "A page that needs no network: a table to sort, search and print.",
        text: true,
        endings: &["html", "htm"],
        open: html::open,
    },
    FormatInfo {
        format: Format::Arrow,
        name: "arrow",
        aliases: &["feather", "ipc"],
        summary: "An Arrow IPC file (Feather V2) with types; not for a terminal.",
        text: false,
        endings: &["arrow", "feather", "ipc"],
        open: arrow::open,
    },
    FormatInfo {
        format: Format::Parquet,
        name: "parquet",
        aliases: &[],
        summary: "A Parquet file with types, zstd inside; not for a terminal.",
        text: false,
        endings: &["parquet", "pq"],
        open: parquet::open,
    },
];

impl Format {
    /// The format's row in [`FORMATS`].
    #[must_use]
    pub fn info(self) -> &'static FormatInfo {
        &FORMATS[self as usize]
    }

    /// The format that a file of this name holds, by its ending; None when the ending says nothing.
    #[must_use]
    pub fn of_file(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        FORMATS
            .iter()
            .find(|info| info.endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
            .map(|info| info.format)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().name)
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    /// The format with this name or alias, in any case.
    fn from_str(name: &str) -> std::result::Result<Self, UnknownFormat> {
        FORMATS
            .iter()
            .find(|info| info.names().any(|known| known.eq_ignore_ascii_case(name)))
            .map(|info| info.format)
            .ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

impl FormatInfo {
    /// The name and the aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// A name that is no format's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no output format is named `{name}`; {}", self.help())]
pub struct UnknownFormat {
    /// What was asked for.
    pub name: String,
}

impl UnknownFormat {
    /// The remedy: the name that was probably meant, else all of them.
    #[must_use]
    pub fn help(&self) -> String {
        match closest(&self.name, FORMATS.iter().flat_map(FormatInfo::names)) {
            Some(name) => format!("`{name}` has a similar name"),
            None => format!("there are {}", FORMATS.iter().map(|info| info.name).collect::<Vec<_>>().join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_the_order_of_the_formats_and_names_are_unique() {
        let mut names = Vec::new();
        for (index, info) in FORMATS.iter().enumerate() {
            assert_eq!(info.format as usize, index);
            assert_eq!(info.format.info().name, info.name);
            names.extend(info.names());
        }
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }

    #[test]
    fn names_aliases_and_endings_are_found_in_any_case() {
        assert_eq!("JSONL".parse(), Ok(Format::Ndjson));
        assert_eq!("md".parse(), Ok(Format::Markdown));
        assert_eq!(Format::of_file("out/findings.2023.CSV"), Some(Format::Csv));
        assert_eq!(Format::of_file("findings"), None);
        assert_eq!(Format::of_file("findings.xlsx"), None);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_or_with_all() {
        let error = |name: &str| name.parse::<Format>().expect_err("no format").to_string();
        assert_eq!(error("jsno"), "no output format is named `jsno`; `json` has a similar name");
        assert_eq!(
            error("xlsx"),
            "no output format is named `xlsx`; there are table, csv, tsv, json, ndjson, line, markdown, html, arrow, parquet"
        );
    }
}
