//! `unmask`: shows fields without the mask of data protection. Archived records never have one, so it shows them.

use std::fmt;

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::{Item, List};
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;

pub(super) const ROW: Row = Row {
    name: "unmask",
    usage: "unmask field, …",
    summary: "Shows fields unmasked; archived records never are masked.",
    example: "unmask @message",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Unmask {
    items: Vec<Item>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::Unmask(Unmask { items: parser.list(Parser::item)? }))
}

impl Unmask {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let shown = rows.items(&self.items)?;
        rows.show_more(shown);
        Ok(())
    }
}

impl fmt::Display for Unmask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unmask {}", List(&self.items))
    }
}
