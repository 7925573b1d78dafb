//! The formats of findings: those of rows, and reports.

use std::str::FromStr;

use crate::diag::closest;
use crate::output::{FORMATS, Format, FormatInfo};
use crate::session::Error;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HuntFormat {
    /// One row each.
    Rows(Format),
    /// A report of all.
    Report(Report),
}

/// A report of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// SARIF 2.1.0.
    Sarif,
    /// OCSF Detection Findings, one JSON object per line.
    Ocsf,
    /// A page of HTML.
    Html,
}

/// Every report: its name, and the endings of files that hold it, in lower case.
const REPORTS: &[(Report, &str, &[&str])] = &[
    (Report::Sarif, "sarif", &[".sarif", ".sarif.json"]),
    (Report::Ocsf, "ocsf", &[".ocsf", ".ocsf.json", ".ocsf.ndjson", ".ocsf.jsonl"]),
    (Report::Html, "html", &[".html", ".htm"]),
];

impl Report {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        REPORTS.iter().find(|(report, ..)| *report == self).map_or("", |(_, name, _)| name)
    }
}

impl HuntFormat {
    /// The format that a file of this name holds, by its ending; None when the ending says nothing.
    pub(super) fn of_file(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        let report = REPORTS.iter().find(|(_, _, endings)| endings.iter().any(|ending| lower.ends_with(ending)));
        report.map(|(report, ..)| Self::Report(*report)).or_else(|| Format::of_file(name).map(Self::Rows))
    }
}

impl HuntFormat {
    /// The format of rows that are no findings.
    ///
    /// # Errors
    /// [`Error::Usage`] for a report.
    pub(super) fn of_rows(self) -> Result<Format, Error> {
        match self {
            Self::Rows(format) => Ok(format),
            Self::Report(Report::Html) => Ok(Format::Html),
            Self::Report(report) => Err(Error::Usage {
                message: format!("these rows are no findings, and `{}` is for findings", report.name()),
                help: "ask for table, json, csv or another format of rows".to_owned(),
            }),
        }
    }
}

impl FromStr for HuntFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let report = REPORTS.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(name));
        if let Some((report, ..)) = report {
            return Ok(Self::Report(*report));
        }
        name.parse().map(Self::Rows).map_err(|_| {
            let reports = || REPORTS.iter().map(|(_, name, _)| *name);
            let help = match closest(name, FORMATS.iter().flat_map(FormatInfo::names).chain(reports())) {
                Some(close) => format!("`{close}` has a similar name"),
                None => {
                    // A page of findings has the name of a page of rows, and takes its place.
                    let rows =
                        FORMATS.iter().map(|info| info.name).filter(|name| reports().all(|report| report != *name));
                    let all: Vec<_> = rows.chain(reports()).collect();
                    format!("there are {}", all.join(", "))
                }
            };
            format!("no output format is named `{name}`; {help}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_name_and_by_the_ending_of_a_file() {
        let check =
            |file: &str, expected: Option<HuntFormat>| assert_eq!(HuntFormat::of_file(file), expected, "{file}");
        check("a.sarif", Some(HuntFormat::Report(Report::Sarif)));
        check("a.SARIF.json", Some(HuntFormat::Report(Report::Sarif)));
        check("out/a.ocsf.json", Some(HuntFormat::Report(Report::Ocsf)));
        check("a.html", Some(HuntFormat::Report(Report::Html)));
        check("a.json", Some(HuntFormat::Rows(Format::Json)));
        check("sarif", None);
        assert_eq!("OCSF".parse(), Ok(HuntFormat::Report(Report::Ocsf)));
        assert_eq!("md".parse(), Ok(HuntFormat::Rows(Format::Markdown)));
    }

    #[test]
    fn an_unknown_format_is_answered_with_those_there_are() {
        let check = |name: &str| name.parse::<HuntFormat>().expect_err(name);
        assert_eq!(check("sariff"), "no output format is named `sariff`; `sarif` has a similar name");
        let all = check("postscript");
        assert!(REPORTS.iter().all(|(_, name, _)| all.contains(name)) && all.contains("parquet"), "{all}");
    }
}
