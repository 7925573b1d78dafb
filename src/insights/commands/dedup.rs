//! `dedup`: the first row of every combination of fields. Rows in which one of them is missing all stay.

use std::fmt;

use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{Expr as Engine, ExprFunctionExt, lit};

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::{Expr, List};
use crate::insights::lower::{Lowers, column};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;

pub(super) const ROW: Row = Row {
    name: "dedup",
    usage: "dedup field, …",
    summary: "Keeps the first row of every combination of these fields.",
    example: "fields @timestamp, eventName | sort @timestamp desc | dedup userIdentity.arn",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Dedup {
    pub(in crate::insights) fields: Vec<Expr>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::Dedup(Dedup { fields: parser.list(Parser::expr)? }))
}

impl Dedup {
    pub(in crate::insights) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let mut keys = Vec::new();
        for field in &self.fields {
            let value = rows.value(field)?;
            keys.push(rows.keep("key", value)?.expr);
        }
        let keys = rows.settle(keys)?;
        rows.reaches_scan = false;
        let missing = keys.iter().map(|key| key.clone().is_null()).reduce(Engine::or);
        let place = rows.fresh("dedup");
        let order = rows.order()?;
        let numbered = row_number().partition_by(keys);
        // DataFusion takes an empty order for one without columns, and fails.
        let numbered = if order.is_empty() { numbered } else { numbered.order_by(order) }.build();
        let first = column(&place).eq(lit(1_u64));
        let kept = missing.map_or_else(|| first.clone(), |missing| first.clone().or(missing));
        rows.build(|plan| plan.window([numbered?.alias(&place)])?.filter(kept))?;
        rows.scramble();
        Ok(())
    }
}

impl fmt::Display for Dedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dedup {}", List(&self.fields))
    }
}
