//! `display`: what is shown, whatever `fields` said before. The last one wins.

use std::fmt;

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::{Item, List};
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;

pub(super) const ROW: Row = Row {
    name: "display",
    usage: "display a, expression as name, …",
    summary: "Shows these and nothing else.",
    example: "filter eventName = \"ConsoleLogin\" | display sourceIPAddress",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Display {
    pub(in crate::insights) items: Vec<Item>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::Display(Display { items: parser.list(Parser::item)? }))
}

impl Display {
    pub(in crate::insights) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let shown = rows.items(&self.items)?;
        rows.show_only(shown);
        Ok(())
    }
}

impl fmt::Display for Display {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "display {}", List(&self.items))
    }
}
