//! `appendcols`: the columns of another query beside these, row by row in the order of either.
//!
//! Source: CloudWatch Logs User Guide, "appendcols".

use std::fmt;

use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{JoinType, LogicalPlanBuilder};

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::Subquery;
use crate::insights::lower::{Lowers, column, unplanned};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::value::Value;

pub(super) const ROW: Row = Row {
    name: "appendcols",
    usage: "appendcols override=false max=10000 (query)",
    summary: "Puts the columns of another query beside these, row by row.",
    example: "stats count(*) as n by awsRegion | appendcols (stats count(errorCode) as failed by awsRegion)",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct AppendCols {
    overrides: bool,
    most: usize,
    pub(in crate::insights) query: Subquery,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let (mut overrides, mut most) = (false, 10_000);
    loop {
        if parser.eat_option("override") {
            overrides = parser.flag()?;
        } else if parser.eat_option("max") || parser.eat_option("maxout") {
            most = parser.rows()?;
        } else {
            break;
        }
    }
    Ok(Command::AppendCols(AppendCols { overrides, most, query: parser.subquery()? }))
}

impl AppendCols {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let mut other = rows.subquery(&self.query)?;
        let place = rows.window("place", row_number(), Vec::new())?;
        let other_place = other.window("place", row_number(), Vec::new())?;
        other.sort()?;
        other.build(|plan| plan.limit(0, Some(self.most)))?;
        let known: Vec<String> = rows.columns_shown().into_iter().map(|(name, _)| name).collect();
        let mut chosen = vec![other_place.clone()];
        let mut made = Vec::new();
        for shown in other.columns_shown() {
            if known.contains(&shown.0) && !self.overrides {
                continue;
            }
            let value = other.value_shown(&shown);
            let fresh = rows.fresh(&shown.0);
            chosen.push(value.expr.alias(&fresh));
            made.push((shown.0, Value::new(column(&fresh), value.class)));
        }
        let chosen = other.settle(chosen)?;
        let right = LogicalPlanBuilder::from(other.plan).project(chosen).and_then(LogicalPlanBuilder::build);
        let right = right.map_err(unplanned)?;
        let keys = (vec![place], vec![other_place]);
        rows.build(|plan| plan.join_with_expr_keys(right, JoinType::Left, keys, None))?;
        rows.scramble();
        for (name, value) in made {
            rows.make(&name, value);
        }
        Ok(())
    }
}

impl fmt::Display for AppendCols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "appendcols override={} max={} {}", self.overrides, self.most, self.query)
    }
}
