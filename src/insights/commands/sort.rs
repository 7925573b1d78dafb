//! `sort`: the order of the rows.
//!
//! Text is in natural order: what is no number first, then numbers by value; digits inside text count as
//! numbers. Missing values come last in both directions.
//!
//! Source: CloudWatch Logs User Guide, "sort".

use std::fmt;

use super::{Command, Row};
use crate::diag::{Diagnostic, Severity, Span};
use crate::insights::ast::{Expr, List};
use crate::insights::commands;
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::token::TokenKind;

pub(super) const ROW: Row = Row {
    name: "sort",
    usage: "sort key [asc|desc], …",
    summary: "Orders the rows.",
    example: "stats count(*) by eventName | sort count(*) desc",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Sort {
    pub(in crate::insights) keys: Vec<Key>,
}

/// What to sort by, and which way.
#[derive(Debug, Clone)]
pub(in crate::insights) struct Key {
    pub(in crate::insights) expr: Expr,
    pub(in crate::insights) descending: bool,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    if parser.is_word_ahead(0, "by") {
        parser.bump();
    }
    Ok(Command::Sort(Sort { keys: parser.list(key)? }))
}

fn key(parser: &mut Parser<'_>) -> Parsed<Key> {
    let expr = parser.expr()?;
    let descending = parser.eat_word("desc").is_some();
    if descending || parser.eat_word("asc").is_some() {
        return Ok(Key { expr, descending });
    }
    let next = parser.token();
    let word = parser.slice(next.span);
    if next.kind == TokenKind::Word && commands::find(word).is_none() {
        return Err(Diagnostic::error("I019", format!("expected `asc` or `desc`, found `{word}`"))
            .at(next.span, "not a direction")
            .help("write `asc` or `desc`"));
    }
    Ok(Key { expr, descending })
}

impl Sort {
    pub(in crate::insights) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let mut order = Vec::new();
        for key in &self.keys {
            // Rows have an order without a field that is gone, so that is no error.
            if let Some(path) = key.expr.field()
                && rows.look_up(path).is_none()
            {
                let gone = rows.gone(path);
                let message = format!("`{}` is gone after `stats`, so it orders nothing", path.text());
                rows.context.notice(Diagnostic { code: "I042", severity: Severity::Notice, message, ..gone });
                continue;
            }
            order.push(rows.value(&key.expr)?.sort_key().sort(!key.descending, false));
        }
        // Rows that are equal so far keep the order they would have had.
        order.extend(rows.default_order());
        rows.order = order;
        rows.scramble();
        Ok(())
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sort {}", List(&self.keys))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.expr, if self.descending { "desc" } else { "asc" })
    }
}
