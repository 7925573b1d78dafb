//! `accum`: a sum that runs from row to row. Without a name of its own it takes the field's place.
//!
//! Source: CloudWatch Logs User Guide, "accum".

use std::fmt;

use datafusion::functions_aggregate::sum::sum_udaf;

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::Item;
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::value::{Class, Value};
use crate::insights::window::aggregate;

pub(super) const ROW: Row = Row {
    name: "accum",
    usage: "accum field as name",
    summary: "Adds up a field from row to row.",
    example: "stats count(*) as n by bin(1h) | accum n as total",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Accum {
    item: Item,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::Accum(Accum { item: parser.item()? }))
}

impl Accum {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let value = rows.value(&self.item.expr)?;
        let class = if value.class == Class::Count { Class::Count } else { Class::Number };
        let number = if class == Class::Count { value.expr } else { value.number() };
        let number = rows.computed("addend", number)?;
        let total = rows.running("accum", aggregate(sum_udaf(), vec![number]))?;
        rows.make(self.item.name(), Value::new(total, class));
        Ok(())
    }
}

impl fmt::Display for Accum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "accum {}", self.item)
    }
}
