//! `filter`: keeps the rows for which a condition holds. `filterIndex` says the same.
//!
//! In CloudWatch `filterIndex` also chooses what is read; here every `filter` does, as far as it can.

use std::fmt;

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::Expr;
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;

pub(super) const ROW: Row = Row {
    name: "filter",
    usage: "filter condition",
    summary: "Keeps the rows for which the condition holds.",
    example: "filter eventName = \"ConsoleLogin\" and errorMessage like /Failed/",
    parse,
};

pub(super) const INDEX_ROW: Row = Row {
    name: "filterIndex",
    usage: "filterIndex field = \"value\"",
    summary: "As `filter`.",
    example: "filterIndex eventSource in [\"iam.amazonaws.com\"]",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Filter {
    pub(in crate::insights) condition: Expr,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::Filter(Filter { condition: parser.expr()? }))
}

impl Filter {
    pub(in crate::insights) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let condition = rows.condition(&self.condition)?;
        rows.filter(condition)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "filter {}", self.condition)
    }
}
