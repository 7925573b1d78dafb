//! `filldown`: the last value that was there, where one is missing.
//!
//! Source: CloudWatch Logs User Guide, "filldown".

use std::fmt;

use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::min_max::max_udaf;
use datafusion::logical_expr::ExprFunctionExt;

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::{Glob, Path};
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::value::Value;
use crate::insights::window::aggregate;

pub(super) const ROW: Row = Row {
    name: "filldown",
    usage: "filldown field field* …",
    summary: "Repeats the last value that was there.",
    example: "fields @timestamp, errorCode | sort @timestamp asc | filldown errorCode",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct FillDown {
    /// All that is shown when there is none.
    fields: Vec<Glob>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::FillDown(FillDown { fields: parser.globs()? }))
}

impl FillDown {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        for (name, path) in rows.chosen(&self.fields) {
            let value = rows.look_up(&path.unwrap_or_else(|| Path::of(&name))).unwrap_or_else(Value::missing);
            let own = rows.computed(&name, value.expr.clone())?;
            // Rows up to the next value that is there: one group, whose only value is its first row's. DataFusion 55's
            // `last_value … IGNORE NULLS` forgets values that lie further back.
            let group = rows.running("group", aggregate(count_udaf(), vec![own.clone()]))?;
            let last = aggregate(max_udaf(), vec![own]).partition_by(vec![group]).build();
            let last = rows.windowed(&name, last)?;
            rows.make(&name, Value::new(last, value.class));
        }
        Ok(())
    }
}

impl fmt::Display for FillDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("filldown")?;
        self.fields.iter().try_for_each(|field| write!(f, " {field}"))
    }
}
