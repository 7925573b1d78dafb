//! `fields`: shows fields and computed values, and names them.
//!
//! Several `fields` commands add up, and hide nothing from later commands.

use std::fmt;

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::{Item, List};
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;

pub(super) const ROW: Row = Row {
    name: "fields",
    usage: "fields a, expression as name, …",
    summary: "Shows fields and computed values.",
    example: "fields @timestamp, eventName, userIdentity.arn as who",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Fields {
    pub(in crate::insights) items: Vec<Item>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::Fields(Fields { items: parser.list(Parser::item)? }))
}

impl Fields {
    pub(in crate::insights) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let shown = rows.items(&self.items)?;
        rows.show_more(shown);
        Ok(())
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fields {}", List(&self.items))
    }
}
