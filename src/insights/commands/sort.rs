//! `sort`: the order of the rows.
//!
//! Text is in natural order: what is no number first, then numbers by value; digits inside text count as
//! numbers. Missing values come last in both directions.
//!
//! Source: CloudWatch Logs User Guide, "sort".

use std::fmt;

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::ast::{Expr, List};
use crate::insights::commands;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::token::TokenKind;

pub(super) const ROW: Row = Row {
    name: "sort",
    usage: "sort key [asc|desc], …",
    summary: "Orders the rows.",
    example: "stats count(*) by eventName | sort count(*) desc",
    parse: Some(parse),
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Sort {
    pub(in crate::insights) keys: Vec<Key>,
}

/// What to sort by, and which way.
#[derive(Debug, Clone)]
pub struct Key {
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
