//! `countFrequent`: how often every combination of fields occurs, most often first. CloudWatch estimates; here the
//! numbers are exact.
//!
//! Source: CloudWatch Logs User Guide, "countFrequent".

use std::fmt;

use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::lit;

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::{Item, List};
use crate::insights::lower::{Lowers, column};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::value::{Class, Value};
use crate::insights::world::Named;

pub(super) const ROW: Row = Row {
    name: "countFrequent",
    usage: "countFrequent field, …",
    summary: "Counts the combinations of fields, most frequent first.",
    example: "countFrequent awsRegion, eventName",
    parse,
};

pub(super) const OTHER_ROW: Row = Row { name: "count_frequent", usage: "count_frequent field, …", ..ROW };

/// The column of counts.
const COUNT: &str = "_approxcount";

/// See the file.
#[derive(Debug, Clone)]
pub struct CountFrequent {
    fields: Vec<Item>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::CountFrequent(CountFrequent { fields: parser.list(Parser::item)? }))
}

impl CountFrequent {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let (keys, mut columns) = rows.grouping(&self.fields)?;
        let fresh = rows.fresh(COUNT);
        rows.build(|plan| plan.aggregate(keys, [count(lit(1_i64)).alias(&fresh)]))?;
        columns.push(Named::new(COUNT, Value::new(column(&fresh), Class::Count)));
        let keys = columns.len() - 1;
        rows.replace(columns, keys)?;
        let most = rows.world.column(COUNT).unwrap_or_else(Value::missing);
        rows.order.insert(0, most.expr.sort(false, false));
        Ok(())
    }
}

impl fmt::Display for CountFrequent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "countFrequent {}", List(&self.fields))
    }
}
