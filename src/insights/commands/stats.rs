//! `stats`: one row per group, or one of all rows. After it, only what it names exists.

use std::fmt;

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::ast::{Item, List};
use crate::insights::parser::{Parsed, Parser};

pub(super) const ROW: Row = Row {
    name: "stats",
    usage: "stats aggregate as name, … by key, …",
    summary: "Counts and sums, per group.",
    example: "stats count(*) as calls by eventSource, bin(1h)",
    parse: Some(parse),
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Stats {
    pub(in crate::insights) items: Vec<Item>,
    pub(in crate::insights) keys: Vec<Item>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let items = parser.list(Parser::item)?;
    let keys = if parser.eat_word("by").is_some() { parser.list(Parser::item)? } else { Vec::new() };
    if parser.is_word_ahead(0, "offset") {
        return Err(
            Diagnostic::error("I023", "`offset` is not supported yet").at(parser.token().span, "a later version will")
        );
    }
    Ok(Command::Stats(Stats { items, keys }))
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stats {}", List(&self.items))?;
        if self.keys.is_empty() { Ok(()) } else { write!(f, " by {}", List(&self.keys)) }
    }
}
