//! `tail`: the last rows, in the order they had.

use std::fmt;

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;

pub(super) const ROW: Row = Row {
    name: "tail",
    usage: "tail number",
    summary: "Keeps the last rows.",
    example: "fields eventName | tail 20",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Tail {
    pub(in crate::insights) rows: usize,
}

fn parse(parser: &mut Parser<'_>, word: Span) -> Parsed<Command> {
    let rows = parser.rows()?;
    let notice = Diagnostic::notice("I041", "`tail` is an old word").at(word, "deprecated");
    parser.report(notice.help("sort the other way round and write `limit`"));
    Ok(Command::Tail(Tail { rows }))
}

impl Tail {
    /// Takes the first rows of the reverse order; the order itself stays.
    pub(in crate::insights) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let mut reverse = rows.order()?;
        for key in &mut reverse {
            (key.asc, key.nulls_first) = (!key.asc, !key.nulls_first);
        }
        if !reverse.is_empty() {
            rows.build(|plan| plan.sort(reverse))?;
        }
        rows.reaches_scan = false;
        rows.build(|plan| plan.limit(0, Some(self.rows)))?;
        rows.scramble();
        Ok(())
    }
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tail {}", self.rows)
    }
}
