//! `limit`: the first rows.

use std::fmt;

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;

pub(super) const ROW: Row = Row {
    name: "limit",
    usage: "limit number",
    summary: "Keeps the first rows.",
    example: "fields eventName | limit 20",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Limit {
    pub(in crate::insights) rows: usize,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::Limit(Limit { rows: parser.rows()? }))
}

impl Limit {
    pub(in crate::insights) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        rows.sort()?;
        rows.reaches_scan = false;
        rows.build(|plan| plan.limit(0, Some(self.rows)))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "limit {}", self.rows)
    }
}
