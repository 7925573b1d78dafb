//! The commands of the language: one table, and one file per command with its syntax, meaning and help.

mod accum;
mod addtotals;
mod anomaly;
mod appendcols;
mod autoregress;
mod count_frequent;
mod dedup;
mod diff;
mod display;
mod estimate;
mod fields;
mod filldown;
mod fillmissing;
mod filter;
mod head;
mod join;
mod limit;
mod lookup;
mod outlier;
mod parse;
mod pattern;
mod relevantfields;
mod sessionize;
mod sort;
mod source;
mod stats;
mod tail;
mod unmask;
mod unnest;

use std::fmt;

use super::ast::{Item, Subquery};
use super::lower::Lowers;
use super::parser::{Parsed, Parser};
use super::rows::Rows;
use crate::diag::Span;

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
    /// Reads what follows the name, which stands at the given place.
    pub(super) parse: fn(&mut Parser<'_>, Span) -> Parsed<Command>,
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
    unnest::ROW,
    unmask::ROW,
    pattern::ROW,
    diff::ROW,
    anomaly::ROW,
    relevantfields::ROW,
    source::ROW,
    join::ROW,
    lookup::ROW,
    appendcols::ROW,
    addtotals::ROW,
    accum::ROW,
    autoregress::ROW,
    filldown::ROW,
    fillmissing::ROW,
    count_frequent::ROW,
    count_frequent::OTHER_ROW,
    sessionize::ROW,
    outlier::ROW,
    estimate::ROW,
];

/// One command of a query, and what each does with one.
macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident($kind:path);)*) => {
        /// One command of a query.
        #[derive(Debug, Clone)]
        pub enum Command {
            $($(#[$doc])* $name($kind),)*
        }

        impl Command {
            /// Does to the rows what the command says.
            pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
                match self {
                    $(Self::$name(command) => command.lower(rows),)*
                }
            }
        }

        impl fmt::Display for Command {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name(command) => write!(f, "{command}"),)*
                }
            }
        }
    };
}

commands! {
    /// `fields`
    Fields(fields::Fields);
    /// `display`
    Display(display::Display);
    /// `filter` and `filterIndex`
    Filter(filter::Filter);
    /// `stats`
    Stats(stats::Stats);
    /// `sort`
    Sort(sort::Sort);
    /// `limit` and `head`
    Limit(limit::Limit);
    /// `tail`
    Tail(tail::Tail);
    /// `parse`
    Parse(parse::Parse);
    /// `dedup`
    Dedup(dedup::Dedup);
    /// `unnest`
    Unnest(unnest::Unnest);
    /// `unmask`
    Unmask(unmask::Unmask);
    /// `pattern`
    Pattern(pattern::Pattern);
    /// `diff`
    Diff(diff::Diff);
    /// `anomaly`
    Anomaly(anomaly::Anomaly);
    /// `relevantfields`
    RelevantFields(relevantfields::RelevantFields);
    /// `SOURCE`
    Source(source::Source);
    /// `join`
    Join(join::Join);
    /// `lookup`
    Lookup(lookup::Lookup);
    /// `appendcols`
    AppendCols(appendcols::AppendCols);
    /// `addtotals`
    AddTotals(addtotals::AddTotals);
    /// `accum`
    Accum(accum::Accum);
    /// `autoregress`
    AutoRegress(autoregress::AutoRegress);
    /// `filldown`
    FillDown(filldown::FillDown);
    /// `fillmissing`
    FillMissing(fillmissing::FillMissing);
    /// `countFrequent`
    CountFrequent(count_frequent::CountFrequent);
    /// `sessionize`
    Sessionize(sessionize::Sessionize);
    /// `outlier`
    Outlier(outlier::Outlier);
    /// `estimate`
    Estimate(estimate::Estimate);
}

impl Command {
    /// The queries that stand inside the command.
    pub(super) fn queries(&self) -> Vec<&Subquery> {
        match self {
            Self::Join(command) => vec![&command.query],
            Self::AppendCols(command) => vec![&command.query],
            Self::Filter(command) => command.condition.queries(),
            Self::Fields(command) => queries(&command.items),
            Self::Display(command) => queries(&command.items),
            Self::Stats(command) => [queries(&command.items), queries(&command.keys)].concat(),
            _ => Vec::new(),
        }
    }
}

fn queries(items: &[Item]) -> Vec<&Subquery> {
    items.iter().flat_map(|item| item.expr.queries()).collect()
}

/// The command with this name, in any case.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    ALL.iter().find(|row| row.name.eq_ignore_ascii_case(name))
}

/// The names of all commands, for messages.
pub(super) fn names() -> String {
    let names: Vec<_> = ALL.iter().map(|row| format!("`{}`", row.name)).collect();
    names.join(", ")
}
