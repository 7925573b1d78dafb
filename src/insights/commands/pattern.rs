//! `pattern`: the patterns that texts are of, with what varies in them as `<Type-N>`.
//!
//! Amazon has not published its own algorithm; how texts become patterns here stands in `functions::patterns`.
//!
//! Source: CloudWatch Logs User Guide, "pattern".

use std::fmt;

use datafusion::arrow::datatypes::DataType;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::{Expr as Engine, cast, lit};

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::Expr;
use crate::insights::lower::{Lowers, column};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::patterns::{self, Labelled, Patterns};
use crate::insights::rows::Rows;
use crate::insights::value::{Class, Value};
use crate::insights::world::Named;

pub(super) const ROW: Row = Row {
    name: "pattern",
    usage: "pattern field",
    summary: "Finds the patterns that texts are of.",
    example: "filter ispresent(errorMessage) | pattern errorMessage",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Pattern {
    subject: Expr,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    Ok(Command::Pattern(Pattern { subject: parser.expr()? }))
}

impl Pattern {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let Patterns { plan, pattern, count, .. } = patterns::of(vec![self.labelled(rows, lit(0_i64))?])?;
        let samples = rows.fresh("samples");
        rows.plan = plan;
        rows.unplaced = None;
        rows.build(|plan| plan.aggregate([pattern.clone()], [sum(count).alias(&samples)]))?;
        let samples = column(&samples);
        let total = rows.overall("total", sum_udaf(), vec![samples.clone()])?;
        let double = |expr: Engine| cast(expr, DataType::Float64);
        let ratio = double(samples.clone()) / double(total);
        let columns = vec![
            Named::new("@pattern", Value::text_of(pattern.clone())),
            Named::new("@ratio", Value::number_of(ratio)),
            Named::new("@sampleCount", Value::new(samples, Class::Count)),
            Named::new("@severityLabel", patterns::severity(&pattern)),
        ];
        rows.replace(columns, 1)?;
        rows.order_first("@sampleCount");
        Ok(())
    }

    /// The texts, with a label for all.
    pub(super) fn labelled(&self, rows: &Rows, label: Engine) -> Lowers<Labelled> {
        let mut rows = rows.clone();
        let text = rows.value(&self.subject)?;
        Ok(Labelled { rows, text, label })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pattern {}", self.subject)
    }
}
