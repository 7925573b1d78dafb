//! The commands of the language: one table, and one file per command with its syntax, meaning and help.

mod dedup;
mod display;
mod fields;
mod filter;
mod head;
mod limit;
mod parse;
mod sort;
mod stats;
mod tail;

use std::fmt;

use super::parser::{Parsed, Parser};
use crate::diag::Span;

/// One command of a query.
#[derive(Debug, Clone)]
pub enum Command {
    /// `fields`
    Fields(fields::Fields),
    /// `display`
    Display(display::Display),
    /// `filter` and `filterIndex`
    Filter(filter::Filter),
    /// `stats`
    Stats(stats::Stats),
    /// `sort`
    Sort(sort::Sort),
    /// `limit` and `head`
    Limit(limit::Limit),
    /// `tail`
    Tail(tail::Tail),
    /// `parse`
    Parse(parse::Parse),
    /// `dedup`
    Dedup(dedup::Dedup),
}

/// A command as help shows it and the parser finds it.
#[derive(Debug)]
pub struct Row {
    /// The name; queries may write it in any case.
    pub name: &'static str,
    /// What it looks like.
    pub usage: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// A query that uses it.
    pub example: &'static str,
    /// Reads what follows the name, which stands at the given place. None for commands of a later version.
    pub(super) parse: Option<fn(&mut Parser<'_>, Span) -> Parsed<Command>>,
}

/// Every command.
pub const ALL: &[Row] = &[
    fields::ROW,
    display::ROW,
    filter::ROW,
    filter::INDEX_ROW,
    stats::ROW,
    sort::ROW,
    limit::ROW,
    head::ROW,
    tail::ROW,
    parse::ROW,
    dedup::ROW,
    later("SOURCE", "SOURCE logGroups(…)", "Chooses what is read."),
    later("pattern", "pattern field", "Groups texts of one form."),
    later("diff", "diff previousDay", "Compares with an earlier time."),
    later("unnest", "unnest field into name", "One row for every element of a list."),
    later("anomaly", "anomaly", "Marks unusual patterns."),
    later("join", "join left=a right=b where a.x = b.x (…)", "Joins with another query."),
    later("lookup", "lookup table key as field OUTPUT column", "Adds columns of a table."),
    later("addtotals", "addtotals", "Adds sums of rows or columns."),
    later("accum", "accum field as name", "A running sum."),
    later("autoregress", "autoregress field p=1-3", "Values of earlier rows."),
    later("filldown", "filldown field", "Repeats the last value that is there."),
    later("fillmissing", "fillmissing with 0 for field", "Adds rows for empty bins."),
    later("countFrequent", "countFrequent field", "Counts the most frequent values."),
    later("count_frequent", "count_frequent field", "Counts the most frequent values."),
    later("sessionize", "sessionize field maxspan 30m as name", "Numbers sessions."),
    later("outlier", "outlier field", "Tames or removes outliers."),
    later("appendcols", "appendcols (…)", "Adds the columns of another query."),
    later("relevantfields", "relevantfields where condition", "Ranks fields by how they differ."),
    later("estimate", "estimate", "How much would be read."),
];

const fn later(name: &'static str, usage: &'static str, summary: &'static str) -> Row {
    Row { name, usage, summary, example: "", parse: None }
}

impl Row {
    /// Whether the command is supported.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.parse.is_some()
    }
}

/// The command with this name, in any case.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    ALL.iter().find(|row| row.name.eq_ignore_ascii_case(name))
}

/// The names of the supported commands, for messages.
pub(super) fn ready() -> String {
    let names: Vec<_> = ALL.iter().filter(|row| row.is_ready()).map(|row| format!("`{}`", row.name)).collect();
    names.join(", ")
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(command) => write!(f, "{command}"),
            Self::Display(command) => write!(f, "{command}"),
            Self::Filter(command) => write!(f, "{command}"),
            Self::Stats(command) => write!(f, "{command}"),
            Self::Sort(command) => write!(f, "{command}"),
            Self::Limit(command) => write!(f, "{command}"),
            Self::Tail(command) => write!(f, "{command}"),
            Self::Parse(command) => write!(f, "{command}"),
            Self::Dedup(command) => write!(f, "{command}"),
        }
    }
}
