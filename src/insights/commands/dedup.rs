//! `dedup`: the first row of every combination of fields. Rows in which one of them is missing all stay.

use std::fmt;

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::{Expr, List};
use crate::insights::parser::{Parsed, Parser};

pub(super) const ROW: Row = Row {
    name: "dedup",
    usage: "dedup field, …",
    summary: "Keeps the first row of every combination of these fields.",
    example: "fields @timestamp, eventName | sort @timestamp desc | dedup userIdentity.arn",
    parse: Some(parse),
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Dedup {
    pub(in crate::insights) fields: Vec<Expr>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::Dedup(Dedup { fields: parser.list(Parser::expr)? }))
}

impl fmt::Display for Dedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dedup {}", List(&self.fields))
    }
}
