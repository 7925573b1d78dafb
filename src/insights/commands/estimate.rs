//! `estimate`: how much a query would read, instead of its rows. Whoever runs the query looks at the files it chose.
//!
//! Source: CloudWatch Logs User Guide, "estimate".

use std::fmt;

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::token::TokenKind;

pub(super) const ROW: Row = Row {
    name: "estimate",
    usage: "estimate",
    summary: "Tells how much would be read, and reads nothing.",
    example: "filter eventName = \"ConsoleLogin\" | estimate",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Estimate;

fn parse(parser: &mut Parser<'_>, word: Span) -> Parsed<Command> {
    match parser.peek() {
        TokenKind::Pipe => Err(Diagnostic::error("I035", "`estimate` stands last in a query")
            .at(word, "not the last command")
            .help("move it to the end")),
        _ if parser.is_nested() => {
            Err(Diagnostic::error("I035", "`estimate` stands last in the whole query").at(word, "inside another query"))
        }
        _ => Ok(Command::Estimate(Estimate)),
    }
}

impl Estimate {
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as every command")]
    pub(super) fn lower(&self, _: &mut Rows) -> Lowers<()> {
        Ok(())
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("estimate")
    }
}
